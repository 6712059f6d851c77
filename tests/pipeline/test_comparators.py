"""Which systems a system is held against: by hand, and what holds of every row published."""

import math
from typing import Any

import polars as pl
import pytest

from data_contracts.marts import MARTS
from pipelines.models import comparators
from tests.builders.data_folder import DataFolder
from tests.builders.firings import status

A, B, C, D = (f"E5400000{number}" for number in range(1, 5))
SERIES = ["commitment_id", "indicator_id", "sex"]


def near(places: dict[str, tuple[float, float | None]], *, shared: tuple[str, ...] = (), **states: str) -> pl.DataFrame:
    """Comparators of systems given by deprivation and baseline level; `shared`: those that share one authority."""
    areas = pl.DataFrame(
        {"area_code": list(places), "most_deprived_share": [share for share, _ in places.values()]}
    ).with_columns(area_type=pl.lit("icb"), valid_to=pl.lit(None, pl.Date))
    rows: list[dict[str, Any]] = [
        status(area_code=code, baseline_value=level, is_latest=True, data_state=states.get(code, "ok"))
        for code, (_, level) in places.items()
    ]
    overlaps = [{"authority_code": f"E0600000{code[-1]}", "system_code": code} for code in places]
    overlaps += [{"authority_code": "E10000001", "system_code": code} for code in shared]
    return comparators.build(
        {
            "areas": areas,
            "statuses": pl.DataFrame(rows, schema=MARTS["statuses"].schema),
            "authority_overlaps": pl.DataFrame(overlaps, schema_overrides={"authority_code": pl.String}),
        }
    )


def of(found: pl.DataFrame, area: str) -> list[tuple[str, int, float]]:
    return found.filter(pl.col("area_code") == area).sort("rank").select("comparator_code", "rank", "distance").rows()


#: Shares of 0.1, 0.2 and 0.3 have a standard deviation of 0.1; levels of 20, 24 and 28 one of 4.
THREE = {A: (0.1, 20.0), B: (0.2, 28.0), C: (0.3, 24.0)}


def test_distance_is_in_standard_deviations_of_deprivation_and_level() -> None:
    found = near(THREE)
    assert of(found, A) == [(B, 1, pytest.approx(math.hypot(1, 2))), (C, 2, pytest.approx(math.hypot(2, 1)))]
    assert of(found, B) == [(C, 1, pytest.approx(math.hypot(1, 1))), (A, 2, pytest.approx(math.hypot(1, 2)))]


def test_systems_that_share_an_authority_are_no_comparators() -> None:
    found = near(THREE, shared=(A, B))
    assert [code for code, *_ in of(found, A)] == [C]
    assert [code for code, *_ in of(found, B)] == [C]
    assert [code for code, *_ in of(found, C)] == [B, A]


def test_a_system_that_cannot_be_compared_has_none_and_is_none_and_weighs_nothing() -> None:
    found = near(THREE | {D: (0.9, 90.0)}, **{D: "not_comparable"})
    assert of(found, D) == []
    assert of(found, A) == of(near(THREE), A)


def test_a_system_without_a_baseline_figure_has_none() -> None:
    assert of(near(THREE | {D: (0.2, None)}), D) == []


def test_systems_all_alike_are_no_distance_apart() -> None:
    assert of(near({A: (0.2, 24.0), B: (0.2, 24.0)}), A) == [(B, 1, 0.0)]


# --- every row published -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(first_release: DataFolder) -> pl.DataFrame:
    return first_release.mart("comparators")


def test_every_system_that_can_be_compared_has_five(first_release: DataFolder, published: pl.DataFrame) -> None:
    areas = first_release.mart("areas").filter((pl.col("area_type") == "icb") & pl.col("valid_to").is_null())
    assert set(published["area_code"]) | set(published["comparator_code"]) <= set(areas["area_code"])
    statuses = first_release.mart("statuses").join(areas.select("area_code"), on="area_code")
    key = ["area_code", *SERIES]
    never_comparable = statuses.filter(pl.col("data_state") == "not_comparable").select(key).unique()
    expected = (
        statuses.filter("is_latest", pl.col("baseline_value").is_not_null())
        .select(key)
        .join(never_comparable, on=key, how="anti")
    )
    numbered = published.group_by(key).len()
    assert set(numbered["len"]) == {comparators.NEAREST}
    assert numbered.select(key).sort(key).equals(expected.sort(key))
    # Two systems are split so that nobody's figures are theirs.
    assert never_comparable["area_code"].n_unique() == 2


def test_ranks_run_from_one_without_gaps_in_the_order_of_distance(published: pl.DataFrame) -> None:
    for _, rows in published.group_by("area_code", *SERIES):
        ordered = rows.sort("rank")
        assert ordered["rank"].to_list() == list(range(1, rows.height + 1))
        assert ordered["distance"].is_sorted()


def test_no_system_is_held_against_itself_or_one_that_shares_an_authority(
    first_release: DataFolder, published: pl.DataFrame
) -> None:
    parts: dict[str, set[str]] = {}
    for authority, system in first_release.mart("authority_overlaps").select("authority_code", "system_code").rows():
        parts.setdefault(system, set()).add(authority)
    for area, comparator in published.select("area_code", "comparator_code").unique().iter_rows():
        assert area != comparator
        assert parts[area].isdisjoint(parts[comparator])


def test_two_systems_are_as_far_from_each_other_either_way(published: pl.DataFrame) -> None:
    back = published.select(*SERIES, area_code="comparator_code", comparator_code="area_code", there="distance")
    both = published.join(back, on=[*SERIES, "area_code", "comparator_code"])
    assert both.height > 0
    assert both.filter((pl.col("distance") - pl.col("there")).abs() > 1e-12).is_empty()
