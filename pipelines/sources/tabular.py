"""Bytes to rows of strings: what every format shares before anything is understood."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

import polars as pl

from pipelines.faults import Problem, Refused

ROW = "source_row"
CELLS = "cells_over"
BATCH = 500_000

_HTML = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<body")
_PARQUET = b"PAR1"
#: How files that are no text begin: spreadsheets and other archives, and what gzip compressed.
_NOT_TEXT = (b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0")


def refuse(name: str, rule: str, found: str, expected: str, todo: str) -> Refused:
    """A fault of a whole file, by name."""
    return Refused([Problem(rule=rule, where=name, found=found, expected=expected, todo=todo)])


def header(name: str, content: bytes) -> list[str]:
    """Column names of a CSV or Parquet file, in order.

    Raises Refused where the file is empty, a web page, a spreadsheet, not UTF-8, or no lines of cells.
    """
    if not content.strip():
        raise refuse(name, "empty_file", "the file is empty", "a header and rows", "fetch the file again")
    if content[:4] == _PARQUET:
        return list(_parquet_schema(name, content))
    _text_start(name, content)
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    try:
        return next(csv.reader(lines, strict=True), [])
    except UnicodeDecodeError as error:
        raise _not_utf8(name, content) from error
    except csv.Error as error:
        raise refuse(
            name,
            "not_recognised",
            f"a first line that is no header ({error})",
            "a header and rows",
            "check that it is the right file",
        ) from error


def rows(name: str, content: bytes, columns: list[str]) -> pl.DataFrame:
    """The named columns as strings with `source_row` (first row after the header is 1) and how many cells a row had.

    Raises Refused where the text is not UTF-8, quoting is broken, the last row is cut off, or there are no rows.
    """
    frame = _parquet_rows(name, content, columns) if content[:4] == _PARQUET else _csv_rows(name, content, columns)
    if frame.is_empty():
        raise refuse(name, "no_rows", "a header and no rows", "at least one row", "fetch the file again")
    return frame


def _csv_rows(name: str, content: bytes, columns: list[str]) -> pl.DataFrame:
    names = header(name, content)
    wanted = [names.index(column) for column in columns]
    # A wrapper decodes as it goes, so that a file of ten million rows is never held as one text.
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, strict=True)
    batches: list[pl.DataFrame] = []
    start = 1
    try:
        next(reader)
        for batch in _batched(reader, BATCH):
            batches.append(_batch(batch, columns, wanted, start, len(names)))
            start += len(batch)
    except UnicodeDecodeError as error:
        raise _not_utf8(name, content) from error
    except csv.Error as error:
        raise refuse(
            name,
            "broken_quoting",
            f"a row near line {reader.line_num} cannot be read ({error}); the file may be cut short",
            "every quoted cell closed",
            "fetch the file again",
        ) from error
    if not batches:
        return _batch([], columns, wanted, 1, len(names))
    every = pl.concat(batches)
    # Any other row with too few cells is a fault of that row; where it is the last, the file was cut there.
    if every.height and every[CELLS][-1] < 0:
        raise refuse(
            name,
            "truncated",
            f"the last row has {len(names) + every[CELLS][-1]} of {len(names)} cells",
            "a file that ends with a whole row",
            "fetch the file again: it was cut short",
        )
    return every


def _batch(batch: list[list[str]], columns: list[str], wanted: list[int], start: int, width: int) -> pl.DataFrame:
    """Rows as columns of strings; a blank line is no row, but keeps its number."""
    numbered = [(start + offset, cells) for offset, cells in enumerate(batch) if cells]
    data: dict[str, list[str | None]] = {
        column: [cells[place] if place < len(cells) else None for _, cells in numbered]
        for column, place in zip(columns, wanted, strict=True)
    }
    frame = pl.DataFrame(data, schema=dict.fromkeys(columns, pl.String))
    return frame.with_columns(
        pl.Series(ROW, [number for number, _ in numbered], pl.Int64),
        pl.Series(CELLS, [len(cells) - width for _, cells in numbered], pl.Int64),
    )


def _parquet_schema(name: str, content: bytes) -> dict[str, pl.DataType]:
    try:
        return dict(pl.read_parquet_schema(io.BytesIO(content)))
    except pl.exceptions.PolarsError as error:
        raise refuse(
            name, "broken_parquet", f"the file cannot be read ({error})", "a whole Parquet file", "fetch the file again"
        ) from error


def _parquet_rows(name: str, content: bytes, columns: list[str]) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(io.BytesIO(content), columns=columns).select(
            pl.col(column).cast(pl.String).fill_null("") for column in columns
        )
    except pl.exceptions.PolarsError as error:
        raise refuse(
            name, "broken_parquet", f"the file cannot be read ({error})", "a whole Parquet file", "fetch the file again"
        ) from error
    return frame.with_row_index(ROW, offset=1).select(
        *columns, pl.col(ROW).cast(pl.Int64), pl.lit(0, pl.Int64).alias(CELLS)
    )


def _text_start(name: str, content: bytes) -> None:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].lower().startswith(_HTML):
        raise refuse(
            name,
            "web_page",
            "a web page saved under this name, not data",
            "the publisher's CSV",
            "open the address in a browser, and save what its download link gives",
        )
    if content.startswith(_NOT_TEXT):
        raise refuse(
            name,
            "not_text",
            "a spreadsheet, document or archive, not text",
            "the publisher's CSV",
            "open it, and save its table as CSV (UTF-8)",
        )
    if b"\0" in content[:4096]:  # UTF-16 without a mark is UTF-8 to a decoder, every other character a null
        raise _not_utf8(name, content)
    first = content.split(b"\n", 1)[0].rstrip(b"\r")
    if b"\r" in first:
        raise refuse(
            name,
            "line_ends",
            "lines that end in a carriage return alone",
            "lines that end in a line feed, with or without a carriage return",
            "save the file again as CSV (UTF-8)",
        )


def _not_utf8(name: str, content: bytes) -> Refused:
    return refuse(
        name,
        "encoding",
        f"the text is not UTF-8{_place_of_fault(content)}",
        "UTF-8, with or without a byte order mark",
        "save the file again as UTF-8, or fetch the publisher's own",
    )


def _place_of_fault(content: bytes) -> str:
    """Where decoding stops; nothing where the bytes decode and are wrong all the same."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return f": byte {error.start + 1:,}, in line {line:,}"
    return ""


def _batched(reader: Iterator[list[str]], size: int) -> Iterator[list[list[str]]]:
    while batch := list(islice(reader, size)):
        yield batch
