"""Spells of firing: what replaying the as-of periods adds up to, as properties, and on the release."""

import datetime as dt
import math
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.registry.records import commitments, measurable, triggers
from pipelines import compare
from pipelines.geography import ENGLAND
from pipelines.trigger_recap import trigger_summary
from pipelines.triggers.held import held
from pipelines.triggers.rules import EVALUATED, evaluated
from pipelines.triggers.spells import counts, spells
from tests.builders.data_folder import DataFolder

KEY = ["trigger_id", "commitment_id", "indicator_id", "sex", "area_code"]
SERIES = ["commitment_id", "indicator_id", "sex"]
YEAR = dt.date(2020, 12, 31)


def day(place: int) -> dt.date:
    return YEAR.replace(year=YEAR.year + place)


def replayed(*systems: Sequence[bool | None]) -> pl.DataFrame:
    """What a trigger said of each system, period by period."""
    return pl.DataFrame(
        [
            {
                "trigger_id": "data-lost",
                "commitment_id": "adult-weight",
                "sex": "persons",
                "area_code": f"E5400000{number}",
                "as_of_period": str(day(place).year),
                "as_of_end": day(place),
                "standing": "monitored",
                "fired": fired,
                "chance": 0.005,
                "threshold": 0.01,
                "evidence": f"as of {day(place).year}" if fired else None,
            }
            for number, history in enumerate(systems)
            for place, fired in enumerate(history)
        ],
        schema=EVALUATED,
    )


def told(*systems: Sequence[bool | None]) -> list[tuple[object, ...]]:
    found = spells(replayed(*systems)).sort("area_code", "fired_since")
    return found.select("fired_since", "cleared_on", "cleared_why", "evidence").rows()


def test_a_spell_lasts_from_the_first_firing_to_the_first_period_without() -> None:
    assert told([False, True, True, False, True]) == [
        (day(1), day(3), "passed", "as of 2022"),
        (day(4), None, None, "as of 2024"),
    ]


def test_a_period_that_could_not_be_tested_ends_a_spell_and_is_no_pass() -> None:
    assert told([True, None, True]) == [
        (day(0), day(1), "not_tested", "as of 2020"),
        (day(2), None, None, "as of 2022"),
    ]


def test_tests_firings_and_what_chance_gives_are_counted_over_those_tested() -> None:
    found = counts(replayed([True, False], [False, False], [None, True])).sort("as_of_end")
    assert found.select("tested", "fired", "expected_by_chance", "is_latest").rows() == [
        (2, 1, 0.01, False),
        (3, 1, 0.015, True),
    ]


def test_what_is_no_matter_of_chance_has_no_expected_number() -> None:
    found = counts(replayed([True]).with_columns(chance=pl.lit(None, pl.Float64)))
    assert found.select("tested", "fired", "expected_by_chance").rows() == [(1, 1, None)]


def test_a_firing_is_named_by_what_fired_where_and_since_when() -> None:
    assert spells(replayed([True]))["firing_id"].item() == "data-lost.E54000000.adult-weight.persons.2020-12-31"


histories = st.lists(st.lists(st.sampled_from([True, False, None]), min_size=6, max_size=6), min_size=1, max_size=4)


@given(histories)
def test_spells_hold_every_firing_once_and_nothing_else(systems: list[list[bool | None]]) -> None:
    found = spells(replayed(*systems)).select("area_code", "fired_since", "cleared_on").rows()
    lasting: list[tuple[int, int]] = []
    for area, since, cleared in found:
        assert cleared is None or cleared > since
        first, after = since.year - YEAR.year, 6 if cleared is None else cleared.year - YEAR.year
        lasting += [(int(area[-1]), place) for place in range(first, after)]
    assert len(set(lasting)) == len(lasting), "spells of one system overlap"
    assert set(lasting) == {
        (number, place) for number, history in enumerate(systems) for place in range(6) if history[place]
    }


