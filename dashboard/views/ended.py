"""What the page of a system that was abolished says: where its residents went."""

from dataclasses import dataclass

from dashboard import words
from dashboard.queries import Area, Reference


@dataclass(frozen=True)
class Successor:
    """A system that took some or all of the residents; where it has itself ended, those that took them on."""

    area_code: str
    name: str
    share: str
    later: tuple["Successor", ...]

    @property
    def today(self) -> tuple[str, ...]:
        """Names of today's systems at the end of the line."""
        return tuple(name for later in self.later for name in later.today) if self.later else (self.name,)


@dataclass(frozen=True)
class EndedView:
    """An abolished system and who followed it."""

    area: Area
    answer: str
    successors: tuple[Successor, ...]


def ended_view(known: Reference, area: Area) -> EndedView:
    """Gather the page of a system that ended."""
    successors = _successors(known, area.area_code)
    ended = f" on {words.date(area.valid_to)}" if area.valid_to else ""
    today = list(dict.fromkeys(name for successor in successors for name in successor.today))
    where = f"Its residents are now in {words.listed(today)}." if today else "No successor is recorded."
    return EndedView(area=area, answer=f"This system ended{ended}. {where}", successors=successors)


def _successors(known: Reference, code: str) -> tuple[Successor, ...]:
    """Who took a system's residents, the largest share first. Changes go forward in time, so this ends."""
    return tuple(
        Successor(
            area_code=line.successor_code,
            name=known.areas[line.successor_code].area_name,
            share="share of residents not recorded"
            if line.share_of_predecessor is None
            else f"{words.share(line.share_of_predecessor)} of residents",
            later=_successors(known, line.successor_code),
        )
        for line in known.lineage
        if line.predecessor_code == code and line.successor_code in known.areas
    )
