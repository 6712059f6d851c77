"""Whose posts are counted where: in the system that returned them, its region, England, and what it merged into."""

from __future__ import annotations

import polars as pl

from data_contracts.quarters import last_day
from data_contracts.vocabulary import VACANT_STATES, AreaType, Confidence, PostState, ValueKind
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
        "wte",
        "as_at",
        "vacant_since",
        "funding_source",
        "pay_framework",
        start=start,
        end=ends,
        is_vacant=pl.col("state").is_in([str(state) for state in VACANT_STATES]),
        is_interim=pl.col("state") == str(PostState.INTERIM),
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


def counted_in(returns: pl.DataFrame, areas: pl.DataFrame, lineage: pl.DataFrame) -> pl.DataFrame:
    """Where each return counts: `area_code, quarter, system_code, value_kind, parts`, one row a return and area.

    `parts` is how many returns a merged system's figure needs, one for a system's own, and null of a total, which takes
    what there is. An example is in no total.
    """
    systems = areas.filter(pl.col("area_type").is_in([str(AreaType.ICB), str(AreaType.EXAMPLE)]))
    own = returns.select("system_code", "quarter").join(
        systems.select("area_type", "nhs_region_code", system_code="area_code"), on="system_code"
    )
    real = own.filter(pl.col("area_type") == str(AreaType.ICB))
    in_region = real.filter(pl.col("nhs_region_code").is_not_null())
    none = pl.lit(None, pl.Int64)
    rows = [
        own.with_columns(
            area_code=pl.col("system_code"), value_kind=_kind(ValueKind.PUBLISHED), parts=pl.lit(1, pl.Int64)
        ),
        in_region.with_columns(area_code=pl.col("nhs_region_code"), value_kind=_kind(ValueKind.PUBLISHED), parts=none),
        real.with_columns(area_code=pl.lit(ENGLAND), value_kind=_kind(ValueKind.PUBLISHED), parts=none),
        _merged(own, systems, lineage).with_columns(value_kind=_kind(ValueKind.RESTATED)),
    ]
    order = ["area_code", "quarter", "system_code", "value_kind", "parts"]
    return pl.concat(found.select(order) for found in rows).sort("area_code", "quarter", "system_code")


def _kind(real: ValueKind) -> pl.Expr:
    is_example = pl.col("area_type") == str(AreaType.EXAMPLE)
    return pl.when(is_example).then(pl.lit(str(ValueKind.ILLUSTRATIVE))).otherwise(pl.lit(str(real)))


def _merged(returns: pl.DataFrame, systems: pl.DataFrame, lineage: pl.DataFrame) -> pl.DataFrame:
    """Returns from before a merger, by the merged system: it needs those of all its parts.

    Only where whole systems made up a new one. A system that took parts of others has no figure from before then: what
    was returned does not say which posts went where.
    """
    begins = systems.select("valid_from", successor_code="area_code")
    into = (
        lineage.filter(pl.col("confidence") == str(Confidence.HIGH))
        .join(begins, on="successor_code")
        .filter(pl.col("effective_date") == pl.col("valid_from"))
        .filter((pl.col("share_of_predecessor") == 1.0).all().over("successor_code"))
        .select("predecessor_code", "successor_code")
    )
    reached = into
    while True:  # a part of a part is a part
        further = reached.join(
            into.rename({"predecessor_code": "successor_code", "successor_code": "next"}), on="successor_code"
        ).select("predecessor_code", successor_code="next")
        every = pl.concat([reached, further]).unique()
        if every.height == reached.height:
            break
        reached = every
    lasting = systems.select("valid_from", "valid_to", predecessor_code="area_code")
    quarters = returns.select("quarter").unique()
    days = quarters.with_columns(day=pl.col("quarter").map_elements(last_day, return_dtype=pl.Date))
    wanted = (
        reached.join(lasting, on="predecessor_code")
        .join(days, how="cross")
        .filter(pl.col("day") >= pl.col("valid_from"), (pl.col("day") <= pl.col("valid_to")).fill_null(value=True))
        .with_columns(parts=pl.len().cast(pl.Int64).over("successor_code", "quarter"))
    )
    found = wanted.join(returns, left_on=["predecessor_code", "quarter"], right_on=["system_code", "quarter"])
    complete = pl.len().over("successor_code", "quarter") == pl.col("parts")
    return found.filter(complete).select(
        "quarter", "area_type", "parts", system_code="predecessor_code", area_code="successor_code"
    )
