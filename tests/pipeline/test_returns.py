"""Returns from the template to what is accepted, and files that mean harm."""

import datetime as dt
import gzip
import io
import json
import resource
import subprocess
import sys
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from data_contracts.posts import (
    ACCEPTED_ANSWER_FIELDS,
    ACCEPTED_POST_FIELDS,
    ANSWER_FIELDS,
    POST_FIELDS,
    RETURN_FIELDS,
    schema_of,
)
from data_contracts.returns import POSTS
from pipelines.config import LONDON
from pipelines.faults import Refused
from pipelines.refresh import lock
from pipelines.returns import store
from pipelines.returns.accepted import accepted
from pipelines.returns.known import known
from pipelines.returns.read import MOST_BYTES, read
from pipelines.returns.submit import SentIn, Submission, submit, validate
from pipelines.returns.template import Template, as_csv, as_xlsx, template
from tests.builders import returns as made
from tests.builders.data_folder import ROOT, DataFolder
from tests.builders.returns import ANSWER_HEADER, QUARTER, SYSTEM, every_answer, part, post, with_parts

AT = dt.datetime(2026, 10, 12, 9, 30, tzinfo=LONDON)
POST_SCHEMA, ANSWER_SCHEMA = schema_of(POST_FIELDS), schema_of(ANSWER_FIELDS)


