"""Series that many pages show, read and sorted once a release: a few thousand rows, so that a page asks nothing."""

from dashboard import queries
from dashboard.queries import ENGLAND
from dashboard.reader import Release
from dashboard.views.figures import Series, lines_by_series
from data_contracts.vocabulary import MeasuredWhere


def england_series(release: Release) -> Series:
    """Every series of England."""
    return release.once("england", lambda: lines_by_series(queries.area_series(release, ENGLAND)))


def leading_indicators(release: Release) -> list[str]:
    """The indicators that lead on a system's page."""
    known = queries.reference(release).indicators.values()
    return [indicator.indicator_id for indicator in known if indicator.headline]


def leading_series(release: Release) -> Series:
    """The leading indicators' series of every system there is or was."""
    wanted = leading_indicators(release)
    return release.once("leading", lambda: lines_by_series(queries.series_of_systems(release, indicator_ids=wanted)))


def judged_series(release: Release) -> Series:
    """The series of every system there is or was that some commitment is judged by, the leading ones among them."""
    leading = leading_series(release)
    return release.once("judged", lambda: {**leading, **_judged(release, without=leading_indicators(release))})


def _judged(release: Release, *, without: list[str]) -> Series:
    registered = queries.reference(release).commitments.values()
    everywhere = {m.indicator_id for c in registered for m in c.measured_by if m.measured_where == MeasuredWhere.EVERY}
    wanted = sorted(everywhere.difference(without))
    return lines_by_series(queries.series_of_systems(release, indicator_ids=wanted))
