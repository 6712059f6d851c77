"""Funnel limits and significance."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.funnels import funnel_limits, funnel_significance
from metrics.inputs import MetricInputError
from metrics.proportions import proportion
from metrics.rates import poisson_limits

LIMITS = ["lower_95", "upper_95", "lower_99_8", "upper_99_8"]
KINDS = ["proportion", "ratio", "crude_rate", "directly_standardised_rate"]
Z = {"95": 1.959963984540054, "99_8": 3.090232306167813}


def areas(x: object, n: object, **columns: object) -> pl.DataFrame:
    return pl.DataFrame({**columns, "x": x, "n": n}, strict=False)


def limits(data: pl.DataFrame, kind: str, **arguments: object) -> pl.DataFrame:
    return funnel_limits(data, kind=kind, count="x", denominator="n", **arguments)  # type: ignore[arg-type]


def significance(data: pl.DataFrame, kind: str, **arguments: object) -> list[str | None]:
    result = funnel_significance(data, kind=kind, count="x", denominator="n", **arguments)  # type: ignore[arg-type]
    return result["significance"].to_list()


def test_a_proportion_on_the_funnel_has_wilsons_limit_at_the_target() -> None:
    """The definition, checked with Wilson's limits themselves: 235 of 1,000 in all is the target."""
    funnel = limits(areas([115, 120], [500, 500]), "proportion", multiplier=1)
    assert funnel["target"].to_list() == [0.235, 0.235]
    for name, other in zip(LIMITS, ["upper_95", "lower_95", "upper_99_8", "lower_99_8"], strict=True):
        on_it = pl.DataFrame({"x": [funnel[name][0] * 500], "n": [500]})
        assert proportion(on_it, count="x", denominator="n")[other][0] == pytest.approx(0.235, rel=1e-9)


def test_a_funnel_of_proportions_is_cut_at_none_and_all() -> None:
    funnel = limits(areas([0, 9, 991], [1, 9, 999]), "proportion", target=0.9)
    assert funnel["lower_99_8"][0] == 0
    assert funnel["upper_95"].to_list()[:2] == [100, 100]


@pytest.mark.parametrize("kind", ["ratio", "crude_rate", "directly_standardised_rate"])
@pytest.mark.parametrize("expected", [0.01, 0.9, 3.7, 25, 480.5, 1e6])
def test_a_count_on_the_funnel_has_its_poisson_limit_at_what_is_expected(kind: str, expected: float) -> None:
    """The definition, checked with the exact limits themselves."""
    funnel = limits(areas([1], [expected / 0.25]), kind, target=0.25, multiplier=1).row(0, named=True)
    for confidence, name in ((0.95, "95"), (0.998, "99_8")):
        high = funnel[f"upper_{name}"] * expected / 0.25
        assert poisson_limits(high, confidence)[0] == pytest.approx(expected, rel=1e-9)
        low = funnel[f"lower_{name}"] * expected / 0.25
        if low > 0:
            assert poisson_limits(low, confidence)[1] == pytest.approx(expected, rel=1e-9)
        else:
            assert poisson_limits(0, confidence)[1] >= expected


def test_the_target_is_the_whole_except_for_ratios_where_it_is_as_many_as_expected() -> None:
    data = areas([30, 90], [40, 60])
    assert limits(data, "ratio")["target"].to_list() == [100, 100]
    assert limits(data, "crude_rate", multiplier=10)["target"].to_list() == [12, 12]
    assert limits(data, "crude_rate", target=0.5)["target"].to_list() == [50_000] * 2
    assert limits(areas([3, 9], [4, 10]), "proportion")["target"].to_list() == [pytest.approx(1200 / 14)] * 2


def test_groups_are_funnels_of_their_own() -> None:
    data = areas([10, 20, 30, 40], [100, 100, 1000, 1000], sex=["f", "f", "m", "m"])
    both = limits(data, "proportion", by=["sex"])
    assert both["target"].to_list() == pytest.approx([15, 15, 3.5, 3.5])
    for sex in ("f", "m"):
        part = data.filter(pl.col("sex") == sex)
        assert limits(part, "proportion").equals(both.filter(pl.col("sex") == sex))


def test_significance_is_by_the_areas_own_limits() -> None:
    """Ratios against 1: 16 deaths have 95% limits from 9.1, 25 from 16.2 and 99.8% limits from 12.3."""
    assert significance(areas([10, 16, 25, 45, 3, 0], [10, 10, 16, 16, 10, 10]), "ratio") == [
        "not_significant", "not_significant", "high_2", "high_3", "low_2", "low_3",
    ]  # fmt: skip
    data = areas([41, 220, 18, 95, 130, 9, 310, 61], [160, 940, 130, 300, 700, 22, 1100, 410])
    t = 884 / 3762
    expected = []
    for x, n in data.rows():
        z = (x / n - t) / (t * (1 - t) / n) ** 0.5
        sigmas = 3 if abs(z) > Z["99_8"] else 2
        expected.append("not_significant" if abs(z) < Z["95"] else f"{'high' if z > 0 else 'low'}_{sigmas}")
    assert significance(data, "proportion") == expected
    assert set(expected) == {"not_significant", "low_2", "low_3", "high_3"}


