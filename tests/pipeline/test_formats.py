"""Every publisher's format alike: the same faults of a file and of a row, and what each is found to be.

What is peculiar to one format is in `test_bad_input.py`; here nothing is known of a format but where it keeps what.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from data_contracts.registry.records import sources
from pipelines import landing
from pipelines.faults import Refused
from pipelines.sources.recognise import FIGURES
from tests.builders import publishers as p
from tests.builders.data_folder import DataFolder
from tests.builders.publishers import PublishersFile, any_row

every_figures_file = pytest.mark.parametrize("source_id", p.FIGURES)


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Where a format keeps what it says."""

    period: str
    value: str
    area: str | None = None
    series: str | None = None


COLUMNS = {
    "els": Columns(area="areacd", period="period", value="observation", series="indicator"),
    "els_2023": Columns(area="AREACD", period="Period", value="Value", series="Indicator"),
    "els_json": Columns(area="areacd", period="date", value="value", series="indicator"),
    "fingertips_extract": Columns(area="area_code", period="period", value="value", series="indicator"),
    "health_index": Columns(area="icb22_code", period="year", value="overall_score"),
    "qof_icb": Columns(area="org", period="year", value="value", series="metric"),
    "nhs_vacancies": Columns(area="region_code", period="month_key", value="vacancy_wte_total"),
    "revenue_outturn": Columns(
        area="code", period="financial_year", value="public_health_net_current_expenditure_gbp_thousand"
    ),
    # Both are of England alone, and name no area.
    "public_health_grant": Columns(period="financial_year", value="total_gbp_billion"),
    "specialist_capacity": Columns(period="year", value="value_fte", series="sector"),
}


def columns_of(source_id: str) -> Columns:
    return COLUMNS[sources()[source_id].format]


def test_every_format_of_figures_has_a_builder() -> None:
    built = {sources()[source_id].format for source_id in p.FIGURES}
    assert built == set(FIGURES) == set(COLUMNS)


@every_figures_file
def test_a_file_is_known_by_its_content_under_any_name(source_id: str) -> None:
    file = p.FIGURES[source_id]()
    vintage = landing.from_bytes("download (3).csv", file.content())
    assert vintage.record.source_id == source_id
    assert vintage.record.rows == len(file.rows)
    assert vintage.ignored_columns == ()


# --- faults of a whole file --------------------------------------------------------------------------------


