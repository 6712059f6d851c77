"""Definitions of one gap that rival each other, and the levels that a gap lies between."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import queries, words
from dashboard.queries import Commitment, GapPeriod, Observation, Reference, Status
from dashboard.reader import Release
from dashboard.views.figures import Measure, at_period
from dashboard.views.gaps import moved
from dashboard.views.path import gap_series
from dashboard.views.ranked import figure_of
from dashboard.views.statuses import DIRECTIONS, STATES, Shown, p_value, shown
from data_contracts.registry.records import GapMeasure, gap_measures
from data_contracts.vocabulary import DataState, MeasuredWhere, Sex
from metrics.comparison_scalar import standard_error
from metrics.progress_scalar import direction

_SEXES = (Sex.MALE, Sex.FEMALE, Sex.PERSONS)


@dataclass(frozen=True)
class Rival:
    """One definition, for one sex: then, now, the change, who moved, and its history.

    `own`: the commitment is judged by it.
    """

    measure: Measure
    definition: str
    own: bool
    before: Observation
    latest: Observation
    change: str
    verdict: Shown
    who_moved: str
    history: tuple[float | None, ...]
    history_words: str


@dataclass(frozen=True)
class Rivals:
    """Every definition, by sex: they answer the same question differently."""

    baseline: str
    latest: str
    lead: str
    groups: tuple[tuple[str, tuple[Rival, ...]], ...]


@dataclass(frozen=True)
class RegionRow:
    """The level of one region, from the baseline to the latest period. `end` says where it is at an end of the gap."""

    name: str
    before: str
    latest: Observation
    change: str
    shown: Shown
    end: str


@dataclass(frozen=True)
class RegionLevels:
    """The second half of a promise on a gap: the level of every region, for one sex, the highest first."""

    measure: Measure
    baseline: str
    period: str
    sentence: str
    rows: tuple[RegionRow, ...]


def rivals_view(release: Release, commitment: Commitment) -> Rivals | None:
    """Set a commitment's own gap beside its rivals; None where it has none."""
    gaps = gap_measures()
    own = {m.indicator_id: m.baseline_period for m in commitment.measured_by if m.indicator_id in gaps}
    if not commitment.rivals or not own:
        return None
    baseline = next(iter(own.values()))
    known, series, periods = queries.reference(release), gap_series(release), queries.gap_periods(release)
    groups = []
    for sex in _SEXES:
        rows = [
            _rival(known, gaps[gap_id], gap_id, series.get((gap_id, sex), []), periods, baseline, own=gap_id in own)
            for gap_id in (*own, *(rival for rival in commitment.rivals if rival in gaps))
        ]
        if held := tuple(row for row in rows if row is not None):
            groups.append((sex.value, held))
    if not groups:
        return None
    return Rivals(
        baseline=baseline,
        latest=groups[0][1][0].latest.period_label,
        lead=_lead(groups),
        groups=tuple(groups),
    )


def _lead(groups: Sequence[tuple[str, tuple[Rival, ...]]]) -> str:
    """How far apart the definitions are, and what that means."""
    spans = []
    for sex, rows in groups:
        values = [row.latest.value for row in rows if row.latest.value is not None]
        low, high = min(values), max(values)
        measure = rows[0].measure
        spans.append(f"{measure.number(low)} to {measure.amount(high)} for {words.PEOPLE[sex]}")
    return (
        f"These {len(groups[0][1])} definitions answer the same question differently: the latest gap is "
        f"{words.listed(spans)}, by the definition one takes. Nobody has said which is official."
    )


