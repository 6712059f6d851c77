"""Small series judged by the real rules: a few figures in, statuses out."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from data_contracts.marts import MARTS
from data_contracts.registry import records
from data_contracts.tables import schema
from data_contracts.vocabulary import Sex
from pipelines.geography import ENGLAND
from pipelines.statuses import panel as panels
from pipelines.statuses.explain import with_explanation
from pipelines.statuses.layers import with_layers
from pipelines.statuses.panel import panel
from pipelines.statuses.series import points

SYSTEM = "E54000050"
NORTH_EAST = "E12000001"
#: Made-up limits are this far from the value for a standard error of one.
HALF_WIDTH = 1.96

_FIRST_DAY = {"survey_year": (11, 16), "financial_year": (4, 1), "school_year": (9, 1)}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One observation; only what matters to the test is said."""

    period: str
    value: float | None = None
    limits: tuple[float, float] | None = None
    area: str = SYSTEM
    sex: str | None = None
    symbol: str | None = None
    note: str | None = None
    kind: str = "published"
    count: float | None = None
    denominator: float | None = None


def figure(period: str, value: float | None = None, error: float | None = None, **more: Any) -> Figure:
    """A figure; `error` is the standard error its limits stand for."""
    limits = None
    if value is not None and error is not None:
        limits = (value - HALF_WIDTH * error, value + HALF_WIDTH * error)
    return Figure(period=period, value=value, **{"limits": limits, **more})


def days(period: str, kind: str) -> tuple[dt.date, dt.date]:
    """First and last day of a period as people write it.

    >>> days("2022/23", "school_year")
    (datetime.date(2022, 9, 1), datetime.date(2023, 8, 31))
    >>> days("2022/23 Q4", "quarter")
    (datetime.date(2023, 1, 1), datetime.date(2023, 3, 31))
    """
    if kind == "cumulative_quarters":
        years, months = divmod(int(period[3:7]) * 12 + 3 + 3 * int(period[-1]), 12)
        return dt.date(2021, 4, 1), dt.date(years, months + 1, 1) - dt.timedelta(days=1)
    if kind == "quarter":
        years, months = divmod(int(period[:4]) * 12 + 3 * int(period[-1]), 12)
        after, month = divmod(years * 12 + months + 3, 12)
        return dt.date(years, months + 1, 1), dt.date(after, month + 1, 1) - dt.timedelta(days=1)
    first, last = int(period[:4]), int(period[-4:]) if " to " in period else int(period[:4])
    month, day = _FIRST_DAY.get(kind, (1, 1))
    return dt.date(first, month, day), dt.date(last + 1, month, day) - dt.timedelta(days=1)


def observed(indicator_id: str, figures: Iterable[Figure]) -> pl.DataFrame:
    """The figures as the mart `observations` holds them."""
    indicator = records.measurable()[indicator_id]
    rows = []
    for given in figures:
        start, end = days(given.period, indicator.period_kind)
        low, high = given.limits or (None, None)
        rows.append(
            {
                "indicator_id": indicator_id,
                "area_code": given.area,
                "sex": given.sex or str(indicator.sexes[0]),
                "breakdown": "all",
                "period_label": given.period,
                "period_start": start,
                "period_end": end,
                "value": given.value,
                "lower_95": low,
                "upper_95": high,
                "count": given.count,
                "denominator": given.denominator,
                "value_kind": given.kind,
                "value_symbol": given.symbol,
                "note": given.note,
                "source_id": indicator.source,
                "vintage": "made-up",
            }
        )
    return pl.DataFrame(rows, schema=columns_of("observations"))


def region_gaps(figures: Iterable[Figure]) -> pl.DataFrame:
    """England's gaps between regions as the mart `gaps` holds them."""
    return (
        observed("healthy-life-expectancy", figures)
        .rename({"value": "observed_gap", "lower_95": "observed_lower_95", "upper_95": "observed_upper_95"})
        .with_columns(gap_id=pl.lit("region-range"))
        .select(
            pl.col(name).cast(dtype) if name in _GAP_COLUMNS else pl.lit(None, dtype).alias(name)
            for name, dtype in columns_of("gaps").items()
        )
    )


_GAP_COLUMNS = (
    "gap_id",
    "indicator_id",
    "area_code",
    "sex",
    "period_label",
    "period_start",
    "period_end",
    "observed_gap",
    "observed_lower_95",
    "observed_upper_95",
)


def columns_of(mart: str) -> pl.Schema:
    """The columns of a mart and their types, from its contract."""
    types = {name: column.dtype.type for name, column in schema(mart).columns.items()}
    return pl.Schema({name: types[name] for name in MARTS[mart].columns})


