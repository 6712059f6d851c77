"""What may be shown of a system's posts: nothing that lets one or two of them be told from the rest.

How many posts there are is shown. Any other figure rests on the smaller of the posts counted in it and those left out:
on none it is zero or the whole, on one or two it is withheld. Figures that are parts of each other are judged together,
so that no subtraction leaves one or two posts:

- what ends by a month or within a window is one chain, each a part of the next; a step of it that rests on one or two
  posts waits for the next, and what recurs is the chain's last part;
- confirmed funding is a part of all funding. A step on confirmed funding may span several of the chain's; over these,
  the smaller of its confirmed and unconfirmed posts, added up, is none or at least three;
- vacant, interim and other posts together are all posts; by state they are shown only if every state rests;
- families together are all posts, so a measure is broken down for every family or for none;
- the parts of a split system together are that system, so they are shown as fully as it or not at all.

Totals are taken over systems that are shown, so they say nothing that their parts do not. Coarse on purpose: a figure
is withheld where finer work might have saved it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from data_contracts.vocabulary import PostState
from metrics.tenure import HORIZON_MONTHS, ending_within, funding_horizon

FEWEST = 3
WINDOWS = (3, 6, 12, 24)
TEAM = ["system_code", "quarter"]

#: Shares of the posts in each state but interim, which is told apart: by state, all of these or none.
STATES = {f"{state}_share": f"is_{state}" for state in PostState if state is not PostState.INTERIM}
#: Measures of one share of the posts, by the column that is true for those counted.
SHARES = {
    "vacancy_rate": "is_vacant",
    "recurrent_share": "is_recurrent",
    "unconfirmed_share": "is_unconfirmed",
    "interim_share": "is_interim",
    "joint_share": "is_joint",
    **STATES,
}
#: Measures of what holds the largest share, by the column it is a value of.
LARGEST = {"largest_funder_share": "funding_source", "largest_pay_framework_share": "pay_framework"}
ENDING = {months: f"wte_ending_{months}_months" for months in WINDOWS}
MEASURES = (
    "wte",
    *SHARES,
    *ENDING.values(),
    "median_months_left",
    *LARGEST,
    "median_months_vacant",
)
#: What is broken down by role family; of the rest there is a figure for all posts together only.
BROKEN_DOWN = ("wte", "vacancy_rate", "recurrent_share", *ENDING.values(), "median_months_left")

_SHOWN = {**dict.fromkeys(TEAM, pl.String), "is_family": pl.Boolean, "measure": pl.String, "is_pooled": pl.Boolean}
_STEPS = {**dict.fromkeys(TEAM, pl.String), "basis": pl.String, "month": pl.Int64, "read_at": pl.Int64}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What may be shown, of systems and quarters.

    `measures`: `system_code, quarter, is_family, measure, is_pooled`, a row for each measure that may be shown, by
    family or of all posts; `is_pooled` says whether it may also go into totals. `families`: the systems and quarters
    broken down at all. `steps`: `system_code, quarter, basis, month, read_at`: at each month the horizon is shown as it
    stood at `read_at`, the last month at which a step could be shown.
    """

    measures: pl.DataFrame
    families: pl.DataFrame
    steps: pl.DataFrame


def may_be_shown(posts: pl.DataFrame, spells: pl.DataFrame) -> Shown:
    """Judge every system and quarter by the posts funded on its as-at date, as `teams.coded` has them.

    `spells` has the vacancies followed up to each quarter: `system_code, quarter, ended`.
    """
    measures: list[tuple[object, ...]] = []
    steps: list[tuple[object, ...]] = []
    broken_down: list[tuple[object, ...]] = []
    for team in _teams(posts, spells):
        measures.extend((*team.key, *row) for row in _measures(team))
        steps.extend((*team.key, *row) for row in _horizon_steps(team))
        if team.families_rest:
            broken_down.append(team.key)
    return Shown(
        measures=pl.DataFrame(measures, schema=_SHOWN, orient="row"),
        families=pl.DataFrame(broken_down, schema=dict.fromkeys(TEAM, pl.String), orient="row"),
        steps=pl.DataFrame(steps, schema=_STEPS, orient="row"),
    )


