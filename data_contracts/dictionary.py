"""The data dictionary, made from the contracts: what each table holds and what each column means."""

from collections.abc import Iterable, Iterator

from data_contracts.fields import Field
from data_contracts.marts import CONTRACT_VERSION, MARTS, Mart
from data_contracts.posts import ANSWER_FIELDS, POST_FIELDS, RETURN_VERSION
from data_contracts.row_rules import IN_WORDS
from data_contracts.stored import STORED

#: What a reader calls each kind of column.
TYPES = {"text": "text", "number": "number", "whole": "whole number", "date": "date", "flag": "true or false"}


def markdown() -> str:
    """The whole dictionary as one document."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Data dictionary"
    yield ""
    yield f"Contract version {CONTRACT_VERSION}. Made from `data_contracts` by `make docs`; do not edit it by hand."
    for mart in (*MARTS.values(), *STORED.values()):
        yield from _mart(mart)
    yield from _return()


def _return() -> Iterator[str]:
    """What a system sends in: never published as it is."""
    sheets = (
        (
            "posts",
            "One row per funded post: what a system returns each quarter. Single posts are in no table.",
            POST_FIELDS,
        ),
        ("answers", "One row per question, topic and case: what a system answers with its posts.", ANSWER_FIELDS),
    )
    for name, holds, fields in sheets:
        yield ""
        yield f"## The return: {name}"
        yield ""
        yield f"{holds} Version {RETURN_VERSION} of the return."
        yield from _columns((field, field.optional) for field in fields)


def _mart(mart: Mart) -> Iterator[str]:
    yield ""
    yield f"## {mart.name}"
    yield ""
    yield f"{mart.holds} Key: {', '.join(f'`{name}`' for name in mart.key)}."
    yield from _columns((field, mart.is_nullable(field)) for field in mart.fields)
    if mart.row_rules:
        yield ""
        yield in_every_row(mart)


def _columns(fields: Iterable[tuple[Field, bool]]) -> Iterator[str]:
    """A table of columns, each with whether it may be empty."""
    yield ""
    yield "| column | type | unit | empty | meaning | may hold |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for field, may_be_empty in fields:
        empty = "may be" if may_be_empty else "never"
        held = may_hold(field).replace("|", "\\|")
        cells = [f"`{field.name}`", TYPES[field.kind], field.unit or "", empty, field.meaning, held]
        yield "| " + " | ".join(cells) + " |"


def in_every_row(mart: Mart) -> str:
    """What holds across the columns of each row; nothing where no rule does."""
    rules = "; ".join(IN_WORDS[name] for name in mart.row_rules)
    return f"In every row: {rules}." if rules else ""


def may_hold(field: Field) -> str:
    """Allowed values, range or form, in words; values and patterns between backticks."""
    parts = []
    if field.allowed:
        parts.append(", ".join(f"`{value}`" for value in field.allowed))
    if field.minimum is not None:
        parts.append(f"at least {field.minimum:g}")
    if field.maximum is not None:
        parts.append(f"at most {field.maximum:g}")
    if field.pattern:
        parts.append(f"`{field.pattern}`")
    return "; ".join(parts)
