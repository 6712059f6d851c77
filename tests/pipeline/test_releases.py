"""A release is whole or absent, the same inputs give the same release, and a person decides where figures jump."""

import csv
import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import polars as pl
import pytest

from data_contracts.marts import CONTRACT_VERSION, MARTS
from data_contracts.registry.records import sources
from data_contracts.version import SOFTWARE
from pipelines.config import Settings
from tests.builders import publishers as p
from tests.builders.data_folder import AS_OF, DataFolder
from tests.builders.publishers import PublishersFile, at

OBESITY = "ohid-adult-obesity"
BARNET = at(areacd="E09000003", period="2024-11-16/P1Y")


def revised(by: float = 0.01, which: Callable[[dict[str, str]], bool] = BARNET) -> PublishersFile:
    """Obesity with the figures chosen moved: by 0.01 within any interval, by much more where a test asks."""
    file = p.adult_obesity()
    rows = []
    for row, cells in zip(file.rows, file.as_dicts(), strict=True):
        if which(cells):
            moved = {n: f"{float(cells[n]) + by:.5f}" for n in ("observation", "lci_95", "uci_95")}
            row = tuple(moved.get(name, cell) for name, cell in zip(file.header, row, strict=True))
        rows.append(row)
    return PublishersFile(name=file.name, source_id=file.source_id, header=file.header, rows=tuple(rows))


def figures_changed(folder: DataFolder) -> pl.DataFrame:
    return folder.changes().filter(pl.col("mart") == "observations")


def english(row: dict[str, str]) -> bool:
    return row["areacd"].startswith(("E06", "E07", "E08", "E09", "E10", "E12", "E92"))


# --- the same inputs give the same release -----------------------------------------------------------------


def test_a_second_refresh_finds_nothing_new_and_changes_nothing(folder: DataFolder) -> None:
    before = folder.state()
    outcome = folder.refresh()
    assert outcome.recap
    assert outcome.recap.outcome == f"Nothing new: release {folder.release_id} serves already."
    assert folder.state() == before


def test_from_nothing_in_another_folder_and_on_another_day_the_release_is_the_same(
    first_release: DataFolder, tmp_path: Path
) -> None:
    other = DataFolder(tmp_path / "elsewhere")
    other.refresh(as_of=AS_OF.replace(year=2027))
    assert other.release_id == first_release.release_id
    assert other.mart_hashes() == first_release.mart_hashes()
    assert other.manifest.as_of == "2027-11-25"


@pytest.mark.parametrize(("threads", "seed"), [("1", "0"), ("2", "1"), ("8", "4294967295")])
def test_threads_and_hash_seeds_do_not_reach_the_bytes(
    first_release: DataFolder, tmp_path: Path, threads: str, seed: str
) -> None:
    """In processes of their own, where nothing is remembered between runs."""
    other = DataFolder(tmp_path / "data")
    run = other.command("refresh", "--as-of", str(AS_OF), POLARS_MAX_THREADS=threads, PYTHONHASHSEED=seed)
    assert run.returncode == 0, run.stdout + run.stderr
    assert other.release_id == first_release.release_id
    assert other.mart_hashes() == first_release.mart_hashes()
    other.assert_whole()


def test_reached_by_another_road_the_release_is_the_same(folder: DataFolder, tmp_path: Path) -> None:
    """From an earlier release with an inbox, and from nothing with the same inbox."""
    folder.refresh(revised())
    other = DataFolder(tmp_path / "elsewhere")
    other.refresh(revised())
    assert other.release_id == folder.release_id
    assert other.mart_hashes() == folder.mart_hashes()
    assert other.changes().is_empty()
    assert folder.changes().height


