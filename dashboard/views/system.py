"""What the page of one integrated care system says."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard import queries, words
from dashboard.queries import ENGLAND, Area, Observation, Overlap, Reference
from dashboard.reader import Release
from dashboard.views.figures import (
    Against,
    Credit,
    KeyFigure,
    Measure,
    Series,
    against_england,
    at_period,
    credit,
    has_interval,
    lines_by_series,
    measures_held,
    scale,
)
from dashboard.views.gaps import Gaps, gaps_view
from dashboard.views.headlines import Statement, answer, by_chance, statements
from dashboard.views.place import WHOLE, Place, place
from dashboard.views.register import Register, register_of
from dashboard.views.series import england_series, judged_series, leading_indicators
from data_contracts.vocabulary import ValueKind

#: A county, which gives way to its districts where they have a figure of their own.
_COUNTY = "E10"
_DISTRICT = "E07"


@dataclass(frozen=True)
class AuthorityRow:
    """A local authority's published figure, beside the share of it that lies in the system."""

    name: str
    figure: Observation
    shared: str


@dataclass(frozen=True)
class MeasureView:
    """A leading measure of the system: where it stands, and how it stands inside the system."""

    measure: Measure
    latest: Observation
    england: Observation | None
    against: Against
    missing: tuple[str, ...]
    authorities: tuple[AuthorityRow, ...]
    scale: tuple[float, float]
    credit: Credit
    caveats: str


@dataclass(frozen=True)
class OtherMeasure:
    """A measure that no commitment here shows: its latest figure and where it stands."""

    measure: Measure
    latest: Observation
    against: Against


@dataclass(frozen=True)
class SystemView:
    """Everything the page of a system says."""

    area: Area
    answer: str
    statements: tuple[Statement, ...]
    register: Register
    by_chance: str
    measures: tuple[MeasureView, ...]
    others: tuple[OtherMeasure, ...]
    boundary: str
    place: Place
    gaps: Gaps | None


def system_view(release: Release, area: Area) -> SystemView:
    """Gather the page of one of today's systems."""
    known = queries.reference(release)
    england = england_series(release)
    overlaps = known.authorities_of(area.area_code)
    leading = leading_indicators(release)
    series = {key: areas[area.area_code] for key, areas in judged_series(release).items() if area.area_code in areas}
    inside = release.once("authorities", lambda: _authorities(release, leading, england))
    views = tuple(
        _measure_view(known, measure, series[key], england, inside.get(key, {}), overlaps)
        for measure in measures_held(release)
        if measure.indicator.headline and (key := _key(measure)) in series
    )
    redrawn = _last_redrawn(known, area)
    boundary = _boundary(known, area)
    register = register_of(release, area, boundary=redrawn)
    total = len(queries.latest_statuses(release).get(area.area_code, ()))
    return SystemView(
        area=area,
        answer=answer(register.judged, total=total),
        statements=statements(
            register,
            total=total,
            boundary=Statement("Boundary", ((boundary, "boundary"),)) if redrawn is not None else None,
        ),
        register=register,
        by_chance=by_chance(register.judged, total=total),
        measures=views,
        others=_others(release, area, register),
        boundary=boundary,
        place=place(known, area, as_of=dt.date.fromisoformat(release.manifest["as_of"])),
        gaps=gaps_view(
            queries.latest_gaps(release).get(area.area_code, ()),
            [view.measure for view in views],
        ),
    )


def _key(measure: Measure) -> tuple[str, str]:
    return measure.indicator.indicator_id, measure.sex


def _authorities(release: Release, leading: list[str], england: Series) -> Series:
    """Every authority's figures of the leading measures in England's latest periods."""
    ends = {areas[ENGLAND][-1].period_end for (indicator_id, _), areas in england.items() if indicator_id in leading}
    return lines_by_series(queries.authorities_at(release, indicator_ids=leading, ends=sorted(ends)))


def _measure_view(
    known: Reference,
    measure: Measure,
    points: list[Observation],
    england: Series,
    authorities: Mapping[str, list[Observation]],
    overlaps: Mapping[str, Overlap],
) -> MeasureView:
    latest = points[-1]
    reference = at_period(england.get(_key(measure), {}).get(ENGLAND, []), latest.period_label)
    inside = tuple(
        _authority(known, figure, overlaps[figure.area_code].share_of_authority)
        for figure in finest_tier(authorities, latest.period_label, overlaps)
    )
    source = known.sources[measure.indicator.source_id]
    return MeasureView(
        measure=measure,
        latest=latest,
        england=reference,
        against=against_england(measure, latest, reference),
        missing=_missing(points),
        authorities=inside,
        scale=scale([row.figure for row in inside], reference),
        credit=credit(source, measure.indicator),
        caveats=source.caveats,
    )


