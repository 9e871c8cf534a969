"""The stand-in itself: a real server that fails on cue and tells what it holds."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.recorded.contract.replay import recorded
from tests.support.sandbox import ADMIN, Sandbox, User, running_sandbox
from tests.support.sandbox.tracker_store import pack, unpack

ROOT = Path(__file__).parents[3]
MEMORY = Path("/proc/self/statm")
TOKEN = "d2pat_stand_in_of_the_loader"
IMPORT = {
    "async": "false",
    "atomicMode": "OBJECT",
    "importStrategy": "CREATE_AND_UPDATE",
    "reportMode": "FULL",
    "skipRuleEngine": "true",
    "skipSideEffects": "true",
}

COUNTRY, VILLAGE = "JY0hPWWLyfG", "GmA91I7X3XN"
PERSON, PROGRAM, STAGE = "EoBGArVCQ69", "IR5BiEXrBD7", "DVRNDUNwI9s"
FAMILY, NUMBER = "DvT0LSMDW2f", "g54R38QNwEi"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A server with the recordings' org units and programs, whose admin may capture data."""
    with running_sandbox("2.42", users=[User("loader", token=TOKEN)]) as running:
        set_up(running)
        yield running


def set_up(sandbox: Sandbox) -> None:
    """Posts what the recordings post first."""
    steps = ("006", "007", "025", "051", "053")
    for exchange in recorded("2.42"):
        if exchange.name[:3] in steps:
            answer = httpx.post(
                sandbox.url + exchange.request["path"],
                params=exchange.request.get("query"),
                json=exchange.request["body"],
                auth=ADMIN,
                verify=False,
            )
            assert answer.status_code == 200


def people(*numbers: int) -> dict[str, Any]:
    """A payload of people with their enrollments."""
    return {
        "trackedEntities": [
            {
                "trackedEntity": f"T{number:010d}",
                "trackedEntityType": PERSON,
                "orgUnit": VILLAGE,
                "attributes": [{"attribute": FAMILY, "value": "F-1"}],
            }
            for number in numbers
        ],
        "enrollments": [
            {
                "enrollment": f"E{number:010d}",
                "trackedEntity": f"T{number:010d}",
                "program": PROGRAM,
                "orgUnit": VILLAGE,
                "enrolledAt": "2024-01-15",
                "attributes": [{"attribute": NUMBER, "value": f"N-{number}"}],
            }
            for number in numbers
        ],
    }


def post(sandbox: Sandbox, payload: Any) -> httpx.Response:
    """Posts a tracker payload."""
    return httpx.post(
        f"{sandbox.url}/api/tracker",
        params=IMPORT,
        json=payload,
        auth=ADMIN,
        timeout=20,
        verify=False,
    )


def test_a_token_and_a_password_are_let_in_and_nobody_else(sandbox: Sandbox) -> None:
    me = f"{sandbox.url}/api/me"

    by_token = httpx.get(me, headers={"Authorization": f"ApiToken {TOKEN}"})
    without = httpx.get(me)
    wrong = httpx.get(me, auth=("admin", "wrong"))

    assert by_token.json()["username"] == "loader"
    assert (without.status_code, wrong.status_code) == (302, 401)


def test_with_a_session_cookie_a_wrong_password_is_still_let_in(sandbox: Sandbox) -> None:
    with httpx.Client() as client:
        client.get(f"{sandbox.url}/api/me", auth=ADMIN)

        answer = client.get(f"{sandbox.url}/api/me", auth=("admin", "wrong"))

    assert answer.status_code == 200


