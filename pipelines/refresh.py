"""The recipe: land, clean, model, check, compare, publish. A release is whole or absent."""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock
import polars as pl

from data_contracts.registry.records import publish_rules, sources
from data_contracts.tables import ContractBroken
from pipelines import compare, landing, live, releases
from pipelines.cleaning import KEY, QUARANTINE_SCHEMA, Cleaned, clean_figures, clean_lookup, sort_figures
from pipelines.cleaning_evidence import NO_EVIDENCE, clean_evidence, sort_evidence
from pipelines.config import LONDON, Settings
from pipelines.faults import Problem, Refused
from pipelines.geography import Geography, geography
from pipelines.landing import Record, Vintage
from pipelines.models import runner
from pipelines.recap import Recap, markdown
from pipelines.releases import Manifest, SourceAccount
from pipelines.returns.accepted import accepted
from pipelines.runlog import RunLog
from pipelines.shapes import SHAPES
from pipelines.tenure import examples
from pipelines.trigger_recap import trigger_summary


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A publisher's file that this run brought, not yet part of landing: it becomes so when the run succeeds."""

    name: str
    content: bytes
    vintage: Vintage


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What later steps need of a cleaned source; its accepted rows lie in a file, since those of all need not fit."""

    record: Record
    account: SourceAccount
    accepted: Path
    quarantined: pl.DataFrame


def refresh(settings: Settings, log: RunLog) -> Recap:
    """Bring the release up to date. Raises Refused where the data or the request is at fault: nothing is published."""
    settings.releases_dir.mkdir(parents=True, exist_ok=True)
    with lock(settings):
        releases.sweep(settings)
        releases.record_what_serves(settings, at=dt.datetime.now(LONDON))
        landing.sweep(settings.landing_dir)
        held = releases.held(settings)
        notes: list[str] = []
        with log.step("land") as say:
            if not settings.dry_run:
                landing.take_snapshot(settings.landing_dir, settings.snapshot_dir)
            staged, problems = _stage(settings, log, notes)
            say(f"{len(staged)} new files" if staged else "no new files")
        building = settings.releases_dir / f"{releases.BUILDING}{os.getpid()}"
        try:
            kept = _clean(settings, building, staged, problems, log)
            accounts = [item.account for item in kept]
            marts = _model(settings, building, kept, log)
            recap = _publish(settings, building, accounts, marts, staged, notes, held, log)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    log.event("finished", release_id=recap.release_id, outcome=recap.outcome)
    return recap


@contextmanager
def lock(settings: Settings) -> Iterator[None]:
    """One refresh or rollback at a time. Raises Refused where another is at work; a killed one holds nothing."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(settings.data_dir / ".lock", timeout=0):
            yield
    except filelock.Timeout as error:
        raise Refused(
            [
                Problem(
                    rule="locked",
                    where=str(settings.data_dir),
                    found="another refresh or rollback is at work",
                    expected="one at a time",
                    todo="wait until it has ended, then run this again",
                )
            ]
        ) from error


# --- land -------------------------------------------------------------------------------------------------


def _stage(settings: Settings, log: RunLog, notes: list[str]) -> tuple[list[Staged], list[Problem]]:
    """Files of the inbox, and of the publishers where asked, and what is wrong with those that cannot be read.

    Those that can be read are cleaned all the same, so that everything that is wrong is told in one go.
    """
    held = {(item.record.source_id, item.record.sha256) for item in landing.all_vintages(settings.landing_dir)}
    staged: list[Staged] = []
    problems: list[Problem] = []

    def take(name: str, read: Callable[[], bytes]) -> None:
        try:
            content = read()
            vintage = landing.from_bytes(name, content)
        except Refused as refused:
            problems.extend(refused.problems)
            return
        record = vintage.record
        if vintage.ignored_columns:
            notes.append(f"{name}: columns nobody declared, ignored: {', '.join(vintage.ignored_columns)}")
        if (record.source_id, record.sha256) in held:
            notes.append(f"{name}: already held as {record.source_id} {record.vintage}")
            return
        log.event("staged", file=name, source_id=record.source_id, vintage=record.vintage, rows=record.rows)
        staged.append(Staged(name=name, content=content, vintage=vintage))

    for path in _inbox_files(settings, problems):
        take(_readable_name(path), path.read_bytes)
    if settings.live:
        for source_id, fetch in live.files(notes):
            take(source_id, fetch)
    problems.extend(_two_for_one_source(staged))
    return staged, problems


