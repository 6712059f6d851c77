"""The template of a return, made from the contract: drop-down lists, notes, and the rows of the return before."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from data_contracts.dictionary import TYPES
from data_contracts.fields import Field
from data_contracts.posts import ANSWER_FIELDS, POST_FIELDS, RETURN_VERSION, schema_of
from data_contracts.quarters import last_day
from data_contracts.returns import ANSWERS, MAX_ROWS, POSTS, Known, upgrade
from data_contracts.vocabulary import QUESTION_MEANINGS
from pipelines.config import Settings
from pipelines.faults import Problem, Refused
from pipelines.returns import store

#: An hour of no meaning, so that the same template is the same bytes.
_MADE = dt.datetime(2026, 1, 1)  # noqa: DTZ001  a spreadsheet knows no zones
_FLAG = ("yes", "no")
#: What a spreadsheet program shows beside a cell, at most.
_LONGEST_PROMPT = 255
#: When a cell that may be empty may not be, as the rules have it.
_WHEN_FILLED = {
    "vacant_since": "no for a vacant post; yes, and it must be, for a filled one",
    "contract_end": "yes; give it for a fixed term, secondment or interim where it is known",
    "funding_end": "no where the funding is not recurrent; yes, and it must be, where it is",
    "topic": "no for an agreement or a case; yes, and it must be, otherwise",
    "answer": "no, except for a case",
    "outcome": "no for a case; yes, and it must be, otherwise",
    "dated": "no for an agreement, a director or a definition that there is; yes otherwise",
    "link": "no for a case and for an answer of yes or partly; yes for no",
}


@dataclass(frozen=True, kw_only=True)
class Template:
    """A return to fill in: whose, of when, and the rows to begin from."""

    system_code: str
    quarter: str
    posts: pl.DataFrame
    answers: pl.DataFrame
    begun_from: str | None


def template(system_code: str, quarter: str, known: Known, settings: Settings) -> Template:
    """Begun from the newest return up to the quarter, if there is any. Raises Refused for a system not there then."""
    _refuse_other_systems(system_code, last_day(quarter), known)
    earlier = [
        held for held in store.newest(settings.data_dir, system_code) if last_day(held.quarter) <= last_day(quarter)
    ]
    if not earlier:
        return Template(
            system_code=system_code,
            quarter=quarter,
            posts=pl.DataFrame(schema=schema_of(POST_FIELDS)),
            answers=pl.DataFrame(schema=schema_of(ANSWER_FIELDS)),
            begun_from=None,
        )
    last = earlier[-1]
    as_at = pl.lit(last_day(quarter)).alias("as_at")
    return Template(
        system_code=system_code,
        quarter=quarter,
        posts=upgrade(store.read_posts(settings.data_dir, last), last.contract_version).with_columns(as_at),
        answers=store.read_answers(settings.data_dir, last).with_columns(as_at),
        begun_from=last.quarter,
    )


def _refuse_other_systems(system_code: str, day: dt.date, known: Known) -> None:
    held = known.systems.filter(pl.col("system_code") == system_code)
    lasted = held.filter((pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= day)))
    if lasted.height:
        return
    successors = held.drop_nulls("successors")["successors"]
    raise Refused(
        [
            Problem(
                rule="system_not_in_force" if held.height else "unknown_system",
                where=system_code,
                found=f"no integrated care board of this code on {day}",
                expected=f"the code of a system that existed on {day}",
                todo=f"use its successor {successors[0]}" if len(successors) else "look the code up",
            )
        ]
    )


# --- text -------------------------------------------------------------------------------------------------


def as_csv(rows: pl.DataFrame) -> bytes:
    """Rows to fill in as CSV, with a byte order mark, without which Excel misreads it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(rows.columns)
    writer.writerows(rows.select(_as_written(rows)).rows())
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _as_written(rows: pl.DataFrame) -> list[pl.Expr]:
    return [
        pl.when(pl.col(name)).then(pl.lit("yes")).when(~pl.col(name)).then(pl.lit("no")).alias(name)
        if dtype == pl.Boolean
        else pl.col(name)
        for name, dtype in rows.schema.items()
    ]


# --- workbook ---------------------------------------------------------------------------------------------


