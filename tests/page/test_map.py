"""The map of the systems: the table's own systems and standings, drawn."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest
import shapely

from dashboard.components.systems_map import fill_of
from dashboard.pages import compare
from dashboard.reader import Release, Releases
from dashboard.served import html
from dashboard.shapes import UNITS, WIDTH, shapes_of
from dashboard.views.compare import compare_view
from tests.builders.data_folder import DataFolder
from tests.page.reading import Element, read

Get = Callable[..., Element]

TESTED = {}
UNTESTED = {"indicator": "adult-smoking"}
SOME_WITHOUT_A_FIGURE = {"indicator": "recorded-asthma"}
BEFORE = {"footprint": "2024"}
MEASURES = [TESTED, UNTESTED, SOME_WITHOUT_A_FIGURE, {"indicator": "adult-obesity", "period": "2015/16"}, BEFORE]


@pytest.fixture
def release(first_release: DataFolder) -> Iterator[Release]:
    with Releases(first_release.path).pinned() as pinned:
        yield pinned


def _map(release: Release, query: dict[str, str]) -> Element:
    return read(html(compare.page(release, query).tree)).one("div", "map")


def _drawing(found: Element) -> str:
    address = next(img.attributes["src"] for img in found.all("img")) or ""
    assert address.startswith("data:image/svg+xml,")
    return unquote(address)


def _drawn(found: Element) -> dict[str, list[str]]:
    """Each system's kinds, one for every path it has."""
    kinds: dict[str, list[str]] = {}
    for kind, paths in re.findall(r"<g class='(\w+)'[^>]*>(.*?)</g>", _drawing(found)):
        for code in re.findall(r"<path id='(\w+)'", paths):
            kinds.setdefault(code, []).append(kind)
    return kinds


@pytest.mark.parametrize("query", MEASURES)
def test_every_system_has_one_path_in_the_colour_of_its_standing(release: Release, query: dict[str, str]) -> None:
    rows = compare_view(release, query).rows
    expected = {row.area_code: ["no_figure" if row.figure.value is None else row.against.standing] for row in rows}
    assert len(expected) == (42 if query == BEFORE else 36)
    assert _drawn(_map(release, query)) == expected


@pytest.mark.parametrize("query", MEASURES)
def test_the_legend_and_the_words_for_the_image_count_what_the_rows_say(
    release: Release, query: dict[str, str]
) -> None:
    rows = compare_view(release, query).rows
    kinds = Counter(fill_of(row) for row in rows)
    found = _map(release, query)
    alt = found.one("img").attributes["alt"] or ""
    said = [int(number) for number in re.findall(r"(\d+) [a-z]", alt)]
    assert said[0] == len(rows) == sum(said[1:])
    assert sorted(said[1:]) == sorted(kinds.values())
    legend = found.one("ul", "legend").all("li")
    swatches = {entry.one("span", "swatch").classes[1]: int(entry.one("strong").text) for entry in legend}
    assert swatches == {kind.replace("_", "-"): count for kind, count in kinds.items()}


def test_the_counts_are_those_of_the_answer(release: Release) -> None:
    view, found = compare_view(release, TESTED), _map(release, TESTED)
    worse, better, similar, untested = (int(entry.one("strong").text) for entry in found.one("ul", "legend").all("li"))
    assert view.answer.startswith(f"Of 36 systems, {worse} are lower than England on ")
    assert view.answer.endswith(f" {better} higher, {similar} similar and {untested} not compared.")


def test_colour_is_never_alone(release: Release) -> None:
    """Every kind has words, and every kind but `no figure`, which is blank, a symbol of its own in the legend."""
    legend = [entry for query in MEASURES for entry in _map(release, query).one("ul", "legend").all("li")]
    symbols = {entry.one("span", "swatch").classes[1]: entry.one("span", "swatch").children for entry in legend}
    assert symbols["no-figure"] in ([], [""])
    assert len({str(symbol) for symbol in symbols.values()}) == len(symbols)
    assert all(entry.text for entry in legend)


