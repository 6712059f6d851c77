"""Which statuses changed between two releases, layer by layer, and why.

A status is compared with the same status of the release before (the same commitment, measure, area, sex and as-of
period); where a later period is held, the latest status with what was the latest. One row a status and layer.
"""

from pathlib import Path

import polars as pl

from pipelines.geography import ENGLAND

#: What makes a status another one. The answer stands in for a measure where there is none.
LAYERS = (
    "data_state",
    "direction",
    "pace",
    "recent_trend",
    "variation",
    "assurance",
    "versus_england",
    "answer",
)

_SERIES = ["commitment_id", "indicator_id", "area_code", "sex"]
_OF_BASELINE = ["baseline_value", "baseline_lower_95", "baseline_upper_95"]
_FIGURES = [
    *_OF_BASELINE,
    "latest_value",
    "latest_lower_95",
    "latest_upper_95",
    "england_value",
    "england_baseline_value",
]
_VINTAGES = ["baseline_vintage", "latest_vintage"]
_READ = ["status_id", *_SERIES, "as_of_period", "as_of_end", "is_latest", "rule_version", *_FIGURES, *_VINTAGES]
_BEFORE = "_before"
#: What the register says of a measure that a status follows from; its words are another matter.
_JUDGED_BY = ["measured_where", "baseline_period", "target_value", "target_change", "target_date"]


def changed(earlier: Path, later: Path) -> pl.DataFrame:
    """Every layer of a status that is another, and every series of them that is new or gone, between two folders.

    `why` is the first reason that applies and `also` the others: a later period, a boundary change (the area is made
    of other parts), a change of what the register asks, revised figures, another version of the rules. Where none
    does, the software changed. Reasons are facts about what went in: which of several tipped the scales is not known.
    """
    pairs = _pairs(_statuses(earlier), _statuses(later))
    pairs = _with_why(_with_flags(pairs, earlier, later))
    of_layers = [
        pairs.filter(
            pl.col(layer).ne_missing(pl.col(layer + _BEFORE)),
            # A series that is new or gone has its first layer told, not each.
            (pl.col("change") == "changed") | pl.lit(layer == "data_state"),
        ).select(
            pl.lit("statuses").alias("mart"),
            "status_id",
            *_SERIES,
            "is_latest",
            "change",
            "why",
            "also",
            pl.lit(layer).alias("layer"),
            pl.col(layer + _BEFORE).alias("earlier"),
            pl.col(layer).alias("later"),
            pl.coalesce("as_of_period", "as_of_period" + _BEFORE).alias("period_label"),
            pl.col("as_of_period" + _BEFORE).alias("earlier_period"),
            pl.col("latest_value" + _BEFORE).alias("earlier_value"),
            pl.col("latest_value").alias("value"),
            pl.lit(value=False).alias("beyond_interval"),
        )
        for layer in LAYERS
    ]
    return pl.concat(of_layers).sort("status_id", pl.col("layer").cast(pl.Enum(LAYERS)))


def _statuses(folder: Path) -> pl.DataFrame:
    """Statuses with what they say and rest on; those without a measure with the latest answer and its day."""
    judged = [layer for layer in LAYERS if layer != "answer"]
    rows = pl.read_parquet(folder / "statuses.parquet", columns=[*_READ, *judged])
    answers = (
        pl.read_parquet(folder / "evidence.parquet", columns=["commitment_id", "area_code", "as_at", "answer"])
        .sort("as_at")
        .unique(["commitment_id", "area_code"], keep="last", maintain_order=True)
        .with_columns(indicator_id=pl.lit(None, pl.String))
    )
    # England's own row counts the answers of the systems, so the newest of them is its day too.
    newest = answers.group_by("commitment_id", "indicator_id").agg(newest=pl.col("as_at").max())
    joined = rows.join(answers, on=["commitment_id", "area_code", "indicator_id"], how="left", nulls_equal=True).join(
        newest, on=["commitment_id", "indicator_id"], how="left", nulls_equal=True
    )
    of_england = pl.when(pl.col("area_code") == ENGLAND).then(pl.col("newest"))
    return joined.with_columns(day=pl.coalesce("as_of_end", "as_at", of_england)).drop("as_at", "as_of_end", "newest")


