"""A digest of a release's statuses: how many systems hold each value of each layer, and one worked out by hand."""

import math
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from data_contracts.registry.records import commitments, measurable

#: The measures a reader knows best: commitment, measure, sex.
_MEASURES = (
    ("hle-level", "healthy-life-expectancy", "male"),
    ("hle-level", "healthy-life-expectancy", "female"),
    ("preventable-cvd", "preventable-cvd-mortality", "persons"),
    ("adult-weight", "adult-obesity", "persons"),
    ("smokefree-2030", "adult-smoking", "persons"),
)
_LAYERS = ("data_state", "direction", "pace", "recent_trend", "variation", "assurance", "versus_england")

#: The system and measure worked out by hand.
_WORKED = "preventable-cvd.preventable-cvd-mortality.E54000050.persons.2022-to-2024"


def markdown(marts: Path) -> str:
    """The digest of the tables in a folder, as one document."""
    return "\n".join(_lines(marts)) + "\n"


def _lines(marts: Path) -> Iterator[str]:
    statuses = pl.read_parquet(marts / "statuses.parquet").filter("is_latest")
    areas = pl.read_parquet(marts / "areas.parquet")
    systems = areas.filter((pl.col("area_type") == "icb") & pl.col("valid_to").is_null())["area_code"]
    yield "# Statuses in numbers"
    yield ""
    yield (
        f"Latest statuses of the {systems.len()} systems, as now published. Written by `python -m pipelines statuses`; "
        "do not edit it by hand."
    )
    for commitment_id, indicator_id, sex in _MEASURES:
        found = statuses.filter(
            (pl.col("commitment_id") == commitment_id)
            & (pl.col("indicator_id") == indicator_id)
            & (pl.col("sex") == sex)
            & pl.col("area_code").is_in(systems.to_list())
        )
        yield from _counts(commitment_id, indicator_id, sex, found)
    yield from _worked(statuses.filter(pl.col("status_id") == _WORKED).row(0, named=True), areas)


def _counts(commitment_id: str, indicator_id: str, sex: str, found: pl.DataFrame) -> Iterator[str]:
    row = found.row(0, named=True)
    whom = "" if sex == "persons" else f", {sex}"
    yield ""
    yield f"## {measurable()[indicator_id].name}{whom}"
    yield ""
    yield (
        f"{commitments()[commitment_id].title} (`{commitment_id}`, {commitments()[commitment_id].standing}): "
        f"{row['baseline_period']} against {row['latest_period']}."
    )
    yield ""
    yield "| layer | value | systems |"
    yield "| --- | --- | ---: |"
    for layer in _LAYERS:
        counts = found.group_by(pl.col(layer).fill_null("none")).len().sort("len", layer, descending=[True, False])
        for value, count in counts.iter_rows():
            yield f"| {layer} | {value} | {count} |"
    apart = found.filter(pl.col("change_versus_england_p") < 0.05).height
    compared = found["change_versus_england_p"].count()
    chance = f"{compared * 0.05:.1f}"
    yield f"| change_versus_england | p under 0.05, of {compared} tested; chance alone: {chance} | {apart} |"


def _worked(row: dict[str, float], areas: pl.DataFrame) -> Iterator[str]:
    """Every test of one status, with the numbers in place: from the row's figures alone."""
    name = areas.filter(pl.col("area_code") == row["area_code"])["area_name"].item()
    before, after = row["baseline_value"], row["latest_value"]
    errors = row["baseline_standard_error"], row["latest_standard_error"]
    spread = math.hypot(*errors)
    z = (after - before) / spread
    england = row["england_value"] - row["england_baseline_value"]
    spread_of_four = math.hypot(spread, row["england_standard_error"], row["england_baseline_standard_error"])
    apart = (after - before) - england
    yield ""
    yield f"## One status by hand: {name}, {measurable()[str(row['indicator_id'])].name.lower()}"
    yield ""
    yield f"> {row['explanation']}"
    yield ""
    for side in ("baseline", "latest"):
        lower, upper = row[f"{side}_lower_95"], row[f"{side}_upper_95"]
        yield (
            f"- {side.capitalize()}, {row[f'{side}_period']}: {row[f'{side}_value']:.4f} ({lower:.4f} to {upper:.4f}); "
            f"standard error ({upper:.4f} - {lower:.4f}) / 3.92 = {row[f'{side}_standard_error']:.4f}."
        )
    yield (
        f"- Direction: z = ({after:.4f} - {before:.4f}) / sqrt({errors[0]:.4f}^2 + {errors[1]:.4f}^2) = {z:.4f}; the "
        f"smaller tail is {math.erfc(abs(z) / math.sqrt(2)) / 2:.4f}, against 0.05: `{row['direction']}`."
    )
    yield (f"- Smallest change the test would see: 1.645 x {spread:.4f} = {1.645 * spread:.4f}.")
    yield (
        f"- Change against England's: ({after:.4f} - {before:.4f}) - ({row['england_value']:.4f} - "
        f"{row['england_baseline_value']:.4f}) = {apart:.4f}; z = {apart:.4f} / {spread_of_four:.4f} = "
        f"{apart / spread_of_four:.4f}, two-sided p = {math.erfc(abs(apart / spread_of_four) / math.sqrt(2)):.4f}."
    )
    yield "- Pace: there is no target. Recent trend: periods overlap, so there is none."
    yield f"- Earliest change: {row['earliest_change']}. {row['earliest_change_reason']}"
    yield ""
    yield f"`GET /api/v1/statuses/{row['status_id']}/record` gives the same figures unrounded."
