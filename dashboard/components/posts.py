"""Posts and funding of one system drawn: the sentence, the horizon, the facts, and the questions to ask."""

import datetime as dt
from collections.abc import Sequence

from dashboard import words
from dashboard.charts.horizon import HEIGHT, horizon_chart
from dashboard.components.chart_card import chart_card
from dashboard.components.reading import stacked_table
from dashboard.components.tables import plain_table
from dashboard.components.tags import Node, tag
from dashboard.queries import Workforce
from dashboard.views.figures import Credit
from dashboard.views.posts import (
    FAMILIES,
    WHY_WITHHELD,
    Horizon,
    Posts,
    by_financial_year,
    months,
    share,
    wte,
)
from data_contracts.vocabulary import RoleFamily

MADE_UP = "ILLUSTRATIVE"
_RETURN = "/workforce/return"
YEAR_ENDS = "Dotted lines are 31 March, when financial years end."


def made_up_banner() -> Node:
    """What stands above every page of made-up figures."""
    return tag(
        "P",
        [
            tag("Strong", f"▨ {MADE_UP}. "),
            "What stands here does not exist. Its figures are made up, to show what these pages do once returns come. "
            "They count in no total.",
        ],
        className="illustrative",
    )


def posts_section(posts: Posts, today: dt.date) -> list[Node | None]:
    """The latest return of a system."""
    lead = f"{MADE_UP}. " if posts.is_made_up else ""
    parts: list[Node | None] = [
        tag("P", tag("Strong", posts.answer)),
        tag(
            "P",
            f"{lead}{_whose(posts)}, as at {words.date(posts.as_at)}. {posts.received} {posts.change} A return counts "
            "every post, so there is no interval.",
            className="subtitle",
        ),
        tag("P", f"{lead}{posts.waits}") if posts.waits else None,
        *without_figure_notes(posts.without_figure),
    ]
    if posts.horizon is not None:
        parts.append(_horizon_card(posts, posts.horizon, today))
        parts += _ends(posts, posts.horizon)
    parts += [
        tag("H3", f"{lead}The return in figures"),
        _figures(posts, lead),
        tag("P", WHY_WITHHELD, className="subtitle"),
        tag("H3", f"{lead}Posts by role"),
        _families(posts.families, is_made_up=posts.is_made_up),
        tag("H3", f"{lead}Posts by state"),
        _states(posts, lead),
    ]
    if posts.questions:
        items = [tag("Li", question) for question in posts.questions]
        parts += [tag("H3", "Questions for the board"), tag("Ul", items, className="prose")]
    return parts


def without_figure_notes(quarters: Sequence[tuple[str, str]]) -> list[Node]:
    """Of each quarter a system has no figure of, why."""
    return [tag("P", f"{quarter}: no figure ([x]). {why}", className="subtitle") for quarter, why in quarters]


def _whose(posts: Posts) -> str:
    if posts.is_restated:
        return f"Returns for {posts.quarter} of the systems this one was made of, added up"
    return f"Return for {posts.quarter}"


def no_return(name: str, without_figure: Sequence[tuple[str, str]]) -> list[Node]:
    """A system that has sent nothing: what is asked, why, and how to send it."""
    return [
        tag(
            "P",
            f"{name} has sent no return of its posts. Nobody publishes how many population health posts a system has, "
            "which are vacant and when their funding ends, so nothing can be said here until it does.",
        ),
        tag(
            "P",
            [
                "A return is one row a post, a quarter: role, whole-time equivalent, state, and where the funding "
                "comes from and until when. No names, no free text. ",
                tag("A", "Get the template and send a return", href=_RETURN),
                " · ",
                tag("A", "See what it shows, on made-up systems", href="/workforce?examples=1"),
            ],
        ),
        *without_figure_notes(without_figure),
    ]


