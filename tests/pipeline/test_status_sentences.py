"""The sentence of a status: one sentence, good to hear, that says no more than the layers do."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import product

import polars as pl
import pytest

from data_contracts.registry.records import commitments, measurable
from pipelines.statuses.explain import Layers, sentence, subject
from tests.builders.data_folder import DataFolder

MOST_WORDS = 60


def sounds_like(indicator_id: str) -> tuple[object, ...]:
    """What a sentence depends on, of a measure; its name aside."""
    of = measurable()[indicator_id]
    return of.unit, of.polarity, of.enumerated, of.pace_form, of.value_type == "gap", of.sexes


#: Of all that sound alike the one with the longest name: what the register is judged by, and full counts that rise for
#: the better or are not judged.
INDICATORS = sorted(
    {
        sounds_like(indicator_id): indicator_id
        for indicator_id in sorted(
            {indicator for entry in commitments().values() for indicator in entry.measures}
            | {"early-years-communication", "recorded-stroke"},
            key=lambda indicator_id: len(subject(indicator_id, "persons")),
        )
    }.values()
)

A_STATUS = Layers(
    indicator_id="early-cancer-diagnosis",
    sex="persons",
    baseline_period="2018",
    baseline_value=54.2,
    latest_period="2022",
    latest_value=57.3,
    target_value=None,
    target_date=None,
    data_state="ok",
    data_state_reason=None,
    direction="improving",
    pace="not_assessed",
    required_from_now=None,
    recent_rate=0.8,
    years_to_target=None,
    change_versus_england=None,
    change_versus_england_p=None,
    earliest_change=dt.date(2026, 10, 31),
    smallest_detectable_change=1.2,
)

REASONS = {
    "suppressed": "No figure for 2022: the publisher marks it as of low reliability.",
    "no_data": "No figure for the baseline, 2018: authorities with a figure hold 86.6% of residents, and at least 95% "
    "is needed.",
    "no_interval": "The copy of the figures held has no confidence interval.",
    "not_comparable": "Authorities shared with other systems hold over a quarter of the residents, and nobody "
    "publishes their figures by system.",
    "baseline_only": "No period held yet lies wholly after the baseline.",
    "illustrative": "ILLUSTRATIVE: these figures are made up.",
}


# --- every combination the rules allow --------------------------------------------------------------------


def allowed() -> Iterator[Layers]:
    for indicator_id in INDICATORS:
        indicator = measurable()[indicator_id]
        for sex, data_state in product(indicator.sexes, ["ok", *REASONS]):
            if indicator.enumerated and data_state == "no_interval":
                continue
            start = replace(
                A_STATUS,
                indicator_id=indicator_id,
                sex=str(sex),
                data_state=data_state,
                data_state_reason=REASONS.get(data_state),
                recent_rate=None,
            )
            for aimed in with_target(start):
                for directed in with_direction(aimed):
                    for paced in with_pace(directed):
                        yield from with_the_rest(paced)


def with_target(start: Layers) -> Iterator[Layers]:
    yield start
    yield replace(start, target_value=3.45)
    if measurable()[start.indicator_id].value_type != "gap":
        # Nobody has set a date for a gap.
        yield replace(start, target_value=75.0, target_date=dt.date(2030, 12, 31))


def with_direction(start: Layers) -> Iterator[Layers]:
    """Outside `ok` a target met alone; of what is neither better nor worse none without a target."""
    state, has_target = start.data_state, start.target_value is not None
    if has_target:
        met = replace(start, direction="target_met")
        yield replace(met, baseline_value=None) if state in ("no_data", "suppressed") else met
    if state == "ok":
        if has_target or measurable()[start.indicator_id].polarity != "no_judgement":
            for direction in ("improving", "little_change", "getting_worse"):
                yield replace(start, direction=direction)
        else:
            yield replace(start, direction=None)
    elif state in ("no_data", "suppressed"):
        yield replace(start, direction=None, latest_value=None)
        yield replace(start, direction=None, baseline_value=None)
    else:
        yield replace(start, direction=None)


def with_pace(start: Layers) -> Iterator[Layers]:
    is_read = start.data_state in ("ok", "no_interval") or start.direction is not None
    if start.baseline_value is None or start.latest_value is None or not is_read:
        yield replace(start, pace=None)
    elif start.target_value is None:
        yield replace(start, pace="not_assessed", recent_rate=0.01)
    elif start.direction == "target_met":
        yield from (replace(start, pace=pace, recent_rate=0.01) for pace in ("held", "on_track"))
    else:
        yield replace(start, pace="lost", recent_rate=-0.01, required_from_now=-0.02)
        if start.target_date is None:
            for years in (None, 0.2, 1.2, 12.4):
                yield replace(start, pace="no_deadline", years_to_target=years, recent_rate=0.01)
            return
        classes = ["on_track", "acceleration_needed", "limited", "deterioration"]
        if start.data_state == "ok" and not measurable()[start.indicator_id].enumerated:
            classes.append("uncertain")
        rates = ((0.113, 0.052), (0.113, -0.052), (-0.113, 0.0), (None, 0.052))
        for pace, (required, recent) in product(classes, rates):
            yield replace(start, pace=pace, required_from_now=required, recent_rate=recent)


def with_the_rest(start: Layers) -> Iterator[Layers]:
    tested = start.data_state in ("ok", "baseline_only") and not measurable()[start.indicator_id].enumerated
    start = replace(start, smallest_detectable_change=1.24 if tested else None)
    if start.data_state in ("ok", "no_interval") and measurable()[start.indicator_id].value_type != "gap":
        tests = ((2.34, 0.0499), (-2.34, 0.0499), (2.34, 0.05)) if start.data_state == "ok" else ()
        for change, p in ((-2.34, None), *tests):
            yield replace(start, change_versus_england=change, change_versus_england_p=p)
    elif start.data_state == "baseline_only":
        yield start
        yield replace(start, smallest_detectable_change=None, latest_period="2018")
        yield replace(start, earliest_change=None)
    else:
        yield replace(start, earliest_change=None)


# --- what must hold ---------------------------------------------------------------------------------------


def faults_of_form(said: str) -> Iterator[str]:
    without_decimals = re.sub(r"(?<=\d)\.(?=\d)", "", said)
    if not said.endswith(".") or without_decimals.count(".") != 1 or re.search("[!?\n]", said):
        yield "is not one sentence"
    if not said[:1].isupper():
        yield "does not start with a capital"
    if re.search(r"  | [,.;:]|[,;:][,;:.]|\(\)|^\s|\( ", said):
        yield "has stray spaces or stops"
    if re.search(r"None|\bnan\b|\binf\b|\bnull\b|[{}_]|-0\.0", said):
        yield "shows the workings"
    if re.search(r"\b(\w+) \1\b", said):
        yield "says a word twice"
    if said.count(":") > 1:
        yield "has more than one colon"
    if re.search(r"[,;:] (?!England|NHS|GP)[A-Z]", said.partition("(")[0]):
        yield "has a capital inside"
    if re.search(r"\b(?!size)\w+iz(e|ed|es|ing|ation)\b|\b(center|color|percent|program|behavior)\b", said):
        yield "is not British"
    if len(said.split()) > MOST_WORDS:
        yield f"has {len(said.split())} words"


def faults(said: str, layers: Layers) -> Iterator[str]:
    yield from faults_of_form(said)
    yield from faults_of_claims(said, layers)
    yield from faults_of_figures(said, layers)


def faults_of_claims(said: str, layers: Layers) -> Iterator[str]:
    """Each claim where, and only where, its layer makes it."""
    direction, state = layers.direction, layers.data_state
    unmet = layers.pace is not None and direction != "target_met"
    is_told_from_englands = (
        direction is not None and layers.change_versus_england_p is not None and layers.change_versus_england_p < 0.05
    )
    claims = {
        r"\b(improved|narrowed)\b": direction == "improving",
        r"\b(got worse|widened)\b": direction == "getting_worse",
        r"\bmeets the target\b": direction == "target_met",
        r"no more than chance could explain|stayed within 1%": direction == "little_change",
        r"England": is_told_from_englands,
        r"^Cannot tell yet: ": state == "baseline_only" and direction is None,
        r"^ILLUSTRATIVE: ": state == "illustrative",
        r"a made-up figure": state == "illustrative",
        r"no confidence interval": state == "no_interval" and direction is None,
        r"cannot be compared": state == "not_comparable" and direction is None,
        r"cannot be judged": state in ("no_data", "suppressed") and direction is None,
        r"is no longer met": unmet and layers.pace == "lost",
        r"no date was set": unmet and layers.pace == "no_deadline",
        r"too uncertain": unmet and layers.pace == "uncertain" and layers.required_from_now is not None,
        r" for men\b": layers.sex == "male",
        r" for women\b": layers.sex == "female",
    }
    for words, is_due in claims.items():
        if bool(re.search(words, said)) != is_due:
            yield f"{'lacks' if is_due else 'claims'} {words!r}"
    judgements = said.replace("got worse", "").replace("neither direction is better", "")
    if re.search(r"\b(better|worse)\b", judgements) and not is_told_from_englands:
        yield "judges where nothing was tested"


def faults_of_figures(said: str, layers: Layers) -> Iterator[str]:
    indicator = measurable()[layers.indicator_id]
    if indicator.unit == "%" and re.search(r"a (rise|fall) of [\d.]+% a year", said):
        yield "does not say that a rate of a percentage is relative"
    if re.search(r"[\d.]+% (better|worse|higher|lower)", said):
        yield "calls percentage points percent"
    is_said = layers.latest_value is not None and (layers.baseline_value is not None or layers.direction is not None)
    latest = f"{layers.latest_value or 0.0:,.{indicator.decimals}f}"
    if is_said and (latest not in said or layers.latest_period not in said):
        yield "lacks the latest figure or its period"


def test_every_combination_the_rules_allow() -> None:
    every = list(allowed())
    assert len(every) > 4000
    found = [f"{said} -- {fault}" for layers in every for said in [sentence(layers)] for fault in faults(said, layers)]
    assert found[:20] == []


def test_the_combinations_cover_what_a_sentence_depends_on() -> None:
    every = list(allowed())
    assert {layers.data_state for layers in every} == {"ok", *REASONS}
    assert {layers.direction for layers in every} == {
        None, "target_met", "improving", "little_change", "getting_worse"
    }  # fmt: skip
    assert len({layers.pace for layers in every}) == 10, "nine, and none"
    of = [measurable()[layers.indicator_id] for layers in every]
    assert {str(indicator.polarity) for indicator in of} == {"high_is_good", "low_is_good", "no_judgement"}
    assert {indicator.unit for indicator in of} == {
        "%", "years", "per 100,000", "pounds", "full-time equivalents"
    }  # fmt: skip
    assert {indicator.enumerated for indicator in of} == {True, False}
    assert {str(indicator.pace_form) for indicator in of} == {"compound", "linear"}


#: What sets two statuses' sentences apart, but for the figures in them.
COMBINATION = [
    "indicator_id", "sex", "data_state", "data_state_reason", "direction", "pace",
    pl.col("latest_value", "baseline_value", "target_value", "target_date", "earliest_change").is_null(),
    pl.col("required_from_now", "recent_rate").sign(),
    (pl.col("change_versus_england_p") < 0.05) & (pl.col("change_versus_england") > 0),
]  # fmt: skip


def test_every_combination_of_a_release(first_release: DataFolder) -> None:
    rows = first_release.mart("statuses").filter(pl.col("indicator_id").is_not_null())
    names = [field.name for field in fields(Layers)]
    places = (
        rows.select(COMBINATION).with_columns(first=pl.int_range(pl.len())).unique(pl.exclude("first"), keep="first")
    )
    every = rows[places["first"].sort()].select(*names, "explanation")
    assert every.height > 300
    found = []
    for row in every.iter_rows(named=True):
        said = row.pop("explanation")
        found += [f"{said} -- {fault}" for fault in faults(said, Layers(**row))]
    assert found[:20] == []


def test_every_sentence_of_a_release(first_release: DataFolder) -> None:
    """And of all of them, whatever their figures, what can be asked at once."""
    rows = first_release.mart("statuses")
    said, direction = pl.col("explanation"), pl.col("direction")
    words = said.str.split(" ").list.len()
    none_inside = ~said.str.replace_all(r"\d\.\d", "").str.head(-1).str.contains(r"\.")
    wrong = {
        "not one sentence": ~(said.str.ends_with(".") & none_inside),
        "workings": said.str.contains(r"None|\bnan\b|\binf\b|  "),
        "long": words > MOST_WORDS,
        "improved": said.str.contains("improved|narrowed") != (direction == "improving").fill_null(False),
        "got worse": said.str.contains("got worse|widened") != (direction == "getting_worse").fill_null(False),
        "target met": said.str.contains("meets the target") != (direction == "target_met").fill_null(False),
    }
    for what, expression in wrong.items():
        assert rows.filter(expression)["explanation"].head(5).to_list() == [], what


def test_reasons_of_a_release_read_as_sentences_too(first_release: DataFolder) -> None:
    for reason in first_release.mart("statuses")["data_state_reason"].drop_nulls().unique():
        assert list(faults_of_form(reason)) == [], reason


# --- what it is about -------------------------------------------------------------------------------------


def test_every_measure_has_a_subject_a_sentence_can_begin_with() -> None:
    said = {(of, sex): subject(of, sex) for of, indicator in measurable().items() for sex in indicator.sexes}
    assert len(set(said.values())) == len(said), "two measures that sound the same"
    for words in said.values():
        assert re.fullmatch(r"[A-Z][A-Za-z0-9 -]+", words), words


# --- how it sounds ----------------------------------------------------------------------------------------

SMOKING = replace(
    A_STATUS,
    indicator_id="adult-smoking",
    baseline_value=14.4,
    latest_period="2024",
    latest_value=10.6,
    target_value=5.0,
    target_date=dt.date(2030, 12, 31),
)
HLE = replace(
    A_STATUS,
    indicator_id="healthy-life-expectancy",
    sex="male",
    baseline_period="2021 to 2023",
    baseline_value=61.5,
    latest_period="2022 to 2024",
    latest_value=60.9,
    data_state="baseline_only",
    direction=None,
    pace=None,
    earliest_change=dt.date(2028, 2, 29),
    smallest_detectable_change=2.2,
)

EXAMPLES = {
    "Early cancer diagnosis improved: 57.3% in 2022, against 54.2% in 2018; the change was 2.1 percentage points "
    "better than England's.": replace(A_STATUS, change_versus_england=2.1, change_versus_england_p=0.01),
    "Early cancer diagnosis moved no more than chance could explain: 54.9% in 2022, against 54.2% in 2018 (a change "
    "of about 1.2 percentage points would show).": replace(A_STATUS, direction="little_change", latest_value=54.9),
    "Adult smoking improved: 10.6% in 2024, against 14.4% in 2018; the target of 5.0% by the end of 2030 now needs a "
    "relative fall of 11.8% a year, against 5.0% so far.": replace(
        SMOKING, pace="limited", required_from_now=-0.1177, recent_rate=-0.0498
    ),
    "Adult smoking got worse: 15.0% in 2024, against 14.4% in 2018; the target of 5.0% by the end of 2030 now needs a "
    "relative fall of 16.7% a year, against a relative rise of 0.7% so far.": replace(
        SMOKING,
        latest_value=15.0,
        direction="getting_worse",
        pace="deterioration",
        required_from_now=-0.1673,
        recent_rate=0.0068,
    ),
    "Adult smoking was 4.9% in 2024, which meets the target of 5.0%.": replace(
        SMOKING, latest_value=4.9, direction="target_met", pace="on_track"
    ),
    "ILLUSTRATIVE: adult smoking was 4.9% in 2024, a made-up figure that meets the target of 5.0%.": replace(
        SMOKING, latest_value=4.9, data_state="illustrative", direction="target_met", pace="on_track"
    ),
    "Adult smoking was 10.6% in 2024, 3.8 percentage points lower than in 2018, but this copy of the figures has no "
    "confidence interval to tell that from chance.": replace(
        SMOKING, target_value=None, target_date=None, data_state="no_interval", direction=None
    ),
    "Adult smoking cannot be judged: there is no figure for 2024, since authorities with a figure hold 86.6% of "
    "residents, and at least 95% is needed.": replace(
        SMOKING,
        latest_value=None,
        data_state="no_data",
        data_state_reason="No figure for 2024: authorities with a figure hold 86.6% of residents, and at least 95% is "
        "needed.",
        direction=None,
        pace=None,
    ),
    "Cannot tell yet: healthy life expectancy for men was 60.9 years in 2022 to 2024, which is not wholly after the "
    "baseline of 2021 to 2023, and the first period that is comes out about February 2028 (a change of about 2.2 "
    "years would show).": HLE,
    "The gap in healthy life expectancy for women between regions moved no more than chance could explain: 7.1 years "
    "in 2024 to 2026, against 6.9 in 2021 to 2023; no date was set for the target of 3.45 years.": replace(
        HLE,
        indicator_id="hle-gap-regions",
        sex="female",
        baseline_value=6.9,
        latest_period="2024 to 2026",
        latest_value=7.1,
        target_value=3.45,
        data_state="ok",
        direction="little_change",
        pace="no_deadline",
    ),
    "Child poverty before housing costs stayed within 1% of its baseline: 15.1% in 2024/25, against 15.0% in "
    "2021/22.": (
        replace(
            A_STATUS,
            indicator_id="child-poverty-before-housing-costs",
            baseline_period="2021/22",
            baseline_value=15.0,
            latest_period="2024/25",
            latest_value=15.1,
            direction="little_change",
            smallest_detectable_change=None,
        )
    ),
}


@pytest.mark.parametrize("said", EXAMPLES)
def test_it_is_said_so(said: str) -> None:
    assert sentence(EXAMPLES[said]) == said
