"""POST /api/metadata and the endpoints of single objects: check → write → report; an update
replaces the whole object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from . import times
from .answers import Answer, not_found, refusal, web_message
from .metadata_checks import Checked, MetadataChecks, may_update, translation_reports
from .metadata_classes import CLASSES, HELD_BY, Embedded, MetadataClass
from .org_units import store_paths, with_moments
from .state import State
from .uids import new_uid
from .users import Account, author
from .visualizations import ANALYTICAL, data_name, stored_form, stored_map

Object = dict[str, Any]
Payload = dict[str, list[Object]]

WARNING_MESSAGE = "One or more errors occurred, please see full details in import report."
DEFAULT_ACCESS = "rw------"
_AXES = ("columns", "rows", "filters")


@dataclass(frozen=True)
class Options:
    """The parameters that matter; an unknown value silently means the default, as in DHIS2."""

    strategy: str = "CREATE_AND_UPDATE"
    atomic: bool = True
    dry_run: bool = False
    skip_sharing: bool = False
    skip_translation: bool = False
    full_report: bool = False

    @classmethod
    def read(cls, query: dict[str, str]) -> Options:
        """Reads a query."""
        strategy = query.get("importStrategy", "")
        known = strategy in {"CREATE", "UPDATE", "DELETE"}
        return cls(
            strategy=strategy if known else "CREATE_AND_UPDATE",
            atomic=query.get("atomicMode") != "NONE",
            dry_run=query.get("importMode") == "VALIDATE",
            skip_sharing=query.get("skipSharing") == "true",
            skip_translation=query.get("skipTranslation") == "true",
            full_report=query.get("importReportMode") == "FULL",
        )


class MetadataImport:
    """Imports metadata for one user."""

    def __init__(self, state: State, account: Account, options: Options) -> None:
        self.state = state
        self.account = account
        self.options = options
        self.now = times.written(times.now())

    # many objects

    def run(self, document: object) -> Answer:
        """A payload of any kinds; the answer is the import report in an envelope."""
        payload = _payload(document)
        if self.options.strategy == "DELETE":
            return self._answer(self._delete(payload))
        self._refuse_maps(payload)
        self._refuse_holes(payload)
        checks = MetadataChecks(self.state, self.account, payload)
        checked = {kind: checks.run(CLASSES[kind], rows) for kind, rows in payload.items()}
        has_errors = any(item.reports for items in checked.values() for item in items)
        refused = has_errors and self.options.atomic
        reports = [
            self._type_report(CLASSES[kind], items, refused=refused)
            for kind, items in checked.items()
        ]
        if not refused and not self.options.dry_run:
            _refuse_double_items(payload)
            self._write(checked, checks)
        return self._answer(reports)

    def _type_report(
        self, row_class: MetadataClass, items: list[Checked], *, refused: bool
    ) -> Object:
        counts: Counter[str] = Counter()
        for item in items:
            counts["ignored"] += item.failed_checks
            if not item.before:
                counts["updated" if self._held(row_class, item.uid) else "created"] += 1
            if item.after and refused:
                counts["ignored"] += 1
        if refused:
            counts = Counter(ignored=counts.total())
        return {
            "klass": row_class.full_name,
            "stats": _stats(counts),
            "objectReports": [
                self._object_report(row_class, item)
                for item in items
                if item.reports or self.options.full_report
            ],
        }

    def _object_report(self, row_class: MetadataClass, item: Checked) -> Object:
        reports = item.reports
        if not self.state.dialect.errors_have_args:
            reports = [_without_args(report) for report in reports]
        told: Object = {
            "klass": row_class.full_name,
            "index": item.index,
            "errorReports": reports,
        }
        if any(report["errorCode"] == "E1106" for report in reports):
            return told  # of translations nothing else is told
        told["uid"] = item.uid
        return told | ({"displayName": item.row.get("name")} if self.options.dry_run else {})

    def _held(self, row_class: MetadataClass, uid: str) -> Object | None:
        return self.state.find(row_class.kind, uid)

    def _answer(self, reports: list[Object]) -> Answer:
        counts: Counter[str] = Counter()
        for report in reports:
            counts.update(report["stats"])
        counts.pop("total", None)
        clean = not any(
            item["errorReports"] for report in reports for item in report["objectReports"]
        )
        atomic = self.options.atomic and self.options.strategy != "DELETE"
        status = "OK" if clean else "ERROR" if atomic else "WARNING"
        response = {
            "responseType": "ImportReport",
            "status": status,
            "stats": _stats(counts),
            "typeReports": reports,
        }
        if clean:
            return Answer(200, web_message(200, response=response))
        body = web_message(409, WARNING_MESSAGE, outer="WARNING", response=response)
        return Answer(409, body)

    def _refuse_maps(self, payload: Payload) -> None:
        """Until 2.42 what a map view refers to is not resolved, and saving fails."""
        if self.state.dialect.metadata_takes_maps:
            return
        for row in payload.get("maps", ()):
            if any(_refers(view) for view in row.get("mapViews") or ()):
                raise refusal(
                    409,
                    "org.hibernate.TransientPropertyValueException: object references an unsaved "
                    "transient instance - save the transient instance before flushing",
                )

    def _refuse_holes(self, payload: Payload) -> None:
        """On 2.40 an option set from which an option was deleted can no longer be saved."""
        sets = {(row.get("optionSet") or {}).get("id") for row in payload.get("options", ())}
        sets |= {row["id"] for row in payload.get("optionSets", ())}
        for uid in sets:
            held = self.state.find("optionSets", str(uid))
            if held is not None and None in (held.get("options") or ()):
                raise refusal(500, 'Cannot invoke "Option.getSortOrder()" because it is null')

    # writing

    def _write(self, checked: dict[str, list[Checked]], checks: MetadataChecks) -> None:
        for kind, items in checked.items():
            for item in items:
                if not item.before:
                    self.save(CLASSES[kind], item.row, checks)
        for item in checked.get("optionSets", ()):
            self._number_options(item.uid)
        store_paths(self.state, [item.uid for item in checked.get("organisationUnits", ())])
        self.state.metadata_changed()

    def save(self, row_class: MetadataClass, row: Object, checks: MetadataChecks) -> None:
        """Puts an object in the place of the one held under its UID."""
        held = self._held(row_class, row["id"])
        new = orjson.loads(orjson.dumps(row))
        if row_class.kind in ANALYTICAL:
            for axis in _AXES:
                new.pop(axis, None)
        self._drop_unresolved(row_class, new, checks)
        self._stamp(row_class, new, held)
        if self.options.skip_translation:
            new["translations"] = (held or {}).get("translations") or []
        if row_class.shareable:
            new["sharing"] = self._sharing(new, held)
        self._keep_what_is_not_posted(row_class, new, held)
        self._leave_out(row_class, new)
        self.state.metadata[row_class.kind][row["id"]] = new
        self._link(row_class, new)

    def _drop_unresolved(
        self, row_class: MetadataClass, new: Object, checks: MetadataChecks
    ) -> None:
        _drop(Embedded("", row_class.references, row_class.collections), new, checks)
        for name, embedded in row_class.embedded.items():
            for item in new.get(name) or ():
                _drop(embedded, item, checks)
                for unkept in embedded.not_kept:
                    item.pop(unkept, None)
                if embedded.identifiable or embedded.has_uid:
                    item.setdefault("id", new_uid())
                if embedded.identifiable:
                    item["created"] = item["lastUpdated"] = self.now

    def _stamp(self, row_class: MetadataClass, new: Object, held: Object | None) -> None:
        own = author(self.account.user)
        new["created"] = held["created"] if held else self.now
        new["lastUpdated"] = self.now
        for name in row_class.authors:
            is_first = name == "createdBy" and held is not None
            new[name] = held.get(name) if held and is_first else own
        if row_class.versions is not None:
            new["version"] = row_class.versions[1 if held else 0]

    def _sharing(self, new: Object, held: Object | None) -> Object:
        """Sharing that is not sent is reset, groups and all, unless skipSharing is set."""
        posted = None if self.options.skip_sharing else new.get("sharing")
        if held is not None and self.options.skip_sharing:
            return dict(held.get("sharing") or {})
        defaults = {"external": False, "users": {}, "userGroups": {}, "public": DEFAULT_ACCESS}
        owner = (held or {}).get("sharing", {}).get("owner") or self.account.uid
        return {"owner": owner, **defaults, **(posted or {})}

    def _leave_out(self, row_class: MetadataClass, new: Object) -> None:
        """What DHIS2 accepts and does not keep, or keeps in another form."""
        for name in row_class.blank_is_nothing:
            if new.get(name) == "":
                del new[name]
        if row_class.kind == "trackedEntityTypes" and not self.state.dialect.types_have_short_names:
            new.pop("shortName", None)
        if row_class.kind == "organisationUnits":
            with_moments(new)
        if row_class.kind == "maps" and self.state.dialect.views_are_named_by_data:
            for view in new.get("mapViews") or ():
                view["name"] = data_name(self.state, view)

    def _keep_what_is_not_posted(
        self, row_class: MetadataClass, new: Object, held: Object | None
    ) -> None:
        if row_class.kind == "users":
            new["name"] = f"{new.get('firstName')} {new.get('surname')}"
            if held is not None:
                new["password"] = new.get("password") or held.get("password")

    def _link(self, row_class: MetadataClass, new: Object) -> None:
        """An option is put into its set, a stage into its program."""
        if row_class.kind == "options" and new.get("optionSet"):
            self._append("optionSets", new["optionSet"]["id"], "options", new["id"])
        if row_class.kind == "programStages" and new.get("program"):
            self._append("programs", new["program"]["id"], "programStages", new["id"])

    def _append(self, kind: str, uid: str, collection: str, member: str) -> None:
        owner = self.state.find(kind, uid)
        if owner is None:
            return
        members = owner.setdefault(collection, [])
        if all(item is None or item["id"] != member for item in members):
            members.append({"id": member})

    def _number_options(self, option_set: str) -> None:
        held = self.state.find("optionSets", option_set)
        if held is None or not self.state.dialect.option_set_orders_options:
            return
        for position, item in enumerate(held.get("options") or ()):
            option = self.state.find("options", item["id"])
            if option is not None:
                option["sortOrder"] = position

    # deleting

    def _delete(self, payload: Payload) -> list[Object]:
        reports = []
        for kind, rows in payload.items():
            counts: Counter[str] = Counter()
            objects = []
            for position, row in enumerate(rows, start=1):
                holder = self.holder_of(kind, row["id"])
                if holder is not None:
                    counts["ignored"] += 1
                    item = Checked(position, row, [_held_report(CLASSES[kind], holder)])
                    objects.append(self._object_report(CLASSES[kind], item))
                elif self.state.find(kind, row["id"]) is None:
                    counts["ignored"] += 1
                else:
                    counts["deleted"] += 1
                    if not self.options.dry_run:
                        self.delete(kind, row["id"])
            reports.append(
                {
                    "klass": CLASSES[kind].full_name,
                    "stats": _stats(counts),
                    "objectReports": objects,
                }
            )
        return reports

    def holder_of(self, kind: str, uid: str) -> str | None:
        """The name of the class that keeps an object from being deleted."""
        for holding, name in HELD_BY.get(kind, ()):
            rows = self.state.metadata[holding].values()
            if any((row.get(name) or {}).get("id") == uid for row in rows):
                return CLASSES[holding].simple_name
        return _tracker_holder(self.state, kind, uid)

    def delete(self, kind: str, uid: str) -> None:
        """Takes an object away, out of every collection, and off every dashboard."""
        del self.state.metadata[kind][uid]
        for board in self.state.metadata["dashboards"].values():
            items = board.get("dashboardItems") or ()
            board["dashboardItems"] = [item for item in items if not _shows(item, kind, uid)]
        for row_class in CLASSES.values():
            for name, target in row_class.collections.items():
                if target == kind:
                    self._take_out(row_class.kind, name, uid)
        self.state.metadata_changed()

    def _take_out(self, kind: str, name: str, uid: str) -> None:
        leaves_hole = kind == "optionSets" and self.state.dialect.deleted_option_leaves_a_hole
        for row in self.state.metadata[kind].values():
            members = row.get(name)
            if not members or all(item is None or item["id"] != uid for item in members):
                continue
            row[name] = (
                _with_hole(members, uid)
                if leaves_hole
                else [item for item in members if item["id"] != uid]
            )

    # single objects

    def create(self, kind: str, row: Object) -> Answer:
        """POST /api/{kind}."""
        row_class = CLASSES[kind]
        row = _in_stored_form(kind, row) | {"id": row.get("id") or new_uid()}
        held = self._held(row_class, row["id"])
        if held is not None:
            return _already_there(row_class, held)
        return self._save_one(row_class, row, 201)

    def update(self, kind: str, uid: str, row: Object) -> Answer:
        """PUT /api/{kind}/{uid}."""
        row_class = CLASSES[kind]
        if self._held(row_class, uid) is None:
            raise not_found(row_class.simple_name, uid)
        if kind == "maps" and self.state.dialect.map_update_status != 200:
            raise refusal(
                self.state.dialect.map_update_status,
                "org.hibernate.PropertyValueException: not-null property references a null",
            )
        return self._save_one(row_class, _in_stored_form(kind, row) | {"id": uid}, 200)

    def _save_one(self, row_class: MetadataClass, row: Object, status: int) -> Answer:
        checks = MetadataChecks(self.state, self.account, {row_class.kind: [row]})
        (item,) = checks.run(row_class, [row])
        if item.reports:
            report = {**_single_report(row_class, row["id"]), "errorReports": item.reports}
            return Answer(409, web_message(409, WARNING_MESSAGE, response=report))
        self.save(row_class, row, checks)
        if row_class.kind == "optionSets":
            self._number_options(row["id"])
        if row_class.kind == "organisationUnits":
            store_paths(self.state, [row["id"]])
        self.state.metadata_changed()
        if status == 200:
            return Answer(200, web_message(200))
        return Answer(status, web_message(status, response=_single_report(row_class, row["id"])))

    def remove(self, kind: str, uid: str) -> Answer:
        """DELETE /api/{kind}/{uid}."""
        row_class = CLASSES[kind]
        if self._held(row_class, uid) is None:
            raise not_found(row_class.simple_name, uid)
        holder = self.holder_of(kind, uid)
        if holder is not None:
            message = (
                "Object could not be deleted because it is associated with another object: "
                f"{holder}"
            )
            raise refusal(409, message, "E4030")
        self.delete(kind, uid)
        return Answer(200, web_message(200, response=_single_report(row_class, uid)))

    # collections

    def change_collection(
        self, kind: str, uid: str, name: str, additions: Sequence[str], deletions: Sequence[str]
    ) -> Answer:
        """POST /api/{kind}/{uid}/{collection}: what does not exist is passed over in silence."""
        row_class = CLASSES[kind]
        row = self._held(row_class, uid)
        if row is None:
            raise not_found(row_class.simple_name, uid)
        target = row_class.collections.get(name)
        if target is None:
            raise refusal(
                404, f"Property {name} does not exist on {row_class.simple_name}", "E1107"
            )
        if not may_update(self.account, row_class, row):
            raise refusal(403, "You don't have the proper permissions to update this object.")
        counts = _change(row, name, [u for u in additions if self.state.find(target, u)], deletions)
        row["lastUpdated"] = self.now
        if self.state.dialect.collections_have_authors:
            row["lastUpdatedBy"] = author(self.account.user)
        self.state.metadata_changed()
        response = {
            "responseType": "TypeReport",
            "status": "OK",
            "stats": _stats(counts),
            "objectReports": [],
        }
        return Answer(200, web_message(200, response=response))

    def set_translations(self, kind: str, uid: str, posted: Object) -> Answer:
        """PUT /api/{kind}/{uid}/translations: those that are there are replaced by what is sent."""
        row_class = CLASSES[kind]
        row = self._held(row_class, uid)
        if row is None:
            raise not_found(row_class.simple_name, uid)
        if not may_update(self.account, row_class, row):
            raise refusal(403, "You don't have the proper permissions to update this object.")
        translations = list(posted.get("translations") or ())
        errors = list(translation_reports(row_class, row | {"translations": translations}))
        if errors:
            report = {**_single_report(row_class, uid), "errorReports": errors}
            return Answer(409, web_message(409, WARNING_MESSAGE, response=report))
        row["translations"], row["lastUpdated"] = translations, self.now
        self.state.metadata_changed()
        return Answer(204)

    def set_sharing(self, kind: str, uid: str, posted: Object) -> Answer:
        """PUT /api/sharing in its old form."""
        row = self._held(CLASSES[kind], uid)
        if row is None:
            raise refusal(
                404, f"Object of type {CLASSES[kind].singular} with ID {uid} was not found."
            )
        held = row.get("sharing") or {}
        row["sharing"] = {
            "owner": held.get("owner") or self.account.uid,
            "external": bool(posted.get("externalAccess")),
            "public": posted.get("publicAccess") or "--------",
            "users": {item["id"]: _access(item) for item in posted.get("userAccesses") or ()},
            "userGroups": {
                item["id"]: _access(item) for item in posted.get("userGroupAccesses") or ()
            },
        }
        self.state.metadata_changed()
        return Answer(200, web_message(200, "Access control set"))


def _refuse_double_items(payload: Payload) -> None:
    """Two items of one UID are found by the database alone, after a dry run that passed."""
    for row in payload.get("dashboards", ()):
        uids = [item.get("id") for item in row.get("dashboardItems") or ()]
        if len(set(uids)) < len(uids):
            raise refusal(
                409,
                "org.hibernate.exception.ConstraintViolationException: could not execute statement",
            )


def _payload(document: object) -> Payload:
    if not isinstance(document, dict):
        raise refusal(400, "Metadata must be a JSON object")
    payload: Payload = {}
    for kind, rows in document.items():
        if kind in CLASSES and isinstance(rows, list) and rows:
            payload[kind] = [row | {"id": row.get("id") or new_uid()} for row in rows]
    return payload


def _stats(counts: Counter[str]) -> dict[str, int]:
    names = ("created", "updated", "deleted", "ignored")
    return {name: counts[name] for name in names} | {"total": sum(counts[n] for n in names)}


def _held_report(row_class: MetadataClass, holder: str) -> Object:
    return {
        "message": "Object could not be deleted because it is associated with another object: "
        f"{holder}",
        "args": [],
        "mainKlass": row_class.full_name,
        "errorCode": "E4030",
        "errorProperties": [],
    }


def _single_report(row_class: MetadataClass, uid: str) -> Object:
    return {
        "responseType": "ObjectReport",
        "klass": row_class.full_name,
        "uid": uid,
        "errorReports": [],
    }


def _already_there(row_class: MetadataClass, held: Object) -> Answer:
    what = f"{held.get('name')} [{held['id']}] ({row_class.simple_name})"
    error = {
        "message": "Found matching object for reference, but import strategy is CREATE. "
        f"Identifier was UID, and object was {what}.",
        "args": ["UID", what],
        "mainKlass": row_class.full_name,
        "errorCode": "E5000",
        "mainId": held["id"],
        "errorProperties": ["UID", what],
    }
    report = {**_single_report(row_class, held["id"]), "errorReports": [error]}
    return Answer(409, web_message(409, WARNING_MESSAGE, response=report))


def _in_stored_form(kind: str, row: Object) -> Object:
    if kind == "maps":
        return stored_map(row)
    return stored_form(row) if kind in ANALYTICAL else dict(row)


def _shows(item: Object, kind: str, uid: str) -> bool:
    """Whether an item of a dashboard shows an object."""
    shown = item.get(CLASSES[kind].singular)
    return isinstance(shown, dict) and shown["id"] == uid


def _refers(view: Object) -> bool:
    if view.get("legendSet") or view.get("organisationUnits"):
        return True
    return any(
        isinstance(value, dict)
        for item in view.get("dataDimensionItems") or ()
        for value in item.values()
    )


def _without_args(report: Object) -> Object:
    """A report as 2.40 tells it, which of a translation names property and language alone."""
    told = {name: value for name, value in report.items() if name != "args"}
    if report["errorCode"] == "E1106":
        told["errorProperties"] = report["errorProperties"][:2]
    return told


def _drop(shape: Embedded, row: Object, checks: MetadataChecks) -> None:
    for name, target in shape.references.items():
        if isinstance(row.get(name), dict) and not checks.resolves(target, row[name], name):
            del row[name]
    for name, target in shape.collections.items():
        if row.get(name) is not None:
            row[name] = [{"id": item["id"]} for item in row[name] if checks.resolves(target, item)]


def _with_hole(members: list[Any], uid: str) -> list[Any]:
    left = [None if item is not None and item["id"] == uid else item for item in members]
    while left and left[-1] is None:
        left.pop()
    return left


def _change(
    row: Object, name: str, additions: Sequence[str], deletions: Sequence[str]
) -> Counter[str]:
    counts: Counter[str] = Counter()
    held = {item["id"]: item for item in row.get(name) or ()}
    for uid in additions:
        counts["ignored" if uid in held else "updated"] += 1
        held.setdefault(uid, {"id": uid})
    for uid in deletions:
        counts["deleted" if held.pop(uid, None) else "ignored"] += 1
    row[name] = list(held.values())
    return counts


def _access(item: Object) -> Object:
    return {"id": item["id"], "access": item.get("access")}


def _tracker_holder(state: State, kind: str, uid: str) -> str | None:
    """The tracker's objects that keep metadata from being deleted."""
    store = state.tracker
    if kind == "dataElements":
        return "Event" if any(uid in event.values[0] for event in store.events.values()) else None
    if kind == "programs":
        return _name_if("Enrollment", (row.program == uid for row in store.enrollments.values()))
    if kind == "programStages":
        return _name_if("Event", (row.stage == uid for row in store.events.values()))
    if kind == "trackedEntityAttributes":
        held = (uid in row.attributes[0] for row in store.tracked_entities.values())
        return _name_if("TrackedEntityAttributeValue", held)
    if kind == "organisationUnits":
        placed = (row.org_unit == uid for row in store.tracked_entities.values())
        return _name_if("TrackedEntity", placed)
    return None


def _name_if(name: str, tests: Iterator[bool]) -> str | None:
    return name if any(tests) else None
