"""Resources by their names: those that a run has, and whether it sends all of them."""

from collections.abc import Container

from transforms.model.resources import EVERY_RESOURCE, RESOURCES, Resource


def sends_everything(wholly: Container[str]) -> bool:
    """Return whether a run posts all of persons, or all of figures where it has no others.

    Args:
        wholly: Names of the resources of which a run posts everything.
    """
    return all(resource.name in wholly for resource in RESOURCES)


def resources_of(names: Container[str]) -> list[Resource]:
    """Return those resources that are named, such as those of which a run has changes."""
    return [resource for resource in EVERY_RESOURCE if resource.name in names]
