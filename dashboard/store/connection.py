"""Where the store is and how it is opened: a SQLite file in the data folder, or PostgreSQL by its address."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url

_WAITS_S = 30


def sqlite_file(data_dir: Path) -> Path:
    """The file that holds the store where no database is named."""
    return data_dir / "store" / "interventions.sqlite"


def connect(data_dir: Path, database_url: str | None, *, create: bool = False) -> Engine:
    """Make an engine; nothing is opened yet. Only `create` makes a SQLite file that is not there."""
    if database_url is not None:
        url = make_url(database_url).set(drivername="postgresql+psycopg")
        # Dead connections are found before they are used; an absent database is said at once.
        return create_engine(url, pool_pre_ping=True, pool_size=4, connect_args={"connect_timeout": 3})
    return _sqlite(sqlite_file(data_dir), create=create)


def _sqlite(file: Path, *, create: bool) -> Engine:
    address = f"file:{quote(str(file.resolve()))}?mode={'rwc' if create else 'rw'}"

    def opened() -> sqlite3.Connection:
        # Transactions are begun below, by word: left to itself the driver begins them late.
        return sqlite3.connect(address, uri=True, timeout=_WAITS_S, isolation_level=None, check_same_thread=False)

    engine = create_engine("sqlite://", creator=opened, poolclass=QueuePool, pool_size=4)
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin)
    return engine


def _settle(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # What is said to be saved is on the disk, whatever is pulled out of the wall.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Take the right to write at the start: taken in the middle, two writers would each wait for the other."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
