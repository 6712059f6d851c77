"""What is told of commitments that counts of posts speak of, and of how many systems."""

from typing import Any

import polars as pl
import pytest

from pipelines.statuses.told import told
from tests.builders.statuses import columns_of

ENGLAND, ONE, TWO, ENDED = "E92000001", "E54000050", "E54000051", "E54000052"
AREAS = pl.DataFrame(
    {"area_code": [ONE, TWO, ENDED], "area_type": "icb", "valid_to": [None, None, "2026-03-31"]}
).with_columns(pl.col("valid_to").str.to_date())


def workforce(*rows: dict[str, Any]) -> pl.DataFrame:
    common = {"quarter": "2026-27-Q2", "role_family": "all", "posts": 10, "value_kind": "published"}
    columns = columns_of("workforce")
    return pl.DataFrame([common | row for row in rows], schema=columns)


def england(**said: Any) -> dict[str, Any]:
    return {"area_code": ENGLAND, "wte": 20.0, "systems": 2, "systems_returned": 2, **said}


def covered(**systems: int) -> pl.DataFrame:
    rows = [
        {
            "area_code": ENGLAND,
            "quarter": "2026-27-Q2",
            "role_family": "all",
            "measure": measure,
            "systems": number,
            "posts": 10,
        }
        for measure, number in systems.items()
    ]
    return pl.DataFrame(rows, schema=columns_of("workforce_coverage"))


def said(table: pl.DataFrame, coverage: pl.DataFrame, commitment_id: str = "funding-tenure") -> dict[str, str]:
    rows = pl.concat(told(columns_of("evidence").to_frame(), table, coverage, AREAS))
    of = rows.filter(pl.col("commitment_id") == commitment_id)
    return dict(of.select("area_code", "explanation").iter_rows())


SILENT = "Judged from returns of posts and funding; this system has sent in nothing on it."


def test_no_return_is_told_once_for_england() -> None:
    nothing = said(workforce(), covered())
    assert nothing == {ENGLAND: "Judged from returns of posts and funding; none has been sent in."}


@pytest.mark.parametrize(
    ("coverage", "expected"),
    [
        ((2, 2), "systems: 75% of the funded WTE recurs; funding of 5.0 WTE ends within 12 months."),
        (
            (1, 1),
            "systems, 1 of which may be shown: 75% of the funded WTE recurs; funding of 5.0 WTE ends within 12 months.",
        ),
        (
            (2, 1),
            "systems: 75% of the funded WTE recurs (in the 2 that may be shown); funding of 5.0 WTE ends within 12 "
            "months (in the 1 that may be shown).",
        ),
    ],
)
def test_england_says_of_how_many_systems_a_figure_may_be_shown(coverage: tuple[int, int], expected: str) -> None:
    table = workforce(england(recurrent_share=0.75, wte_ending_12_months=5.0))
    over = covered(recurrent_share=coverage[0], wte_ending_12_months=coverage[1])
    assert said(table, over)[ENGLAND] == f"Returns for 2026-27-Q2 of 2 of 2 {expected}"


def test_a_system_is_told_by_its_latest_return_that_may_be_shown_and_the_silent_as_silent() -> None:
    earlier = {"area_code": ONE, "quarter": "2026-27-Q1", "wte": 9.0, "recurrent_share": 0.5}
    latest = {"area_code": ONE, "quarter": "2026-27-Q2", "wte": None, "value_symbol": "[c]"}
    found = said(workforce(earlier, latest, england(wte=None)), covered())
    assert found[ONE] == "Return for 2026-27-Q1, as at 30 June 2026: 50% of the funded WTE recurs."
    assert found[TWO] == SILENT
    assert ENDED not in found
    assert found[ENGLAND].endswith(": too few posts to show more than their number.")


def test_examples_and_quarters_without_a_figure_say_nothing() -> None:
    made_up = {"area_code": "X54000001", "wte": 9.0, "value_kind": "illustrative", "recurrent_share": 0.5}
    lost = {"area_code": ONE, "posts": None, "value_kind": "restated", "value_symbol": "[x]", "note": "split"}
    assert set(said(workforce(made_up, lost), covered())) == {ENGLAND}


def test_vacancies_are_told_of_the_commitment_on_posts_filled() -> None:
    row = {"area_code": ONE, "wte": 9.0, "vacancy_rate": 0.25}
    found = said(workforce(row, england(vacancy_rate=0.25)), covered(vacancy_rate=2), "ph-vacancies")
    assert found[ONE].endswith(": 25% of the funded WTE is vacant.")
    assert found[ENGLAND] == "Returns for 2026-27-Q2 of 2 of 2 systems: 25% of the funded WTE is vacant."
