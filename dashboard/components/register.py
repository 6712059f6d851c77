"""The register of one system drawn: a card for each commitment with figures, a line to open for those without."""

from dashboard.charts.over_time import HEIGHT, lines_chart
from dashboard.charts.sparkline import HEIGHT as SPARK_HEIGHT
from dashboard.charts.sparkline import WIDTH as SPARK_WIDTH
from dashboard.charts.sparkline import sparkline
from dashboard.components.chart_card import chart_card, source_line
from dashboard.components.statuses import chips, layers_on_demand
from dashboard.components.tables import timeline_table
from dashboard.components.tags import Node, hidden, tag
from dashboard.queries import Commitment
from dashboard.theme import COLOURS, SERIES
from dashboard.views.register import Entry, Judged, Register, Unjudged, Waiting
from dashboard.views.statuses import LEVERS, STANDINGS
from data_contracts.vocabulary import InForce

_READING = (
    "In the charts the ring is the baseline, a dashed line the target, a dotted line the path to it and a band the 95% "
    "interval; open marks are estimates from local authorities. Scales do not start at zero."
)
_LINES = (SERIES[0], COLOURS["control"])


def register_section(register: Register) -> list[Node]:
    """Every commitment once, what was promised first."""
    parts: list[Node] = [tag("P", _READING, className="subtitle")]
    for group in register.groups:
        parts += [
            tag("H3", group.heading, id=group.place),
            tag("P", group.lead, className="subtitle"),
            tag("Div", [_card(entry) for entry in group.entries], className="grid two commitments"),
        ]
    if register.waiting:
        parts += [tag("H3", "Without a status here"), *(_waiting(line) for line in register.waiting)]
    return parts


def _address(commitment: Commitment) -> str:
    return f"/commitment/{commitment.commitment_id}"


def _standing(commitment: Commitment) -> str:
    unclear = " Whether it still stands is unclear." if commitment.in_force == InForce.UNCLEAR else ""
    return f"{STANDINGS[commitment.standing]}. {LEVERS[commitment.lever]}.{unclear}"


def _card(entry: Entry) -> Node:
    """A commitment with its measures; those of one commitment stand side by side."""
    commitment = entry.commitment
    several = len(entry.judged) > 1
    blocks = [_drawn(judged) if judged.drawn else _written(judged) for judged in entry.judged]
    more = None
    if not all(judged.drawn for judged in entry.judged):
        more = tag(
            "P",
            tag("A", ["Chart and history", hidden(f": {commitment.title}")], href=_address(commitment)),
            className="links",
        )
    return tag(
        "Section",
        [
            tag("H4", tag("A", commitment.title, href=_address(commitment))),
            tag("P", _standing(commitment), className="subtitle"),
            tag("Div", blocks, className="grid two") if several else blocks[0],
            more,
        ],
        id=commitment.commitment_id,
        className="commitment several" if several else "commitment",
    )


def _layers(judged: Judged) -> Node:
    return layers_on_demand(judged.status, judged.measure.indicator, about=judged.measure.named)


def _drawn(judged: Judged) -> Node:
    """A measure with its chart."""
    timeline = judged.timeline
    names = " and ".join(line.name for line in timeline.lines)
    return chart_card(
        title=judged.title,
        subtitle=f"{judged.measure.described}, {names}.",
        figure=lines_chart(timeline, colours=_LINES),
        height=HEIGHT,
        summary=judged.status.explanation,
        table=timeline_table(timeline),
        credit=judged.credit,
        level=5,
        notes=[*(tag("P", mark.reason, className="subtitle") for mark in timeline.marks), _layers(judged)],
        chip=chips(judged.status),
    )


def _written(judged: Judged) -> Node:
    """A measure in words, with a line the size of one."""
    history = sparkline([point.value for point in judged.timeline.lines[0].points])
    line = tag("Img", src=history, alt="", width=str(SPARK_WIDTH), height=str(SPARK_HEIGHT)) if history else None
    return tag(
        "Div",
        [
            tag("Div", [chips(judged.status), line], className="spark-row"),
            tag("H5", judged.title),
            tag("P", judged.status.explanation),
            _layers(judged),
            source_line(judged.credit),
        ],
        className="card written",
    )


def _waiting(line: Waiting) -> Node:
    """A count, to open: each commitment with the reason, under what to do about it."""
    parts: list[Node] = []
    for ask, held in line.sets:
        parts += [
            *([tag("P", tag("Strong", ask))] if ask else []),
            tag("Ul", [_unjudged(one) for one in held], className="prose"),
        ]
    return tag("Details", [tag("Summary", line.heading), *parts], className="fold waiting", id=line.place)


def _unjudged(one: Unjudged) -> Node:
    return tag(
        "Li",
        [
            tag("A", one.commitment.title, href=_address(one.commitment)),
            f". {STANDINGS[one.commitment.standing]}. {one.reason}".rstrip(),
        ],
        id=one.commitment.commitment_id,
    )
