"""A commitment's answer: one sentence of at most 30 words, made from England's statuses, the worst first."""

import datetime as dt
from collections.abc import Mapping, Sequence

from dashboard import words
from dashboard.queries import Commitment, Status
from dashboard.views.figures import Measure
from dashboard.views.path import Path
from dashboard.views.ranked import RankedSystems, moves
from data_contracts.vocabulary import DataState, Direction, InForce, KeptBy, Pace, PaceForm, Polarity, ValueType

_LONGEST_ANSWER = 30
_CHANGED = {
    Direction.IMPROVING: "improved",
    Direction.GETTING_WORSE: "got worse",
    Direction.LITTLE_CHANGE: "changed no more than chance could explain",
    Direction.TARGET_MET: "met the target",
}
_GAP_CHANGED = {**_CHANGED, Direction.IMPROVING: "narrowed", Direction.GETTING_WORSE: "widened"}
#: What leads an answer about a target: whether the pace is enough.
_PACES = {
    Pace.ON_TRACK: "On track",
    Pace.ACCELERATION_NEEDED: "Faster progress is needed",
    Pace.LIMITED: "Progress is too slow",
    Pace.DETERIORATION: "It moves away from the target",
    Pace.UNCERTAIN: "Its pace cannot be told from chance",
}
#: The worst is told first.
_URGENCY = (Direction.GETTING_WORSE, Direction.LITTLE_CHANGE, Direction.IMPROVING, Direction.TARGET_MET, None)

_CANNOT_SAY: Mapping[str, str] = {
    KeptBy.EVIDENCE: "We cannot say yet: acts and documents would show it, and no evidence has been sent in.",
    KeptBy.RETURNS: "We cannot say yet: returns of posts and funding would show it, and no system has sent one.",
    KeptBy.FIGURES_NOT_HELD: "We cannot say: the figures that would show it are not held here.",
    KeptBy.NO_MEASURE: "We cannot say: no measure of it is published.",
}


def answer(
    commitment: Commitment,
    paths: Sequence[Path],
    systems: Sequence[RankedSystems],
    as_of: dt.date,
) -> str:
    """One sentence of at most 30 words: what England's statuses allow to be said, or why nothing can be."""
    if commitment.kept_by != KeptBy.MEASURES:
        return _CANNOT_SAY[commitment.kept_by]
    told = [path for path in paths if path.status is not None]
    candidates = [
        *_for_kind(told, as_of),
        _of_systems_alone(systems) if not told else "",
        "We cannot say: England has no figure that can be judged.",
    ]
    said = next(found for found in candidates if found and _length(found) <= _LONGEST_ANSWER)
    for more in (_standing_tail(commitment), _systems_tail(systems) if told else ""):
        if more and _length(said[:-1] + more) <= _LONGEST_ANSWER:
            said = f"{said[:-1]}{more}"
    return said


def _for_kind(told: Sequence[Path], as_of: dt.date) -> list[str]:
    """Answers from the fullest to the shortest."""
    if not told:
        return []
    lead = [path for path in told if path.measure.indicator == told[0].measure.indicator]
    statuses = [path.status for path in told if path.status is not None]
    if len(told) == 1 and statuses[0].required_from_now is not None and statuses[0].target_value is not None:
        return [_towards_target(told[0], statuses[0])]
    if all(s.data_state == DataState.BASELINE_ONLY for s in statuses):
        return [_not_yet(lead, as_of)]
    if all(path.measure.indicator == told[0].measure.indicator for path in told) and _alike(told):
        return [_one_finding(told), _grouped(told)]
    leads_alike = _alike(told) and all(p.measure.indicator.value_type == ValueType.GAP for p in told)
    return [*([_one_finding(lead)] if leads_alike else []), _grouped_with_figures(told), _grouped(told)]


def _towards_target(path: Path, status: Status) -> str:
    measure = path.measure
    assert status.target_value is not None, "asked for with a target only"
    assert status.required_from_now is not None, "asked for with a date only"
    by = f" by {status.target_date.year}" if status.target_date else ""
    lead = _PACES.get(Pace(status.pace), "") if status.pace else ""
    growth = _growth(measure, status.required_from_now)
    been = ""
    if status.recent_rate is not None:
        same_way = (status.recent_rate > 0) == (status.required_from_now > 0)
        been = f", against {_size(measure, status.recent_rate) if same_way else _growth(measure, status.recent_rate)}"
        been += f" since {status.baseline_period}"
    said = (
        f"{measure.named} was {measure.amount(status.latest_value or 0)} in {status.latest_period}, and "
        f"{words.as_set(status.target_value, unit=measure.indicator.unit)}{by} needs {growth}{been}."
    )
    return f"{lead}: {said}" if lead else words.opening(said)


