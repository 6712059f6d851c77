"""What the page on England says."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard import queries, words
from dashboard.queries import ENGLAND, Commitment, CommitmentMeasure, Gap, Reference, Status
from dashboard.reader import Release
from dashboard.views.changes import Changes, changes
from dashboard.views.figures import (
    HEADLINE,
    Against,
    Credit,
    KeyFigure,
    Line,
    Measure,
    Timeline,
    at_period,
    changed,
    credit,
    measures,
)
from dashboard.views.footprint import PARAMETER, Footprint, footprint, footprints, unknown_footprint
from dashboard.views.gaps import Gaps, gaps_view, moved
from dashboard.views.heatmap import PARAMETERS, Heatmap, heatmap
from dashboard.views.series import england_series
from data_contracts.registry.records import commitments
from data_contracts.vocabulary import InForce, Standing, ValueType


@dataclass(frozen=True)
class RegionGap:
    """The range between regions over time, for one sex, beside the promise to halve it."""

    measure: Measure
    gaps: tuple[Gap, ...]
    title: str
    summary: str
    target: float | None
    statement: Against | None
    credit: Credit

    @property
    def latest(self) -> Gap:
        """The gap of the last period."""
        return self.gaps[-1]


@dataclass(frozen=True)
class Pledge:
    """A promise or duty in force, and what England's latest statuses say of it."""

    commitment: Commitment
    statuses: tuple[Status, ...]

    @property
    def has_figures(self) -> bool:
        """Whether any figure speaks to it."""
        return any(status.indicator_id for status in self.statuses)


@dataclass(frozen=True)
class EnglandView:
    """Everything the page on England says."""

    answer: str
    key_figures: tuple[KeyFigure, ...]
    headline: Timeline
    headline_title: str
    headline_summary: str
    headline_credit: Credit
    gaps: tuple[RegionGap, ...]
    every_gap: Gaps | None
    pledges: tuple[Pledge, ...]
    heatmap: Heatmap
    changes: Changes
    footprint: Footprint
    footprints: tuple[Footprint, ...]
    query: Mapping[str, str]
    note: str | None


def england_view(release: Release, query: Mapping[str, str]) -> EnglandView:
    """Gather the page; a query chooses the boundaries, and unknown ones fall back to today's."""
    known = queries.reference(release)
    england = england_series(release)
    gaps = release.once("region_gaps", lambda: tuple(queries.region_gaps(release)))
    headline = [m for m in measures(known.indicators.values()) if m.indicator.indicator_id == HEADLINE]
    lines = tuple(Line(words.opening(words.PEOPLE[m.sex]), tuple(england[HEADLINE, m.sex][ENGLAND])) for m in headline)
    baseline = _level_baseline(known, headline[0])
    since = [_change(m, line, baseline) for m, line in zip(headline, lines, strict=True)]
    shown = footprint(release, query)
    region_gaps = tuple(_region_gap(known, m, gaps) for m in headline)
    return EnglandView(
        answer=_answer(region_gaps),
        key_figures=(
            *(_level(m, line, change) for m, line, change in zip(headline, lines, since, strict=True)),
            *(_gap_figure(gap) for gap in region_gaps),
        ),
        headline=Timeline(headline[0], lines),
        headline_title=_headline_title(since, baseline),
        headline_summary=_headline_summary(headline, lines),
        headline_credit=credit(known.sources[headline[0].indicator.source_id], headline[0].indicator),
        gaps=region_gaps,
        every_gap=gaps_view(queries.latest_gaps(release).get(ENGLAND, ()), headline),
        pledges=_pledges(release, known),
        heatmap=heatmap(release, query),
        changes=changes(release),
        footprint=shown,
        footprints=tuple(footprints(release).values()),
        query={name: query[name] for name in (*PARAMETERS, PARAMETER) if query.get(name)},
        note=unknown_footprint(release, query),
    )


def _pledges(release: Release, known: Reference) -> tuple[Pledge, ...]:
    """Promises and duties that stand, as far as any source says, in the register's order.

    Of a promise on a gap the gap speaks here; what it is a gap in has a page of its own.
    """
    statuses = queries.latest_statuses(release).get(ENGLAND, [])
    found = []
    for commitment_id in commitments():
        entry = known.commitments.get(commitment_id)
        if entry and entry.standing in (Standing.PROMISE, Standing.DUTY) and entry.in_force != InForce.SUPERSEDED:
            own = [s for s in statuses if s.commitment_id == commitment_id]
            gaps = [s for s in own if s.indicator_id and known.indicators[s.indicator_id].value_type == ValueType.GAP]
            found.append(Pledge(entry, tuple(gaps or own)))
    return tuple(found)


def _judged_by(known: Reference, commitment_id: str, indicator_id: str, sex: str) -> CommitmentMeasure | None:
    """From which period, and towards what, the register judges a commitment by a measure."""
    entry = known.commitments.get(commitment_id)
    found = [m for m in (entry.measured_by if entry else ()) if (m.indicator_id, m.sex) == (indicator_id, sex)]
    return found[0] if found else None


def _level_baseline(known: Reference, measure: Measure) -> str | None:
    """The period that levels are judged from."""
    found = _judged_by(known, "hle-level", measure.indicator.indicator_id, measure.sex)
    return found.baseline_period if found else None


