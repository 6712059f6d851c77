"""A status in one plain sentence, made from its layers, and never saying more than they do."""

import datetime as dt
from dataclasses import dataclass, fields

import msgspec
import polars as pl

from data_contracts.registry.records import Indicator, measurable
from data_contracts.vocabulary import DataState, Direction, Pace, PaceForm, Polarity, Sex, ValueType

_WHOM = {Sex.PERSONS: "", Sex.MALE: " for men", Sex.FEMALE: " for women"}
_SIGNIFICANT = 0.05

#: How a measure is said aloud where its short name, with a comma or a colon, would break the sentence.
_SUBJECTS = {
    "child-obesity-reception": "Obesity in Reception{whom}",
    "child-obesity-year6": "Obesity in Year 6{whom}",
    "child-poverty-before-housing-costs": "Child poverty before housing costs{whom}",
    "child-poverty-after-housing-costs": "Child poverty after housing costs{whom}",
    "adult-smoking-earlier-weights": "Adult smoking by the earlier weights{whom}",
    "adult-smoking-five-years": "Adult smoking over five years{whom}",
    "gp-patient-smoking": "Smoking among GP patients{whom}",
    "nhs-health-checks": "Take-up of NHS Health Checks so far{whom}",
    "nhs-health-checks-quarterly": "Quarterly take-up of NHS Health Checks{whom}",
    "early-years-communication": "Early years communication and language{whom}",
    "early-years-literacy": "Early years literacy{whom}",
    "early-years-mathematics": "Early years mathematics{whom}",
    "public-health-spending": "Public health spending a head in cash{whom}",
    "hle-gap-regions": "The gap in healthy life expectancy{whom} between regions",
    "hle-gap-fixed-regions": "The gap in healthy life expectancy{whom} between the regions of the baseline",
    "hle-gap-authority-tenths": "The gap in healthy life expectancy{whom} between tenths of authorities",
    "hle-gap-authority-tenths-shrunken": (
        "The gap in healthy life expectancy{whom} between tenths of authorities with chance allowed for"
    ),
    "hle-gap-authority-range": "The gap in healthy life expectancy{whom} between authorities",
    "hle-gap-authority-slope": "The slope of healthy life expectancy{whom} by deprivation",
}
_INITIALS = ("NHS ", "GP ")


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
    years_to_target: float | None
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
    ...     indicator_id="life-expectancy", sex="male", baseline_period="2017 to 2019",
    ...     baseline_value=80.0, latest_period="2022 to 2024", latest_value=79.1, target_value=None, target_date=None,
    ...     data_state="ok", data_state_reason=None, direction="getting_worse", pace="not_assessed",
    ...     required_from_now=None, recent_rate=None, years_to_target=None, change_versus_england=-0.1,
    ...     change_versus_england_p=0.4, earliest_change=None, smallest_detectable_change=0.7,
    ... ))
    'Life expectancy for men got worse: 79.1 years in 2022 to 2024, against 80.0 in 2017 to 2019.'
    """
    indicator = measurable()[layers.indicator_id]
    parts = [_main(layers, indicator), _pace(layers, indicator), _against_england(layers, indicator)]
    return "; ".join(part for part in parts if part) + "."


def subject(indicator_id: str, sex: str) -> str:
    """What a sentence is about.

    >>> subject("life-expectancy", "female"), subject("child-obesity-year6", "persons")
    ('Life expectancy for women', 'Obesity in Year 6')
    """
    spoken = _SUBJECTS.get(indicator_id, measurable()[indicator_id].short_name + "{whom}")
    return spoken.format(whom=_WHOM[Sex(sex)])


def _main(layers: Layers, indicator: Indicator) -> str:
    """Say what the figures allow to be said: by the direction, or by the data state where there is none."""
    name = subject(layers.indicator_id, layers.sex)
    if layers.data_state == DataState.ILLUSTRATIVE:
        name = f"ILLUSTRATIVE: {_inside(name)}"
    if layers.latest_value is not None and layers.direction == Direction.TARGET_MET:
        figure = " a made-up figure" if layers.data_state == DataState.ILLUSTRATIVE else ""
        return (
            f"{name} {_was(name)} {_now(layers, indicator)},{figure} {'that' if figure else 'which'} meets the target "
            f"of {_target(layers.target_value, indicator)}"
        )
    if layers.direction is not None:
        return _moved(layers, indicator, name)
    return _no_direction(layers, indicator, name)


def _moved(layers: Layers, indicator: Indicator, name: str) -> str:
    now = _now(layers, indicator)
    then = f"against {number_in_words(layers.baseline_value, indicator)} {period_in_words(layers.baseline_period)}"
    is_gap = indicator.value_type == ValueType.GAP
    if layers.direction == Direction.IMPROVING:
        return f"{name} {'narrowed' if is_gap else 'improved'}: {now}, {then}"
    if layers.direction == Direction.GETTING_WORSE:
        return f"{name} {'widened' if is_gap else 'got worse'}: {now}, {then}"
    if indicator.enumerated:
        return f"{name} stayed within 1% of its baseline: {now}, {then}"
    # Beside a target, what is required says more, and both together make too long a sentence.
    seen = "" if _pace(layers, indicator) else _would_show(layers.smallest_detectable_change, indicator)
    return f"{name} moved no more than chance could explain: {now}, {then}" + (f" ({seen})" if seen else "")


def _no_direction(layers: Layers, indicator: Indicator, name: str) -> str:
    if layers.latest_value is None or layers.baseline_value is None:
        return f"{name} cannot be judged: {_absence(layers.data_state_reason or '')}"
    now = f"{_inside(name)} {_was(name)} {_now(layers, indicator)}"
    if layers.data_state == DataState.BASELINE_ONLY:
        return f"Cannot tell yet: {now}, {_not_yet(layers, indicator)}"
    if layers.data_state == DataState.ILLUSTRATIVE:
        return f"{now}, a made-up figure"
    now = now[:1].upper() + now[1:]
    if layers.data_state == DataState.NO_INTERVAL:
        return (
            f"{now}, {_than_baseline(layers, indicator)}, but this copy of the figures has no confidence interval to "
            "tell that from chance"
        )
    if layers.data_state == DataState.OK and layers.data_state_reason:
        then = f"against {number_in_words(layers.baseline_value, indicator)} {period_in_words(layers.baseline_period)}"
        return f"{now}, {then}, but its lowest end has not risen, so that is not called improving"
    if layers.data_state == DataState.OK:
        return f"{now}, {_than_baseline(layers, indicator)}; neither direction is better, and there is no target"
    return (
        f"{now}, but cannot be compared with {layers.baseline_period}: {_inside(_one_clause(layers.data_state_reason))}"
    )


def _not_yet(layers: Layers, indicator: Indicator) -> str:
    """Say why nothing can be told of this period, and when it could be, in words that stay true of a past one."""
    overlap = f"which is not wholly after the baseline of {layers.baseline_period}"
    if layers.latest_period == layers.baseline_period:
        overlap = "which is the baseline itself"
    if layers.earliest_change is None:
        return overlap
    seen = _would_show(layers.smallest_detectable_change, indicator)
    due = f"and the first period that is comes out about {layers.earliest_change:%B %Y}"
    if layers.latest_period == layers.baseline_period:
        due = f"and the first period after it comes out about {layers.earliest_change:%B %Y}"
    return f"{overlap}, {due}" + (f" ({seen})" if seen else "")


def _would_show(change: float | None, indicator: Indicator) -> str:
    return "" if change is None else f"a change of about {size_in_words(change, indicator)} would show"


def _than_baseline(layers: Layers, indicator: Indicator) -> str:
    """By how much it moved, with no word of better or worse."""
    change = (layers.latest_value or 0.0) - (layers.baseline_value or 0.0)
    if float(f"{change:.{indicator.decimals}f}") == 0:
        return f"level with {layers.baseline_period}"
    size, way = size_in_words(abs(change), indicator), "higher" if change > 0 else "lower"
    return f"{size} {way} than {period_in_words(layers.baseline_period)}"


def _pace(layers: Layers, indicator: Indicator) -> str:
    """Say whether it moves fast enough: what is required from now first, then what was seen."""
    if layers.pace is None or layers.direction == Direction.TARGET_MET or layers.target_value is None:
        return ""
    target = f"the target of {_target(layers.target_value, indicator)}"
    by = f" by the end of {layers.target_date.year}" if layers.target_date else ""
    if layers.pace == Pace.LOST:
        return f"{target}, met {period_in_words(layers.baseline_period)}, is no longer met"
    if layers.pace == Pace.NO_DEADLINE:
        return f"no date was set for {target}{_years_away(layers)}"
    if layers.required_from_now is None:
        return f"{target}{by} was not met" if layers.target_date else ""
    rates = f"{target}{by} now needs {_rates(layers.required_from_now, layers.recent_rate, indicator)}"
    return f"{rates}, too uncertain to judge" if layers.pace == Pace.UNCERTAIN else rates


def _years_away(layers: Layers) -> str:
    if layers.years_to_target is None or layers.direction != Direction.IMPROVING:
        return ""
    years = max(round(layers.years_to_target), 1)
    return f", about {years} year{'' if years == 1 else 's'} away at the present pace"


def _against_england(layers: Layers, indicator: Indicator) -> str:
    """Say how the change compares with England's, only where the test tells them apart."""
    change, p = layers.change_versus_england, layers.change_versus_england_p
    if change is None or p is None or p >= _SIGNIFICANT or layers.direction is None:
        return ""
    size = size_in_words(abs(change), indicator)
    if indicator.polarity == Polarity.NO_JUDGEMENT:
        return f"the change was {size} {'higher' if change > 0 else 'lower'} than England's"
    good = (change > 0) == (indicator.polarity == Polarity.HIGH_IS_GOOD)
    return f"the change was {size} {'better' if good else 'worse'} than England's"