def _growth(measure: Measure, growth: float) -> str:
    """What is needed a year, or was reached: a share of what there is, or an amount."""
    if measure.indicator.pace_form == PaceForm.COMPOUND:
        relative = "relative " if measure.indicator.unit == "%" else ""
        return f"a {relative}{'rise' if growth >= 0 else 'fall'} of {abs(growth):.1%} a year"
    step = words.step(growth, unit=measure.indicator.unit, decimals=measure.indicator.decimals)
    return f"{step} {'more' if growth >= 0 else 'less'} a year"


def _size(measure: Measure, growth: float) -> str:
    if measure.indicator.pace_form == PaceForm.COMPOUND:
        return f"{abs(growth):.1%}"
    return measure.number(abs(growth))


def _not_yet(lead: Sequence[Path], as_of: dt.date) -> str:
    statuses = [path.status for path in lead if path.status is not None]
    earliest = min((s.earliest_change for s in statuses if s.earliest_change is not None), default=None)
    when = f"; earliest about {earliest:%B %Y}" if earliest is not None and earliest > as_of else ""
    return (
        f"We cannot tell yet: {_name(lead[0].measure)} is {_levels(lead[0].measure, lead)}, in a period that overlaps "
        f"the baseline{when}."
    )


def _for_whom(measure: Measure) -> str:
    return "" if measure.sex == "persons" else f" for {words.PEOPLE[measure.sex]}"


def _alike(told: Sequence[Path]) -> bool:
    return len({(path.shown.words, path.status.data_state) for path in told if path.shown and path.status}) == 1


def _verb(path: Path) -> str:
    """What a measure did, by its status."""
    status = path.status
    assert status is not None, "asked for with a status only"
    is_gap = path.measure.indicator.value_type == ValueType.GAP
    if status.direction is None and status.data_state == DataState.OK and is_gap:
        return "narrowed, but its lowest end has not risen"
    if status.direction is None:
        return "cannot be tested without intervals" if status.data_state == DataState.NO_INTERVAL else "cannot be told"
    return (_GAP_CHANGED if is_gap else _CHANGED)[Direction(status.direction)]


def _one_finding(told: Sequence[Path]) -> str:
    """One indicator, all sexes alike: what it did and from what to what."""
    first, statuses = told[0], [path.status for path in told if path.status is not None]
    name, status = _name(first.measure), statuses[0]
    if status.data_state == DataState.NOT_COMPARABLE:
        points = [(status.baseline_period, status.baseline_value), (status.latest_period, status.latest_value)]
        both = words.listed([f"{period} ({first.measure.number(value or 0)})" for period, value in points])
        why = words.in_sentence(status.data_state_reason or "the method changed.")
        return f"We cannot compare {name} in {both}: {why}"
    if status.direction is None and len(told) > 1:
        levels = _levels(first.measure, told)
        return (
            f"Without intervals no change can be told from chance: {name} stood at {levels} in {status.latest_period}."
        )
    spans = [
        f"{_for_whom(path.measure).strip()} ({_span(path.measure, s)})"
        if path.measure.sex != "persons"
        else f"from {_span(path.measure, s)}"
        for path, s in zip(told, statuses, strict=True)
    ]
    said = f"{words.listed(spans)} between {status.baseline_period} and {status.latest_period}"
    if status.direction is None and first.measure.indicator.polarity == Polarity.NO_JUDGEMENT:
        return f"{words.opening(name)} went {said}; neither way is judged better."
    if status.direction is None:
        return f"We cannot tell change from chance: {name} went {said}, and the figures held have no interval."
    return f"{words.opening(name)} {_verb(first)} {said}."


def _levels(measure: Measure, told: Sequence[Path]) -> str:
    """The latest figure of each sex, the unit once."""
    said: list[str] = []
    for path in told:
        value = path.status.latest_value if path.status is not None else None
        if value is not None:
            people = "" if measure.indicator.sexes == ("persons",) else f" for {words.PEOPLE[path.measure.sex]}"
            said.append(f"{measure.number(value) if said else measure.amount(value)}{people}")
    return words.listed(said)


