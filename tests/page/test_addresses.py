"""Every address answers with what is there, or says what is not and what was nearly meant."""

from collections.abc import Callable
from urllib.parse import quote, urldefrag, urljoin

import pytest
from flask.testing import FlaskClient

from data_contracts.registry.records import commitments
from tests.builders.data_folder import DataFolder
from tests.page.reading import Element

Get = Callable[..., Element]


def _links(element: Element) -> dict[str, str]:
    return {link.text: link.attributes["href"] or "" for link in element.all("a")}


def test_an_unknown_code_is_not_found_and_names_near_misses(page: Get) -> None:
    main = page("/system/E5400050", status=404).one("main")
    assert main.one("h1").text == "No such system"
    assert _links(main)["North East and North Cumbria"] == "/system/E54000050"


def test_a_name_in_place_of_a_code_is_a_near_miss(page: Get) -> None:
    main = page("/system/" + quote("north east and north cumbrai"), status=404).one("main")
    assert "North East and North Cumbria" in _links(main)


def test_an_unknown_page_is_not_found(page: Get) -> None:
    assert page("/nothing/here", status=404).one("h1").text == "Page not found"


def test_an_abolished_system_leads_to_its_successors_with_their_shares(page: Get) -> None:
    """Frimley went three ways in April 2026: 255, 95 and 105 of its 455 neighbourhoods."""
    main = page("/system/E54000034").one("main")
    assert main.one("h1").text == "Frimley (ended)"
    assert main.one("p", "answer").text == (
        "This system ended on 31 March 2026. Its residents are now in Thames Valley, Hampshire and Isle of Wight and "
        "Surrey and Sussex."
    )
    said = [item.text for item in main.all("ul", "prose")[0].all("li")]
    assert said == [
        "Thames Valley: 57% of residents",
        "Hampshire and Isle of Wight: 23% of residents",
        "Surrey and Sussex: 20% of residents",
    ]
    assert _links(main)["Thames Valley"] == "/system/E54000070"


def test_a_system_that_ended_twice_leads_to_today(page: Get) -> None:
    """Surrey Heartlands changed its code in 2023 and was merged in 2026."""
    main = page("/system/E54000052").one("main")
    assert "Its residents are now in Surrey and Sussex." in main.one("p", "answer").text
    assert _links(main)["Surrey and Sussex"] == "/system/E54000069"


def test_a_change_nobody_confirmed_is_never_used(page: Get, first_release: DataFolder) -> None:
    unsure = first_release.mart("area_lineage").filter(confidence="low")["predecessor_code"].unique().to_list()
    assert unsure
    for code in unsure:
        assert "ended" not in page(f"/system/{code}").one("h1").text


def test_an_ods_code_two_systems_had_means_the_one_of_today(client: FlaskClient) -> None:
    """QRL was Hampshire and Isle of Wight before April 2026 and is so after, within another boundary."""
    assert client.get("/system/QRL").headers["Location"] == "/system/E54000067"
    assert client.get("/system/qxu").headers["Location"] == "/system/E54000063"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("South Yorkshire", "E54000061"),
        ("south yorks", "E54000061"),
        ("NHS South Yorkshire Integrated Care Board", "E54000061"),
        ("qhm", "E54000050"),
        ("Hartlepool", "E54000050"),
        ("Frimley", "E54000034"),
    ],
)
def test_a_search_with_one_answer_goes_there(client: FlaskClient, asked: str, code: str) -> None:
    response = client.get("/find", query_string={"q": asked})
    assert response.status_code == 302
    assert response.headers["Location"] == f"/system/{code}"


def test_a_search_with_many_answers_lists_them(page: Get) -> None:
    found = _links(page("/find?q=london").one("main"))
    assert {"North East London", "South East London", "South West London", "West and North London"} <= set(found)


def test_an_authority_of_two_systems_lists_both(page: Get) -> None:
    main = page("/find?q=Cumberland").one("main")
    assert main.one("p", "answer").text == "Cumberland is shared by 2 systems."
    assert set(_links(main)) == {"North East and North Cumbria", "Lancashire and South Cumbria"}


def test_a_search_without_an_answer_offers_near_misses(page: Get) -> None:
    main = page("/find?q=Glostershire").one("main")
    assert "Did you mean" in main.text
    assert "Gloucestershire" in _links(main)


def test_a_search_for_nothing_says_what_to_type(page: Get) -> None:
    assert "Type the name or code" in page("/find?q=").one("main").text


def test_what_was_typed_is_text_and_nothing_else(client: FlaskClient) -> None:
    html = client.get("/find", query_string={"q": "<script>alert(1)</script>"}).get_data(as_text=True)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_navigation_shows_only_pages_that_exist(page: Get) -> None:
    document = page("/")
    for link in document.one("header").all("a"):
        page(link.attributes["href"] or "")


PAGES = (
    *("/", "/workforce", "/workforce?examples=1", "/practice", "/monitor", "/compare", "/data", "/methods"),
    *("/workforce/return", "/system/E54000050", "/system/E54000025", "/system/X54000001"),
    *(f"/commitment/{commitment_id}" for commitment_id in commitments()),
)


def test_every_place_a_page_leads_to_is_there(page: Get) -> None:
    """Links to a place on a page of ours, such as the rule a chart's method names."""
    lead = {urljoin(path, link.attributes.get("href") or "") for path in PAGES for link in page(path).all("a")}
    to = [urldefrag(address) for address in lead if address.startswith("/") and "#" in address]
    assert len(to) > 30
    read = {path: {of.attributes.get("id") for of in page(path).every()} for path in {address.url for address in to}}
    assert [address.url + "#" + address.fragment for address in to if address.fragment not in read[address.url]] == []
