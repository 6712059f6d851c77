"""What the page of a commitment says. Figures are read from the publishers' files, or worked out from them, by hand."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard import queries, served
from dashboard.queries import Evidence, Observation, Status
from dashboard.reader import Release, Releases
from dashboard.router import pattern, route
from dashboard.views.answered import answers_view
from dashboard.views.commitment import commitment_view
from dashboard.views.figures import Measure
from dashboard.views.footprint import Footprint, todays
from dashboard.views.ranked import RankedSystems, ranked_systems
from dashboard.views.rivals import both_halves
from data_contracts.registry.records import commitments
from data_contracts.vocabulary import KeptBy, Standing
from tests.builders.data_folder import DataFolder
from tests.builders.log import NO_LOG
from tests.page.reading import Element, read, rows

Get = Callable[..., Element]

EVERY = sorted(commitments())
MEASURED = [cid for cid in EVERY if commitments()[cid].kept_by == KeptBy.MEASURES]
UNPROMISED = [cid for cid in EVERY if commitments()[cid].standing in (Standing.RECOMMENDED, Standing.MONITORED)]


def _main(page: Get, commitment_id: str, query: str = "") -> Element:
    return page(f"/commitment/{commitment_id}{query}").one("main")


def _facts(element: Element) -> dict[str, str]:
    facts = element.all("dl", "facts")[0]
    return dict(zip([t.text for t in facts.all("dt")], [d.text for d in facts.all("dd")], strict=True))


@pytest.fixture
def release(first_release: DataFolder) -> Iterator[Release]:
    with Releases(first_release.path).pinned() as pinned:
        yield pinned


def test_the_register_has_35_entries() -> None:
    assert len(EVERY) == 35


@pytest.mark.parametrize("commitment_id", EVERY)
def test_each_answers_and_says_what_was_said(page: Get, commitment_id: str) -> None:
    """The title, an answer of one sentence, the standing, the source with its place, who can move it, the deadline."""
    entry, main = commitments()[commitment_id], _main(page, commitment_id)
    assert main.one("h1").text == entry.title
    answer = main.one("p", "answer").text
    assert len(answer.split()) <= 30, answer
    assert answer.endswith(".")
    assert ". " not in answer
    assert main.one("span", "kind").text.lower() == entry.standing
    assert main.one("p", "statement").text == re.sub(r"\s+", " ", entry.statement)
    source = next(link for link in main.all("a") if link.attributes["href"] == entry.source_url)
    assert source.text == entry.source_place
    facts = _facts(main)
    assert facts["Said by"].startswith(entry.said_by)
    assert facts["Who can move it"].endswith("can move it.") or "together with others" in facts["Who can move it"]
    assert facts["Deadline"] == "No date" if entry.deadline == "none" else facts["Deadline"]
    assert ("Not confirmed: " in facts.get("Unsure", "")) == bool(entry.unsure)


@pytest.mark.parametrize("commitment_id", UNPROMISED)
def test_nothing_recommended_or_watched_is_worded_as_a_promise(page: Get, commitment_id: str) -> None:
    main = _main(page, commitment_id)
    standing = main.one("p", "standing-words").text
    assert "nobody has promised" in standing
    text = main.text.lower().replace("nobody has promised", "").replace("nothing was promised", "")
    assert "promise" not in text
    assert "pledge" not in text


@pytest.mark.parametrize("commitment_id", [cid for cid in EVERY if cid not in MEASURED])
def test_without_a_measure_it_says_what_would_fill_it_and_never_a_no(page: Get, commitment_id: str) -> None:
    main = _main(page, commitment_id)
    assert main.one("p", "answer").text.startswith("We cannot say")
    assert "An empty page is not a no." in main.text
    assert [h.text for h in main.all("h2")] == ["What would fill this page"]
    assert main.all("figure") == []


def test_what_would_fill_it_is_by_how_it_is_kept(page: Get) -> None:
    assert "a file of evidence in the inbox" in _main(page, "shared-definition").text
    assert "quarterly returns of posts and funding" in _main(page, "funding-tenure").text
    assert "when the publisher's file is put in the inbox" in _main(page, "ld-health-checks").text
    assert "when such figures are published" in _main(page, "icb-running-costs").text
    assert (
        "The boundaries held here: 42 systems, to March 2026 and 36 systems since April 2026."
        in _main(page, "stable-structures").text
    )


def test_answers_sent_in_are_counted_linked_and_silence_is_no_answer(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = dt.date(2026, 10, 1)
    sent = [
        Evidence("E54000050", day, "yes", dt.date(2026, 9, 12), "https://example.nhs.uk/strategy.pdf"),
        Evidence("E54000029", day, "partly", None, None),
        Evidence("E54000008", day, "no", None, None),
    ]
    monkeypatch.setattr(queries, "evidence_of_commitment", lambda *_: sent)
    commitment = queries.reference(release).commitments["role-agreements"]
    found = answers_view(release, commitment, todays(release))
    assert found is not None
    assert found.sentence == "Of 36 systems 1 answered yes, 1 partly and 1 no; nobody has answered for 33."
    assert found.silent == "Nobody has answered for 33 of 36 systems. Silence is no answer, and never a no."
    assert [(row.shown.words, row.as_at, row.address) for row in found.rows if row.address] == [
        ("Yes", "1 October 2026", "https://example.nhs.uk/strategy.pdf")
    ]
    main = read(served.html(route(release, "/commitment/role-agreements", {}, NO_LOG).tree)).one("main")
    assert main.one("p", "answer").text == found.sentence
    assert [h.text for h in main.all("h2")] == ["Answers so far"]
    assert len(rows(main.one("table", "stacked"))) == 1 + 3


# Smokefree: Fingertips 92443, 14.4% in 2018 and 10.4% in 2024; 5/10.4 over six years, 10.4/14.4 over six.


def test_smokefree(page: Get) -> None:
    assert pytest.approx(0.115, abs=5e-4) == 1 - (5 / 10.4) ** (1 / 6)
    assert pytest.approx(0.053, abs=5e-4) == 1 - (10.4 / 14.4) ** (1 / 6)
    main = _main(page, "smokefree-2030")
    assert main.one("p", "answer").text == (
        "Faster progress is needed: adult smoking was 10.4% in 2024, and 5% by 2030 needs a relative fall of 11.5% a "
        "year, against 5.3% since 2018."
    )
    assert (
        "Needs a relative fall of 11.5% a year from now; has been a relative fall of 5.3% a year since the baseline."
        in main.text
    )
    chips = [chip.text for chip in main.one("div", "path-status").all("span", "chip")]
    assert chips == ["No interval, so no test", "Pace: acceleration needed"]
    assert "By the values alone, of 34 systems none went up since 2018 and 34 went down. None is tested" in main.text
    assert "no place in it is sure" in main.text
    assert "95% interval" not in [head.text for head in main.one("table", "ranked").all("th")]


def test_a_promise_that_may_no_longer_stand_says_so(page: Get) -> None:
    """Fingertips 93671: 54.6% in 2018, 56.8% in 2022. (75 - 56.8) over six years; (56.8 - 54.6) over four."""
    main = _main(page, "early-cancer-2028")
    assert main.one("p", "answer").text == (
        "Progress is too slow: early cancer diagnosis was 56.8% in 2022, and 75% by 2028 needs 3.0 percentage points "
        "more a year, against 0.5 since 2018; unclear whether it stands."
    )
    assert _facts(main)["In force"] == "Unclear: no source says whether it still stands."
    assert "Due since about October 2026, and not held yet." in main.text
    assert "Not in the order: 19 systems without a figure that can be compared" in main.text


def test_preventable_deaths(page: Get) -> None:
    main = _main(page, "preventable-cvd")
    assert main.one("p", "answer").text == (
        "Preventable heart and circulatory deaths got worse from 28.2 to 30.2 per 100,000 between 2017 to 2019 and "
        "2022 to 2024; 16 of 34 systems got worse."
    )
    assert (
        "Of 34 systems: none improving, 16 getting worse and 18 with little or no detectable change. If nothing had "
        "changed anywhere, chance alone would call about 2 improving and 2 getting worse."
    ) in main.text


# The gap between regions. ONS, 19 February 2026: men, London 63.9 and North East 56.9 in 2021 to 2023, South East 63.0
# and North East 57.0 in 2022 to 2024; women, South East 64.4 and North East 57.5, then 64.3 and 56.9.


def test_the_promise_on_regions_says_both_halves_and_who_moved(page: Get) -> None:
    main = _main(page, "hle-region-gap")
    assert main.one("p", "answer").text == (
        "We cannot tell yet: the gap between regions is 6.0 years for men and 7.4 for women, in a period that overlaps "
        "the baseline; earliest about February 2028."
    )
    assert (
        "Men: between 2021 to 2023 and 2022 to 2024 the gap fell from 7.0 to 6.0 years, mostly because the top fell. "
        "The top fell by 0.9 (London 63.9, then South East 63.0) and the bottom rose by 0.1 (North East 56.9, then "
        "North East 57.0). Whether the lowest region, North East, has risen cannot be told yet, so the gap is not "
        "called improving whatever it does."
    ) in main.text
    assert (
        "Women: between 2021 to 2023 and 2022 to 2024 the gap rose from 6.9 to 7.4 years, because the bottom fell "
        "further than the top."
    ) in main.text
    facts = _facts(main)
    assert facts["Unsure"] == "Not confirmed: no official metric and no end date have been published."
    assert "Narrow the gap in healthy life expectancy between local areas" in facts["In force"]
    assert "the target, 3.45 years, has no date, so no pace is required" in main.text.lower()
    regions = [table for table in main.all("table", "stacked") if rows(table)[0][0] == "Region"]
    assert [len(rows(table)) for table in regions] == [1 + 9, 1 + 9]
    assert rows(regions[0])[1][:4] == ["South East highest now", "63.5", "63.0", "62.4 to 63.6"]


def test_rival_definitions_stand_side_by_side(page: Get) -> None:
    main = _main(page, "hle-region-gap")
    assert (
        "These 5 definitions answer the same question differently: the latest gap is 5.9 to 12.8 years for men and 7.4 "
        "to 13.9 years for women, by the definition one takes. Nobody has said which is official."
    ) in main.text
    men, women = [table for table in main.all("table", "stacked") if rows(table)[0][0] == "Definition"]
    assert [row[0].split(" ")[0] for row in rows(men)[1:]] == ["Gap", "Gap", "Gap", "Gap", "Slope"]
    assert rows(men)[1][1:3] == ["7.0", "6.0"]
    assert rows(men)[1][4:6] == ["Cannot tell yet Fell by 1.0", "Top fell by 0.9, bottom rose by 0.1"]
    # The South East and the North East were the ends of women's gap in both periods.
    assert rows(women)[1][1:3] == rows(women)[2][1:3] == ["6.9", "7.4"]
    assert len(men.all("img")) == 5
    assert all(image.attributes["alt"] for image in men.all("img"))


def test_rivals_of_a_gap_that_can_be_tested_are_tested_by_the_rule_of_a_status(page: Get) -> None:
    """The commitment's own definitions must say here what their statuses say."""
    main = _main(page, "hle-authority-gap")
    men, _ = [table for table in main.all("table", "stacked") if rows(table)[0][0] == "Definition"]
    said = {row[0].split(" judged")[0]: row[4] for row in rows(men)[1:]}
    assert said["Gap between tenths of authorities"] == "Getting worse Rose by 2.2, p = 0.005"
    assert said["Gap between tenths, chance allowed for"].startswith("Getting worse Rose by 1.2, p = 0.023")
    assert rows(men)[3][4].startswith("Little or no detectable change")


