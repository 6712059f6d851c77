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
    Line,
    Measure,
    Series,
    Timeline,
    against_england,
    at_period,
    credit,
    has_interval,
    lines_by_series,
    measures,
    scale,
)
from dashboard.views.gaps import Gaps, gaps_view
from dashboard.views.place import WHOLE, Place, place
from dashboard.views.series import england_series, leading_indicators, leading_series
from data_contracts.vocabulary import ValueKind, ValueSymbol

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
    """One measure of the system: where it stands, over time, and inside the system."""

    measure: Measure
    latest: Observation
    england: Observation | None
    against: Against
    timeline: Timeline
    title: str
    summary: str
    missing: tuple[str, ...]
    authorities: tuple[AuthorityRow, ...]
    scale: tuple[float, float]
    credit: Credit
    caveats: str


@dataclass(frozen=True)
class Statement:
    """One of the few sentences at the top of the page."""

    about: str
    words: str


@dataclass(frozen=True)
class OtherMeasure:
    """A measure that does not lead: its latest figure and where it stands."""

    measure: Measure
    latest: Observation
    against: Against


@dataclass(frozen=True)
class SystemView:
    """Everything the page of a system says."""

    area: Area
    answer: str
    statements: tuple[Statement, ...]
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
    series = {key: lines for key, lines in leading_series(release).items() if area.area_code in lines}
    inside = release.once("authorities", lambda: _authorities(release, leading, england))
    rest = release.once("others", lambda: lines_by_series(queries.latest_of_systems(release, without=leading)))
    views = tuple(
        _measure_view(known, area, measure, series[key][area.area_code], england, inside.get(key, {}), overlaps)
        for measure in measures(known.indicators.values())
        if (key := (measure.indicator.indicator_id, measure.sex)) in series
    )
    boundary = _boundary(known, area)
    return SystemView(
        area=area,
        answer=_answer(views),
        statements=tuple(s for s in (_furthest(views), _untold(views), Statement("Boundary", boundary)) if s),
        measures=views,
        others=_others(known, area, rest, england),
        boundary=boundary,
        place=place(known, area, as_of=dt.date.fromisoformat(release.manifest["as_of"])),
        gaps=gaps_view(
            queries.latest_gaps(release).get(area.area_code, ()),
            [view.measure for view in views],
        ),
    )


def _authorities(release: Release, leading: list[str], england: Series) -> Series:
    """Every authority's figures of the leading measures in England's latest periods."""
    ends = {areas[ENGLAND][-1].period_end for (indicator_id, _), areas in england.items() if indicator_id in leading}
    return lines_by_series(queries.authorities_at(release, indicator_ids=leading, ends=sorted(ends)))


def _measure_view(
    known: Reference,
    area: Area,
    measure: Measure,
    points: list[Observation],
    england: Series,
    authorities: Mapping[str, list[Observation]],
    overlaps: Mapping[str, Overlap],
) -> MeasureView:
    national = england.get((measure.indicator.indicator_id, measure.sex), {}).get(ENGLAND, [])
    latest = points[-1]
    reference = at_period(national, latest.period_label)
    against = against_england(measure, latest, reference)
    lines = (Line(area.area_name, tuple(points)), *((Line("England", tuple(national)),) if national else ()))
    inside = tuple(
        _authority(known, figure, overlaps[figure.area_code].share_of_authority)
        for figure in finest_tier(authorities, latest.period_label, overlaps)
    )
    source = known.sources[measure.indicator.source_id]
    return MeasureView(
        measure=measure,
        latest=latest,
        england=reference,
        against=against,
        timeline=Timeline(measure, lines, boundary=_last_redrawn(known, area)),
        title=_title(measure, latest, against),
        summary=_summary(measure, points, reference),
        missing=_missing(points),
        authorities=inside,
        scale=scale([row.figure for row in inside], reference),
        credit=credit(source, measure.indicator),
        caveats=source.caveats,
    )


def _others(known: Reference, area: Area, rest: Series, england: Series) -> tuple[OtherMeasure, ...]:
    """Every measure that does not lead, by topic, its latest figure against England's of the same period."""
    found = []
    for measure in measures(known.indicators.values()):
        key = (measure.indicator.indicator_id, measure.sex)
        if found_here := rest.get(key, {}).get(area.area_code):
            latest = found_here[-1]
            national = at_period(england.get(key, {}).get(ENGLAND, []), latest.period_label)
            found.append(OtherMeasure(measure, latest, against_england(measure, latest, national)))
    return tuple(found)


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


