"""England's path on one measure of a commitment: the series, what it is judged from and towards, and what is said."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import queries, words
from dashboard.queries import ENGLAND, CommitmentMeasure, GapPeriod, Observation, Status
from dashboard.reader import Release
from dashboard.views.figures import Aim, Credit, Line, Measure, Timeline, at_period, credit, has_interval
from dashboard.views.series import england_series
from dashboard.views.statuses import Shown, rate, shown
from data_contracts.registry.records import gap_measures
from data_contracts.vocabulary import ValueKind, ValueType

#: A scale starts at zero where its lowest figure is under this share of its highest.
_NEAR_ZERO = 0.5

#: Where a year is all that a date says, it means the last day of it.
_LAST_DAY = (12, 31)


@dataclass(frozen=True)
class Path:
    """One measure of England, for one sex, with its status where the commitment has one."""

    measure: Measure
    status: Status | None
    timeline: Timeline
    from_zero: bool
    title: str
    subtitle: str
    summary: str
    pace: str
    notes: tuple[str, ...]
    credit: Credit
    caveats: str

    @property
    def shown(self) -> Shown | None:
        """Its direction or data state as a mark and words."""
        return shown(self.status) if self.status else None


def gap_series(release: Release) -> Mapping[tuple[str, str], list[Observation]]:
    """Every gap that is a measure as a series of England, by measure and sex."""
    return release.once("gap_series", lambda: _gap_series(queries.gap_periods(release)))


def _gap_series(gaps: Sequence[GapPeriod]) -> dict[tuple[str, str], list[Observation]]:
    found: dict[tuple[str, str], list[Observation]] = {}
    for measure_id, gap_measure in gap_measures().items():
        for gap in gaps:
            if (gap.gap_id, gap.indicator_id) == (gap_measure.gap, gap_measure.of):
                point = _as_observation(measure_id, gap, shrunken=gap_measure.shrunken)
                found.setdefault((measure_id, gap.sex), []).append(point)
    return found


def _as_observation(measure_id: str, gap: GapPeriod, *, shrunken: bool) -> Observation:
    return Observation(
        area_code=ENGLAND,
        indicator_id=measure_id,
        sex=gap.sex,
        period_label=gap.period_label,
        period_start=gap.period_start,
        period_end=gap.period_end,
        value=gap.shrunken_gap if shrunken else gap.observed_gap,
        lower_95=gap.shrunken_lower_95 if shrunken else gap.observed_lower_95,
        upper_95=gap.shrunken_upper_95 if shrunken else gap.observed_upper_95,
        value_kind=ValueKind.PUBLISHED,
        value_symbol=None,
        note=None,
    )


def england_path(release: Release, judged: CommitmentMeasure, status: Status | None) -> Path | None:
    """England's path on a measure; None where it has no figure of its own."""
    known = queries.reference(release)
    indicator = known.indicators.get(judged.indicator_id)
    points = series_of_england(release, judged.indicator_id, judged.sex)
    if indicator is None or not any(point.value is not None for point in points):
        return None
    measure = Measure(indicator, judged.sex)
    target = judged.target_value if status is None else status.target_value
    aim = Aim(judged.baseline_period, target, judged.target_date if target is not None else None)
    is_gap = indicator.value_type == ValueType.GAP
    timeline = Timeline(measure, (Line("Gap" if is_gap else "England", tuple(points)),), aim=aim)
    from_zero = _comes_near_zero(points, target)
    found = shown(status) if status else None
    source = known.sources[indicator.source_id]
    baseline = at_period(points, judged.baseline_period)
    return Path(
        measure=measure,
        status=status,
        timeline=timeline,
        from_zero=from_zero,
        title=_title(measure, points, status, found),
        subtitle=_subtitle(timeline, has_baseline=baseline is not None, from_zero=from_zero),
        summary=_summary(measure, points, baseline),
        pace=pace_words(measure, status, aim),
        notes=(*((judged.why_baseline,) if judged.why_baseline else ()), *(mark.reason for mark in timeline.marks)),
        credit=credit(source, indicator),
        caveats=source.caveats,
    )


def series_of_england(release: Release, indicator_id: str, sex: str) -> list[Observation]:
    """A measure of England over time, whether published or a gap worked out from what is."""
    gaps = gap_series(release).get((indicator_id, sex))
    return gaps if gaps is not None else england_series(release).get((indicator_id, sex), {}).get(ENGLAND, [])


def pace_words(measure: Measure, status: Status | None, aim: Aim) -> str:
    """What it needs a year, beside what it has been; or why nothing is needed by a date."""
    if status is None:
        return ""
    been = rate(status.recent_rate, measure.indicator) if status.recent_rate is not None else ""
    if aim.target is None:
        return f"Has been {been} since the baseline; there is no target." if been else ""
    if status.required_from_now is not None:
        since = f"; has been {been} since the baseline" if been else ""
        return f"Needs {rate(status.required_from_now, measure.indicator)} from now{since}."
    if aim.by is not None:
        return f"The target is {words.as_set(aim.target, unit=measure.indicator.unit)} by {by_words(aim.by)}."
    since = f"Has been {been} since the baseline; " if been else ""
    years = f", {status.years_to_target:.0f} years away at that pace" if status.years_to_target is not None else ""
    target = words.as_set(aim.target, unit=measure.indicator.unit)
    return words.opening(f"{since}the target, {target}, has no date{years}, so no pace is required.")


def by_words(day: dt.date) -> str:
    """A date to do something by.

    >>> by_words(dt.date(2030, 12, 31)), by_words(dt.date(2030, 3, 31))
    ('the end of 2030', '31 March 2030')
    """
    return f"the end of {day.year}" if (day.month, day.day) == _LAST_DAY else words.date(day)


def _comes_near_zero(points: Sequence[Observation], target: float | None) -> bool:
    values = [point.value for point in points if point.value is not None] + ([target] if target is not None else [])
    return min(values) < _NEAR_ZERO * max(values) and min(values) >= 0


def _title(measure: Measure, points: Sequence[Observation], status: Status | None, found: Shown | None) -> str:
    """The finding in at most 12 words."""
    if status is not None and found is not None and status.direction is not None:
        return f"{measure.title}: {words.in_sentence(found.words)} since {status.baseline_period}"
    last = next(point for point in reversed(points) if point.value is not None)
    return f"{measure.title}: {measure.amount(last.value or 0)} in {last.period_label}"


def _subtitle(timeline: Timeline, *, has_baseline: bool, from_zero: bool) -> str:
    aim = timeline.aim
    has_band = any(has_interval(point) for line in timeline.lines for point in line.points)
    has = [f"{timeline.measure.described}, England{'; the band is the 95% interval' if has_band else ''}."]
    if has_baseline:
        has.append("The ring is the baseline.")
    if aim is not None and aim.target is not None:
        has.append("Dashed: the target.")
        if aim.by is not None and has_baseline:
            has.append("Dotted: the path from the baseline that would reach it in time.")
    if not from_zero:
        has.append("The scale does not start at zero.")
    return " ".join(has)


def _summary(measure: Measure, points: Sequence[Observation], baseline: Observation | None) -> str:
    valued = [point for point in points if point.value is not None]
    first, last = valued[0], valued[-1]
    told = [first, *([baseline] if baseline is not None and baseline not in (first, last) else []), last]
    said = [
        f"{measure.figure(point) if place else measure.amount(point.value or 0)} in {point.period_label}"
        f"{', the baseline' if point is baseline else ''}"
        for place, point in enumerate(told)
    ]
    return f"{'; '.join(said)}."
