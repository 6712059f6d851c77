"""What a system's page says before anything else: one sentence, and at most three statements that lead to the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import words
from dashboard.views.figures import Measure
from dashboard.views.register import Entry, Judged, Register
from dashboard.views.statuses import expected_by_chance, p_value
from data_contracts.vocabulary import DataState, Direction, KeptBy, Lever, Polarity, Sex, Standing

#: The most words the first sentence may have.
MOST_WORDS = 30
#: A change that differs from England's by more than chance, two-sided.
_DIFFERS = 0.05
_WORSE, _BETTER = Direction.GETTING_WORSE, Direction.IMPROVING

#: Words, and the anchor they lead to or None.
Part = tuple[str, str | None]


@dataclass(frozen=True)
class Statement:
    """One of the few sentences at the top of the page, in parts that may lead to a place on it."""

    about: str
    parts: tuple[Part, ...]

    @property
    def words(self) -> str:
        """The whole sentence."""
        return "".join(text for text, _ in self.parts)


def answer(judged: Sequence[Judged], *, total: int) -> str:
    """One sentence: what got worse, what is improving, and of how many of the `total` measures neither can be told.

    Names that do not fit become a number.
    """
    told = [one for one in judged if one.status.data_state == DataState.OK]
    if not told:
        return _nothing_told(judged, total)
    found = [
        (lead, named([one.measure for one in told if one.status.direction == way]))
        for lead, way in (("getting worse", _WORSE), ("improving", _BETTER), ("target met", Direction.TARGET_MET))
    ]
    untold = f"{total - len(told)} of {total} measures cannot be told" if total > len(told) else ""
    shown = [len(names) for _, names in found]
    while len((sentence := _sentence(found, shown, untold)).split()) > MOST_WORDS and any(shown):
        # The longest list gives way first, so that each keeps its first name for as long as it can.
        shown[shown.index(max(shown))] -= 1
    return sentence


def _sentence(found: Sequence[tuple[str, list[str]]], shown: Sequence[int], untold: str) -> str:
    """The sentence with so many names shown of each list."""
    said: list[str] = []
    for (lead, names), room in zip(found, shown, strict=True):
        if names:
            said.append(f"{lead}{'' if said else ' against its baselines'}: {_some(names, room)}")
    if not said:
        said.append("nothing that can be judged got detectably better or worse than its baseline")
    elif not found[0][1]:
        said.append("nothing that can be judged got worse")
    return f"{words.opening('; '.join([*said, untold] if untold else said))}."


def _some(names: list[str], room: int) -> str:
    left = len(names) - room
    if not left:
        return _series(names)
    return _series([*names[:room], f"{left} more" if room else f"{left} measure{'s' if left > 1 else ''}"])


def _series(names: Sequence[str]) -> str:
    """A list in a sentence, with a comma before its last `and` where a name has one of its own.

    >>> _series(["deaths", "life for men and women", "smoking"]), _series(["deaths", "smoking"])
    ('deaths, life for men and women, and smoking', 'deaths and smoking')
    """
    if len(names) < 2 or not any(" and " in name for name in names):
        return words.listed(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def _nothing_told(judged: Sequence[Judged], total: int) -> str:
    weak = sum(one.status.data_state == DataState.NOT_COMPARABLE for one in judged)
    if weak:
        of_them = "all" if weak == total else f"{weak} of them"
        return (
            f"None of its {total} measures can be judged: {of_them} rest on authorities shared with other systems, so "
            "no fair comparison can be made."
        )
    return f"None of its {total} measures can be judged against its baseline: the figures do not allow a test."


def named(held: Sequence[Measure]) -> list[str]:
    """Names for a list in a sentence; men and women, and the forms of one measure, share a name."""
    groups: dict[str, list[Measure]] = {}
    for measure in held:
        groups.setdefault(measure.indicator.short_name.partition(", ")[0], []).append(measure)
    return [_name(stem, group) for stem, group in groups.items()]


def _name(stem: str, group: list[Measure]) -> str:
    """A name without commas, since it will stand between some."""
    if len({measure.indicator.indicator_id for measure in group}) > 1:
        return f"{words.in_sentence(stem)} on {len(group)} measures"
    sexes = [measure.sex for measure in group]
    if Sex.PERSONS not in sexes and len(group) > 1:
        return f"{words.in_sentence(stem)} for {words.listed([words.PEOPLE[sex] for sex in sexes])}"
    before, comma, after = group[0].named.partition(", ")
    return f"{before}{' in ' if after[:1].isupper() else ' '}{after}" if comma else before


def statements(register: Register, *, total: int, boundary: Statement | None) -> tuple[Statement, ...]:
    """At most three: the worst change against England's, what is theirs to act on, and what cannot be told or why.

    `boundary` is said instead where the system was redrawn and its figures may still be compared.
    """
    judged = register.judged
    weak = any(one.status.data_state == DataState.NOT_COMPARABLE for one in judged)
    last = boundary if boundary is not None and not weak else _untold(register, judged, total)
    return tuple(one for one in (worst_change(judged), _to_act_on(register), last) if one is not None)


def worst_change(judged: Sequence[Judged]) -> Statement:
    """The change that is worse than England's and least likely to be chance."""
    about = "Worst change against England's"
    tested = [one for one in judged if one.status.change_versus_england_p is not None]
    if not tested:
        return Statement(about, (("No change here can be tested against England's.", None),))
    worse = [one for one in tested if _p(one) < _DIFFERS and _is_worse(one)]
    if not worse:
        return Statement(about, (("No change that can be tested is worse than England's.", None),))
    worst = min(worse, key=_p)
    size = worst.measure.differs(worst.status.change_versus_england or 0, "England's")
    name = words.opening(named([worst.measure])[0])
    return Statement(
        about,
        (
            (name, worst.status.commitment_id),
            (f": its change since {worst.status.baseline_period} is {size} ({_chance(worst)}; ", None),
            (f"{_many(len(tested), 'change was', 'changes were')} tested).", None),
        ),
    )


