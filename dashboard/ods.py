"""A workbook as an OpenDocument spreadsheet. Imported only where one is asked for: the pages never need it."""

import datetime as dt
import io
import re
import zipfile
from typing import Any

from odf import dc, meta, number, style, table  # type: ignore[import-untyped]
from odf.opendocument import OpenDocumentSpreadsheet  # type: ignore[import-untyped]
from odf.teletype import addTextToElement  # type: ignore[import-untyped]
from odf.text import P  # type: ignore[import-untyped]

from dashboard.spreadsheet import AUTHOR, LINE_WIDTH, Cell, Sheet, Workbook, table_name

#: Characters that XML cannot hold, and spaces that OpenDocument would fold into one.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SPACED = re.compile(r"^ |  | $|[\t\n\r]")

_CM_A_CHARACTER = 0.2
_OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def ods(workbook: Workbook) -> io.BytesIO:
    """Write a workbook as OpenDocument; the same bytes for the same workbook."""
    document = OpenDocumentSpreadsheet()
    for said in (
        dc.Title(text=workbook.title),
        dc.Description(text=workbook.address),
        meta.InitialCreator(text=AUTHOR),
        # The date of the release, not of the request: the same address gives the same bytes.
        meta.CreationDate(text=f"{workbook.as_of.isoformat()}T00:00:00"),
    ):
        document.meta.addElement(said)
    _add_styles(document)
    marked = table.DatabaseRanges()
    for sheet in workbook.sheets:
        document.spreadsheet.addElement(_sheet(document, sheet))
        if sheet.rows:
            marked.addElement(
                table.DatabaseRange(
                    name=table_name(sheet), targetrangeaddress=_place(sheet), displayfilterbuttons="false"
                )
            )
    document.spreadsheet.addElement(marked)
    made = io.BytesIO()
    document.save(made)
    return _dateless(made)


def _add_styles(document: Any) -> None:
    days = number.DateStyle(name="days")
    for part in (
        number.Year(style="long"),
        number.Text(text="-"),
        number.Month(style="long"),
        number.Text(text="-"),
        number.Day(style="long"),
    ):
        days.addElement(part)
    document.automaticstyles.addElement(days)
    for name, words, cells, data in (
        ("title", {"fontweight": "bold", "fontsize": "14pt"}, {}, {}),
        ("head", {"fontweight": "bold"}, {"wrapoption": "wrap", "verticalalign": "top"}, {}),
        ("text", {}, {"wrapoption": "wrap", "verticalalign": "top"}, {}),
        ("day", {}, {"verticalalign": "top"}, {"datastylename": "days"}),
    ):
        one = style.Style(name=name, family="table-cell", **data)
        if cells:
            one.addElement(style.TableCellProperties(**cells))
        if words:
            one.addElement(style.TextProperties(**words))
        document.automaticstyles.addElement(one)


def _sheet(document: Any, sheet: Sheet) -> Any:
    made = table.Table(name=sheet.name)
    for place, width in enumerate(sheet.widths or [LINE_WIDTH]):
        wide = style.Style(name=f"{sheet.name}-{place}", family="table-column")
        wide.addElement(style.TableColumnProperties(columnwidth=f"{width * _CM_A_CHARACTER:.1f}cm"))
        document.automaticstyles.addElement(wide)
        made.addElement(table.TableColumn(stylename=wide))
    made.addElement(_row([_text(sheet.title, "title")]))
    for line in sheet.lines:
        # Beside a table, a line runs on over the columns.
        made.addElement(_row([_text(line, None if sheet.head else "text")]))
    if sheet.head:
        made.addElement(_row([_text(head, "head") for head in sheet.head]))
    for row in sheet.rows:
        made.addElement(_row([_cell(cell) for cell in row]))
    return made


def _row(cells: list[Any]) -> Any:
    row = table.TableRow()
    for cell in cells:
        row.addElement(cell, check_grammar=False)
    return row


def _cell(cell: Cell) -> Any:
    """A cell of its value's own type; nothing is ever a formula."""
    if cell is None:
        return table.TableCell()
    if isinstance(cell, str):
        return _text(cell, "text")
    if isinstance(cell, bool):
        said = "true" if cell else "false"
        made = table.TableCell(valuetype="boolean", booleanvalue=said)
    elif isinstance(cell, dt.date):
        said = cell.isoformat()
        made = table.TableCell(valuetype="date", datevalue=said, stylename="day")
    else:
        said = repr(cell)
        made = table.TableCell(valuetype="float", value=said)
    made.addElement(P(text=said))
    return made


def _text(text: str, style_name: str | None) -> Any:
    made = table.TableCell(valuetype="string", check_grammar=False, **({"stylename": style_name} if style_name else {}))
    text = _UNWRITABLE.sub("\ufffd", text)
    if _SPACED.search(text):
        paragraph = P()
        addTextToElement(paragraph, text)
    else:
        paragraph = P(text=text, check_grammar=False)
    made.addElement(paragraph, check_grammar=False)
    return made


def _place(sheet: Sheet) -> str:
    """The cells of a sheet's table, as OpenDocument writes them: no table here has more than 26 columns."""
    top = 2 + len(sheet.lines)
    last = chr(ord("A") + len(sheet.head) - 1)
    return f"{sheet.name}.A{top}:{sheet.name}.{last}{top + len(sheet.rows)}"


def _dateless(made: io.BytesIO) -> io.BytesIO:
    """The same archive without the time it was made at."""
    file = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.infolist():
            kept = zipfile.ZipInfo(entry.filename, _OLDEST_ZIP_DATE)
            kept.compress_type = entry.compress_type
            kept.external_attr = entry.external_attr
            new.writestr(kept, old.read(entry))
    file.seek(0)
    return file
