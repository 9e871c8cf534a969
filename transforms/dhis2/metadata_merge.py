"""What set-up changes in DHIS2: the wanted metadata laid over what is there.

    wanted ─┐
            ├─► merged ─► equal to what is there: nothing to post
    held ───┘            │
                         └► differs: posted whole, since DHIS2 replaces an object by what is sent

DHIS2 itself is the base of comparison. What an operator added (org units of a program, options,
attributes, sharing) is sent along, so that it stays; translations stay without being sent.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from transforms.core.json_texts import Json
from transforms.dhis2.tables.metadata_classes import (
    METADATA_CLASSES,
    SHOWN_ONLY,
    WIDER_VALUE_TYPES,
    Links,
    MetadataClass,
)
from transforms.model.tables.name_lengths import LONGEST_NAME, LONGEST_SHORT_NAME

Payload = dict[str, list[Json]]
Held = Mapping[str, Mapping[str, Json]]  # kind → UID → the object as DHIS2 shows it (`:owner`)
Index = Mapping[str, Sequence[Json]]  # kind → id, code, name, shortName, level of all objects

DEGREES = 1e-6  # a decimetre: DHIS2 may round coordinates


@dataclass(frozen=True)
class Conflict:
    """An object of DHIS2 that stands in the way of one of ours.

    Attributes:
        kind: The class.
        wanted_uid: UID of our object.
        found_uid: UID of the object in the way; our own where its property cannot change.
        property: What they cannot share, or what cannot change.
        advice: What to do.
    """

    kind: str
    wanted_uid: str
    found_uid: str
    property: str
    advice: str

    def __str__(self) -> str:
        thing = METADATA_CLASSES[self.kind].thing
        return (
            f"{thing} {self.wanted_uid}: {self.property} stands in the way in "
            f"{self.found_uid}; {self.advice}"
        )


USER_GROUPS, MAPS, DASHBOARDS = "userGroups", "maps", "dashboards"


@dataclass(frozen=True)
class Plan:
    """What set-up would do.

    Attributes:
        create: Objects that DHIS2 does not have, by class.
        change: Objects that differ, merged, by class.
        changed: UID of each object in `change` to the names of the properties that differ.
        conflicts: What must be solved before anything is written.
        notes: What an operator should know, in sentences.
    """

    create: Payload = field(default_factory=dict)
    change: Payload = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def payload(self) -> Payload:
        """What is posted: both, by class."""
        kinds = [kind for kind in METADATA_CLASSES if kind in self.create or kind in self.change]
        return {kind: self.create.get(kind, []) + self.change.get(kind, []) for kind in kinds}

    @property
    def parts(self) -> list[Payload]:
        """What is posted, one payload after the other.

        User groups go first: what is shared with a group that does not exist yet was never
        tried on a real server. Maps are alone, since `/api/metadata` does not take them, and after
        what they show; dashboards come last, since they show maps.
        """
        payload = self.payload
        apart = {kind: {kind: payload[kind]} for kind in _APART if kind in payload}
        others = {kind: payload[kind] for kind in payload if kind not in _APART}
        ordered = (apart.get(USER_GROUPS), others, apart.get(MAPS), apart.get(DASHBOARDS))
        return [part for part in ordered if part]

    @property
    def checkable(self) -> Payload:
        """What DHIS2 can be asked about beforehand: no maps, nor where those to be made show."""
        made = {thing["id"] for thing in self.create.get(MAPS, ())}
        payload = {kind: objects for kind, objects in self.payload.items() if kind != MAPS}
        boards = [_without_maps(board, made) for board in payload.get(DASHBOARDS, ())]
        return payload | ({DASHBOARDS: boards} if boards else {})

    @property
    def is_empty(self) -> bool:
        """Whether DHIS2 is as it must be."""
        return not self.create and not self.change


def plan(wanted: Payload, held: Held, index: Index) -> Plan:
    """Compare what is wanted with what DHIS2 holds.

    Args:
        wanted: The objects of the package, by class.
        held: Those of them that DHIS2 has, as it shows them with `fields=:owner`.
        index: All objects of the classes, with what must be unique.
    """
    found = Plan()
    for kind, objects in wanted.items():
        found.conflicts.extend(_taken(METADATA_CLASSES[kind], objects, index.get(kind, ())))
        _compare(METADATA_CLASSES[kind], objects, held.get(kind, {}), found)
    found.notes.extend(_notes(wanted, held))
    return found


def merged(wanted: Json, held: Json | None, klass: MetadataClass) -> Json:
    """Return `wanted` laid over what DHIS2 holds; equal to it where there is nothing to change."""
    if held is None:
        return {name: value for name, value in wanted.items() if value is not None}
    whole = dict(held)
    for name, value in wanted.items():
        if name not in klass.initial:
            _lay(whole, name, _merged_value(name, value, held.get(name), klass))
    return whole


def beside(wanted: Payload, conflicts: Iterable[Conflict]) -> Payload:
    """Return the package with other names, and without codes, where DHIS2 has given them away."""
    taken = {(conflict.kind, conflict.wanted_uid, conflict.property) for conflict in conflicts}
    return {
        kind: [_beside(thing, {name for name in thing if (kind, thing["id"], name) in taken})
               for thing in objects]
        for kind, objects in wanted.items()
    }  # fmt: skip


def _beside(thing: Json, taken: Collection[str]) -> Json:
    """Return a thing without a code that is taken, and with new names if one of them is."""
    kept = {name: value for name, value in thing.items() if name != "code" or name not in taken}
    renamed = thing.keys() & _LONGEST_NAME.keys() if _LONGEST_NAME.keys() & taken else ()
    return kept | {name: _named_beside(name, thing[name]) for name in renamed}


def _named_beside(name: str, value: str) -> str:
    return f"{value[: _LONGEST_NAME[name] - len(_BESIDE)]}{_BESIDE}"


def with_options(planned: Plan, options: Iterable[Json]) -> Plan:
    """Return a plan that also shows the options with which its new option sets are to be filled."""
    made = {thing["id"] for thing in planned.create.get("optionSets", ())}
    new = [option for option in options if option["optionSet"]["id"] in made]
    filled = [_filled(thing, new) for thing in planned.create.get("optionSets", ())]
    more = {"optionSets": filled, "options": new} if new else {}
    return replace(planned, create=planned.create | more)


def _filled(option_set: Json, options: Iterable[Json]) -> Json:
    own = [{"id": each["id"]} for each in options if each["optionSet"]["id"] == option_set["id"]]
    return option_set | ({"options": own} if own else {})


def shown(held: Json) -> Json:
    """Return an object as DHIS2 holds it, without what it only shows."""
    return {name: _without_holes(value) for name, value in held.items() if name not in SHOWN_ONLY}


def _without_maps(board: Json, uids: Collection[str]) -> Json:
    items = [
        item for item in board["dashboardItems"] if (item.get("map") or {}).get("id") not in uids
    ]
    return board | {"dashboardItems": items}


def _compare(
    klass: MetadataClass, objects: Iterable[Json], held: Mapping[str, Json], found: Plan
) -> None:
    for wanted in objects:
        there = held.get(wanted["id"])
        whole = merged(wanted, there, klass)
        if there is None:
            found.create.setdefault(klass.kind, []).append(whole)
        elif whole != there:
            found.change.setdefault(klass.kind, []).append(whole)
            found.changed[wanted["id"]] = differences(whole, there)
        if there is not None:
            found.conflicts.extend(_unchangeable(klass, wanted, there))


def differences(whole: Json, there: Json) -> list[str]:
    """Return the names of the properties in which two states of an object differ."""
    names = sorted(whole.keys() | there.keys())
    return [name for name in names if whole.get(name) != there.get(name)]


def _lay(whole: Json, name: str, value: Any) -> None:
    if value is None:
        whole.pop(name, None)
    else:
        whole[name] = value


def _merged_value(name: str, wanted: Any, held: Any, klass: MetadataClass) -> Any:
    if name == "sharing":
        return _merged_sharing(wanted, held)
    if name in klass.links:
        return _merged_links(wanted, held or [], klass.links[name])
    if name in klass.collections:
        return _merged_references(wanted, held or [])
    if name in klass.growing:
        kept = [text for text in held or () if text not in klass.retired]
        return [*kept, *(text for text in wanted if text not in kept)]
    if name in klass.exact:
        return held if held == wanted else wanted
    if name in klass.unordered:
        return held if _same_list(*(_in_order(side or []) for side in (wanted, held))) else wanted
    return held if same(wanted, held) else wanted


def same(wanted: Any, held: Any) -> bool:
    """Whether DHIS2's form of a value means what is wanted: nothing left out, a date with time."""
    if wanted is None or wanted in ("", []):
        return held is None or held in ("", [])
    if isinstance(wanted, bool | int):
        return held is None or held == wanted  # DHIS2 shows all that it knows of these
    if held is None:
        return False
    if isinstance(wanted, dict):
        return isinstance(held, dict) and all(same(wanted[key], held.get(key)) for key in wanted)
    if isinstance(wanted, list):
        return _same_list(wanted, held)
    if isinstance(wanted, float):
        return isinstance(held, float | int) and abs(wanted - held) < DEGREES
    return bool(held == wanted) or (isinstance(held, str) and _is_midnight(str(wanted), held))


