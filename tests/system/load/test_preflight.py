"""What is asked of DHIS2 before the first bundle, and how a fault is told."""

from collections.abc import Iterator

import pytest

from flows.connectors.dhis2.errors import BusyError
from flows.steps.reconcile.preconditions import reader_of
from flows.steps.target.preflight import check_needs
from flows.steps.target.recognition import ask_server, recognise_server
from staging.current import Current
from tests.recorded.quirks.small_country import (
    CLAIMS,
    INSUREES,
    LOADER,
    UNASSIGNED_VILLAGE,
    VILLAGE,
    SmallCountry,
    small_country,
)
from tests.support.sandbox import ADMIN
from tests.system.load.scripted_server import json, running
from transforms.changes.guards.preflight import warnings_of
from transforms.changes.sending.lacks import lacks_of
from transforms.changes.sending.offer import Needs
from transforms.core.errors import TargetError
from transforms.model.tables.claim import CLAIM_DETAILS_FIELDS
from transforms.model.tables.insuree import CHFID, INSUREE_FIELDS
from transforms.model.tables.programs import PERSON_TYPE

PRODUCTS = "kCdTMGqxLGE"
SENT = [each for each in INSUREE_FIELDS if not each.optional]
NEW = ["NEW1", "NEW2", "NEW3", "NEW4"]
GONE = ["Zaaaaaaaaaa", "Zaaaaaaaaab", "Zaaaaaaaaac", "Zaaaaaaaaad"]
NEEDS = Needs(
    org_units={INSUREES: [VILLAGE], CLAIMS: [VILLAGE]},
    places=[VILLAGE],
    codes={PRODUCTS: ["BCUL0001"]},
)


@pytest.fixture(scope="module")
def running_country() -> Iterator[SmallCountry]:
    """Give a stand-in that runs for all tests."""
    with small_country("2.42") as made:
        yield made


@pytest.fixture
def country(running_country: SmallCountry) -> SmallCountry:
    """Give a stand-in as it was set up."""
    running_country.make()
    running_country.sandbox.cues.clear()
    return running_country


def faults(country: SmallCountry, needs: Needs, login: tuple[str, str] = LOADER) -> str:
    """Return what is said, and see that nothing was posted."""
    client = country.client(login)
    with pytest.raises(TargetError, match=r"Nothing was posted\.$") as told:
        check_needs(client, client.system_info(), needs)
    assert country.sandbox.posted() == []
    return str(told.value)


def test_a_dhis2_that_is_ready_is_told_so_in_few_requests(country: SmallCountry) -> None:
    client = country.client()
    before = len(country.sandbox.requests)

    check_needs(client, ask_server(client), NEEDS)

    assert len(country.sandbox.requests) - before <= 13


def warned(country: SmallCountry, needs: Needs) -> str:
    """Return what is told of what DHIS2 lacks; the load goes on."""
    client = country.client()
    offer = check_needs(client, client.system_info(), needs)
    return " ".join(warnings_of(offer, needs, lacks_of(offer, needs)))


def test_org_units_that_are_not_there_are_counted(country: SmallCountry) -> None:
    said = warned(country, Needs(places=[*GONE, VILLAGE]))

    assert "4 org units of the data are not in DHIS2" in said


def test_a_village_that_the_program_is_not_assigned_to_is_counted(country: SmallCountry) -> None:
    said = warned(country, Needs(org_units={INSUREES: [VILLAGE, UNASSIGNED_VILLAGE, *GONE]}))

    assert "'Family/Insuree' is not assigned to 5 of the 6 org units" in said


def test_codes_that_an_option_set_lacks_are_counted_and_not_named(country: SmallCountry) -> None:
    said = warned(country, Needs(codes={PRODUCTS: ["BCUL0001", *NEW]}))

    assert "lacks 4 of the 5 codes" in said
    assert "NEW1" not in said


def test_an_option_set_that_is_not_there_is_named(country: SmallCountry) -> None:
    assert "option set Zaaaaaaaaaa is not in DHIS2" in warned(
        country, Needs(codes={"Zaaaaaaaaaa": ["A"]})
    )


def test_an_attribute_that_is_hidden_from_the_user_is_named(country: SmallCountry) -> None:
    """Later patches of 2.43 show no value of it: none is sent."""
    with country.sandbox.state.lock:
        attributes = country.sandbox.state.metadata["trackedEntityAttributes"]
        attributes[CHFID.uid]["sharing"] = {"public": "--------", "users": {}, "userGroups": {}}

    said = warned(country, NEEDS)

    assert f"1 of the {len(SENT)} attributes of persons" in said
    assert f"hidden from the user ({CHFID.uid})" in said


def test_a_data_element_that_is_not_there_is_named(country: SmallCountry) -> None:
    with country.sandbox.state.lock:
        gone = CLAIM_DETAILS_FIELDS[0].uid
        del country.sandbox.state.metadata["dataElements"][gone]

    said = warned(country, NEEDS)

    assert f"data elements are not in DHIS2, or hidden from the user ({gone})" in said


def test_a_user_who_could_delete_what_other_programs_have_is_refused(
    country: SmallCountry,
) -> None:
    give(country, "F_TEI_CASCADE_DELETE")

    assert "The user has F_TEI_CASCADE_DELETE" in faults(country, NEEDS)


