"""What triggers are worked out from: today's systems, their statuses, the gaps inside them and what they answered."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from data_contracts.registry.records import Trigger, commitments, measurable
from data_contracts.vocabulary import AreaType, DataState, InForce, Standing, ValueKind

#: What is asked of a commitment that does not stand any more asks for no attention.
_STANDS = (InForce.IN_FORCE, InForce.UNCLEAR)


@dataclass(frozen=True, kw_only=True)
class Held:
    """The published tables as triggers read them, made by `held`.

    `statuses`: those with a measure, with `standing` and `polarity`. None of an example system, of a system that
    ended, of England, or of made-up figures is among them.
    """

    systems: tuple[str, ...]
    statuses: pl.DataFrame
    gaps: pl.DataFrame
    evidence: pl.DataFrame
    workforce: pl.DataFrame
    returns: pl.DataFrame

    def statuses_of(self, trigger: Trigger) -> pl.DataFrame:
        """The statuses of commitments whose standing the trigger covers."""
        return self.statuses.filter(pl.col("standing").is_in([str(standing) for standing in trigger.covers]))


def held(tables: Mapping[str, pl.DataFrame]) -> Held:
    """Today's systems, and of each published table what is about them: of `workforce` all roles together."""
    areas, statuses = tables["areas"], tables["statuses"]
    lasting = areas.filter((pl.col("area_type") == str(AreaType.ICB)) & pl.col("valid_to").is_null())
    systems = tuple(sorted(lasting["area_code"]))
    ours = pl.col("area_code").is_in(systems)
    real = pl.col("value_kind").ne_missing(str(ValueKind.ILLUSTRATIVE))
    measured = statuses.filter(ours, pl.col("as_of_period").is_not_null()).filter(
        pl.col("data_state") != str(DataState.ILLUSTRATIVE)
    )
    return Held(
        systems=systems,
        statuses=measured.join(_standings(), on="commitment_id").with_columns(polarity=_polarity()),
        gaps=tables["gaps"].filter(ours),
        evidence=tables["evidence"].filter(ours, real),
        workforce=tables["workforce"].filter(ours, real, pl.col("role_family") == "all"),
        returns=tables["returns_received"].filter(ours, real),
    )


def standing_of(commitment_id: str) -> Standing:
    """Standing of a commitment in the register."""
    return commitments()[commitment_id].standing


def _standings() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"commitment_id": commitment_id, "standing": str(entry.standing)}
            for commitment_id, entry in commitments().items()
            if entry.in_force in _STANDS
        ],
        schema={"commitment_id": pl.String, "standing": pl.String},
    )


def _polarity() -> pl.Expr:
    ways = {id_: str(indicator.polarity) for id_, indicator in measurable().items()}
    return pl.col("indicator_id").replace_strict(ways, return_dtype=pl.String)
