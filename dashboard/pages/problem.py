"""Pages for what is not there."""

from dashboard import queries
from dashboard.components import frame
from dashboard.components.tags import Node, tag
from dashboard.pages.find import links
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.views.commitment import near_commitments
from dashboard.views.search import near_misses


def unknown_system(release: Release, asked: str) -> Page:
    """No system has this code: say so, with those it may have been."""
    near = near_misses(queries.reference(release), asked)
    title = "No such system"
    content: list[Node | None] = [
        tag("H1", title),
        tag("P", f"No integrated care system has the code or name “{asked}”.", className="answer"),
        tag("P", "Did you mean one of these?") if near else None,
        links(near) if near else None,
        tag("P", ["Or see ", tag("A", "every system", href="/compare"), "."]),
    ]
    return _not_found(release, content, title)


def unknown_commitment(release: Release, asked: str) -> Page:
    """No commitment has this id: say so, with those it may have been, or every one there is."""
    known = queries.reference(release)
    near = near_commitments(known, asked)
    title = "No such commitment"
    listed = near or tuple(sorted(known.commitments.values(), key=lambda of: of.title))
    content: list[Node | None] = [
        tag("H1", title),
        tag("P", f"No commitment in the register has the id “{asked}”.", className="answer"),
        tag("P", "Did you mean one of these?" if near else "These are all there are:"),
        tag(
            "Ul",
            [tag("Li", tag("A", of.title, href=f"/commitment/{of.commitment_id}")) for of in listed],
            className="links",
        ),
    ]
    return _not_found(release, content, title)


def unknown_page(release: Release) -> Page:
    """Nothing lives at this address."""
    title = "Page not found"
    content: list[Node | None] = [
        tag("H1", title),
        tag("P", "Nothing is at this address.", className="answer"),
        tag("P", ["See ", tag("A", "England and every system", href="/"), ", or use the search above."]),
    ]
    return _not_found(release, content, title)


def no_release(reason: str) -> Page:
    """There is nothing to show yet: say why and what the maintainer does about it."""
    title = "No data to show yet"
    content: list[Node | None] = [
        tag("H1", title),
        tag("P", reason, className="answer"),
        tag(
            "P",
            [
                "Whoever runs this service can publish a release with ",
                tag("Code", "make refresh"),
                ". This page then works without a restart.",
            ],
        ),
    ]
    return _without_release(content, title, status=503)


def failed(request_id: str) -> Page:
    """A fault of ours: what a reader can do, and the id under which the log has it."""
    title = "Something went wrong"
    content: list[Node | None] = [
        tag("H1", title),
        tag("P", "This page could not be made. The fault is ours, and no figure has been lost.", className="answer"),
        tag("P", ["Try again, or see ", tag("A", "England and every system", href="/"), "."]),
        tag("P", ["If it stays, tell whoever runs this service: request ", tag("Code", request_id), "."]),
    ]
    return _without_release(content, title, status=500)


def _without_release(content: list[Node | None], title: str, *, status: int) -> Page:
    crumbs: list[frame.Crumb] = [("England", "/"), (title, None)]
    tree = frame.content(content, title=title, here="", crumbs=crumbs, standing=None)
    return Page(title, tree, status=status)


def _not_found(release: Release, content: list[Node | None], title: str) -> Page:
    return framed(release, content, title=title, here="", status=404)
