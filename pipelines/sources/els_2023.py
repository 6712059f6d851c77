"""Explore Local Statistics CSV as issued to 2024: other column names, and days rather than ISO 8601 periods."""

import polars as pl

from pipelines.sources.tabular import CELLS, ROW

_LOWER = "Lower Confidence Interval (95%)"
_UPPER = "Upper Confidence Interval (95%)"

COLUMNS = ["AREACD", "Indicator", "Period", "Value", "Unit", _LOWER, _UPPER, "Observation Status"]
UNUSED_COLUMNS = ("AREANM", "Geography", "Variable Name", "Mission", "Category", "Measure", "Polarity", "Notes")
SERIES_COLUMN = "Indicator"

#: How these files write "nothing here".
_NOTHING = "na"


def layout(rows: pl.DataFrame) -> pl.DataFrame:
    """The publisher's rows under the names every format is coded from, still strings."""
    return rows.select(
        ROW,
        CELLS,
        area=pl.col("AREACD"),
        series=pl.col("Indicator"),
        period=pl.col("Period"),
        value=_cell("Value"),
        lower_95=_cell(_LOWER),
        upper_95=_cell(_UPPER),
        sex=pl.lit("", pl.String),
        unit=pl.col("Unit"),
        note=pl.col("Observation Status"),
    )


def _cell(name: str) -> pl.Expr:
    return pl.when(pl.col(name) == _NOTHING).then(pl.lit("")).otherwise(pl.col(name))
