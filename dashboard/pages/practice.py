"""The library of cases that systems shared, by topic and system."""

from collections.abc import Mapping

from dashboard.components.controls import choices, select
from dashboard.components.reading import stacked_table
from dashboard.components.tags import Node, hidden, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.views.practice import Practice, practice

PATH = "/practice"
TITLE = "Practice shared"


def page(release: Release, query: Mapping[str, str]) -> Page:
    """Every case, or those on a topic or from a system."""
    view = practice(release, query)
    content: list[Node | None] = [
        tag("H1", TITLE),
        tag("P", view.answer, className="answer"),
        tag(
            "P",
            [
                "What did not work is worth sharing too. The documents are the systems' own; nobody here has checked "
                "what they say. ",
                tag("A", "Share a case with a return", href="/workforce/return"),
            ],
            className="reading",
        ),
        _choices(view),
        _table(view) if view.cases else None,
    ]
    return framed(release, content, title=TITLE, here=PATH)


def _choices(view: Practice) -> Node:
    labels = {"topic": "Topic", "area": "System"}
    selects = []
    for name, options in view.offered.items():
        asked = view.chosen.get(name, "")
        offered = options if asked in dict(options) else [*options, (asked, f"{asked} (not known)")]
        selects.append(select(name=name, label=labels[name], options=offered, chosen=asked, default=""))
    return choices(selects, action=PATH, button="Show", label="Choose cases")


def _table(view: Practice) -> Node:
    return stacked_table(
        caption="Cases that systems shared, the newest first",
        head=["Topic", "System", "What came of it", "Dated", "Document"],
        rows=[
            [
                case.topic,
                tag("A", case.name, href=f"/system/{case.area_code}"),
                case.outcome,
                case.dated,
                tag(
                    "A",
                    ["Read it", hidden(f": {case.topic}, {case.name}")],
                    href=case.address,
                    rel="noopener noreferrer",
                ),
            ]
            for case in view.cases
        ],
    )
