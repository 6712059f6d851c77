"""Directly and indirectly standardised rates."""

import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.inputs import MetricInputError
from metrics.rates import byars_limits, crude_rate, poisson_limits
from metrics.standardised import (
    EUROPEAN_STANDARD_POPULATION_2013,
    directly_standardised_rate,
    indirectly_standardised_rate,
    indirectly_standardised_ratio,
)

LIMITS = ["lower_95", "upper_95", "lower_99_8", "upper_99_8"]
THEIRS = ["lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl"]


def bands(x: object, n: object, w: object = None, **columns: object) -> pl.DataFrame:
    data = pl.DataFrame({"x": x, "n": n}, strict=False)
    data = data.with_columns(pl.Series("w", w if w is not None else [1] * data.height, strict=False))
    return data.with_columns(pl.Series(name, values) for name, values in columns.items())


def dsr(data: pl.DataFrame, by: object = (), **arguments: object) -> pl.DataFrame:
    return directly_standardised_rate(
        data, count="x", population="n", standard_population="w", by=by, **arguments  # type: ignore[arg-type]
    )  # fmt: skip


def isr(data: pl.DataFrame, by: object = (), *, rate: bool = False, **arguments: object) -> pl.DataFrame:
    function = indirectly_standardised_rate if rate else indirectly_standardised_ratio
    return function(
        data, count="x", population="n", reference_count="x_ref", reference_population="n_ref", by=by, **arguments  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_standard_population_has_19_bands_and_100_000_people() -> None:
    assert len(EUROPEAN_STANDARD_POPULATION_2013) == 19
    assert sum(EUROPEAN_STANDARD_POPULATION_2013.values()) == 100_000
    assert list(EUROPEAN_STANDARD_POPULATION_2013)[-1] == "90+"
    with pytest.raises(TypeError):
        EUROPEAN_STANDARD_POPULATION_2013["0-4"] = 1  # type: ignore[index]


def test_a_dsr_worked_in_exact_fractions() -> None:
    x, n, w = [2, 10, 60], [9000, 8000, 4000], [40, 35, 25]
    rate = sum(Fraction(b * a, c) for a, c, b in zip(x, n, w, strict=True)) / sum(w)
    variance = sum(Fraction(b * b * a, c * c) for a, c, b in zip(x, n, w, strict=True)) / sum(w) ** 2
    (result,) = dsr(bands(x, n, w), multiplier=1000).to_dicts()
    assert result["value"] == pytest.approx(float(rate) * 1000, rel=1e-12)
    for confidence, name in ((0.95, "95"), (0.998, "99_8")):
        lower, upper = byars_limits(72, confidence)
        per_event = (float(variance) / 72) ** 0.5
        assert result[f"lower_{name}"] == pytest.approx((float(rate) + per_event * (lower - 72)) * 1000, rel=1e-9)
        assert result[f"upper_{name}"] == pytest.approx((float(rate) + per_event * (upper - 72)) * 1000, rel=1e-9)
    assert result["x"] == 72
    assert result["n"] == 21000


def test_a_dsr_with_one_band_is_the_crude_rate() -> None:
    data = bands([86], [61240], [7])
    crude = crude_rate(data, count="x", denominator="n").row(0, named=True)
    (result,) = dsr(data).to_dicts()
    for name in ("value", *LIMITS):
        assert result[name] == pytest.approx(crude[name], rel=1e-12)


def test_a_population_with_the_standards_own_ages_has_its_crude_rate() -> None:
    data = bands([1, 20, 300], [5000, 6000, 7000], [50, 60, 70])
    assert dsr(data, multiplier=1)["value"][0] == pytest.approx(321 / 18000, rel=1e-12)


def test_fewer_than_ten_events_give_no_rate() -> None:
    data = bands([4, 5, 4, 6, 4, 5.99], [100] * 6, area=["a", "a", "b", "b", "c", "c"])
    result = dsr(data, ["area"])
    assert result["x"].to_list() == [9, 10, 9.99]
    assert result["value"].is_null().to_list() == [True, False, True]
    assert result["lower_95"].is_null().to_list() == [True, False, True]
    assert result["reason"].to_list() == ["fewer than 10 events", None, "fewer than 10 events"]


def test_a_missing_count_is_a_zero() -> None:
    missing = dsr(bands([None, 20.0, float("nan")], [100, 100, 300]))
    assert missing.equals(dsr(bands([0.0, 20.0, 0.0], [100, 100, 300])))


def test_events_that_are_not_independent_widen_the_limits_only() -> None:
    """Ten people with one admission and ten with three: 40 events, and 10 x 1 + 10 x 9 = 100 for the variance."""
    data = bands([40], [1000], f2=[100])
    plain, clustered = dsr(data).row(0, named=True), dsr(data, events_per_person="f2").row(0, named=True)
    assert clustered["value"] == plain["value"]
    for name in LIMITS:
        ratio = (clustered[name] - clustered["value"]) / (plain[name] - plain["value"])
        assert ratio == pytest.approx(2.5**0.5, rel=1e-9)
    independent = dsr(data.with_columns(f2=pl.col("x")), events_per_person="f2")
    assert independent.row(0, named=True)["upper_95"] == plain["upper_95"]
    no_events = bands([None, 40], [1000, 1000], f2=[None, 100])
    assert dsr(no_events, events_per_person="f2")["reason"].to_list() == [None]
    with pytest.raises(MetricInputError, match="missing where there are events"):
        dsr(bands([1, 40], [1000, 1000], f2=[None, 100]), events_per_person="f2")


@pytest.mark.parametrize("by", [[], ["area"]])
def test_an_empty_frame_gives_no_rows_and_every_column(by: list[str]) -> None:
    data = pl.DataFrame(schema={"area": pl.String, "x": pl.Int64, "n": pl.Int64, "w": pl.Int64})
    result = dsr(data, by)
    assert result.height == 0
    assert result.columns == [*by, "x", "n", "value", *LIMITS, "reason"]
    reference = data.rename({"w": "x_ref"}).with_columns(n_ref="x_ref")
    assert isr(reference, by).columns == [*by, "observed", "expected", "value", *LIMITS, "method", "reason"]
    assert isr(reference, by, rate=True).height == 0
    assert isr(reference, by).schema["method"] == pl.String


def test_what_cannot_be_standardised_is_refused_naming_every_group() -> None:
    data = bands([-1, 5, 5, 5, 5, 5, 5], [10, 0, None, 10, 10, 10, 10], [1, 1, 1, -1, None, 0, 0], area=list("abcdeff"))
    with pytest.raises(MetricInputError) as caught:
        dsr(data, ["area"])
    assert [problem.rsplit(": ", 1)[1] for problem in caught.value.problems] == [
        "area=a",
        "area=b; area=c",
        "area=d; area=e",
    ]
    with pytest.raises(MetricInputError, match="zero in every band, expected weights: area=f"):
        dsr(data.filter(pl.col("area") == "f"), ["area"])
    with pytest.raises(MetricInputError, match="the whole frame"):
        dsr(data.filter(pl.col("area") == "f"))
    with pytest.raises(MetricInputError) as caught:
        dsr(data.with_columns(x=pl.lit("1")), ["place"], multiplier=-1, confidence=2)
    assert len(caught.value.problems) == 4


def test_one_column_cannot_be_both_count_and_population() -> None:
    with pytest.raises(MetricInputError, match="also the population"):
        directly_standardised_rate(bands([1], [1]), count="x", population="x", standard_population="w", by=[])


def test_an_isr_worked_by_hand() -> None:
    """Expected 500/500,000 x 4,000 + 900/100,000 x 1,000 = 4 + 9 = 13 deaths against 12 observed."""
    data = bands([3, 9], [4000, 1000], x_ref=[500, 900], n_ref=[500_000, 100_000])
    (ratio,) = isr(data).to_dicts()
    assert (ratio["observed"], ratio["method"]) == (12, "byars")
    assert ratio["expected"] == pytest.approx(13, rel=1e-12)
    lower, upper = byars_limits(12, 0.95)
    assert ratio["value"] == pytest.approx(1200 / 13, rel=1e-12)
    assert (ratio["lower_95"], ratio["upper_95"]) == (
        pytest.approx(lower * 100 / 13, rel=1e-12),
        pytest.approx(upper * 100 / 13, rel=1e-12),
    )
    (rate,) = isr(data, rate=True).to_dicts()
    assert rate["reference_rate"] == pytest.approx(1400 / 600_000 * 1e5, rel=1e-12)
    assert rate["upper_99_8"] == pytest.approx(ratio["upper_99_8"] / 100 * rate["reference_rate"], rel=1e-12)


def test_an_isr_on_few_events_has_exact_limits() -> None:
    data = bands([4], [1000], x_ref=[50], n_ref=[10_000])
    (result,) = isr(data, multiplier=1).to_dicts()
    lower, upper = poisson_limits(4, 0.998)
    assert result["method"] == "exact"
    assert (result["lower_99_8"], result["upper_99_8"]) == (pytest.approx(lower / 5), pytest.approx(upper / 5))


def test_missing_figures_on_the_local_side_are_zeros_and_nothing_expected_is_a_gap() -> None:
    data = bands(
        [None, 12, 3, 0], [1000, None, 0, 0], area=["a", "a", "b", "b"], x_ref=[10, 10, 10, None], n_ref=[100] * 4
    )
    result = isr(data, ["area"])
    assert result["observed"].to_list() == [12, 3]
    assert result["expected"].to_list() == [100, 0]
    assert result["value"].to_list() == [12, None]
    assert result["upper_95"].is_null().to_list() == [False, True]
    assert result["method"].to_list() == ["byars", None]
    assert result["reason"].to_list() == [None, "no events expected"]


def test_a_missing_reference_is_refused_naming_every_group() -> None:
    data = bands(
        [1, 1, -1, 1], [10, -10, 10, 10], area=list("abcd"), x_ref=[1, 1, 1, -1], n_ref=[None, 10.0, 0.0, float("inf")]
    )
    with pytest.raises(MetricInputError) as caught:
        isr(data, ["area"], rate=True)
    assert [problem.rsplit(": ", 1)[1] for problem in caught.value.problems] == [
        "area=c",
        "area=b",
        "area=d",
        "area=a; area=c; area=d",
    ]


def test_a_grouping_column_may_not_have_the_name_of_an_added_one() -> None:
    data = bands([1], [10], observed=["a"], x_ref=[1], n_ref=[10])
    with pytest.raises(MetricInputError, match="rename it first"):
        isr(data, ["observed"])


ROWS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 10_000), st.integers(1, 100), st.sampled_from("ab")),
    min_size=1,
    max_size=25,
)


