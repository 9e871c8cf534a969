"""The changes of a run, as they were staged."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from staging.frames import scan_objects
from staging.layout import Run
from staging.manifests import ChangesManifest
from transforms.changes.objects.schemas import changes_schema, desired_schema
from transforms.model.resources import DATA_VALUES, EVERY_RESOURCE, RESOURCES, Resource

CHANGES = "changes"
Changes = Mapping[str, pl.LazyFrame]


def changes_of(run: Run, partition: int) -> Changes:
    """Return resource name → changes of one partition."""
    return {each.name: changes_of_resource(run, each, partition) for each in resources_in(run)}


def changes_of_resource(run: Run, resource: Resource, partition: int) -> pl.LazyFrame:
    """Return the changes of one partition of a resource."""
    path = run.changes(resource.name, partition)
    return scan_objects(path) if _knows(path, resource) else _nothing(changes_schema(resource))


def desired_of(run: Run, resource: Resource, partition: int) -> pl.LazyFrame:
    """Return what DHIS2 should hold of one partition of a resource."""
    path = run.desired(resource.name, partition)
    return scan_objects(path) if _knows(path, resource) else _nothing(desired_schema(resource))


def _knows(path: Path, resource: Resource) -> bool:
    """Whether the run knows a resource: one of an earlier release does not know all."""
    return resource.asked_by is None or path.exists()


def _nothing(schema: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    return pl.LazyFrame(schema=schema)


def resources_in(run: Run) -> list[Resource]:
    """Return the resources that a run compares: values only where the country asks for them."""
    paths = (run.desired(DATA_VALUES.name, 0), run.changes(DATA_VALUES.name, 0))
    return list(EVERY_RESOURCE if any(path.exists() for path in paths) else RESOURCES)


def all_changes(run: Run) -> dict[str, pl.LazyFrame]:
    """Return resource name → changes of all partitions."""
    count = ChangesManifest.read(run).partitions
    frames = [changes_of(run, partition) for partition in range(count)]
    return {name: pl.concat(each[name] for each in frames) for name in frames[0]}
