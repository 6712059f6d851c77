"""A control chart drawn: the series, its mean and its limits; points of special cause by shape and colour."""

from collections.abc import Sequence

from dashboard.charts.base import LABEL_PX, EndLabel, Figure, end_labels, layout
from dashboard.queries import ControlPoint
from dashboard.theme import COLOURS, MARKS, SERIES
from data_contracts.vocabulary import Variation

HEIGHT = 300
_PLOT_HEIGHT = HEIGHT - 44
#: Shapes beside colours: special causes are told apart without either.
_SHAPES = {
    Variation.COMMON_CAUSE: ("circle", COLOURS["others"]),
    Variation.NEUTRAL_HIGH: ("triangle-up", MARKS["cannot_tell"].strong),
    Variation.NEUTRAL_LOW: ("triangle-down", MARKS["cannot_tell"].strong),
    Variation.IMPROVEMENT: ("triangle-up", MARKS["better"].strong),
    Variation.CONCERN: ("triangle-down", MARKS["worse"].strong),
}


def control_chart(points: Sequence[ControlPoint]) -> Figure:
    """Draw one series; its mean and limits are one for the whole of it, and are never moved."""
    xs = [point.period_end.year + (point.period_end.month - 0.5) / 12 for point in points]
    first = points[0]
    low = min(first.lower_limit, *(point.value for point in points))
    high = max(first.upper_limit, *(point.value for point in points))
    room = (high - low) * 0.08
    y_range = (low - room, high + room)
    years = range(points[0].period_end.year + 1, points[-1].period_end.year + 1, 2)
    figure = layout(
        margin_right=110,
        ticks=[(float(year), str(year)) for year in years],
        y_range=y_range,
        x_range=(xs[0] - 0.2, xs[-1] + 0.2),
    )
    lines = (
        ("mean", first.centre_line, COLOURS["ink"], "solid"),
        ("upper limit", first.upper_limit, COLOURS["control"], "dash"),
        ("lower limit", first.lower_limit, COLOURS["control"], "dash"),
    )
    figure["annotations"] = end_labels(
        [EndLabel(name, xs[-1] + 0.2, at, colour) for name, at, colour, _ in lines],
        y_range=y_range,
        plot_height=_PLOT_HEIGHT,
    )
    figure["shapes"] = [
        {
            "type": "line",
            "x0": xs[0] - 0.2,
            "x1": xs[-1] + 0.2,
            "y0": at,
            "y1": at,
            "line": {"color": colour, "width": 1, "dash": dash},
        }
        for _, at, colour, dash in lines
    ]
    shapes = [_SHAPES[Variation(point.point_type)] for point in points]
    figure["font"]["size"] = LABEL_PX
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": xs,
                "y": [point.value for point in points],
                "line": {"color": SERIES[0], "width": 1},
                "marker": {
                    "symbol": [shape for shape, _ in shapes],
                    "color": [colour for _, colour in shapes],
                    "size": 7,
                    "line": {"color": COLOURS["ink"], "width": 0.5},
                },
                "text": [f"{point.period_label}: {point.value:,.0f}" for point in points],
                "hovertemplate": "%{text}<extra></extra>",
            }
        ],
        "layout": figure,
    }
