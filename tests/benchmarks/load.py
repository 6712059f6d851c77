"""The product's own server under 32 clients: how much it answers, how soon, at what cost, and that nothing fails."""

import json
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import releases
from tests.benchmarks.clients import CLIENTS, Ask, update_of
from tests.benchmarks.measure import SEED, Measure
from tests.builders.data_folder import DataFolder
from tests.builders.moving import folder_of_two_releases
from tests.builders.server import ROOT, Server, serving

#: DESIGN section 8.
_A_SECOND, _P95_MS, _WORKER_MB = 200, 500, 180
_WORKERS = 2
_SECONDS, _FLOOR_SECONDS, _SWAP_SECONDS = 15, 5, 12
_SWAPS = 10
#: Requests in a plan: many times what one page's visits take, so that kinds come in their shares for every client.
_LENGTH = 4_000

_SHARES = {
    "system": 28, "system of 2024": 6, "update": 27, "England": 8, "England of 2024": 5, "API": 15,
    "search": 4, "data": 2, "methods": 2, "file": 2, "download of a series": 0.9, "download of everything": 0.1,
}  # fmt: skip


def benchmarks() -> Iterator[dict[str, Any]]:
    """Mixed traffic and its floor, then a cold start, then releases that change while it runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = folder_of_two_releases(Path(name))
        plan = Path(name) / "plan.json"
        with serving(folder.path) as server:
            server.wait_for_workers(_WORKERS)
            write_plan(plan, mixed(folder, server.address))
            yield from _mixed(server, plan)
        yield from _cold(folder, Path(name))
        yield from _swaps(folder, plan)


def _mixed(server: Server, plan: Path) -> Iterator[dict[str, Any]]:
    """The floor first: the cheapest reply there is, asked for by the same clients."""
    floor_plan = plan.with_name("floor.json")
    write_plan(floor_plan, [Ask("health", "/healthz")])
    floor = ask(server, floor_plan, seconds=_FLOOR_SECONDS)
    before = server.cpu_seconds()
    seen = ask(server, plan, seconds=_SECONDS)
    cpu = server.cpu_seconds() - before
    rate, bare = seen["requests"] / seen["seconds"], floor["requests"] / floor["seconds"]
    label = f"{CLIENTS} clients, mixed traffic"
    # Rates have a least, not a most; every budget here is a most, so time a request is what is held to one.
    yield {
        **_measure(f"{label}: time a request", 1000 / rate, "ms", 1000 / bare, 1000 / _A_SECOND),
        "requests_a_second": round(rate, 1),
        "floor_requests_a_second": round(bare, 1),
    }
    yield {
        **_measure(f"{label}: p95", seen["p95"], "ms", floor["p95"], _P95_MS),
        "p50": round(seen["p50"], 1),
        "p95_by_kind": {kind: round(taken, 1) for kind, taken in seen["p95_by_kind"].items()},
    }
    yield _errors(f"{label}: errors", seen)
    yield _measure(f"{label}: CPU of the server a request", cpu / seen["requests"] * 1000, "ms of CPU")
    yield _measure(
        f"{label}: the clients' own share of all CPU used", seen["cpu_seconds"] / (seen["cpu_seconds"] + cpu), "share"
    )
    for number, (now, peak) in enumerate(server.megabytes(), start=1):
        # What the workers share, some 60 MB of programs' code, counts for each. The peak is of a moment's work.
        measure = _measure(f"{label}: memory of worker {number}", now, "MB", None, _WORKER_MB)
        yield {**measure, "peak": round(peak)}


def _cold(folder: DataFolder, at: Path) -> Iterator[dict[str, Any]]:
    """Every client opens a page for the first time the moment the port is open, before any worker is ready."""
    plan = at / "visits.json"
    codes = _systems(folder)
    write_plan(plan, [Ask("page", "/" if place % 4 == 0 else f"/system/{code}") for place, code in enumerate(codes)])
    with serving(folder.path) as server:
        seen = ask(server, plan, "--visits")
    yield _errors(f"{CLIENTS} first visits at a cold start: errors", seen)
    yield _measure(f"{CLIENTS} first visits at a cold start: all done", seen["seconds"], "s")


def _swaps(folder: DataFolder, plan: Path) -> Iterator[dict[str, Any]]:
    """Point to the other release again and again, by the pipeline's own hand, while clients ask."""
    both = sorted((folder.path / "releases").iterdir())
    with serving(folder.path) as server:
        server.wait_for_workers(_WORKERS)
        with asking(server, plan, "--seconds", str(_SWAP_SECONDS)) as clients:
            served = set()
            for swap in range(_SWAPS):
                time.sleep(_SWAP_SECONDS / (_SWAPS + 2))
                releases.point_to(folder.settings, both[swap % 2])
                served.add(_served(server))
            seen = json.loads(clients.communicate(timeout=120)[0])
    assert served == {release.name for release in both}, "the server never came to serve the other release"
    yield _errors(f"{_SWAPS} live releases under load: errors", seen)
    yield _measure(f"{_SWAPS} live releases under load: p95", seen["p95"], "ms", None, _P95_MS)


