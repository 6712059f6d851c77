"""What returns of posts say of one system: how many, how secure, what ends next, and what a board should ask."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dashboard import queries, words
from dashboard.queries import Area, HorizonMonth, Workforce
from dashboard.reader import Release
from data_contracts.quarters import last_day
from data_contracts.vocabulary import Basis, FundingSource, PayFramework, PostState, ReturnState, RoleFamily, ValueKind

WITHHELD = "[c]"
WHY_WITHHELD = (
    "[c] is withheld: it rests on one or two posts, or would tell of one or two when set against another figure or "
    "quarter. How many posts there are always shows."
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
PAY = {
    PayFramework.AGENDA_FOR_CHANGE: "Agenda for Change",
    PayFramework.MEDICAL_CONSULTANT: "the medical consultants' contract",
    PayFramework.LOCAL_GOVERNMENT: "local government terms",
    PayFramework.VERY_SENIOR_MANAGER: "very senior managers' terms",
    PayFramework.UNIVERSITY: "university terms",
    PayFramework.OTHER: "other terms",
}

#: From this share on, one kind of money or one date holds a team.
_MUCH = 0.25
#: WTE that rounds to nothing.
_HALF_A_TENTH = 0.05


@dataclass(frozen=True)
class Ending:
    """WTE whose funding ends between two months of a horizon, by the last day it is funded."""

    by: dt.date
    wte: float


@dataclass(frozen=True)
class Horizon:
    """How funding runs out: WTE at the end of each month, in all and of what is confirmed (None: withheld).

    `systems` is over how many systems a total is taken. What is confirmed is told only where it is of the same systems,
    or the rest would pass for unconfirmed; `confirmed_of` says over how many it could be told.
    """

    months: tuple[dt.date, ...]
    every: tuple[float | None, ...]
    confirmed: tuple[float | None, ...]
    ends: tuple[Ending, ...]
    first_large: Ending | None
    systems: int
    confirmed_of: int

    @property
    def headline(self) -> str:
        """What a board should see first: the first end that takes a quarter of the team, or else the largest."""
        if not self.ends:
            return "No funding ends in the next five years"
        if self.first_large is not None:
            return f"{wte(self.first_large.wte)} lose their funding after {words.date(self.first_large.by)}"
        largest = max(self.ends, key=lambda end: end.wte)
        return (
            f"{words.number(largest.wte, 1)} of {wte(self.every[0])} lose their funding after "
            f"{words.date(largest.by)}, the most at once"
        )


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
    figures: tuple[tuple[str, str, str | None], ...]
    change: str
    questions: tuple[str, ...]
    received: str
    waits: str
    without_figure: tuple[tuple[str, str], ...]


def posts_of(release: Release, area: Area) -> Posts | None:
    """What the latest return of a system says; None where it has sent none."""
    held = queries.workforce(release).get(area.area_code, [])
    latest, shown = latest_and_shown(held)
    if latest is None:
        return None
    now = shown[0] if shown else latest
    before = shown[1] if len(shown) > 1 else None
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
        figures=_figures(now, before),
        change=f"Since {before.quarter}: {_change(now, before)}." if before is not None else "",
        questions=_questions(now, horizon),
        received=_received(release, area, now.quarter),
        waits=_waits(latest, now),
        without_figure=without_figure(release, area),
    )


def latest_and_shown(held: Sequence[Workforce]) -> tuple[Workforce | None, list[Workforce]]:
    """Of an area's rows the latest of all roles together (None without any), then those of which more is shown."""
    totals = [row for row in held if row.role_family == ALL]
    return totals[0] if totals else None, [row for row in totals if row.wte is not None]


