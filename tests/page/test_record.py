"""The calculation record: what it holds, that it is the mart's, and that twenty lines work a status out from it."""

import math
import subprocess
import sys
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders.data_folder import DataFolder

SCRIPT = Path(__file__).parents[2] / "docs" / "recompute_status.py"
STATUS = "hle-level.healthy-life-expectancy.E54000050.male.2022-to-2024"


def _record(client: FlaskClient, status_id: str) -> dict:
    return client.get(f"/api/v1/statuses/{status_id}/record", buffered=True).get_json()


def test_a_record_holds_three_points_and_every_rule(client: FlaskClient) -> None:
    record = _record(client, STATUS)
    keys = {"value", "lower_95", "upper_95", "standard_error", "period_start", "period_end", "vintage"}
    assert all(keys <= set(record[side]) for side in ("baseline", "latest", "target"))
    assert record["baseline"]["period"] == "2017 to 2019"
    assert (record["latest"]["period_start"], record["latest"]["period_end"]) == ("2022-01-01", "2024-12-31")
    for part in ("direction", "pace", "recent_trend"):
        assert record[part]["rule"]
    assert record["history"] == "as now published"
    assert record["rule_version"]
    assert record["software_version"]


def test_the_test_of_direction_can_be_worked_out_by_hand(client: FlaskClient) -> None:
    record = _record(client, STATUS)
    before, after = record["baseline"], record["latest"]
    assert before["standard_error"] == pytest.approx((before["upper_95"] - before["lower_95"]) / 3.92)
    z = (after["value"] - before["value"]) / math.hypot(before["standard_error"], after["standard_error"])
    assert record["direction"]["z"] == pytest.approx(z)
    assert record["direction"]["p"] == pytest.approx(math.erfc(abs(z) / math.sqrt(2)) / 2)


def test_a_trend_names_the_points_it_rests_on(client: FlaskClient, first_release: DataFolder) -> None:
    statuses = first_release.mart("statuses")
    fitted = statuses.filter(pl.col("is_latest") & pl.col("trend_chi_square").is_not_null())
    record = _record(client, fitted["status_id"].first())
    points = record["recent_trend"]["points"]
    assert len(points) == 5
    assert [p["period_end"] for p in points] == sorted(p["period_end"] for p in points)
    assert points[-1]["period_end"] <= str(fitted["as_of_end"].first())


def test_what_is_not_there_is_not_called_unchanged(client: FlaskClient) -> None:
    """`*` matches whatever there is, and here there is nothing."""
    answer = client.get("/api/v1/statuses/hle-level.no-such/record", headers={"If-None-Match": "*"}, buffered=True)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "unknown_status")
    assert client.get(f"/api/v1/statuses/{STATUS}/record", headers={"If-None-Match": "*"}).status_code == 304


def test_a_commitment_without_a_measure_has_a_record_that_says_so(client: FlaskClient) -> None:
    record = _record(client, "icb-running-costs.E92000001.persons")
    assert record["measure"] is None
    assert record["data_state"]["is"] == "informational"
    assert record["baseline"]["value"] is None


@pytest.mark.parametrize(
    "status_id", [STATUS, "preventable-cvd.preventable-cvd-mortality.E54000050.persons.2022-to-2024"]
)
def test_the_script_in_the_docs_works_a_status_out(app: Flask, status_id: str) -> None:
    with make_server("127.0.0.1", 0, app, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        site = f"http://127.0.0.1:{server.server_port}"
        ran = subprocess.run([sys.executable, SCRIPT, site, status_id], capture_output=True, text=True, check=True)
        thread.join()
    worked_out, published = ran.stdout.splitlines()
    assert worked_out.removeprefix("worked out: ") == published.removeprefix("published:  ")


def test_the_script_is_no_longer_than_it_says() -> None:
    lines = [line for line in SCRIPT.read_text().splitlines() if line and not line.startswith(("import", '"""'))]
    assert len(lines) <= 20


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""
