"""Boards of every set: who took whose residents, figures carried over, one source a period, and shapes that fit."""

import json

import polars as pl
import pytest
import shapely

from data_contracts.registry.records import indicators
from pipelines.shapes import MOST_BYTES
from tests.builders.data_folder import DataFolder

WEST_AND_NORTH_LONDON = "E54000071"
MADE_OF_PARTS = {"E54000065", "E54000066", "E54000067", "E54000068", "E54000069", "E54000070"}


def _figures(folder: DataFolder, indicator: str, period: str) -> dict[str, dict]:
    rows = folder.mart("observations").filter(
        (pl.col("indicator_id") == indicator) & (pl.col("period_label") == period) & (pl.col("sex") == "persons")
    )
    return {row["area_code"]: row for row in rows.iter_rows(named=True)}


def test_residents_who_left_a_board_are_those_who_came_to_others(first_release: DataFolder) -> None:
    lineage = first_release.mart("area_lineage").filter(
        pl.col("predecessor_code").str.starts_with("E54") & (pl.col("confidence") == "high")
    )
    by_predecessor = lineage.group_by("predecessor_code", "effective_date").agg(pl.col("share_of_predecessor").sum())
    assert by_predecessor["share_of_predecessor"].to_list() == pytest.approx([1.0] * by_predecessor.height)
    population = dict(first_release.mart("areas").select("area_code", "population").iter_rows())
    for board in (*MADE_OF_PARTS, WEST_AND_NORTH_LONDON):
        came = lineage.filter(pl.col("successor_code") == board)
        taken = sum(
            population[row[0]] * row[1] for row in came.select("predecessor_code", "share_of_predecessor").rows()
        )
        assert taken == pytest.approx(population[board])


def test_four_small_areas_moved_from_surrey_heartlands_to_sussex_in_2023(first_release: DataFolder) -> None:
    """Counted in the publisher's lookups: 4 of 628 small areas of Surrey Heartlands of July 2022."""
    moved = first_release.mart("area_lineage").filter(
        (pl.col("predecessor_code") == "E54000052") & (pl.col("successor_code") == "E54000064")
    )
    assert 0 < moved["share_of_predecessor"].item() < 0.01


def test_unconfirmed_changes_are_held_and_lead_nowhere(first_release: DataFolder) -> None:
    unconfirmed = first_release.mart("area_lineage").filter(pl.col("confidence") == "low")
    assert unconfirmed.height == 18
    assert unconfirmed["successor_code"].null_count() == 18
    ended = first_release.mart("areas").filter((pl.col("area_type") == "icb") & pl.col("valid_to").is_not_null())
    assert not set(unconfirmed["predecessor_code"]) & set(ended["area_code"])


def test_a_published_board_figure_is_restated_where_predecessors_went_in_whole(first_release: DataFolder) -> None:
    """Diabetes registers, 2023/24: North West London 7.30247885397411, North Central London 6.22806193274248."""
    figures = _figures(first_release, "recorded-diabetes", "2023/24")
    residents = {"E54000027": 2_092_982, "E54000028": 1_410_350}
    by_hand = (7.30247885397411 * residents["E54000027"] + 6.22806193274248 * residents["E54000028"]) / sum(
        residents.values()
    )
    assert figures[WEST_AND_NORTH_LONDON]["value"] == pytest.approx(by_hand, rel=1e-12)
    assert figures[WEST_AND_NORTH_LONDON]["value_kind"] == "restated"


def test_a_board_made_of_split_parts_has_no_figure_and_says_why(first_release: DataFolder) -> None:
    figures = _figures(first_release, "recorded-diabetes", "2023/24")
    for board in MADE_OF_PARTS:
        assert figures[board]["value"] is None
        assert figures[board]["value_symbol"] == "[x]"
        assert "split" in figures[board]["note"]


def test_scores_and_slopes_are_never_averaged(first_release: DataFolder) -> None:
    index = _figures(first_release, "health-index", "2021")
    assert index[WEST_AND_NORTH_LONDON]["value"] is None
    slopes = first_release.mart("observations").filter(
        (pl.col("indicator_id") == "life-expectancy-inequality") & pl.col("area_code").str.starts_with("E54")
    )
    assert slopes.height > 0
    assert slopes["value"].null_count() == slopes.height
    assert not indicators()["life-expectancy-inequality"].combinable


def test_one_source_is_used_for_each_indicator_and_period(first_release: DataFolder) -> None:
    """With limits before without: overweight adults to 2021/22 have limits, later years have none."""
    published = first_release.mart("observations").filter(pl.col("value_kind") == "published")
    used = published.group_by("indicator_id", "sex", "period_label").agg(pl.col("source_id").n_unique())
    assert used["source_id"].max() == 1
    england = published.filter((pl.col("indicator_id") == "adult-overweight") & (pl.col("area_code") == "E92000001"))
    has_limits = dict(england.select("period_label", pl.col("lower_95").is_not_null()).iter_rows())
    assert has_limits["2021/22"]
    assert not has_limits["2022/23"]


def test_series_on_other_weights_stay_apart(first_release: DataFolder) -> None:
    """England, 2023: 10.9% on the revised weights, 11.6% on the earlier ones."""
    assert _figures(first_release, "adult-smoking", "2023")["E92000001"]["value"] == 10.9
    assert _figures(first_release, "adult-smoking-earlier-weights", "2023")["E92000001"]["value"] == 11.6


@pytest.mark.parametrize(("footprint", "boards", "starts"), [("2026", 36, "2026-04-01"), ("2024", 42, "2023-04-01")])
def test_shapes_cover_england_without_gaps_or_overlaps(
    first_release: DataFolder, footprint: str, boards: int, starts: str
) -> None:
    path = first_release.path / "current" / "shapes" / f"{footprint}.json"
    assert path.stat().st_size < MOST_BYTES
    areas = json.loads(path.read_bytes())
    assert len(areas) == boards
    shapes = [shapely.MultiPolygon([shapely.Polygon(ring) for ring in rings]) for rings in areas.values()]
    assert shapely.coverage_is_valid(shapes)
    known = first_release.mart("areas").filter(
        (pl.col("area_type") == "icb")
        & (pl.col("valid_from") <= pl.lit(starts).str.to_date())
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.lit(starts).str.to_date()))
    )
    assert set(areas) == set(known["area_code"])
