"""The statuses in numbers: printed by a command, kept in the docs, and true of the release."""

from pathlib import Path

import polars as pl

from tests.builders.data_folder import DataFolder

DOCS = Path(__file__).parents[2] / "docs" / "statuses.md"


def test_the_docs_hold_what_the_command_prints(first_release: DataFolder) -> None:
    printed = first_release.command("statuses")
    assert printed.returncode == 0
    assert printed.stdout == DOCS.read_text("utf-8"), "run make docs"


def test_counts_of_a_layer_add_up_to_the_systems() -> None:
    counts: dict[str, dict[str, int]] = {}
    heading = ""
    for line in DOCS.read_text("utf-8").splitlines():
        if line.startswith("## "):
            heading = line
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[2].isdigit() and cells[0] != "change_versus_england":
            layers = counts.setdefault(heading, {})
            layers[cells[0]] = layers.get(cells[0], 0) + int(cells[2])
    assert len(counts) == 5
    assert all(total == 36 for layers in counts.values() for total in layers.values())


def test_from_before_the_pandemic_no_system_improved_on_preventable_heart_deaths(first_release: DataFolder) -> None:
    """Known beforehand: from 2017 to 2019 it improved in none, and is worse in about half."""
    areas = first_release.mart("areas").filter((pl.col("area_type") == "icb") & pl.col("valid_to").is_null())
    found = (
        first_release.mart("statuses")
        .filter(pl.col("is_latest") & (pl.col("commitment_id") == "preventable-cvd"))
        .join(areas, on="area_code")
    )
    assert found.height == 36
    assert found.filter(pl.col("direction") == "improving").is_empty()
    assert 14 <= found.filter(pl.col("direction") == "getting_worse").height <= 20
    assert "of 34 tested" in DOCS.read_text("utf-8")


def test_without_a_release_the_command_says_what_to_do(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    printed = folder.command("statuses")
    assert printed.returncode == 2
    assert "make refresh" in printed.stderr
