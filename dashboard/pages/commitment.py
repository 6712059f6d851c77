"""The page of one commitment."""

from collections.abc import Mapping

from dashboard import words
from dashboard.charts.over_time import HEIGHT, lines_chart
from dashboard.components.chart_card import chart_card
from dashboard.components.controls import choices, select
from dashboard.components.marks import chip
from dashboard.components.ranked import left_out, ranked_table
from dashboard.components.reading import Cell, contents, facts, stacked_table
from dashboard.components.rivals import region_tables, rivals_tables
from dashboard.components.statuses import chips, layers_on_demand
from dashboard.components.tables import timeline_table
from dashboard.components.tags import Node, hidden, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.queries import Commitment
from dashboard.reader import Release
from dashboard.theme import SERIES
from dashboard.views.commitment import CommitmentView, Register, commitment_view
from dashboard.views.footprint import PARAMETER
from dashboard.views.path import Path
from dashboard.views.posts import WHY_WITHHELD, months, share, wte
from dashboard.views.ranked import RankedSystems
from dashboard.views.workforce import FUNDING

PREFIX = "/commitment/"


def address(commitment_id: str) -> str:
    """Where a commitment's page is."""
    return f"{PREFIX}{commitment_id}"


def page(release: Release, commitment: Commitment, query: Mapping[str, str]) -> Page:
    """A commitment in one page: the answer, what was said, how far it is, every system, and what nobody can tell."""
    view = commitment_view(release, commitment, query)
    sections = [section for section in _sections(view) if section[2]]
    content: list[Node | None] = [
        tag("H1", commitment.title),
        tag("P", view.answer, className="answer"),
        _said(view),
        contents([(place, heading) for place, heading, _ in sections]) if len(sections) > 2 else None,
    ]
    for place, heading, parts in sections:
        content += [tag("H2", heading, id=place), *parts]
    return framed(
        release, content, title=commitment.title, here=address(commitment.commitment_id), footprint=view.footprint
    )


def _sections(view: CommitmentView) -> list[tuple[str, str, list[Node | None]]]:
    """What is on the page: (anchor, heading, parts); a section without parts is left out."""
    cid = view.commitment.commitment_id
    return [
        ("what-would-fill-this", "What would fill this page", [tag("P", said) for said in view.empty]),
        ("answers", "Answers so far", _answers(view)),
        ("returns", "Returns so far", _returned(view)),
        ("path", "England's path", _paths(view)),
        ("both-halves", "The second half: the level of every region", _regions(view)),
        ("definitions", "Other definitions of the gap", _rivals(view)),
        ("systems", view.footprint.heading, _systems(view, cid)),
        ("when", "When we could know, and how small a change we would see", _knowing(view)),
        ("history", "England's status at earlier dates", _history(view)),
    ]


# What was said


def _said(view: CommitmentView) -> Node:
    commitment, register = view.commitment, view.register
    return tag(
        "Section",
        [
            tag(
                "P",
                [
                    tag("Span", register.standing, className=f"kind {commitment.standing}"),
                    " ",
                    register.standing_words,
                ],
                className="standing-words",
            ),
            tag("P", commitment.statement, className="statement"),
            facts(
                [
                    ("Said by", _said_by(view)),
                    ("Source", tag("A", commitment.source_place, href=commitment.source_url)),
                    ("In force", _in_force(register)),
                    ("Who can move it", register.lever),
                    ("Target", register.target),
                    ("Deadline", register.deadline),
                    ("Baseline", register.baseline),
                    ("Shown by", register.kept_by),
                    ("Reviewed", register.review),
                    ("Unsure", tag("Strong", register.unsure) if register.unsure else None),
                ]
            ),
        ],
        className="said",
        aria_label="What was said",
    )


def _said_by(view: CommitmentView) -> str:
    on = view.register.said_on
    return f"{view.register.said_by}, {on}" if view.commitment.said_on else f"{view.register.said_by} ({on})"


