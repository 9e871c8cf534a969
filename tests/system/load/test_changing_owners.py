"""Owners follow their people; one that does not is refused, and no load stops for it."""

import threading
from collections import Counter

import orjson
import pytest
from starlette.responses import Response

from flows.steps.load.post_phase import post_phase
from flows.steps.load.post_transfers import settle_transfers
from flows.steps.load.thread_state import FAILED_TRANSFERS, LoadState, LoadStoppedError
from tests.system.load.scripted_server import Asked, failure, json, running
from transforms.changes.guards.stopping import StopRule
from transforms.core.errors import TargetError
from transforms.dhis2.import_report import Receipt
from transforms.dhis2.tables.versions import DIALECTS
from transforms.openimis.country import Guards

PEOPLE, BUNDLES = 150, 3
LONG = 20.0
NEWEST = DIALECTS[max(DIALECTS)]


class Transfers:
    """A bundle of changes of owner."""

    def __init__(self, number: int) -> None:
        self.uids = [f"T{number}-{index}" for index in range(PEOPLE)]

    def body(self) -> bytes:
        """Return the request body."""
        listed = [
            {"trackedEntity": uid, "program": "program", "orgUnit": "village"} for uid in self.uids
        ]
        return orjson.dumps({"transfers": listed})


@pytest.mark.parametrize(
    "release",
    [
        pytest.param(each, marks=() if each == max(DIALECTS) else pytest.mark.longer)
        for each in sorted(DIALECTS)
    ],
)
@pytest.mark.parametrize(
    ("answer", "reason"),
    [(failure(403), "transfer_not_allowed"), (failure(500), "transfer_failed")],
)
def test_a_load_goes_on_though_no_owner_can_be_changed(
    release: tuple[int, int], answer: Response, reason: str
) -> None:
    state, receipts = LoadState(pause_seconds=0.001), list[Receipt]()
    with running(lambda asked, number: answer) as server:
        client = server.client()
        post_phase(
            [Transfers(number) for number in range(BUNDLES)],
            lambda body: settle_transfers(client, body, DIALECTS[release], state),
            state,
            StopRule({}, {}, Guards(bad_data_count=0)),
            in_flight=2,
            begin=lambda bundle: None,
            settle=lambda bundle, receipt: receipts.append(receipt),
        )

    refused = [each for receipt in receipts for each in receipt.refused]
    assert len(refused) == BUNDLES * PEOPLE
    assert {code for each in refused for code in each.codes} == {reason}
    assert len(server.asked) <= BUNDLES * PEOPLE + FAILED_TRANSFERS


def test_an_owner_that_could_not_be_changed_once_is_tried_once_more() -> None:
    with running(lambda asked, number: failure(500) if number == 1 else json({})) as server:
        dialect = DIALECTS[max(DIALECTS)]
        body = Transfers(1).body()
        receipt = settle_transfers(server.client(), body, dialect, LoadState(pause_seconds=0.001))

    assert len(receipt.accepted) == PEOPLE
    assert receipt.refused == ()


class AtOnce:
    """Counts how many requests are being answered at once; the first wait for so many."""

    def __init__(self, wanted: int) -> None:
        self._all_there = threading.Barrier(wanted, timeout=LONG)
        self._lock = threading.Lock()
        self.most = 0
        self.of_one_person = 0
        self._people: Counter[str] = Counter()

    def answer(self, asked: Asked, number: int) -> Response:
        person = asked.query[NEWEST.transfer_parameters[0]]
        with self._lock:
            self._people[person] += 1
            self.most = max(self.most, self._people.total())
            self.of_one_person = max(self.of_one_person, self._people[person])
        if number <= self._all_there.parties:
            self._all_there.wait()
        with self._lock:
            self._people[person] -= 1
        return json({})


def changes_of_owner(people: int, programs: int) -> bytes:
    """Return a request body in which each person comes once for each program, far apart."""
    listed = [
        {"trackedEntity": f"T{person}", "program": f"P{program}", "orgUnit": "village"}
        for program in range(programs)
        for person in range(people)
    ]
    return orjson.dumps({"transfers": listed})


def test_as_many_owners_are_changed_at_once_as_requests_may_be_in_flight() -> None:
    at_once = AtOnce(4)
    with running(at_once.answer) as server:
        body = changes_of_owner(people=30, programs=1)
        receipt = settle_transfers(server.client(), body, NEWEST, LoadState(), in_flight=4)

    assert at_once.most == 4
    assert [each.uid for each in receipt.accepted] == [f"T{person}" for person in range(30)]


def test_of_one_person_the_owners_of_both_programs_are_changed_one_after_another() -> None:
    at_once = AtOnce(1)
    with running(at_once.answer) as server:
        body = changes_of_owner(people=3, programs=4)
        receipt = settle_transfers(server.client(), body, NEWEST, LoadState(), in_flight=4)

    assert at_once.of_one_person == 1
    assert len(receipt.accepted) == 12


def test_a_login_that_dhis2_forgets_ends_it_and_hardly_another_request_is_made() -> None:
    state = LoadState(pause_seconds=0.001)
    with running(lambda asked, number: failure(401)) as server, pytest.raises(TargetError):
        settle_transfers(server.client(), changes_of_owner(200, 1), NEWEST, state, in_flight=4)

    assert len(server.asked) < 50
    with pytest.raises(LoadStoppedError):
        state.wait(0)
