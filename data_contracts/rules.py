"""Rules about rows, each once: the pipeline quarantines by them and the contracts are made from them.

A rule is a polars expression that is true for a good row. Nulls pass unless the rule is about them.
"""

from dataclasses import dataclass

import polars as pl

from data_contracts.fields import Field
from data_contracts.marts import Mart
from data_contracts.vocabulary import SIGNED_GAPS, SLOPES


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing every row must satisfy: its name, the column to look at, the test and what it expects in words."""

    name: str
    column: str
    good: pl.Expr
    expected: str


def _passes(test: pl.Expr) -> pl.Expr:
    """A test that says nothing about a null lets it through."""
    return test.fill_null(value=True)


def _matches(column: pl.Expr, pattern: str) -> pl.Expr:
    """Whether a text matches, worked out once for each distinct text: codes and ids repeat many times over.

    In a fixed order: the two uses may each be worked out afresh, and would else be out of step with each other.
    """
    distinct = column.unique(maintain_order=True)
    return column.is_in(distinct.filter(distinct.str.contains(pattern)).implode())


def field_rules(field: Field, *, nullable: bool) -> list[Rule]:
    """What a column's own definition asks of each cell."""
    column = pl.col(field.name)
    rules: list[Rule] = []
    if not nullable:
        rules.append(Rule(name="missing", column=field.name, good=column.is_not_null(), expected="a value"))
    if field.kind == "number":
        # NaN and infinity satisfy `>= 0`, so finiteness is a rule of its own.
        rules.append(
            Rule(name="not_finite", column=field.name, good=_passes(column.is_finite()), expected="a finite number")
        )
    if field.minimum is not None:
        rules.append(
            Rule(
                name="too_small",
                column=field.name,
                good=_passes(column >= field.minimum),
                expected=f"at least {field.minimum:g}",
            )
        )
    if field.maximum is not None:
        # A share worked out by division may pass one by rounding alone.
        rules.append(
            Rule(
                name="too_large",
                column=field.name,
                good=_passes(column <= field.maximum + 1e-9),
                expected=f"at most {field.maximum:g}",
            )
        )
    if field.allowed is not None:
        rules.append(
            Rule(
                name="not_allowed",
                column=field.name,
                good=_passes(column.is_in(list(field.allowed))),
                expected="one of " + ", ".join(field.allowed),
            )
        )
    if field.pattern is not None:
        rules.append(
            Rule(
                name="wrong_form",
                column=field.name,
                good=_passes(_matches(column, field.pattern)),
                expected=f"the form {field.pattern}",
            )
        )
    return rules


_VALUE, _LOWER, _UPPER = pl.col("value"), pl.col("lower_95"), pl.col("upper_95")
_GAP, _GAP_LOWER, _GAP_UPPER = pl.col("observed_gap"), pl.col("observed_lower_95"), pl.col("observed_upper_95")

ROW_RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            name="limits_together",
            column="lower_95",
            good=_LOWER.is_null() == _UPPER.is_null(),
            expected="both confidence limits or neither",
        ),
        Rule(
            name="limits_in_order",
            column="lower_95",
            good=_passes(_LOWER <= _UPPER),
            expected="the lower limit at or below the upper",
        ),
        Rule(
            name="value_within_limits",
            column="value",
            good=_passes((_LOWER <= _VALUE) & (_VALUE <= _UPPER)),
            expected="the value between its limits",
        ),
        Rule(
            name="missing_value_explained",
            column="value",
            good=_VALUE.is_not_null() | (pl.col("value_symbol").is_not_null() & pl.col("note").is_not_null()),
            expected="a symbol and a note where there is no value",
        ),
        Rule(
            name="period_in_order",
            column="period_start",
            good=_passes(pl.col("period_start") <= pl.col("period_end")),
            expected="the period to start before it ends",
        ),
        Rule(
            name="valid_dates_in_order",
            column="valid_from",
            good=_passes(pl.col("valid_from") <= pl.col("valid_to")),
            expected="the first day at or before the last",
        ),
        Rule(
            name="confirmed_change_has_successor",
            column="successor_code",
            good=(pl.col("confidence") == "low") | pl.col("successor_code").is_not_null(),
            expected="a successor unless the change is unconfirmed",
        ),
        Rule(
            name="direction_only_where_sound",
            column="direction",
            good=_passes((pl.col("data_state") == "ok") | (pl.col("direction") == "target_met")),
            expected="no direction outside the data state ok, but a target met",
        ),
        Rule(
            name="not_ok_explained",
            column="data_state_reason",
            good=(pl.col("data_state") == "ok") | pl.col("data_state_reason").is_not_null(),
            expected="a reason wherever the data state is not ok",
        ),
        Rule(
            name="only_lasting_ends_change_places",
            column="observed_gap",
            good=(_GAP >= 0) | pl.col("gap_id").is_in(SIGNED_GAPS),
            expected="a gap of zero or more, unless its ends are the same in every period",
        ),
        Rule(
            name="only_a_slope_names_no_areas",
            column="highest_code",
            good=pl.all_horizontal(pl.col("highest_code", "lowest_code").is_not_null())
            | pl.col("gap_id").is_in(SLOPES),
            expected="the areas at both ends, unless the ends are those of a slope",
        ),
        Rule(
            name="observed_gap_within_limits",
            column="observed_lower_95",
            good=(_GAP_LOWER.is_null() & _GAP_UPPER.is_null())
            | ((_GAP_LOWER <= _GAP) & (_GAP <= _GAP_UPPER)).fill_null(value=False),
            expected="the observed gap between its limits, both or neither",
        ),
        Rule(
            name="cleared_after_it_fired",
            column="cleared_on",
            good=_passes(pl.col("cleared_on") > pl.col("fired_since")),
            expected="a day after the one it fired on",
        ),
        Rule(
            name="cleared_explained",
            column="cleared_why",
            good=pl.col("cleared_on").is_null() == pl.col("cleared_why").is_null(),
            expected="a reason wherever it fires no more, and nowhere else",
        ),
        Rule(
            name="never_its_own_comparator",
            column="comparator_code",
            good=pl.col("comparator_code") != pl.col("area_code"),
            expected="another system",
        ),
        Rule(
            name="fired_of_tested",
            column="fired",
            good=pl.col("fired") <= pl.col("tested"),
            expected="no more firings than tests",
        ),
        Rule(
            name="rows_add_up",
            column="received",
            good=pl.col("received") == pl.col("accepted") + pl.col("set_aside") + pl.col("quarantined"),
            expected="rows received to equal those accepted, set aside and quarantined",
        ),
    )
}


def mart_rules(mart: Mart) -> list[Rule]:
    """Every rule a mart's rows must satisfy: those of its columns, then those across columns."""
    rules = [rule for field in mart.fields for rule in field_rules(field, nullable=mart.is_nullable(field))]
    return rules + [ROW_RULES[name] for name in mart.row_rules]
