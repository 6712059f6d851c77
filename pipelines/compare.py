"""What moved between two releases, why, and whether it is so much that a person must look first."""

from pathlib import Path

import polars as pl

from data_contracts.registry.records import PublishRules, indicators
from pipelines import status_changes
from pipelines.faults import Problem

_KEY = ["indicator_id", "area_code", "sex", "breakdown", "period_label"]

CHANGES = pl.Schema(
    {
        "mart": pl.String,
        "indicator_id": pl.String,
        "area_code": pl.String,
        "sex": pl.String,
        "breakdown": pl.String,
        "period_label": pl.String,
        "change": pl.String,
        "why": pl.String,
        "earlier_value": pl.Float64,
        "value": pl.Float64,
        "beyond_interval": pl.Boolean,
        # of statuses only
        "status_id": pl.String,
        "commitment_id": pl.String,
        "layer": pl.String,
        "earlier": pl.String,
        "later": pl.String,
        "earlier_period": pl.String,
        "also": pl.String,
        "is_latest": pl.Boolean,
    }
)


def nothing_before() -> pl.DataFrame:
    """The changes of a first release: there is nothing to compare it with."""
    return pl.DataFrame(schema=CHANGES)


def changes(earlier: Path, later: Path) -> pl.DataFrame:
    """Every figure that is new, gone or revised between the marts in two folders, then every status that changed."""
    every = [pl.DataFrame(schema=CHANGES), _figure_changes(earlier, later), status_changes.changed(earlier, later)]
    return pl.concat(every, how="diagonal").select(list(CHANGES))


def of_figures(changes: pl.DataFrame) -> pl.DataFrame:
    """The changes that are of figures."""
    return changes.filter(pl.col("mart") == "observations")


def of_statuses(changes: pl.DataFrame) -> pl.DataFrame:
    """The changes that are of statuses."""
    return changes.filter(pl.col("mart") == "statuses")


def _figure_changes(earlier: Path, later: Path) -> pl.DataFrame:
    """Every figure that is new, gone or revised.

    `beyond_interval`: the new value lies outside the earlier value's limits; for values without limits, it differs
    by more than the digits shown.
    """
    before = _figures(earlier, "earlier_")
    after = _figures(later, "")
    both = before.join(after, on=_KEY, how="full", coalesce=True)
    shown = pl.col("indicator_id").replace_strict(
        {id_: 0.5 * 10.0**-indicator.decimals for id_, indicator in indicators().items()},
        default=0.0,
        return_dtype=pl.Float64,
    )
    moved = (pl.col("value") - pl.col("earlier_value")).abs()
    outside = (pl.col("value") < pl.col("earlier_lower_95")) | (pl.col("value") > pl.col("earlier_upper_95"))
    was_absent = pl.col("earlier_source_id").is_null()
    is_absent = pl.col("source_id").is_null()
    same = pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(f"earlier_{name}")) for name in ("value", "lower_95", "upper_95")
    )
    return (
        both.filter(was_absent | is_absent | ~same)
        .select(
            *_KEY,
            "earlier_value",
            "value",
            mart=pl.lit("observations"),
            change=pl.when(was_absent)
            .then(pl.lit("new"))
            .when(is_absent)
            .then(pl.lit("gone"))
            .otherwise(pl.lit("revised")),
            why=pl.when(was_absent)
            .then(pl.lit("new data"))
            .when(is_absent)
            .then(pl.lit("no longer given"))
            .when(pl.col("vintage") != pl.col("earlier_vintage"))
            .then(pl.lit("revised data"))
            .otherwise(pl.lit("changed rule")),
            beyond_interval=pl.when(pl.col("earlier_lower_95").is_null())
            .then(moved > shown)
            .otherwise(outside)
            .fill_null(value=False),
        )
        .sort(*_KEY)
    )


def _figures(folder: Path, prefix: str) -> pl.DataFrame:
    names = ["value", "lower_95", "upper_95", "source_id", "vintage"]
    frame = pl.read_parquet(folder / "observations.parquet", columns=[*_KEY, *names])
    return frame.rename({name: prefix + name for name in names})


def stops(earlier: Path, later: Path, moved: pl.DataFrame, rules: PublishRules) -> list[Problem]:
    """Reasons to stop and ask before publishing; none where nothing alarming moved.

    A new period never stops it, nor does a status by itself: it is the figures that are right or wrong.
    """
    before = _figures(earlier, "")
    after = _figures(later, "")
    problems: list[Problem] = []

    def stop(rule: str, found: str, expected: str) -> None:
        todo = 'look at the report; if it is right, run again with --accept-changes "REASON"'
        problems.append(Problem(rule=rule, where="the new release", found=found, expected=expected, todo=todo))

    for column, what in (("indicator_id", "indicators"), ("area_code", "areas")):
        held = before.filter(pl.col("value").is_not_null())
        gone = sorted(set(held[column]) - set(after.filter(pl.col("value").is_not_null())[column]))
        if gone:
            stop(
                "vanished", f"{what} with no figure any more: {_some(gone)}", f"every one of the {what} of the earlier"
            )
    revised = of_figures(moved).filter(pl.col("change") == "revised")
    in_both = before.drop_nulls("value").join(after.drop_nulls("value"), on=_KEY, how="semi").height
    beyond = revised.filter("beyond_interval")
    if in_both and beyond.height > rules.moved_share * in_both:
        stop(
            "moved",
            f"{beyond.height:,} of {in_both:,} values moved beyond their own interval, for example {_example(beyond)}",
            f"at most {rules.moved_share:.0%}",
        )
    flipped = revised.filter(pl.col("value") * pl.col("earlier_value") < 0)
    if flipped.height:
        stop("sign", f"{flipped.height:,} values changed sign, for example {_example(flipped)}", "none")
    return problems


def _example(rows: pl.DataFrame) -> str:
    row = rows.row(0, named=True)
    return (
        f"{row['indicator_id']}, {row['area_code']}, {row['sex']}, {row['period_label']}: "
        f"{row['earlier_value']} to {row['value']}"
    )


def _some(names: list[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
