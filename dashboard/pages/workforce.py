"""The page of posts, vacancies and funding: what systems returned, and what others publish."""

import datetime as dt
from collections.abc import Mapping, Sequence

from dashboard import clock, words
from dashboard.charts.control import HEIGHT as CONTROL_HEIGHT
from dashboard.charts.control import control_chart
from dashboard.charts.horizon import HEIGHT as HORIZON_HEIGHT
from dashboard.charts.horizon import endings_chart, horizon_chart
from dashboard.charts.over_time import HEIGHT, lines_chart
from dashboard.components.chart_card import chart_card
from dashboard.components.posts import (
    MADE_UP,
    YEAR_ENDS,
    horizon_in_words,
    horizon_table,
    made_up_banner,
    return_credit,
)
from dashboard.components.reading import stacked_table
from dashboard.components.tables import plain_table, timeline_table
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.queries import Area
from dashboard.reader import Release
from dashboard.views.figures import Credit, Measure
from dashboard.views.posts import WHY_WITHHELD, Horizon, by_financial_year, months, share, wte
from dashboard.views.statuses import VARIATIONS
from dashboard.views.workforce import SPENDING, PublicSeries, Regional, SystemPosts, WorkforceView, workforce_view

PATH = "/workforce"
TITLE = "Workforce and funding"

_STATES = {"returned": "on time", "late": "late", "overdue": "overdue"}


def page(release: Release, query: Mapping[str, str]) -> Page:
    """Posts and funding of every system that returned, and the public series beside them."""
    view = workforce_view(release, query)
    today = clock.today()
    lead = f"{MADE_UP}. " if view.examples else ""
    content: list[Node | None] = [
        made_up_banner() if view.examples else None,
        tag("H1", f"{TITLE} ({MADE_UP.lower()})" if view.examples else TITLE),
        tag("P", f"{lead}{view.answer}", className="answer"),
        tag("P", view.coverage, className="reading"),
        _ways(view),
        tag("H2", f"{lead}Systems that returned"),
        *_systems(view.systems, is_made_up=view.examples),
        *_overdue(view.overdue, lead),
        *_silent(view.silent, lead),
        *(
            [tag("H2", "When funding ends"), _national(view, view.horizon, view.quarter, today)]
            if view.horizon and view.quarter
            else []
        ),
        *([] if view.examples else _public(view)),
    ]
    return framed(release, content, title=TITLE, here=PATH)


def _ways(view: WorkforceView) -> Node:
    other = (
        tag("A", "See real systems", href=PATH)
        if view.examples
        else tag("A", "See made-up examples", href=f"{PATH}?examples=1")
    )
    practice = tag("A", "Practice shared", href="/practice")
    return tag(
        "P", [tag("A", "Send a return, or get the template", href="/workforce/return"), " · ", practice, " · ", other]
    )


def _systems(systems: Sequence[SystemPosts], *, is_made_up: bool) -> list[Node]:
    if not systems:
        return [
            tag(
                "P",
                "No system has sent a return yet. A return is one row a post, a quarter, and everything that is wrong "
                "with it is told at once.",
            )
        ]
    lead = f"{MADE_UP}. " if is_made_up else ""
    table = stacked_table(
        caption=f"{lead}The latest return of each system, the most posts per 100,000 residents first",
        head=[
            "System",
            "Quarter",
            "Posts per 100,000",
            "Posts",
            "Vacant",
            "Recurrent",
            "Half of what ends, within",
            "Return",
        ],
        rows=[
            [
                tag("A", of.area.area_name, href=f"/system/{of.area.area_code}"),
                of.row.quarter,
                words.number(of.row.posts_per_100000, 1) if of.row.posts_per_100000 is not None else "not known",
                str(of.row.posts),
                share(of.row, "vacancy_rate"),
                share(of.row, "recurrent_share"),
                months(of.row, "median_months_left"),
                _STATES.get(of.state, of.state),
            ]
            for of in systems
        ],
        numbers=["Posts per 100,000", "Posts", "Vacant", "Recurrent"],
    )
    return [
        table,
        tag(
            "P",
            [WHY_WITHHELD, " Half ends within: of funding that has an end, half ends within."],
            className="subtitle",
        ),
    ]


def _overdue(overdue: Sequence[tuple[Area, str]], lead: str) -> list[Node]:
    if not overdue:
        return []
    items = [
        tag("Li", [tag("A", area.area_name, href=f"/system/{area.area_code}"), f": {which}"]) for area, which in overdue
    ]
    return [tag("H3", f"{lead}Returns overdue"), tag("Ul", items, className="prose")]


