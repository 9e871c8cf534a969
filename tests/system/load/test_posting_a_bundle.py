"""What is done with each kind of answer to a bundle (DESIGN, Load)."""

import time
from collections.abc import Callable

import httpx
import orjson
import pytest
from starlette.responses import Response

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError
from flows.connectors.dhis2.retry import Patience
from flows.steps.load.post_bundle import post_bundle
from flows.steps.load.thread_state import LoadState
from tests.system.load.scripted_server import Asked, failure, json, report, running
from transforms.core.errors import TargetError
from transforms.dhis2.import_report import Receipt

SERVER = "http://dhis2.test"


def people(*names: str) -> bytes:
    """Return a bundle of people with one enrollment each; `A` is `TA` with `EA`."""
    return orjson.dumps(
        {
            "trackedEntities": [{"trackedEntity": f"T{name}"} for name in names],
            "enrollments": [
                {"enrollment": f"E{name}", "trackedEntity": f"T{name}"} for name in names
            ],
        }
    )


def events(count: int, prefix: str = "V") -> bytes:
    return orjson.dumps({"events": [{"event": f"{prefix}{number}"} for number in range(count)]})


def uids(receipt: Receipt) -> tuple[set[str], dict[str, str]]:
    """Return what was accepted, and what was refused with its class."""
    return (
        {sent.uid for sent in receipt.accepted},
        {each.uid: str(each.error_class) for each in receipt.refused},
    )


def quick() -> LoadState:
    return LoadState(pause_seconds=0.001)


def poisoned_by(*poison: str) -> Callable[[Asked, int], Response]:
    """Fail every request that holds one of the objects."""
    return lambda asked, _: failure() if set(poison) & set(asked.uids) else report(asked)


