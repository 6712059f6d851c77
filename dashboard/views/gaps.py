"""What a page says of gaps: the estimate, chance allowed for, then what was observed and what chance shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard import words
from dashboard.queries import LatestGap
from dashboard.views.figures import Measure

#: The order they are told in, and what each lies between.
BETWEEN = {
    "authority-tenths": "Top and bottom tenth of {areas} authorities",
    "authority-range": "Highest and lowest of {areas} authorities",
    "region-range": "Highest and lowest of {areas} regions",
    "system-range": "Highest and lowest of {areas} authorities here",
}

COLUMNS = (
    "Gap",
    "With chance allowed for",
    "95% interval",
    "As observed",
    "Chance alone would show",
    "Since the period before",
)


@dataclass(frozen=True)
class GapRow:
    """One gap in words, a cell for each of `COLUMNS`."""

    cells: tuple[str, ...]


@dataclass(frozen=True)
class Gaps:
    """The gaps that lie in one area, in one period: the sentence that leads and a row each."""

    lead: str
    period_label: str
    rows: tuple[GapRow, ...]


def gaps_view(found: Iterable[LatestGap], measures: Iterable[Measure]) -> Gaps | None:
    """Gaps in the order they are told; None where there are none.

    Gaps whose ends stay the same from period to period are left to the page of the commitment they are rivals for.
    """
    by_series = {(m.indicator.indicator_id, m.sex): m for m in measures}
    told = sorted((gap for gap in found if gap.gap_id in BETWEEN), key=lambda gap: list(BETWEEN).index(gap.gap_id))
    known = [(gap, by_series[gap.indicator_id, gap.sex]) for gap in told if (gap.indicator_id, gap.sex) in by_series]
    if not known:
        return None
    first = known[0][0].gap_id
    return Gaps(
        lead=_lead([pair for pair in known if pair[0].gap_id == first]),
        period_label=known[0][0].period_label,
        rows=tuple(_row(gap, measure) for gap, measure in known),
    )


def _lead(known: list[tuple[LatestGap, Measure]]) -> str:
    """The estimate for each sex; the words say what it is not, since the observed range is what people quote."""
    gap, measure = known[0]
    between = BETWEEN[gap.gap_id].format(areas=gap.areas).lower()
    levels = words.listed(
        [
            f"{m.amount(g.shrunken_gap)} for {words.PEOPLE[m.sex]} ({m.number(g.shrunken_lower_95)} to "
            f"{m.number(g.shrunken_upper_95)})"
            for g, m in known
            if g.shrunken_gap is not None and g.shrunken_lower_95 is not None and g.shrunken_upper_95 is not None
        ]
    )
    about = f"Between the {between}, {words.in_sentence(measure.indicator.short_name)}"
    if not levels:
        return f"{about} cannot be told from chance: the figures have no interval."
    return f"{about} differs by {levels}, chance allowed for."


def _row(gap: LatestGap, measure: Measure) -> GapRow:
    def number(value: float | None) -> str:
        return "not known" if value is None else measure.number(value)

    interval = (
        "not known"
        if gap.shrunken_lower_95 is None
        else f"{number(gap.shrunken_lower_95)} to {number(gap.shrunken_upper_95)}"
    )
    between = BETWEEN[gap.gap_id].format(areas=gap.areas)
    return GapRow(
        (
            f"{between}, {words.PEOPLE[measure.sex]}",
            number(gap.shrunken_gap),
            interval,
            number(gap.observed_gap),
            number(gap.chance_only_gap),
            _changes(gap, measure),
        )
    )


def _changes(gap: LatestGap, measure: Measure) -> str:
    if gap.highest_change is None or gap.lowest_change is None:
        return "no period before"
    return f"top {moved(measure, gap.highest_change)}, bottom {moved(measure, gap.lowest_change)}"


def moved(measure: Measure, change: float) -> str:
    """What a value did, in the digits shown.

    A change that rounds to nothing is no move.
    """
    size = measure.number(abs(change))
    return "did not move" if not float(size.replace(",", "")) else f"{'rose' if change > 0 else 'fell'} by {size}"
