"""What day it is. Only freshness depends on it: no figure does."""

import datetime as dt
from zoneinfo import ZoneInfo

_ENGLAND = ZoneInfo("Europe/London")


def today() -> dt.date:
    """The day it is in England."""
    return dt.datetime.now(_ENGLAND).date()
