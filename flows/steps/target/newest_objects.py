"""Read the newest of what DHIS2 has confirmed back from it, by value, in a few requests.

The stand-by of the marker, where the data store may not be used: a DHIS2 that was restored from a
backup, or is another one, lacks what the last load created, changed and deleted.
"""

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.shared.acknowledged_frames import all_acknowledged
from flows.steps.shared.staged_changes import changes_of
from flows.steps.target.read_back import Reader, query_objects
from staging.current import Current
from staging.layout import Run, Target
from staging.links import read_links
from staging.manifests import ChangesManifest
from transforms.changes.guards.recognition import NewestObjects
from transforms.changes.objects.identities import IDENTITIES
from transforms.changes.objects.links import renaming_of
from transforms.changes.objects.schemas import UNKNOWN, State
from transforms.changes.reconciliation.findings import FINDINGS, FindingKind
from transforms.changes.reconciliation.linked_people import without_theirs
from transforms.changes.reconciliation.reconciliation import compare_bucket
from transforms.model.field_keys import uids_of
from transforms.model.resources import RESOURCES, Resource

NEWEST = 200
LARGEST_LOAD = 20_000  # some minutes of reading


def ask_newest(client: Dhis2, info: SystemInfo, target: Target, current: Current) -> NewestObjects:
    """Return how many of the newest objects are not in DHIS2 as it confirmed them.

    Raises:
        TargetError: DHIS2 does not let the user read them.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    found = compare_newest(client, info, target, current)
    returned = len(found.filter(kind=FindingKind.UNEXPECTED.value))
    return NewestObjects(NEWEST, lacking=len(found) - returned, returned=returned)


def ask_last_load(
    client: Dhis2, info: SystemInfo, target: Target, current: Current
) -> NewestObjects:
    """Return how many of all objects of the last load are not in DHIS2 as it confirmed them.

    What is unknown of them proves nothing, and is left out. Where the load made more than
    `LARGEST_LOAD`, none is read, and none counts as checked.

    Raises:
        TargetError: DHIS2 does not let the user read them.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    chosen = _of_last_load(target, current)
    if len(chosen) > LARGEST_LOAD:
        return NewestObjects(checked=0)
    found = _compare(client, info, target, current, chosen)
    returned = len(found.filter(kind=FindingKind.UNEXPECTED.value))
    return NewestObjects(len(chosen), lacking=len(found) - returned, returned=returned)


def _of_last_load(target: Target, current: Current) -> pl.DataFrame:
    """Return resource and uid of what the last load made of which everything is known."""
    found = []
    for resource in RESOURCES:
        rows = all_acknowledged(target, current, resource).filter(run=current.last_run)
        texts = pl.col(pl.String).exclude("run")
        settled = rows.filter(~pl.any_horizontal(texts == UNKNOWN).fill_null(value=False))
        others = settled.join(_of_open_run(target, current, resource), on="uid", how="anti")
        found.append(others.select("uid", resource=pl.lit(resource.name)).collect())
    return pl.concat(found).select("resource", "uid")


def compare_newest(
    client: Dhis2, info: SystemInfo, target: Target, current: Current
) -> pl.DataFrame:
    """Return which of the newest objects DHIS2 does not hold as it confirmed them.

    Returns:
        The columns of `transforms.changes.findings.FINDINGS`.

    Raises:
        TargetError: DHIS2 does not let the user read them.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    return _compare(client, info, target, current, newest(target, current))


def _compare(
    client: Dhis2, info: SystemInfo, target: Target, current: Current, chosen: pl.DataFrame
) -> pl.DataFrame:
    links = read_links(target, current)
    reader = Reader(client.renamed(renaming_of(links)), info.dialect, zone=info.zone)
    found = [_compare_resource(reader, target, current, each, chosen, links) for each in RESOURCES]
    return pl.concat([pl.DataFrame(schema=FINDINGS), *found])


def newest(target: Target, current: Current, count: int = NEWEST) -> pl.DataFrame:
    """Choose the newest acknowledged objects: of the last run, filled up with earlier ones.

    Created or changed ones and deleted ones of every resource, evenly. What an open run may have
    changed since is left out.

    Returns:
        resource, uid.
    """
    found = pl.concat(_newest_of(target, current, each, count) for each in RESOURCES)
    return found.sort("isEarlier", "rank", "uid").head(count).select("resource", "uid")


def _newest_of(target: Target, current: Current, resource: Resource, count: int) -> pl.DataFrame:
    """Return resource, uid, isEarlier and rank (from 0 in each state) of up to `count` a state."""
    is_earlier = pl.col("run").ne_missing(pl.lit(current.last_run)).cast(pl.Int8)
    rows = (
        all_acknowledged(target, current, resource)
        .select("uid", "state", isEarlier=is_earlier)
        .join(_of_open_run(target, current, resource), on="uid", how="anti")
    )
    newest_rows = [
        rows.filter(state=state.value).bottom_k(count, by=["isEarlier", "uid"]) for state in State
    ]
    rank = pl.col("uid").rank("ordinal").over("isEarlier", "state")
    columns = pl.concat(newest_rows).with_columns(resource=pl.lit(resource.name), rank=rank)
    return columns.select("resource", "uid", "isEarlier", "rank").collect()


def _of_open_run(target: Target, current: Current, resource: Resource) -> pl.LazyFrame:
    """Return the UIDs of what an open run changes: DHIS2 may or may not have got it."""
    uids = [pl.LazyFrame(schema={"uid": pl.String})]
    run = Run(target.root, current.open_run) if current.open_run else None
    manifest = ChangesManifest.read_if_done(run) if run else None
    if run is not None and manifest is not None:
        for number in range(manifest.partitions):
            changes = changes_of(run, number)[resource.name]
            uids += [changes.select("uid"), changes.select(uid="uidBefore")]
    return pl.concat(uids)


def _compare_resource(
    reader: Reader,
    target: Target,
    current: Current,
    resource: Resource,
    chosen: pl.DataFrame,
    links: pl.DataFrame,
) -> pl.DataFrame:
    uids = chosen.filter(resource=resource.name).lazy()
    confirmed = (
        all_acknowledged(target, current, resource).join(uids, on="uid", how="semi").collect()
    )
    values = [field.key for field in resource.fields]
    read = query_objects(reader, resource, confirmed["uid"].to_list(), uids_of(values))
    is_deleted = pl.col("isDeleted")
    deleted = read.filter(is_deleted)["uid"].to_list()
    nothing = pl.DataFrame(schema=IDENTITIES)
    there = without_theirs(
        resource, read.filter(~is_deleted), confirmed, links, reader.client.renaming
    )
    return compare_bucket(
        resource, confirmed, nothing, there, deleted, values, reader.zone
    ).findings
