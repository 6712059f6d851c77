"""What every metric asks of its inputs: columns, numbers, groups and confidence levels.

Checks return lists of problems rather than raising one at a time, so that a caller sees everything wrong with a
frame at once; `refuse` raises them together. Nothing here imports numpy, so that the web server may use it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from statistics import NormalDist
from typing import TypeGuard

import polars as pl

DEFAULT_CONFIDENCE = (0.95, 0.998)
"""The two levels England's public health statistics publish: 95% and 99.8%, near two and three standard errors."""


class MetricInputError(ValueError):
    """Inputs a metric cannot use; `problems` holds every one found, each saying what, where and what was expected."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[MetricInputError], tuple[tuple[str, ...]]]:
        """Travel between processes with the problems still apart."""
        return type(self), (self.problems,)


@dataclass(frozen=True, slots=True)
class Level:
    """One confidence level: the fraction, its two-sided normal quantile, and the names of its two limit columns."""

    confidence: float
    z: float
    lower: str
    upper: str

    @property
    def tail(self) -> float:
        """The probability left out on either side: 0.025 for 0.95."""
        return (1 - self.confidence) / 2


def levels(confidence: float | Sequence[float]) -> tuple[Level, ...]:
    """Turn confidence fractions into levels with their normal quantiles and column names.

    One fraction or several, each from 0.9 up to but not including 1, none twice. Raises MetricInputError for anything
    else, percentages included: 95 is not read as 0.95.

    >>> [(level.lower, level.upper, round(level.z, 6)) for level in levels((0.95, 0.998))]
    [('lower_95', 'upper_95', 1.959964), ('lower_99_8', 'upper_99_8', 3.090232)]
    """
    refuse(level_problems(confidence))
    given = confidence if isinstance(confidence, Iterable) else (confidence,)
    return tuple(_level(float(fraction)) for fraction in given)


def level_problems(confidence: float | Sequence[float]) -> list[str]:
    """List what is wrong with the confidence asked for; `levels` says what is allowed."""
    given: Collection[object] = list(confidence) if isinstance(confidence, Iterable) else [confidence]
    expected = "expected fractions from 0.9 up to but not including 1"
    problems = [] if given else [f"confidence: no level given; {expected}"]
    seen: set[object] = set()
    for fraction in given:
        if not (is_number(fraction) and 0.9 <= fraction < 1):
            problems.append(f"confidence: {fraction!r} given; {expected}")
        elif fraction in seen:
            problems.append(f"confidence: {fraction!r} given twice; expected each level once")
        seen.add(fraction)
    return problems


def _level(fraction: float) -> Level:
    percent = format((Decimal(repr(fraction)) * 100).normalize(), "f").replace(".", "_")
    z = NormalDist().inv_cdf((1 + fraction) / 2)
    return Level(confidence=fraction, z=z, lower=f"lower_{percent}", upper=f"upper_{percent}")


def limit_names(wanted: Iterable[Level]) -> list[str]:
    """Name the limit columns in the order they are added: lower then upper, level by level."""
    return [name for level in wanted for name in (level.lower, level.upper)]


def limits_asked_for(confidence: float | Sequence[float]) -> list[str]:
    """Name the limit columns a confidence asks for; none for one that will be refused, so that checks can go on."""
    return [] if level_problems(confidence) else limit_names(levels(confidence))


def grouping(by: str | Sequence[str] | None) -> list[str]:
    """Turn `by` into a list of column names; one name alone is a list of one, and None is none.

    >>> grouping("area_code"), grouping(("area_code", "sex")), grouping(())
    (['area_code'], ['area_code', 'sex'], [])
    """
    return [by] if isinstance(by, str) else list(by or ())


def refuse(problems: Collection[str]) -> None:
    """Raise MetricInputError with every problem, when there are any."""
    if problems:
        raise MetricInputError(problems)


def column_problems(
    frame: pl.DataFrame,
    *,
    numeric: Mapping[str, str | None],
    present: Mapping[str, str | None] | None = None,
    kept: Mapping[str, str] | None = None,
    by: Sequence[str] = (),
    adds: Collection[str] = (),
) -> list[str]:
    """List what is wrong with the frame's columns.

    `numeric` and `present` give argument names and the columns they name; None is an argument not given. A numeric
    column holds integers, floats or decimals of any width, or nothing but nulls; booleans are not numbers. A grouping
    column, or another that stays beside the results (`kept`), may not have the name of a column the metric adds
    (`adds`), nor may a grouping column be named twice.
    """
    given: object = frame
    if not isinstance(given, pl.DataFrame):
        return [f"frame: {type(given).__name__} given; expected an eager polars DataFrame"]
    problems: list[str] = []
    wanted: list[tuple[str, object]] = [*numeric.items(), *(present or {}).items(), *(("by", name) for name in by)]
    for argument, name in wanted:
        if name is None:
            continue
        if not isinstance(name, str):
            problems.append(f"{argument}: {name!r} given; expected the name of a column")
        elif name not in frame.columns:
            near = difflib.get_close_matches(name, frame.columns, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            problems.append(f"{argument}: no column {name!r}{hint}; the frame has {', '.join(frame.columns) or 'none'}")
        elif argument in numeric and not _is_numeric(frame.schema[name]):
            problems.append(f"{argument}: column {name!r} is {frame.schema[name]}; expected numbers")
        elif argument in numeric and name in by:
            problems.append(
                f"{argument}: column {name!r} is also one of by; expected figures, not the groups they are of"
            )
    staying = [*(kept or {}).items(), *(("by", name) for name in by)]
    problems += [
        f"{argument}: column {name!r} has the name of a column this metric adds; rename it first"
        for argument, name in staying
        if name in adds
    ]
    problems += [f"by: column {name!r} named twice" for name in dict.fromkeys(by) if list(by).count(name) > 1]
    return problems


def _is_numeric(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype == pl.Null


def is_number(given: object) -> TypeGuard[float]:
    """Tell whether an argument is one real number, of Python's or numpy's; True and False are not."""
    return isinstance(given, Real) and not isinstance(given, bool)


def number_problems(argument: str, given: object, *, above: float = 0.0) -> list[str]:
    """List what is wrong with an argument that should be one finite number above a bound, such as a multiplier."""
    if is_number(given) and math.isfinite(given) and given > above:
        return []
    return [f"{argument}: {given!r} given; expected a finite number above {above:g}"]


def choice_problems(argument: str, given: object, allowed: Collection[str]) -> list[str]:
    """List what is wrong with an argument that should be one of a few words."""
    if isinstance(given, str) and given in allowed:
        return []
    return [f"{argument}: {given!r} given; expected one of {', '.join(allowed)}"]


def as_floats(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Turn numeric columns into Float64, NaN into null: a NaN is a missing figure here, as it is in a spreadsheet."""
    wanted, given = list(dict.fromkeys(columns)), frame.schema
    cast = [pl.col(name).cast(pl.Float64) for name in wanted if frame.schema[name] != pl.Float64]
    frame = frame.with_columns(cast) if cast else frame
    # A whole number turned into a float is no NaN.
    with_nan = [name for name in wanted if given[name].is_float() and frame[name].is_nan().any()]
    return frame.with_columns(pl.col(with_nan).fill_nan(None)) if with_nan else frame


