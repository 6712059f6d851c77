"""The triggers of the registry, one by one: a rule without an owner, a reason or a limit to what it says is none."""

import re

import pytest

from data_contracts.registry.records import Trigger, commitments, triggers
from data_contracts.vocabulary import KeptBy, Standing

every_trigger = pytest.mark.parametrize("trigger", triggers().values(), ids=triggers())


@every_trigger
def test_a_trigger_says_what_it_means_what_it_does_not_and_why_it_is_there(trigger: Trigger) -> None:
    for text in (trigger.means, trigger.does_not_mean, trigger.reason):
        assert text.endswith(".")
        assert len(text.split()) > 10, text
    assert not trigger.title.endswith(".")
    assert trigger.source


@every_trigger
def test_its_owner_is_a_role_in_a_kind_of_organisation_and_nobody(trigger: Trigger) -> None:
    role, organisation = trigger.owner.split(", ")
    assert re.match(r"(Lead|Head|Director)\b", role)
    assert organisation in {"national department", "regional team", "integrated care board"}


@every_trigger
def test_its_threshold_is_in_numbers_and_a_level_is_given_for_every_standing_it_covers(trigger: Trigger) -> None:
    levels = {name: number for name, number in trigger.threshold.items() if name in set(Standing)}
    if levels:
        assert set(levels) == {str(standing) for standing in trigger.covers}
        for standing, level in levels.items():
            assert level == (0.05 if standing in (Standing.PROMISE, Standing.DUTY) else 0.01)


@every_trigger
def test_a_commitment_it_names_is_in_the_register_and_of_a_standing_it_covers(trigger: Trigger) -> None:
    if trigger.commitment:
        assert commitments()[trigger.commitment].standing in trigger.covers


@pytest.mark.parametrize("trigger_id", ["no-director", "duties-not-shown"])
def test_what_fires_on_an_answer_is_about_something_that_is_answered_for(trigger_id: str) -> None:
    named = commitments()[str(triggers()[trigger_id].commitment)]
    assert named.kept_by in (KeptBy.EVIDENCE, KeptBy.RETURNS)


def test_the_numbers_of_the_policy_are_not_moved_by_accident() -> None:
    assert triggers()["change-worse-than-england"].threshold == {"promise": 0.05, "duty": 0.05, "monitored": 0.01}
    assert triggers()["data-lost"].threshold == {"share_of_systems": 0.25}
