"""Every column, once: its name, type, unit, meaning and what it may hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from data_contracts import vocabulary as v

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["text", "number", "whole", "date", "flag"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column as every table that has it means it.

    `minimum` and `maximum` are inclusive; `pattern` must match the whole text; a field that is not `optional`
    is never null, unless the mart that uses it says so.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str | None = None
    allowed: tuple[str, ...] | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    optional: bool = False

    @property
    def dtype(self) -> "pl.DataType":
        """The polars type of the column."""
        import polars as pl  # only where frames are: the web server reads this module, and polars takes 40 MB of it

        types: dict[Kind, pl.DataType] = {
            "text": pl.String(),
            "number": pl.Float64(),
            "whole": pl.Int64(),
            "date": pl.Date(),
            "flag": pl.Boolean(),
        }
        return types[self.kind]


def all_values(values: type[StrEnum]) -> tuple[str, ...]:
    """What a closed list allows."""
    return tuple(member.value for member in values)


AREA_CODE = r"^(E[0-9]{8}|X54[0-9]{6})$"
AREA_CODES = r"^E[0-9]{8}( E[0-9]{8})*$"
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
VINTAGE = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|undated)-[0-9a-f]{8}$"
QUARTER = r"^[0-9]{4}-[0-9]{2}-Q[1-4]$"
HTTPS = r"^https://\S+$"
#: The largest number that a database's usual whole number holds.
MOST_RECORDS = 2**31 - 1
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"

_FIELDS: tuple[Field, ...] = (
    # areas
    Field(name="area_code", kind="text", meaning="GSS code of the area", pattern=AREA_CODE),
    Field(name="area_name", kind="text", meaning="Name people use for the area"),
    Field(name="official_name", kind="text", meaning="Name of the area as its publisher writes it"),
    Field(name="area_type", kind="text", meaning="Kind of area", allowed=all_values(v.AreaType)),
    Field(name="ods_code", kind="text", meaning="NHS organisation code", pattern=r"^[A-Z0-9]{3,6}$", optional=True),
    Field(name="nhs_region_code", kind="text", meaning="NHS region of the area", pattern=AREA_CODE, optional=True),
    Field(name="region_code", kind="text", meaning="ONS region", pattern=AREA_CODE),
    Field(
        name="valid_from", kind="date", meaning="First day; empty where it lies before the records held", optional=True
    ),
    Field(name="valid_to", kind="date", meaning="Last day; empty while the area lasts", optional=True),
    Field(
        name="population", kind="whole", meaning="Usual residents, Census 2021", unit="people", minimum=0, optional=True
    ),
    Field(
        name="most_deprived_share",
        kind="number",
        meaning="Share of residents who live in the most deprived fifth of small areas in England (2025 indices)",
        minimum=0,
        maximum=1,
        optional=True,
    ),
    Field(name="share_of_area", kind="number", meaning="Share of the area's residents", minimum=0, maximum=1),
    # boundary changes
    Field(name="predecessor_code", kind="text", meaning="Area that ended or gave up residents", pattern=AREA_CODE),
    Field(
        name="successor_code",
        kind="text",
        meaning="Area that took the residents; empty where no successor is confirmed",
        pattern=AREA_CODE,
        optional=True,
    ),
    Field(name="effective_date", kind="date", meaning="First day of the new boundary"),
    Field(
        name="share_of_predecessor",
        kind="number",
        meaning="Share of the predecessor's residents who went to the successor",
        minimum=0,
        maximum=1,
        optional=True,
    ),
    Field(name="change_type", kind="text", meaning="What happened, in words"),
    Field(name="confidence", kind="text", meaning="How sure the change is", allowed=all_values(v.Confidence)),
    Field(name="source_url", kind="text", meaning="Page that says so", pattern=HTTPS),
    Field(name="authority_code", kind="text", meaning="Local authority, either tier", pattern=AREA_CODE),
    Field(name="system_code", kind="text", meaning="Integrated care board", pattern=AREA_CODE),
    Field(name="residents", kind="whole", meaning="Residents in the overlap, Census 2021", unit="people", minimum=1),
    Field(
        name="share_of_authority", kind="number", meaning="Overlap over the authority's residents", minimum=0, maximum=1
    ),
    Field(name="share_of_system", kind="number", meaning="Overlap over the system's residents", minimum=0, maximum=1),
    # observations
    Field(name="indicator_id", kind="text", meaning="Measure, see `indicators`", pattern=SLUG),
    Field(name="sex", kind="text", meaning="Whom the figure is about", allowed=all_values(v.Sex)),
    Field(name="breakdown", kind="text", meaning="`all`, or the group within the area", pattern=r"^[a-z0-9_]+$"),
    Field(name="period_label", kind="text", meaning="Period as people write it"),
    Field(name="period_start", kind="date", meaning="First day of the period"),
    Field(name="period_end", kind="date", meaning="Last day of the period"),
    Field(name="value", kind="number", meaning="The figure, not rounded, in the indicator's unit", optional=True),
    Field(name="lower_95", kind="number", meaning="Lower 95% confidence limit", optional=True),
    Field(name="upper_95", kind="number", meaning="Upper 95% confidence limit", optional=True),
    Field(name="count", kind="number", meaning="Numerator, where published", minimum=0, optional=True),
    Field(name="denominator", kind="number", meaning="Denominator, where published", minimum=0, optional=True),
    Field(name="value_kind", kind="text", meaning="Where the figure comes from", allowed=all_values(v.ValueKind)),
    Field(
        name="value_symbol",
        kind="text",
        meaning="Shorthand about the figure: " + "; ".join(f"{s} {m}" for s, m in v.SYMBOL_MEANINGS.items()),
        allowed=all_values(v.ValueSymbol),
        optional=True,
    ),
    Field(name="note", kind="text", meaning="What a reader must know about the figure", optional=True),
    Field(name="source_id", kind="text", meaning="Source, see `sources`", pattern=SLUG),
    Field(name="vintage", kind="text", meaning="Vintage: date published, and what the file hashes to", pattern=VINTAGE),
    # gaps
    Field(
        name="gap_id",
        kind="text",
        meaning="Which gap: " + "; ".join(f"`{gap}` {meaning}" for gap, meaning in v.GAP_MEANINGS.items()),
        allowed=all_values(v.GapId),
    ),
    Field(
        name="observed_gap",
        kind="number",
        meaning="Top less bottom, as observed; below zero only where the ends stay the same and changed places",
    ),
    Field(
        name="observed_lower_95",
        kind="number",
        meaning=(
            "Lower 95% limit of the observed gap, from the sampling errors of the figures it is made of, taking its "
            "ends as given: it leaves out that the ends of a range or of tenths were chosen for being extreme, and how "
            "far areas lie from the line of a slope. May be below zero; empty where a figure has no limits"
        ),
        optional=True,
    ),
    Field(
        name="observed_upper_95",
        kind="number",
        meaning="Upper 95% limit of the observed gap, on the same terms",
        optional=True,
    ),
    Field(
        name="chance_only_gap",
        kind="number",
        meaning=(
            "What equal areas would show by chance alone; not a part to subtract. Empty where the ends are not chosen "
            "anew in each period"
        ),
        minimum=0,
        optional=True,
    ),
    Field(
        name="shrunken_gap",
        kind="number",
        meaning="The estimate of the gap: chance allowed for. Empty where the ends are not chosen anew in each period",
        minimum=0,
        optional=True,
    ),
    Field(name="shrunken_lower_95", kind="number", meaning="Its lower 95% limit", minimum=0, optional=True),
    Field(name="shrunken_upper_95", kind="number", meaning="Its upper 95% limit", minimum=0, optional=True),
    Field(
        name="highest_code",
        kind="text",
        meaning=(
            "Area at the top; of a tenth, every area, outermost first, separated by spaces; empty for a slope, whose "
            "ends are those of its line and no area's"
        ),
        pattern=AREA_CODES,
        optional=True,
    ),
    Field(
        name="lowest_code",
        kind="text",
        meaning="Area at the bottom, likewise",
        pattern=AREA_CODES,
        optional=True,
    ),
    Field(
        name="highest_value",
        kind="number",
        meaning="Value of the top area, mean of the top tenth, or the line of a slope at its least deprived end",
    ),
    Field(
        name="lowest_value",
        kind="number",
        meaning="Value of the bottom area, mean of the bottom tenth, or the line of a slope at its most deprived end",
    ),
    Field(
        name="highest_change",
        kind="number",
        meaning="What the top did since the period before; the gap changed by this less `lowest_change`",
        optional=True,
    ),
    Field(
        name="lowest_change",
        kind="number",
        meaning="What the bottom did since the period before",
        optional=True,
    ),
    Field(name="areas", kind="whole", meaning="Areas compared", unit="areas", minimum=2),
    # indicators
    Field(name="name", kind="text", meaning="Name"),
    Field(name="short_name", kind="text", meaning="Name where room is short"),
    Field(name="headline", kind="flag", meaning="Leads a system's page; the rest fold behind it"),
    Field(name="topic", kind="text", meaning="What it is about, for grouping"),
    Field(name="definition", kind="text", meaning="What is measured, in plain words"),
    Field(name="unit", kind="text", meaning="Unit of the value"),
    Field(name="polarity", kind="text", meaning="Which way is better", allowed=all_values(v.Polarity)),
    Field(name="value_type", kind="text", meaning="Kind of number", allowed=all_values(v.ValueType)),
    Field(name="decimals", kind="whole", meaning="Decimals shown on pages", minimum=0, maximum=6),
    Field(
        name="pace_form", kind="text", meaning="How growth towards a target is reckoned", allowed=all_values(v.PaceForm)
    ),
    Field(name="period_kind", kind="text", meaning="How the series cuts time", allowed=all_values(v.PeriodKind)),
    Field(name="periods_overlap", kind="flag", meaning="Neighbouring periods share years"),
    Field(name="cumulative", kind="flag", meaning="Each period includes the earlier ones"),
    Field(name="enumerated", kind="flag", meaning="A full count with no sampling error"),
    Field(name="combinable", kind="flag", meaning="Authorities' figures may be combined into a system's"),
    Field(name="sexes", kind="text", meaning="Sexes published, separated by spaces"),
    Field(name="geographies", kind="text", meaning="Area types published, separated by spaces"),
    Field(name="small_number_rule", kind="text", meaning="What the publisher withholds and why"),
    Field(name="method", kind="text", meaning="How the publisher makes the figure and its limits"),
    # commitments
    Field(name="commitment_id", kind="text", meaning="Commitment, see `commitments`", pattern=SLUG),
    Field(
        name="standing", kind="text", meaning="Promise, duty, recommended or monitored", allowed=all_values(v.Standing)
    ),
    Field(name="lever", kind="text", meaning="Who can move it", allowed=all_values(v.Lever)),
    Field(name="title", kind="text", meaning="Title"),
    Field(name="statement", kind="text", meaning="What is said, in our own words"),
    Field(name="said_by", kind="text", meaning="Who says it"),
    Field(name="source_place", kind="text", meaning="Where in the source to look"),
    Field(name="said_on", kind="text", meaning="When it was said: a day, month or year", optional=True),
    Field(name="in_force", kind="text", meaning="Whether it still stands", allowed=all_values(v.InForce)),
    Field(name="superseded_by", kind="text", meaning="Commitment that took its place", pattern=SLUG, optional=True),
    Field(name="measures", kind="text", meaning="Indicators it is judged by, separated by spaces", optional=True),
    Field(name="baseline", kind="text", meaning="Period or first return it is judged from", optional=True),
    Field(name="target", kind="text", meaning="What is to be reached", optional=True),
    Field(name="deadline", kind="text", meaning="By when; `none` where nobody has said"),
    Field(name="review_cycle", kind="text", meaning="How often there is news"),
    Field(name="version", kind="whole", meaning="Goes up with every change to what the entry says", minimum=1),
    Field(name="kept_by", kind="text", meaning="What shows whether it is kept", allowed=all_values(v.KeptBy)),
    Field(name="rivals", kind="text", meaning="Other measures of the same thing, separated by spaces", optional=True),
    Field(name="unsure", kind="text", meaning="What nobody has confirmed", optional=True),
    Field(
        name="measured_where", kind="text", meaning="Areas it is worked out for", allowed=all_values(v.MeasuredWhere)
    ),
    Field(name="target_change", kind="number", meaning="Target as a change from England's baseline", optional=True),
    Field(name="why_baseline", kind="text", meaning="Why the baseline is not the usual one", optional=True),
    # statuses
    Field(
        name="status_id",
        kind="text",
        meaning="Name of the status, the same in every release",
        pattern=r"^[a-z0-9-]+(\.[A-Za-z0-9-]+)*$",
    ),
    Field(name="as_of_period", kind="text", meaning="Period up to which the rule is replayed"),
    Field(name="as_of_end", kind="date", meaning="Last day of that period", optional=True),
    Field(name="is_latest", kind="flag", meaning="No later period is held of this measure"),
    Field(name="baseline_period", kind="text", meaning="Period it is judged from", optional=True),
    Field(name="baseline_start", kind="date", meaning="First day of the baseline period", optional=True),
    Field(name="baseline_end", kind="date", meaning="Last day of the baseline period", optional=True),
    Field(name="baseline_value", kind="number", meaning="Value in the baseline period", optional=True),
    Field(name="baseline_lower_95", kind="number", meaning="Its lower 95% limit", optional=True),
    Field(name="baseline_upper_95", kind="number", meaning="Its upper 95% limit", optional=True),
    Field(
        name="baseline_standard_error",
        kind="number",
        meaning="Width of its limits over 3.92, never under half the last digit published",
        minimum=0,
        optional=True,
    ),
    Field(name="baseline_vintage", kind="text", meaning="Vintage it comes from", pattern=VINTAGE, optional=True),
    Field(name="latest_period", kind="text", meaning="Period of the latest value", optional=True),
    Field(name="latest_start", kind="date", meaning="First day of the latest period", optional=True),
    Field(name="latest_end", kind="date", meaning="Last day of the latest period", optional=True),
    Field(name="latest_value", kind="number", meaning="Value in the latest period", optional=True),
    Field(name="latest_lower_95", kind="number", meaning="Its lower 95% limit", optional=True),
    Field(name="latest_upper_95", kind="number", meaning="Its upper 95% limit", optional=True),
    Field(
        name="latest_standard_error",
        kind="number",
        meaning="Width of its limits over 3.92, never under half the last digit published",
        minimum=0,
        optional=True,
    ),
    Field(name="latest_vintage", kind="text", meaning="Vintage it comes from", pattern=VINTAGE, optional=True),
    Field(name="target_value", kind="number", meaning="Value to be reached", optional=True),
    Field(name="target_date", kind="date", meaning="Day by which; empty where nobody has said", optional=True),
    Field(
        name="data_state", kind="text", meaning="Whether the figures allow a status", allowed=all_values(v.DataState)
    ),
    Field(name="data_state_reason", kind="text", meaning="Why it is not `ok`", optional=True),
    Field(
        name="direction",
        kind="text",
        meaning="Which way it moved from its baseline",
        allowed=all_values(v.Direction),
        optional=True,
    ),
    Field(
        name="direction_p",
        kind="number",
        meaning="Smaller tail of the test of the change; empty where none was made",
        minimum=0,
        maximum=0.5,
        optional=True,
    ),
    Field(
        name="pace",
        kind="text",
        meaning="Whether it moves fast enough to reach its target by its date",
        allowed=all_values(v.Pace),
        optional=True,
    ),
    Field(name="pace_ratio", kind="number", meaning="Growth observed over growth needed", optional=True),
    Field(name="pace_lower_95", kind="number", meaning="Lower 95% limit of the ratio", optional=True),
    Field(name="pace_upper_95", kind="number", meaning="Upper 95% limit of the ratio", optional=True),
    Field(name="pace_reason", kind="text", meaning="Why there is no pace, or nothing required", optional=True),
    Field(
        name="required_from_now",
        kind="number",
        meaning="Growth a year that would still reach the target: a fraction where compound, else in the unit",
        optional=True,
    ),
    Field(name="recent_rate", kind="number", meaning="Growth a year since the baseline, likewise", optional=True),
    Field(
        name="years_to_target", kind="number", meaning="Years to the target at that rate", unit="years", optional=True
    ),
    Field(
        name="recent_trend",
        kind="text",
        meaning="What the five latest points did",
        allowed=all_values(v.RecentTrend),
        optional=True,
    ),
    Field(name="trend_chi_square", kind="number", meaning="Chi-squared of the trend", minimum=0, optional=True),
    Field(name="trend_slope", kind="number", meaning="Slope of the trend, in the unit a point", optional=True),
    Field(name="trend_reason", kind="text", meaning="Why there is no trend, or what it rests on", optional=True),
    Field(
        name="variation",
        kind="text",
        meaning="What the latest point of the control chart is",
        allowed=all_values(v.Variation),
        optional=True,
    ),
    Field(
        name="assurance",
        kind="text",
        meaning="Whether the target will be met by the process as it is",
        allowed=all_values(v.Assurance),
        optional=True,
    ),
    Field(name="england_value", kind="number", meaning="England's value in the latest period", optional=True),
    Field(name="england_standard_error", kind="number", meaning="Its standard error", minimum=0, optional=True),
    Field(
        name="england_baseline_value", kind="number", meaning="England's value in the baseline period", optional=True
    ),
    Field(
        name="england_baseline_standard_error", kind="number", meaning="Its standard error", minimum=0, optional=True
    ),
    Field(
        name="versus_england",
        kind="text",
        meaning="Where the latest value stands",
        allowed=all_values(v.Versus),
        optional=True,
    ),
    Field(name="versus_england_p", kind="number", meaning="Two-sided p of that", minimum=0, maximum=1, optional=True),
    Field(
        name="change_versus_england",
        kind="number",
        meaning="Change since the baseline less England's over the same periods, in the unit",
        optional=True,
    ),
    Field(
        name="change_versus_england_p",
        kind="number",
        meaning="Two-sided p of that",
        minimum=0,
        maximum=1,
        optional=True,
    ),
    Field(name="earliest_change", kind="date", meaning="First day on which the status could change", optional=True),
    Field(
        name="earliest_change_reason",
        kind="text",
        meaning="What that day rests on, or why there is none",
        optional=True,
    ),
    Field(
        name="smallest_detectable_change",
        kind="number",
        meaning="Smallest change the test of direction would see, in the unit",
        minimum=0,
        optional=True,
    ),
    # control charts
    Field(name="centre_line", kind="number", meaning="Mean of the series, in the unit"),
    Field(
        name="lower_limit",
        kind="number",
        meaning="Lower process limit: the mean less 2.66 average moving ranges",
    ),
    Field(
        name="upper_limit",
        kind="number",
        meaning="Upper process limit: the mean and 2.66 average moving ranges",
    ),
    Field(
        name="special_cause",
        kind="text",
        meaning="Why the point is not chance, the first rule that applies; or `common_cause`",
        allowed=all_values(v.SpecialCause),
    ),
    Field(
        name="point_type",
        kind="text",
        meaning="What that means for the measure; `neutral_high` and `neutral_low` where neither way is better",
        allowed=all_values(v.Variation),
    ),
    Field(name="points", kind="whole", meaning="Points with a value in the series", minimum=1),
    Field(
        name="trial_limits", kind="flag", meaning="Under 12 points: the limits are trial ones and will move with more"
    ),
    Field(name="explanation", kind="text", meaning="The status in one sentence, made from its layers"),
    Field(name="rule_version", kind="text", meaning="Version of the status rules"),
    # evidence
    Field(name="as_at", kind="date", meaning="Day on which the answer held"),
    Field(name="answer", kind="text", meaning="Whether it has been done", allowed=all_values(v.Answer)),
    Field(name="dated", kind="date", meaning="Day of the act or document", optional=True),
    Field(name="evidence_url", kind="text", meaning="Page or document that shows it", pattern=HTTPS),
    Field(
        name="agreed_role",
        kind="text",
        meaning="What the agreement settles: who leads, who advises, who informs, or where partners collaborate",
        allowed=all_values(v.AgreedRole),
    ),
    Field(name="outcome", kind="text", meaning="What came of it", allowed=all_values(v.CaseOutcome)),
    # triggers
    Field(name="trigger_id", kind="text", meaning="Trigger, see `trigger_rules`", pattern=SLUG),
    Field(
        name="firing_id",
        kind="text",
        meaning="Name of the firing, the same in every release that has it",
        pattern=r"^[a-z0-9-]+(\.[A-Za-z0-9-]+)*$",
    ),
    Field(name="fired_since", kind="date", meaning="Last day of the as-of period on which it first fired"),
    Field(
        name="cleared_on",
        kind="date",
        meaning="Last day of the first as-of period on which it fired no more; empty while it fires",
        optional=True,
    ),
    Field(
        name="cleared_why",
        kind="text",
        meaning=(
            "`passed`: tested, and did not fire; `not_tested`: no test could be made, which is no pass. Empty while it "
            "fires"
        ),
        allowed=all_values(v.Cleared),
        optional=True,
    ),
    Field(name="evidence", kind="text", meaning="What fired it, in one sentence with its figures"),
    Field(
        name="expected_by_chance",
        kind="number",
        meaning=(
            "Firings to expect of this trigger and measure if only chance were at work, over the systems tested; "
            "empty where the rule is about a fact, not a figure with sampling error"
        ),
        minimum=0,
        optional=True,
    ),
    Field(name="tested", kind="whole", meaning="Systems tested as of the same period", unit="systems", minimum=0),
    Field(name="fired", kind="whole", meaning="Systems on which it fired then", unit="systems", minimum=0),
    Field(
        name="amount",
        kind="number",
        meaning=(
            "What was held against the threshold, in the measure's unit: the change less England's, how much the gap "
            "widened, or the latest figure less the target; empty where the rule is about a fact"
        ),
        optional=True,
    ),
    Field(name="p", kind="number", meaning="Two-sided p of that", minimum=0, maximum=1, optional=True),
    Field(
        name="threshold", kind="number", meaning="The number it was held against: of a test, the two-sided level of p"
    ),
    Field(name="thresholds", kind="text", meaning="Its numbers by name, separated by commas"),
    Field(name="owner", kind="text", meaning="Who answers for the rule: a role and a kind of organisation"),
    Field(name="covers", kind="text", meaning="Standings it looks at, separated by spaces"),
    Field(name="reason", kind="text", meaning="Why there is such a rule"),
    Field(name="means", kind="text", meaning="What a firing means"),
    Field(name="does_not_mean", kind="text", meaning="What it does not mean"),
    Field(name="source", kind="text", meaning="Where the rule comes from"),
    # comparators
    Field(name="comparator_code", kind="text", meaning="System it is compared with", pattern=AREA_CODE),
    Field(name="rank", kind="whole", meaning="Place among its comparators, the nearest first", minimum=1),
    Field(
        name="distance",
        kind="number",
        meaning=(
            "How unlike the two systems are: the root of the sum of two squared differences, in the share of residents "
            "in the most deprived fifth and in the measure's baseline value, each in standard deviations over the "
            "systems that can be compared"
        ),
        minimum=0,
    ),
    # sources
    Field(name="publisher", kind="text", meaning="Who publishes it"),
    Field(name="licence", kind="text", meaning="Licence"),
    Field(name="attribution", kind="text", meaning="Words the licence asks for"),
    Field(name="cadence", kind="text", meaning="How often it is published"),
    Field(
        name="usual_lag_months",
        kind="whole",
        meaning="Months from a period's end to its publication; below zero of what is announced before its year",
        unit="months",
    ),
    Field(name="published", kind="date", meaning="Day the vintage was published, where known", optional=True),
    Field(name="sha256", kind="text", meaning="SHA-256 of the publisher's file", pattern=r"^[0-9a-f]{64}$"),
    Field(name="received", kind="whole", meaning="Rows in the vintage", unit="rows", minimum=0),
    Field(name="accepted", kind="whole", meaning="Rows taken in", unit="rows", minimum=0),
    Field(
        name="set_aside",
        kind="whole",
        meaning="Sound rows left out by a rule the source declares",
        unit="rows",
        minimum=0,
    ),
    Field(name="quarantined", kind="whole", meaning="Rows at fault, kept with the reason", unit="rows", minimum=0),
    Field(name="caveats", kind="text", meaning="What to bear in mind"),
    # checks and quarantine
    Field(name="check_id", kind="text", meaning="Check"),
    Field(name="subject", kind="text", meaning="Table or source checked"),
    Field(name="expected", kind="text", meaning="What was expected"),
    Field(name="found", kind="text", meaning="What was found"),
    Field(name="passed", kind="flag", meaning="Whether the check holds"),
    Field(
        name="source_row",
        kind="whole",
        meaning="Row of the publisher's file, the first after the header being 1",
        minimum=1,
    ),
    Field(name="rule", kind="text", meaning="Rule the row breaks"),
    Field(name="column", kind="text", meaning="Column at fault"),
    Field(name="row", kind="text", meaning="The row as received, as JSON"),
    # interventions
    Field(name="intervention_id", kind="whole", meaning="Number of the intervention", minimum=1, maximum=MOST_RECORDS),
    Field(name="intervention_reason", kind="text", meaning="Why, where no trigger says it", optional=True),
    Field(name="intervention_kind", kind="text", meaning="What is done", allowed=all_values(v.InterventionKind)),
    Field(
        name="intervention_status", kind="text", meaning="How far it has come", allowed=all_values(v.InterventionStatus)
    ),
    Field(name="owner_role", kind="text", meaning="Role that owns it; never a person's name"),
    Field(name="owner_organisation", kind="text", meaning="Organisation of that role"),
    Field(name="start_date", kind="date", meaning="Day it starts or started"),
    Field(name="agreed_date", kind="date", meaning="Day it was agreed", optional=True),
    Field(name="review_date", kind="date", meaning="Day of the next review"),
    Field(name="expected_effect", kind="text", meaning="What it is expected to change, and by how much"),
    Field(name="process_measure", kind="text", meaning="What shows within 12 months whether it is being done"),
    Field(name="process_unit", kind="text", meaning="Unit of the process measure", optional=True),
    Field(name="process_aim", kind="text", meaning="Which way it should move", allowed=all_values(v.ProcessAim)),
    Field(name="process_date", kind="date", meaning="Day the process measure can first be read"),
    Field(name="process_baseline", kind="number", meaning="Process measure before the start", optional=True),
    Field(name="process_baseline_date", kind="date", meaning="Day the baseline is of", optional=True),
    Field(name="process_baseline_lower_95", kind="number", meaning="Lower 95% limit of the baseline", optional=True),
    Field(name="process_baseline_upper_95", kind="number", meaning="Upper 95% limit of the baseline", optional=True),
    Field(name="process_value", kind="number", meaning="Latest reading of the process measure", optional=True),
    Field(name="process_value_date", kind="date", meaning="Day the latest reading is of", optional=True),
    Field(name="process_lower_95", kind="number", meaning="Lower 95% limit of the latest reading", optional=True),
    Field(name="process_upper_95", kind="number", meaning="Upper 95% limit of the latest reading", optional=True),
    Field(
        name="outcome_indicator_id",
        kind="text",
        meaning="Outcome it should move in the end, see `indicators`",
        pattern=SLUG,
        optional=True,
    ),
    Field(
        name="outcome_sex", kind="text", meaning="Whom the outcome is about", allowed=all_values(v.Sex), optional=True
    ),
    Field(name="outcome_date", kind="date", meaning="Day the outcome could first be read", optional=True),
    Field(name="evidence_link", kind="text", meaning="Page or document about it", pattern=HTTPS, optional=True),
    Field(name="reviewed_on", kind="date", meaning="Day of the latest review", optional=True),
    Field(name="review_finding", kind="text", meaning="What the latest review found", optional=True),
    Field(name="withdrawn_reason", kind="text", meaning="Why it was withdrawn", optional=True),
    Field(
        name="record_version", kind="whole", meaning="Goes up by one with every change", minimum=1, maximum=MOST_RECORDS
    ),
    Field(name="created_at", kind="text", meaning="When it was logged (UTC)", pattern=MOMENT),
    Field(name="changed_at", kind="text", meaning="When this version was written (UTC)", pattern=MOMENT),
    Field(name="changed_by_role", kind="text", meaning="Role that wrote this version; never a person's name"),
    Field(name="changed_by_organisation", kind="text", meaning="Organisation of that role"),
    Field(name="action", kind="text", meaning="What made this version", allowed=all_values(v.InterventionAction)),
    Field(name="changed", kind="text", meaning="Columns that differ from the version before, separated by spaces"),
    # posts and their funding
    Field(name="quarter", kind="text", meaning="Quarter of the NHS financial year", pattern=QUARTER),
    Field(
        name="role_family",
        kind="text",
        meaning="What the posts are for; `all` is the total. A system's families are there where each rests on 3 posts",
        allowed=("all", *all_values(v.RoleFamily)),
    ),
    Field(name="posts", kind="whole", meaning="Posts funded on the as-at date", unit="posts", minimum=0),
    Field(name="posts_per_100000", kind="number", meaning="Posts per 100,000 residents", minimum=0, optional=True),
    Field(
        name="wte",
        kind="number",
        meaning="Whole-time equivalent funded: on the as-at date, of a horizon on the last day of the month",
        unit="WTE",
        minimum=0,
        optional=True,
    ),
    Field(
        name="vacancy_rate",
        kind="number",
        meaning="Vacant over all funded WTE, posts whose recruitment is frozen included",
        minimum=0,
        maximum=1,
        optional=True,
    ),
    Field(name="vacant_posts", kind="whole", meaning="Posts vacant", unit="posts", minimum=0, optional=True),
    Field(
        name="recurrent_share",
        kind="number",
        meaning="Share of WTE whose funding recurs",
        minimum=0,
        maximum=1,
        optional=True,
    ),
    Field(
        name="fixed_share",
        kind="number",
        meaning="Share of WTE whose funding has an end",
        minimum=0,
        maximum=1,
        optional=True,
    ),
    Field(
        name="unconfirmed_share",
        kind="number",
        meaning="Share of WTE whose funding is not confirmed in writing",
        minimum=0,
        maximum=1,
        optional=True,
    ),
    *(
        Field(name=name, kind="number", meaning=meaning, minimum=0, maximum=1, optional=True)
        for name, meaning in (
            ("filled_substantive_share", "Share of WTE filled by substantive holders"),
            ("fixed_term_share", "Share of WTE filled for a fixed term"),
            ("secondment_share", "Share of WTE filled by secondment"),
            ("interim_share", "Share of WTE held by interims"),
            ("vacant_recruiting_share", "Share of WTE vacant and being recruited to"),
            ("vacant_frozen_share", "Share of WTE vacant and frozen"),
        )
    ),
    Field(
        name="joint_share",
        kind="number",
        meaning="Share of WTE in joint posts, of each its system's share",
        minimum=0,
        maximum=1,
        optional=True,
    ),
    Field(
        name="largest_funder_share",
        kind="number",
        meaning="Share of WTE paid for by the funder that pays for most",
        minimum=0,
        maximum=1,
        optional=True,
    ),
    Field(
        name="largest_pay_framework_share",
        kind="number",
        meaning="Share of WTE on the commonest pay framework",
        minimum=0,
        maximum=1,
        optional=True,
    ),
    Field(
        name="wte_ending_3_months",
        kind="number",
        meaning="WTE whose funding ends after the as-at date and within 3 calendar months of it",
        unit="WTE",
        minimum=0,
        optional=True,
    ),
    Field(
        name="wte_ending_6_months",
        kind="number",
        meaning="WTE whose funding ends after the as-at date and within 6 calendar months of it",
        unit="WTE",
        minimum=0,
        optional=True,
    ),
    Field(
        name="wte_ending_12_months",
        kind="number",
        meaning="WTE whose funding ends after the as-at date and within 12 calendar months of it",
        unit="WTE",
        minimum=0,
        optional=True,
    ),
    Field(
        name="wte_ending_24_months",
        kind="number",
        meaning="WTE whose funding ends after the as-at date and within 24 calendar months of it",
        unit="WTE",
        minimum=0,
        optional=True,
    ),
    Field(
        name="median_months_left",
        kind="number",
        meaning="Months in which half of the WTE whose funding has an end will have lost it; without recurrent funding",
        unit="months",
        minimum=0,
        optional=True,
    ),
    Field(
        name="median_months_vacant",
        kind="number",
        meaning="Months half of vacancies last: Kaplan-Meier over all returns up to this one, open ones censored",
        unit="months",
        minimum=0,
        optional=True,
    ),
    Field(
        name="largest_funder",
        kind="text",
        meaning="Whose money pays for most WTE",
        allowed=all_values(v.FundingSource),
        optional=True,
    ),
    Field(
        name="largest_pay_framework",
        kind="text",
        meaning="Terms most WTE is on",
        allowed=all_values(v.PayFramework),
        optional=True,
    ),
    Field(
        name="withheld",
        kind="text",
        meaning="Measures withheld, separated by spaces: they rest on 1 or 2 posts, or would tell of 1 or 2 by "
        "subtraction. A measure that is empty and not named here does not apply",
        optional=True,
    ),
    Field(
        name="systems",
        kind="whole",
        meaning="Systems: of a total all there were on the as-at date, of a figure those it is taken over",
        minimum=0,
        optional=True,
    ),
    Field(
        name="systems_returned",
        kind="whole",
        meaning="Systems that returned, late or in time",
        minimum=0,
        optional=True,
    ),
    Field(
        name="systems_late", kind="whole", meaning="Those that returned after the due date", minimum=0, optional=True
    ),
    Field(
        name="systems_silent",
        kind="whole",
        meaning="Systems that have not returned though the due date has passed, whether or not anybody asked them",
        minimum=0,
        optional=True,
    ),
    Field(name="measure", kind="text", meaning="Column of `workforce`", pattern=r"^[a-z0-9_]+$"),
    Field(name="month", kind="whole", meaning="Months after the as-at date, which is month 0", minimum=0, maximum=60),
    Field(name="month_end", kind="date", meaning="Day the horizon is read on"),
    Field(name="basis", kind="text", meaning="Funding counted: all, or what is confirmed", allowed=all_values(v.Basis)),
    Field(name="due_on", kind="date", meaning="Last day on which the return is in time"),
    Field(name="received_on", kind="date", meaning="Day the newest accepted return came in", optional=True),
    Field(name="return_state", kind="text", meaning="What became of the return", allowed=all_values(v.ReturnState)),
)

FIELDS: dict[str, Field] = {field.name: field for field in _FIELDS}


def fields(names: Iterable[str]) -> tuple[Field, ...]:
    """The fields of these names, in this order; an unknown name is a mistake in a table and raises KeyError."""
    return tuple(FIELDS[name] for name in names)
