"""The table of systems by commitments: each cell a symbol and a word on its tint; on a phone a list a system."""

from dashboard import words
from dashboard.components.tags import Node, escaped, hidden, markup, tag
from dashboard.theme import MARKS
from dashboard.views.heatmap import Cell, Column, Count, Heatmap, Row


def heatmap_table(view: Heatmap) -> Node:
    """Draw the table. A cell that needs attention leads to the card of that commitment on the system's page."""
    heads = [tag("Th", "System", scope="col", role="columnheader"), *(_head(column) for column in view.columns)]
    body = [_row(view, view.england, is_england=True), *(_row(view, row) for row in view.rows)]
    return tag(
        "Div",
        tag(
            "Table",
            [
                tag("Caption", hidden("Integrated care systems by commitment and measure, latest status of each")),
                tag("Thead", tag("Tr", heads, role="row"), role="rowgroup"),
                tag("Tbody", body, role="rowgroup"),
                tag("Tfoot", _counts(view), role="rowgroup"),
            ],
            className="heat",
            role="table",
        ),
        className="table-scroll",
        role="region",
        tabIndex="0",
        aria_label="Systems by commitments",
    )


def _head(column: Column) -> Node:
    return tag(
        "Th",
        tag("A", [column.name, hidden(f": {column.title}")], href=f"/commitment/{column.commitment_id}"),
        scope="col",
        role="columnheader",
    )


def _row(view: Heatmap, row: Row, *, is_england: bool = False) -> Node:
    name: Node | str = row.name
    if not is_england:
        name = tag("A", row.name, href=view.chosen.footprint.address(f"/system/{row.area_code}"))
    cells = [
        _cell(view, row, cell, column, is_england=is_england)
        for cell, column in zip(row.cells, view.columns, strict=True)
    ]
    return tag(
        "Tr",
        [tag("Th", name, scope="row", role="rowheader"), *cells],
        role="row",
        className="england" if is_england else None,
    )


def _cell(view: Heatmap, row: Row, cell: Cell, column: Column, *, is_england: bool) -> Node:
    text = cell.short
    if cell.attention and not is_england:
        about = f'<span class="visually-hidden">, {escaped(words.in_sentence(column.name))}, {escaped(row.name)}</span>'
        address = f"{view.chosen.footprint.address(f'/system/{row.area_code}')}#{column.commitment_id}"
        text = f'<a href="{escaped(address)}">{text}{about}</a>'
    return markup(
        f'<td role="cell" class="{cell.standing.replace("_", "-")}" data-label="{escaped(column.name)}">',
        f'<span aria-hidden="true">{MARKS[cell.standing].symbol}</span>\N{NO-BREAK SPACE}{text}</td>',
    )


def _counts(view: Heatmap) -> list[Node]:
    """Counts under each column, beside what chance alone would give of each."""
    better = "Better than England's" if view.chosen.show == "change" else "Improving, met or on track"
    worse = "Worse than England's" if view.chosen.show == "change" else "Getting worse or behind"
    lines: list[tuple[str, list[str]]] = [
        (better, [str(count.better) for count in view.counts]),
        (worse, [str(count.worse) for count in view.counts]),
        ("Of systems that can be told", [str(count.tested) for count in view.counts]),
        ("By chance alone, about of each", [_chance(count) for count in view.counts]),
        ("Cannot tell yet", [str(count.not_yet) for count in view.counts]),
    ]
    return [
        tag(
            "Tr",
            [
                tag("Th", name, scope="row", role="rowheader"),
                *(
                    tag("Td", text, role="cell", data_label=column.name)
                    for text, column in zip(cells, view.columns, strict=True)
                ),
            ],
            role="row",
        )
        for name, cells in lines
    ]


def _chance(count: Count) -> str:
    return "no test" if count.by_chance is None else words.number(count.by_chance, 1)
