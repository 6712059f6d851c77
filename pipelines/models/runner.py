"""Run the models: read each file's header, put them in order, build each table and hold it to its contract.

A model is one file: SQL for DuckDB, or Python with `build(inputs)`. Both begin with the same header:

    table, inputs, key, contract

`contract: none` marks a table that only other models read.

Tables lie on disk, and a model holds in memory what it reads and no more. Two things keep that small where a table is
large. A Python model that reads few of a table's rows says which, in `rows_read()`. One whose rows with different
values of a column never meet names it in the header, as `by`: a large table is then built some values at a time.
"""

import graphlib
import importlib
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import duckdb
import polars as pl
from polars.io.plugins import register_io_source

from data_contracts.marts import MARTS, Mart
from data_contracts.tables import BATCH_ROWS, ContractBroken, check

_FOLDER = Path(__file__).parent
_HEADER = re.compile(r"^(?:--|#) (table|inputs|key|contract|by):(.*)$", re.MULTILINE)
#: One size for every table, so that the bytes do not depend on how many threads wrote them.
ROW_GROUP = 122_880
#: Of what is read in stretches: small, so that few rows are read beside those wanted.
_STRETCH_ROW_GROUP = 16_384
#: What DuckDB may hold before it spills to disk; polars needs the rest of what a refresh may take.
_DUCKDB_MEMORY = "1GB"


@dataclass(frozen=True, kw_only=True)
class Model:
    """One file that builds one table."""

    table: str
    inputs: tuple[str, ...]
    key: tuple[str, ...]
    contract: str | None
    by: str | None
    path: Path


def models() -> dict[str, Model]:
    """Every model by its table, each after those it reads. Raises graphlib.CycleError where they go in a circle."""
    found = {model.table: model for model in map(_read, sorted(_model_files()))}
    order = graphlib.TopologicalSorter({table: set(model.inputs) & set(found) for table, model in found.items()})
    return {table: found[table] for table in order.static_order()}


def _model_files() -> Iterator[Path]:
    for path in _FOLDER.iterdir():
        if path.suffix in (".sql", ".py") and path.stem not in ("runner", "__init__"):
            yield path


