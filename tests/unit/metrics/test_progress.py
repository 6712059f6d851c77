"""The rules of a status: direction, pace and the smallest detectable change."""

from __future__ import annotations

import datetime as dt
import math
from statistics import NormalDist
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics import progress
from metrics import progress_scalar as scalar
from metrics.inputs import MetricInputError
from metrics.progress import detectable_change, direction, pace

MISSING = [None, math.nan, math.inf, -math.inf]


def moved(
    y0: float | None,
    y1: float | None,
    *,
    s0: float | None = 1.0,
    s1: float | None = 0.0,
    target: Any = None,
    polarity: str = "high_is_good",
    **more: Any,
) -> tuple[str | None, float | None, str | None]:
    frame = pl.DataFrame(
        {"y0": [y0], "y1": [y1], "s0": [s0], "s1": [s1]},
        schema_overrides=dict.fromkeys(["y0", "y1", "s0", "s1"], pl.Float64),
    )
    columns = {"baseline": "y0", "latest": "y1", "baseline_se": "s0", "latest_se": "s1"}
    found = direction(frame, **(columns | more), target=target, polarity=polarity)
    return found.select("direction", "direction_p", "reason").row(0)


def word(*arguments: Any, **more: Any) -> str | None:
    return moved(*arguments, **more)[0]


def test_a_worked_direction() -> None:
    # A fall of 2 with standard errors 0.6 and 0.8: z = -2, the smaller tail 0.02275.
    verdict, p, reason = moved(62.0, 60.0, s0=0.6, s1=0.8)
    assert verdict == "getting_worse"
    assert p == pytest.approx(1 - NormalDist().cdf(2), rel=1e-9)
    assert reason is None


@pytest.mark.parametrize(
    ("change", "high", "low"),
    [
        (1.645, "improving", "getting_worse"),
        (1.644, "little_change", "little_change"),
        (0.0, "little_change", "little_change"),
        (-1.644, "little_change", "little_change"),
        (-1.645, "getting_worse", "improving"),
    ],
)
def test_the_threshold_is_one_sided_five_per_cent_either_way(change: float, high: str, low: str) -> None:
    assert word(50.0, 50.0 + change) == high
    assert word(50.0, 50.0 + change, polarity="low_is_good") == low


@pytest.mark.parametrize(
    ("y0", "y1", "target", "polarity", "verdict"),
    [
        (60, 65, 65.0, "high_is_good", "target_met"),
        (60, 66, 65.0, "high_is_good", "target_met"),
        (60, 64, 65.0, "high_is_good", "improving"),
        (60, 57, 65.0, "high_is_good", "getting_worse"),
        (14, 5, 5.0, "low_is_good", "target_met"),
        (14, 4, 5.0, "low_is_good", "target_met"),
        (14, 10, 5.0, "low_is_good", "improving"),
        # Already past the target, then back: towards means the good direction.
        (70, 64, 65.0, "high_is_good", "getting_worse"),
        (70, 66, 65.0, "high_is_good", "target_met"),
        # Neither direction is good: the target is reached from the baseline's side.
        (60, 65, 65.0, "no_judgement", "target_met"),
        (60, 64, 65.0, "no_judgement", "improving"),
        (70, 64, 65.0, "no_judgement", "target_met"),
        (70, 74, 65.0, "no_judgement", "getting_worse"),
        (65, 65, 65.0, "no_judgement", "target_met"),
    ],
)
def test_targets(y0: float, y1: float, target: float, polarity: str, verdict: str) -> None:
    assert word(y0, y1, target=target, polarity=polarity) == verdict


def test_a_target_met_is_not_tested() -> None:
    assert moved(60.0, 66.0, target=65.0) == ("target_met", None, None)


def test_a_target_met_needs_no_baseline_no_interval_and_no_gap_between_periods() -> None:
    assert word(None, 66.0, target=65.0) == "target_met"
    assert word(60.0, 66.0, s0=None, s1=None, target=65.0) == "target_met"
    assert word(60.0, 66.0, target=65.0, overlaps=True) == "target_met"


