"""Every question the dashboard asks of a release. The only SQL; values are always parameters."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any

import duckdb

from dashboard.reader import Release
from data_contracts.marts import MARTS, Mart

ENGLAND = "E92000001"


@dataclass(frozen=True, slots=True)
class Area:
    """An area as the release knows it; `valid_to` is empty while it lasts."""

    area_code: str
    area_name: str
    area_type: str
    ods_code: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    population: int | None
    official_name: str
    nhs_region_code: str | None
    most_deprived_share: float | None

    @property
    def is_current_system(self) -> bool:
        """Whether this is one of today's integrated care systems."""
        return self.area_type == "icb" and self.valid_to is None

    @property
    def is_example(self) -> bool:
        """Whether this is a made-up system that shows what pages do."""
        return self.area_type == "example"

    @property
    def is_ended_system(self) -> bool:
        """Whether this was an integrated care system and is no more."""
        return self.area_type == "icb" and self.valid_to is not None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A measure: what a page needs to name it, write its values and judge them."""

    sexes: tuple[str, ...]
    geographies: tuple[str, ...]
    indicator_id: str
    name: str
    short_name: str
    definition: str
    unit: str
    polarity: str
    decimals: int
    period_kind: str
    enumerated: bool
    source_id: str
    topic: str
    headline: bool
    pace_form: str
    value_type: str


@dataclass(frozen=True, slots=True)
class Source:
    """Whose figures they are and which vintage is in use."""

    source_id: str
    publisher: str
    title: str
    source_url: str
    licence: str
    attribution: str
    published: dt.date | None
    caveats: str
    usual_lag_months: int


@dataclass(frozen=True, slots=True)
class Lineage:
    """Residents who went from one area to another on a date."""

    predecessor_code: str
    successor_code: str
    effective_date: dt.date
    share_of_predecessor: float | None


@dataclass(frozen=True, slots=True)
class CommitmentMeasure:
    """A series a commitment is judged by: from which period, and towards what."""

    commitment_id: str
    indicator_id: str
    sex: str
    measured_where: str
    baseline_period: str
    target_value: float | None
    target_change: float | None
    target_date: dt.date | None
    why_baseline: str | None


@dataclass(frozen=True, slots=True)
class Commitment:
    """What was promised, is asked for or is watched; by whom, where it is said, and from when it is judged."""

    measured_by: tuple[CommitmentMeasure, ...]
    rivals: tuple[str, ...]
    commitment_id: str
    standing: str
    lever: str
    title: str
    statement: str
    said_by: str
    source_url: str
    source_place: str
    said_on: str | None
    in_force: str
    superseded_by: str | None
    baseline: str | None
    target: str | None
    deadline: str
    review_cycle: str
    kept_by: str
    unsure: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """The layers of one status, with the figures they rest on; see the mart `statuses`."""

    status_id: str
    commitment_id: str
    indicator_id: str | None
    area_code: str
    sex: str
    as_of_period: str | None
    as_of_end: dt.date | None
    baseline_period: str | None
    baseline_value: float | None
    baseline_lower_95: float | None
    baseline_upper_95: float | None
    baseline_end: dt.date | None
    latest_period: str | None
    latest_value: float | None
    latest_lower_95: float | None
    latest_upper_95: float | None
    latest_end: dt.date | None
    value_kind: str | None
    target_value: float | None
    target_date: dt.date | None
    data_state: str
    data_state_reason: str | None
    direction: str | None
    direction_p: float | None
    pace: str | None
    pace_ratio: float | None
    required_from_now: float | None
    recent_rate: float | None
    years_to_target: float | None
    recent_trend: str | None
    trend_reason: str | None
    variation: str | None
    assurance: str | None
    england_value: float | None
    versus_england: str | None
    change_versus_england: float | None
    change_versus_england_p: float | None
    earliest_change: dt.date | None
    earliest_change_reason: str | None
    smallest_detectable_change: float | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Somebody's latest answer for one area, on a commitment kept by acts and documents."""

    area_code: str
    as_at: dt.date
    answer: str
    dated: dt.date | None
    evidence_url: str | None


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure, as published or estimated. A missing value is None and has a symbol and a note."""

    area_code: str
    indicator_id: str
    sex: str
    period_label: str
    period_start: dt.date
    period_end: dt.date
    value: float | None
    lower_95: float | None
    upper_95: float | None
    value_kind: str
    value_symbol: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """Residents that a local authority, of either tier, and a system share."""

    authority_code: str
    system_code: str
    residents: int
    share_of_authority: float
    share_of_system: float


@dataclass(frozen=True, slots=True)
class RegionShare:
    """The share of a system's residents who live in an ONS region: systems do not nest in regions."""

    area_code: str
    region_code: str
    share_of_area: float


