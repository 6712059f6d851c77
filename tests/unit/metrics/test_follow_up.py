"""What came after: by hand, against the spread of simulated figures, and by its algebra."""

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.follow_up import (
    NO_COMPARATOR,
    NO_SPREAD,
    TOO_FEW,
    BeforeAndAfter,
    Estimate,
    beside,
    interval,
    regression_to_the_mean,
)

VALUES = st.floats(-1_000, 1_000)
ERRORS = st.floats(0.01, 50)
ESTIMATES = st.builds(Estimate, VALUES, ERRORS)
PAIRS = st.builds(BeforeAndAfter, ESTIMATES, ESTIMATES)


def pair(before: float, after: float, before_se: float | None = 1.0, after_se: float | None = 1.0) -> BeforeAndAfter:
    return BeforeAndAfter(Estimate(before, before_se), Estimate(after, after_se))


def test_by_hand_beside_two_comparators() -> None:
    # Own change 5 with variance 0.09 + 0.16; the others' mean change 2 with variance (4 x 0.25) / 4 = 0.25.
    found = beside(pair(50, 55, 0.3, 0.4), [pair(40, 41, 0.5, 0.5), pair(60, 63, 0.5, 0.5)])
    half = 1.959963984540054 * math.sqrt(0.5)
    assert found.difference == pytest.approx(3.0)
    assert found.lower_95 == pytest.approx(3.0 - half)
    assert found.upper_95 == pytest.approx(3.0 + half)
    assert found.p == pytest.approx(math.erfc(3.0 / math.sqrt(0.5) / math.sqrt(2)))


def test_without_comparators_there_is_no_difference() -> None:
    found = beside(pair(50, 55), [])
    assert (found.difference, found.reason) == (None, NO_COMPARATOR)


def test_one_comparator_without_an_error_leaves_a_difference_and_no_test() -> None:
    found = beside(pair(50, 55), [pair(40, 41), pair(60, 63, None, 1.0)])
    assert found.difference == pytest.approx(3.0)
    assert found.p is found.lower_95 is found.upper_95 is None


def test_the_interval_of_a_change_is_that_of_two_independent_figures() -> None:
    low, high = interval(pair(10, 12, 3.0, 4.0)) or (0, 0)
    assert (low, high) == pytest.approx((2 - 5 * 1.959963984540054, 2 + 5 * 1.959963984540054))
    assert interval(pair(10, 12, None, 4.0)) is None


@given(PAIRS, st.lists(PAIRS, min_size=1, max_size=8), VALUES)
def test_what_happens_everywhere_is_no_difference(
    own: BeforeAndAfter, others: list[BeforeAndAfter], shift: float
) -> None:
    def shifted(of: BeforeAndAfter) -> BeforeAndAfter:
        return BeforeAndAfter(of.before, Estimate(of.after.value + shift, of.after.standard_error))

    found, everywhere = beside(own, others), beside(shifted(own), [shifted(of) for of in others])
    assert found.difference is not None
    assert everywhere.difference == pytest.approx(found.difference, abs=1e-8)
    assert everywhere.p == pytest.approx(found.p, abs=1e-6)


@given(PAIRS, st.lists(PAIRS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_comparators_is_nothing(
    own: BeforeAndAfter, others: list[BeforeAndAfter], chance: random.Random
) -> None:
    mixed = chance.sample(others, len(others))
    assert beside(own, mixed).difference == pytest.approx(beside(own, others).difference, abs=1e-9)


@given(st.lists(ESTIMATES, min_size=3, max_size=40), st.data())
def test_regression_is_towards_the_mean_and_never_past_it(every: list[Estimate], data: st.DataObject) -> None:
    own = data.draw(st.sampled_from(every))
    found = regression_to_the_mean(own, every)
    assert found.expected_change is not None
    assert found.mean is not None
    away = own.value - found.mean
    assert found.expected_change * away <= 0
    assert abs(found.expected_change) <= abs(away) + 1e-9


def test_figures_that_are_all_chance_are_expected_to_go_all_the_way_back() -> None:
    every = [Estimate(value, 10.0) for value in (9.0, 10.0, 11.0)]
    assert regression_to_the_mean(every[2], every).expected_change == pytest.approx(-1.0)


def test_figures_without_sampling_error_are_expected_to_stay() -> None:
    every = [Estimate(value, 0.0) for value in (9.0, 10.0, 14.0)]
    assert regression_to_the_mean(every[2], every).expected_change == pytest.approx(0.0)


def test_what_cannot_be_told_says_why() -> None:
    assert regression_to_the_mean(Estimate(1, 1), [Estimate(1, 1), Estimate(2, 1)]).reason == TOO_FEW
    without = [Estimate(1, 1), Estimate(2, None), Estimate(3, 1)]
    assert regression_to_the_mean(without[0], without).reason == NO_SPREAD


def test_the_expectation_is_what_simulated_systems_do() -> None:
    """Of 36 systems that stay as they are, the one that looked worst goes back by about as much as expected."""
    chance = random.Random(20261129)
    moved, expected = [], []
    for _ in range(3_000):
        true = [chance.gauss(60, 2) for _ in range(36)]
        before = [Estimate(chance.gauss(value, 1.5), 1.5) for value in true]
        worst = min(range(36), key=lambda place: before[place].value)
        moved.append(chance.gauss(true[worst], 1.5) - before[worst].value)
        told = regression_to_the_mean(before[worst], before).expected_change
        assert told is not None
        expected.append(told)
    error = statistics.stdev(m - e for m, e in zip(moved, expected, strict=True)) / math.sqrt(len(moved))
    assert statistics.mean(moved) > 0.5
    assert abs(statistics.mean(moved) - statistics.mean(expected)) < 4 * error
