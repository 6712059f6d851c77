"""The layers of a status, in their order. None overrides another, and no two are merged."""

import polars as pl

from data_contracts.registry.records import measurable
from data_contracts.vocabulary import DataState, Direction, ValueKind, ValueSymbol
from metrics.comparison import compare, difference_of_differences
from metrics.progress import detectable_change, direction, pace
from metrics.spc import Improvement, summary, xmr
from metrics.trend import KINDS, recent_trend
from pipelines.geography import ENGLAND

#: Figures are read off them, though no test is made without an interval.
_READ = [DataState.OK, DataState.NO_INTERVAL]

LEVELLED_DOWN = "The gap narrowed while its lowest end did not rise, which is not called improving."

YEARLY = ["calendar_year", "survey_year", "financial_year", "school_year"]
_TREND = {
    "recent_trend": pl.String,
    "trend_chi_square": pl.Float64,
    "trend_slope": pl.Float64,
    "trend_reason": pl.String,
}
_IMPROVEMENT: dict[str, Improvement] = {
    "high_is_good": "increase",
    "low_is_good": "decrease",
    "no_judgement": "neutral",
}
_NO_TREND_OF_AMOUNTS = "only rates and shares have a recent trend"
_NO_TREND_OVERLAP = "periods that overlap, or add up, have no recent trend"


