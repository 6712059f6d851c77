"""Parts of long pages: what is on them, facts in pairs, and tables that become lists on a phone."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from dashboard.components.tags import Node, escaped, hidden, markup, tag

#: What may stand in a cell or a pair.
Cell = Node | str | None | list[Any]


def contents(entries: Sequence[tuple[str, str]]) -> Node:
    """What a long page holds: (id, words), a link each."""
    links = [tag("Li", tag("A", words, href=f"#{place}")) for place, words in entries]
    return tag("Nav", tag("Ul", links, className="links"), className="contents", aria_label="On this page")


def facts(pairs: Iterable[tuple[Node | str, Cell]]) -> Node:
    """Facts as pairs of a name and what is said; a pair without anything to say is left out."""
    return tag("Dl", [_fact(name, words) for name, words in pairs if words], className="facts")


def _fact(name: Node | str, words: Cell) -> Node:
    if isinstance(name, str) and isinstance(words, str):
        return markup("<div><dt>", escaped(name), "</dt><dd>", escaped(words), "</dd></div>")
    return tag("Div", [tag("Dt", name), tag("Dd", words)])


def marked(text: str) -> list[Node | str]:
    """Text whose parts between backticks are code.

    >>> [part if isinstance(part, str) else part["type"] for part in marked("the `value` column")]
    ['the ', 'Code', ' column']
    """
    parts = re.split(r"`([^`]+)`", text)
    return [tag("Code", part) if place % 2 else part for place, part in enumerate(parts) if part]


def stacked_table(
    *, caption: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], numbers: Sequence[str] = ()
) -> Node:
    """A table whose first column names the row. On a phone each row is a block and each cell says its head.

    `numbers` names columns to set to the right. Roles are stated, since a table shown as blocks loses its own.
    """
    side = ["number" if name in numbers else None for name in head]
    heads = [
        tag("Th", name, scope="col", role="columnheader", className=of) for name, of in zip(head, side, strict=True)
    ]
    return tag(
        "Table",
        [
            tag("Caption", hidden(caption)),
            tag("Thead", tag("Tr", heads, role="row"), role="rowgroup"),
            tag("Tbody", [_row(head, side, row) for row in rows], role="rowgroup"),
        ],
        className="stacked",
        role="table",
    )


def _row(head: Sequence[str], side: Sequence[str | None], row: Sequence[Cell]) -> Node:
    first, *rest = row
    cells = [
        tag("Td", cell, role="cell", data_label=name, className=of)
        for name, of, cell in zip(head[1:], side[1:], rest, strict=True)
    ]
    return tag("Tr", [tag("Th", first, scope="row", role="rowheader"), *cells], role="row")
