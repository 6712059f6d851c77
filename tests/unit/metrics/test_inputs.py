"""What every metric asks of its inputs, as specification."""

import pickle
import subprocess
import sys

import polars as pl
import pytest

from metrics import figures, inputs


def test_levels_are_named_by_their_percentage_and_carry_the_normal_quantile() -> None:
    """Two levels, the published pair."""
    first, second = inputs.levels((0.95, 0.998))
    assert (first.lower, first.upper, second.lower, second.upper) == (
        "lower_95",
        "upper_95",
        "lower_99_8",
        "upper_99_8",
    )
    assert first.z == pytest.approx(1.959963984540054, rel=1e-14)
    assert second.z == pytest.approx(3.090232306167813, rel=1e-14)
    assert first.tail == pytest.approx(0.025)


@pytest.mark.parametrize(("fraction", "name"), [(0.9, "90"), (0.999, "99_9"), (0.9999, "99_99"), (0.975, "97_5")])
def test_one_fraction_is_one_level(fraction: float, name: str) -> None:
    (level,) = inputs.levels(fraction)
    assert level.lower == f"lower_{name}"
    assert inputs.limit_names([level]) == [f"lower_{name}", f"upper_{name}"]


@pytest.mark.parametrize(
    "wrong", [95, 1, 1.0, 0.899999, 0, -0.95, float("nan"), "0.95", None, True, (0.95, 95), (), "95"]
)
def test_anything_but_a_fraction_from_nine_tenths_up_to_one_is_refused(wrong: object) -> None:
    with pytest.raises(inputs.MetricInputError, match="up to but not including 1"):
        inputs.levels(wrong)  # type: ignore[arg-type]


def test_a_level_given_twice_is_refused() -> None:
    with pytest.raises(inputs.MetricInputError, match="twice"):
        inputs.levels((0.95, 0.95))


def test_all_problems_are_raised_together_and_kept_apart() -> None:
    with pytest.raises(inputs.MetricInputError) as caught:
        inputs.levels((95, 0.95, 0.5))
    assert len(caught.value.problems) == 2
    assert str(caught.value) == "\n".join(caught.value.problems)
    assert isinstance(caught.value, ValueError)
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


def test_columns_missing_misspelt_of_the_wrong_type_or_clashing_are_each_told() -> None:
    frame = pl.DataFrame({"count": ["1"], "population": [1], "flag": [True], "value": [1]})
    problems = inputs.column_problems(
        frame,
        numeric={"count": "count", "denominator": "populaton", "weight": "flag", "absent": None},
        present={"date": "when"},
        by=["value", "value"],
        adds=["value"],
    )
    text = "\n".join(problems)
    assert "count: column 'count' is String; expected numbers" in text
    assert "did you mean 'population'?" in text
    assert "weight: column 'flag' is Boolean; expected numbers" in text
    assert "date: no column 'when'" in text
    assert "has the name of a column this metric adds" in text
    assert "named twice" in text


def test_what_names_no_column_or_names_one_twice_over_is_told() -> None:
    frame = pl.DataFrame({"area": [1], "count": [1]})
    problems = inputs.column_problems(frame, numeric={"count": pl.col("count"), "value": "area"}, by=["area"])  # type: ignore[dict-item]
    assert problems[0].endswith("expected the name of a column")
    assert "is also one of by" in problems[1]
    assert inputs.choice_problems("kind", ["ratio"], ("ratio",))
    assert inputs.grouping(None) == []


def test_a_lazy_frame_is_refused() -> None:
    (problem,) = inputs.column_problems(pl.LazyFrame({"a": [1]}), numeric={"count": "a"})  # type: ignore[arg-type]
    assert "eager polars DataFrame" in problem


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt64, pl.Int128, pl.Float32, pl.Decimal(20, 2), pl.Null])
def test_every_width_of_number_is_a_number(dtype: pl.DataType) -> None:
    frame = pl.DataFrame({"count": pl.Series([None], dtype=dtype)})
    assert inputs.column_problems(frame, numeric={"count": "count"}) == []
    assert figures.as_floats(frame, ["count"]).schema["count"] == pl.Float64


def test_offending_groups_are_listed_once_each_in_order_of_appearance() -> None:
    frame = pl.DataFrame({"area": ["b", "a", "b", "c"], "sex": ["m", "f", "m", "m"], "count": [-1, -2, -3, 4]})
    (problem,) = inputs.row_problems(frame, pl.col("count") < 0, by=["area", "sex"], says="below zero")
    assert problem == "below zero: area=b, sex=m; area=a, sex=f"
    (problem,) = inputs.row_problems(frame, pl.col("count") < 0, by=[], says="below zero")
    assert problem == "below zero: rows 0, 1, 2"
    assert inputs.row_problems(frame, pl.col("count") < -9, by=["area"], says="below zero") == []


@pytest.mark.parametrize("given", [0, -1, float("inf"), float("nan"), "100", True, None])
def test_a_multiplier_is_one_finite_number_above_zero(given: object) -> None:
    assert inputs.number_problems("multiplier", given)
    assert inputs.number_problems("multiplier", 100_000) == []


def test_numpys_numbers_are_numbers() -> None:
    np = pytest.importorskip("numpy")
    assert inputs.number_problems("multiplier", np.int64(100)) == []
    assert inputs.levels(np.float32(0.9375))[0].lower == "lower_93_75"


def test_a_word_is_one_of_those_allowed() -> None:
    assert inputs.choice_problems("kind", "ratio", ("ratio", "proportion")) == []
    assert inputs.choice_problems("kind", "ratios", ("ratio", "proportion")) == [
        "kind: 'ratios' given; expected one of ratio, proportion"
    ]


def test_importing_it_loads_no_numpy() -> None:
    """The web server imports it and has no use for numpy's start-up time."""
    code = "import sys, metrics.inputs; sys.exit('numpy' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_only_optional_columns_may_be_left_out() -> None:
    frame = pl.DataFrame({"x": [1]})
    asked: dict[str, str | None] = {"count": None, "spread": None}
    assert inputs.column_problems(frame, numeric=asked, optional=("spread",)) == [
        "count: None given; expected the name of a column"
    ]
    assert inputs.column_problems(frame, numeric={}, by=[None]) == ["by: None given; expected the name of a column"]  # type: ignore[list-item]


@pytest.mark.parametrize("given", [7, True, float("nan")])
def test_what_cannot_list_columns_is_refused(given: object) -> None:
    with pytest.raises(inputs.MetricInputError, match="by: "):
        inputs.grouping(given)  # type: ignore[arg-type]
