"""What has been answered on a commitment that no figure tests, area by area; silence is no answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import queries, words
from dashboard.queries import ENGLAND, Commitment
from dashboard.reader import Release
from dashboard.views.footprint import Footprint
from dashboard.views.statuses import Shown
from data_contracts.vocabulary import Answer, KeptBy

ANSWERS = {
    Answer.YES: Shown("target_met", "Yes", "Yes"),
    Answer.PARTLY: Shown("no_difference", "Partly", "Partly"),
    Answer.NO: Shown("worse", "No", "No"),
}


@dataclass(frozen=True)
class Answered:
    """One area's latest answer, the day it held, and where the act or document is."""

    area_code: str
    name: str
    is_system: bool
    shown: Shown
    as_at: str
    dated: str
    address: str | None


@dataclass(frozen=True)
class Answers:
    """Every answer of a footprint, what they come to, and who is silent."""

    sentence: str
    rows: tuple[Answered, ...]
    silent: str


def answers_view(release: Release, commitment: Commitment, chosen: Footprint) -> Answers | None:
    """Gather the answers; None where the commitment is not kept so, or nobody has answered."""
    if commitment.kept_by not in (KeptBy.EVIDENCE, KeptBy.RETURNS):
        return None
    known = queries.reference(release)
    rows = [
        Answered(
            area_code=found.area_code,
            name=known.areas[found.area_code].area_name,
            is_system=found.area_code in chosen.systems,
            shown=ANSWERS[Answer(found.answer)],
            as_at=words.date(found.as_at),
            dated=words.date(found.dated) if found.dated else "",
            address=found.evidence_url,
        )
        for found in queries.evidence_of_commitment(release, commitment.commitment_id)
        if found.area_code in chosen.systems or found.area_code == ENGLAND
    ]
    if not rows:
        return None
    silent = len(chosen.systems) - sum(row.is_system for row in rows)
    return Answers(
        sentence=_sentence(rows, len(chosen.systems)),
        rows=tuple(sorted(rows, key=lambda row: (row.is_system, row.name))),
        silent=(
            f"Nobody has answered for {silent} of {len(chosen.systems)} systems. Silence is no answer, and never a no."
        ),
    )


def _sentence(rows: Sequence[Answered], systems: int) -> str:
    """What the answers come to, in at most 30 words."""
    england = next((row for row in rows if not row.is_system), None)
    if england is not None:
        return f"{england.shown.words}, for England as a whole, as at {england.as_at}."
    tally = {answer: sum(row.shown is shown for row in rows) for answer, shown in ANSWERS.items()}
    return (
        f"Of {systems} systems {tally[Answer.YES] or 'none'} answered yes, {tally[Answer.PARTLY] or 'none'} partly and "
        f"{tally[Answer.NO] or 'none'} no; nobody has answered for {systems - len(rows)}."
    )
