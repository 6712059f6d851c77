"""Speed, memory and coverage of estimates, comparisons, progress, quantiles, slope indices, trends, gaps and survival.

Each metric is timed beside a plain pass that does the same arithmetic on the same frame without checks, reasons or
thought for what may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from metrics.apportion import combine
from metrics.comparison import compare, difference_of_differences
from metrics.gaps import DRAWS, decile_gap, named_gap, range_gap
from metrics.inequality import slope_index
from metrics.progress import direction, pace
from metrics.quantiles import quantile
from metrics.survival import kaplan_meier, median_survival
from metrics.trend import recent_trend
from tests.benchmarks.measure import SEED, Case, beside_plain, covered

Z = 1.959963984540054
LEVELS = (("95", Z), ("99_8", 3.090232306167813))


def codes(groups: int, size: int) -> np.ndarray:
    return np.repeat([f"E{number:08d}" for number in range(groups)], size)


def parts(groups: int = 50_000, size: int = 20) -> pl.DataFrame:
    """Parts of areas, each with a weight, a value and limits."""
    draw = np.random.default_rng(SEED)
    value, error = draw.normal(60, 3, groups * size), draw.uniform(0.3, 1.5, groups * size)
    return pl.DataFrame(
        {
            "area": codes(groups, size),
            "weight": draw.integers(500, 300_000, groups * size),
            "value": value,
            "lower": value - 1.96 * error,
            "upper": value + 1.96 * error,
        }
    )


def plain_combine(frame: pl.DataFrame) -> pl.DataFrame:
    w, v, s = pl.col("weight"), pl.col("value"), (pl.col("upper") - pl.col("lower")) / 3.92
    sums = frame.group_by("area", maintain_order=True).agg(
        total=w.sum(), weighted=(w * v).sum(), spread=((w * s) ** 2).sum().sqrt(), held=w.filter(v.is_not_null()).sum()
    )
    value, half = pl.col("weighted") / pl.col("held"), 1.959964 * pl.col("spread") / pl.col("held")
    return sums.select(
        "area", value=value, lower=value - half, upper=value + half, coverage=pl.col("held") / pl.col("total")
    )


def sides(rows: int = 1_000_000) -> pl.DataFrame:
    """Two periods of a value and of a reference, with limits, standard errors, targets and dates."""
    draw = np.random.default_rng(SEED)
    columns = {}
    for name in ("y0", "y1", "r0", "r1"):
        value, error = draw.normal(60, 2, rows), draw.uniform(0.2, 1.5, rows)
        columns |= {
            name: value,
            f"{name}_lo": value - 1.96 * error,
            f"{name}_hi": value + 1.96 * error,
            f"{name}_se": error,
        }
    return pl.DataFrame(columns).with_columns(target=65.0, then=2018, now=2024, due=2030)


def plain_compare(frame: pl.DataFrame) -> pl.DataFrame:
    y, r = frame["y1"].to_numpy(), frame["r1"].to_numpy()
    s = (frame["y1_hi"].to_numpy() - frame["y1_lo"].to_numpy()) / 3.92
    t = (frame["r1_hi"].to_numpy() - frame["r1_lo"].to_numpy()) / 3.92
    z = (y - r) / np.sqrt(s * s + t * t)
    tested = pl.DataFrame({"z": z, "p": special.erfc(np.abs(z) / np.sqrt(2))})
    verdict = pl.when(pl.col("p") >= 0.05).then(pl.lit("similar")).when(pl.col("z") > 0).then(pl.lit("higher"))
    return frame.with_columns(tested.select("p", comparison=verdict.otherwise(pl.lit("lower"))).get_columns())


def plain_difference(frame: pl.DataFrame) -> pl.DataFrame:
    y0, y1, r0, r1 = (frame[name].to_numpy() for name in ("y0", "y1", "r0", "r1"))
    s = np.sqrt(sum(frame[f"{name}_se"].to_numpy() ** 2 for name in ("y0", "y1", "r0", "r1")))
    d = (y1 - y0) - (r1 - r0)
    p = special.erfc(np.abs(d / s) / np.sqrt(2))
    return frame.with_columns(
        difference=pl.Series(d), lower=pl.Series(d - Z * s), upper=pl.Series(d + Z * s), p=pl.Series(p)
    )


def plain_direction(frame: pl.DataFrame) -> pl.DataFrame:
    y0, y1, target = (frame[name].to_numpy() for name in ("y0", "y1", "target"))
    z = (y1 - y0) / np.sqrt(frame["y0_se"].to_numpy() ** 2 + frame["y1_se"].to_numpy() ** 2)
    tested = pl.DataFrame({"met": y1 >= target, "z": z, "p": special.erfc(np.abs(z) / np.sqrt(2)) / 2})
    verdict = (
        pl.when("met").then(pl.lit("target_met")).when(pl.col("p") >= 0.05).then(pl.lit("little_change"))
        .when(pl.col("z") > 0).then(pl.lit("improving")).otherwise(pl.lit("getting_worse"))
    )  # fmt: skip
    return frame.with_columns(tested.select("p", direction=verdict).get_columns())


def plain_pace(frame: pl.DataFrame) -> pl.DataFrame:
    y0, y1, target, s0, s1 = (frame[name].to_numpy() for name in ("y0", "y1", "target", "y0_se", "y1_se"))
    passed, given = (frame[end].to_numpy() - frame["then"].to_numpy() for end in ("now", "due"))
    observed, needed = (y1 / y0) ** (1 / passed) - 1, (target / y0) ** (1 / given) - 1
    ratio = observed / needed
    by_latest = (1 + observed) / (passed * y1) / needed
    by_baseline = (ratio * (1 + needed) / (given * y0) - (1 + observed) / (passed * y0)) / needed
    half = Z * np.sqrt((by_latest * s1) ** 2 + (by_baseline * s0) ** 2)
    required = (target / y1) ** (1 / (given - passed)) - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.log(target / y1) / np.log1p(observed)
    found = pl.DataFrame(
        {"past": y0 >= target, "met": y1 >= target, "ratio": ratio, "lower": ratio - half, "upper": ratio + half,
         "required": required, "recent": observed, "left": left}
    )  # fmt: skip

    def named(name: str) -> pl.Expr:
        r = pl.col(name)
        return (
            pl.when(r >= 0.95).then(pl.lit("on_track")).when(r >= 0.6).then(pl.lit("acceleration_needed"))
            .when(r >= 0).then(pl.lit("limited")).otherwise(pl.lit("deterioration"))
        )  # fmt: skip

    verdict = (
        pl.when(pl.col("past") & pl.col("met")).then(pl.lit("held")).when("past").then(pl.lit("lost"))
        .when("met").then(pl.lit("on_track")).when(named("lower") != named("upper")).then(pl.lit("uncertain"))
        .otherwise(named("ratio"))
    )  # fmt: skip
    return frame.with_columns(found.with_columns(pace=verdict).get_columns())


def ranked(rows: int = 1_000_000, groups: int = 100) -> pl.DataFrame:
    """Values to rank in groups."""
    draw = np.random.default_rng(SEED)
    return pl.DataFrame({"group": draw.integers(0, groups, rows), "value": draw.normal(size=rows)})


def plain_quantile(frame: pl.DataFrame) -> pl.DataFrame:
    rank = pl.col("value").rank("min", descending=True).over("group")
    present = pl.col("value").count().over("group")
    return frame.with_columns(quantile=11 - ((present + 1 - rank) * 10 / present).ceil())


def tenths(sets: int = 2_000) -> pl.DataFrame:
    """Areas of ten groups by deprivation, a rate in each."""
    draw = np.random.default_rng(SEED)
    value = np.tile(np.linspace(500, 300, 10), sets) * draw.normal(1, 0.03, 10 * sets)
    return pl.DataFrame(
        {
            "area": codes(sets, 10),
            "tenth": np.tile(np.arange(1, 11), sets),
            "people": draw.integers(5_000, 30_000, 10 * sets),
            "value": value,
            "se": value * 0.05,
            "lower": value * 0.9,
            "upper": value * 1.11,
        }
    )


def plain_line(frame: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Lay the sets out a row each, with the weights that make slope and intercept of the values."""
    frame = frame.sort("area", "tenth")
    people, value = (frame[name].to_numpy().reshape(-1, 10).astype(float) for name in ("people", "value"))
    a = people / people.sum(axis=1, keepdims=True)
    b = a.cumsum(axis=1) - a / 2
    centre = (a * b).sum(axis=1, keepdims=True)
    k = a * (b - centre) / (a * (b - centre) ** 2).sum(axis=1, keepdims=True)
    return frame, value, k, a - centre * k