def test_equal_in_decimals_is_equal() -> None:
    assert 0.1 + 0.2 > 0.3
    assert word(0.6, 0.1 + 0.2, target=0.3, polarity="low_is_good") == "target_met"
    assert word(30.0, 30.3, polarity="high_is_good", enumerated=True) == "little_change"


@pytest.mark.parametrize(
    ("y1", "verdict"),
    [(101.0, "little_change"), (101.1, "improving"), (99.0, "little_change"), (98.9, "getting_worse")],
)
def test_a_full_count_moves_beyond_one_per_cent(y1: float, verdict: str) -> None:
    assert moved(100.0, y1, s0=None, s1=None, enumerated=True) == (verdict, None, None)


def test_a_full_count_from_nothing_moves_at_once() -> None:
    assert word(0.0, 1.0, enumerated=True) == "improving"
    assert word(0.0, 0.0, enumerated=True) == "little_change"


@pytest.mark.parametrize("missing", MISSING)
def test_missing_figures_are_gaps_with_a_reason(missing: float | None) -> None:
    assert moved(60.0, missing) == (None, None, progress.NO_LATEST)
    assert moved(missing, 60.0) == (None, None, progress.NO_BASELINE)
    assert moved(60.0, 61.0, s0=missing) == (None, None, progress.NO_INTERVAL)
    assert moved(60.0, 61.0, s1=missing) == (None, None, progress.NO_INTERVAL)
    assert word(60.0, 63.0, target=missing) == "improving"


def test_no_test_where_none_can_be_made() -> None:
    assert moved(60.0, 63.0, overlaps=True) == (None, None, progress.OVERLAP)
    assert moved(60.0, 63.0, polarity="no_judgement") == (None, None, progress.NO_GOOD_DIRECTION)
    assert moved(65.0, 63.0, polarity="no_judgement", target=65.0) == (None, None, progress.NO_GOOD_DIRECTION)
    assert moved(60.0, 63.0, s0=0.0, s1=0.0) == (None, None, progress.NO_WIDTH)
    assert moved(60.0, 63.0, baseline_se=None, latest_se=None) == (None, None, progress.NO_INTERVAL)


def test_words_and_truths_may_be_columns() -> None:
    frame = pl.DataFrame(
        {
            "y0": [60, 60, 60, 60],
            "y1": [63, 63, 63, 63],
            "s": [1, 1, 1, 1],
            "aim": [None, None, 62.0, None],
            "good": pl.Series(["high_is_good", "low_is_good", "high_is_good", "high_is_good"], dtype=pl.Categorical),
            "same": [False, False, True, None],
            "full": [False, True, False, False],
        }
    )
    found = direction(
        frame, baseline="y0", latest="y1", baseline_se="s", latest_se="s",
        target="aim", polarity="good", overlaps="same", enumerated="full",
    )  # fmt: skip
    assert found.columns == [*frame.columns, "direction", "direction_p", "reason", "direction_reason"]
    assert found["direction"].to_list() == ["improving", "getting_worse", "target_met", None]
    assert found["reason"].to_list() == [None, None, None, progress.OVERLAP_UNKNOWN]
    assert found["direction_p"].is_not_null().to_list() == [True, False, False, False]


def test_direction_refuses_what_it_cannot_read() -> None:
    frame = pl.DataFrame({"y0": [1.0], "y1": [2.0], "s": [-1.0], "p": ["up"], "t": ["x"], "n": [None]})
    with pytest.raises(MetricInputError) as refused:
        direction(frame, baseline="y", latest="p", target="t", polarity="p", overlaps="t", enumerated="n")
    told = [problem.partition(":")[0] for problem in refused.value.problems]
    assert told == ["baseline", "latest", "target", "overlaps", "enumerated", "polarity"]
    with pytest.raises(MetricInputError, match="baseline_se: negative"):
        direction(frame, baseline="y0", latest="y1", baseline_se="s", latest_se="s", polarity="high_is_good")
    with pytest.raises(MetricInputError, match="polarity: 'up' given"):
        direction(frame, baseline="y0", latest="y1", polarity="up")
    with pytest.raises(MetricInputError, match="overlaps: 1 given"):
        direction(frame, baseline="y0", latest="y1", polarity="no_judgement", overlaps=1)