def _horizon_card(posts: Posts, horizon: Horizon, today: dt.date) -> Node:
    lead = f"{MADE_UP}: " if posts.is_made_up else ""
    return chart_card(
        title=f"{lead}{horizon.headline}",
        subtitle=(
            f"Whole-time equivalents funded at the end of each month: {posts.area.area_name}, {posts.quarter}. "
            f"{YEAR_ENDS}"
        ),
        figure=horizon_chart(horizon, today),
        height=HEIGHT,
        summary=horizon_in_words(horizon),
        table=horizon_table(horizon, lead),
        credit=return_credit(posts.quarter),
    )


def return_credit(quarter: str) -> Credit:
    """Whose figures those of a return are."""
    return Credit(
        publisher="the system's own return",
        title=f"posts and funding, {quarter}",
        source_id="table-workforce",
        published=None,
        indicator_id="rule-posts",
        measure="posts and funding",
    )


def horizon_table(horizon: Horizon, lead: str) -> Node:
    """The figures beside a horizon's chart."""
    return plain_table(
        caption=f"{lead}WTE funded at the end of each month",
        head=["Month ends", "All funding", "Confirmed funding"],
        rows=[
            [words.date(day), wte(every), wte(confirmed)]
            for day, every, confirmed in zip(horizon.months, horizon.every, horizon.confirmed, strict=True)
        ],
    )


def horizon_in_words(horizon: Horizon) -> str:
    """What a horizon's chart shows, and how confirmed money is told from the rest."""
    start, end = horizon.every[0], horizon.every[-1]
    of_confirmed = horizon.confirmed[0]
    said = f"Of {wte(start)} funded now, {wte(end)} are still funded five years on."
    if of_confirmed is None and horizon.confirmed_of:
        return (
            f"{said} How much of it is confirmed may be shown of {horizon.confirmed_of} of {horizon.systems} systems."
        )
    if of_confirmed is None:
        return f"{said} How much of it is confirmed is withheld."
    if of_confirmed == start:
        return f"{said} All that is funded now is confirmed."
    return f"{said} {wte(of_confirmed)} are confirmed now: dark; the rest is light and hatched."


def _ends(posts: Posts, horizon: Horizon) -> list[Node]:
    lead = f"{MADE_UP}. " if posts.is_made_up else ""
    years = [(year, ending) for year, ending in by_financial_year(horizon) if ending]
    if not years:
        return []
    return [
        tag("H3", f"{lead}What ends, by financial year"),
        stacked_table(
            caption=f"{lead}WTE whose funding ends in each financial year",
            head=["Financial year", "WTE that end"],
            rows=[[year, wte(ending)] for year, ending in years],
            numbers=["WTE that end"],
        ),
    ]


def _figures(posts: Posts, lead: str) -> Node:
    before = [posts.before.quarter] if posts.before is not None else []
    return stacked_table(
        caption=f"{lead}The return in figures, by quarter",
        head=["Measure", posts.quarter, *before],
        rows=[[measure, now, *([then] if then is not None else [])] for measure, now, then in posts.figures],
    )


def _families(rows: Sequence[Workforce], *, is_made_up: bool) -> Node:
    if not rows:
        return tag("P", "Roles are not shown apart: that would tell of one or two posts.")
    lead = f"{MADE_UP}. " if is_made_up else ""
    return stacked_table(
        caption=f"{lead}Posts by role",
        head=["Role", "Posts", "WTE", "Recurrent", "Ends in 12 months", "Half of what ends, within"],
        rows=[
            [
                FAMILIES[RoleFamily(row.role_family)],
                str(row.posts),
                wte(row.wte),
                share(row, "recurrent_share"),
                wte(row.wte_ending_12_months),
                months(row, "median_months_left"),
            ]
            for row in rows
        ],
        numbers=["Posts", "WTE", "Recurrent", "Ends in 12 months"],
    )


def _states(posts: Posts, lead: str) -> Node:
    whole = posts.now.wte
    if whole is None or not posts.states:
        return tag("P", "States are not shown apart: that would tell of one or two posts.")
    return stacked_table(
        caption=f"{lead}WTE by how posts are filled",
        head=["State", "WTE", "Share of WTE"],
        rows=[[name, wte(of * whole), words.share(of)] for name, of in posts.states],
        numbers=["WTE", "Share of WTE"],
    )
