"""What a return holds: the columns of its posts and of its system-level answers, each once.

No pandera and no polars here, so that anything may read it. The rules are in `returns`.
"""

from typing import TYPE_CHECKING

from data_contracts import vocabulary as v
from data_contracts.fields import HTTPS, QUARTER, Field, all_values

if TYPE_CHECKING:
    import polars as pl

#: Version of the return's columns and closed lists. Version 1 had no `place_code`.
RETURN_VERSION = "2"

REFERENCE = r"^[A-Z0-9-]{1,20}$"
SYSTEM_CODE = r"^(E54[0-9]{6}|X54[0-9]{6})$"
#: An organisation's ODS code, or the GSS code of a local authority.
EMPLOYER_CODE = r"^([A-Z0-9]{3,6}|E(06|07|08|09|10)[0-9]{6}|E47[0-9]{6})$"
PLACE_CODE = r"^(E(06|07|08|09|10)[0-9]{6}|X54[0-9]{6})$"

POST_FIELDS: tuple[Field, ...] = (
    Field(
        name="post_reference",
        kind="text",
        meaning="Your own reference of the post: meaningless, the same every quarter, never a name",
        pattern=REFERENCE,
    ),
    Field(name="system_code", kind="text", meaning="Integrated care board", pattern=SYSTEM_CODE),
    Field(name="employer_type", kind="text", meaning="Who employs the post", allowed=all_values(v.EmployerType)),
    Field(
        name="employer_code",
        kind="text",
        meaning="ODS code of the employer, or the GSS code of a local authority",
        pattern=EMPLOYER_CODE,
    ),
    Field(name="role_family", kind="text", meaning="What the post is for", allowed=all_values(v.RoleFamily)),
    Field(name="role_focus", kind="text", meaning="Where its weight lies", allowed=all_values(v.RoleFocus)),
    Field(
        name="joint_reference",
        kind="text",
        meaning=(
            "Only of a joint post: one reference, the same in the return of each system, whose WTE is its own share"
        ),
        pattern=REFERENCE,
        optional=True,
    ),
    Field(
        name="place_code",
        kind="text",
        meaning="Local authority the post serves, either tier, where it serves one: used if the system is split later",
        pattern=PLACE_CODE,
        optional=True,
    ),
    Field(name="wte", kind="number", meaning="Whole-time equivalent funded, over 0 and at most 1", unit="WTE"),
    Field(name="state", kind="text", meaning="How it is filled on the as-at date", allowed=all_values(v.PostState)),
    Field(name="vacant_since", kind="date", meaning="First day vacant; only of a vacant post", optional=True),
    Field(name="contract_end", kind="date", meaning="Last day of the holder's contract, if it ends", optional=True),
    Field(name="funding_source", kind="text", meaning="Whose money pays", allowed=all_values(v.FundingSource)),
    Field(name="recurrent", kind="flag", meaning="The money recurs and has no end"),
    Field(name="funding_start", kind="date", meaning="First day funded"),
    Field(name="funding_end", kind="date", meaning="Last day funded; only where it is not recurrent", optional=True),
    Field(name="funding_confirmed", kind="flag", meaning="The money is confirmed in writing"),
    Field(name="pay_framework", kind="text", meaning="Whose terms it is on", allowed=all_values(v.PayFramework)),
    Field(name="as_at", kind="date", meaning="Last day of the quarter"),
)

ANSWER_FIELDS: tuple[Field, ...] = (
    Field(name="system_code", kind="text", meaning="Integrated care board", pattern=SYSTEM_CODE),
    Field(
        name="question",
        kind="text",
        meaning="; ".join(f"`{question}`: {meaning}" for question, meaning in v.QUESTION_MEANINGS.items()),
        allowed=all_values(v.Question),
    ),
    Field(
        name="topic",
        kind="text",
        meaning="Only of an agreement or a case: what it is about",
        allowed=all_values(v.Topic),
        optional=True,
    ),
    Field(
        name="answer",
        kind="text",
        meaning="Whether it is so; of a case nothing",
        allowed=all_values(v.Answer),
        optional=True,
    ),
    Field(
        name="outcome",
        kind="text",
        meaning="Only of a case: what came of it",
        allowed=all_values(v.CaseOutcome),
        optional=True,
    ),
    Field(name="dated", kind="date", meaning="Day of the act, document or agreement, or since when", optional=True),
    Field(name="link", kind="text", meaning="Public page that shows it", pattern=HTTPS, optional=True),
    Field(name="as_at", kind="date", meaning="Last day of the quarter"),
)

#: What an accepted row carries besides.
_ACCEPTED: tuple[Field, ...] = (
    Field(name="quarter", kind="text", meaning="Quarter of the return", pattern=QUARTER),
    Field(name="contract_version", kind="text", meaning="Version of the return it met when it was sent in"),
    Field(
        name="value_kind",
        kind="text",
        meaning="`published` of a return; `illustrative` of an example",
        allowed=(v.ValueKind.PUBLISHED, v.ValueKind.ILLUSTRATIVE),
    ),
)

ACCEPTED_POST_FIELDS = POST_FIELDS + _ACCEPTED
ACCEPTED_ANSWER_FIELDS = ANSWER_FIELDS + _ACCEPTED

#: One row a return: whose, of which quarter, the day it came in, and how many posts it told of.
RETURN_FIELDS: tuple[Field, ...] = (
    Field(name="system_code", kind="text", meaning="Integrated care board", pattern=SYSTEM_CODE),
    Field(name="quarter", kind="text", meaning="Quarter of the return", pattern=QUARTER),
    Field(name="received_on", kind="date", meaning="Day the newest accepted return came in"),
    Field(name="posts", kind="whole", meaning="Posts it tells of", unit="posts", minimum=0),
)


def schema_of(fields: tuple[Field, ...]) -> "dict[str, pl.DataType]":
    """Column names to polars types, in order."""
    return {field.name: field.dtype for field in fields}
