"""The rules of a return of posts: of its header, its cells, its rows, and its rows together.

A return is checked whole and every problem told at once. A rule is true for a good row, as elsewhere; one that cannot
be judged, because a cell it looks at is empty or at fault, lets the row through: the rule about that cell speaks.
"""

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import polars as pl

from data_contracts import vocabulary as v
from data_contracts.fields import Field
from data_contracts.personal import told_by_cell
from data_contracts.posts import ANSWER_FIELDS, POST_FIELDS, RETURN_VERSION
from data_contracts.quarters import last_day, quarter_of
from data_contracts.return_report import Finding, Report, Severity, SheetRows

#: The row of the sheet, the header being row 1.
ROW = "sheet_row"
RAW = "raw."
POSTS, ANSWERS = "Posts", "System answers"
#: Sheets of the template that nothing is read from.
HELP = ("Notes", "Lists")
MAX_ROWS = 5_000
#: A change in posts or WTE past this share of the return before asks for a confirmation.
ASK_OVER = 0.3
#: A year with a digit amiss lies outside.
_FIRST_DAY, _LAST_DAY = dt.date(1990, 1, 1), dt.date(2069, 12, 31)
_SHOWN = 60
#: A title or two may stand above the names of the columns.
_HEADER_ROWS = 12
#: What stands in the place of a cell that was taken out.
WITHHELD = "[withheld]"

_YES, _NO = ("yes", "true"), ("no", "false")
_DAY_WORDS = "a day, written 2026-09-30 or 30/09/2026"
_KIND_WORDS = {"number": "a number such as 0.6", "flag": "yes or no", "date": _DAY_WORDS, "text": "text"}


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet as it was read: its name, its header, and its cells as text, null where blank.

    `cells` has the column `sheet_row` and one column a sheet column, named by its letter.
    """

    name: str
    header: Mapping[str, str]
    cells: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What an earlier return came to."""

    quarter: str
    posts: int
    wte: float


def _nothing_before(system_code: str, quarter: str) -> Totals | None:  # noqa: ARG001
    return None


