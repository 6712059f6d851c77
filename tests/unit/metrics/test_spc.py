"""XmR charts."""

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.inputs import MetricInputError
from metrics.spc import ADDED, HIGH, LOW, summary, xmr

START = date(2021, 4, 1)


def months(count: int) -> list[date]:
    return [date(2021 + (3 + month) // 12, (3 + month) % 12 + 1, 1) for month in range(count)]


def series(values: list[float | None], **columns: object) -> pl.DataFrame:
    return pl.DataFrame({**columns, "month": months(len(values)), "y": values}, strict=False)


def chart(data: pl.DataFrame, **arguments: object) -> pl.DataFrame:
    return xmr(data, date="month", value="y", **arguments)  # type: ignore[arg-type]


def causes(values: list[float | None], **arguments: object) -> list[str | None]:
    return chart(series(values), **arguments)["special_cause_type"].to_list()


FLAT = [10, 12] * 8
"""Sixteen points that go to and fro: mean 11, moving ranges 2, limits 5.68 and 16.32, near ones 7.4533 and 14.5467."""


def test_the_limits_of_a_series_worked_by_hand() -> None:
    result = chart(series(FLAT))
    first = result.row(0, named=True)
    assert first["mean"] == 11
    assert first["upper_limit"] == pytest.approx(11 + 2.66 * 2, rel=1e-12)
    assert first["lower_limit"] == pytest.approx(11 - 2.66 * 2, rel=1e-12)
    assert first["near_upper"] == pytest.approx(11 + 2.66 * 4 / 3, rel=1e-12)
    assert first["near_lower"] == pytest.approx(11 - 2.66 * 4 / 3, rel=1e-12)
    assert result["moving_range"].to_list() == [None] + [2.0] * 15
    assert result["special_cause_type"].unique().to_list() == ["common_cause"]
    assert result["reason"].to_list() == [None] * 16
    assert result.columns == ["month", "y", *ADDED]


def test_a_spike_is_screened_from_the_average_range_unless_told_not_to() -> None:
    """Ranges 1, 1, ..., 1, 99, 99 of 21: their average is 10.33, and 99 is more than 3.267 times it."""
    values = [0, 1] * 10 + [100, 1]
    screened, whole = chart(series(values)), chart(series(values), screen=False)
    reach = screened["upper_limit"][0] - screened["mean"][0]
    assert reach == pytest.approx(2.66, rel=1e-12)
    assert whole["upper_limit"][0] - whole["mean"][0] == pytest.approx(2.66 * (19 + 198) / 21, rel=1e-12)


def test_strictly_beyond_a_limit() -> None:
    found = causes([*FLAT, 17, 5], fix_after=16)
    assert found[-2:] == ["above_upper", "below_lower"]
    at_the_limit = 11 + 2.66 * 2
    assert causes([*FLAT, at_the_limit, 11, at_the_limit], fix_after=16)[16] != "above_upper"


def test_seven_rising_or_falling_are_a_trend_and_six_or_a_tie_are_not() -> None:
    rising = [8, 9, 10, 11, 12, 13, 14]
    assert causes([*FLAT, *rising], fix_after=16)[16:] == ["trend_rising"] * 7
    assert causes([*FLAT, *rising[::-1]], fix_after=16)[16:] == ["trend_falling"] * 7
    assert "trend_rising" not in causes([*FLAT, *rising[:6]], fix_after=16)
    assert "trend_rising" not in causes([*FLAT, 8, 9, 10, 10, 11, 12, 13], fix_after=16)


def test_a_point_in_a_rise_and_a_fall_belongs_to_the_later() -> None:
    peak = [8, 9, 10, 11, 12, 13, 14, 13, 12, 11, 10, 9, 8]
    found = causes([*FLAT, *peak], fix_after=16)[16:]
    assert found == ["trend_rising"] * 6 + ["trend_falling"] * 7


def test_two_of_three_near_a_limit_on_one_side() -> None:
    assert causes([*FLAT, 15, 12, 15], fix_after=16)[16:] == ["two_in_three_high", "common_cause", "two_in_three_high"]
    assert causes([*FLAT, 7, 7, 12], fix_after=16)[16:] == ["common_cause"] * 3
    assert causes([*FLAT[:-1], 9, 7, 7], fix_after=15)[15:] == ["common_cause", "two_in_three_low", "two_in_three_low"]
    across = causes([*FLAT, 15, 7, 15], fix_after=16)[16:]
    assert across == ["common_cause"] * 3
    beyond = causes([*FLAT, 15, 17, 12], fix_after=16)[16:]
    assert beyond == ["common_cause", "above_upper", "common_cause"]


def test_seven_on_one_side_of_the_mean_and_a_value_equal_to_it_ends_the_run() -> None:
    up_down = [12, 13, 12, 13, 12, 13, 12]
    assert causes([*FLAT[:-1], *up_down], fix_after=14)[15:] == ["seven_above"] * 7
    assert causes([*FLAT[:-1], *(22 - y for y in up_down)], fix_after=14)[16:] == ["seven_below"] * 6
    assert "seven_above" not in causes([*FLAT[:-1], *up_down[:3], 11, *up_down[3:]], fix_after=14)


def test_the_first_rule_that_applies_names_the_point() -> None:
    found = causes([*FLAT[:-1], 12, 13, 12, 13, 15, 17, 15], fix_after=14)[15:]
    assert found == ["seven_above"] * 4 + ["two_in_three_high", "above_upper", "two_in_three_high"]


@pytest.mark.parametrize(
    ("improvement", "high", "low"),
    [
        ("increase", "improvement", "concern"),
        ("decrease", "concern", "improvement"),
        ("neutral", "neutral_high", "neutral_low"),
    ],
)
def test_the_direction_says_what_high_and_low_mean(improvement: str, high: str, low: str) -> None:
    found = chart(series([*FLAT, 17, 5]), improvement=improvement, fix_after=16)
    assert found["point_type"].to_list()[-3:] == ["common_cause", high, low]
    assert set(found["improvement"]) == {improvement}


def test_rebasing_starts_a_part_with_limits_of_its_own() -> None:
    data = series([*FLAT, *[y + 50 for y in FLAT]])
    rebased = months(32)[16]
    whole = chart(data, rebase=[rebased], target=61)
    assert whole["rebase_group"].to_list() == [0] * 16 + [1] * 16
    assert whole["mean"].to_list() == [11] * 16 + [61] * 16
    assert whole["moving_range"][16] is None
    assert set(whole["special_cause_type"]) == {"common_cause"}
    for way in (rebased, str(rebased), (str(rebased),), [rebased - timedelta(days=9)], [rebased, date(2030, 1, 1)]):
        assert chart(data, rebase=way, target=61).equals(whole)
    assert chart(data, rebase=None).equals(chart(data))
    assert chart(data, rebase={}, target={}).equals(chart(data))
    assert chart(data, rebase=[START])["rebase_group"].unique().to_list() == [0]


def test_runs_do_not_cross_series_or_parts() -> None:
    data = series([*range(6), *range(6, 12)])
    assert set(chart(data)["special_cause_type"]) & {"trend_rising"}
    parted = chart(data, rebase=[months(12)[6]])
    assert set(parted["special_cause_type"]) == {"common_cause"}
    two = pl.concat([series(list(range(6)), area="a"), series(list(range(6, 12)), area="b")])
    assert set(chart(two, by=["area"])["special_cause_type"]) == {"common_cause"}


def test_limits_from_the_first_points_only() -> None:
    result = chart(series([10, 12, 10, 12, 50, 60]), fix_after=4)
    assert result["mean"].unique().to_list() == [11]
    assert result["upper_limit"][0] == pytest.approx(11 + 2.66 * 2)
    assert result["moving_range"].to_list() == [None, 2, 2, 2, 38, 10]
    assert chart(series(FLAT), fix_after=100).equals(chart(series(FLAT)))


def test_rows_in_any_order_come_out_by_date_and_series_as_they_first_appear() -> None:
    data = pl.concat([series(FLAT, area="b", note=["x"] * 16), series(FLAT[::-1], area="a", note=["x"] * 16)])
    turned = chart(data.reverse(), by=["area"])
    assert turned["area"].to_list() == ["a"] * 16 + ["b"] * 16
    assert turned["month"].to_list() == months(16) * 2
    assert_frame_equal(turned.sort("area", "month"), chart(data, by=["area"]).sort("area", "month"))


def test_targets_and_rebases_by_group() -> None:
    data = pl.concat(
        [series([*FLAT, *FLAT], area=area, sex=sex) for area, sex in (("a", "m"), ("b", "m"), (None, "f"))]
    )
    half = months(32)[16]
    result = chart(
        data,
        by=["area", "sex"],
        target={("a", "m"): 20, (None, "f"): 1.5, ("b", "m"): None},
        rebase={("b", "m"): [half]},
    )
    picked = result.group_by("area", maintain_order=True).agg(pl.col("target").first(), pl.col("rebase_group").max())
    assert picked.rows() == [("a", 20, 0), ("b", None, 1), (None, 1.5, 0)]
    assert result["relative_to_target"].to_list()[:1] == [-1]
    assert result.filter(pl.col("area") == "b")["relative_to_target"].null_count() == 32
    one = data.filter(pl.col("sex") == "m").with_columns(pl.col("area").cast(pl.Categorical))
    by_one = chart(one, by="area", target={"a": 11}, rebase={"a": half, "b": [str(half)]})
    assert by_one["target"].to_list() == [11.0] * 32 + [None] * 32
    assert by_one["rebase_group"].to_list() == ([0] * 16 + [1] * 16) * 2
    for key, column in ((7, pl.lit(7)), (True, pl.lit(True)), (START, pl.lit(START)), (2.5, pl.lit(2.5))):
        other = chart(data.with_columns(area=column).head(32), by=["area"], target={key: 3})
        assert other["target"][0] == 3
    with pytest.raises(MetricInputError, match="no group 'x' in the frame"):
        chart(data.with_columns(area=pl.lit(7)).head(32), by=["area"], target={"x": 3})
    with pytest.raises(MetricInputError, match="no group 'b' in the frame"):
        chart(data.filter(pl.col("area") == "a"), by=["area"], target={"a": 1, "b": 2})


def test_a_missing_value_keeps_its_row_and_ends_every_run() -> None:
    values: list[float | None] = [*FLAT, 8, 9, 10, None, 11, 12, 13, 14]
    result = chart(series(values), fix_after=16)
    gap = result.row(19, named=True)
    assert gap["special_cause_type"] is gap["point_type"] is gap["moving_range"] is gap["relative_to_target"] is None
    assert gap["reason"] == "no value"
    assert gap["mean"] == 11
    assert result["moving_range"].to_list()[20:22] == [None, 1]
    assert "trend_rising" not in result["special_cause_type"].to_list()
    assert_frame_equal(
        chart(series([math.nan if y is None else y for y in values]), fix_after=16).drop("y"), result.drop("y")
    )


def test_no_two_values_in_a_row_have_no_limits() -> None:
    for values in ([5], [5, None, 7], [5, None]):
        result = chart(series(values))
        assert result["mean"][0] == pytest.approx(sum(filter(None, values)) / (len(values) - values.count(None)))
        assert result["upper_limit"].null_count() == len(values)
        assert result["reason"][0] == "no two values in a row to take limits from"
        assert result["special_cause_type"][0] == "common_cause"
    nothing = chart(series([None, None]))
    assert nothing["mean"].null_count() == 2
    assert nothing["reason"].to_list() == ["no value"] * 2


@pytest.mark.parametrize("level", [0, 0.1, 1e9, -7.3])
def test_a_series_that_never_changes_has_limits_at_its_mean(level: float) -> None:
    result = chart(series([level] * 14))
    assert result["mean"].to_list() == pytest.approx([level] * 14, rel=1e-15)
    assert result["lower_limit"].to_list() == result["upper_limit"].to_list() == result["mean"].to_list()
    assert set(result["special_cause_type"]) == {"common_cause"}
    assert chart(series([level] * 14), screen=False)["special_cause_type"].equals(result["special_cause_type"])


def test_fewer_than_thirteen_values_are_short() -> None:
    assert set(chart(series(FLAT[:12]))["is_short"]) == {True}
    assert set(chart(series(FLAT[:13]))["is_short"]) == {False}
    assert set(chart(series([*FLAT[:12], None]))["is_short"]) == {True}


@pytest.mark.parametrize("by", [[], ["area"]])
def test_an_empty_frame_gives_an_empty_frame_with_every_column(by: list[str]) -> None:
    data = pl.DataFrame(schema={"area": pl.String, "month": pl.Date, "y": pl.Int64})
    result = chart(data, by=by, target={"a": 1} if by else 1, rebase=[START])
    assert result.columns == ["area", "month", "y", *ADDED]
    assert result.height == 0
    assert result.schema["special_cause_type"] == pl.String
    assert result.schema["mean"] == result.schema["target"] == pl.Float64
    summed = summary(result, by=by)
    assert summed.height == 0
    assert summed.columns[-2:] == ["variation", "assurance"]


@pytest.mark.parametrize("dtype", [pl.Datetime("us"), pl.Datetime("ms", "Europe/London"), pl.Int32])
def test_dates_of_other_kinds(dtype: pl.DataType) -> None:
    data, half = series([*FLAT, *FLAT]), months(32)[16]
    plain = chart(data, rebase=[half]).drop("month")
    if dtype == pl.Int32:
        numbered = data.with_columns(pl.int_range(32, dtype=pl.Int32).alias("month"))
        for width in (pl.Int32, pl.UInt8, pl.Int128):
            narrow = numbered.with_columns(pl.col("month").cast(width))
            assert_frame_equal(chart(narrow, rebase=[16, 300]).drop("month"), plain)
        return
    moved = data.with_columns(pl.col("month").cast(pl.Datetime(dtype.time_unit)))  # type: ignore[attr-defined]
    if dtype.time_zone:  # type: ignore[attr-defined]
        moved = moved.with_columns(pl.col("month").dt.replace_time_zone("Europe/London"))
    assert_frame_equal(chart(moved, rebase=half).drop("month"), plain)
    assert_frame_equal(chart(moved, rebase=[str(half)]).drop("month"), plain)
    if not dtype.time_zone:  # type: ignore[attr-defined]
        assert_frame_equal(chart(moved, rebase=[datetime(2022, 8, 1)]).drop("month"), plain)  # noqa: DTZ001


def test_what_no_chart_can_be_drawn_of_is_refused_naming_every_series() -> None:
    data = pl.DataFrame(
        {
            "area": ["a", "a", "b", "b", "c"],
            "month": [START, START, None, START, START],
            "y": [1.0, 2.0, 3.0, 4.0, float("inf")],
        }
    )
    with pytest.raises(MetricInputError) as caught:
        chart(data, by=["area"], target={"z": 1}, rebase={"a": "soon"})
    assert len(caught.value.problems) == 5
    assert caught.value.problems[0].endswith("area=b")
    assert caught.value.problems[1].endswith("area=a")
    assert "no group 'z' in the frame" in caught.value.problems[2]
    assert "rebase: 'soon' given" in caught.value.problems[3]
    assert caught.value.problems[4].endswith("expected finite numbers: area=c")


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"improvement": "up"}, "improvement: 'up' given; expected one of increase"),
        ({"fix_after": 0}, "fix_after"),
        ({"fix_after": True}, "fix_after"),
        ({"fix_after": 2.5}, "fix_after"),
        ({"target": "50"}, "target: '50' given"),
        ({"target": float("nan")}, "target"),
        ({"target": {"a": 1}}, "no grouping columns in by"),
        ({"target": {"a": "x"}, "by": ["area"]}, "target: 'x' given"),
        ({"target": {("a", "b"): 1}, "by": ["area"]}, "expected 1 parts"),
        ({"rebase": [5]}, "rebase"),
        ({"rebase": [None]}, "rebase"),
        ({"rebase": 2.5}, "rebase"),
        ({"rebase": "next month"}, "rebase"),
        ({"date": "area"}, "expected dates, datetimes or whole numbers"),
        ({"value": "area"}, "expected numbers"),
        ({"by": ["mean"]}, "no column 'mean'"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, object], match: str) -> None:
    with pytest.raises(MetricInputError, match=match):
        xmr(series([1, 2, 3], area="a"), **{"date": "month", "value": "y", **arguments})  # type: ignore[arg-type]


