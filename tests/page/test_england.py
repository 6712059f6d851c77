"""What the page on England says. Figures are read from the publishers' files by hand."""

from collections.abc import Callable

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


def test_it_leads_to_every_system_of_today_and_to_their_comparison(page: Get, systems: dict[str, str]) -> None:
    main = page("/").one("main")
    links = main.one("ul", "columns").all("a")
    assert {(link.attributes["href"] or "").removeprefix("/system/"): link.text for link in links} == systems
    assert [link.text for link in links] == sorted(systems.values())
    assert "The 36 systems" in [heading.text for heading in main.all("h2")]
    assert "/compare" in [link.attributes["href"] for link in main.all("a")]
