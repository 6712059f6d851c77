"""Is this value different from that one, and is this change different from that change?

Both answers weigh the difference against the standard errors on each side. Overlapping intervals are not a test: two
values may differ though their intervals overlap, and a reference has noise of its own.
"""

from __future__ import annotations

import math

import polars as pl

from metrics.comparison_scalar import MISSING_CHANGE, NO_INTERVAL, NO_REFERENCE, NO_VALUE, NO_WIDTH, SIGNIFICANT_BELOW
from metrics.figures import figures
from metrics.inputs import column_problems, digits_problems, refuse, row_problems
from metrics.normal import WIDTH_IN_STANDARD_ERRORS, Z_95


def standard_errors(frame: pl.DataFrame, *, lower: str, upper: str, decimals: int | str | None = None) -> pl.Series:
    """Work standard errors out of 95% limits: their width over 3.92, in their unit, a value a row.

    `decimals`, a number or the name of a column, is the digits after the point the limits were published with: no
    standard error is less than half the last digit, since limits that round to the same figure do not make it certain.

    Nulls: null where a limit is null, NaN or infinite; a null in the `decimals` column sets no bound. Source: the
    inverse of the normal interval, as the status rules give it. Raises MetricInputError: a column missing or not
    numeric, a lower limit above its upper limit.

    >>> limits = pl.DataFrame({"low": [60.0, 60.1], "high": [63.92, 60.1]})
    >>> standard_errors(limits, lower="low", upper="high", decimals=1).round(9).to_list()
    [1.0, 0.05]
    """
    return _errors_from_limits(frame, {"lower": lower, "upper": upper}, decimals, [("lower", "upper")])["lower"]


def compare(
    frame: pl.DataFrame,
    *,
    value: str,
    lower: str,
    upper: str,
    reference: str,
    reference_lower: str,
    reference_upper: str,
    decimals: int | str | None = None,
) -> pl.DataFrame:
    """Say whether each value is similar to, higher or lower than its reference.

    z is the difference over the root of the sum of both squared standard errors, each the width of its 95% limits
    over 3.92; `comparison` is `higher` or `lower` where the two-sided p is below 0.05, otherwise `similar`. Value and
    reference are taken as independent; a small area inside its reference makes the test a little cautious. `decimals`
    keeps rounded limits from passing for certainty, as in `standard_errors`.

    Every row keeps its columns and its place; `comparison`, `p` and `reason` are added, or replaced where the
    frame has them; `comparison_reason` says the same as `reason`, and no other metric writes over it.

    Source: two-sample z test; Altman DG, Bland JM. BMJ 2003;326:219.

    Nulls: no value, no reference or no limits on either (null, NaN or infinite) leave `comparison` and `p` null with a
    `reason`; so do two intervals without any width. Raises MetricInputError: a column missing or not
    numeric, a lower limit above its upper limit.

    >>> systems = pl.DataFrame({"v": [58.1, 60.5], "l": [56.5, 59.0], "u": [59.7, 62.0]})
    >>> systems = systems.with_columns(england=60.9, england_low=60.8, england_high=61.0)
    >>> compared = compare(
    ...     systems, value="v", lower="l", upper="u",
    ...     reference="england", reference_lower="england_low", reference_upper="england_high",
    ... )
    >>> compared.select("comparison", pl.col("p").round(4)).rows()
    [('lower', 0.0006), ('similar', 0.602)]
    """
    columns = {
        "value": value,
        "lower": lower,
        "upper": upper,
        "reference": reference,
        "reference_lower": reference_lower,
        "reference_upper": reference_upper,
    }
    pairs = [("lower", "upper"), ("reference_lower", "reference_upper")]
    sides = _errors_from_limits(frame, columns, decimals, pairs)
    spread = (pl.col("lower") ** 2 + pl.col("reference_lower") ** 2).sqrt()
    tested = sides.select(
        z=(pl.col("value") - pl.col("reference")) / pl.when(spread > 0).then(spread),
        comparison_reason=pl.when(pl.col("value").is_null())
        .then(pl.lit(NO_VALUE))
        .when(pl.col("reference").is_null())
        .then(pl.lit(NO_REFERENCE))
        .when(spread.is_null())
        .then(pl.lit(NO_INTERVAL))
        .when(spread == 0)
        .then(pl.lit(NO_WIDTH)),
    )
    tested = tested.with_columns(p=two_sided_p(tested["z"]))
    verdict = (
        pl.when(pl.col("p") >= SIGNIFICANT_BELOW)
        .then(pl.lit("similar"))
        .when(pl.col("z") > 0)
        .then(pl.lit("higher"))
        .when(pl.col("z") < 0)
        .then(pl.lit("lower"))
    )
    return frame.with_columns(tested.select(verdict.alias("comparison"), "p", *said("comparison_reason")).get_columns())


