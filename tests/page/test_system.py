"""What a system's page says. Figures are read from the publishers' files by hand."""

from collections.abc import Callable

import pytest

from tests.page.reading import Element, rows

Get = Callable[..., Element]

NORTH_EAST = "E54000050"
THAMES_VALLEY = "E54000070"
CENTRAL_EAST = "E54000065"


def test_it_answers_before_it_shows(page: Get) -> None:
    main = page(f"/system/{NORTH_EAST}").one("main")
    assert main.one("h1").text == "North East and North Cumbria"
    assert main.one("p", "answer").text == (
        "Worse than England on healthy life expectancy for men and women, preventable heart and circulatory deaths and "
        "adult obesity; adult smoking cannot be tested."
    )


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
        assert len(figures) == 5
        for figure in figures:
            assert len(figure.one("h3").text.split()) <= 12, figure.one("h3").text
            assert len(rows(figure.one("table"))) > 5


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
    table = rows(page(f"/system/{NORTH_EAST}").all("figure")[0].one("table"))
    assert table[0] == ["Period", "North East and North Cumbria", "England"]
    assert table[1] == ["2022 to 2024", "57.3 (56.3 to 58.2) [e]", "60.9 (60.7 to 61.2)"]


def test_shared_authorities_stop_the_comparison_and_are_named(page: Get) -> None:
    main = page(f"/system/{THAMES_VALLEY}").one("main")
    assert main.one("p", "answer").text == (
        "No leading measure can be compared with England: the figures do not allow a fair test."
    )
    assert "None of the 5 figures below: authorities shared with other systems" in main.one("ul", "statements").text
    men = main.one("ul", "cards").all("li")[0].text
    assert "[u]" in men
    assert "Not compared Authorities shared with other systems hold over 25% of residents." in men
    assert "Buckinghamshire" in main.text


def test_measures_that_do_not_lead_fold_behind_one_table_under_their_topics(page: Get) -> None:
    main = page(f"/system/{NORTH_EAST}").one("main")
    table = rows(main.one("table", "others"))
    assert table[0] == ["Measure", "Latest", "95% interval and period", "Against England"]
    shown = {row[0]: row for row in table[1:] if len(row) == 4}
    assert "Healthy life expectancy, men" not in shown, "it leads, and has a chart"
    assert shown["Life expectancy, men"][1].endswith("years [e]")
    # General practices' registers are full counts for each board, and England's is not in this copy.
    asthma = shown["Recorded asthma"]
    assert asthma[2].startswith("full count, no interval")
    assert asthma[3].startswith("Not compared England has no figure for this period.")


def test_what_is_missing_says_why(page: Get) -> None:
    main = page(f"/system/{NORTH_EAST}").one("main")
    assert "What is missing, and why" in [heading.text for heading in main.all("h2")]
    assert "No interval in this copy of the figures, so no test against England is made." in main.text
    assert "Nobody publishes population health posts" in main.text


def test_where_the_boundary_came_from(page: Get) -> None:
    text = page(f"/system/{CENTRAL_EAST}").one("ul", "statements").text
    assert "Since 1 April 2026, made from" in text
    assert "Hertfordshire and West Essex (79% of it)" in text
    assert "Unchanged since" in page(f"/system/{NORTH_EAST}").one("ul", "statements").text


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
    smoking = next(f.text for f in main.all("figure") if "Smoking" in f.text or "smoking" in f.one("h3").text)
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
