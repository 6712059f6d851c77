"""Cleaning: landing rows become typed figures or lookups; each row is accepted, set aside by rule, or quarantined.

Received equals accepted plus set aside plus quarantined, for every source. Nothing is filled, and nothing is mended
but what the registry records as a known error: a row is at fault, or it is not.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import polars as pl

from data_contracts import periods
from data_contracts.fields import FIELDS
from data_contracts.registry.records import PublishRules, Source, indicators, sources
from data_contracts.rules import ROW_RULES, Rule, field_rules
from data_contracts.vocabulary import PeriodKind, Sex, ValueSymbol
from pipelines.corrections import correct
from pipelines.faults import Problem, Refused
from pipelines.geography import (
    BOARD,
    COUNTY,
    DISTRICT,
    ENGLAND,
    GROUPINGS,
    NHS_REGION,
    REGION,
    SINGLE_TIER,
    Geography,
)
from pipelines.landing import Record, Vintage
from pipelines.sources.recognise import FIGURES, columns_of
from pipelines.sources.tabular import CELLS, ROW

KEY = ["indicator_id", "area_code", "sex", "breakdown", "period_end"]
#: A period nobody declared is new where this share of a series' areas has it; where fewer do, somebody mistyped it.
MANY_AREAS = 0.1
#: One area alone is never many: of a series for England, or for a few regions, a new period is declared first.
FEWEST_AREAS = 2
_NUMBERS = ["value", "lower_95", "upper_95"]
RAW = "raw_"

QUARANTINE_SCHEMA = pl.Schema(
    {
        "source_id": pl.String,
        "source_row": pl.Int64,
        "rule": pl.String,
        "column": pl.String,
        "expected": pl.String,
        "found": pl.String,
        "row": pl.String,
    }
)


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """A vintage's rows sorted into what is used, what is left out by rule, and what is at fault.

    `set_aside`: columns source_row, rule. `quarantined`: one row per source row and rule it breaks. `held`: the key of
    every row in scope whose place and period could be read, faults included, and whether another set of areas stands
    in its place; `unplaced`: rows where they could not be read. `corrected`: known errors withheld or replaced, which
    are among the accepted; `not_as_recorded`: those the file does not hold as recorded.
    """

    record: Record
    received: int
    accepted: pl.DataFrame
    accepted_rows: int
    set_aside: pl.DataFrame
    quarantined: pl.DataFrame
    held: pl.DataFrame
    unplaced: int
    corrected: int = 0
    not_as_recorded: tuple[Problem, ...] = ()

    @property
    def source_id(self) -> str:
        """Whose rows they are."""
        return self.record.source_id

    @property
    def vintage(self) -> str:
        """Which vintage they are from."""
        return self.record.vintage

    @property
    def quarantined_rows(self) -> int:
        """Source rows at fault, each counted once however many rules it breaks."""
        return self.quarantined["source_row"].n_unique()

    def set_aside_by_rule(self) -> dict[str, int]:
        """Rows set aside under each rule, in order of first use."""
        counted = self.set_aside.group_by("rule", maintain_order=True).len()
        return {str(rule): int(count) for rule, count in counted.iter_rows()}


def clean_lookup(vintage: Vintage) -> Cleaned:
    """Check a lookup's cells and key. Raises Refused where any row is at fault.

    Every share is made from the lookups: one row short, and residents are lost or counted twice somewhere.
    """
    source = sources()[vintage.record.source_id]
    columns = columns_of(source)
    frame = vintage.rows.with_columns(pl.col(columns).str.strip_chars())
    frame = frame.with_columns(
        [pl.col(column).alias(RAW + column) for column in columns],
    ).with_columns(pl.when(pl.col(column) != "").then(pl.col(column)).alias(column) for column in columns)
    outside = (
        pl.lit(value=False)
        if source.scope is None
        else ~pl.col(source.scope.column).fill_null("").str.starts_with(source.scope.starts_with)
    )
    frame = frame.with_columns(pl.when(outside).then(pl.lit("outside_england")).alias("rule"))
    sorted_rows = sort_rows(
        frame, _lookup_rules(source, columns), list(source.key), columns, lambda _: pl.lit("repeated_row")
    )
    cleaned = as_cleaned(vintage, source, sorted_rows, columns)
    refuse_if_faulty(cleaned, allowed_share=0)
    if cleaned.accepted_rows < source.rows_at_least:
        raise Refused(
            [
                Problem(
                    rule="rows_gone",
                    where=f"{cleaned.source_id} {cleaned.vintage}",
                    found=f"{cleaned.accepted_rows:,} rows in scope",
                    expected=f"at least {source.rows_at_least:,}",
                    todo="fetch the file again: it may have been cut short",
                )
            ]
        )
    return cleaned


def clean_figures(vintage: Vintage, geography: Geography, rules: PublishRules) -> Cleaned:
    """Type and code a publisher's figures. Raises Refused where the file as a whole is at fault."""
    cleaned = sort_figures(vintage, geography)
    refuse_if_faulty(cleaned, allowed_share=rules.fault_share)
    _refuse_if_short(cleaned, geography)
    if cleaned.not_as_recorded:
        raise Refused(cleaned.not_as_recorded)
    return cleaned


