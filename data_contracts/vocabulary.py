"""Closed lists: every value a column may take, once, with what it means."""

from enum import StrEnum


class Sex(StrEnum):
    """Whom a figure is about."""

    PERSONS = "persons"
    FEMALE = "female"
    MALE = "male"


class ValueKind(StrEnum):
    """Where a figure comes from."""

    PUBLISHED = "published"
    ESTIMATE = "estimate"
    RESTATED = "restated"
    ILLUSTRATIVE = "illustrative"


class ValueSymbol(StrEnum):
    """The Analysis Function's shorthand; a missing value always carries one."""

    ESTIMATED = "[e]"
    NOT_AVAILABLE = "[x]"
    CONFIDENTIAL = "[c]"
    NOT_APPLICABLE = "[z]"
    PROVISIONAL = "[p]"
    REVISED = "[r]"
    LOW_RELIABILITY = "[u]"
    BREAK_IN_SERIES = "[b]"
    ROUNDS_TO_ZERO = "[low]"


SYMBOL_MEANINGS: dict[str, str] = {
    ValueSymbol.ESTIMATED: "estimated from the figures of local authorities",
    ValueSymbol.NOT_AVAILABLE: "not available",
    ValueSymbol.CONFIDENTIAL: "withheld to protect confidentiality",
    ValueSymbol.NOT_APPLICABLE: "not applicable",
    ValueSymbol.PROVISIONAL: "provisional",
    ValueSymbol.REVISED: "revised",
    ValueSymbol.LOW_RELIABILITY: "low reliability",
    ValueSymbol.BREAK_IN_SERIES: "break in the series",
    ValueSymbol.ROUNDS_TO_ZERO: "rounds to zero but is not zero",
}


class GapId(StrEnum):
    """Rival ways to measure a gap between areas; nobody has said which one a promise means."""

    REGION_RANGE = "region-range"
    REGION_FIXED = "region-fixed"
    AUTHORITY_TENTHS = "authority-tenths"
    AUTHORITY_RANGE = "authority-range"
    AUTHORITY_SLOPE = "authority-slope"
    SYSTEM_RANGE = "system-range"
    SYSTEM_SLOPE = "system-slope"


GAP_MEANINGS: dict[str, str] = {
    GapId.REGION_RANGE: "the highest ONS region less the lowest, whichever they are in the period",
    GapId.REGION_FIXED: (
        "the region that was highest in 2021 to 2023 less the one that was lowest, the same two in every period; they "
        "were chosen by the figures of that period, which show their gap too wide if anything"
    ),
    GapId.AUTHORITY_TENTHS: "mean of the highest tenth of upper-tier authorities less mean of the lowest tenth",
    GapId.AUTHORITY_RANGE: "the highest upper-tier authority less the lowest",
    GapId.AUTHORITY_SLOPE: (
        "slope index of inequality: the least deprived end less the most deprived end of a straight line through "
        "upper-tier authorities, ranked by the mean decile of their residents' small areas in the 2025 indices of "
        "deprivation and weighted by residents (Census 2021) in every period"
    ),
    GapId.SYSTEM_RANGE: "the highest authority in a system less the lowest",
    GapId.SYSTEM_SLOPE: (
        "slope index of inequality inside a system: the same line through the authorities that lie in it, so that its "
        "ends are chosen by deprivation and not by the figures"
    ),
}

#: Gaps whose ends are not chosen anew in each period: the top may come out below the bottom.
SIGNED_GAPS = (GapId.REGION_FIXED, GapId.AUTHORITY_SLOPE, GapId.SYSTEM_SLOPE)

#: Gaps whose ends are those of a line, and no area's.
SLOPES = (GapId.AUTHORITY_SLOPE, GapId.SYSTEM_SLOPE)


class AreaType(StrEnum):
    """Kinds of area. A unitary, metropolitan or London authority counts in both tiers and is held as `utla`."""

    ENGLAND = "england"
    REGION = "region"
    NHS_REGION = "nhs_region"
    ICB = "icb"
    UTLA = "utla"
    LTLA = "ltla"
    EXAMPLE = "example"


class Polarity(StrEnum):
    """Which way is better. Held here and tested, since published files have had it wrong."""

    HIGH_IS_GOOD = "high_is_good"
    LOW_IS_GOOD = "low_is_good"
    NO_JUDGEMENT = "no_judgement"


class ValueType(StrEnum):
    """What kind of number a value is; it decides which published method applies."""

    EXPECTANCY = "expectancy"
    SLOPE_INDEX = "slope_index"
    GAP = "gap"
    INDEX = "index"
    PROPORTION = "proportion"
    CRUDE_RATE = "crude_rate"
    DIRECTLY_STANDARDISED_RATE = "directly_standardised_rate"
    COUNT = "count"
    MONEY = "money"
    MONEY_PER_HEAD = "money_per_head"


