"""Every system on one measure of a commitment, in order, with what the order and the counts can bear."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import words
from dashboard.queries import Area, Observation, Status
from dashboard.views.figures import Against, Measure, scale
from dashboard.views.footprint import Footprint
from dashboard.views.statuses import expected_by_chance, p_value
from data_contracts.vocabulary import DataState, Direction, Polarity
from metrics import comparison_scalar as tests

#: States in which a system's latest figure may stand beside the others'.
_COMPARABLE = (DataState.OK, DataState.NO_INTERVAL, DataState.BASELINE_ONLY)

#: A two-sided test at 95% calls one in forty higher, and one in forty lower, where nothing differs.
_ONE_SIDE_BY_CHANCE = 0.025
_SIGNIFICANT_BELOW = 0.05
_OPPOSITE = {"higher": "lower", "lower": "higher", "similar": "similar"}


@dataclass(frozen=True)
class RankedSystem:
    """A system in the order: its latest figure, its status, and its change beside England's.

    `place` are the places it may have at 95%, empty where that cannot be told.
    """

    area_code: str
    name: str
    figure: Observation
    status: Status
    change: Against
    place: str


@dataclass(frozen=True)
class LeftOut:
    """Systems with no usable figure, for one reason."""

    reason: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class RankedSystems:
    """The systems of a footprint on one measure, those that cannot be compared apart."""

    measure: Measure
    footprint: Footprint
    baseline: str
    period: str
    england: Observation | None
    target: float | None
    scale: tuple[float, float]
    rows: tuple[RankedSystem, ...]
    left_out: tuple[LeftOut, ...]
    counts: str
    order: str
    first: str


def ranked_systems(
    measure: Measure, statuses: Sequence[Status], areas: Mapping[str, Area], footprint: Footprint
) -> RankedSystems | None:
    """Put a measure's systems in order; None where none has a status on it."""
    found = [
        s
        for s in statuses
        if s.area_code in footprint.systems and (s.indicator_id, s.sex) == (measure.indicator.indicator_id, measure.sex)
    ]
    if not found:
        return None
    shown = [s for s in found if s.data_state in _COMPARABLE and s.latest_value is not None]
    # What is worst comes first; where neither way is better, the highest.
    lowest_first = measure.indicator.polarity == Polarity.HIGH_IS_GOOD
    shown.sort(key=lambda s: (s.latest_value or 0) if lowest_first else -(s.latest_value or 0))
    figures = [figure_of(s) for s in shown]
    verdicts = _verdicts(measure, figures)
    england = england_figure(shown)
    target = next((s.target_value for s in shown), None)
    return RankedSystems(
        measure=measure,
        footprint=footprint,
        baseline=next((s.baseline_period for s in found if s.baseline_period), ""),
        period=next((s.latest_period for s in found if s.latest_period), ""),
        england=england,
        target=target,
        scale=_scale(figures, england, target),
        rows=tuple(
            RankedSystem(
                area_code=s.area_code,
                name=areas[s.area_code].area_name,
                figure=figure,
                status=s,
                change=change_beside_england(measure, s),
                place=_places(verdicts, row, lowest_first=lowest_first),
            )
            for row, (s, figure) in enumerate(zip(shown, figures, strict=True))
        ),
        left_out=_left_out([s for s in found if s not in shown], areas),
        counts=_counts(measure, shown),
        order=_order(measure, [areas[s.area_code].area_name for s in shown], verdicts, lowest_first=lowest_first),
        first="lowest" if lowest_first else "highest",
    )


def figure_of(status: Status) -> Observation:
    """A status's latest figure, as the marks draw it."""
    end = status.latest_end
    assert end is not None, "a status with a latest value has its period"
    return Observation(
        area_code=status.area_code,
        indicator_id=status.indicator_id or "",
        sex=status.sex,
        period_label=status.latest_period or "",
        period_start=end,
        period_end=end,
        value=status.latest_value,
        lower_95=status.latest_lower_95,
        upper_95=status.latest_upper_95,
        value_kind=status.value_kind or "",
        value_symbol=None,
        note=None,
    )


