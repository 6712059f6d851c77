"""The server: health, headers, files, logs, and what it says when there is nothing to serve."""

import gzip
import json
import logging
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from plotly.offline import get_plotlyjs_version
from werkzeug.test import EnvironBuilder

from dashboard.server import create_app
from dashboard.settings import Settings
from dashboard.shell import FOR_CHARTS, PLOTLY_URL
from tests.builders.data_folder import ROOT, DataFolder
from tests.page.conftest import UPDATE, update_body
from tests.page.reading import read

#: Loaded by what the server never needs: numbers and frames are the pipeline's.
HEAVY = (
    *("numpy", "scipy", "pandera", "pandas", "pyarrow", "polars", "pipelines"),
    *("alembic", "psycopg", "sqlalchemy.orm"),
)


def test_health_names_the_release(client: FlaskClient, first_release: DataFolder) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "ok"
    assert answer.get_json()["release_id"] == first_release.release_id


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/areas", "/nowhere", "/assets/style.css"])
def test_every_reply_has_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_every_inline_script_is_allowed_by_its_hash(client: FlaskClient) -> None:
    import base64
    import hashlib

    response = client.get("/")
    scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", response.get_data(as_text=True), re.DOTALL)
    inline = [text for attributes, text in scripts if "application/json" not in attributes]
    assert len(inline) >= 2
    for text in inline:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in response.headers["Content-Security-Policy"]


def test_the_page_names_no_versions_and_no_other_host(client: FlaskClient) -> None:
    html = client.get("/").get_data(as_text=True)
    assert "python_version" not in html
    assert "dash-version" not in html
    loaded = re.findall(r"""<(?:script|link|img|iframe)[^>]*?(?:src|href)=["']?([^"'\s>]+)""", html)
    assert loaded
    assert [address for address in loaded if not address.startswith(("/", "data:"))] == []


def test_a_document_is_in_english_with_one_main_and_a_title(client: FlaskClient) -> None:
    document = read(client.get("/").get_data(as_text=True))
    assert document.one("html").attributes["lang"] == "en-GB"
    assert document.one("title").children == ["England – ICS Progress"]
    assert document.one("main").attributes["id"] == "main"
    assert document.one("a", "skip").attributes["href"] == "#main"


@pytest.mark.parametrize(("accept", "decode"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)])
@pytest.mark.parametrize("path", ["/", "/assets/style.css", "/api/v1/areas"])
def test_replies_come_as_the_browser_asks(
    client: FlaskClient, path: str, accept: str, decode: Callable[[bytes], bytes]
) -> None:
    plain = client.get(path, headers={"Accept-Encoding": ""}).data
    reply = client.get(path, headers={"Accept-Encoding": accept})
    assert reply.headers.get("Content-Encoding", "") == accept
    assert decode(reply.data) == plain
    assert "Accept-Encoding" in reply.headers["Vary"]


def test_files_with_their_version_in_the_address_are_kept_for_good(client: FlaskClient) -> None:
    html = client.get("/").get_data(as_text=True)
    files = re.findall(r"""(?:src|href)="(/(?:assets|_dash-component-suites)/[^"]+)\"""", html)
    assert len(files) > 8
    for file in files:
        reply = client.get(file, headers={"Accept-Encoding": "br"})
        assert reply.status_code == 200, file
        if file not in FOR_CHARTS:
            assert "immutable" in reply.headers["Cache-Control"], file


def test_the_smaller_plotly_is_the_one_that_dash_expects(client: FlaskClient) -> None:
    """plotly.js is pinned in package.json and in plotly's own package: they move together."""
    pinned = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]["plotly.js-cartesian-dist-min"]
    assert pinned == get_plotlyjs_version()
    if (ROOT / "node_modules" / "plotly.js-cartesian-dist-min").exists():
        assert client.get(PLOTLY_URL).data[:200].find(b"plotly.js (cartesian - minified)") > 0


def test_first_and_later_visits_stay_within_their_bytes(client: FlaskClient) -> None:
    """DESIGN section 8: JavaScript 800 kB first, any page 1 MB in all, the document 10 kB beside what is served."""
    if not (ROOT / "node_modules" / "plotly.js-cartesian-dist-min").exists():
        pytest.skip("the smaller plotly.js is not here; make sets it up where npm is")
    asked = {"Accept-Encoding": "br"}
    html = client.get("/", headers=asked)
    files = re.findall(
        r"""(?:src|href)="(/(?:assets|_dash-component-suites)/[^"]+)\"""", brotli.decompress(html.data).decode()
    )
    sizes = {file: len(client.get(file, headers=asked).data) for file in set(files)}
    scripts = sum(size for file, size in sizes.items() if ".js" in file)
    update = len(client.post(UPDATE, data=update_body("/"), headers={**asked, "Content-Type": "application/json"}).data)
    assert scripts < 790_000, "with room for the part of Dash that draws charts, which it loads by itself"
    assert len(html.data) + update + sum(sizes.values()) < 1_000_000
    bare = len(client.get("/nowhere", headers=asked).data)
    assert bare < 10_000


