"""Made-up figures at ten times and a hundred times today's size, and the pipeline run on them in a process of its own.

`python -m tests.benchmarks.made_up make FOLDER ROWS` writes a registry, which is ours with made-up measures and
sources added, and the vintages of both. `... refresh FOLDER` runs the real refresh on them, from nothing, and
writes each step to `steps.jsonl`. All of it is ILLUSTRATIVE, lies in a folder that is thrown away, and never meets a
real release.
"""

import datetime as dt
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import polars as pl

from data_contracts.registry import records
from pipelines import landing
from pipelines.config import Settings
from pipelines.faults import Refused
from pipelines.refresh import refresh
from pipelines.runlog import RunLog, Silent

#: A sound file whose places the made-up ones have.
MODEL = "ohid-preventable-cvd-mortality"
#: Years enough that there are about as many measures, and as many rows in a file, as in a large real one.
FIRST_YEAR, LAST_YEAR = 1900, 2025
ROWS_A_FILE = 500_000
SEXES = ("persons", "female", "male")
COPIED = "2026-11-25"


def make(folder: Path, rows: int) -> int:
    """Write the registry and the vintages; returns the made-up rows there are, the nearest to `rows` by measures."""
    real = Settings.snapshot_dir
    registry, snapshot = folder / "registry", folder / "snapshot"
    shutil.copytree(records._FOLDER, registry)
    shutil.copytree(real, snapshot)
    skeleton = _skeleton(landing.newest(real)[MODEL].read().rows)
    a_measure = skeleton.height * len(SEXES)
    measures = [f"made-up-{number}" for number in range(round(rows / a_measure))]
    a_file = max(1, ROWS_A_FILE // a_measure)
    files = [measures[first : first + a_file] for first in range(0, len(measures), a_file)]
    with (registry / "indicators.toml").open("a") as more:
        more.writelines(_indicator(measure, f"source-{number}") for number, of in enumerate(files) for measure in of)
    with (registry / "sources.toml").open("a") as more:
        more.writelines(_source(f"source-{number}", of, skeleton) for number, of in enumerate(files))
    for number, of in enumerate(files):
        _vintage(snapshot, f"source-{number}", list(_rows(skeleton, of)))
    return a_measure * len(measures)


def _skeleton(real: pl.DataFrame) -> pl.DataFrame:
    """Every place of a real file's last period, in every year: its districts are one set, so no place counts twice."""
    places = real.filter(pl.col("period") == pl.col("period").max()).select("areacd").unique(maintain_order=True)
    places = places.filter(pl.col("areacd").str.starts_with("E") & ~pl.col("areacd").str.contains("^E(47|13)"))
    years = pl.DataFrame({"period": [f"{year}-01-01/P1Y" for year in range(FIRST_YEAR, LAST_YEAR + 1)]})
    return places.join(years, how="cross")


def _rows(skeleton: pl.DataFrame, measures: list[str]) -> Iterator[pl.DataFrame]:
    """Figures that differ from row to row and mean nothing."""
    for place, measure in enumerate(measures):
        for sex in SEXES:
            number = pl.int_range(pl.len()) * 7919 + place * 104_729 + len(sex)
            value = 40 + (number % 9_973) / 997
            yield skeleton.select(
                "areacd",
                pl.lit(f"{measure} {sex}").alias("indicator"),
                "period",
                value.round(4).cast(pl.String).alias("observation"),
                pl.lit("made up").alias("unit"),
                (value - 1).round(4).cast(pl.String).alias("lci_95"),
                (value + 1).round(4).cast(pl.String).alias("uci_95"),
                pl.lit("").alias("status"),
            )


def _vintage(snapshot: Path, source_id: str, parts: list[pl.DataFrame]) -> None:
    """Lay down a vintage as landing keeps it: strings, each row with its number in the file."""
    rows = pl.concat(parts).with_row_index("source_row", offset=1)
    rows = rows.with_columns(pl.col("source_row").cast(pl.Int64), pl.lit(0, pl.Int64).alias("cells_over"))
    record = landing.Record(
        source_id=source_id,
        vintage=f"{COPIED}-{_sha256(source_id)[:8]}",
        publisher="nobody",
        title="ILLUSTRATIVE",
        url="https://example.org/",
        licence="none",
        sha256=_sha256(source_id),
        bytes=0,
        rows=rows.height,
        copy="made up",
        published=COPIED,
        sequence=1,
    )
    target = snapshot / source_id / record.vintage
    target.mkdir(parents=True)
    rows.write_parquet(target / "rows.parquet")
    (target / "record.json").write_bytes(msgspec.json.encode(record))


def _sha256(source_id: str) -> str:
    return hashlib.sha256(source_id.encode()).hexdigest()


def _indicator(measure: str, source_id: str) -> str:
    return f"""
[{measure}]
topic = "Made up"
lever = "shared"
name = "ILLUSTRATIVE {measure}"
short_name = "ILLUSTRATIVE {measure}"
definition = "Made up to measure with."
unit = "made up"
polarity = "high_is_good"
value_type = "expectancy"
decimals = 1
period_kind = "calendar_year"
cumulative = false
enumerated = false
pace_form = "compound"
sexes = {json.dumps(SEXES)}
geographies = ["england", "region", "utla", "ltla"]
combinable = true
small_number_rule = "none"
method = "Made up."
source = "{source_id}"
"""


def _source(source_id: str, measures: list[str], skeleton: pl.DataFrame) -> str:
    kinds = {"england": "E92", "region": "E12", "county": "E10"}
    areas = {kind: skeleton["areacd"].unique().str.starts_with(prefix).sum() for kind, prefix in kinds.items()}
    series = "\n".join(
        f'"{measure} {sex}" = {{ indicator = "{measure}", sex = "{sex}" }}' for measure in measures for sex in SEXES
    )
    return f"""
[{source_id}]
publisher = "Nobody"
title = "ILLUSTRATIVE"
url = "https://example.org/"
cadence = "never"
usual_lag_months = 1
caveats = "Made up to measure with."
format = "els"
set_aside = ["outside_england", "combined_authority", "superseded_area_set", "repeated_row"]
unit = "made up"
vintages = [{{ sha256 = "{_sha256(source_id)}", copied = {COPIED}, copy = "made up" }}]
[{source_id}.series]
{series}
[{source_id}.expects]
areas = {{ {", ".join(f"{kind} = {count}" for kind, count in areas.items())} }}
first_year = {FIRST_YEAR}
last_year = {LAST_YEAR}
complete = true
"""


def run(folder: Path) -> None:
    """Refresh from nothing with the registry and vintages of a folder; this process knows no other."""
    records._FOLDER = folder / "registry"
    settings = Settings(data_dir=folder / "data", as_of=dt.date(2026, 11, 25), snapshot_dir=folder / "snapshot")
    with (folder / "steps.jsonl").open("w") as steps:
        try:
            recap = refresh(settings, RunLog("made-up", Silent(), [steps]))
        except Refused as refused:
            raise SystemExit("\n".join(map(str, refused.problems[:5]))) from refused
    assert recap.outcome.startswith("Published"), recap.outcome


if __name__ == "__main__":
    _, what, where, *how_many = sys.argv
    if what == "make":
        print(make(Path(where), int(how_many[0])))
    else:
        run(Path(where))
