"""Returns that were accepted, as they are kept: one folder each, written aside and renamed, never changed.

`returns/<system>/<quarter>/<number>-<digest>/` under the data folder holds `record.json`, `posts.parquet`,
`answers.parquet` and `original/`, the cells of each sheet as received. A later number supersedes the earlier ones,
which stay. The file itself is not kept: a workbook also tells who made it and where, which no check of cells sees.
"""

import csv
import glob
import gzip
import io
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import polars as pl

from data_contracts.posts import ANSWER_FIELDS, POST_FIELDS
from data_contracts.quarters import last_day
from data_contracts.returns import LACKING, ROW, Sheet

_ASIDE = ".aside-"
_RECORD, _POSTS, _ANSWERS = "record.json", "posts.parquet", "answers.parquet"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept about an accepted return. `sha256` is of the file, or the files, as received."""

    system_code: str
    quarter: str
    number: int
    contract_version: str
    received_at: str
    posts: int
    wte: float
    answers: int
    warnings: int
    confirmed: bool
    sha256: str

    @property
    def name(self) -> str:
        """The folder's name."""
        return f"{self.number}-{self.sha256[:12]}"


def folder(data_dir: Path, held: Held) -> Path:
    """Where a return lies."""
    return data_dir / "returns" / held.system_code / held.quarter / held.name


def every(data_dir: Path, system_code: str | None = None, quarter: str | None = None) -> Iterator[Held]:
    """Every accepted return, or those of a system or a quarter; by system, quarter and number."""
    where = "/".join("*" if part is None else glob.escape(part) for part in (system_code, quarter))
    found = [
        msgspec.json.decode(path.read_bytes(), type=Held)
        for path in (data_dir / "returns").glob(f"{where}/*/{_RECORD}")
        if not path.parent.name.startswith(_ASIDE)
    ]
    yield from sorted(found, key=lambda held: (held.system_code, last_day(held.quarter), held.number))


def newest(data_dir: Path, system_code: str | None = None, quarter: str | None = None) -> list[Held]:
    """The return that stands of each system and quarter."""
    return list({(held.system_code, held.quarter): held for held in every(data_dir, system_code, quarter)}.values())


def read_posts(data_dir: Path, held: Held) -> pl.DataFrame:
    """Its posts, as the version it met has them."""
    return pl.read_parquet(folder(data_dir, held) / _POSTS)


def read_answers(data_dir: Path, held: Held) -> pl.DataFrame:
    """Its system-level answers."""
    return pl.read_parquet(folder(data_dir, held) / _ANSWERS)


def write(data_dir: Path, held: Held, posts: pl.DataFrame, answers: pl.DataFrame, sheets: Sequence[Sheet]) -> None:
    """Keep a return: whole or not at all."""
    final = folder(data_dir, held)
    final.parent.mkdir(parents=True, exist_ok=True)
    for left in final.parent.glob(f"{_ASIDE}*"):  # of a submission that was killed; nobody else holds the lock
        shutil.rmtree(left)
    aside = final.with_name(_ASIDE + final.name)
    (aside / "original").mkdir(parents=True)
    lacking = LACKING.get(held.contract_version, frozenset())
    posts.select(field.name for field in POST_FIELDS if field.name not in lacking).write_parquet(aside / _POSTS)
    answers.select(field.name for field in ANSWER_FIELDS).write_parquet(aside / _ANSWERS)
    for number, sheet in enumerate(sheets, 1):
        (aside / "original" / f"{number}.csv.gz").write_bytes(gzip.compress(_as_csv(sheet), mtime=0))
    (aside / _RECORD).write_bytes(msgspec.json.format(msgspec.json.encode(held), indent=2) + b"\n")
    aside.rename(final)


def _as_csv(sheet: Sheet) -> bytes:
    """A sheet's cells, under its name, with the numbers of its rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    letters = sheet.cells.columns[1:]
    writer.writerow([sheet.name, *letters])
    writer.writerow([1, *[sheet.header.get(letter, "") for letter in letters]])
    writer.writerows(sheet.cells.select(ROW, *letters).rows())
    return text.getvalue().encode()
