"""The tree of a page as HTML, so that it says its answer before, and without, JavaScript.

A drawn chart becomes an empty slot of the same height; its table, which every chart has, is served open.
"""

from functools import cache, lru_cache
from html import escape
from typing import Any

from dashboard.components.tags import MARKUP, Node

_NAMES = {
    "className": "class",
    "htmlFor": "for",
    "tabIndex": "tabindex",
    "colSpan": "colspan",
    "rowSpan": "rowspan",
    "autoComplete": "autocomplete",
    "dateTime": "datetime",
    "spellCheck": "spellcheck",
    "inputMode": "inputmode",
    "noValidate": "novalidate",
}
_VOID = frozenset({"area", "br", "hr", "img", "input", "link", "meta", "wbr"})
_BOOLEAN = frozenset({"open", "selected", "disabled", "hidden", "required"})
_NOT_HTML = frozenset({"children", "key"})

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
    """Add a node's HTML to the parts. A page has thousands of nodes, so this is one function and no more."""
    if isinstance(node, dict):
        if node["namespace"] != "dash_html_components":
            parts.append(node["props"]["html"] if node["namespace"] == MARKUP else _slot(node, charts))
            return
        kind, props = node["type"], node["props"]
        name = _ELEMENT[kind]
        parts.append("<" + name)
        for key, value in props.items():
            if key not in _NOT_HTML:
                parts.append(_word(key, value) if type(value) is str else _attribute(key, value))
        parts.append(" open>" if props.get("className") == CHART_TABLE else ">")
        if name not in _VOID:
            children = props.get("children")
            if children is not None:
                _render(children, parts, charts)
            parts.append("</" + name + ">")
    elif isinstance(node, list):
        for child in node:
            if child is not None:
                _render(child, parts, charts)
    elif node is not None:
        parts.append(_escaped(str(node)))


def _slot(node: Node, charts: list[Node]) -> str:
    """An empty place of a chart's height; the chart itself is drawn later."""
    if node["type"] != "Graph":
        return ""
    charts.append(node)
    return f'<div class="{SLOT}" style="height:{escape(node["props"]["style"]["height"])}"></div>'


class _Elements(dict[str, str]):
    """Dash's names of elements as HTML has them."""

    def __missing__(self, kind: str) -> str:
        name = self[kind] = kind.lower()
        return name


_ELEMENT = _Elements(MapEl="map")


def _escaped(text: str) -> str:
    """Text between tags; most has nothing to escape, and looking is cheaper than replacing."""
    return escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


@lru_cache(maxsize=1_024)
def _word(key: str, value: str) -> str:
    """An attribute of text: the same few classes, roles and labels come again and again."""
    return _attribute(key, value)


def _attribute(key: str, value: Any) -> str:
    name = _NAMES.get(key, key)
    if name in _BOOLEAN:
        return f" {name}" if value else ""
    if key == "style":
        value = ";".join(f"{part if part.startswith('--') else _hyphenated(part)}:{of}" for part, of in value.items())
    return f' {name}="{escape(str(value))}"'


@cache
def _hyphenated(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
