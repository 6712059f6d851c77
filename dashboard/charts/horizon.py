"""The funding horizon drawn: steps by month, what is confirmed dark and the rest light and hatched."""

import datetime as dt
from collections.abc import Sequence

from dashboard import words
from dashboard.charts.base import LABEL_PX, Figure, layout, rule, year_of
from dashboard.theme import COLOURS, SERIES
from dashboard.views.posts import Horizon, wte

HEIGHT = 320
_LIGHT = "#A9C3DA"


def horizon_chart(horizon: Horizon, today: dt.date) -> Figure:
    """Draw how funding runs out over five years, with financial-year ends and today as rules."""
    top = max(value for value in horizon.every if value is not None) * 1.18
    first, last = year_of(horizon.months[0]), year_of(horizon.months[-1])
    years = [day for day in horizon.months if (day.month, day.day) == (3, 31)]
    figure = layout(
        margin_right=24,
        ticks=[(year_of(day), str(day.year)) for day in years],
        y_range=(0.0, top),
        x_range=(first, last),
    )
    figure["shapes"] += [rule(year_of(day)) for day in years]
    if horizon.months[0] <= today <= horizon.months[-1]:
        figure["shapes"].append(rule(year_of(today), dash="solid"))
        figure["annotations"].append(_label("today", year_of(today), 1.0))
    if horizon.first_large is not None:
        large = horizon.first_large
        figure["annotations"].append(
            {
                "text": f"<b>{wte(large.wte)} end by {words.date(large.by)}</b>",
                "x": year_of(large.by),
                "y": _at(horizon, large.by),
                "xanchor": "left",
                "xshift": 8,
                "yanchor": "bottom",
                "yshift": 4,
                "showarrow": False,
                "font": {"size": LABEL_PX, "color": COLOURS["ink"]},
            }
        )
    return {
        "data": [
            # Hatching says that money is not confirmed, so there is none where nobody may know which is.
            _steps(horizon.months, horizon.every, "All funding", _LIGHT, hatched=any(horizon.confirmed)),
            _steps(horizon.months, horizon.confirmed, "Confirmed", SERIES[0], hatched=False),
        ],
        "layout": figure,
    }


def endings_chart(years: Sequence[tuple[str, float]]) -> Figure:
    """Draw how much WTE ends in each financial year: the cliff edges side by side."""
    places = list(range(len(years)))
    figure = layout(
        margin_right=24,
        ticks=[(float(place), year) for place, (year, _) in zip(places, years, strict=True)],
        y_range=(0.0, max(ending for _, ending in years) * 1.18),
        x_range=(-0.7, len(years) - 0.3),
    )
    return {
        "data": [
            {
                "type": "bar",
                "x": places,
                "y": [ending for _, ending in years],
                "width": 0.6,
                "marker": {"color": SERIES[0]},
                "text": [words.number(ending, 1) for _, ending in years],
                "textposition": "outside",
                "hovertext": [f"{year}: {wte(ending)} end" for year, ending in years],
                "hoverinfo": "text",
            }
        ],
        "layout": figure,
    }


def _steps(
    months: Sequence[dt.date], values: Sequence[float | None], name: str, colour: str, *, hatched: bool
) -> Figure:
    pattern = {"fillpattern": {"shape": "/", "fgcolor": colour, "bgcolor": COLOURS["white"], "size": 6}}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [year_of(day) for day in months],
        "y": list(values),
        "line": {"color": SERIES[0], "width": 1.5, "shape": "vh"},
        "fill": "tozeroy",
        "fillcolor": colour,
        "connectgaps": False,
        "text": [f"{name}, {words.date(day)}: {wte(value)}" for day, value in zip(months, values, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
        **(pattern if hatched else {}),
    }


def _at(horizon: Horizon, day: dt.date) -> float:
    return horizon.every[horizon.months.index(day)] or 0.0


def _label(text: str, when: float, y: float) -> Figure:
    return {
        "text": text,
        "x": when,
        "yref": "paper",
        "y": y,
        "xanchor": "left",
        "yanchor": "top",
        "xshift": 4,
        "showarrow": False,
        "font": {"size": LABEL_PX, "color": COLOURS["second"]},
    }
