"""Every status of a release worked out a second time, in plain arithmetic, from its own columns and the observations.

None of our statistics is used here: what two people would write down from the rules must come to the same.
"""

import calendar
import datetime as dt
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import polars as pl
import pytest

from data_contracts.registry.records import Indicator, commitments, measurable, sources
from tests.builders.data_folder import DataFolder

Row = Mapping[str, Any]

ENGLAND = "E92000001"
NORMAL_97_5 = 1.959963984540054
YEARLY = {"calendar_year", "survey_year", "financial_year", "school_year"}
RATES = {"proportion", "crude_rate", "directly_standardised_rate"}


@pytest.fixture(scope="module")
def statuses(first_release: DataFolder) -> pl.DataFrame:
    return first_release.mart("statuses")


@pytest.fixture(scope="module")
def measured(statuses: pl.DataFrame) -> list[Row]:
    """Statuses that rest on figures."""
    return statuses.filter(pl.col("indicator_id").is_not_null()).to_dicts()


@pytest.fixture(scope="module")
def observed(first_release: DataFolder) -> Mapping[tuple[str, str, str], list[Row]]:
    """Observations of everyone, by indicator, area and sex, in order of time."""
    judged = list(first_release.mart("statuses")["indicator_id"].drop_nulls().unique())
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    rows = first_release.mart("observations").filter(
        pl.col("indicator_id").is_in(judged) & (pl.col("breakdown") == "all")
    )
    for row in rows.sort("period_end").iter_rows(named=True):
        found[row["indicator_id"], row["area_code"], row["sex"]].append(row)
    return found


def unlike(rows: list[Row], *columns: str, worked_out: Iterator[tuple[object, ...]]) -> list[str]:
    """What differs from what was worked out, said so that it can be looked up."""
    found = []
    for row, wanted in zip(rows, worked_out, strict=True):
        for column, value in zip(columns, wanted, strict=True):
            if not same(row[column], value):
                found.append(f"{row['status_id']} {column}: {row[column]!r}, worked out as {value!r}")
    return found[:20]


def same(found: object, wanted: object) -> bool:
    if isinstance(found, float) and isinstance(wanted, float | int):
        return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12)
    return found == wanted


def of(row: Row) -> Indicator:
    return measurable()[row["indicator_id"]]


def tail(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2)) / 2


def root(*errors: float) -> float:
    return math.sqrt(math.fsum(error * error for error in errors))


# --- what a status is worked out from ---------------------------------------------------------------------


def standard_error(low: float | None, high: float | None, decimals: int) -> float | None:
    return None if low is None or high is None else max((high - low) / 3.92, 0.5 * 10**-decimals)


def test_values_are_those_observed(measured: list[Row], observed: Mapping[tuple[str, str, str], list[Row]]) -> None:
    at = {(*key, row["period_label"]): row for key, rows in observed.items() for row in rows}
    names = ("value", "lower_95", "upper_95", "vintage")
    rows = [row for row in measured if not row["indicator_id"].startswith("hle-gap")]
    assert len(rows) > 25_000
    for side in ("baseline", "latest"):

        def worked_out(side: str = side) -> Iterator[tuple[object, ...]]:
            for row in rows:
                key = row["indicator_id"], row["area_code"], row["sex"], row[f"{side}_period"]
                yield tuple(at.get(key, {}).get(name) for name in names)

        assert unlike(rows, *(f"{side}_{name}" for name in names), worked_out=worked_out()) == []

    def england() -> Iterator[tuple[object, ...]]:
        for row in rows:
            own = [
                at.get((row["indicator_id"], ENGLAND, row["sex"], row[period]), {})
                for period in ("latest_period", "baseline_period")
            ]
            errors = [standard_error(point.get("lower_95"), point.get("upper_95"), of(row).decimals) for point in own]
            yield own[0].get("value"), errors[0], own[1].get("value"), errors[1]

    names = ("england_value", "england_standard_error", "england_baseline_value", "england_baseline_standard_error")
    assert unlike(rows, *names, worked_out=england()) == []