@dataclass(frozen=True, slots=True)
class Gap:
    """The highest area less the lowest, in one period; the shrunken gap is the estimate with chance allowed for."""

    indicator_id: str
    sex: str
    period_label: str
    period_start: dt.date
    period_end: dt.date
    observed_gap: float
    shrunken_gap: float | None
    shrunken_lower_95: float | None
    shrunken_upper_95: float | None
    highest_code: str
    highest_value: float
    lowest_code: str
    lowest_value: float
    areas: int


@dataclass(frozen=True, slots=True)
class GapPeriod:
    """One definition of a gap in one period: its size both ways with 95% limits, and its two ends as observed.

    An end is one area, several, or none where it lies on a line through all areas.
    """

    gap_id: str
    indicator_id: str
    sex: str
    period_label: str
    period_start: dt.date
    period_end: dt.date
    observed_gap: float
    observed_lower_95: float | None
    observed_upper_95: float | None
    shrunken_gap: float | None
    shrunken_lower_95: float | None
    shrunken_upper_95: float | None
    highest_code: str | None
    highest_value: float
    lowest_code: str | None
    lowest_value: float


@dataclass(frozen=True)
class LatestGap:
    """One gap in its latest period, three ways, and what its two ends did since the period before."""

    gap_id: str
    indicator_id: str
    area_code: str
    sex: str
    period_label: str
    observed_gap: float
    chance_only_gap: float | None
    shrunken_gap: float | None
    shrunken_lower_95: float | None
    shrunken_upper_95: float | None
    highest_change: float | None
    lowest_change: float | None
    areas: int


@dataclass(frozen=True)
class Reference:
    """What every page needs and a release never changes: read once a release."""

    areas: Mapping[str, Area]
    indicators: Mapping[str, Indicator]
    sources: Mapping[str, Source]
    commitments: Mapping[str, Commitment]
    lineage: tuple[Lineage, ...]
    overlaps: tuple[Overlap, ...]
    regions: tuple[RegionShare, ...]

    def authorities_of(self, system_code: str) -> dict[str, Overlap]:
        """Authorities that share residents with a system, of both tiers, by code."""
        return self._inside.get(system_code, {})

    def systems_of(self, authority_code: str) -> list[Area]:
        """Today's systems that share residents with an authority, the largest share first."""
        found = [o for o in self.overlaps if o.authority_code == authority_code]
        found.sort(key=lambda overlap: -overlap.residents)
        systems = [self.areas[overlap.system_code] for overlap in found]
        return [area for area in systems if area.is_current_system]

    @cached_property
    def _inside(self) -> dict[str, dict[str, Overlap]]:
        found: dict[str, dict[str, Overlap]] = {}
        for overlap in self.overlaps:
            found.setdefault(overlap.system_code, {})[overlap.authority_code] = overlap
        return found

    @cached_property
    def examples(self) -> list[Area]:
        """The made-up systems by name; none where the release leaves them out."""
        return sorted((a for a in self.areas.values() if a.is_example), key=lambda a: a.area_name)

    @cached_property
    def systems(self) -> list[Area]:
        """Today's systems by name."""
        return sorted((a for a in self.areas.values() if a.is_current_system), key=lambda a: a.area_name)


_OBSERVATION = (
    "area_code, indicator_id, sex, period_label, period_start, period_end, value, lower_95, upper_95, "
    "value_kind, value_symbol, note"
)


def reference(release: Release) -> Reference:
    """Areas, indicators, sources, commitments and confirmed boundary changes."""
    return release.once("reference", lambda: _read_with_small_tables(release))


