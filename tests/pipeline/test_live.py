"""Asking the publishers: a server on this machine stands in for theirs, and nothing else is ever asked."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipelines import live
from tests.builders import publishers as p
from tests.builders.data_folder import DataFolder
from tests.builders.publishers import PublishersFile

HLE = "ons-healthy-life-expectancy"
OBESITY = "ohid-adult-obesity"


@dataclass
class Publisher:
    """A web server with pages by path: a body, or a way of failing."""

    address: str
    pages: dict[str, bytes | str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    here: Publisher

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(self.path)
            page = here.pages.get(self.path, "not found")
            match page:
                case "not found":
                    self.send_error(404)
                case "failing":
                    self.send_error(503)
                case "hangs up":
                    self.send_response(200)
                    self.send_header("Content-Length", "100000")
                    self.end_headers()
                    self.wfile.write(b"areacd,areanm\r\n")
                    self.close_connection = True
                case "moved":
                    self.send_response(302)
                    self.send_header("Location", f"{here.address}/found")
                    self.end_headers()
                case "in a circle":
                    self.send_response(302)
                    self.send_header("Location", f"{here.address}{self.path}")
                    self.end_headers()
                case bytes():
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(page)))
                    self.end_headers()
                    self.wfile.write(page)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Publisher(address=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield here
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def asking(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    """The pipeline asks the server here for two sources, at these paths, and nobody else."""
    monkeypatch.setattr(
        live, "addresses", lambda: {HLE: f"{publisher.address}/hle", OBESITY: f"{publisher.address}/obesity"}
    )
    return publisher


def newer() -> PublishersFile:
    """Obesity as a later release gives it: Barnet's latest figure a little higher."""
    barnet = p.at(areacd="E09000003", period="2024-11-16/P1Y")
    row = p.adult_obesity().chosen(barnet)[0]
    return p.adult_obesity().edit(barnet, observation=f"{float(row['observation']) + 0.01:.5f}")


def test_a_newer_file_becomes_the_vintage_in_use(folder: DataFolder, asking: Publisher) -> None:
    asking.pages = {"/obesity": newer().content()}
    outcome = folder.refresh(live=True)
    assert outcome.recap
    assert outcome.recap.outcome.startswith("Published")
    assert asking.asked == ["/hle", "/obesity"]
    assert folder.changes()["area_code"].to_list().count("E09000003") == 1
    (new,) = [name for name in folder.vintages(OBESITY) if name.startswith("undated")]
    assert outcome.account(OBESITY).vintage == new


def test_a_file_held_already_is_no_news(folder: DataFolder, asking: Publisher) -> None:
    asking.pages = {"/obesity": newer().content()}
    folder.refresh(live=True)
    before = folder.state()
    outcome = folder.refresh(live=True)
    assert outcome.recap
    assert outcome.recap.outcome.startswith("Nothing new")
    assert folder.state() == before


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("not found", "status 404"),
        ("failing", "status 503"),
        ("hangs up", "RemoteProtocolError"),
        ("in a circle", "TooManyRedirects"),
    ],
)
def test_a_publisher_that_does_not_answer_is_noted_and_the_vintage_held_stays(
    folder: DataFolder, asking: Publisher, how: str, why: str
) -> None:
    asking.pages = {"/hle": how, "/obesity": how}
    before = folder.state()
    outcome = folder.refresh(live=True)
    assert outcome.recap
    assert outcome.recap.outcome.startswith("Nothing new")
    for source_id in (HLE, OBESITY):
        assert any(source_id in note and why in note and "stays in use" in note for note in outcome.recap.notes)
    assert folder.state() == before


def test_one_that_does_not_answer_does_not_hide_one_that_does(folder: DataFolder, asking: Publisher) -> None:
    asking.pages = {"/obesity": newer().content()}
    outcome = folder.refresh(live=True)
    assert outcome.recap
    assert outcome.recap.outcome.startswith("Published")
    assert any(HLE in note and "404" in note for note in outcome.recap.notes)
    assert HLE in folder.report()


def test_nobody_there_is_noted(folder: DataFolder, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "addresses", lambda: {HLE: "http://127.0.0.1:9/hle"})
    monkeypatch.setattr(live, "_TRIES", 0)
    outcome = folder.refresh(live=True)
    assert outcome.recap
    assert any("ConnectError" in note for note in outcome.recap.notes)
    assert publisher.asked == []


def test_a_file_that_has_moved_is_followed(asking: Publisher) -> None:
    asking.pages = {"/hle": "moved", "/found": b"a,b\n1,2\n", "/obesity": b"c,d\n"}
    assert [(source_id, fetch()) for source_id, fetch in live.files([])] == [
        (HLE, b"a,b\n1,2\n"),
        (OBESITY, b"c,d\n"),
    ]


def test_a_web_page_instead_of_a_file_is_refused_by_name(folder: DataFolder, asking: Publisher) -> None:
    asking.pages = {"/hle": b"<!doctype html><title>Maintenance</title>", "/obesity": newer().content()}
    before = folder.state()
    outcome = folder.refresh(live=True)
    assert outcome.rules == ["web_page"]
    assert outcome.problems[0].where == HLE
    assert folder.state() == before


def test_an_answer_that_does_not_stop_is_refused_and_the_rest_still_told(
    folder: DataFolder, asking: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_BYTES", 500_000)
    asking.pages = {"/hle": p.healthy_life_expectancy().content(), "/obesity": b"<html>"}
    before = folder.state()
    outcome = folder.refresh(p.RawFile(name="minutes.txt", raw=b"Minutes"), live=True)
    assert sorted(outcome.rules) == ["not_recognised", "too_large", "web_page"]
    assert "500,000 bytes" in next(problem.found for problem in outcome.problems if problem.rule == "too_large")
    assert folder.state() == before


def test_a_file_from_the_inbox_and_another_from_its_publisher_are_refused_by_both_names(
    folder: DataFolder, asking: Publisher
) -> None:
    asking.pages = {"/obesity": newer().content()}
    before = folder.state()
    outcome = folder.refresh(replace(newer(), line_end="\n"), live=True)
    assert outcome.rules == ["two_files_for_one_source"]
    assert newer().name in outcome.problems[0].where
    assert OBESITY in outcome.problems[0].where
    assert folder.state() == before


def test_without_being_told_to_nobody_is_asked(folder: DataFolder, asking: Publisher) -> None:
    folder.refresh()
    assert asking.asked == []


def test_every_address_asked_is_one_the_registry_declares() -> None:
    assert live.addresses()
    assert all(address.startswith("https://") for address in live.addresses().values())
