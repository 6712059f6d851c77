# table: agreements
# inputs: accepted_answers
# key: area_code, topic, agreed_role
# contract: agreements
"""Who leads, advises and informs, and where partners collaborate, by topic: as each system's newest return has it."""

from collections.abc import Mapping

import polars as pl

from data_contracts.vocabulary import AGREEMENTS
from pipelines.returns.evidence import newest_of_each


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a system, topic and role that was answered about; none where nobody returned any."""
    answers = newest_of_each(inputs["accepted_answers"]).filter(pl.col("question").is_in(list(AGREEMENTS)))
    return answers.select(
        pl.col("system_code").alias("area_code"),
        "topic",
        pl.col("question").str.strip_prefix("agreement_to_").alias("agreed_role"),
        "answer",
        "dated",
        pl.col("link").alias("evidence_url"),
        "as_at",
        "value_kind",
    )
