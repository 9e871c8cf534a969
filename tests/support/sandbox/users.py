"""Who asks and what they may do: authorities, sharing, org units."""

from __future__ import annotations

from typing import Any

from .org_units import is_under
from .state import State

Object = dict[str, Any]
SHARING_POSITIONS = {"read": 0, "write": 1, "data read": 2, "data write": 3}


class Account:
    """A user as the rules see it."""

    def __init__(self, state: State, uid: str) -> None:
        self.uid = uid
        self.state = state
        self.user = state.metadata["users"][uid]
        self.authorities = _authorities(state, self.user)
        self.is_superuser = "ALL" in self.authorities
        self.groups = {
            group["id"]
            for group in state.metadata["userGroups"].values()
            if any(member["id"] == uid for member in group.get("users") or ())
        }
        self.capture_roots = _ids(self.user, "organisationUnits")
        self.search_roots = _ids(self.user, "teiSearchOrganisationUnits") | self.capture_roots

    def has(self, authority: str) -> bool:
        """Whether a role of the user gives this authority."""
        return self.is_superuser or authority in self.authorities

    def may(self, action: str, metadata_object: Object) -> bool:
        """Whether sharing lets the user `read`, `write`, `data read` or `data write`."""
        sharing = metadata_object.get("sharing")
        if self.is_superuser or sharing is None:
            return True
        if sharing.get("owner") == self.uid and not action.startswith("data"):
            return True
        return any(_allows(access, action) for access in self._accesses(sharing))

    def _accesses(self, sharing: Object) -> list[str]:
        groups = sharing.get("userGroups") or {}
        own = (sharing.get("users") or {}).get(self.uid, {})
        return [
            sharing.get("public") or "",
            own.get("access") or "",
            *(groups[group].get("access") or "" for group in self.groups & groups.keys()),
        ]

    def captures_in(self, org_unit: str) -> bool:
        """Whether an org unit lies under the user's own; 2.40 and 2.41 remember a no."""
        dialect = self.state.dialect
        if self.is_superuser and not dialect.superuser_needs_org_units:
            return True
        key = (self.uid, org_unit)
        if key in self.state.refused_org_units:
            return False
        if is_under(self.state, org_unit, self.capture_roots):
            return True
        if dialect.remembers_refused_org_units:
            self.state.refused_org_units.add(key)
        return False

    def finds_in(self, org_unit: str) -> bool:
        """Whether an org unit lies in the user's search or capture scope."""
        if self.has("F_TRACKED_ENTITY_INSTANCE_SEARCH_IN_ALL_ORGUNITS"):
            return True
        return is_under(self.state, org_unit, self.search_roots)


def _ids(user: Object, collection: str) -> set[str]:
    return {item["id"] for item in user.get(collection) or ()}


def _authorities(state: State, user: Object) -> set[str]:
    roles = state.metadata["userRoles"]
    return {
        authority
        for role in user.get("userRoles") or ()
        for authority in roles.get(role["id"], {}).get("authorities") or ()
    }


def _allows(access: str, action: str) -> bool:
    position = SHARING_POSITIONS[action]
    return len(access) > position and access[position] != "-"


def author(user: Object) -> Object:
    """A user as other objects name one."""
    name = f"{user.get('firstName')} {user.get('surname')}"
    return {
        "id": user["id"],
        "code": user.get("code"),
        "name": name,
        "displayName": name,
        "username": user.get("username"),
    }
