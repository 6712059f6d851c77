"""What is kept of an intervention, as records."""

import datetime as dt
from dataclasses import dataclass

from data_contracts.vocabulary import OPEN_INTERVENTIONS


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a version of an intervention says; `data_contracts.fields` has the meaning of each."""

    area_code: str
    commitment_id: str
    trigger_id: str | None
    intervention_reason: str | None
    intervention_kind: str
    intervention_status: str
    owner_role: str
    owner_organisation: str
    start_date: dt.date
    agreed_date: dt.date | None
    review_date: dt.date
    expected_effect: str
    process_measure: str
    process_unit: str | None
    process_aim: str
    process_date: dt.date
    process_baseline: float | None
    process_baseline_date: dt.date | None
    process_baseline_lower_95: float | None
    process_baseline_upper_95: float | None
    process_value: float | None
    process_value_date: dt.date | None
    process_lower_95: float | None
    process_upper_95: float | None
    outcome_indicator_id: str | None
    outcome_sex: str | None
    outcome_date: dt.date | None
    evidence_link: str | None
    reviewed_on: dt.date | None
    review_finding: str | None
    withdrawn_reason: str | None

    @property
    def is_open(self) -> bool:
        """Whether something is still to come of it."""
        return self.intervention_status in OPEN_INTERVENTIONS

    def is_overdue(self, today: dt.date) -> bool:
        """Whether a review should have been held."""
        return self.is_open and self.review_date < today


@dataclass(frozen=True, kw_only=True)
class Intervention(Told):
    """An intervention as it stands now."""

    intervention_id: int
    record_version: int
    created_at: str
    changed_at: str
    changed_by_role: str
    changed_by_organisation: str


@dataclass(frozen=True, kw_only=True)
class Version(Told):
    """One version of an intervention: what it said, who wrote it, when, and which columns changed."""

    intervention_id: int
    record_version: int
    action: str
    changed: str
    changed_at: str
    changed_by_role: str
    changed_by_organisation: str


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A change that was not taken because another had been saved since its author looked."""

    intervention_id: int
    seen_version: int
    record_version: int
    refused_at: str
    changed_by_role: str
    changed_by_organisation: str


@dataclass(frozen=True)
class Due:
    """Open interventions whose review is overdue, and those whose review comes soon, the earliest first."""

    overdue: tuple[Intervention, ...]
    soon: tuple[Intervention, ...]
