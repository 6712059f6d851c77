"""Where a system lies: its residents, its boundary, and the local authorities inside it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from dashboard import words
from dashboard.queries import Area, Overlap, Reference
from data_contracts.vocabulary import AreaType

#: An authority with less than this share of its residents in a system is shared with another.
WHOLE = 0.995

_DAYS_IN_A_YEAR = 365.25


@dataclass(frozen=True)
class AuthorityInside:
    """A local authority that has residents in the system."""

    name: str
    is_district: bool
    residents: int
    share_of_system: float
    share_of_authority: float

    @property
    def is_whole(self) -> bool:
        """Whether all its residents live in the system, to within half a percentage point."""
        return self.share_of_authority >= WHOLE


@dataclass(frozen=True)
class Place:
    """What a page says of where a system lies."""

    coterminosity: str
    facts: tuple[tuple[str, str], ...]
    councils: tuple[AuthorityInside, ...]
    split_districts: tuple[AuthorityInside, ...]


def place(known: Reference, area: Area, *, as_of: dt.date) -> Place:
    """Gather where a system lies. Councils are upper-tier authorities: counties, unitaries, boroughs."""
    inside = _inside(known, known.authorities_of(area.area_code).values())
    councils = tuple(authority for authority in inside if not authority.is_district)
    return Place(
        coterminosity=_coterminosity(councils),
        facts=tuple(_facts(known, area, as_of)),
        councils=councils,
        split_districts=tuple(authority for authority in inside if authority.is_district and not authority.is_whole),
    )


def _inside(known: Reference, overlaps: Iterable[Overlap]) -> list[AuthorityInside]:
    """Today's authorities, those with most residents in the system first."""
    found = [
        AuthorityInside(
            name=authority.area_name,
            is_district=authority.area_type == AreaType.LTLA,
            residents=overlap.residents,
            share_of_system=overlap.share_of_system,
            share_of_authority=overlap.share_of_authority,
        )
        for overlap in overlaps
        if (authority := known.areas[overlap.authority_code]).valid_to is None
    ]
    return sorted(found, key=lambda authority: (-authority.residents, authority.name))


def _coterminosity(councils: tuple[AuthorityInside, ...]) -> str:
    """How the boundary runs beside those of councils, in one sentence."""
    shared = [council for council in councils if not council.is_whole]
    if not shared:
        if len(councils) == 1:
            return f"Its boundary is that of one upper-tier council, {councils[0].name}."
        return f"Its boundary follows those of {len(councils)} upper-tier councils, each wholly inside it."
    names = words.listed(
        [f"{council.name} ({words.share(council.share_of_authority)} of its residents live here)" for council in shared]
    )
    if len(shared) == len(councils):
        return f"No upper-tier council lies wholly inside it; it shares {names}."
    return (
        f"{len(councils) - len(shared)} of the {len(councils)} upper-tier councils here lie wholly inside it; "
        f"it shares {names}."
    )


def _facts(known: Reference, area: Area, as_of: dt.date) -> Iterable[tuple[str, str]]:
    if area.population is not None:
        yield "Residents", f"{area.population:,} (Census 2021)"
    if area.most_deprived_share is not None:
        yield (
            "Residents in the most deprived fifth of small areas in England",
            f"{words.share(area.most_deprived_share)} (Indices of Deprivation 2025)",
        )
    if area.valid_from is not None:
        yield "Boundary last changed", f"{words.date(area.valid_from)}, {_since(area.valid_from, as_of)}"
    shares = [share for share in known.regions if share.area_code == area.area_code]
    yield (
        "Regions of England (ONS)",
        words.listed(
            [f"{known.areas[share.region_code].area_name} ({words.share(share.share_of_area)})" for share in shares]
        )
        if len(shares) > 1
        else f"Wholly in {known.areas[shares[0].region_code].area_name}",
    )
    if area.nhs_region_code is not None:
        yield "NHS region", known.areas[area.nhs_region_code].area_name


def _since(day: dt.date, as_of: dt.date) -> str:
    """How long ago, in years, as the age of a structure is asked for."""
    years = (as_of - day).days / _DAYS_IN_A_YEAR
    return f"{years:.1f} years before these figures were put together"
