"""Whatever is given in the place of an argument, a metric answers or says what is wrong; it never just breaks."""

import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from metrics import (
    apportion,
    comparison,
    funnels,
    gaps,
    inequality,
    life_tables,
    means,
    progress,
    proportions,
    quantiles,
    rates,
    spc,
    standardised,
    survival,
    trend,
)
from metrics.inputs import MetricInputError

ROWS = 20
FRAME = pl.DataFrame(
    {
        "area": ["a"] * ROWS,
        "place": [f"t{row}" for row in range(ROWS)],
        "age": life_tables.AGE_STARTS,
        "row": range(ROWS),
        "count": 10.0,
        "people": 1000.0,
        "share": 0.5,
        "value": [row % 7 + 1.0 for row in range(ROWS)],
        "lower": [row % 7 + 0.0 for row in range(ROWS)],
        "upper": [row % 7 + 2.0 for row in range(ROWS)],
        "target": 9.0,
        "over": True,
        "month": [dt.date(2020 + row // 12, row % 12 + 1, 1) for row in range(ROWS)],
        "now": dt.date(2026, 1, 1),
        "due": dt.date(2030, 1, 1),
        "list": [[1]] * ROWS,
    }
)
COUNTED = {"count": "count", "denominator": "people"}
BANDED = {"age_start": "age", "deaths": "count", "population": "people"}
LIMITED = {"value": "value", "lower": "lower", "upper": "upper"}
REFERENCE = {"reference_count": "value", "reference_population": "people"}
BY = {"by": ["area"]}

METRICS: list[tuple[Callable[..., pl.DataFrame], dict[str, Any]]] = [
    (rates.crude_rate, COUNTED | BY),
    (proportions.proportion, COUNTED | BY),
    (means.mean, {"value": "value"} | BY),
    (
        standardised.directly_standardised_rate,
        {"count": "count", "population": "people", "standard_population": "value", "events_per_person": "count"} | BY,
    ),
    (standardised.indirectly_standardised_ratio, {"count": "count", "population": "people"} | REFERENCE | BY),
    (standardised.indirectly_standardised_rate, {"count": "count", "population": "people"} | REFERENCE | BY),
    (life_tables.life_expectancy, BANDED | BY),
    (life_tables.life_table, BANDED | BY),
    (life_tables.healthy_life_expectancy, BANDED | {"prevalence": "share", "survey_n": "count"} | BY),
    (inequality.slope_index, LIMITED | {"group": "row", "population": "people"} | BY),
    (quantiles.quantile, {"value": "value", "n": 5} | BY),
    (funnels.funnel_limits, COUNTED | {"kind": "ratio"} | BY),
    (funnels.funnel_significance, COUNTED | {"kind": "proportion"} | BY),
    (spc.xmr, {"date": "month", "value": "value", "target": 3.0, "rebase": [dt.date(2020, 6, 1)], "fix_after": 9} | BY),
    (trend.recent_trend, LIMITED | COUNTED | {"period": "row", "kind": "proportion", "polarity": "low_is_good"} | BY),
    (gaps.range_gap, LIMITED | {"area": "place", "draws": 1_000, "seed": 1} | BY),
    (gaps.decile_gap, LIMITED | {"area": "place", "draws": 1_000} | BY),
    (gaps.named_gap, LIMITED | {"area": "place", "high": "t1", "low": "t2"} | BY),
    (gaps.between_area_variation, LIMITED | {"area": "place"} | BY),
    (
        progress.direction,
        {"baseline": "value", "latest": "upper", "baseline_se": "share", "latest_se": "share", "target": "target",
         "polarity": "low_is_good", "overlaps": "over", "enumerated": "over"},
    ),
    (
        progress.pace,
        {"baseline": "value", "latest": "upper", "baseline_date": "month", "latest_date": "now", "target": "target",
         "target_date": "due", "form": "linear", "polarity": "low_is_good", "baseline_se": "share"},
    ),
    (progress.detectable_change, {"baseline_se": "share", "latest_se": "share"}),
    (apportion.combine, LIMITED | {"weight": "people"} | BY),
    (survival.kaplan_meier, {"time": "value", "observed": "over"} | BY),
    (survival.median_survival, {"time": "value", "observed": "over"} | BY),
    (comparison.compare, LIMITED | {"reference": "value", "reference_lower": "lower", "reference_upper": "upper"}),
    (
        comparison.difference_of_differences,
        {"before": "value", "after": "upper", "comparator_before": "value", "comparator_after": "lower",
         "before_se": "share"},
    ),
]  # fmt: skip
GIVEN: list[object] = [
    None,
    "nowhere",
    "area",
    "over",
    "list",
    "month",
    7,
    -1,
    0,
    1.5,
    True,
    [],
    ["value"],
    {},
    float("nan"),
]


@pytest.mark.parametrize(("metric", "arguments"), METRICS, ids=lambda part: getattr(part, "__name__", ""))
def test_whatever_an_argument_holds_a_metric_answers_or_says_what_is_wrong(
    metric: Callable[..., pl.DataFrame], arguments: dict[str, Any]
) -> None:
    assert metric(FRAME, **arguments).height
    assert metric(FRAME.clear(), **{**arguments, "rebase": ()} if metric is spc.xmr else arguments).height == 0
    for name in arguments:
        for given in GIVEN:
            with contextlib.suppress(MetricInputError):
                metric(FRAME, **{**arguments, name: given})
    for no_frame in (None, FRAME.lazy(), FRAME.to_dicts()):
        with pytest.raises(MetricInputError, match="eager polars DataFrame"):
            metric(no_frame, **arguments)
