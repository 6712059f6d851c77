"""Small parts: a standing as symbol, word and colour; an interval drawn on a scale; the key to the shorthand."""

from collections.abc import Iterable, Sequence

from dashboard import words
from dashboard.components.tags import Node, escaped, hidden, markup, tag
from dashboard.queries import Observation
from dashboard.theme import MARKS, Standing
from dashboard.views.figures import Against, Measure, has_interval

_VERDICTS: dict[Standing, str] = {
    "better": "Better than England",
    "no_difference": "Similar to England",
    "worse": "Worse than England",
    "cannot_tell": "Cannot tell",
}


def chip(standing: Standing, text: str) -> Node:
    """A standing as symbol, word and colour; the symbol is silent, the words say it all."""
    return markup(chip_markup(standing, text))


def chip_markup(standing: Standing, text: str) -> str:
    """The HTML of `chip`."""
    silent = f'<span aria-hidden="true">{MARKS[standing].symbol} </span>'
    return f'<span class="chip {standing.replace("_", "-")}">{silent}{escaped(text)}</span>'


def verdict(found: Against) -> Node:
    """The standing alone, where the size of the difference is said beside it."""
    if found.p is None:
        return chip(found.standing, found.words)
    return chip(found.standing, _VERDICTS[found.standing])


def against(found: Against, *, brief: bool = False) -> Node:
    """How a figure stands against England; `brief` keeps what must be added only where there is no verdict."""
    if brief and found.p is not None:
        return chip(found.standing, found.words)
    return markup(against_markup(found))


def against_markup(found: Against) -> str:
    """The HTML of `against` in full."""
    detail = f'<span class="detail">{escaped(found.detail)}</span>' if found.detail else ""
    return f"<div>{chip_markup(found.standing, found.words)}{detail}</div>"


def interval_bar(
    figure: Observation, *, scale: tuple[float, float], reference: Observation | None, target: float | None = None
) -> Node | None:
    """A figure and its interval on a scale that all rows share; the numbers stand beside it, so it is silent."""
    if figure.value is None:
        return None
    return markup(interval_markup(figure, scale=scale, reference=reference, target=target))


def interval_markup(
    figure: Observation, *, scale: tuple[float, float], reference: Observation | None, target: float | None = None
) -> str:
    """The HTML of `interval_bar`; nothing where there is no figure."""
    if figure.value is None:
        return ""
    style = [f"--at:{_place(figure.value, scale)}"]
    names = ["interval"]
    if has_interval(figure):
        style.append(f"--low:{_place(figure.lower_95 or 0, scale)};--high:{_place(figure.upper_95 or 0, scale)}")
    else:
        names.append("no-limits")
    if figure.value_kind == "estimate":
        names.append("estimate")
    if reference is not None and reference.value is not None:
        style.append(f"--ref:{_place(reference.value, scale)}")
    if target is not None:
        style.append(f"--target:{_place(target, scale)}")
        names.append("aimed")
    return f'<div class="{" ".join(names)}" style="{";".join(style)}" aria-hidden="true"></div>'


def scale_head(*, scale: tuple[float, float], measure: Measure, reference: Observation | None) -> list[Node]:
    """The head of a column of intervals: what is drawn, the ends of the scale and England's line."""
    ticks = [tag("Span", measure.number(at), style={"--at": _place(at, scale)}) for at in round_numbers(scale)]
    england = []
    if reference is not None and reference.value is not None:
        england = [
            tag(
                "Span",
                f"England {measure.number(reference.value)}",
                className="england",
                style={"--at": _place(reference.value, scale)},
            )
        ]
    return [hidden("Interval, drawn"), tag("Div", [*england, *ticks], className="scale", aria_hidden="true")]


def round_numbers(scale: tuple[float, float]) -> list[float]:
    """Two to five round numbers within a scale.

    >>> round_numbers((53.8, 68.4))
    [55, 60, 65]
    """
    low, high = scale
    for step in (0.5, 1, 2, 5, 10, 20, 50, 100):
        first = -(-low // step)
        found = [step * n for n in range(int(first), int(high // step) + 1)]
        if len(found) <= 5:
            return found
    return []


def symbol_key(figures: Iterable[Observation]) -> Node | None:
    """What the shorthand in a set of figures means; nothing where there is none."""
    return key_of(sorted({figure.value_symbol for figure in figures if figure.value_symbol}))


def key_of(symbols: Sequence[str]) -> Node | None:
    """What these symbols mean."""
    if not symbols:
        return None
    meanings: list[Node | str] = []
    for symbol in symbols:
        meanings += [tag("Strong", symbol), f" {words.symbol_meaning(symbol)}. "]
    return tag("P", ["Symbols: ", *meanings], className="key")


def symbol(text: str | None) -> Node | None:
    """A figure's shorthand, with its meaning at hand."""
    return tag("Abbr", text, title=words.symbol_meaning(text), className="symbol") if text else None


def _place(value: float, scale: tuple[float, float]) -> str:
    low, high = scale
    return f"{min(100.0, max(0.0, (value - low) / (high - low) * 100)):.1f}%"
