"""The page where a system sends in its return of posts, and the report on what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import clock, queries
from dashboard.components.form import alert
from dashboard.components.reading import Cell, stacked_table
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.who import Asker
from data_contracts.quarters import last_day, preceding, quarter_of
from data_contracts.return_report import Finding, grouped

PATH = "/workforce/return"
TITLE = "Send a return of posts"

#: Findings on the page itself; a report of thousands is mended from its beginning.
MOST_FINDINGS = 500
#: Quarters a template is offered for, the last to end first.
_QUARTERS = 8
_SEVERITIES = {"error": "Error", "warning": "Look at this"}


def page(release: Release, asker: Asker, token: str | None, parts: Sequence[Node] = (), *, status: int = 200) -> Page:
    """What is asked, the template, and the form; `parts` stand above, such as the report on what was sent."""
    content: list[Node | None] = [
        tag("H1", TITLE),
        *parts,
        tag(
            "P",
            "Once a quarter: one row a post, and the system's answers on how it works. Everything that is wrong is "
            "told at once, with its cell; a file is taken whole or not at all.",
            className="answer" if not parts else None,
        ),
        tag("H2", "1. Get the template"),
        tag(
            "P",
            "An Excel workbook with drop-down lists and notes on every column, begun from the system's newest return "
            "where there is one.",
        ),
        _template(release)
        if asker.may_write
        else _command("template --system CODE --quarter QUARTER --out return.xlsx"),
        tag("H2", "2. Fill it in"),
        tag(
            "Ul",
            [
                tag(
                    "Li",
                    "One row for each funded post, filled or vacant. A joint post has a row in each system, with the "
                    "share of the whole-time equivalent that is its own.",
                ),
                tag(
                    "Li",
                    "No names and no free text: closed lists, codes, dates, and addresses of documents. A file with "
                    "an e-mail address, phone number, postcode or NHS number is refused.",
                ),
                tag("Li", "Save it as .xlsx, without macros or formulas, or as .csv."),
            ],
            className="prose",
        ),
        tag("H2", "3. Check it and send it in"),
        *(_upload(token) if asker.may_write and token else _read_only(asker)),
    ]
    return framed(release, content, title=TITLE, here=PATH, status=status)


def _template(release: Release) -> Node:
    systems = queries.reference(release).systems
    quarters = [preceding(quarter_of(clock.today()))]
    while len(quarters) < _QUARTERS:
        quarters.append(preceding(quarters[-1]))
    return tag(
        "Form",
        [
            _select("system", "System", [(area.area_code, area.area_name) for area in systems]),
            _select("quarter", "Quarter", [(quarter, _named(quarter)) for quarter in quarters]),
            tag("Button", "Get the template", type="submit"),
        ],
        method="get",
        action=f"{PATH}/template",
        className="choices",
        aria_label="The template",
    )


def _named(quarter: str) -> str:
    day = last_day(quarter)
    return f"{quarter}, as at {day.day} {day:%B %Y}"


def _select(name: str, label: str, options: Sequence[tuple[str, str]]) -> Node:
    chosen = [tag("Option", text, value=value) for value, text in options]
    return tag(
        "Div",
        [tag("Label", label, htmlFor=f"choose-{name}"), tag("Select", chosen, id=f"choose-{name}", name=name)],
        className="field",
    )


def _upload(token: str | None) -> list[Node]:
    return [
        tag(
            "Form",
            [
                tag("Input", type="hidden", name="csrf_token", value=token),
                _file("file", "The return", "An .xlsx or .csv file of at most 10 MB."),
                _file("answers", "System answers, only beside a .csv file (optional)", "The second .csv file."),
                tag(
                    "Div",
                    [
                        tag("Input", type="checkbox", id="confirm", name="confirm", value="1"),
                        tag(
                            "Label",
                            "Totals over 30% from the return this replaces, or the one before, are right",
                            htmlFor="confirm",
                        ),
                    ],
                    className="question tick",
                ),
                tag(
                    "P",
                    [
                        tag("Button", "Check it", type="submit", name="do", value="validate", className="second"),
                        tag("Button", "Check it and send it in", type="submit", name="do", value="submit"),
                    ],
                    className="send",
                ),
            ],
            method="post",
            action=PATH,
            encType="multipart/form-data",
            className="posting",
        ),
        tag(
            "P",
            "Checking stores nothing. A return sent in again for the same quarter takes the place of the one before.",
        ),
    ]


def _file(name: str, label: str, hint: str) -> Node:
    return tag(
        "Div",
        [
            tag("Label", label, htmlFor=name),
            tag("P", hint, id=f"{name}-hint", className="hint"),
            tag("Input", type="file", id=name, name=name, accept=".xlsx,.csv", aria_describedby=f"{name}-hint"),
        ],
        className="question",
    )


def _read_only(asker: Asker) -> list[Node]:
    return [
        tag("P", asker.read_only or "", className="read-only"),
        tag("P", "Whoever runs this server can check a return and send it in from the command line:"),
        _command("validate return.xlsx"),
        _command("submit return.xlsx"),
    ]


def _command(rest: str) -> Node:
    return tag("P", tag("Code", f"python -m pipelines returns {rest}"))


# --- the report


def problem(title: str, why: str) -> list[Node]:
    """A file that was not looked at to its end."""
    return [alert(title, [tag("P", why), tag("P", "Nothing was stored.")])]


def report(facts: Mapping[str, Any], *, sent_in: bool) -> list[Node]:
    """What became of a file: the sentence first, then every finding with its cell."""
    told = facts.get("report", facts)
    outcome = facts.get("outcome")
    rows = told["rows"]
    counted = (
        f"{rows['received']:,} rows received: {rows['in_order']:,} in order, {rows['at_fault']:,} at fault. "
        f"{told['errors']:,} error{'s' if told['errors'] != 1 else ''}, {told['warnings']:,} to look at."
    )
    parts: list[Node] = [alert(_heading(told, outcome, sent_in=sent_in), [tag("P", counted), *_next(told, outcome)])]
    if facts.get("difference"):
        parts += _difference(facts["difference"])
    findings = told["findings"]
    if findings:
        parts += [
            tag("H2", "What was found"),
            stacked_table(
                caption="Findings, each with its cell and how to mend it",
                head=["Cell", "Severity", "Column", "Found", "Expected", "What to do"],
                rows=[_row(finding) for finding in grouped(Finding(**of) for of in findings[:MOST_FINDINGS])],
            ),
        ]
        every = told["errors"] + told["warnings"]
        if every > MOST_FINDINGS:
            parts.append(tag("P", f"These are the first {MOST_FINDINGS} of {every:,}. Mend them and check again."))
    return parts


def _heading(told: Mapping[str, Any], outcome: str | None, *, sent_in: bool) -> str:
    of = " ".join(filter(None, (told.get("system_code"), told.get("quarter")))) or told["file"]
    if not sent_in:
        return f"{of}: it would be accepted" if told["acceptable"] else f"{of}: it would be refused"
    return {
        "accepted": f"{of}: accepted",
        "unchanged": f"{of}: this very file is held already",
    }.get(str(outcome), f"{of}: refused")


def _next(told: Mapping[str, Any], outcome: str | None) -> list[Node]:
    if outcome == "accepted":
        return [tag("P", "It shows on the pages after the next refresh.")]
    if told["acceptable"] and outcome is None:
        return [tag("P", "Nothing was stored. To send it in, choose the file again and send it.")]
    if outcome == "unchanged":
        return [tag("P", "Nothing was stored.")]
    return [tag("P", "Nothing was stored. Mend what is named below, in the file, and choose it again.")]


def _difference(changed: Mapping[str, Any]) -> list[Node]:
    """What a return sent in again changed in the one before."""
    lines = [
        *(f"{reference}: added" for reference in changed["added"]),
        *(f"{reference}: removed" for reference in changed["removed"]),
        *(
            f"{of['post_reference']}: {of['column']} from {of['before'] or 'empty'} to {of['after'] or 'empty'}"
            for of in changed["changed"]
        ),
    ]
    if changed["answers_changed"]:
        lines.append(f"Answers added, removed or changed: {changed['answers_changed']}")
    if not lines:
        lines = ["No cell differs."]
    more = ["And more: `returns show` on the command line has every one."] if len(lines) > MOST_FINDINGS else []
    items = [tag("Li", line) for line in (*lines[:MOST_FINDINGS], *more)]
    return [tag("H2", f"What changed since {changed['against']}"), tag("Ul", items, className="prose")]


def _row(finding: Finding) -> list[Cell]:
    where = f"{finding.sheet} {finding.cell}" if finding.cell else finding.sheet
    return [
        where,
        _SEVERITIES.get(finding.severity, finding.severity),
        finding.column or "",
        finding.found,
        finding.expected,
        finding.todo,
    ]
