"""Work the figures out for every area, quarter and role family, each from what may be shown of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from data_contracts.quarters import last_day
from data_contracts.vocabulary import ValueKind, ValueSymbol
from metrics.tenure import (
    HORIZON_MONTHS,
    MILLIONTHS,
    PER,
    ending_within,
    funding_horizon,
    largest_share,
    median_months_left,
    median_months_vacant,
    share_of_wte,
    total_wte,
)
from pipelines.tenure.disclosure import (
    BROKEN_DOWN,
    ENDING,
    LARGEST,
    MEASURES,
    SHARES,
    TEAM,
    Shown,
    may_be_shown,
)
from pipelines.tenure.footprints import ancestors, restated
from pipelines.tenure.teams import coded, counted_in, followed, kind

ALL = "all"
BASES = ("all", "confirmed")
#: Every line of a horizon.
_MONTHS = pl.DataFrame({"basis": BASES}).join(
    pl.DataFrame({"month": pl.int_range(0, HORIZON_MONTHS + 1, eager=True)}), how="cross"
)
AREA = ["area_code", "quarter"]
ROW = [*AREA, "role_family"]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Posts, where they count, and what may be shown of them: what every table of posts is worked out from.

    `funded`: posts whose funding runs on the as-at date; figures are of these. `spells`: vacancies as far as they are
    known in each quarter. `places`: see `counted_in`. `unplaced`: see `footprints.Restated`. Of a split system its
    parts are teams beside it.
    """

    funded: pl.DataFrame
    spells: pl.DataFrame
    places: pl.DataFrame
    shown: Shown
    population: pl.DataFrame
    unplaced: pl.DataFrame


def of_inputs(inputs: Mapping[str, pl.DataFrame]) -> Counted:
    """What a model of posts is worked out from."""
    return counted(
        inputs["accepted_posts"],
        inputs["accepted_returns"],
        inputs["areas"],
        lineage_of(inputs),
        inputs["authority_overlaps"],
    )


