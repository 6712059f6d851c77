"""Groups laid end to end."""

import numpy as np
import polars as pl

from metrics.layout import Layout, column, numbers


def test_rows_are_sorted_within_groups_in_order_of_first_appearance() -> None:
    frame = pl.DataFrame({"g": ["b", "a", "b", "a", "b"], "k": [3, 1, 1, 2, 2]})
    layout = Layout.of(frame, ["g"], frame["k"].to_numpy())
    assert layout.row.tolist() == [2, 4, 0, 1, 3]
    assert layout.starts.tolist() == [0, 3]
    assert layout.sizes.tolist() == [3, 2]
    assert layout.first_row.tolist() == [0, 1]
    assert layout.group.tolist() == [0, 0, 0, 1, 1]
    assert layout.place.tolist() == [0, 1, 2, 0, 1]
    assert layout.keys(frame, ["g"])[0].to_list() == ["b", "a"]
    assert layout.count(np.array([True, True, False, False, True])).tolist() == [2, 1]


def test_repeats_are_found_sorted_or_not() -> None:
    for keys in ([1, 1, 2], [2, 1, 1], [1, 2, 1]):
        layout = Layout.of(pl.DataFrame({"k": keys}), [], np.array(keys))
        assert layout.repeats.sum() == 1
    assert Layout.of(pl.DataFrame({"g": ["a", "b"], "k": [1, 1]}), ["g"], np.array([1, 1])).repeats.sum() == 0


def test_failing_places_are_named_by_the_frames_rows() -> None:
    frame = pl.DataFrame({"k": [3, 1, 2]})
    layout = Layout.of(frame, [], frame["k"].to_numpy())
    assert layout.problems(frame, np.array([False, False, True]), by=[], says="key") == ["key: row 0"]


def test_nothing_laid_out_is_nothing() -> None:
    layout = Layout.of(pl.DataFrame({"k": pl.Series([], dtype=pl.Int64)}), [], np.empty(0))
    assert layout.row.tolist() == layout.starts.tolist() == layout.sizes.tolist() == layout.first_row.tolist() == []


def test_columns_of_numbers_and_back() -> None:
    frame = pl.DataFrame({"x": [1.0, None, float("nan"), float("inf"), 1e200]})
    found = numbers(frame, "x")
    assert np.isnan(found).tolist() == [False, True, True, True, True]
    assert column("x", found).to_list() == [1.0, None, None, None, None]
    assert column("x", np.array([1.0, 2.0]), keep=np.array([False, True])).to_list() == [None, 2.0]
