"""What somebody changed in DHIS2 by hand is found, and mended by the next sync."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.system.reconcile.reconciled import ReconciledScheme, new_uid
from transforms.model.resources import RESOURCE_BY_NAME, TrackerType
from transforms.model.tables.claim import CLAIM_DETAILS_FIELDS
from transforms.model.tables.programs import (
    CLAIM_DETAILS_STAGE,
    CLAIM_PROGRAM,
    INSUREE_PROGRAM,
    PERSON_TYPE,
    POLICY_STAGE,
)

pytestmark = pytest.mark.large

Row = dict[str, Any]


def in_stage(scheme: ReconciledScheme, stage: str) -> list[Row]:
    return [row for row in scheme.sandbox.events().values() if row["programStage"] == stage]


def in_program(scheme: ReconciledScheme, program: str) -> list[Row]:
    return [row for row in scheme.sandbox.enrollments().values() if row["program"] == program]


def with_events(scheme: ReconciledScheme, program: str) -> Row:
    """An enrollment that has events."""
    used = {row["enrollment"] for row in scheme.sandbox.events().values()}
    return next(row for row in in_program(scheme, program) if row["enrollment"] in used)


def shape(content: dict[str, dict[str, Row]]) -> dict[str, list[list[Any]]]:
    """What DHIS2 holds, whatever the UIDs are."""
    uids = {uid for kind in content.values() for uid in kind}
    return {
        kind: sorted(
            sorted(
                (name, repr(value)) for name, value in row.items() if repr(value)[1:-1] not in uids
            )
            for row in rows.values()
        )
        for kind, rows in content.items()
    }


def repaired_and_synced(scheme: ReconciledScheme) -> None:
    """Repair, sync, and see that nothing is left to be found."""
    scheme.look("repair", repair=True)
    scheme.bring("second")
    scheme.look("after")
    assert scheme.report("after", "findings").rows() == []
    assert scheme.is_known()


@pytest.mark.ci
def test_nothing_is_found_where_nobody_changed_anything(scheme: ReconciledScheme) -> None:
    mark = scheme.writes()

    scheme.look("repair", repair=True)
    scheme.bring("second")

    assert scheme.report("repair", "findings").rows() == []
    assert scheme.writes() == mark


def test_the_three_totals_stand_side_by_side(scheme: ReconciledScheme) -> None:
    scheme.look("look")

    totals = scheme.report("look", "totals").sum()
    held = sum(len(rows) for rows in scheme.sandbox.content().values())
    assert totals["DHIS2"].item() == totals["acknowledged"].item() == held
    assert totals["openIMIS"].item() >= held > 0


def test_a_look_changes_nothing(scheme: ReconciledScheme) -> None:
    delete_event(scheme)
    current, mark = scheme.target.current.read_bytes(), scheme.writes()

    scheme.look("look")

    assert len(scheme.report("look", "findings")) == 1
    assert scheme.target.current.read_bytes() == current
    assert scheme.writes() == mark


def delete_event(scheme: ReconciledScheme) -> None:
    event = in_stage(scheme, CLAIM_DETAILS_STAGE.uid)[0]
    scheme.by_hand("DELETE", events=[{"event": event["event"]}])


def delete_enrollment(scheme: ReconciledScheme) -> None:
    enrollment = with_events(scheme, CLAIM_PROGRAM.uid)
    scheme.by_hand("DELETE", enrollments=[{"enrollment": enrollment["enrollment"]}])


def delete_person(scheme: ReconciledScheme) -> None:
    enrollment = with_events(scheme, INSUREE_PROGRAM.uid)
    scheme.by_hand("DELETE", trackedEntities=[{"trackedEntity": enrollment["trackedEntity"]}])


DELETIONS = [delete_event, delete_enrollment, delete_person]


@pytest.mark.parametrize("delete", DELETIONS, ids=lambda each: each.__name__)
def test_what_was_deleted_by_hand_is_found_and_comes_again_under_another_uid(
    scheme: ReconciledScheme, delete: Callable[[ReconciledScheme], None]
) -> None:
    before = scheme.held()
    delete(scheme)
    left = scheme.held()
    lost = {uid for kind in before for uid in before[kind].keys() - left[kind].keys()}

    repaired_and_synced(scheme)

    found = scheme.report("repair", "findings")
    assert set(found["uid"]) == lost
    assert set(found["kind"]) == {"missing"}
    told = set(found.select("resource", "detail").iter_rows())
    assert told == {(name, why_missing(scheme, name)) for name in set(found["resource"])}
    after = scheme.held()
    assert shape(after) == shape(before)
    assert all(lost.isdisjoint(rows) for rows in after.values())


def why_missing(scheme: ReconciledScheme, resource: str) -> str:
    """What reconcile says of a deleted object: of enrollments, 2.40 shows no deleted one."""
    is_enrollment = RESOURCE_BY_NAME[resource].tracker_type is TrackerType.ENROLLMENT
    if scheme.sandbox.state.dialect.version == "2.40" and is_enrollment:
        return "DHIS2 does not tell whether it was deleted"
    return "deleted in DHIS2"


def forget(scheme: ReconciledScheme, kind: str, uid: str) -> None:
    """Remove an object as DHIS2's maintenance, or a restored backup, does: without a trace."""
    state = scheme.sandbox.state
    with state.lock:
        row = getattr(state.tracker, kind).pop(uid)
        for owner in ("enrollment", "tracked_entity"):
            if hasattr(row, owner):
                above = getattr(row, owner)
                name = "events" if owner == "enrollment" else "enrollments"
                left = tuple(each for each in getattr(above, name) if each is not row)
                setattr(above, name, left)
        state.tracker.revision += 1


