"""Whoever means ill gets a clear refusal: nothing changed, nothing run, nothing of what they sent in the log."""

import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from dashboard.secret import secret_key
from dashboard.server import create_app
from dashboard.settings import Settings
from dashboard.store.upgrade import upgrade
from tests.builders.data_folder import ROOT, DataFolder
from tests.builders.interventions import ORIGIN, Desk, days, entry, errors
from tests.page.conftest import log_folder
from tests.page.reading import read

NEW = "/interventions/new"

#: What people type to break in. None of it holds a person's details, so it is kept: as text.
HARMLESS_AS_TEXT = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "end of a text area": "</textarea><script>alert(1)</script>",
    "template": "{{ 7*7 }} {% raw %} ${7*7}",
    "sql": "x'); DROP TABLE interventions; --",
    "sql choice": "' OR '1'='1",
    "comment": "<!--title--> <!--content-->",
    "entity": "&lt;b&gt; &amp;amp; &#60;",
    "percent": "%s %(x)s %00 \\x00",
    "other scripts": "Ўладзімір 中文 العربية 🏥",
}
REFUSED_TEXT = {
    "nothing": "a\x00b",
    "bell": "a\x07b",
    "turned round": "a\u202eb",
    "e-mail address": "write to jo.bloggs@nhs.net",
    "phone": "call 020 7946 0958",
    "mobile": "07700900123",
    "from abroad": "+44 20 7946 0958",
    "NHS number": "patient 943 476 5919",
    "NHS number together": "9434765919",
    "person": "Ask Dr Bloggs",
}
TEXTS = [
    "intervention_reason",
    "owner_role",
    "owner_organisation",
    "expected_effect",
    "process_measure",
    "process_unit",
    "changed_by_role",
    "changed_by_organisation",
]
OTHERS = [name for name in entry() if name not in TEXTS]


