"""The page on methods: every measure, rule and statistic, and an estimate that a reader can do again."""

import ast
import re
from collections.abc import Callable
from math import sqrt

import pytest

from dashboard.docstrings import chapters
from dashboard.views import worked
from data_contracts.registry.records import SET_ASIDE_MEANINGS, measurable, publish_rules
from data_contracts.vocabulary import SYMBOL_MEANINGS
from metrics import apportion
from metrics.normal import WIDTH_IN_STANDARD_ERRORS
from pipelines import restate
from pipelines.models import observations
from tests.builders.data_folder import ROOT, DataFolder
from tests.page.reading import Element, rows

Get = Callable[..., Element]

#: The functions the library promises.
STATISTICS = (
    *("crude_rate", "poisson_limits", "byars_limits", "proportion", "mean", "directly_standardised_rate"),
    *("indirectly_standardised_ratio", "indirectly_standardised_rate", "life_expectancy", "healthy_life_expectancy"),
    *("life_table", "slope_index", "quantile", "funnel_limits", "funnel_significance", "xmr", "summary"),
    *("recent_trend", "range_gap", "decile_gap", "named_gap", "between_area_variation", "direction", "pace"),
    *("detectable_change", "combine", "kaplan_meier", "median_survival", "compare", "difference_of_differences"),
)


@pytest.fixture
def main(page: Get) -> Element:
    return page("/methods").one("main")


def _at(main: Element, place: str) -> Element:
    (found,) = [e for e in main.all("section") + main.all("details") if e.attributes.get("id") == place]
    return found


def test_it_answers_first(main: Element) -> None:
    assert main.one("h1").text == "Methods"
    answer = main.one("p", "answer").text
    assert answer.startswith(f"{len(measurable())} measures on ")


@pytest.mark.parametrize("indicator_id", measurable())
def test_every_measure_is_explained(main: Element, indicator_id: str) -> None:
    indicator = measurable()[indicator_id]
    block = _at(main, indicator_id)
    assert block.one("h4").text == indicator.name
    said = block.text
    for words in (indicator.definition, indicator.method, indicator.small_number_rule, indicator.unit[1:]):
        assert words in said
    for part in indicator.breaks:
        assert part.reason in said
    assert ("share time" in said) == indicator.periods_overlap
    better = {"high_is_good": "Higher is better", "low_is_good": "Lower is better", "no_judgement": "Neither way"}
    assert better[indicator.polarity] in said
    assert ("are combined" in said) == indicator.combinable
    assert [a.attributes["href"] for a in block.all("a")] == [f"/data#{indicator.source}"]


def test_symbols_and_rules_of_setting_aside_are_explained(main: Element) -> None:
    pairs = {pair.one("dt").text: pair.one("dd").text.lower() for dl in main.all("dl") for pair in dl.all("div")}
    for name, meaning in {**SYMBOL_MEANINGS, **SET_ASIDE_MEANINGS}.items():
        assert pairs[name] == meaning.lower()


def test_numbers_in_the_rules_are_the_pipelines_own(main: Element) -> None:
    def says(rule: str, *numbers: str) -> None:
        text = _at(main, rule).text
        assert all(number in text for number in numbers), text

    says("rule-coverage", f"{observations.COVERAGE:.0%}")
    says("rule-low-reliability", f"{observations.SHARED:.0%}")
    says("rule-restatement", f"{restate.WHOLE:.0%}")
    says("rule-rows", f"{publish_rules().fault_share:.0%}")
    says("rule-stops", f"{publish_rules().moved_share:.0%}")
    assert worked.Z_OF_ESTIMATES == apportion.Z_OF_ESTIMATES
    assert str(WIDTH_IN_STANDARD_ERRORS) in _at(main, "rule-estimates").text


def test_the_worked_example_gives_the_figure_the_release_holds(main: Element, first_release: DataFolder) -> None:
    """Reckoned anew here, from the tables as a reader would take them away."""
    figures = first_release.mart("observations").filter(
        indicator_id="healthy-life-expectancy", sex="male", breakdown="all", period_label="2022 to 2024"
    )
    name = re.search(r"healthy life expectancy in (.*?), 2022 to 2024", main.text)
    assert name
    areas = first_release.mart("areas").iter_rows(named=True)
    (system,) = [a for a in areas if (a["area_name"], a["area_type"], a["valid_to"]) == (name.group(1), "icb", None)]
    (held,) = figures.filter(area_code=system["area_code"]).iter_rows(named=True)
    overlaps = first_release.mart("authority_overlaps").filter(system_code=system["area_code"])
    parts = list(
        overlaps.join(figures, left_on="authority_code", right_on="area_code").drop_nulls("value").iter_rows(named=True)
    )
    assert 2 <= len(parts) <= 3
    people = sum(part["residents"] for part in parts)
    value = sum(part["residents"] * part["value"] for part in parts) / people
    errors = [part["residents"] * (part["upper_95"] - part["lower_95"]) / 3.92 for part in parts]
    error = sqrt(sum(error**2 for error in errors)) / people
    assert (value, value - 1.959964 * error, value + 1.959964 * error) == pytest.approx(
        (held["value"], held["lower_95"], held["upper_95"]), rel=1e-12
    )
    said = main.one("p", "worked-held").text
    assert f"{value:.6f} ({value - 1.959964 * error:.6f} to {value + 1.959964 * error:.6f})" in said
    assert held["value_symbol"] in said
    steps = main.one("ol", "steps").text
    assert f"{people:,}" in steps
    assert f"{value:.6f} years" in steps
    (table,) = [t for t in main.all("table") if "residents they stand for" in t.one("caption").text]
    assert {row[0] for row in rows(table)[1:]} == {
        f"{area} ({code})"
        for code, area in first_release.mart("areas").select("area_code", "area_name").iter_rows()
        if code in {part["authority_code"] for part in parts}
    }


@pytest.mark.parametrize("name", STATISTICS)
def test_every_statistic_says_what_it_does_and_shows_an_example(main: Element, name: str) -> None:
    (block,) = [e for e in main.all("details") if (e.attributes.get("id") or "").endswith(f"-{name}")]
    assert block.one("summary").text.startswith(name)
    assert any(">>>" in pre.text for pre in block.all("pre"))


def test_docstrings_are_shown_whole() -> None:
    """Every word of a docstring is in its parts, in order."""
    for chapter in chapters():
        module = ast.parse((ROOT / "metrics" / f"{chapter.name}.py").read_text("utf-8"))
        written = {n.name: ast.get_docstring(n) or "" for n in module.body if isinstance(n, ast.FunctionDef)}
        for statistic in chapter.statistics:
            told = statistic.summary + "".join(
                f"{part.label}{part.text}{''.join(part.items)}" for part in statistic.parts
            )
            assert _letters(told) == _letters(written[statistic.name]), statistic.name


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_links_within_the_page_lead_somewhere_and_no_id_is_used_twice(main: Element) -> None:
    ids = [e.attributes["id"] for e in main.every() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    within = {(a.attributes["href"] or "")[1:] for a in main.all("a") if (a.attributes["href"] or "").startswith("#")}
    assert within <= set(ids)
