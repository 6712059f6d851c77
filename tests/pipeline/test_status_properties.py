"""What holds of every status whatever the figures are."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.geography import ENGLAND
from tests.builders.statuses import Figure, Question, figure, judge, judge_all

SMOKING = "adult-smoking"  # low is good
CANCER = "early-cancer-diagnosis"  # high is good
HLE = "healthy-life-expectancy"  # three years, which overlap
BASELINE, AS_OF = "2018", ("2019", "2020", "2021", "2022")
DUE = dt.date(2028, 12, 31)
KEY = ["area_code", "as_of_period"]

# Each draw is a batch of areas judged at once: a hundred areas cost no more than one.
AREAS = [f"E54{number:06}" for number in range(40)]
drawn = settings(max_examples=10, deadline=None, derandomize=True)

tenths = st.integers(10, 900).map(lambda n: n / 10)
errors = st.integers(0, 60).map(lambda n: n / 10)
points = st.tuples(tenths, errors)
#: A baseline and as many later points; near it as often as far, so that every answer comes up.
steps = st.one_of(st.integers(-30, 30), st.integers(-900, 900)).map(lambda n: n / 10)
changes = st.tuples(tenths, errors, steps, errors)
batches = st.lists(changes, min_size=len(AREAS), max_size=len(AREAS))


def figures(batch: Sequence[tuple[float, float, float, float]]) -> list[Figure]:
    return [
        made
        for area, (first, first_error, step, last_error) in zip(AREAS, batch, strict=True)
        for made in (
            figure(BASELINE, first, first_error, area=area),
            figure("2022", max(first + step, 0.1), last_error, area=area),
        )
    ]


def mirrored(given: Sequence[Figure]) -> list[Figure]:
    """The same figures, seen from 100."""
    return [
        replace(point, value=100 - point.value, limits=(100 - point.limits[1], 100 - point.limits[0]))
        for point in given
        if point.value is not None and point.limits is not None
    ]


def directions(rows: pl.DataFrame) -> list[str | None]:
    return rows.sort(KEY)["direction"].to_list()


@drawn
@given(batch=batches, target=st.one_of(st.none(), tenths))
def test_what_is_better_one_way_up_is_better_the_other_way_up(
    batch: list[tuple[float, float, float, float]], target: float | None
) -> None:
    """Turn figures, target and polarity round, and every direction stays; the figures alone, and it turns."""
    made = figures(batch)
    upright, turned, figures_turned = judge_all(
        [
            Question(indicator_id=CANCER, figures=made, baseline=BASELINE, target=target),
            Question(
                indicator_id=SMOKING,
                figures=mirrored(made),
                baseline=BASELINE,
                target=None if target is None else 100 - target,
            ),
            Question(indicator_id=CANCER, figures=mirrored(made), baseline=BASELINE),
        ]
    )
    assert directions(upright) == directions(turned)
    if target is None:
        other = {"improving": "getting_worse", "getting_worse": "improving"}
        assert [other.get(str(found), found) for found in directions(upright)] == directions(figures_turned)


hle_series = st.lists(
    st.tuples(st.lists(st.tuples(tenths, errors), min_size=5, max_size=5), st.booleans(), st.booleans()),
    min_size=len(AREAS),
    max_size=len(AREAS),
)


@drawn
@given(series=hle_series, target=st.one_of(st.none(), tenths))
def test_a_period_more_that_overlaps_the_baseline_changes_no_other_status(
    series: list[tuple[list[tuple[float, float]], bool, bool]], target: float | None
) -> None:
    periods = ["2017 to 2019", "2018 to 2020", "2019 to 2021", "2020 to 2022", "2021 to 2023"]
    few, more = [], []
    for area, (values, *also) in zip(AREAS, series, strict=True):
        made = [figure(period, *point, area=area) for period, point in zip(periods, values, strict=True)]
        few += [made[0], *made[3:]]
        more += [made[0], *(point for point, kept in zip(made[1:3], also, strict=True) if kept), *made[3:]]
    without, with_more = judge_all(
        [
            Question(indicator_id=HLE, figures=points, baseline=periods[0], target=target, by=DUE)
            for points in (few, more)
        ]
    )
    same = with_more.filter(pl.col("as_of_period").is_in(periods[3:])).sort(KEY)
    assert same.equals(without.sort(KEY))
    early = with_more.filter(pl.col("as_of_period").is_in(periods[1:3]))
    assert set(early["direction"].drop_nulls()) <= {"target_met"}


@drawn
@given(batch=batches, share=st.floats(0, 1), target=st.one_of(st.none(), tenths))
def test_tighter_limits_never_take_a_direction_away(
    batch: list[tuple[float, float, float, float]], share: float, target: float | None
) -> None:
    tight = [(first, error * share, step, last * share) for first, error, step, last in batch]
    wide, narrow = judge_all(
        [
            Question(indicator_id=CANCER, figures=figures(given), baseline=BASELINE, target=target)
            for given in (batch, tight)
        ]
    )
    for before, after in zip(directions(wide), directions(narrow), strict=True):
        assert after == before or before == "little_change"


@drawn
@given(batch=batches, target=tenths)
def test_a_target_met_is_met_by_the_same_value_later(
    batch: list[tuple[float, float, float, float]], target: float
) -> None:
    """Limits have no say in it, and nor has the baseline."""
    made = figures(batch)
    later = [replace(point, period="2023", limits=None) for point in made if point.period == "2022"]
    rows = judge(SMOKING, [*made, *later], baseline=BASELINE, target=target, by=DUE)
    met = {
        year: rows.filter(pl.col("as_of_period") == year, pl.col("direction") == "target_met")["area_code"].to_list()
        for year in ("2022", "2023")
    }
    assert met["2022"] == met["2023"]
    assert met["2022"] == sorted(
        p.area for p in made if p.period == "2022" and p.value is not None and p.value <= target
    )


@drawn
@given(batch=batches, target=tenths, has_date=st.booleans())
def test_from_past_its_target_a_measure_is_held_or_lost(
    batch: list[tuple[float, float, float, float]], target: float, has_date: bool
) -> None:
    rows = judge(CANCER, figures(batch), baseline=BASELINE, target=target, by=DUE if has_date else None)
    past = rows.filter(pl.col("baseline_value") >= pl.col("target_value"))
    assert set(past["pace"]) <= {"held", "lost"}
    assert past.filter((pl.col("pace") == "held") != (pl.col("direction") == "target_met")).is_empty()
    assert past["pace_ratio"].null_count() == past.height
    short = rows.filter(pl.col("baseline_value") < pl.col("target_value"))
    assert not set(short["pace"]) & {"held", "lost"}


maybe = st.one_of(st.none(), tenths)
symbols = st.sampled_from([None, None, None, "[e]", "[u]"])
absences = st.sampled_from(["[x]", "[c]", "[u]", None])
kinds = st.sampled_from(["published", "published", "estimate", "illustrative"])
any_point = st.tuples(st.booleans(), maybe, st.one_of(st.none(), errors), symbols, absences, kinds)
any_series = st.lists(st.lists(any_point, min_size=5, max_size=5), min_size=len(AREAS), max_size=len(AREAS))


def anything(series: list[list[tuple[bool, float | None, float | None, str | None, str | None, str]]]) -> list[Figure]:
    return [
        figure(period, value, error, area=area, symbol=symbol if value is not None else absence, kind=kind)
        for area, values in zip(AREAS, series, strict=True)
        for period, (is_there, value, error, symbol, absence, kind) in zip((BASELINE, *AS_OF), values, strict=True)
        if is_there
    ]


@drawn
@given(
    series=any_series,
    of=st.sampled_from([SMOKING, CANCER, "recorded-asthma", "child-poverty-before-housing-costs"]),
    target=maybe,
    has_date=st.booleans(),
)
def test_every_area_has_a_status_of_every_period_and_none_claims_what_its_data_do_not_allow(
    series: list[list[tuple[bool, float | None, float | None, str | None, str | None, str]]],
    of: str,
    target: float | None,
    has_date: bool,
) -> None:
    made = anything(series)
    if of in ("recorded-asthma", "child-poverty-before-housing-costs"):
        made = [replace(point, period=f"{point.period}/{int(point.period[2:]) + 1}") for point in made]
    baseline = BASELINE if of in (SMOKING, CANCER) else f"{BASELINE}/19"
    periods = {point.period for point in made}
    if not made:
        return
    rows = judge(of, made, baseline=baseline, target=target, by=DUE if has_date and target else None)

    asked = {period for period in periods if period > baseline and baseline in periods} | {max(periods)}
    areas = {ENGLAND, *(point.area for point in made)}
    assert rows.height == len(asked) * len(areas)
    assert set(rows.select(KEY).rows()) == {(area, period) for area in areas for period in asked}
    assert rows.filter("is_latest").height == len(areas)

    outside = rows.filter(pl.col("data_state") != "ok")
    assert set(outside["direction"].drop_nulls()) <= {"target_met"}
    assert outside["direction_p"].null_count() == outside.height
    assert outside["data_state_reason"].null_count() == 0
    assert rows.filter(pl.col("data_state") == "ok")["data_state_reason"].drop_nulls().is_empty()
    assert rows.filter(pl.col("direction") == "target_met")["direction_p"].drop_nulls().is_empty()
    assert set(outside.filter(pl.col("data_state") != "no_interval", pl.col("direction").is_null())["pace"]) <= {None}
    assert rows.filter(pl.col("area_code") == ENGLAND)["versus_england"].drop_nulls().is_empty()
    assert (rows["direction_p"].drop_nulls() <= 0.5).all()
    assert (rows["explanation"].str.len_chars() > 0).all()
