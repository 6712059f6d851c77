"""Crude rates and the limits of a count."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.inputs import MetricInputError
from metrics.rates import byars_limits, crude_rate, poisson_limits

LIMITS = ["lower_95", "upper_95", "lower_99_8", "upper_99_8"]


def frame(count: object, denominator: object, **columns: object) -> pl.DataFrame:
    return pl.DataFrame({**columns, "count": count, "people": denominator}, strict=False)


def rate(data: pl.DataFrame, **arguments: object) -> pl.DataFrame:
    return crude_rate(data, count="count", denominator="people", **arguments)  # type: ignore[arg-type]


def test_garwoods_exact_limits() -> None:
    """The 95% limits of Poisson counts as tabled from Garwood (1936), to the three places printed."""
    tabled = {0: (0, 3.689), 1: (0.025, 5.572), 5: (1.623, 11.668), 10: (4.795, 18.390), 50: (37.111, 65.919)}
    lower, upper = poisson_limits(list(tabled), 0.95)
    assert lower == pytest.approx([low for low, _ in tabled.values()], abs=5e-4)
    assert upper == pytest.approx([high for _, high in tabled.values()], abs=5e-4)


@pytest.mark.parametrize("count", [0.5, 1, 9, 9.99, 10, 250, 12345, 1e7])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.998, 0.9999])
def test_exact_limits_are_half_a_chi_squared_quantile(count: float, confidence: float) -> None:
    lower, upper = poisson_limits(count, confidence)
    tail = (1 - confidence) / 2
    assert lower == pytest.approx(stats.chi2.ppf(tail, 2 * count) / 2, rel=1e-9)
    assert upper == pytest.approx(stats.chi2.isf(tail, 2 * count + 2) / 2, rel=1e-9)


def test_limits_of_a_count_that_is_zero_missing_one_or_several() -> None:
    assert poisson_limits(0, 0.95)[0] == 0
    assert byars_limits(0, 0.95)[0] == 0
    assert byars_limits(0, 0.95)[1] == pytest.approx((1 - 1 / 9 + 1.959963984540054 / 3) ** 3)
    assert isinstance(poisson_limits(3)[0], float)
    for function in (poisson_limits, byars_limits):
        lower, upper = function(pl.Series([3, None]), 0.95)
        assert np.isnan(lower[1])
        assert np.isnan(upper[1])
        assert lower[0] < 3 < upper[0]


def test_byars_limits_are_byars_even_where_they_are_poor() -> None:
    lower, upper = byars_limits(4, 0.95)
    z = 1.959963984540054
    assert lower == pytest.approx(4 * (1 - 1 / 36 - z / 6) ** 3, rel=1e-12)
    assert upper == pytest.approx(5 * (1 - 1 / 45 + z / (3 * 5**0.5)) ** 3, rel=1e-12)


@pytest.mark.parametrize("function", [poisson_limits, byars_limits])
@pytest.mark.parametrize("wrong", [-1, float("inf"), [3, -2], "three", ["x"]])
def test_limits_of_what_cannot_be_a_count_are_refused(function: Callable[..., object], wrong: object) -> None:
    with pytest.raises(MetricInputError, match="count"):
        function(wrong, 0.95)


@pytest.mark.parametrize("confidence", [95, 0.5, 1, (0.95, 0.998)])
def test_limits_at_one_fraction_only(confidence: object) -> None:
    with pytest.raises(MetricInputError, match="confidence"):
        poisson_limits(3, confidence)  # type: ignore[call-overload]


def test_a_rate_is_exact_below_ten_and_byars_from_ten() -> None:
    """Expected figures worked by hand from the two formulae with tabled quantiles of chi-squared."""
    result = rate(frame([4, 9, 10, 86], [3050, 8125, 7700, 61240]), multiplier=100_000)
    assert result["method"].to_list() == ["exact", "exact", "byars", "byars"]
    assert result["value"].to_list() == pytest.approx([4e5 / 3050, 9e5 / 8125, 1e6 / 7700, 86e5 / 61240], rel=1e-12)
    lower, upper = poisson_limits([4, 9], 0.998)
    assert result["lower_99_8"].to_list()[:2] == pytest.approx(list(lower * 1e5 / [3050, 8125]), rel=1e-12)
    lower, upper = byars_limits([10, 86], 0.95)
    assert result["upper_95"].to_list()[2:] == pytest.approx(list(upper * 1e5 / [7700, 61240]), rel=1e-12)
    assert result["reason"].to_list() == [None] * 4
    assert result.columns == ["count", "people", "value", *LIMITS, "method", "reason"]


def test_rows_of_a_group_are_summed_first_and_groups_keep_their_order() -> None:
    data = frame([3, 5, 4, 6], [100, 200, 300, 400], area=["b", "a", "b", "a"], sex=["m", "m", "m", "m"])
    result = rate(data, by=("area", "sex"), multiplier=1)
    assert result["area"].to_list() == ["b", "a"]
    assert result["count"].to_list() == [7, 11]
    assert result["value"].to_list() == pytest.approx([7 / 400, 11 / 600])
    assert result["method"].to_list() == ["exact", "byars"]


def test_a_missing_part_leaves_a_gap_with_its_reason() -> None:
    data = frame([1, None, 3, float("nan"), 5], [10, 10, None, 10, 10], area=["a", "b", "c", "d", "e"])
    result = rate(data)
    assert result["reason"].to_list() == [None, "no count", "no denominator", "no count", None]
    assert result["value"].is_null().to_list() == [False, True, True, True, False]
    assert result["upper_99_8"].is_null().to_list() == [False, True, True, True, False]
    assert result["method"].to_list() == ["exact", None, None, None, "exact"]
    grouped = rate(data.with_columns(area=pl.Series(["a", "a", "c", "d", "e"])), by="area")
    assert grouped["reason"].to_list() == ["no count", "no denominator", "no count", None]
    assert grouped.height == 4


@pytest.mark.parametrize("by", [[], ["area"]])
def test_an_empty_frame_gives_an_empty_frame_with_every_column(by: list[str]) -> None:
    data = pl.DataFrame(schema={"area": pl.String, "count": pl.Int64, "people": pl.Int64})
    result = rate(data, by=by)
    assert result.height == 0
    assert result.columns == ["area", "count", "people", "value", *LIMITS, "method", "reason"]
    assert result.schema["value"] == pl.Float64
    assert result.schema["reason"] == pl.String


def test_zero_events_is_a_rate_of_zero_with_an_upper_limit() -> None:
    result = rate(frame([0], [2100]))
    assert result.select("value", "lower_95", "lower_99_8").row(0) == (0, 0, 0)
    assert result["upper_95"][0] == pytest.approx(-np.log(0.025) * 1e5 / 2100, rel=1e-12)


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt16, pl.Int128, pl.Float32, pl.Decimal(10, 2)])
def test_counts_of_any_width_give_the_same_rate(dtype: pl.DataType) -> None:
    data = frame([12, 3], [100, 50]).with_columns(pl.col("count", "people").cast(dtype))
    assert rate(data).select("value", *LIMITS).equals(rate(frame([12, 3], [100, 50])).select("value", *LIMITS))


def test_sums_do_not_overflow_and_huge_counts_keep_their_digits() -> None:
    data = frame([2**62, 2**62], [2**62, 2**62], area=["a", "a"])
    assert rate(data, by=["area"], multiplier=1)["value"].to_list() == [1.0]
    assert rate(frame([Decimal("0.5")], [Decimal("2.5")]), multiplier=1)["value"].to_list() == [0.2]


def test_categorical_groups_count_as_their_names() -> None:
    data = frame([1, 2, 3], [10, 10, 10], area=["b", "a", "b"])
    plain = rate(data, by=["area"])
    category = rate(data.with_columns(pl.col("area").cast(pl.Categorical)), by=["area"])
    assert category.with_columns(pl.col("area").cast(pl.String)).equals(plain)


def test_a_million_groups() -> None:
    numbers = np.arange(1_000_000)
    data = pl.DataFrame({"area": numbers[::-1], "count": numbers % 50, "people": numbers % 50 + 1})
    result = rate(data, by=["area"], multiplier=1)
    assert result["area"].equals(data["area"])
    assert result["value"].equals((data["count"] / data["people"]).alias("value"))
    assert result["lower_95"].null_count() == 0


def test_a_null_group_is_a_group() -> None:
    result = rate(frame([1, 2, 3], [10, 10, 10], area=[None, "a", None]), by=["area"], multiplier=1)
    assert result.select("area", "value").rows() == [(None, 0.2), ("a", 0.2)]


def test_every_group_at_fault_is_named_in_one_error() -> None:
    data = frame([-1, 2, float("inf"), 4, -5], [10, 0, 10, -3, 10], area=["a", "b", "c", "d", "a"])
    with pytest.raises(MetricInputError) as caught:
        rate(data, by=["area"])
    counts, denominators = caught.value.problems
    assert counts.endswith("area=a; area=c")
    assert denominators.endswith("area=b; area=d")
    with pytest.raises(MetricInputError, match="rows 0, 2, 4"):
        rate(data)


def test_every_wrong_argument_is_told_at_once() -> None:
    with pytest.raises(MetricInputError) as caught:
        crude_rate(frame(["1"], [1]), count="count", denominator="person", by=["x"], multiplier=0, confidence=95)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "confidence", "multiplier", "count", "denominator", "by",
    ]  # fmt: skip


def test_a_column_of_an_added_name_is_replaced_after_it_is_read() -> None:
    data = pl.DataFrame({"value": [12], "method": [100]})
    result = crude_rate(data, count="value", denominator="method", multiplier=1)
    assert result.select("value", "method").row(0) == (0.12, "byars")


COUNTS = st.lists(
    st.tuples(st.integers(0, 500), st.integers(1, 10_000), st.sampled_from("abc")), min_size=1, max_size=20
)


@given(COUNTS, st.randoms())
def test_order_grouping_scaling_and_nesting(rows: list[tuple[int, int, str]], random: object) -> None:
    data = pl.DataFrame(rows, schema=["count", "people", "area"], orient="row")
    result = rate(data, by=["area"]).sort("area")
    shuffled = rate(data.sample(fraction=1, shuffle=True, seed=1), by=["area"]).sort("area")
    assert result.equals(shuffled)
    for area, part in data.group_by("area"):
        assert rate(part, by=["area"]).equals(result.filter(pl.col("area") == area[0]))
    scaled = rate(data, by=["area"], multiplier=1).sort("area")
    for name in ("value", *LIMITS):
        assert (scaled[name] * 100_000).to_list() == pytest.approx(result[name].to_list(), rel=1e-12)
    ordered = result.select((pl.col("lower_99_8") <= pl.col("lower_95")).all()
                            & (pl.col("lower_95") <= pl.col("value")).all()
                            & (pl.col("value") <= pl.col("upper_95")).all()
                            & (pl.col("upper_95") <= pl.col("upper_99_8")).all())  # fmt: skip
    assert ordered.item()


@given(COUNTS)
def test_combining_disjoint_halves_equals_the_whole(rows: list[tuple[int, int, str]]) -> None:
    data = pl.DataFrame(rows, schema=["count", "people", "area"], orient="row")
    whole = rate(data, by=["area"])
    part = pl.int_range(pl.len()) % 2 == 0
    halves = pl.concat([rate(data.filter(part), by=["area"]), rate(data.filter(~part), by=["area"])])
    combined = rate(halves.select("area", "count", "people"), by=["area"])
    assert combined.sort("area").equals(whole.sort("area"))


@pytest.mark.originals
def test_worked_examples(worked_example: Callable[[str], pl.DataFrame]) -> None:
    for case in worked_example("rates/rate_examples.csv").iter_rows(named=True):
        (result,) = rate(frame([case["x"]], [case["n"]]), multiplier=case["multiplier"]).to_dicts()
        assert result["method"] == case["method"].lower()
        for ours, theirs in zip(
            ["value", *LIMITS],
            ["value", "lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl"],
            strict=True,
        ):
            assert result[ours] == pytest.approx(case[theirs], rel=1e-9)


def test_one_level_may_come_in_a_list_but_not_two() -> None:
    assert poisson_limits(4, [0.95]) == poisson_limits(4, 0.95)  # type: ignore[arg-type]
    with pytest.raises(MetricInputError, match="several levels"):
        poisson_limits(4, (0.95, 0.998))  # type: ignore[arg-type]
