"""The rules: each a function from the tables held to one row a system, measure and as-of period.

A row says whether the rule fired then, or nothing where it could not be tested: what cannot be tested has not passed.
`chance` is the probability of that firing if nothing but chance were at work, null where a fact is told, no figure.
"""

from collections.abc import Callable, Mapping

import polars as pl

from data_contracts.quarters import last_day
from data_contracts.registry.records import Trigger, triggers
from data_contracts.vocabulary import Answer, DataState, GapId, Pace, Polarity, ReturnState, Sex
from metrics.comparison import compare, two_sided_p
from metrics.normal import WIDTH_IN_STANDARD_ERRORS, Z_95
from pipelines.triggers.held import Held, standing_of
from pipelines.triggers.sentences import (
    answered_no,
    changed_worse,
    funding_ending,
    gap_widened,
    many_vacant,
    no_figure,
    not_returned,
    target_not_met,
)

EVALUATED = pl.Schema(
    {
        "trigger_id": pl.String,
        "commitment_id": pl.String,
        "indicator_id": pl.String,
        "sex": pl.String,
        "area_code": pl.String,
        "as_of_period": pl.String,
        "as_of_end": pl.Date,
        "standing": pl.String,
        "fired": pl.Boolean,
        "chance": pl.Float64,
        "amount": pl.Float64,
        "lower_95": pl.Float64,
        "upper_95": pl.Float64,
        "p": pl.Float64,
        "threshold": pl.Float64,
        "evidence": pl.String,
        "status_id": pl.String,
    }
)
_SERIES = ["commitment_id", "indicator_id", "sex", "area_code"]
#: The measure whose gap inside each system is held.
_GAP_IN = "healthy-life-expectancy"


def evaluated(held: Held) -> pl.DataFrame:
    """Every trigger of the register on every system and as-of period it can be asked of."""
    rows = [
        RULES[trigger_id](trigger, held).with_columns(trigger_id=pl.lit(trigger_id))
        for trigger_id, trigger in triggers().items()
    ]
    return pl.concat([pl.DataFrame(schema=EVALUATED), *(found.select(_shaped(found)) for found in rows)])