class PeriodKind(StrEnum):
    """How a series cuts time; it decides how a period is written and whether neighbours overlap."""

    CALENDAR_YEAR = "calendar_year"
    THREE_CALENDAR_YEARS = "three_calendar_years"
    FIVE_CALENDAR_YEARS = "five_calendar_years"
    SURVEY_YEAR = "survey_year"
    FINANCIAL_YEAR = "financial_year"
    SCHOOL_YEAR = "school_year"
    CUMULATIVE_QUARTERS = "cumulative_quarters"
    QUARTER = "quarter"
    MONTH = "month"


class PaceForm(StrEnum):
    """How growth towards a target is reckoned: as a constant ratio or a constant step a year."""

    COMPOUND = "compound"
    LINEAR = "linear"


class Standing(StrEnum):
    """What kind of commitment it is; nothing recommended or monitored is worded as a promise."""

    PROMISE = "promise"
    DUTY = "duty"
    RECOMMENDED = "recommended"
    MONITORED = "monitored"


class Lever(StrEnum):
    """Who can move it."""

    SYSTEM = "system"
    SHARED = "shared"
    NATIONAL = "national"


class InForce(StrEnum):
    """Whether a commitment still stands, as far as any source says."""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    UNCLEAR = "unclear"
    NOT_IN_FORCE = "not_in_force"


class DataState(StrEnum):
    """Whether the figures allow a status at all; outside `ok` there is no direction but a target met."""

    OK = "ok"
    NO_DATA = "no_data"
    NO_INTERVAL = "no_interval"
    SUPPRESSED = "suppressed"
    NOT_COMPARABLE = "not_comparable"
    BASELINE_ONLY = "baseline_only"
    INFORMATIONAL = "informational"
    ILLUSTRATIVE = "illustrative"


class Direction(StrEnum):
    """Which way a measure moved from its baseline, by a test."""

    TARGET_MET = "target_met"
    IMPROVING = "improving"
    LITTLE_CHANGE = "little_change"
    GETTING_WORSE = "getting_worse"


class Pace(StrEnum):
    """Whether it moves fast enough to reach its target by its date."""

    ON_TRACK = "on_track"
    ACCELERATION_NEEDED = "acceleration_needed"
    LIMITED = "limited"
    DETERIORATION = "deterioration"
    UNCERTAIN = "uncertain"
    HELD = "held"
    LOST = "lost"
    NO_DEADLINE = "no_deadline"
    NOT_ASSESSED = "not_assessed"


class RecentTrend(StrEnum):
    """What the five latest yearly points did, as Fingertips reckons it."""

    INCREASING_BETTER = "increasing_better"
    INCREASING_WORSE = "increasing_worse"
    INCREASING = "increasing"
    DECREASING_BETTER = "decreasing_better"
    DECREASING_WORSE = "decreasing_worse"
    DECREASING = "decreasing"
    NO_CHANGE = "no_change"
    CANNOT_BE_CALCULATED = "cannot_be_calculated"


class Variation(StrEnum):
    """What the latest point of a control chart is."""

    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    COMMON_CAUSE = "common_cause"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"


class SpecialCause(StrEnum):
    """Why a point of a control chart is not chance, the first that applies; or that it may be."""

    ABOVE_UPPER = "above_upper"
    BELOW_LOWER = "below_lower"
    TREND_RISING = "trend_rising"
    TREND_FALLING = "trend_falling"
    TWO_IN_THREE_HIGH = "two_in_three_high"
    TWO_IN_THREE_LOW = "two_in_three_low"
    SEVEN_ABOVE = "seven_above"
    SEVEN_BELOW = "seven_below"
    COMMON_CAUSE = "common_cause"


class Assurance(StrEnum):
    """Whether a process can be relied on to meet its target."""

    PASS = "pass"  # noqa: S105  the word control charts use
    FAIL = "fail"
    INCONSISTENT = "inconsistent"


class Versus(StrEnum):
    """Where a value stands against England's."""

    SIMILAR = "similar"
    HIGHER = "higher"
    LOWER = "lower"


class MeasuredWhere(StrEnum):
    """For which areas a commitment's measure is worked out."""

    EVERY = "every"
    ENGLAND = "england"
    REGIONS = "regions"


class KeptBy(StrEnum):
    """What shows whether a commitment is kept."""

    MEASURES = "measures"
    EVIDENCE = "evidence"
    RETURNS = "returns"
    FIGURES_NOT_HELD = "figures_not_held"
    NO_MEASURE = "no_measure"


