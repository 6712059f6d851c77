"""The systems as one image, each filled by how it stands against England, its symbol inside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from dashboard.charts.base import LABEL_PX
from dashboard.shapes import INSET_LEFT, INSET_TOP, INSET_WIDTH, UNITS, WIDTH, Inset, Point, Shape, Shapes
from dashboard.theme import COLOURS, FONT, MARKS

Fill = Literal["worse", "better", "no_difference", "cannot_tell", "no_figure"]
#: In the order of a legend, and of drawing: what has a border of its own lies over what has a white one.
FILLS: tuple[Fill, ...] = get_args(Fill)


@dataclass(frozen=True)
class Look:
    """How systems of one kind are drawn."""

    fill: str
    border: str
    symbol: str
    ink: str


_WHITE, _INK = COLOURS["white"], COLOURS["ink"]
LOOKS: dict[Fill, Look] = {
    "worse": Look(MARKS["worse"].strong, _WHITE, MARKS["worse"].symbol, _WHITE),
    "better": Look(MARKS["better"].strong, _WHITE, MARKS["better"].symbol, _WHITE),
    "no_difference": Look(COLOURS["rule"], _WHITE, MARKS["no_difference"].symbol, MARKS["no_difference"].strong),
    "cannot_tell": Look(
        MARKS["cannot_tell"].tint, MARKS["cannot_tell"].strong, MARKS["cannot_tell"].symbol, MARKS["cannot_tell"].strong
    ),
    "no_figure": Look(_WHITE, COLOURS["control"], "", _INK),
}

#: Half the width of the largest symbol, in units; a small system has a smaller one.
_LARGEST = 9
_SHARE_OF_ROOM = 0.75


def systems_image(shapes: Shapes, fills: Mapping[str, Fill]) -> str:
    """Draw every shape as the address of an SVG image, London again and larger; `fills` has each system's kind."""
    areas, symbols = [], []
    for kind in FILLS:
        look, drawn = LOOKS[kind], {code: shape for code, shape in shapes.areas.items() if fills[code] == kind}
        if drawn:
            paths = "".join(f"<path id='{code}' d='{shape.path}'/>" for code, shape in drawn.items())
            areas.append(f"<g class='{kind}' fill='{look.fill}' stroke='{look.border}'>{paths}</g>")
            symbols.append(_symbols(kind, drawn.values()))
    svg = "".join(
        [
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH * UNITS} {shapes.height * UNITS}' "
            f"width='{WIDTH}' height='{shapes.height}' stroke-width='1.6' stroke-linejoin='round'><g id='map'>",
            *areas,
            *symbols,
            "</g>",
            _again(shapes.inset),
            "</svg>",
        ]
    )
    return "data:image/svg+xml," + svg.replace("<", "%3C").replace(">", "%3E").replace("#", "%23")


def _again(inset: Inset) -> str:
    """The frame that shows a part of the map again, with its name under it."""
    left, top, width = INSET_LEFT * UNITS, INSET_TOP * UNITS, INSET_WIDTH * UNITS
    height = round(width * inset.height / inset.width)
    frame = f"x='{left}' y='{top}' width='{width}' height='{height}'"
    return (
        f"<rect {frame} fill='{_WHITE}'/><svg {frame} viewBox='{inset.left} {inset.top} {inset.width} {inset.height}' "
        f"stroke-width='.7'><use href='#map'/></svg><rect {frame} fill='none' stroke='{COLOURS['control']}' "
        f"stroke-width='{UNITS}'/><text x='{left + width}' y='{top + height + 15 * UNITS}' text-anchor='end' "
        f"font-family='{FONT}' font-size='{LABEL_PX * UNITS}' fill='{_INK}'>London, larger</text>"
    )


def _symbols(kind: Fill, shapes: Iterable[Shape]) -> str:
    """The symbols of one kind as one path: drawn, since a reader's fonts may lack them."""
    if kind == "no_figure":
        return ""
    d = "".join(_symbol(kind, shape.at, min(_LARGEST, shape.room * _SHARE_OF_ROOM)) for shape in shapes)
    ink = LOOKS[kind].ink
    style = f"fill='none' stroke='{ink}' stroke-dasharray='3 2'" if kind == "cannot_tell" else f"fill='{ink}'"
    return f"<path d='{d}' {style}/>"


def _symbol(kind: Fill, at: Point, half: float) -> str:
    (x, y), tall = at, half * (1.5 if kind == "better" else -1.5)
    if kind in ("worse", "better"):
        return f"M{x} {y - tall / 2:.1f}l{half:.1f} {tall:.1f}h{-2 * half:.1f}z"
    half *= 0.6
    arc = f"a{half:.1f} {half:.1f} 0 1 0"
    return f"M{x - half:.1f} {y}{arc} {2 * half:.1f} 0{arc} {-2 * half:.1f} 0z"
