"""Ask DHIS2, before the first bundle, whether it will take what is about to be posted.

Each fault is one sentence: what was found, what was expected, what to do. All are told together,
and nothing is posted while there is one.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.connectors.dhis2.client import TRANSFER, Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.target.gone_places import MERGED
from transforms.changes.permissions import Allow
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.dhis2.tables.metadata_classes import DELETES_FOR_OTHERS
from transforms.model.resources import EVENT_RESOURCES, TRACKED_ENTITIES
from transforms.model.tables.programs import PERSON_TYPE, PROGRAMS, Program

SEARCHES_EVERYWHERE = "F_TRACKED_ENTITY_INSTANCE_SEARCH_IN_ALL_ORGUNITS"
SUPERUSER = "ALL"
ACCESS = "access[data[read,write]]"
FEW_NAMES = 3
FIELDS = tuple(
    (kind, what, frozenset(field.uid for resource in of for field in resource.fields))
    for kind, what, of in (
        ("trackedEntityAttributes", "attributes of persons", (TRACKED_ENTITIES,)),
        ("dataElements", "data elements", EVENT_RESOURCES),
    )
)
"""Class of metadata, what it is called, and the UIDs in which values are sent."""
# Of what DHIS2 has: so many were deleted by hand, and what uses them are rejects.
FEW, FEW_AT_LEAST = 0.05, 3


@dataclass(frozen=True)
class KnownServer:
    """The server of the last load.

    Attributes:
        base_url: Where it was.
        system_id: Its own id; None if the user could not see it (only superusers can).
    """

    base_url: str
    system_id: str | None


@dataclass(frozen=True)
class Needs:
    """What the bundles of a run need.

    Attributes:
        org_units: Program (UID) to org units (UIDs) in which there are enrollments or events.
        places: Org units (UIDs) of people.
        codes: Option set (UID) to codes that are used as values.
        posts: Whether anything is posted; else DHIS2 is only read.
    """

    org_units: Mapping[str, Collection[str]] = field(default_factory=dict)
    places: Collection[str] = ()
    codes: Mapping[str, Collection[str]] = field(default_factory=dict)
    posts: bool = True

    @property
    def all_org_units(self) -> set[str]:
        """Every org unit that an object lies in."""
        return {*self.places, *(unit for units in self.org_units.values() for unit in units)}


def check_server(client: Dhis2, known: KnownServer | None) -> SystemInfo:
    """Return who the server is; one request.

    Args:
        client: The DHIS2.
        known: The server of the last load; None before the first.

    Raises:
        TargetError: Login, version or calendar will not do, or it is another server than before.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    info = client.system_info()
    _ = info.dialect
    info.check_calendar()
    if known is not None and (fault := _another_server(info, known)):
        raise TargetError(fault)
    return info


def check_needs(
    client: Dhis2, info: SystemInfo, needs: Needs, *, allow_superuser: bool = False
) -> None:
    """Ask whether the user, the programs, the org units and the option sets will do.

    Args:
        client: The DHIS2.
        info: Who it is.
        needs: What the bundles of the run need.
        allow_superuser: Let a superuser load.

    Raises:
        TargetError: All that will not, one sentence each.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    if needs.posts:
        _check_methods(client)
    faults = [
        *_user_faults(client, info, needs, allow_superuser=allow_superuser),
        *_sharing_faults(client),
        *_field_faults(client),
        *_assignment_faults(client, needs),
        *_option_faults(client, needs),
    ]
    if faults:
        listed = " ".join(f"({number}) {fault}" for number, fault in enumerate(faults, 1))
        raise TargetError(f"DHIS2 would not take the data: {listed} Nothing was posted.")


def _another_server(info: SystemInfo, known: KnownServer) -> str | None:
    what = None
    if info.base_url != known.base_url:
        what = f"The last load went to {known.base_url}, this one would go to {info.base_url}"
    elif None not in (info.system_id, known.system_id) and info.system_id != known.system_id:
        what = f"Another DHIS2 answers at {info.base_url} than at the last load (its systemId)"
    return what and (
        f"{what}; what was acknowledged there says nothing about this one. Name another target for "
        f"another DHIS2; if it is the same one, with its data, {Allow.MOVED_TARGET.lifts}. Nothing "
        f"was posted."
    )


def _check_methods(client: Dhis2) -> None:
    """Make a PUT that changes nothing: a token without that method is 401 (2.40 to 2.43).

    A load needs it for its marker and for owners. A transfer that names nobody is 400.
    """
    client.exchange("PUT", TRANSFER)


def _user_faults(
    client: Dhis2, info: SystemInfo, needs: Needs, *, allow_superuser: bool
) -> Iterator[str]:
    names = "organisationUnits[id],teiSearchOrganisationUnits[id]"
    me = client.get("/api/me", {"fields": f"id,username,authorities,{names}"})
    authorities = set(me.get("authorities") or ())
    if needs.posts:
        yield from _authority_faults(authorities, allow_superuser=allow_superuser)
    if SUPERUSER in authorities and not info.dialect.superuser_needs_org_units:
        return
    lines = _lines(client)
    missing = needs.all_org_units - lines.keys()
    if missing and not _is_few(missing, lines):
        yield (
            f"{len(missing)} org units of the data are not in DHIS2, or hidden from the user: run "
            f"set-up-dhis2, which makes again what is not there. {MERGED}"
        )
    capture = _uids(me.get("organisationUnits"))
    search = _uids(me.get("teiSearchOrganisationUnits")) or capture
    yield from _scope_faults("capture", capture, lines, needs)
    if not authorities & {SUPERUSER, SEARCHES_EVERYWHERE}:
        yield from _scope_faults("search", search, lines, needs)


def _authority_faults(authorities: set[str], *, allow_superuser: bool) -> Iterator[str]:
    """Refuse a user with whom DHIS2 deletes other programs' data, with a person, without a word."""
    if SUPERUSER in authorities:
        if not allow_superuser:
            yield (
                "The user is a superuser (authority ALL), for whom DHIS2 deletes with a person "
                "what other programs have of the person. Give the load a user of its own with the "
                f"role openIMIS Loader; or {Allow.SUPERUSER.lifts}."
            )
    elif found := sorted(DELETES_FOR_OTHERS & authorities):
        yield (
            f"The user has {' and '.join(found)}, with which DHIS2 deletes with a person what "
            f"other programs have of the person: take it from the user's roles (the role openIMIS "
            f"Loader is enough; set-up-dhis2 takes it from that)."
        )


