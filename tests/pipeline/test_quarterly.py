"""Quarters worked out from a cumulative share: by hand, as a property, in the release, and what has no figure."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts import periods
from data_contracts.vocabulary import PeriodKind
from pipelines.models.quarterly_figures import differences
from tests.builders import publishers as p
from tests.builders.data_folder import DataFolder
from tests.builders.publishers import at

CUMULATIVE = "nhs-health-checks"
QUARTERLY = "nhs-health-checks-quarterly"
SERIES = ["area_code", "sex", "period_end"]


def cycle(
    *shares: float | None, starts: int = 2021, first: int = 0, area: str = "E06000001", source: str = "a"
) -> pl.DataFrame:
    """Cumulative shares of one area, the first of them for the quarter `first` after the cycle's own first."""
    days = periods.last_days(PeriodKind.QUARTER, starts, starts + 9)[first : first + len(shares)]
    return pl.DataFrame(
        {
            "source_row": range(len(shares)),
            "indicator_id": CUMULATIVE,
            "area_code": area,
            "sex": "persons",
            "breakdown": "all",
            "period_start": dt.date(starts, 4, 1),
            "period_end": days,
            "value": shares,
            "lower_95": None,
            "upper_95": None,
            "count": None,
            "denominator": None,
            "value_symbol": ["[x]" if share is None else None for share in shares],
            "note": None,
            "source_id": source,
            "vintage": "2026",
        },
        schema_overrides={"value": pl.Float64, "value_symbol": pl.String, "note": pl.String},
    ).with_columns(
        period_label=periods.label(pl.col("period_start"), pl.col("period_end"), PeriodKind.CUMULATIVE_QUARTERS)
    )


def worked_out(*frames: pl.DataFrame) -> list[tuple[str, float | None]]:
    return differences(pl.concat(frames)).select("period_label", "value").rows()


# --- by hand -----------------------------------------------------------------------------------------------


def test_each_quarter_is_the_share_less_that_of_the_quarter_before() -> None:
    """England from April 2021, as published: 0.6%, 1.5%, 2.3%, 3.4%, 4.8%."""
    assert worked_out(cycle(0.6, 1.5, 2.3, 3.4, 4.8)) == [
        ("2021/22 Q1", 0.6),
        ("2021/22 Q2", 0.9),
        ("2021/22 Q3", 0.8),
        ("2021/22 Q4", 1.1),
        ("2022/23 Q1", 1.4),
    ]


def test_a_quarter_has_its_own_first_and_last_day_and_no_limits() -> None:
    row = differences(cycle(0.6, 1.5)).row(1, named=True)
    assert (row["period_start"], row["period_end"]) == (dt.date(2021, 7, 1), dt.date(2021, 9, 30))
    assert [row[name] for name in ("lower_95", "upper_95", "count", "denominator")] == [None] * 4
    assert row["note"] == "Worked out: 1.5% to 2021/22 Q2 less 0.6% to 2021/22 Q1."


def test_a_share_that_stands_still_is_zero_and_says_that_none_may_have_been_returned() -> None:
    row = differences(cycle(2.4, 2.4)).row(1, named=True)
    assert row["value"] == 0
    assert row["value_symbol"] is None
    assert row["note"].endswith("No checks in the quarter, or none returned.")


NO_FIGURE = {
    "a share that falls": (cycle(10.0, 9.9), "fell from 10.0% to 2021/22 Q1 to 9.9% to 2021/22 Q2"),
    "a share withheld": (cycle(10.0, None), "no cumulative share to this quarter"),
    "the quarter before withheld": (cycle(None, 9.9), "no cumulative share to the quarter before"),
    "an area that begins within the cycle": (cycle(2.0, first=8), "no cumulative share to the quarter before"),
    "a quarter missing between": (
        pl.concat([cycle(1.0), cycle(3.0, first=2)]),
        "no cumulative share to the quarter before",
    ),
    "another cycle before": (
        pl.concat([cycle(9.4, first=8, starts=2019), cycle(1.5, first=1)]),
        "no cumulative share to the quarter before",
    ),
    "another source before": (
        pl.concat([cycle(1.0), cycle(3.0, first=1, source="b")]),
        "no cumulative share to the quarter before",
    ),
    "another area before": (
        pl.concat([cycle(1.0), cycle(3.0, first=1, area="E06000002")]),
        "no cumulative share to the quarter before",
    ),
}