# --- figures and phrases ----------------------------------------------------------------------------------


def _now(layers: Layers, indicator: Indicator) -> str:
    return f"{amount_in_words(layers.latest_value, indicator)} {period_in_words(layers.latest_period)}"


def period_in_words(period: str) -> str:
    """A cumulative period is written "to 2025/26 Q3".

    >>> period_in_words("2022"), period_in_words("to 2025/26 Q3")
    ('in 2022', 'up to 2025/26 Q3')
    """
    return f"up {period}" if period.startswith("to ") else f"in {period}"


def _was(name: str) -> str:
    return "were" if any(plural in name for plural in (" deaths", " specialists")) else "was"


def number_in_words(value: float | None, indicator: Indicator) -> str:
    """A figure with the indicator's decimals, and nothing where there is none."""
    return "" if value is None else f"{value:,.{indicator.decimals}f}" + ("%" if indicator.unit == "%" else "")


def amount_in_words(value: float | None, indicator: Indicator) -> str:
    """A figure in its unit."""
    return number_in_words(value, indicator) + ("" if indicator.unit == "%" else f" {indicator.unit}")


def _target(value: float | None, indicator: Indicator) -> str:
    """A target keeps a digit more than the figures where it was set so: half of 6.9 years is 3.45."""
    needs_more = value is not None and abs(value - round(value, indicator.decimals)) > 1e-6
    return amount_in_words(value, msgspec.structs.replace(indicator, decimals=indicator.decimals + needs_more))


