"""Every endpoint: a table of method, path and what answers it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import analytics_tables, category_combos, data_store, data_values, jobs, org_units, times
from .answers import Answer, error_page, not_found, ok, refusal, web_message
from .dialects import Dialect
from .field_filter import parse_fields
from .metadata_classes import BY_SINGULAR, CLASSES
from .metadata_import import MetadataImport
from .metadata_import import Options as MetadataOptions
from .metadata_read import MetadataReader
from .program_indicators import describe, describe_indicator
from .state import State
from .tracker_export import Export
from .tracker_import import Options, import_payload
from .tracker_model import TrackerModel
from .tracker_payload import read_json, read_payload
from .uids import new_uid
from .users import Account
from .wordlist import names

AUTHORITIES = json.loads(Path(__file__).with_name("authorities.json").read_text())


@dataclass
class Request:
    """One request, of a known user."""

    method: str
    path: str
    pairs: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    base_url: str
    account: Account
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """The query, the last of each name."""
        return dict(self.pairs)


Handler = Callable[..., Answer]


class Handlers:
    """Answers requests from the state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._models: dict[str, TrackerModel] = {}
        self._routes = [
            (method, re.compile(pattern), handler) for method, pattern, handler in self._table()
        ]

    def _table(self) -> list[tuple[str, str, Handler]]:
        tracker = "trackedEntities|enrollments|events"
        kinds = "|".join(CLASSES)
        return [
            ("POST", r"/api/tracker", self._import),
            ("GET", rf"/api/tracker/({tracker})", self._tracker_page),
            ("GET", rf"/api/tracker/({tracker})/(\w+)", self._tracker_object),
            ("GET", r"/api/tracker/jobs/(\w+)", self._tracker_job),
            ("GET", r"/api/tracker/jobs/(\w+)/report", self._tracker_report),
            ("PUT", r"/api/tracker/ownership/transfer", self._transfer),
            ("GET", r"/api/system/info", self._system_info),
            ("GET", r"/api/system/ping", lambda request: Answer(200, b"pong", "text/plain")),
            ("GET", r"/api/system/id", self._ids),
            ("GET", r"/api/system/tasks/(\w+)/(\w+)", self._task),
            ("GET", r"/api/jobConfigurations/(\w+)", self._job),
            ("GET", r"/api/me", self._me),
            ("GET", r"/api/authorities", self._authorities),
            ("POST", r"/api/maintenance", self._maintenance),
            (
                "POST",
                r"/api/maintenance/categoryOptionComboUpdate/categoryCombo/(\w+)",
                self._make_option_combos,
            ),
            ("POST", r"/api/resourceTables/analytics", self._analytics),
            ("GET", r"/api/analytics", self._figures),
            ("GET", r"/api/analytics/events/aggregate/(\w+)", self._event_counts),
            ("GET", r"/api/configuration/dataOutputPeriodTypes", self._period_types),
            ("POST", r"/api/configuration/dataOutputPeriodTypes", self._set_period_types),
            ("PUT", r"/api/sharing", self._set_sharing),
            ("GET", r"/api/sharing", self._sharing),
            ("POST", r"/api/programIndicators/(expression|filter)/description", self._describe),
            ("POST", r"/api/indicators/expression/description", self._describe_indicator),
            ("POST", r"/api/dataValueSets", self._data_values),
            ("GET", r"/api/dataValueSets", self._read_data_values),
            ("GET", r"/api/dataStore", self._namespaces),
            ("GET", r"/api/dataStore/([^/]+)", self._keys),
            ("GET", r"/api/dataStore/([^/]+)/([^/]+)", self._entry),
            ("GET", r"/api/dataStore/([^/]+)/([^/]+)/metaData", self._about_entry),
            ("POST", r"/api/dataStore/([^/]+)/([^/]+)", self._add_entry),
            ("PUT", r"/api/dataStore/([^/]+)/([^/]+)", self._set_entry),
            ("DELETE", r"/api/dataStore/([^/]+)/([^/]+)", self._remove_entry),
            ("POST", r"/api/metadata", self._import_metadata),
            ("GET", r"/api/metadata", self._export_metadata),
            ("GET", rf"/api/({kinds})", self._list),
            ("POST", rf"/api/({kinds})", self._create),
            ("GET", rf"/api/({kinds})/(\w+)", self._one),
            ("PUT", rf"/api/({kinds})/(\w+)", self._update),
            ("PUT", rf"/api/({kinds})/(\w+)/translations", self._set_translations),
            ("PATCH", rf"/api/({kinds})/(\w+)", self._patch),
            ("DELETE", rf"/api/({kinds})/(\w+)", self._remove),
            ("GET", rf"/api/({kinds})/(\w+)/(\w+)", self._collection),
            ("POST", rf"/api/({kinds})/(\w+)/(\w+)", self._change_collection),
            ("POST", rf"/api/({kinds})/(\w+)/(\w+)/(\w+)", self._add_member),
            ("DELETE", rf"/api/({kinds})/(\w+)/(\w+)/(\w+)", self._remove_member),
        ]

    def answer(self, request: Request) -> Answer:
        """The answer to a request."""
        path = request.path.removesuffix(".json")
        other_methods = False
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(path)
            if match is not None and method == request.method:
                return handler(request, *match.groups())
            other_methods = other_methods or match is not None
        if other_methods:
            return error_page(404, f"{request.method} is not known here.")
        return self._nothing_here(request)

    def _nothing_here(self, request: Request) -> Answer:
        """The web server's own 404: Jetty answers in the form that is asked for."""
        if self.dialect.jetty and "json" in request.headers.get("accept", ""):
            page = {"servlet": "dispatcher", "message": "Not Found", "url": request.path}
            return Answer(404, page | {"status": "404"})
        return error_page(404, f"No static resource {request.path.strip('/')}.")

    @property
    def dialect(self) -> Dialect:
        """The version's ways."""
        return self.state.dialect

    # tracker

    def _model(self, account: Account) -> TrackerModel:
        known = self._models.get(account.uid)
        if known is None or known.revision != self.state.metadata_revision:
            known = self._models[account.uid] = TrackerModel(self.state, account)
        return known

    def _import(self, request: Request) -> Answer:
        self._accept_json(request)
        options = Options.read(request.query)
        payload = read_payload(request.body, self.dialect)
        request.counts = {
            "trackedEntities": len(payload.tracked_entities),
            "enrollments": len(payload.enrollments),
            "events": len(payload.events),
        }
        answer = import_payload(self.state, self._model(request.account), payload, options)
        self._note_import(request, options, answer)
        if request.query.get("async", "true") == "false":
            return answer
        return jobs.tracker_job_added(self.state, answer, request.query, request.base_url)

    def _accept_json(self, request: Request) -> None:
        media = request.headers.get("content-type", "").split(";")[0]
        if media != "application/json":
            raise refusal(415, f"Content-Type '{media}' is not supported")

    def _note_import(self, request: Request, options: Options, answer: Answer) -> None:
        self.state.imports.append(
            {
                "time": times.written(times.now()),
                "user": request.account.user["username"],
                "what": options.import_strategy,
                "mode": options.import_mode,
                "status": answer.status,
                "stats": (answer.body or {}).get("stats", {}),
            }
        )

    def _export(self, request: Request) -> Export:
        return Export(self.state, self._model(request.account), request.account)

    def _tracker_page(self, request: Request, kind: str) -> Answer:
        return self._export(request).page(kind, request.pairs, request.base_url)

    def _tracker_object(self, request: Request, kind: str, uid: str) -> Answer:
        return self._export(request).one(kind, uid, request.query)

    def _tracker_job(self, request: Request, uid: str) -> Answer:
        return jobs.tracker_job(self.state, uid)

    def _tracker_report(self, request: Request, uid: str) -> Answer:
        return jobs.tracker_report(self.state, uid)

    def _transfer(self, request: Request) -> Answer:
        """Hands a tracked entity to another org unit in a program."""
        found = [
            next((request.query[name] for name in names if request.query.get(name)), None)
            for names in (*self.dialect.owner_parameters, ("program",))
        ]
        entity_uid, org_unit, program = found
        if entity_uid is None or org_unit is None or program is None:
            name = self.dialect.owner_parameters[0][0]
            return self._missing_parameter(name, request)
        entity = self.state.tracker.tracked_entities.get(entity_uid)
        if entity is None or entity.deleted:
            if not self.dialect.owner_of_unknown_is_transferred:
                raise not_found("TrackedEntity", entity_uid)
            return ok("Ownership transferred")
        for kind, uid in (("programs", program), ("organisationUnits", org_unit)):
            if self.state.find(kind, uid) is None:
                raise not_found(CLASSES[kind].simple_name, uid)
        entity.set_owner(program, org_unit)
        self.state.tracker.revision += 1
        return ok("Ownership transferred")

    def _missing_parameter(self, name: str, request: Request) -> Answer:
        if self.dialect.lists_are_instances and request.query:
            return Answer(400)
        return error_page(400, f"Required parameter '{name}' is not present.")

    # system

    def _system_info(self, request: Request) -> Answer:
        body = system_info(self.state, request)
        fields = request.query.get("fields")
        names = fields.split(",") if fields else list(body)
        return Answer(200, {name: body[name] for name in names if name in body})

    def _ids(self, request: Request) -> Answer:
        number = min(int(request.query.get("limit") or 1), 10_000)
        return Answer(200, {"codes": [new_uid() for _ in range(number)]})

    def _task(self, request: Request, kind: str, uid: str) -> Answer:
        return jobs.task_notifications(self.state, uid)

    def _job(self, request: Request, uid: str) -> Answer:
        return jobs.job_configuration(self.state, uid, request.query.get("fields"))

    def _me(self, request: Request) -> Answer:
        fields = parse_fields(request.query.get("fields") or "*,authorities,settings")
        user = request.account.user
        body = MetadataReader(self.state, request.account).shown(CLASSES["users"], user, fields)
        if fields.wants("authorities"):
            body["authorities"] = sorted(request.account.authorities)
        if fields.wants("settings"):
            body["settings"] = self._settings(request)
        return Answer(200, body)

    def _settings(self, request: Request) -> dict[str, Any]:
        settings: dict[str, Any] = {"keyUiLocale": "en"}
        if self.dialect.user_settings_are_complete:
            settings |= {
                "keyMessageSmsNotification": True,
                "keyStyle": "light_blue/light_blue.css",
                "keyAnalysisDisplayProperty": "name",
                "keyMessageEmailNotification": True,
            }
        return settings

    def _authorities(self, request: Request) -> Answer:
        return Answer(200, {"systemAuthorities": system_authorities(self.dialect.version)})

    def _maintenance(self, request: Request) -> Answer:
        self._need(request, "F_PERFORM_MAINTENANCE")
        if request.query.get("cacheClear") == "true":
            self.state.refused_org_units.clear()
            self.state.tokens.forget()
        if request.query.get("ouPathsUpdate") == "true":
            org_units.store_all_paths(self.state)
        status = self.dialect.cache_clear_status
        return ok() if status == 200 else Answer(status)

    def _make_option_combos(self, request: Request, uid: str) -> Answer:
        self._need(request, "F_PERFORM_MAINTENANCE")
        return category_combos.add_and_prune(self.state, uid)

    def _need(self, request: Request, authority: str) -> None:
        if not request.account.has(authority):
            raise refusal(403, f"Access is denied, requires one Authority from [{authority}]")

    def _analytics(self, request: Request) -> Answer:
        self._need(request, "F_PERFORM_MAINTENANCE")
        return jobs.start_analytics(self.state, request.query)

    def _figures(self, request: Request) -> Answer:
        """No figures are computed here; an indicator that does not parse is refused as by DHIS2."""
        asked = re.findall(r"\b[a-zA-Z][a-zA-Z0-9]{10}\b", " ".join(v for _, v in request.pairs))
        for uid in asked:
            indicator = self.state.find("programIndicators", uid)
            if indicator is not None:
                described = describe(self.state, indicator.get("expression") or "")
                if described["status"] == "ERROR":
                    raise refusal(409, described["description"])
        raise refusal(501, "The stand-in computes no analytics.")

    def _event_counts(self, request: Request, program: str) -> Answer:
        if not request.account.has("F_VIEW_EVENT_ANALYTICS"):
            user = request.account.user["username"]
            raise refusal(
                409, f"User is not allowed to view event analytics data: `{user}`", "E7217"
            )
        return analytics_tables.count(self.state, program, request.query)

    def _period_types(self, request: Request) -> Answer:
        if not self.dialect.output_period_types:
            return self._nothing_here(request)
        return jobs.output_period_types(self.state)

    def _set_period_types(self, request: Request) -> Answer:
        if not self.dialect.output_period_types:
            return self._nothing_here(request)
        return jobs.set_output_period_types(self.state, self._json(request))

    # metadata

    def _json(self, request: Request) -> Any:
        return read_json(request.body, self.dialect)

    def _importer(self, request: Request) -> MetadataImport:
        options = MetadataOptions.read(request.query)
        return MetadataImport(self.state, request.account, options)

    def _reader(self, request: Request) -> MetadataReader:
        return MetadataReader(self.state, request.account, request.base_url)

    def _import_metadata(self, request: Request) -> Answer:
        document = self._json(request)
        if isinstance(document, dict):
            request.counts = {
                k: len(rows) for k, rows in document.items() if isinstance(rows, list)
            }
        return self._importer(request).run(document)

    def _export_metadata(self, request: Request) -> Answer:
        return self._reader(request).export(request.pairs)

    def _list(self, request: Request, kind: str) -> Answer:
        return self._reader(request).listed(kind, request.pairs)

    def _one(self, request: Request, kind: str, uid: str) -> Answer:
        return self._reader(request).one(kind, uid, request.query)

    def _create(self, request: Request, kind: str) -> Answer:
        return self._importer(request).create(kind, self._json(request))

    def _update(self, request: Request, kind: str, uid: str) -> Answer:
        return self._importer(request).update(kind, uid, self._json(request))

    def _patch(self, request: Request, kind: str, uid: str) -> Answer:
        held = self.state.find(kind, uid)
        if held is None:
            raise not_found(CLASSES[kind].simple_name, uid)
        return self._importer(request).update(kind, uid, patched(held, self._json(request)))

    def _remove(self, request: Request, kind: str, uid: str) -> Answer:
        return self._importer(request).remove(kind, uid)

    def _collection(self, request: Request, kind: str, uid: str, name: str) -> Answer:
        fields = parse_fields(f"{name}[{request.query.get('fields') or 'id'}]")
        held = self.state.find(kind, uid)
        if held is None:
            raise not_found(CLASSES[kind].simple_name, uid)
        return Answer(200, self._reader(request).shown(CLASSES[kind], held, fields))

    def _change_collection(self, request: Request, kind: str, uid: str, name: str) -> Answer:
        posted = self._json(request)
        additions = posted.get("additions") or posted.get("identifiableObjects") or ()
        return self._importer(request).change_collection(
            kind,
            uid,
            name,
            [item["id"] for item in additions],
            [item["id"] for item in posted.get("deletions") or ()],
        )

    def _add_member(self, request: Request, kind: str, uid: str, name: str, item: str) -> Answer:
        return self._importer(request).change_collection(kind, uid, name, [item], [])

    def _remove_member(self, request: Request, kind: str, uid: str, name: str, item: str) -> Answer:
        return self._importer(request).change_collection(kind, uid, name, [], [item])

    def _set_translations(self, request: Request, kind: str, uid: str) -> Answer:
        return self._importer(request).set_translations(kind, uid, self._json(request))

    def _set_sharing(self, request: Request) -> Answer:
        posted = self._json(request)["object"]
        if request.query.get("type") == "dataStore":
            uid = request.query.get("id", "")
            return data_store.set_sharing(self.state, request.account, uid, posted)
        kind = self._sharing_kind(request)
        return self._importer(request).set_sharing(kind, request.query.get("id", ""), posted)

    def _sharing_kind(self, request: Request) -> str:
        row_class = BY_SINGULAR.get(request.query.get("type", ""))
        if row_class is None:
            raise refusal(409, f"Type {request.query.get('type')} is not supported.")
        return row_class.kind

    def _sharing(self, request: Request) -> Answer:
        kind, uid = self._sharing_kind(request), request.query.get("id", "")
        held = self.state.find(kind, uid)
        if held is None:
            raise not_found(CLASSES[kind].simple_name, uid)
        sharing = held.get("sharing") or {}
        body = {
            "id": uid,
            "name": held.get("name"),
            "publicAccess": sharing.get("public"),
            "externalAccess": bool(sharing.get("external")),
            "userAccesses": list((sharing.get("users") or {}).values()),
            "userGroupAccesses": list((sharing.get("userGroups") or {}).values()),
        }
        return Answer(200, {"meta": {"allowPublicAccess": True}, "object": body})

    def _describe(self, request: Request, part: str) -> Answer:
        return Answer(200, web_message(200) | describe(self.state, request.body.decode()))

    def _describe_indicator(self, request: Request) -> Answer:
        return Answer(200, web_message(200) | describe_indicator(self.state, request.body.decode()))

    # data values and the data store

    def _data_values(self, request: Request) -> Answer:
        self._need(request, "F_DATAVALUE_ADD")
        return data_values.import_values(
            self.state, request.account, self._json(request), request.query
        )

    def _read_data_values(self, request: Request) -> Answer:
        return data_values.read_values(self.state, request.pairs)

    def _namespaces(self, request: Request) -> Answer:
        return Answer(200, sorted(self.state.data_store))

    def _keys(self, request: Request, namespace: str) -> Answer:
        return data_store.keys(self.state, namespace)

    def _entry(self, request: Request, namespace: str, key: str) -> Answer:
        return Answer(200, data_store.entries_with(self.state, namespace, key)[key])

    def _add_entry(self, request: Request, namespace: str, key: str) -> Answer:
        posted = self._json(request)
        return data_store.add(self.state, request.account, namespace, key, posted)

    def _set_entry(self, request: Request, namespace: str, key: str) -> Answer:
        posted = self._json(request)
        return data_store.change(self.state, request.account, namespace, key, posted)

    def _remove_entry(self, request: Request, namespace: str, key: str) -> Answer:
        return data_store.remove(self.state, request.account, namespace, key)

    def _about_entry(self, request: Request, namespace: str, key: str) -> Answer:
        return data_store.meta_data(self.state, namespace, key)