@pytest.mark.parametrize("what", NO_FIGURE)
def test_what_cannot_be_worked_out_is_withheld_with_the_reason_and_never_filled(what: str) -> None:
    held, reason = NO_FIGURE[what]
    row = differences(held).row(-1, named=True)
    assert row["value"] is None
    assert row["value_symbol"] == "[x]"
    assert reason in row["note"]


# --- as a property -----------------------------------------------------------------------------------------

#: Shares as they are published: tenths of a percent, never falling.
shares = st.lists(st.integers(0, 60), min_size=1, max_size=20).map(
    lambda steps: [sum(steps[: n + 1]) / 10 for n in range(len(steps))]
)


@settings(deadline=None)
@given(held=shares)
def test_the_quarters_add_up_to_the_cumulative_share(held: list[float]) -> None:
    quarters = differences(cycle(*held))
    assert quarters["value"].null_count() == 0
    assert quarters["value"].cum_sum().to_list() == pytest.approx(held, abs=1e-9)


@settings(deadline=None)
@given(held=st.lists(st.one_of(st.none(), st.integers(0, 1000).map(lambda n: n / 10)), min_size=1, max_size=20))
def test_no_quarter_is_below_zero_and_every_figure_left_out_has_a_reason(held: list[float | None]) -> None:
    quarters = differences(cycle(*held))
    assert quarters.height == len(held)
    assert (quarters["value"].drop_nulls() >= 0).all()
    left_out = quarters.filter(pl.col("value").is_null())
    assert (left_out["value_symbol"] == "[x]").all()
    assert left_out["note"].str.starts_with("Not worked out: ").all()


# --- in the release ----------------------------------------------------------------------------------------


def figures(folder: DataFolder, indicator_id: str) -> pl.DataFrame:
    return folder.mart("observations").filter(pl.col("indicator_id") == indicator_id)


def test_quarters_of_every_area_and_system_add_up_to_its_cumulative_share(first_release: DataFolder) -> None:
    """Of systems too: an estimate is a weighted mean of the same authorities with the same weights every quarter."""
    cumulative = figures(first_release, CUMULATIVE).sort("period_end")
    joined = cumulative.join(figures(first_release, QUARTERLY), on=SERIES, suffix="_quarter", maintain_order="left")
    assert joined.height == cumulative.height
    whole = joined.filter(pl.col("value_quarter").is_not_null().all().over("area_code"))
    added = whole.with_columns(added=pl.col("value_quarter").cum_sum().over("area_code"))
    assert whole["area_code"].n_unique() > 150
    assert whole.filter(pl.col("area_code").str.starts_with("E54"))["area_code"].n_unique() >= 20
    assert (added["added"] - added["value"]).abs().max() < 1e-6


def test_englands_latest_quarter_is_what_a_hand_would_work_out(first_release: DataFolder) -> None:
    """34.4% to 2025/26 Q3, 32.6% to 2025/26 Q2."""
    england = figures(first_release, QUARTERLY).filter(
        (pl.col("area_code") == "E92000001") & (pl.col("period_label") == "2025/26 Q3")
    )
    row = england.row(0, named=True)
    assert row["value"] == pytest.approx(1.8, abs=1e-9)
    assert row["period_start"] == dt.date(2025, 10, 1)
    assert (row["lower_95"], row["upper_95"]) == (None, None)


def test_an_authority_made_in_2023_has_no_first_quarter(first_release: DataFolder) -> None:
    rows = figures(first_release, QUARTERLY).filter(pl.col("area_code") == "E06000063").sort("period_end")
    assert rows["period_label"].to_list()[:2] == ["2023/24 Q1", "2023/24 Q2"]
    assert rows["value"].is_null().to_list() == [True] + [False] * 10


def test_a_share_that_falls_in_a_new_file_withholds_the_quarter_and_tells_the_system_why(folder: DataFolder) -> None:
    """Hartlepool's share to 2025/26 Q3 falls below that to Q2: the quarter goes, the cumulative share stays."""
    latest = at(area_code="E06000001", period="2021/22 Q1 - 2025/26 Q3")
    assert folder.refresh(p.nhs_health_checks().edit(latest, value="0.1")).recap
    quarter = figures(folder, QUARTERLY).filter(
        (pl.col("area_code") == "E06000001") & (pl.col("period_label") == "2025/26 Q3")
    )
    assert quarter["value"].to_list() == [None]
    assert "fell from" in quarter["note"][0]
    share = figures(folder, CUMULATIVE).filter(
        (pl.col("area_code") == "E06000001") & (pl.col("period_label") == "to 2025/26 Q3")
    )
    assert share["value"].to_list() == [0.1]