def _readable_name(path: Path) -> str:
    """A file's name as text; bytes that are none, which a file system allows, are shown as such."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def _inbox_files(settings: Settings, problems: list[Problem]) -> list[Path]:
    if settings.inbox is None:
        return []
    if not settings.inbox.is_dir():
        problems.append(
            Problem(
                rule="no_inbox",
                where=str(settings.inbox),
                found="no such folder",
                expected="a folder of publishers' files",
                todo="check the path given with --inbox",
            )
        )
        return []
    return sorted(path for path in settings.inbox.iterdir() if path.is_file() and not path.name.startswith("."))


def _two_for_one_source(staged: list[Staged]) -> Iterator[Problem]:
    for source_id in dict.fromkeys(item.vintage.record.source_id for item in staged):
        names = [item.name for item in staged if item.vintage.record.source_id == source_id]
        if len(names) > 1:
            yield Problem(
                rule="two_files_for_one_source",
                where=", ".join(names),
                found=f"{len(names)} new files of {source_id}",
                expected="one, the newest",
                todo="leave only the file to use",
            )


# --- clean ------------------------------------------------------------------------------------------------


def _clean(
    settings: Settings, building: Path, staged: list[Staged], problems: list[Problem], log: RunLog
) -> list[Kept]:
    """Type, code and check every source in use, one at a time; lookups first, since figures are coded by them.

    Raises Refused with the problems given and all that are found here; files this run brought come first, and once one
    is at fault only what it or another of them may have spoilt is looked at.
    """
    if problems and not staged:
        raise Refused(problems)
    landed = _in_use(settings)
    new = {item.vintage.record.source_id: item for item in staged}
    in_use = [*landed, *(source_id for source_id in new if source_id not in landed)]
    absent = [source_id for source_id, source in sources().items() if source_id not in in_use and not source.optional]
    if absent:
        raise Refused([*problems, *(_never_landed(source_id) for source_id in absent)])
    rules = publish_rules()
    problems = list(problems)
    kept: dict[str, Kept] = {}

    def take(source_id: str, clean: Callable[[Vintage], Cleaned], look_back: Callable[[Vintage], Cleaned]) -> None:
        with log.step(f"clean {source_id}") as say:
            brought = new.get(source_id)
            name = brought.name if brought else None
            before = landed[source_id].read() if brought and source_id in landed else None
            try:
                item = clean(brought.vintage if brought else landed[source_id].read())
                if before:
                    problems.extend(_named(problem, name) for problem in _gone(look_back(before), item))
            except Refused as refused:
                problems.extend(_named(problem, name) for problem in refused.problems)
                say("refused")
                if before is None:
                    return
                # Nothing will be published; the vintage before lets the other files be checked as well.
                item = look_back(before)
            kept[source_id] = _kept(building, item)
            known_errors = f", {item.corrected} figures corrected" if item.corrected else ""
            say(f"{item.accepted_rows:,} of {item.received:,} rows{known_errors}")

    new_first = sorted(in_use, key=lambda source_id: source_id not in new)
    lookups = [source_id for source_id in new_first if sources()[source_id].format == "lookup"]
    coded = [source_id for source_id in new_first if source_id not in lookups]
    lookups_are_held = not set(lookups) & set(new)
    for source_id in lookups:
        take(source_id, clean_lookup, clean_lookup)
    if not set(lookups) <= set(kept):
        raise Refused(problems)
    places: Geography = geography({source_id: pl.read_parquet(kept[source_id].accepted) for source_id in lookups})
    for source_id in coded:
        if problems and lookups_are_held and source_id not in new:
            break  # what was sound in the release that serves is sound still
        if sources()[source_id].format == "evidence":
            take(
                source_id,
                lambda vintage: clean_evidence(vintage, places, rules, as_of=settings.as_of),
                lambda vintage: sort_evidence(vintage, places, as_of=settings.as_of),
            )
        else:
            take(
                source_id,
                lambda vintage: clean_figures(vintage, places, rules),
                lambda vintage: sort_figures(vintage, places),
            )
    if problems:
        raise Refused(problems)
    return [kept[source_id] for source_id in sources() if source_id in kept]


def _in_use(settings: Settings) -> dict[str, landing.Landed]:
    """The vintage in use of each source; a dry run, which lands nothing, looks into the package for the rest."""
    held = landing.newest(settings.landing_dir)
    if settings.dry_run:
        seen = {(item.record.source_id, item.record.sha256) for item in landing.all_vintages(settings.landing_dir)}
        for source_id, item in landing.newest(settings.snapshot_dir).items():
            if (source_id, item.record.sha256) not in seen:
                held[source_id] = item
    return held


def _never_landed(source_id: str) -> Problem:
    return Problem(
        rule="never_landed",
        where=source_id,
        found="no vintage",
        expected="one in the package's snapshot or in the inbox",
        todo="restore pipelines/snapshot, or drop the publisher's file in the inbox",
    )


def _named(problem: Problem, name: str | None) -> Problem:
    """A fault of a file somebody dropped is told by that file's name."""
    if name is None:
        return problem
    return Problem(
        rule=problem.rule,
        where=f"{name} ({problem.where})",
        found=problem.found,
        expected=problem.expected,
        todo=problem.todo,
    )


