# table: statuses
# inputs: observations, gaps, areas, evidence
# key: commitment_id, indicator_id, area_code, sex, as_of_period
# contract: statuses
"""The status of every commitment for every area and as-of period it can be judged for, and why not of the others."""

from collections.abc import Mapping

import polars as pl

from data_contracts.registry.records import commitments, gap_measures
from data_contracts.version import STATUS_RULES
from data_contracts.vocabulary import AreaType, DataState, KeptBy, Sex
from pipelines.geography import ENGLAND
from pipelines.statuses.explain import with_explanation
from pipelines.statuses.layers import with_layers
from pipelines.statuses.panel import panel
from pipelines.statuses.series import points

_WHY_NONE = {
    KeptBy.EVIDENCE: (DataState.NO_DATA, "Kept by acts and documents; no evidence has been sent in."),
    KeptBy.RETURNS: (DataState.NO_DATA, "Judged from returns of posts and funding; none has been sent in."),
    KeptBy.FIGURES_NOT_HELD: (DataState.NO_DATA, "Its figures are not held here."),
    KeptBy.NO_MEASURE: (DataState.INFORMATIONAL, "No measure of it is published."),
}


def rows_read() -> dict[str, pl.Expr]:
    """Of all observations, those of the measures commitments are judged by, and those whose gaps are such measures."""
    wanted = _wanted()
    within = {measure.of for measure_id, measure in gap_measures().items() if measure_id in wanted}
    return {"observations": pl.col("indicator_id").is_in(sorted(wanted | within))}


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a commitment, measure, area, sex and as-of period."""
    series = points(inputs["observations"], inputs["gaps"], _wanted())
    judged = with_explanation(with_layers(panel(series, inputs["areas"]), series))
    evidence = inputs["evidence"]
    unanswered = _without_figures().filter(~pl.col("commitment_id").is_in(evidence["commitment_id"].implode()))
    every = pl.concat([judged, unanswered, *_answers(evidence, inputs["areas"])], how="diagonal")
    return every.with_columns(
        status_id=_status_id(),
        value_kind=pl.col("latest_kind"),
        rule_version=pl.lit(STATUS_RULES),
    )


def _wanted() -> set[str]:
    return {indicator_id for entry in commitments().values() for indicator_id in entry.measures}


def _without_figures() -> pl.DataFrame:
    """One row for England for each commitment without a measure: why nothing can be said."""
    return pl.DataFrame(
        [
            {
                "commitment_id": commitment_id,
                "area_code": ENGLAND,
                "sex": str(Sex.PERSONS),
                "is_latest": True,
                "data_state": str(state),
                "data_state_reason": reason,
                "explanation": reason,
            }
            for commitment_id, entry in commitments().items()
            if entry.kept_by in _WHY_NONE
            for state, reason in [_WHY_NONE[entry.kept_by]]
        ]
    )


_SEE_EVIDENCE = "Kept by acts and documents: see the evidence."


def _answers(evidence: pl.DataFrame, areas: pl.DataFrame) -> list[pl.DataFrame]:
    """Of commitments somebody answered for: each latest answer, today's silent systems, and how many answered.

    An answer is no measure, and no answer is never a no.
    """
    systems = areas.filter((pl.col("area_type") == str(AreaType.ICB)) & pl.col("valid_to").is_null())
    latest = evidence.sort("as_at").group_by("commitment_id", "area_code", maintain_order=True).last()
    answer = pl.col("answer").str.to_titlecase()
    document = pl.format(", by an act or document dated {}", _in_words("dated")).fill_null("")
    given = latest.with_columns(said=pl.format("{}, as at {}{}.", answer, _in_words("as_at"), document))
    asked = given.filter(pl.col("area_code") != ENGLAND).select("commitment_id").unique()
    silent = (
        asked.join(systems.select("area_code"), how="cross")
        .join(given, on=["commitment_id", "area_code"], how="anti")
        .with_columns(said=pl.lit("Kept by acts and documents; this system has sent in no evidence."))
    )
    counted = (
        given.join(systems, on="area_code", how="semi")
        .group_by("commitment_id")
        .len("answers")
        .join(given.filter(pl.col("area_code") == ENGLAND), on="commitment_id", how="anti")
        .with_columns(area_code=pl.lit(ENGLAND))
        .with_columns(said=pl.format("Evidence has been sent in by {} of {} systems.", "answers", systems.height))
    )
    return [
        _said(given, DataState.INFORMATIONAL, pl.lit(_SEE_EVIDENCE)),
        _said(silent, DataState.NO_DATA, pl.col("said")),
        _said(counted, DataState.INFORMATIONAL, pl.lit(_SEE_EVIDENCE)),
    ]


def _said(rows: pl.DataFrame, state: DataState, reason: pl.Expr) -> pl.DataFrame:
    return rows.select(
        "commitment_id",
        "area_code",
        sex=pl.lit(str(Sex.PERSONS)),
        is_latest=pl.lit(value=True),
        data_state=pl.lit(str(state)),
        data_state_reason=reason,
        explanation=pl.col("said"),
    )


def _in_words(day: str) -> pl.Expr:
    return pl.col(day).dt.strftime("%-d %B %Y")


def _status_id() -> pl.Expr:
    """Readable, and the same in every release: what the row is about, joined by dots."""
    period = pl.col("as_of_period").str.replace_all(r"[^0-9A-Za-z]+", "-")
    return pl.concat_str(
        ["commitment_id", "indicator_id", "area_code", "sex", period], separator=".", ignore_nulls=True
    )
