"""The page on England."""

from collections.abc import Mapping
from urllib.parse import urlencode

from dashboard import queries, words
from dashboard.charts.over_time import HEIGHT, gap_chart, lines_chart
from dashboard.components.cards import key_figures
from dashboard.components.chart_card import chart_card
from dashboard.components.controls import choices, select
from dashboard.components.gaps import gaps_section
from dashboard.components.heatmap import heatmap_table
from dashboard.components.marks import chip
from dashboard.components.reading import stacked_table
from dashboard.components.statuses import chips
from dashboard.components.tables import gap_table, timeline_table
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.queries import ENGLAND
from dashboard.reader import Release
from dashboard.views.changes import Changes
from dashboard.views.england import EnglandView, Pledge, RegionGap, england_view
from dashboard.views.footprint import PARAMETER
from dashboard.views.heatmap import SHOWS, WHICH
from dashboard.views.statuses import STANDINGS, shown
from data_contracts.vocabulary import InForce

TITLE = "Are population health commitments being kept?"


def page(release: Release, query: Mapping[str, str]) -> Page:
    """England in one page: the answer, promises and duties, every system by commitment, and the gap between regions."""
    view = england_view(release, query)
    names = {code: area.area_name for code, area in queries.reference(release).areas.items()}
    top = max(gap.observed_gap for region in view.gaps for gap in region.gaps) * 1.15
    content = [
        tag("H1", TITLE),
        tag("P", view.answer, className="answer"),
        key_figures(view.key_figures),
        *_pledges(view),
        *_systems(view),
        *_changes(view.changes),
        tag("H2", "Healthy life expectancy and the gap between regions"),
        tag("Div", [_levels(view), *(_gap(gap, names, top) for gap in view.gaps)], className="grid three"),
        *(gaps_section(view.every_gap, heading="Gaps in healthy life expectancy") if view.every_gap else []),
    ]
    return framed(release, content, title="England", here="/", above=False, footprint=view.footprint)


def _levels(view: EnglandView) -> Node:
    return chart_card(
        title=view.headline_title,
        subtitle=f"{view.headline.measure.indicator.name}, years, England; three-year periods shown at their middle "
        "year, with 95% intervals. The scale does not start at zero.",
        figure=lines_chart(view.headline),
        height=HEIGHT,
        summary=view.headline_summary,
        table=timeline_table(view.headline),
        credit=view.headline_credit,
    )


def _gap(gap: RegionGap, names: dict[str, str], top: float) -> Node:
    people = words.PEOPLE[gap.measure.sex]
    return chart_card(
        title=gap.title,
        subtitle=f"Highest region less lowest, {words.in_sentence(gap.measure.indicator.name)}, {people}, years, "
        f"{gap.gaps[-1].areas} regions of England, three-year periods shown at their middle year. The band is the 95% "
        "interval with chance allowed for.",
        figure=gap_chart(gap, top=top),
        height=HEIGHT,
        summary=gap.summary,
        table=gap_table(gap.measure, gap.gaps, names),
        credit=gap.credit,
        chip=chip(gap.statement.standing, gap.statement.words) if gap.statement else None,
    )


def _pledges(view: EnglandView) -> list[Node]:
    """What can be told of each, then in a line each why nothing can of the others."""
    silent = [pledge for pledge in view.pledges if not pledge.has_figures]
    return [
        tag("H2", "Promises and duties"),
        tag("Ul", [_pledge(pledge) for pledge in view.pledges if pledge.has_figures], className="pledges"),
        tag("P", "Without figures: no progress can be told, which is not the same as none."),
        tag("Ul", [_silent(pledge) for pledge in silent], className="prose"),
    ]


def _pledge(pledge: Pledge) -> Node:
    marks = {shown(status).words: chips(status) for status in pledge.statuses}
    said = dict.fromkeys(status.explanation for status in pledge.statuses)
    return tag(
        "Li",
        [
            tag("Div", [tag("H3", _title(pledge)), tag("P", _standing(pledge), className="detail")]),
            tag("Div", [*marks.values(), *(tag("P", sentence) for sentence in said)]),
        ],
    )