def _status(release: Release, *, area: str, indicator: str, sex: str = "male") -> Status:
    found = queries.statuses_of_commitment(release, "hle-region-gap")
    return next(s for s in found if (s.area_code, s.indicator_id, s.sex) == (area, indicator, sex))


@pytest.mark.parametrize(
    ("top", "bottom", "said"),
    [
        (-1.0, 0.0, "fell from 6.0 to 5.0 years, because the top fell."),
        (0.0, 1.0, "fell from 6.0 to 5.0 years, because the bottom rose."),
        (-0.3, 0.7, "fell from 6.0 to 5.0 years, mostly because the bottom rose."),
        (-2.0, -1.0, "fell from 6.0 to 5.0 years, because the top fell further than the bottom."),
        (1.0, 2.0, "fell from 6.0 to 5.0 years, because the bottom rose further than the top."),
        (-1.0, -2.0, "rose from 6.0 to 7.0 years, because the bottom fell further than the top."),
        (1.0, 0.0, "rose from 6.0 to 7.0 years, because the top rose."),
        (0.5, 0.5, "stayed at 6.0 years."),
    ],
)
def test_who_moved_a_gap(release: Release, top: float, bottom: float, said: str) -> None:
    known = queries.reference(release)
    then = next(
        g
        for g in queries.gap_periods(release)
        if (g.gap_id, g.sex, g.period_label) == ("region-range", "male", "2021 to 2023")
    )
    before = replace(then, highest_value=64.0, lowest_value=58.0, observed_gap=6.0)
    after = replace(
        before,
        period_label="2022 to 2024",
        highest_value=64.0 + top,
        lowest_value=58.0 + bottom,
        observed_gap=6.0 + top - bottom,
    )
    lowest = _status(release, area="E12000001", indicator="healthy-life-expectancy")
    measure = Measure(known.indicators["healthy-life-expectancy"], "male")
    assert said in both_halves(known, measure, [lowest], [before, after])


