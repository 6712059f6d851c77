"""A status in one plain sentence, made from its layers, and never saying more than they do."""

import datetime as dt
from dataclasses import dataclass, fields

import polars as pl

from data_contracts.registry.records import Indicator, measurable
from data_contracts.vocabulary import DataState, Direction, Pace, PaceForm, Polarity, Sex

_WHOM = {Sex.PERSONS: "", Sex.MALE: " for men", Sex.FEMALE: " for women"}
_SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What a sentence is made from: the columns of a status that it reads."""

    indicator_id: str
    sex: str
    baseline_period: str
    baseline_value: float | None
    latest_period: str
    latest_value: float | None
    target_value: float | None
    target_date: dt.date | None
    data_state: str
    data_state_reason: str | None
    direction: str | None
    pace: str | None
    required_from_now: float | None
    recent_rate: float | None
    change_versus_england: float | None
    change_versus_england_p: float | None
    earliest_change: dt.date | None
    smallest_detectable_change: float | None


_COLUMNS = [field.name for field in fields(Layers)]


def with_explanation(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `explanation` to rows that have every layer."""
    said = [sentence(Layers(**row)) for row in rows.select(_COLUMNS).iter_rows(named=True)]
    return rows.with_columns(pl.Series("explanation", said, dtype=pl.String))


def sentence(layers: Layers) -> str:
    """Say the status in one sentence.

    >>> sentence(Layers(
    ...     indicator_id="preventable-cvd-mortality", sex="persons", baseline_period="2017 to 2019",
    ...     baseline_value=25.0, latest_period="2022 to 2024", latest_value=29.0, target_value=None, target_date=None,
    ...     data_state="ok", data_state_reason=None, direction="getting_worse", pace="not_assessed",
    ...     required_from_now=None, recent_rate=None, change_versus_england=1.0, change_versus_england_p=0.4,
    ...     earliest_change=None, smallest_detectable_change=2.1,
    ... ))
    'Preventable heart and circulatory deaths got worse, from 25.0 per 100,000 in 2017 to 2019 to 29.0 in 2022 to 2024.'
    """
    indicator = measurable()[layers.indicator_id]
    name = indicator.short_name + _WHOM[Sex(layers.sex)]
    parts = [_main(layers, indicator, name), _pace(layers, indicator), _against_england(layers, indicator)]
    return "; ".join(part for part in parts if part) + "."


def _main(layers: Layers, indicator: Indicator, name: str) -> str:
    """Say what the figures allow to be said: by the direction, or by the data state where there is none."""
    if layers.latest_value is not None and layers.direction == Direction.TARGET_MET:
        return (
            f"{name}: {_amount(layers.latest_value, indicator)} in {layers.latest_period}, which meets the target of "
            f"{_amount(layers.target_value, indicator)}"
        )
    if layers.direction is not None:
        return _moved(layers, indicator, name)
    return _no_direction(layers, indicator, name)


def _moved(layers: Layers, indicator: Indicator, name: str) -> str:
    span = (
        f"from {_amount(layers.baseline_value, indicator)} in {layers.baseline_period} "
        f"to {_number(layers.latest_value, indicator)} in {layers.latest_period}"
    )
    if layers.direction == Direction.IMPROVING:
        return f"{name} improved, {span}"
    if layers.direction == Direction.GETTING_WORSE:
        return f"{name} got worse, {span}"
    if indicator.enumerated:
        return f"{name} changed by no more than 1% of the baseline, {span}"
    small = layers.smallest_detectable_change
    seen = f"; a change under {_size(small, indicator)} would not show" if small is not None else ""
    return f"{name} went {span}, no more than chance could explain{seen}"


