"""What every metric asks of its arguments, and how it says what is wrong with them.

Checks return lists of problems rather than raising one at a time, so that a caller sees everything wrong with a
frame at once; `refuse` raises them together. Nothing here imports numpy, so that the web server may use it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real
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
    if isinstance(by, str):
        return [by]
    given: object = () if by is None else by
    if not isinstance(given, Iterable):
        raise MetricInputError([f"by: {by!r} given; expected a list of columns"])
    return list(given)


def refuse(problems: Collection[str]) -> None:
    """Raise MetricInputError with every problem, when there are any."""
    if problems:
        raise MetricInputError(problems)


def column_problems(
    frame: pl.DataFrame,
    *,
    numeric: Mapping[str, str | None],
    present: Mapping[str, str | None] | None = None,
    optional: Collection[str] = (),
    kept: Mapping[str, str] | None = None,
    by: Sequence[str] = (),
    adds: Collection[str] = (),
) -> list[str]:
    """List what is wrong with the frame's columns.

    `numeric` and `present` give argument names and the columns they name; only those in `optional` may be None, for a
    column that was not given. A numeric column holds integers, floats or decimals of any width, or nothing but nulls;
    booleans are not numbers. A grouping column, or another that stays beside the results (`kept`), may not have the
    name of a column the metric adds (`adds`), nor may a grouping column be named twice.
    """
    given: object = frame
    if not is_frame(given):
        return [f"frame: {type(given).__name__} given; expected an eager polars DataFrame"]
    problems: list[str] = []
    wanted: list[tuple[str, object]] = [*numeric.items(), *(present or {}).items(), *(("by", name) for name in by)]
    for argument, name in wanted:
        if name is None and argument in optional:
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


def is_frame(given: object) -> bool:
    """Say whether something is an eager frame, so that its columns may be looked at; `column_problems` says if not."""
    return isinstance(given, pl.DataFrame)


def digits_problems(decimals: object) -> list[str]:
    """List what is wrong with the digits after the point that limits were published with; None is not known.

    >>> digits_problems(1), digits_problems(0.5)
    ([], ['decimals: 0.5 given; expected a whole number from -99 to 99'])
    """
    return [] if decimals is None else whole_number_problems("decimals", decimals, least=-99, most=99)


def given_together(**arguments: str | None) -> list[str]:
    """List a problem when some of the arguments that belong together were given and others were not."""
    missing = [name for name, column in arguments.items() if column is None]
    if not missing or len(missing) == len(arguments):
        return []
    return [f"{', '.join(missing)}: not given; expected {' and '.join(arguments)} together or not at all"]


def whole_number_problems(argument: str, given: object, *, least: int, most: int | None = None) -> list[str]:
    """List what is wrong with an argument that should be one whole number, such as a seed or a number of draws."""
    is_whole = isinstance(given, Integral) and not isinstance(given, bool)
    if is_whole and least <= int(given) <= (math.inf if most is None else most):  # type: ignore[call-overload]
        return []
    bounds = f"of {least} or more" if most is None else f"from {least} to {most}"
    return [f"{argument}: {given!r} given; expected a whole number {bounds}"]
