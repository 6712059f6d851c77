"""What returns of posts say of one system: how many, how secure, what ends next, and what a board should ask."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dashboard import queries, words
from dashboard.queries import Area, HorizonMonth, Workforce
from dashboard.reader import Release
from data_contracts.quarters import last_day
from data_contracts.vocabulary import Basis, FundingSource, PostState, ReturnState, RoleFamily, ValueKind

WITHHELD = "[c]"
WHY_WITHHELD = (
    "[c] is withheld: it rests on one or two posts, or would give such a figure away. How many posts there are "
    "always shows."
)
ALL = "all"

FAMILIES = {
    RoleFamily.DIRECTOR_OF_POPULATION_HEALTH: "Director of population health",
    RoleFamily.PUBLIC_HEALTH_CONSULTANT: "Public health consultant",
    RoleFamily.PUBLIC_HEALTH_SPECIALIST: "Public health specialist",
    RoleFamily.POPULATION_HEALTH_ANALYST: "Population health analyst",
    RoleFamily.INEQUALITIES_LEAD: "Inequalities lead",
    RoleFamily.CORE20PLUS5: "Core20PLUS5 post",
    RoleFamily.TRAINING: "Training post",
    RoleFamily.OTHER: "Other",
}
STATES = {
    PostState.FILLED_SUBSTANTIVE: "Filled by a substantive holder",
    PostState.FIXED_TERM: "Filled for a fixed term",
    PostState.SECONDMENT: "Filled by secondment",
    PostState.INTERIM: "Interim",
    PostState.VACANT_RECRUITING: "Vacant, recruiting",
    PostState.VACANT_FROZEN: "Vacant, frozen",
}
FUNDERS = {
    FundingSource.ICB_BASELINE: "the ICB's baseline",
    FundingSource.PROGRAMME: "programme money",
    FundingSource.PUBLIC_HEALTH_GRANT: "the public health grant",
    FundingSource.COUNCIL_CORE: "the council's core budget",
    FundingSource.EXTERNAL: "external money",
    FundingSource.CHARITY: "a charity",
}

#: From this share on, one kind of money or one date holds a team.
_MUCH = 0.25


@dataclass(frozen=True)
class Ending:
    """WTE whose funding ends between two months of a horizon, by the last day it is funded."""

    by: dt.date
    wte: float


@dataclass(frozen=True)
class Horizon:
    """How funding runs out: WTE at the end of each month, in all and of what is confirmed (None: withheld)."""

    months: tuple[dt.date, ...]
    every: tuple[float | None, ...]
    confirmed: tuple[float | None, ...]
    ends: tuple[Ending, ...]
    first_large: Ending | None


@dataclass(frozen=True)
class Posts:
    """The latest return of one system, and the one before."""

    area: Area
    quarter: str
    as_at: dt.date
    is_made_up: bool
    is_restated: bool
    answer: str
    now: Workforce
    before: Workforce | None
    families: tuple[Workforce, ...]
    states: tuple[tuple[str, float], ...]
    horizon: Horizon | None
    facts: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]
    received: str
    without_figure: tuple[tuple[str, str], ...]


def posts_of(release: Release, area: Area) -> Posts | None:
    """What the latest return of a system says; None where it has sent none."""
    held = queries.workforce(release).get(area.area_code, [])
    totals = [row for row in held if row.role_family == ALL]
    if not totals:
        return None
    now, before = totals[0], totals[1] if len(totals) > 1 else None
    horizon = horizon_of(queries.funding_horizon(release, area_code=area.area_code, quarter=now.quarter))
    return Posts(
        area=area,
        quarter=now.quarter,
        as_at=last_day(now.quarter),
        is_made_up=now.value_kind == ValueKind.ILLUSTRATIVE,
        is_restated=now.value_kind == ValueKind.RESTATED,
        answer=_answer(now, horizon),
        now=now,
        before=before,
        families=tuple(row for row in held if row.quarter == now.quarter and row.role_family != ALL),
        states=states_of(now),
        horizon=horizon,
        facts=_facts(now, before),
        questions=_questions(now, horizon),
        received=_received(release, area, now.quarter),
        without_figure=without_figure(release, area),
    )


def without_figure(release: Release, area: Area) -> tuple[tuple[str, str], ...]:
    """The quarters of which a system has no figure though what it was made of returned, each with why."""
    return tuple(queries.posts_without_figure(release).get(area.area_code, []))


def states_of(now: Workforce) -> tuple[tuple[str, float], ...]:
    """The share of WTE in each state, as finely as may be shown; empty where nothing may."""
    vacant, interim = now.vacancy_rate, now.interim_share
    if now.filled_substantive_share is not None:
        every = [(name, getattr(now, f"{state}_share")) for state, name in STATES.items()]
        return tuple((name, share) for name, share in every if share)
    if vacant is not None and interim is not None:
        return (("Filled, not by an interim", 1 - vacant - interim), ("Interim", interim), ("Vacant", vacant))
    if vacant is not None:
        return (("Filled", 1 - vacant), ("Vacant", vacant))
    if interim is not None:
        return (("Interim", interim), ("Filled otherwise, or vacant", 1 - interim))
    return ()


def horizon_of(months: Sequence[HorizonMonth]) -> Horizon | None:
    """The horizon of one return as lines; None where nothing of it may be shown."""
    every = [of for of in months if of.basis == Basis.ALL]
    confirmed = {of.month: of.wte for of in months if of.basis == Basis.CONFIRMED}
    if not every or every[0].wte is None:
        return None
    ends = _ends(every)
    large = [end for end in ends if end.wte >= _MUCH * every[0].wte]
    return Horizon(
        months=tuple(of.month_end for of in every),
        every=tuple(of.wte for of in every),
        confirmed=tuple(confirmed.get(of.month) for of in every),
        ends=ends,
        first_large=large[0] if large else None,
    )


def _ends(months: Sequence[HorizonMonth]) -> tuple[Ending, ...]:
    """What ends, by the last month's end that it is still funded."""
    shown = [(of.month_end, of.wte) for of in months if of.wte is not None]
    return tuple(Ending(day, before - after) for (day, before), (_, after) in pairwise(shown) if before - after > 1e-9)


