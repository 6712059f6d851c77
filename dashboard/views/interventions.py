"""What the pages of the log say: an intervention in words, what a version changed, and the list with its answer."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import words
from dashboard.queries import Reference
from dashboard.store.model import Intervention, Told, Version
from dashboard.store.rules import plain
from data_contracts.registry.records import triggers
from data_contracts.vocabulary import InterventionAction, InterventionKind, InterventionStatus, ProcessAim

KINDS = {
    InterventionKind.SUPPORT_OFFER: "Support offer",
    InterventionKind.DIAGNOSTIC: "Diagnostic",
    InterventionKind.FUNDING_BRIDGE: "Funding bridge",
    InterventionKind.PEER_VISIT: "Peer visit",
    InterventionKind.FORMAL_ESCALATION: "Formal escalation",
}
STATUSES = {
    InterventionStatus.PROPOSED: "Proposed",
    InterventionStatus.AGREED: "Agreed",
    InterventionStatus.UNDER_WAY: "Under way",
    InterventionStatus.COMPLETED: "Completed",
    InterventionStatus.STOPPED: "Stopped",
    InterventionStatus.WITHDRAWN: "Withdrawn",
}
AIMS = {ProcessAim.INCREASE: "Increase", ProcessAim.DECREASE: "Decrease"}

#: What pages call each column.
LABELS = {
    "intervention_kind": "Kind",
    "intervention_status": "Status",
    "owner_role": "Owner’s role",
    "owner_organisation": "Owner’s organisation",
    "start_date": "Start date",
    "agreed_date": "Agreed",
    "review_date": "Next review",
    "expected_effect": "Expected effect",
    "process_measure": "Process measure",
    "process_unit": "Unit of the process measure",
    "process_aim": "The process measure should",
    "process_date": "Process measure can be read",
    "process_baseline": "Baseline",
    "process_baseline_date": "Day of the baseline",
    "process_baseline_lower_95": "Baseline’s lower 95% limit",
    "process_baseline_upper_95": "Baseline’s upper 95% limit",
    "process_value": "Latest reading",
    "process_value_date": "Day of the latest reading",
    "process_lower_95": "Reading’s lower 95% limit",
    "process_upper_95": "Reading’s upper 95% limit",
    "outcome_indicator_id": "Outcome measure",
    "outcome_sex": "Outcome is about",
    "outcome_date": "Outcome can first be read",
    "evidence_link": "Evidence",
    "reviewed_on": "Reviewed",
    "review_finding": "Finding",
    "withdrawn_reason": "Reason for withdrawing",
}

_ACTIONS = {
    InterventionAction.PROPOSED: "Logged as proposed",
    InterventionAction.CHANGED: "Changed",
    InterventionAction.REVIEWED: "Reviewed",
    InterventionAction.WITHDRAWN: "Withdrawn",
}


def cell(told: Told, name: str, known: Reference) -> str:
    """A column of an intervention in words; “none” where there is nothing."""
    value = getattr(told, name)
    if value is None:
        return "none"
    if isinstance(value, dt.date):
        return words.date(value)
    if isinstance(value, float):
        return number(value)
    if name == "intervention_kind":
        return KINDS[value]
    if name == "intervention_status":
        return STATUSES[value]
    if name == "process_aim":
        return AIMS[value].lower()
    if name == "outcome_indicator_id":
        return indicator_name(known, value)
    if name == "outcome_sex":
        return words.PEOPLE[value]
    return str(value)


def number(value: float) -> str:
    """A number as somebody wrote it.

    >>> number(12.5), number(1200.0), number(-3.0)
    ('12.5', '1,200', '−3')
    """
    return f"{value:,.12g}".replace("-", "−")


def reading(told: Told, name: str, limits: str) -> str | None:
    """A reading of the process measure with its day, and its limits where it has any."""
    value, day = getattr(told, name), getattr(told, f"{name}_date")
    if value is None:
        return None
    unit = told.process_unit or ""
    written = f"{number(value)}{unit}" if unit == "%" else f"{number(value)} {unit}".strip()
    lower, upper = getattr(told, f"{limits}_lower_95"), getattr(told, f"{limits}_upper_95")
    span = f" ({number(lower)} to {number(upper)})" if lower is not None else ""
    return f"{written}{span} on {words.date(day)}"


def area_name(known: Reference, code: str) -> str:
    """A system's name; its code where the release no longer knows it."""
    area = known.areas.get(code)
    return area.area_name if area else code