def test_what_is_posted_is_held_and_shown(sandbox: Sandbox) -> None:
    answer = post(sandbox, people(1, 2))

    held = sandbox.tracked_entities()["T0000000001"]
    listed = httpx.get(f"{sandbox.url}/sandbox/objects", params={"kind": "enrollments"}).json()
    page = httpx.get(f"{sandbox.url}/").text
    person = httpx.get(f"{sandbox.url}/page/T0000000001").text
    assert answer.json()["stats"]["created"] == 4
    assert held["attributes"] == {FAMILY: "F-1", NUMBER: "N-1"}
    assert held["owners"] == {PROGRAM: VILLAGE}
    assert [row["enrollment"] for row in listed] == ["E0000000001", "E0000000002"]
    assert all(text in page for text in ("T0000000001", "Village One"))
    assert all(text in person for text in ("E0000000001", "N-1"))


def test_the_log_tells_that_nothing_was_posted(sandbox: Sandbox) -> None:
    before = len(sandbox.posted())
    httpx.get(f"{sandbox.url}/api/system/info", auth=ADMIN)

    log = httpx.get(f"{sandbox.url}/sandbox/requests").json()
    assert len(sandbox.posted()) == before == 0
    assert log[-1]["path"] == "/api/system/info"
    assert sandbox.totals == {
        "POST /api/metadata": 3,
        "POST /api/users/M5zQapPyTZI/organisationUnits": 1,
        "POST /api/users/M5zQapPyTZI/teiSearchOrganisationUnits": 1,
    }


def test_the_log_counts_the_objects_of_a_request(sandbox: Sandbox) -> None:
    post(sandbox, people(1, 2))

    (request,) = sandbox.posted()
    assert request["objects"] == {"trackedEntities": 2, "enrollments": 2, "events": 0}
    assert request["query"]["atomicMode"] == "OBJECT"


def test_a_connection_dropped_before_leaves_nothing_and_after_leaves_all(sandbox: Sandbox) -> None:
    sandbox.cues.add(path="/api/tracker", method="POST", occurrences=[1], drop="before")
    sandbox.cues.add(path="/api/tracker", method="POST", occurrences=[2], drop="after")

    with pytest.raises(httpx.RemoteProtocolError):
        post(sandbox, people(1))
    nothing = sandbox.tracked_entities()
    with pytest.raises(httpx.RemoteProtocolError):
        post(sandbox, people(1))
    all_of_it = sandbox.tracked_entities()
    again = post(sandbox, people(1))

    assert nothing == {}
    assert list(all_of_it) == ["T0000000001"]
    assert again.json()["stats"]["updated"] == 2


def test_a_status_is_answered_on_cue_with_or_without_writing(sandbox: Sandbox) -> None:
    cues = [
        {
            "path": "/api/tracker",
            "occurrences": [1],
            "status": 503,
            "headers": {"Retry-After": "1"},
        },
        {"path": "/api/tracker", "occurrences": [2], "status": 504, "commit": True},
    ]
    httpx.post(f"{sandbox.url}/sandbox/cues", json=cues).raise_for_status()

    refused = post(sandbox, people(1))
    written_before = len(sandbox.tracked_entities())
    timed_out = post(sandbox, people(1))
    httpx.delete(f"{sandbox.url}/sandbox/cues")
    healthy = post(sandbox, people(1))

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert (written_before, timed_out.status_code) == (0, 504)
    assert healthy.json()["stats"]["updated"] == 2


def test_an_answer_is_cut_trickles_or_lacks_objects_on_cue(sandbox: Sandbox) -> None:
    sandbox.cues.add(path="/api/tracker", occurrences=[1], cut=20)
    sandbox.cues.add(path="/api/tracker", occurrences=[2], trickle=0.01)
    sandbox.cues.add(path="/api/tracker", occurrences=[3], omit=1)

    with pytest.raises(httpx.RemoteProtocolError):
        post(sandbox, people(1))
    slow = post(sandbox, people(2))
    lacking = post(sandbox, people(3)).json()["bundleReport"]["typeReportMap"]

    assert slow.json()["stats"]["created"] == 2
    assert lacking["TRACKED_ENTITY"]["objectReports"] == []
    assert len(lacking["ENROLLMENT"]["objectReports"]) == 1
    assert len(sandbox.tracked_entities()) == 3