VALUES = st.floats(-100, 100, width=32)
ERRORS = st.floats(0.0625, 10, width=32)
ROWS = st.lists(st.tuples(VALUES, VALUES, ERRORS, ERRORS, st.one_of(st.none(), VALUES)), min_size=1, max_size=20)
SIDES = {"baseline": "y0", "latest": "y1", "baseline_se": "s0", "latest_se": "s1", "target": "aim"}


def rows(drawn: list[tuple[Any, ...]]) -> pl.DataFrame:
    names = ["y0", "y1", "s0", "s1", "aim"]
    return pl.DataFrame(drawn, schema=dict.fromkeys(names, pl.Float64), orient="row")


@settings(deadline=None)
@given(drawn=ROWS)
def test_direction_is_the_same_upside_down(drawn: list[tuple[Any, ...]]) -> None:
    frame = rows(drawn)
    flipped = frame.with_columns(-pl.col("y0", "y1", "aim"))
    up = direction(frame, **SIDES, polarity="high_is_good").select("direction", "direction_p", "reason")
    down = direction(flipped, **SIDES, polarity="low_is_good").select("direction", "direction_p", "reason")
    assert_frame_equal(up, down)


@settings(deadline=None)
@given(drawn=ROWS)
def test_without_a_target_going_back_is_the_opposite(drawn: list[tuple[Any, ...]]) -> None:
    frame = rows(drawn)
    columns = {name: column for name, column in SIDES.items() if name != "target"}
    back = {"baseline": "y1", "latest": "y0", "baseline_se": "s1", "latest_se": "s0"}
    there = direction(frame, **columns, polarity="high_is_good")["direction"]
    again = direction(frame, **back, polarity="high_is_good")["direction"]
    opposite = {"improving": "getting_worse", "getting_worse": "improving", "little_change": "little_change"}
    assert again.to_list() == [opposite[verdict] for verdict in there]


@settings(deadline=None)
@given(drawn=ROWS, polarity=st.sampled_from(progress.POLARITIES))
def test_each_row_stands_alone(drawn: list[tuple[Any, ...]], polarity: str) -> None:
    frame = rows(drawn)
    whole = direction(frame, **SIDES, polarity=polarity)
    assert_frame_equal(direction(frame.reverse(), **SIDES, polarity=polarity).reverse(), whole)
    assert_frame_equal(direction(frame.tail(1), **SIDES, polarity=polarity), whole.tail(1))


DUE = dt.date(2030, 12, 31)


def paced(y0: Any, y1: Any, target: Any, **more: Any) -> dict[str, Any]:
    """From the end of 2020 to that of 2025, due at the end of 2030, linear and high is good unless said."""
    columns = {
        "y0": [y0], "y1": [y1], "aim": [target],
        "t0": [more.pop("t0", dt.date(2020, 12, 31))],
        "t1": [more.pop("t1", dt.date(2025, 12, 31))],
        "due": pl.Series([more.pop("due", DUE)], dtype=None),
        "s0": [more.pop("s0", None)], "s1": [more.pop("s1", None)],
    }  # fmt: skip
    usual = {
        "baseline": "y0", "latest": "y1", "target": "aim", "baseline_date": "t0", "latest_date": "t1",
        "target_date": "due", "form": "linear", "polarity": "high_is_good", "baseline_se": "s0", "latest_se": "s1",
    }  # fmt: skip
    found = pace(pl.DataFrame(columns, strict=False), **(usual | more))
    return found.drop(columns).row(0, named=True)


