"""Finding a system by name, code or local authority, and what was nearly meant."""

import datetime as dt
import difflib
import re
from dataclasses import dataclass

from dashboard import queries
from dashboard.queries import Area, Reference
from dashboard.reader import Release
from data_contracts.vocabulary import AreaType

_CLOSE_ENOUGH = 0.6
_AT_MOST = 8
_AUTHORITIES = frozenset({AreaType.UTLA, AreaType.LTLA})


@dataclass(frozen=True)
class Found:
    """Systems that match what was typed; where none does, those it may have meant."""

    asked: str
    matches: tuple[Area, ...]
    near: tuple[Area, ...]
    through: str | None = None


def find(release: Release, asked: str) -> Found:
    """Look for a system: by code, then by name, then by a local authority in it."""
    known = queries.reference(release)
    text = _plain(asked)
    if not text:
        return Found(asked.strip(), (), ())
    by_code = area_by_code(known, text)
    if by_code is not None:
        return Found(asked, (by_code,), ())
    exact = [area for area in known.systems if _plain(area.area_name) == text]
    matches = exact or [area for area in known.systems if _holds(area, text)]
    if not matches:
        matches = [a for a in _ended(known) if _holds(a, text)]
    if matches:
        return Found(asked, tuple(matches[:_AT_MOST]), ())
    for authority in sorted(known.areas.values(), key=lambda area: area.area_name):
        if authority.area_type in _AUTHORITIES and _plain(authority.area_name) == text:
            systems = known.systems_of(authority.area_code)
            if systems:
                return Found(asked, tuple(systems), (), authority.area_name)
    return Found(asked, (), near_misses(known, asked))


def area_by_code(known: Reference, code: str) -> Area | None:
    """The system of a GSS or ODS code in any case; today's before one that ended, where both had the code."""
    wanted = code.strip().upper()
    found = [
        area
        for area in known.areas.values()
        if area.area_type == AreaType.ICB and wanted in (area.area_code, area.ods_code)
    ]
    return max(found, key=lambda area: area.valid_to or dt.date.max, default=None)


def near_misses(known: Reference, asked: str) -> tuple[Area, ...]:
    """Systems whose code or name is close to what was asked, the closest first."""
    by_key = {}
    for area in [*_ended(known), *known.systems]:
        for key in (area.area_code, area.ods_code, area.area_name):
            if key:
                by_key[_plain(key)] = area
    close = difflib.get_close_matches(_plain(asked), by_key, n=_AT_MOST, cutoff=_CLOSE_ENOUGH)
    return tuple({by_key[key].area_code: by_key[key] for key in close}.values())[:5]


def _ended(known: Reference) -> list[Area]:
    return sorted((a for a in known.areas.values() if a.is_ended_system), key=lambda a: a.area_name)


def _holds(area: Area, text: str) -> bool:
    return text in _plain(area.area_name) or text in _plain(area.official_name)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower().replace("&", " and ")).strip()