def test_objects_are_accepted_by_name_and_refused_by_name() -> None:
    with running(lambda asked, _: report(asked, {"EB": ["E1125"]})) as server:
        receipt = post_bundle(server.client(), people("A", "B"), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == ({"TA", "EA", "TB"}, {"EB": "data"})
    assert receipt.requests == 1


def test_the_request_is_synchronous_and_leaves_good_objects_of_a_bad_bundle_in() -> None:
    with running(lambda asked, _: report(asked)) as server:
        post_bundle(server.client(), people("A"), "CREATE_AND_UPDATE", quick())

    assert server.asked[0].query == {
        "async": "false",
        "importStrategy": "CREATE_AND_UPDATE",
        "atomicMode": "OBJECT",
        "reportMode": "FULL",
        "skipRuleEngine": "true",
        "skipSideEffects": "true",
    }
    assert server.asked[0].headers["content-type"] == "application/json"
    assert "content-encoding" not in server.asked[0].headers


def test_two_requests_that_met_are_cured_by_a_pause_and_the_same_bundle_again() -> None:
    with running(lambda asked, n: failure() if n == 1 else report(asked)) as server:
        receipt = post_bundle(server.client(), people("A", "B"), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == ({"TA", "EA", "TB", "EB"}, {})
    assert server.asked[0].body == server.asked[1].body
    assert receipt.requests == 2


@pytest.mark.parametrize("status", [400, 409, 500])
def test_one_poison_event_among_many_is_found_and_alone_rejected(status: int) -> None:
    with running(
        lambda asked, _: failure(status) if "V37" in asked.uids else report(asked)
    ) as server:
        receipt = post_bundle(server.client(), events(100), "CREATE_AND_UPDATE", quick())

    accepted, refused = uids(receipt)
    assert accepted == {f"V{number}" for number in range(100)} - {"V37"}
    assert refused == {"V37": "whole_request"}
    posted = [asked for asked in server.asked if asked.method == "POST"]
    assert receipt.requests == len(posted) <= 2 + 2 * 7 + 1 + 1


def test_an_answer_that_leaves_an_object_out_is_a_failure_whatever_its_status() -> None:
    def half(asked: Asked, _: int) -> Response:
        if len(asked.uids) == 1:
            return report(asked)
        return report(Asked("POST", "", {}, {}, {"events": asked.body["events"][:1]}))

    with running(half) as server:
        receipt = post_bundle(server.client(), events(2), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == ({"V0", "V1"}, {})
    assert receipt.requests == 4


def test_a_person_is_settled_before_the_enrollment_when_a_bundle_is_split() -> None:
    def known_people(asked: Asked, _: int) -> Response:
        if len(asked.uids) > 1:
            return failure()
        before = [uid for earlier in server.asked for uid in earlier.uids if len(earlier.uids) == 1]
        if asked.uids == ["EA"] and "TA" not in before:
            return report(asked, {"EA": ["E1068"]})
        return report(asked)

    with running(known_people) as server:
        receipt = post_bundle(server.client(), people("A"), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == ({"TA", "EA"}, {})


def test_the_enrollment_of_a_poison_person_waits_for_its_parent() -> None:
    def no_person(asked: Asked, _: int) -> Response:
        if "TA" in asked.uids:
            return failure()
        return report(asked, {"EA": ["E1068"]})

    with running(no_person) as server:
        receipt = post_bundle(server.client(), people("A"), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == (set(), {"TA": "whole_request", "EA": "parent"})


def test_after_three_bundles_that_fail_dhis2_is_asked_whether_anything_gets_through() -> None:
    state = quick()
    with running(lambda asked, _: failure(500) if asked.uids else report(asked)) as server:
        client = server.client()
        for number in range(3):
            before = len(server.asked)
            receipt = post_bundle(client, events(2, f"V{number}"), "CREATE_AND_UPDATE", state)
            asked_without_objects = [not asked.uids for asked in server.asked[before:]]

    assert uids(receipt) == (set(), {"V20": "whole_request", "V21": "whole_request"})
    assert asked_without_objects.index(True) == 2


def test_an_object_is_not_rejected_while_nothing_at_all_gets_through() -> None:
    with (
        running(lambda *_: failure(500)) as server,
        pytest.raises(BusyError, match=r"request without objects.*the fault is the server's"),
    ):
        post_bundle(server.client(), events(1), "CREATE_AND_UPDATE", quick())


def test_a_bundle_that_is_answered_between_them_ends_the_row() -> None:
    state = quick()
    with running(poisoned_by("V0")) as server:
        for _ in range(6):
            receipt = post_bundle(server.client(), events(3), "CREATE_AND_UPDATE", state)

    assert uids(receipt) == ({"V1", "V2"}, {"V0": "whole_request"})


def test_as_many_poison_objects_as_there_are_are_rejected_while_others_get_through() -> None:
    poison = {f"V{number}" for number in range(0, 42, 2)}
    with running(poisoned_by(*poison)) as server:
        receipt = post_bundle(server.client(), events(42), "CREATE_AND_UPDATE", quick())

    assert uids(receipt)[1] == dict.fromkeys(poison, "whole_request")
    assert len(receipt.accepted) == 21


def test_a_bundle_too_large_is_split_and_later_ones_are_smaller_from_the_start() -> None:
    state = quick()
    with running(
        lambda asked, _: Response(status_code=413) if len(asked.uids) > 3 else report(asked)
    ) as server:
        first = post_bundle(server.client(), events(10), "CREATE_AND_UPDATE", state)
        before = len(server.asked)
        second = post_bundle(server.client(), events(10, "W"), "CREATE_AND_UPDATE", state)

    assert len(first.accepted) == len(second.accepted) == 10
    assert [len(each.uids) for each in server.asked[before:]] == [3, 3, 3, 1]
    assert second.bundle_size == 3


def test_one_object_that_is_too_large_by_itself_is_a_reject() -> None:
    with running(
        lambda asked, _: Response(status_code=413) if "V1" in asked.uids else report(asked)
    ) as server:
        receipt = post_bundle(server.client(), events(2), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == ({"V0"}, {"V1": "whole_request"})


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_waited_for_and_asked_the_same_again(status: int) -> None:
    with running(
        lambda asked, n: Response(status_code=status) if n < 3 else report(asked)
    ) as server:
        receipt = post_bundle(server.client(), people("A"), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == ({"TA", "EA"}, {})
    assert server.asked[0].body == server.asked[2].body


def test_a_server_that_says_how_long_to_wait_is_given_that_long() -> None:
    with running(
        lambda asked, n: (
            Response(status_code=503, headers={"Retry-After": "1"}) if n == 1 else report(asked)
        )
    ) as server:
        began = time.monotonic()
        post_bundle(server.client(), people("A"), "CREATE_AND_UPDATE", quick())

    assert time.monotonic() - began >= 1


def test_a_server_that_stays_busy_ends_the_load_without_a_reject() -> None:
    with (
        running(lambda *_: Response(status_code=503)) as server,
        pytest.raises(BusyError, match="503"),
    ):
        post_bundle(server.client(attempts=4), people("A"), "CREATE_AND_UPDATE", quick())

    assert [bool(asked.uids) for asked in server.asked] == [True] * 4 + [False] * 4


def test_an_answer_that_takes_too_long_is_asked_for_again() -> None:
    def slow_once(asked: Asked, number: int) -> Response:
        if number == 1:
            time.sleep(0.5)
        return report(asked)

    with running(slow_once) as server:
        client = server.client(timeout_seconds=0.2)
        receipt = post_bundle(client, people("A"), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == ({"TA", "EA"}, {})
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 401, 403])
def test_what_cannot_succeed_stops_as_soon_as_a_request_without_objects_fails_too(
    status: int,
) -> None:
    redirect = {"Location": "/login"}
    with (
        running(lambda *_: Response(status_code=status, headers=redirect)) as server,
        pytest.raises(TargetError, match=str(status)),
    ):
        post_bundle(server.client(), people("A"), "CREATE_AND_UPDATE", quick())

    assert [bool(asked.uids) for asked in server.asked] == [True, False]


@pytest.mark.parametrize("status", [404, 409, 500])
def test_a_server_that_fails_whatever_it_is_sent_may_be_back_later(status: int) -> None:
    with (
        running(lambda *_: Response(status_code=status)) as server,
        pytest.raises(BusyError, match=str(status)),
    ):
        post_bundle(server.client(), events(1), "CREATE_AND_UPDATE", quick())


FIREWALL = "<html>Request blocked by the web application firewall</html>"
BLOCKED = {"V37": "blocked_on_the_way"}


@pytest.mark.parametrize("status", [302, 401, 403, 405])
def test_one_object_that_is_blocked_on_the_way_is_found_and_alone_rejected(status: int) -> None:
    def firewall(asked: Asked, _: int) -> Response:
        return Response(FIREWALL, status) if "V37" in asked.uids else report(asked)

    with running(firewall) as server:
        receipt = post_bundle(server.client(), events(100), "CREATE_AND_UPDATE", quick())

    assert {each.uid: each.codes[0] for each in receipt.refused} == BLOCKED
    assert not receipt.refused[0].may_be_done
    assert len(receipt.accepted) == 99
    assert len(server.asked) <= 22


@pytest.mark.parametrize("status", [502, 503, 504])
def test_one_object_without_an_answer_is_found_and_alone_rejected(status: int) -> None:
    def no_answer(asked: Asked, _: int) -> Response:
        return Response(status_code=status) if "V37" in asked.uids else report(asked)

    with running(no_answer) as server:
        receipt = post_bundle(server.client(), events(100), "CREATE_AND_UPDATE", quick())

    assert {each.uid: each.codes[0] for each in receipt.refused} == {"V37": "no_answer"}
    assert receipt.refused[0].may_be_done == (status != 503)
    assert (receipt.unanswered > 0) == (status != 503)
    assert len(receipt.accepted) == 99


def test_what_a_request_without_an_answer_held_may_be_done_whatever_is_answered_later() -> None:
    def slow_once(asked: Asked, number: int) -> Response:
        return Response(status_code=504 if number == 1 else 403) if asked.uids else report(asked)

    with running(slow_once) as server:
        receipt = post_bundle(server.client(), events(1), "CREATE_AND_UPDATE", quick())

    assert receipt.refused[0].codes == ("blocked_on_the_way",) or receipt.refused
    assert receipt.refused[0].may_be_done
    assert receipt.as_json()["refused"][0]["unknown"] is True


def test_a_part_of_a_bundle_is_given_a_part_of_the_time_and_no_less_than_a_minute() -> None:
    seconds: list[float] = []

    def note(request: httpx.Request) -> httpx.Response:
        seconds.append(request.extensions["timeout"]["read"])
        return httpx.Response(200, json={})

    http = httpx.Client(base_url=SERVER, transport=httpx.MockTransport(note), timeout=600)
    with Dhis2(http, SERVER, Patience(attempts=1)) as client:
        half = client.less_patient(seconds=60, share=1 / 2)
        sixteenth = client.less_patient(seconds=60, share=1 / 16)
        for each in (client, half, sixteenth):
            each.exchange("GET", "/api/me")

    assert seconds == [600, 300, 60]


def test_a_request_that_takes_long_is_not_made_as_often_as_one_that_fails_at_once() -> None:
    def slow(asked: Asked, _: int) -> Response:
        time.sleep(0.2)
        return Response(status_code=504)

    with running(slow) as server:
        client = server.client(attempts=50).less_patient(seconds=0.5)
        with pytest.raises(BusyError, match="504"):
            client.post("/api/tracker", body=b"{}")

    assert len(server.asked) <= 3


def test_a_page_of_a_proxy_instead_of_a_report_stops_at_once() -> None:
    with (
        running(lambda *_: Response("<html>Welcome</html>", media_type="text/html")) as server,
        pytest.raises(TargetError, match="not the API of a DHIS2"),
    ):
        post_bundle(server.client(), people("A"), "CREATE_AND_UPDATE", quick())


@pytest.mark.parametrize("code", ["E1063", "E1081", "E1032", "E1082", "E1113", "E1114"])
def test_what_is_to_be_deleted_and_is_not_there_is_deleted(code: str) -> None:
    with running(lambda asked, _: report(asked, {"V0": [code]})) as server:
        receipt = post_bundle(server.client(), events(2), "DELETE", quick())

    assert uids(receipt) == ({"V0", "V1"}, {})


@pytest.mark.parametrize("code", ["E1082", "E1113", "E1114"])
def test_what_was_deleted_and_returns_has_left_a_tombstone(code: str) -> None:
    with running(lambda asked, _: report(asked, {"V0": [code]})) as server:
        receipt = post_bundle(server.client(), events(2), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == ({"V1"}, {"V0": "tombstone"})


def test_a_person_whom_dhis2_keeps_for_another_program_is_a_reject() -> None:
    with running(lambda asked, _: report(asked, {"TA": ["E1100"]})) as server:
        receipt = post_bundle(server.client(), people("A"), "DELETE", quick())

    assert uids(receipt) == ({"EA"}, {"TA": "data"})
    assert receipt.refused[0].codes == ("person_in_another_program",)


def test_the_child_of_a_refused_parent_waits_for_its_parent() -> None:
    with running(lambda asked, _: report(asked, {"TA": ["E1064"], "EA": ["E5000"]})) as server:
        receipt = post_bundle(server.client(), people("A"), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == (set(), {"TA": "data", "EA": "parent"})


def test_a_receipt_holds_no_word_of_dhis2s_messages() -> None:
    with running(lambda asked, _: report(asked, {"TA": ["E1064"]})) as server:
        receipt = post_bundle(server.client(), people("A"), "CREATE_AND_UPDATE", quick())

    written = orjson.dumps(receipt.as_json()).decode()
    assert "Smith" not in written
    assert orjson.loads(written) == {
        "strategy": "CREATE_AND_UPDATE",
        "accepted": {"TRACKED_ENTITY": [], "ENROLLMENT": ["EA"], "EVENT": [], "DATA_VALUE": []},
        "refused": [{"type": "TRACKED_ENTITY", "uid": "TA", "codes": ["E1064"], "class": "data"}],
        "requests": 1,
        "bundle_size": None,
        "unanswered": 0,
    }


def test_a_server_that_answers_without_json_is_a_failure_of_the_whole_request() -> None:
    with running(lambda asked, n: Response("oops", 500) if n == 1 else report(asked)) as server:
        receipt = post_bundle(server.client(), people("A"), "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == ({"TA", "EA"}, {})


def test_an_empty_bundle_is_settled() -> None:
    with running(lambda *_: json({})) as server:
        receipt = post_bundle(server.client(), b"{}", "CREATE_AND_UPDATE", quick())

    assert uids(receipt) == (set(), {})
