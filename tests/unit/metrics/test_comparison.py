"""Comparisons of values and of changes, for frames and for single figures."""

from __future__ import annotations

import math
import subprocess
import sys
from statistics import NormalDist
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics import comparison_scalar as scalar
from metrics.comparison import compare, difference_of_differences, standard_errors, two_sided_p
from metrics.inputs import MetricInputError

SIDES = {"value": "v", "lower": "l", "upper": "u", "reference": "r", "reference_lower": "rl", "reference_upper": "ru"}
CHANGE = {
    "before": "y0",
    "after": "y1",
    "comparator_before": "e0",
    "comparator_after": "e1",
    "before_se": "s0",
    "after_se": "s1",
    "comparator_before_se": "t0",
    "comparator_after_se": "t1",
}


def sides(**columns: Any) -> pl.DataFrame:
    """One value of 60 (standard error 0.6) against a reference of 62 (standard error 0.8): z is -2."""
    usual = {"v": 60.0, "l": 60 - 1.176, "u": 60 + 1.176, "r": 62.0, "rl": 62 - 1.568, "ru": 62 + 1.568}
    return pl.DataFrame({name: columns.get(name, [given]) for name, given in usual.items()})


def compared(frame: pl.DataFrame, **more: Any) -> dict[str, Any]:
    found = compare(frame, **SIDES, **more).select("comparison", "p", "reason")
    return found.row(0, named=True)


def test_a_worked_comparison() -> None:
    found = compared(sides())
    assert found["comparison"] == "lower"
    assert found["p"] == pytest.approx(2 * (1 - NormalDist().cdf(2)), rel=1e-9)
    assert found["reason"] is None


@pytest.mark.parametrize(("value", "verdict"), [(60.5, "similar"), (62.0, "similar"), (64.0, "higher")])
def test_verdicts(value: float, verdict: str) -> None:
    assert compared(sides(v=[value]))["comparison"] == verdict


def test_overlapping_intervals_may_still_differ() -> None:
    frame = sides()
    assert frame["u"].item() > frame["rl"].item()
    assert compared(frame)["comparison"] == "lower"


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
@pytest.mark.parametrize(
    ("column", "reason"),
    [("v", "no value"), ("r", "no reference value"), ("l", "no interval"), ("ru", "no interval")],
)
def test_missing_figures_are_gaps_with_a_reason(column: str, reason: str, missing: float | None) -> None:
    expected = {"comparison": None, "p": None, "reason": reason}
    assert compared(sides(**{column: pl.Series([missing], dtype=pl.Float64)})) == expected
    assert compared(sides(**{column: pl.Series([missing], dtype=pl.Float64)}), decimals=1) == expected


def test_intervals_without_width_are_not_certainty() -> None:
    frame = sides(l=[60.0], u=[60.0], rl=[62.0], ru=[62.0])
    assert compared(frame)["comparison"] is None
    assert compared(frame)["reason"] == "both intervals have no width, which is not certainty"
    with_digits = compared(frame, decimals=1)
    assert with_digits["p"] == pytest.approx(scalar.two_sided_p(2 / math.sqrt(0.005)), rel=1e-9)


def test_standard_errors_are_never_under_half_the_last_digit() -> None:
    frame = pl.DataFrame({"l": [60.0, 60.0, 60.0, None], "u": [60.0, 63.92, 60.0, 61.0], "d": [1, 1, None, 1]})
    assert standard_errors(frame, lower="l", upper="u").to_list() == pytest.approx([0.0, 1.0, 0.0, None])
    assert standard_errors(frame, lower="l", upper="u", decimals=0).to_list() == pytest.approx([0.5, 1.0, 0.5, None])
    assert standard_errors(frame, lower="l", upper="u", decimals="d").to_list() == pytest.approx([0.05, 1.0, 0.0, None])


