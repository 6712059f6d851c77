# table: indicators
# inputs:
# key: indicator_id
# contract: indicators
"""The indicators of the registry and the gaps commitments are judged by, as a table."""

from collections.abc import Mapping

import polars as pl

from data_contracts.registry.records import measurable


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:  # noqa: ARG001  a registry needs no tables
    """One row an indicator."""
    return pl.DataFrame(
        [
            {
                "indicator_id": indicator_id,
                "name": indicator.name,
                "unit": indicator.unit,
                "polarity": str(indicator.polarity),
                "value_type": str(indicator.value_type),
                "decimals": indicator.decimals,
                "pace_form": str(indicator.pace_form),
                "short_name": indicator.short_name,
                "definition": indicator.definition,
                "period_kind": str(indicator.period_kind),
                "periods_overlap": indicator.periods_overlap,
                "cumulative": indicator.cumulative,
                "enumerated": indicator.enumerated,
                "combinable": indicator.combinable,
                "sexes": " ".join(indicator.sexes),
                "geographies": " ".join(indicator.geographies),
                "small_number_rule": indicator.small_number_rule,
                "method": indicator.method,
                "source_id": indicator.source,
                "topic": indicator.topic,
                "lever": str(indicator.lever),
                "headline": indicator.headline,
            }
            for indicator_id, indicator in measurable().items()
        ]
    )