def test_systems_without_a_figure_are_named(release: Release) -> None:
    rows = compare_view(release, SOME_WITHOUT_A_FIGURE).rows
    absent = [row.name for row in rows if row.figure.value is None]
    said = next(e.text for e in _map(release, SOME_WITHOUT_A_FIGURE).all("li") if e.text.startswith("No figure"))
    assert absent
    assert all(name in said for name in absent)


def test_a_pointer_finds_every_system_its_figure_and_its_page(release: Release) -> None:
    rows = {f"/system/{row.area_code}": row for row in compare_view(release, TESTED).rows}
    found = _map(release, TESTED)
    links = found.one("map").all("area")
    assert found.one("img").attributes["usemap"] == f"#{found.one('map').attributes['name']}"
    assert {link.attributes["href"] for link in links} == rows.keys()
    for link in links:
        row = rows[link.attributes["href"] or ""]
        assert (link.attributes["title"] or "").startswith(f"{row.name}: {row.figure.value:.1f} (")
        assert (link.attributes["title"] or "").endswith(row.against.words)
        # The table has the same links for a keyboard.
        assert link.attributes["tabindex"] == "-1"


def test_it_says_which_boundaries_and_that_size_is_area(page: Get) -> None:
    said = page("/compare").one("div", "map").text
    assert "Boundaries of the 2026 footprint, simplified. Size on the map is area, not residents." in said
    assert "Source: Office for National Statistics, Open Government Licence v3.0" in said


def test_the_systems_of_before_have_their_own_shapes_and_keep_their_boundaries_in_their_links(release: Release) -> None:
    found = _map(release, BEFORE)
    assert "Boundaries of the 2024 footprint" in found.text
    links = {link.attributes["href"] for link in found.one("map").all("area")}
    assert len(links) == 42
    table = read(html(compare.page(release, BEFORE).tree)).one("table", "systems")
    assert links == {head.one("a").attributes["href"] for head in table.one("tbody").all("th")}


@pytest.mark.parametrize("path", ["/", "/compare", "/system/E54000050", "/data", "/find?q=london"])
def test_there_is_no_map_without_its_table(page: Get, path: str) -> None:
    main = page(path).one("main")
    assert len(main.all("div", "map")) == len(main.all("table", "systems")) == (path == "/compare")


@pytest.mark.parametrize(("footprint", "boards", "only_here"), [("2026", 36, "E54000071"), ("2024", 42, "E54000034")])
def test_the_shapes_are_those_that_hold_the_codes(
    release: Release, footprint: str, boards: int, only_here: str
) -> None:
    shapes = shapes_of(release, [only_here])
    assert shapes is not None
    assert (shapes.footprint_id, len(shapes.areas)) == (footprint, boards)
    assert shapes_of(release, shapes.areas) is shapes
    assert shapes_of(release, [only_here, "E12000001"]) is None, "a region has no shape"


@pytest.mark.parametrize("code", ["E54000071", "E54000034"])
def test_a_symbol_stands_inside_its_system_and_every_system_in_the_image(release: Release, code: str) -> None:
    shapes = shapes_of(release, [code])
    assert shapes is not None
    for shape in shapes.areas.values():
        assert shapely.Polygon(shape.corners).buffer(2).contains(shapely.Point(shape.at))
        assert shape.room >= 3
        assert all(0 <= x <= WIDTH * UNITS and 0 <= y <= shapes.height * UNITS for x, y in shape.corners)
    assert len(shapes.inset.outlines) >= 4, "London's systems are drawn again, larger"


def test_neighbours_still_share_their_corners(release: Release) -> None:
    """Both draw the same border, so there is neither gap nor overlap to see."""
    shapes = shapes_of(release, ["E54000071"])
    assert shapes is not None
    corners = Counter(corner for shape in shapes.areas.values() for corner in set(_corners(shape.path)))
    shared = sum(1 for count in corners.values() if count > 1)
    assert shared > 500


def _corners(path: str) -> Iterator[tuple[int, int]]:
    for part in path.removesuffix("z").split("z"):
        start, steps = part.removeprefix("M").split("l")
        x, y = map(int, start.split())
        numbers = list(map(int, re.findall(r"-?\d+", steps)))
        yield x, y
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            yield x, y
