"""What the page of one commitment says: what was said, what it stands at, how far, and what would show it."""

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from dashboard import queries, words
from dashboard.queries import ENGLAND, Commitment, Reference, Status
from dashboard.reader import Release
from dashboard.views.answer import answer
from dashboard.views.answered import Answers, answers_view
from dashboard.views.figures import Measure
from dashboard.views.footprint import Footprint, footprint, footprints, unknown_footprint
from dashboard.views.path import Path, by_words, england_path
from dashboard.views.ranked import RankedSystems, ranked_systems
from dashboard.views.rivals import RegionLevels, Rivals, region_levels, rivals_view
from dashboard.views.statuses import LEVERS, Shown, shown
from dashboard.views.workforce import COUNTED, SystemPosts, systems_that_returned
from data_contracts.vocabulary import InForce, KeptBy, Sex, Standing

_CLOSE_ENOUGH = 0.5
_NONE = "none"
STANDING: Mapping[str, tuple[str, str]] = {
    Standing.PROMISE: ("Promise", "A government or the NHS said it would be done."),
    Standing.DUTY: ("Duty", "The law requires it."),
    Standing.RECOMMENDED: ("Recommended", "Asked for by others; nobody has promised it."),
    Standing.MONITORED: ("Monitored", "An outcome that is watched; nobody has promised a figure."),
}

_WOULD_FILL: Mapping[str, tuple[str, ...]] = {
    KeptBy.EVIDENCE: (
        "An empty page is not a no. Nobody has sent evidence in, so nothing is known either way.",
        "It fills with a file of evidence in the inbox: for each system the answer, its date and the address of the "
        "document that shows it. The next refresh reads it, and every answer keeps its link.",
    ),
    KeptBy.RETURNS: (
        "An empty page is not a no. Nobody publishes population health posts, vacancies or the dates their funding "
        "ends, and no system has sent its return.",
        "It fills with the quarterly returns of posts and funding that systems send in. Single posts are never shown: "
        "only totals that hide who they are about.",
    ),
    KeptBy.FIGURES_NOT_HELD: (
        "An empty page is not a no. No copy of the figures is held here, so nothing is known either way.",
        "It fills when the publisher's file is put in the inbox, or a source for it joins the data.",
    ),
    KeptBy.NO_MEASURE: (
        "An empty page is not a no. It was put as an amount, and nobody publishes figures that it can be held against.",
        "It fills when such figures are published. Nothing that merely resembles them is shown in their place.",
    ),
}

_KEPT_BY: Mapping[str, str] = {
    KeptBy.MEASURES: "Figures, tested against the baseline",
    KeptBy.EVIDENCE: "Acts and documents",
    KeptBy.RETURNS: "Returns of posts and funding",
    KeptBy.FIGURES_NOT_HELD: "Figures that are not held here",
    KeptBy.NO_MEASURE: "No measure is published",
}


@dataclass(frozen=True)
class Register:
    """What the register says of it, a sentence a field; empty where there is nothing to say."""

    standing: str
    standing_words: str
    said_by: str
    said_on: str
    in_force: str
    superseded_by: Commitment | None
    supersedes: tuple[Commitment, ...]
    lever: str
    baseline: str
    target: str
    deadline: str
    review: str
    kept_by: str
    unsure: str


@dataclass(frozen=True)
class Knowing:
    """When one measure's status could change next, and how small a change the test would then see."""

    measure: Measure
    earliest: str
    england: str
    others: str


@dataclass(frozen=True)
class Replayed:
    """England's status at one period: the rule replayed on the figures as now published."""

    as_of: str
    measure: Measure
    value: str
    shown: Shown
    explanation: str


@dataclass(frozen=True)
class CommitmentView:
    """Everything the page of a commitment says."""

    commitment: Commitment
    answer: str
    register: Register
    paths: tuple[Path, ...]
    systems: tuple[RankedSystems, ...]
    without_england: tuple[Measure, ...]
    rivals: Rivals | None
    regions: tuple[RegionLevels, ...]
    knowing: tuple[Knowing, ...]
    history: tuple[Replayed, ...]
    answers: Answers | None
    returned: tuple[SystemPosts, ...]
    empty: tuple[str, ...]
    footprint: Footprint
    footprints: tuple[Footprint, ...]
    note: str | None


def commitment_view(release: Release, commitment: Commitment, query: Mapping[str, str]) -> CommitmentView:
    """Gather the page of one commitment; a query chooses the boundaries. A release never changes, so nor does it."""
    chosen = footprint(release, query)
    note = unknown_footprint(release, query)
    if note is not None:
        return _gather(release, commitment, chosen, note)
    return release.once(
        f"page of {commitment.commitment_id} on {chosen.name}", lambda: _gather(release, commitment, chosen, None)
    )


