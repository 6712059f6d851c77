"""Totals of the public health grant for England: one row a financial year and version of its total, in billions."""

import polars as pl

from pipelines.geography import ENGLAND
from pipelines.sources.revenue_outturn import split_year
from pipelines.sources.tabular import CELLS, ROW

COLUMNS = ["financial_year", "version", "total_gbp_billion", "note"]
UNUSED_COLUMNS = ("source_url",)
SERIES_COLUMN = None


def layout(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows under the names every format is coded from, still strings; `version` orders those of one year."""
    blank = pl.lit("", pl.String)
    version = pl.col("version")
    said = pl.when(pl.col("note") == "").then(version).otherwise(pl.format("{}; {}", version, pl.col("note")))
    return rows.select(
        ROW,
        CELLS,
        area=pl.lit(ENGLAND),
        series=pl.lit("total_gbp_billion"),
        period=split_year(pl.col("financial_year")),
        value=pl.col("total_gbp_billion"),
        lower_95=blank,
        upper_95=blank,
        sex=blank,
        unit=blank,
        note=as_sentence(said),
        version=pl.when(version.str.starts_with("indicative"))
        .then(pl.lit("0"))
        .when(version.str.starts_with("updated"))
        .then(pl.lit("2"))
        .otherwise(pl.lit("1")),
    )


def as_sentence(text: pl.Expr) -> pl.Expr:
    """A remark with a capital and a full stop; nothing stays nothing."""
    return pl.when(text == "").then(text).otherwise(text.str.head(1).str.to_uppercase() + text.str.slice(1) + ".")
