"""What the page on data says: every source and what became of its rows, every table, and what was left out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import queries, words
from dashboard.queries import SourceSeries
from dashboard.reader import Release
from data_contracts.marts import MARTS, Mart
from data_contracts.registry.records import SET_ASIDE_MEANINGS, LeftOut, left_out

#: More rows of the quarantine than this are for a file, not for a page.
QUARANTINE_SHOWN = 200

#: Months from one issue to the next.
_STEPS = {"yearly": 12, "quarterly": 3}
_NEVER = {"discontinued": "discontinued", "once": "issued once"}
_NO_LONGER = "no longer issued"


@dataclass(frozen=True)
class SeriesView:
    """The figures of one measure that come from a source."""

    indicator_id: str
    name: str
    extent: str


@dataclass(frozen=True)
class SourceView:
    """One source: whose it is, how fresh, and what became of its rows."""

    source_id: str
    title: str
    publisher: str
    url: str
    vintage: str
    issued: str
    next_expected: str
    cadence: str
    received: int
    accepted: int
    set_aside: int
    quarantined: int
    rules: tuple[tuple[str, int], ...]
    licence: str
    attribution: str
    caveats: str
    series: tuple[SeriesView, ...]


@dataclass(frozen=True)
class TableView:
    """One published table: how long it is and how large as a file."""

    mart: Mart
    rows: int
    parquet_bytes: int


@dataclass(frozen=True)
class DataView:
    """Everything the page on data says."""

    answer: str
    tables: tuple[TableView, ...]
    of_figures: tuple[SourceView, ...]
    of_places: tuple[SourceView, ...]
    set_aside: tuple[tuple[str, str, int], ...]
    quarantined: int
    quarantine: tuple[Mapping[str, Any], ...]
    checks: str
    left_out: tuple[LeftOut, ...]


def data_view(release: Release, *, today: dt.date) -> DataView:
    """Gather the page on data."""
    series = queries.series_of_sources(release)
    names = {row["indicator_id"]: row["name"] for row in _whole(release, "indicators")}
    rules = {row["source_id"]: row.get("set_aside_by_rule", {}) for row in release.manifest["sources"]}
    sources = [
        _source(row, [s for s in series if s.source_id == row["source_id"]], names, rules, today)
        for row in _whole(release, "sources")
    ]
    quarantine = queries.mart_rows(release, MARTS["quarantine"], filters={}, limit=QUARANTINE_SHOWN, offset=0)
    quarantined = sum(source.quarantined for source in sources)
    return DataView(
        answer=_answer(sources, sum(s.figures for s in series), len(names), quarantined),
        tables=tuple(_table(release, mart) for mart in MARTS.values()),
        of_figures=tuple(source for source in sources if source.series),
        of_places=tuple(source for source in sources if not source.series),
        set_aside=tuple(
            (rule, meaning, sum(of.get(rule, 0) for of in rules.values()))
            for rule, meaning in SET_ASIDE_MEANINGS.items()
        ),
        quarantined=quarantined,
        quarantine=tuple(quarantine.rows),
        checks=_checks(release),
        left_out=left_out(),
    )


def issued(published: dt.date | None, vintage: str) -> str:
    """Say when a vintage was published or, where nobody knows, of which day the copy is.

    >>> issued(None, "2026-05-13-2db46732")
    'copy of 13 May 2026'
    """
    if published is not None:
        return words.date(published)
    day = _copied(vintage)
    return f"copy of {words.date(day)}" if day else "not known"


def next_expected(*, cadence: str, lag: int, ends: dt.date | None, published: dt.date | None, today: dt.date) -> str:
    """Say when the next issue is due: the latest period's end, the step to the next one and the publisher's usual lag.

    >>> next_expected(cadence="yearly", lag=14, ends=dt.date(2024, 12, 31), published=None, today=dt.date(2026, 11, 25))
    'about February 2027'
    >>> next_expected(cadence="yearly", lag=14, ends=dt.date(2024, 12, 31), published=None, today=dt.date(2027, 3, 1))
    'was expected about February 2027; not in this release'
    """
    if cadence in _NEVER or cadence.startswith(_NO_LONGER):
        return f"not expected: {_NEVER.get(cadence, cadence)}"
    step = _STEPS.get(cadence)
    if step is None:
        return f"not known: issued {cadence}"
    last = _months_later(ends, lag) if ends else published
    if last is None:
        return f"not known: {cadence}, and the day of the last issue is not recorded"
    due = _months_later(last, step)
    said = f"about {due:%B %Y}"
    is_late = (due.year, due.month) < (today.year, today.month)
    return f"was expected {said}; not in this release" if is_late else said


def _months_later(day: dt.date, months: int) -> dt.date:
    """The first day of the month that many months on: issues are known to the month at best."""
    month = day.month - 1 + months
    return dt.date(day.year + month // 12, month % 12 + 1, 1)


def _copied(vintage: str) -> dt.date | None:
    """The day a vintage is named after, if it is named after one."""
    try:
        return dt.date.fromisoformat(vintage[:10])
    except ValueError:
        return None


def _whole(release: Release, name: str) -> list[dict[str, Any]]:
    """A short table, every row: sources and indicators are a few dozen."""
    return queries.mart_rows(release, MARTS[name], filters={}, limit=release.manifest["marts"][name], offset=0).rows


def _source(
    row: Mapping[str, Any],
    series: Sequence[SourceSeries],
    names: Mapping[str, str],
    rules: Mapping[str, Mapping[str, int]],
    today: dt.date,
) -> SourceView:
    return SourceView(
        source_id=row["source_id"],
        title=row["title"],
        publisher=row["publisher"],
        url=row["source_url"],
        vintage=row["vintage"],
        issued=issued(row["published"], row["vintage"]),
        next_expected=next_expected(
            cadence=row["cadence"],
            lag=row["usual_lag_months"],
            ends=max((s.ends for s in series), default=None),
            published=row["published"],
            today=today,
        ),
        cadence=row["cadence"],
        received=row["received"],
        accepted=row["accepted"],
        set_aside=row["set_aside"],
        quarantined=row["quarantined"],
        rules=tuple((SET_ASIDE_MEANINGS.get(rule, rule), n) for rule, n in rules[row["source_id"]].items()),
        licence=row["licence"],
        attribution=row["attribution"],
        caveats=row["caveats"],
        series=tuple(SeriesView(s.indicator_id, names[s.indicator_id], _extent(s)) for s in series),
    )


def _extent(series: SourceSeries) -> str:
    periods = (
        series.first_period
        if series.first_period == series.last_period
        else f"{series.first_period} up to {series.last_period}"
    )
    return f"{series.figures:,} figures, {periods}"


def _table(release: Release, mart: Mart) -> TableView:
    return TableView(mart, release.manifest["marts"][mart.name], queries.mart_file(release, mart).stat().st_size)


def _answer(sources: Sequence[SourceView], figures: int, measures: int, quarantined: int) -> str:
    received = sum(source.received for source in sources)
    held = "none" if quarantined == 0 else f"{quarantined:,}"
    verb = "are" if quarantined > 1 else "is"
    newest = max((day for source in sources if (day := _copied(source.vintage))), default=None)
    latest = f" The newest vintage is of {words.date(newest)}." if newest else ""
    return (
        f"{len(sources)} sources give {figures:,} published figures on {measures} measures; of the {received:,} rows "
        f"received, {held} {verb} in quarantine.{latest}"
    )


def _checks(release: Release) -> str:
    checks = _whole(release, "quality_checks")
    held = sum(check["passed"] for check in checks)
    return f"{held} of {len(checks)} checks made while the release was built hold"
