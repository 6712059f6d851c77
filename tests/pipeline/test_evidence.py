"""Answers on commitments kept by acts and documents: what is taken in, what is not, and what never stays behind."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.registry.records import commitments, takes_evidence
from data_contracts.vocabulary import KeptBy
from pipelines import landing
from pipelines.cleaning import Cleaned
from pipelines.cleaning_evidence import sort_evidence
from pipelines.sources.evidence import is_personal
from tests.builders.answers import LONDON_NORTH_EAST, NORTH_EAST, SOURCE, answer, answers, as_toml, many
from tests.builders.data_folder import AS_OF, DataFolder
from tests.builders.publishers import PublishersFile, RawFile, Row

ENGLAND = "E92000001"


def clean(folder: DataFolder, file: PublishersFile | RawFile) -> Cleaned:
    vintage = landing.from_bytes(file.name, file.content())
    return sort_evidence(vintage, folder.geography, as_of=AS_OF)


def statuses(folder: DataFolder, commitment_id: str) -> pl.DataFrame:
    return folder.mart("statuses").filter(commitment_id=commitment_id)


# --- none, some, other ones ---------------------------------------------------------------------------------


def test_without_answers_the_table_is_empty_and_nothing_is_refused(first_release: DataFolder) -> None:
    assert first_release.mart("evidence").is_empty()
    assert SOURCE not in first_release.mart("sources")["source_id"].to_list()
    assert SOURCE not in {account.source_id for account in first_release.manifest.sources}
    for commitment_id, entry in commitments().items():
        if entry.kept_by is KeptBy.EVIDENCE:
            (row,) = statuses(first_release, commitment_id).iter_rows(named=True)
            assert (row["area_code"], row["data_state"]) == (ENGLAND, "no_data")


@pytest.fixture(scope="module")
def answered(first_release: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A folder with answers of two systems and England, one of them given twice."""
    folder = first_release.copy(tmp_path_factory.mktemp("answered") / "data")
    outcome = folder.refresh(
        answers(
            answer(),
            answer(as_at="2026-05-01", answer="no", dated=""),
            answer(area_code=LONDON_NORTH_EAST, answer="partly", dated=""),
            answer(commitment_id="terms-and-conditions", area_code=ENGLAND, answer="no", dated=""),
            answer(commitment_id="director-of-population-health"),
            answer(commitment_id="director-of-population-health", area_code=LONDON_NORTH_EAST, answer="no", dated=""),
        )
    )
    assert outcome.recap, outcome.problems
    account = outcome.account(SOURCE)
    assert (account.received, account.accepted, account.set_aside, account.quarantined) == (6, 6, 0, 0)
    return folder


def test_answers_become_the_table_as_they_were_sent(answered: DataFolder) -> None:
    rows = answered.mart("evidence").filter(commitment_id="shared-definition", area_code=NORTH_EAST)
    assert [str(day) for day in rows["as_at"]] == ["2026-05-01", "2026-10-01"]
    assert rows["answer"].to_list() == ["no", "yes"]
    assert [str(day) for day in rows["dated"]] == ["None", "2026-09-12"]
    assert set(rows["evidence_url"]) == {answer()["evidence_url"]}
    assert set(rows["value_kind"]) == {"published"}
    (source,) = answered.mart("sources").filter(source_id=SOURCE).iter_rows(named=True)
    assert (source["received"], source["accepted"]) == (6, 6)
    answered.assert_whole()


def test_an_answer_has_a_status_that_says_it_with_its_date(answered: DataFolder) -> None:
    every = statuses(answered, "shared-definition").sort("area_code")
    rows = every.filter(pl.col("area_code").is_in([LONDON_NORTH_EAST, NORTH_EAST]))
    assert rows["area_code"].to_list() == [LONDON_NORTH_EAST, NORTH_EAST]
    assert set(rows["data_state"]) == {"informational"}
    assert set(rows["data_state_reason"]) == {"Kept by acts and documents: see the evidence."}
    assert rows["explanation"].to_list() == [
        "Partly, as at 1 October 2026.",
        "Yes, as at 1 October 2026, by an act or document dated 12 September 2026.",
    ]
    for column in ("indicator_id", "as_of_period", "direction", "pace", "latest_value"):
        assert rows[column].is_null().all()