def middle(file: PublishersFile) -> int:
    """The end of a row in the middle of the file's bytes."""
    content = file.content()
    return content.index(file.line_end.encode(), len(content) // 2)


def with_a_byte_that_is_no_text(file: PublishersFile) -> bytes:
    content = file.content()
    return content[: middle(file) - 1] + b"\xe9" + content[middle(file) - 1 :]


def cut_short(file: PublishersFile) -> bytes:
    """Cut before the last cell of a row."""
    return file.content()[: middle(file)].rpartition(b",")[0]


def without_its_header(file: PublishersFile) -> bytes:
    return file.content().partition(file.line_end.encode())[2]


#: A first row taken for a header names no column of ours, or one cell's content twice.
NO_HEADER = {"not_recognised", "header"}

WHOLE_FILES: dict[str, tuple[Callable[[PublishersFile], bytes], set[str]]] = {
    "without its header": (without_its_header, NO_HEADER),
    "cut short in the middle of a row": (cut_short, {"truncated"}),
    "with a byte that is no text": (with_a_byte_that_is_no_text, {"encoding"}),
    "in UTF-16": (lambda file: file.content().decode().encode("utf-16"), {"encoding"}),
    "a web page": (lambda _: b"<!doctype html>\n<html><title>Not found</title></html>", {"web_page"}),
    "no rows": (lambda file: file.content().partition(file.line_end.encode())[0] + b"\n", {"no_rows"}),
}


@every_figures_file
@pytest.mark.parametrize("what", WHOLE_FILES)
def test_a_file_at_fault_is_refused_by_its_name(source_id: str, what: str) -> None:
    spoil, rules = WHOLE_FILES[what]
    file = p.FIGURES[source_id]()
    with pytest.raises(Refused) as refused:
        landing.from_bytes(file.name, spoil(file))
    (problem,) = refused.value.problems
    assert problem.rule in rules
    assert file.name in problem.where
    assert problem.todo


@every_figures_file
@pytest.mark.parametrize("part", ["area", "period", "value"])
def test_a_renamed_column_is_named_with_the_module_that_reads_it(source_id: str, part: str) -> None:
    file = p.FIGURES[source_id]()
    column = getattr(columns_of(source_id), part)
    if column is None:
        pytest.skip(f"the format has no column for the {part}")
    with pytest.raises(Refused) as refused:
        landing.from_bytes(file.name, file.rename(column, f"{column}_new").content())
    (problem,) = refused.value.problems
    assert problem.rule == "header"
    assert column in problem.found
    assert f"{column}_new" in problem.found


@pytest.mark.parametrize("source_id", [id_ for id_ in p.FIGURES if columns_of(id_).series])
def test_a_file_of_series_nobody_declared_is_not_taken_for_another(source_id: str) -> None:
    column = columns_of(source_id).series
    assert column
    file = p.FIGURES[source_id]().edit(any_row, **{column: "Something else"})
    with pytest.raises(Refused) as refused:
        landing.from_bytes(file.name, file.content())
    assert refused.value.problems[0].rule == "not_recognised"
    assert "Something else" in refused.value.problems[0].found


# --- faults of a row ---------------------------------------------------------------------------------------

#: What is written where, and what it is found to be; each into a row of its own.
ROWS: tuple[tuple[str, str, str], ...] = (
    ("value", "many", "not_a_number"),
    ("value", "inf", "not_finite"),
    ("area", "E09000099", "unknown_area"),
    ("area", "", "unknown_area"),
    ("period", "soon", "unknown_period"),
    ("period", "", "unknown_period"),
    ("period", "2202", "unknown_period"),
)


@every_figures_file
def test_rows_at_fault_are_quarantined_and_every_other_row_stays(first_release: DataFolder, source_id: str) -> None:
    file = p.FIGURES[source_id]()
    sound = first_release.clean(file)
    used = sound.accepted["source_row"].unique().sort().tail(len(ROWS)).to_list()
    faults = [fault for fault in ROWS if getattr(columns_of(source_id), fault[0])]
    # A file of a handful of rows takes a few faults at a time.
    for some in (faults[at : at + len(used)] for at in range(0, len(faults), len(used))):
        rows = list(file.rows)
        for row, (part, cell, _) in zip(used, some, strict=False):
            place = file.header.index(getattr(columns_of(source_id), part))
            rows[row - 1] = (*rows[row - 1][:place], cell, *rows[row - 1][place + 1 :])
        cleaned = first_release.clean(replace(file, rows=tuple(rows)))
        first_faults = cleaned.quarantined.unique("source_row", keep="first", maintain_order=True)
        assert dict(first_faults.select("source_row", "rule").iter_rows()) == {
            row: rule for row, (_, _, rule) in zip(used, some, strict=False)
        }
        assert cleaned.received == cleaned.accepted_rows + cleaned.set_aside.height + cleaned.quarantined_rows
    assert sound.quarantined_rows == 0


@every_figures_file
def test_over_one_row_in_twenty_at_fault_refuses_the_file(folder: DataFolder, source_id: str) -> None:
    file = p.FIGURES[source_id]()
    column = columns_of(source_id).value
    before = folder.state()
    outcome = folder.refresh(file.edit(any_row, **{column: "many"}))
    assert set(outcome.rules) == {"not_a_number"}
    assert all(file.name in problem.where for problem in outcome.problems)
    assert folder.state() == before
