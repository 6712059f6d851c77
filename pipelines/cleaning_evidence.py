"""Cleaning of answers on commitments kept by acts and documents: what each row must be to count as evidence."""

import datetime as dt
from dataclasses import replace

import polars as pl

from data_contracts.fields import FIELDS
from data_contracts.registry.records import PublishRules, commitments, sources, takes_evidence
from data_contracts.rules import Rule, field_rules
from data_contracts.vocabulary import Lever, ValueKind
from pipelines.cleaning import RAW, Cleaned, as_cleaned, cells_rule, refuse_if_faulty, sort_rows
from pipelines.geography import ENGLAND, Geography
from pipelines.landing import Vintage
from pipelines.sources.evidence import COLUMNS, OTHER_FORM, PERSONAL
from pipelines.sources.tabular import CELLS, ROW

KEY = ["commitment_id", "area_code", "as_at"]
_MAY_BE_BLANK = ("dated",)
_FORMS = {
    "commitment_id": "the id of a commitment",
    "area_code": "the code of a system, such as E54000050, or of England",
    "as_at": "a day, written 2026-04-01",
    "answer": "yes, partly or no",
    "dated": "a day, written 2026-04-01",
    "evidence_url": "an address that begins with https://",
}

#: What a model gets where nobody has sent in any.
NO_EVIDENCE = pl.DataFrame(
    schema={
        ROW: pl.Int64(),
        **{name: FIELDS[name].dtype for name in COLUMNS},
        "value_kind": pl.String(),
    }
)


def clean_evidence(vintage: Vintage, geography: Geography, rules: PublishRules, *, as_of: dt.date) -> Cleaned:
    """Type and check a file of answers. Raises Refused where the file as a whole is at fault."""
    cleaned = sort_evidence(vintage, geography, as_of=as_of)
    todo = "mend the rows where the file was written, and drop it again; it must hold every answer that still stands"
    refuse_if_faulty(cleaned, allowed_share=rules.fault_share, todo=todo)
    return cleaned


def sort_evidence(vintage: Vintage, geography: Geography, *, as_of: dt.date) -> Cleaned:
    """Sort answers into accepted, set aside and quarantined, whatever that says of the file."""
    frame = (
        vintage.rows.with_columns(pl.col(COLUMNS).fill_null("").str.strip_chars())
        .select(
            ROW,
            CELLS,
            *[pl.col(column).alias(RAW + column) for column in COLUMNS],
            *[_text(column) for column in ("commitment_id", "area_code", "answer", "evidence_url")],
            *[_day(column) for column in ("as_at", "dated")],
            rule=pl.lit(None, pl.String),
        )
        .join(geography.boards, on="area_code", how="left", maintain_order="left")
    )
    values = [column for column in COLUMNS if column not in KEY]
    sorted_rows = sort_rows(frame, _rules(as_of), KEY, values, lambda _: pl.lit("repeated_row"))
    sorted_rows = sorted_rows.with_columns(value_kind=pl.lit(str(ValueKind.PUBLISHED)))
    cleaned = as_cleaned(vintage, sources()[vintage.record.source_id], sorted_rows, COLUMNS)
    return replace(cleaned, accepted=cleaned.accepted.select(NO_EVIDENCE.columns))


def _text(column: str) -> pl.Expr:
    """The cell; nothing where it is blank or was withheld, so that no other rule judges it."""
    return pl.when(~pl.col(column).is_in(["", PERSONAL, OTHER_FORM])).then(pl.col(column)).alias(column)


def _day(column: str) -> pl.Expr:
    return pl.col(column).str.to_date("%Y-%m-%d", strict=False).alias(column)


def _rules(as_of: dt.date) -> list[Rule]:
    """What makes a row no evidence, in the order a reader would look."""
    rules = [cells_rule("commitment_id")]
    for column in COLUMNS:
        rules.extend(_form_rules(column))
    return [*rules, *_place_rules(), *_day_rules(as_of)]


def _form_rules(column: str) -> list[Rule]:
    """A cell is there and in its column's form; what was taken out at the door was not."""
    raw = pl.col(RAW + column)
    rules = [
        Rule(
            name="personal_details",
            column=column,
            good=raw != PERSONAL,
            expected="no name, e-mail address, telephone or NHS number, nor ten digits that could be one",
        ),
        Rule(name="wrong_form", column=column, good=raw != OTHER_FORM, expected=_FORMS[column]),
    ]
    if column not in _MAY_BE_BLANK:
        rules.append(Rule(name="missing", column=column, good=raw != "", expected=_FORMS[column]))
    if column == "answer":
        rules.extend(field_rules(FIELDS[column], nullable=True))
    return rules


def _place_rules() -> list[Rule]:
    """The commitment is one that answers are taken about, and the area one that existed on the day."""
    commitment, area, day = pl.col("commitment_id"), pl.col("area_code"), pl.col("as_at")
    known, about = list(commitments()), list(takes_evidence())
    national = [commitment_id for commitment_id, entry in takes_evidence().items() if entry.lever is Lever.NATIONAL]
    is_board = pl.col("valid_from").is_not_null()
    lasted = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (day <= pl.col("valid_to")))
    return [
        _rule("unknown_commitment", "commitment_id", commitment.is_in(known), "a commitment in the register"),
        _rule(
            "takes_no_evidence",
            "commitment_id",
            commitment.is_in(about) | ~commitment.is_in(known),
            "a commitment kept by acts and documents: " + ", ".join(about),
        ),
        _rule("unknown_area", "area_code", is_board | (area == ENGLAND), _FORMS["area_code"]),
        _rule(
            "not_national",
            "area_code",
            (area != ENGLAND) | commitment.is_in(national) | ~commitment.is_in(about),
            "the code of a system: England answers only for what is national",
        ),
        _rule("area_not_in_force", "area_code", lasted | ~is_board, "a system that existed on the day `as_at`"),
    ]


def _day_rules(as_of: dt.date) -> list[Rule]:
    """Days are in the calendar, and nothing is known before it happened."""
    rules = []
    for column in ("as_at", "dated"):
        raw = pl.col(RAW + column)
        unread = raw.is_in(["", PERSONAL, OTHER_FORM])
        rules.append(_rule("not_a_day", column, unread | pl.col(column).is_not_null(), _FORMS[column]))
    return [
        *rules,
        _rule("after_as_of", "as_at", pl.col("as_at") <= as_of, f"a day up to {as_of.isoformat()}, when this was run"),
        _rule("after_as_at", "dated", pl.col("dated") <= pl.col("as_at"), "a day up to `as_at`"),
    ]


def _rule(name: str, column: str, good: pl.Expr, expected: str) -> Rule:
    """A rule that lets through what cannot be judged: another rule says why it cannot."""
    return Rule(name=name, column=column, good=good.fill_null(value=True), expected=expected)
