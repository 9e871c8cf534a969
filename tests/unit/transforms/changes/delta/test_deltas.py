"""The delta: one row of each side, and what comes of it."""

from typing import Any

import polars as pl
import pytest

from tests.laws.world import desired_frame
from transforms.changes.delta.deltas import Delta, delta
from transforms.changes.objects.partitions import collisions, movers, partition_count, partition_of
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    INSUREE_ENROLLMENTS,
    POLICY_EVENTS,
    TRACKED_ENTITIES,
    Resource,
)

PERSON = "0539afeb-21a1-4b3f-9478-23e6f41b0024"
UID = "BEhw8eIFbU8"
OTHER = "27ffffff-0000-4000-8000-000000000000"
[NUMBER] = [field.key for field in TRACKED_ENTITIES.fields if field.name == "Insurance number"]
[GENDER] = [field.key for field in TRACKED_ENTITIES.fields if field.name == "Gender"]


def wanted(resource: Resource = TRACKED_ENTITIES, **values: Any) -> pl.LazyFrame:
    plain = {"key": PERSON, "person": PERSON, "orgUnit": "village-one"}
    if resource.parent:
        plain |= {"parent": PERSON, "status": "ACTIVE", "occurredAt": "2024-01-01"}
    return desired_frame(resource, [plain | values])


def nothing(resource: Resource = TRACKED_ENTITIES) -> pl.LazyFrame:
    return desired_frame(resource, [])


def known(resource: Resource = TRACKED_ENTITIES, **values: Any) -> pl.LazyFrame:
    schema = acknowledged_schema(resource)
    plain: dict[str, Any] = {
        "key": PERSON,
        "uid": UID,
        "generation": 0,
        "state": "held",
        "person": PERSON,
        "orgUnit": "village-one",
    }
    if resource.parent:
        plain |= {
            "parent": PERSON,
            "parentUid": UID,
            "status": "ACTIVE",
            "occurredAt": "2024-01-01",
        }
    row = plain | values
    schema = schema | {name: pl.String() for name in row if name not in schema}
    return pl.DataFrame([{name: row.get(name) for name in schema}], schema=schema).lazy()


def unknown(resource: Resource = TRACKED_ENTITIES) -> pl.LazyFrame:
    return pl.LazyFrame(schema=acknowledged_schema(resource))


def only(found: Delta) -> dict[str, Any]:
    return found.changes.row(0, named=True)


def person_there() -> Delta:
    return delta(TRACKED_ENTITIES, wanted(), known(), above=None)


def enrolled() -> pl.LazyFrame:
    return known(INSUREE_ENROLLMENTS, uid="enrollment1")


def insured() -> Delta:
    return delta(INSUREE_ENROLLMENTS, wanted(INSUREE_ENROLLMENTS), enrolled(), above=person_there())


def test_what_dhis2_does_not_have_is_created_under_the_seeds_uid():
    change = only(delta(TRACKED_ENTITIES, wanted(), unknown(), above=None))

    assert (change["change"], change["uid"], change["generation"]) == ("create", UID, 0)


def test_no_event_of_a_row_that_is_held_back_is_deleted_though_nobody_knows_which_there_are():
    entered = wanted(POLICY_EVENTS, key="7:1:1", faults=["policy_status_unknown"])
    active = known(POLICY_EVENTS, key="7:2:1", uid="eventActiv1")

    found = delta(POLICY_EVENTS, entered, active, above=insured())

    assert found.changes.is_empty()
    assert found.after.rows() == [("7:2:1", "eventActiv1")]


def test_an_event_of_another_row_is_deleted_when_openimis_has_it_no_more():
    entered = wanted(POLICY_EVENTS, key="7:1:1", faults=["policy_status_unknown"])
    active = known(POLICY_EVENTS, key="77:2:1", uid="eventActiv1")

    assert only(delta(POLICY_EVENTS, entered, active, above=insured()))["change"] == "delete"


def test_an_event_of_a_row_that_is_held_back_goes_with_the_person():
    above = delta(INSUREE_ENROLLMENTS, nothing(INSUREE_ENROLLMENTS), enrolled(), above=None)
    entered = wanted(POLICY_EVENTS, key="7:1:1", faults=["insuree_policy_insuree_unknown"])
    active = known(POLICY_EVENTS, key="7:2:1", parentUid="enrollment1")

    found = delta(POLICY_EVENTS, entered, active, above=above)

    assert only(found)["change"] == "delete"