def test_a_superuser_is_refused_unless_a_permission_says_so(country: SmallCountry) -> None:
    client = country.client(ADMIN)
    assert "is a superuser (authority ALL)" in faults(country, Needs(), ADMIN)

    with pytest.raises(TargetError) as other:
        check_needs(client, client.system_info(), Needs(places=[VILLAGE]), allow_superuser=True)

    assert "superuser" not in str(other.value)


def test_a_token_without_put_is_found_before_anything_is_posted(country: SmallCountry) -> None:
    country.sandbox.cues.add(path="/ownership/transfer", method="PUT", status=401)

    with pytest.raises(TargetError, match="limited to other HTTP methods"):
        check_needs(country.client(), country.client().system_info(), NEEDS)

    assert country.sandbox.posted("/api/tracker") == []


def give(country: SmallCountry, authority: str) -> None:
    """Give the loader's role an authority."""
    state = country.sandbox.state
    user = next(each for each in state.metadata["users"].values() if each["username"] == "loader")
    role = state.metadata["userRoles"][user["userRoles"][0]["id"]]
    role["authorities"] = [*role["authorities"], authority]


def test_a_user_of_another_region_is_told_what_is_not_covered(country: SmallCountry) -> None:
    state = country.sandbox.state
    state.metadata["organisationUnits"]["Raaaaaaaaaa"] = state.metadata["organisationUnits"][
        "Yd0K8G8rmna"
    ] | {"id": "Raaaaaaaaaa", "path": "/JY0hPWWLyfG/Raaaaaaaaaa"}
    for user in state.metadata["users"].values():
        if user["username"] == "loader":
            user["organisationUnits"] = [{"id": "Raaaaaaaaaa"}]

    said = faults(country, NEEDS)

    assert "capture org units do not cover 1 of the data's 1" in said
    assert "search org units do not cover" not in said


@pytest.mark.parametrize(
    "path", [f"/api/programs/{INSUREES}", f"/api/optionSets/{PRODUCTS}", "/api/trackedEntityTypes/"]
)
def test_what_a_failing_dhis2_does_not_show_is_waited_for_and_never_lacking(
    country: SmallCountry, path: str
) -> None:
    client = country.client()
    cue = country.sandbox.cues.add(path=path, method="GET", status=500)

    with pytest.raises(BusyError, match="answered 500 to GET"):
        check_needs(client, client.system_info(), NEEDS)

    assert cue.met


def test_what_a_server_without_dhis2_does_not_have_is_waited_for_and_never_lacking(
    country: SmallCountry,
) -> None:
    client = country.client()
    page = {"servlet": "dispatcher", "message": "Not Found", "status": "404"}
    country.sandbox.cues.add(path=f"/api/programs/{INSUREES}", status=404, body=page)

    with pytest.raises(BusyError, match="404"):
        check_needs(client, client.system_info(), NEEDS)


def test_all_faults_are_told_at_once(country: SmallCountry) -> None:
    with country.sandbox.state.lock:
        del country.sandbox.state.metadata["trackedEntityTypes"][PERSON_TYPE]

    said = faults(country, NEEDS, ADMIN)

    assert all(f"({number}) " in said for number in (1, 2, 3))


def last(base_url: str, system_id: str | None) -> Current:
    """Return the state after a load."""
    return Current(partitions=1, staging_id="x", base_url=base_url, system_id=system_id)


def test_the_same_server_as_last_time_goes_on(country: SmallCountry) -> None:
    client = country.client()
    info = ask_server(client)

    for system_id in (info.system_id, None):
        assert recognise_server(client, last(info.base_url, system_id)) == info


def test_another_server_than_last_time_stops_the_run(country: SmallCountry) -> None:
    client = country.client()
    info = client.system_info()

    with pytest.raises(TargetError, match="Another DHIS2 answers"):
        recognise_server(client, last(info.base_url, "06e7f96f"))
    with pytest.raises(TargetError, match=r"The last load went to https://elsewhere"):
        recognise_server(client, last("https://elsewhere.example", info.system_id))


@pytest.mark.parametrize(
    ("info", "says"),
    [
        ({"version": "2.39.5", "calendar": "iso8601"}, r"version 2\.39; supported are 2\.40"),
        ({"version": "2.44-SNAPSHOT", "calendar": "iso8601"}, r"version 2\.44"),
        ({"version": "unknown"}, "two numbers"),
        (
            {"version": "2.42.1", "calendar": "ethiopian"},
            "'ethiopian', and the country file says 'iso8601'.*calendar = \"ethiopian\" under",
        ),
        ({"version": "2.42.1", "calendar": "persian"}, "'persian'; iso8601, nepali, ethiopian"),
        ({"status": "up"}, "not the API of a DHIS2"),
    ],
    ids=["too old", "too new", "no version", "calendar", "strange calendar", "no DHIS2"],
)
def test_a_server_that_will_not_do_is_refused_in_one_sentence(
    info: dict[str, str], says: str
) -> None:
    with running(lambda *_: json(info)) as server, pytest.raises(TargetError, match=says):
        ask_server(server.client())


def test_a_patch_that_reads_events_wrongly_is_not_reconciled() -> None:
    info = {"version": "2.41.4", "calendar": "iso8601"}
    current = Current(partitions=1, staging_id="x")

    with running(lambda *_: json(info)) as server:
        with pytest.raises(TargetError, match=r"Upgrade DHIS2 to 2\.41\.5 or later"):
            reader_of(server.client(), current)

        assert [each.path for each in server.asked] == ["/api/system/info"]