def test_a_system_that_has_not_answered_is_told_as_silent_and_england_how_many_did(answered: DataFolder) -> None:
    rows = statuses(answered, "shared-definition")
    silent = rows.filter(pl.col("data_state") == "no_data")
    assert silent.height == 36 - 2
    assert set(silent["explanation"]) == {"Kept by acts and documents; this system has sent in no evidence."}
    (england,) = rows.filter(area_code=ENGLAND).iter_rows(named=True)
    assert (england["data_state"], england["explanation"]) == (
        "informational",
        "Evidence has been sent in by 2 of 36 systems.",
    )


def test_a_commitment_nobody_answered_for_has_no_data_still(answered: DataFolder) -> None:
    (row,) = statuses(answered, "role-agreements").iter_rows(named=True)
    assert (row["area_code"], row["data_state"]) == (ENGLAND, "no_data")


def test_a_commitment_judged_from_returns_takes_answers_where_the_registry_says_so(answered: DataFolder) -> None:
    assert commitments()["director-of-population-health"].kept_by is KeptBy.RETURNS
    assert "director-of-population-health" in takes_evidence()
    rows = statuses(answered, "director-of-population-health")
    (row,) = rows.filter(area_code=NORTH_EAST).iter_rows(named=True)
    assert row["data_state"] == "informational"


def test_a_dated_no_fires_the_trigger_on_directors_and_silence_does_not(answered: DataFolder) -> None:
    (row,) = answered.mart("triggers").filter(trigger_id="no-director").iter_rows(named=True)
    assert (row["area_code"], row["commitment_id"]) == (LONDON_NORTH_EAST, "director-of-population-health")
    assert (str(row["fired_since"]), row["cleared_on"], row["expected_by_chance"]) == ("2026-10-01", None, None)
    # Two systems have answered, and only an answer can be asked.
    assert (row["tested"], row["fired"]) == (2, 1)
    assert row["evidence"] == "A director of population health in every system: answered no, as at 1 October 2026."


def test_a_later_file_stands_in_the_place_of_the_whole_one_before(answered: DataFolder, tmp_path: Path) -> None:
    folder = answered.copy(tmp_path / "data")
    before = folder.vintages(SOURCE)
    outcome = folder.refresh(answers(answer(commitment_id="role-agreements", answer="partly")))
    assert outcome.recap, outcome.problems
    assert folder.mart("evidence").select("commitment_id", "answer").rows() == [("role-agreements", "partly")]
    (row,) = statuses(folder, "shared-definition").iter_rows(named=True)
    assert (row["area_code"], row["data_state"]) == (ENGLAND, "no_data")
    assert len(folder.vintages(SOURCE)) == len(before) + 1
    assert set(before) <= set(folder.vintages(SOURCE))


def test_the_same_answers_as_toml_or_parquet_are_the_same_rows(first_release: DataFolder) -> None:
    rows = [answer(), answer(area_code=LONDON_NORTH_EAST, dated="")]
    as_csv = clean(first_release, answers(*rows)).accepted
    assert clean(first_release, as_toml(*rows)).accepted.equals(as_csv)
    parquet = RawFile(name="answers.parquet", raw=answers(*rows).as_parquet())
    assert clean(first_release, parquet).accepted.equals(as_csv)
    days = b'[[evidence]]\ncommitment_id="shared-definition"\narea_code="E54000050"\nas_at=2026-10-01\nanswer="yes"\n'
    days += b'dated=2026-09-12\nevidence_url="https://example.nhs.uk/strategy/2026-27.pdf"\n'
    assert clean(first_release, RawFile(name="a.toml", raw=days)).accepted.equals(as_csv.head(1))


