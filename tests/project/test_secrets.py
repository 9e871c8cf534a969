"""What is said of secrets is so: of Prefect as it is installed, and of the folders of a run."""

import asyncio
import inspect
import re
from pathlib import Path

import httpx
import prefect.settings
import pytest
from prefect.server.api.server import create_api_app
from prefect.server.utilities import encryption
from prefect.settings import PREFECT_SERVER_API_AUTH_STRING, temporary_settings

import staging.layout

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "what-lies-on-the-machine.md").read_text()
ENVIRONMENT = (PROJECT / ".env.example").read_text()
NAMED = sorted(set(re.findall(r"PREFECT_[A-Z_]+", PAGE + ENVIRONMENT)))
LOGIN = ("admin", "a word of the ministry")


def answered(login: tuple[str, str] | None) -> int:
    """Return the status of Prefect's API, with the login that `.env.example` sets, to a login."""

    async def asked() -> int:
        transport = httpx.ASGITransport(create_api_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://prefect") as client:
            return (await client.get("/admin/version", auth=login)).status_code

    with temporary_settings({PREFECT_SERVER_API_AUTH_STRING: ":".join(LOGIN)}):
        return asyncio.run(asked())


@pytest.mark.parametrize("name", NAMED)
def test_every_setting_that_is_named_is_one_of_the_installed_prefect(name: str) -> None:
    is_read_alone = name in inspect.getsource(encryption)

    assert is_read_alone or hasattr(prefect.settings, name)


def test_with_the_login_that_is_advised_prefects_api_answers_nobody_else() -> None:
    assert answered(None) == 401
    assert answered(("admin", "guessed")) == 401
    assert answered(LOGIN) == 200


def test_the_settings_of_server_and_worker_that_have_to_be_equal_are_so_in_the_example() -> None:
    values = dict(line.split("=", 1) for line in ENVIRONMENT.splitlines() if "=" in line)

    assert values["PREFECT_SERVER_API_AUTH_STRING"] == values["PREFECT_API_AUTH_STRING"]


def test_the_page_says_of_every_folder_and_file_of_a_run_what_it_holds_of_persons() -> None:
    listed = re.findall(r"runs/<run_id>/([\w.-]+)", staging.layout.__doc__ or "")

    assert {"snapshot", "outbox", "run.json"} <= set(listed)
    assert all(name in PAGE for name in listed)


def test_the_readme_and_who_connects_read_of_the_page_and_of_the_login_of_prefects_api() -> None:
    readme = (PROJECT / "README.md").read_text()
    connect = (PROJECT / "docs" / "how-to" / "connect.md").read_text()

    assert "(docs/what-lies-on-the-machine.md)" in readme
    assert "(../what-lies-on-the-machine.md)" in connect
    assert all("PREFECT_SERVER_API_AUTH_STRING" in each for each in (readme, connect))