class Answer(StrEnum):
    """Whether an act a commitment asks for has been done. Silence is no answer, and never a no."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Cleared(StrEnum):
    """Why a trigger that had fired fires no more. What cannot be tested any more has not passed."""

    PASSED = "passed"
    NOT_TESTED = "not_tested"


class InterventionKind(StrEnum):
    """What is done where a commitment is not being kept."""

    SUPPORT_OFFER = "support_offer"
    DIAGNOSTIC = "diagnostic"
    FUNDING_BRIDGE = "funding_bridge"
    PEER_VISIT = "peer_visit"
    FORMAL_ESCALATION = "formal_escalation"


class InterventionStatus(StrEnum):
    """How far an intervention has come."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


#: Where an intervention may go from each status, besides being withdrawn.
INTERVENTION_STEPS: dict[InterventionStatus, tuple[InterventionStatus, ...]] = {
    InterventionStatus.PROPOSED: (InterventionStatus.AGREED, InterventionStatus.STOPPED),
    InterventionStatus.AGREED: (InterventionStatus.UNDER_WAY, InterventionStatus.STOPPED),
    InterventionStatus.UNDER_WAY: (InterventionStatus.COMPLETED, InterventionStatus.STOPPED),
    InterventionStatus.COMPLETED: (),
    InterventionStatus.STOPPED: (),
    InterventionStatus.WITHDRAWN: (),
}

#: Statuses in which something is still to come, so that a review can be due.
OPEN_INTERVENTIONS = (InterventionStatus.PROPOSED, InterventionStatus.AGREED, InterventionStatus.UNDER_WAY)


class ProcessAim(StrEnum):
    """Which way an intervention should move its process measure."""

    INCREASE = "increase"
    DECREASE = "decrease"


class InterventionAction(StrEnum):
    """What made a version of an intervention."""

    PROPOSED = "proposed"
    CHANGED = "changed"
    REVIEWED = "reviewed"
    WITHDRAWN = "withdrawn"


class Confidence(StrEnum):
    """How sure we are of a boundary change. A `low` row is held and never used."""

    HIGH = "high"
    LOW = "low"


# --- the return of posts ----------------------------------------------------------------------------------


class EmployerType(StrEnum):
    """Who employs the post."""

    ICB = "icb"
    NHS_TRUST = "nhs_trust"
    LOCAL_AUTHORITY = "local_authority"
    VOLUNTARY = "voluntary"
    UNIVERSITY = "university"
    OTHER = "other"


class RoleFamily(StrEnum):
    """What a post is for, coarsely enough to count. `all` is the total in published tables and no post's."""

    DIRECTOR_OF_POPULATION_HEALTH = "director_of_population_health"
    PUBLIC_HEALTH_CONSULTANT = "public_health_consultant"
    PUBLIC_HEALTH_SPECIALIST = "public_health_specialist"
    POPULATION_HEALTH_ANALYST = "population_health_analyst"
    INEQUALITIES_LEAD = "inequalities_lead"
    CORE20PLUS5 = "core20plus5"
    TRAINING = "training"
    OTHER = "other"


class RoleFocus(StrEnum):
    """Where a post's weight lies."""

    BRIDGING = "bridging"
    HEALTHCARE_PUBLIC_HEALTH = "healthcare_public_health"
    POPULATION_HEALTH_MANAGEMENT = "population_health_management"
    INEQUALITIES = "inequalities"


class PostState(StrEnum):
    """How a post is filled on the as-at date."""

    FILLED_SUBSTANTIVE = "filled_substantive"
    FIXED_TERM = "fixed_term"
    SECONDMENT = "secondment"
    INTERIM = "interim"
    VACANT_RECRUITING = "vacant_recruiting"
    VACANT_FROZEN = "vacant_frozen"


VACANT_STATES = (PostState.VACANT_RECRUITING, PostState.VACANT_FROZEN)


class FundingSource(StrEnum):
    """Whose money pays for the post."""

    ICB_BASELINE = "icb_baseline"
    PROGRAMME = "programme"
    PUBLIC_HEALTH_GRANT = "public_health_grant"
    COUNCIL_CORE = "council_core"
    EXTERNAL = "external"
    CHARITY = "charity"


class PayFramework(StrEnum):
    """Whose terms the post is on."""

    AGENDA_FOR_CHANGE = "agenda_for_change"
    MEDICAL_CONSULTANT = "medical_consultant"
    LOCAL_GOVERNMENT = "local_government"
    VERY_SENIOR_MANAGER = "very_senior_manager"
    UNIVERSITY = "university"
    OTHER = "other"


