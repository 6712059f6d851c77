# table: quality_checks
# inputs: accounting, answered, areas, clean_figures, england_series, lsoas
# key: check_id, subject
# contract: quality_checks
"""Checks across tables that no contract of one table can make. A release with a failed check is not published."""

from collections.abc import Mapping

import polars as pl

from data_contracts.registry.records import areas as area_registry
from data_contracts.registry.records import corrections, indicators
from data_contracts.vocabulary import AreaType, ValueSymbol


def rows_read() -> dict[str, pl.Expr]:
    """Of all clean figures, those marked as withheld or replaced."""
    return {"clean_figures": pl.col("value_symbol").is_in([ValueSymbol.NOT_AVAILABLE, ValueSymbol.REVISED])}


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a check and what it was made on."""
    checks = [
        *_rows_accounted_for(inputs["accounting"]),
        *_small_areas_placed(inputs["accounting"], inputs["lsoas"]),
        *_systems_known(inputs["areas"], inputs["lsoas"]),
        *_residents_add_up(inputs["areas"]),
        *_every_system_answered(inputs["areas"], inputs["answered"]),
        *_england_held(inputs["england_series"]),
        *_corrections_applied(inputs["clean_figures"]),
    ]
    return pl.DataFrame(checks, schema=["check_id", "subject", "expected", "found", "passed"], orient="row")


_Check = tuple[str, str, str, str, bool]


def _rows_accounted_for(accounting: pl.DataFrame) -> list[_Check]:
    return [
        (
            "rows_accounted_for",
            row["source_id"],
            f"{row['received']} received",
            f"{row['accepted']} accepted, {row['set_aside']} set aside, {row['quarantined']} quarantined",
            row["received"] == row["accepted"] + row["set_aside"] + row["quarantined"],
        )
        for row in accounting.iter_rows(named=True)
    ]


def _small_areas_placed(accounting: pl.DataFrame, lsoas: pl.DataFrame) -> list[_Check]:
    """Every small area with residents is placed by every lookup: one that is not takes its residents with it."""
    counted = accounting.filter(pl.col("source_id") == "ons-census-2021-residents")["accepted"].item()
    return [
        (
            "small_areas_placed",
            "lookups of small areas",
            f"{counted} small areas with residents",
            f"{lsoas.height} placed by every lookup",
            lsoas.height == counted,
        )
    ]


def _systems_known(areas: pl.DataFrame, lsoas: pl.DataFrame) -> list[_Check]:
    """Every system that small areas are placed in is an area, with exactly those residents."""
    boards = areas.filter(pl.col("area_type") == AreaType.ICB)
    checks: list[_Check] = []
    for column in ("icb22_code", "icb24_code", "icb26_code"):
        placed = lsoas.group_by(pl.col(column).alias("area_code")).agg(pl.col("residents").sum())
        agree = placed.join(boards, on="area_code").filter(pl.col("population") == pl.col("residents")).height
        found = f"{agree} with the same residents"
        checks.append(("systems_known", column, f"{placed.height} systems", found, agree == placed.height))
    return checks


def _residents_add_up(areas: pl.DataFrame) -> list[_Check]:
    """Residents of each set of boards add to England: nobody is lost or counted twice."""
    england = areas.filter(pl.col("area_type") == AreaType.ENGLAND)["population"].item()
    boards = areas.filter(pl.col("area_type") == AreaType.ICB)
    checks: list[_Check] = []
    for footprint in area_registry().footprints:
        began = pl.col("valid_from") <= footprint.starts
        lasts = pl.col("valid_to").is_null() | (pl.col("valid_to") >= footprint.starts)
        members = boards.filter(began & lasts)
        total = members["population"].sum()
        found = f"{total} in {members.height} systems"
        checks.append(
            ("residents_add_up", f"footprint-{footprint.footprint_id}", f"{england}", found, total == england)
        )
    return checks


def _every_system_answered(areas: pl.DataFrame, answered_for: pl.DataFrame) -> list[_Check]:
    """Every current system has a row for every indicator of systems in its latest period, if only to say why not."""
    current = set(areas.filter((pl.col("area_type") == AreaType.ICB) & pl.col("valid_to").is_null())["area_code"])
    held = dict(answered_for.group_by("indicator_id").agg("area_code").iter_rows())
    checks: list[_Check] = []
    for indicator_id, indicator in indicators().items():
        if not indicator.of_systems:
            continue
        answered = current & set(held.get(indicator_id, ()))
        checks.append(
            (
                "every_system_answered",
                indicator_id,
                f"{len(current)} systems",
                f"{len(answered)} systems",
                answered == current,
            )
        )
    return checks


def _england_held(england_series: pl.DataFrame) -> list[_Check]:
    """England has a figure for every sex and period of each indicator published for it."""
    held = {indicator_id: (series, england) for indicator_id, series, england in england_series.iter_rows()}
    checks: list[_Check] = []
    for indicator_id, indicator in indicators().items():
        if AreaType.ENGLAND not in indicator.geographies:
            continue
        series, england = held.get(indicator_id, (0, 0))
        checks.append(("england_held", indicator_id, f"{series} sexes and periods", f"{england}", england == series))
    return checks


def _corrections_applied(figures: pl.DataFrame) -> list[_Check]:
    """Every known error of a source is withheld or replaced in what the other tables are made from."""
    checks: list[_Check] = []
    marked = figures.filter(rows_read()["clean_figures"])
    for source_id in dict.fromkeys(item.source for item in corrections()):
        of_source = marked.filter(pl.col("source_id") == source_id)
        held = set(of_source.select("indicator_id", "area_code", "sex", "period_label").iter_rows())
        declared = [
            (item.indicator, item.area, str(item.sex), item.period)
            for item in corrections()
            if item.source == source_id
        ]
        applied = sum(item in held for item in declared)
        checks.append(
            (
                "corrections_applied",
                source_id,
                f"{len(declared)} known errors",
                f"{applied} withheld or replaced",
                applied == len(declared),
            )
        )
    return checks
