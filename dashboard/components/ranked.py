"""Every system on one measure of a commitment: dots with intervals on one scale, in order, each a link."""

from dashboard import words
from dashboard.components.marks import against, chip, interval_bar, scale_head
from dashboard.components.tags import Node, hidden, tag
from dashboard.queries import Status
from dashboard.views.figures import has_interval
from dashboard.views.ranked import RankedSystem, RankedSystems
from dashboard.views.statuses import PACES, shown

#: As many reasons stand open; more are folded.
_OPEN = 3


def ranked_table(ranked: RankedSystems, commitment_id: str) -> Node:
    """Draw the table; on a phone each row becomes a block, so the roles are stated."""
    caption = (
        f"{ranked.measure.described}, {ranked.period}, by integrated care system, {ranked.footprint.words}, "
        f"{ranked.first} first, with the status of each since {ranked.baseline}"
    )
    has_places, has_limits = any(row.place for row in ranked.rows), _has_limits(ranked)
    drawn = scale_head(scale=ranked.scale, measure=ranked.measure, reference=ranked.england)
    heads: list[tuple[str | list[Node], str | None]] = [
        ("System", None),
        ("Value", "value"),
        *([("95% interval", "limits")] if has_limits else []),
        (drawn, "drawn"),
        *([("Place, at 95%", "place")] if has_places else []),
        (f"Since {ranked.baseline}", "against"),
        *([("Change beside England's", "against")] if _has_changes(ranked) else []),
    ]
    return tag(
        "Table",
        [
            tag("Caption", hidden(caption)),
            tag(
                "Thead",
                tag(
                    "Tr",
                    [tag("Th", name, scope="col", role="columnheader", className=of) for name, of in heads],
                    role="row",
                ),
                role="rowgroup",
            ),
            tag(
                "Tbody",
                [_row(ranked, row, commitment_id, has_places=has_places) for row in ranked.rows],
                role="rowgroup",
            ),
        ],
        className="systems ranked",
        role="table",
    )


def _row(ranked: RankedSystems, row: RankedSystem, commitment_id: str, *, has_places: bool) -> Node:
    measure, figure = ranked.measure, row.figure
    to = f"{ranked.footprint.address(f'/system/{row.area_code}')}#{commitment_id}"
    bar = interval_bar(figure, scale=ranked.scale, reference=ranked.england, target=ranked.target)
    cells = [
        tag("Th", tag("A", row.name, href=to), scope="row", role="rowheader"),
        tag("Td", tag("Strong", measure.number(figure.value or 0)), role="cell", className="value"),
    ]
    if _has_limits(ranked):
        side = "limits" if has_interval(figure) else "limits none"
        cells.append(tag("Td", measure.limits(figure), role="cell", className=side))
    cells.append(tag("Td", bar, role="cell", className="drawn"))
    if has_places:
        cells.append(tag("Td", row.place, role="cell", className="place", data_label="Place, at 95%"))
    cells.append(tag("Td", _standing(row.status), role="cell", className="against"))
    if _has_changes(ranked):
        cells.append(tag("Td", _change(row), role="cell", className="against"))
    return tag("Tr", cells, role="row")


def _has_limits(ranked: RankedSystems) -> bool:
    """Whether any figure has an interval; where none has, the words over the table say so once."""
    return any(has_interval(row.figure) for row in ranked.rows)


def _has_changes(ranked: RankedSystems) -> bool:
    """Whether any change stands beside England's; none does where England has no figure."""
    return any(row.status.change_versus_england is not None for row in ranked.rows)


def _standing(status: Status) -> Node:
    """The direction, or the data state in as few words as will do, and the pace where there is a target."""
    found = shown(status)
    marks = [chip(found.standing, found.words if status.direction else found.short)]
    if status.pace_ratio is not None and status.pace is not None:
        pace = PACES[status.pace]
        marks.append(chip(pace.standing, f"Pace: {words.in_sentence(pace.short)}"))
    return tag("P", [part for mark in marks for part in (mark, " ")], className="chips")


def _change(row: RankedSystem) -> Node | str:
    """How its change stands beside England's. Where nothing is tested the chip would say so in every row."""
    if row.change.p is None:
        return row.change.detail or row.change.words
    return against(row.change)


def left_out(ranked: RankedSystems) -> Node | None:
    """Systems with no usable figure and why, each reason once."""
    if not ranked.left_out:
        return None
    items = [tag("Li", [tag("Strong", ", ".join(of.names)), f": {of.reason}"]) for of in ranked.left_out]
    count = sum(len(of.names) for of in ranked.left_out)
    heading = f"Not in the order: {count} system{'s' if count != 1 else ''} without a figure that can be compared"
    if len(items) > _OPEN:
        return tag(
            "Details", [tag("Summary", heading), tag("Ul", items, className="prose")], className="fold not-in-order"
        )
    return tag("Div", [tag("P", f"{heading}."), tag("Ul", items, className="prose")], className="not-in-order")