def _p(judged: Judged) -> float:
    p = judged.status.change_versus_england_p
    return 1.0 if p is None else p


def _chance(judged: Judged) -> str:
    written = p_value(_p(judged))
    return f"p {written}" if written.startswith("under") else f"p = {written}"


def _is_worse(judged: Judged) -> bool:
    good = {Polarity.HIGH_IS_GOOD: 1, Polarity.LOW_IS_GOOD: -1}.get(Polarity(judged.measure.indicator.polarity), 0)
    return (judged.status.change_versus_england or 0) * good < 0


def _to_act_on(register: Register) -> Statement | None:
    """What the system can move that got worse, and the promises and duties it has sent nothing in for."""
    worse = [
        (_series(names), entry.commitment.commitment_id)
        for entry in register.entries
        if entry.commitment.lever != Lever.NATIONAL and (names := _got_worse(entry))
    ]
    unsent = [
        (words.in_sentence(one.commitment.title), one.commitment.commitment_id)
        for line in register.waiting
        for _, held in line.sets
        for one in held
        if line.place == "no-data"
        and one.commitment.standing in (Standing.PROMISE, Standing.DUTY)
        and one.commitment.kept_by in (KeptBy.EVIDENCE, KeptBy.RETURNS)
    ]
    parts: list[Part] = []
    for lead, links in (
        ("getting worse, and for you and your partners to move: ", worse),
        ("nothing sent in on: ", unsent),
    ):
        if links:
            parts.append((f"{'; ' if parts else ''}{lead if parts else words.opening(lead)}", None))
            parts += _listed(links)
    return Statement("Yours to act on", (*parts, (".", None))) if parts else None


def _got_worse(entry: Entry) -> list[str]:
    return named([one.measure for one in entry.judged if one.status.direction == Direction.GETTING_WORSE])


def _listed(links: list[tuple[str, str]]) -> list[Part]:
    """Links with commas and an `and` between them."""
    parts: list[Part] = []
    for place, link in enumerate(links):
        if place:
            joined = any(" and " in text for text, _ in links)
            last = ", and " if joined else " and "
            parts.append((last if place == len(links) - 1 else ", ", None))
        parts.append(link)
    return parts


def _untold(register: Register, judged: Sequence[Judged], total: int) -> Statement | None:
    """Of how many measures the direction cannot be told, by reason."""
    counted = {state: sum(one.status.data_state == state for one in judged) for state in DataState}
    places = {group.place for group in register.groups} | {line.place for line in register.waiting}
    nothing = total - len(judged) + counted[DataState.NO_DATA]
    parts: list[Part] = []
    for many, said, place in (
        (counted[DataState.NOT_COMPARABLE], "rest on authorities shared with other systems", "not-comparable"),
        (counted[DataState.NO_INTERVAL], "have no interval in this copy of the figures", "no-interval"),
        (nothing, "have no figure to compare", "no-data"),
    ):
        if many:
            parts += [
                ("; " if parts else f"Of {total} measures, ", None),
                (f"{many} {_agree(said, many)}", place if place in places else None),
            ]
    return Statement("What cannot be told", (*parts, (".", None))) if parts else None


def _agree(said: str, many: int) -> str:
    return said if many > 1 else said.replace("have ", "has ").replace("rest ", "rests ")


def by_chance(judged: Sequence[Judged], *, total: int) -> str:
    """How many got worse and improved, beside how many chance alone would have called so."""
    told = [one for one in judged if one.status.data_state == DataState.OK]
    tested = [one for one in told if one.status.direction_p is not None]
    neither = [one for one in told if one.status.direction is None]
    counted = [one for one in told if one.status.direction_p is None and one.status.direction is not None]
    said = []
    if tested:
        chance = words.number(expected_by_chance(len(tested)), 1)
        said.append(
            f"{_many(len(tested), 'change was', 'changes were')} tested: {_ways(tested)}. "
            f"If nothing had changed, chance alone would call about {chance} of each."
        )
    if counted:
        said.append(f"{_many(len(counted), 'full count has', 'full counts have')} no such error: {_ways(counted)}.")
    if neither:
        said.append(f"{_many(len(neither), 'measure is', 'measures are')} called neither better nor worse.")
    if total > len(told):
        said.append(f"{total - len(told)} of {total} measures cannot be told.")
    return " ".join(said)


def _ways(held: Sequence[Judged]) -> str:
    worse, better = (sum(one.status.direction == way for one in held) for way in (_WORSE, _BETTER))
    return f"{worse or 'none'} getting worse, {better or 'none'} improving"


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