def _silent(silent: Sequence[Area], lead: str) -> list[Node]:
    if not silent:
        return []
    items = [tag("Li", tag("A", area.area_name, href=f"/system/{area.area_code}")) for area in silent]
    summary = f"{lead}Have never sent a return: {len(silent)}"
    return [tag("Details", [tag("Summary", summary), tag("Ul", items, className="names")], className="fold")]


def _national(view: WorkforceView, horizon: Horizon, quarter: str, today: dt.date) -> Node:
    whose = f"{horizon.systems} of {view.returned} systems that returned for {quarter} together"
    if horizon.systems == view.returned:
        whose = f"all {view.returned} systems that returned for {quarter} together"
    years = by_financial_year(horizon)
    cards = [
        chart_card(
            title=horizon.headline,
            subtitle=f"WTE funded at the end of each month, {whose}. {YEAR_ENDS}",
            figure=horizon_chart(horizon, today),
            height=HORIZON_HEIGHT,
            summary=horizon_in_words(horizon),
            table=horizon_table(horizon, ""),
            credit=return_credit(quarter),
        )
    ]
    if years:
        worst, most = max(years, key=lambda of: of[1])
        cards.append(
            chart_card(
                title=f"{wte(most)} end in {worst}",
                subtitle=f"WTE by the financial year in which its funding ends, {whose}.",
                figure=endings_chart(years),
                height=HORIZON_HEIGHT,
                summary="An end on 31 March belongs to the year that it closes. Recurrent funding is in none.",
                table=plain_table(
                    caption="WTE whose funding ends in each financial year",
                    head=["Financial year", "WTE that end"],
                    rows=[[year, wte(ending)] for year, ending in years],
                ),
                credit=return_credit(quarter),
            )
        )
    return tag("Div", cards, className="grid two")


# --- what others publish


def _public(view: WorkforceView) -> list[Node]:
    parts: list[Node] = [
        tag("H2", "What is published"),
        tag(
            "P",
            [
                "None of these says how secure population health posts are. The grant is what councils are given; ",
                tag("A", "spending by councils", href=f"/compare?indicator={SPENDING}"),
                " is another thing, and is shown by system.",
            ],
        ),
        tag("Div", [_series(series) for series in view.series], className="grid two"),
    ]
    if view.vacancies is not None and view.vacancies_credit is not None and view.region is not None:
        parts += [
            tag("H3", view.vacancies.title),
            tag("P", f"{view.vacancies.described}. {view.vacancies.indicator.definition}", className="subtitle"),
            _vacancies(view.regions, view.vacancies),
            _control(view.region, view.vacancies, view.vacancies_credit),
        ]
    return parts


def _series(series: PublicSeries) -> Node:
    return chart_card(
        title=series.title,
        subtitle=f"{series.timeline.measure.described}, England.",
        figure=lines_chart(series.timeline, from_zero=True),
        height=HEIGHT,
        summary=series.summary,
        table=timeline_table(series.timeline),
        credit=series.credit,
        notes=[tag("P", mark.reason, className="subtitle") for mark in series.timeline.marks],
    )


def _vacancies(regions: Sequence[Regional], measure: Measure) -> Node:
    return stacked_table(
        caption="Advertised vacancies by NHS region: the latest month on each region's own control chart",
        head=["NHS region", "Month", "WTE advertised", "Mean (limits)", "Variation"],
        rows=[
            [
                tag("A", region.name, href=f"{PATH}?region={region.area_code}"),
                region.latest.period_label,
                measure.number(region.latest.value),
                f"{measure.number(region.latest.centre_line)} ({measure.number(region.latest.lower_limit)} to "
                f"{measure.number(region.latest.upper_limit)})",
                VARIATIONS[region.latest.point_type],
            ]
            for region in regions
        ],
        numbers=["WTE advertised"],
    )


def _control(region: Regional, measure: Measure, credit: Credit) -> Node:
    latest = region.latest
    words_of = words.in_sentence(VARIATIONS[latest.point_type])
    return chart_card(
        title=f"{region.name}: {words_of} in {latest.period_label}",
        subtitle=f"{measure.described}, by month, with one mean and one pair of limits for the whole series.",
        figure=control_chart(region.points),
        height=CONTROL_HEIGHT,
        summary=(
            f"{measure.number(latest.value)} in {latest.period_label}, beside a mean of "
            f"{measure.number(latest.centre_line)}. A triangle is special cause: seven months or more in a row on one "
            "side of the mean, or rising or falling, two of three near a limit, or one beyond it. A circle is common "
            "cause. The limits are never moved, so a lasting change shows as special cause ever after."
        ),
        table=plain_table(
            caption=f"{measure.described}, {region.name}",
            head=["Month", "WTE advertised", "Variation"],
            rows=[
                [point.period_label, measure.number(point.value), VARIATIONS[point.point_type]]
                for point in reversed(region.points)
            ],
        ),
        credit=credit,
    )