def _read_with_small_tables(release: Release) -> Reference:
    """The same, and beside it the small tables that a system's page tells of, so that no page asks many questions."""
    for table in (firings, workforce, agreements):
        table(release)
    return _read_reference(release)


def _read_reference(release: Release) -> Reference:
    areas = release.rows(
        "select area_code, area_name, area_type, ods_code, valid_from, valid_to, population, official_name, "
        "nhs_region_code, most_deprived_share from areas"
    )
    indicators = release.rows(
        "select string_split(sexes, ' '), string_split(geographies, ' '), indicator_id, name, short_name, definition, "
        "unit, polarity, decimals, period_kind, enumerated, source_id, topic, headline, pace_form, value_type "
        "from indicators"
    )
    sources = release.rows(
        "select source_id, publisher, title, source_url, licence, attribution, published, caveats, "
        "usual_lag_months from sources"
    )
    commitments = release.rows(
        "select string_split(coalesce(rivals, ''), ' '), commitment_id, standing, lever, title, statement, said_by, "
        "source_url, source_place, said_on, in_force, superseded_by, baseline, target, deadline, review_cycle, "
        "kept_by, unsure from commitments"
    )
    judged: dict[str, list[CommitmentMeasure]] = {}
    for row in release.rows(
        "select commitment_id, indicator_id, sex, measured_where, baseline_period, target_value, target_change, "
        "target_date, why_baseline from commitment_measures order by all"
    ):
        judged.setdefault(row[0], []).append(CommitmentMeasure(*row))
    lineage = release.rows(
        "select predecessor_code, successor_code, effective_date, share_of_predecessor from area_lineage "
        "where confidence <> 'low' and successor_code is not null "
        "order by effective_date, share_of_predecessor desc nulls last, successor_code"
    )
    overlaps = release.rows(
        "select authority_code, system_code, residents, share_of_authority, share_of_system from authority_overlaps "
        "order by system_code, authority_code"
    )
    regions = release.rows(
        "select area_code, region_code, share_of_area from area_regions order by area_code, share_of_area desc"
    )
    return Reference(
        areas={row[0]: Area(*row) for row in areas},
        indicators={row[2]: Indicator(tuple(row[0]), tuple(row[1]), *row[2:]) for row in indicators},
        sources={row[0]: Source(*row) for row in sources},
        commitments={
            row[1]: Commitment(tuple(judged.get(row[1], ())), tuple(filter(None, row[0])), *row[1:])
            for row in commitments
        },
        lineage=tuple(Lineage(*row) for row in lineage),
        overlaps=tuple(Overlap(*row) for row in overlaps),
        regions=tuple(RegionShare(*row) for row in regions),
    )


def area_series(release: Release, area_code: str) -> list[Observation]:
    """Every series of an area, by series and time."""
    return _observations(release, "area_code = ?", [area_code])


def system_series(release: Release, *, indicator_id: str, sex: str) -> list[Observation]:
    """One series for each integrated care system there is or was, by area and time."""
    return _observations(
        release, "indicator_id = ? and sex = ? and area_code >= 'E54' and area_code < 'E55'", [indicator_id, sex]
    )


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """A point of a series on its control chart; see the mart `control_charts`."""

    area_code: str
    period_label: str
    period_end: dt.date
    value: float
    centre_line: float
    lower_limit: float
    upper_limit: float
    special_cause: str
    point_type: str


def control_charts(release: Release, *, indicator_id: str) -> dict[str, list[ControlPoint]]:
    """The control chart of each area's series of one measure, by area, in order of time."""
    columns = ", ".join(field.name for field in fields(ControlPoint))
    sql = f"select {columns} from control_charts where indicator_id = ? order by area_code, period_end"  # noqa: S608
    found: dict[str, list[ControlPoint]] = {}
    for row in release.rows(sql, [indicator_id]):
        found.setdefault(row[0], []).append(ControlPoint(*row))
    return found


def series_of_systems(release: Release, *, indicator_ids: Sequence[str]) -> list[Observation]:
    """Some indicators' series of every integrated care system, by series and time."""
    return _observations(
        release,
        "area_code >= 'E54' and area_code < 'E55' and list_contains(?, indicator_id)",
        [list(indicator_ids)],
    )


