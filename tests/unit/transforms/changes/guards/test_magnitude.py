"""What a run would change is counted, resource by resource and field by field, and judged."""

from collections.abc import Collection
from typing import Any

import polars as pl
import pytest

from tests.laws.world import desired_frame
from transforms.changes.delta.change_counts import (
    ChangeCounts,
    acknowledged_at,
    add_up_counts,
    count_changes,
    count_values,
    created_at,
    emptied_values,
)
from transforms.changes.delta.deltas import delta
from transforms.changes.guards.holding_back import (
    fields_held_back,
    keep_values,
    kinds_held_back,
    without_held_back,
)
from transforms.changes.guards.magnitude import (
    LIFTED_BY,
    Finding,
    LastLoad,
    MagnitudeKind,
    judge_changes,
)
from transforms.changes.guards.magnitude_sentences import sentence
from transforms.changes.guards.permissions import NOTHING, Allow, Permissions
from transforms.changes.objects.schemas import PLAIN, UNKNOWN, acknowledged_schema
from transforms.core.fields import Treatment
from transforms.model.resources import POLICY_EVENTS, RESOURCE_BY_NAME, RESOURCES, TRACKED_ENTITIES
from transforms.model.tables.insuree import DATE_OF_BIRTH, MARITAL, SEX
from transforms.model.tables.policy import STATUS_UNTIL
from transforms.openimis.country import Guards

GUARDS = Guards(
    create_share=0.5, create_count=10, change_share=0.2, change_count=10,
    empty_share=0.1, empty_count=10, delete_share=0.05, delete_count=10,
)  # fmt: skip
PEOPLE = TRACKED_ENTITIES.name
EVERYTHING = [resource.name for resource in RESOURCES]
VILLAGE, NEW_VILLAGE = "ouVillage01", "ouVillage02"
SENT = {field.key: Treatment.SEND for field in TRACKED_ENTITIES.fields}


def uuid(number: int) -> str:
    return f"{number:08d}-0000-4000-8000-000000000000"


def people(count: int, **values: Any) -> list[dict[str, Any]]:
    plain = {"orgUnit": VILLAGE, SEX.key: "M"} | values
    return [{"key": uuid(each), "person": uuid(each), **plain} for each in range(count)]


def acknowledged(resource: str, rows: list[dict[str, Any]]) -> pl.LazyFrame:
    held = [{"uid": f"U{n:010d}", "generation": 0, "state": "held"} | r for n, r in enumerate(rows)]
    return pl.DataFrame(held, schema=acknowledged_schema(RESOURCE_BY_NAME[resource])).lazy()


def counts_of(
    wanted: list[dict[str, Any]], known: list[dict[str, Any]], since: str | None = None
) -> ChangeCounts:
    """Return what a run would do to people, as one partition."""
    before = acknowledged(PEOPLE, known)
    found = delta(TRACKED_ENTITIES, desired_frame(TRACKED_ENTITIES, wanted), before, above=None)
    changes = found.changes.lazy()
    counts = [count_changes(changes, since).collect()]
    names = emptied_values(counts)
    present = count_values(before, names).collect().row(0, named=True) if names else {}
    places = [created_at(changes, since).collect()], [acknowledged_at(before).collect()]
    return add_up_counts(counts, *places, present)


def findings(
    wanted: list[dict[str, Any]],
    known: list[dict[str, Any]],
    allow: Permissions = NOTHING,
    loaded: Collection[str] = EVERYTHING,
    treatments: dict[str, Treatment] = SENT,
    **before: Any,
) -> list[Finding]:
    found = counts_of(wanted, known)
    left = LastLoad(loaded=loaded, **before)
    return judge_changes(TRACKED_ENTITIES, found, left, treatments, GUARDS, allow)


def told(found: list[Finding]) -> list[tuple[MagnitudeKind, str, int, int, str]]:
    return [(each.kind, each.name, each.objects, each.of, each.why) for each in found]


def test_a_field_that_becomes_empty_for_nearly_all_is_held_back_and_said_with_its_name() -> None:
    found = findings(people(100, **{SEX.key: None}), people(100))

    assert told(found) == [(MagnitudeKind.EMPTIES, SEX.key, 100, 100, "")]
    assert "Gender becomes empty for 100 of 100 tracked_entities" in sentence(found[0])
    assert "allow=empties" in sentence(found[0])
    assert "everything else goes" in sentence(found[0])
    assert fields_held_back(found, PEOPLE) == [SEX.key]
    assert kinds_held_back(found) == {}


