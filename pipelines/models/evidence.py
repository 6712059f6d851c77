# table: evidence
# inputs:
# key: commitment_id, area_code, as_at
# contract: evidence
"""Answers about commitments kept by acts and documents."""

from collections.abc import Mapping

import polars as pl

from data_contracts.marts import MARTS


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:  # noqa: ARG001
    """One row a commitment, area and day."""
    return pl.DataFrame(schema=MARTS["evidence"].schema)
