"""The store's tables. Columns come from the contracts; their longest text is decided here, for database and forms."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from data_contracts.fields import FIELDS
from data_contracts.stored import INTERVENTION_HISTORY, INTERVENTIONS
from data_contracts.vocabulary import InterventionAction, InterventionStatus

#: The migration that makes these tables. The server reads no store of another.
SCHEMA = "0001"

#: The most characters of a text. One line of a form holds 120; a few lines of reasons 1,000.
_LINE, _PARAGRAPH, _ADDRESS, _CODE = 120, 1_000, 500, 100
LONGEST: dict[str, int] = {
    **dict.fromkeys(("owner_role", "owner_organisation", "changed_by_role", "changed_by_organisation"), _LINE),
    **dict.fromkeys(("intervention_reason", "expected_effect", "review_finding", "withdrawn_reason"), _PARAGRAPH),
    "process_measure": 240,
    "process_unit": 40,
    "evidence_link": _ADDRESS,
    "changed": _PARAGRAPH,
}

_TYPES = {"date": Date, "number": Double, "whole": Integer}

metadata = MetaData()


def _column(name: str) -> Column:
    field = FIELDS[name]
    nullable = INTERVENTIONS.is_nullable(field)
    kind = String(LONGEST.get(name, _CODE)) if field.kind == "text" else _TYPES[field.kind]()
    return Column(name, kind, nullable=nullable)


def _one_of(column: str, values: type[InterventionStatus] | type[InterventionAction]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


interventions = Table(
    "interventions",
    metadata,
    Column("intervention_id", Integer, primary_key=True, autoincrement=True),
    # Given by the form, so that one sent twice is one entry.
    Column("submission_id", String(_CODE), nullable=False, unique=True),
    *(_column(name) for name in INTERVENTIONS.columns if name != "intervention_id"),
    _one_of("intervention_status", InterventionStatus),
    sqlite_autoincrement=True,
)
Index("interventions_area", interventions.c.area_code)
Index("interventions_review", interventions.c.review_date)

history = Table(
    "intervention_history",
    metadata,
    Column("entry_id", Integer, primary_key=True, autoincrement=True),
    Column("intervention_id", Integer, ForeignKey(interventions.c.intervention_id), nullable=False),
    *(_column(name) for name in INTERVENTION_HISTORY.columns if name != "intervention_id"),
    UniqueConstraint("intervention_id", "record_version", name="one_entry_a_version"),
    _one_of("action", InterventionAction),
    sqlite_autoincrement=True,
)

#: Changes that were not taken, because somebody else's was saved first: both are told.
refused = Table(
    "refused_changes",
    metadata,
    Column("refusal_id", Integer, primary_key=True, autoincrement=True),
    Column("intervention_id", Integer, ForeignKey(interventions.c.intervention_id), nullable=False),
    Column("seen_version", Integer, nullable=False),
    Column("record_version", Integer, nullable=False),
    Column("refused_at", String(_CODE), nullable=False),
    _column("changed_by_role"),
    _column("changed_by_organisation"),
    sqlite_autoincrement=True,
)
Index("refused_changes_of", refused.c.intervention_id)
