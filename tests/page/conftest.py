"""Pages over a real release, by HTTP client."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.server import create_app
from dashboard.settings import Settings
from tests.builders.data_folder import DataFolder
from tests.page.reading import Element, read

#: What the client asks for in Dash's own words when it moves to an address.
UPDATE = "/_dash-update-component"


@pytest.fixture(scope="session")
def app(first_release: DataFolder) -> Flask:
    return create_app(Settings(data_dir=first_release.path))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def page(client: FlaskClient) -> Callable[..., Element]:
    """Read a page that must answer with a status, 200 unless said."""

    def get(path: str, status: int = 200) -> Element:
        response = client.get(path)
        assert response.status_code == status, f"{path}: {response.status}"
        return read(response.get_data(as_text=True))

    return get


@pytest.fixture
def updated(client: FlaskClient) -> Callable[..., dict[str, Any]]:
    """The component that Dash is given when the browser moves to an address: a page's HTML, and its charts."""

    def post(path: str, search: str = "") -> dict[str, Any]:
        response = client.post(UPDATE, data=update_body(path, search), content_type="application/json")
        assert response.status_code == 200, response.status
        component: dict[str, Any] = response.get_json()["response"]["page"]["children"]
        return component

    return post


@pytest.fixture
def drawn(updated: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    """The HTML that the browser puts in place when it moves to an address."""
    return lambda path, search="": str(updated(path, search)["props"]["html"])


def update_body(path: str, search: str = "") -> bytes:
    """What Dash posts when the address changes."""
    inputs = [
        {"id": "url", "property": "pathname", "value": path},
        {"id": "url", "property": "search", "value": search},
    ]
    return json.dumps(
        {
            "output": "page.children",
            "outputs": {"id": "page", "property": "children"},
            "inputs": inputs,
            "changedPropIds": ["url.pathname"],
        }
    ).encode()


@pytest.fixture(scope="session")
def systems(first_release: DataFolder) -> dict[str, str]:
    """Today's 36 systems: code to name."""
    areas = first_release.mart("areas")
    return {
        row["area_code"]: row["area_name"]
        for row in areas.iter_rows(named=True)
        if row["area_type"] == "icb" and row["valid_to"] is None
    }


def log_folder(release: DataFolder, beside: Path) -> Path:
    """A data folder that has a release to read and a log of its own."""
    data = beside / "data"
    data.mkdir()
    (data / "current").symlink_to((release.path / "current").readlink())
    (data / "releases").symlink_to(release.path / "releases")
    return data
