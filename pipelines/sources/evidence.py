"""Answers on commitments kept by acts and documents: one row a commitment, area and day, as CSV or TOML.

People write these files by hand, so a cell may hold what nobody may keep: a name, an address, a number. It is taken
out as the file is read and never lands: only a cell in its column's own form is kept, and of the others a mark that
says why not.
"""

import csv
import datetime as dt
import difflib
import io
import re
import tomllib
from functools import cache
from urllib.parse import urlsplit

import polars as pl

from data_contracts.personal import told_by_address
from data_contracts.registry.records import commitments
from pipelines.sources.tabular import refuse

COLUMNS = ["commitment_id", "area_code", "as_at", "answer", "dated", "evidence_url"]
#: Columns of the published table, which may be taken away, edited and sent in again.
UNUSED_COLUMNS = ("value_kind",)
#: The name of the TOML tables.
_TABLES = "evidence"

PERSONAL = "[withheld: personal details]"
OTHER_FORM = "[withheld: not in this column's form]"

_LONGEST_ADDRESS = 2_000
#: What people write for an answer; which of them are one is for the contract to say.
_ANSWERS = {"yes", "y", "partly", "partial", "partially", "no", "n", "true", "false", "n/a", "na"}
_PATTERNS = {
    "area_code": re.compile(r"[A-Z][0-9]{8}"),
    "as_at": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "dated": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}


def withhold(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with every cell taken out that is not in its column's form or may tell of a person."""
    return rows.with_columns(
        pl.Series(column, [_kept(column, (cell or "").strip()) for cell in rows[column]], pl.String)
        for column in COLUMNS
    )


def _kept(column: str, cell: str) -> str:
    if not cell or cell in (PERSONAL, OTHER_FORM):
        return cell
    if column == "evidence_url":
        return PERSONAL if is_personal(cell) else cell if _is_address(cell) else OTHER_FORM
    if _in_form(column, cell):
        return cell
    return PERSONAL if is_personal(cell) else OTHER_FORM


def is_personal(cell: str) -> bool:
    """Whether a cell holds what may tell of a person; an address is read as a browser reads it.

    >>> is_personal("https://example.nhs.uk/plan?by=jo.bloggs%40nhs.net"), is_personal("https://example.nhs.uk/plan")
    (True, False)
    """
    return told_by_address(cell) is not None


def _in_form(column: str, cell: str) -> bool:
    if column == "commitment_id":
        return _like_an_id(cell)
    if column == "answer":
        return cell.lower() in _ANSWERS
    return _PATTERNS[column].fullmatch(cell) is not None


@cache
def _like_an_id(cell: str) -> bool:
    """Whether it is an id or what somebody took for one: any word at all would have the form of one."""
    return bool(difflib.get_close_matches(cell, commitments(), n=1, cutoff=0.7))


def _is_address(cell: str) -> bool:
    if len(cell) > _LONGEST_ADDRESS or re.search(r"[\s<>\"'\\{}|^`\x00-\x1f\x7f]", cell):
        return False
    try:
        parts = urlsplit(cell)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return cell.startswith("https://") and port is None and re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", host) is not None


# --- TOML -------------------------------------------------------------------------------------------------


def is_toml(content: bytes) -> bool:
    """Whether the first line that says anything opens a table of answers."""
    lines = (line.strip() for line in content.removeprefix(b"\xef\xbb\xbf").splitlines())
    first = next((line for line in lines if line and not line.startswith(b"#")), b"")
    return re.match(rb"\[\[\s*evidence\s*\]\]", first) is not None


def as_csv(name: str, content: bytes) -> bytes:
    """The tables of a TOML file as CSV, one row a table. Raises Refused where it cannot be read."""
    try:
        read = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise refuse(name, "encoding", "the text is not UTF-8", "UTF-8", "save the file again as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at [^)]*\)$", str(error))
        raise refuse(
            name,
            "broken_toml",
            f"TOML that cannot be read {place.group() if place else ''}".strip(),
            "tables [[evidence]], with every text and day between quotes",
            "mend the line, and drop the file again",
        ) from error
    tables = read[_TABLES]
    if set(read) != {_TABLES} or not all(isinstance(table, dict) for table in tables):
        raise refuse(
            name,
            "not_recognised",
            "tables other than [[evidence]]",
            "tables [[evidence]] and nothing else",
            "leave only the answers in the file",
        )
    columns = list(dict.fromkeys(key for table in tables for key in table))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([[_cell(table.get(column, "")) for column in columns] for table in tables])
    return text.getvalue().encode()


def _cell(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)
