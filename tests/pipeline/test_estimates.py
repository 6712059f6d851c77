"""Estimates for systems, against sums worked out here in plain arithmetic from figures as they were published.

Healthy life expectancy in 2022 to 2024 is typed in from the Office for National Statistics' release of 19 February
2026. Residents are counted here small area by small area from the census and the lookups, in dictionaries: no table of
the pipeline's own is used.
"""

import csv
import math
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from data_contracts.registry.records import areas, indicators
from tests.builders import publishers as p
from tests.builders.data_folder import DataFolder
from tests.builders.publishers import at, snapshot_rows
from tests.builders.residents import pairs, residents_of, weights

HLE = "healthy-life-expectancy"
ENGLAND_RESIDENTS = 56_490_108  # Census 2021, as published

#: Value, lower and upper limit, as published: by sex, then authority.
PUBLISHED: dict[str, dict[str, tuple[float, float, float]]] = {
    "female": {
        "E08000026": (58.9, 55.3, 62.5),  # Coventry
        "E10000031": (62.9, 60.0, 65.8),  # Warwickshire
        "E09000002": (59.0, 54.0, 64.0),  # Barking and Dagenham
        "E09000012": (58.9, 52.7, 65.0),  # Hackney
        "E09000016": (63.3, 58.4, 68.2),  # Havering
        "E09000025": (63.1, 56.9, 69.4),  # Newham
        "E09000026": (63.3, 58.7, 68.0),  # Redbridge
        "E09000030": (59.2, 53.0, 65.3),  # Tower Hamlets
        "E09000031": (64.5, 59.8, 69.2),  # Waltham Forest
        "E06000010": (53.3, 49.2, 57.5),  # Kingston upon Hull
        "E06000011": (59.5, 56.1, 62.9),  # East Riding of Yorkshire
        "E06000012": (54.9, 51.1, 58.7),  # North East Lincolnshire
        "E06000013": (59.6, 56.1, 63.1),  # North Lincolnshire
        "E06000014": (61.4, 57.9, 64.9),  # York
        "E06000065": (65.4, 62.9, 68.0),  # North Yorkshire
    },
    "male": {
        "E08000026": (59.2, 55.9, 62.6),
        "E10000031": (63.3, 60.8, 65.8),
        "E09000002": (59.6, 55.2, 64.1),
        "E09000012": (59.3, 53.8, 64.7),
        "E09000016": (63.8, 60.1, 67.5),
        "E09000025": (62.8, 57.7, 67.8),
        "E09000026": (63.5, 58.8, 68.1),
        "E09000030": (59.5, 53.2, 65.9),
        "E09000031": (64.4, 59.9, 68.9),
        "E06000010": (53.1, 48.5, 57.7),
        "E06000011": (59.5, 56.2, 62.8),
        "E06000012": (54.7, 50.6, 58.9),
        "E06000013": (58.7, 55.2, 62.2),
        "E06000014": (60.8, 57.5, 64.0),
        "E06000065": (64.5, 62.1, 66.9),
    },
}

COVENTRY_AND_WARWICKSHIRE = "E54000018"  # simple: two whole authorities
NORTH_EAST_LONDON = "E54000029"  # one authority missing: City of London has no figure
HUMBER_AND_NORTH_YORKSHIRE = "E54000051"  # split: part of North Yorkshire (Craven) lies in West Yorkshire's


def observation(
    folder: DataFolder, area: str, period: str, sex: str = "persons", indicator: str = HLE
) -> dict[str, object]:
    found = folder.mart("observations").filter(
        (pl.col("area_code") == area)
        & (pl.col("indicator_id") == indicator)
        & (pl.col("period_label") == period)
        & (pl.col("sex") == sex)
    )
    return found.row(0, named=True)