def test_gaps_are_those_of_the_mart_gaps(first_release: DataFolder, measured: list[Row]) -> None:
    kinds = {
        "hle-gap-regions": ("region-range", "observed"),
        "hle-gap-authority-tenths": ("authority-tenths", "observed"),
        "hle-gap-authority-tenths-shrunken": ("authority-tenths", "shrunken"),
    }
    gaps = {
        (row["gap_id"], row["sex"], row["period_label"]): row
        for row in first_release.mart("gaps").to_dicts()
        if row["area_code"] == ENGLAND and row["indicator_id"] == "healthy-life-expectancy"
    }
    rows = [row for row in measured if row["indicator_id"].startswith("hle-gap")]
    assert {row["indicator_id"] for row in rows} == set(kinds)
    for side in ("baseline", "latest"):

        def worked_out(side: str = side) -> Iterator[tuple[object, ...]]:
            for row in rows:
                gap_id, kind = kinds[row["indicator_id"]]
                gap = gaps[gap_id, row["sex"], row[f"{side}_period"]]
                yield gap[f"{kind}_gap"], gap[f"{kind}_lower_95"], gap[f"{kind}_upper_95"]

        names = (f"{side}_value", f"{side}_lower_95", f"{side}_upper_95")
        assert unlike(rows, *names, worked_out=worked_out()) == []


def test_standard_errors_come_from_limits_and_never_under_half_the_last_digit(measured: list[Row]) -> None:
    sides = ("baseline", "latest")

    def worked_out() -> Iterator[tuple[object, ...]]:
        for row in measured:
            decimals = of(row).decimals
            yield tuple(standard_error(row[f"{s}_lower_95"], row[f"{s}_upper_95"], decimals) for s in sides)

    assert unlike(measured, *(f"{side}_standard_error" for side in sides), worked_out=worked_out()) == []


def test_targets_are_those_of_the_register(measured: list[Row], first_release: DataFolder) -> None:
    said = {
        (row["commitment_id"], row["indicator_id"], row["sex"]): row
        for row in first_release.mart("commitment_measures").to_dicts()
    }

    def worked_out() -> Iterator[tuple[object, ...]]:
        for row in measured:
            measure = said[row["commitment_id"], row["indicator_id"], row["sex"]]
            target = measure["target_value"]
            if measure["target_change"] is not None:
                target = row["england_baseline_value"] + measure["target_change"]
            yield measure["baseline_period"], target, measure["target_date"]

    assert unlike(measured, "baseline_period", "target_value", "target_date", worked_out=worked_out()) == []


# --- data state -------------------------------------------------------------------------------------------


def overlap(row: Row) -> bool:
    return bool(row["baseline_start"] <= row["latest_end"] and row["latest_start"] <= row["baseline_end"])


def data_state(row: Row, baseline: Row, latest: Row) -> str:
    for point, value in ((latest, row["latest_value"]), (baseline, row["baseline_value"])):
        if value is None:
            return "suppressed" if point.get("value_symbol") in ("[c]", "[u]") else "no_data"
    if "illustrative" in (baseline.get("value_kind"), latest.get("value_kind")):
        return "illustrative"
    breaks = [found.from_ for found in of(row).breaks if found.severs]
    if of(row).cumulative or any(row["baseline_end"] < day <= row["latest_end"] for day in breaks):
        return "not_comparable"
    if "[u]" in (baseline.get("value_symbol"), latest.get("value_symbol")):
        return "not_comparable"
    if overlap(row):
        return "baseline_only"
    tested = None not in (row["baseline_standard_error"], row["latest_standard_error"])
    return "ok" if tested or of(row).enumerated else "no_interval"


def test_data_states(measured: list[Row], observed: Mapping[tuple[str, str, str], list[Row]]) -> None:
    at = {(*key, row["period_label"]): row for key, rows in observed.items() for row in rows}

    def worked_out() -> Iterator[tuple[object, ...]]:
        for row in measured:
            own = row["indicator_id"], row["area_code"], row["sex"]
            points = [at.get((*own, row[f"{side}_period"]), {}) for side in ("baseline", "latest")]
            state = data_state(row, *points)
            yield state, (None if state == "ok" else row["data_state_reason"] or "a reason")

    assert unlike(measured, "data_state", "data_state_reason", worked_out=worked_out()) == []


# --- direction --------------------------------------------------------------------------------------------


def is_met(value: float | None, row: Row) -> bool:
    target = row["target_value"]
    if value is None or target is None:
        return False
    sign = 1 if of(row).polarity == "high_is_good" else -1
    return math.isclose(value, target, rel_tol=1e-9) or (value - target) * sign >= 0


def direction(row: Row) -> tuple[str | None, float | None]:
    y0, y1, s0, s1 = (row[f"{side}_{what}"] for what in ("value", "standard_error") for side in ("baseline", "latest"))
    if is_met(y1, row):
        return "target_met", None
    if row["data_state"] != "ok":
        return None, None
    if of(row).polarity == "no_judgement":
        assert row["target_value"] is None, "the register has none with a target: say here which way is towards it"
        return None, None
    good = (y1 > y0) == (of(row).polarity == "high_is_good")
    if of(row).enumerated:
        beyond = abs(y1 - y0) > 0.01 * abs(y0) * (1 + 1e-9)
        p = None
    else:
        p = tail((y1 - y0) / root(s0, s1))
        beyond = p < 0.05
    if not beyond:
        return "little_change", p
    return ("improving" if good else "getting_worse"), p


