"""Records every page shares: a measure, its lines over time, and how a figure stands against England."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboard import queries, words
from dashboard.queries import Area, Indicator, Observation, Source
from dashboard.reader import Release
from dashboard.theme import Comparison
from data_contracts.registry.records import Break, indicators
from data_contracts.vocabulary import Polarity, Sex, ValueSymbol
from metrics import comparison_scalar as tests

#: The measure that the first promise is about; it leads every page.
HEADLINE = "healthy-life-expectancy"

#: Observations by (indicator, sex), then by area, each area's in order of time.
Series = Mapping[tuple[str, str], Mapping[str, list[Observation]]]

_POSSESSIVE = {Sex.FEMALE: "women's ", Sex.MALE: "men's ", Sex.PERSONS: ""}


@dataclass(frozen=True)
class Measure:
    """One series: an indicator for women, for men or for everyone."""

    indicator: Indicator
    sex: str

    @property
    def title(self) -> str:
        """Its name where it stands alone, as in `Healthy life expectancy, men`."""
        if self.sex == Sex.PERSONS:
            return self.indicator.short_name
        return f"{self.indicator.short_name}, {words.PEOPLE[self.sex]}"

    @property
    def named(self) -> str:
        """Its name inside a sentence, as in `men's healthy life expectancy`."""
        return f"{_POSSESSIVE[Sex(self.sex)]}{words.in_sentence(self.indicator.short_name)}"

    @property
    def described(self) -> str:
        """Its full name and unit, for a subtitle."""
        who = "" if self.sex == Sex.PERSONS else f", {words.PEOPLE[self.sex]}"
        return f"{self.indicator.name}{who}, {self.indicator.unit}"

    def number(self, value: float) -> str:
        """Write a value without its unit."""
        return words.number(value, self.indicator.decimals)

    def amount(self, value: float) -> str:
        """Write a value with its unit."""
        return words.amount(value, unit=self.indicator.unit, decimals=self.indicator.decimals)

    def limits(self, figure: "Observation") -> str:
        """Write a figure's 95% limits, or say why it has none."""
        if self.indicator.enumerated and not has_interval(figure):
            return words.FULL_COUNT
        return words.interval(figure.lower_95, figure.upper_95, decimals=self.indicator.decimals)

    def differs(self, difference: float, than: str) -> str:
        """Write a difference in words."""
        return words.differs(difference, unit=self.indicator.unit, decimals=self.indicator.decimals, than=than)

    def figure(self, observation: Observation) -> str:
        """Write a figure with its interval and its shorthand, for a table cell."""
        symbol = f" {observation.value_symbol}" if observation.value_symbol else ""
        if observation.value is None:
            return symbol.strip()
        limits = f" ({self.limits(observation)})" if has_interval(observation) else ""
        return f"{self.number(observation.value)}{limits}{symbol}"


@dataclass(frozen=True)
class Against:
    """How a figure stands against England, or why that is not said."""

    standing: Comparison
    words: str
    detail: str = ""
    p: float | None = None


@dataclass(frozen=True)
class Line:
    """One area's series over time; estimates are drawn with open marks."""

    name: str
    points: tuple[Observation, ...]

    @property
    def latest(self) -> Observation:
        """The last point, with or without a value."""
        return self.points[-1]


@dataclass(frozen=True)
class Mark:
    """A day from which a series is not what it was: `label` for the drawing, `reason` for the words under it.

    `severs`: figures on both sides are not compared, and no line joins them.
    """

    day: dt.date
    label: str
    reason: str
    severs: bool = False


@dataclass(frozen=True)
class Aim:
    """What the first line is judged by: its baseline period, and the target and its date where there are any."""

    baseline: str
    target: float | None = None
    by: dt.date | None = None


@dataclass(frozen=True)
class Timeline:
    """Lines on one scale. The first is the one the chart is about.

    `boundary` is the day the area of the first line was last redrawn; `aim` is what that line is judged by.
    """

    measure: Measure
    lines: tuple[Line, ...]
    boundary: dt.date | None = None
    aim: Aim | None = None

    @property
    def marks(self) -> list[Mark]:
        """Changes of method or boundary that the lines run across, in order of time."""
        registered = indicators().get(self.measure.indicator.indicator_id)
        found = [
            Mark(part.from_, _label(part), f"From {words.date(part.from_)}: {part.reason}", part.severs)
            for part in (registered.breaks if registered else ())
        ]
        if self.boundary is not None:
            reason = f"The boundary was redrawn on {words.date(self.boundary)}; earlier figures are worked out for it."
            found.append(Mark(self.boundary, "boundary changed", reason))
        periods = self.periods
        return sorted(
            (mark for mark in found if periods and periods[0].period_start < mark.day <= periods[-1].period_end),
            key=lambda mark: mark.day,
        )

    @property
    def periods(self) -> list[Observation]:
        """One observation for every period that any line has, in order of time."""
        found = {point.period_label: point for line in self.lines for point in line.points}
        return sorted(found.values(), key=lambda point: point.period_end)


def _label(part: Break) -> str:
    return "series broken" if part.severs else "method changed"


@dataclass(frozen=True)
class KeyFigure:
    """A number that stands alone, with its interval and what may be said of it."""

    title: str
    value: str
    unit: str
    limits: str
    period: str
    statement: Against | None
    symbol: str | None = None


