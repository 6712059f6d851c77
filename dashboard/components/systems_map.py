"""The map of the systems beside what is said of them; never without the table, which holds every figure."""

from collections.abc import Mapping, Sequence

from dashboard import words
from dashboard.charts.map import FILLS, LOOKS, Fill, systems_image
from dashboard.components.tags import Node, tag
from dashboard.shapes import WIDTH, Shapes
from dashboard.views.compare import SystemRow, SystemsTable
from dashboard.views.figures import Measure
from data_contracts.vocabulary import Polarity

_NAME = "systems-map"
#: More names than this are left to the table.
_NAMED = 6


def systems_map(table: SystemsTable, shapes: Shapes, names: Mapping[str, str], said: Sequence[Node]) -> Node:
    """Draw the systems of a table with their legend; `said` stands above the legend, and the table must follow."""
    rows = {row.area_code: row for row in table.rows}
    fills: dict[str, Fill] = {code: fill_of(rows.get(code)) for code in shapes.areas}
    labels = fill_labels(table.selection.measure)
    counted = [(fill, sum(f == fill for f in fills.values())) for fill in FILLS if fill in fills.values()]
    counts = ", ".join(f"{count} {words.in_sentence(labels[fill])}" for fill, count in counted)
    image = tag(
        "Img",
        src=systems_image(shapes, fills),
        alt=f"Map of the {len(fills)} systems against England: {counts}. The table below has every figure.",
        width=str(WIDTH),
        height=str(shapes.height),
        useMap=f"#{_NAME}",
    )
    outlines = [*shapes.inset.outlines.items(), *((code, shape.outline) for code, shape in shapes.areas.items())]
    areas = [_pointed_at(table, rows.get(code), code, names[code], outline) for code, outline in outlines]
    absent = sorted(names[code] for code, fill in fills.items() if fill == "no_figure")
    legend = [_entry(fill, labels[fill], count, absent if fill == "no_figure" else []) for fill, count in counted]
    return tag(
        "Div",
        [
            tag("Div", [image, tag("MapEl", areas, name=_NAME, aria_hidden="true")], className="map-image"),
            tag(
                "Div",
                [
                    *said,
                    tag("P", "On the map, against England", className="legend-title"),
                    tag("Ul", legend, className="legend"),
                    tag("P", _notes(shapes), className="subtitle"),
                ],
            ),
        ],
        className="map",
    )


def fill_of(row: SystemRow | None) -> Fill:
    """The kind a system is drawn as."""
    return "no_figure" if row is None or row.figure.value is None else row.against.standing


def fill_labels(measure: Measure) -> dict[Fill, str]:
    """Each kind in words; better and worse with the direction the measure gives them."""
    polarity = measure.indicator.polarity
    better, worse = ("higher", "lower") if polarity == Polarity.HIGH_IS_GOOD else ("lower", "higher")
    return {
        "worse": f"Worse ({worse})",
        "better": f"Better ({better})",
        "no_difference": "Not judged better or worse" if polarity == Polarity.NO_JUDGEMENT else "Similar",
        "cannot_tell": "Not compared or not tested",
        "no_figure": "No figure",
    }


def _entry(fill: Fill, label: str, count: int, named: Sequence[str]) -> Node:
    which = f": {words.listed(named)}" if 0 < len(named) <= _NAMED else ""
    return tag(
        "Li",
        [
            tag("Span", LOOKS[fill].symbol, className=f"swatch {fill.replace('_', '-')}", aria_hidden="true"),
            tag("Span", [f"{label}: ", tag("Strong", str(count)), which]),
        ],
    )


def _pointed_at(table: SystemsTable, row: SystemRow | None, code: str, name: str, outline: str) -> Node:
    """What a pointer finds on a system. A keyboard has the same links in the table, so it need not pass them here."""
    text = f"{name}: no figure"
    if row is not None and row.figure.value is not None:
        text = f"{name}: {table.selection.measure.figure(row.figure)}. {row.against.words}"
    return tag(
        "Area",
        shape="poly",
        coords=outline,
        href=table.selection.footprint.address(f"/system/{code}"),
        alt=name,
        title=text,
        tabIndex="-1",
    )


def _notes(shapes: Shapes) -> str:
    return (
        f"Boundaries of the {shapes.footprint_id} footprint, simplified. Size on the map is area, not residents. "
        "Source: Office for National Statistics, Open Government Licence v3.0; contains OS data © Crown copyright and "
        "database right."
    )
