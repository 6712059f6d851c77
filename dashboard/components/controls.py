"""Forms that work as plain HTML: a choice is part of the address."""

from collections.abc import Sequence

from dashboard.components.tags import Node, tag


def select(*, name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> Node:
    """A labelled choice of (value, words)."""
    return tag(
        "Div",
        [
            tag("Label", label, htmlFor=f"choose-{name}"),
            tag(
                "Select",
                [tag("Option", text, value=value, selected=(value == chosen) or None) for value, text in options],
                id=f"choose-{name}",
                name=name,
            ),
        ],
        className="field",
    )


def choices(selects: Sequence[Node], *, action: str, button: str, label: str) -> Node:
    """A form of choices with its button."""
    return tag(
        "Form",
        [*selects, tag("Button", button, type="submit", id="choose-button")],
        method="get",
        action=action,
        className="choices",
        aria_label=label,
    )
