"""Rival definitions of a gap, and the levels it lies between, as tables."""

from dashboard import words
from dashboard.charts.sparkline import HEIGHT, WIDTH, sparkline
from dashboard.components.marks import chip
from dashboard.components.reading import stacked_table
from dashboard.components.tags import Node, hidden, tag
from dashboard.views.rivals import RegionLevels, RegionRow, Rival, Rivals


def rivals_tables(rivals: Rivals) -> list[Node]:
    """A table for each sex: definition, then and now, the interval, the change, who moved, and its history."""
    return [
        tag(
            "Div",
            [
                tag("H3", words.opening(words.PEOPLE[sex])),
                stacked_table(
                    caption=f"Definitions of the gap, {words.PEOPLE[sex]}, {rivals.baseline} and {rivals.latest}",
                    head=[
                        "Definition",
                        rivals.baseline,
                        rivals.latest,
                        "95% interval",
                        "Change",
                        "Who moved",
                        "Over time",
                    ],
                    rows=[_rival(row) for row in rows],
                    numbers=[rivals.baseline, rivals.latest],
                ),
            ],
            className="rivals",
        )
        for sex, rows in rivals.groups
    ]


def _rival(row: Rival) -> list[Node | str | list[Node | str]]:
    measure = row.measure
    history = sparkline(row.history)
    name = measure.indicator.short_name
    picture: Node | str = ""
    if history is not None:
        picture = tag("Img", src=history, alt=row.history_words, width=str(WIDTH), height=str(HEIGHT))
    title: list[Node | str] = [tag("Strong", name)]
    if row.own:
        title.append(tag("Span", " judged by this one", className="own"))
    title.append(tag("Span", row.definition, className="detail"))
    return [
        title,
        measure.number(row.before.value or 0),
        [tag("Strong", measure.number(row.latest.value or 0))],
        measure.limits(row.latest),
        [chip(row.verdict.standing, row.verdict.words), tag("Span", row.change, className="detail")],
        row.who_moved,
        picture,
    ]


def region_tables(levels: tuple[RegionLevels, ...]) -> Node:
    """The level of every region, a table for each sex."""
    return tag("Div", [_region_table(of) for of in levels], className="grid two")


def _region_table(levels: RegionLevels) -> Node:
    measure = levels.measure
    return tag(
        "Section",
        [
            tag("H3", measure.title),
            tag("P", levels.sentence),
            stacked_table(
                caption=f"{measure.described}, by region, {levels.baseline} and {levels.period}",
                head=["Region", levels.baseline, levels.period, "95% interval", "Change"],
                rows=[_region(levels, row) for row in levels.rows],
                numbers=[levels.baseline, levels.period],
            ),
        ],
        className="inside",
    )


def _region(levels: RegionLevels, row: RegionRow) -> list[Node | str | list[Node | str]]:
    measure = levels.measure
    name: list[Node | str] = [row.name]
    if row.end:
        name.append(tag("Span", row.end, className="detail"))
    return [
        name,
        row.before,
        [tag("Strong", measure.number(row.latest.value or 0))],
        measure.limits(row.latest),
        [chip(row.shown.standing, row.shown.short), hidden(": "), tag("Span", row.change, className="detail")],
    ]
