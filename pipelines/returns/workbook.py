"""A spreadsheet taken apart before anything reads it, since nothing in one can be trusted.

What a workbook says of itself is not believed: each part is decompressed within a limit, read as XML without a document
type, and every cell's place is worked out, so that neither a bomb nor a cell at the far corner of a sheet costs
anything. Only a plain workbook passes: no formulas, macros, comments, pictures, links to other files or hidden caches.
"""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from data_contracts.personal import told_by_cell
from data_contracts.return_report import Finding

_MOST_PARTS = 200
_MOST_BYTES = 60_000_000
#: A sheet repeats itself and may shrink to a fiftieth; what shrinks more holds nothing worth the room it takes.
_MOST_SHRUNK = 250
_SMALL = 1_000_000
#: Readers lay a sheet out from its first cell to its last, and repeat a shared text in each cell that has it.
_LAST_ROW, _LAST_COLUMN = 10_000, 100
_MOST_SHEETS = 10
_MOST_CELLS = 200_000
_LONGEST_TEXT = 2_500
_MOST_SHOWN = 20

_PLAIN_PARTS = re.compile(
    r"\[Content_Types\]\.xml|(?:.*/)?_rels/[^/]*\.rels|docProps/.*|docMetadata/.*|customXml/.*|\[trash\]/.*|"
    r"xl/(?:workbook|styles|sharedStrings|metadata|calcChain)\.xml|xl/theme/.*|xl/printerSettings/.*|"
    r"xl/worksheets/sheet[0-9]+\.xml|xl/tables/.*|xl/featurePropertyBag/.*|xl/richData/.*",
    re.IGNORECASE,
)
#: Parts to call by their names, in the order to look.
_HAZARDS = (
    (
        r"vbaProject|vbaData|\.bin$|macrosheets",
        "macros",
        "macros or other programs",
        "save it as .xlsx, without macros",
    ),
    (r"externalLinks", "external_links", "links to other workbooks", "break the links, keeping the values"),
    (r"connections\.xml|queryTables", "external_links", "a connection to a data source", "remove the connection"),
    (r"comments|persons|threaded", "comments", "comments or notes on cells", "remove them: nothing in them is read"),
    (r"embeddings|activeX|ctrlProps|oleObject", "embedded_objects", "embedded files or controls", "remove them"),
    (r"drawings|media|charts|diagrams|ink", "drawings", "pictures, charts or text boxes", "remove them"),
    (r"pivot|slicer|timeline", "pivot_tables", "pivot tables, which keep hidden copies of data", "remove them"),
)
_MEND = {
    "formulas": "copy the cells and paste them as values",
    "error_values": "write the values themselves, or empty the cells",
}
_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\xd0\xcf\x11\xe0",
    b"BZh",
    b"\xfd7zXZ",
)


@dataclass(kw_only=True, eq=False)
class Fault(Exception):  # noqa: N818  it names what is wrong
    """What makes a file unreadable as a return: told in the report like any other finding."""

    rule: str
    found: str
    expected: str
    todo: str
    sheet: str = "the file"
    cell: str | None = None

    def finding(self) -> Finding:
        """As the report has it."""
        return Finding(
            sheet=self.sheet,
            cell=self.cell,
            column=None,
            rule=self.rule,
            found=self.found,
            expected=self.expected,
            todo=self.todo,
        )


def look_through(content: bytes) -> Iterator[Fault]:
    """What keeps a workbook from being read, all of it; nothing where it is a plain one. Raises Fault for a bomb."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise Fault(
            rule="broken_workbook",
            found="a spreadsheet that cannot be opened",
            expected="a whole .xlsx workbook",
            todo="open it where it was made and save it again as .xlsx",
        ) from error
    with archive:
        yield from _of_names(infos)
        yield from _of_parts(_unpacked(archive, infos))


def _of_names(infos: list[zipfile.ZipInfo]) -> Iterator[Fault]:
    names = [info.filename for info in infos]
    if len(names) > _MOST_PARTS:
        raise _bomb(f"{len(names):,} parts")
    if len({name.lower() for name in names}) < len(names):
        yield Fault(
            rule="broken_workbook",
            found="two parts of one name",
            expected="each part once",
            todo="open it where it was made and save it again as .xlsx",
        )
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= set(names):
        raise Fault(
            rule="not_a_workbook",
            found="an archive that is no workbook",
            expected="an .xlsx workbook made from the template",
            todo="send the workbook itself, not packed into an archive",
        )
    told = set()
    for name in names:
        hazard = next((one for one in _HAZARDS if re.search(one[0], name, re.IGNORECASE)), None)
        if hazard and not re.search("printerSettings|customXml", name):
            told.add(hazard[1:])
        elif not name.endswith("/") and not _PLAIN_PARTS.fullmatch(name):
            told.add(("unknown_parts", "parts that a plain workbook has not", "copy the rows into a new template"))
    for rule, found, todo in sorted(told):
        yield Fault(rule=rule, found=found, expected="a plain workbook made from the template", todo=todo)


def _unpacked(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    """Each part's bytes, within what is allowed for all; sizes written in the archive are not believed."""
    room = _MOST_BYTES
    for info in infos:
        if info.flag_bits & 1:
            raise Fault(
                rule="password",
                found="a workbook behind a password",
                expected="one that anybody may open",
                todo="save it without a password",
            )
        try:
            with archive.open(info) as part:
                content = part.read(room + 1)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError) as error:
            raise _broken() from error
        room -= len(content)
        if room < 0:
            raise _bomb(f"over {_MOST_BYTES // 1_000_000} MB when unpacked")
        if len(content) > _SMALL and len(content) > _MOST_SHRUNK * max(info.compress_size, 1):
            raise _bomb(f"a part {len(content) // max(info.compress_size, 1):,} times its packed size")
        yield info.filename, content


