"""No subtraction over the published tables of posts leaves one or two of them.

Each made-up post has a WTE no sum of others equals, so a published figure tells which posts it counts: the tests read
the tables as somebody would who knew that, and subtract.
"""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.quarters import last_day
from data_contracts.vocabulary import PostState
from pipelines.tenure.disclosure import BROKEN_DOWN, ENDING, FEWEST, MEASURES, STATES, rests
from pipelines.tenure.figures import Counted, counted, horizon, workforce
from tests.builders.posts import (
    FIRST,
    JOINED,
    MERGED,
    MERGER,
    NOTHING,
    QUARTER,
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
WINDOWS = list(ENDING.values())
AS_AT = dt.date(2026, 9, 30)
#: Ends that fall on and between month ends, in and beyond every window, and on the as-at date itself.
ENDS = [
    None,
    AS_AT,
    dt.date(2026, 10, 15),
    dt.date(2026, 12, 31),
    dt.date(2027, 3, 31),
    dt.date(2027, 9, 30),
    dt.date(2028, 3, 31),
    dt.date(2029, 3, 31),
    dt.date(2033, 3, 31),
]


@st.composite
def teams(
    draw: st.DrawFn,
    *,
    systems: tuple[str, ...] = (FIRST,),
    quarter: str = QUARTER,
    places: tuple[str | None, ...] = (None,),
) -> pl.DataFrame:
    """Posts in kinds of a few that are alike, as teams are, whose WTE are powers of two."""
    families = draw(st.sampled_from([["training"], ["core20plus5", "training"], ["core20plus5", "other", "training"]]))
    ends = draw(st.lists(st.sampled_from(ENDS), min_size=2, max_size=4, unique=True))
    rows: list[dict[str, Any]] = []
    for size in draw(st.lists(st.sampled_from([1, 2, 3, 3, 4]), min_size=1, max_size=6)):
        state = draw(st.sampled_from(["filled_substantive", "interim", *map(str, PostState)]))
        kind = {
            "system_code": draw(st.sampled_from(systems)),
            "place_code": draw(st.sampled_from(places)),
            "role_family": draw(st.sampled_from(families)),
            "funding_end": draw(st.sampled_from(ends)),
            "funding_confirmed": draw(st.sampled_from([True, True, False])),
            "funding_source": draw(st.sampled_from(["icb_baseline", "programme", "charity"])),
            "state": state,
            "vacant_since": dt.date(2026, 1, 1) if state.startswith("vacant") else None,
            "joint_reference": draw(st.sampled_from([None, "J1"])),
        }
        for _ in range(min(size, 19 - len(rows))):
            rows.append(post(len(rows), quarter=quarter, wte=2 ** len(rows) / 1_000_000, **kind))
    return posts(rows)


def published(frame: pl.DataFrame, change: str = NOTHING) -> tuple[pl.DataFrame, pl.DataFrame, Counted]:
    held = counted(frame, returns(frame), areas(change), lineage(change), overlaps(change))
    return workforce(held), horizon(held), held


def counts(wte: float) -> set[int]:
    """The posts a figure counts, by the one way its WTE is a sum of theirs."""
    mask = round(wte * 1_000_000)
    return {number for number in range(mask.bit_length()) if mask >> number & 1}


def told(rows: pl.DataFrame, measures: list[str]) -> dict[str, set[int]]:
    """What each shown measure of a row counts; shares are of the row's WTE."""
    row = rows.row(0, named=True)
    return {
        name: counts(row[name] if name == "wte" or name in WINDOWS else row[name] * row["wte"])
        for name in measures
        if row[name] is not None
    }


def of(table: pl.DataFrame, area: str, family: str = "all") -> pl.DataFrame:
    return table.filter(pl.col("area_code") == area, pl.col("role_family") == family)


def isolates(sets: list[set[int]], everybody: set[int]) -> list[set[int]]:
    """One or two posts that some sum of multiples of the sets is about, and of no other post.

    By linear algebra: of the sums possible, those that are zero outside the one or two are all of them less the rank of
    what lies outside.
    """
    people = sorted(everybody)
    matrix = np.array([[number in counted_in for number in people] for counted_in in sets], dtype=float)
    alike: dict[tuple[float, ...], list[int]] = {}
    for place, column in enumerate(matrix.T):
        alike.setdefault(tuple(column), []).append(place)
    small = [places for places in alike.values() if len(places) < FEWEST]
    alone = [places for places in small if len(places) == 1]
    suspects = [*small, *([a, b] for (a,), (b,) in combinations(alone, 2))]
    rank = np.linalg.matrix_rank(matrix) if matrix.size else 0
    return [
        {people[place] for place in places}
        for places in suspects
        if np.linalg.matrix_rank(np.delete(matrix, places, axis=1)) < rank
    ]


#: What may be set against each other: figures of all posts and of families alike.
GROUPS = (
    ["wte", *WINDOWS, "recurrent_share", "unconfirmed_share"],
    ["wte", "vacancy_rate", "interim_share", *STATES],
    ["wte", "joint_share"],
    ["wte", "largest_funder_share"],
    ["wte", "largest_pay_framework_share"],
)


def isolated(table: pl.DataFrame, steps: pl.DataFrame, areas_: list[str], everybody: set[int]) -> list[Any]:
    """Whoever is isolated by all that is shown of some areas, in every quarter and of every role family."""
    found = []
    rows = table.filter(pl.col("area_code").is_in(areas_))
    for measures in GROUPS:
        sets = [
            counted_in
            for _, row in rows.group_by("area_code", "quarter", "role_family", maintain_order=True)
            for counted_in in told(row, measures).values()
        ]
        if measures == GROUPS[0]:
            shown = steps.filter(pl.col("area_code").is_in(areas_), pl.col("wte").is_not_null())
            sets += [counts(wte) for wte in shown["wte"].unique(maintain_order=True)]
        found += [(measures[1], alone) for alone in isolates(sets, everybody)]
    return found


# --- the rules by hand ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("posts_", "shown"), [(0, True), (1, False), (2, False), (3, True)])
def test_a_figure_rests_on_none_or_at_least_three(posts_: int, *, shown: bool) -> None:
    assert rests(posts_) is shown


def test_of_one_or_two_posts_only_their_number_is_shown() -> None:
    table, steps, _ = published(posts([post(1), post(2)]))
    row = of(table, FIRST).row(0, named=True)
    assert row["posts"] == 2
    assert row["value_symbol"] == "[c]"
    assert row["withheld"].split() == list(MEASURES)
    assert all(row[measure] is None for measure in (*MEASURES, "fixed_share", "vacant_posts", "largest_funder"))
    own = steps.filter(pl.col("area_code") == FIRST)
    assert own["wte"].null_count() == own.height == 122
    assert set(own["value_symbol"]) == {"[c]"}


def test_what_is_neither_vacant_nor_interim_is_judged_with_both() -> None:
    """Three vacant and three interim rest each; the one post that is neither is what they leave."""
    states = ["vacant_frozen"] * 3 + ["interim"] * 3 + ["filled_substantive"]
    vacant = dt.date(2026, 1, 1)
    rows = [
        post(number, state=state, vacant_since=vacant if state.startswith("vacant") else None)
        for number, state in enumerate(states)
    ]
    row = of(published(posts(rows))[0], FIRST).row(0, named=True)
    assert row["vacancy_rate"] is not None
    assert row["interim_share"] is None
    more = [*rows, post(8), post(9)]
    assert of(published(posts(more))[0], FIRST).row(0, named=True)["interim_share"] is not None


def test_states_are_told_apart_only_if_each_rests() -> None:
    def of_states(**numbers: int) -> dict[str, Any]:
        states = [state for state, number in numbers.items() for _ in range(number)]
        since = {True: dt.date(2026, 1, 1), False: None}
        rows = [
            post(number, state=state, vacant_since=since[state.startswith("vacant")])
            for number, state in enumerate(states)
        ]
        return of(published(posts(rows))[0], FIRST).row(0, named=True)

    names = [*STATES, "interim_share", "vacancy_rate"]
    told_apart = of_states(filled_substantive=4, vacant_recruiting=3, vacant_frozen=3)
    assert [told_apart[name] for name in names] == [0.4, 0.0, 0.0, 0.3, 0.3, 0.0, 0.6]
    together = of_states(filled_substantive=4, vacant_recruiting=4, vacant_frozen=2)
    assert [together[name] for name in names] == [None] * 5 + [0.0, 0.6]


def test_a_familys_windows_are_judged_step_by_step() -> None:
    """From three months to six, one post of one family and two of another: enough together, and too few in either."""
    soon, later, never = dt.date(2026, 12, 31), dt.date(2027, 3, 31), dt.date(2033, 3, 31)

    def family(name: str, ends: list[dt.date], first: int) -> list[dict[str, Any]]:
        return [post(first + place, role_family=name, funding_end=end) for place, end in enumerate(ends)]

    rows = [
        *family("training", [soon] * 3 + [later] + [never] * 3, 0),
        *family("other", [soon] * 3 + [later] * 2 + [never] * 3, 20),
    ]
    table = published(posts(rows))[0]
    both = ["wte_ending_3_months", "wte_ending_6_months"]
    assert None not in of(table, FIRST).select(both).row(0)
    for name in ("training", "other"):
        shown = of(table, FIRST, name).select(both).row(0)
        assert shown[0] is not None
        assert shown[1] is None


def test_families_are_broken_down_for_all_or_for_none() -> None:
    enough = [post(number, role_family=family) for number, family in enumerate(["core20plus5", "training"] * 3)]
    assert set(published(posts(enough))[0].filter(pl.col("area_code") == FIRST)["role_family"]) == {
        "all", "core20plus5", "training",
    }  # fmt: skip
    lacking = [*enough, post(9, role_family="other")]
    assert set(published(posts(lacking))[0]["role_family"]) == {"all"}


def test_a_horizon_steps_only_where_three_posts_end_and_says_so() -> None:
    ends = [dt.date(2026, 12, 31)] * 2 + [dt.date(2027, 3, 31)] + [None] * 4
    table, steps, _ = published(posts([post(number, funding_end=end) for number, end in enumerate(ends)]))
    own = steps.filter(pl.col("area_code") == FIRST, pl.col("basis") == "all").sort("month")
    assert own["wte"].to_list()[:9] == [7.0] * 7 + [4.0] * 2
    row = of(table, FIRST).row(0, named=True)
    assert (row["wte_ending_3_months"], row["wte_ending_6_months"]) == (None, 3.0)
    assert row["withheld"].split() == ["wte_ending_3_months"]


# --- quarters by hand -------------------------------------------------------------------------------------

QUARTERS = ("2026-27-Q1", "2026-27-Q2", "2026-27-Q3")


def over_time(*numbers: list[int], **said: Any) -> list[dict[str, Any]]:
    """The latest row of the first system, after quarters in which it had the posts of these numbers."""
    rows = [
        post(number, quarter=quarter, **said)
        for quarter, held in zip(QUARTERS, numbers, strict=False)
        for number in held
    ]
    table = published(posts(rows))[0].filter(pl.col("role_family") == "all", pl.col("area_code") == FIRST)
    return list(table.sort("quarter").iter_rows(named=True))


TEN = list(range(10))


def test_posts_that_stay_are_shown_again() -> None:
    first, second = over_time(TEN, TEN)
    assert {name: first[name] for name in MEASURES} == {name: second[name] for name in MEASURES}
    assert second["withheld"] is None


@pytest.mark.parametrize("then", [[*TEN, 10], [*TEN, 10, 11], TEN[1:], [*TEN[1:], 10]], ids=str)
def test_one_or_two_posts_that_came_or_went_are_told_by_their_number_alone(then: list[int]) -> None:
    row = over_time(TEN, then)[-1]
    assert (row["posts"], row["wte"], row["value_symbol"]) == (len(then), None, "[c]")


@pytest.mark.parametrize("then", [[*TEN, 10, 11, 12], TEN[3:], [*TEN[2:], 10]], ids=str)
def test_three_that_came_or_went_are_told(then: list[int]) -> None:
    assert over_time(TEN, then)[-1]["wte"] == len(then)


def test_changes_wait_until_they_are_of_three_since_figures_were_last_shown() -> None:
    shown = [row["wte"] for row in over_time(TEN, [*TEN, 10], [*TEN, 10, 11, 12])]
    assert shown == [10.0, None, 13.0]
    assert [row["wte"] for row in over_time(TEN, [*TEN, 10], TEN)] == [10.0, None, 10.0]


def test_a_change_of_the_wte_of_one_post_is_not_told() -> None:
    rows = [post(number, quarter=quarter) for quarter in QUARTERS[:2] for number in TEN]
    rows[-1]["wte"] = 0.5
    table = published(posts(rows))[0].filter(pl.col("role_family") == "all", pl.col("area_code") == FIRST)
    assert table.sort("quarter")["wte"].to_list() == [10.0, None]


def test_a_post_that_fell_vacant_is_not_told_by_the_vacancies_and_leaves_the_rest_shown() -> None:
    vacant = {"state": "vacant_frozen", "vacant_since": dt.date(2026, 6, 1)}
    rows = [
        post(number, quarter=quarter, **(vacant if number < many else {}))
        for quarter, many in zip(QUARTERS[:2], (3, 4), strict=True)
        for number in TEN
    ]
    row = of(published(posts(rows))[0].filter(pl.col("quarter") == QUARTERS[1]), FIRST).row(0, named=True)
    assert (row["wte"], row["recurrent_share"]) == (10.0, 1.0)
    assert (row["vacancy_rate"], row["vacant_posts"]) == (None, None)


def test_a_merged_system_is_the_posts_of_its_parts_to_somebody_who_subtracts() -> None:
    """Nine posts of two systems go on in the one they became, under the references they had, with one more."""
    before = [post(number, quarter="2025-26-Q4", system_code=FIRST if number < 5 else SECOND) for number in range(9)]
    after = [post(number, quarter="2026-27-Q1", system_code=MERGED) for number in range(10)]
    table = published(posts([*before, *after]), MERGER)[0]
    shown = dict(of(table, MERGED).select("quarter", "wte").iter_rows())
    assert shown == {"2025-26-Q4": 9.0, "2026-27-Q1": None}


@pytest.mark.parametrize("renumbered", [False, True], ids=["references clash", "references given anew"])
def test_posts_are_known_again_after_a_merger_by_what_they_are_like(*, renumbered: bool) -> None:
    """Both systems numbered their posts from nought, so the one they became cannot keep every reference."""
    before = [post(place % 5, quarter="2025-26-Q4", system_code=FIRST if place < 5 else SECOND) for place in range(10)]
    first = 100 if renumbered else 0
    after = [post(first + number, quarter="2026-27-Q1", system_code=MERGED) for number in range(11)]
    shown = dict(of(published(posts([*before, *after]), MERGER)[0], MERGED).select("quarter", "wte").iter_rows())
    assert shown == {"2025-26-Q4": 10.0, "2026-27-Q1": None}


def test_posts_that_go_on_unchanged_under_new_references_are_shown_as_before() -> None:
    march = dt.date(2029, 3, 31)
    kinds = [{"role_family": family, "funding_end": end} for family in ("training", "other") for end in (None, march)]
    before = [
        post(number, quarter="2025-26-Q4", system_code=system, **kind)
        for system in (FIRST, SECOND)
        for number, kind in enumerate(kinds * 3)
    ]
    after = [
        post(100 + number, quarter="2026-27-Q1", system_code=MERGED, **kind)
        for number, kind in enumerate(sorted(kinds * 6, key=str))
    ]
    shown = of(published(posts([*before, *after]), MERGER)[0], MERGED).sort("quarter")
    assert shown["wte"].to_list() == [24.0, 24.0]
    assert shown["recurrent_share"].to_list() == [0.5, 0.5]


def test_posts_are_known_again_in_the_system_their_system_became_in_the_end() -> None:
    """The system between them returned nothing."""
    before = [post(number, quarter="2025-26-Q4") for number in range(10)]
    after = [post(number, system_code=THIRD) for number in range(11)]
    frame = posts([*before, *after])
    steps = pl.DataFrame(
        [(FIRST, MERGED, dt.date(2026, 4, 1), 1.0, "high"), (MERGED, THIRD, dt.date(2026, 7, 1), 1.0, "high")],
        schema=lineage().schema,
        orient="row",
    )
    table = workforce(counted(frame, returns(frame), areas(MERGER), steps, overlaps()))
    assert of(table.filter(pl.col("quarter") == QUARTER), THIRD)["wte"].item() is None


def test_a_return_that_came_late_gives_way_to_those_that_were_shown_before_it() -> None:
    frame = posts(
        [
            post(number, quarter=quarter)
            for quarter, many in zip(QUARTERS, (10, 11), strict=False)
            for number in range(many)
        ]
    )
    late = returns(frame).with_columns(
        received_on=pl.when(pl.col("quarter") == QUARTERS[0]).then(dt.date(2026, 12, 1)).otherwise("received_on")
    )
    table = workforce(counted(frame, late, areas(), lineage(), overlaps()))
    shown = dict(of(table, FIRST).select("quarter", "wte").iter_rows())
    assert shown == {QUARTERS[0]: None, QUARTERS[1]: 11.0}


def test_a_family_is_not_told_by_what_is_shown_of_all() -> None:
    """All that recurs is training posts: their WTE less that is the one training post that ends."""
    rows = [
        post(number, role_family="training", funding_end=None if number < 3 else dt.date(2027, 3, 31))
        for number in range(4)
    ]
    rows += [post(number, role_family="other", funding_end=dt.date(2027, 3, 31)) for number in range(10, 14)]
    table = published(posts(rows))[0]
    assert of(table, FIRST)["recurrent_share"].item() == 3 / 8
    assert set(table.filter(pl.col("area_code") == FIRST)["role_family"]) == {"all"}


def test_the_time_vacant_is_of_three_posts_and_in_whole_months() -> None:
    """One post that was vacant three times is one post; without funded posts there is still the time of one."""

    def vacant(number: int, quarter: str, *, so: bool, **said: Any) -> dict[str, Any]:
        held = {"state": "vacant_frozen", "vacant_since": last_day(quarter) - dt.timedelta(days=40)} if so else {}
        return post(number, quarter=quarter, **held, **said)

    quarters = ["2025-26-Q1", "2025-26-Q2", "2025-26-Q3", "2025-26-Q4", "2026-27-Q1", "2026-27-Q2"]

    def last(many: int) -> dict[str, Any]:
        rows = [
            vacant(number, quarter, so=number < many and at % 2 == 0)
            for at, quarter in enumerate(quarters)
            for number in range(6)
        ]
        return of(published(posts(rows))[0].filter(pl.col("quarter") == quarters[-1]), FIRST).row(0, named=True)

    assert last(1)["median_months_vacant"] is None
    assert last(3)["median_months_vacant"] == 4.0
    gone = [
        vacant(0, quarters[0], so=True),
        post(0, quarter=quarters[1]),
        post(0, funding_end=AS_AT - dt.timedelta(days=1)),
    ]
    row = of(published(posts(gone))[0].filter(pl.col("quarter") == QUARTER), FIRST).row(0, named=True)
    assert (row["posts"], row["wte"], row["median_months_vacant"]) == (0, 0.0, None)
    assert row["withheld"] == "median_months_vacant"


def test_how_many_are_vacant_is_no_more_told_by_one_than_their_wte_is() -> None:
    """Every post works other hours than before, so no sum of WTE tells of one; one more is vacant all the same."""
    rows = [
        post(number, quarter=quarter, wte=wte, state="vacant_frozen", vacant_since=dt.date(2026, 1, 1))
        if number < many
        else post(number, quarter=quarter, wte=wte)
        for quarter, many, wte in ((QUARTERS[0], 3, 1.0), (QUARTERS[1], 4, 0.9))
        for number in range(12)
    ]
    row = of(published(posts(rows))[0].filter(pl.col("quarter") == QUARTERS[1]), FIRST).row(0, named=True)
    assert (row["wte"], row["vacancy_rate"], row["vacant_posts"]) == (10.8, None, None)


# --- attacks ----------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(teams())
def test_what_is_shown_of_a_quarter_isolates_nobody(frame: pl.DataFrame) -> None:
    table, steps, _ = published(frame)
    assert isolated(table, steps, [FIRST], set(range(frame.height))) == []
    vacant = of(table, FIRST)["vacant_posts"].item()
    assert vacant is None or rests(vacant)


@settings(max_examples=25, deadline=None)
@given(teams())
def test_families_against_each_other_and_against_all_isolate_nobody(frame: pl.DataFrame) -> None:
    table = published(frame)[0].filter(pl.col("area_code") == FIRST)
    families = sorted(set(table["role_family"]) - {"all"})
    chains = {
        family: told(of(table, FIRST, family), ["wte", "vacancy_rate", "recurrent_share", *WINDOWS])
        for family in ["all", *families]
    }
    for found in chains.values():  # within a row, what is a part of what
        windows = [found[name] for name in WINDOWS if name in found]
        nested = [*windows, found["wte"] - found["recurrent_share"]] if "recurrent_share" in found else windows
        for smaller, larger in combinations([set(), *nested, *([found["wte"]] if "wte" in found else [])], 2):
            assert rests(len(larger - smaller))
    for measure in {name for found in chains.values() for name in found}:  # all less any of the families
        parts = [chains[family][measure] for family in families if measure in chains[family]]
        assert len(parts) in (0, len(families)), "a measure is broken down for every family or for none"
        for number in range(1, len(parts) + 1):
            for some in combinations(parts, number):
                assert rests(len(chains["all"][measure] - set().union(*some)))


@settings(max_examples=20, deadline=None)
@given(teams(systems=(FIRST, SECOND, THIRD)))
def test_totals_say_nothing_that_the_systems_shown_do_not(frame: pl.DataFrame) -> None:
    table, steps, _ = published(frame)
    own = table.filter(pl.col("area_code").is_in([FIRST, SECOND, THIRD]))
    for (area, family), total in table.filter(pl.col("area_code").str.starts_with("E9")).group_by(
        "area_code", "role_family"
    ):
        parts = own.filter(pl.col("role_family") == family)
        row = total.row(0, named=True)
        for measure in (
            "vacancy_rate",
            "recurrent_share",
            "interim_share",
            "joint_share",
            "unconfirmed_share",
            *STATES,
        ):
            shown = parts.filter(pl.col(measure).is_not_null())
            expected = (shown[measure] * shown["wte"]).sum() / shown["wte"].sum() if shown.height else None
            assert row[measure] == (None if expected is None else pytest.approx(expected, abs=1e-9)), (area, measure)
        shown = parts.filter(pl.all_horizontal(pl.col(*WINDOWS).is_not_null()))
        for measure in WINDOWS:
            expected = shown[measure].sum() if shown.height else None
            assert row[measure] == (None if expected is None else pytest.approx(expected, abs=1e-9)), (area, measure)
    for (basis, month), rows in steps.group_by("basis", "month"):
        parts = rows.filter(pl.col("area_code").is_in([FIRST, SECOND, THIRD]))["wte"].drop_nulls()
        expected = pytest.approx(parts.sum(), abs=1e-9) if parts.len() else None
        assert rows.filter(pl.col("area_code") == ENGLAND)["wte"].item() == expected, (basis, month)


@settings(max_examples=20, deadline=None)
@given(teams(systems=(FIRST, SECOND, THIRD)))
def test_the_funder_a_total_leans_on_is_of_systems_all_of_whose_funders_rest(frame: pl.DataFrame) -> None:
    table, _, _ = published(frame)
    row = of(table, ENGLAND).row(0, named=True)
    if row["largest_funder_share"] is None:
        return
    funded = frame.filter(pl.col("funding_end").is_null() | (pl.col("funding_end") >= AS_AT))
    sizes = funded.group_by("system_code", "funding_source").len().group_by("system_code").agg(pl.col("len").min())
    members = funded.join(sizes.filter(pl.col("len") >= FEWEST), on="system_code", how="semi")
    largest = members.filter(pl.col("funding_source") == row["largest_funder"])
    assert row["largest_funder_share"] == pytest.approx(largest["wte"].sum() / members["wte"].sum())


@settings(max_examples=20, deadline=None)
@given(teams(systems=(FIRST, SECOND), quarter="2025-26-Q4"))
def test_a_merged_system_is_the_sum_of_its_parts_and_shown_only_with_them(frame: pl.DataFrame) -> None:
    table, steps, _ = published(frame, MERGER)
    merged = table.filter(pl.col("area_code") == MERGED)
    parts = table.filter(pl.col("area_code").is_in([FIRST, SECOND]))
    both = set(frame["system_code"]) == {FIRST, SECOND}
    assert merged.filter(pl.col("role_family") == "all").height == both
    for row in merged.iter_rows(named=True):
        assert row["value_kind"] == "restated"
        own = parts.filter(pl.col("role_family") == row["role_family"])
        assert row["posts"] == own["posts"].sum()
        for measure in BROKEN_DOWN if row["role_family"] != "all" else MEASURES:
            if row[measure] is not None and measure not in ("median_months_left", "median_months_vacant"):
                assert own[measure].null_count() == 0, measure
        for measure in ("wte", *WINDOWS):
            if row[measure] is not None:
                assert row[measure] == pytest.approx(own[measure].sum(), abs=1e-9)
    for (_, _), rows in steps.group_by("basis", "month"):
        shown = rows.filter(pl.col("area_code") == MERGED)["wte"].drop_nulls()
        if shown.len():
            own = rows.filter(pl.col("area_code").is_in([FIRST, SECOND]))
            assert own["wte"].null_count() == 0
            assert shown.item() == pytest.approx(own["wte"].sum(), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(teams(quarter="2025-26-Q4", places=(JOINED, REMAINED)))
def test_a_split_systems_parts_and_whole_together_isolate_nobody(frame: pl.DataFrame) -> None:
    """The second system returned none, so what it and a part became shows that part alone."""
    held = counted(frame, returns(frame, (SECOND, "2025-26-Q4")), areas(SPLIT), lineage(SPLIT), overlaps(SPLIT))
    table, steps = workforce(held), horizon(held)
    number = {area: of(table, area)["posts"].item() for area in (FIRST, MERGED, REST)}
    assert number[MERGED] + number[REST] == number[FIRST]
    assert isolated(table, steps, [FIRST, MERGED, REST], set(range(frame.height))) == []


@st.composite
def histories(draw: st.DrawFn) -> pl.DataFrame:
    """Three quarters of a team: some posts leave, some come, some change their state or their funding."""
    rows = draw(teams(quarter=QUARTERS[0])).to_dicts()
    every, kinds, named = list(rows), list(rows), len(rows)
    for quarter in QUARTERS[1:]:
        gone, come, changed = (draw(st.sampled_from([0, 0, 0, 1, 2, 3, 3])) for _ in range(3))
        rows = [{**row, "quarter": quarter, "as_at": last_day(quarter)} for row in rows[gone:]]
        for row in rows[:changed]:
            like = draw(st.sampled_from(kinds))
            row |= {name: like[name] for name in draw(st.sampled_from(_CHANGES))}
        for number in range(named, named + come):
            like = draw(st.sampled_from(kinds))
            wte = 2**number / 1_000_000
            rows.append(
                {**like, "post_reference": f"P{number}", "wte": wte, "quarter": quarter, "as_at": last_day(quarter)}
            )
        named += come
        every += rows
    return posts(every)


#: What of a post may change together.
_CHANGES = [("state", "vacant_since"), ("funding_end", "recurrent", "funding_confirmed"), ("funding_source",)]


@settings(max_examples=60, deadline=None)
@given(histories())
def test_no_subtraction_of_quarters_isolates_anybody(frame: pl.DataFrame) -> None:
    table, steps, _ = published(frame)
    assert isolated(table, steps, [FIRST], {int(name[1:]) for name in frame["post_reference"]}) == []


@settings(max_examples=10, deadline=None)
@given(teams(systems=(FIRST, SECOND, THIRD)), st.randoms(use_true_random=False))
def test_no_order_of_rows_changes_a_table(frame: pl.DataFrame, chance: Any) -> None:
    order = list(range(frame.height))
    chance.shuffle(order)
    key = ["area_code", "quarter", "role_family"]
    first, second = published(frame), published(frame[order])
    assert first[0].sort(key).equals(second[0].sort(key))
    key = ["area_code", "quarter", "basis", "month"]
    assert first[1].sort(key).equals(second[1].sort(key))
