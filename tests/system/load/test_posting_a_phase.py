"""How the bundles of a phase are posted: several at a time, and when to stop."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
from starlette.responses import Response

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.load.post_bundle import post_bundle
from flows.steps.load.post_phase import patience_of, post_phase, requests_in_flight
from flows.steps.load.post_run import Posting
from flows.steps.load.thread_state import LoadState
from staging.layout import Run
from staging.outbox import bundles, in_doubt, put, seal
from staging.receipts import outcomes
from tests.system.load.scripted_server import Asked, failure, report, running
from transforms.changes.guards.stopping import StopGroup, StopRule
from transforms.changes.objects.phases import Phase
from transforms.core.errors import TargetError
from transforms.dhis2.import_report import Receipt
from transforms.dhis2.tables.versions import DIALECTS
from transforms.model.resources import TrackerType
from transforms.openimis.country import Guards, Load


@dataclass(frozen=True)
class Bundle:
    """A bundle that lies in memory."""

    number: int
    objects: int = 2
    kind: str = "events"

    def body(self) -> bytes:
        """Return the request body."""
        name = {"events": "event", "trackedEntities": "trackedEntity"}[self.kind]
        listed = [{name: f"V{self.number}-{index}"} for index in range(self.objects)]
        return orjson.dumps({self.kind: listed})


@dataclass
class Outbox:
    """What was begun and what was settled."""

    begun: list[int] = field(default_factory=list)
    settled: dict[int, Receipt] = field(default_factory=dict)

    def begin(self, bundle: Bundle) -> None:
        """Note that a bundle is about to be posted."""
        self.begun.append(bundle.number)

    def settle(self, bundle: Bundle, receipt: Receipt) -> None:
        """Note what became of a bundle."""
        assert bundle.number in self.begun
        self.settled[bundle.number] = receipt

    @property
    def refused(self) -> list[str]:
        """UIDs of all that was refused."""
        return [each.uid for receipt in self.settled.values() for each in receipt.refused]


def post(
    client: Dhis2,
    bundles: Iterator[Bundle] | list[Bundle],
    outbox: Outbox,
    in_flight: int = 4,
    rule: StopRule | None = None,
) -> None:
    """Post bundles as a load does; the rule is that of a quiet night, if none is given."""
    state = LoadState(pause_seconds=0.001)
    post_phase(
        bundles,
        lambda body: post_bundle(client, body, "CREATE_AND_UPDATE", state),
        state,
        rule or StopRule({}, {}, Guards()),
        in_flight=in_flight,
        begin=outbox.begin,
        settle=outbox.settle,
    )


def refusing(code: str, when: Callable[[str], bool] = lambda _: True) -> Callable[..., Response]:
    """Answer that the objects for which `when` holds are refused with `code`."""
    return lambda asked, _: report(asked, {uid: [code] for uid in asked.uids if when(uid)})


def test_every_bundle_is_begun_before_it_is_posted_and_settled_after() -> None:
    outbox = Outbox()
    with running(lambda asked, _: report(asked)) as server:
        post(server.client(), [Bundle(number) for number in range(20)], outbox)

    assert sorted(outbox.begun) == sorted(outbox.settled) == list(range(20))
    assert len(server.asked) == 20


def test_no_more_requests_are_in_flight_than_the_setting_says() -> None:
    in_flight, most, lock = 0, 0, threading.Lock()

    def counted(asked: Asked, _: int) -> Response:
        nonlocal in_flight, most
        with lock:
            in_flight += 1
            most = max(most, in_flight)
        time.sleep(0.02)
        with lock:
            in_flight -= 1
        return report(asked)

    with running(counted) as server:
        post(server.client(), [Bundle(number) for number in range(30)], Outbox(), in_flight=3)

    assert most == 3


def test_a_bundle_is_read_while_another_is_on_its_way_and_begun_only_at_its_turn() -> None:
    outbox, read = Outbox(), list[int]()

    class ReadBundle(Bundle):
        def body(self) -> bytes:
            read.append(self.number)
            return super().body()

    def answered(asked: Asked, number: int) -> Response:
        deadline = time.monotonic() + 10
        while len(read) < min(number + 1, 4) and time.monotonic() < deadline:
            time.sleep(0.01)
        found.append((len(read), len(outbox.begun)))
        return report(asked)

    found = list[tuple[int, int]]()
    with running(answered) as server:
        post(server.client(), [ReadBundle(number) for number in range(4)], outbox, in_flight=1)

    assert found == [(2, 1), (3, 2), (4, 3), (4, 4)]


def test_bundles_are_taken_only_as_they_are_needed() -> None:
    outbox, ahead = Outbox(), []

    def bundles() -> Iterator[Bundle]:
        for number in range(50):
            ahead.append(number - len(outbox.settled))
            yield Bundle(number)

    with running(lambda asked, _: report(asked)) as server:
        post(server.client(), bundles(), outbox, in_flight=2)

    assert max(ahead) <= 4


def test_a_login_that_is_revoked_midway_stops_the_load_and_what_was_in_flight_is_settled() -> None:
    def revoked(asked: Asked, number: int) -> Response:
        if asked.uids in (["V3-0", "V3-1"], []):
            return Response(status_code=401)
        time.sleep(0.1)
        return report(asked)

    outbox = Outbox()
    with running(revoked) as server, pytest.raises(TargetError, match="401"):
        post(server.client(), [Bundle(number) for number in range(100)], outbox)

    assert set(outbox.settled) == set(outbox.begun) - {3}
    assert len(server.asked) < 10


def test_a_waiting_bundle_is_left_in_doubt_when_another_stops_the_load() -> None:
    def busy_or_gone(asked: Asked, _: int) -> Response:
        if "V0-0" in asked.uids:
            return Response(status_code=503, headers={"Retry-After": "60"})
        time.sleep(0.2)
        return Response(status_code=401)

    outbox = Outbox()
    began = time.monotonic()
    with running(busy_or_gone) as server, pytest.raises(TargetError, match="401"):
        post(server.client(), [Bundle(number) for number in range(2)], outbox)

    assert outbox.settled == {}
    assert time.monotonic() - began < 10


def test_a_server_that_stays_busy_ends_the_phase_without_a_reject() -> None:
    outbox = Outbox()
    with running(lambda *_: Response(status_code=502)) as server, pytest.raises(BusyError):
        post(server.client(), [Bundle(number) for number in range(10)], outbox)

    assert outbox.settled == {}


def test_a_server_that_fails_every_request_rejects_nothing() -> None:
    outbox = Outbox()
    with running(lambda *_: failure(500)) as server, pytest.raises(BusyError, match="server's"):
        post(server.client(), [Bundle(number) for number in range(10)], outbox, in_flight=1)

    assert outbox.settled == {}


def test_a_server_that_fails_whatever_holds_an_object_stops_the_load_and_names_the_rejects() -> (
    None
):
    def failing(asked: Asked, _: int) -> Response:
        return failure(500) if asked.uids else report(asked)

    outbox = Outbox()
    rule = StopRule({}, {}, Guards(misconfigured_count=20))
    with running(failing) as server, pytest.raises(TargetError, match="whole_request"):
        post(server.client(), [Bundle(number) for number in range(50)], outbox, rule=rule)

    assert 20 < len(outbox.refused) < 50


def test_twenty_one_poison_objects_are_twenty_one_rejects() -> None:
    poison = {f"V{number}-0" for number in range(21)}

    def poisoned(asked: Asked, _: int) -> Response:
        return failure(500) if poison & set(asked.uids) else report(asked)

    outbox = Outbox()
    with running(poisoned) as server:
        post(server.client(), [Bundle(number) for number in range(30)], outbox)

    assert sorted(outbox.refused) == sorted(poison)
    assert len(outbox.settled) == 30


def test_an_object_that_fails_its_request_in_every_bundle_in_flight_is_rejected_alone() -> None:
    poison = {f"V{number}-{number}" for number in range(4)}

    def poisoned(asked: Asked, _: int) -> Response:
        time.sleep(0.01)
        return failure(500) if poison & set(asked.uids) else report(asked)

    outbox = Outbox()
    with running(poisoned) as server:
        post(server.client(), [Bundle(number, objects=8) for number in range(4)], outbox)

    assert sorted(outbox.refused) == sorted(poison)
    assert len(outbox.settled) == 4


@pytest.mark.parametrize("code", ["E1000", "E1029", "E1041", "E1005", "E1069", "E1091"])
def test_one_reason_of_configuration_on_everything_stops_the_load_and_every_reject_is_named(
    code: str,
) -> None:
    outbox = Outbox()
    with running(refusing(code)) as server, pytest.raises(TargetError, match=f"{code}.*UUID"):
        post(server.client(), [Bundle(number, objects=10) for number in range(50)], outbox)

    assert 100 < len(outbox.refused) < 300
    assert len(outbox.settled) == len(server.asked) < 30


def test_people_who_are_taken_do_not_hide_that_every_enrollment_is_refused() -> None:
    body = {
        "trackedEntities": [{"trackedEntity": f"T{n}"} for n in range(101)],
        "enrollments": [{"enrollment": f"E{n}"} for n in range(101)],
    }

    class People:
        number = 0

        def body(self) -> bytes:
            """Return the request body."""
            return orjson.dumps(body)

    outbox = Outbox()
    with (
        running(refusing("E1041", lambda uid: uid.startswith("E"))) as server,
        pytest.raises(TargetError, match=r"enrollment.*E1041"),
    ):
        post(server.client(), [People()], outbox)  # type: ignore[list-item]

    assert len(outbox.refused) == 101


def test_a_village_that_is_not_assigned_rejects_only_its_own_people() -> None:
    outbox = Outbox()
    with running(refusing("E1041", lambda uid: uid.startswith(("V0-", "V1-")))) as server:
        post(server.client(), [Bundle(number) for number in range(6)], outbox, in_flight=1)

    assert sorted(outbox.settled) == list(range(6))
    assert sorted(outbox.refused) == ["V0-0", "V0-1", "V1-0", "V1-1"]


def test_a_facility_that_is_not_assigned_rejects_its_own_events() -> None:
    outbox = Outbox()
    with running(refusing("E1029", lambda uid: uid.endswith(("1", "2")))) as server:
        post(server.client(), [Bundle(n, objects=40) for n in range(12)], outbox, in_flight=1)

    assert len(outbox.refused) == 12 * 8


def test_different_reasons_of_configuration_are_rejects_and_no_common_fault() -> None:
    def by_number(asked: Asked, _: int) -> Response:
        return report(asked, {uid: [f"E10{'29' if '-0' in uid else '11'}"] for uid in asked.uids})

    outbox = Outbox()
    with running(by_number) as server:
        post(server.client(), [Bundle(number) for number in range(6)], outbox, in_flight=1)

    assert len(outbox.refused) == 12


def test_a_day_with_few_changes_that_are_all_refused_ends_with_rejects() -> None:
    outbox = Outbox()
    with running(refusing("E1041")) as server:
        post(server.client(), [Bundle(0)], outbox)

    assert sorted(outbox.refused) == ["V0-0", "V0-1"]


def test_a_sunday_on_which_only_what_dhis2_always_refuses_is_posted_ends_with_rejects(
    tmp_path: Path,
) -> None:
    # One event a partition; a load before has had the same four.
    run, body = Run(tmp_path, "sunday"), '{{"events":[{{"event":"V{0}","programStage":"S1"}}]}}'
    seal(
        run,
        [put(run, Phase.EVENTS, n + 1, body.format(n), objects=1, partition=n) for n in range(4)],
    )
    info = SystemInfo("2.42.1", (2, 42), None, "http://x", "iso8601", None)
    rule = StopRule({StopGroup(TrackerType.EVENT, "S1"): 4}, {"E1011": 4}, Guards())

    with running(refusing("E1011")) as server:
        state = LoadState(pause_seconds=0)
        posting = Posting(run, server.client(), info, Load(in_flight=1), state, rule)
        for chunk in posting.chunks(Phase.EVENTS):
            posting.post(Phase.EVENTS, chunk)

    assert all(bundle.is_settled for bundle in bundles(run))
    assert in_doubt(run) == []
    assert outcomes(run).filter(accepted=False).collect()["uid"].to_list() == [
        "V0",
        "V1",
        "V2",
        "V3",
    ]


def test_bad_data_on_everything_is_no_fault_of_the_configuration() -> None:
    outbox = Outbox()
    with running(refusing("E1125")) as server:
        post(server.client(), [Bundle(number, objects=60) for number in range(5)], outbox)

    assert len(outbox.refused) == 300


@pytest.mark.parametrize("code", ["E1125", "E1041", "E7777"])
def test_what_every_night_refuses_is_a_reject_every_night_however_much_it_is(code: str) -> None:
    outbox, night = Outbox(), [Bundle(number, objects=60) for number in range(12)]
    with running(refusing(code)) as server:
        with pytest.raises(TargetError, match=code):
            post(server.client(), night, Outbox())
        post(server.client(), night, outbox, rule=StopRule({}, {code: 720}, Guards()))

    assert len(outbox.refused) == 720


def test_the_country_file_says_how_long_a_request_is_tried() -> None:
    patience = patience_of(Load(attempts=5, longest_wait_seconds=7))

    assert (patience.attempts, patience.longest_wait) == (5, 7)


def test_the_number_of_requests_in_flight_is_the_countrys_or_what_pays_best() -> None:
    dialects = DIALECTS.values()

    assert [requests_in_flight(Load(), dialect) for dialect in dialects] == [4, 4, 4, 7]
    assert {requests_in_flight(Load(in_flight=2), dialect) for dialect in dialects} == {2}