def test_directions(measured: list[Row]) -> None:
    assert unlike(measured, "direction", "direction_p", worked_out=map(direction, measured)) == []
    found = {row["direction"] for row in measured}
    assert found == {None, "target_met", "improving", "little_change", "getting_worse"}


# --- pace -------------------------------------------------------------------------------------------------

PACE = ("pace", "pace_ratio", "pace_lower_95", "pace_upper_95", "required_from_now", "recent_rate", "years_to_target")


def years(start: dt.date, end: dt.date) -> float:
    return (end - start).days / 365.25


def pace(row: Row) -> tuple[object, ...]:
    nothing = (None,) * len(PACE)
    if row["data_state"] not in ("ok", "no_interval") and row["direction"] is None:
        return nothing
    y0, y1, target = row["baseline_value"], row["latest_value"], row["target_value"]
    if y0 is None:
        return nothing
    compound = of(row).pace_form == "compound"
    passed = years(row["baseline_end"], row["latest_end"])

    def rate(start: float, end: float, over: float) -> float:
        return math.expm1(math.log(end / start) / over) if compound else (end - start) / over

    recent = rate(y0, y1, passed)
    if target is None:
        return ("not_assessed", None, None, None, None, recent, None)
    past, met = is_met(y0, row), is_met(y1, row)
    left = None
    if not met and recent != 0:
        left = math.log(target / y1) / math.log1p(recent) if compound else (target - y1) / recent
        left = left if left > 0 else None
    if row["target_date"] is None:
        word = ("held" if met else "lost") if past else "on_track" if met else "no_deadline"
        return (word, None, None, None, None, recent, left)
    given = years(row["baseline_end"], row["target_date"])
    remaining = years(row["latest_end"], row["target_date"])
    required = rate(y1, target, remaining) if not met and remaining > 0 else None
    if past:
        return ("held" if met else "lost", None, None, None, required, recent, left)
    needed = rate(y0, target, given)
    ratio = recent / needed
    low, high = limits(row, compound, recent, needed, passed, given)
    word = "on_track" if met else pace_class(ratio)
    if not met and low is not None and high is not None and pace_class(low) != pace_class(high):
        word = "uncertain"
    return (word, ratio, low, high, required, recent, left)


def limits(
    row: Row, compound: bool, recent: float, needed: float, passed: float, given: float
) -> tuple[float | None, float | None]:
    """R's 95% limits: its slope in each value, times that value's standard error."""
    s0, s1 = row["baseline_standard_error"], row["latest_standard_error"]
    if s0 is None or s1 is None:
        return None, None
    y0, y1, target = row["baseline_value"], row["latest_value"], row["target_value"]
    ratio = recent / needed
    if compound:
        # d ln(1 + g) = dy1 / (y1 t) - dy0 / (y0 t) for what was seen, and - dy0 / (y0 T) for what is needed.
        in_last = (1 + recent) / (needed * passed * y1)
        in_first = -(1 + recent) / (needed * passed * y0) + ratio * (1 + needed) / (needed * given * y0)
    else:
        in_last = given / (passed * (target - y0))
        in_first = given / passed * (y1 - target) / (target - y0) ** 2
    half = NORMAL_97_5 * root(in_last * s1, in_first * s0)
    return ratio - half, ratio + half


def pace_class(ratio: float) -> str:
    if ratio >= 0.95:
        return "on_track"
    if ratio >= 0.6:
        return "acceleration_needed"
    return "limited" if ratio >= 0 else "deterioration"


def test_paces(measured: list[Row]) -> None:
    assert unlike(measured, *PACE, worked_out=map(pace, measured)) == []
    assert sum(row["pace_ratio"] is not None for row in measured) > 1000


# --- recent trend -----------------------------------------------------------------------------------------

TREND = ("recent_trend", "trend_chi_square", "trend_slope")
NO_TREND = ("cannot_be_calculated", None, None)


