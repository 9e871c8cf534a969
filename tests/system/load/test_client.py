"""How the client connects, waits and keeps secrets."""

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import ValidationError
from starlette.responses import Response

from flows.connectors.dhis2.errors import BusyError
from flows.connectors.dhis2.retry import Patience
from flows.prefect_support.dhis2_server import Dhis2Server
from tests.system.load.scripted_server import json, running
from transforms.core.errors import TargetError


@pytest.mark.parametrize(
    "login",
    [
        {},
        {"username": "loader"},
        {"password": "hidden-secret"},
        {"token": "hidden-secret", "username": "loader", "password": "hidden-secret"},
    ],
)
def test_a_server_has_exactly_one_login_and_an_error_shows_none(login: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="either a token, or a username") as told:
        Dhis2Server(base_url="https://dhis2.example.org", **login)

    assert "hidden-secret" not in str(told.value)


@pytest.mark.parametrize(
    "address", ["dhis2.example.org", "ftp://example.org", "https://user:secret@example.org"]
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        Dhis2Server(base_url=address, token="t")


@pytest.mark.parametrize("address", ["", "/", "/api", "/api/"])
def test_the_address_may_end_with_api(address: str) -> None:
    with running(lambda *_: json({"id": "x"})) as server:
        block = Dhis2Server(base_url=server.base_url + address, token="d2pat_x")
        with block.client() as client:
            client.get("/api/me")

    assert server.asked[0].path == "/api/me"
    assert server.asked[0].headers["authorization"] == "ApiToken d2pat_x"


def test_a_server_below_a_path_is_reached() -> None:
    with running(lambda *_: json({"id": "x"})) as server:
        block = Dhis2Server(base_url=f"{server.base_url}/dhis", token="x")
        with block.client() as client:
            client.get("/api/me")

    assert server.asked[0].path == "/dhis/api/me"


def test_a_cookie_is_never_sent_back() -> None:
    cookie = {"Set-Cookie": "JSESSIONID=abc; Path=/"}
    with running(lambda *_: json({"id": "x"}, **cookie)) as server:
        client = server.client()
        client.get("/api/me")
        client.get("/api/me")

    assert "cookie" not in server.asked[1].headers


def test_the_connection_is_kept() -> None:
    with running(lambda *_: json({})) as server:
        client = server.client()
        for _ in range(5):
            client.get("/api/me")

    assert len({asked.port for asked in server.asked}) == 1


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        ("100000", 900, 900),
        (timedelta(seconds=120), 60, 120),
        (timedelta(seconds=-120), 0, 0),
        ("soon", 0, 1),
    ],
)
def test_retry_after_is_a_number_or_a_date(
    header: str | timedelta, least: float, most: float
) -> None:
    waited: list[float] = []
    if isinstance(header, timedelta):
        header = format_datetime(datetime.now(UTC) + header, usegmt=True)
    with running(
        lambda _, n: (
            Response(status_code=503, headers={"Retry-After": header}) if n == 1 else json({})
        )
    ) as server:
        server.client().patient(Patience(wait=waited.append)).get("/api/me")

    assert least <= waited[0] <= most


def test_the_wait_grows_to_its_longest_and_is_different_for_everyone() -> None:
    patience = Patience(longest_wait=10)

    waits = [[patience.seconds(attempt, None) for _ in range(200)] for attempt in range(1, 8)]

    assert [max(each) <= min(10, 2**n) for n, each in enumerate(waits)] == [True] * 7
    assert max(waits[6]) > 5
    assert len(set(waits[6])) > 100


def test_nobody_there_is_one_sentence_after_the_last_attempt() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        block = Dhis2Server(base_url=f"http://127.0.0.1:{nobody.getsockname()[1]}", token="x")
        patience = Patience(attempts=2, longest_wait=0)
        with (
            block.client(patience=patience) as client,
            pytest.raises(BusyError, match="runs and can"),
        ):
            client.system_info()


def test_an_address_that_is_not_secure_is_not_waited_for() -> None:
    waited: list[float] = []
    with running(lambda *_: json({})) as server:
        block = Dhis2Server(base_url=server.base_url.replace("http:", "https:"), token="x")
        patience = Patience(attempts=3, wait=waited.append)
        with (
            block.client(patience=patience) as client,
            pytest.raises(TargetError, match="does not encrypt"),
        ):
            client.system_info()

    assert waited == []


def test_something_missing_is_an_error_of_the_target_and_not_of_a_question() -> None:
    with running(lambda *_: json({"httpStatusCode": 404}, 404)) as server:
        client = server.client()

        with pytest.raises(TargetError, match="404"):
            client.get("/api/programs/x")
        assert client.exchange("GET", "/api/programs/x").status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *(("/api/system/info", status) for status in (404, 409, 500)),
        *(("/api/me", status) for status in (404, 409, 500)),
        ("/api/organisationUnits", 500),
    ],
)
def test_a_dhis2_that_is_down_in_part_may_be_back_later(path: str, status: int) -> None:
    with (
        running(lambda *_: json({"httpStatusCode": status}, status)) as server,
        pytest.raises(BusyError, match=rf"{path}.*Nothing was changed"),
    ):
        server.client().get(path)


def test_a_page_instead_of_what_is_there_is_of_a_dhis2_that_is_not_deployed() -> None:
    with (
        running(lambda *_: Response("<html>Not found</html>", 404)) as server,
        pytest.raises(BusyError, match="404"),
    ):
        server.client().get("/api/organisationUnits")
