"""Speed, memory and coverage of rates, proportions, standardised rates, life tables, XmR charts and funnels.

Each metric is timed beside a plain pass that does the same arithmetic on the same frame without checks, reasons or
thought for what may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from metrics.funnels import funnel_significance
from metrics.life_tables import AGE_STARTS, healthy_life_expectancy, life_expectancy
from metrics.means import mean
from metrics.proportions import proportion
from metrics.rates import crude_rate
from metrics.spc import xmr
from metrics.standardised import (
    EUROPEAN_STANDARD_POPULATION_2013,
    directly_standardised_rate,
    indirectly_standardised_ratio,
)
from tests.benchmarks.measure import SEED, Case, beside_plain, covered

LEVELS = (("95", 1.959963984540054, 0.025), ("99_8", 3.090232306167813, 0.001))
STANDARD = list(EUROPEAN_STANDARD_POPULATION_2013.values())


def wards(rows: int = 1_000_000) -> pl.DataFrame:
    """Counts and people, a row each, counts mostly above ten and many below."""
    draw = np.random.default_rng(SEED)
    people = draw.integers(500, 100_000, rows)
    return pl.DataFrame({"count": draw.poisson(people * 0.0008), "people": people})


def bands(rows: int = 1_000_000) -> pl.DataFrame:
    """Areas of 19 age bands."""
    draw = np.random.default_rng(SEED)
    people = draw.integers(500, 100_000, rows)
    band = np.arange(rows) % 19
    return pl.DataFrame(
        {
            "area": np.arange(rows) // 19,
            "count": draw.poisson(people * 0.0008),
            "people": people,
            "standard": np.array(STANDARD)[band],
            "all_count": 400 + 300 * band,
            "all_people": 1_000_000 - 20_000 * band,
        }
    )


def tables(groups: int = 5_000) -> pl.DataFrame:
    """Areas of 20 age bands with deaths as chance has them."""
    draw = np.random.default_rng(SEED)
    people = np.tile([500, 2_000, *[2_500] * 14, 2_000, 1_400, 700, 400], groups)
    deaths = draw.poisson(people * np.tile(MORTALITY, groups))
    return pl.DataFrame(
        {
            "area": np.repeat([f"E{number:08d}" for number in range(groups)], 20),
            "age": np.tile(AGE_STARTS, groups),
            "deaths": np.minimum(np.maximum(deaths, np.tile(AGE_STARTS, groups) == 90), people),
            "people": people,
        }
    )


MORTALITY = np.array([0.004, 0.0002, *(0.0001 * 1.52 ** np.arange(17)), 0.2])


def charts(series: int = 5_000, points: int = 36) -> pl.DataFrame:
    """Monthly series of one level and chance around it."""
    draw = np.random.default_rng(SEED)
    months = [date(2021 + month // 12, month % 12 + 1, 1) for month in range(points)]
    return pl.DataFrame(
        {
            "area": np.repeat([f"E{number:08d}" for number in range(series)], points),
            "month": pl.Series(months).gather(np.tile(np.arange(points), series)),
            "value": np.round(draw.normal(100, 10, series * points), 1),
        }
    )


def plain_count_limits(x: np.ndarray) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Exact limits below 10 and Byar's from it on, a quantile for every count."""
    small = x < 10
    for name, z, tail in LEVELS:
        with np.errstate(divide="ignore", invalid="ignore"):
            lower = x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3
        upper = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * np.sqrt(x + 1))) ** 3
        lower[small] = np.where(x[small] == 0, 0, special.gammaincinv(x[small], tail))
        upper[small] = special.gammainccinv(x[small] + 1, tail)
        yield name, lower, upper


def plain_rate(frame: pl.DataFrame) -> pl.DataFrame:
    x, scale = frame["count"].to_numpy().astype(float), 100_000 / frame["people"].to_numpy()
    columns = {"value": x * scale}
    for name, lower, upper in plain_count_limits(x):
        columns |= {f"lower_{name}": lower * scale, f"upper_{name}": upper * scale}
    return frame.with_columns(**{name: pl.Series(column) for name, column in columns.items()})