def _gone(before: Cleaned, after: Cleaned) -> Iterator[Problem]:
    """Areas, periods and rows the earlier vintage had and this one lacks: a publisher never means that quietly."""
    if before.held.is_empty():  # a lookup, which says how many rows it has at least
        return

    def gone(what: str, lost: list[str]) -> Problem:
        shown = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        return Problem(
            rule=f"{what}_gone",
            where=f"{after.source_id} {after.vintage}",
            found=f"lacks {shown}, which {before.vintage} has",
            expected=f"every {what.rstrip('s')} of the vintage before",
            todo="fetch the file again, it may have been cut short; if the publisher dropped them, change "
            "sources.toml and remove the earlier vintage from landing",
        )

    rows = before.held
    for column, what in (("area_code", "area"), ("period_label", "period")):
        lost = sorted(set(rows[column]) - set(after.held[column]))
        if lost:
            yield gone(what, lost)
            rows = rows.filter(~pl.col(column).is_in(lost))
    missing = rows.join(after.held, on=KEY, how="anti").sort(KEY)
    # A row whose area or period could not be read may be the one that seems to be missing.
    if missing.height > after.unplaced:
        yield gone("rows", [", ".join(row) for row in missing.select("area_code", "sex", "period_label").iter_rows()])


def _kept(building: Path, cleaned: Cleaned) -> Kept:
    """Write what is accepted aside, where the models read it."""
    account = SourceAccount(
        source_id=cleaned.source_id,
        vintage=cleaned.vintage,
        received=cleaned.received,
        accepted=cleaned.accepted_rows,
        set_aside=cleaned.set_aside.height,
        quarantined=cleaned.quarantined_rows,
        set_aside_by_rule=cleaned.set_aside_by_rule(),
    )
    accepted = runner.write_input(building, f"sources/{cleaned.source_id}", cleaned.accepted)
    return Kept(record=cleaned.record, account=account, accepted=accepted, quarantined=cleaned.quarantined)


