"""What the page on methods says: each measure, each rule, one estimate by hand, and each statistic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard import queries
from dashboard.docstrings import Chapter, chapters
from dashboard.reader import Release
from dashboard.views.worked import WorkedExample, worked_example
from data_contracts.marts import MARTS
from data_contracts.registry.records import Break, measurable, publish_rules
from data_contracts.vocabulary import AreaType, Lever, PeriodKind, Polarity, ValueType

POLARITIES = {
    Polarity.HIGH_IS_GOOD: "Higher is better",
    Polarity.LOW_IS_GOOD: "Lower is better",
    Polarity.NO_JUDGEMENT: "Neither way is judged better",
}
PERIOD_KINDS = {
    PeriodKind.CALENDAR_YEAR: "Calendar years",
    PeriodKind.THREE_CALENDAR_YEARS: "Three calendar years together",
    PeriodKind.FIVE_CALENDAR_YEARS: "Five calendar years together",
    PeriodKind.SURVEY_YEAR: "Survey years",
    PeriodKind.FINANCIAL_YEAR: "Financial years, April to March",
    PeriodKind.SCHOOL_YEAR: "School years, September to August",
    PeriodKind.CUMULATIVE_QUARTERS: "Quarters, each with all those before it",
    PeriodKind.QUARTER: "Quarters of financial years",
    PeriodKind.MONTH: "Months",
}
VALUE_TYPES = {
    ValueType.EXPECTANCY: "expectancy",
    ValueType.SLOPE_INDEX: "slope index of inequality",
    ValueType.GAP: "gap between areas",
    ValueType.INDEX: "index",
    ValueType.PROPORTION: "proportion",
    ValueType.CRUDE_RATE: "crude rate",
    ValueType.DIRECTLY_STANDARDISED_RATE: "directly standardised rate",
    ValueType.COUNT: "count",
    ValueType.MONEY: "amount of money",
    ValueType.MONEY_PER_HEAD: "amount of money a head",
}
AREA_TYPES = {
    AreaType.ENGLAND: "England",
    AreaType.REGION: "regions",
    AreaType.NHS_REGION: "NHS regions",
    AreaType.ICB: "integrated care systems",
    AreaType.UTLA: "upper-tier authorities",
    AreaType.LTLA: "lower-tier authorities",
    AreaType.EXAMPLE: "example systems",
}
LEVERS = {
    Lever.SYSTEM: "The system itself",
    Lever.SHARED: "The system together with others",
    Lever.NATIONAL: "National government",
}


@dataclass(frozen=True)
class MeasureEntry:
    """One measure as the release has it, with the breaks its registry entry names and its source's title."""

    row: Mapping[str, Any]
    breaks: tuple[Break, ...]
    source_title: str


@dataclass(frozen=True)
class Rule:
    """One thing we always do, under an address of its own."""

    rule_id: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class MethodsView:
    """Everything the page on methods says."""

    answer: str
    topics: Mapping[str, tuple[MeasureEntry, ...]]
    rules: tuple[Rule, ...]
    worked: WorkedExample | None
    chapters: tuple[Chapter, ...]


def methods_view(release: Release) -> MethodsView:
    """Gather the page on methods."""
    rows = queries.mart_rows(
        release, MARTS["indicators"], filters={}, limit=release.manifest["marts"]["indicators"], offset=0
    ).rows
    titles = {source_id: source.title for source_id, source in queries.reference(release).sources.items()}
    topics: dict[str, list[MeasureEntry]] = {}
    order = {indicator_id: place for place, indicator_id in enumerate(measurable())}
    for row in sorted(rows, key=lambda row: order.get(row["indicator_id"], len(order))):
        known = measurable().get(row["indicator_id"])
        entry = MeasureEntry(row, known.breaks if known else (), titles[row["source_id"]])
        topics.setdefault(row["topic"], []).append(entry)
    return MethodsView(
        answer=f"{len(rows)} measures on {len(topics)} topics, as their publishers define them. Where nobody publishes "
        "a system's figure it is estimated from its authorities'; nothing is called different without a test.",
        topics={topic: tuple(entries) for topic, entries in topics.items()},
        rules=rules(),
        worked=worked_example(release),
        chapters=chapters(),
    )


