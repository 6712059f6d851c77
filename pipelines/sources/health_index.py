"""Health Index for England by integrated care board: one row a board and year, the overall score in a column."""

import polars as pl

from pipelines.sources.tabular import CELLS, ROW

COLUMNS = ["icb22_code", "year", "overall_score"]
UNUSED_COLUMNS = ("icb22_name", "healthy_people_domain", "healthy_lives_domain", "healthy_places_domain")
SERIES_COLUMN = None


def layout(rows: pl.DataFrame) -> pl.DataFrame:
    """The publisher's rows under the names every format is coded from, still strings."""
    blank = pl.lit("", pl.String)
    return rows.select(
        ROW,
        CELLS,
        area=pl.col("icb22_code"),
        series=pl.lit("overall_score"),
        period=pl.col("year"),
        value=pl.col("overall_score"),
        lower_95=blank,
        upper_95=blank,
        sex=blank,
        unit=blank,
        note=blank,
    )
