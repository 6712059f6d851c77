"""The web server reads the contracts; what it then carries in memory is a promise."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS_FOR_THE_SERVER = [
    "data_contracts.fields",
    "data_contracts.marts",
    "data_contracts.vocabulary",
    "data_contracts.version",
    "data_contracts.dictionary",
    "data_contracts.registry.records",
]


def loaded_by(*modules: str) -> set[str]:
    """Top-level packages in memory once these modules are imported in a fresh process."""
    program = (
        f"import sys; import {', '.join(modules)}; print(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(run.stdout.split())


def test_the_contracts_a_server_reads_bring_no_heavy_library_with_them() -> None:
    heavy = {"pandera", "numpy", "scipy", "pandas", "pyarrow", "duckdb", "httpx", "dash", "polars"}
    assert not loaded_by(*CONTRACTS_FOR_THE_SERVER) & heavy


@pytest.mark.parametrize("module", CONTRACTS_FOR_THE_SERVER)
def test_a_contract_stands_alone(module: str) -> None:
    assert not loaded_by(module) & {"metrics", "pipelines", "dashboard"}