def test_what_is_emptied_is_a_share_of_those_who_had_a_value() -> None:
    few = [row | {SEX.key: "M" if number < 40 else None} for number, row in enumerate(people(400))]
    none = people(400, **{SEX.key: None})

    assert told(findings(none, few)) == [(MagnitudeKind.EMPTIES, SEX.key, 40, 40, "")]


def test_a_value_that_becomes_another_for_more_than_a_fifth_is_held_back_and_no_other() -> None:
    wanted = people(100, **{SEX.key: "F", MARITAL.key: "S"})

    found = findings(wanted, people(100))

    assert told(found) == [
        (MagnitudeKind.CHANGES, SEX.key, 100, 100, ""),
        (MagnitudeKind.FILLS, MARITAL.key, 100, 100, "it was empty before"),
    ]
    assert fields_held_back(found, PEOPLE) == [SEX.key]
    assert "allow=changes" in sentence(found[0])


def test_another_place_for_nearly_all_is_held_back_like_a_value() -> None:
    found = findings(people(100, orgUnit=NEW_VILLAGE), people(100))

    assert fields_held_back(found, PEOPLE) == ["orgUnit"]


def test_many_small_changes_of_several_fields_are_held_back_as_updates_of_the_resource() -> None:
    """Each of two fields changes for 15 of 100 people, 30 in all."""
    known = people(100, **{MARITAL.key: "S"})
    wanted = [
        row | ({SEX.key: "F"} if number < 15 else {MARITAL.key: "M"} if number < 30 else {})
        for number, row in enumerate(known)
    ]

    found = findings(wanted, known)

    assert told(found) == [(MagnitudeKind.CHANGES, "", 30, 100, "")]
    assert kinds_held_back(found) == {PEOPLE: {"update", "replace"}}


def test_a_pilot_of_ten_people_is_asked_for_nothing() -> None:
    pilot = people(10)

    assert findings(people(10, **{SEX.key: None, "orgUnit": NEW_VILLAGE}), pilot) == []
    assert findings(people(20), pilot) == []
    assert findings([], pilot) == []


def test_all_of_a_small_pilot_is_not_deleted_without_a_word() -> None:
    guards = GUARDS.model_copy(update={"delete_count": 100})
    found = counts_of([], people(11))

    [each] = judge_changes(TRACKED_ENTITIES, found, LastLoad(EVERYTHING), SENT, guards, NOTHING)

    assert "delete 11 of 11 tracked_entities" in sentence(each)
    assert "allow=deletes" in sentence(each)


def test_more_than_a_twentieth_is_not_deleted_but_a_twentieth_is() -> None:
    known = people(400)

    assert kinds_held_back(findings(known[21:], known)) == {PEOPLE: {"delete"}}
    assert findings(known[20:], known) == []


def test_half_as_much_again_is_not_created_in_villages_that_have_people_already() -> None:
    found = findings(people(100), people(70))
    assert found == []

    found = findings(people(100), people(50, **{SEX.key: "M"})[:40])

    assert told(found) == [(MagnitudeKind.CREATES, "", 60, 40, "")]
    assert kinds_held_back(found) == {PEOPLE: {"create"}}


def test_a_first_load_is_told() -> None:
    assert told(findings(people(100), [], loaded=[])) == [
        (MagnitudeKind.CREATES, "", 100, 0, "a first load")
    ]


def test_the_rest_of_a_first_load_that_was_cut_short_is_told() -> None:
    assert told(findings(people(100), people(10), loaded=[])) == [
        (MagnitudeKind.CREATES, "", 90, 10, "a first load")
    ]


def test_the_first_day_of_a_region_is_told() -> None:
    region = [row | {"orgUnit": NEW_VILLAGE} for row in people(100)[10:]]

    found = findings([*people(10), *region], people(10))

    assert told(found) == [(MagnitudeKind.CREATES, "", 90, 10, "the first day of its places")]


def test_what_was_refused_before_and_is_tried_again_is_not_much() -> None:
    assert kinds_held_back(findings(people(100), people(40), refused=40)) == {}


