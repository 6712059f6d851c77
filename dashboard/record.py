"""The calculation record of a status: everything it was worked out from, so that anyone can work it out again."""

import math
from typing import Any

from dashboard import queries
from dashboard.reader import Release
from data_contracts.registry.records import Indicator, measurable
from data_contracts.version import SOFTWARE

_DAYS_A_YEAR = 365.25
_DETECTABLE_Z = 1.645
_CHI_SQUARE = 9.54953570608324

Record = dict[str, Any]


def record(release: Release, status_id: str) -> Record | None:
    """The record of one status; None where the release has no such status.

    Growth is a fraction a year where the measure's form is compound, else in its unit; years are of 365.25 days.
    """
    row = queries.status_called(release, status_id)
    if row is None:
        return None
    indicator = measurable().get(row["indicator_id"] or "")
    return {
        "release_id": release.release_id,
        "status_id": status_id,
        "rule_version": row["rule_version"],
        "software_version": SOFTWARE,
        "history": "as now published",
        **{name: row[name] for name in ("commitment_id", "indicator_id", "area_code", "sex", "as_of_period")},
        "value_kind": row["value_kind"],
        "measure": _measure(indicator),
        "baseline": _point(row, "baseline"),
        "latest": _point(row, "latest"),
        "target": _target(row),
        "data_state": {"is": row["data_state"], "because": row["data_state_reason"]},
        "direction": _direction(row),
        "pace": _pace(row, indicator),
        "recent_trend": _trend(release, row, indicator),
        "variation": row["variation"],
        "assurance": row["assurance"],
        "england": _england(row),
        "earliest_change": {"is": row["earliest_change"], "because": row["earliest_change_reason"]},
        "smallest_detectable_change": {
            "is": row["smallest_detectable_change"],
            "rule": f"{_DETECTABLE_Z} x sqrt(baseline.standard_error^2 + latest.standard_error^2)",
        },
        "explanation": row["explanation"],
    }


def _measure(indicator: Indicator | None) -> Record | None:
    if indicator is None:
        return None
    return {
        "name": indicator.name,
        "unit": indicator.unit,
        "polarity": str(indicator.polarity),
        "decimals": indicator.decimals,
        "enumerated": indicator.enumerated,
        "growth": str(indicator.pace_form),
    }


def _point(row: Record, side: str) -> Record:
    return {
        "value": row[f"{side}_value"],
        "lower_95": row[f"{side}_lower_95"],
        "upper_95": row[f"{side}_upper_95"],
        "standard_error": row[f"{side}_standard_error"],
        "period": row[f"{side}_period"],
        "period_start": row[f"{side}_start"],
        "period_end": row[f"{side}_end"],
        "vintage": row[f"{side}_vintage"],
    }


def _target(row: Record) -> Record:
    """A target has the form of the other two points; it is said, not estimated."""
    return {
        "value": row["target_value"],
        "lower_95": None,
        "upper_95": None,
        "standard_error": None,
        "period": None,
        "period_start": None,
        "period_end": row["target_date"],
        "vintage": None,
    }


def _direction(row: Record) -> Record:
    return {
        "is": row["direction"],
        "z": _z(row) if row["direction_p"] is not None else None,
        "p": row["direction_p"],
        "rule": "z = (latest.value - baseline.value) / sqrt(baseline.standard_error^2 + latest.standard_error^2); a "
        "direction where the smaller tail p is under 0.05. A full count moves beyond 1% of the baseline. A target met "
        "needs no test.",
    }


def _z(row: Record) -> float:
    spread = math.hypot(row["baseline_standard_error"], row["latest_standard_error"])
    return float((row["latest_value"] - row["baseline_value"]) / spread)


def _pace(row: Record, indicator: Indicator | None) -> Record:
    return {
        "is": row["pace"],
        "ratio": row["pace_ratio"],
        "ratio_lower_95": row["pace_lower_95"],
        "ratio_upper_95": row["pace_upper_95"],
        "years_passed": _years(row["baseline_end"], row["latest_end"]),
        "years_given": _years(row["baseline_end"], row["target_date"]),
        "observed_a_year": row["recent_rate"],
        "required_from_now": row["required_from_now"],
        "years_to_target": row["years_to_target"],
        "because": row["pace_reason"],
        "rule": _pace_rule(indicator),
    }


def _pace_rule(indicator: Indicator | None) -> str | None:
    if indicator is None:
        return None
    growth = "(end / start)^(1 / years) - 1" if indicator.pace_form == "compound" else "(end - start) / years"
    return (
        f"growth a year = {growth}; ratio = growth from baseline to latest over growth from baseline to target; on "
        "track from 0.95, acceleration needed from 0.60, limited from 0, else deterioration; uncertain where its "
        "limits fall in different classes."
    )


def _years(start: Any, end: Any) -> float | None:
    return (end - start).days / _DAYS_A_YEAR if start and end else None


def _trend(release: Release, row: Record, indicator: Indicator | None) -> Record:
    """The trend and the points it rests on: the latest five with a value and limits, up to the as-of period."""
    points = []
    if row["trend_chi_square"] is not None and indicator is not None:
        points = queries.latest_points(release, row, most=5)
    return {
        "is": row["recent_trend"],
        "chi_square": row["trend_chi_square"],
        "slope": row["trend_slope"],
        "points": points,
        "because": row["trend_reason"],
        "rule": f"a line by least squares weighted by 1 / standard error^2; a trend where chi-squared exceeds "
        f"{_CHI_SQUARE} and the slope keeps its sign without any one point.",
    }


def _england(row: Record) -> Record:
    return {
        "baseline": {
            "value": row["england_baseline_value"],
            "standard_error": row["england_baseline_standard_error"],
        },
        "latest": {"value": row["england_value"], "standard_error": row["england_standard_error"]},
        "versus": {
            "is": row["versus_england"],
            "p": row["versus_england_p"],
            "rule": "two-sided z test of latest.value less England's on both standard errors, 95%",
        },
        "change_versus": {
            "is": row["change_versus_england"],
            "p": row["change_versus_england_p"],
            "rule": "the change of the area less England's over the same periods; two-sided z test on all four "
            "standard errors",
        },
    }
