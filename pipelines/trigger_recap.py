"""What triggers say of a run, for its recap: how many fire, which are new, and which fire no more."""

from pathlib import Path

import polars as pl

from data_contracts.registry.records import triggers


def trigger_summary(earlier: Path | None, later: Path) -> str:
    """One sentence over the marts in two folders; `earlier` is none where there is nothing to compare with."""
    now = _open(later)
    by_trigger = "; ".join(
        f"{triggers()[trigger_id].title}: {number}"
        for trigger_id, number in now["trigger_id"].value_counts().sort("trigger_id").iter_rows()
    )
    systems = now["area_code"].n_unique()
    said = f"{now.height:,} fire in {systems:,} systems" + (f" ({by_trigger})" if by_trigger else "")
    # A release of this contract may be older than the first trigger.
    if earlier is None or not (earlier / "triggers.parquet").exists():
        return f"{said}."
    before = _open(earlier)
    new, gone = (
        one.join(other, on="firing_id", how="anti")["firing_id"].sort() for one, other in ((now, before), (before, now))
    )
    return f"{said}; {_named(new, 'new')}, {_named(gone, 'no longer firing')}."


def _open(folder: Path) -> pl.DataFrame:
    rows = pl.read_parquet(folder / "triggers.parquet", columns=["trigger_id", "area_code", "cleared_on", "firing_id"])
    return rows.filter(pl.col("cleared_on").is_null())


def _named(firing_ids: pl.Series, words: str, most: int = 5) -> str:
    if firing_ids.is_empty():
        return f"none {words}"
    shown = ", ".join(firing_ids.head(most))
    more = len(firing_ids) - most
    return f"{len(firing_ids):,} {words} ({shown}{f' and {more:,} more' if more > 0 else ''})"
