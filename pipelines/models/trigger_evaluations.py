# table: trigger_evaluations
# inputs: areas, statuses, gaps, evidence, workforce, returns_received
# key: trigger_id, commitment_id, indicator_id, sex, area_code, as_of_end
# contract: none
"""Every trigger asked of every system of today as of every period: what the spells and the counts are made from."""

from collections.abc import Mapping

import polars as pl

from data_contracts.vocabulary import GapId
from pipelines.triggers.held import held
from pipelines.triggers.rules import evaluated


def rows_read() -> dict[str, pl.Expr]:
    """Of all statuses those with a measure, and of all gaps those inside systems."""
    return {
        "statuses": pl.col("area_code").str.starts_with("E54") & pl.col("as_of_period").is_not_null(),
        "gaps": pl.col("gap_id") == str(GapId.SYSTEM_SLOPE),
    }


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a trigger, commitment, measure, sex, system and as-of period."""
    return evaluated(held(inputs))
