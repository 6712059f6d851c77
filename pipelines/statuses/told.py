"""What is told of commitments that no figure tests: answers, what returns of posts come to, who is silent, and why.

An answer is no measure, a count of posts is no test, and silence is never a no.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import polars as pl

from data_contracts.quarters import last_day
from data_contracts.registry.records import commitments
from data_contracts.vocabulary import AreaType, DataState, KeptBy, Sex, ValueKind
from pipelines.geography import ENGLAND
from pipelines.statuses.explain import day_in_words

Row = Mapping[str, Any]
Covered = Callable[[str], str]

_WHY_NONE = {
    KeptBy.EVIDENCE: (DataState.NO_DATA, "Kept by acts and documents; no evidence has been sent in."),
    KeptBy.RETURNS: (DataState.NO_DATA, "Judged from returns of posts and funding; none has been sent in."),
    KeptBy.FIGURES_NOT_HELD: (DataState.NO_DATA, "Its figures are not held here."),
    KeptBy.NO_MEASURE: (DataState.INFORMATIONAL, "No measure of it is published."),
}
_WHERE_TO_LOOK = {
    KeptBy.EVIDENCE: "Kept by acts and documents: see the evidence.",
    KeptBy.RETURNS: "Told by returns of posts and funding: see the answers.",
}
_SILENT = {
    KeptBy.EVIDENCE: "Kept by acts and documents; this system has sent in no evidence.",
    KeptBy.RETURNS: "Judged from returns of posts and funding; this system has sent in nothing on it.",
}
_COUNTED = "Counted in returns of posts and funding: no test is made of a count."
_TOO_FEW = "too few posts to show more than their number"


def told(
    evidence: pl.DataFrame, workforce: pl.DataFrame, coverage: pl.DataFrame, areas: pl.DataFrame
) -> list[pl.DataFrame]:
    """The rows of `statuses` of every commitment that has no measure, for today's systems and England."""
    systems = areas.filter((pl.col("area_type") == str(AreaType.ICB)) & pl.col("valid_to").is_null())["area_code"]
    spoken = [*_answers(evidence, list(systems)), *_returned(workforce, coverage, list(systems))]
    about = {commitment_id for rows in spoken for commitment_id in rows["commitment_id"]}
    unsaid = [
        (commitment_id, ENGLAND, state, reason, reason)
        for commitment_id, entry in commitments().items()
        if entry.kept_by in _WHY_NONE and commitment_id not in about
        for state, reason in [_WHY_NONE[entry.kept_by]]
    ]
    return [*spoken, _rows(unsaid)]


def _rows(said: list[tuple[str, str, DataState, str, str]]) -> pl.DataFrame:
    """Rows of statuses, from commitment, area, state, the state's reason, and the sentence."""
    columns = ["commitment_id", "area_code", "data_state", "data_state_reason", "explanation"]
    frame = pl.DataFrame(said, schema=dict.fromkeys(columns, pl.String), orient="row")
    return frame.with_columns(sex=pl.lit(str(Sex.PERSONS)), is_latest=pl.lit(value=True))


# --- answers ----------------------------------------------------------------------------------------------


def _answers(evidence: pl.DataFrame, systems: list[str]) -> list[pl.DataFrame]:
    """Of commitments somebody answered for: each latest answer, today's silent systems, and how many answered."""
    latest: dict[str, dict[str, tuple[str, dt.date, dt.date | None]]] = {}
    for commitment_id, area, *answer in (
        evidence.sort("as_at").select("commitment_id", "area_code", "answer", "as_at", "dated").iter_rows()
    ):
        latest.setdefault(commitment_id, {})[area] = (answer[0], answer[1], answer[2])
    found = []
    for commitment_id, given in sorted(latest.items()):
        kept_by = commitments()[commitment_id].kept_by
        look = _WHERE_TO_LOOK[kept_by]
        rows = [(area, DataState.INFORMATIONAL, look, _answer(*answer)) for area, answer in given.items()]
        if set(given) - {ENGLAND}:
            silent = _SILENT[kept_by]
            rows += [(area, DataState.NO_DATA, silent, silent) for area in systems if area not in given]
        answered = len(set(given) & set(systems))
        if ENGLAND not in given and answered:
            said = f"Evidence has been sent in by {answered} of {len(systems)} systems."
            rows.append((ENGLAND, DataState.INFORMATIONAL, look, said))
        found.append(_rows([(commitment_id, *row) for row in rows]))
    return found