# --- rows at fault ------------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[Row, str, str]] = {
    "a commitment nobody registered": ({"commitment_id": "shared-definitions"}, "unknown_commitment", "commitment_id"),
    "a commitment judged by figures": ({"commitment_id": "hle-level"}, "takes_no_evidence", "commitment_id"),
    "a commitment judged from returns alone": ({"commitment_id": "joint-posts"}, "takes_no_evidence", "commitment_id"),
    "no commitment": ({"commitment_id": ""}, "missing", "commitment_id"),
    "an area nobody knows": ({"area_code": "E54999999"}, "unknown_area", "area_code"),
    "an authority": ({"area_code": "E09000012"}, "unknown_area", "area_code"),
    "a made-up example": ({"area_code": "X54000001"}, "unknown_area", "area_code"),
    "England for what is a system's": ({"area_code": ENGLAND}, "not_national", "area_code"),
    "a system that had ended": ({"area_code": "E54000025"}, "area_not_in_force", "area_code"),
    "a system that had not begun": (
        {"area_code": "E54000071", "as_at": "2026-03-31", "dated": ""}, "area_not_in_force", "area_code"
    ),
    "no area": ({"area_code": ""}, "missing", "area_code"),
    "an answer that is none": ({"answer": "Y"}, "not_allowed", "answer"),
    "an answer in capitals": ({"answer": "Yes"}, "not_allowed", "answer"),
    "no answer": ({"answer": ""}, "missing", "answer"),
    "a day in no calendar": ({"as_at": "2026-09-31"}, "not_a_day", "as_at"),
    "a day as people write it": ({"as_at": "1 October 2026"}, "wrong_form", "as_at"),
    "no day": ({"as_at": ""}, "missing", "as_at"),
    "a day after the run's": ({"as_at": "2026-11-26"}, "after_as_of", "as_at"),
    "a document of a day in no calendar": ({"dated": "2026-02-29"}, "not_a_day", "dated"),
    "a document dated after the answer": ({"dated": "2026-10-02"}, "after_as_at", "dated"),
    "an address that is not encrypted": ({"evidence_url": "http://example.nhs.uk/"}, "wrong_form", "evidence_url"),
    "an address that runs": ({"evidence_url": "javascript:alert(1)"}, "wrong_form", "evidence_url"),
    "an address of no host": ({"evidence_url": "https://localhost/plan"}, "wrong_form", "evidence_url"),
    "words for an address": ({"evidence_url": "see the board papers"}, "wrong_form", "evidence_url"),
    "no address": ({"evidence_url": ""}, "missing", "evidence_url"),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_a_row_at_fault_is_kept_aside_with_its_reason(first_release: DataFolder, what: str) -> None:
    cells, rule, column = FAULTS[what]
    cleaned = clean(first_release, answers(*many(), answer(**cells)))
    (row,) = cleaned.quarantined.iter_rows(named=True)
    assert (row["rule"], row["column"], row["source_row"]) == (rule, column, 41)
    assert row["expected"]
    assert cleaned.accepted_rows == 40
    assert cleaned.received == cleaned.accepted_rows + cleaned.set_aside.height + cleaned.quarantined_rows


def test_days_at_the_edge_are_sound(first_release: DataFolder) -> None:
    """The last day of a system, the first of another, the day of the run, and a document of the day itself."""
    rows = [
        answer(area_code="E54000025", as_at="2026-03-31", dated="2026-03-31"),
        answer(area_code="E54000071", as_at="2026-04-01", dated=""),
        answer(as_at=AS_OF.isoformat(), dated=AS_OF.isoformat()),
    ]
    assert clean(first_release, answers(*rows)).accepted_rows == 3


def test_two_answers_for_one_key_are_both_kept_aside_and_the_same_again_is_set_aside(folder: DataFolder) -> None:
    rows = many()
    outcome = folder.refresh(answers(*rows, {**rows[0], "answer": "no"}, rows[1]))
    account = outcome.account(SOURCE)
    assert (account.received, account.accepted, account.set_aside, account.quarantined) == (42, 39, 1, 2)
    quarantine = folder.mart("quarantine")
    assert quarantine["rule"].to_list() == ["two_values_for_one_key"] * 2
    assert quarantine["found"].to_list() == ["yes", "no"]
    assert account.set_aside_by_rule == {"repeated_row": 1}


