"""A file sent in as a return, read into sheets of text; nothing in it is trusted and nothing about a person is kept."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import python_calamine

from data_contracts.return_report import Finding
from data_contracts.returns import ANSWERS, POSTS, ROW, Sheet, withhold
from pipelines.returns.workbook import Fault, letters_of, look_through

MOST_BYTES = 10_000_000
#: Far more than a return may have, so that the report still says how many there were.
_MOST_LINES = 20_000
_MOST_COLUMNS = 100
_LONGEST_CELL = 32_767

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK"
_WEB_PAGE = (b"<!doctype", b"<html", b"<?xml")


@dataclass(frozen=True, kw_only=True)
class Read:
    """The sheets of a file, and what reading them had to say."""

    sheets: tuple[Sheet, ...]
    findings: tuple[Finding, ...]


def read_file(path: Path) -> bytes:
    """A file's bytes, never more than one past the limit: then the file is refused unread."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def read(name: str, content: bytes, answers: tuple[str, bytes] | None = None) -> Read:
    """The sheets of a workbook, or of a CSV file of posts and maybe another of system answers."""
    sheets: list[Sheet] = []
    findings: list[Finding] = []
    for sheet_name, file_name, raw in ((POSTS, name, content), *([(ANSWERS, *answers)] if answers else [])):
        try:
            if len(raw) > MOST_BYTES:
                raise _too_large()
            if raw.startswith(_ZIP) and answers and sheet_name == ANSWERS:
                raise Fault(
                    rule="answers_in_a_workbook",
                    sheet=ANSWERS,
                    found="a workbook beside the return",
                    expected="a .csv file of answers, only beside a .csv file of posts",
                    todo="send one workbook with both sheets",
                )
            if raw.startswith(_ZIP):
                found, told = _workbook(file_name, raw)
                findings.extend(told)
                sheets.extend(found)
            else:
                sheets.append(_text(sheet_name, file_name, raw))
        except Fault as fault:
            findings.append(fault.finding())
    if answers and sum(sheet.name == ANSWERS for sheet in sheets) > 1:
        findings.append(
            Fault(
                rule="answers_twice",
                sheet=ANSWERS,
                found="a sheet of answers and a file of answers",
                expected="one or the other",
                todo="send one of them",
            ).finding()
        )
    kept = []
    for number, sheet in enumerate(sheets, 1):
        clean, told = withhold(sheet, otherwise=f"Sheet {number}")
        kept.append(clean)
        findings.extend(told)
    return Read(sheets=tuple(kept), findings=tuple(findings))


def _too_large() -> Fault:
    return Fault(
        rule="file_too_large",
        found=f"over {MOST_BYTES // 1_000_000} MB",
        expected=f"at most {MOST_BYTES // 1_000_000} MB",
        todo="send only the posts of one system and quarter, in a new template",
    )


# --- workbooks --------------------------------------------------------------------------------------------


def _workbook(name: str, content: bytes) -> tuple[list[Sheet], list[Finding]]:
    if not name.lower().endswith(".xlsx"):
        raise Fault(
            rule="wrong_extension",
            found="a workbook or archive whose name does not end in .xlsx",
            expected="an .xlsx workbook or a .csv file",
            todo="save it as .xlsx, and send that",
        )
    if faults := list(look_through(content)):
        return [], [fault.finding() for fault in faults]
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        return [_sheet(book, sheet_name) for sheet_name in book.sheet_names], []
    except (python_calamine.CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise Fault(
            rule="broken_workbook",
            found="a spreadsheet that cannot be read",
            expected="a whole .xlsx workbook",
            todo="open it where it was made and save it again as .xlsx",
        ) from error


def _sheet(book: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return _as_sheet(name, [[_as_text(cell) for cell in row] for row in rows])


def _as_text(cell: object) -> str:
    """A cell as a text file would have it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


# --- text -------------------------------------------------------------------------------------------------


def _text(sheet_name: str, name: str, content: bytes) -> Sheet:
    """A CSV file as a sheet; rows are numbered as a spreadsheet would show them."""
    _refuse_other_kinds(name, content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Fault(
            rule="encoding",
            sheet=sheet_name,
            found=f"text that is not UTF-8, in line {line:,}",
            expected="UTF-8",
            todo="save it again as CSV UTF-8",
        ) from error
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if len(rows) > _MOST_LINES:
                raise Fault(
                    rule="too_many_rows",
                    sheet=sheet_name,
                    found=f"over {_MOST_LINES:,} lines",
                    expected="at most 5,000 rows: one post a row, one system a file",
                    todo="send only the posts of one system",
                )
            if len(row) > _MOST_COLUMNS:
                raise Fault(
                    rule="too_many_columns",
                    sheet=sheet_name,
                    cell=f"A{len(rows) + 1}",
                    found=f"{len(row):,} cells in a row",
                    expected="the columns of the template",
                    todo="start again from a new template",
                )
            rows.append(row)
    except csv.Error as error:
        raise Fault(
            rule="broken_quoting",
            sheet=sheet_name,
            found=f"a row near line {reader.line_num:,} that cannot be read",
            expected="every quoted cell closed",
            todo="save it again as CSV UTF-8",
        ) from error
    if rows and len(rows[0]) == 1 and any(mark in rows[0][0] for mark in ";\t|"):
        raise Fault(
            rule="delimiter",
            sheet=sheet_name,
            cell="A1",
            found="cells that no comma parts",
            expected="cells parted by commas",
            todo="save it again as CSV (comma delimited, UTF-8)",
        )
    return _as_sheet(sheet_name, rows)


def _refuse_other_kinds(name: str, content: bytes) -> None:
    if not content.strip():
        raise Fault(rule="empty_file", found="nothing", expected="a return", todo="send the file again")
    if content.startswith(_OLD_EXCEL):
        raise Fault(
            rule="old_or_locked_workbook",
            found="an old .xls workbook, or one behind a password",
            expected="an .xlsx workbook without a password, or a .csv file",
            todo="save it as .xlsx without a password",
        )
    if not name.lower().endswith(".csv"):
        raise Fault(
            rule="wrong_extension",
            found="a file that is no workbook and whose name does not end in .csv",
            expected="an .xlsx workbook or a .csv file",
            todo="save it as .xlsx or .csv from a spreadsheet program; a new name alone does not change what it is",
        )
    if b"\0" in content:
        raise Fault(
            rule="encoding",
            found="text in UTF-16, or no text at all: there are null bytes",
            expected="UTF-8",
            todo="save it again as CSV UTF-8",
        )
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].lower().startswith(_WEB_PAGE):
        raise Fault(rule="web_page", found="a web page", expected="a return", todo="send the return itself")


# --- both -------------------------------------------------------------------------------------------------


def _as_sheet(name: str, rows: Sequence[Sequence[str]]) -> Sheet:
    width = max(map(len, rows), default=0)
    letters = [letters_of(number) for number in range(1, width + 1)]
    header = {
        letter: cell.strip() for letter, cell in zip(letters, rows[0] if rows else [], strict=False) if cell.strip()
    }
    numbered = [(number, row) for number, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    cells = pl.DataFrame(
        {
            ROW: [number for number, _ in numbered],
            **{
                letter: [_blank_as_none(row[place]) if place < len(row) else None for _, row in numbered]
                for place, letter in enumerate(letters)
            },
        },
        schema={ROW: pl.Int64, **dict.fromkeys(letters, pl.String)},
    )
    return Sheet(name=name, header=header, cells=cells)


def _blank_as_none(cell: str) -> str | None:
    return cell.strip()[:_LONGEST_CELL] or None
