"""The product's own server on a data folder, started as `make serve` starts it, and what its workers take."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.error import URLError

ROOT = Path(__file__).parents[2]
_STARTS_WITHIN_S = 60


@dataclass(frozen=True)
class Server:
    """A server that has been started; `wait` says when it answers."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """Come back once it answers. Raises AssertionError where it stops or takes too long."""
        until = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < until:
            assert self.process.poll() is None, "the server stopped by itself"
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=5):
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise AssertionError(f"the server did not answer within {_STARTS_WITHIN_S} s")

    def wait_for_workers(self, count: int) -> None:
        """Come back once every worker has made its first page: one that is warming up would be measured as slow."""
        self.wait()
        until = time.monotonic() + _STARTS_WITHIN_S
        while len(self.workers) < count or self.cpu_seconds() - self._cpu_after(0.3) < -0.03:
            assert time.monotonic() < until, "the workers never came to rest"

    def _cpu_after(self, seconds: float) -> float:
        time.sleep(seconds)
        return self.cpu_seconds()

    @property
    def workers(self) -> list[int]:
        """Its worker processes: gunicorn's children."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii")
        return [int(pid) for pid in children.split()]

    def megabytes(self) -> list[tuple[float, float]]:
        """What each worker holds now, and the most it has held: code it shares with the others included."""

        def read(pid: int) -> tuple[float, float]:
            lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
            size = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith("Vm")}
            return size["VmRSS"], size["VmHWM"]

        return [read(pid) for pid in self.workers]

    def cpu_seconds(self) -> float:
        """CPU time that all workers have used so far."""
        ticks = 0
        for pid in self.workers:
            # Fields are counted from behind the name, which may hold spaces.
            fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(
    data_dir: Path, *, errors: int | IO[bytes] = subprocess.DEVNULL, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start the server; it is stopped in the end. `errors` is where its log goes; `environment` has more settings."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard"],
        cwd=ROOT,
        env={
            **os.environ,
            "ICS_DATA_DIR": str(data_dir),
            "PORT": str(port),
            "ICS_HOST": "127.0.0.1",
            **(environment or {}),
        },
        stdout=subprocess.DEVNULL,
        stderr=errors,
    )
    try:
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(30)
