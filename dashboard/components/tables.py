"""Tables of figures."""

from dashboard.components.marks import against_markup
from dashboard.components.tags import Node, escaped, hidden, markup, tag
from dashboard.queries import Gap, Observation
from dashboard.views.figures import Measure, Timeline, at_period
from dashboard.views.system import OtherMeasure


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
            tag("Tbody", markup(*(_text_row(row) for row in rows))),
        ],
        className="figures",
    )


def _text_row(row: list[str]) -> str:
    first, *rest = map(escaped, row)
    return f'<tr><th scope="row">{first}</th><td>{"</td><td>".join(rest)}</td></tr>'


def other_measures(
    others: tuple[OtherMeasure, ...], *, caption: str = "Other measures, latest figures", kinds: bool = False
) -> Node:
    """Measures beside England, under the topics they are about; `kinds` adds whether each is published or estimated."""
    described = "95% interval, period and kind" if kinds else "95% interval and period"
    head = ["Measure", "Latest", described, "Against England"]
    body, topic = [], ""
    for other in others:
        if other.measure.indicator.topic != topic:
            topic = other.measure.indicator.topic
            body.append(tag("Tr", tag("Th", topic, colSpan="4", scope="rowgroup", className="topic")))
        body.append(_other(other, kind=kinds))
    return tag(
        "Table",
        [
            tag("Caption", hidden(caption)),
            tag("Thead", tag("Tr", [tag("Th", name, scope="col") for name in head])),
            tag("Tbody", body),
        ],
        className="figures others",
    )


def _other(other: OtherMeasure, *, kind: bool) -> Node:
    measure, latest = other.measure, other.latest
    value = "No figure" if latest.value is None else measure.amount(latest.value)
    limits = latest.period_label if latest.value is None else f"{measure.limits(latest)}, {latest.period_label}"
    shown = escaped(f"{limits}, {latest.value_kind}" if kind else limits)
    return markup(
        f'<tr><th scope="row">{escaped(measure.title)}</th>',
        f"<td><strong>{escaped(value)}</strong> {latest.value_symbol or ''}</td>",
        f"<td>{shown}</td><td>{against_markup(other.against)}</td></tr>",
    )


def _cell(measure: Measure, observation: Observation | None) -> str:
    return measure.figure(observation) if observation else "no figure"
