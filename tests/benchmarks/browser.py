"""What a reader waits for, in Chromium on an ordinary line: charts drawn, the largest thing painted, nothing moved."""

import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.benchmarks.measure import Measure
from tests.builders.chromium import launch
from tests.builders.data_folder import DataFolder
from tests.builders.moving import folder_of_one_release
from tests.builders.server import Server, serving

#: DESIGN section 8: an ordinary line, and what may be waited for on it.
_BITS_A_SECOND, _LATENCY_S = 10_000_000, 0.040
_COLD_S, _WARM_S, _LCP_S, _CLS = 2.5, 2.0, 1.5, 0.05
_VISITS = 3
#: Round trips that no page of this kind saves: the document, a script it names, and the page's own update.
_TRIPS = 3
_PATIENCE_S = 120

#: Runs before the page's own scripts. A chart counts as drawn in the frame after the one in which it was put in place.
_WATCH = """(() => {
  const seen = window.__seen = {drawn: 0, charts: 0, lcp: 0, cls: 0};
  const watch = (type, each) =>
    new PerformanceObserver(list => list.getEntries().forEach(each)).observe({type, buffered: true});
  watch("largest-contentful-paint", entry => { seen.lcp = entry.startTime; });
  watch("layout-shift", entry => { if (!entry.hadRecentInput) seen.cls += entry.value; });
  const look = () => {
    const charts = [...document.querySelectorAll(".chart")];
    const live = document.documentElement.classList.contains("live");
    if (!live || !charts.length || !charts.every(chart => chart.querySelector(".main-svg"))) {
      requestAnimationFrame(look);
    } else {
      requestAnimationFrame(() => { seen.charts = charts.length; seen.drawn = performance.now(); });
    }
  };
  requestAnimationFrame(look);
})()"""
_BYTES = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""


@dataclass(frozen=True)
class _Visit:
    """One visit: seconds from its start, how many charts, and the bytes that came over the line."""

    drawn: float
    charts: int
    largest: float
    shifted: float
    megabytes: float
    cpu: float

    @property
    def line_alone(self) -> float:
        """Seconds that the line alone takes for these bytes."""
        return self.megabytes * 8e6 / _BITS_A_SECOND + _TRIPS * _LATENCY_S


def benchmarks() -> Iterator[dict[str, Any]]:
    """The page with most charts, seen for the first time and again."""
    with tempfile.TemporaryDirectory() as name:
        folder = folder_of_one_release(Path(name))
        with serving(folder.path) as server, sync_playwright() as playwright:
            server.wait_for_workers(2)
            address = _most_charts(folder, server)
            browser = launch(playwright)
            try:
                visits = [_twice(browser, server.address + address) for _ in range(_VISITS)]
            finally:
                browser.close()
    cold, warm = zip(*visits, strict=True)
    seen = {"page": address, "charts": cold[0].charts}
    for label, of, budget in (("cold", cold, _COLD_S), ("warm", warm, _WARM_S)):
        drawn = statistics.median(visit.drawn for visit in of)
        floor = statistics.median(visit.line_alone for visit in of)
        # On a shared machine a browser waits its turn; its CPU time says how much of the wait is the page's own.
        cpu = round(statistics.median(visit.cpu for visit in of), 2)
        yield {**_measure(f"every chart drawn, {label}", drawn, "s", floor, budget), **seen, "browser_cpu_s": cpu}
    largest = statistics.median(visit.largest for visit in cold)
    yield {**_measure("largest contentful paint, cold", largest, "s", None, _LCP_S), **seen}
    shifted = max(visit.shifted for pair in visits for visit in pair)
    yield {**_measure("layout shift, the most of any visit", shifted, "score", None, _CLS), **seen}


def _measure(name: str, value: float, unit: str, floor: float | None, budget: float) -> dict[str, Any]:
    ratio = value / floor if floor else None
    return Measure(name=name, value=value, unit=unit, floor=floor, ratio=ratio, budget=budget).as_dict()


def _most_charts(folder: DataFolder, server: Server) -> str:
    """England's page or a system's, whichever has places for most charts."""
    systems = folder.mart("areas").filter(area_type="icb")["area_code"].unique().sort()

    def charts(address: str) -> int:
        with urllib.request.urlopen(server.address + address) as reply:
            return int(reply.read().count(b'class="chart-slot"'))

    return max(["/", *(f"/system/{code}" for code in systems)], key=charts)


def _twice(browser: Browser, address: str) -> tuple[_Visit, _Visit]:
    """A first visit with nothing kept, then the same page opened anew by the same reader."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        context.add_init_script(_WATCH)
        return _visit(context, address), _visit(context, address)
    finally:
        context.close()


def _visit(context: BrowserContext, address: str) -> _Visit:
    page = context.new_page()
    cpu = _cpu(context)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    rate = _BITS_A_SECOND / 8
    limits = {"latency": _LATENCY_S * 1000, "downloadThroughput": rate, "uploadThroughput": rate}
    line.send("Network.emulateNetworkConditions", {"offline": False, **limits})
    page.goto(address)
    until = time.monotonic() + _PATIENCE_S
    while not page.evaluate("window.__seen.drawn"):
        assert time.monotonic() < until, f"the charts of {address} were never drawn"
        time.sleep(0.05)
    time.sleep(0.3)  # what moves late is a shift too
    seen = page.evaluate("window.__seen")
    size = page.evaluate(_BYTES)
    cpu = _cpu(context) - cpu
    page.close()
    return _Visit(
        drawn=seen["drawn"] / 1000,
        charts=seen["charts"],
        largest=seen["lcp"] / 1000,
        shifted=seen["cls"],
        megabytes=size / 1e6,
        cpu=cpu,
    )


def _cpu(context: BrowserContext) -> float:
    """CPU seconds that all of the browser's processes have used."""
    assert context.browser
    session = context.browser.new_browser_cdp_session()
    try:
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    finally:
        session.detach()
    return float(sum(process["cpuTime"] for process in processes))
