"""How a status is shown: each layer's value as a mark and words, short and long; none merged with another."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard import words
from dashboard.queries import Indicator, Status
from dashboard.theme import Standing
from dashboard.views.figures import Measure
from data_contracts.vocabulary import (
    Assurance,
    DataState,
    Direction,
    Pace,
    PaceForm,
    RecentTrend,
    Variation,
    Versus,
)

#: One in twenty tests of a measure that did not change calls it improving, and as many getting worse.
ONE_SIDE_BY_CHANCE = 0.05


@dataclass(frozen=True)
class Shown:
    """A layer's value: its mark, its words, and a word or two for where room is short."""

    standing: Standing
    words: str
    short: str


DIRECTIONS: Mapping[str, Shown] = {
    Direction.TARGET_MET: Shown("target_met", "Target met", "Met"),
    Direction.IMPROVING: Shown("better", "Improving", "Improving"),
    Direction.LITTLE_CHANGE: Shown("no_difference", "Little or no detectable change", "Little change"),
    Direction.GETTING_WORSE: Shown("worse", "Getting worse", "Worse"),
}

STATES: Mapping[str, Shown] = {
    DataState.BASELINE_ONLY: Shown("cannot_tell", "Cannot tell yet", "Not yet"),
    DataState.NO_INTERVAL: Shown("cannot_tell", "No interval, so no test", "No interval"),
    DataState.NOT_COMPARABLE: Shown("cannot_tell", "Not comparable", "Not comparable"),
    DataState.SUPPRESSED: Shown("cannot_tell", "Withheld", "Withheld"),
    DataState.NO_DATA: Shown("cannot_tell", "No data", "No data"),
    DataState.INFORMATIONAL: Shown("cannot_tell", "No measure", "No measure"),
    DataState.ILLUSTRATIVE: Shown("illustrative", "ILLUSTRATIVE", "ILLUSTRATIVE"),
    DataState.OK: Shown("no_difference", "No direction is called", "No direction"),
}

PACES: Mapping[str, Shown] = {
    Pace.ON_TRACK: Shown("better", "On track", "On track"),
    Pace.ACCELERATION_NEEDED: Shown("no_difference", "Acceleration needed", "Faster needed"),
    Pace.LIMITED: Shown("worse", "Limited progress", "Limited"),
    Pace.DETERIORATION: Shown("worse", "Moving away from the target", "Moving away"),
    Pace.UNCERTAIN: Shown("cannot_tell", "Pace cannot be told from chance", "Uncertain"),
    Pace.HELD: Shown("target_met", "Target met at the baseline, and held", "Held"),
    Pace.LOST: Shown("worse", "Target met at the baseline, and lost", "Lost"),
    Pace.NO_DEADLINE: Shown("no_difference", "No date was set", "No date"),
    Pace.NOT_ASSESSED: Shown("no_difference", "No target", "No target"),
}

TRENDS: Mapping[str, str] = {
    RecentTrend.INCREASING_BETTER: "Rising, which is better",
    RecentTrend.INCREASING_WORSE: "Rising, which is worse",
    RecentTrend.INCREASING: "Rising",
    RecentTrend.DECREASING_BETTER: "Falling, which is better",
    RecentTrend.DECREASING_WORSE: "Falling, which is worse",
    RecentTrend.DECREASING: "Falling",
    RecentTrend.NO_CHANGE: "No detectable trend",
    RecentTrend.CANNOT_BE_CALCULATED: "Cannot be calculated",
}

VARIATIONS: Mapping[str, str] = {
    Variation.IMPROVEMENT: "Special cause, for the better",
    Variation.CONCERN: "Special cause, for the worse",
    Variation.COMMON_CAUSE: "Common cause: within chance",
    Variation.NEUTRAL_HIGH: "Special cause, high",
    Variation.NEUTRAL_LOW: "Special cause, low",
}

ASSURANCES: Mapping[str, str] = {
    Assurance.PASS: "will meet its target as it is",
    Assurance.FAIL: "will miss its target as it is",
    Assurance.INCONSISTENT: "will meet and miss its target by turns",
}

VERSUS: Mapping[str, str] = {
    Versus.SIMILAR: "Similar to England",
    Versus.HIGHER: "Higher than England",
    Versus.LOWER: "Lower than England",
}

STANDINGS: Mapping[str, str] = {
    "promise": "Promise",
    "duty": "Duty in law",
    "recommended": "Recommended; nobody has promised it",
    "monitored": "Monitored; nobody has promised a figure",
}

LEVERS: Mapping[str, str] = {
    "system": "The system can move it",
    "shared": "The system can move it together with others",
    "national": "National government can move it",
}


