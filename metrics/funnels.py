"""Funnel limits and significance: how far from a common target chance alone would put an area of its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl
from scipy.optimize import elementwise
from scipy.special import gammainc, gammaincc, ndtri

from metrics.figures import as_floats, reasons
from metrics.inputs import (
    Level,
    choice_problems,
    column_problems,
    faults,
    grouping,
    is_number,
    levels,
    limit_names,
    number_problems,
    refuse,
)
from metrics.layout import Floats
from metrics.proportions import part_fault
from metrics.rates import count_fault, count_limits, denominator_fault
from metrics.standardised import FEWEST_EVENTS

Kind = Literal["proportion", "ratio", "crude_rate", "directly_standardised_rate"]

MULTIPLIERS: dict[str, float] = {
    "proportion": 100,
    "ratio": 100,
    "crude_rate": 100_000,
    "directly_standardised_rate": 100_000,
}
"""What each kind is multiplied by unless told otherwise: percentages, ratios to 100, rates per 100,000."""

TWO_SIGMA, THREE_SIGMA = levels((0.95, 0.998))


def funnel_limits(
    frame: pl.DataFrame,
    *,
    kind: Kind,
    count: str | None,
    denominator: str,
    target: float | None = None,
    multiplier: float | None = None,
    by: str | Sequence[str] = (),
) -> pl.DataFrame:
    """Draw the funnel: the values that would just differ from the target at each row's denominator.

    Adds `lower_95`, `upper_95` (2-sigma: 0.025 in each tail), `lower_99_8`, `upper_99_8` (3-sigma: 0.001), `target`
    and `reason`, all but the last times the multiplier. Each row is an area and keeps its columns; with `by` each group
    is a funnel with a target of its own.

    - `proportion`: the proportions whose Wilson limit at that level just reaches the target t, t -/+ z sqrt(t (1 -
      t)/n), cut at 0 and 1.
    - `ratio` and the rates: the counts O whose exact Poisson limit at that level just reaches the E = t n events the
      target expects (upper limit for the lower line, lower for the upper), over n; O between whole counts too, so that
      the line is smooth, and 0 where even no events would not be low.

    `denominator` holds those asked, the events expected (ratios) or the people (rates). For a directly standardised
    rate it is the population that makes the rate a crude one, multiplier x count/rate. The target t is a fraction
    before the multiplier; left out, it is 1 for ratios, as many as expected, and for the others the sum of the counts
    over the sum of the denominators, in rows that have both. Where the target is not worked out, `count` may be None.
    The multiplier is 100 for proportions and ratios and 100,000 for rates unless given.

    A missing denominator (null or NaN) has no limits, nor has a funnel without a target to work out; `reason` says so.
    An empty frame gives an empty frame with the same columns.

    Raises MetricInputError for an unknown kind; a column that is missing or not numeric; a count below zero, or above
    its denominator for a proportion; a denominator of zero or less; an infinite number; a target below zero, or above
    1 for a proportion; and a multiplier that is not a finite number above zero; all problems together.

    Source: Spiegelhalter DJ. Funnel plots for comparing institutional performance. Stat Med 2005;24:1185-202.

    >>> areas = pl.DataFrame({"area": ["A", "B"], "smokers": [41, 220], "asked": [160, 940]})
    >>> funnel = funnel_limits(areas, kind="proportion", count="smokers", denominator="asked")
    >>> funnel.select("area", pl.col("target", "lower_95", "upper_95").round(1)).rows()
    [('A', 23.7, 17.1, 30.3), ('B', 23.7, 21.0, 26.4)]
    """
    groups = grouping(by)
    names = limit_names((TWO_SIGMA, THREE_SIGMA))
    optional = ("count",) if target is not None or kind == "ratio" else ()
    areas = _checked(
        frame, kind, count, denominator, target, multiplier, groups, [*names, "target", "reason"], optional=optional
    )
    scale = MULTIPLIERS[kind] if multiplier is None else multiplier
    common = _targets(areas, kind, count, denominator, target, groups)
    t, n = common.to_numpy(), areas[denominator].to_numpy()
    line = _proportion_lines if kind == "proportion" else _count_lines
    limits = [
        pl.Series(name, edge * scale, nan_to_null=True)
        for level in (TWO_SIGMA, THREE_SIGMA)
        for name, edge in zip((level.lower, level.upper), line(t, n, level), strict=True)
    ]
    known = pl.DataFrame([areas[denominator].alias("denominator"), common.alias("target")])
    reason = reasons(known, {"denominator": "no denominator", "target": "no target: no row has both figures"})
    return frame.with_columns(*limits, (common * scale).alias("target"), reason)


def funnel_significance(
    frame: pl.DataFrame,
    *,
    kind: Kind,
    count: str,
    denominator: str,
    target: float | None = None,
    multiplier: float | None = None,
    by: str | Sequence[str] = (),
) -> pl.DataFrame:
    """Say which areas lie outside the funnel: whether each one's own limits leave out the target.

    Adds `significance`, one of `high_3`, `high_2`, `not_significant`, `low_2`, `low_3` (the number is that of sigmas:
    2 for 95% limits, 3 for 99.8%), and `reason`. Each row is an area and keeps its columns; with `by` each group is a
    funnel with a target of its own. Proportions are held against Wilson's limits turned round, as in `funnel_limits`;
    ratios and rates by the limits of their count (exact Poisson below 10, Byar's from 10 on) over the denominator.
    Denominators, target and multiplier are those of `funnel_limits`; the multiplier changes no answer.

    A directly standardised rate on fewer than 10 events has no significance, nor has a row with a missing count or
    denominator (null or NaN); `reason` says so. An empty frame gives an empty frame with the same columns. Raises
    MetricInputError as `funnel_limits` does.

    Source: Spiegelhalter DJ. Funnel plots for comparing institutional performance. Stat Med 2005;24:1185-202.

    >>> areas = pl.DataFrame({"area": ["A", "B", "C"], "deaths": [9, 44, 120], "expected": [15.4, 29.5, 151.2]})
    >>> funnel = funnel_significance(areas, kind="ratio", count="deaths", denominator="expected")
    >>> funnel.select("area", "significance").rows()
    [('A', 'not_significant'), ('B', 'high_2'), ('C', 'low_2')]
    """
    groups = grouping(by)
    areas = _checked(frame, kind, count, denominator, target, multiplier, groups, ["significance", "reason"])
    common = _targets(areas, kind, count, denominator, target, groups)
    t, x, n = common.to_numpy(), areas[count].to_numpy(), areas[denominator].to_numpy()
    code = np.zeros(areas.height, dtype=np.int8)
    for level, sigmas in ((TWO_SIGMA, 2), (THREE_SIGMA, 3)):
        if kind == "proportion":
            reach = level.z * np.sqrt(t * (1 - t) / n)
            high, low = x / n > t + reach, x / n < t - reach
        else:
            lower, upper = count_limits(x, level)
            high, low = lower / n > t, upper / n < t
        code[high], code[low] = sigmas, -sigmas
    words = {3: "high_3", 2: "high_2", 0: "not_significant", -2: "low_2", -3: "low_3"}
    said = pl.Series("significance", code).replace_strict(words, return_dtype=pl.String)

    reason = reasons(areas, {count: "no count", denominator: "no denominator"})
    if kind == "directly_standardised_rate":
        few = areas.select(pl.when(pl.col(count) < FEWEST_EVENTS).then(pl.lit("fewer than 10 events"))).to_series()
        reason = pl.select(pl.coalesce(reason, few).alias("reason")).to_series()
    return frame.with_columns(pl.when(reason.is_null()).then(said).alias("significance"), reason)


def _checked(
    frame: pl.DataFrame,
    kind: Kind,
    count: str | None,
    denominator: str,
    target: float | None,
    multiplier: float | None,
    groups: list[str],
    adds: list[str],
    *,
    optional: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Refuse what no funnel can be drawn of; give the counts and denominators as floats beside their groups."""
    problems = [
        *choice_problems("kind", kind, MULTIPLIERS),
        *([] if multiplier is None else number_problems("multiplier", multiplier)),
        *column_problems(
            frame, numeric={"count": count, "denominator": denominator}, optional=optional, by=groups, adds=adds
        ),
    ]
    if target is not None:
        highest = 1.0 if kind == "proportion" else float("inf")
        if not (is_number(target) and 0 <= target <= highest and np.isfinite(target)):
            most = "from 0 to 1" if kind == "proportion" else "of zero or more"
            problems.append(f"target: {target!r} given; expected a finite number {most}, before the multiplier")
    refuse(problems)
    if count is None:
        areas = as_floats(frame, [denominator])
        refuse(faults(areas, denominator_fault(denominator), by=groups))
        return areas
    areas = as_floats(frame, [count, denominator])
    failing = count_fault(count) | denominator_fault(denominator)
    refuse(faults(areas, failing | (part_fault(count, denominator) if kind == "proportion" else {}), by=groups))
    return areas


def _targets(
    areas: pl.DataFrame, kind: Kind, count: str | None, denominator: str, target: float | None, groups: list[str]
) -> pl.Series:
    """Give each row its funnel's target, as a fraction; null where there is nothing to work it out from."""
    if target is None and kind == "ratio":
        target = 1.0
    if target is not None or count is None:
        return pl.repeat(target, areas.height, dtype=pl.Float64, eager=True)
    x, n = pl.col(count), pl.col(denominator)
    both = x.is_not_null() & n.is_not_null()
    total = [pl.when(both).then(part).sum() for part in (x, n)]
    events, people = (part.over(groups) for part in total) if groups else total
    common = pl.when(people > 0).then(events / people)
    # Without groups the sum is one number for all rows, one or none.
    return areas.with_columns(common.alias("target"))["target"]


def _proportion_lines(t: Floats, n: Floats, level: Level) -> tuple[Floats, Floats]:
    reach = level.z * np.sqrt(t * (1 - t) / n)
    return np.maximum(t - reach, 0.0), np.minimum(t + reach, 1.0)


def _count_lines(t: Floats, n: Floats, level: Level) -> tuple[Floats, Floats]:
    """Find the counts whose Poisson limit is just what the target expects, over the denominator.

    No formula gives the count from its limit, so each is found as a root, on the normal scale, where the tail is
    nearly a straight line in it. The upper limit of O is E where the chance of O or fewer, Q(O + 1, E), is the tail;
    the lower where the chance of O or more, P(O, E), is.
    """
    expected = t * n
    low, high = np.full_like(expected, np.nan), np.full_like(expected, np.nan)
    low[expected >= 0], high[expected == 0] = 0.0, 0.0

    def tail_of(function: np.ufunc, first: Floats, last: Floats, events: Floats) -> Floats:
        def past_the_tail(shape: Floats, /, *mean: Floats) -> Floats:
            return np.asarray(ndtri(function(shape, *mean)) + level.z, dtype=np.float64)

        if not events.size:
            return events
        tolerances = {"xatol": 0.0, "xrtol": 1e-14, "fatol": 0.0, "frtol": 0.0}
        found = elementwise.find_root(past_the_tail, (first, last), args=(events,), tolerances=tolerances)  # type: ignore[call-overload]
        return np.asarray(found.x, dtype=np.float64)

    above_none = expected > -np.log(level.tail)  # fewer expected, and even no events would not be low
    events = expected[above_none]
    low[above_none] = tail_of(gammaincc, np.ones_like(events), events + 1, events) - 1
    some = expected > 0
    events = expected[some]
    furthest = events + (level.z + 1) ** 2 + 2 * (level.z + 1) * np.sqrt(events)
    high[some] = tail_of(gammainc, np.full_like(events, 1e-300), furthest, events)
    return low / n, high / n