@given(histories, st.integers(0, 5))
def test_replaying_up_to_an_earlier_period_gives_the_same_history_cut_there(
    systems: list[list[bool | None]], last: int
) -> None:
    whole = spells(replayed(*systems)).filter(pl.col("fired_since") <= day(last))
    cut = spells(replayed(*(history[: last + 1] for history in systems)))
    still = pl.col("cleared_on") > day(last)
    whole = whole.with_columns(
        pl.when(~still).then("cleared_on").alias("cleared_on"), pl.when(~still).then("cleared_why").alias("cleared_why")
    )
    columns = ["area_code", "fired_since", "cleared_on", "cleared_why", "firing_id"]
    assert cut.select(columns).sort(columns).equals(whole.select(columns).sort(columns))


# --- on the release ----------------------------------------------------------------------------------------


def todays(folder: DataFolder) -> pl.DataFrame:
    areas = folder.mart("areas")
    return areas.filter((pl.col("area_type") == "icb") & pl.col("valid_to").is_null()).select("area_code")


def test_only_todays_systems_fire(first_release: DataFolder) -> None:
    fires = first_release.mart("triggers")
    assert fires.height > 0
    assert fires.join(todays(first_release), on="area_code", how="anti").is_empty()
    assert ENGLAND not in fires["area_code"]


def test_every_status_that_was_tested_against_england_is_counted_once(first_release: DataFolder) -> None:
    statuses = first_release.mart("statuses").join(todays(first_release), on="area_code")
    tested = statuses.filter(pl.col("change_versus_england_p").is_not_null())
    expected = tested.group_by(*SERIES, "as_of_end").len("tested")
    counted = first_release.mart("trigger_tests").filter(
        pl.col("trigger_id") == "change-worse-than-england", pl.col("tested") > 0
    )
    both = counted.join(expected, on=[*SERIES, "as_of_end"], how="full", suffix="_in_statuses")
    assert both.filter(pl.col("tested").ne_missing(pl.col("tested_in_statuses"))).is_empty()


def test_every_change_worse_than_englands_again(first_release: DataFolder) -> None:
    """From the points of the latest statuses, in plain arithmetic: which systems are worse, beyond chance."""
    standing = {id_: entry.standing for id_, entry in commitments().items()}
    less_is_worse = {id_ for id_, measure in measurable().items() if measure.polarity == "high_is_good"}
    expected = set()
    latest = first_release.mart("statuses").join(todays(first_release), on="area_code").filter("is_latest")
    for row in latest.filter(pl.col("data_state") == "ok").iter_rows(named=True):
        points = ("baseline", "latest", "england_baseline", "england")
        errors = [row[f"{point}_standard_error"] for point in points]
        if None in errors:
            continue
        before, after, england_before, england_after = (row[f"{point}_value"] for point in points)
        change = (after - before) - (england_after - england_before)
        p = math.erfc(abs(change) / math.hypot(*errors) / math.sqrt(2))
        worse = change < 0 if row["indicator_id"] in less_is_worse else change > 0
        if worse and p < (0.01 if standing[row["commitment_id"]] == "monitored" else 0.05):
            expected.add((row["area_code"], row["indicator_id"], row["sex"]))
    fires = first_release.mart("triggers").filter(
        pl.col("trigger_id") == "change-worse-than-england", pl.col("cleared_on").is_null()
    )
    assert set(fires.select("area_code", "indicator_id", "sex").rows()) == expected
    assert len(expected) == fires.height


def test_what_fires_still_is_what_fired_as_of_the_latest_period(first_release: DataFolder) -> None:
    """So that a page may say how many fired of how many tested, and list as many."""
    asked = ["trigger_id", *SERIES]
    open_ = first_release.mart("triggers").filter(pl.col("cleared_on").is_null())
    latest = first_release.mart("trigger_tests").filter("is_latest")
    listed = open_.group_by(asked).len("listed")
    both = latest.join(listed, on=asked, how="full", coalesce=True, nulls_equal=True)
    assert both.filter(pl.col("fired") != pl.col("listed").fill_null(0)).is_empty()
    assert both["fired"].null_count() == 0
    beside = open_.join(latest, on=[*asked, "as_of_end"], how="left", nulls_equal=True, suffix="_counted")
    for name in ("tested", "fired", "expected_by_chance"):
        assert beside.filter(pl.col(name).ne_missing(pl.col(f"{name}_counted"))).is_empty()


