"""POST /api/tracker: read → validate → write → report, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from . import times
from .answers import Answer, refusal
from .dialects import Dialect
from .state import State
from .tracker_errors import TrackerError
from .tracker_model import TrackerModel
from .tracker_payload import NewEnrollment, NewEvent, NewTrackedEntity, Payload, Values
from .tracker_store import EMPTY, Enrollment, Event, TrackedEntity, pack, unpack
from .tracker_validation import (
    ENROLLMENT,
    EVENT,
    TRACKED_ENTITY,
    Validation,
    Verdict,
    validate_deletion,
)
from .wordlist import names

RELATIONSHIP = "RELATIONSHIP"
TYPES = (TRACKED_ENTITY, ENROLLMENT, EVENT, RELATIONSHIP)
STRATEGIES = ("CREATE", "UPDATE", "CREATE_AND_UPDATE", "DELETE")
CHOICES = {
    "importStrategy": STRATEGIES,
    "atomicMode": ("ALL", "OBJECT"),
    "importMode": ("COMMIT", "VALIDATE"),
    "reportMode": ("ERRORS", "WARNINGS", "FULL"),
    "validationMode": ("FULL", "FAIL_FAST", "SKIP"),
    "flushMode": ("AUTO", "OBJECT"),
}

POISON_MESSAGES = {
    "conflict": 'ERROR: invalid byte sequence for encoding "UTF8": 0x00',
    "server error": "ERROR: unsupported Unicode escape sequence",
    "report": "Exception:could not execute statement; SQL [n/a]; nested exception is "
    "org.hibernate.exception.DataException: could not execute statement",
}


@dataclass(frozen=True)
class Options:
    """The parameters of an import, DHIS2's defaults where left out."""

    import_strategy: str = "CREATE_AND_UPDATE"
    atomic_mode: str = "ALL"
    import_mode: str = "COMMIT"
    report_mode: str = "ERRORS"

    @classmethod
    def read(cls, query: dict[str, str]) -> Options:
        """Reads a query; an unknown choice is a 400."""
        chosen = {name: _choice(query, name) for name in CHOICES}
        asked = ("importStrategy", "atomicMode", "importMode", "reportMode")
        return cls(*(chosen[name] for name in asked))


_DEFAULTS = {"importStrategy": "CREATE_AND_UPDATE", "reportMode": "ERRORS"}


def _choice(query: dict[str, str], name: str) -> str:
    value = query.get(name, "").upper()
    if not value:
        return _DEFAULTS.get(name, CHOICES[name][0])
    if value not in CHOICES[name]:
        valid = ", ".join(CHOICES[name])
        raise refusal(
            400,
            f"Value '{query[name]}' is not valid for parameter {name}. Valid values are: [{valid}]",
        )
    return value


@dataclass
class Written:
    """What was done to objects of one type."""

    submitted: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    uids: list[str] = field(default_factory=list)

    def add(self, outcome: str, uid: str) -> None:
        """Notes one object: created, updated or deleted."""
        self.counts[outcome] += 1
        self.uids.append(uid)

    def stats(self) -> dict[str, int]:
        """As a type report shows it."""
        done = sum(self.counts.values())
        return stats(self.counts, ignored=self.submitted - done, total=self.submitted)


def stats(counts: Counter[str], *, ignored: int, total: int) -> dict[str, int]:
    """DHIS2's five numbers."""
    return {
        "created": counts["created"],
        "updated": counts["updated"],
        "deleted": counts["deleted"],
        "ignored": ignored,
        "total": total,
    }


def import_payload(state: State, model: TrackerModel, payload: Payload, options: Options) -> Answer:
    """Validates and writes; the answer is the import report."""
    answer = _imported(state, model, payload, options)
    if options.report_mode != "FULL" and isinstance(answer.body, dict):
        answer.body.pop("timingsStats", None)
    return answer


def _imported(state: State, model: TrackerModel, payload: Payload, options: Options) -> Answer:
    _attach_stored(state, payload)
    verdict = _validated(state, model, payload, options)
    if verdict.errors and options.atomic_mode == "ALL":
        return Answer(409, _report(state.dialect, verdict, len(payload), status="ERROR"))
    if options.import_mode == "VALIDATE":
        return Answer(200, _report(state.dialect, verdict, 0, types={}))
    _refuse_poison(state.dialect, payload, verdict)
    _refuse_doubles(state.dialect, payload, verdict)
    written = _Writer(state, payload, verdict).write(options.import_strategy)
    return Answer(200, _report(state.dialect, verdict, len(payload), types=written))


