# table: quarantine
# inputs: quarantined
# key: source_id, source_row, rule, column
# contract: quarantine
"""Rows at fault, with the rule each breaks and the row as received."""

from collections.abc import Mapping

import polars as pl


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per source row and rule."""
    return inputs["quarantined"]
