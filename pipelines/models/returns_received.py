# table: returns_received
# inputs: accepted_returns, areas, area_lineage, example_lineage, calendar
# key: area_code, quarter
# contract: returns_received
"""Who has returned which quarter, in time or late, and whose return is overdue."""

from collections.abc import Mapping

import polars as pl

from pipelines.tenure.due import received
from pipelines.tenure.figures import lineage_of


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a system and quarter it is expected to return."""
    as_of = inputs["calendar"]["as_of"].item()
    return received(inputs["accepted_returns"], inputs["areas"], lineage_of(inputs), as_of)
