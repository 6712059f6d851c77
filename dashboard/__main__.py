"""`python -m dashboard`: serve the dashboard with gunicorn."""

import os
import sys
from pathlib import Path

from dashboard.settings import Settings

#: What threads have freed glibc keeps for them, forty megabytes a worker, unless it is told otherwise before a process
#: starts. Large pieces go straight back to the system.
_ALLOCATOR = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "1048576"}


def main() -> None:
    """Become gunicorn, with this package's settings."""
    try:
        Settings.from_environment()
    except ValueError as error:
        sys.exit(str(error))
    settings = Path(__file__).with_name("gunicorn_conf.py")
    arguments = [sys.executable, "-m", "gunicorn", "--config", str(settings), "dashboard.server:app"]
    os.execve(sys.executable, arguments, {**_ALLOCATOR, **os.environ})  # noqa: S606 - our own arguments, no shell


if __name__ == "__main__":
    main()
