"""Statistical process control: XmR charts as NHS England's Making Data Count draws them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is the name of an argument
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.figures import as_floats, group_starts
from metrics.inputs import (
    choice_problems,
    column_problems,
    grouping,
    is_frame,
    is_number,
    refuse,
    row_problems,
    whole_number_problems,
)
from metrics.layout import Counts, Floats, Truths

Improvement = Literal["increase", "decrease", "neutral"]
Moment: TypeAlias = Date | str | int
"""A point in time as the date column holds it: a date or datetime, an ISO date written out, or a whole number."""

LIMIT = 2.66
"""Average moving ranges from the mean to a process limit: 3 over the 1.128 by which ranges exceed one sigma."""

NEAR = LIMIT * 2 / 3
"""Average moving ranges from the mean to a near limit, two thirds of the way."""

SCREEN = 3.267
"""Moving ranges of this many times their average or more are left out of a second average."""

RUN = 7
"""Points in a row on one side of the mean, or rising, or falling, that make a special cause."""

SHORT = 13
"""A series of fewer points has trial limits only."""

TIE = 1e-9
"""Values this close, relative to the mean or to the average moving range, count as equal: decimals as printed."""

COMMON_CAUSE = "common_cause"
HIGH = ("above_upper", "trend_rising", "two_in_three_high", "seven_above")
LOW = ("below_lower", "trend_falling", "two_in_three_low", "seven_below")
"""The special causes, the first that applies first, on the high side and on the low."""

POINT_TYPES: dict[str, tuple[str, str]] = {
    "increase": ("improvement", "concern"),
    "decrease": ("concern", "improvement"),
    "neutral": ("neutral_high", "neutral_low"),
}
"""What a special cause on the high side, and one on the low side, mean for each direction of improvement."""

ADDED = (
    "starts_series", "rebase_group", "mean", "lower_limit", "upper_limit", "near_lower", "near_upper", "moving_range",
    "special_cause_type", "point_type", "improvement", "target", "relative_to_target", "is_short", "reason",
)  # fmt: skip


def xmr(
    frame: pl.DataFrame,
    *,
    date: str,
    value: str,
    by: str | Sequence[str] = (),
    improvement: Improvement = "increase",
    target: float | Mapping[object, float | None] | None = None,
    rebase: Moment | Sequence[Moment] | Mapping[object, Moment | Sequence[Moment]] | None = (),
    fix_after: int | None = None,
    screen: bool = True,
) -> pl.DataFrame:
    """Draw XmR charts: the mean of a series, its process limits, and which points are not chance.

    Each group of `by` is a series (the whole frame without it), and each `rebase` date starts a part of it with a mean
    and limits of its own, from the first point on or after that date. In each part, on its first `fix_after` points
    where that is given: the mean; the moving ranges, each value less the one before, sign dropped; and their average,
    taken once again without ranges of 3.267 times it or more where `screen` is set. Limits lie 2.66 average moving
    ranges to either side of the mean, near limits two thirds of the way.

    Adds, in the unit of the values, `mean`, `lower_limit`, `upper_limit`, `near_lower`, `near_upper` and
    `moving_range` (none for the first point of a part); `starts_series`, whether a series starts at this row;
    `rebase_group`, numbering a series' parts from 0;
    `special_cause_type`, the first that applies of

    - `above_upper`, `below_lower`: strictly beyond a limit;
    - `trend_rising`, `trend_falling`: in a run of 7 points each above, or below, the one before (a tie ends it);
    - `two_in_three_high`, `two_in_three_low`: beyond a near limit but not the limit, as two of three points in a row
      are, the three on one side of the mean;
    - `seven_above`, `seven_below`: in a run of 7 points on one side of the mean (a value equal to it ends the run);
    - `common_cause`: none of these;

    `point_type`, what that means where an `increase` or a `decrease` is `improvement`: `improvement`, `concern`,
    `common_cause`, and where `improvement` is `neutral`, `neutral_high` or `neutral_low`; `improvement` as given;
    `target`; `relative_to_target`, the sign of the value less the target; `is_short`, whether a part has fewer than 13
    values, when its limits are trial ones; and `reason`. A point in both a rise and a fall belongs to the later.
    Values within 1e-9 of the mean or a limit, relatively, are equal to it: so they are as printed.

    `target` and `rebase` are one for all series, or a dict by group: its keys are the grouping column's values, or
    tuples of them with several columns. A group not in the dict has no target, or is not rebased.

    Gives every row and column of the frame, series in order of first appearance and by date within them; columns of
    the added names are replaced, but the date, the value and grouping columns may not have one. A missing
    value (null or NaN) keeps its row, has no type, gives no moving range to itself or the next, and ends every run;
    `reason` says so. A part with no two values in a row has no limits, and `reason` says so. A series that never
    changes has limits equal to its mean. An empty frame gives an empty frame with the same columns.

    Raises MetricInputError for a column that is missing or of the wrong type (dates are dates, datetimes or whole
    numbers); a missing date, or one given twice in a series; an infinite value; an unknown `improvement`; a target that
    is not a finite number; a dict with a group the frame does not have; a rebase that is not a date; and a `fix_after`
    below 1; all problems together, naming each group at fault.

    Source: NHS England. Making Data Count. Limits: Wheeler DJ. Understanding variation. 1993.

    >>> from datetime import date
    >>> waits = pl.DataFrame({"month": [date(2024, m, 1) for m in range(1, 9)], "days": [5, 6, 5, 7, 6, 5, 30, 6]})
    >>> chart = xmr(waits, date="month", value="days", improvement="decrease", target=4)
    >>> chart.select("days", pl.col("mean", "upper_limit").round(2), "special_cause_type", "point_type").rows()[5:7]
    [(5, 8.75, 29.65, 'common_cause', 'common_cause'), (30, 8.75, 29.65, 'above_upper', 'concern')]
    """
    groups = grouping(by)
    refuse(
        [
            *choice_problems("improvement", improvement, POINT_TYPES),
            *column_problems(
                frame,
                numeric={"value": value},
                present={"date": date},
                kept={"date": date, "value": value},
                by=groups,
                adds=ADDED,
            ),
            *([] if fix_after is None else whole_number_problems("fix_after", fix_after, least=1)),
        ]
    )
    targets, target_problems = _targets(target, frame, groups)
    # Whole numbers of any width are compared as the widest a rebase may name.
    kind = pl.Int64() if frame.schema[date].is_integer() else frame.schema[date]
    moments, rebase_problems = _moments(() if rebase is None else rebase, frame, groups, kind)
    figures = as_floats(frame.select(value), [value])[value]
    start = group_starts(frame, groups)
    place = pl.DataFrame([start, frame[date].alias("date")]).select(pl.arg_sort_by("group_start", "date")).to_series()
    points, series = frame[place], start[place].to_numpy()
    infinite = f"value: {value!r} infinite, expected finite numbers"
    refuse(
        [
            *_date_problems(points, date, series, groups),
            *target_problems,
            *rebase_problems,
            *row_problems(frame, figures.is_infinite(), by=groups, says=infinite),
        ]
    )
    parts = _Parts.split(series, _times_rebased(points, date, moments, groups))
    chart = _draw(figures[place].to_numpy(), parts.part, fix_after, screen)

    words = pl.Series([COMMON_CAUSE, *HIGH, *LOW])
    cause = words.gather(np.where(chart.cause < 0, len(HIGH) - chart.cause, chart.cause))
    high, low = POINT_TYPES[improvement]
    point_type = pl.Series([low, COMMON_CAUSE, high]).gather(np.sign(chart.cause) + 1)
    given = pl.Series(~np.isnan(chart.y))
    aims = _aims(points, targets, groups)
    no_limits = pl.Series(np.isnan(chart.upper))
    return points.with_columns(
        pl.Series("starts_series", parts.starts),
        pl.Series("rebase_group", parts.number),
        *(
            pl.Series(name, column, nan_to_null=True)
            for name, column in (
                ("mean", chart.mean),
                ("lower_limit", chart.lower),
                ("upper_limit", chart.upper),
                ("near_lower", chart.near_lower),
                ("near_upper", chart.near_upper),
                ("moving_range", chart.moving_range),
            )
        ),
        pl.when(given).then(cause).alias("special_cause_type"),
        pl.when(given).then(point_type).alias("point_type"),
        pl.lit(improvement).alias("improvement"),
        aims.alias("target"),
        pl.Series("relative_to_target", np.sign(chart.y - aims.to_numpy()), nan_to_null=True).cast(pl.Int8),
        pl.Series("is_short", chart.is_short),
        pl.when(~given)
        .then(pl.lit("no value"))
        .when(no_limits)
        .then(pl.lit("no two values in a row to take limits from"))
        .alias("reason"),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of series that have a mean and limits of their own, row by row."""

    part: npt.NDArray[np.intp]
    """A number for each part of each series, rising down the rows."""
    number: Counts
    """Which part of its series it is, from 0."""
    starts: Truths
    """Whether a series starts at the row."""

    @classmethod
    def split(cls, series: Counts, rebased: Counts) -> _Parts:
        """Start a part where a series starts and where it has been rebased once more than at the point before."""
        anew = np.append(True, series[1:] != series[:-1])[: len(series)]
        apart = anew | np.append(True, rebased[1:] != rebased[:-1])[: len(series)]
        part = np.cumsum(apart) - 1
        return cls(part=part, number=part - part[anew][np.cumsum(anew) - 1], starts=anew)


