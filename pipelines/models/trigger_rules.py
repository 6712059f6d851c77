# table: trigger_rules
# inputs:
# key: trigger_id
# contract: trigger_rules
"""The triggers of the registry, as a table."""

from collections.abc import Mapping

import polars as pl

from data_contracts.marts import MARTS
from data_contracts.registry.records import triggers


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:  # noqa: ARG001  a registry needs no tables
    """One row a trigger."""
    return pl.DataFrame(
        [
            {
                "trigger_id": trigger_id,
                "version": trigger.version,
                "title": trigger.title,
                "owner": trigger.owner,
                "covers": " ".join(trigger.covers),
                "thresholds": ", ".join(f"{name} {number:g}" for name, number in trigger.threshold.items()),
                "reason": trigger.reason,
                "means": trigger.means,
                "does_not_mean": trigger.does_not_mean,
                "source": trigger.source,
                "source_url": trigger.source_url,
                "commitment_id": trigger.commitment,
            }
            for trigger_id, trigger in triggers().items()
        ],
        schema=MARTS["trigger_rules"].schema,
    )
