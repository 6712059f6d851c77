"""The Kaplan-Meier curve and its median."""

from __future__ import annotations

import math
from decimal import Decimal
from statistics import NormalDist
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics import survival
from metrics.inputs import MetricInputError
from metrics.survival import kaplan_meier, median_survival

TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
"""Weeks in remission, + where still in it: Freireich EJ et al. Blood 1963;21:699-716."""


def weeks(*groups: str) -> pl.DataFrame:
    rows = [
        ("treated" if place == 0 else "placebo", float(word.rstrip("+")), not word.endswith("+"))
        for place, group in enumerate(groups)
        for word in group.split()
    ]
    return pl.DataFrame(rows, schema=["arm", "t", "over"], orient="row")


def curve(frame: pl.DataFrame, **more: Any) -> pl.DataFrame:
    return kaplan_meier(frame, time="t", observed="over", **({"confidence": 0.95} | more))


def median(frame: pl.DataFrame, **more: Any) -> pl.DataFrame:
    return median_survival(frame, time="t", observed="over", **({"confidence": 0.95} | more))


def test_the_published_curve() -> None:
    found = curve(weeks(TREATED))
    assert found["time"].to_list() == [6, 7, 10, 13, 16, 22, 23]
    assert found["at_risk"].to_list() == [21, 17, 15, 12, 11, 7, 6]
    assert found["events"].to_list() == [3, 1, 1, 1, 1, 1, 1]
    assert found["survival"].round(4).to_list() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert found["standard_error"].round(4).to_list() == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert found["reason"].to_list() == [None] * 7


def test_limits_by_hand_and_cut_at_zero_and_one() -> None:
    found = curve(weeks(TREATED)).row(0, named=True)
    # 18/21, and Greenwood's sum 3/(21 x 18).
    half = NormalDist().inv_cdf(0.975) * 18 / 21 * math.sqrt(3 / (21 * 18))
    assert found["lower_95"] == pytest.approx(18 / 21 - half, rel=1e-9)
    assert found["upper_95"] == 1.0
    assert curve(weeks("1 2 3 4 5+"))["lower_95"].min() == 0.0


def test_the_published_medians() -> None:
    found = median(weeks(TREATED, PLACEBO), by=["arm"])
    assert found.columns == ["arm", "value", "lower_95", "upper_95", "reason"]
    assert found.rows() == [("treated", 23.0, 13.0, None, None), ("placebo", 8.0, 4.0, 11.0, None)]


def test_without_anything_cut_short_it_is_the_share_left() -> None:
    found = curve(weeks("1 2 3 4"))
    assert found["survival"].to_list() == pytest.approx([0.75, 0.5, 0.25, 0.0])
    assert found["standard_error"].to_list()[:3] == pytest.approx(
        [math.sqrt(p * (1 - p) / 4) for p in (0.75, 0.5, 0.25)]
    )


def test_once_none_is_left_there_are_no_limits() -> None:
    last = curve(weeks("1 2")).row(-1, named=True)
    assert (last["survival"], last["standard_error"], last["lower_95"]) == (0.0, None, None)
    assert last["reason"] == survival.NONE_LEFT


def test_an_event_and_a_cut_at_the_same_time_the_event_comes_first() -> None:
    assert curve(weeks("5 5+ 6"))["at_risk"].to_list() == [3, 1]


def test_a_half_in_decimals_is_a_half() -> None:
    for size in range(2, 60, 2):
        found = median(weeks(" ".join(str(place) for place in range(1, size + 1))))
        assert found["value"].item() == size / 2


def test_groups_without_a_curve_keep_a_row_and_say_why() -> None:
    frame = pl.DataFrame(
        {
            "g": pl.Series(["c", "a", "b", None, "b"], dtype=pl.Categorical),
            "t": [5.0, None, 3.0, 4.0, 9.0],
            "over": [False, True, True, None, False],
        }
    )
    found = curve(frame, by=["g"])
    assert found["g"].to_list() == ["c", "a", "b", None]
    assert found["reason"].to_list() == [survival.NO_EVENT, survival.NOBODY, None, survival.NOBODY]
    assert found["survival"].to_list() == [None, None, 0.5, None]
    medians = median(frame, by="g")
    assert medians["reason"].to_list() == [survival.NO_EVENT, survival.NOBODY, None, survival.NOBODY]
    assert medians["value"].to_list() == [None, None, 3.0, None]
    assert median(weeks("1 2+ 3+"))["reason"].item() == survival.NOT_REACHED


