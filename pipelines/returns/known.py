"""What returns are held against: the systems and authorities of the release that serves, and earlier returns."""

from functools import partial
from pathlib import Path

import polars as pl

from data_contracts.quarters import last_day
from data_contracts.returns import Known, Totals
from data_contracts.vocabulary import AreaType, Confidence
from pipelines import releases
from pipelines.config import Settings
from pipelines.faults import Problem, Refused
from pipelines.returns.store import newest, read_posts


def known(settings: Settings) -> Known:
    """From the release that serves. Raises Refused where there is none this software can read."""
    serving = releases.current(settings)
    if serving is None or not releases.is_readable(settings):
        raise Refused(
            [
                Problem(
                    rule="no_release",
                    where=str(settings.data_dir),
                    found="no release that this software can read",
                    expected="one, whose systems a return is held against",
                    todo="run make refresh, then this again",
                )
            ]
        )
    marts = serving / "marts"
    areas = pl.read_parquet(marts / "areas.parquet")
    return Known(
        today=settings.as_of,
        systems=_systems(areas, pl.read_parquet(marts / "area_lineage.parquet")),
        places=pl.read_parquet(marts / "authority_overlaps.parquet").select("system_code", place_code="authority_code"),
        before=partial(_before, settings.data_dir),
        elsewhere=partial(_elsewhere, settings.data_dir),
    )


def _systems(areas: pl.DataFrame, lineage: pl.DataFrame) -> pl.DataFrame:
    """Every board there has been, its days, and in words today's boards that have its residents."""
    boards = areas.filter(pl.col("area_type") == AreaType.ICB).select(
        "area_name", "valid_from", "valid_to", system_code="area_code"
    )
    names = {
        code: name for code, name, ends in boards.select("system_code", "area_name", "valid_to").iter_rows() if not ends
    }
    steps: dict[str, list[str]] = {}
    sure = lineage.filter(pl.col("confidence") == Confidence.HIGH).sort("predecessor_code", "successor_code")
    for before, after in sure.select("predecessor_code", "successor_code").iter_rows():
        if before != after:
            steps.setdefault(before, []).append(after)

    def todays(code: str) -> list[str]:
        """Those of today it led to, however many changes lie between."""
        found = [one for after in steps.get(code, ()) for one in ([after] if after in names else todays(after))]
        return list(dict.fromkeys(found))

    successors = {code: " or ".join(f"{one} ({names[one]})" for one in todays(code)) or None for code in steps}
    said = pl.DataFrame(
        list(successors.items()), schema={"system_code": pl.String, "successors": pl.String}, orient="row"
    )
    return boards.drop("area_name").join(said, on="system_code", how="left")


def _before(data_dir: Path, system_code: str, quarter: str) -> Totals | None:
    """What the return it would supersede came to, or else the newest of an earlier quarter."""
    earlier = [held for held in newest(data_dir, system_code) if last_day(held.quarter) <= last_day(quarter)]
    if not earlier:
        return None
    last = max(earlier, key=lambda held: last_day(held.quarter))
    return Totals(quarter=last.quarter, posts=last.posts, wte=last.wte)


def _elsewhere(data_dir: Path, system_code: str, quarter: str) -> dict[str, float]:
    """WTE by joint reference, over the returns that stand of the other systems."""
    found: dict[str, float] = {}
    for held in newest(data_dir, quarter=quarter):
        if held.system_code != system_code:
            joint = read_posts(data_dir, held).drop_nulls("joint_reference")
            for reference, wte in joint.select("joint_reference", "wte").iter_rows():
                found[reference] = found.get(reference, 0.0) + wte
    return found
