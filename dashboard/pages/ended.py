"""The page of a system that was abolished."""

from dashboard import queries
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.queries import Area
from dashboard.reader import Release
from dashboard.views.ended import Successor, ended_view
from dashboard.views.figures import described_system


def page(release: Release, area: Area) -> Page:
    """Lead from a system that is no more to those that followed it."""
    view = ended_view(queries.reference(release), area)
    content = [
        tag("H1", f"{area.area_name} (ended)"),
        tag("P", view.answer, className="answer"),
        tag("H2", "Where its residents are now"),
        tag("Ul", [_successor(successor) for successor in view.successors], className="prose")
        if view.successors
        else tag("P", ["See ", tag("A", "every system of today", href="/"), "."]),
        tag("P", described_system(area), className="subtitle"),
    ]
    return framed(release, content, title=f"{area.area_name} (ended)", here=f"/system/{area.area_code}")


def _successor(successor: Successor) -> Node:
    name = tag("A", successor.name, href=f"/system/{successor.area_code}")
    later = (
        [", itself followed by", tag("Ul", [_successor(item) for item in successor.later])] if successor.later else []
    )
    return tag("Li", [name, f": {successor.share}", *later])
