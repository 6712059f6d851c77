"""The page on methods: what each measure is, what we always do, an estimate by hand, and each statistic."""

from dashboard import words
from dashboard.components.measures import measure_block
from dashboard.components.reading import contents, facts, marked
from dashboard.components.statistics import chapter
from dashboard.components.tags import Node, tag
from dashboard.components.worked import worked
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.views.methods import MethodsView, Rule, methods_view
from data_contracts.registry.records import SET_ASIDE_MEANINGS
from data_contracts.vocabulary import SYMBOL_MEANINGS

TITLE = "Methods"


def page(release: Release) -> Page:
    """Every measure, rule and statistic, and one estimate worked through."""
    view = release.once("methods", lambda: methods_view(release))
    content = [
        tag("H1", TITLE),
        tag("P", view.answer, className="answer"),
        _contents(view),
        tag("H2", "Rules", id="rules"),
        *(_rule(rule) for rule in view.rules),
        tag("H3", "Rules by which rows are set aside", id="set-aside"),
        facts((tag("Code", rule), words.opening(meaning)) for rule, meaning in SET_ASIDE_MEANINGS.items()),
        tag("H3", "Symbols", id="symbols"),
        facts((symbol, words.opening(meaning)) for symbol, meaning in SYMBOL_MEANINGS.items()),
        tag("H2", "One estimate by hand", id="worked-example"),
        *(worked(view.worked) if view.worked else [tag("P", "No system of two or three authorities has an estimate.")]),
        tag("H2", "Measures", id="measures"),
        *_measures(view),
        tag("H2", "Statistics", id="statistics"),
        tag(
            "P",
            "What the functions that work figures out say of themselves: formula, units, what is withheld, where it is "
            "published, and an example that is run as a test.",
        ),
        *(chapter(of) for of in view.chapters),
    ]
    return framed(release, content, title=TITLE, here="/methods")


def _contents(view: MethodsView) -> Node:
    topics = [(_topic_id(topic), f"Measures: {words.in_sentence(topic)}") for topic in view.topics]
    return contents(
        [
            ("rules", "Rules"),
            ("symbols", "Symbols"),
            ("worked-example", "One estimate by hand"),
            *topics,
            ("statistics", "Statistics"),
        ]
    )


def _rule(rule: Rule) -> Node:
    return tag(
        "Section",
        [tag("H3", rule.title), *(tag("P", marked(paragraph)) for paragraph in rule.paragraphs)],
        id=rule.rule_id,
        className="rule",
    )


def _measures(view: MethodsView) -> list[Node]:
    return [
        node
        for topic, entries in view.topics.items()
        for node in (tag("H3", topic, id=_topic_id(topic)), *(measure_block(entry) for entry in entries))
    ]


def _topic_id(topic: str) -> str:
    """The address of a topic on the page.

    >>> _topic_id("Length and quality of life")
    'topic-length-and-quality-of-life'
    """
    return f"topic-{topic.lower().replace(' ', '-')}"