def test_a_superseded_promise_leads_on(page: Get) -> None:
    main = _main(page, "hle-levelling-up")
    assert main.one("p", "answer").text.endswith("no longer in force.")
    assert _facts(main)["In force"].startswith("No longer: another took its place. See:")
    assert "/commitment/hle-region-gap" in [link.attributes["href"] for link in main.all("a")]


# Systems


def test_every_system_is_in_the_order_or_left_out_with_its_reason(page: Get, systems: dict[str, str]) -> None:
    section = _main(page, "preventable-cvd").one("section", "ranked-systems")
    links = {
        (link.attributes["href"] or "").removeprefix("/system/").removesuffix("#preventable-cvd"): link.text
        for link in section.one("table", "ranked").all("a")
    }
    assert len(links) == 34
    assert links.items() <= systems.items()
    left = section.one("div", "not-in-order").text
    assert "Humber and North Yorkshire, Thames Valley: Authorities shared with other systems" in left
    values = [float(row[1]) for row in rows(section.one("table", "ranked"))[1:]]
    assert values == sorted(values, reverse=True)


def test_a_row_says_its_interval_its_places_and_its_change_beside_englands(page: Get) -> None:
    table = rows(_main(page, "hle-level").all("table", "ranked")[0])
    assert table[0][:3] == ["System", "Value", "95% interval"]
    assert table[0][4:] == ["Place, at 95%", "Since 2017 to 2019", "Change beside England's"]
    first = table[1]
    assert first[0] == "South Yorkshire"
    assert re.fullmatch(r"1 to \d+", first[4])
    assert first[5] in ("Getting worse", "Little or no detectable change")
    assert re.fullmatch(r"(Like|Worse than|Better than) England's \d\.\d years (lower|higher), p = .+", first[6])


