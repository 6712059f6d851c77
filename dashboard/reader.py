"""Which release is served, and its connections.

`data/current` is a symbolic link that a refresh swaps atomically. It is read once a request, and the request keeps
the release it found to its end, so a page is never made of two. A release that has been superseded is closed when
the last request that uses it ends.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from data_contracts.marts import CONTRACT_VERSION

T = TypeVar("T")

#: The file can be read and nothing else can be reached through it, whatever a query says.
_CONFIG = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "lock_configuration": "true",
    "threads": "1",
    "memory_limit": "512MB",
}

#: A refresh may prune the release between reading the link and opening the file; the next reading finds the new one.
_ATTEMPTS = 3


class NoReleaseError(Exception):
    """There is no release this server can read; the message says why, for a page."""


class Release:
    """One published release, open for reading. Make one through `Releases.pinned`."""

    def __init__(self, folder: Path) -> None:
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        version = self.manifest.get("contract_version")
        if version != CONTRACT_VERSION:
            raise NoReleaseError(
                f"The release held follows version {version} of the data contracts; "
                f"this server reads version {CONTRACT_VERSION}."
            )
        self.release_id: str = self.manifest["release_id"]
        self.folder = folder
        self.queries_made = 0
        self._connection = duckdb.connect(str(folder / "release.duckdb"), read_only=True, config=dict(_CONFIG))
        self._lock = threading.Lock()
        self._cursors: dict[int, duckdb.DuckDBPyConnection] = {}
        self._kept: dict[str, Any] = {}
        self._making: dict[str, threading.RLock] = {}
        self.users = 0
        self.superseded = False

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one query on this thread's own cursor and return every row."""
        thread = threading.get_ident()
        cursor = self._cursors.get(thread)
        if cursor is None:
            with self._lock:
                cursor = self._cursors[thread] = self._connection.cursor()
        self.queries_made += 1
        return cursor.execute(sql, list(parameters)).fetchall()

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what `make` gave the first time it was asked for under this name: a release never changes."""
        if name not in self._kept:
            with self._lock:
                making = self._making.setdefault(name, threading.RLock())
            # One thread makes it while the others wait: made by several at once, it takes its memory several times.
            with making:
                if name not in self._kept:
                    self._kept[name] = make()
        kept: T = self._kept[name]
        return kept

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            for cursor in self._cursors.values():
                cursor.close()
            self._cursors.clear()
            self._connection.close()


class Releases:
    """The releases of one data folder: the current one, and older ones while requests still use them."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._lock = threading.Lock()
        self._target: str | None = None
        self._current: Release | None = None

    @contextmanager
    def pinned(self) -> Iterator[Release]:
        """Hold the current release for one request. Raises NoReleaseError where there is none this server can read."""
        release = self.take()
        try:
            yield release
        finally:
            self.give_back(release)

    def take(self) -> Release:
        """Start using the current release; every call needs its `give_back`."""
        with self._lock:
            release = self._open_current()
            release.users += 1
            return release

    def keep(self, release: Release) -> None:
        """Use a release one holds already beyond one's request, as a long download does; it needs its own `give_back`.

        The request's own hold ends before its reply is sent.
        """
        with self._lock:
            release.users += 1

    def give_back(self, release: Release) -> None:
        """Stop using a release; a superseded one that nobody else uses is closed."""
        with self._lock:
            release.users -= 1
            self._close_if_done(release)

    def _open_current(self) -> Release:
        for _ in range(_ATTEMPTS):
            target = self._link()
            if self._current is not None and target == self._target:
                return self._current
            # The versioned path, not the link: opened twice under one name, DuckDB hands back the older file.
            folder = (self._data_dir / target).resolve()
            try:
                opened = Release(folder)
            except FileNotFoundError:
                continue
            except duckdb.IOException:
                if (folder / "release.duckdb").exists():
                    raise
                continue
            superseded, self._current, self._target = self._current, opened, target
            if superseded is not None:
                superseded.superseded = True
                self._close_if_done(superseded)
            return opened
        raise NoReleaseError("The current release has no files.")

    def _link(self) -> str:
        try:
            return str((self._data_dir / "current").readlink())
        except (FileNotFoundError, NotADirectoryError):
            raise NoReleaseError("No data has been published yet.") from None
        except OSError:
            raise NoReleaseError("`current` in the data folder is not a link to a release.") from None

    @staticmethod
    def _close_if_done(release: Release) -> None:
        if release.superseded and release.users == 0:
            release.close()
