"""Tables of figures."""

from dashboard.components.tags import Node, hidden, tag
from dashboard.queries import Gap, Observation
from dashboard.views.figures import Measure, Timeline, at_period


def timeline_table(timeline: Timeline) -> Node:
    """A timeline as a table: a row per period, a column per line, latest first."""
    measure = timeline.measure
    rows = [
        [period.period_label, *(_cell(measure, at_period(line.points, period.period_label)) for line in timeline.lines)]
        for period in reversed(timeline.periods)
    ]
    return plain_table(
        caption=f"{measure.described}, with 95% confidence intervals where there are any",
        head=["Period", *(line.name for line in timeline.lines)],
        rows=rows,
    )


def gap_table(measure: Measure, gaps: tuple[Gap, ...], names: dict[str, str]) -> Node:
    """A gap over time as a table, with who was highest and lowest."""
    return plain_table(
        caption=f"{measure.described}: highest region less lowest",
        head=["Period", "Gap", "Highest", "Lowest"],
        rows=[
            [
                gap.period_label,
                measure.number(gap.observed_gap),
                f"{names[gap.highest_code]} {measure.number(gap.highest_value)}",
                f"{names[gap.lowest_code]} {measure.number(gap.lowest_value)}",
            ]
            for gap in reversed(gaps)
        ],
    )


def plain_table(*, caption: str, head: list[str], rows: list[list[str]]) -> Node:
    """A table of text whose first column names the row."""
    return tag(
        "Table",
        [
            tag("Caption", hidden(caption)),
            tag("Thead", tag("Tr", [tag("Th", name, scope="col") for name in head])),
            tag(
                "Tbody",
                [
                    tag("Tr", [tag("Th", first, scope="row"), *(tag("Td", cell) for cell in rest)])
                    for first, *rest in rows
                ],
            ),
        ],
        className="figures",
    )


def _cell(measure: Measure, observation: Observation | None) -> str:
    return measure.figure(observation) if observation else "no figure"
