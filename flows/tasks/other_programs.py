"""Whom DHIS2 must keep: as a superuser it deletes with a person what other programs have of it.

For any other user DHIS2 refuses that itself (E1100); this check comes first, and fails closed.
"""

import orjson

from flows.tasks.read_back import Reader, asked_for
from transforms.bundles import IDENTIFIERS, LISTS
from transforms.resources import TRACKED_ENTITIES, TrackerType

IN_ANOTHER_PROGRAM = "person_in_another_program"
NOT_SHOWN = "person_not_shown"
PERSON = TrackerType.TRACKED_ENTITY


def kept_persons(reader: Reader, body: bytes) -> dict[tuple[str, str], str]:
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
    found = asked_for(reader, TRACKED_ENTITIES, uids, values=[])
    shared = found.filter("isShared", ~found["isDeleted"])["uid"]
    not_shown = set(uids) - set(found["uid"])
    reasons = dict.fromkeys(not_shown, NOT_SHOWN) | dict.fromkeys(shared, IN_ANOTHER_PROGRAM)
    return {(PERSON.value, uid): reason for uid, reason in reasons.items()}
