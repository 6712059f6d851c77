"""Posts as returns have them, with good defaults: a test says only what it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from data_contracts.posts import ACCEPTED_POST_FIELDS, RETURN_FIELDS, RETURN_VERSION, schema_of
from data_contracts.quarters import last_day

QUARTER = "2026-27-Q2"
FIRST, SECOND, THIRD, MERGED = "E54000051", "E54000052", "E54000053", "E54000064"
REGION, OTHER_REGION = "E40000005", "E40000003"
EXAMPLE = "X54000001"


def post(number: int, **said: Any) -> dict[str, Any]:
    """One post: funded for good and filled, unless said otherwise."""
    row: dict[str, Any] = {
        "post_reference": f"P{number}",
        "system_code": FIRST,
        "employer_type": "icb",
        "employer_code": "QHM",
        "role_family": "population_health_analyst",
        "role_focus": "population_health_management",
        "joint_reference": None,
        "place_code": None,
        "wte": 1.0,
        "state": "filled_substantive",
        "vacant_since": None,
        "contract_end": None,
        "funding_source": "icb_baseline",
        "recurrent": said.get("funding_end") is None,
        "funding_start": dt.date(2024, 4, 1),
        "funding_end": None,
        "funding_confirmed": True,
        "pay_framework": "agenda_for_change",
        "quarter": QUARTER,
        "contract_version": RETURN_VERSION,
        "value_kind": "published",
        **said,
    }
    return {"as_at": last_day(row["quarter"]), **row}


def posts(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """The frame of accepted posts."""
    return pl.DataFrame(list(rows), schema=schema_of(ACCEPTED_POST_FIELDS))


def returns(frame: pl.DataFrame, *empty: tuple[str, str], received_after: int = 20) -> pl.DataFrame:
    """The returns that brought the posts, and those of systems and quarters without a post."""
    rows = [
        (system, quarter, last_day(quarter) + dt.timedelta(days=received_after), number)
        for system, quarter, number in [
            *frame.group_by("system_code", "quarter", maintain_order=True).len().iter_rows(),
            *((system, quarter, 0) for system, quarter in empty),
        ]
    ]
    return pl.DataFrame(rows, schema=schema_of(RETURN_FIELDS), orient="row")


def areas(*, merged: bool = False) -> pl.DataFrame:
    """Three systems in two regions; the first two end on 31 March 2026 where they have merged."""
    ended = dt.date(2026, 3, 31) if merged else None
    begun, new = dt.date(2022, 7, 1), dt.date(2026, 4, 1)
    rows = [
        (FIRST, "icb", REGION, begun, ended, 1_000_000),
        (SECOND, "icb", REGION, begun, ended, 500_000),
        (THIRD, "icb", OTHER_REGION, begun, None, 2_000_000),
        *([(MERGED, "icb", REGION, new, None, 1_500_000)] if merged else []),
        (EXAMPLE, "example", None, begun, None, 400_000),
        (REGION, "nhs_region", None, None, None, 0),
        (OTHER_REGION, "nhs_region", None, None, None, 0),
        ("E92000001", "england", None, None, None, 0),
    ]
    columns = ["area_code", "area_type", "nhs_region_code", "valid_from", "valid_to", "population"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def lineage(*, merged: bool = False) -> pl.DataFrame:
    """The first two systems going whole into one, or nothing."""
    rows = [(code, MERGED, dt.date(2026, 4, 1), 1.0, "high") for code in (FIRST, SECOND)] if merged else []
    schema = {
        "predecessor_code": pl.String,
        "successor_code": pl.String,
        "effective_date": pl.Date,
        "share_of_predecessor": pl.Float64,
        "confidence": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
