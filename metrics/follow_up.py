"""What came after an intervention, with nothing but the standard library, for a web server.

Figures come with their standard errors, all in the unit of the measure; None stands for one that is missing. The change
is held against that of comparators, since what went on everywhere is no effect of an intervention here, and against the
regression towards the mean to expect of a system chosen because it was extreme. Neither is proof of cause.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.comparison_scalar import DifferenceOfDifferences, difference_of_differences
from metrics.normal import Z_95

NO_COMPARATOR = "no comparator has figures of both periods"
TOO_FEW = "fewer than three figures"
NO_SPREAD = "figures without standard errors"
FEWEST = 3
"""Figures from which a spread between areas is told."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its standard error, both in the measure's unit."""

    value: float
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class BeforeAndAfter:
    """One area's figures in the period before and the period after."""

    before: Estimate
    after: Estimate

    @property
    def change(self) -> float:
        """After less before."""
        return self.after.value - self.before.value


@dataclass(frozen=True, slots=True)
class Regression:
    """The change to expect of one area with nothing done, because its first figure was partly chance.

    `reliability` is the share of a figure's distance from the mean that is lasting: 1 where there is no sampling error.
    """

    expected_change: float | None
    mean: float | None
    reliability: float | None
    reason: str | None


def beside(own: BeforeAndAfter, comparators: Sequence[BeforeAndAfter]) -> DifferenceOfDifferences:
    """Take the mean change of comparators from an area's change, with 95% limits.

    Each comparator counts the same, and areas are independent: they share no residents. The limits are of sampling
    alone; that true changes differ from place to place is not in them. Without comparators there is no difference.

    >>> own = BeforeAndAfter(Estimate(60.0, 0.3), Estimate(61.0, 0.4))
    >>> others = [BeforeAndAfter(Estimate(62.0, 0.6), Estimate(62.5, 0.8)) for _ in range(4)]
    >>> found = beside(own, others)
    >>> found.difference, round(found.upper_95 - found.difference, 4)
    (0.5, 1.3859)
    """
    if not comparators:
        return DifferenceOfDifferences(None, None, None, None, NO_COMPARATOR)
    before, before_se = _mean([other.before for other in comparators])
    after, after_se = _mean([other.after for other in comparators])
    return difference_of_differences(
        before=own.before.value,
        after=own.after.value,
        comparator_before=before,
        comparator_after=after,
        before_se=own.before.standard_error,
        after_se=own.after.standard_error,
        comparator_before_se=before_se,
        comparator_after_se=after_se,
    )


def interval(own: BeforeAndAfter) -> tuple[float, float] | None:
    """Give the 95% limits of a change; None where a standard error is missing."""
    errors = own.before.standard_error, own.after.standard_error
    if errors[0] is None or errors[1] is None:
        return None
    half = Z_95 * math.hypot(errors[0], errors[1])
    return own.change - half, own.change + half


def regression_to_the_mean(own: Estimate, every: Sequence[Estimate]) -> Regression:
    """Expect of an area what shrinkage says of its figure, measured again with nothing changed.

    `every` are the figures of all areas it was chosen from, itself among them, in the period before. The variance
    between areas is that of the figures less the mean of their squared standard errors, never under zero (method of
    moments); the lasting share of an area's distance from the mean is that variance over itself and the area's own
    squared standard error. Barnett, van der Pols and Dobson, Int J Epidemiol 2005;34:215-20; Morris, JASA 1983;
    78:47-55.

    Two areas at 10 and 14 beside one at 12, each with a standard error of 1: the variance is 4, of which 3 is lasting.

    >>> found = regression_to_the_mean(Estimate(14.0, 1.0), [Estimate(value, 1.0) for value in (10.0, 12.0, 14.0)])
    >>> found.mean, found.reliability, found.expected_change
    (12.0, 0.75, -0.5)
    """
    if len(every) < FEWEST:
        return Regression(None, None, None, TOO_FEW)
    errors = [figure.standard_error for figure in every if figure.standard_error is not None]
    if own.standard_error is None or len(errors) < len(every):
        return Regression(None, None, None, NO_SPREAD)
    mean = math.fsum(figure.value for figure in every) / len(every)
    seen = math.fsum((figure.value - mean) ** 2 for figure in every) / (len(every) - 1)
    between = max(0.0, seen - math.fsum(error * error for error in errors) / len(errors))
    whole = between + own.standard_error**2
    reliability = between / whole if whole else 1.0
    return Regression((reliability - 1.0) * (own.value - mean), mean, reliability, None)


def _mean(figures: Sequence[Estimate]) -> tuple[float, float | None]:
    """The mean of independent figures and its standard error; None for that where one lacks its own."""
    errors = [figure.standard_error for figure in figures if figure.standard_error is not None]
    value = math.fsum(figure.value for figure in figures) / len(figures)
    if len(errors) < len(figures):
        return value, None
    return value, math.sqrt(math.fsum(error * error for error in errors)) / len(figures)
