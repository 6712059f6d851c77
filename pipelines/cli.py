"""The command line: commands, progress and the recap.

Exit codes: 0 done; 2 the data or the request is at fault and nothing was published; 1 a bug.
"""

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from data_contracts.registry.records import sources
from pipelines import landing, releases
from pipelines.compare import of_statuses
from pipelines.config import LONDON, Settings, data_dir, illustrative, today
from pipelines.faults import Problem, Refused
from pipelines.recap import (
    CHANGE_COLUMNS,
    FAULT_COLUMNS,
    SOURCE_COLUMNS,
    STEP_COLUMNS,
    Recap,
    change_rows,
    fault_rows,
    source_rows,
    step_rows,
)
from pipelines.refresh import lock, refresh
from pipelines.returns.commands import app as returns_app
from pipelines.runlog import RunLog, run_streams
from pipelines.shapes import SHAPES, write_shapes
from pipelines.status_digest import markdown
from pipelines.status_recap import STATUS_COLUMNS, status_rows, summary

app = typer.Typer(
    help="ICS Progress: the pipeline that turns publishers' files into a release.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(returns_app, name="returns")

AT_FAULT = 2

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where data live. Default: ICS_DATA_DIR, or data.")]


class ConsoleDisplay:
    """Steps as lines; on a terminal also a moving line for the step at work."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None

    def start(self, step: str) -> None:
        """Show the step at work."""
        if self._console.is_terminal:
            self._status = self._console.status(step)
            self._status.start()

    def done(self, step: str, detail: str, milliseconds: int) -> None:
        """Leave a line for the step that ended."""
        if self._status:
            self._status.stop()
        self._console.print(f"{step:<44} {milliseconds:>7,} ms  {detail}", markup=False, highlight=False)


def _console() -> Console:
    # A log keeps whole lines; a terminal has its own width.
    return Console(width=None if sys.stdout.isatty() else 160, soft_wrap=False)


@app.command("refresh")
def refresh_command(
    data: DataDir = None,
    inbox: Annotated[
        Path | None, typer.Option(help="Folder of publishers' files. Default: inbox in the data folder, if there.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="The day to stand on, YYYY-MM-DD. Default: today in London.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Also ask the publishers for newer files.")] = False,
    if_needed: Annotated[
        bool, typer.Option("--if-needed", help="Only where there is no release this software can read.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything but publish.")] = False,
    accept_changes: Annotated[
        str | None, typer.Option(help="Publish although the changes ask for a look; say why.")
    ] = None,
) -> None:
    """Bring the release up to date."""
    folder = data_dir(data)
    default_inbox = folder / "inbox"
    settings = Settings(
        data_dir=folder,
        as_of=_day(as_of) if as_of else today(),
        inbox=inbox or (default_inbox if default_inbox.is_dir() else None),
        live=live,
        dry_run=dry_run,
        accept_changes=_reason(accept_changes),
        illustrative=illustrative(),
    )
    console = _console()
    if if_needed and releases.is_readable(settings):
        return
    _writable(console, folder)
    run_id = dt.datetime.now(LONDON).strftime("%Y-%m-%dT%H-%M-%S-%f")
    with run_streams(folder / "runs", run_id, to_stderr=not sys.stderr.isatty()) as streams:
        log = RunLog(run_id, ConsoleDisplay(console), streams)
        log.event("started", as_of=settings.as_of.isoformat(), live=live, dry_run=dry_run)
        try:
            recap = refresh(settings, log)
        except Refused as refused:
            log.event("refused", problems=[{"rule": p.rule, "where": p.where} for p in refused.problems])
            _refuse(console, refused, settings)
    _show(console, recap)


def _writable(console: Console, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = Problem(
            rule="no_data_folder",
            where=str(folder),
            found=f"no folder can be made there ({error.strerror})",
            expected="a folder to keep data in",
            todo="check the path given with --data-dir or ICS_DATA_DIR",
        )
        _refuse(console, Refused([problem]))


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; write it as 2026-11-25") from None


def _reason(text: str | None) -> str | None:
    if text is not None and not text.strip():
        raise typer.BadParameter("--accept-changes needs a reason, which is kept with the release")
    return text


def _refuse(console: Console, refused: Refused, settings: Settings | None = None) -> NoReturn:
    """Every problem, numbered, and what still serves; then exit 2."""
    console.print()
    console.print(f"Refused: {len(refused.problems)} to mend. Nothing was published.", style="bold", highlight=False)
    for number, problem in enumerate(refused.problems, 1):
        console.print(f"{number}. {problem.where}", style="bold", markup=False, highlight=False)
        for label, text in (
            ("found", problem.found),
            ("expected", problem.expected),
            ("what to do", problem.todo),
            ("rule", problem.rule),
        ):
            console.print(f"   {label}: {text}", markup=False, highlight=False, soft_wrap=True)
    if settings and (serving := releases.current(settings)):
        console.print(f"Release {serving.name} still serves.", highlight=False)
    raise typer.Exit(AT_FAULT)


def _show(console: Console, recap: Recap) -> None:
    console.print()
    _table(console, "Sources", SOURCE_COLUMNS, source_rows(recap.sources), numbers=(2, 3, 5))
    if recap.faults.height:
        _table(console, "Rows at fault", FAULT_COLUMNS, fault_rows(recap.faults), numbers=(3, 4))
    marts = [(name, f"{rows:,}") for name, rows in recap.marts.items()]
    _table(console, "Tables", ("table", "rows"), marts, numbers=(1,))
    if figures := change_rows(recap.changes):
        _table(console, "Changed since the release before", CHANGE_COLUMNS, figures, numbers=(3,))
    statuses = of_statuses(recap.changes)
    if statuses.height:
        _table(console, "Statuses that changed", STATUS_COLUMNS, status_rows(statuses), numbers=(2, 3))
        console.print(f"Statuses: {summary(statuses)}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"Triggers: {recap.triggers}", markup=False, highlight=False, soft_wrap=True)
    console.print()
    _table(console, "Time and memory", STEP_COLUMNS, step_rows(recap.steps), numbers=(1, 2))
    for note in recap.notes:
        console.print(f"Note: {note}", markup=False, highlight=False, soft_wrap=True)
    console.print(recap.outcome, style="bold", highlight=False)


def _table(
    console: Console, title: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]], *, numbers: tuple[int, ...]
) -> None:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place in numbers else "left", overflow="fold")
    for row in rows:
        # A cell of a file may look like markup, which would colour the screen or vanish from it.
        table.add_row(*map(escape, row))
    console.print(table, highlight=False)
    console.print()


@app.command()
def status(data: DataDir = None) -> None:
    """Say which release serves, which vintages it is made from, and what happened last."""
    settings = Settings(data_dir=data_dir(data), as_of=today())
    console = _console()
    serving = releases.current(settings)
    if serving is None:
        console.print("No release yet. Run: make refresh")
        return
    manifest = releases.read_manifest(serving)
    console.print(
        f"Release {manifest.release_id} serves: as of {manifest.as_of}, contract {manifest.contract_version}, "
        f"software {manifest.software}.",
        highlight=False,
    )
    if held := releases.held(settings):
        console.print(f"Held by a rollback: {held}. A refresh with --accept-changes goes on.", highlight=False)
    _table(console, "Sources", SOURCE_COLUMNS, source_rows(manifest.sources), numbers=(2, 3, 5))
    for event in list(releases.history(settings))[-5:]:
        reason = f" ({event.reason})" if event.reason else ""
        console.print(f"{event.at}  {event.event} {event.release_id}{reason}", markup=False, highlight=False)


@app.command()
def statuses(data: DataDir = None) -> None:
    """Print how many systems hold each value of each layer of their statuses, and one status worked out by hand."""
    settings = Settings(data_dir=data_dir(data), as_of=today())
    serving = releases.current(settings)
    if serving is None or not releases.is_readable(settings):
        typer.echo("No release that this software can read. Make one with `make refresh`.", err=True)
        raise typer.Exit(AT_FAULT)
    typer.echo(markdown(serving / "marts"), nl=False)


@app.command()
def rollback(data: DataDir = None) -> None:
    """Serve the release before, and hold it until a refresh accepts changes."""
    settings = Settings(data_dir=data_dir(data), as_of=today())
    console = _console()
    try:
        with lock(settings):
            earlier = releases.previous(settings)
            if earlier is None:
                raise Refused(
                    [
                        Problem(
                            rule="no_earlier_release",
                            where=str(settings.releases_dir),
                            found="no earlier whole release",
                            expected="two releases",
                            todo="mend the cause and run make refresh",
                        )
                    ]
                )
            releases.rollback(settings, earlier, at=dt.datetime.now(LONDON))
    except Refused as refused:
        _refuse(console, refused)
    console.print(
        f"Release {earlier.name} serves and is held. To go on: refresh --accept-changes REASON.", highlight=False
    )


@app.command()
def snapshot(
    source: Annotated[Path, typer.Option("--from", help="Folder of publishers' files, searched with its subfolders.")],
    to: Annotated[Path, typer.Option(help="Folder to write.", hidden=True)] = Settings.snapshot_dir,
) -> None:
    """Rebuild the vintages the package carries from the publishers' files; the same files give the same bytes."""
    console = _console()
    try:
        taken = take_snapshot(source, to)
    except Refused as refused:
        _refuse(console, refused)
    try:
        shapes = write_shapes(source, to / SHAPES)
    except Refused as refused:
        _refuse(console, refused)
    for vintage, name in taken:
        console.print(f"{vintage.record.source_id:<34} {vintage.record.vintage:<20} {name}", highlight=False)
    for line in shapes:
        console.print(line, highlight=False)
    size = sum(path.stat().st_size for path in to.rglob("*") if path.is_file())
    console.print(f"{len(taken)} sources, {size / 1e6:.1f} MB in {to}", highlight=False)


def take_snapshot(source: Path, to: Path) -> list[tuple[landing.Vintage, str]]:
    """Recognise the files under a folder and write one known vintage of each source; the rest are left alone."""
    found: dict[str, tuple[landing.Vintage, str]] = {}
    for path in sorted(path for path in source.rglob("*") if path.suffix in (".csv", ".parquet")):
        try:
            vintage = landing.from_bytes(path.name, path.read_bytes())
        except Refused:  # not one of ours; whether any source went without is told below
            continue
        if sources()[vintage.record.source_id].known(vintage.record.sha256):
            found[vintage.record.source_id] = (vintage, path.name)
    absent = [source_id for source_id, source in sources().items() if source_id not in found and not source.optional]
    if absent:
        raise Refused(
            [
                Problem(
                    rule="no_known_file",
                    where=source_id,
                    found=f"no file under {source} that registry/sources.toml knows",
                    expected="a file with one of the declared SHA-256s",
                    todo="fetch the file again, or declare the new vintage",
                )
                for source_id in absent
            ]
        )
    for vintage, _ in found.values():
        landing.write_snapshot(to, vintage)
    return [found[source_id] for source_id in sources() if source_id in found]
