"""Equal shares of a ranking."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.inputs import MetricInputError
from metrics.quantiles import quantile


def placed(values: Any, n: int, **more: Any) -> list[int | None]:
    return quantile(pl.DataFrame({"v": values}), value="v", n=n, **more)["quantile"].to_list()


def test_twelve_areas_in_ten_quantiles() -> None:
    # By hand: of 12, ranks 1 and 2 both come to 11 - ceil(12 x 10/12) and 11 - ceil(11 x 10/12), that is 1.
    assert placed([float(v) for v in range(12, 0, -1)], 10) == [1, 1, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10]


def test_lowest_first_turns_the_ranking_round() -> None:
    assert placed([1, 2, 3, 4], 2) == [2, 2, 1, 1]
    assert placed([1, 2, 3, 4], 2, highest_first=False) == [1, 1, 2, 2]


def test_ties_share_the_lowest_rank() -> None:
    assert placed([4, 4, 4, 4], 2) == [1, 1, 1, 1]
    assert placed([5, 4, 4, 1], 4) == [1, 2, 2, 4]
    assert placed([0.0, -0.0, 1.0, 2.0], 4) == [3, 3, 2, 1]


@pytest.mark.parametrize("missing", [None, math.nan])
def test_missing_values_have_no_quantile_and_are_not_counted(missing: float | None) -> None:
    assert placed([3.0, missing, 1.0], 2) == [1, None, 2]


def test_infinite_values_rank_at_the_ends() -> None:
    assert placed([-math.inf, 1.0, math.inf], 3) == [3, 2, 1]


def test_fewer_values_than_quantiles_have_none() -> None:
    assert placed([1, 2, 3], 4) == [None, None, None]
    assert placed([1, 2, 3, 4], 4) == [4, 3, 2, 1]
    assert placed([7], 1) == [1]


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([1, 2, 3, 4], dtype=pl.UInt8),
        pl.Series([1.0, 2.0, 3.0, 4.0], dtype=pl.Float32),
        pl.Series([Decimal("0.1"), Decimal("0.2"), Decimal("0.3"), Decimal("0.4")]),
        pl.Series([2**60, 2**60 + 1, 2**60 + 2, 2**60 + 3]),
    ],
)
def test_any_kind_of_number(values: pl.Series) -> None:
    assert placed(values, 4) == [4, 3, 2, 1]


def test_a_column_of_nulls() -> None:
    assert placed([None, None], 1) == [None, None]


@pytest.mark.parametrize("by", ["g", ["g"], ("g",)])
def test_groups_are_ranked_apart_and_rows_keep_their_place(by: Any) -> None:
    frame = pl.DataFrame({"g": pl.Series(["b", None, "b", None, "a"], dtype=pl.Categorical), "v": [1, 5, 2, 6, 9]})
    found = quantile(frame, value="v", n=2, by=by)
    assert found.columns == ["g", "v", "quantile"]
    assert found["quantile"].to_list() == [2, 2, 1, 1, None]
    assert_frame_equal(found.drop("quantile"), frame)


@pytest.mark.parametrize("by", [(), ["g"]])
def test_an_empty_frame(by: Any) -> None:
    frame = pl.DataFrame({"g": ["a", "a"], "v": [1.0, 2.0]})
    empty = quantile(frame.clear(), value="v", n=2, by=by)
    assert empty.schema == quantile(frame, value="v", n=2, by=by).schema
    assert empty.height == 0


def test_refusals() -> None:
    frame = pl.DataFrame({"quantile": ["a"], "v": ["x"]})
    with pytest.raises(MetricInputError) as refused:
        quantile(frame, value="v", n=0, by=["quantile"])
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["value", "by", "n"]
    for n in (True, 2.0, "4", -1):
        with pytest.raises(MetricInputError, match=r"n: .* whole number"):
            quantile(pl.DataFrame({"v": [1]}), value="v", n=n)  # type: ignore[arg-type]


ROWS = st.lists(st.tuples(st.sampled_from("ab"), st.one_of(st.none(), st.integers(0, 9))), min_size=1, max_size=40)


@settings(deadline=None)
@given(rows=ROWS, n=st.integers(1, 12), highest_first=st.booleans())
def test_the_rule_itself(rows: list[tuple[str, int | None]], n: int, highest_first: bool) -> None:
    frame = pl.DataFrame(rows, schema={"g": pl.String, "v": pl.Int64}, orient="row")
    found = quantile(frame, value="v", n=n, by=["g"], highest_first=highest_first)
    for group, value, place in found.iter_rows():
        present = [v for g, v in rows if g == group and v is not None]
        if value is None or len(present) < n:
            assert place is None
            continue
        rank = 1 + sum(v > value if highest_first else v < value for v in present)
        assert place == n + 1 - math.ceil(Fraction((len(present) + 1 - rank) * n, len(present)))
        assert 1 <= place <= n


@settings(deadline=None)
@given(rows=ROWS, n=st.integers(1, 5))
def test_grouping_equals_filtering_and_order_is_irrelevant(rows: list[tuple[str, int | None]], n: int) -> None:
    frame = pl.DataFrame(rows, schema={"g": pl.String, "v": pl.Int64}, orient="row")
    whole = quantile(frame, value="v", n=n, by=["g"])
    for group in frame["g"].unique():
        assert_frame_equal(quantile(frame.filter(g=group), value="v", n=n), whole.filter(g=group))
    assert_frame_equal(quantile(frame.reverse(), value="v", n=n, by=["g"]).reverse(), whole)


@pytest.mark.originals
def test_worked_examples(worked_example: Callable[[str], pl.DataFrame]) -> None:
    examples = worked_example("quantiles/quantile_examples.csv")
    for (n, highest_first), cases in examples.group_by("nquantiles", "lowest_quantile_is_highest", maintain_order=True):
        found = quantile(cases.drop("quantile"), value="value", n=n, by=["case_id"], highest_first=bool(highest_first))  # type: ignore[arg-type]
        assert found["quantile"].to_list() == cases["quantile"].to_list()


@pytest.mark.soak
def test_a_million_groups() -> None:
    frame = pl.DataFrame({"g": range(1_000_000), "v": 1.0})
    assert quantile(frame, value="v", n=1, by=["g"])["quantile"].unique().to_list() == [1]


def test_numpys_whole_numbers_are_whole_numbers() -> None:
    np = pytest.importorskip("numpy")
    frame = pl.DataFrame({"v": [1.0, 2.0, 3.0, 4.0]})
    assert quantile(frame, value="v", n=np.int64(2))["quantile"].to_list() == [2, 2, 1, 1]
