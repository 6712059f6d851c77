"""Elements of a page, named as Dash names them.

A Dash component costs about fifteen times a dict to make and a page has a thousand of them, so we write the dict that
`to_plotly_json` would have given. `served.py` turns them into HTML; charts alone reach the browser as components.
"""

from html import escape
from typing import Any

_HTML = "dash_html_components"
MARKUP = "text/html"

Node = dict[str, Any]
Child = Node | str | None
Children = Child | list[Child] | list[Node] | list[str]


def tag(kind: str, children: Children | list[Any] = None, /, **properties: Any) -> Node:
    """Make one HTML element, named as in `dash.html`; `className` and the like as there.

    Underscores in a property's name stand for hyphens (`aria_label`, `data_label`). A property of None is left out.
    """
    props = {_PROPERTY[name]: value for name, value in properties.items() if value is not None}
    if children is not None:
        props["children"] = children
    return {"type": kind, "namespace": _HTML, "props": props}


def markup(*parts: str) -> Node:
    """HTML that is written already, for rows that a page has hundreds of: a tenth of the cost of a node each.

    Whatever did not come from our own code must have gone through `escaped`.
    """
    return {"type": "Markup", "namespace": MARKUP, "props": {"html": "".join(parts)}}


def escaped(text: str) -> str:
    """Text as it stands between tags or in an attribute; most has nothing to escape, and looking is cheaper."""
    return escape(text) if "&" in text or "<" in text or ">" in text or '"' in text or "'" in text else text


class _Properties(dict[str, str]):
    """Names of properties as HTML has them; kept, since a page asks a thousand times for the same few."""

    def __missing__(self, name: str) -> str:
        written = self[name] = name.replace("_", "-") if name.startswith(("aria_", "data_")) else name
        return written


_PROPERTY = _Properties()


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
    return markup('<span class="visually-hidden">', escaped(text), "</span>")
