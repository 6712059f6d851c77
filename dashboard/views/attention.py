"""Which systems ask for attention: the triggers that fired, each with its evidence and what chance would give."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard import queries, words
from dashboard.queries import Area, Firing, TriggerTest
from dashboard.reader import Release
from dashboard.views.figures import Measure
from dashboard.views.statuses import STANDINGS
from data_contracts.registry.records import Trigger, triggers
from data_contracts.vocabulary import Cleared, Standing


@dataclass(frozen=True)
class Fired:
    """One trigger that fires for a system, or fired: since when, for which commitment, on what evidence."""

    firing: Firing
    trigger: Trigger
    area: Area
    commitment: str
    standing: str
    lasted: str


@dataclass(frozen=True)
class Count:
    """How many of those looked at a trigger fired for, on one measure, and how many it would by chance."""

    trigger: str
    measure: str
    tested: int
    fired: int
    by_chance: str


#: What was promised or is law is read first.
_ORDER = list(Standing)

_ENDED = {
    Cleared.PASSED: "Looked at again, the rule did not fire.",
    Cleared.NOT_TESTED: "It could not be looked at any more, which is no sign that all is well.",
}


def firing_now(release: Release, area_code: str | None = None) -> list[Fired]:
    """What fires now, for one system or for all of them; by trigger, what was promised first, by name of the system."""
    found = [_told(release, of) for of in _of(release, area_code) if of.cleared_on is None]
    rules = list(triggers())
    return sorted(
        found,
        key=lambda of: (
            rules.index(of.firing.trigger_id),
            _ORDER.index(Standing(of.firing.standing)),
            of.area.area_name,
        ),
    )


def fired_before(release: Release, area_code: str | None = None) -> list[Fired]:
    """What fired once and does not now, the latest end first."""
    found = [_told(release, of) for of in _of(release, area_code) if of.cleared_on is not None]
    return sorted(found, key=lambda of: (of.firing.cleared_on, of.area.area_name), reverse=True)


def _of(release: Release, area_code: str | None) -> Iterable[Firing]:
    return (of for of in queries.firings(release) if area_code in (None, of.area_code))


def _told(release: Release, of: Firing) -> Fired:
    known = queries.reference(release)
    since = words.date(of.fired_since)
    if of.cleared_on is None:
        lasted = f"Fires since the figures up to {since}."
    else:
        why = _ENDED[Cleared(of.cleared_why or "")]
        lasted = f"Fired from the figures up to {since} until those up to {words.date(of.cleared_on)}. {why}"
    return Fired(
        firing=of,
        trigger=triggers()[of.trigger_id],
        area=known.areas[of.area_code],
        commitment=known.commitments[of.commitment_id].title,
        standing=STANDINGS[Standing(of.standing)],
        lasted=lasted,
    )


def by_system(fired: Sequence[Fired]) -> list[tuple[Area, list[Fired]]]:
    """Firings under the system they are of; those with the most come first."""
    found: dict[str, list[Fired]] = {}
    for one in fired:
        found.setdefault(one.area.area_code, []).append(one)
    ordered = sorted(found.values(), key=lambda of: (-len(of), of[0].area.area_name))
    return [(of[0].area, of) for of in ordered]


def counts(release: Release) -> list[Count]:
    """Every trigger and measure that was looked at: how many fired, and how many would by chance."""
    known = queries.reference(release)

    def measure(of: TriggerTest) -> str:
        indicator = known.indicators.get(of.indicator_id or "")
        return Measure(indicator, of.sex).title if indicator else known.commitments[of.commitment_id].title

    return [
        Count(
            trigger=triggers()[of.trigger_id].title,
            measure=f"{measure(of)}, {of.as_of_period}" if of.as_of_period else measure(of),
            tested=of.tested,
            fired=of.fired,
            by_chance=f"{of.expected_by_chance:.1f}" if of.expected_by_chance is not None else "not a test",
        )
        for of in queries.trigger_tests(release)
    ]


def by_chance(release: Release, fired: Sequence[Fired]) -> str:
    """How many of the firings rest on tests, and how many chance alone would give of those."""
    tests = [of for of in queries.trigger_tests(release) if of.expected_by_chance is not None and of.tested]
    on_tests = {of.trigger_id for of in tests}
    resting = sum(of.firing.trigger_id in on_tests for of in fired)
    expected = sum(of.expected_by_chance or 0.0 for of in tests)
    tested = sum(of.tested for of in tests)
    facts = len(fired) - resting
    also = f" The other {facts} rest{'s' if facts == 1 else ''} on plain facts, such as figures lost." if facts else ""
    return (
        f"{resting} of the {len(fired)} firings rest on tests of chance: had every system gone as England did, about "
        f"{expected:.1f} of {tested:,} tests would have fired all the same.{also}"
    )
