"""Groups laid end to end in numpy arrays, for metrics that fit something to every group at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.figures import LARGEST, group_starts
from metrics.inputs import row_problems

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


def numbers(frame: pl.DataFrame, column: str | None) -> Floats:
    """Take a column as floats, NaN where it is no figure, or where no column was named.

    >>> numbers(pl.DataFrame({"x": [1, None]}), "x").tolist()
    [1.0, nan]
    """
    if column is None:
        return np.full(frame.height, np.nan)
    found = frame[column].cast(pl.Float64).to_numpy()
    return np.where(np.abs(found) < LARGEST, found, np.nan)


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows in the order of their groups' first appearance, within a group in the order of a key.

    `row` holds the row of the frame each place was taken from, `starts` the place at which each group begins, `sizes`
    how many rows it has, `first_row` the row of the frame at which it first appears. `repeats` is true at a place whose
    key is that of the place before it in the same group.
    """

    row: Counts
    starts: Counts
    sizes: Counts
    first_row: Counts
    repeats: Truths

    @classmethod
    def of(cls, frame: pl.DataFrame, by: Sequence[str], key: Floats | Counts) -> Layout:
        """Lay a frame out, without sorting where its rows come in order already."""
        first = group_starts(frame, by).to_numpy()
        row = np.arange(len(first))
        same_group = np.diff(first) == 0
        if not ((np.diff(first) > 0) | (same_group & (np.diff(key) >= 0))).all():
            row = np.lexsort((key, first))
            same_group = np.diff(first[row]) == 0
        starts = np.flatnonzero(np.concatenate([np.ones(min(len(first), 1), dtype=bool), ~same_group]))
        repeats = np.zeros(len(first), dtype=bool)
        repeats[1:] = same_group & (np.diff(key[row]) == 0)
        return cls(
            row=row,
            starts=starts,
            sizes=np.diff(starts, append=len(first)),
            first_row=first[row][starts],
            repeats=repeats,
        )

    @property
    def group(self) -> Counts:
        """Give each place the number of its group."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @property
    def place(self) -> Counts:
        """Give each place its number within its group, from 0."""
        return np.arange(len(self.row)) - np.repeat(self.starts, self.sizes)

    def count(self, true: Truths) -> Counts:
        """Count what is true in each group."""
        return np.bincount(self.group, weights=true, minlength=len(self.sizes)).astype(np.int64)

    def problems(self, frame: pl.DataFrame, failing: Truths, *, by: Sequence[str], says: str) -> list[str]:
        """Say which groups, or rows, hold places that fail; no problem when none do."""
        if not failing.any():
            return []
        in_frame = np.empty(len(failing), dtype=bool)
        in_frame[self.row] = failing
        return row_problems(frame, pl.Series(in_frame), by=by, says=says)

    def keys(self, frame: pl.DataFrame, by: Sequence[str]) -> list[pl.Series]:
        """Take the grouping columns, a row a group."""
        return [frame[name][self.first_row] for name in by]


def column(name: str, values: Floats, *, keep: Truths | None = None) -> pl.Series:
    """Make a column of numbers, null where they are not finite or not kept."""
    known = np.isfinite(values) if keep is None else np.isfinite(values) & keep
    return pl.Series(name, np.where(known, values, np.nan), nan_to_null=True)
