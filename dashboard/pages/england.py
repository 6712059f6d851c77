"""The page on England."""

from collections.abc import Mapping

from dashboard import queries, words
from dashboard.charts.over_time import HEIGHT, gap_chart, lines_chart
from dashboard.components.cards import key_figures
from dashboard.components.chart_card import chart_card
from dashboard.components.gaps import gaps_section
from dashboard.components.marks import chip
from dashboard.components.tables import gap_table, timeline_table
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.views.england import EnglandView, RegionGap, england_view

TITLE = "Are population health commitments being kept?"


def page(release: Release, query: Mapping[str, str]) -> Page:
    """England in one page: the answer, the promise on the gap between regions, and where each system is."""
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
        *_systems(view),
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


def _systems(view: EnglandView) -> list[Node | None]:
    shown = view.footprint
    links = [
        tag("Li", tag("A", area.area_name, href=shown.address(f"/system/{area.area_code}"))) for area in view.systems
    ]
    return [
        tag("H2", shown.heading, id="systems-heading"),
        tag("P", view.note, className="note") if view.note else None,
        tag("P", [tag("A", "Compare the systems on one measure", href=shown.address("/compare")), ", on a map too."]),
        tag("Ul", links, className="columns links"),
    ]