def test_few_events_of_a_standardised_rate_have_no_significance() -> None:
    result = funnel_significance(
        areas([9, 10, 0, None], [100, 1000, 50, 10]), kind="directly_standardised_rate", count="x", denominator="n"
    )
    assert result["significance"].is_null().to_list() == [True, False, True, True]
    assert result["reason"].to_list() == ["fewer than 10 events", None, "fewer than 10 events", "no count"]
    assert significance(areas([9, 1], [100, 1000]), "crude_rate")[0] is not None


def test_missing_figures_are_left_out_of_the_target_and_are_gaps() -> None:
    data = areas([10, None, 30, float("nan")], [100, 100, None, 100])
    result = funnel_significance(data, kind="proportion", count="x", denominator="n")
    assert result["reason"].to_list() == [None, "no count", "no denominator", "no count"]
    assert result["significance"].to_list() == ["not_significant", None, None, None]
    funnel = limits(data, "proportion")
    assert funnel["target"].to_list() == [10] * 4
    assert funnel["lower_95"].is_null().to_list() == [False, False, True, False]
    assert funnel["reason"].to_list() == [None, None, "no denominator", None]
    nothing = limits(areas([None, None], [10, 20]), "crude_rate")
    assert nothing["reason"].to_list() == ["no target: no row has both figures"] * 2
    assert nothing["upper_95"].to_list() == [None, None]
    assert significance(areas([None, None], [10, 20]), "crude_rate") == [None, None]


@pytest.mark.parametrize("kind", KINDS)
def test_no_events_anywhere_are_a_target_of_zero(kind: str) -> None:
    data = areas([0, 0], [10, 20])
    funnel = limits(data, kind, target=0.0)
    assert funnel.select(LIMITS).rows() == [(0, 0, 0, 0)] * 2
    if kind != "directly_standardised_rate":
        assert significance(data, kind, target=0) == ["not_significant"] * 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", [[], ["area"]])
def test_an_empty_frame_gives_an_empty_frame_with_every_column(kind: str, by: list[str]) -> None:
    data = pl.DataFrame(schema={"area": pl.String, "x": pl.Int64, "n": pl.Float64})
    funnel = limits(data, kind, by=by)
    assert funnel.columns == ["area", "x", "n", *LIMITS, "target", "reason"]
    assert funnel.height == 0
    result = funnel_significance(data, kind=kind, count="x", denominator="n", by=by)  # type: ignore[arg-type]
    assert result.schema["significance"] == pl.String
    assert result.height == 0


def test_one_area_alone_is_its_own_target() -> None:
    assert significance(areas([5], [100]), "proportion") == ["not_significant"]
    assert limits(areas([5], [100]), "proportion")["target"].to_list() == [5]


@pytest.mark.parametrize(
    ("kind", "x", "n", "target", "multiplier", "match"),
    [
        ("rates", 1, 10, None, None, "kind: 'rates' given; expected one of proportion, ratio"),
        ("proportion", 11, 10, None, None, "expected a part of the denominator"),
        ("ratio", -1, 10, None, None, "expected finite and zero or more"),
        ("ratio", 1, 0, None, None, "expected finite and above zero"),
        ("proportion", 1, 10, 23.5, None, "from 0 to 1, before the multiplier"),
        ("ratio", 1, 10, -1, None, "before the multiplier"),
        ("ratio", 1, 10, float("nan"), None, "before the multiplier"),
        ("ratio", 1, 10, "1", None, "before the multiplier"),
        ("ratio", 1, 10, None, 0, "multiplier"),
    ],
)
def test_what_no_funnel_can_be_drawn_of_is_refused(
    kind: str, x: float, n: float, target: object, multiplier: object, match: str
) -> None:
    for function in (funnel_limits, funnel_significance):
        with pytest.raises(MetricInputError, match=match):
            function(
                areas([x], [n]), kind=kind, count="x", denominator="n", target=target, multiplier=multiplier  # type: ignore[arg-type]
            )  # fmt: skip


