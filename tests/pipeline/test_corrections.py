"""Known errors of sources: withheld or replaced as recorded, told, and refused once the source is no longer so."""

from collections.abc import Iterable

import msgspec
import polars as pl
import pytest

from data_contracts.registry.records import Correction, FigureAsFound, corrections
from data_contracts.vocabulary import Sex
from pipelines import corrections as known_errors
from pipelines.corrections import correct
from tests.builders import publishers as p
from tests.builders.data_folder import DataFolder
from tests.builders.publishers import at

SMOKING = "ons-smoking-earlier-weights"
RIBBLE_VALLEY = at(areacd="E07000124", date="2023")


def record(**parts: object) -> Correction:
    """A correction of Hartlepool's smoking in 2012, which is 28.1 (25.4 to 30.9)."""
    usual: dict[str, object] = {
        "source": SMOKING,
        "indicator": "adult-smoking-earlier-weights",
        "area": "E06000001",
        "sex": Sex.PERSONS,
        "period": "2012",
        "found": FigureAsFound(value=28.1, lower_95=25.4, upper_95=30.9),
        "treatment": "withhold",
        "reason": "Two digits changed places.",
        "evidence": "https://example.org/errata",
        "evidence_says": "The errata have 18.2.",
        "told": "nobody yet",
    }
    return Correction(**{**usual, **parts})


@pytest.fixture(scope="module")
def smoking(first_release: DataFolder) -> pl.DataFrame:
    return first_release.clean(p.smoking_earlier_weights()).accepted


def corrected(
    monkeypatch: pytest.MonkeyPatch, figures: pl.DataFrame, records: Iterable[Correction]
) -> known_errors.Corrected:
    monkeypatch.setattr(known_errors, "corrections", lambda: tuple(records))
    return correct(figures, SMOKING, where="the file")


def hartlepool(figures: pl.DataFrame) -> dict[str, object]:
    return figures.filter((pl.col("area_code") == "E06000001") & (pl.col("period_label") == "2012")).row(0, named=True)


def test_a_figure_withheld_has_a_symbol_and_says_what_the_publisher_gives_and_why(
    monkeypatch: pytest.MonkeyPatch, smoking: pl.DataFrame
) -> None:
    found = corrected(monkeypatch, smoking, [record()])
    row = hartlepool(found.figures)
    assert [row[name] for name in ("value", "lower_95", "upper_95", "value_symbol")] == [None, None, None, "[x]"]
    assert row["note"] == (
        "Withheld: the publisher gives 28.1, limits 25.4 to 30.9. Two digits changed places. The errata have 18.2."
    )
    assert (found.applied, found.not_as_recorded) == (1, ())


def test_a_figure_replaced_is_marked_as_revised(monkeypatch: pytest.MonkeyPatch, smoking: pl.DataFrame) -> None:
    right = FigureAsFound(value=18.2, lower_95=15.5, upper_95=20.9)
    row = hartlepool(corrected(monkeypatch, smoking, [record(treatment="replace", replace_with=right)]).figures)
    assert [row[name] for name in ("value", "lower_95", "upper_95", "value_symbol")] == [18.2, 15.5, 20.9, "[r]"]
    assert str(row["note"]).startswith("Corrected: the publisher gives 28.1, limits 25.4 to 30.9. ")


def test_every_other_figure_stays_as_it_is(monkeypatch: pytest.MonkeyPatch, smoking: pl.DataFrame) -> None:
    found = corrected(monkeypatch, smoking, [record()])
    other = (pl.col("area_code") != "E06000001") | (pl.col("period_label") != "2012")
    assert found.figures.filter(other).equals(smoking.filter(other))
    assert found.figures.height == smoking.height


def test_a_record_of_another_source_is_left_alone(monkeypatch: pytest.MonkeyPatch, smoking: pl.DataFrame) -> None:
    found = corrected(monkeypatch, smoking, [record(source="ohid-adult-smoking")])
    assert found.figures.equals(smoking)
    assert (found.applied, found.not_as_recorded) == (0, ())


