"""Gaps in healthy life expectancy: small cases by hand, the published facts, and every figure worked out a second way.

The second way takes figures, residents and deciles as their publishers give them, in dictionaries and plain arithmetic:
no table of the pipeline's own is used.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl
import pytest

from data_contracts.marts import MARTS
from data_contracts.vocabulary import GapId
from pipelines.models import gaps
from tests.builders.data_folder import DataFolder
from tests.builders.publishers import snapshot_rows

Z = 1.959964
NORTH_EAST, LONDON, SOUTH_EAST = "E12000001", "E12000007", "E12000008"
FIXED = {"male": (LONDON, NORTH_EAST), "female": (SOUTH_EAST, NORTH_EAST)}
PERIODS = [f"{year} to {year + 2}" for year in range(2011, 2023)]
RIVALS = [gap for gap in GapId if gap not in (GapId.SYSTEM_RANGE, GapId.SYSTEM_SLOPE)]


def gap_row(folder: DataFolder, gap_id: str, sex: str, period: str) -> dict[str, Any]:
    return (
        folder.mart("gaps")
        .filter(
            (pl.col("gap_id") == gap_id)
            & (pl.col("area_code") == "E92000001")
            & (pl.col("sex") == sex)
            & (pl.col("period_label") == period)
        )
        .row(0, named=True)
    )


# --- small cases by hand -----------------------------------------------------------------------------------


def figure(area: str, value: float | None, error: float | None = 1.0, *, sex: str = "male", year: int = 2021) -> Any:
    """A published figure of three years, with the limits of its standard error."""
    limits = (None, None) if value is None or error is None else (value - 1.96 * error, value + 1.96 * error)
    return {
        "indicator_id": gaps.INDICATOR,
        "area_code": area,
        "sex": sex,
        "breakdown": "all",
        "period_label": f"{year} to {year + 2}",
        "period_start": dt.date(year, 1, 1),
        "period_end": dt.date(year + 2, 12, 31),
        "value": value,
        "lower_95": limits[0],
        "upper_95": limits[1],
        "value_kind": "published",
    }


def made(
    *figures: Mapping[str, object], deciles: Mapping[str, float] = {}, lying_in: Mapping[str, str] = {}
) -> pl.DataFrame:
    """The gaps of these figures; the deciles are of authorities with as many residents each, in the systems given."""
    overlaps = [
        {"authority_code": area, "system_code": system, "residents": 90, "share_of_authority": 0.9}
        for area, system in lying_in.items()
    ]
    deprivation = {"authority_code": list(deciles), "mean_decile": list(deciles.values())}
    return gaps.build(
        {
            "observations": pl.DataFrame(list(figures), schema=MARTS["observations"].schema),
            "authority_overlaps": pl.DataFrame(overlaps, schema=MARTS["authority_overlaps"].schema),
            "authority_deprivation": pl.DataFrame(
                deprivation, schema={"authority_code": pl.String, "mean_decile": pl.Float64}
            ).with_columns(residents=pl.lit(100, pl.Int64)),
        }
    ).sort("gap_id", "sex", "period_start")


def of(found: pl.DataFrame, gap_id: str) -> list[dict[str, Any]]:
    return found.filter(pl.col("gap_id") == gap_id).rows(named=True)


def test_a_fixed_gap_turns_negative_where_its_regions_change_places_and_a_range_never_does() -> None:
    found = made(
        figure(NORTH_EAST, 57.0),
        figure(LONDON, 64.0),
        figure(SOUTH_EAST, 63.0),
        figure(NORTH_EAST, 58.0, 0.3, year=2024),
        figure(LONDON, 56.0, 0.4, year=2024),
        figure(SOUTH_EAST, 63.5, year=2024),
    )
    before, after = of(found, "region-fixed")
    assert before["observed_gap"] == 7.0
    assert after["observed_gap"] == -2.0
    # Errors of 0.3 and 0.4 make 0.5.
    assert after["observed_lower_95"] == pytest.approx(-2 - Z * 0.5, abs=1e-6)
    assert after["observed_upper_95"] == pytest.approx(-2 + Z * 0.5, abs=1e-6)
    assert (after["highest_change"], after["lowest_change"]) == (-8.0, 1.0)
    assert (after["highest_code"], after["lowest_code"], after["areas"]) == (LONDON, NORTH_EAST, 2)
    _, range_after = of(found, "region-range")
    assert range_after["observed_gap"] == 7.5
    assert (range_after["highest_code"], range_after["lowest_code"]) == (SOUTH_EAST, LONDON)


def test_a_region_without_a_figure_leaves_no_fixed_gap_and_no_change_across_the_hole() -> None:
    pair = [[figure(NORTH_EAST, 57.0, year=year), figure(LONDON, 64.0, year=year)] for year in (2019, 2020, 2021)]
    pair[1][1] = figure(LONDON, None, year=2020)
    found = of(made(*(row for pair_ in pair for row in pair_)), "region-fixed")
    assert [row["period_label"] for row in found] == ["2019 to 2021", "2021 to 2023"]
    assert [row["highest_change"] for row in found] == [None, None]


def test_without_limits_a_gap_is_given_and_no_interval() -> None:
    found = made(figure(NORTH_EAST, 57.0, None), figure(LONDON, 64.0))
    for gap_id in ("region-fixed", "region-range"):
        (row,) = of(found, gap_id)
        assert row["observed_gap"] == 7.0
        assert (row["observed_lower_95"], row["observed_upper_95"]) == (None, None)


def test_limits_that_coincide_stand_for_half_the_last_digit_published() -> None:
    (row,) = of(made(figure(NORTH_EAST, 57.0, 0.0), figure(LONDON, 64.0, 0.0)), "region-fixed")
    assert row["observed_upper_95"] == pytest.approx(7 + Z * 0.05 * math.sqrt(2), abs=1e-6)


#: Four authorities of equal size stand at 1/8, 3/8, 5/8 and 7/8 of the residents. About the middle, the line through
#: -5, -1, 1 and 5 has slope (2 x 3/8 x 5 + 2 x 1/8 x 1)/(2 x (3/8)^2 + 2 x (1/8)^2) = 4/0.3125 = 12.8.
FOUR = {"E06000001": 56.0, "E08000001": 60.0, "E09000002": 62.0, "E10000003": 66.0}
DECILES = {"E06000001": 1.5, "E08000001": 3.0, "E09000002": 7.25, "E10000003": 9.0}


def test_the_slope_is_a_line_through_authorities_ranked_by_deprivation() -> None:
    (row,) = of(made(*(figure(area, value) for area, value in FOUR.items()), deciles=DECILES), "authority-slope")
    assert row["observed_gap"] == pytest.approx(12.8, rel=1e-12)
    assert row["highest_value"] == pytest.approx(61 + 6.4, rel=1e-12)
    assert row["lowest_value"] == pytest.approx(61 - 6.4, rel=1e-12)
    # Each value has weight (b - 1/2)/0.3125 in the slope: with errors of one the squares add to 1/0.3125 = 3.2.
    assert row["observed_lower_95"] == pytest.approx(12.8 - Z * math.sqrt(3.2), abs=1e-6)
    assert row["observed_upper_95"] == pytest.approx(12.8 + Z * math.sqrt(3.2), abs=1e-6)
    assert (row["highest_code"], row["lowest_code"], row["areas"]) == (None, None, 4)
    assert (row["chance_only_gap"], row["shrunken_gap"]) == (None, None)


def test_the_slope_is_negative_where_the_more_deprived_live_longer_in_good_health() -> None:
    turned = {area: 10 - decile for area, decile in DECILES.items()}
    (row,) = of(made(*(figure(area, value) for area, value in FOUR.items()), deciles=turned), "authority-slope")
    assert row["observed_gap"] == pytest.approx(-12.8, rel=1e-12)
    assert row["highest_value"] < row["lowest_value"]


def test_an_authority_without_a_figure_is_left_out_of_the_line_of_its_period_only() -> None:
    """Without the second of four the others stand at 1/6, 3/6 and 5/6: slope 1/3 x (66 - 56) over 2/9 is 15."""
    earlier = [figure(area, value) for area, value in FOUR.items()]
    later = [figure(area, None if area == "E08000001" else value, year=2024) for area, value in FOUR.items()]
    first, second = of(made(*earlier, *later, deciles=DECILES), "authority-slope")
    assert (first["areas"], second["areas"]) == (4, 3)
    assert first["observed_gap"] == pytest.approx(12.8, rel=1e-12)
    assert second["observed_gap"] == pytest.approx(15.0, rel=1e-12)


def test_authorities_as_deprived_as_each_other_stand_in_the_order_of_their_codes() -> None:
    level = dict.fromkeys(DECILES, 5.0)
    for figures in (FOUR, dict(reversed(FOUR.items()))):
        (row,) = of(made(*(figure(area, value) for area, value in figures.items()), deciles=level), "authority-slope")
        assert row["observed_gap"] == pytest.approx(12.8, rel=1e-12)


def test_the_slope_inside_a_system_is_that_of_the_authorities_that_lie_in_it() -> None:
    """Systems of two: the line through points at 1/4 and 3/4 of the residents rises by twice their difference."""
    systems = {"E06000001": "E54000001", "E08000001": "E54000002", "E09000002": "E54000002", "E10000003": "E54000001"}
    figures = [figure(area, value) for area, value in FOUR.items()]
    one, two = of(made(*figures, deciles=DECILES, lying_in=systems), "system-slope")
    assert (one["area_code"], one["observed_gap"], one["areas"]) == ("E54000001", pytest.approx(2 * (66 - 56)), 2)
    assert (two["area_code"], two["observed_gap"], two["areas"]) == ("E54000002", pytest.approx(2 * (62 - 60)), 2)
    assert one["observed_upper_95"] == pytest.approx(20 + Z * 2 * math.sqrt(2), abs=1e-6)


# --- the published facts -----------------------------------------------------------------------------------


def test_every_rival_has_every_period_held_for_both_sexes(first_release: DataFolder) -> None:
    england = first_release.mart("gaps").filter(pl.col("area_code") == "E92000001")
    held = sorted(england.select("gap_id", "sex", "period_label").rows())
    assert held == sorted((str(gap), sex, period) for gap in RIVALS for sex in FIXED for period in PERIODS)


@pytest.mark.parametrize("gap_id", ["region-range", "region-fixed"])
@pytest.mark.parametrize(
    ("sex", "highest", "lowest", "expected"),
    [("male", (LONDON, 63.9), (NORTH_EAST, 56.9), 7.0), ("female", (SOUTH_EAST, 64.4), (NORTH_EAST, 57.5), 6.9)],
)
def test_the_gap_the_promise_starts_from(
    first_release: DataFolder,
    gap_id: str,
    sex: str,
    highest: tuple[str, float],
    lowest: tuple[str, float],
    expected: float,
) -> None:
    """Both ways of naming the regions meet in the baseline, by definition."""
    row = gap_row(first_release, gap_id, sex, "2021 to 2023")
    assert (row["highest_code"], row["highest_value"]) == highest
    assert (row["lowest_code"], row["lowest_value"]) == lowest
    assert row["observed_gap"] == pytest.approx(expected, abs=1e-9)


def test_mens_range_fell_from_7_to_6_because_the_top_fell(first_release: DataFolder) -> None:
    row = gap_row(first_release, "region-range", "male", "2022 to 2024")
    assert row["observed_gap"] == pytest.approx(6.0, abs=1e-9)
    assert row["highest_change"] == pytest.approx(-0.9, abs=1e-9)  # London's 63.9, then the South East's 63.0
    assert row["lowest_change"] == pytest.approx(0.1, abs=1e-9)


@pytest.mark.parametrize(
    ("sex", "period", "expected"),
    [
        ("male", "2017 to 2019", 63.7 - 59.4),
        ("male", "2022 to 2024", 62.9 - 57.0),
        ("female", "2017 to 2019", 66.3 - 59.3),
        ("female", "2022 to 2024", 64.3 - 56.9),
    ],
)
def test_the_gap_between_the_regions_of_the_baseline(
    first_release: DataFolder, sex: str, period: str, expected: float
) -> None:
    assert gap_row(first_release, "region-fixed", sex, period)["observed_gap"] == pytest.approx(expected, abs=1e-9)


# --- every figure a second way -----------------------------------------------------------------------------

#: How the codes of single-tier authorities and counties begin; the rest are countries, regions and combined ones.
UPPER_TIER = ("E06", "E08", "E09", "E10")

#: Two authorities that changed their code and nothing else.
SAME_PLACE = {"E08000016": "E08000038", "E08000019": "E08000039"}


def pairs(source_id: str, key: str, value: str) -> dict[str, str]:
    return dict(snapshot_rows(source_id).select(key, value).iter_rows())


@cache
def published() -> dict[tuple[str, str], dict[str, tuple[float, float]]]:
    """Value and standard error by sex and period, then area, from the publisher's own rows."""
    found: dict[tuple[str, str], dict[str, tuple[float, float]]] = defaultdict(dict)
    for row in snapshot_rows("ons-healthy-life-expectancy").iter_rows(named=True):
        if row["areacd"].startswith("E") and row["observation"]:
            year = int(row["period"][:4])
            error = max((float(row["uci_95"]) - float(row["lci_95"])) / 3.92, 0.05)
            series = row["indicator"].split()[0].lower(), f"{year} to {year + 2}"
            found[series][SAME_PLACE.get(row["areacd"], row["areacd"])] = float(row["observation"]), error
    return found


