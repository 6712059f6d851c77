"""Returns of systems that have ended, counted in what took their place: whole, or by the place each post names.

A system that became part of another goes into it whole. One that was split goes part by part, each post where its local
authority went, and only if every post of the return names one that went to a single system: half a system restated
would be a guess at the rest. Where it cannot be, the system that took its place has no figure, and says why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from data_contracts.quarters import last_day
from data_contracts.vocabulary import AreaType, Confidence
from pipelines.restate import WHOLE
from pipelines.tenure.disclosure import TEAM

_PARTS = {**dict.fromkeys(TEAM, pl.String), "part_code": pl.String}
_PLACES = {"area_code": pl.String, "quarter": pl.String, "system_code": pl.String, "parts": pl.Int64}
_UNPLACED = {"area_code": pl.String, "quarter": pl.String, "predecessor_code": pl.String}


@dataclass(frozen=True, kw_only=True)
class Restated:
    """What became of the returns of systems that have ended.

    `parts`: `system_code, quarter, part_code`, the parts of each split system whose posts all say where they went; a
    part is a team of its own, under a code no system has. `posts`: theirs, under that code. `places`: `area_code,
    quarter, system_code, parts`, the teams a later system's figure is the sum of, and how many they are. `unplaced`:
    `area_code, quarter, predecessor_code`, a figure a later system cannot have, and whose posts are why.
    """

    parts: pl.DataFrame
    posts: pl.DataFrame
    places: pl.DataFrame
    unplaced: pl.DataFrame


@dataclass(frozen=True)
class _Step:
    """A system taking the place of another, of all of it or of a part."""

    into: str
    is_whole: bool

    def team(self, system: str) -> str:
        """The code under which what went this way is counted."""
        return system if self.is_whole else f"{system}/{self.into}"


def restated(
    posts: pl.DataFrame, returns: pl.DataFrame, areas: pl.DataFrame, lineage: pl.DataFrame, overlaps: pl.DataFrame
) -> Restated:
    """Follow every return to the systems that later took the place of the one that sent it.

    `posts` are as `teams.coded` has them, `returns` has `system_code, quarter`, `lineage` the changes of boundaries,
    and `overlaps` the share of each authority's residents that lies in each system.
    """
    systems = areas.filter(pl.col("area_type").is_in([str(AreaType.ICB), str(AreaType.EXAMPLE)]))
    lasting = {
        code: (begins, ends) for code, begins, ends in systems["area_code", "valid_from", "valid_to"].iter_rows()
    }
    steps = _steps(lineage, {code: begins for code, (begins, _) in lasting.items()})
    moved = _moved(posts, steps, overlaps)
    came = set(returns.select(TEAM).iter_rows())
    astray = set(moved.filter(pl.col("into").is_null()).select(TEAM).iter_rows())
    parts = [
        (system, quarter, step.team(system))
        for system, quarter in sorted(came - astray)
        for step in steps.get(system, ())
        if not step.is_whole
    ]
    places: list[tuple[str, str, str, int]] = []
    unplaced: list[tuple[str, str, str]] = []
    for (area, quarter), teams in _needed(lasting, steps, sorted({quarter for _, quarter in came})).items():
        lost = [
            system
            for system, step, is_followed in teams
            if (system, quarter) in came and not (is_followed and (step.is_whole or (system, quarter) not in astray))
        ]
        if lost:
            unplaced.extend((area, quarter, system) for system in dict.fromkeys(lost))
        elif all((system, quarter) in came for system, _, _ in teams):
            places.extend((area, quarter, step.team(system), len(teams)) for system, step, _ in teams)
    in_parts = moved.with_columns(system_code=pl.format("{}/{}", "system_code", "into"), whole_code="system_code").join(
        pl.DataFrame(parts, schema=_PARTS, orient="row").rename(
            {"system_code": "whole_code", "part_code": "system_code"}
        ),
        on=["system_code", "quarter", "whole_code"],
        how="semi",
    )
    return Restated(
        parts=pl.DataFrame(parts, schema=_PARTS, orient="row"),
        posts=in_parts.select(posts.columns),
        places=pl.DataFrame(places, schema=_PLACES, orient="row"),
        unplaced=pl.DataFrame(unplaced, schema=_UNPLACED, orient="row"),
    )


def _steps(lineage: pl.DataFrame, begins: Mapping[str, dt.date | None]) -> dict[str, list[_Step]]:
    """By the system that ended, those that took its place on the day they began."""
    steps: dict[str, list[_Step]] = {}
    sure = lineage.filter(pl.col("confidence") == str(Confidence.HIGH)).drop_nulls("successor_code")
    for system, into, day, share in sure.select(
        "predecessor_code", "successor_code", "effective_date", "share_of_predecessor"
    ).iter_rows():
        # A few streets that went elsewhere do not split a system.
        if begins.get(into) == day and system in begins and share > 1 - WHOLE:
            steps.setdefault(system, []).append(_Step(into, share >= WHOLE))
    return steps


def _moved(posts: pl.DataFrame, steps: Mapping[str, list[_Step]], overlaps: pl.DataFrame) -> pl.DataFrame:
    """The posts of split systems, each with the system its place went `into`, null where it went whole to none."""
    ways = pl.DataFrame(
        [(system, step.into) for system, each in steps.items() for step in each if not step.is_whole],
        schema={"system_code": pl.String, "into": pl.String},
        orient="row",
    )
    lies_in = overlaps.filter(pl.col("share_of_authority") >= WHOLE).select(
        place_code="authority_code", into="system_code"
    )
    return posts.join(ways, on="system_code", how="semi").join(
        ways.join(lies_in, on="into"), on=["system_code", "place_code"], how="left"
    )


def _needed(
    lasting: Mapping[str, tuple[dt.date | None, dt.date | None]], steps: Mapping[str, list[_Step]], quarters: list[str]
) -> dict[tuple[str, str], list[tuple[str, _Step, bool]]]:
    """By later system and quarter, all it was then: systems, the step each took first, and whether that leads on."""
    needed: dict[tuple[str, str], list[tuple[str, _Step, bool]]] = {}
    for quarter in quarters:
        day = last_day(quarter)
        for system, (begins, ends) in lasting.items():
            if (begins is None or begins <= day) and (ends is None or day <= ends):
                for step in steps.get(system, ()):
                    for area, is_followed in _onwards(step.into, steps):
                        needed.setdefault((area, quarter), []).append((system, step, is_followed))
    return needed


def _onwards(system: str, steps: Mapping[str, list[_Step]]) -> Iterator[tuple[str, bool]]:
    """A system and all it became part of, with whether all of it did: what is split twice is not followed."""
    yield system, True
    for step in steps.get(system, ()):
        for area, is_followed in _onwards(step.into, steps):
            yield area, is_followed and step.is_whole


def ancestors(lineage: pl.DataFrame) -> dict[str, list[str]]:
    """By system, those it took the place of, and those they did."""
    before: dict[str, list[str]] = {}
    for earlier, system in lineage.select("predecessor_code", "successor_code").drop_nulls().iter_rows():
        before.setdefault(system, []).append(earlier)

    def of(system: str) -> list[str]:
        return [found for one in before.get(system, ()) for found in (one, *of(one))]

    return {system: of(system) for system in before}
