"""The API: the published tables, as the contract has them."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from data_contracts.marts import MARTS
from tests.builders.data_folder import DataFolder

HLE_MEN_ENGLAND = {
    "indicator_id": "healthy-life-expectancy",
    "area_code": "E92000001",
    "sex": "male",
    "period_label": "2022 to 2024",
}


def _get(client: FlaskClient, mart: str, status: int = 200, **query: Any) -> Any:
    response = client.get(f"/api/v1/{mart}", query_string=query)
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/json"
    return json.loads(response.get_data())


def test_a_figure_comes_as_published(client: FlaskClient, first_release: DataFolder) -> None:
    answer = _get(client, "observations", **HLE_MEN_ENGLAND)
    assert answer["release_id"] == first_release.release_id
    assert answer["count"] == 1
    assert answer["next"] is None
    (row,) = answer["rows"]
    assert list(row) == list(MARTS["observations"].columns)
    assert (row["value"], row["lower_95"], row["upper_95"]) == (60.9, 60.7, 61.2)
    assert (row["period_start"], row["period_end"]) == ("2022-01-01", "2024-12-31")


@pytest.mark.parametrize("mart", MARTS)
def test_every_mart_is_served_whole_and_in_its_own_order(
    client: FlaskClient, first_release: DataFolder, mart: str
) -> None:
    frame = first_release.mart(mart)
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = _get(client, mart, limit=5000, **cursor)
        assert answer["count"] == frame.height
        rows += answer["rows"]
        if answer["next"] is None:
            break
        cursor = {"cursor": answer["next"]}
    assert len(rows) == frame.height
    key = MARTS[mart].key
    assert len({tuple(row[name] for name in key) for row in rows}) == len(rows)
    assert rows == json.loads(json.dumps(frame.to_dicts(), default=str))


def test_a_trigger_comes_with_its_evidence_and_what_chance_alone_would_give(client: FlaskClient) -> None:
    """Obesity in Somerset, which is one authority: fired in 34 tests of which chance alone gives 0.17."""
    rule_id = "change-worse-than-england"
    rows = _get(client, "triggers", trigger_id=rule_id, area_code="E54000038", indicator_id="adult-obesity")["rows"]
    (row,) = (row for row in rows if row["cleared_on"] is None)
    assert (row["fired_since"], row["cleared_on"], row["tested"], row["fired"]) == ("2025-11-15", None, 34, 1)
    assert row["expected_by_chance"] == pytest.approx(0.17)
    assert "6.2 percentage points worse than England's change" in row["evidence"]
    (rule,) = _get(client, "trigger_rules", trigger_id=rule_id)["rows"]
    assert rule["does_not_mean"]


def test_pages_follow_one_another(client: FlaskClient) -> None:
    first = _get(client, "areas", limit=10)
    second = _get(client, "areas", limit=10, cursor=first["next"])
    both = _get(client, "areas", limit=20)
    assert first["rows"] + second["rows"] == both["rows"]


@pytest.mark.parametrize(
    ("mart", "query", "status", "code", "field"),
    [
        ("nothing", {}, 404, "unknown_mart", "mart"),
        ("observations", {"value": "1"}, 400, "unknown_parameter", "value"),
        ("observations", {"area": "E92000001"}, 400, "unknown_parameter", "area"),
        ("observations", {"area_code": "England"}, 400, "bad_value", "area_code"),
        ("observations", {"area_code": "E92000001\n"}, 400, "bad_value", "area_code"),
        ("observations", {"sex": "men"}, 400, "bad_value", "sex"),
        ("area_lineage", {"effective_date": "April"}, 400, "bad_value", "effective_date"),
        ("areas", {"limit": "0"}, 400, "bad_value", "limit"),
        ("areas", {"limit": "many"}, 400, "bad_value", "limit"),
        ("areas", {"limit": "5001"}, 400, "bad_value", "limit"),
        ("areas", {"cursor": "here"}, 400, "bad_value", "cursor"),
        ("areas", {"area_code": ["E92000001", "E12000001"]}, 400, "repeated_parameter", "area_code"),
    ],
)
def test_a_mistake_is_named(
    client: FlaskClient, mart: str, query: dict[str, Any], status: int, code: str, field: str
) -> None:
    error = _get(client, mart, status, **query)["error"]
    assert (error["code"], error["field"]) == (code, field)
    assert error["message"]


def test_a_value_is_never_part_of_the_sql(client: FlaskClient) -> None:
    answer = _get(client, "observations", 400, period_label="x", indicator_id="a' or 1=1 --")
    assert answer["error"]["field"] == "indicator_id"
    assert _get(client, "observations", period_label="' or '1'='1")["count"] == 0


def test_a_cursor_ends_with_its_release(client: FlaskClient) -> None:
    from dashboard.api import cursor

    error = _get(client, "areas", 410, cursor=cursor("0000000000000000", 10))["error"]
    assert (error["code"], error["field"]) == ("release_gone", "cursor")
    assert "start again" in error["message"]


def test_an_address_outside_the_tables_is_json_too(client: FlaskClient) -> None:
    assert _get(client, "areas/E92000001", 404)["error"]["code"] == "unknown_address"


def test_nothing_is_sent_twice(client: FlaskClient) -> None:
    first = client.get("/api/v1/indicators")
    again = client.get("/api/v1/indicators", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data
    other = client.get("/api/v1/indicators?limit=1", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_the_description_covers_every_table_and_column(client: FlaskClient) -> None:
    described = _get(client, "openapi.json")
    assert described["openapi"].startswith("3.1")
    for mart in MARTS.values():
        operation = described["paths"][f"/api/v1/{mart.name}"]["get"]
        assert [p["name"] for p in operation["parameters"]] == [
            *(name for name in mart.columns if name in mart.key),
            "limit",
            "cursor",
            "If-None-Match",
        ]
        properties = described["components"]["schemas"][mart.name]["properties"]
        assert list(properties) == list(mart.columns)
        assert all(of["description"] for of in properties.values())