@cache
def deprivation() -> dict[str, tuple[float, int]]:
    """Mean decile and residents of each upper-tier authority, small area by small area."""
    people = pairs("ons-census-2021-residents", "lsoa21_code", "total_residents")
    decile = pairs("mhclg-imd-2025", "lsoa21_code", "IMD_decile")
    district = pairs("ons-lsoa21-ltla-2024", "lsoa21_code", "ltla24_code")
    county = pairs("ons-ltla-utla-2023", "ltla23_code", "utla23_code")
    weighted: dict[str, float] = defaultdict(float)
    counted: dict[str, int] = defaultdict(int)
    for small_area, residents in people.items():
        if small_area.startswith("E"):
            area = county[district[small_area]]
            area = SAME_PLACE.get(area, area)
            weighted[area] += int(residents) * float(decile[small_area])
            counted[area] += int(residents)
    return {area: (weighted[area] / counted[area], counted[area]) for area in counted}


def upper_tier(sex: str, period: str) -> dict[str, tuple[float, float]]:
    return {area: figure_ for area, figure_ in published()[sex, period].items() if area[:3] in UPPER_TIER}


every_series = pytest.mark.parametrize(("sex", "period"), [(sex, period) for sex in FIXED for period in PERIODS])


def holds(row: dict[str, Any], gap: float, error: float) -> None:
    assert row["observed_gap"] == pytest.approx(gap, abs=1e-9)
    assert row["observed_lower_95"] == pytest.approx(gap - Z * error, abs=1e-6)
    assert row["observed_upper_95"] == pytest.approx(gap + Z * error, abs=1e-6)


