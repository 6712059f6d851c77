"""The slope and relative index of inequality."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics import inequality
from metrics.inequality import slope_index
from metrics.inputs import MetricInputError

Z = NormalDist().inv_cdf(0.975)
LIMITS = ["sii_lower_95", "sii_upper_95", "rii_lower_95", "rii_upper_95"]


def fifths(values: Any, *, people: Any = 100, error: Any = 0.5, **columns: Any) -> pl.DataFrame:
    frame = pl.DataFrame({"q": range(1, len(values) + 1), "n": people, "v": values, "se": error}, strict=False)
    base = pl.col("v").cast(pl.Float64)
    frame = frame.with_columns(lo=base - 1.96 * pl.col("se"), hi=base + 1.96 * pl.col("se"))
    return frame.with_columns(**{name: pl.Series(given) for name, given in columns.items()})


def index(frame: pl.DataFrame, **more: Any) -> pl.DataFrame:
    usual: dict[str, Any] = {"group": "q", "population": "n", "value": "v", "by": [], "standard_error": "se"}
    return slope_index(frame, **(usual | {"confidence": 0.95, "repetitions": 4_096} | more))


def found(frame: pl.DataFrame, **more: Any) -> dict[str, Any]:
    return index(frame, **more).row(0, named=True)


def by_limits(frame: pl.DataFrame, **more: Any) -> dict[str, Any]:
    return found(frame, standard_error=None, lower="lo", upper="hi", **more)


LINE = [74.0, 76.0, 78.0, 80.0, 82.0]


def test_equal_groups_by_hand() -> None:
    # Mid-ranks 0.1, 0.3, ... 0.9 and a line of 10 a unit: from 73 to 83.
    answer = found(fifths(LINE))
    assert answer["sii"] == pytest.approx(10.0, rel=1e-12)
    assert answer["slope"] == pytest.approx(10.0, rel=1e-12)
    assert answer["intercept"] == pytest.approx(73.0, rel=1e-12)
    assert answer["rii"] == pytest.approx(83 / 73, rel=1e-12)
    assert answer["reason"] is None
    # k = (b - 1/2)/0.4, so the slope's variance is 0.25 x (0.16 + 0.04 + 0 + 0.04 + 0.16)/0.16 = 0.625.
    half = Z * math.sqrt(0.625)
    assert answer["sii_lower_95"] == pytest.approx(10 - half, rel=1e-9)
    assert answer["sii_upper_95"] == pytest.approx(10 + half, rel=1e-9)


def test_unequal_groups_by_hand() -> None:
    # Shares 0.6 and 0.4, mid-ranks 0.3 and 0.8: a rise of 5 over 0.5, from 60 - 3 to 65 + 2.
    answer = found(fifths([60.0, 65.0], people=[3, 2]))
    assert answer["slope"] == pytest.approx(10.0, rel=1e-12)
    assert answer["intercept"] == pytest.approx(57.0, rel=1e-12)
    assert answer["rii"] == pytest.approx(67 / 57, rel=1e-12)


def test_the_relative_index_by_fieller() -> None:
    # The limits are the ratios r at which the numerator less r times the denominator is z of its errors from zero.
    answer = found(fifths(LINE))
    k = (np.arange(0.1, 1, 0.2) - 0.5) / 0.4
    below, above = 0.2 - 0.5 * k, 0.2 + 0.5 * k
    for name in ("rii_lower_95", "rii_upper_95"):
        form = above - answer[name] * below
        assert abs(form @ LINE) == pytest.approx(Z * 0.5 * math.sqrt(form @ form), rel=1e-9)
    assert answer["rii_lower_95"] < answer["rii"] < answer["rii_upper_95"]


def test_a_negative_multiplier_turns_both_indices_round() -> None:
    plain, turned = found(fifths(LINE)), found(fifths(LINE), multiplier=-100)
    assert turned["sii"] == pytest.approx(-100 * plain["sii"], rel=1e-12)
    assert turned["sii_lower_95"] == pytest.approx(-100 * plain["sii_upper_95"], rel=1e-12)
    assert turned["rii"] == pytest.approx(1 / plain["rii"], rel=1e-12)
    assert turned["rii_lower_95"] == pytest.approx(1 / plain["rii_upper_95"], rel=1e-9)
    assert turned["intercept"] == plain["intercept"]


def test_a_log_fit_by_hand() -> None:
    # Rates 100, 200 with equal shares: log line of log 2 over half a rank, from 100/sqrt 2 to 200 x sqrt 2.
    frame = fifths([100.0, 200.0], lo=[90.0, 180.0], hi=[110.0, 220.0])
    answer = by_limits(frame, kind="rate", transform=True)
    start, end = 100 / math.sqrt(2), 200 * math.sqrt(2)
    assert answer["intercept"] == pytest.approx(start, rel=1e-12)
    assert answer["sii"] == pytest.approx(end - start, rel=1e-12)
    assert answer["rii"] == pytest.approx(4.0, rel=1e-12)
    assert answer["slope"] == pytest.approx(2 * math.log(2), rel=1e-12)
    # Each log has standard error log(11/9)/(2 z); the slope, twice their difference, 2 sqrt 2 times that.
    half = math.sqrt(2) * math.log(11 / 9)
    middle = math.log(100) + math.log(2) / 2
    for limit, slope in (("lower", answer["slope"] - half), ("upper", answer["slope"] + half)):
        assert answer[f"rii_{limit}_95"] == pytest.approx(math.exp(slope), rel=1e-9)
        ends = math.exp(middle + slope / 2) - math.exp(middle - slope / 2)
        assert answer[f"sii_{limit}_95"] == pytest.approx(ends, rel=1e-9)


def test_a_logit_fit_takes_the_multiplier_in_its_intercept() -> None:
    frame = fifths([0.2, 0.5, 0.8], lo=[0.15, 0.45, 0.75], hi=[0.25, 0.55, 0.85])
    answer = by_limits(frame, kind="proportion", transform=True, multiplier=-100)
    plain = by_limits(frame, kind="proportion", transform=True)
    assert answer["intercept"] == pytest.approx(100 * plain["intercept"], rel=1e-12)
    assert answer["sii"] == pytest.approx(-100 * plain["sii"], rel=1e-12)
    assert answer["rii"] == pytest.approx(1 / plain["rii"], rel=1e-12)
    # Symmetrical about a half, so is the line.
    assert plain["intercept"] + plain["sii"] / 2 == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("multiplier", [1, -100, 0.5])
def test_simulated_limits_agree_with_exact_ones(multiplier: float) -> None:
    exact = found(fifths(LINE), multiplier=multiplier)
    drawn = found(fifths(LINE), multiplier=multiplier, method="simulated", repetitions=65_536)
    for lower, upper in (LIMITS[:2], LIMITS[2:]):
        width = exact[upper] - exact[lower]
        assert drawn[lower] == pytest.approx(exact[lower], abs=0.01 * width)
        assert drawn[upper] == pytest.approx(exact[upper], abs=0.01 * width)


def test_simulation_is_seeded_and_settled_by_nothing_else() -> None:
    frame = pl.concat([fifths(LINE, g=["a"] * 5), fifths(LINE[::-1], g=["b"] * 5)])
    both = index(frame, by=["g"], method="simulated")
    alone = index(frame.filter(g="b"), by=["g"], method="simulated", seed=0)
    assert_frame_equal(both.tail(1), alone, check_exact=True)
    other = index(frame.filter(g="b"), by=["g"], method="simulated", seed=1)
    assert other["sii_lower_95"].item() != alone["sii_lower_95"].item()


def test_a_rate_without_a_transform_has_simulated_limits_only() -> None:
    frame = fifths([500.0, 450.0, 400.0], lo=[450.0, 400.0, 350.0], hi=[560.0, 510.0, 460.0])
    exact = by_limits(frame, kind="rate")
    assert exact["sii"] == pytest.approx(-150.0, rel=1e-9)
    assert [exact[name] for name in LIMITS] == [None] * 4
    assert exact["reason"] == inequality.NO_EXACT
    drawn = by_limits(frame, kind="rate", method="simulated")
    assert drawn["sii_lower_95"] < -150 < drawn["sii_upper_95"]
    assert drawn["reason"] is None


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_a_set_without_a_value_keeps_its_row(missing: float | None) -> None:
    frame = pl.concat([fifths([74.0, missing, 78.0], g=["b"] * 3), fifths([74.0, 76.0, 78.0], g=["a"] * 3)])
    answer = index(frame, by=["g"])
    assert answer["g"].to_list() == ["b", "a"]
    assert answer["reason"].to_list() == [inequality.NO_VALUE, None]
    gaps = answer.drop("g", "reason").row(0)
    assert gaps == (None,) * len(gaps)


def test_sets_that_lack_a_group_or_have_only_one() -> None:
    frame = pl.concat([fifths(LINE, g=["a"] * 5), fifths(LINE[:4], g=["b"] * 4)])
    assert index(frame, by=["g"])["reason"].to_list() == [None, inequality.INCOMPLETE]
    assert index(frame, by=["g"])["sii"].is_not_null().to_list() == [True, False]
    assert found(fifths([74.0]))["reason"] == inequality.TOO_FEW


@pytest.mark.parametrize(("kind", "bound"), [("rate", 0.0), ("proportion", 0.0), ("proportion", 1.0)])
def test_values_at_the_bound_cannot_be_transformed(kind: str, bound: float) -> None:
    frame = fifths([bound, 0.5, 0.6], lo=[0.0, 0.4, 0.5], hi=[1.0, 0.6, 0.7])
    answer = by_limits(frame, kind=kind, transform=True)
    assert (answer["sii"], answer["reason"]) == (None, inequality.AT_BOUND[kind])
    plain = by_limits(frame, kind=kind)
    assert plain["sii"] is not None


def test_limits_that_cannot_be_given_say_why() -> None:
    assert found(fifths(LINE), standard_error=None)["reason"] == inequality.NO_ERRORS
    assert found(fifths(LINE, se=[None, 1.0, 1.0, 1.0, 1.0]))["reason"] == inequality.NO_INTERVAL
    assert found(fifths(LINE, error=0.0))["reason"] == inequality.NO_WIDTH
    at_zero = fifths([100.0, 200.0], lo=[0.0, 180.0], hi=[110.0, 220.0])
    assert by_limits(at_zero, kind="rate", transform=True)["reason"] == inequality.NO_INTERVAL
    for answer in (found(fifths(LINE), standard_error=None), found(fifths(LINE, error=0.0))):
        assert answer["sii"] == pytest.approx(10.0)
        assert [answer[name] for name in LIMITS] == [None] * 4


def test_a_relative_index_over_nothing_has_no_limits() -> None:
    answer = found(fifths([1.0, 2.0, 3.0, 4.0, 5.0], error=3.0))
    assert answer["sii_lower_95"] is not None
    assert (answer["rii_lower_95"], answer["reason"]) == (None, inequality.UNBOUNDED)
    through_zero = found(fifths([1.0, 3.0, 5.0, 7.0, 9.0]))
    assert through_zero["intercept"] == pytest.approx(0.0, abs=1e-12)


def test_rows_in_any_order_and_groups_by_enum_or_number() -> None:
    frame = fifths(LINE)
    order = pl.Enum(["most", "second", "middle", "fourth", "least"])
    named = frame.with_columns(q=pl.Series(order.categories.to_list(), dtype=order))
    for given_frame in (frame.reverse(), named.reverse(), frame.with_columns(pl.col("q").cast(pl.Float32))):
        assert_frame_equal(index(given_frame), index(frame))


def test_confidence_names_the_limits_and_widens_them() -> None:
    answer = index(fifths(LINE), confidence=(0.9, 0.95, 0.998))
    assert answer.columns == [
        "sii", "rii",
        "sii_lower_90", "sii_upper_90", "sii_lower_95", "sii_upper_95", "sii_lower_99_8", "sii_upper_99_8",
        "rii_lower_90", "rii_upper_90", "rii_lower_95", "rii_upper_95", "rii_lower_99_8", "rii_upper_99_8",
        "intercept", "slope", "reason",
    ]  # fmt: skip
    row = answer.row(0, named=True)
    assert row["sii_lower_99_8"] < row["sii_lower_95"] < row["sii_lower_90"] < row["sii"]
    assert row["rii_upper_99_8"] > row["rii_upper_95"] > row["rii_upper_90"] > row["rii"]


def test_rows_no_index_can_be_made_of_are_refused_with_their_sets() -> None:
    frame = pl.concat(
        [
            fifths(LINE, g=["a"] * 5, people=[0, 1, 1, 1, 1]),
            fifths(LINE, g=["b"] * 5, q=[1, 2, 2, 4, 5]),
            fifths(LINE, g=["c"] * 5, q=[1, 2, None, 4, 5]),
            fifths(LINE, g=["d"] * 5, people=[1, 1, 1, 1, None]),
            fifths(LINE, g=["e"] * 5, error=[-1, 1, 1, 1, 1]),
        ],
        how="vertical_relaxed",
    )
    with pytest.raises(MetricInputError) as refused:
        index(frame, by=["g"])
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "group",
        "group",
        "population",
        "standard_error",
    ]
    assert [problem.rpartition(": ")[2] for problem in refused.value.problems] == ["g=c", "g=b", "g=a; g=d", "g=e"]
    with pytest.raises(MetricInputError, match=r"population: .*: row 3$"):
        index(fifths(LINE, people=[1, 1, 1, -1, 1]).sort("v"))
    with pytest.raises(MetricInputError, match=r"population: .*: row 1$"):
        index(fifths(LINE, people=[1, 1, 1, -1, 1]).reverse())


def test_values_outside_their_range_are_refused() -> None:
    with pytest.raises(MetricInputError, match="value: a proportion outside its range"):
        index(fifths([0.5, 1.5]), kind="proportion")
    with pytest.raises(MetricInputError, match="value: a rate outside its range"):
        index(fifths([-1.0, 1.5]), kind="rate")
    with pytest.raises(MetricInputError, match="lower: above upper"):
        by_limits(fifths(LINE, error=-1.0))


def test_arguments_are_refused_together() -> None:
    frame = fifths(LINE, sii=["x"] * 5, q=list("abcde"))
    with pytest.raises(MetricInputError) as refused:
        index(
            frame,
            by="sii",
            kind="count",
            method="guessed",
            multiplier=0,
            repetitions=10,
            seed=-1,
            confidence=95,
            lower="lo",
        )
    told = {problem.partition(":")[0] for problem in refused.value.problems}
    assert told == {"by", "group", "kind", "method", "multiplier", "repetitions", "seed", "confidence", "upper"}
    with pytest.raises(MetricInputError, match="expected a rate or proportion"):
        index(fifths(LINE), transform=True)
    with pytest.raises(MetricInputError, match="which can be transformed"):
        index(fifths(LINE), transform=True, kind="rate")


@pytest.mark.parametrize("by", [(), ["g"]])
@pytest.mark.parametrize("method", ["exact", "simulated"])
def test_an_empty_frame(by: Any, method: str) -> None:
    frame = fifths(LINE, g=["a"] * 5)
    empty = index(frame.clear(), by=by, method=method)
    assert empty.height == 0
    assert empty.schema == index(frame, by=by, method=method).schema


def test_categorical_sets_and_whole_numbers() -> None:
    frame = fifths([int(value) for value in LINE], g=pl.Series(["z"] * 5, dtype=pl.Categorical))
    answer = index(frame, by="g")
    assert answer.schema["g"] == pl.Categorical
    assert answer["sii"].item() == pytest.approx(10.0)


SETS = st.lists(
    st.tuples(st.floats(50, 90), st.integers(1, 1000), st.floats(0.125, 3)), min_size=5, max_size=5
)  # fmt: skip


def drawn(rows: list[tuple[float, int, float]], **columns: Any) -> pl.DataFrame:
    values, people, errors = zip(*rows, strict=True)
    return fifths(list(values), people=list(people), error=list(errors), **columns)


@settings(deadline=None, max_examples=50)
@given(first=SETS, second=SETS)
def test_grouping_equals_filtering_then_calling(first: Any, second: Any) -> None:
    parts = [drawn(rows, g=[name] * 5) for name, rows in (("x", first), ("y", second))]
    whole = index(pl.concat(parts), by=["g"])
    for part in parts:
        assert_frame_equal(index(part, by=["g"]), whole.filter(g=part["g"][0]), rel_tol=1e-12)


@settings(deadline=None, max_examples=50)
@given(rows=SETS, multiplier=st.floats(0.01, 1000))
def test_the_multiplier_scales_and_limits_bracket(rows: Any, multiplier: float) -> None:
    plain, scaled = found(drawn(rows)), found(drawn(rows), multiplier=multiplier)
    for name in ("sii", "sii_lower_95", "sii_upper_95"):
        assert scaled[name] == pytest.approx(plain[name] * multiplier, rel=1e-9)
    assert scaled["rii"] == plain["rii"]
    assert plain["sii_lower_95"] <= plain["sii"] <= plain["sii_upper_95"]
    if plain["rii_lower_95"] is not None:
        assert plain["rii_lower_95"] <= plain["rii"] <= plain["rii_upper_95"]


@settings(deadline=None, max_examples=50)
@given(rows=SETS)
def test_the_line_is_numpys(rows: Any) -> None:
    values, people, _ = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    share = people / people.sum()
    slope, intercept = np.polyfit(np.cumsum(share) - share / 2, values, 1, w=np.sqrt(share))
    answer = found(drawn(rows))
    assert answer["slope"] == pytest.approx(slope, rel=1e-6, abs=1e-6)
    assert answer["intercept"] == pytest.approx(intercept, rel=1e-6)


def test_limits_do_not_depend_on_how_sets_fill_the_blocks() -> None:
    free = random.Random(1)
    rows = [(f"{place}", free.uniform(60, 80)) for place in range(130) for _ in range(5)]
    frame = pl.DataFrame(rows, schema=["g", "v"], orient="row").with_columns(
        q=pl.int_range(pl.len()).over("g"), n=1, se=0.5
    )
    whole = index(frame, by=["g"], method="simulated")
    assert_frame_equal(index(frame.tail(25), by=["g"], method="simulated"), whole.tail(5), check_exact=True)


@pytest.mark.originals
@pytest.mark.parametrize("method", ["exact", "simulated"])
def test_worked_examples(worked_example: Callable[[str], pl.DataFrame], method: str) -> None:
    inputs, expected = worked_example("sii/sii_inputs.csv"), worked_example("sii/sii_expected.csv")
    for case in expected.iter_rows(named=True):
        errors = (
            {"standard_error": "se"} if case["uncertainty_from"] == "se" else {"lower": "lower_cl", "upper": "upper_cl"}
        )
        answer = slope_index(
            inputs.filter(case_id=case["case_id"]),
            group="quantile", population="population", value="value", by=["case_id"],
            kind=inequality.KINDS[case["value_type"]], transform=case["transform"], multiplier=case["multiplier"],
            method=method, confidence=case["confidence"], **errors,
        ).row(0, named=True)  # fmt: skip
        for name in ("sii", "rii", "intercept"):
            assert answer[name] == pytest.approx(case[name], rel=1e-9)
        if case["fit_slope"] is not None:
            assert answer["slope"] == pytest.approx(case["fit_slope"], rel=1e-9)
        for name in LIMITS:
            told = name.removesuffix("_95")
            width = case[f"{told[:3]}_upper_sim"] - case[f"{told[:3]}_lower_sim"]
            if method == "simulated":
                assert answer[name] == pytest.approx(case[f"{told}_sim"], abs=0.01 * width)
            elif case[f"{told}_exact"] is not None:
                assert answer[name] == pytest.approx(case[f"{told}_exact"], rel=1e-8)
            else:
                assert answer[name] is None


def test_a_million_sets() -> None:
    sets = pl.DataFrame({"g": range(1_000_000)}).join(pl.DataFrame({"q": [1, 2], "v": [74.0, 76.0]}), how="cross")
    answer = index(sets.with_columns(n=1, se=0.5), by=["g"])
    assert answer.height == 1_000_000
    assert answer["sii"].round(9).unique().to_list() == [4.0]
