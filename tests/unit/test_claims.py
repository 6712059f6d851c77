"""Claims people make, checked against the figures the package carries."""

from pathlib import Path

import polars as pl

from metrics.gaps import decile_gap

SNAPSHOT = Path(__file__).parents[2] / "pipelines" / "snapshot"
UPPER_TIER = ("E06", "E08", "E09", "E10")


def test_the_gap_between_the_top_and_bottom_tenth_of_authorities_has_passed_ten_years_in_every_period_held() -> None:
    """ADPH president's column, July 2023: over ten years in every period since 2009. Periods held begin in 2011."""
    rows = pl.read_parquet(next((SNAPSHOT / "ons-healthy-life-expectancy").glob("*/rows.parquet")))
    authorities = rows.filter(pl.col("areacd").str.slice(0, 3).is_in(UPPER_TIER)).with_columns(
        pl.col("observation", "lci_95", "uci_95").cast(pl.Float64)
    )
    gaps = decile_gap(
        authorities, area="areacd", value="observation", lower="lci_95", upper="uci_95", by=["indicator", "period"]
    )
    assert gaps.height == 2 * 12
    assert gaps["observed_gap"].min() > 10  # type: ignore[operator]
    # By hand: the fifteen highest and the fifteen lowest of 151, men, 2022 to 2024.
    men = authorities.filter(
        (pl.col("indicator") == "Male healthy life expectancy") & (pl.col("period") == "2022-01-01/P3Y")
    )["observation"].sort()
    assert men.len() == 151
    by_hand = sum(men.tail(15)) / 15 - sum(men.head(15)) / 15
    worked = gaps.filter(
        (pl.col("indicator") == "Male healthy life expectancy") & (pl.col("period") == "2022-01-01/P3Y")
    )["observed_gap"].item()
    assert abs(worked - by_hand) < 1e-9
