"""Life expectancy and healthy life expectancy from abridged life tables of 20 age bands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from metrics.figures import as_floats, group_starts
from metrics.inputs import (
    DEFAULT_CONFIDENCE,
    column_problems,
    faults,
    grouping,
    level_problems,
    levels,
    limits_asked_for,
    refuse,
)
from metrics.layout import Floats, Truths
from metrics.normal import Z_95

AGE_STARTS = (0, 1, *range(5, 95, 5))
"""The ages at which the 20 bands start: under 1, 1 to 4, then five years each, the last 90 and over."""

BANDS = len(AGE_STARTS)

WIDTHS = np.array([*np.diff(AGE_STARTS), np.nan], dtype=np.float64)
"""Years in each band; the last is open, and as wide as its mortality makes it."""

LIVED = np.array([0.1] + [0.5] * (BANDS - 1))
"""The part of a band that those who die in it live: a tenth of the first year, half elsewhere."""

RADIX = 100_000.0
"""People at age 0 in a life table."""

FEWEST_PEOPLE = 5000
"""No table is made for a population of this many or fewer, summed over ages and years."""

WIDEST = 10.0
"""Years: an expectancy whose 95% limits lie further than this to either side is not shown."""

TOO_WIDE = "95% limits reach more than 10 years to either side"
NOBODY = "nobody survives to this age"


def life_expectancy(
    frame: pl.DataFrame,
    *,
    age_start: str,
    deaths: str,
    population: str,
    by: str | Sequence[str],
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
) -> pl.DataFrame:
    """Work out life expectancy at the start of each age band, in years, with its limits.

    The frame has a row per age band, 20 a group: 0, 1-4, 5-9, and so on to 85-89 and 90+, named by the age at which
    they start. Expectancy e = T/l, of the table `life_table` gives. Its variance sums, over this band and those after
    it, l^2 ((1 - a) n + the e of the next band)^2 q^2 (1 - q)/D, with the last band's l^2/(D M^2), all over the l of
    this band squared; the limits are e -/+ z times its root. A band without deaths adds nothing to it.

    Gives a row per age band, groups in order of first appearance, ages ascending within them: the grouping columns,
    the age, `population_used` and `deaths_used` (totals from that age up), `value`, the limits and `reason`.

    A group gives no result at any age, with its reason, where its bands are not exactly those 20, once each; where a
    death or population is missing (null or NaN); where deaths are below zero or above the population, or a population
    is zero or less; where the whole population is 5,000 or less; or where the last band has no deaths. A value whose
    95% limits reach more than 10 years to either side is left out, its limits kept. Where nobody survives to an age
    its expectancy is 0, without limits. An empty frame gives no rows, with the same columns.

    Raises MetricInputError for a column that is missing or not numeric, an infinite number, and a confidence outside
    0.9 to 1; all problems together, naming each group at fault.

    Sources: Chiang CL. Introduction to stochastic processes in biostatistics. 1968. Silcocks PBS, Jenner DA, Reza R.
    Life expectancy as a summary of mortality in a population. J Epidemiol Community Health 2001;55:38-43. Eayres D,
    Williams ES. Evaluation of methodologies for small area life expectancy estimation. JECH 2004;58:243-9.

    >>> DEATHS = [8, 1, 1, 1, 2, 3, 4, 5, 7, 10, 15, 24, 38, 60, 95, 150, 230, 340, 450, 600]
    >>> table = pl.DataFrame(
    ...     {"area": ["A"] * 20, "age": AGE_STARTS, "deaths": DEATHS, "people": [2000] * 20}
    ... )
    >>> result = life_expectancy(
    ...     table, age_start="age", deaths="deaths", population="people", by=["area"], confidence=0.95
    ... )
    >>> result.select("area", "age", pl.col("value", "lower_95", "upper_95").round(2)).row(0)
    ('A', 0, 67.43, 66.06, 68.8)
    """
    groups = grouping(by)
    adds = ["population_used", "deaths_used", "value", *limits_asked_for(confidence), "reason"]
    numeric = {"deaths": deaths, "population": population}
    bands = _checked(frame, age_start, numeric, groups, adds, level_problems(confidence))
    state = _Standing(bands, age_start, deaths, population)
    table = _Table(*state.matrices(deaths, population))
    expectancy, error = table.e, table.standard_error()
    columns = state.columns(
        {"value": np.where(Z_95 * error > WIDEST, np.nan, expectancy)}
        | {
            name: expectancy + sign * level.z * error
            for level in levels(confidence)
            for name, sign in ((level.lower, -1), (level.upper, 1))
        }
    )
    return bands.select(*groups, age_start).with_columns(
        *state.from_this_age_up(population_used=population, deaths_used=deaths),
        *columns,
        state.reason([(Z_95 * error > WIDEST, TOO_WIDE), (table.l == 0, NOBODY)]),
    )


def healthy_life_expectancy(
    frame: pl.DataFrame,
    *,
    age_start: str,
    deaths: str,
    population: str,
    prevalence: str,
    survey_n: str,
    by: str | Sequence[str],
    with_mortality_variance: bool = True,
    confidence: float | Sequence[float] = DEFAULT_CONFIDENCE,
) -> pl.DataFrame:
    """Work out healthy life expectancy at the start of each age band, in years, with its limits.

    Sullivan's method: of the years a life table gives a band, the proportion lived in good health counts, so that
    HLE = sum of p L over this band and those after it, over l. `prevalence` is that proportion (a fraction of one) and
    `survey_n` how many were asked. Variance from the survey: sum of L^2 p (1 - p)/N, over l^2. With mortality (the
    default) are added, over l^2, the sums of l^2 ((1 - a) n p + the HLE of the next band)^2 q^2 (1 - q)/D, and the
    last band's l^2 p^2/(D M^2). All in good health gives life expectancy and its variance back.

    Gives a row per age band, groups in order of first appearance, ages ascending within them: the grouping columns,
    the age, `value` and the limits, `life_expectancy` (years), `percent_healthy` (the part of it in good health, 0 to
    100), `standard_error` (years) and `reason`. Groups without a life table give no result, and values are left out, as
    in `life_expectancy`; so is a group where in any band the prevalence is missing or nobody was asked.

    Raises MetricInputError as `life_expectancy` does, and for a prevalence outside 0 to 1 or a survey_n below zero.

    Sources: Sullivan DF. A single index of mortality and morbidity. HSMHA Health Reports 1971;86:347-54. Jagger C, Van
    Oyen H, Robine J-M. Health expectancy calculation by the Sullivan method: a practical guide.

    >>> DEATHS = [8, 1, 1, 1, 2, 3, 4, 5, 7, 10, 15, 24, 38, 60, 95, 150, 230, 340, 450, 600]
    >>> table = pl.DataFrame(
    ...     {"area": ["A"] * 20, "age": AGE_STARTS, "deaths": DEATHS, "people": [2000] * 20,
    ...      "healthy": [0.9] * 10 + [0.6] * 10, "asked": [150] * 20}
    ... )
    >>> result = healthy_life_expectancy(
    ...     table, age_start="age", deaths="deaths", population="people", prevalence="healthy", survey_n="asked",
    ...     by=["area"], confidence=0.95,
    ... )
    >>> result.select("age", pl.col("value", "lower_95", "upper_95", "percent_healthy").round(2)).row(0)
    (0, 53.58, 52.23, 54.94, 79.47)
    """
    groups = grouping(by)
    extra = ["life_expectancy", "percent_healthy", "standard_error"]
    adds = ["value", *limits_asked_for(confidence), *extra, "reason"]
    numeric = {"deaths": deaths, "population": population, "prevalence": prevalence, "survey_n": survey_n}
    bands = _checked(frame, age_start, numeric, groups, adds, level_problems(confidence))
    healthy, asked = pl.col(prevalence), pl.col(survey_n)
    failing = {
        f"prevalence: {prevalence!r} outside 0 to 1, expected a fraction of one": (healthy < 0) | (healthy > 1),
        f"survey_n: {survey_n!r} below zero, expected the number asked": asked < 0,
    }
    refuse(faults(bands, failing, by=groups))
    state = _Standing(bands, age_start, deaths, population)
    unknown = bands[prevalence].is_null() | bands[survey_n].is_null() | (bands[survey_n] == 0)
    state.withhold(unknown.fill_null(True).to_numpy(), "no prevalence in an age band, or nobody asked")
    table = _Table(*state.matrices(deaths, population))
    p, asked_matrix = state.matrices(prevalence, survey_n)

    expectancy = table.over_survivors(p * table.L)
    variance = table.over_survivors(table.L**2 * p * (1 - p) / asked_matrix, power=2)
    if with_mortality_variance:
        variance = variance + table.mortality_variance(p, expectancy)
    error = np.sqrt(variance)
    life = np.where(Z_95 * table.standard_error() > WIDEST, np.nan, table.e)
    shown = np.where(Z_95 * error > WIDEST, np.nan, expectancy)
    percent = np.divide(100 * shown, life, out=np.full_like(life, np.nan), where=table.l > 0)
    columns = state.columns(
        {"value": shown}
        | {
            name: expectancy + sign * level.z * error
            for level in levels(confidence)
            for name, sign in ((level.lower, -1), (level.upper, 1))
        }
        | {"life_expectancy": life, "percent_healthy": percent, "standard_error": error}
    )
    return bands.select(*groups, age_start).with_columns(
        *columns, state.reason([(Z_95 * error > WIDEST, TOO_WIDE), (table.l == 0, NOBODY)])
    )


def life_table(
    frame: pl.DataFrame, *, age_start: str, deaths: str, population: str, by: str | Sequence[str]
) -> pl.DataFrame:
    """Make the abridged life table behind life expectancy, every column of it.

    For a band of `n` years, with deaths D and population P: `M` = D/P; `a`, the part of the band lived by those who
    die in it (0.1 in the first year, 0.5 elsewhere); `q` = n M/(1 + n (1 - a) M), the chance of dying in it, 1 where
    D > P/(n a); `l`, survivors of 100,000 to its start; `d` = l q; `L`, years lived in it, n (next l + a d); `T`, years
    lived from it on; `e` = T/l, 0 where nobody survives. The last band has n = 2/M, q = 1 and L = l/M.

    Gives a row per age band in the order of `life_expectancy`, whose suppression rules (for groups) and errors hold
    here too, with the grouping columns, the age, the columns above and `reason`.

    Source: Chiang CL. Introduction to stochastic processes in biostatistics. 1968.

    >>> DEATHS = [8, 1, 1, 1, 2, 3, 4, 5, 7, 10, 15, 24, 38, 60, 95, 150, 230, 340, 450, 600]
    >>> table = pl.DataFrame({"age": AGE_STARTS, "deaths": DEATHS, "people": [2000] * 20})
    >>> result = life_table(table, age_start="age", deaths="deaths", population="people", by=[])
    >>> result.select("age", pl.col("q").round(6), pl.col("l", "e").round(2)).rows()[:2]
    [(0, 0.003986, 100000.0, 67.43), (1, 0.001998, 99601.43, 66.7)]
    """
    groups = grouping(by)
    names = ["n", "a", "M", "q", "l", "d", "L", "T", "e"]
    bands = _checked(frame, age_start, {"deaths": deaths, "population": population}, groups, [*names, "reason"], [])
    state = _Standing(bands, age_start, deaths, population)
    table = _Table(*state.matrices(deaths, population))
    columns = state.columns({name: getattr(table, name) for name in names})
    return bands.select(*groups, age_start).with_columns(*columns, state.reason())


def _checked(
    frame: pl.DataFrame,
    age_start: str,
    numeric: dict[str, str],
    groups: list[str],
    adds: list[str],
    problems: list[str],
) -> pl.DataFrame:
    """Refuse what no table can be made of; give figures as floats, groups as they first appear, ages ascending."""
    ages = {"age_start": age_start}
    refuse([*problems, *column_problems(frame, numeric=ages | numeric, kept=ages, by=groups, adds=adds)])
    figures = as_floats(frame.select(*dict.fromkeys([*groups, age_start, *numeric.values()])), numeric.values())
    infinite = {
        f"{argument}: {name!r} infinite, expected finite numbers": pl.col(name).is_infinite()
        for argument, name in numeric.items()
    }
    refuse(faults(figures, infinite, by=groups))
    start = group_starts(figures, groups).alias(_GROUP)
    order = pl.DataFrame([start, figures[age_start].alias("age")])
    place = order.select(pl.arg_sort_by(_GROUP, "age", nulls_last=True, maintain_order=True)).to_series()
    return figures[place].with_columns(start[place])


_GROUP = "\0group"
"""The column that holds a group's number; no column of a real frame has this name."""


