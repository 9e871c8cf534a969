"""A DHIS2 that is not what it was after the last load gets nothing posted."""

from typing import Any

import pytest

from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.target.newest_objects import compare_newest, newest
from staging.current import switch
from staging.outbox import bundles
from tests.support.sandbox import ADMIN, running_sandbox
from tests.support.scheme.contents import acknowledged, differences, tracker
from tests.system.guards.guarded import GuardedScheme
from transforms.changes.guards.permissions import Allow
from transforms.changes.objects.phases import Phase
from transforms.core.errors import TargetError
from transforms.model.resources import RESOURCES

pytestmark = pytest.mark.large


def refusal(scheme: GuardedScheme, **how: Any) -> str:
    """Return why a load was refused, and see that nothing was posted."""
    scheme.next_day(seed=2)
    before = scheme.writes()
    with pytest.raises(TargetError, match=r"Nothing was posted\.$") as told:
        scheme.bring("third", **how)
    assert scheme.writes() == before
    return str(told.value)


def elsewhere(scheme: GuardedScheme) -> str:
    """Return another address of the same server."""
    return scheme.sandbox.url.replace("127.0.0.1", "localhost")


# another server, or a clone


@pytest.mark.ci
def test_a_clone_at_another_address_gets_nothing_posted(scheme: GuardedScheme) -> None:
    said = refusal(scheme, url=elsewhere(scheme))

    assert "this one would go to http://localhost" in said
    assert "allow=moved_target" in said


def test_another_dhis2_at_the_same_address_gets_nothing_posted(scheme: GuardedScheme) -> None:
    other = scheme.current.model_copy(update={"system_id": "another-system-id"})
    switch(scheme.target, other)

    said = refusal(scheme)

    assert "Another DHIS2 answers" in said
    assert "allow=moved_target" in said


def test_a_dhis2_that_was_moved_is_known_at_its_new_address_from_then_on(
    scheme: GuardedScheme,
) -> None:
    scheme.next_day(seed=2)

    scheme.bring("third", url=elsewhere(scheme), allow=[Allow.MOVED_TARGET])
    scheme.bring("fourth", url=elsewhere(scheme))

    assert scheme.current.base_url == elsewhere(scheme)
    assert scheme.current.last_run == "third"


def test_a_dhis2_that_was_moved_is_known_again_though_nothing_was_to_be_posted(
    scheme: GuardedScheme,
) -> None:
    scheme.bring("nothing-new", url=elsewhere(scheme), allow=[Allow.MOVED_TARGET])

    assert scheme.current.base_url == elsewhere(scheme)
    assert scheme.current.last_run == "second"


def test_moved_target_does_not_let_a_restored_dhis2_in(scheme: GuardedScheme) -> None:
    scheme.restore_dhis2(scheme.after_first)

    assert "marker is of load 1" in refusal(
        scheme, url=elsewhere(scheme), allow=[Allow.MOVED_TARGET]
    )


# restored from a backup


def test_a_restored_dhis2_gets_nothing_posted_until_that_is_said(scheme: GuardedScheme) -> None:
    scheme.restore_dhis2(scheme.after_first)

    said = refusal(scheme)

    assert "restored from a backup" in said
    assert "reconcile" in said
    assert "allow=restored_target" in said


def test_a_restored_dhis2_that_is_meant_gets_our_marker_again(scheme: GuardedScheme) -> None:
    scheme.restore_dhis2(scheme.after_first)

    scheme.bring("nothing-new", allow=[Allow.RESTORED_TARGET])
    scheme.next_day(seed=2)
    scheme.bring("third")

    assert scheme.current.last_run == "third"


def test_a_dhis2_that_another_staging_folder_fills_is_not_let_in_by_restored_target(
    scheme: GuardedScheme,
) -> None:
    scheme.sandbox.state.data_store.clear()
    scheme.bring("marker-anew", allow=[Allow.RESTORED_TARGET])
    switch(scheme.target, scheme.current.model_copy(update={"staging_id": "another-folder"}))

    assert "another staging folder" in refusal(scheme, allow=[Allow.RESTORED_TARGET])


# the data store may not be used


def test_without_data_store_the_newest_objects_are_read_back_in_few_requests(
    scheme: GuardedScheme,
) -> None:
    scheme.close_data_store()
    before = len(scheme.sandbox.requests)

    told = scheme.bring("nothing-new")

    asked = [each["path"] for each in scheme.sandbox.requests[before:]]
    read = [path for path in asked if path.startswith("/api/tracker")]
    assert told is not None
    assert "data store" in told
    assert 3 <= len(read) <= 7


