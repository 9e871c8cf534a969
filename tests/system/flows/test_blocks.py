"""Blocks are saved from the command line, and no secret is an argument or an output."""

import io

import httpx
import pytest
from prefect.blocks.core import Block
from prefect.exceptions import PrefectHTTPStatusError

from flows.prefect_support.blocks import main
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.prefect_support.pseudonym_key import PseudonymKey

SECRET = "Driver=SQLite3;Database=/nowhere;Pwd=a-very-secret-word"

ANOTHER_KEY = "a key of a safe copy, of more than 32 bytes"


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{answer}\n" for answer in answers)))


def key_of(name: str) -> str:
    return PseudonymKey.load(name).key.get_secret_value()


@pytest.mark.longer
def test_a_database_is_saved_with_the_connection_string_that_is_asked_for(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, SECRET)

    ended = main(["save", "openimis-database", "from-cli", "dialect=sqlite"])

    saved = OpenimisDatabase.load("from-cli")
    assert ended == 0
    assert saved.connection_string.get_secret_value() == SECRET
    assert SECRET not in "".join(capsys.readouterr())


def test_a_server_is_saved_with_a_user_and_a_password(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "", "district")

    ended = main(
        [
            "save",
            "dhis2-server",
            "from-cli",
            "base_url=https://dhis2.example.org",
            "username=loader",
        ]
    )

    saved = Dhis2Server.load("from-cli")
    assert ended == 0
    assert (saved.username, saved.password.get_secret_value()) == ("loader", "district")


def test_a_generated_pseudonym_key_is_long_and_never_the_same(prefect_server: None) -> None:
    keys = []
    for name in ("one", "two"):
        main(["save", "pseudonym-key", name, "--generate"])
        keys.append(key_of(name))

    assert all(len(key.encode()) >= 32 for key in keys)
    assert keys[0] != keys[1]


@pytest.mark.parametrize("generate", [True, False], ids=["generated", "typed"])
def test_a_saved_pseudonym_key_is_not_replaced_when_it_is_saved_again(
    prefect_server: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    generate: bool,
) -> None:
    name = f"again-{generate}".lower()
    main(["save", "pseudonym-key", name, "--generate"])
    before = key_of(name)
    answering(monkeypatch, ANOTHER_KEY)

    ended = main(["save", "pseudonym-key", name, *(["--generate"] if generate else [])])

    said = capsys.readouterr().err
    assert ended == 1
    assert key_of(name) == before
    assert "would be lost for good" in said
    assert ("can never be the old one" in said) == generate
    assert said.endswith("Nothing was saved.\n")


def test_a_saved_pseudonym_key_is_replaced_where_that_is_said(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["save", "pseudonym-key", "replaced", "--generate"])
    answering(monkeypatch, ANOTHER_KEY)

    ended = main(["save", "pseudonym-key", "replaced", "--replace"])

    assert ended == 0
    assert key_of("replaced") == ANOTHER_KEY


@pytest.mark.parametrize("kind", ["openimis-database", "dhis2-server"])
def test_a_secret_that_the_other_side_knows_is_never_made_at_random(
    prefect_server: None, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    settings = ["dialect=sqlite"] if kind == "openimis-database" else ["base_url=https://d.org"]

    ended = main(["save", kind, "at-random", *settings, "--generate"])

    assert ended == 1
    assert "a prompt asks for the secret" in capsys.readouterr().err


def test_a_working_connection_string_is_replaced_only_where_that_is_said(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save = ["save", "openimis-database", "working", "dialect=sqlite"]
    answering(monkeypatch, SECRET)
    main(save)
    answering(monkeypatch, "Driver=SQLite3;Database=/another")

    assert main(save) == 1
    assert "--replace" in capsys.readouterr().err
    assert OpenimisDatabase.load("working").connection_string.get_secret_value() == SECRET

    answering(monkeypatch, "Driver=SQLite3;Database=/another")
    assert main([*save, "--replace"]) == 0
    assert "/another" in OpenimisDatabase.load("working").connection_string.get_secret_value()


@pytest.mark.parametrize(
    "setting", ["sqlite", "dilect=sqlite", f"connection_string={SECRET}", "=sqlite"]
)
def test_a_setting_that_is_none_is_said_in_one_sentence_and_not_repeated(
    prefect_server: None, capsys: pytest.CaptureFixture[str], setting: str
) -> None:
    ended = main(["save", "openimis-database", "mistyped", setting])

    said = capsys.readouterr().err
    assert ended == 1
    assert "has to be field=value" in said
    assert "dialect, is_a_copy" in said
    assert SECRET not in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("host", ["dhis2.example.org", "10.0.0.7", "localhost.example.org"])
def test_plain_http_to_another_machine_is_saved_only_where_that_is_meant(
    prefect_server: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    host: str,
) -> None:
    save = ["save", "dhis2-server", f"plain-{host}".replace(".", "-"), f"base_url=http://{host}"]
    answering(monkeypatch, "", "district")

    assert main([*save, "username=loader"]) == 1
    assert "plain_http_is_meant" in capsys.readouterr().err

    answering(monkeypatch, "", "district")
    assert main([*save, "username=loader", "plain_http_is_meant=true"]) == 0


@pytest.mark.parametrize(
    ("arguments", "answers"),
    [
        pytest.param(["dhis2-server", "x", "base_url=dhis2"], ["", ""], id="no address"),
        pytest.param(["openimis-database", "x", "dialect=oracle"], [SECRET], id="unknown dialect"),
        pytest.param(["pseudonym-key", "x"], ["short"], id="a short key"),
    ],
)
def test_what_cannot_be_saved_is_said_in_one_sentence_without_the_secret(
    prefect_server: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    answers: list[str],
) -> None:
    answering(monkeypatch, *answers)

    ended = main(["save", *arguments])

    said = capsys.readouterr().err
    assert ended == 1
    assert "Nothing was saved." in said
    assert not any(answer in said for answer in answers if answer)


def test_what_prefect_repeats_of_a_refused_block_is_not_shown(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its server answers 422 with the whole request, and its client puts the answer into words."""

    def refuse(block: Block, *_: object, **__: object) -> None:
        body = {"request_body": {"data": {"connection_string": SECRET}}}
        request = httpx.Request("POST", "http://prefect/api/block_documents/")
        refusal = httpx.HTTPStatusError(
            "422", request=request, response=httpx.Response(422, json=body, request=request)
        )
        raise PrefectHTTPStatusError.from_httpx_error(refusal)

    monkeypatch.setattr(Block, "save", refuse)
    answering(monkeypatch, SECRET)

    ended = main(["save", "openimis-database", "refused", "dialect=sqlite"])

    said = capsys.readouterr().err
    assert ended == 1
    assert "PrefectHTTPStatusError (" in said
    assert SECRET not in said


def test_the_kinds_of_block_can_be_registered_for_the_ui(prefect_server: None) -> None:
    assert main(["register"]) == 0
