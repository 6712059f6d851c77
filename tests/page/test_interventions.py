"""The log of interventions, on both databases: written by form, judged, kept with its history, never deleted."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from dashboard import clock, words
from dashboard.server import create_app
from dashboard.settings import Settings
from dashboard.store.rules import a_year_after
from dashboard.store.tables import LONGEST
from dashboard.store.upgrade import upgrade
from data_contracts.stored import STORED
from data_contracts.vocabulary import INTERVENTION_STEPS, InterventionStatus
from tests.builders.data_folder import DataFolder
from tests.builders.interventions import OTHER, Desk, days, entry, errors, fields_of
from tests.page.conftest import log_folder
from tests.page.reading import Element, read

NEW = "/interventions/new"


@pytest.fixture(scope="module")
def log_app(
    database_url: str | None, first_release: DataFolder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """A server that takes entries, over a release that is there."""
    data = log_folder(first_release, tmp_path_factory.mktemp("log"))
    upgrade(data, database_url)
    app = create_app(Settings(data_dir=data, database_url=database_url, local_writes=True))
    yield app
    app.extensions["store"].close()


@pytest.fixture
def desk(log_app: Flask) -> Desk:
    return Desk(log_app)


def path(number: int, action: str = "") -> str:
    return f"/interventions/{number}/{action}".rstrip("/")


def fact(page: Element, name: str) -> str | None:
    """What a page's list of facts says of a name."""
    for pair in page.all("div"):
        if pair.all("dt") and pair.all("dt")[0].text == name:
            return pair.all("dd")[0].text
    return None


