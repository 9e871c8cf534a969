"""GET /api/tracker/{trackedEntities,enrollments,events}: one object, or a page of them, in the
version's dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from . import times
from .answers import Answer, not_found, refusal
from .dialects import Dialect
from .field_filter import Fields, parse_fields
from .org_units import is_under
from .state import State
from .tracker_model import TrackerModel
from .tracker_store import Enrollment, Event, TrackedEntity, unpack
from .users import Account

Stored = TrackedEntity | Enrollment | Event
Query = Sequence[tuple[str, str]]

DEFAULT_PAGE_SIZE = 50
_OF_A_PAGE = frozenset({"page", "pageSize", "totalPages", "fields"})
_DEFAULT_FIELDS = {
    "trackedEntities": "*,!relationships,!enrollments,!events,!programOwners",
    "enrollments": "*,!relationships,!events,!attributes",
    "events": "*,!relationships",
}
_SINGULAR = {
    "trackedEntities": ("trackedEntity", "TrackedEntity"),
    "enrollments": ("enrollment", "Enrollment"),
    "events": ("event", "Event"),
}
_COLUMNS = {"createdAt": "created", "updatedAt": "lastupdated"}
_ORDERS: dict[str, Callable[[Any], Any]] = {
    "createdAt": lambda row: row.created,
    "updatedAt": lambda row: row.updated,
    "createdAtClient": lambda row: row.created,
    "updatedAtClient": lambda row: row.updated,
    "enrolledAt": lambda row: row.enrolled or 0,
    "occurredAt": lambda row: row.occurred or 0,
    "scheduledAt": lambda row: row.scheduled or 0,
    "completedAt": lambda row: row.completed or 0,
    "trackedEntity": lambda row: row.uid,
    "enrollment": lambda row: row.uid,
    "event": lambda row: row.uid,
    "orgUnit": lambda row: row.org_unit,
    "status": lambda row: row.status,
}


class Export:
    """Reads tracker objects for one user."""

    def __init__(self, state: State, model: TrackerModel, account: Account) -> None:
        self.state = state
        self.dialect = state.dialect
        self.store = state.tracker
        self.model = model
        self.account = account

    # one

    def one(self, kind: str, uid: str, query: dict[str, str]) -> Answer:
        """One object by UID; deleted and unknown ones are not found."""
        row = self._held(kind).get(uid)
        if row is None or row.deleted or _is_orphan(row) or not self._sees(kind, row):
            raise self._missing(kind, uid)
        if not self._shows(row):
            raise self._missing(kind, uid)
        fields = parse_fields(query.get("fields") or _DEFAULT_FIELDS[kind])
        self._readable_program(query.get("program"))
        return Answer(200, self._shown(kind, row, fields, _View(self.dialect, query, "one")))

    def _sees(self, kind: str, row: Stored) -> bool:
        """Whether the user finds an object by its UID."""
        if self.account.is_superuser or not self.dialect.judged_by_owner:
            return True
        return self.account.finds_in(self._place_of(kind, row, None))

    def _place_of(self, kind: str, row: Any, program: str | None) -> str:
        """The org unit by which an object is judged: that of the person's owner, or its own."""
        if not self.dialect.judged_by_owner:
            return str(row.org_unit)
        if kind == "trackedEntities":
            owner = row.owner(program) if program else None
        else:
            enrollment = row.enrollment if kind == "events" else row
            owner = enrollment.tracked_entity.owner(enrollment.program)
        return str(owner or row.org_unit)

    def _missing(self, kind: str, uid: str) -> Exception:
        status = self.dialect.missing_tracked_entity_status
        if kind == "trackedEntities" and status == 500:
            return refusal(500, 'Cannot invoke "getTrackedEntityInstance()" because it is null')
        return not_found(_SINGULAR[kind][1], uid)

    def _held(self, kind: str) -> dict[str, Any]:
        held: dict[str, dict[str, Any]] = {
            "trackedEntities": self.store.tracked_entities,
            "enrollments": self.store.enrollments,
            "events": self.store.events,
        }
        return held[kind]

    # many

    def page(self, kind: str, pairs: Query, base_url: str) -> Answer:
        """A page of what a query finds."""
        query = dict(pairs)
        self._readable_program(query.get("program"))
        self._refuse_program_of_nobody(kind, query.get("program"))
        self._readable_data(kind, query)
        rows = self._found(kind, query)
        self._check_enrollments(kind, query, rows)
        paging = _Paging(self.dialect, query)
        singly = kind == "enrollments" and self.dialect.reads_named_enrollments_singly(query)
        rows = [row for row in rows if not (singly and row.deleted)]
        shown = self._cut(kind, query, rows, paging)
        fields = parse_fields(query.get("fields") or _DEFAULT_FIELDS[kind])
        view = _View(self.dialect, query, "list")
        listed = [self._shown(kind, row, fields, view) for row in shown]
        if kind == "enrollments" and not self.dialect.enrollment_list_has_attributes:
            listed = [row | {"attributes": []} if "attributes" in row else row for row in listed]
        key = "instances" if self.dialect.lists_are_instances else kind
        if singly:
            return Answer(200, {key: listed})
        address = f"{base_url}/api/tracker/{kind}"
        return Answer(200, paging.envelope(len(rows), len(shown), address, pairs) | {key: listed})

    def _check_enrollments(self, kind: str, query: dict[str, str], rows: list[Stored]) -> None:
        """What the database makes of some questions for enrollments."""
        if kind != "enrollments":
            return
        orders = [part.partition(":")[0] for part in query.get("order", "").split(",")]
        for name in self.dialect.ambiguous_orders:
            if name in orders:
                raise refusal(409, f'ERROR: column reference "{_COLUMNS[name]}" is ambiguous')
        counts = query.get("totalPages") == "true" and not self.dialect.counts_enrollments
        if counts and len(rows) > 1:
            raise refusal(409, f"query did not return a unique result: {len(rows)}")

    def _cut(
        self, kind: str, query: dict[str, str], rows: list[Stored], paging: _Paging
    ) -> list[Stored]:
        """The page; where owners are joined without a program, a person counts once for each."""
        is_joined = kind == "trackedEntities" and not query.get("program")
        if not is_joined or not self.dialect.owners_multiply_people or paging.off:
            return paging.cut(rows)
        people = sorted(rows, key=lambda row: row.created)
        joined = [row for row in people for _ in range(max(1, len(_owners(row)) // 2))]
        start = (paging.page - 1) * paging.size
        page = joined[start : start + paging.size + 1]
        return list({row.uid: row for row in page}.values())[: paging.size]

    def _readable_program(self, program: str | None) -> None:
        if program is not None and program not in self.model.programs:
            raise refusal(400, f"Program is specified but does not exist: {program}", "E1003")

    def _refuse_program_of_nobody(self, kind: str, program: str | None) -> None:
        known = self.model.programs.get(str(program))
        is_nobodys = known is not None and not known.registration
        refused = self.dialect.people_of_nobodys_program_are_refused and kind != "events"
        if is_nobodys and refused:
            message = f"Program specified is not a tracker program: {program}"
            raise refusal(400, message, "E1003")

    def _readable_data(self, kind: str, query: dict[str, str]) -> None:
        """Refuses who may not read the data of the person type, or of the stage that is named."""
        program = self.model.programs.get(str(query.get("program")))
        uid = program.tracked_entity_type if program else query.get("trackedEntityType")
        person = self.model.types.get(str(uid))
        stage = self.model.stages.get(str(query.get("programStage")))
        of_type = kind != "events" or self.dialect.events_need_person_type
        if of_type and person is not None and not person.readable:
            selected = (
                "selected program's tracked entity type" if program else "tracked entity type"
            )
            message = f"User is not authorized to read data from {selected}: {uid}"
            raise refusal(403, message, "E1006")
        if stage is not None and not stage.readable:
            raise refusal(403, f"User has no access to program stage: {stage.uid}", "E1006")

    def _shows(self, row: Stored) -> bool:
        """Whether the user may read the data of an event's stage."""
        stage = self.model.stages.get(getattr(row, "stage", ""))
        return stage is None or stage.readable

    def _found(self, kind: str, query: dict[str, str]) -> list[Stored]:
        _check_scope(kind, query, self.dialect)
        key = self._key(kind, query)
        if self.store.last_query is not None and self.store.last_query[0] == key:
            return self.store.last_query[1]
        found = self._search(kind, query)
        self.store.last_query = (key, found)
        return found

    def _key(self, kind: str, query: dict[str, str]) -> object:
        """What a query's result depends on: the next page is cut from the same list."""
        asked = {name: value for name, value in query.items() if name not in _OF_A_PAGE}
        revisions = (self.store.revision, self.model.revision)
        return kind, tuple(sorted(asked.items())), revisions, self.account.uid

    def _search(self, kind: str, query: dict[str, str]) -> list[Stored]:
        candidates = self._candidates(kind, query)
        tests = self._tests(kind, query)
        found = [row for row in candidates if self._shows(row) and all(t(row) for t in tests)]
        return self._ordered(kind, found, query.get("order"))

    def _candidates(self, kind: str, query: dict[str, str]) -> Iterable[Stored]:
        held = self._held(kind)
        wanted = self._uids(_SINGULAR[kind][0], query)
        if wanted is not None:
            return [held[uid] for uid in wanted if uid in held]
        owner = query.get("trackedEntity") if kind != "trackedEntities" else None
        if owner is None:
            parents = self._uids("enrollment", query) if kind == "events" else None
            if parents is None:
                return list(held.values())
            found = [self.store.enrollments.get(uid) for uid in parents]
            return [event for row in found if row for event in row.events]
        entity = self.store.tracked_entities.get(owner)
        enrollments = entity.enrollments if entity else ()
        if kind == "enrollments":
            return enrollments
        return [event for enrollment in enrollments for event in enrollment.events]

    def _uids(self, name: str, query: dict[str, str]) -> list[str] | None:
        plural = "trackedEntities" if name == "trackedEntity" else f"{name}s"
        names = [plural if suffix else name for suffix in self.dialect.uids_suffix]
        for parameter in names:
            if query.get(parameter):
                return _split(query[parameter])
        return None

    def _tests(self, kind: str, query: dict[str, str]) -> list[Callable[[Any], bool]]:
        tests: list[Callable[[Any], bool]] = []
        if query.get("includeDeleted") != "true":
            tests.append(lambda row: not row.deleted and not _is_orphan(row))
        program = query.get("program")
        if program is not None:
            tests.append(_in_program(kind, program))
        tests += [test for name, test in self._property_tests(query)]
        tests += self._time_tests(query)
        tests.append(self._place_test(kind, query))
        return tests

    def _property_tests(self, query: dict[str, str]) -> list[tuple[str, Callable[[Any], bool]]]:
        tests: list[tuple[str, Callable[[Any], bool]]] = []
        properties = {
            "programStage": "stage",
            "status": "status",
            "trackedEntityType": "type",
        }
        for parameter, attribute in properties.items():
            if query.get(parameter):
                tests.append((parameter, _equals(attribute, query[parameter])))
        if query.get("filter"):
            tests.append(("filter", _attribute_filter(query["filter"])))
        return tests

    def _time_tests(self, query: dict[str, str]) -> list[Callable[[Any], bool]]:
        tests: list[Callable[[Any], bool]] = []
        for moment in ("updated", "enrolled", "occurred"):
            after, before = query.get(f"{moment}After"), query.get(f"{moment}Before")
            if after:
                tests.append(_at_least(moment, _parsed(after)))
            if before:
                tests.append(_at_most(moment, _parsed(before)))
        return tests

    def _place_test(self, kind: str, query: dict[str, str]) -> Callable[[Any], bool]:
        mode = next((query[name] for name in self.dialect.org_unit_mode if query.get(name)), None)
        names = ("orgUnit",) if kind == "events" else self.dialect.org_units  # one, in all versions
        units = next((query[name] for name in names if query.get(name)), None)
        roots = set(_split(units)) if units else None
        mode = (mode or ("SELECTED" if roots else "ACCESSIBLE")).upper()
        program = query.get("program")
        if mode == "SELECTED":
            return lambda row: self._place_of(kind, row, program) in (roots or ())
        if mode == "CHILDREN":
            return lambda row: self._is_child(self._place_of(kind, row, program), roots or set())
        scope = {
            "DESCENDANTS": roots or set(),
            "CAPTURE": self.account.capture_roots,
            "ACCESSIBLE": self.account.search_roots,
        }.get(mode)
        if scope is None or (mode == "ACCESSIBLE" and self.account.is_superuser):
            return lambda row: True
        inside: dict[str, bool] = {}
        return lambda row: self._is_inside(self._place_of(kind, row, program), scope, inside)

    def _is_inside(self, org_unit: str, scope: set[str], known: dict[str, bool]) -> bool:
        if org_unit not in known:
            known[org_unit] = is_under(self.state, org_unit, scope)
        return known[org_unit]

    def _is_child(self, org_unit: str, roots: set[str]) -> bool:
        parent = (self.model.org_units.get(org_unit, {}).get("parent") or {}).get("id")
        return org_unit in roots or parent in roots

    def _ordered(self, kind: str, rows: list[Stored], order: str | None) -> list[Stored]:
        if not order:
            return self._by_default(kind, rows)
        for part in reversed(order.split(",")):
            name, _, direction = part.strip().partition(":")
            key = _ORDERS.get(name)
            if key is not None:
                rows.sort(key=key, reverse=direction.lower() == "desc")
        return rows

    def _by_default(self, kind: str, rows: list[Stored]) -> list[Stored]:
        if kind == "events" and self.dialect.events_by_update:
            rows.reverse()
            return sorted(rows, key=lambda row: row.updated, reverse=True)
        if kind == "events" or self.dialect.newest_first:
            rows.reverse()
        return rows

    # how objects look

    def _shown(self, kind: str, row: Any, fields: Fields, view: _View) -> dict[str, Any]:
        if kind == "trackedEntities":
            return self._tracked_entity(row, fields, view)
        if kind == "enrollments":
            return self._enrollment(row, fields)
        return self._event(row, fields)

    def _tracked_entity(self, row: TrackedEntity, fields: Fields, view: _View) -> dict[str, Any]:
        program = view.program
        body = {
            "trackedEntity": row.uid,
            "trackedEntityType": row.type,
            "createdAt": times.written(row.created),
            "updatedAt": times.written(row.updated),
            "orgUnit": row.org_unit,
            "inactive": row.inactive,
            "deleted": row.deleted,
            "potentialDuplicate": False,
            "geometry": row.geometry,
        }
        shown = _cut(body, fields)
        if fields.wants("attributes"):
            allowed = self._attributes_of(view.attributes, row.type, program)
            shown["attributes"] = _attributes(row, allowed, fields.inner("attributes"))
        if fields.wants("enrollments"):
            inner = fields.inner("enrollments") or parse_fields("*")
            shown["enrollments"] = [
                self._enrollment(child, inner)
                for child in row.enrollments
                if not child.deleted and program in (None, child.program)
            ]
        if fields.wants("programOwners"):
            shown["programOwners"] = self._owners(row, fields.inner("programOwners"), view)
        return shown

    def _attributes_of(self, scope: str, type_uid: str, program: str | None) -> set[str] | None:
        """The attributes that are shown; None: all."""
        if scope == "all":
            return None
        of_type = self.model.types.get(type_uid)
        allowed = set(of_type.attributes) if of_type else set()
        if program is not None:
            allowed |= set(self.model.programs[program].attributes)
        return allowed

    def _owners(
        self, row: TrackedEntity, fields: Fields | None, view: _View
    ) -> list[dict[str, Any]]:
        pairs = zip(row.owners[::2], row.owners[1::2], strict=True)
        owners = [
            {"orgUnit": org_unit, "program": owned, "trackedEntity": row.uid}
            for owned, org_unit in pairs
            if view.owners == "all" or view.program in (None, owned)
        ]
        return [_cut(owner, fields) for owner in owners] if fields else owners

    def _enrollment(self, row: Enrollment, fields: Fields) -> dict[str, Any]:
        body = {
            "enrollment": row.uid,
            "trackedEntity": row.tracked_entity.uid,
            "program": row.program,
            "status": row.status,
            "orgUnit": row.org_unit,
            "createdAt": times.written(row.created),
            "updatedAt": times.written(row.updated),
            "enrolledAt": times.written_or_none(row.enrolled),
            "occurredAt": times.written_or_none(row.occurred),
            "completedAt": times.written_or_none(row.completed),
            "followUp": row.follow_up,
            "deleted": row.deleted,
            "geometry": row.geometry,
        }
        shown = _cut(body, fields)
        if fields.wants("attributes"):
            allowed = None
            if self.dialect.enrollment_attributes == "program":
                known = self.model.programs.get(row.program)
                allowed = set(known.attributes) if known else set()
            inner = fields.inner("attributes")
            shown["attributes"] = _attributes(row.tracked_entity, allowed, inner)
        if fields.wants("events"):
            inner_events = fields.inner("events") or parse_fields("*")
            shown["events"] = [
                self._event(event, inner_events) for event in row.events if not event.deleted
            ]
        return shown

    def _enrollment_uid(self, row: Event) -> str | None:
        is_nobodys = not row.enrollment.tracked_entity.uid
        is_hidden = is_nobodys and not self.dialect.shows_enrollment_of_nobody
        return None if is_hidden else row.enrollment.uid

    def _event(self, row: Event, fields: Fields) -> dict[str, Any]:
        body = {
            "event": row.uid,
            "status": row.status,
            "program": row.enrollment.program,
            "programStage": row.stage,
            "enrollment": self._enrollment_uid(row),
            "trackedEntity": row.enrollment.tracked_entity.uid or None,
            "orgUnit": row.org_unit,
            "occurredAt": times.written_or_none(row.occurred),
            "scheduledAt": times.written_or_none(row.scheduled),
            "completedAt": times.written_or_none(row.completed),
            "createdAt": times.written(row.created),
            "updatedAt": times.written(row.updated),
            "storedBy": row.stored_by,
            "followUp": False,
            "deleted": row.deleted,
            "geometry": row.geometry,
        }
        shown = _cut(body, fields)
        if fields.wants("dataValues"):
            rows = [
                {"dataElement": element, "value": value}
                for element, value in unpack(row.values).items()
            ]
            inner = fields.inner("dataValues")
            shown["dataValues"] = [_cut(value, inner) for value in rows] if inner else rows
        return shown


def _cut(body: dict[str, Any], fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None and fields.wants(name)}


def _attributes(
    row: TrackedEntity, allowed: set[str] | None, fields: Fields | None
) -> list[dict[str, Any]]:
    rows = [
        {"attribute": attribute} | ({} if value is None else {"value": value})
        for attribute, value in unpack(row.attributes).items()
        if allowed is None or attribute in allowed
    ]
    return [_cut(value, fields) for value in rows] if fields else rows


def _owners(row: Stored) -> tuple[str, ...]:
    return row.owners if isinstance(row, TrackedEntity) else ()


def _split(text: str) -> list[str]:
    return [part for part in text.replace(";", ",").split(",") if part]


def _check_scope(kind: str, query: dict[str, str], dialect: Dialect) -> None:
    if kind == "trackedEntities" and query.get("program") and query.get("trackedEntityType"):
        raise refusal(400, "`program` and `trackedEntityType` cannot be specified simultaneously")
    modes = [name for name in dialect.org_unit_mode if query.get(name)]
    if len(modes) > 1:
        raise refusal(400, "Only one parameter of 'ouMode' and 'orgUnitMode' must be specified.")


def _is_orphan(row: Stored) -> bool:
    """An event in a deleted enrollment: it is there, and nobody sees it."""
    return isinstance(row, Event) and row.enrollment.deleted


def _in_program(kind: str, program: str) -> Callable[[Any], bool]:
    if kind == "enrollments":
        return lambda row: row.program == program
    if kind == "events":
        return lambda row: row.enrollment.program == program
    return lambda row: any(
        child.program == program and (row.deleted or not child.deleted) for child in row.enrollments
    )


def _equals(attribute: str, value: str) -> Callable[[Any], bool]:
    return lambda row: getattr(row, attribute, None) == value


def _at_least(attribute: str, moment: int) -> Callable[[Any], bool]:
    return lambda row: (getattr(row, attribute, None) or 0) >= moment


def _at_most(attribute: str, moment: int) -> Callable[[Any], bool]:
    return lambda row: (getattr(row, attribute, None) or 0) <= moment


def _parsed(text: str) -> int:
    try:
        return times.parse(text)
    except times.MalformedDateError as error:
        raise refusal(400, f"Value '{text}' is not a valid date.") from error


def _attribute_filter(text: str) -> Callable[[Any], bool]:
    attribute, _, rest = text.partition(":")
    operator, _, operand = rest.partition(":")
    for escaped, letter in (("//", "/"), ("/,", ","), ("/:", ":")):
        operand = operand.replace(escaped, letter)
    wanted = set(operand.split(";")) if operator.lower() == "in" else {operand}

    def test(row: Any) -> bool:
        entity = row if isinstance(row, TrackedEntity) else getattr(row, "tracked_entity", None)
        held = unpack(entity.attributes).get(attribute) if entity is not None else None
        return held is not None and held.lower() in {value.lower() for value in wanted}

    return test


class _View:
    """How much of a tracked entity is shown."""

    def __init__(self, dialect: Dialect, query: dict[str, str], form: str) -> None:
        is_list = form == "list"
        self.program = query.get("program")
        self.attributes = dialect.listed_person_attributes if is_list else dialect.person_attributes
        self.owners = dialect.listed_owners if is_list else "program"


@dataclass
class _Paging:
    """Which page, and how the version tells of it."""

    dialect: Dialect
    query: dict[str, str]

    def __post_init__(self) -> None:
        self.off = any(self.query.get(name) == value for name, value in self.dialect.no_paging)
        self.page = int(self.query.get("page") or 1)
        self.size = int(self.query.get("pageSize") or DEFAULT_PAGE_SIZE)
        paged = bool({"page", "pageSize", "totalPages"} & self.query.keys())
        if self.off and paged and not self.dialect.lists_are_instances:
            raise refusal(400, "Paging cannot be disabled with paging=false and page given.")

    def cut(self, rows: list[Stored]) -> list[Stored]:
        if self.off:
            return rows
        start = (self.page - 1) * self.size
        return rows[start : start + self.size]

    def envelope(self, total: int, shown: int, address: str, pairs: Query) -> dict[str, Any]:
        if self.off:
            return {}
        body: dict[str, Any] = {"page": self.page, "pageSize": self.size}
        if self.query.get("totalPages") == "true":
            body |= {"total": total, "pageCount": -(-total // self.size)}
        pager = dict(body)
        if self.dialect.pager_links:
            pager |= self._links(total, shown, address, pairs)
        envelope: dict[str, Any] = {"pager": pager} if self.dialect.pager else {}
        return envelope | body if self.dialect.flat_paging else envelope

    def _links(self, total: int, shown: int, address: str, pairs: Query) -> dict[str, str]:
        links = {}
        if self.page > 1:
            links["prevPage"] = _link(address, pairs, self.page - 1)
        if shown and total > self.page * self.size:
            links["nextPage"] = _link(address, pairs, self.page + 1)
        return links


def _link(address: str, pairs: Query, page: int) -> str:
    kept = [(name, value) for name, value in pairs if name != "page"]
    parts = [f"{name}={quote(value, safe='')}" for name, value in [*kept, ("page", str(page))]]
    return f"{address}?{'&'.join(parts)}"
