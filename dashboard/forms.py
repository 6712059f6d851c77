"""The forms of the log: which fields each has, what each field may hold, and what to say where it holds something else.

Each field on its own is judged here, rules across fields in `dashboard.store.rules`. Tokens against forged requests are
of these forms alone: asked for everywhere, they would stop every move within a page.
"""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.validators import StopValidation

from dashboard.store.rules import LARGEST, address_fault, text_fault
from dashboard.store.tables import LONGEST
from dashboard.views.interventions import AIMS, KINDS
from data_contracts.registry.records import triggers
from data_contracts.stored import INTERVENTIONS
from data_contracts.vocabulary import Sex

NOTHING_CHOSEN = ""

#: How a list of choices says that there is an outcome: measure and sex, in one choice.
_PARTED = "/"

NO_NAMES = "No person’s name, e-mail address, phone number or NHS number."


class Text(StringField):
    """A line of text, or a paragraph; `needed` says what to do where it is empty."""

    def __init__(
        self,
        label: str,
        *,
        needed: str | None = None,
        lines: int = 1,
        width: int | None = None,
        hint: str = "",
        **bound: Any,
    ) -> None:
        super().__init__(label, description=hint, **bound)
        self.needed, self.lines, self.width = needed, lines, width

    @property
    def longest(self) -> int:
        """The most characters it may have."""
        return LONGEST[self.name]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the text without the space about it; browsers send line ends as two characters."""
        text = valuelist[0] if valuelist else ""
        self.data = re.sub(r"\r\n?", "\n", text).replace("\t", " ").strip() or None
        if self.lines == 1 and self.data:
            self.data = self.data.replace("\n", " ")

    def pre_validate(self, form: FlaskForm) -> None:  # noqa: ARG002 - what WTForms gives
        """Say what is wrong with it."""
        if self.data is None:
            _must_not_be_empty(self.needed)
        elif fault := self._fault(self.data):
            raise StopValidation(f"{self.label.text} {fault}")

    def _fault(self, text: str) -> str | None:
        return text_fault(text, longest=self.longest)


class Address(Text):
    """The address of a page."""

    def _fault(self, text: str) -> str | None:
        return address_fault(text, longest=self.longest)


class Day(Field):
    """A date."""

    def __init__(self, label: str, *, needed: str | None = None, hint: str = "", **bound: Any) -> None:
        super().__init__(label, description=hint, **bound)
        self.needed, self.written = needed, ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a date as browsers send it; what is none is kept as it was written."""
        self.written = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.written):
            try:
                self.data = dt.date.fromisoformat(self.written)
            except ValueError:
                return

    def pre_validate(self, form: FlaskForm) -> None:  # noqa: ARG002 - what WTForms gives
        """Say what is wrong with it."""
        if self.data is None and self.written:
            raise StopValidation(f"{self.label.text} must be a real date, as in 2027-03-31")
        if self.data is None:
            _must_not_be_empty(self.needed)

    def _value(self) -> str:
        return self.data.isoformat() if self.data else self.written[:40]


class Number(Field):
    """A number."""

    def __init__(self, label: str, *, hint: str = "", **bound: Any) -> None:
        super().__init__(label, description=hint, **bound)
        self.written = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a number as people write it, thousands parted by commas; what is none is kept as it was written."""
        self.written = (valuelist[0] if valuelist else "").strip().replace("−", "-")
        self.data = None
        plain = self.written.removesuffix("%").strip()
        if re.fullmatch(r"-?([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,9})?", plain):
            value = float(plain.replace(",", ""))
            self.data = value if math.isfinite(value) and abs(value) <= LARGEST else None

    def pre_validate(self, form: FlaskForm) -> None:  # noqa: ARG002 - what WTForms gives
        """Say what is wrong with it."""
        if self.data is None and self.written:
            raise StopValidation(f"{self.label.text} must be a number, as in 12.5")

    def _value(self) -> str:
        return f"{self.data:.12g}" if self.data is not None else self.written[:40]


class Choice(Field):
    """One of a list; the first says that none has been chosen."""

    def __init__(
        self,
        label: str,
        choices: Mapping[Any, str] | None = None,
        *,
        needed: str | None = None,
        hint: str = "",
        **bound: Any,
    ) -> None:
        super().__init__(label, description=hint, **bound)
        self.needed = needed
        self.choices: list[tuple[str, str]] = []
        self.offer([(str(value), words) for value, words in (choices or {}).items()])

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was chosen."""
        self.data = valuelist[0] if valuelist else NOTHING_CHOSEN

    def offer(self, choices: Sequence[tuple[str, str]], *, none: str | None = "Choose…") -> None:
        """Offer these choices."""
        self.choices = [*([(NOTHING_CHOSEN, none)] if none else []), *choices]

    def pre_validate(self, form: FlaskForm) -> None:  # noqa: ARG002 - what WTForms gives
        """Say what is wrong with it."""
        if not self.data:
            _must_not_be_empty(self.needed)
        elif self.data not in {value for value, _ in self.choices}:
            raise StopValidation(f"{self.label.text}: choose one of the list")


def _must_not_be_empty(needed: str | None) -> None:
    if needed:
        raise StopValidation(needed)
    raise StopValidation


