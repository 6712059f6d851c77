"""Systems by commitments: which cells there are, what each says, and how many chance alone would give."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard import queries, words
from dashboard.queries import ENGLAND, Area, Commitment, Status
from dashboard.reader import Release
from dashboard.theme import Standing
from dashboard.views.figures import Measure
from dashboard.views.footprint import Footprint, footprint
from dashboard.views.statuses import ONE_SIDE_BY_CHANCE, PACES, STATES, Shown, shown
from data_contracts.registry.records import commitments
from data_contracts.vocabulary import DataState, Polarity, Sex
from data_contracts.vocabulary import Standing as Kind

Layer = Literal["direction", "pace", "change"]
Show = Literal["status", "change"]
Which = Literal["all", "worse", "better", "not_yet"]

SHOWS: dict[Show, str] = {"status": "Direction and pace", "change": "Change against England's"}
WHICH: dict[Which, str] = {
    "all": "Every system",
    "worse": "With something getting worse",
    "better": "With something improving",
    "not_yet": "With something we cannot tell yet",
}

#: What an address calls the choices of this table.
PARAMETERS = ("layer", "monitored", "which", "order")

_BY_NAME, _BY_WORSE, _BY_BETTER = "name", "worse", "better"

#: Worst first, as a column is put in order.
_RANK: dict[Standing, int] = {"worse": 0, "no_difference": 1, "cannot_tell": 2, "illustrative": 2}
_RANK |= {"better": 3, "target_met": 4}

_SIGNIFICANT = 0.05
#: A two-sided test at 95% calls one in forty changes worse than England's, and one in forty better.
_ONE_SIDE_OF_TWO = 0.025


@dataclass(frozen=True)
class Column:
    """One layer of one measure of one commitment."""

    commitment_id: str
    title: str
    measure: Measure
    layer: Layer
    standing: str

    @property
    def key(self) -> str:
        """What an address calls it."""
        return f"{self.commitment_id}.{self.measure.indicator.indicator_id}.{self.measure.sex}.{self.layer}"

    @property
    def name(self) -> str:
        """What its head says."""
        return f"{self.measure.title}{', pace' if self.layer == 'pace' else ''}"


@dataclass(frozen=True)
class Cell:
    """What a status says in one layer; `attention` leads on to the card it is about."""

    standing: Standing
    short: str
    attention: bool

    @property
    def not_yet(self) -> bool:
        """Whether it cannot be told yet, which is not the same as a figure that is missing."""
        return self.short == STATES[DataState.BASELINE_ONLY].short


@dataclass(frozen=True)
class Row:
    """One area in the table."""

    area_code: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Count:
    """How many systems of a column are better and worse, of how many told, and what chance alone would give."""

    better: int
    worse: int
    tested: int
    not_yet: int
    by_chance: float | None


@dataclass(frozen=True)
class Chosen:
    """What an address asks of the table."""

    show: Show
    monitored: bool
    which: Which
    order: str
    footprint: Footprint


@dataclass(frozen=True)
class Heatmap:
    """Systems by commitments."""

    chosen: Chosen
    columns: tuple[Column, ...]
    orders: tuple[tuple[str, str], ...]
    england: Row
    rows: tuple[Row, ...]
    systems: int
    counts: tuple[Count, ...]
    hidden: int
    summary: str


def heatmap(release: Release, query: Mapping[str, str]) -> Heatmap:
    """Gather the table an address asks for; what it does not know falls back to promises and duties by name."""
    shown_on = footprint(release, query)
    show: Show = "change" if query.get("layer") == "change" else "status"
    monitored = query.get("monitored") == "show"
    which: Which = next((name for name in WHICH if name == query.get("which")), "all")
    held = release.once(f"heatmap columns {show}", lambda: _columns(release, show))
    columns = tuple(c for c in held if monitored or c.standing != Kind.MONITORED)
    orders: tuple[tuple[str, str], ...] = (
        (_BY_NAME, "Name"),
        (_BY_WORSE, "Most getting worse"),
        (_BY_BETTER, "Most improving"),
    )
    orders += tuple((column.key, f"{column.name}, worst first") for column in columns)
    order = next((key for key, _ in orders if key == query.get("order")), _BY_NAME)
    chosen = Chosen(show=show, monitored=monitored, which=which, order=order, footprint=shown_on)
    # Every choice is one of few, so what is kept for a release stays small.
    key = f"heatmap {show} {monitored} {which} {order} {shown_on.name}"
    return release.once(key, lambda: _heatmap(release, chosen, columns, orders, hidden=len(held) - len(columns)))


def _columns(release: Release, show: Show) -> tuple[Column, ...]:
    """Every column there is a figure of for some system: promises and duties first, in the register's order."""
    known = queries.reference(release)
    held = {
        (status.commitment_id, status.indicator_id, status.sex)
        for area_code, statuses in queries.latest_statuses(release).items()
        if area_code != ENGLAND
        for status in statuses
        if status.indicator_id
    }
    found = []
    for entry in filter(None, map(known.commitments.get, commitments())):
        for measured in _measured(entry):
            if (entry.commitment_id, measured.indicator_id, measured.sex) in held:
                measure = Measure(known.indicators[measured.indicator_id], measured.sex)
                layers: list[Layer] = ["change"] if show == "change" else ["direction"]
                if show == "status" and measured.target_date:
                    layers.append("pace")
                found += [Column(entry.commitment_id, entry.title, measure, of, entry.standing) for of in layers]
    return tuple(found)