NOT_AS_RECORDED = {
    "another value": {"found": FigureAsFound(value=28.2, lower_95=25.4, upper_95=30.9)},
    "another limit": {"found": FigureAsFound(value=28.1, lower_95=25.4, upper_95=31.0)},
    "limits that are not there": {"found": FigureAsFound(value=28.1)},
    "a period the file lacks": {"period": "2002"},
    "an area the file lacks": {"area": "E06000053"},
}


@pytest.mark.parametrize("what", NOT_AS_RECORDED)
def test_a_record_that_does_not_fit_changes_nothing_and_is_told(
    monkeypatch: pytest.MonkeyPatch, smoking: pl.DataFrame, what: str
) -> None:
    found = corrected(monkeypatch, smoking, [record(**NOT_AS_RECORDED[what])])
    assert found.figures.equals(smoking)
    assert found.applied == 0
    (problem,) = found.not_as_recorded
    assert problem.rule == "correction_does_not_fit"
    assert "corrections.toml" in problem.todo


@pytest.mark.parametrize(
    "parts",
    [
        {"treatment": "replace"},
        {"replace_with": FigureAsFound(value=1.0)},
        {"evidence": "a colleague"},
    ],
    ids=["replaced by nothing", "withheld and replaced", "no evidence"],
)
def test_a_record_that_contradicts_itself_is_a_mistake_in_the_registry(parts: dict[str, object]) -> None:
    with pytest.raises((ValueError, msgspec.ValidationError)):
        record(**parts)


# --- in the release ----------------------------------------------------------------------------------------


def test_every_known_error_is_marked_in_the_release(first_release: DataFolder) -> None:
    observations = first_release.mart("observations")
    for item in corrections():
        row = observations.filter(
            (pl.col("indicator_id") == item.indicator)
            & (pl.col("area_code") == item.area)
            & (pl.col("sex") == str(item.sex))
            & (pl.col("period_label") == item.period)
        ).row(0, named=True)
        assert row["value_symbol"] == ("[r]" if item.replace_with else "[x]")
        assert row["value"] == (item.replace_with.value if item.replace_with else None)
        assert item.reason in row["note"]
    checks = first_release.mart("quality_checks").filter(pl.col("check_id") == "corrections_applied")
    assert set(checks["subject"]) == {item.source for item in corrections()}
    assert checks["passed"].all()


def test_the_source_that_was_corrected_is_still_fully_accounted_for(first_release: DataFolder) -> None:
    cleaned = first_release.clean(p.smoking_earlier_weights())
    assert cleaned.corrected == sum(item.source == SMOKING for item in corrections())
    assert cleaned.received == cleaned.accepted_rows + cleaned.set_aside.height + cleaned.quarantined_rows


def test_landing_keeps_what_the_publisher_wrote(first_release: DataFolder) -> None:
    row = p.smoking_earlier_weights().chosen(RIBBLE_VALLEY)[0]
    assert (row["value"], row["lci"], row["uci"]) == ("0.0", "0.0", "0.0")


def test_once_the_publisher_mends_it_the_file_is_refused_until_the_record_goes(folder: DataFolder) -> None:
    before = folder.state()
    mended = p.smoking_earlier_weights().edit(RIBBLE_VALLEY, value="3.3", lci="0.4", uci="8.1")
    folder.drop(mended)
    run = folder.command("refresh", "--inbox", str(folder.inbox), "--as-of", "2026-11-25")
    assert run.returncode == 2
    for part in (mended.name, "E07000124", "2023", "3.3, limits 0.4 to 8.1", "0, limits 0 to 0", "corrections.toml"):
        assert part in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
    assert folder.state() == before


def test_once_the_publisher_takes_it_away_the_file_is_refused_too(folder: DataFolder) -> None:
    outcome = folder.refresh(p.smoking_earlier_weights().edit(RIBBLE_VALLEY, value="", lci="", uci=""))
    assert outcome.rules == ["correction_does_not_fit"]
    assert outcome.problems[0].found == "no figure"
