"""What day and what moment it is. Only freshness and the log of interventions depend on it: no figure does."""

import datetime as dt
from zoneinfo import ZoneInfo

_ENGLAND = ZoneInfo("Europe/London")


def today() -> dt.date:
    """The day it is in England."""
    return dt.datetime.now(_ENGLAND).date()


def now() -> dt.datetime:
    """This moment, to the second, in universal time."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
