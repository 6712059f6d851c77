"""Statuses worked by hand, a few figures each: what the rules of the register say, layer by layer.

What is expected is worked out here from the figures with plain arithmetic, never by the code that is tested.
"""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from data_contracts.registry import records
from pipelines.geography import ENGLAND
from pipelines.models import statuses
from pipelines.statuses.panel import measures
from tests.builders.statuses import (
    NORTH_EAST,
    SYSTEM,
    Figure,
    Question,
    areas,
    columns_of,
    figure,
    judge,
    judge_all,
    judged,
    observed,
    region_gaps,
    status,
)

SMOKING = "adult-smoking"  # low is good, compound, calendar years, one decimal
CANCER = "early-cancer-diagnosis"  # high is good, linear, calendar years, one decimal
HLE = "healthy-life-expectancy"  # high is good, three years, one decimal
CVD = "preventable-cvd-mortality"  # low is good, three years
POVERTY = "child-poverty-before-housing-costs"  # low is good, a full count
LITERACY = "early-years-literacy"  # high is good, a full count
ASTHMA = "recorded-asthma"  # no judgement, a full count
GP_SMOKING = "gp-patient-smoking"  # its series was severed on 1 January 2018
HEALTH_CHECKS = "nhs-health-checks"  # cumulative

BY_2028, BY_2030 = dt.date(2028, 12, 31), dt.date(2030, 12, 31)


def tail(z: float) -> float:
    """The smaller tail of the standard normal."""
    return math.erfc(abs(z) / math.sqrt(2)) / 2


def root(*errors: float) -> float:
    return math.sqrt(sum(error * error for error in errors))


@dataclass(frozen=True, kw_only=True)
class Case:
    """A few figures and what is to come out; what is not named is not asked."""

    name: str
    question: Question
    expect: Mapping[str, object]


def case(
    name: str,
    of: str,
    *figures: Figure,
    baseline: str,
    target: float | None = None,
    by: dt.date | None = None,
    **expect: object,
) -> Case:
    question = Question(indicator_id=of, figures=figures, baseline=baseline, target=target, by=by)
    return Case(name=name, question=question, expect=expect)


def assert_says(row: Mapping[str, object], expect: Mapping[str, object]) -> None:
    for column, wanted in expect.items():
        if isinstance(wanted, float):
            assert row[column] == pytest.approx(wanted, rel=1e-9, abs=1e-12), column
        elif isinstance(wanted, tuple):
            assert all(part in str(row[column]) for part in wanted), (column, row[column])
        else:
            assert row[column] == wanted, (column, row[column])


# --- the data state, and which goes before which ----------------------------------------------------------

ENGLAND_HAS = (figure("2018", 55.0, 0.1, area=ENGLAND), figure("2022", 56.0, 0.1, area=ENGLAND))
NO_STATUS: dict[str, object] = {"direction": None, "direction_p": None, "pace": None}

DATA_STATES = [
    case("both have limits", CANCER, figure("2018", 55.0, 1.0), figure("2022", 56.0, 1.0), baseline="2018",
         data_state="ok", data_state_reason=None),
    case("a symbol that is no doubt does no harm", CANCER, figure("2018", 55.0, 1.0, symbol="[p]"),
         figure("2022", 56.0, 1.0, symbol="[e]", kind="estimate"), baseline="2018", data_state="ok"),
    case("no row for the latest period", CANCER, figure("2018", 55.0, 1.0), *ENGLAND_HAS, baseline="2018",
         data_state="no_data", data_state_reason="No figure for 2022: none is published for this area.", **NO_STATUS),
    case("the latest is not available, and its note says why", CANCER, figure("2018", 55.0, 1.0),
         figure("2022", symbol="[x]", note="The publisher gives no figure."), baseline="2018",
         data_state="no_data", data_state_reason="No figure for 2022: the publisher gives no figure.", **NO_STATUS),
    case("the latest is withheld", CANCER, figure("2018", 55.0, 1.0), figure("2022", symbol="[c]"), baseline="2018",
         data_state="suppressed", **NO_STATUS),
    case("the latest is withheld as of low reliability", CANCER, figure("2018", 55.0, 1.0),
         figure("2022", symbol="[u]", note="The publisher marks it as of low reliability."), baseline="2018",
         data_state="suppressed", **NO_STATUS),
    case("the baseline is withheld", CANCER, figure("2018", symbol="[c]", note="Withheld."), figure("2022", 56.0, 1.0),
         baseline="2018", data_state="suppressed",
         data_state_reason="No figure for the baseline, 2018: withheld.", **NO_STATUS),
    case("no row for the baseline", CANCER, figure("2022", 56.0, 1.0), *ENGLAND_HAS, baseline="2018",
         data_state="no_data",
         data_state_reason="No figure for the baseline, 2018: none is published for this area.", **NO_STATUS),
    case("nobody has the baseline", CANCER, figure("2021", 55.0, 1.0), figure("2022", 56.0, 1.0), baseline="2018",
         data_state="no_data", **NO_STATUS),
    case("the latest is said before the baseline", CANCER, figure("2018", symbol="[c]"), figure("2022", symbol="[x]"),
         baseline="2018", data_state="no_data", data_state_reason=("No figure for 2022",), **NO_STATUS),
    case("no figure goes before a made-up one", CANCER, figure("2018", 55.0, 1.0, kind="illustrative"),
         figure("2022", symbol="[x]", kind="illustrative"), baseline="2018", data_state="no_data", **NO_STATUS),
    case("made up", CANCER, figure("2018", 55.0, 1.0), figure("2022", 65.0, 1.0, kind="illustrative"),
         baseline="2018", data_state="illustrative", data_state_reason=("ILLUSTRATIVE",), **NO_STATUS),
    case("made up goes before a cumulative series", HEALTH_CHECKS, figure("to 2024/25 Q4", 20.0, kind="illustrative"),
         figure("to 2025/26 Q3", 30.0), baseline="to 2024/25 Q4", data_state="illustrative", **NO_STATUS),
    case("made up goes before an overlap", HLE, figure("2017 to 2019", 60.0, 1.0),
         figure("2018 to 2020", 65.0, 1.0, kind="illustrative"), baseline="2017 to 2019", data_state="illustrative",
         **NO_STATUS),
    case("each period includes the earlier", HEALTH_CHECKS, figure("to 2024/25 Q4", 20.0),
         figure("to 2025/26 Q3", 30.0), baseline="to 2024/25 Q4", data_state="not_comparable",
         data_state_reason=("includes the earlier",), **NO_STATUS),
    case("a severed series", GP_SMOKING, figure("2017", 15.0, 0.1), figure("2019", 10.0, 0.1), baseline="2017",
         data_state="not_comparable", data_state_reason=("sample changed in 2018",), **NO_STATUS),
    case("both after the severing", GP_SMOKING, figure("2018", 15.0, 0.1), figure("2019", 10.0, 0.1), baseline="2018",
         data_state="ok", direction="improving"),
    case("a change of method that does not sever", SMOKING, figure("2018", 14.0, 0.2), figure("2021", 13.0, 0.2),
         baseline="2018", data_state="ok", direction="improving"),
    case("split authorities over a quarter", CANCER, figure("2018", 55.0, 1.0), figure("2022", 65.0, 1.0, symbol="[u]"),
         baseline="2018", data_state="not_comparable", data_state_reason=("over a quarter",), **NO_STATUS),
    case("split authorities at the baseline", CANCER, figure("2018", 55.0, 1.0, symbol="[u]"),
         figure("2022", 65.0, 1.0), baseline="2018", data_state="not_comparable", **NO_STATUS),
    case("a severed series is said before split authorities", GP_SMOKING, figure("2017", 15.0, 0.1),
         figure("2019", 10.0, 0.1, symbol="[u]"), baseline="2017", data_state_reason=("sample changed in 2018",),
         **NO_STATUS),
    case("split authorities go before an overlap", HLE, figure("2017 to 2019", 60.0, 1.0, symbol="[u]"),
         figure("2018 to 2020", 65.0, 1.0, symbol="[u]"), baseline="2017 to 2019", data_state="not_comparable",
         **NO_STATUS),
    case("a year shared with the baseline", HLE, figure("2017 to 2019", 60.0, 0.1), figure("2019 to 2021", 65.0, 0.1),
         baseline="2017 to 2019", data_state="baseline_only", **NO_STATUS),
    case("the next day", HLE, figure("2017 to 2019", 60.0, 0.1), figure("2020 to 2022", 65.0, 0.1),
         baseline="2017 to 2019", data_state="ok", direction="improving"),
    case("nothing after the baseline", SMOKING, figure("2018", 14.0, 0.2), baseline="2018",
         data_state="baseline_only", **NO_STATUS),
    case("an overlap goes before a want of limits", HLE, figure("2017 to 2019", 60.0), figure("2018 to 2020", 65.0),
         baseline="2017 to 2019", data_state="baseline_only", **NO_STATUS),
    case("no limits at the baseline", SMOKING, figure("2018", 14.0), figure("2024", 10.0, 0.2), baseline="2018",
         data_state="no_interval", direction=None, direction_p=None, pace="not_assessed"),
    case("no limits on the latest", SMOKING, figure("2018", 14.0, 0.2), figure("2024", 10.0), baseline="2018",
         data_state="no_interval", direction=None, direction_p=None),
    case("a full count needs no limits", POVERTY, figure("2021/22", 20.0), figure("2024/25", 22.0),
         baseline="2021/22", data_state="ok", direction="getting_worse"),
]  # fmt: skip

