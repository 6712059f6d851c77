"""Public figures on spending, the grant, specialists and vacancies, against figures typed in from what was published.

Residents are counted small area by small area from the census, and control charts drawn here in plain arithmetic.
"""

import itertools
import statistics

import polars as pl
import pytest

from data_contracts.registry.records import commitments, indicators
from data_contracts.vocabulary import Polarity
from pipelines.models import control_charts
from tests.builders import publishers as p
from tests.builders.data_folder import DataFolder
from tests.builders.publishers import any_row, at
from tests.builders.residents import residents_of, weights
from tests.builders.statuses import columns_of, figure, judge, status

ENGLAND = "E92000001"
SPENDING = "public-health-spending"
GRANT = "public-health-grant"
SPECIALISTS = "public-health-specialists"
VACANCIES = "nhs-advertised-vacancies"

#: Thousands of pounds, as reported.
TOTALS: dict[str, dict[str, int]] = {
    "2018/19": {
        "E06000001": 9_442,  # Hartlepool
        "E08000038": 16_821,  # Barnsley
        "E08000017": 23_656,  # Doncaster
        "E08000018": 16_465,  # Rotherham
        "E08000039": 33_226,  # Sheffield
        "E10000015": 47_740,  # Hertfordshire
        "E10000012": 64_657,  # Essex
    },
    "2024/25": {
        "E06000001": 11_168,
        "E08000038": 25_844,
        "E08000017": 34_422,
        "E08000018": 21_502,
        "E08000039": 38_495,
        "E10000015": 62_073,
        "E10000012": 85_015,
    },
}
#: The lookups held keep the codes Barnsley and Sheffield had to 2024.
EARLIER = {"E08000016": "E08000038", "E08000019": "E08000039"}
SOUTH_YORKSHIRE = "E54000061"
HERTFORDSHIRE_AND_WEST_ESSEX = "E54000025"  # to March 2026: Hertfordshire, and Essex in part


def observations(folder: DataFolder, indicator_id: str, area: str | None = None) -> dict[str, dict[str, object]]:
    found = folder.mart("observations").filter(pl.col("indicator_id") == indicator_id)
    if area:
        found = found.filter(pl.col("area_code") == area)
    return {row["period_label"]: row for row in found.iter_rows(named=True)}


def statuses(folder: DataFolder, commitment_id: str) -> pl.DataFrame:
    return folder.mart("statuses").filter(pl.col("commitment_id") == commitment_id)


# --- figures as published ----------------------------------------------------------------------------------


def test_the_grant_is_the_last_total_announced_for_each_year(first_release: DataFolder) -> None:
    held = observations(first_release, GRANT)
    assert {period: row["value"] for period, row in held.items()} == {
        "2014/15": 2.79,
        "2015/16": 2.79,
        "2016/17": 3.4,
        "2018/19": 3.215,
        "2020/21": 3.279,
        "2021/22": 3.324,
        "2022/23": 3.417,
        "2023/24": 3.53,  # 3.529 before the pay award
        "2024/25": 3.66,  # 3.575 was indicative, 3.603 the first
        "2025/26": 3.858,
        "2026/27": 4.404,
    }
    assert {row["area_code"] for row in held.values()} == {ENGLAND}
    assert held["2024/25"]["note"] == "Updated 17 December 2024; adds in-year NHS pay award impact."


def test_specialists_are_the_total_as_restated_with_who_answered(first_release: DataFolder) -> None:
    held = observations(first_release, SPECIALISTS)
    assert {period: row["value"] for period, row in held.items()} == {
        "2017": 965,
        "2019": 1007,  # 1,013 as first published
        "2021": 1064,
        "2022": 1227,
    }
    assert "92%" in str(held["2021"]["note"])
    assert "70%" in str(held["2022"]["note"])


@pytest.mark.parametrize(
    ("region", "month", "published"),
    [
        ("E40000003", "April 2016", 2609.37),  # London
        ("E40000006", "April 2016", 1037.85),  # South West
        ("E40000010", "March 2026", 2150.52),  # North West
        ("E40000012", "March 2026", 2846.47),  # North East and Yorkshire
    ],
)
def test_vacancies_are_those_of_the_region_the_publisher_names(
    first_release: DataFolder, region: str, month: str, published: float
) -> None:
    held = observations(first_release, VACANCIES, region)
    assert len(held) == 120
    assert held[month]["value"] == pytest.approx(published, abs=1e-9)


