"""The page on data: every source and table is there, with what became of every row."""

import datetime as dt
import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from dashboard import clock
from dashboard.server import create_app
from dashboard.settings import Settings
from dashboard.views.data import next_expected
from data_contracts.marts import MARTS
from data_contracts.registry.records import SET_ASIDE_MEANINGS, left_out, sources
from tests.builders.data_folder import DataFolder
from tests.page.reading import Element, rows

Get = Callable[..., Element]
TODAY = dt.date(2026, 11, 25)
#: Sources a release is never without.
IN_USE = [source_id for source_id, source in sources().items() if not source.optional]


@pytest.fixture(autouse=True)
def _on_a_known_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def main(page: Get) -> Element:
    return page("/data").one("main")


def _at(main: Element, place: str) -> Element:
    (found,) = [e for e in main.all("section") + main.all("details") if e.attributes.get("id") == place]
    return found


def _facts(block: Element) -> dict[str, str]:
    return {pair.one("dt").text: pair.one("dd").text for pair in block.one("dl").all("div")}


def test_it_answers_first(main: Element, first_release: DataFolder) -> None:
    figures = first_release.mart("observations").filter(value_kind="published")["value"].count()
    received = first_release.mart("sources")["received"].sum()
    answer = main.one("p", "answer").text
    assert main.one("h1").text
    assert answer.startswith(f"{len(IN_USE)} sources give {figures:,} published figures on ")
    assert f"of the {received:,} rows received, none is in quarantine. The newest vintage is of " in answer
    assert len(answer.split()) <= 30


@pytest.mark.parametrize("source_id", IN_USE)
def test_every_source_has_its_block(main: Element, first_release: DataFolder, source_id: str) -> None:
    (row,) = first_release.mart("sources").filter(source_id=source_id).iter_rows(named=True)
    block = _at(main, source_id)
    said = _facts(block)
    assert block.one("h3").text == row["title"]
    assert next(link.attributes["href"] for link in block.all("a")) == row["source_url"]
    assert said["Publisher"] == row["publisher"]
    assert row["vintage"] in said["Vintage"]
    assert said["Next expected"]
    for part in ("received", "accepted", "set aside", "quarantined"):
        assert f"{row[part.replace(' ', '_')]:,} {part}" in said["Rows"]
    assert said["Licence"] == f"{row['licence']}. {row['attribution']}"
    assert said["Bear in mind"] == row["caveats"]


def test_rows_set_aside_are_told_by_rule_and_add_up(main: Element, first_release: DataFolder) -> None:
    manifest = json.loads((first_release.path / "current" / "manifest.json").read_text("utf-8"))
    for source in manifest["sources"]:
        said = _facts(_at(main, source["source_id"]))["Rows"]
        for rule, n in source["set_aside_by_rule"].items():
            assert f"{n:,}: {SET_ASIDE_MEANINGS[rule]}" in said
    (table,) = [t for t in main.all("table") if "Rules by which" in t.one("caption").text]
    told = {row[0]: int(row[2].replace(",", "")) for row in rows(table)[1:]}
    assert set(told) == set(SET_ASIDE_MEANINGS)
    assert sum(told.values()) == first_release.mart("sources")["set_aside"].sum()


def test_every_measure_is_under_the_source_that_gives_it(main: Element, first_release: DataFolder) -> None:
    published = first_release.mart("observations").filter(value_kind="published")
    for source_id, indicator_id in published.select("source_id", "indicator_id").unique().iter_rows():
        links = [link.attributes["href"] for link in _at(main, source_id).all("a")]
        assert f"/methods#{indicator_id}" in links


def test_every_source_is_in_a_table_that_leads_to_its_block(main: Element) -> None:
    led = [a.attributes["href"] for t in main.all("table") for a in t.all("a")]
    assert {f"#{source_id}" for source_id in IN_USE} <= set(led)


def test_every_table_can_be_taken_away_and_is_described(main: Element, first_release: DataFolder) -> None:
    links = {link.attributes["href"] for link in main.all("a")}
    for mart in MARTS.values():
        assert {f"/download/{mart.name}.csv", f"/download/{mart.name}.parquet", f"#table-{mart.name}"} <= links
        assert (f"/download/{mart.name}.xlsx" in links) == (first_release.mart(mart.name).height <= 2000)
        described = rows(_at(main, f"table-{mart.name}").one("table"))
        assert [row[0] for row in described[1:]] == list(mart.columns)