# --- direction --------------------------------------------------------------------------------------------
# Standard errors of 3 and 4 make one of 5. The one-sided 95% quantile is 1.644854: a change of 8.224 has z 1.6448 and
# p just above 0.05, one of 8.225 has z 1.645 and p just below.

NEARLY, ENOUGH = 8.224, 8.225


def moved(of: str, change: float, *, errors: tuple[float, float] = (3.0, 4.0)) -> tuple[Figure, Figure]:
    return figure("2018", 50.0, errors[0]), figure("2022", 50.0 + change, errors[1])


DIRECTIONS = [
    case("high is good, up enough", CANCER, *moved(CANCER, ENOUGH), baseline="2018",
         direction="improving", direction_p=tail(ENOUGH / 5)),
    case("high is good, up not enough", CANCER, *moved(CANCER, NEARLY), baseline="2018",
         direction="little_change", direction_p=tail(NEARLY / 5)),
    case("high is good, down enough", CANCER, *moved(CANCER, -ENOUGH), baseline="2018",
         direction="getting_worse", direction_p=tail(ENOUGH / 5)),
    case("high is good, down not enough", CANCER, *moved(CANCER, -NEARLY), baseline="2018",
         direction="little_change", direction_p=tail(NEARLY / 5)),
    case("low is good, down enough", SMOKING, *moved(SMOKING, -ENOUGH), baseline="2018",
         direction="improving", direction_p=tail(ENOUGH / 5)),
    case("low is good, down not enough", SMOKING, *moved(SMOKING, -NEARLY), baseline="2018",
         direction="little_change", direction_p=tail(NEARLY / 5)),
    case("low is good, up enough", SMOKING, *moved(SMOKING, ENOUGH), baseline="2018",
         direction="getting_worse", direction_p=tail(ENOUGH / 5)),
    case("low is good, up not enough", SMOKING, *moved(SMOKING, NEARLY), baseline="2018",
         direction="little_change", direction_p=tail(NEARLY / 5)),
    case("no change at all: half of chance on either side", CANCER, *moved(CANCER, 0.0), baseline="2018",
         direction="little_change", direction_p=0.5),
    # Limits that coincide say half the last digit, 0.05, on each side: 0.116309 is the least change that shows.
    case("limits that coincide are no certainty: 0.1 does not show", CANCER, *moved(CANCER, 0.1, errors=(0.0, 0.0)),
         baseline="2018", direction="little_change", direction_p=tail(0.1 / root(0.05, 0.05)),
         baseline_standard_error=0.05, latest_standard_error=0.05, smallest_detectable_change=1.645 * root(0.05, 0.05)),
    case("limits that coincide: 0.2 shows", CANCER, *moved(CANCER, 0.2, errors=(0.0, 0.0)), baseline="2018",
         direction="improving", direction_p=tail(0.2 / root(0.05, 0.05))),
    case("a width above the floor stays: 0.392 / 3.92", CANCER,
         figure("2018", 50.0, limits=(49.804, 50.196)), figure("2022", 50.2, limits=(50.004, 50.396)), baseline="2018",
         baseline_standard_error=0.1, direction="little_change", direction_p=tail(0.2 / root(0.1, 0.1))),
    case("limits need not be even: their width counts", CANCER, figure("2018", 50.0, limits=(49.0, 52.92)),
         figure("2022", 53.0, limits=(50.0, 53.92)), baseline="2018", baseline_standard_error=1.0,
         direction="improving", direction_p=tail(3 / root(1, 1))),
    # A full count: beyond 1% of the baseline, 20 -> 0.2, is a direction; at it is not. No test, so no p.
    case("a full count, exactly 1% up", POVERTY, figure("2021/22", 20.0), figure("2024/25", 20.2), baseline="2021/22",
         direction="little_change", direction_p=None),
    case("a full count, a little over 1% up", POVERTY, figure("2021/22", 20.0), figure("2024/25", 20.21),
         baseline="2021/22", direction="getting_worse", direction_p=None),
    case("a full count, exactly 1% down", POVERTY, figure("2021/22", 20.0), figure("2024/25", 19.8),
         baseline="2021/22", direction="little_change", direction_p=None),
    case("a full count, a little over 1% down", POVERTY, figure("2021/22", 20.0), figure("2024/25", 19.79),
         baseline="2021/22", direction="improving", direction_p=None),
    case("a full count where high is good", LITERACY, figure("2021/22", 60.0), figure("2023/24", 60.61),
         baseline="2021/22", direction="improving", direction_p=None),
    case("a full count does not look at limits", POVERTY, figure("2021/22", 20.0, 5.0), figure("2024/25", 21.0, 5.0),
         baseline="2021/22", direction="getting_worse", direction_p=None),
    case("neither way is better, and no target", ASTHMA, figure("2021/22", 6.0), figure("2024/25", 7.0),
         baseline="2021/22", data_state="ok", direction=None, direction_p=None, pace="not_assessed"),
    case("neither way is better, but a target is: towards it", ASTHMA, figure("2021/22", 6.0),
         figure("2024/25", 6.5), baseline="2021/22", target=7.0, direction="improving"),
    case("neither way is better, but a target is: away", ASTHMA, figure("2021/22", 6.0), figure("2024/25", 5.5),
         baseline="2021/22", target=7.0, direction="getting_worse"),
]  # fmt: skip

