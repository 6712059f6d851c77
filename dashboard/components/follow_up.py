"""What came after an intervention, drawn: the sentence, what it rests on, and the systems it is held against."""

from dashboard.components.reading import stacked_table
from dashboard.components.tags import Node, tag
from dashboard.views.follow_up import FollowUp, State

_WORDS: dict[State, str] = {"too_early": "Too early", "tested": "Tested", "not_tested": "Not tested"}


def follow_up_block(of: FollowUp, *, level: int) -> Node:
    """One measure of an intervention: what can be told of it by now."""
    return tag(
        "Section",
        [
            tag(f"H{level}", of.title),
            tag("P", [tag("Span", _WORDS[of.state], className="stage"), " ", of.answer]),
            _sides(of),
            tag("Ul", [tag("Li", said) for said in of.said], className="prose") if of.said else None,
        ],
        className="follow-up",
    )


def _sides(of: FollowUp) -> Node | None:
    if of.periods is None:
        return None
    before, after = of.periods
    return stacked_table(
        caption=f"{of.title}: this system first, then those it is held against, the most like it first",
        head=["System", before, after, "Change"],
        rows=[
            [tag("A", side.name, href=f"/system/{side.area_code}"), side.before, side.after, side.change]
            for side in of.sides
        ],
        numbers=[before, after, "Change"],
    )
