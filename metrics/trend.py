"""Recent trends: do the latest five points of a series rise or fall by more than chance?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.figures import figures, given_together, key_names, restore_keys
from metrics.inputs import choice_problems, column_problems, group_starts, grouping, refuse, row_problems

Floats = npt.NDArray[np.float64]

Marker = Literal["increasing", "decreasing", "no_change", "cannot_be_calculated"]
Trend = Literal[
    "increasing_better",
    "increasing_worse",
    "increasing",
    "decreasing_better",
    "decreasing_worse",
    "decreasing",
    "no_change",
    "cannot_be_calculated",
]

KINDS = ("proportion", "crude_rate", "directly_standardised_rate")
POLARITIES = ("high_is_good", "low_is_good", "no_judgement")

POINTS = 5
FEWEST_POINTS_WITH_LIMITS = 3
CHI_SQUARE_99_8 = 9.54953570608324
"""The 99.8% quantile of chi-squared on one degree of freedom, to the digits Fingertips uses."""

WIDTH_IN_STANDARD_ERRORS = 3.92

ADDS = ("marker", "trend", "chi_square", "slope", "reason")

TOO_FEW = "fewer than five points have a value, a count and a denominator"
TOO_FEW_VALUES = "fewer than five points have a value"
ALL_COUNTED = "a count equals its denominator"
TOO_FEW_LIMITS = "fewer than three points have limits that differ"
WITHOUT_COUNTS = "without counts: values and limits alone decide"


def recent_trend(
    frame: pl.DataFrame,
    *,
    period: str,
    value: str,
    lower: str,
    upper: str,
    count: str | None,
    denominator: str | None,
    by: str | Sequence[str],
    kind: str,
    polarity: str,
) -> pl.DataFrame:
    """Say whether each series has risen or fallen over its five latest points, as Fingertips does.

    Points need a value, a count and a denominator above zero; of those with limits the latest five are numbered from 1
    in order of time, evenly spaced whatever their dates. A line is fitted by least squares with weights 1 over squared
    standard error, the width of the 95% limits over 3.92. There is a trend when chi-squared, the squared slope over
    its variance, exceeds 9.54953570608324 (99.8%, one degree of freedom) and the slope keeps its sign when each point
    in turn is left out; otherwise `no_change`.

    One row a group in order of first appearance: the grouping columns; `marker` (`increasing`, `decreasing`,
    `no_change`, `cannot_be_calculated`); `trend`, which adds the judgement of the `polarity` (`increasing_better`,
    `decreasing_worse` and so on; with `no_judgement` the marker alone); `chi_square`; `slope`, in the unit of the value
    a point; and `reason`. An empty `by` takes all rows as one series. `period` is a column of whole numbers or dates.

    With `count` and `denominator` None, values and limits alone decide, and `reason` says so beside the answer.

    Nulls: a point without a value, count or positive denominator (null, NaN, infinite) is left out of the five-point
    test; one without limits, or with limits that coincide, is left out after it. A series with fewer than five points,
    or then fewer than three with limits, or a count equal to its denominator, and every series of another `kind` than
    `proportion`, `crude_rate` and `directly_standardised_rate`, is `cannot_be_calculated` with a `reason`. Raises
    MetricInputError: a column missing or of the wrong type, a count without a denominator, an unknown polarity, a
    period null or twice in a series, a negative count or denominator, a lower limit above its upper limit.

    Source: PHE (now DHSC) Fingertips guidance on recent trends.

    >>> smoking = pl.DataFrame({"year": [2019, 2020, 2021, 2022, 2023], "rate": [14.8, 14.1, 13.9, 13.0, 12.4]})
    >>> smoking = smoking.with_columns(low=pl.col("rate") - 0.45, high=pl.col("rate") + 0.45)
    >>> found = recent_trend(
    ...     smoking, period="year", value="rate", lower="low", upper="high", count=None, denominator=None, by=[],
    ...     kind="proportion", polarity="low_is_good",
    ... )
    >>> found.select("trend", pl.col("chi_square", "slope").round(2)).row(0)
    ('decreasing_better', 66.04, -0.59)
    """
    keys = grouping(by)
    numeric = {"value": value, "lower": lower, "upper": upper, "count": count, "denominator": denominator}
    refuse(
        [
            *column_problems(frame, numeric=numeric, present={"period": period}, by=keys, adds=ADDS),
            *_period_problems(frame, period),
            *given_together(count=count, denominator=denominator),
            *choice_problems("polarity", polarity, POLARITIES),
        ]
    )
    points = figures(frame, numeric, by=keys).with_columns(
        frame[period].alias("period"), group_starts(frame, keys).alias("group")
    )
    refuse(_point_problems(frame, points, keys))
    with_counts = count is not None
    valid = pl.col("value").is_not_null()
    if with_counts:
        valid = valid & pl.col("count").is_not_null() & (pl.col("denominator") > 0)
    points = points.with_columns(valid=valid)
    series = points.group_by("group", maintain_order=True).agg(
        *(pl.col(key).first() for key in key_names(keys)), _reason(kind, with_counts=with_counts).alias("reason")
    )
    fits = _fits(points, series)
    worked = series.join(fits, on="group", how="left", maintain_order="left").with_columns(
        # What is left without a fit has points enough, but not with limits.
        reason=pl.coalesce("reason", pl.when(pl.col("marker").is_null()).then(pl.lit(TOO_FEW_LIMITS))),
        marker=pl.col("marker").fill_null("cannot_be_calculated"),
    )
    if not with_counts:
        worked = worked.with_columns(pl.col("reason").fill_null(WITHOUT_COUNTS))
    worked = worked.with_columns(trend=_judged(polarity))
    return restore_keys(worked.select(*key_names(keys), *ADDS), keys)


def _period_problems(frame: pl.DataFrame, period: str) -> list[str]:
    dtype = frame.schema.get(period)
    if dtype is None or dtype.is_integer() or dtype in (pl.Date, pl.Null) or dtype == pl.Datetime:
        return []
    return [f"period: column {period!r} is {dtype}; expected whole numbers or dates"]


def _point_problems(frame: pl.DataFrame, points: pl.DataFrame, by: list[str]) -> list[str]:
    twice = points.select(pl.struct("group", "period").is_duplicated() & pl.col("period").is_not_null()).to_series()
    checks = [
        (points["period"].is_null(), "period: null; expected one in every row"),
        (twice, "period: given twice in a series; expected each once"),
        (points["count"] < 0, "count: negative; expected zero or more"),
        (points["denominator"] < 0, "denominator: negative; expected zero or more"),
        (points["lower"] > points["upper"], "lower: above upper; expected the lower limit at or below the upper limit"),
    ]
    return [problem for failing, says in checks for problem in row_problems(frame, failing, by=by, says=says)]


def _reason(kind: str, *, with_counts: bool) -> pl.Expr:
    """Say why a series cannot be calculated, as far as its kind, points and counts tell."""
    if kind not in KINDS:
        return pl.lit(f"no recent trend for the kind {kind!r}").first()
    all_counted = (pl.col("valid") & (pl.col("count") == pl.col("denominator"))).any()
    return (
        pl.when(pl.col("valid").sum() < POINTS)
        .then(pl.lit(TOO_FEW if with_counts else TOO_FEW_VALUES))
        .when(all_counted)
        .then(pl.lit(ALL_COUNTED))
    )


def _fits(points: pl.DataFrame, series: pl.DataFrame) -> pl.DataFrame:
    """Fit the latest five points of every series that can be calculated, five columns side by side."""
    usable = (
        points.filter(pl.col("valid") & (pl.col("upper") > pl.col("lower")))
        .join(series.filter(pl.col("reason").is_null()), on="group", how="semi", maintain_order="left")
        .sort("group", "period")
        .select("group", "value", "lower", "upper")
        .with_columns(from_end=pl.len().over("group") - pl.int_range(pl.len()).over("group"))
        .filter(pl.col("from_end") <= POINTS)
        .with_columns(used=pl.len().over("group"))
        .filter(pl.col("used") >= FEWEST_POINTS_WITH_LIMITS)
    )
    groups = usable.select("group", "used").unique("group", maintain_order=True)
    used = groups["used"].cast(pl.Int64).to_numpy()
    row = np.repeat(np.arange(len(used)), used)
    column = used[row] - usable["from_end"].cast(pl.Int64).to_numpy()
    weight, value = np.zeros((len(used), POINTS)), np.zeros((len(used), POINTS))
    with np.errstate(divide="ignore"):
        weight[row, column] = 1 / ((usable["upper"] - usable["lower"]).to_numpy() / WIDTH_IN_STANDARD_ERRORS) ** 2
    value[row, column] = usable["value"].to_numpy()

    slope, chi_square = _slope(weight, value)
    keeps_sign = np.ones(len(used), dtype=bool)
    for left_out in range(POINTS):
        others = weight.copy()
        others[:, left_out] = 0
        without, _ = _slope(others, value)
        # A place beyond a series' last point takes nothing away: the slope is its own.
        keeps_sign &= (without < 0) == (slope < 0)
    moves = keeps_sign & (chi_square > CHI_SQUARE_99_8) & (slope != 0)
    marker = np.where(moves, np.where(slope > 0, "increasing", "decreasing"), "no_change")
    fitted = pl.DataFrame(
        {"group": groups["group"], "chi_square": chi_square, "slope": slope, "marker": marker.tolist()},
        schema_overrides={"marker": pl.String},
    )
    # Limits a hair apart weigh more than a float can hold: no fit, as if they coincided.
    return fitted.filter(pl.col("chi_square").is_finite() & pl.col("slope").is_finite())


def _slope(weight: Floats, value: Floats) -> tuple[Floats, Floats]:
    """Fit a weighted line through each row and give its slope and the slope's chi-squared."""
    time = np.arange(1, POINTS + 1)
    w, wt, wtt = weight.sum(axis=1), (weight * time).sum(axis=1), (weight * time**2).sum(axis=1)
    wy, wty = (weight * value).sum(axis=1), (weight * time * value).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        determinant = w * wtt - wt**2
        slope = (w * wty - wt * wy) / determinant
        return slope, slope**2 * determinant / w


def _judged(polarity: str) -> pl.Expr:
    """Add to a marker whether it is for the better."""
    if polarity == "no_judgement":
        return pl.col("marker")
    better = "increasing" if polarity == "high_is_good" else "decreasing"
    verdict = pl.when(pl.col("marker") == better).then(pl.lit("_better")).otherwise(pl.lit("_worse"))
    moves = pl.col("marker").is_in(["increasing", "decreasing"])
    return pl.when(moves).then(pl.col("marker") + verdict).otherwise(pl.col("marker"))
