"""Posts and funding across the country: who has returned, how systems stand, and the public series beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import queries, words
from dashboard.queries import ENGLAND, Area, ControlPoint, Workforce
from dashboard.reader import Release
from dashboard.views.figures import Credit, Line, Measure, Timeline, credit, lines_by_series
from dashboard.views.posts import Horizon, horizon_of, latest_and_shown
from data_contracts.vocabulary import ReturnState, Sex

#: What an address says to see the made-up systems.
EXAMPLES = "examples"
#: Commitments that counts of posts tell of.
FUNDING, FILLED = "funding-tenure", "ph-vacancies"
COUNTED = (FUNDING, FILLED)
#: Whose control chart is drawn.
REGION = "region"

GRANT, SPECIALISTS = "public-health-grant", "public-health-specialists"
VACANCIES, SPENDING = "nhs-advertised-vacancies", "public-health-spending"


@dataclass(frozen=True)
class SystemPosts:
    """The latest return of one system, and what became of the one expected last."""

    area: Area
    row: Workforce
    state: str


@dataclass(frozen=True)
class PublicSeries:
    """A public series of England, drawn."""

    timeline: Timeline
    title: str
    summary: str
    credit: Credit


@dataclass(frozen=True)
class Regional:
    """One NHS region's advertised vacancies on their control chart."""

    area_code: str
    name: str
    points: tuple[ControlPoint, ...]

    @property
    def latest(self) -> ControlPoint:
        """The last month."""
        return self.points[-1]


@dataclass(frozen=True)
class WorkforceView:
    """The whole page."""

    examples: bool
    answer: str
    coverage: str
    systems: tuple[SystemPosts, ...]
    overdue: tuple[tuple[Area, str], ...]
    silent: tuple[Area, ...]
    horizon: Horizon | None
    quarter: str | None
    returned: int
    series: tuple[PublicSeries, ...]
    regions: tuple[Regional, ...]
    region: Regional | None
    vacancies: Measure | None
    vacancies_credit: Credit | None


def workforce_view(release: Release, query: Mapping[str, str]) -> WorkforceView:
    """Put the page together, for real systems or, where it is asked for, for the made-up ones."""
    known = queries.reference(release)
    examples = query.get(EXAMPLES) == "1" and bool(known.examples)
    areas = known.examples if examples else known.systems
    systems = systems_that_returned(release, areas)
    overdue = _overdue(release, areas)
    returned = {of.area.area_code for of in systems}
    latest, shown = latest_and_shown(queries.workforce(release).get(ENGLAND, []))
    national = None if examples else shown[0] if shown else latest
    quarter = national.quarter if national else None
    measure, regions, vacancies_credit = _regions(release)
    return WorkforceView(
        examples=examples,
        answer=_answer(release, systems, len(areas), national),
        coverage=_coverage(systems, overdue, len(areas), examples=examples),
        systems=systems,
        overdue=overdue,
        silent=tuple(area for area in areas if area.area_code not in returned and area.valid_to is None),
        horizon=horizon_of(queries.funding_horizon(release, area_code=ENGLAND, quarter=quarter)) if quarter else None,
        quarter=quarter,
        returned=(national.systems_returned or 0) if national else 0,
        series=_series(release),
        regions=regions,
        region=next((of for of in regions if of.area_code == query.get(REGION)), regions[0] if regions else None),
        vacancies=measure,
        vacancies_credit=vacancies_credit,
    )


def systems_that_returned(release: Release, areas: Sequence[Area]) -> tuple[SystemPosts, ...]:
    """The latest return of each of these systems that sent any, the most posts per resident first."""
    held, states = queries.workforce(release), _states(release)
    found = []
    for area in areas:
        latest, shown = latest_and_shown(held.get(area.area_code, []))
        row = shown[0] if shown else latest
        if row is not None:
            found.append(SystemPosts(area, row, states.get(area.area_code, "")))
    return tuple(sorted(found, key=lambda of: -(of.row.posts_per_100000 or 0.0)))


