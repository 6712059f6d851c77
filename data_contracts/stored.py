"""The tables that people write: served from the store, and no part of a release.

The store's own tables are made from these columns, so that a page, the API and the database mean the same by each.
"""

from data_contracts.marts import Mart

#: What an intervention is about, and which trigger or reason led to it: as it was logged, for good.
ABOUT = ("area_code", "commitment_id", "trigger_id", "intervention_reason")

#: What an owner may change.
_TOLD = (
    "intervention_kind",
    "intervention_status",
    "owner_role",
    "owner_organisation",
    "start_date",
    "agreed_date",
    "review_date",
    "expected_effect",
    "process_measure",
    "process_unit",
    "process_aim",
    "process_date",
    "process_baseline",
    "process_baseline_date",
    "process_baseline_lower_95",
    "process_baseline_upper_95",
    "process_value",
    "process_value_date",
    "process_lower_95",
    "process_upper_95",
    "outcome_indicator_id",
    "outcome_sex",
    "outcome_date",
    "evidence_link",
    "reviewed_on",
    "review_finding",
    "withdrawn_reason",
)

#: Everything a version of an intervention says.
SAID = (*ABOUT, *_TOLD)

_WRITTEN = ("changed_at", "changed_by_role", "changed_by_organisation")

INTERVENTIONS = Mart(
    name="interventions",
    holds="One row per intervention as it stands now; none is ever deleted, only withdrawn.",
    columns=("intervention_id", *SAID, "record_version", "created_at", *_WRITTEN),
    key=("intervention_id",),
    also_asked=("area_code", "commitment_id", "intervention_kind", "intervention_status"),
    nullable=frozenset({"trigger_id"}),
    at_least=0,
)

INTERVENTION_HISTORY = Mart(
    name="intervention_history",
    holds="One row per intervention and version: what it said then, who wrote it, when, and what changed.",
    columns=("intervention_id", "record_version", "action", "changed", *_WRITTEN, *SAID),
    key=("intervention_id", "record_version"),
    also_asked=("area_code", "commitment_id"),
    nullable=frozenset({"trigger_id"}),
    at_least=0,
)

STORED: dict[str, Mart] = {mart.name: mart for mart in (INTERVENTIONS, INTERVENTION_HISTORY)}