def _no_direction(layers: Layers, indicator: Indicator, name: str) -> str:
    why = (layers.data_state_reason or "").rstrip(".")
    if layers.latest_value is None or layers.baseline_value is None:
        return f"{name} cannot be judged: {_inside(why)}"
    now = f"{_amount(layers.latest_value, indicator)} in {layers.latest_period}"
    if layers.data_state == DataState.BASELINE_ONLY:
        due = f", and the first is due about {layers.earliest_change:%B %Y}" if layers.earliest_change else ""
        return f"Cannot tell yet: {_inside(name)} was {now}, but {_inside(why)}{due}"
    if layers.data_state == DataState.NO_INTERVAL:
        return (
            f"{name} went from {_amount(layers.baseline_value, indicator)} in {layers.baseline_period} to "
            f"{_number(layers.latest_value, indicator)} in {layers.latest_period}; without a confidence interval it "
            "cannot be told from chance"
        )
    if layers.data_state == DataState.OK:
        return f"{name} was {now}; neither direction is better, and there is no target"
    if layers.data_state == DataState.ILLUSTRATIVE:
        return f"ILLUSTRATIVE: {_inside(name)} was {now}, a made-up figure"
    return f"{name} was {now}, but cannot be compared with {layers.baseline_period}: {_inside(why)}"


def _pace(layers: Layers, indicator: Indicator) -> str:
    """Say whether it moves fast enough: what is required from now first, then what was seen."""
    if layers.pace is None or layers.direction == Direction.TARGET_MET or layers.target_value is None:
        return ""
    target = f"the target of {_amount(layers.target_value, indicator)}"
    by = f" by the end of {layers.target_date.year}" if layers.target_date else ""
    if layers.pace == Pace.LOST:
        return f"{target}, met in {layers.baseline_period}, is no longer met"
    if layers.pace == Pace.NO_DEADLINE:
        return f"no date was set for {target}"
    if layers.required_from_now is None:
        return f"{target}{by} was not met" if layers.target_date else ""
    seen = f", and it has been {_rate(layers.recent_rate, indicator)}" if layers.recent_rate is not None else ""
    needs = f"{target}{by} now needs {_rate(layers.required_from_now, indicator)}{seen}"
    if layers.pace == Pace.UNCERTAIN:
        return f"{needs}, so whether that is fast enough cannot be told from chance"
    return needs


def _against_england(layers: Layers, indicator: Indicator) -> str:
    """Say how the change compares with England's, only where the test tells them apart."""
    change, p = layers.change_versus_england, layers.change_versus_england_p
    if change is None or p is None or p >= _SIGNIFICANT or layers.direction is None:
        return ""
    if indicator.polarity == Polarity.NO_JUDGEMENT:
        word = "higher" if change > 0 else "lower"
        return f"its change was {_size(abs(change), indicator)} {word} than England's"
    good = (change > 0) == (indicator.polarity == Polarity.HIGH_IS_GOOD)
    return f"that is {_size(abs(change), indicator)} {'better' if good else 'worse'} than England's change"


def _number(value: float | None, indicator: Indicator) -> str:
    return "" if value is None else f"{value:,.{indicator.decimals}f}" + ("%" if indicator.unit == "%" else "")


def _amount(value: float | None, indicator: Indicator) -> str:
    return _number(value, indicator) + ("" if indicator.unit == "%" else f" {indicator.unit}")


def _size(value: float, indicator: Indicator) -> str:
    """A difference: of percentages in percentage points."""
    number = f"{value:,.{indicator.decimals}f}"
    return f"{number} percentage points" if indicator.unit == "%" else f"{number} {indicator.unit}"


def _rate(growth: float | None, indicator: Indicator) -> str:
    if growth is None:
        return ""
    way = "rise" if growth >= 0 else "fall"
    if indicator.pace_form is PaceForm.COMPOUND:
        return f"a {way} of {abs(growth):.1%} a year"
    return f"a {way} of {_size(abs(growth), indicator)} a year"


def _inside(text: str) -> str:
    """A phrase inside a sentence begins small, but for initials."""
    return text if text[:2].isupper() or text.startswith("NHS") else text[:1].lower() + text[1:]
