"""Which returns have come, which came late, and which are overdue on the day the run stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from data_contracts.quarters import first_day, following, last_day
from data_contracts.registry.records import return_rules
from data_contracts.vocabulary import AreaType, ReturnState, ValueKind
from pipelines.geography import ENGLAND
from pipelines.tenure.footprints import ancestors

RECEIVED = {
    "area_code": pl.String,
    "quarter": pl.String,
    "due_on": pl.Date,
    "received_on": pl.Date,
    "return_state": pl.String,
    "value_kind": pl.String,
}


def due_on(quarter: str) -> dt.date:
    """The last day on which a quarter's return is in time."""
    return last_day(quarter) + dt.timedelta(days=return_rules().due_after_days)


def received(returns: pl.DataFrame, areas: pl.DataFrame, lineage: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """One row a system and quarter it is expected to return: `returned`, `late`, or `overdue` once it is due.

    A system is expected from its own first return on, or that of a system it took the place of, or from the first
    quarter the registry says every system is asked for. Examples are expected only in the quarters of their time.
    """
    return pl.DataFrame(list(_rows(returns, areas, lineage, as_of)), schema=RECEIVED, orient="row").sort(
        "area_code", "quarter"
    )


def _rows(
    returns: pl.DataFrame, areas: pl.DataFrame, lineage: pl.DataFrame, as_of: dt.date
) -> Iterator[tuple[str, str, dt.date, dt.date | None, str, str]]:
    came = {
        (system, quarter): day
        for system, quarter, day in returns.select("system_code", "quarter", "received_on").iter_rows()
    }
    before = ancestors(lineage)
    systems = areas.filter(pl.col("area_type").is_in([str(AreaType.ICB), str(AreaType.EXAMPLE)]))
    examples = set(systems.filter(pl.col("area_type") == str(AreaType.EXAMPLE))["area_code"])
    made_up = [quarter for system, quarter in came if system in examples]
    for code, kind, begins, ends in systems.select("area_code", "area_type", "valid_from", "valid_to").iter_rows():
        is_example = kind == str(AreaType.EXAMPLE)
        line = {code, *before.get(code, ())}
        first = [quarter for system, quarter in came if system in line]
        if not is_example and return_rules().first_quarter is not None:
            first.append(str(return_rules().first_quarter))
        if not first:
            continue
        own = [quarter for system, quarter in came if system == code]
        quarter = min(first)
        last = max(own, default=quarter) if not is_example else max(made_up)
        while quarter <= last or (not is_example and due_on(quarter) < as_of):
            day = came.get((code, quarter))
            lasts = (begins is None or begins <= last_day(quarter)) and (ends is None or last_day(quarter) <= ends)
            state = _state(day, quarter, as_of)
            if lasts and state is not None:
                told = ValueKind.ILLUSTRATIVE if is_example else ValueKind.PUBLISHED
                yield code, quarter, due_on(quarter), day, str(state), str(told)
            quarter = following(quarter)


def _state(day: dt.date | None, quarter: str, as_of: dt.date) -> ReturnState | None:
    if day is not None:
        return ReturnState.RETURNED if day <= due_on(quarter) else ReturnState.LATE
    return ReturnState.OVERDUE if due_on(quarter) < as_of else None


def coverage(returns: pl.DataFrame, areas: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Of England and each NHS region, in each quarter a system returned: how many systems there were and returned.

    `systems_late` are among those that returned. `systems_silent` have not, though the return is due: told whether or
    not anybody asked them, since what is not returned is in no total.
    """
    real = areas.filter(pl.col("area_type") == str(AreaType.ICB))
    days = {
        quarter: (last_day(quarter), due_on(quarter))
        for quarter in returns.join(real, left_on="system_code", right_on="area_code", how="semi")["quarter"].unique()
    }
    asked = pl.DataFrame(
        [(quarter, first_day(quarter), day, due) for quarter, (day, due) in days.items()],
        schema={"quarter": pl.String, "starts": pl.Date, "day": pl.Date, "due": pl.Date},
        orient="row",
    )
    there = (
        real.select("valid_from", "valid_to", "nhs_region_code", system_code="area_code")
        .join(asked, how="cross")
        .filter(
            (pl.col("valid_from") <= pl.col("day")).fill_null(value=True),
            (pl.col("day") <= pl.col("valid_to")).fill_null(value=True),
        )
        .join(returns.select("system_code", "quarter", "received_on"), on=["system_code", "quarter"], how="left")
    )
    has = pl.col("received_on").is_not_null()
    counts = [
        pl.len().cast(pl.Int64).alias("systems"),
        has.sum().cast(pl.Int64).alias("systems_returned"),
        (pl.col("received_on") > pl.col("due")).sum().cast(pl.Int64).alias("systems_late"),
        (~has & (pl.col("due") < as_of)).sum().cast(pl.Int64).alias("systems_silent"),
    ]
    return pl.concat(
        there.drop_nulls("area_code").group_by("area_code", "quarter").agg(counts)
        for there in (
            there.with_columns(area_code=pl.col("nhs_region_code")),
            there.with_columns(area_code=pl.lit(ENGLAND)),
        )
    )
