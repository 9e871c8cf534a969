"""Only daily loads may write or remove the marker that they leave in DHIS2's data store."""

from collections.abc import Iterator

import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.steps.set_up.plan_and_write import protect_earlier_markers
from flows.steps.target.marker import NAMESPACE, protect_marker, read_marker
from tests.support.sandbox import ADMIN
from tests.system.guards.guarded import REFUSED, GuardedScheme
from transforms.changes.guards.permissions import Allow
from transforms.core.errors import TargetError
from transforms.package.tables.sharing import DATA_CAPTURE

CLERK = ("clerk", "Clerk-123")
ANOTHER = {"staging": "another-area", "run": "first", "counter": 1}
HALF = {"staging": "another-area"}
NO_NUMBER = ANOTHER | {"counter": "1"}


@pytest.fixture
def clerk(scheme: GuardedScheme) -> Iterator[Dhis2]:
    """A user of DHIS2 without any authority."""
    with scheme.sandbox.state.lock:
        scheme.sandbox.state.data_store_owners.clear()
        scheme.sandbox.state.add_user(*CLERK, uid="ClerkUserAA", roles=[])
        scheme.sandbox.state.metadata_changed()
    with scheme.job("any").client_of(CLERK) as client:
        yield client


def marker_of(scheme: GuardedScheme) -> str:
    return f"{NAMESPACE}/{scheme.current.staging_id}"


def load_of_the_next_day(scheme: GuardedScheme, run_id: str = "third") -> None:
    scheme.next_day(seed=2)
    scheme.bring(run_id)


@pytest.mark.large
def test_after_a_load_no_other_user_changes_removes_or_shares_the_marker(
    scheme: GuardedScheme, clerk: Dhis2
) -> None:
    load_of_the_next_day(scheme)

    assert clerk.exchange("PUT", marker_of(scheme), body={"counter": 99}).status == 403
    assert clerk.exchange("DELETE", marker_of(scheme)).status == 403
    assert not protect_marker(clerk, str(scheme.current.staging_id))
    load_of_the_next_day(scheme, "fourth")
    assert scheme.current.last_run == "fourth"


def test_everybody_may_read_the_marker_so_that_two_staging_folders_know_of_each_other(
    scheme: GuardedScheme, clerk: Dhis2
) -> None:
    load_of_the_next_day(scheme)

    assert read_marker(clerk, str(scheme.current.staging_id)) is not None


@pytest.mark.longer
def test_a_marker_of_an_older_version_could_be_changed_until_set_up_was_run_again(
    scheme: GuardedScheme, clerk: Dhis2
) -> None:
    known = scheme.sandbox.state.data_store["openimis-to-dhis2"][str(scheme.current.staging_id)]
    assert clerk.exchange("PUT", marker_of(scheme), body=known).status == 200

    with scheme.job("any").client_of(ADMIN) as administrator:
        assert protect_earlier_markers(administrator) == [scheme.current.staging_id]
        assert protect_earlier_markers(administrator) == []

    assert clerk.exchange("DELETE", marker_of(scheme)).status == 403
    load_of_the_next_day(scheme)


@pytest.mark.longer
def test_another_user_of_the_daily_load_goes_on_with_the_marker(
    scheme: GuardedScheme, clerk: Dhis2
) -> None:
    load_of_the_next_day(scheme)
    with scheme.sandbox.state.lock:
        group = scheme.sandbox.state.metadata["userGroups"][DATA_CAPTURE.uid]
        group["users"] = [*group.get("users", ()), {"id": "ClerkUserAA"}]
        scheme.sandbox.state.metadata_changed()

    assert clerk.exchange("PUT", marker_of(scheme), body={"counter": 3}).status == 200


@pytest.mark.longer
def test_a_load_is_not_stopped_where_dhis2_does_not_let_it_share_the_marker(
    scheme: GuardedScheme,
) -> None:
    with scheme.sandbox.state.lock:
        scheme.sandbox.state.data_store_owners.clear()
    scheme.sandbox.cues.add(path="/api/sharing", method="PUT", status=403)

    load_of_the_next_day(scheme)

    assert scheme.current.last_run == "third"
    assert not scheme.current.marker_refused


@pytest.mark.longer
@pytest.mark.parametrize(
    ("key", "content"),
    [
        pytest.param("hello", {"hi": 1}, id="text"),
        pytest.param("hello", [1], id="list", marks=pytest.mark.other_cases),
        pytest.param("hello", ANOTHER, id="of another name", marks=pytest.mark.other_cases),
        pytest.param("../../me?a=b", ANOTHER, id="an odd name", marks=pytest.mark.other_cases),
        pytest.param("another-area", HALF, id="half a marker", marks=pytest.mark.other_cases),
        pytest.param("another-area", NO_NUMBER, id="no number", marks=pytest.mark.other_cases),
    ],
)
def test_a_key_that_any_user_adds_and_that_is_no_marker_stops_no_night_and_is_told(
    scheme: GuardedScheme, key: str, content: object
) -> None:
    with scheme.sandbox.state.lock:
        scheme.sandbox.state.data_store["openimis-to-dhis2"][key] = content

    for seed, run_id in enumerate(("third", "fourth"), 2):
        scheme.next_day(seed=seed)
        told = scheme.bring(run_id)
        assert told is not None
        assert told.count("1 keys in the namespace openimis-to-dhis2") == 1
        assert scheme.current.last_run == run_id


@pytest.mark.longer
def test_a_key_that_its_user_has_closed_to_us_is_nobodys_marker(
    scheme: GuardedScheme, clerk: Dhis2
) -> None:
    clerk.exchange("POST", f"{NAMESPACE}/another-area", body=ANOTHER)
    path = "dataStore/openimis-to-dhis2/another-area"
    scheme.sandbox.cues.add(path=path, status=403, body=REFUSED)

    load_of_the_next_day(scheme)

    assert scheme.current.last_run == "third"


@pytest.mark.longer
def test_a_marker_of_another_staging_folder_still_stops_the_load(
    scheme: GuardedScheme, clerk: Dhis2
) -> None:
    clerk.exchange("POST", f"{NAMESPACE}/hello", body={"hi": 1})
    clerk.exchange("POST", f"{NAMESPACE}/another-area", body=ANOTHER)
    scheme.next_day(seed=2)

    with pytest.raises(TargetError, match=r"another staging folder \(marker another-area in"):
        scheme.bring("third")


def test_a_marker_that_is_left_anew_is_protected_too(scheme: GuardedScheme, clerk: Dhis2) -> None:
    with scheme.sandbox.state.lock:
        scheme.sandbox.state.data_store.clear()

    scheme.bring("anew", allow=[Allow.RESTORED_TARGET])

    assert clerk.exchange("DELETE", marker_of(scheme)).status == 403
