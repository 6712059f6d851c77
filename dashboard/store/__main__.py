"""`python -m dashboard.store upgrade`: set the log of interventions up, or bring it to the form this version reads."""

import sys

from sqlalchemy.exc import DBAPIError

from dashboard.settings import Settings
from dashboard.store.upgrade import NewerError, upgrade


def main(arguments: list[str]) -> int:
    """Run a command; 0 done, 2 the request or the store is at fault and nothing was changed."""
    if arguments != ["upgrade"]:
        print("Use: python -m dashboard.store upgrade", file=sys.stderr)  # noqa: T201
        return 2
    try:
        settings = Settings.from_environment()
        copy = upgrade(settings.data_dir, settings.database_url)
    except (ValueError, NewerError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except DBAPIError as error:
        where = "ICS_DATABASE_URL" if settings.database_url else "the folder `store` under ICS_DATA_DIR"
        print(f"The log of interventions cannot be opened, see {where}: {error.orig}", file=sys.stderr)  # noqa: T201
        return 2
    if copy is not None:
        print(f"The log of interventions was upgraded; what it was is kept in {copy}", file=sys.stderr)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
