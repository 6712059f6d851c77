"""The registries as typed records, read once from TOML; a mistake in a file stops here with its place named."""

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from data_contracts import vocabulary as v
from data_contracts.fields import AREA_CODE, HTTPS, SLUG
from data_contracts.quarters import is_quarter

_FOLDER = Path(__file__).parent

LICENCE = "Open Government Licence v3.0"
LICENCE_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: Office for National Statistics licensed under the Open Government Licence v3.0. "
    "Contains OS data © Crown copyright and database right 2026."
)

Slug = Annotated[str, msgspec.Meta(pattern=SLUG)]
Address = Annotated[str, msgspec.Meta(pattern=HTTPS)]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Words = Annotated[str, msgspec.Meta(min_length=1)]
SetAsideRule = Literal[
    "outside_england",
    "combined_authority",
    "unused_series",
    "superseded_area_set",
    "superseded_version",
    "repeated_parent",
    "repeated_row",
]

SET_ASIDE_MEANINGS: dict[str, str] = {
    "outside_england": "area outside England",
    "combined_authority": "combined authority, city region or part of London, which the product does not report",
    "superseded_area_set": "authority of an earlier or later set than the one used for that place and period",
    "superseded_version": "earlier version of a figure that its publisher has since updated or restated",
    "unused_series": "series in the file that is not reported, or that another source gives",
    "repeated_parent": "England or a region repeated once per parent",
    "repeated_row": "the same row again",
}


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the registry's records: immutable, and an unknown key is a mistake."""


class Series(_Record, frozen=True, kw_only=True):
    """Which of our indicators a series in the publisher's file is; without `sex`, each row says its own."""

    indicator: Slug
    sex: v.Sex | None = None


class Expectation(_Record, frozen=True, kw_only=True):
    """What a sound file must hold; less means it was cut, or the publisher changed something we must look at.

    `areas` counts areas of a kind (`upper_tier` and `lower_tier` both include single-tier authorities);
    `complete` means every area has every year between the first and last, but for `unpublished_years`, which begin
    periods nobody has a figure for.
    """

    areas: dict[Literal["england", "region", "nhs_region", "upper_tier", "lower_tier", "county", "icb"], int]
    first_year: int
    last_year: int
    complete: bool
    last_quarter: int = 4
    unpublished_years: tuple[int, ...] = ()


class KnownVintage(_Record, frozen=True, kw_only=True):
    """A publisher's file we know by what it hashes to."""

    sha256: Sha256
    copied: dt.date
    copy: Words
    published: dt.date | None = None


class Scope(_Record, frozen=True, kw_only=True):
    """Rows of a lookup that are about England: those whose code starts so."""

    column: str
    starts_with: str


class Source(_Record, frozen=True, kw_only=True):
    """One publisher's data set: whose it is, how it is read, and what it must hold.

    `optional`: there may be no vintage of it yet. `also_about`: commitments not kept by acts and documents alone about
    which answers are taken all the same.
    """

    publisher: Words
    title: Words
    url: Address
    cadence: Words
    usual_lag_months: int
    caveats: Words
    format: Literal[
        "els",
        "els_2023",
        "els_json",
        "fingertips_extract",
        "health_index",
        "qof_icb",
        "nhs_vacancies",
        "revenue_outturn",
        "public_health_grant",
        "specialist_capacity",
        "lookup",
        "evidence",
    ]
    vintages: tuple[KnownVintage, ...] = ()
    optional: bool = False
    live_url: Address | None = None
    licence: str = LICENCE
    attribution: str = ATTRIBUTION
    set_aside: tuple[SetAsideRule, ...] = ()
    # files of figures
    unit: str | None = None
    series: dict[str, Series] = {}
    unused_series: tuple[str, ...] = ()
    expects: Expectation | None = None
    # lookups
    columns: tuple[str, ...] = ()
    distinguishing: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    may_be_blank: tuple[str, ...] = ()
    whole_numbers: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    scope: Scope | None = None
    rows_at_least: int = 1
    # answers
    also_about: tuple[Slug, ...] = ()

    def __post_init__(self) -> None:
        """A file of figures says its unit, series and what to expect; a lookup its columns and key."""
        if not self.vintages and not self.optional:
            raise ValueError("a source that is not `optional` needs a vintage")
        if self.format == "evidence":
            return
        if self.format == "lookup":
            if not self.columns or not self.key:
                raise ValueError("a lookup needs `columns` and `key`")
            typed = {*self.key, *self.may_be_blank, *self.whole_numbers, *self.days}
            if not typed <= set(self.columns):
                raise ValueError(f"not among its `columns`: {', '.join(sorted(typed - set(self.columns)))}")
        elif self.unit is None or not self.series or self.expects is None:
            raise ValueError("a file of figures needs `unit`, `series` and `expects`")

    def known(self, sha256: str) -> KnownVintage | None:
        """The known vintage that hashes so, if any."""
        return next((vintage for vintage in self.vintages if vintage.sha256 == sha256), None)


