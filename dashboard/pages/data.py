"""The page on data: where every figure comes from, what became of every row, and every table to take away."""

import datetime as dt

from dashboard import words
from dashboard.components.dictionary import dictionary
from dashboard.components.reading import Cell, contents, facts, marked, stacked_table
from dashboard.components.sources import source_block, sources_table
from dashboard.components.tags import Node, tag
from dashboard.pages.framed import framed
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.spreadsheet import MOST_ROWS
from dashboard.views.data import DataView, TableView, data_view

TITLE = "Data: sources, checks and downloads"

_CONTENTS = (
    ("downloads", "Take the tables away"),
    ("sources", "Sources of figures"),
    ("places", "Sources on places and people"),
    ("set-aside", "Rows set aside"),
    ("quarantine", "Quarantine"),
    ("left-out", "Files left out"),
    ("dictionary", "Data dictionary"),
)


def page(release: Release, today: dt.date) -> Page:
    """Every source, every table, and what was left out."""
    view = release.once(f"data {today}", lambda: data_view(release, today=today))
    content = [
        tag("H1", TITLE),
        tag("P", view.answer, className="answer"),
        contents(_CONTENTS),
        *_downloads(view),
        tag("H2", "Sources of figures", id="sources"),
        tag("P", "When the next issue is expected: the latest period's end, the step to the next and the usual lag."),
        sources_table("Sources of figures", view.of_figures),
        *(source_block(source) for source in view.of_figures),
        tag("H2", "Sources on places and people", id="places"),
        tag("P", "Boundaries, codes, residents and deprivation: what estimates and restated figures rest on."),
        sources_table("Sources on places and people", view.of_places),
        *(source_block(source) for source in view.of_places),
        *_set_aside(view),
        *_quarantine(view),
        *_left_out(view),
        tag("H2", "Data dictionary", id="dictionary"),
        tag("P", "What each table holds and what each column means, from the contracts every release is checked by."),
        *dictionary(),
    ]
    return framed(release, content, title="Data", here="/data")


def _downloads(view: DataView) -> list[Node]:
    rows: list[list[Cell]] = [
        [
            tag("A", table.mart.name, href=f"#table-{table.mart.name}"),
            table.mart.holds,
            f"{table.rows:,}",
            _files(table),
        ]
        for table in view.tables
    ]
    return [
        tag("H2", "Take the tables away", id="downloads"),
        stacked_table(
            caption="Published tables and their files",
            head=["Table", "What it holds", "Rows", "Files"],
            rows=rows,
            numbers=["Rows"],
        ),
        tag(
            "P",
            [
                "To take a part, add any key column to the address, as in ",
                tag(
                    "A",
                    "/download/observations.xlsx?area_code=E54000050",
                    href="/download/observations.xlsx?area_code=E54000050",
                ),
                ". Programs may prefer ",
                tag("A", "the JSON API", href="/api/v1/openapi.json"),
                ", which takes the same.",
            ],
        ),
        tag(
            "P",
            marked(
                "CSV files are UTF-8 with one header row; an empty cell is a missing value. Where text begins with "
                "`=`, `+`, `-`, `@` or a tab and is no number, an apostrophe is put before it, so that no spreadsheet "
                "program runs it; numbers are never changed, and Parquet has the text as it is. The release is in the "
                f"file's name and in the header `X-Release-Id`. Spreadsheets hold up to {MOST_ROWS:,} rows."
            ),
        ),
    ]


def _files(table: TableView) -> Node:
    at = f"/download/{table.mart.name}"
    parquet = f"Parquet ({max(1, round(table.parquet_bytes / 1000)):,} kB)"
    links: list[Node | str] = [tag("A", "CSV", href=f"{at}.csv"), " · ", tag("A", parquet, href=f"{at}.parquet")]
    if table.rows <= MOST_ROWS:
        links += [" · ", tag("A", "XLSX", href=f"{at}.xlsx"), " · ", tag("A", "ODS", href=f"{at}.ods")]
    return tag("Span", links, className="links")


def _set_aside(view: DataView) -> list[Node]:
    return [
        tag("H2", "Rows set aside", id="set-aside"),
        tag("P", "Sound rows that are not used, each by a rule its source declares. They are no faults."),
        stacked_table(
            caption="Rules by which rows are set aside",
            head=["Rule", "Rows of this kind", "Rows"],
            rows=[[tag("Code", rule), words.opening(meaning), f"{n:,}"] for rule, meaning, n in view.set_aside],
            numbers=["Rows"],
        ),
    ]


def _quarantine(view: DataView) -> list[Node | None]:
    if not view.quarantine:
        said = "No row is in quarantine: every row received is in use, or set aside by one of the rules above."
        table = None
    else:
        some = f" The first {len(view.quarantine)} faults are shown." if len(view.quarantine) < view.quarantined else ""
        said = f"Rows at fault are kept out of every figure, as received, with the rule they break.{some}"
        table = stacked_table(
            caption="Rows in quarantine",
            head=["Source", "Row", "Rule", "Column", "Expected", "Found", "As received"],
            rows=[
                [
                    tag("A", row["source_id"], href=f"#{row['source_id']}"),
                    f"{row['source_row']:,}",
                    tag("Code", row["rule"]),
                    tag("Code", row["column"]),
                    row["expected"],
                    row["found"],
                    tag("Details", [tag("Summary", "Show"), tag("Code", row["row"])]),
                ]
                for row in view.quarantine
            ],
            numbers=["Row"],
        )
    files = [
        tag("A", "the whole quarantine as CSV", href="/download/quarantine.csv"),
        " and ",
        tag("A", "every check", href="/download/quality_checks.csv"),
    ]
    return [
        tag("H2", "Quarantine", id="quarantine"),
        tag("P", said, className="quarantine-state"),
        table,
        tag("P", [f"{view.checks}. Take away ", *files, "."]),
    ]


def _left_out(view: DataView) -> list[Node]:
    return [
        tag("H2", "Files left out", id="left-out"),
        tag("P", "Published files that are at hand and not used, and why."),
        tag("Div", facts((file.what, file.why) for file in view.left_out), className="wide-facts"),
    ]
