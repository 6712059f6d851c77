"""A large table is built some values at a time and put in order afterwards; nobody can tell from what is published."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.tables import BATCH_ROWS
from pipelines.models import observations, runner, statuses
from tests.builders.data_folder import DataFolder


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches so small that today's observations take many."""
    monkeypatch.setattr(runner, "BATCH_ROWS", 5_000)


@pytest.fixture
def parts_built(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The tables built so far in parts, once a part."""
    built: list[str | None] = []
    call = runner._call

    def counting(model: runner.Model, *others: object) -> pl.DataFrame:
        if others[1:]:
            built.append(model.table)
        return call(model, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(runner, "_call", counting)
    return built


def spoil(monkeypatch: pytest.MonkeyPatch, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Let the model of observations go wrong."""
    build = observations.build
    monkeypatch.setattr(observations, "build", lambda inputs: change(build(inputs)))


def test_what_is_published_does_not_show_how_many_parts_it_was_built_in(
    first_release: DataFolder, tmp_path: Path, small_batches: None, parts_built: list[str | None]
) -> None:
    assert first_release.mart("observations").height < BATCH_ROWS  # that one was built at once
    again = DataFolder(tmp_path / "data")
    assert again.refresh().recap
    assert len(parts_built) > 5
    assert set(parts_built) == {"observations"}
    assert again.mart_hashes() == first_release.mart_hashes()
    assert again.release_id == first_release.release_id


def test_rules_broken_in_several_parts_are_told_in_one_go(
    folder: DataFolder, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    indicator, sex = pl.col("indicator_id"), pl.col("sex")
    spoil(
        monkeypatch,
        lambda rows: rows.with_columns(
            sex=pl.when(indicator == "adult-obesity").then(pl.lit("everybody")).otherwise(sex),
            period_start=pl.when(indicator == "life-expectancy").then(pl.date(2099, 1, 1)).otherwise("period_start"),
        ),
    )
    before = folder.state()
    (problem,) = folder.refresh().problems
    assert problem.where == "table observations"
    assert "not_allowed in sex" in problem.found
    assert "period_in_order in period_start" in problem.found
    assert folder.state() == before


def test_a_key_that_comes_twice_in_a_part_is_refused(
    folder: DataFolder, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, lambda rows: pl.concat([rows, rows.filter(pl.col("indicator_id") == "adult-obesity").head(1)]))
    before = folder.state()
    (problem,) = folder.refresh().problems
    assert "is not unique: adult-obesity" in problem.found
    assert folder.state() == before


def test_statuses_need_no_other_observations_than_they_say_they_read(first_release: DataFolder) -> None:
    others = ("gaps", "areas", "evidence", "workforce", "workforce_coverage")
    inputs = {name: first_release.mart(name) for name in ("observations", *others)}
    narrowed = inputs | {"observations": inputs["observations"].filter(statuses.rows_read()["observations"])}
    assert 0 < narrowed["observations"].height < inputs["observations"].height
    assert statuses.build(narrowed).equals(statuses.build(inputs))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    values=st.lists(st.text(alphabet="ab-é1", min_size=1, max_size=3), min_size=1, max_size=60),
    more=st.lists(st.text(alphabet="ab-é1", min_size=1, max_size=3), max_size=20),
    batch=st.integers(1, 30),
)
def test_every_row_lies_in_one_stretch_and_the_stretches_are_in_order(
    values: list[str], more: list[str], batch: int
) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "BATCH_ROWS", batch)
        tables = []
        for number, column in enumerate((values, more)):
            tables.append([Path(name) / f"{number}.parquet"])
            pl.DataFrame({"code": column}, schema={"code": pl.String}).write_parquet(tables[-1][0])
        tables.append([Path(name) / "without.parquet"])
        pl.DataFrame({"other": [1]}).write_parquet(tables[-1][0])
        stretches = runner._stretches(tables, "code")
    every = pl.Series("code", values + more).to_frame()
    found = [sorted(every.filter(stretch)["code"]) for stretch in stretches]
    assert [value for part in found for value in part] == sorted(every["code"], key=lambda text: text.encode())
    assert all(part for part in found)
