"""Tenths, fifths and other equal shares of a ranking."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from metrics.inputs import column_problems, grouping, refuse, whole_number_problems

ADDS = ("quantile",)


def quantile(
    frame: pl.DataFrame, *, value: str, n: int, by: str | Sequence[str] = (), highest_first: bool = True
) -> pl.DataFrame:
    """Put each row into one of `n` quantiles of its group by the rank of its value.

    With m values present and the rank r counted from 1, the quantile is n + 1 less (m + 1 - r) n/m rounded up, so that
    quantile 1 holds rank 1. Ranks run from the highest value down when `highest_first`, from the lowest up otherwise;
    equal values share the lowest of their ranks, and so a quantile, which can leave another quantile short. Worked in
    whole numbers, so that no rounding moves a row.

    Every row keeps its columns and its place; `quantile`, a whole number, is added, or replaced where the frame has it.
    An empty `by` takes all rows as one group.

    Nulls: a missing value (null or NaN) has no quantile and is not counted; an infinite one ranks first or last. A
    group with fewer values than quantiles has none. Raises MetricInputError: a column missing or not numeric, an `n`
    that is no whole number of at least 1.

    Source: Fingertips Public Health Technical Guidance, quantiles; as in PHEindicatormethods' phe_quantile.

    >>> areas = pl.DataFrame({"area": list("abcdef"), "rate": [5.0, 1.0, 3.0, 3.0, None, 9.0]})
    >>> quantile(areas, value="rate", n=3)["quantile"].to_list()
    [1, 3, 2, 2, None, 1]
    """
    keys = grouping(by)
    problems = column_problems(frame, numeric={"value": value}, by=keys, adds=ADDS)
    refuse([*problems, *whole_number_problems("n", n, least=1)])
    n = int(n)
    ranked = pl.col(value).fill_nan(None) if frame.schema[value].is_float() else pl.col(value)
    if frame.schema[value] == pl.Null:
        ranked = ranked.cast(pl.Float64)
    rank = ranked.rank("min", descending=highest_first).cast(pl.Int64)
    present = ranked.count().cast(pl.Int64)
    if keys:
        rank, present = rank.over(keys), present.over(keys)
    # Division that rounds down, of the negated number, rounds up.
    placed = n + 1 + (-(present + 1 - rank) * n).floordiv(present)
    return frame.with_columns(pl.when(present >= n).then(placed).alias("quantile"))
