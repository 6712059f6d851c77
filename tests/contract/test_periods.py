"""Periods as publishers write them: read, named, ended and compared."""

import datetime as dt
import itertools

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts import periods
from data_contracts.vocabulary import PeriodKind

QUARTERLY = (PeriodKind.QUARTER, PeriodKind.CUMULATIVE_QUARTERS)
WHOLE_YEARS = [kind for kind in PeriodKind if kind not in (*QUARTERLY, PeriodKind.MONTH)]


def read(text: str, kind: PeriodKind) -> tuple[dt.date | None, dt.date | None, str | None]:
    frame = pl.DataFrame({"period": [text]}, schema={"period": pl.String}).select(
        start=periods.start(pl.col("period"), kind), end=periods.end(pl.col("period"), kind)
    )
    return frame.select("start", "end", label=periods.label(pl.col("start"), pl.col("end"), kind)).row(0)


@pytest.mark.parametrize(
    ("text", "kind", "start", "end", "label"),
    [
        ("2024", "calendar_year", "2024-01-01", "2024-12-31", "2024"),
        ("2024-01-01/P1Y", "calendar_year", "2024-01-01", "2024-12-31", "2024"),
        ("2022-01-01/P3Y", "three_calendar_years", "2022-01-01", "2024-12-31", "2022 to 2024"),
        ("2020 - 22", "three_calendar_years", "2020-01-01", "2022-12-31", "2020 to 2022"),
        ("1998 - 00", "three_calendar_years", "1998-01-01", "2000-12-31", "1998 to 2000"),
        ("2019-01-01/P5Y", "five_calendar_years", "2019-01-01", "2023-12-31", "2019 to 2023"),
        ("2024-11-16/P1Y", "survey_year", "2024-11-16", "2025-11-15", "2024/25"),
        ("1999-11-16/P1Y", "survey_year", "1999-11-16", "2000-11-15", "1999/00"),
        ("2022/23", "financial_year", "2022-04-01", "2023-03-31", "2022/23"),
        ("2025/26 Q1", "quarter", "2025-04-01", "2025-06-30", "2025/26 Q1"),
        ("2025/26 Q3", "quarter", "2025-10-01", "2025-12-31", "2025/26 Q3"),
        ("2023/24 Q4", "quarter", "2024-01-01", "2024-03-31", "2023/24 Q4"),
        ("1999/00 Q4", "quarter", "2000-01-01", "2000-03-31", "1999/00 Q4"),
        ("2026-03", "month", "2026-03-01", "2026-03-31", "March 2026"),
        ("202402", "month", "2024-02-01", "2024-02-29", "February 2024"),
        ("2021/22 Q1", "cumulative_quarters", "2021-04-01", "2021-06-30", "to 2021/22 Q1"),
        ("2021/22 Q1 - 2025/26 Q3", "cumulative_quarters", "2021-04-01", "2025-12-31", "to 2025/26 Q3"),
        ("2021/22 Q1 - 2023/24 Q4", "cumulative_quarters", "2021-04-01", "2024-03-31", "to 2023/24 Q4"),
    ],
)
def test_a_period_is_read_and_written_as_people_do(text: str, kind: str, start: str, end: str, label: str) -> None:
    found = read(text, PeriodKind(kind))
    assert found == (dt.date.fromisoformat(start), dt.date.fromisoformat(end), label)


@pytest.mark.parametrize("kind", PeriodKind)
@pytest.mark.parametrize(
    "text",
    ["", " ", "2024-13-01/P1Y", "2024-02-30/P1Y", "24", "20245", "2022/24", "2020 - 25", "P3Y", "2022 to 2024", "٢٠٢٤",
     "2024-01-01/P1M", "2024-01-01/P1Y ", "2024\n", "2021/22 Q5", "2021/22 Q1 - 2021/22 Q0"],
)  # fmt: skip
def test_what_is_no_period_is_never_guessed(kind: PeriodKind, text: str) -> None:
    assert read(text, kind) == (None, None, None)