def plain_exact_index(frame: pl.DataFrame) -> pl.DataFrame:
    frame, value, k, c = plain_line(frame)
    slope, intercept = (k * value).sum(axis=1), (c * value).sum(axis=1)
    variance = frame["se"].to_numpy().reshape(-1, 10) ** 2
    end = c + k
    spread = np.sqrt((k * k * variance).sum(axis=1))
    found = {"sii": slope, "rii": (intercept + slope) / intercept, "intercept": intercept, "slope": slope}
    top = intercept + slope
    for name, z in LEVELS:
        found |= {f"sii_lower_{name}": slope - z * spread, f"sii_upper_{name}": slope + z * spread}
        p = intercept**2 - z * z * (c * c * variance).sum(axis=1)
        q = top * intercept - z * z * (end * c * variance).sum(axis=1)
        r = top**2 - z * z * (end * end * variance).sum(axis=1)
        root = np.sqrt(q * q - p * r)
        found |= {f"rii_lower_{name}": (q - root) / p, f"rii_upper_{name}": (q + root) / p}
    return frame.select(pl.col("area").gather_every(10)).with_columns(
        pl.Series(name, column) for name, column in found.items()
    )


def plain_simulated_index(frame: pl.DataFrame) -> pl.DataFrame:
    frame, value, k, c = plain_line(frame)
    lower, upper = (np.log(frame[name].to_numpy().reshape(-1, 10)) for name in ("lower", "upper"))
    normal = np.random.default_rng(SEED).standard_normal((10, 1_000))
    drawn = np.exp(np.log(value)[:, :, None] + ((upper - lower) / (2 * Z))[:, :, None] * normal)
    slope, intercept = (k[:, :, None] * drawn).sum(axis=1), (c[:, :, None] * drawn).sum(axis=1)
    tails = [2.5, 97.5, 0.1, 99.9]
    limits = [*np.percentile(slope, tails, axis=1), *np.percentile((intercept + slope) / intercept, tails, axis=1)]
    s, i = (k * value).sum(axis=1), (c * value).sum(axis=1)
    found = {"sii": s, "rii": (i + s) / i, "intercept": i, "slope": s}
    return frame.select(pl.col("area").gather_every(10)).with_columns(
        *(pl.Series(name, column) for name, column in found.items()),
        *(pl.Series(f"limit {place}", column) for place, column in enumerate(limits)),
    )