def sort_figures(vintage: Vintage, geography: Geography) -> Cleaned:
    """Sort a publisher's figures into accepted, set aside and quarantined, whatever that says of the file."""
    source = sources()[vintage.record.source_id]
    raw = FIGURES[source.format].layout(vintage.rows)
    frame = _code(raw, source, geography)
    frame = frame.with_columns(
        pl.coalesce(_out_of_scope(source), _earlier_version(source)).alias("rule"),
        expected_period=_expected_period(source),
    )
    repeated = _repeated_rule(source)
    sorted_rows = sort_rows(frame, _fault_rules(source, geography), KEY, [*_NUMBERS, "note"], repeated)
    if "superseded_area_set" in source.set_aside:
        sorted_rows = _one_area_set(sorted_rows, geography)
    cleaned = as_cleaned(vintage, source, sorted_rows, raw_columns=[c for c in raw.columns if c not in (ROW, CELLS)])
    figures = _observations(cleaned.accepted, cleaned, geography)
    corrected = correct(figures, cleaned.source_id, where=f"{cleaned.source_id} {cleaned.vintage}")
    in_scope = sorted_rows.filter(pl.col("rule").is_null() | (pl.col("rule") == "superseded_area_set"))
    unplaced = pl.col("fault_names").list.set_intersection(list(_UNPLACED)).list.len() > 0
    superseded = pl.col("rule").is_not_null().alias("superseded")
    series = pl.col(RAW + "series").alias("series")
    held = in_scope.filter(~unplaced).select(*KEY, "period_label", series, superseded).unique(maintain_order=True)
    return replace(
        cleaned,
        accepted=corrected.figures,
        held=held,
        unplaced=in_scope.filter(unplaced).height,
        corrected=corrected.applied,
        not_as_recorded=corrected.not_as_recorded,
    )


# --- coding -----------------------------------------------------------------------------------------------


def _code(raw: pl.DataFrame, source: Source, geography: Geography) -> pl.DataFrame:
    """Strings to our indicators, areas, periods and numbers; what cannot be read is null and judged by rule."""
    columns = [column for column in raw.columns if column not in (ROW, CELLS)]
    trimmed = raw.with_columns(pl.col(columns).fill_null("").str.strip_chars())
    indicator = {name: series.indicator for name, series in source.series.items()}
    own_sex = {name: str(series.sex) for name, series in source.series.items() if series.sex}
    frame = trimmed.select(
        ROW,
        CELLS,
        *[pl.col(column).alias(RAW + column) for column in columns],
        indicator_id=pl.col("series").replace_strict(indicator, default=None, return_dtype=pl.String),
        sex=pl.col("series").replace_strict(own_sex, default=pl.col("sex"), return_dtype=pl.String),
        area_code=pl.col("area").replace(geography.recoded),
        breakdown=pl.lit("all"),
        note=pl.when(pl.col("note") != "").then(pl.col("note")),
        **{name: pl.when(pl.col(name) != "").then(pl.col(name)).cast(pl.Float64, strict=False) for name in _NUMBERS},
    )
    period = pl.col(RAW + "period")
    ids = _ids_by_kind(source)
    return frame.with_columns(
        period_start=_by_kind(ids, lambda kind: periods.start(period, kind)),
        period_end=_by_kind(ids, lambda kind: periods.end(period, kind)),
    ).with_columns(
        period_label=_by_kind(ids, lambda kind: periods.label(pl.col("period_start"), pl.col("period_end"), kind))
    )


