"""One estimate worked through from the release's own rows, so that a reader can do it again by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from dashboard import queries
from dashboard.queries import Area, Observation, Overlap, Reference
from dashboard.reader import Release
from data_contracts.registry.records import areas
from data_contracts.vocabulary import Sex, ValueKind
from metrics.normal import WIDTH_IN_STANDARD_ERRORS

INDICATOR, SEX = "healthy-life-expectancy", Sex.MALE

#: The normal quantile to the digits the rule for estimates gives it (`metrics.apportion`, which needs polars and more).
Z_OF_ESTIMATES = 1.959964

#: Few enough to do by hand.
_FEW = (2, 3)


@dataclass(frozen=True)
class Authority:
    """A local authority's published figure and the residents it stands for."""

    area_code: str
    name: str
    residents: int
    share_of_authority: float
    value: float
    lower: float
    upper: float

    @property
    def standard_error(self) -> float:
        """The width of its 95% limits over 3.92."""
        return (self.upper - self.lower) / WIDTH_IN_STANDARD_ERRORS

    @property
    def weighted(self) -> float:
        """Residents times value."""
        return self.residents * self.value

    @property
    def squared(self) -> float:
        """Residents times standard error, squared."""
        return (self.residents * self.standard_error) ** 2


@dataclass(frozen=True)
class WorkedExample:
    """A system's estimate from its authorities, and the same as the release holds it."""

    system: Area
    held: Observation
    authorities: tuple[Authority, ...]

    @property
    def residents(self) -> int:
        """Residents of the system in authorities with a figure."""
        return sum(authority.residents for authority in self.authorities)

    @property
    def value(self) -> float:
        """The estimate."""
        return sum(authority.weighted for authority in self.authorities) / self.residents

    @property
    def standard_error(self) -> float:
        """Its standard error."""
        return sqrt(sum(authority.squared for authority in self.authorities)) / self.residents

    @property
    def lower(self) -> float:
        """Its lower 95% limit."""
        return self.value - Z_OF_ESTIMATES * self.standard_error

    @property
    def upper(self) -> float:
        """Its upper 95% limit."""
        return self.value + Z_OF_ESTIMATES * self.standard_error

    @property
    def coverage(self) -> float:
        """Share of the system's residents in authorities with a figure."""
        return self.residents / (self.system.population or self.residents)

    @property
    def shared(self) -> float:
        """Share of the system's residents in authorities that lie in other systems too."""
        return sum(a.residents for a in self.authorities if a.share_of_authority < 1) / (
            self.system.population or self.residents
        )


def worked_example(release: Release) -> WorkedExample | None:
    """Men's healthy life expectancy in the latest period, in a system of two or three authorities.

    One with an authority it shares, if there is one, since there a weight is a part. None where no such system has an
    estimate. Systems whose publisher gives two authorities' figure together are passed over: that is one part.
    """
    known = queries.reference(release)
    figures = {figure.area_code: figure for figure in queries.latest_figures(release, indicator_id=INDICATOR, sex=SEX)}
    found = [
        example
        for system in known.systems
        if (held := figures.get(system.area_code)) and held.value_kind == ValueKind.ESTIMATE and held.value is not None
        if (example := _example(known, system, held, list(figures.values())))
    ]
    return min(found, key=lambda e: (e.shared == 0, len(e.authorities), e.system.area_name), default=None)


def _example(known: Reference, system: Area, held: Observation, figures: Sequence[Observation]) -> WorkedExample | None:
    overlaps = known.authorities_of(system.area_code)
    inside = [
        _authority(known, figure, overlaps[figure.area_code])
        for figure in figures
        if figure.area_code in overlaps and figure.value is not None
    ]
    together = {part for pair in areas().combined.values() for part in pair.parts}
    if not _FEW[0] <= len(inside) <= _FEW[1] or together & set(overlaps) or None in inside:
        return None
    return WorkedExample(system, held, tuple(authority for authority in inside if authority))


def _authority(known: Reference, figure: Observation, overlap: Overlap) -> Authority | None:
    """None where the figure has no limits: then the estimate has none either."""
    if figure.value is None or figure.lower_95 is None or figure.upper_95 is None:
        return None
    return Authority(
        area_code=figure.area_code,
        name=known.areas[figure.area_code].area_name,
        residents=overlap.residents,
        share_of_authority=overlap.share_of_authority,
        value=figure.value,
        lower=figure.lower_95,
        upper=figure.upper_95,
    )
