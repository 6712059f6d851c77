"""Posts and funding: honest where nothing was sent, marked where it is made up, and what the release has."""

from collections.abc import Callable

import polars as pl
import pytest

from tests.builders.data_folder import DataFolder
from tests.page.reading import Element, rows

MARK = "ILLUSTRATIVE"
EXAMPLES = "/workforce?examples=1"


@pytest.fixture(scope="module")
def totals(first_release: DataFolder) -> pl.DataFrame:
    """The latest return of each made-up system."""
    return (
        first_release.mart("workforce")
        .filter(pl.col("role_family") == "all", pl.col("area_code").str.starts_with("X54"))
        .sort("quarter")
        .group_by("area_code", maintain_order=True)
        .last()
    )


# --- real systems


def test_real_systems_show_an_honest_empty_state(page: Callable[..., Element]) -> None:
    main = page("/workforce").one("main")
    assert main.one("p", "answer").text.startswith("None of 36 systems has sent a return")
    assert MARK not in main.text
    assert not any(link.attributes["href"].startswith("/system/X54") for link in main.all("a"))
    assert len(next(of for of in main.all("details") if "never sent" in of.text).all("a")) == 36


def test_a_real_system_says_what_is_asked_why_and_how(page: Callable[..., Element]) -> None:
    text = page("/system/E54000060").one("main").text
    assert "has sent no return of its posts" in text
    assert "one row a post, a quarter" in text
    assert MARK not in text


def test_the_public_series_are_those_of_the_release(page: Callable[..., Element], first_release: DataFolder) -> None:
    main = page("/workforce").one("main")
    held = first_release.mart("observations")
    vacancies = held.filter(pl.col("indicator_id") == "nhs-advertised-vacancies").sort("period_end")
    latest = vacancies.group_by("area_code", maintain_order=True).last()
    table = next(of for of in main.all("table") if "Advertised vacancies" in of.one("caption").text)
    names = dict(first_release.mart("areas").select("area_code", "area_name").iter_rows())
    shown = {row[0]: row[2] for row in rows(table)[1:]}
    charts = first_release.mart("control_charts").filter(pl.col("indicator_id") == "nhs-advertised-vacancies")
    ends = charts.sort("period_end").group_by("area_code", maintain_order=True).last()
    causes = {names[row["area_code"]]: row["point_type"] for row in ends.iter_rows(named=True)}
    assert {row[0] for row in rows(table)[1:] if row[4].startswith("Common")} == {
        name for name, cause in causes.items() if cause == "common_cause"
    }
    assert shown == {names[row["area_code"]]: f"{row['value']:,.0f}" for row in latest.iter_rows(named=True)}
    assert "not a vacancy rate" in main.text
    titles = [of.text for of in main.all("h3")]
    assert any(title.startswith("Public health specialists: 1,227 full-time equivalents in 2022") for title in titles)
    assert any(title.startswith("Public health grant: 4.404 billion pounds in 2026/27") for title in titles)


def test_a_region_in_the_address_has_its_control_chart_drawn(page: Callable[..., Element]) -> None:
    titles = [of.all("h3")[0].text for of in page("/workforce?region=E40000010").one("main").all("figure")]
    assert any(title.startswith("North West: ") for title in titles)
    assert page("/workforce?region=nowhere").one("main").all("figure")


def test_spending_and_grant_are_told_apart(page: Callable[..., Element]) -> None:
    text = page("/workforce").one("main").text
    assert "The grant is what councils are given" in text
    assert "is another thing" in text


# --- made-up systems


def test_every_heading_caption_and_title_of_made_up_figures_says_so(
    page: Callable[..., Element], totals: pl.DataFrame
) -> None:
    for path in (EXAMPLES, *(f"/system/{code}" for code in totals["area_code"])):
        whole = page(path)
        main = whole.one("main")
        assert MARK in main.one("p", "illustrative").text, path
        assert "illustrative" in main.one("h1").text
        for caption in main.all("caption"):
            assert MARK in caption.text, (path, caption.text)
        for figure in main.all("figure"):
            assert MARK in figure.all("h3")[0].text
        if path != EXAMPLES:
            assert "illustrative" in (main.attributes.get("data-title") or "").lower()


def test_the_table_of_made_up_systems_is_that_of_the_release(
    page: Callable[..., Element], totals: pl.DataFrame, first_release: DataFolder
) -> None:
    names = dict(first_release.mart("areas").select("area_code", "area_name").iter_rows())
    shown = {row[0]: row for row in rows(page(EXAMPLES).one("main").all("table")[0])[1:]}
    assert set(shown) == {names[code] for code in totals["area_code"]}
    for row in totals.iter_rows(named=True):
        cells = shown[names[row["area_code"]]]
        assert cells[3] == str(row["posts"])
        expected = "[c]" if row["vacancy_rate"] is None else f"{row['vacancy_rate']:.0%}"
        assert cells[4] == expected


def test_what_is_withheld_shows_nowhere(page: Callable[..., Element], totals: pl.DataFrame) -> None:
    """A system of two posts shows how many there are and nothing else of them."""
    few = totals.filter(pl.col("posts") < 3)["area_code"].to_list()
    assert few
    for code in few:
        main = page(f"/system/{code}").one("main")
        told = {row[0]: row[1] for of in main.all("table") for row in rows(of)[1:]}
        assert told["Posts"].startswith("2, ")
        assert told["Whole-time equivalents"] == "[c]"
        assert told["Vacant, of funded WTE"] == told["Recurrently funded"] == told["Largest funder"] == "[c]"
        assert not main.all("figure")


def test_the_horizon_is_a_table_beside_a_chart_with_the_releases_figures(
    page: Callable[..., Element], first_release: DataFolder
) -> None:
    horizon = first_release.mart("funding_horizon").filter(
        pl.col("area_code") == "X54000001", pl.col("quarter") == "2026-27-Q2", pl.col("basis") == "all"
    )
    table = page("/system/X54000001").one("main").one("figure").one("table")
    shown = rows(table)[1:]
    assert [row[1] for row in shown] == [f"{value:.1f} WTE" for value in horizon.sort("month")["wte"]]


def test_what_ends_each_year_adds_up_to_what_is_lost(page: Callable[..., Element], first_release: DataFolder) -> None:
    horizon = (
        first_release.mart("funding_horizon")
        .filter(pl.col("area_code") == "X54000001", pl.col("quarter") == "2026-27-Q2", pl.col("basis") == "all")
        .sort("month")["wte"]
    )
    tables = page("/system/X54000001").one("main").all("table")
    table = next(of for of in tables if "each financial year" in of.one("caption").text)
    assert sum(float(row[1].split()[0]) for row in rows(table)[1:]) == pytest.approx(horizon[0] - horizon[-1])


def test_made_up_systems_are_found_nowhere_among_real_ones(page: Callable[..., Element]) -> None:
    for path in ("/", "/compare", "/monitor", "/workforce", "/find?q=example"):
        main = page(path).one("main")
        assert "Example system" not in main.text, path


def test_a_late_and_an_overdue_return_are_said_to_be_so(page: Callable[..., Element]) -> None:
    assert "late" in page("/system/X54000004").one("main").text
    assert "has not come" in page("/system/X54000005").one("main").text
    assert "Example system E: 2026-27-Q2" in page(EXAMPLES).one("main").text
