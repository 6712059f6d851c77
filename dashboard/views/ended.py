"""What the page of a system that was abolished says: where its residents went."""

from dataclasses import dataclass

from dashboard import words
from dashboard.queries import Area, Reference


@dataclass(frozen=True)
class Successor:
    """A system that took some or all of the residents."""

    area_code: str
    name: str
    share: str
    is_current: bool


@dataclass(frozen=True)
class EndedView:
    """An abolished system and who followed it."""

    area: Area
    answer: str
    successors: tuple[Successor, ...]


def ended_view(known: Reference, area: Area) -> EndedView:
    """Gather the page of a system that ended."""
    lines = [line for line in known.lineage if line.predecessor_code == area.area_code]
    successors = tuple(
        Successor(
            area_code=line.successor_code,
            name=known.areas[line.successor_code].area_name,
            share=f"{words.share(line.share_of_predecessor)} of residents"
            if line.share_of_predecessor is not None
            else "share not known",
            is_current=known.areas[line.successor_code].is_current_system,
        )
        for line in lines
        if line.successor_code in known.areas
    )
    ended = f"on {words.date(area.valid_to)}" if area.valid_to else ""
    names = words.listed([successor.name for successor in successors])
    answer = f"This system ended {ended}. " + (
        f"Its residents are now in {names}." if successors else "No successor is recorded."
    )
    return EndedView(area=area, answer=answer, successors=successors)
