"""The tables of posts, worked by hand: systems, regions and England, mergers, who has returned, and the examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from data_contracts.posts import ACCEPTED_POST_FIELDS, schema_of
from data_contracts.registry.records import examples, return_rules
from data_contracts.rules import field_rules
from pipelines.models import funding_horizon, returns_received, workforce, workforce_coverage
from pipelines.tenure.disclosure import STATES
from pipelines.tenure.examples import example_areas, example_lineage, example_returns
from tests.builders.data_folder import DataFolder
from tests.builders.posts import (
    ASTRIDE,
    EXAMPLE,
    FIRST,
    JOINED,
    MERGED,
    MERGER,
    NOTHING,
    OTHER_REGION,
    QUARTER,
    REGION,
    REMAINED,
    REST,
    SECOND,
    SPLIT,
    THIRD,
    areas,
    lineage,
    overlaps,
    post,
    posts,
    returns,
)

ENGLAND = "E92000001"
AS_OF = dt.date(2026, 11, 25)
MARCH = dt.date(2027, 3, 31)


def inputs(
    frame: pl.DataFrame, returned: pl.DataFrame | None = None, *, change: str = NOTHING, as_of: dt.date = AS_OF
) -> Mapping[str, pl.DataFrame]:
    changes = lineage(change)
    return {
        "accepted_posts": frame,
        "accepted_returns": returns(frame) if returned is None else returned,
        "areas": areas(change),
        "authority_overlaps": overlaps(change),
        "area_lineage": changes,
        "example_lineage": changes.clear(),
        "calendar": pl.DataFrame({"as_of": [as_of]}),
    }


def row(table: pl.DataFrame, area: str, quarter: str = QUARTER, family: str = "all") -> dict[str, Any]:
    return table.row(
        by_predicate=(pl.col("area_code") == area) & (pl.col("quarter") == quarter) & (pl.col("role_family") == family),
        named=True,
    )


def team(
    system: str, *, recurrent: int, ending: int, vacant: int = 0, wte: float = 1.0, **said: Any
) -> list[dict[str, Any]]:
    """So many posts on money that recurs, the first of them vacant, and so many on money that ends in March."""
    filled = {"state": "filled_substantive"}
    empty = {"state": "vacant_recruiting", "vacant_since": dt.date(2026, 7, 1)}
    return [
        post(
            number,
            system_code=system,
            wte=wte,
            funding_end=None if number < recurrent else MARCH,
            funding_source="icb_baseline" if number < recurrent else "programme",
            **(empty if number < vacant else filled),
            **said,
        )
        for number in range(recurrent + ending)
    ]


FRAME = posts([*team(FIRST, recurrent=6, ending=4, vacant=3), *team(SECOND, recurrent=3, ending=3, wte=0.5)])


def test_a_system_by_hand() -> None:
    found = row(workforce.build(inputs(FRAME)), FIRST)
    expected = {
        "posts": 10,
        "wte": 10.0,
        "posts_per_100000": 1.0,  # of a million residents
        "vacancy_rate": 0.3,
        "vacant_posts": 3,
        "recurrent_share": 0.6,
        "fixed_share": 0.4,
        "unconfirmed_share": 0.0,
        "interim_share": 0.0,
        "joint_share": 0.0,
        "wte_ending_3_months": 0.0,
        "wte_ending_6_months": 4.0,
        "wte_ending_12_months": 4.0,
        "wte_ending_24_months": 4.0,
        "median_months_left": 6,
        "median_months_vacant": None,  # no vacancy has been seen to end
        "largest_funder": "icb_baseline",
        "largest_funder_share": 0.6,
        "largest_pay_framework": "agenda_for_change",
        "largest_pay_framework_share": 1.0,
        "value_kind": "published",
        "value_symbol": None,
        "withheld": None,
        "systems_returned": None,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_england_and_regions_are_sums_of_who_returned_and_say_how_many() -> None:
    table = workforce.build(inputs(FRAME))
    england, region = row(table, ENGLAND), row(table, REGION)
    # By hand: 10 posts of 10 WTE and 6 of 3 WTE, of 1.5 million residents; 4 and 1.5 WTE end in March.
    assert (england["posts"], england["wte"], england["wte_ending_6_months"]) == (16, 13.0, 5.5)
    assert england["posts_per_100000"] == pytest.approx(16 / 15)
    assert england["vacancy_rate"] == pytest.approx(3 / 13)
    assert [england[name] for name in ("systems", "systems_returned", "systems_late", "systems_silent")] == [3, 2, 0, 1]
    assert [region[name] for name in ("systems", "systems_returned", "systems_late", "systems_silent")] == [2, 2, 0, 0]
    assert {name: england[name] for name in england if not name.startswith(("area", "systems"))} == {
        name: region[name] for name in region if not name.startswith(("area", "systems"))
    }
    assert table.filter(pl.col("area_code") == OTHER_REGION).is_empty()


def test_a_total_leaves_out_what_may_not_be_shown_and_says_over_how_many_systems_it_is() -> None:
    frame = posts([*team(FIRST, recurrent=6, ending=4, vacant=3), *team(SECOND, recurrent=3, ending=3, vacant=1)])
    table, over = workforce.build(inputs(frame)), workforce_coverage.build(inputs(frame))
    assert row(table, SECOND)["withheld"].split() == ["vacancy_rate", *STATES, "median_months_vacant"]
    assert row(table, ENGLAND)["vacancy_rate"] == pytest.approx(0.3)
    england = over.filter(pl.col("area_code") == ENGLAND, pl.col("role_family") == "all")
    told = {
        measure: (systems, number)
        for measure, systems, number in england.select("measure", "systems", "posts").iter_rows()
    }
    assert told["vacancy_rate"] == (1, 10)
    assert told["wte"] == (2, 16)


def test_a_return_without_posts_is_a_return() -> None:
    frame = posts(team(FIRST, recurrent=3, ending=0))
    held = inputs(frame, returns(frame, (THIRD, QUARTER)))
    table = workforce.build(held)
    assert (row(table, THIRD)["posts"], row(table, THIRD)["wte"], row(table, THIRD)["withheld"]) == (0, 0.0, None)
    assert row(table, ENGLAND)["systems_returned"] == 2
    steps = funding_horizon.build(held).filter(pl.col("area_code") == THIRD)
    assert steps["wte"].to_list() == [0.0] * 122


def test_a_post_not_funded_on_the_day_is_in_no_figure() -> None:
    later = post(8, funding_start=dt.date(2026, 10, 1))
    before = post(9, funding_end=dt.date(2026, 6, 30))
    found = row(workforce.build(inputs(posts([*team(FIRST, recurrent=3, ending=0), later, before]))), FIRST)
    assert (found["posts"], found["wte"]) == (3, 3.0)


def test_month_0_of_the_horizon_is_the_funded_wte_and_the_cliff_is_after_march() -> None:
    table, steps = workforce.build(inputs(FRAME)), funding_horizon.build(inputs(FRAME))
    for area in (FIRST, SECOND, REGION, ENGLAND):
        own = steps.filter(pl.col("area_code") == area, pl.col("basis") == "all").sort("month")
        assert own["wte"][0] == row(table, area)["wte"]
        assert own["wte"].diff().drop_nulls().le(0).all()
    england = steps.filter(pl.col("area_code") == ENGLAND, pl.col("basis") == "confirmed").sort("month")
    assert england["wte"].to_list() == [13.0] * 7 + [7.5] * 54
    assert england["month_end"][6] == MARCH
    assert set(england["systems"]) == {2}


def test_a_merged_system_is_restated_once_all_its_parts_returned() -> None:
    before = "2025-26-Q4"
    end = {"funding_start": dt.date(2024, 4, 1), "quarter": before}
    both = posts([*team(FIRST, recurrent=4, ending=3, **end), *team(SECOND, recurrent=3, ending=3, **end)])
    table = workforce.build(inputs(both, change=MERGER))
    merged = row(table, MERGED, before)
    assert (merged["posts"], merged["wte"], merged["value_kind"]) == (13, 13.0, "restated")
    assert merged["recurrent_share"] == pytest.approx(7 / 13)
    assert row(table, ENGLAND, before)["posts"] == 13  # once, not twice
    one = both.filter(pl.col("system_code") == FIRST)
    assert table.filter(pl.col("area_code") == MERGED).height > 0
    assert workforce.build(inputs(one, change=MERGER)).filter(pl.col("area_code") == MERGED).is_empty()


def placed(joined: int, remained: int, **said: Any) -> list[dict[str, Any]]:
    """Posts of the system that is split, from before: so many where it joined the second, and so many in the rest."""
    before = {"system_code": FIRST, "quarter": "2025-26-Q4", **said}
    return [
        post(number, place_code=JOINED if number < joined else REMAINED, **before)
        for number in range(joined + remained)
    ]


def test_a_split_system_goes_where_its_posts_say_they_are() -> None:
    frame = posts([*placed(4, 3), *team(SECOND, recurrent=3, ending=3, quarter="2025-26-Q4")])
    table = workforce.build(inputs(frame, change=SPLIT))
    joined, rest = row(table, MERGED, "2025-26-Q4"), row(table, REST, "2025-26-Q4")
    # By hand: 4 of the first's 7 and all 6 of the second's, of 900,000 residents; and the 3 that remain, of 600,000.
    assert (joined["posts"], joined["wte"], joined["value_kind"]) == (10, 10.0, "restated")
    assert joined["posts_per_100000"] == pytest.approx(10 / 9)
    assert joined["recurrent_share"] == pytest.approx(0.7)
    assert joined["wte_ending_12_months"] == pytest.approx(3.0)
    assert (rest["posts"], rest["wte"], rest["recurrent_share"], rest["value_symbol"]) == (3, 3.0, 1.0, None)
    assert rest["posts_per_100000"] == pytest.approx(0.5)
    assert row(table, FIRST, "2025-26-Q4")["posts"] == 7
    assert row(table, ENGLAND, "2025-26-Q4")["posts"] == 13  # once, not twice
    assert not table["area_code"].str.contains("/").any()
    steps = funding_horizon.build(inputs(frame, change=SPLIT)).filter(pl.col("basis") == "all")
    months = {area: steps.filter(pl.col("area_code") == area).sort("month")["wte"].to_list() for area in (MERGED, REST)}
    assert months == {MERGED: [10.0] * 13 + [7.0] * 48, REST: [3.0] * 61}


@pytest.mark.parametrize("place", [None, ASTRIDE, "E08000009"])
def test_a_split_system_one_of_whose_posts_went_nobody_knows_where_is_not_restated_and_says_so(
    place: str | None,
) -> None:
    lost = post(20, quarter="2025-26-Q4", place_code=place)
    frame = posts([*placed(4, 3), lost, *team(SECOND, recurrent=3, ending=3, quarter="2025-26-Q4")])
    table = workforce.build(inputs(frame, change=SPLIT))
    for area in (MERGED, REST):
        found = row(table, area, "2025-26-Q4")
        assert (found["posts"], found["wte"], found["value_symbol"], found["value_kind"]) == (
            None, None, "[x]", "restated",
        )  # fmt: skip
        assert found["note"] == (
            "Made of parts of systems that were split (First), whose posts do not all say where they went."
        )
    assert (
        funding_horizon.build(inputs(frame, change=SPLIT)).filter(pl.col("area_code").is_in([MERGED, REST])).is_empty()
    )
    assert row(table, SECOND, "2025-26-Q4")["posts"] == 6


def test_the_part_a_system_went_into_waits_for_all_it_is_made_of() -> None:
    table = workforce.build(inputs(posts(placed(4, 3)), change=SPLIT))
    assert table.filter(pl.col("area_code") == MERGED).is_empty()
    assert row(table, REST, "2025-26-Q4")["posts"] == 3


def test_of_a_part_no_more_is_shown_than_the_whole_and_the_other_part_can_bear() -> None:
    """Two posts remain: what joined the second is the whole less these two, so neither is told."""
    frame = posts([*placed(5, 2), *team(SECOND, recurrent=3, ending=3, quarter="2025-26-Q4")])
    table = workforce.build(inputs(frame, change=SPLIT))
    joined = row(table, MERGED, "2025-26-Q4")
    assert (joined["posts"], joined["wte"], joined["value_symbol"]) == (11, None, "[c]")
    assert row(table, REST, "2025-26-Q4")["wte"] is None
    assert row(table, FIRST, "2025-26-Q4")["wte"] == 7.0


def test_an_example_is_in_no_total() -> None:
    made_up = [post(number, system_code=EXAMPLE, value_kind="illustrative") for number in range(4)]
    with_it, without = (
        workforce.build(inputs(posts(rows))) for rows in ([*FRAME.to_dicts(), *made_up], FRAME.to_dicts())
    )
    assert row(with_it, EXAMPLE)["value_kind"] == "illustrative"
    assert with_it.filter(pl.col("area_code") != EXAMPLE).sort(pl.all()).equals(without.sort(pl.all()))
    alone = inputs(posts(made_up))
    for model in (workforce, funding_horizon, workforce_coverage, returns_received):
        assert set(model.build(alone)["area_code"]) <= {EXAMPLE}, model.__name__


def test_nothing_returned_is_nothing_said() -> None:
    for model in (workforce, funding_horizon, workforce_coverage, returns_received):
        assert model.build(inputs(posts([]))).is_empty(), model.__name__


# --- who has returned -------------------------------------------------------------------------------------


def received(held: Mapping[str, pl.DataFrame]) -> list[tuple[str, str, str]]:
    return list(returns_received.build(held).select("area_code", "quarter", "return_state").iter_rows())


@pytest.mark.parametrize(("after", "state"), [(0, "returned"), (42, "returned"), (43, "late")])
def test_a_return_is_in_time_until_six_weeks_after_the_quarter(after: int, state: str) -> None:
    frame = posts(team(FIRST, recurrent=3, ending=0))
    assert received(inputs(frame, returns(frame, received_after=after))) == [(FIRST, QUARTER, state)]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (dt.date(2026, 11, 11), [("2026-27-Q1", "returned")]),
        (dt.date(2026, 11, 12), [("2026-27-Q1", "returned"), ("2026-27-Q2", "overdue")]),
        (dt.date(2027, 2, 12), [("2026-27-Q1", "returned"), ("2026-27-Q2", "overdue"), ("2026-27-Q3", "overdue")]),
    ],
)
def test_a_return_is_overdue_from_the_day_after_it_was_due(as_of: dt.date, expected: list[tuple[str, str]]) -> None:
    frame = posts(team(FIRST, recurrent=3, ending=0, quarter="2026-27-Q1"))
    found = received(inputs(frame, as_of=as_of))
    assert found == [(FIRST, *what) for what in expected]


def test_who_never_returned_is_expected_only_once_somebody_asks() -> None:
    assert return_rules().first_quarter is None
    frame = posts(team(FIRST, recurrent=3, ending=0))
    assert {area for area, _, _ in received(inputs(frame))} == {FIRST}


def test_a_merged_system_is_expected_because_its_parts_returned() -> None:
    frame = posts(team(FIRST, recurrent=3, ending=0, quarter="2025-26-Q4"))
    assert received(inputs(frame, change=MERGER)) == [
        (FIRST, "2025-26-Q4", "returned"),
        (MERGED, "2026-27-Q1", "overdue"),
        (MERGED, "2026-27-Q2", "overdue"),
    ]


# --- the examples -----------------------------------------------------------------------------------------


def test_the_examples_are_eight_systems_of_six_quarters_with_a_merger_a_late_and_a_silent_one() -> None:
    assert list(examples().system) == [f"X5400000{number}" for number in range(1, 9)]
    assert len(examples().quarters) == 6
    assert examples().quarters[-1] == "2026-27-Q2"
    held = {
        "accepted_returns": example_returns().returns,
        "areas": example_areas(),
        "area_lineage": example_lineage().clear(),
        "example_lineage": example_lineage(),
        "calendar": pl.DataFrame({"as_of": [AS_OF]}),
    }
    last = returns_received.build(held).filter(pl.col("quarter") == "2026-27-Q2")
    assert last["return_state"].sort().to_list() == ["late", "overdue", *["returned"] * 4]
    assert set(example_lineage()["successor_code"]) == {"X54000008"}


def test_example_posts_are_such_as_a_return_may_hold() -> None:
    frame = example_returns().posts
    assert frame.schema == pl.Schema(schema_of(ACCEPTED_POST_FIELDS))
    for field in ACCEPTED_POST_FIELDS:
        for rule in field_rules(field, nullable=field.optional):
            assert frame.select(rule.good.all()).item(), (field.name, rule.name)
    vacant = pl.col("state").str.starts_with("vacant")
    good = (
        (vacant == pl.col("vacant_since").is_not_null())
        & (pl.col("recurrent") == pl.col("funding_end").is_null())
        & (pl.col("funding_start") <= pl.col("as_at"))
        & ((pl.col("funding_end") >= pl.col("as_at")) | pl.col("recurrent"))
        & (pl.col("wte") > 0)
        & (pl.col("wte") <= 1)
        & (pl.col("value_kind") == "illustrative")
    )
    assert frame.filter(~good.fill_null(value=False)).is_empty()


def test_a_release_marks_its_examples_and_has_no_real_figure_of_posts(first_release: DataFolder) -> None:
    for name in ("workforce", "funding_horizon", "returns_received"):
        table = first_release.mart(name)
        assert set(table["value_kind"]) == {"illustrative"}
        assert table["area_code"].str.starts_with("X54").all()
    assert first_release.mart("workforce_coverage").is_empty()
    for name in ("observations", "statuses", "triggers", "comparators", "area_lineage", "authority_overlaps"):
        table = first_release.mart(name)
        for column in table.columns:
            if column.endswith("_code") and table[column].dtype == pl.String:
                assert not table[column].str.starts_with("X54").any(), (name, column)


def test_without_examples_nothing_is_made_up(folder: DataFolder) -> None:
    assert folder.refresh(illustrative=False, accept_changes="no examples").recap is not None
    assert folder.mart("areas").filter(pl.col("area_type") == "example").is_empty()
    for name in ("workforce", "funding_horizon", "workforce_coverage", "returns_received"):
        assert folder.mart(name).is_empty()
