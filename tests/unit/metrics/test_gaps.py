"""Gaps between areas: observed, by chance only, and shrunken."""

from __future__ import annotations

import datetime as dt
import math
import os
import random
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.gaps import (
    NO_INTERVAL,
    NO_TENTH,
    NO_WIDTH,
    TOO_FEW,
    between_area_variation,
    decile_gap,
    named_gap,
    range_gap,
)
from metrics.inputs import MetricInputError

COLUMNS = {"area": "code", "value": "v", "lower": "lo", "upper": "hi"}
DRAWS = 2_048


def areas(values: list[float | None], errors: list[float | None] | float = 1.0, **columns: Any) -> pl.DataFrame:
    """Areas a, b, c... with the given values and standard errors, in one group."""
    spread = [errors] * len(values) if isinstance(errors, float) else errors
    frame = pl.DataFrame(
        {"code": [chr(97 + place) for place in range(len(values))], "v": values, "s": spread},
        schema_overrides={"v": pl.Float64, "s": pl.Float64},
    )
    base = pl.col("v").fill_null(0.0).fill_nan(0.0)
    limits = frame.with_columns(lo=base - 1.96 * pl.col("s"), hi=base + 1.96 * pl.col("s"))
    return limits.drop("s").with_columns(**{name: pl.Series(column) for name, column in columns.items()})


def gap(frame: pl.DataFrame, by: Any = (), **more: Any) -> pl.DataFrame:
    return range_gap(frame, **COLUMNS, by=by, **({"draws": DRAWS} | more))


def tenths(frame: pl.DataFrame, by: Any = (), **more: Any) -> pl.DataFrame:
    return decile_gap(frame, **COLUMNS, by=by, **({"draws": DRAWS} | more))


def first(frame: pl.DataFrame) -> dict[str, Any]:
    return frame.row(0, named=True)


def test_variation_by_hand() -> None:
    # Equal weights: mean 61, q = 9 + 0 + 9 = 18, tau squared = (18 - 2)/(3 - 3/3) = 8.
    found = first(between_area_variation(areas([58.0, 61.0, 64.0]), value="v", lower="lo", upper="hi", by=[]))
    assert found["areas"] == 3
    assert found["reason"] is None
    for name, expected in {"fixed_mean": 61.0, "q": 18.0, "tau_squared": 8.0, "random_mean": 61.0}.items():
        assert found[name] == pytest.approx(expected, rel=1e-9)


def test_variation_with_unequal_weights_by_hand() -> None:
    # s = 1, 2: weights 1 and 1/4; mean (0 + 10/4)/(5/4) = 2; q = 4 + 64/4 = 20;
    # tau squared = (20 - 1)/(5/4 - (17/16)/(5/4)) = 19/0.4 = 47.5; random mean (10/51.5)/(1/48.5 + 1/51.5) = 4.85.
    found = first(between_area_variation(areas([0.0, 10.0], [1.0, 2.0]), value="v", lower="lo", upper="hi", by=[]))
    for name, expected in {"fixed_mean": 2.0, "q": 20.0, "tau_squared": 47.5, "random_mean": 4.85}.items():
        assert found[name] == pytest.approx(expected, rel=1e-9)


def test_areas_that_differ_by_no_more_than_chance_have_no_shrunken_gap() -> None:
    found = first(gap(areas([60.0, 60.5, 59.5])))
    assert found["observed_gap"] == 1.0
    assert found["tau_squared"] == 0.0
    assert (found["shrunken_lower_95"], found["shrunken_gap"], found["shrunken_upper_95"]) == (0.0, 0.0, 0.0)


EXPECTED_RANGES = {2: 2 / math.sqrt(math.pi), 3: 3 / math.sqrt(math.pi), 10: 3.0775054617, 20: 3.7349501117}
"""Expected ranges of standard normals: closed forms for 2 and 3, Tippett's table of 1925 recomputed for 10 and 20."""


@pytest.mark.parametrize(("count", "expected"), EXPECTED_RANGES.items())
@pytest.mark.parametrize("error", [0.001, 1.0, 40.0])
def test_equal_areas_show_the_range_of_a_normal_sample(count: int, expected: float, error: float) -> None:
    found = first(gap(areas([60.0] * count, error)))
    assert found["chance_only_gap"] == pytest.approx(expected * error, rel=1e-6)