def _nobody_else(system_code: str, quarter: str) -> Mapping[str, float]:  # noqa: ARG001
    return {}


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a return is held against.

    `systems`: `system_code`, `valid_from`, `valid_to`, `successors` (in words, with their codes), every board there
    has been. `places`: `place_code`, `system_code`, each local authority of either tier with every board that holds any
    of it. `before`: the accepted return of a quarter, or else the newest before it. `elsewhere`: WTE by joint
    reference in the accepted returns of the other systems for a quarter.
    """

    today: dt.date
    systems: pl.DataFrame
    places: pl.DataFrame
    before: Callable[[str, str], Totals | None] = field(default=_nothing_before)
    elsewhere: Callable[[str, str], Mapping[str, float]] = field(default=_nobody_else)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A return after its checks: the report, and the rows as the current version has them.

    Rows at fault are in the frames too: only the report says whether they may be used.
    """

    report: Report
    posts: pl.DataFrame
    answers: pl.DataFrame
    change: Finding | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing a return must satisfy, and what to say where it does not."""

    name: str
    column: str
    good: pl.Expr
    expected: str
    todo: str
    severity: Severity = Severity.ERROR
    found: pl.Expr | None = None
    near: tuple[str, ...] = ()
    hint: Callable[[str], str] | None = None

    @property
    def reads(self) -> set[str]:
        """The columns it looks at."""
        return {name.removeprefix(RAW) for name in self.good.meta.root_names()} - {ROW}


# --- versions ---------------------------------------------------------------------------------------------


def _add_place_code(posts: pl.DataFrame) -> pl.DataFrame:
    """Version 2 asks which local authority a post serves."""
    return posts.with_columns(place_code=pl.lit(None, pl.String))


#: From each version to the next.
_UPGRADES: dict[str, tuple[str, Callable[[pl.DataFrame], pl.DataFrame]]] = {"1": ("2", _add_place_code)}
#: Columns each earlier version lacks.
LACKING: dict[str, frozenset[str]] = {"1": frozenset({"place_code"})}


def upgrade(posts: pl.DataFrame, version: str) -> pl.DataFrame:
    """Posts of an earlier version as the current one has them; further columns stay. Raises KeyError for no version."""
    while version != RETURN_VERSION:
        version, step = _UPGRADES[version]
        posts = step(posts)
    names = [column.name for column in POST_FIELDS]
    return posts.select(*names, *[name for name in posts.columns if name not in names])


def version_of(header: Iterable[str]) -> str:
    """The version a header is of: an earlier one only where exactly what that lacks is not there."""
    absent = {column.name for column in POST_FIELDS} - set(header)
    return next((version for version, lacking in LACKING.items() if absent == lacking), RETURN_VERSION)


# --- personal details -------------------------------------------------------------------------------------


def withhold(sheet: Sheet, *, otherwise: str) -> tuple[Sheet, list[Finding]]:
    """The sheet without any cell that may tell of a person, and where those were. Their content goes nowhere.

    `otherwise` is what the sheet is called where its own name may tell of one.
    """
    findings = []
    header = dict(sheet.header)
    if words := told_by_cell(sheet.name):
        sheet = replace(sheet, name=otherwise)
        findings.append(_personal(sheet.name, None, None, f"{words} in the name of the sheet"))
    found = _kinds(pl.Series(list(header.values()), dtype=pl.String))
    for letter, words in zip(header, found, strict=True):
        if words is not None:
            header[letter] = WITHHELD
            findings.append(_personal(sheet.name, f"{letter}1", None, words))
    taken_out = {}
    for letter in sheet.cells.columns[1:]:
        found = _kinds(sheet.cells[letter])
        if found.null_count() == len(found):
            continue
        at_fault = found.is_not_null()
        for row, words in zip(sheet.cells[ROW].filter(at_fault), found.filter(at_fault), strict=True):
            findings.append(_personal(sheet.name, f"{letter}{row}", header.get(letter), words))
        taken_out[letter] = pl.when(at_fault).then(pl.lit(WITHHELD)).otherwise(pl.col(letter))
    cells = sheet.cells.with_columns(**taken_out)
    return Sheet(name=sheet.name, header=header, cells=cells), findings


#: Only cells like these can tell of a person; the slower look is spared the rest.
_WORTH_A_LOOK = (
    r"[@%]",
    r"[^ -~]",
    r"[0-9](?:[ .()-]*[0-9]){8}",
    r"[A-Za-z][0-9][A-Za-z0-9]?[\s+]*[0-9][A-Za-z]{2}(?:[^A-Za-z0-9]|$)",
    r"(?i)^https?:",
    r"(?i)(?:Mr|Mrs|Miss|Dr|Prof|Professor|Sir|Dame|Cllr)[. ]",
)


def _kinds(cells: pl.Series) -> pl.Series:
    """What each cell may tell of a person, in words; null where nothing."""
    looked_at = pl.Series([], dtype=pl.String)
    distinct = cells.unique().drop_nulls()
    if len(distinct):
        worth = distinct.to_frame("cell").select(
            pl.any_horizontal(pl.col("cell").str.contains(form) for form in _WORTH_A_LOOK)
        )
        looked_at = distinct.filter(worth.to_series())
    told = {cell: words for cell in looked_at if (words := told_by_cell(cell))}
    if not told:
        return pl.Series([None] * len(cells), dtype=pl.String)
    return cells.replace_strict(list(told), list(told.values()), default=None, return_dtype=pl.String)


def _personal(sheet: str, cell: str | None, column: str | None, words: str) -> Finding:
    return Finding(
        sheet=sheet,
        cell=cell,
        column=column,
        rule="personal_details",
        found=f"what may be {words}; it is repeated nowhere",
        expected="nothing about a person: no e-mail address, telephone number, postcode or NHS number in any cell",
        todo="take it out of the file. A code of your own that merely looks like one needs another",
    )


# --- header -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Table:
    """A sheet with its columns named: what the rules run over."""

    sheet: str
    letters: Mapping[str, str]
    frame: pl.DataFrame
    findings: tuple[Finding, ...]
    missing: frozenset[str]


def _table(sheet: Sheet, fields: tuple[Field, ...], lacking: frozenset[str] = frozenset()) -> _Table:
    """Columns by their names. One whose name is nearly right is a fault, and is read for what it must mean."""
    expected = [column.name for column in fields if column.name not in lacking]
    below = _header_below(sheet, expected)
    if below is not None:
        return _Table(
            sheet=sheet.name, letters={}, frame=_no_frame(fields), findings=(below,), missing=frozenset(expected)
        )
    letters: dict[str, str] = {}
    findings: list[Finding] = []
    say = partial(_header_finding, sheet.name)
    unknown: list[tuple[str, str]] = []
    for letter, name in sheet.header.items():
        if name in letters:
            findings.append(say(letter, "repeated_column", f"{name} again", "each column once", "leave one of them"))
        elif name in expected:
            letters[name] = letter
        else:
            unknown.append((letter, name))
    for letter, name in unknown:
        if name == WITHHELD:
            continue
        near = difflib.get_close_matches(_plain(name), [one for one in expected if one not in letters], n=1, cutoff=0.7)
        todo = f"rename it to {near[0]}" if near else "take the column out: there is no room for more than is asked"
        if not near and (gone := [old for old in lacking if old == name]):
            todo = f"take {gone[0]} out"
        found = _quoted(name, tuple(expected))
        findings.append(say(letter, "unknown_column", found, "only the columns of the template", todo))
        if near:
            letters[near[0]] = letter
    missing = [name for name in expected if name not in letters]
    findings.extend(
        Finding(
            sheet=sheet.name,
            cell=None,
            column=name,
            rule="missing_column",
            found=f"no column {name}",
            expected="every column of the template, named as there",
            todo="add the column, or start again from a new template",
        )
        for name in missing
    )
    loose = [letter for letter in sheet.cells.columns[1:] if letter not in sheet.header]
    for letter in loose:
        for row in sheet.cells.filter(pl.col(letter).is_not_null())[ROW]:
            findings.append(
                Finding(
                    sheet=sheet.name,
                    cell=f"{letter}{row}",
                    column=None,
                    rule="outside_the_table",
                    found="a cell under no column name",
                    expected="cells only under the columns of the template",
                    todo="empty the cell",
                )
            )
    raw = sheet.cells.select(
        ROW,
        *[pl.col(letter).alias(RAW + name) for name, letter in letters.items()],
        *[pl.lit(None, pl.String).alias(RAW + name) for name in (*missing, *lacking)],
    )
    frame = raw.with_columns(_typed(column).alias(column.name) for column in fields)
    # A row is one that has anything in it under a column of the table.
    frame = frame.filter(pl.any_horizontal(pl.col(RAW + name).is_not_null() for name in letters) if letters else False)
    return _Table(
        sheet=sheet.name,
        letters=letters,
        frame=frame,
        findings=tuple(findings),
        missing=frozenset((*missing, *lacking)),
    )


def _header_below(sheet: Sheet, expected: list[str]) -> Finding | None:
    """Where the names of the columns stand in a later row than the first: said once, not once a cell."""
    if sum(name in expected for name in sheet.header.values()) >= len(expected) / 2:
        return None
    for row, *cells in sheet.cells.head(_HEADER_ROWS).iter_rows():
        if sum(cell in expected for cell in cells) >= len(expected) / 2:
            return Finding(
                sheet=sheet.name,
                cell=f"A{row}",
                column=None,
                rule="header_not_first",
                found=f"the names of the columns in row {row}",
                expected="the names of the columns in row 1, and nothing above them",
                todo=f"delete the {row - 1} rows above and check the file again: this sheet was not looked at further",
            )
    return None


def _no_frame(fields: tuple[Field, ...]) -> pl.DataFrame:
    """No rows, under the columns a table has."""
    raw = {RAW + field.name: pl.String for field in fields}
    return pl.DataFrame(schema={ROW: pl.Int64, **raw, **{field.name: field.dtype for field in fields}})


def _header_finding(sheet: str, letter: str, rule: str, found: str, expected: str, todo: str) -> Finding:
    return Finding(sheet=sheet, cell=f"{letter}1", column=None, rule=rule, found=found, expected=expected, todo=todo)


def _typed(column: Field) -> pl.Expr:
    """The cell as what it is; null where it is blank, withheld, or not of that kind."""
    raw = pl.col(RAW + column.name)
    match column.kind:
        case "number":
            return pl.when(raw.str.contains(r"^-?[0-9]{0,6}\.?[0-9]+$")).then(raw).cast(pl.Float64, strict=False)
        case "flag":
            plain = raw.str.to_lowercase()
            return pl.when(plain.is_in(_YES)).then(True).when(plain.is_in(_NO)).then(False)
        case "date":
            return pl.coalesce(
                pl.when(raw.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
                .then(raw)
                .str.to_date("%Y-%m-%d", strict=False),
                pl.when(raw.str.contains(r"^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$"))
                .then(raw)
                .str.to_date("%d/%m/%Y", strict=False),
            )
        case _:
            return pl.when(raw != WITHHELD).then(raw)


# --- rules of one cell ------------------------------------------------------------------------------------


def field_rules(column: Field) -> Iterator[Rule]:
    """What a column's own definition asks of each cell."""
    name, raw, value = column.name, pl.col(RAW + column.name), pl.col(column.name)
    make = partial(Rule, column=name)
    unread = raw.is_null() | (raw == WITHHELD)
    if not column.optional:
        yield make(
            name="missing",
            good=raw.is_not_null(),
            expected=_words(column),
            todo=f"choose {name} from the list" if column.allowed else f"fill in {name}: {_meaning(column)}",
        )
    if column.kind != "text":
        yield make(
            name=f"not_a_{'day' if column.kind == 'date' else column.kind}",
            good=unread | value.is_not_null(),
            expected=_words(column),
            todo=f"write {_words(column)}",
            hint=_mended,
        )
    if column.kind == "date":
        yield make(
            name="unlikely_day",
            good=_passes(value.is_between(_FIRST_DAY, _LAST_DAY)),
            expected=f"a day from {_FIRST_DAY.year} to {_LAST_DAY.year}",
            todo="correct the year",
        )
    if column.allowed:
        yield make(
            name="not_in_list",
            good=_passes(value.is_in(list(column.allowed))),
            expected="one of " + ", ".join(column.allowed),
            todo="choose from the list",
            near=column.allowed,
            hint=partial(_near, allowed=column.allowed),
        )
    if column.pattern:
        yield make(
            name="wrong_form",
            good=_passes(value.str.contains(column.pattern)),
            expected=_words(column),
            todo=_FORM_TODO.get(name, "correct it"),
            hint=partial(_folded, pattern=column.pattern),
        )


