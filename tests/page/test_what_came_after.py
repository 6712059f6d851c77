"""What came after an intervention: too early with the right date, or tested; by hand from the published figures."""

import datetime as dt
import math
import statistics
from collections.abc import Iterator

import polars as pl
import pytest
from flask import Flask

from dashboard import queries
from dashboard.reader import Release, Releases
from dashboard.store.model import Told
from dashboard.views import follow_up
from dashboard.views.follow_up import NO_PROOF
from tests.builders.data_folder import DataFolder
from tests.builders.interventions import told

NOTTINGHAM = "E54000060"
TODAY = dt.date(2026, 11, 29)
CVD = {"outcome_indicator_id": "preventable-cvd-mortality", "outcome_sex": "persons"}
HLE = {"outcome_indicator_id": "healthy-life-expectancy", "outcome_sex": "male"}


@pytest.fixture(scope="module")
def release(first_release: DataFolder) -> Iterator[Release]:
    with Releases(first_release.path).pinned() as pinned:
        yield pinned


def intervention(**changes: object) -> Told:
    """An intervention as the store holds it; what nobody wrote is None."""
    names = Told.__dataclass_fields__
    written = dict.fromkeys(names) | told(intervention_status="under_way") | changes
    return Told(**{name: written[name] for name in names})


# --- the process measure


def test_a_process_measure_is_too_early_until_its_date() -> None:
    of = intervention(process_date=dt.date(2027, 3, 1))
    found = follow_up.process(of, TODAY)
    assert (found.state, found.earliest) == ("too_early", dt.date(2027, 3, 1))
    assert "1 March 2027" in found.answer


def test_a_process_measure_nobody_read_is_said_to_be_unread() -> None:
    found = follow_up.process(intervention(process_date=dt.date(2026, 11, 1)), TODAY)
    assert found.state == "not_tested"
    assert found.answer == "It could be read from 1 November 2026 on, and no reading has been entered yet."


READ = {
    "process_baseline": 40.0,
    "process_baseline_date": dt.date(2026, 1, 1),
    "process_value": 50.0,
    "process_value_date": dt.date(2026, 11, 1),
}


def test_readings_without_limits_are_told_and_not_tested() -> None:
    found = follow_up.process(intervention(**READ), TODAY)
    assert found.state == "not_tested"
    assert "the way it was meant to" in found.answer
    assert "no test" in found.answer


@pytest.mark.parametrize(
    ("half", "aim", "says"),
    [
        # z = 10 / (sqrt(2) x half / 1.96): 4.7 for half-widths of 2.94, 1.0 for 13.9.
        (2.94, "increase", "the way it was meant to, by more than chance explains (one-sided p under 0.001)"),
        (2.94, "decrease", "not the way it was meant to, by more than chance explains (one-sided p under 0.001)"),
        (13.9, "increase", "no detectable change (one-sided p = 0.159)"),
    ],
)
def test_readings_with_limits_are_tested(half: float, aim: str, says: str) -> None:
    limits = {
        "process_baseline_lower_95": 40 - half,
        "process_baseline_upper_95": 40 + half,
        "process_lower_95": 50 - half,
        "process_upper_95": 50 + half,
    }
    found = follow_up.process(intervention(**READ, **limits, process_aim=aim), TODAY)
    assert found.state == "tested"
    assert says in found.answer


# --- the outcome measure


def test_no_outcome_is_no_follow_up(release: Release) -> None:
    assert follow_up.outcome(release, intervention(), TODAY) is None


def test_an_outcome_is_too_early_until_a_period_lies_wholly_after_the_start(release: Release) -> None:
    """Started on 1 December 2026: the first three calendar years after that are 2027 to 2029, out 14 months later."""
    found = follow_up.outcome(release, intervention(start_date=dt.date(2026, 12, 1), **HLE), TODAY)
    assert found is not None
    assert found.state == "too_early"
    assert found.earliest == dt.date(2031, 2, 28)
    assert "from 1 January 2027 to 31 December 2029" in found.answer
    assert "about February 2031" in found.answer


def test_a_start_on_the_first_day_of_a_period_has_that_period_after_it(release: Release) -> None:
    found = follow_up.outcome(release, intervention(start_date=dt.date(2027, 1, 1), **HLE), TODAY)
    assert found is not None
    assert found.earliest == dt.date(2031, 2, 28)


def test_an_outcome_is_not_read_before_the_day_that_was_set(release: Release) -> None:
    of = intervention(area_code=NOTTINGHAM, start_date=dt.date(2020, 1, 1), outcome_date=dt.date(2027, 6, 1), **CVD)
    found = follow_up.outcome(release, of, TODAY)
    assert found is not None
    assert (found.state, found.earliest) == ("too_early", dt.date(2027, 6, 1))
    assert found.answer == "Too early: it was set to be read from 1 June 2027 on."