def england_figure(statuses: Sequence[Status]) -> Observation | None:
    """England's value beside these systems', as the marks draw it; None where England has none."""
    beside = next((s for s in statuses if s.england_value is not None), None)
    if beside is None or beside.latest_end is None:
        return None
    return Observation(
        area_code="",
        indicator_id="",
        sex=beside.sex,
        period_label=beside.latest_period or "",
        period_start=beside.latest_end,
        period_end=beside.latest_end,
        value=beside.england_value,
        lower_95=None,
        upper_95=None,
        value_kind="published",
        value_symbol=None,
        note=None,
    )


def change_beside_england(measure: Measure, status: Status) -> Against:
    """A system's change less England's over the same periods, with what its test allows to be said."""
    size, p = status.change_versus_england, status.change_versus_england_p
    if size is None:
        return Against("cannot_tell", "Not compared")
    than = "England's change"
    differs = words.opening(measure.differs(size, than)).removesuffix(f" than {than}")
    if p is None:
        return Against("cannot_tell", "Not tested", f"{differs}.")
    if p >= _SIGNIFICANT_BELOW or measure.indicator.polarity == Polarity.NO_JUDGEMENT:
        return Against("no_difference", "Like England's", f"{differs}, p = {p_value(p)}.", p)
    good = (size > 0) == (measure.indicator.polarity == Polarity.HIGH_IS_GOOD)
    standing, said = ("better", "Better than England's") if good else ("worse", "Worse than England's")
    return Against("better" if standing == "better" else "worse", said, f"{differs}, p = {p_value(p)}.", p)


def _scale(figures: list[Observation], england: Observation | None, target: float | None) -> tuple[float, float]:
    low, high = scale(figures, england)
    if target is None:
        return low, high
    room = (max(high, target) - min(low, target)) * 0.04
    return min(low, target - room), max(high, target + room)


def _verdicts(measure: Measure, figures: Sequence[Observation]) -> list[list[str | None]]:
    """What the two-sided 95% test says of each figure beside each other one; None where one has no limits."""
    errors = [tests.standard_error(f.lower_95, f.upper_95, measure.indicator.decimals) for f in figures]
    found: list[list[str | None]] = [[None] * len(figures) for _ in figures]
    for row, here in enumerate(figures):
        for other in range(row):
            one, two = errors[row], errors[other]
            if one is None or two is None:
                continue
            difference = (here.value or 0) - (figures[other].value or 0)
            p = tests.two_sided_p(difference / math.sqrt(one * one + two * two))
            said = "similar" if p >= _SIGNIFICANT_BELOW else "higher" if difference > 0 else "lower"
            found[row][other], found[other][row] = said, _OPPOSITE[said]
    return found


def _span(verdicts: list[list[str | None]], row: int, *, lowest_first: bool) -> tuple[int, int]:
    """The first and last place a system may have: after all that are surely before it, before all surely after."""
    before, after = ("higher", "lower") if lowest_first else ("lower", "higher")
    surely_before = sum(said == before for said in verdicts[row])
    surely_after = sum(said == after for said in verdicts[row])
    return 1 + surely_before, len(verdicts) - surely_after


def _places(verdicts: list[list[str | None]], row: int, *, lowest_first: bool) -> str:
    if len(verdicts) < 2 or None in [said for other, said in enumerate(verdicts[row]) if other != row]:
        return ""
    first, last = _span(verdicts, row, lowest_first=lowest_first)
    return str(first) if first == last else f"{first} to {last}"


def _order(measure: Measure, names: Sequence[str], verdicts: list[list[str | None]], *, lowest_first: bool) -> str:
    """How far the order can be believed."""
    count = len(names)
    if count < 2:
        return ""
    if measure.indicator.enumerated:
        return "These are full counts, so the order holds no sampling error."
    if any(said is None for row, line in enumerate(verdicts) for other, said in enumerate(line) if other != row):
        return (
            "This copy of the figures has no intervals, so nobody can say how much of the order is chance: no place in "
            "it is sure."
        )
    apart = sum(verdicts[row][row + 1] != "similar" for row in range(count - 1))
    ends = ("lowest", "highest") if lowest_first else ("highest", "lowest")
    spans = [_span(verdicts, row, lowest_first=lowest_first) for row in (0, count - 1)]
    told = "none" if not apart else str(apart)
    return (
        f"Of the {count - 1} pairs of neighbours in this order, a two-sided 95% test tells {told} apart. "
        f"{names[0]}, {ends[0]}, {_between(spans[0])} of {count}; {names[-1]}, {ends[1]}, {_between(spans[1])}. "
        "A place counts the systems that are surely before and after, pair by pair."
    )


