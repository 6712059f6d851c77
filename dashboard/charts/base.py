"""What every drawn chart shares: figures are plain dicts, since building a `plotly.graph_objects` figure costs 4 ms."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.theme import COLOURS, FONT

LABEL_PX = 13
_DAYS_IN_A_YEAR = 365.25
Figure = dict[str, Any]


@dataclass(frozen=True)
class EndLabel:
    """A line's name and last value, written beside its last point."""

    text: str
    x: float
    y: float
    colour: str


def layout(
    *, margin_right: int, ticks: Sequence[tuple[float, str]], y_range: tuple[float, float], x_range: tuple[float, float]
) -> Figure:
    """The layout of a chart over time. Legends are absent: lines are named at their ends."""
    xs = [at for at, _ in ticks]
    return {
        "font": {"family": FONT, "size": LABEL_PX, "color": COLOURS["ink"]},
        "paper_bgcolor": COLOURS["white"],
        "plot_bgcolor": COLOURS["white"],
        "showlegend": False,
        "margin": {"l": 40, "r": margin_right, "t": 14, "b": 30},
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": COLOURS["white"],
            "bordercolor": COLOURS["control"],
            "font": {"family": FONT, "size": 14, "color": COLOURS["ink"]},
        },
        "dragmode": False,
        "xaxis": {
            "range": list(x_range),
            "tickmode": "array",
            "tickvals": xs,
            "ticktext": [text for _, text in ticks],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "showline": True,
            "linecolor": COLOURS["control"],
            "ticks": "outside",
            "tickcolor": COLOURS["control"],
            "tickangle": 0,
            "tickfont": {"color": COLOURS["second"], "size": LABEL_PX},
        },
        "yaxis": {
            "range": list(y_range),
            "nticks": 5,
            "gridcolor": "#E3E7EB",
            "zeroline": False,
            "fixedrange": True,
            "tickfont": {"color": COLOURS["second"], "size": LABEL_PX},
        },
        "annotations": [],
        "shapes": [],
    }


def end_labels(labels: Sequence[EndLabel], *, y_range: tuple[float, float], plot_height: int) -> list[Figure]:
    """Annotations at the ends of lines, pushed apart where they would touch."""
    per_pixel = (y_range[1] - y_range[0]) / plot_height
    apart = (LABEL_PX + 4) * per_pixel
    placed: list[tuple[EndLabel, float]] = []
    for label in sorted(labels, key=lambda item: item.y):
        y = label.y if not placed else max(label.y, placed[-1][1] + apart)
        placed.append((label, y))
    return [
        {
            "text": f"<b>{label.text}</b>",
            "x": label.x,
            "y": label.y,
            "yshift": round((y - label.y) / per_pixel),
            "xanchor": "left",
            "xshift": 9,
            "yanchor": "middle",
            "showarrow": False,
            "align": "left",
            "font": {"color": label.colour, "size": LABEL_PX},
        }
        for label, y in placed
    ]


def rule(when: float, *, dash: str = "dot") -> Figure:
    """An upright line across the whole plot."""
    return {
        "type": "line",
        "x0": when,
        "x1": when,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": COLOURS["control"], "width": 1, "dash": dash},
    }


def year_of(day: dt.date) -> float:
    """A day's place on an axis of years."""
    return day.year + (day.timetuple().tm_yday - 1) / _DAYS_IN_A_YEAR


def spread(count: int, *, at_most: int) -> list[int]:
    """Places of ticks along a series: the first, the last and some evenly between.

    >>> spread(12, at_most=4), spread(2, at_most=4)
    ([0, 4, 7, 11], [0, 1])
    """
    if count <= at_most:
        return list(range(count))
    return [round(step * (count - 1) / (at_most - 1)) for step in range(at_most)]


def tinted(colour: str, opacity: float) -> str:
    """A colour with an opacity, for bands.

    >>> tinted("#12436D", 0.16)
    'rgba(18,67,109,0.16)'
    """
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
