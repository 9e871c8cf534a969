"""Tracked entities, enrollments and events, kept small: millions of them fit in memory.

Values are packed: the keys of an object are a tuple shared by all objects that have the same ones,
the values one text between separators.
"""

from __future__ import annotations

from typing import Any, Final

from .uids import new_uid

_SEPARATOR: Final = "\x1f"
_NOTHING: Final = "\x00"  # a value that is there and empty; no stored value can contain it

Packed = tuple[tuple[str, ...], "str | tuple[str | None, ...]"]

_shapes: dict[tuple[str, ...], tuple[str, ...]] = {}
EMPTY: Packed = ((), "")


def pack(values: dict[str, str | None]) -> Packed:
    """Keys and values in a few objects."""
    if not values:
        return EMPTY
    keys = tuple(values)
    keys = _shapes.setdefault(keys, keys)
    texts = [_NOTHING if value is None else value for value in values.values()]
    text = _SEPARATOR.join(texts)
    if text.count(_SEPARATOR) != len(keys) - 1:
        return keys, tuple(values.values())
    return keys, text


def unpack(packed: Packed) -> dict[str, str | None]:
    """The values by key."""
    keys, values = packed
    if not keys:
        return {}
    if isinstance(values, tuple):
        return dict(zip(keys, values, strict=True))
    texts = values.split(_SEPARATOR)
    if _NOTHING in texts:
        return {
            key: None if text == _NOTHING else text for key, text in zip(keys, texts, strict=True)
        }
    return dict(zip(keys, texts, strict=True))


class TrackedEntity:
    """One tracked entity; `owners` is a flat tuple of program, org unit, program, …"""

    __slots__ = (
        "attributes", "created", "deleted", "enrollments", "geometry", "inactive",
        "org_unit", "owners", "type", "uid", "updated",
    )  # fmt: skip

    def __init__(self, uid: str, type_uid: str, org_unit: str, moment: int) -> None:
        self.uid = uid
        self.type = type_uid
        self.org_unit = org_unit
        self.inactive = False
        self.geometry: object = None
        self.attributes: Packed = EMPTY
        self.enrollments: tuple[Enrollment, ...] = ()
        self.owners: tuple[str, ...] = ()
        self.created = moment
        self.updated = moment
        self.deleted = False

    def owner(self, program: str) -> str | None:
        """The org unit that owns this tracked entity in a program."""
        for index in range(0, len(self.owners), 2):
            if self.owners[index] == program:
                return self.owners[index + 1]
        return None

    def set_owner(self, program: str, org_unit: str) -> None:
        """Hands it to an org unit."""
        pairs = dict(zip(self.owners[::2], self.owners[1::2], strict=True)) | {program: org_unit}
        self.owners = tuple(part for pair in pairs.items() for part in pair)


class Enrollment:
    """One enrollment."""

    __slots__ = (
        "completed", "created", "deleted", "enrolled", "events", "follow_up", "geometry",
        "occurred", "org_unit", "program", "status", "tracked_entity", "uid", "updated",
    )  # fmt: skip

    def __init__(self, uid: str, tracked_entity: TrackedEntity, program: str, moment: int) -> None:
        self.uid = uid
        self.tracked_entity = tracked_entity
        self.program = program
        self.org_unit = ""
        self.status = "ACTIVE"
        self.enrolled: int | None = None
        self.occurred: int | None = None
        self.completed: int | None = None
        self.follow_up = False
        self.geometry: object = None
        self.events: tuple[Event, ...] = ()
        self.created = moment
        self.updated = moment
        self.deleted = False


class Event:
    """One event."""

    __slots__ = (
        "completed", "created", "deleted", "enrollment", "geometry", "occurred", "org_unit",
        "scheduled", "stage", "status", "stored_by", "uid", "updated", "values",
    )  # fmt: skip

    def __init__(self, uid: str, enrollment: Enrollment, stage: str, moment: int) -> None:
        self.uid = uid
        self.enrollment = enrollment
        self.stage = stage
        self.org_unit = ""
        self.status = "ACTIVE"
        self.occurred: int | None = None
        self.scheduled: int | None = None
        self.completed: int | None = None
        self.stored_by: str | None = None
        self.geometry: object = None
        self.values: Packed = EMPTY
        self.created = moment
        self.updated = moment
        self.deleted = False


class TrackerStore:
    """All tracker objects by UID, deleted ones too, and who holds which unique value."""

    def __init__(self) -> None:
        self.tracked_entities: dict[str, TrackedEntity] = {}
        self.enrollments: dict[str, Enrollment] = {}
        self.events: dict[str, Event] = {}
        self.unique_values: dict[str, dict[str, tuple[str, ...]]] = {}
        self.of_nobody: dict[str, Enrollment] = {}
        self.revision = 0  # counts imports
        self.last_query: tuple[object, list[Any]] | None = None

    def enrollment_of_nobody(self, program: str, moment: int) -> Enrollment:
        """What holds the events of a program without registration; nobody can ask for it."""
        if program not in self.of_nobody:
            nobody = TrackedEntity("", "", "", moment)
            self.of_nobody[program] = Enrollment(new_uid(), nobody, program, moment)
        return self.of_nobody[program]

    def holders(self, attribute: str, value: str) -> tuple[str, ...]:
        """The tracked entities that hold a unique value."""
        return self.unique_values.get(attribute, {}).get(value, ())

    def hold(self, attribute: str, value: str, uid: str) -> None:
        """Notes that a tracked entity holds a unique value."""
        held = self.unique_values.setdefault(attribute, {})
        if uid not in held.get(value, ()):
            held[value] = (*held.get(value, ()), uid)

    def release(self, attribute: str, value: str, uid: str) -> None:
        """Notes that it does so no longer."""
        held = self.unique_values.get(attribute, {})
        rest = tuple(holder for holder in held.get(value, ()) if holder != uid)
        if rest:
            held[value] = rest
        else:
            held.pop(value, None)

    def index_unique(self, attribute: str) -> None:
        """Builds the index of an attribute that was not unique when its values came."""
        if attribute in self.unique_values:
            return
        self.unique_values[attribute] = {}
        for tracked_entity in self.tracked_entities.values():
            if attribute in tracked_entity.attributes[0] and not tracked_entity.deleted:
                value = unpack(tracked_entity.attributes)[attribute]
                if value is not None:
                    self.hold(attribute, value, tracked_entity.uid)