@dataclass(frozen=True, slots=True)
class _Chart:
    """A chart, point by point; `cause` is 0 for common cause, else the place in HIGH, or less that in LOW, from 1."""

    y: Floats
    mean: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats
    moving_range: Floats
    cause: Counts
    is_short: Truths


def _draw(y: Floats, part: npt.NDArray[np.intp], fix_after: int | None, screen: bool) -> _Chart:
    count = int(part[-1]) + 1 if len(part) else 0
    first = np.searchsorted(part, np.arange(count))
    basis = ~np.isnan(y)
    lengths = np.bincount(part[basis], minlength=count)
    if fix_after is not None:
        basis &= np.arange(len(y)) - first[part] < fix_after
    follows = np.append(False, part[1:] == part[:-1])[: len(part)]
    moving_range = np.where(follows, np.abs(np.diff(y, prepend=np.nan)), np.nan)
    ranged = basis & ~np.isnan(moving_range)

    mean = _average(y, part, basis, count)
    # Once more on what is left over: a mean of printed decimals comes out as they do, or within a digit or so.
    mean += _average(y - mean[part], part, basis, count)
    average = _average(moving_range, part, ranged, count)
    if screen:
        kept = ranged & (moving_range < SCREEN * average[part])
        # Where every range is 0 none is less than their average, and the average is 0 as it stands.
        average = np.where(average > 0, _average(moving_range, part, kept, count), average)

    mean, average = mean[part], average[part]
    reach, near = LIMIT * average, NEAR * average
    tie = TIE * np.fmax(np.abs(mean), average)
    above = y - mean
    side = np.where(above > tie, 1, np.where(above < -tie, -1, 0))
    beyond = np.abs(above) > reach + tie
    close = ~beyond & (np.abs(above) > near + tie)
    return _Chart(
        y=y,
        mean=mean,
        lower=mean - reach,
        upper=mean + reach,
        near_lower=mean - near,
        near_upper=mean + near,
        moving_range=moving_range,
        cause=_causes(y, part, follows, side, beyond, close),
        is_short=(lengths < SHORT)[part],
    )


