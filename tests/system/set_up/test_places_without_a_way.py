"""One org unit or option that does not get through to DHIS2 is a reject, and stops no other."""

from typing import Any

import polars as pl
import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError
from flows.steps.target.options import push_options
from flows.steps.target.org_units import push_org_units
from tests.support.sandbox import Sandbox
from tests.system.set_up.a_country import DISTRICT, GENDERS, VILLAGE, choices, frame, place
from transforms.core.errors import TargetError

PAYLOADS: dict[str, Any] = {"path": r"^/api/metadata\?", "method": "POST"}
PROGRAM: dict[str, Any] = {
    "path": r"^/api/programs/IR5BiEXrBD7/organisationUnits",
    "method": "POST",
}
PAGE = b"<html>Request blocked by the web application firewall</html>"
HTML = {"content-type": "text/html"}
FORBIDDEN = {"httpStatus": "Forbidden", "httpStatusCode": 403, "status": "ERROR"}
BLOCKED, NO_ANSWER = "blocked_on_the_way", "no_answer"
WAYS: dict[str, tuple[dict[str, Any], str]] = {
    "a firewall that answers 403": ({"status": 403, "body": PAGE, "headers": HTML}, BLOCKED),
    "a firewall that answers 403 in JSON": ({"status": 403, "body": FORBIDDEN}, BLOCKED),
    "a firewall that answers 405": ({"status": 405, "body": PAGE, "headers": HTML}, BLOCKED),
    "a proxy that takes nothing so large": ({"status": 413}, BLOCKED),
    "a proxy that answers 504": ({"status": 504}, NO_ANSWER),
    "a proxy that answers 503": ({"status": 503}, NO_ANSWER),
    "a connection that is reset": ({"drop": "before"}, NO_ANSWER),
}
ARRIVES: dict[str, dict[str, Any]] = {
    "a proxy that answers 504": {"status": 504, "commit": True},
    "a connection that is reset": {"drop": "after"},
}


@pytest.fixture(autouse=True)
def _dhis2_is_set_up(ready: Sandbox) -> None:
    """For every test."""


def villages(*bad: dict[str, Any]) -> pl.DataFrame:
    good = [place(f"VillageNw{n:02}", "WardOneAAAA", 5, VILLAGE) for n in range(12)]
    return frame(*good, *bad)


def the_bad() -> dict[str, Any]:
    return place("VillageBadA", "WardOneAAAA", 5, VILLAGE, name="select * from villages")


def genders(*extra: str) -> pl.DataFrame:
    more = [{"Code": code, "Gender": f"Gender {code}", "SortOrder": 3} for code in extra]
    return choices(tblGender=[*GENDERS, *more]).filter(pl.col("optionSet") == "GUdoValVQSh")


def in_program(sandbox: Sandbox) -> set[str]:
    listed = sandbox.metadata("programs")["IR5BiEXrBD7"]["organisationUnits"]
    return {each["id"] for each in listed}


@pytest.mark.parametrize("way", WAYS)
def test_one_village_that_does_not_get_through_is_alone_refused(
    sandbox: Sandbox, dhis2: Dhis2, way: str
) -> None:
    fault, reason = WAYS[way]
    sandbox.cues.add(**PAYLOADS, holds="select * from", **fault)

    pushed = push_org_units(dhis2, villages(the_bad()))

    assert pushed.refused == {"uuid-VillageBadA": [reason]}
    assert len(pushed.accepted) == 12
    assert ("uuid-VillageBadA" in pushed.in_doubt) == (reason == NO_ANSWER)
    assert len(in_program(sandbox)) == 2 + 12


@pytest.mark.parametrize("way", WAYS)
def test_one_option_that_does_not_get_through_is_alone_refused(
    sandbox: Sandbox, dhis2: Dhis2, way: str
) -> None:
    fault, reason = WAYS[way]
    sandbox.cues.add(**PAYLOADS, holds="Gender BAD", **fault)

    pushed = push_options(dhis2, genders("O", "BAD"))

    assert pushed.refused == {"GUdoValVQSh:BAD": [reason]}
    assert "GUdoValVQSh:O" in pushed.accepted


@pytest.mark.parametrize("way", ARRIVES)
def test_a_village_that_dhis2_took_without_an_answer_is_accepted(
    sandbox: Sandbox, dhis2: Dhis2, way: str
) -> None:
    sandbox.cues.add(**PAYLOADS, holds="select * from", **ARRIVES[way])

    pushed = push_org_units(dhis2, villages(the_bad()))

    assert pushed.refused == {}
    assert sandbox.metadata("organisationUnits")["VillageBadA"]["name"] == the_bad()["name"]


def test_one_village_that_fails_once_on_the_way_is_sent_again(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    sandbox.cues.add(**PAYLOADS, holds="select * from", status=504, occurrences=[1])

    pushed = push_org_units(dhis2, frame(the_bad()))

    assert pushed.refused == {}
    assert pushed.in_doubt == {"uuid-VillageBadA"}


@pytest.mark.parametrize(
    "way", [each for each in WAYS if each != "a firewall that answers 403 in JSON"]
)
def test_one_village_whose_assignment_does_not_get_through_is_alone_refused(
    sandbox: Sandbox, dhis2: Dhis2, way: str
) -> None:
    fault, reason = WAYS[way]
    sandbox.cues.add(**PROGRAM, holds="VillageBadA", **fault)

    pushed = push_org_units(dhis2, villages(the_bad()))

    assert pushed.refused == {"uuid-VillageBadA": [reason]}
    assert len(pushed.accepted) == 12
    assert len(in_program(sandbox)) == 2 + 12


@pytest.mark.parametrize("way", ARRIVES)
def test_an_assignment_that_dhis2_made_without_an_answer_is_accepted(
    sandbox: Sandbox, dhis2: Dhis2, way: str
) -> None:
    sandbox.cues.add(**PROGRAM, holds="VillageBadA", **ARRIVES[way])

    pushed = push_org_units(dhis2, villages(the_bad()))

    assert pushed.refused == {}
    assert "VillageBadA" in in_program(sandbox)


@pytest.mark.parametrize("where", [PAYLOADS, PROGRAM])
@pytest.mark.parametrize(("status", "error"), [(403, TargetError), (504, BusyError)])
def test_a_way_that_is_closed_to_everything_is_no_fault_of_any_place(
    sandbox: Sandbox, dhis2: Dhis2, where: dict[str, Any], status: int, error: type[Exception]
) -> None:
    sandbox.cues.add(**where, status=status, body=PAGE, headers=HTML)
    requests = len(sandbox.requests)

    with pytest.raises(error, match=str(status)):
        push_org_units(dhis2, villages())

    posts = [row for row in sandbox.requests[requests:] if row["status"] == status]
    assert len(posts) < 8


def test_a_district_that_does_not_get_through_keeps_back_what_lies_below_it_and_nothing_else(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    bad = place("DistrictBad", "RegionOneAA", 3, DISTRICT, name="select * from")
    below = place("WardBadAAAA", "DistrictBad", 4, "TMRPiQP8N4v")
    sandbox.cues.add(**PAYLOADS, holds="select * from", status=403, body=PAGE, headers=HTML)

    pushed = push_org_units(dhis2, villages(bad, below))

    assert pushed.refused == {
        "uuid-DistrictBad": [BLOCKED],
        "uuid-WardBadAAAA": ["parent_rejected"],
    }
    assert len(pushed.accepted) == 12
