"""What a benchmark reports, and how times and memory are taken on a shared, noisy machine.

`python -m tests.benchmarks.measure MODULE PLACE ours` (or `plain`) weighs one case of a module in a process of its own
and prints its megabytes: that is how `beside_plain` calls it.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

#: Units of wall time: over budget only at twice it, and after one more try.
WALL_UNITS = ("s", "ms")

#: What frames are drawn with.
SEED = 20_261_125

#: A metric may take this many times what a plain pass takes, in time and in memory.
RATIO_TO_PLAIN = 3.0

ROOT = Path(__file__).resolve().parents[2]


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


@dataclass(frozen=True)
class Case:
    """A metric at the size it is held to, and the plain pass beside it."""

    name: str
    frame: Callable[[], "pl.DataFrame"]
    ours: Callable[["pl.DataFrame"], "pl.DataFrame"]
    plain: Callable[["pl.DataFrame"], "pl.DataFrame"]
    weighs_memory: bool = False
    runs: int = 9


def seconds(work: Callable[[], object], *, runs: int = 5, warm: int = 1) -> float:
    """Median wall time of several runs after a warm-up."""
    for _ in range(warm):
        work()
    return statistics.median(_once(work) for _ in range(runs))


def _once(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def beside_plain(module: str, cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    """Time the cases of a module and their plain passes, turn and turn about; then weigh those that are large."""
    for case in cases:
        frame = case.frame()
        works = (lambda case=case, frame=frame: case.ours(frame), lambda case=case, frame=frame: case.plain(frame))
        times: tuple[list[float], list[float]] = ([], [])
        for run in range(case.runs + 1):
            for taken, work in zip(times, works, strict=True):
                once = _once(work)
                if run:  # the first is to warm up
                    taken.append(once)
        yield _ratio(case.name, "s", *map(statistics.median, times))
    for place, case in enumerate(cases):
        if case.weighs_memory:
            ours, plain = (_peak_in_another_process(module, place, which) for which in ("ours", "plain"))
            yield _ratio(f"{case.name}: peak memory above the frame", "MB", ours, plain)


def _ratio(name: str, unit: str, ours: float, plain: float) -> dict[str, Any]:
    return Measure(
        name=name, value=ours, unit=unit, floor=plain, ratio=ours / plain, ratio_budget=RATIO_TO_PLAIN
    ).as_dict()


def covered(name: str, held: "pl.Series") -> dict[str, Any]:
    """How often 95% limits held the truth, which they should near 95% of the time."""
    share = float(held.mean())  # type: ignore[arg-type]
    return Measure(
        name=f"coverage of 95% limits: {name}", value=share, unit="share", floor=0.95, ratio=share / 0.95
    ).as_dict()


def _peak_in_another_process(module: str, place: int, which: str) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.measure", module, str(place), which]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment)
    return float(run.stdout)


def peak_megabytes(case: Case, which: str) -> float:
    """Weigh one run in this process: the most memory it held while running, less what it held before."""
    run = case.ours if which == "ours" else case.plain
    run(case.frame().head(200))  # what is loaded once is not the metric's
    frame = case.frame()
    # The system's own high-water mark, set back: getrusage's begins at what the parent process held.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _memory("VmRSS")
    run(frame)
    return max(_memory("VmHWM") - before, 0.0)


def _memory(name: str) -> float:
    """Read one of this process's memory figures in megabytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(name))


if __name__ == "__main__":
    _, module_name, case_place, which_pass = sys.argv
    weighed: Sequence[Case] = import_module(module_name).CASES
    sys.stdout.write(str(peak_megabytes(weighed[int(case_place)], which_pass)))