def test_the_order_says_how_far_it_can_be_believed(page: Get) -> None:
    text = _main(page, "hle-level").text
    assert re.search(
        r"Of the 33 pairs of neighbours in this order, a two-sided 95% test tells none apart\. South Yorkshire, "
        r"lowest, may stand from 1st to \d+(st|nd|rd|th) of 34; South West London, highest, may stand from "
        r"\d+\w\w to 34th\.",
        text,
    )


def test_full_counts_have_no_chance_and_no_england_means_no_comparison(page: Get) -> None:
    main = _main(page, "child-poverty")
    assert main.one("p", "answer").text == (
        "England has no figure of its own here; of 34 systems, child poverty after housing costs got worse in 7 and "
        "child poverty before housing costs in 34."
    )
    assert "These are full counts, so the order holds no sampling error." in main.text
    assert "chance alone" not in main.text
    assert "no figure for England is held" in main.text
    for table in main.all("table", "ranked"):
        assert rows(table)[0][-1] in ("Since 2023/24", "Since 2021/22")


def test_earlier_boundaries_show_the_earlier_boards(page: Get) -> None:
    main = _main(page, "preventable-cvd", "?footprint=2024")
    assert "The 42 systems to March 2026" in [heading.text for heading in main.all("h2")]
    table = main.one("table", "ranked")
    hrefs = [link.attributes["href"] or "" for link in table.all("a")]
    assert all(href.endswith("?footprint=2024#preventable-cvd") for href in hrefs)
    assert len(hrefs) > 34
    assert "There are no boundaries called 1999" in _main(page, "preventable-cvd", "?footprint=1999").text


