"""What real servers do with tokens, deletions, owners, places that moved, and translations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.recorded.contract.test_sandbox import COUNTRY, IMPORT, PROGRAM, VILLAGE, people, set_up
from tests.support.sandbox import ADMIN, Sandbox, User, running_sandbox
from tests.support.sandbox.org_units import store_all_paths

TOKEN, LIMITED = "d2pat_whole", "d2pat_limited"
REGION, DISTRICT, FACILITY = "Yd0K8G8rmna", "GMgXv68zWji", "N2rN4fe2EuL"
CASCADES = ("F_TEI_CASCADE_DELETE", "F_ENROLLMENT_CASCADE_DELETE")
USERS = (
    User("loader", "Loader-123", token=TOKEN, authorities=("F_NONE",), org_units=[COUNTRY]),
    User("cascading", "Cascade-123", authorities=CASCADES, org_units=[COUNTRY]),
    User("limited", token=LIMITED, token_methods=("GET", "POST")),
    User("at the facility", "Facility-123", authorities=("F_NONE",), org_units=[FACILITY]),
)
LOADER, CASCADING = ("loader", "Loader-123"), ("cascading", "Cascade-123")
AT_THE_FACILITY = ("at the facility", "Facility-123")


@contextmanager
def a_server(version: str = "2.42") -> Iterator[Sandbox]:
    """A server with places, programs and users."""
    with running_sandbox(version, users=USERS) as running:
        set_up(running)
        yield running


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """DHIS2 2.42."""
    with a_server() as running:
        yield running


def posted(
    sandbox: Sandbox, payload: Any, login: tuple[str, str], **changes: str
) -> httpx.Response:
    """The answer to a bundle."""
    query = IMPORT | changes
    return httpx.post(f"{sandbox.url}/api/tracker", params=query, json=payload, auth=login)


def codes(answer: httpx.Response) -> list[str]:
    """What a bundle was refused for."""
    return [each["errorCode"] for each in answer.json()["validationReport"]["errorReports"]]


def by_token(sandbox: Sandbox, method: str, path: str, token: str = TOKEN) -> int:
    """The status of an answer to a token."""
    headers = {"Authorization": f"ApiToken {token}"}
    body = None if method == "GET" else {}
    query = IMPORT if path == "/api/tracker" else {}
    return httpx.request(
        method, sandbox.url + path, params=query, json=body, headers=headers
    ).status_code


def test_a_token_that_the_server_does_not_remember_fails_at_the_tracker_alone(
    sandbox: Sandbox,
) -> None:
    cold = [by_token(sandbox, "POST", "/api/tracker") for _ in range(2)]
    elsewhere = by_token(sandbox, "GET", "/api/me")

    assert (cold, elsewhere) == ([500, 500], 200)
    assert by_token(sandbox, "POST", "/api/tracker") == 200


def test_a_token_is_forgotten_after_an_hour_and_when_the_cache_is_cleared(sandbox: Sandbox) -> None:
    by_token(sandbox, "GET", "/api/me")
    sandbox.pass_time(3_599)
    before_the_hour = by_token(sandbox, "POST", "/api/tracker")
    sandbox.pass_time(1)
    after_it = by_token(sandbox, "POST", "/api/tracker")
    by_token(sandbox, "GET", "/api/me")
    httpx.post(f"{sandbox.url}/api/maintenance?cacheClear=true", auth=ADMIN)

    assert (before_the_hour, after_it) == (200, 500)
    assert by_token(sandbox, "POST", "/api/tracker") == 500


@pytest.mark.parametrize("version", ["2.40", "2.41", "2.43"])
def test_other_versions_take_a_token_that_they_do_not_remember(version: str) -> None:
    with a_server(version) as sandbox:
        assert by_token(sandbox, "POST", "/api/tracker") == 200


def test_a_token_is_refused_for_a_method_that_it_is_not_for(sandbox: Sandbox) -> None:
    key = "/api/dataStore/space/key"

    assert by_token(sandbox, "POST", key, LIMITED) == 201
    assert by_token(sandbox, "PUT", key, LIMITED) == 401


def test_who_may_not_delete_what_hangs_on_an_object_is_refused(sandbox: Sandbox) -> None:
    bundle = people(1)
    posted(sandbox, bundle, LOADER)
    person = {"trackedEntities": bundle["trackedEntities"]}

    refused = posted(sandbox, person, LOADER, importStrategy="DELETE")
    done = posted(sandbox, person, CASCADING, importStrategy="DELETE")

    assert codes(refused) == ["E1100"]
    assert done.json()["stats"]["deleted"] == 1
    assert sandbox.enrollments() == {}


def test_a_superuser_deletes_what_hangs_on_an_object_without_a_word(sandbox: Sandbox) -> None:
    bundle = people(1)
    posted(sandbox, bundle, LOADER)

    answer = posted(sandbox, {"trackedEntities": bundle["trackedEntities"]}, ADMIN,
                    importStrategy="DELETE")  # fmt: skip

    assert (codes(answer), sandbox.enrollments()) == ([], {})


def completed(number: int, day: str | None) -> dict[str, Any]:
    """A person whose enrollment is completed."""
    bundle = people(number)
    bundle["enrollments"][0] |= {"status": "COMPLETED", "completedAt": day}
    return bundle


@pytest.mark.parametrize("version", ["2.42", "2.43"])
def test_the_first_day_of_completion_stays(version: str) -> None:
    with a_server(version) as sandbox:
        posted(sandbox, completed(1, "2024-02-01"), LOADER)
        answer = posted(sandbox, completed(1, "2024-03-01"), LOADER)

        assert answer.json()["stats"]["updated"] == 2
        assert sandbox.enrollments()["E0000000001"]["completedAt"] == "2024-02-01T00:00:00.000"


@pytest.mark.parametrize("version", ["2.40", "2.41"])
def test_older_versions_take_no_day_of_completion(version: str) -> None:
    with a_server(version) as sandbox:
        posted(sandbox, completed(1, "2024-02-01"), LOADER)

        day = sandbox.enrollments()["E0000000001"]["completedAt"]

    assert day is not None
    assert day > "2024-02-02"


def test_what_lies_below_a_place_that_moved_keeps_its_level_until_paths_are_stored_anew(
    sandbox: Sandbox,
) -> None:
    district = {"id": DISTRICT, "name": "District One", "shortName": "District One",
                "openingDate": "2000-01-01", "parent": {"id": COUNTRY}}  # fmt: skip
    query = {"importStrategy": "CREATE_AND_UPDATE", "atomicMode": "ALL"}
    body = {"organisationUnits": [district]}
    httpx.post(f"{sandbox.url}/api/metadata", params=query, json=body, auth=ADMIN)
    address = f"{sandbox.url}/api/organisationUnits/{VILLAGE}?fields=id,level,path"
    moved = httpx.get(address, auth=ADMIN).json()

    with sandbox.state.lock:
        store_all_paths(sandbox.state)

    assert (moved["level"], moved["path"].count("/")) == (5, 4)
    assert httpx.get(address, auth=ADMIN).json()["level"] == 4


@pytest.mark.parametrize("more", [{}, {"importReportMode": "ERRORS", "skipTranslation": "true"}])
def test_doubled_translations_are_refused_though_they_are_to_be_skipped(
    sandbox: Sandbox, more: dict[str, str]
) -> None:
    twice = [{"property": "NAME", "locale": "fr", "value": value} for value in ("A", "B")]
    group = {"id": "Gq0000000aa", "name": "Group", "translations": twice}
    query = {"importStrategy": "CREATE_AND_UPDATE", "atomicMode": "ALL"}
    query |= more

    answer = httpx.post(
        f"{sandbox.url}/api/metadata", params=query, json={"userGroups": [group]}, auth=ADMIN
    )

    (report,) = answer.json()["response"]["typeReports"][0]["objectReports"]
    assert [each["errorCode"] for each in report["errorReports"]] == ["E1106"]


def seen_by(sandbox: Sandbox, login: tuple[str, str]) -> int:
    """How many people a user finds in the program."""
    query = {"program": PROGRAM, "orgUnitMode": "ACCESSIBLE", "fields": "trackedEntity"}
    query |= {"order": "createdAt", "page": "1", "pageSize": "50", "totalPages": "true"}
    page = httpx.get(f"{sandbox.url}/api/tracker/trackedEntities", params=query, auth=login)
    return int(page.json()["pager"]["total"])


def test_two_items_of_a_dashboard_with_one_uid_fail_after_a_dry_run_that_passed(
    sandbox: Sandbox,
) -> None:
    board = {"id": "BoardOfTwo1", "name": "Two", "dashboardItems": [{"id": "ItemOfBoth1"}] * 2}

    def answer(**more: str) -> httpx.Response:
        query = {"importStrategy": "CREATE_AND_UPDATE", "atomicMode": "ALL"} | more
        query |= {"importReportMode": "ERRORS", "skipTranslation": "true"}
        return httpx.post(
            f"{sandbox.url}/api/metadata", params=query, json={"dashboards": [board]}, auth=ADMIN
        )

    assert answer(importMode="VALIDATE").status_code == 200
    assert answer().status_code == 409
    assert "dashboards" not in sandbox.state.metadata or not sandbox.state.metadata["dashboards"]


def test_people_are_seen_by_whom_their_owner_is_seen(sandbox: Sandbox) -> None:
    posted(sandbox, people(1), LOADER)
    before = seen_by(sandbox, AT_THE_FACILITY)
    query = {"trackedEntity": "T0000000001", "program": PROGRAM, "orgUnit": FACILITY}
    httpx.put(f"{sandbox.url}/api/tracker/ownership/transfer", params=query, auth=ADMIN)

    assert (before, seen_by(sandbox, AT_THE_FACILITY)) == (0, 1)


def test_owners_name_programs_that_the_user_cannot_see(sandbox: Sandbox) -> None:
    posted(sandbox, people(1), LOADER)
    with sandbox.state.lock:
        person = sandbox.state.tracker.tracked_entities["T0000000001"]
        person.set_owner("OtherProgra", VILLAGE)
    fields = "trackedEntity,programOwners[program,orgUnit]"
    query = {"trackedEntities": "T0000000001", "includeDeleted": "true", "pageSize": "1"}
    query |= {"orgUnitMode": "ACCESSIBLE", "fields": fields}

    page = httpx.get(f"{sandbox.url}/api/tracker/trackedEntities", params=query, auth=LOADER)

    (found,) = page.json()["trackedEntities"]
    assert {each["program"] for each in found["programOwners"]} == {PROGRAM, "OtherProgra"}


def test_on_2_40_a_page_without_a_program_counts_a_person_for_each_owner() -> None:
    with a_server("2.40") as sandbox:
        posted(sandbox, people(1, 2, 3), LOADER)
        with sandbox.state.lock:
            for person in sandbox.state.tracker.tracked_entities.values():
                person.set_owner("OtherProgra", VILLAGE)
        query = {"trackedEntity": "T0000000001;T0000000002;T0000000003", "includeDeleted": "true"}
        query |= {"pageSize": "3", "ouMode": "ACCESSIBLE", "fields": "trackedEntity"}

        page = httpx.get(f"{sandbox.url}/api/tracker/trackedEntities", params=query, auth=LOADER)

    found = [each["trackedEntity"] for each in page.json()["instances"]]
    assert found == ["T0000000001", "T0000000002"]
