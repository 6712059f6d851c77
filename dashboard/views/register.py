"""The register of commitments as it stands for one system: what is judged, what cannot be, and what nobody has sent."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from dashboard import queries, words
from dashboard.queries import ENGLAND, Area, Commitment, Observation, Status
from dashboard.reader import Release
from dashboard.views.figures import (
    Against,
    Aim,
    Credit,
    Line,
    Measure,
    Timeline,
    against_england,
    at_period,
    credit,
    measures_held,
)
from dashboard.views.series import england_series, judged_series
from data_contracts.vocabulary import DataState, Direction, InForce, KeptBy, Lever, MeasuredWhere, Standing

#: States in which an area has figures to show, whether or not a test can be made of them.
_SHOWN = (DataState.OK, DataState.NO_INTERVAL, DataState.NOT_COMPARABLE, DataState.ILLUSTRATIVE)
_LEADING = (Standing.PROMISE, Standing.DUTY)
_LEVERS = tuple(Lever)
#: What asks for attention comes first.
_URGENCY = (Direction.GETTING_WORSE, Direction.IMPROVING, Direction.TARGET_MET, Direction.LITTLE_CHANGE)

_EVIDENCE = "Yours to send in: what was done, when, and the address of the document that shows it."
_RETURNS = "Yours to send in: the quarterly return of posts and funding."
_NOT_HELD = "Nothing to send in: the publisher's figures are not held here yet."
_NO_FIGURE = "Nothing to send in: the publisher's figures do not cover this system in the periods compared."
_ASKS = {KeptBy.EVIDENCE: _EVIDENCE, KeptBy.RETURNS: _RETURNS, KeptBy.MEASURES: _NO_FIGURE}


@dataclass(frozen=True)
class Judged:
    """One measure of a commitment: its status, its figures, and how the latest stands against England.

    `drawn`: the page shows its chart at once; otherwise a line the size of a word.
    """

    status: Status
    measure: Measure
    title: str
    timeline: Timeline
    credit: Credit
    drawn: bool


@dataclass(frozen=True)
class Entry:
    """A commitment that has figures for this system."""

    commitment: Commitment
    judged: tuple[Judged, ...]


@dataclass(frozen=True)
class Group:
    """Entries that stand under one heading. `place` is its anchor."""

    place: str
    heading: str
    lead: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Unjudged:
    """A commitment that cannot be judged here, and why."""

    commitment: Commitment
    reason: str


@dataclass(frozen=True)
class Waiting:
    """Commitments behind one line, in sets that ask for the same thing. `place` is the line's anchor."""

    place: str
    heading: str
    sets: tuple[tuple[str, tuple[Unjudged, ...]], ...]


@dataclass(frozen=True)
class Register:
    """Every commitment once: with its figures in a group, or on a line that says why it has none."""

    groups: tuple[Group, ...]
    waiting: tuple[Waiting, ...]

    @property
    def entries(self) -> list[Entry]:
        """The commitments with figures, as the page shows them."""
        return [entry for group in self.groups for entry in group.entries]

    @property
    def judged(self) -> list[Judged]:
        """Their measures."""
        return [judged for entry in self.entries for judged in entry.judged]


def register_of(release: Release, area: Area, *, boundary: dt.date | None) -> Register:
    """Sort the register by what may be said of one system. `boundary` is the day it was last redrawn."""
    known = queries.reference(release)
    own: dict[str, list[Status]] = {}
    for status in queries.latest_statuses(release).get(area.area_code, []):
        own.setdefault(status.commitment_id, []).append(status)
    order = {_key(measure): place for place, measure in enumerate(measures_held(release))}
    entries: list[tuple[int, Entry]] = []
    cannot_tell, without, elsewhere = [], [], []
    for commitment in known.commitments.values():
        statuses = own.get(commitment.commitment_id, [])
        states = {status.data_state for status in statuses}
        if not states.isdisjoint(_SHOWN):
            statuses.sort(key=lambda s: order.get((s.indicator_id or "", s.sex), 0))
            first = order.get((statuses[0].indicator_id or "", statuses[0].sex), 0)
            entries.append((first, Entry(commitment, tuple(_judged(release, area, commitment, statuses, boundary)))))
        elif DataState.BASELINE_ONLY in states:
            cannot_tell.append(Unjudged(commitment, _until(statuses)))
        elif _is_for_systems(commitment):
            without.append(Unjudged(commitment, _why(statuses)))
        else:
            elsewhere.append(Unjudged(commitment, _where(commitment)))
    entries.sort(key=itemgetter(0))
    return Register(_groups([entry for _, entry in entries]), _waiting(cannot_tell, without, elsewhere))


def _key(measure: Measure) -> tuple[str, str]:
    return measure.indicator.indicator_id, measure.sex


def _judged(
    release: Release, area: Area, commitment: Commitment, statuses: Sequence[Status], boundary: dt.date | None
) -> Iterable[Judged]:
    known, series, england = queries.reference(release), judged_series(release), england_series(release)
    for status in statuses:
        measure = Measure(known.indicators[status.indicator_id or ""], status.sex)
        points = series.get(_key(measure), {}).get(area.area_code, [])
        national = england.get(_key(measure), {}).get(ENGLAND, [])
        lines = (Line(area.area_name, tuple(points)), *((Line("England", tuple(national)),) if national else ()))
        aim = Aim(status.baseline_period, status.target_value, status.target_date) if status.baseline_period else None
        latest = points[-1]
        yield Judged(
            status=status,
            measure=measure,
            title=finding(measure, latest, against_england(measure, latest, at_period(national, latest.period_label))),
            timeline=Timeline(measure, lines, boundary=boundary, aim=aim),
            credit=credit(known.sources[measure.indicator.source_id], measure.indicator),
            drawn=commitment.standing in _LEADING or measure.indicator.headline,
        )


