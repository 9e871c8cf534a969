"""What DHIS2 has confirmed of people, policies and claims, partition by partition."""

import polars as pl

from staging.acknowledged import scan
from staging.current import Current
from staging.layout import Target
from transforms.changes.objects.schemas import State, acknowledged_schema
from transforms.model.resources import EVERY_RESOURCE, RESOURCES, TRACKED_ENTITIES, Resource


def acknowledged(
    target: Target, current: Current, resource: Resource, partition: int
) -> pl.LazyFrame:
    """Return one acknowledged partition of a resource, without a row before the first load."""
    return scan(target, current, resource.name, partition, acknowledged_schema(resource))


def all_acknowledged(target: Target, current: Current, resource: Resource) -> pl.LazyFrame:
    """Return all acknowledged partitions of a resource; without a row where there is none yet."""
    numbers = range(current.partitions)
    frames = [acknowledged(target, current, resource, number) for number in numbers]
    return pl.concat([pl.LazyFrame(schema=acknowledged_schema(resource)), *frames], how="diagonal")


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


def acknowledged_resources(current: Current) -> list[Resource]:
    """Return the resources of persons, and that of figures if DHIS2 has confirmed any."""
    others = [each for each in EVERY_RESOURCE if each.name in current.versions]
    return [*RESOURCES, *(each for each in others if each not in RESOURCES)]


def confirmed_objects(target: Target, current: Current, resource: Resource) -> pl.LazyFrame:
    """Return what DHIS2 holds of a resource, of all partitions."""
    return all_acknowledged(target, current, resource).filter(state=State.HELD.value)


def holds_persons(target: Target, current: Current) -> bool:
    """Whether DHIS2 has confirmed persons, and has them still."""
    if TRACKED_ENTITIES.name not in current.versions:
        return False
    return not confirmed_objects(target, current, TRACKED_ENTITIES).head(1).collect().is_empty()


def tracked_versions(current: Current) -> dict[str, str]:
    """Return the versions of people, policies, claims and figures."""
    names = [resource.name for resource in EVERY_RESOURCE]
    return {name: current.versions[name] for name in names if name in current.versions}
