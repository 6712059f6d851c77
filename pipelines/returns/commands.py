"""The commands on returns: template, validate, submit, list and show."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from data_contracts.quarters import is_quarter
from data_contracts.return_report import as_html, as_text
from pipelines.config import LONDON, Settings, data_dir, today
from pipelines.faults import Refused
from pipelines.returns import store
from pipelines.returns.known import known
from pipelines.returns.read import read_file
from pipelines.returns.submit import Difference, SentIn, Submission, compared, submit, validate
from pipelines.returns.template import as_csv, as_xlsx, template

app = typer.Typer(help="Returns of posts: the template, the checks, and what was accepted.", no_args_is_help=True)

AT_FAULT = 2

Result = TypeVar("Result")

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where data live. Default: ICS_DATA_DIR, or data.")]
File = Annotated[Path, typer.Argument(help="The return: .xlsx, or .csv.", exists=True, dir_okay=False, readable=True)]
Answers = Annotated[
    Path | None,
    typer.Option(help="System-level answers to a .csv return, as .csv.", exists=True, dir_okay=False, readable=True),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
AtMost = Annotated[
    int | None, typer.Option(min=1, help="At most so many findings, and changes, in the JSON; counts are of all.")
]


def _quarter(text: str) -> str:
    if not is_quarter(text):
        raise typer.BadParameter(f"{text!r} is not a quarter; write it as 2026-27-Q2")
    return text


Quarter = Annotated[str, typer.Option(help="Quarter of a financial year, such as 2026-27-Q2.", callback=_quarter)]


@app.command("template")
def template_command(
    system: Annotated[str, typer.Option(help="Code of the integrated care board.")],
    quarter: Quarter,
    out: Annotated[Path, typer.Option(help="File to write: .xlsx; or .csv, the answers beside it as -answers.csv.")],
    data: DataDir = None,
) -> None:
    """Write a return to fill in, begun from the newest one there is."""
    settings = _settings(data)
    if out.suffix.lower() not in (".xlsx", ".csv"):
        raise typer.BadParameter("--out ends in .xlsx or .csv")
    if not out.resolve().parent.is_dir():
        raise typer.BadParameter(f"--out names a folder that is not there: {out.parent}")
    wanted = _or_refused(lambda: template(system, quarter, known(settings), settings), as_json=False)
    written = [out]
    if out.suffix.lower() == ".xlsx":
        out.write_bytes(as_xlsx(wanted))
    else:
        answers = out.with_name(f"{out.stem}-answers{out.suffix}")
        out.write_bytes(as_csv(wanted.posts))
        answers.write_bytes(as_csv(wanted.answers))
        written.append(answers)
    begun = f"begun from the return for {wanted.begun_from}" if wanted.begun_from else "with no rows yet"
    typer.echo(f"{' and '.join(map(str, written))}: {wanted.posts.height:,} posts, {begun}.")


@app.command("validate")
def validate_command(
    file: File,
    answers: Answers = None,
    as_json: AsJson = False,
    html: Annotated[bool, typer.Option("--html", help="Print the report as a piece of a web page.")] = False,
    at_most: AtMost = None,
    data: DataDir = None,
) -> None:
    """Check a return and tell every problem at once; nothing is stored."""
    settings = _settings(data)
    report = _or_refused(lambda: validate(_sent(file, answers), settings), as_json=as_json)
    typer.echo(_as_json(_cut(report.facts(), at_most)) if as_json else as_html(report) if html else as_text(report))
    if report.errors:
        raise typer.Exit(AT_FAULT)


@app.command("submit")
def submit_command(
    file: File,
    answers: Answers = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Totals far from the return before are right.")] = False,
    as_json: AsJson = False,
    at_most: AtMost = None,
    data: DataDir = None,
) -> None:
    """Check a return and take it in whole; where there is any error, nothing is stored."""
    settings = _settings(data)
    at = dt.datetime.now(LONDON)
    sent = _or_refused(lambda: submit(_sent(file, answers), settings, confirmed=confirm, at=at), as_json=as_json)
    typer.echo(_as_json(_cut(sent.facts(), at_most)) if as_json else _in_words(sent))
    if sent.outcome == "refused":
        raise typer.Exit(AT_FAULT)


@app.command("list")
def list_command(data: DataDir = None) -> None:
    """Name the return that stands of each system and quarter."""
    held = store.newest(_settings(data).data_dir)
    if not held:
        typer.echo("No return has been accepted yet.")
    for one in held:
        typer.echo(
            f"{one.system_code}  {one.quarter}  return {one.number}  {one.received_at}  {one.posts:,} posts  "
            f"{one.wte:g} WTE  {one.answers:,} answers  version {one.contract_version}"
        )


@app.command()
def show(
    system: Annotated[str, typer.Argument(help="Code of the integrated care board.")],
    quarter: Annotated[str, typer.Argument(help="Quarter, such as 2026-27-Q2.", callback=_quarter)],
    data: DataDir = None,
) -> None:
    """Tell every return accepted of a system and quarter, and what each changed in the one before."""
    settings = _settings(data)
    before = None
    for held in store.every(settings.data_dir, system, quarter):
        typer.echo(
            f"Return {held.number}, received {held.received_at}: {held.posts:,} posts, {held.wte:g} WTE, "
            f"{held.answers:,} answers, version {held.contract_version}, {store.folder(settings.data_dir, held)}"
        )
        if before:
            typer.echo(_difference_in_words(compared(settings.data_dir, before, held)))
        before = held
    if before is None:
        typer.echo(f"No return of {system} for {quarter} has been accepted.", err=True)
        raise typer.Exit(AT_FAULT)
    typer.echo(f"Return {before.number} stands.")


def _settings(data: Path | None) -> Settings:
    return Settings(data_dir=data_dir(data), as_of=today())


def _sent(file: Path, answers: Path | None) -> SentIn:
    """Never more of a file than is allowed and one byte, which the checks then refuse."""
    second = (answers.name, read_file(answers)) if answers else None
    return SentIn(name=file.name, content=read_file(file), answers=second)


def _or_refused(do: Callable[[], Result], *, as_json: bool) -> Result:
    """What it gives; where the request is at fault, every problem and exit 2."""
    try:
        return do()
    except Refused as refused:
        problems = [asdict(problem) for problem in refused.problems]
        if as_json:
            typer.echo(_as_json({"outcome": "refused", "problems": problems}))
        else:
            typer.echo("\n".join(map(str, refused.problems)), err=True)
        raise typer.Exit(AT_FAULT) from refused


def _cut(facts: Any, most: int | None) -> Any:
    """Every list in it no longer than so many, for whoever must not take in more; what is counted stays counted."""
    if most is None:
        return facts
    if isinstance(facts, dict):
        return {name: _cut(value, most) for name, value in facts.items()}
    return [_cut(value, most) for value in facts[:most]] if isinstance(facts, list | tuple) else facts


def _as_json(facts: dict[str, object]) -> str:
    return json.dumps(facts, indent=2, ensure_ascii=False)


def _in_words(sent: Submission) -> str:
    lines = [as_text(sent.report), ""]
    if sent.held is None:
        lines.append("Refused. Nothing was stored: mend what is named above, and send it in again.")
    elif sent.outcome == "unchanged":
        lines.append(f"This very file is return {sent.held.number} already. Nothing was stored.")
    else:
        lines.append(f"Accepted as return {sent.held.number}. It shows after the next refresh.")
        if sent.difference:
            lines.append(_difference_in_words(sent.difference))
    return "\n".join(lines)


def _difference_in_words(difference: Difference) -> str:
    lines = [f"   Since {difference.against}:"]
    if difference.added:
        lines.append("   added: " + ", ".join(difference.added))
    if difference.removed:
        lines.append("   removed: " + ", ".join(difference.removed))
    lines.extend(
        f"   {change.post_reference}: {change.column} from {change.before or 'empty'} to {change.after or 'empty'}"
        for change in difference.changed
    )
    if difference.answers_changed:
        lines.append(f"   answers added, removed or changed: {difference.answers_changed}")
    return "\n".join(lines) if len(lines) > 1 else lines[0] + " no change in any cell"
