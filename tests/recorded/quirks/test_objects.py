"""What DHIS2 does with single objects (rows 12 to 21 and 30 to 34 of the contract's table)."""

import pytest

from tests.recorded.quirks.small_country import (
    CLAIMED_SERVICE,
    CLAIMS,
    GENDER,
    INSURANCE_NUMBER,
    INSUREES,
    POLICY_STAGE,
    SERVICES_STAGE,
    SmallCountry,
    accepted,
    classes,
    enrollment,
    event,
    people,
    person,
    refused,
    uid,
)

BIRTH_DATE = "woZmnhwGvu6"


def numbered(country: SmallCountry, number: int, value: str | None) -> dict[str, tuple[str, ...]]:
    """Post another insurance number of a person; return what was refused."""
    changed = enrollment(number, {INSURANCE_NUMBER: value})
    return refused(country.post({"enrollments": [changed]}))


def claim(number: int, status: str, *, person_number: int = 1) -> dict[str, object]:
    """Return a claim enrollment of a person, the first if not said."""
    changes = {"enrollment": uid("C", number), "program": CLAIMS, "status": status}
    made: dict[str, object] = enrollment(person_number, **changes)
    return made | {"attributes": []}


def test_one_uid_twice_in_a_request_is_doubled_quietly_or_fails_it(country: SmallCountry) -> None:
    receipt = country.post({"trackedEntities": [person(1), person(1)]})

    assert set(accepted(receipt)) == {uid("T", 1)}
    assert (receipt.requests > 1) == (country.version == "2.43")


def test_an_event_in_a_deleted_enrollment_is_taken_and_never_seen(country: SmallCountry) -> None:
    country.post(people(1))
    country.post({"enrollments": [{"enrollment": uid("E", 1)}]}, "DELETE")

    receipt = country.post({"events": [event(1)]})

    assert accepted(receipt) == [uid("V", 1)]
    dialect = country.client().system_info().dialect
    params = {
        "program": INSUREES,
        "programStage": POLICY_STAGE,
        dialect.org_unit_mode: "ACCESSIBLE",
        "order": "createdAt",
        "page": "1",
        "pageSize": "50",
        "totalPages": "true",
        "fields": "event",
    }
    page = country.client().get("/api/tracker/events", params)
    assert page[dialect.page_key or "events"] == []


SERVICE = {
    "enrollment": uid("C", 2),
    "program": CLAIMS,
    "programStage": SERVICES_STAGE,
    "dataValues": [{"dataElement": CLAIMED_SERVICE, "value": "A\u0000B"}],
}


@pytest.mark.parametrize(
    "poison",
    [event(2, **SERVICE), event(2, occurredAt="15/01/2024"), event(2, status="OPEN")],
    ids=["nul", "date", "status"],
)
def test_one_object_that_cannot_be_read_fails_the_request_and_alone_is_rejected(
    country: SmallCountry, poison: object
) -> None:
    country.post(people(1, 2, 3))
    country.post({"enrollments": [claim(2, "COMPLETED", person_number=2)]})

    receipt = country.post({"events": [event(1), poison, event(3)]})

    assert accepted(receipt) == [uid("V", 1), uid("V", 3)]
    assert classes(receipt) == {uid("V", 2): "whole_request"}


def test_a_malformed_uid_fails_the_request_or_the_object_and_alone_is_rejected(
    country: SmallCountry,
) -> None:
    receipt = country.post({"trackedEntities": [person(1), person(2, trackedEntity="1234567890-")]})

    by_object = country.version in ("2.40", "2.41")
    assert accepted(receipt) == [uid("T", 1)]
    assert refused(receipt) == {"1234567890-": ("E1048",) if by_object else ("whole_request",)}


def test_a_compulsory_value_is_asked_of_completed_events_only(country: SmallCountry) -> None:
    country.post(people(1))
    without = {"NAdBLHAdOGv": None, "Q0pEucwW60Z": None, "j028KRFsjx6": None, "RzgHQtgsmfB": None}
    values = [each for each in event(1)["dataValues"] if each["dataElement"] not in without]

    completed = country.post({"events": [event(1, dataValues=values)]})
    active = country.post(
        {"events": [event(2, dataValues=values, status="ACTIVE", enrollment=uid("E", 1))]}
    )

    assert refused(completed) == {uid("V", 1): ("E1303",)}
    assert accepted(active) == [uid("V", 2)]


