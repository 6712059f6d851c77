"""Periods: how publishers write them, the days they cover, and how people read them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from data_contracts.vocabulary import PeriodKind

_ISO = r"^(\d{4})-(\d{2}-\d{2})/P(\d+)Y$"
_CUMULATIVE = r"^(\d{4})/\d{2} Q1(?: - (\d{4})/\d{2} Q([1-4]))?$"
_QUARTER = r"^(\d{4})/(\d{2}) Q([1-4])$"
_MONTH = r"^(\d{4})-?(0[1-9]|1[0-2])$"


@dataclass(frozen=True)
class _Kind:
    """A kind of period that is a number of whole years: its first day, how it is written, and how it is read.

    `iso_days`: first days that ISO 8601 forms may have; publishers differ on when a school year starts.
    `written`: other forms, whose first group is the first year and whose second, if any, ends the last.
    """

    month: int
    day: int
    years: int
    iso_days: tuple[str, ...]
    written: tuple[str, ...]
    label: Callable[[pl.Expr], pl.Expr]


def _year(year: pl.Expr) -> pl.Expr:
    return year.cast(pl.String)


def _split_year(year: pl.Expr) -> pl.Expr:
    return pl.format("{}/{}", year, ((year + 1) % 100).cast(pl.String).str.zfill(2))


def _years(count: int) -> Callable[[pl.Expr], pl.Expr]:
    return lambda year: pl.format("{} to {}", year, year + count - 1)


_SPLIT = r"^(\d{4})/(\d{2})$"
_RANGE = r"^(\d{4}) ?- ?(\d{2})$"

_QUARTERLY = (PeriodKind.QUARTER, PeriodKind.CUMULATIVE_QUARTERS)

_WHOLE_YEARS: dict[PeriodKind, _Kind] = {
    PeriodKind.CALENDAR_YEAR: _Kind(1, 1, 1, ("01-01",), (r"^(\d{4})$",), _year),
    PeriodKind.THREE_CALENDAR_YEARS: _Kind(1, 1, 3, ("01-01",), (_RANGE,), _years(3)),
    PeriodKind.FIVE_CALENDAR_YEARS: _Kind(1, 1, 5, ("01-01",), (_RANGE,), _years(5)),
    PeriodKind.SURVEY_YEAR: _Kind(
        11, 16, 1, ("11-16",), (_SPLIT, r"^16/11/(\d{4}) - 15/11/\d{2}(\d{2})$"), _split_year
    ),
    PeriodKind.FINANCIAL_YEAR: _Kind(4, 1, 1, ("04-01",), (_SPLIT,), _split_year),
    PeriodKind.SCHOOL_YEAR: _Kind(9, 1, 1, ("08-01", "09-01"), (_SPLIT,), _split_year),
}


def start(text: pl.Expr, kind: PeriodKind) -> pl.Expr:
    """First day of a period as a publisher writes it; null where the text is not a period of this kind.

    ISO 8601 (`2022-01-01/P3Y`) is read for every kind of whole years, and the forms in use: `2022`, `2022/23`,
    `2020 - 22`, `16/11/2022 - 15/11/2023`, for quarters of financial years `2025/26 Q3`, for cumulative quarters
    `2021/22 Q1 - 2025/26 Q3`, and for months `2026-03` or `202603`.
    """
    if kind is PeriodKind.MONTH:
        return pl.date(_group(text, _MONTH, 1), _group(text, _MONTH, 2), 1)
    if kind is PeriodKind.CUMULATIVE_QUARTERS:
        return pl.date(_group(text, _CUMULATIVE, 1), 4, 1)
    if kind is PeriodKind.QUARTER:
        year = _group(text, _QUARTER, 1)
        agrees = _group(text, _QUARTER, 2) == (year + 1) % 100
        months = pl.format("{}mo", (_group(text, _QUARTER, 3) - 1) * 3)
        return pl.when(agrees).then(pl.date(year, 4, 1).dt.offset_by(months))
    rule = _WHOLE_YEARS[kind]
    return pl.date(_first_year(text, rule), rule.month, rule.day)


def end(text: pl.Expr, kind: PeriodKind) -> pl.Expr:
    """Last day of a period as a publisher writes it; null where `start` is."""
    if kind is PeriodKind.CUMULATIVE_QUARTERS:
        year = pl.coalesce(_group(text, _CUMULATIVE, 2), _group(text, _CUMULATIVE, 1))
        quarter = pl.coalesce(_group(text, _CUMULATIVE, 3), pl.when(text.str.contains(_CUMULATIVE)).then(1))
        return pl.date(year, 4, 1).dt.offset_by(pl.format("{}mo", quarter * 3)).dt.offset_by("-1d")
    if kind is PeriodKind.QUARTER:
        return start(text, kind).dt.offset_by("3mo").dt.offset_by("-1d")
    if kind is PeriodKind.MONTH:
        return start(text, kind).dt.month_end()
    return start(text, kind).dt.offset_by(f"{_WHOLE_YEARS[kind].years}y").dt.offset_by("-1d")


def label(first_day: pl.Expr, last_day: pl.Expr, kind: PeriodKind) -> pl.Expr:
    """The period as people write it: `2022`, `2022 to 2024`, `2022/23`, `2025/26 Q3`, `to 2025/26 Q3`, `March 2026`."""
    if kind is PeriodKind.MONTH:
        return last_day.dt.strftime("%B %Y")
    if kind in _QUARTERLY:
        year = last_day.dt.year() - (last_day.dt.month() <= 3).cast(pl.Int32)
        quarter = (last_day.dt.month() // 3 + 2) % 4 + 1
        form = "{} Q{}" if kind is PeriodKind.QUARTER else "to {} Q{}"
        return pl.format(form, _split_year(year), quarter)
    return _WHOLE_YEARS[kind].label(first_day.dt.year())


def _first_year(text: pl.Expr, rule: _Kind) -> pl.Expr:
    """The year a period begins in, where everything else in the text agrees with the kind."""
    iso = (text.str.extract(_ISO, 2).is_in(list(rule.iso_days))) & (_group(text, _ISO, 3) == rule.years)
    forms: list[pl.Expr] = [pl.when(iso).then(_group(text, _ISO, 1))]
    for form in rule.written:
        first = _group(text, form, 1)
        if form.count("(") == 1:
            forms.append(first)
            continue
        # 2022/23 ends in the year after it began; 2020 - 22 in the last of its three.
        last = first + (1 if rule.years == 1 else rule.years - 1)
        forms.append(pl.when(_group(text, form, 2) == last % 100).then(first))
    return pl.coalesce(forms)


def _group(text: pl.Expr, pattern: str, group: int) -> pl.Expr:
    return text.str.extract(pattern, group).cast(pl.Int32, strict=False)


def last_days(kind: PeriodKind, first_year: int, last_year: int, last_quarter: int = 4) -> list[dt.date]:
    """Last days of the periods that begin in these years, both included.

    Quarters, cumulative or not, and months are those of financial years, to the end of a quarter of the last.

    >>> last_days(PeriodKind.THREE_CALENDAR_YEARS, 2021, 2022)
    [datetime.date(2023, 12, 31), datetime.date(2024, 12, 31)]
    """
    years = range(first_year, last_year + 1)
    if kind is PeriodKind.MONTH:
        # The day before the first of each month from May on.
        firsts = [dt.date(year + month // 13, (month - 1) % 12 + 1, 1) for year in years for month in range(5, 17)]
        ends_of_months = [first - dt.timedelta(days=1) for first in firsts]
        return [day for day in ends_of_months if day <= _quarter_end(last_year, last_quarter)]
    if kind in _QUARTERLY:
        ends = [(year, quarter) for year in years for quarter in (1, 2, 3, 4)]
        return [_quarter_end(*end) for end in ends if end <= (last_year, last_quarter)]
    rule = _WHOLE_YEARS[kind]
    return [dt.date(year + rule.years, rule.month, rule.day) - dt.timedelta(days=1) for year in years]


def _quarter_end(year: int, quarter: int) -> dt.date:
    """Last day of a quarter of the financial year that begins in `year`."""
    following = dt.date(year, 4 + 3 * quarter, 1) if quarter < 3 else dt.date(year + 1, 3 * quarter - 8, 1)
    return following - dt.timedelta(days=1)


def overlap(first: tuple[dt.date, dt.date], second: tuple[dt.date, dt.date]) -> bool:
    """Whether two periods share a day; only periods that do not may be compared.

    >>> overlap((dt.date(2017, 1, 1), dt.date(2019, 12, 31)), (dt.date(2019, 1, 1), dt.date(2021, 12, 31)))
    True
    """
    return first[0] <= second[1] and second[0] <= first[1]