def plain_proportion(frame: pl.DataFrame) -> pl.DataFrame:
    x, n = frame["count"].to_numpy().astype(float), frame["people"].to_numpy().astype(float)
    p = x / n
    columns = {"value": p}
    for name, z, _ in LEVELS:
        root = z * np.sqrt(z * z + 4 * x * (1 - p))
        columns[f"lower_{name}"] = (2 * x + z * z - root) / (2 * (n + z * z))
        columns[f"upper_{name}"] = (2 * x + z * z + root) / (2 * (n + z * z))
    return frame.with_columns(**{name: pl.Series(column) for name, column in columns.items()})


def plain_dsr(frame: pl.DataFrame) -> pl.DataFrame:
    share = pl.col("standard") / pl.col("people")
    sums = frame.group_by("area", maintain_order=True).agg(
        pl.col("count", "people", "standard").sum(),
        (share * pl.col("count")).sum().alias("rate"),
        (share * share * pl.col("count")).sum().alias("variance"),
    )
    x, weights = sums["count"].to_numpy().astype(float), sums["standard"].to_numpy()
    rate, error = sums["rate"].to_numpy() / weights, np.sqrt(sums["variance"].to_numpy() / x) / weights
    columns = {"value": rate * 100_000}
    for name, z, _ in LEVELS:
        lower = x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3
        upper = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * np.sqrt(x + 1))) ** 3
        columns[f"lower_{name}"] = (rate + error * (lower - x)) * 100_000
        columns[f"upper_{name}"] = (rate + error * (upper - x)) * 100_000
    return sums.with_columns(**{name: pl.Series(column) for name, column in columns.items()})


def plain_isr(frame: pl.DataFrame) -> pl.DataFrame:
    sums = frame.group_by("area", maintain_order=True).agg(
        pl.col("count").sum(), (pl.col("all_count") / pl.col("all_people") * pl.col("people")).sum().alias("expected")
    )
    x, scale = sums["count"].to_numpy().astype(float), 100 / sums["expected"].to_numpy()
    columns = {"value": x * scale}
    for name, lower, upper in plain_count_limits(x):
        columns |= {f"lower_{name}": lower * scale, f"upper_{name}": upper * scale}
    return sums.with_columns(**{name: pl.Series(column) for name, column in columns.items()})


def plain_life_expectancy(frame: pl.DataFrame) -> pl.DataFrame:
    frame = frame.sort("area", "age")
    deaths = frame["deaths"].to_numpy().reshape(-1, 20).astype(float)
    people = frame["people"].to_numpy().reshape(-1, 20).astype(float)
    m = deaths / people
    n = np.broadcast_to(np.array([1, 4, *[5] * 18], dtype=float), m.shape)
    a = np.array([0.1] + [0.5] * 19)
    q = np.minimum(n * m / (1 + n * (1 - a) * m), 1)
    q[:, -1] = 1
    alive = np.cumprod(np.hstack([np.full((len(m), 1), 1e5), 1 - q[:, :-1]]), axis=1)
    years = np.empty_like(m)
    years[:, :-1] = n[:, :-1] * (alive[:, 1:] + a[:-1] * alive[:, :-1] * q[:, :-1])
    years[:, -1] = alive[:, -1] / m[:, -1]
    e = np.cumsum(years[:, ::-1], axis=1)[:, ::-1] / alive
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = (alive * q) ** 2 * (1 - q) / deaths
    terms[:, :-1] *= ((1 - a[:-1]) * n[:, :-1] + e[:, 1:]) ** 2
    terms[deaths == 0] = 0
    terms[:, -1] = alive[:, -1] ** 2 / (deaths[:, -1] * m[:, -1] ** 2)
    error = np.sqrt(np.cumsum(terms[:, ::-1], axis=1)[:, ::-1]) / alive
    columns = {
        "people_used": np.cumsum(people[:, ::-1], axis=1)[:, ::-1],
        "deaths_used": np.cumsum(deaths[:, ::-1], axis=1)[:, ::-1],
        "value": e,
    }
    for name, z, _ in LEVELS:
        columns |= {f"lower_{name}": e - z * error, f"upper_{name}": e + z * error}
    return frame.with_columns(**{name: pl.Series(column.reshape(-1)) for name, column in columns.items()})


