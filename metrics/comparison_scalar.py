"""Comparisons of single figures with nothing but the standard library, for a web server that answers one at a time.

The same rules as `metrics.comparison`, one figure in, one out; None stands for a missing figure, and so does a NaN or
an infinity. Neither numpy nor scipy nor polars is loaded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from metrics.normal import WIDTH_IN_STANDARD_ERRORS, Z_95

Comparison = Literal["similar", "higher", "lower"]

SIGNIFICANT_BELOW = 0.05
"""Two-sided 95%."""

NO_VALUE = "no value"
NO_REFERENCE = "no reference value"
NO_INTERVAL = "no interval"
NO_WIDTH = "both intervals have no width, which is not certainty"
MISSING_CHANGE = "a value is missing"


@dataclass(frozen=True, slots=True)
class Compared:
    """A value against a reference: the verdict, its two-sided p, or why there is none."""

    comparison: Comparison | None
    p: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class DifferenceOfDifferences:
    """A change less a comparator's change, in the unit of the values, with its 95% limits and two-sided p."""

    difference: float | None
    lower_95: float | None
    upper_95: float | None
    p: float | None
    reason: str | None


def standard_error(lower: float | None, upper: float | None, decimals: int | None = None) -> float | None:
    """Work a standard error out of 95% limits: their width over 3.92, in their unit.

    With `decimals`, the digits after the point the limits were published with, never less than half the last digit:
    limits that round to the same figure do not make it certain. None when a limit is missing. Raises ValueError when
    the lower limit is above the upper.

    >>> standard_error(0.0, 3.92), standard_error(60.1, 60.1, decimals=1), standard_error(None, 63.92)
    (1.0, 0.05, None)
    """
    low, high = _figure(lower), _figure(upper)
    if low is None or high is None:
        return None
    if low > high:
        raise ValueError(f"lower: {low!r} is above upper: {high!r}; expected it at or below")
    width = (high - low) / WIDTH_IN_STANDARD_ERRORS
    return width if decimals is None else max(width, 0.5 * 10.0**-decimals)


def two_sided_p(z: float) -> float:
    """Give the probability that a standard normal lies at least as far from zero as z.

    >>> round(two_sided_p(-1.959963984540054), 12)
    0.05
    """
    return math.erfc(abs(z) / math.sqrt(2))


def one_sided_p(z: float) -> float:
    """Give the smaller tail, 1 less the normal distribution function at the absolute value of z.

    >>> round(one_sided_p(1.6448536269514722), 12)
    0.05
    """
    return two_sided_p(z) / 2


def compare(
    *,
    value: float | None,
    lower: float | None,
    upper: float | None,
    reference: float | None,
    reference_lower: float | None,
    reference_upper: float | None,
    decimals: int | None = None,
) -> Compared:
    """Say whether a value is similar to, higher or lower than a reference: the twin of `metrics.comparison.compare`.

    >>> found = compare(value=58.1, lower=56.5, upper=59.7, reference=60.9, reference_lower=60.8, reference_upper=61.0)
    >>> found.comparison, round(found.p, 4), found.reason
    ('lower', 0.0006, None)
    """
    here, there = _figure(value), _figure(reference)
    if here is None or there is None:
        return Compared(None, None, NO_VALUE if here is None else NO_REFERENCE)
    errors = standard_error(lower, upper, decimals), standard_error(reference_lower, reference_upper, decimals)
    spread = _root_sum_of_squares(*errors)
    if not spread:
        return Compared(None, None, NO_INTERVAL if spread is None else NO_WIDTH)
    z = (here - there) / spread
    p = two_sided_p(z)
    if p >= SIGNIFICANT_BELOW:
        return Compared("similar", p, None)
    return Compared("higher" if z > 0 else "lower", p, None)


def difference_of_differences(
    *,
    before: float | None,
    after: float | None,
    comparator_before: float | None,
    comparator_after: float | None,
    before_se: float | None = None,
    after_se: float | None = None,
    comparator_before_se: float | None = None,
    comparator_after_se: float | None = None,
) -> DifferenceOfDifferences:
    """Take a comparator's change from a change: the twin of `metrics.comparison.difference_of_differences`.

    >>> found = difference_of_differences(
    ...     before=60.0, after=59.0, comparator_before=62.0, comparator_after=62.5,
    ...     before_se=0.3, after_se=0.4, comparator_before_se=0.0, comparator_after_se=0.0,
    ... )
    >>> found.difference, round(found.lower_95, 3), round(found.upper_95, 3), round(found.p, 4)
    (-1.5, -2.48, -0.52, 0.0027)
    """
    values = [_figure(given) for given in (before, after, comparator_before, comparator_after)]
    known = [given for given in values if given is not None]
    if len(known) < len(values):
        return DifferenceOfDifferences(None, None, None, None, MISSING_CHANGE)
    difference = (known[1] - known[0]) - (known[3] - known[2])
    spread = _root_sum_of_squares(before_se, after_se, comparator_before_se, comparator_after_se)
    if not spread:
        return DifferenceOfDifferences(difference, None, None, None, NO_INTERVAL if spread is None else NO_WIDTH)
    half = Z_95 * spread
    return DifferenceOfDifferences(
        difference, difference - half, difference + half, two_sided_p(difference / spread), None
    )


def _figure(given: float | None) -> float | None:
    return float(given) if given is not None and math.isfinite(given) else None


def _root_sum_of_squares(*errors: float | None) -> float | None:
    """Combine independent standard errors; None when one is missing. Raises ValueError for a negative one."""
    total = 0.0
    for given in errors:
        error = _figure(given)
        if error is None:
            return None
        if error < 0:
            raise ValueError(f"standard error: {error!r} given; expected zero or more")
        total += error * error
    return math.sqrt(total)
