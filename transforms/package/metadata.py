"""The metadata package: what DHIS2 must have before it can take a person, a policy or a claim.

Made from the tables of truth (fields, option sets, programs, figures, charts, sharing) and nothing
else. A payload maps a class's plural name to its objects, as `POST /api/metadata` takes them.
"""

from collections.abc import Sequence

import polars as pl

from transforms.core.json_texts import Json, Payload
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES, MetadataClass, Sharing
from transforms.model.existing import InUse, in_its_words, in_use
from transforms.model.org_unit_groups import org_unit_group_objects
from transforms.openimis.country import Country
from transforms.package.dashboards import EVERYTHING, dashboard_objects
from transforms.package.indicators import indicator_objects
from transforms.package.maps import map_objects
from transforms.package.population import population_objects
from transforms.package.program_indicators import (
    counts_restored_once,
    program_indicator_objects,
    program_indicators_of,
)
from transforms.package.programs import program_objects
from transforms.package.tables.dashboard_items import Awaited
from transforms.package.tables.dashboards import DASHBOARDS
from transforms.package.tables.sharing import PUBLIC, READERS_OF_EVENTS, USER_GROUPS, UserGroup
from transforms.package.user_roles import user_role_objects

_OF_EVENTS = {row.uid for row in DASHBOARDS if row.shows_events}
"""Dashboards that are blank to who may read no event."""


def package(
    options: pl.DataFrame, country: Country, there: frozenset[Awaited] = EVERYTHING
) -> Payload:
    """Return the package, without org units, their levels and the options from openIMIS.

    Args:
        options: The country's options; see `transforms.model.options.options`.
        country: The country file.
        there: What DHIS2 has of that which some items of dashboards need.
    """
    if not country.sends_persons:
        return share(_joined(_of_every_country(country), country))
    rows = program_indicators_of(country, options)
    indicators = indicator_objects(rows)
    users, groups, population = _of_every_country(country)
    parts = (
        users,
        program_objects(country),
        groups,
        population,
        program_indicator_objects(rows),
        indicators,
        dashboard_objects(
            rows,
            indicators["indicators"],
            restored_once=counts_restored_once(country),
            limits=country.legends,
            there=there,
        ),
    )
    return share(_joined(parts, country))


def _of_every_country(country: Country) -> tuple[Payload, Payload, Payload]:
    """Return users, org unit groups and the population: also where no person is sent."""
    return (
        {"userGroups": _user_groups(), "userRoles": user_role_objects()},
        org_unit_group_objects(country),
        population_objects(),
    )


def _joined(parts: Sequence[Payload], country: Country) -> Payload:
    kinds = [kind for kind in METADATA_CLASSES if any(kind in part for part in parts)]
    whole = {kind: [row for part in parts for row in part.get(kind, ())] for kind in kinds}
    return without_theirs(whole, in_use(country))


def tracker_package(country: Country) -> Payload:
    """Return what holds the data: option sets, attributes, data elements, programs, stages.

    It is without sharing and options, so that it says of which release a package is.

    Args:
        country: The country file.
    """
    objects = program_objects(country)
    whole = {kind: objects[kind] for kind in METADATA_CLASSES if kind in objects}
    return without_theirs(whole, in_use(country))


def without_theirs(payload: Payload, used: InUse) -> Payload:
    """Return a payload without the objects in whose place a DHIS2 has its own.

    What names such an object names it by our UID, which becomes theirs on the way; what compares
    its value with a code, compares it with theirs.
    """
    if not used.renaming:
        return payload
    theirs = used.renaming.theirs
    kept = {
        kind: [_in_its_words(thing, used) for thing in things if thing["id"] not in theirs]
        for kind, things in payload.items()
    }
    return {kind: things for kind, things in kept.items() if things}


def _in_its_words(thing: Json, used: InUse) -> Json:
    condition = {"filter": in_its_words(thing["filter"], used)} if thing.get("filter") else {}
    return thing | condition


def maps(root_level: int, country: Country | None = None) -> list[Json]:
    """Return the maps of the package; `/api/maps` takes them, not `/api/metadata`.

    Args:
        root_level: Level of the country's root in DHIS2, counted from 1.
        country: Says on which levels places lie, where DHIS2's own org units are used.
    """
    return share({"maps": map_objects(root_level, country)})["maps"]


def sharing_object(klass: MetadataClass, groups: Sequence[UserGroup] = USER_GROUPS) -> Json:
    """Return who has access to a new object of a class: our user groups, and nobody else."""
    grants = {
        group.uid: group.access(klass.sharing, assigned=klass.is_assigned) for group in groups
    }
    return {
        "public": PUBLIC,
        "external": False,
        "users": {},
        "userGroups": {uid: {"id": uid, "access": access} for uid, access in grants.items()},
    }


def _user_groups() -> list[Json]:
    return [{"id": group.uid, "name": group.name} for group in USER_GROUPS]


def share(payload: Payload) -> Payload:
    """Return a payload in which each object that can be shared says with whom."""
    for kind, objects in payload.items():
        klass = METADATA_CLASSES[kind]
        for thing in objects if klass.sharing is not Sharing.NONE else ():
            groups = READERS_OF_EVENTS if thing["id"] in _OF_EVENTS else USER_GROUPS
            thing["sharing"] = sharing_object(klass, groups)
    return payload
