"""Parts of a form that is sent: a field with its hint and its error, a group of fields, the summary of errors.

The pattern is GOV.UK's: what is wrong is said at the top, linked, and again at the field, and what was written is kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField

from dashboard.components.tags import Node, hidden, tag
from dashboard.forms import Choice, Day, Number, Text


def field(of: Field) -> Node:
    """A field with its label, hint and error."""
    parts: list[Node | None] = [tag("Label", _label(of), htmlFor=of.name)]
    if of.description:
        parts.append(tag("P", of.description, id=f"{of.name}-hint", className="hint"))
    if of.errors:
        parts.append(tag("P", [hidden("Error: "), of.errors[0]], id=f"{of.name}-error", className="error"))
    parts.append(_control(of))
    return tag("Div", parts, className="question wrong" if of.errors else "question")


def together(legend: str, fields: Sequence[Node], *, hint: str = "") -> Node:
    """Fields that belong together, under one heading."""
    said = [tag("P", hint, className="hint")] if hint else []
    return tag("Fieldset", [tag("Legend", legend), *said, *fields], className="together")


def in_a_row(*fields: Node) -> Node:
    """Short fields beside each other, where there is room."""
    return tag("Div", list(fields), className="questions")


def error_summary(form: FlaskForm, parts: Sequence[Node | None]) -> Node | None:
    """What is wrong, at the top of the page, in the order of its fields; it takes the focus as the page opens."""
    places = {name: place for place, name in enumerate(_ids(list(parts)))}
    wrong = sorted((of for of in form if of.errors), key=lambda of: places.get(of.name, len(places)))
    if not wrong:
        return None
    items = [
        tag("Li", tag("A", of.errors[0], href=f"#{of.name}") if of.name in places else of.errors[0]) for of in wrong
    ]
    return alert("There is a problem", [tag("Ul", items, className="plain")])


def _ids(node: Any) -> Iterator[str]:
    """The ids of a tree, in the order of the page."""
    if isinstance(node, list):
        for child in node:
            yield from _ids(child)
    elif isinstance(node, dict):
        if "id" in node["props"]:
            yield node["props"]["id"]
        yield from _ids(node["props"].get("children"))


def alert(title: str, parts: Sequence[Node | str]) -> Node:
    """Something to read before all else."""
    return tag(
        "Div",
        [tag("H2", title, id="alert-title"), *parts],
        role="alert",
        aria_labelledby="alert-title",
        tabIndex="-1",
        autofocus="",
        className="alert",
    )


def posting(
    form: FlaskForm, parts: Iterable[Node | None], *, action: str, button: str, back: str, grave: bool = False
) -> Node:
    """The form itself: its token, what it carries unseen, its fields, its button, and the way back."""
    carried = [
        tag("Input", type="hidden", name=of.name, value=_unseen(of)) for of in form if isinstance(of, HiddenField)
    ]
    return tag(
        "Form",
        [
            *carried,
            *(part for part in parts if part is not None),
            tag(
                "P",
                [
                    tag("Button", button, type="submit", className="grave" if grave else None),
                    tag("A", "Cancel", href=back),
                ],
                className="send",
            ),
        ],
        method="post",
        action=action,
        className="posting",
        # What is wrong is said by the server, in words of ours, with all of it at once.
        noValidate="",
    )


def _unseen(of: Field) -> str:
    return of.current_token if of.name == "csrf_token" else of.data or ""


def _label(of: Field) -> str | list[Node | str]:
    needed = getattr(of, "needed", None)
    return of.label.text if needed else [of.label.text, tag("Span", " (optional)", className="optional")]


def _control(of: Field) -> Node:
    about = [f"{of.name}-{part}" for part, there in (("hint", of.description), ("error", of.errors)) if there]
    shared = {
        "id": of.name,
        "name": of.name,
        "aria_describedby": " ".join(about) or None,
        "aria_invalid": "true" if of.errors else None,
        "autoComplete": "off",
    }
    if isinstance(of, Choice):
        options = [
            tag("Option", words, value=value, selected=(value == (of.data or "")) or None)
            for value, words in of.choices
        ]
        return tag("Select", options, **shared)
    if isinstance(of, Text) and of.lines > 1:
        # A browser takes a line's end at the very start of a text area for the tag's own.
        return tag("Textarea", f"\n{of.data or ''}", rows=str(of.lines), **shared)
    if isinstance(of, Day):
        # A picker of days would drop what is no day; as text it is kept, to be mended.
        unread = of.data is None and of.written
        return tag("Input", type="text" if unread else "date", value=of._value() or None, className="short", **shared)
    if isinstance(of, Number):
        return tag("Input", type="text", inputMode="decimal", value=of._value() or None, className="short", **shared)
    assert isinstance(of, Text)
    size = "half" if of.width else None
    size = "short" if of.width and of.width <= 10 else size
    return tag("Input", type="text", value=of.data or None, className=size, **shared)