def _is_midnight(date: str, held: str) -> bool:
    return len(date) == len("2000-01-01") and held.startswith(f"{date}T00:00:00")


def _same_list(wanted: list[Any], held: Any) -> bool:
    return (
        isinstance(held, list)
        and len(wanted) == len(held)
        and all(same(one, other) for one, other in zip(wanted, held, strict=True))
    )


def _in_order(things: Sequence[Any]) -> list[Any]:
    """Return objects in the order of their UIDs, and texts in their own."""
    return sorted(things, key=lambda thing: thing["id"] if isinstance(thing, dict) else thing)


def _merged_references(wanted: Sequence[Json], held: Sequence[Json]) -> list[Json]:
    there = {thing["id"] for thing in held}
    return [*held, *(thing for thing in wanted if thing["id"] not in there)]


def _merged_links(wanted: Sequence[Json], held: Sequence[Json], links: Links) -> list[Json]:
    """Return the links that are there, those of ours made firm, and then the new ones."""
    ours = {link[links.target]["id"]: link for link in wanted}
    kept = [_firm_link(link, ours.get(link[links.target]["id"]), links) for link in held]
    there = {link[links.target]["id"] for link in held}
    new = [link for target, link in ours.items() if target not in there]
    last = max((link.get("sortOrder") or 0 for link in held), default=0)
    return kept + [link | {"sortOrder": place} for place, link in enumerate(new, start=last + 1)]