class Question(StrEnum):
    """What a system is asked beside its posts; every question but agreements and cases has one answer a quarter."""

    DIRECTOR_IN_POST = "director_in_post"
    OWN_INFRASTRUCTURE = "own_infrastructure"
    LOCAL_CONNECTION = "local_connection"
    WRITTEN_DEFINITION = "written_definition"
    JOINT_LEADERSHIP = "joint_leadership"
    START_SOMEWHERE = "start_somewhere"
    WORKFORCE_WELLBEING = "workforce_wellbeing"
    TIME_TOGETHER = "time_together"
    DATA_SHARING = "data_sharing"
    AGREEMENT_TO_LEAD = "agreement_to_lead"
    AGREEMENT_TO_ADVISE = "agreement_to_advise"
    AGREEMENT_TO_INFORM = "agreement_to_inform"
    AGREEMENT_TO_COLLABORATE = "agreement_to_collaborate"
    CASE_SHARED = "case_shared"


QUESTION_MEANINGS: dict[str, str] = {
    Question.DIRECTOR_IN_POST: "a director of population health is in post; dated is the day since when",
    Question.OWN_INFRASTRUCTURE: "the system has its own population health infrastructure",
    Question.LOCAL_CONNECTION: "the system is connected to the public health teams of its local authorities",
    Question.WRITTEN_DEFINITION: "what the system means by population health is written down and published",
    Question.JOINT_LEADERSHIP: "principle 1: public health and the NHS lead population health jointly",
    Question.START_SOMEWHERE: "principle 4: work has started on something the partners chose together",
    Question.WORKFORCE_WELLBEING: "principle 5: the health of the workforce itself is looked after",
    Question.TIME_TOGETHER: "principle 6: leaders of public health and the NHS set aside time together",
    Question.DATA_SHARING: "partners share the data that population health work needs",
    Question.AGREEMENT_TO_LEAD: "an agreement says who leads on the topic",
    Question.AGREEMENT_TO_ADVISE: "an agreement says who advises on the topic",
    Question.AGREEMENT_TO_INFORM: "an agreement says who informs on the topic",
    Question.AGREEMENT_TO_COLLABORATE: "an agreement says where partners collaborate on the topic",
    Question.CASE_SHARED: "a case of practice on the topic, with its outcome, shared for other systems",
}

#: One answer a topic, and a topic needed.
AGREEMENTS = (
    Question.AGREEMENT_TO_LEAD,
    Question.AGREEMENT_TO_ADVISE,
    Question.AGREEMENT_TO_INFORM,
    Question.AGREEMENT_TO_COLLABORATE,
)


class Topic(StrEnum):
    """What an agreement or a case is about."""

    HEALTH_INEQUALITIES = "health_inequalities"
    CARDIOVASCULAR_DISEASE = "cardiovascular_disease"
    CANCER = "cancer"
    SMOKING = "smoking"
    HEALTHY_WEIGHT = "healthy_weight"
    PHYSICAL_ACTIVITY = "physical_activity"
    ALCOHOL_AND_DRUGS = "alcohol_and_drugs"
    MENTAL_HEALTH = "mental_health"
    MATERNITY_AND_CHILDREN = "maternity_and_children"
    LONG_TERM_CONDITIONS = "long_term_conditions"
    FRAILTY_AND_AGEING = "frailty_and_ageing"
    VACCINATION_AND_SCREENING = "vaccination_and_screening"
    HEALTH_PROTECTION = "health_protection"
    WIDER_DETERMINANTS = "wider_determinants"
    DATA_AND_INTELLIGENCE = "data_and_intelligence"
    WORKFORCE = "workforce"


class CaseOutcome(StrEnum):
    """What came of a case shared; what did not work is worth sharing too."""

    OUTCOME_IMPROVED = "outcome_improved"
    GAP_NARROWED = "gap_narrowed"
    MORE_PEOPLE_REACHED = "more_people_reached"
    COST_SAVED = "cost_saved"
    NO_CHANGE = "no_change"
    TOO_EARLY_TO_TELL = "too_early_to_tell"
    STOPPED = "stopped"


class AgreedRole(StrEnum):
    """What an agreement between partners settles on a topic."""

    LEAD = "lead"
    ADVISE = "advise"
    INFORM = "inform"
    COLLABORATE = "collaborate"


class ReturnState(StrEnum):
    """What became of the return a system is expected to send for a quarter."""

    RETURNED = "returned"
    LATE = "late"
    OVERDUE = "overdue"


class Basis(StrEnum):
    """Which funding a horizon counts."""

    ALL = "all"
    CONFIRMED = "confirmed"
