"""Proportions with Wilson's limits."""

from collections.abc import Callable
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.inputs import MetricInputError
from metrics.proportions import proportion

LIMITS = ["lower_95", "upper_95", "lower_99_8", "upper_99_8"]
Z = 1.959963984540054


def frame(count: object, denominator: object, **columns: object) -> pl.DataFrame:
    return pl.DataFrame({**columns, "count": count, "people": denominator}, strict=False)


def share(data: pl.DataFrame, **arguments: object) -> pl.DataFrame:
    return proportion(data, count="count", denominator="people", **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "denominator", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_newcombes_published_examples(count: int, denominator: int, lower: float, upper: float) -> None:
    """The score interval without continuity correction in Newcombe RG. Stat Med 1998;17:857-72, table I."""
    result = share(frame([count], [denominator]))
    assert result["lower_95"][0] == pytest.approx(lower, abs=5e-5)
    assert result["upper_95"][0] == pytest.approx(upper, abs=5e-5)


@pytest.mark.parametrize(("count", "denominator"), [(14, 40), (1, 10**9), (999, 1000), (0.5, 3), (7, 7), (0, 7)])
def test_limits_are_the_proportions_just_z_standard_errors_away(count: float, denominator: float) -> None:
    """Wilson's definition: the limit P solves |p - P| = z sqrt(P (1 - P)/n); checked in exact arithmetic."""
    result = share(frame([count], [denominator]))
    for name in ("lower_95", "upper_95"):
        limit, p = Fraction(result[name][0]), Fraction(count) / Fraction(denominator)
        if limit in (0, 1):
            assert limit == p
            continue
        distance = Fraction(Z) ** 2 * limit * (1 - limit) / Fraction(denominator)
        assert float((p - limit) ** 2 / distance) == pytest.approx(1, rel=1e-9)


def test_nobody_and_everybody() -> None:
    nobody, everybody = share(frame([0, 33], [33, 33])).select("value", *LIMITS).rows()
    assert nobody[:2] == (0, 0)
    assert nobody[3] == 0
    assert everybody[0] == everybody[2] == everybody[4] == 1
    assert everybody[1] == pytest.approx(1 - nobody[2], rel=1e-12)


def test_rows_of_a_group_are_summed_first_and_percentages_are_a_multiplier() -> None:
    data = frame([1, 2, 3], [10, 20, 30], area=["b", "a", "b"])
    result = share(data, by=["area"], multiplier=100)
    assert result.select("area", "count", "people", "value").rows() == [("b", 4, 40, 10.0), ("a", 2, 20, 10.0)]
    assert result.columns == ["area", "count", "people", "value", *LIMITS, "reason"]


def test_a_missing_part_leaves_a_gap_with_its_reason() -> None:
    result = share(frame([1, None, 3, float("nan")], [10, 10, None, 10]))
    assert result["reason"].to_list() == [None, "no count", "no denominator", "no count"]
    assert result["lower_95"].is_null().to_list() == [False, True, True, True]


@pytest.mark.parametrize("by", [[], ["area"]])
def test_an_empty_frame_gives_an_empty_frame_with_every_column(by: list[str]) -> None:
    data = pl.DataFrame(schema={"area": pl.Categorical, "count": pl.Int64, "people": pl.Null})
    result = share(data, by=by)
    assert result.columns == ["area", "count", "people", "value", *LIMITS, "reason"]
    assert result.height == 0
    assert result.schema["upper_99_8"] == pl.Float64


def test_a_count_above_its_denominator_is_refused_naming_every_group() -> None:
    data = frame([11, 5, 12, -1, 1], [10, 10, 10, 10, 0], area=["a", "b", "c", "d", "e"])
    with pytest.raises(MetricInputError) as caught:
        share(data, by=["area"])
    text = str(caught.value)
    assert "expected a part of the denominator: area=a; area=c; area=e" in text
    assert "zero or more: area=d" in text
    assert "above zero: area=e" in text


def test_wrong_arguments_are_told_at_once() -> None:
    with pytest.raises(MetricInputError) as caught:
        proportion(frame([True], [1]), count="count", denominator="x", multiplier=float("nan"), confidence=99.8)
    assert len(caught.value.problems) == 4


ROWS = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from("abc")), min_size=1, max_size=20
)


@given(ROWS, st.floats(0.1, 1e6))
def test_limits_bracket_widen_scale_and_keep_to_groups(rows: list[tuple[int, int, str]], multiplier: float) -> None:
    data = pl.DataFrame(
        [(count, count + rest + 1, area) for count, rest, area in rows],
        schema=["count", "people", "area"],
        orient="row",
    )
    result = share(data, by=["area"]).sort("area")
    assert share(data.reverse(), by=["area"]).sort("area").equals(result)
    for area, part in data.group_by("area"):
        assert share(part, by=["area"]).equals(result.filter(pl.col("area") == area[0]))
    scaled = share(data, by=["area"], multiplier=multiplier).sort("area")
    for name in ("value", *LIMITS):
        assert scaled[name].to_list() == pytest.approx((result[name] * multiplier).to_list(), rel=1e-12)
    for row in result.iter_rows(named=True):
        assert 0 <= row["lower_99_8"] <= row["lower_95"] <= row["value"]
        assert row["value"] <= row["upper_95"] <= row["upper_99_8"] <= 1


@pytest.mark.originals
def test_worked_examples(worked_example: Callable[[str], pl.DataFrame]) -> None:
    for case in worked_example("proportions/proportion_examples.csv").iter_rows(named=True):
        (result,) = share(frame([case["x"]], [case["n"]]), multiplier=case["multiplier"]).to_dicts()
        for ours, theirs in zip(
            ["value", *LIMITS],
            ["value", "lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl"],
            strict=True,
        ):
            assert result[ours] == pytest.approx(case[theirs], rel=1e-9)
