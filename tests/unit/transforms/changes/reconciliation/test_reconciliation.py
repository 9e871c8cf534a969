"""What is found between what DHIS2 confirmed and what it holds, and what is then acknowledged."""

from typing import Any

import polars as pl
import pytest

from transforms.changes.delta.deltas import delta
from transforms.changes.objects.generations import uid_at
from transforms.changes.objects.identities import IDENTITIES, STRANGER, desired_identities
from transforms.changes.objects.partitions import partition_of
from transforms.changes.objects.schemas import Change, acknowledged_schema, desired_schema
from transforms.changes.reconciliation.reconciliation import BucketComparison, compare_bucket
from transforms.changes.reconciliation.repairs import apply_repairs, with_persons
from transforms.dhis2.read_back import distinct, read_rows, read_schema
from transforms.model.resources import INSUREE_ENROLLMENTS, POLICY_EVENTS, TRACKED_ENTITIES
from transforms.model.tables.programs import INSUREE_PROGRAM

PERSON = "0a1b2c3d-0000-4000-8000-000000000001"
OTHER = "0a1b2c3d-0000-4000-8000-000000000002"


def acknowledged(resource: Any, *rows: dict[str, Any]) -> pl.DataFrame:
    plain = {"generation": 0, "state": "held", "person": PERSON, "orgUnit": "village", "run": "r"}
    schema = acknowledged_schema(resource)
    return pl.DataFrame([dict.fromkeys(schema) | plain | row for row in rows], schema=schema)


def read(resource: Any, *rows: dict[str, Any]) -> pl.DataFrame:
    schema = read_schema([field.uid for field in resource.fields])
    plain = {"orgUnit": "village", "isShared": False, "isDeleted": False}
    return pl.DataFrame([dict.fromkeys(schema) | plain | row for row in rows], schema=schema)


def of(
    resource: Any,
    known: pl.DataFrame,
    held: pl.DataFrame,
    *,
    deleted: tuple[str, ...] | None = (),
    wanted: pl.DataFrame | None = None,
) -> BucketComparison:
    identities = pl.DataFrame(schema=IDENTITIES) if wanted is None else wanted
    values = [field.key for field in resource.fields]
    return compare_bucket(resource, known, identities, held, deleted, values)


def uid(resource: Any, key: str, generation: int = 0) -> str:
    frame = pl.DataFrame({"key": [key]})
    return str(frame.select(uid_at(resource, pl.lit(generation))).item())


def mended(resource: Any, known: pl.DataFrame, found: BucketComparison) -> list[dict[str, Any]]:
    frame = apply_repairs(known.lazy(), found.repairs.lazy(), "repair").collect()
    return frame.sort("key").to_dicts()


def next_uid(resource: Any, rows: list[dict[str, Any]], key: str) -> str:
    """The UID that the next run would create the object under."""
    schema = acknowledged_schema(resource)
    wanted = dict.fromkeys(desired_schema(resource)) | {
        "key": key, "person": PERSON, "orgUnit": "village", "faults": [], "notes": []
    }  # fmt: skip
    desired = pl.DataFrame([wanted], schema=desired_schema(resource))
    changes = delta(
        resource, desired.lazy(), pl.DataFrame(rows, schema=schema).lazy(), above=None
    ).changes
    [row] = changes.filter(pl.col("change") == Change.CREATE.value).to_dicts()
    return str(row["uid"])


def test_an_object_that_dhis2_deleted_is_a_tombstone_of_its_generation() -> None:
    own = uid(TRACKED_ENTITIES, PERSON)
    known = acknowledged(TRACKED_ENTITIES, {"key": PERSON, "uid": own})

    found = of(TRACKED_ENTITIES, known, read(TRACKED_ENTITIES), deleted=(own,))

    [row] = mended(TRACKED_ENTITIES, known, found)
    assert (row["state"], row["generation"], row["uid"]) == ("deleted", 0, own)
    assert next_uid(TRACKED_ENTITIES, [row], PERSON) == uid(TRACKED_ENTITIES, PERSON, 1)