def _attach_stored(state: State, payload: Payload) -> None:
    store = state.tracker
    for entity in payload.tracked_entities:
        entity.stored = store.tracked_entities.get(entity.uid)
    for enrollment in payload.enrollments:
        enrollment.stored = store.enrollments.get(enrollment.uid)
    for event in payload.events:
        event.stored = store.events.get(event.uid)


def _validated(state: State, model: TrackerModel, payload: Payload, options: Options) -> Verdict:
    if options.import_strategy == "DELETE":
        return validate_deletion(payload, model)
    validation = Validation(payload, model, state.tracker, state.dialect)
    return validation.run(options.import_strategy)


# the whole request fails


def _refuse_poison(dialect: Dialect, payload: Payload, verdict: Verdict) -> None:
    """A NUL in a value that would be written: PostgreSQL refuses, and nothing is written."""
    if not payload.has_nul or not _has_poison(payload, verdict):
        return
    message = POISON_MESSAGES[dialect.poison]
    if dialect.poison == "conflict":
        raise refusal(409, message)
    if dialect.poison == "server error":
        raise refusal(500, message)
    refused = refusal(409, message)
    body = _report(dialect, Verdict(), len(payload), status="ERROR") | {"message": message}
    del body["stats"]
    refused.answer = Answer(409, body)
    raise refused


def _has_poison(payload: Payload, verdict: Verdict) -> bool:
    values: list[tuple[str, str, Values, str | None]] = [
        *((TRACKED_ENTITY, row.uid, row.attributes, None) for row in payload.tracked_entities),
        *((ENROLLMENT, row.uid, row.attributes, None) for row in payload.enrollments),
        *((EVENT, row.uid, row.values, row.stored_by) for row in payload.events),
    ]
    return any(
        "\x00" in (stored_by or "") or any("\x00" in (value or "") for _, value in pairs)
        for tracker_type, uid, pairs, stored_by in values
        if uid not in verdict.failed[tracker_type]
    )


def _refuse_doubles(dialect: Dialect, payload: Payload, verdict: Verdict) -> None:
    """One new UID twice in a payload: from 2.43 a duplicate key, and nothing is written."""
    if dialect.same_uid_twice != "fails":
        return
    lists: tuple[tuple[str, Sequence[NewTrackedEntity | NewEnrollment | NewEvent]], ...] = (
        (TRACKED_ENTITY, payload.tracked_entities),
        (ENROLLMENT, payload.enrollments),
        (EVENT, payload.events),
    )
    for tracker_type, rows in lists:
        seen: set[str] = set()
        for row in rows:
            if (
                row.stored is None
                and row.uid in seen
                and row.uid not in verdict.failed[tracker_type]
            ):
                raise refusal(500, "ERROR: duplicate key value violates unique constraint")
            seen.add(row.uid)


# writing


