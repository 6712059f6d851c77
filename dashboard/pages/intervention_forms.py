"""The forms of the log of interventions: log one, change it, review it, withdraw it."""

from collections.abc import Sequence

from dashboard import queries, words
from dashboard.components.form import alert, error_summary, field, in_a_row, posting, together
from dashboard.components.reading import Cell, facts, stacked_table
from dashboard.components.tags import Node, tag
from dashboard.forms import EditForm, NewForm, ReviewForm, WithdrawForm
from dashboard.pages.interventions import PREFIX, Record, address, in_the_log
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.store.model import Intervention, Version
from dashboard.views import interventions as view

_NO_NAMES = (
    "An owner is a role and an organisation. Do not write the name of a person, an e-mail address, a phone number or "
    "an NHS number anywhere: an entry that holds one is refused."
)


def new(release: Release, form: NewForm) -> Page:
    """Log an intervention."""
    trigger = form.trigger_id.data
    parts = [
        tag("P", _NO_NAMES, className="read-only"),
        tag("H2", "What it is about"),
        field(form.area_code),
        field(form.commitment_id),
        facts([("Trigger", view.trigger_title(trigger))]) if trigger else None,
        field(form.intervention_reason),
        *_entry_fields(form),
        *_author_fields(form),
    ]
    return _form_page(release, form, parts, title="Log an intervention", action=f"{PREFIX}/new", button="Log it")


def edit(release: Release, of: Intervention, form: EditForm, *, conflict: Node | None = None) -> Page:
    """Change an intervention."""
    known = queries.reference(release)
    parts = [
        tag("P", _NO_NAMES, className="read-only"),
        facts(
            [
                ("System", view.area_name(known, of.area_code)),
                ("Commitment", view.commitment_title(known, of.commitment_id)),
            ]
        ),
        tag(
            "P",
            "What an intervention is about does not change: where that is wrong, withdraw it and log another.",
            className="hint",
        ),
        tag("H2", "Where it stands"),
        in_a_row(field(form.intervention_status), field(form.agreed_date)),
        *_entry_fields(form),
        *_author_fields(form),
    ]
    return _on_one(
        release, of, form, parts, title="Change an intervention", action="edit", button="Save", conflict=conflict
    )


def review(release: Release, of: Intervention, form: ReviewForm, *, conflict: Node | None = None) -> Page:
    """Record a review."""
    unit = f" ({of.process_unit})" if of.process_unit else ""
    parts = [
        tag("P", _NO_NAMES, className="read-only"),
        tag("H2", "The review"),
        field(form.reviewed_on),
        field(form.review_finding),
        tag("H2", f"The process measure{unit}"),
        tag("P", f"{of.process_measure}; it should {of.process_aim}.", className="written-text"),
        together(
            "Before",
            [
                in_a_row(field(form.process_baseline), field(form.process_baseline_date)),
                in_a_row(field(form.process_baseline_lower_95), field(form.process_baseline_upper_95)),
            ],
        ),
        together(
            "Now",
            [
                in_a_row(field(form.process_value), field(form.process_value_date)),
                in_a_row(field(form.process_lower_95), field(form.process_upper_95)),
            ],
            hint=f"It can be read from {words.date(of.process_date)} on.",
        ),
        tag("H2", "What comes next"),
        in_a_row(field(form.intervention_status), field(form.review_date)),
        *_author_fields(form),
    ]
    return _on_one(
        release, of, form, parts, title="Record a review", action="review", button="Record it", conflict=conflict
    )


def withdraw(release: Release, of: Intervention, form: WithdrawForm, *, conflict: Node | None = None) -> Page:
    """Withdraw an intervention."""
    parts = [
        tag(
            "P",
            "A withdrawn intervention stays in the log, with its history and the reason. It cannot be taken up again.",
        ),
        field(form.withdrawn_reason),
        *_author_fields(form),
    ]
    return _on_one(
        release,
        of,
        form,
        parts,
        title="Withdraw an intervention",
        action="withdraw",
        button="Withdraw it",
        conflict=conflict,
        grave=True,
    )


def conflict(release: Release, seen: Version | None, record: Record, kept: Sequence[tuple[str, str, str]]) -> Node:
    """Somebody else saved first: what they changed, and what became of what was written here."""
    known = queries.reference(release)
    by = f"{record.now.changed_by_role}, {record.now.changed_by_organisation}"
    theirs = view.differences(seen, record.now, known) if seen else ()
    rows: list[list[Cell]] = [[label, before, after] for label, before, after in theirs]
    parts: list[Node | str] = [
        tag(
            "P",
            f"{by} saved version {record.now.record_version} on {view.moment(record.now.changed_at)}, after you opened "
            "this form. Nothing of yours has been saved. The form below has what you changed on top of what they "
            "saved: check it, and save again. The history tells them of it.",
        ),
        stacked_table(caption="What they changed", head=["They changed", "From", "To"], rows=rows) if rows else "",
    ]
    if kept:
        items = [tag("Li", f"{label}: you have {mine}; they saved {their_s}") for label, mine, their_s in kept]
        parts += [tag("P", "You both changed:"), tag("Ul", items, className="plain")]
    return alert("Somebody else changed this first", parts)


def _entry_fields(form: NewForm | EditForm) -> list[Node]:
    return [
        tag("H2", "What is done"),
        field(form.intervention_kind),
        in_a_row(field(form.owner_role), field(form.owner_organisation)),
        in_a_row(field(form.start_date), field(form.review_date)),
        tag("H2", "What will show whether it works"),
        field(form.expected_effect),
        together(
            "Process measure",
            [
                field(form.process_measure),
                in_a_row(field(form.process_unit), field(form.process_aim)),
                field(form.process_date),
                in_a_row(field(form.process_baseline), field(form.process_baseline_date)),
                in_a_row(field(form.process_baseline_lower_95), field(form.process_baseline_upper_95)),
            ],
        ),
        together("Outcome", [in_a_row(field(form.outcome), field(form.outcome_date))]),
        field(form.evidence_link),
    ]


def _author_fields(form: NewForm | EditForm | ReviewForm | WithdrawForm) -> list[Node]:
    return [
        tag("H2", "For whom you write"),
        in_a_row(field(form.changed_by_role), field(form.changed_by_organisation)),
    ]


def _on_one(
    release: Release,
    of: Intervention,
    form: EditForm | ReviewForm | WithdrawForm,
    parts: Sequence[Node | None],
    *,
    title: str,
    action: str,
    button: str,
    conflict: Node | None,
    grave: bool = False,
) -> Page:
    known = queries.reference(release)
    name = view.title(of, known)
    return _form_page(
        release,
        form,
        parts,
        title=title,
        action=address(of.intervention_id, action),
        button=button,
        above=(name, address(of.intervention_id)),
        conflict=conflict,
        grave=grave,
    )


def _form_page(
    release: Release,
    form: NewForm | EditForm | ReviewForm | WithdrawForm,
    parts: Sequence[Node | None],
    *,
    title: str,
    action: str,
    button: str,
    above: tuple[str, str] | None = None,
    conflict: Node | None = None,
    grave: bool = False,
) -> Page:
    back = above[1] if above else PREFIX
    wrong = error_summary(form, parts)
    status = 409 if conflict else 422 if wrong else 200
    said: list[Node | None] = [
        conflict,
        wrong if conflict is None else None,
        tag("H1", title),
        tag("P", above[0], className="answer") if above else None,
        posting(form, parts, action=action, button=button, back=back, grave=grave),
    ]
    return in_the_log(release, said, title=title, here=action, above=above, status=status, is_error=status != 200)
