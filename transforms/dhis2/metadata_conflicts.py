"""What in DHIS2 stands in the way of the package, and the package renamed to pass it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from transforms.core.json_texts import Json, Payload
from transforms.dhis2.metadata_merge import is_same
from transforms.dhis2.tables.metadata_classes import (
    METADATA_CLASSES,
    WIDER_VALUE_TYPES,
    MetadataClass,
)
from transforms.model.tables.name_lengths import LONGEST_NAME, LONGEST_SHORT_NAME

_SUFFIX = " (openIMIS)"
_LONGEST_NAME = {"name": LONGEST_NAME, "shortName": LONGEST_SHORT_NAME}
_ADVICE_TAKEN = (
    "rename that object in DHIS2, or run set-up with rename=true: ours is then made with "
    "another name and without a code"
)
_ADVICE_FIXED = "an object of another kind has our UID: this DHIS2 cannot take the package"


@dataclass(frozen=True)
class Conflict:
    """An object of DHIS2 that stands in the way of one of ours.

    Attributes:
        kind: The class.
        our_uid: UID of our object.
        other_uid: UID of the object in the way; our own where its property cannot change.
        property: What they cannot share, or what cannot change.
        advice: What to do.
    """

    kind: str
    our_uid: str
    other_uid: str
    property: str
    advice: str

    def __str__(self) -> str:
        thing = METADATA_CLASSES[self.kind].thing
        return (
            f"{thing} {self.our_uid}: {self.property} stands in the way in "
            f"{self.other_uid}; {self.advice}"
        )


def find_taken_values(
    klass: MetadataClass, objects: Iterable[Json], index: Sequence[Json]
) -> list[Conflict]:
    """Return the objects of DHIS2 that have a code or name of an object of ours yet to be made.

    Args:
        klass: The class.
        objects: Ours.
        index: All objects of the class in DHIS2, with what must be unique.
    """
    uids = {thing["id"] for thing in index}
    new = [thing for thing in objects if thing["id"] not in uids]
    return [
        Conflict(klass.kind, thing["id"], other, name, _ADVICE_TAKEN)
        for name in klass.unique
        for thing, other in _same_value(name, new, index)
    ]


def unchangeable_values(klass: MetadataClass, ours: Json, present: Json) -> list[Conflict]:
    """Return the properties of an object that differ, and that DHIS2 cannot change safely."""
    fixed = [
        Conflict(klass.kind, ours["id"], ours["id"], name, _ADVICE_FIXED)
        for name in klass.fixed
        if name in ours and name in present and not is_same(ours[name], present[name])
    ]
    return fixed + _narrower_type(klass, ours, present)


def rename_taken(package: Payload, conflicts: Iterable[Conflict]) -> Payload:
    """Return the package with other names, and without codes, where DHIS2 has given them away."""
    taken = {(conflict.kind, conflict.our_uid, conflict.property) for conflict in conflicts}
    return {
        kind: [
            _rename(thing, {name for name in thing if (kind, thing["id"], name) in taken})
            for thing in objects
        ]
        for kind, objects in package.items()
    }


def _same_value(name: str, new: Iterable[Json], index: Iterable[Json]) -> list[tuple[Json, str]]:
    owner = {thing[name]: thing["id"] for thing in index if thing.get(name) is not None}
    return [(thing, owner[thing[name]]) for thing in new if thing.get(name) in owner]


def _narrower_type(klass: MetadataClass, ours: Json, present: Json) -> list[Conflict]:
    """Refuse a change of value type after which a stored value might be none.

    DHIS2 allows it, though data exist (all versions).
    """
    old, new = present.get("valueType"), ours.get("valueType")
    if old is None or new is None or old == new or new in WIDER_VALUE_TYPES.get(old, ()):
        return []
    advice = f"it is {old} and must be {new}: move its data away, then change it by hand"
    return [Conflict(klass.kind, ours["id"], ours["id"], "valueType", advice)]


def _rename(thing: Json, taken: Collection[str]) -> Json:
    """Return a thing without a code that is taken, and with new names if one of them is."""
    kept = {name: value for name, value in thing.items() if name != "code" or name not in taken}
    names = thing.keys() & _LONGEST_NAME.keys() if _LONGEST_NAME.keys() & taken else ()
    return kept | {name: _with_suffix(name, thing[name]) for name in names}


def _with_suffix(name: str, value: str) -> str:
    return f"{value[: _LONGEST_NAME[name] - len(_SUFFIX)]}{_SUFFIX}"
