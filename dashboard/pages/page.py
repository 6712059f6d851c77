"""A page: its title, its status and its tree; or where to go instead."""

from dataclasses import dataclass

from dashboard.components.tags import Node


@dataclass(frozen=True)
class Page:
    """What a route answers. `redirect` is an address, and then there is no tree.

    `here`, `asked` and `systems` are for the top bar: the page's address, what was searched for, and the names a
    search may start with.
    """

    title: str
    tree: Node | None
    status: int = 200
    redirect: str | None = None
    here: str = ""
    asked: str = ""
    systems: tuple[str, ...] = ()
