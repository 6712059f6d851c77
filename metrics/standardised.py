"""Directly and indirectly standardised rates: what a population's age makes of its events, taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import polars as pl

from metrics.figures import as_floats, one_row_a_group
from metrics.inputs import (
    DEFAULT_CONFIDENCE,
    column_problems,
    faults,
    grouping,
    level_problems,
    levels,
    limits_asked_for,
    number_problems,
    places,
    refuse,
)
from metrics.rates import EXACT_BELOW, byars, count_fault, count_limits

EUROPEAN_STANDARD_POPULATION_2013: Mapping[str, int] = MappingProxyType(
    {
        "0-4": 5000,
        "5-9": 5500,
        "10-14": 5500,
        "15-19": 5500,
        "20-24": 6000,
        "25-29": 6000,
        "30-34": 6500,
        "35-39": 7000,
        "40-44": 7000,
        "45-49": 7000,
        "50-54": 7000,
        "55-59": 6500,
        "60-64": 6000,
        "65-69": 5500,
        "70-74": 5000,
        "75-79": 4000,
        "80-84": 2500,
        "85-89": 1500,
        "90+": 1000,
    }
)
"""People of each age band among 100,000 of the 2013 European Standard Population, 90 and over as the last band.

Source: Eurostat. Revision of the European Standard Population. 2013.
"""

FEWEST_EVENTS = 10
"""A directly standardised rate on fewer events than this is not published: its weights make it too unstable."""


def directly_standardised_rate(
    frame: pl.DataFrame,
    *,
    count: str,
    population: str,
    standard_population: str,
    by: str | Sequence[str],
    multiplier: float = 100_000,
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
    events_per_person: str | None = None,
) -> pl.DataFrame:
    """Work out directly standardised rates with Dobson's limits: the rate if the population had the standard's ages.

    The frame has a row per age band. With count x, population n and standard population w of a band, the rate is
    sum(w x/n)/sum(w), its variance V = sum(w^2 x/n^2)/sum(w)^2, and with O = sum(x) and Byar's limits L and U of O the
    limits are rate + sqrt(V/O) (L - O) and rate + sqrt(V/O) (U - O); all times the multiplier. The bands present set
    the weights, so that ages under 75 give a rate under 75.

    Where one person may have several events, which then are not independent, `events_per_person` names a column with
    the sum over f of f squared x the people with f events in the band; it takes the place of x in V, and `count` still
    holds the events.

    Gives a row per group, in order of first appearance (one row for the whole frame where `by` is empty): the grouping
    columns, the summed count and population under their own names, `value` and the limits (events per `multiplier` of
    the standard population) and `reason`. Fewer than 10 events give no rate and no limits, and `reason` says so. A
    missing count (null or NaN) is a zero. An empty frame gives no rows, with the same columns.

    Raises MetricInputError for a column that is missing or not numeric; a count below zero; a population that is
    missing, zero or less; a standard population that is missing, below zero, or zero in all of a group; an
    `events_per_person` below zero, or missing where there are events; an infinite number; a multiplier that is not a
    finite number above zero; and a confidence outside 0.9 to 1; all problems together, naming each group at fault.

    Source: Dobson AJ et al. Confidence intervals for weighted sums of Poisson parameters. Stat Med 1991;10:457-62.

    >>> bands = pl.DataFrame(
    ...     {"area": ["A"] * 3, "deaths": [2, 10, 60], "people": [9000, 8000, 4000], "standard": [40, 35, 25]}
    ... )
    >>> rates = directly_standardised_rate(
    ...     bands, count="deaths", population="people", standard_population="standard", by=["area"], confidence=0.95
    ... )
    >>> rates.select("area", "deaths", pl.col("value", "lower_95", "upper_95").round(1)).rows()
    [('A', 72.0, 427.6, 334.0, 539.3)]
    """
    groups = grouping(by)
    numeric = {
        "count": count,
        "population": population,
        "standard_population": standard_population,
        "events_per_person": events_per_person,
    }
    adds = ["value", *limits_asked_for(confidence), "reason"]
    refuse(
        [
            *level_problems(confidence),
            *number_problems("multiplier", multiplier),
            *column_problems(frame, numeric=numeric, optional=("events_per_person",), by=groups, adds=adds),
            *([f"count: column {count!r} is also the population; expected two"] if count == population else []),
        ]
    )
    bands = as_floats(frame, [name for name in numeric.values() if name is not None])
    x, n, w = pl.col(count).fill_null(0.0), pl.col(population), pl.col(standard_population)
    spread = x if events_per_person is None else pl.col(events_per_person).fill_null(0.0)
    failing = count_fault(count) | {
        f"population: {population!r} missing, zero, negative or infinite, expected finite and above zero": (
            n.is_null() | (n <= 0) | n.is_infinite()
        ),
        f"standard_population: {standard_population!r} missing, negative or infinite, expected zero or more": (
            w.is_null() | (w < 0) | w.is_infinite()
        ),
    }
    if events_per_person is not None:
        given = pl.col(events_per_person)
        says = f"events_per_person: {events_per_person!r} negative, infinite, or missing where there are events, "
        failing[says + "expected the sum of f squared x people with f events"] = (
            (given < 0) | given.is_infinite() | (given.is_null() & (x > 0))
        )
    refuse(faults(bands, failing, by=groups))
    share = w / n
    sums = one_row_a_group(
        bands,
        [
            x.sum().alias(count),
            n.sum().alias(population),
            w.sum().alias("_weights"),
            (share * x).sum().alias("_weighted"),
            (share * share * spread).sum().alias("_variance"),
        ],
        groups,
    )
    weightless = sums["_weights"] == 0
    if weightless.any():
        named = places(sums, weightless, by=groups) if groups else "the whole frame"
        refuse([f"standard_population: {standard_population!r} zero in every band, expected weights: {named}"])

    events, weights = sums[count].to_numpy(), sums["_weights"].to_numpy()
    shown = events >= FEWEST_EVENTS
    events = np.where(shown, events, np.nan)
    rate = np.where(shown, sums["_weighted"].to_numpy() / weights, np.nan)
    per_event = np.sqrt(sums["_variance"].to_numpy() / events) / weights
    columns = [pl.Series("value", rate * multiplier, nan_to_null=True)]
    for level in levels(confidence):
        lower, upper = byars(events, level)
        columns.append(pl.Series(level.lower, (rate + per_event * (lower - events)) * multiplier, nan_to_null=True))
        columns.append(pl.Series(level.upper, (rate + per_event * (upper - events)) * multiplier, nan_to_null=True))
    reason = pl.when(~pl.Series(shown)).then(pl.lit("fewer than 10 events")).alias("reason")
    return sums.select(*groups, count, population).with_columns(*columns, reason)


def indirectly_standardised_ratio(
    frame: pl.DataFrame,
    *,
    count: str,
    population: str,
    reference_count: str,
    reference_population: str,
    by: str | Sequence[str],
    multiplier: float = 100,
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
) -> pl.DataFrame:
    """Work out indirectly standardised ratios with their limits: events observed over those the reference expects.

    The frame has a row per age band. Expected E = sum over bands of (reference count / reference population) x
    population; the ratio is O/E times the multiplier (100: as many as expected), O the events observed. Its limits are
    those of O (exact Poisson below 10, Byar's from 10 on) over E.

    Gives a row per group, in order of first appearance (one row for the whole frame where `by` is empty): the grouping
    columns, `observed`, `expected`, `value`, the limits, `method` (`exact` or `byars`) and `reason`. A missing count,
    population or reference count (null or NaN) is a zero, as is a population of zero; nothing expected gives no ratio,
    and `reason` says so. An empty frame gives no rows, with the same columns.

    Raises MetricInputError for a column that is missing or not numeric; a count, population or reference count below
    zero; a reference population that is missing, zero or less; an infinite number; a multiplier that is not a finite
    number above zero; and a confidence outside 0.9 to 1; all problems together, naming each group at fault.

    Source: Eayres D. APHO Technical Briefing 3: commonly used public health statistics and their confidence
    intervals. 2008.

    >>> bands = pl.DataFrame(
    ...     {
    ...         "area": ["A", "A"], "deaths": [3, 9], "people": [4000, 1000],
    ...         "all_deaths": [500, 900], "all_people": [500_000, 100_000],
    ...     }
    ... )
    >>> ratios = indirectly_standardised_ratio(
    ...     bands, count="deaths", population="people", reference_count="all_deaths",
    ...     reference_population="all_people", by=["area"], confidence=0.95,
    ... )
    >>> ratios.select("area", "observed", "expected", pl.col("value", "lower_95", "upper_95").round(1)).rows()
    [('A', 12.0, 13.0, 92.3, 47.6, 161.3)]
    """
    return _indirect(
        frame,
        count=count,
        population=population,
        reference_count=reference_count,
        reference_population=reference_population,
        by=by,
        multiplier=multiplier,
        confidence=confidence,
        as_rate=False,
    )


def indirectly_standardised_rate(
    frame: pl.DataFrame,
    *,
    count: str,
    population: str,
    reference_count: str,
    reference_population: str,
    by: str | Sequence[str],
    multiplier: float = 100_000,
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
) -> pl.DataFrame:
    """Work out indirectly standardised rates: the ratio times the reference's own crude rate.

    As `indirectly_standardised_ratio`, whose suppression rules and errors hold here too, with `reference_rate` (the
    reference's crude rate: sum of the reference counts over sum of the reference populations, in the bands of the
    group) beside `expected`; `value` and the limits are the ratio's times it, in events per `multiplier`.

    Source: Eayres D. APHO Technical Briefing 3. 2008.

    >>> bands = pl.DataFrame(
    ...     {
    ...         "area": ["A", "A"], "deaths": [3, 9], "people": [4000, 1000],
    ...         "all_deaths": [500, 900], "all_people": [500_000, 100_000],
    ...     }
    ... )
    >>> rates = indirectly_standardised_rate(
    ...     bands, count="deaths", population="people", reference_count="all_deaths",
    ...     reference_population="all_people", by=["area"], confidence=0.95,
    ... )
    >>> rates.select("area", pl.col("reference_rate", "value", "lower_95", "upper_95").round(1)).rows()
    [('A', 233.3, 215.4, 111.2, 376.3)]
    """
    return _indirect(
        frame,
        count=count,
        population=population,
        reference_count=reference_count,
        reference_population=reference_population,
        by=by,
        multiplier=multiplier,
        confidence=confidence,
        as_rate=True,
    )


def _indirect(
    frame: pl.DataFrame,
    *,
    count: str,
    population: str,
    reference_count: str,
    reference_population: str,
    by: str | Sequence[str],
    multiplier: float,
    confidence: float | Sequence[float],
    as_rate: bool,
) -> pl.DataFrame:
    groups = grouping(by)
    numeric = {
        "count": count,
        "population": population,
        "reference_count": reference_count,
        "reference_population": reference_population,
    }
    shown = ["observed", "expected", *(["reference_rate"] if as_rate else [])]
    adds = [*shown, "value", *limits_asked_for(confidence), "method", "reason"]
    refuse(
        [
            *level_problems(confidence),
            *number_problems("multiplier", multiplier),
            *column_problems(frame, numeric=numeric, by=groups, adds=adds),
        ]
    )
    bands = as_floats(frame, numeric.values())
    n_ref = pl.col(reference_population)
    failing = count_fault(count) | count_fault(population, "population")
    failing |= count_fault(reference_count, "reference_count")
    says = f"reference_population: {reference_population!r} missing, zero, negative or infinite, "
    failing[says + "expected finite and above zero"] = n_ref.is_null() | (n_ref <= 0) | n_ref.is_infinite()
    refuse(faults(bands, failing, by=groups))
    x, n, x_ref = (pl.col(name).fill_null(0.0) for name in (count, population, reference_count))
    sums = one_row_a_group(
        bands,
        [
            x.sum().alias("observed"),
            (x_ref / n_ref * n).sum().alias("expected"),
            (x_ref.sum() / n_ref.sum() * multiplier).alias("reference_rate"),
        ],
        groups,
    )
    observed, expected = sums["observed"].to_numpy(), sums["expected"].to_numpy()
    scale = sums["reference_rate"].to_numpy() if as_rate else multiplier
    per_event = np.divide(scale, expected, out=np.full_like(expected, np.nan), where=expected > 0)
    columns = [pl.Series("value", observed * per_event, nan_to_null=True)]
    for level in levels(confidence):
        lower, upper = count_limits(observed, level)
        columns.append(pl.Series(level.lower, lower * per_event, nan_to_null=True))
        columns.append(pl.Series(level.upper, upper * per_event, nan_to_null=True))
    some = pl.col("expected") > 0
    method = pl.when(pl.col("observed") < EXACT_BELOW).then(pl.lit("exact")).otherwise(pl.lit("byars"))
    return sums.select(*groups, *shown).with_columns(
        *columns,
        pl.when(some).then(method).alias("method"),
        pl.when(~some).then(pl.lit("no events expected")).alias("reason"),
    )
