"""What has been shown of some posts, and whether one figure more would tell of one or two of them.

A figure adds up the WTE of some posts: a vector with a place for each. Whoever has several figures may add and subtract
multiples of them, so what they can work out is the space the vectors span. Nobody is isolated while no vector in it,
but nothing at all, is about fewer than three posts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEWEST = 3
Vectors = NDArray[np.float64]

#: From so many posts on it is worth looking which of them are counted alike, before every pair is looked at.
_MANY = 300
#: Vectors are worked out to about 1e-12; of some thousand posts nothing that is not isolated comes near this.
_NOTHING = 1e-7


class Ledgers:
    """Several ledgers of the same posts: figures of one are not set against those of another.

    Each is an orthonormal basis of what can be worked out from the figures in it.
    """

    def __init__(self, posts: int, names: Sequence[str]) -> None:
        self._bases: dict[str, Vectors] = {name: np.zeros((0, posts)) for name in names}

    def admit(self, figures: dict[str, Vectors]) -> bool:
        """Take figures in, a row each, by the name of their ledger: all, or none if any would isolate a post or two."""
        after = {name: _extended(self._bases[name], rows) for name, rows in figures.items()}
        if any(len(basis) > len(self._bases[name]) and _isolates(basis) for name, basis in after.items()):
            return False
        self._bases |= after
        return True


def _extended(basis: Vectors, figures: Vectors) -> Vectors:
    """The basis with what each figure adds to it."""
    for figure in figures:
        size = float(np.linalg.norm(figure))
        left = figure
        for _ in range(2):  # once more, for what rounding left of it
            left = left - basis.T @ (basis @ left)
        if np.linalg.norm(left) > _NOTHING * size:
            basis = np.vstack([basis, left / np.linalg.norm(left)])
    return basis


def _isolates(basis: Vectors) -> bool:
    """Whether some vector spanned is about one post or two.

    A vector about these posts alone is there where they, taken alone, lie within the space: where what their own places
    lack of it is singular. Posts that three or more figures' columns have alike, up to a factor, are never told apart.
    """
    suspects = basis[:, _told_apart(basis)]
    lack = np.eye(suspects.shape[1]) - suspects.T @ suspects
    alone = np.diag(lack)
    pairs = np.outer(alone, alone) - lack**2
    np.fill_diagonal(pairs, 1.0)
    return bool((alone < _NOTHING).any() or (pairs < _NOTHING).any())


def _told_apart(basis: Vectors) -> NDArray[np.bool_]:
    """The posts counted somewhere; of many, those alone that fewer than three in all are counted like."""
    sizes = np.linalg.norm(basis, axis=0)
    counted = sizes > _NOTHING
    if counted.sum() < _MANY:
        return counted
    columns = basis[:, counted] / sizes[counted]
    first = (np.abs(columns) > _NOTHING).argmax(axis=0)
    columns *= np.sign(columns[first, np.arange(columns.shape[1])])
    _, which, numbers = np.unique(columns.round(6) + 0.0, axis=1, return_inverse=True, return_counts=True)
    found = counted.copy()
    found[counted] = numbers[which.ravel()] < FEWEST
    return found
