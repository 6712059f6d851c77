"""What the page of a system that was abolished says: where its residents went, and its last figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import queries, words
from dashboard.queries import ENGLAND, Area, Observation, Reference, Status
from dashboard.reader import Release
from dashboard.views.figures import (
    Credit,
    Measure,
    Series,
    against_england,
    at_period,
    credit,
    measures,
)
from dashboard.views.series import england_series, leading_series
from dashboard.views.system import OtherMeasure
from data_contracts.vocabulary import Standing


@dataclass(frozen=True)
class Successor:
    """A system that took some or all of the residents; where it has itself ended, those that took them on."""

    area_code: str
    name: str
    share: str
    later: tuple["Successor", ...]

    @property
    def today(self) -> dict[str, str]:
        """Today's systems at the end of the line: code to name."""
        if not self.later:
            return {self.area_code: self.name}
        return {code: name for later in self.later for code, name in later.today.items()}


@dataclass(frozen=True)
class LastStatus:
    """The last status of one measure of a commitment."""

    measure: Measure
    status: Status


@dataclass(frozen=True)
class EndedView:
    """An abolished system, who followed it, and the leading measures as they last stood for it.

    `missing` says which of them have no figure and why; `credits` is whose figures they are, each once; `statuses` is
    how the commitments last stood.
    """

    area: Area
    answer: str
    successors: tuple[Successor, ...]
    last: tuple[OtherMeasure, ...]
    missing: tuple[str, ...]
    credits: tuple[Credit, ...]
    statuses: tuple[LastStatus, ...]

    @property
    def today(self) -> dict[str, str]:
        """Today's systems that its residents are in: code to name."""
        return _today(self.successors)


def ended_view(release: Release, area: Area) -> EndedView:
    """Gather the page of a system that ended."""
    known = queries.reference(release)
    successors = _successors(known, area.area_code)
    ended = f" on {words.date(area.valid_to)}" if area.valid_to else ""
    today = list(_today(successors).values())
    where = f"Its residents are now in {words.listed(today)}." if today else "No successor is recorded."
    leading = [measure for measure in measures(known.indicators.values()) if measure.indicator.headline]
    series, england = leading_series(release), england_series(release)
    own = {measure: series.get(_key(measure), {}).get(area.area_code, []) for measure in leading}
    last = last_figures(own, england)
    whose = [credit(known.sources[one.measure.indicator.source_id], one.measure.indicator) for one in last]
    return EndedView(
        area=area,
        answer=f"This system ended{ended}. {where}",
        successors=successors,
        last=last,
        missing=without_figure(own),
        credits=tuple({one.indicator_id: one for one in whose}.values()),
        statuses=_statuses(known, queries.latest_statuses(release).get(area.area_code, [])),
    )


def _today(successors: Sequence[Successor]) -> dict[str, str]:
    return {code: name for successor in successors for code, name in successor.today.items()}


def _statuses(known: Reference, held: Sequence[Status]) -> tuple[LastStatus, ...]:
    """Promises and duties first, then as the pages show measures."""
    order = {_key(measure): place for place, measure in enumerate(measures(known.indicators.values()))}
    found = [
        LastStatus(Measure(known.indicators[status.indicator_id], status.sex), status)
        for status in held
        if status.indicator_id is not None
    ]
    standings = {
        commitment_id: list(Standing).index(Standing(c.standing)) for commitment_id, c in known.commitments.items()
    }
    found.sort(key=lambda one: (standings[one.status.commitment_id], order.get(_key(one.measure), 0)))
    return tuple(found)


def last_figures(own: Mapping[Measure, Sequence[Observation]], england: Series) -> tuple[OtherMeasure, ...]:
    """The last figure there is of each measure, against England's of the same period."""
    found = []
    for measure, points in own.items():
        if shown := [point for point in points if point.value is not None]:
            latest = shown[-1]
            national = at_period(england.get(_key(measure), {}).get(ENGLAND, []), latest.period_label)
            found.append(OtherMeasure(measure, latest, against_england(measure, latest, national)))
    return tuple(found)


def without_figure(own: Mapping[Measure, Sequence[Observation]]) -> tuple[str, ...]:
    """The measures that have no figure in any period, each with the reason given for the last one."""
    return tuple(
        f"{measure.title}: {words.in_sentence((points[-1].note if points else None) or 'No reason is given.')}"
        for measure, points in own.items()
        if all(point.value is None for point in points)
    )


def _key(measure: Measure) -> tuple[str, str]:
    return measure.indicator.indicator_id, measure.sex


def _successors(known: Reference, code: str) -> tuple[Successor, ...]:
    """Who took a system's residents, the largest share first. Changes go forward in time, so this ends."""
    return tuple(
        Successor(
            area_code=line.successor_code,
            name=known.areas[line.successor_code].area_name,
            share="share of residents not recorded"
            if line.share_of_predecessor is None
            else f"{words.share(line.share_of_predecessor)} of residents",
            later=_successors(known, line.successor_code),
        )
        for line in known.lineage
        if line.predecessor_code == code and line.successor_code in known.areas
    )
