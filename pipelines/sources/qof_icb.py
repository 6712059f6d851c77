"""General practice registers and survey answers by integrated care board: boards by NHS organisation code."""

import polars as pl

from pipelines.sources.tabular import CELLS, ROW

COLUMNS = ["year", "org", "metric", "value"]
UNUSED_COLUMNS = ("domain",)
SERIES_COLUMN = "metric"


def layout(rows: pl.DataFrame) -> pl.DataFrame:
    """The publisher's rows under the names every format is coded from, still strings."""
    blank = pl.lit("", pl.String)
    return rows.select(
        ROW,
        CELLS,
        area=pl.col("org"),
        series=pl.col("metric"),
        period=_period(),
        value=pl.col("value"),
        lower_95=blank,
        upper_95=blank,
        sex=blank,
        unit=blank,
        note=blank,
    )


def _period() -> pl.Expr:
    """Registers are given by the first year of the financial year; the survey by its calendar year."""
    year = pl.col("year")
    following = ((year.cast(pl.Int32, strict=False) + 1) % 100).cast(pl.String).str.zfill(2)
    return pl.when(pl.col("metric").str.contains("QOF")).then(pl.format("{}/{}", year, following)).otherwise(year)