def lineage_of(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Changes of boundaries, those of examples among them, which are in no published table."""
    return pl.concat([inputs["area_lineage"], inputs["example_lineage"]])


def counted(
    posts: pl.DataFrame, returns: pl.DataFrame, areas: pl.DataFrame, lineage: pl.DataFrame, overlaps: pl.DataFrame
) -> Counted:
    """Read returns once, for all the figures made from them."""
    whole = coded(posts)
    later = restated(whole, returns, areas, lineage, overlaps)
    every = pl.concat([whole, later.posts])
    funded, spells = every.filter("is_funded"), followed(every)
    return Counted(
        funded=funded,
        spells=spells,
        places=counted_in(returns, areas, later.places),
        shown=may_be_shown(funded, spells, returns, later.parts, ancestors(lineage)),
        population=areas.select("area_code", "population"),
        unplaced=later.unplaced,
    )


# --- workforce --------------------------------------------------------------------------------------------


def workforce(held: Counted) -> pl.DataFrame:
    """One row an area, quarter and role family: its posts, and every measure that may be shown.

    `withheld` names the measures that may not. A measure that is null and not among them does not apply.
    """
    rows = _rows(held)
    for measure in MEASURES:
        members = [
            (level, _members(held, measure, is_family=level)) for level in (False, True) if _asked(measure, level)
        ]
        values = [_values(measure, _joined(held, measure, part), is_family=level) for level, part in members]
        told = [_told_of(part, rows, is_family=level) for level, part in members]
        rows = rows.join(pl.concat(values), on=ROW, how="left").join(
            pl.concat(told).with_columns(pl.lit(value=True).alias(f"may_{measure}")), on=ROW, how="left"
        )
    withheld = pl.concat_str(
        [
            pl.when(pl.col(f"may_{measure}").is_null() & (_asked(measure, True) | (pl.col("role_family") == ALL))).then(
                pl.lit(measure)
            )
            for measure in MEASURES
        ],
        separator=" ",
        ignore_nulls=True,
    )
    return rows.with_columns(
        withheld=pl.when(withheld != "").then(withheld),
        wte=pl.when(pl.col("posts") == 0).then(0.0).otherwise("wte"),
        fixed_share=1 - pl.col("recurrent_share"),
    ).with_columns(value_symbol=pl.when(pl.col("withheld").is_not_null()).then(pl.lit(str(ValueSymbol.CONFIDENTIAL))))


def coverage(held: Counted) -> pl.DataFrame:
    """Of each figure of a total: how many systems it is taken over, and their posts."""
    parts = []
    rows = _rows(held).select(*ROW, "posts")
    for measure in MEASURES:
        for is_family in (False, True):
            if not _asked(measure, is_family):
                continue
            members = _members(held, measure, is_family=is_family).filter(pl.col("parts").is_null())
            of = members.select(*AREA, *(["system_code"])).join(
                _rows_of_systems(held, is_family=is_family), on=TEAM, how="inner"
            )
            parts.append(
                of.group_by(ROW).agg(
                    measure=pl.lit(measure),
                    systems=pl.col("system_code").n_unique().cast(pl.Int64),
                    posts=pl.col("posts").sum().cast(pl.Int64),
                )
            )
    return pl.concat(parts).join(rows.select(ROW), on=ROW, how="semi")


def _asked(measure: str, is_family: bool) -> bool:
    return not is_family or measure in BROKEN_DOWN


def _rows_of_systems(held: Counted, *, is_family: bool) -> pl.DataFrame:
    """Posts of every system and quarter, by family or all together; none is a row of zero where all are together."""
    if is_family:
        return held.funded.group_by(*TEAM, "role_family").agg(posts=pl.len().cast(pl.Int64))
    own = held.places.select(TEAM).unique()
    posts = held.funded.group_by(TEAM).agg(posts=pl.len().cast(pl.Int64))
    return own.join(posts, on=TEAM, how="left").select(
        *TEAM, pl.lit(ALL).alias("role_family"), pl.col("posts").fill_null(0)
    )


def _rows(held: Counted) -> pl.DataFrame:
    """The rows there are: one an area and quarter, and one a family where families are broken down."""
    # A total's residents are those of the systems that returned; a system's own are its own, whoever it was before.
    is_total = pl.col("parts").is_null()
    whose = pl.when(is_total).then("system_code").otherwise("area_code")
    places = held.places.with_columns(whose=whose).join(
        held.population, left_on="whose", right_on="area_code", how="left"
    )
    broken_down = _complete(places.join(held.shown.families, on=TEAM, how="semi"))
    every = []
    for is_family, part in ((False, places), (True, broken_down)):
        of = part.group_by(AREA).agg(
            value_kind=pl.col("value_kind").first(),
            population=pl.when(is_total.first())
            .then(pl.col("population").sum())
            .otherwise(pl.col("population").first()),
            systems=pl.len().cast(pl.Int64),
        )
        posts = (
            part.select(*AREA, "system_code")
            .join(_rows_of_systems(held, is_family=is_family), on=TEAM)
            .group_by(ROW)
            .agg(pl.col("posts").sum())
        )
        every.append(posts.join(of, on=AREA))
    return pl.concat(every).with_columns(
        posts_per_100000=pl.col("posts") * PER / pl.when(pl.col("population") > 0).then("population"),
    )


def _complete(members: pl.DataFrame) -> pl.DataFrame:
    """Of a merged system's returns all or none; of others what there is."""
    return members.filter(pl.col("parts").is_null() | (pl.len().over(AREA) == pl.col("parts")))


def _members(held: Counted, measure: str, *, is_family: bool) -> pl.DataFrame:
    """The returns a measure of an area is taken over: those it may be shown of."""
    may = held.shown.measures.filter(pl.col("measure") == measure, pl.col("is_family") == is_family)
    found = held.places.join(may.select(*TEAM, "is_pooled"), on=TEAM)
    return _complete(found.filter((pl.col("parts") == 1).fill_null(value=False) | pl.col("is_pooled")))


def _told_of(members: pl.DataFrame, rows: pl.DataFrame, *, is_family: bool) -> pl.DataFrame:
    """The rows whose figure may be told, be it that it does not apply."""
    of = rows.filter((pl.col("role_family") != ALL) == is_family).select(ROW)
    return of.join(members.select(AREA).unique(), on=AREA, how="semi")


def _joined(held: Counted, measure: str, members: pl.DataFrame) -> pl.DataFrame:
    of = held.spells.drop("post_reference") if measure == "median_months_vacant" else held.funded
    return members.select(*AREA, "system_code").join(of, on=TEAM)


def _values(measure: str, posts: pl.DataFrame, *, is_family: bool) -> pl.DataFrame:
    """A measure by row, under the names of its columns."""
    by = ROW if is_family else AREA
    if measure == "wte":
        found = total_wte(posts, wte="wte", by=by).rename({"value": measure}).drop("counted")
    elif measure in SHARES:
        found = share_of_wte(posts, wte="wte", where=SHARES[measure], by=by).rename({"value": measure})
        found = found.select(
            *by, measure, *([pl.col("counted").alias("vacant_posts")] if measure == "vacancy_rate" else [])
        )
    elif measure in LARGEST:
        found = largest_share(posts, wte="wte", of=LARGEST[measure], by=by)
        found = found.select(
            *by, pl.col("value").alias(measure), pl.col("largest").alias(measure.removesuffix("_share"))
        )
    elif measure == "median_months_left":
        found = median_months_left(posts, wte="wte", as_at="as_at", end="end", by=by).select(
            *by, pl.col("value").alias(measure)
        )
    elif measure == "median_months_vacant":
        found = median_months_vacant(posts, by=by).select(*by, pl.col("value").round(0).alias(measure))
    else:
        months = next(months for months, name in ENDING.items() if name == measure)
        found = ending_within(posts, months=(months,), wte="wte", as_at="as_at", end="end", by=by)
        found = found.select(*by, pl.col("value").alias(measure))
    if not is_family:
        found = found.with_columns(pl.lit(ALL).alias("role_family"))
    return found.select(*ROW, *(name for name in found.columns if name not in ROW))


def unplaced(held: Counted, areas: pl.DataFrame) -> pl.DataFrame:
    """A row for each figure a later system has not, since a system it took part of was split, with why."""
    named = held.unplaced.join(
        areas.select("area_name", predecessor_code="area_code"), on="predecessor_code", how="left"
    )
    split = pl.col("area_name").unique(maintain_order=True).str.join("; ")
    return (
        named.group_by(AREA, maintain_order=True)
        .agg(
            note=pl.format(
                "Made of parts of systems that were split ({}), whose posts do not all say where they went.", split
            )
        )
        .join(areas.select("area_code", "area_type"), on="area_code")
        .select(
            *AREA,
            "note",
            role_family=pl.lit(ALL),
            value_kind=kind(ValueKind.RESTATED),
            value_symbol=pl.lit(str(ValueSymbol.NOT_AVAILABLE)),
        )
    )


# --- the horizon ------------------------------------------------------------------------------------------


def horizon(held: Counted) -> pl.DataFrame:
    """One row an area, quarter, basis and month: the WTE funded on that month's last day, as far as it may be shown."""
    own = _shown_horizons(held)
    rows = held.places.join(_MONTHS, how="cross")
    found = rows.join(own, on=[*TEAM, "basis", "month"], how="left")
    # A merged system's figure needs that of every part; a total takes those there are.
    needs_all = pl.col("parts").first().is_not_null()
    known = pl.col("millionths").is_not_null()
    enough = pl.when(needs_all).then(known.all()).otherwise(known.any())
    return (
        found.group_by(*AREA, "basis", "month")
        .agg(
            pl.col("value_kind").first(),
            wte=pl.when(enough).then(pl.col("millionths").sum() / pl.lit(MILLIONTHS)).round(6),
            systems=pl.when(enough).then(known.sum()).otherwise(0).cast(pl.Int64),
        )
        .with_columns(
            value_symbol=pl.when(pl.col("wte").is_null()).then(pl.lit(str(ValueSymbol.CONFIDENTIAL))),
            month_end=_day(),
        )
    )


def _day() -> pl.Expr:
    as_at = pl.col("quarter").map_elements(last_day, return_dtype=pl.Date)
    return as_at.dt.offset_by(pl.format("{}mo", "month")).dt.month_end()


def _shown_horizons(held: Counted) -> pl.DataFrame:
    """Each system's horizon, read at the months at which it may be; in millionths, which add up in any order."""
    sure = held.funded.filter(~pl.col("is_unconfirmed"))
    true = pl.concat(
        funding_horizon(posts, wte="wte", as_at="as_at", start="start", end="end", by=TEAM).select(
            *TEAM, pl.lit(basis).alias("basis"), pl.col("month").alias("read_at"), pl.col("value")
        )
        for basis, posts in (("all", held.funded), ("confirmed", sure))
    )
    read = (
        held.shown.steps.join(true, on=[*TEAM, "basis", "read_at"], how="left").with_columns(
            pl.col("value").fill_null(0.0)
        )  # no post, or none confirmed: the rule let it be told
    )
    return read.select(*TEAM, "basis", "month", millionths=(pl.col("value") * MILLIONTHS).round().cast(pl.Int64))
