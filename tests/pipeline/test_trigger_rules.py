"""When a trigger fires, rule by rule: small cases by hand, published figures, and how often chance alone fires."""

import datetime as dt
import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from data_contracts.registry.records import commitments, triggers
from metrics.comparison import difference_of_differences
from pipelines.geography import ENGLAND
from pipelines.triggers.rules import EVALUATED, RULES, evaluated
from pipelines.triggers.spells import counts
from tests.builders.data_folder import DataFolder
from tests.builders.firings import (
    ENDED,
    EXAMPLE,
    OTHER,
    SYSTEM,
    answer,
    asked,
    expected,
    fired,
    holding,
    posts,
    slope,
    status,
)

CHANGE, GAP, TARGET, DATA, DIRECTOR = (
    "change-worse-than-england",
    "gap-widening",
    "target-lost",
    "data-lost",
    "no-director",
)


def test_every_trigger_of_the_registry_has_a_rule_and_every_rule_a_trigger() -> None:
    assert list(RULES) == list(triggers())


def test_with_nothing_held_nothing_fires() -> None:
    found = evaluated(holding())
    assert found.is_empty()
    assert found.schema == EVALUATED


@pytest.mark.parametrize("area", [ENGLAND, EXAMPLE, ENDED])
def test_england_an_example_and_a_system_that_ended_never_fire(area: str) -> None:
    worse = status(area_code=area, change_versus_england=9.0, change_versus_england_p=1e-9)
    director = answer(dt.date(2026, 6, 1), "no", area=area)
    assert evaluated(holding([worse], evidence=[director])).is_empty()


def test_made_up_figures_and_answers_fire_nothing() -> None:
    made_up = status(data_state="illustrative", change_versus_england=9.0, change_versus_england_p=1e-9)
    director = answer(dt.date(2026, 6, 1), "no", kind="illustrative")
    assert evaluated(holding([made_up], evidence=[director])).is_empty()


def test_a_commitment_no_longer_in_force_fires_nothing() -> None:
    assert commitments()["hle-levelling-up"].in_force == "superseded"
    past = status(
        commitment_id="hle-levelling-up",
        indicator_id="healthy-life-expectancy",
        change_versus_england=-9.0,
        change_versus_england_p=1e-9,
    )
    assert evaluated(holding([past])).is_empty()


# --- change worse than England's ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # Monitored: 99%. Obesity: more is worse.
        ({"change_versus_england": 2.0, "change_versus_england_p": 0.0099}, True),
        ({"change_versus_england": 2.0, "change_versus_england_p": 0.01}, False),
        ({"change_versus_england": 2.0, "change_versus_england_p": 0.03}, False),
        ({"change_versus_england": -2.0, "change_versus_england_p": 0.0001}, False),
        # A promise: 95%. Cancers found early: less is worse.
        ({"change_versus_england": -2.0, "change_versus_england_p": 0.049, "promise": True}, True),
        ({"change_versus_england": -2.0, "change_versus_england_p": 0.05, "promise": True}, False),
        ({"change_versus_england": 2.0, "change_versus_england_p": 0.0001, "promise": True}, False),
        # No limits, no test; and no test is no pass.
        ({"change_versus_england": 9.0, "change_versus_england_p": None, "data_state": "no_interval"}, None),
        ({"change_versus_england": None, "change_versus_england_p": None, "data_state": "no_data"}, None),
    ],
)
def test_a_change_fires_on_the_worse_side_at_the_level_of_its_standing(
    said: dict[str, Any], expected: bool | None
) -> None:
    promise = {"commitment_id": "early-cancer-2028", "indicator_id": "early-cancer-diagnosis"}
    more = promise if said.pop("promise", False) else {}
    assert fired(CHANGE, holding([status(**said, **more)])) == [expected]


