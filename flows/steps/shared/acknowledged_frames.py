"""What DHIS2 has confirmed of people, policies and claims, partition by partition."""

import polars as pl

from staging.acknowledged import scan
from staging.current import Current
from staging.layout import Target
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.model.resources import RESOURCES, Resource


def acknowledged(
    target: Target, current: Current, resource: Resource, partition: int
) -> pl.LazyFrame:
    """Return one acknowledged partition of a resource, without a row before the first load."""
    return scan(target, current, resource.name, partition, acknowledged_schema(resource))


def acknowledged_of(
    target: Target, current: Current, resource: Resource, partition: int, moved: pl.DataFrame
) -> pl.LazyFrame:
    """Return an acknowledged partition, with movers where they belong now.

    Args:
        target: The target's files.
        current: The acknowledged state.
        resource: The resource.
        partition: Number of the partition.
        moved: The columns of `transforms.changes.partitions.MOVERS`, of any resources.
    """
    mine = moved.filter(resource=resource.name)
    left = mine.filter(source=partition).lazy()
    own = acknowledged(target, current, resource, partition).join(left, on="key", how="anti")
    arrived = [
        acknowledged(target, current, resource, source).join(keys.lazy(), on="key", how="semi")
        for (source,), keys in mine.filter(destination=partition).group_by("source")
    ]
    return pl.concat([own, *arrived], how="diagonal")


def tracked_versions(current: Current) -> dict[str, str]:
    """Return the versions of people, policies and claims."""
    names = [resource.name for resource in RESOURCES]
    return {name: current.versions[name] for name in names if name in current.versions}
