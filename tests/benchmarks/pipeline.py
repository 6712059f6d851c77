"""How long a refresh takes and how much memory it holds; how fast contracts are checked."""

import datetime as dt
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts import tables
from data_contracts.marts import MARTS
from data_contracts.rules import mart_rules
from pipelines.config import Settings
from tests.benchmarks.measure import Measure, seconds

_REFRESH_SECONDS = 20
_REFRESH_MEGABYTES = 1024
_CONTRACT_SECONDS = 1
_CONTRACT_ROWS = 2_000_000


def benchmarks() -> Iterator[dict[str, Any]]:
    """The refresh of the figures the package carries, then the contracts."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _refresh(Path(folder))
    yield from _contracts()


def _refresh(folder: Path) -> Iterator[dict[str, Any]]:
    """From nothing, in a process of its own, start-up included."""
    times = []
    for run in range(3):
        data = folder / str(run)
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "pipelines", "refresh", "--data-dir", str(data), "--as-of", "2026-11-25"],
            check=True,
            capture_output=True,
        )
        times.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    bare = seconds(lambda: _bare_pass(folder), runs=3)
    value = sorted(times)[1]
    yield Measure(
        name="refresh of the figures carried, from nothing",
        value=value,
        unit="s",
        floor=bare,
        ratio=value / bare,
        budget=_REFRESH_SECONDS,
    ).as_dict()
    yield Measure(name="refresh peak memory", value=peak, unit="MB", budget=_REFRESH_MEGABYTES).as_dict()


def _bare_pass(folder: Path) -> None:
    """The floor: read every row carried and write it out again, in a process of its own."""
    code = (
        "import sys, pathlib, polars as pl\n"
        "for path in pathlib.Path(sys.argv[1]).rglob('rows.parquet'):\n"
        "    pl.read_parquet(path).write_parquet(pathlib.Path(sys.argv[2]) / f'{path.parent.name}.parquet')\n"
    )
    out = folder / "bare"
    out.mkdir(exist_ok=True)
    snapshot = Settings(data_dir=folder, as_of=dt.date(2026, 11, 25)).snapshot_dir
    subprocess.run([sys.executable, "-c", code, str(snapshot), str(out)], check=True)
    shutil.rmtree(out)


def _contracts() -> Iterator[dict[str, Any]]:
    frame = made_up_observations(_CONTRACT_ROWS)
    rules = mart_rules(MARTS["observations"])
    value = seconds(lambda: tables.check("observations", frame))
    floor = seconds(lambda: frame.select(pl.all_horizontal(rule.good for rule in rules).all()).item())
    yield Measure(
        name="contract of observations, 2,000,000 rows",
        value=value,
        unit="s",
        floor=floor,
        ratio=value / floor,
        budget=_CONTRACT_SECONDS,
    ).as_dict()


def made_up_observations(rows: int) -> pl.DataFrame:
    """Sound rows of the observations mart, ILLUSTRATIVE: made up to measure with, and never published."""
    number = pl.int_range(rows, eager=True)
    value = 60 + (number % 1000) / 100
    years = pl.Series(range(2001, 2023), dtype=pl.Int32).gather(number % 22)
    made = pl.select(
        indicator_id=_cycle(["healthy-life-expectancy", "preventable-cvd-mortality", "adult-obesity"], number),
        area_code=_cycle([f"E540000{place:02}" for place in range(8, 72)], number),
        sex=_cycle(["female", "male", "persons"], number),
        breakdown=_cycle(["all"], number),
        period_label=pl.format("{} to {}", years, years + 2),
        period_start=pl.date(years, 1, 1),
        period_end=pl.date(years + 2, 12, 31),
        value=value,
        lower_95=value - 1,
        upper_95=value + 1,
        value_kind=_cycle(["illustrative"], number),
        value_symbol=_cycle(["[e]", "[u]"], number),
        note=_cycle(["ILLUSTRATIVE"], number),
        source_id=_cycle(["ons-healthy-life-expectancy"], number),
        vintage=_cycle(["2026-02-19-587fcf04"], number),
        count=value * 100,
        denominator=value * 10_000,
    )
    return made.select(pl.col(name).cast(kind) for name, kind in MARTS["observations"].schema.items())


def _cycle(texts: list[str], number: pl.Series) -> pl.Series:
    """A full column, each cell stored: a literal would be checked once and not row by row."""
    return pl.Series(texts).gather(number % len(texts))
