# table: commitments
# inputs:
# key: commitment_id
# contract: commitments
"""The register of commitments, as a table."""

from collections.abc import Mapping

import polars as pl

from data_contracts.marts import MARTS
from data_contracts.registry.records import commitments


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:  # noqa: ARG001  a registry needs no tables
    """One row a commitment, in the register's order of standing."""
    return pl.DataFrame(
        [
            {
                "commitment_id": commitment_id,
                "standing": str(entry.standing),
                "lever": str(entry.lever),
                "title": entry.title,
                "statement": entry.statement,
                "said_by": entry.said_by,
                "source_url": entry.source_url,
                "source_place": entry.source_place,
                "said_on": entry.said_on,
                "in_force": str(entry.in_force),
                "superseded_by": entry.superseded_by,
                "measures": " ".join(entry.measures) or None,
                "baseline": entry.baseline,
                "target": entry.target,
                "deadline": entry.deadline,
                "review_cycle": entry.review_cycle,
                "version": entry.version,
                "kept_by": str(entry.kept_by),
                "rivals": " ".join(entry.rivals) or None,
                "unsure": " ".join(entry.unsure) or None,
            }
            for commitment_id, entry in commitments().items()
        ],
        schema=MARTS["commitments"].schema,
    )
