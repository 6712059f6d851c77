"""From an address to a page; the same for the first response and for every later move within the browser."""

from collections.abc import Mapping
from urllib.parse import quote, unquote

from dashboard import clock, queries
from dashboard.pages import (
    commitment,
    compare,
    data,
    ended,
    england,
    example,
    find,
    methods,
    monitor,
    practice,
    problem,
    system,
    workforce,
)
from dashboard.pages.framed import on_footprint
from dashboard.pages.page import Page
from dashboard.reader import Release
from dashboard.views.footprint import footprint, footprint_of
from dashboard.views.log import Log
from dashboard.views.search import area_by_code

_SYSTEM = "/system/"
_COMMITMENT = commitment.PREFIX
_PLAIN = ("/", "/compare", "/monitor", "/workforce", "/practice", "/find", "/data", "/methods")


def route(release: Release, path: str, query: Mapping[str, str], log: Log) -> Page:
    """Answer an address with its page, a redirect, or a page that says what is not there."""
    if path == "/":
        return compare.moved(query) or england.page(release, query)
    if path == "/compare":
        return compare.page(release, query)
    if path == monitor.PATH:
        return monitor.page(release, query, log, clock.today())
    if path == workforce.PATH:
        return workforce.page(release, query)
    if path == practice.PATH:
        return practice.page(release, query)
    if path == "/find":
        return find.page(release, query.get("q", "")[:100])
    if path == "/data":
        return data.page(release, clock.today())
    if path == "/methods":
        return methods.page(release)
    if path.startswith(_SYSTEM):
        return _system(release, unquote(path.removeprefix(_SYSTEM)).strip("/")[:100], query, log)
    if path.startswith(_COMMITMENT):
        return _commitment(release, unquote(path.removeprefix(_COMMITMENT)).strip("/")[:100], query)
    return problem.unknown_page(release)


def shows_log(path: str) -> bool:
    """Whether a page may show what people wrote: it is then good only until somebody writes again."""
    return path == monitor.PATH or path.startswith(_SYSTEM)


def pattern(path: str) -> str:
    """Which kind of page an address asks for, for the log.

    >>> pattern("/system/E54000050"), pattern("/wp-login.php")
    ('/system/<area_code>', 'unknown')
    """
    if path.startswith(_SYSTEM):
        return f"{_SYSTEM}<area_code>"
    if path.startswith(_COMMITMENT):
        return f"{_COMMITMENT}<commitment_id>"
    return path if path in _PLAIN else "unknown"


def _system(release: Release, code: str, query: Mapping[str, str], log: Log) -> Page:
    known = queries.reference(release)
    made_up = known.areas.get(code.upper())
    if made_up is not None and made_up.is_example:
        return example.page(release, made_up)
    area = area_by_code(known, code)
    if area is None:
        return problem.unknown_system(release, code)
    footprint = footprint_of(release, area, query)
    if code != area.area_code:
        return Page("", None, status=301, redirect=footprint.address(f"{_SYSTEM}{quote(area.area_code)}"))
    page = system.page(release, area, log) if area.is_current_system else ended.page(release, area)
    return on_footprint(release, page, footprint)


def _commitment(release: Release, asked: str, query: Mapping[str, str]) -> Page:
    known = queries.reference(release).commitments
    found = known.get(asked.strip().lower())
    if found is None:
        return problem.unknown_commitment(release, asked)
    if asked != found.commitment_id:
        to = footprint(release, query).address(commitment.address(found.commitment_id))
        return Page("", None, status=301, redirect=to)
    return commitment.page(release, found, query)