def _in_force(register: Register) -> list[Node | str]:
    parts: list[Node | str] = [register.in_force]
    if register.superseded_by is not None:
        parts += [" See: ", _link(register.superseded_by)]
    if register.supersedes:
        parts.append(" It took the place of: ")
        for place, earlier in enumerate(register.supersedes):
            parts += ["; " if place else "", _link(earlier)]
    return parts


def _link(commitment: Commitment) -> Node:
    return tag("A", commitment.title, href=address(commitment.commitment_id))


def _answers(view: CommitmentView) -> list[Node | None]:
    if view.answers is None:
        return []
    rows = [
        [
            tag("A", row.name, href=view.footprint.address(f"/system/{row.area_code}")) if row.is_system else row.name,
            chip(row.shown.standing, row.shown.words),
            row.as_at,
            row.dated,
            tag("A", ["See it", hidden(f": {row.name}")], href=row.address) if row.address else "",
        ]
        for row in view.answers.rows
    ]
    return [
        tag("P", view.answers.silent),
        stacked_table(
            caption="Answers, the day each held, and the act or document that shows it",
            head=["System", "Answer", "As at", "Document dated", "Evidence"],
            rows=rows,
        ),
    ]


def _returned(view: CommitmentView) -> list[Node | None]:
    """What systems returned of their posts, as far as this commitment is about it."""
    if not view.returned:
        return []
    funding = view.commitment.commitment_id == FUNDING
    heads = ["Recurrent", "Ends in 12 months", "Half of what ends, within"] if funding else ["Vacant", "Time vacant"]
    rows: list[list[Cell]] = [
        [
            tag("A", of.area.area_name, href=view.footprint.address(f"/system/{of.area.area_code}")),
            of.row.quarter,
            str(of.row.posts),
            *(
                [
                    share(of.row, "recurrent_share"),
                    wte(of.row.wte_ending_12_months),
                    months(of.row, "median_months_left"),
                ]
                if funding
                else [share(of.row, "vacancy_rate"), months(of.row, "median_months_vacant")]
            ),
        ]
        for of in view.returned
    ]
    silent = len(view.footprint.systems) - len(view.returned)
    return [
        tag("P", f"No return has come from {silent} of {len(view.footprint.systems)} systems, and none is made up."),
        stacked_table(
            caption="The latest return of each system",
            head=["System", "Quarter", "Posts", *heads],
            rows=rows,
            numbers=["Posts", *heads],
        ),
        tag("P", [WHY_WITHHELD, " ", tag("A", "Workforce and funding", href="/workforce")], className="subtitle"),
    ]


# England's path


def _paths(view: CommitmentView) -> list[Node | None]:
    missing = [
        tag("P", f"{measure.title}: no figure for England is held, so there is no path to draw.")
        for measure in view.without_england
    ]
    if not view.paths:
        return [*missing]
    alone = len(view.paths) == 1
    return [tag("Div", [_path(path) for path in view.paths], className="" if alone else "grid two"), *missing]


def _path(path: Path) -> Node:
    return tag(
        "Div",
        [
            chart_card(
                title=path.title,
                subtitle=path.subtitle,
                figure=lines_chart(path.timeline, colours=SERIES[:1], from_zero=path.from_zero),
                height=HEIGHT,
                summary=path.summary,
                table=timeline_table(path.timeline),
                credit=path.credit,
                notes=[tag("P", note, className="subtitle") for note in path.notes],
            ),
            tag("Div", _status(path), className="path-status"),
        ],
        className="path",
    )


def _status(path: Path) -> list[Node | None]:
    status = path.status
    if status is None:
        return []
    return [
        chips(status),
        tag("P", tag("Strong", path.pace)) if path.pace else None,
        tag("P", status.explanation),
        layers_on_demand(status, path.measure.indicator, about=path.measure.title),
    ]


# The second half, and rival definitions


def _regions(view: CommitmentView) -> list[Node | None]:
    if not view.regions:
        return []
    lead = (
        "Both halves are needed: a smaller gap and a higher level for all. The gap is the top less the bottom, so it "
        "shrinks too when the top falls."
    )
    return [tag("P", lead), region_tables(view.regions)]