def row_problems(frame: pl.DataFrame, failing: pl.Expr | pl.Series, *, by: Sequence[str], says: str) -> list[str]:
    """Say which groups hold rows that fail, all of them, in one problem; no problem when none do.

    `failing` is true for a row at fault (a null is not); `says` tells what was found and what was expected. Rows of a
    frame without groups are named by their number, from 0.
    """
    mask = frame.select(failing).to_series() if isinstance(failing, pl.Expr) else failing
    if not mask.any():
        return []
    return [f"{says}: {places(frame, mask, by=by)}"]


def faults(frame: pl.DataFrame, failing: Mapping[str, pl.Expr], *, by: Sequence[str]) -> list[str]:
    """Say of several things that no row may be which groups hold such rows, one problem each; all in one pass.

    `failing` holds what is said of a fault and an expression true for a row with it, as in `row_problems`.
    """
    found = frame.select(expression.any().alias(says) for says, expression in failing.items()).row(0)
    return [
        problem
        for (says, expression), is_found in zip(failing.items(), found, strict=True)
        if is_found
        for problem in row_problems(frame, expression, by=by, says=says)
    ]


def places(frame: pl.DataFrame, mask: pl.Series, *, by: Sequence[str]) -> str:
    """Name the groups with a true in the mask in order of first appearance, or the row numbers without groups."""
    if not by:
        rows = mask.fill_null(False).arg_true().to_list()
        return ("row " if len(rows) == 1 else "rows ") + ", ".join(map(str, rows))
    keys = frame.filter(mask).select(by).unique(maintain_order=True)
    named = (", ".join(f"{name}={part}" for name, part in zip(by, key, strict=True)) for key in keys.iter_rows())
    return "; ".join(named)


def group_sums(frame: pl.DataFrame, columns: Sequence[str], by: Sequence[str]) -> pl.DataFrame:
    """Sum columns within groups, groups in order of first appearance; without groups each row stays as it is.

    A sum with a missing part is missing: what is left is the figure of some other group.
    """
    if not by:
        return frame
    wanted = dict.fromkeys(columns)
    sums = [pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in wanted]
    return frame.group_by(by, maintain_order=True).agg(sums)


def one_row_a_group(frame: pl.DataFrame, figures: Sequence[pl.Expr], by: Sequence[str]) -> pl.DataFrame:
    """Aggregate within groups, in order of first appearance; without groups the whole frame is one.

    An empty frame has no groups, so it gives no rows: there is nothing to say a figure of.
    """
    if by:
        return frame.group_by(by, maintain_order=True).agg(figures)
    return frame.select(figures).head(min(frame.height, 1))


def reasons(frame: pl.DataFrame, said: Mapping[str, str]) -> pl.Series:
    """Give each row the reason why it has no figure: the first column of `said` that is null there, in its words."""
    missing = {name: words for name, words in said.items() if frame[name].null_count()}
    if not missing:
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True).alias("reason")
    first = [pl.when(pl.col(name).is_null()).then(pl.lit(words)) for name, words in missing.items()]
    return frame.select(pl.coalesce(first).alias("reason")).to_series()


def group_starts(frame: pl.DataFrame, by: Sequence[str]) -> pl.Series:
    """Give each row the number of the row at which its group first appears; sorting by it keeps groups in order.

    >>> group_starts(pl.DataFrame({"area": ["b", "a", "b"]}), ["area"]).to_list()
    [0, 1, 0]
    """
    if not by:
        return pl.repeat(0, frame.height, dtype=pl.Int64, eager=True).alias("group_start")
    # Renamed, so that no grouping column can have the row number's name.
    names = [f"key_{place}" for place in range(len(by))]
    keys = frame.select(pl.col(name).alias(key) for name, key in zip(by, names, strict=True)).with_row_index("row")
    return keys.select(pl.col("row").cast(pl.Int64).min().over(names).alias("group_start")).to_series()