def series_of_any_system(release: Release) -> frozenset[tuple[str, str]]:
    """Every indicator and sex that some integrated care system has a row of: some are of England alone."""
    sql = (
        "select distinct indicator_id, sex from observations "
        "where area_code >= 'E54' and area_code < 'E55' and breakdown = 'all'"
    )
    return release.once("series_of_any_system", lambda: frozenset((row[0], row[1]) for row in release.rows(sql)))


def latest_of_systems(release: Release, *, without: Sequence[str]) -> list[Observation]:
    """The last row of every series of every integrated care system, but for some indicators."""
    last = "qualify row_number() over (partition by area_code, indicator_id, sex order by period_end desc) = 1"
    return _observations(
        release,
        "area_code >= 'E54' and area_code < 'E55' and not list_contains(?, indicator_id)",
        [list(without)],
        last,
    )


def authorities_at(release: Release, *, indicator_ids: Sequence[str], ends: Sequence[dt.date]) -> list[Observation]:
    """Figures of every area but systems, for some indicators and the periods that end on one of `ends`."""
    return _observations(
        release,
        "list_contains(?, indicator_id) and list_contains(?, period_end) and area_code < 'E54'",
        [list(indicator_ids), list(ends)],
    )


def _observations(release: Release, where: str, values: list[Any], last: str = "") -> list[Observation]:
    """Observations of no subgroup. Sorting a few hundred rows here is cheaper than asking for them in order."""
    sql = f"select {_OBSERVATION} from observations where {where} and breakdown = 'all' {last}"  # noqa: S608 - constants
    found = [Observation(*row) for row in _texts_once(release.rows(sql, values))]
    found.sort(key=_by_series_area_and_time)
    return found


