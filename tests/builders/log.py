"""A log of interventions that cannot be read, for pages that are made without a server."""

from pathlib import Path

from dashboard.store.access import Store
from dashboard.views.log import Log
from dashboard.who import Asker

NO_LOG = Log(Store(Path("/nonexistent")), Asker("No log is held here."))