def _firm_link(held: Json, ours: Json | None, links: Links) -> Json:
    if ours is None:
        return held
    return held | {name: ours[name] for name in links.firm if not same(ours[name], held.get(name))}


def _merged_sharing(wanted: Json, held: Json | None) -> Json:
    """Return the sharing that is there, with at least our groups' access."""
    if held is None:
        return wanted
    groups = dict(held.get("userGroups") or {})
    for uid, grant in wanted["userGroups"].items():
        there = groups.get(uid) or {"id": uid, "access": ""}
        groups[uid] = there | {"access": _more_access(there.get("access", ""), grant["access"])}
    return held | {"userGroups": groups}


def _more_access(one: str, other: str) -> str:
    letters = zip(one.ljust(len(other), "-"), other, strict=False)
    return "".join(first if first != "-" else second for first, second in letters)


def _without_holes(value: Any) -> Any:
    """Return a list without nulls: 2.40 shows one where an option was deleted."""
    return [thing for thing in value if thing is not None] if isinstance(value, list) else value


def _taken(
    klass: MetadataClass, objects: Iterable[Json], all_held: Sequence[Json]
) -> list[Conflict]:
    """Return the objects of DHIS2 that have a code or name of an object of ours yet to be made."""
    there = {thing["id"] for thing in all_held}
    new = [thing for thing in objects if thing["id"] not in there]
    return [
        Conflict(klass.kind, thing["id"], other, name, _ADVICE_TAKEN)
        for name in klass.unique
        for thing, other in _same_value(name, new, all_held)
    ]


