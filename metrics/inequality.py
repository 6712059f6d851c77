"""The slope and relative index of inequality: how a measure changes from the most to the least deprived."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit, logit

from metrics.draws import even_normals
from metrics.inputs import (
    DEFAULT_CONFIDENCE,
    Level,
    choice_problems,
    column_problems,
    given_together,
    grouping,
    is_frame,
    level_problems,
    levels,
    limit_names,
    refuse,
    whole_number_problems,
)
from metrics.layout import Counts, Floats, Layout, Truths, column, numbers
from metrics.normal import Z_95

Kind = Literal["normal", "rate", "proportion"]
Method = Literal["exact", "simulated"]

KINDS = ("normal", "rate", "proportion")
METHODS = ("exact", "simulated")
SEED = 0
FEWEST_REPETITIONS, MOST_REPETITIONS = 1_000, 2**24
OPTIONAL = ("standard_error", "lower", "upper")
BLOCK = 500_000
"""Draws held at a time: groups times repetitions."""

NO_VALUE = "a group has no value"
INCOMPLETE = "a group is missing that others have"
TOO_FEW = "fewer than two groups: no slope"
AT_BOUND = {
    "rate": "a rate of zero has no logarithm",
    "proportion": "a proportion of zero or one has no logit",
}
NO_ERRORS = "no limits: neither standard errors nor limits of the values were given"
NO_EXACT = "no exact limits without a transform: simulate them"
NO_INTERVAL = "no limits: a group has no standard error"
NO_WIDTH = "no limits: every standard error is zero, which is not certainty"
UNBOUNDED = "the relative index has no finite limits: the intercept may be zero"


def slope_index(
    frame: pl.DataFrame,
    *,
    group: str,
    population: str,
    value: str,
    by: str | Sequence[str],
    kind: str = "normal",
    transform: bool = False,
    standard_error: str | None = None,
    lower: str | None = None,
    upper: str | None = None,
    multiplier: float = 1,
    method: str = "exact",
    repetitions: int = 100_000,
    seed: int | None = None,
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
) -> pl.DataFrame:
    """Work out the slope and the relative index of inequality over groups ordered from the most deprived.

    Each group has the share a of the population and the mid-rank b, the shares before it plus half its own. A line is
    fitted to the values on b by least squares with weights a; it starts at the intercept c (the most deprived end) and
    rises by the slope s to the other end. SII = multiplier x s; RII = (c + s)/c, inverted for a negative multiplier.
    With `transform` the line is fitted to the logarithm of a `rate` or the logit of a `proportion`; with g the way
    back, SII = multiplier x (g(c + s) - g(c)), RII = g(c + s)/g(c), and `intercept` is g(c) times the size of the
    multiplier. `slope` is always s on the fitted scale.

    Limits. A value's standard error is `standard_error` as given (on the log or logit scale for a rate or proportion),
    or the width of its 95% limits over 2 x 1.959964, after log or logit. `exact`: the slope is a fixed weighted sum of
    the values, so its limits are s -/+ z times the root of the sum of squared weights times squared standard errors;
    those of the RII are Fieller's. With `transform` the slope's limits turn about the middle of the line:
    g(h + s/2) and g(h - s/2), h = c + s/2, with each limit for s. A rate or proportion without `transform` has no
    exact limits. `simulated`: every value is drawn from its normal (on the log or logit scale, then back) and the
    percentiles of the refitted indices are taken; the same seed gives the same limits (None is 0), whatever other
    groups there are.

    `group` is a column of numbers or of an Enum, from the most deprived up. One row for each set of groups, in order of
    first appearance: the grouping columns, `sii`, `rii`, their limits (`sii_lower_95` ... `rii_upper_99_8`),
    `intercept`, `slope` and `reason`. Units: those of the value times the multiplier; RII is a ratio. An empty `by`
    takes all rows as one set.

    Nulls: a set without a value (null, NaN, infinite) in every group, without a group that others have, with fewer
    than two groups, or with a value that cannot be transformed, has nulls and a `reason`. So have limits that cannot
    be given: a missing standard error, all of them zero, limits of zero or one that cannot be transformed, an
    intercept that may be zero.

    Raises MetricInputError: a column missing or of the wrong type, `group` without an order (text), null or twice in a
    set, a population missing, zero or negative, a negative rate, a proportion outside 0 to 1, a negative standard
    error, a lower limit above its upper limit, `transform` of a normal value or with standard errors in the place of
    limits, an unknown kind or method, a confidence outside 0.9 to 1, fewer than 1,000 repetitions or more than
    16,777,216, a multiplier of zero.

    Source: Low A, Low A. J Public Health 2004;26:388-95. Fieller EC. J R Stat Soc B 1954;16:175-85. As in
    PHEindicatormethods' phe_sii.

    >>> fifths = pl.DataFrame(
    ...     {"fifth": [1, 2, 3, 4, 5], "people": 100, "e0": [74.0, 76.0, 78.0, 80.0, 82.0], "se": 0.5}
    ... )
    >>> found = slope_index(
    ...     fifths, group="fifth", population="people", value="e0", standard_error="se", by=[], confidence=0.95
    ... )
    >>> found.select(pl.col("sii", "sii_lower_95", "sii_upper_95", "rii", "intercept").round(3)).row(0)
    (10.0, 8.451, 11.549, 1.137, 73.0)
    """
    keys = grouping(by)
    from_limits = standard_error is None and lower is not None
    given = _Given(kind, transform, standard_error is not None or from_limits, from_limits)
    numeric = {
        "population": population,
        "value": value,
        "standard_error": standard_error,
        "lower": lower if from_limits else None,
        "upper": upper if from_limits else None,
    }
    problems = level_problems(confidence)
    wanted = () if problems else levels(confidence)
    adds = [*_limit_columns(wanted), "sii", "rii", "intercept", "slope", "reason"]
    refuse(
        [
            *column_problems(frame, numeric=numeric, present={"group": group}, optional=OPTIONAL, by=keys, adds=adds),
            *given_together(lower=lower, upper=upper),
            *_order_problems(frame, group),
            *choice_problems("kind", kind, KINDS),
            *choice_problems("method", method, METHODS),
            *_multiplier_problems(multiplier),
            *whole_number_problems("repetitions", repetitions, least=FEWEST_REPETITIONS, most=MOST_REPETITIONS),
            *([] if seed is None else whole_number_problems("seed", seed, least=0)),
            *_transform_problems(kind, transform, standard_error),
            *problems,
        ]
    )
    layout = Layout.of(frame, keys, _order(frame[group]))
    rows = {name: numbers(frame, source)[layout.row] for name, source in numeric.items()}
    _refuse_rows(frame, layout, rows, group, kind, keys)

    # What cannot be worked out comes out as not finite, and leaves as a null with its reason.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        sets = _Sets.of(layout, rows, given, most=frame[group].n_unique())
        fit = _fit(sets)
        indices = _indices(fit, given, multiplier)
        limited = sets.reasons(given, method)
        sound = ~limited.blocked & ~limited.unlimited
        if method == "exact":
            bounds = _exact(sets, fit, given, multiplier, wanted)
        else:
            bounds = _simulated(
                sets, fit, given, multiplier, wanted, sound, SEED if seed is None else seed, repetitions
            )
    reason = limited.words
    for name, limit in bounds.items():
        limit[~sound] = np.nan
        if name.startswith("rii"):
            reason[sound & ~np.isfinite(limit)] = UNBOUNDED
    found = {**indices, **bounds}
    columns = ["sii", "rii", *_limit_columns(wanted), "intercept", "slope"]
    return pl.DataFrame(
        [
            *layout.keys(frame, keys),
            *(column(name, found[name], keep=~limited.blocked) for name in columns),
            pl.Series("reason", reason.tolist(), dtype=pl.String),
        ]
    )


@dataclass(frozen=True, slots=True)
class _Given:
    kind: str
    transform: bool
    with_errors: bool
    from_limits: bool

    def forth(self, values: Floats) -> Floats:
        """Take values to the scale they are drawn on."""
        if self.kind == "normal":
            return values
        return np.asarray(np.log(values) if self.kind == "rate" else logit(values), dtype=np.float64)

    def back(self, values: Floats) -> Floats:
        """Take drawn values back to their own scale."""
        if self.kind == "normal":
            return values
        return np.asarray(np.exp(values) if self.kind == "rate" else expit(values), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Reasons:
    """Which sets have no index at all, which have no limits, and why."""

    blocked: Truths
    unlimited: Truths
    words: npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class _Sets:
    """One row a set, one column a group; places beyond a set's last group weigh nothing."""

    sizes: Counts
    most: int
    weight: Floats
    fitted: Floats
    drawn: Floats
    error: Floats

    @classmethod
    def of(cls, layout: Layout, rows: dict[str, Floats], given: _Given, *, most: int) -> _Sets:
        shape = len(layout.sizes), int(layout.sizes.max(initial=0))
        at = layout.group, layout.place

        def laid_out(figures: Floats) -> Floats:
            if len(figures) == shape[0] * shape[1]:
                return figures.reshape(shape)
            matrix = np.zeros(shape)
            matrix[at] = figures
            return matrix

        drawn = given.forth(rows["value"])
        people = laid_out(rows["population"])
        return cls(
            sizes=layout.sizes,
            most=most,
            weight=people / people.sum(axis=1, keepdims=True),
            fitted=laid_out(drawn if given.transform else rows["value"]),
            drawn=laid_out(drawn),
            error=laid_out(_standard_errors(rows, given)),
        )

    def reasons(self, given: _Given, method: str) -> _Reasons:
        """Say of each set what stands in the way, the first that applies."""
        finite_error = np.isfinite(self.error)
        blocks = [
            (np.isnan(self.fitted).any(axis=1), NO_VALUE),
            (self.sizes < self.most, INCOMPLETE),
            (self.sizes < 2, TOO_FEW),
            (np.isinf(self.fitted).any(axis=1), AT_BOUND.get(given.kind, "")),
        ]
        limits = [
            (np.full(len(self.sizes), not given.with_errors), NO_ERRORS),
            (np.full(len(self.sizes), method == "exact" and given.kind != "normal" and not given.transform), NO_EXACT),
            (~finite_error.all(axis=1), NO_INTERVAL),
            ((self.error == 0).all(axis=1), NO_WIDTH),
        ]
        words = np.full(len(self.sizes), None, dtype=object)
        for applies, said in reversed(blocks + limits):
            words[applies] = said
        return _Reasons(
            blocked=np.logical_or.reduce([applies for applies, _ in blocks]),
            unlimited=np.logical_or.reduce([applies for applies, _ in limits]),
            words=words,
        )


