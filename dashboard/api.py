"""The published tables for programs: `/api/v1/<mart>`, made from the contract, as `dashboard.openapi` describes it."""

import base64
import binascii
import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import MethodNotAllowed

from dashboard import openapi, queries
from dashboard.openapi import API as PREFIX
from dashboard.openapi import DEFAULT_LIMIT, DOWNLOADS, MOST_ROWS, MOST_WHOLE
from dashboard.reader import NoReleaseError, Release
from dashboard.record import record
from dashboard.store.access import Store, StoreUnavailableError
from data_contracts.fields import Field
from data_contracts.marts import MARTS, Mart
from data_contracts.stored import STORED

_PAGING = ("limit", "cursor")

#: What a cursor of a stored table has in the place of a release, and the largest number its database gives a row.
_STORE = "store"
MOST_PLACES = 2**31 - 1
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?[0-9]{1,19}")

api = Blueprint("api", __name__, url_prefix=PREFIX)


class ApiError(Exception):
    """A request the API cannot answer; `field` names the parameter at fault."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.field = status, code, message, field


@dataclass(frozen=True)
class Asked:
    """What a request asks of a mart."""

    filters: Mapping[str, Any]
    limit: int
    offset: int


@api.get("/openapi.json")
def described() -> Response:
    """Describe the API and the downloads in OpenAPI 3.1."""
    return _json(openapi.description())


@api.get("/<mart_name>")
def rows(mart_name: str) -> Response:
    """Rows of a mart, filtered by its key columns, a page at a time."""
    if mart_name in STORED:
        return _stored_rows(STORED[mart_name])
    mart = mart_called(mart_name)
    release = release_served()
    asked = _asked(mart, query_given(), release)
    response = not_modified(release.release_id)
    if request.if_none_match.contains(response.get_etag()[0] or ""):
        return response
    found = queries.mart_rows(release, mart, filters=asked.filters, limit=asked.limit, offset=asked.offset)
    end = asked.offset + len(found.rows)
    body = {
        "release_id": release.release_id,
        "count": found.total,
        "next": cursor(release.release_id, end) if end < found.total else None,
        "rows": found.rows,
    }
    response.status_code = 200
    response.set_data(_written(body))
    response.mimetype = "application/json"
    return response


def _stored_rows(mart: Mart) -> Response:
    """Rows of a table that people write, as they are now; `release_id` is null, since they are of no release."""
    given = query_given()
    filters = read_filters(mart, given, besides=_PAGING)
    limit = _limit(given["limit"][0]) if "limit" in given else DEFAULT_LIMIT
    after = _after(given["cursor"][0]) if "cursor" in given else 0
    response = not_modified(store_version())
    if request.if_none_match.contains(response.get_etag()[0] or ""):
        return response
    store: Store = g.store
    written = store.rows(mart.name, filters, after=after, limit=limit + 1)
    shown = [{name: row[name] for name in mart.columns} for row in written[:limit]]
    body = {
        "release_id": None,
        "count": store.count(mart.name, filters),
        "next": cursor(_STORE, store.place(mart.name, written[limit - 1])) if len(written) > limit else None,
        "rows": shown,
    }
    response.status_code = 200
    response.set_data(_written(body))
    response.mimetype = "application/json"
    return response


@api.get("/statuses/<status_id>/record")
def status_record(status_id: str) -> Response:
    """What one status was worked out from."""
    release = release_served()
    if unknown := set(query_given()):
        raise ApiError(400, "unknown_parameter", "A record takes no parameters.", min(unknown))
    found = record(release, status_id)
    if found is None:
        message = f"No status is called {status_id[:200]!r} in this release; see {PREFIX}/statuses."
        raise ApiError(404, "unknown_status", message, "status_id")
    response = not_modified(release.release_id)
    if request.if_none_match.contains(response.get_etag()[0] or ""):
        return response
    response.status_code = 200
    response.set_data(_written(found))
    response.mimetype = "application/json"
    return response


@api.get("/")
@api.get("/<path:rest>")
def elsewhere(rest: str = "") -> Response:
    """Nothing else is here."""
    raise ApiError(404, "unknown_address", f"Nothing is at {PREFIX}/{rest}; see {PREFIX}/openapi.json.", None)


@api.errorhandler(ApiError)
def refused(error: ApiError) -> Response:
    """Say what was wrong with a request."""
    body = {"error": {"code": error.code, "message": error.message, "field": error.field}}
    return _json(body, status=error.status)


@api.app_errorhandler(MethodNotAllowed)
def read_only(error: MethodNotAllowed) -> Response | MethodNotAllowed:
    """Say of the API and the downloads, in their own form, that they are only read; elsewhere it is said as ever."""
    if not request.path.startswith((f"{PREFIX}/", f"{DOWNLOADS}/")):
        return error
    response = refused(ApiError(405, "read_only", f"{request.method} is not answered here; GET is.", None))
    response.allow.update(error.valid_methods or ())
    return response


def cursor(release_id: str, offset: int) -> str:
    """Write the place of the next page.

    >>> read_cursor(cursor("abc", 500))
    ('abc', 500)
    """
    return base64.urlsafe_b64encode(f"{release_id} {offset}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[str, int]:
    """Read a cursor. Raises ValueError for one this API did not write."""
    try:
        release_id, offset = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ")
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("not a cursor") from error
    if not re.fullmatch(r"\d{1,12}", offset):
        raise ValueError("not a cursor")
    return release_id, int(offset)


def mart_called(name: str) -> Mart:
    """The mart of this name. Raises ApiError, naming those there are."""
    mart = MARTS.get(name)
    if mart is None:
        known = ", ".join((*MARTS, *STORED))
        raise ApiError(404, "unknown_mart", f"No table is called {name!r}. There are: {known}.", "mart")
    return mart


def query_given() -> dict[str, list[str]]:
    """The request's query: each name with its values. Raises ApiError for bytes that are no text."""
    try:
        return request.args.to_dict(flat=False)
    except UnicodeDecodeError:
        raise ApiError(400, "bad_value", "The query is not UTF-8; write other characters as %XX.", None) from None


