# table: evidence
# inputs: clean_evidence
# key: commitment_id, area_code, as_at
# contract: evidence
"""Answers about commitments kept by acts and documents."""

from collections.abc import Mapping

import polars as pl


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a commitment, area and day; none where nobody has sent in any."""
    return inputs["clean_evidence"]
