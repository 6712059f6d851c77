"""What may be shown of a system's posts: nothing from which one or two of them can be told by subtraction.

How many posts there are is shown. Every other figure adds up the WTE of some of them, and is shown only if nothing that
can be worked out from it and from what was shown before is about one post or two (see `ledger`): neither within a
quarter, nor from one quarter to the next, nor between a system and those it was split into. What can be set against
each other is kept in one ledger:

- money: all posts, what recurs, what is not confirmed, what ends within each window, and the horizon on either basis;
- filling: all posts, the vacant, the interim, and by state, of which all are shown or none; how many are vacant, apart;
- joint posts, the largest funder, and the commonest pay framework, each beside all posts.

Role families come last and in every ledger, where each rests on three posts: a measure for every family or for none.

Returns are taken in the order they came in and figures in the order above: what comes first stands, and what would give
somebody away is withheld. So where one or two posts came, went or changed their WTE since figures were last shown, the
quarter has none but its number of posts. Totals are taken over systems that are shown, so they say nothing that their
parts do not. Coarse on purpose: a figure is withheld where finer work might have saved it. What an earlier release
showed of a return that has since been corrected is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_contracts.vocabulary import PostState
from metrics.tenure import HORIZON_MONTHS, ending_within, funding_horizon
from pipelines.tenure.ledger import FEWEST, Ledgers, Vectors

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

_MONEY, _FILLING, _JOINT, _NUMBERS = "money", "filling", "joint", "numbers"
#: What every set of posts told apart is told apart in.
_LEDGERS = (_MONEY, _FILLING, _JOINT, *LARGEST)

_SHOWN = {**dict.fromkeys(TEAM, pl.String), "is_family": pl.Boolean, "measure": pl.String, "is_pooled": pl.Boolean}
_STEPS = {**dict.fromkeys(TEAM, pl.String), "basis": pl.String, "month": pl.Int64, "read_at": pl.Int64}

Mask = NDArray[np.bool_]


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


def may_be_shown(
    posts: pl.DataFrame,
    spells: pl.DataFrame,
    returns: pl.DataFrame,
    parts: pl.DataFrame,
    ancestors: Mapping[str, Sequence[str]],
) -> Shown:
    """Judge every return by the posts funded on its as-at date, as `teams.coded` has them.

    `spells` has the vacancies followed up to each quarter: `system_code, quarter, post_reference, ended`; `returns` the
    day each return came in. `parts` are those of `footprints.Restated`, whose posts are in `posts` too. `ancestors`
    names all the systems that each took the place of, however far back.
    """
    teams = {team.key: team for team in _teams(posts)}
    without_posts = returns.select(TEAM).join(posts, on=TEAM, how="anti").rows()
    too_few = _too_few_vacancies(spells)
    came = {(system, quarter): day for system, quarter, day in returns.select(*TEAM, "received_on").iter_rows()}
    parts_of: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for system, quarter, part in parts.select(*TEAM, "part_code").iter_rows():
        parts_of.setdefault((system, quarter), []).append((part, quarter))
    split = {key: teams.pop(key) for keys in parts_of.values() for key in keys if key in teams}
    found = _Found()
    for line in _lines(teams, ancestors):
        columns, width = _columns(line, ancestors)
        ledgers = Ledgers(width, (*_LEDGERS, _NUMBERS))
        for at in sorted(range(len(line)), key=lambda at: (came[line[at].key], at)):
            team = line[at]
            judged = _Judged(team, columns[at], width, ledgers)
            judged.judge(time_vacant=team.key not in too_few)
            found.take(team.key, judged, judged.measures)
            keys = parts_of.get(team.key, [])
            told = [split[key] for key in keys if key in split]
            if told and judged.measures and judged.bears(told):
                measures = judged.of_a_part(time_vacant=too_few.isdisjoint(keys))
                for part in told:
                    found.take(part.key, judged, measures)
    parts_without = [key for keys in parts_of.values() for key in keys if key not in split]
    for key in (*without_posts, *parts_without):
        found.take_nothing(key, time_vacant=key not in too_few)
    return found.shown()


def _too_few_vacancies(spells: pl.DataFrame) -> set[tuple[str, str]]:
    """The teams whose time vacant would be about one or two posts: vacant at some time, or vacant and filled again."""
    posts = pl.col("post_reference")
    counts = spells.group_by(TEAM).agg(
        posts.n_unique().alias("vacant"), posts.filter("ended").n_unique().alias("ended")
    )
    return {
        (system, quarter)
        for system, quarter, vacant, ended in counts.select(*TEAM, "vacant", "ended").iter_rows()
        if not (rests(vacant) and rests(ended))
    }


@dataclass
class _Found:
    """What may be shown, gathered team by team."""

    measures: list[tuple[object, ...]] = field(default_factory=list)
    steps: list[tuple[object, ...]] = field(default_factory=list)
    families: list[tuple[object, ...]] = field(default_factory=list)

    def take(self, key: tuple[str, str], judged: _Judged, measures: Sequence[tuple[bool, str, bool]]) -> None:
        """Of a team, or of a part of it, the measures given and the horizon."""
        self.measures.extend((*key, *row) for row in measures)
        self.steps.extend((*key, *row) for row in judged.read_at())
        if judged.is_broken_down:
            self.families.append(key)

    def take_nothing(self, key: tuple[str, str], *, time_vacant: bool) -> None:
        """Of a team without funded posts there is nothing to protect, but what it was vacant before."""
        every = [(False, measure) for measure in MEASURES] + [(True, measure) for measure in BROKEN_DOWN]
        self.measures.extend((*key, *row, True) for row in every if time_vacant or row[1] != "median_months_vacant")
        months = range(HORIZON_MONTHS + 1)
        self.steps.extend((*key, basis, month, month) for basis in ("all", "confirmed") for month in months)
        self.families.append(key)

    def shown(self) -> Shown:
        """As frames."""
        return Shown(
            measures=pl.DataFrame(self.measures, schema=_SHOWN, orient="row"),
            families=pl.DataFrame(self.families, schema=dict.fromkeys(TEAM, pl.String), orient="row"),
            steps=pl.DataFrame(self.steps, schema=_STEPS, orient="row"),
        )


def rests(posts: int) -> bool:
    """Whether what is about so many posts may be shown.

    >>> [rests(posts) for posts in range(4)]
    [True, False, False, True]
    """
    return posts == 0 or posts >= FEWEST


# --- teams ------------------------------------------------------------------------------------------------


class _Post(NamedTuple):
    """What a post is known again by."""

    reference: str
    wte: float
    is_so: tuple[bool, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Team:
    """The posts of a system in a quarter, in one order: what is true of each, and when its funding is gone.

    `funded` has a row a month of the horizon, `within` one a window; a column a post.
    """

    key: tuple[str, str]
    references: tuple[str, ...]
    wte: Vectors
    flags: Mapping[str, Mask]
    kinds: Mapping[str, tuple[str, ...]]
    funded: Mask
    within: Mapping[int, Mask]

    def posts(self) -> list[_Post]:
        """Its posts as they are known again."""
        is_so = zip(*(flag.tolist() for flag in self.flags.values()), strict=True)
        kinds = zip(*self.kinds.values(), strict=True)
        return list(map(_Post, self.references, self.wte.tolist(), is_so, kinds))

    def of_each(self, column: str) -> dict[str, Mask]:
        """Which posts are of each kind, the largest by WTE first and of equals the first by name."""
        kinds = np.array(self.kinds[column])
        found = {name: kinds == name for name in sorted(set(self.kinds[column]))}
        return dict(sorted(found.items(), key=lambda kind: -round(float(self.wte[kind[1]].sum()), 6)))


def _teams(posts: pl.DataFrame) -> Iterator[_Team]:
    """Read every team, with the same functions that work the figures out."""
    if posts.is_empty():
        return
    posts = posts.sort(*TEAM, "post_reference")
    post = [*TEAM, "post_reference"]
    horizon = funding_horizon(posts, wte="wte", as_at="as_at", start="start", end="end", by=post)
    ending = ending_within(posts, months=WINDOWS, wte="wte", as_at="as_at", end="end", by=post)
    funded = horizon["counted"].to_numpy().reshape(posts.height, HORIZON_MONTHS + 1).T > 0
    within = ending["counted"].to_numpy().reshape(posts.height, len(WINDOWS)).T > 0
    flags = {column: posts[column].to_numpy() for column in SHARES.values()}
    kinds = {column: posts[column].to_list() for column in (*LARGEST.values(), "role_family")}
    references, wte = posts["post_reference"].to_list(), posts["wte"].to_numpy()
    first = 0
    for system, quarter, number in posts.group_by(TEAM, maintain_order=True).len().iter_rows():
        rows = slice(first, first + number)
        first += number
        yield _Team(
            key=(system, quarter),
            references=tuple(references[rows]),
            wte=wte[rows],
            flags={column: values[rows] for column, values in flags.items()},
            kinds={column: tuple(values[rows]) for column, values in kinds.items()},
            funded=funded[:, rows],
            within=dict(zip(WINDOWS, within[:, rows], strict=True)),
        )


def _lines(teams: Mapping[tuple[str, str], _Team], ancestors: Mapping[str, Sequence[str]]) -> Iterator[list[_Team]]:
    """The teams of systems that took each other's place, however far back, in the order of their quarters."""
    line_of = {system: {system} for system, _ in teams}
    for system, earlier in ancestors.items():
        joined = set().union(*(line_of.get(one, {one}) for one in (system, *earlier)))
        line_of |= dict.fromkeys(joined, joined)
    by_line: dict[int, list[_Team]] = {}
    for (system, _), team in sorted(teams.items(), key=lambda of: (of[0][1], of[0][0])):
        by_line.setdefault(id(line_of[system]), []).append(team)
    yield from by_line.values()