@pytest.mark.parametrize("errors", [[1.0, 2.0], [1.0, 0.01], [0.00001, 3.0]])
def test_two_areas_show_the_mean_absolute_difference(errors: list[float | None]) -> None:
    found = first(gap(areas([60.0, 61.0], errors)))
    expected = math.sqrt(2 / math.pi) * math.hypot(*[error or 0.0 for error in errors])
    assert found["chance_only_gap"] == pytest.approx(expected, rel=1e-6)


def test_equal_tenths_show_the_mean_of_the_outer_order_statistics() -> None:
    # Of 15 standard normals the largest is expected at 1.7359134, the second at 1.2479351 (Teichroew 1956).
    found = first(tenths(areas([float(v) for v in range(15)])))
    assert found["chance_only_gap"] == pytest.approx(1.7359134 + 1.2479351, abs=1e-6)


def test_shrinking_two_areas_has_a_closed_form() -> None:
    # With s = 1 and y = 0, 20: q = 200, tau squared = 199, half a gap of 20 x 199/200 = 19.9, variance 2 x 199/200.
    found = first(gap(areas([0.0, 20.0]), draws=65_536))
    spread = math.sqrt(2 * 199 / 200)
    assert found["tau_squared"] == pytest.approx(199.0, rel=1e-9)
    assert found["shrunken_gap"] == pytest.approx(19.9, abs=0.01 * spread)
    assert found["shrunken_lower_95"] == pytest.approx(19.9 - 1.96 * spread, abs=0.02 * spread)
    assert found["shrunken_upper_95"] == pytest.approx(19.9 + 1.96 * spread, abs=0.02 * spread)


def test_the_ends_are_named_and_ties_go_by_name() -> None:
    found = first(gap(areas([60.0, 65.0, 65.0, 60.0])))
    assert (found["highest"], found["lowest"]) == ("b", "a")
    assert (found["highest_value"], found["lowest_value"], found["areas"]) == (65.0, 60.0, 4)
    shuffled = first(gap(areas([60.0, 65.0, 65.0, 60.0]).reverse()))
    assert shuffled == found


@pytest.mark.parametrize(("count", "size"), [(5, 1), (14, 1), (15, 2), (24, 2), (25, 3)])
def test_a_tenth_is_rounded_half_up(count: int, size: int) -> None:
    found = first(tenths(areas([float(v) for v in range(count)])))
    assert len(found["highest"]) == len(found["lowest"]) == size
    assert found["observed_gap"] == pytest.approx(count - size, rel=1e-12)


def test_a_tenth_of_one_area_is_the_range() -> None:
    frame = areas([60.0, 63.0, 58.0, 61.0, 66.0, 64.0])
    ranged, tenth = first(gap(frame)), first(tenths(frame))
    for name in ("observed_gap", "chance_only_gap", "shrunken_gap", "shrunken_lower_95", "shrunken_upper_95"):
        assert tenth[name] == ranged[name]
    assert tenth["highest"] == [ranged["highest"]]


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_an_area_without_a_value_is_left_out(missing: float | None) -> None:
    with_gap = areas([60.0, 63.0, 58.0, missing])
    assert_frame_equal(gap(with_gap), gap(areas([60.0, 63.0, 58.0])))


def test_what_cannot_be_worked_out_keeps_its_row_and_says_why() -> None:
    frame = pl.concat(
        [
            areas([60.0, 61.0], set=["plain", "plain"]),
            areas([None, 61.0], set=["one", "one"]),
            areas([None, None], set=["none", "none"]),
            areas([60.0, 61.0], [None, 1.0], set=["open", "open"]),
            areas([60.0, 61.0], [0.0, 1.0], set=["flat", "flat"]),
        ]
    )
    found = gap(frame, ["set"])
    assert found["set"].to_list() == ["plain", "one", "none", "open", "flat"]
    assert found["reason"].to_list() == [None, TOO_FEW, TOO_FEW, NO_INTERVAL, NO_WIDTH]
    assert found["observed_gap"].to_list() == [1.0, None, None, 1.0, 1.0]
    assert found["chance_only_gap"].is_not_null().to_list() == [True, False, False, False, False]
    assert found["areas"].to_list() == [2, 1, 0, 2, 2]
    varied = between_area_variation(frame, value="v", lower="lo", upper="hi", by=["set"])
    assert varied["reason"].to_list() == found["reason"].to_list()
    assert varied["tau_squared"].is_not_null().to_list() == [True, False, False, False, False]
    assert tenths(frame, ["set"])["reason"].to_list() == [NO_TENTH] * 5


