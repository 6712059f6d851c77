"""Triggers that fire, drawn: what fired, the evidence, and what can be done next."""

from collections.abc import Sequence

from dashboard.components.statuses import record_address
from dashboard.components.tags import Node, hidden, tag
from dashboard.pages.interventions import new_address
from dashboard.views.attention import Fired

RULES = "/monitor#rule-"


def fired_list(fired: Sequence[Fired], *, level: int) -> Node:
    """What fires for one system, a block each."""
    return tag("Ul", [tag("Li", _block(of, f"H{level}")) for of in fired], className="fired")


def _block(of: Fired, heading: str) -> list[Node | None]:
    firing = of.firing
    about = hidden(f": {of.commitment}, {of.area.area_name}")
    links = [
        tag("A", ["Log an intervention", about], href=_log_one(of)),
        tag("A", ["What this trigger means", about], href=f"{RULES}{firing.trigger_id}"),
    ]
    if firing.status_id:
        links.append(tag("A", ["How it was worked out", about], href=record_address(firing.status_id)))
    return [
        tag(
            heading,
            [of.trigger.title, ": ", tag("A", of.commitment, href=f"/commitment/{firing.commitment_id}")],
        ),
        tag("P", firing.evidence),
        tag("P", f"{of.standing}. {of.lasted}", className="detail"),
        tag("P", _between(links), className="links"),
    ]


def _log_one(of: Fired) -> str:
    firing = of.firing
    return new_address(area=firing.area_code, commitment=firing.commitment_id, trigger=firing.trigger_id)


def _between(links: Sequence[Node]) -> list[Node | str]:
    found: list[Node | str] = []
    for link in links:
        found += [" · ", link] if found else [link]
    return found
