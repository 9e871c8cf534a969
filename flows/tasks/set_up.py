"""Bringing a DHIS2 to where it can take the data: plan, dry run, write, read back.

    check the server ─► plan ─┬─ conflicts: stop, nothing was written
                              └─► dry run ─► write all or nothing ─► read back: the plan is empty

Each function is one step; `flows/set_up_dhis2.py` puts them in order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.connectors.dhis2 import Dhis2, SystemInfo
from flows.tasks.dhis2_metadata import change_references, held, import_payload, index
from transforms.country import Country
from transforms.errors import TargetError
from transforms.metadata import levels, option_objects, package, root
from transforms.metadata_merge import Conflict, Plan, beside, plan
from transforms.tables.metadata_classes import METADATA_CLASSES, OUTPUT_PERIOD_TYPES
from transforms.tables.org_units import ORG_UNIT_GROUPS
from transforms.tables.sharing import DATA_CAPTURE

Json = dict[str, Any]
Payload = dict[str, list[Json]]

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


def checked_server(client: Dhis2) -> SystemInfo:
    """Return who the server is.

    Raises:
        TargetError: Version or calendar is not supported.
    """
    info = client.system_info()
    _ = info.dialect
    info.check_calendar()
    return info


def package_plan(
    client: Dhis2, country: Country, options: pl.DataFrame, *, rename: bool = False
) -> Plan:
    """Compare the package with what DHIS2 holds; nothing is written.

    Args:
        client: The DHIS2.
        country: Names the root and the levels.
        options: Of all sets (see `transforms.options.options`); those of a set that DHIS2 has are
            left to `push_options`.
        rename: Give our objects other names where DHIS2 has given theirs away.
    """
    wanted = package({group.uid: group.name for group in ORG_UNIT_GROUPS})
    all_held = index(client, [*wanted, "organisationUnitLevels"])
    place = root_place(client, country)
    wanted |= _new_places(country, place, all_held)
    wanted |= _new_sets(wanted["optionSets"], all_held["optionSets"], options)
    found = {kind: _held(client, kind, wanted[kind], all_held) for kind in wanted}
    planned = plan(wanted, found, all_held)
    if rename:
        planned = plan(beside(wanted, planned.conflicts), found, all_held)
    planned.conflicts.extend(_second_root(client, country, place))
    planned.notes.extend(_level_notes(country, place, all_held))
    return planned


def refuse_conflicts(planned: Plan) -> None:
    """Stop before anything is written if something in DHIS2 stands in the way.

    Raises:
        TargetError: Names each conflict with both UIDs and what to do.
    """
    if planned.conflicts:
        found = "; ".join(str(conflict) for conflict in planned.conflicts)
        raise TargetError(
            f"DHIS2 has {len(planned.conflicts)} objects that stand in the way of the package: "
            f"{found}. Nothing was written."
        )


def dry_run(client: Dhis2, planned: Plan) -> None:
    """Ask DHIS2 whether it would take the plan.

    Raises:
        TargetError: It would not; names the objects and error codes.
    """
    if planned.is_empty:
        return
    report = import_payload(client, planned.payload, validate=True)
    if not report.accepted:
        raise TargetError(
            f"DHIS2 would refuse the package: {_named(report.refused)}. The codes are explained in "
            f"the page on DHIS2's error codes. Nothing was written."
        )


def write_package(client: Dhis2, planned: Plan) -> None:
    """Write the plan, all or nothing.

    Raises:
        TargetError: DHIS2 refuses it though the dry run passed.
    """
    if planned.is_empty:
        return
    report = import_payload(client, planned.payload)
    if not report.accepted:
        raise TargetError(
            f"DHIS2 refused the package after a dry run that passed: {_named(report.refused)}. "
            f"Look at its log at this time and run set-up again. Nothing was written."
        )


def refuse_what_was_not_stored(planned: Plan) -> None:
    """Stop if a plan made after the package was written is not empty.

    Raises:
        TargetError: DHIS2 said OK and stored something else.
    """
    if not planned.is_empty:
        left = ", ".join(
            f"{METADATA_CLASSES[kind].thing} {thing['id']} ({_properties(planned, thing)})"
            for kind, things in planned.payload.items()
            for thing in things
        )
        raise TargetError(
            f"DHIS2 said that it stored the package, but reading it back shows otherwise: {left}. "
            f"Run set-up again; if it stays so, report it with DHIS2's version. No data were sent."
        )


def root_place(client: Dhis2, country: Country) -> Place:
    """Return where the root lies, or would."""
    path = f"/api/organisationUnits/{country.root.uid}"
    answer = client.exchange("GET", path, {"fields": "id,level,path"})
    if answer.status != 200:
        return Place(level=1, line=())
    return Place(int(answer.body["level"]), tuple(answer.body["path"].strip("/").split("/")))


def give_access(client: Dhis2, country: Country, loader_user: str | None) -> list[str]:
    """Give the user of set-up and the loader's user the root, and the loader data capture.

    Without an org unit of its own even a superuser is refused with E1000 on every object, up to
    2.42; DHIS2 2.40 and 2.41 remember a refusal until their caches are cleared.

    Returns:
        What was given, in sentences; empty where nothing was missing.

    Raises:
        TargetError: There is no such user, or the gift was not stored.
    """
    place = root_place(client, country)
    me, loader = _me(client), _user(client, loader_user)
    users = {user["id"]: user for user in (me, loader or me)}
    given = [text for user in users.values() for text in _give_org_units(client, user, place)]
    given += _give_data_capture(client, loader or me)
    if given:
        client.post("/api/maintenance", {"cacheClear": "true"})
    return given


def set_output_period_types(client: Dhis2, info: SystemInfo) -> bool:
    """Set what analytics tables need on a fresh 2.43; return whether it was missing.

    Raises:
        TargetError: DHIS2 did not store it.
    """
    path = "/api/configuration/dataOutputPeriodTypes"
    if not info.dialect.needs_output_period_types or client.get(path):
        return False
    client.post(path, None, [{"name": name} for name in OUTPUT_PERIOD_TYPES])
    if not client.get(path):
        raise TargetError(
            "DHIS2 did not store the output period types, without which its analytics tables "
            "fail. Set them in DHIS2 (System Settings, Analytics). Nothing else was left undone."
        )
    return True


def _held(client: Dhis2, kind: str, wanted: list[Json], all_held: Payload) -> dict[str, Json]:
    there = {thing["id"] for thing in all_held.get(kind, ())}
    return held(client, kind, {thing["id"] for thing in wanted} & there)


def _new_places(country: Country, place: Place, all_held: Payload) -> Payload:
    """Return the root and the levels that DHIS2 lacks; what it has is the operator's."""
    named = {level["level"] for level in all_held["organisationUnitLevels"]}
    missing = [row for row in levels(country, place.level) if row["level"] not in named]
    places: Payload = {} if place.line else {"organisationUnits": [root(country)]}
    return places | ({"organisationUnitLevels": missing} if missing else {})


