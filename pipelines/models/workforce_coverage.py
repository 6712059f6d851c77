# table: workforce_coverage
# inputs: accepted_posts, accepted_returns, areas, area_lineage, example_lineage, authority_overlaps
# key: area_code, quarter, role_family, measure
# contract: workforce_coverage
"""How many systems, and posts, each figure of a total is taken over: those of which it may be shown."""

from collections.abc import Mapping

import polars as pl

from pipelines.tenure.figures import coverage, of_inputs


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a region or England, quarter, role family and measure."""
    return coverage(of_inputs(inputs))