#: The day before day 1 of a spreadsheet, which takes 1900 for a leap year.
_EXCEL_EPOCH = dt.date(1899, 12, 30)

_FORM_WORDS = {
    "post_reference": "1 to 20 capital letters, digits and hyphens",
    "joint_reference": "1 to 20 capital letters, digits and hyphens",
    "system_code": "the code of an integrated care board, such as E54000050",
    "employer_code": "an ODS code of 3 to 6 capital letters and digits, or a council's GSS code such as E08000021",
    "place_code": "the GSS code of a local authority, such as E08000021",
    "link": "an address that begins with https://",
}
_FORM_TODO = {
    "post_reference": "give the post a reference that means nothing to others, and keep it every quarter",
    "joint_reference": "use one reference in the return of each system that shares the post",
    "employer_code": "look the code up in the NHS organisation data service, or among the codes of local authorities",
    "place_code": "look the code up, or leave the cell empty",
    "link": "give the address of a public page, or leave the cell empty where that is allowed",
}


def _meaning(column: Field) -> str:
    """What a column means, as the end of a sentence."""
    said = column.meaning.split(";")[0]
    return said if said[1:2].isupper() else said[:1].lower() + said[1:]


def _folded(cell: str, *, pattern: str) -> str:
    """A code that would do, but for small letters, spaces or another kind of dash."""
    code = re.sub(r"[\u2010-\u2015]", "-", re.sub(r"\s+", "", cell.upper()))
    return f"did you mean {code}?" if code != cell and re.search(pattern, code) else ""


