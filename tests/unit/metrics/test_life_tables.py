"""Life expectancy and healthy life expectancy."""

from collections.abc import Callable
from math import sqrt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.inputs import MetricInputError
from metrics.life_tables import AGE_STARTS, healthy_life_expectancy, life_expectancy, life_table

LIMITS = ["lower_95", "upper_95", "lower_99_8", "upper_99_8"]
DEATHS = [8, 1, 1, 1, 2, 3, 4, 5, 7, 10, 15, 24, 38, 60, 95, 150, 230, 340, 450, 600]
PEOPLE = [2000] * 20
HEALTHY = [0.98 - 0.03 * band for band in range(20)]
ASKED = [50 + 10 * band for band in range(20)]


def area(name: str = "a", **columns: object) -> pl.DataFrame:
    """One area's 20 bands, which differ from the usual in the columns given."""
    usual = {"age": AGE_STARTS, "deaths": DEATHS, "people": PEOPLE, "healthy": HEALTHY, "asked": ASKED}
    data = pl.DataFrame({**usual, **columns}, strict=False)
    return data.select(pl.lit(name).alias("area"), *usual)


def expectancy(data: pl.DataFrame, by: object = ("area",), **arguments: object) -> pl.DataFrame:
    return life_expectancy(data, age_start="age", deaths="deaths", population="people", by=by, **arguments)  # type: ignore[arg-type]


def healthy(data: pl.DataFrame, by: object = ("area",), **arguments: object) -> pl.DataFrame:
    return healthy_life_expectancy(
        data, age_start="age", deaths="deaths", population="people", prevalence="healthy", survey_n="asked", by=by,
        **arguments,  # type: ignore[arg-type]
    )  # fmt: skip


def table(data: pl.DataFrame, by: object = ("area",)) -> pl.DataFrame:
    return life_table(data, age_start="age", deaths="deaths", population="people", by=by)  # type: ignore[arg-type]


def by_hand(deaths: list[float], people: list[float], p: list[float], asked: list[float]) -> list[tuple[float, ...]]:
    """Chiang, Silcocks and Sullivan written out plainly for one table: e, its error, HLE and its two errors."""
    k = len(deaths)
    rate = [d / n for d, n in zip(deaths, people, strict=True)]
    width = [1, 4, *[5] * 17, 2 / rate[-1]]
    a = [0.1] + [0.5] * 19
    q = [min(1, n * m / (1 + n * (1 - b) * m)) for n, m, b in zip(width, rate, a, strict=True)]
    q[-1] = 1
    alive = [100_000.0]
    for chance in q[:-1]:
        alive.append(alive[-1] * (1 - chance))
    years = [width[i] * (alive[i + 1] + a[i] * alive[i] * q[i]) for i in range(k - 1)] + [alive[-1] / rate[-1]]
    e = [sum(years[i:]) / alive[i] for i in range(k)]
    hle = [sum(x * y for x, y in zip(p[i:], years[i:], strict=True)) / alive[i] for i in range(k)]

    def mortality(i: int, part: list[float], ahead: list[float]) -> float:
        total = (alive[-1] * part[-1]) ** 2 / (deaths[-1] * rate[-1] ** 2)
        for j in range(i, k - 1):
            if deaths[j]:
                step = (1 - a[j]) * width[j] * part[j] + ahead[j + 1]
                total += (alive[j] * step * q[j]) ** 2 * (1 - q[j]) / deaths[j]
        return total / alive[i] ** 2

    rows = []
    for i in range(k):
        survey = sum(years[j] ** 2 * p[j] * (1 - p[j]) / asked[j] for j in range(i, k)) / alive[i] ** 2
        rows.append((e[i], sqrt(mortality(i, [1] * k, e)), hle[i], sqrt(survey), sqrt(survey + mortality(i, p, hle))))
    return rows


