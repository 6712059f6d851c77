"""The pipeline's own commands on a file somebody sent, in a process apart: with little memory and little time.

One parser reads returns, the pipeline's, and a file made to break it breaks a child that holds nothing.
"""

import json
import os
import resource
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]

#: What a check of the largest return takes several times over: seconds in all, bytes it may map, seconds of CPU.
_SECONDS = 60
_LIMITS = {resource.RLIMIT_AS: 4 * 1024**3, resource.RLIMIT_CPU: 60, resource.RLIMIT_CORE: 0}

#: What a child needs of the environment; nothing else of ours reaches it, above all no secret.
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ", "TMPDIR")

_one_at_a_time = threading.Lock()


class BusyError(Exception):
    """Another file is being looked at."""


class BrokenOffError(Exception):
    """A child was stopped, or died: the message says of what, for a page."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and what it printed."""

    code: int
    output: str

    @property
    def facts(self) -> dict[str, Any]:
        """What it printed, as JSON. Raises BrokenOffError where it is none."""
        try:
            found: dict[str, Any] = json.loads(self.output)
        except ValueError:
            raise BrokenOffError("The check ended without a report.") from None
        return found


def run(data_dir: Path, *arguments: str) -> Ended:
    """Run `python -m pipelines …`, one at a time. Raises BusyError, or BrokenOffError where it had to be stopped."""
    if not _one_at_a_time.acquire(blocking=False):
        raise BusyError
    try:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with subprocess.Popen(  # noqa: S603 - our own program, and paths of ours
            [sys.executable, "-m", "pipelines", *arguments],
            cwd=_ROOT,
            env={**environment, "ICS_DATA_DIR": str(data_dir.resolve()), "POLARS_MAX_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as child:
            # Set from here: code of ours between fork and exec may hang in a process of several threads.
            for limit, most in _LIMITS.items():
                resource.prlimit(child.pid, limit, (most, most))
            try:
                output, _ = child.communicate(timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                raise BrokenOffError(f"The check took longer than {_SECONDS} seconds and was stopped.") from None
    finally:
        _one_at_a_time.release()
    if child.returncode not in (0, 2):
        raise BrokenOffError("The check ran out of what it may take, and was stopped.")
    return Ended(child.returncode, output.decode("utf-8", "replace"))
