"""What the page that compares systems says: one measure, every system, beside England."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from dashboard import queries, words
from dashboard.queries import ENGLAND, Observation
from dashboard.reader import Release
from dashboard.views.figures import (
    HEADLINE,
    Against,
    Credit,
    Measure,
    against_england,
    at_period,
    credit,
    lines_by_series,
    measures,
    scale,
)
from dashboard.views.footprint import Footprint, footprint, footprints, unknown_footprint
from dashboard.views.series import england_series
from data_contracts.vocabulary import Polarity

Sort = Literal["lowest", "highest", "name"]
SORTS: dict[Sort, str] = {"lowest": "Lowest first", "highest": "Highest first", "name": "Name"}

#: A two-sided test at 95% calls one in forty higher, and one in forty lower, where nothing differs.
_ONE_SIDE_BY_CHANCE = 0.025


@dataclass(frozen=True)
class Selection:
    """Which table of systems was asked for."""

    measure: Measure
    period_label: str
    sort: Sort
    footprint: Footprint
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SystemRow:
    """One system in the table."""

    area_code: str
    name: str
    figure: Observation
    against: Against
    history: tuple[float | None, ...]
    history_words: str


@dataclass(frozen=True)
class SystemsTable:
    """The systems of a footprint on one measure and period."""

    selection: Selection
    footprints: tuple[Footprint, ...]
    measures: tuple[Measure, ...]
    periods: tuple[str, ...]
    england: Observation | None
    rows: tuple[SystemRow, ...]
    scale: tuple[float, float]
    answer: str
    summary: str
    credit: Credit


def compare_view(release: Release, query: Mapping[str, str]) -> SystemsTable:
    """Gather the page; unknown parameters fall back to healthy life expectancy of men, latest period, lowest first."""
    known = queries.reference(release)
    measured = queries.series_of_any_system(release)
    held = tuple(m for m in measures(known.indicators.values()) if (m.indicator.indicator_id, m.sex) in measured)
    measure = _measure(query, held)
    indicator_id = measure.indicator.indicator_id
    national = england_series(release).get((indicator_id, measure.sex), {}).get(ENGLAND, [])
    shown = footprint(release, query).systems
    found = [
        point
        for point in queries.system_series(release, indicator_id=indicator_id, sex=measure.sex)
        if point.area_code in shown
    ]
    selection, periods = _selection(release, query, measure, found)
    reference = at_period(national, selection.period_label)
    points = lines_by_series(found).get((indicator_id, measure.sex), {})
    rows = [
        _row(measure, known.areas[code].area_name, history, selection.period_label, reference)
        for code, history in points.items()
        if at_period(history, selection.period_label)
    ]
    return SystemsTable(
        selection=selection,
        footprints=tuple(footprints(release).values()),
        measures=held,
        periods=tuple(periods),
        england=reference,
        rows=tuple(_ordered(rows, selection.sort)),
        scale=scale([row.figure for row in rows], reference),
        answer=_answer(selection, rows),
        summary=_summary(measure, rows),
        credit=credit(known.sources[measure.indicator.source_id], measure.indicator),
    )


def _measure(query: Mapping[str, str], held: tuple[Measure, ...]) -> Measure:
    asked = [m for m in held if m.indicator.indicator_id == query.get("indicator", HEADLINE)]
    asked = asked or [m for m in held if m.indicator.indicator_id == HEADLINE]
    return next((m for m in asked if m.sex == query.get("sex")), asked[0])


def _selection(
    release: Release, query: Mapping[str, str], measure: Measure, points: Iterable[Observation]
) -> tuple[Selection, list[str]]:
    """What was asked for, and the periods there are, the latest first."""
    shown = {p.period_label: p.period_end for p in points}
    periods = sorted(shown, key=lambda label: shown[label], reverse=True)
    wanted = query.get("period")
    period = wanted if wanted in shown else next(iter(periods), "")
    sort: Sort = next((name for name in SORTS if name == query.get("sort")), "lowest")
    notes = [unknown_footprint(release, query)]
    if wanted and wanted != period:
        notes.append(f"This measure has no period {wanted}; the latest is shown.")
    chosen = Selection(
        measure=measure,
        period_label=period or "",
        sort=sort,
        footprint=footprint(release, query),
        notes=tuple(note for note in notes if note),
    )
    return chosen, periods


def _row(
    measure: Measure, name: str, history: list[Observation], period: str, england: Observation | None
) -> SystemRow:
    figure = at_period(history, period)
    assert figure is not None, "rows are made only for systems that have the period"
    values = [point for point in history if point.value is not None]
    said = ""
    if values:
        first, last = values[0], values[-1]
        said = (
            f"{first.period_label}: {measure.number(first.value or 0)}, "
            f"{last.period_label}: {measure.number(last.value or 0)}"
        )
    return SystemRow(
        area_code=figure.area_code,
        name=name,
        figure=figure,
        against=against_england(measure, figure, england),
        history=tuple(point.value for point in history),
        history_words=said,
    )


def _ordered(rows: list[SystemRow], sort: Sort) -> list[SystemRow]:
    """Systems in the order asked for; those without a figure come last, by name."""
    by_name = sorted(rows, key=lambda row: row.name)
    if sort == "name":
        return by_name
    shown = [row for row in by_name if row.figure.value is not None]
    shown.sort(key=lambda row: row.figure.value or 0, reverse=sort == "highest")
    return shown + [row for row in by_name if row.figure.value is None]


def _answer(selection: Selection, rows: list[SystemRow]) -> str:
    """One sentence of at most 30 words."""
    measure = selection.measure
    on = f"on {measure.named} ({selection.period_label})"
    if not any(row.figure.value is not None for row in rows):
        return "No system has a figure for this period."
    tested = [row for row in rows if row.against.p is not None]
    if not tested:
        why = (
            "these are full counts, without sampling error"
            if measure.indicator.enumerated
            else "the copy of the figures held has no intervals"
        )
        return f"No system is tested against England {on}: {why}."
    lower, higher = (_sided(measure, tested, higher=higher) for higher in (False, True))
    untested = len(rows) - len(tested)
    counts = [f"{lower} are lower than England {on}", f"{higher} higher", f"{len(tested) - lower - higher} similar"]
    if untested:
        counts.append(f"{untested} not compared")
    return f"Of {len(rows)} systems, {words.listed(counts)}."


def _sided(measure: Measure, tested: list[SystemRow], *, higher: bool) -> int:
    """How many systems the test calls higher than England, or lower."""
    high_is_good = measure.indicator.polarity == Polarity.HIGH_IS_GOOD
    return sum(row.against.standing == ("better" if high_is_good == higher else "worse") for row in tested)


def _summary(measure: Measure, rows: list[SystemRow]) -> str:
    """Who stands at the ends, and what a reader of so many tests must know."""
    shown = sorted((row for row in rows if row.figure.value is not None), key=lambda row: row.figure.value or 0)
    if not shown:
        return ""
    lowest, highest = shown[0], shown[-1]
    said = [
        f"Highest: {highest.name}, {measure.figure(highest.figure)}. "
        f"Lowest: {lowest.name}, {measure.figure(lowest.figure)}."
    ]
    tested = sum(row.against.p is not None for row in rows)
    if tested:
        by_chance = max(1, round(_ONE_SIDE_BY_CHANCE * tested))
        said.append(
            f"If every system were like England, chance alone would call about {by_chance} lower and about "
            f"{by_chance} higher."
        )
    return " ".join(said)