def test_expectancies_and_their_limits_match_the_formulae_written_out() -> None:
    rows = by_hand(DEATHS, PEOPLE, HEALTHY, ASKED)
    life, both = expectancy(area()), healthy(area())
    survey_only = healthy(area(), with_mortality_variance=False)
    z = 1.959963984540054
    assert life["value"].to_list() == pytest.approx([row[0] for row in rows], rel=1e-12)
    assert life["lower_95"].to_list() == pytest.approx([row[0] - z * row[1] for row in rows], rel=1e-12)
    assert both["life_expectancy"].to_list() == pytest.approx([row[0] for row in rows], rel=1e-12)
    assert both["value"].to_list() == pytest.approx([row[2] for row in rows], rel=1e-12)
    assert both["percent_healthy"].to_list() == pytest.approx([100 * row[2] / row[0] for row in rows], rel=1e-12)
    assert survey_only["standard_error"].to_list() == pytest.approx([row[3] for row in rows], rel=1e-12)
    assert both["standard_error"].to_list() == pytest.approx([row[4] for row in rows], rel=1e-12)
    assert both["upper_95"].to_list() == pytest.approx([row[2] + z * row[4] for row in rows], rel=1e-12)
    assert life["deaths_used"].to_list() == [sum(DEATHS[band:]) for band in range(20)]
    assert life["population_used"].to_list() == [2000 * (20 - band) for band in range(20)]


def test_everyone_dying_at_one_rate_lives_the_inverse_of_it() -> None:
    """With one death rate at every age the expectancy at 90 is exactly 1/M, and near it at every age."""
    result = expectancy(area(deaths=[4000] * 20, people=[200_000] * 20))
    assert result["value"][-1] == pytest.approx(50, rel=1e-12)
    assert result["value"].to_list() == pytest.approx([50] * 20, rel=0.01)


def test_a_life_table_has_every_column_and_its_own_arithmetic() -> None:
    result = table(area())
    assert result.columns == ["area", "age", "n", "a", "M", "q", "l", "d", "L", "T", "e", "reason"]
    assert result["l"][0] == 100_000
    assert result["d"].sum() == pytest.approx(100_000, rel=1e-12)
    assert result["n"][-1] == pytest.approx(2 * 2000 / 600)
    assert result["q"][-1] == 1
    assert result["T"][0] == pytest.approx(result["L"].sum(), rel=1e-12)
    assert result["e"].to_list() == expectancy(area())["value"].to_list()


def test_bands_in_any_order_come_out_by_age_and_groups_as_they_first_appear() -> None:
    data = pl.concat([area("b"), area("a", deaths=[d + 1 for d in DEATHS])])
    shuffled = data.sample(fraction=1, shuffle=True, seed=3)
    first = shuffled["area"][0]
    result = expectancy(shuffled)
    assert result["area"].to_list() == [first] * 20 + [{"a": "b", "b": "a"}[first]] * 20
    assert result["age"].to_list() == [*AGE_STARTS, *AGE_STARTS]
    assert_frame_equal(result.sort("area", "age"), expectancy(data).sort("area", "age"))


SUPPRESSED = [
    (area("a").head(19), "not exactly the 20 age bands"),
    (pl.concat([area("a"), area("a").head(1)]), "not exactly the 20 age bands"),
    (area("a", age=[0, 1, *range(6, 96, 5)]), "not exactly the 20 age bands"),
    (area("a", age=[None, *AGE_STARTS[1:]]), "not exactly the 20 age bands"),
    (area("a", deaths=[None, *DEATHS[1:]]), "deaths or population missing in an age band"),
    (area("a", people=[*PEOPLE[:-1], float("nan")]), "deaths or population missing in an age band"),
    (area("a", deaths=[-1, *DEATHS[1:]]), "deaths below zero in an age band"),
    (area("a", people=[0, *PEOPLE[1:]]), "population of zero or less in an age band"),
    (area("a", deaths=[2001, *DEATHS[1:]]), "more deaths than people in an age band"),
    (area("a", deaths=[1] * 20, people=[250] * 20), "a population of 5,000 or less"),
    (area("a", deaths=[*DEATHS[:-1], 0]), "no deaths in the last age band"),
]


@pytest.mark.parametrize(("data", "reason"), SUPPRESSED)
def test_a_group_without_a_table_keeps_its_rows_and_says_why(data: pl.DataFrame, reason: str) -> None:
    both = pl.concat([data, area("b")], how="vertical_relaxed")
    for function, column in ((expectancy, "value"), (healthy, "value"), (table, "e")):
        result = function(both)
        lacking = result.filter(pl.col("area") == "a")
        assert lacking.height == data.height
        assert lacking[column].null_count() == data.height
        assert lacking["reason"].unique().to_list() == [reason]
        beside = result.filter(pl.col("area") == "b")
        assert beside[column].null_count() == 0
    assert healthy(both).filter(pl.col("area") == "a")["standard_error"].null_count() == data.height


