"""Users, rights and logins (rows 1 to 4 and 27 of the contract's table)."""

import httpx
import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.retry import Patience
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.load.post_bundle import post_bundle
from flows.steps.load.post_phase import post_phase
from flows.steps.load.thread_state import LoadState
from flows.steps.target.preflight import check_needs
from tests.recorded.quirks.small_country import (
    COUNTRY,
    INSUREES,
    LOADER,
    NOBODY,
    VILLAGE,
    SmallCountry,
    accepted,
    classes,
    event,
    people,
    recorded,
    refused,
    uid,
)
from tests.support.sandbox import ADMIN
from tests.system.load.test_posting_a_phase import Outbox
from transforms.changes.guards.stopping import StopRule
from transforms.changes.sending.offer import Needs
from transforms.core.errors import TargetError
from transforms.openimis.country import Guards

GIVE_ADMIN_THE_COUNTRY = (
    "051-user-organisationUnits",
    "052-user-dataViewOrganisationUnits",
    "053-user-teiSearchOrganisationUnits",
)
CLEAR_CACHE = "055-cache-clear"


def needs(country: SmallCountry, login: tuple[str, str]) -> None:
    """Ask before a load that needs a village, as the load does."""
    client = country.client(login)
    wanted = Needs(org_units={INSUREES: [VILLAGE]}, places=[VILLAGE])
    check_needs(client, client.system_info(), wanted, allow_superuser=True)


def test_a_superuser_without_org_units_is_refused_everything(country: SmallCountry) -> None:
    receipt = country.post(people(1), login=ADMIN)

    if country.version == "2.43":
        assert accepted(receipt) == [uid("E", 1), uid("T", 1)]
        needs(country, ADMIN)
    else:
        assert refused(receipt)[uid("T", 1)] == ("E1000",)
        with pytest.raises(TargetError, match="capture org units are none"):
            needs(country, ADMIN)


def test_a_refusal_is_remembered_until_the_servers_cache_is_cleared(country: SmallCountry) -> None:
    country.post(people(1), login=ADMIN)

    country.replay(*GIVE_ADMIN_THE_COUNTRY)
    before = country.post(people(1), login=ADMIN)
    country.replay(CLEAR_CACHE)
    after = country.post(people(1), login=ADMIN)

    remembers = country.version in ("2.40", "2.41")
    assert (accepted(before) == []) == remembers
    assert accepted(after) == [uid("E", 1), uid("T", 1)]


def test_a_right_that_is_missing_everywhere_stops_the_load_and_names_what_was_refused(
    country: SmallCountry,
) -> None:
    state, outbox, client = LoadState(), Outbox(), country.client(NOBODY)
    country.replay("151-sharing-closed")

    class Bundle:
        number = 0

        def body(self) -> bytes:
            """Return the request body."""
            return httpx.Request("POST", "http://x", json=people(*range(101))).content

    with pytest.raises(TargetError, match=r"E1005.*by table and UUID"):
        post_phase(
            [Bundle()],
            lambda body: post_bundle(client, body, "CREATE_AND_UPDATE", state),
            state,
            StopRule({}, {}, Guards()),
            in_flight=1,
            begin=outbox.begin,  # type: ignore[arg-type]
            settle=outbox.settle,  # type: ignore[arg-type]
        )

    assert len(outbox.refused) > 100


def test_a_kept_session_would_let_a_revoked_login_in_so_none_is_kept(country: SmallCountry) -> None:
    client = country.client(LOADER)
    client.get("/api/me")
    with httpx.Client(base_url=country.sandbox.url, auth=LOADER) as keeping_cookies:
        keeping_cookies.get("/api/me")
        for user in country.sandbox.state.metadata["users"].values():
            user["password"] = "another"

        assert keeping_cookies.get("/api/me").status_code == 200
    with pytest.raises(TargetError, match="does not know the login"):
        client.get("/api/me")


def test_without_a_login_a_redirect_comes_and_is_not_followed(country: SmallCountry) -> None:
    with (
        httpx.Client(base_url=country.sandbox.url) as http,
        pytest.raises(TargetError, match="redirect"),
    ):
        Dhis2(http, country.sandbox.url, Patience()).post("/api/tracker", {"async": "false"}, {})


def test_a_wrong_password_is_one_sentence(country: SmallCountry) -> None:
    with pytest.raises(TargetError, match="does not know the login"):
        country.client(("loader", "wrong")).system_info()


def test_a_malformed_token_is_one_sentence_though_dhis2_says_400(country: SmallCountry) -> None:
    server = Dhis2Server(base_url=country.sandbox.url, token="d2pat_wrong")

    with server.client() as client, pytest.raises(TargetError, match="token"):
        client.system_info()


def test_a_program_that_the_user_may_not_see_looks_as_if_it_were_not_there(
    country: SmallCountry,
) -> None:
    country.post(people(1))
    country.replay("151-sharing-closed")

    receipt = country.post(people(2) | {"events": [event(1)]}, login=NOBODY)

    assert set(classes(receipt).values()) <= {"configuration", "parent"}
    assert refused(receipt)[uid("T", 2)] == ("E1005",)
    assert "E1069" in refused(receipt)[uid("E", 2)]
    assert "E1010" in refused(receipt)[uid("V", 1)]
    with pytest.raises(TargetError, match=r"tracked entity type.*'Family/Insuree'.*'Claims manage"):
        needs(country, NOBODY)


def test_the_recorded_loader_may_load(country: SmallCountry) -> None:
    assert recorded(country.version, "053-user-teiSearchOrganisationUnits")["body"] == {
        "additions": [{"id": COUNTRY}],
        "deletions": [],
    }

    needs(country, LOADER)
