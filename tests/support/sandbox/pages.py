"""A page to look at: what the stand-in holds, the latest imports, a tracked entity with all that
hangs on it.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Any

from . import times
from .answers import HTML, Answer, error_page, refusal
from .state import State
from .tracker_store import Enrollment, Event, TrackedEntity, unpack

_STYLE = (
    "body{font-family:sans-serif;margin:2em auto;max-width:70em;color:#222}"
    "table{border-collapse:collapse;margin:.5em 0 1.5em}td,th{padding:.2em .8em;text-align:left;"
    "border-bottom:1px solid #ddd}.deleted{text-decoration:line-through;color:#999}"
    "td.n{text-align:right}h1{font-size:1.4em}h2{font-size:1.1em}code{color:#555}"
)
_LISTED = 100


def home(state: State, wanted: dict[str, str]) -> Answer:
    """The counts, by type and by org unit, the latest imports and the first people."""
    unit = wanted.get("orgUnit")
    parts = [
        f"<h1>Stand-in for DHIS2 {escape(state.dialect.release)}</h1>",
        "<h2>Objects</h2>",
        _table(("type", "there", "deleted"), _tracker_counts(state) + _metadata_counts(state)),
        "<h2>People by org unit</h2>",
        _table(("org unit", "people", "enrollments"), _by_org_unit(state)),
        "<h2>Latest imports</h2>",
        _table(("time", "user", "what", "mode", "status", "stats"), _imports(state)),
        f"<h2>People{f' of {_name(state, unit)}' if unit else ''}</h2>",
        _table(("tracked entity", "org unit", "enrollments"), _people(state, unit)),
    ]
    return _page("".join(parts))


def _tracker_counts(state: State) -> list[tuple[str, ...]]:
    store = state.tracker
    held: dict[str, Any] = {
        "tracked entities": store.tracked_entities,
        "enrollments": store.enrollments,
        "events": store.events,
    }
    rows: list[tuple[str, ...]] = []
    for name, objects in held.items():
        deleted = sum(row.deleted for row in objects.values())
        rows.append((name, str(len(objects) - deleted), str(deleted)))
    return rows


def _metadata_counts(state: State) -> list[tuple[str, ...]]:
    return [(kind, str(len(rows)), "") for kind, rows in state.metadata.items() if rows]


def _by_org_unit(state: State) -> list[tuple[str, ...]]:
    people = Counter(
        row.org_unit for row in state.tracker.tracked_entities.values() if not row.deleted
    )
    enrollments = Counter(
        row.org_unit for row in state.tracker.enrollments.values() if not row.deleted
    )
    units = sorted(people.keys() | enrollments.keys(), key=lambda uid: _name(state, uid))
    return [
        (
            f'<a href="/?orgUnit={uid}">{_name(state, uid)}</a>',
            str(people[uid]),
            str(enrollments[uid]),
        )
        for uid in units
    ]


def _imports(state: State) -> list[tuple[str, ...]]:
    return [
        (
            row["time"],
            escape(row["user"]),
            row["what"],
            row["mode"],
            str(row["status"]),
            ", ".join(f"{name} {count}" for name, count in row["stats"].items() if count),
        )
        for row in reversed(state.imports)
    ]


def _people(state: State, unit: str | None) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for row in state.tracker.tracked_entities.values():
        if unit is None or row.org_unit == unit:
            link = f'<a href="/page/{row.uid}">{row.uid}</a>'
            rows.append((link, _name(state, row.org_unit), str(len(row.enrollments))))
        if len(rows) == _LISTED:
            rows.append(("… and more", "", ""))
            break
    return rows


def tracked_entity(state: State, uid: str) -> Answer:
    """One tracked entity, its values, enrollments and events."""
    row = state.tracker.tracked_entities.get(uid)
    if row is None:
        return error_page(404, f"There is no tracked entity {uid}.")
    parts = [
        f'<p><a href="/">all</a></p><h1{_deleted(row)}>Tracked entity <code>{row.uid}</code></h1>',
        f"<p>at {_name(state, row.org_unit)}, updated {times.written(row.updated)}</p>",
        _table(("attribute", "value"), _values(state, "trackedEntityAttributes", row.attributes)),
        *(_enrollment(state, enrollment) for enrollment in row.enrollments),
    ]
    return _page("".join(parts))


def _enrollment(state: State, row: Enrollment) -> str:
    program = escape(str((state.find("programs", row.program) or {}).get("name", row.program)))
    owner = row.tracked_entity.owner(row.program)
    head = (
        f"<h2{_deleted(row)}>{program} <code>{row.uid}</code> {row.status}</h2>"
        f"<p>enrolled {times.written_or_none(row.enrolled)} at {_name(state, row.org_unit)}, "
        f"owned by {_name(state, owner)}</p>"
    )
    ordered = sorted(row.events, key=lambda event: event.occurred or 0)
    rows: list[tuple[str, ...]] = [
        (
            f"<span{_deleted(event)}><code>{event.uid}</code></span>",
            escape(str((state.find("programStages", event.stage) or {}).get("name"))),
            str(times.written_or_none(event.occurred)),
            event.status,
            _name(state, event.org_unit),
            "<br>".join(
                f"{name}: {value}" for name, value in _values(state, "dataElements", event.values)
            ),
        )
        for event in ordered
    ]
    return head + _table(("event", "stage", "occurred", "status", "org unit", "values"), rows)


def _values(state: State, kind: str, packed: Any) -> list[tuple[str, ...]]:
    return [
        (escape(str((state.find(kind, uid) or {}).get("name", uid))), escape(str(value)))
        for uid, value in unpack(packed).items()
    ]


def _name(state: State, org_unit: str | None) -> str:
    row = state.find("organisationUnits", org_unit or "")
    return escape(str(row["name"])) if row else escape(str(org_unit))


def _deleted(row: TrackedEntity | Enrollment | Event) -> str:
    return ' class="deleted"' if row.deleted else ""


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td{_right(cell)}>{cell}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _right(cell: str) -> str:
    return ' class="n"' if cell.isdigit() else ""


def _page(content: str) -> Answer:
    head = (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>DHIS2 stand-in</title>"
        f"<style>{_STYLE}</style></head>"
    )
    return Answer(200, f"{head}<body>{content}</body></html>", HTML)


# for tests in another process


def objects(state: State, wanted: dict[str, str]) -> Answer:
    """All objects of a kind as JSON: tracker kinds with deleted ones, or a kind of metadata."""
    kind = wanted.get("kind", "")
    store = state.tracker
    if kind == "trackedEntities":
        return Answer(200, [tracked_entity_row(row) for row in store.tracked_entities.values()])
    if kind == "enrollments":
        return Answer(200, [enrollment_row(row) for row in store.enrollments.values()])
    if kind == "events":
        return Answer(200, [event_row(row) for row in store.events.values()])
    if kind in state.metadata:
        return Answer(200, list(state.metadata[kind].values()))
    raise refusal(404, f"There is no kind {kind}.")


def tracked_entity_row(row: TrackedEntity) -> dict[str, Any]:
    """A tracked entity as plain values."""
    return {
        "trackedEntity": row.uid,
        "trackedEntityType": row.type,
        "orgUnit": row.org_unit,
        "deleted": row.deleted,
        "attributes": unpack(row.attributes),
        "owners": dict(zip(row.owners[::2], row.owners[1::2], strict=True)),
    }


def enrollment_row(row: Enrollment) -> dict[str, Any]:
    """An enrollment as plain values."""
    return {
        "enrollment": row.uid,
        "trackedEntity": row.tracked_entity.uid,
        "program": row.program,
        "orgUnit": row.org_unit,
        "status": row.status,
        "enrolledAt": times.written_or_none(row.enrolled),
        "occurredAt": times.written_or_none(row.occurred),
        "completedAt": times.written_or_none(row.completed),
        "deleted": row.deleted,
    }


def event_row(row: Event) -> dict[str, Any]:
    """An event as plain values."""
    return {
        "event": row.uid,
        "enrollment": row.enrollment.uid if row.enrollment.tracked_entity.uid else None,
        "trackedEntity": row.enrollment.tracked_entity.uid or None,
        "programStage": row.stage,
        "orgUnit": row.org_unit,
        "status": row.status,
        "occurredAt": times.written_or_none(row.occurred),
        "scheduledAt": times.written_or_none(row.scheduled),
        "completedAt": times.written_or_none(row.completed),
        "deleted": row.deleted,
        "dataValues": unpack(row.values),
    }