@dataclass(frozen=True, slots=True)
class _Fit:
    """The fitted lines, and the weights that make slope and intercept out of the values."""

    slope: Floats
    intercept: Floats
    by_slope: Floats
    by_intercept: Floats


def _fit(sets: _Sets) -> _Fit:
    """Fit every set's line: slope and intercept are fixed weighted sums of the values."""
    rank = np.cumsum(sets.weight, axis=1) - sets.weight / 2
    centre = (sets.weight * rank).sum(axis=1, keepdims=True)
    apart = sets.weight * (rank - centre)
    by_slope = apart / (apart * (rank - centre)).sum(axis=1, keepdims=True)
    by_intercept = sets.weight - centre * by_slope
    return _Fit(
        slope=(by_slope * sets.fitted).sum(axis=1),
        intercept=(by_intercept * sets.fitted).sum(axis=1),
        by_slope=by_slope,
        by_intercept=by_intercept,
    )


def _indices(fit: _Fit, given: _Given, multiplier: float) -> dict[str, Floats]:
    start, end = fit.intercept, fit.intercept + fit.slope
    intercept = start.copy()
    if given.transform:
        start, end = given.back(start), given.back(end)
        intercept = start * abs(multiplier)
    ratio = start / end if multiplier < 0 else end / start
    sii = multiplier * fit.slope if not given.transform else multiplier * (end - start)
    return {"sii": sii, "rii": ratio, "intercept": intercept, "slope": fit.slope.copy()}


