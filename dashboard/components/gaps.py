"""Gaps on a page: the sentence, then the table."""

from dashboard.components.tables import plain_table
from dashboard.components.tags import Node, tag
from dashboard.views.gaps import COLUMNS, Gaps

_HOW = (
    "The observed gap between many noisy figures is too wide, so the estimate comes first. What chance alone would "
    "show is not a part to subtract. Intervals are a little narrow: they leave out how sure we are of the spread."
)


def gaps_section(gaps: Gaps, *, heading: str) -> list[Node]:
    """A heading, what leads, how to read it, and every gap."""
    return [
        tag("H2", heading),
        tag("P", gaps.lead, className="gap-lead"),
        tag("P", [f"{gaps.period_label}, years. {_HOW} ", tag("A", "Method", href="/methods")], className="subtitle"),
        tag(
            "Div",
            plain_table(caption=heading, head=list(COLUMNS), rows=[list(row.cells) for row in gaps.rows]),
            className="table-scroll",
            role="region",
            aria_label=heading,
            tabIndex="0",
        ),
    ]
