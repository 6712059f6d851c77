"""The store: set up, upgraded after a copy, refused where it is of another form; append-only, also by force."""

import datetime as dt
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dashboard import clock
from dashboard.server import create_app
from dashboard.settings import Settings
from dashboard.store import access
from dashboard.store.access import StaleError, Store, StoreUnavailableError, UnknownError
from dashboard.store.connection import connect, sqlite_file
from dashboard.store.model import Intervention, Told, Version
from dashboard.store.tables import SCHEMA, metadata
from dashboard.store.upgrade import upgrade
from data_contracts.stored import INTERVENTION_HISTORY, INTERVENTIONS, SAID
from tests.builders.data_folder import ROOT, DataFolder
from tests.builders.interventions import AUTHOR, OTHER, store_at, told
from tests.page.conftest import log_folder
from tests.page.reading import read


@pytest.fixture
def store(database_url: str | None, tmp_path: Path) -> Iterator[Store]:
    store = store_at(tmp_path, database_url)
    yield store
    store.close()


def test_the_records_have_the_contracts_columns() -> None:
    assert {of.name for of in fields(Told)} == set(SAID)
    assert {of.name for of in fields(Intervention)} == set(INTERVENTIONS.columns)
    assert {of.name for of in fields(Version)} == set(INTERVENTION_HISTORY.columns)


