# table: control_charts
# inputs: observations
# key: indicator_id, area_code, sex, breakdown, period_label
# contract: control_charts
"""Control charts of every monthly and quarterly series that does not add up: XmR, as Making Data Count draws them."""

from collections.abc import Mapping

import polars as pl

from data_contracts.registry.records import indicators
from data_contracts.vocabulary import PeriodKind, Polarity
from metrics.spc import Improvement, xmr

#: A series of fewer points has trial limits.
FEWEST_POINTS = 12

_SERIES = ["indicator_id", "area_code", "sex", "breakdown"]
IMPROVEMENT: dict[Polarity, Improvement] = {
    Polarity.HIGH_IS_GOOD: "increase",
    Polarity.LOW_IS_GOOD: "decrease",
    Polarity.NO_JUDGEMENT: "neutral",
}


def charted() -> dict[str, Polarity]:
    """The indicators that have control charts, and which way each is better."""
    often = (PeriodKind.MONTH, PeriodKind.QUARTER)
    return {id_: indicator.polarity for id_, indicator in indicators().items() if indicator.period_kind in often}


def rows_read() -> dict[str, pl.Expr]:
    """Of all observations, those of the series charted."""
    return {"observations": pl.col("indicator_id").is_in(list(charted()))}


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a point with a value: the mean and limits of its whole series, never rebased, and what the point is."""
    points = inputs["observations"].select(
        *_SERIES, "period_label", "period_start", "period_end", "value", "value_kind"
    )
    found = []
    for polarity, improvement in IMPROVEMENT.items():
        ids = [id_ for id_, good in charted().items() if good is polarity]
        # A point without a value stays while the chart is drawn, since it ends a run; then there is nothing to show.
        series = points.filter(pl.col("indicator_id").is_in(ids)).sort(*_SERIES, "period_end")
        found.append(xmr(series, date="period_end", value="value", by=_SERIES, improvement=improvement))
    charts = pl.concat(found).with_columns(points=pl.col("value").count().over(_SERIES).cast(pl.Int64))
    return charts.filter(pl.col("value").is_not_null() & pl.col("upper_limit").is_not_null()).select(
        *_SERIES,
        "period_label",
        "period_start",
        "period_end",
        "value",
        "value_kind",
        pl.col("mean").alias("centre_line"),
        "lower_limit",
        "upper_limit",
        pl.col("special_cause_type").alias("special_cause"),
        "point_type",
        "points",
        trial_limits=pl.col("points") < FEWEST_POINTS,
    )
