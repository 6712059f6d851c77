"""The library of cases and what partners agreed: from returns, by topic and system."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.server import create_app
from dashboard.settings import Settings
from tests.builders.data_folder import AS_OF, DataFolder
from tests.builders.returns import ANSWER_HEADER, LINK, SYSTEM, answer, as_csv, every_answer, post
from tests.page.reading import Element, read, rows


@pytest.fixture(scope="module")
def returned(first_release: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A release in which one system has returned its answers, two cases and an agreement."""
    folder = DataFolder(tmp_path_factory.mktemp("returned") / "data")
    posts, answers = folder.path.with_name("posts.csv"), folder.path.with_name("answers.csv")
    posts.write_bytes(as_csv([post(number) for number in range(1, 7)]))
    second = answer("case_shared", topic="smoking", answer="", outcome="no_change")
    answers.write_bytes(as_csv([*every_answer(), second], ANSWER_HEADER))
    for arguments in (
        ("refresh", "--as-of", str(AS_OF)),
        ("returns", "submit", str(posts), "--answers", str(answers)),
        ("refresh", "--as-of", str(AS_OF), "--accept-changes", "a return"),
    ):
        run = folder.command(*arguments)
        assert run.returncode == 0, run.stdout + run.stderr
    return create_app(Settings(data_dir=folder.path)).test_client()


def main(returned: FlaskClient, path: str) -> Element:
    response = returned.get(path)
    assert response.status_code == 200
    return read(response.get_data(as_text=True)).one("main")


def test_nothing_shared_is_said_to_be_so(page: Callable[..., Element]) -> None:
    assert page("/practice").one("main").one("p", "answer").text.startswith("No system has shared a case yet")


def test_every_case_is_listed_with_what_came_of_it(returned: FlaskClient) -> None:
    shown = rows(main(returned, "/practice").one("table"))[1:]
    assert {(row[0], row[2]) for row in shown} == {("Cancer", "The gap narrowed"), ("Smoking", "No change")}
    assert all(
        link.attributes["href"] == LINK for link in main(returned, "/practice").all("a") if "Read it" in link.text
    )


@pytest.mark.parametrize(("asked", "left"), [("topic=cancer", 1), (f"area={SYSTEM}", 2), ("area=E54000008", 0)])
def test_a_choice_in_the_address_narrows_the_list(returned: FlaskClient, asked: str, left: int) -> None:
    found = main(returned, f"/practice?{asked}")
    assert sum(len(rows(table)) - 1 for table in found.all("table")) == left


def test_what_partners_agreed_is_on_the_systems_page(returned: FlaskClient) -> None:
    text = main(returned, f"/system/{SYSTEM}").text
    assert "What partners agreed" in text
    assert "Smoking" in text


def test_a_real_return_shows_on_the_systems_page_and_in_the_list(returned: FlaskClient) -> None:
    system = main(returned, f"/system/{SYSTEM}")
    assert "6 posts, 4.8 WTE" in system.text
    assert "ILLUSTRATIVE" not in system.text
    listed = main(returned, "/workforce")
    assert listed.one("p", "answer").text.startswith("1 of 36 systems has sent a return")
    assert rows(listed.all("table")[0])[1][3] == "6"


def test_the_page_of_a_folder_is_not_touched(first_release: DataFolder) -> None:
    assert not (Path(first_release.path) / "returns").exists()
