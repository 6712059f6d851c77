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
    INDEX = "index"
    PROPORTION = "proportion"
    CRUDE_RATE = "crude_rate"
    DIRECTLY_STANDARDISED_RATE = "directly_standardised_rate"


class PeriodKind(StrEnum):
    """How a series cuts time; it decides how a period is written and whether neighbours overlap."""

    CALENDAR_YEAR = "calendar_year"
    THREE_CALENDAR_YEARS = "three_calendar_years"
    FIVE_CALENDAR_YEARS = "five_calendar_years"
    SURVEY_YEAR = "survey_year"
    FINANCIAL_YEAR = "financial_year"
    SCHOOL_YEAR = "school_year"
    CUMULATIVE_QUARTERS = "cumulative_quarters"


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


class Confidence(StrEnum):
    """How sure we are of a boundary change. A `low` row is held and never used."""

    HIGH = "high"
    LOW = "low"
