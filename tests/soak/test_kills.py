"""Killed at any moment, the release that served still serves, whole, and the next refresh puts everything right."""

import contextlib
import json
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.data_folder import AS_OF, DataFolder
from tests.builders.moving import obesity_moved

pytestmark = pytest.mark.soak

#: Printed, so that a failure can be run again.
SEED = 20261125
MOMENTS = 30


@pytest.fixture(scope="module")
def expected(
    tmp_path_factory: pytest.TempPathFactory, first_release: DataFolder
) -> Iterator[tuple[str, list[str], float]]:
    """What a run that nobody kills publishes, the steps it goes through, and the seconds it takes."""
    folder = first_release.copy(tmp_path_factory.mktemp("expected") / "data")
    folder.drop(obesity_moved())
    began = time.monotonic()
    run = folder.start("--inbox", str(folder.inbox))
    _, said = run.communicate(timeout=120)
    seconds = time.monotonic() - began
    assert run.returncode == 0
    steps = [line["step"] for line in events(said) if line["event"] == "step"]
    yield folder.release_id, steps, seconds
    shutil.rmtree(folder.path.parent)


def events(said: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def kill(run: subprocess.Popen[str]) -> None:
    run.send_signal(signal.SIGKILL)
    run.wait(timeout=30)
    if run.stderr:
        run.stderr.close()


def kill_after_step(folder: DataFolder, step: str) -> None:
    """Kill the refresh as soon as its log says that a step is done."""
    run = folder.start("--inbox", str(folder.inbox))
    assert run.stderr
    for line in run.stderr:
        if line.startswith("{") and json.loads(line).get("step") == step:
            break
    kill(run)


def assert_recovers(folder: DataFolder, before: str, after: str) -> None:
    """One of the two releases serves, whole; the next refresh publishes the later one and leaves no rubbish."""
    assert folder.release_id in (before, after)
    folder.assert_whole()
    outcome = folder.refresh(obesity_moved())
    assert outcome.recap, outcome.problems
    assert folder.release_id == after
    folder.assert_whole()
    left = [path.name for path in folder.path.rglob(".*") if path.name != ".lock"]
    assert left == []
    assert folder.history()[-1]["release_id"] == after
    assert {event["release_id"] for event in folder.history()} == {before, after}
    assert {path.name for path in (folder.path / "releases").iterdir()} == {before, after}


def test_killed_after_any_step_the_release_is_whole_and_the_next_refresh_succeeds(
    first_release: DataFolder, expected: tuple[str, list[str], float], tmp_path: Path
) -> None:
    after, steps, _ = expected
    before = first_release.release_id
    boundaries = [step for step in steps if not step.startswith("clean")]
    # Cleaning one source is like cleaning another: the first and the last stand for all.
    cleaning = [step for step in steps if step.startswith("clean")]
    for step in [*boundaries, cleaning[0], cleaning[-1]]:
        folder = first_release.copy(tmp_path / step.replace(" ", "-"))
        folder.drop(obesity_moved())
        kill_after_step(folder, step)
        assert_recovers(folder, before, after)
        shutil.rmtree(folder.path)


def test_killed_at_random_moments_the_release_is_whole_and_the_next_refresh_succeeds(
    first_release: DataFolder, expected: tuple[str, list[str], float], tmp_path: Path
) -> None:
    """Half the moments lie anywhere, half in the last stretch, where files are written, renamed and pruned."""
    after, _, seconds = expected
    before = first_release.release_id
    chance = random.Random(SEED)
    print(f"seed {SEED}, {MOMENTS} moments in {seconds:.1f} s")
    for moment in range(MOMENTS):
        folder = first_release.copy(tmp_path / str(moment))
        folder.drop(obesity_moved())
        if moment % 2:
            run = folder.start("--inbox", str(folder.inbox))
            wait = chance.uniform(0, seconds)
        else:
            run = folder.start("--inbox", str(folder.inbox))
            assert run.stderr
            for line in run.stderr:
                if line.startswith("{") and json.loads(line).get("step") == "compare":
                    break
            wait = chance.uniform(0, 0.8)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(timeout=wait)
        kill(run)
        assert_recovers(folder, before, after)
        shutil.rmtree(folder.path)


def test_killed_before_there_was_any_release_the_next_refresh_makes_one(
    first_release: DataFolder, tmp_path: Path
) -> None:
    for number, step in enumerate(("land", "model", "write release")):
        folder = DataFolder(tmp_path / str(number))
        folder.drop()
        kill_after_step(folder, step)
        assert not (folder.path / "current").exists() or folder.release_id == first_release.release_id
        outcome = folder.refresh()
        assert outcome.recap, outcome.problems
        assert folder.mart_hashes() == first_release.mart_hashes()
        folder.assert_whole()


def test_of_two_refreshes_at_once_one_works_and_one_says_so(first_release: DataFolder, tmp_path: Path) -> None:
    for attempt in range(3):
        folder = first_release.copy(tmp_path / str(attempt))
        folder.drop(obesity_moved())
        runs = [folder.start("--inbox", str(folder.inbox)) for _ in range(2)]
        said = [run.communicate(timeout=120)[1] for run in runs]
        assert sorted(run.returncode for run in runs) in ([0, 0], [0, 2])
        for run, text in zip(runs, said, strict=True):
            if run.returncode == 2:
                assert events(text)[-1]["problems"][0]["rule"] == "locked"  # type: ignore[index]
        folder.assert_whole()
        assert [event["event"] for event in folder.history()] == ["published", "published"]
        shutil.rmtree(folder.path)


def test_a_killed_refresh_holds_no_lock(first_release: DataFolder, tmp_path: Path) -> None:
    folder = first_release.copy(tmp_path / "data")
    folder.drop()
    kill_after_step(folder, "land")
    assert folder.command("refresh", "--as-of", str(AS_OF)).returncode == 0
