"""The log in a browser: written, changed, and two people on one entry; also without scripts and on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dashboard.store.upgrade import upgrade
from tests.browser.conftest import WIDTHS, Reader
from tests.builders.data_folder import DataFolder
from tests.builders.interventions import days, entry
from tests.builders.server import serving
from tests.page.conftest import log_folder

#: What somebody fills in; the rest stays as the form has it.
FILLED = {name: value for name, value in entry().items() if value and name != "trigger_id"}


@pytest.fixture(scope="module")
def log(first_release: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that takes entries, as `make serve` starts it."""
    data: Path = log_folder(first_release, tmp_path_factory.mktemp("log"))
    upgrade(data)
    with serving(data, environment={"ICS_LOCAL_WRITES": "1"}) as server:
        server.wait()
        yield server.address


@pytest.fixture(params=WIDTHS)
def person(request: pytest.FixtureRequest, browser: Browser, log: str) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": WIDTHS[request.param], "height": 800}, locale="en-GB")
    page = context.new_page()
    reader = Reader(page, log)
    page.on("console", lambda message: reader.messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: reader.messages.append(f"error: {error}"))
    page.on("request", lambda asked: reader.asked.append(asked.url))
    yield reader
    context.close()


def fill(page: Page, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        control = page.locator(f"#{name}")
        if control.evaluate("of => of.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)


def assert_well_made(reader: Reader) -> None:
    assert reader.violations() == []
    assert reader.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
        "nothing runs off the side"
    )


def test_an_entry_is_logged_changed_reviewed_and_fought_over(person: Reader) -> None:
    page, served = person.page, person.served
    page.goto(f"{served}/interventions")
    assert_well_made(person)
    page.click("text=Log an intervention")
    assert_well_made(person)

    page.click("text=Log it")
    assert page.title() == "Error: Log an intervention – ICS Progress"
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert", "the summary has the focus"
    assert_well_made(person)
    page.click("text=Enter the role of the owner")
    assert page.evaluate("document.activeElement.id") == "owner_role", "a line of the summary leads to its field"

    fill(page, FILLED)
    page.click("text=Log it")
    page.wait_for_url("**/interventions/*")
    address = page.url
    assert page.inner_text("h1") == "Peer visit: Kent and Medway"
    assert_well_made(person)

    late = page.context.new_page()
    late.goto(f"{address}/edit")
    page.click("text=Agree it")
    assert page.input_value("#agreed_date") == days(0)
    assert_well_made(person)
    page.click("button:has-text('Save')")
    page.wait_for_url(address)

    late.fill("#owner_role", "Chief strategy officer")
    late.click("button:has-text('Save')")
    second = Reader(late, served)
    assert late.inner_text("[role=alert] h2") == "Somebody else changed this first"
    assert late.input_value("#intervention_status") == "agreed"
    assert late.input_value("#owner_role") == "Chief strategy officer"
    assert_well_made(second)
    late.click("button:has-text('Save')")
    late.wait_for_url(address)
    assert "was not taken" in late.inner_text(".refusal")
    assert_well_made(second)

    late.click("text=Record a review")
    fill(late, {"review_finding": "No reading yet.", "review_date": days(150)})
    assert_well_made(second)
    late.click("text=Record it")
    late.wait_for_url(address)
    assert_well_made(second)
    late.click("text=Withdraw it")
    assert_well_made(second)
    fill(late, {"withdrawn_reason": "Logged twice."})
    late.click("button:has-text('Withdraw it')")
    late.wait_for_url(address)
    assert "Withdrawn because" in late.inner_text("main")
    assert [
        message for message in person.messages if "error" in message and "409" not in message and "422" not in message
    ] == []
    assert {url.split("/")[2] for url in person.asked if not url.startswith("data:")} == {served.split("/")[2]}


def test_it_works_without_scripts(browser: Browser, log: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{log}/interventions/new?area=E54000032&commitment=hle-level&trigger=change-worse-than-england")
    fields = {
        name: value
        for name, value in FILLED.items()
        if name not in ("area_code", "commitment_id", "intervention_reason")
    }
    for name, value in fields.items():
        if name in ("intervention_kind", "process_aim"):
            page.select_option(f"#{name}", value)
        else:
            page.fill(f"#{name}", value)
    page.click("text=Log it")
    assert page.inner_text("h1") == "Peer visit: Kent and Medway"
    assert "Change worse than England's" in page.inner_text("main")
    context.close()
