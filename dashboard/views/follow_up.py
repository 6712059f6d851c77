"""What came after an intervention: its process measure, and its outcome beside that of comparable systems.

The period before is the last that had ended when the intervention started, the period after the latest that lies wholly
after the start. A difference is tested; what is left of it is no proof of cause, and the page says so.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard import queries, words
from dashboard.queries import Observation
from dashboard.reader import Release
from dashboard.store.model import Told
from dashboard.views.figures import Measure
from dashboard.views.interventions import reading
from dashboard.views.statuses import p_value
from data_contracts.vocabulary import Polarity, ProcessAim
from metrics.comparison_scalar import DifferenceOfDifferences, standard_error
from metrics.follow_up import BeforeAndAfter, Estimate, Regression, beside, interval, regression_to_the_mean
from metrics.progress_scalar import direction

#: `too_early`: no figure could show it yet. `tested`: a test was made. `not_tested`: there are figures, and no test.
State = Literal["too_early", "tested", "not_tested"]

NO_PROOF = (
    "This is not proof of cause. A system that is helped differs from others in more than the help, and neither the "
    "comparison nor the allowance for chance takes that out."
)
_TOOK_PLACE = {"improving": "improved", "getting_worse": "got worse", "little_change": "shows no detectable change"}


@dataclass(frozen=True)
class Side:
    """A system's figures before and after, in words."""

    area_code: str
    name: str
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class FollowUp:
    """What can be told of one measure by now. `earliest` is when figures could first show something."""

    state: State
    title: str
    answer: str
    said: tuple[str, ...] = ()
    periods: tuple[str, str] | None = None
    sides: tuple[Side, ...] = ()
    earliest: dt.date | None = None


def process(of: Told, today: dt.date) -> FollowUp:
    """The process measure: where it stood, where it stands, and whether the difference is more than chance."""
    now = reading(of, "process_value", "process")
    before = reading(of, "process_baseline", "process_baseline")
    title = f"Process: {of.process_measure}"
    if of.process_value is None or now is None:
        if today < of.process_date:
            return FollowUp(
                "too_early",
                title,
                f"Too early: it can first be read on {words.date(of.process_date)}.",
                earliest=of.process_date,
            )
        late = f"It could be read from {words.date(of.process_date)} on, and no reading has been entered yet."
        return FollowUp("not_tested", title, late)
    if of.process_baseline is None or before is None:
        return FollowUp("not_tested", title, f"{now}. No baseline was entered, so nothing can be said of a change.")
    moved = f"From {before} to {now}"
    if of.process_value == of.process_baseline:
        return FollowUp("not_tested", title, f"{moved}: the same.")
    towards = (of.process_value > of.process_baseline) == (of.process_aim == ProcessAim.INCREASE)
    way = "the way it was meant to" if towards else "not the way it was meant to"
    errors = (
        standard_error(of.process_baseline_lower_95, of.process_baseline_upper_95),
        standard_error(of.process_lower_95, of.process_upper_95),
    )
    found = direction(
        baseline=of.process_baseline,
        latest=of.process_value,
        baseline_se=errors[0],
        latest_se=errors[1],
        polarity="high_is_good" if of.process_aim == ProcessAim.INCREASE else "low_is_good",
    )
    if found.direction is None or found.direction_p is None:
        return FollowUp(
            "not_tested", title, f"{moved}: {way}. Without limits on both there is no test of whether that is chance."
        )
    if found.direction == "little_change":
        verdict = f"no detectable change (one-sided {_p(found.direction_p)})"
    else:
        verdict = f"{way}, by more than chance explains (one-sided {_p(found.direction_p)})"
    return FollowUp("tested", title, f"{moved}: {verdict}.")