def test_an_object_of_which_dhis2_does_not_tell_whether_it_was_deleted_gets_a_new_uid() -> None:
    own = uid(TRACKED_ENTITIES, PERSON)
    known = acknowledged(TRACKED_ENTITIES, {"key": PERSON, "uid": own})

    found = of(TRACKED_ENTITIES, known, read(TRACKED_ENTITIES), deleted=None)

    assert found.findings["detail"].to_list() == ["DHIS2 does not tell whether it was deleted"]
    rows = mended(TRACKED_ENTITIES, known, found)
    assert next_uid(TRACKED_ENTITIES, rows, PERSON) == uid(TRACKED_ENTITIES, PERSON, 1)


@pytest.mark.parametrize("generation", [0, 1, 2])
def test_an_object_that_dhis2_never_had_gets_the_uid_it_would_have_had(generation: int) -> None:
    own = uid(TRACKED_ENTITIES, PERSON, generation)
    known = acknowledged(TRACKED_ENTITIES, {"key": PERSON, "uid": own, "generation": generation})

    found = of(TRACKED_ENTITIES, known, read(TRACKED_ENTITIES))

    rows = mended(TRACKED_ENTITIES, known, found)
    assert next_uid(TRACKED_ENTITIES, rows, PERSON) == own


def test_a_tombstone_that_is_alive_in_dhis2_is_held_under_its_key() -> None:
    own = uid(TRACKED_ENTITIES, PERSON)
    known = acknowledged(TRACKED_ENTITIES, {"key": PERSON, "uid": own, "state": "deleted"})

    found = of(TRACKED_ENTITIES, known, read(TRACKED_ENTITIES, {"uid": own, "personUid": own}))

    assert found.findings["detail"].to_list() == ["was deleted by us"]
    [row] = mended(TRACKED_ENTITIES, known, found)
    assert (row["key"], row["state"], row["generation"]) == (PERSON, "held", 0)


def test_of_two_generations_that_are_alive_the_later_has_the_key() -> None:
    first, second = (uid(TRACKED_ENTITIES, PERSON, number) for number in (0, 1))
    known = acknowledged(TRACKED_ENTITIES, {"key": PERSON, "uid": first, "state": "deleted"})
    schema = desired_schema(TRACKED_ENTITIES)
    desired = pl.LazyFrame([{"key": PERSON, "person": PERSON}], schema=schema)
    wanted = desired_identities(TRACKED_ENTITIES, desired, known.lazy()).collect()
    held = read(TRACKED_ENTITIES, {"uid": first}, {"uid": second})

    found = of(TRACKED_ENTITIES, known, held, wanted=wanted)

    rows = {row["key"]: row["uid"] for row in mended(TRACKED_ENTITIES, known, found)}
    assert rows == {PERSON: second, f"{STRANGER}{first}": first}


def test_a_person_whom_another_program_knows_is_told_and_stays() -> None:
    held = read(TRACKED_ENTITIES, {"uid": "strangePers", "isShared": True})

    found = of(TRACKED_ENTITIES, acknowledged(TRACKED_ENTITIES), held)

    assert found.findings["detail"].to_list() == ["also in another program: stays"]
    assert found.repairs.is_empty()


def test_a_stranger_is_deleted_and_never_taken_for_one_of_ours() -> None:
    held = read(TRACKED_ENTITIES, {"uid": "strangePers", "personUid": "strangePers"})
    known = acknowledged(TRACKED_ENTITIES)
    rows = mended(TRACKED_ENTITIES, known, of(TRACKED_ENTITIES, known, held))
    schema = acknowledged_schema(TRACKED_ENTITIES)

    changes = delta(
        TRACKED_ENTITIES,
        pl.LazyFrame(schema=desired_schema(TRACKED_ENTITIES)),
        pl.DataFrame(rows, schema=schema).lazy(),
        above=None,
    ).changes

    [change] = changes.to_dicts()
    assert (change["change"], change["uidBefore"]) == ("delete", "strangePers")


def test_a_stranger_of_a_known_person_lies_with_that_person() -> None:
    own = uid(TRACKED_ENTITIES, PERSON)
    held = read(POLICY_EVENTS, {"uid": "strangeEven", "personUid": own, "parentUid": "enrollment1"})
    found = of(POLICY_EVENTS, acknowledged(POLICY_EVENTS), held)

    persons = pl.LazyFrame({"uid": [own], "key": [PERSON]})
    [row] = with_persons(found.repairs.lazy(), persons).collect().to_dicts()

    assert row["person"] == PERSON