def shown(status: Status) -> Shown:
    """The direction, or the data state where there is none."""
    return DIRECTIONS[status.direction] if status.direction else STATES[status.data_state]


def expected_by_chance(tested: int) -> float:
    """How many of these tests would say improving if nothing had changed, and as many getting worse."""
    return tested * ONE_SIDE_BY_CHANCE


def layers(status: Status, indicator: Indicator) -> list[tuple[str, str]]:
    """Every layer of a status by name, in order, with what it says and on what grounds.

    A layer that a measure cannot have, such as a control chart of yearly figures, says nothing.
    """
    measure = Measure(indicator, status.sex)
    return [
        ("Data", _data(status)),
        ("Direction", _direction(status, measure)),
        ("Pace", _pace(status, measure)),
        ("Recent trend", _trend(status)),
        ("Variation", _variation(status)),
        ("Level against England", _versus(status, measure)),
        ("Change against England's", _change(status, measure)),
        ("Earliest change", _earliest(status)),
        ("Smallest change the test would see", _detectable(status, measure)),
    ]


def _data(status: Status) -> str:
    if status.data_state == DataState.OK:
        why = f" {status.data_state_reason}" if status.data_state_reason else ""
        return f"Sound: {status.baseline_period} is compared with {status.latest_period}.{why}"
    return f"{STATES[status.data_state].words}. {status.data_state_reason or ''}".strip()


def _direction(status: Status, measure: Measure) -> str:
    if status.direction is None:
        return "None."
    p = f", smaller tail p = {p_value(status.direction_p)}" if status.direction_p is not None else ""
    span = ""
    if status.baseline_value is not None and status.latest_value is not None:
        span = (
            f": {measure.amount(status.baseline_value)} in {status.baseline_period}, "
            f"{measure.amount(status.latest_value)} in {status.latest_period}"
        )
    return f"{DIRECTIONS[status.direction].words}{span}{p}."


def _pace(status: Status, measure: Measure) -> str:
    if status.pace is None:
        return "None."
    said = [PACES[status.pace].words]
    if status.required_from_now is not None:
        said.append(f"needs {rate(status.required_from_now, measure.indicator)} from now")
    if status.recent_rate is not None and status.target_value is not None:
        said.append(f"has been {rate(status.recent_rate, measure.indicator)} since the baseline")
    if status.pace_ratio is not None:
        said.append(f"observed over needed is {words.number(status.pace_ratio, 2)}")
    return f"{'; '.join(said)}."


def rate(growth: float, indicator: Indicator) -> str:
    """Growth a year as people say it.

    A compound rate of a percentage is said to be relative, since it is not in percentage points.
    """
    way = "a rise" if growth >= 0 else "a fall"
    if indicator.pace_form == PaceForm.COMPOUND:
        return f"{'a relative' if indicator.unit == '%' else 'a'} {way[2:]} of {abs(growth):.1%} a year"
    return f"{way} of {words.step(growth, unit=indicator.unit, decimals=indicator.decimals)} a year"


def _trend(status: Status) -> str:
    if status.recent_trend is None:
        return "None."
    why = f": {status.trend_reason}" if status.trend_reason else ""
    return f"{TRENDS[status.recent_trend]}{why}."


def _variation(status: Status) -> str:
    if status.variation is None:
        return ""
    assured = f"; {ASSURANCES[status.assurance]}" if status.assurance else ""
    return f"{VARIATIONS[status.variation]}{assured}."


def _versus(status: Status, measure: Measure) -> str:
    if status.versus_england is None:
        return "Not tested."
    england = f" ({measure.amount(status.england_value)})" if status.england_value is not None else ""
    return f"{VERSUS[status.versus_england]}{england}."


def _change(status: Status, measure: Measure) -> str:
    if status.change_versus_england is None:
        return "Not compared."
    size = measure.differs(status.change_versus_england, "England's change")
    if status.change_versus_england_p is None:
        return f"{words.opening(size)}; not tested."
    return f"{words.opening(size)}, p = {p_value(status.change_versus_england_p)}."


def _earliest(status: Status) -> str:
    if status.earliest_change is None:
        return status.earliest_change_reason or "None."
    return f"About {status.earliest_change:%B %Y}. {status.earliest_change_reason or ''}".strip()


def _detectable(status: Status, measure: Measure) -> str:
    if status.smallest_detectable_change is None:
        return "No test is made."
    indicator = measure.indicator
    return f"{words.step(status.smallest_detectable_change, unit=indicator.unit, decimals=indicator.decimals)}."


def p_value(p: float) -> str:
    """Write a p value.

    >>> p_value(0.0123), p_value(0.00001)
    ('0.012', 'under 0.001')
    """
    return "under 0.001" if p < 0.001 else f"{p:.3f}"
