"""Advertised vacancies in the electronic staff record: one row an NHS region and month, staff groups in columns."""

import polars as pl

from pipelines.sources.tabular import CELLS, ROW

COLUMNS = ["region_code", "month_key", "vacancy_wte_total"]
#: Columns the publisher is known to send and nothing here needs.
UNUSED_COLUMNS = ("region_name", "vacancy_wte_nursing")
SERIES_COLUMN = None


def layout(rows: pl.DataFrame) -> pl.DataFrame:
    """The publisher's rows under the names every format is coded from, still strings."""
    blank = pl.lit("", pl.String)
    return rows.select(
        ROW,
        CELLS,
        area=pl.col("region_code"),
        series=pl.lit("vacancy_wte_total"),
        period=pl.col("month_key"),
        value=pl.col("vacancy_wte_total"),
        lower_95=blank,
        upper_95=blank,
        sex=blank,
        unit=blank,
        note=blank,
    )
