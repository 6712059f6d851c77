"""The page of a made-up system: what posts and funding look like once a system returns."""

from dashboard import clock, words
from dashboard.components.posts import MADE_UP, made_up_banner, posts_section
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.queries import Area
from dashboard.reader import Release
from dashboard.views.posts import posts_of


def page(release: Release, area: Area) -> Page:
    """One made-up system, marked so above everything."""
    posts = posts_of(release, area)
    parts: list[Node | None] = [
        made_up_banner(),
        tag("H1", f"{area.area_name} ({MADE_UP.lower()})"),
        tag("P", f"{MADE_UP}: {posts.answer}" if posts else f"{MADE_UP}: no return.", className="answer"),
        _ended(area),
        tag("H2", "Posts and funding"),
        *(posts_section(posts, clock.today()) if posts else []),
        tag("P", tag("A", "All made-up systems", href="/workforce?examples=1"), className="links"),
    ]
    return framed(release, parts, title=f"{area.area_name} ({MADE_UP.lower()})", here=f"/system/{area.area_code}")


def _ended(area: Area) -> Node | None:
    if area.valid_to is None:
        return None
    return tag("P", f"It ended on {words.date(area.valid_to)}, when it became part of another made-up system.")
