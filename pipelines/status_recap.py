"""The changes of statuses in words, by commitment: what weighs most comes first, and the rest is counted."""

from collections.abc import Iterator, Mapping

import polars as pl

from data_contracts.registry.records import commitments, measurable
from data_contracts.vocabulary import Sex, Standing

#: Commitments written out, and statuses of each; the whole list is `changes.parquet`.
COMMITMENTS_SHOWN = 10
STATUSES_SHOWN = 5

STATUS_COLUMNS = ("commitment", "standing", "statuses", "directions", "why")

_LAYERS = {
    "data_state": "data state",
    "direction": "direction",
    "pace": "pace",
    "recent_trend": "recent trend",
    "variation": "variation",
    "assurance": "assurance",
    "versus_england": "against England",
    "answer": "answer",
}
_STANDINGS = list(Standing)
#: England, regions, systems, then authorities, by how their codes begin.
_AREAS = ("E92", "E12", "E54")


def summary(changes: pl.DataFrame) -> str:
    """How many statuses changed, why, and how many of them turned; the counts of a recap.

    New and ended series, and earlier periods judged again on figures since revised, are counted apart.
    """
    latest = _latest(changes)
    if changes.is_empty():
        return "No status changed."
    turned = latest.filter(pl.col("layer") == "direction")
    promised = turned.filter(pl.col("commitment_id").is_in(_with_standing(Standing.PROMISE)))
    said = [f"{_count(latest)} changed" + (f" ({_whys(latest)})" if latest.height else "")]
    if turned.height:
        said.append(f"{_number(turned, 'direction')} among them, {_statuses(promised):,} of promises")
    for change, words in (("new", "new"), ("gone", "no longer given")):
        if series := _statuses(changes.filter(pl.col("change") == change)):
            said.append(f"{series:,} {words}")
    if replayed := _statuses(changes.filter(~pl.col("is_latest"))):
        said.append(f"{replayed:,} of earlier periods, judged again, came out otherwise")
    return "; ".join(said) + "."


def status_rows(changes: pl.DataFrame) -> list[tuple[str, ...]]:
    """The table of commitments whose statuses changed: title, standing, how many, how many directions, why."""
    return [
        (
            commitments()[commitment_id].title,
            str(commitments()[commitment_id].standing),
            f"{_statuses(rows):,}",
            f"{_statuses(rows.filter(pl.col('layer') == 'direction')):,}",
            _whys(rows),
        )
        for commitment_id, rows in _by_commitment(_latest(changes))
    ]


def status_sections(changes: pl.DataFrame, area_names: Mapping[str, str]) -> Iterator[str]:
    """A heading and a list for each commitment, changes of direction first; what is left out is counted."""
    groups = _by_commitment(_latest(changes))
    for commitment_id, rows in groups[:COMMITMENTS_SHOWN]:
        entry = commitments()[commitment_id]
        yield f"### {entry.title} ({entry.standing}): {_count(rows)}"
        lines = _lines(rows, area_names)
        more = len(lines) - STATUSES_SHOWN
        yield "\n".join(lines[:STATUSES_SHOWN] + ([f"- and {more:,} more"] if more > 0 else []))
    left = groups[COMMITMENTS_SHOWN:]
    if left:
        yield f"And {len(left):,} more: " + "; ".join(
            f"{commitments()[id_].title}: {_count(rows)}" for id_, rows in left
        )


def _latest(changes: pl.DataFrame) -> pl.DataFrame:
    """Changes of what is the latest status of its series."""
    return changes.filter("is_latest", pl.col("change") == "changed")


def _by_commitment(changes: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Commitments with their changes: those with a change of direction first, of them the promises, then the duties."""
    order = list(commitments())
    groups = [(str(id_), rows) for (id_,), rows in changes.group_by("commitment_id") if id_ in commitments()]

    def weight(group: tuple[str, pl.DataFrame]) -> tuple[bool, int, int]:
        commitment_id, rows = group
        standing = _STANDINGS.index(commitments()[commitment_id].standing)
        return "direction" not in rows["layer"], standing, order.index(commitment_id)

    return sorted(groups, key=weight)


def _lines(rows: pl.DataFrame, area_names: Mapping[str, str]) -> list[str]:
    """A line for each status that changed: where, what, from what to what in each layer, and why."""
    found: list[tuple[tuple[bool, int, str, str], str]] = []
    for (status_id,), layers in rows.group_by("status_id", maintain_order=True):
        row = layers.row(0, named=True)
        place = area_names.get(row["area_code"], row["area_code"])
        said = "; ".join(
            f"{_LAYERS[layer]} from {_words(earlier)} to {_words(later)}"
            for layer, earlier, later in layers.select("layer", "earlier", "later").iter_rows()
        )
        why = row["why"] + (f"; also {row['also']}" if row["also"] else "")
        weight = ("direction" not in layers["layer"], _kind_of(row["area_code"]), place, str(status_id))
        found.append((weight, f"- {place}{_what(row)}: {said} ({why})"))
    return [line for _, line in sorted(found)]


def _kind_of(area_code: str) -> int:
    return next((place for place, start in enumerate(_AREAS) if area_code.startswith(start)), len(_AREAS))


def _what(row: Mapping[str, str | None]) -> str:
    """The measure and its period, with the one before where it moved on; nothing of a commitment without a measure."""
    if row["indicator_id"] is None:
        return ""
    whom = "" if row["sex"] == Sex.PERSONS else f", {row['sex']}"
    since = f" (was {row['earlier_period']})" if row["earlier_period"] != row["period_label"] else ""
    return f", {measurable()[row['indicator_id']].short_name}{whom}, {row['period_label']}{since}"


def _words(value: str | None) -> str:
    return "none" if value is None else value.replace("_", " ")


def _whys(rows: pl.DataFrame) -> str:
    """The reasons with how many statuses each, the commonest first."""
    counted = rows.unique("status_id").group_by("why").len().sort(pl.col("len"), "why", descending=[True, False])
    return ", ".join(f"{why} {number:,}" for why, number in counted.iter_rows())


def _statuses(rows: pl.DataFrame) -> int:
    return rows["status_id"].n_unique()


def _count(rows: pl.DataFrame) -> str:
    return _number(rows, "status")


def _number(rows: pl.DataFrame, noun: str) -> str:
    count = _statuses(rows)
    return f"{count:,} {noun}" + ("" if count == 1 else "es" if noun.endswith("s") else "s")


def _with_standing(standing: Standing) -> list[str]:
    return [commitment_id for commitment_id, entry in commitments().items() if entry.standing is standing]