def _shaped(found: pl.DataFrame) -> list[pl.Expr]:
    """The columns of `EVALUATED`; what a rule has nothing to say of is null."""
    return [
        (pl.col(name) if name in found.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in EVALUATED.items()
    ]


def change_worse_than_england(trigger: Trigger, held: Held) -> pl.DataFrame:
    """Fire where the change less England's is on the worse side and beyond chance at the level of the standing."""
    rows = held.statuses_of(trigger).with_columns(threshold=_level(trigger))
    change, p = pl.col("change_versus_england"), pl.col("change_versus_england_p")
    worse = pl.when(pl.col("polarity") == str(Polarity.HIGH_IS_GOOD)).then(change < 0).otherwise(change > 0)
    can = p.is_not_null() & (pl.col("polarity") != str(Polarity.NO_JUDGEMENT))
    errors = ("baseline", "latest", "england_baseline", "england")
    half = Z_95 * pl.sum_horizontal(pl.col(f"{name}_standard_error") ** 2 for name in errors).sqrt()
    rows = rows.with_columns(
        fired=pl.when(can).then(worse & (p < pl.col("threshold"))),
        chance=pl.col("threshold") / 2,
        amount=change,
        p=p,
        lower_95=pl.when(can).then(change - half),
        upper_95=pl.when(can).then(change + half),
    )
    return _told(rows, changed_worse)


def gap_widening(trigger: Trigger, held: Held) -> pl.DataFrame:
    """Fire where the slope of healthy life expectancy by deprivation inside a system grew beyond chance.

    Between periods that do not overlap, and only through the same number of authorities. A slope the other way round,
    where the more deprived live longer in good health, has to pass through level and beyond as far before it fires.
    """
    asked = held.statuses_of(trigger).filter(
        pl.col("commitment_id") == trigger.commitment, pl.col("indicator_id") == _GAP_IN
    )
    slopes = held.gaps.filter((pl.col("gap_id") == str(GapId.SYSTEM_SLOPE)) & (pl.col("indicator_id") == _GAP_IN))
    named = ["observed_gap", "observed_lower_95", "observed_upper_95", "areas"]
    place = ["indicator_id", "area_code", "sex"]

    def at(period: str, prefix: str) -> pl.DataFrame:
        columns = [pl.col(name).alias(prefix + name) for name in named]
        return slopes.select(*place, pl.col("period_label").alias(period), *columns)

    rows = (
        asked.join(slopes.select(place).unique(), on=place, how="semi")
        .join(at("baseline_period", "before_"), on=[*place, "baseline_period"], how="left")
        .join(at("as_of_period", "after_"), on=[*place, "as_of_period"], how="left")
        .with_columns(threshold=_level(trigger))
    )
    rows = compare(
        rows,
        value="after_observed_gap",
        lower="after_observed_lower_95",
        upper="after_observed_upper_95",
        reference="before_observed_gap",
        reference_lower="before_observed_lower_95",
        reference_upper="before_observed_upper_95",
    )
    before, after = pl.col("before_observed_gap"), pl.col("after_observed_gap")
    comparable = (pl.col("data_state") == str(DataState.OK)) & (pl.col("before_areas") == pl.col("after_areas"))
    can = pl.col("p").is_not_null() & comparable.fill_null(value=False)
    half = Z_95 * pl.sum_horizontal(_error(f"{when}_observed") ** 2 for when in ("before", "after")).sqrt()
    rows = rows.with_columns(
        fired=pl.when(can).then((after > before.abs()) & (pl.col("p") < pl.col("threshold"))),
        chance=pl.col("threshold") / 2,
        amount=after - before,
        lower_95=after - before - half,
        upper_95=after - before + half,
    )
    return _told(rows, gap_widened)


def target_lost(trigger: Trigger, held: Held) -> pl.DataFrame:
    """Fire where the target was met in the baseline and is not met now.

    Chance: that a figure with both errors falls short though nothing changed, given how far past the target it was.
    """
    rows = held.statuses_of(trigger).filter(pl.col("target_value").is_not_null())
    sound = pl.col("data_state") == str(DataState.OK)
    can = sound & pl.col("pace").is_in([str(Pace.HELD), str(Pace.LOST)]).fill_null(value=False)
    past = (pl.col("baseline_value") - pl.col("target_value")).abs()
    spread = (pl.col("baseline_standard_error") ** 2 + pl.col("latest_standard_error") ** 2).sqrt()
    rows = rows.with_columns(z=past / pl.when(spread > 0).then(spread))
    short = pl.col("latest_value") - pl.col("target_value")
    rows = rows.with_columns(
        fired=pl.when(can).then(pl.col("pace") == str(Pace.LOST)),
        chance=two_sided_p(rows["z"]) / 2,
        amount=short,
        lower_95=pl.col("latest_lower_95") - pl.col("target_value"),
        upper_95=pl.col("latest_upper_95") - pl.col("target_value"),
        threshold=pl.lit(trigger.threshold["shortfall"]),
    )
    return _told(rows, target_not_met)


def data_lost(trigger: Trigger, held: Held) -> pl.DataFrame:
    """Fire where a system that had a figure has none for a period England has one for, until one comes again.

    A period in which more than the given share of systems lost theirs is the publisher's doing: it starts no firing,
    and ends none.
    """
    share = trigger.threshold["share_of_systems"]
    period = ["commitment_id", "indicator_id", "sex", "as_of_end"]
    has = pl.col("latest_value").is_not_null()
    earlier = has.cum_max().shift(1, fill_value=False).over(_SERIES)
    rows = (
        held.statuses_of(trigger)
        .sort(*_SERIES, "as_of_end")
        .with_columns(has=has, had=pl.col("baseline_value").is_not_null() | earlier)
        .with_columns(
            last_period=pl.when("has")
            .then("as_of_period")
            .forward_fill()
            .over(_SERIES)
            .fill_null(pl.col("baseline_period")),
            # Periods without a figure in a row, told apart by how many figures came before them.
            run=pl.col("has").cum_sum().over(_SERIES),
        )
        .filter("had")
        .with_columns(without=(~pl.col("has")).sum().over(period), with_before=pl.len().over(period))
    )
    own = ~pl.col("has") & pl.col("england_value").is_not_null() & (pl.col("without") <= share * pl.col("with_before"))
    run = [*_SERIES, "run"]
    first = {"first_period": "as_of_period", "first_without": "without", "first_with_before": "with_before"}
    rows = rows.with_columns(own=own).with_columns(
        since_its_own=pl.col("own").cum_max().over(run),
        **{name: pl.when("own").then(column).drop_nulls().first().over(run) for name, column in first.items()},
    )
    rows = rows.with_columns(
        fired=pl.when(~pl.col("has") & pl.col("since_its_own"))
        .then(pl.lit(value=True))
        .when("has")
        .then(pl.lit(value=False)),
        threshold=pl.lit(share),
    )
    return _told(rows, no_figure)


def said_no(trigger: Trigger, held: Held) -> pl.DataFrame:
    """Fire where a system's latest answer about the commitment is no; asked of all answers on each day one came."""
    answers = held.evidence.filter(pl.col("commitment_id") == trigger.commitment).sort("as_at")
    days = answers.select(as_of_end=pl.col("as_at")).unique().sort("as_of_end")
    asked = days.join(answers.select("area_code").unique().sort("area_code"), how="cross")
    rows = (
        asked.join_asof(
            answers.select("area_code", "as_at", "answer"),
            left_on="as_of_end",
            right_on="as_at",
            by="area_code",
            check_sortedness=False,
        )
        .filter(pl.col("answer").is_not_null())
        .with_columns(
            commitment_id=pl.lit(trigger.commitment),
            sex=pl.lit(str(Sex.PERSONS)),
            standing=pl.lit(str(standing_of(str(trigger.commitment)))),
            fired=pl.col("answer") == str(Answer.NO),
            threshold=pl.lit(trigger.threshold["answers_of_no"]),
        )
    )
    return _told(rows, answered_no)


def funding_ends(trigger: Trigger, held: Held) -> pl.DataFrame:
    """Fire where funding of so great a share of WTE ends within six months; what is withheld is not asked."""
    share = pl.col("wte_ending_6_months") / pl.col("wte")
    return _returned(trigger, held.workforce, share, trigger.threshold["share_ending_within_6_months"], funding_ending)


def posts_vacant(trigger: Trigger, held: Held) -> pl.DataFrame:
    """Fire where so great a share of funded WTE is vacant; what is withheld is not asked."""
    return _returned(trigger, held.workforce, pl.col("vacancy_rate"), trigger.threshold["vacant_share"], many_vacant)


def return_overdue(trigger: Trigger, held: Held) -> pl.DataFrame:
    """Fire where a return that was expected has not come by the day it was due."""
    overdue = (pl.col("return_state") == str(ReturnState.OVERDUE)).cast(pl.Float64)
    return _returned(trigger, held.returns, overdue, trigger.threshold["returns_overdue"], not_returned)


def _returned(
    trigger: Trigger,
    rows: pl.DataFrame,
    amount: pl.Expr,
    least: float,
    tell: Callable[[Mapping[str, object]], str],
) -> pl.DataFrame:
    """Ask a rule of each quarter: a fact, which fires from `least` on and is not asked where there is no figure."""
    ends = {quarter: last_day(quarter) for quarter in rows["quarter"].unique()}
    asked = rows.with_columns(
        commitment_id=pl.lit(trigger.commitment),
        sex=pl.lit(str(Sex.PERSONS)),
        standing=pl.lit(str(standing_of(str(trigger.commitment)))),
        as_of_period=pl.col("quarter"),
        as_of_end=pl.col("quarter").replace_strict(ends, return_dtype=pl.Date),
        amount=amount,
        # Shares are sums of hundredths divided: a quarter may come out a hair under one.
        fired=amount >= least - 1e-9,
        threshold=pl.lit(least),
    )
    return _told(asked, tell)


RULES: Mapping[str, Callable[[Trigger, Held], pl.DataFrame]] = {
    "change-worse-than-england": change_worse_than_england,
    "gap-widening": gap_widening,
    "target-lost": target_lost,
    "data-lost": data_lost,
    "no-director": said_no,
    "duties-not-shown": said_no,
    "tenure-cliff": funding_ends,
    "vacancy-high": posts_vacant,
    "return-overdue": return_overdue,
}


def _level(trigger: Trigger) -> pl.Expr:
    """The two-sided level at the commitment's standing."""
    return pl.col("standing").replace_strict(trigger.threshold, return_dtype=pl.Float64)


def _error(name: str) -> pl.Expr:
    return (pl.col(f"{name}_upper_95") - pl.col(f"{name}_lower_95")) / WIDTH_IN_STANDARD_ERRORS


def _told(rows: pl.DataFrame, tell: Callable[[Mapping[str, object]], str]) -> pl.DataFrame:
    """Add the sentence of every row that fired; few do."""
    fires = rows["fired"].fill_null(value=False)
    sentences = map(tell, rows.filter(fires).iter_rows(named=True))
    said = [next(sentences) if is_fired else None for is_fired in fires]
    return rows.with_columns(pl.Series("evidence", said, dtype=pl.String))