def _change(measure: Measure, line: Line, baseline: str | None) -> Against | None:
    before = at_period(line.points, baseline) if baseline else None
    return changed(measure, before, line.latest) if before else None


def _level(measure: Measure, line: Line, change: Against | None) -> KeyFigure:
    latest = line.latest
    assert latest.value is not None, "England's own figure is always published"
    return KeyFigure(
        title=measure.title,
        value=measure.number(latest.value),
        unit=measure.indicator.unit,
        limits=measure.limits(latest),
        period=latest.period_label,
        statement=change,
        symbol=latest.value_symbol,
    )


def _gap_figure(gap: RegionGap) -> KeyFigure:
    latest = gap.latest
    unit = gap.measure.indicator.unit
    return KeyFigure(
        title=f"Gap between regions, {words.PEOPLE[gap.measure.sex]}",
        value=gap.measure.number(latest.observed_gap),
        unit=unit if gap.target is None else f"{unit}, promise {_target(gap.target)}",
        limits=_gap_limits(gap.measure, latest),
        period=latest.period_label,
        statement=gap.statement,
    )


def _gap_limits(measure: Measure, gap: Gap) -> str:
    """The interval of a gap with chance allowed for: the observed range overstates a gap between noisy figures."""
    if gap.shrunken_gap is None or gap.shrunken_lower_95 is None or gap.shrunken_upper_95 is None:
        return words.NO_INTERVAL
    between = words.interval(gap.shrunken_lower_95, gap.shrunken_upper_95, decimals=measure.indicator.decimals)
    return f"{measure.number(gap.shrunken_gap)} ({between}) with chance allowed for"


def _gap_statement(gaps: tuple[Gap, ...], before: Gap | None) -> Against | None:
    if before is None or before.period_end < gaps[-1].period_start:
        return None
    return Against("cannot_tell", "Cannot tell yet", f"The period overlaps the baseline, {before.period_label}.")


def _region_gap(known: Reference, measure: Measure, gaps: tuple[Gap, ...]) -> RegionGap:
    found = tuple(g for g in gaps if g.sex == measure.sex and g.indicator_id == measure.indicator.indicator_id)
    latest = found[-1]
    people = words.opening(words.PEOPLE[measure.sex])
    promise = _judged_by(known, "hle-region-gap", "hle-gap-regions", measure.sex)
    before = next((gap for gap in found if promise and gap.period_label == promise.baseline_period), None)
    target = promise.target_value if promise else None
    title = f"{people}: the gap between regions is {measure.amount(latest.observed_gap)}"
    if target is not None:
        title += f", the promise {_target(target)}"
    return RegionGap(
        measure=measure,
        gaps=found,
        title=title,
        summary=_gap_summary(known, measure, found, before),
        target=target,
        statement=_gap_statement(found, before),
        credit=credit(known.sources[measure.indicator.source_id], measure.indicator),
    )


def _gap_summary(known: Reference, measure: Measure, gaps: tuple[Gap, ...], before: Gap | None) -> str:
    latest = gaps[-1]
    highest, lowest = known.areas[latest.highest_code].area_name, known.areas[latest.lowest_code].area_name
    said = [
        f"In {latest.period_label} the highest was {highest} ({measure.number(latest.highest_value)}) and the lowest "
        f"{lowest} ({measure.number(latest.lowest_value)})."
    ]
    if before is not None and before is not latest:
        top = latest.highest_value - before.highest_value
        bottom = latest.lowest_value - before.lowest_value
        said.append(
            f"Since {before.period_label} the top {moved(measure, top)} and the bottom {moved(measure, bottom)}."
        )
        if before.period_end >= latest.period_start:
            said.append("The two periods share years, so nothing can be concluded yet.")
    return " ".join(said)


def _target(target: float) -> str:
    return words.number(target, 2).rstrip("0")


def _answer(gaps: tuple[RegionGap, ...]) -> str:
    """One sentence of at most 30 words."""
    first, *rest = gaps
    levels = words.listed(
        [f"{first.measure.amount(first.latest.observed_gap)} for {words.PEOPLE[first.measure.sex]}"]
        + [f"{g.measure.number(g.latest.observed_gap)} for {words.PEOPLE[g.measure.sex]}" for g in rest]
    )
    if any(gap.statement for gap in gaps):
        return (
            f"We cannot tell yet: the gap in healthy life expectancy between regions is {levels}, "
            "in a period that overlaps the promise's baseline."
        )
    return f"The gap in healthy life expectancy between regions is {levels}."


def _headline_title(changes: list[Against | None], baseline: str | None) -> str:
    worse = [change for change in changes if change and change.standing == "worse"]
    if baseline and len(worse) == len(changes):
        return f"England: fewer healthy years than in {baseline}, men and women"
    return "Healthy life expectancy in England, men and women"


def _headline_summary(held: list[Measure], lines: tuple[Line, ...]) -> str:
    said = []
    for measure, line in zip(held, lines, strict=True):
        first, last = line.points[0], line.latest
        if first.value is not None and last.value is not None:
            said.append(
                f"{line.name}: {measure.amount(first.value)} in {first.period_label}, "
                f"{measure.amount(last.value)} ({measure.limits(last)}) in {last.period_label}."
            )
    return " ".join(said)
