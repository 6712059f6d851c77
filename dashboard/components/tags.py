"""Elements of a page, named as Dash names them.

A Dash component costs about fifteen times a dict to make and a page has a thousand of them, so we write the dict that
`to_plotly_json` would have given. `served.py` turns them into HTML; charts alone reach the browser as components.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

_HTML = "dash_html_components"

Node = dict[str, Any]
Child = Node | str | None
Children = Child | list[Child] | list[Node] | list[str]


def tag(kind: str, children: Children | list[Any] = None, /, **properties: Any) -> Node:
    """Make one HTML element, named as in `dash.html`; `className` and the like as there.

    Underscores in a property's name stand for hyphens (`aria_label`, `data_label`). A property of None is left out.
    """
    props = {_property(name): value for name, value in properties.items() if value is not None}
    if children is not None:
        props["children"] = children
    return {"type": kind, "namespace": _HTML, "props": props}


def cells(kind: str, texts: Iterable[str]) -> list[Node]:
    """Make many plain elements of text, which is most of a page: the same as `tag` for each, at half the cost."""
    return [{"type": kind, "namespace": _HTML, "props": {"children": text}} for text in texts]


@cache
def _property(name: str) -> str:
    """A property's name as HTML has it; kept, since a page asks a thousand times for the same few."""
    return name.replace("_", "-") if name.startswith(("aria_", "data_")) else name


def graph(figure: dict[str, Any], *, height: int) -> Node:
    """Make a drawn chart, without the tool bar: it offers to send figures to another host, and is ten tab stops."""
    return {
        "type": "Graph",
        "namespace": "dash_core_components",
        "props": {
            "figure": figure,
            "config": {"displayModeBar": False, "responsive": True, "showSendToCloud": False, "displaylogo": False},
            "responsive": True,
            "style": {"height": f"{height}px"},
        },
    }


def hidden(text: str) -> Node:
    """Words for a screen reader that sight finds elsewhere."""
    return tag("Span", text, className="visually-hidden")
