"""The tree of a page as HTML, so that it says its answer before, and without, JavaScript.

A drawn chart becomes an empty slot of the same height; its table, which every chart has, is served open.
"""

from functools import cache, lru_cache
from html import escape
from typing import Any

from dashboard.components.tags import Node

_NAMES = {
    "className": "class",
    "htmlFor": "for",
    "tabIndex": "tabindex",
    "colSpan": "colspan",
    "rowSpan": "rowspan",
    "autoComplete": "autocomplete",
    "dateTime": "datetime",
    "spellCheck": "spellcheck",
}
#: Dash's names of elements that HTML calls otherwise.
_ELEMENTS = {"MapEl": "map"}
_VOID = frozenset({"area", "br", "hr", "img", "input", "link", "meta", "wbr"})
_BOOLEAN = frozenset({"open", "selected", "disabled", "hidden", "required"})
_NOT_HTML = frozenset({"children", "key"})
#: Attributes whose few values a page repeats by the hundred: kept as they are written.
_OFTEN = frozenset({"className", "scope", "data-label"})

#: Class of the disclosure that holds a chart's table.
CHART_TABLE = "chart-table"

#: Class of the place a chart will be drawn in.
SLOT = "chart-slot"


def html(node: Node | str | float | list[Any] | None) -> str:
    """Render a node, a text or a list of them."""
    return html_and_charts(node)[0]


def html_and_charts(node: Node | str | float | list[Any] | None) -> tuple[str, list[Node]]:
    """Render a node and give the charts that belong in its slots, in the order of the slots."""
    parts: list[str] = []
    charts: list[Node] = []
    _render(node, parts, charts)
    return "".join(parts), charts


def _render(node: Any, parts: list[str], charts: list[Node]) -> None:
    if node is None:
        return
    if isinstance(node, list):
        for child in node:
            _render(child, parts, charts)
    elif not isinstance(node, dict):
        parts.append(escape(str(node), quote=False))
    elif node["namespace"] == "dash_html_components":
        _render_element(node, parts, charts)
    elif node["type"] == "Graph":
        charts.append(node)
        height = escape(node["props"]["style"]["height"])
        parts.append(f'<div class="{SLOT}" style="height:{height}"></div>')


def _render_element(node: Node, parts: list[str], charts: list[Node]) -> None:
    opening, closing = _tags(node["type"])
    props = node["props"]
    parts.append(opening)
    for key, value in props.items():
        if key not in _NOT_HTML:
            parts.append(_repeated(key, value) if key in _OFTEN else _attribute(key, value))
    if props.get("className") == CHART_TABLE:
        parts.append(" open")
    parts.append(">")
    if closing:
        children = props.get("children")
        # Most of a page is cells of text: a call the less for each.
        if isinstance(children, str):
            parts.append(escape(children, quote=False))
        else:
            _render(children, parts, charts)
        parts.append(closing)


@cache
def _tags(kind: str) -> tuple[str, str]:
    """How an element opens and closes; one that holds nothing does not close."""
    name = _ELEMENTS.get(kind) or kind.lower()
    return f"<{name}", "" if name in _VOID else f"</{name}>"


@lru_cache(maxsize=1024)
def _repeated(key: str, value: str) -> str:
    return _attribute(key, value)


def _attribute(key: str, value: Any) -> str:
    name = _NAMES.get(key, key)
    if name in _BOOLEAN:
        return f" {name}" if value else ""
    if key == "style":
        value = ";".join(f"{part if part.startswith('--') else _hyphenated(part)}:{of}" for part, of in value.items())
    return f' {name}="{escape(str(value))}"'


def _hyphenated(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
