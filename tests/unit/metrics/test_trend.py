"""Recent trends: the fit, the judgement, what cannot be calculated and what is refused."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics import trend
from metrics.inputs import MetricInputError
from metrics.trend import recent_trend

RISING = [10.0, 11.0, 12.0, 13.0, 14.0]


def series(values: Any, *, error: Any = 0.5, start: int = 2019, **columns: Any) -> pl.DataFrame:
    """A yearly series with the given standard errors, a thousand counted of ten thousand each year."""
    frame = pl.DataFrame({"year": range(start, start + len(values)), "v": values, "s": error}, strict=False)
    base = pl.col("v").cast(pl.Float64).fill_null(0.0).fill_nan(0.0)
    frame = frame.with_columns(lo=base - 1.96 * pl.col("s"), hi=base + 1.96 * pl.col("s"), n=1000, d=10_000)
    return frame.drop("s").with_columns(**{name: pl.Series(given) for name, given in columns.items()})


def trends(frame: pl.DataFrame, **more: Any) -> pl.DataFrame:
    usual = {"period": "year", "value": "v", "lower": "lo", "upper": "hi", "count": "n", "denominator": "d"}
    words = {"by": [], "kind": "proportion", "polarity": "high_is_good"}
    return recent_trend(frame, **(usual | words | more))


def found(frame: pl.DataFrame, **more: Any) -> dict[str, Any]:
    return trends(frame, **more).row(0, named=True)


def test_a_worked_trend() -> None:
    # Equal standard errors of 0.5: the slope is 1, its variance 0.25/10, chi-squared 40.
    answer = found(series(RISING))
    assert (answer["marker"], answer["trend"], answer["reason"]) == ("increasing", "increasing_better", None)
    assert answer["slope"] == pytest.approx(1.0, rel=1e-9)
    assert answer["chi_square"] == pytest.approx(40.0, rel=1e-9)


def test_unequal_weights_by_hand() -> None:
    # Weights 4, 1, 1, 1, 1 at t = 1..5 and values 0, 0, 0, 0, 8: Sw 8, St 18, Stt 58, Sy 8, Sty 40.
    # Slope (8 x 40 - 18 x 8)/(8 x 58 - 324) = 176/140; chi-squared slope^2 x 140/8.
    answer = found(series([0.0, 0.0, 0.0, 0.0, 8.0], error=[0.5, 1.0, 1.0, 1.0, 1.0]))
    assert answer["slope"] == pytest.approx(176 / 140, rel=1e-9)
    assert answer["chi_square"] == pytest.approx((176 / 140) ** 2 * 17.5, rel=1e-9)


def test_a_trend_that_rests_on_one_point_is_no_change() -> None:
    answer = found(series([10.2, 10.1, 10.05, 10.0, 14.0], error=0.1))
    assert answer["chi_square"] > trend.CHI_SQUARE_99_8
    assert answer["slope"] > 0
    assert (answer["marker"], answer["trend"]) == ("no_change", "no_change")


def test_the_threshold() -> None:
    # chi-squared is 10 slope^2/s^2; at a slope of 1 and this s it is the threshold itself.
    edge = math.sqrt(10 / trend.CHI_SQUARE_99_8)
    assert found(series(RISING, error=edge * 1.0001))["marker"] == "no_change"
    assert found(series(RISING, error=edge * 0.9999))["marker"] == "increasing"


@pytest.mark.parametrize(
    ("polarity", "up", "down"),
    [
        ("high_is_good", "increasing_better", "decreasing_worse"),
        ("low_is_good", "increasing_worse", "decreasing_better"),
        ("no_judgement", "increasing", "decreasing"),
    ],
)
def test_polarity_adds_the_judgement(polarity: str, up: str, down: str) -> None:
    assert found(series(RISING), polarity=polarity)["trend"] == up
    assert found(series(RISING[::-1]), polarity=polarity)["trend"] == down


def test_a_flat_series_does_not_change() -> None:
    answer = found(series([10.0] * 5))
    assert (answer["marker"], answer["chi_square"]) == ("no_change", pytest.approx(0.0, abs=1e-9))


def test_only_the_latest_five_count_and_rows_come_in_any_order() -> None:
    frame = series([90.0, 80.0, *RISING])
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=1)
    assert_frame_equal(trends(frame), trends(frame.tail(5)))
    assert_frame_equal(trends(frame), trends(shuffled))


def test_years_need_not_follow_each_other() -> None:
    assert_frame_equal(trends(series(RISING, year=[2001, 2005, 2006, 2011, 2023])), trends(series(RISING)))


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_points_without_a_figure_are_passed_over(missing: float | None) -> None:
    six = [9.0, 10.0, missing, 11.0, 12.0, 13.0, 14.0]
    assert found(series([10.0, missing, 11.0, 12.0, 13.0, 14.0]))["chi_square"] == pytest.approx(40.0, rel=1e-9)
    for column in ("n", "d"):
        given = pl.Series([1000.0] * 7).cast(pl.Float64).to_list()
        given = [10 * x for x in given] if column == "d" else given
        given[2] = missing  # type: ignore[assignment]
        values = [9.0, 10.0, 50.0, 11.0, 12.0, 13.0, 14.0]
        assert found(series(values, **{column: given}))["chi_square"] == pytest.approx(40.0, rel=1e-9)
    assert found(series(six[1:5]))["reason"] == trend.TOO_FEW


def test_a_count_of_zero_is_a_count_and_a_denominator_of_zero_is_none() -> None:
    assert found(series(RISING, n=[0, 1, 2, 3, 4]))["marker"] == "increasing"
    answer = found(series(RISING, d=[0, 10, 10, 10, 10], n=[0, 1, 2, 3, 4]))
    assert (answer["marker"], answer["trend"]) == ("cannot_be_calculated", "cannot_be_calculated")
    assert (answer["chi_square"], answer["slope"], answer["reason"]) == (None, None, trend.TOO_FEW)


def test_points_without_limits_go_after_the_five_point_test_and_before_the_latest_five() -> None:
    six = series([5.0, *RISING], lo=[4.0, 9.0, None, 11.0, 12.0, 13.0], hi=[6.0, 11.0, 13.0, 13.0, 14.0, 15.0])
    # The second 2021 falls away; 5, 10, 12, 13, 14 stay, numbered 1 to 5.
    assert found(six)["slope"] == pytest.approx(np.polyfit(range(1, 6), [5, 10, 12, 13, 14], 1)[0], rel=1e-9)
    five = series(RISING, lo=[9.0, math.nan, 11.0, 12.0, 13.0], hi=[11.0, 12.0, 13.0, 14.0, 15.0])
    assert found(five)["slope"] == pytest.approx(np.polyfit(range(1, 5), [10, 12, 13, 14], 1)[0], rel=1e-9)


def test_limits_that_coincide_are_no_limits() -> None:
    flat = series(RISING, error=[0.0, 0.5, 0.5, 0.5, 0.5])
    assert found(flat)["slope"] == pytest.approx(1.0, rel=1e-9)
    assert found(flat)["chi_square"] == pytest.approx(20.0, rel=1e-9)
    answer = found(series(RISING, error=[0.0, 0.0, 0.0, 0.5, 0.5]))
    assert (answer["marker"], answer["reason"]) == ("cannot_be_calculated", trend.TOO_FEW_LIMITS)


def test_what_cannot_be_calculated_says_why() -> None:
    assert found(series(RISING[:4]))["reason"] == trend.TOO_FEW
    assert found(series(RISING, n=[1, 1, 1, 1, 10_000]))["reason"] == trend.ALL_COUNTED
    # Any count of the series, not only one of the latest five.
    assert found(series([1.0, *RISING], n=[10_000, 1, 1, 1, 1, 1]))["reason"] == trend.ALL_COUNTED
    answer = found(series(RISING), kind="life_expectancy")
    assert (answer["marker"], answer["reason"]) == (
        "cannot_be_calculated",
        "no recent trend for the kind 'life_expectancy'",
    )


@pytest.mark.parametrize("kind", trend.KINDS)
def test_the_three_kinds(kind: str) -> None:
    assert found(series(RISING), kind=kind)["marker"] == "increasing"


def test_without_counts_values_and_limits_decide_and_the_reason_says_so() -> None:
    answer = found(series(RISING), count=None, denominator=None)
    assert (answer["marker"], answer["reason"]) == ("increasing", trend.WITHOUT_COUNTS)
    short = found(series(RISING[:4]), count=None, denominator=None)
    assert short["reason"] == trend.TOO_FEW_VALUES


def test_groups_in_are_groups_out_in_order_of_first_appearance() -> None:
    frame = pl.concat([series(RISING, g=["b"] * 5), series(RISING[:2], g=["c"] * 2), series(RISING[::-1], g=["a"] * 5)])
    answer = trends(frame.with_columns(pl.col("g").cast(pl.Categorical)), by=("g",))
    assert answer.columns == ["g", "marker", "trend", "chi_square", "slope", "reason"]
    assert answer["g"].to_list() == ["b", "c", "a"]
    assert answer["marker"].to_list() == ["increasing", "cannot_be_calculated", "decreasing"]


def test_dates_decimals_and_small_integers() -> None:
    frame = series([Decimal(10 + year) for year in range(5)], year=[dt.date(2019 + year, 12, 31) for year in range(5)])
    frame = frame.with_columns(pl.col("n").cast(pl.UInt16))
    assert_frame_equal(trends(frame), trends(series(RISING)))


def test_refusals() -> None:
    frame = series(
        RISING,
        g=["x"] * 5,
        n=[-1, 1, 1, 1, 1],
        d=[10, -10, 10, 10, 10],
        lo=[99.0, 9.0, 9.0, 9.0, 9.0],
        year=[1, 1, None, 4, 5],
    )
    with pytest.raises(MetricInputError) as refused:
        trends(frame, by=["g"])
    told = [problem.partition(":")[0] for problem in refused.value.problems]
    assert told == ["period", "period", "count", "denominator", "lower"]
    assert all("g=x" in problem for problem in refused.value.problems)
    with pytest.raises(MetricInputError) as refused:
        trends(series(RISING, year=list("abcde")), denominator=None, polarity="up", value="w")
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "value",
        "period",
        "denominator",
        "polarity",
    ]


@pytest.mark.parametrize("by", [(), ["g"]])
@pytest.mark.parametrize("kind", ["proportion", "other"])
def test_an_empty_frame(by: Any, kind: str) -> None:
    frame = series(RISING, g=["x"] * 5)
    empty = trends(frame.clear(), by=by, kind=kind)
    assert empty.height == 0
    assert empty.schema == trends(frame, by=by, kind=kind).schema


VALUES = st.lists(st.tuples(st.floats(1, 99), st.floats(0.125, 5)), min_size=5, max_size=8)


@settings(deadline=None, max_examples=50)
@given(drawn=VALUES)
def test_the_fit_is_numpys_and_turns_round_with_the_values(drawn: list[tuple[float, float]]) -> None:
    values, errors = zip(*drawn, strict=True)
    up = found(series(list(values), error=list(errors)), polarity="no_judgement")
    slope = np.polyfit(range(1, 6), values[-5:], 1, w=[1 / error for error in errors[-5:]])[0]
    assert up["slope"] == pytest.approx(slope, rel=1e-6, abs=1e-9)
    down = found(series([100 - value for value in values], error=list(errors)), polarity="no_judgement")
    assert down["slope"] == pytest.approx(-up["slope"], rel=1e-6, abs=1e-9)
    assert down["chi_square"] == pytest.approx(up["chi_square"], rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(first=VALUES, second=VALUES)
def test_grouping_equals_filtering_then_calling(first: list[Any], second: list[Any]) -> None:
    parts = [
        series([v for v, _ in drawn], error=[s for _, s in drawn], g=[name] * len(drawn))
        for name, drawn in (("x", first), ("y", second))
    ]
    whole = trends(pl.concat(parts), by=["g"])
    for part in parts:
        assert_frame_equal(trends(part, by=["g"]), whole.filter(g=part["g"][0]))


@pytest.mark.originals
def test_worked_examples(worked_example: Callable[[str], pl.DataFrame]) -> None:
    inputs = worked_example("recent_trend/recent_trend_inputs.csv").with_columns(pl.col("date").str.to_date())
    expected = worked_example("recent_trend/recent_trend_expected.csv")
    words = {
        "Increasing": "increasing", "Decreasing": "decreasing", "NoChange": "no_change",
        "CannotBeCalculated": "cannot_be_calculated", "IncreasingAndGettingBetter": "increasing_better",
        "IncreasingAndGettingWorse": "increasing_worse", "DecreasingAndGettingBetter": "decreasing_better",
        "DecreasingAndGettingWorse": "decreasing_worse",
    }  # fmt: skip
    for case in expected.iter_rows(named=True):
        part = inputs.filter(case_id=case["case_id"])
        answer = recent_trend(
            part, period="date", value="value", lower="lower_ci", upper="upper_ci",
            count="count", denominator="denominator", by=["case_id"],
            kind=part["value_type"][0].lower().replace(" ", "_"),
            polarity=part["polarity"][0].lower().replace(" ", "_"),
        ).row(0, named=True)  # fmt: skip
        assert answer["marker"] == words[case["marker"]]
        assert answer["trend"] == words[case["trend"]]
        for name in ("chi_square", "slope"):
            assert answer[name] == (None if case[name] is None else pytest.approx(case[name], rel=1e-6))


@pytest.mark.soak
def test_a_million_series() -> None:
    frame = pl.DataFrame({"g": range(1_000_000)}).join(series(RISING), how="cross")
    assert trends(frame, by=["g"])["marker"].unique().to_list() == ["increasing"]