class Break(_Record, frozen=True, kw_only=True):
    """A change of method. Figures on both sides are compared with care or, where it `severs` the series, not at all."""

    from_: dt.date = msgspec.field(name="from")
    reason: Words
    severs: bool = False


class Indicator(_Record, frozen=True, kw_only=True):
    """One measure: what it is, which way is better, and what may be done with its figures."""

    topic: Words
    lever: v.Lever
    name: Words
    short_name: Words
    definition: Words
    unit: Words
    polarity: v.Polarity
    value_type: v.ValueType
    decimals: Annotated[int, msgspec.Meta(ge=0, le=6)]
    period_kind: v.PeriodKind
    cumulative: bool
    enumerated: bool
    pace_form: v.PaceForm
    sexes: tuple[v.Sex, ...]
    geographies: tuple[v.AreaType, ...]
    combinable: bool
    small_number_rule: Words
    method: Words
    source: Slug
    #: The cumulative indicator whose growth from one quarter to the next this one is: no series of any file.
    difference_of: Slug | None = None
    headline: bool = False
    breaks: tuple[Break, ...] = ()

    @property
    def periods_overlap(self) -> bool:
        """Whether neighbouring periods share years; two such periods are not independent."""
        return self.period_kind in (
            v.PeriodKind.THREE_CALENDAR_YEARS,
            v.PeriodKind.FIVE_CALENDAR_YEARS,
            v.PeriodKind.CUMULATIVE_QUARTERS,
        )

    @property
    def of_systems(self) -> bool:
        """Whether something is said of every system: the publisher gives its figure, or those of authorities in it."""
        return bool({v.AreaType.ICB, v.AreaType.UTLA, v.AreaType.LTLA}.intersection(self.geographies))

    @property
    def finest_tier(self) -> Literal["upper_tier", "lower_tier"]:
        """The finest set of authorities the publisher gives; estimates use one level only."""
        return "lower_tier" if v.AreaType.LTLA in self.geographies else "upper_tier"


class GapMeasure(_Record, frozen=True, kw_only=True):
    """A gap between areas as a measure of England: which gap of the mart `gaps`, and how it is named.

    `shrunken`: the estimate with chance allowed for, rather than the gap as observed.
    """

    gap: Slug
    of: Slug
    shrunken: bool
    name: Words
    short_name: Words
    definition: Words
    method: Words

    def as_indicator(self) -> Indicator:
        """The gap as an indicator: in the unit, for the sexes and periods of what it is a gap in."""
        base = indicators()[self.of]
        return Indicator(
            topic=base.topic,
            lever=v.Lever.NATIONAL,
            name=self.name,
            short_name=self.short_name,
            definition=self.definition,
            unit=base.unit,
            polarity=v.Polarity.LOW_IS_GOOD,
            value_type=v.ValueType.GAP,
            decimals=base.decimals,
            period_kind=base.period_kind,
            cumulative=base.cumulative,
            enumerated=base.enumerated,
            pace_form=v.PaceForm.LINEAR,
            sexes=base.sexes,
            geographies=(v.AreaType.ENGLAND,),
            combinable=False,
            small_number_rule=base.small_number_rule,
            method=self.method,
            source=base.source,
            breaks=base.breaks,
        )


class Target(_Record, frozen=True, kw_only=True):
    """What is to be reached: a value, or a change from England's baseline; by a date, or none where nobody gave one."""

    value: float | None = None
    change: float | None = None
    by: dt.date | None = None

    def __post_init__(self) -> None:
        """One way of saying it, never both or neither."""
        if (self.value is None) == (self.change is None):
            raise ValueError("a target has either a `value` or a `change`")


class Measure(_Record, frozen=True, kw_only=True):
    """A series a commitment is judged by: where, from which period, and towards what.

    `sexes`: those meant; none is all the indicator has. `stated`: the baseline figure the commitment itself names, by
    area, against which the figures held are checked. `why`: why the baseline is not the usual one.
    """

    indicator: Slug
    baseline: Words
    where: v.MeasuredWhere = v.MeasuredWhere.EVERY
    sexes: tuple[v.Sex, ...] = ()
    target: Target | None = None
    stated: dict[str, float] = {}
    why: str | None = None