def test_a_column_with_the_name_of_an_added_one_is_refused() -> None:
    with pytest.raises(MetricInputError, match="value: column 'mean' has the name"):
        xmr(series([1, 2]).rename({"y": "mean"}), date="month", value="mean")


@pytest.mark.parametrize(
    ("improvement", "target", "assurance"),
    [
        ("increase", 17, "fail"), ("increase", 5, "pass"), ("increase", 11, "inconsistent"),
        ("decrease", 17, "pass"), ("decrease", 5, "fail"), ("decrease", 11 + 2.66 * 2, "inconsistent"),
        ("neutral", 17, None), ("increase", None, None),
    ],
)  # fmt: skip
def test_assurance_is_which_side_of_the_limits_the_target_lies(
    improvement: str, target: float | None, assurance: str | None
) -> None:
    (result,) = summary(chart(series(FLAT), improvement=improvement, target=target)).to_dicts()
    assert result["assurance"] == assurance
    assert (result["n"], result["variation"], result["mean"]) == (16, "common_cause", 11)


def test_a_summary_has_a_row_per_series_and_part_and_assures_the_latest_only() -> None:
    data = pl.concat([series([*FLAT, *FLAT], area="b"), series([*FLAT, *FLAT[:-1], 99], area="a")])
    drawn = chart(data, by=["area"], target={"a": 5, "b": 40}, rebase=[months(32)[16]], fix_after=12)
    result = summary(drawn, by=["area"])
    assert result.select("area", "rebase_group", "variation", "assurance").rows() == [
        ("b", 0, "common_cause", None),
        ("b", 1, "common_cause", "fail"),
        ("a", 0, "common_cause", None),
        ("a", 1, "improvement", "pass"),
    ]
    assert (
        summary(drawn.reverse(), by="area", date="month").sort("area").equals(result.sort("area", maintain_order=True))
    )


