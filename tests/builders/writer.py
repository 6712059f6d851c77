"""A process that writes in the log, to be run beside others and to be killed: `python -m tests.builders.writer`.

It logs interventions, changes each once, and takes part in changing one that all share. Whatever has been saved it says
on its standard output, a line each, and only then goes on. Started again, it goes on where it was.
"""

import os
import subprocess
import sys
from pathlib import Path

from dashboard.store.access import StaleError, Store
from dashboard.who import Author
from tests.builders.data_folder import ROOT
from tests.builders.interventions import told

SHARED = "shared"


def start(data: Path, url: str | None, name: str, count: int, shared: int, *, said: int) -> "subprocess.Popen[bytes]":
    """Start a writer; what it says goes to the file `said`."""
    command = [sys.executable, "-m", "tests.builders.writer", str(data), url or "", name, str(count), str(shared)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=said)


def main(data: str, url: str, name: str, count: str, shared: str) -> None:
    """Write `count` interventions and a change of each, and `shared` changes of the one that all share."""
    store = Store(Path(data), url or None)
    by = Author(f"Writer {name}", "Test")
    every = int(count) // int(shared) if int(shared) else 0
    for number in range(int(count)):
        key = f"{name}-{number}"
        made = store.propose(told(intervention_reason=key), by=by, submission_id=key)
        _say(f"{key} 1")
        if made.record_version == 1:
            store.change(made.intervention_id, {"expected_effect": f"changed {key}"}, seen=1, by=by)
        _say(f"{key} 2")
        if every and number % every == 0:
            _change_shared(store, by, key)
    store.close()


def _change_shared(store: Store, by: Author, key: str) -> None:
    """As people do: told that somebody else was sooner, look again and try again."""
    (shared,) = store.interventions(submission_id=SHARED)
    while True:
        try:
            now = store.intervention(shared.intervention_id)
            store.change(now.intervention_id, {"process_measure": key}, seen=now.record_version, by=by)
        except StaleError:
            continue
        return _say(f"{SHARED} {key}")


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
