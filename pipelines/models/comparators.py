# table: comparators
# inputs: areas, authority_overlaps, statuses
# key: area_code, commitment_id, indicator_id, sex, comparator_code
# contract: comparators
"""Which other systems a system's change may be held against: the most like it, sharing no authority with it.

Of today's systems only: an intervention is made in a system that is there, and one that ended has no later figures to
compare.
"""

from collections.abc import Mapping

import polars as pl

from data_contracts.vocabulary import AreaType, DataState

#: How many comparators a system has, where as many share no authority with it.
NEAREST = 5

_MEASURE = ["commitment_id", "indicator_id", "sex"]


def rows_read() -> dict[str, pl.Expr]:
    """Of all statuses, those of systems that have a measure."""
    return {"statuses": pl.col("area_code").str.starts_with("E54") & pl.col("as_of_period").is_not_null()}


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a system, measure and comparator, the nearest first; of systems as near the first by code."""
    placed = _placed(inputs["areas"], inputs["statuses"])
    others = placed.select(
        *_MEASURE,
        *(pl.col(name).alias(f"other_{name}") for name in ("area_code", "deprivation", "level")),
    )
    apart = (pl.col("deprivation") - pl.col("other_deprivation")) ** 2 + (pl.col("level") - pl.col("other_level")) ** 2
    pairs = (
        placed.join(others, on=_MEASURE)
        .rename({"other_area_code": "comparator_code"})
        .filter(pl.col("area_code") != pl.col("comparator_code"))
        .join(_neighbours(inputs["authority_overlaps"]), on=["area_code", "comparator_code"], how="anti")
        .with_columns(distance=apart.sqrt())
        .sort("area_code", *_MEASURE, "distance", "comparator_code")
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("area_code", *_MEASURE))
    )
    return pairs.filter(pl.col("rank") <= NEAREST)


def _placed(areas: pl.DataFrame, statuses: pl.DataFrame) -> pl.DataFrame:
    """Each system's deprivation and baseline level, in standard deviations over the systems that can be compared.

    One whose figures cannot be compared with others' has no comparators, and is none.
    """
    lasting = areas.filter((pl.col("area_type") == str(AreaType.ICB)) & pl.col("valid_to").is_null())
    not_comparable = statuses.filter(pl.col("data_state") == str(DataState.NOT_COMPARABLE))
    rows = (
        statuses.filter("is_latest", pl.col("baseline_value").is_not_null())
        .filter(pl.col("data_state") != str(DataState.ILLUSTRATIVE))
        .join(lasting.select("area_code", "most_deprived_share"), on="area_code")
        .join(not_comparable, on=[*_MEASURE, "area_code"], how="anti")
        .sort(*_MEASURE, "area_code")
    )

    def standardised(name: str) -> pl.Expr:
        spread = pl.col(name).std().over(_MEASURE)
        # Systems all alike, or a single one, are no distance apart.
        return pl.when(spread > 0).then(pl.col(name) / spread).otherwise(0.0)

    return rows.select(
        *_MEASURE,
        "area_code",
        deprivation=standardised("most_deprived_share"),
        level=standardised("baseline_value"),
    )


def _neighbours(overlaps: pl.DataFrame) -> pl.DataFrame:
    """Pairs of systems that share an authority of either tier, current or ended."""
    places = overlaps.select("authority_code", area_code="system_code")
    return (
        places.join(places.rename({"area_code": "comparator_code"}), on="authority_code")
        .select("area_code", "comparator_code")
        .unique()
    )