def _answer(answer: str, as_at: dt.date, dated: dt.date | None) -> str:
    document = f", by an act or document dated {day_in_words(dated)}" if dated else ""
    return f"{answer.title()}, as at {day_in_words(as_at)}{document}."


# --- returns ----------------------------------------------------------------------------------------------


def _funding(row: Row, covered: Covered) -> str:
    recurs, ends = row["recurrent_share"], row["wte_ending_12_months"]
    parts = []
    if recurs is not None:
        parts.append(f"{recurs:.0%} of the funded WTE recurs{covered('recurrent_share')}")
    if ends is not None:
        parts.append(f"funding of {ends:.1f} WTE ends within 12 months{covered('wte_ending_12_months')}")
    return "; ".join(parts) or _TOO_FEW


def _vacancies(row: Row, covered: Covered) -> str:
    vacant = row["vacancy_rate"]
    return _TOO_FEW if vacant is None else f"{vacant:.0%} of the funded WTE is vacant{covered('vacancy_rate')}"


#: Commitments that counts of posts tell of, with the words for a row of `workforce`.
_COUNTS: Mapping[str, Callable[[Row, Covered], str]] = {"funding-tenure": _funding, "ph-vacancies": _vacancies}


def _returned(workforce: pl.DataFrame, coverage: pl.DataFrame, systems: list[str]) -> list[pl.DataFrame]:
    """Of commitments that counts of posts tell of: today's systems by their latest return, the silent, and England."""
    latest = (
        workforce.filter(
            pl.col("role_family") == "all",
            pl.col("posts").is_not_null(),
            pl.col("value_kind") != str(ValueKind.ILLUSTRATIVE),
            pl.col("area_code").is_in([*systems, ENGLAND]),
        )
        # A quarter of which only the number of posts is shown leaves the one before to speak.
        .sort(pl.col("wte").is_not_null(), "quarter")
        .group_by("area_code")
        .last()
    )
    given = {row["area_code"]: row for row in latest.iter_rows(named=True)}
    if not given:
        return []
    found = []
    for commitment_id, counted in _COUNTS.items():
        silent = _SILENT[KeptBy.RETURNS]
        rows = [(area, DataState.NO_DATA, silent, silent) for area in systems if area not in given]
        for area, row in sorted(given.items()):
            said = f"{_whose(row)}: {counted(row, partial(_covered, coverage, row))}."
            rows.append((area, DataState.INFORMATIONAL, _COUNTED, said))
        found.append(_rows([(commitment_id, *row) for row in rows]))
    return found


def _whose(row: Row) -> str:
    if row["area_code"] == ENGLAND:
        return f"Returns for {row['quarter']} of {row['systems_returned']} of {row['systems']} systems"
    return f"Return for {row['quarter']}, as at {day_in_words(last_day(row['quarter']))}"


def _covered(coverage: pl.DataFrame, row: Row, measure: str) -> str:
    """Over how many of the systems that returned a measure of a total is taken, where it is not all."""
    over = coverage.filter(
        pl.col("area_code") == row["area_code"],
        pl.col("quarter") == row["quarter"],
        pl.col("role_family") == row["role_family"],
        pl.col("measure") == measure,
    )["systems"].to_list()
    return f" in the {over[0]} it may be shown of" if over and over[0] != row["systems_returned"] else ""
