"""The figures held, against what they must agree with: another copy, their own parts, their neighbours in time.

Contracts hold a figure to its own limits; an error of the publisher's may well lie within them. These are the checks
that found the known errors of `registry/corrections.toml`, kept so that a new vintage is looked at in the same way.
"""

from collections.abc import Callable

import polars as pl
import pytest

from data_contracts.registry.records import indicators
from data_contracts.vocabulary import ValueType
from pipelines import landing
from pipelines.cleaning import sort_figures
from tests.builders.data_folder import DataFolder

ENGLAND = "E92000001"
SERIES = ["indicator_id", "sex", "period_end"]
Figures = Callable[[str], pl.DataFrame]


@pytest.fixture(scope="module")
def published(first_release: DataFolder) -> pl.DataFrame:
    held = first_release.mart("observations")
    return held.filter((pl.col("value_kind") == "published") & pl.col("value").is_not_null())


@pytest.fixture(scope="module")
def figures_of(first_release: DataFolder) -> Figures:
    newest = landing.newest(first_release.settings.landing_dir)

    def figures(source_id: str) -> pl.DataFrame:
        accepted = sort_figures(newest[source_id].read(), first_release.geography).accepted
        return accepted.filter(pl.col("value").is_not_null())

    return figures


# --- two copies of one series ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "at_least"),
    [
        ("ohid-adult-overweight", "ohid-adult-overweight-with-limits", 2000),
        ("ohid-child-obesity-reception", "ohid-child-weight-with-limits", 2500),
        ("ohid-child-obesity-year6", "ohid-child-weight-with-limits", 2500),
    ],
)
def test_two_copies_of_a_series_agree_to_the_last_digit_of_the_coarser(
    figures_of: Figures, first: str, second: str, at_least: int
) -> None:
    both = figures_of(first).join(figures_of(second), on=[*SERIES, "area_code"])
    assert both.height > at_least
    apart = both.filter((pl.col("value") - pl.col("value_right")).abs() > 0.0501)
    assert apart.is_empty(), apart


def test_two_issues_of_smoking_agree_on_the_years_before_the_weights_were_revised(figures_of: Figures) -> None:
    """All but one figure, which is a rounding apart: 22.6% and 22.7%."""
    earlier = figures_of("ons-smoking-earlier-weights").with_columns(indicator_id=pl.lit("adult-smoking"))
    both = figures_of("ohid-adult-smoking").join(earlier, on=[*SERIES, "area_code"])
    before = both.filter(pl.col("period_end").dt.year() < 2020)
    assert before.height > 2000
    apart = before.filter((pl.col("value") - pl.col("value_right")).abs() > 0.01)
    assert apart.select("area_code", "period_label").rows() == [("E07000113", "2012")]
    assert (apart["value"] - apart["value_right"]).abs().max() == pytest.approx(0.1)


def test_the_revision_of_smoking_moved_every_area_alike(figures_of: Figures) -> None:
    """One weight was put on 2020 to 2023: an area that moved otherwise would be an error in one of the two."""
    earlier = figures_of("ons-smoking-earlier-weights").with_columns(indicator_id=pl.lit("adult-smoking"))
    both = figures_of("ohid-adult-smoking").join(earlier, on=[*SERIES, "area_code"])
    after = both.filter((pl.col("period_end").dt.year() >= 2020) & (pl.col("value_right") > 0))
    ratio = after["value"] / after["value_right"]
    assert after.height > 1000
    assert ratio.is_between(0.88, 1.0).all()


# --- a figure and its parts --------------------------------------------------------------------------------


