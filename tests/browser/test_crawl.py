"""Every system there is or was, on every set of boundaries, opened in a browser as a reader would."""

import datetime as dt

import polars as pl
import pytest

from data_contracts.registry.records import commitments
from tests.browser.conftest import Reader
from tests.builders.data_folder import DataFolder

pytestmark = pytest.mark.soak

#: Systems and how an address asks for the boundaries they had.
FOOTPRINTS = {"": (36, dt.date(2026, 4, 1)), "?footprint=2024": (42, dt.date(2026, 3, 31))}


@pytest.mark.parametrize("footprint", FOOTPRINTS)
def test_every_system_opens(wide: Reader, first_release: DataFolder, footprint: str) -> None:
    """Each answers 200, says nothing on the console, and has no empty chart or figure without its reason."""
    systems, day = FOOTPRINTS[footprint]
    boards = first_release.mart("areas").filter(
        (pl.col("area_type") == "icb") & (pl.col("valid_from") <= day) & (pl.col("valid_to").fill_null(day) >= day)
    )
    assert boards.height == systems
    answers: list[int] = []
    wide.page.on("response", lambda found: answers.append(found.status) if "/system/" in found.url else None)
    for code, name in boards.select("area_code", "area_name").iter_rows():
        wide.messages.clear()
        answers.clear()
        wide.open(f"/system/{code}{footprint}")
        where = f"{name} ({code}{footprint})"
        assert set(answers) == {200}, where
        assert wide.messages == [], where
        assert name in wide.page.inner_text("h1"), where
        empty = wide.page.evaluate(
            """[...document.querySelectorAll('.chart')].filter(chart => !chart.querySelector('.point'))
                 .filter(chart => !chart.closest('figure').innerText.includes('No period has a figure'))
                 .map(chart => chart.getAttribute('aria-label'))"""
        )
        assert empty == [], where
        unexplained = wide.page.evaluate(
            """[...document.querySelectorAll('td, .card')].filter(cell => /No figure/.test(cell.innerText))
                 .filter(cell => !/\\[[a-z]+\\]/.test((cell.closest('tr') || cell).innerText))
                 .map(cell => (cell.closest('tr') || cell).innerText)"""
        )
        assert unexplained == [], where


def test_every_commitment_opens(wide: Reader) -> None:
    """Each of the register answers, says nothing on the console, draws what it draws and violates nothing."""
    for commitment_id, entry in commitments().items():
        wide.messages.clear()
        wide.open(f"/commitment/{commitment_id}")
        assert wide.messages == [], commitment_id
        assert wide.page.inner_text("h1") == entry.title
        assert wide.violations() == [], commitment_id
