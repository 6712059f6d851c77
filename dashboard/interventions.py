"""The log of interventions over HTTP: what is read, what is written, and what is refused before it is looked at."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Blueprint, Response, g, redirect, request, session
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard import clock, queries, words
from dashboard.components.follow_up import follow_up_block
from dashboard.components.tags import tag
from dashboard.forms import EditForm, NewForm, ReviewForm, WithdrawForm, Written, outcome_value
from dashboard.guard import RefusedError, must_be_able, must_be_own
from dashboard.pages import intervention_forms as forms
from dashboard.pages import interventions as pages
from dashboard.pages.page import Page
from dashboard.pages.problem import no_release
from dashboard.queries import Reference
from dashboard.store.access import StaleError, Store, StoreUnavailableError, UnknownError
from dashboard.store.model import Intervention
from dashboard.store.rules import faults
from dashboard.views import interventions as view
from dashboard.views.interventions import STATUSES
from dashboard.views.monitor import results
from dashboard.who import Author
from data_contracts.vocabulary import INTERVENTION_STEPS, OPEN_INTERVENTIONS, InterventionAction, InterventionStatus

#: A form's fields at their longest are a tenth of this.
_LARGEST_BODY = 64 * 1024

#: Who somebody writes for is asked once a session.
_AUTHOR = ("changed_by_role", "changed_by_organisation")

Form = TypeVar("Form", bound=Written)
Show = Callable[[Page], str]


def interventions(store: Store, show: Show) -> Blueprint:
    """The pages and forms of the log. `show` makes a page's whole document."""
    log = Blueprint("interventions", __name__, url_prefix=pages.PREFIX)
    one = "/<int(max=2147483647):intervention_id>"

    def answered(page: Page) -> Response:
        response = Response(show(page), status=page.status, mimetype="text/html")
        # What is shown is as of now, and a form holds a token of this session.
        response.headers["Cache-Control"] = "no-store"
        return response

    @log.before_request
    def guard() -> Response | None:
        """Refuse what must not be looked at further; without figures there are no names to show."""
        request.max_content_length = _LARGEST_BODY
        g.asker = g.log.asker
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            must_be_own(g.asker, request)
        if g.release is None:
            response = answered(no_release(str(g.no_release)))
            response.headers["Retry-After"] = "60"
            return response
        return None

    @log.errorhandler(RefusedError)
    def refused(error: RefusedError) -> Response:
        return answered(pages.refused(error.title, error.why, error.todo, status=error.status))

    @log.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge) -> Response:
        page = pages.refused(
            "Too much text",
            f"What was sent is larger than {_LARGEST_BODY // 1024} kB, more than any entry can hold.",
            "Go back, shorten it, and send it again.",
            status=413,
        )
        return answered(page)

    @log.errorhandler(StoreUnavailableError)
    def unavailable(error: StoreUnavailableError) -> Response:
        page = pages.refused(
            "The log cannot be shown", str(error), "The figures on all other pages are as ever.", status=503
        )
        return answered(page)

    @log.errorhandler(UnknownError)
    def unknown(error: UnknownError) -> Response:
        return answered(pages.unknown(g.release, error.args[0]))

    @log.get("/")
    def with_a_slash() -> Response:
        return _to(pages.PREFIX)

    @log.get("")
    def listed() -> Response:
        asked = _asked()
        shown = store.interventions(**_columns(asked))
        return answered(pages.log(g.release, shown, asked, g.asker, clock.today()))

    @log.get(one)
    def shown(intervention_id: int) -> Response:
        record, today = _record(store, intervention_id), clock.today()
        after = [follow_up_block(of, level=3) for of in results(g.release, record.now, today)]
        more = [tag("H2", "What came after"), *after]
        return answered(pages.one(g.release, record, g.asker, today, more=more))

    @log.route("/new", methods=["GET", "POST"])
    def new() -> Response:
        must_be_able(g.asker)
        form = _new_form()
        if request.method == "GET":
            store.version()  # a log that takes nothing says so before anything is written
            return answered(forms.new(g.release, form))
        if not _is_sound(form, {"intervention_status": InterventionStatus.PROPOSED}):
            return answered(forms.new(g.release, form))
        made = store.propose(form.told, by=_author(form), submission_id=form.submission_id.data)
        return _to(pages.address(made.intervention_id))

    @log.route(f"{one}/edit", methods=["GET", "POST"])
    def edit(intervention_id: int) -> Response:
        of = _changeable(store, intervention_id)
        form = _filled(EditForm, _as_written(of) | _status_asked(of))
        form.outcome.offer(_outcomes(queries.reference(g.release), of), none="None")
        form.intervention_status.offer(_steps(of), none=None)
        return change(of, form, forms.edit, InterventionAction.CHANGED)

    @log.route(f"{one}/review", methods=["GET", "POST"])
    def review(intervention_id: int) -> Response:
        of = _changeable(store, intervention_id)
        once = {"reviewed_on": clock.today(), "review_finding": None}
        reading = dict.fromkeys(("process_value", "process_value_date", "process_lower_95", "process_upper_95"))
        form = _filled(ReviewForm, _as_written(of) | once | reading)
        form.intervention_status.offer(_steps(of), none=None)
        return change(of, form, forms.review, InterventionAction.REVIEWED)

    @log.route(f"{one}/withdraw", methods=["GET", "POST"])
    def withdraw(intervention_id: int) -> Response:
        of = _changeable(store, intervention_id)
        form = _filled(WithdrawForm, {"seen": str(of.record_version)})
        return change(of, form, forms.withdraw, InterventionAction.WITHDRAWN)

    def change(of: Intervention, form: Any, draw: Callable[..., Page], action: InterventionAction) -> Response:
        """Show a form on an intervention; or take what it says, unless somebody else was sooner."""
        if request.method == "GET":
            return answered(draw(g.release, of, form))
        seen = _seen(form)
        if seen == of.record_version and not _is_sound(form, _as_told(of)):
            return answered(draw(g.release, of, form))
        if seen != of.record_version and not _has_author(form):
            return answered(draw(g.release, of, form))
        changes = form.told
        if action is InterventionAction.WITHDRAWN:
            changes["intervention_status"] = InterventionStatus.WITHDRAWN.value
        if action is InterventionAction.REVIEWED and form.process_value.data is None:
            # No reading this time: the one before still is the latest.
            for name in ("process_value", "process_value_date", "process_lower_95", "process_upper_95"):
                changes.pop(name)
        try:
            store.change(of.intervention_id, changes, seen=seen, by=_author(form), action=action)
        except StaleError as stale:
            return answered(_conflicted(store, form, draw, stale.now, seen))
        return _to(pages.address(of.intervention_id))

    return log


