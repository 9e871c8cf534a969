"""Ask a DHIS2, once and before anything is posted, whether it is the one of the last load.

    who it is      its address, version, calendar, systemId     1 request
    its memory     the markers in its data store                1 or 2 requests
                   the newest objects, read back by value,      a few requests
                   where the data store may not be used

What the answers mean, `transforms/changes/guards/recognition.py` judges. Flows that only read, or
post no data of persons, ask for the first alone.
"""

from dataclasses import dataclass, replace

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.target.marker import DataStoreRefusedError, ask_markers, write_marker
from flows.steps.target.newest_objects import ask_last_load, ask_newest
from staging.current import Current
from staging.layout import Run, Target
from staging.runs import recall
from transforms.changes.guards.permissions import NOTHING, Allow, Permissions
from transforms.changes.guards.recognition import (
    ExpectedTarget,
    Marker,
    Memory,
    is_of_load_before,
    late_marker_warning,
    refuse_another_server,
    refuse_lost_load,
    refuse_other_stagings,
)


@dataclass(frozen=True)
class Recognition:
    """What a DHIS2 answered that is the one of the last load, or is permitted in its place.

    Attributes:
        info: Who it is.
        memory: What it has of the last load.
        late_marker: That a request of an earlier load wrote its marker after the last load.
    """

    info: SystemInfo
    memory: Memory
    late_marker: str | None = None

    @property
    def warnings(self) -> list[str]:
        """What is odd, but may be."""
        late = [self.late_marker] if self.late_marker else []
        return self.memory.warnings + late


def recognise(
    client: Dhis2, target: Target, current: Current, allow: Permissions = NOTHING
) -> Recognition:
    """Return what DHIS2 answered; refuse another DHIS2, or one that lacks what the last load left.

    Our marker is written again to a DHIS2 that was restored from a backup, if `allow` permits that,
    and to one whose marker a late request of ours has overwritten.

    Raises:
        TargetError: It is another one, its version, calendar or login will not do, it lacks the
            last load, or another staging folder fills it.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    last, is_restored = expected_target(current), Allow.RESTORED_TARGET in allow
    info = recognise_server(client, current, allow)
    memory = _ask_memory(client, info, target, current, is_restored=is_restored)
    refuse_other_stagings(memory, last)
    if is_restored:
        return Recognition(info, _mark_again(client, memory, last))
    marker = memory.marker
    if marker and _is_late(client, info, target, current, marker):
        memory = _mark_again(client, memory, last)
        return Recognition(info, memory, late_marker_warning(marker, last))
    refuse_lost_load(memory, last)
    return Recognition(info, memory)


def recognise_server(client: Dhis2, current: Current, allow: Permissions = NOTHING) -> SystemInfo:
    """Return who the server is, and refuse another one than that of the last load; one request.

    Raises:
        TargetError: It is another one, or its version, calendar or login will not do.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    info = ask_server(client)
    if Allow.MOVED_TARGET not in allow:
        refuse_another_server(expected_target(current), info.base_url, info.system_id)
    return info


def ask_server(client: Dhis2) -> SystemInfo:
    """Return who the server is, whatever the last load went to; one request.

    Raises:
        TargetError: Its version, calendar or login will not do.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    info = client.system_info()
    _ = info.dialect
    info.check_calendar()
    return info


def leave_marker(client: Dhis2, run_id: str, current: Current) -> Current:
    """Move the marker on, and return the state with whether DHIS2 accepted it."""
    marker = Marker(str(current.staging_id), run_id, current.counter + 1)
    is_there = current.counter > 0 and not current.marker_refused
    try:
        write_marker(client, marker, replaces=is_there)
    except DataStoreRefusedError:
        return current.model_copy(update={"marker_refused": True})
    return current.model_copy(update={"marker_refused": False})


def expected_target(current: Current) -> ExpectedTarget:
    """Return the DHIS2 that the last load left, as the acknowledged state describes it."""
    return ExpectedTarget(
        staging=str(current.staging_id),
        run=current.last_run,
        counter=current.counter,
        open_run=current.open_run,
        base_url=current.base_url,
        system_id=current.system_id,
    )


def _ask_memory(
    client: Dhis2, info: SystemInfo, target: Target, current: Current, *, is_restored: bool
) -> Memory:
    """Ask for what the rules need, and for nothing more."""
    own = str(current.staging_id)
    needs_marker = not (is_restored or current.marker_refused)
    try:
        memory = ask_markers(client, own, reads_own=needs_marker)
    except DataStoreRefusedError as refused:
        memory = Memory(refusal=str(refused))
    if is_restored or memory.others(own):
        return memory
    if memory.refusal or current.marker_refused:
        return replace(memory, newest=ask_newest(client, info, target, current))
    return memory


def _is_late(
    client: Dhis2, info: SystemInfo, target: Target, current: Current, marker: Marker
) -> bool:
    """Whether a request of the load before wrote its marker late, though DHIS2 lacks nothing.

    A run that this staging folder does not have was made by another copy of it.
    """
    return (
        is_of_load_before(marker, expected_target(current))
        and target.name == recall(Run(target.root, marker.run)).target
        and ask_last_load(client, info, target, current).are_all_there
    )


def _mark_again(client: Dhis2, memory: Memory, last: ExpectedTarget) -> Memory:
    """Leave the marker of the last load in a DHIS2 that has an earlier one, or none."""
    if last.marker is None or memory.refusal:
        return memory
    try:
        write_marker(client, last.marker, replaces=last.staging in memory.stagings)
    except DataStoreRefusedError as refused:
        return replace(memory, refusal=str(refused))
    return memory
