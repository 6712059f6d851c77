"""Forms that work as plain HTML: a choice is part of the address."""

from collections.abc import Mapping, Sequence

from dashboard.components.tags import Node, tag


def select(
    *, name: str, label: str, options: Sequence[tuple[str, str]], chosen: str, default: str | None = None
) -> Node:
    """A labelled choice of (value, words); where scripts run, an address does not mention the `default`."""
    return _field(name, label, _options(options, chosen), default)


def grouped_select(*, name: str, label: str, groups: Mapping[str, Sequence[tuple[str, str]]], chosen: str) -> Node:
    """A labelled choice of (value, words) under headings."""
    return _field(name, label, [tag("Optgroup", _options(of, chosen), label=head) for head, of in groups.items()])


def _field(name: str, label: str, options: list[Node], default: str | None = None) -> Node:
    control = tag("Select", options, id=f"choose-{name}", name=name, data_default=default)
    return tag("Div", [tag("Label", label, htmlFor=f"choose-{name}"), control], className="field")


def _options(options: Sequence[tuple[str, str]], chosen: str) -> list[Node]:
    return [tag("Option", text, value=value, selected=(value == chosen) or None) for value, text in options]


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
