"""The contracts refuse what pandera alone lets by: NaN, infinity, empty frames, and bad rows deep in a long table."""

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from data_contracts import tables
from data_contracts.marts import MARTS, Mart
from data_contracts.rules import ROW_RULES, Rule, mart_rules
from data_contracts.tables import ContractBroken, check
from tests.builders.data_folder import DataFolder

every_mart = pytest.mark.parametrize("mart", MARTS.values(), ids=MARTS)

GOOD: dict[str, object] = {
    "indicator_id": "adult-smoking",
    "area_code": "E54000018",
    "sex": "persons",
    "breakdown": "all",
    "period_label": "2024",
    "period_start": dt.date(2024, 1, 1),
    "period_end": dt.date(2024, 12, 31),
    "value": 12.5,
    "lower_95": 11.0,
    "upper_95": 14.0,
    "count": None,
    "denominator": None,
    "value_kind": "published",
    "value_symbol": None,
    "note": None,
    "source_id": "ohid-adult-smoking",
    "vintage": "2026-05-13-2db46732",
}


def observations(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([{**GOOD, **row} for row in rows], schema=MARTS["observations"].schema)


def broken(frame: pl.DataFrame, name: str = "observations") -> str:
    with pytest.raises(ContractBroken) as raised:
        check(name, frame)
    assert raised.value.table == name
    return "\n".join(raised.value.failures)


def test_a_good_row_passes() -> None:
    check("observations", observations({}))


ONE_BAD_CELL: dict[str, tuple[dict[str, object], str]] = {
    "NaN for a value": ({"value": float("nan")}, "not_finite in value"),
    "infinity for a limit": ({"upper_95": float("inf")}, "not_finite in upper_95"),
    "minus infinity for a limit": ({"lower_95": float("-inf")}, "not_finite in lower_95"),
    "NaN for a count": ({"count": float("nan")}, "not_finite in count"),
    "a negative count": ({"count": -1.0}, "too_small in count"),
    "no area": ({"area_code": None}, "missing in area_code"),
    "no indicator": ({"indicator_id": None}, "missing in indicator_id"),
    "a code that is no code": ({"area_code": "Hackney"}, "wrong_form in area_code"),
    "a code with more after it": ({"area_code": "E54000018 "}, "wrong_form in area_code"),
    "a code with a line end after it": ({"area_code": "E54000018\n"}, "wrong_form in area_code"),
    "a code in digits of another script": ({"area_code": "E5400001٨"}, "wrong_form in area_code"),
    "a sex nobody defined": ({"sex": "Male"}, "not_allowed in sex"),
    "a symbol nobody defined": ({"value_symbol": "[?]"}, "not_allowed in value_symbol"),
    "one limit only": ({"lower_95": None}, "limits_together"),
    "limits the wrong way round": ({"lower_95": 14.0, "upper_95": 11.0}, "limits_in_order"),
    "a value outside its limits": ({"value": 20.0}, "value_within_limits"),
    "no value and no symbol": ({"value": None, "lower_95": None, "upper_95": None}, "missing_value_explained"),
    "no value and no note": (
        {"value": None, "lower_95": None, "upper_95": None, "value_symbol": "[x]"},
        "missing_value_explained",
    ),
    "a period that ends before it starts": ({"period_end": dt.date(2023, 1, 1)}, "period_in_order"),
    "a vintage of another form": ({"vintage": "latest"}, "wrong_form in vintage"),
}


@pytest.mark.parametrize("what", ONE_BAD_CELL)
def test_one_bad_cell_breaks_the_contract_by_name(what: str) -> None:
    cells, rule = ONE_BAD_CELL[what]
    said = broken(observations({}, cells, {}))
    assert rule in said
    assert ": 1 rows, expected" in said


WRONG_SHAPE: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "no rows": lambda frame: frame.clear(),
    "a column missing": lambda frame: frame.drop("note"),
    "a column too many": lambda frame: frame.with_columns(pl.lit(1).alias("rank")),
    "columns out of order": lambda frame: frame.select(reversed(frame.columns)),
    "whole numbers for numbers": lambda frame: frame.with_columns(pl.col("value").cast(pl.Int64)),
    "shorter numbers": lambda frame: frame.with_columns(pl.col("value").cast(pl.Float32)),
    "days as text": lambda frame: frame.with_columns(pl.col("period_start").cast(pl.String)),
    "a column of nothing": lambda frame: frame.with_columns(pl.lit(None).alias("note")),
    "text as categories": lambda frame: frame.with_columns(pl.col("sex").cast(pl.Categorical)),
}