def _waits(latest: Workforce, now: Workforce) -> str:
    """Why a later return is told by its number of posts alone."""
    if latest.quarter == now.quarter:
        return ""
    return (
        f"The return for {latest.quarter} has {latest.posts} posts. Its other figures wait until three posts or more "
        f"have come, gone or changed since {now.quarter}: till then they would tell of one or two."
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
    if not every or every[0].wte is None:
        return None
    systems = every[0].systems
    sure = [of for of in months if of.basis == Basis.CONFIRMED]
    confirmed = {of.month: of.wte for of in sure if of.systems == systems}
    ends = _ends(every)
    large = [end for end in ends if end.wte >= _MUCH * every[0].wte]
    return Horizon(
        months=tuple(of.month_end for of in every),
        every=tuple(of.wte for of in every),
        confirmed=tuple(confirmed.get(of.month) for of in every),
        ends=ends,
        first_large=large[0] if large else None,
        systems=systems,
        confirmed_of=sure[0].systems if sure else 0,
    )


def _ends(months: Sequence[HorizonMonth]) -> tuple[Ending, ...]:
    """What ends, by the last month's end that it is still funded."""
    shown = [(of.month_end, of.wte) for of in months if of.wte is not None]
    return tuple(Ending(day, before - after) for (day, before), (_, after) in pairwise(shown) if before - after > 1e-9)


def by_financial_year(horizon: Horizon) -> list[tuple[str, float]]:
    """WTE that ends in each financial year the horizon reaches, those in which none does among them.

    An end on 31 March belongs to the year that it closes. Empty where nothing ends at all.
    """
    if not horizon.ends:
        return []
    found = dict.fromkeys(map(_financial_year, horizon.months), 0.0)
    for end in horizon.ends:
        found[_financial_year(end.by)] += end.wte
    return list(found.items())


def _financial_year(day: dt.date) -> str:
    year = day.year - (day.month <= 3)
    return f"{year}/{(year + 1) % 100:02d}"


def wte(value: float | None) -> str:
    """WTE in words; one that is missing is withheld.

    >>> wte(4.8), wte(1.0), wte(None)
    ('4.8 WTE', '1.0 WTE', '[c]')
    """
    return WITHHELD if value is None else f"{words.number(value, 1)} WTE"


def share(row: Workforce, measure: str) -> str:
    """A share of WTE in words; see `_or_why`."""
    return _or_why(row, measure, words.share)


def months(row: Workforce, measure: str) -> str:
    """Months in words; see `_or_why`."""
    return _or_why(row, measure, lambda value: f"{words.number(value, 0)} months")


def largest(row: Workforce, measure: str, names: Mapping[Any, str]) -> str:
    """What holds the largest share of WTE, and the share; see `_or_why`."""
    which = getattr(row, measure.removesuffix("_share"))
    return _or_why(row, measure, lambda value: f"{words.share(value)} on {names[which]}")


def _or_why(row: Workforce, measure: str, said: Callable[[float], str]) -> str:
    """A measure in words: withheld, or none because it is of nothing (no post, no end, no vacancy)."""
    value = getattr(row, measure)
    if value is not None:
        return said(value)
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


def _figures(now: Workforce, before: Workforce | None) -> tuple[tuple[str, str, str | None], ...]:
    """What is told of a return, beside the return before: measure, now, then (None without one)."""
    then = _told(before) if before is not None else {}
    return tuple((measure, said, then.get(measure)) for measure, said in _told(now).items())


def _told(row: Workforce) -> dict[str, str]:
    vacant = share(row, "vacancy_rate")
    if row.vacant_posts:
        vacant += f" ({row.vacant_posts} post{'s' if row.vacant_posts != 1 else ''})"
    per = row.posts_per_100000
    return {
        "Posts": f"{row.posts}" + (f", {words.number(per, 1)} per 100,000 residents" if per is not None else ""),
        "Whole-time equivalents": wte(row.wte),
        "Vacant, of funded WTE": vacant,
        "Typical time vacant": months(row, "median_months_vacant"),
        "Recurrently funded": share(row, "recurrent_share"),
        "Funding not confirmed": share(row, "unconfirmed_share"),
        "Ends within 3 months": wte(row.wte_ending_3_months),
        "Ends within 6 months": wte(row.wte_ending_6_months),
        "Ends within 12 months": wte(row.wte_ending_12_months),
        "Ends within 24 months": wte(row.wte_ending_24_months),
        "Of funding with an end, half ends within": months(row, "median_months_left"),
        "Largest funder": largest(row, "largest_funder_share", FUNDERS),
        "Most common terms": largest(row, "largest_pay_framework_share", PAY),
        "Joint posts": share(row, "joint_share"),
    }


def _change(now: Workforce, before: Workforce) -> str:
    posts = now.posts - before.posts
    moved = "as many posts" if not posts else f"{abs(posts)} {'more' if posts > 0 else 'fewer'} post"
    moved += "s" if abs(posts) > 1 else ""
    if now.wte is None or before.wte is None:
        return moved
    if abs(now.wte - before.wte) < _HALF_A_TENTH:
        return f"{moved} and as much WTE"
    return f"{moved}, {_signed(now.wte - before.wte)} WTE"


def _signed(amount: float) -> str:
    written = words.number(amount, 1)
    return f"+{written}" if amount > 0 else written


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