def test_over_one_row_in_twenty_at_fault_refuses_the_file_and_another_file_is_still_looked_at(
    folder: DataFolder,
) -> None:
    before = folder.state()
    rows = many(38)
    outcome = folder.refresh(answers(*rows, answer(answer="Y"), answer(dated="2027-01-01", as_at="2026-10-02")))
    assert outcome.recap, outcome.problems  # two of forty
    outcome = folder.refresh(answers(*rows[1:], answer(answer="Y"), answer(dated="2027-01-01", as_at="2026-10-02")))
    assert outcome.rules == ["not_allowed", "after_as_at"]
    for problem in outcome.problems:
        assert "answers.csv" in problem.where
        assert "mend the rows" in problem.todo
    assert before != folder.state()


CANNOT_BE_READ: dict[str, tuple[bytes, str]] = {
    "a header and no rows": (answers().content(), "no_rows"),
    "a column gone": (answers(answer()).rename("as_at", "as_of").content(), "header"),
    "TOML that is cut short": (as_toml(answer()).raw[:-3], "broken_toml"),
    "TOML with other tables": (as_toml(answer()).raw + b"[contact]\nname = 'SECRET'\n", "not_recognised"),
    "TOML that is not UTF-8": (as_toml(answer()).raw + b"# \xff\n", "encoding"),
    "TOML without a key anywhere": (b"[[evidence]]\narea_code = 'E54000050'\nanswer = 'yes'\n", "header"),
    "tables of nothing": (b"[[evidence]]\n", "empty_file"),
}


@pytest.mark.parametrize("what", CANNOT_BE_READ)
def test_a_file_that_cannot_be_read_is_refused_by_name(folder: DataFolder, what: str) -> None:
    raw, rule = CANNOT_BE_READ[what]
    before = folder.state()
    outcome = folder.refresh(RawFile(name="dropped", raw=raw))
    assert outcome.rules == [rule]
    assert outcome.problems[0].where.startswith("dropped")
    assert "SECRET" not in str(outcome.problems)
    assert folder.state() == before


# --- nothing about persons ----------------------------------------------------------------------------------

PERSONAL: dict[str, Row] = {
    "an e-mail address in the address": {"evidence_url": "https://example.nhs.uk/by/jo.bloggs@nhs.net"},
    "one whose sign is written in code": {"evidence_url": "https://example.nhs.uk/?by=jo.bloggs%40nhs.net"},
    "one written in code twice": {"evidence_url": "https://example.nhs.uk/?by=jo.bloggs%2540nhs.net"},
    "a sign-in name": {"evidence_url": "https://bloggs:secret@example.nhs.uk/"},
    "a link that writes a letter": {"evidence_url": "mailto:jo.bloggs@nhs.net"},
    "a telephone number": {"evidence_url": "https://example.nhs.uk/call/02079460958"},
    "a telephone number with gaps": {"answer": "020 7946 0958"},
    "a telephone number from abroad": {"evidence_url": "https://example.nhs.uk/+442079460958"},
    "a mobile number": {"dated": "07700 900123"},
    "an NHS number": {"area_code": "943 476 5919"},
    "an NHS number in the address": {"evidence_url": "https://example.nhs.uk/9434765919.pdf"},
    "a title and a name": {"answer": "Dr Bloggs says yes"},
    "a title and a name in the address": {"evidence_url": "https://example.nhs.uk/dr-bloggs-report"},
    "a person's own page": {"evidence_url": "https://example.nhs.uk/our-people/jo-bloggs"},
    "a page of somebody's career": {"evidence_url": "https://www.linkedin.com/in/bloggs"},
}
NAMES: dict[str, Row] = {
    "a name for an area": {"area_code": "Jo Bloggs"},
    "a name for an answer": {"answer": "ask Bloggs"},
    "a name for a commitment": {"commitment_id": "bloggs"},
    "a name for a day": {"as_at": "when Bloggs left"},
    "a name for an address": {"evidence_url": "Bloggs"},
}


