"""System-level answers of returns: what they say of commitments, and the tables they make."""

import datetime as dt

import polars as pl
import pytest

from data_contracts.posts import ACCEPTED_ANSWER_FIELDS, ANSWER_FIELDS, schema_of
from data_contracts.registry.records import commitments
from pipelines.config import LONDON
from pipelines.returns.evidence import evidence, newest_of_each
from pipelines.returns.submit import SentIn, submit
from tests.builders.answers import answer as filed
from tests.builders.answers import answers as file_of
from tests.builders.data_folder import DataFolder
from tests.builders.returns import ANSWER_HEADER, LINK, SYSTEM, answer, as_csv, every_answer, post

ROLES = ("lead", "advise", "inform", "collaborate")


def returned(*rows: dict[str, str]) -> pl.DataFrame:
    """Answers as accepted returns hold them."""
    schema = schema_of(ANSWER_FIELDS)
    text = pl.DataFrame(list(rows), schema=dict.fromkeys(schema, pl.String)).with_columns(pl.all().replace("", None))
    days = text.with_columns(pl.col("dated", "as_at").str.to_date())
    marked = days.with_columns(
        quarter=pl.lit("2026-27-Q2"), contract_version=pl.lit("2"), value_kind=pl.lit("published")
    )
    return marked.select(schema_of(ACCEPTED_ANSWER_FIELDS).keys())


def agreement(role: str, topic: str = "smoking", said: str = "yes", **cells: str) -> dict[str, str]:
    return answer(f"agreement_to_{role}", topic=topic, answer=said, **cells)


def said(*rows: dict[str, str]) -> dict[str, str]:
    """What the answers come to, by commitment."""
    return dict(evidence(returned(*rows)).select("commitment_id", "answer").iter_rows())


def test_every_commitment_answers_come_to_is_in_the_register() -> None:
    assert said(*every_answer()).keys() <= commitments().keys()
    assert len(said(*every_answer())) == 10


def test_no_answers_are_no_evidence() -> None:
    assert evidence(returned()).is_empty()


@pytest.mark.parametrize(
    ("own", "local", "expected"),
    [("yes", "yes", "yes"), ("no", "no", "no"), ("yes", "no", "partly"), ("partly", "partly", "partly")],
)
def test_being_connected_asks_for_infrastructure_and_a_connection(own: str, local: str, expected: str) -> None:
    rows = answer("own_infrastructure", answer=own), answer("local_connection", answer=local, link=LINK + "?local")
    assert said(*rows) == {"local-connection": expected}
    assert evidence(returned(*rows))["evidence_url"].to_list() == [LINK + "?local"]


def test_one_of_the_two_questions_alone_says_nothing() -> None:
    assert said(answer("own_infrastructure")) == {}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([agreement(role) for role in ROLES], "yes"),
        ([*[agreement(role) for role in ROLES], agreement("lead", "cancer", "no")], "yes"),
        ([agreement(role) for role in ROLES[:3]], "partly"),
        ([agreement("lead"), agreement("advise", "cancer"), agreement("inform"), agreement("collaborate")], "partly"),
        ([agreement(role, said="partly") for role in ROLES], "partly"),
        ([agreement(role, said="no", link="") for role in ROLES], "no"),
    ],
)
def test_roles_are_agreed_where_a_topic_has_all_four(rows: list[dict[str, str]], expected: str) -> None:
    assert said(*rows) == {"role-agreements": expected}


def test_a_case_is_practice_shared_and_none_is_silence() -> None:
    case = answer("case_shared", topic="cancer", answer="", outcome="stopped")
    assert said(case) == {"practice-sharing": "yes"}
    assert "practice-sharing" not in said(answer("data_sharing"))


def test_a_no_may_have_no_address() -> None:
    (row,) = evidence(returned(answer("director_in_post", answer="no", link="", dated=""))).iter_rows(named=True)
    assert (row["answer"], row["evidence_url"], row["dated"]) == ("no", None, None)


def test_what_stands_is_in_the_newest_return() -> None:
    rows = returned(answer("data_sharing", as_at="2026-06-30"), answer("time_together"))
    assert newest_of_each(rows)["question"].to_list() == ["time_together"]


def test_a_return_becomes_evidence_agreements_and_cases_at_the_next_refresh(folder: DataFolder) -> None:
    assert folder.mart("agreements").is_empty()
    assert folder.mart("practice_cases").is_empty()
    rows = [*every_answer()[1:], answer("director_in_post", answer="no", link="", dated="")]
    sent = SentIn(name="posts.csv", content=as_csv([post()]), answers=("answers.csv", as_csv(rows, ANSWER_HEADER)))
    at = dt.datetime(2026, 10, 12, tzinfo=LONDON)
    assert submit(sent, folder.settings, confirmed=False, at=at).outcome == "accepted"
    same_day = filed(commitment_id="data-sharing", area_code=SYSTEM, as_at="2026-09-30", answer="no")
    outcome = folder.refresh(file_of(same_day, filed(commitment_id="shared-definition", area_code=SYSTEM)))
    assert outcome.recap, outcome.problems
    held = folder.mart("evidence").filter(area_code=SYSTEM)
    answers = {(row["commitment_id"], str(row["as_at"])): row["answer"] for row in held.iter_rows(named=True)}
    # For one day the return stands before the file; for another both are held.
    assert answers["data-sharing", "2026-09-30"] == "yes"
    assert answers["shared-definition", "2026-09-30"] == answers["shared-definition", "2026-10-01"] == "yes"
    statuses = folder.mart("statuses").filter(commitment_id="director-of-population-health", area_code=SYSTEM)
    assert statuses["explanation"].to_list() == ["No, as at 30 September 2026."]
    fired = folder.mart("triggers").filter(trigger_id="no-director")["area_code"].to_list()
    assert fired == [SYSTEM]
    (agreed,) = folder.mart("agreements").iter_rows(named=True)
    assert (agreed["area_code"], agreed["topic"], agreed["agreed_role"]) == (SYSTEM, "smoking", "lead")
    (case,) = folder.mart("practice_cases").iter_rows(named=True)
    assert (case["topic"], case["outcome"], case["evidence_url"]) == ("cancer", "gap_narrowed", LINK)
    folder.assert_whole()
