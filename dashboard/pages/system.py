"""The page of one integrated care system."""

import datetime as dt
from collections.abc import Sequence

from dashboard import clock, queries, words
from dashboard.components.attention import fired_list
from dashboard.components.authorities import authorities_table
from dashboard.components.cards import key_figures
from dashboard.components.chart_card import source_line
from dashboard.components.gaps import gaps_section
from dashboard.components.marks import symbol_key
from dashboard.components.place import place_section
from dashboard.components.posts import no_return, posts_section
from dashboard.components.reading import Cell, contents, stacked_table
from dashboard.components.register import register_section
from dashboard.components.tables import other_measures
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.interventions import address
from dashboard.pages.page import Page
from dashboard.queries import Area
from dashboard.reader import Release
from dashboard.views import interventions
from dashboard.views.attention import Fired, firing_now
from dashboard.views.figures import described_system
from dashboard.views.headlines import Statement
from dashboard.views.log import Log, Logged, logged
from dashboard.views.posts import posts_of, without_figure
from dashboard.views.practice import ROLES, agreed
from dashboard.views.system import MeasureView, SystemView, key_figure, system_view
from data_contracts.vocabulary import InterventionStatus


def page(release: Release, area: Area, log: Log) -> Page:
    """A system in one page: the answer, its figures, every commitment, each measure inside it, what is missing."""
    view = system_view(release, area)
    fired = firing_now(release, area.area_code)
    posts = posts_of(release, area)
    content = [
        tag("H1", area.area_name),
        tag("P", view.answer, className="answer"),
        tag("Ul", [_statement(statement) for statement in view.statements], className="statements"),
        key_figures([key_figure(measure) for measure in view.measures]),
        symbol_key(measure.latest for measure in view.measures),
        contents(_contents(view)),
        tag("H2", "What asks for attention", id="attention"),
        *_attention(fired),
        *_interventions(release, logged(log, area_code=area.area_code), clock.today()),
        tag("H2", "Commitments", id="commitments"),
        tag("P", view.by_chance, className="reading") if view.by_chance else None,
        *register_section(view.register),
        tag("H2", "Posts and funding", id="posts"),
        *(posts_section(posts, clock.today()) if posts else no_return(area.area_name, without_figure(release, area))),
        *_agreements(release, area),
        tag("H2", "Inside this system", id="inside"),
        tag(
            "Div", [_inside(measure) for measure in view.measures if measure.authorities], className="grid two insides"
        ),
        *_gaps(view),
        *_others(view),
        tag("H2", "What is missing, and why", id="missing"),
        _missing(view),
        tag("H2", "Its boundary, and who shares it", id="boundary"),
        tag("P", [view.boundary, " ", described_system(view.area), "."]),
        *place_section(view.place),
        tag("H2", "Sources", id="sources"),
        _sources(view),
    ]
    return framed(release, content, title=area.area_name, here=f"/system/{area.area_code}")


def _contents(view: SystemView) -> list[tuple[str, str]]:
    """The headings of the page, but for those that are absent; the lines that wait are named by their count."""
    return [
        ("attention", "What asks for attention"),
        ("commitments", "Commitments"),
        *((line.place, line.heading) for line in view.register.waiting),
        ("posts", "Posts and funding"),
        ("inside", "Inside this system"),
        *([("others", "Other measures held")] if view.others else []),
        ("missing", "What is missing, and why"),
        ("boundary", "Its boundary, and who shares it"),
        ("sources", "Sources"),
    ]


def _attention(fired: Sequence[Fired]) -> list[Node]:
    if not fired:
        rules = tag("A", "the triggers", href="/monitor#rules")
        nothing = "No trigger fires here. That is no clean bill of health: see what ", " can and cannot tell."
        return [tag("P", [nothing[0], rules, nothing[1]])]
    return [fired_list(fired, level=3)]


def _agreements(release: Release, area: Area) -> list[Node]:
    """Who leads, advises, informs and where to collaborate, by topic."""
    found = agreed(queries.agreements(release).get(area.area_code, []))
    if not found:
        return [tag("P", "No agreement on who leads, advises, informs or collaborates has been sent in.")]
    head = ["Topic", *ROLES.values(), "Documents"]
    rows: list[list[Cell]] = [
        [
            one.topic,
            *one.roles.values(),
            [tag("A", f"{role} ", href=address, rel="noopener noreferrer") for role, address in one.links],
        ]
        for one in found
    ]
    return [tag("H3", "What partners agreed"), stacked_table(caption="Agreements by topic", head=head, rows=rows)]


def _interventions(release: Release, log: Logged, today: dt.date) -> list[Node]:
    """What is under way here, and the reviews that are due."""
    if log.unread:
        return [tag("P", log.unread, className="read-only")]
    if not log.open:
        return [tag("P", "No intervention is open here.")]
    known = queries.reference(release)
    items = []
    for of in log.open:
        late = " is overdue since " if of.is_overdue(today) else " is due on "
        items.append(
            tag(
                "Li",
                [
                    tag("A", interventions.title(of, known), href=address(of.intervention_id)),
                    f", {words.in_sentence(interventions.commitment_title(known, of.commitment_id))}: "
                    f"{interventions.STATUSES[InterventionStatus(of.intervention_status)].lower()}; a review{late}"
                    f"{words.date(of.review_date)}.",
                ],
            )
        )
    return [tag("H3", "Interventions open here"), tag("Ul", items, className="prose")]


def _statement(statement: Statement) -> Node:
    said = [tag("A", words, href=f"#{place}") if place else words for words, place in statement.parts]
    return tag("Li", [tag("P", statement.about, className="about"), tag("P", said)])


def _inside(view: MeasureView) -> Node:
    limits = (
        "lines are 95% intervals"
        if view.authorities[0].figure.lower_95 is not None
        else f"there is {words.NO_INTERVAL}, so small differences mean nothing"
    )
    return tag(
        "Section",
        [
            tag("H3", f"{view.measure.title}, by authority"),
            tag(
                "P",
                f"{view.measure.described}, {view.latest.period_label}. Dots are published figures and {limits}; the "
                "upright line is England.",
                className="subtitle",
            ),
            authorities_table(view),
            source_line(view.credit),
        ],
        className="inside",
    )


def _gaps(view: SystemView) -> list[Node]:
    heading = "Gaps inside this system, in healthy life expectancy"
    if view.gaps is None:
        return [tag("H2", heading), tag("P", "None can be told: fewer than two authorities with a figure lie here.")]
    return gaps_section(view.gaps, heading=heading)


def _others(view: SystemView) -> list[Node]:
    """The measures that do not lead, folded away."""
    if not view.others:
        return []
    return [
        tag("H2", "Other measures held", id="others"),
        tag("P", "The latest figure of each, beside England's of the same period.", className="subtitle"),
        symbol_key(other.latest for other in view.others) or tag("P"),
        tag(
            "Details",
            [tag("Summary", f"Show {len(view.others)} other measures"), other_measures(view.others)],
            className="fold",
        ),
    ]


def _missing(view: SystemView) -> Node:
    items = [
        tag("Li", [tag("Strong", f"{measure.measure.title}. "), " ".join(measure.missing)])
        for measure in view.measures
        if measure.missing
    ]
    return tag("Ul", items, className="prose")


def _sources(view: SystemView) -> Node:
    said: dict[str, Node] = {}
    for measure in view.measures:
        said[measure.credit.title] = tag("Li", [source_line(measure.credit), tag("P", measure.caveats)])
    return tag("Ul", list(said.values()), className="prose sources")
