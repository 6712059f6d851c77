"""Rules about rows, each once: the pipeline quarantines by them and the contracts are made from them.

A rule is a polars expression that is true for a good row. Nulls pass unless the rule is about them.
"""

from dataclasses import dataclass

import polars as pl

from data_contracts.fields import Field
from data_contracts.marts import Mart
from data_contracts.row_rules import IN_WORDS
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


def _across(name: str, *, column: str, good: pl.Expr) -> Rule:
    """A rule across a row's columns."""
    return Rule(name=name, column=column, good=good, expected=IN_WORDS[name])


ROW_RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        _across(
            "limits_together",
            column="lower_95",
            good=_LOWER.is_null() == _UPPER.is_null(),
        ),
        _across(
            "limits_in_order",
            column="lower_95",
            good=_passes(_LOWER <= _UPPER),
        ),
        _across(
            "value_within_limits",
            column="value",
            good=_passes((_LOWER <= _VALUE) & (_VALUE <= _UPPER)),
        ),
        _across(
            "missing_value_explained",
            column="value",
            good=_VALUE.is_not_null() | (pl.col("value_symbol").is_not_null() & pl.col("note").is_not_null()),
        ),
        _across(
            "period_in_order",
            column="period_start",
            good=_passes(pl.col("period_start") <= pl.col("period_end")),
        ),
        _across(
            "valid_dates_in_order",
            column="valid_from",
            good=_passes(pl.col("valid_from") <= pl.col("valid_to")),
        ),
        _across(
            "confirmed_change_has_successor",
            column="successor_code",
            good=(pl.col("confidence") == "low") | pl.col("successor_code").is_not_null(),
        ),
        _across(
            "direction_only_where_sound",
            column="direction",
            good=_passes((pl.col("data_state") == "ok") | (pl.col("direction") == "target_met")),
        ),
        _across(
            "not_ok_explained",
            column="data_state_reason",
            good=(pl.col("data_state") == "ok") | pl.col("data_state_reason").is_not_null(),
        ),
        _across(
            "only_lasting_ends_change_places",
            column="observed_gap",
            good=(_GAP >= 0) | pl.col("gap_id").is_in(SIGNED_GAPS),
        ),
        _across(
            "only_a_slope_names_no_areas",
            column="highest_code",
            good=pl.all_horizontal(pl.col("highest_code", "lowest_code").is_not_null())
            | pl.col("gap_id").is_in(SLOPES),
        ),
        _across(
            "observed_gap_within_limits",
            column="observed_lower_95",
            good=(_GAP_LOWER.is_null() & _GAP_UPPER.is_null())
            | ((_GAP_LOWER <= _GAP) & (_GAP <= _GAP_UPPER)).fill_null(value=False),
        ),
        _across(
            "cleared_after_it_fired",
            column="cleared_on",
            good=_passes(pl.col("cleared_on") > pl.col("fired_since")),
        ),
        _across(
            "cleared_explained",
            column="cleared_why",
            good=pl.col("cleared_on").is_null() == pl.col("cleared_why").is_null(),
        ),
        _across(
            "never_its_own_comparator",
            column="comparator_code",
            good=pl.col("comparator_code") != pl.col("area_code"),
        ),
        _across(
            "fired_of_tested",
            column="fired",
            good=pl.col("fired") <= pl.col("tested"),
        ),
        _across(
            "withheld_marked",
            column="withheld",
            good=pl.col("withheld").is_not_null() == pl.col("value_symbol").eq_missing("[c]"),
        ),
        _across(
            "missing_posts_marked",
            column="posts",
            good=(pl.col("posts").is_null() == pl.col("value_symbol").eq_missing("[x]"))
            & (pl.col("posts").is_null() == pl.col("note").is_not_null()),
        ),
        _across(
            "missing_wte_marked",
            column="wte",
            good=pl.col("wte").is_null() == pl.col("value_symbol").is_not_null(),
        ),
        _across(
            "returned_of_systems",
            column="systems_returned",
            good=_passes(
                (pl.col("systems_returned") + pl.col("systems_silent") <= pl.col("systems"))
                & (pl.col("systems_late") <= pl.col("systems_returned"))
            ),
        ),
        _across(
            "received_unless_overdue",
            column="received_on",
            good=pl.col("received_on").is_null() == (pl.col("return_state") == "overdue"),
        ),
        _across(
            "rows_add_up",
            column="received",
            good=pl.col("received") == pl.col("accepted") + pl.col("set_aside") + pl.col("quarantined"),
        ),
    )
}


def mart_rules(mart: Mart) -> list[Rule]:
    """Every rule a mart's rows must satisfy: those of its columns, then those across columns."""
    rules = [rule for field in mart.fields for rule in field_rules(field, nullable=mart.is_nullable(field))]
    return rules + [ROW_RULES[name] for name in mart.row_rules]