def rules() -> tuple[Rule, ...]:
    """What we always do, in the order in which a figure meets it."""
    stops = publish_rules()
    return (
        Rule(
            "rule-rows",
            "Every row is accounted for",
            (
                "Rows received equal those accepted, set aside and quarantined. Set aside are sound rows that a source "
                "says are not used, such as areas outside England. Quarantine holds rows at fault, each with the rule "
                "it breaks; they are in no figure, and nothing is filled in or mended.",
                f"A file with over {stops.fault_share:.0%} of its rows at fault is refused whole, and the release "
                "before it serves on. Two rows for one place and period with different values are both quarantined.",
            ),
        ),
        Rule(
            "rule-status",
            "A status has layers, and none is merged with another",
            (
                "Data state first: whether the figures allow a status at all. Outside a sound state there is no "
                "direction, but a target that is met is said to be met.",
                "Direction compares the latest period with the baseline, only where the two do not overlap: the change "
                "over the root of both squared standard errors, one-sided, p under 0.05. A full count has no sampling "
                "error, so any change beyond 1% of the baseline is a direction. The baseline of a promise is the last "
                "period before it was made; of a monitored outcome, the last before the pandemic, the same everywhere.",
                "Pace compares growth since the baseline with the growth the target needs: on track from 0.95 of it, "
                "acceleration needed from 0.60, limited from nothing, and below that moving away; uncertain where "
                "its 95% limits fall in different classes. What is required from now on is said first.",
                "Recent trend is that of Fingertips, over five yearly points; periods that overlap have none. "
                "Variation and assurance are those of a control chart, for quarterly and monthly series.",
                "Against England there are two tests at 95%, of the level and of the change over the same periods. "
                "The earliest day the status could change, and the smallest change the test would see, are worked "
                "out for each. Where many tests are counted, the number chance alone would give stands beside.",
                "History is the rule replayed on the figures held: as now published. A calculation record gives all "
                "that a status rests on, and docs/recompute_status.py works one out again in twenty lines.",
            ),
        ),
        Rule(
            "rule-one-source",
            "One source for each measure, group and period",
            (
                "Where two sources give the same measure, group and period, one is used for every area: the one "
                "with confidence limits, and of two with limits the later vintage. They are never mixed. Series made "
                "with other weights or by another method are measures of their own.",
            ),
        ),
        Rule(
            "rule-estimates",
            "Estimates for systems",
            (
                "Where a publisher gives a system's figure, it is used. Where figures are published only for local "
                "authorities, a system's is their average, each weighted by the residents (Census 2021, by small area) "
                "that it shares with the system, from the finest set of authorities the publisher gives.",
                "Its limits follow from those of the authorities: a standard error is the width of 95% limits over "
                "3.92. Without limits for every authority it has none. Rates and averages are combined so; slope "
                "indices, gaps and ranks never are. A figure published for two authorities together counts once. "
                "Estimates are marked `[e]`.",
            ),
        ),
        Rule(
            "rule-coverage",
            "No estimate below 95% coverage",
            (
                "An estimate is shown only where authorities with a figure hold at least 95% of a system's residents. "
                "Otherwise the value is `[x]`, and the note gives the share.",
            ),
        ),
        Rule(
            "rule-low-reliability",
            "Low reliability above 25% shared",
            (
                "Where authorities that lie in two or more systems hold over 25% of a system's residents, its estimate "
                "is marked `[u]` and compared with nothing: the limits leave out the error of sharing residents out.",
            ),
        ),
        Rule(
            "rule-boundaries",
            "Boundaries",
            (
                "42 systems became 36 in April 2026. A code stands for one boundary, so each figure belongs to the "
                "boundary of its code. Estimates are made for every set of boundaries from the same authorities. "
                "Authorities that were merged or given a new code are followed to the code now in use. Changes nobody "
                "has confirmed are held and never used.",
            ),
        ),
        Rule(
            "rule-restatement",
            "Figures carried over a change of boundaries",
            (
                "A figure published for systems that were since merged is carried to their successor where every "
                "predecessor went in whole (at least 99% of residents), weighted by residents, and called restated. A "
                "system made of parts of split ones has none: what is published for a whole cannot be divided.",
            ),
        ),
        Rule(
            "rule-england",
            "The test against England",
            (
                "A figure is called higher or lower than England's of the same period when a two-sided test at 95% on "
                "both standard errors says so, and similar otherwise. Limits that round to the same figure are no "
                "certainty: a standard error is never less than half the last digit published. Without limits there is "
                "no test, and none is made for figures of low reliability.",
                "Similar means that the test finds no difference, not that there is none. Which way is better is "
                "held by us for each measure.",
            ),
        ),
        Rule(
            "rule-change",
            "Change over time",
            (
                "Two periods are compared by the same test, and only where they do not overlap: periods that share "
                "years share people. Across a break in the method or the coding nothing is compared.",
            ),
        ),
        Rule(
            "rule-gaps",
            "Gaps allow for chance",
            (
                "The highest of many uncertain figures is likely too high and the lowest too low, so the gap between "
                "them overstates the true one. Beside the observed gap stand the one that equal areas would show by "
                "chance alone, which is not a part to subtract, and the shrunken gap: each area is drawn towards the "
                "average by as much as its uncertainty warrants. The shrunken gap is the estimate.",
            ),
        ),
        Rule(
            "rule-missing",
            "Missing values and rounding",
            (
                "A missing value is never a zero. It has a symbol and a note, and a gap in a chart. Values are rounded "
                "on pages alone; the tables and the API hold them as they are.",
            ),
        ),
        Rule(
            "rule-posts",
            "Posts and funding: nothing tells of one or two",
            (
                "A return counts every post, so there is no interval; beside a total stands how many systems it is of, "
                "and nothing is scaled up to those that sent none. Vacancy rate is vacant whole-time equivalents (WTE) "
                "over funded WTE. Funding ends within six months where its last day is after the day of the return and "
                "no later than six calendar months on. The horizon at a month is what is funded on its last day.",
                "How many posts a system has is always shown. Any other figure is withheld, [c], if it is about one or "
                "two posts, or if adding and subtracting it with others of the same kind could come to one or two: of "
                "that quarter, of an earlier one, or of systems before and after a split. So after a quarter in which "
                "one or two posts came, went or changed, figures wait until the changes are of three. Role families "
                "are told apart only where each has three posts or more; so are the states of posts.",
                "Returns are judged in the order they came in. What an earlier release showed of a return that has "
                "since been corrected is not taken into account.",
                "A system that was merged is the sum of its parts. One that was split is divided only if every post "
                "says which authority it serves; otherwise its successors have no figure, [x], and say so.",
            ),
        ),
        Rule(
            "rule-stops",
            "When a release stops and asks",
            (
                f"A release is not published when over {stops.moved_share:.0%} of the values that stand in the one "
                "before moved beyond their own interval, when a value changes sign, or when an area or a measure "
                "vanishes. A person looks, and may accept it with a reason, which is kept.",
            ),
        ),
    )