def finding(measure: Measure, latest: Observation, against: Against) -> str:
    """How the latest figure stands against England, in at most 12 words."""
    if latest.value is None:
        return f"{measure.title}: no figure for {latest.period_label}"
    if against.standing == "no_difference":
        return f"{words.opening(measure.named)} is similar to England's"
    if against.p is not None:
        return f"{words.opening(measure.named)}: {words.in_sentence(against.words)}"
    return f"{measure.title}: {measure.amount(latest.value)} in {latest.period_label}"


def _is_for_systems(commitment: Commitment) -> bool:
    """Whether a system is judged by it at all: the rest is for England, or no longer stands."""
    if commitment.in_force in (InForce.SUPERSEDED, InForce.NOT_IN_FORCE) or commitment.kept_by == KeptBy.NO_MEASURE:
        return False
    if commitment.kept_by == KeptBy.MEASURES:
        return any(measure.measured_where == MeasuredWhere.EVERY for measure in commitment.measured_by)
    return commitment.lever != Lever.NATIONAL


def _groups(entries: list[Entry]) -> tuple[Group, ...]:
    """Promises and duties, then what can be judged, then what has figures that cannot be tested or compared."""
    led: dict[str, list[Entry]] = {
        "promises": [],
        "tested": [],
        DataState.NO_INTERVAL: [],
        DataState.NOT_COMPARABLE: [],
    }
    for entry in sorted(entries, key=_urgency):
        led[_place(entry)].append(entry)
    interval, comparable = len(led[DataState.NO_INTERVAL]), len(led[DataState.NOT_COMPARABLE])
    found = (
        Group("promises", "Promises and duties", "Said by government, the NHS or the law.", tuple(led["promises"])),
        Group(
            "watched",
            "Watched, and can be judged",
            "Nobody has promised a figure for these. What the system can move itself comes first.",
            tuple(led["tested"]),
        ),
        Group(
            "no-interval",
            f"No interval, so no test: {interval}",
            "These have figures, but this copy of them has no interval, so a change cannot be told from chance.",
            tuple(led[DataState.NO_INTERVAL]),
        ),
        Group(
            "not-comparable",
            f"Not comparable: {comparable}",
            "These have figures, but too weak to compare over time or with England.",
            tuple(led[DataState.NOT_COMPARABLE]),
        ),
    )
    return tuple(group for group in found if group.entries)


def _place(entry: Entry) -> str:
    if entry.commitment.standing in _LEADING:
        return "promises"
    states = {judged.status.data_state for judged in entry.judged}
    if not states.isdisjoint((DataState.OK, DataState.ILLUSTRATIVE)):
        return "tested"
    return DataState.NO_INTERVAL if DataState.NO_INTERVAL in states else DataState.NOT_COMPARABLE


def _urgency(entry: Entry) -> tuple[int, int]:
    """What the system can move itself first, and then what got worse."""
    found = [_URGENCY.index(Direction(one.status.direction)) for one in entry.judged if one.status.direction]
    return _LEVERS.index(Lever(entry.commitment.lever)), min(found, default=len(_URGENCY))


def _waiting(cannot_tell: list[Unjudged], without: list[Unjudged], elsewhere: list[Unjudged]) -> tuple[Waiting, ...]:
    sets: dict[str, list[Unjudged]] = {ask: [] for ask in (_EVIDENCE, _RETURNS, _NO_FIGURE, _NOT_HELD)}
    for one in without:
        sets[_ASKS.get(KeptBy(one.commitment.kept_by), _NOT_HELD)].append(one)
    found = (
        Waiting("cannot-tell", f"Cannot tell yet: {len(cannot_tell)}", (("", _ordered(cannot_tell)),)),
        Waiting("no-data", f"No data: {len(without)}", tuple((ask, _ordered(held)) for ask, held in sets.items())),
        Waiting("for-england", f"Not judged for a system: {len(elsewhere)}", (("", _ordered(elsewhere)),)),
    )
    return tuple(
        Waiting(line.place, line.heading, shown) for line in found if (shown := tuple(s for s in line.sets if s[1]))
    )


def _ordered(held: list[Unjudged]) -> tuple[Unjudged, ...]:
    """Promises and duties first, then what the system can move."""
    ranked = {standing: place for place, standing in enumerate((Standing.DUTY, *Standing))}
    return tuple(
        sorted(
            held,
            key=lambda one: (ranked[Standing(one.commitment.standing)], _LEVERS.index(Lever(one.commitment.lever))),
        )
    )


def _until(statuses: Sequence[Status]) -> str:
    """Why it cannot be told, and from when it could be."""
    earliest = min((s.earliest_change for s in statuses if s.earliest_change), default=None)
    why = next((s.data_state_reason for s in statuses if s.data_state_reason), statuses[0].explanation)
    return f"{why} Earliest: {earliest:%B %Y}." if earliest else why


def _why(statuses: Sequence[Status]) -> str:
    """The reasons its measures have no data, each once."""
    said = [_until([status]) for status in statuses]
    return " ".join(dict.fromkeys(said))


def _where(commitment: Commitment) -> str:
    if commitment.in_force in (InForce.SUPERSEDED, InForce.NOT_IN_FORCE):
        return "No longer in force."
    if commitment.kept_by == KeptBy.NO_MEASURE:
        return "No measure of it is published."
    if commitment.kept_by == KeptBy.MEASURES:
        return "Measured for England as a whole."
    return "For national government to keep."