def test_history_on_the_release_is_that_of_the_periods_it_held_then(first_release: DataFolder) -> None:
    """A firing and its end name periods the series has, and what was tested then."""
    fires = first_release.mart("triggers")
    tests = first_release.mart("trigger_tests").select("trigger_id", *SERIES, "as_of_end")
    for name in ("fired_since", "as_of_end", "cleared_on"):
        dated = fires.filter(pl.col(name).is_not_null()).with_columns(as_of_end=pl.col(name))
        assert dated.join(tests, on=["trigger_id", *SERIES, "as_of_end"], how="anti", nulls_equal=True).is_empty()


@pytest.mark.parametrize("last", [dt.date(2020, 12, 31), dt.date(2022, 12, 31), dt.date(2024, 12, 31)])
def test_the_rules_replayed_up_to_a_day_say_what_they_say_of_it_now(first_release: DataFolder, last: dt.date) -> None:
    """No rule looks ahead: with later periods gone, every earlier row is the same, its sentence included."""
    names = ("areas", "statuses", "gaps", "evidence", "workforce", "returns_received")
    tables = {name: first_release.mart(name) for name in names}
    now = evaluated(held(tables)).filter(pl.col("as_of_end") <= last)
    ends = {"statuses": "as_of_end", "gaps": "period_end", "evidence": "as_at"}
    earlier = {name: tables[name].filter(pl.col(day) <= last) for name, day in ends.items()}
    then = evaluated(held(tables | earlier))
    assert now.height > 0
    order = ["trigger_id", *SERIES, "area_code", "as_of_end"]
    assert then.sort(order).equals(now.sort(order))


def test_a_firing_rests_on_a_status_anyone_can_work_out_again(first_release: DataFolder) -> None:
    fires = first_release.mart("triggers").filter(pl.col("status_id").is_not_null())
    statuses = first_release.mart("statuses").select("status_id", "area_code", "as_of_end")
    assert fires.join(statuses, on=["status_id", "area_code", "as_of_end"], how="anti").is_empty()


# --- told by a run, and no reason to stop it ---------------------------------------------------------------


def test_the_recap_says_how_many_fire_which_are_new_and_which_no_more(folder: DataFolder) -> None:
    marts = folder.path / "current" / "marts"
    fires = folder.mart("triggers")
    open_ = fires.filter(pl.col("cleared_on").is_null())
    systems = open_["area_code"].n_unique()
    said = trigger_summary(None, marts)
    assert said.startswith(f"{open_.height} fire in {systems} systems (")
    assert "new" not in said
    later = folder.path / "later"
    later.mkdir()
    gone, *_ = open_["firing_id"].sort()
    fires.filter(pl.col("firing_id") != gone).write_parquet(later / "triggers.parquet")
    assert trigger_summary(marts, later).endswith(f"; none new, 1 no longer firing ({gone}).")
    assert trigger_summary(later, marts).endswith(f"; 1 new ({gone}), none no longer firing.")
    assert "none new, none no longer firing" in trigger_summary(marts, marts)


def test_the_report_kept_with_a_release_says_what_fires(first_release: DataFolder) -> None:
    report = (first_release.path / "current" / "report.md").read_text("utf-8")
    said = trigger_summary(None, first_release.path / "current" / "marts")
    assert f"## Triggers\n\n{said}\n" in report


def test_another_rule_moves_the_release_and_stops_no_publication(folder: DataFolder) -> None:
    """Triggers are ours to change: figures alone are a reason to stop and ask."""
    marts = folder.path / "current" / "marts"
    later = folder.path / "later"
    later.mkdir()
    for path in marts.iterdir():
        (later / path.name).write_bytes(path.read_bytes())
    folder.mart("triggers").clear().write_parquet(later / "triggers.parquet")
    moved = compare.changes(marts, later)
    assert moved.is_empty()


def test_every_rule_is_published_with_its_words(first_release: DataFolder) -> None:
    rows = {row["trigger_id"]: row for row in first_release.mart("trigger_rules").iter_rows(named=True)}
    assert list(rows) == sorted(triggers())
    for trigger_id, trigger in triggers().items():
        row = rows[trigger_id]
        assert (row["means"], row["does_not_mean"], row["owner"]) == (
            trigger.means,
            trigger.does_not_mean,
            trigger.owner,
        )
        assert row["thresholds"].count(",") == len(trigger.threshold) - 1
