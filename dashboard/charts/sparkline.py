"""A line the size of a word, as an image in the page itself: no axes, the last point marked."""

from collections.abc import Sequence

from dashboard.theme import COLOURS

WIDTH, HEIGHT, _EDGE = 104, 28, 4


def sparkline(values: Sequence[float | None]) -> str | None:
    """Draw values as the address of an SVG image; a missing value breaks the line. None where fewer than two exist."""
    shown = [value for value in values if value is not None]
    if len(shown) < 2:
        return None
    low, high = min(shown), max(shown)
    across = (WIDTH - 2 * _EDGE) / (len(values) - 1)
    down = (HEIGHT - 2 * _EDGE) / ((high - low) or 1.0)
    path, pen_down, last = [], False, (0.0, 0.0)
    for place, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        last = (_EDGE + place * across, HEIGHT - _EDGE - (value - low) * down)
        path.append(f"{'L' if pen_down else 'M'}{last[0]:.0f} {last[1]:.1f}")
        pen_down = True
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}'>"
        f"<path d='{''.join(path)}' fill='none' stroke='{COLOURS['control']}' stroke-width='1.6'/>"
        f"<circle cx='{last[0]:.0f}' cy='{last[1]:.1f}' r='3.2' fill='{COLOURS['head']}'/></svg>"
    )
    return "data:image/svg+xml," + svg.replace("<", "%3C").replace(">", "%3E").replace("#", "%23")
