"""What every page shares: the top bar with the search, where one is, and the foot."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.components.tags import Node, tag

NAME = "ICS Progress"

#: Pages that exist. A page that is written joins the list here.
NAVIGATION: tuple[tuple[str, str], ...] = (
    ("England", "/"),
    ("Workforce", "/workforce"),
    ("Monitor", "/monitor"),
    ("Compare", "/compare"),
    ("Data", "/data"),
    ("Methods", "/methods"),
)

#: A step of the trail: its words, and its address or None for this page.
Crumb = tuple[str, str | None]


@dataclass(frozen=True)
class Standing:
    """Which release a page is made from."""

    release_id: str
    as_of: str
    footprint: str


def content(
    parts: Sequence[Node | None],
    *,
    title: str,
    here: str,
    crumbs: Sequence[Crumb],
    standing: Standing | None,
) -> Node:
    """A page's own part of the document. `here` is its address."""
    return tag(
        "Div",
        [
            _where(crumbs, standing),
            tag(
                "Main",
                [part for part in parts if part is not None],
                id="main",
                key=here,
                className="wide",
                tabIndex="-1",
                data_title=document_title(title),
            ),
        ],
    )


def placed(tree: Node, *, crumbs: Sequence[Crumb], standing: Standing | None) -> Node:
    """The same content of a page, on another trail and standing."""
    _, main = tree["props"]["children"]
    return tag("Div", [_where(crumbs, standing), main])


def document_title(title: str) -> str:
    """What the browser's tab says.

    >>> document_title("England")
    'England – ICS Progress'
    """
    return f"{title} – {NAME}"


def top_bar(*, here: str, systems: Sequence[str], asked: str) -> Node:
    """The name, the search and the pages. It stands outside what Dash draws: a search being typed is never lost.

    `systems` are the names a search may start with.
    """
    return tag(
        "Header",
        tag(
            "Div",
            [
                tag("A", NAME, href="/", className="name"),
                tag(
                    "Form",
                    [
                        tag("Label", "Find a system", htmlFor="find", className="visually-hidden"),
                        tag(
                            "Input",
                            type="search",
                            id="find",
                            name="q",
                            list="systems",
                            autoComplete="off",
                            placeholder="Find a system, area or code",
                            value=asked or None,
                        ),
                        tag("Datalist", [tag("Option", value=name) for name in systems], id="systems"),
                        tag("Button", "Find", type="submit", id="find-button"),
                    ],
                    method="get",
                    action="/find",
                    role="search",
                ),
                tag(
                    "Nav",
                    tag(
                        "Ul",
                        [
                            tag("Li", tag("A", words, href=to, aria_current="page" if to == here else None))
                            for words, to in NAVIGATION
                        ],
                    ),
                    aria_label="Pages",
                ),
            ],
            className="wide bar",
        ),
        className="top",
    )


def _where(crumbs: Sequence[Crumb], standing: Standing | None) -> Node:
    return tag("Div", [_crumbs(crumbs), _standing(standing)], className="where wide")


def _crumbs(crumbs: Sequence[Crumb]) -> Node:
    return tag(
        "Nav",
        tag(
            "Ol",
            [
                tag("Li", tag("A", words, href=to) if to else tag("Span", words, aria_current="page"))
                for words, to in crumbs
            ],
        ),
        aria_label="You are here",
        className="crumbs",
    )


def _standing(standing: Standing | None) -> Node | None:
    if standing is None:
        return None
    said = f"Data as at {standing.as_of} · {standing.footprint} · release {standing.release_id}"
    return tag("Section", tag("P", said), aria_label="The data shown", className="standing")


def foot() -> Node:
    """The foot of every page."""
    return tag(
        "Footer",
        tag(
            "Div",
            [
                tag(
                    "P",
                    "Contains public sector information licensed under the Open Government Licence v3.0. "
                    "Contains OS data © Crown copyright and database right 2026.",
                ),
                tag("P", ["For programs: ", tag("A", "the JSON API", href="/api/v1/openapi.json"), "."]),
            ],
            className="wide",
        ),
    )