@pytest.mark.parametrize(
    ("y1", "ratio", "named"),
    [
        (65.0, 1.0, "on_track"),
        (64.75, 0.95, "on_track"),
        (64.7, 0.94, "acceleration_needed"),
        (63.0, 0.6, "acceleration_needed"),
        (62.9, 0.58, "limited"),
        (60.0, 0.0, "limited"),
        (59.9, -0.02, "deterioration"),
    ],
)
def test_classes_of_linear_pace(y1: float, ratio: float, named: str) -> None:
    # Five of ten years gone (to a day in 3,652): half of the ten wanted is on track.
    found = paced(60.0, y1, 70.0)
    assert found["pace_ratio"] == pytest.approx(ratio * 3652 / 3652.0, abs=1e-3)
    assert found["pace"] == named
    assert found["reason"] is None


def test_a_worked_linear_pace() -> None:
    # Whole years: 2016 to 2020 is 1,461 days, 2016 to 2028 is 4,383, so R = 3 x 4/12... = (2/4)/(10/12).
    found = paced(60.0, 62.0, 70.0, t0=2016, t1=2020, due=2028)
    assert found["pace_ratio"] == pytest.approx(0.6, rel=1e-9)
    assert found["recent_rate"] == pytest.approx(0.5, rel=1e-9)
    assert found["required_from_now"] == pytest.approx(1.0, rel=1e-9)
    assert found["years_to_target"] == pytest.approx(16.0, rel=1e-9)
    assert (found["pace_lower_95"], found["pace_upper_95"]) == (None, None)


def test_a_worked_compound_pace() -> None:
    # Halving in 4 years against a sixteenth in 12: yearly factors 2^(-1/4) and 2^(-1/3).
    found = paced(16.0, 8.0, 1.0, t0=2016, t1=2020, due=2028, form="compound", polarity="low_is_good")
    assert found["pace_ratio"] == pytest.approx((2**-0.25 - 1) / (2 ** (-1 / 3) - 1), rel=1e-9)
    assert found["pace"] == "acceleration_needed"
    assert found["recent_rate"] == pytest.approx(2**-0.25 - 1, rel=1e-9)
    assert found["required_from_now"] == pytest.approx(2 ** (-3 / 8) - 1, rel=1e-9)
    assert found["years_to_target"] == pytest.approx(12.0, rel=1e-9)


def test_limits_of_a_linear_pace_by_the_delta_method() -> None:
    # R = 3 (y1 - y0)/(T - y0) with y0 = 60, y1 = 62, T = 70: dR/dy1 = 0.3, dR/dy0 = 3 (62 - 70)/100 = -0.24.
    found = paced(60.0, 62.0, 70.0, t0=2016, t1=2020, due=2028, s0=0.5, s1=0.4)
    half = NormalDist().inv_cdf(0.975) * math.hypot(0.3 * 0.4, 0.24 * 0.5)
    assert found["pace_lower_95"] == pytest.approx(0.6 - half, rel=1e-9)
    assert found["pace_upper_95"] == pytest.approx(0.6 + half, rel=1e-9)
    assert found["pace"] == "uncertain"


def test_limits_of_a_compound_pace_follow_its_slope() -> None:
    arguments = {"t0": 2016, "t1": 2020, "due": 2028, "form": "compound", "polarity": "low_is_good"}
    found = paced(16.0, 8.0, 1.0, s0=0.03, s1=0.02, **arguments)
    step = 1e-5
    by_baseline, by_latest = (
        (paced(16 + a, 8 + b, 1.0, **arguments)["pace_ratio"] - paced(16 - a, 8 - b, 1.0, **arguments)["pace_ratio"])
        / (2 * step)
        for a, b in ((step, 0), (0, step))
    )
    half = NormalDist().inv_cdf(0.975) * math.hypot(by_baseline * 0.03, by_latest * 0.02)
    assert found["pace_upper_95"] - found["pace_ratio"] == pytest.approx(half, rel=1e-6)


def test_limits_within_one_class_settle_it() -> None:
    found = paced(60.0, 62.0, 70.0, t0=2016, t1=2020, due=2034, s0=0.01, s1=0.01)
    assert found["pace"] == "acceleration_needed"
    assert found["pace_lower_95"] > 0.6
    assert found["pace_upper_95"] < 0.95