def _columns(line: Sequence[_Team], ancestors: Mapping[str, Sequence[str]]) -> tuple[list[NDArray[np.int64]], int]:
    """The place of every team's posts in the ledgers of its line, and how many places there are.

    A reference a system used before is the same post. In the first return of a system that took the place of others, a
    post is taken for one of theirs that is like it: two that went on may not look like one that came and one that went.
    """
    places: dict[str, dict[str, int]] = {}
    latest: dict[str, dict[int, _Post]] = {}
    columns, width = [], 0
    for team in line:
        system, _ = team.key
        if system not in places:
            earlier = {at: post for one in ancestors.get(system, ()) for at, post in latest.get(one, {}).items()}
            places[system] = _the_same(team.posts(), earlier)
        known = places[system]
        for reference in team.references:
            if reference not in known:
                known[reference] = width
                width += 1
        columns.append(np.array([known[reference] for reference in team.references], dtype=np.int64))
        latest[system] = dict(zip(columns[-1].tolist(), team.posts(), strict=True))
    return columns, width


#: By what a post is known again after a change of boundaries, the surest first.
_LIKE: tuple[Callable[[_Post], object], ...] = (
    lambda post: (post.wte, post.is_so, post.kinds, post.reference),
    lambda post: (post.wte, post.is_so, post.kinds),
    lambda post: (post.wte, post.reference),
    lambda post: post.wte,
    lambda post: post.reference,
)