def test_variation_is_that_of_the_latest_point_with_a_value() -> None:
    (result,) = summary(chart(series([*FLAT, 99, None]), fix_after=16)).to_dicts()
    assert (result["variation"], result["n"]) == ("improvement", 17)
    (nothing,) = summary(chart(series([None]), target=1)).to_dicts()
    assert nothing["variation"] is nothing["assurance"] is None


def test_several_series_summed_up_as_one_are_refused() -> None:
    data = pl.concat([series(FLAT, area="a"), series([y + 1 for y in FLAT], area="b")])
    with pytest.raises(MetricInputError, match="several series taken as one"):
        summary(chart(data, by=["area"]), by=[])
    with pytest.raises(MetricInputError, match="no column 'point_type'"):
        summary(data, by=["area"])


def test_a_chart_is_summed_up_without_naming_its_series_again() -> None:
    """The columns that hold one value throughout each series name it, whatever other columns there are."""
    data = pl.concat([series(FLAT, area="b"), series([*FLAT[:-1], 99], area="a")]).with_columns(
        name=pl.col("area").str.to_uppercase(), n=pl.lit(1), note=pl.lit([1])
    )
    drawn = chart(data, by=["area"], target={"a": 5}, rebase={"b": [months(16)[8]]})
    result = summary(drawn)
    assert result.columns[:3] == ["area", "name", "rebase_group"]
    assert_frame_equal(result.drop("name"), summary(drawn, by=["area"]))
    assert_frame_equal(result, summary(drawn, date="month"))
    assert summary(chart(data.filter(pl.col("area") == "a"))).height == 1
    assert summary(drawn.clear()).height == 0
    with pytest.raises(MetricInputError, match="several series taken as one"):
        summary(drawn.filter(~pl.col("starts_series")))