def test_limits_the_wrong_way_round_are_refused_with_their_rows() -> None:
    with pytest.raises(MetricInputError, match=r"lower: above upper.*row 0"):
        compare(sides(l=[61.0], u=[60.0]), **SIDES)
    with pytest.raises(ValueError, match="above upper"):
        scalar.standard_error(61.0, 60.0)


def test_other_columns_stay_and_an_older_answer_is_replaced() -> None:
    frame = sides().with_columns(area=pl.lit("Q"), p=pl.lit(9.0))
    found = compare(frame, **SIDES)
    assert found.columns == [*frame.columns, "comparison", "reason", "comparison_reason"]
    assert found["p"].item() < 1


@pytest.mark.parametrize("call", [lambda f: compare(f, **SIDES), lambda f: standard_errors(f, lower="l", upper="u")])
def test_empty_frames_keep_their_types(call: Any) -> None:
    empty = call(sides().clear())
    assert len(empty) == 0
    if isinstance(empty, pl.DataFrame):
        assert empty.schema == call(sides()).schema


def changes(**columns: Any) -> pl.DataFrame:
    usual = {"y0": 60.0, "y1": 59.0, "e0": 62.0, "e1": 62.5, "s0": 0.2, "s1": 0.4, "t0": 0.1, "t1": 0.2}
    return pl.DataFrame({name: columns.get(name, [given]) for name, given in usual.items()})


def test_a_worked_difference_of_differences() -> None:
    # Change -1, England's +0.5, so -1.5; standard error sqrt(0.04 + 0.16 + 0.01 + 0.04) = 0.5, so z is -3.
    found = difference_of_differences(changes(), **CHANGE).row(0, named=True)
    z95 = NormalDist().inv_cdf(0.975)
    assert found["difference"] == -1.5
    assert found["lower_95"] == pytest.approx(-1.5 - 0.5 * z95, rel=1e-12)
    assert found["upper_95"] == pytest.approx(-1.5 + 0.5 * z95, rel=1e-12)
    assert found["p"] == pytest.approx(0.0026997960632601866, rel=1e-9)
    assert found["reason"] is None


def test_without_standard_errors_a_difference_has_no_limits() -> None:
    points = {name: column for name, column in CHANGE.items() if not name.endswith("_se")}
    found = difference_of_differences(changes(), **points).row(0, named=True)
    assert found["difference"] == -1.5
    assert (found["lower_95"], found["p"], found["reason"]) == (None, None, "no interval")


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_a_missing_value_leaves_no_difference(missing: float | None) -> None:
    frame = changes(e1=pl.Series([missing], dtype=pl.Float64))
    found = difference_of_differences(frame, **CHANGE).row(0, named=True)
    assert (found["difference"], found["lower_95"], found["p"]) == (None, None, None)
    assert found["reason"] == "a value is missing"


def test_four_standard_errors_of_zero_are_not_certainty() -> None:
    frame = changes(s0=[0], s1=[0], t0=[0], t1=[0])
    found = difference_of_differences(frame, **CHANGE).row(0, named=True)
    assert (found["difference"], found["lower_95"], found["p"]) == (-1.5, None, None)
    assert found["reason"] == "both intervals have no width, which is not certainty"


def test_negative_standard_errors_are_refused() -> None:
    with pytest.raises(MetricInputError) as refused:
        difference_of_differences(changes(s0=[-1.0], t1=[-1.0]), **CHANGE)
    assert len(refused.value.problems) == 2
    with pytest.raises(ValueError, match="zero or more"):
        scalar.difference_of_differences(
            before=1, after=1, comparator_before=1, comparator_after=1,
            before_se=-1, after_se=0, comparator_before_se=0, comparator_after_se=0,
        )  # fmt: skip


def test_p_keeps_its_digits_far_out() -> None:
    assert two_sided_p(pl.Series([10.0])).item() == pytest.approx(1.523970604832105e-23, rel=1e-9)
    assert two_sided_p(pl.Series([], dtype=pl.Float64)).dtype == pl.Float64


