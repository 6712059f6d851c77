"""A measure with everything its registry says of it."""

from dashboard import words
from dashboard.components.reading import facts
from dashboard.components.tags import Node, tag
from dashboard.views.methods import AREA_TYPES, LEVERS, PERIOD_KINDS, POLARITIES, VALUE_TYPES, MeasureEntry
from data_contracts.vocabulary import AreaType, Lever, PeriodKind, Polarity, ValueType


def measure_block(entry: MeasureEntry) -> Node:
    """One measure, under an address of its own."""
    row = entry.row
    overlap = (
        "neighbouring periods share time, so only periods that do not overlap are compared"
        if row["periods_overlap"]
        else "they do not overlap"
    )
    counted = "a full count, without sampling error" if row["enumerated"] else ""
    kind = ", ".join(part for part in (VALUE_TYPES[ValueType(row["value_type"])], counted) if part)
    geographies = [AREA_TYPES[AreaType(name)] for name in row["geographies"].split()]
    combined = (
        "Authorities' figures are combined into a system's."
        if row["combinable"]
        else "Figures of this measure cannot be averaged."
    )
    breaks = [tag("Li", f"From {words.date(of.from_)}: {of.reason}") for of in entry.breaks]
    return tag(
        "Section",
        [
            tag("H4", row["name"]),
            tag("P", row["definition"]),
            facts(
                [
                    ("Unit", f"{words.opening(row['unit'])} ({kind})"),
                    ("Which way", f"{POLARITIES[Polarity(row['polarity'])]}."),
                    ("Periods", f"{PERIOD_KINDS[PeriodKind(row['period_kind'])]}; {overlap}."),
                    ("People", words.opening(words.listed([words.PEOPLE[sex] for sex in row["sexes"].split()]))),
                    ("Published for", words.opening(words.listed(geographies))),
                    ("Method", row["method"]),
                    ("Small numbers", row["small_number_rule"]),
                    ("Breaks", tag("Ul", breaks, className="plain") if breaks else "None known."),
                    ("Systems", combined),
                    ("Who can move it", LEVERS[Lever(row["lever"])]),
                    ("Source", tag("A", entry.source_title, href=f"/data#{row['source_id']}")),
                ]
            ),
        ],
        id=row["indicator_id"],
        className="entry",
    )
