"""How long funding horizons, and what may be shown of them, take: every system, ten years of returns."""

import datetime as dt
import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import polars as pl

from data_contracts.quarters import following
from metrics.tenure import HORIZON_MONTHS, funding_horizon
from pipelines.tenure.figures import counted
from tests.benchmarks.measure import SEED, Measure, seconds
from tests.builders.posts import REGION, lineage, overlaps, post, posts, returns
from tests.builders.posts import areas as known_areas

_SYSTEMS, _QUARTERS, _POSTS = 36, 40, 60
_RATIO, _SECONDS, _SHOWN_SECONDS = 3.0, 2.0, 10.0


def benchmarks() -> Iterator[dict[str, Any]]:
    """Of horizons the floor asks of each post and month whether it is funded, and adds up."""
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
    returned = _returned()
    areas = known_areas()
    systems = pl.DataFrame(
        [(code, code, "icb", REGION, None, None, 1_000_000) for code in returned["system_code"].unique().sort()],
        schema=areas.schema,
        orient="row",
    )
    judge = partial(counted, returned, returns(returned), systems, lineage(), overlaps())
    yield Measure(
        name=f"what may be shown of {_SYSTEMS} systems' posts over {_QUARTERS} quarters",
        value=seconds(judge, runs=3),
        unit="s",
        budget=_SHOWN_SECONDS,
    ).as_dict()


def _returned() -> pl.DataFrame:
    """Small teams to which up to three posts come in a quarter, and from which as many go."""
    chance = random.Random(SEED)
    quarters = ["2026-27-Q1"]
    while len(quarters) < _QUARTERS:
        quarters.append(following(quarters[-1]))
    rows = []
    for system in range(_SYSTEMS):
        team, named = list(range(15)), 15
        for quarter in quarters:
            team = team[chance.randrange(4) if len(team) > 8 else 0 :]
            come = chance.randrange(4)
            team, named = [*team, *range(named, named + come)], named + come
            for number in team:
                kind = random.Random(number)
                rows.append(
                    post(
                        number,
                        system_code=f"E54000{100 + system}",
                        quarter=quarter,
                        role_family=kind.choice(("training", "core20plus5", "other")),
                        funding_end=kind.choice((None, dt.date(2031, 3, 31), dt.date(2037, 3, 31))),
                        funding_confirmed=kind.random() < 0.7,
                    )
                )
    return posts(rows)


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
