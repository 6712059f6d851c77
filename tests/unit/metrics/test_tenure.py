"""Posts, their vacancies and the tenure of their funding."""

from __future__ import annotations

import calendar
import datetime as dt
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.inputs import MetricInputError
from metrics.tenure import (
    ending_within,
    funding_horizon,
    largest_share,
    median_months_left,
    median_months_vacant,
    months_after,
    share_of_wte,
    vacancy_spells,
)

AS_AT = dt.date(2026, 9, 30)
DATES = {"as_at": pl.Date, "start": pl.Date, "end": pl.Date}


def posts(*rows: tuple[float, str | None], as_at: dt.date = AS_AT, start: dt.date | None = None) -> pl.DataFrame:
    """Posts by WTE and the day their funding ends."""
    return pl.DataFrame(
        {
            "wte": [wte for wte, _ in rows],
            "as_at": as_at,
            "start": start,
            "end": [None if end is None else dt.date.fromisoformat(end) for _, end in rows],
        },
        schema_overrides=DATES,
    )


def ending(frame: pl.DataFrame, *months: int) -> list[tuple[Any, ...]]:
    return ending_within(frame, months=months, wte="wte", as_at="as_at", end="end").rows()


def horizon(frame: pl.DataFrame, months: int = 60, **more: Any) -> pl.DataFrame:
    return funding_horizon(frame, wte="wte", as_at="as_at", start="start", end="end", months=months, **more)


def left(frame: pl.DataFrame) -> tuple[Any, ...]:
    return median_months_left(frame, wte="wte", as_at="as_at", end="end").row(0)


# --- calendar months --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-09-30", 3, "2026-12-31"),
        ("2026-09-30", 6, "2027-03-31"),
        ("2026-06-30", 12, "2027-06-30"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2027-02-28", 12, "2028-02-29"),
        ("2028-02-28", 12, "2029-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-10-15", 3, "2027-01-15"),
        ("2027-01-30", 1, "2027-02-28"),
        ("2027-01-29", 13, "2028-02-29"),
    ],
)
def test_a_months_last_day_leads_to_a_months_last_day_and_no_day_runs_over(day: str, months: int, later: str) -> None:
    found = pl.DataFrame({"day": [dt.date.fromisoformat(day)]}).select(months_after(pl.col("day"), months)).item()
    assert found == dt.date.fromisoformat(later)


# --- shares -----------------------------------------------------------------------------------------------


def test_the_vacancy_rate_is_vacant_wte_over_all_wte() -> None:
    frame = pl.DataFrame(
        {"place": ["a", "a", "a", "b"], "wte": [1.0, 0.6, 0.4, 0.5], "vacant": [False, True, False, True]}
    )
    found = share_of_wte(frame, wte="wte", where="vacant", by="place")
    assert found.rows() == [("a", 0.3, 1, 2), ("b", 1.0, 1, 0)]


def test_a_share_of_nothing_has_no_row() -> None:
    frame = pl.DataFrame(schema={"wte": pl.Float64, "vacant": pl.Boolean})
    assert share_of_wte(frame, wte="wte", where="vacant").is_empty()


def test_concentration_is_of_the_funder_that_pays_most_wte_and_equal_ones_go_by_name() -> None:
    frame = pl.DataFrame(
        {"wte": [1.0, 0.5, 0.5, 1.0, 1.0], "funder": ["grant", "programme", "programme", "icb", "grant"]}
    )
    assert largest_share(frame, wte="wte", of="funder").row(0) == (0.5, "grant", 2, 3)
    even = pl.DataFrame({"wte": [0.5, 1.0, 0.5], "funder": ["icb", "charity", "icb"]})
    assert largest_share(even, wte="wte", of="funder").row(0) == (0.5, "charity", 1, 2)


def test_every_fault_of_posts_is_told_at_once_with_its_place() -> None:
    frame = pl.DataFrame({"place": ["a", "b", "c"], "wte": [0.0, None, 1.0], "vacant": [True, False, None]})
    with pytest.raises(MetricInputError) as told:
        share_of_wte(frame, wte="wte", where="vacant", by="place")
    assert told.value.problems == (
        "wte: missing, not finite, zero or below; expected above zero: place=a; place=b",
        "where: neither true nor false: place=c",
    )
    with pytest.raises(MetricInputError, match="end: column 'wte' is Float64; expected dates"):
        ending_within(posts((1.0, None)), months=(3,), wte="wte", as_at="as_at", end="wte")
    with pytest.raises(MetricInputError, match="end: before its start: row 0"):
        horizon(posts((1.0, "2027-01-31"), start=dt.date(2027, 2, 1)))
    with pytest.raises(MetricInputError, match="as_at: differs within the frame"):
        horizon(pl.concat([posts((1.0, None)), posts((1.0, None), as_at=dt.date(2026, 6, 30))]))


