# table: spending_per_head
# inputs: clean_figures, areas
# key: indicator_id, area_code, sex, breakdown, source_id, period_end
# contract: none
"""What authorities spent, over their residents, for the indicators that the registry says are money a head.

The residents are those of Census 2021 in every year: no later or earlier count is held for every authority, none is
interpolated, and a change of the figure is a change of what was spent. The total and the residents stand beside it.
"""

from collections.abc import Mapping

import polars as pl

from data_contracts.registry.records import indicators
from data_contracts.vocabulary import ValueSymbol, ValueType

THOUSAND = 1000


def per_head() -> list[str]:
    """The indicators given as totals in thousands of pounds, which become pounds a head."""
    return [id_ for id_, indicator in indicators().items() if indicator.value_type is ValueType.MONEY_PER_HEAD]


def rows_read() -> dict[str, pl.Expr]:
    """Of all clean figures, those of money a head."""
    return {"clean_figures": pl.col("indicator_id").is_in(per_head())}


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows like those of `clean_figures`, in pounds a head."""
    totals = inputs["clean_figures"].filter(rows_read()["clean_figures"])
    residents = inputs["areas"].select("area_code", "population")
    figures = totals.join(residents, on="area_code", how="left", maintain_order="left")
    thousands, people = pl.col("value"), pl.col("population")
    worked_out = pl.format(
        "Worked out: {} thousand pounds over {} residents (Census 2021).", _with_commas(thousands), _with_commas(people)
    )
    known = thousands.is_not_null() & (people > 0)
    return figures.with_columns(
        value=pl.when(known).then(thousands * THOUSAND / people),
        count=thousands * THOUSAND,
        denominator=pl.when(known).then(people.cast(pl.Float64)),
        value_symbol=pl.when(known).then("value_symbol").otherwise(pl.lit(str(ValueSymbol.NOT_AVAILABLE))),
        note=pl.when(known)
        .then(pl.concat_str([worked_out, "note"], separator=" ", ignore_nulls=True))
        .otherwise(pl.coalesce("note", pl.lit("Not worked out: no residents are held for this area."))),
    ).select(totals.columns)


def _with_commas(whole: pl.Expr) -> pl.Expr:
    """A whole number as people write it: 92,341."""
    backwards = whole.cast(pl.Int64).cast(pl.String).str.reverse()
    return backwards.str.replace_all(r"(\d{3})", "${1},").str.strip_suffix(",").str.reverse()