def typed(rows: list[dict[str, str]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows as a template holds them."""
    text = pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String)).with_columns(pl.all().replace("", None))
    return text.select(
        pl.col(name) == "yes"
        if dtype == pl.Boolean
        else pl.col(name).str.to_date()
        if dtype == pl.Date
        else pl.col(name).cast(dtype)
        for name, dtype in schema.items()
    )


def filled(posts: list[dict[str, str]], answers: list[dict[str, str]] | None = None, quarter: str = QUARTER) -> bytes:
    """A template somebody filled in."""
    return as_xlsx(
        Template(
            system_code=SYSTEM,
            quarter=quarter,
            posts=typed(posts, POST_SCHEMA),
            answers=typed(every_answer() if answers is None else answers, ANSWER_SCHEMA),
            begun_from=None,
        )
    )


def ten(**cells: str) -> list[dict[str, str]]:
    return [post(number, **cells) for number in range(10)]


def send(folder: DataFolder, content: bytes, *, name: str = "return.xlsx", confirmed: bool = False) -> Submission:
    return submit(SentIn(name=name, content=content), folder.settings, confirmed=confirmed, at=AT)


def stored(folder: DataFolder) -> list[str]:
    """Whatever lies among the returns, half-written or whole."""
    return sorted(str(path.relative_to(folder.path)) for path in (folder.path / "returns").rglob("*"))


# --- from the template to what is accepted ------------------------------------------------------------------


def test_nothing_returned_is_empty_frames_of_the_right_kind(first_release: DataFolder) -> None:
    nothing = accepted(first_release.path)
    assert dict(nothing.posts.schema) == schema_of(ACCEPTED_POST_FIELDS)
    assert dict(nothing.answers.schema) == schema_of(ACCEPTED_ANSWER_FIELDS)
    assert dict(nothing.returns.schema) == schema_of(RETURN_FIELDS)
    assert nothing.posts.is_empty()


def test_a_template_filled_in_is_accepted_as_it_was_filled(folder: DataFolder) -> None:
    rows = [
        *ten(),
        post(
            10,
            state="vacant_recruiting",
            vacant_since="2026-02-14",
            recurrent="no",
            funding_end="2027-03-31",
            joint_reference="JOINT-1",
            place_code="E08000037",
            wte="0.333333333333",
        ),
    ]
    content = filled(rows)
    assert validate(SentIn(name="return.xlsx", content=content), folder.settings).findings == ()
    assert stored(folder) == []
    sent = send(folder, content)
    assert (sent.outcome, sent.report.received, sent.report.in_order) == ("accepted", 22, 22)
    result = accepted(folder.path)
    assert result.posts.select(POST_SCHEMA.keys()).equals(typed(rows, POST_SCHEMA))
    assert set(result.posts.select("quarter", "contract_version", "value_kind").rows()) == {(QUARTER, "2", "published")}
    expected = typed(every_answer(), ANSWER_SCHEMA).sort("question", "topic", "link")
    assert result.answers.select(ANSWER_SCHEMA.keys()).equals(expected)
    assert result.returns.rows() == [(SYSTEM, QUARTER, AT.date(), 11)]


def test_the_next_template_begins_from_the_last_return(folder: DataFolder) -> None:
    send(folder, filled(ten()))
    held = known(replace(folder.settings, as_of=dt.date(2027, 1, 4)))
    begun = template(SYSTEM, "2026-27-Q3", held, folder.settings)
    assert begun.begun_from == QUARTER
    assert set(begun.posts["as_at"]) == {dt.date(2026, 12, 31)}
    assert begun.posts["post_reference"].to_list() == [f"PH-{number:04}" for number in range(10)]
    later = replace(folder.settings, as_of=dt.date(2027, 1, 4))
    for name, content in (("next.xlsx", as_xlsx(begun)), ("next.csv", as_csv(begun.posts))):
        assert validate(SentIn(name=name, content=content), later).errors == 0
    assert as_xlsx(begun) == as_xlsx(begun)


def test_a_blank_template_has_the_lists_and_the_notes_of_the_contract(first_release: DataFolder) -> None:
    blank = template(SYSTEM, QUARTER, known(first_release.settings), first_release.settings)
    workbook = as_xlsx(blank)
    sheets = {sheet.name: sheet for sheet in read("blank.xlsx", workbook).sheets}
    assert list(sheets) == ["Posts", "System answers", "Notes", "Lists"]
    assert tuple(sheets["Posts"].header.values()) == made.POST_HEADER
    notes = {cell for row in sheets["Notes"].cells.rows() for cell in row}
    for field in POST_FIELDS:
        assert field.name in notes
        assert field.meaning in notes
    rules = part(workbook, "xl/worksheets/sheet1.xml").count(b"<dataValidation ")
    assert rules == 1 + sum(bool(field.allowed) or field.kind == "flag" for field in POST_FIELDS)


def test_no_template_is_made_for_a_system_that_is_not_there(first_release: DataFolder) -> None:
    held = known(first_release.settings)
    # What took its place in 2023 went into another board in 2026.
    with pytest.raises(Refused, match=r"its successor E54000069 \(Surrey and Sussex\)"):
        template("E54000053", QUARTER, held, first_release.settings)
    with pytest.raises(Refused, match="unknown_system"):
        template("X54000001", QUARTER, held, first_release.settings)


def test_a_return_of_answers_in_a_second_csv_file(folder: DataFolder) -> None:
    second = ("answers.csv", made.as_csv(every_answer(), ANSWER_HEADER))
    sent = SentIn(name="posts.csv", content=made.as_csv(ten()), answers=second)
    assert submit(sent, folder.settings, confirmed=False, at=AT).outcome == "accepted"
    assert accepted(folder.path).answers.height == 11
    assert submit(sent, folder.settings, confirmed=False, at=AT).outcome == "unchanged"


# --- superseding --------------------------------------------------------------------------------------------


def test_a_second_return_supersedes_and_the_first_stays_readable(folder: DataFolder) -> None:
    first = send(folder, filled(ten()))
    second = send(folder, filled([post(0, wte="0.5"), *ten()[2:], post(77)], every_answer()[1:]))
    assert second.held
    assert second.held.number == 2
    assert second.difference
    assert (second.difference.added, second.difference.removed) == (("PH-0077",), ("PH-0001",))
    (change,) = second.difference.changed
    assert (change.post_reference, change.column, change.before, change.after) == ("PH-0000", "wte", "0.8", "0.5")
    assert second.difference.answers_changed == 1
    assert accepted(folder.path).posts.filter(post_reference="PH-0000")["wte"].to_list() == [0.5]
    assert accepted(folder.path).returns.height == 1
    assert first.held
    assert store.read_posts(folder.path, first.held).filter(post_reference="PH-0000")["wte"].to_list() == [0.8]
    assert [held.number for held in store.every(folder.path, SYSTEM, QUARTER)] == [1, 2]


def test_a_large_change_since_the_quarter_before_needs_a_confirmation(folder: DataFolder) -> None:
    before = [{**row, "as_at": "2026-06-30"} for row in ten()]
    answers = [{**row, "as_at": "2026-06-30", "dated": "2026-05-01"} for row in every_answer()]
    assert send(folder, filled(before, answers, "2026-27-Q1")).outcome == "accepted"
    refused = send(folder, filled(ten()[:6]))
    assert refused.outcome == "refused"
    (finding,) = refused.report.findings
    assert (finding.rule, finding.found) == ("large_change", "since 2026-27-Q1: posts 10 to 6, WTE 8 to 4.8")
    assert "--confirm" in finding.todo
    assert [held.quarter for held in store.every(folder.path)] == ["2026-27-Q1"]
    taken = send(folder, filled(ten()[:6]), confirmed=True)
    assert taken.held
    assert (taken.outcome, taken.held.confirmed, taken.report.warnings) == ("accepted", True, 1)


def test_shares_of_a_joint_post_are_added_up_over_the_systems_that_returned_it(folder: DataFolder) -> None:
    def shared(system_code: str) -> bytes:
        return made.as_csv([post(system_code=system_code, joint_reference="J1", wte="0.6")])

    first = send(folder, shared(SYSTEM), name="first.csv")
    second = send(folder, shared("E54000048"), name="second.csv")
    said = [[one.rule for one in sent.report.findings if one.cell] for sent in (first, second)]
    assert said == [[], ["joint_over_one"]]
    assert [sent.outcome for sent in (first, second)] == ["accepted", "accepted"]
    assert {sent.report.errors for sent in (first, second)} == {0}


def test_a_return_that_loses_much_of_the_one_it_supersedes_needs_a_confirmation(folder: DataFolder) -> None:
    assert send(folder, filled(ten())).outcome == "accepted"
    lost = filled(ten()[:3])
    refused = send(folder, lost)
    assert [one.rule for one in refused.report.findings if one.severity == "error"] == ["large_change"]
    assert send(folder, lost, confirmed=True).outcome == "accepted"


def test_a_return_of_version_1_is_kept_as_it_met_it_and_read_as_the_current_one(folder: DataFolder) -> None:
    content = (ROOT / "tests/contract/kept/return-version-1.csv").read_bytes()
    sent = send(folder, content, name="old.csv")
    assert sent.held
    assert sent.held.contract_version == "1"
    assert "place_code" not in store.read_posts(folder.path, sent.held).columns
    posts = accepted(folder.path).posts
    assert dict(posts.schema) == schema_of(ACCEPTED_POST_FIELDS)
    assert posts.select("post_reference", "place_code", "contract_version").rows() == [
        (f"V1-00{number}", None, "1") for number in (1, 2, 3)
    ]


# --- whole or not at all ------------------------------------------------------------------------------------


def test_one_error_refuses_the_whole_and_stores_nothing(folder: DataFolder) -> None:
    sent = send(folder, filled([*ten(), post(10, wte="1.2")]))
    assert (sent.outcome, sent.held, sent.report.at_fault, sent.report.in_order) == ("refused", None, 1, 21)
    assert stored(folder) == []


def test_warnings_do_not_stop_a_return(folder: DataFolder) -> None:
    sent = send(folder, filled(ten(), []))
    assert (sent.outcome, sent.report.warnings) == ("accepted", 1)


def test_nothing_is_taken_in_while_something_else_is_at_work(folder: DataFolder) -> None:
    with lock(folder.settings), pytest.raises(Refused, match="locked"):
        send(folder, filled(ten()))


def test_what_a_killed_submission_left_is_no_return_and_goes_with_the_next(folder: DataFolder) -> None:
    left = folder.path / "returns" / SYSTEM / QUARTER / ".aside-1-0123456789ab"
    left.mkdir(parents=True)
    (left / "record.json").write_text("{")
    assert list(store.every(folder.path)) == []
    assert send(folder, filled(ten())).outcome == "accepted"
    assert not left.exists()


def test_personal_details_reach_neither_the_store_nor_a_report(folder: DataFolder) -> None:
    secret = "jo.bloggs@nhs.net"
    content = filled(ten())
    strings = part(content, "xl/sharedStrings.xml")
    for old in (b"icb_baseline", b"Version of the return", b"post_reference"):
        spoilt = with_parts(content, {"xl/sharedStrings.xml": strings.replace(old, secret.encode())})
        sent = send(folder, spoilt)
        assert sent.outcome == "refused"
        assert "personal_details" in {finding.rule for finding in sent.report.findings}
        assert secret not in json.dumps(sent.facts())
    assert stored(folder) == []


def test_who_made_a_workbook_and_where_is_not_kept(folder: DataFolder) -> None:
    content = filled(ten())
    core = part(content, "docProps/core.xml").replace(
        b"</cp:coreProperties>", b"<dc:creator>Jo Bloggs</dc:creator></cp:coreProperties>"
    )
    assert send(folder, with_parts(content, {"docProps/core.xml": core})).outcome == "accepted"
    for path in (folder.path / "returns").rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert b"Bloggs" not in (gzip.decompress(kept) if path.suffix == ".gz" else kept)


# --- sheets nobody would read -------------------------------------------------------------------------------


def named(old: str, new: str) -> bytes:
    """The workbook with a sheet of another name."""
    content = filled(ten())
    book = part(content, "xl/workbook.xml")
    assert f'name="{old}"'.encode() in book
    return with_parts(content, {"xl/workbook.xml": book.replace(f'name="{old}"'.encode(), f'name="{new}"'.encode())})


@pytest.mark.parametrize(
    ("old", "new", "rule", "todo"),
    [
        ("System answers", "Answers", "unread_sheet", "name it System answers"),
        ("System answers", "system answers ", "unread_sheet", "name it System answers"),
        ("Posts", "Post", "unread_sheet", "name it Posts"),
        ("Notes", "Team list", "unread_sheet", "take it out"),
        ("Notes", "Posts", "repeated_sheet", "put the rows into one"),
    ],
)
def test_a_sheet_that_would_be_passed_over_is_a_fault(
    folder: DataFolder, old: str, new: str, rule: str, todo: str
) -> None:
    refused = send(folder, named(old, new))
    assert refused.outcome == "refused"
    found = [one for one in refused.report.findings if one.rule == rule]
    assert [todo in one.todo for one in found] == [True], refused.report.findings
    assert (new in found[0].found) == todo.startswith("name it")
    assert stored(folder) == []


def test_a_name_in_a_sheet_nobody_reads_is_repeated_and_kept_nowhere(folder: DataFolder) -> None:
    refused = send(folder, named("Notes", "Jane Smith team"), name="Return by Jane Smith.xlsx")
    assert "Jane" not in json.dumps(refused.facts())
    content = filled(ten())
    notes = part(content, "xl/sharedStrings.xml").replace(b"Return of posts", b"Jane Smith")
    assert send(folder, with_parts(content, {"xl/sharedStrings.xml": notes})).outcome == "accepted"
    for path in (folder.path / "returns").rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert b"Jane" not in (gzip.decompress(kept) if path.suffix == ".gz" else kept)


def test_a_return_without_answers_says_that_none_came(folder: DataFolder) -> None:
    sent = send(folder, made.as_csv(ten()), name="posts.csv")
    assert sent.outcome == "accepted"
    assert [one.rule for one in sent.report.findings] == ["not_answered"]


def test_a_workbook_beside_a_file_of_posts_is_refused() -> None:
    found = read("posts.csv", made.as_csv(ten()), ("more.xlsx", filled(ten())))
    assert [one.rule for one in found.findings] == ["answers_in_a_workbook"]


def test_an_error_value_is_no_empty_cell() -> None:
    broken = spoilt_sheet(b'<c r="I2"', b'<c r="H2" t="e"><v>#N/A</v></c><c r="I2"')
    (finding,) = read("return.xlsx", broken).findings
    assert (finding.rule, finding.sheet, finding.cell) == ("error_values", POSTS, "H2")
    assert finding.found == "error values such as #N/A in H2"


# --- files that mean harm -----------------------------------------------------------------------------------

SHEET = "xl/worksheets/sheet1.xml"


def spoilt_sheet(old: bytes, new: bytes) -> bytes:
    content = filled(ten())
    sheet = part(content, SHEET)
    assert old in sheet
    return with_parts(content, {SHEET: sheet.replace(old, new, 1)})


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<sst><si><t>&b;</t></si></sst>"
)
LINK_TO_FILE = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" '
    b'Target="%s" TargetMode="External"/></Relationships>'
)
SHEET_LINKS = "xl/worksheets/_rels/sheet1.xml.rels"


def hostile(kind: str) -> tuple[str, bytes]:
    """A file that means harm: its name and bytes."""
    sound = filled(ten())
    match kind:
        case "bomb":
            return "return.xlsx", with_parts(sound, {"xl/sharedStrings.xml": b"<sst>" + b" " * 200_000_000 + b"</sst>"})
        case "ratio":
            return "return.xlsx", with_parts(sound, {"xl/styles.xml": b"<a>" + b" " * 20_000_000 + b"</a>"})
        case "shared text":
            text = b'<sst><si><t xml:space="preserve">' + b"x" * 40_000 + b"</t></si></sst>"
            return "return.xlsx", with_parts(sound, {"xl/sharedStrings.xml": text})
        case "many parts":
            return "return.xlsx", with_parts(sound, {f"docProps/{n}.xml": b"<a/>" for n in range(500)})
        case "far cell":
            return "return.xlsx", spoilt_sheet(
                b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            )
        case "far cell in a part of another name":
            links = part(sound, "xl/_rels/workbook.xml.rels").replace(b"worksheets/sheet1.xml", b"theme/theme1.xml")
            sheet = part(sound, SHEET).replace(
                b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            )
            return "return.xlsx", with_parts(sound, {"xl/_rels/workbook.xml.rels": links, "xl/theme/theme1.xml": sheet})
        case "formula":
            return "return.xlsx", spoilt_sheet(b'<c r="I2"', b'<c r="I2" t="n"><f>1+1</f><v>1</v></c><c r="U2"')
        case "macro":
            return "return.xlsx", with_parts(sound, {"xl/vbaProject.bin": b"\0\1"})
        case "external workbook":
            return "return.xlsx", with_parts(sound, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})
        case "external picture":
            return "return.xlsx", with_parts(
                sound, {SHEET_LINKS: LINK_TO_FILE % (b"image", b"https://example.org/a.png")}
            )
        case "mail link":
            return "return.xlsx", with_parts(sound, {SHEET_LINKS: LINK_TO_FILE % (b"hyperlink", b"mailto:jo@nhs.net")})
        case "comments":
            return "return.xlsx", with_parts(sound, {"xl/comments1.xml": b"<comments/>"})
        case "nested":
            return "return.xlsx", with_parts(sound, {"docProps/thumbnail.xml": zipped(a=b"b")})
        case "billion laughs":
            return "return.xlsx", with_parts(sound, {"xl/sharedStrings.xml": LAUGHS})
        case "utf-16 laughs":
            return "return.xlsx", with_parts(sound, {"xl/sharedStrings.xml": LAUGHS.decode().encode("utf-16")})
        case "100 MB":
            return "return.csv", b"a,b\n" * 25_000_000
        case "large csv":
            return "return.csv", b"a\n" * (MOST_BYTES // 2)
        case "wide csv":
            return "return.csv", b"," * (MOST_BYTES - 1)
        case "a workbook called csv":
            return "return.csv", sound
        case "a text called xlsx":
            return "return.xlsx", made.as_csv(ten())
        case "an old workbook":
            return "return.xls", b"\xd0\xcf\x11\xe0" + bytes(1_000)
        case "an archive of a return":
            return "return.xlsx", zipped(**{"return.xlsx": sound})
        case "cut short":
            return "return.xlsx", sound[: len(sound) // 2]
        case "broken part":
            at = sound.index(b"xl/worksheets/sheet1.xml") + 60
            return "return.xlsx", sound[:at] + b"\xff" * 50 + sound[at + 50 :]
        case "null bytes":
            return "return.csv", made.as_csv(ten()).replace(b"icb", b"i\0b")
        case "latin-1":
            return "return.csv", made.as_csv(ten(state="filled\xe9")).decode().encode("latin-1")
        case "web page":
            return "return.csv", b"<!DOCTYPE html><html></html>"
        case "open quote":
            return "return.csv", made.as_csv(ten()) + b'"PH-1,'
        case "semicolons":
            return "return.csv", made.as_csv(ten()).replace(b",", b";")
        case "nothing":
            return "return.csv", b""
    raise AssertionError(kind)


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("bomb", "too_large_unpacked"),
        ("ratio", "too_large_unpacked"),
        ("shared text", "too_large_unpacked"),
        ("many parts", "too_large_unpacked"),
        ("far cell", "cells_far_out"),
        ("far cell in a part of another name", "cells_far_out"),
        ("formula", "formulas"),
        ("macro", "macros"),
        ("external workbook", "external_links"),
        ("external picture", "external_links"),
        ("mail link", "personal_details"),
        ("comments", "comments"),
        ("nested", "nested_archive"),
        ("billion laughs", "document_type"),
        ("utf-16 laughs", "broken_workbook"),
        ("100 MB", "file_too_large"),
        ("large csv", "too_many_rows"),
        ("wide csv", "too_many_columns"),
        ("a workbook called csv", "wrong_extension"),
        ("a text called xlsx", "wrong_extension"),
        ("an old workbook", "old_or_locked_workbook"),
        ("an archive of a return", "not_a_workbook"),
        ("cut short", "broken_workbook"),
        ("broken part", "broken_workbook"),
        ("null bytes", "encoding"),
        ("latin-1", "encoding"),
        ("web page", "web_page"),
        ("open quote", "broken_quoting"),
        ("semicolons", "delimiter"),
        ("nothing", "empty_file"),
    ],
)
def test_a_hostile_file_is_refused_by_name_in_bounded_memory_and_stores_nothing(
    kind: str, rule: str, folder: DataFolder
) -> None:
    name, content = hostile(kind)
    tracemalloc.start()
    try:
        sent = send(folder, content, name=name)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent.outcome == "refused"
    assert rule in {finding.rule for finding in sent.report.findings}, sent.report.findings
    assert "no_posts_sheet" not in {finding.rule for finding in sent.report.findings}
    assert peak < 150_000_000
    assert stored(folder) == []


def test_a_formula_is_told_by_its_cell() -> None:
    found = read(*hostile("formula"))
    (finding,) = found.findings
    assert (finding.rule, finding.sheet, finding.cell) == ("formulas", POSTS, "I2")
    assert finding.found == "formulas in I2"
    assert found.sheets == ()


def test_a_link_in_a_cell_is_no_hazard() -> None:
    safe = with_parts(filled(ten()), {SHEET_LINKS: LINK_TO_FILE % (b"hyperlink", made.LINK.encode())})
    assert read("return.xlsx", safe).findings == ()


# --- the command line ---------------------------------------------------------------------------------------


def command(folder: DataFolder, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command on returns as people do, in a process that may take a gigabyte."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))

    return subprocess.run(
        [sys.executable, "-m", "pipelines", "returns", *map(str, arguments), "--data-dir", str(folder.path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=limit,
        check=False,
    )


def test_the_commands_from_a_template_to_a_list(folder: DataFolder, tmp_path: Path) -> None:
    blank, file = tmp_path / "blank.xlsx", tmp_path / "return.xlsx"
    assert command(folder, "template", "--system", SYSTEM, "--quarter", QUARTER, "--out", blank).returncode == 0
    refused = command(folder, "validate", blank, "--json")
    assert refused.returncode == 2
    assert json.loads(refused.stdout)["findings"][0]["rule"] == "no_rows"
    file.write_bytes(filled(ten()))
    assert json.loads(command(folder, "validate", file, "--json").stdout)["acceptable"] is True
    assert "<p>" in command(folder, "validate", file, "--html").stdout
    sent = command(folder, "submit", file, "--json")
    assert sent.returncode == 0, sent.stderr
    facts = json.loads(sent.stdout)
    assert (facts["outcome"], facts["return"]["number"], facts["report"]["errors"]) == ("accepted", 1, 0)
    assert f"{SYSTEM}  {QUARTER}  return 1" in command(folder, "list").stdout
    assert "Return 1 stands." in command(folder, "show", SYSTEM, QUARTER).stdout
    assert command(folder, "show", SYSTEM, "2025-26-Q4").returncode == 2
    assert command(folder, "show", "*", QUARTER).returncode == 2
    nowhere = command(folder, "template", "--system", SYSTEM, "--quarter", QUARTER, "--out", tmp_path / "no" / "t.xlsx")
    assert (nowhere.returncode, "Traceback" in nowhere.stderr) == (2, False)


def test_without_a_release_a_return_cannot_be_checked(tmp_path: Path) -> None:
    file = tmp_path / "return.csv"
    file.write_bytes(made.as_csv(ten()))
    refused = command(DataFolder(tmp_path / "data"), "submit", file, "--json")
    assert refused.returncode == 2
    assert json.loads(refused.stdout)["problems"][0]["rule"] == "no_release"


def test_the_report_names_the_sheet_and_the_cell(folder: DataFolder, tmp_path: Path) -> None:
    file = tmp_path / "return.csv"
    file.write_bytes(made.as_csv([*ten(), post(10, wte="7")]))
    refused = command(folder, "submit", file)
    assert refused.returncode == 2
    assert f"{POSTS} I12 (wte): error, wte_out_of_range" in refused.stdout
    assert "Nothing was stored" in refused.stdout