def test_the_newest_objects_are_of_the_last_load_and_of_every_kind_of_change(
    scheme: GuardedScheme,
) -> None:
    chosen = newest(scheme.target, scheme.current)

    rows = [row for each in _rows(scheme) for row in each if row["uid"] in set(chosen["uid"])]
    assert len(chosen) == 200
    assert {row["state"] for row in rows} == {"held", "deleted"}
    assert {row["run"] for row in rows if row["state"] == "deleted"} == {"second"}
    assert chosen["resource"].n_unique() == 7


def _rows(scheme: GuardedScheme) -> list[list[dict[str, Any]]]:
    return [acknowledged(scheme.target, each).to_dicts() for each in RESOURCES]


@pytest.mark.parametrize("version", ["2.40", "2.41", "2.43"])
def test_every_version_shows_the_newest_objects_as_it_confirmed_them(
    scheme: GuardedScheme, version: str
) -> None:
    with running_sandbox(version=version) as other:
        server = Dhis2Server(base_url=other.url, username=ADMIN[0], password=ADMIN[1])
        with server.client() as client:
            known = client, client.system_info(), scheme.target, scheme.current
            scheme.restore_dhis2(scheme.after_second, other)
            same = compare_newest(*known)
            scheme.restore_dhis2(scheme.after_first, other)
            earlier = compare_newest(*known)

    assert same.is_empty()
    assert set(earlier["kind"]) == {"missing", "different", "unexpected"}


def test_without_data_store_a_restored_dhis2_gets_nothing_posted(scheme: GuardedScheme) -> None:
    scheme.close_data_store()
    scheme.restore_dhis2(scheme.after_first)

    said = refusal(scheme)

    assert "Of the 200 newest objects" in said
    assert "0 that were deleted" not in said
    assert "allow=restored_target" in said


def test_without_data_store_one_value_that_is_not_as_confirmed_is_enough(
    scheme: GuardedScheme,
) -> None:
    scheme.close_data_store()
    events = scheme.sandbox.state.tracker.events
    chosen = newest(scheme.target, scheme.current).filter(resource="policy_events")["uid"]
    uid = next(uid for uid in chosen if uid in events and not events[uid].deleted)
    events[uid].status = "ACTIVE"

    assert "1 are not there or hold other values" in refusal(scheme)


def test_without_data_store_loads_go_on_and_without_marker(scheme: GuardedScheme) -> None:
    scheme.close_data_store()
    scheme.next_day(seed=2)

    scheme.bring("third")
    scheme.bring("fourth")

    assert scheme.current.marker_refused
    assert scheme.current.last_run == "third"


def test_a_data_store_that_is_opened_again_does_not_stop_the_next_load(
    scheme: GuardedScheme,
) -> None:
    scheme.close_data_store()
    scheme.next_day(seed=2)
    scheme.bring("third")
    scheme.sandbox.cues.clear()
    scheme.next_day(seed=3)

    scheme.bring("fourth")
    scheme.bring("fifth")

    assert not scheme.current.marker_refused
    assert scheme.current.last_run == "fourth"


def test_without_data_store_a_dhis2_restored_to_before_it_was_closed_gets_nothing_posted(
    scheme: GuardedScheme,
) -> None:
    scheme.close_data_store()
    scheme.next_day(seed=2)
    scheme.bring("third")
    scheme.sandbox.cues.clear()
    scheme.restore_dhis2(scheme.after_second)

    scheme.next_day(seed=3)
    with pytest.raises(TargetError, match="newest objects"):
        scheme.bring("fourth")


@pytest.mark.parametrize("last", [Phase.DELETE_TRACKED_ENTITIES, Phase.EVENTS])
def test_without_data_store_what_a_run_posted_before_it_was_cut_short_is_no_difference(
    scheme: GuardedScheme, last: Phase
) -> None:
    scheme.close_data_store()
    scheme.next_day(seed=2)
    scheme.cut_short("third", last)

    scheme.bring("fourth")

    assert scheme.current.last_run in ("third", "fourth")
    assert all(bundle.is_settled for bundle in bundles(scheme.job("fourth").run))


def test_after_all_that_dhis2_holds_what_it_would_have_held(scheme: GuardedScheme) -> None:
    scheme.next_day(seed=2)
    undisturbed = scheme.moment()
    scheme.bring("third")
    expected = tracker(scheme.sandbox)
    scheme.back_to(undisturbed)
    scheme.close_data_store()

    scheme.cut_short("third", Phase.PEOPLE)
    scheme.bring("fourth")

    assert differences(tracker(scheme.sandbox), expected) == []