def patched(held: dict[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """An object after a JSON patch of its own properties and lists."""
    row = json.loads(json.dumps(held))
    for operation in operations:
        name, _, rest = operation["path"].strip("/").partition("/")
        if rest == "-":
            row.setdefault(name, []).append(operation["value"])
        elif operation["op"] == "remove":
            row.pop(name, None)
        else:
            row[name] = operation["value"]
    return dict(row)


def system_authorities(version: str) -> list[dict[str, str]]:
    """The version's authorities."""
    names = AUTHORITIES["names"] | AUTHORITIES["other_names"][version]
    absent = set(AUTHORITIES["absent"][version])
    return [{"id": uid, "name": name} for uid, name in names.items() if uid not in absent]


OF_THE_MACHINE = frozenset(
    names(
        "jasperReportsVersion environmentVariable fileStoreProvider readOnlyMode nodeId "
        "javaVersion javaVendor osName osArchitecture osVersion externalDirectory "
        "readReplicaCount memoryInfo cpuCores clusterHostname"
    )
)
_NEVER = "1970-01-01T00:00:00.000"


def system_info(state: State, request: Request) -> dict[str, Any]:
    """Who the server is: version, zone, calendar, system id and the like."""
    dialect = state.dialect
    now = times.written(times.now())
    body: dict[str, Any] = {
        "contextPath": request.base_url,
        "userAgent": request.headers.get("user-agent", ""),
        "calendar": dialect.calendar,
        "dateFormat": "yyyy-mm-dd",
        "serverDate": now,
        "serverTimeZoneId": dialect.time_zone,
        "serverTimeZoneDisplayName": "Coordinated Universal Time",
        "version": dialect.release,
        "revision": "unknown",
        "buildTime": "2026-01-01T00:00:00.000",
        "systemId": state.system_id,
        "systemName": "DHIS 2",
        "readOnlyMode": "off",
        "isMetadataVersionEnabled": False,
    }
    body |= _installation(dialect, now)
    if dialect.system_info_has_analytics_times:
        body |= _analytics_times()
    if dialect.system_info_has_last_analytics:
        body |= _last_analytics(state)
    if not request.account.is_superuser:
        body = _for_anybody(body)
    extras = {"sessionTimeout": 3600, "capability": {"analyticsTotalCounts": False}}
    return body | {name: extras[name] for name in dialect.system_info_extras}


def _installation(dialect: Dialect, now: str) -> dict[str, Any]:
    database: dict[str, Any] = {
        "name": "dhis",
        "user": "dhis",
        "url": "jdbc:postgresql://127.0.0.1:5432/dhis",
        "databaseVersion": "PostgreSQL 15",
        "spatialSupport": True,
    }
    if not dialect.report_has_timings:
        database["time"] = now
    return {
        "databaseInfo": database,
        "jasperReportsVersion": "6.20.0",
        "environmentVariable": "DHIS2_HOME",
        "fileStoreProvider": "filesystem",
        "nodeId": "",
        "javaVersion": "17",
        "javaVendor": "",
        "osName": "Linux",
        "osArchitecture": "amd64",
        "osVersion": "",
        "externalDirectory": "/opt/dhis2",
        "readReplicaCount": 0,
        "memoryInfo": "",
        "cpuCores": 2,
        "encryption": True,
        "emailConfigured": False,
        "redisEnabled": False,
        "clusterHostname": "",
    }


def _for_anybody(body: dict[str, Any]) -> dict[str, Any]:
    """What a user who is no superuser is told: nothing of the machine."""
    told = {name: value for name, value in body.items() if name not in OF_THE_MACHINE}
    shown = ("spatialSupport", "time")
    database = {name: body["databaseInfo"][name] for name in shown if name in body["databaseInfo"]}
    return told | {"databaseInfo": database, "encryption": False}


def _last_analytics(state: State) -> dict[str, Any]:
    """When the analytics tables were built, once they were."""
    built = jobs.last_success(state)
    if built is None:
        return {}
    seconds = (times.now() - built) // 1_000
    return {
        "lastAnalyticsTableSuccess": times.written(built),
        "intervalSinceLastAnalyticsTableSuccess": f"{seconds} s",
        "lastAnalyticsTableRuntime": "00:00:01.000",
    }


def _analytics_times() -> dict[str, Any]:
    hours = times.now() // 3_600_000
    since = f"{hours} h, 0 m, 0 s"
    return {
        "lastAnalyticsTableSuccess": _NEVER,
        "intervalSinceLastAnalyticsTableSuccess": since,
        "lastAnalyticsTableRuntime": "",
        "lastSystemMonitoringSuccess": _NEVER,
        "lastAnalyticsTablePartitionSuccess": _NEVER,
        "intervalSinceLastAnalyticsTablePartitionSuccess": since,
        "lastAnalyticsTablePartitionRuntime": "",
        "systemMetadataVersion": "",
        "lastMetadataVersionSyncAttempt": _NEVER,
    }


def new_session() -> str:
    """A session's id."""
    return uuid.uuid4().hex
