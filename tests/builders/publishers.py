"""Publishers' files, written in the publisher's own format from the figures the package carries.

Each function gives a whole, sound file. A bad file is one edit of it:

>>> sound = healthy_life_expectancy()
>>> bad = sound.edit(lambda row: row["areacd"] == "E09000012", observation="sixty")
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Self

import polars as pl

from data_contracts.registry.records import sources
from pipelines import landing
from pipelines.config import Settings

ELS_HEADER = (
    "areacd", "areanm", "geography", "indicator", "period", "observation",
    "measure", "unit", "lci_95", "uci_95", "status", "notes",
)  # fmt: skip
TRAFFORD_HEADER = (
    "area_code", "area_name", "area_type", "period", "indicator",
    "measure", "unit", "value", "compared_to_England", "inequality",
)  # fmt: skip

ELS_2023_HEADER = (
    "AREACD", "AREANM", "Geography", "Variable Name", "Indicator", "Mission", "Category", "Period", "Value", "Measure",
    "Unit", "Lower Confidence Interval (95%)", "Upper Confidence Interval (95%)", "Observation Status", "Polarity",
    "Notes",
)  # fmt: skip
ELS_JSON_HEADER = ("indicator", "areacd", "date", "value", "lci", "uci", "source_updated")
HEALTH_INDEX_HEADER = (
    "icb22_code", "icb22_name", "year", "overall_score",
    "healthy_people_domain", "healthy_lives_domain", "healthy_places_domain",
)  # fmt: skip
QOF_HEADER = ("year", "org", "metric", "value", "domain")

VACANCIES_HEADER = ("region_code", "region_name", "month_key", "vacancy_wte_total", "vacancy_wte_nursing")
SPENDING_HEADER = (
    "code", "name", "financial_year", "public_health_net_current_expenditure_gbp_thousand", "reported_under_code",
)  # fmt: skip
GRANT_HEADER = ("financial_year", "version", "total_gbp_billion", "note", "source_url")
SPECIALISTS_HEADER = ("year", "sector", "measure", "value_fte", "note", "source_url")

Row = dict[str, str]
Which = Callable[[Row], bool]


def any_row(row: Row) -> bool:
    """Every row."""
    return True


def at(**cells: str) -> Which:
    """Rows with these cells."""
    return lambda row: all(row[column] == cell for column, cell in cells.items())


@dataclass(frozen=True, kw_only=True)
class PublishersFile:
    """A table as its publisher writes it down: rows of strings, and how they become bytes."""

    name: str
    source_id: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    byte_order_mark: bool = False
    line_end: str = "\r\n"
    quoted: bool = False
    encoding: str = "utf-8"

    def content(self) -> bytes:
        """The file's bytes."""
        text = io.StringIO(newline="")
        style = csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL
        writer = csv.writer(text, lineterminator=self.line_end, quoting=style)
        writer.writerow(self.header)
        writer.writerows(self.rows)
        return (b"\xef\xbb\xbf" if self.byte_order_mark else b"") + text.getvalue().encode(self.encoding)

    def as_parquet(self) -> bytes:
        """The same table as Parquet, every cell a string."""
        buffer = io.BytesIO()
        pl.DataFrame(self.rows, schema=dict.fromkeys(self.header, pl.String), orient="row").write_parquet(buffer)
        return buffer.getvalue()

    def edit(self, which: Which, /, *, first: int | None = None, **cells: str) -> Self:
        """With these cells written into the rows chosen, or into the first few of them."""
        done = 0
        rows = []
        for row in self.as_dicts():
            if which(row) and (first is None or done < first):
                done += 1
                row = {**row, **cells}
            rows.append(tuple(row[column] for column in self.header))
        assert done, "the edit chose no row"
        return replace(self, rows=tuple(rows))

    def drop(self, which: Which) -> Self:
        """Without the rows chosen."""
        kept = tuple(row for row, cells in zip(self.rows, self.as_dicts(), strict=True) if not which(cells))
        assert len(kept) < len(self.rows), "the edit chose no row"
        return replace(self, rows=kept)

    def add(self, rows: Iterable[Row]) -> Self:
        """With more rows at the end."""
        return replace(self, rows=(*self.rows, *(tuple(row[column] for column in self.header) for row in rows)))

    def chosen(self, which: Which) -> list[Row]:
        """The rows chosen, as column to cell."""
        return [row for row in self.as_dicts() if which(row)]

    def as_dicts(self) -> list[Row]:
        """Every row as column to cell."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]

    def rename(self, column: str, to: str) -> Self:
        """With a column under another name."""
        return replace(self, header=tuple(to if name == column else name for name in self.header))

    def with_column(self, column: str, cell: str) -> Self:
        """With one more column, the same in every row."""
        return replace(self, header=(*self.header, column), rows=tuple((*row, cell) for row in self.rows))

    def column(self, name: str) -> list[str]:
        """One column's cells."""
        place = self.header.index(name)
        return [row[place] for row in self.rows]


