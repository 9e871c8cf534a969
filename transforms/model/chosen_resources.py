"""Which resources there are: those that a run has, and those for which a country asks."""

from collections.abc import Collection, Container, Sequence

from transforms.core.fields import Field, OptionSet
from transforms.model.resources import (
    ALL_FIELDS,
    ASKED_RESOURCES,
    EVERY_RESOURCE,
    RESOURCES,
    Resource,
    TrackerType,
)
from transforms.model.tables.option_sets import OPTION_SETS
from transforms.openimis.country import Country


def sends_everything(wholly: Container[str]) -> bool:
    """Return whether a run posts all of persons, or all of figures where it has no others.

    Args:
        wholly: Names of the resources of which a run posts everything; of those that only some
            countries have, none need be among them.
    """
    return all(each.name in wholly for each in RESOURCES if each.asked_by is None)


def resources_of(names: Container[str]) -> list[Resource]:
    """Return those resources that are named, such as those of which a run has changes."""
    return [resource for resource in EVERY_RESOURCE if resource.name in names]


def is_asked(setting: str | None, country: Country) -> bool:
    """Return whether a country has what is asked for by a setting; None: every country has it."""
    return setting is None or bool(getattr(country, setting))


def resources_had_by(
    country: Country, among: Sequence[Resource] = EVERY_RESOURCE
) -> list[Resource]:
    """Return those resources that every country has, or for which this one asks."""
    return [each for each in among if is_asked(each.asked_by, country)]


def fields_not_asked(country: Country) -> dict[str, str]:
    """Return the fields of resources for which a country does not ask: key to the setting."""
    sent = {row.key for each in resources_had_by(country, RESOURCES) for row in each.fields}
    return {
        row.key: each.asked_by or ""
        for each in ASKED_RESOURCES
        for row in each.fields
        if row.key not in sent
    }


def is_of_asked(field: Field) -> bool:
    """Return whether a field is of no resource that every country has."""
    return not any(field in each.fields for each in RESOURCES if each.asked_by is None)


def sets_not_asked(country: Country) -> list[OptionSet]:
    """Return the option sets of fields for which the country does not ask, and of no others."""
    return sets_of_no_others(fields_not_asked(country))


def sets_of_no_others(keys: Collection[str]) -> list[OptionSet]:
    """Return the option sets that no field has but those that are named by their keys."""
    used = [row.option_set for row in ALL_FIELDS if row.key not in keys]
    return [row for row in OPTION_SETS if row not in used]


def is_of_nobody(resource: Resource) -> bool:
    """Return whether objects are events of a program without persons."""
    return resource.tracker_type is TrackerType.EVENT and resource.parent is None
