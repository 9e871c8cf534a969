"""What DHIS2 makes of the objects inside another when they are read: names of their own, and to
whom they belong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .dialects import Dialect
from .state import State

Object = dict[str, Any]


def embedded_view(state: State, owner: Object, name: str, item: Object) -> Object:
    """The properties that nobody posted of an object inside `owner`."""
    maker = _MAKERS.get(name)
    return maker(state, owner, item) if maker else {}


def _attribute_of(owner_name: str) -> Callable[[State, Object, Object], Object]:
    """An attribute of a type or a program is named after both."""

    def made(state: State, owner: Object, item: Object) -> Object:
        uid = (item.get("trackedEntityAttribute") or {}).get("id", "")
        attribute = state.find("trackedEntityAttributes", uid) or {}
        name = f"{owner.get('name')} {attribute.get('name')}"
        short_name = f"{owner.get('shortName') or 'null'} {attribute.get('shortName')}"
        return {
            owner_name: {"id": owner.get("id")},
            "name": name,
            "displayName": name,
            "displayShortName": short_name,
            "valueType": attribute.get("valueType"),
        }

    return made


def _element_of_stage(state: State, owner: Object, item: Object) -> Object:
    return {"programStage": {"id": owner.get("id")}}


def _legend(state: State, owner: Object, item: Object) -> Object:
    return {"displayName": item.get("name")}


def _dashboard_item(state: State, owner: Object, item: Object) -> Object:
    if not state.dialect.dashboard_items_have_addresses:
        return {}
    return {"href": f"/dashboardItems/{item.get('id')}", "displayText": item.get("text")}


_MAKERS = {
    "trackedEntityTypeAttributes": _attribute_of("trackedEntityType"),
    "programTrackedEntityAttributes": _attribute_of("program"),
    "programStageDataElements": _element_of_stage,
    "legends": _legend,
    "dashboardItems": _dashboard_item,
}


def identifiable(dialect: Dialect, kind: str, item: Object) -> Object:
    """What every identifiable object has, read whole."""
    sharing: Object = {"users": {}, "userGroups": {}}
    body: Object = {
        "translations": [],
        "favorites": [],
        "favorite": False,
        "attributeValues": [],
        "sharing": {"external": False, **sharing} if dialect.sharing_has_external else sharing,
        "access": full_access(dialect),
    }
    if dialect.legacy_sharing_fields:
        body |= {"externalAccess": False, "userAccesses": [], "userGroupAccesses": []}
    for hidden in dict(dialect.hidden_inside).get(kind, ()):
        body.pop(hidden, None)
    return body | {"created": item.get("created"), "lastUpdated": item.get("lastUpdated")}


FULL_ACCESS = ("manage", "externalize", "write", "read", "update", "delete")


def full_access(dialect: Dialect) -> Object:
    """Everything allowed."""
    names = FULL_ACCESS if dialect.sharing_has_external else (FULL_ACCESS[0], *FULL_ACCESS[2:])
    return dict.fromkeys(names, True)