def test_nothing_is_added_up_to_an_england_nobody_gave(first_release: DataFolder) -> None:
    of = first_release.mart("observations").filter(pl.col("indicator_id").is_in([VACANCIES, SPENDING]))
    assert of.filter(pl.col("area_code") == ENGLAND).is_empty()
    vacancies = of.filter(pl.col("indicator_id") == VACANCIES)
    assert vacancies["area_code"].str.slice(0, 3).unique().to_list() == ["E40"]


# --- spending a head ---------------------------------------------------------------------------------------


def residents(authority: str) -> int:
    found = residents_of("upper", "2026").items()
    return sum(count for (area, _), count in found if EARLIER.get(area, area) == authority)


@pytest.mark.parametrize("period", TOTALS)
@pytest.mark.parametrize("authority", ["E06000001", "E08000039", "E10000012"])
def test_spending_a_head_is_the_total_over_residents_at_the_census(
    first_release: DataFolder, authority: str, period: str
) -> None:
    row = observations(first_release, SPENDING, authority)[period]
    assert row["count"] == TOTALS[period][authority] * 1000
    assert row["denominator"] == residents(authority)
    assert row["value"] == pytest.approx(TOTALS[period][authority] * 1000 / residents(authority), abs=1e-9)
    assert "(Census 2021)" in str(row["note"])


def test_hartlepool_in_figures_a_reader_can_check(first_release: DataFolder) -> None:
    row = observations(first_release, SPENDING, "E06000001")["2018/19"]
    assert row["value"] == pytest.approx(102.2514, abs=1e-4)
    assert row["note"] == "Worked out: 9,442 thousand pounds over 92,341 residents (Census 2021)."


@pytest.mark.parametrize("period", TOTALS)
@pytest.mark.parametrize(
    ("system", "footprint", "symbol"),
    [(SOUTH_YORKSHIRE, "2026", "[e]"), (SOUTH_YORKSHIRE, "2024", "[e]"), (HERTFORDSHIRE_AND_WEST_ESSEX, "2024", "[u]")],
)
def test_a_systems_spending_a_head_is_the_sum_of_its_shares_over_its_residents(
    first_release: DataFolder, system: str, footprint: str, symbol: str, period: str
) -> None:
    parts = {EARLIER.get(area, area): count for area, count in weights(system, "upper", footprint).items()}
    # A street or two of another authority may lie in it; at least 95% of residents are in those typed in.
    held = {area: count for area, count in parts.items() if area in TOTALS[period]}
    assert sum(held.values()) / sum(parts.values()) > 0.9999
    spent = sum(TOTALS[period][area] * 1000 * count / residents(area) for area, count in held.items())
    row = observations(first_release, SPENDING, system)[period]
    assert row["value"] == pytest.approx(spent / sum(held.values()), rel=1e-4)
    assert (row["value_kind"], row["value_symbol"]) == ("estimate", symbol)


def test_a_system_whose_authorities_did_not_all_report_has_no_figure_and_says_so(first_release: DataFolder) -> None:
    birmingham_and_solihull = observations(first_release, SPENDING, "E54000055")
    assert birmingham_and_solihull["2022/23"]["value"] is not None
    for period in ("2023/24", "2024/25"):
        assert birmingham_and_solihull[period]["value"] is None
        assert birmingham_and_solihull[period]["value_symbol"] == "[x]"
        assert "at least 95% is needed" in str(birmingham_and_solihull[period]["note"])


def test_what_the_county_of_dorset_spent_is_not_shown_as_the_spending_of_todays(first_release: DataFolder) -> None:
    dorset = observations(first_release, SPENDING, "E06000059")
    for period in ("2017/18", "2018/19"):
        assert (dorset[period]["value"], dorset[period]["count"]) == (None, None)
        assert "Christchurch" in str(dorset[period]["note"])
    assert dorset["2019/20"]["value"] is not None


def test_a_county_that_became_one_authority_is_named_where_it_reported(first_release: DataFolder) -> None:
    buckinghamshire = observations(first_release, SPENDING, "E06000060")
    assert "county before it, E10000002" in str(buckinghamshire["2019/20"]["note"])
    assert "before it" not in str(buckinghamshire["2020/21"]["note"])


# --- what may be compared, and what is said ----------------------------------------------------------------


