"""Sources: all of them in a table, and each with everything there is to say."""

from collections.abc import Sequence

from dashboard import words
from dashboard.components.reading import facts, stacked_table
from dashboard.components.tags import Node, tag
from dashboard.views.data import SourceView


def sources_table(caption: str, sources: Sequence[SourceView]) -> Node:
    """Every source in a line: how fresh it is, and what became of its rows (on a phone, in its own block)."""
    table = stacked_table(
        caption=f"{caption}: how fresh they are, and what became of their rows",
        head=["Source", "Published", "Next expected", "Received", "Accepted", "Set aside", "Quarantined"],
        rows=[
            [
                tag("A", source.title, href=f"#{source.source_id}"),
                words.opening(source.issued),
                words.opening(source.next_expected),
                f"{source.received:,}",
                f"{source.accepted:,}",
                f"{source.set_aside:,}",
                f"{source.quarantined:,}",
            ]
            for source in sources
        ],
        numbers=["Received", "Accepted", "Set aside", "Quarantined"],
    )
    return tag("Div", table, className="overview")


def source_block(source: SourceView) -> Node:
    """One source, under an address of its own."""
    return tag(
        "Section",
        [
            tag("H3", source.title),
            facts(
                [
                    ("Publisher", tag("A", source.publisher, href=source.url)),
                    ("Vintage", [tag("Code", source.vintage), f", published: {source.issued}"]),
                    ("Next expected", _next(source)),
                    ("Rows", _rows(source)),
                    ("Measures", _measures(source)),
                    ("Bear in mind", source.caveats),
                    ("Licence", f"{source.licence}. {source.attribution}"),
                ]
            ),
        ],
        id=source.source_id,
        className="entry",
    )


def _next(source: SourceView) -> str:
    often = "" if source.cadence in source.next_expected else f" (issued: {source.cadence})"
    return f"{words.opening(source.next_expected)}{often}"


def _rows(source: SourceView) -> str:
    rules = "; ".join(f"{n:,}: {meaning}" for meaning, n in source.rules)
    why = f" ({rules})" if rules else ""
    return (
        f"{source.received:,} received: {source.accepted:,} accepted, {source.set_aside:,} set aside{why}, "
        f"{source.quarantined:,} quarantined."
    )


def _measures(source: SourceView) -> Node | None:
    if not source.series:
        return None
    return tag(
        "Ul",
        [
            tag("Li", [tag("A", series.name, href=f"/methods#{series.indicator_id}"), f": {series.extent}"])
            for series in source.series
        ],
        className="links plain",
    )