class Commitment(_Record, frozen=True, kw_only=True):
    """One entry of the register: what was said, by whom, where, and what would show that it is kept.

    `version` goes up with every change to what an entry says. `rivals`: other measures of the same thing, shown beside.
    """

    version: Annotated[int, msgspec.Meta(ge=1)]
    kept_by: v.KeptBy
    standing: v.Standing
    lever: v.Lever
    title: Words
    statement: Words
    said_by: Words
    source_url: Address
    source_place: Words
    review_cycle: Words
    said_on: str | None = None
    in_force: v.InForce = v.InForce.IN_FORCE
    superseded_by: Slug | None = None
    measure: tuple[Measure, ...] = ()
    rivals: tuple[Slug, ...] = ()
    baseline: str | None = None
    target: str | None = None
    deadline: str = "none"
    unsure: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[str, ...]:
        """The indicators it is judged by, each once."""
        return tuple(dict.fromkeys(measure.indicator for measure in self.measure))


class Trigger(_Record, frozen=True, kw_only=True):
    """A written rule that says a system asks for attention: whose it is, where it fires, and what that means.

    `covers`: standings of the commitments it looks at. `threshold`: its numbers by name; of a test, the two-sided level
    by standing. `commitment`: the one it is about, where it is not about each that has measures. `owner`: a role and
    a kind of organisation, never a person.
    """

    version: Annotated[int, msgspec.Meta(ge=1)]
    title: Words
    owner: Words
    covers: Annotated[tuple[v.Standing, ...], msgspec.Meta(min_length=1)]
    threshold: Annotated[dict[str, float], msgspec.Meta(min_length=1)]
    reason: Words
    means: Words
    does_not_mean: Words
    source: Words
    source_url: Address | None = None
    commitment: Slug | None = None


class CombinedAuthorities(_Record, frozen=True, kw_only=True):
    """Authorities whose figure some publishers give together."""

    name: Words
    parts: tuple[str, ...]


class Footprint(_Record, frozen=True, kw_only=True):
    """A set of integrated care boards that were in force together."""

    footprint_id: str
    name: Words
    starts: dt.date
    ends: dt.date | None = None


class Areas(_Record, frozen=True, kw_only=True):
    """What the lookups do not say about areas."""

    combined: dict[str, CombinedAuthorities]
    nhs_regions: dict[str, str]
    ended_counties: dict[str, tuple[str, ...]]
    footprints: tuple[Footprint, ...]


class PublishRules(_Record, frozen=True, kw_only=True):
    """When a file is refused and when a release stops to ask."""

    moved_share: float
    fault_share: float
    releases_kept: int


_T = TypeVar("_T")


def _read(name: str, kind: type[_T]) -> _T:
    path = _FOLDER / f"{name}.toml"
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise ValueError(f"registry/{name}.toml: {error}") from error


@cache
def sources() -> dict[str, Source]:
    """Every source by its id."""
    return _read("sources", dict[Slug, Source])


@cache
def indicators() -> dict[str, Indicator]:
    """Every indicator by its id."""
    return _read("indicators", dict[Slug, Indicator])


@cache
def gap_measures() -> dict[str, GapMeasure]:
    """Every gap that is a measure, by its id."""
    return _read("gaps", dict[Slug, GapMeasure])


@cache
def measurable() -> dict[str, Indicator]:
    """Everything a commitment can be judged by: the published indicators, then the gaps."""
    return indicators() | {gap_id: gap.as_indicator() for gap_id, gap in gap_measures().items()}


@cache
def commitments() -> dict[str, Commitment]:
    """Every commitment by its id, promises and duties first as the file has them."""
    return _read("commitments", dict[Slug, Commitment])


@cache
def triggers() -> dict[str, Trigger]:
    """Every trigger by its id, in the order they are told."""
    return _read("triggers", dict[Slug, Trigger])


@cache
def takes_evidence() -> dict[str, Commitment]:
    """Commitments about which answers may be sent in: kept by acts and documents, or named by a source of answers."""
    also = {commitment_id for source in sources().values() for commitment_id in source.also_about}
    return {
        commitment_id: entry
        for commitment_id, entry in commitments().items()
        if entry.kept_by is v.KeptBy.EVIDENCE or commitment_id in also
    }


@cache
def areas() -> Areas:
    """Combined authorities and footprints."""
    return _read("areas", Areas)


@cache
def publish_rules() -> PublishRules:
    """The numbers that stop a publication."""
    return _read("publish", PublishRules)