@pytest.mark.parametrize(
    ("before", "now", "is_held"),
    [
        (Treatment.SEND, Treatment.DROP, False),
        (Treatment.SEND, Treatment.GENERALISE, False),
        (Treatment.GENERALISE, Treatment.SEND, True),
        (Treatment.SEND, Treatment.SEND, True),
    ],
)
def test_what_may_leave_no_longer_is_taken_out_at_once_and_what_may_leave_now_waits(
    before: Treatment, now: Treatment, *, is_held: bool
) -> None:
    born = {DATE_OF_BIRTH.key: None if now is Treatment.DROP else "1980-01-01"}
    known = people(100, **{DATE_OF_BIRTH.key: "1980-02-03"})

    left = LastLoad(EVERYTHING, treatments={DATE_OF_BIRTH.key: before.value})
    measured_now = counts_of(people(100, **born), known)
    policy = SENT | {DATE_OF_BIRTH.key: now}
    found = judge_changes(TRACKED_ENTITIES, measured_now, left, policy, GUARDS, NOTHING)

    assert (fields_held_back(found, PEOPLE) == [DATE_OF_BIRTH.key]) is is_held
    assert kinds_held_back(found) == {}


def test_what_is_permitted_is_told() -> None:
    found = findings(people(100, **{SEX.key: None}), people(100), allow=[Allow.EMPTIES])

    assert found[0].why == "permitted by empties"
    assert findings(people(100, **{SEX.key: None}), people(100), allow=[Allow.CHANGES])[0].why == ""


MUCH = {
    Allow.CREATES: (people(100), people(10)),
    Allow.CHANGES: (people(100, **{SEX.key: "F"}), people(100)),
    Allow.EMPTIES: (people(100, **{SEX.key: None}), people(100)),
    Allow.DELETES: ([], people(100)),
}


@pytest.mark.parametrize("permission", MUCH)
def test_what_is_much_is_lifted_by_its_own_permission_and_by_no_other(permission: Allow) -> None:
    wanted, known = MUCH[permission]
    others = [each for each in Allow if each is not permission]

    assert [each.why for each in findings(wanted, known, allow=others)] == [""]
    assert [each.why for each in findings(wanted, known, allow=[permission])] == [
        f"permitted by {permission}"
    ]


def test_what_was_in_doubt_is_no_change_of_openimis() -> None:
    assert findings(people(100), people(100, **{SEX.key: UNKNOWN})) == []


def test_counts_of_partitions_are_added_up() -> None:
    halves = [people(100)[:50], people(100)[50:]]
    counts, created, held = [], [], []
    for half in halves:
        before = acknowledged(PEOPLE, half)
        wanted = [row | {SEX.key: "F"} for row in half]
        found = delta(TRACKED_ENTITIES, desired_frame(TRACKED_ENTITIES, wanted), before, above=None)
        counts.append(count_changes(found.changes.lazy(), None).collect())
        created.append(created_at(found.changes.lazy(), None).collect())
        held.append(acknowledged_at(before).collect())

    whole = add_up_counts(counts, created, held, {})

    assert (whole.acknowledged, whole.counts["alter", SEX.key]) == (100, 100)


def event(number: int, status: str, day: str, **values: Any) -> dict[str, Any]:
    plain = {"parent": uuid(number), "person": uuid(number), "orgUnit": VILLAGE}
    plain |= {"status": "COMPLETED", "occurredAt": day}
    return plain | {"key": f"{number}:{status}:1"} | values


def test_covers_that_all_expire_and_the_days_that_follow_from_it_are_due_by_date() -> None:
    active = [event(n, "2", "2026-01-01", **{STATUS_UNTIL.key: "2099-12-31"}) for n in range(100)]
    cut = [row | {STATUS_UNTIL.key: "2026-06-30"} for row in active]
    expired = [event(n, "8", "2026-07-01T00:03:00") for n in range(100)]
    parents = acknowledged("tracked_entities", people(100)).select("key", "uid").collect()
    above = delta(
        TRACKED_ENTITIES, desired_frame(TRACKED_ENTITIES, people(100)),
        acknowledged(PEOPLE, people(100)), above=None,
    )  # fmt: skip
    uids = dict(parents.iter_rows())
    before = acknowledged(
        POLICY_EVENTS.name, [row | {"parentUid": uids[row["parent"]]} for row in active]
    )
    wanted = desired_frame(POLICY_EVENTS, [*cut, *expired])

    found = delta(POLICY_EVENTS, wanted, before, above=above, since="2026-06-29").changes.lazy()
    whole = add_up_counts(
        [count_changes(found, "2026-06-29").collect()],
        [created_at(found, "2026-06-29").collect()],
        [acknowledged_at(before).collect()],
        {},
    )
    tellings = judge_changes(POLICY_EVENTS, whole, LastLoad(EVERYTHING), {}, GUARDS, NOTHING)

    assert told(tellings) == [
        (MagnitudeKind.CREATES, "", 100, 100, "due by date"),
        (MagnitudeKind.DUE, STATUS_UNTIL.key, 100, 100, "due by date"),
    ]