def _others(release: Release, area: Area, register: Register) -> tuple[OtherMeasure, ...]:
    """Every measure no card shows, by topic, its latest figure against England's of the same period."""
    england, held = england_series(release), judged_series(release)
    rest = release.once("others", lambda: lines_by_series(_latest_of_others(release)))
    carded = {_key(judged.measure) for judged in register.judged}
    found = []
    for measure in measures_held(release):
        key = _key(measure)
        if key in carded:
            continue
        if found_here := (held.get(key) or rest.get(key, {})).get(area.area_code):
            latest = found_here[-1]
            national = at_period(england.get(key, {}).get(ENGLAND, []), latest.period_label)
            found.append(OtherMeasure(measure, latest, against_england(measure, latest, national)))
    return tuple(found)


def _latest_of_others(release: Release) -> list[Observation]:
    return queries.latest_of_systems(release, without=sorted({indicator for indicator, _ in judged_series(release)}))


def finest_tier(
    authorities: Mapping[str, list[Observation]], period: str, overlaps: Mapping[str, Overlap]
) -> list[Observation]:
    """Authorities' figures of a period, lowest first, from one tier: counties only where no district has one."""
    found = [
        point
        for code in overlaps
        if (points := authorities.get(code)) and (point := at_period(points, period)) and point.value is not None
    ]
    if any(point.area_code.startswith(_DISTRICT) for point in found):
        found = [point for point in found if not point.area_code.startswith(_COUNTY)]
    return sorted(found, key=lambda point: (point.value or 0, point.area_code))


def _authority(known: Reference, figure: Observation, share: float) -> AuthorityRow:
    return AuthorityRow(
        name=known.areas[figure.area_code].area_name,
        figure=figure,
        shared="" if share >= WHOLE else f"{words.share(share)} of residents live here",
    )


def _missing(points: list[Observation]) -> tuple[str, ...]:
    """What is not there, or is there with a warning, and why."""
    said = []
    absent: dict[str, list[str]] = {}
    for point in points:
        if point.value is None:
            absent.setdefault(point.note or "The publisher gives no reason.", []).append(point.period_label)
    for reason, periods in absent.items():
        span = periods[0] if len(periods) == 1 else f"{periods[0]} and {len(periods) - 1} more"
        said.append(f"No figure for {span}: {words.in_sentence(reason)}")
    latest = points[-1]
    if latest.value is not None and not has_interval(latest):
        said.append("No interval in this copy of the figures, so no test against England is made.")
    if latest.value_kind == ValueKind.ESTIMATE and latest.note and latest.value is not None:
        said.append(latest.note)
    return tuple(said)


def _boundary(known: Reference, area: Area) -> str:
    """Where the system's boundary comes from."""
    latest = _last_redrawn(known, area)
    if latest is None:
        since = f" since {words.date(area.valid_from)}" if area.valid_from else ""
        return f"Unchanged{since}."
    parts = [
        known.areas[line.predecessor_code].area_name
        + (
            f" ({words.share(line.share_of_predecessor)} of it)"
            if line.share_of_predecessor is not None and line.share_of_predecessor < WHOLE
            else ""
        )
        for line in known.lineage
        if line.successor_code == area.area_code
        and line.effective_date == latest
        and line.predecessor_code in known.areas
    ]
    since = f"Since {words.date(latest)}, made from {words.listed(parts)}."
    return f"{since} Earlier figures are worked out for today's boundary."


def _last_redrawn(known: Reference, area: Area) -> dt.date | None:
    """The day the system was made from others; None where its boundary is the first there was."""
    return max((line.effective_date for line in known.lineage if line.successor_code == area.area_code), default=None)


def key_figure(view: MeasureView) -> KeyFigure:
    """The latest figure of a measure as a card."""
    latest = view.latest
    return KeyFigure(
        title=view.measure.title,
        value=view.measure.number(latest.value) if latest.value is not None else "No figure",
        unit=view.measure.indicator.unit if latest.value is not None else "",
        limits=view.measure.limits(latest) if latest.value is not None else "",
        period=latest.period_label,
        statement=view.against,
        symbol=latest.value_symbol,
    )