# --- what ends --------------------------------------------------------------------------------------------


def test_windows_take_what_ends_after_the_day_up_to_and_with_their_last_day() -> None:
    frame = posts(
        (1.0, "2026-09-30"),
        (0.8, "2026-10-01"),
        (0.6, "2026-12-31"),
        (0.5, "2027-01-01"),
        (0.4, "2027-03-31"),
        (1.0, None),
    )
    # By hand: 31 December lies in three months, 31 March in six; what ends on the as-at date has no window.
    assert ending(frame, 3, 6, 12) == [(3, 1.4, 2, 4), (6, 2.3, 4, 2), (12, 2.3, 4, 2)]


def test_a_window_without_an_end_is_zero() -> None:
    assert ending(posts((1.0, None), (0.5, "2030-03-31")), 24) == [(24, 0.0, 0, 2)]


def test_the_horizon_is_read_on_month_ends_and_an_end_is_a_funded_day() -> None:
    frame = posts((1.0, None), (0.5, "2026-10-30"), (0.6, "2026-11-30"), (0.7, "2026-09-29"))
    found = horizon(frame, 3)
    assert found.rows() == [
        (0, dt.date(2026, 9, 30), 2.1, 3),
        (1, dt.date(2026, 10, 31), 1.6, 2),
        (2, dt.date(2026, 11, 30), 1.6, 2),
        (3, dt.date(2026, 12, 31), 1.0, 1),
    ]


def test_funding_that_starts_later_counts_from_the_first_month_end_it_reaches() -> None:
    frame = posts((1.0, "2026-12-15"), start=dt.date(2026, 10, 20))
    assert horizon(frame, 4)["value"].to_list() == [0.0, 1.0, 1.0, 0.0, 0.0]
    within_a_month = posts((1.0, "2026-10-30"), start=dt.date(2026, 10, 2))
    assert horizon(within_a_month, 2)["value"].to_list() == [0.0, 0.0, 0.0]


def test_months_left_are_those_of_funding_that_ends() -> None:
    assert left(posts((1.0, None), (1.0, None), (0.5, "2027-03-31"), (0.4, "2028-03-31"))) == (6, 2, 2, None)
    # By hand: 0.5 of 1.0 has ended by month 6, which is half.
    assert left(posts((0.5, "2027-03-31"), (0.5, "2028-03-31")))[0] == 6
    assert left(posts((0.4, "2027-03-31"), (0.5, "2028-03-31")))[0] == 18
    assert left(posts((1.0, "2026-09-30")))[0] == 0
    assert left(posts((1.0, None))) == (None, 0, 1, "no post's funding ends")


def test_months_left_and_windows_share_one_rule() -> None:
    for as_at in ("2026-09-30", "2026-09-15", "2027-01-30", "2027-02-28"):
        for end in ("2027-03-31", "2027-02-28", "2027-03-15", "2027-03-16", "2028-02-29"):
            frame = posts((1.0, end), as_at=dt.date.fromisoformat(as_at))
            months = left(frame)[0]
            assert months == 0 or ending(frame, months)[0][2] == 1, (as_at, end)
            assert months <= 1 or ending(frame, months - 1)[0][2] == 0, (as_at, end)


# --- vacancies --------------------------------------------------------------------------------------------


