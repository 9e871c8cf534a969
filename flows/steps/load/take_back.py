"""Take our values back from people of DHIS2's own, before the enrollment goes that carries them.

The person stays. A value that cannot be taken back keeps the enrollment: the next run tries again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import orjson
import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.load.link_people import FoundPeople
from flows.steps.load.post_bundle import post_bundle
from flows.steps.load.thread_state import LoadState
from flows.steps.shared.acknowledged_frames import confirmed_objects
from flows.steps.shared.staged_changes import all_changes
from staging.current import Current
from staging.layout import Run, Target
from transforms.changes.objects.schemas import LEAVING
from transforms.changes.sending.linked_bodies import ENROLLMENTS, Linked
from transforms.changes.sending.linking import linked_before
from transforms.changes.sending.waiting import NOTHING_WAITS, WAITING
from transforms.core.json_texts import Json
from transforms.dhis2.import_report import GONE, Receipt
from transforms.dhis2.tables.error_classes import ErrorClass
from transforms.model.existing import ATTRIBUTES
from transforms.model.field_keys import uid_of
from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    INSUREE_ENROLLMENTS,
    TRACKED_ENTITIES,
    Resource,
    TrackerType,
)
from transforms.openimis.country import Country
from transforms.package.programs import claim_program_fields

PEOPLE_AT_ONCE = 200
NOT_TAKEN_BACK = "values_not_taken_back"
IS_DONE = GONE | {ErrorClass.PARENT}
"""Why a request may be refused that takes back values: enrollment or person is gone."""
PLACES = ("uid", "parentUid", "orgUnit", "status", "occurredAt")


def prepare_linked(
    run: Run, target: Target, current: Current, found: FoundPeople, country: Country
) -> Linked:
    """Return what the bundles of a run have to know of people whom DHIS2 had before us."""
    people = frozenset(found.renaming.people)
    if not people:
        return Linked()
    theirs = frozenset(ATTRIBUTES[name].uid for name in country.existing.attributes)
    changed = linked_before(all_changes(run)[TRACKED_ENTITIES.name], found.links)
    carriers = _carriers(target, current, changed["uidBefore"])
    return Linked(people, theirs, carriers)


def take_back(
    run: Run, target: Target, client: Dhis2, current: Current, linked: Linked, state: LoadState
) -> tuple[Linked, pl.DataFrame]:
    """Empty our values of people of DHIS2's own who leave; return who did, and what has to wait.

    Args:
        run: The run.
        target: The target's files.
        client: The DHIS2; it calls linked people by our UIDs.
        current: The acknowledged state.
        linked: What is known of them.
        state: What the threads of the load share.

    Returns:
        `linked`, with those of whom nothing is left to write; and type, uid, is_delete, reason.

    Raises:
        TargetError, BusyError: See `post_bundle`.
    """
    leaving = _leaving(run, linked)
    values = _values(target, current, leaving)
    bodies = [_emptied(linked.carriers[uid], names, linked) for uid, names in values.items()
              if uid in linked.carriers]  # fmt: skip
    receipts = [
        post_bundle(client, orjson.dumps({ENROLLMENTS: some}), "CREATE_AND_UPDATE", state)
        for some in _portions([each for each in bodies if each["attributes"]])
    ]
    kept = _kept(receipts, bodies)
    done = frozenset(leaving["uidBefore"]) - kept.keys()
    return replace(linked, taken_back=done), _waiting(kept)


def _leaving(run: Run, linked: Linked) -> pl.DataFrame:
    """Return the linked people who leave, or whose enrollment does: uidBefore, change, cleared."""
    changes = all_changes(run)
    enrollments = changes[INSUREE_ENROLLMENTS.name].filter(pl.col("change").is_in(LEAVING))
    without = enrollments.select(uidBefore="parentUidBefore").unique()
    rows = changes[TRACKED_ENTITIES.name].filter(pl.col("uidBefore").is_in(sorted(linked.people)))
    is_leaving = pl.col("change").is_in(LEAVING)
    found = [
        rows.filter(is_leaving),
        rows.filter(~is_leaving).join(without, on="uidBefore", how="semi"),
    ]
    return pl.concat(found).select("uidBefore", "change", "cleared").collect()


def _values(target: Target, current: Current, leaving: pl.DataFrame) -> dict[str, list[str]]:
    """Return our UID of a person to the keys of the values that are to be emptied."""
    whole = leaving.filter(pl.col("change").is_in(LEAVING))["uidBefore"]
    people = _confirmed(target, current, TRACKED_ENTITIES, "uid", whole)
    keys = [each.key for each in ATTRIBUTES.values() if each.key in people.columns]
    found = {row["uid"]: [key for key in keys if row[key] is not None] for row in people.to_dicts()}
    some = leaving.filter(~pl.col("change").is_in(LEAVING))
    return found | dict(some.select("uidBefore", "cleared").iter_rows())


def _emptied(carrier: Json, keys: Iterable[str], linked: Linked) -> Json:
    """Return an enrollment that empties values; that of a claim can empty those of its program."""
    shown = {each.uid for each in claim_program_fields()}
    is_claim = carrier["program"] == CLAIM_ENROLLMENTS.program
    pairs = [{"attribute": uid_of(key), "value": None} for key in keys]
    fit = [pair for pair in pairs if not is_claim or pair["attribute"] in shown]
    return carrier | {"attributes": linked.attributes(fit)}


def _carriers(target: Target, current: Current, people: pl.Series) -> dict[str, Json]:
    """Return our UID of a person to an enrollment that DHIS2 has: the insuree's, or a claim's."""
    found: dict[str, Json] = {}
    for resource in (CLAIM_ENROLLMENTS, INSUREE_ENROLLMENTS):
        rows = _confirmed(target, current, resource, "parentUid", people)
        for row in rows.unique("parentUid", keep="first", maintain_order=True).to_dicts():
            found[row["parentUid"]] = _enrollment(resource, row)
    return found


def _confirmed(
    target: Target, current: Current, resource: Resource, name: str, uids: pl.Series
) -> pl.DataFrame:
    some = pl.LazyFrame({name: uids}, schema={name: pl.String})
    return confirmed_objects(target, current, resource).join(some, on=name, how="semi").collect()


def _enrollment(resource: Resource, row: Json) -> Json:
    return {
        "enrollment": row["uid"],
        "trackedEntity": row["parentUid"],
        "program": resource.program,
        "orgUnit": row["orgUnit"],
        "status": row["status"],
        "enrolledAt": row["occurredAt"],
        "occurredAt": row["occurredAt"],
    }


def _portions(bodies: Sequence[Json]) -> Iterable[Sequence[Json]]:
    return (bodies[at : at + PEOPLE_AT_ONCE] for at in range(0, len(bodies), PEOPLE_AT_ONCE))


def _kept(receipts: Iterable[Receipt], bodies: Iterable[Json]) -> dict[str, str]:
    """Return our UIDs of those whose values stay, to their enrollment."""
    people = {each["enrollment"]: each["trackedEntity"] for each in bodies}
    refused = {
        each.uid
        for receipt in receipts
        for each in receipt.refused
        if each.error_class not in IS_DONE
    }
    return {people[uid]: uid for uid in refused}


def _waiting(kept: dict[str, str]) -> pl.DataFrame:
    """Return that person and enrollment stay, as long as the values do."""
    if not kept:
        return NOTHING_WAITS
    person, enrollment = TrackerType.TRACKED_ENTITY.value, TrackerType.ENROLLMENT.value
    rows = [
        (kind, uid, is_delete, NOT_TAKEN_BACK)
        for pair in kept.items()
        for kind, uid in zip((person, enrollment), pair, strict=True)
        for is_delete in (True, False)
    ]
    return pl.DataFrame(rows, schema=WAITING, orient="row")
