# table: observations
# inputs: clean_figures, quarterly_figures, spending_per_head, authority_overlaps, area_lineage, areas
# key: indicator_id, area_code, sex, breakdown, period_label
# contract: observations
# by: indicator_id
"""Published figures, and estimates for systems from the figures of the authorities in them."""

from collections.abc import Mapping

import polars as pl

from data_contracts.registry.records import indicators
from data_contracts.vocabulary import AreaType, ValueKind, ValueSymbol
from metrics.apportion import combine
from pipelines.models.spending_per_head import per_head
from pipelines.restate import restated

#: Authorities with a figure must hold at least this share of a system's residents.
COVERAGE = 0.95
#: Above this share of residents in authorities shared with other systems, an estimate is of low reliability.
SHARED = 0.25

#: What makes two rows the same figure.
FIGURE = ["indicator_id", "area_code", "sex", "breakdown", "period_end"]
_SERIES = ["system_code", "indicator_id", "sex", "breakdown", "period_end"]


def build(inputs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Published figures, then what can be said of systems that nobody publishes: estimated, restated or absent."""
    as_published = inputs["clean_figures"].filter(~pl.col("indicator_id").is_in(per_head()))
    every_figure = pl.concat([as_published, inputs["quarterly_figures"], inputs["spending_per_head"]])
    figures = _one_source_each(every_figure)
    published = figures.with_columns(value_kind=pl.lit(str(ValueKind.PUBLISHED)))
    # A system's own published figure wins over anything worked out for it, and that over saying there is none.
    every = published
    for said in (
        _estimates(figures, inputs["authority_overlaps"], inputs["areas"]),
        restated(published, inputs["area_lineage"], inputs["areas"]),
        _absent(figures, inputs["areas"]),
    ):
        every = pl.concat([every, said.join(every, on=FIGURE, how="anti")], how="diagonal")
    return every


def _one_source_each(figures: pl.DataFrame) -> pl.DataFrame:
    """One source for each indicator, sex and period: with limits before without, then the later vintage.

    Never two mixed: they may carry different sets of authorities, and a place would count twice. Vintages begin with
    their date, so they sort by it.
    """
    series = ["indicator_id", "sex", "breakdown", "period_end"]
    sources = figures.group_by(*series, "source_id", "vintage").agg(
        has_limits=pl.col("lower_95").is_not_null().any(), has_values=pl.col("value").is_not_null().any()
    )
    best = sources.sort("has_values", "has_limits", "vintage", "source_id", descending=True).unique(
        series, keep="first"
    )
    return figures.join(best.select(*series, "source_id"), on=[*series, "source_id"], how="semi", maintain_order="left")


def _absent(figures: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """A row for each system and period of the series published for authorities: absent, and it says why."""
    by_authority = [
        id_
        for id_, indicator in indicators().items()
        if indicator.of_systems and AreaType.ICB not in indicator.geographies
    ]
    combinable = [id_ for id_ in by_authority if indicators()[id_].combinable]
    periods = (
        figures.filter(pl.col("indicator_id").is_in(by_authority))
        .group_by("indicator_id", "sex", "breakdown", "period_end", maintain_order=True)
        .agg(pl.col("period_label", "period_start", "source_id", "vintage").first())
    )
    systems = areas.filter(pl.col("area_type") == AreaType.ICB).select("area_code")
    return periods.join(systems, how="cross").with_columns(
        value=pl.lit(None, pl.Float64),
        value_kind=pl.lit(str(ValueKind.ESTIMATE)),
        value_symbol=pl.lit(str(ValueSymbol.NOT_AVAILABLE)),
        note=pl.when(pl.col("indicator_id").is_in(combinable))
        .then(pl.lit("No authority in this system has a figure."))
        .otherwise(pl.lit("Authorities' figures of this measure cannot be combined into a system's.")),
    )


def _estimates(figures: pl.DataFrame, overlaps: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """One row a system, indicator, sex and period, for every indicator that may be combined."""
    parts = _parts(figures, overlaps)
    systems = areas.filter(pl.col("area_type") == AreaType.ICB).select(
        system_code="area_code", system_residents="population"
    )
    facts = parts.group_by(_SERIES, maintain_order=True).agg(
        pl.col("period_label", "period_start", "source_id", "vintage").first(),
        held=pl.col("residents").filter(pl.col("value").is_not_null()).sum(),
        shared=pl.col("shared_residents").filter(pl.col("value").is_not_null()).sum(),
        with_figure=pl.col("authorities").filter(pl.col("value").is_not_null()).sum(),
    )
    combined = combine(parts, value="value", weight="residents", lower="lower_95", upper="upper_95", by=_SERIES).select(
        *_SERIES, "value", "lower_95", "upper_95"
    )
    estimates = (
        facts.join(combined, on=_SERIES, maintain_order="left")
        .join(systems, on="system_code", maintain_order="left")
        .with_columns(
            coverage=pl.col("held") / pl.col("system_residents"),
            shared_share=pl.col("shared") / pl.col("system_residents"),
        )
    )
    return _with_words(estimates).select(
        "indicator_id",
        "sex",
        "breakdown",
        "period_label",
        "period_start",
        "period_end",
        "value",
        "lower_95",
        "upper_95",
        "value_symbol",
        "note",
        "source_id",
        "vintage",
        area_code="system_code",
        value_kind=pl.lit(str(ValueKind.ESTIMATE)),
    )


def _tier(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures of the finest set of authorities each indicator is published for, one level only."""
    ids = {id_: indicator.finest_tier for id_, indicator in indicators().items() if indicator.combinable}
    lower = [id_ for id_, tier in ids.items() if tier == "lower_tier"]
    upper = [id_ for id_, tier in ids.items() if tier == "upper_tier"]
    prefix = pl.col("area_code").str.slice(0, 3)
    single = prefix.is_in(["E06", "E08", "E09"])
    return figures.filter(
        (pl.col("indicator_id").is_in(lower) & (single | (prefix == "E07")))
        | (pl.col("indicator_id").is_in(upper) & (single | (prefix == "E10")))
    )


def _parts(figures: pl.DataFrame, overlaps: pl.DataFrame) -> pl.DataFrame:
    """The published figures that make up each system, with the residents each stands for there.

    A figure published for two authorities together is one part with both their residents: it is one estimate, and
    counting it as two would make the limits too narrow.
    """
    shared = pl.col("share_of_authority") < 1
    return (
        _tier(figures)
        .join(overlaps, left_on="area_code", right_on="authority_code")
        .with_columns(shared_residents=pl.when(shared).then(pl.col("residents")).otherwise(0))
        .group_by(*_SERIES, "source_id", "source_row")
        .agg(
            pl.col("period_label", "period_start", "value", "lower_95", "upper_95", "vintage").first(),
            pl.col("residents", "shared_residents").sum(),
            pl.col("area_code").min(),
            authorities=pl.len(),
        )
        # By place, not by row: the same rows in another order must add to the same figure, to the last bit.
        .sort("source_id", "area_code")
    )


def _with_words(estimates: pl.DataFrame) -> pl.DataFrame:
    """Add the symbol and the note: what it is an estimate from, and why it is missing or weak where it is."""
    enough = pl.col("coverage") >= COVERAGE - 1e-12
    weak = pl.col("shared_share") > SHARED
    percent = (pl.col("coverage") * 100).round(1)
    shared_percent = (pl.col("shared_share") * 100).round(1)
    authorities = pl.when(pl.col("with_figure") == 1).then(pl.lit("authority")).otherwise(pl.lit("authorities"))
    base = pl.format(
        "Estimate from {} {} with a figure, which hold {}% of residents.", "with_figure", authorities, percent
    )
    too_little = pl.format(
        "No estimate: authorities with a figure hold {}% of residents, and at least 95% is needed.", percent
    )
    split = pl.format(
        "{} Authorities shared with other systems hold {}% of residents, and the limits leave out the error of "
        "sharing out: not compared with other systems.",
        base,
        shared_percent,
    )
    return estimates.with_columns(
        *[pl.when(enough).then(pl.col(name)).alias(name) for name in ("value", "lower_95", "upper_95")],
        value_symbol=pl.when(~enough)
        .then(pl.lit(str(ValueSymbol.NOT_AVAILABLE)))
        .when(weak)
        .then(pl.lit(str(ValueSymbol.LOW_RELIABILITY)))
        .otherwise(pl.lit(str(ValueSymbol.ESTIMATED))),
        note=pl.when(~enough).then(too_little).when(weak).then(split).otherwise(base),
    )
