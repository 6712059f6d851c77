"""What an intervention may say: rules across its fields, each with the field to mend and what to do."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from dashboard import words
from data_contracts.personal import told_by, told_by_address
from data_contracts.vocabulary import INTERVENTION_STEPS, InterventionStatus

#: No intervention here is older than the systems, and nobody plans further.
EARLIEST = dt.date(2020, 1, 1)
_YEARS_AHEAD = 10

#: The largest number that a measure of anything here could have.
LARGEST = 1e12

_AGREED = (InterventionStatus.AGREED, InterventionStatus.UNDER_WAY, InterventionStatus.COMPLETED)
_STARTED = (InterventionStatus.UNDER_WAY, InterventionStatus.COMPLETED)

Faults = dict[str, str]


def text_fault(text: str, *, longest: int) -> str | None:
    """What is wrong with a text somebody wrote; never the text itself."""
    if len(text) > longest:
        return f"must be {longest:,} characters or fewer; it has {len(text):,}"
    if any(_is_hidden(character) for character in text):
        return "holds characters that cannot be seen; write it again"
    told = told_by(text)
    return f"must not hold {told}: give a role and an organisation" if told else None


def _is_hidden(character: str) -> bool:
    """Whether a character would not show, or would turn the text about it round."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in "\n\u200d"


def address_fault(address: str, *, longest: int) -> str | None:
    """What is wrong with the address of a page."""
    if len(address) > longest:
        return f"must be {longest:,} characters or fewer"
    try:
        parts = urlsplit(address)
        host, sound = parts.hostname or "", parts.scheme == "https" and parts.username is None
    except ValueError:
        host, sound = "", False
    told = told_by_address(address)
    if told:
        return f"must not hold {told}"
    if not sound or re.search(r"[\s<>\"'\\{}|^`]", address) or not re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", host):
        return "must be the address of a page, starting with https://"
    return None


def faults(told: Mapping[str, Any], *, today: dt.date, before: InterventionStatus | None = None) -> Faults:
    """What is wrong across the fields of an intervention; each field on its own has been found sound.

    `before` is the status it had, None where it is new.
    """
    found: Faults = {}
    _check_why(told, found)
    _check_dates(told, today, found)
    _check_status(told, today, before, found)
    _check_reading(told, "process_baseline", "process_baseline", today, "baseline", found)
    _check_reading(told, "process_value", "process", today, "reading", found)
    if told.get("process_value") is not None and told.get("process_baseline") is None:
        found.setdefault("process_baseline", "Enter the baseline, so that the reading can be set beside it")
    since, until = told.get("process_baseline_date"), told.get("process_value_date")
    if since and until and until <= since:
        found.setdefault("process_value_date", "The day of the reading must be after the day of the baseline")
    outcome = told.get("outcome_indicator_id")
    if outcome and not told.get("outcome_date"):
        found.setdefault("outcome_date", "Enter the day the outcome could first be read")
    if told.get("outcome_date") and not outcome:
        found.setdefault("outcome", "Choose the outcome, or leave its date empty")
    return found


def _check_why(told: Mapping[str, Any], found: Faults) -> None:
    if not told.get("trigger_id") and not told.get("intervention_reason"):
        found["intervention_reason"] = "Enter the reason, since no trigger gives one"


def _check_dates(told: Mapping[str, Any], today: dt.date, found: Faults) -> None:
    last = dt.date(today.year + _YEARS_AHEAD, 12, 31)
    for name, day in told.items():
        if isinstance(day, dt.date) and not EARLIEST <= day <= last:
            found.setdefault(name, f"The date must be from {words.date(EARLIEST)} to {words.date(last)}")
    start = told.get("start_date")
    if start is None:
        return
    process, review, outcome = told.get("process_date"), told.get("review_date"), told.get("outcome_date")
    if process and not start <= process <= a_year_after(start):
        span = f"{words.date(start)} to {words.date(a_year_after(start))}"
        found.setdefault(
            "process_date", f"The process measure must be one that can be read within 12 months of the start: {span}"
        )
    if review and review < start:
        found.setdefault("review_date", "The review must be on or after the start date")
    if outcome and outcome < start:
        found.setdefault("outcome_date", "The outcome must be one read on or after the start date")


def _check_status(told: Mapping[str, Any], today: dt.date, before: InterventionStatus | None, found: Faults) -> None:
    status = InterventionStatus(told["intervention_status"])
    if before is not None and status is not before and status not in INTERVENTION_STEPS[before]:
        found["intervention_status"] = f"It cannot go from {plain(before)} to {plain(status)}"
        return
    agreed, start = told.get("agreed_date"), told.get("start_date")
    if status in _AGREED and agreed is None:
        found.setdefault("agreed_date", "Enter the day it was agreed")
    if status is InterventionStatus.PROPOSED and agreed is not None:
        found.setdefault("agreed_date", "Leave the day of agreement empty until the status is agreed")
    if agreed and agreed > today:
        found.setdefault("agreed_date", "The day of agreement must be today or in the past")
    if status in _STARTED and start and start > today:
        found.setdefault("start_date", f"The start date must be today or in the past where it is {plain(status)}")


def _check_reading(
    told: Mapping[str, Any], value: str, limits: str, today: dt.date, called: str, found: Faults
) -> None:
    """A reading has its day and it has happened; limits come in pairs, about the value."""
    at, day = told.get(value), told.get(f"{value}_date")
    lower, upper = told.get(f"{limits}_lower_95"), told.get(f"{limits}_upper_95")
    if at is None:
        if day is not None or lower is not None or upper is not None:
            found.setdefault(value, f"Enter the {called} itself, or leave its date and limits empty")
        return
    if day is None:
        found.setdefault(f"{value}_date", f"Enter the day of the {called}")
    elif day > today:
        found.setdefault(f"{value}_date", f"The day of the {called} must be today or in the past")
    if lower is None and upper is None:
        return
    if lower is None or upper is None:
        missing = "lower" if lower is None else "upper"
        found.setdefault(f"{limits}_{missing}_95", "Enter both limits, or neither")
    elif not lower <= at <= upper:
        found.setdefault(f"{limits}_lower_95", f"The {called} must lie between its lower and upper limit")


def a_year_after(day: dt.date) -> dt.date:
    """The same day a year on.

    >>> a_year_after(dt.date(2028, 2, 29)), a_year_after(dt.date(2026, 4, 1))
    (datetime.date(2029, 2, 28), datetime.date(2027, 4, 1))
    """
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def plain(status: InterventionStatus) -> str:
    """A status inside a sentence."""
    return status.value.replace("_", " ")