def _title(measure: Measure, latest: Observation, against: Against) -> str:
    """The finding in at most 12 words."""
    if latest.value is None:
        return f"{measure.title}: no figure for {latest.period_label}"
    if against.standing == "no_difference":
        return f"{words.opening(measure.named)} is similar to England's"
    if against.p is not None:
        return f"{words.opening(measure.named)}: {words.in_sentence(against.words)}"
    return f"{measure.title}: {measure.amount(latest.value)} in {latest.period_label}"


def _summary(measure: Measure, points: list[Observation], england: Observation | None) -> str:
    shown = [point for point in points if point.value is not None]
    if not shown:
        return "No period has a figure for this system."
    first, last = shown[0], shown[-1]
    said = (
        f"{measure.amount(first.value or 0)} in {first.period_label}, "
        f"{measure.amount(last.value or 0)} in {last.period_label}"
    )
    if england is not None and england.value is not None and england.period_label == last.period_label:
        said += f", when England was at {measure.amount(england.value)}"
    return f"{said}."


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


def _answer(views: tuple[MeasureView, ...]) -> str:
    """One sentence of at most 30 words, the worst first."""
    named = {
        standing: names
        for standing in ("worse", "better", "no_difference", "cannot_tell")
        if (names := _named([v.measure for v in views if v.against.standing == standing]))
    }
    said = []
    if "worse" in named:
        said.append(f"worse than England on {words.listed(named['worse'])}")
    if "better" in named:
        said.append(f"better {'' if said else 'than England '}on {words.listed(named['better'])}")
    if "no_difference" in named:
        said.append(f"similar {'' if said else 'to England '}on {words.listed(named['no_difference'])}")
    if not said:
        return "No leading measure can be compared with England: the figures do not allow a fair test."
    if "cannot_tell" in named:
        said.append(f"{words.listed(named['cannot_tell'])} cannot be tested")
    return f"{words.opening('; '.join(said))}."


def _named(held: list[Measure]) -> list[str]:
    """Names for a list in a sentence; men and women of one indicator share a name."""
    names: dict[str, list[Measure]] = {}
    for measure in held:
        names.setdefault(measure.indicator.indicator_id, []).append(measure)
    return [
        group[0].named
        if len(group) == 1
        else f"healthy life expectancy for {words.listed([words.PEOPLE[m.sex] for m in group])}"
        if group[0].indicator.indicator_id == "healthy-life-expectancy"
        else words.in_sentence(group[0].indicator.short_name)
        for group in names.values()
    ]


def _furthest(views: tuple[MeasureView, ...]) -> Statement | None:
    tested = [view for view in views if view.against.p is not None]
    if not tested:
        return None
    worse = [view for view in tested if view.against.standing == "worse"]
    if not worse:
        return Statement("Furthest from England", "No measure that can be tested is worse than England.")
    worst = min(worse, key=lambda view: view.against.p or 0)
    return Statement(
        "Furthest from England for the worse",
        f"{words.opening(worst.measure.named)}: {words.in_sentence(worst.against.words)}, {worst.latest.period_label}.",
    )


def _untold(views: tuple[MeasureView, ...]) -> Statement | None:
    """What cannot be compared and why, each reason once."""
    reasons: dict[str, list[Measure]] = {}
    for view in views:
        if view.against.standing == "cannot_tell":
            reasons.setdefault(_reason(view), []).append(view.measure)
    if not reasons:
        return None
    said = [f"{words.opening(words.listed(_named(held)))}: {words.in_sentence(why)}" for why, held in reasons.items()]
    if len(reasons) == 1 and sum(map(len, reasons.values())) == len(views):
        said = [f"None of the {len(views)} figures below: {words.in_sentence(next(iter(reasons)))}"]
    return Statement("What cannot be compared with England", " ".join(said))


def _reason(view: MeasureView) -> str:
    if view.latest.value_symbol == ValueSymbol.LOW_RELIABILITY or view.latest.value is None:
        return view.against.detail or view.against.words
    return f"{words.NO_INTERVAL}, so no test."


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
