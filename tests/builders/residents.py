"""Residents of overlaps, counted small area by small area in dictionaries: no table of the pipeline's own is used."""

from collections import defaultdict
from functools import cache

from tests.builders.publishers import snapshot_rows


def pairs(source_id: str, key: str, value: str) -> dict[str, str]:
    return dict(snapshot_rows(source_id).select(key, value).iter_rows())


@cache
def residents_of(tier: str, board: str) -> dict[tuple[str, str], int]:
    """Residents of each overlap of an authority and a board, by adding up small areas one at a time."""
    people = pairs("ons-census-2021-residents", "lsoa21_code", "total_residents")
    district = pairs("ons-lsoa21-ltla-2024", "lsoa21_code", "ltla24_code")
    county = pairs("ons-ltla-utla-2023", "ltla23_code", "utla23_code")
    boards = (
        pairs("lsoa21-icb-2026", "lsoa21_code", "icb26_code")
        if board == "2026"
        else pairs("ons-lsoa21-icb-2024", "lsoa21_code", "icb24_code")
    )
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for small_area, count in people.items():
        if small_area.startswith("E"):
            authority = district[small_area]
            if tier == "upper":
                authority = county[authority]
            counted[authority, boards[small_area]] += int(count)
    return dict(counted)


def weights(system: str, tier: str = "upper", board: str = "2026") -> dict[str, int]:
    return {area: count for (area, icb), count in residents_of(tier, board).items() if icb == system}