def commitment_title(known: Reference, commitment_id: str) -> str:
    """A commitment's title; its id where the register no longer has it."""
    found = known.commitments.get(commitment_id)
    return found.title if found else commitment_id


def trigger_title(trigger_id: str) -> str:
    """A trigger's title; its id where the registry no longer has it."""
    found = triggers().get(trigger_id)
    return found.title if found else trigger_id


def indicator_name(known: Reference, indicator_id: str) -> str:
    """A measure's name; its id where the registry no longer has it."""
    found = known.indicators.get(indicator_id)
    return found.name if found else indicator_id


def moment(written: str) -> str:
    """When something was written.

    >>> moment("2026-11-29T06:05:09Z")
    '29 November 2026, 06:05 UTC'
    """
    at = dt.datetime.fromisoformat(written)
    return f"{words.date(at.date())}, {at:%H:%M} UTC"


def title(of: Intervention, known: Reference) -> str:
    """What an intervention is called."""
    return f"{KINDS[InterventionKind(of.intervention_kind)]}: {area_name(known, of.area_code)}"


def answer(of: Intervention, known: Reference, today: dt.date) -> str:
    """An intervention in a sentence or two."""
    about = f"For {words.in_sentence(commitment_title(known, of.commitment_id))}"
    owner = f"owned by {of.owner_role}, {of.owner_organisation}"
    status = InterventionStatus(of.intervention_status)
    if status is InterventionStatus.WITHDRAWN:
        return f"{about}: withdrawn. It stays in the log with its history."
    if not of.is_open:
        return f"{about}: {plain(status)}, {owner}."
    late = " is overdue: it was due on " if of.is_overdue(today) else " is due on "
    return f"{about}: {plain(status)}, {owner}. A review{late}{words.date(of.review_date)}."


def list_answer(shown: Sequence[Intervention], today: dt.date, *, chosen: bool) -> str:
    """What a list of interventions comes to."""
    if not shown:
        return "No intervention matches what you chose." if chosen else "No intervention has been logged yet."
    opened = [of for of in shown if of.is_open]
    late = sum(of.is_overdue(today) for of in opened)
    total = f"{len(shown):,} intervention{'s' if len(shown) != 1 else ''}"
    if not opened:
        return f"{total}, none of them open."
    reviews = f"{late} with a review overdue" if late else "no review is overdue"
    some = "open" if len(shown) == 1 else "all open" if len(opened) == len(shown) else f"{len(opened)} of them open"
    return f"{total}, {some}: {reviews}."


@dataclass(frozen=True)
class Entry:
    """One line of an intervention's history: what was done, when, by whom, and what changed to what."""

    version: int
    what: str
    when: str
    by: str
    changes: tuple[tuple[str, str, str], ...]


def entries(versions: Sequence[Version], known: Reference) -> list[Entry]:
    """The history of an intervention, the latest first."""
    found = []
    for place, version in enumerate(versions):
        before = versions[place - 1] if place else None
        found.append(
            Entry(
                version=version.record_version,
                what=_ACTIONS[InterventionAction(version.action)],
                when=moment(version.changed_at),
                by=f"{version.changed_by_role}, {version.changed_by_organisation}",
                changes=differences(before, version, known) if before else (),
            )
        )
    return found[::-1]


def differences(before: Told, after: Told, known: Reference) -> tuple[tuple[str, str, str], ...]:
    """What differs between two versions: label, before and after."""
    return tuple(
        (label, cell(before, name, known), cell(after, name, known))
        for name, label in LABELS.items()
        if getattr(before, name) != getattr(after, name)
    )


def reviews(versions: Sequence[Version]) -> list[Version]:
    """The versions that were reviews, the latest first."""
    return [of for of in reversed(versions) if of.action == InterventionAction.REVIEWED]


#: What a list may be narrowed by: the name in an address and the column.
CHOICES = {
    "area": "area_code",
    "commitment": "commitment_id",
    "kind": "intervention_kind",
    "status": "intervention_status",
}
OPEN = "open"


def chosen(query: Mapping[str, str]) -> dict[str, str]:
    """What an address asks of the list; empty choices are none."""
    return {name: query[name][:100] for name in CHOICES if query.get(name)}