def _between(span: tuple[int, int]) -> str:
    first, last = span
    return f"is surely {ordinal(first)}" if first == last else f"may stand from {ordinal(first)} to {ordinal(last)}"


def ordinal(place: int) -> str:
    """Write a place in an order.

    >>> [ordinal(place) for place in (1, 2, 3, 4, 11, 21, 32)]
    ['1st', '2nd', '3rd', '4th', '11th', '21st', '32nd']
    """
    ending = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def _counts(measure: Measure, shown: Sequence[Status]) -> str:
    """How many moved which way, beside how many chance alone would give."""
    if not shown:
        return "No system has a usable figure."
    judged = [s for s in shown if s.direction is not None]
    if not judged:
        return _moves(measure, shown)
    tally = {direction: sum(s.direction == direction for s in judged) for direction in Direction}
    said = [
        f"{tally[Direction.TARGET_MET]} met the target" if tally[Direction.TARGET_MET] else "",
        f"{tally[Direction.IMPROVING] or 'none'} improving",
        f"{tally[Direction.GETTING_WORSE] or 'none'} getting worse",
        f"{tally[Direction.LITTLE_CHANGE]} with little or no detectable change",
    ]
    counts = f"Of {len(judged)} systems: {words.listed([part for part in said if part])}."
    if measure.indicator.enumerated:
        return f"{counts} These are full counts: a change counts where it is over 1% of the baseline."
    by_chance = _about(expected_by_chance(len(judged)))
    return (
        f"{counts} If nothing had changed anywhere, chance alone would call about {by_chance} improving and "
        f"{by_chance} getting worse.{_beside_england(measure, shown)}"
    )


def _beside_england(measure: Measure, shown: Sequence[Status]) -> str:
    tested = [s for s in shown if s.change_versus_england_p is not None]
    if not tested:
        return ""
    found = [change_beside_england(measure, s).standing for s in tested]
    worse, better = found.count("worse"), found.count("better")
    apart = f"{worse + better} ({worse} worse, {better} better)" if worse + better else "None"
    by_chance = _about(2 * _ONE_SIDE_BY_CHANCE * len(tested))
    return (
        f" {apart} changed otherwise than England over the same periods; chance alone would make about "
        f"{by_chance} seem to."
    )


def moves(shown: Sequence[Status]) -> tuple[int, int, int]:
    """How many figures went up since the baseline, how many went down, and how many have both points."""
    sizes = [
        s.latest_value - s.baseline_value for s in shown if s.latest_value is not None and s.baseline_value is not None
    ]
    return sum(size > 0 for size in sizes), sum(size < 0 for size in sizes), len(sizes)


def _moves(measure: Measure, shown: Sequence[Status]) -> str:
    """Where no direction is called: which way the figures went, as published, and why no more is said."""
    up, down, count = moves(shown)
    if not count:
        return "No system can be judged yet."
    since = next(s.baseline_period for s in shown if s.baseline_value is not None and s.latest_value is not None)
    went = (
        f"By the values alone, of {count} systems {up or 'none'} went up since {since} and {down or 'none'} went down."
    )
    if all(s.data_state == DataState.OK for s in shown) and measure.indicator.polarity == Polarity.NO_JUDGEMENT:
        return f"{went} Neither way is judged better, so no direction is called."
    why = "this copy has no intervals" if shown[0].data_state == DataState.NO_INTERVAL else "the periods overlap"
    return f"{went} None is tested: {why}, so chance cannot be ruled out for any."


def _about(expected: float) -> int:
    return max(1, round(expected))


def _left_out(statuses: Sequence[Status], areas: Mapping[str, Area]) -> tuple[LeftOut, ...]:
    found: dict[str, list[str]] = {}
    for status in statuses:
        found.setdefault(status.data_state_reason or "No usable figure.", []).append(areas[status.area_code].area_name)
    groups = [LeftOut(reason, tuple(sorted(names))) for reason, names in found.items()]
    return tuple(sorted(groups, key=lambda group: (-len(group.names), group.names)))
