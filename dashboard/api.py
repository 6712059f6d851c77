"""The published tables for programs: `/api/v1/<mart>`, and its description, both made from the contract."""

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

from dashboard import queries
from dashboard.reader import NoReleaseError, Release
from data_contracts.fields import Field
from data_contracts.marts import CONTRACT_VERSION, MARTS, Mart
from data_contracts.registry.records import LICENCE, LICENCE_URL

PREFIX = "/api/v1"
DEFAULT_LIMIT, MOST_ROWS = 500, 5000
_PAGING = ("limit", "cursor")

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
def openapi() -> Response:
    """Describe the API in OpenAPI 3.1."""
    return _json(description())


@api.get("/<mart_name>")
def rows(mart_name: str) -> Response:
    """Rows of a mart, filtered by its key columns, a page at a time."""
    mart = mart_called(mart_name)
    release = release_served()
    asked = _asked(mart, request.args.to_dict(flat=False), release)
    response = not_modified(release)
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
        raise ApiError(404, "unknown_mart", f"No table is called {name!r}. There are: {', '.join(MARTS)}.", "mart")
    return mart


def read_filters(mart: Mart, given: Mapping[str, list[str]], *, besides: Sequence[str] = ()) -> dict[str, Any]:
    """Read what a request asks of a mart's key columns. `besides` names what else it may ask, read elsewhere.

    Raises ApiError for a name that is neither, one given twice, or a value its column can never hold.
    """
    fields = {field.name: field for field in mart.fields if field.name in mart.key}
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


def _value(field: Field, text: str) -> Any:
    """Read a filter as its column's type; one that the column can never hold is a mistake worth telling."""
    expected: str
    try:
        if field.kind == "date":
            expected = "a date as YYYY-MM-DD"
            return dt.date.fromisoformat(text)
        if field.kind == "whole":
            expected = "a whole number"
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


def not_modified(release: Release) -> Response:
    """The answer to a request whose ETag still holds; a release never changes, so its id and the address make it."""
    response = Response(status=304)
    response.set_etag(hashlib.sha256(f"{release.release_id} {request.full_path}".encode()).hexdigest()[:20])
    response.headers["Cache-Control"] = "no-cache"
    return response


def _json(body: Any, *, status: int = 200) -> Response:
    return Response(_written(body), status=status, mimetype="application/json")


def _written(body: Any) -> str:
    return json.dumps(body, default=str, ensure_ascii=False, allow_nan=False)


def description() -> dict[str, Any]:
    """The OpenAPI document: a path for each mart, its parameters and its columns from the contract."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ICS Progress",
            "version": CONTRACT_VERSION,
            "description": "Published figures on population health by integrated care system in England, with their "
            "uncertainty. Filter by key columns; follow `next` as `cursor` for the next page. A cursor ends with its "
            "release: 410, start again.",
            "license": {"name": LICENCE, "url": LICENCE_URL},
        },
        "servers": [{"url": "/"}],
        "paths": {f"{PREFIX}/{mart.name}": {"get": _operation(mart)} for mart in MARTS.values()},
        "components": {"schemas": {**{mart.name: _row_schema(mart) for mart in MARTS.values()}, "error": _ERROR}},
    }


def _operation(mart: Mart) -> dict[str, Any]:
    filters = [
        {"name": f.name, "in": "query", "description": f.meaning, "schema": _schema(f)}
        for f in mart.fields
        if f.name in mart.key
    ]
    paging = [
        {
            "name": "limit",
            "in": "query",
            "description": "Rows a page",
            "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": DEFAULT_LIMIT},
        },
        {"name": "cursor", "in": "query", "description": "`next` of the page before", "schema": {"type": "string"}},
    ]
    page = {
        "type": "object",
        "required": ["release_id", "count", "next", "rows"],
        "properties": {
            "release_id": {"type": "string", "description": "Release the rows are from"},
            "count": {"type": "integer", "description": "Rows that match in all"},
            "next": {"type": ["string", "null"], "description": "Cursor of the next page; null on the last"},
            "rows": {"type": "array", "items": {"$ref": f"#/components/schemas/{mart.name}"}},
        },
    }
    errors = {
        status: {
            "description": words,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}},
        }
        for status, words in {
            "400": "An unknown parameter or a bad value",
            "410": "The cursor's release is no longer served",
            "503": "No release to serve",
        }.items()
    }
    return {
        "operationId": mart.name,
        "summary": mart.holds,
        "parameters": [*filters, *paging],
        "responses": {
            "200": {"description": mart.holds, "content": {"application/json": {"schema": page}}},
            "304": {"description": "Not changed since the ETag given in If-None-Match"},
            **errors,
        },
    }


_TYPES: dict[str, dict[str, str]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "flag": {"type": "boolean"},
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "field"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "field": {"type": ["string", "null"]},
            },
        }
    },
}


def _row_schema(mart: Mart) -> dict[str, Any]:
    properties = {}
    for field in mart.fields:
        schema: dict[str, Any] = _schema(field)
        if mart.is_nullable(field):
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
        meaning = f"{field.meaning} ({field.unit})" if field.unit else field.meaning
        properties[field.name] = {**schema, "description": meaning}
    return {"type": "object", "required": list(mart.columns), "properties": properties, "description": mart.holds}


def _schema(field: Field) -> dict[str, Any]:
    schema: dict[str, Any] = dict(_TYPES[field.kind])
    if field.allowed:
        schema["enum"] = list(field.allowed)
    if field.pattern:
        schema["pattern"] = field.pattern
    if field.minimum is not None:
        schema["minimum"] = field.minimum
    if field.maximum is not None:
        schema["maximum"] = field.maximum
    return schema
