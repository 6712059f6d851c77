"""The component tree as plain HTML, so that a page says its answer before, and without, JavaScript.

A drawn chart becomes an empty slot of the same height; its table, which every chart has, is served open.
"""

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

#: Class of the disclosure that holds a chart's table.
CHART_TABLE = "chart-table"

#: Class of the place a chart will be drawn in.
SLOT = "chart-slot"


def html(node: Node | str | float | list[Any] | None) -> str:
    """Render a node, a text or a list of them."""
    parts: list[str] = []
    _render(node, parts)
    return "".join(parts)


def _render(node: Any, parts: list[str]) -> None:
    if node is None:
        return
    if isinstance(node, list):
        for child in node:
            _render(child, parts)
    elif not isinstance(node, dict):
        parts.append(escape(str(node), quote=False))
    elif node["namespace"] == "dash_html_components":
        _render_element(node, parts)
    elif node["type"] == "Graph":
        height = escape(node["props"]["style"]["height"])
        parts.append(f'<div class="{SLOT}" style="height:{height}"></div>')


def _render_element(node: Node, parts: list[str]) -> None:
    name = _ELEMENTS.get(node["type"]) or node["type"].lower()
    props = node["props"]
    parts.append(f"<{name}")
    for key, value in props.items():
        if key not in _NOT_HTML:
            parts.append(_attribute(key, value))
    if props.get("className") == CHART_TABLE:
        parts.append(" open")
    parts.append(">")
    if name not in _VOID:
        _render(props.get("children"), parts)
        parts.append(f"</{name}>")


def _attribute(key: str, value: Any) -> str:
    name = _NAMES.get(key, key)
    if name in _BOOLEAN:
        return f" {name}" if value else ""
    if key == "style":
        value = ";".join(f"{part if part.startswith('--') else _hyphenated(part)}:{of}" for part, of in value.items())
    return f' {name}="{escape(str(value))}"'


def _hyphenated(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
