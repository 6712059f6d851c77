"""The API and the downloads keep to their own description, whatever they are asked: schemathesis does the asking."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dashboard import spreadsheet
from dashboard.api import cursor
from dashboard.openapi import description
from dashboard.server import create_app
from dashboard.settings import Settings
from data_contracts.marts import MARTS
from data_contracts.stored import STORED
from tests.builders.data_folder import DataFolder
from tests.builders.interventions import AUTHOR, store_at, told
from tests.page.conftest import log_folder

#: One address of each kind.
SOME = [
    "/api/v1/areas",
    "/api/v1/statuses/{status_id}/record",
    "/download/areas.{format}",
    "/api/v1/interventions",
    "/download/interventions.csv",
]

AS_DESCRIBED = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]

KNOWN_STATUS = "hle-level.healthy-life-expectancy.E54000050.male.2022-to-2024"
NO_MEASURE = "icb-running-costs.E92000001.persons"

schema = schemathesis.openapi.from_dict(description(), config=SchemathesisConfig(seed=1))


class Whole:
    """An application whose replies are read to their end and closed, as a server does and schemathesis does not."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        body = self._app(environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            getattr(body, "close", lambda: None)()


def _ask(case: schemathesis.Case, app: Flask, checks: list[Any], **headers: str) -> Any:
    return case.call_and_validate(
        app=Whole(app), checks=[*AS_DESCRIBED, *checks], headers={"Accept-Encoding": "identity", **headers}
    )


@pytest.fixture
def short_spreadsheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spreadsheets of few rows: writing long ones, over and over, is what would take the time."""
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 60)


@pytest.fixture(scope="session")
def app(first_release: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A server with a release and a log that holds something."""
    data = log_folder(first_release, tmp_path_factory.mktemp("described"))
    store = store_at(data)
    for number in range(3):
        made = store.propose(told(), by=AUTHOR, submission_id=str(number))
        store.change(made.intervention_id, {"process_unit": "posts"}, seen=1, by=AUTHOR)
    store.close()
    return create_app(Settings(data_dir=data))


@schema.parametrize()
@settings(max_examples=15, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_described(case: schemathesis.Case, app: Flask, short_spreadsheets: None) -> None:
    """Sound requests, unsound ones and the edges of both: a mistake is refused, and nothing breaks."""
    _ask(case, app, [not_a_server_error, negative_data_rejection])


@pytest.mark.parametrize(
    ("path", "place", "query", "status"),
    [
        ("/api/v1/observations", {}, {"area_code": "E54000050", "sex": "male"}, 200),
        ("/api/v1/observations", {}, {"limit": 5000}, 200),
        ("/api/v1/observations", {}, {"cursor": cursor("0000000000000000", 10)}, 410),
        ("/api/v1/observations", {}, {"cursor": "é"}, 400),
        ("/api/v1/area_lineage", {}, {"effective_date": "20260401"}, 400),
        ("/api/v1/quarantine", {}, {"source_row": "9" * 19}, 400),
        ("/api/v1/quarantine", {}, {"source_row": "1_000"}, 400),
        ("/api/v1/statuses/{status_id}/record", {"status_id": KNOWN_STATUS}, {}, 200),
        ("/api/v1/statuses/{status_id}/record", {"status_id": NO_MEASURE}, {}, 200),
        ("/api/v1/statuses/{status_id}/record", {"status_id": "hle-level.no-such"}, {}, 404),
        ("/api/v1/statuses/{status_id}/record", {"status_id": KNOWN_STATUS}, {"limit": "1"}, 400),
        ("/download/observations.{format}", {"format": "xlsx"}, {}, 413),
        ("/download/observations.{format}", {"format": "ods"}, {}, 413),
        ("/download/areas.{format}", {"format": "ods"}, {"area_code": "E54000050"}, 200),
        ("/download/observations.{format}", {"format": "csv"}, {"sex": "male"}, 200),
        ("/download/observations.{format}", {"format": "docx"}, {}, 404),
    ],
)
def test_what_chance_may_miss_is_as_described(
    app: Flask, path: str, place: dict[str, str], query: dict[str, Any], status: int
) -> None:
    case = schema[path]["GET"].Case(path_parameters=place, query=query)
    assert _ask(case, app, []).status_code == status


@pytest.mark.parametrize("path", SOME)
def test_a_reply_that_still_holds_is_as_described(app: Flask, path: str) -> None:
    places = {"format": "parquet", "status_id": KNOWN_STATUS}
    case = schema[path]["GET"].Case(path_parameters={name: of for name, of in places.items() if f"{{{name}}}" in path})
    (tag,) = _ask(case, app, []).headers["etag"]
    assert _ask(case, app, [], **{"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("path", SOME)
def test_having_no_release_is_as_described(tmp_path: Path, path: str) -> None:
    places = {"format": "csv", "status_id": KNOWN_STATUS}
    case = schema[path]["GET"].Case(path_parameters={name: of for name, of in places.items() if f"{{{name}}}" in path})
    assert _ask(case, create_app(Settings(data_dir=tmp_path / "data")), []).status_code == 503


def test_every_table_is_described_and_described_as_it_is_served(app: Flask) -> None:
    served = app.test_client().get("/api/v1/openapi.json").get_json()
    assert served == description()
    rows, files = [f"/api/v1/{m}" for m in MARTS], [f"/download/{m}.{{format}}" for m in MARTS]
    stored, stored_files = [f"/api/v1/{m}" for m in STORED], [f"/download/{m}.csv" for m in STORED]
    record = "/api/v1/statuses/{status_id}/record"
    assert list(served["paths"]) == [*rows, record, *stored, *files, *stored_files]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("address", ["/api/v1/areas", "/api/v1/openapi.json", "/download/areas.csv"])
def test_nothing_is_written_and_the_refusal_is_json(app: Flask, method: str, address: str) -> None:
    answer = app.test_client().open(address, method=method)
    assert answer.status_code == 405
    assert answer.get_json()["error"]["code"] == "read_only"
    assert {"GET", "HEAD"} <= set(answer.allow)


@pytest.mark.parametrize("address", ["/api/v1/gaps", "/download/gaps.csv", "/download/gaps.xlsx"])
def test_a_query_that_is_no_text_is_refused(app: Flask, address: str) -> None:
    answer = app.test_client().get(address, environ_overrides={"QUERY_STRING": "period_label=\xff"}, buffered=True)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "bad_value")