# --- the target -------------------------------------------------------------------------------------------

TARGETS = [
    case("exactly at it, from below", CANCER, figure("2018", 55.0, 1.0), figure("2022", 75.0, 1.0), baseline="2018",
         target=75.0, by=BY_2028, direction="target_met", direction_p=None, pace="on_track", required_from_now=None),
    case("equal but for binary fractions: 0.1 + 0.2", SMOKING, figure("2018", 0.9, 0.1), figure("2024", 0.1 + 0.2, 0.1),
         baseline="2018", target=0.3, by=BY_2030, direction="target_met"),
    case("a tenth short is not met, however wide the limits", CANCER, figure("2018", 70.0, 5.0),
         figure("2022", 74.9, 5.0), baseline="2018", target=75.0, by=BY_2028,
         direction="little_change", direction_p=tail(4.9 / root(5, 5))),
    case("from above, past it", SMOKING, figure("2018", 14.0, 0.2), figure("2024", 4.9, 0.2), baseline="2018",
         target=5.0, by=BY_2030, direction="target_met", pace="on_track"),
    case("met without limits", SMOKING, figure("2018", 14.0), figure("2024", 4.3), baseline="2018", target=5.0,
         by=BY_2030, data_state="no_interval", direction="target_met", direction_p=None, pace="on_track"),
    case("met in a period that overlaps", HLE, figure("2017 to 2019", 60.0, 1.0), figure("2018 to 2020", 65.0, 1.0),
         baseline="2017 to 2019", target=64.0, by=BY_2030, data_state="baseline_only", direction="target_met"),
    case("met where split authorities forbid a comparison", SMOKING, figure("2018", 14.0, symbol="[u]"),
         figure("2024", 4.0, symbol="[u]"), baseline="2018", target=5.0, by=BY_2030,
         data_state="not_comparable", direction="target_met"),
    case("met where the baseline is withheld", SMOKING, figure("2018", symbol="[c]"), figure("2024", 4.0),
         baseline="2018", target=5.0, by=BY_2030, data_state="suppressed", direction="target_met"),
    case("met where there is no baseline", SMOKING, figure("2018", area=ENGLAND, value=14.0), figure("2024", 4.5),
         baseline="2018", target=5.0, by=BY_2030, data_state="no_data", direction="target_met",
         explanation=("meets the target of 5.0%",)),
    case("met by made-up figures", SMOKING, figure("2018", 14.0), figure("2024", 4.0, kind="illustrative"),
         baseline="2018", target=5.0, by=BY_2030, data_state="illustrative", direction="target_met"),
    case("met at the baseline and still: held", SMOKING, figure("2018", 4.0, 0.2), figure("2024", 4.8, 0.2),
         baseline="2018", target=5.0, by=BY_2030, direction="target_met", pace="held", pace_ratio=None),
    case("exactly at it at the baseline is met", SMOKING, figure("2018", 5.0, 0.2), figure("2024", 4.0, 0.2),
         baseline="2018", target=5.0, by=BY_2030, pace="held"),
    # 4.0 to 6.0 with standard errors of 0.3 and 0.4: z = 4, away from the good direction though the target is behind.
    case("met at the baseline and lost beyond chance", SMOKING, figure("2018", 4.0, 0.3), figure("2024", 6.0, 0.4),
         baseline="2018", target=5.0, by=BY_2030, direction="getting_worse", direction_p=tail(2 / 0.5), pace="lost",
         pace_ratio=None),
    case("met at the baseline and lost by chance, it may be", SMOKING, figure("2018", 4.9, 0.3),
         figure("2024", 5.1, 0.4), baseline="2018", target=5.0, by=BY_2030, direction="little_change", pace="lost"),
    case("lost without limits", SMOKING, figure("2018", 3.6), figure("2024", 5.9), baseline="2018", target=5.0,
         by=BY_2030, data_state="no_interval", direction=None, pace="lost"),
]  # fmt: skip

# --- pace -------------------------------------------------------------------------------------------------
# Linear, 55% in 2018 towards 75% by 2028. From the last day of 2018 to that of 2022 are 1461 days, to that of 2028
# 3653 days, so R = ((y1 - 55) / 1461) / (20 / 3653) = (y1 - 55) x 0.125017...; R is 0.95 at 62.599 and 0.6 at 59.799.
# Without limits on the values R has none, and each class shows itself.


def paced(latest: float, *, errors: tuple[float, float] | None = None, **expect: object) -> Case:
    first, last = errors or (None, None)
    figures = figure("2018", 55.0, first), figure("2022", latest, last)
    ratio = (latest - 55) / 1461 / (20 / 3653)
    return case(f"linear pace at {latest} with errors {errors}", CANCER, *figures, baseline="2018", target=75.0,
                by=BY_2028, pace_ratio=ratio, **expect)  # fmt: skip


