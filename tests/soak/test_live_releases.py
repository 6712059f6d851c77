"""Releases published one after another while 32 clients ask: no request fails, though older releases are pruned."""

import json
import time
from pathlib import Path

import pytest

from tests.benchmarks.load import asking, mixed, write_plan
from tests.builders.data_folder import DataFolder
from tests.builders.moving import obesity_moved, publish_next
from tests.builders.server import serving

pytestmark = pytest.mark.soak

RELEASES = 10
#: Clients stop when told to; this is where they would by themselves.
_LONGEST_S = 1_200


def test_ten_releases_published_under_load_fail_no_request(first_release: DataFolder, tmp_path: Path) -> None:
    folder = first_release.copy(tmp_path / "data")
    plan = tmp_path / "plan.json"
    before = folder.release_id
    with serving(folder.path) as server:
        server.wait_for_workers(2)
        write_plan(plan, mixed(folder, server.address))
        with asking(server, plan, "--seconds", str(_LONGEST_S)) as clients:
            for number in range(1, RELEASES + 1):
                publish_next(folder, obesity_moved(number))
                time.sleep(0.5)  # each release is asked for before the next takes its place
            clients.terminate()
            seen = json.loads(clients.communicate(timeout=120)[0])
    published = [event["release_id"] for event in folder.history()]
    assert len(set(published)) == RELEASES + 1
    assert published[0] == before
    assert len(list((folder.path / "releases").iterdir())) == 2
    assert seen["errors"] == 0, seen["faults"]
    assert seen["requests"] > 100 * RELEASES