def _same_value(name: str, new: Iterable[Json], held: Iterable[Json]) -> list[tuple[Json, str]]:
    holder = {thing[name]: thing["id"] for thing in held if thing.get(name) is not None}
    return [(thing, holder[thing[name]]) for thing in new if thing.get(name) in holder]


def _unchangeable(klass: MetadataClass, wanted: Json, held: Json) -> list[Conflict]:
    fixed = [
        Conflict(klass.kind, wanted["id"], wanted["id"], name, _ADVICE_FIXED)
        for name in klass.fixed
        if name in wanted and name in held and not same(wanted[name], held[name])
    ]
    return fixed + _narrower_type(klass, wanted, held)


def _narrower_type(klass: MetadataClass, wanted: Json, held: Json) -> list[Conflict]:
    """Refuse a change of value type after which a value that is there might be none.

    DHIS2 allows it, though data exist (all versions).
    """
    old, new = held.get("valueType"), wanted.get("valueType")
    if old is None or new is None or old == new or new in WIDER_VALUE_TYPES.get(old, ()):
        return []
    advice = f"it is {old} and must be {new}: move its data away, then change it by hand"
    return [Conflict(klass.kind, wanted["id"], wanted["id"], "valueType", advice)]


def _notes(wanted: Payload, held: Held) -> list[str]:
    return [*_renamed(wanted, held), *_demanded(wanted, held), *_public(wanted, held)]


def _renamed(wanted: Payload, held: Held) -> list[str]:
    return [
        f"{METADATA_CLASSES[kind].thing} {thing['id']}: DHIS2 calls it "
        f"{there['name']!r}, we {thing['name']!r}; DHIS2's name stays."
        for kind, thing, there in _pairs(wanted, held)
        if "name" in METADATA_CLASSES[kind].initial and there.get("name") != thing.get("name")
    ]


def _demanded(wanted: Payload, held: Held) -> list[str]:
    """Tell of links that are none of ours and demand a value: every object would be refused."""
    return [
        f"{METADATA_CLASSES[kind].thing} {thing['id']}: {links.target} "
        f"{link[links.target]['id']} is none of ours and is compulsory: DHIS2 will refuse what we "
        f"send. Make it optional."
        for kind, thing, there in _pairs(wanted, held)
        for name, links in METADATA_CLASSES[kind].links.items()
        for link in there.get(name, ())
        if link.get(links.demands)
        and link[links.target]["id"] not in {ours[links.target]["id"] for ours in thing[name]}
    ]


def _public(wanted: Payload, held: Held) -> list[str]:
    return [
        f"{METADATA_CLASSES[kind].thing} {thing['id']}: its data are open to every user of DHIS2 "
        f"(public access {there['sharing']['public']}). Close it in DHIS2 if that is not meant."
        for kind, thing, there in _pairs(wanted, held)
        if "r" in str((there.get("sharing") or {}).get("public", ""))[2:4]
    ]


def _pairs(wanted: Payload, held: Held) -> list[tuple[str, Json, Json]]:
    return [
        (kind, thing, held[kind][thing["id"]])
        for kind, objects in wanted.items()
        for thing in objects
        if thing["id"] in held.get(kind, {})
    ]


_BESIDE = " (openIMIS)"
_LONGEST_NAME = {"name": LONGEST_NAME, "shortName": LONGEST_SHORT_NAME}
_APART = frozenset({USER_GROUPS, MAPS, DASHBOARDS})
_ADVICE_TAKEN = (
    "rename that object in DHIS2, or run set-up with rename=true: ours is then made with "
    "another name and without a code"
)
_ADVICE_FIXED = "an object of another kind has our UID: this DHIS2 cannot take the package"
