"""What the statistics say of themselves, read from the source of `metrics` without loading it: it needs numpy."""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import metrics

#: Modules the statistics are made with, and twins of them for this server: no statistics of their own.
_PLUMBING = frozenset({"draws", "figures", "inputs", "layout", "normal"})
_TWIN = "_scalar"

Kind = Literal["text", "list", "example"]


@dataclass(frozen=True)
class Part:
    """A part of a docstring: a paragraph, a list or an example to run. A paragraph may begin with a label."""

    kind: Kind
    text: str
    label: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statistic:
    """One function of `metrics`: how it is called, what it does in a sentence, and the rest of what it says."""

    name: str
    call: str
    summary: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Chapter:
    """One module of `metrics`."""

    name: str
    about: tuple[Part, ...]
    statistics: tuple[Statistic, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """Every statistic that has an example, by module."""
    folder = Path(metrics.__file__ or "").parent
    names = sorted(path.stem for path in folder.glob("*.py"))
    read = [_chapter(folder / f"{name}.py") for name in names if name not in _PLUMBING and not name.endswith(_TWIN)]
    return tuple(chapter for chapter in read if chapter.statistics)


def _chapter(path: Path) -> Chapter:
    module = ast.parse(path.read_text("utf-8"))
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    statistics = tuple(_statistic(node) for node in functions if ">>>" in (ast.get_docstring(node) or ""))
    return Chapter(path.stem, parts(ast.get_docstring(module) or ""), statistics)


def _statistic(node: ast.FunctionDef) -> Statistic:
    summary, _, rest = (ast.get_docstring(node) or "").partition("\n\n")
    return Statistic(node.name, f"{node.name}({_arguments(node.args)})", _joined(summary), parts(rest))


def _arguments(arguments: ast.arguments) -> str:
    """Arguments without their types, which the words explain."""
    bare = ast.parse(ast.unparse(ast.FunctionDef("f", arguments, [ast.Pass()], [], lineno=0))).body[0]
    assert isinstance(bare, ast.FunctionDef)
    for argument in (*bare.args.posonlyargs, *bare.args.args, *bare.args.kwonlyargs):
        argument.annotation = None
    return ast.unparse(bare.args)


def parts(docstring: str) -> tuple[Part, ...]:
    """Split a docstring into paragraphs, lists and examples.

    >>> [(part.kind, part.label, part.text) for part in parts("Count.\\n\\nUnits: people,\\nand no fewer.")]
    [('text', '', 'Count.'), ('text', 'Units', 'people, and no fewer.')]
    """
    return tuple(part for block in re.split(r"\n\s*\n", inspect.cleandoc(docstring)) for part in _parts(block) if block)


def _parts(block: str) -> Iterator[Part]:
    if block.startswith(">>>"):
        yield Part("example", block)
    elif block.startswith("- "):
        yield Part("list", "", items=tuple(_joined(item) for item in re.split(r"(?:^|\n)- ", block) if item))
    else:
        text = _joined(block)
        found = re.match(r"([A-Z][a-z]+(?: [a-z]+){0,2}): (?=\S)", text)
        label = found.group(1) if found else ""
        yield Part("text", text[found.end() :] if found else text, label)


def _joined(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