def _read(path: Path) -> Model:
    header = {name: rest.strip() for name, rest in _HEADER.findall(path.read_text("utf-8"))}
    lacking = {"table", "inputs", "key", "contract"} - set(header)
    if lacking or header["table"] != path.stem:
        raise ValueError(f"{path.name}: the header needs table (the file's name), inputs, key and contract")
    return Model(
        table=header["table"],
        inputs=_names(header["inputs"]),
        key=_names(header["key"]),
        contract=None if header["contract"] == "none" else header["contract"],
        by=header.get("by"),
        path=path,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def run(
    inputs: Mapping[str, pl.DataFrame | list[Path]], folder: Path, step: Callable[[str, int], None]
) -> dict[str, Path]:
    """Build every model from the inputs into Parquet files in `folder`; returns the published tables' paths.

    An input is a frame, or the Parquet files that hold its rows. `step` is told each table and its rows as it is done.
    Raises ContractBroken.
    """
    every = models()
    known = set(inputs) | set(every)
    for model in every.values():
        unknown = set(model.inputs) - known
        assert not unknown, f"{model.path.name} reads {unknown}, which nothing makes"
    with _duckdb(folder) as connection:
        held: dict[str, list[Path]] = {}
        for name, given in inputs.items():
            held[name] = [write_input(folder, name, given)] if isinstance(given, pl.DataFrame) else given
            _offer(connection, name, held[name])
        files: dict[str, Path] = {}
        for model in every.values():
            path = folder / "marts" / f"{model.table}.parquet" if model.contract else _input(folder, model.table)
            path.parent.mkdir(parents=True, exist_ok=True)
            stretches = _stretches([held[name] for name in model.inputs], model.by) if model.by else []
            if len(stretches) > 1:
                rows = _build_in_parts(connection, model, stretches, held, path)
            else:
                rows = _build_whole(connection, model, held, path)
            held[model.table] = [path]
            _offer(connection, model.table, [path])
            if model.contract:
                files[model.table] = path
            step(model.table, rows)
    return files


def write_input(folder: Path, name: str, rows: pl.DataFrame) -> Path:
    """Write rows that models will read, before the models run."""
    return _write_aside(rows, _input(folder, name))


def _duckdb(folder: Path) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    spill = folder / "inputs" / "spill"
    return duckdb.connect(config={"threads": 1, "memory_limit": _DUCKDB_MEMORY, "temp_directory": str(spill)})


def _input(folder: Path, name: str) -> Path:
    """Where a table that nobody publishes lies."""
    return folder / "inputs" / f"{name}.parquet"


def _write(frame: pl.DataFrame, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path, compression="zstd", row_group_size=ROW_GROUP)
    return path


def _write_aside(frame: pl.DataFrame, path: Path) -> Path:
    """Write what this run alone reads, and some of it at a time: quickly, and in small groups of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path, compression="lz4", row_group_size=_STRETCH_ROW_GROUP)
    return path


def _offer(connection: duckdb.DuckDBPyConnection, name: str, paths: list[Path]) -> None:
    """Let SQL models read a table by name."""
    connection.read_parquet([str(path) for path in paths]).create_view(name)


def _as_contract(model: Model, frame: pl.DataFrame) -> pl.DataFrame:
    """The contract's columns, types and order of rows; a column it does not have is left behind."""
    mart = MARTS[model.contract or model.table]
    absent = [
        pl.lit(None, field.dtype).alias(field.name)
        for field in mart.fields
        if field.name not in frame.columns and mart.is_nullable(field)
    ]
    shaped = (
        frame.with_columns(absent)
        .select(pl.col(field.name).cast(field.dtype) for field in mart.fields)
        .sort(mart.order, nulls_last=True)
    )
    check(mart.name, shaped)
    if mart.key != model.key:
        raise ValueError(f"{model.path.name}: key {model.key} is not the contract's {mart.key}")
    return shaped


def _check_key(connection: duckdb.DuckDBPyConnection, model: Model, path: Path) -> None:
    """No two rows of a file share a key: over all of it, in DuckDB."""
    key = ", ".join(f'"{column}"' for column in model.key)
    twice = connection.execute(
        f"select {key}, count(*) from read_parquet(?) group by {key} having count(*) > 1 limit 5",  # noqa: S608
        [str(path)],
    ).fetchall()
    if twice:
        shown = "; ".join(", ".join(map(str, row[:-1])) + f" ({row[-1]} rows)" for row in twice)
        raise ContractBroken(model.table, [f"key {', '.join(model.key)} is not unique: {shown}"])


# --- a table at once --------------------------------------------------------------------------------------


def _build_whole(
    connection: duckdb.DuckDBPyConnection, model: Model, held: Mapping[str, list[Path]], path: Path
) -> int:
    """Build a table into its file; returns its rows."""
    if model.path.suffix == ".sql":
        # By way of a file: handing a relation to polars leaves DuckDB complaining of leaks when the process ends.
        answer = path.with_suffix(".answer")
        connection.sql(model.path.read_text("utf-8")).write_parquet(str(answer))
        frame = pl.read_parquet(answer)
        answer.unlink()
    else:
        frame = _call(model, held)
    if model.contract:
        frame = _as_contract(model, frame)
    _check_key(connection, model, _write(frame, path))
    return frame.height


def _call(model: Model, held: Mapping[str, list[Path]], stretch: pl.Expr | None = None) -> pl.DataFrame:
    """What a Python model makes of its inputs, or of a stretch of those that have the column it goes by."""
    module: ModuleType = importlib.import_module(f"pipelines.models.{model.path.stem}")
    wanted: Mapping[str, pl.Expr] = module.rows_read() if hasattr(module, "rows_read") else {}
    frames: dict[str, pl.DataFrame] = {}
    for name in model.inputs:
        rows = pl.scan_parquet(held[name])
        if name in wanted:
            rows = rows.filter(wanted[name])
        if stretch is not None and _has(held[name], model.by):
            rows = rows.filter(stretch)
        frames[name] = rows.collect()
    built: pl.DataFrame = module.build(frames)
    return built


def _has(paths: list[Path], column: str | None) -> bool:
    return column in pl.read_parquet_schema(paths[0])


# --- a large table, some values at a time -----------------------------------------------------------------


def _build_in_parts(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    stretches: list[pl.Expr],
    held: Mapping[str, list[Path]],
    path: Path,
) -> int:
    """Build a table a stretch at a time, then put the parts in the order it is published in; returns its rows.

    Its rows are those it has when built at once, and so are its bytes. A key holds the column the table goes by, so
    two rows with one key lie in one part.
    """
    assert model.contract, f"{model.path.name}: `by` is for published tables"
    assert model.by in model.key, f"{model.path.name}: two rows with one key must lie in one part"
    folder = path.with_suffix(".parts")
    parts: list[Path] = []
    failures: list[str] = []
    for number, stretch in enumerate(stretches):
        part = folder / f"{number}.parquet"
        try:
            _write_aside(_as_contract(model, _call(model, held, stretch)), part)
            _check_key(connection, model, part)
        except ContractBroken as broken:
            failures.extend(broken.failures)
        parts.append(part)
    if failures:
        raise ContractBroken(model.table, list(dict.fromkeys(failures)))
    _merge(parts, MARTS[model.contract], path)
    shutil.rmtree(folder)
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _merge(parts: list[Path], mart: Mart, path: Path) -> None:
    """One file of all the parts' rows in the published order, of which no more than a stretch is held at once."""

    def in_order(*_: object) -> Iterator[pl.DataFrame]:
        for stretch in _stretches([parts], mart.order[0]):
            yield pl.scan_parquet(parts).filter(stretch).collect().sort(mart.order, nulls_last=True)

    register_io_source(in_order, schema=mart.schema).sink_parquet(path, compression="zstd", row_group_size=ROW_GROUP)


def _stretches(tables: list[list[Path]], column: str) -> list[pl.Expr]:
    """Stretches of a column's values, in order, which together hold every row of the tables that have the column.

    Each is of about a batch of rows, or of one value. In order, so that what a file says of its row groups tells which
    of them to pass over.
    """
    counts = (
        pl.concat(pl.scan_parquet(paths).select(column) for paths in tables if _has(paths, column))
        .group_by(column)
        .len()
        .sort(column)
        .collect()
    )
    assert not counts[column].has_nulls(), f"a row without {column} would fall between the stretches"
    batch = (pl.col("len").cum_sum() - 1) // BATCH_ROWS
    ends = counts.group_by(batch, maintain_order=True).agg(first=pl.col(column).first(), last=pl.col(column).last())
    from_to = ends.select("first", "last").iter_rows()
    return [pl.col(column).is_between(pl.lit(first), pl.lit(last)) for first, last in from_to]