def _measure(
    name: str, value: float, unit: str, floor: float | None = None, budget: float | None = None
) -> dict[str, Any]:
    ratio = value / floor if floor else None
    return Measure(name=name, value=value, unit=unit, floor=floor, ratio=ratio, budget=budget).as_dict()


def _errors(name: str, seen: dict[str, Any]) -> dict[str, Any]:
    found = {name: seen[name] for name in ("requests", "reconnected", "faults") if seen[name] != {}}
    return {**_measure(name, seen["errors"], "errors", None, 0), **found}


# --- what is asked for --------------------------------------------------------------------------------------


def mixed(folder: DataFolder, address: str) -> list[Ask]:
    """What readers and programs ask for, in a fixed order that looks like chance."""
    chance = random.Random(SEED)
    areas, measures = folder.mart("areas"), folder.mart("indicators")["indicator_id"].to_list()
    codes = areas["area_code"].to_list()
    today, before = _systems(folder), _systems(folder, ended=True)
    files = _files(address)

    def england() -> str:
        sort = chance.choice(("need", "highest", "lowest", "name"))
        return f"/compare?indicator={chance.choice(measures)}&sort={sort}" if chance.random() < 0.7 else "/"

    def system() -> str:
        return f"/system/{chance.choice(today)}"

    def one(kind: str) -> Ask:
        match kind:
            case "system":
                return Ask(kind, system())
            case "system of 2024":
                return Ask(kind, f"/system/{chance.choice(before)}?footprint=2024")
            case "update":
                return update_of(system() if chance.random() < 0.75 else england())
            case "England":
                return Ask(kind, england())
            case "England of 2024":
                return Ask(kind, "/?footprint=2024")
            case "API":
                wanted = f"indicator_id={chance.choice(measures)}"
                where = f"&area_code={chance.choice(codes)}" if chance.random() < 0.5 else ""
                return Ask(kind, f"/api/v1/observations?{wanted}{where}&limit=100")
            case "search":
                return Ask(kind, f"/find?q={chance.choice(('london', 'kent', 'york', 'QHM', 'bristol', 'leeds'))}")
            case "file":
                return Ask(kind, chance.choice(files))
            case "download of a series":
                return Ask(kind, f"/download/observations.csv?indicator_id={chance.choice(measures)}")
            case "download of everything":
                return Ask(kind, "/download/observations.csv")
            case _:
                return Ask(kind, f"/{kind}")

    return [one(kind) for kind in chance.choices(list(_SHARES), list(_SHARES.values()), k=_LENGTH)]


def _systems(folder: DataFolder, *, ended: bool = False) -> list[str]:
    boards = folder.mart("areas").filter(pl.col("area_type") == "icb")
    return boards.filter(pl.col("valid_to").is_not_null() == ended)["area_code"].unique().sort().to_list()


def _files(address: str) -> list[str]:
    """The scripts and styles a page names."""
    with urllib.request.urlopen(address) as reply:
        html = reply.read().decode()
    found = [part.split('"', 1)[0] for part in html.replace('href="', 'src="').split('src="')[1:]]
    return [path for path in found if path.startswith(("/assets/", "/_dash-component-suites/"))]


def write_plan(path: Path, asks: Sequence[Ask]) -> None:
    """Write down what clients are to ask for."""
    path.write_text(json.dumps([astuple(ask) for ask in asks]), "utf-8")


# --- asking -------------------------------------------------------------------------------------------------


@contextmanager
def asking(server: Server, plan: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Clients at work in a process of their own; what they saw is on its standard output when they end."""
    command = [sys.executable, "-m", "tests.benchmarks.clients", str(server.port), str(plan), *options]
    clients = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield clients
    finally:
        if clients.poll() is None:
            clients.kill()
        clients.wait()
        if clients.stdout:
            clients.stdout.close()


def ask(server: Server, plan: Path, *options: str, seconds: float = 120) -> dict[str, Any]:
    """Let the clients ask to the end and return what they saw."""
    with asking(server, plan, "--seconds", str(seconds), *options) as clients:
        seen: dict[str, Any] = json.loads(clients.communicate(timeout=seconds + 120)[0])
    return seen


def _served(server: Server) -> str:
    with urllib.request.urlopen(f"{server.address}/healthz") as reply:
        return str(json.load(reply)["release_id"])
