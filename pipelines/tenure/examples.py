"""The example systems: areas, a merger, and returns such as systems send in, made up by a rule in the registry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from data_contracts.marts import MARTS
from data_contracts.posts import (
    ACCEPTED_ANSWER_FIELDS,
    ACCEPTED_POST_FIELDS,
    RETURN_FIELDS,
    RETURN_VERSION,
    schema_of,
)
from data_contracts.quarters import last_day
from data_contracts.registry.records import ExamplePosts, ExampleSystem, examples
from data_contracts.vocabulary import (
    AreaType,
    EmployerType,
    PostState,
    RoleFamily,
    RoleFocus,
    ValueKind,
)
from pipelines.returns.accepted import Accepted

AREAS = {
    "area_code": pl.String,
    "area_name": pl.String,
    "area_type": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "population": pl.Int64,
}
#: Where the merger of two examples is said: there is no announcement of what is made up.
_SOURCE = "https://geoportal.statistics.gov.uk"
_FOCUS = {
    RoleFamily.POPULATION_HEALTH_ANALYST: RoleFocus.POPULATION_HEALTH_MANAGEMENT,
    RoleFamily.INEQUALITIES_LEAD: RoleFocus.INEQUALITIES,
    RoleFamily.CORE20PLUS5: RoleFocus.INEQUALITIES,
    RoleFamily.PUBLIC_HEALTH_SPECIALIST: RoleFocus.HEALTHCARE_PUBLIC_HEALTH,
}
#: An employer's code that no organisation has.
_EMPLOYERS = {EmployerType.LOCAL_AUTHORITY: "XLA", EmployerType.ICB: "XICB"}


def no_areas() -> pl.DataFrame:
    """The areas of no examples."""
    return pl.DataFrame(schema=AREAS)


def example_areas() -> pl.DataFrame:
    """The example systems as areas."""
    return pl.DataFrame(
        [
            (code, system.name, str(AreaType.EXAMPLE), system.begins, system.ends, system.population)
            for code, system in examples().system.items()
        ],
        schema=AREAS,
        orient="row",
    )


def no_lineage() -> pl.DataFrame:
    """The mergers of no examples."""
    return pl.DataFrame(schema=MARTS["area_lineage"].schema)


def example_lineage() -> pl.DataFrame:
    """Which examples became part of which."""
    return pl.DataFrame(
        [
            (code, system.into, system.ends + dt.timedelta(days=1), 1.0, "merger of examples", "high", _SOURCE)
            for code, system in examples().system.items()
            if system.into is not None and system.ends is not None
        ],
        schema=MARTS["area_lineage"].schema,
        orient="row",
    )


def example_returns() -> Accepted:
    """What the examples returned, quarter by quarter, as returns that were accepted."""
    posts: list[tuple[object, ...]] = []
    returns: list[tuple[object, ...]] = []
    for code, system in examples().system.items():
        for quarter in examples().quarters:
            as_at = last_day(quarter)
            lasts = system.begins <= as_at and (system.ends is None or as_at <= system.ends)
            if not lasts or quarter in system.silent:
                continue
            rows = list(_posts(code, system, quarter))
            after = system.received_after_days.get(quarter, examples().received_after_days)
            posts.extend(rows)
            returns.append((code, quarter, as_at + dt.timedelta(days=after), len(rows)))
    return Accepted(
        posts=pl.DataFrame(posts, schema=schema_of(ACCEPTED_POST_FIELDS), orient="row"),
        answers=pl.DataFrame(schema=schema_of(ACCEPTED_ANSWER_FIELDS)),
        returns=pl.DataFrame(returns, schema=schema_of(RETURN_FIELDS), orient="row"),
    )


def _posts(code: str, system: ExampleSystem, quarter: str) -> Iterator[tuple[object, ...]]:
    as_at = last_day(quarter)
    each = [posts for posts in system.posts for _ in range(posts.number)]
    for number, post in enumerate(each, start=1):
        vacancy = next(
            (
                held
                for held in system.vacancies
                if held.post == number and held.since <= as_at and (held.filled is None or as_at < held.filled)
            ),
            None,
        )
        state, since = post.state, None
        if vacancy is not None:
            state = PostState.VACANT_FROZEN if vacancy.frozen else PostState.VACANT_RECRUITING
            since = vacancy.since
        ends = _ends(post, as_at)
        holds_a_contract = state in (PostState.FIXED_TERM, PostState.SECONDMENT, PostState.INTERIM)
        row: dict[str, object] = {
            "post_reference": f"P{number:02}",
            "system_code": code,
            "employer_type": str(post.employer),
            "employer_code": _EMPLOYERS[post.employer],
            "role_family": str(post.family),
            "role_focus": str(_FOCUS.get(post.family, RoleFocus.BRIDGING)),
            "joint_reference": f"J{number:02}" if post.joint else None,
            "place_code": None,
            "wte": post.wte,
            "state": str(state),
            "vacant_since": since,
            "contract_end": ends if holds_a_contract else None,
            "funding_source": str(post.funding),
            "recurrent": ends is None,
            "funding_start": _starts(post, as_at),
            "funding_end": ends,
            "funding_confirmed": post.confirmed,
            "pay_framework": str(post.pay),
            "as_at": as_at,
            "quarter": quarter,
            "contract_version": RETURN_VERSION,
            "value_kind": str(ValueKind.ILLUSTRATIVE),
        }
        yield tuple(row[field.name] for field in ACCEPTED_POST_FIELDS)


def _ends(post: ExamplePosts, as_at: dt.date) -> dt.date | None:
    return _next_march(as_at) if post.each_march else post.ends


def _starts(post: ExamplePosts, as_at: dt.date) -> dt.date:
    if post.each_march:
        return dt.date(_next_march(as_at).year - 1, 4, 1) if as_at.month != 3 else dt.date(as_at.year - 1, 4, 1)
    return dt.date(2024, 4, 1)


def _next_march(day: dt.date) -> dt.date:
    """The next 31 March after a day: by then the year that begins has been renewed."""
    return dt.date(day.year + (day >= dt.date(day.year, 3, 31)), 3, 31)
