"""Is a commitment moving, which way, and fast enough: direction, pace, and the change a test could see at all.

Direction is a test of two periods, pace a ratio of speeds. They answer different questions and are never merged: a
measure may be improving beyond doubt and still be far too slow.

Each function keeps every row, every column and their order, and adds its own columns, replacing those of the same
names. Where an argument takes a word (`polarity`, `form`) or a truth (`overlaps`, `enumerated`), it takes the word or
truth for every row, or the name of a column that holds one a row.

`reason` is that of the function called last; `direction_reason` and `pace_reason` say the same, and stay when another
is called.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date as Date  # noqa: N812 - named as in metrics.spc
from numbers import Integral
from typing import Any, Literal, TypeAlias

import polars as pl

from metrics.comparison import negative_standard_errors, said, two_sided_p
from metrics.comparison_scalar import NO_INTERVAL, NO_WIDTH
from metrics.figures import figures
from metrics.inputs import column_problems, is_frame, refuse
from metrics.normal import Z_95
from metrics.progress_scalar import (
    NO_BASELINE,
    NO_GOOD_DIRECTION,
    NO_LATEST,
    NOTABLE_SHARE,
    OVERLAP,
    POLARITIES,
    ROUNDING,
    SIGNIFICANT_BELOW,
)

Form = Literal["compound", "linear"]
Moment: TypeAlias = Date | int
"""A date, or a whole year for its 31 December."""
Pace = Literal[
    "on_track",
    "acceleration_needed",
    "limited",
    "deterioration",
    "uncertain",
    "held",
    "lost",
    "no_deadline",
    "not_assessed",
]

FORMS = ("compound", "linear")

OPTIONAL = ("baseline_se", "latest_se", "target", "target_date")

ON_TRACK, ACCELERATION_NEEDED, LIMITED = 0.95, 0.60, 0.0
"""The least pace of each class; below the last, deterioration."""

DETECTABLE_Z = 1.645
"""The one-sided 95% normal quantile, to the digits the status rules give it."""

DAYS_A_YEAR = 365.25

OVERLAP_UNKNOWN = "whether the periods overlap is not known"
NO_DATES = "the date of the baseline or the latest period is missing"
NO_TIME_PASSED = "the latest period does not end after the baseline"
NO_TIME_GIVEN = "the target date is not after the baseline"
NOT_ABOVE_ZERO = "compound growth needs values and a target above zero, of a size to be compared"
DATE_PASSED = "the target date has passed"


def direction(
    frame: pl.DataFrame,
    *,
    baseline: str,
    latest: str,
    baseline_se: str | None = None,
    latest_se: str | None = None,
    target: str | float | None = None,
    polarity: str,
    overlaps: str | bool | None = None,
    enumerated: str | bool = False,
) -> pl.DataFrame:
    """Say which way each measure moved from its baseline to its latest period, and how sure that is.

    `target_met` when the latest value is at or past the target. Otherwise z is the change over the root of the sum of
    both squared standard errors, and with a one-sided p below 0.05 the measure is `improving` towards or
    `getting_worse` away; else there is `little_change`. Towards means towards the target; without one, or with the
    baseline already past it, the good direction. An `enumerated` measure is a full count without sampling error: any
    change beyond 1% of the baseline is a direction. Standard errors come from `metrics.comparison.standard_errors`.

    Adds `direction`, `direction_p` (the smaller tail, 1 less the normal distribution function at the absolute value of
    z; null where no test was made) and `reason`. `target` names a column or is one number. A past target is one
    reached from below where high is good, from above where low is good; where neither is, from the side the baseline
    is on. Equal to nine digits is equal.

    Nulls: null, NaN and infinite figures are missing; a missing target is no target. Without a latest value, or a
    baseline, or standard errors, with periods that overlap (or may), or with neither polarity nor target, `direction`
    is null with a `reason`; so it is with two standard errors of zero, which are no certainty. Only `target_met` needs
    no baseline and no interval. Raises MetricInputError: a column missing or not numeric, an unknown polarity, a
    negative standard error.

    Source: Healthy People 2030 progress status; the status rules, section 3.2.

    >>> life = pl.DataFrame({"y0": [60.0, 60.0, 60.0], "y1": [61.5, 60.5, 58.0], "s0": 0.5, "s1": 0.5})
    >>> moved = direction(
    ...     life, baseline="y0", latest="y1", baseline_se="s0", latest_se="s1", polarity="high_is_good"
    ... )
    >>> moved.select("direction", pl.col("direction_p").round(4)).rows()
    [('improving', 0.0169), ('little_change', 0.2398), ('getting_worse', 0.0023)]
    """
    errors = {"baseline_se": baseline_se, "latest_se": latest_se}
    numeric = {"baseline": baseline, "latest": latest, **errors, "target": _named(target)}
    truths = {"overlaps": overlaps, "enumerated": enumerated}
    refuse(
        [
            *column_problems(frame, numeric=numeric, optional=OPTIONAL),
            *_target_problems(target),
            *_truth_problems(frame, truths),
            *_word_problems(frame, "polarity", polarity, POLARITIES),
        ]
    )
    sides = figures(frame, numeric).with_columns(
        _target(target),
        _good(frame, polarity),
        _truth(frame, "overlaps", False if overlaps is None else overlaps),
        _truth(frame, "enumerated", enumerated),
    )
    refuse(negative_standard_errors(frame, sides, errors))

    spread = (pl.col("baseline_se") ** 2 + pl.col("latest_se") ** 2).sqrt()
    # Worked out once each: every one of these is read several times below.
    sides = sides.with_columns(
        change=pl.col("latest") - pl.col("baseline"),
        towards=pl.col("good").fill_null(_sign_to_target()),
        met=_met(pl.col("latest")).fill_null(False),
        spread=spread,
    )
    tested = ~pl.col("met") & ~pl.col("enumerated")
    worked = sides.select(
        "enumerated",
        "met",
        direction_reason=(
            pl.when(pl.col("latest").is_null())
            .then(pl.lit(NO_LATEST))
            .when("met")
            .then(None)
            .when(pl.col("baseline").is_null())
            .then(pl.lit(NO_BASELINE))
            .when(pl.col("overlaps").is_null())
            .then(pl.lit(OVERLAP_UNKNOWN))
            .when("overlaps")
            .then(pl.lit(OVERLAP))
            .when(pl.col("towards").is_null())
            .then(pl.lit(NO_GOOD_DIRECTION))
            .when("enumerated")
            .then(None)
            .when(pl.col("spread").is_null())
            .then(pl.lit(NO_INTERVAL))
            .when(pl.col("spread") == 0)
            .then(pl.lit(NO_WIDTH))
        ),
        gain=pl.col("change") * pl.col("towards"),
        notable=pl.col("change").abs() > NOTABLE_SHARE * pl.col("baseline").abs() * (1 + ROUNDING),
        z=pl.when(tested & ~pl.col("overlaps") & (pl.col("spread") > 0) & pl.col("towards").is_not_null()).then(
            pl.col("change") / pl.col("spread")
        ),
    )
    worked = worked.with_columns(direction_p=two_sided_p(worked["z"]) / 2)
    moved = pl.when("enumerated").then(pl.col("notable")).otherwise(pl.col("direction_p") < SIGNIFICANT_BELOW)
    verdict = (
        pl.when(pl.col("direction_reason").is_not_null())
        .then(None)
        .when("met")
        .then(pl.lit("target_met"))
        .when(~moved)
        .then(pl.lit("little_change"))
        .when(pl.col("gain") > 0)
        .then(pl.lit("improving"))
        .otherwise(pl.lit("getting_worse"))
    )
    added = worked.select(verdict.alias("direction"), "direction_p", *said("direction_reason"))
    return frame.with_columns(added.get_columns())


def pace(
    frame: pl.DataFrame,
    *,
    baseline: str,
    latest: str,
    baseline_date: str | Moment,
    latest_date: str | Moment,
    target: str | float | None,
    target_date: str | Moment | None,
    form: str,
    polarity: str,
    baseline_se: str | None = None,
    latest_se: str | None = None,
) -> pl.DataFrame:
    """Say whether each measure moves fast enough to reach its target by its date.

    The ratio R is the observed growth a year over the growth a year needed from the baseline. `linear`: growth is the
    difference over the years, R = ((y1 - y0)/(t1 - t0)) / ((T - y0)/(tT - t0)). `compound`: growth is the yearly rate
    that turns one value into the other. `on_track` from 0.95, `acceleration_needed` from 0.60, `limited` from 0,
    `deterioration` below. With standard errors of both values R has 95% limits, by the delta method on both; where they
    fall in different classes the pace is `uncertain`. A baseline at or past the target is `held` or `lost`, as the
    latest value is; a target met is `on_track`; one without a date `no_deadline`; no target is `not_assessed`.

    Dates are columns of the dates periods end, or of whole years, which stand for 31 December, or one such date or year
    for every row; a year is 365.25 days.
    `target` names a column or is one number; at or past is as in `direction`.

    Adds `pace`, `pace_ratio`, `pace_lower_95`, `pace_upper_95`, `required_from_now` (the growth a year from the latest
    value that would still reach the target on its date), `recent_rate` (the growth a year from baseline to latest),
    `years_to_target` (from the latest period at the recent rate; null where that leads away) and `reason`. Growth
    is in the unit of the value a year when linear, a fraction a year when compound (-0.03 is 3% less each year).

    Nulls: null, NaN and infinite figures are missing. Without a value or its date, without time between the dates, or
    compound with anything at or below zero, `pace` is null with a `reason`. Once the target date has passed,
    nothing is required from now, and `reason` says so beside the pace. One standard error missing, or both zero:
    no limits. Raises MetricInputError: a column missing or of the wrong type, an unknown form or polarity, a negative
    standard error.

    Source: Statistics Canada and Open SDG, progress measurement; the status rules, section 3.3.

    >>> smoking = pl.DataFrame(
    ...     {"y0": [14.4], "y1": [10.6], "then": [2018], "now": [2024], "aim": [5.0], "due": [2030]}
    ... )
    >>> found = pace(
    ...     smoking, baseline="y0", latest="y1", baseline_date="then", latest_date="now", target="aim",
    ...     target_date="due", form="compound", polarity="low_is_good",
    ... )
    >>> found.select("pace", pl.col("pace_ratio", "required_from_now", "recent_rate").round(3)).row(0)
    ('limited', 0.59, -0.118, -0.05)
    """
    errors = {"baseline_se": baseline_se, "latest_se": latest_se}
    numeric = {"baseline": baseline, "latest": latest, **errors, "target": _named(target)}
    dates = {"baseline_date": baseline_date, "latest_date": latest_date, "target_date": target_date}
    # What is no moment must name a column; `column_problems` says so of anything else.
    named: dict[str, Any] = {argument: None if _is_moment(given) else given for argument, given in dates.items()}
    optional = (*OPTIONAL, *(argument for argument, given in dates.items() if _is_moment(given)))
    refuse(
        [
            *column_problems(frame, numeric=numeric, present=named, optional=optional),
            *_target_problems(target),
            *_date_problems(frame, dates),
            *_word_problems(frame, "form", form, FORMS),
            *_word_problems(frame, "polarity", polarity, POLARITIES),
        ]
    )
    sides = figures(frame, numeric).with_columns(
        _target(target),
        _good(frame, polarity),
        _word(frame, form, FORMS).alias("form"),
        *(_day(frame, given).alias(argument) for argument, given in dates.items()),
    )
    refuse(negative_standard_errors(frame, sides, errors))
    worked = _with_growth(sides, form).with_columns(pace_reason=_pace_reason())
    sound = pl.col("pace_reason").is_null()
    worked = worked.with_columns(
        pace_ratio=pl.when(sound & ~pl.col("past")).then(pl.col("ratio")),
        half=Z_95 * pl.when(pl.col("ratio_se") > 0).then(pl.col("ratio_se")),
    ).with_columns(
        pace_lower_95=pl.col("pace_ratio") - pl.col("half"), pace_upper_95=pl.col("pace_ratio") + pl.col("half")
    )
    unmet = ~pl.col("met")
    passed = sound & unmet & (pl.col("target_date") <= pl.col("latest_date"))
    added = worked.select(
        _pace(),
        "pace_ratio",
        "pace_lower_95",
        "pace_upper_95",
        pl.when(unmet).then(pl.col("required")).alias("required_from_now"),
        pl.col("observed").alias("recent_rate"),
        pl.when(unmet & (pl.col("years_left") > 0)).then(pl.col("years_left")).alias("years_to_target"),
        pl.when(passed).then(pl.lit(DATE_PASSED)).otherwise(pl.col("pace_reason")).alias("pace_reason"),
    )
    added = added.with_columns(said("pace_reason"))
    return frame.with_columns(added.get_columns())


def detectable_change(frame: pl.DataFrame, *, baseline_se: str, latest_se: str) -> pl.DataFrame:
    """Give the smallest change the direction test would see: 1.645 root of the sum of both squared standard errors.

    For a change still to come, the latest standard error stands in for the coming one. Adds
    `smallest_detectable_change`, in the unit of the standard errors.

    Nulls: null where a standard error is missing (null, NaN, infinite) or both are zero, for then no test is made.
    Raises MetricInputError: a column missing or not numeric, a negative standard error. Source: the status rules,
    section 3.7.

    >>> errors = pl.DataFrame({"s0": [0.9], "s1": [1.0]})
    >>> detectable_change(errors, baseline_se="s0", latest_se="s1")["smallest_detectable_change"].round(3).to_list()
    [2.213]
    """
    errors: dict[str, str | None] = {"baseline_se": baseline_se, "latest_se": latest_se}
    refuse(column_problems(frame, numeric=errors))
    sides = figures(frame, errors)
    refuse(negative_standard_errors(frame, sides, errors))
    spread = (pl.col("baseline_se") ** 2 + pl.col("latest_se") ** 2).sqrt()
    change = DETECTABLE_Z * pl.when(spread > 0).then(spread)
    return frame.with_columns(sides.select(change.alias("smallest_detectable_change")).get_columns())


def _named(target: str | float | None) -> str | None:
    return target if isinstance(target, str) else None


def _target_problems(target: object) -> list[str]:
    if target is None or (isinstance(target, str | int | float) and not isinstance(target, bool)):
        return []
    return [f"target: {target!r} given; expected a number or the name of a column"]


def _target(target: str | float | None) -> pl.Expr:
    """Take the target from its column, or the one number for every row; an infinite number is no target."""
    if target is None or isinstance(target, str):
        return pl.col("target")
    number = pl.lit(float(target), dtype=pl.Float64)
    return pl.when(number.is_finite()).then(number).alias("target")


def _good(frame: pl.DataFrame, polarity: str) -> pl.Expr:
    """Give 1 where high is good, -1 where low is, null where neither is."""
    signs = {"high_is_good": 1.0, "low_is_good": -1.0}
    if polarity in POLARITIES:
        return pl.lit(signs.get(polarity), dtype=pl.Float64).alias("good")
    words = frame[polarity].cast(pl.String)
    return pl.lit(words.replace_strict(signs, default=None, return_dtype=pl.Float64)).alias("good")


def _word(frame: pl.DataFrame, given: str, allowed: Collection[str]) -> pl.Expr:
    """Take the one word for every row, or the words of a column."""
    return pl.lit(given if given in allowed else frame[given].cast(pl.String))


def _word_problems(frame: pl.DataFrame, argument: str, given: str, allowed: Collection[str]) -> list[str]:
    if isinstance(given, str) and given in allowed:
        return []
    if not isinstance(given, str) or not is_frame(frame) or given not in frame.columns:
        return [f"{argument}: {given!r} given; expected one of {', '.join(allowed)}, or a column that holds them"]
    if frame.schema[given].is_nested() or frame.schema[given] == pl.Object:
        return [f"{argument}: column {given!r} is {frame.schema[given]}; expected {', '.join(allowed)}"]
    found = frame[given].cast(pl.String).unique(maintain_order=True).to_list()
    unknown = [repr(word) for word in found if word not in allowed]
    if not unknown:
        return []
    return [f"{argument}: column {given!r} holds {', '.join(unknown)}; expected {', '.join(allowed)}"]


def _truth(frame: pl.DataFrame, name: str, given: str | bool) -> pl.Expr:
    """Take the one truth for every row, or the truths of a column."""
    return pl.lit(frame[given].cast(pl.Boolean) if isinstance(given, str) else given).alias(name)


def _truth_problems(frame: pl.DataFrame, arguments: Mapping[str, object]) -> list[str]:
    if not is_frame(frame):
        return []
    named = {argument: given for argument, given in arguments.items() if isinstance(given, str)}
    problems = column_problems(frame, numeric={}, present=named)
    for argument, given in arguments.items():
        if isinstance(given, bool) or (given is None and argument == "overlaps"):
            continue
        if not isinstance(given, str):
            problems.append(f"{argument}: {given!r} given; expected true, false or a column that holds them")
        elif given in frame.columns and frame.schema[given] not in (pl.Boolean, pl.Null):
            problems.append(f"{argument}: column {given!r} is {frame.schema[given]}; expected true or false")
        elif argument == "enumerated" and given in frame.columns and frame[given].null_count():
            problems.append(f"{argument}: column {given!r} holds nulls; expected true or false")
    return problems


def _date_problems(frame: pl.DataFrame, dates: Mapping[str, object]) -> list[str]:
    return [
        f"{argument}: column {column!r} is {frame.schema[column]}; expected dates or whole years"
        for argument, column in dates.items()
        if is_frame(frame)
        and isinstance(column, str)
        and column in frame.columns
        and not _is_date(frame.schema[column])
    ]


def _is_date(dtype: pl.DataType) -> bool:
    return dtype in (pl.Date, pl.Null) or dtype == pl.Datetime or dtype.is_integer()


def _is_moment(given: object) -> bool:
    return isinstance(given, Date) or (isinstance(given, Integral) and not isinstance(given, bool))


def _day(frame: pl.DataFrame, given: str | Moment | None) -> pl.Series:
    """Number the day each date falls on; a whole year stands for its last day."""
    dates = frame[given] if isinstance(given, str) else pl.repeat(given, frame.height, eager=True)
    if dates.dtype == pl.Null:
        return pl.repeat(None, frame.height, dtype=pl.Float64, eager=True)
    if dates.dtype.is_integer():
        dates = pl.select(pl.date(pl.lit(dates), 12, 31)).to_series()
    return dates.cast(pl.Date).to_physical().cast(pl.Float64)


def _sign_to_target() -> pl.Expr:
    """Give the side of the baseline the target is on; null where they are the same, or one is missing."""
    distance = pl.col("target") - pl.col("baseline")
    return pl.when(distance != 0).then(distance.sign())


def _met(value: pl.Expr) -> pl.Expr:
    """Say whether a value is at or past the target; null without one, or without a side to come from."""
    target = pl.col("target")
    beyond = (value - target) * pl.col("good").fill_null(_sign_to_target())
    is_at = (value - target).abs() <= ROUNDING * target.abs()
    return is_at | (beyond >= 0)


def _with_growth(sides: pl.DataFrame, form: str) -> pl.DataFrame:
    """Work out the growth observed, needed and still required, the ratio and its standard error."""
    y0, y1, target = pl.col("baseline"), pl.col("latest"), pl.col("target")

    def by_form(compound: pl.Expr, linear: pl.Expr) -> pl.Expr:
        """Take the one form asked for, or each row's own."""
        if form in FORMS:
            return compound if form == "compound" else linear
        return pl.when(pl.col("form") == "compound").then(compound).otherwise(linear)

    def years(start: str, end: str) -> pl.Expr:
        apart = (pl.col(end) - pl.col(start)) / DAYS_A_YEAR
        return pl.when(apart > 0).then(apart)

    def rate(start: pl.Expr, end: pl.Expr, years: pl.Expr) -> pl.Expr:
        yearly = pl.when((start > 0) & (end > 0)).then((end / start).log() / years)
        # expm1 would keep a digit or two more for tiny rates; polars has none, and nine digits stand.
        found = by_form(yearly.exp() - 1, (end - start) / years)
        return pl.when(found.is_finite()).then(found)

    passed, given = pl.col("passed"), pl.col("given")
    worked = sides.with_columns(
        passed=years("baseline_date", "latest_date"),
        given=years("baseline_date", "target_date"),
        left=years("latest_date", "target_date"),
        past=_met(y0).fill_null(False),
        met=_met(y1).fill_null(False),
    ).with_columns(
        observed=rate(y0, y1, passed), needed=rate(y0, target, given), required=rate(y1, target, pl.col("left"))
    )
    observed, needed, ratio = pl.col("observed"), pl.col("needed"), pl.col("ratio")
    worked = worked.with_columns(ratio=observed / pl.when(needed != 0).then(needed))
    # What a unit more of each value does to growth, and through it to the ratio: partial derivatives.
    by_latest = by_form((1 + observed) / (passed * y1), 1 / passed) / needed
    observed_by_baseline = by_form((1 + observed) / (passed * y0), 1 / passed)
    needed_by_baseline = by_form((1 + needed) / (given * y0), 1 / given)
    by_baseline = (ratio * needed_by_baseline - observed_by_baseline) / needed
    error = ((by_latest * pl.col("latest_se")) ** 2 + (by_baseline * pl.col("baseline_se")) ** 2).sqrt()
    years_left = by_form((target / y1).log() / (1 + observed).log(), (target - y1) / observed)
    return worked.with_columns(ratio_se=error, years_left=years_left).with_columns(
        years_left=pl.when(pl.col("years_left").is_finite()).then(pl.col("years_left"))
    )


