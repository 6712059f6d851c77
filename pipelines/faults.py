"""What a maintainer can act on: problems with the data or the request, told all together, without a traceback."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong: what it is, where, what was expected, and what to do next."""

    rule: str
    where: str
    found: str
    expected: str
    todo: str

    def __str__(self) -> str:
        return f"{self.where}: {self.found}. Expected {self.expected}. What to do: {self.todo}. [{self.rule}]"


class Refused(Exception):  # noqa: N818  it names what happened, as the report words it
    """The data or the request is at fault and nothing was published; carries every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
