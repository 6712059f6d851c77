"""The page of a system that was abolished."""

from dashboard.components.chart_card import source_line
from dashboard.components.marks import symbol_key
from dashboard.components.reading import Cell, stacked_table
from dashboard.components.statuses import chips
from dashboard.components.tables import other_measures
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.queries import Area
from dashboard.reader import Release
from dashboard.views.ended import EndedView, Successor, ended_view
from dashboard.views.figures import described_system

_LAST = "Its last figures"


def page(release: Release, area: Area) -> Page:
    """Lead from a system that is no more to those that followed it, and show how it last stood."""
    view = ended_view(release, area)
    content = [
        tag("H1", f"{area.area_name} (ended)"),
        tag("P", view.answer, className="answer"),
        tag("H2", "Where its residents are now"),
        tag("Ul", [_successor(successor) for successor in view.successors], className="prose")
        if view.successors
        else tag("P", ["See ", tag("A", "every system of today", href="/compare"), "."]),
        tag("P", described_system(area), className="subtitle"),
        tag("H2", "Its last statuses"),
        *last_statuses(view),
        tag("H2", _LAST),
        *last_figures(view),
    ]
    return framed(release, content, title=f"{area.area_name} (ended)", here=f"/system/{area.area_code}")


def last_statuses(view: EndedView) -> list[Node]:
    """How each measure of a commitment last stood within the boundary it had, and where it is judged today."""
    if not view.statuses:
        return [tag("P", "No commitment was judged for this system.")]
    rows: list[list[Cell]] = [
        [
            tag("A", one.measure.title, href=f"/commitment/{one.status.commitment_id}"),
            chips(one.status),
            one.status.explanation,
        ]
        for one in view.statuses
    ]
    today: list[Node | str] = []
    for place, (code, name) in enumerate(view.today.items()):
        joined = (" and " if place == len(view.today) - 1 else ", ") if place else ""
        today += [joined, tag("A", name, href=f"/system/{code}")]
    return [
        tag(
            "P",
            "As the figures are now published for the boundary this system had, each from its baseline to the last "
            "period there is.",
            className="subtitle",
        ),
        stacked_table(
            caption="Last statuses, by measure",
            head=["Measure", "Status", "In words"],
            rows=rows,
        ),
        *([tag("P", ["Its residents are judged today in ", *today, "."])] if today else []),
    ]


def last_figures(view: EndedView) -> list[Node | None]:
    """The leading measures as they last stood within the boundary it had; or, in words, that there are none."""
    missing = tag("Ul", [tag("Li", said) for said in view.missing], className="prose") if view.missing else None
    if not view.last:
        return [tag("P", "No leading measure has a figure for this system."), missing]
    return [
        tag(
            "P",
            "The leading measures, each in the last period there is for the boundary this system had, beside England's "
            "of the same period. The systems that followed it have figures of their own.",
            className="subtitle",
        ),
        symbol_key(one.latest for one in view.last),
        tag(
            "Div",
            other_measures(view.last, caption="Leading measures, last figures", kinds=True),
            className="table-scroll",
            role="region",
            aria_label=_LAST,
            tabIndex="0",
        ),
        tag("P", "Without a figure:") if missing else None,
        missing,
        tag("Ul", [tag("Li", source_line(one)) for one in view.credits], className="prose sources"),
    ]


def _successor(successor: Successor) -> Node:
    name = tag("A", successor.name, href=f"/system/{successor.area_code}")
    later = (
        [", itself followed by", tag("Ul", [_successor(item) for item in successor.later])] if successor.later else []
    )
    return tag("Li", [name, f": {successor.share}", *later])
