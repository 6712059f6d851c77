"""Downloads: every table in each format reads back equal, says where it comes from, and is safe to open."""

import csv
import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from math import isclose
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from flask.testing import FlaskClient

from dashboard.downloads import _csv_lines, plain_text
from dashboard.ods import ods
from dashboard.spreadsheet import MOST_ROWS, contents, xlsx
from data_contracts.marts import MARTS, Mart
from data_contracts.vocabulary import SYMBOL_MEANINGS
from tests.builders.data_folder import DataFolder
from tests.page.test_server import HEAVY

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Book:
    """An Office Open XML spreadsheet as its own parts say it is."""

    def __init__(self, data: bytes) -> None:
        self.file = zipfile.ZipFile(io.BytesIO(data))
        strings = ElementTree.fromstring(self.file.read("xl/sharedStrings.xml"))
        self._strings = ["".join(t.text or "" for t in s.iter(f"{{{_NS['m']}}}t")) for s in strings]
        names = ElementTree.fromstring(self.file.read("xl/workbook.xml")).findall("m:sheets/m:sheet", _NS)
        self.sheets = {s.attrib["name"]: f"xl/worksheets/sheet{i}.xml" for i, s in enumerate(names, 1)}

    def xml(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.file.read(self.sheets[name]))

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Cells by column letters, row by row."""
        return [
            {re.sub(r"\d", "", c.attrib["r"]): self._value(c) for c in row.findall("m:c", _NS)}
            for row in self.xml(name).findall("m:sheetData/m:row", _NS)
        ]

    def _value(self, cell: ElementTree.Element) -> Any:
        value = cell.find("m:v", _NS)
        assert cell.find("m:f", _NS) is None, "a formula"
        if value is None or value.text is None:
            return None
        kind = cell.attrib.get("t", "n")
        return {"s": lambda t: self._strings[int(t)], "b": lambda t: t == "1", "n": float}[kind](value.text)

    def table(self, mart: Mart) -> list[tuple[Any, ...]]:
        """The data sheet's rows in the types of the contract."""
        head, *body = self.rows(mart.name)[2:]
        assert list(head.values()) == list(mart.columns)
        return [
            tuple(_typed(row.get(letter), field.kind) for letter, field in zip(head, mart.fields, strict=True))
            for row in body
        ]


class OpenBook:
    """An OpenDocument spreadsheet as its own parts say it is."""

    _OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    _TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    _TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

    def __init__(self, data: bytes) -> None:
        self.file = zipfile.ZipFile(io.BytesIO(data))
        self.content = ElementTree.fromstring(self.file.read("content.xml"))
        tables = list(self.content.iter(f"{self._TABLE}table"))
        self.sheets = {t.attrib[f"{self._TABLE}name"]: self._rows(t) for t in tables}
        self.marked = [r.attrib[f"{self._TABLE}name"] for r in self.content.iter(f"{self._TABLE}database-range")]

    def _rows(self, sheet: ElementTree.Element) -> list[list[Any]]:
        return [[self._value(cell) for cell in row] for row in sheet.iter(f"{self._TABLE}table-row")]

    def _value(self, cell: ElementTree.Element) -> Any:
        assert f"{self._TABLE}formula" not in cell.attrib, "a formula"
        said = {name.removeprefix(self._OFFICE): value for name, value in cell.attrib.items()}
        kind = said.get("value-type")
        if kind is None:
            return None
        if kind == "string":
            return "".join(self._spelt(cell[0]))
        read = {
            "float": lambda: float(said["value"]),
            "boolean": lambda: said["boolean-value"] == "true",
            "date": lambda: date.fromisoformat(said["date-value"]),
        }
        return read[kind]()

    def _spelt(self, text: ElementTree.Element) -> list[str]:
        """Text with its written spaces: runs of them, tabs and line ends are elements."""
        spelt = [text.text or ""]
        for part in text:
            many = int(part.attrib.get(f"{self._TEXT}c", 1))
            spelt += [{"s": " ", "tab": "\t", "line-break": "\n"}[part.tag.removeprefix(self._TEXT)] * many]
            spelt += [part.tail or ""]
        return spelt

    def table(self, mart: Mart) -> list[tuple[Any, ...]]:
        """The data sheet's rows in the types of the contract."""
        head, *body = self.sheets[mart.name][2:]
        assert head == list(mart.columns)
        return [
            tuple(int(v) if f.kind == "whole" and v is not None else v for f, v in zip(mart.fields, row, strict=True))
            for row in body
        ]