def with_their_whole(shown: Shown, parts: pl.DataFrame) -> Shown:
    """Show the parts of a split system as fully as the whole, or nothing of them but their number.

    The whole is shown too, and what it counts is divided between its parts: a figure of the whole that is about one
    part alone leaves, taken from that part, the rest of it. So every figure of the whole must rest in every part.
    `parts` are those of `footprints.Restated`, each judged as a team of its own already.
    """
    pooled = shown.measures.filter("is_pooled")
    steps = shown.steps.filter(pl.col("month") == pl.col("read_at"))
    lacking = [
        parts.join(shown.measures.filter(~pl.col("is_pooled")), on=TEAM),
        _lacked(parts, pooled, ["is_family", "measure"]),
        _lacked(parts, shown.families, []),
        _lacked(parts, steps, ["basis", "month"]),
    ]
    fits = parts.join(pl.concat(found.select(TEAM) for found in lacking), on=TEAM, how="anti")
    given = []
    for held, lent in ((shown.measures, pooled), (shown.families, shown.families), (shown.steps, shown.steps)):
        others = held.join(parts.select("quarter", system_code="part_code"), on=TEAM, how="anti")
        as_whole = fits.join(lent, on=TEAM).with_columns(system_code="part_code").select(held.columns)
        given.append(pl.concat([others, as_whole]))
    return Shown(measures=given[0], families=given[1], steps=given[2])


def _lacked(parts: pl.DataFrame, table: pl.DataFrame, what: list[str]) -> pl.DataFrame:
    """What the whole has in a table and some part of it has not."""
    of_parts = table.rename({"system_code": "part_code"})
    return parts.join(table, on=TEAM).join(of_parts, on=["part_code", "quarter", *what], how="anti")


def rests(posts: int) -> bool:
    """Whether a figure that counts so many posts, or leaves out so many, may be shown."""
    return posts == 0 or posts >= FEWEST


def chain(sizes: Sequence[int], whole: int) -> list[bool]:
    """Which of a chain of sets, each a part of the next and all of the whole, may be shown together.

    Each that is, and what lies between it and the one before, and between it and the whole, is none or enough.

    >>> chain([0, 2, 4, 5, 9], 12)
    [True, False, True, False, True]
    >>> chain([4, 11], 12)
    [True, False]
    """
    shown, last = [], 0
    for size in sizes:
        fits = rests(size - last) and rests(whole - size)
        shown.append(fits)
        last = size if fits else last
    return shown


@dataclass(frozen=True, kw_only=True)
class _Team:
    """A system's posts in a quarter, counted: those funded on the as-at date, and of each set how many.

    `ended[m]` and `within[n]` count posts whose funding is gone by month m, or ends within n months, `confirmed_…` the
    confirmed ones of them. Of `families`, each has its posts, its vacant and its recurrent ones, and its windows.
    """

    key: tuple[str, str]
    posts: int
    counts: dict[str, int]
    largest: dict[str, list[tuple[float, str, int]]]
    ended: list[int]
    within: dict[int, int]
    confirmed_ended: list[int]
    confirmed_within: dict[int, int]
    families: list[_Family]
    vacancies: int
    vacancies_ended: int

    @property
    def is_known(self) -> bool:
        return rests(self.posts)

    @property
    def recurrent_rests(self) -> bool:
        return self.is_known and self.splits("is_recurrent")

    @property
    def families_rest(self) -> bool:
        return self.posts > 0 and all(family.posts >= FEWEST for family in self.families)

    @property
    def states_rest(self) -> bool:
        return all(rests(self.counts[column]) for column in ("is_interim", *STATES.values()))

    def splits(self, column: str) -> bool:
        """Whether both the posts with something and those without are none or enough."""
        return rests(self.counts[column]) and rests(self.posts - self.counts[column])


@dataclass(frozen=True, kw_only=True)
class _Family:
    posts: int
    vacant: int
    recurrent: int
    within: dict[int, int]


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """One of the chain of what has ended: by a month on the horizon, or within a window."""

    months: int
    is_window: bool
    size: int
    confirmed: int
    shown: bool


def _cuts(team: _Team) -> list[_Cut]:
    """Every month and window in order, and which of them are shown.

    What ends on the as-at date itself is gone by month 1 and in no window, so windows are shown only where it rests on
    none or enough; it is then the chain's first part.
    """
    on_the_day = team.counts["ends_on_the_day"]
    candidates = [(0, True, on_the_day, team.counts["confirmed_ends_on_the_day"])]
    for month in range(1, HORIZON_MONTHS + 1):
        candidates.append((month, False, team.ended[month], team.confirmed_ended[month]))
        if month in team.within:
            size = on_the_day + team.within[month]
            confirmed = team.counts["confirmed_ends_on_the_day"] + team.confirmed_within[month]
            candidates.append((month, True, size, confirmed))
    if not rests(on_the_day):
        candidates = [candidate for candidate in candidates if not candidate[1]]
    whole = team.posts - team.counts["is_recurrent"] if team.recurrent_rests else team.posts
    shown = chain([size for _, _, size, _ in candidates], whole)
    if on_the_day and rests(on_the_day) and not shown[0]:  # too few end later for windows to be told apart from it
        candidates = [candidate for candidate in candidates if not candidate[1]]
        shown = chain([size for _, _, size, _ in candidates], whole)
    return [
        _Cut(months=months, is_window=is_window, size=size, confirmed=confirmed, shown=fits)
        for (months, is_window, size, confirmed), fits in zip(candidates, shown, strict=True)
    ]