def test_rounded_limits_may_be_given_their_digits() -> None:
    found = first(gap(areas([60.0, 61.0], 0.0), decimals=1))
    assert found["reason"] is None
    assert found["chance_only_gap"] == pytest.approx(0.05 * 2 / math.sqrt(math.pi), rel=1e-6)
    open_ended = first(gap(areas([60.0, 61.0], [None, 1.0]), decimals=1))
    assert open_ended["reason"] == NO_INTERVAL


def test_the_observed_range_has_the_limits_of_its_two_ends() -> None:
    # Errors of 0.3 and 0.4 make 0.5 together; the area between them has no part in it.
    found = first(gap(areas([58.0, 65.0, 70.0], [0.3, 9.0, 0.4])))
    assert found["observed_gap"] == 12.0
    assert found["observed_lower_95"] == pytest.approx(12 - 1.959963984540054 * 0.5, rel=1e-9)
    assert found["observed_upper_95"] == pytest.approx(12 + 1.959963984540054 * 0.5, rel=1e-9)


def test_observed_tenths_have_the_limits_of_a_difference_of_means() -> None:
    # Of 15 areas a tenth is two. Top: sqrt(0.6^2 + 0.8^2)/2 = 0.5; bottom: sqrt(1.44^2 + 1.92^2)/2 = 1.2; both 1.3.
    errors: list[float | None] = [1.44, 1.92, *[9.0] * 11, 0.6, 0.8]
    found = first(tenths(areas([float(v) for v in range(15)], errors)))
    assert found["observed_gap"] == 13.0
    assert found["observed_lower_95"] == pytest.approx(13 - 1.959963984540054 * 1.3, rel=1e-9)
    assert found["observed_upper_95"] == pytest.approx(13 + 1.959963984540054 * 1.3, rel=1e-9)


def test_the_limits_of_the_observed_gap_ask_for_those_of_its_ends_only() -> None:
    inner = first(gap(areas([58.0, 60.0, 65.0], [1.0, None, 1.0])))
    assert inner["observed_lower_95"] == pytest.approx(7 - 1.959963984540054 * math.sqrt(2), rel=1e-9)
    assert (inner["shrunken_gap"], inner["reason"]) == (None, NO_INTERVAL)
    outer = first(gap(areas([58.0, 60.0, 65.0], [1.0, 1.0, None])))
    assert (outer["observed_gap"], outer["observed_lower_95"], outer["observed_upper_95"]) == (7.0, None, None)
    one_of_two = first(tenths(areas([float(v) for v in range(15)], [1.0] * 14 + [None])))
    assert (one_of_two["observed_gap"], one_of_two["observed_lower_95"]) == (13.0, None)


def test_limits_that_coincide_are_no_certainty_of_an_observed_gap() -> None:
    flat = areas([58.0, 65.0], 0.0)
    assert first(gap(flat))["observed_lower_95"] is None
    half_a_digit = first(gap(flat, decimals=1))
    assert half_a_digit["observed_upper_95"] == pytest.approx(7 + 1.959963984540054 * 0.05 * math.sqrt(2), rel=1e-9)


@given(
    st.lists(
        st.tuples(st.integers(500, 750).map(lambda tenth: tenth / 10), st.floats(0.1, 3.0)), min_size=2, max_size=12
    )
)
def test_the_observed_range_is_the_gap_between_its_own_ends(drawn: list[tuple[float, float]]) -> None:
    frame = areas([value for value, _ in drawn], [error for _, error in drawn])
    chosen = first(gap(frame, draws=1_000))
    named = first(named_gap(frame, **COLUMNS, by=[], high=chosen["highest"], low=chosen["lowest"]))
    assert chosen["highest"] != chosen["lowest"]
    for one, other in {
        "observed_gap": "observed_gap",
        "observed_lower_95": "lower_95",
        "observed_upper_95": "upper_95",
    }.items():
        assert chosen[one] == pytest.approx(named[other], rel=1e-9, abs=1e-12)


