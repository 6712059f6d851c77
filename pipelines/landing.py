"""Landing: immutable vintages of publishers' files, every cell a string, with a record of where they come from.

A vintage is a folder `<source_id>/<vintage>/` with `rows.parquet` and `record.json`; under the data folder the
publisher's own bytes lie beside them, compressed, but for those of answers people sent in. It is written aside and
renamed, so it is whole or absent.
"""

import gzip
import hashlib
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import polars as pl

from data_contracts.registry.records import sources
from pipelines.sources.recognise import Recognised, recognise

_ASIDE = ".aside-"
_ROWS = "rows.parquet"
_RECORD = "record.json"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept about a vintage beside its rows.

    `sequence` orders the vintages of a source as this data folder learnt of them: the highest is in use.
    `published` and `copied` are ISO dates, or None where nobody knows.
    """

    source_id: str
    vintage: str
    publisher: str
    title: str
    url: str
    licence: str
    sha256: str
    bytes: int
    rows: int
    copy: str
    published: str | None = None
    copied: str | None = None
    sequence: int = 0


class Vintage(msgspec.Struct, frozen=True, kw_only=True):
    """A vintage ready to be used: its record and its rows as strings."""

    record: Record
    rows: pl.DataFrame
    ignored_columns: tuple[str, ...] = ()


class Landed(msgspec.Struct, frozen=True, kw_only=True):
    """A vintage on disk, not yet read."""

    record: Record
    folder: Path

    def read(self) -> Vintage:
        """Its rows."""
        return Vintage(record=self.record, rows=pl.read_parquet(self.folder / _ROWS))


def from_bytes(name: str, content: bytes) -> Vintage:
    """Recognise a publisher's file and make a vintage of it; nothing is written. Raises Refused."""
    return _vintage(recognise(name, content), content, name)


def _vintage(recognised: Recognised, content: bytes, name: str) -> Vintage:
    sha256 = hashlib.sha256(content).hexdigest()
    known = recognised.source.known(sha256)
    # A file we do not know says no date of its own, and the day it was dropped would make the same file a new figure.
    dated = (known.published or known.copied).isoformat() if known else "undated"
    source = recognised.source
    record = Record(
        source_id=recognised.source_id,
        vintage=f"{dated}-{sha256[:8]}",
        publisher=source.publisher,
        title=source.title,
        url=source.url,
        licence=source.licence,
        sha256=sha256,
        bytes=len(content),
        rows=recognised.rows.height,
        copy=known.copy if known else f"file {name}",
        published=known.published.isoformat() if known and known.published else None,
        copied=known.copied.isoformat() if known else None,
    )
    return Vintage(record=record, rows=recognised.rows, ignored_columns=recognised.ignored_columns)


def newest(folder: Path) -> dict[str, Landed]:
    """The vintage in use of each source in a landing folder, in the registry's order."""
    found: dict[str, Landed] = {}
    for landed in all_vintages(folder):
        held = found.get(landed.record.source_id)
        if held is None or landed.record.sequence > held.record.sequence:
            found[landed.record.source_id] = landed
    return {source_id: found[source_id] for source_id in sources() if source_id in found}


def all_vintages(folder: Path) -> Iterator[Landed]:
    """Every whole vintage in a landing folder, in a fixed order."""
    for path in sorted(folder.glob(f"*/*/{_RECORD}")):
        if not path.parent.name.startswith(_ASIDE):
            yield Landed(record=msgspec.json.decode(path.read_bytes(), type=Record), folder=path.parent)


def write(folder: Path, vintage: Vintage, original: bytes | None, *, sequence: int) -> None:
    """Write a vintage aside and rename it into place; one that is there already is left as it is."""

    def rows(aside: Path) -> None:
        vintage.rows.write_parquet(aside / _ROWS, compression="zstd", compression_level=19, statistics=False)
        if original is not None:
            (aside / "original.gz").write_bytes(gzip.compress(original, mtime=0))

    _write(folder, vintage.record, rows, sequence)


def _write(folder: Path, record: Record, rows: Callable[[Path], object], sequence: int) -> None:
    final = folder / record.source_id / record.vintage
    if (final / _RECORD).exists():
        return
    aside = final.with_name(_ASIDE + final.name)
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    rows(aside)
    numbered = msgspec.structs.replace(record, sequence=sequence)
    (aside / _RECORD).write_bytes(msgspec.json.format(msgspec.json.encode(numbered), indent=2) + b"\n")
    aside.rename(final)


def next_sequence(folder: Path) -> int:
    """One more than the highest sequence in the folder."""
    return max((landed.record.sequence for landed in all_vintages(folder)), default=0) + 1


def sweep(folder: Path) -> None:
    """Remove what a killed run left half-written."""
    for path in folder.glob(f"*/{_ASIDE}*"):
        shutil.rmtree(path)


def take_snapshot(folder: Path, snapshot: Path) -> None:
    """Copy the package's vintages that this landing folder has not seen, oldest first."""
    seen = {(landed.record.source_id, landed.record.sha256) for landed in all_vintages(folder)}
    for landed in sorted(all_vintages(snapshot), key=lambda item: item.record.vintage):
        if (landed.record.source_id, landed.record.sha256) not in seen:
            _write(folder, landed.record, partial(_copy_rows, landed.folder), next_sequence(folder))


def _copy_rows(held: Path, aside: Path) -> None:
    shutil.copyfile(held / _ROWS, aside / _ROWS)


def write_snapshot(snapshot: Path, vintage: Vintage) -> None:
    """Put a vintage in the package's snapshot in place of any other of its source."""
    shutil.rmtree(snapshot / vintage.record.source_id, ignore_errors=True)
    write(snapshot, vintage, None, sequence=0)
