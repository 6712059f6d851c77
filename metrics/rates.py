"""Crude rates, and the limits of a count that every rate and ratio rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
import polars as pl
from scipy.special import gammainccinv, gammaincinv

from metrics.figures import as_floats, group_sums, reasons
from metrics.inputs import (
    DEFAULT_CONFIDENCE,
    Level,
    column_problems,
    faults,
    grouping,
    level_problems,
    levels,
    limits_asked_for,
    number_problems,
    refuse,
)
from metrics.layout import Floats

EXACT_BELOW = 10
"""Counts below this get exact Poisson limits in a rate or ratio; from it on Byar's differ from them by little."""


@overload
def poisson_limits(count: float, confidence: float = ...) -> tuple[float, float]: ...
@overload
def poisson_limits(count: Sequence[float] | Floats | pl.Series, confidence: float = ...) -> tuple[Floats, Floats]: ...
def poisson_limits(
    count: float | Sequence[float] | Floats | pl.Series, confidence: float = 0.95
) -> tuple[float, float] | tuple[Floats, Floats]:
    """Find the exact Poisson limits of a count, at every count.

    The lower limit is the mean under which as many events or more have the tail probability, half the chi-squared
    quantile on 2 x count degrees of freedom (0 for a count of 0); the upper limit the mean under which as few or fewer
    have it, on 2 x count + 2. Counts need not be whole. One count gives two numbers, several give two arrays; a missing
    count (null or NaN) gives NaN. Raises MetricInputError for a count below zero or infinite, and for a confidence
    outside 0.9 to 1.

    Source: Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936;28:437-42.

    >>> lower, upper = poisson_limits(4, 0.95)
    >>> round(lower, 3), round(upper, 3)
    (1.09, 10.242)
    """
    counts, level = _checked(count, confidence)
    lower, upper = exact_limits(counts, level)
    return (float(lower), float(upper)) if counts.ndim == 0 else (lower, upper)


@overload
def byars_limits(count: float, confidence: float = ...) -> tuple[float, float]: ...
@overload
def byars_limits(count: Sequence[float] | Floats | pl.Series, confidence: float = ...) -> tuple[Floats, Floats]: ...
def byars_limits(
    count: float | Sequence[float] | Floats | pl.Series, confidence: float = 0.95
) -> tuple[float, float] | tuple[Floats, Floats]:
    """Find Byar's limits of a count, an approximation to the exact Poisson ones, at every count.

    Lower: O (1 - 1/(9 O) - z/(3 sqrt O)) cubed, with O the count, and 0 for a count of 0; upper: the same with + z
    and O + 1 for O. Below about 10 the approximation is poor (its lower limit can fall below zero), and rates use the
    exact limits there. One count gives two numbers, several give two arrays; a missing count gives NaN. Raises
    MetricInputError as `poisson_limits` does.

    Source: Breslow NE, Day NE. Statistical methods in cancer research, volume II. IARC 1987.

    >>> lower, upper = byars_limits(86, 0.95)
    >>> round(lower, 3), round(upper, 3)
    (68.787, 106.211)
    """
    counts, level = _checked(count, confidence)
    lower, upper = byars(counts, level)
    return (float(lower), float(upper)) if counts.ndim == 0 else (lower, upper)


def _checked(count: float | Sequence[float] | Floats | pl.Series, confidence: float) -> tuple[Floats, Level]:
    problems = level_problems(confidence)
    if isinstance(confidence, Iterable) and len(list(confidence)) > 1:
        problems.append("confidence: several levels given; expected one")
    series = count if isinstance(count, pl.Series) else None
    try:
        counts = np.asarray(count if series is None else series.cast(pl.Float64).to_numpy(), dtype=np.float64)
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        refuse([*problems, f"count: {count!r} given; expected numbers"])
        raise  # not reached: refuse raised
    if np.any(counts < 0) or np.any(np.isinf(counts)):
        wrong = np.unique(counts[(counts < 0) | np.isinf(counts)])
        problems.append(f"count: {', '.join(map(str, wrong))} given; expected finite counts of zero or more")
    refuse(problems)
    (level,) = levels(confidence)
    return counts, level


def exact_limits(counts: Floats, level: Level) -> tuple[Floats, Floats]:
    """Work out exact Poisson limits, unchecked; half a chi-squared quantile on 2k is a gamma quantile on k."""
    lower = np.where(counts == 0, 0.0, gammaincinv(counts, level.tail))
    upper = gammainccinv(counts + 1, level.tail)
    return lower.astype(np.float64), np.asarray(upper, dtype=np.float64)


