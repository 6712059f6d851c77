"""A return's round trip in a browser: template out, filled, faults mended, accepted, and seen after a refresh."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dashboard.store.upgrade import upgrade
from tests.browser.conftest import _reader
from tests.builders.data_folder import AS_OF, DataFolder
from tests.builders.returns import (
    ANSWER_HEADER,
    FAULTS_OF_ANSWERS,
    FAULTS_OF_POSTS,
    POST_HEADER,
    SYSTEM,
    answer,
    as_csv,
    post,
)
from tests.builders.server import serving

#: A row that is at fault as a reference given twice is another row's fault too; a rule is planted once.
POSTS_AT_FAULT = [*FAULTS_OF_POSTS, ("repeated_post", "post_reference", {"post_reference": "PH-0001"})]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A data folder of its own, since a refresh will publish into it."""
    made = DataFolder(tmp_path_factory.mktemp("return") / "data")
    assert made.command("refresh", "--as-of", str(AS_OF)).returncode == 0
    upgrade(made.path)
    return made


@pytest.fixture(scope="module")
def writable(folder: DataFolder) -> Iterator[str]:
    with serving(folder.path, environment={"ICS_LOCAL_WRITES": "1"}) as server:
        server.wait()
        yield server.address


def send(page: Page, path: Path, button: str) -> None:
    page.set_input_files("#file", str(path))
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state()


def test_a_return_goes_out_empty_and_comes_back_accepted(
    browser: Browser, writable: str, folder: DataFolder, tmp_path: Path
) -> None:
    for writer in _reader(browser, writable, 1280, {"accept_downloads": True}):
        page = writer.page
        page.goto(f"{writable}/workforce")
        page.get_by_role("link", name="Send a return, or get the template").click()
        page.wait_for_url("**/workforce/return")
        assert writer.violations() == []

        # The template, as a workbook for the system and the quarter.
        page.select_option("#choose-system", SYSTEM)
        page.select_option("#choose-quarter", "2026-27-Q2")
        with page.expect_download() as download:
            page.get_by_role("button", name="Get the template").click()
        template = tmp_path / download.value.suggested_filename
        download.value.save_as(template)
        header = _header(template)
        assert header == list(POST_HEADER)

        # Filled in with one fault a rule: every one is named with its cell, and nothing is stored.
        faulty, answers = tmp_path / "faulty.csv", tmp_path / "answers.csv"
        faulty.write_bytes(
            as_csv([post(1), *(post(row, **cells) for row, (_, _, cells) in enumerate(POSTS_AT_FAULT, 3))])
        )
        answers.write_bytes(as_csv([answer(**cells) for _, _, cells in FAULTS_OF_ANSWERS], ANSWER_HEADER))
        page.set_input_files("#answers", str(answers))
        send(page, faulty, "Check it and send it in")
        assert "refused" in page.locator("[role=alert] h2").inner_text()
        assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
        told = page.locator("table.stacked tbody tr").all_inner_texts()
        planted = [
            *(("Posts", POST_HEADER, row, column) for row, (_, column, _) in enumerate(POSTS_AT_FAULT, 3)),
            *(
                ("System answers", ANSWER_HEADER, row, column)
                for row, (_, column, _) in enumerate(FAULTS_OF_ANSWERS, 2)
            ),
        ]
        for sheet, columns, row, column in planted:
            where = f"{sheet} {chr(ord('A') + columns.index(column))}{row}"
            assert any(re.match(rf"{where}\b", line) for line in told), (where, told)
        assert not (folder.path / "returns").exists()
        assert writer.violations() == []

        # Mended, checked, sent in.
        mended = tmp_path / "mended.csv"
        mended.write_bytes(as_csv([post(number) for number in range(1, 9)]))
        send(page, mended, "Check it")
        assert "it would be accepted" in page.locator("[role=alert] h2").inner_text()
        send(page, mended, "Check it and send it in")
        assert "accepted" in page.locator("[role=alert] h2").inner_text()
        assert writer.violations() == []

        # Seen after the refresh.
        run = folder.command("refresh", "--as-of", str(AS_OF))
        assert run.returncode == 0, run.stderr
        page.goto(f"{writable}/system/{SYSTEM}#posts")
        assert "8 posts, 6.4 WTE" in page.locator("main").inner_text()
        page.goto(f"{writable}/workforce")
        assert page.locator(".answer").inner_text().startswith("1 of 36 systems has sent a return")
        # A browser notes the status of the answer to a file that is at fault; nothing else went wrong.
        assert not [told for told in writer.messages if told.startswith("error") and "422" not in told]


@pytest.mark.parametrize("width", [1280, 375])
def test_pages_of_posts_are_sound(browser: Browser, writable: str, width: int) -> None:
    paths = (
        "/workforce",
        "/workforce?examples=1",
        "/system/X54000001",
        "/system/X54000003",
        "/practice",
        "/workforce/return",
    )
    for reader in _reader(browser, writable, width, {}):
        for path in paths:
            if path == "/workforce/return":
                reader.page.goto(writable + path)
            else:
                reader.open(path)
            reader.page.evaluate("document.querySelectorAll('details').forEach(of => of.open = true)")
            assert reader.violations() == [], path
            assert reader.page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert reader.messages == []


def _header(workbook: Path) -> list[str]:
    """The first row of the first sheet."""
    from python_calamine import CalamineWorkbook

    return [str(cell) for cell in CalamineWorkbook.from_path(str(workbook)).get_sheet_by_index(0).to_python()[0]]