def test_recent_trends(measured: list[Row], observed: Mapping[tuple[str, str, str], list[Row]]) -> None:
    @cache
    def trend(indicator_id: str, area: str, sex: str, until: dt.date) -> tuple[object, ...]:
        indicator = measurable()[indicator_id]
        if indicator.period_kind not in YEARLY or indicator.value_type not in RATES or indicator.cumulative:
            return NO_TREND
        assert not any(found.severs for found in indicator.breaks), "the register has none: leave out what lies before"
        points = [
            row
            for row in observed[indicator_id, area, sex]
            if row["value"] is not None and row["value_symbol"] != "[u]" and row["period_end"] <= until
        ]
        if points and all(row["count"] is not None and row["denominator"] is not None for row in points):
            points = [row for row in points if row["denominator"] > 0]
            if any(row["count"] == row["denominator"] for row in points):
                return NO_TREND
        if len(points) < 5:
            return NO_TREND
        sharp = [row for row in points if row["lower_95"] is not None and row["upper_95"] is not None]
        sharp = [row for row in sharp if row["upper_95"] > row["lower_95"]][-5:]
        if len(sharp) < 3:
            return NO_TREND
        line = [
            (place, row["value"], ((row["upper_95"] - row["lower_95"]) / 3.92) ** -2)
            for place, row in enumerate(sharp, 1)
        ]
        slope, chi_square = fitted(line)
        without = [fitted(line[:out] + line[out + 1 :])[0] for out in range(len(line))]
        moves = chi_square > 9.54953570608324 and all((other < 0) == (slope < 0) for other in without)
        if not moves:
            return "no_change", chi_square, slope
        better = (slope > 0) == (indicator.polarity == "high_is_good")
        return f"{'increasing' if slope > 0 else 'decreasing'}_{'better' if better else 'worse'}", chi_square, slope

    def worked_out() -> Iterator[tuple[object, ...]]:
        for row in measured:
            yield trend(row["indicator_id"], row["area_code"], row["sex"], row["as_of_end"])

    assert unlike(measured, *TREND, worked_out=worked_out()) == []
    words = {row["recent_trend"] for row in measured}
    assert {"no_change", "decreasing_better", "increasing_worse", "cannot_be_calculated"} <= words


def fitted(line: list[tuple[int, float, float]]) -> tuple[float, float]:
    """The weighted line's slope, and its square over its variance."""
    total = math.fsum(weight for *_, weight in line)
    middle = math.fsum(place * weight for place, _, weight in line) / total
    mean = math.fsum(value * weight for _, value, weight in line) / total
    spread = math.fsum(weight * (place - middle) ** 2 for place, _, weight in line)
    slope = math.fsum(weight * (place - middle) * (value - mean) for place, value, weight in line) / spread
    return slope, slope**2 * spread


# --- England ----------------------------------------------------------------------------------------------


def versus_england(row: Row) -> tuple[str | None, float | None]:
    errors = row["latest_standard_error"], row["england_standard_error"]
    if row["area_code"] == ENGLAND or row["data_state"] == "not_comparable" or None in errors:
        return None, None
    difference = row["latest_value"] - row["england_value"]
    p = 2 * tail(difference / root(*errors))
    return ("similar" if p >= 0.05 else "higher" if difference > 0 else "lower"), p


def change_versus_england(row: Row) -> tuple[float | None, float | None]:
    values = (row["baseline_value"], row["latest_value"], row["england_baseline_value"], row["england_value"])
    if row["area_code"] == ENGLAND or row["data_state"] not in ("ok", "no_interval") or None in values:
        return None, None
    difference = (values[1] - values[0]) - (values[3] - values[2])
    errors = [row[f"{name}_standard_error"] for name in ("baseline", "latest", "england_baseline", "england")]
    return difference, (None if None in errors else 2 * tail(difference / root(*errors)))


def test_against_england(measured: list[Row]) -> None:
    names = ("versus_england", "versus_england_p")
    assert unlike(measured, *names, worked_out=map(versus_england, measured)) == []
    names = ("change_versus_england", "change_versus_england_p")
    assert unlike(measured, *names, worked_out=map(change_versus_england, measured)) == []
    for name in ("change_versus_england", "change_versus_england_p", "versus_england_p"):
        assert sum(row[name] is not None for row in measured) > 1000


# --- when, and how much -----------------------------------------------------------------------------------