def _measured(entry: Commitment) -> Iterable[queries.CommitmentMeasure]:
    """The measures of an entry; where one is published for all people, theirs stands for both sexes."""
    whole = {m.indicator_id for m in entry.measured_by if m.sex == Sex.PERSONS}
    order = {Sex.PERSONS: 0, Sex.MALE: 1, Sex.FEMALE: 2}
    kept = [m for m in entry.measured_by if m.sex == Sex.PERSONS or m.indicator_id not in whole]
    return sorted(kept, key=lambda m: (m.indicator_id, order[Sex(m.sex)]))


def _heatmap(
    release: Release, chosen: Chosen, columns: tuple[Column, ...], orders: tuple[tuple[str, str], ...], *, hidden: int
) -> Heatmap:
    known = queries.reference(release)
    latest = queries.latest_statuses(release)
    every = [_row(known.areas[code], latest.get(code, ()), columns) for code in chosen.footprint.systems]
    rows = [row for row in every if chosen.which == "all" or any(_is(cell, chosen.which) for cell in row.cells)]
    counts = tuple(_count(column, [row.cells[at] for row in every]) for at, column in enumerate(columns))
    return Heatmap(
        chosen=chosen,
        columns=columns,
        orders=orders,
        england=_row(known.areas[ENGLAND], latest.get(ENGLAND, ()), columns),
        rows=tuple(_ordered(rows, columns, chosen.order)),
        systems=len(every),
        counts=counts,
        hidden=hidden,
        summary=_summary(columns, counts),
    )


def _is(cell: Cell, which: Which) -> bool:
    return cell.not_yet if which == "not_yet" else cell.standing == which


def _row(area: Area, statuses: Iterable[Status], columns: Sequence[Column]) -> Row:
    by_measure = {(s.commitment_id, s.indicator_id, s.sex): s for s in statuses}
    cells = []
    for column in columns:
        status = by_measure.get((column.commitment_id, column.measure.indicator.indicator_id, column.measure.sex))
        cells.append(_cell(column, status))
    return Row(area.area_code, area.area_name, tuple(cells))


def _cell(column: Column, status: Status | None) -> Cell:
    said = _said(column, status)
    return Cell(said.standing, said.short, attention=said.standing == "worse")


def _said(column: Column, status: Status | None) -> Shown:
    if status is None:
        return Shown("cannot_tell", "No data", "No data")
    if column.layer == "direction":
        return shown(status)
    if column.layer == "pace":
        return PACES[status.pace] if status.pace else shown(status)
    return _change(status, column.measure)


def _change(status: Status, measure: Measure) -> Shown:
    """How the change compares with England's, where a test can say; England itself is what others are compared with."""
    change, p = status.change_versus_england, status.change_versus_england_p
    if change is None or p is None:
        untold = shown(status) if status.data_state != DataState.OK else None
        return untold or Shown("cannot_tell", "Not compared", "–" if status.area_code == ENGLAND else "No test")
    if p >= _SIGNIFICANT:
        return Shown("no_difference", "Similar to England's", "Similar")
    good = (change > 0) == (measure.indicator.polarity == Polarity.HIGH_IS_GOOD)
    return Shown("better", "Better than England's", "Better") if good else Shown("worse", "Worse", "Worse")


def _count(column: Column, cells: Sequence[Cell]) -> Count:
    better = sum(cell.standing in ("better", "target_met") for cell in cells)
    worse = sum(cell.standing == "worse" for cell in cells)
    tested = better + worse + sum(cell.standing == "no_difference" for cell in cells)
    # A pace is a ratio, not a test; a full count has no sampling error for chance to work through.
    share = {"direction": ONE_SIDE_BY_CHANCE, "change": _ONE_SIDE_OF_TWO, "pace": None}[column.layer]
    if column.measure.indicator.enumerated:
        share = None
    not_yet = sum(cell.not_yet for cell in cells)
    return Count(better, worse, tested, not_yet, tested * share if share is not None else None)


def _ordered(rows: list[Row], columns: Sequence[Column], order: str) -> list[Row]:
    by_name = sorted(rows, key=lambda row: row.name)
    if order in (_BY_WORSE, _BY_BETTER):
        return sorted(by_name, key=lambda row: -sum(cell.standing == order for cell in row.cells))
    at = next((place for place, column in enumerate(columns) if column.key == order), None)
    return by_name if at is None else sorted(by_name, key=lambda row: _RANK[row.cells[at].standing])


def _summary(columns: Sequence[Column], counts: Sequence[Count]) -> str:
    """What the counts come to, beside what chance alone would give."""
    tested = [(column, count) for column, count in zip(columns, counts, strict=True) if count.by_chance]
    if not tested:
        return "None of these measures has an interval for the systems, so no direction is tested."
    better, worse = sum(c.better for _, c in tested), sum(c.worse for _, c in tested)
    chance = sum(c.by_chance or 0 for _, c in tested)
    which = "better and" if tested[0][0].layer == "change" else "improving and"
    bad = "worse than England's" if tested[0][0].layer == "change" else "getting worse"
    of = sum(c.tested for _, c in tested)
    return (
        f"Of {of:,} tests {words.number(better, 0)} say {which} {words.number(worse, 0)} {bad}; if nothing had "
        f"changed, chance alone would give about {words.number(chance, 0)} of each."
    )
