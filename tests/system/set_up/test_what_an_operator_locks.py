"""An operator locks what the daily load has to change, or keeps a value out of analytics."""

from typing import Any

import pytest

from flows.connectors.dhis2.client import Dhis2
from tests.support.package_plan import package_plan
from tests.support.sandbox import Sandbox
from tests.system.set_up.a_country import GENDERS, a_country, choices
from tests.system.set_up.test_set_up_of_dhis2 import post, prepared, whole
from transforms.model.tables.insuree import DATE_OF_BIRTH
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM

POLICY_STAGE = INSUREE_PROGRAM.stages[0].uid
LOCKS: list[tuple[str, str, str, Any, Any]] = [
    ("programs", INSUREE_PROGRAM.uid, "expiryDays", 5, 0),
    ("programs", CLAIM_PROGRAM.uid, "completeEventsExpiryDays", 30, 0),
    ("programStages", POLICY_STAGE, "blockEntryForm", True, False),
]


@pytest.mark.parametrize(("kind", "uid", "name", "locked", "open_"), LOCKS)
def test_set_up_shows_in_its_plan_what_closes_events_to_the_load_and_opens_it(
    ready: Sandbox, dhis2: Dhis2, kind: str, uid: str, name: str, locked: Any, open_: Any
) -> None:
    post(dhis2, **{kind: [whole(dhis2, kind, uid) | {name: locked}]})
    assert ready.metadata(kind)[uid][name] == locked

    done = prepared(dhis2)

    assert done.plan.changed == {uid: [name]}
    assert ready.metadata(kind)[uid][name] == open_


def test_set_up_takes_a_value_back_into_analytics_without_which_figures_fail(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    stage = whole(dhis2, "programStages", POLICY_STAGE)
    stage["programStageDataElements"][0]["skipAnalytics"] = True
    post(dhis2, programStages=[stage])

    done = prepared(dhis2)

    assert done.plan.changed == {POLICY_STAGE: ["programStageDataElements"]}
    links = ready.metadata("programStages")[POLICY_STAGE]["programStageDataElements"]
    assert not any(link["skipAnalytics"] for link in links)


@pytest.mark.parametrize("kept", [True, False])
def test_whether_dhis2_keeps_a_change_log_of_a_program_is_the_operators(
    ready: Sandbox, dhis2: Dhis2, kept: bool
) -> None:
    program = whole(dhis2, "programs", CLAIM_PROGRAM.uid)
    post(dhis2, programs=[program | {"enableChangeLog": kept, "expiryDays": 5}])

    done = prepared(dhis2)

    assert done.plan.changed == {CLAIM_PROGRAM.uid: ["expiryDays"]}
    assert ready.metadata("programs")[CLAIM_PROGRAM.uid]["enableChangeLog"] is kept


def test_a_dhis2_that_was_set_up_with_plain_dates_says_so_when_its_calendar_is_named(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    abroad = a_country(dhis2={"calendar": "ethiopian"})

    plan = package_plan(dhis2, abroad, choices(tblGender=GENDERS))

    assert {each.property for each in plan.conflicts} == {"valueType"}
    assert DATE_OF_BIRTH.uid in {each.our_uid for each in plan.conflicts}
    assert "AGE and must be DATETIME" in " ".join(map(str, plan.conflicts))