#: Adult obesity as the publisher gives it, value and limits: 2018/19, then 2024/25. Somerset is one authority.
SOMERSET = (23.86913, 22.07852, 25.68129), (33.24217, 30.32191, 36.24091)
ENGLANDS = (23.50096, 23.29284, 23.71211), (26.64292, 26.41749, 26.87557)


def test_somersets_obesity_fires_by_hand(first_release: DataFolder) -> None:
    change = (SOMERSET[1][0] - SOMERSET[0][0]) - (ENGLANDS[1][0] - ENGLANDS[0][0])
    error = math.sqrt(sum(((high - low) / 3.92) ** 2 for _, low, high in (*SOMERSET, *ENGLANDS)))
    p = math.erfc(change / error / math.sqrt(2))
    assert p < 0.01
    row = (
        first_release.mart("triggers")
        .filter(
            pl.col("trigger_id") == CHANGE,
            pl.col("area_code") == "E54000038",
            pl.col("indicator_id") == "adult-obesity",
            pl.col("cleared_on").is_null(),
        )
        .row(0, named=True)
    )
    assert row["amount"] == pytest.approx(change, abs=1e-9)
    # An estimate's limits are drawn 1.959964 errors out and read back as 1.96.
    assert row["p"] == pytest.approx(p, rel=1e-3)
    assert row["lower_95"] == pytest.approx(change - 1.959964 * error, abs=1e-3)
    assert row["upper_95"] == pytest.approx(change + 1.959964 * error, abs=1e-3)
    assert (row["threshold"], row["fired_since"], row["as_of_period"]) == (0.01, dt.date(2025, 11, 15), "2024/25")
    # 34 systems of 36 can be compared; half of 1% of them.
    assert (row["tested"], row["expected_by_chance"]) == (34, pytest.approx(0.17))
    assert row["evidence"] == (
        "Adult obesity went from 23.9% in 2018/19 to 33.2% in 2024/25, and England's from 23.5% to 26.6%: "
        "6.2 percentage points worse than England's change (95% interval 2.8 to 9.7; p below 0.001)."
    )


def test_a_monitored_measure_worse_at_95_percent_but_not_at_99_does_not_fire(first_release: DataFolder) -> None:
    """Obesity in the system E54000015 went 3.0 points worse than in England, p = 0.012: enough for a promise only."""
    judged = first_release.mart("statuses").filter(
        "is_latest", pl.col("area_code") == "E54000015", pl.col("indicator_id") == "adult-obesity"
    )
    assert judged["change_versus_england"].item() > 0
    assert 0.01 < judged["change_versus_england_p"].item() < 0.05
    firing = first_release.mart("triggers").filter(
        pl.col("area_code") == "E54000015", pl.col("trigger_id") == CHANGE, pl.col("cleared_on").is_null()
    )
    assert firing.is_empty()


def test_on_the_release_few_systems_ask_for_attention(first_release: DataFolder) -> None:
    """A quiet quarter: about eight. Far more would be England's story, or a flaw, told as the systems' own."""
    fires = first_release.mart("triggers").filter(pl.col("cleared_on").is_null())
    assert 0 < fires["area_code"].n_unique() <= 9


# --- gap inside a system -----------------------------------------------------------------------------------


def hle(**said: Any) -> dict[str, Any]:
    """The status a gap inside a system is dated by."""
    base = {
        "commitment_id": "hle-level",
        "indicator_id": "healthy-life-expectancy",
        "sex": "male",
        "baseline_period": "2017 to 2019",
        "as_of_period": "2022 to 2024",
        "as_of_end": dt.date(2024, 12, 31),
    }
    return status(**(base | said))