@pytest.mark.parametrize(("s0", "s1"), [(0.0, 0.0), (None, 1.0), (1.0, None), (math.nan, 1.0)])
def test_no_limits_without_both_standard_errors_or_with_none_that_is_wide(s0: float | None, s1: float | None) -> None:
    found = paced(60.0, 65.0, 70.0, s0=s0, s1=s1)
    assert found["pace"] == "on_track"
    assert found["pace_lower_95"] is None


@pytest.mark.parametrize(
    ("y0", "y1", "target", "more", "named"),
    [
        (60.0, 65.0, None, {}, "not_assessed"),
        (None, None, None, {}, "not_assessed"),
        (70.0, 71.0, 70.0, {}, "held"),
        (72.0, 69.0, 70.0, {}, "lost"),
        (60.0, 70.0, 70.0, {}, "on_track"),
        (60.0, 71.0, 70.0, {"s0": 9.0, "s1": 9.0}, "on_track"),
        (60.0, 65.0, 70.0, {"due": None}, "no_deadline"),
        (70.0, 71.0, 70.0, {"due": None}, "held"),
        (5.0, 4.0, 5.0, {"polarity": "low_is_good"}, "held"),
        (60.0, 65.0, 70.0, {"polarity": "no_judgement"}, "on_track"),
        (80.0, 75.0, 70.0, {"polarity": "no_judgement"}, "on_track"),
        (70.0, 70.0, 70.0, {"polarity": "no_judgement"}, "held"),
        (70.0, 71.0, 70.0, {"polarity": "no_judgement"}, "lost"),
    ],
)
def test_targets_that_settle_the_pace(y0: Any, y1: Any, target: Any, more: dict[str, Any], named: str) -> None:
    found = paced(y0, y1, target, **more)
    assert found["pace"] == named
    assert found["reason"] is None


def test_without_a_deadline_the_years_at_the_recent_rate_are_given() -> None:
    found = paced(60.0, 62.0, 70.0, t0=2016, t1=2020, due=None)
    assert (found["pace_ratio"], found["required_from_now"]) == (None, None)
    assert found["years_to_target"] == pytest.approx(16.0, rel=1e-9)
    away = paced(60.0, 58.0, 70.0, t0=2016, t1=2020, due=None)
    assert (away["pace"], away["years_to_target"]) == ("no_deadline", None)
    still = paced(60.0, 60.0, 70.0, t0=2016, t1=2020, due=None)
    assert (still["recent_rate"], still["years_to_target"]) == (0.0, None)


def test_a_lost_target_may_still_be_regained_and_a_held_one_needs_nothing() -> None:
    assert paced(72.0, 69.0, 70.0, t0=2016, t1=2020, due=2028)["required_from_now"] == pytest.approx(0.125, rel=1e-9)
    assert paced(72.0, 71.0, 70.0)["required_from_now"] is None
    assert paced(60.0, 71.0, 70.0)["required_from_now"] is None


def test_a_deadline_that_has_passed_is_said() -> None:
    found = paced(60.0, 65.0, 70.0, t0=2016, t1=2020, due=2018)
    assert (found["pace"], found["required_from_now"]) == ("limited", None)
    assert found["reason"] == progress.DATE_PASSED
    assert found["pace_ratio"] == pytest.approx(0.25, rel=1e-3)


@pytest.mark.parametrize(
    ("y0", "y1", "target", "more", "reason"),
    [
        (60.0, None, 70.0, {}, progress.NO_LATEST),
        (math.inf, 60.0, 70.0, {}, progress.NO_BASELINE),
        (60.0, 65.0, 70.0, {"t1": None}, progress.NO_DATES),
        (60.0, 65.0, 70.0, {"t1": dt.date(2020, 12, 31)}, progress.NO_TIME_PASSED),
        (60.0, 65.0, 70.0, {"due": dt.date(2020, 12, 31)}, progress.NO_TIME_GIVEN),
        (0.0, 65.0, 70.0, {"form": "compound"}, progress.NOT_ABOVE_ZERO),
        (-5.0, 65.0, 70.0, {"form": "compound"}, progress.NOT_ABOVE_ZERO),
        (9.0, 5.0, 0.0, {"form": "compound", "polarity": "low_is_good"}, progress.NOT_ABOVE_ZERO),
    ],
)
def test_paces_that_cannot_be_worked_out(y0: Any, y1: Any, target: Any, more: dict[str, Any], reason: str) -> None:
    found = paced(y0, y1, target, **more)
    assert (found["pace"], found["pace_ratio"], found["reason"]) == (None, None, reason)


