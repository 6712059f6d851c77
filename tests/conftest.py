"""What every test may ask for: one data folder, refreshed once a session, and a copy of it to spoil."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.models import statuses
from tests.builders import postgres as postgres_
from tests.builders.data_folder import DataFolder
from tests.builders.remembered import metrics_used_by_models, remembering, remembering_statuses

ORIGINALS = "ICS_SOURCES_DIR"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on the publishers' originals are counted as not run, with the reason, where nobody says where they are."""
    if os.environ.get(ORIGINALS):
        return
    skip = pytest.mark.skip(reason=f"{ORIGINALS} is not set: the publishers' originals are not at hand")
    for item in items:
        if "originals" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def originals() -> Path:
    """The folder of the publishers' originals."""
    return Path(os.environ[ORIGINALS])


@pytest.fixture(scope="session")
def remembered_metrics() -> Iterator[None]:
    """Slow statistics are worked out once a session for the same inputs."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, function in metrics_used_by_models():
            patch.setattr(module, name, remembering(function))
        for step in ("with_layers", "with_explanation"):
            patch.setattr(statuses, step, remembering_statuses(getattr(statuses, step)))
        yield


@pytest.fixture(scope="session")
def first_release(remembered_metrics: None, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A data folder with one release, made from nothing. Read it; copy it before changing anything."""
    folder = DataFolder(tmp_path_factory.mktemp("first") / "data")
    outcome = folder.refresh()
    assert outcome.recap, outcome.problems
    return folder


@pytest.fixture
def folder(first_release: DataFolder, tmp_path: Path) -> DataFolder:
    """A data folder with one release, the test's own."""
    return first_release.copy(tmp_path / "data")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of the tests' own, to which `tests.builders.postgres.database` adds databases."""
    with postgres_.cluster() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def database_url(request: pytest.FixtureRequest) -> str | None:
    """An empty database of each kind; None for the file in the data folder."""
    if request.param == "sqlite":
        return None
    name = f"{request.module.__name__.rpartition('.')[2]}_{uuid.uuid4().hex[:8]}"
    return postgres_.database(request.getfixturevalue("postgres"), name)
