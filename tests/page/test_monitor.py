"""The monitor: who asks for attention, on what evidence, who is silent, and what is being done."""

import datetime as dt
from collections.abc import Callable, Iterator

import polars as pl
import pytest
from flask import Flask

from dashboard import clock
from dashboard.forms import outcome_value
from dashboard.server import create_app
from dashboard.settings import Settings
from data_contracts.registry.records import triggers
from tests.builders.data_folder import DataFolder
from tests.builders.interventions import Desk, days, store_at, told
from tests.page.conftest import log_folder
from tests.page.reading import Element, rows

AREA, COMMITMENT, TRIGGER = "E54000060", "preventable-cvd", "change-worse-than-england"


@pytest.fixture(scope="module")
def open_firings(first_release: DataFolder) -> pl.DataFrame:
    return first_release.mart("triggers").filter(pl.col("cleared_on").is_null())


@pytest.fixture
def desk(first_release: DataFolder, tmp_path: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server that takes entries, with an empty log."""
    data = log_folder(first_release, tmp_path)  # type: ignore[arg-type]
    store_at(data)
    app: Flask = create_app(Settings(data_dir=data, local_writes=True))
    yield Desk(app)
    app.extensions["store"].close()


def asking(page: Element) -> dict[str, list[Element]]:
    """The blocks of firings under each system."""
    return {
        str(section.attributes["id"]): section.one("ul", "fired").all("li") for section in page.all("section", "asking")
    }


def test_every_firing_is_listed_once_under_its_system_with_its_evidence(
    page: Callable[..., Element], open_firings: pl.DataFrame
) -> None:
    listed = asking(page("/monitor"))
    assert {area: len(blocks) for area, blocks in listed.items()} == dict(
        open_firings.group_by("area_code").len().iter_rows()
    )
    for firing in open_firings.iter_rows(named=True):
        texts = [block.text for block in listed[firing["area_code"]]]
        assert sum(firing["evidence"] in text for text in texts) == 1, firing["firing_id"]


def test_no_more_than_about_eight_systems_ask_and_each_for_a_reason_of_its_own(open_firings: pl.DataFrame) -> None:
    assert open_firings["area_code"].n_unique() <= 8
    assert not open_firings["area_code"].str.starts_with("E92").any()


def test_the_answer_counts_systems_and_chance_stands_beside(
    page: Callable[..., Element], open_firings: pl.DataFrame, first_release: DataFolder
) -> None:
    main = page("/monitor").one("main")
    systems = open_firings["area_code"].n_unique()
    assert main.one("p", "answer").text.startswith(f"{systems} of 36 systems ask for attention")
    tests = first_release.mart("trigger_tests").filter(
        "is_latest", pl.col("expected_by_chance").is_not_null(), pl.col("tested") > 0
    )
    resting = open_firings.filter(pl.col("trigger_id").is_in(tests["trigger_id"].unique().implode())).height
    chance = main.all("p", "reading")[0].text
    assert chance.startswith(f"{resting} of the {open_firings.height} firings rest on tests")
    assert f"about {tests['expected_by_chance'].sum():.1f} of {tests['tested'].sum():,} tests" in chance


@pytest.mark.parametrize("name", ["trigger", "standing"])
def test_a_choice_in_the_address_narrows_the_list(
    page: Callable[..., Element], open_firings: pl.DataFrame, name: str
) -> None:
    column = {"trigger": "trigger_id", "standing": "standing"}[name]
    for value, held in open_firings.group_by(column):
        listed = asking(page(f"/monitor?{name}={value[0]}"))
        assert set(listed) == set(held["area_code"])
        assert sum(map(len, listed.values())) == held.height


def test_a_choice_nobody_offers_is_named_and_leaves_nothing(page: Callable[..., Element]) -> None:
    main = page("/monitor?trigger=%3Cb%3E").one("main")
    assert not asking(main)
    assert "<b> (not known)" in main.one("form", "choices").text
    assert "No trigger that you chose fires" in main.text


def test_every_trigger_says_what_it_means_and_what_it_does_not(page: Callable[..., Element]) -> None:
    main = page("/monitor").one("main")
    for trigger_id, rule in triggers().items():
        section = next(of for of in main.all("section") if of.attributes.get("id") == f"rule-{trigger_id}")
        for words in (rule.means, rule.does_not_mean, rule.owner):
            assert words in section.text


def test_the_numbers_by_chance_are_those_of_the_release(
    page: Callable[..., Element], first_release: DataFolder
) -> None:
    table = page("/monitor").one("main").all("table")[-1]
    held = first_release.mart("trigger_tests").filter("is_latest")
    shown = rows(table)[1:]
    assert len(shown) == held.height
    assert sum(int(row[2]) for row in shown) == held["tested"].sum()
    assert sum(int(row[3]) for row in shown) == held["fired"].sum()


def test_systems_that_sent_nothing_are_listed_as_silent(page: Callable[..., Element]) -> None:
    folds = [of for of in page("/monitor").one("main").all("details") if "have sent in no answer" in of.text]
    assert len(folds) == 1
    assert folds[0].one("summary").text.startswith("36 of 36 systems")
    assert len(folds[0].all("a")) == 36


def test_a_log_that_cannot_be_read_is_said_to_be_so_and_the_rest_stands(page: Callable[..., Element]) -> None:
    main = page("/monitor").one("main")
    assert "the log cannot be read" in main.one("p", "answer").text
    assert main.all("p", "read-only")
    assert asking(main)


def test_each_firing_leads_to_a_form_that_knows_it(desk: Desk) -> None:
    block = asking(desk.page("/monitor"))[AREA][0]
    link = next(a for a in block.all("a") if a.text.startswith("Log an intervention"))
    filled = desk.form(str(link.attributes["href"]))
    assert filled["area_code"] == AREA
    assert filled["trigger_id"] in triggers()


def test_what_was_logged_shows_at_once_on_every_page_that_shows_the_log(desk: Desk) -> None:
    for path in ("/monitor", f"/system/{AREA}"):
        desk.page(path)
    desk.log(area_code=AREA, commitment_id=COMMITMENT, trigger_id=TRIGGER, intervention_reason="")
    monitor = desk.page("/monitor").one("main")
    assert "1 intervention is open, no review is overdue" in monitor.one("p", "answer").text
    system = desk.page(f"/system/{AREA}").one("main").text
    assert "Interventions open here" in system
    assert "Peer visit: Nottingham and Nottinghamshire" in system


def test_a_review_overdue_is_listed_as_such(desk: Desk) -> None:
    store = desk.app.extensions["store"]
    from dashboard.who import Author

    today = clock.today()
    late = told(area_code=AREA, start_date=today - dt.timedelta(days=90), review_date=today - dt.timedelta(days=1))
    store.propose(late, by=Author("Lead", "OHID"), submission_id="late")
    main = desk.page("/monitor").one("main")
    assert "1 with a review overdue" in main.one("p", "answer").text
    assert any(heading.text == "Review overdue" for heading in main.all("h3"))
    assert "is overdue since" in desk.page(f"/system/{AREA}").one("main").text


def test_whoever_may_not_write_is_told_so_and_shown_no_button(desk: Desk) -> None:
    assert "Log an intervention" in [a.text for a in desk.page("/monitor").one("main").all("a", "button")]
    proxied = desk.client.get("/monitor", headers={"X-Forwarded-For": "10.0.0.1"})
    assert "reached you through a proxy" in proxied.get_data(as_text=True)
    assert ">Log an intervention</a>" not in proxied.get_data(as_text=True)


def test_an_interventions_page_says_what_came_after(desk: Desk) -> None:
    number = desk.log(
        area_code=AREA,
        commitment_id=COMMITMENT,
        outcome=outcome_value("preventable-cvd-mortality", "persons"),
        outcome_date=days(2000),
    )
    text = desk.page(f"/interventions/{number}").one("main").text
    assert "What came after" in text
    assert f"Too early: it can first be read on {clock.today() + dt.timedelta(days=200):%-d %B %Y}" in text
    assert "the first period that lies wholly after the start" in text


def test_a_system_where_nothing_fires_is_not_called_fine(
    page: Callable[..., Element], open_firings: pl.DataFrame, first_release: DataFolder
) -> None:
    areas = first_release.mart("areas").filter(pl.col("area_type") == "icb", pl.col("valid_to").is_null())
    quiet = next(code for code in areas["area_code"] if code not in set(open_firings["area_code"]))
    assert "No trigger fires here. That is no clean bill of health" in page(f"/system/{quiet}").one("main").text
