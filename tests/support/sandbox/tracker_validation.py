"""The tracker's validation: existence → mandatory → metadata → what may not change → relations →
access → the rest.

Each object stops at the first step that finds errors; then children of new objects that failed
fail too (E5000).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from . import times
from .dialects import Dialect
from .tracker_errors import TrackerError
from .tracker_model import Field, ProgramModel, StageModel, TrackerModel
from .tracker_payload import NewEnrollment, NewEvent, NewTrackedEntity, Payload, Values
from .tracker_store import Enrollment, Event, TrackedEntity, TrackerStore, unpack
from .uids import UID

TRACKED_ENTITY = "TRACKED_ENTITY"
ENROLLMENT = "ENROLLMENT"
EVENT = "EVENT"

LONGEST_ATTRIBUTE = 1_200
NEEDS_OCCURRED = frozenset({"ACTIVE", "COMPLETED", "VISITED"})
WITHOUT_VALUES = frozenset({"SCHEDULE", "OVERDUE", "SKIPPED"})
COUNTED = frozenset({"ACTIVE", "COMPLETED"})
DAY = 86_400_000

Finding = tuple[str, tuple[str, ...]]
Findings = Iterator[Finding]


@dataclass(slots=True)
class Verdict:
    """The errors found and the objects they are about, by tracker type."""

    errors: list[TrackerError] = field(default_factory=list)
    failed: dict[str, set[str]] = field(
        default_factory=lambda: {TRACKED_ENTITY: set(), ENROLLMENT: set(), EVENT: set()}
    )

    def add(self, tracker_type: str, uid: str, findings: Iterable[Finding]) -> bool:
        """Notes findings; whether there were any."""
        found = [TrackerError(code, tracker_type, uid, args) for code, args in findings]
        if not found:
            return False
        self.errors.extend(dict.fromkeys(found))
        self.failed[tracker_type].add(uid)
        return True

    @property
    def ignored(self) -> int:
        """How many objects failed."""
        return sum(len(uids) for uids in self.failed.values())


@dataclass(slots=True)
class _Kind:
    """The codes of one tracker type."""

    tracker_type: str
    exists: str
    missing: str
    deleted: str


KINDS = {
    TRACKED_ENTITY: _Kind(TRACKED_ENTITY, "E1002", "E1063", "E1114"),
    ENROLLMENT: _Kind(ENROLLMENT, "E1080", "E1081", "E1113"),
    EVENT: _Kind(EVENT, "E1030", "E1032", "E1082"),
}


def existence(
    kind: _Kind, uid: str, stored: TrackedEntity | Enrollment | Event | None, strategy: str
) -> Findings:
    """Whether the strategy fits what is there; a deleted UID fits none."""
    if stored is not None and stored.deleted:
        yield kind.deleted, (uid,)
    elif stored is not None and strategy == "CREATE":
        yield kind.exists, (uid,)
    elif stored is None and strategy in {"UPDATE", "DELETE"}:
        yield kind.missing, (uid,)


class Validation:
    """Validates one payload for creation and update."""

    def __init__(
        self, payload: Payload, model: TrackerModel, store: TrackerStore, dialect: Dialect
    ) -> None:
        self.payload = payload
        self.model = model
        self.store = store
        self.dialect = dialect
        self.user = model.account.uid
        self.today = times.now()
        self.verdict = Verdict()
        self.new_entities = {row.uid: row for row in payload.tracked_entities}
        self.new_enrollments = {row.uid: row for row in payload.enrollments}
        self._enrollments_of = self._group_enrollments()
        self._stage_counts: dict[tuple[str | None, str | None], int] | None = None
        self._claims = self._unique_claims()

    def run(self, strategy: str) -> Verdict:
        """All errors of the payload."""
        for entity in self.payload.tracked_entities:
            self._check(TRACKED_ENTITY, entity, strategy, self._tracked_entity_steps(entity))
        for enrollment in self.payload.enrollments:
            self._check(ENROLLMENT, enrollment, strategy, self._enrollment_steps(enrollment))
        for event in self.payload.events:
            self._check(EVENT, event, strategy, self._event_steps(event))
        self._fail_children()
        return self.verdict

    def _check(
        self,
        tracker_type: str,
        row: NewTrackedEntity | NewEnrollment | NewEvent,
        strategy: str,
        steps: Iterable[Findings],
    ) -> None:
        add = self.verdict.add
        if not self.dialect.malformed_uid_fails_request and UID.fullmatch(row.uid) is None:
            add(tracker_type, row.uid, [("E1048", (row.uid, row.uid, row.uid))])
            return
        if add(
            tracker_type, row.uid, existence(KINDS[tracker_type], row.uid, row.stored, strategy)
        ):
            return
        for step in steps:
            if add(tracker_type, row.uid, step):
                return

    # tracked entities

    def _tracked_entity_steps(self, row: NewTrackedEntity) -> Iterator[Findings]:
        yield _required("E1121", trackedEntityType=row.type, orgUnit=row.org_unit)
        yield self._tracked_entity_metadata(row)
        if row.stored is not None and row.stored.type != row.type:
            yield iter([("E1126", ("trackedEntityType",))])
        yield self._tracked_entity_access(row)
        yield self._tracked_entity_values(row)

    def _tracked_entity_metadata(self, row: NewTrackedEntity) -> Findings:
        if row.type not in self.model.types:
            yield "E1005", (str(row.type),)
        if row.org_unit not in self.model.org_units:
            yield "E1049", (str(row.org_unit),)

    def _tracked_entity_access(self, row: NewTrackedEntity) -> Findings:
        if self._captures(row.org_unit, row.stored) is False:
            yield "E1000", (self.user, str(row.org_unit))
        if not self.model.types[str(row.type)].writable:
            yield "E1001", (self.user, str(row.type))

    def _captures(
        self, org_unit: str | None, stored: TrackedEntity | Enrollment | Event | None
    ) -> bool:
        if stored is not None and stored.org_unit == org_unit:
            return True
        return self.model.captures_in(str(org_unit))

    def _tracked_entity_values(self, row: NewTrackedEntity) -> Findings:
        mandatory = self.model.types[str(row.type)].attributes
        yield from self._attributes(row.attributes, mandatory, row.uid)
        given = {attribute for attribute, _ in row.attributes}
        if row.stored is not None:
            given |= set(row.stored.attributes[0])
        for attribute, is_mandatory in mandatory.items():
            if is_mandatory and attribute not in given:
                yield "E1090", (attribute, str(row.type), row.uid)

    def _attributes(self, values: Values, mandatory: dict[str, bool], owner: str) -> Findings:
        fields = self.model.attributes
        for attribute, value in values:
            row = fields.get(attribute)
            if row is None:
                yield "E1006", (attribute,)
            elif value is None:
                if mandatory.get(attribute):
                    yield "E1076", ("TrackedEntityAttribute", attribute)
            else:
                yield from self._attribute(row, value, owner)

    def _attribute(self, row: Field, value: str, owner: str) -> Findings:
        if len(value) > LONGEST_ATTRIBUTE:
            yield "E1077", (value, str(LONGEST_ATTRIBUTE))
        if row.codes is not None and not self._is_option(row, value):
            yield "E1125", (value, str(row.option_set))
        elif not row.check(value):
            yield self.dialect.attribute_type_error, (row.value_type, _not_of_type(row, value))
        elif row.value_type == "ORGANISATION_UNIT" and value not in self.model.org_units:
            yield (
                "E1007",
                (row.value_type, f"Organisation unit `{value}` could not be found."),
            )
        if row.unique and self._is_taken(row.uid, value, owner):
            yield "E1064", (value, row.uid)

    def _is_option(self, row: Field, value: str) -> bool:
        if row.codes is None:
            return True
        if row.value_type == "MULTI_TEXT":
            return all(code in row.codes for code in value.split(","))
        return (value.lower() if self.dialect.option_codes_ignore_case else value) in row.codes

    def _is_taken(self, attribute: str, value: str, owner: str) -> bool:
        if any(holder != owner for holder in self.store.holders(attribute, value)):
            return True
        return any(claimant != owner for claimant in self._claims.get((attribute, value), ()))

    def _unique_claims(self) -> dict[tuple[str, str], set[str]]:
        """Which tracked entities of the payload want which unique value."""
        claims: dict[tuple[str, str], set[str]] = {}
        if not self.dialect.unique_twice_in_payload_is_refused or not self.model.unique:
            return claims
        unique = frozenset(self.model.unique)
        owners: list[tuple[str | None, Values]] = [
            *((row.uid, row.attributes) for row in self.payload.tracked_entities),
            *((row.tracked_entity, row.attributes) for row in self.payload.enrollments),
        ]
        for owner, values in owners:
            for attribute, value in values:
                if attribute in unique and value is not None:
                    claims.setdefault((attribute, value), set()).add(str(owner))
        return claims

    # enrollments

    def _enrollment_steps(self, row: NewEnrollment) -> Iterator[Findings]:
        yield _required(
            "E1122", orgUnit=row.org_unit, program=row.program, trackedEntity=row.tracked_entity
        )
        yield self._enrollment_metadata(row)
        yield self._enrollment_unchanged(row)
        program = self.model.programs[str(row.program)]
        yield self._enrollment_relations(row, program)
        yield self._enrollment_access(row, program)
        yield self._enrollment_rest(row, program)

    def _enrollment_metadata(self, row: NewEnrollment) -> Findings:
        if row.org_unit not in self.model.org_units:
            yield "E1070", (str(row.org_unit),)
        if row.program not in self.model.programs:
            yield "E1069", (str(row.program),)
        if row.tracked_entity not in self.new_entities:
            stored = self.store.tracked_entities.get(str(row.tracked_entity))
            if stored is None or stored.deleted:
                yield "E1068", (str(row.tracked_entity),)

    def _enrollment_unchanged(self, row: NewEnrollment) -> Findings:
        if row.stored is None:
            return
        if row.stored.program != row.program:
            yield "E1127", ("program",)
        if row.stored.tracked_entity.uid != row.tracked_entity:
            yield "E1127", ("trackedEntity",)

    def _enrollment_access(self, row: NewEnrollment, program: ProgramModel) -> Findings:
        if self._captures(row.org_unit, row.stored) is False:
            yield "E1000", (self.user, str(row.org_unit))
        if not program.writable:
            yield "E1091", (self.user, program.uid)
        yield from self._ownership(row.tracked_entity, program)

    def _ownership(self, tracked_entity: str | None, program: ProgramModel) -> Findings:
        account = self.model.account
        if account.is_superuser:
            return
        stored = self.store.tracked_entities.get(str(tracked_entity))
        owner = stored.owner(program.uid) if stored else None
        if owner is not None and not account.finds_in(owner):
            yield "E1102", (self.user, str(tracked_entity), program.uid)

    def _enrollment_relations(self, row: NewEnrollment, program: ProgramModel) -> Findings:
        if not program.registration:
            yield "E1014", (program.uid,)
        if row.org_unit not in program.org_units:
            yield "E1041", (str(row.org_unit), program.uid)
        if self._type_of(row.tracked_entity) != program.tracked_entity_type:
            yield "E1022", (str(row.tracked_entity), program.uid)

    def _enrollment_rest(self, row: NewEnrollment, program: ProgramModel) -> Findings:
        yield from self._enrollment_dates(row, program)
        yield from self._other_enrollments(row, program)
        yield from self._attributes(row.attributes, program.attributes, str(row.tracked_entity))
        yield from self._program_attributes(row, program)

    def _type_of(self, tracked_entity: str | None) -> str | None:
        new = self.new_entities.get(str(tracked_entity))
        if new is not None:
            return new.type
        stored = self.store.tracked_entities.get(str(tracked_entity))
        return stored.type if stored else None

    def _enrollment_dates(self, row: NewEnrollment, program: ProgramModel) -> Findings:
        if row.enrolled is None:
            yield "E1025", ()
        elif row.enrolled > self.today and not program.future_enrollments:
            yield "E1020", (times.instant(row.enrolled),)
        if row.occurred is None:
            if program.shows_incident_date:
                yield "E1023", ()
        elif row.occurred > self.today and not self._may_be_future(program):
            yield "E1021", (times.instant(row.occurred),)
        if self.dialect.completed_at_is_checked and row.completed and row.status == "ACTIVE":
            yield "E1052", (row.uid, row.status)

    @staticmethod
    def _may_be_future(program: ProgramModel) -> bool:
        return program.future_incidents or not program.shows_incident_date

    def _group_enrollments(self) -> dict[tuple[str | None, str | None], list[NewEnrollment]]:
        groups: dict[tuple[str | None, str | None], list[NewEnrollment]] = {}
        for row in self.payload.enrollments:
            groups.setdefault((row.tracked_entity, row.program), []).append(row)
        return groups

    def _other_enrollments(self, row: NewEnrollment, program: ProgramModel) -> Findings:
        """E1015 and E1016; of an enrollment both stored and posted, the posted status counts."""
        if row.status == "CANCELLED":
            return
        statuses: dict[str, str] = {}
        stored = self.store.tracked_entities.get(str(row.tracked_entity))
        for other in stored.enrollments if stored else ():
            if other.program == program.uid and not other.deleted:
                statuses[other.uid] = other.status
        for posted in self._enrollments_of[row.tracked_entity, row.program]:
            statuses[posted.uid] = posted.status
        statuses.pop(row.uid, None)
        others = [status for status in statuses.values() if status in COUNTED]
        if row.status == "ACTIVE" and "ACTIVE" in others:
            yield "E1015", (str(row.tracked_entity), program.uid)
        if program.only_once and others:
            yield "E1016", (str(row.tracked_entity), program.uid)

    def _program_attributes(self, row: NewEnrollment, program: ProgramModel) -> Findings:
        given = {attribute for attribute, _ in row.attributes}
        for attribute, value in row.attributes:
            if attribute in self.model.attributes and attribute not in program.attributes:
                yield "E1019", (f"{attribute}={value}",)
        missing = [
            attribute
            for attribute, mandatory in program.attributes.items()
            if mandatory and attribute not in given
        ]
        if missing:
            held = self._held_attributes(row.tracked_entity)
            for attribute in missing:
                if attribute not in held:
                    yield "E1018", (attribute, program.uid, row.uid)

    def _held_attributes(self, tracked_entity: str | None) -> set[str]:
        held: set[str] = set()
        stored = self.store.tracked_entities.get(str(tracked_entity))
        if stored is not None:
            held |= {key for key, value in unpack(stored.attributes).items() if value is not None}
        new = self.new_entities.get(str(tracked_entity))
        if new is not None:
            held |= {key for key, value in new.attributes if value is not None}
        return held

    # events

    def _event_steps(self, row: NewEvent) -> Iterator[Findings]:
        yield self._event_required(row)
        yield self._event_metadata(row)
        yield self._event_unchanged(row)
        stage = self.model.stages[str(row.stage)]
        program = self.model.programs[row.program or stage.program]
        yield self._event_relations(row, program, stage)
        yield self._event_access(row, program, stage)
        yield self._event_rest(row, stage)

    def _event_required(self, row: NewEvent) -> Findings:
        yield from _required("E1123", orgUnit=row.org_unit, programStage=row.stage)
        if row.enrollment is None and self._has_persons(row):
            code = self.dialect.event_without_enrollment
            yield code, ("enrollment" if code == "E1123" else row.uid,)

    def _has_persons(self, row: NewEvent) -> bool:
        stage = self.model.stages.get(str(row.stage))
        program = self.model.programs.get(row.program or (stage.program if stage else ""))
        return program is None or program.registration

    def _event_metadata(self, row: NewEvent) -> Findings:
        stage = self.model.stages.get(str(row.stage))
        program = row.program or (stage.program if stage else None)
        if program not in self.model.programs:
            yield "E1010", (str(program),)
        if stage is None:
            yield "E1013", (str(row.stage),)
        if row.org_unit not in self.model.org_units:
            yield "E1011", (str(row.org_unit),)

    def _event_unchanged(self, row: NewEvent) -> Findings:
        if row.stored is None:
            return
        if row.stored.enrollment.uid != row.enrollment and self._has_persons(row):
            yield "E1128", ("enrollment",)
        if row.stored.stage != row.stage:
            yield "E1128", ("programStage",)

    def _event_access(self, row: NewEvent, program: ProgramModel, stage: StageModel) -> Findings:
        if self._captures(row.org_unit, row.stored) is False:
            yield "E1000", (self.user, str(row.org_unit))
        if not stage.writable:
            yield "E1095", (self.user, stage.uid)
        if not program.readable_data:
            yield "E1096", (self.user, program.uid)
        if _uncompletes(row) and not self.model.account.has("F_UNCOMPLETE_EVENT"):
            yield "E1083", (self.user,)
        stored = self.store.enrollments.get(str(row.enrollment))
        yield from self._ownership(stored.tracked_entity.uid if stored else None, program)

    def _event_relations(self, row: NewEvent, program: ProgramModel, stage: StageModel) -> Findings:
        if row.org_unit not in program.org_units:
            yield "E1029", (str(row.org_unit), program.uid)
        if stage.program != program.uid:
            yield "E1089", (row.uid, stage.uid, program.uid)
        if program.registration:
            yield from self._event_enrollment(row, program)

    def _event_rest(self, row: NewEvent, stage: StageModel) -> Findings:
        yield from self._event_dates(row)
        yield from self._event_locks(row, stage)
        yield from self._event_values(row, stage)
        if not stage.repeatable and self._is_second(row, stage):
            yield "E1039", (stage.uid,)

    def _event_enrollment(self, row: NewEvent, program: ProgramModel) -> Findings:
        stored = self.store.enrollments.get(str(row.enrollment))
        new = self.new_enrollments.get(str(row.enrollment))
        own = stored.program if stored else new.program if new else None
        if own != program.uid:
            yield "E1079", (row.uid, program.uid, str(row.enrollment))
        if stored is None and new is None:
            yield "E1313", (row.uid,)

    def _event_dates(self, row: NewEvent) -> Findings:
        if row.occurred is None and row.status in NEEDS_OCCURRED:
            yield "E1031", (row.uid,)
        if row.scheduled is None and row.status == "SCHEDULE":
            yield "E1050", (row.uid,)
        if self.dialect.completed_at_is_checked and row.completed and row.status != "COMPLETED":
            yield "E1051", (row.uid, row.status)
        before = row.stored.status if row.stored is not None else None
        if before in NEEDS_OCCURRED and row.status in WITHOUT_VALUES:
            yield "E1316", (str(before), row.status)

    def _event_locks(self, row: NewEvent, stage: StageModel) -> Findings:
        """What an operator has closed: months that are over, completed events."""
        days = self.model.programs[row.program or stage.program].expiry_days
        over = days and row.occurred is not None and times.end_of_month(row.occurred)
        if over and over + (days + 1) * DAY < times.now() and not self._edits_expired:
            yield "E1047", (row.uid,)
        was_completed = row.stored is not None and row.stored.status == "COMPLETED"
        if (
            self.dialect.blocks_completed_events
            and stage.blocks_completed
            and was_completed
            and row.status == "COMPLETED"
        ):
            yield "E1326", (row.uid,)

    @property
    def _edits_expired(self) -> bool:
        return self.model.account.has("F_EDIT_EXPIRED")

    def _event_values(self, row: NewEvent, stage: StageModel) -> Findings:
        if row.status in WITHOUT_VALUES:
            if row.values:
                yield "E1315", (row.status,)
            return
        elements = self.model.elements
        for element, value in row.values:
            known = elements.get(element)
            if known is None:
                yield "E1304", (element,)
            elif element not in stage.elements:
                yield "E1305", (element, stage.uid)
            elif value is not None:
                yield from self._event_value(known, value)
        if stage.compulsory and (row.status == "COMPLETED" or stage.always_validated):
            yield from _compulsory(row, stage)

    def _event_value(self, row: Field, value: str) -> Findings:
        if row.codes is not None:
            if not self._is_option(row, value):
                yield "E1125", (value, str(row.option_set))
            if not self.dialect.option_values_are_type_checked:
                return
        if not row.check(value):
            yield "E1302", (row.value_type, _not_of_type(row, value))
        elif row.value_type == "ORGANISATION_UNIT" and value not in self.model.org_units:
            yield (
                "E1302",
                (row.value_type, f"Organisation unit `{value}` could not be found."),
            )

    def _is_second(self, row: NewEvent, stage: StageModel) -> bool:
        if row.stored is not None or row.status == "SKIPPED":
            return False
        stored = self.store.enrollments.get(str(row.enrollment))
        for other in stored.events if stored else ():
            if other.stage == stage.uid and not other.deleted and other.status != "SKIPPED":
                return True
        return self._posted_in(row.enrollment, row.stage) > 1

    def _posted_in(self, enrollment: str | None, stage: str | None) -> int:
        if self._stage_counts is None:
            self._stage_counts = {}
            for row in self.payload.events:
                key = (row.enrollment, row.stage)
                self._stage_counts[key] = self._stage_counts.get(key, 0) + 1
        return self._stage_counts.get((enrollment, stage), 0)

    # children of what failed

    def _fail_children(self) -> None:
        """A child of a new object that failed cannot be created; of one already there it can."""
        for enrollment in self.payload.enrollments:
            parent = str(enrollment.tracked_entity)
            if self._is_orphaned(TRACKED_ENTITY, self.new_entities.get(parent)):
                self._fail_child(ENROLLMENT, enrollment.uid, "trackedEntity", parent)
        for event in self.payload.events:
            parent = str(event.enrollment)
            if self._is_orphaned(ENROLLMENT, self.new_enrollments.get(parent)):
                self._fail_child(EVENT, event.uid, "enrollment", parent)

    def _is_orphaned(
        self, parent_type: str, parent: NewTrackedEntity | NewEnrollment | None
    ) -> bool:
        if parent is None or parent.uid not in self.verdict.failed[parent_type]:
            return False
        return parent.stored is None or parent.stored.deleted

    def _fail_child(self, tracker_type: str, uid: str, parent_name: str, parent: str) -> None:
        if uid not in self.verdict.failed[tracker_type]:
            args = (tracker_type.lower(), uid, parent_name, parent)
            self.verdict.add(tracker_type, uid, [("E5000", args)])


def validate_deletion(payload: Payload, model: TrackerModel) -> Verdict:
    """Validates a payload for deletion: what is not there, or no longer, or may not be deleted."""
    verdict = Verdict()
    for entity in payload.tracked_entities:
        if not verdict.add(TRACKED_ENTITY, entity.uid, _gone(TRACKED_ENTITY, entity)):
            verdict.add(TRACKED_ENTITY, entity.uid, _tracked_entity_deletion(entity, model))
    for enrollment in payload.enrollments:
        if not verdict.add(ENROLLMENT, enrollment.uid, _gone(ENROLLMENT, enrollment)):
            verdict.add(ENROLLMENT, enrollment.uid, _enrollment_deletion(enrollment, model))
    for event in payload.events:
        if not verdict.add(EVENT, event.uid, _gone(EVENT, event)):
            verdict.add(EVENT, event.uid, _event_deletion(event, model))
    return verdict


def _gone(tracker_type: str, row: NewTrackedEntity | NewEnrollment | NewEvent) -> Findings:
    return existence(KINDS[tracker_type], row.uid, row.stored, "DELETE")


def _tracked_entity_deletion(row: NewTrackedEntity, model: TrackerModel) -> Findings:
    stored = row.stored
    if stored is None:
        return
    user = model.account.uid
    if not model.captures_in(stored.org_unit):
        yield "E1000", (user, stored.org_unit)
    cascades = any(not child.deleted for child in stored.enrollments)
    if cascades and not model.account.has("F_TEI_CASCADE_DELETE"):
        yield "E1100", (user, stored.uid)


def _enrollment_deletion(row: NewEnrollment, model: TrackerModel) -> Findings:
    stored = row.stored
    if stored is None:
        return
    user = model.account.uid
    if not model.captures_in(stored.org_unit):
        yield "E1000", (user, stored.org_unit)
    program = model.programs.get(stored.program)
    if program is None or not program.writable:
        yield "E1091", (user, stored.program)
    if stored.events and not model.account.has("F_ENROLLMENT_CASCADE_DELETE"):
        yield "E1103", (user, stored.uid)


def _event_deletion(row: NewEvent, model: TrackerModel) -> Findings:
    stored = row.stored
    if stored is None:
        return
    user = model.account.uid
    if not model.captures_in(stored.org_unit):
        yield "E1000", (user, stored.org_unit)
    stage = model.stages.get(stored.stage)
    if stage is None or not stage.writable:
        yield "E1095", (user, stored.stage)


def _required(code: str, **properties: str | None) -> Findings:
    for name, value in properties.items():
        if value is None:
            yield code, (name,)


def _not_of_type(row: Field, value: str) -> str:
    return f"Value type is {row.value_type} but the value `{value}` is not."


def _compulsory(row: NewEvent, stage: StageModel) -> Findings:
    given = dict(row.values)
    held = unpack(row.stored.values) if row.stored is not None else {}
    for element in stage.compulsory:
        if element in given:
            if given[element] is None:
                yield "E1076", ("DataElement", element)
        elif element not in held:
            yield "E1303", (element,)


def _uncompletes(row: NewEvent) -> bool:
    stored = row.stored
    return stored is not None and stored.status == "COMPLETED" and row.status != "COMPLETED"