def _span(measure: Measure, status: Status) -> str:
    """From what to what; a percentage has its sign at both."""
    before, latest = status.baseline_value or 0, measure.amount(status.latest_value or 0)
    return f"{measure.amount(before) if measure.indicator.unit == '%' else measure.number(before)} to {latest}"


def _name(measure: Measure) -> str:
    """What a measure is called inside a sentence, without the comma of its short name."""
    name, comma, rest = words.in_sentence(measure.indicator.short_name).partition(", ")
    if comma and measure.indicator.value_type != ValueType.GAP:
        name = f"{name} in {rest}" if rest[:1].isupper() else f"{name} {rest}"
    elif comma:
        name = f"{name}, {rest},"
    return f"the {name}" if measure.indicator.value_type == ValueType.GAP else name


def _grouped(told: Sequence[Path], *, figures: bool = False) -> str:
    """Every measure under what it did, the worst first."""
    groups: dict[str, list[Path]] = {}
    ordered = sorted(told, key=lambda path: _URGENCY.index(path.status.direction if path.status else None))
    for path in ordered:
        groups.setdefault(_verb(path), []).append(path)
    return f"{words.opening('; '.join(f'{_names(held, figures=figures)} {verb}' for verb, held in groups.items()))}."


def _grouped_with_figures(told: Sequence[Path]) -> str:
    return _grouped(told, figures=True)


def _names(held: Sequence[Path], *, figures: bool) -> str:
    by_indicator: dict[str, list[Path]] = {}
    for path in held:
        by_indicator.setdefault(path.measure.indicator.indicator_id, []).append(path)
    names = []
    for paths in by_indicator.values():
        name = _name(paths[0].measure)
        people = [words.PEOPLE[path.measure.sex] for path in paths if path.measure.sex != "persons"]
        whom = f" for {words.listed(people)}" if people else ""
        span = ""
        status = paths[0].status
        if figures and len(paths) == 1 and status is not None and status.baseline_value is not None:
            span = f" ({_span(paths[0].measure, status)})"
        names.append(f"{name}{whom}{span}")
    return words.listed(names)


def _standing_tail(commitment: Commitment) -> str:
    if commitment.in_force == InForce.SUPERSEDED:
        return "; no longer in force."
    if commitment.in_force == InForce.UNCLEAR:
        return "; unclear whether it stands."
    return ""


def _systems_tail(systems: Sequence[RankedSystems]) -> str:
    """How many systems got worse or improved, on the measure told."""
    if len(systems) != 1:
        return ""
    tally = _tally(systems[0])
    if tally is None:
        return ""
    worse, better, judged = tally
    if worse >= better:
        return f"; {worse or 'none'} of {judged} systems got worse."
    return f"; {better} of {judged} systems improved."


def _tally(ranked: RankedSystems) -> tuple[int, int, int] | None:
    judged = [row for row in ranked.rows if row.status.direction is not None]
    if not judged:
        return None
    worse = sum(row.status.direction == Direction.GETTING_WORSE for row in judged)
    return worse, sum(row.status.direction == Direction.IMPROVING for row in judged), len(judged)


def _of_systems_alone(systems: Sequence[RankedSystems]) -> str:
    """Where England has no figure: how many systems got worse, on each measure."""
    tallies = [(ranked, tally) for ranked in systems if (tally := _tally(ranked)) is not None]
    if not tallies:
        return _neither_better(systems)
    said = words.listed(
        [
            f"{_name(ranked.measure)} {'' if place else 'got worse '}in {worse}"
            for place, (ranked, (worse, _, _)) in enumerate(tallies)
        ]
    )
    return f"England has no figure of its own here; of {tallies[0][1][2]} systems, {said}."


def _neither_better(systems: Sequence[RankedSystems]) -> str:
    """Of one measure nobody calls better high or low: which way the systems' figures went."""
    if len(systems) != 1 or systems[0].measure.indicator.polarity != Polarity.NO_JUDGEMENT:
        return ""
    ranked = systems[0]
    up, _, count = moves([row.status for row in ranked.rows])
    return (
        f"England has no figure of its own here; {_name(ranked.measure)} rose in {up} of {count} systems since "
        f"{ranked.baseline}, and neither way is judged better."
    )


def _length(sentence: str) -> int:
    return len(sentence.split())
