"""Many processes write in the log at once, and are killed in the middle: nothing is lost, doubled or half-written."""

import contextlib
import http.cookiejar
import os
import random
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from subprocess import Popen

import pytest
from sqlalchemy import RowMapping

from dashboard.store.access import Store
from dashboard.store.model import Intervention
from tests.builders.data_folder import DataFolder
from tests.builders.interventions import AUTHOR, entry, fields_of, store_at, told
from tests.builders.server import serving
from tests.builders.writer import SHARED, start
from tests.page.conftest import log_folder
from tests.page.reading import read

pytestmark = pytest.mark.soak

WRITERS, EACH, SHARED_EACH = 8, 200, 20

#: Printed, so that a failure can be run again.
SEED = 20261129
KILLS, EACH_KILLED = 4, 80


@pytest.fixture
def store(database_url: str | None, tmp_path: Path) -> Iterator[Store]:
    store = store_at(tmp_path, database_url)
    yield store
    store.close()


@contextlib.contextmanager
def writers(
    data: Path, url: str | None, run: str, count: int, shared: int = 0
) -> Iterator[tuple[list["Popen[bytes]"], list[Path]]]:
    """Eight writers at once, and the files of what each says; none outlives the test."""
    said = [data / f"said-{number}" for number in range(WRITERS)]
    running = []
    for number, file in enumerate(said):
        with file.open("ab") as to:
            running.append(start(data, url, f"{run}{number}", count, shared, said=to.fileno()))
    try:
        yield running, said
    finally:
        for process in running:
            process.kill()
            process.wait(30)


def assert_whole(interventions: list[Intervention], history: dict[int, list[RowMapping]]) -> None:
    """Every version of every intervention is there, in order, and the last is what stands."""
    assert set(history) == {of.intervention_id for of in interventions}
    for of in interventions:
        versions = history[of.intervention_id]
        assert [version["record_version"] for version in versions] == list(range(1, of.record_version + 1))
        for name in ("expected_effect", "process_measure", "intervention_reason", "changed_at", "changed_by_role"):
            assert versions[-1][name] == getattr(of, name)


def every_version(store: Store) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    for row in store.rows("intervention_history", {}):
        found.setdefault(row["intervention_id"], []).append(row)
    return found


def test_eight_writers_lose_double_and_forget_nothing(store: Store, database_url: str | None, tmp_path: Path) -> None:
    shared = store.propose(told(), by=AUTHOR, submission_id=SHARED)
    began = time.monotonic()
    with writers(tmp_path, database_url, "w", EACH, SHARED_EACH) as (running, said):
        assert [process.wait(170) for process in running] == [0] * WRITERS
    print(f"{WRITERS * EACH} interventions, {WRITERS * (EACH + SHARED_EACH)} changes: {time.monotonic() - began:.1f} s")
    written = store.interventions()
    expected = {f"w{writer}-{number}" for writer in range(WRITERS) for number in range(EACH)}
    others = [of for of in written if (of.intervention_reason or "").startswith("w")]
    assert sorted(of.intervention_reason or "" for of in others) == sorted(expected), "none lost, none doubled"
    assert {of.record_version for of in others} == {2}
    assert all(of.expected_effect == f"changed {of.intervention_reason}" for of in others)
    history = every_version(store)
    assert_whole(written, history)
    # All changed the one they share, each on what it had seen: every change is a version, and none was written over.
    changes = [line.split()[1] for file in said for line in file.read_text("ascii").splitlines() if SHARED in line]
    assert len(changes) == WRITERS * SHARED_EACH
    assert sorted(of["process_measure"] for of in history[shared.intervention_id][1:]) == sorted(changes)


def test_killed_in_the_middle_no_write_that_was_acknowledged_is_lost(
    store: Store, database_url: str | None, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}, {KILLS} kills")
    count = EACH_KILLED
    for _ in range(KILLS):
        before = len(store.interventions())
        with writers(tmp_path, database_url, "k", count) as (running, said):
            wait_until = time.monotonic() + 60
            while len(store.interventions()) <= before and time.monotonic() < wait_until:
                time.sleep(0.05)
            time.sleep(chance.uniform(0, 0.8))
            for process in running:
                process.send_signal(signal.SIGKILL)
            for process in running:
                process.wait(30)
        acknowledged = {line for file in said for line in file.read_text("ascii").splitlines()}
        stands = {of.intervention_reason: of.record_version for of in store.interventions()}
        for line in acknowledged:
            key, version = line.split()
            assert stands[key] >= int(version), line
        assert_whole(store.interventions(), every_version(store))
        if all(process.returncode == 0 for process in running):
            break
    with writers(tmp_path, database_url, "k", count) as (running, said):
        assert [process.wait(120) for process in running] == [0] * WRITERS
    written = [of for of in store.interventions() if (of.intervention_reason or "").startswith("k")]
    assert len(written) == len({of.intervention_reason for of in written}) == WRITERS * count
    assert {of.record_version for of in written} == {2}


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, server: str) -> None:
        self.server = server
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def log(self, key: str) -> str | None:
        """Fill in the form and send it; gives the address of what was logged, None where nobody answered."""
        try:
            with self._opener.open(f"{self.server}/interventions/new", timeout=30) as answer:
                form = fields_of(read(answer.read().decode()))
            body = urllib.parse.urlencode({**form, **entry(intervention_reason=key)}).encode()
            asked = urllib.request.Request(f"{self.server}/interventions/new", body, {"Origin": self.server})
            with self._opener.open(asked, timeout=30) as answer:
                return str(answer.url)
        except (HTTPException, urllib.error.URLError, ConnectionError, TimeoutError):
            return None


def test_a_worker_killed_under_its_readers_loses_nothing_it_said_was_saved(
    first_release: DataFolder, store: Store, database_url: str | None, tmp_path: Path
) -> None:
    data = log_folder(first_release, tmp_path)
    store_at(data, database_url).close()
    environment = {"ICS_LOCAL_WRITES": "1", "ICS_DATABASE_URL": database_url or ""}
    with serving(data, environment=environment) as server, ThreadPoolExecutor(WRITERS) as pool:
        server.wait_for_workers(2)

        def write(person: int) -> list[tuple[str, str]]:
            somebody, saved = Person(server.address), []
            for number in range(25):
                key = f"h{person}-{number}"
                address = somebody.log(key)
                if address is not None:
                    saved.append((key, address))
            return saved

        people = [pool.submit(write, person) for person in range(WRITERS)]
        for _ in range(3):
            time.sleep(1.0)
            os.kill(server.workers[0], signal.SIGKILL)
        saved = [each for person in people for each in person.result(120)]
    after = Store(data, database_url)
    stands = {f"{server.address}/interventions/{of.intervention_id}": of for of in after.interventions()}
    after.close()
    assert len(saved) > WRITERS
    for key, address in saved:
        assert stands[address].intervention_reason == key
    mine = [of for of in stands.values() if (of.intervention_reason or "").startswith("h")]
    assert len(mine) == len({of.intervention_reason for of in mine}), "none doubled"
