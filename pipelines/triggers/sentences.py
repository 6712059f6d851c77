"""The evidence of a firing in one plain sentence: the figures, the periods, the interval or p, and England's."""

from collections.abc import Mapping
from typing import Any

from data_contracts.registry.records import Indicator, commitments, measurable
from pipelines.statuses.explain import (
    amount_in_words,
    day_in_words,
    number_in_words,
    period_in_words,
    size_in_words,
    subject,
)

Row = Mapping[str, Any]


def changed_worse(row: Row) -> str:
    """How far the system's change was on the worse side of England's."""
    measure = measurable()[row["indicator_id"]]
    worse = size_in_words(abs(row["amount"]), measure)
    ends = sorted(abs(row[limit]) for limit in ("lower_95", "upper_95"))
    return (
        f"{subject(row['indicator_id'], row['sex'])} went from {amount_in_words(row['baseline_value'], measure)} "
        f"{period_in_words(row['baseline_period'])} to {number_in_words(row['latest_value'], measure)} "
        f"{period_in_words(row['as_of_period'])}, and England's from "
        f"{number_in_words(row['england_baseline_value'], measure)} to "
        f"{number_in_words(row['england_value'], measure)}: {worse} worse than England's change "
        f"(95% interval {_bare(ends[0], measure)} to {_bare(ends[1], measure)}; {_p(row['p'])})."
    )


def gap_widened(row: Row) -> str:
    """How much steeper the slope inside the system became."""
    measure = measurable()[row["indicator_id"]]
    return (
        f"{subject(row['indicator_id'], row['sex'])} differed by {size_in_words(row['before_observed_gap'], measure)} "
        f"between the least and the most deprived end of the system's {row['after_areas']} authorities "
        f"{period_in_words(row['baseline_period'])} and by {number_in_words(row['after_observed_gap'], measure)} "
        f"{period_in_words(row['as_of_period'])}: {size_in_words(row['amount'], measure)} wider (95% interval "
        f"{_bare(row['lower_95'], measure)} to {_bare(row['upper_95'], measure)}; {_p(row['p'])})."
    )


def target_not_met(row: Row) -> str:
    """By how much a target met before is missed now, beside England's figure."""
    measure = measurable()[row["indicator_id"]]
    england = row["england_value"]
    beside = "" if england is None else f"; England's figure is {amount_in_words(england, measure)}"
    return (
        f"{subject(row['indicator_id'], row['sex'])} met the target of {amount_in_words(row['target_value'], measure)} "
        f"{period_in_words(row['baseline_period'])} ({number_in_words(row['baseline_value'], measure)}) and misses it "
        f"by {size_in_words(abs(row['amount']), measure)} {period_in_words(row['as_of_period'])} "
        f"({_with_limits(row)}){beside}."
    )


def no_figure(row: Row) -> str:
    """Which figure is missing, which was the last, and how many systems lacked theirs when it first fired."""
    measure = measurable()[row["indicator_id"]]
    england = row["england_value"]
    beside = "England has none either" if england is None else f"England's is {amount_in_words(england, measure)}"
    lacked = f"{row['first_without']} of the {row['first_with_before']} systems that had figures lacked one"
    when = (
        ""
        if row["first_period"] == row["as_of_period"]
        else f" {period_in_words(row['first_period'])}, when it first fired"
    )
    return (
        f"{subject(row['indicator_id'], row['sex'])}: no figure {period_in_words(row['as_of_period'])}, the last being "
        f"of {row['last_period']}; {beside}, and {lacked}{when}."
    )


def answered_no(row: Row) -> str:
    """What was asked, and on which day the answer was no."""
    return f"{commitments()[row['commitment_id']].title}: answered no, as at {day_in_words(row['as_at'])}."


def funding_ending(row: Row) -> str:
    """How much of the funding ends, of how much, and by when it is reckoned from."""
    return (
        f"Funding of {row['wte_ending_6_months']:.1f} of {row['wte']:.1f} WTE ({row['amount']:.0%}) ends within six "
        f"months of {day_in_words(row['as_of_end'])}."
    )


def many_vacant(row: Row) -> str:
    """Which share of the funded WTE is vacant, of how many posts."""
    day = day_in_words(row["as_of_end"])
    return f"{row['amount']:.0%} of the funded WTE is vacant, of {row['posts']} posts, as at {day}."


def not_returned(row: Row) -> str:
    """Which return has not come, and when it was due."""
    return f"The return for {row['quarter']} was due on {day_in_words(row['due_on'])} and has not come."


def _with_limits(row: Row) -> str:
    measure = measurable()[row["indicator_id"]]
    value = number_in_words(row["latest_value"], measure)
    if row["latest_lower_95"] is None:
        return f"{value}, a full count"
    low, high = (number_in_words(row[f"latest_{limit}_95"], measure) for limit in ("lower", "upper"))
    return f"{value}, 95% interval {low} to {high}"


def _bare(size: float, measure: Indicator) -> str:
    """A difference whose unit has been said already."""
    return f"{size:,.{measure.decimals}f}"


def _p(p: float) -> str:
    """A p as people write it.

    >>> _p(0.0342), _p(0.000019)
    ('p = 0.034', 'p below 0.001')
    """
    return "p below 0.001" if p < 0.001 else f"p = {p:.3f}"
