"""Checking a return, and taking it in: whole, or not at all."""

import datetime as dt
import hashlib
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl

from data_contracts.personal import told_by_cell
from data_contracts.posts import ANSWER_FIELDS, POST_FIELDS
from data_contracts.return_report import Finding, Report, Severity
from data_contracts.returns import ANSWERS, POSTS, Checked, Sheet, check, upgrade
from pipelines.config import Settings
from pipelines.refresh import lock
from pipelines.returns import store
from pipelines.returns.known import known
from pipelines.returns.read import read
from pipelines.returns.store import Held

#: A first name and a surname, as people put them into the names of files.
_TWO_NAMES = re.compile(r"(?<![A-Za-z])[A-Z][a-z]+[ _.-]+[A-Z][a-z]+")


@dataclass(frozen=True, kw_only=True)
class SentIn:
    """A file as somebody sent it, and maybe a second one with the system-level answers."""

    name: str
    content: bytes
    answers: tuple[str, bytes] | None = None

    @property
    def sha256(self) -> str:
        """What the file hashes to; of two files, both one after the other."""
        digest = hashlib.sha256(self.content)
        if self.answers:
            digest.update(hashlib.sha256(self.answers[1]).digest())
        return digest.hexdigest()


@dataclass(frozen=True, kw_only=True)
class Change:
    """A cell of a post that is not what it was in the return before."""

    post_reference: str
    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What a return changes in the one it supersedes, or in that of the quarter before."""

    against: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]
    answers_changed: int


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What became of a return that was sent in: `accepted`, `unchanged` (it is held already) or `refused`."""

    outcome: str
    report: Report
    held: Held | None = None
    difference: Difference | None = None

    def facts(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "outcome": self.outcome,
            "return": _held_facts(self.held) if self.held else None,
            "difference": asdict(self.difference) if self.difference else None,
            "report": self.report.facts(),
        }


def _held_facts(held: Held) -> dict[str, object]:
    return {name: getattr(held, name) for name in held.__struct_fields__}


def validate(sent: SentIn, settings: Settings) -> Report:
    """Everything there is to say about a file; nothing is stored. Raises Refused where there is no release."""
    return _checked(sent, settings)[0].report


def _checked(sent: SentIn, settings: Settings) -> tuple[Checked, tuple[Sheet, ...]]:
    found = read(sent.name, sent.content, sent.answers)
    name = "the file" if told_by_cell(sent.name) or _TWO_NAMES.search(sent.name) else sent.name
    read_from = tuple(sheet for sheet in found.sheets if sheet.name in (POSTS, ANSWERS))
    return check(name, found.sheets, found.findings, known(settings)), read_from


def submit(sent: SentIn, settings: Settings, *, confirmed: bool, at: dt.datetime) -> Submission:
    """Take a return in where nothing stops it. `at` is when it came in. Raises Refused as `validate` does."""
    with lock(settings):
        checked, sheets = _checked(sent, settings)
        report = checked.report if confirmed else _unconfirmed(checked)
        if report.errors:
            return Submission(outcome="refused", report=report)
        assert report.system_code, "a return without errors says whose it is"
        assert report.quarter, "and of when"
        assert report.contract_version
        earlier = list(store.every(settings.data_dir, report.system_code, report.quarter))
        difference = _difference(settings, earlier[-1], checked) if earlier else None
        if earlier and earlier[-1].sha256 == sent.sha256:
            return Submission(outcome="unchanged", report=report, held=earlier[-1], difference=difference)
        held = Held(
            system_code=report.system_code,
            quarter=report.quarter,
            number=earlier[-1].number + 1 if earlier else 1,
            contract_version=report.contract_version,
            received_at=at.isoformat(timespec="seconds"),
            posts=checked.posts.height,
            wte=round(float(checked.posts["wte"].sum()), 6),
            answers=checked.answers.height,
            warnings=report.warnings,
            confirmed=checked.change is not None,
            sha256=sent.sha256,
        )
        store.write(settings.data_dir, held, checked.posts, checked.answers, sheets)
        return Submission(outcome="accepted", report=report, held=held, difference=difference)


def _unconfirmed(checked: Checked) -> Report:
    """The report in which a large change, which nobody confirmed, stops the return."""
    return replace(checked.report, findings=tuple(_asked(one, checked.change) for one in checked.report.findings))


def _asked(finding: Finding, change: Finding | None) -> Finding:
    if finding is not change:
        return finding
    todo = "look for rows left out or doubled; if it is right, send it in again with a confirmation (--confirm)"
    return replace(finding, severity=Severity.ERROR, todo=todo)


def _difference(settings: Settings, before: Held, checked: Checked) -> Difference:
    posts, answers = _rows(settings.data_dir, before)
    return _between(before, posts, answers, checked.posts, checked.answers)


def compared(data_dir: Path, before: Held, after: Held) -> Difference:
    """What an accepted return changed in the one it superseded."""
    return _between(before, *_rows(data_dir, before), *_rows(data_dir, after))


def _rows(data_dir: Path, held: Held) -> tuple[pl.DataFrame, pl.DataFrame]:
    posts = upgrade(store.read_posts(data_dir, held), held.contract_version)
    return posts, store.read_answers(data_dir, held)


def _between(
    before: Held, posts: pl.DataFrame, answers: pl.DataFrame, new_posts: pl.DataFrame, new_answers: pl.DataFrame
) -> Difference:
    """What the new rows change in those of an earlier return; both as the current version has them."""
    columns = [field.name for field in POST_FIELDS if field.name != "post_reference"]
    words = [pl.col(columns).cast(pl.String)]
    old = posts.select("post_reference", *words).unpivot(index="post_reference", variable_name="column")
    new = new_posts.select("post_reference", *words).unpivot(index="post_reference", variable_name="column")
    moved = (
        old.join(new, on=["post_reference", "column"], suffix="_after")
        .filter(pl.col("value").ne_missing(pl.col("value_after")))
        .sort("post_reference", "column")
    )
    was, now = set(posts["post_reference"]), set(new_posts["post_reference"])
    every = [field.name for field in ANSWER_FIELDS]
    same = answers.select(every).join(new_answers.select(every), on=every, how="semi", nulls_equal=True).height
    return Difference(
        against=f"return {before.number} of {before.quarter}",
        added=tuple(sorted(now - was)),
        removed=tuple(sorted(was - now)),
        changed=tuple(
            Change(post_reference=reference, column=column, before=value, after=after)
            for reference, column, value, after in moved.select(
                "post_reference", "column", "value", "value_after"
            ).iter_rows()
        ),
        answers_changed=answers.height + new_answers.height - 2 * same,
    )
