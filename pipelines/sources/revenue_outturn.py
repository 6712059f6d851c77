"""Councils' spending on public health: one row an authority and financial year, in thousands of pounds.

Each row names the authority that reported, which may be the county before it.
"""

import polars as pl

from pipelines.sources.tabular import CELLS, ROW

_THOUSANDS = "public_health_net_current_expenditure_gbp_thousand"
COLUMNS = ["code", "financial_year", _THOUSANDS, "reported_under_code"]
UNUSED_COLUMNS = ("name",)
SERIES_COLUMN = None


def layout(rows: pl.DataFrame) -> pl.DataFrame:
    """The publisher's rows under the names every format is coded from, still strings."""
    blank = pl.lit("", pl.String)
    before = pl.format("Reported by the county before it, {}.", pl.col("reported_under_code"))
    return rows.select(
        ROW,
        CELLS,
        area=pl.col("code"),
        series=pl.lit("public_health_net_current_expenditure"),
        period=split_year(pl.col("financial_year")),
        value=pl.col(_THOUSANDS),
        lower_95=blank,
        upper_95=blank,
        sex=blank,
        unit=blank,
        note=pl.when(pl.col("reported_under_code") != pl.col("code")).then(before).otherwise(blank),
    )


def split_year(text: pl.Expr) -> pl.Expr:
    """A financial year written 2018-19 as the rest write it, 2018/19; anything else is left for the rules to judge."""
    return text.str.replace(r"^(\d{4})-(\d{2})$", "${1}/${2}")