def linear_limits(latest: float, errors: tuple[float, float]) -> dict[str, object]:
    """R's limits by the delta method, for 55 towards 75: dR/dy1 = c/20 and dR/dy0 = c (y1 - 75)/20^2, c = 3653/1461."""
    c = 3653 / 1461
    half = 1.959963984540054 * root(c / 20 * errors[1], c * (latest - 75) / 400 * errors[0])
    ratio = c * (latest - 55) / 20
    return {"pace_lower_95": ratio - half, "pace_upper_95": ratio + half}


# Compound, 14.4% in 2018, 10.6% in 2024, 5% by 2030: 2192 days seen, 4383 days given, 2191 left.
SEEN, GIVEN, LEFT = 2192 / 365.25, 4383 / 365.25, 2191 / 365.25
SMOKING_SEEN = (10.6 / 14.4) ** (1 / SEEN) - 1
SMOKING_NEEDED = (5 / 14.4) ** (1 / GIVEN) - 1
SMOKING_REQUIRED = (5 / 10.6) ** (1 / LEFT) - 1

PACES = [
    paced(62.6, data_state="no_interval", pace="on_track", pace_lower_95=None, pace_upper_95=None,
          recent_rate=7.6 / (1461 / 365.25), required_from_now=12.4 / (2192 / 365.25),
          years_to_target=12.4 / (7.6 / (1461 / 365.25))),
    paced(62.59, pace="acceleration_needed"),
    paced(59.8, pace="acceleration_needed"),
    paced(59.79, pace="limited"),
    paced(55.0, pace="limited", recent_rate=0.0, years_to_target=None),
    paced(54.9, pace="deterioration", years_to_target=None),
    # With limits: 61 has R = 0.750; errors of 0.2 keep it between 0.6 and 0.95, errors of 1.0 do not.
    paced(61.0, errors=(0.2, 0.2), pace="acceleration_needed", direction="improving",
          **linear_limits(61.0, (0.2, 0.2))),
    paced(61.0, errors=(1.0, 1.0), pace="uncertain", direction="improving", **linear_limits(61.0, (1.0, 1.0))),
    paced(70.0, errors=(0.5, 0.5), pace="on_track", direction="improving", **linear_limits(70.0, (0.5, 0.5))),
    paced(56.5, errors=(0.2, 0.2), pace="limited", direction="improving", **linear_limits(56.5, (0.2, 0.2))),
    paced(50.0, errors=(0.5, 0.5), pace="deterioration", direction="getting_worse",
          **linear_limits(50.0, (0.5, 0.5))),
    paced(55.2, errors=(0.5, 0.5), pace="uncertain", direction="little_change", **linear_limits(55.2, (0.5, 0.5))),
    case("compound, as the smoking target is", SMOKING, figure("2018", 14.4), figure("2024", 10.6), baseline="2018",
         target=5.0, by=BY_2030, pace="limited", pace_ratio=SMOKING_SEEN / SMOKING_NEEDED, recent_rate=SMOKING_SEEN,
         required_from_now=SMOKING_REQUIRED, years_to_target=math.log(5 / 10.6) / math.log(1 + SMOKING_SEEN)),
    # At the needed rate all along, 14.4 would have come to 14.4 x (5/14.4)^(2192/4383) = 8.484 by 2024.
    case("compound, just behind the needed rate", SMOKING, figure("2018", 14.4), figure("2024", 8.7), baseline="2018",
         target=5.0, by=BY_2030, pace="on_track"),
    case("compound, a straight line to the target is behind", SMOKING, figure("2018", 14.4), figure("2024", 9.7),
         baseline="2018", target=5.0, by=BY_2030, pace="acceleration_needed"),
    case("no target", CANCER, figure("2018", 55.0, 1.0), figure("2022", 70.0, 1.0), baseline="2018",
         pace="not_assessed", pace_ratio=None, required_from_now=None),
    # 55 to 60 in four years, 15 to go at 5 in four years.
    case("a target without a date", CANCER, figure("2018", 55.0, 1.0), figure("2022", 60.0, 1.0), baseline="2018",
         target=75.0, pace="no_deadline", pace_ratio=None, required_from_now=None,
         recent_rate=5 / (1461 / 365.25), years_to_target=15 / (5 / (1461 / 365.25))),
    case("a target without a date, moving away", CANCER, figure("2018", 55.0, 0.2), figure("2022", 50.0, 0.2),
         baseline="2018", target=75.0, direction="getting_worse", pace="no_deadline", years_to_target=None),
    case("a target without a date, met", CANCER, figure("2018", 55.0, 1.0), figure("2022", 80.0, 1.0),
         baseline="2018", target=75.0, direction="target_met", pace="on_track"),
    # Due at the end of 2020, 731 days on: R = (5/1461)/(20/731) = 0.125, and nothing can be required any more.
    case("the date has passed", CANCER, figure("2018", 55.0, 0.2), figure("2022", 60.0, 0.2), baseline="2018",
         target=75.0, by=dt.date(2020, 12, 31), pace="limited", pace_ratio=(5 / 1461) / (20 / 731),
         required_from_now=None, pace_reason="the target date has passed", explanation=("was not met",)),
    case("due on the day the latest period ends", CANCER, figure("2018", 55.0), figure("2022", 60.0), baseline="2018",
         target=75.0, by=dt.date(2022, 12, 31), pace_ratio=0.25, required_from_now=None,
         pace_reason="the target date has passed"),
    case("the date is the day before", CANCER, figure("2018", 55.0), figure("2022", 60.0), baseline="2018",
         target=75.0, by=dt.date(2023, 1, 1), required_from_now=15 * 365.25),
    case("nothing to say of the pace while the periods overlap", HLE, figure("2017 to 2019", 60.0, 1.0),
         figure("2018 to 2020", 61.0, 1.0), baseline="2017 to 2019", target=65.0, by=BY_2030,
         data_state="baseline_only", pace=None, pace_ratio=None, recent_rate=None, required_from_now=None,
         years_to_target=None),
]  # fmt: skip

# --- recent trend -----------------------------------------------------------------------------------------
# Five points evenly weighted: the slope is -2y1 - y2 + y4 + 2y5 over 10, its variance se^2 / 10, so chi-squared is
# 10 slope^2 / se^2, and a trend needs more than 9.5495.


def yearly(slope: float, error: float = 1.0, *, of_counts: bool = False, last: int = 2024) -> tuple[Figure, ...]:
    counts = {"count": 100.0, "denominator": 1000.0} if of_counts else {}
    return tuple(figure(str(last - 4 + n), 15.0 + slope * (n - 2), error, **counts) for n in range(5))