def test_the_web_process_loads_nothing_heavy(first_release: DataFolder) -> None:
    script = f"""
import sys
from pathlib import Path
from dashboard.server import create_app
from dashboard.settings import Settings
client = create_app(Settings(data_dir=Path({str(first_release.path)!r}))).test_client()
for path in ("/", "/system/E54000050", "/api/v1/observations", "/api/v1/openapi.json", "/healthz"):
    assert client.get(path).status_code == 200, path
assert client.get("/interventions").status_code == 503
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_each_request_is_one_json_line_without_what_was_typed(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, first_release: DataFolder
) -> None:
    with caplog.at_level("INFO", logger="dashboard.requests"):
        reply = client.get("/find?q=somebody")
    (record,) = [r for r in caplog.records if r.name == "dashboard.requests"]
    line = json.loads(record.getMessage())
    assert line["request_id"] == reply.headers["X-Request-Id"]
    assert line["release"] == first_release.release_id
    assert line["route"] == "/find"
    assert line["status"] == 200
    assert line["ms"] >= 0
    assert "somebody" not in record.getMessage()


@pytest.fixture
def empty(tmp_path: Path) -> FlaskClient:
    return create_app(Settings(data_dir=tmp_path / "data")).test_client()


def _assert_says_what_to_do(client: FlaskClient, reason: str) -> None:
    for path in ("/", "/system/E54000050"):
        reply = client.get(path)
        assert reply.status_code == 503
        main = read(reply.get_data(as_text=True)).one("main")
        assert reason in main.text
        assert main.one("code").text == "make refresh"
    health = client.get("/healthz")
    assert health.status_code == 503
    assert health.get_json()["release_id"] is None
    api = client.get("/api/v1/areas")
    assert api.status_code == 503
    assert api.get_json()["error"]["code"] == "no_release"
    assert "make refresh" in api.get_json()["error"]["message"]
    update = client.post(UPDATE, data=update_body("/"), content_type="application/json")
    assert update.status_code == 200
    assert "make refresh" in update.get_data(as_text=True)


def test_without_a_release_it_says_what_to_do(empty: FlaskClient) -> None:
    _assert_says_what_to_do(empty, "No data has been published yet.")


def test_a_release_of_another_contract_is_refused_and_the_next_one_served(folder: DataFolder) -> None:
    manifest = folder.path / "current" / "manifest.json"
    kept = manifest.read_text("utf-8")
    manifest.write_text(json.dumps({**json.loads(kept), "contract_version": "0"}), "utf-8")
    client = create_app(Settings(data_dir=folder.path)).test_client()
    _assert_says_what_to_do(client, "follows version 0 of the data contracts")
    manifest.write_text(kept, "utf-8")
    assert client.get("/").status_code == 200, "without a restart"


def test_a_release_that_vanished_is_no_crash(folder: DataFolder) -> None:
    shutil.rmtree(folder.path / "releases")
    client = create_app(Settings(data_dir=folder.path)).test_client()
    assert client.get("/").status_code == 503


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(ValueError, match="PORT"):
        Settings.from_environment({"PORT": port})


def test_settings_are_read_once_from_the_environment() -> None:
    settings = Settings.from_environment({"ICS_DATA_DIR": "/srv/ics", "ICS_HOST": "0.0.0.0", "PORT": "8080"})
    assert settings == Settings(data_dir=Path("/srv/ics"), host="0.0.0.0", port=8080)
    assert Settings.from_environment({}) == Settings()


def test_a_burst_of_first_requests_has_no_errors(app: Flask, first_release: DataFolder) -> None:
    """Dash sets itself up at its first request without a lock; ours is done before anyone asks."""
    from concurrent.futures import ThreadPoolExecutor

    fresh = create_app(Settings(data_dir=first_release.path))

    def ask(place: int) -> int:
        client = fresh.test_client()
        if place % 2:
            return client.get("/").status_code
        return client.post(UPDATE, data=update_body("/"), content_type="application/json").status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(48))) == {200}


@pytest.mark.parametrize("path", ["/compare", "/find", "/system/E54000050", "/assets/style.css"])
def test_a_query_that_is_no_text_is_no_fault(app: Flask, path: str) -> None:
    """The bytes reach the server as they are: a client's own library would refuse to send them."""
    statuses: list[str] = []
    environ = EnvironBuilder(path=path).get_environ() | {"QUERY_STRING": "q=\xff\xfe&indicator=\xff"}
    list(app.wsgi_app(environ, lambda status, *_: statuses.append(status)))
    assert statuses == ["200 OK"]


@pytest.mark.parametrize(("path", "is_page"), [("/?sort=name&fault=1", True), ("/api/v1/areas?limit=1", False)])
def test_a_fault_of_ours_says_so_and_is_one_line_in_the_log(
    first_release: DataFolder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    path: str,
    is_page: bool,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the inside story")

    monkeypatch.setattr("dashboard.server.route", broken)
    monkeypatch.setattr("dashboard.queries.mart_rows", broken)
    server = create_app(Settings(data_dir=first_release.path))
    answer = server.test_client().get(path)
    assert answer.status_code == 500
    said = answer.get_data(as_text=True)
    assert answer.headers["X-Request-Id"] in said
    assert "the inside story" not in said
    assert "Content-Security-Policy" in answer.headers
    if is_page:
        assert read(said).one("h1").text == "Something went wrong"
    else:
        assert answer.get_json()["error"]["code"] == "internal_error"
    (handler,) = logging.getLogger("dashboard").handlers
    (fault,) = (record for record in caplog.records if record.exc_info)
    line = handler.format(fault)
    assert "\n" not in line
    assert "RuntimeError: the inside story" in json.loads(line)["traceback"]
