"""What waits because DHIS2 lacks what it uses, and who waits with it."""

from collections.abc import Mapping

import polars as pl

from transforms.changes.objects.schemas import CHANGE, Change
from transforms.changes.sending.lacks import PLACE_MISSING, Lacks
from transforms.changes.sending.waiting import waiting_objects
from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    INSUREE_ENROLLMENTS,
    RESOURCES,
    TRACKED_ENTITIES,
)

GONE = Lacks(places={"clinic": PLACE_MISSING})
Row = Mapping[str, str | None]
PLAIN = ("uid", "uidBefore", "parentUid", "orgUnit", "occurredAt")


def waiting(**rows: list[Row]) -> dict[str, str]:
    """Return what waits, of changes of some resources, and why."""
    changes = {}
    for resource in RESOURCES:
        schema = dict.fromkeys((*PLAIN, *(field.key for field in resource.fields)), pl.String())
        of_it = [
            {"change": Change.CREATE.value, **dict.fromkeys(schema), **row}
            for row in rows.get(resource.name, [])
        ]
        frame = pl.DataFrame(of_it, schema={"change": CHANGE, **schema}, orient="row")
        changes[resource.name] = frame.lazy()
    return dict(waiting_objects(changes, GONE).select("uid", "reason").iter_rows())


def claim(uid: str, person: str, at: str = "clinic") -> Row:
    return {"uid": uid, "parentUid": person, "orgUnit": at}


def people(*uids: str, change: Change = Change.CREATE) -> list[Row]:
    return [{"uid": uid, "orgUnit": "village", "change": change.value} for uid in uids]


def test_a_deleted_insuree_waits_with_the_only_claim() -> None:
    found = waiting(
        **{TRACKED_ENTITIES.name: people("P"), CLAIM_ENROLLMENTS.name: [claim("C", "P")]}
    )

    assert found == {"C": PLACE_MISSING, "P": "no_claim_sent"}


def test_whom_something_else_enrols_waits_for_no_claim() -> None:
    found = waiting(
        **{
            TRACKED_ENTITIES.name: people("insured", "claimant"),
            INSUREE_ENROLLMENTS.name: [claim("E", "insured", at="village")],
            CLAIM_ENROLLMENTS.name: [
                claim("C", "insured"),
                claim("D", "claimant"),
                claim("F", "claimant", at="hospital"),
            ],
        }
    )

    assert found == {"C": PLACE_MISSING, "D": PLACE_MISSING}


def test_who_is_in_dhis2_already_does_not_wait() -> None:
    there = people("P", change=Change.UPDATE)

    found = waiting(**{TRACKED_ENTITIES.name: there, CLAIM_ENROLLMENTS.name: [claim("C", "P")]})

    assert found == {"C": PLACE_MISSING}
