"""Our metadata merged into what DHIS2 has.

    ours ────┐
             ├─► merge ─► equal to what is present: nothing to post
    present ─┘      │
                    └───► different: posted whole, since DHIS2 replaces an object by what is sent

What an operator added (org units of a program, options, attributes, items of a dashboard, sharing)
is sent along, so that it stays; translations stay without being sent. Whose is what says
`tables/metadata_classes.py`.
"""

from collections.abc import Sequence
from typing import Any

from transforms.core.json_texts import Json
from transforms.dhis2.dashboard_items import with_added
from transforms.dhis2.tables.metadata_classes import SHOWN_ONLY, Links, MetadataClass

DEGREES = 1e-6  # a decimetre: DHIS2 may round coordinates


def merge(ours: Json, present: Json | None, klass: MetadataClass) -> Json:
    """Return an object as it must be in DHIS2; equal to `present` where nothing has to change.

    Args:
        ours: The object in the package.
        present: The object as DHIS2 shows it, without what it only shows; None if it has none.
        klass: Their class.
    """
    if present is None:
        return {name: value for name, value in ours.items() if value is not None}
    whole = dict(present)
    for name, value in ours.items():
        if name in klass.placed:
            value = with_added(ours["id"], value, present.get(name) or ())
        if name not in klass.initial:
            _set(whole, name, _merge_value(name, value, present.get(name), klass))
    return whole


def strip_shown_only(shown: Json) -> Json:
    """Return an object without the properties that DHIS2 shows and does not store."""
    return {name: _without_nulls(value) for name, value in shown.items() if name not in SHOWN_ONLY}


def differences(whole: Json, present: Json) -> list[str]:
    """Return the names of the properties in which two states of an object differ."""
    names = sorted(whole.keys() | present.keys())
    return [name for name in names if whole.get(name) != present.get(name)]


def is_same(ours: Any, present: Any) -> bool:
    """Whether DHIS2's form of a value has our meaning: nothing left out, a date with time."""
    if ours is None or ours in ("", []):
        return present is None or present in ("", [])
    if isinstance(ours, bool | int):
        return present is None or present == ours  # DHIS2 shows all of these that it stores
    if present is None:
        return False
    if isinstance(ours, dict):
        return isinstance(present, dict) and all(
            is_same(ours[key], present.get(key)) for key in ours
        )
    if isinstance(ours, list):
        return _is_same_list(ours, present)
    if isinstance(ours, float):
        return isinstance(present, float | int) and abs(ours - present) < DEGREES
    return bool(present == ours) or (
        isinstance(present, str) and _is_midnight_of(str(ours), present)
    )


def _set(whole: Json, name: str, value: Any) -> None:
    if value is None:
        whole.pop(name, None)
    else:
        whole[name] = value


def _merge_value(name: str, ours: Any, present: Any, klass: MetadataClass) -> Any:
    if name == "sharing":
        return _merge_sharing(ours, present)
    if name in klass.links:
        return _merge_links(ours, present or [], klass.links[name])
    if name in klass.collections:
        return _merge_references(ours, present or [])
    if name in klass.growing:
        kept = [text for text in present or () if text not in klass.retired]
        return [*kept, *(text for text in ours if text not in kept)]
    if name in klass.exact:
        return present if present == ours else ours
    if name in klass.unordered:
        sides = (_in_order(side or []) for side in (ours, present))
        return present if _is_same_list(*sides) else ours
    return present if is_same(ours, present) else ours


def _merge_sharing(ours: Json, present: Json | None) -> Json:
    """Return the sharing in DHIS2, with at least our groups' access."""
    if present is None:
        return ours
    groups = dict(present.get("userGroups") or {})
    for uid, grant in ours["userGroups"].items():
        before = groups.get(uid) or {"id": uid, "access": ""}
        groups[uid] = before | {"access": _more_access(before.get("access", ""), grant["access"])}
    return present | {"userGroups": groups}


def _more_access(one: str, other: str) -> str:
    letters = zip(one.ljust(len(other), "-"), other, strict=False)
    return "".join(first if first != "-" else second for first, second in letters)


def _merge_links(ours: Sequence[Json], present: Sequence[Json], links: Links) -> list[Json]:
    """Keep DHIS2's links, overwrite our fields in ours, append missing ones."""
    by_target = {link[links.target]["id"]: link for link in ours}
    kept = [_overwrite(link, by_target.get(link[links.target]["id"]), links) for link in present]
    targets = {link[links.target]["id"] for link in present}
    new = [link for target, link in by_target.items() if target not in targets]
    last = max((link.get("sortOrder") or 0 for link in present), default=0)
    return kept + [link | {"sortOrder": place} for place, link in enumerate(new, start=last + 1)]


def _overwrite(present: Json, ours: Json | None, links: Links) -> Json:
    """Return a link with the properties that are ours as we have them."""
    if ours is None:
        return present
    return present | {
        name: ours[name] for name in links.ours if not is_same(ours[name], present.get(name))
    }


def _merge_references(ours: Sequence[Json], present: Sequence[Json]) -> list[Json]:
    uids = {thing["id"] for thing in present}
    return [*present, *(thing for thing in ours if thing["id"] not in uids)]


def _is_midnight_of(date: str, present: str) -> bool:
    return len(date) == len("2000-01-01") and present.startswith(f"{date}T00:00:00")


def _is_same_list(ours: list[Any], present: Any) -> bool:
    return (
        isinstance(present, list)
        and len(ours) == len(present)
        and all(is_same(one, other) for one, other in zip(ours, present, strict=True))
    )


def _in_order(things: Sequence[Any]) -> list[Any]:
    """Return objects in the order of their UIDs, and texts in their own."""
    return sorted(things, key=lambda thing: thing["id"] if isinstance(thing, dict) else thing)


def _without_nulls(value: Any) -> Any:
    """Return a list without nulls: 2.40 shows one where an option was deleted."""
    return [thing for thing in value if thing is not None] if isinstance(value, list) else value
