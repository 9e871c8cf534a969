"""Divide what is acknowledged into more partitions, once the scheme has outgrown those it has."""

import polars as pl

from flows.steps.shared.acknowledged_frames import all_acknowledged
from staging.acknowledged import sweep, write
from staging.current import Current, switch, with_version
from staging.divided import discard, divide, scan_bucket
from staging.layout import Run, Target
from staging.manifests import DesiredManifest
from transforms.changes.objects.partitions import (
    PEOPLE_PER_PARTITION,
    partition_count,
    partition_of,
)
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.model.resources import EVERY_RESOURCE, TRACKED_ENTITIES, Resource


def divide_anew(
    target: Target,
    current: Current,
    run: Run,
    people_per_partition: int = PEOPLE_PER_PARTITION,
) -> Current:
    """Return the state with as many partitions as the scheme needs; never fewer than before.

    Nothing is posted: the same rows lie in other files. `current.json` is switched once, last; a
    division that was cut short is made by the next run that changes the target.

    Args:
        target: The target's files.
        current: The acknowledged state.
        run: The run that was folded; it counted the people that DHIS2 should hold.
        people_per_partition: How many people a partition is intended for.
    """
    partitions = partition_count(_people(run), people_per_partition)
    if partitions <= current.partitions:
        return current
    version = f"{run.run_id}.divided"
    checksums = {
        each.name: _divide_resource(target, current, version, each, partitions)
        for each in EVERY_RESOURCE
        if each.name in current.versions
    }
    after = with_version(current, version, checksums).model_copy(update={"partitions": partitions})
    switch(target, after)
    sweep(target, kept=[current, after])
    return after


def _people(run: Run) -> int:
    manifest = DesiredManifest.read_if_done(run)
    return manifest.rows.get(TRACKED_ENTITIES.name, 0) if manifest else 0


def _divide_resource(
    target: Target, current: Current, version: str, resource: Resource, partitions: int
) -> list[str]:
    """Write all partitions of a resource, and return their checksums."""
    whole = all_acknowledged(target, current, resource)
    discard(target.scratch)
    divide(target.scratch, whole, partitions, by=partition_of(pl.col("person"), partitions))
    schema = acknowledged_schema(resource)
    checksums = []
    for number in range(partitions):
        rows = scan_bucket(target.scratch, number, schema).sort("person", "key")
        checksums.append(write(target, version, resource.name, number, rows))
    discard(target.scratch)
    return checksums
