"""System-level answers of returns as evidence on commitments, and as tables of their own."""

import polars as pl

from data_contracts.fields import FIELDS
from data_contracts.quarters import last_day
from data_contracts.vocabulary import AGREEMENTS, Answer, AreaType, Question, ValueKind

#: Questions that are a commitment, word for word.
_COMMITMENTS: dict[Question, str] = {
    Question.DIRECTOR_IN_POST: "director-of-population-health",
    Question.WRITTEN_DEFINITION: "shared-definition",
    Question.JOINT_LEADERSHIP: "joint-leadership",
    Question.START_SOMEWHERE: "start-somewhere",
    Question.WORKFORCE_WELLBEING: "workforce-wellbeing",
    Question.TIME_TOGETHER: "time-together",
    Question.DATA_SHARING: "data-sharing",
}
#: The commitment asks for both: infrastructure in the system, and connected to local teams.
_CONNECTED = (Question.LOCAL_CONNECTION, Question.OWN_INFRASTRUCTURE)
_KEY = ["system_code", "as_at"]
_COLUMNS = ("commitment_id", "area_code", "as_at", "answer", "dated", "evidence_url", "value_kind")


def evidence(answers: pl.DataFrame) -> pl.DataFrame:
    """One row a commitment, system and quarter's last day, in the columns of the table `evidence`."""
    rows = pl.concat([_single(answers), _connected(answers), _agreed(answers), _shared(answers)])
    return rows.select(_COLUMNS).sort(_COLUMNS[:3])


def _single(answers: pl.DataFrame) -> pl.DataFrame:
    mapped = pl.DataFrame(
        {"question": [str(question) for question in _COMMITMENTS], "commitment_id": list(_COMMITMENTS.values())}
    )
    return _as_evidence(answers.join(mapped, on="question"))


def _connected(answers: pl.DataFrame) -> pl.DataFrame:
    """Yes where both are so, no where neither is, nothing where only one was asked and answered."""
    asked = answers.filter(pl.col("question").is_in(list(_CONNECTED)))
    both = asked.sort("question").group_by(*_KEY, "value_kind", maintain_order=True)
    # Sorted, the connection comes before the infrastructure: its link is the one to show.
    found = both.agg(pl.len().alias("asked"), _of_all(), pl.col("dated").max(), _first_link())
    return _as_evidence(found.filter(pl.col("asked") == len(_CONNECTED)), "local-connection")


def _agreed(answers: pl.DataFrame) -> pl.DataFrame:
    """Yes where some topic has all four: who leads, who advises, who informs and where to collaborate.

    No where every answer is no; partly where there is something in between.
    """
    rows = answers.filter(pl.col("question").is_in(list(AGREEMENTS)))
    so = pl.col("answer") == Answer.YES
    whole = (
        rows.filter(so)
        .group_by(*_KEY, "topic")
        .agg(whole=pl.col("question").n_unique() == len(AGREEMENTS))
        .group_by(_KEY)
        .agg(whole=pl.col("whole").any())
    )
    found = (
        rows.sort("dated", "topic", "question", descending=[True, False, False], nulls_last=True)
        .group_by(*_KEY, "value_kind", maintain_order=True)
        .agg(
            none=(pl.col("answer") == Answer.NO).all(),
            dated=pl.col("dated").max(),
            link=pl.col("link").drop_nulls().first(),
        )
        .join(whole, on=_KEY, how="left")
        .with_columns(
            answer=pl.when("none")
            .then(pl.lit(str(Answer.NO)))
            .when(pl.col("whole").fill_null(value=False))
            .then(pl.lit(str(Answer.YES)))
            .otherwise(pl.lit(str(Answer.PARTLY)))
        )
    )
    return _as_evidence(found, "role-agreements")


def _shared(answers: pl.DataFrame) -> pl.DataFrame:
    """Yes where a case was shared; a return without one says nothing."""
    cases = answers.filter(pl.col("question") == Question.CASE_SHARED)
    found = (
        cases.sort("dated", "topic", "link", descending=[True, False, False], nulls_last=True)
        .group_by(*_KEY, "value_kind", maintain_order=True)
        .agg(dated=pl.col("dated").max(), link=pl.col("link").first(), answer=pl.lit(str(Answer.YES)))
    )
    return _as_evidence(found, "practice-sharing")


def joint_posts(workforce: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Whether a system has joint posts, from what may be shown of its return: silent where the share is withheld."""
    systems = areas.filter(pl.col("area_type") == str(AreaType.ICB)).select("area_code")
    rows = workforce.join(systems.unique(), on="area_code", how="semi").filter(
        pl.col("role_family") == "all",
        pl.col("value_kind") == str(ValueKind.PUBLISHED),
        pl.col("joint_share").is_not_null(),
    )
    answer = pl.when(pl.col("joint_share") > 0).then(pl.lit(str(Answer.YES))).otherwise(pl.lit(str(Answer.NO)))
    said = rows.select(
        "value_kind",
        system_code="area_code",
        as_at=pl.col("quarter").map_elements(last_day, return_dtype=pl.Date),
        answer=answer,
        dated=pl.lit(None, pl.Date),
        link=pl.lit(None, pl.String),
    )
    return _as_evidence(said, "joint-posts").select(_COLUMNS)


def _of_all() -> pl.Expr:
    answer = pl.col("answer")
    return (
        pl.when((answer == Answer.YES).all())
        .then(pl.lit(str(Answer.YES)))
        .when((answer == Answer.NO).all())
        .then(pl.lit(str(Answer.NO)))
        .otherwise(pl.lit(str(Answer.PARTLY)))
        .alias("answer")
    )


def _first_link() -> pl.Expr:
    return pl.col("link").drop_nulls().first()


def _as_evidence(rows: pl.DataFrame, commitment_id: str | None = None) -> pl.DataFrame:
    given = rows if commitment_id is None else rows.with_columns(commitment_id=pl.lit(commitment_id))
    return given.select(
        "commitment_id",
        pl.col("system_code").alias("area_code"),
        "as_at",
        "answer",
        "dated",
        pl.col("link").alias("evidence_url"),
        "value_kind",
    ).cast({name: FIELDS[name].dtype for name in _COLUMNS})


def newest_of_each(answers: pl.DataFrame) -> pl.DataFrame:
    """The answers of each system's newest return that has any: what stands."""
    return answers.filter(pl.col("as_at") == pl.col("as_at").max().over("system_code"))