def size_in_words(value: float, indicator: Indicator) -> str:
    """A difference: of percentages in percentage points."""
    return f"{value:,.{indicator.decimals}f} {_unit(indicator)}"


def _unit(indicator: Indicator) -> str:
    return "percentage points" if indicator.unit == "%" else indicator.unit


def _rates(required: float, recent: float | None, indicator: Indicator) -> str:
    """What is needed a year against what was seen a year, both in the form the measure's pace is reckoned in."""
    is_compound = indicator.pace_form is PaceForm.COMPOUND
    # Of a percentage, a rate of its own growth is easily taken for percentage points.
    relative = "relative " if is_compound and indicator.unit == "%" else ""

    def said(growth: float) -> str:
        return f"{abs(growth):.1%}" if is_compound else f"{abs(growth):.{indicator.decimals}f}"

    def way(growth: float) -> str:
        return "rise" if growth >= 0 else "fall"

    unit = "" if is_compound else f" {_unit(indicator)}"
    needs = f"a {relative}{way(required)} of {said(required)}{unit} a year"
    if recent is None:
        return needs
    if float(said(recent).rstrip("%")) == 0:
        return f"{needs}, against hardly any change so far"
    seen = said(recent) if way(recent) == way(required) else f"a {relative}{way(recent)} of {said(recent)}"
    return f"{needs}, against {seen} so far"


def _absence(reason: str) -> str:
    """A reason of the form "No figure for 2022: none is published." as a clause of a sentence."""
    what, _, why = _one_clause(reason).partition(": ")
    return f"there is {_inside(what)}" + (f", since {_inside(why)}" if why else "")


def _one_clause(reason: str | None) -> str:
    return (reason or "").rstrip(".").replace(". ", "; ")


def _inside(text: str) -> str:
    """A phrase inside a sentence begins small, but for initials.

    >>> _inside("Adult smoking"), _inside("NHS Health Checks")
    ('adult smoking', 'NHS Health Checks')
    """
    return text if text.startswith((*_INITIALS, "ILLUSTRATIVE")) else text[:1].lower() + text[1:]


def day_in_words(day: dt.date) -> str:
    """A day as a sentence says it.

    >>> day_in_words(dt.date(2026, 9, 3))
    '3 September 2026'
    """
    return f"{day.day} {day:%B %Y}"