class _Standing:
    """Which groups can have a life table and, for the others, the first reason why not."""

    def __init__(self, bands: pl.DataFrame, age_start: str, deaths: str, population: str) -> None:
        self.bands = bands
        start = bands[_GROUP].to_numpy()
        first = np.append(True, start[1:] != start[:-1])[: bands.height]
        self.group = np.cumsum(first) - 1
        sizes = np.bincount(self.group)
        self.words: list[str | None] = [None]
        self.why = np.zeros(len(sizes), dtype=np.intp)  # each group's place in the words; 0 has a table

        place = np.arange(bands.height) - np.flatnonzero(first)[self.group]
        age = bands[age_start].cast(pl.Float64).to_numpy()
        wanted = np.append(np.array(AGE_STARTS, dtype=np.float64), np.nan)[np.minimum(place, BANDS)]
        d, n = bands[deaths].to_numpy(), bands[population].to_numpy()
        total = np.bincount(self.group, weights=n)
        self.withhold((age != wanted) | (sizes != BANDS)[self.group], "not exactly the 20 age bands")
        self.withhold(np.isnan(d) | np.isnan(n), "deaths or population missing in an age band")
        self.withhold(d < 0, "deaths below zero in an age band")
        self.withhold(n <= 0, "population of zero or less in an age band")
        self.withhold(d > n, "more deaths than people in an age band")
        self.withhold((total <= FEWEST_PEOPLE)[self.group], "a population of 5,000 or less")
        self.withhold((d == 0) & (place == BANDS - 1), "no deaths in the last age band")

    def withhold(self, at_fault: Truths, words: str) -> None:
        """Withhold the groups with a row at fault, for this reason unless they have one already."""
        groups = np.unique(self.group[at_fault])
        self.why[groups[self.why[groups] == 0]] = len(self.words)
        self.words.append(words)

    @property
    def has_table(self) -> Truths:
        """Tell, row by row, whether the group has a life table."""
        has: Truths = (self.why == 0)[self.group]
        return has

    def matrices(self, *columns: str) -> list[Floats]:
        """Give columns as a row per group that has a table and 20 age bands across."""
        rows = self.has_table
        return [self.bands[name].to_numpy()[rows].reshape(-1, BANDS) for name in columns]

    def columns(self, figures: dict[str, Floats]) -> list[pl.Series]:
        """Give matrices as columns of the bands, null for groups without a table and where there is no figure."""
        rows = self.has_table
        series: list[pl.Series] = []
        for name, matrix in figures.items():
            column = np.full(self.bands.height, np.nan)
            column[rows] = matrix.reshape(-1)
            series.append(pl.Series(name, column, nan_to_null=True))
        return series

    def from_this_age_up(self, **columns: str) -> list[pl.Series]:
        """Total columns over each band and those after it in its group; a missing part makes a total missing."""
        rows, names = self.has_table, list(columns.values())
        # Groups of 20 are added as matrices; only the others, of any size, need a pass group by group.
        others = self.bands.filter(~rows).select(_GROUP, *names)
        if others.height:
            backwards = pl.col(names).fill_null(np.nan).cum_sum(reverse=True)
            others = others.group_by(_GROUP, maintain_order=True).agg(backwards).explode(names)
        series: list[pl.Series] = []
        for (new, name), matrix in zip(columns.items(), self.matrices(*names), strict=True):
            column = np.empty(self.bands.height)
            column[rows] = _from_here_on(matrix).reshape(-1)
            column[~rows] = others[name].to_numpy()
            series.append(pl.Series(new, column, nan_to_null=True))
        return series

    def reason(self, by_age: Sequence[tuple[Truths, str]] = ()) -> pl.Series:
        """Say why a row has no figure, or no limits: its group's reason, or the last of those by age that holds."""
        code = self.why[self.group]
        rows = self.has_table
        words = [*self.words, *(said for _, said in by_age)]
        for place, (holds, _) in enumerate(by_age, start=len(self.words)):
            if holds.any():
                code[rows] = np.where(holds.reshape(-1), place, code[rows])
        return pl.Series("reason", words, dtype=pl.String).gather(code)


