"""The registries, entry by entry: what a reader relies on is there, and says what a person would expect."""

import itertools
import re

import pytest

from data_contracts import fields
from data_contracts.fields import FIELDS, Field
from data_contracts.marts import MARTS, Mart
from data_contracts.registry.records import (
    SET_ASIDE_MEANINGS,
    Commitment,
    Correction,
    Indicator,
    Source,
    areas,
    commitments,
    corrections,
    gap_measures,
    indicators,
    measurable,
    publish_rules,
    sources,
)
from data_contracts.rules import ROW_RULES
from data_contracts.stored import STORED
from data_contracts.vocabulary import AreaType, InForce, KeptBy, PeriodKind, Polarity, Standing, ValueType

every_indicator = pytest.mark.parametrize("indicator", indicators().values(), ids=indicators())
every_source = pytest.mark.parametrize("source", sources().values(), ids=sources())
every_commitment = pytest.mark.parametrize("commitment", commitments().values(), ids=commitments())
every_mart = pytest.mark.parametrize("mart", MARTS.values(), ids=MARTS)

# --- indicators --------------------------------------------------------------------------------------------

#: Words in an indicator's name, and which way a person reading them would call better. The first that fits decides.
WHAT_A_PERSON_WOULD_SAY: tuple[tuple[str, Polarity], ...] = (
    (r"\brecorded with\b", Polarity.NO_JUDGEMENT),  # more found is not more ill
    (r"spending|grant|vacancies", Polarity.NO_JUDGEMENT),  # more money or more adverts may be good or bad
    (r"specialists", Polarity.HIGH_IS_GOOD),
    (r"inequality", Polarity.LOW_IS_GOOD),
    (r"life expectancy|health index|health check|stage 1 or 2|expected level", Polarity.HIGH_IS_GOOD),
    (r"deaths|smoke|obesity|overweight|inactive|low income|poverty", Polarity.LOW_IS_GOOD),
)


@every_indicator
def test_an_indicator_says_what_it_is(indicator: Indicator) -> None:
    assert indicator.definition.endswith(".")
    assert indicator.unit
    assert indicator.method
    assert indicator.small_number_rule
    assert indicator.sexes
    assert indicator.geographies
    source = sources()[indicator.source]
    assert source.licence
    assert source.attribution


@every_indicator
def test_an_indicators_polarity_is_what_a_person_would_say(indicator: Indicator) -> None:
    expected = next(
        polarity for words, polarity in WHAT_A_PERSON_WOULD_SAY if re.search(words, indicator.name, re.IGNORECASE)
    )
    assert indicator.polarity is expected


@every_indicator
def test_what_cannot_be_averaged_is_not_combined(indicator: Indicator) -> None:
    if indicator.value_type in (ValueType.SLOPE_INDEX, ValueType.INDEX):
        assert not indicator.combinable


@every_indicator
def test_a_share_is_a_percentage_and_a_percentage_a_share(indicator: Indicator) -> None:
    assert (indicator.unit == "%") == (indicator.value_type is ValueType.PROPORTION)


@every_indicator
def test_overlap_and_accumulation_follow_from_the_kind_of_period(indicator: Indicator) -> None:
    several_years = indicator.period_kind in (PeriodKind.THREE_CALENDAR_YEARS, PeriodKind.FIVE_CALENDAR_YEARS)
    assert indicator.periods_overlap == (several_years or indicator.cumulative)
    assert indicator.cumulative == (indicator.period_kind is PeriodKind.CUMULATIVE_QUARTERS)


def test_every_indicator_is_in_a_source_or_worked_out_and_every_series_is_an_indicator() -> None:
    in_sources = {series.indicator for source in sources().values() for series in source.series.values()}
    assert in_sources | set(WORKED_OUT) == set(indicators())
    assert in_sources.isdisjoint(WORKED_OUT)


WORKED_OUT = {id_: held for id_, held in indicators().items() if held.difference_of}


@pytest.mark.parametrize("indicator", WORKED_OUT.values(), ids=WORKED_OUT)
def test_what_is_worked_out_is_the_quarters_of_a_cumulative_series_and_says_how(indicator: Indicator) -> None:
    cumulative = indicators()[str(indicator.difference_of)]
    assert cumulative.cumulative
    assert indicator.period_kind is PeriodKind.QUARTER
    alike = ("unit", "polarity", "value_type", "decimals", "sexes", "geographies", "combinable", "source")
    for name in alike:
        assert getattr(indicator, name) == getattr(cumulative, name)
    assert "less that of the quarter before" in indicator.method
    # A change of 1% would count as one in a full count; here it is within the rounding of what it is worked out from.
    assert not indicator.enumerated


