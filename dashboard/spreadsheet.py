"""A published table as a spreadsheet, by the Analysis Function's checklist.

A cover, a list of contents, notes, what the columns mean, and the table: one marked-up table a sheet with one header
row; no merged cells, blank rows, frozen panes or filters. Text is written as text, so no cell is ever a formula.
What a workbook holds is said once, in `contents`; `xlsx` and `dashboard.ods` write it.
"""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import words
from data_contracts.dictionary import TYPES, may_hold
from data_contracts.fields import Field
from data_contracts.marts import Mart
from data_contracts.registry.records import ATTRIBUTION, LICENCE, LICENCE_URL
from data_contracts.vocabulary import SYMBOL_MEANINGS

MOST_ROWS = 2_000
AUTHOR = "ICS Progress"

#: The most a cell of a spreadsheet can hold.
_LONGEST_TEXT = 32_767
_CUT = " … (cut: a cell holds no more; the CSV file has the whole)"

#: Widths in characters, of a line of text and of a table's columns.
LINE_WIDTH = 100
_NARROW, _WIDE = 12, 48

Cell = str | bool | int | float | dt.date | None


@dataclass(frozen=True)
class Sheet:
    """A sheet: a title in the first row, then lines of text a row each, then a table where there is one."""

    name: str
    title: str
    lines: Sequence[str]
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()

    @property
    def widths(self) -> list[int]:
        """Widths of the table's columns in characters."""
        texts = [[head, *(row[at] for row in self.rows)] for at, head in enumerate(self.head)]
        longest = [max(len(text) for text in column if isinstance(text, str)) for column in texts]
        return [min(max(length + 2, _NARROW), _WIDE) for length in longest]


@dataclass(frozen=True)
class Workbook:
    """What a spreadsheet holds, whatever its format."""

    title: str
    address: str
    as_of: dt.date
    sheets: Sequence[Sheet]


def contents(
    manifest: Mapping[str, Any],
    mart: Mart,
    rows: Sequence[Mapping[str, Any]],
    filters: Mapping[str, Any],
    *,
    asked: str,
) -> Workbook:
    """Rows of a mart with what a reader needs to know of them; `asked` is the address they came from."""
    title = f"{mart.name}: {mart.holds}"
    as_of = dt.date.fromisoformat(manifest["as_of"])
    chosen = [f"{name} is {value}" for name, value in filters.items()]
    cover = Sheet(
        "Cover",
        title,
        [
            f"Release {manifest['release_id']}, data as at {words.date(as_of)}.",
            f"{len(rows):,} rows; chosen where {words.listed(chosen)}." if chosen else f"{len(rows):,} rows: all.",
            f"Address: {asked}",
            f"Licence: {LICENCE}, {LICENCE_URL}",
            ATTRIBUTION,
            "Sources, what became of their rows, and every other table are on the page Data; methods on the page "
            "Methods.",
        ],
    )
    listed = Sheet(
        "Contents",
        "Contents",
        ["One table: the sheets of this workbook."],
        ["Sheet", "What it holds"],
        [
            ["Cover", "Release, licence and address"],
            ["Contents", "This list"],
            ["Notes", "Symbols and empty cells"],
            ["Columns", "What each column means"],
            [mart.name, mart.holds],
        ],
    )
    notes = Sheet(
        "Notes",
        "Notes",
        [
            "One table: the symbols. A missing value is an empty cell, never a zero, and the row says why in "
            "value_symbol and note. Other empty cells are of columns that may be empty: see the sheet Columns. Numbers "
            "are not rounded as on pages; a spreadsheet shows 15 digits of them."
        ],
        ["Symbol", "Meaning"],
        [[str(symbol), words.opening(meaning)] for symbol, meaning in SYMBOL_MEANINGS.items()],
    )
    columns = Sheet(
        "Columns",
        "Columns",
        [f"One table: the columns of {mart.name}. One row is identified by {words.listed(list(mart.key))}."],
        ["Column", "Type", "Unit", "Empty", "Meaning", "May hold"],
        [_described(mart, field) for field in mart.fields],
    )
    about = "One table. Symbols and empty cells are explained in the sheet Notes."
    table = Sheet(
        mart.name,
        title,
        [about if rows else "One table, without rows: no row matches."],
        list(mart.columns),
        [[_fitting(cell) for cell in row.values()] for row in rows],
    )
    return Workbook(title, asked, as_of, [cover, listed, notes, columns, table])


def _fitting(cell: Cell) -> Cell:
    if isinstance(cell, str) and len(cell) > _LONGEST_TEXT:
        return cell[: _LONGEST_TEXT - len(_CUT)] + _CUT
    return cell


def _described(mart: Mart, field: Field) -> list[Any]:
    empty = "may be" if mart.is_nullable(field) else "never"
    return [field.name, TYPES[field.kind], field.unit or "no unit", empty, field.meaning, may_hold(field) or "anything"]


def xlsx(workbook: Workbook) -> io.BytesIO:
    """Write a workbook as Office Open XML; the same bytes for the same workbook."""
    import xlsxwriter  # type: ignore[import-untyped] # only where one is asked for: the pages never need it

    file = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, safe)
    # The date of the release, not of the request: the same address gives the same bytes.
    made = dt.datetime(workbook.as_of.year, workbook.as_of.month, workbook.as_of.day)  # noqa: DTZ001
    book.set_properties(
        {"title": workbook.title, "author": AUTHOR, "comments": workbook.address, "created": made},
    )
    sheets = _Sheets(book)
    for sheet in workbook.sheets:
        sheets.add(sheet)
    book.close()
    file.seek(0)
    return file


class _Sheets:
    """Adds sheets to an Office Open XML workbook."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})

    def add(self, of: Sheet) -> None:
        """Add a sheet. A table without rows has its header alone: Excel marks up none without a row."""
        sheet = self._book.add_worksheet(of.name)
        for column, width in enumerate(of.widths or [LINE_WIDTH]):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, of.title, self._title)
        for row, line in enumerate(of.lines, 1):
            # Beside a table, a line runs on over the columns.
            sheet.write_string(row, 0, line, None if of.head else self._wrapped)
        top = 1 + len(of.lines)
        for column, head in enumerate(of.head):
            sheet.write_string(top, column, head, self._head)
        if of.rows:
            sheet.add_table(
                top,
                0,
                top + len(of.rows),
                len(of.head) - 1,
                {
                    "name": table_name(of),
                    "autofilter": False,
                    "style": None,
                    "columns": [{"header": head, "header_format": self._head} for head in of.head],
                },
            )
        for place, cells in enumerate(of.rows, top + 1):
            for column, cell in enumerate(cells):
                self._write(sheet, place, column, cell)

    def _write(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, str):
            sheet.write_string(row, column, cell, self._wrapped)
        elif isinstance(cell, bool):
            sheet.write_boolean(row, column, cell)
        elif isinstance(cell, dt.date):
            sheet.write_datetime(row, column, dt.datetime(cell.year, cell.month, cell.day), self._day)  # noqa: DTZ001
        elif cell is not None:
            sheet.write_number(row, column, cell)


def table_name(sheet: Sheet) -> str:
    """The name a sheet's table is marked up with."""
    return f"table_{sheet.name.lower()}"