def as_xlsx(wanted: Template) -> bytes:
    """The workbook: posts, system-level answers, notes, and the lists the cells choose from."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"Return of posts, {wanted.system_code}, {wanted.quarter}", "created": _MADE})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    forms = {
        "text": book.add_format({"num_format": "@"}),
        "flag": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": "0.00##"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheets = {name: book.add_worksheet(name) for name in (POSTS, ANSWERS, "Notes", "Lists")}
    lists = _write_lists(sheets["Lists"], wanted, head)
    for name, fields, rows in ((POSTS, POST_FIELDS, wanted.posts), (ANSWERS, ANSWER_FIELDS, wanted.answers)):
        _write_table(sheets[name], fields, rows, lists, head, forms)
    _write_notes(sheets["Notes"], wanted, head, book.add_format({"text_wrap": True, "valign": "top"}))
    book.close()
    return made.getvalue()


def _write_table(
    sheet: Worksheet,
    fields: tuple[Field, ...],
    rows: pl.DataFrame,
    lists: dict[str, str],
    head: Format,
    forms: dict[str, Format],
) -> None:
    sheet.freeze_panes(1, 1)
    written = rows.select(_as_written(rows))
    for place, field in enumerate(fields):
        sheet.write_string(0, place, field.name, head)
        sheet.set_column(place, place, max(14, len(field.name) + 2), forms[field.kind])
        if source := lists.get(field.name):
            sheet.data_validation(
                1,
                place,
                MAX_ROWS,
                place,
                {
                    "validate": "list",
                    "source": source,
                    "ignore_blank": field.optional,
                    "error_title": field.name,
                    "error_message": "Choose a value from the list.",
                    "input_title": field.name,
                    "input_message": field.meaning[:_LONGEST_PROMPT],
                },
            )
        for row, cell in enumerate(written[field.name], 1):
            if cell is None:
                continue
            if field.kind == "date":
                sheet.write_datetime(row, place, cell, forms["date"])
            elif field.kind == "number":
                sheet.write_number(row, place, cell, forms["number"])
            else:
                sheet.write_string(row, place, cell, forms[field.kind])


def _write_lists(sheet: Worksheet, wanted: Template, head: Format) -> dict[str, str]:
    """What cells choose from, a column a list, and where each list lies."""
    sources: dict[str, str] = {}
    for place, (name, values) in enumerate(_lists(wanted).items()):
        letter = chr(65 + place)
        sheet.write_string(0, place, name, head)
        sheet.set_column(place, place, 30)
        for row, value in enumerate(values, 1):
            sheet.write_string(row, place, value)
        sources[name] = f"=Lists!${letter}$2:${letter}${len(values) + 1}"
    return sources


def _lists(wanted: Template) -> dict[str, tuple[str, ...]]:
    lists: dict[str, tuple[str, ...]] = {"system_code": (wanted.system_code,)}
    for field in (*POST_FIELDS, *ANSWER_FIELDS):
        if field.allowed:
            lists[field.name] = field.allowed
        elif field.kind == "flag":
            lists[field.name] = _FLAG
    return lists


def _write_notes(sheet: Worksheet, wanted: Template, head: Format, wrapped: Format) -> None:
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90, wrapped)
    sheet.set_column(2, 3, 24, wrapped)
    for row, (cells, is_head) in enumerate(_notes(wanted)):
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell, head if is_head else wrapped)


def _may_be_empty(field: Field) -> str:
    return _WHEN_FILLED.get(field.name, "yes" if field.optional else "no")


def _notes(wanted: Template) -> Iterator[tuple[tuple[str, ...], bool]]:
    """What a person who fills it in must know, from the contract itself."""
    yield ("Return of posts",), True
    yield ("System and quarter", f"{wanted.system_code}, {wanted.quarter}: as at {last_day(wanted.quarter)}"), False
    yield ("Version of the return", RETURN_VERSION), False
    if wanted.begun_from:
        yield ("Begun from", f"the return for {wanted.begun_from}: correct every row that changed"), False
    yield ("Posts", f"One post a row, at most {MAX_ROWS:,} rows, funded posts only, vacant ones included."), False
    yield (
        ("Nothing about a person", "No name, e-mail address, telephone number, postcode or NHS number in any cell."),
        False,
    )
    yield ("Values only", "No formulas: paste them as values. No comments, pictures or links to other files."), False
    yield ("Days", "Written 2026-09-30 or 30/09/2026."), False
    yield ("Send it", "On the page /workforce/return, or by: python -m pipelines returns submit FILE"), False
    for name, fields in ((POSTS, POST_FIELDS), (ANSWERS, ANSWER_FIELDS)):
        yield ("",), False
        yield (f"Sheet {name}: column", "meaning", "kind", "may be empty"), True
        for field in fields:
            meaning = "what is asked, see below" if field.name == "question" else field.meaning
            kind = "yes or no" if field.kind == "flag" else TYPES[field.kind]
            yield (field.name, meaning, kind, _may_be_empty(field)), False
    yield ("",), False
    yield ("Question", "meaning"), True
    for question, meaning in QUESTION_MEANINGS.items():
        yield (question, meaning), False
