"""Bring the store to the form this version of the product reads. Alembic is imported here, and by no web server."""

import datetime as dt
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from filelock import FileLock
from sqlalchemy import Connection, text

from dashboard import clock
from dashboard.store.connection import connect, sqlite_file
from dashboard.store.tables import SCHEMA

_MIGRATIONS = Path(__file__).with_name("migrations")

#: Any number, the same in every process: PostgreSQL's lock for whoever upgrades.
_LOCK = 20_261_125


class NewerError(Exception):
    """The store was made by a newer version of the product; the message says what to do."""


def upgrade(data_dir: Path, database_url: str | None = None) -> Path | None:
    """Upgrade the store, after copying a SQLite file that holds something. Returns the copy, where one was made.

    Two at once wait for each other. Raises NewerError for a store of a newer version.
    """
    if database_url is not None:
        _upgrade_database(data_dir, database_url)
        return None
    file = sqlite_file(data_dir)
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.with_suffix(".lock")):
        return _upgrade_file(data_dir, file)


def _upgrade_file(data_dir: Path, file: Path) -> Path | None:
    existed = file.exists() and file.stat().st_size > 0
    engine = connect(data_dir, None, create=True)
    try:
        with engine.connect() as connection:
            stands = _stands(connection)
        if stands == SCHEMA:
            return None
        copy = _copied(file, stands) if existed else None
        with engine.connect() as connection:
            # Readers and one writer at a time do not wait for each other; the file remembers it.
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        with engine.connect().execution_options(writes=True) as connection:
            _migrate(connection)
        return copy
    finally:
        engine.dispose()


def _upgrade_database(data_dir: Path, database_url: str) -> None:
    engine = connect(data_dir, database_url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if _stands(connection) != SCHEMA:
                _migrate(connection)
    finally:
        engine.dispose()


def _stands(connection: Connection) -> str | None:
    """The migration a store is at. Raises NewerError for one this version does not know."""
    stands = MigrationContext.configure(connection).get_current_revision()
    if stands is not None and stands > SCHEMA:
        raise NewerError(
            f"The log of interventions is of form {stands}; this version knows those up to {SCHEMA}. "
            "Start the newer version, or put a copy from before in its place."
        )
    return stands


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, SCHEMA)
    connection.commit()


def _copied(file: Path, stands: str | None) -> Path:
    """A whole copy, dated, made by SQLite itself so that what is still in its log is in it too."""
    moment = clock.now().astimezone(dt.UTC).strftime("%Y-%m-%dT%H%M%SZ")
    copy = file.with_name(f"{file.stem}-{moment}-form-{stands or 'none'}{file.suffix}")
    aside = copy.with_suffix(".part")
    source, target = sqlite3.connect(file), sqlite3.connect(aside)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    return aside.replace(copy)
