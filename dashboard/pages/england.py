"""The page on England."""

from collections.abc import Mapping

from dashboard import queries, words
from dashboard.charts.over_time import HEIGHT, gap_chart, lines_chart
from dashboard.components.cards import key_figures
from dashboard.components.chart_card import chart_card, source_line
from dashboard.components.controls import choices, grouped_select, select
from dashboard.components.gaps import gaps_section
from dashboard.components.marks import chip, symbol_key
from dashboard.components.systems_map import systems_map
from dashboard.components.systems_table import systems_table
from dashboard.components.tables import gap_table, timeline_table
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.shapes import Shapes, shapes_of
from dashboard.views.england import SORTS, EnglandView, RegionGap, SystemsTable, england_view
from dashboard.views.footprint import PARAMETER

TITLE = "Are population health commitments being kept?"


def page(release: Release, query: Mapping[str, str]) -> Page:
    """England in one page: the answer, the promise on the gap between regions, and every system."""
    view = england_view(release, query)
    names = {code: area.area_name for code, area in queries.reference(release).areas.items()}
    top = max(gap.observed_gap for region in view.gaps for gap in region.gaps) * 1.15
    content = [
        tag("H1", TITLE),
        tag("P", view.answer, className="answer"),
        key_figures(view.key_figures),
        tag("H2", "Healthy life expectancy and the gap between regions"),
        tag("Div", [_levels(view), *(_gap(gap, names, top) for gap in view.gaps)], className="grid three"),
        *(gaps_section(view.every_gap, heading="Gaps in healthy life expectancy") if view.every_gap else []),
        *_systems(view.table, shapes_of(release, (row.area_code for row in view.table.rows)), names),
    ]
    return framed(release, content, title="England", here="/", above=False, footprint=view.table.selection.footprint)


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


def _systems(table: SystemsTable, shapes: Shapes | None, names: Mapping[str, str]) -> list[Node | None]:
    chosen = table.selection
    indicators = {m.indicator.indicator_id: m.indicator for m in table.measures}.values()
    groups: dict[str, list[tuple[str, str]]] = {}
    for indicator in indicators:
        groups.setdefault("Leading" if indicator.headline else indicator.topic, []).append(
            (indicator.indicator_id, indicator.short_name)
        )
    sexes = [m.sex for m in table.measures if m.indicator.indicator_id == chosen.measure.indicator.indicator_id]
    selects = [
        grouped_select(name="indicator", label="Measure", groups=groups, chosen=chosen.measure.indicator.indicator_id),
        select(
            name="sex",
            label="People",
            options=[(sex, words.opening(words.PEOPLE[sex])) for sex in sexes],
            chosen=chosen.measure.sex,
        ),
        select(
            name="period",
            label="Period",
            options=[(period, period) for period in table.periods],
            chosen=chosen.period_label,
        ),
        select(
            name=PARAMETER,
            label="Boundaries",
            options=[(footprint.name, footprint.words) for footprint in table.footprints],
            chosen=chosen.footprint.name,
            default=next(footprint.name for footprint in table.footprints if footprint.is_today),
        ),
        select(name="sort", label="Order", options=list(SORTS.items()), chosen=chosen.sort),
    ]
    reading = tag("P", table.summary, className="reading")
    return [
        tag("H2", f"{_which(table)}: {words.in_sentence(chosen.measure.title)}", id="systems-heading"),
        choices(selects, action="/", button="Show", label="Choose what the table shows"),
        tag("P", _note(table), className="note") if _note(table) else None,
        systems_map(table, shapes, names, [reading]) if shapes else reading,
        tag("P", f"{table.selection.measure.described}, {chosen.period_label}. {_drawn(table)}", className="subtitle"),
        symbol_key(row.figure for row in table.rows),
        systems_table(table),
        source_line(table.credit),
    ]


def _which(table: SystemsTable) -> str:
    footprint = table.selection.footprint
    return f"The {len(table.rows)} systems" + ("" if footprint.is_today else f" {footprint.when}")


def _note(table: SystemsTable) -> str:
    chosen = table.selection
    said = []
    if chosen.asked_footprint:
        said.append(f"There are no boundaries called {chosen.asked_footprint}; today's systems are shown.")
    if chosen.asked_period:
        said.append(f"This measure has no period {chosen.asked_period}; the latest is shown.")
    return " ".join(said)


def _drawn(table: SystemsTable) -> str:
    estimates = (
        "open dots are estimates from local authorities"
        if any(row.figure.value_kind == "estimate" for row in table.rows)
        else "dots are published figures"
    )
    limits = any(row.figure.lower_95 is not None for row in table.rows)
    drawn = "Each line is a 95% interval on one scale" if limits else "There are no intervals in this copy"
    line = "the upright line is England" if table.england else "England has no figure of its own here"
    return f"{drawn}; {estimates}; {line}."
