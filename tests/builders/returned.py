"""A data folder into which several real systems have sent returns, by the way they do: checked, accepted, kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from data_contracts.quarters import last_day
from pipelines.config import LONDON, Settings
from pipelines.returns.submit import SentIn, submit
from tests.builders.returns import ANSWER_HEADER, answer, as_csv, every_answer, post

#: Systems that returned for the latest quarter, and the one before, of which the last came late.
NOW = ("E54000008", "E54000048", "E54000050", "E54000054", "E54000061")
LATE = NOW[-1]
#: A system to which one post came in the latest quarter, so that its other figures wait.
ONE_MORE = NOW[0]
#: A system of two posts, of which only the number may be shown.
FEW = "E54000057"
#: One of 42 boards that was split in April 2026, and its successors.
SPLIT, AFTER_SPLIT = "E54000025", ("E54000065", "E54000066")
QUARTERS = ("2026-27-Q1", "2026-27-Q2")


def team(
    system_code: str, quarter: str, *, size: int, programme: int, vacant: int, joint: int = 3
) -> list[dict[str, str]]:
    """So many posts, the first on programme money that ends in March and the last vacant; two of three are analysts."""
    day = last_day(quarter)
    march = dt.date(day.year + (day.month > 3), 3, 31)
    rows = []
    for number in range(size):
        on_programme, is_vacant = number < programme, number >= size - vacant
        rows.append(
            post(
                number + 1,
                system_code=system_code,
                as_at=str(day),
                role_family="inequalities_lead" if number % 3 == 2 else "population_health_analyst",
                wte="0.8" if number % 2 else "1.0",
                joint_reference=f"{system_code}-J{number}" if number < joint else "",
                funding_source="programme" if on_programme else "icb_baseline",
                recurrent="no" if on_programme else "yes",
                funding_start="2025-04-01",
                funding_end=str(march) if on_programme else "",
                funding_confirmed="no" if on_programme and number % 2 else "yes",
                state="vacant_recruiting" if is_vacant else "filled_substantive",
                vacant_since=str(day - dt.timedelta(days=40 * (number % 4 + 1))) if is_vacant else "",
            )
        )
    return rows


#: Posts of each system in either quarter: one more, three more, or as many.
_SIZES = dict(zip(NOW, ((9, 10), (11, 14), (13, 13), (15, 18), (17, 17)), strict=True))


def returns() -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """System, quarter and posts of every return."""
    for at, quarter in enumerate(QUARTERS):
        for place, (system, sizes) in enumerate(_SIZES.items()):
            kinds = {"programme": 3 * (place % 3), "vacant": 3 * (place % 2)}
            yield system, quarter, team(system, quarter, size=sizes[at], **kinds)
        yield FEW, quarter, team(FEW, quarter, size=2, programme=0, vacant=0, joint=0)
    yield SPLIT, "2025-26-Q4", team(SPLIT, "2025-26-Q4", size=8, programme=0, vacant=0)


def send_in(settings: Settings) -> None:
    """Send every return in, each three weeks after its quarter; the late one after ten."""
    for system_code, quarter, posts in returns():
        as_at = str(last_day(quarter))
        said = {"system_code": system_code, "as_at": as_at, "dated": as_at}
        answers = [{**one, **said} for one in every_answer()]
        if system_code == NOW[1]:
            answers[0] = answer("director_in_post", **said, answer="no", link="") | {"dated": ""}
        weeks = 10 if (system_code, quarter) == (LATE, QUARTERS[0]) else 3
        at = dt.datetime.combine(last_day(quarter) + dt.timedelta(weeks=weeks), dt.time(9, 30), LONDON)
        file = SentIn(
            name=f"{system_code}-{quarter}.csv",
            content=as_csv(posts),
            answers=("answers.csv", as_csv(answers, ANSWER_HEADER)),
        )
        sent = submit(file, settings, confirmed=True, at=at)
        assert sent.outcome == "accepted", sent.report
