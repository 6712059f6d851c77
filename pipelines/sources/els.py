"""Explore Local Statistics CSV, as the Office for National Statistics issues it: one row a figure."""

import polars as pl

from pipelines.sources.tabular import CELLS, ROW

#: Columns that are read. Names are not: areas are joined by code only, since names repeat.
COLUMNS = ["areacd", "indicator", "period", "observation", "unit", "lci_95", "uci_95", "status"]
#: Columns the publisher is known to send and nothing here needs.
UNUSED_COLUMNS = ("areanm", "geography", "measure", "notes")
SERIES_COLUMN = "indicator"


def layout(rows: pl.DataFrame) -> pl.DataFrame:
    """The publisher's rows under the names every format is coded from, still strings."""
    return rows.select(
        ROW,
        CELLS,
        area=pl.col("areacd"),
        series=pl.col("indicator"),
        period=pl.col("period"),
        value=pl.col("observation"),
        lower_95=pl.col("lci_95"),
        upper_95=pl.col("uci_95"),
        sex=pl.lit("", pl.String),
        unit=pl.col("unit"),
        note=pl.col("status"),
    )