def test_spending_is_judged_neither_better_nor_worse_and_says_by_how_much_it_moved(first_release: DataFolder) -> None:
    held = statuses(first_release, "ph-spend")
    assert held["direction"].null_count() == held.height
    hartlepool = held.filter((pl.col("area_code") == "E06000001") & pl.col("is_latest")).row(0, named=True)
    assert hartlepool["data_state"] == "ok"
    assert hartlepool["explanation"] == (
        "Public health spending a head in cash was 120.94 pounds in 2024/25, 18.69 pounds higher than in 2018/19; "
        "neither direction is better, and there is no target."
    )


def test_specialists_of_two_reviews_are_not_compared_and_the_answers_are_named(first_release: DataFolder) -> None:
    row = statuses(first_release, "ph-capacity").row(0, named=True)
    assert (row["area_code"], row["baseline_value"], row["latest_value"]) == (ENGLAND, 1064, 1227)
    assert (row["data_state"], row["direction"]) == ("not_comparable", None)
    assert row["explanation"] == (
        "Public health specialists were 1,227 full-time equivalents in 2022, but cannot be compared with 2021: of the "
        "bodies asked, 70% answered in 2022, after 92% in 2021."
    )


@pytest.mark.parametrize(
    ("baseline", "latest", "state"),
    [("2025/26", "2026/27", "not_comparable"), ("2015/16", "2018/19", "not_comparable"), ("2018/19", "2025/26", "ok")],
)
def test_the_grant_is_not_compared_across_what_it_took_in(baseline: str, latest: str, state: str) -> None:
    figures = [figure(baseline, 3.0, area=ENGLAND), figure(latest, 4.0, area=ENGLAND)]
    row = status(judge(GRANT, figures, baseline=baseline), area=ENGLAND)
    assert row["data_state"] == state
    if state != "ok":
        taken_in = {"2026/27": "stop smoking", "2018/19": "children aged 0 to 5"}[latest]
        assert taken_in in str(row["data_state_reason"])


def test_spending_and_the_grant_are_never_confused() -> None:
    spending, grant = indicators()[SPENDING], indicators()[GRANT]
    for text in (spending.name, spending.short_name):
        assert "spending" in text
        assert "grant" not in text
    assert "grant" not in commitments()["ph-spend"].title
    for text in (grant.name, grant.short_name):
        assert "grant" in text
        assert "spend" not in text
    assert "not the public health grant" in spending.definition
    assert "not what councils spent" in grant.definition
    assert all("in cash" in indicator.definition for indicator in (spending, grant))
    assert "not a vacancy rate" in indicators()[VACANCIES].definition


# --- rows at fault -----------------------------------------------------------------------------------------


def test_two_totals_of_one_version_are_both_at_fault(first_release: DataFolder) -> None:
    file = p.public_health_grant()
    twice = file.chosen(at(financial_year="2022-23"))[0]
    cleaned = first_release.clean(file.add([{**twice, "total_gbp_billion": "3.5"}]))
    assert cleaned.quarantined["rule"].to_list() == ["two_values_for_one_key"] * 2


def test_an_earlier_version_whose_successor_cannot_be_read_does_not_take_its_place(first_release: DataFolder) -> None:
    file = p.public_health_grant().edit(at(version="updated 17 December 2024"), total_gbp_billion="many")
    cleaned = first_release.clean(file)
    assert cleaned.quarantined["rule"].to_list() == ["not_a_number"]
    assert "2024/25" not in cleaned.accepted["period_label"].to_list()


def test_a_new_month_is_taken_for_every_region_and_not_for_one(first_release: DataFolder) -> None:
    file = p.advertised_vacancies()
    last = file.chosen(at(month_key="202603"))
    every = first_release.clean(file.add([{**row, "month_key": "202604"} for row in last]))
    assert every.quarantined_rows == 0
    one = first_release.clean(file.add([{**last[0], "month_key": "203004"}]))
    assert one.quarantined["rule"].to_list() == ["unknown_period"]


def test_a_new_year_of_a_national_series_is_declared_before_it_is_taken(first_release: DataFolder) -> None:
    file = p.specialist_capacity().edit(at(year="2022", sector="England, all sectors"), year="2202")
    assert first_release.clean(file).quarantined["rule"].to_list() == ["unknown_period"]


def test_a_vintage_without_a_year_that_was_published_is_refused(folder: DataFolder) -> None:
    outcome = folder.refresh(p.public_health_grant().drop(at(financial_year="2021-22")))
    assert set(outcome.rules) == {"period_gone"}


def test_a_region_nobody_knows_is_at_fault(first_release: DataFolder) -> None:
    file = p.advertised_vacancies().edit(any_row, first=1, region_code="Y57")
    assert first_release.clean(file).quarantined["rule"].to_list() == ["unknown_area"]


