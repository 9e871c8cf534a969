"""What a status of HTTP means: waited out, a stop with a sentence, or the caller's to judge."""

import pytest
from starlette.responses import Response

from flows.connectors.dhis2.errors import BusyError
from flows.connectors.dhis2.retry import Patience
from flows.prefect_support.dhis2_server import Dhis2Server
from tests.system.load.scripted_server import Asked, json, running
from transforms.core.errors import TargetError
from transforms.dhis2.tables.http_answers import HTTP_ANSWERS, Reaction

PAGE = "<html>a page of a proxy</html>"
WAITED_OUT = [408, 425, 429, 502, 503, 504, 520, 521, 522, 523, 524, 530]
MAY_GO_ON = {408, 502, 504, 520, 522, 524}


def test_every_status_that_time_cures_is_in_the_table() -> None:
    waits = [status for status, row in HTTP_ANSWERS.items() if row.reaction is Reaction.WAIT]

    assert sorted(waits) == WAITED_OUT


@pytest.mark.parametrize("status", WAITED_OUT)
def test_what_time_cures_is_asked_again(status: int) -> None:
    with running(lambda _, number: Response(PAGE, status) if number < 3 else json({})) as server:
        answer = server.client().exchange("POST", "/api/tracker", body=b"{}")

    assert (answer.status, answer.unanswered) == (200, 2 if status in MAY_GO_ON else 0)


@pytest.mark.parametrize("status", WAITED_OUT)
def test_what_time_does_not_cure_ends_in_words(status: int) -> None:
    with (
        running(lambda *_: Response(PAGE, status)) as server,
        pytest.raises(BusyError, match=f"was answered {status}, .*settled by the next run"),
    ):
        server.client().get("/api/me")


@pytest.mark.parametrize("status", [403, 405])
def test_a_refusal_that_is_not_dhis2s_is_called_a_firewall(status: int) -> None:
    with (
        running(lambda *_: Response(PAGE, status)) as server,
        pytest.raises(TargetError, match="a firewall or proxy before DHIS2"),
    ):
        server.client().exchange("PUT", "/api/maps/x")


def test_a_proxy_on_the_way_that_wants_a_login_is_no_dhis2() -> None:
    with (
        running(lambda *_: Response(PAGE, 407)) as server,
        pytest.raises(TargetError, match="407: a proxy on the way to DHIS2 wants a login"),
    ):
        server.client().get("/api/me")


def test_a_refusal_of_dhis2_itself_is_the_callers_to_judge() -> None:
    with running(lambda *_: json({"httpStatusCode": 403}, 403)) as server:
        assert server.client().exchange("GET", "/api/dataStore").status == 403


@pytest.mark.parametrize("status", [525, 526])
def test_a_proxy_that_does_not_trust_dhis2_stops_at_once(status: int) -> None:
    with running(lambda *_: Response(PAGE, status)) as server:
        with pytest.raises(TargetError, match="does not trust DHIS2's certificate"):
            server.client().get("/api/me")

        assert len(server.asked) == 1


def test_a_login_that_is_refused_names_methods_addresses_and_two_factors() -> None:
    with running(lambda *_: json({}, 401)) as server, pytest.raises(TargetError) as stopped:
        server.client().exchange("PUT", "/api/dataStore/a/b")

    for word in ("two-factor", "HTTP methods", "addresses", "expired", "locked"):
        assert word in str(stopped.value)


def _until_asked_elsewhere(asked: Asked, _: int) -> Response:
    """Answer as a 2.42 that has forgotten the token."""
    forgotten = asked.path.startswith("/api/tracker") and not _KNOWN
    if not forgotten:
        _KNOWN.append(asked.path)
    return Response(PAGE, 500, media_type="text/html") if forgotten else json({})


_KNOWN: list[str] = []


def test_a_token_that_dhis2_has_forgotten_is_looked_up_and_the_request_made_again() -> None:
    _KNOWN.clear()
    with running(_until_asked_elsewhere) as server:
        block = Dhis2Server(base_url=server.base_url, token="d2pat_x")
        with block.client(patience=Patience(attempts=1)) as client:
            answer = client.exchange("POST", "/api/tracker", body=b"{}")

    assert answer.ok
    assert [each.path for each in server.asked] == ["/api/tracker", "/api/me", "/api/tracker"]


def test_a_tracker_that_fails_for_a_password_is_not_asked_again() -> None:
    with running(lambda *_: Response(PAGE, 500)) as server:
        assert server.client().exchange("POST", "/api/tracker", body=b"{}").status == 500

        assert len(server.asked) == 1


def test_a_payload_of_metadata_is_never_sent_again_while_dhis2_may_be_at_it() -> None:
    with running(lambda *_: Response(PAGE, 504)) as server, pytest.raises(BusyError):
        server.client().without_repeating().post("/api/metadata", None, {})

    assert len(server.asked) == 1