@given(ROWS)
def test_order_grouping_scaling_and_width(rows: list[tuple[int, int, int, str]]) -> None:
    data = pl.DataFrame(rows, schema=["x", "n", "w", "area"], orient="row").with_columns(x_ref="x", n_ref="n")
    for function in (dsr, isr):
        result = function(data, ["area"], multiplier=1).sort("area")
        turned = function(data.reverse(), ["area"], multiplier=1000).sort("area")
        for name in ("value", *LIMITS):
            assert turned[name].is_null().equals(result[name].is_null())
            assert turned[name].drop_nulls().to_list() == pytest.approx((result[name] * 1000).drop_nulls().to_list())
        for area, part in data.group_by("area"):
            alone, among = function(part, [], multiplier=1), result.filter(pl.col("area") == area[0]).drop("area")
            assert_frame_equal(alone, among, rel_tol=1e-12)
        for row in result.drop_nulls("value").iter_rows(named=True):
            assert row["lower_99_8"] <= row["lower_95"] <= row["value"] <= row["upper_95"] <= row["upper_99_8"]
    against_itself = isr(data, ["area"]).drop_nulls("value")
    assert against_itself["value"].to_list() == pytest.approx([100] * against_itself.height)


THREADS = """
import numpy, polars
from metrics.means import mean
from metrics.standardised import directly_standardised_rate
draw = numpy.random.default_rng(7)
rows = 60_000
data = polars.DataFrame({"area": draw.integers(0, 300, rows), "x": draw.random(rows) * 40,
                         "n": draw.random(rows) * 1e4 + 1, "w": draw.random(rows)})
rates = directly_standardised_rate(data, count="x", population="n", standard_population="w", by=["area"])
print(rates.hash_rows().sum(), mean(data, value="x", by=["area"]).hash_rows().sum())
"""


