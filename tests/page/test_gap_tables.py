"""Gaps on the pages: the shrunken gap between tenths of authorities leads, and nothing is said that cannot be told."""

from flask.testing import FlaskClient

LEAD = "chance allowed for"


def test_englands_page_leads_gaps_with_the_tenths_of_authorities(client: FlaskClient) -> None:
    """By hand from the published figures of men, 2022 to 2024: mean of 15 highest less mean of 15 lowest, 12.8."""
    text = client.get("/").get_data(as_text=True)
    start = text.index("Gaps in healthy life expectancy")
    section = text[start:]
    assert section.index("tenth of 151 authorities") < section.index("9 regions")
    assert LEAD in section
    assert "12.8" in section
    assert "top fell by 1.0, bottom fell by 0.8" in section


def test_a_systems_page_shows_the_gap_between_its_own_authorities(client: FlaskClient) -> None:
    """North East and North Cumbria, men, 2022 to 2024: Newcastle 60.3 less Hartlepool 52.1, published."""
    text = client.get("/system/E54000050").get_data(as_text=True)
    section = text[text.index("Gaps inside this system") :]
    assert "13 authorities here" in section[:2000]
    assert ">8.2<" in section


def test_a_system_of_one_authority_has_no_gap_and_says_so(client: FlaskClient) -> None:
    text = client.get("/system/E54000038").get_data(as_text=True)
    assert "None can be told: fewer than two authorities" in text