def _average(amounts: Floats, part: npt.NDArray[np.intp], taken: Truths, count: int) -> Floats:
    """Average the amounts taken, part by part; NaN for a part with none."""
    totals = np.bincount(part[taken], weights=amounts[taken], minlength=count)
    numbers = np.bincount(part[taken], minlength=count)
    averages = np.full(count, np.nan)
    np.divide(totals, numbers, out=averages, where=numbers > 0)
    return averages


def _causes(
    y: Floats, part: npt.NDArray[np.intp], follows: Truths, side: Counts, beyond: Truths, close: Truths
) -> Counts:
    """Find each point's special cause, the first that applies; signed by side, common cause 0."""
    step = np.where(follows, np.sign(np.diff(y, prepend=np.nan)), 0)
    step = np.where(np.isnan(step), 0, step).astype(np.int64)
    # Seven points make six steps, and the point before the first step belongs to the run as well.
    arrives = np.where(_run_lengths(step, part) >= RUN - 1, step, 0)
    leaves = np.append(arrives[1:], 0)[: len(arrives)]
    trend = np.where(leaves != 0, leaves, arrives)

    window = np.zeros(len(y), dtype=np.bool_)
    if len(y) > 2:
        together = (part[2:] == part[:-2]) & (np.abs(side[2:] + side[1:-1] + side[:-2]) == 3)
        window[:-2] = together & (close[2:].astype(int) + close[1:-1] + close[:-2] >= 2)
    pair = close & (window | _shifted(window, 1) | _shifted(window, 2))
    shift = np.where(_run_lengths(side, part) >= RUN, side, 0)
    return np.select([beyond, trend != 0, pair, shift != 0], [side, 2 * trend, 3 * side, 4 * shift], default=0).astype(
        np.int64
    )