def widening(before: float | None, after: float | None, error: float = 1.0, **said: Any) -> pl.DataFrame:
    return asked(
        GAP,
        holding([hle()], [slope("2017 to 2019", before, error), slope("2022 to 2024", after, error, **said)]),
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # Errors of one make sqrt 2: at 99%, 2.5758 x 1.4142 = 3.643 years.
        (4.0, 7.7, True),
        (4.0, 7.6, False),
        (8.0, 4.0, False),
        # Turned round: the more deprived lived longer, and now live as much less long. The gap is no wider.
        (-4.0, 3.9, False),
        (-4.0, 4.1, True),
        (-4.0, -9.0, False),
        (None, 9.0, None),
        (4.0, None, None),
    ],
)
def test_a_gap_fires_where_its_slope_grew_beyond_chance(
    before: float | None, after: float | None, expected: bool | None
) -> None:
    assert widening(before, after)["fired"].to_list() == [expected]


def test_what_a_wider_gap_is_told_by() -> None:
    row = widening(4.0, 9.0).row(0, named=True)
    assert row["amount"] == 5.0
    assert row["p"] == pytest.approx(math.erfc(5 / 2), rel=1e-6)  # z is 5 over sqrt 2
    assert row["lower_95"] == pytest.approx(5 - 1.959964 * math.sqrt(2), abs=1e-5)
    assert row["evidence"] == (
        "Healthy life expectancy for men differed by 4.0 years between the least and the most deprived end of the "
        "system's 5 authorities in 2017 to 2019 and by 9.0 in 2022 to 2024: 5.0 years wider (95% interval 2.2 to 7.8; "
        "p below 0.001)."
    )


def test_a_gap_through_other_authorities_is_not_compared() -> None:
    assert widening(4.0, 12.0, areas=4)["fired"].to_list() == [None]


def test_a_gap_over_periods_that_overlap_is_not_compared() -> None:
    early = hle(data_state="baseline_only", as_of_period="2018 to 2020")
    tables = holding([early], [slope("2017 to 2019", 4.0), slope("2018 to 2020", 12.0)])
    assert fired(GAP, tables) == [None]


def test_a_system_of_one_authority_is_not_asked() -> None:
    assert asked(GAP, holding([hle()])).is_empty()


# --- target lost -------------------------------------------------------------------------------------------


def smoking(pace: str, latest: float, **said: Any) -> dict[str, Any]:
    base = {
        "commitment_id": "smokefree-2030",
        "indicator_id": "adult-smoking",
        "baseline_value": 4.5,
        "latest_value": latest,
        "latest_lower_95": latest - 1,
        "latest_upper_95": latest + 1,
        "target_value": 5.0,
        "pace": pace,
    }
    return status(**(base | said))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (smoking("lost", 6.0), True),
        (smoking("held", 4.9), False),
        (smoking("limited", 6.0), None),
        (smoking("lost", 6.0, data_state="no_interval"), None),
        (smoking("not_assessed", 6.0), None),
    ],
)
def test_a_target_met_before_and_missed_now_fires(row: dict[str, Any], expected: bool | None) -> None:
    assert fired(TARGET, holding([row])) == [expected]


def test_a_lost_target_says_how_likely_chance_alone_would_lose_it() -> None:
    """Half a point past the target, with errors of 0.5 at both ends: 0.5 over 0.7071 is 0.7071 standard errors."""
    row = asked(TARGET, holding([smoking("lost", 6.0)])).row(0, named=True)
    assert row["chance"] == pytest.approx(stats.norm.cdf(-math.sqrt(0.5)), rel=1e-9)
    assert row["amount"] == 1.0
    assert row["evidence"].startswith("Adult smoking met the target of 5.0% in 2018/19 (4.5%) and misses it by 1.0")


# --- data lost ---------------------------------------------------------------------------------------------


def series(area: str, *values: float | None, **said: Any) -> list[dict[str, Any]]:
    """A system's figures from 2019 on; none is a figure that is not there."""
    return [
        status(
            2019 + place,
            area_code=area,
            latest_value=value,
            data_state="ok" if value is not None else "no_data",
            change_versus_england_p=None,
            **said,
        )
        for place, value in enumerate(values)
    ]


