"""Key figures: a number with its interval and what may be said of it."""

from collections.abc import Sequence

from dashboard.components.marks import against, symbol
from dashboard.components.tags import Node, tag
from dashboard.views.figures import KeyFigure


def key_figures(cards: Sequence[KeyFigure]) -> Node:
    """A row of key figures."""
    return tag("Ul", [_card(card) for card in cards], className="cards")


def _card(card: KeyFigure) -> Node:
    return tag(
        "Li",
        [
            tag("P", card.title, className="card-title"),
            tag(
                "P",
                [
                    tag("Strong", card.value),
                    " ",
                    tag("Span", card.unit, className="unit"),
                    *([" ", symbol(card.symbol)] if card.symbol else []),
                ],
                className="card-value",
            ),
            tag("P", f"{card.limits}, {card.period}" if card.limits else card.period, className="card-limits"),
            *([against(card.statement)] if card.statement else []),
        ],
        className="card",
    )