def by_the_rules(values: list[Fraction], fix: int | None, screen: bool) -> list[str]:
    """The rules written out plainly in exact arithmetic, point by point."""
    basis = values[:fix]
    mean = sum(basis) / len(basis)
    ranges = [abs(b - a) for a, b in pairwise(basis)]
    if not ranges:
        return ["common_cause"] * len(values) if len(values) < 7 else []
    average = sum(ranges) / len(ranges)
    if screen and average:
        kept = [r for r in ranges if r < Fraction("3.267") * average]
        average = sum(kept) / len(kept)
    reach = Fraction("2.66") * average
    side = [(y > mean) - (y < mean) for y in values]
    beyond = [abs(y - mean) > reach for y in values]
    near = [abs(y - mean) > reach * 2 / 3 and not out for y, out in zip(values, beyond, strict=True)]
    found = []
    for i in range(len(values)):
        name = "common_cause"
        for start in range(max(0, i - 6), min(i, len(values) - 7) + 1):
            if side[start] and len(set(side[start : start + 7])) == 1:
                name = "seven_above" if side[i] > 0 else "seven_below"
        for start in range(max(0, i - 2), min(i, len(values) - 3) + 1):
            three = slice(start, start + 3)
            if near[i] and sum(near[three]) >= 2 and abs(sum(side[three])) == 3:
                name = "two_in_three_high" if side[i] > 0 else "two_in_three_low"
        for start in range(max(0, i - 6), min(i, len(values) - 7) + 1):
            steps = [b - a for a, b in zip(values[start : start + 6], values[start + 1 : start + 7], strict=True)]
            if all(step > 0 for step in steps):
                name = "trend_rising"
            if all(step < 0 for step in steps):
                name = "trend_falling"
        if beyond[i]:
            name = "above_upper" if side[i] > 0 else "below_lower"
        found.append(name)
    return found


