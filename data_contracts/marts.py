"""The published tables: what each holds, its key and its columns.

No pandera and no polars here: the web server reads this.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data_contracts.fields import Field, fields

if TYPE_CHECKING:
    import polars as pl

#: Raised whenever a mart comes or goes, loses a column or changes what one means; a server refuses a release of
#: another version.
CONTRACT_VERSION = "4"


@dataclass(frozen=True, kw_only=True)
class Mart:
    """One published table.

    `key` is unique and never null unless it is named in `nullable`. `required` names optional fields that this
    table never leaves empty. Rows are published in the order of `sort`, which begins with the commonest filter.
    `also_asked` names columns outside the key by which rows can be asked for.
    """

    name: str
    holds: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    sort: tuple[str, ...] = ()
    nullable: frozenset[str] = field(default_factory=frozenset)
    required: frozenset[str] = field(default_factory=frozenset)
    row_rules: tuple[str, ...] = ()
    at_least: int = 1
    also_asked: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[Field, ...]:
        """The columns rows can be asked for by: the key's, and those the table names besides."""
        return tuple(column for column in self.fields if column.name in (*self.key, *self.also_asked))

    @property
    def fields(self) -> tuple[Field, ...]:
        """The table's columns in order."""
        return fields(self.columns)

    @property
    def schema(self) -> dict[str, "pl.DataType"]:
        """Column names to polars types, in order."""
        return {column.name: column.dtype for column in self.fields}

    @property
    def order(self) -> tuple[str, ...]:
        """Columns rows are sorted by: the declared order, then the rest of the key."""
        return self.sort + tuple(name for name in self.key if name not in self.sort)

    def is_nullable(self, column: Field) -> bool:
        """Whether this table may leave the column empty."""
        return (column.optional and column.name not in self.required) or column.name in self.nullable


