"""A real browser on a real server: gunicorn with the product's own settings, over a real release."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.builders.chromium import launch
from tests.builders.data_folder import ROOT, DataFolder
from tests.builders.server import serving

WIDTHS = {"wide": 1280, "phone": 375}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_AXE_RUN = """axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
  }).then(found => found.violations.flatMap(violation =>
    violation.nodes.map(node => `${violation.id}: ${node.target} ${node.failureSummary}`)))"""
_READY_WITHIN_S = 90


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs Chromium."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def served(first_release: DataFolder) -> Iterator[str]:
    """The address of the dashboard, served as `make serve` does."""
    with serving(first_release.path) as server:
        server.wait()
        yield server.address


@pytest.fixture(scope="session")
def playwright_() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright_: Playwright) -> Iterator[Browser]:
    browser = launch(playwright_)
    yield browser
    browser.close()


@dataclass
class Reader:
    """One reader's browser, and all that it heard: console messages, errors, addresses asked for."""

    page: Page
    served: str
    messages: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to an address, and wait until Dash is there and has drawn its charts."""
        self.page.goto(self.served + path)
        self.wait_until("document.documentElement.classList.contains('live')")
        self.wait_until("[...document.querySelectorAll('.chart')].every(chart => chart.querySelector('.main-svg'))")

    def wait_until(self, expression: str) -> None:
        """Poll an expression: Playwright's own wait needs eval, which the policy forbids."""
        until = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < until:
            if self.page.evaluate(expression):
                return
            time.sleep(0.03)
        raise AssertionError(f"never true: {expression}")

    def violations(self) -> list[str]:
        """What axe finds: WCAG 2.2 A and AA, and best practice."""
        assert AXE.exists(), "axe-core is not here: npm ci"
        if not self.page.evaluate("typeof window.axe === 'object'"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found: list[str] = self.page.evaluate(_AXE_RUN)
        return found


@pytest.fixture
def context_options() -> dict[str, object]:
    """What a test may change about the browser."""
    return {}


@pytest.fixture(params=WIDTHS)
def reader(
    request: pytest.FixtureRequest, browser: Browser, served: str, context_options: dict[str, object]
) -> Iterator[Reader]:
    """A reader at each width."""
    yield from _reader(browser, served, WIDTHS[request.param], context_options)


@pytest.fixture
def wide(browser: Browser, served: str, context_options: dict[str, object]) -> Iterator[Reader]:
    """A reader with a wide screen."""
    yield from _reader(browser, served, WIDTHS["wide"], context_options)


@pytest.fixture
def phone(browser: Browser, served: str, context_options: dict[str, object]) -> Iterator[Reader]:
    """A reader with a phone."""
    yield from _reader(browser, served, WIDTHS["phone"], context_options)


def _reader(browser: Browser, served: str, width: int, options: dict[str, object]) -> Iterator[Reader]:
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type]
    page = context.new_page()
    reader = Reader(page, served)
    page.on("console", lambda message: reader.messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: reader.messages.append(f"error: {error}"))
    page.on("request", lambda asked: reader.asked.append(asked.url))
    yield reader
    context.close()
