"""Many clients at once, in a process of their own, as cheap as Python makes them: they share the machine's two cores
with the server they measure.

`python -m tests.benchmarks.clients PORT PLAN [--seconds N]` asks for what the file PLAN lists, each client from another
place in it, until the time is over or SIGTERM comes, and prints what became of it as JSON. With `--visits` each client
waits for the port to open, opens one page with every file it names, and stops.
"""

import argparse
import asyncio
import json
import re
import resource
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import brotli

CLIENTS = 32
_PATIENCE_S = 60
_FILES = re.compile(rb'(?:src|href)="(/(?:assets|_dash-component-suites)/[^"]+)"')
_SHOWN = 5


@dataclass(frozen=True)
class Ask:
    """One request: a body makes it a POST."""

    kind: str
    path: str
    body: str = ""

    def as_bytes(self) -> bytes:
        """The request as a browser on this machine writes it."""
        body = self.body.encode()
        head = f"{'POST' if body else 'GET'} {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip, br\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return head.encode() + b"\r\n" + body


@dataclass
class Seen:
    """What all clients together were answered."""

    times: list[tuple[str, float]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    reconnected: int = 0
    received: int = 0

    def as_dict(self, seconds: float) -> dict[str, object]:
        """Figures of the run; times in milliseconds."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        every = sorted(taken for _, taken in self.times)
        return {
            "requests": len(every),
            "seconds": seconds,
            "errors": self.faults.total(),
            "faults": dict(self.faults.most_common(_SHOWN)),
            "reconnected": self.reconnected,
            "megabytes": self.received / 1e6,
            "p50": _quantile(every, 0.5),
            "p95": _quantile(every, 0.95),
            "longest": _quantile(every, 1.0),
            "p95_by_kind": {
                kind: _quantile(sorted(taken for of, taken in self.times if of == kind), 0.95)
                for kind in sorted({of for of, _ in self.times})
            },
            "cpu_seconds": used.ru_utime + used.ru_stime,
        }


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Client:
    """One client and its connection, which it keeps."""

    def __init__(self, port: int, seen: Seen) -> None:
        self._port = port
        self._seen = seen
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, ask: Ask) -> bytes:
        """Send one request, note how long the reply took, and return its body: none for a fault, which is counted."""
        began = time.perf_counter()
        try:
            status, body = await asyncio.wait_for(self._answer(ask.as_bytes()), _PATIENCE_S)
        except (OSError, EOFError, ValueError, TimeoutError) as fault:
            self.close()
            self._seen.faults[f"{ask.kind}: {type(fault).__name__} {fault}"] += 1
            return b""
        self._seen.times.append((ask.kind, (time.perf_counter() - began) * 1000))
        self._seen.received += len(body)
        if status >= 400 or not body:
            self._seen.faults[f"{ask.path}: {status}, {len(body)} bytes"] += 1
            return b""
        return body

    async def _answer(self, request: bytes) -> tuple[int, bytes]:
        if self._streams is not None:
            try:
                return await self._exchange(request)
            except (ConnectionError, asyncio.IncompleteReadError) as fault:
                if getattr(fault, "partial", b""):
                    raise
                # A server may end a connection that is idle; every browser then asks again on a new one.
                self._seen.reconnected += 1
                self.close()
        self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        return await self._exchange(request)

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        assert self._streams
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        if b"\r\ntransfer-encoding: chunked" in head:
            body = await _chunks(reader)
        else:
            _, found, rest = head.partition(b"\r\ncontent-length: ")
            body = await (reader.readexactly(int(rest.split(b"\r\n", 1)[0])) if found else reader.read())
        if b"\r\nconnection: close" in head:
            self.close()
        return status, body

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams:
            self._streams[1].close()
            self._streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)


async def _wander(client: Client, asks: Iterator[Ask], until: float, stop: asyncio.Event) -> None:
    for ask in asks:
        if stop.is_set() or time.monotonic() >= until:
            return
        await client.ask(ask)


async def _visit(client: Client, ask: Ask) -> None:
    """Open a page as a first visit does: the document, each file it names, then what Dash draws in it."""
    page = await client.ask(ask)
    html = brotli.decompress(page) if page else b""
    for path in dict.fromkeys(_FILES.findall(html)):
        await client.ask(Ask("file", path.decode()))
    await client.ask(update_of(ask.path))


def update_of(address: str) -> Ask:
    """What Dash posts when a browser is at an address."""
    path, mark, query = address.partition("?")
    inputs = [
        {"id": "url", "property": "pathname", "value": path},
        {"id": "url", "property": "search", "value": mark + query},
    ]
    output = {"output": "page.children", "outputs": {"id": "page", "property": "children"}}
    body = json.dumps({**output, "inputs": inputs, "changedPropIds": ["url.pathname"]})
    return Ask("update", "/_dash-update-component", body)


async def _open_port(port: int) -> None:
    """Come back the moment the port is open."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.002)
        else:
            writer.close()
            return


async def run(port: int, plan: Sequence[Ask], *, seconds: float, visits: bool) -> dict[str, object]:
    """All clients at once."""
    seen, stop = Seen(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clients = [Client(port, seen) for _ in range(CLIENTS)]
    if visits:
        await _open_port(port)
    began = time.monotonic()
    if visits:
        work = [_visit(client, plan[place % len(plan)]) for place, client in enumerate(clients)]
    else:
        starts = (place * len(plan) // CLIENTS for place in range(CLIENTS))
        asks = (islice(cycle(plan), start, None) for start in starts)
        work = [_wander(client, own, began + seconds, stop) for client, own in zip(clients, asks, strict=True)]
    await asyncio.gather(*work)
    took = time.monotonic() - began
    for client in clients:
        client.close()
    return seen.as_dict(took)


def main() -> None:
    """Read what to ask for, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.clients", description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--visits", action="store_true")
    given = parser.parse_args()
    plan = [Ask(*parts) for parts in json.loads(given.plan.read_text("utf-8"))]
    print(json.dumps(asyncio.run(run(given.port, plan, seconds=given.seconds, visits=given.visits))))


if __name__ == "__main__":
    main()
