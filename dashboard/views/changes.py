"""What changed since the release before: counts of figures, and the statuses that moved, with why."""

from dataclasses import dataclass

from dashboard import queries
from dashboard.queries import ENGLAND
from dashboard.reader import Release
from dashboard.views.figures import Measure
from dashboard.views.statuses import DIRECTIONS, PACES, STATES, VERSUS

#: A page names this many; the release's report has them all.
SHOWN = 12

#: Layers a reader acts on, those that matter most first; the rest are in the report.
_LAYERS = ("direction", "data_state", "pace", "versus_england")
_KINDS = ("promise", "duty", "recommended", "monitored")


@dataclass(frozen=True)
class Moved:
    """One status that changed: whose, of what, from what to what, and why."""

    area_code: str
    area: str
    commitment_id: str
    measure: str
    was: str
    is_now: str
    why: str


@dataclass(frozen=True)
class Changes:
    """What changed since the release before; nothing at all of a first release."""

    figures: tuple[tuple[str, int], ...]
    moved: tuple[Moved, ...]
    more: int


def changes(release: Release) -> Changes:
    """Gather what changed, England's first, then promises and duties; read once a release."""
    return release.once("changes", lambda: _changes(release))


def _changes(release: Release) -> Changes:
    found = queries.changes(release)
    known = queries.reference(release)
    shown = [
        change
        for change in found.statuses
        if change.layer in _LAYERS
        and change.commitment_id in known.commitments
        and change.indicator_id in known.indicators
        and (change.area_code == ENGLAND or known.areas[change.area_code].is_current_system)
    ]
    shown.sort(
        key=lambda c: (
            c.area_code != ENGLAND,
            _KINDS.index(known.commitments[c.commitment_id].standing),
            _LAYERS.index(c.layer),
            c.commitment_id,
            known.areas[c.area_code].area_name,
        )
    )
    moved = tuple(
        Moved(
            area_code=change.area_code,
            area=known.areas[change.area_code].area_name,
            commitment_id=change.commitment_id,
            measure=Measure(known.indicators[change.indicator_id], change.sex).title,
            was=_said(change.layer, change.earlier),
            is_now=_said(change.layer, change.later),
            why=change.why,
        )
        for change in shown[:SHOWN]
    )
    counts = found.figures
    return Changes(
        figures=tuple((kind, counts[kind]) for kind in ("new", "revised", "gone") if counts.get(kind)),
        moved=moved,
        more=len(shown) - len(moved),
    )


def _said(layer: str, value: str | None) -> str:
    if value is None:
        return "None"
    if layer == "versus_england":
        return VERSUS[value]
    return {"direction": DIRECTIONS, "data_state": STATES, "pace": PACES}[layer][value].words
