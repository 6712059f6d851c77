"""`make bench`: every benchmark, one JSON object a line; with --check, exit 1 where one is over budget.

Bytes, counts and CPU may not pass their budget. Wall time may not pass twice its budget, and a ratio of wall times
may not pass twice its own, after one more try: these machines are shared.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import WALL_UNITS

_NOT_BENCHMARKS = ("__init__", "__main__", "clients", "made_up", "measure")


def _modules(only: list[str]) -> list[str]:
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _NOT_BENCHMARKS)
    return [name for name in names if not only or name in only]


def _measures(name: str) -> Iterator[dict[str, Any]]:
    module = import_module(f"tests.benchmarks.{name}")
    yield from module.benchmarks()
    if hasattr(module, "coverage"):
        yield from module.coverage()


def _over(measure: dict[str, Any]) -> bool:
    slack = 2 if measure["unit"] in WALL_UNITS and "cpu" not in measure["name"] else 1
    budget, ratio_budget = measure.get("budget"), measure.get("ratio_budget")
    return (budget is not None and measure["value"] > slack * budget) or (
        ratio_budget is not None and measure["ratio"] > 2 * ratio_budget
    )


def main() -> int:
    """Run, print, and say in the exit code whether every budget holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 where a budget does not hold")
    parser.add_argument("only", nargs="*", help="names of benchmark modules; all of them by default")
    arguments = parser.parse_args()
    over: list[str] = []
    for name in _modules(arguments.only):
        measures = list(_measures(name))
        if arguments.check and any(_over(measure) for measure in measures):
            measures = list(_measures(name))
        for measure in measures:
            print(json.dumps(measure), flush=True)
        over.extend(measure["name"] for measure in measures if _over(measure))
    if arguments.check and over:
        print(f"over budget: {', '.join(over)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