def by_financial_year(horizon: Horizon) -> list[tuple[str, float]]:
    """WTE that ends in each financial year of the horizon, those without an end left out.

    An end on 31 March belongs to the year that it closes.
    """
    found: dict[str, float] = {}
    for end in horizon.ends:
        year = end.by.year - (end.by.month <= 3)
        label = f"{year}/{(year + 1) % 100:02d}"
        found[label] = found.get(label, 0.0) + end.wte
    return list(found.items())


def wte(value: float | None, *, withheld: bool = False) -> str:
    """WTE in words.

    >>> wte(4.8), wte(1.0), wte(None)
    ('4.8 WTE', '1.0 WTE', '[c]')
    """
    return WITHHELD if value is None or withheld else f"{words.number(value, 1)} WTE"


def share(value: float | None) -> str:
    """A share in words; one that is missing is withheld."""
    return WITHHELD if value is None else words.share(value)


def months(value: float | None, row: Workforce, measure: str) -> str:
    """Months in words: withheld, or none because nothing has an end or was vacant."""
    if value is not None:
        return f"{words.number(value, 0)} months"
    return WITHHELD if measure in row.not_shown else "none"


def _answer(now: Workforce, horizon: Horizon | None) -> str:
    posts = f"{now.posts} post{'s' if now.posts != 1 else ''}"
    if now.wte is None:
        return f"{posts}: too few to show more of without showing one."
    said = f"{posts}, {wte(now.wte)}"
    if horizon is not None and horizon.ends:
        first = horizon.ends[0]
        return f"{said}; funding of {wte(first.wte)} ends by {words.date(first.by)}."
    if now.recurrent_share is not None:
        return f"{said}; {words.share(now.recurrent_share)} recurrently funded and no end in the next five years."
    return f"{said}."