def difference_of_differences(
    frame: pl.DataFrame,
    *,
    before: str,
    after: str,
    comparator_before: str,
    comparator_after: str,
    before_se: str | None = None,
    after_se: str | None = None,
    comparator_before_se: str | None = None,
    comparator_after_se: str | None = None,
) -> pl.DataFrame:
    """Take each comparator's change from a change over the same periods, with 95% limits and a two-sided p.

    Difference: (after - before) - (comparator after - comparator before). Its standard error is the root of the sum of
    the four squared standard errors; limits lie 1.959964 standard errors to either side; p is that of their ratio. The
    four values are taken as independent. It describes; by itself it is no proof of cause.

    Every row keeps its columns and its place; `difference`, `lower_95`, `upper_95`, `p` and `reason` are added, or
    replaced where the frame has them; `difference_reason` says the same as `reason`, and no other metric writes over
    it. Units: the unit of the values.

    Nulls: a missing value (null, NaN, infinite) leaves everything null with a `reason`; a missing standard
    error, or four that are all zero, leave limits and p null with one. Raises MetricInputError: a column missing or not
    numeric, a negative standard error.

    >>> change = pl.DataFrame({"y0": [60.0], "y1": [59.0], "e0": [62.0], "e1": [62.5], "s0": [0.3], "s1": [0.4]})
    >>> found = difference_of_differences(
    ...     change.with_columns(none=0.0), before="y0", after="y1", comparator_before="e0", comparator_after="e1",
    ...     before_se="s0", after_se="s1", comparator_before_se="none", comparator_after_se="none",
    ... )
    >>> found.select("difference", pl.col("lower_95", "upper_95").round(3), pl.col("p").round(4)).row(0)
    (-1.5, -2.48, -0.52, 0.0027)
    """
    errors = {
        "before_se": before_se,
        "after_se": after_se,
        "comparator_before_se": comparator_before_se,
        "comparator_after_se": comparator_after_se,
    }
    values = {
        "before": before,
        "after": after,
        "comparator_before": comparator_before,
        "comparator_after": comparator_after,
    }
    refuse(column_problems(frame, numeric=values | errors, optional=errors))
    sides = figures(frame, values | errors)
    refuse(negative_standard_errors(frame, sides, errors))
    difference = (pl.col("after") - pl.col("before")) - (pl.col("comparator_after") - pl.col("comparator_before"))
    total: pl.Expr = pl.lit(0.0)
    for name in errors:
        total = total + pl.col(name) ** 2
    worked = sides.select(difference=difference, spread=total.sqrt())
    spread = pl.when(pl.col("difference").is_not_null() & (pl.col("spread") > 0)).then(pl.col("spread"))
    worked = worked.with_columns(
        z=pl.col("difference") / spread,
        half=Z_95 * spread,
        difference_reason=pl.when(pl.col("difference").is_null())
        .then(pl.lit(MISSING_CHANGE))
        .when(pl.col("spread").is_null())
        .then(pl.lit(NO_INTERVAL))
        .when(pl.col("spread") == 0)
        .then(pl.lit(NO_WIDTH)),
    )
    added = worked.with_columns(p=two_sided_p(worked["z"])).select(
        "difference",
        (pl.col("difference") - pl.col("half")).alias("lower_95"),
        (pl.col("difference") + pl.col("half")).alias("upper_95"),
        "p",
        *said("difference_reason"),
    )
    return frame.with_columns(added.get_columns())


def said(own: str) -> list[pl.Expr]:
    """Give a reason under the name every metric has, and under its own, which the next metric leaves alone."""
    return [pl.col(own).alias("reason"), pl.col(own)]


def two_sided_p(z: pl.Series) -> pl.Series:
    """Give the probability that a standard normal lies at least as far from zero as each z; null where z is.

    >>> two_sided_p(pl.Series([0.0, -1.959963984540054, None])).round(12).to_list()
    [1.0, 0.05, None]
    """
    # Loaded here so that a process that never compares never pays for scipy.
    from scipy.special import erfc

    present = z.is_not_null()
    tails = erfc(z.fill_null(0.0).abs().to_numpy() / math.sqrt(2))
    return pl.DataFrame({"p": tails, "present": present}).select(
        pl.when("present").then(pl.col("p").cast(pl.Float64)).alias("p")
    )["p"]


def negative_standard_errors(
    frame: pl.DataFrame, sides: pl.DataFrame, errors: dict[str, str | None], *, by: list[str] | None = None
) -> list[str]:
    """List the standard errors below zero, a problem for each argument, with the rows or groups that hold them."""
    return [
        problem
        for name, column in errors.items()
        if column is not None
        for problem in row_problems(
            frame, sides[name] < 0, by=by or [], says=f"{name}: negative; expected zero or more"
        )
    ]


def _errors_from_limits(
    frame: pl.DataFrame,
    columns: dict[str, str],
    decimals: int | str | None,
    pairs: list[tuple[str, str]],
) -> pl.DataFrame:
    """Take the figures and put each pair's standard error in the place of its lower limit."""
    digits = decimals if isinstance(decimals, str) else None
    number = None if isinstance(decimals, str) else decimals
    found = column_problems(frame, numeric={**columns, "decimals": digits}, optional=("decimals",))
    refuse([*found, *digits_problems(number)])
    sides = figures(frame, {**columns, "decimals": digits})
    refuse(
        [
            problem
            for low, high in pairs
            for problem in row_problems(
                frame, sides[low] > sides[high], by=[], says=f"{low}: above {high}; expected it at or below"
            )
        ]
    )
    places = pl.col("decimals") if number is None else pl.lit(float(number))
    half_last_digit = (0.5 * pl.lit(10.0).pow(-places)).fill_null(0.0)
    widths = {low: (pl.col(high) - pl.col(low)) / WIDTH_IN_STANDARD_ERRORS for low, high in pairs}
    return sides.with_columns(
        # A row without limits has no standard error, whatever its last digit.
        pl.when(width.is_not_null()).then(pl.max_horizontal(width, half_last_digit)).alias(low)
        for low, width in widths.items()
    )
