"""What a system's page says. Figures are read from the publishers' files by hand."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from dashboard import queries, served
from dashboard.reader import Releases
from dashboard.router import route
from tests.builders.data_folder import DataFolder
from tests.builders.log import NO_LOG
from tests.page.reading import Element, read, rows

Get = Callable[..., Element]

NORTH_EAST = "E54000050"
THAMES_VALLEY = "E54000070"
CENTRAL_EAST = "E54000065"


#: What three systems say first: one as it was, one made from three in April 2026, one that cannot be compared.
GOLDEN = {
    NORTH_EAST: (
        "Getting worse against its baselines: healthy life expectancy for men and women, adult obesity, and 1 more; "
        "improving: child poverty after housing costs; 13 of 19 measures cannot be told.",
        [
            "No change that can be tested is worse than England's.",
            "Getting worse, and for you and your partners to move: healthy life expectancy for men and women, adult "
            "obesity, and child poverty before housing costs; nothing sent in on: duties on inequalities and the "
            "triple aim.",
            "Of 19 measures, 10 have no interval in this copy of the figures; 3 have no figure to compare.",
        ],
        "4 changes were tested: 3 getting worse, none improving. If nothing had changed, chance alone would call "
        "about 0.2 of each. 2 full counts have no such error: 1 getting worse, 1 improving. 13 of 19 measures cannot "
        "be told.",
    ),
    CENTRAL_EAST: (
        "Getting worse against its baselines: healthy life expectancy for men and women, adult obesity, and child "
        "poverty before housing costs; 12 of 19 measures cannot be told.",
        [
            "No change that can be tested is worse than England's.",
            "Getting worse, and for you and your partners to move: healthy life expectancy for men and women, adult "
            "obesity, and child poverty before housing costs; nothing sent in on: duties on inequalities and the "
            "triple aim.",
            "Since 1 April 2026, made from Cambridgeshire and Peterborough, Bedfordshire, Luton and Milton Keynes and "
            "Hertfordshire and West Essex (79% of it). Earlier figures are worked out for today's boundary.",
        ],
        "4 changes were tested: 3 getting worse, none improving. If nothing had changed, chance alone would call "
        "about 0.2 of each. 2 full counts have no such error: 1 getting worse, none improving. 1 measure is called "
        "neither better nor worse. 12 of 19 measures cannot be told.",
    ),
    THAMES_VALLEY: (
        "None of its 19 measures can be judged: 16 of them rest on authorities shared with other systems, so no fair "
        "comparison can be made.",
        [
            "No change here can be tested against England's.",
            "Nothing sent in on: duties on inequalities and the triple aim.",
            "Of 19 measures, 16 rest on authorities shared with other systems; 3 have no figure to compare.",
        ],
        "19 of 19 measures cannot be told.",
    ),
}


@pytest.mark.parametrize("code", GOLDEN)
def test_it_answers_before_it_shows(page: Get, code: str) -> None:
    answer, statements, counts = GOLDEN[code]
    main = page(f"/system/{code}").one("main")
    assert main.one("p", "answer").text == answer
    assert [item.all("p")[1].text for item in main.one("ul", "statements").all("li")] == statements
    assert counts in [paragraph.text for paragraph in main.all("p", "reading")]


def test_the_worst_change_is_the_least_likely_to_be_chance_and_leads_to_its_card(page: Get) -> None:
    """Somerset: obesity rose by more than England's and fewer cancers were found early; obesity has the smaller p."""
    main = page("/system/E54000038").one("main")
    worst = main.one("ul", "statements").all("li")[0]
    assert worst.text == (
        "Worst change against England's Adult obesity: its change since 2018/19 is 6.2 percentage points higher than "
        "England's (p under 0.001; 5 changes were tested)."
    )
    assert [link.attributes["href"] for link in worst.all("a")] == ["#adult-weight"]


def test_every_system_answers_in_at_most_thirty_words_and_every_chart_in_twelve(
    page: Get, systems: dict[str, str]
) -> None:
    for code, name in systems.items():
        main = page(f"/system/{code}").one("main")
        assert [heading.text for heading in main.all("h1")] == [name]
        answer = main.one("p", "answer").text
        assert len(answer.split()) <= 30, f"{name}: {answer}"
        assert len(main.one("ul", "statements").all("li")) <= 3
        figures = main.all("figure")
        assert 5 <= len(figures) <= 6, "headline measures, and promises where they have figures"
        titles = [figure.one("h5").text for figure in figures]
        assert len(set(titles)) == len(titles), "no chart twice"
        drawn = [figure.one("caption").text for figure in figures]
        assert len(set(drawn)) == len(drawn), "no chart twice"
        for figure in figures:
            assert len(figure.one("h5").text.split()) <= 12, figure.one("h5").text
            assert len(rows(figure.one("table"))) > 5