def test_pace_refuses_what_it_cannot_read() -> None:
    frame = pl.DataFrame({"y": [1.0], "t": ["2020"], "f": ["wavy"]})
    with pytest.raises(MetricInputError) as refused:
        pace(frame, baseline="y", latest="y", baseline_date="t", latest_date="day", target=None, target_date=None,
             form="f", polarity="good")  # fmt: skip
    told = [problem.partition(":")[0] for problem in refused.value.problems]
    assert told == ["latest_date", "baseline_date", "form", "polarity"]


@settings(deadline=None)
@given(
    y0=st.floats(10, 90), y1=st.floats(10, 90), target=st.floats(10, 90),
    form=st.sampled_from(progress.FORMS), errors=st.tuples(st.floats(0.01, 5), st.floats(0.01, 5)),
)  # fmt: skip
def test_pace_is_ordered_and_the_linear_one_is_the_same_upside_down(
    y0: float, y1: float, target: float, form: str, errors: tuple[float, float]
) -> None:
    found = paced(y0, y1, target, form=form, s0=errors[0], s1=errors[1])
    if found["pace_lower_95"] is not None:
        assert found["pace_lower_95"] <= found["pace_ratio"] <= found["pace_upper_95"]
    if form == "linear":
        flipped = paced(-y0, -y1, -target, polarity="low_is_good", s0=errors[0], s1=errors[1])
        assert flipped["pace"] == found["pace"]
        assert flipped["pace_ratio"] == found["pace_ratio"]


def test_the_smallest_detectable_change() -> None:
    frame = pl.DataFrame({"s0": [0.6, 0.0, None, 0.0], "s1": [0.8, 1.0, 1.0, 0.0]})
    found = detectable_change(frame, baseline_se="s0", latest_se="s1")["smallest_detectable_change"]
    assert found.round(12).to_list() == [1.645, 1.645, None, None]
    with pytest.raises(MetricInputError, match=r"latest_se: negative.*rows 0, 1"):
        detectable_change(frame.with_columns(s1=-1.0), baseline_se="s0", latest_se="s1")


def test_empty_frames_keep_their_types() -> None:
    frame = rows([(1.0, 2.0, 0.5, 0.5, None)]).with_columns(t0=2020, t1=2021, due=2030)
    dates = {"baseline_date": "t0", "latest_date": "t1", "target_date": "due"}
    calls = [
        lambda given: direction(given, **SIDES, polarity="high_is_good"),
        lambda given: pace(given, **SIDES, **dates, form="compound", polarity="high_is_good"),
        lambda given: detectable_change(given, baseline_se="s0", latest_se="s1"),
    ]
    for call in calls:
        assert call(frame.clear()).schema == call(frame).schema
        assert call(frame.clear()).height == 0


def test_arguments_that_name_nothing_are_refused() -> None:
    frame = pl.DataFrame({"y": [1.0]})
    with pytest.raises(MetricInputError) as refused:
        direction(frame, baseline=None, latest="y", target=[65.0], polarity="no_judgement", enumerated=None)  # type: ignore[arg-type]
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["baseline", "target", "enumerated"]
    with pytest.raises(MetricInputError, match="expected an eager polars DataFrame"):
        pace(None, baseline="y", latest="y", baseline_date="t", latest_date="t", target="y", target_date="t",  # type: ignore[arg-type]
             form="linear", polarity="no_judgement")  # fmt: skip


