"""Means with Student's limits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.special import stdtrit

from metrics.figures import as_floats, one_row_a_group
from metrics.inputs import (
    DEFAULT_CONFIDENCE,
    column_problems,
    grouping,
    level_problems,
    levels,
    limits_asked_for,
    refuse,
    row_problems,
)


def mean(
    frame: pl.DataFrame,
    *,
    value: str,
    by: str | Sequence[str] = (),
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
) -> pl.DataFrame:
    """Work out means with Student's limits: the sum of the values over their number.

    Gives a row per group, in order of first appearance, with its grouping columns, `n` (the number of values),
    `standard_deviation` (with n - 1), `value` (the mean, in the unit of the values), the limits and `reason`. Limits:
    mean -/+ t x standard deviation / sqrt n, t the Student quantile on n - 1 degrees of freedom. Without `by` the
    whole frame is one group: a mean of each row by itself would say nothing.

    One value alone is its own mean without limits. A missing value (null or NaN) leaves its group's mean and limits
    null, since the mean of the rest is not the group's. Both are said in `reason`. Values that are all the same have
    limits equal to the mean. An empty frame gives no rows, with the same columns.

    Raises MetricInputError for a column that is missing or not numeric, an infinite value and a confidence outside
    0.9 to 1; all problems together, naming each group (or row) at fault.

    Source: Eayres D. APHO Technical Briefing 3: commonly used public health statistics and their confidence
    intervals. 2008.

    >>> heights = pl.DataFrame({"school": ["A", "A", "A", "B"], "height": [98.0, 101.0, 104.0, 99.0]})
    >>> means = mean(heights, value="height", by=["school"], confidence=0.95)
    >>> means.select("school", "value", pl.col("lower_95", "upper_95").round(2), "reason").rows()
    [('A', 101.0, 93.55, 108.45, None), ('B', 99.0, None, None, 'one value has no limits')]
    """
    groups = grouping(by)
    adds = ["n", "standard_deviation", "value", *limits_asked_for(confidence), "reason"]
    refuse(
        [
            *level_problems(confidence),
            *column_problems(frame, numeric={"value": value}, by=groups, adds=adds),
        ]
    )
    values = as_floats(frame, [value])
    refuse(
        row_problems(
            values, pl.col(value).is_infinite(), by=groups, says=f"value: {value!r} infinite, expected finite numbers"
        )
    )
    given = pl.col(value)
    whole = given.null_count() == 0
    summary = [
        pl.len().cast(pl.Int64).alias("n"),
        pl.when(whole).then(given.std()).alias("standard_deviation"),
        pl.when(whole).then(given.mean()).alias("value"),
        pl.when(~whole)
        .then(pl.lit("no value"))
        .when(pl.len() == 1)
        .then(pl.lit("one value has no limits"))
        .alias("reason"),
    ]
    means = one_row_a_group(values, summary, groups)
    n = means["n"].to_numpy().astype(np.float64)
    centre, spread = means["value"].to_numpy(), means["standard_deviation"].to_numpy()
    with np.errstate(invalid="ignore"):
        error = spread / np.sqrt(n)
    limits: list[pl.Series] = []
    for level in levels(confidence):
        reach = stdtrit(np.where(n > 1, n - 1, np.nan), 1 - level.tail) * error
        limits.append(pl.Series(level.lower, centre - reach, nan_to_null=True))
        limits.append(pl.Series(level.upper, centre + reach, nan_to_null=True))
    return means.select(*groups, "n", "standard_deviation", "value", *limits, "reason")