def _mended(cell: str) -> str:
    """A number with a decimal comma or as a percentage, or a day as the number a spreadsheet keeps for it."""
    if re.fullmatch(r"[0-9]+,[0-9]+", cell):
        return f"did you mean {cell.replace(',', '.')}?"
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?%", cell):
        return f"did you mean {float(cell[:-1]) / 100:g}?"
    if re.fullmatch(r"[345][0-9]{4}", cell):
        return f"if it is a day, {_EXCEL_EPOCH + dt.timedelta(days=int(cell))}, format the column as dates"
    if re.fullmatch(r"(0?[1-9]|1[0-2])/(1[3-9]|2[0-9]|3[01])/[0-9]{4}", cell):
        return "if the file has months first, every day in it is to be written anew: 04/01 is read as 4 January"
    return ""


def _words(column: Field) -> str:
    if column.allowed:
        return "one of " + ", ".join(column.allowed)
    return _FORM_WORDS.get(column.name, _KIND_WORDS[column.kind])


def _near(cell: str, *, allowed: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(_plain(cell), allowed, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""


def _plain(text: str) -> str:
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())


def _passes(test: pl.Expr) -> pl.Expr:
    """A test that says nothing about a null lets it through."""
    return test.fill_null(value=True)


def _formula_rules(fields: tuple[Field, ...]) -> Iterator[Rule]:
    """In a text file nothing marks a formula but how it begins; a spreadsheet would work it out all the same."""
    for column in fields:
        begins = r"^[=+@-]" if column.kind == "text" else r"^[=+@]"
        yield Rule(
            name="formula",
            column=column.name,
            good=_passes(~pl.col(RAW + column.name).str.contains(begins)),
            expected="a value: what begins with =, +, - or @ is a formula to a spreadsheet",
            todo="write the value itself",
        )


# --- rules of one row -------------------------------------------------------------------------------------

_VACANT = pl.col("state").is_in(list(v.VACANT_STATES))


def post_rules() -> Iterator[Rule]:
    """What a post's cells must be together."""
    yield Rule(
        name="wte_out_of_range",
        column="wte",
        good=_passes((pl.col("wte") > 0) & (pl.col("wte") <= 1)),
        expected="over 0 and at most 1",
        todo="give this system's share of one post as a part of 1; two posts are two rows",
    )
    yield Rule(
        name="vacant_since_missing",
        column="vacant_since",
        good=_passes(~_VACANT | pl.col(RAW + "vacant_since").is_not_null()),
        expected="the first day vacant, since the post is vacant",
        todo="fill in vacant_since, or correct the state",
    )
    yield Rule(
        name="filled_but_vacant_since",
        column="vacant_since",
        good=_passes(_VACANT | pl.col(RAW + "vacant_since").is_null()),
        expected="nothing, since the post is filled",
        todo="empty the cell, or correct the state",
    )
    yield Rule(
        name="vacant_after_as_at",
        column="vacant_since",
        good=_passes(pl.col("vacant_since") <= pl.col("as_at")),
        expected="a day up to as_at",
        todo="correct the day: the return tells how things stood on as_at",
    )
    yield Rule(
        name="contract_of_no_fixed_term",
        column="contract_end",
        good=_passes(
            ~(_VACANT | (pl.col("state") == v.PostState.FILLED_SUBSTANTIVE)) | pl.col(RAW + "contract_end").is_null()
        ),
        expected="nothing, since a vacant post has no holder and a substantive one no end",
        todo="empty the cell, or correct the state",
    )
    yield Rule(
        name="contract_end_not_given",
        column="contract_end",
        good=_passes(
            ~pl.col("state").is_in([v.PostState.FIXED_TERM, v.PostState.SECONDMENT, v.PostState.INTERIM])
            | pl.col(RAW + "contract_end").is_not_null()
        ),
        expected="the last day of the contract, since it is for a fixed time",
        todo="fill it in where it is known",
        severity=Severity.WARNING,
    )
    yield Rule(
        name="contract_over",
        column="contract_end",
        good=_passes(pl.col("contract_end") >= pl.col("as_at")),
        expected="a day from as_at on",
        todo="correct the day or the state; the post is told as filled on as_at",
        severity=Severity.WARNING,
    )
    yield Rule(
        name="recurrent_with_end",
        column="funding_end",
        good=_passes(~pl.col("recurrent") | pl.col(RAW + "funding_end").is_null()),
        expected="nothing, since the funding is recurrent",
        todo="empty the cell, or answer no under recurrent",
    )
    yield Rule(
        name="funding_end_missing",
        column="funding_end",
        good=_passes(pl.col("recurrent") | pl.col(RAW + "funding_end").is_not_null()),
        expected="the last day funded, since the funding is not recurrent",
        todo="fill in funding_end, or answer yes under recurrent",
    )
    yield Rule(
        name="funding_out_of_order",
        column="funding_end",
        good=_passes(pl.col("funding_start") <= pl.col("funding_end")),
        expected="a day from funding_start on",
        todo="correct whichever of the two days is wrong",
    )
    yield Rule(
        name="funding_over",
        column="funding_end",
        good=_passes(pl.col("funding_end") >= pl.col("as_at")),
        expected="a day from as_at on: the return holds posts funded on as_at or later",
        todo="leave the post out, or give the end now expected with no under funding_confirmed",
    )


def answer_rules() -> Iterator[Rule]:
    """What an answer's cells must be together."""
    agreement = pl.col("question").is_in(list(v.AGREEMENTS))
    case = pl.col("question") == v.Question.CASE_SHARED
    positive = pl.col("answer").is_in([v.Answer.YES, v.Answer.PARTLY])

    def filled(name: str) -> pl.Expr:
        return pl.col(RAW + name).is_not_null()

    def rule(name: str, column: str, good: pl.Expr, expected: str, todo: str) -> Rule:
        return Rule(name=name, column=column, good=_passes(good), expected=expected, todo=todo)

    yield rule(
        "topic_missing",
        "topic",
        ~(agreement | case) | filled("topic"),
        "a topic, since it is about an agreement or a case",
        "choose the topic from the list",
    )
    yield rule(
        "topic_not_asked",
        "topic",
        agreement | case | ~filled("topic"),
        "nothing, since the question is about the whole system",
        "empty the cell",
    )
    yield rule("answer_missing", "answer", case | filled("answer"), "yes, partly or no", "choose the answer")
    yield rule(
        "answer_not_asked",
        "answer",
        ~case | ~filled("answer"),
        "nothing, since a case has an outcome",
        "empty the cell",
    )
    yield rule("outcome_missing", "outcome", ~case | filled("outcome"), "what came of the case", "choose the outcome")
    yield rule(
        "outcome_not_asked", "outcome", case | ~filled("outcome"), "nothing, since it is no case", "empty the cell"
    )
    yield rule(
        "link_missing",
        "link",
        ~(positive | case) | filled("link"),
        "the address of a public page that shows it",
        "give the address, or answer no: what cannot be shown does not count",
    )
    needs_day = agreement | pl.col("question").is_in([v.Question.DIRECTOR_IN_POST, v.Question.WRITTEN_DEFINITION])
    yield rule(
        "dated_missing",
        "dated",
        ~(needs_day & positive) | filled("dated"),
        "the day of the agreement or document, or since when a director is in post",
        "fill in the day",
    )
    yield rule(
        "dated_after_as_at",
        "dated",
        pl.col("dated") <= pl.col("as_at"),
        "a day up to as_at",
        "correct the day, or leave the answer for the next return",
    )


# --- rules of rows together -------------------------------------------------------------------------------


def _together(known: Known, system_code: str | None, quarter: str | None) -> Iterator[Rule]:
    """One system and one quarter a file, and a system that was there."""
    code, day = pl.col("system_code"), pl.col("as_at")
    known_codes = known.systems["system_code"].unique().to_list()
    example = code.str.starts_with("X54")
    first: Any = known.systems["valid_from"].min()
    yield Rule(
        name="example_system",
        column="system_code",
        good=_passes(~example),
        expected="a real system: X54 codes belong to made-up examples",
        todo="use the code of your integrated care board",
    )
    yield Rule(
        name="unknown_system",
        column="system_code",
        good=_passes(code.is_in(known_codes) | example | ~code.str.contains(r"^E54[0-9]{6}$")),
        expected="the code of an integrated care board there is or has been",
        todo="look the code up on the page of the system",
        hint=partial(_near_code, codes=tuple(known_codes)),
    )
    yield Rule(
        name="system_not_in_force",
        column="system_code",
        good=_passes(pl.col("in_force") | (day < first) | (day > known.today)),
        expected="a system that existed on as_at",
        todo="use the code of its successor",
        hint=_successors(known.systems),
    )
    if system_code is not None:
        yield Rule(
            name="another_system",
            column="system_code",
            good=_passes(~code.is_in(known_codes) | (code == system_code)),
            expected=f"{system_code}, as in the other rows: one file a system",
            todo="send each system's rows in a file of its own",
        )
    yield Rule(
        name="not_a_quarters_end",
        column="as_at",
        good=_passes(_is_quarter_end(day)),
        expected="the last day of a quarter: 30 June, 30 September, 31 December or 31 March",
        todo="give the last day of the quarter the return is of",
    )
    yield Rule(
        name="quarter_not_over",
        column="as_at",
        good=_passes(day <= known.today),
        expected=f"a day up to {known.today}, today",
        todo="send the return when the quarter has ended",
    )
    yield Rule(
        name="quarter_too_early",
        column="as_at",
        good=_passes(day >= first),
        expected=f"a day from {first} on, when integrated care boards began",
        todo="correct the year",
    )
    if quarter is not None:
        yield Rule(
            name="another_quarter",
            column="as_at",
            good=_passes(~_is_quarter_end(day) | (day == last_day(quarter))),
            expected=f"{last_day(quarter)}, as in the other rows: one file a quarter",
            todo="send each quarter's rows in a file of its own",
        )


def _is_quarter_end(day: pl.Expr) -> pl.Expr:
    return (day.dt.month() % 3 == 0) & (day.dt.month_end() == day)


def _near_code(cell: str, *, codes: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(cell, codes, n=1, cutoff=0.85)
    return f"did you mean {near[0]}?" if near else ""


def _successors(systems: pl.DataFrame) -> Callable[[str], str]:
    named = dict(systems.drop_nulls("successors").select("system_code", "successors").iter_rows())
    return lambda code: f"its successor is {named[code]}" if code in named else ""


def _place_rules(known: Known) -> Iterator[Rule]:
    place, there = pl.col("place_code"), known.places["place_code"].unique().to_list()
    pairs = known.places.select(pl.format("{} {}", "place_code", "system_code")).to_series().to_list()
    yield Rule(
        name="unknown_place",
        column="place_code",
        good=_passes(place.is_in(there)),
        expected="a local authority there is",
        todo="look the code up, or leave the cell empty",
    )
    yield Rule(
        name="place_elsewhere",
        column="place_code",
        good=_passes(
            ~pl.col("system_code").is_in(known.places["system_code"].unique().to_list())
            | pl.format("{} {}", place, "system_code").is_in(pairs)
        ),
        expected="a local authority that lies in the system, at least in part",
        todo="correct the place or the system, or leave the place empty",
    )
    yield Rule(
        name="unknown_employer",
        column="employer_code",
        good=_passes(pl.col("employer_code").is_in(there) | ~pl.col("employer_code").str.contains(r"^E(0[6-9]|10)")),
        expected="where it is a council's GSS code, that of a local authority there is",
        todo="look the code up among the codes of local authorities",
    )


def _joint_rule(elsewhere: Mapping[str, float]) -> Rule:
    """A warning: the share at fault may be the other system's, or the reference theirs by chance."""
    joint = pl.col("joint_reference")
    others = joint.replace_strict(list(elsewhere), list(elsewhere.values()), default=0.0) if elsewhere else 0.0
    return Rule(
        name="joint_over_one",
        column="wte",
        good=_passes(joint.is_null() | (pl.col("wte").sum().over("joint_reference") + others <= 1 + 1e-9)),
        expected="shares of one joint post that come to at most 1 over the systems that return it",
        todo="agree the shares with them; if they use the same reference by chance, choose another",
        severity=Severity.WARNING,
    )


def _once(columns: tuple[str, ...], *, name: str, column: str, about: pl.Expr, what: str) -> Rule:
    """No two rows alike in these columns; every row of such a set is named, with the first of the others."""
    alike = pl.struct(columns)
    repeated = (
        about.fill_null(value=False) & pl.all_horizontal(pl.col(one).is_not_null() for one in columns[:1])
    ) & alike.is_duplicated()
    others = (
        pl.col(ROW).min().over(columns),
        pl.col(ROW).max().over(columns),
    )
    return Rule(
        name=name,
        column=column,
        good=~repeated,
        expected=f"each {what} once",
        todo="leave one of the rows, or correct whichever is wrong",
        found=pl.format(
            "{}, also in row {}",
            pl.col(RAW + column),
            pl.when(pl.col(ROW) == others[0]).then(others[1]).otherwise(others[0]),
        ),
    )


def _post_reference_once() -> Rule:
    return _once(
        ("post_reference",),
        name="repeated_post",
        column="post_reference",
        about=pl.col("post_reference").is_not_null(),
        what="post reference",
    )


def _answers_once() -> Iterator[Rule]:
    case = pl.col("question") == v.Question.CASE_SHARED
    yield _once(
        ("question", "topic"), name="repeated_answer", column="question", about=~case, what="question and topic"
    )
    yield _once(
        ("question", "topic", "link"), name="repeated_case", column="link", about=case, what="case by topic and link"
    )


# --- checking ---------------------------------------------------------------------------------------------


def check(file: str, sheets: Iterable[Sheet], findings: Iterable[Finding], known: Known) -> Checked:
    """Hold a file's sheets against every rule. `findings` are what reading it had to say already."""
    sheets, told = list(sheets), list(findings)
    told.extend(_unread([sheet.name for sheet in sheets]))
    given = {sheet.name: sheet for sheet in sheets}
    posts_sheet, answers_sheet = given.get(POSTS), given.get(ANSWERS)
    # A file that could not be read has said why; that it shows no sheet is no second fault.
    if posts_sheet is None and (given or not told):
        told.append(_no_posts(list(given)))
    version = version_of(posts_sheet.header.values()) if posts_sheet else RETURN_VERSION
    posts = _table(posts_sheet or _blank(POSTS), POST_FIELDS, LACKING.get(version, frozenset()))
    answers = _table(answers_sheet or _blank(ANSWERS), ANSWER_FIELDS)
    tables = [table for table, sheet in ((posts, posts_sheet), (answers, answers_sheet)) if sheet is not None]
    system_code, quarter = _of_what(tables, known)
    held_to = rules(known, system_code, quarter)
    counted = []
    for table in tables:
        told.extend(table.findings)
        if table.frame.height > MAX_ROWS:
            told.append(_too_many(table.sheet, table.frame.height))
            counted.append(
                SheetRows(sheet=table.sheet, received=table.frame.height, in_order=0, at_fault=table.frame.height)
            )
            continue
        told.extend(_broken(table, held_to[table.sheet], known))
        counted.append(_count_rows(table, told))
    if posts_sheet is not None and posts.frame.is_empty() and answers.frame.is_empty():
        told.append(_no_rows())
    change = _change(posts.frame, known, system_code, quarter)
    if change:
        told.append(change)
    if given and (answers_sheet is None or not answers.missing):
        told.extend(_unanswered(answers.frame))
    report = Report(
        file=file,
        system_code=system_code,
        quarter=quarter,
        contract_version=version,
        sheets=tuple(counted),
        findings=tuple(sorted(told, key=_place)),
    )
    return Checked(
        report=report,
        posts=posts.frame.select(column.name for column in POST_FIELDS).sort("post_reference"),
        answers=answers.frame.select(column.name for column in ANSWER_FIELDS).sort("question", "topic", "link"),
        change=change,
    )


def rules(known: Known, system_code: str | None, quarter: str | None) -> dict[str, list[Rule]]:
    """Every rule of each sheet's rows, in the order a reader would look; those that only warn come last."""
    together = list(_together(known, system_code, quarter))
    found = {
        POSTS: [
            *_formula_rules(POST_FIELDS),
            *(rule for column in POST_FIELDS for rule in field_rules(column)),
            *post_rules(),
            *together,
            *_place_rules(known),
            _post_reference_once(),
            _joint_rule(known.elsewhere(system_code, quarter) if system_code and quarter else {}),
        ],
        ANSWERS: [
            *_formula_rules(ANSWER_FIELDS),
            *(rule for column in ANSWER_FIELDS for rule in field_rules(column)),
            *answer_rules(),
            *together,
            *_answers_once(),
        ],
    }
    return {sheet: sorted(each, key=lambda rule: rule.severity is Severity.WARNING) for sheet, each in found.items()}


def _broken(table: _Table, held_to: list[Rule], known: Known) -> list[Finding]:
    """Every cell at fault, once: the first rule it breaks in the order of the rules."""
    if table.frame.is_empty():
        return []
    frame, alone = _without_lone_codes(table)
    boards = known.systems.select("system_code", "valid_from", "valid_to").unique()
    lasted = (pl.col("valid_from") <= pl.col("as_at")) & (
        pl.col("valid_to").is_null() | (pl.col("as_at") <= pl.col("valid_to"))
    )
    in_force = (
        frame.select("system_code", "as_at")
        .unique()
        .join(boards, on="system_code")
        .group_by("system_code", "as_at")
        .agg(in_force=lasted.any())
    )
    frame = frame.join(in_force, on=["system_code", "as_at"], how="left", maintain_order="left")
    usable = [rule for rule in held_to if not (rule.reads | {rule.column}) & table.missing]
    verdicts = frame.select(rule.good.alias(str(number)) for number, rule in enumerate(usable))
    findings, seen = alone, set()
    for number, rule in enumerate(usable):
        verdict = verdicts[str(number)]
        if verdict.all():
            continue
        raw = pl.col(RAW + rule.column)
        bad = frame.select(
            ROW, raw.alias("cell"), (rule.found if rule.found is not None else raw).alias("found")
        ).filter(~verdict)
        hints: dict[str | None, str] = {}
        letter = table.letters[rule.column]
        for row, cell, found in bad.iter_rows():
            if cell == WITHHELD or (rule.column, row) in seen:
                continue
            seen.add((rule.column, row))
            if rule.hint is not None and cell is not None and cell not in hints:
                hints[cell] = rule.hint(cell)
            findings.append(
                Finding(
                    sheet=table.sheet,
                    cell=f"{letter}{row}",
                    column=rule.column,
                    rule=rule.name,
                    found=_quoted(found, rule.near) if rule.found is None else _printable(found),
                    expected=rule.expected,
                    todo="; ".join(part for part in (rule.todo, hints.get(cell, "")) if part),
                    severity=rule.severity,
                )
            )
    return findings


def _without_lone_codes(table: _Table) -> tuple[pl.DataFrame, list[Finding]]:
    """The rows that tell of something, and a finding for each that holds a system and a day alone."""
    others = [name for name in table.letters if name not in ("system_code", "as_at")]
    is_alone = pl.all_horizontal(pl.col(RAW + name).is_null() for name in others) if others else pl.lit(value=False)
    found = [
        Finding(
            sheet=table.sheet,
            cell=f"{next(iter(table.letters.values()))}{row}",
            column=None,
            rule="nothing_but_codes",
            found="a row with a system or a day and nothing else",
            expected="rows that tell of something",
            todo="delete the row",
        )
        for row in table.frame.filter(is_alone)[ROW]
    ]
    return table.frame.filter(~is_alone), found


def _count_rows(table: _Table, told: list[Finding]) -> SheetRows:
    rows = set(table.frame[ROW])
    at_fault = {
        _row(finding)
        for finding in told
        if finding.sheet == table.sheet and finding.severity is Severity.ERROR and finding.cell is not None
    } & rows
    return SheetRows(sheet=table.sheet, received=len(rows), in_order=len(rows) - len(at_fault), at_fault=len(at_fault))


def _of_what(tables: list[_Table], known: Known) -> tuple[str | None, str | None]:
    """The system and the quarter most posts are of, or without posts most answers, whatever order they come in."""
    found = [table.frame.select("system_code", "as_at") for table in tables if not table.frame.is_empty()]
    rows = found[0] if found else pl.DataFrame()
    if rows.is_empty():
        return None, None
    codes = rows.filter(pl.col("system_code").is_in(known.systems["system_code"].unique().to_list()))
    days = rows.filter(_is_quarter_end(pl.col("as_at")))
    day = _commonest(days["as_at"])
    return _commonest(codes["system_code"]), quarter_of(day) if day else None


def _commonest(values: pl.Series) -> Any:
    """The value most rows have; of several the first, so that the order of rows tells nothing."""
    counts = values.value_counts(name="n").sort("n", values.name, descending=[True, False])
    return None if counts.is_empty() else counts[values.name][0]


def _change(posts: pl.DataFrame, known: Known, system_code: str | None, quarter: str | None) -> Finding | None:
    """A total far from that of the return before asks for a confirmation."""
    if system_code is None or quarter is None:
        return None
    before = known.before(system_code, quarter)
    if before is None:
        return None
    wte = round(float(posts["wte"].sum()), 6)
    totals: list[tuple[str, float, float]] = [("posts", before.posts, posts.height), ("WTE", before.wte, wte)]
    moved = [f"{name} {then:g} to {now:g}" for name, then, now in totals if abs(now - then) > ASK_OVER * then + 1e-9]
    if not moved:
        return None
    return Finding(
        sheet=POSTS,
        cell=None,
        column=None,
        rule="large_change",
        found=f"since {before.quarter}: " + ", ".join(moved),
        expected=f"within {ASK_OVER:.0%} of the return before",
        todo="look for rows left out or doubled; if it is right, confirm it when you send the return in",
        severity=Severity.WARNING,
    )


def _unanswered(answers: pl.DataFrame) -> Iterator[Finding]:
    single = [question for question in v.Question if question not in (*v.AGREEMENTS, v.Question.CASE_SHARED)]
    open_ones = [question.value for question in single if question not in set(answers["question"])]
    if open_ones:
        yield Finding(
            sheet=ANSWERS,
            cell=None,
            column="question",
            rule="not_answered",
            found="no answer to " + ", ".join(open_ones),
            expected="an answer to each question; silence is never taken for a no",
            todo="add a row for each",
            severity=Severity.WARNING,
        )


def _unread(names: list[str]) -> Iterator[Finding]:
    """Sheets that would be passed over without a word: by another name than is asked, or by one that is there twice."""
    for name in dict.fromkeys(names):
        if name in (POSTS, ANSWERS):
            if names.count(name) > 1:
                yield Finding(
                    sheet=name,
                    cell=None,
                    column=None,
                    rule="repeated_sheet",
                    found=f"{names.count(name)} sheets of this name",
                    expected="each sheet once",
                    todo="put the rows into one",
                )
        elif name not in HELP:
            near = difflib.get_close_matches(_plain(name), [_plain(POSTS), _plain(ANSWERS)], n=1, cutoff=0.6)
            meant = {_plain(POSTS): POSTS, _plain(ANSWERS): ANSWERS}
            yield Finding(
                sheet="the file",
                cell=None,
                column=None,
                rule="unread_sheet",
                found=f"sheet “{_printable(name)}”, which is not read" if near else "a sheet, maybe hidden, not read",
                expected=f"the sheets {POSTS} and {ANSWERS}, and no more than the template has",
                todo=f"name it {meant[near[0]]}, if that is what it is, or take it out" if near else "take it out",
            )


def _no_posts(names: list[str]) -> Finding:
    return Finding(
        sheet=POSTS,
        cell=None,
        column=None,
        rule="no_posts_sheet",
        found=f"{len(names)} sheets of other names" if names else "no sheet",
        expected=f"a sheet named {POSTS}",
        todo="start from a new template, or give the sheet its name back",
    )


def _no_rows() -> Finding:
    return Finding(
        sheet=POSTS,
        cell=None,
        column=None,
        rule="no_rows",
        found="no post and no answer",
        expected="at least one row; a system without posts says so by its answers alone",
        todo="fill in the return",
    )


def _too_many(sheet: str, rows: int) -> Finding:
    return Finding(
        sheet=sheet,
        cell=None,
        column=None,
        rule="too_many_rows",
        found=f"{rows:,} rows",
        expected=f"at most {MAX_ROWS:,}: one post a row, one system a file",
        todo="send only the posts of one system",
    )


def _blank(name: str) -> Sheet:
    return Sheet(name=name, header={}, cells=pl.DataFrame(schema={ROW: pl.Int64}))


def _place(finding: Finding) -> tuple[int, int, int, str, str]:
    """Whole sheets first, then cells as one reads them."""
    order = {POSTS: 0, ANSWERS: 1}.get(finding.sheet, 2)
    letters = (finding.cell or "").rstrip("0123456789")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return order, _row(finding), number, finding.sheet, finding.rule


def _row(finding: Finding) -> int:
    digits = (finding.cell or "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits else 0


def _quoted(cell: str | None, allowed: tuple[str, ...] = ()) -> str:
    """A cell as a report repeats it. Words that are nearly no code may be a person's name, and are not repeated."""
    if cell is None:
        return "an empty cell"
    is_code = any(letter.isdigit() for letter in cell) or not any(letter.isalpha() for letter in cell)
    near = difflib.get_close_matches(_plain(cell), (*allowed, *_YES, *_NO), n=1, cutoff=0.6)
    return f"“{_printable(cell)}”" if is_code or near else "words that are not among those asked for"


def _printable(text: str) -> str:
    """What a reader may safely be shown: no control characters, and not too much of it."""
    plain = "".join(letter if letter.isprintable() else "�" for letter in text)
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"