@pytest.fixture(scope="module")
def log_app(
    database_url: str | None, first_release: DataFolder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    data = log_folder(first_release, tmp_path_factory.mktemp("log"))
    upgrade(data, database_url)
    app = create_app(Settings(data_dir=data, database_url=database_url, local_writes=True))
    yield app
    app.extensions["store"].close()


@pytest.fixture
def desk(log_app: Flask) -> Desk:
    return Desk(log_app)


@pytest.fixture
def unchanged(desk: Desk) -> Iterator[None]:
    """Nothing was written, whatever the test sent."""
    before = desk.client.get("/download/intervention_history.csv").text
    yield
    assert desk.client.get("/download/intervention_history.csv").text == before


@pytest.mark.parametrize("what", HARMLESS_AS_TEXT)
def test_text_is_shown_as_text_wherever_it_shows(desk: Desk, what: str) -> None:
    text = HARMLESS_AS_TEXT[what]
    changes = {name: text for name in TEXTS if name not in ("process_unit",)}
    number = desk.log(**changes)
    assert (
        desk.send(f"/interventions/{number}/review", {"review_finding": text, "review_date": days(50)}).status_code
        == 303
    )
    for address in ("/interventions", f"/interventions/{number}", f"/interventions/{number}/edit"):
        page = desk.page(address)
        assert page.all("script") == [], address
        assert page.all("img") == [], address
        assert " ".join(text.split()) in " ".join(desk_text(page).split()), address
    assert desk.form(f"/interventions/{number}/edit")["expected_effect"] == text
    row = desk.client.get(f"/api/v1/interventions?intervention_id={number}").get_json()["rows"][0]
    assert (row["intervention_reason"], row["owner_role"], row["review_finding"]) == (text, text, text)


def desk_text(page: object) -> str:
    """All text of a page, with what its inputs hold."""
    from tests.page.reading import Element

    assert isinstance(page, Element)
    said: list[str] = []

    def walk(of: Element) -> None:
        said.append(of.attributes.get("value") or "")
        for child in of.children:
            said.append(child) if isinstance(child, str) else walk(child)

    walk(page)
    return " ".join(said)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("what", REFUSED_TEXT)
def test_persons_and_hidden_characters_are_refused_at_every_text_and_never_logged(
    desk: Desk, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    text = REFUSED_TEXT[what]
    with caplog.at_level("DEBUG"):
        for name in TEXTS:
            answer = desk.send(NEW, entry(**{name: text}))
            assert answer.status_code == 422
            said = errors(answer)
            assert set(said) == {name}
            assert text not in said[name], "the message is of the field, and does not say again what it held"
    assert not [record for record in caplog.records if text in record.getMessage()]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("what", ["script", "sql", "percent"])
def test_no_other_field_takes_what_is_not_of_its_kind(desk: Desk, name: str, what: str) -> None:
    answer = desk.send(NEW, entry(**{name: HARMLESS_AS_TEXT[what]}))
    assert answer.status_code == 422
    page = read(answer.get_data(as_text=True))
    assert [of for of in page.all("div") if of.attributes.get("role") == "alert"]
    assert page.all("script") == []


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", [*entry(), "csrf_token", "submission_id", "made_up"])
def test_a_megabyte_in_any_field_is_refused(desk: Desk, name: str) -> None:
    answer = desk.send(NEW, entry(**{name: "x" * 1_000_000}))
    assert answer.status_code == 413
    assert read(answer.get_data(as_text=True)).one("h1").text == "Too much text"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("how", ["multipart", "json", "many fields", "no body"])
def test_a_body_of_another_form_is_refused(desk: Desk, how: str) -> None:
    headers = {"Origin": ORIGIN}
    if how == "multipart":
        answer = desk.client.post(NEW, data={"a": (__import__("io").BytesIO(b"x" * 200_000), "a.csv")}, headers=headers)
    elif how == "json":
        answer = desk.client.post(NEW, json=entry(), headers=headers)
    elif how == "many fields":
        answer = desk.client.post(NEW, data="&".join(f"a{n}=1" for n in range(9_000)), headers=headers)
    else:
        answer = desk.client.post(NEW, headers=headers)
    assert answer.status_code in (400, 413)
    assert "Nothing has been changed." in read(answer.get_data(as_text=True)).one("main").text


# --- forged requests


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("how", ["missing", "wrong", "of another session", "without its cookie"])
def test_a_form_without_this_sessions_token_is_refused(desk: Desk, log_app: Flask, how: str) -> None:
    form = {**desk.form(NEW), **entry()}
    sender = desk
    if how == "missing":
        del form["csrf_token"]
    elif how == "wrong":
        form["csrf_token"] = form["csrf_token"][:-4] + "AAAA"
    elif how == "of another session":
        other = Desk(log_app)
        form["csrf_token"] = other.form(NEW)["csrf_token"]
    else:
        sender = Desk(log_app)
    answer = sender.send(NEW, form, fresh=False)
    assert answer.status_code == 400
    main = read(answer.get_data(as_text=True)).one("main")
    assert main.one("h1").text == "This form is out of date"
    assert "Nothing has been changed." in main.text


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "https://localhost", ""])
def test_a_form_of_another_site_is_refused(desk: Desk, origin: str) -> None:
    answer = desk.send(NEW, entry(), headers={"Origin": origin})
    assert answer.status_code == 400
    assert read(answer.get_data(as_text=True)).one("h1").text == "This form was not sent from here"


@pytest.mark.usefixtures("unchanged")
def test_a_form_that_names_no_origin_is_refused(desk: Desk) -> None:
    form = {**desk.form(NEW), **entry()}
    assert desk.client.post(NEW, data=form).status_code == 400


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"]
)
def test_a_form_for_another_host_is_refused(desk: Desk, host: str) -> None:
    """A name that somebody points at this machine: the browser would send what it has for that name."""
    form = {**desk.form(NEW), **entry()}
    headers = {"Origin": f"http://{host}", "Host": host}
    assert desk.client.post(NEW, data=form, headers=headers).status_code in (400, 403)
    assert desk.client.get(NEW, headers={"Host": host}).status_code == 403


