# table: triggers
# inputs: trigger_evaluations
# key: trigger_id, area_code, commitment_id, indicator_id, sex, fired_since
# contract: triggers
"""Where a trigger fires or has fired, since when and until when, with its evidence."""

from collections.abc import Mapping

import polars as pl

from pipelines.triggers.spells import spells


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a spell of firing."""
    return spells(inputs["trigger_evaluations"])
