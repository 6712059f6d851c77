"""Figures as these metrics read them: finite numbers, or nothing.

A spreadsheet's NaN and an infinity that came of dividing by zero are not figures, nor is a number so large (1e100) that
its square would not be one. They count as missing, like a null, wherever a metric estimates something from values; only
ranking, where an infinity has a place, keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral

import polars as pl

from metrics.inputs import as_floats

LARGEST = 1e100


def figures(frame: pl.DataFrame, columns: Mapping[str, str | None], *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Take the grouping columns and the numbers under our own names; Float64, null where there is none.

    `columns` gives our name and the frame's column, or None for a column of nulls. Grouping columns keep their place
    and are named by their number, so that no column of the frame can clash with ours.

    >>> figures(pl.DataFrame({"x": [1, 2]}), {"value": "x", "lower": None}).rows()
    [(1.0, None), (2.0, None)]
    """
    keys = [pl.col(name).alias(key) for name, key in zip(by, key_names(by), strict=True)]
    numbers = [
        (pl.lit(None, dtype=pl.Float64) if source is None else pl.col(source)).alias(name)
        for name, source in columns.items()
    ]
    taken = as_floats(frame.select(*keys, *numbers), columns)
    return taken.with_columns(
        pl.when(pl.col(name).abs() < LARGEST).then(pl.col(name)).alias(name)
        for name in columns
        if (taken[name].abs() >= LARGEST).any()
    )


def key_names(by: Sequence[str]) -> list[str]:
    """Name the grouping columns by their number, out of the way of every other name."""
    return [f"by {place}" for place in range(len(by))]


def aggregate(parts: pl.DataFrame, by: Sequence[str], *wanted: pl.Expr) -> pl.DataFrame:
    """Work out figures a group, in order of first appearance; the grouping columns keep the names `figures` gave.

    Without `by` all rows are one group; a frame without rows has no groups either way.
    """
    if by:
        return parts.group_by(key_names(by), maintain_order=True).agg(*wanted)
    whole = parts.select(*wanted)
    return whole if parts.height else whole.clear()


def restore_keys(found: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Give the grouping columns their own names back, last of all, when no working column is left to clash."""
    return found.rename(dict(zip(key_names(by), by, strict=True)))


def required(**arguments: object) -> list[str]:
    """List a problem for each argument that is None though it must name a column."""
    return [f"{name}: None given; expected the name of a column" for name, given in arguments.items() if given is None]


def is_frame(given: object) -> bool:
    """Say whether something is an eager frame, so that its columns may be looked at; `column_problems` says if not."""
    return isinstance(given, pl.DataFrame)


def digits_problems(decimals: object) -> list[str]:
    """List what is wrong with the digits after the point that limits were published with; None is not known.

    >>> digits_problems(1), digits_problems(0.5)
    ([], ['decimals: 0.5 given; expected a whole number of digits from -99 to 99'])
    """
    is_whole = isinstance(decimals, Integral) and not isinstance(decimals, bool)
    if decimals is None or (is_whole and abs(int(decimals)) < 100):  # type: ignore[call-overload]
        return []
    return [f"decimals: {decimals!r} given; expected a whole number of digits from -99 to 99"]


def given_together(**arguments: str | None) -> list[str]:
    """List a problem when some of the arguments that belong together were given and others were not."""
    missing = [name for name, column in arguments.items() if column is None]
    if not missing or len(missing) == len(arguments):
        return []
    return [f"{', '.join(missing)}: not given; expected {' and '.join(arguments)} together or not at all"]
