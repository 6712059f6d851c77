# table: gaps
# inputs: observations
# key: gap_id, indicator_id, sex, period_label
# contract: gaps
"""Gaps between regions in healthy life expectancy: as observed, and with chance allowed for."""

from collections.abc import Mapping

import polars as pl

from data_contracts.registry.records import indicators
from metrics.gaps import range_gap
from pipelines.geography import REGION

#: The promise names the indicator and the regions; it names no way to measure the gap between them.
INDICATOR = "healthy-life-expectancy"

_PERIOD = ["period_label", "period_start", "period_end"]


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The highest region less the lowest, by sex and period."""
    regions = (
        inputs["observations"]
        .filter((pl.col("indicator_id") == INDICATOR) & pl.col("area_code").str.starts_with(REGION))
        .sort("sex", "period_start", "area_code")
    )
    gaps = range_gap(
        regions,
        area="area_code",
        value="value",
        lower="lower_95",
        upper="upper_95",
        by=["sex", *_PERIOD],
        decimals=indicators()[INDICATOR].decimals,
    )
    return gaps.rename({"highest": "highest_code", "lowest": "lowest_code"}).with_columns(
        pl.col("areas").cast(pl.Int64), gap_id=pl.lit("region-range"), indicator_id=pl.lit(INDICATOR)
    )