def rows(desk: Desk, table: str, **asked: object) -> list[dict[str, object]]:
    answer = desk.client.get(f"/api/v1/{table}", query_string=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.get_json()["rows"]
    return found


# --- writing and reading back


def test_what_is_logged_is_read_back_on_the_page_in_the_api_and_in_the_file(desk: Desk) -> None:
    number = desk.log(
        trigger_id="change-worse-than-england",
        intervention_reason="Two lines,\r\nand “more”: <b>100%</b>",
        process_baseline="1,234.5",
        process_baseline_date=days(-5),
        process_baseline_lower_95="1200",
        process_baseline_upper_95="1,300",
        outcome="healthy-life-expectancy/male",
        outcome_date=days(700),
        evidence_link="https://example.nhs.uk/plan?x=1&y=2",
    )
    page = desk.page(path(number))
    assert page.one("h1").text == "Peer visit: Kent and Medway"
    assert fact(page, "Trigger") == "Change worse than England's"
    assert fact(page, "Reason") == "Two lines, and “more”: <b>100%</b>"
    assert fact(page, "Owner") == "Director of population health, Kent and Medway ICB"
    assert fact(page, "Baseline") == f"1,234.5 posts (1,200 to 1,300) on {words.date(clock.today() - dt.timedelta(5))}"
    assert "Healthy life expectancy at birth, men; could first be read on" in str(fact(page, "Outcome"))
    (row,) = rows(desk, "interventions", intervention_id=number)
    assert (
        row
        | {
            "area_code": "E54000032",
            "intervention_reason": "Two lines,\nand “more”: <b>100%</b>",
            "process_baseline": 1234.5,
            "process_baseline_lower_95": 1200.0,
            "process_value": None,
            "start_date": days(10),
            "outcome_indicator_id": "healthy-life-expectancy",
            "outcome_sex": "male",
            "intervention_status": "proposed",
            "record_version": 1,
            "changed_by_role": "Programme lead",
        }
        == row
    )
    lines = csv.DictReader(io.StringIO(desk.client.get(f"/download/interventions.csv?intervention_id={number}").text))
    (line,) = lines
    assert line == {name: "" if value is None else str(value) for name, value in row.items()}


def test_the_form_is_filled_from_an_address(desk: Desk) -> None:
    form = desk.form(f"{NEW}?area=e54000032&commitment=hle-level&trigger=change-worse-than-england")
    assert form["area_code"] == "E54000032"
    assert form["commitment_id"] == "hle-level"
    assert form["trigger_id"] == "change-worse-than-england"


def test_a_form_sent_twice_is_one_entry(desk: Desk) -> None:
    form = {**desk.form(NEW), **entry()}
    first, second = (desk.send(NEW, form, fresh=False) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(rows(desk, "intervention_history", intervention_id=int(first.headers["Location"].split("/")[-1]))) == 1


def test_it_goes_from_proposed_to_a_tested_reading_with_every_step_in_its_history(desk: Desk) -> None:
    number = desk.log(start_date=days(-30), process_date=days(10))
    agreed = desk.send(f"{path(number, 'edit')}?status=agreed", {})
    assert agreed.status_code == 303, errors(agreed)
    assert desk.send(path(number, "edit"), {"intervention_status": "under_way"}).status_code == 303
    reading = {
        "review_finding": "Seven are filled.",
        "process_baseline": "5",
        "process_baseline_date": days(-31),
        "process_value": "7",
        "process_value_date": days(-1),
        "process_lower_95": "6.5",
        "process_upper_95": "7.5",
        "review_date": days(90),
    }
    assert desk.send(path(number, "review"), reading).status_code == 303
    second = {"review_finding": "No new reading yet.", "review_date": days(120)}
    assert desk.send(path(number, "review"), second).status_code == 303

    (now,) = rows(desk, "interventions", intervention_id=number)
    assert (now["process_baseline"], now["process_value"], now["process_lower_95"]) == (5.0, 7.0, 6.5)
    assert (now["review_finding"], now["review_date"]) == ("No new reading yet.", days(120))
    history = rows(desk, "intervention_history", intervention_id=number)
    assert [(of["record_version"], of["action"], of["intervention_status"]) for of in history] == [
        (1, "proposed", "proposed"),
        (2, "changed", "agreed"),
        (3, "changed", "under_way"),
        (4, "reviewed", "under_way"),
        (5, "reviewed", "under_way"),
    ]
    assert set(str(history[1]["changed"]).split()) == {"intervention_status", "agreed_date"}
    assert history[1]["agreed_date"] == clock.today().isoformat()
    assert set(str(history[4]["changed"]).split()) == {"review_finding", "review_date"}
    # A version is the whole of what was said then: the last is what stands.
    assert {name: history[-1][name] for name in history[-1].keys() & now.keys()} == {
        name: now[name] for name in history[-1].keys() & now.keys()
    }
    page = desk.page(path(number))
    entries = [of.text for of in page.all("ol", "entries")[-1].children if isinstance(of, Element)]
    assert len(entries) == 5
    assert "Status: Agreed → Under way" in entries[2]
    assert page.all("ol", "entries")[0].text.count("Reading: 7 posts (6.5 to 7.5)") == 2


def test_it_is_withdrawn_with_a_reason_and_stays(desk: Desk) -> None:
    number = desk.log()
    empty = desk.send(path(number, "withdraw"), {"withdrawn_reason": " "})
    assert errors(empty) == {"withdrawn_reason": "Enter the reason"}
    assert desk.send(path(number, "withdraw"), {"withdrawn_reason": "Logged twice."}).status_code == 303
    page = desk.page(path(number))
    assert fact(page, "Withdrawn because") == "Logged twice."
    assert page.all("a", "button") == []
    for action in ("edit", "review", "withdraw"):
        assert "withdrawn" in desk.page(path(number, action), 409).one("main").text
    (row,) = rows(desk, "interventions", intervention_id=number)
    assert row["intervention_status"] == "withdrawn"


# --- what is wrong, in GOV.UK's way


def test_an_empty_form_says_everything_that_is_missing_at_the_top_and_at_the_field(desk: Desk) -> None:
    answer = desk.send(NEW, {})
    assert answer.status_code == 422
    page = read(answer.get_data(as_text=True))
    assert page.one("title").children == ["Error: Log an intervention – ICS Progress"]
    said = errors(answer)
    assert list(said) == [
        "area_code",
        "commitment_id",
        "intervention_reason",
        "intervention_kind",
        "owner_role",
        "owner_organisation",
        "start_date",
        "review_date",
        "expected_effect",
        "process_measure",
        "process_aim",
        "process_date",
        "changed_by_role",
        "changed_by_organisation",
    ]
    (alert,) = (of for of in page.all("div") if of.attributes.get("role") == "alert")
    assert alert.attributes["tabindex"] == "-1"
    assert "autofocus" in alert.attributes
    controls = {of.attributes.get("id"): of for name in ("input", "select", "textarea") for of in page.all(name)}
    messages = {of.attributes.get("id"): of.text for of in page.all("p", "error")}
    for name, words_ in said.items():
        assert f"{name}-error" in str(controls[name].attributes["aria-describedby"]).split()
        assert controls[name].attributes["aria-invalid"] == "true"
        assert messages[f"{name}-error"] == f"Error: {words_}"


def test_what_was_written_is_kept_also_where_it_is_wrong(desk: Desk) -> None:
    written = entry(
        start_date="soon", process_baseline="about five", intervention_reason="", expected_effect="a\n<i>b</i>"
    )
    answer = desk.send(NEW, written)
    assert set(errors(answer)) == {"start_date", "process_baseline", "intervention_reason"}
    kept = fields_of(read(answer.get_data(as_text=True)))
    assert {name: kept[name] for name in written} == written


WRONG: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "no trigger and no reason": (
        {"intervention_reason": ""},
        {"intervention_reason": "Enter the reason, since no trigger gives one"},
    ),
    "a date that is none": ({"start_date": "2026-02-30"}, {"start_date": "must be a real date"}),
    "a process measure too late": ({"process_date": days(10 + 370)}, {"process_date": "within 12 months of the start"}),
    "a process measure before the start": ({"process_date": days(9)}, {"process_date": "within 12 months"}),
    "a review before the start": ({"review_date": days(9)}, {"review_date": "on or after the start date"}),
    "a date of another century": ({"review_date": "2926-01-01"}, {"review_date": "The date must be from"}),
    "an outcome without its date": ({"outcome": "healthy-life-expectancy/male"}, {"outcome_date": "Enter the day"}),
    "an outcome's date alone": ({"outcome_date": days(900)}, {"outcome": "Choose the outcome"}),
    "an outcome that is none": ({"outcome": "made-up/male", "outcome_date": days(900)}, {"outcome": "one of the list"}),
    "a baseline without its day": ({"process_baseline": "5"}, {"process_baseline_date": "Enter the day"}),
    "a baseline's day alone": ({"process_baseline_date": days(-1)}, {"process_baseline": "Enter the baseline itself"}),
    "a baseline of tomorrow": (
        {"process_baseline": "5", "process_baseline_date": days(1)},
        {"process_baseline_date": "today or in the past"},
    ),
    "one limit": (
        {"process_baseline": "5", "process_baseline_date": days(-1), "process_baseline_lower_95": "4"},
        {"process_baseline_upper_95": "both limits"},
    ),
    "limits beside the value": (
        {
            "process_baseline": "5",
            "process_baseline_date": days(-1),
            "process_baseline_lower_95": "6",
            "process_baseline_upper_95": "7",
        },
        {"process_baseline_lower_95": "must lie between"},
    ),
    "no number": ({"process_baseline": "nan", "process_baseline_date": days(-1)}, {"process_baseline": "a number"}),
    "a number past all measure": (
        {"process_baseline": "9" * 15, "process_baseline_date": days(-1)},
        {"process_baseline": "a number"},
    ),
    "a system that is none": ({"area_code": "E54009999"}, {"area_code": "one of the list"}),
    "a commitment that is none": ({"commitment_id": "made-up"}, {"commitment_id": "one of the list"}),
    "a kind that is none": ({"intervention_kind": "made_up"}, {"intervention_kind": "one of the list"}),
    "a link that is not safe": ({"evidence_link": "http://example.nhs.uk/"}, {"evidence_link": "https://"}),
    "a link that runs": ({"evidence_link": "javascript:alert(1)"}, {"evidence_link": "https://"}),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_logged(desk: Desk, what: str) -> None:
    changes, expected = WRONG[what]
    before = len(rows(desk, "interventions"))
    answer = desk.send(NEW, entry(**changes))
    assert answer.status_code == 422
    said = errors(answer)
    assert set(said) == set(expected)
    for name, words_ in expected.items():
        assert words_ in said[name]
    assert len(rows(desk, "interventions")) == before


@pytest.mark.parametrize("name", [name for name in LONGEST if name in entry()])
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(desk: Desk, name: str) -> None:
    start = "https://example.nhs.uk/" if name == "evidence_link" else "Posts "
    fits = start + "x" * (LONGEST[name] - len(start))
    number = desk.log(**{name: fits})
    (row,) = rows(desk, "interventions", intervention_id=number)
    assert row[name] == fits
    said = errors(desk.send(NEW, entry(**{name: fits + "x"})))
    assert set(said) == {name}
    assert f"{LONGEST[name]:,} characters or fewer" in said[name]


@pytest.mark.parametrize("before", [of for of in InterventionStatus if of is not InterventionStatus.WITHDRAWN])
def test_a_status_goes_only_where_it_may(desk: Desk, before: InterventionStatus) -> None:
    number = desk.log(start_date=days(-3))
    steps = {
        "agreed": ["agreed"],
        "under_way": ["agreed", "under_way"],
        "completed": ["agreed", "under_way", "completed"],
    }
    for step in steps.get(before, [before] if before != "proposed" else []):
        answer = desk.send(
            path(number, "edit"), {"intervention_status": step, "agreed_date": days(-1) if step != "stopped" else ""}
        )
        assert answer.status_code == 303, errors(answer)
    form = desk.form(path(number, "edit"))
    for after in InterventionStatus:
        if after is before or after in INTERVENTION_STEPS[before]:
            continue
        answer = desk.send(path(number, "edit"), {**form, "intervention_status": after}, fresh=False)
        assert "intervention_status" in errors(answer), after
    (row,) = rows(desk, "interventions", intervention_id=number)
    assert row["intervention_status"] == before


def test_an_agreed_one_needs_the_day_and_one_under_way_has_started(desk: Desk) -> None:
    number = desk.log()
    said = errors(desk.send(path(number, "edit"), {"intervention_status": "agreed"}))
    assert said == {"agreed_date": "Enter the day it was agreed"}
    later = errors(desk.send(path(number, "edit"), {"intervention_status": "agreed", "agreed_date": days(1)}))
    assert later == {"agreed_date": "The day of agreement must be today or in the past"}
    assert desk.send(path(number, "edit"), {"intervention_status": "agreed", "agreed_date": days(0)}).status_code == 303
    said = errors(desk.send(path(number, "edit"), {"intervention_status": "under_way"}))
    assert said == {"start_date": "The start date must be today or in the past where it is under way"}


def test_a_reading_needs_the_baseline_it_is_set_beside(desk: Desk) -> None:
    number = desk.log(start_date=days(-30), process_date=days(10))
    change = {"review_finding": "Read.", "process_value": "7", "process_value_date": days(-1)}
    assert set(errors(desk.send(path(number, "review"), change))) == {"process_baseline"}
    both = {**change, "process_baseline": "5", "process_baseline_date": days(-1)}
    assert set(errors(desk.send(path(number, "review"), both))) == {"process_value_date"}


def test_the_next_review_comes_after_this_one(desk: Desk) -> None:
    number = desk.log(start_date=days(-30), review_date=days(-1), process_date=days(10))
    assert "is overdue: it was due on" in desk.page(path(number)).one("p", "answer").text
    said = errors(desk.send(path(number, "review"), {"review_finding": "Held."}))
    assert set(said) == {"review_date"}


def test_a_year_on_from_a_leap_day() -> None:
    assert a_year_after(dt.date(2028, 2, 29)) == dt.date(2029, 2, 28)


# --- two people


def test_of_two_people_the_second_is_told_and_keeps_what_they_wrote_and_the_first_is_told_too(
    desk: Desk, log_app: Flask
) -> None:
    number = desk.log()
    other = Desk(log_app)
    theirs = other.form(path(number, "edit"))
    mine = {"owner_role": "Chief officer", "expected_effect": "Ten posts filled."}
    assert desk.send(path(number, "edit"), mine).status_code == 303
    author = {"changed_by_role": OTHER.role, "changed_by_organisation": OTHER.organisation}
    wanted = {**theirs, **author, "expected_effect": "Eleven posts filled.", "process_unit": "people"}
    answer = other.send(path(number, "edit"), wanted, fresh=False)

    assert answer.status_code == 409
    page = read(answer.get_data(as_text=True))
    (alert,) = (of for of in page.all("div") if of.attributes.get("role") == "alert")
    assert "Programme lead, OHID saved version 2" in alert.text
    assert "Owner’s role Director of population health Chief officer" in alert.text
    assert "Expected effect: you have “Eleven posts filled.”; they saved “Ten posts filled.”" in alert.text
    kept = fields_of(page)
    assert kept["owner_role"] == "Chief officer", "what only they changed is as they saved it"
    assert kept["expected_effect"] == "Eleven posts filled.", "what I changed is as I wrote it"
    assert kept["process_unit"] == "people"
    (row,) = rows(desk, "interventions", intervention_id=number)
    assert (row["record_version"], row["expected_effect"]) == (2, "Ten posts filled.")
    refusal = desk.page(path(number)).one("p", "refusal").text
    assert "a change by Head of strategy, NHS England, made on version 1, was not taken" in refusal

    assert other.send(path(number, "edit"), kept, fresh=False).status_code == 303
    (row,) = rows(desk, "interventions", intervention_id=number)
    assert (row["record_version"], row["owner_role"], row["expected_effect"]) == (
        3,
        "Chief officer",
        "Eleven posts filled.",
    )
    assert len(rows(desk, "intervention_history", intervention_id=number)) == 3


@pytest.mark.parametrize("seen", ["0", "7", "-1", "one", "", "99999999999999999999"])
def test_a_version_that_nobody_could_have_seen_is_refused(desk: Desk, seen: str) -> None:
    number = desk.log()
    answer = desk.send(path(number, "edit"), {"seen": seen, "owner_role": "Another"})
    assert answer.status_code == 409
    (row,) = rows(desk, "interventions", intervention_id=number)
    assert row["owner_role"] != "Another"


# --- the list, the files and the API


def test_the_list_is_narrowed_by_its_address_and_says_what_it_comes_to(desk: Desk) -> None:
    mine = desk.log(area_code="E54000050", start_date=days(-40), review_date=days(-2), process_date=days(9))
    over = desk.log(area_code="E54000050")
    desk.send(path(over, "withdraw"), {"withdrawn_reason": "Logged twice."})
    page = desk.page("/interventions?area=E54000050")
    assert page.one("p", "answer").text == "2 interventions, 1 of them open: 1 with a review overdue."
    shown = [of.attributes["href"] for of in page.one("table").all("a")]
    assert shown == [path(mine), path(over)]
    opened = desk.page("/interventions?area=E54000050&status=open")
    assert [of.attributes["href"] for of in opened.one("table").all("a")] == [path(mine)]
    nothing = desk.page("/interventions?area=E54000050&kind=diagnostic")
    assert nothing.one("p", "answer").text == "No intervention matches what you chose."
    unknown = desk.page("/interventions?area=%3Cb%3E&status=made-up")
    assert unknown.one("p", "answer").text == "No intervention matches what you chose."


def test_the_api_filters_pages_and_says_when_nothing_has_changed(desk: Desk) -> None:
    numbers = [desk.log(area_code="E54000048") for _ in range(3)]
    first = desk.client.get("/api/v1/interventions?area_code=E54000048&limit=2")
    body = first.get_json()
    assert (body["release_id"], body["count"], len(body["rows"])) == (None, 3, 2)
    rest = desk.client.get(f"/api/v1/interventions?area_code=E54000048&limit=2&cursor={body['next']}").get_json()
    assert [of["intervention_id"] for of in (*body["rows"], *rest["rows"])] == numbers
    assert rest["next"] is None
    held = {"If-None-Match": first.headers["ETag"]}
    again = "/api/v1/interventions?area_code=E54000048&limit=2"
    assert desk.client.get(again, headers=held).status_code == 304
    desk.log(area_code="E54000048")
    assert desk.client.get(again, headers=held).status_code == 200
    for table, mart in STORED.items():
        assert list(rows(desk, table)[0]) == list(mart.columns)


def test_a_file_runs_nothing_in_a_spreadsheet(desk: Desk) -> None:
    formula = "=cmd|' /C calc'!A0"
    number = desk.log(intervention_reason=formula, expected_effect="-1+1", process_unit="+x")
    answer = desk.client.get(f"/download/intervention_history.csv?intervention_id={number}")
    (line,) = csv.DictReader(io.StringIO(answer.text))
    assert (line["intervention_reason"], line["expected_effect"], line["process_unit"]) == (
        f"'{formula}",
        "'-1+1",
        "'+x",
    )
    assert "attachment" in answer.headers["Content-Disposition"]
    assert desk.client.get("/download/interventions.xlsx").status_code == 404


def test_an_intervention_that_is_not_there_is_a_real_404(desk: Desk) -> None:
    for address in ("999999", "0", "99999999999999999999", "one", "1/nothing"):
        assert desk.client.get(f"/interventions/{address}").status_code == 404, address
    assert desk.page("/interventions/999999", 404).one("h1").text == "No such intervention"
    for action in ("edit", "review", "withdraw"):
        assert desk.client.get(f"/interventions/999999/{action}").status_code == 404


def test_what_is_shown_of_the_log_is_never_kept_by_anyone(desk: Desk) -> None:
    number = desk.log()
    for address in ("/interventions", path(number), path(number, "edit"), NEW):
        assert desk.client.get(address).headers["Cache-Control"] == "no-store", address


def test_pages_of_the_log_need_no_scripts_and_link_within_themselves(desk: Desk) -> None:
    number = desk.log()
    for address in ("/interventions", path(number), path(number, "edit"), NEW):
        assert desk.page(address).all("script") == []


def test_a_page_that_shows_the_log_is_made_again_when_the_log_changes(desk: Desk, log_app: Flask) -> None:
    """Kept replies: the state of the log is part of what they are kept by."""
    made: list[str] = []
    from dashboard import server

    route = server.route
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "route", lambda *given: made.append(given[1]) or route(*given))
        desk.client.get("/system/E54000032")
        desk.client.get("/system/E54000032")
        once = len(made)
        desk.log()
        desk.client.get("/system/E54000032")
        desk.client.get("/compare")
        desk.client.get("/compare")
    assert (once, made) == (len(made[:once]), ["/system/E54000032"] * 2 + ["/compare"] * (len(made) - 2))
    assert once <= 1


def test_the_folder_of_the_log_is_under_the_data_folder(tmp_path: Path) -> None:
    upgrade(tmp_path / "data")
    assert (tmp_path / "data" / "store" / "interventions.sqlite").exists()
