"""Series that many pages show, read and sorted once a release: a few thousand rows, so that a page asks nothing."""

from dashboard import queries
from dashboard.queries import ENGLAND
from dashboard.reader import Release
from dashboard.views.figures import Series, lines_by_series


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
