"""The pipeline's settings, read from the environment once, at the command line's edge."""

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one run of the pipeline is given; nothing below reads the environment or the clock.

    `as_of` is the day the run stands on. `snapshot_dir` holds the vintages the package carries. `illustrative` says
    whether the release has the example systems, which are made up.
    """

    data_dir: Path
    as_of: dt.date
    snapshot_dir: Path = Path(__file__).parent / "snapshot"
    inbox: Path | None = None
    live: bool = False
    dry_run: bool = False
    accept_changes: str | None = None
    illustrative: bool = True

    @property
    def landing_dir(self) -> Path:
        """Immutable vintages."""
        return self.data_dir / "landing"

    @property
    def releases_dir(self) -> Path:
        """Whole releases, one folder each."""
        return self.data_dir / "releases"

    @property
    def current(self) -> Path:
        """The pointer: a relative symbolic link to one release."""
        return self.data_dir / "current"


def data_dir(given: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder data live in: as given, else `ICS_DATA_DIR`, else `data`."""
    return (given or Path(environment.get("ICS_DATA_DIR") or "data")).absolute()


def illustrative(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether example systems are shown: they are unless `ICS_ILLUSTRATIVE` is 0."""
    return environment.get("ICS_ILLUSTRATIVE", "1") != "0"


def today() -> dt.date:
    """Today in London: the default of `--as-of`, and the only look at the clock that can reach a figure."""
    return dt.datetime.now(LONDON).date()
