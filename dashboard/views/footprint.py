"""The boundaries that systems are shown on: today's, and those of before April 2026."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from dashboard import queries
from dashboard.queries import Area
from dashboard.reader import Release
from data_contracts.registry.records import areas
from data_contracts.vocabulary import AreaType

#: What an address calls the choice of boundaries.
PARAMETER = "footprint"

#: Today's boundaries and those they took the place of; the ones of 2022 are kept for lineage alone.
_SHOWN = 2


@dataclass(frozen=True)
class Footprint:
    """One set of boundaries: its name in an address, its systems, and what it is called."""

    name: str
    systems: frozenset[str]
    when: str
    is_today: bool = False

    @property
    def words(self) -> str:
        """How many systems and when, as in `36 systems since April 2026`."""
        return f"{len(self.systems)} systems{'' if self.is_today else ','} {self.when}"

    @property
    def heading(self) -> str:
        """What a heading over its systems says, as in `The 36 systems`."""
        return f"The {len(self.systems)} systems{'' if self.is_today else f' {self.when}'}"

    @property
    def parameters(self) -> dict[str, str]:
        """What an address needs to lead here: nothing for today's boundaries."""
        return {} if self.is_today else {PARAMETER: self.name}

    def address(self, path: str) -> str:
        """A page's address on these boundaries."""
        return f"{path}?{urlencode(self.parameters)}" if self.parameters else path


def footprints(release: Release) -> Mapping[str, Footprint]:
    """Every footprint that has systems by its name, today's first."""
    return release.once("footprints", lambda: _footprints(release))


def footprint(release: Release, query: Mapping[str, str]) -> Footprint:
    """The footprint an address asks for; today's where it asks for none, or for one there is not."""
    known = footprints(release)
    return known.get(query.get(PARAMETER, ""), todays(release))


def todays(release: Release) -> Footprint:
    """The boundaries of today."""
    return next(iter(footprints(release).values()))


def footprint_of(release: Release, area: Area, query: Mapping[str, str]) -> Footprint:
    """The footprint an address of one system asks for; today's where the system has no part in what it asks for."""
    asked = footprint(release, query)
    return asked if area.area_code in asked.systems else todays(release)


def unknown_footprint(release: Release, query: Mapping[str, str]) -> str | None:
    """What to say where the footprint that was asked for is not there."""
    asked = query.get(PARAMETER)
    if not asked or asked in footprints(release):
        return None
    return f"There are no boundaries called {asked}; today's systems are shown."


def _footprints(release: Release) -> dict[str, Footprint]:
    boards = [area for area in queries.reference(release).areas.values() if area.area_type == AreaType.ICB]
    return {
        held.footprint_id: Footprint(
            name=held.footprint_id,
            systems=frozenset(area.area_code for area in boards if _stood(area, held.ends or held.starts)),
            when=f"to {held.ends:%B %Y}" if held.ends else f"since {held.starts:%B %Y}",
            is_today=held.ends is None,
        )
        for held in areas().footprints[:_SHOWN]
    }


def _stood(area: Area, day: dt.date) -> bool:
    return (area.valid_from is None or area.valid_from <= day) and (area.valid_to is None or area.valid_to >= day)
