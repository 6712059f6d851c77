"""A chart with what makes it readable: its finding, what it measures, a summary, its source and its table."""

from dashboard.charts.base import Figure
from dashboard.components.tags import Node, graph, hidden, tag
from dashboard.served import CHART_TABLE
from dashboard.views.figures import Credit


def chart_card(
    *,
    title: str,
    subtitle: str,
    figure: Figure,
    height: int,
    summary: str,
    table: Node,
    credit: Credit,
    level: int = 3,
    notes: list[Node] | None = None,
    chip: Node | None = None,
) -> Node:
    """Put a chart together. Raises ValueError when a part that a reader needs is blank.

    `title` states the finding, `subtitle` the measure, unit, people, place and period; `summary` says in words what
    the drawing shows.
    """
    for part, text in {"title": title, "subtitle": subtitle, "summary": summary}.items():
        if not text.strip():
            raise ValueError(f"a chart needs its {part}")
    if table["type"] != "Table":
        raise ValueError("a chart needs its table")
    return tag(
        "Figure",
        [
            *([chip] if chip else []),
            tag(f"H{level}", title),
            tag("P", subtitle, className="subtitle"),
            tag(
                "Div",
                graph(figure, height=height),
                className="chart",
                role="img",
                aria_label=f"Chart. {title}. {summary}",
                style={"minHeight": f"{height}px"},
            ),
            tag(
                "Figcaption",
                [
                    tag("P", summary),
                    *(notes or []),
                    tag(
                        "Details",
                        [
                            tag("Summary", ["Show as table", tag("Span", f": {title}", className="visually-hidden")]),
                            tag(
                                "Div",
                                table,
                                className="table-scroll",
                                role="region",
                                tabIndex="0",
                                aria_label=f"Table: {subtitle}",
                            ),
                        ],
                        className=CHART_TABLE,
                    ),
                    source_line(credit),
                ],
            ),
        ],
        className="card chart-card",
    )


def source_line(credit: Credit) -> Node:
    """Whose figures they are and when they were published; one link to the source, one to the method."""
    when = f", published {credit.published}" if credit.published else ""
    return tag(
        "P",
        [
            "Source: ",
            tag("A", credit.publisher, href=f"/data#{credit.source_id}"),
            f", {credit.title}{when}. ",
            tag("A", ["Method", hidden(f" of {credit.measure}")], href=f"/methods#{credit.indicator_id}"),
        ],
        className="source",
    )