# --- three systems by hand ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize(
    ("system", "symbol"),
    [(COVENTRY_AND_WARWICKSHIRE, "[e]"), (NORTH_EAST_LONDON, "[e]"), (HUMBER_AND_NORTH_YORKSHIRE, "[u]")],
    ids=["two whole authorities", "City of London without a figure", "a split authority"],
)
def test_a_systems_healthy_life_expectancy_is_what_a_hand_would_work_out(
    first_release: DataFolder, system: str, symbol: str, sex: str
) -> None:
    people = {area: count for area, count in weights(system).items() if area in PUBLISHED[sex]}
    total = sum(people.values())
    value = sum(count * PUBLISHED[sex][area][0] for area, count in people.items()) / total
    squares = 0.0
    for area, count in people.items():
        _, lower, upper = PUBLISHED[sex][area]
        squares += (count * (upper - lower) / 3.92) ** 2
    error = math.sqrt(squares) / total
    found = observation(first_release, system, "2022 to 2024", sex)
    assert found["value"] == pytest.approx(value, abs=1e-6)
    assert found["lower_95"] == pytest.approx(value - 1.959964 * error, abs=1e-6)
    assert found["upper_95"] == pytest.approx(value + 1.959964 * error, abs=1e-6)
    assert found["value_kind"] == "estimate"
    assert found["value_symbol"] == symbol


def test_the_figures_typed_in_are_those_held(first_release: DataFolder) -> None:
    for sex, figures in PUBLISHED.items():
        for area, (value, lower, upper) in figures.items():
            found = observation(first_release, area, "2022 to 2024", sex)
            assert (found["value"], found["lower_95"], found["upper_95"]) == (value, lower, upper)


def test_the_note_says_how_much_of_the_system_has_a_figure(first_release: DataFolder) -> None:
    people = weights(NORTH_EAST_LONDON)
    share = 1 - people["E09000001"] / sum(people.values())
    note = str(observation(first_release, NORTH_EAST_LONDON, "2022 to 2024", "female")["note"])
    assert note == f"Estimate from 7 authorities with a figure, which hold {share * 100:.1f}% of residents."


# --- every measure, on both footprints -------------------------------------------------------------------------

COMBINED = {id_: held for id_, held in indicators().items() if held.combinable and "icb" not in held.geographies}


@pytest.mark.parametrize("footprint", ["2026", "2024"])
@pytest.mark.parametrize("indicator_id", COMBINED)
def test_every_measure_is_estimated_as_a_hand_would(
    first_release: DataFolder, indicator_id: str, footprint: str
) -> None:
    """The latest period that has estimates, every system whose authorities each have a figure of their own."""
    held = first_release.mart("observations").filter(
        (pl.col("indicator_id") == indicator_id) & (pl.col("breakdown") == "all")
    )
    estimated = held.filter((pl.col("value_kind") == "estimate") & pl.col("value").is_not_null())
    latest = held.filter(pl.col("period_end") == estimated["period_end"].max())
    checked = 0
    for sex in latest["sex"].unique():
        rows = {row["area_code"]: row for row in latest.filter(pl.col("sex") == sex).iter_rows(named=True)}
        published = {code: row for code, row in rows.items() if row["value_kind"] == "published"}
        tier = "lower" if any(code.startswith("E07") for code in published) else "upper"
        for system in {icb for _, icb in residents_of(tier, footprint)}:
            people = weights(system, tier, footprint)
            found = rows[system]
            if not all(area in published and published[area]["value"] is not None for area in people):
                continue
            total = sum(people.values())
            value = sum(count * published[area]["value"] for area, count in people.items()) / total
            assert found["value"] == pytest.approx(value, abs=1e-9), (system, sex)
            limits = [(published[area]["lower_95"], published[area]["upper_95"]) for area in people]
            checked += 1
            if any(set(pair.parts) <= set(people) for pair in areas().combined.values()):
                continue  # a figure for two authorities together counts once in the limits: its own test holds that
            if any(None in pair for pair in limits):
                assert found["lower_95"] is None
                assert found["upper_95"] is None
            else:
                squares = sum(
                    (count * (upper - lower) / 3.92) ** 2
                    for count, (lower, upper) in zip(people.values(), limits, strict=True)
                )
                assert found["lower_95"] == pytest.approx(value - 1.959964 * math.sqrt(squares) / total, abs=1e-6)
    assert checked >= 5, f"only {checked} systems have a figure for every authority"