def test_england_is_near_the_mean_of_its_authorities(first_release: DataFolder, published: pl.DataFrame) -> None:
    """Weighted by residents, wherever authorities with a figure hold 95% of them; a slip of a digit is far outside."""
    residents = first_release.mart("areas").filter(pl.col("valid_to").is_null()).select("area_code", "population")
    lower_tier = pl.col("area_code").str.slice(0, 3).is_in(["E06", "E07", "E08", "E09"])
    upper_tier = pl.col("area_code").str.slice(0, 3).is_in(["E06", "E08", "E09", "E10"])
    by_district = [id_ for id_, held in indicators().items() if held.finest_tier == "lower_tier"]
    parts = published.filter(
        pl.when(pl.col("indicator_id").is_in(by_district)).then(lower_tier).otherwise(upper_tier)
    ).join(residents, on="area_code")
    means = parts.group_by(SERIES).agg(
        mean=(pl.col("value") * pl.col("population")).sum() / pl.col("population").sum(),
        held=pl.col("population").sum(),
        lowest=pl.col("value").min(),
        highest=pl.col("value").max(),
    )
    england = published.filter(pl.col("area_code") == ENGLAND).join(means, on=SERIES)
    combinable = [id_ for id_, held in indicators().items() if held.combinable]
    whole = england.filter((pl.col("held") > 0.95 * 56_490_108) & pl.col("indicator_id").is_in(combinable))
    assert whole["indicator_id"].n_unique() > 10
    assert whole.filter((pl.col("value") / pl.col("mean") - 1).abs() > 0.05).is_empty()
    assert whole.filter((pl.col("value") < pl.col("lowest")) | (pl.col("value") > pl.col("highest"))).is_empty()


def test_a_figure_for_everybody_lies_between_those_of_the_sexes(published: pl.DataFrame) -> None:
    key = ["indicator_id", "area_code", "period_end"]
    sexes = published.pivot("sex", index=key, values="value").drop_nulls(["persons", "male", "female"])
    assert sexes.height > 1000
    outside = sexes.filter(
        (pl.col("persons") < pl.min_horizontal("male", "female") - 0.051)
        | (pl.col("persons") > pl.max_horizontal("male", "female") + 0.051)
    )
    assert outside.is_empty(), outside


def test_no_fewer_children_are_poor_after_housing_costs_than_before(published: pl.DataFrame) -> None:
    before = published.filter(pl.col("indicator_id") == "child-poverty-before-housing-costs")
    after = published.filter(pl.col("indicator_id") == "child-poverty-after-housing-costs")
    both = before.join(after, on=["area_code", "period_end"], suffix="_after")
    assert both.height > 500
    assert both.filter(pl.col("value") > pl.col("value_after")).is_empty()


# --- a figure and its neighbours ---------------------------------------------------------------------------


def test_no_figure_is_five_times_or_a_fifth_of_both_its_neighbours(published: pl.DataFrame) -> None:
    """A decimal point in the wrong place is at least that. Differences are left out: they may well be near nothing."""
    differences = [
        id_ for id_, held in indicators().items() if held.difference_of or held.value_type is ValueType.SLOPE_INDEX
    ]
    of_area = ["indicator_id", "area_code", "sex", "breakdown"]
    series = published.filter((pl.col("value") > 0) & ~pl.col("indicator_id").is_in(differences))
    series = series.sort(*of_area, "period_end")
    before, after = pl.col("value").shift(1).over(of_area), pl.col("value").shift(-1).over(of_area)
    jumps = series.with_columns(before=before, after=after).filter(
        (pl.col("value") > 5 * pl.max_horizontal("before", "after"))
        | (5 * pl.col("value") < pl.min_horizontal("before", "after"))
    )
    jumps = jumps.drop_nulls(["before", "after"])
    assert jumps.is_empty(), jumps


def test_a_cumulative_share_never_falls(published: pl.DataFrame) -> None:
    cumulative = [id_ for id_, held in indicators().items() if held.cumulative]
    shares = published.filter(pl.col("indicator_id").is_in(cumulative)).sort("indicator_id", "area_code", "period_end")
    steps = shares.select(step=pl.col("value").diff().over("indicator_id", "area_code", "period_start"))["step"]
    assert steps.drop_nulls().len() > 2000
    assert (steps.drop_nulls() >= -1e-9).all()


def test_no_limits_coincide(published: pl.DataFrame) -> None:
    """Limits without width say that a sample knows for certain; where a publisher gives them, it is a known error."""
    assert published.filter(pl.col("lower_95") == pl.col("upper_95")).is_empty()


def test_a_value_lies_well_within_its_limits(published: pl.DataFrame) -> None:
    """Limits of another area or year often still hold the value, but not near their middle."""
    limited = published.filter(pl.col("upper_95") > pl.col("lower_95"))
    place = (pl.col("value") - pl.col("lower_95")) / (pl.col("upper_95") - pl.col("lower_95"))
    floor = pl.col("lower_95") == 0  # cut off at zero, so the value is nearer to it
    assert limited.filter(~floor & ~place.is_between(0.25, 0.75)).is_empty()
