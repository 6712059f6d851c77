"""The direction of a single measure with nothing but the standard library, for a web server.

The same rule as `metrics.progress.direction`, one measure in, one answer out; None stands for a missing figure, and so
does a NaN or an infinity. Neither numpy nor scipy nor polars is loaded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from metrics.comparison_scalar import NO_INTERVAL, NO_WIDTH, one_sided_p

Polarity = Literal["high_is_good", "low_is_good", "no_judgement"]
Direction = Literal["target_met", "improving", "getting_worse", "little_change"]

POLARITIES = ("high_is_good", "low_is_good", "no_judgement")

SIGNIFICANT_BELOW = 0.05
"""One-sided."""

NOTABLE_SHARE = 0.01
"""A full count has no sampling error: a change beyond this share of the baseline is a direction."""

ROUNDING = 1e-9
"""Relative: figures equal in decimals count as equal though their binary forms differ."""

NO_LATEST = "no latest value"
NO_BASELINE = "no baseline value"
OVERLAP = "the periods overlap"
NO_GOOD_DIRECTION = "neither direction is good and there is no target"


@dataclass(frozen=True, slots=True)
class Directed:
    """Which way a measure moved, the smaller tail of the test, or why there is none."""

    direction: Direction | None
    direction_p: float | None
    reason: str | None


def direction(
    *,
    baseline: float | None,
    latest: float | None,
    polarity: Polarity,
    baseline_se: float | None = None,
    latest_se: float | None = None,
    target: float | None = None,
    overlaps: bool = False,
    enumerated: bool = False,
) -> Directed:
    """Say which way a measure moved from its baseline to its latest period: the twin of `metrics.progress.direction`.

    Units, rules and gaps are those of the twin. Raises ValueError for an unknown polarity or a negative standard error.

    >>> moved = direction(baseline=60.0, latest=61.5, baseline_se=0.5, latest_se=0.5, polarity="high_is_good")
    >>> moved.direction, round(moved.direction_p, 4), moved.reason
    ('improving', 0.0169, None)
    """
    if polarity not in POLARITIES:
        raise ValueError(f"polarity: {polarity!r} given; expected one of {', '.join(POLARITIES)}")
    before, after, aim = _figure(baseline), _figure(latest), _figure(target)
    errors = [_figure(baseline_se), _figure(latest_se)]
    if any(error is not None and error < 0 for error in errors):
        raise ValueError(f"standard error: {min(e for e in errors if e is not None)!r} given; expected zero or more")
    towards = _towards(polarity, before, aim)
    if after is None:
        return Directed(None, None, NO_LATEST)
    if aim is not None and _is_met(after, aim, towards):
        return Directed("target_met", None, None)
    if before is None:
        return Directed(None, None, NO_BASELINE)
    if overlaps:
        return Directed(None, None, OVERLAP)
    if towards is None:
        return Directed(None, None, NO_GOOD_DIRECTION)
    change = after - before
    if enumerated:
        notable = abs(change) > NOTABLE_SHARE * abs(before) * (1 + ROUNDING)
        return Directed(_moved(notable, change * towards), None, None)
    known = [error for error in errors if error is not None]
    if len(known) < len(errors):
        return Directed(None, None, NO_INTERVAL)
    spread = math.sqrt(sum(error * error for error in known))
    if spread == 0:
        return Directed(None, None, NO_WIDTH)
    p = one_sided_p(change / spread)
    return Directed(_moved(p < SIGNIFICANT_BELOW, change * towards), p, None)


def _figure(given: float | None) -> float | None:
    return float(given) if given is not None and math.isfinite(given) else None


def _towards(polarity: Polarity, before: float | None, aim: float | None) -> float | None:
    """Give 1 or -1 for the good direction, or, where neither is good, for the side the target is on."""
    if polarity != "no_judgement":
        return 1.0 if polarity == "high_is_good" else -1.0
    if before is None or aim is None or before == aim:
        return None
    return 1.0 if aim > before else -1.0


def _is_met(after: float, aim: float, towards: float | None) -> bool:
    is_at = abs(after - aim) <= ROUNDING * abs(aim)
    return is_at or (towards is not None and (after - aim) * towards >= 0)


def _moved(is_move: bool, gain: float) -> Direction:
    if not is_move:
        return "little_change"
    return "improving" if gain > 0 else "getting_worse"