def _rival(
    known: Reference,
    gap: GapMeasure,
    gap_id: str,
    points: Sequence[Observation],
    periods: Sequence[GapPeriod],
    baseline: str,
    *,
    own: bool,
) -> Rival | None:
    before = at_period(points, baseline)
    indicator = known.indicators.get(gap_id)
    if before is None or before.value is None or indicator is None or points[-1].value is None:
        return None
    latest = points[-1]
    measure = Measure(indicator, latest.sex)
    ends = {p.period_label: p for p in periods if (p.gap_id, p.indicator_id, p.sex) == (gap.gap, gap.of, latest.sex)}
    verdict, p = _verdict(measure, before, latest)
    first = next(point for point in points if point.value is not None)
    return Rival(
        measure=measure,
        definition=gap.definition,
        own=own,
        before=before,
        latest=latest,
        change=_change(measure, before, latest, p),
        verdict=verdict,
        who_moved=_who_moved(measure, gap, ends[baseline], ends[latest.period_label]),
        history=tuple(point.value for point in points),
        history_words=(
            f"{first.period_label}: {measure.number(first.value or 0)}, "
            f"{latest.period_label}: {measure.number(latest.value or 0)}"
        ),
    )


def _verdict(measure: Measure, before: Observation, latest: Observation) -> tuple[Shown, float | None]:
    """The direction by the rule of every status, and the smaller tail of its test."""
    overlaps = before.period_end >= latest.period_start
    decimals = measure.indicator.decimals
    found = direction(
        baseline=before.value,
        latest=latest.value,
        polarity="low_is_good",
        baseline_se=standard_error(before.lower_95, before.upper_95, decimals),
        latest_se=standard_error(latest.lower_95, latest.upper_95, decimals),
        overlaps=overlaps,
    )
    if found.direction is not None:
        return DIRECTIONS[found.direction], found.direction_p
    return STATES[DataState.BASELINE_ONLY if overlaps else DataState.NO_INTERVAL], None


def _change(measure: Measure, before: Observation, latest: Observation, p: float | None) -> str:
    size = (latest.value or 0) - (before.value or 0)
    said = words.opening(moved(measure, size))
    return f"{said}, p = {p_value(p)}" if p is not None else said


def _who_moved(measure: Measure, gap: GapMeasure, before: GapPeriod, latest: GapPeriod) -> str:
    """What each end did, as observed; an estimate of the gap has no ends of its own."""
    if gap.shrunken:
        return "As observed, in the row above"
    top, bottom = latest.highest_value - before.highest_value, latest.lowest_value - before.lowest_value
    return f"Top {moved(measure, top)}, bottom {moved(measure, bottom)}"


def region_levels(release: Release, commitment: Commitment, statuses: Sequence[Status]) -> tuple[RegionLevels, ...]:
    """The level of every region by sex, where the commitment asks for that too."""
    known = queries.reference(release)
    found = []
    for judged in commitment.measured_by:
        held = [
            s
            for s in statuses
            if (s.indicator_id, s.sex) == (judged.indicator_id, judged.sex)
            and s.area_code in known.areas
            and known.areas[s.area_code].area_type == "region"
            and s.latest_value is not None
        ]
        indicator = known.indicators.get(judged.indicator_id)
        if judged.measured_where == MeasuredWhere.REGIONS and held and indicator is not None:
            measure = Measure(indicator, judged.sex)
            gaps = [
                p
                for p in queries.gap_periods(release)
                if (p.gap_id, p.indicator_id, p.sex) == ("region-range", judged.indicator_id, judged.sex)
            ]
            found.append(_levels(known, measure, held, gaps))
    return tuple(sorted(found, key=lambda levels: _SEXES.index(Sex(levels.measure.sex))))


def _levels(known: Reference, measure: Measure, statuses: Sequence[Status], gaps: Sequence[GapPeriod]) -> RegionLevels:
    held = sorted(statuses, key=lambda s: -(s.latest_value or 0))
    then = sorted((s for s in held if s.baseline_value is not None), key=lambda s: -(s.baseline_value or 0))
    ends = {then[0].area_code: "highest at the baseline", then[-1].area_code: "lowest at the baseline"} if then else {}
    ends[held[0].area_code] = "highest, then and now" if held[0].area_code in ends else "highest now"
    ends[held[-1].area_code] = "lowest, then and now" if held[-1].area_code in ends else "lowest now"
    return RegionLevels(
        measure=measure,
        baseline=held[0].baseline_period or "",
        period=held[0].latest_period or "",
        sentence=both_halves(known, measure, held, gaps),
        rows=tuple(_region(known, measure, s, ends.get(s.area_code, "")) for s in held),
    )


