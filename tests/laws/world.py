"""A small DHIS2 in memory, and random worlds of people, policies and claims to bring into it.

It knows nothing of the project's code: it takes request bodies and keeps what DHIS2 would keep.
"""

from dataclasses import dataclass, field
from typing import Any

import orjson
import polars as pl
from hypothesis import strategies as st

from transforms.model.resources import RESOURCES, Resource

PEOPLE = [f"{digit * 8}-0000-4000-8000-000000000000" for digit in "1234"]
CLAIMS = [f"{digit * 8}-0000-4000-8000-000000000000" for digit in "abc"]
PLACES = ["ouVillage01", "ouVillage02"]
LISTS = {"trackedEntities": "trackedEntity", "enrollments": "enrollment", "events": "event"}
TYPES = {"trackedEntities": "TRACKED_ENTITY", "enrollments": "ENROLLMENT", "events": "EVENT"}
ABSENT, DELETED = "E1032", "E1082"
KINDS = {ABSENT: "absent", DELETED: "tombstone"}
PARENTS = {"enrollments": "trackedEntity", "events": "enrollment"}


@dataclass
class MemoryDhis2:
    """Objects by list and UID; a deleted UID never comes back, one that was never there may."""

    live: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {name: {} for name in LISTS}
    )
    dead: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in LISTS})
    owners: dict[tuple[str, str], str] = field(default_factory=dict)

    def post(self, phase: str, body: bytes, refuses: Any = None) -> list[dict[str, Any]]:
        """Take one request body; return one outcome an object."""
        content = orjson.loads(body)
        if "transfers" in content:
            return [self._transfer(phase, transfer) for transfer in content["transfers"]]
        judge = self._delete if "delete" in phase else self._import
        outcomes = []
        for name, identifier in LISTS.items():
            for thing in content.get(name, []):
                uid = thing[identifier]
                code = "E9999" if refuses and refuses(phase, name, uid) else judge(name, uid, thing)
                outcomes.append(_outcome(phase, TYPES[name], uid, code))
        return outcomes

    def _delete(self, name: str, uid: str, _thing: dict[str, Any]) -> str | None:
        if uid in self.dead[name]:
            return None
        if uid not in self.live[name]:
            return ABSENT
        del self.live[name][uid]
        self.dead[name].add(uid)
        children = [child for child, parent in PARENTS.items() if parent == LISTS[name]]
        for child in children:
            below = [key for key, each in self.live[child].items() if each[LISTS[name]] == uid]
            for key in below:
                self._delete(child, key, {})
        return None

    def _import(self, name: str, uid: str, thing: dict[str, Any]) -> str | None:
        if uid in self.dead[name]:
            return DELETED
        parent = PARENTS.get(name)
        if parent and thing[parent] not in self.live[parent_list(parent)]:
            return "E1313"
        known = self.live[name].get(uid)
        if known and parent and known[parent] != thing[parent]:
            return "E1127"
        values = thing.pop("attributes", None) or thing.pop("dataValues", None) or []
        if name == "trackedEntities" and self._is_taken(uid, values):
            return "E1064"
        kept = dict(known["values"]) if known else {}
        for value in values:
            kept[value.get("attribute") or value["dataElement"]] = value["value"]
        thing.pop("attributes", None)
        thing["values"] = {key: value for key, value in kept.items() if value is not None}
        self.live[name][uid] = thing
        if name == "enrollments":
            self.owners.setdefault((thing["trackedEntity"], thing["program"]), thing["orgUnit"])
        return None

    def _is_taken(self, uid: str, values: list[dict[str, Any]]) -> bool:
        unique = {f.uid for f in RESOURCES[0].unique_fields}
        wanted = {(v["attribute"], v["value"]) for v in values if v["attribute"] in unique}
        return any(
            (attribute, value) in wanted
            for other, each in self.live["trackedEntities"].items()
            if other != uid
            for attribute, value in each["values"].items()
        )

    def _transfer(self, phase: str, transfer: dict[str, str]) -> dict[str, Any]:
        self.owners[(transfer["trackedEntity"], transfer["program"])] = transfer["orgUnit"]
        return _outcome(phase, "TRACKED_ENTITY", transfer["trackedEntity"], None)


def parent_list(identifier: str) -> str:
    return next(name for name, each in LISTS.items() if each == identifier)


def _outcome(phase: str, kind: str, uid: str, code: str | None) -> dict[str, Any]:
    return {
        "phase": phase,
        "type": kind,
        "uid": uid,
        "accepted": code in (None, ABSENT),
        "kind": KINDS.get(code, code and "data"),
        "codes": [code] if code not in (None, ABSENT) else [],
    }


def desired_frame(resource: Resource, rows: list[dict[str, Any]]) -> pl.LazyFrame:
    """Return a desired frame with these rows; what a row leaves out is null."""
    texts = ("key", "parent", "person", "orgUnit", "status", "occurredAt")
    schema: dict[str, Any] = dict.fromkeys((*texts, *(f.key for f in resource.fields)), pl.String)
    schema |= {
        "faults": pl.List(pl.String),
        "notes": pl.List(pl.String),
        "in_window": pl.Boolean,
    }
    defaults = {"faults": [], "notes": [], "in_window": True}
    full = [{name: ({**defaults, **row}).get(name) for name in schema} for row in rows]
    return pl.DataFrame(full, schema=schema).lazy()


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Draw what DHIS2 should hold: rows by resource."""
    people = draw(st.lists(st.sampled_from(PEOPLE), unique=True))
    insured = [person for person in people if draw(st.booleans())]
    claims = [
        (claim, draw(st.sampled_from(people))) for claim in CLAIMS if people and draw(st.booleans())
    ]
    numbers = draw(st.permutations(["n1", "n2", "n3", None]))
    world: dict[str, list[dict[str, Any]]] = {resource.name: [] for resource in RESOURCES}
    by_name = {resource.name: resource for resource in RESOURCES}

    def values(resource: str) -> dict[str, str | None]:
        plain = [f.key for f in by_name[resource].fields if not f.unique][:2]
        return {key: draw(st.sampled_from([None, "1", "2"])) for key in plain}

    def add(resource: str, key: str, parent: str | None, person: str, place: str) -> None:
        fault = draw(st.integers(0, 11)) == 0
        world[resource].append(
            {
                "key": key,
                "parent": parent,
                "person": person,
                "orgUnit": place,
                "status": parent and draw(st.sampled_from(["ACTIVE", "COMPLETED"])),
                "occurredAt": parent and draw(st.sampled_from(["2024-01-01", "2024-02-01"])),
                "faults": ["some_rule"] if fault else [],
                **values(resource),
            }
        )

    unique = [f.key for f in by_name["tracked_entities"].unique_fields]
    for person in people:
        place = draw(st.sampled_from(PLACES))
        number = numbers[PEOPLE.index(person)]
        add("tracked_entities", person, None, person, place)
        world["tracked_entities"][-1] |= dict.fromkeys(unique, number)
        if person in insured:
            add("insuree_enrollments", person, person, person, place)
            for policy in draw(st.lists(st.sampled_from("789"), unique=True)):
                event = f"{PEOPLE.index(person)}{policy}:Active:1"
                add("policy_events", event, person, person, place)
    for claim, person in claims:
        add("claim_enrollments", claim, person, person, PLACES[0])
        add("claim_events", f"{claim}:Entered", claim, person, PLACES[0])
        if draw(st.booleans()):
            add("claim_items", str(CLAIMS.index(claim)), claim, person, PLACES[0])
    return world
