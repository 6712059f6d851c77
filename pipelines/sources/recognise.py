"""Which source a file is, told by its content; a file's name is only what we call it in messages."""

import difflib
from dataclasses import dataclass
from types import ModuleType

import polars as pl

from data_contracts.registry.records import Source, sources
from pipelines.faults import Problem, Refused
from pipelines.sources import (
    els,
    els_2023,
    els_json,
    evidence,
    fingertips_extract,
    health_index,
    nhs_vacancies,
    public_health_grant,
    qof_icb,
    revenue_outturn,
    specialist_capacity,
)
from pipelines.sources.tabular import header, refuse, rows

#: Formats that carry figures; lookups are told apart by their columns alone.
FIGURES: dict[str, ModuleType] = {
    "els": els,
    "els_2023": els_2023,
    "els_json": els_json,
    "fingertips_extract": fingertips_extract,
    "health_index": health_index,
    "qof_icb": qof_icb,
    "nhs_vacancies": nhs_vacancies,
    "revenue_outturn": revenue_outturn,
    "public_health_grant": public_health_grant,
    "specialist_capacity": specialist_capacity,
}


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A file's source, its rows as strings, and the columns nobody declared."""

    source_id: str
    source: Source
    rows: pl.DataFrame
    ignored_columns: tuple[str, ...]


def columns_of(source: Source) -> list[str]:
    """The columns of a source's file that are read."""
    module = _module(source)
    return list(module.COLUMNS) if module else list(source.columns)


def _module(source: Source) -> ModuleType | None:
    """What reads a source's format; none for a lookup, whose columns the registry names."""
    return evidence if source.format == "evidence" else FIGURES.get(source.format)


def recognise(name: str, content: bytes) -> Recognised:
    """Find the one source this file belongs to and read its rows.

    Raises Refused, naming the file, where no source or more than one fits, or where the file cannot be read.
    """
    if evidence.is_toml(content):
        content = evidence.as_csv(name, content)
    names = header(name, content)
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise refuse(
            name, "header", f"columns named twice: {', '.join(twice)}", "each column once", "fetch the file again"
        )
    fitting = [source_id for source_id, source in sources().items() if _fits(source, names)]
    if not fitting:
        raise _unrecognised(name, names)
    if sources()[fitting[0]].format in FIGURES:
        return _by_series(name, content, names, fitting)
    # A lookup whose columns include another's is the more particular one.
    best = max(fitting, key=lambda source_id: len(_needed(sources()[source_id])))
    return _read(name, content, names, best)


def _needed(source: Source) -> list[str]:
    return columns_of(source) + list(source.distinguishing)


def _fits(source: Source, names: list[str]) -> bool:
    return set(_needed(source)) <= set(names)


def _read(name: str, content: bytes, names: list[str], source_id: str) -> Recognised:
    source = sources()[source_id]
    frame = rows(name, content, columns_of(source))
    return Recognised(
        source_id=source_id,
        source=source,
        rows=evidence.withhold(frame) if source.format == "evidence" else frame,
        ignored_columns=tuple(column for column in names if column not in _known_columns(source)),
    )


def _known_columns(source: Source) -> set[str]:
    module = _module(source)
    extra = module.UNUSED_COLUMNS if module else ()
    return {*_needed(source), *extra}


def _by_series(name: str, content: bytes, names: list[str], fitting: list[str]) -> Recognised:
    """Files of one format are told apart by the series they hold."""
    format_name = sources()[fitting[0]].format
    module = FIGURES[format_name]
    if module.SERIES_COLUMN is None and len(fitting) == 1:
        return _read(name, content, names, fitting[0])
    held = set(rows(name, content, [module.SERIES_COLUMN])[module.SERIES_COLUMN].unique())
    matches = [source_id for source_id in fitting if held & set(sources()[source_id].series)]
    if len(matches) == 1:
        return _read(name, content, names, matches[0])
    known = [series for source_id in fitting for series in sources()[source_id].series]
    if not matches:
        raise refuse(
            name,
            "not_recognised",
            f"series {_some(sorted(held))}, which no source declares",
            f"one of {_some(known)}",
            "check that it is the right file; a new series needs an entry in registry/sources.toml",
        )
    raise refuse(
        name,
        "not_recognised",
        f"series of more than one source ({', '.join(matches)})",
        "the file of one source",
        "drop the publisher's own files, one each",
    )


def _unrecognised(name: str, names: list[str]) -> Refused:
    """Name the nearest source and what the header lacks, since a renamed column is the usual cause."""
    nearest = max(sources().items(), key=lambda item: len(set(_needed(item[1])) & set(names)))
    lacking = [column for column in _needed(nearest[1]) if column not in names]
    shared = len(_needed(nearest[1])) - len(lacking)
    if shared < 2:  # one shared name is chance
        return refuse(
            name,
            "not_recognised",
            f"columns {_some(names)}, which no source has",
            "a publisher's file listed in registry/sources.toml",
            "check that it is the right file",
        )
    hints = "; ".join(_hint(column, names) for column in lacking)
    return Refused(
        [
            Problem(
                rule="header",
                where=name,
                found=f"looks like {nearest[0]} but lacks {hints}",
                expected=f"columns {', '.join(_needed(nearest[1]))}",
                todo="fetch the publisher's file again; if the publisher renamed a column, "
                f"change pipelines/sources/{nearest[1].format}.py",
            )
        ]
    )


def _hint(column: str, names: list[str]) -> str:
    close = difflib.get_close_matches(column, names, n=1)
    return f"{column} (is it now {close[0]}?)" if close else column


def _some(items: list[str], most: int = 6) -> str:
    quoted = [f"‘{item[:60]}’" for item in items[:most]]
    return ", ".join(quoted) + (f" and {len(items) - most} more" if len(items) > most else "")
