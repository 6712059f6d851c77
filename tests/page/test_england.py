"""What the page on England says. Figures are read from the publishers' files by hand."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.page.reading import Element, rows

Get = Callable[..., Element]


def test_it_answers_before_it_shows(page: Get) -> None:
    main = page("/").one("main")
    assert main.one("h1").text == "Are population health commitments being kept?"
    answer = main.one("p", "answer").text
    assert answer == (
        "We cannot tell yet: the gap in healthy life expectancy between regions is 6.0 years for men and 7.4 "
        "for women, in a period that overlaps the promise's baseline."
    )
    assert len(answer.split()) <= 30


def test_key_figures_have_their_interval_their_period_and_what_may_be_said(page: Get) -> None:
    """ONS, 19 February 2026: men 63.2 then 60.9 (60.7 to 61.2); women 63.7 then 61.3 (61.0 to 61.6)."""
    men, women, gap_men, gap_women = [card.text for card in page("/").one("ul", "cards").all("li")]
    assert men == (
        "Healthy life expectancy, men 60.9 years 60.7 to 61.2, 2022 to 2024 2.3 years lower than in 2017 to 2019"
    )
    assert women == (
        "Healthy life expectancy, women 61.3 years 61.0 to 61.6, 2022 to 2024 2.4 years lower than in 2017 to 2019"
    )
    # South East 63.0 less North East 57.0; South East 64.3 less North East 56.9. Half of 7.0 is 3.5, of 6.9 is 3.45.
    assert gap_men.startswith("Gap between regions, men 6.0 years, promise 3.5")
    assert gap_women.startswith("Gap between regions, women 7.4 years, promise 3.45")
    for gap in (gap_men, gap_women):
        assert "with chance allowed for" in gap
        assert gap.endswith("Cannot tell yet The period overlaps the baseline, 2021 to 2023.")


def test_the_gap_says_who_is_highest_and_lowest_and_what_moved(page: Get) -> None:
    """Men: London 63.9 and North East 56.9 in 2021 to 2023; South East 63.0 and North East 57.0 in 2022 to 2024."""
    men = page("/").all("figure")[1]
    assert men.one("h3").text == "Men: the gap between regions is 6.0 years, the promise 3.5"
    assert (
        "In 2022 to 2024 the highest was South East (63.0) and the lowest North East (57.0). Since 2021 to 2023 the "
        "top fell by 0.9 and the bottom rose by 0.1. The two periods share years, so nothing can be concluded yet."
    ) in men.text
    table = rows(men.one("table"))
    assert table[0] == ["Period", "Gap", "Highest", "Lowest"]
    assert table[1] == ["2022 to 2024", "6.0", "South East 63.0", "North East 57.0"]
    assert table[2] == ["2021 to 2023", "7.0", "London 63.9", "North East 56.9"]


def test_england_over_time_is_a_table_too(page: Get) -> None:
    table = rows(page("/").all("figure")[0].one("table"))
    assert table[0] == ["Period", "Men", "Women"]
    assert table[1] == ["2022 to 2024", "60.9 (60.7 to 61.2)", "61.3 (61.0 to 61.6)"]
    assert len(table) == 1 + 12


def test_the_table_holds_every_system_of_today_once(page: Get, systems: dict[str, str]) -> None:
    table = page("/").one("table", "systems")
    links = [
        link for cell in table.all("th") for link in cell.all("a") if (link.attributes["href"] or "")[:8] == "/system/"
    ]
    assert {(link.attributes["href"] or "").removeprefix("/system/"): link.text for link in links} == systems
    assert len(links) == 36


def test_a_row_reads_from_left_to_right(page: Get) -> None:
    """North East and North Cumbria, worked apart from the published authorities: 57.3 (56.3 to 58.2)."""
    row = next(row for row in rows(page("/").one("table", "systems")) if row[0] == "North East and North Cumbria")
    assert row == ["North East and North Cumbria", "57.3 [e]", "56.3 to 58.2", "", "3.6 years lower than England", ""]


@pytest.mark.parametrize(("sort", "reverse"), [("lowest", False), ("highest", True)])
def test_it_sorts_by_value(page: Get, sort: str, reverse: bool) -> None:
    table = page(f"/?sort={sort}").one("table", "systems")
    values = [float(row[1].split()[0]) for row in rows(table)[1:]]
    assert values == sorted(values, reverse=reverse)
    sorted_head = [head for head in table.all("th") if head.attributes.get("aria-sort")]
    assert [(h.text.split(",")[0], h.attributes["aria-sort"]) for h in sorted_head] == [
        ("Value", "descending" if reverse else "ascending")
    ]


def test_it_sorts_by_name(page: Get) -> None:
    names = [row[0] for row in rows(page("/?sort=name").one("table", "systems"))[1:]]
    assert names == sorted(names)


def test_the_address_says_which_figures(page: Get) -> None:
    query = {
        "indicator": "adult-obesity",
        "sex": "persons",
        "period": "2015/16",
        "footprint": "2026",
        "sort": "name",
    }
    main = page("/?" + urlencode(query)).one("main")
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
    main = page("/?indicator=adult-smoking&sex=male&period=2015/16").one("main")
    assert main.one("p", "note").text == "This measure has no period 2015/16; the latest is shown."
    assert "Adults who smoke, %, 2024." in main.text


def test_without_intervals_nothing_is_tested(page: Get) -> None:
    main = page("/?indicator=adult-smoking").one("main")
    assert "No system is tested against England: the copy of the figures held has no intervals." in main.text
    for row in rows(main.one("table", "systems"))[1:]:
        assert row[2] == "no interval in this copy"
        assert row[4].startswith(("Not tested", "Not compared"))


def test_a_measure_england_has_no_figure_of_shows_the_systems_alone(page: Get) -> None:
    main = page("/?indicator=recorded-asthma").one("main")
    table = rows(main.one("table", "systems"))
    assert len(table) == 1 + 36
    for row in table[1:]:
        if row[1].startswith("No figure"):
            assert "whose published figures cannot be divided" in row[2]
        else:
            assert row[2] == "full count, no interval"
            assert row[4] == "Not compared England has no figure for this period."
    assert "These are full counts, without sampling error: no test is made." in main.text
    assert "the upright line is England" not in main.text


def test_a_system_of_shared_authorities_is_not_compared(page: Get) -> None:
    row = next(row for row in rows(page("/").one("table", "systems")) if row[0] == "Thames Valley")
    assert row[1].endswith("[u]")
    assert row[4] == "Not compared Authorities shared with other systems hold over 25% of residents."


def test_every_symbol_shown_is_explained_above_the_table(page: Get) -> None:
    main = page("/").one("main")
    key = main.one("p", "key").text
    shown = {row[1].split()[1] for row in rows(main.one("table", "systems"))[1:]}
    assert shown == {"[e]", "[u]"}
    assert "[e] estimated from the figures of local authorities." in key
    assert "[u] low reliability." in key


def test_what_chance_alone_would_do_is_said(page: Get) -> None:
    text = page("/").one("p", "reading").text
    assert "by chance alone about 1 would be called lower and 1 higher" in text
    assert "Highest: South West London" in text
    assert "Lowest: South Yorkshire" in text