@pytest.mark.parametrize("value", ["1984-01-01T10:00:00.000", "2090-01-01"])
def test_a_birth_date_with_a_time_or_in_the_future_is_taken(
    country: SmallCountry, value: str
) -> None:
    body = {"trackedEntities": [person(1)], "enrollments": [enrollment(1, {BIRTH_DATE: value})]}

    assert refused(country.post(body)) == {}


def test_an_option_code_in_the_other_case_passes_on_the_oldest_version_only(
    country: SmallCountry,
) -> None:
    body = {"trackedEntities": [person(1)], "enrollments": [enrollment(1, {GENDER: "f"})]}

    receipt = country.post(body)

    expected = {} if country.version == "2.40" else {uid("E", 1): ("E1125",)}
    assert refused(receipt) == expected


def test_a_second_active_claim_is_refused_and_completed_ones_are_taken(
    country: SmallCountry,
) -> None:
    country.post(people(1))

    active = country.post({"enrollments": [claim(1, "ACTIVE"), claim(2, "ACTIVE")]})
    completed = country.post({"enrollments": [claim(1, "COMPLETED"), claim(2, "COMPLETED")]})

    assert refused(active) == {uid("C", 1): ("E1015",), uid("C", 2): ("E1015",)}
    assert accepted(completed) == [uid("C", 1), uid("C", 2)]


def test_a_deleted_uid_is_a_tombstone_for_ever(country: SmallCountry) -> None:
    country.post(people(1) | {"events": [event(1)]})
    country.post({"events": [{"event": uid("V", 1)}]}, "DELETE")
    country.post({"enrollments": [{"enrollment": uid("E", 1)}]}, "DELETE")
    country.post({"trackedEntities": [{"trackedEntity": uid("T", 1)}]}, "DELETE")

    receipts = [
        country.post({"events": [event(1)]}),
        country.post({"enrollments": [enrollment(1)]}),
        country.post({"trackedEntities": [person(1)]}),
    ]

    assert [list(refused(receipt).values()) for receipt in receipts] == [
        [("E1082",)],
        [("E1113",)],
        [("E1114",)],
    ]
    assert {name for receipt in receipts for name in classes(receipt).values()} == {"tombstone"}


def test_the_number_of_a_deleted_person_is_free_again(country: SmallCountry) -> None:
    country.post(people(1))
    country.post({"enrollments": [{"enrollment": uid("E", 1)}]}, "DELETE")
    country.post({"trackedEntities": [{"trackedEntity": uid("T", 1)}]}, "DELETE")

    country.post({"trackedEntities": [person(2)]})

    assert numbered(country, 2, "N-1") == {}


def test_an_event_with_the_code_of_a_deleted_option_is_refused(country: SmallCountry) -> None:
    country.post(people(1))
    country.replay("157-option-removed")

    receipt = country.post({"events": [event(1)]})

    assert refused(receipt) == {uid("V", 1): ("E1125",)}
    assert classes(receipt) == {uid("V", 1): "data"}


def test_a_deleted_option_that_is_put_back_stays_broken_on_the_oldest_version(
    country: SmallCountry,
) -> None:
    country.post(people(1))
    country.replay("157-option-removed", "160-option-restored")

    receipt = country.post({"events": [event(1)]})

    assert (accepted(receipt) == [uid("V", 1)]) == (country.version != "2.40")


