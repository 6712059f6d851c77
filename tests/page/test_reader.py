"""Releases are swapped under the server's feet: it follows without a restart, and never mixes two."""

import json
import shutil
import threading
import time
from pathlib import Path

import duckdb
import pytest

from dashboard.reader import NoReleaseError, Releases
from data_contracts.marts import CONTRACT_VERSION


class Store:
    """A data folder of tiny releases: `first` and `second` hold the release's own number in every row."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def build(self, number: int, *, version: str = CONTRACT_VERSION) -> str:
        name = f"release{number:04d}"
        folder = self.path / "releases" / name
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / "release.duckdb")) as connection:
            for table in ("first", "second"):
                connection.execute(f"create table {table} as select {number} as number from range(2000)")
        (folder / "manifest.json").write_text(json.dumps({"release_id": name, "contract_version": version}))
        return name

    def point(self, name: str) -> None:
        """As a refresh does: a new link, moved over the old one."""
        new = self.path / "current.new"
        new.symlink_to(Path("releases") / name)
        new.replace(self.path / "current")

    def publish(self, number: int) -> None:
        self.point(self.build(number))

    def prune(self, *, keep: int) -> None:
        for folder in sorted((self.path / "releases").iterdir())[:-keep]:
            shutil.rmtree(folder)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "data")
    store.publish(1)
    return store


def _numbers(releases: Releases) -> set[int]:
    """What one request sees in two queries."""
    with releases.pinned() as release:
        seen = {row[0] for row in release.rows("select distinct number from first")}
        time.sleep(0.001)
        return seen | {row[0] for row in release.rows("select distinct number from second")}


def _open_files(part: Path) -> list[str]:
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except OSError:
            continue
    return [link for link in links if str(part) in link]


def test_a_new_release_is_followed_and_the_old_one_let_go(store: Store) -> None:
    releases = Releases(store.path)
    assert _numbers(releases) == {1}
    store.publish(2)
    assert _numbers(releases) == {2}
    assert [f for f in _open_files(store.path) if "release0001" in f] == []


def test_a_request_keeps_the_release_it_began_with(store: Store) -> None:
    releases = Releases(store.path)
    with releases.pinned() as early:
        store.publish(2)
        store.prune(keep=1)
        with releases.pinned() as late:
            assert late.release_id == "release0002"
        assert early.rows("select max(number) from second") == [(1,)]
    assert [f for f in _open_files(store.path) if "release0001" in f] == [], "closed when the last user left"
    assert _numbers(releases) == {2}


def test_rolling_back_is_followed_too(store: Store) -> None:
    releases = Releases(store.path)
    store.publish(2)
    assert _numbers(releases) == {2}
    store.point("release0001")
    assert _numbers(releases) == {1}


def test_no_release_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoReleaseError, match="No data has been published"):
        Releases(tmp_path / "nothing").take()


def test_a_link_to_nothing_says_so(store: Store) -> None:
    shutil.rmtree(store.path / "releases")
    with pytest.raises(NoReleaseError, match="no files"):
        Releases(store.path).take()


def test_a_release_of_another_contract_is_refused_while_the_old_one_stays_closed(store: Store) -> None:
    releases = Releases(store.path)
    assert _numbers(releases) == {1}
    store.point(store.build(2, version="99"))
    with pytest.raises(NoReleaseError, match="version 99"):
        releases.take()
    store.publish(3)
    assert _numbers(releases) == {3}


def test_the_file_can_only_be_read_and_nothing_else_reached(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n")
    with Releases(store.path).pinned() as release:
        for sql in (
            "delete from first",
            f"select * from read_csv('{other}')",
            f"copy first to '{tmp_path / 'out.csv'}'",
            f"attach '{tmp_path / 'x.duckdb'}'",
            "set enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                release.rows(sql)


def _swap_under_load(store: Store, *, swaps: int, readers: int, pause: float) -> tuple[int, set[frozenset[int]]]:
    releases = Releases(store.path)
    stop = threading.Event()
    seen: set[frozenset[int]] = set()
    counts = [0] * readers
    faults: list[BaseException] = []

    def read(place: int) -> None:
        try:
            while not stop.is_set():
                seen.add(frozenset(_numbers(releases)))
                counts[place] += 1
        except BaseException as fault:  # noqa: BLE001 - whatever it is, the test must see it
            faults.append(fault)

    threads = [threading.Thread(target=read, args=(place,)) for place in range(readers)]
    for thread in threads:
        thread.start()
    for number in range(2, swaps + 2):
        store.publish(number)
        store.prune(keep=2)
        time.sleep(pause)
    stop.set()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert _numbers(releases) == {swaps + 1}
    assert len({f for f in _open_files(store.path) if f.endswith("release.duckdb")}) == 1
    return sum(counts), seen


def test_swaps_under_load_never_mix_and_never_fail(store: Store) -> None:
    requests, seen = _swap_under_load(store, swaps=5, readers=4, pause=0.1)
    assert requests > 20
    assert all(len(numbers) == 1 for numbers in seen)


@pytest.mark.soak
def test_many_swaps_under_heavy_load(store: Store) -> None:
    requests, seen = _swap_under_load(store, swaps=100, readers=16, pause=0.1)
    assert requests > 1000
    assert all(len(numbers) == 1 for numbers in seen)
    assert len(seen) > 50
