"""The choice of boundaries: today's systems, or those there were to March 2026."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from flask.testing import FlaskClient

from dashboard import queries, served
from dashboard.components.tags import tag
from dashboard.pages import ended
from dashboard.reader import Release, Releases
from dashboard.router import route
from dashboard.views.ended import ended_view, last_figures, without_figure
from dashboard.views.figures import lines_by_series, measures
from tests.builders.data_folder import DataFolder
from tests.builders.log import NO_LOG
from tests.page.reading import Element, links_of_rows, read, rows

Get = Callable[..., Element]

FRIMLEY = "E54000034"
NORTH_EAST = "E54000050"
THAMES_VALLEY = "E54000070"


@pytest.fixture(scope="module")
def boards(first_release: DataFolder) -> pl.DataFrame:
    """Every integrated care board there is or was."""
    return first_release.mart("areas").filter(area_type="icb")


@pytest.fixture(scope="module")
def before(boards: pl.DataFrame) -> dict[str, str]:
    """The boards that stood on 31 March 2026: code to name."""
    day = pl.lit(dt.date(2026, 3, 31))
    stood = boards.filter(pl.col("valid_from") <= day, pl.col("valid_to").is_null() | (pl.col("valid_to") >= day))
    return dict(stood.select("area_code", "area_name").iter_rows())


@pytest.fixture(scope="module")
def gone(boards: pl.DataFrame) -> dict[str, str]:
    """Every board that ended: code to name."""
    return dict(boards.filter(pl.col("valid_to").is_not_null()).select("area_code", "area_name").iter_rows())


@pytest.fixture
def release(first_release: DataFolder) -> Iterator[Release]:
    with Releases(first_release.path).pinned() as pinned:
        yield pinned


def _options(main: Element, name: str) -> dict[str, str]:
    (select,) = [s for s in main.all("select") if s.attributes["name"] == name]
    return {option.attributes["value"] or "": option.text for option in select.all("option")}


def _chosen(main: Element, name: str) -> str | None:
    (select,) = [s for s in main.all("select") if s.attributes["name"] == name]
    (value,) = [o.attributes["value"] for o in select.all("option") if "selected" in o.attributes]
    return value


def _standing(document: Element) -> str:
    return document.one("section", "standing").text


def _way_back(document: Element) -> str | None:
    return document.one("nav", "crumbs").all("a")[0].attributes["href"]


def _systems(main: Element) -> dict[str, str]:
    """Where each system of the table leads: address to name."""
    links = [link for head in main.one("table", "systems").one("tbody").all("th") for link in head.all("a")]
    return {link.attributes["href"] or "": link.text for link in links}


def test_the_boards_of_before_are_the_table_when_asked_for(page: Get, before: dict[str, str]) -> None:
    assert len(before) == 42
    document = page("/compare?footprint=2024")
    main = document.one("main")
    assert _systems(main) == {f"/system/{code}?footprint=2024": name for code, name in before.items()}
    pointed_at = {area.attributes["href"]: area.attributes["alt"] for area in main.all("area")}
    assert pointed_at == _systems(main), "the map leads where the table does"
    assert "The 42 systems to March 2026: healthy life expectancy, men" in [h.text for h in main.all("h2")]
    assert "42 systems, to March 2026" in main.one("table", "systems").one("caption").text
    assert main.one("p", "answer").text.startswith("Of 42 systems, ")
    assert "· 42 systems, to March 2026 ·" in _standing(document)
    assert _chosen(main, "footprint") == "2024"


def test_todays_systems_are_the_table_otherwise_and_no_address_says_so(page: Get, systems: dict[str, str]) -> None:
    document = page("/compare")
    main = document.one("main")
    assert _systems(main) == {f"/system/{code}": name for code, name in systems.items()}
    assert _options(main, "footprint") == {
        "2026": "36 systems since April 2026",
        "2024": "42 systems, to March 2026",
    }
    assert _chosen(main, "footprint") == "2026"
    assert "· 36 systems since April 2026 ·" in _standing(document)
    assert "36 systems since April 2026" in main.one("table", "systems").one("caption").text
    assert "footprint" not in "".join(link.attributes["href"] or "" for link in document.all("a"))
    assert page("/compare?footprint=2026").one("main").text == main.text


def test_a_board_of_before_has_the_figure_published_or_worked_out_for_it(
    page: Get, first_release: DataFolder, before: dict[str, str]
) -> None:
    held = first_release.mart("observations").filter(
        pl.col("area_code").is_in(list(before)),
        indicator_id="adult-obesity",
        sex="persons",
        breakdown="all",
        period_label="2019/20",
    )
    written = {before[row["area_code"]]: f"{row['value']:.1f}" for row in held.iter_rows(named=True)}
    table = page("/compare?footprint=2024&indicator=adult-obesity&period=2019/20").one("table", "systems")
    assert {row[0]: row[1].split()[0] for row in rows(table)[1:]} == written
    assert len(written) == 42


def test_sorting_keeps_the_boundaries(page: Get) -> None:
    table = page("/compare?footprint=2024&indicator=adult-obesity&period=2019/20").one("table", "systems")
    addresses = [link.attributes["href"] or "" for head in table.one("thead").all("th") for link in head.all("a")]
    assert len(addresses) == 2
    for address in addresses:
        assert parse_qs(urlsplit(address).query)["footprint"] == ["2024"]
        sorted_table = page(address).one("main")
        assert len(_systems(sorted_table)) == 42
        assert _chosen(sorted_table, "period") == "2019/20"


def test_every_link_of_the_table_leads_there_and_back(page: Get, before: dict[str, str], gone: dict[str, str]) -> None:
    for address, name in _systems(page("/compare?footprint=2024").one("main")).items():
        document = page(address)
        ended_too = address.removeprefix("/system/").partition("?")[0] in gone
        assert document.one("main").one("h1").text == (f"{name} (ended)" if ended_too else name)
        assert "· 42 systems, to March 2026 ·" in _standing(document)
        assert _way_back(document) == "/?footprint=2024"
    assert len(_systems(page("/compare?footprint=2024").one("main"))) == len(before)


def test_a_system_that_lives_on_has_the_same_page_on_either(page: Get) -> None:
    plain, asked = page(f"/system/{NORTH_EAST}"), page(f"/system/{NORTH_EAST}?footprint=2024")
    assert asked.one("main").text == plain.one("main").text
    assert _way_back(plain) == "/"
    assert "36 systems since April 2026" in _standing(plain)


@pytest.mark.parametrize("code", [THAMES_VALLEY, "E54000052"])
def test_a_system_with_no_part_in_the_boundaries_asked_for_does_not_claim_them(page: Get, code: str) -> None:
    """One was made in April 2026, the other ended in 2023."""
    document = page(f"/system/{code}?footprint=2024")
    assert "36 systems since April 2026" in _standing(document)
    assert _way_back(document) == "/"


def test_another_way_to_write_a_code_keeps_the_boundaries(client: FlaskClient, drawn: Callable[..., str]) -> None:
    assert client.get("/system/qhm?footprint=2024").headers["Location"] == f"/system/{NORTH_EAST}?footprint=2024"
    assert _way_back(read(drawn("/system/qhm", "?footprint=2024"))) == "/?footprint=2024"


@pytest.mark.parametrize("asked", ["1999", "2024x", "<b>"])
def test_boundaries_there_are_not_fall_back_and_say_so(page: Get, asked: str) -> None:
    document = page("/compare?footprint=" + asked)
    main = document.one("main")
    assert main.one("p", "note").text == f"There are no boundaries called {asked}; today's systems are shown."
    assert len(_systems(main)) == 36
    assert _chosen(main, "footprint") == "2026"
    assert "36 systems since April 2026" in _standing(document)
    assert "36 systems since April 2026" in _standing(page(f"/system/{NORTH_EAST}?footprint={asked}"))


def test_englands_page_lists_the_systems_of_the_boundaries_asked_for(page: Get, before: dict[str, str]) -> None:
    document = page("/?footprint=2024")
    main = document.one("main")
    assert links_of_rows(main) == {f"/system/{code}?footprint=2024": name for code, name in before.items()}
    assert "The 42 systems to March 2026 by commitment" in [heading.text for heading in main.all("h2")]
    assert "/compare?footprint=2024" in [link.attributes["href"] for link in main.all("a")]
    assert "· 42 systems, to March 2026 ·" in _standing(document)


def test_englands_page_falls_back_to_todays_systems_and_says_so(page: Get) -> None:
    main = page("/?footprint=1999").one("main")
    assert main.one("p", "note").text == "There are no boundaries called 1999; today's systems are shown."
    assert len(links_of_rows(main)) == 36


def test_a_note_on_the_period_stands_beside_it(page: Get) -> None:
    note = page("/compare?footprint=1999&period=1066").one("p", "note").text
    assert note.startswith("There are no boundaries called 1999;")
    assert note.endswith("This measure has no period 1066; the latest is shown.")


@pytest.mark.parametrize("path", ["/data", "/methods", "/find?q=london"])
def test_other_pages_take_the_choice_without_harm(page: Get, path: str) -> None:
    asked = page(path + ("&" if "?" in path else "?") + "footprint=2024")
    assert asked.one("main").text == page(path).one("main").text


@pytest.mark.parametrize("path", ["/", "/compare", f"/system/{FRIMLEY}", f"/system/{NORTH_EAST}"])
def test_it_asks_few_questions_and_is_drawn_as_served(
    release: Release, client: FlaskClient, drawn: Callable[..., str], path: str
) -> None:
    queries.reference(release)
    route(release, "/", {}, NO_LOG)
    before = release.queries_made
    route(release, path, {"footprint": "2024"}, NO_LOG)
    assert release.queries_made - before <= 5
    assert drawn(path, "?footprint=2024") in client.get(f"{path}?footprint=2024").get_data(as_text=True)


def test_every_board_that_ended_shows_its_last_figures_or_says_why_not(
    page: Get, first_release: DataFolder, gone: dict[str, str]
) -> None:
    indicators = first_release.mart("indicators").filter(headline=True)
    names = {row["indicator_id"]: (row["short_name"], row["decimals"]) for row in indicators.iter_rows(named=True)}
    last = (
        first_release.mart("observations")
        .filter(pl.col("indicator_id").is_in(list(names)), pl.col("value").is_not_null(), breakdown="all")
        .sort("period_end")
        .group_by("area_code", "indicator_id", "sex")
        .last()
    )
    people = {"persons": "", "male": ", men", "female": ", women"}
    assert len(gone) == 15
    for code, name in gone.items():
        main = page(f"/system/{code}").one("main")
        assert "Its last figures" in [heading.text for heading in main.all("h2")], name
        head, *body = rows(main.one("table", "others"))
        assert head == ["Measure", "Latest", "95% interval, period and kind", "Against England"]
        shown = {row[0]: row for row in body if len(row) == 4}
        held = {names[r["indicator_id"]][0] + people[r["sex"]]: r for r in last.filter(area_code=code).to_dicts()}
        assert held
        assert shown.keys() == held.keys()
        for measure, row in shown.items():
            figure = held[measure]
            assert row[1].startswith(f"{figure['value']:,.{names[figure['indicator_id']][1]}f}"), (name, row)
            assert row[2].endswith(f"{figure['period_label']}, {figure['value_kind']}")
            assert "England" in row[3] or row[3].startswith("Not compared"), (name, row)


def test_every_board_that_ended_shows_its_last_statuses_and_leads_to_its_successors(
    page: Get, first_release: DataFolder, gone: dict[str, str], systems: dict[str, str]
) -> None:
    statuses = first_release.mart("statuses").filter(pl.col("is_latest"))
    for code in gone:
        main = page(f"/system/{code}").one("main")
        assert "Its last statuses" in [heading.text for heading in main.all("h2")]
        head, *body = rows(main.one("table", "stacked"))
        assert head == ["Measure", "Status", "In words"]
        said = statuses.filter(area_code=code)["explanation"].to_list()
        assert sorted(row[2] for row in body) == sorted(said)
        (led,) = (p for p in main.all("p") if p.text.startswith("Its residents are judged today in "))
        successors = [(link.attributes["href"] or "").removeprefix("/system/") for link in led.all("a")]
        assert successors
        assert set(successors) <= set(systems)


def test_a_board_that_ended_says_what_got_worse(page: Get) -> None:
    """Sussex of before April 2026; promises come first."""
    body = rows(page("/system/E54000064").one("table", "stacked"))[1:]
    shown = {row[0]: row[1] for row in body}
    assert next(iter(shown)) in {"Adult smoking", "Early cancer diagnosis"}
    assert shown["Adult obesity"] == "Getting worse"
    assert shown["Life expectancy, men"] == "No interval, so no test"


def test_last_figures_carry_their_shorthand_and_their_sources(page: Get) -> None:
    main = page(f"/system/{FRIMLEY}").one("main")
    body = [row for row in rows(main.one("table", "others")) if len(row) == 4]
    shown = {row[1].split()[-1] for row in body[1:]} & {"[e]", "[u]"}
    assert shown
    for symbol in shown:
        assert symbol in main.one("p", "key").text
    sources = main.one("ul", "sources").all("li")
    assert len(sources) == 4
    assert all(item.text.startswith("Source: ") for item in sources)


def test_a_measure_without_a_figure_says_why(release: Release) -> None:
    """The last value there is counts, not the last row; a measure with none says what the publisher says."""
    known = queries.reference(release)
    men, women, *_ = measures(known.indicators.values())
    points = [
        point
        for point in queries.area_series(release, FRIMLEY)
        if (point.indicator_id, point.sex) == (men.indicator.indicator_id, men.sex)
    ]
    england = lines_by_series(queries.area_series(release, queries.ENGLAND))
    emptied = [replace(point, value=None, value_symbol="[x]", note="Withheld.") for point in points]
    (found,) = last_figures({men: [*points[:-1], emptied[-1]], women: emptied}, england)
    assert found.latest == points[-2]
    assert without_figure({men: points, women: emptied}) == (f"{women.title}: withheld.",)
    assert without_figure({men: []}) == (f"{men.title}: no reason is given.",)


def test_a_board_without_any_figure_says_so_in_words(release: Release) -> None:
    view = ended_view(release, queries.reference(release).areas[FRIMLEY])
    nothing = replace(view, last=(), missing=("Adult obesity: withheld.",), credits=())
    drawn = read(served.html(tag("Div", [part for part in ended.last_figures(nothing) if part])))
    assert drawn.text == "No leading measure has a figure for this system. Adult obesity: withheld."
    assert drawn.all("table") == []