def others(*values: float | None, systems: int = 9) -> list[dict[str, Any]]:
    return [row for number in range(systems) for row in series(f"E5400007{number}", *values)]


def lost(*values: float | None, beside: tuple[float | None, ...] = (1.0,) * 5, **said: Any) -> list[bool | None]:
    tables = holding([*series(SYSTEM, *values, **said), *others(*beside[: len(values)])])
    return asked(DATA, tables).filter(pl.col("area_code") == SYSTEM)["fired"].to_list()


def test_a_figure_that_was_there_and_is_not_fires_until_one_comes_again() -> None:
    assert lost(1.0, None, None, 1.0, None) == [False, True, True, False, True]


def test_the_baselines_figure_counts_as_one_it_had() -> None:
    assert lost(None, 1.0) == [True, False]


def test_a_series_a_system_never_had_is_not_asked_about() -> None:
    assert lost(None, None, 1.0, None, baseline_value=None) == [True]


def test_a_period_without_englands_figure_starts_no_firing() -> None:
    assert lost(1.0, None, england_value=None) == [False, None]


def test_what_the_publisher_leaves_out_everywhere_is_no_systems_own_loss() -> None:
    assert lost(1.0, None, 1.0, beside=(1.0, None, 1.0)) == [False, None, False]


def test_a_loss_that_was_a_systems_own_goes_on_through_a_period_nobody_has() -> None:
    assert lost(1.0, None, None, None, beside=(1.0, 1.0, None, 1.0)) == [False, True, True, True]


def test_a_loss_that_began_everywhere_becomes_a_systems_own_once_the_others_have_figures_again() -> None:
    assert lost(1.0, None, None, beside=(1.0, None, 1.0)) == [False, None, True]


@pytest.mark.parametrize(("gone", "expected"), [(1, True), (2, None)])
def test_a_quarter_of_systems_is_the_most_that_is_not_everywhere(gone: int, expected: bool | None) -> None:
    """Of eight systems that had figures, two without are a quarter; three are more."""
    rows = [*series(SYSTEM, 1.0, None), *others(1.0, None, systems=gone)]
    rows += [row for number in range(7 - gone) for row in series(f"E5400008{number}", 1.0, 1.0)]
    found = asked(DATA, holding(rows)).filter(pl.col("area_code") == SYSTEM)
    assert found["fired"].to_list() == [False, expected]


def test_what_a_lost_figure_is_told_by() -> None:
    tables = holding([*series(SYSTEM, 1.0, None, None), *others(1.0, 1.0, 1.0)])
    first, second = asked(DATA, tables).filter(pl.col("fired") & (pl.col("area_code") == SYSTEM))["evidence"]
    assert first == (
        "Adult obesity: no figure in 2020/21, the last being of 2019/20; England's is 25.0%, and 1 of the 10 systems "
        "that had figures lacked one."
    )
    assert second == (
        "Adult obesity: no figure in 2021/22, the last being of 2019/20; England's is 25.0%, and 1 of the 10 systems "
        "that had figures lacked one in 2020/21, when it first fired."
    )


# --- posts and returns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "fires"),
    [
        ({"wte": 8.0, "wte_ending_6_months": 2.0}, True),
        ({"wte": 8.1, "wte_ending_6_months": 2.0}, False),
        # Three tenths of one and two tenths: a quarter in hundredths, though not in the floats that hold them.
        ({"wte": 0.4 + 0.8, "wte_ending_6_months": 0.1 + 0.2}, True),
        ({"wte_ending_6_months": None}, None),
        ({"wte": None, "wte_ending_6_months": None}, None),
        ({"wte_ending_6_months": 0.0}, False),
    ],
)
def test_funding_about_to_end_fires_from_a_quarter_on(row: dict[str, Any], fires: bool | None) -> None:
    assert fired("tenure-cliff", holding(workforce=[posts(**row)])) == [fires]