class Written(FlaskForm):
    """What every form of the log has: for whom one writes."""

    changed_by_role = Text("Your role", needed="Enter your role", hint=f"Kept in the history. {NO_NAMES}", width=30)
    changed_by_organisation = Text("Your organisation", needed="Enter your organisation", width=30)

    def add(self, faults: Mapping[str, str]) -> None:
        """Put a fault at its field, where that has none yet."""
        for name, fault in faults.items():
            field = self._fields[name]
            if not field.errors:
                field.errors = [fault]

    @property
    def told(self) -> dict[str, Any]:
        """What the form says, by column."""
        # Its `outcome` is two columns in one, and a column of another table has that name.
        columns = {name: of for name, of in self._fields.items() if name in INTERVENTIONS.columns}
        found = {name: (of.data or None) if isinstance(of, Choice) else of.data for name, of in columns.items()}
        if "outcome" in self._fields:
            indicator, _, sex = (self._fields["outcome"].data or "").partition(_PARTED)
            found |= {"outcome_indicator_id": indicator or None, "outcome_sex": sex or None}
        for name in ("changed_by_role", "changed_by_organisation"):
            found.pop(name, None)
        return found


class _Seen(Written):
    """A form on an intervention that is there: which version its author saw."""

    seen = HiddenField()


class _Entry(Written):
    """What an owner tells of an intervention."""

    intervention_kind = Choice("Kind", KINDS, needed="Choose the kind of intervention")
    owner_role = Text(
        "Owner’s role",
        needed="Enter the role of the owner",
        hint=f"As in “Director of population health”. {NO_NAMES}",
        width=30,
    )
    owner_organisation = Text("Owner’s organisation", needed="Enter the organisation of the owner", width=30)
    start_date = Day("Start date", needed="Enter the start date", hint="The day planned, until it has started.")
    review_date = Day("Review date", needed="Enter the review date")
    expected_effect = Text(
        "Expected effect",
        needed="Enter the effect expected",
        lines=3,
        hint="What should change, by how much and by when.",
    )
    process_measure = Text(
        "Process measure",
        needed="Enter the process measure",
        hint="A number that shows within 12 months whether this is being done, as in “posts filled of 12 funded”.",
    )
    process_unit = Text("Unit", hint="As in %, or posts. May be left empty.", width=10)
    process_aim = Choice("It should", AIMS, needed="Choose which way the process measure should move")
    process_date = Day(
        "Date it can be read",
        needed="Enter the date the process measure can be read",
        hint="Within 12 months of the start.",
    )
    process_baseline = Number("Baseline", hint="Its value before the start. May be added at a review.")
    process_baseline_date = Day("Day of the baseline")
    process_baseline_lower_95 = Number("Baseline’s lower 95% limit")
    process_baseline_upper_95 = Number("Baseline’s upper 95% limit")
    outcome = Choice("Outcome measure", hint="What it should move in the end. May be left empty.")
    outcome_date = Day("Date the outcome could first be read")
    evidence_link = Address("Link to evidence", hint="A page or document about it, starting with https://")


class NewForm(_Entry):
    """Log an intervention."""

    submission_id = HiddenField()
    area_code = Choice("System", needed="Choose the system")
    commitment_id = Choice("Commitment", needed="Choose the commitment")
    trigger_id = HiddenField()
    intervention_reason = Text("Reason", lines=3, hint="Why this system and this commitment.")

    def validate_trigger_id(self, field: HiddenField) -> None:
        """A trigger comes from a link; one that is not in the registry was written by hand."""
        field.data = field.data or None
        if field.data and field.data not in triggers():
            field.data = None
            raise StopValidation("The trigger is not one of the registry: come again from the page of the trigger")

    def validate_submission_id(self, field: HiddenField) -> None:
        """What tells a form sent twice from two forms."""
        if not re.fullmatch(r"[0-9a-f]{32}", field.data or ""):
            raise StopValidation("This form is not whole: open it again")


class EditForm(_Entry, _Seen):
    """Change an intervention."""

    intervention_status = Choice("Status", needed="Choose the status")
    agreed_date = Day("Day it was agreed", hint="Needed from the status agreed on.")


class ReviewForm(_Seen):
    """Record a review."""

    reviewed_on = Day("Day of the review", needed="Enter the day of the review")
    review_finding = Text("Finding", needed="Enter what the review found", lines=4, hint=NO_NAMES)
    process_value = Number("Reading", hint="Leave empty where it cannot be read yet.")
    process_value_date = Day("Day of the reading")
    process_lower_95 = Number("Reading’s lower 95% limit")
    process_upper_95 = Number("Reading’s upper 95% limit")
    process_baseline = Number("Baseline", hint="Its value before the start.")
    process_baseline_date = Day("Day of the baseline")
    process_baseline_lower_95 = Number("Baseline’s lower 95% limit")
    process_baseline_upper_95 = Number("Baseline’s upper 95% limit")
    intervention_status = Choice("Status", needed="Choose the status")
    review_date = Day("Next review", needed="Enter the day of the next review")


class WithdrawForm(_Seen):
    """Withdraw an intervention."""

    withdrawn_reason = Text("Reason for withdrawing it", needed="Enter the reason", lines=3)


def outcome_value(indicator_id: str | None, sex: str | None) -> str:
    """The choice of an outcome as the list has it."""
    return f"{indicator_id}{_PARTED}{Sex(sex)}" if indicator_id and sex else NOTHING_CHOSEN
