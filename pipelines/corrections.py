"""Known errors of publishers' files, withheld or replaced where the figures are clean; landing keeps them as found.

Each is a record of `registry/corrections.toml`. A record is a claim about a file: where the file no longer says what
the record found in it, the publisher may have mended it, and the file is refused until somebody looks.
"""

from dataclasses import dataclass

import polars as pl

from data_contracts.registry.records import Correction, FigureAsFound, corrections
from data_contracts.vocabulary import ValueSymbol
from pipelines.faults import Problem

_NUMBERS = ("value", "lower_95", "upper_95")


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A source's figures with its known errors dealt with, how many they were, and those not found as recorded."""

    figures: pl.DataFrame
    applied: int
    not_as_recorded: tuple[Problem, ...]


def correct(figures: pl.DataFrame, source_id: str, *, where: str) -> Corrected:
    """Deal with the known errors of a source; a record that does not fit its file changes nothing and is told."""
    problems: list[Problem] = []
    applied = 0
    for item in corrections():
        if item.source != source_id:
            continue
        held = figures.filter(_is_the_figure(item)).select(_NUMBERS).rows()
        if held == [_numbers(item.found)]:
            figures = _treated(figures, item)
            applied += 1
        else:
            problems.append(_not_as_recorded(item, held, where))
    return Corrected(figures=figures, applied=applied, not_as_recorded=tuple(problems))


def _is_the_figure(item: Correction) -> pl.Expr:
    return (
        (pl.col("indicator_id") == item.indicator)
        & (pl.col("area_code") == item.area)
        & (pl.col("sex") == str(item.sex))
        & (pl.col("breakdown") == "all")
        & (pl.col("period_label") == item.period)
    )


def _numbers(figure: FigureAsFound) -> tuple[float | None, float | None, float | None]:
    return figure.value, figure.lower_95, figure.upper_95


def _treated(figures: pl.DataFrame, item: Correction) -> pl.DataFrame:
    if item.replace_with is None:
        numbers: tuple[float | None, ...] = (None, None, None)
        symbol, done = ValueSymbol.NOT_AVAILABLE, "Withheld"
    else:
        numbers = _numbers(item.replace_with)
        symbol, done = ValueSymbol.REVISED, "Corrected"
    note = f"{done}: the publisher gives {_said(_numbers(item.found))}. {item.reason} {item.evidence_says}"
    cells: dict[str, pl.Expr] = {
        name: pl.lit(number, pl.Float64) for name, number in zip(_NUMBERS, numbers, strict=True)
    }
    cells |= {"value_symbol": pl.lit(str(symbol)), "note": pl.lit(note)}
    return figures.with_columns(
        pl.when(_is_the_figure(item)).then(cell).otherwise(name).alias(name) for name, cell in cells.items()
    )


def _said(numbers: tuple[float | None, ...]) -> str:
    """A figure as a message has it: `0, limits 0 to 0`."""
    value, lower, upper = numbers
    if value is None:
        return "no figure"
    return f"{value:g}" if lower is None or upper is None else f"{value:g}, limits {lower:g} to {upper:g}"


def _not_as_recorded(item: Correction, held: list[tuple[float | None, ...]], where: str) -> Problem:
    return Problem(
        rule="correction_does_not_fit",
        where=f"{where}, {item.what}",
        found="; ".join(map(_said, held)) or "no such figure",
        expected=f"the known error, {_said(_numbers(item.found))}",
        todo="the publisher may have mended it: look, then remove or change its record in "
        "data_contracts/registry/corrections.toml",
    )
