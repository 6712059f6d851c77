"""Authorities inside a system: published values as dots with their intervals, on one scale."""

from dashboard.components.marks import interval_markup, scale_head
from dashboard.components.tags import Node, escaped, hidden, markup, tag
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
    shared = f'<span class="shared">{escaped(row.shared)}</span>' if row.shared else ""
    limits = f'<span class="limits">{escaped(measure.limits(row.figure))}</span>' if has_interval(row.figure) else ""
    return markup(
        f'<tr role="row"><th scope="row" role="rowheader">{escaped(row.name)}{shared}</th>',
        f'<td role="cell" class="drawn">{interval_markup(row.figure, scale=view.scale, reference=view.england)}</td>',
        f'<td role="cell" class="value"><strong>{measure.number(row.figure.value or 0)}</strong> {limits}</td></tr>',
    )
