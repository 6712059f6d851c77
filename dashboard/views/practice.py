"""The library of cases that systems shared, by topic and system; and what a system's partners agreed, by topic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import queries, words
from dashboard.queries import Agreement, PracticeCase
from dashboard.reader import Release
from data_contracts.vocabulary import AgreedRole, CaseOutcome, Topic

TOPIC, AREA = "topic", "area"

OUTCOMES = {
    CaseOutcome.OUTCOME_IMPROVED: "The outcome improved",
    CaseOutcome.GAP_NARROWED: "The gap narrowed",
    CaseOutcome.MORE_PEOPLE_REACHED: "More people were reached",
    CaseOutcome.COST_SAVED: "Cost was saved",
    CaseOutcome.NO_CHANGE: "No change",
    CaseOutcome.TOO_EARLY_TO_TELL: "Too early to tell",
    CaseOutcome.STOPPED: "It was stopped",
}
ROLES = {
    AgreedRole.LEAD: "Says who leads",
    AgreedRole.ADVISE: "Says who advises",
    AgreedRole.INFORM: "Says who informs",
    AgreedRole.COLLABORATE: "Says where to collaborate",
}


def topic_words(topic: str) -> str:
    """A topic as people say it.

    >>> topic_words("cardiovascular_disease")
    'Cardiovascular disease'
    """
    return words.opening(Topic(topic).value.replace("_", " "))


@dataclass(frozen=True)
class Case:
    """One case in words."""

    area_code: str
    name: str
    topic: str
    outcome: str
    dated: str
    address: str


@dataclass(frozen=True)
class Practice:
    """The library, narrowed by what an address asks."""

    answer: str
    chosen: Mapping[str, str]
    offered: Mapping[str, Sequence[tuple[str, str]]]
    cases: tuple[Case, ...]


def practice(release: Release, query: Mapping[str, str]) -> Practice:
    """Put the library together; a choice that is none of those offered leaves nothing, and is named."""
    known = queries.reference(release)
    every = queries.practice_cases(release)
    chosen = {name: query[name][:100] for name in (TOPIC, AREA) if query.get(name)}
    shown = [
        case
        for case in every
        if chosen.get(TOPIC, case.topic) == case.topic and chosen.get(AREA, case.area_code) == case.area_code
    ]
    return Practice(
        answer=_answer(every, shown, chosen=bool(chosen)),
        chosen=chosen,
        offered={
            TOPIC: [("", "Every topic"), *((topic.value, topic_words(topic)) for topic in Topic)],
            AREA: [("", "Every system"), *((area.area_code, area.area_name) for area in known.systems)],
        },
        cases=tuple(
            Case(
                area_code=case.area_code,
                name=known.areas[case.area_code].area_name,
                topic=topic_words(case.topic),
                outcome=OUTCOMES[CaseOutcome(case.outcome)],
                dated=words.date(case.dated) if case.dated else "not dated",
                address=case.evidence_url,
            )
            for case in shown
        ),
    )


def _answer(every: Sequence[PracticeCase], shown: Sequence[PracticeCase], *, chosen: bool) -> str:
    if not every:
        return "No system has shared a case yet. Cases come with the quarterly return: topic, outcome and a link."
    if not shown:
        return f"None of the {len(every)} cases shared is of what you chose."
    systems = len({case.area_code for case in shown})
    of_all = f" of {len(every)}" if chosen else ""
    cases = f"{len(shown)}{of_all} case{'s' if len(shown) != 1 else ''}"
    return f"{cases} from {systems} system{'s' if systems != 1 else ''}."


@dataclass(frozen=True)
class AgreedOn:
    """What is agreed on one topic: each role's answer in words, and the documents behind."""

    topic: str
    roles: Mapping[str, str]
    links: tuple[tuple[str, str], ...]


def agreed(found: Sequence[Agreement]) -> list[AgreedOn]:
    """Agreements by topic; a role nobody answered about is said to be so."""
    topics: dict[str, list[Agreement]] = {}
    for one in found:
        topics.setdefault(one.topic, []).append(one)
    return [
        AgreedOn(
            topic=topic_words(topic),
            roles={role: _role(held, role) for role in ROLES},
            links=tuple(
                (ROLES[AgreedRole(one.agreed_role)].removeprefix("Says "), one.evidence_url)
                for one in held
                if one.evidence_url
            ),
        )
        for topic, held in topics.items()
    ]


def _role(held: Sequence[Agreement], role: str) -> str:
    found = next((one for one in held if one.agreed_role == role), None)
    if found is None:
        return "not answered"
    return words.opening(found.answer) + (f", {words.date(found.dated)}" if found.dated else "")
