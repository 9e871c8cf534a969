"""Bringing a DHIS2 to where it can take the data: plan, dry run, write, read back.

    check the server ─► plan ─┬─ conflicts: stop, nothing was written
                              └─► dry run ─► write all or nothing ─► read back: the plan is empty

Each function is one step; `flows/set_up_dhis2.py` puts them in order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from flows.connectors.dhis2.caches import clear_cache
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_import import TooLargeError, divide, import_payload
from flows.connectors.dhis2.metadata_read import index, present_objects
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.set_up.maps import write_maps
from flows.steps.set_up.users_and_server import (
    Place,
    give_access,
    root_place,
    set_output_period_types,
)
from flows.steps.target.marker import DataStoreRefusedError, protect_markers
from flows.steps.target.org_units_and_options import Pushed, push_options, push_org_units
from flows.steps.target.preflight import check_server
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json, Payload
from transforms.dhis2.metadata_conflicts import Conflict, rename_taken
from transforms.dhis2.metadata_plan import MAPS, Plan, plan, with_options
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES
from transforms.model.tables.calendars import CALENDARS
from transforms.openimis.country import Country
from transforms.package.metadata import maps, package
from transforms.package.org_units_and_options import levels, option_objects, root

LEVELS = "organisationUnitLevels"
NOBODY_WAS_NAMED = (
    "No user is given org units or data capture, your own account neither: name the user of the "
    "daily load in loader_user."
)
FIGURES = frozenset({"programIndicators", "indicatorTypes", "indicators"})
"""Classes of which DHIS2 keeps the figures, as they were defined when they were first asked for."""


@dataclass
class SetUp:
    """What set-up found and did.

    Attributes:
        version: DHIS2's.
        plan: What the fixed package lacked.
        options: What became of the options of sets that were there; None where not applied.
        org_units: What became of the org units; None where not applied.
        given: What users and server were given, in sentences.
    """

    version: str
    plan: Plan
    options: Pushed | None = None
    org_units: Pushed | None = None
    given: list[str] = field(default_factory=list)

    @property
    def changed_nothing(self) -> bool:
        """Whether DHIS2 was as it must be."""
        sent = sum(push.posted + push.references for push in self._pushes)
        return self.plan.is_empty and not self.given and not sent

    @property
    def refused(self) -> int:
        """How many org units and options were held back or refused."""
        return sum(len(push.refused) for push in self._pushes)

    @property
    def _pushes(self) -> list[Pushed]:
        return [push for push in (self.options, self.org_units) if push is not None]


def set_up(
    client: Dhis2,
    country: Country,
    options: pl.DataFrame,
    org_units: pl.DataFrame,
    *,
    apply: bool = True,
    rename: bool = False,
    loader_user: str | None = None,
    notes: Sequence[str] = (),
) -> SetUp:
    """Bring a DHIS2 to where it can take the data; done again, it changes nothing.

    Args:
        client: The DHIS2.
        country: The country file.
        options: See `transforms.model.options.options`.
        org_units: See `transforms.model.org_units.org_units`.
        apply: Write; else plan, and ask DHIS2 whether it would take the plan.
        rename: Give our objects other names where DHIS2 has given theirs away.
        loader_user: The user who loads, to be given org units and data capture; None: nobody is.
        notes: What an operator should know besides, for the plan.

    Raises:
        TargetError: DHIS2 is not as it must be, or does not store what it is sent.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    info = check_server(client, None)
    info.check_showing()
    wanted = wanted_package(client, country, options, rename=rename)
    planned = plan_of(client, wanted)
    calendar = CALENDARS[info.calendar].analytics
    nobody = [NOBODY_WAS_NAMED] if loader_user is None else []
    planned.notes.extend([*info.patch_warnings(), *filter(None, [calendar]), *notes, *nobody])
    done = SetUp(info.version, with_options(planned, option_objects(options)))
    if not apply:
        if not planned.conflicts:
            check_plan(client, planned)
        return done
    refuse_conflicts(planned)
    write_plan(client, info, planned)
    if MAPS in planned.change:
        # On 2.40 they were made anew, and dashboards may have lost them.
        write_plan(client, info, plan_of(client, wanted))
    if not planned.is_empty:
        refuse_what_was_not_stored(plan_of(client, wanted))
    if planned.change.keys() & FIGURES:
        clear_cache(client)
    done.given = give_access(client, country, loader_user)
    done.options = push_options(client, options)
    done.org_units = push_org_units(client, org_units)
    done.given += set_output_period_types(client, info)
    done.given += [f"Only daily loads may write marker {name} now." for name in protected(client)]
    return done


def protected(client: Dhis2) -> list[str]:
    """Return the markers of earlier loads that anybody could have written until now."""
    try:
        return protect_markers(client)
    except DataStoreRefusedError:
        return []


