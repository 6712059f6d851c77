"""Returns sent in on the web: checked by the pipeline itself, taken whole or not at all, and closed to forgeries."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from dashboard import children
from dashboard.pages import return_upload as pages
from dashboard.server import create_app
from dashboard.settings import Settings
from tests.builders.data_folder import DataFolder
from tests.builders.interventions import ORIGIN, Desk
from tests.builders.returns import QUARTER, SYSTEM, as_csv, post
from tests.page.conftest import log_folder
from tests.page.reading import Element, read, rows

PATH = "/workforce/return"
SOUND = [post(number) for number in range(1, 7)]


@pytest.fixture
def data(first_release: DataFolder, tmp_path: Path) -> Path:
    return log_folder(first_release, tmp_path)


@pytest.fixture
def desk(data: Path) -> Iterator[Desk]:
    app: Flask = create_app(Settings(data_dir=data, local_writes=True))
    yield Desk(app)
    app.extensions["store"].close()


def send(desk: Desk, content: bytes, name: str = "return.csv", **options: object) -> TestResponse:
    """Choose a file and press a button of the form."""
    token = next(
        of.attributes["value"] for of in desk.page(PATH).all("input") if of.attributes.get("name") == "csrf_token"
    )
    fields = {"csrf_token": token, "do": "validate", "file": (io.BytesIO(content), name)}
    fields |= dict(options.pop("fields", {}))  # type: ignore[call-overload]
    headers = {"Origin": ORIGIN, **dict(options.pop("headers", {}))}  # type: ignore[call-overload]
    answer = desk.client.post(PATH, data=fields, headers=headers, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the client's own copy of a large body
    return answer


def main(answer: TestResponse) -> Element:
    return read(answer.get_data(as_text=True)).one("main")


def stored(data: Path) -> list[Path]:
    folder = data / "returns"
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_a_sound_return_is_checked_and_nothing_is_stored(desk: Desk, data: Path) -> None:
    answer = send(desk, as_csv(SOUND))
    assert answer.status_code == 200
    said = main(answer)
    assert f"{SYSTEM} {QUARTER}: it would be accepted" in said.text
    assert "6 rows received: 6 in order, 0 at fault" in said.text
    assert not stored(data)


def test_a_sound_return_sent_in_is_stored_and_the_second_says_what_changed(desk: Desk, data: Path) -> None:
    answer = send(desk, as_csv(SOUND), fields={"do": "submit"})
    assert answer.status_code == 200, main(answer).text
    assert f"{SYSTEM} {QUARTER}: accepted" in main(answer).text
    assert stored(data)
    again = send(desk, as_csv([*SOUND[:-1], post(6, wte="0.5")]), fields={"do": "submit"})
    assert "What changed since" in main(again).text
    assert "PH-0006: wte from 0.8 to 0.5" in main(again).text
    same = send(desk, as_csv([*SOUND[:-1], post(6, wte="0.5")]), fields={"do": "submit"})
    assert "held already" in main(same).text


@pytest.mark.parametrize(
    ("cells", "where"),
    [
        ({"wte": "1.5"}, "I3"),
        ({"state": "vacant_frozen"}, "K3"),
        ({"recurrent": "no"}, "P3"),
        ({"role_family": "consultant"}, "E3"),
        ({"post_reference": "PH-0001"}, "A3"),
    ],
)
def test_one_fault_is_told_with_its_cell_and_nothing_is_stored(
    desk: Desk, data: Path, cells: dict[str, str], where: str
) -> None:
    answer = send(desk, as_csv([post(1), post(2, **cells), post(3)]), fields={"do": "submit"})
    assert answer.status_code == 422
    table = rows(main(answer).one("table"))
    errors = [row for row in table[1:] if row[1] == "Error"]
    assert any(row[0] == f"Posts {where}" for row in errors), errors
    assert all(row[5] for row in errors), "each says what to do"
    assert not stored(data)


def test_a_large_change_asks_and_a_confirmation_is_taken(desk: Desk, data: Path) -> None:
    before = [{**row, "as_at": "2026-06-30"} for row in SOUND]
    assert send(desk, as_csv(before), fields={"do": "submit"}).status_code == 200
    twice = [post(number) for number in range(1, 13)]
    asked = send(desk, as_csv(twice), fields={"do": "submit"})
    assert asked.status_code == 422
    assert send(desk, as_csv(twice), fields={"do": "submit", "confirm": "1"}).status_code == 200


def test_what_tells_of_a_person_is_repeated_nowhere(desk: Desk, data: Path) -> None:
    secret = "jo.bloggs@example.nhs.uk"
    answer = send(desk, as_csv([post(1, employer_code=secret), post(2)]), fields={"do": "submit"})
    assert answer.status_code == 422
    assert secret not in answer.get_data(as_text=True)
    assert "D2" in main(answer).text
    assert not stored(data)


def test_markup_in_a_cell_and_in_the_files_name_is_text(desk: Desk) -> None:
    answer = send(desk, as_csv([post(1, role_family="<script>alert(1)</script>")]), "<img src=x>.csv")
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert "<img" not in main(answer).text


def test_a_file_that_is_wrong_all_over_is_told_from_its_beginning_and_takes_little(desk: Desk, data: Path) -> None:
    wrong = [post(number, wte="9", role_family="x", state="y", funding_source="z") for number in range(1, 5_001)]
    answer = send(desk, as_csv(wrong), fields={"do": "submit"})
    assert answer.status_code == 422
    assert f"first {pages.MOST_FINDINGS} of 20,001" in main(answer).text
    # Four faults in each of the first 125 rows, each said once.
    assert [row[0] for row in rows(main(answer).one("table"))[1:]] == [
        f"Posts {column}2:{column}126" for column in ("E", "I", "J", "M")
    ]
    assert len(answer.get_data()) < 1_000_000
    assert not stored(data)


# --- hostile


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (bomb, "return.xlsx", 422),
        (lambda: b"MZ\x90\x00", "return.xlsx", 422),
        (lambda: b"\x00" * 1_000, "return.csv", 422),
        (lambda: b"a,b\n1,2\n", "return.exe", 415),
        (lambda: b"", "return.csv", 422),
        (lambda: b"x" * (12 * 1024 * 1024), "return.csv", 413),
    ],
    ids=["bomb", "no workbook", "zeros", "another ending", "empty", "12 MB"],
)
def test_a_hostile_file_is_refused_clearly_and_nothing_is_stored(
    desk: Desk, data: Path, content: object, name: str, status: int
) -> None:
    assert callable(content)
    answer = send(desk, content(), name, fields={"do": "submit"})
    assert answer.status_code == status, main(answer).text[:500]
    assert main(answer).one("div", "alert")
    assert not stored(data)


def test_no_file_is_asked_for(desk: Desk) -> None:
    token = next(
        of.attributes["value"] for of in desk.page(PATH).all("input") if of.attributes.get("name") == "csrf_token"
    )
    answer = desk.client.post(PATH, data={"csrf_token": token, "do": "submit"}, headers={"Origin": ORIGIN})
    assert answer.status_code == 400
    assert "No file was chosen" in main(answer).text


@pytest.mark.parametrize(
    ("headers", "fields", "status"),
    [
        ({"Origin": "https://example.org"}, {}, 400),
        ({}, {"csrf_token": "forged"}, 400),
        ({"X-Forwarded-For": "10.0.0.1"}, {}, 403),
        ({"Host": "example.org"}, {}, 403),
    ],
    ids=["another origin", "another token", "a proxy", "another host"],
)
def test_a_forgery_is_refused_before_the_file_is_looked_at(
    desk: Desk,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    fields: dict[str, str],
    status: int,
) -> None:
    monkeypatch.setattr(children.subprocess, "Popen", lambda *_, **__: pytest.fail("a child was started"))
    answer = send(desk, as_csv(SOUND), fields={"do": "submit", **fields}, headers=headers)
    assert answer.status_code == status
    assert not stored(data)


def test_a_server_that_takes_no_entries_gives_the_command_line(first_release: DataFolder) -> None:
    client = create_app(Settings(data_dir=first_release.path)).test_client()
    said = read(client.get(PATH).get_data(as_text=True)).one("main")
    assert not said.all("input")
    assert "python -m pipelines returns submit" in said.text
    assert client.get(f"{PATH}/template?system={SYSTEM}&quarter={QUARTER}").status_code == 403


# --- the template and the child


def test_the_template_is_a_workbook_for_the_system_and_quarter(desk: Desk) -> None:
    answer = desk.client.get(f"{PATH}/template?system={SYSTEM}&quarter={QUARTER}")
    assert answer.status_code == 200
    assert f"return-{SYSTEM}-{QUARTER}.xlsx" in answer.headers["Content-Disposition"]
    assert zipfile.is_zipfile(io.BytesIO(answer.get_data()))
    answer.close()


@pytest.mark.parametrize(
    "asked", ["system=X54000001&quarter=2026-27-Q2", "system=E54000050&quarter=2026", "", "system=--help&quarter=x"]
)
def test_no_template_is_made_for_what_is_no_system_of_today(desk: Desk, asked: str) -> None:
    assert desk.client.get(f"{PATH}/template?{asked}").status_code == 404


def test_one_file_at_a_time(desk: Desk) -> None:
    with children._one_at_a_time:
        answer = send(desk, as_csv(SOUND))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"


def test_a_child_that_takes_too_long_is_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_SECONDS", 0.2)
    answer = send(desk, as_csv(SOUND))
    assert answer.status_code == 422
    assert "longer than" in main(answer).text


def test_a_child_has_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    seen: dict[str, str] = {}

    def spy(*_: object, env: dict[str, str], **__: object) -> object:
        seen.update(env)
        raise children.BrokenOffError("seen")

    monkeypatch.setenv("ICS_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("ICS_DATABASE_URL", "postgresql://u:p@localhost/d")
    monkeypatch.setattr(children.subprocess, "Popen", spy)
    with pytest.raises(children.BrokenOffError):
        children.run(data, "returns", "list")
    assert not {"ICS_SECRET_KEY", "ICS_DATABASE_URL"} & set(seen)
