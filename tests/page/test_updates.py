"""What Dash draws and what is served are one: the same HTML, twice, and charts for its slots."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote

import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient

from dashboard import queries, served
from dashboard.components.marks import against_markup, chip
from dashboard.components.reading import facts
from dashboard.components.tables import plain_table
from dashboard.components.tags import MARKUP, hidden, tag
from dashboard.queries import Observation
from dashboard.reader import Release, Releases
from dashboard.router import route
from dashboard.views.figures import Against
from tests.builders.data_folder import DataFolder
from tests.builders.log import NO_LOG
from tests.page.reading import Element, read

Updated = Callable[..., dict[str, Any]]

ADDRESSES = [
    ("/", ""),
    ("/", "?footprint=2024"),
    ("/system/E54000050", ""),
    ("/system/E54000070", ""),
    ("/system/E54000034", ""),
    ("/compare", ""),
    ("/compare", "?indicator=preventable-cvd-mortality&sort=highest"),
    ("/compare", "?indicator=adult-smoking&sex=persons&period=2019"),
    ("/commitment/hle-region-gap", ""),
    ("/commitment/early-cancer-2028", "?footprint=2024"),
    ("/system/nowhere", ""),
    ("/find", "?q=london"),
]


def _walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for child in node:
            yield from _walk(child)
    elif isinstance(node, dict):
        yield node
        yield from _walk(node["props"].get("children"))


@pytest.fixture
def release(first_release: DataFolder) -> Iterator[Release]:
    releases = Releases(first_release.path)
    with releases.pinned() as pinned:
        yield pinned


@pytest.fixture
def tree(release: Release) -> Callable[..., Any]:
    """The tree a page is written as, before any of it is HTML."""
    return lambda path, search="": route(release, path, dict(parse_qsl(search.removeprefix("?"))), NO_LOG).tree


@pytest.mark.parametrize(("path", "search"), ADDRESSES)
def test_the_served_page_is_the_page_that_dash_draws(
    client: FlaskClient, updated: Updated, path: str, search: str
) -> None:
    page = updated(path, search)["props"]
    document = client.get(path + search).get_data(as_text=True)
    assert f'<div id="content" data-of="{page["of"]}">{page["html"]}</div>' in document


@pytest.mark.parametrize(("path", "search"), ADDRESSES)
def test_a_page_is_one_component_and_each_of_its_charts_another(
    updated: Updated, tree: Callable[..., Any], path: str, search: str
) -> None:
    """The renderer takes time for each component, so tables must not come as components; and no chart may be lost."""
    page, *charts = _walk(updated(path, search))
    assert page["type"] == "Page"
    written = [node for node in _walk(tree(path, search)) if node["type"] == "Graph"]
    assert charts == json.loads(json.dumps(written))
    assert page["props"]["html"].count(f'class="{served.SLOT}"') == len(charts)


@pytest.mark.parametrize(("path", "search"), ADDRESSES)
def test_every_place_on_a_page_keeps_its_name(
    drawn: Callable[..., str], tree: Callable[..., Any], path: str, search: str
) -> None:
    """Links, labels and focus go by ids."""
    written = [node["props"]["id"] for node in _walk(tree(path, search)) if "id" in node["props"]]
    assert re.findall(r' id="([^"]+)"', drawn(path, search)) == written
    assert len(set(written)) == len(written)


def test_two_pages_are_told_apart_by_their_html(updated: Updated) -> None:
    marks = [updated(path, search)["props"]["of"] for path, search in ADDRESSES]
    assert len(set(marks)) == len(marks)
    assert updated("/system/qhm")["props"]["of"] == updated("/system/E54000050")["props"]["of"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=x onerror=alert(1)>",
        "</td></table><script>alert(1)</script>",
        '" onmouseover="alert(1)',
        "' autofocus onfocus='alert(1)",
        "&lt;script&gt; & <!-- --> <!--content-->",
    ],
)
def test_a_hostile_name_is_text_wherever_it_stands(hostile: str) -> None:
    """The browser takes a page's HTML as it comes, so nothing that is data may be markup."""
    written = tag(
        "Section",
        [
            tag("P", hostile),
            tag("P", [hostile, tag("Strong", hostile)]),
            tag("A", "a", href=f"/find?q={hostile}", title=hostile, aria_label=hostile, data_label=hostile),
            tag("Div", style={"--at": hostile}),
            tag("P", hostile),
        ],
    )
    section = read(served.html(written)).one("section")
    assert [child.name for child in section.children if isinstance(child, Element)] == ["p", "p", "a", "div", "p"]
    first, second, cell = section.all("p")
    assert first.children == cell.children == [hostile]
    assert second.children[0] == hostile
    assert second.one("strong").children == [hostile]
    link = section.one("a").attributes
    assert link == {"href": f"/find?q={hostile}", **dict.fromkeys(("title", "aria-label", "data-label"), hostile)}
    assert section.one("div").attributes == {"style": f"--at:{hostile}"}


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "a & b < c", "\"quoted\" 'too' &amp;"])
def test_components_that_write_html_themselves_write_text_as_text(hostile: str) -> None:
    written = served.html(
        [
            hidden(hostile),
            chip("worse", hostile),
            facts([(hostile, hostile)]),
            plain_table(caption=hostile, head=[hostile], rows=[[hostile, hostile]]),
        ]
    ) + against_markup(Against("worse", hostile, hostile))
    document = read(written)
    assert not document.all("script")
    assert [cell.text for name in ("dt", "dd", "th", "td") for cell in document.all(name)] == [hostile] * 5
    assert document.all("span", "detail")[0].text == hostile
    assert document.all("span", "visually-hidden")[0].text == hostile


