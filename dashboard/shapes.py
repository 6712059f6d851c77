"""Shapes of systems, read once a release and set out on the plane of an image."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from dashboard.reader import Release

#: The image in pixels of a page: no wider than the smallest phones leave, so that it is never shrunk.
WIDTH = 340
#: Units of a drawing to a pixel: borders stay crisp on dense screens, and a coordinate is a short whole number.
UNITS = 2
_EDGE = 4
#: Kilometres in a degree of longitude over those in one of latitude, in the middle of England.
_NARROWER = math.cos(math.radians(52.9))
#: Square units; a smaller islet cannot be seen. A system's largest part is always drawn.
_SPECK = 12
#: Units between corners that a pointer is told apart by: a fingertip is far wider.
_COARSE = 6
#: Lines across a shape on which the roomiest place for a symbol is looked for.
_LINES = 16

#: West, south, east and north of London, whose systems are too small to see beside the others.
_LONDON = (-0.53, 51.28, 0.35, 51.70)
#: Where London is drawn again, in pixels: a corner of the image that is sea.
INSET_LEFT, INSET_TOP, INSET_WIDTH = 237, 1, 102

Point = tuple[int, int]
Ring = list[Point]


@dataclass(frozen=True)
class Shape:
    """One system: its SVG path, its roomiest place and the room there in units, its largest part's corners in units."""

    path: str
    at: Point
    room: float
    corners: Ring

    @cached_property
    def outline(self) -> str:
        """Its corners in pixels of the image; written once, since every page with a map has them."""
        return ",".join(f"{x // UNITS},{y // UNITS}" for x, y in self.corners)


@dataclass(frozen=True, slots=True)
class Inset:
    """London again, larger: the part of the drawing shown, in units; outlines in pixels of systems wholly inside."""

    left: int
    top: int
    width: int
    height: int
    outlines: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Every system of one footprint, the height of the image that holds them in pixels, and London larger."""

    footprint_id: str
    height: int
    areas: Mapping[str, Shape]
    inset: Inset


def shapes_of(release: Release, codes: Iterable[str]) -> Shapes | None:
    """The footprint that has all these systems, the newest where several have; None where none has."""
    wanted = set(codes)
    known = release.once("shapes", lambda: _read(release.folder / "shapes"))
    return next((shapes for shapes in known if wanted <= shapes.areas.keys()), None)


def _read(folder: Path) -> tuple[Shapes, ...]:
    """Every footprint, the newest first."""
    return tuple(
        set_out(path.stem, json.loads(path.read_bytes())) for path in sorted(folder.glob("*.json"), reverse=True)
    )


def set_out(footprint_id: str, areas: Mapping[str, Sequence[Sequence[Sequence[float]]]]) -> Shapes:
    """Turn rings of longitudes and latitudes into one image; neighbours share their corners before and after."""
    corners = [corner for rings in areas.values() for ring in rings for corner in ring]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    across = (WIDTH * UNITS - 2 * _EDGE) / (east - west)
    down = across / _NARROWER

    def placed(ring: Sequence[Sequence[float]]) -> Ring:
        points = [(round((x - west) * across) + _EDGE, round((north - y) * down) + _EDGE) for x, y in ring]
        return [points[0], *(after for before, after in pairwise(points) if after != before)]

    drawn = {code: _shape([placed(ring) for ring in rings]) for code, rings in areas.items()}
    height = math.ceil(((north - south) * down + 2 * _EDGE) / UNITS)
    low, high = placed([(_LONDON[0], _LONDON[3]), (_LONDON[2], _LONDON[1])])
    return Shapes(footprint_id, height, drawn, _inset(low, high, drawn))


def _inset(low: Point, high: Point, drawn: Mapping[str, Shape]) -> Inset:
    (left, top), (right, bottom) = low, high
    times = INSET_WIDTH / (right - left)
    outlines = {
        code: ",".join(
            f"{INSET_LEFT + round((x - left) * times)},{INSET_TOP + round((y - top) * times)}" for x, y in shape.corners
        )
        for code, shape in drawn.items()
        if all(left <= x <= right and top <= y <= bottom for x, y in shape.corners)
    }
    return Inset(left, top, right - left, bottom - top, outlines)


def _shape(rings: list[Ring]) -> Shape:
    largest, *others = rings
    seen = [largest, *(ring for ring in others if len(ring) > 3 and _area(ring) >= _SPECK)]
    corners = _coarse(largest)
    return Shape("".join(map(_path, seen)), *_roomiest([*corners, corners[0]]), corners)


def _path(ring: Ring) -> str:
    """Steps from corner to corner, which are shorter to write than places."""
    steps = [f"{x - u} {y - v}" for (u, v), (x, y) in pairwise(ring[:-1])]
    return f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps).replace(' -', '-')}z"


def _coarse(ring: Ring) -> Ring:
    kept = [ring[0]]
    for point in ring[1:]:
        if math.dist(point, kept[-1]) >= _COARSE:
            kept.append(point)
    return kept


def _area(ring: Ring) -> float:
    return abs(sum(u * y - x * v for (u, v), (x, y) in pairwise(ring))) / 2


def _roomiest(ring: Ring) -> tuple[Point, float]:
    """The place inside a ring that is furthest from its border, of the middles of what lies inside each line."""
    top, bottom = min(y for _, y in ring), max(y for _, y in ring)
    best, most = ring[0], 0.0
    for line in range(_LINES):
        at = top + (line + 0.5) * (bottom - top) / _LINES
        crossings = sorted(
            u + (at - v) * (x - u) / (y - v) for (u, v), (x, y) in pairwise(ring) if (v > at) != (y > at)
        )
        for enters, leaves in zip(crossings[::2], crossings[1::2], strict=True):
            middle = ((enters + leaves) / 2, at)
            if (leaves - enters) / 2 <= most:
                continue
            room = min((leaves - enters) / 2, *(math.dist(middle, corner) for corner in ring))
            if room > most:
                best, most = (round(middle[0]), round(at)), room
    return best, most