@pytest.mark.parametrize("what", WRONG_SHAPE)
def test_a_table_of_another_shape_is_refused(what: str) -> None:
    assert broken(WRONG_SHAPE[what](observations({})))


def test_an_empty_quarantine_is_good_news() -> None:
    check("quarantine", pl.DataFrame(schema=MARTS["quarantine"].schema))


def test_every_broken_rule_is_told_with_how_many_rows_and_which() -> None:
    said = broken(observations({"sex": "x"}, {"sex": "y"}, {"value": float("nan")}, {"area_code": "nowhere"}))
    assert "not_allowed in sex: 2 rows" in said
    assert "not_finite in value: 1 rows" in said
    assert "'area_code': 'nowhere'" in said


def test_the_last_row_of_a_long_table_is_checked_as_well_as_the_first() -> None:
    """1.2 million rows go through in three batches; each of these rows lies in another."""
    rows = 1_200_000
    thousand = pl.concat([observations({})] * 1000).rechunk()
    long = pl.concat([thousand] * (rows // 1000)).rechunk()
    check("observations", long)
    for place in (0, 600_000, rows - 1):
        bad = pl.concat([long.head(place), observations({"value": float("inf")}), long.tail(rows - place - 1)])
        assert bad.height == rows
        said = broken(bad)
        assert "not_finite in value: 1 rows" in said


def test_a_batch_is_no_larger_than_promised() -> None:
    assert tables.BATCH_ROWS <= 500_000


# --- rules across columns --------------------------------------------------------------------------------------

#: For each rule: rows it lets through, and rows it stops.
ACROSS_COLUMNS: dict[str, tuple[list[dict[str, object]], list[dict[str, object]]]] = {
    "limits_together": (
        [{"lower_95": 1.0, "upper_95": 2.0}, {"lower_95": None, "upper_95": None}],
        [{"lower_95": 1.0, "upper_95": None}, {"lower_95": None, "upper_95": 2.0}],
    ),
    "limits_in_order": (
        [{"lower_95": 1.0, "upper_95": 2.0}, {"lower_95": 1.0, "upper_95": 1.0}, {"lower_95": None, "upper_95": None}],
        [{"lower_95": 2.0, "upper_95": 1.0}],
    ),
    "value_within_limits": (
        [
            {"value": 1.5, "lower_95": 1.0, "upper_95": 2.0},
            {"value": 1.0, "lower_95": 1.0, "upper_95": 1.0},
            {"value": 1.5, "lower_95": None, "upper_95": None},
        ],
        [{"value": 0.9, "lower_95": 1.0, "upper_95": 2.0}, {"value": 2.1, "lower_95": 1.0, "upper_95": 2.0}],
    ),
    "missing_value_explained": (
        [{"value": 1.0, "value_symbol": None, "note": None}, {"value": None, "value_symbol": "[x]", "note": "why"}],
        [
            {"value": None, "value_symbol": None, "note": "why"},
            {"value": None, "value_symbol": "[x]", "note": None},
        ],
    ),
    "period_in_order": (
        [{"period_start": dt.date(2024, 1, 1), "period_end": dt.date(2024, 1, 1)}],
        [{"period_start": dt.date(2024, 1, 2), "period_end": dt.date(2024, 1, 1)}],
    ),
    "valid_dates_in_order": (
        [
            {"valid_from": dt.date(2024, 1, 1), "valid_to": None},
            {"valid_from": None, "valid_to": dt.date(2024, 1, 1)},
            {"valid_from": dt.date(2024, 1, 1), "valid_to": dt.date(2024, 1, 1)},
        ],
        [{"valid_from": dt.date(2024, 1, 2), "valid_to": dt.date(2024, 1, 1)}],
    ),
    "confirmed_change_has_successor": (
        [{"confidence": "low", "successor_code": None}, {"confidence": "high", "successor_code": "E54000065"}],
        [{"confidence": "high", "successor_code": None}],
    ),
    "direction_only_where_sound": (
        [
            {"data_state": "ok", "direction": "improving"},
            {"data_state": "no_interval", "direction": "target_met"},
            {"data_state": "no_data", "direction": None},
        ],
        [{"data_state": "no_interval", "direction": "improving"}],
    ),
    "not_ok_explained": (
        [
            {"data_state": "ok", "data_state_reason": None},
            {"data_state": "no_data", "data_state_reason": "None is published."},
        ],
        [{"data_state": "no_data", "data_state_reason": None}],
    ),
    "only_lasting_ends_change_places": (
        [
            {"gap_id": "region-range", "observed_gap": 0.0},
            {"gap_id": "region-fixed", "observed_gap": -0.1},
            {"gap_id": "authority-slope", "observed_gap": -0.1},
            {"gap_id": "system-slope", "observed_gap": -0.1},
        ],
        [
            {"gap_id": gap_id, "observed_gap": -0.1}
            for gap_id in ("region-range", "authority-range", "authority-tenths", "system-range")
        ],
    ),
    "only_a_slope_names_no_areas": (
        [
            {"gap_id": "authority-slope", "highest_code": None, "lowest_code": None},
            {"gap_id": "system-slope", "highest_code": None, "lowest_code": None},
            {"gap_id": "region-fixed", "highest_code": "E12000007", "lowest_code": "E12000001"},
        ],
        [
            {"gap_id": "region-fixed", "highest_code": None, "lowest_code": "E12000001"},
            {"gap_id": "region-range", "highest_code": "E12000007", "lowest_code": None},
        ],
    ),
    "observed_gap_within_limits": (
        [
            {"observed_gap": 1.0, "observed_lower_95": -0.5, "observed_upper_95": 2.5},
            {"observed_gap": 1.0, "observed_lower_95": None, "observed_upper_95": None},
        ],
        [
            {"observed_gap": 1.0, "observed_lower_95": 1.1, "observed_upper_95": 2.0},
            {"observed_gap": 1.0, "observed_lower_95": 0.0, "observed_upper_95": 0.9},
            {"observed_gap": 1.0, "observed_lower_95": None, "observed_upper_95": 2.0},
            {"observed_gap": 1.0, "observed_lower_95": 0.0, "observed_upper_95": None},
        ],
    ),
    "cleared_after_it_fired": (
        [
            {"fired_since": dt.date(2022, 12, 31), "cleared_on": dt.date(2023, 12, 31)},
            {"fired_since": dt.date(2022, 12, 31), "cleared_on": None},
        ],
        [{"fired_since": dt.date(2022, 12, 31), "cleared_on": dt.date(2022, 12, 31)}],
    ),
    "cleared_explained": (
        [
            {"cleared_on": dt.date(2022, 12, 31), "cleared_why": "passed"},
            {"cleared_on": None, "cleared_why": None},
        ],
        [
            {"cleared_on": dt.date(2022, 12, 31), "cleared_why": None},
            {"cleared_on": None, "cleared_why": "passed"},
        ],
    ),
    "never_its_own_comparator": (
        [{"area_code": "E54000008", "comparator_code": "E54000010"}],
        [{"area_code": "E54000008", "comparator_code": "E54000008"}],
    ),
    "fired_of_tested": ([{"fired": 2, "tested": 2}], [{"fired": 3, "tested": 2}]),
    "withheld_marked": (
        [{"withheld": "vacancy_rate", "value_symbol": "[c]"}, {"withheld": None, "value_symbol": None}],
        [{"withheld": "vacancy_rate", "value_symbol": None}, {"withheld": None, "value_symbol": "[c]"}],
    ),
    "missing_posts_marked": (
        [
            {"posts": 0, "value_symbol": None, "note": None},
            {"posts": 2, "value_symbol": "[c]", "note": None},
            {"posts": None, "value_symbol": "[x]", "note": "split"},
        ],
        [
            {"posts": None, "value_symbol": "[c]", "note": "split"},
            {"posts": 1, "value_symbol": "[x]", "note": None},
            {"posts": None, "value_symbol": "[x]", "note": None},
            {"posts": 1, "value_symbol": None, "note": "split"},
        ],
    ),
    "missing_wte_marked": (
        [{"wte": 1.0, "value_symbol": None}, {"wte": None, "value_symbol": "[c]"}],
        [{"wte": 1.0, "value_symbol": "[c]"}, {"wte": None, "value_symbol": None}],
    ),
    "returned_of_systems": (
        [
            {"systems": 3, "systems_returned": 2, "systems_late": 2, "systems_silent": 1},
            {"systems": None, "systems_returned": None, "systems_late": None, "systems_silent": None},
        ],
        [
            {"systems": 3, "systems_returned": 2, "systems_late": 0, "systems_silent": 2},
            {"systems": 3, "systems_returned": 1, "systems_late": 2, "systems_silent": 0},
        ],
    ),
    "received_unless_overdue": (
        [
            {"received_on": dt.date(2026, 11, 1), "return_state": "late"},
            {"received_on": None, "return_state": "overdue"},
        ],
        [
            {"received_on": None, "return_state": "returned"},
            {"received_on": dt.date(2026, 11, 1), "return_state": "overdue"},
        ],
    ),
    "rows_add_up": (
        [{"received": 6, "accepted": 1, "set_aside": 2, "quarantined": 3}],
        [{"received": 7, "accepted": 1, "set_aside": 2, "quarantined": 3}],
    ),
}


@pytest.mark.parametrize("rule", ROW_RULES.values(), ids=ROW_RULES)
def test_a_rule_lets_good_rows_through_and_stops_bad_ones(rule: Rule) -> None:
    good, bad = ACROSS_COLUMNS[rule.name]
    types = {
        name: field.dtype for mart in MARTS.values() for name, field in zip(mart.columns, mart.fields, strict=True)
    }
    for rows, expected in ((good, True), (bad, False)):
        frame = pl.DataFrame(rows, schema={name: types[name] for name in rows[0]})
        assert frame.select(rule.good).to_series().to_list() == [expected] * len(rows)


# --- what is published, held against its own contract ------------------------------------------------------------


@every_mart
def test_what_is_published_meets_its_contract(first_release: DataFolder, mart: Mart) -> None:
    check(mart.name, first_release.mart(mart.name))


@every_mart
def test_no_two_published_rows_share_a_key(first_release: DataFolder, mart: Mart) -> None:
    frame = first_release.mart(mart.name)
    assert frame.select(mart.key).is_unique().all()


@every_mart
def test_published_rows_stand_in_the_order_declared(first_release: DataFolder, mart: Mart) -> None:
    frame = first_release.mart(mart.name)
    assert frame.equals(frame.sort(mart.order, nulls_last=True))


@every_mart
def test_emptying_or_spoiling_any_cell_of_what_is_published_breaks_its_contract(
    first_release: DataFolder, mart: Mart
) -> None:
    """For each column: empty where it may not be, infinite where it is a number, a word nobody allowed."""
    frame = first_release.mart(mart.name)
    if frame.is_empty():
        return
    for field in mart.fields:
        spoils: list[object] = [] if mart.is_nullable(field) else [None]
        if field.kind == "number":
            spoils += [float("inf"), float("nan")]
        if field.allowed is not None or field.pattern is not None:
            spoils.append("¿qué?")
        for spoil in spoils:
            first = pl.int_range(pl.len()) == 0
            cell = pl.when(first).then(pl.lit(spoil, field.dtype)).otherwise(pl.col(field.name)).alias(field.name)
            assert field.name in broken(frame.with_columns(cell), mart.name)


@every_mart
def test_every_rule_names_a_column_and_what_it_expects(mart: Mart) -> None:
    rules = mart_rules(mart)
    assert len({(rule.name, rule.column) for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.column in mart.columns
        assert rule.expected