def _texts_once(rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows, with each text and date held once however often it is repeated: what is kept of them is small."""
    held: dict[Any, Any] = {}
    once = held.setdefault
    return (tuple([once(cell, cell) if type(cell) in (str, dt.date) else cell for cell in row]) for row in rows)


_by_series_area_and_time = attrgetter("indicator_id", "sex", "area_code", "period_start")


_STATUS = ", ".join(field.name for field in fields(Status))


def latest_statuses(release: Release) -> dict[str, list[Status]]:
    """The latest status of every commitment and measure of England and of each system, by area: read once a release."""
    return release.once("latest_statuses", lambda: _read_latest_statuses(release))


def _read_latest_statuses(release: Release) -> dict[str, list[Status]]:
    found: dict[str, list[Status]] = {}
    for status in _statuses(release, "is_latest and (area_code = ? or area_code[:3] = 'E54')", [ENGLAND]):
        found.setdefault(status.area_code, []).append(status)
    return found


def statuses_of_commitment(release: Release, commitment_id: str) -> list[Status]:
    """The latest statuses of one commitment, of every area: read once a release."""
    return release.once(
        f"statuses of {commitment_id}",
        lambda: _statuses(release, "is_latest and commitment_id = ?", [commitment_id]),
    )


def status_history(release: Release, commitment_id: str, area_code: str) -> list[Status]:
    """The statuses of one commitment and area at every as-of period, in order of time."""
    return _statuses(release, "commitment_id = ? and area_code = ?", [commitment_id, area_code])


def evidence_of_commitment(release: Release, commitment_id: str) -> list[Evidence]:
    """The latest answer of every area on one commitment, by area."""
    sql = (
        "select area_code, as_at, answer, dated, evidence_url from evidence where commitment_id = ? "
        "qualify as_at = max(as_at) over (partition by area_code) order by area_code"
    )
    return [Evidence(*row) for row in release.rows(sql, [commitment_id])]


def systems_that_answered(release: Release) -> frozenset[str]:
    """The areas somebody has answered for on any commitment kept by acts and documents: read once a release."""
    sql = "select distinct area_code from evidence"
    return release.once("answered", lambda: frozenset(row[0] for row in release.rows(sql)))


def status_called(release: Release, status_id: str) -> dict[str, Any] | None:
    """Every column of one status by name; None where there is no such status."""
    mart = MARTS["statuses"]
    columns = ", ".join(mart.columns)
    found = release.rows(f"select {columns} from statuses where status_id = ?", [status_id])  # noqa: S608 - contract's
    return dict(zip(mart.columns, found[0], strict=True)) if found else None


def latest_points(release: Release, status: Mapping[str, Any], *, most: int) -> list[dict[str, Any]]:
    """The last points with limits of a status's series, up to its as-of period, in order of time."""
    names = ("period_label", "period_end", "value", "lower_95", "upper_95", "count", "denominator")
    found = release.rows(
        f"select {', '.join(names)} from observations where indicator_id = ? and area_code = ? and sex = ? "  # noqa: S608
        "and breakdown = 'all' and period_end <= ? and value is not null and upper_95 > lower_95 "
        "order by period_end desc limit ?",
        [*(status[name] for name in ("indicator_id", "area_code", "sex", "as_of_end")), most],
    )
    return [dict(zip(names, row, strict=True)) for row in reversed(found)]


def _statuses(release: Release, where: str, values: list[Any]) -> list[Status]:
    sql = f"select {_STATUS} from statuses where {where}"  # noqa: S608 - constants
    found = [Status(*row) for row in _texts_once(release.rows(sql, values))]
    found.sort(key=lambda s: (s.commitment_id, s.indicator_id or "", s.sex, s.area_code, s.as_of_end or dt.date.min))
    return found


@dataclass(frozen=True, slots=True)
class Workforce:
    """Posts of one area, quarter and role family; see the mart `workforce`. `withheld` names what is not shown."""

    area_code: str
    quarter: str
    role_family: str
    posts: int
    wte: float | None
    posts_per_100000: float | None
    vacancy_rate: float | None
    vacant_posts: int | None
    median_months_vacant: float | None
    recurrent_share: float | None
    unconfirmed_share: float | None
    filled_substantive_share: float | None
    fixed_term_share: float | None
    secondment_share: float | None
    interim_share: float | None
    vacant_recruiting_share: float | None
    vacant_frozen_share: float | None
    joint_share: float | None
    largest_funder: str | None
    largest_funder_share: float | None
    largest_pay_framework: str | None
    largest_pay_framework_share: float | None
    wte_ending_3_months: float | None
    wte_ending_6_months: float | None
    wte_ending_12_months: float | None
    wte_ending_24_months: float | None
    median_months_left: float | None
    value_kind: str
    withheld: str | None
    systems: int | None
    systems_returned: int | None
    systems_late: int | None
    systems_silent: int | None

    @property
    def not_shown(self) -> frozenset[str]:
        """The measures that are withheld because they rest on one or two posts."""
        return frozenset((self.withheld or "").split())


@dataclass(frozen=True, slots=True)
class HorizonMonth:
    """WTE funded on a month's last day, on one basis, and over how many systems; None is withheld."""

    month: int
    month_end: dt.date
    basis: str
    wte: float | None
    systems: int


@dataclass(frozen=True, slots=True)
class ReturnReceived:
    """What became of the return a system is expected to send for a quarter."""

    area_code: str
    quarter: str
    due_on: dt.date
    received_on: dt.date | None
    return_state: str
    value_kind: str


def workforce(release: Release) -> dict[str, list[Workforce]]:
    """Posts of each area, the latest quarter first, and the two latest of which more is shown: read once a release."""
    return release.once("workforce", lambda: _read_workforce(release))


def _read_workforce(release: Release) -> dict[str, list[Workforce]]:
    columns = ", ".join(field.name for field in fields(Workforce))
    found: dict[str, list[Workforce]] = {}
    sql = (
        f"with held as (select *, max(wte) over (partition by area_code, quarter) is not null as is_shown "  # noqa: S608
        f"from workforce where posts is not null) select {columns} from held "
        "qualify dense_rank() over (partition by area_code order by quarter desc) = 1 "
        "or (is_shown and dense_rank() over (partition by area_code, is_shown order by quarter desc) <= 2) "
        "order by area_code, quarter desc, role_family"
    )
    for row in release.rows(sql):
        found.setdefault(row[0], []).append(Workforce(*row))
    return found


def systems_covered(release: Release, *, area_code: str, quarter: str) -> dict[str, int]:
    """Over how many systems each measure of a total is taken, all roles together."""
    sql = "select measure, systems from workforce_coverage where area_code = ? and quarter = ? and role_family = 'all'"
    return dict(release.rows(sql, [area_code, quarter]))


def posts_without_figure(release: Release) -> dict[str, list[tuple[str, str]]]:
    """By area, the quarters of which it has no figure since a system it was made of was split, each with why."""
    return release.once("posts_without_figure", lambda: _read_posts_without_figure(release))


def _read_posts_without_figure(release: Release) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    sql = "select area_code, quarter, note from workforce where posts is null order by area_code, quarter desc"
    for code, quarter, note in release.rows(sql):
        found.setdefault(code, []).append((quarter, note))
    return found


def funding_horizon(release: Release, *, area_code: str, quarter: str) -> list[HorizonMonth]:
    """How the funding of one return runs out, by basis and month."""
    columns = ", ".join(field.name for field in fields(HorizonMonth))
    sql = f"select {columns} from funding_horizon where area_code = ? and quarter = ? order by basis, month"  # noqa: S608
    return [HorizonMonth(*row) for row in release.rows(sql, [area_code, quarter])]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What partners of a system agreed on a topic: who leads, advises, informs, or that they collaborate."""

    topic: str
    agreed_role: str
    answer: str
    dated: dt.date | None
    evidence_url: str | None
    as_at: dt.date


@dataclass(frozen=True, slots=True)
class PracticeCase:
    """A case a system shared: on which topic, what came of it, and where to read it."""

    area_code: str
    topic: str
    evidence_url: str
    outcome: str
    dated: dt.date | None


def agreements(release: Release) -> dict[str, list[Agreement]]:
    """What each system's newest return says of agreements, by topic and role: read once a release."""
    return release.once("agreements", lambda: _read_agreements(release))


def _read_agreements(release: Release) -> dict[str, list[Agreement]]:
    columns = ", ".join(field.name for field in fields(Agreement))
    sql = f"select area_code, {columns} from agreements order by area_code, topic, agreed_role"  # noqa: S608 - constants
    found: dict[str, list[Agreement]] = {}
    for code, *row in release.rows(sql):
        found.setdefault(code, []).append(Agreement(*row))
    return found


def practice_cases(release: Release) -> list[PracticeCase]:
    """Every case shared, the newest first."""
    columns = ", ".join(field.name for field in fields(PracticeCase))
    sql = f"select {columns} from practice_cases order by dated desc nulls last, area_code, topic"  # noqa: S608
    return [PracticeCase(*row) for row in release.rows(sql)]


def returns_received(release: Release) -> list[ReturnReceived]:
    """Every return that was expected, by area, the latest quarter first: read once a release."""
    columns = ", ".join(field.name for field in fields(ReturnReceived))
    sql = f"select {columns} from returns_received order by area_code, quarter desc"  # noqa: S608 - constants
    return release.once("returns_received", lambda: [ReturnReceived(*row) for row in release.rows(sql)])


@dataclass(frozen=True, slots=True)
class Firing:
    """One spell in which a trigger fires, or fired, for a system; see the mart `triggers`."""

    firing_id: str
    trigger_id: str
    area_code: str
    commitment_id: str
    indicator_id: str | None
    sex: str
    standing: str
    fired_since: dt.date
    cleared_on: dt.date | None
    cleared_why: str | None
    as_of_period: str | None
    evidence: str
    status_id: str | None


@dataclass(frozen=True, slots=True)
class TriggerTest:
    """How many systems a trigger looked at for one measure in its latest period, fired for, and would by chance."""

    trigger_id: str
    commitment_id: str
    indicator_id: str | None
    sex: str
    as_of_period: str | None
    tested: int
    fired: int
    expected_by_chance: float | None


def firings(release: Release) -> list[Firing]:
    """Every spell of every trigger, by system, the latest first: few rows, read once a release."""
    return release.once("firings", lambda: _read_firings(release))


def _read_firings(release: Release) -> list[Firing]:
    columns = ", ".join(field.name for field in fields(Firing))
    sql = f"select {columns} from triggers order by area_code, fired_since desc, trigger_id, commitment_id"  # noqa: S608
    return [Firing(*row) for row in release.rows(sql)]


def trigger_tests(release: Release) -> list[TriggerTest]:
    """What each trigger looked at in the latest period: read once a release."""
    columns = ", ".join(field.name for field in fields(TriggerTest))
    sql = f"select {columns} from trigger_tests where is_latest order by all"  # noqa: S608 - constants
    return release.once("trigger_tests", lambda: [TriggerTest(*row) for row in release.rows(sql)])


def comparators(release: Release, *, area_code: str, indicator_id: str, sex: str) -> list[str]:
    """The systems one is held against on a measure, the nearest first."""
    found = release.rows(
        "select comparator_code from comparators where area_code = ? and indicator_id = ? and sex = ? "
        "qualify commitment_id = min(commitment_id) over () order by rank",
        [area_code, indicator_id, sex],
    )
    return [row[0] for row in found]


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One layer of a latest status that is not what it was in the release before."""

    area_code: str
    commitment_id: str
    indicator_id: str
    sex: str
    layer: str
    earlier: str | None
    later: str | None
    why: str


@dataclass(frozen=True)
class Changed:
    """What changed since the release before: how many figures of each kind, and which statuses."""

    figures: Mapping[str, int]
    statuses: tuple[StatusChange, ...]


def changes(release: Release) -> Changed:
    """What changed, from the table that is no mart: it depends on the release before."""
    figures = release.rows("select change, count(*) from changes where mart = 'observations' group by change")
    names = ", ".join(field.name for field in fields(StatusChange))
    statuses = release.rows(
        f"select {names} from changes where mart = 'statuses' and is_latest and indicator_id is not null"  # noqa: S608
    )
    return Changed(dict(figures), tuple(StatusChange(*row) for row in statuses))


def region_gaps(release: Release) -> list[Gap]:
    """The range between ONS regions, by indicator, sex and time."""
    return [
        Gap(*row)
        for row in release.rows(
            "select indicator_id, sex, period_label, period_start, period_end, observed_gap, shrunken_gap, "
            "shrunken_lower_95, shrunken_upper_95, highest_code, highest_value, lowest_code, lowest_value, areas "
            "from gaps where gap_id = 'region-range' order by indicator_id, sex, period_start"
        )
    ]


def gap_periods(release: Release) -> list[GapPeriod]:
    """Every gap that lies in England, by definition, sex and time: read once a release."""
    columns = ", ".join(field.name for field in fields(GapPeriod))
    sql = f"select {columns} from gaps where area_code = ? order by gap_id, sex, period_start"  # noqa: S608 - constants
    return release.once("gap_periods", lambda: [GapPeriod(*row) for row in release.rows(sql, [ENGLAND])])


def latest_gaps(release: Release) -> dict[str, list[LatestGap]]:
    """Every gap in its latest period, by the area it lies in: few rows, read once a release."""
    return release.once("latest_gaps", lambda: _read_latest_gaps(release))


def _read_latest_gaps(release: Release) -> dict[str, list[LatestGap]]:
    found: dict[str, list[LatestGap]] = {}
    for row in release.rows(
        "select gap_id, indicator_id, area_code, sex, period_label, observed_gap, chance_only_gap, shrunken_gap, "
        "shrunken_lower_95, shrunken_upper_95, highest_change, lowest_change, areas from gaps "
        "qualify period_end = max(period_end) over (partition by gap_id, indicator_id) order by gap_id, sex desc"
    ):
        gap = LatestGap(*row)
        found.setdefault(gap.area_code, []).append(gap)
    return found


@dataclass(frozen=True)
class Rows:
    """A page of a mart: how many rows match in all, and those from `offset` on."""

    total: int
    rows: list[dict[str, Any]]


def mart_rows(release: Release, mart: Mart, *, filters: Mapping[str, Any], limit: int, offset: int) -> Rows:
    """Rows of a mart that match every filter, in the mart's published order. Names must be the mart's own columns.

    Nothing is sorted: a mart is published in its order, and one thread reads rows in the order they were put in.
    Sorting them for a page took 5 MB of each thread.
    """
    unknown = set(filters) - set(mart.columns)
    if unknown or MARTS.get(mart.name) is not mart:
        raise ValueError(f"not columns of {mart.name}: {sorted(unknown)}")
    where = " and ".join(f'"{name}" = ?' for name in filters)
    clause = f" where {where}" if where else ""
    values = list(filters.values())
    columns = ", ".join(f'"{name}"' for name in mart.columns)
    total = release.rows(f'select count(*) from "{mart.name}"{clause}', values)[0][0]  # noqa: S608 - contract's names
    found = release.rows(
        f'select {columns} from "{mart.name}"{clause} limit ? offset ?',  # noqa: S608
        [*values, limit, offset],
    )
    return Rows(total=total, rows=[dict(zip(mart.columns, row, strict=True)) for row in found])


#: Rows of a long download that are in memory at once, beside those of others.
_BATCH = 4_096


def mart_batches(release: Release, mart: Mart, *, filters: Mapping[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a mart that match every filter, a batch at a time, in the mart's published order, as `mart_rows`.

    Each batch is a question of its own, on rows by their number: of an answer that streams, DuckDB holds 10 MB.
    """
    if not set(filters) <= set(mart.columns):
        raise ValueError(f"not columns of {mart.name}: {sorted(set(filters) - set(mart.columns))}")
    columns = ", ".join(f'"{name}"' for name in mart.columns)
    where = " and ".join(["rowid >= ?", "rowid < ?", *(f'"{name}" = ?' for name in filters)])
    count = release.rows(f'select count(*) from "{mart.name}"')[0][0]  # noqa: S608 - contract's names
    for first in range(0, count, _BATCH):
        yield release.rows(
            f'select {columns} from "{mart.name}" where {where}',  # noqa: S608 - contract's names
            [first, first + _BATCH, *filters.values()],
        )


def write_selection(release: Release, mart: Mart, path: Path, *, filters: Mapping[str, Any]) -> None:
    """Write the rows of a mart that match every filter as a Parquet file, in the mart's published order.

    The release's own connection reaches no file, so this takes another; of what was asked, only values reach it.
    """
    if not set(filters) <= set(mart.columns):
        raise ValueError(f"not columns of {mart.name}: {sorted(set(filters) - set(mart.columns))}")
    where = " and ".join(f'"{name}" = ?' for name in filters)
    with duckdb.connect(config={"threads": "1", "memory_limit": "128MB"}) as connection:
        chosen = connection.sql(
            f"select * from read_parquet(?) where {where}",  # noqa: S608 - contract's names
            params=[str(mart_file(release, mart)), *filters.values()],
        )
        chosen.write_parquet(str(path), compression="zstd")


def mart_file(release: Release, mart: Mart) -> Path:
    """The Parquet file a mart was published as."""
    return release.folder / "marts" / f"{mart.name}.parquet"


@dataclass(frozen=True, slots=True)
class SourceSeries:
    """What the figures of one measure and source are in this release."""

    source_id: str
    indicator_id: str
    figures: int
    first_period: str
    last_period: str
    ends: dt.date


def series_of_sources(release: Release) -> list[SourceSeries]:
    """The published figures in use, by source and measure; those worked out from them are left out."""
    return [
        SourceSeries(*row)
        for row in release.rows(
            "select source_id, indicator_id, count(value), arg_min(period_label, period_end), "
            "arg_max(period_label, period_end), max(period_end) from observations where value_kind = 'published' "
            "group by source_id, indicator_id order by source_id, indicator_id"
        )
    ]


def latest_figures(release: Release, *, indicator_id: str, sex: str) -> list[Observation]:
    """Every area's figure of one measure in its latest period, by area."""
    return [
        Observation(*row)
        for row in release.rows(
            f"select {_OBSERVATION} from observations "  # noqa: S608 - a constant list of columns
            "where indicator_id = ? and sex = ? and breakdown = 'all' and period_end = (select max(period_end) from "
            "observations where indicator_id = ? and sex = ?) order by area_code",
            [indicator_id, sex, indicator_id, sex],
        )
    ]
