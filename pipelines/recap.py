"""The recap of a run: one record, shown on the command line and kept in the release as `report.md`."""

from collections.abc import Sequence

import msgspec
import polars as pl

from data_contracts.registry.records import SET_ASIDE_MEANINGS, sources
from pipelines.compare import of_figures, of_statuses
from pipelines.releases import SourceAccount
from pipelines.runlog import Step
from pipelines.status_recap import status_sections, summary


class Recap(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did. `outcome` is a sentence; `notes` are things to know that stopped nothing."""

    outcome: str
    release_id: str
    as_of: str
    sources: list[SourceAccount]
    marts: dict[str, int]
    changes: pl.DataFrame
    triggers: str
    faults: pl.DataFrame
    steps: list[Step]
    notes: list[str] = []
    area_names: dict[str, str] = {}


def source_rows(accounts: Sequence[SourceAccount]) -> list[tuple[str, ...]]:
    """The table of sources: id, vintage, received, accepted, set aside with its rules, quarantined."""
    return [
        (
            account.source_id,
            account.vintage,
            f"{account.received:,}",
            f"{account.accepted:,}",
            _set_aside(account),
            f"{account.quarantined:,}",
        )
        for account in accounts
    ]


SOURCE_COLUMNS = ("source", "vintage", "received", "accepted", "set aside", "quarantined")


def _set_aside(account: SourceAccount) -> str:
    if not account.set_aside:
        return "0"
    rules = ", ".join(f"{rule} {rows:,}" for rule, rows in account.set_aside_by_rule.items())
    return f"{account.set_aside:,} ({rules})"


def change_rows(changes: pl.DataFrame) -> list[tuple[str, ...]]:
    """The table of changes of figures: indicator, what happened, why, and how many figures."""
    counted = (
        of_figures(changes)
        .group_by("indicator_id", "change", "why")
        .agg(pl.len())
        .sort("indicator_id", "change", "why")
    )
    return [(indicator, change, why, f"{rows:,}") for indicator, change, why, rows in counted.iter_rows()]


CHANGE_COLUMNS = ("indicator", "change", "why", "figures")


def fault_rows(faults: pl.DataFrame) -> list[tuple[str, ...]]:
    """The table of rows at fault: source, rule and column, how many, and the first of them with what it holds."""
    counted = faults.group_by("source_id", "rule", "column", maintain_order=True).agg(
        pl.len(), pl.col("source_row", "found").first()
    )
    return [
        (source_id, rule, column, f"{rows:,}", f"{row:,}", " ".join(found[:40].replace("|", "¦").split()))
        for source_id, rule, column, rows, row, found in counted.iter_rows()
    ]


FAULT_COLUMNS = ("source", "rule", "column", "rows", "first row", "holds")


def step_rows(steps: Sequence[Step]) -> list[tuple[str, ...]]:
    """The table of steps: name, time, and the most memory the process had held by its end."""
    return [(step.name, f"{step.milliseconds:,} ms", f"{step.peak_megabytes:,} MB") for step in steps]


STEP_COLUMNS = ("step", "time", "peak memory")


def markdown(recap: Recap) -> str:
    """The report kept with the release."""
    used = sorted({rule for account in recap.sources for rule in account.set_aside_by_rule})
    parts = [
        f"# Release {recap.release_id}",
        f"As of {recap.as_of}. {recap.outcome}",
        *(f"- {note}" for note in recap.notes),
        "## Sources",
        _table(SOURCE_COLUMNS, source_rows(recap.sources)),
        "Received rows equal those accepted, set aside and quarantined. Set aside are sound rows left out by a rule:",
        "\n".join(f"- `{rule}`: {SET_ASIDE_MEANINGS[rule]}" for rule in used) or "- none",
        "Titles: " + "; ".join(f"{a.source_id}: {sources()[a.source_id].title}" for a in recap.sources) + ".",
        *(("## Rows at fault", _table(FAULT_COLUMNS, fault_rows(recap.faults))) if recap.faults.height else ()),
        "## Tables",
        _table(("table", "rows"), [(name, f"{rows:,}") for name, rows in recap.marts.items()]),
        "## What changed since the release before",
        _table(CHANGE_COLUMNS, rows) if (rows := change_rows(recap.changes)) else "No figure changed.",
        "## Statuses that changed",
        summary(of_statuses(recap.changes)),
        *status_sections(of_statuses(recap.changes), recap.area_names),
        "## Triggers",
        recap.triggers,
        "## Time and memory",
        _table(STEP_COLUMNS, step_rows(recap.steps)),
    ]
    return "\n\n".join(parts) + "\n"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "| " + " | ".join("---" for _ in columns) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
