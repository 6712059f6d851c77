"""Shapes of boards for maps: simplified so that neighbours keep one border, and checked to be a sound coverage."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely

from pipelines.faults import Problem, Refused

#: Degrees; a little over a kilometre.
TOLERANCE = 0.012
#: Fewer decimals move corners off the border they share: tried from five up, eight holds for both files.
DECIMALS = 8
MOST_BYTES = 150_000
#: The folder of a snapshot, and of a release, that holds them.
SHAPES = "shapes"


@dataclass(frozen=True, kw_only=True)
class ShapeFile:
    """A publisher's boundary file: which footprint it is, and the property that holds a feature's code."""

    footprint_id: str
    code_property: str
    boards: int
    copy: str


SHAPE_FILES = (
    ShapeFile(
        footprint_id="2026",
        code_property="ICB26CD",
        boards=36,
        copy="edgehealth/genomic-activity-dashboard, commit 7b65cb46a21afa306bca2043aa3051914af272ef",
    ),
    ShapeFile(
        footprint_id="2024",
        code_property="ICB23CD",
        boards=42,
        copy="dhsc-govuk/FingertipsNext, commit d1600f4a5a6dc3eacaaad5d23e00f6eb312fdbba",
    ),
)

Rings = list[list[tuple[float, float]]]


def write_shapes(source: Path, to: Path) -> list[str]:
    """Simplify the boundary files found under `source`, told by their content; returns what was written.

    Raises Refused where a footprint has no file, or its shapes do not cover without gaps and overlaps.
    """
    found: dict[str, dict[str, Rings]] = {}
    for path in sorted(source.rglob("*.geojson")):
        features = json.loads(path.read_bytes())["features"]
        for file in SHAPE_FILES:
            if features and file.code_property in features[0]["properties"] and len(features) == file.boards:
                found[file.footprint_id] = _simplified(path.name, features, file)
    absent = [file.footprint_id for file in SHAPE_FILES if file.footprint_id not in found]
    if absent:
        raise Refused([_problem(f"boards of {name}", "no boundary file", "one GeoJSON file") for name in absent])
    to.mkdir(parents=True, exist_ok=True)
    return [_write(to / f"{footprint_id}.json", areas) for footprint_id, areas in found.items()]


def _simplified(name: str, features: list[dict], file: ShapeFile) -> dict[str, Rings]:
    codes = [feature["properties"][file.code_property] for feature in features]
    shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
    simple = shapely.transform(shapely.coverage_simplify(shapes, TOLERANCE), lambda points: points.round(DECIMALS))
    if not shapely.coverage_is_valid(simple):
        raise Refused([_problem(name, "gaps or overlaps between neighbours once simplified", "a sound coverage")])
    return {code: _rings(shape) for code, shape in sorted(zip(codes, simple, strict=True), key=lambda pair: pair[0])}


def _rings(shape: shapely.Geometry) -> Rings:
    """Outer rings, largest first, so that a drawing may stop early and lose only islets."""
    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    return [[(round(x, DECIMALS), round(y, DECIMALS)) for x, y in part.exterior.coords] for part in parts]


def _write(path: Path, areas: Mapping[str, Rings]) -> str:
    content = json.dumps(areas, separators=(",", ":")).encode()
    if len(content) > MOST_BYTES:
        raise Refused([_problem(path.name, f"{len(content):,} bytes", f"at most {MOST_BYTES:,}")])
    path.write_bytes(content)
    return f"{path.name}: {len(areas)} boards, {len(content):,} bytes"


def _problem(where: str, found: str, expected: str) -> Problem:
    return Problem(rule="shapes", where=where, found=found, expected=expected, todo="look at the boundary file")