# --- who and what is refused


def _changeable(store: Store, intervention_id: int) -> Intervention:
    """The intervention, if it can be changed at all."""
    must_be_able(g.asker)
    of = store.intervention(intervention_id)
    if of.intervention_status == InterventionStatus.WITHDRAWN:
        raise RefusedError(
            "It is withdrawn",
            f"Intervention {intervention_id} is withdrawn, so it is not changed any more.",
            "Its page has the reason and the history.",
            status=409,
        )
    return of


# --- what a form says


def _is_sound(form: Any, stands: Mapping[str, Any]) -> bool:
    """Judge a form: each field, then all together with what stands already. Faults are put at their fields."""
    sound = form.validate()
    told = {**stands, **form.told}
    before = InterventionStatus(stands["intervention_status"])
    if "withdrawn_reason" not in form:
        there = {name: fault for name, fault in _across(told, before, form).items() if name in form}
        form.add(there)
        sound = sound and not there
    return bool(sound)


def _across(told: Mapping[str, Any], before: InterventionStatus, form: Any) -> Mapping[str, str]:
    # A status that is none of the list has been said to be so.
    status = told["intervention_status"] if told["intervention_status"] in STATUSES else before
    today = clock.today()
    found = faults({**told, "intervention_status": status}, today=today, before=before)
    held = told.get("reviewed_on") if "reviewed_on" in form else None
    if held and held > today:
        found.setdefault("reviewed_on", "The day of the review must be today or in the past")
    following = told.get("review_date")
    if held and following and following <= held and status in OPEN_INTERVENTIONS:
        found.setdefault("review_date", f"The next review must be after {words.date(held)}, the day of this one")
    return found


def _has_author(form: Written) -> bool:
    """Whether a form says for whom it is; what else it says is judged on the version it is shown on again."""
    sound = {name: form[name].validate(form) for name in _AUTHOR}
    return all(sound.values())


def _seen(form: Any) -> int:
    """Which version the author of a form saw; one that is no number saw none."""
    seen = form.seen.data or ""
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0


def _author(form: Written) -> Author:
    role, organisation = str(form.changed_by_role.data), str(form.changed_by_organisation.data)
    session.update(changed_by_role=role, changed_by_organisation=organisation)
    return Author(role, organisation)


def _filled(kind: type[Form], data: Mapping[str, Any]) -> Form:
    """A form as it was sent; where it is only asked for, filled with what stands."""
    return kind(data={**{name: session.get(name) for name in _AUTHOR}, **data})


