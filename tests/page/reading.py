"""Reading a served page the way a reader without JavaScript does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"area", "br", "hr", "img", "input", "link", "meta", "wbr"})
_SILENT = frozenset({"script", "style", "title"})


@dataclass
class Element:
    """An element of a page."""

    name: str
    attributes: dict[str, str | None]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return (self.attributes.get("class") or "").split()

    @property
    def text(self) -> str:
        """What is read, spaces as one; what is hidden from a screen reader is left out."""
        if self.name in _SILENT or self.attributes.get("aria-hidden") == "true":
            return ""
        said = "".join(child if isinstance(child, str) else f" {child.text} " for child in self.children)
        return re.sub(r"\s+([.,;:)])", r"\1", re.sub(r"\s+", " ", said)).strip()

    def all(self, name: str, *classes: str) -> list["Element"]:
        """Every element of a name, with these classes, in order."""
        return [e for e in self.every() if e.name == name and set(classes) <= set(e.classes)]

    def one(self, name: str, *classes: str) -> "Element":
        """The only one; anything else fails."""
        found = self.all(name, *classes)
        assert len(found) == 1, f"{len(found)} of {name} {classes}"
        return found[0]

    def every(self) -> Iterator["Element"]:
        """Every element inside, in order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.every()


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("document", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: str) -> Element:
    """Parse a page; tags that do not match fail."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    assert len(parser.open) == 1
    return parser.root


def rows(table: Element) -> list[list[str]]:
    """A table's cells as text, its head first."""
    return [[cell.text for cell in row.children if isinstance(cell, Element)] for row in table.all("tr")]


def links_of_rows(main: Element) -> dict[str | None, str]:
    """The systems of the table by commitment: where each row's name leads, and the name."""
    named = [row.all("th")[0].all("a") for row in main.one("table", "heat").one("tbody").all("tr")]
    return {link.attributes["href"]: link.text for links in named for link in links}