def yearly(series: int = 20_000, years: int = 10) -> pl.DataFrame:
    """Yearly series of a proportion."""
    draw = np.random.default_rng(SEED)
    value = np.repeat(draw.uniform(10, 30, series), years) + np.tile(np.arange(years), series) * 0.2
    value = value + draw.normal(0, 0.5, series * years)
    return pl.DataFrame(
        {
            "area": codes(series, years),
            "year": np.tile(np.arange(2014, 2014 + years), series),
            "value": value,
            "lower": value - 1,
            "upper": value + 1,
            "count": (value * 100).astype(int),
            "people": np.full(series * years, 10_000),
        }
    )


def plain_trend(frame: pl.DataFrame) -> pl.DataFrame:
    latest = frame.sort("area", "year").group_by("area", maintain_order=True).tail(5)
    value, lower, upper = (latest[name].to_numpy().reshape(-1, 5) for name in ("value", "lower", "upper"))
    weight, t = (3.92 / (upper - lower)) ** 2, np.arange(1, 6)

    def fit(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sw, st, stt = w.sum(axis=1), (w * t).sum(axis=1), (w * t * t).sum(axis=1)
        sy, sty = (w * value).sum(axis=1), (w * t * value).sum(axis=1)
        slope = (sw * sty - st * sy) / (sw * stt - st * st)
        return slope, slope**2 * (sw * stt - st * st) / sw

    slope, chi_square = fit(weight)
    keeps = np.ones(len(slope), dtype=bool)
    for left_out in range(5):
        keeps &= (fit(np.where(np.arange(5) == left_out, 0, weight))[0] < 0) == (slope < 0)
    moves = keeps & (chi_square > 9.54953570608324)
    marker = np.where(moves, np.where(slope > 0, "increasing", "decreasing"), "no_change")
    return latest.select(pl.col("area").gather_every(5)).with_columns(
        pl.Series("chi_square", chi_square), pl.Series("slope", slope), pl.Series("marker", marker)
    )


def authorities(groups: int = 4, size: int = 151) -> pl.DataFrame:
    """Sets of upper-tier authorities, with values as noisy as healthy life expectancy."""
    draw = np.random.default_rng(SEED)
    value, error = draw.normal(62, 3.4, groups * size), draw.uniform(0.8, 2.5, groups * size)
    return pl.DataFrame(
        {
            "period": np.repeat(np.arange(groups), size),
            "code": np.tile([f"E{number:08d}" for number in range(size)], groups),
            "value": value,
            "lower": value - 1.96 * error,
            "upper": value + 1.96 * error,
        }
    )


def plain_gap(end: int) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def work(frame: pl.DataFrame) -> pl.DataFrame:
        y = frame["value"].to_numpy().reshape(-1, 151)
        s = ((frame["upper"] - frame["lower"]) / 3.92).to_numpy().reshape(-1, 151)
        w = s**-2
        m = (w * y).sum(axis=1) / w.sum(axis=1)
        q = (w * (y - m[:, None]) ** 2).sum(axis=1)
        tau = np.maximum(0, (q - 150) / (w.sum(axis=1) - (w**2).sum(axis=1) / w.sum(axis=1)))[:, None]
        centre = ((y / (s**2 + tau)).sum(axis=1) / (1 / (s**2 + tau)).sum(axis=1))[:, None]
        keep = tau / (s**2 + tau)
        mean, spread = centre + keep * (y - centre), np.sqrt(keep) * s
        rows = []
        for place in range(len(y)):
            normal = np.random.default_rng(SEED).standard_normal((DRAWS, 151))
            drawn = mean[place] + spread[place] * normal
            if end == 1:
                gap = drawn.max(axis=1) - drawn.min(axis=1)
                x = np.linspace(0, 9 * s[place].max(), 340)[:, None]
                tails = 1 - special.ndtr(x / s[place]).prod(axis=1) - special.ndtr(-x / s[place]).prod(axis=1)
                chance = 2 * np.trapezoid(tails, x.ravel())
            else:
                drawn = np.partition(drawn, [end - 1, 151 - end], axis=1)
                gap = drawn[:, 151 - end :].mean(axis=1) - drawn[:, :end].mean(axis=1)
                null = np.partition(s[place] * normal, [end - 1, 151 - end], axis=1)
                chance = (null[:, 151 - end :].mean(axis=1) - null[:, :end].mean(axis=1)).mean()
            rows.append((chance, *np.percentile(gap, [2.5, 50, 97.5])))
        return pl.DataFrame(rows, orient="row")

    return work


def posts(rows: int = 1_000_000, groups: int = 1_000) -> pl.DataFrame:
    """Posts followed for so many months, some of them ended."""
    draw = np.random.default_rng(SEED)
    return pl.DataFrame(
        {
            "system": draw.integers(0, groups, rows),
            "months": draw.integers(1, 60, rows),
            "ended": draw.random(rows) < 0.6,
        }
    )


def plain_curve(frame: pl.DataFrame) -> pl.DataFrame:
    n, d = pl.col("n"), pl.col("d")
    curve = (
        frame.group_by("system", "months").agg(pl.col("ended").sum().alias("d"), pl.len().alias("of"))
        .sort("system", "months").with_columns(n=pl.col("of").cum_sum(reverse=True).over("system")).filter(d > 0)
        .with_columns(
            share=((n - d) / n).cum_prod().over("system"), sum=(d / (n * (n - d))).cum_sum().over("system")
        )
    )  # fmt: skip
    error = pl.col("share") * pl.col("sum").sqrt()
    return curve.with_columns(
        limit.clip(0, 1).alias(f"{side} {name}")
        for name, z in LEVELS
        for side, limit in (("lower", pl.col("share") - z * error), ("upper", pl.col("share") + z * error))
    )


ESTIMATE = {"value": "value", "lower": "lower", "upper": "upper"}
REFERENCE = {
    "value": "y1", "lower": "y1_lo", "upper": "y1_hi",
    "reference": "r1", "reference_lower": "r1_lo", "reference_upper": "r1_hi",
}  # fmt: skip
CHANGES = {
    "before": "y0", "after": "y1", "comparator_before": "r0", "comparator_after": "r1",
    "before_se": "y0_se", "after_se": "y1_se", "comparator_before_se": "r0_se", "comparator_after_se": "r1_se",
}  # fmt: skip
PERIODS = {"baseline": "y0", "latest": "y1", "baseline_se": "y0_se", "latest_se": "y1_se", "target": "target"}
DATES = {"baseline_date": "then", "latest_date": "now", "target_date": "due"}
DEPRIVATION: dict[str, Any] = {"group": "tenth", "population": "people", "value": "value", "by": ["area"]}
SERIES: dict[str, Any] = {"period": "year", "count": "count", "denominator": "people", "by": ["area"]}

CASES = (
    Case("combine: 1,000,000 parts in 50,000 groups", parts,
         lambda f: combine(f, weight="weight", by=["area"], **ESTIMATE), plain_combine, weighs_memory=True),
    Case("compare: 1,000,000 rows", sides, lambda f: compare(f, **REFERENCE), plain_compare),
    Case("difference_of_differences: 1,000,000 rows", sides,
         lambda f: difference_of_differences(f, **CHANGES), plain_difference),
    Case("direction: 1,000,000 rows", sides,
         lambda f: direction(f, **PERIODS, polarity="high_is_good"), plain_direction),
    Case("pace: 1,000,000 rows", sides,
         lambda f: pace(f, **PERIODS, **DATES, form="compound", polarity="high_is_good"), plain_pace),
    Case("quantile: 1,000,000 rows in 100 groups", ranked,
         lambda f: quantile(f, value="value", n=10, by=["group"]), plain_quantile, weighs_memory=True),
    Case("slope_index, exact: 2,000 sets of 10", tenths,
         lambda f: slope_index(f, standard_error="se", **DEPRIVATION), plain_exact_index),
    Case("slope_index, simulated: 2,000 sets x 1,000", tenths,
         lambda f: slope_index(f, lower="lower", upper="upper", kind="rate", method="simulated", repetitions=1_000,
                               **DEPRIVATION), plain_simulated_index, weighs_memory=True, runs=5),
    Case("recent_trend: 20,000 series of 10", yearly,
         lambda f: recent_trend(f, kind="proportion", polarity="low_is_good", **ESTIMATE, **SERIES), plain_trend),
    Case("range_gap: 4 sets of 151", authorities,
         lambda f: range_gap(f, area="code", by=["period"], **ESTIMATE), plain_gap(1), runs=3),
    Case("decile_gap: 4 sets of 151", authorities,
         lambda f: decile_gap(f, area="code", by=["period"], **ESTIMATE), plain_gap(15), runs=3),
    Case("kaplan_meier: 1,000,000 rows in 1,000 groups", posts,
         lambda f: kaplan_meier(f, time="months", observed="ended", by=["system"]), plain_curve, weighs_memory=True),
)  # fmt: skip


def benchmarks() -> Iterator[dict[str, Any]]:
    """Time each metric and its plain pass, turn and turn about, and weigh the large ones."""
    return beside_plain(__name__, CASES)


def coverage() -> Iterator[dict[str, Any]]:
    """See how often 95% limits hold the truth, which they should near 95% of the time."""
    draw = np.random.default_rng(SEED)
    times = 20_000

    def held(
        name: str, lower: np.ndarray | pl.Series, upper: np.ndarray | pl.Series, truth: float | np.ndarray
    ) -> dict[str, Any]:
        return covered(name, pl.Series((np.asarray(lower) <= truth) & (truth <= np.asarray(upper))))

    def noisy(truth: np.ndarray, error: np.ndarray) -> dict[str, np.ndarray]:
        value = draw.normal(np.tile(truth, times), np.tile(error, times))
        half = 1.96 * np.tile(error, times)
        return {"value": value, "lower": value - half, "upper": value + half}

    truth, error, weight = np.array([60.0, 62, 66]), np.array([0.4, 1.0, 2.0]), np.array([5, 3, 2])
    frame = pl.DataFrame({"g": np.repeat(np.arange(times), 3), "w": np.tile(weight, times), **noisy(truth, error)})
    found = combine(frame, weight="w", by=["g"], **ESTIMATE)
    yield held("combine of 3 parts", found["lower_95"], found["upper_95"], float(truth @ weight / 10))

    frame = frame.with_columns(code=pl.Series(np.tile(["a", "b", "c"], times)))
    found = named_gap(frame, area="code", by=["g"], high="c", low="a", **ESTIMATE)
    yield held("named_gap", found["lower_95"], found["upper_95"], 6.0)

    true = {"y0": 60.0, "y1": 61.5, "r0": 62.0, "r1": 62.5}
    frame = pl.DataFrame({name: draw.normal(value, 0.5, times) for name, value in true.items()}).with_columns(
        pl.lit(0.5).alias(f"{name}_se") for name in true
    )
    found = difference_of_differences(frame, **CHANGES)
    yield held("difference_of_differences", found["lower_95"], found["upper_95"], 1.0)
    frame = frame.with_columns(target=70.0, then=2018, now=2024, due=2030)
    for form, ratio in (("linear", 0.3), ("compound", ((61.5 / 60) ** (1 / 6) - 1) / ((70 / 60) ** (1 / 12) - 1))):
        found = pace(frame, **PERIODS, **DATES, form=form, polarity="high_is_good")
        yield held(f"pace, {form}", found["pace_lower_95"], found["pace_upper_95"], ratio)

    truth, error = np.linspace(74, 82, 10), np.linspace(0.6, 0.5, 10)
    sets = {"area": np.repeat(np.arange(times), 10), "tenth": np.tile(np.arange(10), times), "people": 1}
    frame = pl.DataFrame({**sets, "se": np.tile(error, times), **noisy(truth, error)})
    found = slope_index(frame, standard_error="se", confidence=0.95, **DEPRIVATION)
    line = slope_index(
        pl.DataFrame({"area": 0, "tenth": np.arange(10), "people": 1, "value": truth}), confidence=0.95, **DEPRIVATION
    )
    for name in ("sii", "rii"):
        yield held(f"slope_index, {name}", found[f"{name}_lower_95"], found[f"{name}_upper_95"], line[name].item())

    # Narrower than 95% by design: the uncertainty of the spread between areas is left out, as the docstring says.
    for size, spread, errors in ((9, 2.0, (0.3, 0.5)), (151, 3.3, (0.8, 2.0)), (30, 2.0, (1.0, 2.0))):
        truths, error = draw.normal(60, spread, (300, size)), draw.uniform(*errors, (300, size))
        value = draw.normal(truths, error).ravel()
        half = 1.96 * error.ravel()
        frame = pl.DataFrame({"value": value, "lower": value - half, "upper": value + half}).with_columns(
            g=pl.Series(np.repeat(np.arange(300), size)), code=pl.Series(np.tile(np.arange(size), 300))
        )
        ranked, end = np.sort(truths, axis=1), (size + 5) // 10
        gaps = {
            "range_gap": (range_gap, ranked[:, -1] - ranked[:, 0]),
            "decile_gap": (decile_gap, ranked[:, -end:].mean(axis=1) - ranked[:, :end].mean(axis=1)),
        }
        for name, (measure, gap) in gaps.items():
            found = measure(frame, area="code", by=["g"], draws=2_048, **ESTIMATE)
            told = f"{name}, shrunken, {size} areas"
            yield held(told, found["shrunken_lower_95"], found["shrunken_upper_95"], gap)

    months = draw.exponential(20, times * 40)
    until = draw.uniform(5, 40, times * 40)
    frame = pl.DataFrame(
        {"g": np.repeat(np.arange(times), 40), "t": np.minimum(months, until), "over": months <= until}
    )
    found = median_survival(frame, time="t", observed="over", by=["g"], confidence=0.95)
    # A limit beyond anything observed is no bound on that side.
    lower, upper = found["lower_95"].fill_null(np.inf), found["upper_95"].fill_null(np.inf)
    yield held("median_survival of 40", lower, upper, 20 * float(np.log(2)))