TRENDS = [
    case("falls where low is good, on limits alone", SMOKING, *yearly(-1.0), baseline="2020",
         recent_trend="decreasing_better", trend_slope=-1.0, trend_chi_square=10.0,
         trend_reason="without counts: values and limits alone decide"),
    case("with counts nothing needs saying", SMOKING, *yearly(-1.0, of_counts=True), baseline="2020",
         recent_trend="decreasing_better", trend_slope=-1.0, trend_chi_square=10.0, trend_reason=None),
    case("rises where low is good", SMOKING, *yearly(1.0), baseline="2020", recent_trend="increasing_worse"),
    case("rises where high is good", CANCER, *yearly(1.0), baseline="2020", recent_trend="increasing_better"),
    case("falls where high is good", CANCER, *yearly(-1.0), baseline="2020", recent_trend="decreasing_worse"),
    case("just enough: 10 x 0.978^2 = 9.565", SMOKING, *yearly(-0.978), baseline="2020",
         recent_trend="decreasing_better", trend_chi_square=10 * 0.978**2),
    case("just too little: 10 x 0.977^2 = 9.545", SMOKING, *yearly(-0.977), baseline="2020",
         recent_trend="no_change", trend_chi_square=10 * 0.977**2),
    case("one count missing, so values and limits decide", SMOKING, *yearly(-1.0, of_counts=True)[:4],
         figure("2024", 13.0, 1.0), baseline="2020", recent_trend="decreasing_better",
         trend_reason="without counts: values and limits alone decide"),
    case("the sixth point back does not count", SMOKING, figure("2018", 90.0, 0.1), *yearly(-1.0), baseline="2020",
         recent_trend="decreasing_better", trend_slope=-1.0),
    case("four points are too few", SMOKING, *yearly(-1.0)[1:], baseline="2021", recent_trend="cannot_be_calculated",
         trend_slope=None, trend_reason="fewer than five points have a value"),
    # With 2022 left out the five are 2019 to 2024 but for it, numbered 1 to 5: 16, 16, 15, 13.5, 12, so the slope is
    # (-2 x 16 - 16 + 13.5 + 2 x 12) / 10 = -1.05.
    case("a split authority's point is left out", SMOKING, figure("2019", 16.0, 1.0), figure("2020", 16.0, 1.0),
         figure("2021", 15.0, 1.0), figure("2022", 60.0, 1.0, symbol="[u]"), figure("2023", 13.5, 1.0),
         figure("2024", 12.0, 1.0), baseline="2019", recent_trend="decreasing_better", trend_slope=-1.05,
         trend_chi_square=10 * 1.05**2),
    case("points before a severing are left out", GP_SMOKING, *yearly(-1.0, last=2021), baseline="2018",
         recent_trend="cannot_be_calculated", trend_reason="fewer than five points have a value"),
    case("rolling windows have none", HLE,
         *(figure(f"{year} to {year + 2}", 60.0 + year - 2015, 0.1) for year in range(2015, 2023)),
         baseline="2017 to 2019", recent_trend="cannot_be_calculated", trend_slope=None,
         trend_reason="periods that overlap, or add up, have no recent trend"),
    case("nor has a cumulative series", HEALTH_CHECKS,
         *(figure(f"to 202{year}/2{year + 1} Q4", 10.0 * year) for year in range(1, 6)),
         baseline="to 2021/22 Q4", recent_trend="cannot_be_calculated",
         trend_reason="periods that overlap, or add up, have no recent trend"),
    case("no point has a value", SMOKING, figure("2018", symbol="[x]"), figure("2024", symbol="[x]"), baseline="2018",
         recent_trend="cannot_be_calculated", trend_reason="no point has a value"),
]  # fmt: skip

# --- England ----------------------------------------------------------------------------------------------
# Standard errors of 3 and 4 make 5; the two-sided 95% quantile is 1.959964, so 9.7998 is similar and 9.7999 is not.
# For changes, four standard errors of 2.5 make 5 as well.


def beside_england(latest: float, error: float = 3.0) -> tuple[Figure, ...]:
    return (
        figure("2018", 50.0, 3.0),
        figure("2022", latest, error),
        figure("2018", 50.0, 4.0, area=ENGLAND),
        figure("2022", 50.0, 4.0, area=ENGLAND),
    )


def changed(by: float) -> tuple[Figure, ...]:
    """A system that moved from 50 by as much, beside an England that went from 52 to 53."""
    england = figure("2018", 52.0, 2.5, area=ENGLAND), figure("2022", 53.0, 2.5, area=ENGLAND)
    return (figure("2018", 50.0, 2.5), figure("2022", 50.0 + by, 2.5), *england)


AGAINST_ENGLAND = [
    case("just similar", CANCER, *beside_england(59.7998), baseline="2018", versus_england="similar",
         versus_england_p=2 * tail(9.7998 / 5)),
    case("just higher", CANCER, *beside_england(59.7999), baseline="2018", versus_england="higher",
         versus_england_p=2 * tail(9.7999 / 5)),
    case("just lower", SMOKING, *beside_england(40.2001), baseline="2018", versus_england="lower",
         versus_england_p=2 * tail(9.7999 / 5)),
    case("rounded limits are no certainty here either", CANCER, figure("2018", 50.0, 0.0), figure("2022", 50.1, 0.0),
         figure("2018", 50.0, 0.0, area=ENGLAND), figure("2022", 50.0, 0.0, area=ENGLAND), baseline="2018",
         versus_england="similar", versus_england_p=2 * tail(0.1 / root(0.05, 0.05))),
    # 50 to 58 is 8, England's is 1: 7 more, z = 7/5.
    case("a change no different from England's", CANCER, *changed(8.0), baseline="2018",
         change_versus_england=7.0, change_versus_england_p=2 * tail(7 / 5)),
    # 13 less 1 is 12, z = 2.4, p = 0.0164.
    case("a change better than England's, and the sentence says so", CANCER, *changed(13.0), baseline="2018",
         change_versus_england=12.0, change_versus_england_p=2 * tail(12 / 5),
         explanation=("12.0 percentage points better than England's",)),
    case("a change worse than England's", SMOKING, *changed(13.0), baseline="2018", change_versus_england=12.0,
         change_versus_england_p=2 * tail(12 / 5), explanation=("12.0 percentage points worse than England's",)),
    case("without limits a number and no test", SMOKING, figure("2018", 14.0), figure("2024", 10.0),
         figure("2018", 15.0, area=ENGLAND), figure("2024", 12.0, area=ENGLAND), baseline="2018",
         versus_england=None, versus_england_p=None, change_versus_england=-1.0, change_versus_england_p=None),
    case("of full counts too", POVERTY, figure("2021/22", 20.0), figure("2024/25", 22.0),
         figure("2021/22", 21.0, area=ENGLAND), figure("2024/25", 22.5, area=ENGLAND), baseline="2021/22",
         change_versus_england=0.5, change_versus_england_p=None),
    case("no change while the periods overlap, but where it stands", HLE, figure("2017 to 2019", 60.0, 1.0),
         figure("2018 to 2020", 55.0, 1.0), figure("2017 to 2019", 63.0, 0.1, area=ENGLAND),
         figure("2018 to 2020", 63.0, 0.1, area=ENGLAND), baseline="2017 to 2019", versus_england="lower",
         versus_england_p=2 * tail(8 / root(1, 0.1)), change_versus_england=None, change_versus_england_p=None),
    case("nothing where figures cannot be compared", CANCER, figure("2018", 50.0, 1.0),
         figure("2022", 70.0, 1.0, symbol="[u]"), *ENGLAND_HAS, baseline="2018", versus_england=None,
         versus_england_p=None, change_versus_england=None, change_versus_england_p=None),
]  # fmt: skip

