"""Worked examples for the metrics, read where they are at hand."""

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings

# A property is checked on enough cases to be worth its time; a busy machine is not a failure.
settings.register_profile("metrics", deadline=None, max_examples=40)
settings.load_profile("metrics")


@pytest.fixture
def worked_example() -> Callable[[str], pl.DataFrame]:
    """Read a worked example by its path in the reference folder, skipping the test where there is no such folder."""
    sources = os.environ.get("ICS_SOURCES_DIR")
    if sources is None:
        pytest.skip("the worked examples lie beside the folder ICS_SOURCES_DIR names, which is not set")
    folder = Path(sources).parent / "reference" / "metrics"

    def read(path: str) -> pl.DataFrame:
        return pl.read_csv(folder / path, infer_schema_length=None)

    return read
