"""Whose posts are counted where: in the system that returned them, its region, England, and what took its place."""

from __future__ import annotations

import polars as pl

from data_contracts.vocabulary import VACANT_STATES, AreaType, PostState, ValueKind
from metrics.tenure import vacancy_spells
from pipelines.geography import ENGLAND
from pipelines.tenure.disclosure import TEAM


def coded(posts: pl.DataFrame) -> pl.DataFrame:
    """Posts as measures count them: what is true of each, and whether its funding runs on the as-at date."""
    as_at, start, end = pl.col("as_at"), pl.col("funding_start"), pl.col("funding_end")
    ends = pl.when(~pl.col("recurrent")).then(end)
    return posts.select(
        *TEAM,
        "post_reference",
        "role_family",
        "place_code",
        "wte",
        "as_at",
        "vacant_since",
        "funding_source",
        "pay_framework",
        start=start,
        end=ends,
        is_vacant=pl.col("state").is_in([str(state) for state in VACANT_STATES]),
        **{f"is_{state}": pl.col("state") == str(state) for state in PostState},
        is_joint=pl.col("joint_reference").is_not_null(),
        is_recurrent=pl.col("recurrent"),
        is_unconfirmed=~pl.col("funding_confirmed"),
        is_funded=((start <= as_at).fill_null(value=True) & (ends >= as_at).fill_null(value=True)),
    )


def followed(posts: pl.DataFrame) -> pl.DataFrame:
    """The vacancies of each system as far as they are known in each quarter it returned, from `coded` posts."""
    post = ["system_code", "post_reference"]
    seen = posts.select(*post, "quarter", "as_at", filled=~pl.col("is_vacant"), since=pl.col("vacant_since"))
    dates = seen.select("system_code", "quarter", "as_at").unique()
    until = (
        dates.select("system_code", quarter="quarter", known_on="as_at")
        .join(seen.drop("quarter"), on="system_code")
        .filter(pl.col("as_at") <= pl.col("known_on"))
    )
    return vacancy_spells(until, post=["quarter", *post], as_at="as_at", vacant_since="since", filled="filled").sort(
        *TEAM, "post_reference", "vacant_since"
    )


def counted_in(returns: pl.DataFrame, areas: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """Where each return counts: `area_code, quarter, system_code, value_kind, parts`, one row a team and area.

    `later` has the teams that the figure of a later system is the sum of, see `footprints.Restated`. `parts` is how
    many of these it needs, one for a system's own, and null of a total, which takes what there is. An example is in no
    total.
    """
    systems = areas.filter(pl.col("area_type").is_in([str(AreaType.ICB), str(AreaType.EXAMPLE)]))
    kinds = systems.select("area_type", "nhs_region_code", "area_code")
    own = returns.select("system_code", "quarter", area_code="system_code").join(kinds, on="area_code")
    real = own.filter(pl.col("area_type") == str(AreaType.ICB))
    in_region = real.filter(pl.col("nhs_region_code").is_not_null())
    none = pl.lit(None, pl.Int64)
    rows = [
        own.with_columns(value_kind=kind(ValueKind.PUBLISHED), parts=pl.lit(1, pl.Int64)),
        in_region.with_columns(area_code=pl.col("nhs_region_code"), value_kind=kind(ValueKind.PUBLISHED), parts=none),
        real.with_columns(area_code=pl.lit(ENGLAND), value_kind=kind(ValueKind.PUBLISHED), parts=none),
        later.join(kinds, on="area_code").with_columns(value_kind=kind(ValueKind.RESTATED)),
    ]
    order = ["area_code", "quarter", "system_code", "value_kind", "parts"]
    return pl.concat(found.select(order) for found in rows).sort("area_code", "quarter", "system_code")


def kind(real: ValueKind) -> pl.Expr:
    """What a figure of an area is, by its type: made up where the area is."""
    is_example = pl.col("area_type") == str(AreaType.EXAMPLE)
    return pl.when(is_example).then(pl.lit(str(ValueKind.ILLUSTRATIVE))).otherwise(pl.lit(str(real)))
