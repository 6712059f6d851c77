"""Posts and how long their funding lasts: vacancy, funding ends, the funding horizon, concentration, time vacant.

A frame has one row a post. WTE is whole-time equivalent. A return is an enumeration, so nothing here has an interval;
beside every figure stand the posts `counted` in it and those `left_out`, since a figure that rests on one or two posts
may not be shown.

WTE is added in millionths, as whole numbers, so no order of rows changes a sum and the parts of a whole add up to it.

Calendar months: a day plus N months is the same day N months on, or that month's last day where it has no such day; and
a month's last day plus N months is again a month's last day. 30 September plus three months is 31 December, so funding
that ends with the year, or on 31 March, falls in the window people expect (the end-of-month convention of finance).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from metrics.figures import key_names, restore_keys
from metrics.inputs import column_problems, grouping, is_frame, refuse, row_problems, whole_number_problems
from metrics.survival import median_survival

MILLIONTHS = 1_000_000
HORIZON_MONTHS = 60
PER = 100_000
DAYS_A_MONTH = 365.25 / 12

ALL_RECURRENT = "no post's funding ends"


def months_after(day: pl.Expr, months: int) -> pl.Expr:
    """The day so many calendar months after another, by the rule at the head of this module; null of a null.

    >>> import datetime as dt
    >>> days = pl.DataFrame({"day": [dt.date(2026, 9, 30), dt.date(2026, 8, 15), dt.date(2027, 12, 31)]})
    >>> days.select(months_after(pl.col("day"), 2)).to_series().dt.to_string().to_list()
    ['2026-11-30', '2026-10-15', '2028-02-29']
    """
    later = day.dt.offset_by(f"{months}mo")
    return pl.when(day == day.dt.month_end()).then(later.dt.month_end()).otherwise(later)


def total_wte(frame: pl.DataFrame, *, wte: str, by: str | Sequence[str] = ()) -> pl.DataFrame:
    """Add up a group's WTE.

    One row a group in order of first appearance: the grouping columns, `value` (WTE) and `counted` (posts). An empty
    frame gives no rows. Raises MetricInputError: a column missing or of the wrong type, WTE that is missing, zero,
    negative or not finite.

    >>> total_wte(pl.DataFrame({"wte": [0.1, 0.2]}), wte="wte").row(0)
    (0.3, 2)
    """
    keys = grouping(by)
    refuse(_problems(frame, wte=wte, by=keys, adds=("value", "counted")))
    taken = _taken(frame, keys, wte=_millionths(wte)).with_columns(one=pl.lit(0))
    totals = taken.group_by("one", *key_names(keys), maintain_order=True).agg(
        value=_wte(pl.col("wte").sum()), counted=pl.len().cast(pl.Int64)
    )
    return restore_keys(totals.drop("one"), keys)


def share_of_wte(frame: pl.DataFrame, *, wte: str, where: str, by: str | Sequence[str] = ()) -> pl.DataFrame:
    """Work out which share of a group's WTE lies in the posts for which something is true.

    With vacant posts it is the vacancy rate: vacant WTE over funded WTE, in posts funded on the day (NHS Vacancy
    Statistics: vacant over planned WTE). So too the shares that are recurrent, unconfirmed, interim or joint.

    One row a group in order of first appearance: the grouping columns, `value` (a fraction), `counted` and `left_out`
    (posts). An empty frame gives no rows.

    Raises MetricInputError: a column missing or of the wrong type, WTE that is missing, zero, negative or not finite, a
    `where` that is neither true nor false.

    >>> posts = pl.DataFrame({"wte": [1.0, 0.5, 0.5], "vacant": [False, True, False]})
    >>> share_of_wte(posts, wte="wte", where="vacant").row(0)
    (0.25, 1, 2)
    """
    keys = grouping(by)
    refuse(_problems(frame, wte=wte, flags={"where": where}, by=keys, adds=("value", "counted", "left_out")))
    taken = _taken(frame, keys, wte=_millionths(wte), where=pl.col(where)).with_columns(one=pl.lit(0))
    shares = taken.group_by("one", *key_names(keys), maintain_order=True).agg(
        value=pl.col("wte").filter("where").sum() / pl.col("wte").sum(),
        counted=pl.col("where").sum().cast(pl.Int64),
        left_out=(~pl.col("where")).sum().cast(pl.Int64),
    )
    return restore_keys(shares.select(*key_names(keys), "value", "counted", "left_out"), keys)


def largest_share(frame: pl.DataFrame, *, wte: str, of: str, by: str | Sequence[str] = ()) -> pl.DataFrame:
    """Find what holds the largest share of a group's WTE: the funder it leans on most, or the commonest pay framework.

    Known for shares of a market as the one-firm concentration ratio. Of several that hold equal shares the first by
    name. One row a group in order of first appearance: the grouping columns, `value` (a fraction), `largest` (which it
    is), `counted` and `left_out` (posts). An empty frame gives no rows.

    Raises MetricInputError: as in `share_of_wte`; a row that is of nothing (null).

    >>> posts = pl.DataFrame({"wte": [1.0, 1.0, 0.5], "funder": ["grant", "programme", "programme"]})
    >>> largest_share(posts, wte="wte", of="funder").row(0)
    (0.6, 'programme', 2, 1)
    """
    keys = grouping(by)
    names = key_names(keys)
    problems = _problems(frame, wte=wte, present={"of": of}, by=keys, adds=("value", "largest", "counted", "left_out"))
    refuse(problems or row_problems(frame, pl.col(of).is_null(), by=keys, says="of: null; expected what each is of"))
    taken = _taken(frame, keys, wte=_millionths(wte), largest=pl.col(of)).with_columns(one=pl.lit(0))
    parts = taken.group_by("one", *names, "largest", maintain_order=True).agg(
        pl.col("wte").sum(), counted=pl.len().cast(pl.Int64)
    )
    best = parts.group_by("one", *names, maintain_order=True).agg(
        value=pl.col("wte").max() / pl.col("wte").sum(),
        largest=pl.col("largest").sort_by(-pl.col("wte"), "largest").first(),
        counted=pl.col("counted").sort_by(-pl.col("wte"), "largest").first(),
        posts=pl.col("counted").sum(),
    )
    table = best.select(*names, "value", "largest", "counted", left_out=pl.col("posts") - pl.col("counted"))
    return restore_keys(table, keys)


def ending_within(
    frame: pl.DataFrame, *, months: Sequence[int], wte: str, as_at: str, end: str, by: str | Sequence[str] = ()
) -> pl.DataFrame:
    """Add up the WTE whose funding ends after the as-at date and within so many calendar months of it.

    A post counts where as-at < end <= as-at plus N months; funding without an end (null) never does. All posts given
    count, vacant and unconfirmed ones too. One row a group and window, groups in order of first appearance: the
    grouping columns, `months`, `value` (WTE), `counted` and `left_out` (posts). Zero where none ends.

    Raises MetricInputError: as in `share_of_wte`; an as-at or end that is no date, an as-at that is missing, a number
    of months below 1.

    >>> import datetime as dt
    >>> posts = pl.DataFrame({"wte": [1.0, 0.5], "as_at": dt.date(2026, 9, 30), "end": [dt.date(2027, 3, 31), None]})
    >>> ending_within(posts, months=(3, 6), wte="wte", as_at="as_at", end="end").rows()
    [(3, 0.0, 0, 2), (6, 1.0, 1, 1)]
    """
    keys = grouping(by)
    names = key_names(keys)
    adds = ("months", "value", "counted", "left_out")
    wrong = [problem for number in months for problem in whole_number_problems("months", number, least=1)]
    refuse([*wrong, *_problems(frame, wte=wte, dates={"as_at": as_at, "end": end}, dated=as_at, by=keys, adds=adds)])
    taken = _taken(frame, keys, wte=_millionths(wte), as_at=pl.col(as_at), end=pl.col(end)).with_columns(one=pl.lit(0))
    windows: list[pl.DataFrame] = []
    for number in months:
        ends = ((pl.col("end") > pl.col("as_at")) & (pl.col("end") <= months_after(pl.col("as_at"), number))).fill_null(
            value=False
        )
        windows.append(
            taken.with_columns(ends=ends)
            .group_by("one", *names, maintain_order=True)
            .agg(
                months=pl.lit(number, pl.Int64),
                value=_wte(pl.col("wte").filter("ends").sum()),
                counted=pl.col("ends").sum().cast(pl.Int64),
                left_out=(~pl.col("ends")).sum().cast(pl.Int64),
                place=pl.lit(len(windows)),
            )
            .with_row_index("group")
        )
    table = pl.concat(windows) if windows else pl.DataFrame(schema=[*names, *adds, "group", "place"])
    return restore_keys(table.sort("group", "place").select(*names, *adds), keys)


def funding_horizon(
    frame: pl.DataFrame,
    *,
    wte: str,
    as_at: str,
    start: str,
    end: str,
    by: str | Sequence[str] = (),
    months: int = HORIZON_MONTHS,
) -> pl.DataFrame:
    """Add up the WTE funded on the as-at date, month 0, and on the last day of each of the months that follow it.

    A post is funded from its start to its end, both funded days; without a start (null) it has been all along, without
    an end it stays. So the horizon never rises but where funding starts. For the basis `confirmed` give the posts whose
    funding is confirmed, for `all` every post.

    One row a group and month, groups in order of first appearance: the grouping columns, `month`, `day` (the day it is
    read on), `value` (WTE) and `counted` (posts funded). Zero where none is.

    Raises MetricInputError: as in `share_of_wte`; a date column that holds no dates, an as-at that is missing or
    differs within a group, an end before its start, months below 1.

    >>> import datetime as dt
    >>> posts = pl.DataFrame({"wte": [1.0, 0.5], "as_at": dt.date(2026, 9, 30), "start": None,
    ...                       "end": [dt.date(2026, 10, 31), None]}, schema_overrides={"start": pl.Date})
    >>> horizon = funding_horizon(posts, wte="wte", as_at="as_at", start="start", end="end", months=2)
    >>> horizon.select("month", "value").rows()
    [(0, 1.5), (1, 1.5), (2, 0.5)]
    """
    keys = grouping(by)
    names = key_names(keys)
    dates = {"as_at": as_at, "start": start, "end": end}
    problems = [
        *whole_number_problems("months", months, least=1),
        *_problems(frame, wte=wte, dates=dates, dated=as_at, by=keys, adds=("month", "day", "value", "counted")),
    ]
    refuse(problems or row_problems(frame, pl.col(end) < pl.col(start), by=keys, says="end: before its start"))
    taken = _taken(
        frame, keys, wte=_millionths(wte), as_at=pl.col(as_at), start=pl.col(start), end=pl.col(end)
    ).with_columns(one=pl.lit(0))
    groups = (
        taken.group_by("one", *names, maintain_order=True)
        .agg(as_at=pl.col("as_at").first(), dates=pl.col("as_at").n_unique())
        .with_row_index("group")
    )
    refuse(
        [
            f"as_at: differs within {', '.join(map(str, row[2:-2])) or 'the frame'}; expected one date a group"
            for row in groups.filter(pl.col("dates") > 1).iter_rows()
        ]
    )
    placed = taken.join(groups.select("group", "one", *names), on=["one", *names], how="left", nulls_equal=True)
    since = _months_between(pl.col("as_at"), pl.col("start"))
    until = _months_between(pl.col("as_at"), pl.col("end"))
    whole = pl.col("end") == pl.col("end").dt.month_end()
    placed = placed.select(
        "group",
        "wte",
        # The first month on whose day it is funded, and the first on whose day it is no more.
        first=pl.when(pl.col("start") > pl.col("as_at")).then(since.clip(1)).otherwise(0),
        gone=pl.when(pl.col("end") < pl.col("as_at"))
        .then(0)
        .when(until == 0)
        .then(1)
        .otherwise(until + whole.cast(pl.Int64)),
    )
    never = pl.col("gone") <= pl.col("first")
    moves = pl.concat(
        [
            placed.filter(never.fill_null(value=False).not_()).select(
                "group", month="first", wte="wte", post=pl.lit(1)
            ),
            placed.filter(~never).select("group", month="gone", wte=-pl.col("wte"), post=pl.lit(-1)),
        ]
    )
    summed = moves.group_by("group", "month").agg(pl.col("wte").sum(), pl.col("post").sum().cast(pl.Int64))
    table = (
        groups.join(pl.DataFrame({"month": pl.int_range(0, months + 1, eager=True)}), how="cross")
        .join(summed, on=["group", "month"], how="left")
        .sort("group", "month")
        .with_columns(
            value=_wte(pl.col("wte").fill_null(0).cum_sum().over("group")),
            counted=pl.col("post").fill_null(0).cum_sum().over("group"),
            day=pl.when(pl.col("month") == 0)
            .then("as_at")
            .otherwise(pl.col("as_at").dt.month_start().dt.offset_by(pl.format("{}mo", "month")).dt.month_end()),
        )
    )
    return restore_keys(table.select(*names, "month", "day", "value", "counted"), keys)


def median_months_left(
    frame: pl.DataFrame, *, wte: str, as_at: str, end: str, by: str | Sequence[str] = ()
) -> pl.DataFrame:
    """Find in how many months half of the WTE whose funding ends will have lost it.

    Recurrent funding (no end, a null) has no months left to count and is left out: the share that is recurrent stands
    beside this figure. Months are whole: the fewest N with end <= as-at plus N calendar months, so 0 on the last funded
    day, and 6 from 30 September to 31 March. The median is the fewest months by which at least half of that WTE ends.

    One row a group in order of first appearance: the grouping columns, `value` (months), `counted` (posts with an end),
    `left_out` (posts without) and `reason` where there is no value. Errors: as in `ending_within`.

    >>> import datetime as dt
    >>> ends = [dt.date(2027, 3, 31), dt.date(2027, 4, 1), None]
    >>> posts = pl.DataFrame({"wte": [1.0, 0.8, 1.0], "as_at": dt.date(2026, 9, 30), "end": ends})
    >>> median_months_left(posts, wte="wte", as_at="as_at", end="end").row(0)
    (6, 2, 1, None)
    """
    keys = grouping(by)
    names = key_names(keys)
    adds = ("value", "counted", "left_out", "reason")
    refuse(_problems(frame, wte=wte, dates={"as_at": as_at, "end": end}, dated=as_at, by=keys, adds=adds))
    between = _months_between(pl.col("as_at"), pl.col("end"))
    # The day within its month on which whole months are reached; as-at on a month's last day reaches all of it.
    beyond = (pl.col("as_at") != pl.col("as_at").dt.month_end()) & (
        pl.col("end").dt.day() > pl.min_horizontal(pl.col("as_at").dt.day(), pl.col("end").dt.month_end().dt.day())
    )
    taken = _taken(frame, keys, wte=_millionths(wte), as_at=pl.col(as_at), end=pl.col(end)).with_columns(
        left=(between + beyond.cast(pl.Int64)).clip(0), one=pl.lit(0)
    )
    ending = pl.col("left").is_not_null()
    medians = taken.group_by("one", *names, maintain_order=True).agg(
        value=pl.col("left")
        .filter(ending)
        .sort()
        .filter(
            2 * pl.col("wte").filter(ending).sort_by(pl.col("left").filter(ending)).cum_sum()
            >= pl.col("wte").filter(ending).sum()
        )
        .first(),
        counted=ending.sum().cast(pl.Int64),
        left_out=(~ending).sum().cast(pl.Int64),
    )
    table = medians.with_columns(reason=pl.when(pl.col("value").is_null()).then(pl.lit(ALL_RECURRENT)))
    return restore_keys(table.select(*names, *adds), keys)


def vacancy_spells(
    frame: pl.DataFrame, *, post: Sequence[str], as_at: str, vacant_since: str, filled: str
) -> pl.DataFrame:
    """Follow each vacancy from return to return: how long it has lasted, and whether it was seen to end.

    `frame` holds the posts of several returns; `post` names the columns that together are one post in all of them. A
    vacancy is a post and the day it fell vacant. It ends on the as-at date of the first later return in which the post
    is filled, so a time is at most a quarter too long. One still open in the last return that has the post, or whose
    post is no longer returned, is followed to that return and no further: it is censored. What fell vacant and was
    filled between two returns is never seen, and long vacancies are likelier to be seen than short ones.

    One row a vacancy, in order of the post and the day: the post's columns, `vacant_since`, `months` (days over
    30.4375) and `ended`. Raises MetricInputError: a column missing or of the wrong type, an as-at missing, a vacancy
    that begins after its return.
    """
    names = list(post)
    problems = column_problems(frame, numeric={}, present={"filled": filled}, by=names, adds=("months", "ended"))
    problems += _date_problems(frame, {"as_at": as_at, "vacant_since": vacant_since}, dated=as_at, by=names)
    refuse(
        problems
        or row_problems(
            frame, pl.col(vacant_since) > pl.col(as_at), by=names, says="vacant_since: after the as-at date"
        )
    )
    seen = frame.select(*names, as_at=pl.col(as_at), vacant_since=pl.col(vacant_since), filled=pl.col(filled))
    open_on = (
        seen.filter(pl.col("vacant_since").is_not_null())
        .group_by(*names, "vacant_since")
        .agg(pl.col("as_at").max().alias("last_open"))
    )
    filled_on = seen.filter("filled").select(*names, filled_on="as_at")
    ends = (
        open_on.join(filled_on, on=names, how="inner")
        .filter(pl.col("filled_on") > pl.col("last_open"))
        .group_by(*names, "vacant_since")
        .agg(pl.col("filled_on").min())
    )
    return (
        open_on.join(ends, on=[*names, "vacant_since"], how="left")
        .with_columns(until=pl.coalesce("filled_on", "last_open"))
        .select(
            *names,
            "vacant_since",
            months=(pl.col("until") - pl.col("vacant_since")).dt.total_days() / DAYS_A_MONTH,
            ended=pl.col("filled_on").is_not_null(),
        )
        .sort(*names, "vacant_since")
    )


def median_months_vacant(spells: pl.DataFrame, *, by: str | Sequence[str] = ()) -> pl.DataFrame:
    """Estimate how long half of vacancies last, by Kaplan-Meier over the spells of `vacancy_spells`.

    Open vacancies are censored, so they count for as long as they have lasted. One row a group in order of first
    appearance: the grouping columns, `value` (months), `counted` (vacancies seen to end), `left_out` (still open or
    lost from sight) and `reason` where there is no value. Errors and source: as in `metrics.survival.median_survival`.
    """
    keys = grouping(by)
    medians = median_survival(spells, time="months", observed="ended", by=keys).select(*keys, "value", "reason")
    counted = (
        spells.with_columns(one=pl.lit(0))
        .group_by("one", *keys, maintain_order=True)
        .agg(counted=pl.col("ended").sum().cast(pl.Int64), left_out=(~pl.col("ended")).sum().cast(pl.Int64))
    )
    return pl.concat([medians, counted.select("counted", "left_out")], how="horizontal").select(
        *keys, "value", "counted", "left_out", "reason"
    )


def _problems(
    frame: pl.DataFrame,
    *,
    wte: str,
    by: Sequence[str],
    adds: Sequence[str],
    flags: dict[str, str] | None = None,
    present: dict[str, str] | None = None,
    dates: dict[str, str] | None = None,
    dated: str | None = None,
) -> list[str]:
    """What is wrong with posts: the columns first, then rows where the columns are right."""
    problems = column_problems(
        frame, numeric={"wte": wte}, present={**(flags or {}), **(present or {})}, by=by, adds=adds
    )
    if problems:
        return problems
    is_whole = pl.col(wte).cast(pl.Float64).is_finite() & (pl.col(wte) > 0)
    problems = row_problems(
        frame,
        ~is_whole.fill_null(value=False),
        by=by,
        says="wte: missing, not finite, zero or below; expected above zero",
    )
    for argument, name in (flags or {}).items():
        if frame.schema[name] != pl.Boolean:
            problems.append(f"{argument}: column {name!r} is {frame.schema[name]}; expected true and false")
        else:
            problems += row_problems(frame, pl.col(name).is_null(), by=by, says=f"{argument}: neither true nor false")
    return [*problems, *_date_problems(frame, dates or {}, dated=dated, by=by)]


def _date_problems(frame: pl.DataFrame, dates: dict[str, str], *, dated: str | None, by: Sequence[str]) -> list[str]:
    """What is wrong with date columns, and with the one that every row needs."""
    if not is_frame(frame):
        return []
    problems = column_problems(frame, numeric={}, present=dict(dates))
    if problems:
        return problems
    wrong = [
        f"{argument}: column {name!r} is {frame.schema[name]}; expected dates"
        for argument, name in dates.items()
        if frame.schema[name] not in (pl.Date, pl.Null)
    ]
    if wrong or dated is None:
        return wrong
    return row_problems(frame, pl.col(dated).is_null(), by=by, says="as_at: missing; expected a date")


def _taken(frame: pl.DataFrame, keys: Sequence[str], **columns: pl.Expr) -> pl.DataFrame:
    """The grouping columns out of the way of every other name, and ours."""
    return frame.select(
        *(pl.col(name).alias(key) for name, key in zip(keys, key_names(keys), strict=True)),
        *(column.alias(name) for name, column in columns.items()),
    ).with_columns(pl.col(name).cast(pl.Date) for name in columns if name in ("as_at", "start", "end"))


def _millionths(wte: str) -> pl.Expr:
    return (pl.col(wte).cast(pl.Float64) * MILLIONTHS).round().cast(pl.Int64)


def _wte(millionths: pl.Expr) -> pl.Expr:
    # Dividing by a constant may be done as a product with its inverse, which leaves a tail of digits.
    return (millionths / MILLIONTHS).round(6)


def _months_between(earlier: pl.Expr, later: pl.Expr) -> pl.Expr:
    """Months from the month of one day to the month of another, whatever their days."""
    return (later.dt.year() - earlier.dt.year()).cast(pl.Int64) * 12 + (
        later.dt.month().cast(pl.Int64) - earlier.dt.month().cast(pl.Int64)
    )