def _region(known: Reference, measure: Measure, status: Status, end: str) -> RegionRow:
    change = ""
    if status.baseline_value is not None and status.latest_value is not None:
        change = words.opening(moved(measure, status.latest_value - status.baseline_value))
    return RegionRow(
        name=known.areas[status.area_code].area_name,
        before="" if status.baseline_value is None else measure.number(status.baseline_value),
        latest=figure_of(status),
        change=change,
        shown=shown(status),
        end=end,
    )


def both_halves(known: Reference, measure: Measure, held: Sequence[Status], gaps: Sequence[GapPeriod]) -> str:
    """Both halves of the promise in words: what the gap did and which end moved, then whether the bottom rose."""
    by_period = {gap.period_label: gap for gap in gaps}
    then, now = by_period.get(held[0].baseline_period or ""), by_period.get(held[0].latest_period or "")
    if then is None or now is None:
        return "The gap of the baseline period is not held."
    people = words.opening(words.PEOPLE[measure.sex])
    top, bottom = now.highest_value - then.highest_value, now.lowest_value - then.lowest_value
    size = now.observed_gap - then.observed_gap
    gap = (
        f"{people}: between {then.period_label} and {now.period_label} the gap {_went(size)} "
        f"{measure.number(then.observed_gap)} to {measure.amount(now.observed_gap)}"
        if _moves(measure, size)
        else f"{people}: between {then.period_label} and {now.period_label} the gap stayed at "
        f"{measure.amount(now.observed_gap)}"
    )
    ends = (
        f"The top {moved(measure, top)} ({_end(known, measure, then.highest_code, then.highest_value)}, then "
        f"{_end(known, measure, now.highest_code, now.highest_value)}) and the bottom {moved(measure, bottom)} "
        f"({_end(known, measure, then.lowest_code, then.lowest_value)}, then "
        f"{_end(known, measure, now.lowest_code, now.lowest_value)})."
    )
    lowest = min(held, key=lambda s: s.latest_value or 0)
    return f"{gap}{_because(measure, size, top, bottom)}. {ends} {_second_half(known, lowest)}"


def _second_half(known: Reference, lowest: Status) -> str:
    name = known.areas[lowest.area_code].area_name
    if lowest.direction is None:
        return (
            f"Whether the lowest region, {name}, has risen cannot be told yet, so the gap is not called improving "
            "whatever it does."
        )
    if lowest.direction in ("improving", "target_met"):
        return f"The lowest region, {name}, has risen, as the promise asks."
    return f"The lowest region, {name}, has not risen, so the gap is not called improving whatever it does."


def _end(known: Reference, measure: Measure, code: str | None, value: float) -> str:
    name = known.areas[code].area_name if code is not None and code in known.areas else "several areas"
    return f"{name} {measure.number(value)}"


def _moves(measure: Measure, size: float) -> bool:
    return float(measure.number(abs(size))) > 0


def _went(size: float) -> str:
    return "fell from" if size < 0 else "rose from"


def _because(measure: Measure, size: float, top: float, bottom: float) -> str:
    """Which end made the gap move: the gap is the top less the bottom, so its change splits exactly."""
    if not _moves(measure, size):
        return ""
    helped_by_top, helped_by_bottom = top * size > 0, bottom * size < 0
    top_words = "the top fell" if top < 0 else "the top rose"
    bottom_words = "the bottom fell" if bottom < 0 else "the bottom rose"
    if helped_by_top and helped_by_bottom:
        most = top_words if abs(top) >= abs(bottom) else bottom_words
        other = abs(bottom) if most == top_words else abs(top)
        return f", {'mostly ' if _moves(measure, other) else ''}because {most}"
    return f", because {top_words if helped_by_top else bottom_words}{_more(measure, top, bottom)}"


def _more(measure: Measure, top: float, bottom: float) -> str:
    """Where both ends went the same way, the one that made the gap move went further."""
    if top * bottom > 0 and _moves(measure, top) and _moves(measure, bottom):
        return " further than the bottom" if abs(top) > abs(bottom) else " further than the top"
    return ""
