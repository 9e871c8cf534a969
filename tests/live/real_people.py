"""What is somebody else's on a real DHIS2: read as its owner, in one order."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from flows.connectors.dhis2.client import Dhis2
from tests.support.their_people import OWN, PROGRAM
from transforms.model.tables.programs import PROGRAMS

CHANGING = ("lastUpdated", "lastUpdatedBy", "href", "access", "lastLogin")
AT_ONCE = 200
EVENTS = (
    "events[event,orgUnit,programStage,status,occurredAt,deleted,dataValues[dataElement,value]]"
)
ENROLLMENTS = "enrollment,program,orgUnit,status,enrolledAt,occurredAt,deleted"
PERSON = (
    "trackedEntity,trackedEntityType,orgUnit,inactive,deleted,geometry,attributes[attribute,value],"
    "programOwners[orgUnit,program]"
)
LINKS = "trackedEntity,program,deleted"


def pictured(client: Dhis2, objects: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return objects of classes of metadata by their UIDs, as their owner sends them."""
    read: dict[str, Any] = {}
    for kind, uids in objects.items():
        read[kind] = []
        for start in range(0, len(uids), AT_ONCE):
            named = ",".join(uids[start : start + AT_ONCE])
            params = {"fields": ":owner", "filter": f"id:in:[{named}]", "paging": "false"}
            read[kind] += client.get(f"/api/{kind}", params)[kind]
    return read


def people_of(client: Dhis2, *, with_events: bool = False) -> dict[str, dict[str, Any]]:
    """Return all people of the ministry's program, as DHIS2 shows them, without what is ours."""
    below = f"enrollments[{ENROLLMENTS}{f',{EVENTS}' if with_events else ''}]"
    asked = {"program": PROGRAM, "fields": f"{PERSON},{below}"}
    return {
        person["trackedEntity"]: _their_part(person)
        for person in tracker_pages(client, "trackedEntities", asked)
    }


def linked_on(client: Dhis2, people: Iterable[str]) -> dict[str, list[str]]:
    """UID of each of some people to the programs in which the person is enrolled.

    Asked program by program: a list of a program's people has that program's enrollments only.
    """
    found: dict[str, list[str]] = {uid: [] for uid in people}
    asked = {"fields": "id", "paging": "false"}
    there = {each["id"] for each in client.get("/api/programs", asked)["programs"]}
    for program in [PROGRAM, *(each.uid for each in PROGRAMS if each.uid in there)]:
        for row in tracker_pages(client, "enrollments", {"program": program, "fields": LINKS}):
            if row["trackedEntity"] in found and not row["deleted"]:
                found[row["trackedEntity"]].append(program)
    return found


def tracker_pages(client: Dhis2, kind: str, asked: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield all that the tracker lists, page by page."""
    dialect = client.system_info().dialect
    order = dialect.enrollment_order if kind == "enrollments" else "createdAt"
    params = {dialect.org_unit_mode: "ACCESSIBLE", "order": order, "pageSize": "200"} | asked
    for page in count(1):
        answer = client.get(f"/api/tracker/{kind}", params | {"page": str(page)})
        rows = answer[dialect.page_key or kind]
        if not rows:
            return
        yield from rows


def in_one_order(value: Any) -> Any:
    """Return a value without what changes by itself, and lists in one order."""
    if isinstance(value, dict):
        return {name: in_one_order(each) for name, each in value.items() if name not in CHANGING}
    if isinstance(value, list):
        ordered = (in_one_order(each) for each in value)
        return sorted(ordered, key=lambda each: json.dumps(each, sort_keys=True))
    return value


def _their_part(person: dict[str, Any]) -> dict[str, Any]:
    """A person without what is ours."""
    pairs = [pair for pair in person["attributes"] if pair["attribute"] in OWN]
    enrollments = [row for row in person["enrollments"] if row["program"] == PROGRAM]
    owners = [row for row in person["programOwners"] if row["program"] == PROGRAM]
    return person | {"attributes": pairs, "enrollments": enrollments, "programOwners": owners}
