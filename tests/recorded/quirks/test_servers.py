"""Reading, owners and the data store (rows 23, 24, 28 and 29 of the contract's table)."""

import orjson
import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.steps.load.post_transfers import settle_transfers
from flows.steps.load.thread_state import LoadState
from flows.steps.target.marker import NAMESPACE, ask_markers, read_marker, write_marker
from tests.recorded.quirks.small_country import (
    INSUREES,
    LOADER,
    VILLAGE,
    WARD,
    SmallCountry,
    accepted,
    classes,
    enrollment,
    people,
    person,
    uid,
)
from transforms.changes.guards.recognition import (
    ExpectedTarget,
    Marker,
    refuse_lost_load,
    refuse_other_stagings,
)
from transforms.core.errors import TargetError
from transforms.dhis2.import_report import Receipt

STAGING = "scheme-1"
NO_LOAD, FOURTH = ExpectedTarget(STAGING), ExpectedTarget(STAGING, run="run-4", counter=4)


def check_marker(client: Dhis2, last: ExpectedTarget) -> None:
    """Refuse a DHIS2 that is not as the last load left it."""
    memory = ask_markers(client, last.staging)
    refuse_other_stagings(memory, last)
    refuse_lost_load(memory, last)


def transferred(country: SmallCountry, *numbers: int) -> Receipt:
    """Make the ward the owner of people."""
    client = country.client()
    transfers = [
        {"trackedEntity": uid("T", number), "program": INSUREES, "orgUnit": WARD}
        for number in numbers
    ]
    body = orjson.dumps({"transfers": transfers})
    state = LoadState(pause_seconds=0.001)
    return settle_transfers(client, body, client.system_info().dialect, state)


def owner(country: SmallCountry, number: int) -> str:
    """Return the org unit that owns a person in the insuree program."""
    fields = "programOwners[program,orgUnit]"
    path = f"/api/tracker/trackedEntities/{uid('T', number)}"
    found = country.client().get(path, {"program": INSUREES, "fields": fields})
    return str(next(each["orgUnit"] for each in found["programOwners"]))


def test_the_owner_stays_behind_when_a_person_moves_until_it_is_transferred(
    country: SmallCountry,
) -> None:
    country.post(people(1))

    country.post(
        {
            "trackedEntities": [person(1, orgUnit=WARD)],
            "enrollments": [enrollment(1, orgUnit=WARD)],
        }
    )
    before = owner(country, 1)
    receipt = transferred(country, 1)

    assert before == VILLAGE
    assert owner(country, 1) == WARD
    assert receipt.as_json()["accepted"]["TRACKED_ENTITY"] == [uid("T", 1)]


def test_the_transfer_of_a_person_who_is_not_there_is_taken_for_done_up_to_2_41(
    country: SmallCountry,
) -> None:
    country.post(people(1))

    receipt = transferred(country, 1, 2)

    if country.version in ("2.40", "2.41"):
        assert accepted(receipt) == [uid("T", 1), uid("T", 2)]
    else:
        assert accepted(receipt) == [uid("T", 1)]
        assert classes(receipt) == {uid("T", 2): "parent"}


def test_pages_and_lists_of_uids_are_spelled_differently(country: SmallCountry) -> None:
    country.post(people(1, 2, 3))
    dialect = country.client().system_info().dialect
    wanted = [uid("T", 1), uid("T", 3)]

    page = country.client().get(
        "/api/tracker/trackedEntities",
        {
            "program": INSUREES,
            dialect.org_unit_mode: "ACCESSIBLE",
            "fields": "trackedEntity",
            **dialect.list_parameter("trackedEntity", "trackedEntities", wanted),
        },
    )

    found = page[dialect.page_key or "trackedEntities"]
    assert sorted(each["trackedEntity"] for each in found) == wanted


def test_a_person_who_is_not_there_is_404_and_500_on_the_oldest_version(
    country: SmallCountry,
) -> None:
    client = country.client()

    path = f"/api/tracker/trackedEntities/{uid('T', 9)}"
    asked = {"program": INSUREES, "fields": "programOwners[program,orgUnit]"}
    answer = client.exchange("GET", path, asked)

    assert answer.status == (500 if country.version == "2.40" else 404)


def test_the_marker_of_the_last_load_is_found_again(country: SmallCountry) -> None:
    client = country.client()
    check_marker(client, NO_LOAD)

    for counter in (1, 2):
        write_marker(client, Marker(STAGING, f"run-{counter}", counter))

    check_marker(client, ExpectedTarget(STAGING, run="run-2", counter=2))
    assert read_marker(client, STAGING) == Marker(STAGING, "run-2", 2)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, "no marker"),
        (Marker(STAGING, "run-3", 3), "restored from a backup"),
        (Marker(STAGING, "run-5", 5), "older copy"),
        (Marker(STAGING, "another", 4), "older copy"),
    ],
    ids=["missing", "older", "newer", "another run"],
)
def test_a_dhis2_that_is_not_as_the_last_load_left_it_stops_the_run(
    country: SmallCountry, found: Marker | None, says: str
) -> None:
    client = country.client()
    if found is not None:
        write_marker(client, found)

    with pytest.raises(TargetError, match=says):
        check_marker(client, FOURTH)


def test_two_staging_folders_never_fill_one_dhis2(country: SmallCountry) -> None:
    client = country.client()
    write_marker(client, Marker("another-scheme", "run-1", 1))

    with pytest.raises(TargetError, match=r"another staging folder \(marker another-scheme"):
        check_marker(client, NO_LOAD)


def test_a_marker_that_a_load_before_its_end_may_have_left_is_known(country: SmallCountry) -> None:
    client = country.client()
    last, unfinished = Marker(STAGING, "run-1", 1), Marker(STAGING, "run-2", 2)

    for found in (last, unfinished):
        write_marker(client, found)
        check_marker(client, ExpectedTarget(STAGING, run="run-1", counter=1, open_run="run-2"))


def test_what_is_no_marker_is_not_taken_for_one(country: SmallCountry) -> None:
    client = country.client(LOADER)
    client.post(f"{NAMESPACE}/{STAGING}", body={"something": "else"})

    with pytest.raises(TargetError):
        check_marker(client, FOURTH)


def test_a_marker_whose_answer_was_lost_is_written_all_the_same(country: SmallCountry) -> None:
    client = country.client()
    country.sandbox.cues.add(path="/api/dataStore", method="POST", occurrences=[1], drop="after")

    write_marker(client, Marker(STAGING, "run-1", 1))

    check_marker(client, ExpectedTarget(STAGING, run="run-1", counter=1))