def test_sums_are_the_same_to_the_last_digit_on_any_number_of_threads() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", THREADS],
            env={**os.environ, "POLARS_MAX_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "4")
    }
    assert len(found) == 1


@pytest.mark.originals
def test_worked_examples_of_dsrs(worked_example: Callable[[str], pl.DataFrame]) -> None:
    result = directly_standardised_rate(
        worked_example("dsr/dsr_inputs.csv"),
        count="x",
        population="n",
        standard_population="stdpop",
        by=["case_id"],
    )
    expected = worked_example("dsr/dsr_expected.csv")
    assert result["case_id"].to_list() == expected["case_id"].to_list()
    assert result["x"].to_list() == expected["total_count"].to_list()
    for ours, theirs in zip(["value", *LIMITS], ["value", *THEIRS], strict=True):
        assert result[ours].is_null().equals(expected[theirs].is_null())
        assert result[ours].drop_nulls().to_list() == pytest.approx(expected[theirs].drop_nulls().to_list(), rel=1e-9)


@pytest.mark.originals
@pytest.mark.parametrize(("file", "rate"), [("isratio_expected_x100", False), ("israte_expected_per_100000", True)])
def test_worked_examples_of_isrs(worked_example: Callable[[str], pl.DataFrame], file: str, rate: bool) -> None:
    result = isr(worked_example("isr/isr_inputs.csv"), ["case_id"], rate=rate)
    expected = worked_example(f"isr/{file}.csv")
    assert result["case_id"].to_list() == expected["case_id"].to_list()
    assert result["method"].to_list() == expected["method"].str.to_lowercase().to_list()
    for ours, theirs in zip(
        ["observed", "expected", "value", *LIMITS, *(["reference_rate"] if rate else [])],
        ["observed", "expected", "value", *THEIRS, *(["ref_rate"] if rate else [])],
        strict=True,
    ):
        assert result[ours].to_list() == pytest.approx(expected[theirs].to_list(), rel=1e-9)
