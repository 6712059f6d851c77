"""What is said of a status that changed between two releases: which layer, from what to what, and why."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from data_contracts.registry.records import commitments, publish_rules
from pipelines import compare
from pipelines.models import statuses as model
from pipelines.status_changes import LAYERS
from pipelines.status_recap import COMMITMENTS_SHOWN, STATUSES_SHOWN, status_rows, status_sections, summary
from tests.builders import publishers as p
from tests.builders.answers import NORTH_EAST, answer, answers
from tests.builders.data_folder import AS_OF, DataFolder
from tests.builders.publishers import at

BARNET = "E09000003"
Edit = Callable[[pl.DataFrame], pl.DataFrame]


def statuses_changed(folder: DataFolder) -> pl.DataFrame:
    return compare.of_statuses(folder.changes())


# --- real refreshes -----------------------------------------------------------------------------------------


def test_a_revised_figure_that_turns_a_direction_is_told_with_its_reason(folder: DataFolder) -> None:
    """Barnet's adults smoke no more than the promise says, and its obesity falls: revised, not new."""
    before = folder.mart("statuses").filter(area_code=BARNET, is_latest=True)
    smoking = p.adult_smoking().edit(at(area_code=BARNET, period="2024"), value="4.5")
    which = at(areacd=BARNET, period="2024-11-16/P1Y")
    obesity = p.adult_obesity().edit(which, observation="10", lci_95="8", uci_95="12")
    folder.drop(smoking, obesity)
    run = folder.command("refresh", "--inbox", str(folder.inbox), "--as-of", str(AS_OF))
    assert run.returncode == 0, run.stdout
    rows = statuses_changed(folder).filter(area_code=BARNET, layer="direction", is_latest=True)
    assert set(rows["why"]) == {"revised data"}
    assert set(rows["change"]) == {"changed"}
    told = {row["commitment_id"]: (row["earlier"], row["later"]) for row in rows.iter_rows(named=True)}
    was = dict(before.filter(indicator_id="adult-obesity").select("commitment_id", "direction").iter_rows())
    assert told == {"smokefree-2030": (None, "target_met"), "adult-weight": (was["adult-weight"], "improving")}
    smoke_free, weight = (commitments()[id_].title for id_ in ("smokefree-2030", "adult-weight"))
    report = folder.report()
    assert report.index(f"### {smoke_free} (promise)") < report.index(f"### {weight} (monitored)")
    assert "- Barnet, Adult smoking, 2024: direction from none to target met" in report
    assert "of promises" in run.stdout
    assert smoke_free in run.stdout
    assert "- North Central London (until 31 March 2026), Adult obesity, 2024/25: " in report
    assert compare.of_figures(folder.changes()).height >= 2
    folder.assert_whole()


def test_a_later_period_is_compared_with_what_was_the_latest_and_stops_nothing(folder: DataFolder) -> None:
    smoking = p.adult_smoking()
    newer = [
        {**row, "period": "2025", **({"value": "4"} if row["area_code"].startswith("E0") else {})}
        for row in smoking.chosen(at(period="2024"))
    ]
    outcome = folder.refresh(smoking.add(newer))
    assert outcome.recap, outcome.problems
    rows = statuses_changed(folder).filter(commitment_id="smokefree-2030")
    assert set(rows["why"]) == {"new data"}
    assert set(rows["period_label"]) == {"2025"}
    assert set(rows["earlier_period"]) == {"2024"}
    barnet = rows.filter(area_code=BARNET, layer="direction")
    assert barnet.select("earlier", "later", "is_latest").rows() == [(None, "target_met", True)]
    assert f"and {rows['status_id'].n_unique() - STATUSES_SHOWN:,} more" in folder.report()
    assert statuses_changed(folder).select("status_id", "layer").is_unique().all()


def test_an_answer_changes_a_status_and_so_does_another_answer(folder: DataFolder) -> None:
    folder.refresh(answers(answer(commitment_id="terms-and-conditions", area_code="E92000001", answer="no")))
    england = statuses_changed(folder)
    told = {row["layer"]: (row["earlier"], row["later"], row["why"]) for row in england.iter_rows(named=True)}
    assert told == {"data_state": ("no_data", "informational", "new data"), "answer": (None, "no", "new data")}
    later = answer(commitment_id="terms-and-conditions", area_code="E92000001", as_at="2026-11-01")
    folder.refresh(answers(later, answer()))
    told = {
        (row["area_code"], row["change"], row["layer"]): (row["earlier"], row["later"], row["why"])
        for row in statuses_changed(folder).iter_rows(named=True)
    }
    silent = [told.pop(key) for key in list(told) if key[0] not in ("E92000001", NORTH_EAST)]
    assert silent == [(None, "no_data", "new data")] * 35
    assert told == {
        ("E92000001", "changed", "answer"): ("no", "yes", "new data"),
        (NORTH_EAST, "new", "data_state"): (None, "informational", "new data"),
        ("E92000001", "changed", "data_state"): ("no_data", "informational", "new data"),
    }
    assert "answer from no to yes (new data)" in folder.report()


