"""The series that commitments are judged by: observations and gaps in one form, one row a point."""

import polars as pl

from data_contracts.registry.records import gap_measures, measurable
from data_contracts.vocabulary import ValueKind
from metrics.comparison import standard_errors
from pipelines.geography import ENGLAND

SERIES = ["indicator_id", "area_code", "sex"]

_POINT = [
    *SERIES,
    "period_label",
    "period_start",
    "period_end",
    "value",
    "lower_95",
    "upper_95",
    "count",
    "denominator",
    "value_kind",
    "value_symbol",
    "note",
    "vintage",
    "lowest_value",
]


def points(observations: pl.DataFrame, gaps: pl.DataFrame, wanted: set[str]) -> pl.DataFrame:
    """Every point of the wanted measures, with its standard error; one row a measure, area, sex and period.

    A standard error is the width of the limits over 3.92 and never under half the last digit published; null where
    there are no limits. `lowest_value` is the bottom end of a gap, null of anything else.
    """
    published = observations.filter(pl.col("indicator_id").is_in(list(wanted)) & (pl.col("breakdown") == "all"))
    published = published.with_columns(lowest_value=pl.lit(None, pl.Float64))
    every = pl.concat([published.select(_POINT), _gap_points(gaps, observations, wanted)])
    decimals = pl.col("indicator_id").replace_strict(
        {id_: indicator.decimals for id_, indicator in measurable().items()}, return_dtype=pl.Int64
    )
    every = every.with_columns(decimals=decimals)
    errors = standard_errors(every, lower="lower_95", upper="upper_95", decimals="decimals")
    return every.with_columns(errors.alias("standard_error")).drop("decimals")


def _gap_points(gaps: pl.DataFrame, observations: pl.DataFrame, wanted: set[str]) -> pl.DataFrame:
    """England's gaps as points of the measures they are."""
    vintages = observations.filter((pl.col("area_code") == ENGLAND) & (pl.col("breakdown") == "all")).select(
        "indicator_id", "sex", "period_label", "vintage"
    )
    england = gaps.filter(pl.col("area_code") == ENGLAND).join(vintages, on=["indicator_id", "sex", "period_label"])
    parts = [england.clear().select(_as_point("", shrunken=False))]
    for measure_id, measure in gap_measures().items():
        if measure_id in wanted:
            rows = england.filter((pl.col("gap_id") == measure.gap) & (pl.col("indicator_id") == measure.of))
            parts.append(rows.select(_as_point(measure_id, shrunken=measure.shrunken)))
    return pl.concat(parts)


def _as_point(measure_id: str, *, shrunken: bool) -> list[pl.Expr]:
    kind = "shrunken" if shrunken else "observed"
    made = {
        "indicator_id": pl.lit(measure_id),
        "value": pl.col(f"{kind}_gap"),
        "lower_95": pl.col(f"{kind}_lower_95"),
        "upper_95": pl.col(f"{kind}_upper_95"),
        "count": pl.lit(None, pl.Float64),
        "denominator": pl.lit(None, pl.Float64),
        "value_kind": pl.lit(str(ValueKind.ESTIMATE)),
        "value_symbol": pl.lit(None, pl.String),
        "note": pl.lit(None, pl.String),
    }
    return [made.get(name, pl.col(name)).alias(name) for name in _POINT]