_READERS: dict[str, Any] = {"xlsx": Book, "ods": OpenBook}


def _typed(cell: Any, kind: str) -> Any:
    if cell is None:
        return None
    return {"whole": int, "date": lambda n: date(1899, 12, 30) + timedelta(days=n)}.get(kind, lambda c: c)(cell)


def _same(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> bool:
    """Equal, numbers to the 15 digits that a spreadsheet shows."""
    return len(one) == len(other) and all(
        isclose(a, b, rel_tol=1e-15) if isinstance(a, float) and isinstance(b, float) else a == b
        for here, there in zip(one, other, strict=True)
        for a, b in zip(here, there, strict=True)
    )


def _get(client: FlaskClient, address: str, status: int = 200) -> Any:
    response = client.get(f"/download/{address}", buffered=True)
    assert response.status_code == status, response.get_data(as_text=True)[:300]
    return response


@pytest.mark.parametrize("mart", MARTS)
def test_csv_reads_back_equal(client: FlaskClient, first_release: DataFolder, mart: str) -> None:
    frame = first_release.mart(mart)
    assert pl.read_csv(io.BytesIO(_get(client, f"{mart}.csv").data), schema=frame.schema).equals(frame)


@pytest.mark.parametrize("mart", MARTS)
def test_parquet_is_the_marts_own(client: FlaskClient, first_release: DataFolder, mart: str) -> None:
    data = _get(client, f"{mart}.parquet").data
    assert data == (first_release.path / "current" / "marts" / f"{mart}.parquet").read_bytes()


@pytest.mark.parametrize("kind", _READERS)
@pytest.mark.parametrize("mart", MARTS)
def test_a_spreadsheet_reads_back_equal_or_names_what_to_take(
    client: FlaskClient, first_release: DataFolder, mart: str, kind: str
) -> None:
    frame = first_release.mart(mart)
    if frame.height > MOST_ROWS:
        error = _get(client, f"{mart}.{kind}", 413).get_json()["error"]
        assert error["code"] == "too_many_rows"
        assert "CSV" in error["message"]
        assert "Parquet" in error["message"]
        return
    assert _same(_READERS[kind](_get(client, f"{mart}.{kind}").data).table(MARTS[mart]), frame.rows())


def test_filters_are_those_of_the_api_in_every_format(client: FlaskClient, first_release: DataFolder) -> None:
    asked = "area_code=E54000050&sex=male"
    frame = first_release.mart("observations").filter(area_code="E54000050", sex="male")
    assert frame.height > 10
    csv_ = _get(client, f"observations.csv?{asked}").data
    assert pl.read_csv(io.BytesIO(csv_), schema=frame.schema).equals(frame)
    assert pl.read_parquet(io.BytesIO(_get(client, f"observations.parquet?{asked}").data)).equals(frame)
    assert _same(Book(_get(client, f"observations.xlsx?{asked}").data).table(MARTS["observations"]), frame.rows())
    opened = OpenBook(_get(client, f"observations.ods?{asked}").data).table(MARTS["observations"])
    assert opened == frame.rows(), "to the last digit"


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx", "ods"])
def test_a_selection_without_rows_is_a_file_without_rows(client: FlaskClient, kind: str) -> None:
    data = _get(client, f"observations.{kind}?period_label=never").data
    mart = MARTS["observations"]
    if kind == "csv":
        assert data.decode().splitlines() == [",".join(mart.columns)]
    elif kind == "parquet":
        assert pl.read_parquet(io.BytesIO(data)).shape == (0, len(mart.columns))
    else:
        assert _READERS[kind](data).table(mart) == []


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx", "ods"])
def test_a_file_says_where_it_comes_from(client: FlaskClient, first_release: DataFolder, kind: str) -> None:
    release_id = first_release.release_id
    headers = _get(client, f"areas.{kind}").headers
    assert headers["Content-Disposition"] == f'attachment; filename="areas-{release_id}.{kind}"'
    assert headers["X-Release-Id"] == release_id
    assert headers["X-Release-As-Of"] == "2026-11-25"
    assert '</data#table-areas>; rel="describedby"' in headers["Link"]
    assert 'rel="license"' in headers["Link"]
    part = _get(client, f"areas.{kind}?area_code=E92000001").headers["Content-Disposition"]
    assert f"areas-{release_id}-selection.{kind}" in part


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx", "ods"])
@pytest.mark.parametrize("asked", ["", "?area_code=E92000001"])
def test_nothing_is_sent_twice(client: FlaskClient, kind: str, asked: str) -> None:
    address = f"/download/areas.{kind}{asked}"
    tag = client.get(address, buffered=True).headers["ETag"]
    again = client.get(address, buffered=True, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    other = "/download/areas.csv?area_code=E12000001"
    assert client.get(other, buffered=True, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("kind", _READERS)
def test_the_same_spreadsheet_is_the_same_bytes(client: FlaskClient, kind: str) -> None:
    data = _get(client, f"sources.{kind}").data
    assert data == _get(client, f"sources.{kind}").data
    times = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(data)).infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_both_spreadsheets_hold_the_same_sheets(client: FlaskClient) -> None:
    """Cell by cell, but for the address they came from."""
    asked = "?area_code=E54000050&sex=male&indicator_id=healthy-life-expectancy"
    one = Book(_get(client, f"observations.xlsx{asked}").data)
    other = OpenBook(_get(client, f"observations.ods{asked}").data)
    assert list(one.sheets) == list(other.sheets)
    for name in ("Cover", "Contents", "Notes", "Columns"):
        mine = [list(row.values()) for row in one.rows(name)]
        assert [[str(c).replace(".ods", ".xlsx") for c in row] for row in other.sheets[name]] == mine
    assert other.marked == ["table_contents", "table_notes", "table_columns", "table_observations"]
    assert other.file.namelist()[0] == "mimetype"
    assert other.file.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"


def test_a_spreadsheet_follows_the_checklist(client: FlaskClient, first_release: DataFolder) -> None:
    book = Book(_get(client, "observations.xlsx?area_code=E54000050&sex=male").data)
    assert list(book.sheets) == ["Cover", "Contents", "Notes", "Columns", "observations"]
    cover = " ".join(str(cell) for row in book.rows("Cover") for cell in row.values())
    for said in (first_release.release_id, "Open Government Licence", "Crown copyright", "area_code is E54000050"):
        assert said in cover
    assert "/download/observations.xlsx?area_code=E54000050" in cover
    assert [row["A"] for row in book.rows("Contents")[3:]] == list(book.sheets)
    assert {row["A"]: row["B"].lower() for row in book.rows("Notes")[3:]} == {
        str(symbol): meaning.lower() for symbol, meaning in SYMBOL_MEANINGS.items()
    }
    assert [row["A"] for row in book.rows("Columns")[3:]] == list(MARTS["observations"].columns)
    for name in book.sheets:
        sheet = book.xml(name)
        tables = sheet.findall("m:tableParts/m:tablePart", _NS)
        assert len(tables) == (0 if name == "Cover" else 1)
        assert sheet.find("m:mergeCells", _NS) is None
        assert sheet.find("m:autoFilter", _NS) is None
        assert sheet.find(".//m:pane", _NS) is None
        assert all(book.rows(name)), "no blank row"
        numbers = [int(row.attrib["r"]) for row in sheet.findall("m:sheetData/m:row", _NS)]
        assert numbers == list(range(1, len(numbers) + 1))
    tables = [ElementTree.fromstring(book.file.read(n)) for n in book.file.namelist() if n.startswith("xl/tables/")]
    assert all(table.find("m:autoFilter", _NS) is None for table in tables)
    assert len({table.attrib["name"] for table in tables}) == 4


_NASTY = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "http://example.org", "2.5")


def _quarantine(found: str) -> dict[str, Any]:
    return dict.fromkeys(MARTS["quarantine"].columns, "x") | {"source_row": -7, "found": found}


def test_no_cell_of_a_spreadsheet_is_ever_a_formula_or_a_link() -> None:
    manifest = {"release_id": "r", "as_of": "2026-11-25"}
    rows = [_quarantine(text) for text in _NASTY]
    workbook = contents(manifest, MARTS["quarantine"], rows, {}, asked="x")
    book, opened = Book(xlsx(workbook).read()), OpenBook(ods(workbook).read())
    found = MARTS["quarantine"].columns.index("found")
    for table in (book.table(MARTS["quarantine"]), opened.table(MARTS["quarantine"])):
        assert [row[found] for row in table] == list(_NASTY)
    assert book.xml("quarantine").find("m:hyperlinks", _NS) is None
    assert not [element for element in opened.content.iter() if element.tag.endswith("}a")]


def test_spaces_and_characters_no_file_can_hold_do_not_spoil_an_open_document() -> None:
    texts = ["two  spaces", " before and after ", "two\nlines", "a\ttab", "\x00 and \x1b", "plain"]
    rows = [_quarantine(text) for text in texts]
    workbook = contents({"release_id": "r", "as_of": "2026-11-25"}, MARTS["quarantine"], rows, {}, asked="x")
    read = OpenBook(ods(workbook).read()).table(MARTS["quarantine"])
    found = MARTS["quarantine"].columns.index("found")
    assert [row[found] for row in read] == [*texts[:4], "\ufffd and \ufffd", "plain"]


def test_no_text_of_a_csv_file_runs_and_no_number_changes() -> None:
    texts = [*_NASTY, "-2.5", "+3", "-", "plain, with a comma", 'with "quotes"', "two\nlines"]
    rows = [tuple(_quarantine(text).values()) for text in texts]
    read = list(csv.DictReader(io.StringIO("".join(_csv_lines(MARTS["quarantine"], iter([rows]))), newline="")))
    safe = {text: f"'{text}" for text in ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", _NASTY[5], "-")}
    assert [row["found"] for row in read] == [safe.get(text, text) for text in texts]
    assert {row["source_row"] for row in read} == {"-7"}
    assert plain_text("-1e-5") == "-1e-5"


@pytest.mark.parametrize(
    ("address", "status", "code", "field"),
    [
        ("nothing.csv", 404, "unknown_mart", "mart"),
        ("areas.docx", 404, "unknown_format", "format"),
        ("areas.ods?limit=10", 400, "unknown_parameter", "limit"),
        ("areas", 404, "unknown_address", None),
        ("", 404, "unknown_address", None),
        ("../secret.csv", 404, "unknown_address", None),
        ("observations.csv?value=1", 400, "unknown_parameter", "value"),
        ("observations.csv?limit=10", 400, "unknown_parameter", "limit"),
        ("observations.parquet?sex=men", 400, "bad_value", "sex"),
        ("observations.xlsx?sex=male&sex=female", 400, "repeated_parameter", "sex"),
    ],
)
def test_a_mistake_is_named(client: FlaskClient, address: str, status: int, code: str, field: str | None) -> None:
    error = _get(client, address, status).get_json()["error"]
    assert (error["code"], error["field"]) == (code, field)
    assert error["message"]


def test_without_a_release_it_says_what_to_do(tmp_path: Path) -> None:
    from dashboard.server import create_app
    from dashboard.settings import Settings

    client = create_app(Settings(data_dir=tmp_path / "data")).test_client()
    answer = client.get("/download/areas.csv")
    assert answer.status_code == 503
    assert "make refresh" in answer.get_json()["error"]["message"]


def test_a_long_table_is_sent_a_batch_at_a_time_from_the_release_it_began_with(folder: DataFolder) -> None:
    """The release is replaced in the middle of a download: the rest still comes, and then it is let go of."""
    from dashboard.server import create_app
    from dashboard.settings import Settings

    client = create_app(Settings(data_dir=folder.path)).test_client()
    frame = folder.mart("observations")
    response = client.get("/download/observations.csv", buffered=False)
    chunks = response.iter_encoded()
    begun = next(chunks) + next(chunks)
    assert len(begun) < 2_000_000
    current = folder.path / "current"
    other = current.resolve().with_name("0123456789abcdef")
    current.resolve().rename(other)
    current.unlink()
    current.symlink_to(other.relative_to(folder.path))
    with ThreadPoolExecutor(1) as elsewhere:  # as a server would: each thread has one request at a time
        assert elsewhere.submit(client.get, "/healthz").result().status_code == 200
    data = begun + b"".join(chunks)
    response.close()
    assert client.get("/healthz").status_code == 200
    assert pl.read_csv(io.BytesIO(data), schema=frame.schema).equals(frame)


def test_the_web_process_loads_nothing_heavy(first_release: DataFolder) -> None:
    import subprocess
    import sys

    from tests.builders.data_folder import ROOT

    script = f"""
import sys
from pathlib import Path
from dashboard.server import create_app
from dashboard.settings import Settings
client = create_app(Settings(data_dir=Path({str(first_release.path)!r}))).test_client()
for path in ("/data", "/methods", "/download/areas.csv"):
    assert client.get(path).status_code == 200, path
assert not {{"xlsxwriter", "odf"}} & set(sys.modules)
for path in ("/download/areas.xlsx", "/download/areas.parquet?area_code=E92000001"):
    assert "odf" not in sys.modules
    assert client.get(path).status_code == 200, path
assert client.get("/download/areas.ods").status_code == 200
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