def _gather(release: Release, commitment: Commitment, chosen: Footprint, note: str | None) -> CommitmentView:
    known = queries.reference(release)
    statuses = queries.statuses_of_commitment(release, commitment.commitment_id)
    england = {(s.indicator_id or "", s.sex): s for s in statuses if s.area_code == ENGLAND}
    judged = _in_order(commitment)
    paths, without = [], []
    for measured in judged:
        key = (measured.indicator_id, measured.sex)
        path = england_path(release, measured, england.get(key))
        if path is not None:
            paths.append(path)
        elif measured.indicator_id in known.indicators:
            without.append(Measure(known.indicators[measured.indicator_id], measured.sex))
    measures = [*(path.measure for path in paths), *without]
    systems = tuple(
        found for measure in measures if (found := ranked_systems(measure, statuses, known.areas, chosen)) is not None
    )
    answers = answers_view(release, commitment, chosen)
    returned = _returned(release, commitment, chosen)
    counted = england.get(("", Sex.PERSONS))
    return CommitmentView(
        commitment=commitment,
        answer=answers.sentence
        if answers
        else counted.explanation
        if returned and counted
        else answer(commitment, paths, systems, dt.date.fromisoformat(release.manifest["as_of"])),
        register=_register(known, commitment),
        paths=tuple(paths),
        systems=systems,
        without_england=tuple(without),
        rivals=rivals_view(release, commitment),
        regions=region_levels(release, commitment, statuses),
        knowing=_knowing(release, measures, statuses, chosen),
        history=_history(release, commitment, measures),
        answers=answers,
        returned=returned,
        empty=() if answers or returned else _empty(release, commitment),
        footprint=chosen,
        footprints=tuple(footprints(release).values()),
        note=note,
    )


def _returned(release: Release, commitment: Commitment, chosen: Footprint) -> tuple[SystemPosts, ...]:
    """The latest return of each system of a footprint, for a commitment that counts of posts tell of."""
    if commitment.commitment_id not in COUNTED:
        return ()
    known = queries.reference(release)
    return systems_that_returned(release, [known.areas[code] for code in sorted(chosen.systems)])


def near_commitments(known: Reference, asked: str) -> tuple[Commitment, ...]:
    """Commitments whose id or title is close to what was asked, the closest first; else those that share a word."""
    plain = asked.lower().replace("_", "-").strip()
    by_key = {c.commitment_id: c for c in known.commitments.values()}
    by_key |= {c.title.lower(): c for c in known.commitments.values()}
    close = [by_key[key] for key in difflib.get_close_matches(plain, by_key, n=5, cutoff=_CLOSE_ENOUGH)]
    parts = {part for part in plain.split("-") if len(part) > 2}
    sharing = [c for c in known.commitments.values() if parts & set(c.commitment_id.split("-"))]
    return tuple({c.commitment_id: c for c in [*close, *sharing]}.values())[:5]


def _in_order(commitment: Commitment) -> list[queries.CommitmentMeasure]:
    """Measures as the pages tell them: those of England's gaps first, then the rest; men before women."""
    order = {"persons": 0, "male": 1, "female": 2}
    return sorted(
        commitment.measured_by,
        key=lambda m: (not m.indicator_id.startswith("hle-gap"), m.indicator_id, order.get(m.sex, 3)),
    )


def _register(known: Reference, commitment: Commitment) -> Register:
    standing, standing_words = STANDING[commitment.standing]
    successor = known.commitments.get(commitment.superseded_by or "")
    return Register(
        standing=standing,
        standing_words=standing_words,
        said_by=commitment.said_by,
        said_on=said_on(commitment.said_on),
        in_force=_in_force(commitment),
        superseded_by=successor,
        supersedes=tuple(c for c in known.commitments.values() if c.superseded_by == commitment.commitment_id),
        lever=f"{LEVERS[commitment.lever]}.",
        baseline=words.opening(commitment.baseline or ""),
        target=words.opening(commitment.target or "none was set"),
        deadline=_deadline(commitment.deadline),
        review=words.opening(commitment.review_cycle if commitment.review_cycle != _NONE else "no cycle was set"),
        kept_by=_KEPT_BY[commitment.kept_by],
        unsure=f"Not confirmed: {words.in_sentence(commitment.unsure)}" if commitment.unsure else "",
    )