def _ids_by_kind(source: Source) -> dict[PeriodKind, list[str]]:
    """The source's indicators by how each cuts time."""
    ids: dict[PeriodKind, list[str]] = {}
    for series in source.series.values():
        ids.setdefault(indicators()[series.indicator].period_kind, []).append(series.indicator)
    return ids


def _by_kind(ids: dict[PeriodKind, list[str]], make: Callable[[PeriodKind], pl.Expr]) -> pl.Expr:
    return pl.coalesce(pl.when(pl.col("indicator_id").is_in(of_kind)).then(make(kind)) for kind, of_kind in ids.items())


# --- rules ------------------------------------------------------------------------------------------------


def cells_rule(column: str) -> Rule:
    """A row has a cell for each column, told at the column given."""
    return Rule(name="wrong_number_of_cells", column=column, good=pl.col(CELLS) == 0, expected="a cell for each column")


def _lookup_rules(source: Source, columns: list[str]) -> list[Rule]:
    """A lookup's cells are there, and are whole numbers or days where the source says so."""

    def filled(column: str) -> Rule:
        return Rule(name="missing", column=column, good=pl.col(column).is_not_null(), expected="a value")

    def whole(column: str) -> Rule:
        # A whole number may be written 1474.0: some copies were kept by programs that know no other.
        good = pl.col(column).str.contains(r"^[0-9]{1,15}(\.0+)?$").fill_null(value=True)
        return Rule(name="not_a_whole_number", column=column, good=good, expected="a whole number")

    def day(column: str) -> Rule:
        read = pl.col(column).str.to_date("%Y-%m-%d", strict=False)
        good = pl.col(column).is_null() | read.is_not_null()
        return Rule(name="not_a_day", column=column, good=good, expected="a day, written 2026-04-01")

    return [
        cells_rule(columns[0]),
        *[filled(column) for column in columns if column not in source.may_be_blank],
        *[whole(column) for column in source.whole_numbers],
        *[day(column) for column in source.days],
    ]


#: Rules about where a row belongs; one that breaks them may be the very row that seems to be missing elsewhere.
_UNPLACED = ("unknown_series", "unknown_area", "unknown_period", "unknown_sex", "another_sex")


