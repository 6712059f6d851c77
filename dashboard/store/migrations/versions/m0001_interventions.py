"""The log of interventions: what stands now, every version there was, and changes that were not taken.

Written out, not taken from `tables`: what a migration makes must not change when the tables do.
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, Date, Double, ForeignKey, Integer, String, UniqueConstraint

revision = "0001"
down_revision = None

_STATUSES = "'proposed', 'agreed', 'under_way', 'completed', 'stopped', 'withdrawn'"
_ACTIONS = "'proposed', 'changed', 'reviewed', 'withdrawn'"

#: Rows of these are never changed or deleted, whoever asks the database.
_FOR_GOOD = {
    "intervention_history": "UPDATE OR DELETE",
    "refused_changes": "UPDATE OR DELETE",
    "interventions": "DELETE",
}


def _said() -> list[Column]:
    return [
        Column("area_code", String(100), nullable=False),
        Column("commitment_id", String(100), nullable=False),
        Column("trigger_id", String(100)),
        Column("intervention_reason", String(1000)),
        Column("intervention_kind", String(100), nullable=False),
        Column("intervention_status", String(100), nullable=False),
        Column("owner_role", String(120), nullable=False),
        Column("owner_organisation", String(120), nullable=False),
        Column("start_date", Date, nullable=False),
        Column("agreed_date", Date),
        Column("review_date", Date, nullable=False),
        Column("expected_effect", String(1000), nullable=False),
        Column("process_measure", String(240), nullable=False),
        Column("process_unit", String(40)),
        Column("process_aim", String(100), nullable=False),
        Column("process_date", Date, nullable=False),
        Column("process_baseline", Double),
        Column("process_baseline_date", Date),
        Column("process_baseline_lower_95", Double),
        Column("process_baseline_upper_95", Double),
        Column("process_value", Double),
        Column("process_value_date", Date),
        Column("process_lower_95", Double),
        Column("process_upper_95", Double),
        Column("outcome_indicator_id", String(100)),
        Column("outcome_sex", String(100)),
        Column("outcome_date", Date),
        Column("evidence_link", String(500)),
        Column("reviewed_on", Date),
        Column("review_finding", String(1000)),
        Column("withdrawn_reason", String(1000)),
    ]


def _written() -> list[Column]:
    return [
        Column("changed_at", String(100), nullable=False),
        Column("changed_by_role", String(120), nullable=False),
        Column("changed_by_organisation", String(120), nullable=False),
    ]


def upgrade() -> None:
    """Make the tables, and the triggers that keep what was written."""
    op.create_table(
        "interventions",
        Column("intervention_id", Integer, primary_key=True, autoincrement=True),
        Column("submission_id", String(100), nullable=False, unique=True),
        *_said(),
        Column("record_version", Integer, nullable=False),
        Column("created_at", String(100), nullable=False),
        *_written(),
        CheckConstraint(f"intervention_status IN ({_STATUSES})", name="intervention_status_known"),
        sqlite_autoincrement=True,
    )
    op.create_index("interventions_area", "interventions", ["area_code"])
    op.create_index("interventions_review", "interventions", ["review_date"])
    op.create_table(
        "intervention_history",
        Column("entry_id", Integer, primary_key=True, autoincrement=True),
        Column("intervention_id", Integer, ForeignKey("interventions.intervention_id"), nullable=False),
        Column("record_version", Integer, nullable=False),
        Column("action", String(100), nullable=False),
        Column("changed", String(1000), nullable=False),
        *_written(),
        *_said(),
        UniqueConstraint("intervention_id", "record_version", name="one_entry_a_version"),
        CheckConstraint(f"action IN ({_ACTIONS})", name="action_known"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "refused_changes",
        Column("refusal_id", Integer, primary_key=True, autoincrement=True),
        Column("intervention_id", Integer, ForeignKey("interventions.intervention_id"), nullable=False),
        Column("seen_version", Integer, nullable=False),
        Column("record_version", Integer, nullable=False),
        Column("refused_at", String(100), nullable=False),
        Column("changed_by_role", String(120), nullable=False),
        Column("changed_by_organisation", String(120), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("refused_changes_of", "refused_changes", ["intervention_id"])
    _keep_for_good(op.get_bind().dialect.name)


def _keep_for_good(dialect: str) -> None:
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION kept_for_good() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are kept for good', TG_TABLE_NAME; END $$"
        )
    for table, verbs in _FOR_GOOD.items():
        if dialect == "postgresql":
            op.execute(
                f"CREATE TRIGGER kept_for_good BEFORE {verbs} ON {table} FOR EACH ROW EXECUTE FUNCTION kept_for_good()"
            )
            continue
        for verb in verbs.split(" OR "):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are kept for good'); END"
            )
