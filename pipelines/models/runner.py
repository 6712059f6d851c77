"""Run the models: read each file's header, put them in order, build each table and hold it to its contract.

A model is one file: SQL for DuckDB, or Python with `build(inputs)`. Both begin with the same header:

    table, inputs, key, contract

`contract: none` marks a table that only other models read.
"""

import graphlib
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from data_contracts.marts import MARTS
from data_contracts.tables import ContractBroken, check

_FOLDER = Path(__file__).parent
_HEADER = re.compile(r"^(?:--|#) (table|inputs|key|contract):(.*)$", re.MULTILINE)
#: One size for every table, so that the bytes do not depend on how many threads wrote them.
ROW_GROUP = 122_880


@dataclass(frozen=True, kw_only=True)
class Model:
    """One file that builds one table."""

    table: str
    inputs: tuple[str, ...]
    key: tuple[str, ...]
    contract: str | None
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
        path=path,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def run(inputs: Mapping[str, pl.DataFrame], folder: Path, step: Callable[[str, int], None]) -> dict[str, Path]:
    """Build every model from the inputs into Parquet files in `folder`; returns the published tables' paths.

    `step` is told each table and its rows as it is done. Raises ContractBroken.
    """
    every = models()
    known = set(inputs) | set(every)
    for model in every.values():
        unknown = set(model.inputs) - known
        assert not unknown, f"{model.path.name} reads {unknown}, which nothing makes"
    with duckdb.connect(config={"threads": 1}) as connection:
        frames = dict(inputs)
        files: dict[str, Path] = {}
        for name, frame in inputs.items():
            _offer(connection, name, frame, folder / "inputs" / f"{name}.parquet")
        for model in every.values():
            frame = _build(connection, model, frames, folder)
            if model.contract:
                frame = _as_contract(model, frame)
            path = folder / ("marts" if model.contract else "inputs") / f"{model.table}.parquet"
            _offer(connection, model.table, frame, path)
            _check_key(connection, model)
            frames[model.table] = frame
            if model.contract:
                files[model.table] = path
            step(model.table, frame.height)
    return files


def _build(
    connection: duckdb.DuckDBPyConnection, model: Model, frames: Mapping[str, pl.DataFrame], folder: Path
) -> pl.DataFrame:
    if model.path.suffix == ".sql":
        # By way of a file: handing a relation to polars leaves DuckDB complaining of leaks when the process ends.
        answer = folder / "answer.parquet"
        connection.sql(model.path.read_text("utf-8")).write_parquet(str(answer))
        frame = pl.read_parquet(answer)
        answer.unlink()
        return frame
    module = importlib.import_module(f"pipelines.models.{model.path.stem}")
    built: pl.DataFrame = module.build({name: frames[name] for name in model.inputs})
    return built


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


def _offer(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame, path: Path) -> None:
    """Write a frame and let SQL models read it by name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path, compression="zstd", row_group_size=ROW_GROUP)
    connection.read_parquet(str(path)).create_view(name)


def _check_key(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """No two rows share a key: over the whole table, in DuckDB."""
    key = ", ".join(f'"{column}"' for column in model.key)
    twice = connection.execute(
        f'select {key}, count(*) from "{model.table}" group by {key} having count(*) > 1 limit 5'  # noqa: S608
    ).fetchall()
    if twice:
        shown = "; ".join(", ".join(map(str, row[:-1])) + f" ({row[-1]} rows)" for row in twice)
        raise ContractBroken(model.table, [f"key {', '.join(model.key)} is not unique: {shown}"])