def _fault_rules(source: Source, geography: Geography) -> list[Rule]:
    """What makes a row of figures unusable, in the order a reader would look."""
    known = list(geography.known)
    no_series = pl.col("indicator_id").is_null()  # and then neither period nor sex can be judged
    percent = [id_ for id_, indicator in indicators().items() if indicator.unit == "%"]
    rules = [
        cells_rule("value"),
        Rule(
            name="unknown_series",
            column="series",
            good=pl.col("indicator_id").is_not_null(),
            expected="one of " + ", ".join(source.series),
        ),
        Rule(
            name="unknown_area",
            column="area",
            good=pl.col("area_code").is_in(known),
            expected="the code of England, a region or a local authority",
        ),
        Rule(
            name="unknown_period",
            column="period",
            good=no_series | pl.col("expected_period"),
            expected="a period as this series writes it, and a new one for many areas",
        ),
        Rule(
            name="unknown_sex",
            column="sex",
            good=no_series | pl.col("sex").is_in([str(sex) for sex in Sex]),
            expected="persons, female or male",
        ),
        Rule(
            name="another_sex",
            column="sex",
            good=((pl.col(RAW + "sex") == "") | (pl.col(RAW + "sex") == pl.col("sex"))).fill_null(value=True),
            expected="the sex or group the series is about",
        ),
        Rule(
            name="another_unit",
            column="unit",
            good=pl.col(RAW + "unit") == source.unit,
            expected=f"‘{source.unit}’",
        ),
    ]
    for name in _NUMBERS:
        readable = (pl.col(RAW + name) == "") | pl.col(name).is_not_null()
        rules.append(Rule(name="not_a_number", column=name, good=readable, expected="a number or an empty cell"))
        rules.extend(field_rules(FIELDS[name], nullable=True))
    rules.append(
        Rule(
            name="not_a_percentage",
            column="value",
            good=(~pl.col("indicator_id").is_in(percent) | pl.col("value").is_between(0, 100)).fill_null(value=True),
            expected="0 to 100",
        )
    )
    # A row without a value may not have limits either.
    rules.append(
        Rule(
            name="limits_without_value",
            column="lower_95",
            good=(pl.col(RAW + "value") != "") | (pl.col("lower_95").is_null() & pl.col("upper_95").is_null()),
            expected="no limits where there is no value",
        )
    )
    return rules + [ROW_RULES[name] for name in ("limits_together", "limits_in_order", "value_within_limits")]


def _expected_period(source: Source) -> pl.Expr:
    """Whether a row's period is one the source declares, or one that the file has for many areas.

    A year mistyped as 2202 is a period as good as any to a parser, and would be the latest there is.
    """
    ends = pl.col("period_end")
    declared = _by_kind(_ids_by_kind(source), lambda kind: ends.is_in(_declared_days(source, kind)))
    series = ["indicator_id", "sex"]
    areas = pl.col("area_code").n_unique()
    many = pl.max_horizontal(MANY_AREAS * areas.over(series), pl.lit(FEWEST_AREAS))
    for_many = areas.over(*series, "period_end") >= many
    return (ends.is_not_null() & (declared | for_many)).fill_null(value=False)


def _declared_days(source: Source, kind: PeriodKind) -> list[dt.date]:
    """Last days of the periods a sound file of the source must have."""
    assert source.expects is not None, "a file of figures declares what to expect"
    expects = source.expects
    days = periods.last_days(kind, expects.first_year, expects.last_year, expects.last_quarter)
    left_out = {day for year in expects.unpublished_years for day in periods.last_days(kind, year, year)}
    return [day for day in days if day not in left_out]


def _out_of_scope(source: Source) -> pl.Expr:
    """The set-aside rule a row falls under by its series and area alone, or null."""
    area = pl.col("area_code")
    rule = pl.lit(None, pl.String)
    if source.unused_series:
        unused = pl.col(RAW + "series").is_in(list(source.unused_series))
        rule = pl.when(unused).then(pl.lit("unused_series")).otherwise(rule)
    if "combined_authority" in source.set_aside:
        rule = pl.when(area.str.slice(0, 3).is_in(GROUPINGS)).then(pl.lit("combined_authority")).otherwise(rule)
    if "outside_england" in source.set_aside:
        elsewhere = area.str.contains(r"^[KNSW]\d{8}$")
        rule = pl.when(elsewhere).then(pl.lit("outside_england")).otherwise(rule)
    return rule


def _earlier_version(source: Source) -> pl.Expr:
    """The rule for a row of which the same file has a later version, or null."""
    if "superseded_version" not in source.set_aside:
        return pl.lit(None, pl.String)
    version = pl.col(RAW + "version")
    placed = pl.all_horizontal(pl.col(name).is_not_null() for name in KEY)
    return pl.when(placed & (version < version.max().over(KEY))).then(pl.lit("superseded_version"))