TENTHS = st.lists(st.integers(-30, 30), min_size=1, max_size=40)
STEPS = st.lists(st.integers(-2, 3), min_size=1, max_size=40).map(
    lambda steps: [sum(steps[: i + 1]) for i in range(len(steps))]
)


@given(TENTHS | STEPS, st.none() | st.integers(2, 20), st.booleans())
def test_every_point_is_what_the_rules_say_in_exact_arithmetic(
    values: list[int], fix: int | None, screen: bool
) -> None:
    exact = by_the_rules([Fraction(y, 10) for y in values], fix, screen)
    found = causes([y / 10 for y in values], fix_after=fix, screen=screen)
    if exact:
        assert found == exact


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from("ab")), min_size=1, max_size=40))
def test_order_grouping_and_mirror(rows: list[tuple[int, str]]) -> None:
    data = pl.DataFrame(
        {"area": [area for _, area in rows], "month": months(len(rows)), "y": [float(y) for y, _ in rows]}
    )
    result = chart(data, by=["area"])
    assert_frame_equal(chart(data.reverse(), by=["area"]).sort("area", "month"), result.sort("area", "month"))
    for area, part in data.group_by("area"):
        assert_frame_equal(chart(part), result.filter(pl.col("area") == area[0]))
    mirrored = chart(data.with_columns(-pl.col("y")), by=["area"])
    turned = dict(zip((*HIGH, *LOW), (*LOW, *HIGH), strict=True))
    assert [turned.get(name, name) for name in mirrored["special_cause_type"]] == result["special_cause_type"].to_list()