def _broken() -> Fault:
    return Fault(
        rule="broken_workbook",
        found="a part that cannot be unpacked",
        expected="a whole .xlsx workbook",
        todo="open it where it was made and save it again as .xlsx",
    )


def _bomb(found: str) -> Fault:
    return Fault(
        rule="too_large_unpacked",
        found=found,
        expected=f"at most {_MOST_BYTES // 1_000_000} MB and {_MOST_PARTS} parts",
        todo="copy the rows into a new template",
    )


def _of_parts(parts: Iterator[tuple[str, bytes]]) -> Iterator[Fault]:
    """What is wrong with each part, sheets by the names a person knows them by."""
    reader = _Reader()
    for fault in list(_faults_of(parts, reader)):
        fault.sheet = reader.known_as(fault.sheet)
        yield fault


def _faults_of(parts: Iterator[tuple[str, bytes]], reader: "_Reader") -> Iterator[Fault]:
    for name, content in parts:
        if content.startswith(_ARCHIVES) or name.lower().endswith((".zip", ".xlsx", ".xlsm", ".docx", ".gz", ".7z")):
            yield Fault(
                rule="nested_archive",
                found="a file packed inside the workbook",
                expected="a plain workbook made from the template",
                todo="copy the rows into a new template",
            )
        # By what it holds and not by its name: a workbook says itself which part is a sheet.
        elif content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")[:1] == b"<":
            yield from reader.read(name, content)