def byars(counts: Floats, level: Level) -> tuple[Floats, Floats]:
    """Work out Byar's limits, unchecked."""
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = counts * (1 - 1 / (9 * counts) - level.z / (3 * np.sqrt(counts))) ** 3
    above = counts + 1
    upper = above * (1 - 1 / (9 * above) + level.z / (3 * np.sqrt(above))) ** 3
    return np.where(counts == 0, 0.0, lower), upper


def count_limits(counts: Floats, level: Level) -> tuple[Floats, Floats]:
    """Work out the limits a rate or ratio takes from its count, unchecked: exact below 10, Byar's from 10 on."""
    lower, upper = byars(counts, level)
    small = counts < EXACT_BELOW
    # The same few small counts recur in any large frame, and a quantile costs a hundred times a cube.
    distinct, place = np.unique(counts[small], return_inverse=True)
    exact_lower, exact_upper = exact_limits(distinct, level)
    lower[small], upper[small] = exact_lower[place], exact_upper[place]
    return lower, upper


def crude_rate(
    frame: pl.DataFrame,
    *,
    count: str,
    denominator: str,
    by: str | Sequence[str] = (),
    multiplier: float = 100_000,
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
) -> pl.DataFrame:
    """Work out crude rates with their limits: events over the population they arose in, times the multiplier.

    Adds `value` and the limits, events per `multiplier` of the denominator's unit; `method`, how the limits were
    found: `exact` (Poisson) for counts below 10, `byars` from 10 on; and `reason`. The limits are those of the count,
    over the denominator. Without `by` each row has its own rate and keeps its columns; with it the counts and
    denominators of a group are summed first and a group has one row, in order of first appearance. Columns of the
    added names are replaced.

    A missing count or denominator (null or NaN), or one within a group, leaves the rate and its limits null and says
    so in `reason`. Counts need not be whole. An empty frame gives an empty frame with the same columns.

    Raises MetricInputError for a column that is missing or not numeric, a count below zero, a denominator of zero or
    less (in any row, before sums), an infinite number, a multiplier that is not a finite number above zero, and a
    confidence outside 0.9 to 1; all problems together, naming each group (or row) at fault.

    Source: Eayres D. APHO Technical Briefing 3: commonly used public health statistics and their confidence
    intervals. 2008.

    >>> wards = pl.DataFrame({"ward": ["A", "B"], "deaths": [4, 86], "people": [3050, 61240]})
    >>> rates = crude_rate(wards, count="deaths", denominator="people", confidence=0.95)
    >>> rates.select("ward", pl.col("value", "lower_95", "upper_95").round(1), "method").rows()
    [('A', 131.1, 35.7, 335.8, 'exact'), ('B', 140.4, 112.3, 173.4, 'byars')]
    """
    groups = grouping(by)
    adds = ["value", *limits_asked_for(confidence), "method", "reason"]
    refuse(
        [
            *level_problems(confidence),
            *number_problems("multiplier", multiplier),
            *column_problems(frame, numeric={"count": count, "denominator": denominator}, by=groups, adds=adds),
        ]
    )
    wanted = levels(confidence)

    parts = as_floats(frame, [count, denominator])
    refuse(faults(parts, count_fault(count) | denominator_fault(denominator), by=groups))
    totals = group_sums(parts, [count, denominator], groups)
    counts, denominators = totals[count].to_numpy(), totals[denominator].to_numpy()
    reason = reasons(totals, {count: "no count", denominator: "no denominator"})
    limits = [
        pl.Series(name, limit / denominators * multiplier, nan_to_null=True)
        for level in wanted
        for name, limit in zip((level.lower, level.upper), count_limits(counts, level), strict=True)
    ]
    method = totals.select(
        pl.when(reason.is_null())
        .then(pl.when(pl.col(count) < EXACT_BELOW).then(pl.lit("exact")).otherwise(pl.lit("byars")))
        .alias("method")
    ).to_series()
    value = pl.Series("value", counts / denominators * multiplier, nan_to_null=True)
    return (totals if groups else frame).with_columns(value, *limits, method, reason)


def count_fault(count: str, argument: str = "count") -> dict[str, pl.Expr]:
    """Say what a count may not be, with the expression that finds it."""
    given = pl.col(count)
    says = f"{argument}: {count!r} negative or infinite, expected finite and zero or more"
    return {says: (given < 0) | given.is_infinite()}


def denominator_fault(denominator: str) -> dict[str, pl.Expr]:
    """Say what nothing can be divided by, with the expression that finds it."""
    given = pl.col(denominator)
    says = f"denominator: {denominator!r} zero, negative or infinite, expected finite and above zero"
    return {says: (given <= 0) | given.is_infinite()}
