"""Returns as a system's data lead writes them, and what they are held against in tests of the rules alone."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Mapping

import polars as pl

from data_contracts.posts import ANSWER_FIELDS, POST_FIELDS
from data_contracts.returns import Known

SYSTEM, SYSTEM_THEN, SYSTEM_NOW = "E54000050", "E54000053", "E54000064"
GATESHEAD, BRIGHTON = "E08000037", "E06000043"
QUARTER, AS_AT = "2026-27-Q2", "2026-09-30"
TODAY = dt.date(2026, 11, 25)
LINK = "https://example.nhs.uk/board/2026/population-health.pdf"

Row = Mapping[str, str]

POST_HEADER = tuple(field.name for field in POST_FIELDS)
ANSWER_HEADER = tuple(field.name for field in ANSWER_FIELDS)


def post(number: int = 1, **cells: str) -> dict[str, str]:
    """One sound post, but for the cells given."""
    sound = {
        "post_reference": f"PH-{number:04}",
        "system_code": SYSTEM,
        "employer_type": "icb",
        "employer_code": "QHM",
        "role_family": "population_health_analyst",
        "role_focus": "population_health_management",
        "joint_reference": "",
        "place_code": "",
        "wte": "0.8",
        "state": "filled_substantive",
        "vacant_since": "",
        "contract_end": "",
        "funding_source": "icb_baseline",
        "recurrent": "yes",
        "funding_start": "2024-04-01",
        "funding_end": "",
        "funding_confirmed": "yes",
        "pay_framework": "agenda_for_change",
        "as_at": AS_AT,
    }
    assert set(cells) <= set(sound)
    return {**sound, **cells}


def answer(question: str = "own_infrastructure", **cells: str) -> dict[str, str]:
    """One sound answer, but for the cells given."""
    sound = {
        "system_code": SYSTEM,
        "question": question,
        "topic": "",
        "answer": "yes",
        "outcome": "",
        "dated": "2026-07-01",
        "link": LINK,
        "as_at": AS_AT,
    }
    assert set(cells) <= set(sound)
    return {**sound, **cells}


_FIXED = {"recurrent": "no", "funding_end": "2027-03-31"}

#: One fault a rule: the rule, the column at fault, and the cells of an otherwise sound post.
FAULTS_OF_POSTS: list[tuple[str, str, dict[str, str]]] = [
    ("missing", "post_reference", {"post_reference": ""}),
    ("missing", "role_family", {"role_family": ""}),
    ("missing", "wte", {"wte": ""}),
    ("missing", "as_at", {"as_at": ""}),
    ("not_a_number", "wte", {"wte": "part"}),
    ("not_a_flag", "recurrent", {"recurrent": "perhaps"}),
    ("not_a_day", "funding_start", {"funding_start": "April 2024"}),
    ("not_a_day", "funding_start", {"funding_start": "31/02/2024"}),
    ("not_a_day", "funding_start", {"funding_start": "2024-13-01"}),
    ("unlikely_day", "funding_start", {"funding_start": "0204-04-01"}),
    ("not_in_list", "state", {"state": "filled"}),
    ("wrong_form", "post_reference", {"post_reference": "ph/1"}),
    ("wrong_form", "post_reference", {"post_reference": "PH-0000000000000000001-A"}),
    ("wrong_form", "employer_code", {"employer_code": "Gateshead"}),
    ("wrong_form", "system_code", {"system_code": "QHM"}),
    ("formula", "joint_reference", {"joint_reference": "=A1"}),
    ("formula", "post_reference", {"post_reference": "-PH1"}),
    ("wte_out_of_range", "wte", {"wte": "0"}),
    ("wte_out_of_range", "wte", {"wte": "1.01"}),
    ("wte_out_of_range", "wte", {"wte": "-0.5"}),
    ("vacant_since_missing", "vacant_since", {"state": "vacant_frozen"}),
    ("filled_but_vacant_since", "vacant_since", {"vacant_since": "2026-01-01"}),
    ("vacant_after_as_at", "vacant_since", {"state": "vacant_recruiting", "vacant_since": "2026-10-01"}),
    ("contract_of_no_fixed_term", "contract_end", {"contract_end": "2027-01-31"}),
    ("contract_end_not_given", "contract_end", {"state": "interim"}),
    ("contract_over", "contract_end", {"state": "fixed_term", "contract_end": "2026-09-29"}),
    ("recurrent_with_end", "funding_end", {"funding_end": "2027-03-31"}),
    ("funding_end_missing", "funding_end", {"recurrent": "no"}),
    ("funding_out_of_order", "funding_end", {**_FIXED, "funding_start": "2027-04-01"}),
    ("funding_over", "funding_end", {**_FIXED, "funding_end": "2026-09-29"}),
    ("example_system", "system_code", {"system_code": "X54000001"}),
    ("unknown_system", "system_code", {"system_code": "E54000999"}),
    ("system_not_in_force", "system_code", {"system_code": SYSTEM_THEN}),
    ("another_system", "system_code", {"system_code": SYSTEM_NOW}),
    ("not_a_quarters_end", "as_at", {"as_at": "2026-09-29"}),
    ("quarter_too_early", "as_at", {"as_at": "2016-09-30"}),
    ("another_quarter", "as_at", {"as_at": "2026-06-30"}),
    ("quarter_not_over", "as_at", {"as_at": "2026-12-31"}),
    ("unknown_place", "place_code", {"place_code": "E08000099"}),
    ("place_elsewhere", "place_code", {"place_code": BRIGHTON}),
    ("unknown_employer", "employer_code", {"employer_code": "E06000099"}),
]
FAULTS_OF_ANSWERS: list[tuple[str, str, dict[str, str]]] = [
    ("topic_missing", "topic", {"question": "agreement_to_inform"}),
    ("topic_not_asked", "topic", {"topic": "cancer"}),
    ("answer_missing", "answer", {"answer": ""}),
    ("answer_not_asked", "answer", {"question": "case_shared", "topic": "smoking", "outcome": "stopped"}),
    ("outcome_missing", "outcome", {"question": "case_shared", "topic": "smoking", "answer": ""}),
    ("outcome_not_asked", "outcome", {"outcome": "stopped"}),
    ("link_missing", "link", {"link": ""}),
    ("wrong_form", "link", {"link": "http://example.nhs.uk"}),
    ("dated_missing", "dated", {"question": "agreement_to_advise", "topic": "smoking", "dated": ""}),
    ("dated_after_as_at", "dated", {"dated": "2026-10-01"}),
    ("not_in_list", "question", {"question": "anything"}),
]


def every_answer() -> list[dict[str, str]]:
    """An answer to each question about the whole system, an agreement and a case."""
    single = (
        "director_in_post",
        "own_infrastructure",
        "local_connection",
        "written_definition",
        "joint_leadership",
        "start_somewhere",
        "workforce_wellbeing",
        "time_together",
        "data_sharing",
    )
    return [
        *(answer(question) for question in single),
        answer("agreement_to_lead", topic="smoking"),
        answer("case_shared", topic="cancer", answer="", outcome="gap_narrowed"),
    ]


def as_csv(rows: list[dict[str, str]], header: tuple[str, ...] = POST_HEADER) -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def known(**others: object) -> Known:
    """Three systems, one of which another replaced, and a local authority in each of two."""
    systems = pl.DataFrame(
        {
            "system_code": [SYSTEM, SYSTEM_THEN, SYSTEM_NOW],
            "valid_from": [dt.date(2022, 7, 1), dt.date(2022, 7, 1), dt.date(2023, 4, 1)],
            "valid_to": [None, dt.date(2023, 3, 31), None],
            "successors": [None, f"{SYSTEM_NOW} (Sussex)", None],
        },
        schema_overrides={"valid_to": pl.Date},
    )
    places = pl.DataFrame({"place_code": [GATESHEAD, BRIGHTON], "system_code": [SYSTEM, SYSTEM_NOW]})
    given = {"today": TODAY, "systems": systems, "places": places, **others}
    return Known(**given)  # type: ignore[arg-type]


def with_parts(workbook: bytes, parts: Mapping[str, bytes], *, without: tuple[str, ...] = ()) -> bytes:
    """The workbook with parts put in, or in the place of its own."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in parts and name not in without:
                target.writestr(name, source.read(name))
        for name, content in parts.items():
            target.writestr(name, content)
    return made.getvalue()


def part(workbook: bytes, name: str) -> bytes:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as source:
        return source.read(name)
