"""Authorities inside a system: published values as dots with their intervals, on one scale."""

from dashboard.components.marks import interval_bar, scale_head
from dashboard.components.tags import Node, hidden, tag
from dashboard.views.figures import has_interval
from dashboard.views.system import AuthorityRow, MeasureView


def authorities_table(view: MeasureView) -> Node:
    """The authorities that have a figure in the period shown, lowest first."""
    measure = view.measure
    head = [
        tag("Th", "Authority", scope="col", role="columnheader"),
        tag(
            "Th",
            scale_head(scale=view.scale, measure=measure, reference=view.england),
            scope="col",
            role="columnheader",
            className="drawn",
        ),
        tag("Th", "Value", scope="col", role="columnheader", className="value"),
    ]
    caption = f"{measure.described}, {view.latest.period_label}, by local authority, with 95% confidence intervals"
    return tag(
        "Table",
        [
            tag("Caption", hidden(caption)),
            tag("Thead", tag("Tr", head, role="row"), role="rowgroup"),
            tag("Tbody", [_row(view, row) for row in view.authorities], role="rowgroup"),
        ],
        className="authorities",
        role="table",
    )


def _row(view: MeasureView, row: AuthorityRow) -> Node:
    measure = view.measure
    limits = tag("Span", measure.limits(row.figure), className="limits") if has_interval(row.figure) else None
    return tag(
        "Tr",
        [
            tag(
                "Th",
                [row.name, tag("Span", row.shared, className="shared") if row.shared else None],
                scope="row",
                role="rowheader",
            ),
            tag(
                "Td", interval_bar(row.figure, scale=view.scale, reference=view.england), role="cell", className="drawn"
            ),
            tag(
                "Td",
                [tag("Strong", measure.number(row.figure.value or 0)), " ", limits],
                role="cell",
                className="value",
            ),
        ],
        role="row",
    )