def test_people_who_swap_their_numbers_are_refused_until_both_have_given_them_up(
    country: SmallCountry,
) -> None:
    country.post(people(1, 2))
    swapped = {
        "enrollments": [
            enrollment(1, {INSURANCE_NUMBER: "N-2"}),
            enrollment(2, {INSURANCE_NUMBER: "N-1"}),
        ]
    }

    at_once = country.post(swapped)
    mandatory = numbered(country, 1, None)
    country.replay("322-x-not-mandatory")
    released = [numbered(country, 1, None), numbered(country, 2, None)]
    after = country.post(swapped)

    assert refused(at_once) == {uid("E", 1): ("E1064",), uid("E", 2): ("E1064",)}
    assert "E1076" in mandatory[uid("E", 1)]
    assert released == [{}, {}]
    assert accepted(after) == [uid("E", 1), uid("E", 2)]


def test_the_same_deletion_again_and_one_of_what_never_was_are_successes(
    country: SmallCountry,
) -> None:
    country.post(people(1) | {"events": [event(1)]})
    gone = {
        "events": [{"event": uid("V", 1)}],
        "enrollments": [{"enrollment": uid("E", 1)}],
        "trackedEntities": [{"trackedEntity": uid("T", 1)}],
    }
    never = {
        "events": [{"event": uid("V", 9)}],
        "enrollments": [{"enrollment": uid("E", 9)}],
        "trackedEntities": [{"trackedEntity": uid("T", 9)}],
    }
    for name in gone:
        country.post({name: gone[name]}, "DELETE")

    receipts = [country.post(body, "DELETE") for body in (gone, never)]

    assert [len(receipt.accepted) for receipt in receipts] == [3, 3]
    assert [refused(receipt) for receipt in receipts] == [{}, {}]


def test_events_of_one_day_keep_their_order_by_the_time_of_day(country: SmallCountry) -> None:
    country.post(people(1))
    later = event(1, occurredAt="2024-03-01T00:02:00")
    earlier = event(2, occurredAt="2024-03-01T00:01:00", enrollment=uid("E", 1))
    country.post({"events": [later, earlier]})

    dialect = country.client().system_info().dialect
    params = {
        "program": INSUREES,
        "programStage": POLICY_STAGE,
        "trackedEntity": uid("T", 1),
        dialect.org_unit_mode: "ACCESSIBLE",
        "fields": "event,occurredAt",
        "order": "occurredAt:asc",
    }
    page = country.client().get("/api/tracker/events", params)

    assert page[dialect.page_key or "events"] == [
        {"event": uid("V", 2), "occurredAt": "2024-03-01T00:01:00.000"},
        {"event": uid("V", 1), "occurredAt": "2024-03-01T00:02:00.000"},
    ]


def test_an_enrollment_may_be_completed_cancelled_and_opened_again(country: SmallCountry) -> None:
    country.post(people(1))

    changes = [{"status": status} for status in ("COMPLETED", "CANCELLED", "ACTIVE", "COMPLETED")]
    receipts = [country.post({"enrollments": [enrollment(1, **change)]}) for change in changes]
    in_completed = country.post({"events": [event(1)]})

    assert [refused(receipt) for receipt in receipts] == [{}, {}, {}, {}]
    assert accepted(in_completed) == [uid("V", 1)]


def test_every_object_that_was_written_is_named_in_the_report(country: SmallCountry) -> None:
    numbers = range(30)

    receipt = country.post(people(*numbers) | {"events": [event(number) for number in numbers]})

    assert len(receipt.accepted) == 90
    assert receipt.requests == 1


def test_a_report_that_lacks_an_object_is_not_believed(country: SmallCountry) -> None:
    country.sandbox.cues.add(path="/api/tracker", method="POST", occurrences=[1], omit=1)

    receipt = country.post(people(1, 2))

    assert len(receipt.accepted) == 4
    assert receipt.requests == 2


def test_a_child_of_a_new_person_who_is_refused_waits_for_the_person(country: SmallCountry) -> None:
    country.post(people(1))
    taken = [{"attribute": "DvT0LSMDW2f", "value": None}]

    receipt = country.post(
        {"trackedEntities": [person(2, attributes=taken)], "enrollments": [enrollment(2)]}
    )

    assert refused(receipt) == {uid("T", 2): ("E1076",), uid("E", 2): ("E5000",)}
    assert classes(receipt) == {uid("T", 2): "configuration", uid("E", 2): "parent"}