def areas(ended: dict[str, dt.date] | None = None, codes: Sequence[str] = ()) -> pl.DataFrame:
    """The areas the figures are about; `ended`: the last day of those that are no more."""
    kinds = {"E92": "england", "E12": "region", "E54": "icb"}
    rows = [
        {"area_code": code, "area_type": kinds.get(code[:3], "utla"), "valid_to": (ended or {}).get(code)}
        for code in dict.fromkeys([ENGLAND, NORTH_EAST, SYSTEM, *codes])
    ]
    return pl.DataFrame(rows, schema={"area_code": pl.String, "area_type": pl.String, "valid_to": pl.Date})


def commitment(*measures: records.Measure, said_on: str | None = None) -> records.Commitment:
    """A commitment judged by these measures."""
    return records.Commitment(
        version=1,
        kept_by="measures",  # type: ignore[arg-type]
        standing="promise",  # type: ignore[arg-type]
        lever="shared",  # type: ignore[arg-type]
        title="Made up",
        statement="Made up.",
        said_by="Nobody",
        source_url="https://example.org",
        source_place="nowhere",
        review_cycle="never",
        said_on=said_on,
        measure=measures,
    )


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be judged: a measure with its figures, its baseline and its target."""

    indicator_id: str
    figures: Sequence[Figure]
    baseline: str
    target: float | None = None
    change: float | None = None
    by: dt.date | None = None
    said_on: str | None = None
    where: str = "every"
    ended: dict[str, dt.date] | None = None

    def posed(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The panel of a made-up commitment judged by this one measure, and the series it rests on."""
        aim = None
        if self.target is not None or self.change is not None:
            aim = records.Target(value=self.target, change=self.change, by=self.by)
        sexes = tuple(Sex(sex) for sex in dict.fromkeys(given.sex for given in self.figures if given.sex))
        measure = records.Measure(
            indicator=self.indicator_id,
            baseline=self.baseline,
            where=self.where,  # type: ignore[arg-type]
            sexes=sexes or records.measurable()[self.indicator_id].sexes[:1],
            target=aim,
        )
        known = areas(self.ended, [given.area for given in self.figures])
        register = {"made-up": commitment(measure, said_on=self.said_on)}
        return _posed(register, observed(self.indicator_id, self.figures), columns_of("gaps").to_frame(), known)


def judge(indicator_id: str, figures: Sequence[Figure], *, baseline: str, **more: Any) -> pl.DataFrame:
    """Judge a made-up commitment by one measure; one row a status."""
    rows, series = Question(indicator_id=indicator_id, figures=figures, baseline=baseline, **more).posed()
    return with_explanation(with_layers(rows, series))


def judge_all(questions: Sequence[Question]) -> list[pl.DataFrame]:
    """Judge many at once, which is many times as quick, each as if alone; England has no rows of its own."""
    apart = (pl.lit(f"{number}/").add(pl.col("area_code")).alias("area_code") for number in range(len(questions)))
    posed = [
        (rows.filter(pl.col("area_code") != ENGLAND).with_columns(code), series.with_columns(code))
        for (rows, series), code in zip((question.posed() for question in questions), apart, strict=True)
    ]
    together = pl.concat([rows for rows, _ in posed])
    found = with_explanation(with_layers(together, pl.concat([series for _, series in posed])))
    number = pl.col("area_code").str.split("/").list
    found = found.with_columns(number=number.first().cast(pl.Int64), area_code=number.last())
    return [found.filter(pl.col("number") == place).drop("number") for place in range(len(questions))]


def judged(
    register: dict[str, records.Commitment], observations: pl.DataFrame, gaps: pl.DataFrame, known: pl.DataFrame
) -> pl.DataFrame:
    """Judge a register on figures, by the path a release takes."""
    rows, series = _posed(register, observations, gaps, known)
    return with_explanation(with_layers(rows, series))


def _posed(
    register: dict[str, records.Commitment], observations: pl.DataFrame, gaps: pl.DataFrame, known: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    wanted = {indicator_id for entry in register.values() for indicator_id in entry.measures}
    series = points(observations, gaps, wanted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(panels, "commitments", lambda: register)
        return panel(series, known), series


def status(
    rows: pl.DataFrame, *, area: str = SYSTEM, as_of: str | None = None, sex: str | None = None
) -> dict[str, Any]:
    """The one status of an area: of a period, or the latest."""
    found = rows.filter(pl.col("area_code") == area, pl.col("as_of_period") == as_of if as_of else pl.col("is_latest"))
    if sex:
        found = found.filter(pl.col("sex") == sex)
    return found.row(0, named=True) if found.height == 1 else _fail(found)


def _fail(found: pl.DataFrame) -> dict[str, Any]:
    raise AssertionError(f"expected one status, found {found.height}: {found.rows()}")