@every_series
def test_regions_again(first_release: DataFolder, sex: str, period: str) -> None:
    regions = {area: figure_ for area, figure_ in published()[sex, period].items() if area.startswith("E12")}
    assert len(regions) == 9
    high, low = FIXED[sex]
    fixed = gap_row(first_release, "region-fixed", sex, period)
    holds(fixed, regions[high][0] - regions[low][0], math.hypot(regions[high][1], regions[low][1]))
    chosen = gap_row(first_release, "region-range", sex, period)
    values = [value for value, _ in regions.values()]
    ends = regions[chosen["highest_code"]], regions[chosen["lowest_code"]]
    assert (ends[0][0], ends[1][0]) == (max(values), min(values))
    holds(chosen, max(values) - min(values), math.hypot(ends[0][1], ends[1][1]))


@every_series
def test_ranges_and_tenths_of_authorities_again(first_release: DataFolder, sex: str, period: str) -> None:
    authorities = upper_tier(sex, period)
    assert len(authorities) == 151
    for gap_id, size in (("authority-range", 1), ("authority-tenths", 15)):
        row = gap_row(first_release, gap_id, sex, period)
        top, bottom = (row[end].split(" ") for end in ("highest_code", "lowest_code"))
        assert len({*top, *bottom}) == 2 * size
        values = sorted(value for value, _ in authorities.values())
        assert sorted(authorities[area][0] for area in top) == values[-size:]
        assert sorted(authorities[area][0] for area in bottom) == values[:size]
        error = math.sqrt(sum(authorities[area][1] ** 2 for area in (*top, *bottom))) / size
        holds(row, (sum(values[-size:]) - sum(values[:size])) / size, error)
        assert row["shrunken_lower_95"] < row["shrunken_gap"] < row["shrunken_upper_95"]


