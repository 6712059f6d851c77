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
REST = "E54000065"
JOINED, REMAINED, ASTRIDE = "E08000001", "E08000002", "E10000003"
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


#: What becomes of the systems on 1 April 2026: nothing; the first two go whole into one; or the first is split, part of
#: it joining all of the second and the rest standing alone.
NOTHING, MERGER, SPLIT = "nothing", "merger", "split"


def areas(change: str = NOTHING) -> pl.DataFrame:
    """Three systems in two regions, and what the first two became."""
    ended = None if change == NOTHING else dt.date(2026, 3, 31)
    begun, new = dt.date(2022, 7, 1), dt.date(2026, 4, 1)
    later = {
        NOTHING: [],
        MERGER: [(MERGED, "Merged", "icb", REGION, new, None, 1_500_000)],
        SPLIT: [
            (MERGED, "Second and part of First", "icb", REGION, new, None, 900_000),
            (REST, "Rest of First", "icb", REGION, new, None, 600_000),
        ],
    }
    rows = [
        (FIRST, "First", "icb", REGION, begun, ended, 1_000_000),
        (SECOND, "Second", "icb", REGION, begun, ended, 500_000),
        (THIRD, "Third", "icb", OTHER_REGION, begun, None, 2_000_000),
        *later[change],
        (EXAMPLE, "Example", "example", None, begun, None, 400_000),
        (REGION, "Region", "nhs_region", None, None, None, 0),
        (OTHER_REGION, "Other region", "nhs_region", None, None, None, 0),
        ("E92000001", "England", "england", None, None, None, 0),
    ]
    columns = ["area_code", "area_name", "area_type", "nhs_region_code", "valid_from", "valid_to", "population"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def lineage(change: str = NOTHING) -> pl.DataFrame:
    """Who took the place of whom, with the share of its residents."""
    day = dt.date(2026, 4, 1)
    steps = {
        NOTHING: [],
        MERGER: [(FIRST, MERGED, 1.0), (SECOND, MERGED, 1.0)],
        SPLIT: [(FIRST, MERGED, 0.4), (FIRST, REST, 0.6), (SECOND, MERGED, 1.0)],
    }
    schema = {
        "predecessor_code": pl.String,
        "successor_code": pl.String,
        "effective_date": pl.Date,
        "share_of_predecessor": pl.Float64,
        "confidence": pl.String,
    }
    return pl.DataFrame([(*pair, day, share, "high") for *pair, share in steps[change]], schema=schema, orient="row")


def overlaps(change: str = NOTHING) -> pl.DataFrame:
    """Where authorities lie: one went to each part of the split system, and a third to both."""
    shares = [(JOINED, MERGED, 1.0), (REMAINED, REST, 1.0), (ASTRIDE, MERGED, 0.4), (ASTRIDE, REST, 0.6)]
    schema = {"authority_code": pl.String, "system_code": pl.String, "share_of_authority": pl.Float64}
    return pl.DataFrame(shares if change == SPLIT else [], schema=schema, orient="row")