def _run_lengths(sign: Counts, part: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Give each row the length of the unbroken run of its sign that it lies in; 0 where the sign is 0."""
    anew = np.append(True, (sign[1:] != sign[:-1]) | (part[1:] != part[:-1]))[: len(sign)]
    run = np.cumsum(anew) - 1
    lengths: npt.NDArray[np.intp] = np.where(sign != 0, np.bincount(run)[run], 0)
    return lengths


def _shifted(flags: Truths, by: int) -> Truths:
    moved = np.zeros_like(flags)
    moved[by:] = flags[:-by]
    return moved


def _date_problems(points: pl.DataFrame, date: str, series: Counts, groups: list[str]) -> list[str]:
    """Say which series, in order of their dates, have dates that cannot put their points in order."""
    dtype, dates = points.schema[date], points[date]
    if not (dtype in (pl.Date, pl.Datetime, pl.Null) or dtype.is_integer()):
        return [f"date: column {date!r} is {dtype}; expected dates, datetimes or whole numbers"]
    again = (dates == dates.shift(1)).fill_null(False) & pl.Series(
        np.append(False, series[1:] == series[:-1])[: len(series)]
    )
    return [
        *row_problems(points, dates.is_null(), by=groups, says=f"date: {date!r} missing, expected a date in every row"),
        *row_problems(points, again, by=groups, says=f"date: {date!r} has a date twice, expected one row a date"),
    ]


def _targets(
    target: float | Mapping[object, float | None] | None, frame: pl.DataFrame, groups: list[str]
) -> tuple[float | pl.DataFrame | None, list[str]]:
    """Give the target, or a table of them by group; and what is wrong with them."""
    if isinstance(target, Mapping) and target:
        wrong = [f"target: {aim!r} given; {_NUMBER}" for aim in target.values() if not (aim is None or _is_finite(aim))]
        if wrong:
            return None, wrong
        return _by_group("target", {key: [aim] for key, aim in target.items()}, pl.Float64, frame, groups)
    if target is None or isinstance(target, Mapping):
        return None, []
    if _is_finite(target):
        return target, []
    return None, [f"target: {target!r} given; {_NUMBER}, or a dict of them by group"]


_NUMBER = "expected a finite number"


def _is_finite(given: object) -> bool:
    return is_number(given) and math.isfinite(given)


def _moments(
    rebase: Moment | Sequence[Moment] | Mapping[object, Moment | Sequence[Moment]],
    frame: pl.DataFrame,
    groups: list[str],
    dtype: pl.DataType,
) -> tuple[pl.Series | pl.DataFrame, list[str]]:
    """Give the dates at which series are rebased, or a table of them by group; and what is wrong with them."""
    if isinstance(rebase, Mapping):
        if not rebase:
            return pl.Series([], dtype=dtype), []
        dates: dict[object, list[object]] = {}
        problems: list[str] = []
        for key, given in rebase.items():
            series, wrong = _as_dates(given, dtype)
            dates[key] = series.to_list()
            problems += wrong
        if problems:
            return pl.Series([], dtype=dtype), problems
        table, problems = _by_group("rebase", dates, dtype, frame, groups)
        return pl.Series([], dtype=dtype) if table is None else table, problems
    return _as_dates(rebase, dtype)


def _as_dates(given: Moment | Sequence[Moment], dtype: pl.DataType) -> tuple[pl.Series, list[str]]:
    try:
        listed = [given] if isinstance(given, Date | str | int) else list(given)
        series = pl.Series(listed, dtype=pl.Null if not listed else None)
        if series.dtype == pl.String and dtype.is_temporal():
            series = series.str.to_date()
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None and series.dtype == pl.Date:
            series = series.cast(pl.Datetime(dtype.time_unit)).dt.replace_time_zone(dtype.time_zone)
        if series.null_count() or (listed and series.dtype.is_integer() != dtype.is_integer()):
            raise TypeError
        return series.cast(dtype), []
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        return pl.Series([], dtype=dtype), [f"rebase: {given!r} given; expected dates as the date column holds them"]


def _by_group(
    argument: str,
    given: Mapping[object, list[object]],
    dtype: pl.DataType | type[pl.DataType],
    frame: pl.DataFrame,
    groups: list[str],
) -> tuple[pl.DataFrame | None, list[str]]:
    """Lay a dict by group out as a table, its keys beside its entries, one a row; and what is wrong with it."""
    if not groups:
        return None, [f"{argument}: a dict by group given, but no grouping columns in by"]
    keys = [key if isinstance(key, tuple) else (key,) for key in given]
    lopsided = [f"{argument}: key {key!r}; expected {len(groups)} parts" for key in keys if len(key) != len(groups)]
    if lopsided:
        return None, lopsided
    held = _group_keys(frame, groups)
    columns = [_key_column([key[place] for key in keys], series) for place, series in enumerate(held)]
    misread = [
        key
        for row, key in enumerate(keys)
        if any(column[row] is None for column, part in zip(columns, key, strict=True) if part is not None)
    ]
    table = pl.DataFrame(columns).with_columns(
        pl.Series("entry", list(given.values()), dtype=pl.List(dtype), strict=False), place=pl.int_range(pl.len())
    )
    strange = table.join(held, on=held.columns, how="anti", nulls_equal=True)["place"].to_list()
    unknown = [key for row, key in enumerate(keys) if row in strange or key in misread]
    if unknown and frame.height:
        named = ", ".join(repr(key[0] if len(key) == 1 else key) for key in unknown)
        return None, [f"{argument}: no group {named} in the frame; expected values of {', '.join(groups)}"]
    return table.drop("place").explode("entry"), []


def _group_keys(frame: pl.DataFrame, groups: list[str]) -> pl.DataFrame:
    """Give the grouping columns by number; categories as text, which is how a dict writes them."""
    keys = frame.select(pl.col(name).alias(f"key_{place}") for place, name in enumerate(groups))
    return keys.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))


def _key_column(parts: list[object], like: pl.Series) -> pl.Series:
    """Give the parts of a dict's keys as the column they belong to holds them, null where it could not."""
    try:
        return pl.Series(like.name, parts, dtype=like.dtype)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return pl.Series(like.name, [None] * len(parts), dtype=like.dtype)


def _aims(points: pl.DataFrame, targets: float | pl.DataFrame | None, groups: list[str]) -> pl.Series:
    """Give each point its target."""
    if isinstance(targets, pl.DataFrame):
        keys = _group_keys(points, groups)
        return keys.join(targets, on=keys.columns, how="left", nulls_equal=True, maintain_order="left")["entry"]
    return pl.repeat(targets, points.height, dtype=pl.Float64, eager=True)


def _times_rebased(points: pl.DataFrame, date: str, moments: pl.Series | pl.DataFrame, groups: list[str]) -> Counts:
    """Count the rebase dates on or before each point's own."""
    dates = points[date].cast(pl.Int64) if points.schema[date].is_integer() else points[date]
    if isinstance(moments, pl.Series):
        ordered = moments.sort().to_physical().to_numpy()
        return np.searchsorted(ordered, dates.to_physical().to_numpy(), side="right").astype(np.int64)
    keys = _group_keys(points, groups).with_columns(dates.alias("date")).with_row_index("row")
    past = keys.join(moments, on=moments.columns[:-1], nulls_equal=True).filter(pl.col("date") >= pl.col("entry"))
    return np.bincount(past["row"].to_numpy(), minlength=points.height).astype(np.int64)


def summary(frame: pl.DataFrame, *, by: str | Sequence[str] | None = None, date: str | None = None) -> pl.DataFrame:
    """Sum up XmR charts: whether the latest point is chance, and whether the process can be relied on for its target.

    Takes what `xmr` gave; rows are read in the order given, or by `date` where it is named. Series are told apart by
    `by`. Where it is left out the rows must be all those of `xmr` in its order; series then start where it said so,
    and are named by every column that holds one value throughout each of them (lists and structs are passed over).

    Gives a row per series and rebase group, series in order of first appearance: the columns that name them,
    `rebase_group`, `mean`, `lower_limit`, `upper_limit`, `n` (values, missing ones left out), `is_short`, `variation`
    (the `point_type` of the latest point with a value) and `assurance`: where an increase is improvement, `fail` if the
    target lies above the upper limit and `pass` if below the lower; the other way round where a decrease is; else
    `inconsistent`. It is null without a target or limits, where improvement is `neutral`, and for all rebase groups
    but the latest.

    An empty frame gives no rows, with the same columns. Raises MetricInputError for a column that is missing, and for
    several series taken as one, when their grouping columns are left out of `by`.

    Source: NHS England. Making Data Count.

    >>> from datetime import date
    >>> waits = pl.DataFrame({"month": [date(2024, m, 1) for m in range(1, 9)], "days": [5, 6, 5, 7, 6, 5, 30, 6]})
    >>> chart = xmr(waits, date="month", value="days", improvement="decrease", target=4)
    >>> summary(chart).select("n", "variation", "assurance").row(0)
    (8, 'common_cause', 'inconsistent')
    """
    as_drawn = by is None and is_frame(frame) and "starts_series" in frame.columns
    if as_drawn:
        frame = frame.with_columns(pl.col("starts_series").cum_sum().alias(_SERIES))
    groups = [_SERIES] if as_drawn else grouping(by)
    needed = ["rebase_group", "mean", "lower_limit", "upper_limit", "point_type", "improvement", "target", "is_short"]
    present: dict[str, str | None] = {**{name: name for name in needed}, "date": date}
    adds = ["rebase_group", "mean", "lower_limit", "upper_limit", "n", "is_short", "variation", "assurance"]
    refuse(column_problems(frame, numeric={}, present=present, optional=("date",), by=groups, adds=adds))
    points = frame if date is None else frame.sort(group_starts(frame, groups), date)
    naming = _naming(points, adds) if as_drawn else groups
    parts = points.group_by(*groups, "rebase_group", maintain_order=True).agg(
        *(pl.col(name).first() for name in naming if name not in groups),
        pl.col("mean", "lower_limit", "upper_limit").first(),
        pl.col("point_type").count().cast(pl.Int64).alias("n"),
        pl.col("is_short", "improvement").first(),
        pl.col("target").last(),
        pl.col("point_type").drop_nulls().last().alias("variation"),
        (pl.col("mean").n_unique() > 1).alias(_MIXED),
    )
    mixed = parts[_MIXED]
    refuse(row_problems(parts, mixed, by=naming, says="by: several series taken as one, expected their columns"))
    latest = pl.col("rebase_group") == (
        pl.col("rebase_group").max().over(groups) if groups else pl.col("rebase_group").max()
    )
    tie = TIE * pl.max_horizontal(pl.col("lower_limit", "upper_limit").abs())
    too_high = pl.col("target") > pl.col("upper_limit") + tie
    too_low = pl.col("target") < pl.col("lower_limit") - tie
    increasing = pl.col("improvement") == "increase"
    assurance = (
        pl.when(~latest | (pl.col("improvement") == "neutral") | too_high.is_null() | too_low.is_null())
        .then(None)
        .when(pl.when(increasing).then(too_high).otherwise(too_low))
        .then(pl.lit("fail"))
        .when(pl.when(increasing).then(too_low).otherwise(too_high))
        .then(pl.lit("pass"))
        .otherwise(pl.lit("inconsistent"))
    )
    return parts.with_columns(assurance.alias("assurance")).select(*naming, *adds)


_SERIES, _MIXED = "\0series", "\0mixed"
"""The number of a series, and whether several were taken as one; no column of a real frame has these names."""


def _naming(points: pl.DataFrame, adds: list[str]) -> list[str]:
    """Find the columns that name the series of a chart: one value in each series, and none that was worked out."""
    own = [
        name
        for name, dtype in points.schema.items()
        if name not in (*ADDED, *adds, _SERIES) and not dtype.is_nested() and dtype != pl.Object
    ]
    if not own:
        return []
    alone = points.group_by(_SERIES).agg(pl.col(own).n_unique() == 1).select(pl.col(own).all())
    return [name for name in own if alone[name].all()]
