"""A published table as a spreadsheet, by the Analysis Function's checklist.

A cover, a list of contents, notes, what the columns mean, and the table: one marked-up table a sheet with one header
row; no merged cells, blank rows, frozen panes or filters. Text is written as text, so no cell is ever a formula.
"""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import words
from data_contracts.dictionary import TYPES, may_hold
from data_contracts.fields import Field
from data_contracts.marts import Mart
from data_contracts.registry.records import ATTRIBUTION, LICENCE, LICENCE_URL
from data_contracts.vocabulary import SYMBOL_MEANINGS

MOST_ROWS = 2_000

#: The most a cell of a spreadsheet can hold.
_LONGEST_TEXT = 32_767
_CUT = " … (cut: a cell holds no more; the CSV file has the whole)"

_NARROW, _WIDE = 12, 48


def workbook(
    manifest: Mapping[str, Any],
    mart: Mart,
    rows: Sequence[Mapping[str, Any]],
    filters: Mapping[str, Any],
    *,
    asked: str,
) -> io.BytesIO:
    """Write rows of a mart with what a reader needs to know of them; `asked` is the address they came from."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped] # only where one is asked for: the pages never need it

    file = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = Workbook(file, safe)
    title = f"{mart.name}: {mart.holds}"
    as_of = dt.date.fromisoformat(manifest["as_of"])
    # The date of the release, not of the request: the same address gives the same bytes.
    made = dt.datetime(as_of.year, as_of.month, as_of.day, tzinfo=dt.UTC).replace(tzinfo=None)
    book.set_properties({"title": title, "author": "ICS Progress", "comments": asked, "created": made})
    sheets = _Sheets(book)
    chosen = [f"{name} is {value}" for name, value in filters.items()]
    sheets.lines(
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
    sheets.table(
        "Contents",
        "Contents",
        "One table: the sheets of this workbook.",
        ["Sheet", "What it holds"],
        [
            ["Cover", "Release, licence and address"],
            ["Contents", "This list"],
            ["Notes", "Symbols and empty cells"],
            ["Columns", "What each column means"],
            [mart.name, mart.holds],
        ],
    )
    sheets.table(
        "Notes",
        "Notes",
        "One table: the symbols. A missing value is an empty cell, never a zero, and the row says why in value_symbol "
        "and note. Other empty cells are of columns that may be empty: see the sheet Columns. Numbers are not rounded "
        "as on pages; a spreadsheet shows 15 digits of them.",
        ["Symbol", "Meaning"],
        [[str(symbol), words.opening(meaning)] for symbol, meaning in SYMBOL_MEANINGS.items()],
    )
    sheets.table(
        "Columns",
        "Columns",
        f"One table: the columns of {mart.name}. One row is identified by {words.listed(list(mart.key))}.",
        ["Column", "Type", "Unit", "Empty", "Meaning", "May hold"],
        [_described(mart, field) for field in mart.fields],
    )
    sheets.table(
        mart.name,
        title,
        "One table. Symbols and empty cells are explained in the sheet Notes."
        if rows
        else "One table, without rows: no row matches.",
        list(mart.columns),
        [list(row.values()) for row in rows],
    )
    book.close()
    file.seek(0)
    return file


def _described(mart: Mart, field: Field) -> list[Any]:
    empty = "may be" if mart.is_nullable(field) else "never"
    return [field.name, TYPES[field.kind], field.unit or "no unit", empty, field.meaning, may_hold(field) or "anything"]


class _Sheets:
    """Adds sheets of one form: a title in the first row, what to know in the second, a table from the third."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})

    def lines(self, name: str, title: str, lines: Sequence[str]) -> None:
        """A sheet of text, a line a row."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, 100)
        sheet.write_string(0, 0, title, self._title)
        for row, line in enumerate(lines, 1):
            sheet.write_string(row, 0, line, self._wrapped)

    def table(self, name: str, title: str, about: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A sheet with one table. A table without rows has its header alone: Excel marks up none without a row."""
        sheet = self._book.add_worksheet(name)
        sheet.write_string(0, 0, title, self._title)
        sheet.write_string(1, 0, about)
        for column, words_ in enumerate(head):
            longest = max([len(words_), *(len(row[column]) for row in rows if isinstance(row[column], str))])
            sheet.set_column(column, column, min(max(longest + 2, _NARROW), _WIDE))
            sheet.write_string(2, column, words_, self._head)
        if rows:
            sheet.add_table(
                2,
                0,
                2 + len(rows),
                len(head) - 1,
                {
                    "name": f"table_{name.lower()}",
                    "autofilter": False,
                    "style": None,
                    "columns": [{"header": words_, "header_format": self._head} for words_ in head],
                },
            )
        for place, row in enumerate(rows, 3):
            for column, cell in enumerate(row):
                self._write(sheet, place, column, cell)

    def _write(self, sheet: Any, row: int, column: int, cell: Any) -> None:
        if isinstance(cell, str):
            if len(cell) > _LONGEST_TEXT:
                cell = cell[: _LONGEST_TEXT - len(_CUT)] + _CUT
            sheet.write_string(row, column, cell, self._wrapped)
        elif isinstance(cell, bool):
            sheet.write_boolean(row, column, cell)
        elif isinstance(cell, dt.date):
            sheet.write_datetime(row, column, dt.datetime(cell.year, cell.month, cell.day), self._day)  # noqa: DTZ001
        elif cell is not None:
            sheet.write_number(row, column, cell)
