"""What the page on England says. Figures are read from the publishers' files by hand."""

import re
from collections.abc import Callable

import polars as pl
import pytest

from data_contracts.registry.records import commitments
from data_contracts.vocabulary import InForce, Standing
from tests.builders.data_folder import DataFolder
from tests.page.reading import Element, links_of_rows, rows

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
    assert links_of_rows(main) == {f"/system/{code}": name for code, name in systems.items()}
    assert list(links_of_rows(main).values()) == sorted(systems.values())
    assert "The 36 systems by commitment" in [heading.text for heading in main.all("h2")]
    assert "/compare" in [link.attributes["href"] for link in main.all("a")]


# --- promises and duties ----------------------------------------------------------------------------------


def test_promises_and_duties_come_first_each_with_its_layers_apart(page: Get) -> None:
    main = page("/").one("main")
    smoking = next(item for item in main.one("ul", "pledges").all("li") if "Smokefree" in item.text)
    assert [chip.text for chip in smoking.all("span", "chip")] == [
        "No interval, so no test",
        "Pace: acceleration needed",
    ]
    # 14.4% in 2018, 10.4% in 2024: (5.0 / 10.4)^(1/6) - 1 is -11.5%; (10.4 / 14.4)^(1/6) - 1 is -5.3%.
    assert "11.5% a year" in smoking.text
    assert "5.3%" in smoking.text
    assert smoking.one("a").attributes["href"] == "/commitment/smokefree-2030"


def test_nothing_superseded_or_only_watched_stands_among_the_promises(page: Get) -> None:
    main = page("/").one("main")
    named = [item.text for item in main.one("ul", "pledges").all("li")]
    assert len(named) == 3
    for entry in commitments().values():
        is_pledge = entry.standing in (Standing.PROMISE, Standing.DUTY) and entry.in_force is not InForce.SUPERSEDED
        leads = [link for link in main.all("a") if link.text == entry.title]
        assert bool(leads) == is_pledge, entry.title


def test_a_promise_without_figures_says_why_and_is_no_failure(page: Get) -> None:
    said = page("/").one("main").text
    assert "Without figures: no progress can be told, which is not the same as none." in said
    assert "ICB running costs at £18.76 a head: no measure of it is published." in said


# --- systems by commitments -------------------------------------------------------------------------------


def _table(main: Element) -> list[list[str]]:
    return rows(main.one("table", "heat"))


def test_monitored_outcomes_fold_behind_one_control(page: Get) -> None:
    folded = page("/").one("main")
    head = _table(folded)[0]
    assert head[1] == "Adult smoking: Smokefree England by 2030"
    assert len(head) == 1 + 4
    (control,) = [link for link in folded.all("a") if link.attributes.get("id") == "fold-monitored"]
    unfolded = page(control.attributes["href"] or "").one("main")
    assert len(_table(unfolded)[0]) > 1 + 4
    (control,) = [link for link in unfolded.all("a") if link.attributes.get("id") == "fold-monitored"]
    assert control.attributes["href"] == "/"


def test_every_cell_says_a_symbol_and_a_word_and_data_states_are_themselves(page: Get) -> None:
    table = page("/?monitored=show").one("main").one("table", "heat")
    cells = [cell for row in table.one("tbody").all("tr") for cell in row.all("td")]
    seen = {cell.text for cell in cells}
    assert all(cell.text for cell in cells)
    assert {"No interval", "Not comparable", "No data", "Little change", "Improving"} <= seen
    assert all(cell.all("span")[0].attributes["aria-hidden"] == "true" for cell in cells)


def test_what_needs_attention_leads_to_its_card(page: Get) -> None:
    table = page("/?monitored=show").one("main").one("table", "heat")
    worse = [cell for row in table.one("tbody").all("tr")[1:] for cell in row.all("td", "worse")]
    assert worse
    for cell in worse:
        assert re.fullmatch(r"/system/E54\d{6}#[a-z0-9-]+", cell.one("a").attributes["href"] or "")


def test_counts_stand_beside_what_chance_alone_would_give(page: Get, first_release: DataFolder) -> None:
    """One in twenty tests of a measure that did not change says improving, and one in twenty getting worse."""
    today = first_release.mart("areas").filter((pl.col("area_type") == "icb") & pl.col("valid_to").is_null())
    found = first_release.mart("statuses").filter(
        pl.col("is_latest")
        & (pl.col("commitment_id") == "preventable-cvd")
        & pl.col("area_code").is_in(today["area_code"].to_list())
    )
    worse = found.filter(pl.col("direction") == "getting_worse").height
    better = found.filter(pl.col("direction") == "improving").height
    tested = found.filter(pl.col("direction").is_not_null()).height
    table = _table(page("/?monitored=show").one("main"))
    at = next(place for place, name in enumerate(table[0]) if name.startswith("Preventable heart"))
    assert [row[at] for row in table[-5:]] == [str(better), str(worse), str(tested), f"{tested * 0.05:.1f}", "0"]


def test_the_table_is_put_in_order_and_filtered_by_its_address(page: Get) -> None:
    worst_first = _table(page("/?monitored=show&order=worse").one("main"))[2:-5]
    counts = [sum(cell.startswith(("Worse", "Limited", "Moving", "Lost")) for cell in row) for row in worst_first]
    assert counts == sorted(counts, reverse=True)
    improving = _table(page("/?which=better").one("main"))[2:-5]
    assert 0 < len(improving) < 36
    assert all(any(cell in ("Improving", "On track", "Met", "Held") for cell in row) for row in improving)


def test_what_cannot_be_told_yet_has_a_count_and_a_filter_of_its_own(page: Get) -> None:
    """No system waits for its first period today, so the filter finds none; England's regional gap is said to wait."""
    main = page("/?which=not_yet&monitored=show").one("main")
    table = _table(main)
    assert table[-1][0] == "Cannot tell yet"
    assert set(table[-1][1:]) == {"0"}
    assert table[2:-5] == []
    assert main.one("p", "note").text == "No system has that. Choose every system to see them all."
    assert "The 36 systems by commitment, 0 shown" in [heading.text for heading in main.all("h2")]


def test_changes_are_set_against_englands(page: Get) -> None:
    table = _table(page("/?layer=change&monitored=show").one("main"))
    assert {"Better", "Worse", "Similar"} & {cell.split(",")[0] for row in table[2:-5] for cell in row[1:]}
    assert "–" in table[1]


@pytest.mark.parametrize("query", ["layer=x", "monitored=1", "which=none", "order=hle-level", "order=%3Cb%3E"])
def test_what_it_does_not_know_falls_back(page: Get, query: str) -> None:
    assert _table(page(f"/?{query}").one("main")) == _table(page("/").one("main"))


def test_a_first_release_has_nothing_to_be_compared_with(page: Get) -> None:
    assert "Nothing: this is the first release held" in page("/").one("main").text