@dataclass(frozen=True, kw_only=True)
class RawFile:
    """Bytes under a name: what no builder would write."""

    name: str
    raw: bytes

    def content(self) -> bytes:
        """The file's bytes."""
        return self.raw


@cache
def snapshot_rows(source_id: str) -> pl.DataFrame:
    """The rows the package carries of a source, as strings."""
    return landing.newest(Settings.snapshot_dir)[source_id].read().rows


@cache
def _names() -> dict[str, str]:
    found = {"E92000001": "England", "K02000001": "United Kingdom"}
    for source_id, code, name in (
        ("ons-ltla-region-2024", "region24_code", "region24_name"),
        ("authority-codes", "LADCD", "LADNM_OR_CODE"),
        ("ons-ltla-utla-2023", "ltla23_code", "ltla23_name"),
        ("ons-ltla-utla-2023", "utla23_code", "utla23_name"),
        ("authority-changes", "oldcd", "oldnm"),
        ("authority-changes", "newcd", "newnm"),
    ):
        rows = snapshot_rows(source_id)
        if name in rows.columns:
            found.update(rows.select(code, name).drop_nulls().iter_rows())
    return found


_GEOGRAPHY = {"E12": "Region", "E10": "County", "E07": "District", "E92": "Nation", "K02": "Country"}


def _els(
    source_id: str, name: str, measure: str, *, byte_order_mark: bool, fields: dict[str, str] | None = None
) -> PublishersFile:
    held = snapshot_rows(source_id).with_columns(
        pl.col("areacd").replace_strict(_names(), default="Somewhere").alias("areanm"),
        pl.col("areacd").str.slice(0, 3).replace_strict(_GEOGRAPHY, default="Local authority").alias("geography"),
        pl.lit(measure).alias("measure"),
        pl.lit("").alias("notes"),
    )
    return PublishersFile(
        name=name,
        source_id=source_id,
        header=ELS_HEADER,
        rows=tuple(held.select(pl.col(ELS_HEADER).fill_null("")).iter_rows()),
        byte_order_mark=byte_order_mark,
    )


@cache
def healthy_life_expectancy() -> PublishersFile:
    """Healthy life expectancy as Explore Local Statistics issues it: no byte order mark, CRLF, the whole UK."""
    return _els("ons-healthy-life-expectancy", "healthy-life-expectancy.csv", "Years", byte_order_mark=False)


@cache
def preventable_cvd_mortality() -> PublishersFile:
    """Preventable cardiovascular mortality: a byte order mark, a unit with a comma in it."""
    unit = "Rate per 100,000 population"
    return _els("ohid-preventable-cvd-mortality", "preventable-cardiovascular.csv", unit, byte_order_mark=True)


@cache
def adult_obesity() -> PublishersFile:
    """Adult obesity: a byte order mark, survey years, combined authorities, districts beside their successors."""
    return _els("ohid-adult-obesity", "adult-obesity-prevalence.csv", "Percentage", byte_order_mark=True)


def _trafford(source_id: str, name: str, compared: str) -> PublishersFile:
    """A file as Trafford Data Lab keeps Fingertips: LF, NA for nothing, the sex under `unit`."""
    held = snapshot_rows(source_id).with_columns(
        pl.col("area_code").replace_strict(_names(), default="Somewhere").alias("area_name"),
        pl.col("area_code")
        .str.slice(0, 3)
        .replace_strict({"E92": "Country", "E07": "District"}, default="UA")
        .alias("area_type"),
        pl.lit(compared).alias("compared_to_England"),
    )
    return _as_held(source_id, name, TRAFFORD_HEADER, held)


def _as_held(
    source_id: str, name: str, header: tuple[str, ...], held: pl.DataFrame, *, quoted: bool = False
) -> PublishersFile:
    return PublishersFile(
        name=name,
        source_id=source_id,
        header=header,
        rows=tuple(held.select(pl.col(header).fill_null("")).iter_rows()),
        line_end="\n",
        quoted=quoted,
    )


@cache
def adult_smoking() -> PublishersFile:
    """Adult smoking: one row an authority and year, blanks written NA."""
    return _trafford("ohid-adult-smoking", "adults_smoking.csv", "Similar")


@cache
def nhs_health_checks() -> PublishersFile:
    """NHS Health Checks: shares that grow from quarter to quarter since April 2021, no counties."""
    return _trafford("ohid-nhs-health-checks", "nhs_health_checks.csv", "Not compared")


