"""Whom DHIS2 must keep: DHIS2 deletes with a person what other programs have of the person."""

import orjson

from flows.tasks.read_back import Reader, asked_for
from transforms.bundles import IDENTIFIERS, LISTS
from transforms.resources import TRACKED_ENTITIES, TrackerType

IN_ANOTHER_PROGRAM = "person_in_another_program"
PERSON = TrackerType.TRACKED_ENTITY


def in_another_program(reader: Reader, body: bytes) -> list[tuple[str, str]]:
    """Return type and UID of the persons of a request body whom a program that is not ours has.

    Args:
        reader: Reads the DHIS2.
        body: A request that deletes tracked entities.

    Raises:
        TargetError: DHIS2 does not let the user read them.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    persons = orjson.loads(body).get(LISTS[PERSON], ())
    uids = [person[IDENTIFIERS[PERSON]] for person in persons]
    found = asked_for(reader, TRACKED_ENTITIES, uids, values=[])
    shared = found.filter("isShared", ~found["isDeleted"])["uid"]
    return [(PERSON.value, uid) for uid in shared]