# --- when, and how much -----------------------------------------------------------------------------------

WHEN = [
    # 2024 to 2026 is the first wholly after 2021 to 2023; 14 months from 31 December 2026 is the end of February 2028.
    case("healthy life expectancy against 2021 to 2023", HLE, figure("2021 to 2023", 61.0, 0.9),
         figure("2022 to 2024", 60.5, 1.0), baseline="2021 to 2023", data_state="baseline_only",
         earliest_change=dt.date(2028, 2, 29), earliest_change_reason=("31 December 2026", "14 months"),
         smallest_detectable_change=1.645 * root(0.9, 1.0),
         explanation=("Cannot tell yet", "February 2028", "about 2.2 years")),
    case("the latest held is the baseline", HLE, figure("2021 to 2023", 61.0, 0.9), baseline="2021 to 2023",
         earliest_change=dt.date(2028, 2, 29)),
    case("past the overlap the next is a year on", HLE, figure("2017 to 2019", 61.0, 0.9),
         figure("2022 to 2024", 60.5, 1.0), baseline="2017 to 2019", earliest_change=dt.date(2027, 2, 28)),
    case("three years with a lag of 11 months", CVD, figure("2017 to 2019", 61.0, 0.9),
         figure("2018 to 2020", 60.5, 1.0), baseline="2017 to 2019", earliest_change=dt.date(2023, 11, 30)),
    case("yearly: 2025, and 34 months", CANCER, figure("2018", 55.0, 1.2), figure("2022", 56.0, 1.6), baseline="2018",
         earliest_change=dt.date(2026, 10, 31), smallest_detectable_change=1.645 * 2.0),
    case("a financial year, and 12 months", POVERTY, figure("2021/22", 20.0), figure("2024/25", 22.0),
         baseline="2021/22", earliest_change=dt.date(2027, 3, 31), smallest_detectable_change=None),
    case("a school year, and 4 months", "child-obesity-year6", figure("2018/19", 20.0, 0.5),
         figure("2023/24", 22.0, 0.5), baseline="2018/19", earliest_change=dt.date(2025, 12, 31)),
    case("a survey year, and 6 months", "physical-inactivity", figure("2018/19", 20.0, 0.5),
         figure("2024/25", 22.0, 0.5), baseline="2018/19", earliest_change=dt.date(2027, 5, 15)),
    case("a quarter ends with its month, and 2 months", "nhs-health-checks-quarterly",
         figure("2021/22 Q1", 20.0, 0.5), figure("2025/26 Q2", 30.0, 0.5), baseline="2021/22 Q1",
         earliest_change=dt.date(2026, 2, 28), earliest_change_reason=("31 December 2025", "2 months")),
    case("no limits and no target: no date", SMOKING, figure("2018", 14.0), figure("2024", 10.0), baseline="2018",
         earliest_change=None, earliest_change_reason=("confidence intervals",), smallest_detectable_change=None),
    case("no limits, but a target could be met", SMOKING, figure("2018", 14.0), figure("2024", 10.0), baseline="2018",
         target=5.0, by=BY_2030, earliest_change=dt.date(2026, 11, 30), smallest_detectable_change=None),
    case("figures that cannot be compared: no date", CANCER, figure("2018", 55.0, 1.0),
         figure("2022", 56.0, 1.0, symbol="[u]"), baseline="2018", earliest_change=None,
         earliest_change_reason=("cannot be compared",), smallest_detectable_change=None),
    case("no baseline, which no later figure mends: no date", CANCER, figure("2022", 56.0, 1.0), *ENGLAND_HAS,
         baseline="2018", earliest_change=None, earliest_change_reason=("baseline",)),
    case("no baseline, but a target could be met", CANCER, figure("2022", 56.0, 1.0), *ENGLAND_HAS, baseline="2018",
         target=75.0, by=BY_2028, earliest_change=dt.date(2026, 10, 31)),
    case("no latest figure: with the next", CANCER, figure("2018", 55.0, 1.0), *ENGLAND_HAS, baseline="2018",
         earliest_change=dt.date(2026, 10, 31), smallest_detectable_change=None),
]  # fmt: skip

CASES = [*DATA_STATES, *DIRECTIONS, *TARGETS, *PACES, *TRENDS, *AGAINST_ENGLAND, *WHEN]


@pytest.fixture(scope="module")
def answers() -> dict[str, pl.DataFrame]:
    assert len({of.name for of in CASES}) == len(CASES)
    return {of.name: rows for of, rows in zip(CASES, judge_all([of.question for of in CASES]), strict=True)}


@pytest.mark.parametrize("of", CASES, ids=lambda of: of.name)
def test_worked_by_hand(answers: dict[str, pl.DataFrame], of: Case) -> None:
    assert_says(status(answers[of.name]), of.expect)


def test_every_data_state_but_informational_is_among_the_cases() -> None:
    """And `informational`, of what has no measure, is below."""
    states = {of.expect.get("data_state") for of in CASES} - {None}
    assert states == {
        "ok", "no_data", "no_interval", "suppressed", "not_comparable", "baseline_only", "illustrative"
    }  # fmt: skip