def _facts(now: Workforce, before: Workforce | None) -> tuple[tuple[str, str], ...]:
    vacant = share(now.vacancy_rate)
    if now.vacant_posts:
        vacant += f" ({now.vacant_posts} post{'s' if now.vacant_posts != 1 else ''})"
    funder = WITHHELD
    if now.largest_funder is not None and now.largest_funder_share is not None:
        funder = f"{words.share(now.largest_funder_share)} on {FUNDERS[FundingSource(now.largest_funder)]}"
    per = now.posts_per_100000
    found = [
        ("Posts", f"{now.posts}" + (f", {words.number(per, 1)} per 100,000 residents" if per is not None else "")),
        ("Whole-time equivalents", wte(now.wte)),
        ("Vacant, of funded WTE", vacant),
        ("Typical time vacant", months(now.median_months_vacant, now, "median_months_vacant")),
        ("Recurrently funded", share(now.recurrent_share)),
        ("Funding not confirmed", share(now.unconfirmed_share)),
        ("Ends within 6 months", wte(now.wte_ending_6_months)),
        ("Ends within 12 months", wte(now.wte_ending_12_months)),
        ("Of funding with an end, half ends within", months(now.median_months_left, now, "median_months_left")),
        ("Largest funder", funder),
        ("Interim", share(now.interim_share)),
        ("Joint posts", share(now.joint_share)),
    ]
    if not now.vacant_posts and now.vacancy_rate == 0:
        found = [pair for pair in found if pair[0] != "Typical time vacant"]
    if before is not None:
        found.append((f"Change since {before.quarter}", _change(now, before)))
    return tuple(found)


def _change(now: Workforce, before: Workforce) -> str:
    posts = now.posts - before.posts
    moved = "as many posts" if not posts else f"{abs(posts)} {'more' if posts > 0 else 'fewer'} post"
    moved += "s" if abs(posts) > 1 else ""
    if now.wte is None or before.wte is None:
        return moved
    return f"{moved}, {_signed(now.wte - before.wte)} WTE"


def _signed(amount: float) -> str:
    written = words.number(amount, 1)
    return f"+{written}" if amount > 0.05 else written


def _questions(now: Workforce, horizon: Horizon | None) -> tuple[str, ...]:
    """What a chief executive should ask, made from the figures that are shown."""
    asked = []
    if horizon is not None and horizon.ends and now.wte:
        first = horizon.ends[0]
        asked.append(
            f"Who decides, and by when, what happens to the {wte(first.wte)} whose funding ends by "
            f"{words.date(first.by)}?"
        )
    if now.unconfirmed_share:
        asked.append(f"{words.share(now.unconfirmed_share)} of the WTE is not confirmed. What would confirm it?")
    if now.vacancy_rate and now.vacancy_rate >= 0.1:
        asked.append(
            f"{words.share(now.vacancy_rate)} of the funded WTE is vacant. Which posts, and what is not being done?"
        )
    if now.largest_funder is not None and (now.largest_funder_share or 0) >= 0.5:
        asked.append(
            f"Half of the WTE or more rests on {FUNDERS[FundingSource(now.largest_funder)]}. What if that went?"
        )
    if now.interim_share and now.interim_share >= _MUCH:
        asked.append("What would make the interim posts substantive?")
    if now.joint_share == 0:
        asked.append("No post is held jointly with a council. Is that meant?")
    return tuple(asked)


def _received(release: Release, area: Area, quarter: str) -> str:
    """When the latest return came, and whether a later one is overdue."""
    held = [of for of in queries.returns_received(release) if of.area_code == area.area_code]
    found = next((of for of in held if of.quarter == quarter), None)
    said = ""
    if found is not None and found.received_on is not None:
        late = ", late" if found.return_state == ReturnState.LATE else ""
        said = f"Received on {words.date(found.received_on)}{late}."
    overdue = [of for of in held if of.return_state == ReturnState.OVERDUE]
    if overdue:
        said += f" The return for {overdue[0].quarter} was due on {words.date(overdue[0].due_on)} and has not come."
    return said.strip()
