"""Colours, type and status marks: each once. Stylesheet and charts take them from here; tests check the contrast."""

from dataclasses import dataclass
from typing import Final, Literal

FONT: Final = "Arial, Helvetica, sans-serif"

COLOURS: Final[dict[str, str]] = {
    "white": "#FFFFFF",
    "ink": "#14202B",
    "second": "#4A5763",
    "link": "#1F5A96",
    "control": "#5C6B78",
    "panel": "#F3F5F7",
    "rule": "#CFD6DC",
    "head": "#12436D",
    "others": "#A6AEB5",
}

#: Lines of a chart, in order; never more than four. The last two need 2.5 px or a dark outline on white.
SERIES: Final[tuple[str, ...]] = ("#12436D", "#801650", "#28A197", "#F46A25")

#: What a test of one figure beside another can find.
Comparison = Literal["better", "no_difference", "worse", "cannot_tell"]
Standing = Literal["target_met", Comparison, "illustrative"]


@dataclass(frozen=True)
class Mark:
    """How a standing is shown: always symbol, word and colour together."""

    symbol: str
    strong: str
    text: str
    tint: str


#: Up and down mean better and worse. Whether a number is higher or lower is said in words.
MARKS: Final[dict[Standing, Mark]] = {
    "target_met": Mark("✓", "#00594F", "#00594F", "#E3F3F0"),
    "better": Mark("▲", "#1B5FA8", "#174F8C", "#E6EFF9"),
    "no_difference": Mark("●", "#56616B", "#4A5763", "#EEF0F2"),
    "worse": Mark("▼", "#A8420B", "#943A09", "#FDEDE3"),
    "cannot_tell": Mark("◌", "#6B4C9A", "#5A3E85", "#F1ECF7"),
    "illustrative": Mark("▨", "#5A2A00", "#5A2A00", "#FFF3D6"),
}


def custom_properties() -> str:
    """The tokens as CSS custom properties, for the head of the page.

    >>> "--ink:#14202B" in custom_properties()
    True
    """
    tokens = [f"--{name}:{value}" for name, value in COLOURS.items()]
    for name, mark in MARKS.items():
        slug = name.replace("_", "-")
        tokens += [f"--{slug}:{mark.strong}", f"--{slug}-text:{mark.text}", f"--{slug}-tint:{mark.tint}"]
    return f":root{{--font:{FONT};{';'.join(tokens)}}}"


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two colours written `#RRGGBB`.

    >>> round(contrast("#FFFFFF", "#000000"), 1)
    21.0
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
