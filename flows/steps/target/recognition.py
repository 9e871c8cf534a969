"""Know DHIS2 again before anything is posted: the same server, with what the last load left.

address and systemId      another server, a clone elsewhere    unless moved_target
marker in its data store  restored from a backup, emptied,     unless restored_target
                          filled by another copy of us
the newest objects,       the same, where the data store       unless restored_target
read back by value        may not be used
"""

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.target.marker import (
    WAYS_ON,
    DataStoreRefusedError,
    Marker,
    check_marker,
    refuse_other_stagings,
    write_marker,
)
from flows.steps.target.newest_objects import NEWEST, differing
from flows.steps.target.preflight import KnownServer, check_server
from staging.acknowledged import Current
from staging.layout import Target
from transforms.changes.reconciliation import Kind
from transforms.core.errors import TargetError


def recognised_server(client: Dhis2, current: Current, *, moved_target: bool) -> SystemInfo:
    """Return who the server is, and refuse another one than before unless that is meant.

    Raises:
        TargetError: It is another one, or its version, calendar or login will not do.
    """
    return check_server(client, None if moved_target else known_server(current))


def check_memory(
    client: Dhis2, info: SystemInfo, target: Target, current: Current, *, restored_target: bool
) -> str | None:
    """Refuse a DHIS2 that lacks what the last load left, unless that is meant.

    Args:
        client: The DHIS2.
        info: Who it is.
        target: The target's files.
        current: The acknowledged state.
        restored_target: It was restored, and what it lacks is known; it gets our marker again.

    Returns:
        What is odd, but may be; or None.

    Raises:
        TargetError: It lacks the last load, or another staging folder fills it.
    """
    try:
        if restored_target:
            _mark_again(client, current)
            return None
        if not current.marker_refused:
            check_marker(client, str(current.staging_id), markers(current))
            return None
        refuse_other_stagings(client, str(current.staging_id))
    except DataStoreRefusedError as refused:
        if not restored_target:
            _check_newest(client, info, target, current)
        return str(refused)
    _check_newest(client, info, target, current)
    return None


def left_marker(client: Dhis2, run_id: str, current: Current) -> Current:
    """Move the marker on and return the state with whether DHIS2 took it."""
    try:
        write_marker(client, Marker(str(current.staging_id), run_id, current.counter + 1))
    except DataStoreRefusedError:
        return current.model_copy(update={"marker_refused": True})
    return current.model_copy(update={"marker_refused": False})


def known_server(current: Current) -> KnownServer | None:
    """Return the server of the last load, if there was one."""
    return KnownServer(current.base_url, current.system_id) if current.base_url else None


def markers(current: Current) -> list[Marker | None]:
    """Return the markers that DHIS2 may have: of the last load, and of one cut short at its end."""
    staging = str(current.staging_id)
    known = [_last_marker(current)]
    if current.open_run:
        known.append(Marker(staging, current.open_run, current.counter + 1))
    return known


def _last_marker(current: Current) -> Marker | None:
    if not current.counter:
        return None
    return Marker(str(current.staging_id), str(current.last_run), current.counter)


def _mark_again(client: Dhis2, current: Current) -> None:
    refuse_other_stagings(client, str(current.staging_id))
    if marker := _last_marker(current):
        write_marker(client, marker)


def _check_newest(client: Dhis2, info: SystemInfo, target: Target, current: Current) -> None:
    found = differing(client, info, target, current)
    if len(found):
        returned = len(found.filter(kind=Kind.UNEXPECTED.value))
        raise TargetError(
            f"Of the {NEWEST} newest objects that DHIS2 confirmed, {len(found) - returned} are not "
            f"there or hold other values, and {returned} that were deleted are there again: DHIS2 "
            f"was restored from a backup, was changed by others, or is another server. {WAYS_ON} "
            f"Nothing was posted."
        )
