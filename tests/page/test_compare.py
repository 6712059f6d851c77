"""What the page that compares systems says. Figures are read from the publishers' files by hand."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

from dashboard import queries
from dashboard.reader import Release, Releases
from dashboard.views.compare import compare_view
from tests.builders.data_folder import DataFolder
from tests.page.reading import Element, rows

Get = Callable[..., Element]

FOOTPRINTS = ["2026", "2024"]


@pytest.fixture
def release(first_release: DataFolder) -> Iterator[Release]:
    with Releases(first_release.path).pinned() as pinned:
        yield pinned


def test_it_answers_before_it_shows(page: Get) -> None:
    main = page("/compare").one("main")
    assert main.attributes["data-title"] == "Compare systems – ICS Progress"
    assert main.one("h1").text == "Compare systems"
    standings = [row[4] for row in rows(main.one("table", "systems"))[1:]]
    lower, higher, similar, untested = (
        sum(word in standing for standing in standings)
        for word in ("lower than England", "higher than England", "Similar to England", "Not compared")
    )
    # A system that is similar says by how much it differs too.
    detailed = [standing for standing in standings if standing.startswith("Similar")]
    lower -= sum("lower than England" in standing for standing in detailed)
    higher -= sum("higher than England" in standing for standing in detailed)
    assert (lower + higher + similar + untested, untested) == (36, 2)
    assert main.one("p", "answer").text == (
        f"Of 36 systems, {lower} are lower than England on men's healthy life expectancy (2022 to 2024), {higher} "
        f"higher, {similar} similar and {untested} not compared."
    )


@pytest.mark.parametrize("footprint", FOOTPRINTS)
def test_every_measure_is_answered_in_a_sentence_of_30_words(release: Release, footprint: str) -> None:
    offered = compare_view(release, {"footprint": footprint}).measures
    assert len(offered) > 30
    for measure in offered:
        query = {"indicator": measure.indicator.indicator_id, "sex": measure.sex, "footprint": footprint}
        view = compare_view(release, query)
        assert len(view.answer.split()) <= 30, view.answer
        assert view.answer.count(".") == 1
        assert view.rows, f"{measure.title} is offered and no system has it"


def test_a_measure_of_england_alone_is_not_offered(release: Release) -> None:
    offered = {m.indicator.indicator_id for m in compare_view(release, {}).measures}
    held = set(queries.reference(release).indicators)
    assert offered < held


def test_the_trail_and_the_top_bar_say_where_one_is(page: Get) -> None:
    document = page("/compare?footprint=2024")
    trail = document.one("nav", "crumbs")
    assert [(link.text, link.attributes["href"]) for link in trail.all("a")] == [("England", "/?footprint=2024")]
    assert trail.one("span").text == "Compare systems"
    here = [a.text for a in document.one("header").all("a") if a.attributes.get("aria-current") == "page"]
    assert here == ["Compare"]


@pytest.mark.parametrize(
    "search",
    [
        "indicator=adult-obesity&sex=persons&period=2015%2F16&footprint=2024&sort=name",
        "indicator=no-such-measure",
        "sex=female",
        "period=2017+to+2019",
        "sort=highest&footprint=1999",
        "indicator=%3Cb%3E%0D%0ALocation%3A+//elsewhere",
    ],
)
def test_an_address_from_when_the_table_was_on_englands_page_leads_here(
    client: FlaskClient, drawn: Callable[..., str], search: str
) -> None:
    response = client.get(f"/?{search}")
    assert response.status_code == 301
    target = urlsplit(response.headers["Location"])
    assert (target.scheme, target.netloc, target.path) == ("", "", "/compare")
    assert dict(parse_qsl(target.query)) == dict(parse_qsl(search))
    there = client.get(response.headers["Location"])
    assert there.status_code == 200
    assert drawn("/", f"?{search}") in there.get_data(as_text=True), "Dash draws what the address leads to"


@pytest.mark.parametrize("search", ["", "?footprint=2024", "?footprint=1999", "?utm_source=mail"])
def test_other_addresses_of_englands_page_stay(page: Get, search: str) -> None:
    assert page(f"/{search}").one("h1").text == "Are population health commitments being kept?"


def test_the_form_and_the_heads_lead_to_this_page(page: Get) -> None:
    main = page("/compare").one("main")
    assert main.one("form").attributes["action"] == "/compare"
    heads = [link.attributes["href"] or "" for link in main.one("table", "systems").one("thead").all("a")]
    assert [address.partition("?")[0] for address in heads] == ["/compare", "/compare"]


def test_the_table_holds_every_system_of_today_once(page: Get, systems: dict[str, str]) -> None:
    table = page("/compare").one("table", "systems")
    links = [
        link for cell in table.all("th") for link in cell.all("a") if (link.attributes["href"] or "")[:8] == "/system/"
    ]
    assert {(link.attributes["href"] or "").removeprefix("/system/"): link.text for link in links} == systems
    assert len(links) == 36


def test_a_row_reads_from_left_to_right(page: Get) -> None:
    """North East and North Cumbria, worked apart from the published authorities: 57.3 (56.3 to 58.2)."""
    row = next(
        row for row in rows(page("/compare").one("table", "systems")) if row[0] == "North East and North Cumbria"
    )
    assert row == ["North East and North Cumbria", "57.3 [e]", "56.3 to 58.2", "", "3.6 years lower than England", ""]


@pytest.mark.parametrize(("sort", "reverse"), [("lowest", False), ("highest", True)])
def test_it_sorts_by_value(page: Get, sort: str, reverse: bool) -> None:
    table = page(f"/compare?sort={sort}").one("table", "systems")
    values = [float(row[1].split()[0]) for row in rows(table)[1:]]
    assert values == sorted(values, reverse=reverse)
    sorted_head = [head for head in table.all("th") if head.attributes.get("aria-sort")]
    assert [(h.text.split(",")[0], h.attributes["aria-sort"]) for h in sorted_head] == [
        ("Value", "descending" if reverse else "ascending")
    ]


def test_it_sorts_by_name(page: Get) -> None:
    names = [row[0] for row in rows(page("/compare?sort=name").one("table", "systems"))[1:]]
    assert names == sorted(names)


def test_the_address_says_which_figures(page: Get) -> None:
    query = {
        "indicator": "adult-obesity",
        "sex": "persons",
        "period": "2015/16",
        "footprint": "2026",
        "sort": "name",
    }
    main = page("/compare?" + urlencode(query)).one("main")
    chosen = {
        s.attributes["name"]: o.attributes["value"]
        for s in main.all("select")
        for o in s.all("option")
        if "selected" in o.attributes
    }
    assert chosen == query
    assert "The 36 systems: adult obesity" in [heading.text for heading in main.all("h2")]
    # England in 2015/16 was at 22.6262%.
    assert main.one("table", "systems").all("span", "england")[0].children == ["England 22.6"]


def test_a_period_the_measure_does_not_have_falls_back_and_says_so(page: Get) -> None:
    main = page("/compare?indicator=adult-smoking&sex=male&period=2015/16").one("main")
    assert main.one("p", "note").text == "This measure has no period 2015/16; the latest is shown."
    assert "Adults who smoke, %, 2024." in main.text


def test_without_intervals_nothing_is_tested(page: Get) -> None:
    main = page("/compare?indicator=adult-smoking").one("main")
    assert main.one("p", "answer").text == (
        "No system is tested against England on adult smoking (2024): the copy of the figures held has no intervals."
    )
    for row in rows(main.one("table", "systems"))[1:]:
        assert row[2] == "no interval in this copy"
        assert row[4].startswith(("Not tested", "Not compared"))


def test_a_measure_england_has_no_figure_of_shows_the_systems_alone(page: Get) -> None:
    main = page("/compare?indicator=recorded-asthma").one("main")
    table = rows(main.one("table", "systems"))
    assert len(table) == 1 + 36
    for row in table[1:]:
        if row[1].startswith("No figure"):
            assert "whose published figures cannot be divided" in row[2]
        else:
            assert row[2] == "full count, no interval"
            assert row[4] == "Not compared England has no figure for this period."
    assert main.one("p", "answer").text.endswith(": these are full counts, without sampling error.")
    assert "the upright line is England" not in main.text


def test_a_system_of_shared_authorities_is_not_compared(page: Get) -> None:
    row = next(row for row in rows(page("/compare").one("table", "systems")) if row[0] == "Thames Valley")
    assert row[1].endswith("[u]")
    assert row[4] == "Not compared Authorities shared with other systems hold over 25% of residents."


def test_every_symbol_shown_is_explained_above_the_table(page: Get) -> None:
    main = page("/compare").one("main")
    key = main.one("p", "key").text
    shown = {row[1].split()[1] for row in rows(main.one("table", "systems"))[1:]}
    assert shown == {"[e]", "[u]"}
    assert "[e] estimated from the figures of local authorities." in key
    assert "[u] low reliability." in key


def test_what_chance_alone_would_do_is_said(page: Get) -> None:
    text = page("/compare").one("p", "reading").text
    assert "If every system were like England, chance alone would call about 1 lower and about 1 higher." in text
    assert "Highest: South West London" in text
    assert "Lowest: South Yorkshire" in text


def test_what_is_better_neither_high_nor_low_is_compared_without_a_judgement(page: Get) -> None:
    main = page("/compare?indicator=public-health-spending").one("main")
    assert "these are full counts, without sampling error" in main.one("p", "answer").text
    assert "Public health spending a head, in cash" in main.text
    for judgement in ("Better", "better", "Worse", "worse"):
        assert judgement not in main.one("table").text
