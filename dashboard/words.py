"""How the product writes: numbers with their units, periods, people, comparisons and lists."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from data_contracts.vocabulary import SYMBOL_MEANINGS

PEOPLE = {"persons": "all people", "female": "women", "male": "men"}

NO_INTERVAL = "no interval in this copy"
FULL_COUNT = "full count, no interval"


@lru_cache(maxsize=4_096)
def number(value: float, decimals: int) -> str:
    """Write a number with its decimals and thousands, and a true minus sign.

    >>> number(-1234.56, 1), number(0.04, 1), number(-0.04, 1)
    ('−1,234.6', '0.0', '0.0')
    """
    text = f"{value:,.{decimals}f}"
    if value >= 0:
        return text
    size = text.removeprefix("-")
    return f"−{size}" if size.strip("0.,") else size


def amount(value: float, *, unit: str, decimals: int) -> str:
    """Write a value with its unit.

    >>> amount(57.26, unit="years", decimals=1), amount(10.2, unit="%", decimals=1)
    ('57.3 years', '10.2%')
    """
    written = number(value, decimals)
    return f"{written}%" if unit == "%" else f"{written} {unit}"


def as_set(target: float, *, unit: str) -> str:
    """Write a target in the digits it was set with: half of 6.9 is no 3.5.

    >>> as_set(5.0, unit="%"), as_set(3.45, unit="years")
    ('5%', '3.45 years')
    """
    return amount(target, unit=unit, decimals=len(f"{target % 1:g}"[2:]))


def interval(lower: float | None, upper: float | None, *, decimals: int) -> str:
    """Write 95% limits, or say that there are none.

    >>> interval(56.2, 58.4, decimals=1), interval(None, None, decimals=1)
    ('56.2 to 58.4', 'no interval in this copy')
    """
    if lower is None or upper is None:
        return NO_INTERVAL
    return f"{number(lower, decimals)} to {number(upper, decimals)}"


def step(difference: float, *, unit: str, decimals: int) -> str:
    """Write the size of a difference in words of its unit.

    >>> step(-2.26, unit="years", decimals=1), step(3.0, unit="%", decimals=1)
    ('2.3 years', '3.0 percentage points')
    """
    size = number(abs(difference), decimals)
    return f"{size} percentage points" if unit == "%" else f"{size} {unit}"


def direction(difference: float) -> str:
    """Say which way a difference goes."""
    return "higher" if difference > 0 else "lower"


def differs(difference: float, *, unit: str, decimals: int, than: str) -> str:
    """Write a difference and what it is from.

    >>> differs(-2.3, unit="years", decimals=1, than="England")
    '2.3 years lower than England'
    """
    if number(difference, decimals).strip("0.−") == "":
        return f"the same as {than} to {decimals} decimal{'s' if decimals != 1 else ''}"
    return f"{step(difference, unit=unit, decimals=decimals)} {direction(difference)} than {than}"


def listed(items: Sequence[str]) -> str:
    """Join words as people do.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def opening(sentence: str) -> str:
    """Give a sentence its capital letter.

    >>> opening("men live longer")
    'Men live longer'
    """
    return sentence[:1].upper() + sentence[1:]


def in_sentence(name: str) -> str:
    """Give a name the small letter it has inside a sentence.

    >>> in_sentence("Adult obesity"), in_sentence("NHS Health Checks")
    ('adult obesity', 'NHS Health Checks')
    """
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def date(day: dt.date) -> str:
    """Write a date.

    >>> date(dt.date(2026, 2, 19))
    '19 February 2026'
    """
    return f"{day.day} {day:%B %Y}"


def share(fraction: float) -> str:
    """Write a share as a whole percentage that never rounds to none or all.

    >>> share(0.304), share(0.001), share(0.999), share(1.0)
    ('30%', 'under 1%', 'over 99%', '100%')
    """
    if 0 < fraction < 0.01:
        return "under 1%"
    if 0.99 < fraction < 0.9995:
        return "over 99%"
    return f"{fraction:.0%}"


def symbol_meaning(symbol: str) -> str:
    """Say what the shorthand beside a figure means."""
    return SYMBOL_MEANINGS[symbol]
