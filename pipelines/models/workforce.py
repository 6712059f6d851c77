# table: workforce
# inputs: accepted_posts, accepted_returns, areas, area_lineage, example_lineage, authority_overlaps, calendar
# key: area_code, quarter, role_family
# contract: workforce
"""Posts, vacancies and how long their funding lasts, as far as they may be shown."""

from collections.abc import Mapping

import polars as pl

from pipelines.tenure.due import coverage
from pipelines.tenure.figures import ALL, AREA, of_inputs, unplaced, workforce


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row an area, quarter and role family; of a total also how many systems it is of."""
    held = of_inputs(inputs)
    rows = pl.concat([workforce(held).drop("systems"), unplaced(held, inputs["areas"])], how="diagonal")
    of = coverage(inputs["accepted_returns"], inputs["areas"], inputs["calendar"]["as_of"].item())
    return rows.join(of.with_columns(role_family=pl.lit(ALL)), on=[*AREA, "role_family"], how="left")