def _observation_free(
    release: Release, values: list[tuple[float, float | None]], footprint: Footprint | None = None
) -> RankedSystems:
    """Systems of made-up values and half-widths, in the order of their codes."""
    known = queries.reference(release)
    shown = footprint or todays(release)
    template = next(
        s for s in queries.statuses_of_commitment(release, "hle-level") if s.area_code in shown.systems and s.direction
    )
    made = [
        replace(
            template,
            area_code=code,
            latest_value=value,
            latest_lower_95=None if half is None else value - half,
            latest_upper_95=None if half is None else value + half,
        )
        for code, (value, half) in zip(sorted(shown.systems), values, strict=False)
    ]
    measure = Measure(known.indicators["healthy-life-expectancy"], template.sex)
    found = ranked_systems(measure, made, known.areas, shown)
    assert found is not None
    return found


def test_places_count_the_systems_surely_before_and_after(release: Release) -> None:
    """Half-widths of 1 are standard errors of 0.51, so two figures are told apart from 1.41 on."""
    ranked = _observation_free(release, [(60.0, 1.0), (61.0, 1.0), (62.0, 1.0), (70.0, 1.0)])
    assert [row.place for row in ranked.rows] == ["1 to 2", "1 to 3", "2 to 3", "4"]
    assert "Of the 3 pairs of neighbours in this order, a two-sided 95% test tells 1 apart." in ranked.order
    assert "may stand from 1st to 2nd of 4" in ranked.order
    assert "is surely 4th" in ranked.order


def test_a_figure_without_limits_leaves_no_place_sure(release: Release) -> None:
    ranked = _observation_free(release, [(60.0, 1.0), (61.0, None), (70.0, 1.0)])
    assert [row.place for row in ranked.rows] == ["", "", ""]
    assert "no place in it is sure" in ranked.order


# When we could know; history; addresses


def test_it_says_when_and_how_small_a_change_would_show(page: Get) -> None:
    main = _main(page, "hle-level")
    table = next(t for t in main.all("table", "stacked") if rows(t)[0][0] == "Measure" and "Earliest" in rows(t)[0])
    men, women = rows(table)[1:]
    assert men[0] == "Healthy life expectancy, men"
    assert men[1].startswith("About February 2027. The next period that can be compared ends on 31 December 2025")
    assert men[2] == "0.3 years"
    assert re.fullmatch(r"For a system about 2\.\d years \(the median of 34\)", men[3])
    assert re.fullmatch(r"For a system about 2\.\d years \(the median of 34\)", women[3])


def test_history_is_labelled_as_now_published(page: Get, first_release: DataFolder) -> None:
    main = _main(page, "preventable-cvd")
    assert "latest as now published" in main.text
    table = next(t for t in main.all("table", "stacked") if rows(t)[0][0] == "As at")
    held = first_release.mart("statuses")
    periods = held.filter((held["commitment_id"] == "preventable-cvd") & (held["area_code"] == "E92000001"))[
        "as_of_period"
    ].to_list()
    assert sorted(row[0] for row in rows(table)[1:]) == sorted(periods)
    assert rows(table)[1][0] == "2022 to 2024"