def _pace_reason() -> pl.Expr:
    """Say why there is no pace, where a target, or the want of one, does not already answer."""
    positive = (pl.col("baseline") > 0) & (pl.col("latest") > 0) & (pl.col("target") > 0)
    settled = pl.col("past") | pl.col("met")
    return (
        pl.when(pl.col("target").is_null())
        .then(None)
        .when(pl.col("latest").is_null())
        .then(pl.lit(NO_LATEST))
        .when(pl.col("baseline").is_null())
        .then(pl.lit(NO_BASELINE))
        .when(settled | pl.col("target_date").is_null())
        .then(None)
        .when(pl.col("baseline_date").is_null() | pl.col("latest_date").is_null())
        .then(pl.lit(NO_DATES))
        .when(pl.col("latest_date") <= pl.col("baseline_date"))
        .then(pl.lit(NO_TIME_PASSED))
        .when(pl.col("target_date") <= pl.col("baseline_date"))
        .then(pl.lit(NO_TIME_GIVEN))
        .when((pl.col("form") == "compound") & (~positive | (pl.col("observed") + pl.col("needed")).is_null()))
        .then(pl.lit(NOT_ABOVE_ZERO))
    )


def _pace() -> pl.Expr:
    """Name the pace, in the order the rules are read."""
    return (
        pl.when(pl.col("target").is_null())
        .then(pl.lit("not_assessed"))
        .when(pl.col("pace_reason").is_not_null())
        .then(None)
        .when(pl.col("past") & pl.col("met"))
        .then(pl.lit("held"))
        .when("past")
        .then(pl.lit("lost"))
        .when("met")
        .then(pl.lit("on_track"))
        .when(pl.col("target_date").is_null())
        .then(pl.lit("no_deadline"))
        .when((_pace_class("pace_lower_95") != _pace_class("pace_upper_95")).fill_null(False))
        .then(pl.lit("uncertain"))
        .when(pl.col("pace_ratio") >= ON_TRACK)
        .then(pl.lit("on_track"))
        .when(pl.col("pace_ratio") >= ACCELERATION_NEEDED)
        .then(pl.lit("acceleration_needed"))
        .when(pl.col("pace_ratio") >= LIMITED)
        .then(pl.lit("limited"))
        .when(pl.col("pace_ratio") < LIMITED)
        .then(pl.lit("deterioration"))
        .alias("pace")
    )


def _pace_class(name: str) -> pl.Expr:
    """Number the class a ratio falls into, from deterioration up."""
    ratio = pl.col(name)
    return sum(
        ((ratio >= least).cast(pl.UInt8) for least in (ACCELERATION_NEEDED, ON_TRACK)),
        (ratio >= LIMITED).cast(pl.UInt8),
    )