@pytest.mark.parametrize("what", PERSONAL | NAMES)
def test_what_tells_of_a_person_is_refused_and_repeated_nowhere(first_release: DataFolder, what: str) -> None:
    cells = (PERSONAL | NAMES)[what]
    file = answers(*many(), answer(**cells))
    vintage = landing.from_bytes(file.name, file.content())
    cleaned = sort_evidence(vintage, first_release.geography, as_of=AS_OF)
    (row,) = cleaned.quarantined.iter_rows(named=True)
    assert row["rule"] == ("personal_details" if what in PERSONAL else "wrong_form")
    assert (row["source_row"], row["column"]) == (41, *cells)
    assert row["found"].startswith("[withheld")
    assert json.loads(row["row"])[row["column"]] == row["found"]
    (secret,) = cells.values()
    for frame in (vintage.rows, cleaned.quarantined):
        assert secret not in frame.write_csv()
        assert "loggs" not in frame.write_csv()


def holding(folder: Path, secret: bytes) -> Iterator[Path]:
    """Files that hold these bytes, compressed or not."""
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            content = gzip.decompress(content) if path.suffix == ".gz" else content
            if path.suffix == ".parquet":
                content += pl.read_parquet(path).write_json().encode()
            if secret in content:
                yield path


@pytest.mark.parametrize("how_many", [1, 40])
def test_a_refresh_leaves_what_it_withheld_nowhere(folder: DataFolder, how_many: int) -> None:
    """Taken in but for that row, or refused whole: neither landing, nor release, nor log, nor screen has it."""
    secret = answer(evidence_url="https://example.nhs.uk/Zebedee.Quill@nhs.net", as_at="2026-10-02")
    file = answers(*many(how_many), secret).with_column("contact", "Zebedee Quill")
    folder.drop(file)
    run = folder.command("refresh", "--inbox", str(folder.inbox), "--as-of", str(AS_OF))
    assert run.returncode == (0 if how_many == 40 else 2)
    assert "personal_details" in run.stdout
    assert "withheld" in run.stdout
    assert "Quill" not in run.stdout + run.stderr
    assert not list(holding(folder.path, b"Quill"))


@pytest.mark.parametrize(
    "address",
    [
        "https://www.england.nhs.uk/2026/04/01/plans-for-2026-27/",
        "https://example.nhs.uk/wp-content/uploads/2026/05/ICB-20260512-paper-7.pdf",
        "https://example.nhs.uk/our-people-plan/2026-04-01-v2.1",
        "https://example.nhs.uk/about/people/",
        "https://www.legislation.gov.uk/ukpga/2006/41/section/14Z35",
        "https://example.nhs.uk/mrsa-plan",
    ],
)
def test_an_ordinary_address_tells_of_nobody(address: str) -> None:
    assert not is_personal(address)


# --- no answer is lost ----------------------------------------------------------------------------------------

EDITS: list[Row] = [
    {}, {}, {}, {"answer": "no"}, {"answer": "partly", "dated": ""}, {"area_code": LONDON_NORTH_EAST},
    *(cells for cells, _, _ in FAULTS.values()), *PERSONAL.values(), *NAMES.values(),
    {"commitment_id": "", "area_code": "", "as_at": "", "answer": "", "dated": "", "evidence_url": ""},
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(
    chosen=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(range(len(EDITS)))), min_size=1, max_size=40),
    text=st.text(max_size=12),
)
def test_answers_in_are_answers_out_set_aside_or_quarantined(
    first_release: DataFolder, chosen: list[tuple[int, int]], text: str
) -> None:
    rows = [{**many(10)[place], **EDITS[edit]} for place, edit in chosen]
    free = answer(commitment_id=text.replace("\r", "").replace("\n", "").replace("\0", ""), as_at="2026-09-13")
    cleaned = clean(first_release, answers(*rows, free))
    accepted = cleaned.accepted["source_row"].to_list()
    set_aside = cleaned.set_aside["source_row"].to_list()
    quarantined = cleaned.quarantined["source_row"].unique().to_list()
    assert sorted([*accepted, *set_aside, *quarantined]) == list(range(1, len(chosen) + 2))
    assert cleaned.accepted.select("commitment_id", "area_code", "as_at").is_unique().all()
    assert cleaned.quarantined.select("source_row", "rule", "column").is_unique().all()


def test_cleaning_knows_the_same_systems_and_days_as_the_table_of_areas(first_release: DataFolder) -> None:
    boards = first_release.mart("areas").filter(area_type="icb").sort("area_code")
    assert boards.select("area_code", "valid_from", "valid_to").equals(first_release.geography.boards)
