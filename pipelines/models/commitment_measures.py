# table: commitment_measures
# inputs:
# key: commitment_id, indicator_id, sex
# contract: commitment_measures
"""What each commitment is judged by, as a table."""

from collections.abc import Mapping

import polars as pl

from pipelines.statuses.panel import measures


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:  # noqa: ARG001  a registry needs no tables
    """One row a commitment, measure and sex."""
    return measures()
