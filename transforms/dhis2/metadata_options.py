"""Which options a DHIS2 option set still needs, laid over those that it has."""

from collections.abc import Iterable, Sequence
from typing import Any

from transforms.core.json_texts import Json
from transforms.dhis2.metadata_merge import merged
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES

LONGEST_NAME = 230


def options_to_post(wanted: Sequence[Json], held: Sequence[Json]) -> list[Json]:
    """Return the options of one set that are new or renamed, whole.

    An option that is there with the same code under another UID serves as well: data name options
    by code. A name that another option has gets its code in front (DHIS2 refuses equal names in a
    set, E4028). Options keep their places; new ones follow the last without a gap, since 2.40
    shows a gap as an option that is null.
    """
    ours = {thing["id"]: thing for thing in wanted}
    by_code = {thing["code"]: thing for thing in held}
    by_uid = {thing["id"]: thing for thing in held}
    names = {thing.get("name"): thing["id"] for thing in held}
    needed = [thing for thing in ours.values() if _is_ours(thing, by_code)]
    merges = [
        (merged(_named(thing, names), by_uid.get(thing["id"]), METADATA_CLASSES["options"]), thing)
        for thing in needed
    ]
    changed = [whole for whole, thing in merges if whole != by_uid.get(thing["id"])]
    return _numbered(changed, by_uid, held)


def stored(wanted: Iterable[Json], held: Sequence[Json]) -> set[str]:
    """Return the UIDs of the wanted options whose code the set now has, ours under our name."""
    missing = {thing["id"] for thing in options_to_post(list(wanted), held)}
    return {thing["id"] for thing in wanted} - missing


def _is_ours(thing: Json, by_code: dict[str, Json]) -> bool:
    return thing["code"] not in by_code or by_code[thing["code"]]["id"] == thing["id"]


def _named(thing: Json, names: dict[Any, str]) -> Json:
    """Return the option with its code before its name where another has the name."""
    if names.get(thing["name"], thing["id"]) == thing["id"]:
        return thing
    return thing | {"name": f"{thing['code']} {thing['name']}"[:LONGEST_NAME]}


def _numbered(changed: Sequence[Json], by_uid: dict[str, Json], held: Sequence[Json]) -> list[Json]:
    last = max((thing.get("sortOrder") or 0 for thing in held), default=0)
    renamed = [thing for thing in changed if thing["id"] in by_uid]
    new = [thing for thing in changed if thing["id"] not in by_uid]
    new.sort(key=lambda thing: thing.get("sortOrder") or 0)
    return renamed + [
        thing | {"sortOrder": place} for place, thing in enumerate(new, start=last + 1)
    ]