class _Reader:
    """Parts read as XML: what expat tells of each, and nothing kept but where things are."""

    def __init__(self) -> None:
        self._sheets = self._cells = 0
        self._names: dict[str, str] = {}
        self._targets: dict[str, str] = {}

    def read(self, name: str, content: bytes) -> list[Fault]:
        """A part's faults. Raises Fault for a document type, a cell past every table, and what is no XML."""
        self._name = name
        self._is_sheet = False
        self._row = self._column = self._letters = 0
        self._text: list[str] | None = None
        self._formulas: list[str] = []
        self._errors: list[str] = []
        self._faults: list[Fault] = []
        # Only UTF-8: a text in another encoding would hide from whatever reads it next.
        if b"\0" in content:
            raise self._no_xml("null bytes")
        parser = expat.ParserCreate("UTF-8", namespace_separator="|")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            raise self._no_xml(expat.ErrorString(error.code)) from error
        for rule, places, what, expected in (
            ("formulas", self._formulas, "formulas", "values, not formulas"),
            ("error_values", self._errors, "error values such as #N/A", "values, or nothing where that is allowed"),
        ):
            if places:
                more = len(places) - _MOST_SHOWN
                shown = ", ".join(places[:_MOST_SHOWN]) + (f" and {more:,} more cells" if more > 0 else "")
                self._faults.append(
                    Fault(
                        rule=rule,
                        sheet=self._sheet,
                        cell=places[0],
                        found=f"{what} in {shown}",
                        expected=expected,
                        todo=f"{_MEND[rule]}; the rest of the file is checked once none is left",
                    )
                )
        return self._faults

    def known_as(self, part: str) -> str:
        """The name of the sheet that lies in a part, unless that may tell of a person."""
        name = self._names.get(self._targets.get(part.removesuffix(".xml.rels"), ""), part)
        return part if told_by_cell(name) else name

    @property
    def _sheet(self) -> str:
        return self._name.rsplit("/", 1)[-1].removesuffix(".xml")

    def _no_xml(self, found: str) -> Fault:
        return Fault(
            rule="broken_workbook",
            found=f"a part that cannot be read ({found})",
            expected="a whole .xlsx workbook",
            todo="open it where it was made and save it again as .xlsx",
        )

    def _doctype(self, *_: object) -> None:
        raise Fault(
            rule="document_type",
            found="a document type, which no spreadsheet program writes",
            expected="a plain workbook made from the template",
            todo="copy the rows into a new template",
        )

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        tag = qualified.rsplit("|", 1)[-1]
        if tag in ("si", "is"):
            self._letters = 0
        if tag == "Relationship":
            self._relationship(attributes)
        elif tag == "sheet" and self._name == "xl/workbook.xml":
            number = next((value for name, value in attributes.items() if name.endswith("|id")), "")
            self._names[number] = attributes.get("name", "")
        elif tag in ("worksheet", "chartsheet", "dialogsheet"):
            self._is_sheet = True
            self._sheets += 1
            if self._sheets > _MOST_SHEETS:
                raise _bomb(f"over {_MOST_SHEETS} sheets")
        elif not self._is_sheet:
            return
        elif tag == "row":
            self._row = self._number(attributes.get("r"), self._row + 1)
            self._column = 0
        elif tag == "c":
            self._cell(attributes.get("r"))
            if attributes.get("t") == "e":
                self._errors.append(self._place())
        elif tag in ("v", "is"):
            self._filled()
        elif tag == "f":
            self._formulas.append(self._place())
        elif tag in ("oddHeader", "evenHeader", "firstHeader", "oddFooter", "evenFooter", "firstFooter"):
            self._text = []

    def _data(self, text: str) -> None:
        self._letters += len(text)
        if self._letters > _LONGEST_TEXT and self._name.lower().startswith("xl/"):
            raise _bomb(f"a text of over {_LONGEST_TEXT:,} letters")
        if self._text is not None:
            self._text.append(text)

    def _end(self, _: str) -> None:
        if not self._name.lower().endswith("sharedstrings.xml"):
            self._letters = 0
        if self._text is not None:
            if words := told_by_cell("".join(self._text)):
                self._faults.append(self._personal(words, "the head or foot of a page"))
            self._text = None

    def _relationship(self, attributes: dict[str, str]) -> None:
        if self._name == "xl/_rels/workbook.xml.rels":
            part = attributes.get("Target", "").rsplit("/", 1)[-1].removesuffix(".xml")
            self._targets[part] = attributes.get("Id", "")
        if attributes.get("TargetMode") != "External":
            return
        if not attributes.get("Type", "").endswith("/hyperlink"):
            self._faults.append(
                Fault(
                    rule="external_links",
                    found="a link that other files are loaded by",
                    expected="a plain workbook made from the template",
                    todo="copy the rows into a new template",
                )
            )
        elif words := told_by_cell(attributes.get("Target", "")):
            self._faults.append(self._personal(words, "the address behind a link"))

    def _personal(self, words: str, where: str) -> Fault:
        return Fault(
            rule="personal_details",
            sheet=self._sheet,
            found=f"what may be {words} in {where}; it is repeated nowhere",
            expected="nothing about a person anywhere in the file",
            todo="take it out of the file",
        )

    def _number(self, text: str | None, otherwise: int) -> int:
        return int(text) if text is not None and re.fullmatch("[0-9]{1,9}", text) else otherwise

    def _cell(self, reference: str | None) -> None:
        self._column += 1
        found = re.fullmatch("([A-Z]{1,7})([0-9]{1,9})", reference or "")
        if found:
            self._row, self._column = int(found[2]), number_of(found[1])

    def _filled(self) -> None:
        """A cell with something in it: only those take room."""
        self._letters = 0
        self._cells += 1
        if self._cells > _MOST_CELLS:
            raise _bomb(f"over {_MOST_CELLS:,} cells")
        if self._row > _LAST_ROW or self._column > _LAST_COLUMN:
            raise Fault(
                rule="cells_far_out",
                sheet=self._sheet,
                cell=self._place(),
                found="a cell far outside the table",
                expected=f"cells up to row {_LAST_ROW:,} and column {letters_of(_LAST_COLUMN)}",
                todo="copy the rows into a new template",
            )

    def _place(self) -> str:
        return f"{letters_of(self._column)}{self._row}"


def number_of(letters: str) -> int:
    """A column's number.

    >>> number_of("A"), number_of("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def letters_of(number: int) -> str:
    """A column's letters.

    >>> letters_of(1), letters_of(28)
    ('A', 'AB')
    """
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