def test_what_dhis2_never_had_comes_again_under_its_uid(scheme: ReconciledScheme) -> None:
    before = scheme.held()
    event = in_stage(scheme, POLICY_STAGE.uid)[0]["event"]
    forget(scheme, "events", event)

    repaired_and_synced(scheme)

    found = scheme.report("repair", "findings").row(0, named=True)
    assert (found["uid"], found["detail"]) == (event, "DHIS2 knows nothing of it")
    assert scheme.held() == before


def test_a_generation_is_never_forgotten(scheme: ReconciledScheme) -> None:
    first = in_stage(scheme, POLICY_STAGE.uid)[0]["event"]
    scheme.by_hand("DELETE", events=[{"event": first}])
    before = set(scheme.sandbox.events())
    repaired_and_synced(scheme)
    [second] = set(scheme.sandbox.events()) - before
    forget(scheme, "events", second)

    scheme.look("again", repair=True)
    scheme.bring("third")

    assert set(scheme.sandbox.events()) - before == {second}


def change_value(scheme: ReconciledScheme) -> Row:
    field = next(field for field in CLAIM_DETAILS_FIELDS if field.name == "Claim amount")
    event = next(
        row for row in in_stage(scheme, CLAIM_DETAILS_STAGE.uid) if row["dataValues"].get(field.uid)
    )
    return event | {"dataValues": [{"dataElement": field.uid, "value": "123456.78"}]}


def add_value(scheme: ReconciledScheme) -> Row:
    field = next(field for field in CLAIM_DETAILS_FIELDS if "remunerated" in field.name.lower())
    event = next(
        row
        for row in in_stage(scheme, CLAIM_DETAILS_STAGE.uid)
        if not row["dataValues"].get(field.uid)
    )
    return event | {"dataValues": [{"dataElement": field.uid, "value": "5"}]}


def move_date(scheme: ReconciledScheme) -> Row:
    event = in_stage(scheme, POLICY_STAGE.uid)[0]
    return event | {"occurredAt": "2001-02-03", "dataValues": []}


CHANGES = [change_value, add_value, move_date]


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__)
def test_an_event_that_was_changed_by_hand_is_found_and_corrected(
    scheme: ReconciledScheme, change: Callable[[ReconciledScheme], Row]
) -> None:
    before = scheme.held()
    event = change(scheme)
    scheme.by_hand("CREATE_AND_UPDATE", events=[event])
    assert scheme.held() != before

    repaired_and_synced(scheme)

    found = scheme.report("repair", "findings")
    assert found["uid"].to_list() == [event["event"]]
    assert found["kind"].to_list() == ["different"]
    assert scheme.held() == before


