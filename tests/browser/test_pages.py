"""What only a browser can tell."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Reader

PAGES = {
    "England": "/",
    "England, the boundaries of before": "/?footprint=2024",
    "systems compared": "/compare",
    "systems compared on another measure": "/compare?indicator=adult-smoking&sort=highest",
    "systems of before compared": "/compare?footprint=2024",
    "a system": "/system/E54000050",
    "a system that cannot be compared": "/system/E54000070",
    "a system that ended": "/system/E54000034",
    "a promise with a date": "/commitment/smokefree-2030",
    "a promise on a gap": "/commitment/hle-region-gap",
    "an outcome of the systems of before": "/commitment/preventable-cvd?footprint=2024",
    "a commitment without figures": "/commitment/funding-tenure",
    "no such system": "/system/E5400050",
    "no such commitment": "/commitment/smoke-free-2030",
    "data": "/data",
    "methods": "/methods",
    "a search": "/find?q=london",
    "no such page": "/nothing",
}
WITH_CHARTS = [
    "England",
    "a system",
    "a system that cannot be compared",
    "a promise with a date",
    "a promise on a gap",
]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wrong_and_nothing_leaves(reader: Reader, name: str) -> None:
    """No accessibility violation, no console message, no other host, nothing wider than the screen."""
    reader.open(PAGES[name])
    assert reader.violations() == []
    expected = [m for m in reader.messages if "404" in m and name.startswith("no such")]
    assert [m for m in reader.messages if m not in expected] == []
    assert {address for address in reader.asked if not address.startswith((reader.served, "data:"))} == set()
    assert reader.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_tables_opened_are_accessible_too(reader: Reader, name: str) -> None:
    reader.open(PAGES[name])
    reader.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert reader.violations() == []


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_charts_are_drawn_at_the_width_they_have(reader: Reader, name: str) -> None:
    reader.open(PAGES[name])
    charts = reader.page.evaluate(
        """[...document.querySelectorAll('.chart')].map(chart => ({
             points: chart.querySelectorAll('.point').length,
             line: (chart.querySelector('.lines .js-line') || {getAttribute: () => ''}).getAttribute('d'),
             chart: chart.getBoundingClientRect().width,
             drawn: chart.querySelector('.main-svg').getBoundingClientRect().width,
             smallest: Math.min(...[...chart.querySelectorAll('text')].filter(t => t.textContent)
                                .map(t => parseFloat(getComputedStyle(t).fontSize))),
             outside: [...chart.querySelectorAll('text')].filter(t => t.textContent &&
                       t.getBoundingClientRect().right > chart.getBoundingClientRect().right + 1)
                       .map(t => t.textContent),
           }))"""
    )
    assert charts
    for chart in charts:
        assert chart["points"] >= 10
        assert len(chart["line"]) > 20
        assert chart["drawn"] == pytest.approx(chart["chart"], abs=2)
        assert chart["smallest"] >= 13
        assert chart["outside"] == []


def test_labels_under_a_chart_do_not_touch(reader: Reader) -> None:
    reader.open(PAGES["a system"])
    touching = reader.page.evaluate(
        """[...document.querySelectorAll('.chart')].flatMap(chart => {
             const boxes = [...chart.querySelectorAll('.xtick text')].map(t => t.getBoundingClientRect())
               .sort((a, b) => a.left - b.left);
             return boxes.slice(1).filter((box, i) => box.left < boxes[i].right + 4).map(box => box.left);
           })"""
    )
    assert touching == []


@pytest.mark.parametrize("name", ["England", "systems compared", "a system", "a system that ended"])
def test_nothing_moves_when_dash_takes_over(reader: Reader, name: str) -> None:
    """Cumulative layout shift, from the first paint until after the swap: at most 0.05."""
    reader.page.add_init_script(
        """window.shifted = 0; window.largest = 0;
           new PerformanceObserver(list => list.getEntries().forEach(e => {
             if (!e.hadRecentInput) window.shifted += e.value })).observe({type: 'layout-shift', buffered: true});"""
    )
    reader.open(PAGES[name])
    reader.page.wait_for_timeout(300)
    assert reader.page.evaluate("window.shifted") <= 0.05


def test_dash_leaves_the_page_it_finds_and_what_the_reader_did_in_it(wide: Reader) -> None:
    wide.page.route("**/_dash-layout", lambda route: (wide.page.wait_for_timeout(1200), route.continue_()))
    wide.page.goto(wide.served + "/compare")
    wide.page.evaluate("document.querySelector('main').served = true")
    wide.page.locator("#choose-sort").select_option("highest")
    wide.page.locator("#choose-sort").focus()
    wide.wait_until("document.documentElement.classList.contains('live')")
    assert wide.page.evaluate("document.querySelector('main').served") is True
    assert wide.page.locator("#choose-sort").input_value() == "highest"
    assert wide.page.evaluate("document.activeElement.id") == "choose-sort"
    assert wide.page.locator("main").count() == 1


def test_a_page_of_a_later_release_takes_the_place_of_the_one_served(wide: Reader) -> None:
    """A release may come between the document and Dash's reply: its words must go with its charts."""
    reply = _changed(lambda page: page.update(of="another", html=page["html"].replace("<h1>", "<h1>Since then: ", 1)))
    wide.page.route("**/_dash-update-component*", reply)
    wide.open("/system/E54000050")
    assert wide.page.locator("h1").inner_text() == "Since then: North East and North Cumbria"
    assert wide.page.locator(".chart .main-svg").count() >= 5
    assert wide.page.locator(".chart-table[open]").count() == 0
    assert wide.violations() == []
    assert wide.messages == []