def test_every_file_of_the_page_is_there(main: Element, client: FlaskClient) -> None:
    for address in {link.attributes["href"] or "" for link in main.all("a")}:
        if address.startswith("/"):
            assert client.get(address.partition("#")[0], buffered=True).status_code == 200, address


def test_links_within_the_page_lead_somewhere_and_no_id_is_used_twice(main: Element) -> None:
    ids = [e.attributes["id"] for e in main.every() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    within = {(link.attributes["href"] or "")[1:] for link in main.all("a") if link.attributes["href"].startswith("#")}  # type: ignore[union-attr]
    assert within <= set(ids)


def test_files_left_out_have_their_reason(main: Element) -> None:
    for file in left_out():
        assert file.what in main.text
        assert file.why in main.text


def test_an_empty_quarantine_says_so(main: Element) -> None:
    assert main.one("p", "quarantine-state").text.startswith("No row is in quarantine")


def test_rows_in_quarantine_are_shown_with_what_was_found(folder: DataFolder) -> None:
    """A release with three faults: each row, its rule, what was found and expected, the row as received."""
    import duckdb

    fault = {
        "source_id": "ohid-adult-obesity",
        "rule": "percent_in_range",
        "column": "value",
        "expected": "0 to 100",
        "found": "<b>310</b>",
        "row": '{"value": "310"}',
    }
    release = (folder.path / "current").resolve()
    with duckdb.connect(str(release / "release.duckdb")) as connection:
        for place in (7, 8, 9):
            connection.execute(
                "insert into quarantine values (?, ?, ?, ?, ?, ?, ?)",
                [{**fault, "source_row": place}[name] for name in MARTS["quarantine"].columns],
            )
        connection.execute("update sources set quarantined = 3 where source_id = 'ohid-adult-obesity'")
    from tests.page.reading import read

    client = create_app(Settings(data_dir=folder.path)).test_client()
    main = read(client.get("/data").get_data(as_text=True)).one("main")
    assert "3 are in quarantine" in main.one("p", "answer").text
    (table,) = [t for t in main.all("table") if t.one("caption").text == "Rows in quarantine"]
    assert [row[:6] for row in rows(table)[1:]] == [
        ["ohid-adult-obesity", str(place), "percent_in_range", "value", "0 to 100", "<b>310</b>"] for place in (7, 8, 9)
    ]
    assert '{"value": "310"}' in table.text


@pytest.mark.parametrize(
    ("cadence", "lag", "ends", "published", "said"),
    [
        ("yearly", 14, dt.date(2024, 12, 31), None, "about February 2027"),
        ("yearly", 11, dt.date(2024, 12, 31), None, "about November 2026"),
        ("yearly", 10, dt.date(2024, 12, 31), None, "was expected about October 2026; not in this release"),
        ("quarterly", 2, dt.date(2026, 9, 30), None, "about February 2027"),
        ("yearly", 0, None, dt.date(2026, 3, 1), "about March 2027"),
        ("yearly", 0, None, None, "not known: yearly, and the day of the last issue is not recorded"),
        ("discontinued", 24, dt.date(2021, 12, 31), None, "not expected: discontinued"),
        (
            "no longer issued in this form",
            6,
            dt.date(2022, 11, 15),
            None,
            "not expected: no longer issued in this form",
        ),
        ("once", 0, None, None, "not expected: issued once"),
        ("when boundaries change", 0, None, None, "not known: issued when boundaries change"),
    ],
)
def test_the_next_issue_is_worked_out_from_the_last(
    cadence: str, lag: int, ends: dt.date | None, published: dt.date | None, said: str
) -> None:
    found = next_expected(cadence=cadence, lag=lag, ends=ends, published=published, today=TODAY)
    assert found == said


def test_a_page_kept_yesterday_is_not_given_today(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, first_release: DataFolder
) -> None:
    assert "About February 2027" in client.get("/data").get_data(as_text=True)
    monkeypatch.setattr(clock, "today", lambda: dt.date(2027, 3, 1))
    assert "Was expected about February 2027" in client.get("/data").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/system/E54000050"])
def test_every_source_line_leads_to_source_and_method(page: Get, path: str) -> None:
    data, methods = page("/data").one("main"), page("/methods").one("main")
    places = {f"/data#{e.attributes['id']}" for e in data.every() if "id" in e.attributes}
    places |= {f"/methods#{e.attributes['id']}" for e in methods.every() if "id" in e.attributes}
    lines = page(path).one("main").all("p", "source")
    assert lines
    for line in lines:
        links = [link.attributes["href"] for link in line.all("a")]
        assert [(link or "").partition("#")[0] for link in links] == ["/data", "/methods"]
        assert set(links) <= places