def _confirmed_cuts(team: _Team, cuts: Sequence[_Cut]) -> list[bool] | None:
    """Which shown cuts the confirmed basis may step at too; None where nothing may be told of confirmed funding."""
    shown = [cut for cut in cuts if cut.shown]
    ends = [(cut.size, cut.confirmed) for cut in shown]
    confirmed = team.posts - team.counts["is_unconfirmed"]
    if team.recurrent_rests:
        fixed = team.posts - team.counts["is_recurrent"]
        ends.append((fixed, confirmed - team.counts["confirmed_recurrent"]))
    ends.append((team.posts, confirmed))
    smaller, last = [0], (0, 0)
    for size, sure in ends:
        within, sure_within = size - last[0], sure - last[1]
        smaller.append(smaller[-1] + min(sure_within, within - sure_within))
        last = (size, sure)
    return chain(smaller[1 : len(shown) + 1], smaller[-1]) if rests(smaller[-1]) and rests(confirmed) else None


def _horizon_steps(team: _Team) -> Iterator[tuple[str, int, int]]:
    """At each month and basis, the month whose figure is shown."""
    if not team.posts or not team.is_known:
        return
    cuts = _cuts(team)
    confirmed = _confirmed_cuts(team, cuts)
    shown = [cut for cut in cuts if cut.shown]
    bases = {"all": [True] * len(shown)}
    if confirmed is not None:
        bases["confirmed"] = confirmed
    for basis, fits in bases.items():
        steps = {cut.months for cut, fit in zip(shown, fits, strict=True) if fit and not cut.is_window}
        read_at = 0
        for month in range(HORIZON_MONTHS + 1):
            read_at = month if month in steps else read_at
            yield basis, month, read_at


def _measures(team: _Team) -> Iterator[tuple[bool, str, bool]]:
    """The measures that may be shown: by family or not, which, and whether totals may take them in."""
    if not team.is_known:
        return
    yield False, "wte", True
    cuts = _cuts(team)
    windows = [cut.months for cut in cuts if cut.is_window and cut.shown and cut.months]
    vacancy = team.splits("is_vacant")
    shares = {
        "vacancy_rate": vacancy,
        "recurrent_share": team.recurrent_rests,
        "unconfirmed_share": _confirmed_cuts(team, cuts) is not None,
        "interim_share": team.splits("is_interim")
        and (not vacancy or rests(team.posts - team.counts["is_vacant"] - team.counts["is_interim"])),
        "joint_share": team.splits("is_joint"),
        **dict.fromkeys(STATES, team.states_rest),
        "median_months_left": team.recurrent_rests,
        "median_months_vacant": rests(team.vacancies) and rests(team.vacancies_ended),
    }
    yield from ((False, measure, True) for measure, fits in shares.items() if fits)
    yield from ((False, ENDING[months], len(windows) == len(WINDOWS)) for months in windows)
    for measure, parts in team.largest.items():
        if rests(parts[0][2]) and rests(team.posts - parts[0][2]):
            yield False, measure, all(rests(posts) for _, _, posts in parts)
    if team.families_rest:
        yield from _family_measures(team, windows, vacancy=vacancy)


def _family_measures(team: _Team, windows: Sequence[int], *, vacancy: bool) -> Iterator[tuple[bool, str, bool]]:
    """Of the measures shown of all posts, those that may be shown of every family."""
    yield True, "wte", True
    families = team.families
    if vacancy and all(rests(family.vacant) and rests(family.posts - family.vacant) for family in families):
        yield True, "vacancy_rate", True
    recurrent = team.recurrent_rests and all(
        rests(family.recurrent) and rests(family.posts - family.recurrent) for family in families
    )
    if recurrent:
        yield True, "recurrent_share", True
        yield True, "median_months_left", True
    last = dict.fromkeys(range(len(families)), 0)
    whole = [family.posts - family.recurrent if recurrent else family.posts for family in families]
    shown = []
    for months in windows:
        sizes = [family.within[months] for family in families]
        if all(rests(size - last[at]) and rests(whole[at] - size) for at, size in enumerate(sizes)):
            shown.append(months)
            last = dict(enumerate(sizes))
    yield from ((True, ENDING[months], len(shown) == len(WINDOWS)) for months in shown)


