"""How long things last when some have not ended yet: the Kaplan-Meier curve and its median.

A post still filled, or a grant still running, is not left out and not taken to end today: it counts among those at risk
for as long as it was followed.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from metrics.figures import figures, group_starts, key_names, restore_keys
from metrics.inputs import (
    DEFAULT_CONFIDENCE,
    Level,
    column_problems,
    grouping,
    is_frame,
    level_problems,
    levels,
    limit_names,
    refuse,
    row_problems,
)

HALF = 0.5 * (1 + 1e-9)
"""A product of fractions that is a half in decimals may come out a hair above it."""

CURVE = ("time", "at_risk", "events", "survival", "standard_error")

NOBODY = "nothing was followed"
NO_EVENT = "no event was observed"
NONE_LEFT = "no limits: none is left, and Greenwood's variance with it"
NOT_REACHED = "more than half last longer than anything observed"


def kaplan_meier(
    frame: pl.DataFrame,
    *,
    time: str,
    observed: str,
    by: str | Sequence[str] = (),
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
) -> pl.DataFrame:
    """Estimate the share that lasts beyond each time at which something ended.

    At each event time the share so far is multiplied by 1 less the events over those at risk: those whose time is not
    shorter. Its standard error is Greenwood's, the share times the root of the sum, over the event times so far, of
    events over those at risk times those at risk less events; limits lie z of them to either side, cut at 0 and 1.

    `time` is how long each row was followed, in any unit; `observed` is true (or 1) where it then ended, false (or 0)
    where it was still going on. One row an event time, groups in order of first appearance and times rising: the
    grouping columns, `time`, `at_risk`, `events`, `survival`, `standard_error`, the limits and `reason`. Shares are
    fractions. An empty `by` takes all rows as one group.

    Nulls: a row without a time (null or NaN) or without `observed` is left out. A group without any event keeps one
    row, with nulls and a `reason`. Once none is left the share is zero, without standard error or limits, and says so.
    Raises MetricInputError: a column missing or of the wrong type, a time that is negative or infinite, an `observed`
    other than true, false, 1 or 0, a confidence outside 0.9 to 1.

    Source: Kaplan EL, Meier P. JASA 1958;53:457-81. Greenwood M. The natural duration of cancer. HMSO 1926.

    >>> posts = pl.DataFrame({"months": [6, 12, 12, 24], "ended": [True, True, False, False]})
    >>> curve = kaplan_meier(posts, time="months", observed="ended", confidence=0.95)
    >>> curve.select("time", "at_risk", "events", "survival", pl.col("lower_95").round(3)).rows()
    [(6.0, 4, 1, 0.75, 0.326), (12.0, 3, 1, 0.5, 0.01)]
    """
    keys = grouping(by)
    wanted, groups, curve = _curves(frame, time=time, observed=observed, keys=keys, confidence=confidence)
    table = groups.join(curve, on="group", how="left", maintain_order="left_right").with_columns(
        reason=pl.coalesce(
            "reason",
            pl.when(pl.col("survival").is_not_null() & pl.col("standard_error").is_null()).then(pl.lit(NONE_LEFT)),
        )
    )
    return restore_keys(table.select(*key_names(keys), *CURVE, *limit_names(wanted), "reason"), keys)


def median_survival(
    frame: pl.DataFrame,
    *,
    time: str,
    observed: str,
    by: str | Sequence[str] = (),
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
) -> pl.DataFrame:
    """Estimate how long half last: the first time at which the Kaplan-Meier curve is at a half or below.

    Limits: the first times at which the lower and the upper limit of the curve are at a half or below, so those at
    which half lies within the curve's own limits. One row a group in order of first appearance: the grouping columns,
    `value`, the limits and `reason`. Units: the unit of `time`. Arguments and errors: as in `kaplan_meier`.

    Nulls: where the curve stays above a half the median is null with a `reason`; a limit that is not reached is null,
    and the median may lie beyond anything observed.

    Source: Brookmeyer R, Crowley J. Biometrics 1982;38:29-41.

    >>> posts = pl.DataFrame({"months": [6, 12, 18, 24, 30], "ended": [True, True, True, True, False]})
    >>> median_survival(posts, time="months", observed="ended", confidence=0.95).row(0)
    (18.0, 6.0, None, None)
    """
    keys = grouping(by)
    wanted, groups, curve = _curves(
        frame, time=time, observed=observed, keys=keys, confidence=confidence, adds=("value", "reason")
    )
    medians = curve.group_by("group", maintain_order=True).agg(
        _first_at_half(pl.col("survival")).alias("value"),
        *(
            # Once none is left the lower limit can be nothing but zero; the upper one is not known.
            _first_at_half(pl.col(level.lower).fill_null(0.0)).alias(level.lower)
            for level in wanted
        ),
        *(_first_at_half(pl.col(level.upper)).alias(level.upper) for level in wanted),
    )
    table = groups.join(medians, on="group", how="left", maintain_order="left").with_columns(
        reason=pl.coalesce("reason", pl.when(pl.col("value").is_null()).then(pl.lit(NOT_REACHED)))
    )
    return restore_keys(table.select(*key_names(keys), "value", *limit_names(wanted), "reason"), keys)


def _curves(
    frame: pl.DataFrame,
    *,
    time: str,
    observed: str,
    keys: list[str],
    confidence: float | Sequence[float],
    adds: Sequence[str] = (*CURVE, "reason"),
) -> tuple[tuple[Level, ...], pl.DataFrame, pl.DataFrame]:
    """Check the frame and follow every group: the groups with what stands in their way, and the curves."""
    problems = level_problems(confidence)
    wanted = () if problems else levels(confidence)
    added = [*adds, *limit_names(wanted)]
    refuse(
        [
            *column_problems(frame, numeric={"time": time}, present={"observed": observed}, by=keys, adds=added),
            *_truth_problems(frame, observed),
            *problems,
        ]
    )
    # An infinite time is refused, not passed over, so it is looked for before it is read as missing.
    times = frame[time].cast(pl.Float64)
    followed = figures(frame, {"time": time}, by=keys).with_columns(
        frame[observed].cast(pl.Float64).fill_nan(None).alias("observed"), group_starts(frame, keys).alias("group")
    )
    refuse(
        [
            *row_problems(frame, times < 0, by=keys, says="time: negative; expected zero or more"),
            *row_problems(frame, times.is_infinite() & (times > 0), by=keys, says="time: infinite; expected a number"),
            *row_problems(
                frame,
                (followed["observed"] != 0) & (followed["observed"] != 1),
                by=keys,
                says="observed: neither true nor false, 1 nor 0",
            ),
        ]
    )
    usable = pl.col("time").is_not_null() & pl.col("observed").is_not_null()
    groups = followed.group_by("group", maintain_order=True).agg(
        *(pl.col(key).first() for key in key_names(keys)),
        pl.when(~usable.any())
        .then(pl.lit(NOBODY))
        .when(pl.col("observed").filter(usable).sum() == 0)
        .then(pl.lit(NO_EVENT))
        .alias("reason"),
    )
    return wanted, groups, _curve(followed.filter(usable), wanted)


def _curve(followed: pl.DataFrame, wanted: Sequence[Level]) -> pl.DataFrame:
    events, at_risk = pl.col("events"), pl.col("at_risk")
    left = at_risk - events
    curve = (
        followed.group_by("group", "time", maintain_order=True)
        .agg(pl.col("observed").sum().cast(pl.Int64).alias("events"), pl.len().cast(pl.Int64).alias("ending"))
        .sort("group", "time")
        .with_columns(at_risk=pl.col("ending").cum_sum(reverse=True).over("group"))
        .filter(events > 0)
        .with_columns(
            survival=(left / at_risk).cum_prod().over("group"),
            greenwood=(events / (at_risk * pl.when(left > 0).then(left))).cum_sum().over("group"),
        )
        .with_columns(standard_error=pl.col("survival") * pl.when(left > 0).then(pl.col("greenwood").sqrt()))
    )
    share, error = pl.col("survival"), pl.col("standard_error")
    return curve.select(
        "group",
        *CURVE,
        *(
            limit.clip(0.0, 1.0).alias(name)
            for level in wanted
            for name, limit in ((level.lower, share - level.z * error), (level.upper, share + level.z * error))
        ),
    )


def _first_at_half(share: pl.Expr) -> pl.Expr:
    return pl.col("time").filter(share <= HALF).first()


def _truth_problems(frame: pl.DataFrame, observed: str) -> list[str]:
    dtype = frame.schema.get(observed) if is_frame(frame) and isinstance(observed, str) else None
    if dtype is None or dtype in (pl.Boolean, pl.Null) or dtype.is_numeric():
        return []
    return [f"observed: column {observed!r} is {dtype}; expected true and false, or 1 and 0"]