def test_what_is_as_it_should_be_is_not_sent():
    found = person_there()

    assert found.changes.is_empty()
    assert found.after.rows() == [(PERSON, UID)]


def test_a_value_emptied_in_openimis_is_to_be_emptied_in_dhis2():
    found = delta(TRACKED_ENTITIES, wanted(), known(**{GENDER: "F"}), above=None)

    assert only(found)["cleared"] == [GENDER]


def test_a_value_that_is_no_longer_sent_at_all_is_to_be_emptied_in_dhis2():
    found = delta(TRACKED_ENTITIES, wanted(), known(oldElement1="x"), above=None)

    assert only(found)["cleared"] == ["oldElement1"]


def test_a_number_that_changes_is_given_up_first():
    before = known(**{NUMBER: "one"})

    found = delta(TRACKED_ENTITIES, wanted(**{NUMBER: "two"}), before, above=None)

    assert only(found)["released"] == [NUMBER]


def test_what_was_deleted_and_returns_gets_the_next_generation_of_its_uid():
    found = delta(TRACKED_ENTITIES, wanted(), known(state="deleted"), above=None)

    assert (only(found)["change"], only(found)["generation"]) == ("create", 1)
    assert only(found)["uid"] != UID


def test_a_tombstone_that_is_not_wanted_stays_one():
    assert delta(TRACKED_ENTITIES, nothing(), known(state="deleted"), above=None).changes.is_empty()


def test_a_claim_that_changes_its_person_is_replaced():
    above = delta(
        TRACKED_ENTITIES,
        desired_frame(TRACKED_ENTITIES, [{"key": OTHER, "person": OTHER, "orgUnit": "there"}]),
        unknown(),
        above=None,
    )
    claim = {"key": OTHER, "uid": "oldClaim001"}

    found = delta(
        CLAIM_ENROLLMENTS,
        wanted(CLAIM_ENROLLMENTS, key=OTHER, parent=OTHER, person=OTHER),
        known(CLAIM_ENROLLMENTS, **claim),
        above=above,
    )

    assert (only(found)["change"], only(found)["generation"]) == ("replace", 1)
    assert found.gone["uid"].to_list() == ["oldClaim001"]


def test_a_person_held_back_holds_back_the_enrollment():
    above = delta(TRACKED_ENTITIES, wanted(faults=["dob_unreadable"]), unknown(), above=None)

    found = delta(
        INSUREE_ENROLLMENTS,
        wanted(INSUREE_ENROLLMENTS),
        unknown(INSUREE_ENROLLMENTS),
        above=above,
    )

    assert found.changes.is_empty()
    assert found.rejects["reasons"].to_list() == [["parent_rejected"]]


def test_who_has_no_place_and_is_not_in_dhis2_is_counted_and_listed_nowhere():
    found = delta(TRACKED_ENTITIES, wanted(faults=["phone", "no_place"]), unknown(), above=None)

    assert found.changes.is_empty()
    assert found.rejects.is_empty()
    assert found.counted_only.rows() == [("no_place", 1)]


def test_who_waits_for_a_claim_is_not_created_and_stays_where_dhis2_has_the_person():
    waiting = wanted(faults=["no_claim_sent"], **{GENDER: None})

    new = delta(TRACKED_ENTITIES, waiting, unknown(), above=None)
    there = delta(TRACKED_ENTITIES, waiting, known(**{GENDER: "F"}), above=None)

    assert new.changes.is_empty()
    assert new.rejects.is_empty()
    assert new.counted_only.rows() == [("no_claim_sent", 1)]
    assert only(there)["change"] == "update"
    assert only(there)["cleared"] == [GENDER]


def test_who_loses_the_place_and_is_in_dhis2_is_a_reject_and_stays():
    desired = wanted(orgUnit=None, faults=["no_place"])

    found = delta(TRACKED_ENTITIES, desired, known(), above=None)

    assert found.changes.is_empty()
    assert found.counted_only.is_empty()
    assert found.rejects["key"].to_list() == [PERSON]