def test_every_commitment_stands_once_with_its_anchor_and_links_lead_to_places(
    page: Get, first_release: DataFolder, systems: dict[str, str]
) -> None:
    registered = set(first_release.mart("commitments")["commitment_id"])
    for code in systems:
        main = page(f"/system/{code}").one("main")
        ids = [e.attributes.get("id") for name in ("section", "li", "details", "h2", "h3") for e in main.all(name)]
        held = [found for found in ids if found is not None]
        assert len(set(held)) == len(held)
        assert registered <= set(held)
        links = [link.attributes["href"] or "" for link in main.all("a")]
        within = [link.removeprefix("#") for link in links if link.startswith("#")]
        assert set(within) <= set(held)
        for commitment_id in registered:
            assert f"/commitment/{commitment_id}" in links


def test_cards_run_from_promises_to_what_cannot_be_tested(page: Get) -> None:
    """What got worse comes first among what is watched; what has no interval comes after what was tested."""
    main = page(f"/system/{NORTH_EAST}").one("main")
    assert [card.attributes["id"] for card in main.all("section", "commitment")] == [
        "smokefree-2030",
        "hle-level",
        "adult-weight",
        "child-poverty",
        "preventable-cvd",
        "child-obesity",
        "life-expectancy",
        "preventable-mortality",
        "activity",
    ]
    groups = [h.text for h in main.all("h3") if h.attributes.get("id")]
    assert groups == ["Promises and duties", "Watched, and can be judged", "No interval, so no test: 4"]
    # Where cancers can be counted, the promise on them has a card.
    cheshire = page("/system/E54000008").one("main").all("section", "commitment")
    assert [card.attributes["id"] for card in cheshire[:2]] == ["early-cancer-2028", "smokefree-2030"]


def test_a_card_says_its_status_in_words_and_how_to_work_it_out_again(page: Get) -> None:
    (card,) = (c for c in page(f"/system/{NORTH_EAST}").all("section") if c.attributes.get("id") == "hle-level")
    assert card.one("h4").text == "Healthy life expectancy of each system"
    assert card.one("h4").one("a").attributes["href"] == "/commitment/hle-level"
    assert "Monitored; nobody has promised a figure. The system can move it together with others." in card.text
    men, women = card.all("figure")
    assert [chip.text for chip in men.all("span", "chip")] == ["Getting worse"]
    assert men.one("h5").text == "Men's healthy life expectancy: 3.6 years lower than England"
    assert (
        "Healthy life expectancy for men got worse: 57.3 years in 2022 to 2024, against 59.7 in 2017 to 2019."
        in men.text
    )
    assert women.one("h5").text == "Women's healthy life expectancy: 4.0 years lower than England"
    assert "/api/v1/statuses/hle-level.healthy-life-expectancy.E54000050.male.2022-to-2024/record" in [
        link.attributes["href"] for link in men.all("a")
    ]


def test_a_promise_shows_its_pace_beside_its_state(page: Get) -> None:
    (card,) = (c for c in page(f"/system/{NORTH_EAST}").all("section") if c.attributes.get("id") == "smokefree-2030")
    assert card.all("p", "subtitle")[0].text == "Promise. The system can move it together with others."
    assert [chip.text for chip in card.all("span", "chip")] == ["No interval, so no test", "Pace: acceleration needed"]
    assert "the target of 5.0% by the end of 2030 now needs a relative fall of 11.6% a year" in card.text


def test_what_is_better_neither_high_nor_low_says_by_how_much_it_moved_and_no_more(page: Get) -> None:
    (card,) = (c for c in page("/system/E54000061").all("section") if c.attributes.get("id") == "ph-spend")
    assert [chip.text for chip in card.all("span", "chip")] == ["No direction is called"]
    assert "Public health spending a head in cash was 87.46 pounds in 2024/25, 21.89 pounds higher" in card.text
    assert "neither direction is better" in card.text
    assert "grant" not in card.text


def test_what_has_no_data_is_one_line_that_says_what_to_send(page: Get) -> None:
    main = page(f"/system/{NORTH_EAST}").one("main")
    lines = main.all("details", "waiting")
    assert [line.one("summary").text for line in lines] == ["No data: 19", "Not judged for a system: 7"]
    asks = [strong.text for strong in lines[0].all("strong")]
    assert asks == [
        "Yours to send in: what was done, when, and the address of the document that shows it.",
        "Yours to send in: the quarterly return of posts and funding.",
        "Nothing to send in: the publisher's figures do not cover this system in the periods compared.",
        "Nothing to send in: the publisher's figures are not held here yet.",
    ]
    items = [item.text for item in lines[0].all("li")]
    assert len(items) == 19
    assert items[0].startswith("Duties on inequalities and the triple aim. Duty in law.")
    (cancer,) = (item for item in items if item.startswith("Three in four cancers"))
    assert "authorities with a figure hold 78.0% of residents" in cancer
    assert cancer.endswith("Earliest: October 2026.")
    assert len(lines[1].all("li")) == 7