def outcome(release: Release, of: Told, today: dt.date) -> FollowUp | None:
    """The outcome measure, where one is set: the change here beside that of comparable systems."""
    known = queries.reference(release)
    indicator = known.indicators.get(of.outcome_indicator_id or "")
    if of.outcome_indicator_id is None:
        return None
    title = f"Outcome: {words.in_sentence(indicator.short_name if indicator else of.outcome_indicator_id)}"
    if indicator is None:
        return FollowUp("not_tested", title, "This measure is not in the registry any more, so nothing can be told.")
    measure = Measure(indicator, of.outcome_sex or "persons")
    title = f"Outcome: {measure.named}"
    series = _by_area(queries.system_series(release, indicator_id=indicator.indicator_id, sex=measure.sex))
    points = series.get(of.area_code, [])
    if not points:
        return FollowUp("not_tested", title, "No figure of this measure is held for this system.")
    before = next((point for point in reversed(points) if point.period_end <= of.start_date), None)
    if before is None:
        return FollowUp(
            "not_tested",
            title,
            f"No figure is held of a period that had ended by {words.date(of.start_date)}, so there is no before.",
        )
    after = points[-1] if points[-1].period_start >= of.start_date else None
    if after is None:
        lag = known.sources[indicator.source_id].usual_lag_months
        return _too_early(title, before, points, of, lag)
    if of.outcome_date is not None and today < of.outcome_date:
        set_for = f"Too early: it was set to be read from {words.date(of.outcome_date)} on."
        return FollowUp("too_early", title, set_for, earliest=of.outcome_date)
    return _told(release, measure, title, of.area_code, series, before.period_label, after.period_label)


def _by_area(observations: Sequence[Observation]) -> Mapping[str, list[Observation]]:
    """Each system's figures in order of time; a period without one is left out."""
    found: dict[str, list[Observation]] = {}
    for observation in observations:
        if observation.value is not None:
            found.setdefault(observation.area_code, []).append(observation)
    return found


# --- too early


def _too_early(title: str, before: Observation, points: Sequence[Observation], of: Told, lag_months: int) -> FollowUp:
    first, last = _first_after(points, of.start_date)
    due = _later(last, lag_months)
    earliest = max(due, of.outcome_date) if of.outcome_date else due
    also = f" It was set to be read from {words.date(of.outcome_date)} on." if of.outcome_date else ""
    began = words.date(of.start_date)
    return FollowUp(
        "too_early",
        title,
        f"Too early: the first period that lies wholly after the start on {began} runs from {words.date(first)} to "
        f"{words.date(last)}, and its figure is due about {due:%B %Y}.{also}",
        said=(f"It will be held against {before.period_label}, the last period that had ended at the start.",),
        earliest=earliest,
    )


def _first_after(points: Sequence[Observation], start: dt.date) -> tuple[dt.date, dt.date]:
    """The first period to begin on or after a day, going on from the latest period by the series' own step."""
    latest = points[-1]
    step = _months_between(points[-2].period_start, latest.period_start) if len(points) > 1 else 0
    length = _months_between(latest.period_start, latest.period_end + dt.timedelta(days=1))
    first = latest.period_start
    while first < start:
        first = _later(first, step or length)
    return first, _later(first, length) - dt.timedelta(days=1)


def _months_between(earlier: dt.date, later: dt.date) -> int:
    return max(1, (later.year - earlier.year) * 12 + later.month - earlier.month)


def _later(day: dt.date, months: int) -> dt.date:
    """The day some months on, or the last of that month where it has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return min(following - dt.timedelta(days=1), dt.date(year, month, 1) + dt.timedelta(days=day.day - 1))


# --- what can be told


def _told(
    release: Release,
    measure: Measure,
    title: str,
    area_code: str,
    series: Mapping[str, list[Observation]],
    before: str,
    after: str,
) -> FollowUp:
    areas = queries.reference(release).areas
    nearest = queries.comparators(
        release, area_code=area_code, indicator_id=measure.indicator.indicator_id, sex=measure.sex
    )
    pairs = {code: _pair(measure, series.get(code, []), before, after) for code in (area_code, *nearest)}
    own = pairs.pop(area_code)
    assert own is not None, "both periods are this system's own"
    held = {code: pair for code, pair in pairs.items() if pair is not None}
    difference = beside(own, list(held.values()))
    regression = regression_to_the_mean(own.before, _before_of_all(release, measure, series, before))
    state, verdict = _verdict(measure, own)
    return FollowUp(
        state,
        title,
        f"{words.opening(measure.named)} {verdict} between {before} and {after}.",
        said=(
            *_compared(measure, difference, [areas[code].area_name for code in held], len(nearest)),
            _allowed_for(measure, own, regression),
            NO_PROOF,
        ),
        periods=(before, after),
        sides=tuple(
            _side(measure, code, areas[code].area_name, pair) for code, pair in {area_code: own, **held}.items()
        ),
    )


def _pair(measure: Measure, points: Sequence[Observation], before: str, after: str) -> BeforeAndAfter | None:
    found = {point.period_label: point for point in points}
    if before not in found or after not in found:
        return None
    return BeforeAndAfter(_estimate(measure, found[before]), _estimate(measure, found[after]))


def _estimate(measure: Measure, figure: Observation) -> Estimate:
    assert figure.value is not None
    return Estimate(figure.value, standard_error(figure.lower_95, figure.upper_95, measure.indicator.decimals))


def _before_of_all(
    release: Release, measure: Measure, series: Mapping[str, list[Observation]], before: str
) -> list[Estimate]:
    """The figures, in the period before, of all of today's systems: of these one was chosen."""
    codes = [area.area_code for area in queries.reference(release).systems]
    return [
        _estimate(measure, point) for code in codes for point in series.get(code, []) if point.period_label == before
    ]


