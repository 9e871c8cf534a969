"""The changes of a run, as they were staged."""

from collections.abc import Mapping

import polars as pl

from staging.frames import scan_objects
from staging.layout import Run
from staging.manifests import ChangesManifest
from transforms.model.resources import DATA_VALUES, EVERY_RESOURCE, RESOURCES, Resource

CHANGES = "changes"
Changes = Mapping[str, pl.LazyFrame]


def changes_of(run: Run, partition: int) -> Changes:
    """Return resource name → changes of one partition."""
    return {
        each.name: scan_objects(run.changes(each.name, partition)) for each in resources_in(run)
    }


def resources_in(run: Run) -> list[Resource]:
    """Return the resources that a run compares: values only where the country asks for them."""
    paths = (run.desired(DATA_VALUES.name, 0), run.changes(DATA_VALUES.name, 0))
    return list(EVERY_RESOURCE if any(path.exists() for path in paths) else RESOURCES)


def all_changes(run: Run) -> dict[str, pl.LazyFrame]:
    """Return resource name → changes of all partitions."""
    count = ChangesManifest.read(run).partitions
    frames = [changes_of(run, partition) for partition in range(count)]
    return {name: pl.concat(each[name] for each in frames) for name in frames[0]}
