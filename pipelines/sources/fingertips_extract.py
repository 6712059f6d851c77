"""Fingertips figures as Trafford Data Lab keeps them: no limits, the unit in `measure`, the sex in one of two."""

import polars as pl

from pipelines.sources.tabular import CELLS, ROW

COLUMNS = ["area_code", "period", "indicator", "measure", "unit", "value", "inequality"]
#: Columns the publisher is known to send and nothing here needs.
UNUSED_COLUMNS = ("area_name", "area_type", "compared_to_England")
SERIES_COLUMN = "indicator"

#: How this copy writes "nothing here".
_NOTHING = "NA"


def layout(rows: pl.DataFrame) -> pl.DataFrame:
    """The publisher's rows under the names every format is coded from, still strings."""
    blank = pl.lit("", pl.String)
    return rows.select(
        ROW,
        CELLS,
        area=pl.col("area_code"),
        series=pl.col("indicator"),
        period=pl.col("period"),
        value=pl.when(pl.col("value") == _NOTHING).then(blank).otherwise(pl.col("value")),
        lower_95=blank,
        upper_95=blank,
        sex=_sex(),
        unit=pl.col("measure"),
        note=blank,
    )


def _sex() -> pl.Expr:
    """The sex stands in `unit`, or where that holds a unit in `inequality`; a group that is no sex is left as it is."""
    people = pl.col("unit").is_in(["Persons", "Male", "Female"])
    group = pl.when(pl.col("inequality") == _NOTHING).then(pl.lit("Persons")).otherwise("inequality")
    whom = pl.when(people & (pl.col("inequality") == _NOTHING)).then("unit").otherwise(group)
    return whom.str.to_lowercase()
