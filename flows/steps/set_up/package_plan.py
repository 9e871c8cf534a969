"""What a DHIS2 lacks of the package, and what stands in the way of it; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import index, present_objects, present_uids
from flows.steps.set_up.dashboard_state import retired_notes, what_is_there
from flows.steps.set_up.users_and_server import Place, root_place
from transforms.core.errors import TargetError
from transforms.core.json_texts import Payload
from transforms.dhis2.metadata_conflicts import Conflict, rename_taken
from transforms.dhis2.metadata_plan import MAPS, Plan, plan
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES
from transforms.openimis.country import Country
from transforms.package.metadata import maps, share
from transforms.package.metadata import package as package_objects
from transforms.package.org_units_and_options import levels, root

LEVELS = "organisationUnitLevels"


@dataclass(frozen=True)
class Package:
    """What set-up writes into a DHIS2, and what stood around it before anything was written.

    Attributes:
        payload: The objects, by class; without options, which are pushed set by set.
        index: All objects of the classes, with what must be unique.
        conflicts: What stands in the way of the root.
        notes: What an operator should know of levels and retired charts.
    """

    payload: Payload
    index: Payload
    conflicts: list[Conflict]
    notes: list[str]

    def rename_objects(self, conflicts: Sequence[Conflict]) -> "Package":
        """Return it with other names where DHIS2 has given ours away."""
        return replace(self, payload=rename_taken(self.payload, conflicts))


def make_package(
    client: Dhis2,
    country: Country,
    options: pl.DataFrame,
    figures: Payload | None = None,
    *,
    rename: bool = False,
    located: bool = False,
) -> Package:
    """Return the package, beside what DHIS2 holds; the names of a class are read once, if at all.

    Args:
        client: The DHIS2.
        country: Names the root and the levels.
        options: Of all sets (see `transforms.model.options.options`): some figures are made of
            them.
        figures: What data values need (`transforms.aggregates.metadata`); None where none is sent.
        rename: Give our objects other names where DHIS2 has given theirs away.
        located: See `flows.steps.set_up.dashboard_state.what_is_there`.
    """
    place = root_place(client, country)
    there = what_is_there(client, country, located=located)
    payload = with_figures(package_objects(options, country, there), figures or {})
    payload |= {MAPS: maps(place.level, country)} if country.sends_persons else {}
    around = index(client, [*_kinds_to_make(client, payload), LEVELS])
    payload |= _new_places(country, place, around)
    conflicts = _second_root(client, country, place)
    notes = [*_level_notes(country, place, around), *retired_notes(client, country)]
    package = Package(payload, around, conflicts, notes)
    return package.rename_objects(plan(payload, {}, around).conflicts) if rename else package


def _kinds_to_make(client: Dhis2, payload: Payload) -> list[str]:
    """Return the classes of which DHIS2 lacks some of the package: a name may be taken there.

    All names of others are read of these alone; done again, set-up reads none.
    """
    uids = {kind: {thing["id"] for thing in things} for kind, things in payload.items()}
    return [kind for kind, own in uids.items() if own - present_uids(client, kind, own)]


def with_figures(package: Payload, figures: Payload) -> Payload:
    """Return the package with what data values need; an object of both is made once."""
    shared = share({kind: list(things) for kind, things in figures.items() if things})
    kinds = [kind for kind in METADATA_CLASSES if kind in package or kind in shared]
    return {
        kind: list(
            {each["id"]: each for each in (*package.get(kind, ()), *shared.get(kind, ()))}.values()
        )
        for kind in kinds
    }


def plan_of(client: Dhis2, package: Package) -> Plan:
    """Compare the package with what DHIS2 holds now; nothing is written."""
    found = {
        kind: present_objects(client, kind, {thing["id"] for thing in things})
        for kind, things in package.payload.items()
    }
    planned = plan(package.payload, found, package.index)
    planned.conflicts.extend(package.conflicts)
    planned.notes.extend(package.notes)
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


def _new_places(country: Country, place: Place, around: Payload) -> Payload:
    """Return the root and the levels that DHIS2 lacks; what it has is the operator's.

    Where DHIS2's own org units are used, all of it is.
    """
    if country.uses_matches:
        refuse_missing_root(country, place)
        return {}
    named = {level["level"] for level in around[LEVELS]}
    missing = [row for row in levels(country, place.level) if row["level"] not in named]
    places: Payload = {} if place.line else {"organisationUnits": [root(country)]}
    return places | ({"organisationUnitLevels": missing} if missing else {})


def refuse_missing_root(country: Country, place: Place) -> None:
    """Refuse a DHIS2 without the org unit below which the country's own tree lies.

    Raises:
        TargetError: It has none.
    """
    if not place.line:
        raise TargetError(
            f"DHIS2 has no org unit {country.root.uid}, below which the country file says that its "
            f'own org units lie (root.uid, with org_units = "match"), or hides it from the user. '
            f"Name the one that stands for the country. Nothing was written."
        )


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


def _level_notes(country: Country, place: Place, around: Payload) -> list[str]:
    if country.uses_matches:
        return []
    named = {row["level"]: row.get("name") for row in around[LEVELS]}
    return [
        f"Level {row['level']} is called {named[row['level']]!r} in DHIS2 and {row['name']!r} in "
        f"the country file; DHIS2's name stays."
        for row in levels(country, place.level)
        if named.get(row["level"], row["name"]) != row["name"]
    ]