@every_series
def test_the_slope_again(first_release: DataFolder, sex: str, period: str) -> None:
    """Least squares by its normal equations; an authority's pull on the slope by lifting it a year and fitting anew."""
    authorities = upper_tier(sex, period)
    ranked = sorted(authorities, key=lambda area: deprivation()[area])
    total = sum(deprivation()[area][1] for area in ranked)
    share = [deprivation()[area][1] / total for area in ranked]
    place = [sum(share[:index]) + share[index] / 2 for index in range(len(share))]
    a = math.fsum(w * b for w, b in zip(share, place, strict=True))
    c = math.fsum(w * b * b for w, b in zip(share, place, strict=True))

    def slope(values: list[float]) -> float:
        mean = math.fsum(w * y for w, y in zip(share, values, strict=True))
        crossed = math.fsum(w * b * y for w, b, y in zip(share, place, values, strict=True))
        return (crossed - a * mean) / (c - a * a)

    values = [authorities[area][0] for area in ranked]
    gap = slope(values)
    pulls = [slope([*values[:i], values[i] + 1, *values[i + 1 :]]) - gap for i in range(len(values))]
    error = math.sqrt(math.fsum((pull * authorities[area][1]) ** 2 for pull, area in zip(pulls, ranked, strict=True)))
    row = gap_row(first_release, "authority-slope", sex, period)
    holds(row, gap, error)
    assert row["areas"] == 151
    assert row["highest_value"] - row["lowest_value"] == pytest.approx(gap, abs=1e-9)
    mean = math.fsum(w * y for w, y in zip(share, values, strict=True))
    assert (row["highest_value"] + row["lowest_value"]) / 2 == pytest.approx(mean, abs=1e-9)
