"""What cleaning must know of areas: which codes exist, which were re-coded, and which replaced which."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from data_contracts.registry.records import areas
from data_contracts.vocabulary import Confidence

ENGLAND = "E92000001"

#: Kinds of area by the first three characters of their code.
SINGLE_TIER = ("E06", "E08", "E09")
COUNTY = "E10"
DISTRICT = "E07"
REGION = "E12"
#: Combined authorities, and inner and outer London.
GROUPINGS = ("E47", "E13")
BOARD = "E54"
NHS_REGION = "E40"


@dataclass(frozen=True, kw_only=True)
class Geography:
    """Codes as figures may carry them.

    `known`: every code a figure may have. `recoded`: code to the code now in use for the same place.
    `replaced`: columns `predecessor`, `successor`, every pair of places where one took in the other, however
    many steps lie between. `combined`: columns `combined`, `area`, `name`, codes that stand for several places.
    `boards`: columns `area_code`, `valid_from`, `valid_to`, every integrated care board there has been and its days.
    """

    known: frozenset[str]
    recoded: Mapping[str, str]
    replaced: pl.DataFrame
    combined: pl.DataFrame
    boards: pl.DataFrame


def geography(lookups: Mapping[str, pl.DataFrame]) -> Geography:
    """From the cleaned lookups, by source id."""
    changes = lookups["authority-changes"].filter(
        pl.col("oldcd").str.slice(0, 3).is_in([*SINGLE_TIER, DISTRICT, COUNTY])
    )
    recoded = changes.filter(pl.col("type") == "new_code")
    mergers = changes.filter(pl.col("type") == "merger").select(predecessor="oldcd", successor="newcd")
    counties = pl.DataFrame(
        [
            {"predecessor": county, "successor": successor}
            for county, successors in areas().ended_counties.items()
            for successor in successors
        ]
    )
    combined = pl.DataFrame(
        [
            {"combined": code, "area": part, "name": pair.name}
            for code, pair in areas().combined.items()
            for part in pair.parts
        ]
    )
    known = {
        ENGLAND,
        *lookups["ons-ltla-region-2024"]["region24_code"],
        *lookups["ons-ltla-utla-2023"]["utla23_code"],
        *lookups["authority-codes"]["LADCD"],
        *changes["oldcd"],
        *recoded["newcd"],
        *combined["combined"],
        *lookups["icb-april-2026"]["nhser24_code"],
        *lookups["ons-lsoa11-icb-2022"]["icb22_code"],
        *lookups["icb-april-2024"]["icb24_code"],
        *lookups["icb-april-2026"]["ICB26CD"],
    }
    return Geography(
        known=frozenset(known),
        recoded={
            **_recoded_by_name(lookups["authority-codes"]),
            **dict(recoded.select("oldcd", "newcd").iter_rows()),
            **areas().nhs_regions,
            # Files by NHS organisation code are of the boards of April 2023 to March 2026.
            **dict(lookups["icb-april-2024"].select("icb24_code_nhs", "icb24_code").iter_rows()),
        },
        replaced=pl.concat([_closure(mergers), counties]),
        combined=combined,
        boards=_boards(lookups),
    )


def _boards(lookups: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Boards with their first and last day, which follow from the confirmed changes as they do in the table `areas`."""
    changes = lookups["icb-changes"].filter(pl.col("confidence") == Confidence.HIGH)
    day = pl.col("effective_date").str.to_date("%Y-%m-%d")
    begins = changes.group_by(area_code="successor_code").agg(begins=day.min())
    ends = changes.group_by(area_code="predecessor_code").agg(valid_to=day.max().dt.offset_by("-1d"))
    codes = pl.concat(
        [
            lookups["ons-lsoa11-icb-2022"].select(area_code="icb22_code"),
            lookups["icb-april-2024"].select(area_code="icb24_code"),
            lookups["icb-april-2026"].select(area_code="ICB26CD"),
        ]
    ).unique()
    first = min(footprint.starts for footprint in areas().footprints)
    return (
        codes.join(begins, on="area_code", how="left")
        .join(ends, on="area_code", how="left")
        .select("area_code", pl.col("begins").fill_null(first).alias("valid_from"), "valid_to")
        .sort("area_code")
    )


def _recoded_by_name(codes: pl.DataFrame) -> dict[str, str]:
    """Places whose code changed before the list of changes begins: the later code has the same name."""
    names = dict(codes.select("LADCD", "LADNM").iter_rows())
    return {
        before: later
        for before, name, later in codes.select("LADCD", "LADNM", "LADCD_ACTIVE").iter_rows()
        if before != later and names.get(later) == name
    }


def _closure(pairs: pl.DataFrame) -> pl.DataFrame:
    """Follow mergers of mergers: Taunton Deane went into Somerset West and Taunton, and that into Somerset."""
    every = pairs
    step = pairs
    while step.height:
        step = step.join(pairs, left_on="successor", right_on="predecessor").select(
            "predecessor", successor="successor_right"
        )
        every = pl.concat([every, step])
    return every.unique(maintain_order=True)
