"""Whom DHIS2 must keep: for a superuser it deletes with a person what other programs have of it.

From any other user DHIS2 refuses that itself (E1100), as long as the person is enrolled elsewhere;
`programOwners`, which this check goes by, still names a program that the person has left. So only a
superuser's load is checked. A person of whom DHIS2 does not say which programs have it is kept; one
that is not shown is not there: a superuser is shown all.
"""

import orjson

from flows.steps.target.read_back import Reader, query_objects
from transforms.changes.phases import IDENTIFIERS, LISTS
from transforms.model.resources import TRACKED_ENTITIES, TrackerType

IN_ANOTHER_PROGRAM = "person_in_another_program"
PERSON = TrackerType.TRACKED_ENTITY


def find_persons_to_keep(reader: Reader, body: bytes) -> dict[tuple[str, str], str]:
    """Return type and UID of the persons of a request body who must not be deleted, and why.

    Args:
        reader: Reads the DHIS2.
        body: A request that deletes tracked entities.

    Raises:
        TargetError: DHIS2 does not let the user read them.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    persons = orjson.loads(body).get(LISTS[PERSON], ())
    uids = [person[IDENTIFIERS[PERSON]] for person in persons]
    found = query_objects(reader, TRACKED_ENTITIES, uids, values=[])
    shared = found.filter("isShared", ~found["isDeleted"])["uid"]
    return {(PERSON.value, uid): IN_ANOTHER_PROGRAM for uid in shared}