def test_growth_beyond_all_measure_is_no_pace() -> None:
    found = paced(5e-324, 60.0, 70.0, form="compound")
    assert (found["pace"], found["recent_rate"], found["reason"]) == (None, None, progress.NOT_ABOVE_ZERO)


FIGURE = st.one_of(st.none(), st.integers(50, 70).map(float), st.floats(50, 70), st.just(math.nan))
ERROR = st.one_of(st.none(), st.just(0.0), st.floats(0.125, 3))


@settings(deadline=None, max_examples=300)
@given(
    y0=FIGURE, y1=FIGURE, s0=ERROR, s1=ERROR, target=FIGURE,
    polarity=st.sampled_from(progress.POLARITIES), overlaps=st.booleans(), enumerated=st.booleans(),
)  # fmt: skip
def test_one_measure_and_a_frame_of_one_agree(y0: Any, y1: Any, s0: Any, s1: Any, target: Any, **more: Any) -> None:
    one = scalar.direction(baseline=y0, latest=y1, baseline_se=s0, latest_se=s1, target=target, **more)
    verdict, p, reason = moved(y0, y1, s0=s0, s1=s1, target=target, **more)
    assert (one.direction, one.reason) == (verdict, reason)
    assert one.direction_p == p or one.direction_p == pytest.approx(p, rel=1e-9)


def test_one_measure_refuses_what_it_cannot_read() -> None:
    with pytest.raises(ValueError, match="polarity: 'up' given"):
        scalar.direction(baseline=1.0, latest=2.0, polarity="up")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"standard error: -1\.0 given"):
        scalar.direction(baseline=1.0, latest=2.0, baseline_se=-1.0, latest_se=1.0, polarity="high_is_good")


def test_dates_may_be_given_once_for_every_row() -> None:
    """A date, or a whole year for its last day, in the place of a column of them."""
    frame = pl.DataFrame(
        {"y0": [60.0, 61.0], "y1": [62.0, 61.5], "then": 2018, "now": dt.date(2023, 6, 30), "due": 2030}
    )
    sides = {"baseline": "y0", "latest": "y1", "target": 65, "form": "linear", "polarity": "high_is_good"}
    by_column = pace(frame, baseline_date="then", latest_date="now", target_date="due", **sides)  # type: ignore[arg-type]
    given = {"baseline_date": 2018, "latest_date": dt.date(2023, 6, 30), "target_date": dt.date(2030, 12, 31)}
    assert pace(frame, **given, **sides).equals(by_column)  # type: ignore[arg-type]
    assert pace(frame.clear(), **given, **sides).height == 0  # type: ignore[arg-type]
    with pytest.raises(MetricInputError, match="target_date"):
        pace(frame, **{**given, "target_date": 2030.5}, **sides)  # type: ignore[arg-type]


def test_reasons_stay_beside_each_other_when_metrics_follow_on_one_frame() -> None:
    """`reason` is that of the last; each one's own name keeps what it said."""
    frame = pl.DataFrame({"y0": [60.0], "y1": [None], "then": [2018], "now": [2024], "aim": [65.0], "due": [2017]})
    frame = frame.with_columns(y1=pl.lit(61.0))
    moved = direction(frame, baseline="y0", latest="y1", polarity="high_is_good")
    paced = pace(
        moved, baseline="y0", latest="y1", baseline_date="then", latest_date="now", target="aim", target_date="due",
        form="linear", polarity="high_is_good",
    )  # fmt: skip
    assert paced.select("direction_reason", "pace_reason", "reason").row(0) == (
        "no interval", progress.NO_TIME_GIVEN, progress.NO_TIME_GIVEN,
    )  # fmt: skip


def test_a_column_of_lists_holds_no_words() -> None:
    frame = pl.DataFrame({"y0": [60.0], "y1": [61.0], "words": [["high_is_good"]]})
    with pytest.raises(MetricInputError, match="polarity: column 'words' is List"):
        direction(frame, baseline="y0", latest="y1", polarity="words")
