# table: statuses
# inputs: observations, gaps, areas, evidence, workforce, workforce_coverage
# key: commitment_id, indicator_id, area_code, sex, as_of_period
# contract: statuses
"""The status of every commitment for every area and as-of period it can be judged for, and why not of the others."""

from collections.abc import Mapping

import polars as pl

from data_contracts.registry.records import commitments, gap_measures
from data_contracts.version import STATUS_RULES
from pipelines.statuses.explain import with_explanation
from pipelines.statuses.layers import with_layers
from pipelines.statuses.panel import panel
from pipelines.statuses.series import points
from pipelines.statuses.told import told


def rows_read() -> dict[str, pl.Expr]:
    """Of all observations, those of the measures commitments are judged by, and those whose gaps are such measures."""
    wanted = _wanted()
    within = {measure.of for measure_id, measure in gap_measures().items() if measure_id in wanted}
    return {"observations": pl.col("indicator_id").is_in(sorted(wanted | within))}


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a commitment, measure, area, sex and as-of period."""
    series = points(inputs["observations"], inputs["gaps"], _wanted())
    judged = with_explanation(with_layers(panel(series, inputs["areas"]), series))
    untested = told(inputs["evidence"], inputs["workforce"], inputs["workforce_coverage"], inputs["areas"])
    every = pl.concat([judged, *untested], how="diagonal")
    return every.with_columns(
        status_id=_status_id(),
        value_kind=pl.col("latest_kind"),
        rule_version=pl.lit(STATUS_RULES),
    )


def _wanted() -> set[str]:
    return {indicator_id for entry in commitments().values() for indicator_id in entry.measures}


def _status_id() -> pl.Expr:
    """Readable, and the same in every release: what the row is about, joined by dots."""
    period = pl.col("as_of_period").str.replace_all(r"[^0-9A-Za-z]+", "-")
    return pl.concat_str(
        ["commitment_id", "indicator_id", "area_code", "sex", period], separator=".", ignore_nulls=True
    )
