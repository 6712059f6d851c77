"""The real refresh on ten million made-up observations: whether it ends within its memory, and what a row takes.

Read from landing, cleaned, combined into estimates, held to the contracts, written to Parquet and to DuckDB, by the
pipeline's own code. Not in it: reading the publishers' CSV, and comparing with an earlier release.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import ROOT, Measure

#: DESIGN section 8.
_MEGABYTES, _RATIO = 4096, 1.3
_MILLION, _ALL = 1_000_000, 10_000_000
#: A run that has taken half as much memory again as it may is stopped: it has failed, and others need the machine. One
#: that takes this long is stopped too: on two quiet cores ten million rows take two to three minutes.
_STOPPED_AT = 1.5
_PATIENCE_S = 600
_LOOK_S = 0.05


@dataclass(frozen=True)
class _Run:
    """One refresh: rows asked for, seconds of CPU and of the clock, its peak, and how far it came."""

    rows: int
    seconds: float
    cpu: float
    megabytes: float
    finished: bool
    last_step: str


def benchmarks() -> Iterator[dict[str, Any]]:
    """Ten million rows for memory, and time a row against that at a million, what no row adds taken off both.

    Where ten million do not finish, that is a miss of its own: the memory of a run that was stopped says nothing.
    """
    every = _run(_ALL)
    name = f"refresh of {every.rows:,} made-up rows"
    yield {
        **Measure(name=f"{name}: left unfinished", value=0 if every.finished else 1, unit="runs", budget=0).as_dict(),
        "last_step": every.last_step,
    }
    yield {
        **Measure(name=f"{name}: peak memory", value=every.megabytes, unit="MB", budget=_MEGABYTES).as_dict(),
        "seconds": round(every.seconds, 1),
    }
    none, million = _run(0), _run(_MILLION)
    large = every if every.finished else _run(3 * _MILLION)
    # CPU rather than the clock, which on a shared machine says more of the neighbours than of us.
    few, many = ((run.cpu - none.cpu) / run.rows for run in (million, large))
    yield {
        **Measure(
            name=f"refresh of {large.rows:,} made-up rows: CPU a row against that at a million",
            value=many / few,
            unit="times",
            budget=_RATIO,
        ).as_dict(),
        "finished": large.finished,
        "microseconds_of_cpu_a_row": [round(few * 1e6, 2), round(many * 1e6, 2)],
        "seconds": {str(run.rows): round(run.seconds, 1) for run in (none, million, large)},
        "peak_megabytes": {str(run.rows): round(run.megabytes) for run in (none, million, large)},
    }


def _run(rows: int) -> _Run:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "made-up"
        folder.mkdir()
        made = int(
            subprocess.run(_command("make", folder, str(rows)), cwd=ROOT, check=True, capture_output=True).stdout
        )
        return _watched(folder, made)


def _watched(folder: Path, rows: int) -> _Run:
    """Refresh in a process of its own, and stop it where it takes far too much."""
    log, errors = folder / "steps.jsonl", folder / "errors"
    began = time.monotonic()
    with errors.open("wb") as said:
        child = subprocess.Popen(_command("refresh", folder), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=said)
    peak, stopped = 0.0, False
    cpu = 0.0
    while child.poll() is None:
        peak, cpu = max(peak, _peak(child.pid)), max(cpu, _cpu(child.pid))
        if peak > _STOPPED_AT * _MEGABYTES or time.monotonic() - began > _PATIENCE_S:
            child.kill()
            child.wait()
            stopped = True
        time.sleep(_LOOK_S)
    assert stopped or child.returncode == 0, errors.read_text("utf-8")
    steps = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    done = [line["step"] for line in steps if line["event"] == "step"]
    return _Run(rows, time.monotonic() - began, cpu, peak, not stopped, done[-1] if done else "none")


def _command(what: str, folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.made_up", what, str(folder), *more]


def _peak(pid: int) -> float:
    """The most memory a process has held, in megabytes; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _cpu(pid: int) -> float:
    """CPU seconds a process has used; 0 once it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
