"""Explore Local Statistics data sets as its application keeps them, a row a figure: codes only, and no unit."""

import polars as pl

from pipelines.sources.tabular import CELLS, ROW

COLUMNS = ["indicator", "areacd", "date", "value", "lci", "uci"]
UNUSED_COLUMNS = ("source_updated",)
SERIES_COLUMN = "indicator"


def layout(rows: pl.DataFrame) -> pl.DataFrame:
    """The publisher's rows under the names every format is coded from, still strings."""
    blank = pl.lit("", pl.String)
    return rows.select(
        ROW,
        CELLS,
        area=pl.col("areacd"),
        series=pl.col("indicator"),
        period=pl.col("date"),
        value=pl.col("value"),
        lower_95=pl.col("lci"),
        upper_95=pl.col("uci"),
        sex=blank,
        unit=blank,
        note=blank,
    )
