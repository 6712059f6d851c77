"""Proportions with Wilson's score limits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

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
from metrics.rates import count_fault, denominator_fault


def proportion(
    frame: pl.DataFrame,
    *,
    count: str,
    denominator: str,
    by: str | Sequence[str] = (),
    multiplier: float = 1,
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
) -> pl.DataFrame:
    """Work out proportions with Wilson's limits: those counted over all who could be, times the multiplier.

    Adds `value` and the limits, a fraction of one (a percentage with a multiplier of 100), and `reason`. With count O
    of n, p = O/n and z the normal quantile, the limits are (2 O + z^2 -/+ z sqrt(z^2 + 4 O (1 - p))) / (2 (n + z^2)):
    never below 0 nor above 1, and of some width even where p is 0 or 1. Without `by` each row has its own proportion
    and keeps its columns; with it the counts and denominators of a group are summed first and a group has one row, in
    order of first appearance. Columns of the added names are replaced.

    A missing count or denominator (null or NaN), or one within a group, leaves the proportion and its limits null and
    says so in `reason`. Counts need not be whole. An empty frame gives an empty frame with the same columns.

    Raises MetricInputError for a column that is missing or not numeric, a count below zero or above its denominator, a
    denominator of zero or less (all in any row, before sums), an infinite number, a multiplier that is not a finite
    number above zero, and a confidence outside 0.9 to 1; all problems together, naming each group (or row) at fault.

    Source: Wilson EB. Probable inference, the law of succession, and statistical inference. JASA 1927;22:209-12.

    >>> wards = pl.DataFrame({"ward": ["A", "B"], "smokers": [0, 14], "asked": [18, 40]})
    >>> smoking = proportion(wards, count="smokers", denominator="asked", multiplier=100, confidence=0.95)
    >>> smoking.select("ward", pl.col("value", "lower_95", "upper_95").round(1)).rows()
    [('A', 0.0, 0.0, 17.6), ('B', 35.0, 22.1, 50.5)]
    """
    groups = grouping(by)
    adds = ["value", *limits_asked_for(confidence), "reason"]
    refuse(
        [
            *level_problems(confidence),
            *number_problems("multiplier", multiplier),
            *column_problems(frame, numeric={"count": count, "denominator": denominator}, by=groups, adds=adds),
        ]
    )
    parts = as_floats(frame, [count, denominator])
    refuse(
        faults(
            parts,
            count_fault(count) | denominator_fault(denominator) | part_fault(count, denominator),
            by=groups,
        )
    )
    totals = group_sums(parts, [count, denominator], groups)
    counts, denominators = totals[count].to_numpy(), totals[denominator].to_numpy()
    reason = reasons(totals, {count: "no count", denominator: "no denominator"})
    limits = [
        pl.Series(name, limit * multiplier, nan_to_null=True)
        for level in levels(confidence)
        for name, limit in zip((level.lower, level.upper), wilson_limits(counts, denominators, level), strict=True)
    ]
    value = pl.Series("value", counts / denominators * multiplier, nan_to_null=True)
    return (totals if groups else frame).with_columns(value, *limits, reason)


def part_fault(count: str, denominator: str) -> dict[str, pl.Expr]:
    """Say that a part of a whole cannot be above it, with the expression that finds one."""
    says = f"count: {count!r} above {denominator!r}, expected a part of the denominator"
    return {says: pl.col(count) > pl.col(denominator)}


def wilson_limits(counts: Floats, denominators: Floats, level: Level) -> tuple[Floats, Floats]:
    """Work out Wilson's limits as fractions, unchecked.

    The lower limit is taken from the product of the two roots rather than their difference, so that it is exactly 0
    for a count of 0 and keeps its digits near it; rounding must not carry the upper limit of a whole past 1.
    """
    squared = level.z**2
    root = level.z * np.sqrt(squared + 4 * counts * (1 - counts / denominators))
    middle = 2 * counts + squared
    lower = 2 * counts**2 / (denominators * (middle + root))
    upper = (middle + root) / (2 * (denominators + squared))
    return lower, np.where(counts == denominators, 1.0, upper)
