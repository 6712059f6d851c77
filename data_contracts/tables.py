"""The contracts as pandera schemas, and the checks a schema cannot make: keys, row counts, batches.

Pandera is imported here and in `returns` only, so that the web server never loads it.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from data_contracts.marts import MARTS, Mart
from data_contracts.rules import Rule, mart_rules

#: A batch this size keeps the memory a check needs flat, whatever the table's size.
BATCH_ROWS = 500_000
#: Failing rows shown; the count of all is always told.
SHOWN = 5
_RULES = "rules"


class ContractBroken(Exception):  # noqa: N818  it says what happened
    """A table does not meet its contract; carries the table, the rules broken and rows to look at."""

    def __init__(self, table: str, failures: list[str]) -> None:
        self.table = table
        self.failures = tuple(failures)
        super().__init__(f"{table} does not meet its contract:\n" + "\n".join(f"  - {failure}" for failure in failures))


@cache
def schema(name: str) -> pa.DataFrameSchema:
    """The pandera schema of a mart: types and columns in order, then every rule as a check of whole rows."""
    mart = MARTS[name]
    return pa.DataFrameSchema(
        {
            # Emptiness is among the rules: pandera cannot report an empty cell and a broken rule together.
            field.name: pa.Column(field.dtype, nullable=True, description=field.meaning)
            for field in mart.fields
        },
        checks=_all_rules(mart_rules(mart)),
        strict=True,
        ordered=True,
        name=name,
    )


def _all_rules(rules: list[Rule]) -> pa.Check:
    """Every rule in one pass over the batch; which ones broke is worked out only when some did."""
    every = pl.all_horizontal(rule.good for rule in rules)

    def hold(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(every)

    return pa.Check(hold, name=_RULES, n_failure_cases=SHOWN)


def check(name: str, frame: pl.DataFrame) -> None:
    """Hold a frame against a mart's contract, batch by batch; key uniqueness is the caller's, over the whole table.

    Raises ContractBroken with every rule broken, how many rows break it, and the first few of them.
    """
    mart = MARTS[name]
    if frame.height < mart.at_least:
        raise ContractBroken(name, [f"{frame.height} rows, at least {mart.at_least} expected"])
    failures: list[str] = []
    for batch in frame.iter_slices(BATCH_ROWS) if frame.height else iter((frame,)):
        try:
            schema(name).validate(batch, lazy=True)
        except SchemaErrors as errors:
            failures.extend(_explain(mart, batch, errors))
    if failures:
        raise ContractBroken(name, list(dict.fromkeys(failures)))


def _explain(mart: Mart, batch: pl.DataFrame, errors: SchemaErrors) -> Iterator[str]:
    """What is wrong, in words: columns and types first; the rules only where those are right."""
    if list(batch.schema.items()) != list(mart.schema.items()):
        cases: Any = errors.failure_cases
        for case in cases.filter(pl.col("check") != _RULES).iter_rows(named=True):
            yield f"{case['column'] or mart.name}: {case['check']} ({case['failure_case']})"
        return
    for rule in mart_rules(mart):
        bad = batch.filter(~rule.good)
        if bad.height:
            yield f"{rule.name} in {rule.column}: {bad.height} rows, expected {rule.expected}; {_rows(bad, mart)}"


def _rows(bad: pl.DataFrame, mart: Mart) -> str:
    shown = bad.select(list(dict.fromkeys((*mart.key, *bad.columns)))).head(SHOWN)
    return "for example " + "; ".join(str(row) for row in shown.rows(named=True))
