"""Returns of posts: a template, a check and a submission from the command line, and the rules on a million rows."""

import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts import returns
from tests.benchmarks.measure import ROOT, Measure, seconds
from tests.builders.returns import POST_HEADER, QUARTER, SYSTEM, as_csv, known, post

_SIZES = (50, returns.MAX_ROWS)
#: Seconds, nearly all of which a program takes to start.
_BUDGET = {"template": 10.0, "validate": 6.0, "submit": 6.0}
_MANY = 1_000_000
_RULES_SECONDS = 12.0


def benchmarks() -> Iterator[dict[str, Any]]:
    """Each command in a process of its own, start-up included; the floor is a program that does nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        _run("refresh", "--data-dir", str(data), "--as-of", "2026-11-25")
        bare = _timed("returns", "--help")
        for rows in _SIZES:
            file = folder / f"{rows}.csv"
            file.write_bytes(as_csv([post(number) for number in range(1, rows + 1)]))
            where = ("--data-dir", str(data))
            taken = {
                "validate": _timed("returns", "validate", str(file), *where),
                "submit": _timed("returns", "submit", str(file), "--confirm", *where),
                # The template is begun from the return just sent, so it has as many rows.
                "template": _timed(
                    "returns", "template", "--system", SYSTEM, "--quarter", "2026-27-Q3",
                    "--out", str(folder / f"{rows}.xlsx"), *where,
                ),
            }  # fmt: skip
            for command, value in taken.items():
                yield Measure(
                    name=f"returns {command}, {rows:,} rows",
                    value=value,
                    unit="s",
                    floor=bare,
                    ratio=value / bare,
                    budget=_BUDGET[command],
                ).as_dict()
    yield from _rules()


def _run(*arguments: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pipelines", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"{arguments}: {run.stdout}{run.stderr}"


def _timed(*arguments: str) -> float:
    started = time.perf_counter()
    _run(*arguments)
    return time.perf_counter() - started


def _rules() -> Iterator[dict[str, Any]]:
    """Every rule on sound rows, many times what a file may hold; the floor reads each cell once."""
    letters = string.ascii_uppercase[: len(POST_HEADER)]
    sound = post()
    cells = pl.DataFrame({returns.ROW: range(2, _MANY + 2)}).with_columns(
        *(
            pl.lit(sound[name] or None, pl.String).alias(letter)
            for letter, name in zip(letters, POST_HEADER, strict=True)
        ),
    )
    reference = letters[POST_HEADER.index("post_reference")]
    cells = cells.with_columns(pl.format("PH-{}", returns.ROW).alias(reference))
    sheet = returns.Sheet(name=returns.POSTS, header=dict(zip(letters, POST_HEADER, strict=True)), cells=cells)
    most, returns.MAX_ROWS = returns.MAX_ROWS, _MANY
    try:
        value = seconds(lambda: _checked(sheet), runs=1)
    finally:
        returns.MAX_ROWS = most
    floor = seconds(lambda: cells.select(pl.col(*letters).str.len_bytes().sum()), runs=3)
    yield Measure(
        name=f"rules of a return on {_MANY:,} rows",
        value=value,
        unit="s",
        floor=floor,
        ratio=value / floor,
        budget=_RULES_SECONDS,
    ).as_dict()


def _checked(sheet: returns.Sheet) -> None:
    report = returns.check("many.csv", [sheet], [], known()).report
    assert report.quarter == QUARTER
    assert not [finding for finding in report.findings if finding.severity is returns.Severity.ERROR], report.findings[
        :3
    ]
