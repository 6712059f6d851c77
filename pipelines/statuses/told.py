"""What is told of commitments that no figure tests: answers, what returns of posts come to, who is silent, and why.

An answer is no measure, a count of posts is no test, and silence is never a no.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from data_contracts.quarters import last_day
from data_contracts.registry.records import commitments
from data_contracts.vocabulary import AreaType, DataState, KeptBy, Sex, ValueKind
from pipelines.geography import ENGLAND
from pipelines.statuses.explain import day_in_words

Row = Mapping[str, Any]

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


def _recurs(row: Row) -> str:
    return f"{row['recurrent_share']:.0%} of the funded WTE recurs"


def _ends(row: Row) -> str:
    return f"funding of {row['wte_ending_12_months']:.1f} WTE ends within 12 months"


def _vacant(row: Row) -> str:
    return f"{row['vacancy_rate']:.0%} of the funded WTE is vacant"


#: Commitments that counts of posts tell of: the measures of `workforce` that do, in words.
_COUNTS: Mapping[str, Mapping[str, Callable[[Row], str]]] = {
    "funding-tenure": {"recurrent_share": _recurs, "wte_ending_12_months": _ends},
    "ph-vacancies": {"vacancy_rate": _vacant},
}


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
    covered = _covered(coverage, given.get(ENGLAND))
    for commitment_id, counted in _COUNTS.items():
        silent = _SILENT[KeptBy.RETURNS]
        rows = [(area, DataState.NO_DATA, silent, silent) for area in systems if area not in given]
        for area, row in sorted(given.items()):
            told_of = {measure: said(row) for measure, said in counted.items() if row[measure] is not None}
            said = _whole(row, told_of, covered) if area == ENGLAND else _one(row, told_of)
            rows.append((area, DataState.INFORMATIONAL, _COUNTED, said))
        found.append(_rows([(commitment_id, *row) for row in rows]))
    return found


def _one(row: Row, told_of: Mapping[str, str]) -> str:
    """What one system's return comes to."""
    whose = f"Return for {row['quarter']}, as at {day_in_words(last_day(row['quarter']))}"
    return f"{whose}: {'; '.join(told_of.values()) or _TOO_FEW}."


def _whole(row: Row, told_of: Mapping[str, str], covered: Mapping[str, int]) -> str:
    """What the returns of all systems come to, and of how many each figure may be shown, where it is not of all."""
    returned = row["systems_returned"]
    whose = f"Returns for {row['quarter']} of {returned} of {row['systems']} systems"
    over = {covered[measure] for measure in told_of}
    if len(over) > 1:
        parts = [f"{said} (in the {covered[measure]} that may be shown)" for measure, said in told_of.items()]
        return f"{whose}: {'; '.join(parts)}."
    if over and over != {returned}:
        whose += f", {over.pop()} of which may be shown"
    return f"{whose}: {'; '.join(told_of.values()) or _TOO_FEW}."


def _covered(coverage: pl.DataFrame, row: Row | None) -> dict[str, int]:
    """Over how many systems each measure of a total is taken."""
    if row is None:
        return {}
    of = coverage.filter(*(pl.col(name) == row[name] for name in ("area_code", "quarter", "role_family")))
    return dict(of.select("measure", "systems").iter_rows())
