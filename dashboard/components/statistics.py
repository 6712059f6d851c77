"""What the statistics say of themselves, made readable."""

from dashboard import words
from dashboard.components.reading import marked
from dashboard.components.tags import Node, tag
from dashboard.docstrings import Chapter, Part, Statistic


def chapter(of: Chapter) -> Node:
    """One module: what it is about, and each of its statistics, folded."""
    title = words.opening(of.name.replace("_", " "))
    return tag(
        "Section",
        [
            tag("H3", "Statistical process control" if of.name == "spc" else title),
            *(_part(part) for part in of.about),
            *(_statistic(of.name, statistic) for statistic in of.statistics),
        ],
        id=f"metrics-{of.name}",
        className="entry",
    )


def _statistic(module: str, statistic: Statistic) -> Node:
    return tag(
        "Details",
        [
            tag("Summary", [tag("Code", statistic.name), " ", *marked(statistic.summary)]),
            tag("P", tag("Code", f"metrics.{module}.{statistic.call}"), className="call"),
            *(_part(part) for part in statistic.parts),
        ],
        id=f"metrics-{module}-{statistic.name}",
        className="fold",
    )


def _part(part: Part) -> Node:
    if part.kind == "example":
        return tag("Pre", tag("Code", part.text), tabIndex="0", role="region", aria_label="Example")
    if part.kind == "list":
        return tag("Ul", [tag("Li", marked(item)) for item in part.items], className="prose")
    label: list[Node | str] = [tag("Strong", f"{part.label}: ")] if part.label else []
    return tag("P", [*label, *marked(part.text)])
