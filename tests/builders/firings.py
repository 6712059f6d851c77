"""Statuses, gaps and answers as triggers read them; only what matters to the test is said."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from data_contracts.marts import MARTS
from data_contracts.registry.records import triggers
from pipelines.geography import ENGLAND
from pipelines.triggers.held import Held, held
from pipelines.triggers.rules import RULES

SYSTEM, OTHER, ENDED, EXAMPLE = "E54000050", "E54000060", "E54000025", "X54000001"

#: A status with two sound points and England's beside them, of a monitored measure of which less is better.
_STATUS: dict[str, Any] = {
    "commitment_id": "adult-weight",
    "indicator_id": "adult-obesity",
    "area_code": SYSTEM,
    "sex": "persons",
    "baseline_period": "2018/19",
    "baseline_value": 24.0,
    "baseline_standard_error": 0.5,
    "latest_value": 25.0,
    "latest_standard_error": 0.5,
    "value_kind": "published",
    "data_state": "ok",
    "pace": "not_assessed",
    "england_value": 25.0,
    "england_standard_error": 0.1,
    "england_baseline_value": 24.0,
    "england_baseline_standard_error": 0.1,
    "change_versus_england": 0.0,
    "change_versus_england_p": 1.0,
}


def status(year: int = 2024, **said: Any) -> dict[str, Any]:
    """A status as of a financial year."""
    row = _STATUS | {"as_of_period": f"{year}/{(year + 1) % 100:02}", "as_of_end": dt.date(year + 1, 3, 31)} | said
    return row | {"status_id": f"{row['commitment_id']}.{row['area_code']}.{year}"}


def slope(period: str, gap: float | None, error: float = 1.0, *, area: str = SYSTEM, **said: Any) -> dict[str, Any]:
    """The slope of men's healthy life expectancy inside a system."""
    return {
        "gap_id": "system-slope",
        "indicator_id": "healthy-life-expectancy",
        "area_code": area,
        "sex": "male",
        "period_label": period,
        "observed_gap": gap,
        "observed_lower_95": None if gap is None else gap - 1.96 * error,
        "observed_upper_95": None if gap is None else gap + 1.96 * error,
        "areas": 5,
    } | said


def answer(day: dt.date, said: str, *, area: str = SYSTEM, kind: str = "published") -> dict[str, Any]:
    """An answer about a director of population health."""
    return {
        "commitment_id": "director-of-population-health",
        "area_code": area,
        "as_at": day,
        "answer": said,
        "evidence_url": "https://example.org",
        "value_kind": kind,
    }


def posts(quarter: str = "2026-27-Q2", *, area: str = SYSTEM, **said: Any) -> dict[str, Any]:
    """The totals of one return: ten posts, two WTE of which end within six months."""
    return {
        "area_code": area,
        "quarter": quarter,
        "role_family": "all",
        "posts": 10,
        "wte": 8.0,
        "wte_ending_6_months": 2.0,
        "vacancy_rate": 0.1,
        "value_kind": "published",
    } | said


def expected(quarter: str, state: str, *, area: str = SYSTEM, kind: str = "published") -> dict[str, Any]:
    """What became of a return."""
    due = dt.date(2026, 11, 11)
    return {"area_code": area, "quarter": quarter, "due_on": due, "return_state": state, "value_kind": kind}


def known(codes: Iterable[str] = ()) -> pl.DataFrame:
    """Areas: England, an example, a system that ended, and today's systems."""
    kinds = {ENGLAND: "england", EXAMPLE: "example"}
    rows = [
        {
            "area_code": code,
            "area_type": kinds.get(code, "icb"),
            "valid_to": dt.date(2026, 3, 31) if code == ENDED else None,
        }
        for code in dict.fromkeys([ENGLAND, EXAMPLE, ENDED, SYSTEM, OTHER, *codes])
    ]
    return pl.DataFrame(rows, schema={"area_code": pl.String, "area_type": pl.String, "valid_to": pl.Date})


def holding(
    statuses: Iterable[Mapping[str, Any]] = (),
    gaps: Iterable[Mapping[str, Any]] = (),
    evidence: Iterable[Mapping[str, Any]] = (),
    workforce: Iterable[Mapping[str, Any]] = (),
    returns: Iterable[Mapping[str, Any]] = (),
) -> Held:
    """What triggers read, of these rows."""
    rows = list(statuses)
    tables = {
        "statuses": rows,
        "gaps": list(gaps),
        "evidence": list(evidence),
        "workforce": list(workforce),
        "returns_received": list(returns),
    }
    areas = known(row["area_code"] for row in rows)
    return held({"areas": areas, **{name: pl.DataFrame(of, schema=MARTS[name].schema) for name, of in tables.items()}})


def asked(trigger_id: str, tables: Held) -> pl.DataFrame:
    """What one trigger says of the tables."""
    return RULES[trigger_id](triggers()[trigger_id], tables).sort("area_code", "as_of_end")


def fired(trigger_id: str, tables: Held) -> list[bool | None]:
    """Whether it fired, row by row."""
    return asked(trigger_id, tables)["fired"].to_list()