def test_markup_that_was_searched_for_stays_text(wide: Reader) -> None:
    wide.page.route("**/_dash-update-component*", _changed(lambda page: page.update(of="another")))
    wide.open("/find?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    assert "<img src=x onerror=alert(1)>" in wide.page.locator("main").inner_text()
    assert wide.page.locator("main img").count() == 0
    assert wide.messages == []


def _changed(change: Callable[[dict[str, Any]], None]) -> Callable[[Route], None]:
    """Pass a reply to the browser with something in its page changed."""

    def answer(route: Route) -> None:
        reply = route.fetch()
        body = reply.json()
        change(body["response"]["page"]["children"]["props"])
        route.fulfill(response=reply, json=body)

    return answer


@pytest.mark.parametrize("name", ["England", "systems compared"])
def test_every_control_can_be_reached_by_keyboard_in_the_order_it_is_read(reader: Reader, name: str) -> None:
    reader.open(PAGES[name])
    expected = reader.page.evaluate(
        """[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
             .filter(e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))
             .map((e, i) => { e.dataset.place = i; return i })"""
    )
    reached = []
    for _ in range(len(expected) + 3):
        reader.page.keyboard.press("Tab")
        place = reader.page.evaluate("document.activeElement.dataset.place ?? null")
        if place is not None:
            reached.append(int(place))
        seen = reader.page.evaluate(
            """(() => { const e = document.activeElement; if (e === document.body) return true;
                 const style = getComputedStyle(e);
                 return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 3 })()"""
        )
        assert seen, "focus can be seen"
    assert reached[: len(expected)] == expected


def test_the_skip_link_is_first_and_works(wide: Reader) -> None:
    wide.open("/")
    wide.page.keyboard.press("Tab")
    assert wide.page.evaluate("document.activeElement.textContent") == "Skip to the main content"
    wide.page.keyboard.press("Enter")
    wide.page.keyboard.press("Tab")
    assert wide.page.evaluate("document.activeElement.closest('main') !== null")


def test_choosing_changes_the_address_without_loading_the_page_anew(reader: Reader) -> None:
    reader.open("/compare")
    reader.page.evaluate("window.same = true")
    reader.page.select_option("#choose-indicator", "adult-obesity")
    reader.page.click("#choose-button")
    reader.wait_until("document.querySelector('#systems-heading').textContent.includes('adult obesity')")
    assert "indicator=adult-obesity" in reader.page.url
    assert reader.page.evaluate("window.same") is True
    reader.wait_until("document.activeElement.id === 'choose-button'")
    reader.wait_until("document.querySelector('#said').textContent.includes('adult obesity')")
    assert reader.violations() == []
    reader.page.go_back()
    reader.wait_until("document.querySelector('#systems-heading').textContent.includes('healthy life expectancy')")
    assert reader.page.locator("#choose-indicator").input_value() == "healthy-life-expectancy"
    assert reader.messages == []


def test_what_was_unfolded_stays_so_while_the_page_is_the_same(wide: Reader) -> None:
    wide.open("/")
    drawn = wide.page.locator(".chart .main-svg").count()
    wide.page.locator(".chart-table > summary").first.click()
    wide.page.select_option("#choose-layer", index=1)
    wide.page.click("#choose-button")
    wide.wait_until("document.querySelector('#choose-layer option[selected]').value === 'change'")
    wide.wait_until("document.activeElement.id === 'choose-button'")
    wide.wait_until(f"document.querySelectorAll('.chart .main-svg').length === {drawn}")
    assert wide.page.locator(".chart-table[open]").count() == 1
    assert wide.page.locator(".chart-table").first.get_attribute("open") is not None
    wide.page.go_back()
    wide.wait_until("document.querySelector('#choose-layer').selectedIndex === 0")
    assert wide.page.evaluate("document.activeElement.id") == "choose-button"
    wide.wait_until(f"document.querySelectorAll('.chart .main-svg').length === {drawn}")
    wide.page.go_forward()
    wide.wait_until("document.querySelector('#choose-layer').selectedIndex === 1")
    assert wide.page.locator(".chart-table[open]").count() == 1
    wide.page.click(".top nav a[href='/compare']")
    wide.wait_until("document.title.startsWith('Compare systems')")
    assert wide.page.locator(".chart .main-svg").count() == 0, "charts go with their page"
    wide.page.go_back()
    wide.wait_until(f"document.querySelectorAll('.chart .main-svg').length === {drawn}")
    assert wide.page.locator(".chart-table[open]").count() == 0
    assert wide.messages == []


def test_going_back_before_a_choice_has_come_leaves_the_choice_as_the_address_has_it(wide: Reader) -> None:
    wide.open("/")
    wide.page.route("**/_dash-update-component", lambda route: (wide.page.wait_for_timeout(800), route.continue_()))
    wide.page.select_option("#choose-layer", index=1)
    wide.page.click("#choose-button")
    wide.page.go_back()
    wide.wait_until("document.querySelector('#choose-layer').selectedIndex === 0")
    assert "layer" not in wide.page.url


def test_another_address_of_the_same_page_is_a_move_too(wide: Reader) -> None:
    wide.open("/system/E54000050?utm_source=mail")
    wide.page.evaluate("document.querySelector('main').same = true")
    wide.page.evaluate("document.querySelector('.crumbs a').href = location.pathname")
    wide.page.click(".crumbs a")
    wide.wait_until("location.search === ''")
    wide.wait_until("document.activeElement.tagName === 'H1'")
    wide.wait_until("[...document.querySelectorAll('.chart')].every(chart => chart.querySelector('.main-svg'))")
    assert wide.page.evaluate("document.querySelector('main').same") is True
    assert wide.messages == []


def test_an_address_mentions_boundaries_only_where_they_are_not_todays(wide: Reader) -> None:
    wide.open("/compare")
    wide.page.select_option("#choose-footprint", "2024")
    wide.page.click("#choose-button")
    wide.wait_until("document.querySelector('#systems-heading').textContent.startsWith('The 42 systems')")
    assert "footprint=2024" in wide.page.url
    wide.page.click(".systems thead .col-system a")
    wide.wait_until("document.querySelector('.col-system').ariaSort === 'ascending'")
    assert "footprint=2024" in wide.page.url
    assert wide.page.locator("#choose-footprint").input_value() == "2024"
    wide.page.select_option("#choose-footprint", "2026")
    wide.page.click("#choose-button")
    wide.wait_until("document.querySelector('#systems-heading').textContent.startsWith('The 36 systems')")
    assert "footprint" not in wide.page.url
    assert "sort=name" in wide.page.url


def test_following_a_link_moves_focus_and_title_to_the_new_page(reader: Reader) -> None:
    reader.open("/")
    reader.page.evaluate("window.same = true")
    reader.page.click(".top nav a[href='/compare']")
    reader.wait_until("document.title.startsWith('Compare systems')")
    reader.wait_until("document.activeElement.tagName === 'H1'")
    assert reader.page.locator(".top nav a[aria-current]").all_inner_texts() == ["Compare"]
    reader.page.click(".systems a[href='/system/E54000050']")
    reader.wait_until("document.title.startsWith('North East and North Cumbria')")
    reader.wait_until("document.activeElement.tagName === 'H1'")
    reader.wait_until("document.querySelectorAll('.chart .main-svg').length >= 5")
    assert reader.page.evaluate("window.same") is True
    assert reader.page.evaluate("window.scrollY") == 0
    assert reader.violations() == []
    reader.page.click(".crumbs a")
    reader.wait_until("document.title.startsWith('England')")
    assert reader.messages == []


def test_a_search_goes_to_the_system(reader: Reader) -> None:
    reader.open("/")
    reader.page.fill("#find", "Hartlepool")
    reader.page.press("#find", "Enter")
    reader.wait_until("location.pathname === '/system/E54000050'")


@pytest.mark.parametrize("name", ["systems compared", "a system"])
def test_wide_tables_become_lists_on_a_phone(phone: Reader, name: str) -> None:
    phone.open(PAGES[name])
    table = ".systems" if name == "systems compared" else ".authorities"
    rows = phone.page.evaluate(
        f"""[...document.querySelectorAll('{table} tbody tr')].map(row => {{
              const box = row.getBoundingClientRect();
              return {{inside: box.left >= 0 && box.right <= innerWidth, cells: [...row.children].every(cell =>
                       cell.scrollWidth <= cell.clientWidth + 1 || !cell.clientWidth)}}
            }})"""
    )
    assert rows
    assert all(row["inside"] and row["cells"] for row in rows)


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, object]:
        return {"java_script_enabled": False}

    @pytest.mark.parametrize("name", PAGES)
    def test_a_page_says_its_answer_and_shows_its_tables(self, reader: Reader, name: str) -> None:
        reader.page.goto(reader.served + PAGES[name])
        page = reader.page
        assert page.locator("h1").is_visible()
        assert page.locator(".answer").is_visible()
        for table in page.locator("figure table").all():
            assert table.is_visible()
        assert not any(slot.is_visible() for slot in page.locator(".chart").all())

    def test_choosing_works(self, reader: Reader) -> None:
        reader.page.goto(reader.served + "/compare")
        reader.page.select_option("#choose-indicator", "adult-obesity")
        reader.page.click("#choose-button")
        assert "adult obesity" in (reader.page.locator("#systems-heading").text_content() or "")
        assert "indicator=adult-obesity" in reader.page.url

    def test_searching_works(self, wide: Reader) -> None:
        wide.page.goto(wide.served + "/")
        wide.page.fill("#find", "south yorkshire")
        wide.page.click("#find-button")
        assert re.search(r"/system/E54000061$", wide.page.url)


def test_where_dash_cannot_start_the_tables_open(wide: Reader) -> None:
    """Scripts run but Dash never arrives: after a while the page is as it is without JavaScript."""
    wide.page.route("**/_dash-layout", lambda route: route.abort())
    wide.page.clock.install()
    wide.page.goto(wide.served + "/")
    wide.page.clock.fast_forward(16_000)
    assert wide.page.locator("#content figure table").first.is_visible()