def _repeated_rule(source: Source) -> Callable[[pl.Expr], pl.Expr]:
    """England and regions repeat once per parent in some extracts; any other repeat is just a repeat."""

    def rule(area: pl.Expr) -> pl.Expr:
        if "repeated_parent" not in source.set_aside:
            return pl.lit("repeated_row")
        parent = (area == ENGLAND) | area.str.starts_with(REGION)
        return pl.when(parent).then(pl.lit("repeated_parent")).otherwise(pl.lit("repeated_row"))

    return rule


def sort_rows(
    frame: pl.DataFrame,
    faults: list[Rule],
    key: list[str],
    values: list[str],
    repeated: Callable[[pl.Expr], pl.Expr],
) -> pl.DataFrame:
    """Give each row its set-aside `rule` and its `faults`; a row with neither is accepted.

    `frame` comes with `rule` for rows out of scope, which are not judged further. Of rows with one key, the first
    stays where they agree and the rest are repeats; where they differ all are at fault, since we cannot know
    which is right.
    """
    broken = pl.concat_list(
        pl.when(~rule.good).then(pl.lit(index)).cast(pl.Int8) for index, rule in enumerate(faults)
    ).list.drop_nulls()
    in_scope = pl.col("rule").is_null()
    frame = frame.with_columns(
        faults=pl.when(in_scope).then(broken).otherwise(pl.lit([], pl.List(pl.Int8)))
    ).with_columns(sound=in_scope & (pl.col("faults").list.len() == 0))
    sound = frame.filter("sound").select(
        ROW,
        is_first=pl.struct(key).is_first_distinct(),
        kinds=pl.struct(values).n_unique().over(key),
        repeat=repeated(pl.col("area_code")) if "area_code" in frame.columns else repeated(pl.lit("")),
    )
    clash = len(faults)
    frame = frame.join(sound, on=ROW, how="left", maintain_order="left")
    return frame.with_columns(
        rule=pl.when((pl.col("kinds") == 1) & ~pl.col("is_first")).then("repeat").otherwise("rule"),
        faults=pl.when(pl.col("kinds") > 1).then(pl.lit([clash], pl.List(pl.Int8))).otherwise("faults"),
    ).with_columns(
        fault_names=pl.col("faults").list.eval(
            pl.element().replace_strict(
                {**{i: r.name for i, r in enumerate(faults)}, clash: "two_values_for_one_key"}, return_dtype=pl.String
            )
        ),
        fault_columns=pl.col("faults").list.eval(
            pl.element().replace_strict(
                {**{i: r.column for i, r in enumerate(faults)}, clash: values[0]}, return_dtype=pl.String
            )
        ),
        fault_expected=pl.col("faults").list.eval(
            pl.element().replace_strict(
                {**{i: r.expected for i, r in enumerate(faults)}, clash: "one row for each " + ", ".join(key)},
                return_dtype=pl.String,
            )
        ),
    )


def _accepted() -> pl.Expr:
    return pl.col("rule").is_null() & (pl.col("faults").list.len() == 0)


def _one_area_set(frame: pl.DataFrame, geography: Geography) -> pl.DataFrame:
    """Choose one set of areas for each place and period, so that nobody is counted twice and nobody vanishes.

    An authority that replaced others stands where it has a figure; where it has none, those it replaced do.
    """
    series = ["indicator_id", "sex", "breakdown", "period_end"]
    figures = frame.filter(_accepted()).select(ROW, "area_code", *series, has=pl.col("value").is_not_null())
    successors = figures.join(geography.replaced, left_on="area_code", right_on="successor").rename(
        {"area_code": "successor"}
    )
    pairs = successors.join(
        figures, left_on=["predecessor", *series], right_on=["area_code", *series], suffix="_earlier"
    )
    left_out = pl.concat(
        [
            pairs.filter("has").select(pl.col(ROW + "_earlier").alias(ROW)),
            pairs.filter(~pl.col("has") & pl.col("has_earlier")).select(ROW),
        ]
    ).unique()
    return frame.with_columns(
        rule=pl.when(pl.col(ROW).is_in(left_out[ROW].implode())).then(pl.lit("superseded_area_set")).otherwise("rule")
    )