# --- when there is no estimate, or a weak one ----------------------------------------------------------------


def test_below_95_percent_covered_there_is_no_estimate_and_the_note_says_why(folder: DataFolder) -> None:
    """One authority of under 5% of Leicester, Leicestershire and Rutland may be missing; a larger one may not."""
    people = weights("E54000015", "lower")
    total = sum(people.values())
    enough, too_little = [], []
    for area, count in people.items():
        (enough if count <= 0.05 * total else too_little).append(area)
    assert enough
    assert too_little
    smoking = p.adult_smoking()
    kept, lost = min(enough), min(too_little)
    for area, symbol in ((kept, "[e]"), (lost, "[x]")):
        folder.refresh(smoking.edit(at(area_code=area, period="2024"), value="NA"))
        found = observation(folder, "E54000015", "2024", indicator="adult-smoking")
        assert found["value_symbol"] == symbol
        covered = 100 * (1 - people[area] / total)
        assert f"{covered:.1f}% of residents" in str(found["note"])
        assert (found["value"] is None) == (symbol == "[x]")
        assert (found["lower_95"], found["upper_95"]) == (None, None)


def test_every_estimate_is_withheld_or_doubted_by_the_rule_and_by_nothing_else(first_release: DataFolder) -> None:
    """For every current system: shares counted here, small area by small area."""
    for system in {icb for _, icb in residents_of("upper", "2026")}:
        people = weights(system)
        total = sum(people.values())
        figures = {"E09000001", "E06000053"}  # City of London and Scilly: no figure
        held = sum(count for area, count in people.items() if area not in figures)
        whole: dict[str, int] = defaultdict(int)
        for (area, _), count in residents_of("upper", "2026").items():
            whole[area] += count
        shared = sum(count for area, count in people.items() if count < whole[area] and area not in figures)
        found = observation(first_release, system, "2022 to 2024", "male")
        expected = "[x]" if held < 0.95 * total else "[u]" if shared > 0.25 * total else "[e]"
        assert found["value_symbol"] == expected, system
        assert ("not compared" in str(found["note"])) == (expected == "[u]")


def test_nobody_is_counted_twice_in_any_system_or_period(first_release: DataFolder) -> None:
    covered = (
        first_release.mart("observations")
        .filter(pl.col("value_kind") == "estimate")["note"]
        .str.extract(r"hold ([0-9.]+)% of residents")
        .cast(pl.Float64)
    )
    assert covered.max() <= 100.0


# --- authorities published together --------------------------------------------------------------------------


def test_a_figure_for_hackney_with_city_of_london_serves_both(first_release: DataFolder) -> None:
    together = p.preventable_cvd_mortality().chosen(at(areacd="E67000001", period="2022-01-01/P3Y"))[0]
    for area in ("E09000012", "E09000001"):
        found = observation(first_release, area, "2022 to 2024", indicator="preventable-cvd-mortality")
        assert found["value"] == float(together["observation"])
        assert found["note"] == "Published for Hackney and City of London together."
    assert first_release.mart("observations").filter(pl.col("area_code").str.starts_with("E67")).is_empty()


