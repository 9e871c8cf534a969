"""Every object is read, however DHIS2 has to be asked for them."""

from dataclasses import replace
from typing import Any

import pytest

from flows.steps.reconcile.preconditions import read_acknowledged, reader_of
from flows.steps.target.read_back import Paging, query_objects
from tests.system.reconcile.reconciled import ReconciledScheme
from transforms.core.errors import TargetError
from transforms.dhis2.read_back import KINDS
from transforms.model.resources import CLAIM_ENROLLMENTS, POLICY_EVENTS, RESOURCES, TRACKED_ENTITIES

pytestmark = pytest.mark.large

EVERYTHING = Paging(page=10_000, slice=10_000)
TINY = Paging(page=3, slice=9)
# How 2.40 answers this at one place, no recording holds in the order that is asked for: see
# docs/explanation/what-is-not-known.md. In this one it was asked.
RECORDED_ORDER_AT_A_PLACE = "enrolledAt"


def uids(
    scheme: ReconciledScheme, paging: Paging, enrollment_order: str | None = None
) -> dict[str, set[str]]:
    """What is read of each resource that every country has."""
    with scheme.job("read").client() as client:
        reader = reader_of(client, read_acknowledged(scheme.target), paging)
        if enrollment_order is not None:
            reader.dialect = replace(reader.dialect, enrollment_order=enrollment_order)
        return {
            resource.name: {
                each[KINDS[resource.tracker_type].name]
                for page in reader.pages(resource)
                for each in page
            }
            for resource in RESOURCES
            if resource.asked_by is None
        }


@pytest.mark.ci
def test_all_objects_of_our_programs_are_read(scheme: ReconciledScheme) -> None:
    read = uids(scheme, EVERYTHING)

    held = scheme.sandbox.content()
    assert read[TRACKED_ENTITIES.name] == held["trackedEntities"].keys()
    enrollments = read["insuree_enrollments"] | read["claim_enrollments"]
    assert enrollments == held["enrollments"].keys()
    events = ("policy_events", "claim_events", "claim_services", "claim_items")
    assert set().union(*(read[name] for name in events)) == held["events"].keys()


def test_the_same_is_read_in_small_slices_and_no_page_is_deep(scheme: ReconciledScheme) -> None:
    whole = uids(scheme, EVERYTHING)
    with scheme.sandbox.state.lock:
        scheme.sandbox.app.log.clear()

    sliced = uids(scheme, TINY, RECORDED_ORDER_AT_A_PLACE)

    assert sliced == whole
    pages = [asked(row) for row in scheme.sandbox.requests]
    last = TINY.slice // TINY.page + 1  # the one that shows whether there is more
    deep = [page for page in pages if int(page.get("page", "1")) > last]
    assert any("occurredAfter" in page for page in pages)
    # Only people have no day to be divided by: those of one place are read page after page.
    assert all("trackedEntities" in page["path"] for page in deep)


def asked(row: dict[str, Any]) -> dict[str, str]:
    """Path and parameters of a request."""
    return {"path": row["path"]} | row["query"]


@pytest.mark.parametrize("resource", [TRACKED_ENTITIES, CLAIM_ENROLLMENTS, POLICY_EVENTS])
def test_named_objects_are_told_apart_deleted_alive_and_unknown(
    scheme: ReconciledScheme, resource: Any
) -> None:
    kind = KINDS[resource.tracker_type]
    with scheme.job("read").client() as client:
        reader = reader_of(client, read_acknowledged(scheme.target))
        first, second = [each[kind.name] for page in reader.pages(resource) for each in page][:2]
        scheme.by_hand("DELETE", **{kind.plural: [{kind.name: first}]})

        found = query_objects(reader, resource, [first, second, "xxxxxxxxxxx"], [])

    is_shown = scheme.sandbox.state.dialect.version != "2.40" or kind.plural != "enrollments"
    deleted = {first: True} if is_shown else {}  # of enrollments, 2.40 names no deleted one
    assert dict(found.select("uid", "isDeleted").iter_rows()) == deleted | {second: False}


def test_a_row_is_what_dhis2_shows_in_our_words(scheme: ReconciledScheme) -> None:
    with scheme.job("read").client() as client:
        reader = reader_of(client, read_acknowledged(scheme.target))
        event = next(iter(scheme.sandbox.events().values()))
        resource = next(each for each in RESOURCES if each.stage == event["programStage"])
        values = [field.uid for field in resource.fields]
        row = query_objects(reader, resource, [event["event"]], values).row(0, named=True)

    shown = {name: value for name, value in event["dataValues"].items() if value is not None}
    assert {name: row[name] for name in values if row[name] is not None} == shown
    assert row["parentUid"] == event["enrollment"]
    assert row["occurredAt"] == event["occurredAt"].removesuffix(".000").removesuffix("T00:00:00")


def test_reading_is_refused_where_the_user_may_not_read(scheme: ReconciledScheme) -> None:
    with scheme.sandbox.state.lock:
        for user in scheme.sandbox.metadata("users").values():
            user["organisationUnits"] = []
            user["teiSearchOrganisationUnits"] = []

    with pytest.raises(TargetError, match=r"capture org units are none.*Nothing was posted"):
        scheme.look("look")
