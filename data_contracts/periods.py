"""Periods: how publishers write them, the days they cover, and how people read them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from data_contracts.vocabulary import PeriodKind

_ISO = r"^(\d{4}-\d{2}-\d{2})/P\d+Y$"
_ISO_YEARS = r"/P(\d+)Y$"
_YEAR = r"^(\d{4})$"


@dataclass(frozen=True)
class _Kind:
    """The first day of a period in its year, its length, and how it is written."""

    month: int
    day: int
    years: int
    label: Callable[[pl.Expr], pl.Expr]


def _year(start: pl.Expr) -> pl.Expr:
    return start.dt.year().cast(pl.String)


def _split_year(start: pl.Expr) -> pl.Expr:
    following = ((start.dt.year() + 1) % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(_year(start), pl.lit("/"), following)


def _three_years(start: pl.Expr) -> pl.Expr:
    return pl.concat_str(_year(start), pl.lit(" to "), (start.dt.year() + 2).cast(pl.String))


_KINDS: dict[PeriodKind, _Kind] = {
    PeriodKind.CALENDAR_YEAR: _Kind(1, 1, 1, _year),
    PeriodKind.THREE_CALENDAR_YEARS: _Kind(1, 1, 3, _three_years),
    PeriodKind.SURVEY_YEAR: _Kind(11, 16, 1, _split_year),
}


def start(text: pl.Expr, kind: PeriodKind) -> pl.Expr:
    """First day of a period written as ISO 8601 (`2022-01-01/P3Y`) or, for calendar years, as `2022`.

    Null where the text is neither, or is a period of another kind.
    """
    rule = _KINDS[kind]
    iso = text.str.extract(_ISO).str.to_date("%Y-%m-%d", strict=False)
    years = text.str.extract(_ISO_YEARS).cast(pl.Int32, strict=False)
    fits = (iso.dt.month() == rule.month) & (iso.dt.day() == rule.day) & (years == rule.years)
    parsed = pl.when(fits).then(iso)
    if kind is PeriodKind.CALENDAR_YEAR:
        year = pl.date(text.str.extract(_YEAR).cast(pl.Int32, strict=False), 1, 1)
        return pl.coalesce(parsed, year)
    return parsed


def end(first_day: pl.Expr, kind: PeriodKind) -> pl.Expr:
    """Last day of the period that begins then."""
    return first_day.dt.offset_by(f"{_KINDS[kind].years}y").dt.offset_by("-1d")


def label(first_day: pl.Expr, kind: PeriodKind) -> pl.Expr:
    """The period as people write it: `2022`, `2022 to 2024`, `2022/23`."""
    return _KINDS[kind].label(first_day)


def first_days(kind: PeriodKind, first_year: int, last_year: int) -> list[dt.date]:
    """First days of the periods that begin in these years, both included."""
    rule = _KINDS[kind]
    return [dt.date(year, rule.month, rule.day) for year in range(first_year, last_year + 1)]


def overlap(first: tuple[dt.date, dt.date], second: tuple[dt.date, dt.date]) -> bool:
    """Whether two periods share a day; only periods that do not may be compared.

    >>> overlap((dt.date(2017, 1, 1), dt.date(2019, 12, 31)), (dt.date(2019, 1, 1), dt.date(2021, 12, 31)))
    True
    """
    return first[0] <= second[1] and second[0] <= first[1]