@pytest.mark.parametrize("kind", [PeriodKind.CALENDAR_YEAR, PeriodKind.SURVEY_YEAR, PeriodKind.FINANCIAL_YEAR])
def test_a_period_of_another_kind_is_not_taken_for_ones_own(kind: PeriodKind) -> None:
    assert read("2022-01-01/P3Y", kind) == (None, None, None)


@pytest.mark.parametrize("text", ["2021/23 Q1", "2021/22", "2021/22 Q1 - 2021/22 Q2", "2021/22 Q0"])
def test_what_is_no_one_quarter_is_not_taken_for_one(text: str) -> None:
    assert read(text, PeriodKind.QUARTER) == (None, None, None)


@pytest.mark.parametrize("text", ["2024", "2202", "202413", "202400", "2024/25", "2024-1", "2024-03-01", "March 2024"])
def test_what_is_no_month_is_not_taken_for_one(text: str) -> None:
    assert read(text, PeriodKind.MONTH) == (None, None, None)


@given(first=st.integers(1990, 2050), years=st.integers(0, 10), quarter=st.integers(1, 4))
def test_declared_months_follow_one_another_to_the_end_of_the_last_quarter(
    first: int, years: int, quarter: int
) -> None:
    days = periods.last_days(PeriodKind.MONTH, first, first + years, quarter)
    assert len(days) == 12 * years + 3 * quarter
    assert days[0] == dt.date(first, 4, 30)
    assert days[-1] == periods.last_days(PeriodKind.QUARTER, first, first + years, quarter)[-1]
    assert all((later - day).days == (later.day) for day, later in itertools.pairwise(days))


@given(year=st.integers(1900, 2200), quarter=st.integers(1, 4))
def test_a_quarter_written_and_read_again_is_the_same_quarter(year: int, quarter: int) -> None:
    written = f"{year}/{(year + 1) % 100:02} Q{quarter}"
    start, end, label = read(written, PeriodKind.QUARTER)
    assert label == written
    assert start
    assert end == periods.last_days(PeriodKind.QUARTER, year, year)[quarter - 1]
    assert 90 <= (end - start).days + 1 <= 92


@given(first=st.integers(1990, 2050), years=st.integers(0, 10), kind=st.sampled_from(QUARTERLY))
def test_declared_quarters_are_four_a_year_up_to_the_last(first: int, years: int, kind: PeriodKind) -> None:
    days = periods.last_days(kind, first, first + years, 3)
    assert len(days) == 4 * years + 3
    assert days == sorted(set(days))


@given(year=st.integers(1900, 2200), kind=st.sampled_from(WHOLE_YEARS))
def test_the_next_period_of_one_year_starts_the_day_after(year: int, kind: PeriodKind) -> None:
    (end,) = periods.last_days(kind, year, year)
    (following,) = periods.last_days(kind, year + 1, year + 1)
    assert following.year == end.year + 1
    assert (following.month, following.day) == (end.month, end.day)


@given(first=st.integers(1990, 2050), years=st.integers(0, 30), kind=st.sampled_from(WHOLE_YEARS))
def test_declared_periods_are_one_a_year_and_in_order(first: int, years: int, kind: PeriodKind) -> None:
    days = periods.last_days(kind, first, first + years)
    assert len(days) == years + 1
    assert days == sorted(set(days))


@given(year=st.integers(1900, 2100))
def test_a_year_written_and_read_again_is_the_same_year(year: int) -> None:
    start, end, label = read(str(year), PeriodKind.CALENDAR_YEAR)
    assert label == str(year)
    assert start == dt.date(year, 1, 1)
    assert end == dt.date(year, 12, 31)


day = st.dates(dt.date(1990, 1, 1), dt.date(2050, 12, 31))
period = st.tuples(day, day).map(lambda days: (min(days), max(days)))


@given(one=period, other=period)
def test_two_periods_overlap_when_they_share_a_day_whichever_comes_first(
    one: tuple[dt.date, dt.date], other: tuple[dt.date, dt.date]
) -> None:
    shared = max(one[0], other[0]) <= min(one[1], other[1])
    assert periods.overlap(one, other) == periods.overlap(other, one) == shared


@given(one=period)
def test_a_period_overlaps_itself(one: tuple[dt.date, dt.date]) -> None:
    assert periods.overlap(one, one)
