"""The answer to a search: straight to the system when there is one, else those that may have been meant."""

from collections.abc import Sequence
from urllib.parse import quote

from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.queries import Area
from dashboard.reader import Release
from dashboard.views.search import Found, find


def page(release: Release, asked: str) -> Page:
    """Look for a system and go to it, or list what was found."""
    found = find(release, asked)
    if len(found.matches) == 1:
        return Page("", None, status=302, redirect=f"/system/{quote(found.matches[0].area_code)}")
    title = "Find a system"
    content = [tag("H1", title), *_answer(found)]
    return framed(release, content, title=title, here="/find", asked=asked)


def _answer(found: Found) -> list[Node]:
    if found.matches:
        lead = (
            f"{found.through} is shared by {len(found.matches)} systems."
            if found.through
            else f"{len(found.matches)} systems match “{found.asked}”."
        )
        return [tag("P", lead, className="answer"), links(found.matches)]
    if not found.asked:
        return [tag("P", "Type the name or code of a system, or of a local authority in it.", className="answer")]
    lead = f"Nothing matches “{found.asked}”."
    if found.near:
        return [tag("P", f"{lead} Did you mean one of these?", className="answer"), links(found.near)]
    return [tag("P", lead, className="answer"), tag("P", ["See ", tag("A", "every system", href="/compare"), "."])]


def links(areas: Sequence[Area]) -> Node:
    """Systems as a list of links."""
    return tag(
        "Ul",
        [
            tag(
                "Li",
                [
                    tag("A", area.area_name, href=f"/system/{area.area_code}"),
                    f" ({area.area_code}{'' if area.is_current_system else ', ended'})",
                ],
            )
            for area in areas
        ],
        className="prose links",
    )
