# table: quarterly_figures
# inputs: clean_figures
# key: indicator_id, area_code, sex, breakdown, source_id, period_end
# contract: none
"""What a cumulative share grew by in each quarter, for the indicators that the registry says are such a difference.

Only from one quarter to the next, within one cycle (one first day) of one source: then both shares are of the same
people. What cannot be taken from its neighbour has a row that says why.
"""

from collections.abc import Mapping

import polars as pl

from data_contracts import periods
from data_contracts.registry.records import indicators
from data_contracts.vocabulary import PeriodKind, ValueSymbol

#: What two cumulative figures must share before one may be taken from the other.
_CYCLE = ["indicator_id", "area_code", "sex", "breakdown", "source_id", "vintage", "period_start"]


def rows_read() -> dict[str, pl.Expr]:
    """Of all clean figures, those that others are differences of."""
    return {"clean_figures": pl.col("indicator_id").is_in(list(_names()))}


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows like those of `clean_figures`, of the indicators that are differences."""
    cumulative = inputs["clean_figures"].filter(rows_read()["clean_figures"])
    quarters = differences(cumulative).with_columns(pl.col("indicator_id").replace(_names()))
    return quarters.select(inputs["clean_figures"].columns)


def _names() -> dict[str, str]:
    """The difference's indicator, by that of the cumulative figures it is worked out from."""
    return {item.difference_of: id_ for id_, item in indicators().items() if item.difference_of}


def differences(cumulative: pl.DataFrame) -> pl.DataFrame:
    """Each cumulative figure less that of the quarter before; the first quarter of a cycle is its own figure.

    A difference below zero is no number of people: one of the two figures was revised, or the people they are a share
    of. It is withheld, never set to zero. Limits and counts do not follow from those of the two, and are left empty.
    """
    neighbours = _with_the_quarter_before(cumulative)
    value, before = pl.col("value"), pl.col("before")
    # Shares with one decimal, subtracted in binary, would bring a tail of digits nobody published.
    growth = pl.when("opens").then(value).otherwise((value - before).round(9))
    sound = (growth >= 0).fill_null(value=False)
    return neighbours.with_columns(
        value=pl.when(sound).then(growth),
        value_symbol=pl.when(sound).then("value_symbol").otherwise(pl.lit(str(ValueSymbol.NOT_AVAILABLE))),
        note=pl.when(sound).then(_how_worked_out(growth)).otherwise(_why_there_is_none()),
        period_start="quarter_start",
        period_label=periods.label(pl.col("quarter_start"), pl.col("period_end"), PeriodKind.QUARTER),
        **{name: pl.lit(None, pl.Float64) for name in ("lower_95", "upper_95", "count", "denominator")},
    )


def _with_the_quarter_before(cumulative: pl.DataFrame) -> pl.DataFrame:
    """Each figure with `before` and `label_before`, its neighbour's, and whether it `opens` the cycle."""
    held = cumulative.with_columns(quarter_start=pl.col("period_end").dt.offset_by("1d").dt.offset_by("-3mo"))
    before = held.select(
        *_CYCLE,
        pl.col("period_end").dt.offset_by("1d").alias("quarter_start"),
        before="value",
        label_before="period_label",
    )
    return held.join(before, on=[*_CYCLE, "quarter_start"], how="left", maintain_order="left").with_columns(
        opens=pl.col("quarter_start") == pl.col("period_start")
    )


def _how_worked_out(growth: pl.Expr) -> pl.Expr:
    worked_out = pl.format("Worked out: {}% {} less {}% {}.", "value", "period_label", "before", "label_before")
    still = pl.format("{} No checks in the quarter, or none returned.", worked_out)
    return (
        pl.when("opens")
        .then(pl.lit("The first quarter of the cycle: the cumulative share itself."))
        .when(growth == 0)
        .then(still)
        .otherwise(worked_out)
    )


def _why_there_is_none() -> pl.Expr:
    fell = pl.format(
        "Not worked out: the cumulative share fell from {}% {} to {}% {}, so one of the two was revised.",
        "before",
        "label_before",
        "value",
        "period_label",
    )
    return (
        pl.when(pl.col("value").is_null())
        .then(pl.lit("Not worked out: the publisher gives no cumulative share to this quarter."))
        .when(pl.col("before").is_null())
        .then(pl.lit("Not worked out: there is no cumulative share to the quarter before."))
        .otherwise(fell)
    )