def returned(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    """A post as one return after another has it: the post, the as-at date and the day it fell vacant."""
    return pl.DataFrame(
        {
            "post": [post for post, _, _ in rows],
            "as_at": [dt.date.fromisoformat(day) for _, day, _ in rows],
            "since": [None if since is None else dt.date.fromisoformat(since) for _, _, since in rows],
            "filled": [since is None for _, _, since in rows],
        },
        schema_overrides={"since": pl.Date},
    )


def spells(frame: pl.DataFrame) -> pl.DataFrame:
    return vacancy_spells(frame, post=["post"], as_at="as_at", vacant_since="since", filled="filled")


def test_a_vacancy_ends_when_the_post_is_seen_filled_and_is_censored_while_it_is_open() -> None:
    found = spells(
        returned(
            ("A", "2026-03-31", "2026-03-01"),
            ("A", "2026-06-30", "2026-03-01"),
            ("A", "2026-09-30", None),
            ("B", "2026-03-31", "2026-01-01"),
            ("C", "2026-03-31", None),
            ("C", "2026-09-30", "2026-08-31"),
        )
    )
    days = found.with_columns((pl.col("months") * 365.25 / 12).round().cast(pl.Int64))
    assert days.select("post", "months", "ended").rows() == [("A", 213, True), ("B", 89, False), ("C", 30, False)]


def test_a_post_vacant_twice_has_two_vacancies() -> None:
    found = spells(
        returned(("A", "2026-03-31", "2026-03-01"), ("A", "2026-06-30", None), ("A", "2026-09-30", "2026-09-01"))
    )
    assert found.select("vacant_since", "ended").rows() == [(dt.date(2026, 3, 1), True), (dt.date(2026, 9, 1), False)]


def test_time_vacant_is_the_kaplan_meier_median() -> None:
    frame = pl.DataFrame({"months": [2.0, 4.0, 4.0, 9.0], "ended": [True, True, False, False]})
    # By hand: 3/4 after 2 months, 3/4 x 2/3 = 1/2 after 4.
    assert median_months_vacant(frame).row(0) == (4.0, 2, 2, None)
    still = frame.with_columns(ended=pl.lit(value=False))
    assert median_months_vacant(still).row(0) == (None, 0, 4, "no event was observed")


# --- properties -------------------------------------------------------------------------------------------

days = st.dates(dt.date(2025, 1, 1), dt.date(2033, 12, 31))


@st.composite
def returns(draw: st.DrawFn, starts: bool = True) -> pl.DataFrame:
    rows = []
    as_at = draw(st.sampled_from([AS_AT, dt.date(2026, 12, 31), dt.date(2027, 2, 28), dt.date(2026, 9, 15)]))
    for _ in range(draw(st.integers(1, 12))):
        start = draw(st.none() | (days if starts else days.filter(lambda day: day <= dt.date(2026, 9, 1))))
        end = draw(st.none() | days.filter(lambda day, start=start: start is None or day >= start))
        rows.append((draw(st.sampled_from("ab")), draw(st.integers(1, 100)) / 100, as_at, start, end))
    return pl.DataFrame(rows, schema={"place": pl.String, "wte": pl.Float64, **DATES}, orient="row")


@given(returns())
def test_the_horizon_is_what_counting_post_by_post_gives(frame: pl.DataFrame) -> None:
    found = horizon(frame.drop("place"))
    for month, day, value, counted in found.rows():
        as_at = frame["as_at"][0]
        year, place = divmod(as_at.year * 12 + as_at.month - 1 + month, 12)
        expected_day = as_at if month == 0 else dt.date(year, place + 1, calendar.monthrange(year, place + 1)[1])
        funded = [
            row
            for row in frame.rows(named=True)
            if (row["start"] is None or row["start"] <= expected_day)
            and (row["end"] is None or row["end"] >= expected_day)
        ]
        assert day == expected_day
        assert counted == len(funded)
        assert value == float(sum(Fraction(round(row["wte"] * 100), 100) for row in funded))


@given(returns(starts=False))
def test_the_horizon_never_rises_without_a_start_and_begins_with_what_is_funded(frame: pl.DataFrame) -> None:
    found = horizon(frame, by="place").sort("place", "month")
    steps = found.select(pl.col("value").diff().over("place")).to_series().drop_nulls()
    assert (steps <= 0).all()
    funded = frame.filter(pl.col("end").is_null() | (pl.col("end") >= pl.col("as_at")))
    first = found.filter(pl.col("month") == 0)
    assert first["counted"].sum() == funded.height
    assert first["value"].sum() == pytest.approx(funded["wte"].sum(), abs=1e-9)


@given(returns(), st.randoms(use_true_random=False))
def test_no_order_of_rows_changes_anything(frame: pl.DataFrame, chance: Any) -> None:
    order = list(range(frame.height))
    chance.shuffle(order)
    turned = frame[order]
    for work in (
        lambda rows: horizon(rows, by="place"),
        lambda rows: ending_within(rows, months=(3, 6, 12, 24), wte="wte", as_at="as_at", end="end", by="place"),
        lambda rows: median_months_left(rows, wte="wte", as_at="as_at", end="end", by="place"),
        lambda rows: largest_share(
            rows.with_columns(of=pl.col("end").dt.to_string().fill_null("none")), wte="wte", of="of", by="place"
        ),
        lambda rows: share_of_wte(
            rows.with_columns(is_recurrent=pl.col("end").is_null()), wte="wte", where="is_recurrent", by="place"
        ),
    ):
        assert_frame_equal(work(frame), work(turned), check_row_order=False, check_exact=True)


@given(returns())
def test_a_whole_is_the_sum_of_its_parts(frame: pl.DataFrame) -> None:
    whole = horizon(frame.drop("place"))
    parts = horizon(frame, by="place").group_by("month").agg(pl.col("value", "counted").sum()).sort("month")
    assert whole["counted"].to_list() == parts["counted"].to_list()
    assert whole["value"].to_list() == pytest.approx(parts["value"].to_list(), abs=1e-9)
