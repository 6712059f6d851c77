# table: trigger_tests
# inputs: trigger_evaluations
# key: trigger_id, commitment_id, indicator_id, sex, as_of_end
# contract: trigger_tests
"""How many systems a trigger was tested on, on how many it fired, and how many chance alone would give."""

from collections.abc import Mapping

import polars as pl

from pipelines.triggers.spells import counts


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a trigger, commitment, measure, sex and as-of period."""
    return counts(inputs["trigger_evaluations"])