def test_a_past_intervention_is_tested_beside_its_comparators(release: Release, first_release: DataFolder) -> None:
    """Started in January 2020: deaths in 2017 to 2019 are before, those in 2022 to 2024 after."""
    of = intervention(area_code=NOTTINGHAM, start_date=dt.date(2020, 1, 15), **CVD)
    found = follow_up.outcome(release, of, TODAY)
    assert found is not None
    assert found.state == "tested"
    assert found.periods == ("2017 to 2019", "2022 to 2024")
    assert NO_PROOF in found.said

    figures = (
        first_release.mart("observations")
        .filter(pl.col("indicator_id") == CVD["outcome_indicator_id"], pl.col("period_label").is_in(found.periods))
        .with_columns(se=(pl.col("upper_95") - pl.col("lower_95")) / 3.92)
    )
    near = first_release.mart("comparators").filter(
        area_code=NOTTINGHAM, indicator_id="preventable-cvd-mortality", sex="persons"
    )
    others = near.sort("rank")["comparator_code"].to_list()
    assert [side.area_code for side in found.sides] == [NOTTINGHAM, *others]

    def of_area(code: str) -> tuple[float, float]:
        rows = figures.filter(area_code=code).sort("period_end")
        before, after = rows["value"].to_list()
        return after - before, math.hypot(*rows["se"].to_list())

    change, error = of_area(NOTTINGHAM)
    changes, errors = zip(*map(of_area, others), strict=True)
    assert change == pytest.approx(37.149942 - 30.653856, abs=1e-5)
    difference = change - statistics.mean(changes)
    spread = math.hypot(error, math.hypot(*errors) / len(others))
    low, high = (difference + side * 1.959963984540054 * spread for side in (-1, 1))
    said = found.said[0]
    assert f"moved by +{difference:.1f} per 100,000 (95% interval +{low:.1f} per 100,000 to +{high:.1f}" in said
    assert "more than chance explains" in said
    assert "got worse: it moved by +6.5 per 100,000" in found.answer


def test_the_return_towards_the_mean_is_that_of_all_systems_before(release: Release, first_release: DataFolder) -> None:
    of = intervention(area_code=NOTTINGHAM, start_date=dt.date(2020, 1, 15), **CVD)
    found = follow_up.outcome(release, of, TODAY)
    assert found is not None
    today = first_release.mart("areas").filter(pl.col("area_type") == "icb", pl.col("valid_to").is_null())
    before = (
        first_release.mart("observations")
        .filter(
            pl.col("indicator_id") == CVD["outcome_indicator_id"],
            pl.col("period_label") == "2017 to 2019",
            pl.col("value").is_not_null(),
        )
        .join(today.select("area_code"), on="area_code")
        .with_columns(se=(pl.col("upper_95") - pl.col("lower_95")) / 3.92)
    )
    assert before.height > 30
    own = before.filter(area_code=NOTTINGHAM)
    between = float(before["value"].var() or 0) - float((before["se"] ** 2).mean() or 0)  # type: ignore[arg-type]
    kept = between / (between + own["se"].item() ** 2)
    expected = (kept - 1) * (own["value"].item() - float(before["value"].mean() or 0))  # type: ignore[arg-type]
    written = f"{'+' if expected > 0 else '−'}{abs(expected):.1f}"
    assert f"expected to move by {written} per 100,000 with nothing done" in found.said[2]


def test_a_system_nothing_can_be_held_against_says_so(release: Release) -> None:
    without = next(
        area.area_code
        for area in queries.reference(release).systems
        if not queries.comparators(
            release, area_code=area.area_code, indicator_id="preventable-cvd-mortality", sex="persons"
        )
    )
    found = follow_up.outcome(release, intervention(area_code=without, start_date=dt.date(2020, 1, 15), **CVD), TODAY)
    assert found is not None
    assert any(said.startswith("There is no system to hold it against") for said in found.said)


def test_figures_without_intervals_are_told_and_not_tested(release: Release) -> None:
    of = intervention(
        area_code=NOTTINGHAM,
        start_date=dt.date(2020, 1, 15),
        outcome_indicator_id="adult-smoking",
        outcome_sex="persons",
    )
    found = follow_up.outcome(release, of, TODAY)
    assert found is not None
    assert found.state == "not_tested"
    assert "no interval" in found.answer


def test_a_start_before_any_figure_has_no_before(release: Release) -> None:
    of = intervention(area_code=NOTTINGHAM, start_date=dt.date(1990, 1, 1), **CVD)
    found = follow_up.outcome(release, of, TODAY)
    assert found is not None
    assert found.state == "not_tested"
    assert "there is no before" in found.answer


def test_a_measure_nobody_knows_any_more_is_said_to_be_unknown(release: Release, app: Flask) -> None:
    of = intervention(outcome_indicator_id="gone", outcome_sex="persons")
    found = follow_up.outcome(release, of, TODAY)
    assert found is not None
    assert "not in the registry" in found.answer
