"""The table of systems: value, interval on one scale, against England in words, history, link."""

from urllib.parse import urlencode

from dashboard.charts.sparkline import HEIGHT, WIDTH, sparkline
from dashboard.components.marks import against, interval_bar, scale_head
from dashboard.components.tags import Node, hidden, tag
from dashboard.views.compare import Selection, Sort, SystemRow, SystemsTable
from dashboard.views.figures import has_interval

#: The page it is on.
PATH = "/compare"


def systems_table(table: SystemsTable) -> Node:
    """Draw the table; on a phone each row becomes a block, so the roles are stated."""
    measure, chosen = table.selection.measure, table.selection
    value_next: Sort = "highest" if chosen.sort == "lowest" else "lowest"
    caption = (
        f"{measure.described}, {chosen.period_label}, by integrated care system, {chosen.footprint.words}, "
        "with 95% confidence intervals"
    )
    head = [
        _sortable("System", "name", chosen, is_sorted="ascending" if chosen.sort == "name" else None),
        _sortable(
            "Value",
            value_next,
            chosen,
            is_sorted={"lowest": "ascending", "highest": "descending"}.get(chosen.sort),
        ),
        tag("Th", "95% interval", scope="col", role="columnheader", className="limits"),
        tag(
            "Th",
            scale_head(scale=table.scale, measure=measure, reference=table.england),
            scope="col",
            role="columnheader",
            className="drawn",
        ),
        tag("Th", "Against England", scope="col", role="columnheader"),
        tag("Th", "Over time", scope="col", role="columnheader", className="spark"),
    ]
    return tag(
        "Table",
        [
            tag("Caption", hidden(caption)),
            tag("Thead", tag("Tr", head, role="row"), role="rowgroup"),
            tag("Tbody", [_row(table, row) for row in table.rows], role="rowgroup"),
        ],
        className="systems",
        role="table",
    )


def _sortable(words: str, to: Sort, chosen: Selection, *, is_sorted: str | None) -> Node:
    arrow = {"ascending": " ↑", "descending": " ↓"}.get(is_sorted or "", "")
    return tag(
        "Th",
        tag("A", [words, hidden(", sort"), tag("Span", arrow, aria_hidden="true")], href=address(chosen, sort=to)),
        scope="col",
        role="columnheader",
        aria_sort=is_sorted,
        className=f"col-{words.lower()}",
    )


def address(chosen: Selection, *, sort: Sort) -> str:
    """The address of the same table in another order."""
    return f"{PATH}?" + urlencode(
        {
            "indicator": chosen.measure.indicator.indicator_id,
            "sex": chosen.measure.sex,
            "period": chosen.period_label,
            "sort": sort,
            **chosen.footprint.parameters,
        }
    )


def _row(table: SystemsTable, row: SystemRow) -> Node:
    measure, figure = table.selection.measure, row.figure
    to = table.selection.footprint.address(f"/system/{row.area_code}")
    shown = measure.number(figure.value) if figure.value is not None else "No figure"
    bar = interval_bar(figure, scale=table.scale, reference=table.england)
    history = sparkline(row.history)
    return tag(
        "Tr",
        [
            tag("Th", tag("A", row.name, href=to), scope="row", role="rowheader"),
            tag(
                "Td",
                [tag("Strong", shown), f" {figure.value_symbol}" if figure.value_symbol else None],
                role="cell",
                className="value",
            ),
            tag(
                "Td",
                measure.limits(figure) if figure.value is not None else (figure.note or ""),
                role="cell",
                className="limits" if has_interval(figure) else "limits none",
            ),
            tag("Td", [bar] if bar else None, role="cell", className="drawn"),
            tag("Td", against(row.against, brief=True), role="cell", className="against"),
            tag(
                "Td",
                [tag("Img", src=history, alt=row.history_words, width=str(WIDTH), height=str(HEIGHT))]
                if history
                else None,
                role="cell",
                className="spark",
            ),
        ],
        role="row",
    )