def test_what_was_searched_for_is_text(client: FlaskClient, drawn: Callable[..., str]) -> None:
    asked = "<img src=x onerror=alert(1)>"
    for html in (drawn("/find", f"?q={quote(asked)}"), client.get(f"/find?q={quote(asked)}").get_data(as_text=True)):
        assert "<img src=x" not in html
        assert "&lt;img src=x" in html


@pytest.mark.parametrize(("path", "search"), ADDRESSES)
def test_every_element_is_one_that_dash_has(tree: Callable[..., Any], path: str, search: str) -> None:
    """The tree is written as dicts: each must be what `dash.html` or `dash.dcc` would have made, or HTML already."""
    from dash import dcc, html

    for node in _walk(tree(path, search)):
        if node["namespace"] == MARKUP:
            assert set(node["props"]) == {"html"}
            read(node["props"]["html"])
            continue
        library = {"dash_html_components": html, "dash_core_components": dcc}[node["namespace"]]
        component = getattr(library, node["type"])(**node["props"])
        assert json.loads(json.dumps(component.to_plotly_json())).keys() == node.keys()


@pytest.mark.parametrize(("path", "search"), ADDRESSES[:4])
def test_every_chart_is_a_figure_plotly_accepts_with_its_words_and_its_table(
    tree: Callable[..., Any], path: str, search: str
) -> None:
    figures = [node for node in _walk(tree(path, search)) if node["type"] == "Figure"]
    assert figures
    for figure in figures:
        inside = list(_walk(figure["props"]["children"]))
        graph = next(node for node in inside if node["type"] == "Graph")
        assert go.Figure(graph["props"]["figure"]).data
        assert any(node["type"] == "Table" for node in inside)
        drawn = next(node for node in inside if node["props"].get("role") == "img")
        assert drawn["props"]["aria-label"].startswith("Chart. ")


def test_labels_on_charts_are_13_pixels_or_more(updated: Updated) -> None:
    def sizes(part: Any) -> Iterator[float]:
        if isinstance(part, dict):
            if isinstance(part.get("font"), dict):
                yield part["font"]["size"]
            if isinstance(part.get("tickfont"), dict):
                yield part["tickfont"]["size"]
            for value in part.values():
                yield from sizes(value)
        elif isinstance(part, list):
            for value in part:
                yield from sizes(value)

    for path in ("/", "/system/E54000050"):
        for node in _walk(updated(path)):
            if node["type"] == "Graph":
                assert min(sizes(node["props"]["figure"]["layout"])) >= 13


def test_a_chart_offers_nothing_to_other_hosts(updated: Updated) -> None:
    configs = [node["props"]["config"] for node in _walk(updated("/")) if node["type"] == "Graph"]
    assert configs
    for config in configs:
        assert config["displayModeBar"] is False
        assert config["showSendToCloud"] is False


def test_an_address_with_a_redirect_still_draws_its_page(drawn: Callable[..., str]) -> None:
    assert "<h1>North East and North Cumbria</h1>" in drawn("/system/qhm")


