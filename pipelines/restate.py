"""Figures published for boards of one set, carried to the boards that took their place.

Only where every predecessor went in whole: then the new board's figure is theirs weighted by residents. A board made
of parts of split ones has none, and says why.
"""

import polars as pl

from data_contracts.registry.records import indicators
from data_contracts.vocabulary import AreaType, Confidence, ValueKind, ValueSymbol
from metrics.apportion import combine

#: A board that gave this share of its residents to one successor went in whole: the rest is a street or two.
WHOLE = 0.99

_SERIES = ["system_code", "indicator_id", "sex", "breakdown", "period_end"]


def restated(published: pl.DataFrame, lineage: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Rows for boards that came after those a publisher gives figures for, one change of boundaries at a time."""
    ids = [id_ for id_, indicator in indicators().items() if AreaType.ICB in indicator.geographies]
    boards = areas.filter(pl.col("area_type") == AreaType.ICB)
    held = published.filter(
        pl.col("indicator_id").is_in(ids) & pl.col("area_code").is_in(boards["area_code"].implode())
    )
    changes = lineage.filter(
        (pl.col("confidence") == Confidence.HIGH) & pl.col("predecessor_code").is_in(boards["area_code"].implode())
    )
    rows: list[pl.DataFrame] = []
    for day in changes["effective_date"].unique().sort():
        step = _step(held, changes.filter(pl.col("effective_date") == day), boards)
        rows.append(step)
        held = pl.concat([held, step], how="diagonal")
    return pl.concat(rows, how="diagonal")


def _step(held: pl.DataFrame, changes: pl.DataFrame, boards: pl.DataFrame) -> pl.DataFrame:
    """Carry figures over one day's changes."""
    names = boards.select(predecessor_code="area_code", name="area_name", residents="population")
    parts = (
        changes.join(names, on="predecessor_code")
        .with_columns(moved=pl.col("residents") * pl.col("share_of_predecessor"))
        .join(held, left_on="predecessor_code", right_on="area_code")
        .rename({"successor_code": "system_code"})
        .sort(*_SERIES, "predecessor_code")
    )
    # A part of a few streets neither makes a board a mixture nor is worth a weight of its own.
    parts = parts.filter(pl.col("share_of_predecessor") > 1 - WHOLE)
    groups = parts.group_by(_SERIES, maintain_order=True).agg(
        pl.col("period_label", "period_start", "source_id", "vintage").first(),
        whole=(pl.col("share_of_predecessor") >= WHOLE).all(),
        missing=pl.col("value").is_null().any(),
        split=pl.col("name").filter(pl.col("share_of_predecessor") < WHOLE).unique(maintain_order=True).str.join("; "),
        from_=pl.col("name").unique(maintain_order=True).str.join(" and "),
        predecessors=pl.col("predecessor_code").n_unique(),
    )
    combined = combine(parts, value="value", weight="moved", lower="lower_95", upper="upper_95", by=_SERIES).select(
        *_SERIES, "value", "lower_95", "upper_95"
    )
    ids = [id_ for id_, indicator in indicators().items() if indicator.combinable]
    alone = pl.col("predecessors") == 1
    given = pl.col("whole") & ~pl.col("missing") & (pl.col("indicator_id").is_in(ids) | alone)
    split = pl.format(
        "Made of parts of systems that were split ({}), whose published figures cannot be divided.", "split"
    )
    weighted = pl.format("The figures of {}, weighted by residents.", "from_")
    same = pl.format("The figure of {}, which went in whole.", "from_")
    return groups.join(combined, on=_SERIES, maintain_order="left").select(
        *_SERIES[1:],
        "period_label",
        "period_start",
        "source_id",
        "vintage",
        area_code="system_code",
        **{name: pl.when(given).then(pl.col(name)) for name in ("value", "lower_95", "upper_95")},
        value_kind=pl.lit(str(ValueKind.RESTATED)),
        value_symbol=pl.when(~given).then(pl.lit(str(ValueSymbol.NOT_AVAILABLE))),
        note=pl.when(given)
        .then(pl.when(alone).then(same).otherwise(weighted))
        .when(~pl.col("whole"))
        .then(split)
        .when(pl.col("missing"))
        .then(pl.lit("A predecessor has no figure."))
        .otherwise(pl.lit("Scores of this measure cannot be averaged.")),
    )