def _exact(sets: _Sets, fit: _Fit, given: _Given, multiplier: float, wanted: Sequence[Level]) -> dict[str, Floats]:
    """Carry the values' variances through the weighted sums."""
    variance = sets.error**2
    slope_error = np.sqrt((fit.by_slope**2 * variance).sum(axis=1))
    bounds: dict[str, Floats] = {}
    for level in wanted:
        low, high = fit.slope - level.z * slope_error, fit.slope + level.z * slope_error
        if given.transform:
            bounds |= _turned(fit, given, multiplier, level, low, high)
            continue
        bounds |= _ordered(level, "sii", multiplier * low, multiplier * high)
        by_end = fit.by_intercept + fit.by_slope
        forms = (by_end, fit.by_intercept) if multiplier > 0 else (fit.by_intercept, by_end)
        bounds |= _ordered(level, "rii", *_fieller(sets.fitted, variance, *forms, level.z))
    return bounds


def _fieller(value: Floats, variance: Floats, above: Floats, below: Floats, z: float) -> tuple[Floats, Floats]:
    """Bound the ratio of two weighted sums of the same values; NaN where the lower one may be zero."""
    top, bottom = (above * value).sum(axis=1), (below * value).sum(axis=1)
    a = bottom**2 - z**2 * (below**2 * variance).sum(axis=1)
    b = top * bottom - z**2 * (above * below * variance).sum(axis=1)
    c = top**2 - z**2 * (above**2 * variance).sum(axis=1)
    a = np.where(a > 0, a, np.nan)
    half = np.sqrt(np.maximum(b**2 - a * c, 0))
    return (b - half) / a, (b + half) / a


