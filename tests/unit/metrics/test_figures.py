"""How metrics read figures and sum them, as specification."""

import polars as pl

from metrics import figures


def test_nan_becomes_null() -> None:
    frame = figures.as_floats(pl.DataFrame({"count": [1.0, float("nan"), None]}), ["count", "count"])
    assert frame["count"].to_list() == [1.0, None, None]


def test_group_starts_number_groups_by_first_appearance() -> None:
    frame = pl.DataFrame({"area": ["b", None, "b", None, "a"]})
    assert figures.group_starts(frame, ["area"]).to_list() == [0, 1, 0, 1, 4]
    assert figures.group_starts(frame, []).to_list() == [0] * 5


def test_group_starts_take_several_columns_together() -> None:
    frame = pl.DataFrame({"area": ["a", "a", "b", "a"], "sex": ["f", "m", "f", "f"]})
    assert figures.group_starts(frame, ["area", "sex"]).to_list() == [0, 1, 2, 0]
