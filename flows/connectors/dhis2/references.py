"""References of large collections, by the collection's own endpoint."""

from collections.abc import Collection, Sequence

from flows.connectors.dhis2.chunks import chunks
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.presence import find
from transforms.core.json_texts import Json
from transforms.dhis2.metadata_report import collection_changes

REFERENCES_IN_A_CALL = 5_000


def members(client: Dhis2, kind: str, uid: str, collection: str) -> set[str] | None:
    """Return the UIDs in a collection of an object; None if DHIS2 has no such object, or hides it.

    Raises:
        TargetError: DHIS2 refuses to say.
        BusyError: DHIS2 stayed busy or out of reach, or is down in part.
    """
    found = find(client, f"/api/{kind}/{uid}", f"id,{collection}[id]")
    if found is None:
        return None
    return {member["id"] for member in found.get(collection) or ()}


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
