"""What DHIS2 must have before the changes of a run can be posted."""

from collections.abc import Collection, Container, Mapping

import polars as pl

from transforms.changes.objects.schemas import is_kept
from transforms.changes.sending.offer import Needs
from transforms.core.fields import Treatment, ValueType
from transforms.model.resources import ALL_FIELDS, RESOURCES, TrackerType


def org_units_by_program(changes: Mapping[str, pl.LazyFrame]) -> dict[str, set[str]]:
    """Return program (UID) → org units in which it gets enrollments or events."""
    needed: dict[str, set[str]] = {}
    for resource in RESOURCES:
        if resource.program:
            units = needed.setdefault(resource.program, set())
            units |= _used_values(changes[resource.name], "orgUnit")
    return needed


def places(changes: Mapping[str, pl.LazyFrame]) -> set[str]:
    """Return the org units of people."""
    people = [each for each in RESOURCES if each.tracker_type is TrackerType.TRACKED_ENTITY]
    return set().union(*(_used_values(changes[each.name], "orgUnit") for each in people))


def codes_by_option_set(changes: Mapping[str, pl.LazyFrame]) -> dict[str, set[str]]:
    """Return option set (UID) → codes that are used as values."""
    needed: dict[str, set[str]] = {}
    for resource in RESOURCES:
        for field in resource.fields:
            if field.option_set:
                codes = needed.setdefault(field.option_set.uid, set())
                codes |= _used_values(changes[resource.name], field.key)
    return {uid: codes for uid, codes in needed.items() if codes}


def named_org_units(changes: Mapping[str, pl.LazyFrame]) -> frozenset[str]:
    """Return the org units that are used as values."""
    return frozenset().union(
        *(
            _used_values(changes[resource.name], field.key)
            for resource in RESOURCES
            for field in resource.fields
            if field.value_type is ValueType.ORGANISATION_UNIT
        )
    )


def needs_of_changes(changes: Mapping[str, pl.LazyFrame]) -> Needs:
    """Return what DHIS2 must have before all changes of a run can be posted."""
    return Needs(
        org_units=org_units_by_program(changes),
        places=places(changes),
        codes=codes_by_option_set(changes),
        named=named_org_units(changes),
        optional=optional_fields(changes),
    )


def optional_fields(changes: Mapping[str, pl.LazyFrame]) -> frozenset[str]:
    """Return the UIDs of the optional fields of which there are values."""
    return frozenset(
        field.uid
        for resource in RESOURCES
        for field in resource.fields
        if field.optional and _used_values(changes[resource.name], field.key)
    )


def optional_fields_sent(treatments: Mapping[str, str]) -> frozenset[str]:
    """Return the UIDs of the optional fields that a load has let out.

    Args:
        treatments: Field key to what the privacy policy did with it then.
    """
    return frozenset(
        field.uid
        for field in ALL_FIELDS
        if field.optional and treatments.get(field.key, Treatment.DROP) != Treatment.DROP
    )


def org_units_with_those_above(
    changes: Mapping[str, pl.LazyFrame], org_units: pl.DataFrame
) -> set[str]:
    """Return the org units that changes lie in or name as a value, and all above them.

    Args:
        changes: Resource name to its changes.
        org_units: uid and parentUid of all org units of openIMIS.
    """
    needed = places(changes).union(*org_units_by_program(changes).values())
    needed |= named_org_units(changes)
    return with_those_above(needed, org_units)


def with_those_above(
    units: Collection[str], org_units: pl.DataFrame, but: Container[str] = ()
) -> set[str]:
    """Return org units (UIDs) and all above them, up to those that need not be there.

    Args:
        units: Where to begin.
        org_units: uid and parentUid of all org units of openIMIS.
        but: What is left out, with all above it.
    """
    above = dict(org_units.select("uid", "parentUid").drop_nulls().iter_rows())
    found, waiting = set(units), list(units)
    while waiting:
        parent = above.get(waiting.pop())
        if parent is not None and parent not in found and parent not in but:
            found.add(parent)
            waiting.append(parent)
    return found


def _used_values(changes: pl.LazyFrame, column: str) -> set[str]:
    """Return the values of a column, of the objects that DHIS2 has after the changes."""
    values = changes.filter(is_kept()).select(pl.col(column).drop_nulls().unique())
    return set(values.collect().to_series())