def test_migrations_end_at_the_form_the_server_reads_and_make_its_tables(
    database_url: str | None, tmp_path: Path
) -> None:
    upgrade(tmp_path, database_url)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "dashboard" / "store" / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]
    engine = connect(tmp_path, database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_what_stands_what_was_and_what_is_due(store: Store) -> None:
    today = clock.today()
    before = len(store.interventions())
    version = store.version()
    a_year_ago = today - dt.timedelta(days=365)
    past = told(area_code="E54000050", start_date=a_year_ago, review_date=a_year_ago)
    late = store.propose(past, by=AUTHOR, submission_id=f"late-{version}")
    soon = store.propose(told(area_code="E54000050", review_date=today), by=AUTHOR, submission_id=f"soon-{version}")
    store.propose(told(area_code="E54000050"), by=AUTHOR, submission_id=f"far-{version}")
    gone = store.propose(told(area_code="E54000050", review_date=today), by=AUTHOR, submission_id=f"gone-{version}")
    store.withdraw(gone.intervention_id, reason="Twice.", seen=1, by=OTHER)
    due = store.due(today, area_code="E54000050")
    assert (due.overdue, due.soon) == ((late,), (soon,))
    assert len(store.interventions()) == before + 4
    assert store.intervention(gone.intervention_id).withdrawn_reason == "Twice."
    assert [of.changed_by_role for of in store.history(gone.intervention_id)] == [AUTHOR.role, OTHER.role]
    assert store.version() != version
    with pytest.raises(UnknownError):
        store.intervention(2_000_000_000)


def test_the_state_changes_with_every_change_and_with_nothing_else(store: Store) -> None:
    made = store.propose(told(), by=AUTHOR, submission_id=f"state-{store.version()}")
    states = [store.version()]
    assert store.version() == states[0]
    store.change(made.intervention_id, {"owner_role": "Another"}, seen=1, by=AUTHOR)
    states.append(store.version())
    store.change(made.intervention_id, {"owner_role": "Another"}, seen=2, by=AUTHOR)
    assert store.version() == states[-1], "a change that changes nothing is none"
    with pytest.raises(StaleError) as stale:
        store.change(made.intervention_id, {"owner_role": "A third"}, seen=1, by=OTHER)
    assert stale.value.now.owner_role == "Another"
    states.append(store.version())
    assert len(set(states)) == 3
    (refusal,) = store.refusals(made.intervention_id)
    assert (refusal.seen_version, refusal.record_version, refusal.changed_by_role) == (1, 2, OTHER.role)


@pytest.mark.parametrize(("steps", "then"), [([], "completed"), ([], "under_way"), (["withdrawn"], "proposed")])
def test_the_store_takes_no_step_that_there_is_none_of(store: Store, steps: list[str], then: str) -> None:
    made = store.propose(told(), by=AUTHOR, submission_id=f"{then}-{store.version()}")
    for step in steps:
        made = store.change(made.intervention_id, {"intervention_status": step}, seen=made.record_version, by=AUTHOR)
    with pytest.raises(ValueError, match="cannot go from"):
        store.change(made.intervention_id, {"intervention_status": then}, seen=made.record_version, by=AUTHOR)
    assert store.intervention(made.intervention_id) == made


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM interventions",
        "DELETE FROM intervention_history",
        "UPDATE intervention_history SET owner_role = 'x'",
        "DELETE FROM refused_changes",
        "UPDATE refused_changes SET seen_version = 9",
    ],
)
def test_the_database_itself_refuses_to_forget(
    store: Store, database_url: str | None, tmp_path: Path, statement: str
) -> None:
    made = store.propose(told(), by=AUTHOR, submission_id=f"{statement}-{store.version()}")
    store.change(made.intervention_id, {"owner_role": "Another"}, seen=1, by=AUTHOR)
    with pytest.raises(StaleError):
        store.change(made.intervention_id, {"owner_role": "A third"}, seen=1, by=OTHER)
    engine = connect(tmp_path, database_url)
    with pytest.raises(DBAPIError, match="kept for good"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


# --- set up and upgraded


def test_setting_up_twice_changes_nothing_and_copies_nothing(tmp_path: Path) -> None:
    assert upgrade(tmp_path) is None
    assert upgrade(tmp_path) is None
    assert {path.suffix for path in (tmp_path / "store").iterdir()} <= {".sqlite", ".lock"}
    connection = sqlite3.connect(sqlite_file(tmp_path))
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_an_older_file_is_copied_whole_before_it_is_upgraded(tmp_path: Path) -> None:
    file = sqlite_file(tmp_path)
    file.parent.mkdir()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE notes (said TEXT)")
    connection.execute("INSERT INTO notes VALUES ('kept')")
    connection.commit()
    copy = upgrade(tmp_path)
    connection.close()
    assert copy is not None
    assert copy.name.startswith(f"interventions-{clock.now():%Y-%m-%d}")
    kept = sqlite3.connect(copy)
    assert kept.execute("SELECT said FROM notes").fetchall() == [("kept",)]
    assert kept.execute("SELECT name FROM sqlite_master WHERE name = 'interventions'").fetchall() == []
    kept.close()
    store = Store(tmp_path)
    assert store.interventions() == []
    store.close()


def test_two_upgrades_at_once_wait_for_each_other(database_url: str | None, tmp_path: Path) -> None:
    environment = {"ICS_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    if database_url:
        environment["ICS_DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "dashboard.store", "upgrade"]
    runs = [subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) for _ in range(3)]
    assert [(run.communicate(timeout=60)[1], run.returncode) for run in runs] == [(b"", 0)] * 3


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    upgrade(tmp_path)
    _stamp(tmp_path, "9999")
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.store", "upgrade"],
        cwd=ROOT,
        env={"ICS_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "of form 9999" in done.stderr
    assert "Traceback" not in done.stderr


def _stamp(data: Path, version: str) -> None:
    connection = sqlite3.connect(sqlite_file(data))
    connection.execute("UPDATE alembic_version SET version_num = ?", [version])
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("version", "words"), [("0000", "has an older form"), ("9999", "has a newer form"), (None, "has never been set up")]
)
def test_a_server_that_finds_another_form_says_so_and_shows_all_else(
    first_release: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, words: str
) -> None:
    monkeypatch.setattr(access, "_LEAVES_ALONE_S", 0.0)
    data = log_folder(first_release, tmp_path)
    if version is not None:
        upgrade(data)
        _stamp(data, version)
    client = create_app(Settings(data_dir=data, local_writes=True)).test_client()
    for address in ("/interventions", "/interventions/1", "/interventions/new"):
        answer = client.get(address)
        assert answer.status_code == 503, address
        assert words in read(answer.get_data(as_text=True)).one("main").text
    for address in ("/api/v1/interventions", "/download/interventions.csv"):
        answer = client.get(address)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "no_store")
    assert client.get("/system/E54000050").status_code == 200
    upgrade(data) if version is None else _stamp(data, SCHEMA)
    assert client.get("/interventions").status_code == 200, "mended, without a restart"
    if version is not None:
        _stamp(data, version)
        assert client.get("/api/v1/interventions").status_code == 503, "changed under a running server"


def test_a_file_that_is_no_database_is_said_to_be_damaged(first_release: DataFolder, tmp_path: Path) -> None:
    data = log_folder(first_release, tmp_path)
    sqlite_file(data).parent.mkdir()
    sqlite_file(data).write_bytes(b"not a database, whatever it is" * 100)
    answer = create_app(Settings(data_dir=data)).test_client().get("/interventions")
    assert answer.status_code == 503
    assert "damaged" in answer.get_data(as_text=True)


def test_a_database_that_is_away_is_said_to_be_and_asked_seldom(tmp_path: Path) -> None:
    store = Store(tmp_path, "postgresql://ics@127.0.0.1:1/nowhere")
    for _ in range(3):
        with pytest.raises(StoreUnavailableError, match="cannot be opened"):
            store.version()
    assert store.state() == "unavailable"