def _lines(client: Dhis2) -> dict[str, list[str]]:
    """Return every org unit's UID with those above it and its own."""
    params = {"fields": "id,path", "paging": "false"}
    listed = client.get("/api/organisationUnits", params)["organisationUnits"]
    return {unit["id"]: unit["path"].strip("/").split("/") for unit in listed}


def _scope_faults(
    scope: str, own: set[str], lines: Mapping[str, list[str]], needs: Needs
) -> Iterator[str]:
    needed = needs.all_org_units & lines.keys()
    outside = [unit for unit in needed if own.isdisjoint(lines[unit])]
    if not own or outside:
        found = f"do not cover {len(outside)} of the data's {len(needed)}" if own else "are none"
        yield (
            f"The user's {scope} org units {found}, so DHIS2 refuses what lies there: give the "
            f"user the country's root as {scope} org unit, then clear DHIS2's cache (2.40 and 2.41 "
            f"remember the refusal)."
        )


def _sharing_faults(client: Dhis2) -> Iterator[str]:
    type_path = f"/api/trackedEntityTypes/{PERSON_TYPE}"
    yield from _access_faults("The tracked entity type", _found(client, type_path, f"id,{ACCESS}"))
    for program in PROGRAMS:
        fields = f"id,{ACCESS},programStages[id,{ACCESS}]"
        found = _found(client, f"/api/programs/{program.uid}", fields)
        faults = list(_access_faults(f"The program {program.name!r}", found))
        yield from faults or _stage_faults(program, found or {})


def _stage_faults(program: Program, found: Json) -> Iterator[str]:
    stages = {stage["id"]: stage for stage in found.get("programStages") or ()}
    for stage in program.stages:
        yield from _access_faults(f"The program stage {stage.name!r}", stages.get(stage.uid))


def _access_faults(what: str, found: Json | None) -> Iterator[str]:
    if found is None:
        yield (
            f"{what} is not in DHIS2, or hidden from the user: run set-up-dhis2, or put the user "
            f"into the group that it makes."
        )
        return
    data = (found.get("access") or {}).get("data") or {}
    if not (data.get("read") and data.get("write")):
        yield (
            f"{what} does not let the user read and write data: put the user into the data-capture "
            f"group, or change the sharing, then clear DHIS2's cache."
        )


def _field_faults(client: Dhis2) -> Iterator[str]:
    """Ask for what holds the values: later patches of 2.43 show no value of a hidden one."""
    for kind, what, wanted in FIELDS:
        asked = {"fields": "id", "paging": "false", "filter": f"id:in:[{','.join(sorted(wanted))}]"}
        hidden = wanted - _uids(client.get(f"/api/{kind}", asked)[kind])
        if hidden:
            yield (
                f"{len(hidden)} of the {len(wanted)} {what} are not in DHIS2, or hidden from the "
                f"user ({', '.join(sorted(hidden)[:FEW_NAMES])}): run set-up-dhis2, or give the "
                f"data-capture group the right to read them."
            )


def _assignment_faults(client: Dhis2, needs: Needs) -> Iterator[str]:
    for program in PROGRAMS:
        needed = set(needs.org_units.get(program.uid, ()))
        found = _found(client, f"/api/programs/{program.uid}", "organisationUnits[id]")
        assigned = _uids((found or {}).get("organisationUnits"))
        if found and (missing := needed - assigned) and not _is_few(missing, assigned):
            yield (
                f"The program {program.name!r} is not assigned to {len(missing)} of the "
                f"{len(needed)} org units in which there are data for it: run set-up-dhis2 again, "
                f"or assign it in DHIS2."
            )


def _option_faults(client: Dhis2, needs: Needs) -> Iterator[str]:
    for uid, codes in needs.codes.items():
        found = _found(client, f"/api/optionSets/{uid}", "name,options[code]")
        if found is None:
            yield f"The option set {uid} is not in DHIS2: run set-up-dhis2."
        elif (missing := set(codes) - _option_codes(found)) and not _is_few(
            missing, _option_codes(found)
        ):
            yield (
                f"The option set {found['name']!r} lacks {len(missing)} of the {len(set(codes))} "
                f"codes that the data use: run set-up-dhis2, which makes them again."
            )


def _is_few(missing: Collection[str], there: Collection[str]) -> bool:
    """Whether so little is missing beside what is there that only what uses it has to wait."""
    return len(missing) < len(there) and len(missing) <= max(FEW_AT_LEAST, FEW * len(there))


def _option_codes(option_set: Json) -> set[str]:
    """Return its codes; where an option was deleted, 2.40 lists a null."""
    return {option["code"] for option in option_set.get("options") or () if option}


def _found(client: Dhis2, path: str, fields: str) -> Json | None:
    answer = client.exchange("GET", path, {"fields": fields})
    return answer.body if answer.ok and isinstance(answer.body, dict) else None


def _uids(references: Any) -> set[str]:
    return {each["id"] for each in references or ()}