def test_another_version_of_the_rules_alone_changes_no_status(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "STATUS_RULES", "next")
    before = folder.release_id
    folder.refresh()
    assert folder.release_id != before
    assert folder.changes().is_empty()
    assert "No status changed." in folder.report()


# --- two folders, one of them edited --------------------------------------------------------------------------

CHOSEN = (pl.col("area_code") == NORTH_EAST) & (pl.col("indicator_id") == "adult-obesity") & pl.col("is_latest")


def another(column: str, value: object, where: pl.Expr = CHOSEN) -> Edit:
    return lambda frame: frame.with_columns(
        pl.when(where).then(pl.lit(value, frame.schema[column])).otherwise(column).alias(column)
    )


TURNED = ("statuses", another("direction", "improving"))
NEW_FIGURE = ("statuses", another("latest_value", 12.5))
NEW_VINTAGE = ("statuses", another("latest_vintage", "undated-00000000"))
NEW_RULE = ("statuses", another("rule_version", "next"))
OTHER_PARTS = (
    "authority_overlaps",
    lambda frame: frame.with_columns(
        pl.when(pl.col("system_code") == NORTH_EAST).then(0.5).otherwise("share_of_system").alias("share_of_system")
    ),
)
OTHER_LINEAGE = (
    "area_lineage",
    lambda frame: pl.concat(
        [frame, frame.head(1).with_columns(predecessor_code=pl.lit("E54000025"), successor_code=pl.lit(NORTH_EAST))]
    ),
)
OTHER_TARGET = (
    "commitment_measures",
    another("target_value", 20.0, pl.col("indicator_id") == "adult-obesity"),
)
OTHER_WORDS = (
    "commitment_measures",
    another("why_baseline", "Because.", pl.col("indicator_id") == "adult-obesity"),
)
#: What differs between the folders, then why, and what else.
WHY: dict[str, tuple[list[tuple[str, Edit]], str, str | None]] = {
    "a figure": ([NEW_FIGURE], "revised data", None),
    "a vintage with the same two figures": ([NEW_VINTAGE], "revised data", None),
    "the rules": ([NEW_RULE], "rule change", None),
    "the rules and the vintage": ([NEW_RULE, NEW_VINTAGE], "rule change", "revised data"),
    "the rules and a figure": ([NEW_RULE, NEW_FIGURE], "revised data", "rule change"),
    "the parts of the area": ([OTHER_PARTS, NEW_FIGURE], "boundary change", "revised data"),
    "whom the area took residents from": ([OTHER_LINEAGE, NEW_FIGURE], "boundary change", "revised data"),
    "the target": ([OTHER_TARGET], "register change", None),
    "the register's words": ([OTHER_WORDS], "changed rule", None),
    "nothing that can be seen": ([], "changed rule", None),
}


def edited(marts: Path, to: Path, *edits: tuple[str, Edit]) -> Path:
    """The same tables elsewhere, some of them edited."""
    shutil.copytree(marts, to)
    for mart, edit in edits:
        path = to / f"{mart}.parquet"
        edit(pl.read_parquet(path)).write_parquet(path)
    return to


@pytest.fixture
def marts(first_release: DataFolder) -> Path:
    return first_release.path / "current" / "marts"


@pytest.mark.parametrize("what", WHY)
def test_the_reason_is_what_differs(marts: Path, tmp_path: Path, what: str) -> None:
    edits, why, also = WHY[what]
    rows = compare.of_statuses(compare.changes(marts, edited(marts, tmp_path / "after", TURNED, *edits)))
    (row,) = rows.iter_rows(named=True)
    assert (row["mart"], row["layer"], row["later"], row["area_code"]) == (
        "statuses",
        "direction",
        "improving",
        NORTH_EAST,
    )
    assert (row["why"], row["also"]) == (why, also)


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer != "answer"])
def test_each_layer_is_told(marts: Path, tmp_path: Path, layer: str) -> None:
    rows = compare.of_statuses(
        compare.changes(marts, edited(marts, tmp_path / "after", ("statuses", another(layer, "another"))))
    )
    assert rows.select("layer", "later").rows() == [(layer, "another")]