def test_a_population_of_5001_is_enough() -> None:
    enough = area(deaths=[1] * 20, people=[250] * 19 + [251])
    assert expectancy(enough)["reason"].null_count() + expectancy(enough)["value"].null_count() >= 20
    assert expectancy(enough)["lower_95"].null_count() == 0


def test_a_value_with_limits_more_than_ten_years_off_is_left_out_and_keeps_them() -> None:
    result = expectancy(area(deaths=[0] * 19 + [1], people=[500] * 20))
    assert result["value"].null_count() == 20
    assert result["lower_95"].null_count() == 0
    assert result["reason"].unique().to_list() == ["95% limits reach more than 10 years to either side"]
    hle = healthy(area(asked=[1] * 20, healthy=[0.5] * 20), with_mortality_variance=False)
    half_width = (hle["upper_95"] - hle["lower_95"]) / 2
    assert hle["value"].is_null().to_list() == (half_width > 10).to_list()
    assert hle["life_expectancy"].null_count() == 0
    assert 0 < hle["value"].null_count() < 20


def test_nobody_surviving_to_an_age_is_an_expectancy_of_zero_without_limits() -> None:
    deaths = [*DEATHS[:10], 1000, *DEATHS[11:]]  # half of those aged 45 to 49: q is 1
    result = expectancy(area(deaths=deaths))
    after = result.filter(pl.col("age") >= 50)
    assert after["value"].to_list() == [0.0] * after.height
    assert after["lower_95"].null_count() == after.height
    assert after["reason"].unique().to_list() == ["nobody survives to this age"]
    assert result["value"][0] > 40
    assert result["lower_95"].null_count() == after.height
    hle = healthy(area(deaths=deaths)).filter(pl.col("age") >= 50)
    assert hle.select("value", "life_expectancy", "percent_healthy", "upper_95").rows() == [(0, 0, None, None)] * 9
    assert table(area(deaths=deaths))["q"][10] == 1


def test_everybody_healthy_gives_life_expectancy_and_its_variance_back() -> None:
    well = healthy(area(healthy=[1] * 20))
    life = expectancy(area())
    for name in ("value", *LIMITS):
        assert well[name].to_list() == pytest.approx(life[name].to_list(), rel=1e-12)
    assert well["percent_healthy"].to_list() == pytest.approx([100] * 20)


@pytest.mark.parametrize(
    "column", [{"healthy": [None, *HEALTHY[1:]]}, {"asked": [0, *ASKED[1:]]}, {"asked": [None] * 20}]
)
def test_no_survey_in_a_band_gives_no_healthy_life_expectancy(column: dict[str, list[float | None]]) -> None:
    result = healthy(pl.concat([area("a", **column), area("b")], how="vertical_relaxed"))
    assert result["value"].null_count() == 20
    assert result["reason"].to_list() == ["no prevalence in an age band, or nobody asked"] * 20 + [None] * 20


def test_percentages_for_fractions_and_infinities_are_refused_naming_every_group() -> None:
    wrong = pl.concat([area("a", healthy=[98] * 20), area("b"), area("c", healthy=[-0.1] * 20)], how="vertical_relaxed")
    with pytest.raises(MetricInputError, match="expected a fraction of one: area=a; area=c"):
        healthy(wrong)
    with pytest.raises(MetricInputError, match="survey_n"):
        healthy(area(asked=[-1] * 20))
    with pytest.raises(MetricInputError, match=r"infinite.*area=a"):
        expectancy(area(people=[float("inf")] * 20))
    with pytest.raises(MetricInputError) as caught:
        expectancy(area().with_columns(deaths=pl.lit("1")), by=["place"], confidence=95)
    assert len(caught.value.problems) == 3
    with pytest.raises(MetricInputError, match="age_start: column 'reason' has the name"):
        life_expectancy(
            area().rename({"age": "reason"}), age_start="reason", deaths="deaths", population="people", by=[]
        )


def test_an_empty_frame_gives_no_rows_and_every_column() -> None:
    empty = area().clear()
    assert expectancy(empty).columns == ["area", "age", "population_used", "deaths_used", "value", *LIMITS, "reason"]
    assert expectancy(empty).height == expectancy(empty, by=[]).height == 0
    extra = ["life_expectancy", "percent_healthy", "standard_error", "reason"]
    assert healthy(empty).columns == ["area", "age", "value", *LIMITS, *extra]
    assert table(empty).schema["e"] == pl.Float64


