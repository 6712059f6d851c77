"""A measure over time: lines with their 95% intervals as bands, a missing period as a gap."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby

from dashboard import words
from dashboard.charts.aim import Aimed, aim_labels, aim_traces
from dashboard.charts.base import LABEL_PX, EndLabel, Figure, end_labels, layout, rule, spread, tinted, year_of
from dashboard.queries import Gap, Observation
from dashboard.theme import COLOURS, SERIES
from dashboard.views.england import RegionGap
from dashboard.views.figures import Aim, Line, Measure, Timeline, at_period, has_interval
from data_contracts.vocabulary import PaceForm, PeriodKind, ValueKind

HEIGHT = 300
_PLOT_HEIGHT = HEIGHT - 44
_LETTER_PX = 7.6
#: Room beside a plot that runs on to a target's date, where the lines' names stand inside it.
_DATED_MARGIN = 40


def lines_chart(timeline: Timeline, *, colours: Sequence[str] = SERIES, from_zero: bool = False) -> Figure:
    """Draw the lines of a timeline on one scale, each named at its end."""
    measure = timeline.measure
    y_range = _y_range(timeline.lines, from_zero=from_zero, target=timeline.aim.target if timeline.aim else None)
    x_range = _x_range(timeline.periods, until=timeline.aim.by if timeline.aim else None)
    dated = timeline.aim is not None and timeline.aim.target is not None and timeline.aim.by is not None
    labels = [
        EndLabel(f"{_short(line.name)} {measure.number(last.value)}", _middle(last), last.value, colour)
        for line, colour in zip(timeline.lines, colours, strict=False)
        if (last := _last(line)) is not None and last.value is not None
    ]
    figure = layout(
        margin_right=_DATED_MARGIN if dated else _room(labels),
        ticks=_ticks(measure, timeline.periods),
        y_range=y_range,
        x_range=x_range,
    )
    figure["annotations"] = end_labels(labels, y_range=y_range, plot_height=_PLOT_HEIGHT)
    for place, mark in enumerate(timeline.marks):
        figure["shapes"].append(rule(year_of(mark.day)))
        figure["annotations"].append(_rule_label(year_of(mark.day), mark.label, row=place))
    traces = []
    cuts = [mark.day for mark in timeline.marks if mark.severs]
    for line, colour in zip(timeline.lines, colours, strict=False):
        for part in _parts(line.points, cuts):
            traces += _bands(part, colour)
    for line, colour in reversed(list(zip(timeline.lines, colours, strict=False))):
        traces.append(_trace(measure, line, colour, cuts))
    if timeline.aim is not None:
        aimed = _aimed(timeline, timeline.aim, x_range, span=y_range[1] - y_range[0])
        traces += aim_traces(aimed)
        figure["annotations"] += aim_labels(aimed)
    return {"data": traces, "layout": figure}


def gap_chart(gap: RegionGap, *, top: float) -> Figure:
    """Draw the gap between regions from zero, with the promise as a dashed line. `top` is shared by a set of charts."""
    colour = SERIES[0]
    last = gap.gaps[-1]
    y_range = (0.0, top)
    labels = [EndLabel(gap.measure.amount(last.observed_gap), _middle(last), last.observed_gap, colour)]
    xs = [_middle(g) for g in gap.gaps]
    traces = (
        [
            {
                "type": "scatter",
                "mode": "lines",
                "x": [xs[0], xs[-1]],
                "y": [gap.target, gap.target],
                "line": {"color": COLOURS["ink"], "width": 1.5, "dash": "dash"},
                "hoverinfo": "skip",
            }
        ]
        if gap.target is not None
        else []
    )
    if gap.target is not None:
        labels.append(
            EndLabel(f"promise: {words.number(gap.target, 2).rstrip('0')}", _middle(last), gap.target, COLOURS["ink"])
        )
    traces = [*_gap_band(gap.gaps, colour), *traces]
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": xs,
            "y": [g.observed_gap for g in gap.gaps],
            "line": {"color": colour, "width": 2.5},
            "marker": {"color": colour, "size": 7},
            "text": [f"{g.period_label}: {gap.measure.amount(g.observed_gap)}" for g in gap.gaps],
            "hovertemplate": "%{text}<extra></extra>",
        }
    )
    figure = layout(
        margin_right=_room(labels), ticks=_ticks(gap.measure, gap.gaps), y_range=y_range, x_range=_x_range(gap.gaps)
    )
    figure["annotations"] = end_labels(labels, y_range=y_range, plot_height=_PLOT_HEIGHT)
    return {"data": traces, "layout": figure}


def _aimed(timeline: Timeline, aim: Aim, x_range: tuple[float, float], *, span: float) -> Aimed:
    measure, (line, *others) = timeline.measure, timeline.lines
    shown = [point for point in line.points if point.value is not None]
    other = at_period(others[0].points, aim.baseline) if others else None
    start, last = at_period(shown, aim.baseline), shown[-1] if shown else None
    place = shown.index(start) if start is not None else 0
    beside = [point.value or 0.0 for point in shown[max(0, place - 1) : place + 2]]
    by = f" by {aim.by.year}" if aim.by is not None else ""
    return Aimed(
        x_range=x_range,
        baseline=(_middle(start), start.value or 0.0) if start is not None else None,
        beside=(beside[0], beside[-1]) if beside else (0.0, 0.0),
        other=other.value if other is not None else None,
        span=span,
        latest=last.value if last is not None else None,
        target=aim.target,
        by=year_of(aim.by) if aim.by is not None else None,
        named=f"target {words.as_set(aim.target, unit=measure.indicator.unit)}{by}" if aim.target is not None else "",
        compound=measure.indicator.pace_form == PaceForm.COMPOUND,
    )


def _parts(points: Sequence[Observation], cuts: Sequence[dt.date]) -> list[list[Observation]]:
    """The points between one day that severs the series and the next."""
    parts = groupby(points, key=lambda point: sum(day <= point.period_end for day in cuts))
    return [list(part) for _, part in parts]


def _trace(measure: Measure, line: Line, colour: str, cuts: Sequence[dt.date]) -> Figure:
    """One line; where the series is severed, a place without a figure keeps what lies on both sides apart."""
    parts = _parts(line.points, cuts)
    points = [point for part in parts for point in (*part, None)][:-1]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [_middle(point) if point else None for point in points],
        "y": [point.value if point else None for point in points],
        "connectgaps": False,
        "line": {"color": colour, "width": 2.5},
        "marker": {
            "size": 7,
            "color": [
                COLOURS["white"] if point and point.value_kind == ValueKind.ESTIMATE else colour for point in points
            ],
            "line": {"color": colour, "width": 2},
        },
        "text": [f"{line.name}, {point.period_label}: {measure.figure(point)}" if point else "" for point in points],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _bands(points: Sequence[Observation], colour: str) -> list[Figure]:
    """One filled shape for each unbroken run of intervals."""
    bands = []
    for whole, run in groupby(points, key=has_interval):
        held = list(run)
        if whole and len(held) > 1:
            xs = [_middle(point) for point in held]
            bands.append(_band(xs, [p.lower_95 or 0.0 for p in held], [p.upper_95 or 0.0 for p in held], colour))
    return bands


def _gap_band(gaps: Sequence[Gap], colour: str) -> list[Figure]:
    held = [
        (_middle(gap), gap.shrunken_lower_95, gap.shrunken_upper_95)
        for gap in gaps
        if gap.shrunken_lower_95 is not None and gap.shrunken_upper_95 is not None
    ]
    if len(held) < len(gaps):
        return []
    xs, lower, upper = zip(*held, strict=True)
    return [_band(list(xs), list(lower), list(upper), colour)]


def _band(xs: list[float], lower: list[float], upper: list[float], colour: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs + xs[::-1],
        "y": upper + lower[::-1],
        "fill": "toself",
        "fillcolor": tinted(colour, 0.18),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _y_range(lines: Iterable[Line], *, from_zero: bool, target: float | None = None) -> tuple[float, float]:
    ends = [] if target is None else [target]
    ends += [
        end
        for line in lines
        for point in line.points
        for end in (point.value, point.lower_95, point.upper_95)
        if end is not None
    ]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    room = (high - low) * 0.08 or 1.0
    return (0.0 if from_zero else low - room), high + room


def _x_range(periods: Sequence[Observation | Gap], *, until: dt.date | None = None) -> tuple[float, float]:
    """The span of the periods, and on to a day, with a little room; stated, so that labels do not widen it."""
    first, last = _middle(periods[0]), _middle(periods[-1])
    if until is not None:
        last = max(last, year_of(until))
    room = (last - first) * 0.03 or 0.5
    return first - room, last + room


def _ticks(measure: Measure, periods: Sequence[Observation | Gap]) -> list[tuple[float, str]]:
    """Ticks at periods: a three-year period stands at its middle year, a survey year has its own name."""
    at_most = 3 if measure.indicator.period_kind == PeriodKind.SURVEY_YEAR else 4
    chosen = [periods[place] for place in spread(len(periods), at_most=at_most)]
    if measure.indicator.period_kind == PeriodKind.THREE_CALENDAR_YEARS:
        return [(_middle(point), str(int(_middle(point)))) for point in chosen]
    return [(_middle(point), point.period_label) for point in chosen]


def _rule_label(when: float, text: str, *, row: int) -> Figure:
    """What a rule means, to its left; labels of neighbouring rules stand in rows, so that none covers another."""
    return {
        "text": text,
        "x": when,
        "yref": "paper",
        "y": 1,
        "xanchor": "right",
        "yanchor": "top",
        "yshift": -row * (LABEL_PX + 4),
        "showarrow": False,
        "font": {"size": LABEL_PX, "color": COLOURS["second"]},
    }


def _last(line: Line) -> Observation | None:
    return next((point for point in reversed(line.points) if point.value is not None), None)


def _room(labels: Sequence[EndLabel]) -> int:
    return round(max((len(label.text) for label in labels), default=0) * _LETTER_PX) + 14


def _short(name: str) -> str:
    """A line's name where it must fit beside the chart."""
    return name if len(name) <= 10 else "System"


def _middle(period: Observation | Gap) -> float:
    return _between(period.period_start, period.period_end)


@cache
def _between(start: dt.date, end: dt.date) -> float:
    """The middle of a period, in years; there are few periods and many points."""
    return round((year_of(start) + year_of(end + dt.timedelta(days=1))) / 2, 2)
