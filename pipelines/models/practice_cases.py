# table: practice_cases
# inputs: accepted_answers
# key: area_code, topic, evidence_url
# contract: practice_cases
"""Cases that systems share: what it was about, what came of it, and where to read it."""

from collections.abc import Mapping

import polars as pl

from data_contracts.vocabulary import Question

_KEY = ["area_code", "topic", "evidence_url"]


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a system, topic and link, as the newest return that tells of it has it; a case shared once stays."""
    cases = inputs["accepted_answers"].filter(pl.col("question") == Question.CASE_SHARED)
    return (
        cases.select(
            pl.col("system_code").alias("area_code"),
            "topic",
            "outcome",
            "dated",
            pl.col("link").alias("evidence_url"),
            "as_at",
            "value_kind",
        )
        .sort("as_at", descending=True)
        .unique(_KEY, keep="first", maintain_order=True)
    )