# --- model ------------------------------------------------------------------------------------------------


def _model(settings: Settings, building: Path, kept: list[Kept], log: RunLog) -> dict[str, int]:
    """Build every table aside; returns the rows of those published. Raises Refused where a check fails."""
    inputs: dict[str, pl.DataFrame | list[Path]] = {}
    figures, evidence = [], [NO_EVIDENCE]
    for item in kept:
        match sources()[item.record.source_id].format:
            case "lookup":
                inputs[item.record.source_id.replace("-", "_")] = [item.accepted]
            case "evidence":
                evidence.append(pl.read_parquet(item.accepted))
            case _:
                figures.append(item.accepted)
    inputs["clean_figures"] = figures
    inputs["clean_evidence"] = pl.concat(evidence)
    inputs["quarantined"] = pl.concat([pl.DataFrame(schema=QUARANTINE_SCHEMA), *(item.quarantined for item in kept)])
    inputs["accounting"] = _accounting(kept)
    inputs |= _returned(settings)
    rows: dict[str, int] = {}
    with log.step("model") as say:
        try:
            files = runner.run(inputs, building, lambda table, height: rows.update({table: height}))
        except ContractBroken as broken:
            raise Refused([_broken(broken)]) from broken
        say(f"{len(files)} tables")
    checks = pl.read_parquet(building / "marts" / "quality_checks.parquet").filter(~pl.col("passed"))
    if checks.height:
        raise Refused([_failed_check(row) for row in checks.iter_rows(named=True)])
    shutil.rmtree(building / "inputs")
    return {name: rows[name] for name in files}


def _returned(settings: Settings) -> dict[str, pl.DataFrame]:
    """Returns of posts, those of the example systems after them, and the day on which a return is overdue or not."""
    real = accepted(settings.data_dir)
    made_up = examples.example_returns() if settings.illustrative else None
    return {
        "accepted_posts": pl.concat([real.posts, *([made_up.posts] if made_up else [])]),
        "accepted_returns": pl.concat([real.returns, *([made_up.returns] if made_up else [])]),
        "example_areas": examples.example_areas() if settings.illustrative else examples.no_areas(),
        "example_lineage": examples.example_lineage() if settings.illustrative else examples.no_lineage(),
        "accepted_answers": real.answers,
        "calendar": pl.DataFrame({"as_of": [settings.as_of]}),
    }


def _accounting(kept: list[Kept]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "source_id": item.account.source_id,
                "vintage": item.account.vintage,
                "published": dt.date.fromisoformat(item.record.published) if item.record.published else None,
                "sha256": item.record.sha256,
                "received": item.account.received,
                "accepted": item.account.accepted,
                "set_aside": item.account.set_aside,
                "quarantined": item.account.quarantined,
            }
            for item in kept
        ],
        schema_overrides={"published": pl.Date},
    )


def _broken(broken: ContractBroken) -> Problem:
    return Problem(
        rule="contract",
        where=f"table {broken.table}",
        found="; ".join(broken.failures),
        expected="every row within the contract in data_contracts",
        todo="the sources are sound one by one, so look at the model that builds the table",
    )


def _failed_check(row: dict[str, str]) -> Problem:
    return Problem(
        rule=row["check_id"],
        where=row["subject"],
        found=row["found"],
        expected=row["expected"],
        todo="look for a source that lacks areas or periods, or that changed its codes",
    )


# --- publish ----------------------------------------------------------------------------------------------


