"""A page's content with what the release says of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from dashboard import queries, words
from dashboard.components.frame import Crumb, Standing, content, placed
from dashboard.components.tags import Node
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.views.footprint import Footprint, todays


def framed(
    release: Release,
    parts: Sequence[Node | None],
    *,
    title: str,
    here: str,
    above: bool = True,
    status: int = 200,
    asked: str = "",
    footprint: Footprint | None = None,
    between: Sequence[Crumb] = (),
    is_error: bool = False,
) -> Page:
    """Make a page. `above` puts England above it in the trail; `asked` is what was searched for.

    `footprint` is the boundaries it shows: today's, unless said. `between` are steps from England to this page.
    `is_error` says first in the title that something has to be mended.
    """
    shown = footprint or todays(release)
    crumbs: list[Crumb] = _below_england(title, shown) if above else [(title, None)]
    crumbs[1:1] = between
    title = f"Error: {title}" if is_error else title
    tree = content(parts, title=title, here=here, crumbs=crumbs, standing=_standing(release, shown))
    systems = tuple(area.area_name for area in queries.reference(release).systems)
    return Page(title, tree, status=status, here=here, asked=asked, systems=systems)


def on_footprint(release: Release, page: Page, footprint: Footprint) -> Page:
    """The same page, reached from England on these boundaries: the way back leads there."""
    if page.tree is None or footprint.is_today:
        return page
    crumbs = _below_england(page.title, footprint)
    return replace(page, tree=placed(page.tree, crumbs=crumbs, standing=_standing(release, footprint)))


def _below_england(title: str, footprint: Footprint) -> list[Crumb]:
    return [("England", footprint.address("/")), (title, None)]


def _standing(release: Release, footprint: Footprint) -> Standing:
    as_of = words.date(dt.date.fromisoformat(release.manifest["as_of"]))
    return Standing(release.release_id, as_of, footprint.words)
