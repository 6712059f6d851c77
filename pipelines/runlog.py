"""What a run says while it works: a JSON line an event, on stderr and in a file, and each step to a display."""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TextIO

import msgspec


class Display(Protocol):
    """Where a person watches."""

    def start(self, step: str) -> None:
        """A step begins."""

    def done(self, step: str, detail: str, milliseconds: int) -> None:
        """A step has ended well."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One finished step: how long it took, and the most memory the process had used by its end."""

    name: str
    milliseconds: int
    peak_megabytes: int


class Silent:
    """A display for tests and programs."""

    def start(self, step: str) -> None:
        """Say nothing."""

    def done(self, step: str, detail: str, milliseconds: int) -> None:
        """Say nothing."""


def peak_megabytes() -> int:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


class RunLog:
    """Times steps, shows them, and writes each as a JSON line to the streams given."""

    def __init__(self, run_id: str, display: Display, streams: list[TextIO]) -> None:
        self.run_id = run_id
        self.display = display
        self.streams = streams
        self.steps: list[Step] = []

    def event(self, event: str, **facts: Any) -> None:
        """Write one line. Facts hold counts, codes and names of files; never a cell's content."""
        line = json.dumps({"run_id": self.run_id, "event": event, **facts}, ensure_ascii=False, default=str)
        for stream in self.streams:
            stream.write(line + "\n")
            stream.flush()

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Time a step; what it yields takes the detail to show when it is done."""
        detail = ""

        def say(text: str) -> None:
            nonlocal detail
            detail = text

        self.display.start(name)
        started = time.perf_counter()
        yield say
        milliseconds = round((time.perf_counter() - started) * 1000)
        step = Step(name=name, milliseconds=milliseconds, peak_megabytes=peak_megabytes())
        self.steps.append(step)
        self.display.done(name, detail, milliseconds)
        self.event("step", step=name, milliseconds=milliseconds, peak_megabytes=step.peak_megabytes, detail=detail)


@contextmanager
def run_streams(folder: Path, run_id: str, *, to_stderr: bool) -> Iterator[list[TextIO]]:
    """The run's own file, kept under `runs/`, and stderr where a program rather than a person reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{run_id}.jsonl").open("w", encoding="utf-8") as file:
        yield [file, sys.stderr] if to_stderr else [file]