def test_no_area_stands_at_both_ends_however_many_tie() -> None:
    found = first(gap(areas([60.0, 60.0])))
    assert (found["highest"], found["lowest"], found["observed_gap"]) == ("a", "b", 0.0)
    # One area above fourteen that tie: the top two are it and the first by name, the bottom two the next by name.
    tied = first(tenths(areas([*[60.0] * 14, 70.0])))
    assert (tied["highest"], tied["lowest"]) == (["o", "a"], ["b", "c"])


def test_a_gap_between_two_named_areas() -> None:
    frame = areas([58.0, 65.0, 70.0], [0.3, 0.4, 1.0])
    found = first(named_gap(frame, **COLUMNS, by=[], high="b", low="a"))
    assert found["observed_gap"] == 7.0
    assert found["lower_95"] == pytest.approx(7 - 1.959963984540054 * 0.5, rel=1e-9)
    assert found["upper_95"] == pytest.approx(7 + 1.959963984540054 * 0.5, rel=1e-9)
    assert (found["highest"], found["lowest"], found["reason"]) == ("b", "a", None)
    assert (found["highest_value"], found["lowest_value"]) == (65.0, 58.0)
    back = first(named_gap(frame, **COLUMNS, by=[], high="a", low="b"))
    assert back["observed_gap"] == -7.0
    assert back["lower_95"] == pytest.approx(-found["upper_95"], rel=1e-12)


def test_named_gaps_that_cannot_be_measured_say_why() -> None:
    frame = pl.concat(
        [
            areas([58.0, 65.0], set=["plain", "plain"]),
            areas([58.0], set=["one"]),
            areas([None, 65.0], set=["other", "other"]),
            areas([58.0, 65.0], [None, 1.0], set=["open", "open"]),
            areas([58.0, 65.0], 0.0, set=["flat", "flat"]),
        ]
    )
    found = named_gap(frame, **COLUMNS, by=["set"], high="b", low="a")
    assert found["reason"].to_list() == [None, "b has no value", "a has no value", NO_INTERVAL, NO_WIDTH]
    assert found["observed_gap"].to_list() == [7.0, None, None, 7.0, 7.0]
    assert found["lower_95"].is_not_null().to_list() == [True, False, False, False, False]


def test_refusals() -> None:
    with pytest.raises(MetricInputError, match=r"given twice in a group.*set=x"):
        gap(areas([1.0, 2.0], code=["a", "a"], set=["x", "x"]), ["set"])
    with pytest.raises(MetricInputError, match=r"area: null.*set=x"):
        gap(areas([1.0, 2.0], code=["a", None], set=["x", "x"]), ["set"])
    with pytest.raises(MetricInputError, match="lower: above upper"):
        gap(areas([1.0, 2.0], -1.0))
    with pytest.raises(MetricInputError, match="named for both"):
        named_gap(areas([1.0, 2.0]), **COLUMNS, by=[], high="a", low="a")
    with pytest.raises(MetricInputError) as refused:
        gap(areas([1.0, 2.0], highest=["x", "x"]).drop("lo"), ["highest"], seed=-1, draws=10)
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["lower", "by", "seed", "draws"]


@pytest.mark.parametrize("call", [gap, tenths])
@pytest.mark.parametrize("by", [(), ["set"]])
def test_empty_frames_keep_their_types(call: Callable[..., pl.DataFrame], by: Any) -> None:
    frame = areas([float(v) for v in range(6)], set=["x"] * 6)
    empty = call(frame.clear(), by)
    assert empty.height == 0
    assert empty.schema == call(frame, by).schema