def test_what_funding_about_to_end_is_told_by() -> None:
    (found,) = asked("tenure-cliff", holding(workforce=[posts()])).iter_rows(named=True)
    assert found["evidence"] == "Funding of 2.0 of 8.0 WTE (25%) ends within six months of 30 September 2026."
    assert found["as_of_period"] == "2026-27-Q2"


@pytest.mark.parametrize(("rate", "fires"), [(0.25, True), (0.249, False), (None, None)])
def test_vacancies_fire_from_a_quarter_on(rate: float | None, fires: bool | None) -> None:
    assert fired("vacancy-high", holding(workforce=[posts(vacancy_rate=rate)])) == [fires]


@pytest.mark.parametrize(("state", "fires"), [("overdue", True), ("late", False), ("returned", False)])
def test_a_return_fires_only_while_it_is_overdue(state: str, fires: bool) -> None:
    found = asked("return-overdue", holding(returns=[expected("2026-27-Q2", state)]))
    assert found["fired"].to_list() == [fires]
    if fires:
        assert found["evidence"][0] == "The return for 2026-27-Q2 was due on 11 November 2026 and has not come."


def test_an_example_systems_posts_and_returns_fire_nothing() -> None:
    made_up = {"area": EXAMPLE, "value_kind": "illustrative"}
    held = holding(
        workforce=[posts(**made_up, vacancy_rate=0.9)],
        returns=[expected("2026-27-Q2", "overdue", area=EXAMPLE, kind="illustrative")],
    )
    assert all(asked(trigger, held).is_empty() for trigger in ("tenure-cliff", "vacancy-high", "return-overdue"))


# --- answers -----------------------------------------------------------------------------------------------


def test_a_dated_no_fires_and_neither_partly_nor_silence_does() -> None:
    days = [dt.date(2026, month, 1) for month in (1, 4, 7)]
    answers = [answer(day, said) for day, said in zip(days, ("no", "partly", "no"), strict=True)]
    found = asked(DIRECTOR, holding(evidence=[*answers, answer(days[1], "yes", area=OTHER)]))
    told = found.select("area_code", "as_of_end", "fired").rows()
    # On each day an answer came, every latest answer is asked; the other system had given none in January.
    assert told == [
        (SYSTEM, days[0], True),
        (SYSTEM, days[1], False),
        (SYSTEM, days[2], True),
        (OTHER, days[1], False),
        (OTHER, days[2], False),
    ]
    assert found["evidence"][0] == "A director of population health in every system: answered no, as at 1 January 2026."


# --- how often chance alone fires --------------------------------------------------------------------------

SYSTEMS = [f"E54{number:06}" for number in range(100, 136)]
DRAWS = 400


def all_follow_england(commitment_id: str, indicator_id: str, seed: int) -> pl.DataFrame:
    """Systems whose true change is England's, seen with sampling noise; every draw is a period of its own."""
    random = np.random.default_rng(seed)
    rows = len(SYSTEMS) * DRAWS

    def noisy(true: float, error: float, size: int) -> pl.Series:
        drawn = random.normal(true, error, size)
        return pl.Series(drawn if size == rows else np.repeat(drawn, len(SYSTEMS)))

    errors = {"baseline": 1.0, "latest": 1.2, "england_baseline": 0.15, "england": 0.18}
    frame = pl.DataFrame(
        {
            "commitment_id": commitment_id,
            "indicator_id": indicator_id,
            "sex": "persons",
            "area_code": SYSTEMS * DRAWS,
            "as_of_period": np.repeat([f"draw {number}" for number in range(DRAWS)], len(SYSTEMS)),
            "as_of_end": pl.date_range(dt.date(2000, 1, 1), interval="1d", eager=True, end=dt.date(2000, 1, 1)
                + dt.timedelta(days=DRAWS - 1)).repeat_by(len(SYSTEMS)).explode(),
            "baseline_period": "before",
            "baseline_value": noisy(30.0, errors["baseline"], rows),
            "latest_value": noisy(33.0, errors["latest"], rows),
            "england_baseline_value": noisy(25.0, errors["england_baseline"], DRAWS),
            "england_value": noisy(28.0, errors["england"], DRAWS),
            "data_state": "ok",
            "value_kind": "published",
            **{f"{name}_standard_error": error for name, error in errors.items()},
        }
    )  # fmt: skip
    compared = difference_of_differences(
        frame,
        before="baseline_value",
        after="latest_value",
        comparator_before="england_baseline_value",
        comparator_after="england_value",
        before_se="baseline_standard_error",
        after_se="latest_standard_error",
        comparator_before_se="england_baseline_standard_error",
        comparator_after_se="england_standard_error",
    )
    return compared.with_columns(change_versus_england="difference", change_versus_england_p="p")


