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
GATESHEAD = "E08000037"
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
    """Three systems, one of which another replaced, and one local authority."""
    systems = pl.DataFrame(
        {
            "system_code": [SYSTEM, SYSTEM_THEN, SYSTEM_NOW],
            "valid_from": [dt.date(2022, 7, 1), dt.date(2022, 7, 1), dt.date(2023, 4, 1)],
            "valid_to": [None, dt.date(2023, 3, 31), None],
            "successors": [None, f"{SYSTEM_NOW} (Sussex)", None],
        },
        schema_overrides={"valid_to": pl.Date},
    )
    given = {"today": TODAY, "systems": systems, "places": frozenset({GATESHEAD}), **others}
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