def _rivals(view: CommitmentView) -> list[Node | None]:
    if view.rivals is None:
        return []
    note = (
        f"In years, {view.rivals.baseline} beside {view.rivals.latest}. A gap between the highest and lowest of many "
        "noisy figures is wider than the true one. The lines over time each have their own scale."
    )
    return [tag("P", view.rivals.lead), tag("P", note, className="subtitle"), *rivals_tables(view.rivals)]


# Every system


def _systems(view: CommitmentView, commitment_id: str) -> list[Node | None]:
    if not view.systems:
        return []
    chosen = choices(
        [
            select(
                name=PARAMETER,
                label="Boundaries",
                options=[(footprint.name, footprint.words) for footprint in view.footprints],
                chosen=view.footprint.name,
                default=next(footprint.name for footprint in view.footprints if footprint.is_today),
            )
        ],
        action=address(commitment_id),
        button="Show",
        label="Choose the boundaries",
    )
    note = tag("P", view.note, className="note") if view.note else None
    return [
        chosen,
        note,
        *(_ranked(ranked, commitment_id, first=not place) for place, ranked in enumerate(view.systems)),
    ]


def _ranked(ranked: RankedSystems, commitment_id: str, *, first: bool) -> Node:
    table: list[Node | None] = [
        tag("P", _drawn(ranked), className="subtitle"),
        ranked_table(ranked, commitment_id) if ranked.rows else None,
    ]
    return tag(
        "Section",
        [
            tag("H3", f"{ranked.measure.title}, {ranked.period}"),
            tag("P", ranked.counts, className="reading"),
            tag("P", ranked.order, className="reading") if ranked.order else None,
            *(
                table
                if first
                else [
                    tag(
                        "Details",
                        [tag("Summary", f"Show the systems: {ranked.measure.title}"), *table],
                        className="fold",
                    )
                ]
            ),
            left_out(ranked),
        ],
        className="ranked-systems",
    )


def _drawn(ranked: RankedSystems) -> str:
    has_limits = any(row.figure.lower_95 is not None for row in ranked.rows)
    marks = "open" if any(row.figure.value_kind == "estimate" for row in ranked.rows) else "filled"
    said = [
        f"{ranked.measure.described}; {ranked.first} first.",
        f"{'Open dots are estimates from local authorities' if marks == 'open' else 'Dots are published figures'}"
        f"{', with 95% intervals' if has_limits else ''}.",
    ]
    if ranked.england is not None:
        said.append("The upright line is England.")
    if ranked.target is not None:
        target = words.as_set(ranked.target, unit=ranked.measure.indicator.unit)
        said.append(f"The dashed line is the target, {target}.")
    return " ".join(said)


# When we could know; earlier dates


def _knowing(view: CommitmentView) -> list[Node | None]:
    if not view.knowing:
        return []
    return [
        tag(
            "P",
            "A status can change when a period comes out that does not overlap the baseline. A change smaller than the "
            "one named here would not show, whatever happened.",
        ),
        stacked_table(
            caption="When each status could change next, and the smallest change its test would see",
            head=["Measure", "Earliest", "Smallest change, England", "Smallest change, elsewhere"],
            rows=[[of.measure.title, of.earliest, of.england, of.others] for of in view.knowing],
        ),
    ]


def _history(view: CommitmentView) -> list[Node | None]:
    if not view.history:
        return []
    return [
        tag(
            "Details",
            [
                tag("Summary", f"Show {len(view.history)} statuses, latest as now published"),
                tag(
                    "P",
                    "The rule replayed at each period on the figures as now published, which may have been revised "
                    "since. Nothing is shown from before it was said.",
                    className="subtitle",
                ),
                stacked_table(
                    caption="England's status at each period, as now published",
                    head=["As at", "Measure", "Value", "Status", "In words"],
                    rows=[
                        [of.as_of, of.measure.title, of.value, chip(of.shown.standing, of.shown.short), of.explanation]
                        for of in view.history
                    ],
                ),
            ],
            className="fold",
        )
    ]
