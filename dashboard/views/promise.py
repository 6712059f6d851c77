"""What the register of commitments says of the promise on the gap between regions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.queries import Gap, Reference

REGION_GAP = "hle-region-gap"

#: The promise is to halve the gap of the baseline period.
_SHARE_LEFT = 0.5

_PERIOD = re.compile(r"\b(\d{4})(?: to |-|–)(\d{2,4})\b")


@dataclass(frozen=True)
class Promise:
    """The promise to halve the gap, and the period it is judged from."""

    title: str
    baseline: str | None
    source_url: str

    def before(self, gaps: Iterable[Gap]) -> Gap | None:
        """The gap of the baseline period, where the series holds it."""
        return next((gap for gap in gaps if gap.period_label == self.baseline), None)

    def target(self, gaps: Iterable[Gap]) -> float | None:
        """Half the gap of the baseline period; None where the series does not hold that period."""
        before = self.before(gaps)
        return None if before is None else before.observed_gap * _SHARE_LEFT


def region_promise(known: Reference) -> Promise | None:
    """Read the promise; None where the release holds no register of commitments."""
    found = known.commitments.get(REGION_GAP)
    if found is None:
        return None
    return Promise(title=found.title, baseline=period_in(found.baseline or ""), source_url=found.source_url)


def period_in(text: str) -> str | None:
    """Find the first period written in a text, as the series label it.

    >>> period_in("2021-23: male 7.0 years"), period_in("2017 to 2019"), period_in("first return")
    ('2021 to 2023', '2017 to 2019', None)
    """
    found = _PERIOD.search(text)
    if not found:
        return None
    start, end = found.groups()
    return f"{start} to {start[: 4 - len(end)]}{end}"
