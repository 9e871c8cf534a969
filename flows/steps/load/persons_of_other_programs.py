"""Persons whom another program has: a superuser must not delete them.

With the person, DHIS2 would delete that program's data too. It refuses this to all other users
(E1100) as long as the person is enrolled there, so only a superuser's load is checked. The check
reads `programOwners`, which still names programs that the person has left. A person is kept if
DHIS2 does not say which programs have the person. DHIS2 shows every person to a superuser, so a
person that is not shown does not exist.
"""

import orjson

from flows.steps.target.read_back import Reader, query_objects
from transforms.changes.objects.phases import IDENTIFIERS, LISTS
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
