# table: evidence
# inputs: clean_evidence, accepted_answers, workforce, areas
# key: commitment_id, area_code, as_at
# contract: evidence
"""Answers about commitments no figure tests: from returns and the posts in them, and from a file of answers."""

from collections.abc import Mapping

import polars as pl

from pipelines.returns.evidence import evidence, joint_posts

_KEY = ["commitment_id", "area_code", "as_at"]


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a commitment, area and day; what a system itself returned for a day stands before a file's answer."""
    counted = joint_posts(inputs["workforce"], inputs["areas"])
    returned = pl.concat([evidence(inputs["accepted_answers"]), counted])
    others = inputs["clean_evidence"].join(returned, on=_KEY, how="anti")
    return pl.concat([returned, others.select(returned.columns)])