def test_strangers_of_nobody_we_know_have_a_partition() -> None:
    frame = pl.DataFrame({"person": [f"{STRANGER}strangePers"]})

    assert frame.select(partition_of(pl.col("person"), 8)).item() in range(8)


def test_a_value_that_differs_is_acknowledged_as_dhis2_has_it() -> None:
    field = POLICY_EVENTS.fields[0]
    known = acknowledged(POLICY_EVENTS, {"key": "1:2:1", "uid": "policyEvent", field.key: "ours"})
    held = read(POLICY_EVENTS, {"uid": "policyEvent", field.uid: "theirs"})

    found = of(POLICY_EVENTS, known, held)

    assert found.findings["detail"].to_list() == [field.name]
    [row] = mended(POLICY_EVENTS, known, found)
    assert row[field.key] == "theirs"


def test_a_field_that_is_new_was_acknowledged_as_empty() -> None:
    field = POLICY_EVENTS.fields[0]
    before = acknowledged(POLICY_EVENTS, {"key": "1:2:1", "uid": "policyEvent"}).drop(field.key)
    empty = read(POLICY_EVENTS, {"uid": "policyEvent"})
    filled = read(POLICY_EVENTS, {"uid": "policyEvent", field.uid: "theirs"})

    assert of(POLICY_EVENTS, before, empty).findings.is_empty()
    assert of(POLICY_EVENTS, before, filled).findings["detail"].to_list() == [field.name]


def test_an_owner_that_dhis2_does_not_tell_is_not_compared() -> None:
    plain = {"key": PERSON, "uid": "enrollment1", "owner": "village"}
    known = acknowledged(INSUREE_ENROLLMENTS, plain)
    untold = read(INSUREE_ENROLLMENTS, {"uid": "enrollment1"})
    told = read(INSUREE_ENROLLMENTS, {"uid": "enrollment1", "owner": "elsewhere"})

    assert of(INSUREE_ENROLLMENTS, known, untold).findings.is_empty()
    assert of(INSUREE_ENROLLMENTS, known, told).findings["detail"].to_list() == ["owner"]


def test_dates_are_read_as_we_write_them() -> None:
    rows = read_rows(
        POLICY_EVENTS,
        [
            {"event": "a", "occurredAt": "2024-01-15T00:00:00.000"},
            {"event": "b", "occurredAt": "2024-01-15T00:02:00.000"},
            {"event": "c"},
        ],
        [],
    )

    assert rows["occurredAt"].to_list() == ["2024-01-15", "2024-01-15T00:02:00", None]


def test_values_are_read_and_what_is_not_ours_is_left_alone() -> None:
    field = POLICY_EVENTS.fields[0].uid
    values = [{"dataElement": field, "value": "ours"}, {"dataElement": "others", "value": "x"}]
    emptied = [{"dataElement": field}]
    rows = read_rows(
        POLICY_EVENTS,
        [{"event": "a", "dataValues": values}, {"event": "b", "dataValues": emptied}],
        [field],
    )

    assert rows[field].to_list() == ["ours", None]
    assert "others" not in rows.columns


def test_a_person_read_in_both_programs_is_one_with_all_values() -> None:
    first, second = (field.uid for field in TRACKED_ENTITIES.fields[:2])
    rows = read(
        TRACKED_ENTITIES,
        {"uid": "a", first: "1"},
        {"uid": "b"},
        {"uid": "a", second: "2", "isShared": True},
    )

    [row] = distinct(rows).filter(uid="a").to_dicts()

    assert (row[first], row[second], row["isShared"]) == ("1", "2", True)
    assert distinct(rows).height == 2


def test_the_owner_and_other_programs_are_read_of_a_person() -> None:
    owners = [
        {"program": INSUREE_PROGRAM.uid, "orgUnit": "village"},
        {"program": "anotherProg", "orgUnit": "hospital"},
    ]
    rows = read_rows(
        TRACKED_ENTITIES,
        [
            {"trackedEntity": "a", "programOwners": owners},
            {"trackedEntity": "b", "programOwners": owners[:1]},
            {"trackedEntity": "c"},
            {"trackedEntity": "d", "programOwners": []},
        ],
        [],
    )

    assert rows["owner"].to_list() == ["village", "village", None, None]
    # of c and d DHIS2 does not say
    assert rows["isShared"].to_list() == [True, False, True, True]
