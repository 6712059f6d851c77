"""What the monitor says: who asks for attention and why, who is silent, and what is being done about it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import queries
from dashboard.queries import Area
from dashboard.reader import Release
from dashboard.store.model import Intervention
from dashboard.views import attention, follow_up
from dashboard.views.attention import Count, Fired
from dashboard.views.follow_up import FollowUp
from dashboard.views.log import Logged
from dashboard.views.statuses import STANDINGS
from data_contracts.registry.records import Trigger, triggers
from data_contracts.vocabulary import DataState, InterventionStatus

#: What the list may be narrowed by: the name in an address.
TRIGGER, STANDING = "trigger", "standing"

#: Interventions whose results are told on the page itself; the log has the rest.
MOST_RESULTS = 10


@dataclass(frozen=True)
class Result:
    """What came after one intervention, as far as can be told."""

    of: Intervention
    told: tuple[FollowUp, ...]


@dataclass(frozen=True)
class Silent:
    """Systems that nothing can be said of, and why."""

    why: str
    systems: tuple[Area, ...]


@dataclass(frozen=True)
class Monitor:
    """The whole page. `asking` is what the choices leave; `answer` and `by_chance` are of everything."""

    answer: str
    by_chance: str
    chosen: Mapping[str, str]
    offered: Mapping[str, Sequence[tuple[str, str]]]
    asking: Sequence[tuple[Area, Sequence[Fired]]]
    counts: Sequence[Count]
    before: Sequence[Fired]
    silent: Sequence[Silent]
    logged: Logged
    overdue: Sequence[Intervention]
    results: Sequence[Result]
    triggers: Mapping[str, Trigger]


def monitor(release: Release, log: Logged, query: Mapping[str, str], today: dt.date) -> Monitor:
    """Put the page together; a choice that is none of those offered leaves nothing, and is named."""
    fired = attention.firing_now(release)
    chosen = {name: query[name][:100] for name in (TRIGGER, STANDING) if query.get(name)}
    shown = [
        of
        for of in fired
        if chosen.get(TRIGGER, of.firing.trigger_id) == of.firing.trigger_id
        and chosen.get(STANDING, of.firing.standing) == of.firing.standing
    ]
    return Monitor(
        answer=_answer(release, fired, log, today),
        by_chance=attention.by_chance(release, fired),
        chosen=chosen,
        offered={
            TRIGGER: [("", "Every trigger"), *((key, rule.title) for key, rule in triggers().items())],
            STANDING: [("", "Every standing"), *((key, of.split(";")[0]) for key, of in STANDINGS.items())],
        },
        asking=attention.by_system(shown),
        counts=attention.counts(release),
        before=attention.fired_before(release),
        silent=_silent(release),
        logged=log,
        overdue=log.overdue(today),
        results=_results(release, log, today),
        triggers=triggers(),
    )


def _answer(release: Release, fired: Sequence[Fired], log: Logged, today: dt.date) -> str:
    systems = {of.area.area_code for of in fired}
    total = len(queries.reference(release).systems)
    if not systems:
        asks = f"None of {total} systems asks for attention"
    else:
        asks = f"{len(systems)} of {total} systems ask{'s' if len(systems) == 1 else ''} for attention"
    if log.unread:
        return f"{asks}. What is being done cannot be told: the log cannot be read."
    opened = len(log.open)
    if not opened:
        return f"{asks}; no intervention is open."
    late = len(log.overdue(today))
    reviews = f"{late} with a review overdue" if late else "no review is overdue"
    return f"{asks}; {opened} intervention{' is' if opened == 1 else 's are'} open, {reviews}."


def _silent(release: Release) -> list[Silent]:
    """Systems that have answered nothing, and those whose figures allow no test: neither is a sign that all is well."""
    systems = queries.reference(release).systems
    answered = queries.systems_that_answered(release)
    latest = queries.latest_statuses(release)

    def is_untested(area: Area) -> bool:
        held = latest.get(area.area_code, [])
        return not any(of.data_state == DataState.OK and of.change_versus_england_p is not None for of in held)

    groups = [
        Silent(
            "have sent in no answer on the commitments kept by acts and documents",
            tuple(area for area in systems if area.area_code not in answered),
        ),
        Silent(
            "have figures that allow no test against England, so no trigger that tests a change can fire for them",
            tuple(area for area in systems if is_untested(area)),
        ),
    ]
    return [group for group in groups if group.systems]


def _results(release: Release, log: Logged, today: dt.date) -> list[Result]:
    """Interventions that anything was read of, the last changed first."""
    told = [
        of
        for of in sorted(log.all, key=lambda of: of.changed_at, reverse=True)
        if of.intervention_status != InterventionStatus.WITHDRAWN and of.start_date <= today
    ]
    return [Result(of, results(release, of, today)) for of in told[:MOST_RESULTS]]


def results(release: Release, of: Intervention, today: dt.date) -> tuple[FollowUp, ...]:
    """What can be told by now of an intervention's process measure and, where one is set, of its outcome."""
    after = follow_up.outcome(release, of, today)
    return (follow_up.process(of, today), *([after] if after else []))