def test_limits_of_a_compound_ratio_come_from_how_it_answers_to_each_value() -> None:
    """The delta method by small differences: how much R moves with each value, times that value's standard error."""

    def ratio(first: float, last: float) -> float:
        return ((last / first) ** (1 / SEEN) - 1) / ((5 / first) ** (1 / GIVEN) - 1)

    step = 1e-5
    by_first = (ratio(14.4 + step, 10.6) - ratio(14.4 - step, 10.6)) / (2 * step)
    by_last = (ratio(14.4, 10.6 + step) - ratio(14.4, 10.6 - step)) / (2 * step)
    half = 1.959963984540054 * root(by_first * 0.1, by_last * 0.2)
    rows = judge(
        SMOKING, [figure("2018", 14.4, 0.1), figure("2024", 10.6, 0.2)], baseline="2018", target=5.0, by=BY_2030
    )
    found = status(rows)
    assert found["pace_ratio"] == pytest.approx(ratio(14.4, 10.6), rel=1e-9)
    assert found["pace_lower_95"] == pytest.approx(ratio(14.4, 10.6) - half, rel=1e-6)
    assert found["pace_upper_95"] == pytest.approx(ratio(14.4, 10.6) + half, rel=1e-6)
    # 0.59 with limits on both sides of 0.6: limited, or acceleration needed.
    assert found["pace"] == "uncertain"


# --- England itself ---------------------------------------------------------------------------------------


def test_england_is_not_compared_with_itself() -> None:
    rows = judge(CANCER, changed(8.0), baseline="2018")
    own = ("versus_england", "versus_england_p", "change_versus_england", "change_versus_england_p")
    assert_says(status(rows, area=ENGLAND), {"direction": "little_change", **dict.fromkeys(own)})


def test_england_has_a_status_even_where_nothing_is_published_for_it() -> None:
    rows = judge(POVERTY, [figure("2021/22", 20.0), figure("2024/25", 22.0)], baseline="2021/22")
    england = {"data_state": "no_data", "data_state_reason": "No figure for 2024/25: none is published for this area."}
    assert_says(status(rows, area=ENGLAND), {**england, "direction": None, "earliest_change": None})


# --- history ----------------------------------------------------------------------------------------------

TEN_YEARS = [figure(str(year), 20.0 - (year - 2015), 0.2) for year in range(2015, 2025)]


@pytest.mark.parametrize(
    ("said_on", "first"),
    [(None, 2019), ("2019-07", 2019), ("2020-12-31", 2020), ("2021", 2021), ("2021-06-01", 2021), ("2030", 2024)],
)
def test_history_begins_after_the_baseline_and_not_before_what_was_said(said_on: str | None, first: int) -> None:
    """A period counts that had not ended when the promise was made; the latest is there in any case."""
    rows = judge(SMOKING, TEN_YEARS, baseline="2018", said_on=said_on).filter(pl.col("area_code") == SYSTEM)
    assert rows["as_of_period"].to_list() == [str(year) for year in range(first, 2025)]
    assert rows.filter("is_latest")["as_of_period"].to_list() == ["2024"]


def test_history_is_the_rule_on_the_periods_up_to_then() -> None:
    rows = judge(SMOKING, TEN_YEARS, baseline="2018")
    then = status(rows, as_of="2019")
    # 17 to 16 with standard errors of 0.2: z = 1 / 0.2828, and a trend over 2015 to 2019, a step of one a year.
    assert_says(
        then,
        {
            "direction": "improving",
            "direction_p": tail(1 / root(0.2, 0.2)),
            "recent_trend": "decreasing_better",
            "trend_chi_square": 10 / 0.04,
            "earliest_change": dt.date(2021, 11, 30),
        },
    )
    assert status(judge(SMOKING, TEN_YEARS[:5], baseline="2018"))["direction_p"] == pytest.approx(then["direction_p"])


def test_an_authority_has_no_status_after_it_ended() -> None:
    ended = {"E07000026": dt.date(2022, 3, 31), "E54000028": dt.date(2022, 3, 31)}
    figures = [figure(str(year), 20.0, 0.2, area=area) for area in [*ended, SYSTEM] for year in range(2018, 2025)]
    rows = judge(SMOKING, figures, baseline="2018", ended=ended)
    of = {area: rows.filter(pl.col("area_code") == area)["as_of_period"].to_list() for area in [*ended, SYSTEM]}
    assert of["E07000026"] == ["2019", "2020", "2021"]
    assert of["E54000028"] == of[SYSTEM] == [str(year) for year in range(2019, 2025)], "either footprint stays"


# --- the register's own entries ---------------------------------------------------------------------------


def in_register(commitment_id: str) -> dict[str, records.Commitment]:
    return {commitment_id: records.commitments()[commitment_id]}


def hle(period: str, value: float, error: float, **more: Any) -> list[Figure]:
    return [figure(period, value, error, sex=sex, **more) for sex in ("male", "female")]


NO_GAPS = columns_of("gaps").to_frame()


def test_a_target_may_be_a_change_from_englands_baseline_and_a_superseded_promise_keeps_its_own_rules() -> None:
    """Five years more than 2018 to 2020 by 2035, for England; nothing of periods that ended before 2 February 2022."""
    register = in_register("hle-levelling-up")
    assert register["hle-levelling-up"].in_force == "superseded"
    figures = [
        *hle("2018 to 2020", 63.0, 0.1, area=ENGLAND),
        *hle("2019 to 2021", 62.8, 0.1, area=ENGLAND),
        *hle("2020 to 2022", 62.0, 0.1, area=ENGLAND),
        *hle("2021 to 2023", 61.5, 0.1, area=ENGLAND),
        *hle("2018 to 2020", 60.0, 1.0),
        *hle("2021 to 2023", 60.0, 1.0),
    ]
    rows = judged(register, observed(HLE, figures), NO_GAPS, areas())
    assert rows["area_code"].unique().to_list() == [ENGLAND]
    assert rows.filter(pl.col("sex") == "male")["as_of_period"].to_list() == ["2020 to 2022", "2021 to 2023"]
    latest = status(rows, area=ENGLAND, sex="male")
    # Compound: from 63.0 to 61.5 in 1095 days; 68.0 after 5478 days. The last 4383 of them need (68/61.5) a while.
    seen = (61.5 / 63) ** (365.25 / 1095) - 1
    needed = (68 / 63) ** (365.25 / 5478) - 1
    assert_says(
        latest,
        {
            "target_value": 68.0,
            "target_date": dt.date(2035, 12, 31),
            "direction": "getting_worse",
            "direction_p": tail(1.5 / root(0.1, 0.1)),
            "pace": "deterioration",
            "pace_ratio": seen / needed,
            "required_from_now": (68 / 61.5) ** (365.25 / 4383) - 1,
        },
    )
    assert status(rows, area=ENGLAND, sex="male", as_of="2020 to 2022")["data_state"] == "baseline_only"