def test_every_chart_has_its_baseline_and_a_target_only_where_one_was_set(updated: Callable[..., Any]) -> None:
    def figures(commitment_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []

        def walk(node: Any) -> None:
            if isinstance(node, list):
                for child in node:
                    walk(child)
            elif isinstance(node, dict):
                if node["type"] == "Graph":
                    found.append(node["props"]["figure"])
                walk(node["props"].get("children"))

        walk(updated(f"/commitment/{commitment_id}"))
        return found

    def labels(figure: dict[str, Any]) -> str:
        return " ".join(str(of["text"]) for of in figure["layout"]["annotations"])

    (smoking,) = figures("smokefree-2030")
    assert "baseline" in labels(smoking)
    assert "target" in labels(smoking)
    assert [trace["line"]["dash"] for trace in smoking["data"] if "dash" in trace.get("line", {})] == ["dash", "dot"]
    gap, *_ = figures("hle-region-gap")
    assert [trace["line"]["dash"] for trace in gap["data"] if "dash" in trace.get("line", {})] == ["dash"]
    (deaths,) = figures("preventable-cvd")
    assert "target" not in labels(deaths)


def test_an_unknown_id_is_not_found_and_names_near_misses(page: Get) -> None:
    main = page("/commitment/smoke-free-2030", status=404).one("main")
    assert main.one("h1").text == "No such commitment"
    assert main.one("ul", "links").all("a")[0].attributes["href"] == "/commitment/smokefree-2030"
    assert len(page("/commitment/zzz", status=404).one("main").one("ul", "links").all("a")) == 35


def test_an_id_in_capitals_or_with_a_slash_leads_to_the_page(client: FlaskClient, page: Get) -> None:
    response = client.get("/commitment/Smokefree-2030?footprint=2024")
    assert response.status_code == 301
    assert response.headers["Location"].endswith("/commitment/smokefree-2030?footprint=2024")
    assert page("/commitment/smokefree-2030/").one("h1").text == "Smokefree England by 2030"


def test_the_log_names_the_kind_of_page() -> None:
    assert pattern("/commitment/smokefree-2030") == "/commitment/<commitment_id>"


@pytest.mark.parametrize("commitment_id", ["hle-level", "hle-region-gap", "shared-definition"])
def test_a_page_asks_at_most_three_questions(first_release: DataFolder, commitment_id: str) -> None:
    with Releases(first_release.path).pinned() as release:
        route(release, "/", {}, NO_LOG)
        before = release.queries_made
        route(release, f"/commitment/{commitment_id}", {}, NO_LOG)
        assert release.queries_made - before <= 3
        before = release.queries_made
        route(release, f"/commitment/{commitment_id}", {}, NO_LOG)
        assert release.queries_made == before


def test_every_paragraph_of_a_view_is_a_sentence(release: Release) -> None:
    known = queries.reference(release)
    for commitment in known.commitments.values():
        view = commitment_view(release, commitment, {})
        said = [
            view.answer,
            *(s.counts for s in view.systems),
            *(s.order for s in view.systems if s.order),
            *view.empty,
        ]
        for text in said:
            assert text[:1].isupper(), text
            assert text.endswith("."), text
            assert "  " not in text
            assert "None" not in text.replace("None is tested", "").replace("None changed", ""), text


def test_observations_of_gaps_are_england_alone(release: Release) -> None:
    from dashboard.views.path import gap_series

    points: list[Observation] = [point for series in gap_series(release).values() for point in series]
    assert {point.area_code for point in points} == {queries.ENGLAND}
    assert max(point.period_end for point in points) == dt.date(2024, 12, 31)


def test_spending_says_which_way_systems_went_and_that_neither_is_better(page: Get) -> None:
    main = _main(page, "ph-spend")
    assert main.one("p", "answer").text == (
        "England has no figure of its own here; public health spending a head in cash rose in 29 of 29 systems since "
        "2018/19, and neither way is judged better."
    )
    assert "Neither way is judged better, so no direction is called." in main.text
    assert "chance cannot be ruled out" not in main.text


def test_two_reviews_that_differ_in_who_answered_are_not_compared(page: Get) -> None:
    assert _main(page, "ph-capacity").one("p", "answer").text == (
        "We cannot compare public health specialists in 2021 (1,064) and 2022 (1,227): of the bodies asked, 70% "
        "answered in 2022, after 92% in 2021."
    )