class ReturnRules(_Record, frozen=True, kw_only=True):
    """When returns of posts are due, and the first quarter every system is asked for, where anybody has asked."""

    due_after_days: Annotated[int, msgspec.Meta(ge=1)]
    first_quarter: str | None = None

    def __post_init__(self) -> None:
        """A quarter is written as returns write it."""
        if self.first_quarter is not None and not is_quarter(self.first_quarter):
            raise ValueError(f"`first_quarter` is no quarter: {self.first_quarter}")


@cache
def return_rules() -> ReturnRules:
    """When returns are due."""
    return _read("returns", ReturnRules)


class ExamplePosts(_Record, frozen=True, kw_only=True):
    """Some posts of an example system that are alike. Money that neither `ends` nor is of `each_march` recurs."""

    family: v.RoleFamily
    number: Annotated[int, msgspec.Meta(ge=1)]
    wte: Annotated[float, msgspec.Meta(gt=0, le=1)]
    funding: v.FundingSource
    ends: dt.date | None = None
    each_march: bool = False
    pay: v.PayFramework = v.PayFramework.AGENDA_FOR_CHANGE
    employer: v.EmployerType = v.EmployerType.ICB
    state: v.PostState = v.PostState.FILLED_SUBSTANTIVE
    confirmed: bool = True
    joint: bool = False


class ExampleVacancy(_Record, frozen=True, kw_only=True):
    """A vacancy of an example system's post, by its place in the list from 1: from which day, and to which."""

    post: Annotated[int, msgspec.Meta(ge=1)]
    since: dt.date
    filled: dt.date | None = None
    frozen: bool = False


class ExampleSystem(_Record, frozen=True, kw_only=True):
    """A made-up system. `into`: the example it became part of when it ended. `silent`: quarters it did not return."""

    name: Annotated[str, msgspec.Meta(pattern="^Example system ")]
    population: Annotated[int, msgspec.Meta(ge=1)]
    begins: dt.date
    posts: tuple[ExamplePosts, ...]
    vacancies: tuple[ExampleVacancy, ...] = ()
    ends: dt.date | None = None
    into: str | None = None
    silent: tuple[str, ...] = ()
    received_after_days: dict[str, int] = {}


class Examples(_Record, frozen=True, kw_only=True):
    """The example systems by code, and the quarters they return."""

    quarters: tuple[str, ...]
    received_after_days: int
    system: dict[Annotated[str, msgspec.Meta(pattern="^X54[0-9]{6}$")], ExampleSystem]


@cache
def examples() -> Examples:
    """The example systems."""
    return _read("examples", Examples)


class FigureAsFound(_Record, frozen=True, kw_only=True):
    """A figure's numbers; what is left out is empty in the file."""

    value: float
    lower_95: float | None = None
    upper_95: float | None = None


class Correction(_Record, frozen=True, kw_only=True):
    """One known error of a publisher's file: which figure, what it says, what we do with it, and how we know.

    `evidence`: a source we hold, or an address. `period`: as our tables write it. `told`: who was told, and when.
    """

    source: Slug
    indicator: Slug
    area: Annotated[str, msgspec.Meta(pattern=AREA_CODE)]
    sex: v.Sex
    period: Words
    found: FigureAsFound
    treatment: Literal["withhold", "replace"]
    reason: Words
    evidence: Words
    evidence_says: Words
    told: Words
    replace_with: FigureAsFound | None = None

    def __post_init__(self) -> None:
        """Only what is replaced has something in its place; the evidence is a source or an address."""
        if (self.treatment == "replace") != (self.replace_with is not None):
            raise ValueError("`replace_with` belongs to the treatment `replace`, and to it alone")
        if not self.evidence.startswith("https://") and self.evidence not in sources():
            raise ValueError(f"`evidence` is neither a source nor an address: {self.evidence}")

    @property
    def what(self) -> str:
        """The figure in a reader's words, for messages."""
        return f"{self.indicator}, {self.area}, {self.sex}, {self.period}"


class _Corrections(_Record, frozen=True, kw_only=True):
    correction: tuple[Correction, ...] = ()


@cache
def corrections() -> tuple[Correction, ...]:
    """Every known error of a publisher's file."""
    return _read("corrections", _Corrections).correction


class LeftOut(_Record, frozen=True, kw_only=True):
    """A published file that is at hand and not used."""

    what: Words
    why: Words


class _LeftOutFiles(_Record, frozen=True, kw_only=True):
    file: tuple[LeftOut, ...]


@cache
def left_out() -> tuple[LeftOut, ...]:
    """Files not used, each with the reason."""
    return _read("left_out", _LeftOutFiles).file