@pytest.mark.parametrize("system", [NORTH_EAST_LONDON, "E54000036"], ids=["North East London", "Cornwall"])
def test_a_figure_for_two_authorities_counts_once_in_the_limits(first_release: DataFolder, system: str) -> None:
    """Counting it as two independent figures would make the limits narrower than they are."""
    together = {"E67000001": ("E09000012", "E09000001"), "E67000002": ("E06000052", "E06000053")}
    people = weights(system, "lower")
    for pair, parts in together.items():
        if parts[0] in people:
            people[pair] = sum(people.pop(part) for part in parts)
    published = {
        row["areacd"]: (float(row["observation"]), float(row["lci_95"]), float(row["uci_95"]))
        for row in p.preventable_cvd_mortality().chosen(at(period="2022-01-01/P3Y"))
    }
    total = sum(people.values())
    value = sum(count * published[area][0] for area, count in people.items()) / total
    error = math.sqrt(sum((n * (published[a][2] - published[a][1]) / 3.92) ** 2 for a, n in people.items())) / total
    found = observation(first_release, system, "2022 to 2024", indicator="preventable-cvd-mortality")
    assert found["value"] == pytest.approx(value, abs=1e-9)
    assert found["upper_95"] == pytest.approx(value + 1.959964 * error, abs=1e-9)
    assert "100.0% of residents" in str(found["note"])


# --- places and codes ------------------------------------------------------------------------------------------


def test_barnsley_and_sheffield_stand_under_their_codes_of_2025_in_every_period(first_release: DataFolder) -> None:
    observations = first_release.mart("observations")
    assert observations.filter(pl.col("area_code").is_in(["E08000016", "E08000019"])).is_empty()
    for code in ("E08000038", "E08000039"):
        years = observations.filter((pl.col("area_code") == code) & (pl.col("indicator_id") == "adult-smoking"))
        assert sorted(years["period_label"]) == [str(year) for year in range(2011, 2025)]
    overlaps = first_release.mart("authority_overlaps").filter(pl.col("system_code") == "E54000061")
    assert {"E08000038", "E08000039"} <= set(overlaps["authority_code"])


def test_cornwalls_system_is_cornwall_with_scilly(first_release: DataFolder) -> None:
    people = weights("E54000036")
    assert set(people) == {"E06000052", "E06000053"}
    found = observation(first_release, "E54000036", "2022 to 2024", "female")
    share = people["E06000052"] / sum(people.values())
    assert f"{share * 100:.1f}% of residents" in str(found["note"])


def test_england_and_the_regions_have_exactly_what_was_published(first_release: DataFolder) -> None:
    """Read back from the publisher's own rows; nothing is rounded, nothing is worked out."""
    for file in (p.healthy_life_expectancy(), p.preventable_cvd_mortality(), p.adult_obesity()):
        published = sorted(
            (row["areacd"], float(row["observation"]), float(row["lci_95"]), float(row["uci_95"]))
            for row in file.as_dicts()
            if row["areacd"].startswith(("E92", "E12"))
        )
        held = first_release.mart("observations").filter(
            (pl.col("source_id") == file.source_id) & pl.col("area_code").str.slice(0, 3).is_in(["E92", "E12"])
        )
        assert set(held["value_kind"]) == {"published"}
        assert sorted(held.select("area_code", "value", "lower_95", "upper_95").iter_rows()) == published


def test_a_boards_own_published_figure_wins_over_an_estimate(folder: DataFolder) -> None:
    own = {
        **p.healthy_life_expectancy().chosen(at(areacd="E10000031", period="2022-01-01/P3Y"))[0],
        "areacd": COVENTRY_AND_WARWICKSHIRE,
        "observation": "61.0",
        "lci_95": "60.0",
        "uci_95": "62.0",
    }
    rows = [
        {**own, "period": f"{year}-01-01/P3Y", "indicator": f"{sex} healthy life expectancy"}
        for year in range(2011, 2023)
        for sex in ("Male", "Female")
    ]
    assert folder.refresh(p.healthy_life_expectancy().add(rows)).recap
    found = observation(folder, COVENTRY_AND_WARWICKSHIRE, "2022 to 2024", "male")
    assert (found["value"], found["value_kind"], found["value_symbol"]) == (61.0, "published", None)
    other = observation(folder, NORTH_EAST_LONDON, "2022 to 2024", "male")
    assert other["value_kind"] == "estimate"