def _the_same(posts: Sequence[_Post], earlier: Mapping[int, _Post]) -> dict[str, int]:
    """Which of the earlier posts each post is, as far as any is like it; each is one post alone."""
    found: dict[str, int] = {}
    for like in _LIKE:
        free: dict[object, list[int]] = {}
        taken = set(found.values())
        for at, post in earlier.items():
            if at not in taken:
                free.setdefault(like(post), []).append(at)
        for post in posts:
            if post.reference not in found and free.get(like(post)):
                found[post.reference] = free[like(post)].pop(0)
    return found


# --- judging ----------------------------------------------------------------------------------------------


@dataclass
class _Judged:
    """A team as it is judged: what is shown of it, and which figures that took into the ledgers."""

    team: _Team
    places: NDArray[np.int64]
    width: int
    ledgers: Ledgers
    measures: list[tuple[bool, str, bool]] = field(default_factory=list)
    steps: dict[str, list[int]] = field(default_factory=dict)
    is_broken_down: bool = False
    _taken: dict[str, list[Mask]] = field(default_factory=dict)

    def judge(self, *, time_vacant: bool) -> None:
        """Ask for every figure in order; `time_vacant` says whether that may be shown."""
        everybody = [np.ones(len(self.places), dtype=np.bool_)]
        if not self._ask_all(dict.fromkeys(_LEDGERS, everybody)):
            return
        self._show("wte")
        self._money()
        self._filling()
        if self._ask(_JOINT, self.team.flags["is_joint"]):
            self._show("joint_share")
        for measure, column in LARGEST.items():
            kinds = list(self.team.of_each(column).values())
            if self._ask(measure, *kinds):
                self._show(measure)
            elif self._ask(measure, kinds[0]):
                self._show(measure, is_pooled=False)
        if time_vacant:
            self._show("median_months_vacant")
        self._families()

    def read_at(self) -> Iterator[tuple[str, int, int]]:
        """At each basis and month, the month whose figure is shown."""
        for basis, steps in self.steps.items():
            shown, last = set(steps), 0
            for month in range(HORIZON_MONTHS + 1):
                last = month if month in shown else last
                yield basis, month, last

    def bears(self, parts: Sequence[_Team]) -> bool:
        """Whether every figure shown may be shown of each part too; if so, they are taken in."""
        members = [np.isin(self.team.references, part.references) for part in parts]
        return self._ask_all(
            {ledger: [mask & of for mask in masks for of in members] for ledger, masks in self._taken.items()}
        )

    def of_a_part(self, *, time_vacant: bool) -> list[tuple[bool, str, bool]]:
        """The measures shown of a part: those that add up, and the time vacant where that rests in every part."""
        return [row for row in self.measures if row[2] and (time_vacant or row[1] != "median_months_vacant")]

    def _money(self) -> None:
        team = self.team
        if self._ask(_MONEY, team.flags["is_recurrent"]):
            self._show("recurrent_share")
            self._show("median_months_left")
        windows = [months for months in WINDOWS if self._ask(_MONEY, team.within[months])]
        for months in windows:
            self._show(ENDING[months], is_pooled=len(windows) == len(WINDOWS))
        self.steps["all"] = self._steps(team.funded)
        unconfirmed = team.flags["is_unconfirmed"]
        if self._ask(_MONEY, unconfirmed):
            self._show("unconfirmed_share")
            self.steps["confirmed"] = self._steps(team.funded & ~unconfirmed)

    def _steps(self, funded: Mask) -> list[int]:
        """The months at which a horizon may be shown as it is; nothing new is asked of a month that changes nothing."""
        shown = [0]
        moves = (funded[1:] != funded[:-1]).any(axis=1)
        for month in range(1, HORIZON_MONTHS + 1):
            if self._ask(_MONEY, funded[month]) if moves[month - 1] else shown[-1] == month - 1:
                shown.append(month)
        return shown

    def _filling(self) -> None:
        flags = self.team.flags
        vacant = flags["is_vacant"]
        if self._ask_all({_FILLING: [vacant], _NUMBERS: [vacant, ~vacant]}):
            self._show("vacancy_rate")
        if self._ask(_FILLING, flags["is_interim"]):
            self._show("interim_share")
        if self._ask(_FILLING, flags["is_interim"], *(flags[column] for column in STATES.values())):
            for measure in STATES:
                self._show(measure)

    def _families(self) -> None:
        """Of the measures shown of all posts, those that may be shown of every family."""
        team = self.team
        families = list(team.of_each("role_family").values())
        if any(family.sum() < FEWEST for family in families):
            return
        if not self._ask_all(dict.fromkeys(_LEDGERS, families)):
            return
        self.is_broken_down = True
        self._show("wte", is_family=True)
        asked = {
            "vacancy_rate": (_FILLING, team.flags["is_vacant"]),
            "recurrent_share": (_MONEY, team.flags["is_recurrent"]),
            **{ENDING[months]: (_MONEY, team.within[months]) for months in WINDOWS},
        }
        of_all = {measure for _, measure, _ in self.measures}
        shown = [
            measure
            for measure, (ledger, mask) in asked.items()
            if measure in of_all and self._ask(ledger, *(family & mask for family in families))
        ]
        every_window = all(ENDING[months] in shown for months in WINDOWS)
        for measure in shown:
            self._show(measure, is_family=True, is_pooled=every_window or measure not in ENDING.values())
        if "recurrent_share" in shown:
            self._show("median_months_left", is_family=True)

    def _show(self, measure: str, *, is_family: bool = False, is_pooled: bool = True) -> None:
        self.measures.append((is_family, measure, is_pooled))

    def _ask(self, ledger: str, *masks: Mask) -> bool:
        return self._ask_all({ledger: list(masks)})

    def _ask_all(self, asked: Mapping[str, list[Mask]]) -> bool:
        """Whether each set of posts may be told of, all of them together."""
        if not self.ledgers.admit({ledger: self._vectors(ledger, masks) for ledger, masks in asked.items()}):
            return False
        for ledger, masks in asked.items():
            self._taken.setdefault(ledger, []).extend(masks)
        return True

    def _vectors(self, ledger: str, masks: Sequence[Mask]) -> Vectors:
        """The sets as what their figures add up: WTE, or how many posts there are."""
        rows = np.zeros((len(masks), self.width))
        rows[:, self.places] = np.array(masks) * (1.0 if ledger == _NUMBERS else self.team.wte)
        return rows
