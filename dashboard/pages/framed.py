"""A page's content with what the release says of it."""

import datetime as dt
from collections.abc import Sequence

from dashboard import queries, words
from dashboard.components.frame import Standing, content
from dashboard.components.tags import Node
from dashboard.pages.page import Page
from dashboard.reader import Release


def framed(
    release: Release,
    parts: Sequence[Node | None],
    *,
    title: str,
    here: str,
    above: bool = True,
    status: int = 200,
    asked: str = "",
) -> Page:
    """Make a page. `above` puts England above it in the trail; `asked` is what was searched for."""
    systems = queries.reference(release).systems
    as_of = words.date(dt.date.fromisoformat(release.manifest["as_of"]))
    crumbs = [("England", "/"), (title, None)] if above else [(title, None)]
    standing = Standing(release.release_id, as_of, f"{len(systems)} systems of today")
    tree = content(parts, title=title, here=here, crumbs=crumbs, standing=standing)
    return Page(title, tree, status=status, here=here, asked=asked, systems=tuple(area.area_name for area in systems))