@pytest.mark.parametrize("path", ["/", "/compare", "/system/E54000050", "/system/E54000034", "/nowhere"])
def test_a_page_asks_few_questions(release: Release, path: str) -> None:
    """What every page needs is read once a release; after that a page may make five queries."""
    route(release, "/", {}, NO_LOG)
    before = release.queries_made
    query = {} if path == "/" else {"indicator": "adult-obesity"}
    assert route(release, path, query, NO_LOG).tree
    assert release.queries_made - before <= 5


def test_a_missing_value_is_a_gap_in_the_line_and_never_zero(release: Release) -> None:
    from dashboard.charts.over_time import lines_chart
    from dashboard.views.figures import Line, Measure, Timeline

    known = queries.reference(release)
    points = [p for p in queries.area_series(release, queries.ENGLAND) if p.indicator_id == "adult-obesity"]
    hole = _without_value(points[4])
    timeline = Timeline(
        Measure(known.indicators["adult-obesity"], "persons"),
        (Line("England", (*points[:4], hole, *points[5:])),),
    )
    *bands, line = lines_chart(timeline)["data"]
    assert line["y"][4] is None
    assert line["connectgaps"] is False
    assert len(bands) == 2, "the band stops before the gap and starts again after it"


def test_a_boundary_marks_only_series_that_run_across_it(release: Release) -> None:
    from dashboard.charts.over_time import lines_chart
    from dashboard.views.figures import Line, Measure, Timeline

    known = queries.reference(release)
    points = tuple(p for p in queries.area_series(release, queries.ENGLAND) if p.indicator_id == "adult-obesity")
    measure = Measure(known.indicators["adult-obesity"], "persons")

    def marks(boundary: dt.date | None) -> list[str]:
        drawn = lines_chart(Timeline(measure, (Line("England", points),), boundary=boundary))["layout"]
        assert len(drawn["shapes"]) == len([a for a in drawn["annotations"] if a["text"].endswith("changed")])
        return [a["text"] for a in drawn["annotations"] if a["text"].endswith("changed")]

    assert marks(points[2].period_start) == ["boundary changed"]
    assert marks(points[-1].period_end) == ["boundary changed"], "the last period begins before it"
    assert marks(points[-1].period_end + dt.timedelta(days=1)) == []
    assert marks(points[0].period_start) == [], "the whole series lies after it"
    assert marks(None) == []


@pytest.mark.parametrize(
    ("indicator_id", "expected"),
    [
        ("public-health-specialists", [965, None, 1007, 1064, None, 1227]),
        ("public-health-grant", [2.79, 2.79, None, 3.4, 3.215, 3.279, 3.324, 3.417, 3.53, 3.66, 3.858, None, 4.404]),
    ],
)
def test_no_line_joins_what_is_not_compared(release: Release, indicator_id: str, expected: list[float | None]) -> None:
    from dashboard.charts.over_time import lines_chart
    from dashboard.views.figures import Line, Measure, Timeline

    known = queries.reference(release)
    points = tuple(p for p in queries.area_series(release, queries.ENGLAND) if p.indicator_id == indicator_id)
    drawn = lines_chart(Timeline(Measure(known.indicators[indicator_id], "persons"), (Line("England", points),)))
    (line,) = drawn["data"]
    assert line["y"] == expected
    assert [place for place, x in enumerate(line["x"]) if x is None] == [
        place for place, y in enumerate(expected) if y is None
    ]
    broken = [a for a in drawn["layout"]["annotations"] if a["text"] == "series broken"]
    assert len(broken) == expected.count(None)


def _without_value(point: Observation) -> Observation:
    from dataclasses import replace

    return replace(point, value=None, lower_95=None, upper_95=None, value_symbol="[x]", note="Withheld.")


def test_a_chart_card_cannot_be_made_without_its_parts(release: Release) -> None:
    from dashboard.components.chart_card import chart_card
    from dashboard.components.tags import tag
    from dashboard.views.figures import Credit

    whole: dict[str, Any] = {
        "title": "t",
        "subtitle": "s",
        "figure": {},
        "height": 1,
        "summary": "w",
        "table": tag("Table", []),
        "credit": Credit("p", "t", "a-source", None, "a-measure", "Measure"),
    }
    assert chart_card(**whole)["type"] == "Figure"
    for part in ("title", "subtitle", "summary"):
        with pytest.raises(ValueError, match=part):
            chart_card(**{**whole, part: " "})
    with pytest.raises(ValueError, match="table"):
        chart_card(**{**whole, "table": tag("Div", [])})
