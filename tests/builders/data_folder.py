"""A real data folder to run the real pipeline on, and what can be asked of it afterwards."""

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from dashboard.reader import Release
from data_contracts.marts import MARTS
from data_contracts.registry.records import sources
from pipelines import landing, releases
from pipelines.cleaning import Cleaned, clean_lookup, sort_figures
from pipelines.config import Settings
from pipelines.faults import Problem, Refused
from pipelines.geography import Geography, geography
from pipelines.recap import Recap
from pipelines.refresh import refresh
from pipelines.releases import Manifest, SourceAccount
from pipelines.runlog import RunLog, Silent
from tests.builders.publishers import PublishersFile, RawFile, write

AS_OF = dt.date(2026, 11, 25)
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a refresh said: its recap, or the problems it was refused for."""

    recap: Recap | None = None
    problems: tuple[Problem, ...] = ()
    lines: tuple[dict[str, object], ...] = ()

    @property
    def rules(self) -> list[str]:
        """The rules of the problems, in order."""
        return [problem.rule for problem in self.problems]

    def account(self, source_id: str) -> SourceAccount:
        """What became of a source's rows; a refused run has no accounts, which fails here with its problems."""
        assert self.recap, "refused: " + "\n".join(map(str, self.problems))
        return next(account for account in self.recap.sources if account.source_id == source_id)


@dataclass
class DataFolder:
    """A data folder with an inbox beside it."""

    path: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.path, as_of=AS_OF)

    @property
    def inbox(self) -> Path:
        return self.path.with_name(self.path.name + "-inbox")

    def copy(self, to: Path) -> "DataFolder":
        """The same folder elsewhere, links kept as links."""
        shutil.copytree(self.path, to, symlinks=True)
        return DataFolder(to)

    def drop(self, *files: PublishersFile | RawFile) -> None:
        """Leave only these files in the inbox."""
        shutil.rmtree(self.inbox, ignore_errors=True)
        write(self.inbox, *files)

    def refresh(self, *files: PublishersFile | RawFile, **settings: object) -> Outcome:
        """Run the pipeline in this process on these files."""
        self.drop(*files)
        return self.refresh_inbox(**settings)

    def refresh_inbox(self, **settings: object) -> Outcome:
        """Run the pipeline in this process on the inbox as it lies."""
        stream = io.StringIO()
        log = RunLog("test", Silent(), [stream])
        wanted = replace(self.settings, inbox=self.inbox, **settings)
        try:
            recap = refresh(wanted, log)
        except Refused as refused:
            return Outcome(problems=refused.problems, lines=_lines(stream))
        return Outcome(recap=recap, lines=_lines(stream))

    def clean(self, file: PublishersFile | RawFile) -> Cleaned:
        """A file of figures as cleaning sorts its rows, coded by this folder's lookups; nothing is written."""
        vintage = landing.from_bytes(file.name, file.content())
        return sort_figures(vintage, self.geography)

    @cached_property
    def geography(self) -> Geography:
        """What cleaning knows of areas, from this folder's lookups."""
        newest = landing.newest(self.settings.landing_dir)
        return geography(
            {
                source_id: clean_lookup(landed.read()).accepted
                for source_id, landed in newest.items()
                if sources()[source_id].format == "lookup"
            }
        )

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the pipeline on this folder as a person does, in a process of its own."""
        return self.command_alone(*arguments, "--data-dir", str(self.path), **environment)

    def command_alone(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command that knows no data folder."""
        return subprocess.run(
            [sys.executable, "-m", "pipelines", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a refresh and come back while it works; its JSON lines are on stderr."""
        command = [sys.executable, "-m", "pipelines", "refresh", "--data-dir", str(self.path), "--as-of", str(AS_OF)]
        return subprocess.Popen(
            [*command, *arguments],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    # --- what is there ---

    @property
    def release_id(self) -> str:
        """The release that serves."""
        return (self.path / "current").readlink().name

    @property
    def manifest(self) -> Manifest:
        return releases.read_manifest(self.path / "current")

    def mart(self, name: str) -> pl.DataFrame:
        """A published table of the release that serves."""
        return pl.read_parquet(self.path / "current" / "marts" / f"{name}.parquet")

    def mart_hashes(self) -> dict[str, str]:
        """Every published table's bytes, as a hash."""
        marts = self.path / "current" / "marts"
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(marts.iterdir())}

    def changes(self) -> pl.DataFrame:
        return pl.read_parquet(self.path / "current" / "changes.parquet")

    def report(self) -> str:
        return (self.path / "current" / "report.md").read_text("utf-8")

    def history(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in (self.path / "history.jsonl").read_text("utf-8").splitlines()]

    def vintages(self, source_id: str) -> list[str]:
        return sorted(path.name for path in (self.path / "landing" / source_id).iterdir())

    def state(self) -> dict[str, str]:
        """Every file that matters and what it holds: the lock and the runs' logs are left out."""
        pointer = self.path / "current"
        found = {"current": str(pointer.readlink())} if pointer.is_symlink() else {}
        for path in sorted(self.path.rglob("*")):
            inside = path.relative_to(self.path)
            if path.is_file() and inside.parts[0] not in ("runs", ".lock", "current"):
                found[str(inside)] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    def assert_whole(self) -> None:
        """What serves is a whole release: every table readable, the database too, the hash the manifest's."""
        link = (self.path / "current").readlink()
        assert not link.is_absolute()
        release = self.path / link
        manifest = releases.read_manifest(release)
        assert manifest.release_id == release.name == releases.release_id(release / "marts")
        for part in ("report.md", "changes.parquet"):
            assert (release / part).stat().st_size > 0
        # The dashboard's own way in: DuckDB opens a file once a process, and only in one configuration.
        database = Release(release)
        try:
            for name in MARTS:
                in_parquet = pl.read_parquet(release / "marts" / f"{name}.parquet").height
                ((in_database,),) = database.rows(f'select count(*) from "{name}"')
                assert in_parquet == in_database == manifest.marts[name]
        finally:
            database.close()


def _lines(stream: io.StringIO) -> tuple[dict[str, object], ...]:
    return tuple(json.loads(line) for line in stream.getvalue().splitlines())
