"""Pages once real systems have sent returns in: what is told is what was sent, added up by hand here."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.server import create_app
from dashboard.settings import Settings
from tests.builders.data_folder import DataFolder
from tests.builders.returned import AFTER_SPLIT, FEW, LATE, NOW, ONE_MORE, QUARTERS, returns, send_in
from tests.page.reading import Element, read, rows

Get = Callable[[str], Element]
LATEST = QUARTERS[-1]


@pytest.fixture(scope="module")
def returned(first_release: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    folder = first_release.copy(tmp_path_factory.mktemp("returned") / "data")
    send_in(folder.settings)
    outcome = folder.refresh(accept_changes="returns")
    assert outcome.recap, outcome.problems
    return folder


@pytest.fixture(scope="module")
def client(returned: DataFolder) -> FlaskClient:
    return create_app(Settings(data_dir=returned.path)).test_client()


@pytest.fixture
def main(client: FlaskClient) -> Get:
    def get(path: str) -> Element:
        response = client.get(path)
        assert response.status_code == 200, path
        return read(response.get_data(as_text=True)).one("main")

    return get


def sent(system_code: str, quarter: str = LATEST) -> list[dict[str, str]]:
    return next(posts for system, of, posts in returns() if (system, of) == (system_code, quarter))


#: Those whose latest return is shown with all its figures.
SHOWN = [system for system in NOW if system != ONE_MORE]


def wte(posts: list[dict[str, str]], **cells: str) -> float:
    """WTE of the posts that have these cells, as a person adds it up."""
    return round(sum(float(post["wte"]) for post in posts if cells.items() <= post.items()), 6)


def table(main: Element, caption: str) -> list[list[str]]:
    (found,) = [of for of in main.all("table") if caption in of.one("caption").text]
    return rows(found)


# --- the country


def test_the_answer_counts_who_returned_and_over_whom_each_figure_is_taken(main: Get) -> None:
    shown = [post for system in SHOWN for post in sent(system)]
    assert main("/workforce").one("p", "answer").text == (
        f"6 of 36 systems have sent a return; in the 4 that may be shown, funding of "
        f"{wte(shown, recurrent='no'):.1f} of {wte(shown):.1f} WTE ends within 12 months."
    )


def test_every_system_that_returned_is_in_the_table_and_who_owes_one_below(main: Get) -> None:
    page = main("/workforce")
    told = {row[0]: row for row in table(page, "The latest return of each system")[1:]}
    assert len(told) == 6
    told_of = {system: QUARTERS[0] if system == ONE_MORE else LATEST for system in (*NOW, FEW)}
    assert sorted((row[1], row[3]) for row in told.values()) == sorted(
        (quarter, str(len(sent(system, quarter)))) for system, quarter in told_of.items()
    )
    owed = [item.text for item in page.all("li") if "due on" in item.text]
    assert len(owed) == len(AFTER_SPLIT)
    assert all("2026-27-Q2, due on 11 November 2026; 2026-27-Q1, due on 11 August 2026" in item for item in owed)


def test_the_national_horizon_falls_by_what_ends_in_march_and_the_cliff_edge_is_that_year(main: Get) -> None:
    shown = [post for system in SHOWN for post in sent(system)]
    whole, ends = wte(shown), wte(shown, recurrent="no")
    page = main("/workforce")
    months = table(page, "WTE funded at the end of each month")
    assert months[1][:2] == ["30 September 2026", f"{whole:.1f} WTE"]
    assert [row[1] for row in months if row[0] in ("31 March 2027", "30 April 2027")] == [
        f"{whole:.1f} WTE",
        f"{whole - ends:.1f} WTE",
    ]
    years = dict(table(page, "WTE whose funding ends in each financial year")[1:])  # type: ignore[arg-type]
    assert years.pop("2026/27") == f"{ends:.1f} WTE"
    assert set(years.values()) == {"0.0 WTE"}
    assert f"{ends:.1f} WTE end in 2026/27" in page.text


def test_what_is_confirmed_of_some_systems_is_not_drawn_as_if_of_all(main: Get, returned: DataFolder) -> None:
    steps = returned.mart("funding_horizon").filter(area_code="E92000001", quarter=LATEST, month=0)
    systems = dict(steps.select("basis", "systems").iter_rows())
    assert 0 < systems["confirmed"] < systems["all"] == len(SHOWN)
    page = main("/workforce")
    assert {row[2] for row in table(page, "WTE funded at the end of each month")[1:]} == {"[c]"}
    assert f"confirmed may be shown of {systems['confirmed']} of {systems['all']} systems" in page.text


# --- one system


@pytest.mark.parametrize("system", SHOWN)
def test_a_systems_page_tells_its_return_beside_the_one_before(main: Get, system: str) -> None:
    now, before = sent(system), sent(system, QUARTERS[0])
    page = main(f"/system/{system}")
    told: dict[str, Any] = {row[0]: row[1:] for row in table(page, "The return in figures")}
    assert told["Measure"] == [LATEST, QUARTERS[0]]
    assert [cell.split(",")[0] for cell in told["Posts"]] == [str(len(now)), str(len(before))]
    assert told["Whole-time equivalents"] == [f"{wte(posts):.1f} WTE" for posts in (now, before)]
    assert told["Recurrently funded"] == [f"{wte(posts, recurrent='yes') / wte(posts):.0%}" for posts in (now, before)]
    more = len(now) - len(before)
    moved = f"{more} more posts, +{wte(now) - wte(before):.1f} WTE" if more else "as many posts and as much WTE"
    assert f"Since {QUARTERS[0]}: {moved}." in page.text
    states = table(page, "WTE by how posts are filled")[1:]
    assert [row[1] for row in states] == [
        f"{wte(now, state=state):.1f} WTE"
        for state in ("filled_substantive", "vacant_recruiting")
        if wte(now, state=state)
    ]


def test_figures_that_would_tell_of_one_post_that_came_wait_and_the_quarter_before_is_shown(main: Get) -> None:
    page = main(f"/system/{ONE_MORE}")
    before = sent(ONE_MORE, QUARTERS[0])
    told = {row[0]: row[1:] for row in table(page, "The return in figures")}
    assert told["Measure"] == [QUARTERS[0]]
    assert told["Whole-time equivalents"] == [f"{wte(before):.1f} WTE"]
    assert (
        f"The return for {LATEST} has {len(sent(ONE_MORE))} posts. Its other figures wait until three posts or more "
        f"have come, gone or changed since {QUARTERS[0]}"
    ) in page.text
    assert f"{wte(sent(ONE_MORE)):.1f} WTE" not in page.text


def test_of_two_posts_only_the_number_is_told(main: Get) -> None:
    page = main(f"/system/{FEW}")
    told = {row[0]: row[1] for row in table(page, "The return in figures")[1:]}
    assert told.pop("Posts").startswith("2, ")
    assert set(told.values()) == {"[c]"}
    assert "States are not shown apart" in page.text


def test_a_late_return_is_said_to_be_late(returned: DataFolder) -> None:
    received = returned.mart("returns_received").filter(area_code=LATE).sort("quarter")
    assert received["return_state"].to_list() == ["late", "returned"]


@pytest.mark.parametrize("system", AFTER_SPLIT)
def test_a_system_made_of_parts_of_another_says_why_it_has_no_figure(main: Get, system: str) -> None:
    text = main(f"/system/{system}").text
    assert "has sent no return of its posts" in text
    assert (
        "2025-26-Q4: no figure ([x]). Made of parts of systems that were split (Hertfordshire and West Essex), whose "
        "posts do not all say where they went."
    ) in text


# --- the commitments


def test_commitments_answered_in_returns_say_so_and_count_the_silent(main: Get) -> None:
    page = main("/commitment/director-of-population-health")
    assert page.one("p", "answer").text == (
        "Of 36 systems 5 answered yes, none partly and 1 no; nobody has answered for 30."
    )
    assert len(table(page, "Answers, the day each held")) == 7


def test_joint_posts_are_told_where_their_share_may_be_shown(main: Get, returned: DataFolder) -> None:
    told = returned.mart("evidence").filter(
        commitment_id="joint-posts", as_at=returned.settings.as_of.replace(month=9, day=30)
    )
    assert dict(told.select("area_code", "answer").iter_rows()) == dict.fromkeys(SHOWN, "yes")
    assert "Of 36 systems 5 answered yes" in main("/commitment/joint-posts").one("p", "answer").text


def test_funding_and_vacancies_are_counted_not_tested(main: Get) -> None:
    shown = [post for system in SHOWN for post in sent(system)]
    recurs, ends = wte(shown, recurrent="yes") / wte(shown), wte(shown, recurrent="no")
    page = main("/commitment/funding-tenure")
    assert page.one("p", "answer").text == (
        f"Returns for {LATEST} of 6 of 36 systems, 4 of which may be shown: {recurs:.0%} of the funded WTE recurs; "
        f"funding of {ends:.1f} WTE ends within 12 months."
    )
    assert len(table(page, "The latest return of each system")) == 7
    vacant = wte(shown, state="vacant_recruiting") / wte(shown)
    assert f": {vacant:.0%} of the funded WTE is vacant" in main("/commitment/ph-vacancies").one("p", "answer").text
    system = main(f"/system/{NOW[2]}").text
    assert "no system has sent one" not in system