def test_only_one_measure_is_the_difference_of_another() -> None:
    cumulative = [held.difference_of for held in WORKED_OUT.values()]
    assert len(cumulative) == len(set(cumulative))


# --- sources -----------------------------------------------------------------------------------------------


@every_source
def test_a_source_says_whose_it_is_and_on_what_terms(source: Source) -> None:
    assert source.url.startswith("https://")
    assert source.publisher
    assert source.title
    assert source.licence == "Open Government Licence v3.0"
    assert "Contains public sector information" in source.attribution
    assert source.cadence
    # What is granted for a year is announced before it begins.
    assert source.usual_lag_months >= (-14 if "grant" in source.title else 0)
    assert source.caveats
    assert source.vintages or source.optional
    assert set(source.set_aside) <= set(SET_ASIDE_MEANINGS)


@every_source
def test_a_live_address_is_encrypted(source: Source) -> None:
    assert source.live_url is None or source.live_url.startswith("https://")


def test_no_file_is_a_vintage_of_two_sources() -> None:
    known = [vintage.sha256 for source in sources().values() for vintage in source.vintages]
    assert len(known) == len(set(known))


def test_every_way_to_set_a_row_aside_is_used_and_has_a_meaning() -> None:
    declared = {rule for source in sources().values() for rule in source.set_aside}
    assert declared | {"unused_series"} == set(SET_ASIDE_MEANINGS)


# --- known errors of sources -------------------------------------------------------------------------------

every_correction = pytest.mark.parametrize("correction", corrections(), ids=lambda item: item.what)


@every_correction
def test_a_correction_is_about_a_figure_its_source_gives(correction: Correction) -> None:
    given_by = {series.indicator for series in sources()[correction.source].series.values()}
    assert correction.indicator in given_by
    assert correction.sex in indicators()[correction.indicator].sexes


@every_correction
def test_a_correction_says_why_how_we_know_and_who_was_told(correction: Correction) -> None:
    assert correction.reason.endswith(".")
    assert correction.evidence_says.endswith(".")
    assert correction.evidence != correction.source
    assert correction.told


def test_no_figure_is_corrected_twice() -> None:
    figures = [(item.source, item.what) for item in corrections()]
    assert len(figures) == len(set(figures))


# --- commitments -------------------------------------------------------------------------------------------

PROMISING = re.compile(
    r"\b(promise[sd]?|pledge[sd]?|guarantee[sd]?|commit(?:s|ted|ment)? to|will (?:be|have|deliver))\b", re.I
)
DENIED = re.compile(r"has not committed to it")


@every_commitment
def test_a_commitment_says_who_said_it_and_where(commitment: Commitment) -> None:
    assert commitment.title
    assert commitment.statement.endswith(".")
    assert commitment.said_by
    assert commitment.source_url.startswith("https://")
    assert commitment.source_place
    assert commitment.review_cycle
    assert commitment.deadline


@every_commitment
def test_a_commitments_measures_and_rivals_exist(commitment: Commitment) -> None:
    assert {*commitment.measures, *commitment.rivals} <= set(measurable())
    assert not set(commitment.measures) & set(commitment.rivals)
    assert bool(commitment.measure) == (commitment.kept_by is KeptBy.MEASURES)


@every_commitment
def test_a_measure_is_named_once_for_each_sex_it_is_published_for(commitment: Commitment) -> None:
    named = [
        (measure.indicator, sex)
        for measure in commitment.measure
        for sex in measure.sexes or measurable()[measure.indicator].sexes
    ]
    assert len(named) == len(set(named))
    assert all(sex in measurable()[indicator].sexes for indicator, sex in named)


@every_commitment
def test_a_target_is_dated_as_the_register_says_and_lies_beyond_what_was_stated(commitment: Commitment) -> None:
    for measure in commitment.measure:
        if measure.target is None:
            continue
        assert commitment.target is not None
        assert (measure.target.by is None) == (commitment.deadline == "none")
        if measure.target.by:
            assert str(measure.target.by.year) in commitment.deadline
        sign = {Polarity.HIGH_IS_GOOD: 1, Polarity.LOW_IS_GOOD: -1}[measurable()[measure.indicator].polarity]
        if measure.target.change is not None:
            assert measure.target.change * sign > 0
        elif stated := measure.stated.get("E92000001"):
            assert measure.target.value is not None
            assert (measure.target.value - stated) * sign > 0


def test_a_gap_is_of_an_indicator_and_smaller_is_better() -> None:
    for gap_id, gap in gap_measures().items():
        assert gap.of in indicators(), gap_id
        assert gap_id not in indicators()
        assert measurable()[gap_id].polarity is Polarity.LOW_IS_GOOD