def _new_sets(sets: list[Json], held_sets: list[Json], options: pl.DataFrame) -> Payload:
    """Return the option sets with the options of the new ones: DHIS2 takes both at once best."""
    there = [thing["id"] for thing in held_sets]
    new = option_objects(options.filter(~pl.col("optionSet").is_in(there)))
    by_set: dict[str, list[Json]] = {}
    for option in new:
        by_set.setdefault(option["optionSet"]["id"], []).append({"id": option["id"]})
    filled = [
        thing | ({"options": by_set[thing["id"]]} if thing["id"] in by_set else {})
        for thing in sets
    ]
    return {"optionSets": filled, "options": new}


def _second_root(client: Dhis2, country: Country, place: Place) -> list[Conflict]:
    if place.line:
        return []
    params = {"fields": "id", "filter": "level:eq:1", "paging": "false"}
    roots = client.get("/api/organisationUnits", params).get("organisationUnits") or []
    advice = (
        "DHIS2 has a root already: name it, or an org unit below it, in the country file (root.uid)"
    )
    return [
        Conflict("organisationUnits", country.root.uid, thing["id"], "being the root", advice)
        for thing in roots
    ]


def _level_notes(country: Country, place: Place, all_held: Payload) -> list[str]:
    named = {row["level"]: row.get("name") for row in all_held["organisationUnitLevels"]}
    return [
        f"Level {row['level']} is called {named[row['level']]!r} in DHIS2 and {row['name']!r} in "
        f"the country file; DHIS2's name stays."
        for row in levels(country, place.level)
        if named.get(row["level"], row["name"]) != row["name"]
    ]


def _me(client: Dhis2) -> Json:
    me: Json = client.get("/api/me", {"fields": f"id,username,{_user_fields()}"})
    return me


def _user(client: Dhis2, username: str | None) -> Json | None:
    if username is None:
        return None
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


def _named(refused: Mapping[str, list[str]]) -> str:
    named = ", ".join(f"{uid} ({', '.join(codes)})" for uid, codes in refused.items())
    return named or "without naming an object; its log tells why"


def _properties(planned: Plan, thing: Json) -> str:
    return ", ".join(planned.changed.get(thing["id"], ["not there at all"]))
