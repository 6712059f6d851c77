"""How long the statuses take, a status, and how much memory they hold: on the figures carried, and on many more."""

import datetime as dt
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from tests.benchmarks.measure import ROOT, Measure

#: Microseconds of CPU a status may take; a bare pass of the direction test alone takes some tenths of one.
_MICROSECONDS = 150
_MEGABYTES = 3_000

INDICATORS, SYSTEMS, PERIODS = 1_000, 42, 15


def benchmarks() -> Iterator[dict[str, Any]]:
    """Each in a process of its own, so that its memory can be told."""
    for size in ("carried", "many"):
        command = [sys.executable, "-m", "tests.benchmarks.statuses", size]
        ran = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        rows, seconds, floor, megabytes = map(float, ran.stdout.split())
        said = f"statuses with history, {size}, {rows:,.0f}"
        yield Measure(
            name=f"{said}: cpu a status",
            value=seconds / rows * 1e6,
            unit="us",
            floor=floor / rows * 1e6,
            ratio=seconds / floor,
            budget=_MICROSECONDS,
        ).as_dict()
        yield Measure(name=f"{said}: peak memory", value=megabytes, unit="MB", budget=_MEGABYTES).as_dict()


def _main(size: str) -> None:
    """Print rows, seconds of CPU, those of the floor, and the most memory held."""
    import resource
    import time

    from pipelines.statuses.explain import with_explanation
    from pipelines.statuses.layers import with_layers
    from pipelines.statuses.panel import panel

    series, areas = _carried() if size == "carried" else _many()
    started = time.process_time()
    judged = with_explanation(with_layers(panel(series, areas), series))
    taken = time.process_time() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.process_time()
    _bare(judged)
    floor = time.process_time() - started
    print(judged.height, taken, floor, megabytes)


def _bare(judged: pl.DataFrame) -> pl.DataFrame:
    """The floor: both tests and one sentence a row, in a plain pass without a rule, a reason or an exception."""
    from scipy.special import erfc

    before, after, error = pl.col("baseline_value"), pl.col("latest_value"), pl.col("latest_standard_error")
    tested = judged.with_columns(
        z=(after - before) / (pl.col("baseline_standard_error") ** 2 + error**2).sqrt(),
        apart=(after - before) - (pl.col("england_value") - pl.col("england_baseline_value")),
        said=pl.format("{} went from {} to {}.", "indicator_id", before.round(1), after.round(1)),
    )
    return tested.with_columns(pl.Series("p", erfc(tested["z"].abs().to_numpy() / 2**0.5) / 2))


def _carried() -> tuple[pl.DataFrame, pl.DataFrame]:
    from data_contracts.registry.records import commitments
    from pipelines.statuses.series import points

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pipelines", "refresh", "--data-dir", folder, "--as-of", "2026-11-25"],
            check=True,
            capture_output=True,
        )
        marts = Path(folder) / "current" / "marts"
        observations, gaps, areas = (
            pl.read_parquet(marts / f"{name}.parquet") for name in ("observations", "gaps", "areas")
        )
    wanted = {indicator for entry in commitments().values() for indicator in entry.measures}
    return points(observations, gaps, wanted), areas


def _many() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Made-up series, ILLUSTRATIVE, of a thousand measures: each a copy of one measure under a name of its own."""
    from data_contracts.registry import records
    from data_contracts.registry.records import Commitment, Measure, Target, indicators
    from data_contracts.vocabulary import KeptBy, Lever, Standing

    ids = [f"made-up-{number}" for number in range(INDICATORS)]
    known = dict(indicators())
    made = dict.fromkeys(ids, known["adult-obesity"])
    entry = Commitment(
        version=1,
        kept_by=KeptBy.MEASURES,
        standing=Standing.MONITORED,
        lever=Lever.SHARED,
        title="ILLUSTRATIVE",
        statement="ILLUSTRATIVE.",
        said_by="nobody",
        source_url="https://example.org",
        source_place="nowhere",
        review_cycle="none",
        measure=tuple(
            Measure(indicator=id_, baseline="2010/11", target=Target(value=10.0, by=dt.date(2030, 12, 31)))
            for id_ in ids
        ),
    )
    every = known | made
    records.measurable = lambda: every  # type: ignore[assignment]
    for name in ("panel", "layers", "explain", "series"):
        module = __import__(f"pipelines.statuses.{name}", fromlist=[name])
        for attribute, value in (("measurable", lambda: every), ("commitments", lambda: {"made-up": entry})):
            if hasattr(module, attribute):
                setattr(module, attribute, value)
    return _made_up_points(ids)


def _made_up_points(ids: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    codes = ["E92000001", *(f"E540001{place:02}" for place in range(SYSTEMS))]
    grid = (
        pl.DataFrame({"indicator_id": ids})
        .join(pl.DataFrame({"area_code": codes}), how="cross")
        .join(pl.DataFrame({"year": range(2010, 2010 + PERIODS)}), how="cross")
    )
    number = pl.int_range(pl.len())
    value = 30 + (number * 7919 % 1000) / 200 - (pl.col("year") - 2010) * 0.3
    points = grid.select(
        "indicator_id",
        "area_code",
        pl.lit("persons").alias("sex"),
        pl.format("{}/{}", "year", ((pl.col("year") + 1) % 100).cast(pl.String).str.zfill(2)).alias("period_label"),
        pl.date(pl.col("year"), 11, 16).alias("period_start"),
        pl.date(pl.col("year") + 1, 11, 15).alias("period_end"),
        value.alias("value"),
        (value - 1).alias("lower_95"),
        (value + 1).alias("upper_95"),
        pl.lit(None, pl.Float64).alias("count"),
        pl.lit(None, pl.Float64).alias("denominator"),
        pl.lit("estimate").alias("value_kind"),
        pl.lit(None, pl.String).alias("value_symbol"),
        pl.lit("ILLUSTRATIVE").alias("note"),
        pl.lit("undated-00000000").alias("vintage"),
        pl.lit(2 / 3.92).alias("standard_error"),
        pl.lit(None, pl.Float64).alias("lowest_value"),
    )
    areas = pl.DataFrame(
        {"area_code": codes, "area_type": ["england", *["icb"] * SYSTEMS], "valid_to": [None] * len(codes)},
        schema_overrides={"valid_to": pl.Date},
    )
    return points, areas


if __name__ == "__main__":
    _main(sys.argv[1])