def test_every_area_at_fault_is_named() -> None:
    data = areas([-1, 5, 20], [10, 0, 10], area=["a", "b", "c"])
    with pytest.raises(MetricInputError) as caught:
        limits(data, "proportion", by=["area"])
    assert [problem.rsplit(": ", 1)[1] for problem in caught.value.problems] == ["area=a", "area=b", "area=b; area=c"]


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 5000)), min_size=1, max_size=20), st.sampled_from(KINDS))
def test_order_width_scale_and_agreement_with_the_lines(rows: list[tuple[int, int]], kind: str) -> None:
    data = areas([min(x, n) for x, n in rows], [n for _, n in rows])
    funnel = limits(data, kind, multiplier=1)
    assert limits(data.reverse(), kind, multiplier=1).reverse().equals(funnel)
    tens = limits(data, kind, multiplier=10)
    for name in LIMITS:
        assert tens[name].to_list() == pytest.approx((funnel[name] * 10).to_list(), rel=1e-12)
    for row in funnel.iter_rows(named=True):
        assert 0 <= row["lower_99_8"] <= row["lower_95"] <= row["target"]
        assert row["target"] <= row["upper_95"] <= row["upper_99_8"]
    if kind == "proportion":
        p = (data["x"] / data["n"]).to_numpy()
        outside = (p > funnel["upper_95"].to_numpy() + 1e-12) | (p < funnel["lower_95"].to_numpy() - 1e-12)
        flagged = np.array([said != "not_significant" for said in significance(data, kind)])
        assert (flagged >= outside).all()


def test_the_chance_beyond_a_funnel_of_counts_is_what_it_says() -> None:
    """At the upper line O the chance of O or more under the target is 0.025; SciPy's Poisson tells for whole counts."""
    found = limits(areas([1], [20.0]), "ratio", multiplier=1)["upper_95"][0] * 20
    below, above = stats.poisson.sf(np.ceil(found) - 1, 20), stats.poisson.sf(np.floor(found) - 1, 20)
    assert below <= 0.025 <= above


@pytest.mark.originals
def test_worked_examples(worked_example: Callable[[str], pl.DataFrame]) -> None:
    inputs = worked_example("funnels/funnel_inputs.csv")
    names = {"count": "numerator", "denominator": "denominator"}
    expected = worked_example("funnels/funnel_significance_expected.csv")
    words = {
        "High (0.001)": "high_3",
        "High (0.025)": "high_2",
        "Not significant": "not_significant",
        "Low (0.025)": "low_2",
        "Low (0.001)": "low_3",
    }
    for kind, case in (("proportion", "W01_proportion"), ("ratio", "W02_ratio"), ("crude_rate", "W03_crude_rate")):
        found = funnel_significance(inputs.filter(pl.col("case_id") == case), kind=kind, **names)  # type: ignore[arg-type]
        wanted = expected.filter(pl.col("case_id") == case)["significance"].replace_strict(words)
        assert found["significance"].to_list() == wanted.to_list()

    whole = inputs.filter(pl.col("case_id") == "W01_proportion").select(pl.col("numerator", "denominator").sum())
    drawn = worked_example("funnels/funnel_proportion_limits_expected.csv").with_columns(numerator=0)
    funnel = funnel_limits(
        drawn, kind="proportion", count="numerator", denominator="Population", target=whole.row(0)[0] / whole.row(0)[1]
    )
    theirs = ["lower_2s_limit", "upper_2s_limit", "lower_3s_limit", "upper_3s_limit"]
    for ours, name in zip([*LIMITS, "target"], [*theirs, "baseline"], strict=True):
        assert funnel[ours].to_list() == pytest.approx(drawn[name].to_list(), rel=1e-9)

    ratios = worked_example("funnels/funnel_ratio_limits_expected.csv")
    for ours, name in zip(LIMITS, theirs, strict=True):
        at = name.replace("_limit", "_exp_events_exact")
        found = funnel_limits(ratios, kind="ratio", count="Observed_events", denominator=at)
        exact = ratios["Observed_events"] / ratios[at] * 100
        assert found[ours].to_list() == pytest.approx(exact.to_list(), rel=1e-9)
        assert found[ours].to_list() == pytest.approx(ratios[name].to_list(), rel=5e-5)


def test_limits_need_no_counts_where_the_target_is_not_worked_out_from_them() -> None:
    areas = pl.DataFrame({"x": [4, 9], "n": [10.0, 20.0]})
    for kind, target in (("ratio", None), ("proportion", 0.2), ("crude_rate", 0.5)):
        with_counts = funnel_limits(areas, kind=kind, count="x", denominator="n", target=target)  # type: ignore[arg-type]
        without = funnel_limits(areas, kind=kind, count=None, denominator="n", target=target)  # type: ignore[arg-type]
        assert without.equals(with_counts)
    with pytest.raises(MetricInputError, match="count: None given"):
        funnel_limits(areas, kind="proportion", count=None, denominator="n")