class _Writer:
    """Writes what passed: tracked entities, enrollments, events; deletions the other way round."""

    def __init__(self, state: State, payload: Payload, verdict: Verdict) -> None:
        self.state = state
        self.store = state.tracker
        self.payload = payload
        self.failed = verdict.failed
        self.now = times.now()
        self.written = {
            TRACKED_ENTITY: Written(len(payload.tracked_entities)),
            ENROLLMENT: Written(len(payload.enrollments)),
            EVENT: Written(len(payload.events)),
            RELATIONSHIP: Written(),
        }
        self.unique = frozenset(
            uid
            for uid, row in state.metadata["trackedEntityAttributes"].items()
            if row.get("unique")
        )

    def write(self, strategy: str) -> dict[str, Written]:
        """Everything that passed."""
        if strategy == "DELETE":
            self._delete()
        else:
            self._save()
        self.store.revision += 1
        return self.written

    def _save(self) -> None:
        for entity in self.payload.tracked_entities:
            if entity.uid not in self.failed[TRACKED_ENTITY]:
                self._note(TRACKED_ENTITY, self._save_tracked_entity(entity), entity.uid)
        for enrollment in self.payload.enrollments:
            if enrollment.uid not in self.failed[ENROLLMENT]:
                self._note(ENROLLMENT, self._save_enrollment(enrollment), enrollment.uid)
        for event in self.payload.events:
            if event.uid not in self.failed[EVENT]:
                self._note(EVENT, self._save_event(event), event.uid)

    def _note(self, tracker_type: str, outcome: str, uid: str) -> None:
        self.written[tracker_type].add(outcome, uid)

    def _outcome(self, was_stored: bool, is_double: bool) -> str:
        if was_stored:
            return "updated"
        if is_double and self.state.dialect.same_uid_twice == "created, then updated":
            return "updated"
        return "created"

    def _save_tracked_entity(self, row: NewTrackedEntity) -> str:
        entity = self.store.tracked_entities.get(row.uid)
        outcome = self._outcome(row.stored is not None, entity is not None)
        if entity is None:
            entity = TrackedEntity(row.uid, str(row.type), str(row.org_unit), self.now)
            self.store.tracked_entities[row.uid] = entity
        entity.org_unit = self._place(str(row.org_unit))
        entity.inactive = row.inactive
        entity.geometry = row.geometry
        entity.updated = self.now
        self._save_attributes(entity, row.attributes)
        return outcome

    def _place(self, org_unit: str) -> str:
        """The same text object for all that lie in one org unit."""
        return str(self.state.metadata["organisationUnits"][org_unit]["id"])

    def _save_attributes(self, entity: TrackedEntity, values: Values) -> None:
        if not values:
            return
        held = unpack(entity.attributes)
        for attribute, value in values:
            before = held.get(attribute)
            if attribute in self.unique and before != value:
                self._move_unique(entity.uid, attribute, before, value)
            if value is not None:
                held[attribute] = value
            elif attribute in held:
                del held[attribute]
            elif self.state.dialect.null_for_nothing_is_kept:
                held[attribute] = None
        entity.attributes = pack(held)

    def _move_unique(self, uid: str, attribute: str, before: str | None, after: str | None) -> None:
        if before is not None:
            self.store.release(attribute, before, uid)
        if after is not None:
            self.store.hold(attribute, after, uid)

    def _save_enrollment(self, row: NewEnrollment) -> str:
        enrollment = self.store.enrollments.get(row.uid)
        outcome = self._outcome(row.stored is not None, enrollment is not None)
        if enrollment is None:
            entity = self.store.tracked_entities[str(row.tracked_entity)]
            program = str(self.state.metadata["programs"][str(row.program)]["id"])
            enrollment = Enrollment(row.uid, entity, program, self.now)
            entity.enrollments = (*entity.enrollments, enrollment)
            self.store.enrollments[row.uid] = enrollment
            if entity.owner(program) is None:
                entity.set_owner(program, self._place(str(row.org_unit)))
        self._set_enrollment(enrollment, row)
        self._save_attributes(enrollment.tracked_entity, row.attributes)
        return outcome

    def _set_enrollment(self, enrollment: Enrollment, row: NewEnrollment) -> None:
        was_open = enrollment.status == "ACTIVE"
        enrollment.org_unit = self._place(str(row.org_unit))
        enrollment.enrolled = row.enrolled
        enrollment.occurred = row.occurred if row.occurred is not None else row.enrolled
        enrollment.follow_up = row.follow_up
        enrollment.geometry = row.geometry
        if row.status == "ACTIVE":
            enrollment.completed = None
        elif was_open or enrollment.completed is None:
            taken = row.completed if self.state.dialect.completed_at_is_taken else None
            enrollment.completed = taken or self.now
        enrollment.status = row.status
        enrollment.updated = self.now
        enrollment.tracked_entity.updated = self.now

    def _save_event(self, row: NewEvent) -> str:
        event = self.store.events.get(row.uid)
        outcome = self._outcome(row.stored is not None, event is not None)
        if event is None:
            stage = str(self.state.metadata["programStages"][str(row.stage)]["id"])
            enrollment = self._enrollment_of(row, stage)
            event = Event(row.uid, enrollment, stage, self.now)
            event.stored_by = row.stored_by
            enrollment.events = (*enrollment.events, event)
            self.store.events[row.uid] = event
        self._set_event(event, row)
        return outcome

    def _enrollment_of(self, row: NewEvent, stage: str) -> Enrollment:
        """That of the event; of a program without registration that of nobody, whatever it says."""
        program = str(self.state.metadata["programStages"][stage]["program"]["id"])
        if self.state.metadata["programs"][program].get("programType") == "WITHOUT_REGISTRATION":
            return self.store.enrollment_of_nobody(program, self.now)
        return self.store.enrollments[str(row.enrollment)]

    def _set_event(self, event: Event, row: NewEvent) -> None:
        completes = row.status == "COMPLETED" and event.completed is None
        event.org_unit = self._place(str(row.org_unit))
        event.occurred = row.occurred
        event.scheduled = row.scheduled
        event.geometry = row.geometry
        if row.status != "COMPLETED":
            event.completed = None
        elif completes:
            event.completed = row.completed or self.now
        event.status = "ACTIVE" if row.status == "VISITED" else row.status
        event.updated = self.now
        event.enrollment.tracked_entity.updated = self.now
        if row.values:
            event.values = _merged(event, row.values)

    def _delete(self) -> None:
        for event in self.payload.events:
            if event.uid not in self.failed[EVENT] and event.stored is not None:
                self._delete_event(event.stored)
                self._note(EVENT, "deleted", event.uid)
        for enrollment in self.payload.enrollments:
            if enrollment.uid not in self.failed[ENROLLMENT] and enrollment.stored is not None:
                self._delete_enrollment(enrollment.stored)
                self._note(ENROLLMENT, "deleted", enrollment.uid)
        for entity in self.payload.tracked_entities:
            if entity.uid not in self.failed[TRACKED_ENTITY] and entity.stored is not None:
                self._delete_tracked_entity(entity.stored)
                self._note(TRACKED_ENTITY, "deleted", entity.uid)

    def _delete_event(self, event: Event) -> None:
        event.deleted = True
        event.updated = self.now

    def _delete_enrollment(self, enrollment: Enrollment) -> None:
        enrollment.deleted = True
        enrollment.updated = self.now
        for event in enrollment.events:
            if not event.deleted:
                self._delete_event(event)

    def _delete_tracked_entity(self, entity: TrackedEntity) -> None:
        for attribute, value in unpack(entity.attributes).items():
            if attribute in self.unique and value is not None:
                self.store.release(attribute, value, entity.uid)
        entity.attributes = EMPTY
        entity.deleted = True
        entity.updated = self.now
        for enrollment in entity.enrollments:
            if not enrollment.deleted:
                self._delete_enrollment(enrollment)