_MARTS: tuple[Mart, ...] = (
    Mart(
        name="areas",
        holds="One row per area and validity; an area that ended keeps its row.",
        columns=(
            "area_code",
            "area_name",
            "area_type",
            "ods_code",
            "nhs_region_code",
            "valid_from",
            "valid_to",
            "population",
            "official_name",
            "most_deprived_share",
        ),
        key=("area_code",),
        row_rules=("valid_dates_in_order",),
    ),
    Mart(
        name="area_lineage",
        holds="One row per predecessor, successor and date: who took which share of whose residents.",
        columns=(
            "predecessor_code",
            "successor_code",
            "effective_date",
            "share_of_predecessor",
            "change_type",
            "confidence",
            "source_url",
        ),
        key=("predecessor_code", "successor_code", "effective_date"),
        nullable=frozenset({"successor_code"}),
        row_rules=("confirmed_change_has_successor",),
    ),
    Mart(
        name="area_regions",
        holds="One row per system and ONS region: the share of the system's residents who live there.",
        columns=("area_code", "region_code", "share_of_area"),
        key=("area_code", "region_code"),
    ),
    Mart(
        name="authority_overlaps",
        holds="One row per local authority and system that share residents. A system's code stands for one boundary.",
        columns=("authority_code", "system_code", "residents", "share_of_authority", "share_of_system"),
        key=("authority_code", "system_code"),
        sort=("system_code", "authority_code"),
    ),
    Mart(
        name="observations",
        holds="One row per indicator, area, sex, breakdown and period.",
        columns=(
            "indicator_id",
            "area_code",
            "sex",
            "breakdown",
            "period_label",
            "period_start",
            "period_end",
            "value",
            "lower_95",
            "upper_95",
            "count",
            "denominator",
            "value_kind",
            "value_symbol",
            "note",
            "source_id",
            "vintage",
        ),
        key=("indicator_id", "area_code", "sex", "breakdown", "period_label"),
        sort=("area_code", "indicator_id", "sex", "breakdown", "period_end"),
        row_rules=(
            "limits_together",
            "limits_in_order",
            "value_within_limits",
            "missing_value_explained",
            "period_in_order",
        ),
    ),
    Mart(
        name="gaps",
        holds="One row per gap, indicator, area it lies in, sex and period: the top less the bottom.",
        columns=(
            "gap_id",
            "indicator_id",
            "area_code",
            "sex",
            "period_label",
            "period_start",
            "period_end",
            "observed_gap",
            "chance_only_gap",
            "shrunken_gap",
            "shrunken_lower_95",
            "shrunken_upper_95",
            "highest_code",
            "highest_value",
            "highest_change",
            "lowest_code",
            "lowest_value",
            "lowest_change",
            "areas",
            "observed_lower_95",
            "observed_upper_95",
        ),
        key=("gap_id", "indicator_id", "area_code", "sex", "period_label"),
        sort=("area_code", "gap_id", "indicator_id", "sex", "period_start"),
        row_rules=(
            "period_in_order",
            "only_lasting_ends_change_places",
            "only_a_slope_names_no_areas",
            "observed_gap_within_limits",
        ),
    ),
    Mart(
        name="indicators",
        holds="One row per indicator, from the registry.",
        columns=(
            "indicator_id",
            "name",
            "unit",
            "polarity",
            "value_type",
            "decimals",
            "pace_form",
            "short_name",
            "definition",
            "period_kind",
            "periods_overlap",
            "cumulative",
            "enumerated",
            "combinable",
            "sexes",
            "geographies",
            "small_number_rule",
            "method",
            "source_id",
            "topic",
            "lever",
            "headline",
        ),
        key=("indicator_id",),
    ),
    Mart(
        name="commitments",
        holds="One row per commitment in the register.",
        columns=(
            "commitment_id",
            "standing",
            "lever",
            "title",
            "statement",
            "said_by",
            "source_url",
            "source_place",
            "said_on",
            "in_force",
            "superseded_by",
            "measures",
            "baseline",
            "target",
            "deadline",
            "review_cycle",
            "version",
            "kept_by",
            "rivals",
            "unsure",
        ),
        key=("commitment_id",),
    ),
    Mart(
        name="commitment_measures",
        holds="One row per commitment, measure and sex it is judged by: from which period, and towards what.",
        columns=(
            "commitment_id",
            "indicator_id",
            "sex",
            "measured_where",
            "baseline_period",
            "target_value",
            "target_change",
            "target_date",
            "why_baseline",
        ),
        key=("commitment_id", "indicator_id", "sex"),
        required=frozenset({"baseline_period"}),
    ),
    Mart(
        name="statuses",
        holds=(
            "One row per commitment, measure, area, sex and as-of period: the status in its layers, with all it is "
            "worked out from. History is the rule replayed on the figures held: as now published."
        ),
        columns=(
            "status_id",
            "commitment_id",
            "indicator_id",
            "area_code",
            "sex",
            "as_of_period",
            "baseline_period",
            "baseline_value",
            "baseline_lower_95",
            "baseline_upper_95",
            "latest_period",
            "latest_value",
            "latest_lower_95",
            "latest_upper_95",
            "value_kind",
            "target_value",
            "target_date",
            "data_state",
            "direction",
            "direction_p",
            "pace",
            "pace_ratio",
            "required_from_now",
            "recent_trend",
            "variation",
            "assurance",
            "england_value",
            "versus_england",
            "change_versus_england",
            "change_versus_england_p",
            "earliest_change",
            "smallest_detectable_change",
            "explanation",
            "rule_version",
            "is_latest",
            "as_of_end",
            "data_state_reason",
            "baseline_start",
            "baseline_end",
            "baseline_standard_error",
            "baseline_vintage",
            "latest_start",
            "latest_end",
            "latest_standard_error",
            "latest_vintage",
            "pace_lower_95",
            "pace_upper_95",
            "pace_reason",
            "recent_rate",
            "years_to_target",
            "trend_chi_square",
            "trend_slope",
            "trend_reason",
            "england_standard_error",
            "england_baseline_value",
            "england_baseline_standard_error",
            "versus_england_p",
            "earliest_change_reason",
        ),
        key=("commitment_id", "indicator_id", "area_code", "sex", "as_of_period"),
        sort=("is_latest", "area_code", "commitment_id", "indicator_id", "sex", "as_of_end"),
        nullable=frozenset({"indicator_id", "as_of_period", "value_kind"}),
        row_rules=("direction_only_where_sound", "not_ok_explained"),
    ),
    Mart(
        name="control_charts",
        holds=(
            "One row per point with a value of each monthly or quarterly series that does not add up: its control "
            "chart, one mean and pair of limits for the whole series. A series with no two values in a row has none."
        ),
        columns=(
            "indicator_id",
            "area_code",
            "sex",
            "breakdown",
            "period_label",
            "period_start",
            "period_end",
            "value",
            "value_kind",
            "centre_line",
            "lower_limit",
            "upper_limit",
            "special_cause",
            "point_type",
            "points",
            "trial_limits",
        ),
        key=("indicator_id", "area_code", "sex", "breakdown", "period_label"),
        sort=("area_code", "indicator_id", "sex", "breakdown", "period_end"),
        required=frozenset({"value"}),
        row_rules=("period_in_order",),
    ),
    Mart(
        name="evidence",
        holds=(
            "One row per commitment, area and day: commitments kept by acts and documents, not by numbers. Answers "
            "come with the quarterly returns, or are sent in as one file, of which a later one stands in the place of "
            "the whole one before; for one day a return stands before a file. A no may have no address."
        ),
        columns=("commitment_id", "area_code", "as_at", "answer", "dated", "evidence_url", "value_kind"),
        key=("commitment_id", "area_code", "as_at"),
        sort=("area_code", "commitment_id", "as_at"),
        nullable=frozenset({"evidence_url"}),
        at_least=0,
    ),
    Mart(
        name="agreements",
        holds="One row per system, topic and role its newest return answers about: what partners agreed, and when.",
        columns=("area_code", "topic", "agreed_role", "answer", "dated", "evidence_url", "as_at", "value_kind"),
        key=("area_code", "topic", "agreed_role"),
        nullable=frozenset({"evidence_url"}),
        at_least=0,
    ),
    Mart(
        name="practice_cases",
        holds="One row per case a system shared: its topic, what came of it, and where to read it.",
        columns=("area_code", "topic", "evidence_url", "outcome", "dated", "as_at", "value_kind"),
        key=("area_code", "topic", "evidence_url"),
        at_least=0,
    ),
    Mart(
        name="workforce",
        holds=(
            "One row per area, quarter and role family: posts funded on the as-at date, and how long for. Systems, "
            "those that have since merged or been split as what they became (`restated`, or `[x]` with the reason in "
            "`note` where posts do not say where they went), NHS regions and England, which are sums of what may be "
            "shown of the systems that returned, never grossed up."
        ),
        columns=(
            "area_code",
            "quarter",
            "role_family",
            "posts",
            "wte",
            "posts_per_100000",
            "vacancy_rate",
            "recurrent_share",
            "wte_ending_3_months",
            "wte_ending_6_months",
            "wte_ending_12_months",
            "wte_ending_24_months",
            "median_months_left",
            "value_kind",
            "value_symbol",
            "withheld",
            "vacant_posts",
            "median_months_vacant",
            "fixed_share",
            "unconfirmed_share",
            "filled_substantive_share",
            "fixed_term_share",
            "secondment_share",
            "interim_share",
            "vacant_recruiting_share",
            "vacant_frozen_share",
            "joint_share",
            "largest_funder",
            "largest_funder_share",
            "largest_pay_framework",
            "largest_pay_framework_share",
            "systems",
            "systems_returned",
            "systems_late",
            "systems_silent",
            "note",
        ),
        key=("area_code", "quarter", "role_family"),
        nullable=frozenset({"posts"}),
        row_rules=("withheld_marked", "missing_posts_marked", "returned_of_systems"),
        at_least=0,
    ),
    Mart(
        name="workforce_coverage",
        holds=(
            "One row per NHS region or England, quarter, role family and measure of `workforce`: how many systems and "
            "posts the figure is taken over."
        ),
        columns=("area_code", "quarter", "role_family", "measure", "systems", "posts"),
        key=("area_code", "quarter", "role_family", "measure"),
        required=frozenset({"systems"}),
        at_least=0,
    ),
    Mart(
        name="funding_horizon",
        holds=(
            "One row per area, quarter, month and basis: WTE funded on the month's last day, of posts funded on the "
            "as-at date. A step that rests on 1 or 2 posts waits for the next."
        ),
        columns=(
            "area_code",
            "quarter",
            "month",
            "basis",
            "wte",
            "value_kind",
            "value_symbol",
            "month_end",
            "systems",
        ),
        key=("area_code", "quarter", "basis", "month"),
        required=frozenset({"systems"}),
        row_rules=("missing_wte_marked",),
        at_least=0,
    ),
    Mart(
        name="returns_received",
        holds=(
            "One row per system and quarter it is expected to return: from its own first return on, or from the first "
            "quarter all are asked for, where anybody has asked."
        ),
        columns=("area_code", "quarter", "due_on", "received_on", "return_state", "value_kind"),
        key=("area_code", "quarter"),
        row_rules=("received_unless_overdue",),
        at_least=0,
    ),
    Mart(
        name="trigger_rules",
        holds="One row per trigger: the rule, whose it is, and what a firing means and does not mean.",
        columns=(
            "trigger_id",
            "version",
            "title",
            "owner",
            "covers",
            "thresholds",
            "reason",
            "means",
            "does_not_mean",
            "source",
            "source_url",
            "commitment_id",
        ),
        key=("trigger_id",),
        nullable=frozenset({"commitment_id", "source_url"}),
    ),
    Mart(
        name="trigger_tests",
        holds=(
            "One row per trigger, commitment, measure, sex and as-of period: how many of today's systems were tested, "
            "on how many it fired, and how many chance alone would give."
        ),
        columns=(
            "trigger_id",
            "commitment_id",
            "indicator_id",
            "sex",
            "as_of_end",
            "as_of_period",
            "is_latest",
            "tested",
            "fired",
            "expected_by_chance",
            "threshold",
            "standing",
        ),
        key=("trigger_id", "commitment_id", "indicator_id", "sex", "as_of_end"),
        sort=("is_latest", "trigger_id", "commitment_id", "indicator_id", "sex", "as_of_end"),
        nullable=frozenset({"indicator_id", "as_of_period"}),
        required=frozenset({"as_of_end"}),
        row_rules=("fired_of_tested",),
        at_least=0,
    ),
    Mart(
        name="triggers",
        holds=(
            "One row per trigger, system, commitment, measure, sex and spell of firing, by replaying the rules on the "
            "figures held. Evidence and counts are as of the last period on which it fired. Today's systems only."
        ),
        columns=(
            "trigger_id",
            "area_code",
            "commitment_id",
            "fired_since",
            "cleared_on",
            "evidence",
            "expected_by_chance",
            "indicator_id",
            "sex",
            "as_of_period",
            "as_of_end",
            "cleared_why",
            "standing",
            "tested",
            "fired",
            "amount",
            "lower_95",
            "upper_95",
            "p",
            "threshold",
            "status_id",
            "version",
            "firing_id",
        ),
        key=("trigger_id", "area_code", "commitment_id", "indicator_id", "sex", "fired_since"),
        sort=("area_code", "trigger_id", "commitment_id", "indicator_id", "sex", "fired_since"),
        nullable=frozenset({"indicator_id", "as_of_period", "status_id"}),
        required=frozenset({"as_of_end"}),
        row_rules=("cleared_after_it_fired", "cleared_explained", "fired_of_tested", "limits_together"),
        at_least=0,
    ),
    Mart(
        name="comparators",
        holds=(
            "One row per system of today, comparator, commitment, measure and sex: the systems most like it by "
            "deprivation and by the measure's baseline, none of which shares an authority with it."
        ),
        columns=("area_code", "comparator_code", "rank", "distance", "commitment_id", "indicator_id", "sex"),
        key=("area_code", "commitment_id", "indicator_id", "sex", "comparator_code"),
        sort=("area_code", "commitment_id", "indicator_id", "sex", "rank"),
        row_rules=("never_its_own_comparator",),
    ),
    Mart(
        name="sources",
        holds="One row per source in use: whose it is, which vintage is in use, and what became of its rows.",
        columns=(
            "source_id",
            "publisher",
            "title",
            "source_url",
            "licence",
            "attribution",
            "cadence",
            "usual_lag_months",
            "vintage",
            "published",
            "sha256",
            "received",
            "accepted",
            "set_aside",
            "quarantined",
            "caveats",
        ),
        key=("source_id",),
        row_rules=("rows_add_up",),
    ),
    Mart(
        name="quality_checks",
        holds="One row per check made while the release was built.",
        columns=("check_id", "subject", "expected", "found", "passed"),
        key=("check_id", "subject"),
    ),
    Mart(
        name="quarantine",
        holds="One row per source row and rule it breaks, with the row as received.",
        columns=("source_id", "source_row", "rule", "column", "expected", "found", "row"),
        key=("source_id", "source_row", "rule", "column"),
        at_least=0,
    ),
)

MARTS: dict[str, Mart] = {mart.name: mart for mart in _MARTS}