def test_empty_frames_of_the_other_two() -> None:
    frame = areas([1.0, 2.0])
    named = {"by": (), "high": "a", "low": "b"}
    assert named_gap(frame.clear(), **COLUMNS, **named).schema == named_gap(frame, **COLUMNS, **named).schema
    varied = {"value": "v", "lower": "lo", "upper": "hi", "by": ()}
    assert between_area_variation(frame.clear(), **varied).schema == between_area_variation(frame, **varied).schema


def test_categorical_areas_and_groups_integers_and_a_null_group() -> None:
    frame = areas([60.0, 65.0, 58.0, 61.0], set=["x", None, "x", None]).with_columns(
        pl.col("code", "set").cast(pl.Categorical), pl.col("v").cast(pl.Int32)
    )
    found = gap(frame, "set")
    assert found["set"].to_list() == ["x", None]
    assert found["observed_gap"].to_list() == [2.0, 4.0]
    assert found.schema["highest"] == pl.Categorical
    assert found["highest"].to_list() == ["a", "b"]


def test_the_same_seed_gives_the_same_draws_and_another_gives_others() -> None:
    frame = areas([60.0, 65.0, 58.0, 61.0])
    assert_frame_equal(gap(frame, seed=7), gap(frame, seed=7), check_exact=True)
    assert first(gap(frame, seed=7))["shrunken_gap"] != first(gap(frame, seed=8))["shrunken_gap"]


def many_groups() -> pl.DataFrame:
    free = random.Random(3)
    rows = [
        (f"{size}", f"{place:02}", free.gauss(60, 3), free.uniform(0.3, 1.5))
        for size in (2, 5, 17, 31)
        for place in range(size)
    ]
    frame = pl.DataFrame(rows, schema=["set", "code", "v", "s"], orient="row")
    return frame.with_columns(lo=pl.col("v") - 1.96 * pl.col("s"), hi=pl.col("v") + 1.96 * pl.col("s"))


@pytest.mark.parametrize("call", [gap, tenths])
def test_grouping_equals_filtering_then_calling_to_the_last_bit(call: Callable[..., pl.DataFrame]) -> None:
    frame = many_groups()
    whole = call(frame, ["set"])
    for (name,) in whole.select("set").iter_rows():
        assert_frame_equal(call(frame.filter(set=name), ["set"]), whole.filter(set=name), check_exact=True)


@pytest.mark.parametrize("call", [gap, tenths])
def test_the_order_of_rows_is_irrelevant_to_the_last_bit(call: Callable[..., pl.DataFrame]) -> None:
    frame = many_groups()
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=5)
    assert_frame_equal(call(frame, ["set"]), call(shuffled, ["set"]), check_exact=True, check_row_order=False)


def test_threads_make_no_difference() -> None:
    script = (
        "import sys; sys.path.insert(0, 'tests/unit/metrics')\n"
        "from test_gaps import many_groups, gap, tenths\n"
        "for call in (gap, tenths): print(call(many_groups(), ['set']).rows())"
    )
    outcomes = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ
            | {
                "POLARS_MAX_THREADS": threads,
                "OMP_NUM_THREADS": threads,
                "OPENBLAS_NUM_THREADS": threads,
                "PYTHONPATH": ".",
            },
        ).stdout
        for threads in ("1", "2")
    }
    assert len(outcomes) == 1


@settings(deadline=None, max_examples=25)
@given(
    values=st.lists(st.floats(50, 70), min_size=2, max_size=12),
    shift=st.floats(-20, 20),
    scale=st.floats(0.1, 10),
)
def test_gaps_move_with_the_scale_and_not_with_the_level(values: list[float], shift: float, scale: float) -> None:
    plain = first(gap(areas(list(values))))
    moved = first(gap(areas([value * scale + shift for value in values], scale)))
    for name in ("observed_gap", "chance_only_gap", "shrunken_gap", "shrunken_lower_95", "shrunken_upper_95"):
        assert moved[name] == pytest.approx(plain[name] * scale, rel=1e-6, abs=1e-6 * scale)


@settings(deadline=None, max_examples=25)
@given(values=st.lists(st.floats(50, 70), min_size=2, max_size=12))
def test_limits_bracket_the_shrunken_gap_and_shrinking_never_widens_the_fit(values: list[float]) -> None:
    found = first(gap(areas(list(values))))
    assert found["shrunken_lower_95"] <= found["shrunken_gap"] <= found["shrunken_upper_95"]
    assert found["tau_squared"] >= 0
    assert found["observed_gap"] == pytest.approx(max(values) - min(values), abs=1e-9)


