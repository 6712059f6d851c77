"""What a page may see of the log of interventions."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dashboard.store.access import Store, StoreUnavailableError
from dashboard.store.model import Intervention
from dashboard.who import Asker
from data_contracts.vocabulary import OPEN_INTERVENTIONS


@dataclass(frozen=True)
class Log:
    """The log, and who asks to see it."""

    store: Store
    asker: Asker


@dataclass(frozen=True)
class Logged:
    """Interventions as they stand now. `unread` says why none could be read; `read_only` why none can be written."""

    all: tuple[Intervention, ...]
    unread: str | None
    read_only: str | None

    @property
    def open(self) -> list[Intervention]:
        """Those something is still to come of, the next to be reviewed first."""
        return sorted(
            (of for of in self.all if of.intervention_status in OPEN_INTERVENTIONS),
            key=lambda of: (of.review_date, of.intervention_id),
        )

    def overdue(self, today: dt.date) -> list[Intervention]:
        """Open ones whose review should have been held, the longest overdue first."""
        return [of for of in self.open if of.is_overdue(today)]


def logged(log: Log, **asked: Any) -> Logged:
    """Interventions by column, as `Store.interventions`; a log that cannot be read is said to be so, not empty."""
    try:
        found = log.store.interventions(**asked)
    except StoreUnavailableError as error:
        return Logged((), str(error), log.asker.read_only)
    return Logged(tuple(found), None, log.asker.read_only)