def _new_form() -> NewForm:
    asked = _asked()
    known = queries.reference(g.release)
    data = {
        "submission_id": secrets.token_hex(16),
        "area_code": asked.get("area", "").upper(),
        "commitment_id": asked.get("commitment", ""),
        "trigger_id": asked.get("trigger", "")[:200],
    }
    form = _filled(NewForm, data)
    form.area_code.offer([(area.area_code, area.area_name) for area in known.systems])
    pledges = sorted(known.commitments.values(), key=lambda of: of.title)
    form.commitment_id.offer([(of.commitment_id, of.title) for of in pledges])
    form.outcome.offer(_outcomes(known, None), none="None")
    return form


def _as_told(of: Intervention) -> dict[str, Any]:
    return {name: getattr(of, name) for name in (*view.LABELS, "trigger_id", "intervention_reason")}


def _as_written(of: Intervention) -> dict[str, Any]:
    """An intervention as the fields of its forms have it."""
    return {
        **_as_told(of),
        "outcome": outcome_value(of.outcome_indicator_id, of.outcome_sex),
        "seen": str(of.record_version),
    }


def _status_asked(of: Intervention) -> dict[str, Any]:
    """A link may lead to the form with the next status chosen, and today for the day it was agreed."""
    asked = request.args.get("status", "")
    if asked not in dict(_steps(of)):
        return {}
    agreed = {"agreed_date": of.agreed_date or clock.today()} if asked == InterventionStatus.AGREED else {}
    return {"intervention_status": asked, **agreed}


def _steps(of: Intervention) -> list[tuple[str, str]]:
    now = InterventionStatus(of.intervention_status)
    return [(str(status), STATUSES[status]) for status in (now, *INTERVENTION_STEPS[now])]


def _outcomes(known: Reference, of: Intervention | None) -> list[tuple[str, str]]:
    """Every measure and whom it is about; the one that was chosen stays, known or not."""
    found = {
        outcome_value(indicator.indicator_id, sex): f"{indicator.name}, {words.PEOPLE[sex]}"
        for indicator in known.indicators.values()
        for sex in indicator.sexes
    }
    held = outcome_value(of.outcome_indicator_id, of.outcome_sex) if of else ""
    if held and held not in found:
        found[held] = held
    return sorted(found.items(), key=lambda item: item[1])


# --- two people on one intervention


def _record(store: Store, intervention_id: int) -> pages.Record:
    now = store.intervention(intervention_id)
    return pages.Record(now, store.history(intervention_id), store.refusals(intervention_id))


def _conflicted(store: Store, form: Any, draw: Callable[..., Page], now: Intervention, seen: int) -> Page:
    """The form again, on the version saved meanwhile: what its author changed is kept, the rest is as saved."""
    record = _record(store, now.intervention_id)
    was = next((version for version in record.versions if version.record_version == seen), None)
    base, saved = (_as_written(version) if version else {} for version in (was, record.now))  # type: ignore[arg-type]
    data, both = {}, []
    for name, of in form._fields.items():
        mine = of.data
        if name in saved and name in base and name != "seen":
            if (mine or None) == (base[name] or None):
                mine = saved[name]
            elif (saved[name] or None) not in ((base[name] or None), (mine or None)):
                both.append((of.label.text, _shown(of, mine), _shown(of, saved[name])))
        data[name] = mine
    data["seen"] = str(record.now.record_version)
    again = type(form)(formdata=None, data=data)
    for name in ("outcome", "intervention_status"):
        if name in form:
            again[name].choices = form[name].choices
    if "intervention_status" in form:
        steps = _steps(record.now)
        again.intervention_status.offer(steps, none=None)
        if again.intervention_status.data not in dict(steps):
            again.intervention_status.data = record.now.intervention_status
    return draw(g.release, record.now, again, conflict=forms.conflict(g.release, was, record, both))


def _shown(of: Any, value: Any) -> str:
    choices = dict(getattr(of, "choices", None) or ())
    return f"“{choices.get(value, value)}”" if value else "nothing"


# --- small parts


def _asked() -> dict[str, str]:
    """The query, the first value of each name; bytes that are no text become marks that nothing is called by."""
    try:
        return {name: value[:200] for name, value in request.args.items()}
    except UnicodeDecodeError:
        return {}


def _columns(asked: Mapping[str, str]) -> dict[str, Any]:
    """What an address asks of the list, by column."""
    columns: dict[str, Any] = {view.CHOICES[name]: value for name, value in view.chosen(asked).items()}
    if columns.get("intervention_status") == view.OPEN:
        columns["intervention_status"] = tuple(OPEN_INTERVENTIONS)
    return columns


def _to(address: str) -> Response:
    """See what was written by asking for it: a page that is loaded again sends nothing twice."""
    answer: Response = redirect(address, 303, Response)  # type: ignore[assignment]
    answer.headers["Cache-Control"] = "no-store"
    return answer