def _silent(pledge: Pledge) -> Node:
    why = " ".join(dict.fromkeys(status.explanation for status in pledge.statuses))
    return tag("Li", [_title(pledge), f": {words.in_sentence(why)}"])


def _title(pledge: Pledge) -> Node:
    return tag("A", pledge.commitment.title, href=f"/commitment/{pledge.commitment.commitment_id}")


def _standing(pledge: Pledge) -> str:
    entry = pledge.commitment
    doubt = " Whether it is still in force is not clear." if entry.in_force == InForce.UNCLEAR else ""
    return f"{STANDINGS[entry.standing]}, {entry.said_by}.{doubt}"


def _systems(view: EnglandView) -> list[Node | None]:
    table = view.heatmap
    chosen = table.chosen
    selects = [
        select(name="layer", label="Show", options=list(SHOWS.items()), chosen=chosen.show, default="status"),
        select(
            name="monitored",
            label="Outcomes",
            options=[("", "Promises and duties"), ("show", "Monitored outcomes as well")],
            chosen="show" if chosen.monitored else "",
            default="",
        ),
        select(name="which", label="Systems", options=list(WHICH.items()), chosen=chosen.which, default="all"),
        select(name="order", label="Order", options=list(table.orders), chosen=chosen.order, default="name"),
        select(
            name=PARAMETER,
            label="Boundaries",
            options=[(footprint.name, footprint.words) for footprint in view.footprints],
            chosen=chosen.footprint.name,
            default=next(footprint.name for footprint in view.footprints if footprint.is_today),
        ),
    ]
    return [
        tag("H2", _heading(view), id="systems-heading"),
        choices(selects, action="/", button="Show", label="Choose what the table shows"),
        tag("P", view.note, className="note") if view.note else None,
        tag("P", table.summary, className="reading"),
        None if table.rows else tag("P", "No system has that. Choose every system to see them all.", className="note"),
        heatmap_table(table),
        tag("P", _fold(view), className="reading"),
        tag(
            "P",
            [
                "▲ and ▼ mean better and worse, not up and down. ",
                tag("A", "How a status is made", href="/methods#rule-status"),
                ". ",
                tag("A", "Compare the systems on one measure", href=view.footprint.address("/compare")),
                ", on a map too.",
            ],
            className="more",
        ),
    ]


def _changes(found: Changes) -> list[Node]:
    if not found.figures and not found.moved:
        said = "Nothing: this is the first release held, or no figure moved since the one before."
        return [tag("H2", "What changed since the last release"), tag("P", said)]
    counts = words.listed([f"{count:,} {kind}" for kind, count in found.figures])
    more = f" {found.more:,} more statuses moved; the release's report lists them all." if found.more else ""
    rows = [
        [
            tag("A", moved.area, href=f"/system/{moved.area_code}") if moved.area_code != ENGLAND else moved.area,
            tag("A", moved.measure, href=f"/commitment/{moved.commitment_id}"),
            moved.was,
            moved.is_now,
            words.opening(moved.why),
        ]
        for moved in found.moved
    ]
    return [
        tag("H2", "What changed since the last release"),
        tag("P", f"Figures: {counts or 'none'}.{more}", className="reading"),
        stacked_table(
            caption="Statuses that moved since the last release, England's first",
            head=["Area", "Measure", "Was", "Is now", "Why"],
            rows=rows,
        )
        if rows
        else tag("P", "No status moved."),
    ]


def _heading(view: EnglandView) -> str:
    table = view.heatmap
    some = "" if len(table.rows) == table.systems else f", {len(table.rows)} shown"
    return f"{view.footprint.heading} by commitment{some}"


def _fold(view: EnglandView) -> list[Node | str]:
    """The one control that unfolds the monitored outcomes, or folds them again."""
    table = view.heatmap
    asked = dict(view.query)
    if table.chosen.monitored:
        asked.pop("monitored", None)
        return [tag("A", "Hide the monitored outcomes", href=_address(asked), id="fold-monitored")]
    words_ = f"Show {table.hidden} columns of monitored outcomes"
    return [
        tag("A", words_, href=_address({**asked, "monitored": "show"}), id="fold-monitored"),
        ": nobody has promised a figure for them.",
    ]


def _address(query: Mapping[str, str]) -> str:
    return f"/?{urlencode(query)}" if query else "/"