def read_filters(mart: Mart, given: Mapping[str, list[str]], *, besides: Sequence[str] = ()) -> dict[str, Any]:
    """Read what a request asks of a mart's key columns. `besides` names what else it may ask, read elsewhere.

    Raises ApiError for a name that is neither, one given twice, or a value its column can never hold.
    """
    fields = {field.name: field for field in mart.asked}
    filters = {}
    for name, values in given.items():
        if name not in (*fields, *besides):
            known = ", ".join([*fields, *besides])
            raise ApiError(400, "unknown_parameter", f"{mart.name} takes {known}; not {name!r}.", name)
        if len(values) > 1:
            raise ApiError(400, "repeated_parameter", f"{name} is given {len(values)} times; give it once.", name)
        if name in fields:
            filters[name] = _value(fields[name], values[0])
    return filters


def _asked(mart: Mart, given: Mapping[str, list[str]], release: Release) -> Asked:
    filters = read_filters(mart, given, besides=_PAGING)
    limit = _limit(given["limit"][0]) if "limit" in given else DEFAULT_LIMIT
    offset = _offset(given["cursor"][0], release) if "cursor" in given else 0
    return Asked(filters, limit, offset)


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= MOST_ROWS:
        raise ApiError(400, "bad_value", f"limit is {text!r}; expected a whole number from 1 to {MOST_ROWS}.", "limit")
    return int(text)


def _offset(text: str, release: Release) -> int:
    try:
        release_id, offset = read_cursor(text)
    except ValueError:
        raise ApiError(400, "bad_value", "cursor is not one that this API gave.", "cursor") from None
    if release_id != release.release_id:
        message = f"Release {release_id} is no longer served; start again without a cursor."
        raise ApiError(410, "release_gone", message, "cursor")
    return offset


def _after(text: str) -> int:
    try:
        written, place = read_cursor(text)
    except ValueError:
        written, place = "", 0
    if written != _STORE or place > MOST_PLACES:
        raise ApiError(400, "bad_value", "cursor is not one that this table gave.", "cursor")
    return place


def _value(field: Field, text: str) -> Any:
    """Read a filter as its column's type; one that the column can never hold is a mistake worth telling."""
    expected: str
    try:
        if field.kind == "date":
            expected = "a date as YYYY-MM-DD"
            if not _DATE.fullmatch(text):
                raise ValueError
            return dt.date.fromisoformat(text)
        if field.kind == "whole":
            least = -MOST_WHOLE if field.minimum is None else int(field.minimum)
            most = MOST_WHOLE if field.maximum is None else int(field.maximum)
            expected = f"a whole number, at least {least} and at most {most}"
            if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
                raise ValueError
            return int(text)
        if field.kind == "number":
            expected = "a number"
            return float(text)
        if field.kind == "flag":
            expected = "true or false"
            return {"true": True, "false": False}[text]
        expected = f"one of {', '.join(field.allowed)}" if field.allowed else f"text like {field.pattern}"
        if (field.allowed and text not in field.allowed) or (field.pattern and not re.fullmatch(field.pattern, text)):
            raise ValueError
    except (ValueError, KeyError):
        raise ApiError(400, "bad_value", f"{field.name} is {text[:80]!r}; expected {expected}.", field.name) from None
    return text


def release_served() -> Release:
    """The release this request is answered from. Raises ApiError where there is none."""
    release: Release | None = g.release
    if release is None:
        reason: NoReleaseError = g.no_release
        raise ApiError(503, "no_release", f"{reason} Publish one with `make refresh`.", None)
    return release


def store_version() -> str:
    """What the store holds now, in a word. Raises ApiError where it cannot be read."""
    store: Store = g.store
    try:
        return store.version()
    except StoreUnavailableError as error:
        raise ApiError(503, "no_store", str(error), None) from None


def not_modified(version: str) -> Response:
    """The answer to a request whose ETag still holds: what is served of one release, or version, never changes."""
    response = Response(status=304)
    response.set_etag(hashlib.sha256(f"{version} {request.full_path}".encode()).hexdigest()[:20])
    response.headers["Cache-Control"] = "no-cache"
    return response


def _json(body: Any, *, status: int = 200) -> Response:
    return Response(_written(body), status=status, mimetype="application/json")


def _written(body: Any) -> str:
    return json.dumps(body, default=str, ensure_ascii=False, allow_nan=False)