PROXIED = [
    {"Forwarded": "for=192.0.2.1"},
    {"Via": "1.1 proxy"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Host": "localhost"},
    {"X-Forwarded-Proto": "http"},
    {"X-Forwarded-Anything": ""},
    {"x-forwarded-for": "127.0.0.1"},
    {"X-Real-IP": "127.0.0.1"},
]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("headers", PROXIED, ids=str)
def test_behind_a_proxy_the_log_is_read_and_not_written(desk: Desk, headers: dict[str, str]) -> None:
    form = {**desk.form(NEW), **entry()}
    answer = desk.send(NEW, form, fresh=False, headers=headers)
    assert answer.status_code == 403
    assert "Nothing can be sent in" in read(answer.get_data(as_text=True)).one("h1").text
    shown = desk.client.get("/interventions", headers=headers)
    main = read(shown.get_data(as_text=True)).one("main")
    assert shown.status_code == 200
    assert "through a proxy" in main.one("p", "read-only").text
    assert main.all("a", "button") == []
    assert desk.client.get(NEW, headers=headers).status_code == 403


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_other_method_is_answered(desk: Desk, method: str) -> None:
    number = 1
    for address in ("/interventions", NEW, f"/interventions/{number}", "/api/v1/interventions"):
        answer = desk.client.open(address, method=method, headers={"Origin": ORIGIN})
        assert answer.status_code in (400, 405), address


def test_the_session_is_kept_from_scripts_and_from_other_sites(desk: Desk) -> None:
    cookie = desk.client.get(NEW).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Set-Cookie" not in Desk(desk.app).client.get("/interventions").headers, "reading needs none"


# --- who may write


def test_without_the_switch_the_log_is_read_and_says_so(first_release: DataFolder, tmp_path: Path) -> None:
    data = log_folder(first_release, tmp_path)
    upgrade(data)
    desk = Desk(create_app(Settings(data_dir=data)))
    main = desk.page("/interventions").one("main")
    assert main.one("p", "read-only").text.endswith("writing is not switched on here.")
    assert desk.page(NEW, 403).one("h1").text == "Nothing can be sent in here"
    assert desk.client.post(NEW, data=entry(), headers={"Origin": ORIGIN}).status_code == 403
    assert not (data / "store" / "secret.key").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.1.example.org"])
def test_the_switch_is_refused_where_others_could_reach_the_server(host: str) -> None:
    with pytest.raises(ValueError, match="ICS_LOCAL_WRITES"):
        Settings.from_environment({"ICS_LOCAL_WRITES": "1", "ICS_HOST": host})


def test_a_server_that_must_not_start_says_why_without_a_traceback(tmp_path: Path) -> None:
    environment = {
        "ICS_LOCAL_WRITES": "1",
        "ICS_HOST": "0.0.0.0",
        "ICS_DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "dashboard"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "ICS_LOCAL_WRITES" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"ICS_LOCAL_WRITES": "yes"},
        {"ICS_SECRET_KEY": "short"},
        {"ICS_DATABASE_URL": "mysql://user:hunter2@host/x"},
    ],
)
def test_a_setting_that_cannot_be_is_named_and_not_repeated(environment: dict[str, str]) -> None:
    (name,) = environment
    with pytest.raises(ValueError, match=name) as error:
        Settings.from_environment(environment)
    assert "hunter2" not in str(error.value)


def test_no_secret_shows_where_settings_are_shown() -> None:
    settings = Settings(database_url="postgresql://user:hunter2@host/x", secret_key="s" * 32)
    assert "hunter2" not in repr(settings)
    assert "ssss" not in repr(settings)


def test_the_secret_is_made_once_whoever_asks_first_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(tmp_path, None), range(64)))
    (key,) = keys
    assert len(key) == 64
    folder = tmp_path / "store"
    assert [path.name for path in folder.iterdir()] == ["secret.key"]
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600
    assert secret_key(tmp_path, "given") == "given"