def test_old_districts_carry_the_estimate_where_their_successor_has_no_figure(first_release: DataFolder) -> None:
    """Northamptonshire's smoking in 2020: seven districts that ended in 2021, each with the residents it had."""
    districts = {
        "E07000150": "Corby",
        "E07000151": "Daventry",
        "E07000152": "East Northamptonshire",
        "E07000153": "Kettering",
        "E07000154": "Northampton",
        "E07000155": "South Northamptonshire",
        "E07000156": "Wellingborough",
    }
    people = pairs("ons-census-2021-residents", "lsoa21_code", "total_residents")
    board = pairs("lsoa21-icb-2026", "lsoa21_code", "icb26_code")
    today = pairs("ons-lsoa21-ltla-2024", "lsoa21_code", "ltla24_code")
    rows = {row["area_code"]: row["value"] for row in p.adult_smoking().chosen(at(period="2020"))}
    by_name = {name: code for code, name in districts.items()}
    counted: dict[str, int] = defaultdict(int)
    seen = set()
    for small_area, name in (
        snapshot_rows("ons-lsoa11-lsoa21-ltla-2022").select("lsoa21_code", "lsoa11_name").iter_rows()
    ):
        if board.get(small_area) == "E54000059" and small_area not in seen:
            seen.add(small_area)
            here = by_name.get(name.rsplit(" ", 1)[0])
            # One small area of South Northamptonshire is Cherwell's now, which has a figure of its own.
            still = today[small_area] in ("E06000061", "E06000062")
            counted[here if here and still else today[small_area]] += int(people[small_area])
    total = sum(counted.values())
    assert total == sum(weights("E54000059").values())
    value = sum(count * float(rows[area]) for area, count in counted.items()) / total
    found = observation(first_release, "E54000059", "2020", indicator="adult-smoking")
    assert found["value"] == pytest.approx(value, abs=1e-9)
    assert "100.0% of residents" in str(found["note"])
    assert found["lower_95"] is None


# --- residents add up -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("footprint", "systems"), [("2026", 36), ("2024", 42)])
def test_residents_of_the_systems_add_up_to_england(first_release: DataFolder, footprint: str, systems: int) -> None:
    by_system: dict[str, int] = defaultdict(int)
    for (_, icb), count in residents_of("upper", footprint).items():
        by_system[icb] += count
    assert len(by_system) == systems
    assert sum(by_system.values()) == ENGLAND_RESIDENTS
    held = dict(first_release.mart("areas").select("area_code", "population").iter_rows())
    assert held["E92000001"] == ENGLAND_RESIDENTS
    assert {icb: held[icb] for icb in by_system} == dict(by_system)


@pytest.mark.originals
@pytest.mark.parametrize("footprint", ["2024", "2026"])
@pytest.mark.parametrize(("tier", "column"), [("ltla24", "ltla24_code"), ("utla23", "utla23_code")])
def test_overlaps_agree_with_the_crosswalks_made_beside_the_originals(
    first_release: DataFolder, originals: Path, footprint: str, tier: str, column: str
) -> None:
    short = footprint[2:]
    path = originals / "geography" / f"derived_crosswalk_{tier}_icb{short}.csv"
    recoded = {"E08000016": "E08000038", "E08000019": "E08000039"}
    held = {
        (row["authority_code"], row["system_code"]): row
        for row in first_release.mart("authority_overlaps").iter_rows(named=True)
    }
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 150
    for row in rows:
        authority = recoded.get(row[column], row[column])
        ours = held[authority, row[f"icb{short}_code"]]
        assert ours["residents"] == int(row["residents_census2021"])
        assert ours["share_of_authority"] == pytest.approx(float(row["share_of_area_residents"]), abs=1e-6)
        assert ours["share_of_system"] == pytest.approx(float(row["share_of_icb_residents"]), abs=1e-6)
