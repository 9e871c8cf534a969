"""The marker that a load leaves in DHIS2's data store, so that the next one recognises DHIS2.

Whoever makes a key owns it, and anybody may change or delete it until it is shared otherwise. So
each load sees to it that only the users of daily loads may write its marker; everybody may read it,
so that two staging folders recognise each other. Anybody may still add a key of another name there:
what is no marker is reported and ignored.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flows.connectors.dhis2.answers import check_read
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError, transient
from transforms.changes.guards.recognition import Marker, Memory, is_marker_name, marker_of
from transforms.core.errors import TargetError
from transforms.package.tables.sharing import DATA_CAPTURE

NAMESPACE = "/api/dataStore/openimis-to-dhis2"
READ_ONLY, READ_AND_WRITE = "r-------", "rw------"
FORBIDDEN, NOT_THERE, THERE_ALREADY, SERVER_ERROR = 403, 404, 409, 500
PROTECTED = {
    "publicAccess": READ_ONLY,
    "externalAccess": False,
    "userAccesses": [],
    "userGroupAccesses": [{"id": DATA_CAPTURE.uid, "access": READ_AND_WRITE}],
}


class DataStoreRefusedError(TargetError):
    """DHIS2 does not give the user its data store; it may be recognised by its newest objects."""


def ask_markers(client: Dhis2, own: str, *, reads_own: bool = True) -> Memory:
    """Return which staging folders have left a marker, and what our marker is.

    A key of any user that holds no marker is none, whatever its name.

    Args:
        client: The DHIS2.
        own: Id of our staging folder's target.
        reads_own: Whether what our marker is matters too.

    Raises:
        DataStoreRefusedError: The user may not read the data store.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    keys = _keys(client)
    others = _markers(client, keys - {own})
    strangers = len(keys - {own} - others)
    stagings = others | (keys & {own})
    reads_own = reads_own and stagings == {own}
    return Memory(stagings, read_marker(client, own) if reads_own else None, strangers=strangers)


def read_marker(client: Dhis2, staging: str) -> Marker | None:
    """Return DHIS2's marker of a staging folder, or None; what is none is older than any."""
    found = _content(client, f"{NAMESPACE}/{staging}")
    return None if found is None else marker_of(staging, found) or Marker(staging, "", -1)


def _markers(client: Dhis2, keys: frozenset[str]) -> frozenset[str]:
    """Return those of the keys that hold a marker; one that is closed to us is nobody's marker."""
    return frozenset(key for key in keys if is_marker_name(key) and _holds_marker(client, key))


def _holds_marker(client: Dhis2, key: str) -> bool:
    answer = client.exchange("GET", f"{NAMESPACE}/{key}")
    if answer.status in (NOT_THERE, FORBIDDEN):
        return False
    if not answer.ok:
        raise _refused_error(f"{NAMESPACE}/{key}", answer.status)
    return marker_of(key, answer.body) is not None


def write_marker(client: Dhis2, marker: Marker, *, replaces: bool = False) -> None:
    """Leave `marker` in DHIS2's data store, instead of the one before.

    Args:
        client: The DHIS2.
        marker: The marker.
        replaces: Whether one is there, as far as we know; if not so, a second request is made.

    Raises:
        TargetError: DHIS2 does not take it.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    path = f"{NAMESPACE}/{marker.staging}"
    methods = ("PUT", "POST") if replaces else ("POST", "PUT")
    answer = client.exchange(methods[0], path, body=asdict(marker))
    if answer.status in (NOT_THERE, THERE_ALREADY):
        answer = client.exchange(methods[1], path, body=asdict(marker))
    if not answer.ok:
        raise _refused_error(path, answer.status)
    protect_marker(client, marker.staging)


def protect_markers(client: Dhis2) -> list[str]:
    """Let only the users of daily loads write the markers; return those that this changed.

    Raises:
        DataStoreRefusedError: The user may not read the data store.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    markers = _markers(client, _keys(client))
    return [staging for staging in sorted(markers) if protect_marker(client, staging)]


def protect_marker(client: Dhis2, staging: str) -> bool:
    """Let only the users of daily loads write a marker; return whether that was new."""
    return protect(client, f"{NAMESPACE}/{staging}")


def protect(client: Dhis2, path: str) -> bool:
    """Let only the users of daily loads write an entry of the data store; whether that was new.

    Where DHIS2, or what is before it, does not let us, it stays as it is: the entry does its work
    all the same, and no load ends for it.
    """
    try:
        return _protect(client, path)
    except (TargetError, BusyError):
        return False


def _protect(client: Dhis2, path: str) -> bool:
    answer = client.exchange("GET", f"{path}/metaData")
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


def _keys(client: Dhis2) -> frozenset[str]:
    return frozenset(_content(client, NAMESPACE) or ())


def _content(client: Dhis2, path: str) -> Any:
    answer = client.exchange("GET", path)
    if answer.status == NOT_THERE and answer.body is not None:
        return None
    if answer.status == FORBIDDEN:
        raise _refused_error(path, answer.status)
    check_read(answer, path)
    return answer.body


def _refused_error(path: str, status: int) -> TargetError | BusyError:
    """Return the error of an answer without a marker; time may cure what no right is in the way of.

    A marker is made where none is, and replaced where one is: 404 or 409 to both is no DHIS2 yet.
    """
    kind = DataStoreRefusedError if status == FORBIDDEN else TargetError
    error = kind(
        f"DHIS2 does not give the user its data store ({path}, {status}), in which each load "
        f"leaves a marker. Let the user read and write that namespace. No data were posted by this."
    )
    is_outage = status in (NOT_THERE, THERE_ALREADY) or status >= SERVER_ERROR
    return transient(error) if is_outage else error
