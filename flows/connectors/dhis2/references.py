"""References of large collections, by the collection's own endpoint."""

from collections.abc import Collection, Sequence

from flows.connectors.dhis2.chunks import chunks
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError
from flows.connectors.dhis2.failures import (
    ATTEMPTS_OF_A_PART,
    BLOCKED,
    SECONDS_OF_A_PART,
    TOO_LARGE,
    Failure,
    Outcome,
    failure_of,
)
from flows.connectors.dhis2.presence import find
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.dhis2.metadata_report import collection_changes

REFERENCES_IN_A_CALL = 5_000

_Change = tuple[str, str]
"""`additions` or `deletions`, and a UID."""


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
    client: Dhis2,
    path: str,
    additions: Collection[str],
    deletions: Collection[str] = (),
    outcome: Outcome | None = None,
) -> bool:
    """Add to and take from a collection of references, in few calls.

    A call without an answer, or that is refused on the way, is halved, down to the UID that does
    not get through: a change that is made twice is made once.

    Args:
        client: The DHIS2.
        path: Such as `/api/programs/IR5BiEXrBD7/organisationUnits`.
        additions: UIDs that are not in it.
        deletions: UIDs that are in it.
        outcome: Filled with those that do not get through.

    Returns:
        Whether DHIS2 counted as many changes as were requested: it answers OK to a UID that it does
        not have.

    Raises:
        TargetError: A call that changes nothing is refused on the way too.
        BusyError: It stays without an answer too.
    """
    outcome = Outcome() if outcome is None else outcome
    changes = [("additions", uid) for uid in sorted(additions)]
    changes += [("deletions", uid) for uid in sorted(deletions)]
    calls = [*chunks(changes, REFERENCES_IN_A_CALL)]
    complete = [_change(client, client, path, call, outcome) for call in calls]
    return all(complete)


def _change(
    client: Dhis2, caller: Dhis2, path: str, changes: Sequence[_Change], outcome: Outcome
) -> bool:
    """Make some changes by `caller`; return whether DHIS2 counted them all."""
    count, failure = _call(caller, path, changes)
    if failure is None:
        return count == len(changes)
    client.exchange("POST", path, None, _body(()))  # raises if that does not get through either
    uids = {uid for _, uid in changes}
    outcome.in_doubt |= uids if failure.may_be_done else set()
    if len(changes) == 1:
        outcome.refuse(uids, failure.reason)
        return False
    middle = len(changes) // 2
    share = (len(changes) - middle) / REFERENCES_IN_A_CALL
    part = client.less_patient(ATTEMPTS_OF_A_PART, seconds=SECONDS_OF_A_PART, share=share)
    first = _change(client, part, path, changes[:middle], outcome)
    return _change(client, part, path, changes[middle:], outcome) and first


def _call(
    caller: Dhis2, path: str, changes: Sequence[_Change]
) -> tuple[int | None, Failure | None]:
    """Make one call; return how many changes DHIS2 counted, or why the call did not get through."""
    try:
        answer = caller.exchange("POST", path, None, _body(changes))
    except (BusyError, TargetError) as error:
        return None, failure_of(error)
    if answer.status == TOO_LARGE:
        return None, Failure(BLOCKED, TOO_LARGE)
    return collection_changes(answer.status, answer.body), None


def _body(changes: Sequence[_Change]) -> Json:
    """Return the body of a call; what it is answered without a change, nobody has to judge."""
    body: dict[str, list[Json]] = {"additions": [], "deletions": []}
    for verb, uid in changes:
        body[verb].append({"id": uid})
    return body
