# table: funding_horizon
# inputs: accepted_posts, accepted_returns, areas, area_lineage, example_lineage, authority_overlaps
# key: area_code, quarter, basis, month
# contract: funding_horizon
"""How much WTE is funded, month by month for five years from each quarter's last day."""

from collections.abc import Mapping

import polars as pl

from pipelines.tenure.figures import horizon, of_inputs


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row an area, quarter, basis and month."""
    return horizon(of_inputs(inputs))