# --- counting ---------------------------------------------------------------------------------------------


def _teams(posts: pl.DataFrame, spells: pl.DataFrame) -> Iterator[_Team]:
    """Count what the rules ask about, with the same functions that work the figures out."""
    if posts.is_empty():
        return
    on_the_day = (pl.col("end") == pl.col("as_at")).fill_null(value=False)
    flags = [*SHARES.values()]
    counts = posts.group_by(TEAM, maintain_order=True).agg(
        pl.len().alias("posts"),
        *(pl.col(flag).sum() for flag in flags),
        ends_on_the_day=on_the_day.sum(),
        confirmed_ends_on_the_day=(on_the_day & ~pl.col("is_unconfirmed")).sum(),
        confirmed_recurrent=(pl.col("is_recurrent") & ~pl.col("is_unconfirmed")).sum(),
    )
    sure = posts.filter(~pl.col("is_unconfirmed"))
    totals = dict(_by_team(counts.select(*TEAM, "posts")))
    ended, within = _ended(posts), _within(posts, TEAM)
    sure_ended, sure_within = _ended(sure), _within(sure, TEAM)
    family_within = _within(posts, [*TEAM, "role_family"])
    families: dict[tuple[str, str], list[_Family]] = {}
    by_family = posts.group_by([*TEAM, "role_family"], maintain_order=True).agg(
        pl.len(), pl.col("is_vacant").sum(), pl.col("is_recurrent").sum()
    )
    for system, quarter, family, number, vacant, recurrent in by_family.iter_rows():
        found = _Family(
            posts=number, vacant=vacant, recurrent=recurrent, within=family_within[(system, quarter, family)]
        )
        families.setdefault((system, quarter), []).append(found)
    largest = {measure: _parts(posts, column) for measure, column in LARGEST.items()}
    followed = {
        (system, quarter): (number, over)
        for system, quarter, number, over in spells.group_by(TEAM).agg(pl.len(), pl.col("ended").sum()).iter_rows()
    }
    none_ended, none_within = [0] * (HORIZON_MONTHS + 1), dict.fromkeys(WINDOWS, 0)
    for row in counts.iter_rows(named=True):
        key = (row["system_code"], row["quarter"])
        vacancies, over = followed.get(key, (0, 0))
        yield _Team(
            key=key,
            posts=totals[key],
            counts={name: number for name, number in row.items() if name not in TEAM},
            largest={measure: found[key] for measure, found in largest.items()},
            ended=ended[key],
            within=within[key],
            confirmed_ended=sure_ended.get(key, none_ended),
            confirmed_within=sure_within.get(key, none_within),
            families=families[key],
            vacancies=vacancies,
            vacancies_ended=over,
        )


def _by_team(frame: pl.DataFrame) -> Iterator[tuple[tuple[str, str], int]]:
    return (((system, quarter), number) for system, quarter, number in frame.iter_rows())


def _ended(posts: pl.DataFrame) -> dict[tuple[str, str], list[int]]:
    """Of each team, how many of the posts funded on the as-at date are no more on each month's last day."""
    found = funding_horizon(posts, wte="wte", as_at="as_at", start="start", end="end", by=TEAM)
    lists = found.group_by(TEAM, maintain_order=True).agg(pl.col("counted").first() - pl.col("counted"))
    return {(system, quarter): sizes for system, quarter, sizes in lists.iter_rows()}


def _within(posts: pl.DataFrame, by: list[str]) -> dict[tuple[str, ...], dict[int, int]]:
    found: dict[tuple[str, ...], dict[int, int]] = {}
    rows = ending_within(posts, months=WINDOWS, wte="wte", as_at="as_at", end="end", by=by)
    for *key, months, counted in rows.select(*by, "months", "counted").iter_rows():
        found.setdefault(tuple(key), {})[months] = counted
    return found


def _parts(posts: pl.DataFrame, column: str) -> dict[tuple[str, str], list[tuple[float, str, int]]]:
    """What a team's posts are of, the largest by WTE first, with how many posts each."""
    parts = posts.group_by([*TEAM, column]).agg(pl.col("wte").sum().round(6), pl.len().alias("posts"))
    found: dict[tuple[str, str], list[tuple[float, str, int]]] = {}
    for system, quarter, name, wte, number in parts.sort(
        *TEAM, "wte", column, descending=[False, False, True, False]
    ).iter_rows():
        found.setdefault((system, quarter), []).append((wte, name, number))
    return found
