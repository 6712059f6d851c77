"""Releases: built aside, whole or absent, pointed to by one symbolic link that is swapped in one step."""

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import msgspec
import polars as pl

from data_contracts.marts import CONTRACT_VERSION, MARTS
from data_contracts.version import SOFTWARE
from pipelines.config import Settings
from pipelines.runlog import Step
from pipelines.shapes import SHAPES

BUILDING = ".building-"
CHANGES = "changes.parquet"
#: What DuckDB may hold while it writes: it would else keep all it can of what it has written.
DUCKDB_MEMORY = "512MB"
#: Rows a page must read to find a few: a fifth of the time of DuckDB's own 122,880 at today's size.
SERVED_ROW_GROUP = 16_384
#: Columns of a status that are kept of every release: up to the version of its rules, after which come its workings.
_STATUSES = MARTS["statuses"].columns
STATUSES_KEPT = _STATUSES[: _STATUSES.index("rule_version") + 1]


class SourceAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One source in a release: the vintage used and what became of its rows."""

    source_id: str
    vintage: str
    received: int
    accepted: int
    set_aside: int
    quarantined: int
    set_aside_by_rule: dict[str, int] = {}


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a release is: its inputs, what made it, and how long that took."""

    release_id: str
    as_of: str
    contract_version: str
    software: str
    illustrative: bool
    sources: list[SourceAccount]
    marts: dict[str, int]
    accepted_changes: str | None = None
    steps: list[Step] = []


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the history of what was published when."""

    event: str
    release_id: str
    at: str
    reason: str | None = None


def release_id(marts: Path) -> str:
    """A hash of the marts' and shapes' bytes and the contract they meet: the same inputs give the same release."""
    digest = hashlib.sha256(CONTRACT_VERSION.encode())
    for name in sorted(MARTS):
        digest.update(name.encode())
        with (marts / f"{name}.parquet").open("rb") as table:
            digest.update(hashlib.file_digest(table, "sha256").digest())
    for path in sorted((marts.parent / SHAPES).glob("*.json")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def write_database(folder: Path) -> None:
    """One DuckDB file with every mart, rows in the marts' order, in small groups, so that a page reads few rows.

    Beside them lies what changed since the release before: no mart, since it depends on that release.
    """
    path, spill = folder / "release.duckdb", folder / "spill"
    with duckdb.connect(
        config={"threads": 1, "memory_limit": DUCKDB_MEMORY, "temp_directory": str(spill)}
    ) as connection:
        connection.execute(f"attach ? as release (row_group_size {SERVED_ROW_GROUP})", [str(path)])
        for name in MARTS:
            connection.read_parquet(str(folder / "marts" / f"{name}.parquet")).create(f"release.{name}")
        connection.read_parquet(str(folder / CHANGES)).create("release.changes")
        connection.execute("detach release")
    shutil.rmtree(spill, ignore_errors=True)


def manifest(
    folder: Path,
    settings: Settings,
    sources: list[SourceAccount],
    marts: Mapping[str, int],
    steps: list[Step],
) -> Manifest:
    """The manifest of the release being built in `folder`."""
    return Manifest(
        release_id=release_id(folder / "marts"),
        as_of=settings.as_of.isoformat(),
        contract_version=CONTRACT_VERSION,
        software=SOFTWARE,
        illustrative=settings.illustrative,
        sources=sources,
        marts=dict(marts),
        accepted_changes=settings.accept_changes,
        steps=steps,
    )


def read_manifest(folder: Path) -> Manifest:
    """The manifest in a release's folder."""
    return msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)


