"""A tracker payload as read: three flat lists; what makes DHIS2 refuse the request as a whole is
found here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from . import times
from .answers import refusal
from .dialects import Dialect
from .tracker_store import Enrollment, Event, TrackedEntity
from .uids import UID, new_uid

ENROLLMENT_STATUSES = frozenset({"ACTIVE", "COMPLETED", "CANCELLED"})
EVENT_STATUSES = frozenset({"ACTIVE", "COMPLETED", "VISITED", "SCHEDULE", "OVERDUE", "SKIPPED"})

Values = list[tuple[str, str | None]]


@dataclass(slots=True)
class NewTrackedEntity:
    """A tracked entity of a payload; `stored` is the one the server holds under this UID."""

    uid: str
    type: str | None
    org_unit: str | None
    attributes: Values
    inactive: bool
    geometry: object
    stored: TrackedEntity | None = None


@dataclass(slots=True)
class NewEnrollment:
    """An enrollment of a payload."""

    uid: str
    tracked_entity: str | None
    program: str | None
    org_unit: str | None
    status: str
    enrolled: int | None
    occurred: int | None
    completed: int | None
    follow_up: bool
    attributes: Values
    geometry: object
    stored: Enrollment | None = None


@dataclass(slots=True)
class NewEvent:
    """An event of a payload."""

    uid: str
    enrollment: str | None
    program: str | None
    stage: str | None
    org_unit: str | None
    status: str
    occurred: int | None
    scheduled: int | None
    completed: int | None
    values: Values
    stored_by: str | None
    geometry: object
    stored: Event | None = None


@dataclass(slots=True)
class Payload:
    """One request's objects."""

    tracked_entities: list[NewTrackedEntity] = field(default_factory=list)
    enrollments: list[NewEnrollment] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    has_nul: bool = False

    def __len__(self) -> int:
        return len(self.tracked_entities) + len(self.enrollments) + len(self.events)


def read_json(body: bytes, dialect: Dialect) -> Any:
    """The body as JSON, or the version's refusal of what it cannot read."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _unreadable(dialect, f"JSON parse error: {error}") from error


def read_payload(body: bytes, dialect: Dialect) -> Payload:
    """The payload of a tracker import, nested objects laid flat."""
    document = read_json(body, dialect)
    if not isinstance(document, dict):
        raise _unreadable(dialect, "JSON parse error: an object was expected")
    payload = Payload(has_nul=b"\\u0000" in body)
    try:
        _Reader(payload, dialect).read(document)
    except times.MalformedDateError as error:
        message = f"JSON parse error: Invalid date format '{error}', only ISO format is supported."
        raise _unreadable(dialect, message) from error
    except (AttributeError, TypeError, ValueError) as error:
        raise _unreadable(dialect, f"JSON parse error: {error}") from error
    return payload


def _unreadable(dialect: Dialect, message: str) -> Exception:
    return refusal(dialect.unreadable_body_status, message)


class _Reader:
    """Reads objects and checks what Jackson checks: UIDs (from 2.42), dates, statuses."""

    def __init__(self, payload: Payload, dialect: Dialect) -> None:
        self.payload = payload
        self.strict = dialect.malformed_uid_fails_request
        self.zone = dialect.time_zone

    def read(self, document: dict[str, Any]) -> None:
        for row in document.get("trackedEntities") or ():
            self._tracked_entity(row)
        for row in document.get("enrollments") or ():
            self._enrollment(row, row.get("trackedEntity"))
        for row in document.get("events") or ():
            self._event(row, row.get("enrollment"))

    def _uid(self, text: Any) -> str | None:
        if not text:
            return None
        if self.strict and UID.fullmatch(text) is None:
            raise ValueError(
                "Cannot construct instance of `org.hisp.dhis.common.UID`, problem: UID must be an "
                "alphanumeric string of 11 characters starting with a letter"
            )
        return str(text)

    def _tracked_entity(self, row: dict[str, Any]) -> None:
        uid = self._uid(row.get("trackedEntity")) or new_uid()
        self.payload.tracked_entities.append(
            NewTrackedEntity(
                uid=uid,
                type=row.get("trackedEntityType") or None,
                org_unit=row.get("orgUnit") or None,
                attributes=_values(row.get("attributes"), "attribute"),
                inactive=bool(row.get("inactive")),
                geometry=row.get("geometry"),
            )
        )
        for enrollment in row.get("enrollments") or ():
            self._enrollment(enrollment, uid)

    def _enrollment(self, row: dict[str, Any], tracked_entity: str | None) -> None:
        uid = self._uid(row.get("enrollment")) or new_uid()
        self.payload.enrollments.append(
            NewEnrollment(
                uid=uid,
                tracked_entity=self._uid(tracked_entity),
                program=row.get("program") or None,
                org_unit=row.get("orgUnit") or None,
                status=_status(row, ENROLLMENT_STATUSES, "EnrollmentStatus"),
                enrolled=times.parse_in(self.zone, row.get("enrolledAt")),
                occurred=times.parse_in(self.zone, row.get("occurredAt")),
                completed=times.parse_any(row.get("completedAt")),
                follow_up=bool(row.get("followUp")),
                attributes=_values(row.get("attributes"), "attribute"),
                geometry=row.get("geometry"),
            )
        )
        for event in row.get("events") or ():
            self._event(event, uid)

    def _event(self, row: dict[str, Any], enrollment: str | None) -> None:
        self.payload.events.append(
            NewEvent(
                uid=self._uid(row.get("event")) or new_uid(),
                enrollment=self._uid(enrollment),
                program=row.get("program") or None,
                stage=row.get("programStage") or None,
                org_unit=row.get("orgUnit") or None,
                status=_status(row, EVENT_STATUSES, "EventStatus"),
                occurred=times.parse_in(self.zone, row.get("occurredAt")),
                scheduled=times.parse_any(row.get("scheduledAt")),
                completed=times.parse_any(row.get("completedAt")),
                values=_values(row.get("dataValues"), "dataElement"),
                stored_by=row.get("storedBy") or None,
                geometry=row.get("geometry"),
            )
        )


def _status(row: dict[str, Any], accepted: frozenset[str], name: str) -> str:
    status = row.get("status") or "ACTIVE"
    if status not in accepted:
        raise ValueError(
            f'Cannot deserialize value of type `{name}` from String "{status}": '
            f"not one of the values accepted for Enum class: {sorted(accepted)}"
        )
    return str(status)


def _values(rows: Any, key: str) -> Values:
    """Keys and texts; blank is null, numbers and truth values become text as Jackson makes them."""
    if not rows:
        return []
    return [(row.get(key) or "", _text(row.get("value"))) for row in rows]


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        raise TypeError("Cannot deserialize value of type `java.lang.String`")
    return str(value)