CAUSES = {
    "Above UCL": "above_upper", "Below LCL": "below_lower", "7 Point Trend (Increasing)": "trend_rising",
    "7 Point Trend (Decreasing)": "trend_falling", "2 in 3 Above CL": "two_in_three_high",
    "2 in 3 Below CL": "two_in_three_low", "7 Points Above CL": "seven_above", "7 Points Below CL": "seven_below",
    "Common Cause": "common_cause",
}  # fmt: skip


@pytest.mark.originals
def test_worked_examples(worked_example: Callable[[str], pl.DataFrame]) -> None:
    inputs = worked_example("spc/spc_inputs.csv").with_columns(pl.col("date").str.to_date())
    points, sums = worked_example("spc/spc_points_expected.csv"), worked_example("spc/spc_summary_expected.csv")
    for case in worked_example("spc/spc_cases.csv").iter_rows(named=True):
        mine = pl.col("case_id") == case["case_id"]
        result = xmr(
            inputs.filter(mine),
            date="date",
            value="value",
            by=["facet"],
            improvement=case["improvement_direction"],
            target=case["target"],
            fix_after=case["fix_after_n_points"],
            screen=case["screen_outliers"],
            rebase=[case["rebase"]] if case["rebase"] else (),
        )
        expected = points.filter(mine)
        for ours, theirs in (("mean", "mean"), ("lower_limit", "lpl"), ("upper_limit", "upl")):
            assert result[ours].to_list() == pytest.approx(expected[theirs].to_list(), rel=1e-9)
        for ours in ("rebase_group", "relative_to_target"):
            assert result[ours].to_list() == expected[ours].to_list()
        assert result["is_short"].to_list() == expected["short_group_warning"].to_list()
        assert result["special_cause_type"].to_list() == [CAUSES[name] for name in expected["special_cause_type"]]
        assert result["point_type"].to_list() == expected["point_type"].str.strip_prefix("special_cause_").to_list()

        summed, wanted = summary(result, by=["facet"]), sums.filter(mine)
        assert summed["n"].to_list() == wanted["n"].to_list()
        assert summed["variation"].to_list() == wanted["variation_type"].str.strip_prefix("special_cause_").to_list()
        assurance = wanted["assurance_type"].str.strip_prefix("consistent_").to_list()
        assert summed["assurance"].to_list() == assurance
