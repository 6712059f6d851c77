"""What a benchmark reports, and how times are taken on a shared, noisy machine."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

#: Units of wall time: over budget only at twice it, and after one more try.
WALL_UNITS = ("s", "ms")


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One figure. `floor` is what a bare pass over the same data takes in the same run; `ratio` is value over floor."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    budget: float | None = None
    ratio_budget: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Only what is known."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def seconds(work: Callable[[], object], *, runs: int = 5, warm: int = 1) -> float:
    """Median wall time of several runs after a warm-up."""
    for _ in range(warm):
        work()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
