# table: gaps
# inputs: observations, authority_overlaps
# key: gap_id, indicator_id, area_code, sex, period_label
# contract: gaps
"""Gaps in healthy life expectancy: between regions, between authorities, and inside each system.

Each is given as observed, with what chance alone would show, and shrunken: chance allowed for.
"""

from collections.abc import Callable, Mapping
from functools import partial

import polars as pl

from data_contracts.registry.records import indicators
from metrics.gaps import decile_gap, range_gap
from pipelines.geography import COUNTY, ENGLAND, REGION, SINGLE_TIER

#: The promise names the indicator and the regions; it names no way to measure the gap between them.
INDICATOR = "healthy-life-expectancy"

#: Fewer draws than the default where there are many gaps or many areas: good to 2% of the interval's width.
FEWER_DRAWS = 8_192

_BY = ["area_code", "sex", "period_label", "period_start", "period_end"]


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a gap, area, sex and period."""
    figures = (
        inputs["observations"]
        .filter((pl.col("indicator_id") == INDICATOR) & (pl.col("value_kind") == "published"))
        .rename({"area_code": "place"})
        .sort("sex", "period_start", "place")
    )
    regions = figures.filter(pl.col("place").str.starts_with(REGION)).with_columns(area_code=pl.lit(ENGLAND))
    upper_tier = figures.filter(pl.col("place").str.slice(0, 3).is_in([*SINGLE_TIER, COUNTY]))
    authorities = upper_tier.with_columns(area_code=pl.lit(ENGLAND))
    # An authority lies in the system that holds most of its residents, so that it counts in one system only.
    mostly = inputs["authority_overlaps"].filter(pl.col("share_of_authority") > 0.5)
    inside = upper_tier.join(mostly, left_on="place", right_on="authority_code").with_columns(
        area_code=pl.col("system_code")
    )
    several = inside.filter(pl.len().over(_BY) > 1).sort(*_BY, "place")
    every = [
        _gap(range_gap, regions, "region-range"),
        _gap(range_gap, authorities, "authority-range"),
        _gap(partial(decile_gap, draws=FEWER_DRAWS), authorities, "authority-tenths"),
        _gap(partial(range_gap, draws=FEWER_DRAWS), several, "system-range"),
    ]
    return _with_changes(pl.concat(every))


def _gap(measure: Callable[..., pl.DataFrame], figures: pl.DataFrame, gap_id: str) -> pl.DataFrame:
    gaps = measure(
        figures,
        area="place",
        value="value",
        lower="lower_95",
        upper="upper_95",
        by=_BY,
        decimals=indicators()[INDICATOR].decimals,
    )
    return gaps.select(
        *_BY,
        "observed_gap",
        "chance_only_gap",
        "shrunken_gap",
        "shrunken_lower_95",
        "shrunken_upper_95",
        "highest_value",
        "lowest_value",
        pl.col("areas").cast(pl.Int64),
        gap_id=pl.lit(gap_id),
        indicator_id=pl.lit(INDICATOR),
        highest_code=_codes(gaps, "highest"),
        lowest_code=_codes(gaps, "lowest"),
    )


def _codes(gaps: pl.DataFrame, end: str) -> pl.Expr:
    return pl.col(end).list.join(" ") if isinstance(gaps.schema[end], pl.List) else pl.col(end)


def _with_changes(gaps: pl.DataFrame) -> pl.DataFrame:
    """What the top and the bottom did since the period before: a gap can narrow because the top fell."""
    series = ["gap_id", "indicator_id", "area_code", "sex"]
    return gaps.sort(*series, "period_start").with_columns(
        highest_change=pl.col("highest_value").diff().over(series),
        lowest_change=pl.col("lowest_value").diff().over(series),
    )
