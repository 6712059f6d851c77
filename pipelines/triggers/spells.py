"""From what fired on each as-of period to spells of firing, and to how many fired of how many."""

import polars as pl

from data_contracts.registry.records import triggers
from data_contracts.vocabulary import Cleared

#: What a trigger is asked of.
ASKED = ["trigger_id", "commitment_id", "indicator_id", "sex"]
_KEY = [*ASKED, "area_code"]
_PERIOD = [*ASKED, "as_of_end"]


def spells(evaluated: pl.DataFrame) -> pl.DataFrame:
    """One row a spell: as-of periods in a row on which a trigger fired on one system.

    It ends with the first period on which it does not fire, be it that it passed or that it could not be tested.
    """
    fires = pl.col("fired").fill_null(value=False)
    next_fired = pl.col("fired").shift(-1).over(_KEY)
    rows = evaluated.sort(*_KEY, "as_of_end").with_columns(
        starts=fires & ~fires.shift(1, fill_value=False).over(_KEY), next_end=pl.col("as_of_end").shift(-1).over(_KEY)
    )
    rows = rows.with_columns(
        spell=pl.col("starts").cum_sum().over(_KEY),
        cleared_why=pl.when(pl.col("next_end").is_not_null()).then(
            pl.when(next_fired.is_null()).then(pl.lit(str(Cleared.NOT_TESTED))).otherwise(pl.lit(str(Cleared.PASSED)))
        ),
    ).filter(fires)
    last = [name for name in rows.columns if name not in {*_KEY, "spell", "next_end"}]
    found = (
        rows.group_by(*_KEY, "spell", maintain_order=True)
        .agg(
            *(pl.col(name).last() for name in last),
            fired_since=pl.col("as_of_end").first(),
            cleared_on=pl.col("next_end").last(),
        )
        .drop("fired")
    )
    counted = counts(evaluated).select(*_PERIOD, "tested", "fired", "expected_by_chance")
    found = found.join(counted, on=_PERIOD, how="left", nulls_equal=True)
    versions = {trigger_id: trigger.version for trigger_id, trigger in triggers().items()}
    return found.with_columns(
        version=pl.col("trigger_id").replace_strict(versions, return_dtype=pl.Int64), firing_id=_firing_id()
    )


def counts(evaluated: pl.DataFrame) -> pl.DataFrame:
    """How many systems were tested on each as-of period, on how many it fired, and how many chance alone would give."""
    tested = pl.col("fired").is_not_null()
    known = pl.col("chance").filter(tested)
    return (
        evaluated.group_by(*_PERIOD, "as_of_period", "standing", maintain_order=True)
        .agg(
            pl.col("threshold").first(),
            tested=tested.sum().cast(pl.Int64),
            fired=pl.col("fired").sum().cast(pl.Int64),
            expected_by_chance=pl.when(known.is_not_null().all() & (known.len() > 0)).then(known.sum()),
        )
        .with_columns(is_latest=pl.col("as_of_end") == pl.col("as_of_end").max().over(ASKED))
    )


def _firing_id() -> pl.Expr:
    """Readable, and the same in every release: what fired where, and since when, joined by dots."""
    return pl.concat_str(
        ["trigger_id", "area_code", "commitment_id", "indicator_id", "sex", pl.col("fired_since").cast(pl.String)],
        separator=".",
        ignore_nulls=True,
    )
