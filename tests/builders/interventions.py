"""Interventions as people log them: a form that says only what matters to the test, and a desk to send it from."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard import clock
from dashboard.store.access import Store
from dashboard.store.upgrade import upgrade
from dashboard.who import Author
from tests.page.reading import Element, read

AUTHOR = Author("Programme lead", "OHID")
OTHER = Author("Head of strategy", "NHS England")

#: The test client asks for this host; browsers name it as the origin of the forms they send.
ORIGIN = "http://localhost"


def days(number: int) -> str:
    """A day so many from today, as browsers send it."""
    return (clock.today() + dt.timedelta(days=number)).isoformat()


def entry(**changes: str) -> dict[str, str]:
    """What somebody fills in to log a peer visit that starts in ten days."""
    return {
        "area_code": "E54000032",
        "commitment_id": "hle-level",
        "trigger_id": "",
        "intervention_reason": "Falling behind England since 2017 to 2019.",
        "intervention_kind": "peer_visit",
        "owner_role": "Director of population health",
        "owner_organisation": "Kent and Medway ICB",
        "start_date": days(10),
        "review_date": days(100),
        "expected_effect": "Twelve posts filled.",
        "process_measure": "Posts filled of 12 funded",
        "process_unit": "posts",
        "process_aim": "increase",
        "process_date": days(200),
        "process_baseline": "",
        "process_baseline_date": "",
        "process_baseline_lower_95": "",
        "process_baseline_upper_95": "",
        "outcome": "",
        "outcome_date": "",
        "evidence_link": "",
        "changed_by_role": AUTHOR.role,
        "changed_by_organisation": AUTHOR.organisation,
    } | changes


def told(**changes: Any) -> dict[str, Any]:
    """The same as the store takes it."""
    today = clock.today()
    return {
        "area_code": "E54000032",
        "commitment_id": "hle-level",
        "intervention_reason": "Falling behind England.",
        "intervention_kind": "peer_visit",
        "owner_role": "Director of population health",
        "owner_organisation": "Kent and Medway ICB",
        "start_date": today,
        "review_date": today + dt.timedelta(days=100),
        "expected_effect": "Twelve posts filled.",
        "process_measure": "Posts filled of 12 funded",
        "process_aim": "increase",
        "process_date": today + dt.timedelta(days=200),
    } | changes


def store_at(data_dir: Path, database_url: str | None = None) -> Store:
    """A store that has been set up."""
    upgrade(data_dir, database_url)
    return Store(data_dir, database_url)


@dataclass
class Desk:
    """Somebody at a browser: reads pages, fills in the forms they hold and sends them."""

    app: Flask
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def page(self, path: str, status: int = 200) -> Element:
        answer = self.client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status}"
        return read(answer.get_data(as_text=True))

    def form(self, path: str) -> dict[str, str]:
        """What the form at an address holds before anything is filled in."""
        return fields_of(self.page(path))

    def send(self, path: str, changes: Mapping[str, str], *, fresh: bool = True, **options: Any) -> TestResponse:
        """Open a form, fill it in and send it; `fresh=False` sends what is given and no more."""
        data = {**self.form(path), **changes} if fresh else dict(changes)
        headers = {"Origin": ORIGIN, **options.pop("headers", {})}
        return self.client.post(path, data=data, headers=headers, **options)

    def log(self, **changes: str) -> int:
        """Log an intervention; gives its number."""
        answer = self.send("/interventions/new", entry(**changes))
        assert answer.status_code == 303, errors(answer)
        found = re.fullmatch(r"/interventions/([0-9]+)", answer.headers["Location"])
        assert found
        return int(found[1])


def fields_of(page: Element) -> dict[str, str]:
    """The fields of a page's form that is sent, and what they hold."""
    form = page.one("form", "posting")
    held = {}
    for of in form.all("input"):
        held[of.attributes["name"]] = of.attributes.get("value", "")
    for of in form.all("textarea"):
        held[of.attributes["name"]] = "".join(map(str, of.children)).removeprefix("\n")
    for of in form.all("select"):
        chosen = [option for option in of.all("option") if "selected" in option.attributes]
        held[of.attributes["name"]] = (chosen or of.all("option"))[0].attributes.get("value", "")
    return held


def errors(answer: TestResponse) -> dict[str, str]:
    """What the summary at the top says: the field each line leads to, and its words."""
    page = read(answer.get_data(as_text=True))
    alerts = [of for of in page.all("div") if of.attributes.get("role") == "alert"]
    return {link.attributes["href"].removeprefix("#"): link.text for alert in alerts for link in alert.all("a")}
