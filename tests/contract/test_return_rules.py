"""The rules of a return: one planted fault, one finding, at its cell and nowhere else."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.personal import told_by_cell
from data_contracts.posts import ANSWER_FIELDS, POST_FIELDS, RETURN_VERSION
from data_contracts.quarters import first_day, following, is_quarter, last_day, previous, quarter_of
from data_contracts.return_report import Finding, Report, Severity, as_html, as_text, grouped
from data_contracts.returns import ANSWERS, POSTS, Checked, Totals, check, rules
from data_contracts.vocabulary import QUESTION_MEANINGS, Question
from pipelines.returns.read import read
from tests.builders.returns import (
    ANSWER_HEADER,
    AS_AT,
    FAULTS_OF_ANSWERS,
    FAULTS_OF_POSTS,
    GATESHEAD,
    LINK,
    POST_HEADER,
    QUARTER,
    SYSTEM,
    SYSTEM_NOW,
    SYSTEM_THEN,
    answer,
    as_csv,
    every_answer,
    known,
    post,
)

KEPT = Path(__file__).with_name("kept")


def checked(
    posts: list[dict[str, str]] | bytes, answers: list[dict[str, str]] | None = None, **others: object
) -> Checked:
    """What the checks say of these rows, read as a CSV file is."""
    content = posts if isinstance(posts, bytes) else as_csv(posts)
    second = ("answers.csv", as_csv(every_answer() if answers is None else answers, ANSWER_HEADER))
    found = read("posts.csv", content, second)
    return check("posts.csv", found.sheets, found.findings, known(**others))


def findings(report: Report) -> list[tuple[str, str | None, str]]:
    """Sheet, cell and rule of each finding."""
    return [(finding.sheet, finding.cell, finding.rule) for finding in report.findings]


def test_a_sound_return_has_no_findings_and_every_row_in_order() -> None:
    report = checked([post(1), post(2)]).report
    assert report.findings == ()
    assert (report.system_code, report.quarter, report.contract_version) == (SYSTEM, QUARTER, RETURN_VERSION)
    assert (report.received, report.in_order, report.at_fault) == (13, 13, 0)


# --- one planted fault a rule -------------------------------------------------------------------------------


def cell(header: tuple[str, ...], column: str, row: int) -> str:
    return f"{chr(65 + header.index(column))}{row}"


@pytest.mark.parametrize(("rule", "column", "cells"), FAULTS_OF_POSTS)
def test_a_planted_fault_of_a_post_is_found_at_its_cell_and_only_there(
    rule: str, column: str, cells: dict[str, str]
) -> None:
    report = checked([post(1), post(2, **cells), post(3)]).report
    assert findings(report) == [(POSTS, cell(POST_HEADER, column, 3), rule)]
    warning = report.findings[0].severity is Severity.WARNING
    assert (report.at_fault, report.in_order) == ((0, 14) if warning else (1, 13))


@pytest.mark.parametrize(("rule", "column", "cells"), FAULTS_OF_ANSWERS)
def test_a_planted_fault_of_an_answer_is_found_at_its_cell_and_only_there(
    rule: str, column: str, cells: dict[str, str]
) -> None:
    others = [one for one in every_answer() if one["question"] != "own_infrastructure"]
    report = checked([post()], [answer(**cells), *others]).report
    errors = [one for one in findings(report) if one[1] is not None]
    assert errors == [(ANSWERS, cell(ANSWER_HEADER, column, 2), rule)]
    assert report.at_fault == 1


def test_every_rule_of_rows_is_planted_above_or_has_its_own_test() -> None:
    planted = {rule for rule, _, _ in (*FAULTS_OF_POSTS, *FAULTS_OF_ANSWERS)}
    every = {rule.name for each in rules(known(), SYSTEM, QUARTER).values() for rule in each}
    assert every - planted == {"repeated_post", "repeated_answer", "repeated_case", "joint_over_one"}


def test_a_post_reference_given_twice_is_named_in_both_rows() -> None:
    report = checked([post(1), post(2), post(1)]).report
    assert findings(report) == [(POSTS, "A2", "repeated_post"), (POSTS, "A4", "repeated_post")]
    assert [one.found for one in report.findings] == ["PH-0001, also in row 4", "PH-0001, also in row 2"]


def test_a_council_of_the_system_is_a_place_and_an_employer() -> None:
    assert checked([post(place_code=GATESHEAD, employer_code=GATESHEAD)]).report.findings == ()


@pytest.mark.parametrize(("elsewhere", "asks"), [({}, False), ({"J1": 0.4}, False), ({"J1": 0.41}, True)])
def test_shares_of_a_joint_post_that_come_to_over_one_ask(elsewhere: dict[str, float], *, asks: bool) -> None:
    shared = post(2, joint_reference="J1", wte="0.6")
    report = checked([post(1), shared], elsewhere=lambda system, quarter: elsewhere).report
    assert findings(report) == ([(POSTS, "I3", "joint_over_one")] if asks else [])
    assert report.errors == 0


def test_two_shares_of_a_joint_post_in_one_return_are_added_up() -> None:
    rows = [post(number, joint_reference=reference, wte="0.6") for number, reference in ((1, "J1"), (2, "J1"), (3, ""))]
    assert findings(checked([*rows, post(4, wte="1.0")]).report) == [
        (POSTS, "I2", "joint_over_one"),
        (POSTS, "I3", "joint_over_one"),
    ]


def test_an_answer_given_twice_is_named_in_both_rows_and_two_cases_of_a_topic_are_no_fault() -> None:
    case = answer("case_shared", topic="cancer", answer="", outcome="stopped")
    report = checked([post()], [*every_answer(), answer("data_sharing", answer="no"), {**case, "link": LINK + "?2"}])
    assert [one[2] for one in findings(report.report)] == ["repeated_answer"] * 2
    report = checked([post()], [*every_answer(), case])
    assert [one[2] for one in findings(report.report)] == ["repeated_case"] * 2


def test_a_quarter_that_is_not_over_cannot_be_returned() -> None:
    report = checked([post(as_at="2026-12-31")], []).report
    assert (POSTS, "S2", "quarter_not_over") in findings(report)


def test_an_ended_system_is_told_its_successor() -> None:
    report = checked([post(system_code=SYSTEM_THEN)], []).report
    (finding,) = [one for one in report.findings if one.severity is Severity.ERROR]
    assert (finding.rule, finding.cell) == ("system_not_in_force", "B2")
    assert f"{SYSTEM_NOW} (Sussex)" in finding.todo
    then = checked([post(system_code=SYSTEM_THEN, as_at="2023-03-31", funding_start="2022-07-01")], []).report
    assert then.errors == 0


def test_a_system_without_posts_returns_its_answers_alone_but_nothing_at_all_is_no_return() -> None:
    assert checked([]).report.errors == 0
    assert findings(checked([], []).report)[0] == (POSTS, None, "no_rows")


def test_questions_nobody_answered_are_named_and_stop_nothing() -> None:
    report = checked([post()], every_answer()[1:]).report
    (finding,) = report.findings
    assert (finding.rule, finding.severity, finding.found) == (
        "not_answered",
        Severity.WARNING,
        "no answer to director_in_post",
    )


def test_a_word_nearly_on_the_list_is_offered() -> None:
    (finding,) = checked([post(state="Filled substantive")]).report.findings
    assert "did you mean filled_substantive?" in finding.todo


@pytest.mark.parametrize(
    ("column", "written", "hint"),
    [
        ("wte", "0,8", "did you mean 0.8?"),
        ("wte", "80%", "did you mean 0.8?"),
        ("funding_start", "45383", "if it is a day, 2024-04-01, format the column as dates"),
        ("funding_start", "04/30/2024", "if the file has months first, every day in it is to be written anew"),
        ("post_reference", "ph 0003", "did you mean PH0003?"),
        ("post_reference", "PH\u20130003", "did you mean PH-0003?"),
        ("system_code", SYSTEM.lower(), f"did you mean {SYSTEM}?"),
        ("employer_code", "qhm", "did you mean QHM?"),
    ],
)
def test_what_a_spreadsheet_makes_of_a_value_is_offered_back(column: str, written: str, hint: str) -> None:
    report = checked([post(1), post(2, **{column: written}), post(3)]).report
    assert [one.column for one in report.findings] == [column]
    assert hint in report.findings[0].todo


@pytest.mark.parametrize("column", ["post_reference", "role_family", "wte", "funding_start", "employer_code"])
def test_words_that_are_no_code_may_be_a_name_and_are_not_repeated(column: str) -> None:
    report = checked([post(1, **{column: "Jane Smith"})]).report
    (finding,) = report.findings
    assert finding.cell is not None
    assert "Jane" not in as_text(report) + as_html(report) + json.dumps(report.facts())


def test_what_is_wrong_with_a_whole_column_is_said_once_with_its_cells() -> None:
    report = checked([post(number, as_at="2026-12-31" if number != 3 else AS_AT) for number in range(1, 7)]).report
    assert len([one for one in report.findings if one.rule == "quarter_not_over"]) == 5
    told = [one for one in grouped(report.findings) if one.rule == "quarter_not_over"]
    assert [one.cell for one in told] == ["S2:S3, S5:S7"]
    assert "S2:S3, S5:S7" in as_text(report)
    assert "S2:S3, S5:S7" in as_html(report)
    assert len(report.facts()["findings"]) == len(report.findings)  # type: ignore[arg-type]


def test_posts_say_which_quarter_a_return_is_of_however_many_answers_say_another() -> None:
    answers = [{**one, "as_at": "2026-06-30", "dated": "2026-06-01"} for one in every_answer()]
    report = checked([post(1)], answers).report
    assert report.quarter == QUARTER
    assert {(one.sheet, one.rule) for one in report.findings} == {(ANSWERS, "another_quarter")}


def test_codes_filled_down_too_far_are_said_once_a_row() -> None:
    lone = dict.fromkeys(POST_HEADER, "") | {"system_code": SYSTEM, "as_at": AS_AT}
    report = checked([post(1), *[lone] * 5]).report
    assert findings(report) == [(POSTS, f"A{row}", "nothing_but_codes") for row in range(3, 8)]
    assert (report.sheets[0].received, report.sheets[0].at_fault) == (6, 5)


def test_names_of_columns_below_a_title_are_said_once() -> None:
    titled = b"Return of posts\r\n\r\n" + as_csv([post(1), post(2)])
    report = checked(titled).report
    assert findings(report) == [(POSTS, "A3", "header_not_first")]
    assert "delete the 2 rows above" in report.findings[0].todo


@pytest.mark.parametrize("written", ["2024-04-01", "01/04/2024", "1/4/2024"])
def test_days_are_read_as_spreadsheets_here_write_them(written: str) -> None:
    posts = checked([post(funding_start=written)]).posts
    assert posts["funding_start"].to_list() == [dt.date(2024, 4, 1)]


# --- totals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "asks"),
    [((10, 8.0), False), ((13, 8.0), False), ((15, 8.0), True), ((10, 11.5), True), ((7, 8.0), True), ((0, 0.0), True)],
)
def test_a_change_of_over_three_tenths_in_posts_or_wte_asks(before: tuple[int, float], asks: bool) -> None:
    totals = Totals(quarter="2026-27-Q1", posts=before[0], wte=before[1])
    result = checked([post(number) for number in range(10)], before=lambda system, quarter: totals)
    assert (result.change is not None) == asks
    assert [one.rule for one in result.report.findings] == (["large_change"] if asks else [])
    assert result.report.errors == 0


# --- the header ---------------------------------------------------------------------------------------------


def renamed(old: str, new: str) -> bytes:
    lines = as_csv([post(wte="2")]).split(b"\r\n", 1)
    return lines[0].replace(old.encode(), new.encode()) + b"\r\n" + lines[1]


def test_a_column_nearly_named_is_named_and_its_cells_are_checked_all_the_same() -> None:
    report = checked(renamed("wte", "WTE ")).report
    assert findings(report) == [(POSTS, "I1", "unknown_column"), (POSTS, "I2", "wte_out_of_range")]
    assert report.findings[0].todo == "rename it to wte"


def test_a_column_gone_is_named_and_the_others_are_checked() -> None:
    report = checked(renamed("vacant_since", "remarks")).report
    assert findings(report) == [
        (POSTS, None, "missing_column"),
        (POSTS, "K1", "unknown_column"),
        (POSTS, "I2", "wte_out_of_range"),
    ]


def test_a_cell_under_no_column_is_refused() -> None:
    content = as_csv([post()]).replace(b"\r\n", b",\r\n", 1).rstrip() + b",more\r\n"
    assert findings(checked(content).report) == [(POSTS, "T2", "outside_the_table")]


def test_at_most_five_thousand_rows() -> None:
    assert checked([post(number) for number in range(5_000)]).report.errors == 0
    report = checked([post(number) for number in range(5_001)]).report
    assert findings(report) == [(POSTS, None, "too_many_rows")]
    assert report.sheets[0].received == 5_001 == report.sheets[0].at_fault


# --- versions -----------------------------------------------------------------------------------------------


def test_a_kept_file_of_version_1_is_read_as_the_version_it_met() -> None:
    result = checked((KEPT / "return-version-1.csv").read_bytes(), [])
    assert (result.report.errors, result.report.contract_version) == (0, "1")
    assert result.posts["place_code"].to_list() == [None, None, None]
    assert result.posts.columns == list(POST_HEADER)


# --- every row is accounted for -----------------------------------------------------------------------------

#: Faults that lie in one row whatever the others hold, none of which makes the row another kind of row.
ONE_ROW = [
    cells
    for rule, _, cells in FAULTS_OF_POSTS
    if rule not in ("contract_end_not_given", "contract_over")
    and cells.keys() != {"as_at"}
    and "system_code" not in cells
]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.sampled_from(ONE_ROW)), min_size=3, max_size=40), st.randoms())
def test_the_report_accounts_for_every_row_of_any_mixture_in_any_order(
    faults: list[dict[str, str] | None], random: "st.Random"
) -> None:
    rows = [post(number, **(cells or {})) for number, cells in enumerate(faults)]
    # References alike are a fault of their own: those planted are given once.
    seen: set[str] = set()
    rows = [row for row in rows if row["post_reference"] not in seen and not seen.add(row["post_reference"])]  # type: ignore[func-returns-value]
    spoilt = {row["post_reference"] for row in rows if any(row == {**row, **cells} for cells in faults if cells)}
    result = checked(rows, [])
    posts = next(sheet for sheet in result.report.sheets if sheet.sheet == POSTS)
    assert (posts.received, posts.in_order, posts.at_fault) == (len(rows), len(rows) - len(spoilt), len(spoilt))
    shuffled = list(rows)
    random.shuffle(shuffled)
    again = checked(shuffled, [])
    assert said(result, rows) == said(again, shuffled)


def said(result: Checked, rows: list[dict[str, str]]) -> set[tuple[str, str | None, str, str]]:
    """What was found of which post, wherever its row stands."""

    def of_which(finding: Finding) -> str:
        if finding.cell is None:
            return finding.sheet
        return rows[int(finding.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 2]["post_reference"]

    return {(of_which(one), one.column, one.rule, one.found) for one in result.report.findings}


# --- personal details ---------------------------------------------------------------------------------------

TELLING = [
    "jo.bloggs@nhs.net",
    "07700 900123",
    "+44 20 7946 0958",
    "(0191) 498 0123",
    "LS1 4AP",
    "sw1a1aa",
    "943 476 5919",
    "9434765919",
    "０７７００９００１２３",
    "jo\u200b@nhs.net",
    "https://example.nhs.uk/?by=jo%40nhs.net",
    "https://example.nhs.uk/at/LS1%204AP",
]


@pytest.mark.parametrize("column", ["post_reference", "employer_code", "role_family", "wte", "funding_start"])
@pytest.mark.parametrize("content", TELLING)
def test_what_may_tell_of_a_person_is_refused_and_repeated_nowhere(column: str, content: str) -> None:
    result = checked([post(1), post(2, **{column: content}), post(3)])
    assert findings(result.report) == [(POSTS, cell(POST_HEADER, column, 3), "personal_details")]
    for shown in (as_text(result.report), str(result.report.facts()), as_html(result.report), str(result.posts.rows())):
        assert content not in shown
        assert content.lower() not in shown.lower()


def test_a_header_a_stray_cell_and_a_file_may_tell_of_a_person_too() -> None:
    content = as_csv([post()]).replace(b"\r\n", b",jo@nhs.net\r\n", 1)
    result = checked(content)
    assert (POSTS, "T1", "personal_details") in findings(result.report)
    assert "jo@" not in str(result.report.facts())


CODES: list[Callable[[int], str]] = [
    lambda n: f"E54{n % 1_000_000:06}",
    lambda n: f"E0{6 + n % 4}{n % 1_000_000:06}",
    lambda n: f"E10{n % 1_000_000:06}",
    lambda n: f"Q{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}",
    lambda n: f"R{chr(65 + n % 26)}{n % 10}{n // 10 % 10}{chr(65 + n // 100 % 26)}",
    lambda n: f"{chr(65 + n % 26)}{n % 100_000:05}",
    lambda n: f"PH-{n % 1_000_000:06}",
    lambda n: f"ICB-PHM-{n % 10_000}",
    lambda n: f"{2000 + n % 60}-{(2001 + n % 60) % 100:02}-Q{1 + n % 4}",
    lambda n: repr(n / 1_000_000_007),
    lambda n: f"0.{n}",
]


@given(st.sampled_from(CODES), st.integers(0, 999_999_999))
def test_codes_quarters_and_shares_are_never_taken_for_personal_details(make: Callable[[int], str], n: int) -> None:
    assert told_by_cell(make(n)) is None


@given(st.dates(dt.date(1990, 1, 1), dt.date(2069, 12, 31)))
def test_days_are_never_taken_for_personal_details(day: dt.date) -> None:
    assert told_by_cell(day.isoformat()) is None
    assert told_by_cell(day.strftime("%d/%m/%Y")) is None
    assert told_by_cell(f"{day.isoformat()} 00:00:00") is None


def test_no_word_of_a_closed_list_is_taken_for_personal_details() -> None:
    for field in (*POST_FIELDS, *ANSWER_FIELDS):
        for value in field.allowed or ():
            assert told_by_cell(value) is None


# --- the report ---------------------------------------------------------------------------------------------


def test_the_report_is_one_and_the_same_as_text_json_and_html() -> None:
    report = checked([post(1, state="<script>alert(1)</script>"), post(2, wte="2")]).report
    read_back = json.loads(json.dumps(report.facts()))
    assert read_back["rows"] == {"received": 13, "in_order": 11, "at_fault": 2}
    assert [one["cell"] for one in read_back["findings"]] == ["J2", "I3"]
    for finding in report.findings:
        assert finding.todo in as_text(report)
        assert f"<td>{finding.cell}</td>" in as_html(report)
    assert "<script>" not in as_html(report)


def test_what_a_cell_holds_cannot_write_over_a_terminal() -> None:
    report = checked([post(state="\x1b[31mred\x1b[0m" + "x" * 500)]).report
    assert "\x1b" not in as_text(report)
    assert len(report.findings[0].found) < 80


# --- quarters and fields ------------------------------------------------------------------------------------


@given(st.dates(dt.date(1991, 1, 1), dt.date(2099, 1, 1)))
def test_a_day_lies_in_its_quarter_and_quarters_follow_each_other(day: dt.date) -> None:
    quarter = quarter_of(day)
    assert is_quarter(quarter)
    assert first_day(quarter) <= day <= last_day(quarter)
    assert first_day(following(quarter)) == last_day(quarter) + dt.timedelta(days=1)
    assert previous(following(quarter)) == quarter
    assert quarter_of(last_day(quarter)) == quarter


def test_quarters_end_as_the_nhs_year_has_them() -> None:
    ends = {"2026-27-Q1": "2026-06-30", "2026-27-Q2": AS_AT, "2026-27-Q3": "2026-12-31", "2026-27-Q4": "2027-03-31"}
    assert {quarter: str(last_day(quarter)) for quarter in ends} == ends


def test_every_question_says_what_it_asks() -> None:
    assert set(QUESTION_MEANINGS) == set(Question)
    for fields in (POST_FIELDS, ANSWER_FIELDS):
        assert len({field.name for field in fields}) == len(fields)
        assert all(isinstance(field.dtype, pl.DataType) for field in fields)
