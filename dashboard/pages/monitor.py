"""The page that says which systems ask for attention, and what is being done."""

import datetime as dt
from collections.abc import Mapping, Sequence

from dashboard import queries, words
from dashboard.components.attention import fired_list
from dashboard.components.controls import choices, select
from dashboard.components.reading import contents, facts, stacked_table
from dashboard.components.tags import Node, tag
from dashboard.pages import interventions
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.queries import Area, Reference
from dashboard.reader import Release
from dashboard.store.model import Intervention
from dashboard.views import interventions as told
from dashboard.views.attention import Count, Fired
from dashboard.views.log import Log, Logged, logged
from dashboard.views.monitor import Monitor, Result, Silent, monitor
from data_contracts.registry.records import Trigger

PATH = "/monitor"
TITLE = "Monitor"

_SECTIONS = (
    ("attention", "Who asks for attention"),
    ("silent", "Silent, which is not fine"),
    ("log", "Interventions"),
    ("results", "What came after"),
    ("chance", "How many by chance"),
    ("rules", "What each trigger means"),
)


def page(release: Release, query: Mapping[str, str], log: Log, today: dt.date) -> Page:
    """Triage, the log and its results in one page."""
    view = monitor(release, logged(log), query, today)
    known = queries.reference(release)
    content = [
        tag("H1", TITLE),
        tag("P", view.answer, className="answer"),
        tag("P", view.by_chance, className="reading"),
        contents(_SECTIONS),
        tag("H2", "Who asks for attention", id="attention"),
        _choices(view),
        *_attention(view),
        tag("H2", "Silent, which is not fine", id="silent"),
        *[_silent(group, len(known.systems)) for group in view.silent],
        tag("H2", "Interventions", id="log"),
        *_log(view.logged, view.overdue, known, today),
        tag("H2", "What came after", id="results"),
        *_results(view.results, known),
        tag("H2", "How many by chance", id="chance"),
        *_chance(view.counts),
        tag("H2", "What each trigger means", id="rules"),
        *[_rule(trigger_id, rule) for trigger_id, rule in view.triggers.items()],
    ]
    return framed(release, content, title=TITLE, here=PATH)


def _choices(view: Monitor) -> Node:
    labels = {"trigger": "Trigger", "standing": "Standing"}
    selects = []
    for name, options in view.offered.items():
        asked = view.chosen.get(name, "")
        known = asked in dict(options)
        offered = options if known else [*options, (asked, f"{asked} (not known)")]
        selects.append(select(name=name, label=labels[name], options=offered, chosen=asked, default=""))
    return choices(selects, action=PATH, button="Show", label="Choose what is listed")


def _attention(view: Monitor) -> list[Node]:
    if not view.asking:
        nothing = (
            "No trigger that you chose fires for any system."
            if view.chosen
            else "No trigger fires. What could not be tested is listed below, and is no sign that all is well."
        )
        return [tag("P", nothing)]
    return [_asking(area, fired) for area, fired in view.asking] + _before(view.before)


def _asking(area: Area, fired: Sequence[Fired]) -> Node:
    return tag(
        "Section",
        [tag("H3", tag("A", area.area_name, href=f"/system/{area.area_code}#attention")), fired_list(fired, level=4)],
        className="asking",
        id=area.area_code,
    )


def _before(fired: Sequence[Fired]) -> list[Node]:
    """Firings that have ended, folded."""
    if not fired:
        return []
    items = [
        tag(
            "Li",
            [
                tag("A", of.area.area_name, href=f"/system/{of.area.area_code}"),
                f". {of.trigger.title}: {words.in_sentence(of.commitment)}. {of.lasted}",
            ],
        )
        for of in fired
    ]
    summary = f"Fired before and does not now: {len(fired)}"
    return [tag("Details", [tag("Summary", summary), tag("Ul", items, className="prose")], className="fold")]


def _silent(group: Silent, total: int) -> Node:
    items = [tag("Li", tag("A", area.area_name, href=f"/system/{area.area_code}")) for area in group.systems]
    summary = f"{len(group.systems)} of {total} systems {group.why}"
    return tag("Details", [tag("Summary", summary), tag("Ul", items, className="names")], className="fold")


# --- the log


def _log(log: Logged, overdue: Sequence[Intervention], known: Reference, today: dt.date) -> list[Node]:
    if log.unread:
        return [tag("P", [log.unread, " The figures on this page are as ever."], className="read-only")]
    actions = [
        tag("A", "Log an intervention", href=interventions.new_address(), className="button"),
        tag("A", "See the whole log", href=interventions.PREFIX, className="button second"),
    ]
    parts = [
        tag("P", log.read_only, className="read-only") if log.read_only else tag("P", actions, className="actions"),
        tag("P", told.list_answer(log.all, today, chosen=False)),
    ]
    if overdue:
        heading = "Review overdue" if len(overdue) == 1 else "Reviews overdue"
        parts += [tag("H3", heading), _due(overdue, known)]
    coming = [of for of in log.open if not of.is_overdue(today)]
    if coming:
        parts += [tag("H3", "Reviews to come"), _due(coming, known)]
    if log.read_only:
        parts.append(tag("P", tag("A", "See the whole log", href=interventions.PREFIX), className="links"))
    return parts


def _due(held: Sequence[Intervention], known: Reference) -> Node:
    return stacked_table(
        caption="Open interventions by the day of their review",
        head=["Intervention", "Commitment", "Owner", "Status", "Review"],
        rows=[
            [
                tag(
                    "A",
                    f"{of.intervention_id}. {told.title(of, known)}",
                    href=interventions.address(of.intervention_id),
                ),
                told.commitment_title(known, of.commitment_id),
                f"{of.owner_role}, {of.owner_organisation}",
                interventions.stage(of),
                words.date(of.review_date),
            ]
            for of in held
        ],
    )


def _results(results: Sequence[Result], known: Reference) -> list[Node]:
    if not results:
        return [tag("P", "Nothing has been read of any intervention yet: none has started.")]
    return [
        tag(
            "Section",
            [
                tag(
                    "H3",
                    tag(
                        "A",
                        f"{result.of.intervention_id}. {told.title(result.of, known)}",
                        href=interventions.address(result.of.intervention_id),
                    ),
                ),
                facts((follow.title, follow.answer) for follow in result.told),
            ],
        )
        for result in results
    ]


# --- chance and rules


def _chance(counts: Sequence[Count]) -> list[Node]:
    lead = (
        "Where many systems and measures are looked at, a test fires now and then when nothing is amiss. Beside each "
        "count is the number that chance alone would give."
    )
    table = stacked_table(
        caption="How many systems each trigger looked at, fired for, and would fire for by chance",
        head=["Measure", "Trigger", "Looked at", "Fired", "By chance"],
        rows=[[of.measure, of.trigger, str(of.tested), str(of.fired), of.by_chance] for of in counts],
        numbers=["Looked at", "Fired", "By chance"],
    )
    return [tag("P", lead), tag("Details", [tag("Summary", "Show each measure"), table], className="fold")]


def _rule(trigger_id: str, rule: Trigger) -> Node:
    source = tag("A", rule.source, href=rule.source_url) if rule.source_url else rule.source
    return tag(
        "Section",
        [
            tag("H3", rule.title),
            facts(
                [
                    ("It means", rule.means),
                    ("It does not mean", rule.does_not_mean),
                    ("Why it is there", rule.reason),
                    ("Whose it is", f"{rule.owner}. Version {rule.version} of the rule."),
                    ("Rests on", source),
                ]
            ),
        ],
        id=f"rule-{trigger_id}",
    )
