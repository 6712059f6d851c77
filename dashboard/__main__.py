"""`python -m dashboard`: serve the dashboard with gunicorn."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Become gunicorn, with this package's settings."""
    settings = Path(__file__).with_name("gunicorn_conf.py")
    arguments = [sys.executable, "-m", "gunicorn", "--config", str(settings), "dashboard.server:app"]
    os.execv(sys.executable, arguments)  # noqa: S606 - our own arguments, no shell


if __name__ == "__main__":
    main()
