# table: sources
# inputs: accounting
# key: source_id
# contract: sources
"""The sources of the registry with the vintage in use and what became of its rows."""

from collections.abc import Mapping

import polars as pl

from data_contracts.registry.records import sources


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a source in use; a source there may be none of has no row until there is."""
    registry = pl.DataFrame(
        [
            {
                "source_id": source_id,
                "publisher": source.publisher,
                "title": source.title,
                "source_url": source.url,
                "licence": source.licence,
                "attribution": source.attribution,
                "cadence": source.cadence,
                "usual_lag_months": source.usual_lag_months,
                "caveats": source.caveats,
            }
            for source_id, source in sources().items()
        ]
    )
    return registry.join(inputs["accounting"], on="source_id", maintain_order="left").filter(
        pl.col("vintage").is_not_null()
    )
