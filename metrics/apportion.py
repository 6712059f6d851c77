"""Estimates for an area made up of parts: a weighted average of what is published for each part.

An integrated care system has no published healthy life expectancy; the local authorities it overlaps have. Weighted by
the residents each shares with the system, their values make an estimate. Rates and averages can be combined so; slope
indices, gaps and ranks cannot.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from metrics.figures import figures, key_names, one_row_a_group, restore_keys
from metrics.inputs import column_problems, given_together, grouping, refuse, row_problems
from metrics.normal import WIDTH_IN_STANDARD_ERRORS

Z_OF_ESTIMATES = 1.959964
"""The normal quantile of the limits, to the digits the product's rule for estimates gives it."""

ADDS = ("value", "lower_95", "upper_95", "coverage", "reason")

NO_VALUE = "no part has a value"
NO_WEIGHT = "the parts that have a value weigh nothing"
NO_LIMITS = "a part that contributes has no limits"


def combine(
    frame: pl.DataFrame,
    *,
    value: str,
    weight: str,
    lower: str | None = None,
    upper: str | None = None,
    by: str | Sequence[str],
) -> pl.DataFrame:
    """Estimate a value for each group from its parts, with limits and the share of the group they cover.

    Value: the sum of weight times value over the sum of weights, over the parts that have a value. Standard error: the
    root of the sum of squared weight times squared standard error, over the same sum of weights, a part's standard
    error being the width of its 95% limits over 3.92. Limits: value less and plus 1.959964 standard errors, only when
    every part that contributes has limits. Parts are taken as independent, and the limits leave out the error of
    sharing out. Source: the delta method for a fixed weighted mean; the product's rule for estimates.

    One row a group, in order of first appearance: the grouping columns, `value`, `lower_95`, `upper_95`, `coverage`
    and `reason`. An empty `by` takes all rows as one group.

    Units: values and limits in the unit of `value`; `coverage` is a fraction, the weight of the parts with a value
    over the weight of all parts. Whether that is enough is for the caller to say.

    Nulls: a part without a value (null, NaN, infinite) keeps its weight in the total. A part that weighs nothing
    contributes nothing, so its limits are not missed. A group whose parts all lack a value, or whose valued parts weigh
    nothing, has a null value and a `reason`; so have limits that were asked for and cannot be given. Limits that
    coincide count as a standard error of zero: widen them first where rounding made them so.

    Raises MetricInputError: a column missing or not numeric, `lower` without `upper`, a weight that is missing, not
    finite or negative, a lower limit above its upper limit.

    >>> parts = pl.DataFrame(
    ...     {"system": ["A", "A"], "hle": [60.0, 64.0], "people": [1, 3], "low": [59.0, 63.0], "high": [61.0, 65.0]}
    ... )
    >>> combined = combine(parts, value="hle", weight="people", lower="low", upper="high", by=["system"])
    >>> combined.select("value", pl.col("lower_95", "upper_95").round(3), "coverage").row(0)
    (63.0, 62.209, 63.791, 1.0)
    """
    keys = grouping(by)
    numeric = {"value": value, "weight": weight, "lower": lower, "upper": upper}
    problems = column_problems(frame, numeric=numeric, optional=("lower", "upper"), by=keys, adds=ADDS)
    refuse([*problems, *given_together(lower=lower, upper=upper)])
    parts = figures(frame, numeric, by=keys)
    refuse(_row_problems(frame, parts, keys))

    w, v = pl.col("weight"), pl.col("value")
    contributes = v.is_not_null() & (w > 0)
    held = w.filter(v.is_not_null()).sum()
    variance = ((w * (pl.col("upper") - pl.col("lower")) / WIDTH_IN_STANDARD_ERRORS) ** 2).filter(contributes).sum()
    sums = one_row_a_group(
        parts,
        [
            (w * v).sum().alias("weighted"),
            held.alias("held"),
            w.sum().alias("total"),
            variance.sqrt().alias("spread"),
            pl.when(v.is_null().all())
            .then(pl.lit(NO_VALUE))
            .when(held == 0)
            .then(pl.lit(NO_WEIGHT))
            .when(lower is not None and (contributes & (pl.col("upper") - pl.col("lower")).is_null()).any())
            .then(pl.lit(NO_LIMITS))
            .alias("reason"),
        ],
        key_names(keys),
    )
    return restore_keys(_estimates(sums, key_names(keys), with_limits=lower is not None), keys)


def _row_problems(frame: pl.DataFrame, parts: pl.DataFrame, by: list[str]) -> list[str]:
    weight = parts["weight"]
    return [
        *row_problems(
            frame,
            weight.is_null() | (weight < 0),
            by=by,
            says="weight: missing, not finite or negative; expected a number of zero or more",
        ),
        *row_problems(
            frame,
            parts["lower"] > parts["upper"],
            by=by,
            says="lower: above upper; expected the lower limit at or below the upper limit",
        ),
    ]


def _estimates(sums: pl.DataFrame, by: list[str], *, with_limits: bool) -> pl.DataFrame:
    """Turn a group's sums into its estimate; 0/0 never reaches a reader, it is null."""
    held = pl.when(pl.col("held") > 0).then(pl.col("held"))
    value = pl.col("weighted") / held
    limited = pl.col("reason").is_null() if with_limits else pl.lit(False)
    half_width = pl.when(limited).then(Z_OF_ESTIMATES * pl.col("spread") / held)
    return sums.select(
        *by,
        value.alias("value"),
        (value - half_width).alias("lower_95"),
        (value + half_width).alias("upper_95"),
        (pl.col("held") / pl.when(pl.col("total") > 0).then(pl.col("total"))).alias("coverage"),
        pl.col("reason"),
    )
