"""Means with Student's limits."""

import statistics
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.inputs import MetricInputError
from metrics.means import mean

LIMITS = ["lower_95", "upper_95", "lower_99_8", "upper_99_8"]

SLEEP = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
"""Hours of sleep gained with the first drug in Student's own example: The probable error of a mean. 1908."""


def test_students_own_sleep_data() -> None:
    (result,) = mean(pl.DataFrame({"hours": SLEEP}), value="hours").to_dicts()
    assert result["n"] == 10
    assert result["value"] == pytest.approx(0.75, rel=1e-12)
    assert result["standard_deviation"] == pytest.approx(1.789010, abs=5e-7)
    assert result["lower_95"] == pytest.approx(-0.5297804, abs=5e-8)
    assert result["upper_95"] == pytest.approx(2.0297804, abs=5e-8)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.998, 0.9999])
def test_limits_are_t_standard_errors_away(confidence: float) -> None:
    data = pl.DataFrame({"area": ["b", "a", "b", "a", "b"], "value": [1, 2, 4, 9, 16]})
    result = mean(data, value="value", by=("area",), confidence=confidence)
    assert result["area"].to_list() == ["b", "a"]
    lower, upper = result.columns[4:6]
    for row, values in zip(result.iter_rows(named=True), ([1, 4, 16], [2, 9]), strict=True):
        n = len(values)
        reach = stats.t.ppf((1 + confidence) / 2, n - 1) * statistics.stdev(values) / n**0.5
        assert row[lower] == pytest.approx(statistics.mean(values) - reach, rel=1e-9)
        assert row[upper] == pytest.approx(statistics.mean(values) + reach, rel=1e-9)


def test_one_value_is_its_own_mean_without_limits() -> None:
    (result,) = mean(pl.DataFrame({"v": [5]}), value="v").to_dicts()
    assert result["value"] == 5
    assert result["lower_95"] is result["upper_99_8"] is None
    assert result["reason"] == "one value has no limits"


def test_a_missing_value_leaves_the_groups_mean_missing() -> None:
    data = pl.DataFrame({"g": ["a", "a", "b", "b", "c", "c"], "v": [1.0, None, 2.0, float("nan"), 3.0, 4.0]})
    result = mean(data, value="v", by=["g"])
    assert result["reason"].to_list() == ["no value", "no value", None]
    assert result["value"].to_list() == [None, None, 3.5]
    assert result["lower_95"].is_null().to_list() == [True, True, False]


def test_values_that_are_all_the_same_have_limits_at_the_mean() -> None:
    (result,) = mean(pl.DataFrame({"v": [3, 3, 3]}), value="v").to_dicts()
    assert [result[name] for name in ("value", *LIMITS)] == [3.0] * 5


def test_a_small_spread_far_from_zero_keeps_its_digits() -> None:
    (result,) = mean(pl.DataFrame({"v": [1e9 + 1, 1e9 + 2, 1e9 + 3]}), value="v").to_dicts()
    assert result["standard_deviation"] == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("by", [[], ["g"]])
def test_an_empty_frame_gives_no_rows_and_every_column(by: list[str]) -> None:
    result = mean(pl.DataFrame(schema={"g": pl.String, "v": pl.Int64}), value="v", by=by)
    assert result.height == 0
    assert result.columns == [*by, "n", "standard_deviation", "value", *LIMITS, "reason"]
    assert result.schema["lower_95"] == pl.Float64
    assert result.schema["reason"] == pl.String


def test_infinite_values_and_wrong_arguments_are_refused() -> None:
    data = pl.DataFrame({"g": ["a", "b", "c"], "v": [float("inf"), 1.0, float("-inf")]})
    with pytest.raises(MetricInputError, match="g=a; g=c"):
        mean(data, value="v", by=["g"])
    with pytest.raises(MetricInputError) as caught:
        mean(data, value="g", by=["h"], confidence=95)
    assert len(caught.value.problems) == 3


@given(st.lists(st.tuples(st.integers(-1000, 1000), st.sampled_from("ab")), min_size=1, max_size=20))
def test_order_grouping_and_widths(rows: list[tuple[int, str]]) -> None:
    data = pl.DataFrame(rows, schema=["v", "g"], orient="row")
    result = mean(data, value="v", by=["g"]).sort("g")
    turned = mean(data.reverse(), value="v", by=["g"]).sort("g")
    for name in ("value", *LIMITS):
        assert turned[name].is_null().equals(result[name].is_null())
        assert turned[name].drop_nulls().to_list() == pytest.approx(result[name].drop_nulls().to_list(), abs=1e-9)
    for group, part in data.group_by("g", maintain_order=True):
        alone = mean(part, value="v")
        row = result.filter(pl.col("g") == group[0]).drop("g")
        for ours, theirs in zip(row.row(0), alone.row(0), strict=True):
            assert ours == (pytest.approx(theirs, abs=1e-9) if isinstance(theirs, float) else theirs)
    for row in result.drop_nulls("lower_95").iter_rows(named=True):
        assert row["lower_99_8"] <= row["lower_95"] <= row["value"] <= row["upper_95"] <= row["upper_99_8"]


@pytest.mark.originals
def test_worked_examples(worked_example: Callable[[str], pl.DataFrame]) -> None:
    result = mean(worked_example("means/mean_inputs.csv"), value="value", by=["case_id"])
    expected = worked_example("means/mean_expected.csv")
    for ours, theirs in zip(
        ["case_id", "n", "standard_deviation", "value", *LIMITS],
        ["case_id", "value_count", "stdev", "value", "lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl"],
        strict=True,
    ):
        wanted = expected[theirs].to_list()
        assert result[ours].to_list() == (wanted if theirs == "case_id" else pytest.approx(wanted, rel=1e-9))