@dataclass(frozen=True)
class Wanted:
    """What set-up wants DHIS2 to hold, and what stood around it before anything was written.

    Attributes:
        payload: The objects, by class; without options, which are pushed set by set.
        index: All objects of the classes, with what must be unique.
        conflicts: What stands in the way of the root.
        notes: What an operator should know of the levels.
    """

    payload: Payload
    index: Payload
    conflicts: list[Conflict]
    notes: list[str]

    def renamed(self, conflicts: Sequence[Conflict]) -> "Wanted":
        """Return it with other names where DHIS2 has given ours away."""
        return replace(self, payload=rename_taken(self.payload, conflicts))


def wanted_package(
    client: Dhis2, country: Country, options: pl.DataFrame, *, rename: bool = False
) -> Wanted:
    """Return what the package wants, beside what DHIS2 holds; the index of a class is read once.

    Args:
        client: The DHIS2.
        country: Names the root and the levels.
        options: Of all sets (see `transforms.model.options.options`): some figures are made of
            them.
        rename: Give our objects other names where DHIS2 has given theirs away.
    """
    payload = package(options, country)
    around = index(client, [*payload, MAPS, LEVELS])
    place = root_place(client, country)
    payload |= {MAPS: maps(place.level)} | _new_places(country, place, around)
    conflicts = _second_root(client, country, place)
    wanted = Wanted(payload, around, conflicts, _level_notes(country, place, around))
    return wanted.renamed(plan(payload, {}, around).conflicts) if rename else wanted


def plan_of(client: Dhis2, wanted: Wanted) -> Plan:
    """Compare what is wanted with what DHIS2 holds now; nothing is written."""
    found = {
        kind: present_objects(client, kind, {thing["id"] for thing in things})
        for kind, things in wanted.payload.items()
    }
    planned = plan(wanted.payload, found, wanted.index)
    planned.conflicts.extend(wanted.conflicts)
    planned.notes.extend(wanted.notes)
    return planned


def package_plan(client: Dhis2, country: Country, options: pl.DataFrame) -> Plan:
    """Return what an empty or partly set up DHIS2 lacks, options of new sets among it."""
    planned = plan_of(client, wanted_package(client, country, options))
    return with_options(planned, option_objects(options))


def write_plan(client: Dhis2, info: SystemInfo, planned: Plan) -> None:
    """Write what is planned, each part after DHIS2 has said that it would take it.

    Raises:
        TargetError: It would not, or did not take it after all.
    """
    for part in planned.parts:
        if MAPS in part:
            write_maps(client, info.dialect, planned)
        else:
            _write_part(client, part)


def _write_part(client: Dhis2, part: Payload) -> None:
    try:
        dry_run(client, part)
        write_package(client, part)
    except TooLargeError:
        parts = divide(part)
        if not parts:
            raise
        for each in parts:
            _write_part(client, each)


def check_plan(client: Dhis2, planned: Plan) -> None:
    """Ask DHIS2 whether it would take all that is planned, where a proxy lets so much through.

    Raises:
        TargetError: It would not; names the objects and error codes.
    """
    try:
        dry_run(client, planned.checkable)
    except TooLargeError as error:
        planned.notes.append(f"DHIS2 was not asked whether it would take the plan. {error}")


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


def dry_run(client: Dhis2, payload: Payload) -> None:
    """Ask DHIS2 whether it would take what is planned.

    Raises:
        TargetError: It would not; names the objects and error codes.
    """
    if not payload:
        return
    report = import_payload(client, payload, validate=True)
    if not report.accepted:
        raise TargetError(
            f"DHIS2 would refuse the package: {_named(report.refused)}. The codes are DHIS2's own: "
            f"mend what they say, then run set-up again. Nothing of it was written."
        )


def write_package(client: Dhis2, payload: Payload) -> None:
    """Write what is planned, all or nothing.

    Raises:
        TargetError: DHIS2 refuses it though the dry run passed.
    """
    report = import_payload(client, payload)
    if not report.accepted:
        raise TargetError(
            f"DHIS2 refused the package after a dry run that passed: {_named(report.refused)}. "
            f"Look at its log at this time and run set-up again. Nothing of it was written."
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


def _new_places(country: Country, place: Place, around: Payload) -> Payload:
    """Return the root and the levels that DHIS2 lacks; what it has is the operator's."""
    named = {level["level"] for level in around[LEVELS]}
    missing = [row for row in levels(country, place.level) if row["level"] not in named]
    places: Payload = {} if place.line else {"organisationUnits": [root(country)]}
    return places | ({"organisationUnitLevels": missing} if missing else {})


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
    named = {row["level"]: row.get("name") for row in around[LEVELS]}
    return [
        f"Level {row['level']} is called {named[row['level']]!r} in DHIS2 and {row['name']!r} in "
        f"the country file; DHIS2's name stays."
        for row in levels(country, place.level)
        if named.get(row["level"], row["name"]) != row["name"]
    ]


def _named(refused: Mapping[str, list[str]]) -> str:
    named = ", ".join(f"{uid} ({', '.join(codes)})" for uid, codes in refused.items())
    return named or "without naming an object; its log tells why"


def _properties(planned: Plan, thing: Json) -> str:
    return ", ".join(planned.changed.get(thing["id"], ["not there at all"]))
