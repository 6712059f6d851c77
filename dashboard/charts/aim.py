"""What a line is judged by, drawn over it: its baseline ringed, its target dashed, the path it needs dotted."""

from dataclasses import dataclass

from dashboard.charts.base import LABEL_PX, Figure
from dashboard.theme import COLOURS

_STEPS = 12
#: A bend in the line, as a share of the scale, that decides on which side its name has room.
_BENT = 0.02
#: From here on along the axis, a name runs to the left: the lines' own names stand on the right.
_LATE = 0.55


@dataclass(frozen=True)
class Aimed:
    """A baseline and a target in the chart's own numbers. `by` is the target's date in years; `named`, its words.

    `beside` holds the values on either side of the baseline and `other` another line's there, so that its name can
    keep clear of both; `span` is how far the scale runs.
    `compound`: the path falls or rises by the same share each year, not by the same amount.
    """

    x_range: tuple[float, float]
    baseline: tuple[float, float] | None
    beside: tuple[float, float]
    other: float | None
    span: float
    latest: float | None
    target: float | None
    by: float | None
    named: str
    compound: bool


def aim_traces(aimed: Aimed) -> list[Figure]:
    """The lines and the ring."""
    traces = []
    if aimed.target is not None:
        traces.append(_line(list(aimed.x_range), [aimed.target] * 2, dash="dash", width=1.5))
    if aimed.target is not None and aimed.by is not None and aimed.baseline is not None:
        traces.append(
            _line(*_path(aimed.baseline, (aimed.by, aimed.target), compound=aimed.compound), dash="dot", width=1)
        )
    if aimed.baseline is not None:
        x, y = aimed.baseline
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [x],
                "y": [y],
                "marker": {"size": 15, "color": "rgba(0,0,0,0)", "line": {"color": COLOURS["ink"], "width": 1.5}},
                "hoverinfo": "skip",
            }
        )
    return traces


def aim_labels(aimed: Aimed) -> list[Figure]:
    """The names of the ring and of the target, each on the side where the line is not."""
    labels = []
    if aimed.baseline is not None:
        x, y = aimed.baseline
        before, after = aimed.beside
        bend = (before + after) / 2 - y
        if abs(bend) < _BENT * aimed.span and aimed.other is not None:
            bend = aimed.other - y
        above = bend <= 0
        low, high = aimed.x_range
        runs_on = (before > after) == above and (x - low) / (high - low) < _LATE
        anchor = "left" if runs_on else "right"
        labels.append(_label("baseline", x, y, anchor=anchor, above=above, apart=9))
    if aimed.target is not None:
        above = aimed.latest is not None and aimed.latest <= aimed.target
        labels.append(_label(aimed.named, aimed.x_range[1], aimed.target, anchor="right", above=above, apart=2))
    return labels


def _path(start: tuple[float, float], end: tuple[float, float], *, compound: bool) -> tuple[list[float], list[float]]:
    """Where a line would have to run from the baseline to the target; bent where growth is compound."""
    (x0, y0), (x1, y1) = start, end
    parts = [step / _STEPS for step in range(_STEPS + 1)]
    bent = compound and y0 > 0 and y1 > 0
    ys = [y0 * (y1 / y0) ** part if bent else y0 + (y1 - y0) * part for part in parts]
    return [round(x0 + (x1 - x0) * part, 2) for part in parts], [round(y, 2) for y in ys]


def _line(xs: list[float], ys: list[float], *, dash: str, width: float) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": {"color": COLOURS["ink"], "width": width, "dash": dash},
        "hoverinfo": "skip",
    }


def _label(text: str, x: float, y: float, *, anchor: str, above: bool, apart: int) -> Figure:
    return {
        "text": text,
        "x": x,
        "y": y,
        "xanchor": anchor,
        "yanchor": "bottom" if above else "top",
        "yshift": apart if above else -apart,
        "showarrow": False,
        "font": {"size": LABEL_PX, "color": COLOURS["ink"]},
    }