def with_layers(panel: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """Add every layer to the panel's rows: data state, direction, pace, recent trend, England, earliest change.

    Source: the status rules of the register, section 3; the statistics are in `metrics`.
    """
    rows = _with_data_state(panel)
    rows = _with_direction(rows)
    rows = _with_pace(rows)
    rows = _with_recent_trend(rows, points)
    rows = _with_variation(rows, points)
    rows = _with_england(rows)
    return _with_earliest_change(rows)


# --- data state -------------------------------------------------------------------------------------------


def _with_data_state(rows: pl.DataFrame) -> pl.DataFrame:
    """Say whether the figures allow a status, and if not why; the first that applies."""
    rows = rows.with_columns(
        overlaps=(pl.col("baseline_start") <= pl.col("latest_end"))
        & (pl.col("latest_start") <= pl.col("baseline_end")),
        severed=_severed("baseline_end", "latest_end"),
    )
    has_interval = pl.all_horizontal(pl.col(f"{side}_standard_error").is_not_null() for side in ("baseline", "latest"))
    illustrative = pl.any_horizontal(
        pl.col(f"{side}_kind") == str(ValueKind.ILLUSTRATIVE) for side in ("baseline", "latest")
    )
    unreliable = pl.any_horizontal(
        pl.col(f"{side}_symbol") == str(ValueSymbol.LOW_RELIABILITY) for side in ("baseline", "latest")
    )
    state = (
        pl.when(pl.col("latest_value").is_null())
        .then(_absent("latest"))
        .when(pl.col("baseline_value").is_null())
        .then(_absent("baseline"))
        .when(illustrative)
        .then(_say(DataState.ILLUSTRATIVE, "ILLUSTRATIVE: these figures are made up."))
        .when("cumulative")
        .then(_say(DataState.NOT_COMPARABLE, "Each period includes the earlier ones, so none can be compared."))
        .when("severed")
        .then(_severed_because("baseline_end", "latest_end"))
        .when(unreliable)
        .then(
            _say(
                DataState.NOT_COMPARABLE,
                "Authorities shared with other systems hold over a quarter of the residents, and nobody publishes "
                "their figures by system.",
            )
        )
        .when("overlaps")
        .then(_say(DataState.BASELINE_ONLY, "No period held yet lies wholly after the baseline."))
        .when(~pl.col("enumerated") & ~has_interval)
        .then(_say(DataState.NO_INTERVAL, "The copy of the figures held has no confidence interval."))
        .otherwise(_say(DataState.OK, None))
    )
    return rows.with_columns(state.alias("state")).unnest("state")


def _say(state: DataState, reason: str | None) -> pl.Expr:
    return pl.struct(pl.lit(str(state)).alias("data_state"), pl.lit(reason, pl.String).alias("data_state_reason"))


def _absent(side: str) -> pl.Expr:
    """A value that is not there: withheld, or not held at all."""
    withheld = pl.col(f"{side}_symbol").is_in([str(ValueSymbol.CONFIDENTIAL), str(ValueSymbol.LOW_RELIABILITY)])
    what = "baseline, " if side == "baseline" else ""
    note = pl.col(f"{side}_note").str.replace("^(No estimate|Not worked out): ", "")
    note = note.str.replace("^Withheld: (?s:.*)$", "The publisher's figure has a known error.")
    note = note.fill_null("None is published for this area.")
    said = pl.format("No figure for the {}{}: {}", pl.lit(what), pl.col(f"{side}_period"), _as_clause(note))
    said = said.str.replace("for the (?P<year>[0-9])", "for $year")
    return pl.struct(
        pl.when(withheld)
        .then(pl.lit(str(DataState.SUPPRESSED)))
        .otherwise(pl.lit(str(DataState.NO_DATA)))
        .alias("data_state"),
        said.alias("data_state_reason"),
    )


def _as_clause(note: pl.Expr) -> pl.Expr:
    """A note after a colon begins small, but for initials."""
    first = note.str.head(1)
    first = pl.when(note.str.contains("^[A-Z]{2}")).then(first).otherwise(first.str.to_lowercase())
    return first + note.str.slice(1)


def _severed(earlier: str, later: str) -> pl.Expr:
    """Whether a change of method between two days makes what lies on both sides not comparable."""
    crossed = [here for here, _ in _crossed(earlier, later)]
    return pl.any_horizontal(crossed).fill_null(value=False) if crossed else pl.lit(value=False)


def _severed_because(earlier: str, later: str) -> pl.Expr:
    """Not comparable, and what changed between the two days: the last change there was."""
    reasons = [pl.when(here).then(pl.lit(reason)) for here, reason in reversed(_crossed(earlier, later))]
    return pl.struct(
        pl.lit(str(DataState.NOT_COMPARABLE)).alias("data_state"),
        pl.coalesce(*reasons, pl.lit(None, pl.String)).alias("data_state_reason"),
    )


def _crossed(earlier: str, later: str) -> list[tuple[pl.Expr, str]]:
    """Each change of method that severs a series, as whether it lies between two days, and what it was."""
    return [
        (
            (pl.col("indicator_id") == id_) & (pl.col(earlier) < found.from_) & (pl.col(later) >= found.from_),
            found.reason,
        )
        for id_, indicator in measurable().items()
        for found in indicator.breaks
        if found.severs
    ]


# --- direction and pace -----------------------------------------------------------------------------------


def _with_direction(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the direction; outside a sound data state only a target met, which needs no test."""
    rows = direction(
        rows,
        baseline="baseline_value",
        latest="latest_value",
        baseline_se="baseline_standard_error",
        latest_se="latest_standard_error",
        target="target_value",
        polarity="polarity",
        overlaps="overlaps",
        enumerated="enumerated",
    )
    stands = (pl.col("data_state") == str(DataState.OK)) | (pl.col("direction") == str(Direction.TARGET_MET))
    rows = rows.with_columns(pl.when(stands).then(pl.col(name)).alias(name) for name in ("direction", "direction_p"))
    return _no_gap_improves_from_above(rows)


def _no_gap_improves_from_above(rows: pl.DataFrame) -> pl.DataFrame:
    """Take back the direction of a gap that narrowed while its lowest end did not rise: the top fell, no gain."""
    levelled_down = (pl.col("direction") == str(Direction.IMPROVING)) & (
        pl.col("latest_lowest") <= pl.col("baseline_lowest")
    ).fill_null(value=False)
    return rows.with_columns(
        direction=pl.when(~levelled_down).then(pl.col("direction")),
        data_state_reason=pl.when(levelled_down).then(pl.lit(LEVELLED_DOWN)).otherwise(pl.col("data_state_reason")),
    )


def _with_pace(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the pace towards the target; none where the figures cannot be read, or nothing can be said of them yet."""
    rows = pace(
        rows,
        baseline="baseline_value",
        latest="latest_value",
        baseline_se="baseline_standard_error",
        latest_se="latest_standard_error",
        baseline_date="baseline_end",
        latest_date="latest_end",
        target="target_value",
        target_date="target_date",
        form="form",
        polarity="polarity",
    )
    stands = pl.col("data_state").is_in([str(state) for state in _READ]) | pl.col("direction").is_not_null()
    named = (
        "pace",
        "pace_ratio",
        "pace_lower_95",
        "pace_upper_95",
        "required_from_now",
        "recent_rate",
        "years_to_target",
        "pace_reason",
    )
    return rows.with_columns(pl.when(stands).then(pl.col(name)).alias(name) for name in named)


# --- recent trend -----------------------------------------------------------------------------------------


def _with_recent_trend(rows: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """Add the recent trend as Fingertips reckons it, over the yearly points up to the as-of period.

    The same series is judged once, however many commitments rest on it.
    """
    series = ["indicator_id", "sex", "area_code", "as_of_end"]
    can = pl.col("period_kind").is_in(YEARLY) & pl.col("value_type").is_in(KINDS) & ~pl.col("cumulative")
    asked = rows.filter(can).select(*series, "value_type", "polarity").unique(series).sort(series)
    sound = pl.col("value_symbol").is_null() | (pl.col("value_symbol") != str(ValueSymbol.LOW_RELIABILITY))
    shown = asked.join(
        points.filter(pl.col("value").is_not_null() & sound), on=["indicator_id", "sex", "area_code"]
    ).filter(pl.col("period_end") <= pl.col("as_of_end"), ~_severed("period_end", "as_of_end"))
    counted = pl.all_horizontal(pl.col("count", "denominator").is_not_null()).all().over(series)
    shown = shown.with_columns(counted=counted).sort(*series, "period_end")
    found = [pl.DataFrame(schema={**asked.select(series).schema, **_TREND})]
    for (kind, polarity, with_counts), part in shown.group_by("value_type", "polarity", "counted", maintain_order=True):
        trends = recent_trend(
            part,
            period="period_end",
            value="value",
            lower="lower_95",
            upper="upper_95",
            count="count" if with_counts else None,
            denominator="denominator" if with_counts else None,
            by=series,
            kind=str(kind),
            polarity=str(polarity),
        )
        found.append(
            trends.select(
                *series,
                pl.col("trend").alias("recent_trend"),
                pl.col("chi_square").alias("trend_chi_square"),
                pl.col("slope").alias("trend_slope"),
                pl.col("reason").alias("trend_reason"),
            )
        )
    joined = rows.join(pl.concat(found), on=series, how="left", maintain_order="left")
    apart = pl.col("period_kind").is_in(YEARLY) & ~pl.col("cumulative")
    no_points = (
        pl.when(can)
        .then(pl.lit("no point has a value"))
        .when(apart)
        .then(pl.lit(_NO_TREND_OF_AMOUNTS))
        .otherwise(pl.lit(_NO_TREND_OVERLAP))
    )
    missing = pl.col("recent_trend").is_null()
    return joined.with_columns(
        recent_trend=pl.col("recent_trend").fill_null("cannot_be_calculated"),
        trend_reason=pl.when(missing).then(no_points).otherwise(pl.col("trend_reason")),
    )


# --- variation and assurance ------------------------------------------------------------------------------


def _with_variation(rows: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """Add what the control chart of a quarterly series says of its latest point, and whether it will meet its target.

    Never of a cumulative series, and never rebased: a new mean is a person's decision.
    """
    series = ["indicator_id", "sex", "area_code", "as_of_end"]
    quarterly = rows.filter((pl.col("period_kind") == "quarter") & pl.col("latest_value").is_not_null())
    found = [
        quarterly.select(*series)
        .clear()
        .with_columns(variation=pl.lit(None, pl.String), assurance=pl.lit(None, pl.String))
    ]
    for (polarity,), asked in quarterly.group_by("polarity", maintain_order=True):
        shown = (
            asked.select(*series, "target_value")
            .unique(series)
            .join(
                points.select("indicator_id", "sex", "area_code", "period_end", "value"),
                on=["indicator_id", "sex", "area_code"],
            )
            .filter(pl.col("period_end") <= pl.col("as_of_end"))
        )
        # The chart names a group by its columns, so one column stands for the series.
        keyed = shown.with_columns(series=pl.concat_str(series, separator=" ")).sort("series", "period_end")
        targets = dict(keyed.select("series", "target_value").unique().iter_rows())
        chart = xmr(
            keyed,
            date="period_end",
            value="value",
            by="series",
            improvement=_IMPROVEMENT[str(polarity)],
            target=targets,
        )
        said = summary(chart, by=["series", *series])
        found.append(said.select(*series, "variation", "assurance"))
    return rows.join(pl.concat(found), on=series, how="left", maintain_order="left")


# --- England ----------------------------------------------------------------------------------------------


def _with_england(rows: pl.DataFrame) -> pl.DataFrame:
    """Add where the latest value stands against England's, and the change against England's change."""
    rows = compare(
        rows,
        value="latest_value",
        lower="latest_lower_95",
        upper="latest_upper_95",
        reference="england_value",
        reference_lower="england_lower_95",
        reference_upper="england_upper_95",
        decimals="decimals",
    ).rename({"comparison": "versus_england", "p": "versus_england_p"})
    rows = difference_of_differences(
        rows,
        before="baseline_value",
        after="latest_value",
        comparator_before="england_baseline_value",
        comparator_after="england_value",
        before_se="baseline_standard_error",
        after_se="latest_standard_error",
        comparator_before_se="england_baseline_standard_error",
        comparator_after_se="england_standard_error",
    ).rename({"difference": "change_versus_england", "p": "change_versus_england_p"})
    elsewhere = pl.col("area_code") != ENGLAND
    comparable = elsewhere & (pl.col("data_state") != str(DataState.NOT_COMPARABLE))
    read = elsewhere & pl.col("data_state").is_in([str(state) for state in _READ])
    return rows.with_columns(
        *(pl.when(comparable).then(pl.col(name)).alias(name) for name in ("versus_england", "versus_england_p")),
        *(
            pl.when(read).then(pl.col(name)).alias(name)
            for name in ("change_versus_england", "change_versus_england_p")
        ),
    )


# --- when and how much ------------------------------------------------------------------------------------


def _with_earliest_change(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the first day on which the status could change, and the smallest change the test would then see.

    The next period is a year on (a quarter, of quarters) or, where it would overlap the baseline, the first that does
    not; the figures come out after the publisher's usual lag.
    """
    rows = detectable_change(rows, baseline_se="baseline_standard_error", latest_se="latest_standard_error")
    tested = pl.col("data_state").is_in([str(DataState.OK), str(DataState.BASELINE_ONLY)]) & ~pl.col("enumerated")
    years = pl.col("latest_end").dt.year() - pl.col("latest_start").dt.year()
    spans = pl.when(pl.col("period_kind").is_in(["three_calendar_years", "five_calendar_years"])).then(years + 1)
    is_quarterly = pl.col("period_kind").str.contains("quarter")
    step = pl.when(is_quarterly).then(pl.lit("3mo")).otherwise(pl.lit("1y"))
    clear = pl.col("baseline_end").dt.offset_by(pl.format("{}y", spans.fill_null(0)))
    ends = pl.max_horizontal(pl.col("as_of_end").dt.offset_by(step), clear)
    # Three months from 30 September are 30 December, and the quarter ends a day later.
    ends = pl.when(is_quarterly).then(ends.dt.month_end()).otherwise(ends)
    due = ends.dt.offset_by(pl.format("{}mo", "lag_months"))
    never = (
        pl.when(pl.col("data_state") == str(DataState.NOT_COMPARABLE))
        .then(pl.lit("No date can be given while the periods cannot be compared."))
        .when((pl.col("data_state") == str(DataState.NO_INTERVAL)) & pl.col("target_value").is_null())
        .then(pl.lit("No date can be given until a copy of the figures with confidence intervals is held."))
        .when(pl.col("baseline_value").is_null() & pl.col("target_value").is_null())
        .then(pl.lit("No date can be given while there is no figure for the baseline."))
    )
    rests_on = pl.format(
        "The next period that can be compared ends on {}, and the publisher usually takes {} months.",
        ends.dt.strftime("%-d %B %Y"),
        "lag_months",
    )
    return rows.with_columns(
        earliest_change=pl.when(never.is_null()).then(due),
        earliest_change_reason=pl.coalesce(never, rests_on),
        smallest_detectable_change=pl.when(tested).then(pl.col("smallest_detectable_change")),
    )