def _turned(fit: _Fit, given: _Given, multiplier: float, level: Level, low: Floats, high: Floats) -> dict[str, Floats]:
    """Turn the line about its middle to each limit of the slope, and read off both indices."""
    middle = fit.intercept + fit.slope / 2
    ends = [(given.back(middle - slope / 2), given.back(middle + slope / 2)) for slope in (low, high)]
    sii = [multiplier * (end - start) for start, end in ends]
    rii = [start / end if multiplier < 0 else end / start for start, end in ends]
    return _ordered(level, "sii", *sii) | _ordered(level, "rii", *rii)


def _simulated(
    sets: _Sets,
    fit: _Fit,
    given: _Given,
    multiplier: float,
    wanted: Sequence[Level],
    sound: Truths,
    seed: int,
    repetitions: int,
) -> dict[str, Floats]:
    """Draw the values, refit, and take percentiles; the n-th group of every set has the n-th row of draws."""
    bounds = {name: np.full(len(sets.sizes), np.nan) for name in _limit_columns(wanted)}
    normals = even_normals(sets.weight.shape[1], seed=seed, draws=repetitions)
    tails = [100 * tail for level in wanted for tail in (level.tail, 1 - level.tail)]
    step = max(1, BLOCK // repetitions)
    chosen = np.flatnonzero(sound)
    for first in range(0, len(chosen), step):
        block = chosen[first : first + step]
        slope, intercept = _refitted(sets, fit, given, block, normals)
        found = np.percentile(slope, tails, axis=1)
        ratio = np.empty_like(found)
        if not given.transform:
            end = intercept + slope
            ratios = intercept / end if multiplier < 0 else end / intercept
            ratio = np.percentile(ratios, tails, axis=1)
        part = _Fit(fit.slope[block], fit.intercept[block], fit.by_slope[block], fit.by_intercept[block])
        for place, level in enumerate(wanted):
            low, high = found[2 * place], found[2 * place + 1]
            if given.transform:
                limits = _turned(part, given, multiplier, level, low, high)
            else:
                limits = _ordered(level, "sii", multiplier * low, multiplier * high)
                limits |= _ordered(level, "rii", ratio[2 * place], ratio[2 * place + 1])
            for name, limit in limits.items():
                bounds[name][block] = limit
    return bounds


def _refitted(sets: _Sets, fit: _Fit, given: _Given, block: Counts, normals: Floats) -> tuple[Floats, Floats]:
    """Add up the drawn values with the weights of slope and intercept, a group at a time."""
    back: Callable[[Floats], Floats] = (lambda drawn: drawn) if given.transform else given.back
    slope, intercept = np.zeros((len(block), normals.shape[1])), np.zeros((len(block), normals.shape[1]))
    for place, normal in enumerate(normals):
        drawn = back(sets.drawn[block, place, None] + sets.error[block, place, None] * normal)
        slope += fit.by_slope[block, place, None] * drawn
        if not given.transform:
            intercept += fit.by_intercept[block, place, None] * drawn
    return slope, intercept


def _ordered(level: Level, index: str, one: Floats, other: Floats) -> dict[str, Floats]:
    """Name two limits, the lower one first: a negative multiplier turns them round."""
    return {f"{index}_{level.lower}": np.minimum(one, other), f"{index}_{level.upper}": np.maximum(one, other)}


def _limit_columns(wanted: Sequence[Level]) -> list[str]:
    return [f"{index}_{limit}" for index in ("sii", "rii") for limit in limit_names(wanted)]


def _standard_errors(rows: dict[str, Floats], given: _Given) -> Floats:
    """Take the standard errors as given, or from limits on the scale values are drawn on; not finite where none."""
    if given.from_limits:
        return np.asarray((given.forth(rows["upper"]) - given.forth(rows["lower"])) / (2 * Z_95), dtype=np.float64)
    return rows["standard_error"]


def _order(groups: pl.Series) -> Floats:
    """Number the groups in their order, NaN where there is none to number."""
    number = groups.to_physical() if groups.dtype == pl.Enum else groups
    order = number.cast(pl.Float64).to_numpy()
    return np.where(np.isfinite(order), order, np.nan)


def _order_problems(frame: pl.DataFrame, group: str) -> list[str]:
    dtype = frame.schema.get(group) if is_frame(frame) and isinstance(group, str) else None
    if dtype is None or dtype.is_numeric() or dtype in (pl.Null, pl.Enum):
        return []
    return [f"group: column {group!r} is {dtype}, which has no order; expected numbers or an Enum"]


def _multiplier_problems(multiplier: float) -> list[str]:
    if (
        isinstance(multiplier, int | float)
        and not isinstance(multiplier, bool)
        and math.isfinite(multiplier)
        and multiplier
    ):
        return []
    return [f"multiplier: {multiplier!r} given; expected a finite number other than zero"]


def _transform_problems(kind: str, transform: bool, standard_error: str | None) -> list[str]:
    if not transform:
        return []
    problems = [f"transform: given for kind {kind!r}; expected a rate or proportion"] if kind == "normal" else []
    if standard_error is not None:
        problems.append("standard_error: given with transform; expected lower and upper, which can be transformed")
    return problems


def _refuse_rows(
    frame: pl.DataFrame, layout: Layout, rows: dict[str, Floats], group: str, kind: str, by: list[str]
) -> None:
    """Refuse rows no index can be made of, every set that holds one named."""
    people, low, high = rows["population"], rows["lower"], rows["upper"]
    checks = [
        (np.isnan(_order(frame[group])[layout.row]), "group: null or not finite; expected a group in every row"),
        (layout.repeats, "group: given twice in a set; expected each once"),
        (~(people > 0), "population: missing, zero or negative; expected a number above zero"),
        (rows["standard_error"] < 0, "standard_error: negative; expected zero or more"),
        (low > high, "lower: above upper; expected the lower limit at or below the upper limit"),
    ]
    if kind != "normal":
        most, expected = (np.inf, "zero or more") if kind == "rate" else (1, "0 to 1")
        for name in ("value", "lower", "upper"):
            outside = (rows[name] < 0) | (rows[name] > most)
            checks.append((outside, f"{name}: a {kind} outside its range; expected {expected}"))
    refuse([problem for failing, says in checks for problem in layout.problems(frame, failing, by=by, says=says)])