# --- control charts ----------------------------------------------------------------------------------------


def drawn(folder: DataFolder, indicator_id: str, area: str) -> list[dict[str, object]]:
    found = folder.mart("control_charts").filter(
        (pl.col("indicator_id") == indicator_id) & (pl.col("area_code") == area)
    )
    return found.sort("period_end").to_dicts()


@pytest.mark.parametrize("region", ["E40000003", "E40000012"])
def test_a_regions_control_chart_is_what_a_hand_would_draw(first_release: DataFolder, region: str) -> None:
    file = p.advertised_vacancies()
    code = {"E40000003": "Y56", "E40000012": "Y63"}[region]
    rows = sorted(file.chosen(at(region_code=code)), key=lambda row: row["month_key"])
    values = [float(row["vacancy_wte_total"]) for row in rows]
    centre = statistics.fmean(values)
    ranges = [abs(later - earlier) for earlier, later in itertools.pairwise(values)]
    average = statistics.fmean(ranges)
    average = statistics.fmean([one for one in ranges if one < 3.267 * average])
    chart = drawn(first_release, VACANCIES, region)
    assert [row["value"] for row in chart] == values
    for row in chart:
        assert row["centre_line"] == pytest.approx(centre, rel=1e-9)
        assert row["lower_limit"] == pytest.approx(centre - 2.66 * average, rel=1e-9)
        assert row["upper_limit"] == pytest.approx(centre + 2.66 * average, rel=1e-9)
    beyond = {i for i, value in enumerate(values) if abs(value - centre) > 2.66 * average}
    assert {i for i, row in enumerate(chart) if row["special_cause"] in ("above_upper", "below_lower")} == beyond
    assert {row["point_type"] for row in chart} <= {"neutral_high", "neutral_low", "common_cause"}
    assert not any(row["trial_limits"] for row in chart)


def test_every_point_that_is_often_measured_is_charted_and_nothing_that_adds_up(first_release: DataFolder) -> None:
    often = {id_ for id_, held in indicators().items() if held.period_kind in ("month", "quarter")}
    key = ["indicator_id", "area_code", "sex", "breakdown", "period_label"]
    charts = first_release.mart("control_charts")
    assert set(charts["indicator_id"]) == often
    assert not any(indicators()[indicator_id].cumulative for indicator_id in often)
    points = first_release.mart("observations").filter(
        pl.col("indicator_id").is_in(list(often)) & pl.col("value").is_not_null()
    )
    assert charts.join(points, on=key, how="anti").is_empty()
    uncharted = points.join(charts, on=key, how="anti")
    # Only a series with no two values in a row has no limits.
    assert uncharted.join(charts, on=key[:4], how="semi").is_empty()


def series(*values: float | None) -> pl.DataFrame:
    rows = [
        {
            "indicator_id": VACANCIES,
            "area_code": "E40000003",
            "sex": "persons",
            "breakdown": "all",
            "period_label": f"{place}",
            "value": value,
            "value_kind": "published",
        }
        for place, value in enumerate(values)
    ]
    schema = columns_of("observations")
    frame = pl.DataFrame(rows).with_columns(
        period_start=pl.date(2024, 1, 1).dt.offset_by(pl.format("{}mo", pl.col("period_label"))),
    )
    frame = frame.with_columns(period_end=pl.col("period_start").dt.month_end())
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )


@pytest.mark.parametrize(("points", "trial"), [(11, True), (12, False)])
def test_limits_of_fewer_than_twelve_points_are_trial_ones(points: int, trial: bool) -> None:
    chart = control_charts.build({"observations": series(*[10.0, 12.0] * (points // 2), *[11.0] * (points % 2))})
    assert chart["points"].unique().to_list() == [points]
    assert chart["trial_limits"].unique().to_list() == [trial]


def test_a_month_without_a_figure_ends_a_run_and_has_no_row() -> None:
    whole = control_charts.build({"observations": series(*range(1, 8), 3, 4, 3, 4, 3)})
    broken = control_charts.build({"observations": series(1, 2, 3, None, 5, 6, 7, 3, 4, 3, 4, 3)})
    assert whole["special_cause"].to_list().count("trend_rising") == 7
    assert "trend_rising" not in broken["special_cause"].to_list()
    assert (whole.height, broken.height) == (12, 11)


def test_every_polarity_has_a_way_to_be_charted() -> None:
    assert set(control_charts.IMPROVEMENT) == set(Polarity)
