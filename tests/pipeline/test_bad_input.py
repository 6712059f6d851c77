"""What becomes of a file that is wrong, and of one that only looks wrong: each is one edit of a sound file."""

import codecs
import json
import random
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from tests.builders import publishers as p
from tests.builders.data_folder import DataFolder, Outcome
from tests.builders.publishers import PublishersFile, RawFile, any_row, at

HLE = "ons-healthy-life-expectancy"
OBESITY = "ohid-adult-obesity"
HACKNEY_OBESITY = at(areacd="E09000012", period="2024-11-16/P1Y")
HACKNEY = at(areacd="E09000012", indicator="Male healthy life expectancy", period="2022-01-01/P3Y")


def hle() -> PublishersFile:
    return p.healthy_life_expectancy()


def raw(file: PublishersFile, content: bytes) -> RawFile:
    return RawFile(name=file.name, raw=content)


def accounts_add_up(outcome: Outcome) -> None:
    assert outcome.recap
    for account in outcome.recap.sources:
        assert account.received == account.accepted + account.set_aside + account.quarantined
        assert account.set_aside == sum(account.set_aside_by_rule.values())


def refused(folder: DataFolder, file: PublishersFile | RawFile) -> Outcome:
    """Refresh with the file, which must be refused by name, say what to do, and leave everything as it was."""
    before = folder.state()
    outcome = folder.refresh(file)
    assert outcome.problems, "the file was taken in"
    assert folder.state() == before
    for problem in outcome.problems:
        assert file.name in problem.where
        assert problem.found
        assert problem.expected
        assert problem.todo
    return outcome


# --- a file at fault is refused by name, and nothing changes ----------------------------------------------