def _states(release: Release) -> dict[str, str]:
    """What became of the latest return expected of each area."""
    found: dict[str, str] = {}
    for of in queries.returns_received(release):
        found.setdefault(of.area_code, of.return_state)
    return found


def _overdue(release: Release, areas: Sequence[Area]) -> tuple[tuple[Area, str], ...]:
    """Systems with returns that were due and have not come, each with all of them, the latest first."""
    by_code = {area.area_code: area for area in areas}
    late: dict[str, list[str]] = {}
    for of in queries.returns_received(release):
        if of.return_state == ReturnState.OVERDUE and of.area_code in by_code:
            late.setdefault(of.area_code, []).append(f"{of.quarter}, due on {words.date(of.due_on)}")
    return tuple((by_code[code], "; ".join(which)) for code, which in late.items())


def _answer(release: Release, systems: Sequence[SystemPosts], total: int, national: Workforce | None) -> str:
    if not systems:
        return (
            f"None of {total} systems has sent a return, so nobody can say how many population health posts there are "
            "or when their funding ends."
        )
    said = f"{len(systems)} of {total} systems {'has' if len(systems) == 1 else 'have'} sent a return"
    if national is None or national.wte is None:
        return f"{said}."
    covered = queries.systems_covered(release, area_code=ENGLAND, quarter=national.quarter)
    whole, ends = words.number(national.wte, 1), national.wte_ending_12_months
    over, over_ends = covered["wte"], covered.get("wte_ending_12_months")
    if ends is None:
        return f"{said}, of {whole} WTE in the {over} that may be shown."
    soon = words.number(ends, 1)
    if over != over_ends:
        return (
            f"{said}, of {whole} WTE in the {over} that may be shown; of {over_ends} it may be told that funding of "
            f"{soon} WTE ends within 12 months."
        )
    whose = "" if over == national.systems_returned else f"in the {over} that may be shown, "
    return f"{said}; {whose}funding of {soon} of {whole} WTE ends within 12 months."


def _coverage(
    systems: Sequence[SystemPosts], overdue: Sequence[tuple[Area, str]], total: int, *, examples: bool
) -> str:
    if examples:
        return "Made-up systems are added up into no total."
    if not systems:
        return (
            "What stands below is what others publish: none of it says how many such posts there are, which are "
            "vacant, or until when they are funded."
        )
    late = f"; {len(overdue)} {'owes' if len(overdue) == 1 else 'owe'} one or more" if overdue else ""
    return f"Totals are of systems that returned and may be shown, never scaled up to all {total}{late}."


# --- public series


def _series(release: Release) -> tuple[PublicSeries, ...]:
    known = queries.reference(release)
    series = lines_by_series(queries.area_series(release, ENGLAND))
    found = []
    for indicator_id in (SPECIALISTS, GRANT):
        points = series.get((indicator_id, Sex.PERSONS), {}).get(ENGLAND, [])
        told = [(point, point.value) for point in points if point.value is not None]
        indicator = known.indicators.get(indicator_id)
        if indicator is None or not told:
            continue
        measure = Measure(indicator, Sex.PERSONS)
        timeline = Timeline(measure, (Line("England", tuple(points)),))
        last, value = told[-1]
        found.append(
            PublicSeries(
                timeline=timeline,
                title=f"{indicator.short_name}: {measure.amount(value)} in {last.period_label}",
                summary=f"{indicator.definition} {last.note or ''}".strip(),
                credit=credit(known.sources[indicator.source_id], indicator),
            )
        )
    return tuple(found)


def _regions(release: Release) -> tuple[Measure | None, tuple[Regional, ...], Credit | None]:
    known = queries.reference(release)
    indicator = known.indicators.get(VACANCIES)
    if indicator is None:
        return None, (), None
    held = queries.control_charts(release, indicator_id=VACANCIES)
    regions = [Regional(code, known.areas[code].area_name, tuple(points)) for code, points in held.items()]
    return (
        Measure(indicator, Sex.PERSONS),
        tuple(sorted(regions, key=lambda of: of.name)),
        credit(known.sources[indicator.source_id], indicator),
    )
