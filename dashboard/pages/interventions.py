"""The pages of the log of interventions: the list, and one intervention.

They are plain documents: each is asked for by a link and loaded whole, and works without scripts.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from dashboard import queries, words
from dashboard.components.controls import choices, select
from dashboard.components.frame import Crumb, content
from dashboard.components.reading import Cell, facts, stacked_table
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.queries import Reference
from dashboard.reader import Release
from dashboard.store.model import Intervention, Refusal, Version
from dashboard.views import interventions as view
from dashboard.views.interventions import KINDS, OPEN, STATUSES
from dashboard.who import Asker

PREFIX = "/interventions"
TITLE = "Interventions"


def address(intervention_id: int, action: str = "") -> str:
    """Where an intervention is, or one of its forms."""
    return f"{PREFIX}/{intervention_id}" + (f"/{action}" if action else "")


def new_address(*, area: str = "", commitment: str = "", trigger: str = "") -> str:
    """Where to log an intervention, with what is known already filled in."""
    given = {"area": area, "commitment": commitment, "trigger": trigger}
    asked = urlencode({name: value for name, value in given.items() if value})
    return f"{PREFIX}/new" + (f"?{asked}" if asked else "")


# --- the list


def log(
    release: Release, shown: Sequence[Intervention], query: Mapping[str, str], asker: Asker, today: dt.date
) -> Page:
    """Every intervention, or those that were chosen; what is open and due first."""
    known = queries.reference(release)
    chosen = view.chosen(query)
    parts = [
        tag("H1", TITLE),
        tag("P", view.list_answer(shown, today, chosen=bool(chosen)), className="answer"),
        _may_write(asker, tag("A", "Log an intervention", href=_new_like(chosen), className="button")),
        _narrowing(known, chosen),
        _list(known, shown, today) if shown else None,
        tag(
            "P",
            [
                "Take the log away: ",
                tag("A", "interventions as CSV", href="/download/interventions.csv"),
                " · ",
                tag("A", "every version as CSV", href="/download/intervention_history.csv"),
                " · ",
                tag("A", "for programs", href="/api/v1/interventions"),
            ],
            className="more links",
        ),
    ]
    return framed(release, parts, title=TITLE, here=PREFIX)


def _new_like(chosen: Mapping[str, str]) -> str:
    return new_address(area=chosen.get("area", ""), commitment=chosen.get("commitment", ""))


def _may_write(asker: Asker, action: Node) -> Node:
    return tag("P", action) if asker.may_write else tag("P", asker.read_only or "", className="read-only")


def _narrowing(known: Reference, chosen: Mapping[str, str]) -> Node:
    """The list narrowed by what it is about; what was asked for stands among the choices, known or not."""
    systems = [(area.area_code, area.area_name) for area in known.systems]
    pledges = sorted(((of.commitment_id, of.title) for of in known.commitments.values()), key=lambda of: of[1])
    offered = {
        "area": ("System", [("", "Every system"), *systems]),
        "commitment": ("Commitment", [("", "Every commitment"), *pledges]),
        "kind": ("Kind", [("", "Every kind"), *KINDS.items()]),
        "status": ("Status", [("", "Every status"), (OPEN, "Open"), *STATUSES.items()]),
    }
    selects = []
    for name, (label, options) in offered.items():
        asked = chosen.get(name, "")
        if asked not in dict(options):
            options.append((asked, f"{asked} (not known)"))
        selects.append(select(name=name, label=label, options=options, chosen=asked))
    return choices(selects, action=PREFIX, button="Show", label="Choose interventions")


def _list(known: Reference, shown: Sequence[Intervention], today: dt.date) -> Node:
    ordered = sorted(shown, key=lambda of: (not of.is_open, of.review_date, of.intervention_id))
    return stacked_table(
        caption="Interventions, the open ones first, by the date of their review",
        head=["Intervention", "Commitment", "Owner", "Status", "Review", "Process measure"],
        rows=[_line(known, of, today) for of in ordered],
    )


def _line(known: Reference, of: Intervention, today: dt.date) -> list[Cell]:
    return [
        tag("A", f"{of.intervention_id}. {view.title(of, known)}", href=address(of.intervention_id)),
        view.commitment_title(known, of.commitment_id),
        f"{of.owner_role}, {of.owner_organisation}",
        stage(of),
        _review(of, today),
        view.reading(of, "process_value", "process") or f"can be read {words.date(of.process_date)}",
    ]


def stage(of: Intervention) -> Node:
    """How far an intervention has come, as a word in a frame."""
    return tag("Span", STATUSES[of.intervention_status], className=f"stage {'is-open' if of.is_open else 'is-over'}")  # type: ignore[index]


def _review(of: Intervention, today: dt.date) -> Cell:
    if not of.is_open:
        return "none to come"
    if of.is_overdue(today):
        return [tag("Strong", "Overdue"), f", {words.date(of.review_date)}"]
    return words.date(of.review_date)


# --- one intervention


@dataclass(frozen=True)
class Record:
    """An intervention with its past: its versions, and the changes that were not taken."""

    now: Intervention
    versions: Sequence[Version]
    refusals: Sequence[Refusal]


def one(release: Release, record: Record, asker: Asker, today: dt.date, *, more: Sequence[Node | None] = ()) -> Page:
    """An intervention: what it is, its reviews and its history. `more` stands before the history."""
    known = queries.reference(release)
    of = record.now
    title = view.title(of, known)
    parts = [
        tag("H1", title),
        tag("P", [stage(of), f" Intervention {of.intervention_id}, version {of.record_version}"], className="subtitle"),
        tag("P", view.answer(of, known, today), className="answer"),
        _actions(of, asker),
        tag("H2", "What and why"),
        facts(_what(of, known)),
        tag("H2", "What will show whether it works"),
        facts(_measures(of, known)),
        *_reviews(record.versions),
        *more,
        tag("H2", "History"),
        *_refusals(record.refusals),
        tag("Ol", [_entry(entry) for entry in view.entries(record.versions, known)], className="entries"),
        tag(
            "P",
            [
                "Every version: ",
                tag(
                    "A",
                    "CSV",
                    href=f"/download/intervention_history.csv?intervention_id={of.intervention_id}",
                ),
                " · ",
                tag("A", "for programs", href=f"/api/v1/intervention_history?intervention_id={of.intervention_id}"),
            ],
            className="more links",
        ),
    ]
    return in_the_log(release, parts, title=title, here=address(of.intervention_id))


def _actions(of: Intervention, asker: Asker) -> Node:
    if not asker.may_write:
        return tag("P", asker.read_only or "", className="read-only")
    if of.intervention_status == "withdrawn":
        return tag("P", "It is withdrawn, so it is not changed any more.", className="read-only")
    links = [
        tag("A", "Record a review", href=address(of.intervention_id, "review"), className="button"),
        tag("A", "Change it", href=address(of.intervention_id, "edit"), className="button second"),
        tag("A", "Withdraw it", href=address(of.intervention_id, "withdraw"), className="button second"),
    ]
    if of.intervention_status == "proposed":
        agree = f"{address(of.intervention_id, 'edit')}?status=agreed"
        links = [
            tag("A", "Agree it", href=agree, className="button"),
            tag("A", "Record a review", href=address(of.intervention_id, "review"), className="button second"),
            *links[1:],
        ]
    return tag("P", links, className="actions")


def _what(of: Intervention, known: Reference) -> list[tuple[str, Cell]]:
    about = known.commitments.get(of.commitment_id)
    link = tag("A", about.title, href=f"/commitment/{of.commitment_id}") if about else of.commitment_id
    system = tag("A", view.area_name(known, of.area_code), href=f"/system/{quote(of.area_code)}")
    evidence = of.evidence_link and tag("A", of.evidence_link, href=of.evidence_link, rel="noopener noreferrer")
    return [
        ("System", system),
        ("Commitment", link),
        ("Trigger", of.trigger_id and view.trigger_title(of.trigger_id)),
        ("Reason", of.intervention_reason),
        ("Kind", KINDS[of.intervention_kind]),  # type: ignore[index]
        ("Owner", f"{of.owner_role}, {of.owner_organisation}"),
        ("Agreed", words.date(of.agreed_date) if of.agreed_date else None),
        ("Starts" if of.is_open and of.intervention_status != "under_way" else "Started", words.date(of.start_date)),
        ("Review", words.date(of.review_date) if of.is_open else None),
        ("Evidence", evidence),
        ("Withdrawn because", of.withdrawn_reason),
    ]


def _measures(of: Intervention, known: Reference) -> list[tuple[str, Cell]]:
    outcome = None
    if of.outcome_indicator_id:
        about = words.PEOPLE[of.outcome_sex or "persons"]
        first = words.date(of.outcome_date) if of.outcome_date else "an unknown day"
        outcome = f"{view.indicator_name(known, of.outcome_indicator_id)}, {about}; could first be read on {first}"
    return [
        ("Expected effect", of.expected_effect),
        ("Process measure", f"{of.process_measure}; it should {of.process_aim}"),
        ("Can be read", f"from {words.date(of.process_date)}"),
        ("Baseline", view.reading(of, "process_baseline", "process_baseline") or "not entered yet"),
        ("Latest reading", view.reading(of, "process_value", "process") or "none yet"),
        ("Outcome", outcome or "none set"),
    ]


def _reviews(versions: Sequence[Version]) -> list[Node]:
    held = view.reviews(versions)
    if not held:
        return []
    items = [
        tag(
            "Li",
            [
                tag("P", tag("Strong", words.date(of.reviewed_on) if of.reviewed_on else "")),
                tag("P", of.review_finding or "", className="written-text"),
                tag("P", f"Reading: {view.reading(of, 'process_value', 'process') or 'none yet'}", className="detail"),
            ],
        )
        for of in held
    ]
    return [tag("H2", "Reviews"), tag("Ol", items, className="entries")]


def _refusals(refusals: Sequence[Refusal]) -> list[Node]:
    """Whoever saved first learns that somebody else was changing the same thing."""
    return [
        tag(
            "P",
            f"{view.moment(of.refused_at)}: a change by {of.changed_by_role}, {of.changed_by_organisation}, made on "
            f"version {of.seen_version}, was not taken, since version {of.record_version} had been saved meanwhile. "
            "They were shown what differs.",
            className="refusal",
        )
        for of in reversed(refusals)
    ]


def _entry(entry: view.Entry) -> Node:
    changes = [
        tag("Li", [tag("Span", f"{label}: ", className="label"), before, " → ", after])
        for label, before, after in entry.changes
    ]
    return tag(
        "Li",
        [
            tag("P", [tag("Strong", entry.what), f" · version {entry.version}"]),
            tag("P", f"{entry.when} · {entry.by}", className="detail"),
            tag("Ul", changes, className="plain changes") if changes else None,
        ],
    )


def in_the_log(
    release: Release,
    parts: Sequence[Node | None],
    *,
    title: str,
    here: str,
    above: tuple[str, str] | None = None,
    status: int = 200,
    is_error: bool = False,
) -> Page:
    """A page below the list in the trail."""
    between: list[Crumb] = [(TITLE, PREFIX), *([above] if above else [])]
    return framed(release, parts, title=title, here=here, status=status, between=between, is_error=is_error)


# --- what is not there, and what is refused


def unknown(release: Release, asked: int) -> Page:
    """No intervention has this number."""
    parts = [
        tag("H1", "No such intervention"),
        tag("P", f"No intervention has the number {asked}.", className="answer"),
        tag("P", ["See ", tag("A", "every intervention", href=PREFIX), ". None is ever deleted."]),
    ]
    return in_the_log(release, parts, title="No such intervention", here="", status=404)


def refused(title: str, why: str, todo: str, *, status: int) -> Page:
    """A request that was refused: nothing was changed."""
    parts = [
        tag("H1", title),
        tag("P", why, className="answer"),
        tag("P", todo),
        tag("P", ["Nothing has been changed. ", tag("A", "See every intervention", href=PREFIX), "."]),
    ]
    crumbs: list[Crumb] = [("England", "/"), (TITLE, PREFIX), (title, None)]
    return Page(title, content(parts, title=title, here="", crumbs=crumbs, standing=None), status=status)
