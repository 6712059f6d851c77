"""Where a system lies, drawn: the facts, and the councils that share its residents."""

from dashboard import words
from dashboard.components.reading import facts, stacked_table
from dashboard.components.tags import Node, tag
from dashboard.views.place import AuthorityInside, Place

_NUMBERS = ("Residents here", "Share of this system", "Share of the council")


def place_section(place: Place) -> list[Node]:
    """The sentence first, then the facts, then every council with its shares."""
    parts = [
        tag("P", place.coterminosity, className="reading"),
        facts(place.facts),
        stacked_table(
            caption="Upper-tier councils with residents in this system",
            head=["Upper-tier council", *_NUMBERS],
            rows=[_row(council) for council in place.councils],
            numbers=_NUMBERS,
        ),
    ]
    if place.split_districts:
        named = [f"{d.name} ({words.share(d.share_of_authority)} of its residents)" for d in place.split_districts]
        parts.append(tag("P", f"District councils partly here: {words.listed(named)}.", className="reading"))
    parts.append(
        tag(
            "P",
            "Shares are of residents at the 2021 Census, by small area (LSOA). A council whose residents all live "
            "here but for half a percentage point counts as wholly inside.",
            className="subtitle",
        )
    )
    return parts


def _row(council: AuthorityInside) -> list[str]:
    return [
        council.name,
        f"{council.residents:,}",
        words.share(council.share_of_system),
        "100%" if council.share_of_authority == 1 else words.share(council.share_of_authority),
    ]
