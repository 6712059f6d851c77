"""The report on a return: every row accounted for, every problem with its cell, as text, JSON and HTML.

No pandera and no polars here, so that anything may read it.
"""

import html
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """Whether a finding stops the return."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing about a return: where, what was found, what was expected and how to mend it.

    `cell` is as the spreadsheet shows it, such as `B7`; nothing where it is about more than one cell.
    """

    sheet: str
    cell: str | None
    column: str | None
    rule: str
    found: str
    expected: str
    todo: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, kw_only=True)
class SheetRows:
    """What became of a sheet's rows; those received are those in order and those at fault."""

    sheet: str
    received: int
    in_order: int
    at_fault: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything there is to say about a file sent in as a return."""

    file: str
    system_code: str | None
    quarter: str | None
    contract_version: str | None
    sheets: tuple[SheetRows, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """Findings that stop the return."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        """Findings to look at that stop nothing."""
        return len(self.findings) - self.errors

    @property
    def received(self) -> int:
        """Rows of every sheet that is read."""
        return sum(sheet.received for sheet in self.sheets)

    @property
    def in_order(self) -> int:
        """Rows with no error."""
        return sum(sheet.in_order for sheet in self.sheets)

    @property
    def at_fault(self) -> int:
        """Rows with an error."""
        return sum(sheet.at_fault for sheet in self.sheets)

    def facts(self) -> dict[str, object]:
        """The report as JSON has it."""
        return {
            "file": self.file,
            "system_code": self.system_code,
            "quarter": self.quarter,
            "contract_version": self.contract_version,
            "acceptable": not self.errors,
            "errors": self.errors,
            "warnings": self.warnings,
            "rows": {"received": self.received, "in_order": self.in_order, "at_fault": self.at_fault},
            "sheets": [asdict(sheet) for sheet in self.sheets],
            "findings": [asdict(finding) for finding in self.findings],
        }


def grouped(findings: Iterable[Finding]) -> list[Finding]:
    """The same said of many cells of a column said once, at the first of them, with all the cells: `S2:S17, S20`."""
    rows: dict[Finding, list[int]] = {}
    for finding in findings:
        letters, row = _place(finding.cell)
        rows.setdefault(replace(finding, cell=letters), []).append(row)
    return [
        replace(finding, cell=finding.cell and _ranges(finding.cell, sorted(held))) for finding, held in rows.items()
    ]


def _place(cell: str | None) -> tuple[str | None, int]:
    letters = (cell or "").rstrip("0123456789")
    return (letters, int(cell[len(letters) :] or 0)) if cell else (None, 0)


def _ranges(letters: str, rows: list[int]) -> str:
    """Rows of a column as a spreadsheet shows them.

    >>> _ranges("S", [2, 3, 4, 7])
    'S2:S4, S7'
    """
    found: list[list[int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return ", ".join(f"{letters}{a}" if a == b else f"{letters}{a}:{letters}{b}" for a, b in found)


def as_text(report: Report) -> str:
    """For a terminal or a log."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"{report.file}: {_of_what(report)}"
    yield summary(report)
    for number, finding in enumerate(grouped(report.findings), 1):
        yield ""
        yield f"{number}. {where(finding)}: {finding.severity}, {finding.rule}"
        yield f"   found: {finding.found}"
        yield f"   expected: {finding.expected}"
        yield f"   how to mend: {finding.todo}"


def summary(report: Report) -> str:
    """Rows and findings in one line."""
    return (
        f"{_count(report.received, 'row')} received: {report.in_order:,} in order, {report.at_fault:,} at fault. "
        f"{_count(report.errors, 'error')}, {_count(report.warnings, 'warning')}."
    )


def where(finding: Finding) -> str:
    """The place of a finding in words."""
    if finding.cell is None:
        return finding.sheet
    named = f" ({finding.column})" if finding.column else ""
    return f"{finding.sheet} {finding.cell}{named}"


def as_html(report: Report) -> str:
    """A piece of a page: a sentence, and a table where there is anything to tell."""
    said = html.escape
    parts = [
        f"<p><strong>{said(report.file)}</strong>: {said(_of_what(report))}</p>",
        f"<p>{said(summary(report))}</p>",
    ]
    if report.findings:
        heads = ("Sheet", "Cell", "Column", "Severity", "Found", "Expected", "How to mend", "Rule")
        parts.append('<div class="table-scroll" tabindex="0" role="region" aria-label="What the checks found">')
        parts.append("<table><caption>What the checks found</caption><thead><tr>")
        parts.extend(f'<th scope="col">{head}</th>' for head in heads)
        parts.append("</tr></thead><tbody>")
        for finding in grouped(report.findings):
            cells = (
                finding.sheet,
                finding.cell or "",
                finding.column or "",
                finding.severity,
                finding.found,
                finding.expected,
                finding.todo,
                finding.rule,
            )
            parts.append("<tr>" + "".join(f"<td>{said(cell)}</td>" for cell in cells) + "</tr>")
        parts.append("</tbody></table></div>")
    return "".join(parts)


def _of_what(report: Report) -> str:
    if report.system_code is None or report.quarter is None:
        return "the system or the quarter cannot be told"
    return f"return of {report.system_code} for {report.quarter}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
