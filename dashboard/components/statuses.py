"""A status drawn: its mark and words, its sentence, and its layers with the record behind them, on demand."""

from dashboard.components.marks import chip
from dashboard.components.reading import facts
from dashboard.components.tags import Node, hidden, tag
from dashboard.queries import Indicator, Status
from dashboard.views.statuses import PACES, layers, shown
from data_contracts.vocabulary import Pace

#: A pace that says nothing beyond the want of a target is left to the layers.
_SILENT = (None, Pace.NOT_ASSESSED)


def record_address(status_id: str) -> str:
    """Where a program reads what a status was worked out from."""
    return f"/api/v1/statuses/{status_id}/record"


def chips(status: Status) -> Node:
    """Direction or data state, and pace where there is a target: side by side, never merged."""
    found = shown(status)
    marks = [chip(found.standing, found.words)]
    if status.pace not in _SILENT:
        pace = PACES[status.pace or ""]
        marks.append(chip(pace.standing, f"Pace: {pace.words[:1].lower()}{pace.words[1:]}"))
    return tag("P", [part for mark in marks for part in (mark, " ")], className="chips")


def layers_on_demand(status: Status, indicator: Indicator, *, about: str) -> Node:
    """Every layer with its grounds, and the calculation record, behind one control. `about` names it when heard."""
    return tag(
        "Details",
        [
            tag("Summary", ["Why: the layers of this status", hidden(f", {about}")]),
            facts(layers(status, indicator)),
            tag(
                "P",
                [
                    "Anyone can work it out again: ",
                    tag("A", ["calculation record", hidden(f" of {about}")], href=record_address(status.status_id)),
                    ", ",
                    tag("A", ["the rules", hidden(" for a status")], href="/methods#rule-status"),
                    ".",
                ],
                className="more",
            ),
        ],
        className="fold layers",
    )
