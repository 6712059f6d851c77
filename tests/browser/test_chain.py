"""The whole chain in a browser: a trigger, an intervention, its agreement, a review, and what came after."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from dashboard import clock, words
from dashboard.store.upgrade import upgrade
from tests.browser.conftest import Reader, _reader
from tests.builders.data_folder import DataFolder
from tests.builders.server import serving
from tests.page.conftest import log_folder


@pytest.fixture(scope="module")
def writable(first_release: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that takes entries, as `make serve` starts it."""
    data = log_folder(first_release, tmp_path_factory.mktemp("chain"))
    upgrade(data)
    with serving(data, environment={"ICS_LOCAL_WRITES": "1"}) as server:
        server.wait()
        yield server.address


@pytest.fixture
def writer(browser: Browser, writable: str) -> Iterator[Reader]:
    yield from _reader(browser, writable, 1280, {})


@pytest.fixture(scope="module")
def fired(first_release: DataFolder) -> dict[str, str]:
    """A change that fires now, of a measure whose periods are rolling."""
    found = first_release.mart("triggers").filter(
        pl.col("cleared_on").is_null(), pl.col("indicator_id") == "preventable-cvd-mortality"
    )
    row = found.row(0, named=True)
    names = dict(first_release.mart("areas").select("area_code", "area_name").iter_rows())
    titles = dict(first_release.mart("commitments").select("commitment_id", "title").iter_rows())
    return {"area": row["area_code"], "name": names[row["area_code"]], "commitment": titles[row["commitment_id"]]}


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        control = page.locator(f"[name={name}]")
        if control.evaluate("of => of.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)


def day(number: int) -> str:
    return (clock.today() + dt.timedelta(days=number)).isoformat()


def log_one(page: Page, *, start: str, outcome_date: str) -> None:
    """Fill in what the trigger did not, and send it."""
    fill(
        page,
        intervention_reason="Deaths rose while England's fell.",
        intervention_kind="diagnostic",
        owner_role="Director of population health",
        owner_organisation="The integrated care board",
        start_date=start,
        review_date=day(90),
        expected_effect="Everybody at high risk is called in.",
        process_measure="People at high risk called in",
        process_unit="%",
        process_aim="increase",
        process_date=(dt.date.fromisoformat(start) + dt.timedelta(days=200)).isoformat(),
        process_baseline="40",
        process_baseline_date=min(start, day(0)),
        process_baseline_lower_95="37",
        process_baseline_upper_95="43",
        outcome="preventable-cvd-mortality/persons",
        outcome_date=outcome_date,
        changed_by_role="Programme lead",
        changed_by_organisation="Regional team",
    )
    page.get_by_role("button", name="Log it").click()


def send(page: Page) -> None:
    page.locator("form.posting button[type=submit]").click()
    page.wait_for_load_state()


def test_from_england_to_a_tested_follow_up(writer: Reader, fired: dict[str, str]) -> None:
    page = writer.page
    # Two clicks: England, the monitor, the system that fired.
    writer.open("/")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Monitor").click()
    writer.wait_until("document.querySelector('h1').textContent === 'Monitor'")
    page.locator(".asking h3").get_by_role("link", name=fired["name"]).click()
    writer.wait_until(f"document.querySelector('h1').textContent === '{fired['name']}'")
    block = page.locator(".fired li").filter(has_text=fired["commitment"])
    assert "worse than England's change" in block.inner_text()

    # An intervention opened from the trigger knows what it is about.
    block.get_by_role("link", name=re.compile("^Log an intervention")).click()
    page.wait_for_url("**/interventions/new?**")
    assert page.locator("[name=area_code]").input_value() == fired["area"]
    start = clock.today().replace(day=1)
    log_one(page, start=start.isoformat(), outcome_date=day(2500))
    page.wait_for_url(re.compile(r"/interventions/[0-9]+$"))
    assert writer.violations() == []

    # Agreed, under way, reviewed.
    page.get_by_role("link", name="Agree it").click()
    fill(page, changed_by_role="Programme lead", changed_by_organisation="Regional team")
    send(page)
    assert page.locator(".subtitle .stage").inner_text() == "Agreed"
    page.get_by_role("link", name="Record a review").click()
    fill(
        page,
        reviewed_on=day(0),
        review_finding="More people are called in.",
        process_value="55",
        process_value_date=day(0),
        process_lower_95="52",
        process_upper_95="58",
        review_date=day(120),
        changed_by_role="Programme lead",
        changed_by_organisation="Regional team",
    )
    send(page)

    # What came after: the process measure is tested, the outcome too early, with the right date.
    came = page.locator(".follow-up")
    assert "by more than chance explains" in came.nth(0).inner_text()
    first = start if (start.month, start.day) == (1, 1) else dt.date(start.year + 1, 1, 1)
    last = dt.date(first.year + 2, 12, 31)
    due = dt.date(last.year + 1, 11, 30)  # eleven months, the publisher's usual lag
    text = came.nth(1).inner_text()
    assert "Too early" in text
    assert f"from {words.date(first)} to {words.date(last)}" in text
    assert f"about {due:%B %Y}" in text
    assert writer.violations() == []

    # It shows at once on the monitor and on the system's page.
    writer.open("/monitor")
    assert "1 intervention is open" in page.locator(".answer").inner_text()
    writer.open(f"/system/{fired['area']}")
    assert page.get_by_role("heading", name="Interventions open here").is_visible()
    assert not [told for told in writer.messages if "error" in told.lower()]


def test_a_past_intervention_replayed_has_a_tested_result(writer: Reader, fired: dict[str, str]) -> None:
    page = writer.page
    page.goto(f"{writer.served}/interventions/new?area={fired['area']}&commitment=preventable-cvd")
    log_one(page, start="2020-01-15", outcome_date="2025-12-01")
    page.wait_for_url(re.compile(r"/interventions/[0-9]+$"))
    text = page.locator(".follow-up").nth(1).inner_text()
    assert "Tested" in text
    assert "between 2017 to 2019 and 2022 to 2024" in text
    assert "95% interval" in text
    assert "with nothing done" in text
    assert "This is not proof of cause" in text
    assert page.locator(".follow-up table tbody tr").count() == 6
    assert writer.violations() == []


@pytest.mark.parametrize("width", [1280, 375])
def test_the_monitor_is_sound(browser: Browser, writable: str, width: int) -> None:
    for reader in _reader(browser, writable, width, {}):
        for path in ("/monitor", "/monitor?trigger=data-lost", "/monitor?standing=duty"):
            reader.open(path)
            reader.page.evaluate("document.querySelectorAll('details').forEach(of => of.open = true)")
            assert reader.violations() == []
            assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
        assert reader.messages == []


def test_the_pages_of_the_log_stay_out_of_dash(writer: Reader) -> None:
    """Forms are loaded whole: a page moved to within the browser would have no token of its session."""
    writer.open("/monitor")
    writer.page.get_by_role("link", name="See the whole log").click()
    writer.page.wait_for_url("**/interventions")
    assert writer.page.locator("h1").inner_text() == "Interventions"
    assert Path(writer.page.url).name == "interventions"
