"""The published tables as files: `/download/<mart>.csv`, `.parquet`, `.xlsx` and `.ods`, with the API's filters.

A CSV file has one header row and nothing above it: where it comes from is in the HTTP headers and the file's name.
"""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, request, send_file

from dashboard import clock, queries, spreadsheet
from dashboard.api import (
    ApiError,
    mart_called,
    not_modified,
    query_given,
    read_filters,
    refused,
    release_served,
    store_version,
)
from dashboard.openapi import DOWNLOADS as PREFIX
from dashboard.openapi import FORMATS
from dashboard.reader import Release, Releases
from dashboard.store.access import Store
from data_contracts.marts import Mart
from data_contracts.registry.records import LICENCE_URL
from data_contracts.stored import STORED

#: Beginnings that make a spreadsheet program run a cell's text; a number may begin with a sign.
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")

downloads = Blueprint("downloads", __name__, url_prefix=PREFIX)
downloads.register_error_handler(ApiError, refused)


@downloads.get("/<mart_name>.<kind>")
def download(mart_name: str, kind: str) -> Response:
    """A mart, or the rows of it that match, as a file."""
    if mart_name in STORED:
        return _stored(STORED[mart_name], kind)
    mart = mart_called(mart_name)
    make = _MAKERS.get(kind)
    if make is None:
        raise ApiError(404, "unknown_format", f"There is no {kind!r}; there are {', '.join(FORMATS)}.", "format")
    release = release_served()
    filters = read_filters(mart, query_given())
    unchanged = not_modified(release.release_id)
    if request.if_none_match.contains(unchanged.get_etag()[0] or ""):
        return unchanged
    response = make(release, mart, filters)
    part = "-selection" if filters else ""
    response.headers["ETag"] = unchanged.headers["ETag"]
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Disposition"] = f'attachment; filename="{mart.name}-{release.release_id}{part}.{kind}"'
    response.headers["X-Release-Id"] = release.release_id
    response.headers["X-Release-As-Of"] = release.manifest["as_of"]
    response.headers["Link"] = ", ".join(
        [
            '</data#sources>; rel="about"; title="Sources and what became of their rows"',
            f'</data#table-{mart.name}>; rel="describedby"; title="What the columns mean"',
            f'<{LICENCE_URL}>; rel="license"',
        ]
    )
    return response


def _stored(mart: Mart, kind: str) -> Response:
    """A table that people write, as it is now."""
    if kind != "csv":
        raise ApiError(404, "unknown_format", f"There is no {kind!r} of {mart.name}; there is csv.", "format")
    filters = read_filters(mart, query_given())
    unchanged = not_modified(store_version())
    if request.if_none_match.contains(unchanged.get_etag()[0] or ""):
        return unchanged
    store: Store = g.store
    rows = [tuple(row[name] for name in mart.columns) for row in store.rows(mart.name, filters)]
    lines = "".join(_csv_lines(mart, iter([rows])))
    response = Response(lines, content_type=f"{FORMATS['csv']}; charset=utf-8; header=present")
    response.headers["ETag"] = unchanged.headers["ETag"]
    response.headers["Cache-Control"] = "no-cache"
    part = "-selection" if filters else ""
    response.headers["Content-Disposition"] = f'attachment; filename="{mart.name}-{clock.today()}{part}.csv"'
    response.headers["Link"] = f'</data#table-{mart.name}>; rel="describedby"; title="What the columns mean"'
    return response


@downloads.get("/")
@downloads.get("/<path:rest>")
def elsewhere(rest: str = "") -> Response:
    """Nothing else is here."""
    raise ApiError(404, "unknown_address", f"Nothing is at {PREFIX}/{rest}; see /data for every file.", None)


def _csv(release: Release, mart: Mart, filters: Mapping[str, Any]) -> Response:
    """Rows as they are read: however long the mart, a batch of it is in memory."""
    lines = _csv_lines(mart, queries.mart_batches(release, mart, filters=filters))
    response = Response(lines, content_type=f"{FORMATS['csv']}; charset=utf-8; header=present")
    releases: Releases = g.releases
    releases.keep(release)
    response.call_on_close(lambda: releases.give_back(release))
    return response


def _csv_lines(mart: Mart, batches: Iterator[list[tuple[Any, ...]]]) -> Iterator[str]:
    texts = [place for place, field in enumerate(mart.fields) if field.kind == "text"]
    flags = [place for place, field in enumerate(mart.fields) if field.kind == "flag"]
    yield ",".join(mart.columns) + "\r\n"
    for batch in batches:
        lines = io.StringIO()
        writer = csv.writer(lines)
        for row in batch:
            cells = list(row)
            for place in texts:
                if cells[place] and cells[place].startswith(_STARTS_FORMULA):
                    cells[place] = plain_text(cells[place])
            for place in flags:
                cells[place] = {True: "true", False: "false"}.get(cells[place])
            writer.writerow(cells)
        yield lines.getvalue()


def plain_text(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet program would run as a formula; a number stays as it is.

    >>> plain_text("=1+1"), plain_text("-2.5"), plain_text("- none"), plain_text("none")
    ("'=1+1", '-2.5', "'- none", 'none')
    """
    return f"'{text}" if text.startswith(_STARTS_FORMULA) and not _NUMBER.fullmatch(text) else text


def _parquet(release: Release, mart: Mart, filters: Mapping[str, Any]) -> Response:
    """The mart's own file; or the rows of it that match, by way of a file so that memory holds a part at a time."""
    path = queries.mart_file(release, mart)
    if not filters:
        return send_file(path, mimetype=FORMATS["parquet"], etag=False)
    with tempfile.TemporaryDirectory() as folder:
        selection = Path(folder) / "selection.parquet"
        queries.write_selection(release, mart, selection, filters=filters)
        size = selection.stat().st_size
        chosen = selection.open("rb")  # it has no name any more once the folder is gone; the response closes it
    response = send_file(chosen, mimetype=FORMATS["parquet"], etag=False)
    response.content_length = size
    return response


def _contents(release: Release, mart: Mart, filters: Mapping[str, Any]) -> spreadsheet.Workbook:
    """What a spreadsheet of the rows that match holds. Raises ApiError where they are too many for one."""
    found = queries.mart_rows(release, mart, filters=filters, limit=spreadsheet.MOST_ROWS, offset=0)
    if found.total > spreadsheet.MOST_ROWS:
        raise ApiError(
            413,
            "too_many_rows",
            f"{found.total:,} rows match, and a spreadsheet here holds at most {spreadsheet.MOST_ROWS:,}. Take CSV or "
            f"Parquet (/download/{mart.name}.csv, /download/{mart.name}.parquet), or narrow it by "
            f"{', '.join(mart.key)}.",
            None,
        )
    return spreadsheet.contents(release.manifest, mart, found.rows, filters, asked=request.url)


def _xlsx(release: Release, mart: Mart, filters: Mapping[str, Any]) -> Response:
    book = spreadsheet.xlsx(_contents(release, mart, filters))
    return send_file(book, mimetype=FORMATS["xlsx"], etag=False)


def _ods(release: Release, mart: Mart, filters: Mapping[str, Any]) -> Response:
    contents = _contents(release, mart, filters)
    from dashboard.ods import ods  # only where one is asked for: its writer takes memory

    return send_file(ods(contents), mimetype=FORMATS["ods"], etag=False)


_MAKERS: dict[str, Callable[[Release, Mart, Mapping[str, Any]], Response]] = {
    "csv": _csv,
    "parquet": _parquet,
    "xlsx": _xlsx,
    "ods": _ods,
}