def test_a_held_field_keeps_what_dhis2_has_and_new_people_get_what_openimis_says() -> None:
    wanted = desired_frame(TRACKED_ENTITIES, people(3, **{SEX.key: "F", MARITAL.key: "S"}))
    known = acknowledged(PEOPLE, [*people(1), *people(2, **{SEX.key: UNKNOWN})[1:]])

    kept = keep_values(wanted, known, [SEX.key]).collect()

    assert kept[SEX.key].to_list() == ["M", "F", "F"]
    assert kept[MARITAL.key].to_list() == ["S", "S", "S"]
    assert kept.columns == wanted.collect_schema().names()


def test_a_held_field_that_is_no_longer_sent_stays_in_dhis2() -> None:
    known = acknowledged(PEOPLE, people(2)).with_columns(OldFieldUid=pl.lit("kept"))

    kept = keep_values(desired_frame(TRACKED_ENTITIES, people(2)), known, ["OldFieldUid"])

    assert kept.collect()["OldFieldUid"].to_list() == ["kept", "kept"]


def rows(*changes: dict[str, Any]) -> pl.DataFrame:
    names = ("uid", "uidBefore", "parentUid", "parentUidBefore", "change")
    return pl.DataFrame(
        [dict.fromkeys(names) | each for each in changes], schema=dict.fromkeys(names, pl.String)
    )


def waiting(held: dict[str, set[str]], **changes: pl.DataFrame) -> dict[str, list[str]]:
    whole = {resource.name: changes.get(resource.name, rows()) for resource in RESOURCES}
    left = without_held_back(whole, held)
    return {
        name: sorted(
            set(frame["uidBefore"].fill_null(frame["uid"]))
            - set(left[name]["uidBefore"].fill_null(left[name]["uid"]))
        )
        for name, frame in whole.items()
        if len(frame) != len(left[name])
    }


def test_what_lies_below_and_above_a_deletion_that_waits_waits_with_it() -> None:
    """DHIS2 deletes what lies below a deleted parent, without a word."""
    found = waiting(
        {"claim_enrollments": {"delete"}},
        tracked_entities=rows(
            {"change": "delete", "uidBefore": "person"}, {"change": "delete", "uidBefore": "other"}
        ),
        claim_enrollments=rows(
            {"change": "delete", "uidBefore": "claim", "parentUidBefore": "person"}
        ),
        claim_items=rows({"change": "delete", "uidBefore": "item", "parentUidBefore": "claim"}),
    )

    assert found == {
        "tracked_entities": ["person"], "claim_enrollments": ["claim"], "claim_items": ["item"]
    }  # fmt: skip


def test_what_lies_below_a_creation_that_waits_waits_with_it() -> None:
    found = waiting(
        {"tracked_entities": {"create"}},
        tracked_entities=rows({"change": "create", "uid": "new"}),
        insuree_enrollments=rows(
            {"change": "create", "uid": "enrollment", "parentUid": "new"},
            {"change": "create", "uid": "another", "parentUid": "known"},
        ),
        policy_events=rows({"change": "create", "uid": "event", "parentUid": "enrollment"}),
    )

    assert found == {
        "tracked_entities": ["new"],
        "insuree_enrollments": ["enrollment"],
        "policy_events": ["event"],
    }


def test_a_claim_that_moves_to_a_person_who_waits_is_not_lost_with_the_one_who_goes() -> None:
    found = waiting(
        {"tracked_entities": {"create"}},
        tracked_entities=rows(
            {"change": "create", "uid": "new"}, {"change": "delete", "uidBefore": "old"}
        ),
        claim_enrollments=rows(
            {"change": "replace", "uid": "claim2", "uidBefore": "claim", "parentUid": "new",
             "parentUidBefore": "old"}
        ),
    )  # fmt: skip

    assert found == {"tracked_entities": ["new", "old"], "claim_enrollments": ["claim"]}


def test_the_fields_of_which_nothing_is_told_are_all_in_one_table() -> None:
    assert "occurredAt" in PLAIN
    assert LIFTED_BY.keys() == set(MagnitudeKind) - {
        MagnitudeKind.FILLS,
        MagnitudeKind.DUE,
        MagnitudeKind.VANISHES,
    }
    assert len(set(LIFTED_BY.values())) == len(LIFTED_BY)