def mid_row(file: PublishersFile) -> bytes:
    content = file.content()
    return content[: content.index(b"\r\n", len(content) // 2) - 9]


def mid_last_row(file: PublishersFile) -> bytes:
    return file.content()[:-12]


def at_a_row_boundary(file: PublishersFile) -> bytes:
    content = file.content()
    return content[: content.index(b"\r\n", len(content) // 2) + 2]


NOT_A_TABLE: dict[str, tuple[Callable[[PublishersFile], bytes], str]] = {
    "cut short in the middle of a row": (mid_row, "truncated"),
    "cut short in the middle of its last row": (mid_last_row, "truncated"),
    "cut short inside a quoted cell": (lambda file: replace(file, quoted=True).content()[:-3], "broken_quoting"),
    "cut short between two rows": (at_a_row_boundary, "rows_gone"),
    "a web page saved as CSV": (lambda _: b"<!DOCTYPE html>\n<html><body>Sorry</body></html>", "web_page"),
    "a web page after a byte order mark": (lambda _: codecs.BOM_UTF8 + b"\r\n <HTML><p>Sorry</p></HTML>", "web_page"),
    "UTF-16 with a byte order mark": (lambda file: file.content().decode().encode("utf-16"), "encoding"),
    "UTF-16 without a byte order mark": (lambda file: file.content().decode().encode("utf-16-le"), "encoding"),
    "Latin-1 with an accent": (
        lambda file: replace(file.edit(HACKNEY, areanm="Hackneÿ"), encoding="latin-1").content(),
        "encoding",
    ),
    "empty": (lambda _: b"", "empty_file"),
    "nothing but blank lines": (lambda _: b"\n \r\n\n", "empty_file"),
    "a header and no rows": (lambda file: replace(file, rows=()).content(), "no_rows"),
    "a header and blank lines": (lambda file: replace(file, rows=()).content() + b"\r\n\r\n", "no_rows"),
    "a column renamed": (lambda file: file.rename("observation", "observed").content(), "header"),
    "a column named twice": (lambda file: file.rename("notes", "status").content(), "header"),
    "old Macintosh line ends": (lambda file: replace(file, line_end="\r").content(), "line_ends"),
    "a spreadsheet": (lambda _: b"PK\x03\x04" + bytes(range(256)) * 8, "not_text"),
    "compressed": (lambda _: b"\x1f\x8b\x08\x00" + bytes(range(256)) * 8, "not_text"),
    "one very long line": (lambda _: b'{"error": "' + b"x" * 200_000 + b'"}', "not_recognised"),
    "Parquet cut short": (lambda file: file.as_parquet()[:-40], "broken_parquet"),
    "no table of ours": (lambda _: b"name,colour\nrose,red\n", "not_recognised"),
    "the right columns with another series": (
        lambda file: file.edit(any_row, indicator="Female life expectancy").content(),
        "not_recognised",
    ),
    "two publishers' series in one file": (
        lambda file: file.add([{**file.as_dicts()[0], "indicator": "Adult obesity prevalence"}]).content(),
        "not_recognised",
    ),
}


@pytest.mark.parametrize("what", NOT_A_TABLE)
def test_a_file_that_cannot_be_read_whole_is_refused(folder: DataFolder, what: str) -> None:
    spoil, rule = NOT_A_TABLE[what]
    outcome = refused(folder, raw(hle(), spoil(hle())))
    assert rule in outcome.rules


def test_parquet_with_lists_for_cells_is_refused(folder: DataFolder) -> None:
    lookup = p.lookup("icb-april-2026")
    frame = pl.DataFrame(lookup.rows, schema=list(lookup.header), orient="row")
    path = folder.path / "lists.parquet"
    frame.with_columns(pl.concat_list("ods_code", "ods_code").alias("ods_code")).write_parquet(path)
    content = path.read_bytes()
    path.unlink()
    assert refused(folder, raw(lookup, content)).rules == ["broken_parquet"]


def test_the_message_says_which_line_is_not_utf_8(folder: DataFolder) -> None:
    file = replace(hle().edit(HACKNEY, areanm="Hackneÿ"), encoding="latin-1")
    line = next(n for n, row in enumerate(file.rows, 2) if row[1] == "Hackneÿ")
    assert f"line {line:,}" in refused(folder, file).problems[0].found


def test_a_renamed_column_is_told_with_what_it_may_be_now(folder: DataFolder) -> None:
    found = refused(folder, hle().rename("observation", "observed")).problems[0].found
    assert "observation (is it now observed?)" in found


def spoiled_everywhere(**cells: str) -> PublishersFile:
    return hle().edit(any_row, **cells)


CONTENT_AT_FAULT: dict[str, tuple[Callable[[], PublishersFile], str]] = {
    "in another unit": (lambda: spoiled_everywhere(unit="months"), "another_unit"),
    "with text for numbers": (lambda: spoiled_everywhere(observation="sixty"), "not_a_number"),
    "with lower limits above upper": (lambda: spoiled_everywhere(lci_95="99"), "limits_in_order"),
    "with values outside their limits": (lambda: spoiled_everywhere(observation="5"), "value_within_limits"),
    "with limits and no values": (lambda: spoiled_everywhere(observation=""), "limits_without_value"),
    "with one limit only": (lambda: spoiled_everywhere(uci_95=""), "limits_together"),
    "with periods as people write them": (lambda: spoiled_everywhere(period="2022 to 2024"), "unknown_period"),
    "with yearly periods": (lambda: spoiled_everywhere(period="2022-01-01/P1Y"), "unknown_period"),
    "without an area": (lambda: hle().drop(at(areacd="E06000001")), "area_gone"),
    "without a period": (lambda: hle().drop(at(period="2022-01-01/P3Y")), "period_gone"),
    "without one sex": (lambda: hle().drop(at(indicator="Male healthy life expectancy")), "area_gone"),
    "without England": (lambda: hle().drop(at(areacd="E92000001")), "area_gone"),
    "without a few rows": (
        lambda: hle().drop(at(areacd="E06000001", indicator="Male healthy life expectancy", period="2013-01-01/P3Y")),
        "rows_gone",
    ),
    "with nothing about England": (
        lambda: hle().drop(lambda row: row["areacd"].startswith("E")),
        "no_rows_in_scope",
    ),
    "with an area under a code nobody knows": (
        lambda: hle().edit(at(areacd="E06000001"), areacd="E06999999"),
        "area_gone",
    ),
}


@pytest.mark.parametrize("what", CONTENT_AT_FAULT)
def test_a_file_whose_content_cannot_be_trusted_is_refused(folder: DataFolder, what: str) -> None:
    spoil, rule = CONTENT_AT_FAULT[what]
    assert rule in refused(folder, spoil()).rules


SMOKING_CUT: dict[str, Callable[[PublishersFile], PublishersFile]] = {
    "one area's latest year": lambda file: file.drop(at(area_code="E09000033", period="2024")),
    "the last row": lambda file: replace(file, rows=file.rows[:-1]),
    "an old district": lambda file: file.drop(at(area_code="E07000026")),
}


@pytest.mark.parametrize("what", SMOKING_CUT)
def test_a_series_with_holes_still_may_not_lose_rows_it_had(folder: DataFolder, what: str) -> None:
    """Not every area has every year of smoking, so what is gone is told by the vintage before."""
    outcome = refused(folder, SMOKING_CUT[what](p.adult_smoking()))
    assert set(outcome.rules) <= {"rows_gone", "area_gone"}


def test_over_one_row_in_twenty_at_fault_refuses_the_file_and_counts_them(folder: DataFolder) -> None:
    """Of 7,150 rows of mortality, all in scope, 357 are 4.99% and 358 are 5.01%."""
    mortality = p.preventable_cvd_mortality()
    assert len(mortality.rows) == 7150
    authorities = lambda row: row["areacd"].startswith("E0")  # noqa: E731
    outcome = refused(folder, mortality.edit(authorities, first=358, observation="n/a"))
    assert outcome.rules == ["not_a_number"]
    assert "358 such rows" in outcome.problems[0].found
    few_enough = folder.refresh(mortality.edit(authorities, first=357, observation="n/a"))
    assert few_enough.account("ohid-preventable-cvd-mortality").quarantined == 357


# --- a row at fault is quarantined, and the rest published ------------------------------------------------

OUR_NAMES = {
    "observation": "value",
    "lci_95": "lower_95",
    "uci_95": "upper_95",
    "areacd": "area",
    "indicator": "series",
}
ROWS_AT_FAULT: dict[str, tuple[dict[str, str], str]] = {
    "text in a number": ({"observation": "sixty"}, "not_a_number"),
    "a thousands separator": ({"observation": "1,234"}, "not_a_number"),
    "a percent sign": ({"observation": "61.2%"}, "not_a_number"),
    "a decimal comma": ({"observation": "61,2"}, "not_a_number"),
    "infinity": ({"observation": "inf", "uci_95": "inf"}, "not_finite"),
    "not a number": ({"observation": "NaN"}, "not_finite"),
    "a number too large to hold": ({"uci_95": "1e400"}, "not_finite"),
    "two minus signs": ({"lci_95": "--1"}, "not_a_number"),
    "digits of another script": ({"observation": "٦١"}, "not_a_number"),
    "a symbol where a number belongs": ({"observation": "[c]"}, "not_a_number"),
    "a lower limit above the upper": ({"lci_95": "70", "uci_95": "60"}, "limits_in_order"),
    "a value outside its limits": ({"observation": "12.3"}, "value_within_limits"),
    "one limit only": ({"lci_95": ""}, "limits_together"),
    "limits without a value": ({"observation": ""}, "limits_without_value"),
    "an area nobody knows": ({"areacd": "E09000099"}, "unknown_area"),
    "an area's name for its code": ({"areacd": "Hackney"}, "unknown_area"),
    "no area": ({"areacd": ""}, "unknown_area"),
    "a period nobody knows": ({"period": "2022-04-01/P3Y"}, "unknown_period"),
    "a period in no calendar": ({"period": "2022-13-01/P3Y"}, "unknown_period"),
    "a period that nobody can have lived through": ({"period": "2202-01-01/P3Y"}, "unknown_period"),
    "a series nobody knows": ({"indicator": "Healthy life expectancy at 65"}, "unknown_series"),
    "another unit": ({"unit": "months"}, "another_unit"),
}


@pytest.mark.parametrize("what", ROWS_AT_FAULT)
def test_a_row_at_fault_is_kept_aside_with_its_reason(first_release: DataFolder, what: str) -> None:
    """One row of a file that then lacks a figure: cleaning says so, whatever the file as a whole is found to be."""
    cells, rule = ROWS_AT_FAULT[what]
    cleaned = first_release.clean(hle().edit(HACKNEY, **cells))
    row = cleaned.quarantined.filter(pl.col("rule") == rule).row(0, named=True)
    assert cleaned.quarantined_rows == 1
    assert row["source_row"] == hle().as_dicts().index(hle().chosen(HACKNEY)[0]) + 1
    assert cleaned.quarantined["rule"][0] == rule  # what follows from it, if anything, is told after it
    as_received = json.loads(row["row"])
    for column, cell in cells.items():
        assert as_received[OUR_NAMES.get(column, column)] == cell
    assert row["expected"]
    assert cleaned.received == cleaned.accepted_rows + cleaned.set_aside.height + cleaned.quarantined_rows


def test_what_follows_from_a_fault_is_not_told_as_another(first_release: DataFolder) -> None:
    """Text for a value does not make its limits homeless, nor an unknown series its period and sex unknown."""
    for cells, rule in (({"observation": "sixty"}, "not_a_number"), ({"indicator": "At 65"}, "unknown_series")):
        assert first_release.clean(hle().edit(HACKNEY, **cells)).quarantined["rule"].to_list() == [rule]


def test_a_few_rows_at_fault_do_not_stop_the_rest(folder: DataFolder) -> None:
    before = folder.release_id
    file = p.adult_obesity().edit(HACKNEY_OBESITY, observation="sixty")
    outcome = folder.refresh(file.edit(at(areacd="E06000001"), first=2, lci_95="99.9"))
    accounts_add_up(outcome)
    assert outcome.account(OBESITY).quarantined == 3
    assert folder.release_id != before
    quarantine = folder.mart("quarantine").filter(pl.col("source_id") == OBESITY)
    assert quarantine.filter(pl.col("rule") == "not_a_number")["found"].to_list() == ["sixty"]
    assert quarantine["source_row"].n_unique() == 3
    hackney = folder.mart("observations").filter(
        (pl.col("area_code") == "E09000012") & (pl.col("indicator_id") == "adult-obesity")
    )
    assert "2024/25" not in hackney["period_label"].to_list()
    assert hackney.height == 9


def test_the_report_shows_the_rows_at_fault(folder: DataFolder) -> None:
    file = p.adult_obesity()
    row = file.as_dicts().index(file.chosen(HACKNEY_OBESITY)[0]) + 1
    folder.refresh(file.edit(HACKNEY_OBESITY, observation="sixty"))
    line = next(line for line in folder.report().splitlines() if "not_a_number" in line)
    for part in (OBESITY, "value", "sixty", f"{row:,}"):
        assert part in line


def test_a_row_with_too_few_or_too_many_cells_is_kept_aside(first_release: DataFolder) -> None:
    lines = hle().content().split(b"\r\n")
    lines[1000] += b",more"
    lines[1001] = lines[1001].rsplit(b",", 2)[0]
    cleaned = first_release.clean(raw(hle(), b"\r\n".join(lines)))
    assert cleaned.quarantined["rule"].to_list() == ["wrong_number_of_cells"] * 2
    assert cleaned.quarantined["source_row"].to_list() == [1000, 1001]


def test_two_values_for_one_key_are_both_kept_aside(folder: DataFolder) -> None:
    twice = {**p.adult_obesity().chosen(HACKNEY_OBESITY)[0], "observation": "61.0", "lci_95": "58.0", "uci_95": "64.0"}
    outcome = folder.refresh(p.adult_obesity().add([twice]))
    accounts_add_up(outcome)
    quarantine = folder.mart("quarantine")
    assert quarantine["rule"].to_list() == ["two_values_for_one_key"] * 2
    assert "61.0" in quarantine["found"].to_list()


def test_the_old_and_the_new_code_of_one_place_are_one_key(first_release: DataFolder) -> None:
    barnsley = at(areacd="E08000038", indicator="Male healthy life expectancy", period="2022-01-01/P3Y")
    old = {**hle().chosen(barnsley)[0], "areacd": "E08000016"}
    same = first_release.clean(hle().add([old]))
    assert same.set_aside_by_rule()["repeated_row"] == 1
    other = first_release.clean(hle().add([{**old, "observation": old["lci_95"]}]))
    assert other.quarantined["rule"].to_list() == ["two_values_for_one_key"] * 2


# --- files that only look wrong ---------------------------------------------------------------------------


def figures(folder: DataFolder) -> pl.DataFrame:
    return folder.mart("observations").drop("vintage")


LOOKS_WRONG: dict[str, Callable[[PublishersFile], PublishersFile]] = {
    "a byte order mark": lambda file: replace(file, byte_order_mark=not file.byte_order_mark),
    "the other line ends": lambda file: replace(file, line_end="\n" if file.line_end == "\r\n" else "\r\n"),
    "every cell quoted": lambda file: replace(file, quoted=True),
    "columns in another order": lambda file: replace(
        file, header=file.header[::-1], rows=tuple(row[::-1] for row in file.rows)
    ),
    "rows in another order": lambda file: replace(file, rows=tuple(random.Random(7).sample(file.rows, len(file.rows)))),
    "every row twice": lambda file: replace(file, rows=file.rows * 2),
    "blank lines between rows": lambda file: file,
}


@pytest.mark.parametrize(
    ("source_id", "what"),
    [
        (HLE, "rows in another order"),
        ("ohid-adult-smoking", "rows in another order"),
        ("ohid-adult-smoking", "the other line ends"),
    ],
)
def test_a_sound_file_written_another_way_gives_the_same_figures(folder: DataFolder, source_id: str, what: str) -> None:
    before = figures(folder)
    outcome = folder.refresh(LOOKS_WRONG[what](p.FIGURES[source_id]()))
    accounts_add_up(outcome)
    assert outcome.account(source_id).quarantined == 0
    assert figures(folder).equals(before)
    assert folder.mart("gaps").height
    assert folder.changes().is_empty()


@pytest.mark.parametrize("what", LOOKS_WRONG)
@pytest.mark.parametrize("source_id", p.FIGURES)
def test_every_publishers_file_may_be_written_another_way(first_release: DataFolder, source_id: str, what: str) -> None:
    sound = p.FIGURES[source_id]()
    written = LOOKS_WRONG[what](sound)
    content = written.content()
    if what == "blank lines between rows":
        content = content.replace(sound.line_end.encode(), sound.line_end.encode() * 2)
    unlike = ("vintage", "source_row")
    key = ["indicator_id", "area_code", "sex", "period_end"]
    expected = first_release.clean(sound).accepted.drop(unlike).sort(key)
    assert first_release.clean(raw(sound, content)).accepted.drop(unlike).sort(key).equals(expected)


def test_the_same_rows_again_are_set_aside_and_counted(folder: DataFolder) -> None:
    outcome = folder.refresh(replace(hle(), rows=hle().rows * 2))
    account = outcome.account(HLE)
    assert account.set_aside_by_rule["repeated_row"] == account.accepted
    assert account.received == 2 * len(hle().rows)


def test_england_once_for_each_parent_counts_once(folder: DataFolder) -> None:
    england = p.adult_smoking().chosen(at(area_code="E92000001"))
    outcome = folder.refresh(p.adult_smoking().add([*england, *england]))
    assert outcome.account("ohid-adult-smoking").set_aside_by_rule["repeated_parent"] == 2 * len(england)
    assert folder.changes().is_empty()


def test_a_column_nobody_declared_is_told_and_ignored(folder: DataFolder) -> None:
    before = figures(folder)
    outcome = folder.refresh(hle().with_column("confidence", "good"))
    assert outcome.recap
    assert any(hle().name in note and "confidence" in note for note in outcome.recap.notes)
    assert "confidence" in folder.report()
    assert figures(folder).equals(before)


def test_the_publishers_unused_columns_are_no_news(folder: DataFolder) -> None:
    outcome = folder.refresh(replace(hle(), byte_order_mark=True))
    assert outcome.recap
    assert outcome.recap.notes == []


def test_old_districts_and_the_authority_that_replaced_them_are_never_both_counted(folder: DataFolder) -> None:
    """In Cumbria the obesity file has six districts beside the two authorities of 2023."""
    observations = folder.mart("observations")
    lineage = folder.mart("area_lineage").filter(pl.col("change_type") == "merger")
    series = ["indicator_id", "sex", "period_end"]
    valued = observations.filter(pl.col("value").is_not_null() & (pl.col("value_kind") == "published")).select(
        "area_code", *series
    )
    both = (
        lineage.join(valued, left_on="predecessor_code", right_on="area_code")
        .join(valued, left_on=["successor_code", *series], right_on=["area_code", *series])
        .select("predecessor_code", "successor_code", *series)
    )
    assert both.is_empty(), both


def test_a_file_with_the_new_authorities_only_is_as_good(folder: DataFolder) -> None:
    """Where the successors have figures, the districts they replaced change nothing."""
    before = figures(folder).filter(pl.col("indicator_id") == "adult-obesity")
    outcome = folder.refresh(p.adult_obesity())
    assert outcome.account("ohid-adult-obesity").set_aside_by_rule["superseded_area_set"] > 0
    assert figures(folder).filter(pl.col("indicator_id") == "adult-obesity").equals(before)


def test_smoking_of_one_sex_is_not_taken_for_everybodys(folder: DataFolder) -> None:
    men = p.adult_smoking().edit(any_row, unit="Male")
    assert "another_sex" in refused(folder, men).rules


def test_smoking_of_one_group_is_not_taken_for_everybodys(first_release: DataFolder) -> None:
    poorest = at(area_code="E92000001", period="2024")
    row = p.adult_smoking().chosen(poorest)[0]
    file = p.adult_smoking().add([{**row, "inequality": "Most deprived", "value": "18"}])
    cleaned = first_release.clean(file)
    assert cleaned.quarantined["rule"].to_list() == ["another_sex"]


# --- lookups: every share hangs on them, so they are whole or refused ---------------------------------------

SMALL_AREA = at(lsoa21_code="E01012392")
LOOKUPS_AT_FAULT: dict[str, tuple[Callable[[], PublishersFile], str]] = {
    "text for a count of residents": (
        lambda: p.lookup("ons-census-2021-residents").edit(SMALL_AREA, total_residents="many"),
        "not_a_whole_number",
    ),
    "part of a resident": (
        lambda: p.lookup("ons-census-2021-residents").edit(SMALL_AREA, total_residents="1474.5"),
        "not_a_whole_number",
    ),
    "a negative count of residents": (
        lambda: p.lookup("ons-census-2021-residents").edit(SMALL_AREA, total_residents="-5"),
        "not_a_whole_number",
    ),
    "no count of residents": (
        lambda: p.lookup("ons-census-2021-residents").edit(SMALL_AREA, total_residents=""),
        "missing",
    ),
    "one small area without residents": (
        lambda: p.lookup("ons-census-2021-residents").drop(SMALL_AREA),
        "rows_gone",
    ),
    "a small area in two systems": (
        lambda: p.lookup("lsoa21-icb-2026").add(
            [{**p.lookup("lsoa21-icb-2026").chosen(SMALL_AREA)[0], "icb26_code": "E54000010"}]
        ),
        "two_values_for_one_key",
    ),
    "a small area in no system": (lambda: p.lookup("lsoa21-icb-2026").edit(SMALL_AREA, icb26_code=""), "missing"),
    "a day that is none": (
        lambda: p.lookup("icb-changes").edit(any_row, first=1, effective_date="1 April 2026"),
        "not_a_day",
    ),
    "a year that is none": (
        lambda: p.lookup("authority-changes").edit(at(oldcd="E08000016"), start="soon"),
        "not_a_whole_number",
    ),
}


@pytest.mark.parametrize("what", LOOKUPS_AT_FAULT)
def test_a_lookup_at_fault_is_refused_whole(folder: DataFolder, what: str) -> None:
    spoil, rule = LOOKUPS_AT_FAULT[what]
    assert rule in refused(folder, spoil()).rules


def test_a_small_area_that_lookups_place_differently_stops_the_release(folder: DataFolder) -> None:
    """The same number of rows, one under another code: nobody's residents may vanish in a join."""
    before = folder.state()
    outcome = folder.refresh(p.lookup("ons-lsoa21-icb-2024").edit(SMALL_AREA, lsoa21_code="E01999999"))
    assert "small_areas_placed" in outcome.rules
    assert folder.state() == before


def test_residents_in_a_system_nobody_lists_stop_the_release(folder: DataFolder) -> None:
    before = folder.state()
    outcome = folder.refresh(p.lookup("lsoa21-icb-2026").edit(SMALL_AREA, icb26_code="E54000999"))
    assert outcome.problems
    assert folder.state() == before


# --- several files -----------------------------------------------------------------------------------------


def test_all_that_is_wrong_with_several_files_is_told_in_one_go(folder: DataFolder) -> None:
    """A header, a web page, content, and a lookup: four kinds of fault, found at four different steps."""
    files = (
        raw(hle(), b"<html>"),
        p.adult_obesity().rename("unit", "units"),
        p.adult_smoking().drop(at(period="2024")),
        p.lookup("ons-census-2021-residents").edit(SMALL_AREA, total_residents="many"),
        RawFile(name="minutes.txt", raw=b"Minutes of the meeting"),
    )
    before = folder.state()
    outcome = folder.refresh(*files)
    told = "\n".join(problem.where for problem in outcome.problems)
    for file in files:
        assert file.name in told
    assert folder.state() == before


def test_two_new_files_of_one_source_are_refused_by_both_names(folder: DataFolder) -> None:
    before = folder.state()
    second = replace(hle(), name="hle-again.csv", byte_order_mark=True)
    outcome = folder.refresh(hle(), second)
    assert outcome.rules == ["two_files_for_one_source"]
    assert hle().name in outcome.problems[0].where
    assert second.name in outcome.problems[0].where
    assert folder.state() == before


def test_a_sound_file_beside_a_bad_one_is_not_taken_in_either(folder: DataFolder) -> None:
    before = folder.state()
    assert folder.refresh(p.adult_obesity(), raw(hle(), b"")).rules == ["empty_file"]
    assert folder.state() == before


def test_a_folder_and_a_hidden_file_in_the_inbox_are_passed_over(folder: DataFolder) -> None:
    folder.drop(RawFile(name=".DS_Store", raw=b"\0\0"))
    (folder.inbox / "earlier").mkdir()
    outcome = folder.refresh_inbox()
    assert outcome.recap
    assert outcome.recap.outcome.startswith("Nothing new")


def test_a_file_name_of_odd_bytes_can_still_be_told(folder: DataFolder) -> None:
    folder.drop()
    path = bytes(folder.inbox) + b"/caf\xe9.csv"
    with open(path, "wb") as file:  # noqa: PTH123  the name is no text
        file.write(b"nothing of ours\n")
    run = folder.command("refresh", "--inbox", str(folder.inbox))
    assert run.returncode == 2
    assert "caf" in run.stdout


# --- as a person meets it ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (raw(hle(), b"<html>sorry</html>"), "web page"),
        (hle().rename("observation", "observed"), "is it now observed?"),
        (hle().drop(at(areacd="E06000001")), "area"),
    ],
    ids=["a web page", "a renamed column", "an area gone"],
)
def test_the_command_names_the_file_and_what_to_do_and_exits_2(
    folder: DataFolder, file: PublishersFile | RawFile, says: str
) -> None:
    before, serving = folder.state(), folder.release_id
    folder.drop(file)
    run = folder.command("refresh", "--inbox", str(folder.inbox), "--as-of", "2026-11-25")
    assert run.returncode == 2
    assert file.name in run.stdout
    assert says in run.stdout
    for part in ("found:", "expected:", "what to do:", "Nothing was published", f"Release {serving} still serves"):
        assert part in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
    assert folder.state() == before


def test_the_command_shows_the_rows_at_fault_and_exits_0(folder: DataFolder) -> None:
    folder.drop(p.adult_obesity().edit(HACKNEY_OBESITY, observation="sixty"))
    run = folder.command("refresh", "--inbox", str(folder.inbox), "--as-of", "2026-11-25")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "not_a_number" in run.stdout
    assert "sixty" in run.stdout
    assert "sixty" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--as-of", "25 November"), "25 November"),
        (("--inbox", "/nowhere/at/all"), "/nowhere/at/all"),
        (("--accept-changes", " "), "reason"),
    ],
)
def test_a_request_at_fault_exits_2_and_says_why(folder: DataFolder, arguments: tuple[str, str], says: str) -> None:
    before = folder.state()
    run = folder.command("refresh", *arguments)
    assert run.returncode == 2
    assert says in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert folder.state() == before


def test_a_data_folder_that_is_a_file_exits_2_and_says_so(folder: DataFolder) -> None:
    path = folder.path.with_name("a-file")
    path.write_text("not a folder")
    run = DataFolder(path).command("refresh")
    assert run.returncode == 2
    assert "a-file" in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr
