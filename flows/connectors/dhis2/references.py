"""References of large collections, by the collection's own endpoint."""

from collections.abc import Collection, Sequence

from flows.connectors.dhis2.chunks import chunks
from flows.connectors.dhis2.client import Dhis2
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.dhis2.metadata_report import collection_changes
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES

REFERENCES_IN_A_CALL = 5_000


def members(client: Dhis2, kind: str, uid: str, collection: str) -> set[str]:
    """Return the UIDs in a collection of an object that set-up made.

    Raises:
        TargetError: DHIS2 does not have the object, or hides it.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    answer = client.exchange("GET", f"/api/{kind}/{uid}", {"fields": f"id,{collection}[id]"})
    if not answer.ok:
        raise TargetError(
            f"DHIS2 has no {METADATA_CLASSES[kind].thing} {uid}, or hides it from the user "
            f"({answer.status}). Run set-up-dhis2 (a newer package may need more than the one "
            f"before), and put the user into the group that it makes. No data were posted."
        )
    return {member["id"] for member in answer.body.get(collection) or ()}


def change_references(
    client: Dhis2, path: str, additions: Collection[str], deletions: Collection[str] = ()
) -> bool:
    """Add to and take from a collection of references, in few calls.

    Args:
        client: The DHIS2.
        path: Such as `/api/programs/IR5BiEXrBD7/organisationUnits`.
        additions: UIDs that are not in it.
        deletions: UIDs that are in it.

    Returns:
        Whether DHIS2 counted as many changes as were requested: it answers OK to a UID that it does
        not have.
    """
    changes = [("additions", uid) for uid in sorted(additions)]
    changes += [("deletions", uid) for uid in sorted(deletions)]
    complete = [_change(client, path, chunk) for chunk in chunks(changes, REFERENCES_IN_A_CALL)]
    return all(complete)


def _change(client: Dhis2, path: str, changes: Sequence[tuple[str, str]]) -> bool:
    body: dict[str, list[Json]] = {"additions": [], "deletions": []}
    for verb, uid in changes:
        body[verb].append({"id": uid})
    answer = client.exchange("POST", path, None, body)
    return collection_changes(answer.status, answer.body) == len(changes)