def test_the_release_id_is_a_hash_of_the_tables_the_shapes_and_the_contract(first_release: DataFolder) -> None:
    digest = hashlib.sha256(CONTRACT_VERSION.encode())
    for path in sorted((first_release.path / "current" / "marts").iterdir()):
        digest.update(path.stem.encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for path in sorted((first_release.path / "current" / "shapes").iterdir()):
        digest.update(path.read_bytes())
    assert digest.hexdigest()[:16] == first_release.release_id


# --- what a release holds ----------------------------------------------------------------------------------


def test_a_release_is_whole_and_the_pointer_relative(first_release: DataFolder) -> None:
    first_release.assert_whole()
    assert str((first_release.path / "current").readlink()) == f"releases/{first_release.release_id}"
    held = {path.name for path in (first_release.path / "current").iterdir()}
    assert held == {"release.duckdb", "marts", "shapes", "manifest.json", "report.md", "changes.parquet"}
    assert {path.stem for path in (first_release.path / "current" / "marts").iterdir()} == set(MARTS)


def test_a_release_still_serves_after_its_folder_is_moved(folder: DataFolder, tmp_path: Path) -> None:
    folder.path.rename(tmp_path / "moved")
    DataFolder(tmp_path / "moved").assert_whole()


def test_the_manifest_has_the_binding_keys(first_release: DataFolder) -> None:
    manifest = json.loads((first_release.path / "current" / "manifest.json").read_text("utf-8"))
    assert {"release_id", "as_of", "contract_version", "software", "illustrative", "sources"} <= set(manifest)
    assert manifest["contract_version"] == CONTRACT_VERSION
    assert manifest["software"] == SOFTWARE
    assert manifest["illustrative"] is True
    for source in manifest["sources"]:
        assert {"source_id", "vintage", "received", "accepted", "set_aside", "quarantined"} <= set(source)
        assert source["received"] == source["accepted"] + source["set_aside"] + source["quarantined"]


def test_the_table_of_sources_adds_up_to_what_was_landed(first_release: DataFolder) -> None:
    for row in first_release.mart("sources").iter_rows(named=True):
        landed = first_release.path / "landing" / row["source_id"] / row["vintage"]
        assert pl.read_parquet(landed / "rows.parquet").height == row["received"]
        assert row["received"] == row["accepted"] + row["set_aside"] + row["quarantined"]
        assert json.loads((landed / "record.json").read_text("utf-8"))["sha256"] == row["sha256"]


def test_the_report_tells_each_source_each_table_and_each_step(first_release: DataFolder) -> None:
    report = first_release.report()
    for row in first_release.mart("sources").iter_rows(named=True):
        line = next(line for line in report.splitlines() if line.startswith(f"| {row['source_id']} |"))
        for number in ("received", "accepted", "set_aside", "quarantined"):
            assert f"{row[number]:,}" in line
    for name in MARTS:
        assert f"| {name} | {first_release.mart(name).height:,} |" in report
    for step in ("land", "model", "compare"):
        assert f"| {step} |" in report


def test_the_log_of_a_run_is_json_lines_without_a_cells_content(folder: DataFolder) -> None:
    folder.drop(p.adult_obesity().edit(BARNET, observation="CELL-CONTENT"))
    run = folder.command("refresh", "--inbox", str(folder.inbox), "--as-of", str(AS_OF))
    assert run.returncode == 0, run.stdout
    log = max((folder.path / "runs").iterdir())
    events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert {event["run_id"] for event in events} == {log.stem}
    steps = [event["step"] for event in events if event["event"] == "step"]
    assert steps[0] == "land"
    assert steps[-1] == "publish"
    assert {"started", "staged", "finished"} <= {event["event"] for event in events}
    assert events[-1]["release_id"] == folder.release_id
    assert all(event["milliseconds"] >= 0 for event in events if event["event"] == "step")
    assert "CELL-CONTENT" not in log.read_text("utf-8")
    on_stderr = [line for line in run.stderr.splitlines() if line.startswith("{")]
    assert on_stderr == log.read_text("utf-8").splitlines()


def test_a_refused_run_leaves_a_log_that_says_so(folder: DataFolder) -> None:
    folder.drop(p.RawFile(name="page.csv", raw=b"<html>CELL-CONTENT</html>"))
    folder.command("refresh", "--inbox", str(folder.inbox))
    text = max((folder.path / "runs").iterdir()).read_text("utf-8")
    last = json.loads(text.splitlines()[-1])
    assert last["event"] == "refused"
    assert {"rule": "web_page", "where": "page.csv"} in last["problems"]
    assert "CELL-CONTENT" not in text


# --- vintages ----------------------------------------------------------------------------------------------


def test_a_file_in_the_inbox_supersedes_the_vintage_before_which_stays(folder: DataFolder) -> None:
    before = folder.vintages(OBESITY)
    file = revised()
    folder.refresh(file)
    after = folder.vintages(OBESITY)
    (new,) = set(after) - set(before)
    assert new == "undated-" + hashlib.sha256(file.content()).hexdigest()[:8]
    assert folder.mart("sources").filter(pl.col("source_id") == OBESITY)["vintage"].item() == new
    landed = folder.path / "landing" / OBESITY / new
    assert json.loads((landed / "record.json").read_text("utf-8"))["rows"] == len(file.rows)
    changed = figures_changed(folder).filter(pl.col("area_code") == "E09000003")
    assert changed["change"].to_list() == ["revised"]
    assert changed["why"].to_list() == ["revised data"]
    assert not changed["beyond_interval"].item()


def test_every_cell_lands_as_the_string_it_was(folder: DataFolder) -> None:
    file = revised()
    folder.refresh(file)
    (new,) = [name for name in folder.vintages(OBESITY) if name.startswith("undated")]
    rows = pl.read_parquet(folder.path / "landing" / OBESITY / new / "rows.parquet")
    assert rows["observation"].to_list() == file.column("observation")
    assert rows["areacd"].to_list() == file.column("areacd")
    assert rows["source_row"].to_list() == list(range(1, len(file.rows) + 1))


def test_a_file_left_in_the_inbox_is_noted_and_is_no_news(folder: DataFolder) -> None:
    folder.refresh(revised())
    before = folder.state()
    outcome = folder.refresh_inbox()
    assert outcome.recap
    assert outcome.recap.outcome.startswith("Nothing new")
    assert any("already held" in note and revised().name in note for note in outcome.recap.notes)
    assert folder.state() == before


def test_a_dry_run_publishes_and_lands_nothing(folder: DataFolder) -> None:
    before = folder.state()
    outcome = folder.refresh(revised(), dry_run=True)
    assert outcome.recap
    assert outcome.recap.outcome.startswith("Dry run")
    assert outcome.recap.changes.height
    assert folder.state() == before


def test_a_dry_run_from_nothing_leaves_nothing(tmp_path: Path, first_release: DataFolder) -> None:
    folder = DataFolder(tmp_path / "data")
    outcome = folder.refresh(dry_run=True)
    assert outcome.recap
    assert outcome.recap.release_id == first_release.release_id
    assert folder.state() == {}


# --- a person decides where figures jump --------------------------------------------------------------------


def refused_as(folder: DataFolder, file: PublishersFile, rule: str) -> None:
    before = folder.state()
    outcome = folder.refresh(file)
    assert outcome.rules == [rule]
    assert "--accept-changes" in outcome.problems[0].todo
    assert folder.state() == before


def test_it_stops_when_over_one_in_a_hundred_values_move_beyond_their_interval(folder: DataFolder) -> None:
    refused_as(folder, revised(by=25.0, which=english), "moved")


def test_it_goes_on_when_as_many_move_within_their_interval(folder: DataFolder) -> None:
    outcome = folder.refresh(revised(by=0.01, which=english))
    assert outcome.recap
    assert outcome.recap.outcome.startswith("Published")
    assert folder.changes().filter(pl.col("change") == "revised").height > 3000
    assert not folder.changes()["beyond_interval"].any()


def test_it_goes_on_when_a_few_move_beyond_their_interval(folder: DataFolder) -> None:
    outcome = folder.refresh(revised(by=25.0))
    assert outcome.recap
    assert figures_changed(folder).filter(pl.col("area_code") == "E09000003")["beyond_interval"].to_list() == [True]


def test_it_stops_when_a_sign_flips(folder: DataFolder) -> None:
    mortality = p.preventable_cvd_mortality()
    which = at(areacd="E09000003", period="2022-01-01/P3Y")
    row = mortality.chosen(which)[0]
    negative = {
        "observation": "-" + row["observation"],
        "lci_95": "-" + row["uci_95"],
        "uci_95": "-" + row["lci_95"],
    }
    refused_as(folder, mortality.edit(which, **negative), "sign")


def test_it_does_not_stop_for_a_new_period(folder: DataFolder) -> None:
    smoking = p.adult_smoking()
    newer = [{**row, "period": "2025"} for row in smoking.chosen(at(period="2024"))]
    outcome = folder.refresh(smoking.add(newer))
    assert outcome.recap
    assert outcome.recap.outcome.startswith("Published")
    new = figures_changed(folder).filter(pl.col("change") == "new")
    assert set(new["period_label"]) == {"2025"}
    assert new.filter(pl.col("area_code").str.starts_with("E54")).height >= 36


def test_an_area_whose_every_figure_is_withheld_has_vanished(folder: DataFolder) -> None:
    """An old district has nothing but smoking; its rows stay and are blank."""
    file = p.adult_smoking()
    code = next(
        code
        for code in folder.mart("observations")
        .group_by("area_code")
        .agg(pl.col("indicator_id").n_unique().alias("n"), pl.col("indicator_id").first())
        .filter((pl.col("n") == 1) & (pl.col("indicator_id") == "adult-smoking"))["area_code"]
        .sort()
        if code.startswith("E07")
    )
    refused_as(folder, file.edit(at(area_code=code), value="NA"), "vanished")


def test_accepting_changes_publishes_and_keeps_the_reason(folder: DataFolder) -> None:
    outcome = folder.refresh(revised(by=25.0, which=english), accept_changes="A new survey method")
    assert outcome.recap
    assert outcome.recap.outcome.startswith("Published")
    assert folder.manifest.accepted_changes == "A new survey method"
    assert folder.history()[-1]["reason"] == "A new survey method"
    assert "A new survey method" in folder.report()


# --- rolling back, holding, going on -------------------------------------------------------------------------


@pytest.fixture
def two_releases(folder: DataFolder) -> tuple[DataFolder, str, str]:
    """A folder with two releases: the folder, the first and the second, which serves."""
    first = folder.release_id
    folder.refresh(revised())
    return folder, first, folder.release_id


def test_rollback_serves_the_release_before_and_holds_it(two_releases: tuple[DataFolder, str, str]) -> None:
    folder, first, second = two_releases
    assert folder.command("rollback").returncode == 0
    assert folder.release_id == first
    folder.assert_whole()
    before = folder.state()
    outcome = folder.refresh()
    assert outcome.rules == ["held"]
    assert "--accept-changes" in outcome.problems[0].todo
    assert folder.state() == before
    assert second != first


def test_a_refresh_during_a_hold_exits_2(two_releases: tuple[DataFolder, str, str]) -> None:
    folder, first, _ = two_releases
    folder.command("rollback")
    run = folder.command("refresh", "--as-of", str(AS_OF))
    assert run.returncode == 2
    assert "rollback holds it" in run.stdout
    assert folder.release_id == first


def test_accepting_changes_ends_the_hold_and_says_why_everywhere(two_releases: tuple[DataFolder, str, str]) -> None:
    """The release held back comes back under its own name, with today's manifest and not that of its first day."""
    folder, first, second = two_releases
    folder.command("rollback")
    folder.refresh(accept_changes="Looked at it: the publisher did revise Barnet")
    assert folder.release_id == second
    folder.assert_whole()
    assert folder.manifest.accepted_changes == "Looked at it: the publisher did revise Barnet"
    kept = json.loads((folder.path / "manifests" / f"{second}.json").read_text("utf-8"))
    assert kept["accepted_changes"] == "Looked at it: the publisher did revise Barnet"
    assert [event["event"] for event in folder.history()] == ["published", "published", "rolled back", "published"]
    assert folder.history()[-1]["reason"] == "Looked at it: the publisher did revise Barnet"
    assert folder.refresh(revised(by=0.02)).recap
    assert first


def test_accepting_when_the_release_held_is_right_ends_the_hold(two_releases: tuple[DataFolder, str, str]) -> None:
    folder, first, _ = two_releases
    folder.command("rollback")
    (new,) = [name for name in folder.vintages(OBESITY) if name.startswith("undated")]
    for path in (folder.path / "landing" / OBESITY / new).iterdir():
        path.unlink()
    (folder.path / "landing" / OBESITY / new).rmdir()
    outcome = folder.refresh(accept_changes="The file was withdrawn")
    assert outcome.recap
    assert folder.release_id == first
    assert folder.history()[-1]["reason"] == "The file was withdrawn"
    assert folder.refresh(revised(by=0.02)).recap


def test_figures_that_come_back_bring_changes_of_their_own(two_releases: tuple[DataFolder, str, str]) -> None:
    """Revised, then revised back: the first release again, and what changed is told against the second."""
    folder, first, _ = two_releases
    assert folder.changes().height
    (new,) = [name for name in folder.vintages(OBESITY) if name.startswith("undated")]
    record = folder.path / "landing" / OBESITY / new / "record.json"
    record.write_text(record.read_text("utf-8").replace('"sequence": ', '"sequence": -'), "utf-8")
    folder.refresh()
    assert folder.release_id == first
    folder.assert_whole()
    barnet = figures_changed(folder).filter(pl.col("area_code") == "E09000003")
    assert barnet["change"].to_list() == ["revised"]
    assert barnet["value"].item() < barnet["earlier_value"].item()


def test_rollback_without_an_earlier_release_exits_2(folder: DataFolder) -> None:
    before = folder.state()
    run = folder.command("rollback")
    assert run.returncode == 2
    assert "no earlier whole release" in run.stdout
    assert folder.state() == before


def test_a_release_of_another_contract_makes_room_without_being_compared(folder: DataFolder) -> None:
    """As after an update of the software: the tables that serve lack a column that a comparison would read."""
    this = folder.release_id
    releases = folder.path / "releases"
    older = (releases / this).rename(releases / "0123456789abcdef")
    manifest = older / "manifest.json"
    manifest.write_text(
        manifest.read_text("utf-8")
        .replace(this, older.name)
        .replace(f'"contract_version": "{CONTRACT_VERSION}"', '"contract_version": "0"'),
        "utf-8",
    )
    observations = older / "marts" / "observations.parquet"
    pl.read_parquet(observations).drop("lower_95").write_parquet(observations)
    (folder.path / "current").unlink()
    (folder.path / "current").symlink_to("releases/0123456789abcdef")
    outcome = folder.refresh()
    assert outcome.recap
    assert folder.release_id == this
    assert any("another contract" in note for note in outcome.recap.notes)
    folder.assert_whole()


def test_two_whole_releases_and_the_manifest_and_statuses_of_every_one_are_kept(folder: DataFolder) -> None:
    ids = [folder.release_id]
    first = folder.mart("statuses")
    for step in (0.01, 0.02, 0.03):
        folder.refresh(revised(by=step))
        ids.append(folder.release_id)
    assert len(set(ids)) == 4
    assert {path.name for path in (folder.path / "releases").iterdir()} == set(ids[-2:])
    assert {path.stem for path in (folder.path / "manifests").iterdir()} == set(ids)
    assert {path.name for path in (folder.path / "statuses").iterdir()} == {f"{id_}.parquet" for id_ in ids}
    kept = pl.read_parquet(folder.path / "statuses" / f"{ids[0]}.parquet")
    assert kept.columns[0] == "status_id"
    assert kept.columns[-1] == "rule_version"
    assert kept.equals(first.select(kept.columns))
    assert [event["release_id"] for event in folder.history()] == ids


def test_the_pointer_is_never_absent_nor_in_two_minds_while_it_is_swapped(folder: DataFolder) -> None:
    """Watched from another process's point of view: every look finds one of the two releases, whole."""
    folder.drop(revised())
    first = folder.release_id
    run = folder.start("--inbox", str(folder.inbox))
    seen = set()
    while run.poll() is None:
        link = os.readlink(folder.path / "current")  # noqa: PTH115  raises where the pointer is absent
        seen.add(Path(link).name)
        assert (folder.path / link / "manifest.json").exists()
        time.sleep(0.0005)
    assert run.wait() == 0
    assert run.stderr
    run.stderr.close()
    assert seen <= {first, folder.release_id}
    assert folder.release_id != first


# --- the lock ----------------------------------------------------------------------------------------------


@pytest.fixture
def at_work(folder: DataFolder) -> Iterator[DataFolder]:
    """A folder another process is at work on, as far as the lock tells."""
    with filelock.FileLock(folder.path / ".lock"):
        yield folder


@pytest.mark.parametrize("command", ["refresh", "rollback"])
def test_a_second_command_exits_2_while_one_works(at_work: DataFolder, command: str) -> None:
    before = at_work.state()
    run = at_work.command(command)
    assert run.returncode == 2
    assert "at work" in run.stdout
    assert "what to do" in run.stdout
    assert at_work.state() == before


# --- status and snapshot -----------------------------------------------------------------------------------


def test_status_says_what_serves_and_what_is_held(two_releases: tuple[DataFolder, str, str]) -> None:
    folder, first, second = two_releases
    said = folder.command("status").stdout
    assert f"Release {second} serves" in said
    assert OBESITY in said
    folder.command("rollback")
    said = folder.command("status").stdout
    assert f"Release {first} serves" in said
    assert f"Held by a rollback: {first}" in said
    assert "rolled back" in said


def test_status_without_a_release_says_what_to_run(tmp_path: Path) -> None:
    run = DataFolder(tmp_path / "data").command("status")
    assert run.returncode == 0
    assert "make refresh" in run.stdout


def files_under(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.originals
def test_the_package_carries_exactly_what_the_publishers_files_give(originals: Path, tmp_path: Path) -> None:
    """What the package carries was written by one run; this is another, and the bytes are the same."""
    run = DataFolder(tmp_path / "data").command_alone(
        "snapshot", "--from", str(originals), "--to", str(tmp_path / "to")
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert files_under(tmp_path / "to") == files_under(Settings.snapshot_dir)


@pytest.mark.originals
@pytest.mark.parametrize("source_id", p.FIGURES)
def test_the_builders_write_what_the_publishers_do(originals: Path, source_id: str) -> None:
    """The same header, marks, line ends and cells, but for the columns nobody reads."""
    file = p.FIGURES[source_id]()
    sha256 = {vintage.sha256 for vintage in sources()[source_id].vintages}
    content = next(
        content
        for path in originals.rglob("*.csv")
        if hashlib.sha256(content := path.read_bytes()).hexdigest() in sha256
    )
    built = file.content()
    end = file.line_end.encode()
    assert built[:3] == content[:3]
    assert built.split(end)[0] == content.split(end)[0]
    assert content.count(end) == content.count(b"\n")
    # Cells of columns nobody reads may hold line ends of their own.
    assert _records(content) == _records(built)


def _records(content: bytes) -> int:
    return sum(1 for _ in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_snapshot_from_a_folder_without_the_files_exits_2_and_names_them(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    run = DataFolder(tmp_path / "data").command_alone(
        "snapshot", "--from", str(tmp_path / "nothing"), "--to", str(tmp_path)
    )
    assert run.returncode == 2
    assert OBESITY in run.stdout