def _pairs(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """What stood beside what stands: columns of the release before end in `_before`."""
    was = before.rename({name: name + _BEFORE for name in before.columns}).with_columns(
        pl.col(name + _BEFORE).alias(name) for name in ("status_id", *_SERIES)
    )
    was_latest = was.filter("is_latest" + _BEFORE)
    latest = after.filter("is_latest")
    same = after.join(was.drop(_SERIES), on="status_id")
    moved = latest.join(was_latest.drop("status_id"), on=_SERIES, nulls_equal=True).filter(
        pl.col("status_id") != pl.col("status_id" + _BEFORE)
    )
    new = latest.join(was_latest, on=_SERIES, how="anti", nulls_equal=True)
    gone = was_latest.join(latest, on=_SERIES, how="anti", nulls_equal=True).with_columns(is_latest=True)
    return pl.concat(
        [
            same.with_columns(change=pl.lit("changed")),
            moved.with_columns(change=pl.lit("changed")),
            new.with_columns(change=pl.lit("new")),
            gone.with_columns(change=pl.lit("gone")),
        ],
        how="diagonal",
    )


# --- why ----------------------------------------------------------------------------------------------------


def _with_flags(pairs: pl.DataFrame, earlier: Path, later: Path) -> pl.DataFrame:
    """Add whether the area's parts differ, and whether what the register asks does."""
    parts = pl.concat(
        [
            _differing(earlier, later, "authority_overlaps", None).select(area_code="system_code"),
            _differing(earlier, later, "area_lineage", None).select(area_code="predecessor_code"),
            _differing(earlier, later, "area_lineage", None).select(area_code="successor_code"),
        ]
    ).drop_nulls()
    measure = ["commitment_id", "indicator_id", "sex"]
    measures = _differing(earlier, later, "commitment_measures", [*measure, *_JUDGED_BY]).select(measure)
    entries = _differing(earlier, later, "commitments", ["commitment_id", "kept_by", "version"]).select("commitment_id")
    without_measure = entries.unique().with_columns(indicator_id=pl.lit(None, pl.String))
    return (
        pairs.join(_flag(parts, "other_parts"), on="area_code", how="left")
        .join(_flag(measures, "other_measure"), on=measure, how="left")
        .join(_flag(without_measure, "other_entry"), on=["commitment_id", "indicator_id"], how="left", nulls_equal=True)
    )


def _differing(earlier: Path, later: Path, mart: str, columns: list[str] | None) -> pl.DataFrame:
    """Rows of a table that only one of the folders has."""
    before, after = (pl.read_parquet(folder / f"{mart}.parquet", columns=columns) for folder in (earlier, later))
    return pl.concat(
        [
            one.join(other, on=one.columns, how="anti", nulls_equal=True)
            for one, other in ((before, after), (after, before))
        ]
    )


def _flag(keys: pl.DataFrame, name: str) -> pl.DataFrame:
    return keys.unique().with_columns(pl.lit(value=True).alias(name))


def _with_why(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add the reasons. Where parts of the area changed, its figures did too, so that is told before `revised data`."""
    changed_one = pl.col("change") == "changed"
    day, day_before = pl.col("day"), pl.col("day" + _BEFORE)
    is_later = changed_one & ((day > day_before) | (day.is_not_null() & day_before.is_null()))
    # Of a later period, only the baseline's figures can be held against those of before.
    revised = changed_one & pl.when(is_later).then(_any_other(_OF_BASELINE)).otherwise(
        _any_other([*_FIGURES, "answer"])
    )
    reasons = (
        ("new data", is_later),
        ("boundary change", pl.col("other_parts")),
        ("register change", pl.col("other_measure") | pl.col("other_entry").fill_null(value=False)),
        ("revised data", revised),
        ("rule change", changed_one & _any_other(["rule_version"])),
        # The figures shown are the same; those between them, which a trend rests on, need not be.
        ("revised data", changed_one & ~is_later & ~revised & _any_other(_VINTAGES)),
        ("new data", pl.col("change") == "new"),
        ("no longer given", pl.col("change") == "gone"),
    )
    found = pl.concat_list(pl.when(applies).then(pl.lit(reason)) for reason, applies in reasons).list.drop_nulls()
    others = pl.col("reasons").list.slice(1).list.join(", ")
    return pairs.with_columns(reasons=found).with_columns(
        why=pl.col("reasons").list.first().fill_null("changed rule"),
        also=pl.when(others != "").then(others),
    )


def _any_other(columns: list[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(name + _BEFORE)) for name in columns)