def test_numbers_of_any_width_and_categorical_groups() -> None:
    narrow = area().with_columns(
        pl.col("area").cast(pl.Categorical), pl.col("age").cast(pl.UInt8), pl.col("deaths", "people").cast(pl.Int128)
    )
    assert expectancy(narrow)["value"].to_list() == expectancy(area())["value"].to_list()
    assert expectancy(area().with_columns(pl.col("age").cast(pl.Float32)))["value"].null_count() == 0


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(300, 5000)), min_size=20, max_size=20), st.integers(1, 40))
def test_grouping_order_width_and_bounds(bands: list[tuple[int, int]], last: int) -> None:
    data = area("a", deaths=[d for d, _ in bands[:-1]] + [last], people=[n for _, n in bands])
    both = expectancy(pl.concat([data.reverse(), area("b")]))
    assert_frame_equal(both.filter(pl.col("area") == "a"), expectancy(data))
    shown = both.drop_nulls(["value", "lower_95"])
    assert shown.select(
        (pl.col("lower_99_8") <= pl.col("lower_95")).all()
        & (pl.col("lower_95") <= pl.col("value")).all()
        & (pl.col("value") <= pl.col("upper_95")).all()
        & (pl.col("upper_95") <= pl.col("upper_99_8")).all()
    ).item()
    hle = healthy(data).drop_nulls("value")
    assert (hle["value"] <= hle["life_expectancy"]).all()


@pytest.mark.originals
def test_worked_examples_of_life_expectancy(worked_example: Callable[[str], pl.DataFrame]) -> None:
    inputs = worked_example("life_expectancy/le_inputs.csv")
    names = {"age_start": "startage", "deaths": "deaths", "population": "population", "by": ["case_id"]}
    result = life_expectancy(inputs, **names)  # type: ignore[arg-type]
    expected = worked_example("life_expectancy/le_expected.csv")
    assert result.select("case_id", "startage").equals(expected.select("case_id", "startage"))
    theirs = ["value", "lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl"]
    for ours, name in zip(["value", *LIMITS], theirs, strict=True):
        wanted = expected.select(pl.when(pl.col("value").is_not_null()).then(pl.col(name).cast(pl.Float64))).to_series()
        assert result[ours].is_null().equals(wanted.is_null())
        assert result[ours].drop_nulls().to_list() == pytest.approx(wanted.drop_nulls().to_list(), rel=1e-9)
    assert result["population_used"].to_list() == expected["pops_used"].to_list()
    assert result["deaths_used"].to_list() == expected["dths_used"].to_list()

    whole = worked_example("life_expectancy/le_life_table_W01.csv")
    made = life_table(inputs.filter(pl.col("case_id") == "W01"), **names)  # type: ignore[arg-type]
    for name in ["n", "a", "M", "q", "l", "d", "L", "T", "e"]:
        assert made[name].to_list() == pytest.approx(whole[name].to_list(), rel=1e-9)


@pytest.mark.originals
@pytest.mark.parametrize(("mortality", "suffix"), [(False, "prevalence_only"), (True, "with_mortality")])
def test_worked_examples_of_healthy_life_expectancy(
    worked_example: Callable[[str], pl.DataFrame], mortality: bool, suffix: str
) -> None:
    result = healthy_life_expectancy(
        worked_example("healthy_life_expectancy/hle_inputs.csv"),
        age_start="startage",
        deaths="deaths",
        population="population",
        prevalence="prevalence_good",
        survey_n="survey_n",
        by=["case_id"],
        with_mortality_variance=mortality,
        confidence=0.95,
    )
    expected = worked_example("healthy_life_expectancy/hle_expected.csv")
    for ours, theirs in (
        ("life_expectancy", "le"),
        ("value", "hle"),
        ("percent_healthy", "percent_healthy"),
        ("standard_error", f"se_{suffix}"),
        ("lower_95", f"lower95_{suffix}"),
        ("upper_95", f"upper95_{suffix}"),
    ):
        assert result[ours].to_list() == pytest.approx(expected[theirs].to_list(), rel=1e-9)
