"""Judge, by what a DHIS2 answered, whether it is the one that the last load left.

    another address or systemId    another server, or a clone          unless moved_target
    markers of other folders       two staging folders fill one DHIS2  refused always
    keys that hold no marker       any user of DHIS2 may add one       reported, and ignored
    our marker: older, or missing  restored from a backup, or emptied  unless restored_target
    our marker: of the load before the last one, of a run of ours, and DHIS2 holds all that the
    last one made                  written late by a request of it     goes on, with a warning
    our marker: newer              another copy of our folder posts    unless restored_target
    the newest objects differ      the same, where the data store      unless restored_target
                                   may not be used

`flows/steps/target/recognition.py` asks the DHIS2, once; nothing here does.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from transforms.changes.guards.permissions import Allow
from transforms.core.errors import TargetError

WAYS_ON = (
    "Restore the target's folder of the same time; or compare it with reconcile, let that repair "
    f"what differs, and then {Allow.RESTORED_TARGET.lifts}."
)


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


def is_marker_name(key: str) -> bool:
    """Whether a key of the data store may be the id of a staging folder's target."""
    return re.fullmatch(r"[A-Za-z0-9-]{1,64}", key) is not None


def marker_of(key: str, content: Any) -> Marker | None:
    """Return what a key of the data store holds as a marker; None if it is none."""
    match content:
        case {"staging": str(staging), "run": str(run), "counter": int(counter)}:
            return Marker(staging, run, counter) if staging == key else None
    return None


@dataclass(frozen=True)
class ExpectedTarget:
    """The DHIS2 that the last load left, as the acknowledged state describes it.

    Attributes:
        staging: Id of the staging folder's target.
        run: The last run that was folded; None before the first.
        counter: How many runs have posted.
        open_run: The run that may have left its marker, and is not folded yet.
        base_url: Where DHIS2 was; None before the first load.
        system_id: DHIS2's own id; None if the user could not see it (only superusers can).
    """

    staging: str
    run: str | None = None
    counter: int = 0
    open_run: str | None = None
    base_url: str | None = None
    system_id: str | None = None

    @property
    def marker(self) -> Marker | None:
        """The marker that it left; None before the first load."""
        return Marker(self.staging, str(self.run), self.counter) if self.counter else None

    @property
    def markers(self) -> list[Marker | None]:
        """The markers that DHIS2 may have: of the last load, and of one cut short at its end."""
        if self.open_run is None:
            return [self.marker]
        return [self.marker, Marker(self.staging, self.open_run, self.counter + 1)]


@dataclass(frozen=True)
class NewestObjects:
    """What became of the newest objects that DHIS2 has confirmed.

    Attributes:
        checked: How many were read back.
        lacking: How many are not there, or hold other values.
        returned: How many that were deleted are there again.
    """

    checked: int
    lacking: int = 0
    returned: int = 0

    @property
    def are_all_there(self) -> bool:
        """Whether there are any, and DHIS2 holds all of them as it confirmed them."""
        return self.checked > 0 and not (self.lacking or self.returned)


@dataclass(frozen=True)
class Memory:
    """What a DHIS2 has of the last load.

    Attributes:
        stagings: Ids of the staging folders that have left a marker.
        marker: Ours; None where there is none, or where none is looked for.
        refusal: Why DHIS2 does not give the user its data store; None where it does.
        newest: The newest objects, where the marker tells nothing.
        strangers: How many keys beside the markers hold none.
    """

    stagings: frozenset[str] = frozenset()
    marker: Marker | None = None
    refusal: str | None = None
    newest: NewestObjects | None = None
    strangers: int = 0

    @property
    def warnings(self) -> list[str]:
        """What is odd, but may be."""
        found = (
            f"DHIS2's data store has {self.strangers} keys in the namespace openimis-to-dhis2 that "
            f"hold no marker of a load. Any user of DHIS2 may add one; they are ignored, and "
            f"DHIS2's administrator may delete them (Data Store app)."
        )
        return [*filter(None, [self.refusal]), *([found] if self.strangers else [])]

    def others(self, own: str) -> frozenset[str]:
        """Return the ids of the other staging folders that have left a marker."""
        return self.stagings - {own}


def refuse_another_server(last: ExpectedTarget, base_url: str, system_id: str | None) -> None:
    """Refuse another server than that of the last load.

    Args:
        last: The DHIS2 of the last load; any will do before the first.
        base_url: Where DHIS2 answers.
        system_id: Its own id; None if the user may not see it.

    Raises:
        TargetError: It is another one.
    """
    if last.base_url is None:
        return
    what = None
    if base_url != last.base_url:
        what = f"The last load went to {last.base_url}, this one would go to {base_url}"
    elif None not in (system_id, last.system_id) and system_id != last.system_id:
        what = f"Another DHIS2 answers at {base_url} than at the last load (its systemId)"
    if what:
        raise TargetError(
            f"{what}; what was acknowledged there says nothing about this one. Name another target "
            f"for another DHIS2; if it is the same one, with its data, {Allow.MOVED_TARGET.lifts}. "
            f"Nothing was posted."
        )


def refuse_other_stagings(memory: Memory, last: ExpectedTarget) -> None:
    """Refuse a DHIS2 in which another staging folder has left a marker.

    Raises:
        TargetError: One has.
    """
    if others := memory.others(last.staging):
        raise TargetError(
            f"This DHIS2 is already filled from another staging folder (marker "
            f"{', '.join(sorted(others))} in its data store); two would delete each other's data. "
            f"Go on with that folder; or, if it is gone for good, delete the marker in DHIS2 (Data "
            f"Store app, namespace openimis-to-dhis2). Nothing was posted."
        )


def refuse_lost_load(memory: Memory, last: ExpectedTarget) -> None:
    """Refuse a DHIS2 that lacks what the last load left, or has what a later one left.

    The newest objects decide where they were read back, and else the marker.

    Raises:
        TargetError: The marker is older, newer or missing; or the newest objects differ.
    """
    if memory.newest is not None:
        _refuse_other_objects(memory.newest)
    elif memory.marker not in last.markers:
        raise TargetError(f"{_what_differs(memory.marker, last.markers)} Nothing was posted.")


def is_of_load_before(marker: Marker | None, last: ExpectedTarget) -> bool:
    """Whether a marker is what the load before the last one has left of ours.

    A request of that load may have written it late; or DHIS2 was restored from a backup.
    """
    return (
        marker is not None
        and marker not in last.markers
        and marker.staging == last.staging
        and marker.counter == last.counter - 1
    )


def late_marker_warning(marker: Marker, last: ExpectedTarget) -> str:
    """Say that a request of an earlier load has written its marker after a later load."""
    return (
        f"DHIS2's marker was of load {marker.counter}, run {marker.run!r}, though DHIS2 holds all "
        f"that load {last.counter} made: a request of that run was carried out late. The marker is "
        f"written anew, and nothing is lost."
    )


def _refuse_other_objects(newest: NewestObjects) -> None:
    if newest.lacking or newest.returned:
        raise TargetError(
            f"Of the {newest.checked} newest objects that DHIS2 confirmed, {newest.lacking} are "
            f"not there or hold other values, and {newest.returned} that were deleted are there "
            f"again: DHIS2 was restored from a backup, was changed by others, or is another "
            f"server. {WAYS_ON} Nothing was posted."
        )


def _what_differs(found: Marker | None, possible: Collection[Marker | None]) -> str:
    newest = max((each.counter for each in possible if each is not None), default=0)
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
