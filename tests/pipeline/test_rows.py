"""No row is ever lost: whatever a file mixes together, each row is accepted, set aside or quarantined, once."""

import random
from dataclasses import replace

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import publishers as p
from tests.builders.data_folder import DataFolder

#: One edit of a row of obesity each: sound ones, rows out of scope, repeats and faults of every kind.
EDITS: dict[str, dict[str, str]] = {
    "sound": {},
    "another value": {"observation": "25.5", "lci_95": "20", "uci_95": "30"},
    "blank": {"observation": "", "lci_95": "", "uci_95": ""},
    "Wales": {"areacd": "W06000001"},
    "a combined authority": {"areacd": "E47000001"},
    "the old code of Barnsley": {"areacd": "E08000016"},
    "an old district": {"areacd": "E07000026", "period": "2018-11-16/P1Y"},
    "its successor": {"areacd": "E06000063", "period": "2018-11-16/P1Y"},
    "its successor, blank": {
        "areacd": "E06000063", "period": "2018-11-16/P1Y", "observation": "", "lci_95": "", "uci_95": ""
    },
    "an unknown area": {"areacd": "E06999999"},
    "no area": {"areacd": ""},
    "an unknown period": {"period": "2018"},
    "an unknown series": {"indicator": "Adult overweight"},
    "another unit": {"unit": "kg"},
    "text": {"observation": "many"},
    "infinity": {"observation": "inf"},
    "over a hundred percent": {"observation": "120", "lci_95": "110", "uci_95": "130"},
    "limits the wrong way round": {"lci_95": "99", "uci_95": "1"},
    "two faults": {"areacd": "nowhere", "observation": "many"},
}  # fmt: skip

ONE_FIGURE = p.adult_obesity().chosen(lambda row: row["areacd"].startswith("E0"))

rows = st.lists(st.tuples(st.integers(0, 40), st.sampled_from(sorted(EDITS))), min_size=1, max_size=60)


def file_of(chosen: list[tuple[int, str]]) -> p.PublishersFile:
    edited = [{**ONE_FIGURE[place * 7], **EDITS[edit]} for place, edit in chosen]
    # One row of the series always, so that the file is known for what it is.
    empty = replace(p.adult_obesity(), rows=())
    return empty.add([ONE_FIGURE[-1], *edited])


in_any_mixture = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@in_any_mixture
@given(chosen=rows)
def test_received_is_accepted_set_aside_and_quarantined_and_no_row_is_two_of_them(
    first_release: DataFolder, chosen: list[tuple[int, str]]
) -> None:
    cleaned = first_release.clean(file_of(chosen))
    accepted = cleaned.accepted["source_row"].unique().to_list()
    set_aside = cleaned.set_aside["source_row"].to_list()
    quarantined = cleaned.quarantined["source_row"].unique().to_list()
    assert sorted([*accepted, *set_aside, *quarantined]) == list(range(1, len(chosen) + 2))
    assert cleaned.received == cleaned.accepted_rows + cleaned.set_aside.height + cleaned.quarantined_rows
    assert cleaned.quarantined.select("source_row", "rule", "column").is_unique().all()


@in_any_mixture
@given(chosen=rows, seed=st.integers(0, 1000))
def test_the_order_of_rows_decides_nothing(first_release: DataFolder, chosen: list[tuple[int, str]], seed: int) -> None:
    """Which of two equal rows stays may differ; what is accepted, and how many are not and why, may not."""
    file = file_of(chosen)
    shuffled = replace(file, rows=tuple(random.Random(seed).sample(file.rows, len(file.rows))))
    one, other = first_release.clean(file), first_release.clean(shuffled)
    key = ["indicator_id", "area_code", "period_end"]
    unlike = ("vintage", "source_row")
    assert one.accepted.drop(unlike).sort(key).equals(other.accepted.drop(unlike).sort(key))
    assert one.set_aside["rule"].sort().equals(other.set_aside["rule"].sort())
    faults = ["rule", "column", "found", "row"]
    assert one.quarantined.select(faults).sort(faults).equals(other.quarantined.select(faults).sort(faults))


@in_any_mixture
@given(chosen=rows)
def test_accepted_rows_have_one_value_a_key_that_is_finite_and_inside_its_limits(
    first_release: DataFolder, chosen: list[tuple[int, str]]
) -> None:
    accepted = first_release.clean(file_of(chosen)).accepted
    assert accepted.select("indicator_id", "area_code", "sex", "period_end").is_unique().all()
    valued = accepted.drop_nulls("value")
    assert valued["value"].is_finite().all()
    assert valued["value"].is_between(0, 100).all()
    assert (
        valued.select((pl.col("lower_95") <= pl.col("value")) & (pl.col("value") <= pl.col("upper_95")))
        .to_series()
        .all()
    )
    blank = accepted.filter(pl.col("value").is_null())
    assert blank["value_symbol"].is_not_null().all()
    assert blank["note"].is_not_null().all()
