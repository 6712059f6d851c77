"""Quarters of NHS financial years, as returns name them: `2026-27-Q2` is July to September 2026.

Plain Python: the web server reads this.
"""

import datetime as dt
import re

_LABEL = re.compile(r"([0-9]{4})-([0-9]{2})-Q([1-4])")


def is_quarter(label: str) -> bool:
    """Whether a text names a quarter.

    >>> is_quarter("2026-27-Q2"), is_quarter("2026-28-Q2"), is_quarter("2026-27-Q5")
    (True, False, False)
    """
    found = _LABEL.fullmatch(label)
    return found is not None and int(found[2]) == (int(found[1]) + 1) % 100 and 1990 <= int(found[1]) <= 2100


def first_day(label: str) -> dt.date:
    """First day of a quarter. Raises ValueError where the label names none.

    >>> first_day("2026-27-Q4")
    datetime.date(2027, 1, 1)
    """
    if not is_quarter(label):
        raise ValueError(f"{label!r} is not a quarter; write it as 2026-27-Q2")
    year, number = int(label[:4]), int(label[-1])
    return dt.date(year + (number == 4), (4, 7, 10, 1)[number - 1], 1)


def last_day(label: str) -> dt.date:
    """Last day of a quarter: the day its return is as at. Raises ValueError where the label names none.

    >>> last_day("2026-27-Q2")
    datetime.date(2026, 9, 30)
    """
    return first_day(following(label)) - dt.timedelta(days=1)


def quarter_of(day: dt.date) -> str:
    """The quarter a day lies in.

    >>> quarter_of(dt.date(2026, 9, 30)), quarter_of(dt.date(2027, 3, 31))
    ('2026-27-Q2', '2026-27-Q4')
    """
    year = day.year - (day.month <= 3)
    return _label(year, (day.month - 4) % 12 // 3 + 1)


def following(label: str) -> str:
    """The quarter after.

    >>> following("2026-27-Q4")
    '2027-28-Q1'
    """
    start = first_day(label)
    return quarter_of(start + dt.timedelta(days=95))


def previous(label: str) -> str:
    """The quarter before.

    >>> previous("2026-27-Q1")
    '2025-26-Q4'
    """
    return quarter_of(first_day(label) - dt.timedelta(days=1))


def _label(year: int, number: int) -> str:
    return f"{year}-{(year + 1) % 100:02}-Q{number}"


def preceding(label: str) -> str:
    """The quarter before.

    >>> preceding("2026-27-Q1")
    '2025-26-Q4'
    """
    return quarter_of(first_day(label) - dt.timedelta(days=1))