def test_an_update_held_back_leaves_what_dhis2_holds():
    found = delta(
        TRACKED_ENTITIES,
        wanted(orgUnit="village-two", faults=["gender_unknown"]),
        known(),
        above=None,
    )

    assert found.changes.is_empty()
    assert found.after.rows() == [(PERSON, UID)]
    assert found.rejects["reasons"].to_list() == [["gender_unknown"]]


def test_after_a_move_the_programs_owner_has_to_follow():
    found = delta(
        INSUREE_ENROLLMENTS,
        wanted(INSUREE_ENROLLMENTS, orgUnit="village-two"),
        known(INSUREE_ENROLLMENTS, owner="village-one"),
        above=person_there(),
    )

    assert (only(found)["change"], only(found)["transfer"]) == ("update", True)


def test_an_owner_left_behind_is_moved_even_if_nothing_else_differs():
    found = delta(
        INSUREE_ENROLLMENTS,
        wanted(INSUREE_ENROLLMENTS),
        known(INSUREE_ENROLLMENTS, owner="village-two"),
        above=person_there(),
    )

    assert only(found)["transfer"] is True


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        pytest.param([{"key": None}], ["key_missing"], id="no UUID"),
        pytest.param([{"key": "same"}, {"key": "same"}], ["key_double"] * 2, id="one UUID twice"),
        pytest.param([{"key": "no uuid", "orgUnit": "x"}], ["key_malformed"], id="no UUID at all"),
        pytest.param([{"key": PERSON}], ["org_unit_missing"], id="nowhere to lie"),
    ],
)
def test_a_row_that_cannot_be_known_again_is_a_reject(rows, reasons):
    found = delta(TRACKED_ENTITIES, desired_frame(TRACKED_ENTITIES, rows), unknown(), above=None)

    assert found.changes.is_empty()
    assert [each[0] for each in found.rejects["reasons"]] == reasons


def test_a_key_that_openimis_has_twice_is_not_taken_for_deleted():
    twice = desired_frame(TRACKED_ENTITIES, [{"key": PERSON}, {"key": PERSON}])

    assert delta(TRACKED_ENTITIES, twice, known(), above=None).changes.is_empty()


def test_two_new_objects_of_one_uid_are_both_named():
    created = pl.LazyFrame(
        {
            "resource": ["claim_items", "claim_services"],
            "key": ["1", "2"],
            "uid": ["same", "same"],
            "partition": [0, 3],
        }
    )

    found = collisions(created, created.clear().drop("partition"))

    assert sorted(found.rows()) == [("claim_items", "1", 0), ("claim_services", "2", 3)]


def test_a_uid_that_another_object_ever_had_is_taken():
    created = pl.LazyFrame(
        {"resource": ["claim_items"], "key": ["1"], "uid": ["same"], "partition": [2]}
    )
    had = pl.LazyFrame({"resource": ["claim_items"], "key": ["9"], "uid": ["same"]})

    assert collisions(created, had).rows() == [("claim_items", "1", 2)]


def test_the_next_generation_of_an_object_does_not_collide_with_itself():
    created = pl.LazyFrame(
        {"resource": ["claim_items"], "key": ["1"], "uid": ["new"], "partition": [0]}
    )
    had = pl.LazyFrame({"resource": ["claim_items"], "key": ["1"], "uid": ["old"]})

    assert collisions(created, had).is_empty()


def test_an_object_that_looks_new_in_one_partition_is_found_in_another():
    created = pl.LazyFrame({"key": ["a", "b"], "partition": [1, 1]})
    known_there = pl.LazyFrame({"key": ["a", "b", "c"], "partition": [0, 1, 0]})

    found = movers("claim_items", created, known_there)

    assert found.rows() == [("claim_items", "a", 0, 1)]


@pytest.mark.parametrize(("people", "partitions"), [(0, 1), (1, 1), (10**9, 256)])
def test_there_is_at_least_one_partition_and_at_most_256(people, partitions):
    assert partition_count(people) == partitions


def test_a_persons_partition_is_always_the_same():
    frame = pl.DataFrame({"person": [PERSON, PERSON, OTHER, None, "not hexadecimal"]})

    found = frame.select(partition_of(pl.col("person"), 8)).to_series().to_list()

    assert found == [0x0539 % 8, 0x0539 % 8, 0x27FF % 8, 0, 0]
