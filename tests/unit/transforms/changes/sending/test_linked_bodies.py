"""Values of people of DHIS2's own travel with an enrollment of ours."""

from typing import Any

import orjson

from transforms.changes.objects.phases import Phase
from transforms.changes.sending.linked_bodies import Linked, linked_body, with_people
from transforms.dhis2.import_report import Receipt, Refused, Sent
from transforms.dhis2.tables.error_classes import ErrorClass
from transforms.model.resources import TrackerType
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM

PERSON, ENROLLMENT = TrackerType.TRACKED_ENTITY, TrackerType.ENROLLMENT
OURS = {"attribute": "OurAttribut", "value": "1"}
THEIRS = {"attribute": "TheirAttrib", "value": "a name"}
LINKED = Linked(frozenset({"LinkedPerso"}), frozenset({"TheirAttrib"}))


def person(uid: str, *pairs: dict[str, Any]) -> dict[str, Any]:
    return {"trackedEntity": uid, "orgUnit": "OurPlaceOur", "attributes": list(pairs)}


def enrollment(uid: str, of: str, program: str = INSUREE_PROGRAM.uid) -> dict[str, Any]:
    return {"enrollment": uid, "trackedEntity": of, "program": program}


def sent(phase: Phase, content: dict[str, Any], linked: Linked = LINKED) -> tuple[Any, Any]:
    found = linked_body(phase, orjson.dumps(content), linked)
    return orjson.loads(found.body), found


def test_our_values_travel_and_theirs_are_not_sent() -> None:
    people = [person("LinkedPerso", OURS, THEIRS), person("AnOwnPerson", OURS, THEIRS)]
    enrollments = [
        enrollment("Enrollment1", "LinkedPerso"),
        enrollment("Enrollment2", "AnOwnPerson"),
    ]

    body, found = sent(Phase.PEOPLE, {"trackedEntities": people, "enrollments": enrollments})

    assert [each["trackedEntity"] for each in body["trackedEntities"]] == ["AnOwnPerson"]
    assert body["trackedEntities"][0]["attributes"] == [OURS, THEIRS]
    assert [each.get("attributes") for each in body["enrollments"]] == [[OURS], None]
    assert found.carried == {"LinkedPerso": "Enrollment1"}


def test_a_claims_enrollment_in_the_same_request_carries_nothing() -> None:
    claim = enrollment("ClaimEnroll", "LinkedPerso", CLAIM_PROGRAM.uid)
    carriers = {"LinkedPerso": enrollment("Enrollment1", "LinkedPerso")}
    linked = Linked(LINKED.people, LINKED.theirs, carriers)
    content = {"trackedEntities": [person("LinkedPerso", OURS)], "enrollments": [claim]}

    body, found = sent(Phase.PEOPLE, content, linked)

    assert body["enrollments"] == [claim, carriers["LinkedPerso"] | {"attributes": [OURS]}]
    assert found.added == {"Enrollment1"}


def test_where_nothing_carries_the_values_the_person_is_refused() -> None:
    _, found = sent(Phase.PEOPLE, {"trackedEntities": [person("LinkedPerso", OURS)]})

    receipt = with_people(Receipt("CREATE_AND_UPDATE"), found)

    assert [(each.uid, each.codes) for each in receipt.refused] == [
        ("LinkedPerso", ("linked_person_not_enrolled",))
    ]


def test_a_person_with_nothing_of_ours_to_send_is_settled_without_a_request() -> None:
    body, found = sent(Phase.RELEASE, {"trackedEntities": [person("LinkedPerso", THEIRS)]})

    assert body == {}
    assert with_people(Receipt("CREATE_AND_UPDATE"), found).accepted == (
        Sent(PERSON, "LinkedPerso"),
    )


def test_no_person_of_theirs_is_ever_deleted() -> None:
    content = {
        "trackedEntities": [{"trackedEntity": uid} for uid in ("LinkedPerso", "AnOwnPerson")]
    }

    body, found = sent(Phase.DELETE_TRACKED_ENTITIES, content)

    assert body == {"trackedEntities": [{"trackedEntity": "AnOwnPerson"}]}
    assert with_people(Receipt("DELETE"), found).accepted == (Sent(PERSON, "LinkedPerso"),)


def test_what_becomes_of_the_enrollment_becomes_of_the_person() -> None:
    content = {
        "trackedEntities": [person("LinkedPerso", OURS)],
        "enrollments": [enrollment("Enrollment1", "LinkedPerso")],
    }
    _, found = sent(Phase.PEOPLE, content)
    carrier = Sent(ENROLLMENT, "Enrollment1")
    refusal = Refused(ENROLLMENT, "Enrollment1", ("E1019",), ErrorClass.CONFIGURATION)

    accepted = with_people(Receipt("CREATE_AND_UPDATE", accepted=(carrier,)), found)
    refused = with_people(Receipt("CREATE_AND_UPDATE", refused=(refusal,)), found)
    unknown = with_people(Receipt("CREATE_AND_UPDATE", unknown=(carrier,)), found)

    assert accepted.accepted == (carrier, Sent(PERSON, "LinkedPerso"))
    assert [(each.type, each.uid) for each in refused.refused] == [
        (ENROLLMENT, "Enrollment1"), (PERSON, "LinkedPerso"),
    ]  # fmt: skip
    assert unknown.unknown == (carrier, Sent(PERSON, "LinkedPerso"))


def test_an_enrollment_that_only_carries_is_no_object_of_the_bundle() -> None:
    carriers = {"LinkedPerso": enrollment("Enrollment1", "LinkedPerso")}
    linked = Linked(LINKED.people, LINKED.theirs, carriers)
    _, found = sent(Phase.PEOPLE, {"trackedEntities": [person("LinkedPerso", OURS)]}, linked)
    accepted = (Sent(ENROLLMENT, "Enrollment1"),)

    receipt = with_people(Receipt("CREATE_AND_UPDATE", accepted=accepted), found)

    assert receipt.accepted == (Sent(PERSON, "LinkedPerso"),)


def test_a_body_without_linked_people_is_sent_as_it_is() -> None:
    body = b'{"trackedEntities": [{"trackedEntity":"AnOwnPerson","attributes":[]}]}'

    assert linked_body(Phase.PEOPLE, body, LINKED).body is body
