"""The marker that a load leaves in DHIS2's data store, to know it again.

    equal to ours          go on
    older                  DHIS2 was restored from a backup: it lacks what we think it holds
    newer, or another run  this staging folder is an older copy, or another copy posts too
    missing                DHIS2 was emptied or restored, or is another one
    of another staging     two staging folders would fill one DHIS2

Whoever makes a key owns it, and anybody may change or delete it until it is shared otherwise. So
each load sees to it that only the users of daily loads may write its marker; everybody may read it,
so that two staging folders know of each other. Keys of other names anybody may still add there: one
that nobody knows stops a load, with a sentence, and is to be deleted by DHIS2's administrator.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError
from transforms.changes.permissions import Allow
from transforms.core.errors import TargetError
from transforms.package.tables.sharing import DATA_CAPTURE

NAMESPACE = "/api/dataStore/openimis-to-dhis2"
READ_ONLY, READ_AND_WRITE = "r-------", "rw------"
PROTECTED = {
    "publicAccess": READ_ONLY,
    "externalAccess": False,
    "userAccesses": [],
    "userGroupAccesses": [{"id": DATA_CAPTURE.uid, "access": READ_AND_WRITE}],
}
WAYS_ON = (
    "Restore the target's folder of the same time; or compare it with reconcile, let that repair "
    f"what differs, and then {Allow.RESTORED_TARGET.lifts}."
)


class DataStoreRefusedError(TargetError):
    """DHIS2 does not give the user its data store; it may be known again otherwise."""


@dataclass(frozen=True)
class Marker:
    """Which load was the last.

    Attributes:
        staging: Id of the staging folder's target; also the marker's key.
        run: Its last run that posted.
        counter: How many runs have posted.
    """

    staging: str
    run: str
    counter: int


def check_marker(client: Dhis2, staging: str, known: Collection[Marker | None]) -> None:
    """Compare DHIS2's marker with those that it may have.

    Args:
        client: The DHIS2.
        staging: Id of the staging folder's target.
        known: The marker of the last load, and that of an unfinished one; None among them where
            there may be none yet.

    Raises:
        TargetError: It is older, newer, missing, or of another staging folder.
        DataStoreRefusedError: The user may not read it.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    refuse_other_stagings(client, staging)
    found = read_marker(client, staging)
    if found not in known:
        raise TargetError(f"{_what_differs(found, known)} Nothing was posted.")


def refuse_other_stagings(client: Dhis2, staging: str) -> None:
    """Stop if another staging folder than `staging` has left a marker.

    Raises:
        TargetError: It has.
        DataStoreRefusedError: The user may not read the data store.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    if others := _keys(client) - {staging}:
        raise TargetError(
            f"This DHIS2 is already filled from another staging folder (marker "
            f"{', '.join(sorted(others))} in its data store); two would delete each other's data. "
            f"Go on with that folder; or, if it is gone for good, delete the marker in DHIS2 (Data "
            f"Store app, namespace openimis-to-dhis2). Nothing was posted."
        )


def read_marker(client: Dhis2, staging: str) -> Marker | None:
    """Return DHIS2's marker of a staging folder, or None."""
    found = _content(client, f"{NAMESPACE}/{staging}")
    if found is None:
        return None
    if not isinstance(found, dict):
        return Marker(staging, "", -1)
    return _marker(staging, found)


def _marker(staging: str, found: Any) -> Marker:
    """Return what stands there as a marker; what is none is older than any."""
    try:
        return Marker(str(found["staging"]), str(found["run"]), int(found["counter"]))
    except (KeyError, TypeError, ValueError):
        return Marker(staging, "", -1)


def write_marker(client: Dhis2, marker: Marker) -> None:
    """Leave `marker` in DHIS2's data store, replacing the one before.

    Raises:
        TargetError: DHIS2 does not take it.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    path = f"{NAMESPACE}/{marker.staging}"
    method = "POST" if read_marker(client, marker.staging) is None else "PUT"
    answer = client.exchange(method, path, body=asdict(marker))
    if not answer.ok and read_marker(client, marker.staging) != marker:
        raise _refused(path, answer.status)
    protect_marker(client, marker.staging)


def protect_markers(client: Dhis2) -> list[str]:
    """Let only the users of daily loads write the markers; return those that this changed.

    Raises:
        DataStoreRefusedError: The user may not read the data store.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    return [staging for staging in sorted(_keys(client)) if protect_marker(client, staging)]


def protect_marker(client: Dhis2, staging: str) -> bool:
    """Let only the users of daily loads write a marker; return whether that was new.

    Where DHIS2, or what is before it, does not let us, it stays as it is: the marker does its work
    all the same, and no load ends for it.
    """
    try:
        return _protected(client, staging)
    except (TargetError, BusyError):
        return False


def _protected(client: Dhis2, staging: str) -> bool:
    answer = client.exchange("GET", f"{NAMESPACE}/{staging}/metaData")
    found = answer.body if answer.ok and isinstance(answer.body, dict) else {}
    if "id" not in found or _is_protected(found.get("sharing") or {}):
        return False
    where = {"type": "dataStore", "id": found["id"]}
    return client.exchange("PUT", "/api/sharing", where, {"object": PROTECTED}).ok


def _is_protected(sharing: Mapping[str, Any]) -> bool:
    """Whether the users of daily loads may write it, and not everybody."""
    groups = sharing.get("userGroups") or {}
    access = (groups.get(DATA_CAPTURE.uid) or {}).get("access")
    return sharing.get("public") == READ_ONLY and access == READ_AND_WRITE


def _what_differs(found: Marker | None, known: Collection[Marker | None]) -> str:
    newest = max((each.counter for each in known if each is not None), default=0)
    if found is None:
        return (
            f"DHIS2 has no marker of the last load in its data store: it was emptied, restored "
            f"from a backup, or is another server. {WAYS_ON}"
        )
    if found.counter < newest:
        return (
            f"DHIS2's marker is of load {found.counter}, the last one was {newest}: DHIS2 was "
            f"restored from a backup and lacks what was posted since. {WAYS_ON}"
        )
    return (
        f"DHIS2's marker is of load {found.counter}, run {found.run!r}; here the last one is "
        f"{newest}: this staging folder is an older copy, or another copy of it posts too. Go on "
        f"with the other one. {WAYS_ON}"
    )


def _keys(client: Dhis2) -> set[str]:
    return set(_content(client, NAMESPACE) or ())


def _content(client: Dhis2, path: str) -> Any:
    answer = client.exchange("GET", path)
    if answer.status == 404:
        return None
    if not answer.ok:
        raise _refused(path, answer.status)
    return answer.body


def _refused(path: str, status: int) -> TargetError:
    kind = DataStoreRefusedError if status == 403 else TargetError
    return kind(
        f"DHIS2 does not give the user its data store ({path}, {status}), in which each load "
        f"leaves a marker. Let the user read and write that namespace. No data were posted by this."
    )