def write_manifest(folder: Path, record: Manifest) -> None:
    """Write it where a person can read it."""
    (folder / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")


def current(settings: Settings) -> Path | None:
    """The folder of the release that serves, or None."""
    return settings.current.resolve() if settings.current.exists() else None


def is_readable(settings: Settings) -> bool:
    """Whether a release serves and meets the contracts of this software."""
    serving = current(settings)
    return serving is not None and read_manifest(serving).contract_version == CONTRACT_VERSION


def publish(settings: Settings, building: Path, record: Manifest, *, at: dt.datetime) -> Path:
    """Rename a whole release into place and point to it; the earlier one serves until the last step.

    Figures that were published before come back under the same name, but with a manifest, a report and changes of
    their own, so the older folder makes room. It is not the one that serves: that would have been nothing new.
    """
    final = settings.releases_dir / record.release_id
    _sync(building)
    _remove(settings, final)
    building.rename(final)
    _keep_manifest(settings, final)
    _keep_statuses(settings, final)
    point_to(settings, final)
    (settings.data_dir / "held").unlink(missing_ok=True)
    _append(
        settings, Event(event="published", release_id=record.release_id, at=_at(at), reason=record.accepted_changes)
    )
    return final


def point_to(settings: Settings, release: Path) -> None:
    """Swap the pointer: a relative link, made aside and renamed over the old one."""
    aside = settings.data_dir / ".current-aside"
    aside.unlink(missing_ok=True)
    aside.symlink_to(release.relative_to(settings.data_dir))
    aside.replace(settings.current)


def record_what_serves(settings: Settings, *, at: dt.datetime) -> None:
    """Add to the history what a run killed just after its swap did not get to write."""
    serving = current(settings)
    last = next(reversed(list(history(settings))), None)
    if serving and (last is None or last.release_id != serving.name):
        reason = read_manifest(serving).accepted_changes
        _append(settings, Event(event="published", release_id=serving.name, at=_at(at), reason=reason))


def _remove(settings: Settings, release: Path) -> None:
    """Take a release away in one step, so that none is ever found in part."""
    if release.exists():
        aside = settings.releases_dir / f"{BUILDING}removed-{release.name}"
        release.rename(aside)
        shutil.rmtree(aside)


def _sync(folder: Path) -> None:
    """Have the release on the disk before anything points to it."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _keep_manifest(settings: Settings, release: Path) -> None:
    """Manifests outlive the releases they describe."""
    folder = settings.data_dir / "manifests"
    folder.mkdir(exist_ok=True)
    shutil.copyfile(release / "manifest.json", folder / f"{release.name}.json")


def _keep_statuses(settings: Settings, release: Path) -> None:
    """Statuses outlive the release too: what it said then can be held against what is said now.

    Written aside and renamed, so that a file is whole or absent; only the columns others rely on, so that it is small.
    """
    marts = release / "marts" / "statuses.parquet"
    final = settings.data_dir / "statuses" / f"{release.name}.parquet"
    # A release of an older contract has none, and what a killed run left half-built is no release.
    if final.exists() or not marts.exists() or release.name.startswith(BUILDING):
        return
    final.parent.mkdir(exist_ok=True)
    held = pl.read_parquet_schema(marts)
    kept = [name for name in STATUSES_KEPT if name in held]
    aside = final.with_name(f".{final.name}")
    pl.read_parquet(marts, columns=kept).write_parquet(aside, compression="zstd")
    aside.replace(final)


def prune(settings: Settings, keep: int) -> list[str]:
    """Remove whole releases but the last few published and the one that serves; returns those removed.

    Their manifests and statuses stay.
    """
    recent = list(dict.fromkeys(event.release_id for event in reversed(list(history(settings)))))[:keep]
    serving = current(settings)
    kept = {*recent, serving.name if serving else ""}
    removed = [path for path in sorted(settings.releases_dir.iterdir()) if path.name not in kept]
    for path in removed:
        _keep_statuses(settings, path)  # a run killed after its swap may not have got to it
        _remove(settings, path)
    return [path.name for path in removed]


def sweep(settings: Settings) -> None:
    """Remove what a killed run left half-built."""
    for path in settings.releases_dir.glob(f"{BUILDING}*"):
        shutil.rmtree(path)


def history(settings: Settings) -> Iterator[Event]:
    """What was published and rolled back, oldest first; a line cut short by a kill is passed over."""
    path = settings.data_dir / "history.jsonl"
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        try:
            yield msgspec.json.decode(line, type=Event)
        except msgspec.DecodeError:
            continue


def _append(settings: Settings, event: Event) -> None:
    with (settings.data_dir / "history.jsonl").open("ab") as file:
        file.write(msgspec.json.encode(event) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _at(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")


# --- rollback ---------------------------------------------------------------------------------------------


def held(settings: Settings) -> str | None:
    """The release a rollback holds, until a refresh accepts changes; None where none is held.

    A hold is in force while its release serves, so it ends in the same step as that: publishing another.
    """
    path = settings.data_dir / "held"
    name = path.read_text().strip() if path.exists() else None
    serving = current(settings)
    return name if serving and serving.name == name else None


def release_hold(settings: Settings, reason: str, *, at: dt.datetime) -> None:
    """Let refreshes publish again although what they make is what serves already."""
    if name := held(settings):
        (settings.data_dir / "held").unlink()
        _append(settings, Event(event="hold ended", release_id=name, at=_at(at), reason=reason))


def previous(settings: Settings) -> Path | None:
    """The whole release published before the one that serves, if it is still here."""
    serving = current(settings)
    published = [event.release_id for event in history(settings) if event.event == "published"]
    for name in reversed(published):
        path = settings.releases_dir / name
        if (serving is None or name != serving.name) and path.is_dir():
            return path
    return None


def rollback(settings: Settings, release: Path, *, at: dt.datetime) -> None:
    """Serve an earlier release and hold it."""
    (settings.data_dir / "held").write_text(release.name + "\n")
    point_to(settings, release)
    _append(settings, Event(event="rolled back", release_id=release.name, at=_at(at)))