def test_what_cannot_be_told_yet_is_one_line_with_the_earliest_date(
    first_release: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Releases(first_release.path).pinned() as release:
        held = dict(queries.latest_statuses(release))
        held[NORTH_EAST] = [
            replace(
                status,
                data_state="baseline_only",
                data_state_reason="The latest period overlaps the baseline.",
                direction=None,
                direction_p=None,
                earliest_change=dt.date(2028, 1, 31),
            )
            if status.commitment_id == "hle-level"
            else status
            for status in held[NORTH_EAST]
        ]
        monkeypatch.setattr(queries, "latest_statuses", lambda _: held)
        tree = route(release, f"/system/{NORTH_EAST}", {}, NO_LOG).tree
    main = read(served.html(tree))
    line = main.all("details", "waiting")[0]
    assert line.one("summary").text == "Cannot tell yet: 1"
    assert line.one("li").text == (
        "Healthy life expectancy of each system. Monitored; nobody has promised a figure. "
        "The latest period overlaps the baseline. Earliest: January 2028."
    )
    assert "hle-level" not in [card.attributes["id"] for card in main.all("section", "commitment")]
    assert main.one("p", "answer").text.endswith("15 of 19 measures cannot be told.")


def test_a_figure_has_its_interval_its_period_and_its_place_against_england(page: Get) -> None:
    """60.9 less 57.3 is 3.6; England's obesity is 26.6%; the picture drawn by hand has 32.7% (31.6 to 33.7)."""
    cards = [card.text for card in page(f"/system/{NORTH_EAST}").one("ul", "cards").all("li")]
    assert (
        "Healthy life expectancy, men 57.3 years [e] 56.3 to 58.2, 2022 to 2024 3.6 years lower than England" in cards
    )
    obesity = next(card for card in cards if card.startswith("Adult obesity"))
    assert obesity.startswith("Adult obesity 32.7 % [e] 31.6 to 33.7, 2024/25")
    assert obesity.endswith("percentage points higher than England")


def test_a_figure_without_an_interval_says_so_and_is_not_tested(page: Get) -> None:
    cards = [card.text for card in page(f"/system/{NORTH_EAST}").one("ul", "cards").all("li")]
    smoking = next(card for card in cards if card.startswith("Adult smoking"))
    assert "no interval in this copy, 2024" in smoking
    assert "Not tested" in smoking


def test_its_authorities_stand_beside_each_other_as_published(page: Get) -> None:
    section = next(
        s
        for s in page(f"/system/{NORTH_EAST}").all("section", "inside")
        if "men, by authority" in s.one("h3").text and "women" not in s.one("h3").text
    )
    table = rows(section.one("table"))[1:]
    assert table[0] == ["Hartlepool", "", "52.1 48.5 to 55.7"]
    assert table[1] == ["Middlesbrough", "", "53.9 50.6 to 57.2"]
    assert table[-1][2] == "62.8 58.6 to 67.0"
    assert table[-1][0].startswith("Westmorland and Furness")
    assert "of residents live here" in table[-1][0]
    assert len(table) == 14


def test_districts_stand_in_for_their_county_where_they_have_figures(page: Get) -> None:
    """Hertfordshire has a healthy life expectancy and its districts have none; with obesity the districts have one."""
    sections = {
        s.one("h3").text: rows(s.one("table")) for s in page(f"/system/{CENTRAL_EAST}").all("section", "inside")
    }
    named = {title: {row[0] for row in table} for title, table in sections.items()}
    assert "Hertfordshire" in named["Healthy life expectancy, men, by authority"]
    assert "Stevenage" not in named["Healthy life expectancy, men, by authority"]
    assert "Stevenage" in named["Adult obesity, by authority"]
    assert "Hertfordshire" not in named["Adult obesity, by authority"]


def test_over_time_is_a_table_with_england_beside_it(page: Get) -> None:
    (men,) = (f for f in page(f"/system/{NORTH_EAST}").all("figure") if f.one("h5").text.startswith("Men's"))
    table = rows(men.one("table"))
    assert table[0] == ["Period", "North East and North Cumbria", "England"]
    assert table[1] == ["2022 to 2024", "57.3 (56.3 to 58.2) [e]", "60.9 (60.7 to 61.2)"]


def test_shared_authorities_stop_the_comparison_and_are_named(page: Get) -> None:
    main = page(f"/system/{THAMES_VALLEY}").one("main")
    groups = [h.text for h in main.all("h3") if h.attributes.get("id")]
    assert groups == ["Promises and duties", "Not comparable: 8"]
    men = main.one("ul", "cards").all("li")[0].text
    assert "[u]" in men
    assert "Not compared Authorities shared with other systems hold over 25% of residents." in men
    assert "Buckinghamshire" in main.text


def test_measures_that_do_not_lead_fold_behind_one_table_under_their_topics(page: Get) -> None:
    main = page(f"/system/{NORTH_EAST}").one("main")
    table = rows(main.one("table", "others"))
    assert table[0] == ["Measure", "Latest", "95% interval and period", "Against England"]
    shown = {row[0]: row for row in table[1:] if len(row) == 4}
    assert "Healthy life expectancy, men" not in shown, "a commitment shows it"
    assert "Life expectancy, men" not in shown, "a commitment shows it"
    assert "Early cancer diagnosis" in shown, "no card has it here"
    # General practices' registers are full counts for each board, and England's is not in this copy.
    asthma = shown["Recorded asthma"]
    assert asthma[2].startswith("full count, no interval")
    assert asthma[3].startswith("Not compared England has no figure for this period.")


def test_what_is_missing_says_why(page: Get) -> None:
    main = page(f"/system/{NORTH_EAST}").one("main")
    assert "What is missing, and why" in [heading.text for heading in main.all("h2")]
    assert "No interval in this copy of the figures, so no test against England is made." in main.text
    assert "Nobody publishes how many population health posts" in main.text


def test_where_the_boundary_came_from(page: Get) -> None:
    text = page(f"/system/{CENTRAL_EAST}").one("ul", "statements").text
    assert "Since 1 April 2026, made from" in text
    assert "Hertfordshire and West Essex (79% of it)" in text
    assert "Unchanged since" in page(f"/system/{NORTH_EAST}").one("main").text


def test_where_a_system_lies_and_who_shares_it(page: Get) -> None:
    """North East and North Cumbria: 14 councils, 11% of residents in the North West, boundary of July 2022."""
    main = page(f"/system/{NORTH_EAST}").one("main")
    text = main.text
    assert "12 of the 14 upper-tier councils here lie wholly inside it; it shares Cumberland (97% of its" in text
    assert "North East (89%) and North West (11%)" in text
    assert "1 July 2022, 4.4 years before these figures were put together" in text
    councils = rows(next(t for t in main.all("table") if "Upper-tier council" in t.text))
    assert len(councils) == 1 + 14
    assert "Newcastle upon Tyne" in {row[0] for row in councils}


def test_every_system_says_how_its_boundary_runs(page: Get, systems: dict[str, str]) -> None:
    """Shares of a system's residents over its councils add to all of them, but for rounding."""
    for code in systems:
        main = page(f"/system/{code}").one("main")
        table = rows(next(t for t in main.all("table") if "Upper-tier council" in t.text))
        assert table[0] == ["Upper-tier council", "Residents here", "Share of this system", "Share of the council"]
        residents = sum(int(row[1].replace(",", "")) for row in table[1:])
        assert f"Residents {residents:,} (Census 2021)" in main.text
        boundary = [p.text for p in main.all("p") if "upper-tier council" in p.text]
        assert len(boundary) == 1


def test_a_change_of_method_is_drawn_and_said(page: Get) -> None:
    """Smoking: telephone interviews from March 2020, and another method for 2024."""
    main = page(f"/system/{NORTH_EAST}").one("main")
    smoking = next(f.text for f in main.all("figure") if "smoking" in f.one("h5").text)
    assert "From 1 March 2020: Interviews by telephone only" in smoking
    assert "From 1 January 2024: Telephone and face-to-face" in smoking


def test_every_source_is_named_with_a_link(page: Get) -> None:
    main = page(f"/system/{NORTH_EAST}").one("main")
    sources = main.one("ul", "sources").text
    assert "Office for National Statistics" in sources
    assert "published 19 February 2026" in sources
    links = [link.attributes["href"] or "" for link in main.one("ul", "sources").all("a")]
    assert [link.partition("#")[0] for link in links] == ["/data", "/methods"] * 4


@pytest.mark.parametrize("asked", ["e54000050", "QHM", "qhm"])
def test_other_ways_to_write_a_code_lead_to_the_one_address(client, asked: str) -> None:  # type: ignore[no-untyped-def]
    response = client.get(f"/system/{asked}")
    assert response.status_code == 301
    assert response.headers["Location"] == f"/system/{NORTH_EAST}"
