"""How long funding horizons take: every system, ten years of returns, beside a plain pass over the same posts."""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import polars as pl

from metrics.tenure import HORIZON_MONTHS, funding_horizon
from tests.benchmarks.measure import SEED, Measure, seconds

_SYSTEMS, _QUARTERS, _POSTS = 36, 40, 60
_RATIO, _SECONDS = 3.0, 2.0


def benchmarks() -> Iterator[dict[str, Any]]:
    """The floor asks of each post and month whether it is funded, and adds up."""
    frame = _frame()
    by = ["system_code", "quarter"]
    value = seconds(lambda: funding_horizon(frame, wte="wte", as_at="as_at", start="start", end="end", by=by), runs=5)
    floor = seconds(lambda: _plain(frame, by), runs=5)
    yield Measure(
        name=f"funding horizons of {_SYSTEMS} systems over {_QUARTERS} quarters",
        value=value,
        unit="s",
        floor=floor,
        ratio=value / floor,
        budget=_SECONDS,
        ratio_budget=_RATIO,
    ).as_dict()


def _frame() -> pl.DataFrame:
    chance = random.Random(SEED)
    first = dt.date(2026, 9, 30)
    rows = []
    for quarter in range(_QUARTERS):
        as_at = pl.select(pl.lit(first).dt.offset_by(f"{3 * quarter}mo").dt.month_end()).item()
        for system in range(_SYSTEMS):
            for _ in range(_POSTS):
                end = as_at + dt.timedelta(days=chance.randrange(0, 2_000)) if chance.random() < 0.6 else None
                rows.append((f"E{system}", quarter, as_at, dt.date(2024, 4, 1), end, chance.choice((0.4, 0.6, 1.0))))
    schema = {"system_code": pl.String, "quarter": pl.Int64, "as_at": pl.Date, "start": pl.Date, "end": pl.Date}
    return pl.DataFrame(rows, schema={**schema, "wte": pl.Float64}, orient="row")


def _plain(frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    months = pl.DataFrame({"month": range(HORIZON_MONTHS + 1)})
    day = pl.col("as_at").dt.month_start().dt.offset_by(pl.format("{}mo", "month")).dt.month_end()
    funded = (pl.col("start") <= day) & (pl.col("end") >= day).fill_null(value=True)
    return (
        frame.join(months, how="cross")
        .filter(funded)
        .group_by(*by, "month")
        .agg(pl.col("wte").sum(), pl.len())
        .sort(*by, "month")
    )