def agree(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and one == pytest.approx(other, rel=1e-9, abs=1e-12))


FIGURE = st.one_of(st.none(), st.floats(-100, 100), st.sampled_from([math.nan, math.inf]))
WIDTH = st.one_of(st.just(0.0), st.floats(0.01, 20))


@settings(deadline=None)
@given(value=FIGURE, reference=FIGURE, width=WIDTH, reference_width=WIDTH, decimals=st.sampled_from([None, 0, 1]))
def test_one_figure_and_a_frame_of_one_agree(
    value: float | None, reference: float | None, width: float, reference_width: float, decimals: int | None
) -> None:
    here, there = value or 0.0, reference or 0.0
    figures = {
        "value": value, "lower": here - width, "upper": here + width,
        "reference": reference, "reference_lower": there - reference_width, "reference_upper": there + reference_width,
    }  # fmt: skip
    one = scalar.compare(**figures, decimals=decimals)
    frame = pl.DataFrame({name: pl.Series([given], dtype=pl.Float64) for name, given in figures.items()})
    many = compare(frame, **{name: name for name in figures}, decimals=decimals).row(0, named=True)
    assert (one.comparison, one.reason) == (many["comparison"], many["reason"])
    assert agree(one.p, many["p"])


@settings(deadline=None)
@given(values=st.lists(st.floats(-100, 100), min_size=4, max_size=4), errors=st.lists(WIDTH, min_size=4, max_size=4))
def test_one_change_and_a_frame_of_one_agree(values: list[float], errors: list[float]) -> None:
    figures = dict(zip(CHANGE, [*values, *errors], strict=True))
    one = scalar.difference_of_differences(**figures)
    frame = pl.DataFrame({name: [given] for name, given in figures.items()})
    many = difference_of_differences(frame, **{name: name for name in figures}).row(0, named=True)
    for name in ("difference", "lower_95", "upper_95", "p"):
        assert agree(getattr(one, name), many[name])
    assert one.reason == many["reason"]


@settings(deadline=None)
@given(rows=st.lists(st.tuples(st.floats(50, 70), st.floats(50, 70)), min_size=1, max_size=20))
def test_swapping_sides_swaps_the_verdict(rows: list[tuple[float, float]]) -> None:
    frame = pl.DataFrame(rows, schema=["v", "r"], orient="row").with_columns(
        l=pl.col("v") - 1, u=pl.col("v") + 1, rl=pl.col("r") - 2, ru=pl.col("r") + 2
    )
    there = compare(frame, **SIDES)["comparison"]
    swapped = dict(zip(SIDES, [*list(SIDES.values())[3:], *list(SIDES.values())[:3]], strict=True))
    back = compare(frame, **swapped)["comparison"]
    mirror = {"higher": "lower", "lower": "higher", "similar": "similar"}
    assert back.to_list() == [mirror[verdict] for verdict in there]


@settings(deadline=None)
@given(rows=st.lists(st.floats(50, 70), min_size=1, max_size=20))
def test_each_row_stands_alone(rows: list[float]) -> None:
    frame = pl.DataFrame({"v": rows}).with_columns(l=pl.col("v") - 1, u=pl.col("v") + 1, r=60.0, rl=59.0, ru=61.0)
    whole = compare(frame, **SIDES)
    assert_frame_equal(compare(frame.reverse(), **SIDES).reverse(), whole)
    assert_frame_equal(compare(frame.head(1), **SIDES), whole.head(1))


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("metrics.comparison_scalar", ["numpy", "scipy", "polars"]),
        ("metrics.progress_scalar", ["numpy", "scipy", "polars"]),
        ("metrics.comparison", ["numpy", "scipy"]),
        ("metrics.progress", ["numpy", "scipy"]),
    ],
)
def test_the_web_server_loads_nothing_heavy(module: str, heavy: list[str]) -> None:
    script = f"import sys, {module}; sys.exit(', '.join(m for m in {heavy} if m in sys.modules) or 0)"
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