@pytest.mark.parametrize("missing", [None, math.nan])
def test_rows_without_a_time_are_left_out(missing: float | None) -> None:
    frame = weeks(TREATED)
    more = pl.concat([frame, frame.head(1).with_columns(t=pl.lit(missing, dtype=pl.Float64))])
    assert_frame_equal(curve(more), curve(frame))


def test_whole_numbers_and_decimals() -> None:
    frame = weeks(TREATED)
    other = frame.with_columns(pl.col("over").cast(pl.Int8), pl.Series("t", [Decimal(str(t)) for t in frame["t"]]))
    assert_frame_equal(curve(other), curve(frame))


def test_refusals() -> None:
    frame = pl.DataFrame({"g": ["x", "y", "z"], "t": [-1.0, math.inf, 1.0], "over": [1, 0, 2]})
    with pytest.raises(MetricInputError) as refused:
        curve(frame, by=["g"])
    told = [(problem.partition(":")[0], problem.rpartition(": ")[2]) for problem in refused.value.problems]
    assert told == [("time", "g=x"), ("time", "g=y"), ("observed", "g=z")]
    with pytest.raises(MetricInputError) as refused:
        curve(pl.DataFrame({"survival": ["x"], "t": ["1"], "over": ["0.5"]}), by=["survival"], confidence=95)
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["time", "by", "observed", "confidence"]


@pytest.mark.parametrize("call", [curve, median])
@pytest.mark.parametrize("by", [(), ["arm"]])
def test_an_empty_frame(call: Any, by: Any) -> None:
    frame = weeks(TREATED)
    assert call(frame.clear(), by=by).height == 0
    assert call(frame.clear(), by=by).schema == call(frame, by=by).schema


def test_confidence_names_the_limits() -> None:
    found = curve(weeks(TREATED), confidence=(0.95, 0.998))
    assert found.columns[5:9] == ["lower_95", "upper_95", "lower_99_8", "upper_99_8"]
    assert (found["lower_99_8"] <= found["lower_95"]).all()


ROWS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


@settings(deadline=None)
@given(rows=ROWS)
def test_the_rule_itself(rows: list[tuple[str, int, bool]]) -> None:
    frame = pl.DataFrame(rows, schema=["g", "t", "over"], orient="row")
    found = curve(frame, by=["g"])
    for group in frame["g"].unique():
        share, terms = 1.0, 0.0
        for time in sorted({t for g, t, over in rows if g == group and over}):
            at_risk = sum(t >= time for g, t, _ in rows if g == group)
            events = sum(over and t == time for g, t, over in rows if g == group)
            share *= 1 - events / at_risk
            row = found.row(by_predicate=(pl.col("g") == group) & (pl.col("time") == time), named=True)
            assert (row["at_risk"], row["events"]) == (at_risk, events)
            assert row["survival"] == pytest.approx(share, abs=1e-12)
            if at_risk > events:
                terms += events / (at_risk * (at_risk - events))
                assert row["standard_error"] == pytest.approx(share * math.sqrt(terms), rel=1e-9)
                assert 0 <= row["lower_95"] <= row["survival"] <= row["upper_95"] <= 1


@settings(deadline=None)
@given(rows=ROWS)
def test_grouping_equals_filtering_and_order_is_irrelevant(rows: list[tuple[str, int, bool]]) -> None:
    frame = pl.DataFrame(rows, schema=["g", "t", "over"], orient="row")
    for call in (curve, median):
        whole = call(frame, by=["g"])
        for group in frame["g"].unique():
            assert_frame_equal(call(frame.filter(g=group), by=["g"]), whole.filter(g=group))
        assert_frame_equal(call(frame.reverse(), by=["g"]), whole, check_row_order=False)


@pytest.mark.soak
def test_a_million_groups() -> None:
    frame = pl.DataFrame({"g": range(1_000_000), "t": 3.0, "over": True})
    assert median(frame, by=["g"])["value"].unique().to_list() == [3.0]


def test_observed_may_be_ones_and_zeros_of_any_width_and_nothing_else() -> None:
    frame = pl.DataFrame({"t": [1.0, 2.0, 3.0, 4.0], "over": [1.0, 0.0, 1.0, math.nan]})
    whole = frame.with_columns(pl.Series("over", [1, 0, 1, None], dtype=pl.UInt8))
    assert curve(frame).equals(curve(whole))
    with pytest.raises(MetricInputError, match="observed: neither true nor false"):
        curve(frame.with_columns(over=0.5))