def in_binomial_limits(fires: int, tested: int, chance: float) -> bool:
    low, high = stats.binom.interval(0.999, tested, chance)
    return bool(low <= fires <= high)


@pytest.mark.parametrize(
    ("commitment_id", "indicator_id", "chance"),
    [("early-cancer-2028", "early-cancer-diagnosis", 0.025), ("adult-weight", "adult-obesity", 0.005)],
)
def test_systems_that_all_follow_england_fire_as_often_as_chance_says(
    commitment_id: str, indicator_id: str, chance: float
) -> None:
    drawn = all_follow_england(commitment_id, indicator_id, seed=7)
    named = [name for name in status() if name in drawn.columns]
    found = asked(CHANGE, holding(drawn.select(*named).with_columns(status_id=pl.lit("made.up")).to_dicts()))
    counted = counts(found.with_columns(trigger_id=pl.lit(CHANGE)))
    tested, fires = int(counted["tested"].sum()), int(counted["fired"].sum())
    assert tested == len(SYSTEMS) * DRAWS
    assert counted["expected_by_chance"].sum() == pytest.approx(chance * tested)
    assert in_binomial_limits(fires, tested, chance)


def test_gaps_that_stay_as_they_are_fire_as_often_as_chance_says() -> None:
    random = np.random.default_rng(11)
    pairs = list(enumerate(random.normal(8.0, (1.5, 2.0), (3_000, 2))))
    areas = [f"E54{number + 1_000:06}" for number, _ in pairs]
    rows = [hle(area_code=area) for area in areas]
    slopes = [
        slope(period, drawn[place], error, area=areas[number])
        for number, drawn in pairs
        for place, (period, error) in enumerate((("2017 to 2019", 1.5), ("2022 to 2024", 2.0)))
    ]
    found = asked(GAP, holding(rows, slopes))
    assert found["fired"].null_count() == 0
    assert in_binomial_limits(int(found["fired"].sum()), found.height, 0.005)


def test_a_system_that_does_fall_behind_is_found_where_it_is() -> None:
    """One true change of 8 among systems that follow England, with errors of about 1.6: it fires nearly always."""
    drawn = all_follow_england("adult-weight", "adult-obesity", seed=3)
    behind = pl.col("area_code") == SYSTEMS[0]
    z = pl.when(behind).then(pl.col("change_versus_england") + 8).otherwise("change_versus_england")
    error = math.sqrt(1.0 + 1.44 + 0.15**2 + 0.18**2)
    shifted = drawn.with_columns(change_versus_england=z)
    p = shifted["change_versus_england"].abs().to_numpy() / error
    shifted = shifted.with_columns(change_versus_england_p=pl.Series(2 * stats.norm.sf(p)))
    named = [name for name in status() if name in shifted.columns]
    found = asked(CHANGE, holding(shifted.select(named).to_dicts()))
    assert found.filter(behind)["fired"].mean() > 0.99
    assert found.filter(~behind)["fired"].mean() < 0.01
