# table: evidence
# inputs: clean_evidence, accepted_answers
# key: commitment_id, area_code, as_at
# contract: evidence
"""Answers about commitments kept by acts and documents: from returns, and from a file of answers."""

from collections.abc import Mapping

import polars as pl

from pipelines.returns.evidence import evidence

_KEY = ["commitment_id", "area_code", "as_at"]


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a commitment, area and day; what a system itself returned for a day stands before a file's answer."""
    returned = evidence(inputs["accepted_answers"])
    others = inputs["clean_evidence"].join(returned, on=_KEY, how="anti")
    return pl.concat([returned, others.select(returned.columns)])