def _verdict(measure: Measure, own: BeforeAndAfter) -> tuple[State, str]:
    found = direction(
        baseline=own.before.value,
        latest=own.after.value,
        baseline_se=own.before.standard_error,
        latest_se=own.after.standard_error,
        polarity=Polarity(measure.indicator.polarity).value,
        enumerated=measure.indicator.enumerated,
    )
    change = _signed(measure, own.change)
    if found.direction is None:
        return "not_tested", f"moved by {change}, with no interval to test that by,"
    p = f"; one-sided {_p(found.direction_p)}" if found.direction_p is not None else ""
    limits = interval(own)
    span = f" ({_signed(measure, limits[0])} to {_signed(measure, limits[1])}{p})" if limits else ""
    return "tested", f"{_TOOK_PLACE[found.direction]}: it moved by {change}{span}"


def _p(p: float) -> str:
    written = p_value(p)
    return f"p {written}" if written.startswith("under") else f"p = {written}"


def _signed(measure: Measure, amount: float) -> str:
    written = words.step(amount, unit=measure.indicator.unit, decimals=measure.indicator.decimals)
    is_zero = not words.number(amount, measure.indicator.decimals).strip("0.,−")
    return written if is_zero else f"{'+' if amount > 0 else '−'}{written}"


def _compared(
    measure: Measure, difference: DifferenceOfDifferences, names: Sequence[str], nearest: int
) -> tuple[str, ...]:
    """The change beyond that of the comparators, who they are, and how sure that is."""
    if difference.difference is None:
        why = "none is like it enough" if not nearest else "none has figures of both periods"
        return (f"There is no system to hold it against: {why}.",)
    who = f"the mean of {words.listed(names)}"
    beyond = f"Beyond {who}, it moved by {_signed(measure, difference.difference)}"
    if difference.lower_95 is None or difference.upper_95 is None or difference.p is None:
        return (f"{beyond}; there is no interval to test that by.",)
    span = f"{_signed(measure, difference.lower_95)} to {_signed(measure, difference.upper_95)}"
    told = "more than chance explains" if difference.p < 0.05 else "no more than chance explains"
    return (
        f"{beyond} (95% interval {span}; two-sided {_p(difference.p)}): {told}.",
        "The interval is of sampling alone: true changes differ from place to place, help or no help.",
    )


def _allowed_for(measure: Measure, own: BeforeAndAfter, regression: Regression) -> str:
    if regression.expected_change is None or regression.mean is None:
        return "How much of the change is a return towards the mean cannot be told: figures lack intervals."
    away = measure.differs(own.before.value - regression.mean, "the mean of systems")
    return (
        f"It started {away}. A system chosen for that would be expected to move by "
        f"{_signed(measure, regression.expected_change)} with nothing done, because part of the distance was chance."
    )


def _side(measure: Measure, code: str, name: str, pair: BeforeAndAfter) -> Side:
    return Side(
        code,
        name,
        measure.amount(pair.before.value),
        measure.amount(pair.after.value),
        _signed(measure, pair.change),
    )