def said_on(day: str | None) -> str:
    """When something was said, as closely as is known.

    >>> said_on("2024-06"), said_on("2022-02-02"), said_on(None)
    ('June 2024', '2 February 2022', 'no date')
    """
    if not day:
        return "no date"
    parts = [int(part) for part in day.split("-")]
    if len(parts) == 1:
        return day
    if len(parts) == 2:
        return f"{dt.date(parts[0], parts[1], 1):%B %Y}"
    return words.date(dt.date(*parts))


def _deadline(deadline: str) -> str:
    if deadline == _NONE:
        return "No date"
    try:
        return words.opening(by_words(dt.date.fromisoformat(deadline)))
    except ValueError:
        return words.opening(deadline)


def _in_force(commitment: Commitment) -> str:
    if commitment.standing == Standing.MONITORED:
        return "Nothing was promised, so nothing is in force."
    if commitment.standing == Standing.RECOMMENDED and commitment.in_force == InForce.IN_FORCE:
        return "Still recommended; it binds nobody."
    return {
        InForce.IN_FORCE: "In force.",
        InForce.SUPERSEDED: "No longer: another took its place.",
        InForce.UNCLEAR: "Unclear: no source says whether it still stands.",
        InForce.NOT_IN_FORCE: "Not in force.",
    }[InForce(commitment.in_force)]


def _knowing(
    release: Release, measures: Iterable[Measure], statuses: Sequence[Status], chosen: Footprint
) -> tuple[Knowing, ...]:
    as_of = dt.date.fromisoformat(release.manifest["as_of"])
    found = []
    for measure in measures:
        of = [s for s in statuses if (s.indicator_id, s.sex) == (measure.indicator.indicator_id, measure.sex)]
        if of:
            england = next((s for s in of if s.area_code == ENGLAND), None)
            lead = england or of[0]
            found.append(
                Knowing(
                    measure=measure,
                    earliest=_earliest(lead, as_of),
                    england=_smallest(measure, england),
                    others=_typical(measure, of, chosen),
                )
            )
    return tuple(found)


def _earliest(status: Status, as_of: dt.date) -> str:
    reason = status.earliest_change_reason or ""
    if status.earliest_change is None:
        return reason or "No date can be given."
    if status.earliest_change <= as_of:
        return f"Due since about {status.earliest_change:%B %Y}, and not held yet. {reason}".strip()
    return f"About {status.earliest_change:%B %Y}. {reason}".strip()


def _smallest(measure: Measure, status: Status | None) -> str:
    if status is None:
        return "No figure of its own"
    if status.smallest_detectable_change is None:
        return "Any over 1% of the baseline" if measure.indicator.enumerated else "No test can be made"
    return _step(measure, status.smallest_detectable_change)


def _typical(measure: Measure, statuses: Sequence[Status], chosen: Footprint) -> str:
    """The middle one of the changes that a test would see in a system, or in a region where no system is judged."""
    for name, held in (
        ("system", [s for s in statuses if s.area_code in chosen.systems]),
        ("region", [s for s in statuses if s.area_code.startswith("E12")]),
    ):
        sizes = [s.smallest_detectable_change for s in held if s.smallest_detectable_change is not None]
        if sizes:
            return f"For a {name} about {_step(measure, median(sizes))} (the median of {len(sizes)})"
        if held:
            return "Any over 1% of the baseline" if measure.indicator.enumerated else "No test can be made"
    return "No system is judged by it"


def _step(measure: Measure, size: float) -> str:
    return words.step(size, unit=measure.indicator.unit, decimals=measure.indicator.decimals)


def _history(release: Release, commitment: Commitment, measures: Iterable[Measure]) -> tuple[Replayed, ...]:
    """England's status at every period since it was made or its baseline, the latest first."""
    by_series = {(m.indicator.indicator_id, m.sex): m for m in measures}
    found = [
        Replayed(
            as_of=s.as_of_period or "",
            measure=by_series[s.indicator_id or "", s.sex],
            value="" if s.latest_value is None else by_series[s.indicator_id or "", s.sex].amount(s.latest_value),
            shown=shown(s),
            explanation=s.explanation,
        )
        for s in queries.status_history(release, commitment.commitment_id, ENGLAND)
        if (s.indicator_id or "", s.sex) in by_series
    ]
    return tuple(reversed(found))


def _empty(release: Release, commitment: Commitment) -> tuple[str, ...]:
    """What would fill a page that has no figures; nothing where it is judged by some."""
    if commitment.kept_by == KeptBy.MEASURES:
        return ()
    said = _WOULD_FILL[commitment.kept_by]
    if commitment.commitment_id == "stable-structures":
        held = sorted(footprints(release).values(), key=lambda of: of.is_today)
        return (f"The boundaries held here: {words.listed([of.words for of in held])}.", *said)
    return said
