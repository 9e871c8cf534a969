"""The analytics tables of events: which were there when the tables were built, and where.

An org unit counts by the path that it had then. Figures of indicators are not computed. An answer
is remembered by places and days alone: who asks the same of another program or stage is answered
that of the first (seen on 2.40.12 and 2.42.5.2).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from . import org_units
from .answers import Answer, RefusalError, web_message
from .state import State

Object = dict[str, Any]

NO_TABLE = (
    "Query failed because a referenced table does not exist. Please ensure analytics job was run "
    "(SqlState: 42P01)"
)


REMEMBERED_BY = ("dimension", "startDate", "endDate", "paging")
HEADERS = [
    {
        "name": name, "column": column, "valueType": value_type, "type": f"java.lang.{java_type}",
        "hidden": False, "meta": meta,
    }
    for name, column, value_type, java_type, meta in (
        ("ou", "Organisation unit", "TEXT", "String", True),
        ("value", "Value", "NUMBER", "Double", False),
    )
]  # fmt: skip


def build(state: State) -> None:
    """Writes the tables of events anew; none gets in where the server counts in no ISO dates."""
    tables: dict[str, Counter[str]] = {}
    in_iso = state.dialect.calendar == "iso8601"
    for event in state.tracker.events.values() if in_iso else ():
        if not event.deleted:
            path = org_units.stored_path(state, event.org_unit)
            tables.setdefault(event.stage, Counter()).update(path.strip("/").split("/"))
    state.analytics_tables = tables
    state.analytics_answers.clear()


def count(state: State, program: str, query: dict[str, str]) -> Answer:
    """How many events of a stage lie at or below each org unit that is asked for."""
    tables = state.analytics_tables
    if tables is None:
        missing = {"devMessage": "SqlState: 42P01", "errorCode": "E7144"}
        raise RefusalError(Answer(409, web_message(409, NO_TABLE, **missing)))
    key = tuple(query.get(name, "") for name in REMEMBERED_BY)
    stage = state.analytics_answers.setdefault(key, query["stage"])
    counted = tables.get(stage, Counter())
    places = query["dimension"].removeprefix("ou:").split(";")
    rows = [[place, str(counted[place])] for place in sorted(places) if counted[place]]
    return Answer(
        200,
        {
            "headers": HEADERS,
            "metaData": {
                "items": _named(state, program, query["stage"], places),
                "dimensions": {"pe": [], "ou": places},
            },
            "rowContext": {},
            "width": len(HEADERS) if rows else 0,
            "rows": rows,
            "headerWidth": len(HEADERS),
            "height": len(rows),
        },
    )


def _named(state: State, program: str, stage: str, places: list[str]) -> Object:
    found = [("programs", program), ("programStages", stage)]
    found += [("organisationUnits", place) for place in places]
    names = {uid: {"name": (state.find(kind, uid) or {}).get("name")} for kind, uid in found}
    return names | {"ou": {"name": "Organisation unit"}}