@every_commitment
def test_what_was_superseded_points_on_to_what_took_its_place(commitment: Commitment) -> None:
    assert (commitment.superseded_by is not None) == (commitment.in_force is InForce.SUPERSEDED)
    if commitment.superseded_by:
        successor = commitments()[commitment.superseded_by]
        assert successor.in_force is not InForce.SUPERSEDED


@every_commitment
def test_nothing_recommended_or_monitored_is_worded_as_a_promise(commitment: Commitment) -> None:
    if commitment.standing in (Standing.RECOMMENDED, Standing.MONITORED):
        said = DENIED.sub("", f"{commitment.title}. {commitment.statement}")
        assert not PROMISING.search(said), said


@every_commitment
def test_what_is_only_watched_has_neither_target_nor_deadline(commitment: Commitment) -> None:
    if commitment.standing is Standing.MONITORED:
        assert commitment.target is None
        assert commitment.deadline == "none"


def test_promises_come_first() -> None:
    order = list(Standing)
    places = [order.index(commitment.standing) for commitment in commitments().values()]
    assert places == sorted(places)


# --- areas and the rules of publication ----------------------------------------------------------------------


def test_footprints_follow_one_another_without_gap_or_overlap() -> None:
    newest_first = areas().footprints
    assert newest_first[0].ends is None
    for later, earlier in itertools.pairwise(newest_first):
        assert earlier.ends is not None
        assert (later.starts - earlier.ends).days == 1


def test_authorities_published_together_are_two_each() -> None:
    assert {len(pair.parts) for pair in areas().combined.values()} == {2}


def test_publication_stops_at_the_shares_the_design_names() -> None:
    assert publish_rules().moved_share == 0.01
    assert publish_rules().fault_share == 0.05
    assert publish_rules().releases_kept == 2


# --- tables and fields ---------------------------------------------------------------------------------------


@every_mart
def test_a_tables_key_is_among_its_columns_and_never_empty(mart: Mart) -> None:
    assert mart.key
    assert set(mart.key) <= set(mart.columns)
    assert set(mart.sort) <= set(mart.columns)
    assert mart.nullable <= set(mart.columns)
    assert mart.required <= set(mart.columns)
    assert len(set(mart.columns)) == len(mart.columns)
    for field in mart.fields:
        if field.name in mart.key:
            assert field.name in mart.nullable or not mart.is_nullable(field)


@every_mart
def test_a_tables_rules_exist_and_what_it_holds_is_said(mart: Mart) -> None:
    assert set(mart.row_rules) <= set(ROW_RULES)
    assert mart.holds.endswith(".")


def test_no_field_is_defined_twice() -> None:
    """The later would take the earlier's place in every table, unseen."""
    assert len(fields._FIELDS) == len(FIELDS)


def test_no_defined_field_is_unused() -> None:
    tables = (*MARTS.values(), *STORED.values())
    assert {name for mart in tables for name in mart.columns} == set(FIELDS)


def test_no_rule_across_columns_is_unused() -> None:
    used = {name for mart in MARTS.values() for name in mart.row_rules}
    assert used == set(ROW_RULES)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_a_field_has_a_meaning(field: Field) -> None:
    assert field.meaning
    assert not field.meaning.endswith(".")


#: The columns others rely on, in their order; more may follow them.
BINDING = {
    "areas": "area_code area_name area_type ods_code nhs_region_code valid_from valid_to population",
    "area_lineage": "predecessor_code successor_code effective_date share_of_predecessor change_type confidence "
    "source_url",
    "area_regions": "area_code region_code share_of_area",
    "observations": "indicator_id area_code sex breakdown period_label period_start period_end value lower_95 upper_95 "
    "count denominator value_kind value_symbol note source_id vintage",
    "indicators": "indicator_id name unit polarity value_type decimals pace_form",
    "triggers": "trigger_id area_code commitment_id fired_since cleared_on evidence expected_by_chance",
    "comparators": "area_code comparator_code rank distance",
    "workforce": "area_code quarter role_family posts wte posts_per_100000 vacancy_rate recurrent_share "
    "wte_ending_3_months wte_ending_6_months wte_ending_12_months wte_ending_24_months median_months_left value_kind "
    "value_symbol",
    "funding_horizon": "area_code quarter month basis wte value_kind value_symbol",
}


@pytest.mark.parametrize("name", BINDING)
def test_the_binding_columns_stand_first_and_in_order(name: str) -> None:
    binding = BINDING[name].split()
    assert list(MARTS[name].columns[: len(binding)]) == binding


def test_every_kind_of_area_has_a_word() -> None:
    assert {str(kind) for kind in AreaType} == {
        "england", "region", "nhs_region", "icb", "utla", "ltla", "example",
    }  # fmt: skip