def plain_xmr(frame: pl.DataFrame) -> pl.DataFrame:
    frame = frame.sort("area", "month")
    y = frame["value"].to_numpy().reshape(-1, 36)
    moving = np.abs(np.diff(y, axis=1))
    average = moving.mean(axis=1, keepdims=True)
    average = np.where(moving < 3.267 * average, moving, np.nan)
    average = np.nanmean(average, axis=1, keepdims=True)
    centre = y.mean(axis=1, keepdims=True)
    away = y - centre
    side, beyond = np.sign(away), np.abs(away) > 2.66 * average
    close = ~beyond & (np.abs(away) > 2.66 * 2 / 3 * average)

    def runs(sign: np.ndarray, length: int) -> np.ndarray:
        total = np.cumsum(np.pad(sign, ((0, 0), (1, 0))), axis=1)
        whole = np.abs(total[:, length:] - total[:, :-length]) == length
        padded = np.pad(whole, ((0, 0), (length - 1, length - 1)))
        return np.lib.stride_tricks.sliding_window_view(padded, length, axis=1).any(axis=2)

    shift = np.where(runs(side, 7), side, 0)
    step = np.sign(np.diff(y, axis=1))
    stepping = np.where(runs(step, 6), step, 0)
    trend = np.where(
        np.pad(stepping, ((0, 0), (0, 1))) != 0, np.pad(stepping, ((0, 0), (0, 1))), np.pad(stepping, ((0, 0), (1, 0)))
    )
    window = np.lib.stride_tricks.sliding_window_view
    three = (window(close, 3, axis=1).sum(axis=2) >= 2) & (np.abs(window(side, 3, axis=1).sum(axis=2)) == 3)
    pair = close & window(np.pad(three, ((0, 0), (2, 2))), 3, axis=1).any(axis=2)
    cause = np.select([beyond, trend != 0, pair, shift != 0], [side, 2 * trend, 3 * side, 4 * shift], 0)
    words = pl.Series(["4l", "3l", "2l", "1l", "c", "1h", "2h", "3h", "4h"])
    kinds = pl.Series(["concern", "common_cause", "improvement"])
    code = cause.reshape(-1).astype(int)
    columns: dict[str, np.ndarray] = {
        "mean": np.broadcast_to(centre, y.shape),
        "moving": np.pad(moving, ((0, 0), (1, 0)), constant_values=np.nan),
        "aim": np.sign(y - 100),
    }
    for name, reach in (("lower", -2.66), ("upper", 2.66), ("near_lower", -1.77), ("near_upper", 1.77)):
        columns[name] = centre + reach * average + np.zeros_like(y)
    return frame.with_columns(
        **{name: pl.Series(column.reshape(-1)) for name, column in columns.items()},
        cause=words.gather(code + 4),
        kind=kinds.gather(np.sign(code) + 1),
    )


def plain_significance(frame: pl.DataFrame) -> pl.DataFrame:
    x, n = frame["count"].to_numpy().astype(float), frame["people"].to_numpy().astype(float)
    target = x.sum() / n.sum()
    code = np.zeros(len(x), dtype=int)
    for sigmas, (_, lower, upper) in enumerate(plain_count_limits(x), start=1):
        code[lower / n > target] = sigmas
        code[upper / n < target] = -sigmas
    words = pl.Series(["low_3", "low_2", "not_significant", "high_2", "high_3"])
    return frame.with_columns(words.gather(code + 2).alias("significance"))


BANDED = {"count": "count", "population": "people", "by": ["area"]}
CASES = (
    Case(
        "crude_rate, 1,000,000 rows",
        wards,
        lambda frame: crude_rate(frame, count="count", denominator="people"),
        plain_rate,
        weighs_memory=True,
    ),
    Case(
        "proportion, 1,000,000 rows",
        wards,
        lambda frame: proportion(frame, count="count", denominator="people"),
        plain_proportion,
        weighs_memory=True,
    ),
    Case(
        "directly_standardised_rate, 1,000,000 rows in 52,632 groups",
        bands,
        lambda frame: directly_standardised_rate(frame, standard_population="standard", **BANDED),  # type: ignore[arg-type]
        plain_dsr,
        weighs_memory=True,
    ),
    Case(
        "indirectly_standardised_ratio, 100,000 rows",
        lambda: bands(100_000),
        lambda frame: indirectly_standardised_ratio(
            frame,
            reference_count="all_count",
            reference_population="all_people",
            **BANDED,  # type: ignore[arg-type]
        ),
        plain_isr,
    ),
    Case(
        "life_expectancy, 5,000 tables",
        tables,
        lambda frame: life_expectancy(frame, age_start="age", deaths="deaths", population="people", by=["area"]),
        plain_life_expectancy,
    ),
    Case(
        "xmr, 5,000 series of 36",
        charts,
        lambda frame: xmr(frame, date="month", value="value", by=["area"], target=100),
        plain_xmr,
    ),
    Case(
        "funnel_significance, 20,000 areas",
        lambda: wards(20_000),
        lambda frame: funnel_significance(frame, kind="crude_rate", count="count", denominator="people"),
        plain_significance,
    ),
)