def test_the_gap_between_regions_waits_for_a_period_of_its_own() -> None:
    """Of 7.0 in 2021 to 2023 the male gap fell to 6.0 a year later, which tells nothing yet."""
    male = [figure("2021 to 2023", 7.0, area=ENGLAND), figure("2022 to 2024", 6.0, area=ENGLAND)]
    gaps = region_gaps([figure(f.period, f.value, sex=sex, area=ENGLAND) for f in male for sex in ("male", "female")])
    figures = [
        *hle("2021 to 2023", 61.5, 0.1, area=ENGLAND),
        *hle("2022 to 2024", 60.9, 0.1, area=ENGLAND),
        *hle("2021 to 2023", 56.9, 0.4, area=NORTH_EAST),
        *hle("2022 to 2024", 57.0, 0.4, area=NORTH_EAST),
        *hle("2021 to 2023", 60.0, 1.0, area=SYSTEM),
    ]
    rows = judged(in_register("hle-region-gap"), observed(HLE, figures), gaps, areas())
    gap = rows.filter(pl.col("indicator_id") == "hle-gap-regions")
    assert sorted(gap["target_value"]) == [3.45, 3.5]
    assert_says(
        status(gap, area=ENGLAND, sex="male"),
        {
            "baseline_value": 7.0,
            "latest_value": 6.0,
            "target_value": 3.5,
            "target_date": None,
            "data_state": "baseline_only",
            "direction": None,
            "pace": None,
            "recent_trend": "cannot_be_calculated",
            "earliest_change": dt.date(2028, 2, 29),
        },
    )
    level = rows.filter(pl.col("indicator_id") == HLE)
    assert sorted(level["area_code"].unique()) == [NORTH_EAST, ENGLAND], "of regions and England, not of systems"


def test_the_gap_between_regions_once_it_can_be_told() -> None:
    """7.0 to 5.6 with standard errors of 0.3 and 0.4: z = 2.8. No date, so the years left: 2.1 more at 1.4 in three."""
    given = {"sex": "male", "area": ENGLAND}
    gaps = region_gaps([figure("2021 to 2023", 7.0, 0.3, **given), figure("2024 to 2026", 5.6, 0.4, **given)])
    england = [
        figure(period, 61.0, 0.1, sex="male", area=ENGLAND)
        for period in ("2021 to 2023", "2022 to 2024", "2024 to 2026")
    ]
    rows = judged(in_register("hle-region-gap"), observed(HLE, england), gaps, areas())
    gap = rows.filter(pl.col("indicator_id") == "hle-gap-regions")
    assert_says(
        status(gap, area=ENGLAND, sex="male"),
        {
            "direction": "improving",
            "direction_p": tail(1.4 / 0.5),
            "pace": "no_deadline",
            "years_to_target": 2.1 / (1.4 / (1096 / 365.25)),
            "explanation": "The gap in healthy life expectancy for men between regions narrowed: 5.6 years in 2024 to "
            "2026, against 7.0 in 2021 to 2023; no date was set for the target of 3.5 years, about 5 years away at the "
            "present pace.",
        },
    )


@pytest.mark.parametrize(("lowest_then", "direction"), [(57.0, "improving"), (56.9, None), (56.0, None)])
def test_a_gap_that_narrows_because_the_top_fell_is_never_called_improving(
    lowest_then: float, direction: str | None
) -> None:
    """The same narrowing as above: an improvement only where the lowest region rose from its 56.9."""
    given = {"sex": "male", "area": ENGLAND}
    gaps = region_gaps([figure("2021 to 2023", 7.0, 0.3, **given), figure("2024 to 2026", 5.6, 0.4, **given)])
    gaps = gaps.with_columns(lowest_value=pl.Series([56.9, lowest_then]))
    england = [figure(p, 61.0, 0.1, sex="male", area=ENGLAND) for p in ("2021 to 2023", "2024 to 2026")]
    rows = judged(in_register("hle-region-gap"), observed(HLE, england), gaps, areas())
    gap = status(rows.filter(pl.col("indicator_id") == "hle-gap-regions"), area=ENGLAND, sex="male")
    assert (gap["data_state"], gap["direction"]) == ("ok", direction)
    assert gap["direction_p"] == pytest.approx(tail(1.4 / 0.5))
    said = "but its lowest end has not risen, so that is not called improving"
    assert (said in gap["explanation"]) == (direction is None)


def test_what_has_no_figures_has_one_row_for_england_that_says_why() -> None:
    england = observed(SMOKING, [figure("2018", 14.0, 0.2, area=ENGLAND), figure("2024", 10.0, 0.2, area=ENGLAND)])
    rows = statuses.build(
        {"observations": england, "gaps": NO_GAPS, "areas": areas()}
        | {name: columns_of(name).to_frame() for name in ("evidence", "workforce", "workforce_coverage")}
    )
    reasons = {
        "evidence": ("no_data", "Kept by acts and documents; no evidence has been sent in."),
        "returns": ("no_data", "Judged from returns of posts and funding; none has been sent in."),
        "figures_not_held": ("no_data", "Its figures are not held here."),
        "no_measure": ("informational", "No measure of it is published."),
    }
    found = {of: entry for of, entry in records.commitments().items() if entry.kept_by != "measures"}
    assert {str(entry.kept_by) for entry in found.values()} == set(reasons)
    for commitment_id, entry in found.items():
        row = status(rows.filter(pl.col("commitment_id") == commitment_id), area=ENGLAND)
        state, reason = reasons[entry.kept_by]
        expect = dict.fromkeys(["indicator_id", "as_of_period", "direction", "pace", "latest_value", "earliest_change"])
        assert_says(row, {**expect, "data_state": state, "data_state_reason": reason, "explanation": reason})
        assert row["status_id"] == f"{commitment_id}.{ENGLAND}.persons"
    smoking = status(rows.filter(pl.col("commitment_id") == "smokefree-2030"), area=ENGLAND)
    assert smoking["status_id"] == f"smokefree-2030.{SMOKING}.{ENGLAND}.persons.2024"


def test_a_measures_row_carries_what_the_register_says_of_it() -> None:
    rows = measures()
    row = rows.filter(pl.col("commitment_id") == "smokefree-2030").row(0, named=True)
    assert_says(
        row,
        {
            "baseline_period": "2018",
            "target_value": 5.0,
            "target_date": BY_2030,
            "said_from": dt.date(2019, 7, 1),
            "form": "compound",
            "polarity": "low_is_good",
            "lag_months": 11,
        },
    )
    assert rows.select("commitment_id", "indicator_id", "sex").is_unique().all()
