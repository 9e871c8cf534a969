"""The changes of a run, as they were staged."""

from collections.abc import Mapping

import polars as pl

from staging.frames import scan_objects
from staging.layout import Run
from staging.manifests import ChangesManifest, DesiredManifest
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
    if resource.asked_by and not path.exists() and not _has_compared(run, resource):
        return pl.LazyFrame(schema=changes_schema(resource))
    return scan_objects(path)


def desired_of(run: Run, resource: Resource, partition: int) -> pl.LazyFrame:
    """Return what DHIS2 should hold of one partition of a resource."""
    path = run.desired(resource.name, partition)
    if resource.asked_by and not path.exists() and not _has_computed(run, resource):
        return pl.LazyFrame(schema=desired_schema(resource))
    return scan_objects(path)


def _has_computed(run: Run, resource: Resource) -> bool:
    """Whether a run knows a resource, so that a file that is not there was lost.

    A run of an earlier release does not know all.
    """
    manifest = DesiredManifest.read_if_done(run)
    return manifest is None or resource.name in manifest.rows


def _has_compared(run: Run, resource: Resource) -> bool:
    """The same, of changes."""
    manifest = ChangesManifest.read_if_done(run)
    return manifest is None or resource.name in manifest.changes


def resources_in(run: Run) -> list[Resource]:
    """Return the resources that a run compares: values only where the country asks for them."""
    paths = (run.desired(DATA_VALUES.name, 0), run.changes(DATA_VALUES.name, 0))
    return list(EVERY_RESOURCE if any(path.exists() for path in paths) else RESOURCES)


def all_changes(run: Run) -> dict[str, pl.LazyFrame]:
    """Return resource name → changes of all partitions."""
    count = ChangesManifest.read(run).partitions
    frames = [changes_of(run, partition) for partition in range(count)]
    return {name: pl.concat(each[name] for each in frames) for name in frames[0]}