def benchmarks() -> Iterator[dict[str, Any]]:
    """Time each metric and its plain pass, turn and turn about, and weigh the large ones."""
    return beside_plain(__name__, CASES)


def coverage() -> Iterator[dict[str, Any]]:
    """See how often 95% limits hold the truth, which they should near 95% of the time."""
    draw = np.random.default_rng(SEED)
    times = 20_000

    def held(name: str, limits: pl.DataFrame, truth: float) -> dict[str, Any]:
        return covered(name, limits.select((pl.col("lower_95") <= truth) & (truth <= pl.col("upper_95"))).to_series())

    for events in (5, 40):
        frame = pl.DataFrame({"x": draw.poisson(events, times)}).with_columns(n=10_000)
        limits = crude_rate(frame, count="x", denominator="n", confidence=0.95)
        yield held(f"crude_rate on {events} events", limits, events * 10.0)
    for p in (0.05, 0.4):
        frame = pl.DataFrame({"x": draw.binomial(80, p, times)}).with_columns(n=80)
        yield held(f"proportion of {p} in 80", proportion(frame, count="x", denominator="n", confidence=0.95), p)
    frame = pl.DataFrame({"group": np.repeat(np.arange(times), 8), "x": draw.normal(70, 5, times * 8)})
    yield held("mean of 8 values", mean(frame, value="x", by=["group"], confidence=0.95), 70.0)

    people = np.full(19, 2_000)
    rates = 0.0004 * 1.35 ** np.arange(19)
    frame = pl.DataFrame(
        {
            "area": np.repeat(np.arange(times), 19),
            "count": draw.poisson(np.tile(people * rates, times)),
            "people": np.tile(people, times),
            "standard": np.tile(STANDARD, times),
            "all_count": np.tile(rates * 1_000_000, times),
            "all_people": np.full(19 * times, 1_000_000),
        }
    )
    limits = directly_standardised_rate(frame, standard_population="standard", confidence=0.95, **BANDED)  # type: ignore[arg-type]
    yield held("directly_standardised_rate", limits, float(np.dot(STANDARD, rates)))
    limits = indirectly_standardised_ratio(
        frame,
        reference_count="all_count",
        reference_population="all_people",
        confidence=0.95,
        **BANDED,  # type: ignore[arg-type]
    )
    yield held("indirectly_standardised_ratio", limits, 100.0)

    groups = 5_000
    size = np.array([500, 2_000, *[2_500] * 14, 2_000, 1_400, 700, 400])
    deaths = draw.poisson(np.tile(size * MORTALITY, groups)).clip(0, np.tile(size, groups))
    well, asked = np.linspace(0.97, 0.35, 20), np.full(20, 60)
    frame = pl.DataFrame(
        {
            "area": np.repeat(np.arange(groups), 20),
            "age": np.tile(AGE_STARTS, groups),
            "deaths": deaths,
            "people": np.tile(size, groups),
            "healthy": draw.binomial(np.tile(asked, groups), np.tile(well, groups)) / np.tile(asked, groups),
            "asked": np.tile(asked, groups),
        }
    )
    names = {"age_start": "age", "deaths": "deaths", "population": "people", "confidence": 0.95}
    survey = {"prevalence": "healthy", "survey_n": "asked"}
    true = frame.head(20).with_columns(
        deaths=pl.Series(size * MORTALITY), healthy=pl.Series(well), people=pl.Series(size.astype(float))
    )
    at_birth = pl.col("age") == 0
    for function, more in ((life_expectancy, {}), (healthy_life_expectancy, survey)):
        truth = function(true, by=[], **names, **more).filter(at_birth)["value"][0]  # type: ignore[operator]
        limits = function(frame, by=["area"], **names, **more).filter(at_birth)  # type: ignore[operator]
        yield held(f"{function.__name__} at birth", limits, truth)
