"""The palette can be read, by everyone, wherever it is used."""

import pytest

from dashboard.theme import COLOURS, MARKS, SERIES, contrast

TEXT, LARGE_OR_DRAWN = 4.5, 3.0


@pytest.mark.parametrize("ground", ["white", "panel"])
@pytest.mark.parametrize("colour", ["ink", "second", "link", "head"])
def test_text_can_be_read_on_every_ground(colour: str, ground: str) -> None:
    assert contrast(COLOURS[colour], COLOURS[ground]) >= TEXT


def test_white_text_can_be_read_on_the_top_bar() -> None:
    assert contrast(COLOURS["white"], COLOURS["head"]) >= TEXT


@pytest.mark.parametrize("standing", MARKS)
def test_a_status_can_be_read_on_its_tint_and_seen_on_white(standing: str) -> None:
    mark = MARKS[standing]
    assert contrast(mark.text, mark.tint) >= 6.4
    assert contrast(mark.strong, COLOURS["white"]) >= LARGE_OR_DRAWN


def test_standings_differ_by_symbol_and_not_by_colour_alone() -> None:
    assert len({mark.symbol for mark in MARKS.values()}) == len(MARKS)


@pytest.mark.parametrize("colour", [*SERIES, COLOURS["control"], COLOURS["ink"]])
def test_a_line_can_be_seen_on_white(colour: str) -> None:
    assert contrast(colour, COLOURS["white"]) >= LARGE_OR_DRAWN


@pytest.mark.parametrize("colour", [*SERIES[:2], COLOURS["control"], COLOURS["ink"], COLOURS["second"]])
def test_the_label_of_a_line_can_be_read(colour: str) -> None:
    """Charts here have two lines at most; axe cannot judge text that is drawn, so it is judged here."""
    assert contrast(colour, COLOURS["white"]) >= TEXT


def test_nothing_is_red_and_green() -> None:
    """Better is blue and worse is orange: neither red nor green leads by much."""
    for name in ("better", "worse"):
        red, green, blue = (int(MARKS[name].strong[place : place + 2], 16) for place in (1, 3, 5))  # type: ignore[index]
        assert not (green > red and green > blue), "green"
        assert name == "better" or (red > green > blue and green * 5 > red), "pure red"
