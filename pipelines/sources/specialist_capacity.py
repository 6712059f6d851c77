"""Reviews of public health specialist capacity: one row a year, sector and wording, in full-time equivalents."""

import polars as pl

from pipelines.geography import ENGLAND
from pipelines.sources.public_health_grant import as_sentence
from pipelines.sources.tabular import CELLS, ROW

COLUMNS = ["year", "sector", "measure", "value_fte", "note"]
UNUSED_COLUMNS = ("source_url",)
SERIES_COLUMN = "sector"


def layout(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows under the names every format is coded from, still strings; `version` orders those of one year."""
    blank = pl.lit("", pl.String)
    restated = pl.col("note").str.contains("restated")
    return rows.select(
        ROW,
        CELLS,
        area=pl.lit(ENGLAND),
        series=pl.col("sector"),
        period=pl.col("year"),
        value=pl.col("value_fte"),
        lower_95=blank,
        upper_95=blank,
        sex=blank,
        unit=blank,
        note=as_sentence(pl.col("note")),
        version=pl.when(restated).then(pl.lit("1")).otherwise(pl.lit("0")),
    )
