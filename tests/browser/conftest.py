"""A real browser on a real server: gunicorn with the product's own settings, over a real release."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.builders.data_folder import ROOT, DataFolder

#: Without a window, and without the browser's own calls home.
ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDTHS = {"wide": 1280, "phone": 375}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_AXE_RUN = """axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
  }).then(found => found.violations.flatMap(violation =>
    violation.nodes.map(node => `${violation.id}: ${node.target} ${node.failureSummary}`)))"""
_STARTS_WITHIN_S, _READY_WITHIN_S = 60, 90


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs Chromium."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def served(first_release: DataFolder) -> Iterator[str]:
    """The address of the dashboard, served as `make serve` does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard"],
        cwd=ROOT,
        env={**os.environ, "ICS_DATA_DIR": str(first_release.path), "PORT": str(port), "ICS_HOST": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/healthz", process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        assert process.poll() is None, "the server stopped by itself"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not answer within {_STARTS_WITHIN_S} s")


@pytest.fixture(scope="session")
def playwright_() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright_: Playwright) -> Iterator[Browser]:
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    browser = playwright_.chromium.launch(executable_path=found, args=ARGUMENTS)
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
        """Go to an address, and wait until what Dash draws has taken the served page's place, charts and all."""
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