def test_delays_of_several_requests_pass_at_the_same_time(sandbox: Sandbox) -> None:
    sandbox.cues.add(path="/api/tracker", delay=0.5)

    started = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: post(sandbox, people(number)), range(6)))
    elapsed = time.monotonic() - started

    assert [answer.status_code for answer in answers] == [200] * 6
    assert len(sandbox.tracked_entities()) == 6
    assert elapsed < 6 * 0.5


def test_a_reset_leaves_a_freshly_installed_server(sandbox: Sandbox) -> None:
    post(sandbox, people(1))

    httpx.post(f"{sandbox.url}/sandbox/reset").raise_for_status()

    assert sandbox.content() == {"trackedEntities": {}, "enrollments": {}, "events": {}}
    assert sandbox.metadata("organisationUnits") == {}
    assert httpx.get(f"{sandbox.url}/api/me", auth=ADMIN).status_code == 200


def test_a_deleted_person_takes_along_what_hangs_on_it_and_frees_its_number(
    sandbox: Sandbox,
) -> None:
    post(sandbox, people(1))
    gone = {"trackedEntities": [{"trackedEntity": "T0000000001"}]}

    httpx.post(
        f"{sandbox.url}/api/tracker",
        params=IMPORT | {"importStrategy": "DELETE"},
        json=gone,
        auth=ADMIN,
    )
    heir = people(2)
    heir["enrollments"][0]["attributes"][0]["value"] = "N-1"
    answer = post(sandbox, heir)

    assert sandbox.enrollments(deleted=True)["E0000000001"]["deleted"]
    assert sandbox.tracked_entities(deleted=True)["T0000000001"]["attributes"] == {}
    assert answer.json()["stats"]["created"] == 2


def test_pages_of_people_follow_one_another(sandbox: Sandbox) -> None:
    post(sandbox, people(*range(7)))
    asked = {"program": PROGRAM, "orgUnitMode": "ACCESSIBLE", "pageSize": "3"}
    asked |= {"order": "createdAt", "totalPages": "true", "fields": "trackedEntity"}
    read = f"{sandbox.url}/api/tracker/trackedEntities"

    pages = [
        httpx.get(read, params=asked | {"page": str(page)}, auth=ADMIN).json() for page in (1, 2, 3)
    ]

    found = [row["trackedEntity"] for page in pages for row in page["trackedEntities"]]
    assert found == [f"T{number:010d}" for number in range(7)]
    assert ["nextPage" in page["pager"] for page in pages] == [True, True, False]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"a": "1"},
        {"a": None, "b": ""},
        {"a": "x\x1fy", "b": None},
        {"a": "ü", "b": "two words", "c": "\n"},
    ],
)
def test_packed_values_come_out_as_they_went_in(values: dict[str, str | None]) -> None:
    assert unpack(pack(values)) == values


def test_the_server_runs_as_a_process_of_its_own() -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "tests.support.sandbox",
        "--version",
        "2.40",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        info = ask_until_it_answers(f"http://127.0.0.1:{port}/api/system/info")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)

    assert info["version"].startswith("2.40.")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask_until_it_answers(url: str) -> dict[str, Any]:
    """The answer of a server that is starting."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return dict(httpx.get(url, auth=ADMIN).json())
        except httpx.ConnectError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.longer
@pytest.mark.skipif(not MEMORY.exists(), reason="memory is read from /proc, which is not here")
def test_three_million_objects_fit_in_six_gigabytes() -> None:
    with running_sandbox("2.42") as running:
        set_up(running)
        post(running, people(*range(250)))
        before = resident_bytes()

        for start in range(250, 15_250, 250):
            post(running, people(*range(start, start + 250))).raise_for_status()

        an_object = (resident_bytes() - before) / 30_000
    assert an_object < 2_000


def resident_bytes() -> int:
    """The memory this process holds."""
    gc.collect()
    return int(MEMORY.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
