"""Releases that follow one another: each has one figure moved, within its interval, so that nothing stops it."""

from pathlib import Path

from tests.builders import publishers as p
from tests.builders.data_folder import AS_OF, DataFolder


def obesity_moved(times: int = 1) -> p.PublishersFile:
    """Adult obesity with Barnet's latest figure a hundredth higher for each time: a release of its own."""
    barnet = p.at(areacd="E09000003", period="2024-11-16/P1Y")
    row = p.adult_obesity().chosen(barnet)[0]
    return p.adult_obesity().edit(barnet, observation=f"{float(row['observation']) + 0.01 * times:.5f}")


def folder_of_one_release(at: Path) -> DataFolder:
    """A data folder with a release of the figures carried, published by the pipeline in a process of its own."""
    folder = DataFolder(at / "data")
    publish_next(folder)
    return folder


def folder_of_two_releases(at: Path) -> DataFolder:
    """The same, and a second release after it."""
    folder = folder_of_one_release(at)
    publish_next(folder, obesity_moved())
    return folder


def publish_next(folder: DataFolder, *files: p.PublishersFile) -> None:
    """Publish a release as `make refresh` does; one that fails fails the caller."""
    folder.drop(*files)
    run = folder.command("refresh", "--as-of", str(AS_OF), "--inbox", str(folder.inbox))
    assert run.returncode == 0, run.stderr
