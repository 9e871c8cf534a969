"""What the users and the server need besides the package: org units, a group, period types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.references import change_references
from flows.connectors.dhis2.system_info import SystemInfo
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.dhis2.tables.metadata_classes import OUTPUT_PERIOD_TYPES
from transforms.openimis.country import Country
from transforms.package.tables.sharing import DATA_CAPTURE

USERS_ORG_UNITS = ("organisationUnits", "dataViewOrganisationUnits", "teiSearchOrganisationUnits")


@dataclass(frozen=True)
class Place:
    """Where the root lies in DHIS2.

    Attributes:
        level: Its level; 1 where it is yet to be made.
        line: UIDs from DHIS2's root down to it; empty where it is yet to be made.
    """

    level: int
    line: tuple[str, ...]


def root_place(client: Dhis2, country: Country) -> Place:
    """Return where the root lies, or would."""
    path = f"/api/organisationUnits/{country.root.uid}"
    answer = client.exchange("GET", path, {"fields": "id,level,path"})
    if answer.status != 200:
        return Place(level=1, line=())
    return Place(int(answer.body["level"]), tuple(answer.body["path"].strip("/").split("/")))


def give_access(client: Dhis2, country: Country, loader_user: str | None) -> list[str]:
    """Give the user of the daily load the root and data capture; nobody else gets anything.

    Without an org unit of its own even a superuser is refused with E1000 on every object, up to
    2.42; DHIS2 2.40 and 2.41 remember a refusal until their caches are cleared.

    Args:
        client: The DHIS2.
        country: Names the root.
        loader_user: User name of the daily load; None: nobody is given anything.

    Returns:
        What was given, in sentences; empty where nothing was missing.

    Raises:
        TargetError: There is no such user, or the gift was not stored.
    """
    if loader_user is None:
        return []
    loader = _user(client, loader_user)
    grants = _give_org_units(client, loader, root_place(client, country))
    grants += _give_data_capture(client, loader)
    if grants:
        client.post("/api/maintenance", {"cacheClear": "true"})
    return grants


def set_output_period_types(client: Dhis2, info: SystemInfo) -> list[str]:
    """Set what analytics tables need on a fresh 2.43; return what was done, in sentences.

    Raises:
        TargetError: DHIS2 did not store it.
    """
    path = "/api/configuration/dataOutputPeriodTypes"
    if not info.dialect.needs_output_period_types or client.get(path):
        return []
    client.post(path, None, [{"name": name} for name in OUTPUT_PERIOD_TYPES])
    if not client.get(path):
        raise TargetError(
            "DHIS2 did not store the output period types, without which its analytics tables "
            "fail. Set them in DHIS2 (System Settings, Analytics). Nothing else was left undone."
        )
    return ["DHIS2 was given its output period types, which analytics needs."]


def _user(client: Dhis2, username: str) -> Json:
    params = {
        "filter": f"username:eq:{username}",
        "fields": f"id,username,{_user_fields()}",
        "paging": "false",
    }
    found: list[Json] = client.get("/api/users", params).get("users") or []
    if not found:
        raise TargetError(
            "DHIS2 has no user of the name given as loader_user, or hides it from this one. Make "
            "the user in DHIS2, or name another. The package is in place; access was not given."
        )
    return found[0]


def _user_fields() -> str:
    return ",".join(f"{name}[id]" for name in USERS_ORG_UNITS)


def _give_org_units(client: Dhis2, user: Json, place: Place) -> list[str]:
    lacking = [
        name
        for name in USERS_ORG_UNITS
        if not {unit["id"] for unit in user.get(name) or ()} & set(place.line)
    ]
    for name in lacking:
        path = f"/api/users/{user['id']}/{name}"
        if not change_references(client, path, [place.line[-1]]):
            raise _not_given(f"{name} of user {user['id']}")
    return [f"User {user['id']} was given the root as one of its {name}." for name in lacking]


def _give_data_capture(client: Dhis2, user: Json) -> list[str]:
    path = f"/api/userGroups/{DATA_CAPTURE.uid}"
    group: Mapping[str, Any] = client.get(path, {"fields": "id,users[id]"})
    if user["id"] in {member["id"] for member in group.get("users") or ()}:
        return []
    if not change_references(client, f"{path}/users", [user["id"]]):
        raise _not_given(f"user group {DATA_CAPTURE.uid}")
    return [f"User {user['id']} was added to the user group {DATA_CAPTURE.name!r}."]


def _not_given(what: str) -> TargetError:
    return TargetError(
        f"DHIS2 did not store the change of {what}. Make it by hand in DHIS2 (Users) and run "
        f"set-up again. The package is in place."
    )