def as_cleaned(vintage: Vintage, source: Source, frame: pl.DataFrame, raw_columns: list[str]) -> Cleaned:
    """Sorted rows as what is accepted, set aside and quarantined, each fault with the cell and row as received."""
    raw = [RAW + column for column in raw_columns]
    at_fault = frame.filter(pl.col("faults").list.len() > 0)
    found = pl.coalesce(pl.when(pl.col("fault_columns") == column).then(pl.col(RAW + column)) for column in raw_columns)
    quarantined = (
        at_fault.with_columns(
            row=pl.struct(pl.col(name).alias(name.removeprefix(RAW)) for name in raw).struct.json_encode()
        )
        .explode("fault_names", "fault_columns", "fault_expected")
        .select(
            source_id=pl.lit(vintage.record.source_id),
            source_row=ROW,
            rule="fault_names",
            column="fault_columns",
            expected="fault_expected",
            found=found.fill_null(""),
            row="row",
        )
        .cast(QUARANTINE_SCHEMA)
    )
    accepted = frame.filter(_accepted())
    undeclared = set(frame["rule"].drop_nulls().unique()) - set(source.set_aside) - {"repeated_row", "outside_england"}
    assert not undeclared, f"{vintage.record.source_id} sets rows aside by rules it does not declare: {undeclared}"
    return Cleaned(
        record=vintage.record,
        received=frame.height,
        accepted=accepted,
        accepted_rows=accepted.height,
        set_aside=frame.filter(pl.col("rule").is_not_null()).select(ROW, "rule"),
        quarantined=quarantined,
        held=pl.DataFrame(),
        unplaced=0,
    )


# --- faults of a whole file -------------------------------------------------------------------------------


def refuse_if_faulty(cleaned: Cleaned, *, allowed_share: float, todo: str | None = None) -> None:
    """Over the allowed share of in-scope rows at fault, the file as a whole is not to be trusted."""
    in_scope = cleaned.received - cleaned.set_aside.height
    where = f"{cleaned.source_id} {cleaned.vintage}"
    if in_scope == 0:
        raise Refused(
            [
                Problem(
                    rule="no_rows_in_scope",
                    where=where,
                    found=f"{cleaned.received:,} rows, none about England",
                    expected="rows about England",
                    todo="check that it is the right file",
                )
            ]
        )
    share = cleaned.quarantined_rows / in_scope
    if share <= allowed_share:
        return
    by_rule = cleaned.quarantined.group_by("rule", "column", "expected", maintain_order=True).agg(
        pl.col("source_row").len().alias("rows"), pl.col("source_row").first(), pl.col("found").first()
    )
    raise Refused(
        [
            Problem(
                rule=rule,
                where=f"{where}, row {row}, {column}",
                found=f"‘{found}’ (the first of {count:,} such rows; {_percent(share)} of rows in scope are at fault)",
                expected=expected,
                todo=todo or _look_at_the_format(cleaned.source_id),
            )
            for rule, column, expected, count, row, found in by_rule.iter_rows()
        ]
    )


def _look_at_the_format(source_id: str) -> str:
    return (
        "fetch the file again; if the publisher changed how it is written, change how it is read: "
        f"format {sources()[source_id].format}"
    )


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "under 1%"