def test_what_is_worked_out_and_no_layer_is_no_change(marts: Path, tmp_path: Path) -> None:
    """Nor is another boundary, rule or figure by which no status turned."""
    edits = [NEW_FIGURE, NEW_RULE, OTHER_PARTS, ("statuses", another("explanation", "Otherwise put."))]
    assert compare.of_statuses(compare.changes(marts, edited(marts, tmp_path / "after", *edits))).is_empty()


def test_a_later_period_after_a_boundary_change_says_both(marts: Path, tmp_path: Path) -> None:
    before = edited(marts, tmp_path / "before", ("statuses", _without_latest))
    after = edited(marts, tmp_path / "after", TURNED, OTHER_PARTS)
    rows = compare.of_statuses(compare.changes(before, after)).filter(layer="direction", is_latest=True)
    row = rows.filter(area_code=NORTH_EAST, indicator_id="adult-obesity").row(0, named=True)
    assert (row["why"], row["also"]) == ("new data", "boundary change")


def _without_latest(frame: pl.DataFrame) -> pl.DataFrame:
    """As if the last period of the chosen series were not out yet."""
    series = (pl.col("area_code") == NORTH_EAST) & (pl.col("indicator_id") == "adult-obesity")
    rest = frame.filter(~CHOSEN.fill_null(value=False))
    last = rest.filter(series)["as_of_end"].max()
    return rest.with_columns(is_latest=pl.when(series).then(pl.col("as_of_end") == last).otherwise("is_latest"))


def test_a_series_that_is_new_or_gone_is_told_once(marts: Path, tmp_path: Path) -> None:
    fewer = edited(marts, tmp_path / "fewer", ("statuses", lambda frame: frame.filter(~_of("hle-level"))))
    many = pl.read_parquet(marts / "statuses.parquet").filter(_of("hle-level") & pl.col("is_latest")).height
    for before, after, change, why in (
        (fewer, marts, "new", "new data"),
        (marts, fewer, "gone", "no longer given"),
    ):
        rows = compare.of_statuses(compare.changes(before, after))
        assert rows.height == many
        assert set(rows["change"]) == {change}
        assert set(rows["why"]) == {why}
        assert set(rows["layer"]) == {"data_state"}
        assert f"{many:,} " in summary(rows)
        assert not list(status_sections(rows, {}))


def _of(commitment_id: str) -> pl.Expr:
    return pl.col("commitment_id") == commitment_id


def test_statuses_alone_never_stop_a_release(marts: Path, tmp_path: Path) -> None:
    turned = another("direction", "getting_worse", pl.col("data_state") == "ok")
    after = edited(marts, tmp_path / "after", ("statuses", turned))
    moved = compare.changes(marts, after)
    assert compare.of_statuses(moved).height > 1000
    assert compare.stops(marts, after, moved, publish_rules()) == []


def test_many_changes_are_capped_and_counted_and_promises_lead(marts: Path, tmp_path: Path) -> None:
    turned = another("direction", "another", pl.col("data_state") != "no_data")
    rows = compare.of_statuses(compare.changes(marts, edited(marts, tmp_path / "after", ("statuses", turned))))
    table = status_rows(rows)
    parts = list(status_sections(rows, {}))
    assert len(table) > COMMITMENTS_SHOWN
    assert [row[1] for row in table] == sorted(
        (row[1] for row in table), key=["promise", "duty", "recommended", "monitored"].index
    )
    assert len([part for part in parts if part.startswith("### ")]) == COMMITMENTS_SHOWN
    lists = [part for part in parts if part.startswith("- ")]
    assert max(len(part.splitlines()) for part in lists) == STATUSES_SHOWN + 1
    assert parts[-1].startswith(f"And {len(table) - COMMITMENTS_SHOWN} more: ")
    shown = sum(line.startswith("- ") and not line.startswith("- and ") for part in lists for line in part.splitlines())
    more = sum(
        int(line.removeprefix("- and ").removesuffix(" more").replace(",", ""))
        for part in lists
        for line in part.splitlines()
        if line.startswith("- and ")
    )
    counted = {row[0]: int(row[2].replace(",", "")) for row in table}
    assert shown + more == sum(list(counted.values())[:COMMITMENTS_SHOWN])
    assert f"{sum(counted.values()):,} statuses changed" in summary(rows)
