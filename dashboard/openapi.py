"""Where the API and the downloads are, what they take and give, and the OpenAPI document that says so."""

from collections.abc import Iterable
from typing import Any

from dashboard.spreadsheet import MOST_ROWS as MOST_SHEET_ROWS
from data_contracts.fields import FIELDS, Field
from data_contracts.marts import CONTRACT_VERSION, MARTS, Mart
from data_contracts.registry.records import LICENCE, LICENCE_URL
from data_contracts.stored import STORED

API, DOWNLOADS = "/api/v1", "/download"

#: Rows of a page.
DEFAULT_LIMIT, MOST_ROWS = 500, 5000

#: The largest whole number that a column can hold.
MOST_WHOLE = 2**63 - 1

#: The formats of a download and what each is to HTTP.
FORMATS = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}

Document = dict[str, Any]


def description() -> Document:
    """The OpenAPI document: a path for each mart and each mart's files, parameters and columns from the contract."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ICS Progress",
            "version": CONTRACT_VERSION,
            "description": "Published figures on population health by integrated care system in England, with their "
            "uncertainty. Filter by key columns; follow `next` as `cursor` for the next page. A cursor ends with its "
            "release: 410, start again. Interventions are of no release: they are served as they are now.",
            "license": {"name": LICENCE, "url": LICENCE_URL},
        },
        "servers": [{"url": "/"}],
        "paths": {
            **{f"{API}/{mart.name}": {"get": _rows(mart)} for mart in MARTS.values()},
            f"{API}/statuses/{{status_id}}/record": {"get": _record()},
            **{f"{API}/{mart.name}": {"get": _stored_rows(mart)} for mart in STORED.values()},
            **{f"{DOWNLOADS}/{mart.name}.{{format}}": {"get": _file(mart)} for mart in MARTS.values()},
            **{f"{DOWNLOADS}/{mart.name}.csv": {"get": _stored_file(mart)} for mart in STORED.values()},
        },
        "components": {
            "schemas": {
                **{mart.name: _row_schema(mart) for mart in (*MARTS.values(), *STORED.values())},
                "record": _record_schema(),
                "error": _ERROR,
            }
        },
    }


def _rows(mart: Mart) -> Document:
    return _page_of_rows(
        mart,
        {"type": "string", "description": "Release the rows are from"},
        {
            "410": _error("The cursor's release is no longer served"),
            "503": _error("No release to serve"),
        },
    )


def _stored_rows(mart: Mart) -> Document:
    return _page_of_rows(
        mart,
        {"type": "null", "description": "These rows are of no release"},
        {"503": _error("The store cannot be read")},
    )


def _page_of_rows(mart: Mart, release_id: Document, besides: Document) -> Document:
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
            "release_id": release_id,
            "count": {"type": "integer", "minimum": 0, "description": "Rows that match in all"},
            "next": {"type": ["string", "null"], "description": "Cursor of the next page; null on the last"},
            "rows": {
                "type": "array",
                "items": {"$ref": f"#/components/schemas/{mart.name}"},
                "maxItems": MOST_ROWS,
            },
        },
    }
    return {
        "operationId": mart.name,
        "summary": mart.holds,
        "parameters": [*_filters(mart), *paging, _IF_NONE_MATCH],
        "responses": {
            "200": {
                "description": mart.holds,
                "headers": {"ETag": _ETAG},
                "content": {"application/json": {"schema": page}},
            },
            "304": _NOT_CHANGED,
            "400": _error("An unknown or repeated parameter, or a bad value"),
            **besides,
        },
    }


def _stored_file(mart: Mart) -> Document:
    about = "The whole table, or the rows of it that match, as CSV"
    headers = {
        "ETag": _ETAG,
        "Content-Disposition": _header("The file's name, with the day in it"),
        "Link": _header("What the columns mean"),
    }
    return {
        "operationId": f"{mart.name}_file",
        "summary": f"{about}. {mart.holds}",
        "parameters": [*_filters(mart), _IF_NONE_MATCH],
        "responses": {
            "200": {"description": about, "headers": headers, "content": {FORMATS["csv"]: {}}},
            "304": _NOT_CHANGED,
            "400": _error("An unknown or repeated parameter, or a bad value"),
            "503": _error("The store cannot be read"),
        },
    }


def _file(mart: Mart) -> Document:
    about = "The whole table, or the rows of it that match, as a file"
    which = {
        "name": "format",
        "in": "path",
        "required": True,
        "description": f"Spreadsheets hold up to {MOST_SHEET_ROWS:,} rows",
        "schema": {"type": "string", "enum": list(FORMATS)},
    }
    headers = {
        "ETag": _ETAG,
        "Content-Disposition": _header("The file's name, with the release in it"),
        "X-Release-Id": _header("Release the rows are from"),
        "X-Release-As-Of": {**_header("Day the release is about"), "schema": {"type": "string", "format": "date"}},
        "Link": _header("Sources, what the columns mean, and the licence"),
    }
    return {
        "operationId": f"{mart.name}_file",
        "summary": f"{about}. {mart.holds}",
        "parameters": [which, *_filters(mart), _IF_NONE_MATCH],
        "responses": {
            "200": {
                "description": about,
                "headers": headers,
                "content": {kind: {} for kind in FORMATS.values()},
            },
            "304": _NOT_CHANGED,
            "400": _error("An unknown or repeated parameter, or a bad value"),
            "404": _error("An unknown format"),
            "413": _error(f"More than {MOST_SHEET_ROWS:,} rows for a spreadsheet: take CSV or Parquet"),
            "503": _error("No release to serve"),
        },
    }


def _record() -> Document:
    said = "The calculation record of a status: everything it was worked out from, and by which rules"
    status_id = {
        "name": "status_id",
        "in": "path",
        "required": True,
        "description": FIELDS["status_id"].meaning,
        "schema": _schema(FIELDS["status_id"]),
    }
    return {
        "operationId": "status_record",
        "summary": said,
        "parameters": [status_id, _IF_NONE_MATCH],
        "responses": {
            "200": {
                "description": said,
                "headers": {"ETag": _ETAG},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/record"}}},
            },
            "304": _NOT_CHANGED,
            "400": _error("A parameter: a record takes none"),
            "404": _error("No such status in this release"),
            "503": _error("No release to serve"),
        },
    }


def _record_schema() -> Document:
    """What every record holds; the arithmetic inside each part is described by its own `rule`."""
    number, text, date = ({"type": [kind, "null"]} for kind in ("number", "string", "string"))
    point = _object(
        **_each(("value", "lower_95", "upper_95", "standard_error"), number),
        period=text,
        **_each(("period_start", "period_end"), {**date, "format": "date"}),
        vintage=text,
    )
    part = {"type": "object", "required": ["is"], "properties": {"is": {"type": ["string", "number", "null"]}}}
    return _object(
        **_each(("release_id", "status_id", "rule_version", "software_version", "history"), {"type": "string"}),
        **_each(("commitment_id", "area_code", "sex", "explanation"), {"type": "string"}),
        **_each(("indicator_id", "as_of_period", "value_kind", "variation", "assurance"), text),
        measure={"type": ["object", "null"]},
        **_each(("baseline", "latest", "target"), point),
        **_each(("data_state", "direction", "pace", "recent_trend"), part),
        **_each(("earliest_change", "smallest_detectable_change"), part),
        england={"type": "object"},
    )


def _each(names: Iterable[str], schema: Document) -> Document:
    return dict.fromkeys(names, schema)


def _object(**properties: Document) -> Document:
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _filters(mart: Mart) -> list[Document]:
    return [
        {"name": field.name, "in": "query", "description": field.meaning, "schema": _asked_schema(field)}
        for field in mart.asked
    ]


def _error(words: str) -> Document:
    return {"description": words, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}}}


def _header(words: str) -> Document:
    return {"description": words, "required": True, "schema": {"type": "string"}}


_ETAG = _header("Stands for the release and the address; give it in If-None-Match")
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "ETag of the reply you have",
    "schema": {"type": "string"},
}
_NOT_CHANGED = {"description": "Not changed since the ETag given in If-None-Match"}

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
                "field": {"type": ["string", "null"], "description": "Parameter at fault"},
            },
        }
    },
}


def _row_schema(mart: Mart) -> Document:
    properties = {}
    for field in mart.fields:
        schema = _schema(field)
        if mart.is_nullable(field):
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
        meaning = f"{field.meaning} ({field.unit})" if field.unit else field.meaning
        properties[field.name] = {**schema, "description": meaning}
    return {"type": "object", "required": list(mart.columns), "properties": properties, "description": mart.holds}


def _asked_schema(field: Field) -> Document:
    schema = _schema(field)
    if field.kind == "whole":
        schema = {"minimum": -MOST_WHOLE, "maximum": MOST_WHOLE} | schema
    return schema


def _schema(field: Field) -> Document:
    schema: Document = dict(_TYPES[field.kind])
    if field.allowed:
        schema["enum"] = list(field.allowed)
    if field.pattern:
        schema["pattern"] = field.pattern
    if field.minimum is not None:
        schema["minimum"] = field.minimum
    if field.maximum is not None:
        schema["maximum"] = field.maximum
    return schema
