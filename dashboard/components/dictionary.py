"""The data dictionary, from the contracts."""

from dashboard import words
from dashboard.components.reading import Cell, marked, stacked_table
from dashboard.components.tags import Node, tag
from data_contracts.dictionary import TYPES, in_every_row, may_hold
from data_contracts.fields import Field
from data_contracts.marts import MARTS, Mart
from data_contracts.stored import STORED


def dictionary() -> list[Node]:
    """Each table under an address of its own, folded."""
    return [_table(mart) for mart in (*MARTS.values(), *STORED.values())]


def _table(mart: Mart) -> Node:
    key = words.listed(list(mart.key))
    return tag(
        "Details",
        [
            tag("Summary", [tag("Strong", mart.name), f": {len(mart.columns)} columns"]),
            tag("P", [f"{mart.holds} A row is identified by {key}. {in_every_row(mart)}"]),
            stacked_table(
                caption=f"Columns of {mart.name}",
                head=["Column", "Type", "Empty", "Meaning", "May hold"],
                rows=[_column(mart, field) for field in mart.fields],
            ),
        ],
        id=f"table-{mart.name}",
        className="fold",
    )


def _column(mart: Mart, field: Field) -> list[Cell]:
    kind = f"{TYPES[field.kind]}, {field.unit}" if field.unit else TYPES[field.kind]
    empty = "may be" if mart.is_nullable(field) else "never"
    return [tag("Code", field.name), kind, empty, marked(field.meaning), marked(may_hold(field)) or "anything"]