def _merged(event: Event, values: Values) -> Any:
    held = unpack(event.values)
    for element, value in values:
        if value is not None:
            held[element] = value
        else:
            held.pop(element, None)
    return pack(held)


# the report

_TIMINGS = names("preheat programRule prepareRequest validation commit totalImport totalRequest")


def _report(
    dialect: Dialect,
    verdict: Verdict,
    total: int,
    *,
    status: str = "OK",
    types: dict[str, Written] | None = None,
) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for written in (types or {}).values():
        counts.update(written.counts)
    ignored = verdict.ignored if types is not None else total
    body: dict[str, Any] = {
        "status": status,
        "validationReport": {
            "errorReports": [_error(dialect, error) for error in verdict.errors],
            "warningReports": [],
        },
        "stats": stats(counts, ignored=ignored if total else 0, total=total),
    }
    if dialect.report_has_timings:
        body["timingsStats"] = dict.fromkeys(_TIMINGS, "0.0 sec.") | {"timers": {}}
    if types is not None:
        body["bundleReport"] = _bundle_report(dialect, types)
    return body


def _error(dialect: Dialect, error: TrackerError) -> dict[str, object]:
    return error.report(with_args=dialect.errors_have_args)


def _bundle_report(dialect: Dialect, types: dict[str, Written]) -> dict[str, Any]:
    report: dict[str, Any] = {
        "typeReportMap": {
            name: {
                "trackerType": name,
                "stats": written.stats(),
                "objectReports": _object_reports(dialect, name, written.uids),
            }
            for name, written in types.items()
        }
    }
    return report | {"empty": True} if dialect.report_has_timings else report


def _object_reports(dialect: Dialect, name: str, uids: list[str]) -> list[dict[str, Any]]:
    reports: list[dict[str, Any]] = [
        {"trackerType": name, "uid": uid, "errorReports": []} for uid in uids
    ]
    if dialect.report_has_timings:
        for report in reports:
            report["index"] = uids.index(report["uid"])
    return reports