def _publish(
    settings: Settings,
    building: Path,
    accounts: list[SourceAccount],
    marts: dict[str, int],
    staged: list[Staged],
    notes: list[str],
    held: str | None,
    log: RunLog,
) -> Recap:
    """Compare with the release that serves; publish what is new unless somebody must look first."""
    serving = releases.current(settings)
    # Tables of another contract may lack what a comparison reads, or mean something else by it.
    earlier = serving if releases.is_readable(settings) else None
    if serving and not earlier:
        notes.append(f"release {serving.name} is of another contract, so nothing is compared with it")
    with log.step("compare") as say:
        moved = compare.changes(earlier / "marts", building / "marts") if earlier else compare.nothing_before()
        stops = compare.stops(earlier / "marts", building / "marts", moved, publish_rules()) if earlier else []
        figures, layers = compare.of_figures(moved), compare.of_statuses(moved)
        statuses = layers["status_id"].n_unique()
        say(f"{figures.height:,} figures, {statuses:,} statuses changed" if earlier else "nothing to compare with")
    shutil.copytree(settings.snapshot_dir / SHAPES, building / SHAPES)
    release_id = releases.release_id(building / "marts")
    fire = trigger_summary(earlier / "marts" if earlier else None, building / "marts")
    faults, names = pl.read_parquet(building / "marts" / "quarantine.parquet"), _area_names(building)

    def recap(outcome: str) -> Recap:
        return Recap(
            outcome=outcome,
            release_id=release_id,
            as_of=settings.as_of.isoformat(),
            sources=accounts,
            marts=marts,
            changes=moved,
            triggers=fire,
            faults=faults,
            steps=list(log.steps),
            notes=list(notes),
            area_names=names,
        )

    if serving and serving.name == release_id:
        if not settings.dry_run:
            _land(settings, staged)
            if settings.accept_changes is not None:
                releases.release_hold(settings, settings.accept_changes, at=dt.datetime.now(LONDON))
        return recap(f"Nothing new: release {release_id} serves already.")
    accepted = settings.accept_changes is not None
    problems = [] if accepted else [*stops, *_held(held)]
    if problems:
        raise Refused(problems)
    notes.extend(f"accepted: {stop.found} ({settings.accept_changes})" for stop in stops)
    if settings.dry_run:
        return recap(f"Dry run: release {release_id} would be published.")
    with log.step("write release") as say:
        moved.write_parquet(building / releases.CHANGES, compression="zstd")
        releases.write_database(building)
        record = releases.manifest(building, settings, accounts, marts, list(log.steps))
        releases.write_manifest(building, record)
        done = recap(f"Published release {release_id}.")
        (building / "report.md").write_text(markdown(done), "utf-8")
        say(release_id)
    with log.step("publish") as say:
        _land(settings, staged)
        _swap(settings, building, record)
        say("current points to it")
    return recap(f"Published release {release_id}.")


def _area_names(building: Path) -> dict[str, str]:
    """Names by code; of an area that ended with its last day, since the one after it may have the same name."""
    areas = pl.read_parquet(building / "marts" / "areas.parquet", columns=["area_code", "area_name", "valid_to"])
    until = pl.format(" (until {})", pl.col("valid_to").dt.strftime("%-d %B %Y")).fill_null("")
    return dict(areas.select("area_code", pl.col("area_name") + until).iter_rows())


def _held(held: str | None) -> Iterator[Problem]:
    if held:
        yield Problem(
            rule="held",
            where=f"release {held}",
            found="a rollback holds it, so nothing newer is published",
            expected="a decision to go on",
            todo='run again with --accept-changes "REASON" once the cause is mended',
        )


def _land(settings: Settings, staged: list[Staged]) -> None:
    """What this run brought becomes part of landing only now that it is known to be sound."""
    for item in staged:
        sequence = landing.next_sequence(settings.landing_dir)
        # What was taken out of answers at the door, and columns nobody reads, must not stay behind in the bytes.
        is_evidence = sources()[item.vintage.record.source_id].format == "evidence"
        original = None if is_evidence else item.content
        landing.write(settings.landing_dir, item.vintage, original, sequence=sequence)


def _swap(settings: Settings, building: Path, record: Manifest) -> None:
    releases.publish(settings, building, record, at=dt.datetime.now(LONDON))
    releases.prune(settings, publish_rules().releases_kept)