@dataclass(frozen=True)
class Credit:
    """Where figures come from and how they are made, for the line under a chart."""

    publisher: str
    title: str
    source_id: str
    published: str | None
    indicator_id: str
    measure: str


def credit(source: Source, indicator: Indicator) -> Credit:
    """Say whose figures of a measure these are."""
    return Credit(
        publisher=source.publisher,
        title=source.title,
        source_id=source.source_id,
        published=words.date(source.published) if source.published else None,
        indicator_id=indicator.indicator_id,
        measure=words.in_sentence(indicator.name),
    )


def has_interval(figure: Observation) -> bool:
    """Whether a figure has both limits."""
    return figure.lower_95 is not None and figure.upper_95 is not None


def against_england(measure: Measure, here: Observation, england: Observation | None) -> Against:
    """Compare a figure with England's of the same period: a two-sided 95% test on both standard errors.

    No test where either has no interval, or where authorities shared with other systems hold over a quarter of the
    residents: the limits leave out the error of sharing those out.
    """
    if here.value is None:
        return Against("cannot_tell", "No figure", here.note or "")
    if england is None or england.value is None:
        return Against("cannot_tell", "Not compared", "England has no figure for this period.")
    difference = here.value - england.value
    written = measure.differs(difference, "England")
    if here.value_symbol == ValueSymbol.LOW_RELIABILITY:
        return Against(
            "cannot_tell", "Not compared", "Authorities shared with other systems hold over 25% of residents."
        )
    found = tests.compare(
        value=here.value,
        lower=here.lower_95,
        upper=here.upper_95,
        reference=england.value,
        reference_lower=england.lower_95,
        reference_upper=england.upper_95,
        decimals=measure.indicator.decimals,
    )
    if found.comparison is None:
        counted = ", in a full count" if measure.indicator.enumerated else ""
        return Against("cannot_tell", "Not tested", f"{words.opening(written)}{counted}.")
    if found.comparison == "similar":
        return Against("no_difference", "Similar to England", f"{words.opening(written)}, within chance.", found.p)
    return Against(_standing(measure, difference), words.opening(written), "", found.p)


def changed(measure: Measure, before: Observation, after: Observation) -> Against | None:
    """Compare two periods of one area by the same test; None where they overlap or cannot be tested."""
    if before.period_end >= after.period_start or before.value is None or after.value is None:
        return None
    found = tests.compare(
        value=after.value,
        lower=after.lower_95,
        upper=after.upper_95,
        reference=before.value,
        reference_lower=before.lower_95,
        reference_upper=before.upper_95,
        decimals=measure.indicator.decimals,
    )
    if found.comparison is None:
        return None
    difference = after.value - before.value
    than = f"in {before.period_label}"
    if found.comparison == "similar":
        return Against("no_difference", f"No detectable change since {before.period_label}", "", found.p)
    return Against(_standing(measure, difference), words.opening(measure.differs(difference, than)), "", found.p)


def lines_by_series(observations: Iterable[Observation]) -> Series:
    """Sort observations into series and, within each, areas; each area's stay in order of time."""
    found: dict[tuple[str, str], dict[str, list[Observation]]] = {}
    for observation in observations:
        series = found.setdefault((observation.indicator_id, observation.sex), {})
        series.setdefault(observation.area_code, []).append(observation)
    return found


def at_period(points: Sequence[Observation], label: str) -> Observation | None:
    """The point of this period, if there is one."""
    return next((point for point in points if point.period_label == label), None)


def scale(figures: list[Observation], england: Observation | None) -> tuple[float, float]:
    """The lowest and highest number a set of intervals needs, with a little room."""
    ends = [
        end
        for figure in [*figures, *([england] if england else [])]
        for end in ((figure.lower_95, figure.upper_95) if has_interval(figure) else (figure.value,))
        if end is not None
    ]
    if not ends:
        return 0.0, 1.0
    low, high = min(ends), max(ends)
    room = (high - low) * 0.04 or 1.0
    return low - room, high + room


def measures(indicators: Iterable[Indicator]) -> list[Measure]:
    """Every series there may be, as the pages show them: those that lead first, then by topic; men before women."""
    order = {Sex.PERSONS: 0, Sex.MALE: 1, Sex.FEMALE: 2}
    return [
        Measure(indicator, sex)
        for indicator in sorted(
            indicators, key=lambda i: (i.indicator_id != HEADLINE, not i.headline, i.topic, i.short_name)
        )
        for sex in sorted(indicator.sexes, key=lambda sex: order[Sex(sex)])
    ]


def measures_held(release: Release) -> tuple[Measure, ...]:
    """Every series a release may hold, in the order of `measures`: put in order once a release."""
    return release.once("measures", lambda: tuple(measures(queries.reference(release).indicators.values())))


def described_system(area: Area) -> str:
    """A system's name and codes, for a caption."""
    return f"{area.official_name} ({', '.join(code for code in (area.area_code, area.ods_code) if code)})"


def _standing(measure: Measure, difference: float) -> Comparison:
    if measure.indicator.polarity == Polarity.NO_JUDGEMENT:
        return "no_difference"
    good = (difference > 0) == (measure.indicator.polarity == Polarity.HIGH_IS_GOOD)
    return "better" if good else "worse"
