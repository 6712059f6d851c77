"""The page that compares systems on one measure."""

from collections.abc import Mapping
from urllib.parse import urlencode

from dashboard import queries, words
from dashboard.components.chart_card import source_line
from dashboard.components.controls import choices, grouped_select, select
from dashboard.components.marks import symbol_key
from dashboard.components.systems_map import systems_map
from dashboard.components.systems_table import PATH, systems_table
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.shapes import shapes_of
from dashboard.views.compare import SORTS, SystemsTable, compare_view
from dashboard.views.footprint import PARAMETER

TITLE = "Compare systems"

#: What an address of England's page says only where it is from before the table had a page of its own.
_OF_THE_TABLE = frozenset({"indicator", "sex", "period", "sort"})


def moved(query: Mapping[str, str]) -> Page | None:
    """Where an old address of England's page leads that chose what the table shows; None for any other."""
    if _OF_THE_TABLE.isdisjoint(query):
        return None
    return Page("", None, status=301, redirect=f"{PATH}?{urlencode(query)}")


def page(release: Release, query: Mapping[str, str]) -> Page:
    """Every system on one measure: how many stand apart from England, the map, the table."""
    table = compare_view(release, query)
    chosen = table.selection
    names = {code: area.area_name for code, area in queries.reference(release).areas.items()}
    shapes = shapes_of(release, (row.area_code for row in table.rows))
    reading = tag("P", table.summary, className="reading") if table.summary else None
    said = [reading] if reading else []
    content = [
        tag("H1", TITLE),
        tag("P", table.answer, className="answer"),
        _choices(table),
        tag("P", " ".join(chosen.notes), className="note") if chosen.notes else None,
        tag("H2", f"{chosen.footprint.heading}: {words.in_sentence(chosen.measure.title)}", id="systems-heading"),
        systems_map(table, shapes, names, said) if shapes else reading,
        tag("P", f"{chosen.measure.described}, {chosen.period_label}. {_drawn(table)}", className="subtitle"),
        symbol_key(row.figure for row in table.rows),
        systems_table(table),
        source_line(table.credit),
    ]
    return framed(release, content, title=TITLE, here=PATH, footprint=chosen.footprint)


def _choices(table: SystemsTable) -> Node:
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
    return choices(selects, action=PATH, button="Show", label="Choose what the table shows")


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