@pytest.mark.originals
def test_worked_examples(worked_example: Callable[[str], pl.DataFrame]) -> None:
    inputs, expected = worked_example("gaps/gap_inputs.csv"), worked_example("gaps/gap_expected.csv")
    columns = {"value": "value", "lower": "lower_95", "upper": "upper_95", "by": ["case_id"]}
    ranged = range_gap(inputs, area="area_code", **columns)
    tenth = decile_gap(inputs, area="area_code", **columns)
    varied = between_area_variation(inputs, **columns)
    assert ranged["case_id"].to_list() == expected["case_id"].to_list()

    exact = [
        (ranged["observed_gap"], "observed_gap"),
        (tenth["observed_gap"], "observed_decile_gap"),
        (tenth["highest"].list.len(), "tenth_n"),
        *((varied[name], name) for name in ("areas", "fixed_mean", "q", "tau_squared", "random_mean")),
    ]
    for found, name in exact:
        assert found.to_list() == pytest.approx(expected[name].to_list(), rel=1e-9), name
    assert ranged["chance_only_gap"].to_list() == pytest.approx(expected["chance_only_gap"].to_list(), rel=1e-6)

    for found, kind in ((ranged, "gap"), (tenth, "decile")):
        width = expected[f"shrunken_{kind}_upper_sim"] - expected[f"shrunken_{kind}_lower_sim"]
        middle = "shrunken_gap_sim" if kind == "gap" else "shrunken_decile_gap_sim"
        for name, simulated in (
            ("shrunken_gap", middle),
            ("shrunken_lower_95", f"shrunken_{kind}_lower_sim"),
            ("shrunken_upper_95", f"shrunken_{kind}_upper_sim"),
        ):
            assert ((found[name] - expected[simulated]).abs() / width).max() < 0.01, name  # type: ignore[operator]


@pytest.mark.parametrize("decimals", ["1", 0.5, True, 200])
def test_digits_are_a_whole_number(decimals: Any) -> None:
    with pytest.raises(MetricInputError, match=r"decimals: .* whole number"):
        gap(areas([1.0, 2.0]), decimals=decimals)


def test_areas_have_names_or_numbers() -> None:
    frame = areas([1.0, 2.0])
    with pytest.raises(MetricInputError, match="area: None given"):
        range_gap(frame, **(COLUMNS | {"area": None}), by=[])  # type: ignore[arg-type]
    with pytest.raises(MetricInputError, match="expected the names, codes or numbers"):
        gap(frame.with_columns(code=pl.struct("v")))
    numbered = named_gap(frame.with_columns(code=pl.Series([1, 2])), **COLUMNS, by=[], high=2, low=1)
    assert numbered.select("highest", "lowest", "observed_gap").row(0) == (2, 1, 1.0)


def test_too_many_areas_or_draws_are_refused() -> None:
    many = pl.DataFrame({"code": range(21_202)}).with_columns(v=pl.col("code") * 1.0, lo=0.0, hi=99_999.0)
    with pytest.raises(MetricInputError, match="over 21,201"):
        gap(many)
    with pytest.raises(MetricInputError, match=r"draws: .* from 1000 to"):
        gap(areas([1.0, 2.0]), draws=10**9)


def test_no_seed_is_the_usual_seed_and_areas_may_be_dates() -> None:
    days = [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]
    frame = pl.DataFrame({"a": days, "v": [58.0, 65.0], "l": [57.0, 63.0], "u": [59.0, 67.0]})
    sides = {"area": "a", "value": "v", "lower": "l", "upper": "u", "by": []}
    assert range_gap(frame, seed=None, **sides).equals(range_gap(frame, **sides))  # type: ignore[arg-type]
    found = named_gap(frame, high=days[1], low=days[0], **sides)  # type: ignore[arg-type]
    assert found.select("observed_gap", "highest", "lowest").row(0) == (7.0, days[1], days[0])
