"""Which options a DHIS2 option set still needs, merged with those that it has."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from transforms.core.json_texts import Json
from transforms.dhis2.metadata_merge import merge
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES
from transforms.model.tables.name_lengths import LONGEST_NAME


def options_to_post(desired: Sequence[Json], present: Sequence[Json]) -> list[Json]:
    """Return the options of one set that are new or renamed, whole.

    An option with the same code under another UID serves as well: data name options by code. A
    name that another option has gets its code in front (DHIS2 refuses equal names in a set,
    E4028). Options keep their places; new ones follow the last without a gap, since 2.40 shows a
    gap as an option that is null.
    """
    by_uid = {thing["id"]: thing for thing in present}
    names = {thing.get("name"): thing["id"] for thing in present}
    changed = [
        whole
        for thing in _select_needed(desired, present)
        if (whole := _merge(_with_own_name(thing, names), by_uid)) != by_uid.get(thing["id"])
    ]
    return _number(changed, by_uid, present)


def stored_uids(desired: Iterable[Json], present: Sequence[Json]) -> set[str]:
    """Return the UIDs of the desired options whose code the set has, ours under our name."""
    missing = {thing["id"] for thing in options_to_post(list(desired), present)}
    return {thing["id"] for thing in desired} - missing


def _select_needed(desired: Sequence[Json], present: Sequence[Json]) -> list[Json]:
    """Return each option once, without those whose code has another UID in DHIS2."""
    uids = {thing["code"]: thing["id"] for thing in present}
    once = {thing["id"]: thing for thing in desired}
    return [thing for uid, thing in once.items() if uids.get(thing["code"], uid) == uid]


def _merge(thing: Json, by_uid: Mapping[str, Json]) -> Json:
    return merge(thing, by_uid.get(thing["id"]), METADATA_CLASSES["options"])


def _with_own_name(thing: Json, names: Mapping[Any, str]) -> Json:
    """Return the option with its code before its name where another has the name."""
    if names.get(thing["name"], thing["id"]) == thing["id"]:
        return thing
    return thing | {"name": f"{thing['code']} {thing['name']}"[:LONGEST_NAME]}


def _number(
    changed: Sequence[Json], by_uid: Mapping[str, Json], present: Sequence[Json]
) -> list[Json]:
    last = max((thing.get("sortOrder") or 0 for thing in present), default=0)
    renamed = [thing for thing in changed if thing["id"] in by_uid]
    new = [thing for thing in changed if thing["id"] not in by_uid]
    new.sort(key=lambda thing: thing.get("sortOrder") or 0)
    return renamed + [
        thing | {"sortOrder": place} for place, thing in enumerate(new, start=last + 1)
    ]
