# table: gaps
# inputs: observations, authority_overlaps, authority_deprivation
# key: gap_id, indicator_id, area_code, sex, period_label
# contract: gaps
"""Gaps in healthy life expectancy: between regions, between authorities, and inside each system.

Nobody has said how the gap is to be measured, so rival definitions stand side by side, each with limits and history.
A gap whose ends are chosen in each period for being extreme is given as observed, with what chance alone would show,
and shrunken: chance allowed for. One whose ends stay the same is given as observed.
"""

from collections.abc import Callable, Mapping
from functools import partial

import polars as pl

from data_contracts.registry.records import indicators
from data_contracts.vocabulary import GapId, Sex
from metrics.comparison import standard_errors
from metrics.gaps import decile_gap, named_gap, range_gap
from metrics.inequality import slope_index
from pipelines.geography import COUNTY, ENGLAND, REGION, SINGLE_TIER

#: The promise names the indicator and the regions; it names no way to measure the gap between them.
INDICATOR = "healthy-life-expectancy"

#: The highest and the lowest region of 2021 to 2023, from which the promise is judged: London less the North East for
#: men, the South East less the North East for women. Written down, so that revised figures do not choose them again.
BASELINE_ENDS = {Sex.FEMALE: ("E12000008", "E12000001"), Sex.MALE: ("E12000007", "E12000001")}

#: Fewer draws than the default where there are many gaps or many areas: good to 2% of the interval's width.
FEWER_DRAWS = 8_192

_FIGURE = {"area": "place", "value": "value", "lower": "lower_95", "upper": "upper_95"}
_BY = ["area_code", "sex", "period_label", "period_start", "period_end"]


def rows_read() -> dict[str, pl.Expr]:
    """Of all observations, the published figures of one indicator."""
    return {"observations": (pl.col("indicator_id") == INDICATOR) & (pl.col("value_kind") == "published")}


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a gap, area, sex and period; none where the figures it needs are not there."""
    figures = (
        inputs["observations"]
        .filter(rows_read()["observations"])
        .rename({"area_code": "place"})
        .sort("sex", "period_start", "place")
    )
    regions = figures.filter(pl.col("place").str.starts_with(REGION)).with_columns(area_code=pl.lit(ENGLAND))
    upper_tier = figures.filter(pl.col("place").str.slice(0, 3).is_in([*SINGLE_TIER, COUNTY]))
    authorities = upper_tier.with_columns(area_code=pl.lit(ENGLAND))
    # An authority lies in the system that holds most of its residents, so that it counts in one system only.
    mostly = (
        inputs["authority_overlaps"].filter(pl.col("share_of_authority") > 0.5).select("authority_code", "system_code")
    )
    inside = upper_tier.join(mostly, left_on="place", right_on="authority_code").with_columns(
        area_code=pl.col("system_code")
    )
    several = inside.filter(pl.len().over(_BY) > 1).sort(*_BY, "place")
    every = [
        _chosen(range_gap, regions, GapId.REGION_RANGE),
        *(_named(regions.filter(pl.col("sex") == sex), *ends) for sex, ends in BASELINE_ENDS.items()),
        _chosen(range_gap, authorities, GapId.AUTHORITY_RANGE),
        _chosen(partial(decile_gap, draws=FEWER_DRAWS), authorities, GapId.AUTHORITY_TENTHS),
        _slope(authorities, inputs["authority_deprivation"], GapId.AUTHORITY_SLOPE),
        _chosen(partial(range_gap, draws=FEWER_DRAWS), several, GapId.SYSTEM_RANGE),
        _slope(several, inputs["authority_deprivation"], GapId.SYSTEM_SLOPE),
    ]
    # The changes first: a period without a gap must not make neighbours of those on either side of it.
    return _with_changes(pl.concat(every, how="diagonal")).filter(pl.col("observed_gap").is_not_null())


def _chosen(measure: Callable[..., pl.DataFrame], figures: pl.DataFrame, gap_id: GapId) -> pl.DataFrame:
    """A gap whose ends are the highest and the lowest of the period."""
    gaps = measure(figures, **_FIGURE, by=_BY, decimals=indicators()[INDICATOR].decimals)
    return gaps.select(
        *_BY,
        "observed_gap",
        "observed_lower_95",
        "observed_upper_95",
        "chance_only_gap",
        "shrunken_gap",
        "shrunken_lower_95",
        "shrunken_upper_95",
        "highest_value",
        "lowest_value",
        pl.col("areas").cast(pl.Int64),
        gap_id=pl.lit(str(gap_id)),
        indicator_id=pl.lit(INDICATOR),
        highest_code=_codes(gaps, "highest"),
        lowest_code=_codes(gaps, "lowest"),
    )


def _named(figures: pl.DataFrame, high: str, low: str) -> pl.DataFrame:
    """A gap between two regions that stay the same whatever the figures say."""
    gaps = named_gap(figures, **_FIGURE, by=_BY, high=high, low=low, decimals=indicators()[INDICATOR].decimals)
    return gaps.select(
        *_BY,
        "observed_gap",
        "highest_value",
        "lowest_value",
        observed_lower_95="lower_95",
        observed_upper_95="upper_95",
        areas=pl.lit(2, pl.Int64),
        gap_id=pl.lit(str(GapId.REGION_FIXED)),
        indicator_id=pl.lit(INDICATOR),
        highest_code="highest",
        lowest_code="lowest",
    )


def _slope(figures: pl.DataFrame, deprivation: pl.DataFrame, gap_id: GapId) -> pl.DataFrame:
    """The line through authorities from the most to the least deprived: no one or two of them decide the gap."""
    decimals = indicators()[INDICATOR].decimals
    ranked = (
        figures.with_columns(
            standard_errors(figures, lower="lower_95", upper="upper_95", decimals=decimals).alias("error")
        )
        .filter(pl.col("value").is_not_null())
        .join(deprivation, left_on="place", right_on="authority_code")
        # Two authorities as deprived as each other stand in the order of their codes.
        .sort(*_BY, "mean_decile", "place")
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over(_BY), areas=pl.len().over(_BY).cast(pl.Int64))
    )
    # A period for which fewer authorities have a figure is fitted to those, as ranges and tenths are. The metric would
    # call it incomplete beside fuller ones, so it sees together only periods, and systems, with as many.
    as_many = ranked.partition_by("areas", maintain_order=True) or [ranked]
    fitted = [
        slope_index(
            part,
            group="rank",
            population="residents",
            value="value",
            standard_error="error",
            by=[*_BY, "areas"],
            confidence=0.95,
        )
        for part in as_many
    ]
    return pl.concat(fitted).select(
        *_BY,
        "areas",
        gap_id=pl.lit(str(gap_id)),
        indicator_id=pl.lit(INDICATOR),
        observed_gap="sii",
        observed_lower_95="sii_lower_95",
        observed_upper_95="sii_upper_95",
        highest_value=pl.col("intercept") + pl.col("slope"),
        lowest_value="intercept",
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
