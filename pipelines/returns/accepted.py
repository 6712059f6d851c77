"""Returns that were accepted: the newest of each system and quarter, as the current version of the return has it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_contracts.posts import ACCEPTED_ANSWER_FIELDS, ACCEPTED_POST_FIELDS, RETURN_FIELDS, schema_of
from data_contracts.returns import upgrade
from data_contracts.vocabulary import ValueKind
from pipelines.returns.store import Held, newest, read_answers, read_posts


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """Posts, system-level answers, and one row a return; each sorted, and empty where nobody has returned any."""

    posts: pl.DataFrame
    answers: pl.DataFrame
    returns: pl.DataFrame


def accepted(data_dir: Path) -> Accepted:
    """The newest accepted return of each system and quarter under a data folder."""
    held = newest(data_dir)
    posts_schema, answers_schema = schema_of(ACCEPTED_POST_FIELDS), schema_of(ACCEPTED_ANSWER_FIELDS)
    posts = [_marked(upgrade(read_posts(data_dir, one), one.contract_version), one) for one in held]
    answers = [_marked(read_answers(data_dir, one), one) for one in held]
    return Accepted(
        posts=_together(posts, posts_schema).sort("system_code", "quarter", "post_reference"),
        answers=_together(answers, answers_schema).sort("system_code", "quarter", "question", "topic", "link"),
        returns=pl.DataFrame(
            [
                {
                    "system_code": one.system_code,
                    "quarter": one.quarter,
                    "received_on": dt.datetime.fromisoformat(one.received_at).date(),
                    "posts": one.posts,
                }
                for one in held
            ],
            schema=schema_of(RETURN_FIELDS),
        ).sort("system_code", "quarter"),
    )


def _marked(rows: pl.DataFrame, held: Held) -> pl.DataFrame:
    return rows.with_columns(
        quarter=pl.lit(held.quarter),
        contract_version=pl.lit(held.contract_version),
        value_kind=pl.lit(str(ValueKind.PUBLISHED)),
    )


def _together(frames: Iterable[pl.DataFrame], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *(frame.select(list(schema)) for frame in frames)])
