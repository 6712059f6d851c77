"""Remember what the slow statistics answered, so that a hundred refreshes in one session work each sum out once.

A metric is a pure function of the columns it is told to read: the same inputs give the same answer, and only then is
it given again. The
subprocess tests run without this, and must come to the same bytes.
"""

import hashlib
import importlib
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import polars as pl

import pipelines.models
from data_contracts.registry import records

_ANSWERS: dict[str, pl.DataFrame] = {}


def remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which answers from memory where it has been asked the same before."""

    @wraps(function)
    def answer(frame: pl.DataFrame, /, *rest: Any, **options: Any) -> Any:
        named = dict.fromkeys(name for option in options.values() for name in _names(option))
        read = frame.select(name for name in named if name in frame.columns)
        asked = repr((function.__qualname__, read.schema, rest, sorted(options.items())))
        asked += hashlib.sha256(read.write_csv().encode()).hexdigest()
        if asked not in _ANSWERS:
            _ANSWERS[asked] = function(frame, *rest, **options)
        return _ANSWERS[asked]

    return answer


def _names(option: object) -> list[str]:
    if isinstance(option, str):
        return [option]
    return list(option) if isinstance(option, list | tuple) else []


def metrics_used_by_models() -> Iterator[tuple[Any, str, Callable[..., Any]]]:
    """Each function of `metrics.gaps`, the only slow ones, as a model imports it: module, name, function."""
    for path in sorted(Path(pipelines.models.__path__[0]).glob("*.py")):
        module = importlib.import_module(f"pipelines.models.{path.stem}")
        for name, thing in list(vars(module).items()):
            if callable(thing) and str(getattr(thing, "__module__", "")).startswith("metrics.gaps"):
                yield module, name, thing


def remembering_statuses(function: Callable[..., pl.DataFrame]) -> Callable[..., pl.DataFrame]:
    """The same step of the statuses, from memory where it was given the same frames under the same registry."""

    @wraps(function)
    def answer(*frames: pl.DataFrame) -> pl.DataFrame:
        asked = repr((function.__qualname__, records.measurable(), [frame.schema for frame in frames]))
        asked += "".join(hashlib.sha256(frame.hash_rows().to_numpy().tobytes()).hexdigest() for frame in frames)
        if asked not in _ANSWERS:
            _ANSWERS[asked] = function(*frames)
        return _ANSWERS[asked]

    return answer