class _Table:
    """Life tables of many groups at once, a row each and 20 age bands across; names as in the literature."""

    def __init__(self, deaths: Floats, people: Floats) -> None:
        self.deaths = deaths
        self.M = deaths / people
        self.n = np.broadcast_to(WIDTHS, deaths.shape).copy()
        self.n[:, -1] = 2 / self.M[:, -1]
        self.a = np.broadcast_to(LIVED, deaths.shape)
        exposed = self.n * self.M
        self.q = np.where(deaths > people / (self.n * self.a), 1.0, exposed / (1 + exposed * (1 - self.a)))
        self.q[:, -1] = 1.0
        surviving = np.cumprod(1 - self.q[:, :-1], axis=1)
        self.l = RADIX * np.concatenate([np.ones((len(deaths), 1)), surviving], axis=1)
        self.d = self.l * self.q
        self.L = np.empty_like(self.l)
        self.L[:, :-1] = self.n[:, :-1] * (self.l[:, 1:] + self.a[:, :-1] * self.d[:, :-1])
        self.L[:, -1] = self.l[:, -1] / self.M[:, -1]
        self.T = _from_here_on(self.L)
        self.e = np.divide(self.T, self.l, out=np.zeros_like(self.T), where=self.l > 0)

    def over_survivors(self, amounts: Floats, power: int = 1) -> Floats:
        """Sum amounts over each band and those after, for each of its survivors; sums without survivors: 0, or none.

        An expectancy (power 1) where nobody survives is 0; a variance (power 2) there does not exist.
        """
        nothing = np.zeros_like(amounts) if power == 1 else np.full_like(amounts, np.nan)
        return np.divide(_from_here_on(amounts), self.l**power, out=nothing, where=self.l > 0)

    def mortality_variance(self, p: Floats, expectancy: Floats) -> Floats:
        """Work out the variance that chance in the deaths gives an expectancy, p of each band's years counting."""
        years = (1 - self.a[:, :-1]) * self.n[:, :-1] * p[:, :-1] + expectancy[:, 1:]
        weight = self.l[:, :-1] ** 2 * years**2 * self.q[:, :-1] ** 2 * (1 - self.q[:, :-1])
        amounts = np.zeros_like(self.l)
        some = self.deaths[:, :-1] > 0
        np.divide(weight, self.deaths[:, :-1], out=amounts[:, :-1], where=some)
        amounts[:, -1] = self.l[:, -1] ** 2 * p[:, -1] ** 2 / (self.deaths[:, -1] * self.M[:, -1] ** 2)
        return self.over_survivors(amounts, power=2)

    def standard_error(self) -> Floats:
        """Work out the standard error of life expectancy at each age."""
        return np.sqrt(self.mortality_variance(np.ones_like(self.l), self.e))


def _from_here_on(amounts: Floats) -> Floats:
    return np.cumsum(amounts[:, ::-1], axis=1)[:, ::-1]