def later(day: dt.date, *, years: int = 0, months: int = 0) -> dt.date:
    """The same day some years and months on, or the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + years * 12 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def earliest_change(row: Row) -> tuple[object, ...]:
    spans = {"three_calendar_years": 3, "five_calendar_years": 5}.get(of(row).period_kind, 0)
    ends = later(row["as_of_end"], years=1)
    if "quarter" in of(row).period_kind:
        ends = later(row["as_of_end"] + dt.timedelta(days=1), months=3) - dt.timedelta(days=1)
    if row["baseline_end"] is not None:
        ends = max(ends, later(row["baseline_end"], years=spans))
    due: dt.date | None = later(ends, months=sources()[of(row).source].usual_lag_months)
    if row["data_state"] == "not_comparable":
        due = None
    if row["target_value"] is None and (row["data_state"] == "no_interval" or row["baseline_value"] is None):
        due = None
    errors = row["baseline_standard_error"], row["latest_standard_error"]
    tested = row["data_state"] in ("ok", "baseline_only") and not of(row).enumerated and None not in errors
    return due, (1.645 * root(*errors) if tested else None)


def test_when_a_status_could_change_and_how_much_would_show(measured: list[Row]) -> None:
    names = ("earliest_change", "smallest_detectable_change")
    assert unlike(measured, *names, worked_out=map(earliest_change, measured)) == []


def test_what_must_change_for_healthy_life_expectancy_of_a_system_to_show(statuses: pl.DataFrame) -> None:
    """About 2.2 years for men and 2.6 for women, as the rules tell the reader."""
    systems = statuses.filter(
        (pl.col("commitment_id") == "hle-level") & pl.col("is_latest") & pl.col("area_code").str.starts_with("E54")
    )
    typical = dict(systems.group_by("sex").agg(pl.col("smallest_detectable_change").median()).iter_rows())
    assert typical["male"] == pytest.approx(2.2, abs=0.3)
    assert typical["female"] == pytest.approx(2.6, abs=0.3)


# --- the whole table --------------------------------------------------------------------------------------


def test_baselines_a_commitment_names_are_the_figures_held_to_their_digit(statuses: pl.DataFrame) -> None:
    checked = []
    for commitment_id, entry in commitments().items():
        for measure in entry.measure:
            for area, stated in measure.stated.items():
                (sex,) = measure.sexes
                (row,) = statuses.filter(
                    pl.col("is_latest"),
                    pl.col("commitment_id") == commitment_id,
                    pl.col("indicator_id") == measure.indicator,
                    pl.col("sex") == str(sex),
                    pl.col("area_code") == area,
                ).to_dicts()
                assert f"{row['baseline_value']:.1f}" == f"{stated:.1f}", row["status_id"]
                checked.append(stated)
    assert sorted(checked) == [6.9, 7.0, 56.9, 57.5, 63.9, 64.4]


def test_status_ids_are_unique_and_say_what_they_are_of(statuses: pl.DataFrame) -> None:
    assert statuses["status_id"].is_unique().all()
    period = r"\d{4}(-to-\d{4}|-\d{2}(-Q[1-4])?)?"
    form = re.compile(rf"[a-z0-9-]+(\.[a-z0-9-]+)?\.[EN]\d{{8}}\.(persons|male|female)(\.{period})?")
    names = ["status_id", "commitment_id", "indicator_id", "area_code", "sex", "as_of_period"]
    for row in statuses.select(names).iter_rows(named=True):
        parts = [row["commitment_id"], row["indicator_id"], row["area_code"], row["sex"]]
        if row["as_of_period"]:
            parts.append(row["as_of_period"].replace(" ", "-").replace("/", "-"))
        assert row["status_id"] == ".".join(part for part in parts if part)
        assert form.fullmatch(row["status_id"]), row["status_id"]


def test_england_has_a_latest_status_of_every_commitment(statuses: pl.DataFrame) -> None:
    latest = statuses.filter(pl.col("is_latest") & (pl.col("area_code") == ENGLAND))
    assert set(latest["commitment_id"]) == set(commitments())


def test_every_system_has_a_latest_status_of_every_measure_judged_everywhere(
    first_release: DataFolder, statuses: pl.DataFrame
) -> None:
    """A system without data is listed as such, not left out."""
    systems = first_release.mart("areas").filter((pl.col("area_type") == "icb") & pl.col("valid_to").is_null())
    for commitment_id, entry in commitments().items():
        for measure in entry.measure:
            if measure.where == "every":
                rows = statuses.filter(
                    pl.col("is_latest"),
                    pl.col("commitment_id") == commitment_id,
                    pl.col("indicator_id") == measure.indicator,
                    pl.col("area_code").is_in(systems["area_code"].implode()),
                )
                sexes = measure.sexes or measurable()[measure.indicator].sexes
                assert rows.height == systems.height * len(sexes), (commitment_id, measure.indicator)


def test_history_starts_after_the_baseline_and_with_what_was_said(measured: list[Row]) -> None:
    for row in measured:
        said_on = commitments()[row["commitment_id"]].said_on
        if not row["is_latest"]:
            assert row["as_of_end"] > row["baseline_end"]
            assert said_on is None or row["as_of_end"] >= dt.date.fromisoformat(f"{said_on}-01-01"[:10]), row[
                "status_id"
            ]
