"""The daily part of the metadata: org units that are new or changed in openIMIS.

    one level after the other, parents first, with what lies below those that move
    ─► groups ─► programs, data set

Only the changed rows are given; of these DHIS2's own objects are read, and what differs is posted,
so a push that is repeated posts nothing. Nothing is ever deleted: an org unit is closed. One bad
object is a reject and stops nobody else. An org unit that DHIS2 had before us is never written: it
is only put where ours belong, by the side of our groups, programs and data set.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.failures import Outcome
from flows.connectors.dhis2.metadata_objects import import_objects
from flows.connectors.dhis2.metadata_read import children_of, present_objects
from flows.steps.target.collections import collect_members
from flows.steps.target.funding_places import assign_places_of_products
from flows.steps.target.push_result import NOT_STORED, PushResult
from transforms.core.json_texts import Json
from transforms.dhis2.metadata_merge import merge
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM
from transforms.openimis.tables.places import GROUP_SETS
from transforms.package.org_units_and_options import org_unit_object
from transforms.package.tables.population import POPULATION_SET

OrgUnitRow = Mapping[str, Any]

ORG_UNITS = METADATA_CLASSES["organisationUnits"]
GROUPS = "organisationUnitGroups"
ASSIGNED: tuple[tuple[str, str, str], ...] = (
    ("programs", INSUREE_PROGRAM.uid, "in_insuree_program"),
    ("programs", CLAIM_PROGRAM.uid, "in_claim_program"),
    ("dataSets", POPULATION_SET.uid, "in_population_set"),
)
"""Class and UID of what org units are assigned to, and the column that says which."""

PARENT_REJECTED = "parent_rejected"
NOT_THERE = "org_unit_not_in_dhis2"


def push_org_units(
    client: Dhis2, changed: pl.DataFrame, pushed: PushResult | None = None
) -> PushResult:
    """Make, change, move or close org units, and put them where they belong.

    Args:
        client: The DHIS2.
        changed: Rows of `transforms.model.org_units.org_units`.
        pushed: Filled as it goes, so that a caller has what was refused before an error.

    Returns:
        What became of the rows: `pushed`.

    Raises:
        TargetError: DHIS2 does not let the user read.
        BusyError: It stayed busy or out of reach, or fails on a request without objects.
    """
    pushed = PushResult() if pushed is None else pushed
    rows = changed.sort("level", "key", nulls_last=True).to_dicts()
    outcome = Outcome({row["uid"]: row["faults"] for row in rows if row["faults"]})
    keys = {row["uid"]: row["key"] for row in rows}
    try:
        _push(client, rows, outcome, pushed)
    finally:
        pushed.refused |= {
            key: outcome.refused[uid] for uid, key in keys.items() if uid in outcome.refused
        }
        pushed.in_doubt |= {key for uid, key in keys.items() if uid in outcome.in_doubt}
    pushed.accepted += [key for uid, key in keys.items() if uid not in outcome.refused]
    return pushed


def take_out_of_groups(client: Dhis2, left: pl.DataFrame) -> PushResult:
    """Take org units that places have left out of our groups.

    Args:
        client: The DHIS2.
        left: See `transforms.changes.answers.left_org_units`.

    Raises:
        TargetError: DHIS2 does not let the user read.
        BusyError: It stayed busy or out of reach, or fails on a request without objects.
    """
    outcome, pushed = Outcome(), PushResult()
    of_group = left.explode("groups").drop_nulls("groups").group_by("groups").agg("uid")
    for group, uids in of_group.sort("groups").rows():
        pushed.references += collect_members(client, GROUPS, group, (), uids, outcome)
    for key, uid in left.select("key", "uid").rows():
        if uid in outcome.refused:
            pushed.refused[key] = outcome.refused[uid]
        else:
            pushed.accepted.append(key)
    return pushed


def _push(client: Dhis2, rows: Sequence[OrgUnitRow], outcome: Outcome, pushed: PushResult) -> None:
    there = present_objects(
        client, ORG_UNITS.kind, {row["uid"] for row in rows} - outcome.refused.keys()
    )
    ours = [row for row in rows if not _is_theirs(row)]
    lost = {row["uid"] for row in rows if _is_theirs(row)} - there.keys()
    outcome.refuse(lost - outcome.refused.keys(), NOT_THERE)
    posted = _push_levels(client, ours, there, outcome)
    _refuse_what_was_not_stored(client, ours, posted, outcome)
    placed = [row for row in rows if row["uid"] not in outcome.refused]
    pushed.posted += len(posted)
    pushed.references += _group(client, placed, outcome) + _assign(client, placed, outcome)


def _is_theirs(row: OrgUnitRow) -> bool:
    """Whether DHIS2 had the org unit before us; see `transforms.model.matched_org_units`."""
    return row["name"] is None


def _push_levels(
    client: Dhis2, rows: Sequence[OrgUnitRow], there: Mapping[str, Json], outcome: Outcome
) -> set[str]:
    """Write the org units, one level a time, and return the UIDs of those that were sent."""
    sent: set[str] = set()
    for _, level in groupby(rows, key=lambda row: row["level"]):
        objects = list(_find_differing(level, there, outcome))
        below = _below_moved(client, objects, there)
        import_objects(client, ORG_UNITS.kind, [*objects, *below], outcome)
        sent |= {thing["id"] for thing in objects} - outcome.refused.keys()
    return sent


def _find_differing(
    level: Iterable[OrgUnitRow], there: Mapping[str, Json], outcome: Outcome
) -> Iterable[Json]:
    for row in level:
        uid, parent = row["uid"], row["parentUid"]
        if uid in outcome.refused:
            continue
        if parent in outcome.refused and parent not in there:
            outcome.refuse([uid], PARENT_REJECTED)
            continue
        whole = merge(_org_unit(row), there.get(uid), ORG_UNITS)
        if whole != there.get(uid):
            yield whole


def _below_moved(client: Dhis2, objects: Sequence[Json], there: Mapping[str, Json]) -> list[Json]:
    """Return all that lies below those of the org units that move, as it is.

    DHIS2 (2.40 to 2.43) stores path and level with each org unit, and rewrites them only for one
    that is itself saved; rights and figures go by what is stored. To save what lies below, in the
    request that moves the unit, needs no more than the right to change org units.
    """
    above = [thing["id"] for thing in objects if _has_moved(thing, there.get(thing["id"]))]
    below: list[Json] = []
    while above:
        above = children_of(client, above)
        below += present_objects(client, ORG_UNITS.kind, above).values()
    return below


def _has_moved(thing: Json, before: Json | None) -> bool:
    return before is not None and before.get("parent") != thing.get("parent")


def _org_unit(row: OrgUnitRow) -> Json:
    return org_unit_object(row, json.loads(row["geometry"]) if row["geometry"] else None)


def _refuse_what_was_not_stored(
    client: Dhis2, rows: Sequence[OrgUnitRow], posted: Collection[str], outcome: Outcome
) -> None:
    """Read back what was sent: DHIS2 may say OK and have stored nothing."""
    now = present_objects(client, ORG_UNITS.kind, posted)
    for row in rows:
        uid = row["uid"]
        if uid in posted and merge(_org_unit(row), now.get(uid), ORG_UNITS) != now.get(uid):
            outcome.refuse([uid], NOT_STORED)


def _group(client: Dhis2, rows: Sequence[OrgUnitRow], outcome: Outcome) -> int:
    """Put org units into their groups, and out of those that they left for another of the set.

    Where openIMIS says nothing of a place, its groups in the set are the operator's. A group that
    DHIS2 had before us is the operator's too.
    """
    changes, theirs = 0, client.renaming.theirs.keys()
    for group_set in GROUP_SETS if rows else ():
        uids = {group.uid for group in group_set.groups} - theirs
        groups_of = {row["uid"]: uids.intersection(row["groups"]) for row in rows}
        grouped = {uid: groups for uid, groups in groups_of.items() if groups}
        for group in sorted(uids) if grouped else ():
            inside = {uid for uid, groups in grouped.items() if group in groups}
            others = grouped.keys() - inside
            changes += collect_members(client, GROUPS, group, inside, others, outcome)
    return changes


def _assign(client: Dhis2, rows: Sequence[OrgUnitRow], outcome: Outcome) -> int:
    """Assign org units to programs and data set; neither ever loses one: data may lie there."""
    inside = {column: {row["uid"] for row in rows if row[column]} for *_, column in ASSIGNED}
    return assign_places_of_products(client, rows, outcome) + sum(
        collect_members(client, kind, uid, inside[column], (), outcome)
        for kind, uid, column in ASSIGNED
        if inside[column]
    )