def test_a_person_who_was_changed_by_hand_is_found_and_corrected(scheme: ReconciledScheme) -> None:
    before = scheme.held()
    person = next(iter(scheme.sandbox.tracked_entities().values()))
    other = next(
        row["orgUnit"]
        for row in scheme.sandbox.tracked_entities().values()
        if row["orgUnit"] != person["orgUnit"]
    )
    changed = {
        "trackedEntity": person["trackedEntity"],
        "trackedEntityType": PERSON_TYPE,
        "orgUnit": other,
        "attributes": [{"attribute": "e9fOa40sDwR", "value": "changed by hand"}],
    }
    scheme.by_hand("CREATE_AND_UPDATE", trackedEntities=[changed])

    repaired_and_synced(scheme)

    found = scheme.report("repair", "findings").row(0, named=True)
    assert found["uid"] == person["trackedEntity"]
    assert "orgUnit" in found["detail"]
    assert scheme.held() == before


def test_no_value_is_written_down(scheme: ReconciledScheme) -> None:
    scheme.by_hand("CREATE_AND_UPDATE", events=[change_value(scheme)])

    scheme.look("look")

    files = [path for path in scheme.job("look").run.folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {
        "run.json", "findings.parquet", "findings.csv", "totals.parquet", "totals.csv"
    }  # fmt: skip
    assert not any(b"123456.78" in path.read_bytes() for path in files)


def test_what_was_added_by_hand_is_found_and_deleted(scheme: ReconciledScheme) -> None:
    before = scheme.held()
    enrollment = with_events(scheme, INSUREE_PROGRAM.uid)
    event = {
        "event": new_uid(1),
        "enrollment": enrollment["enrollment"],
        "program": INSUREE_PROGRAM.uid,
        "programStage": POLICY_STAGE.uid,
        "orgUnit": enrollment["orgUnit"],
        "status": "ACTIVE",
        "occurredAt": "2025-12-31",
    }
    person = {
        "trackedEntity": new_uid(2),
        "trackedEntityType": PERSON_TYPE,
        "orgUnit": enrollment["orgUnit"],
    }
    enrolled = {
        "enrollment": new_uid(3),
        "trackedEntity": person["trackedEntity"],
        "program": INSUREE_PROGRAM.uid,
        "orgUnit": enrollment["orgUnit"],
        "status": "ACTIVE",
        "enrolledAt": "2025-12-31",
    }
    scheme.by_hand(
        "CREATE_AND_UPDATE", trackedEntities=[person], enrollments=[enrolled], events=[event]
    )

    repaired_and_synced(scheme)

    found = scheme.report("repair", "findings")
    assert set(found["uid"]) == {new_uid(1), new_uid(2), new_uid(3)}
    assert set(found["kind"]) == {"unexpected"}
    assert scheme.held() == before


def test_an_owner_that_was_changed_by_hand_is_found_and_put_back(scheme: ReconciledScheme) -> None:
    before = scheme.held()
    enrollment = in_program(scheme, INSUREE_PROGRAM.uid)[0]
    state = scheme.sandbox.state
    with state.lock:
        person = state.tracker.tracked_entities[enrollment["trackedEntity"]]
        others = {row["orgUnit"] for row in scheme.sandbox.tracked_entities().values()}
        person.set_owner(INSUREE_PROGRAM.uid, sorted(others - {person.org_unit})[0])
        state.tracker.revision += 1

    repaired_and_synced(scheme)

    [found] = scheme.report("repair", "findings")["detail"]
    assert found == "owner"
    assert scheme.held() == before


def test_a_dhis2_restored_to_its_first_day_is_filled_again(scheme: ReconciledScheme) -> None:
    first_day = scheme.moment()
    scheme.next_day(seed=5)
    scheme.bring("day-two")
    before, places = scheme.held(), scheme.sandbox.metadata("organisationUnits").keys()
    options = scheme.sandbox.metadata("options").keys()
    scheme.restore_dhis2(first_day)
    village = scheme.lose_an_empty_village()

    scheme.look("repair", repair=True)
    scheme.bring_to_restored("day-two-again")
    scheme.look("after")

    assert scheme.report("after", "findings").rows() == []
    assert shape(scheme.held()) == shape(before)
    assert scheme.sandbox.metadata("organisationUnits").keys() == places
    assert scheme.sandbox.metadata("options").keys() == options
    assert village in set(scheme.report("repair", "findings")["uid"])
