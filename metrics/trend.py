"""Recent trends: do the latest five points of a series rise or fall by more than chance?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.inputs import choice_problems, column_problems, given_together, grouping, is_frame, refuse
from metrics.layout import Counts, Floats, Layout, Truths, column, numbers
from metrics.normal import WIDTH_IN_STANDARD_ERRORS

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

UNKNOWN = -(2**62)
"""A place in time for periods that are not known, until they are refused."""

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
            *column_problems(
                frame,
                numeric=numeric,
                present={"period": period},
                optional=("count", "denominator"),
                by=keys,
                adds=ADDS,
            ),
            *_period_problems(frame, period),
            *given_together(count=count, denominator=denominator),
            *choice_problems("polarity", polarity, POLARITIES),
        ]
    )
    layout = Layout.of(frame, keys, frame[period].to_physical().cast(pl.Int64).fill_null(UNKNOWN).to_numpy())
    points = {name: numbers(frame, column)[layout.row] for name, column in numeric.items()}
    _refuse_points(frame, layout, points, period, keys)

    with_counts = count is not None
    valid = ~np.isnan(points["value"])
    if with_counts:
        valid &= ~np.isnan(points["count"]) & (points["denominator"] > 0)
    reason = _reasons(layout, points, valid, kind, with_counts=with_counts)
    barred = reason != ""
    usable = valid & (points["upper"] > points["lower"]) & ~barred[layout.group]
    slope, chi_square = _fits(layout, points, usable)
    fitted = np.isfinite(slope[:, 0]) & np.isfinite(chi_square)
    reason[~barred & ~fitted] = TOO_FEW_LIMITS
    if not with_counts:
        reason[fitted] = WITHOUT_COUNTS
    judged = pl.DataFrame({"marker": _markers(slope, chi_square, fitted)}, schema={"marker": pl.String})
    judged = judged.with_columns(trend=_judged(polarity))
    return pl.DataFrame(
        [
            *layout.keys(frame, keys),
            *judged.get_columns(),
            column("chi_square", chi_square, keep=fitted),
            column("slope", slope[:, 0], keep=fitted),
            pl.Series("reason", [said or None for said in reason.tolist()], dtype=pl.String),
        ]
    )


def _period_problems(frame: pl.DataFrame, period: str) -> list[str]:
    dtype = frame.schema.get(period) if is_frame(frame) and isinstance(period, str) else None
    if dtype is None or dtype.is_integer() or dtype in (pl.Date, pl.Null) or dtype == pl.Datetime:
        return []
    return [f"period: column {period!r} is {dtype}; expected whole numbers or dates"]


def _refuse_points(frame: pl.DataFrame, layout: Layout, points: dict[str, Floats], period: str, by: list[str]) -> None:
    unknown = frame[period].is_null().to_numpy()[layout.row]
    checks = [
        (unknown, "period: null; expected one in every row"),
        (layout.repeats & ~unknown, "period: given twice in a series; expected each once"),
        (points["count"] < 0, "count: negative; expected zero or more"),
        (points["denominator"] < 0, "denominator: negative; expected zero or more"),
        (points["lower"] > points["upper"], "lower: above upper; expected the lower limit at or below the upper limit"),
    ]
    refuse([problem for failing, says in checks for problem in layout.problems(frame, failing, by=by, says=says)])


def _reasons(
    layout: Layout, points: dict[str, Floats], valid: Truths, kind: str, *, with_counts: bool
) -> npt.NDArray[np.object_]:
    """Say why a series cannot be calculated, as far as its kind, points and counts tell; nothing where it can."""
    reason = np.full(len(layout.sizes), "", dtype=object)
    if kind not in KINDS:
        reason[:] = f"no recent trend for the kind {kind!r}"
        return reason
    reason[layout.count(valid & (points["count"] == points["denominator"])) > 0] = ALL_COUNTED
    reason[layout.count(valid) < POINTS] = TOO_FEW if with_counts else TOO_FEW_VALUES
    return reason


def _fits(layout: Layout, points: dict[str, Floats], usable: Truths) -> tuple[Floats, Floats]:
    """Fit every series' latest five usable points.

    Gives the slopes, of all points in the first column and without each point in the others, and chi-squared; NaN where
    there are too few points.
    """
    so_far = np.cumsum(usable)
    before: Counts = so_far[layout.starts] - usable[layout.starts]
    points_of = layout.count(usable)
    used = np.minimum(points_of, POINTS)
    # Numbered from 0 among the usable points of the series, less those that came before the latest five.
    number = so_far - 1 - (before + points_of - used)[layout.group]
    taken = np.flatnonzero(usable & (number >= 0))
    weight, value = np.zeros((len(used), POINTS)), np.zeros((len(used), POINTS))
    place = layout.group[taken], number[taken]
    with np.errstate(divide="ignore"):
        width = points["upper"][taken] - points["lower"][taken]
        weight[place] = 1 / (width / WIDTH_IN_STANDARD_ERRORS) ** 2
    value[place] = points["value"][taken]
    slope = np.empty((len(used), POINTS + 1))
    slope[:, 0], chi_square = _slope(weight, value)
    for left_out in range(POINTS):
        others = weight.copy()
        # A place beyond a series' last point takes nothing away: the slope is that of all points.
        others[:, left_out] = 0
        slope[:, left_out + 1], _ = _slope(others, value)
    slope[used < FEWEST_POINTS_WITH_LIMITS] = np.nan
    return slope, chi_square


def _markers(slope: Floats, chi_square: Floats, fitted: Truths) -> list[str]:
    keeps_sign = ((slope < 0) == (slope[:, :1] < 0)).all(axis=1)
    moves = keeps_sign & (chi_square > CHI_SQUARE_99_8) & (slope[:, 0] != 0)
    marker = np.where(moves, np.where(slope[:, 0] > 0, "increasing", "decreasing"), "no_change")
    found: list[str] = np.where(fitted, marker, "cannot_be_calculated").tolist()
    return found


def _slope(weight: Floats, value: Floats) -> tuple[Floats, Floats]:
    """Fit a weighted line through each row and give its slope and the slope's chi-squared."""
    time = np.arange(1, POINTS + 1)
    weighted = weight * time
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        w, wt, wtt = weight.sum(axis=1), weighted.sum(axis=1), (weighted * time).sum(axis=1)
        wy, wty = (weight * value).sum(axis=1), (weighted * value).sum(axis=1)
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
