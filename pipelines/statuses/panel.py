"""Which statuses there are: each measure of a commitment, for every area and as-of period, with its two points."""

import datetime as dt

import polars as pl

from data_contracts.registry.records import Commitment, Measure, commitments, measurable, sources
from data_contracts.vocabulary import AreaType, MeasuredWhere
from pipelines.geography import ENGLAND, REGION

_MEASURE = ["commitment_id", "indicator_id", "sex"]

MEASURES = pl.Schema(
    {
        "commitment_id": pl.String,
        "indicator_id": pl.String,
        "sex": pl.String,
        "measured_where": pl.String,
        "baseline_period": pl.String,
        "target_value": pl.Float64,
        "target_change": pl.Float64,
        "target_date": pl.Date,
        "why_baseline": pl.String,
        "said_from": pl.Date,
        "form": pl.String,
        "polarity": pl.String,
        "enumerated": pl.Boolean,
        "cumulative": pl.Boolean,
        "value_type": pl.String,
        "period_kind": pl.String,
        "lag_months": pl.Int64,
        "decimals": pl.Int64,
    }
)


def measures() -> pl.DataFrame:
    """One row a commitment, measure and sex, with what the rules must know of the measure."""
    rows = [
        _measure_row(commitment_id, commitment, measure, str(sex))
        for commitment_id, commitment in commitments().items()
        for measure in commitment.measure
        for sex in measure.sexes or measurable()[measure.indicator].sexes
    ]
    return pl.DataFrame(rows, schema=MEASURES)


def _measure_row(commitment_id: str, commitment: Commitment, measure: Measure, sex: str) -> dict[str, object]:
    indicator, target = measurable()[measure.indicator], measure.target
    return {
        "commitment_id": commitment_id,
        "indicator_id": measure.indicator,
        "sex": sex,
        "measured_where": str(measure.where),
        "baseline_period": measure.baseline,
        "target_value": target.value if target else None,
        "target_change": target.change if target else None,
        "target_date": target.by if target else None,
        "why_baseline": measure.why,
        "said_from": first_day(commitment.said_on) if commitment.said_on else None,
        "form": str(indicator.pace_form),
        "polarity": str(indicator.polarity),
        "enumerated": indicator.enumerated,
        "cumulative": indicator.cumulative,
        "value_type": str(indicator.value_type),
        "period_kind": str(indicator.period_kind),
        "lag_months": sources()[indicator.source].usual_lag_months,
        "decimals": indicator.decimals,
    }


def first_day(said: str) -> dt.date:
    """First day of a day, month or year as the register writes it.

    >>> first_day("2019-07"), first_day("2025-05-02")
    (datetime.date(2019, 7, 1), datetime.date(2025, 5, 2))
    """
    year, month, day = (*said.split("-"), "1", "1")[:3]
    return dt.date(int(year), int(month), int(day))


def panel(points: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """One row a status: the measure's columns, the area, the as-of period, and both points of the area and of England.

    The rule is replayed as of every period after the baseline and, of what was said on a day, none that ended before
    that day; the last period held is always there. An authority that ended has no status after its end.
    """
    asked = _as_of(points)
    rows = asked.join(_areas_of(points), on=["indicator_id", "sex"]).filter(_is_measured_there())
    rows = rows.join(
        areas.select("area_code", "area_type", "valid_to"), on="area_code", how="left", maintain_order="left"
    ).filter(_exists_then())
    return _with_points(rows, points).with_columns(
        target_value=pl.coalesce("target_value", pl.col("england_baseline_value") + pl.col("target_change"))
    )


def _as_of(points: pl.DataFrame) -> pl.DataFrame:
    """Each measure with the periods it is judged as of."""
    periods = points.select("indicator_id", "sex", "period_label", "period_start", "period_end").unique()
    baselines = periods.rename(
        {"period_label": "baseline_period", "period_start": "baseline_start", "period_end": "baseline_end"}
    )
    asked = (
        measures()
        .join(baselines, on=["indicator_id", "sex", "baseline_period"], how="left")
        .join(
            periods.rename({"period_label": "as_of_period", "period_start": "as_of_start", "period_end": "as_of_end"}),
            on=["indicator_id", "sex"],
        )
        .with_columns(is_latest=pl.col("as_of_end") == pl.col("as_of_end").max().over(_MEASURE))
    )
    after = (pl.col("as_of_end") > pl.col("baseline_end")) & (
        pl.col("said_from").is_null() | (pl.col("as_of_end") >= pl.col("said_from"))
    )
    return asked.filter(pl.col("is_latest") | after)


def _areas_of(points: pl.DataFrame) -> pl.DataFrame:
    """Areas with a row in the series, and England always: where nothing is published for it, that is said."""
    held = points.select("indicator_id", "sex", "area_code")
    return pl.concat([held, held.with_columns(area_code=pl.lit(ENGLAND))]).unique()


def _is_measured_there() -> pl.Expr:
    where, area = pl.col("measured_where"), pl.col("area_code")
    return (
        pl.when(where == str(MeasuredWhere.ENGLAND))
        .then(area == ENGLAND)
        .when(where == str(MeasuredWhere.REGIONS))
        .then((area == ENGLAND) | area.str.starts_with(REGION))
        .otherwise(statement=True)
    )


def _exists_then() -> pl.Expr:
    """Systems of an earlier footprint keep their statuses: any series is held on either footprint."""
    return (
        (pl.col("area_type") == str(AreaType.ICB))
        | pl.col("valid_to").is_null()
        | (pl.col("valid_to") >= pl.col("as_of_end"))
    )


def _with_points(rows: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """Add the point of the baseline and of the as-of period, the area's own and England's."""
    own = ["indicator_id", "area_code", "sex"]
    point = {
        "value": "value",
        "lower_95": "lower_95",
        "upper_95": "upper_95",
        "standard_error": "standard_error",
        "vintage": "vintage",
        "value_symbol": "symbol",
        "note": "note",
        "value_kind": "kind",
        "lowest_value": "lowest",
    }
    for side, label in (("baseline", "baseline_period"), ("latest", "as_of_period")):
        found = points.select(
            *own,
            pl.col("period_label").alias(label),
            *(pl.col(name).alias(f"{side}_{short}") for name, short in point.items()),
        )
        rows = rows.join(found, on=[*own, label], how="left")
    england = points.filter(pl.col("area_code") == ENGLAND)
    for side, label in (("england_baseline", "baseline_period"), ("england", "as_of_period")):
        found = england.select(
            "indicator_id",
            "sex",
            pl.col("period_label").alias(label),
            *(pl.col(name).alias(f"{side}_{name}") for name in ("value", "lower_95", "upper_95", "standard_error")),
        )
        rows = rows.join(found, on=["indicator_id", "sex", label], how="left")
    return rows.with_columns(latest_period="as_of_period", latest_start="as_of_start", latest_end="as_of_end").sort(
        *_MEASURE, "area_code", "as_of_end"
    )
