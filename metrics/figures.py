"""Figures as these metrics read them, finite numbers or nothing, and how they are summed within groups.

A spreadsheet's NaN and an infinity that came of dividing by zero are not figures, nor is a number so large (1e100) that
its square would not be one. They count as missing, like a null, wherever a metric estimates something from values; only
ranking, where an infinity has a place, keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

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


def restore_keys(found: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Give the grouping columns their own names back, last of all, when no working column is left to clash."""
    return found.rename(dict(zip(key_names(by), by, strict=True)))


def as_floats(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Turn numeric columns into Float64, NaN into null: a NaN is a missing figure here, as it is in a spreadsheet."""
    wanted, given = list(dict.fromkeys(columns)), frame.schema
    cast = [pl.col(name).cast(pl.Float64) for name in wanted if frame.schema[name] != pl.Float64]
    frame = frame.with_columns(cast) if cast else frame
    # A whole number turned into a float is no NaN.
    with_nan = [name for name in wanted if given[name].is_float() and frame[name].is_nan().any()]
    return frame.with_columns(pl.col(with_nan).fill_nan(None)) if with_nan else frame


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