def _refuse_if_short(cleaned: Cleaned, geography: Geography) -> None:
    """Hold what the file has, faults included, against what the source declares; list everything that is gone."""
    source = sources()[cleaned.source_id]
    assert source.expects is not None, "a file of figures declares what to expect"
    expects = source.expects
    where = f"{cleaned.source_id} {cleaned.vintage}"
    standing = cleaned.held.filter(~pl.col("superseded"))
    problems: list[Problem] = []

    def gone(rule: str, found: str, expected: str) -> None:
        todo = "fetch the file again, it may have been cut short; if the publisher dropped them, change sources.toml"
        problems.append(Problem(rule=rule, where=where, found=found, expected=expected, todo=todo))

    for name, sex, rows in _by_series(source, standing):
        what = f"‘{name}’" if sex is None else f"‘{name}’ ({sex})"
        kind = indicators()[source.series[name].indicator].period_kind
        in_file = set(rows["period_end"])
        declared = _declared_days(source, kind)
        missing = [day.isoformat() for day in declared if day not in in_file]
        if missing:
            gone("period_gone", f"{what} lacks the periods that end on {_some(missing)}", "every period declared")
        served = _served(rows["area_code"], geography)
        for area_kind, at_least in expects.areas.items():
            count = sum(_is_kind(code, area_kind) for code in served)
            if count < at_least:
                gone("area_gone", f"{what} has {count} areas of kind {area_kind}", f"at least {at_least}")
        if expects.complete:
            cells = rows.group_by("area_code").agg(lacks=len(in_file) - pl.col("period_end").n_unique())
            short = cells.filter(pl.col("lacks") > 0).sort("area_code")
            if short["lacks"].sum() > cleaned.unplaced:
                areas = _some(short["area_code"].to_list())
                gone("rows_gone", f"{what} lacks some periods for {areas}", "every period for each area")
    if problems:
        raise Refused(problems)


def _by_series(source: Source, held: pl.DataFrame) -> Iterator[tuple[str, str | None, pl.DataFrame]]:
    """Each series and sex the source declares, with its rows; one that is gone has none."""
    for name, series in source.series.items():
        rows = held.filter(pl.col("series") == name)
        if series.sex:
            yield name, None, rows
        else:
            for sex in indicators()[series.indicator].sexes:
                yield name, str(sex), rows.filter(pl.col("sex") == str(sex))


def _served(codes: pl.Series, geography: Geography) -> set[str]:
    """Areas that have a figure, those published together counted each."""
    together = geography.combined.filter(pl.col("combined").is_in(codes.unique().implode()))["area"]
    return {*codes.drop_nulls(), *together}


def _is_kind(code: str, kind: str) -> bool:
    prefix = code[:3]
    match kind:
        case "icb":
            return prefix == BOARD
        case "england":
            return code == ENGLAND
        case "region":
            return prefix == REGION
        case "nhs_region":
            return prefix == NHS_REGION
        case "county":
            return prefix == COUNTY
        case "upper_tier":
            return prefix in (*SINGLE_TIER, COUNTY)
        case _:
            return prefix in (*SINGLE_TIER, DISTRICT)


def _some(names: list[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


# --- figures ----------------------------------------------------------------------------------------------


def _observations(accepted: pl.DataFrame, cleaned: Cleaned, geography: Geography) -> pl.DataFrame:
    """Accepted rows as observations; a figure published for several authorities together serves each of them."""
    combined = accepted.join(
        geography.combined, left_on="area_code", right_on="combined", how="left", maintain_order="left"
    )
    together = pl.format("Published for {} together.", pl.col("name"))
    blank = pl.col("value").is_null()
    # Explore Local Statistics writes the Analysis Function's shorthand without its brackets.
    withheld = pl.col("note") == "u"
    return combined.select(
        ROW,
        "indicator_id",
        pl.coalesce("area", "area_code").alias("area_code"),
        "sex",
        "breakdown",
        "period_label",
        "period_start",
        "period_end",
        *_NUMBERS,
        count=pl.lit(None, pl.Float64),
        denominator=pl.lit(None, pl.Float64),
        value_symbol=pl.when(withheld)
        .then(pl.lit(str(ValueSymbol.LOW_RELIABILITY)))
        .when(blank)
        .then(pl.lit(str(ValueSymbol.NOT_AVAILABLE))),
        note=pl.coalesce(
            pl.when(pl.col("name").is_not_null()).then(together),
            pl.when(withheld).then(pl.lit("The publisher marks it as of low reliability.")),
            "note",
            pl.when(blank).then(pl.lit("The publisher gives no figure.")),
        ),
        source_id=pl.lit(cleaned.source_id),
        vintage=pl.lit(cleaned.vintage),
    )