@cache
def adult_overweight() -> PublishersFile:
    """Overweight adults as Explore Local Statistics issued it to 2024: long column names, days for periods."""
    said = {
        "Geography": "Local authority",
        "Variable Name": "Adult (18+) overweight and obesity prevalence",
        "Mission": "Mission 7",
        "Category": "Spreading opportunity and improving public services",
        "Measure": "Percentage",
        "Polarity": "-1",
        "Notes": "",
    }
    held = snapshot_rows("ohid-adult-overweight-with-limits").with_columns(
        pl.col("AREACD").replace_strict(_names(), default="Somewhere").alias("AREANM"),
        **{column: pl.lit(cell) for column, cell in said.items()},
    )
    return _as_held("ohid-adult-overweight-with-limits", "overweight-adults.csv", ELS_2023_HEADER, held)


@cache
def smoking_earlier_weights() -> PublishersFile:
    """Smoking as the application of Explore Local Statistics keeps it: codes only, no unit, years or ISO 8601."""
    held = snapshot_rows("ons-smoking-earlier-weights").with_columns(source_updated=pl.lit("2024-10-01"))
    return _as_held("ons-smoking-earlier-weights", "cigarette-smokers.csv", ELS_JSON_HEADER, held)


@cache
def health_index() -> PublishersFile:
    """The Health Index by integrated care board: everything quoted, one score a column, no series named."""
    held = snapshot_rows("ons-health-index").with_columns(
        pl.lit("Somewhere").alias("icb22_name"),
        **{f"healthy_{domain}_domain": pl.lit("100") for domain in ("people", "lives", "places")},
    )
    return _as_held("ons-health-index", "england_health_index_ics.csv", HEALTH_INDEX_HEADER, held, quoted=True)


@cache
def qof_and_gp_survey() -> PublishersFile:
    """Registers and survey answers by NHS organisation code: the first year of a financial year, or a calendar year."""
    held = snapshot_rows("nhse-qof-and-gp-survey").with_columns(domain=pl.lit("Demand"))
    return _as_held("nhse-qof-and-gp-survey", "full_data.csv", QOF_HEADER, held)


@cache
def advertised_vacancies() -> PublishersFile:
    """Advertised vacancies by NHS region: months in six digits, staff groups in columns, no total for England."""
    held = snapshot_rows("nhse-advertised-vacancies").with_columns(
        region_name=pl.lit("Somewhere"), vacancy_wte_nursing=pl.lit("1.0")
    )
    return _as_held("nhse-advertised-vacancies", "fact_vacancy_regional.csv", VACANCIES_HEADER, held)


@cache
def public_health_spending() -> PublishersFile:
    """What upper-tier authorities spent, in thousands of pounds, some under the code of the county before them."""
    held = snapshot_rows("mhclg-public-health-spending").with_columns(
        pl.col("code").replace_strict(_names(), default="Somewhere").alias("name")
    )
    return _as_held("mhclg-public-health-spending", "public_health_spending.csv", SPENDING_HEADER, held)


@cache
def public_health_grant() -> PublishersFile:
    """England totals of the grant, several versions of some years, remarks with commas in them."""
    held = snapshot_rows("dhsc-public-health-grant").with_columns(source_url=pl.lit("https://www.gov.uk"))
    return _as_held("dhsc-public-health-grant", "grant_totals.csv", GRANT_HEADER, held)


@cache
def specialist_capacity() -> PublishersFile:
    """Counts of specialists by sector and review, one year restated."""
    held = snapshot_rows("nhse-public-health-specialists").with_columns(source_url=pl.lit("https://www.hee.nhs.uk"))
    return _as_held("nhse-public-health-specialists", "specialist_capacity.csv", SPECIALISTS_HEADER, held)


@cache
def lookup(source_id: str) -> PublishersFile:
    """A lookup as CSV, with the columns that tell it from its neighbours."""
    source = sources()[source_id]
    rows = snapshot_rows(source_id).with_columns(pl.lit("x").alias(column) for column in source.distinguishing)
    header = (*source.columns, *source.distinguishing)
    return PublishersFile(
        name=f"{source_id}.csv",
        source_id=source_id,
        header=header,
        rows=tuple(rows.select(pl.col(header).fill_null("")).iter_rows()),
        line_end="\n",
    )


FIGURES: dict[str, Callable[[], PublishersFile]] = {
    "ons-healthy-life-expectancy": healthy_life_expectancy,
    "ohid-preventable-cvd-mortality": preventable_cvd_mortality,
    "ohid-adult-obesity": adult_obesity,
    "ohid-adult-smoking": adult_smoking,
    "ohid-nhs-health-checks": nhs_health_checks,
    "ohid-adult-overweight-with-limits": adult_overweight,
    "ons-smoking-earlier-weights": smoking_earlier_weights,
    "ons-health-index": health_index,
    "nhse-qof-and-gp-survey": qof_and_gp_survey,
    "nhse-advertised-vacancies": advertised_vacancies,
    "mhclg-public-health-spending": public_health_spending,
    "dhsc-public-health-grant": public_health_grant,
    "nhse-public-health-specialists": specialist_capacity,
}


def write(folder: Path, *files: PublishersFile | RawFile) -> Path:
    """Write files into a folder and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.content())
    return folder
