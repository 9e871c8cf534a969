"""A private authority, or a proxy, before DHIS2: it is reached, or a sentence says why not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from flows.connectors.dhis2.errors import BusyError
from flows.connectors.dhis2.retry import Patience
from flows.connectors.dhis2.route import proxy_to
from flows.prefect_support.dhis2_server import Dhis2Server
from tests.support.certificates import Authority, authority, server_settings
from tests.support.forward_proxy import forward_proxy
from tests.system.load.scripted_server import ScriptedServer, json, running
from transforms.core.errors import SyncError, TargetError

OF_THE_WAY = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE")
ELSEWHERE = "https://dhis2.invalid"
NOBODY = "http://127.0.0.1:9"
PASSWORD = "open-sesame"


@pytest.fixture(autouse=True)
def of_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OF_THE_WAY:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def signed(ministry: Authority) -> Iterator[ScriptedServer]:
    """A DHIS2 whose certificate the ministry's authority signed."""
    with running(lambda *_: json({"id": "x"}), **server_settings(ministry.certify())) as server:
        yield server


def ask(base_url: str, **settings: Any) -> Any:
    """Ask once, and return the answer."""
    block = Dhis2Server(base_url=base_url, token="d2pat_x", **settings)
    with block.client(patience=Patience(attempts=1, longest_wait=0)) as client:
        return client.get("/api/me")


def refusal(base_url: str, kind: type[SyncError] = TargetError, **settings: Any) -> str:
    """Ask, and return the sentence of the error; nothing is asked twice for it."""
    with pytest.raises(kind) as told:
        ask(base_url, **settings)
    sentence = str(told.value)
    assert "Nothing was sent." in sentence or "nothing was sent." in sentence
    assert "\n" not in sentence
    assert PASSWORD not in sentence
    return sentence


def test_an_authority_that_nobody_knows_is_told_with_what_to_do(signed: ScriptedServer) -> None:
    said = refusal(signed.base_url)

    assert "is not signed by an authority that this machine trusts" in said
    assert "ca_bundle of the dhis2-server block" in said


def test_with_its_certificate_in_the_block_dhis2_is_reached(
    signed: ScriptedServer, ministry: Authority
) -> None:
    assert ask(signed.base_url, ca_bundle=str(ministry.bundle)) == {"id": "x"}


def test_the_authorities_of_the_environment_hold_besides(
    signed: ScriptedServer, ministry: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = authority(tmp_path, "another").bundle
    monkeypatch.setenv("SSL_CERT_FILE", str(ministry.bundle))

    assert ask(signed.base_url) == {"id": "x"}
    assert ask(signed.base_url, ca_bundle=str(another)) == {"id": "x"}


def test_the_authority_of_another_is_not_enough(signed: ScriptedServer, tmp_path: Path) -> None:
    another = authority(tmp_path, "another").bundle

    assert "is not signed by an authority" in refusal(signed.base_url, ca_bundle=str(another))


@pytest.mark.parametrize(
    ("host", "days", "told"),
    [
        ("dhis2.example.org", 2, "is for another name than that"),
        ("10.0.0.7", 2, "is for another name than that"),
        ("127.0.0.1", -1, "is out of date"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told(
    ministry: Authority, host: str, days: int, told: str
) -> None:
    settings = server_settings(ministry.certify(host, days))
    with running(lambda *_: json({}), **settings) as server:
        assert told in refusal(server.base_url, ca_bundle=str(ministry.bundle))


def test_a_server_that_does_not_encrypt_is_told() -> None:
    with running(lambda *_: json({})) as server:
        said = refusal(server.base_url.replace("http:", "https:"))

    assert "does not encrypt" in said


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "No such file or directory"), ("ministry", "no certificate in PEM form")],
)
@pytest.mark.parametrize("by_environment", [False, True])
def test_a_file_of_authorities_that_is_none_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str | None,
    told: str,
    *,
    by_environment: bool,
) -> None:
    path = tmp_path / "ministry.pem"
    if content:
        path.write_text(content)
    if by_environment:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        said = refusal(ELSEWHERE)
        assert "The file that SSL_CERT_FILE names cannot be read" in said
    else:
        said = refusal(ELSEWHERE, ca_bundle=str(path))
        assert f"The ca_bundle {path} of the dhis2-server block cannot be read" in said
    assert told in said


def test_dhis2_is_asked_through_the_proxy_of_the_block(
    signed: ScriptedServer, ministry: Authority
) -> None:
    with forward_proxy() as proxy:
        answer = ask(signed.base_url, ca_bundle=str(ministry.bundle), proxy=proxy.url)

    assert answer == {"id": "x"}
    assert proxy.asked == [signed.base_url.removeprefix("https://")]


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        ("407 Proxy Authentication Required", TargetError, "wants a login (407)"),
        ("403 Forbidden", TargetError, "does not let this machine connect"),
        ("503 Service Unavailable", BusyError, "does not reach DHIS2"),
    ],
)
def test_a_proxy_that_does_not_connect_is_told_from_dhis2(
    monkeypatch: pytest.MonkeyPatch, answer: str, kind: type[SyncError], told: str
) -> None:
    with forward_proxy(answer) as proxy:
        login = proxy.url.replace("//", f"//clerk:{PASSWORD}@")
        monkeypatch.setenv("HTTPS_PROXY", login)

        said = refusal(ELSEWHERE, kind)

    assert told in said
    assert f"The proxy {proxy.url} " in said
    assert "proxy=direct" in said


def test_a_proxy_that_does_not_answer_is_told_from_dhis2() -> None:
    said = refusal(ELSEWHERE, BusyError, proxy=NOBODY)

    assert f"asked through the proxy {NOBODY}, and that does not answer" in said


def test_a_dhis2_on_this_machine_is_not_asked_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", NOBODY)
    with running(lambda *_: json({"id": "x"})) as server:
        assert ask(server.base_url) == {"id": "x"}


@pytest.mark.parametrize(
    ("environment", "proxy", "found"),
    [
        ({}, None, None),
        ({}, NOBODY, NOBODY),
        ({"HTTPS_PROXY": NOBODY}, None, NOBODY),
        ({"HTTPS_PROXY": "127.0.0.1:9"}, None, NOBODY),
        ({"ALL_PROXY": NOBODY}, None, NOBODY),
        ({"HTTP_PROXY": NOBODY}, None, None),
        ({"HTTPS_PROXY": NOBODY}, "direct", None),
        ({"HTTPS_PROXY": NOBODY}, "http://10.0.0.1:3128", "http://10.0.0.1:3128"),
        ({"HTTPS_PROXY": NOBODY, "NO_PROXY": "dhis2.invalid"}, None, None),
        ({"HTTPS_PROXY": NOBODY, "NO_PROXY": "localhost,.invalid"}, None, None),
        ({"HTTPS_PROXY": NOBODY, "NO_PROXY": "*"}, None, None),
        ({"HTTPS_PROXY": NOBODY, "NO_PROXY": "example.org"}, None, NOBODY),
    ],
)
def test_block_and_environment_say_which_proxy_is_asked(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    proxy: str | None,
    found: str | None,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert proxy_to(ELSEWHERE, proxy) == found


@pytest.mark.parametrize(
    "proxy", ["proxy.example.org:3128", "none", f"http://clerk:{PASSWORD}@proxy.example.org:3128"]
)
def test_a_proxy_in_the_block_is_an_address_without_a_login(proxy: str) -> None:
    with pytest.raises(ValidationError, match="proxy") as told:
        Dhis2Server(base_url=ELSEWHERE, token="x", proxy=proxy)

    assert PASSWORD not in str(told.value)
