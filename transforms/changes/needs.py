"""What DHIS2 must have before the changes of a run can be posted."""

from collections.abc import Mapping

import polars as pl

from transforms.changes.offer import Needs
from transforms.changes.schemas import Change
from transforms.core.fields import ValueType
from transforms.model.resources import RESOURCES, TrackerType


def org_units_by_program(changes: Mapping[str, pl.LazyFrame]) -> dict[str, set[str]]:
    """Return program (UID) → org units in which it gets enrollments or events."""
    needed: dict[str, set[str]] = {}
    for resource in RESOURCES:
        if resource.program:
            units = needed.setdefault(resource.program, set())
            units |= _distinct(_arriving(changes[resource.name]), "orgUnit")
    return needed


def places(changes: Mapping[str, pl.LazyFrame]) -> set[str]:
    """Return the org units of people."""
    people = [each for each in RESOURCES if each.tracker_type is TrackerType.TRACKED_ENTITY]
    return set().union(*(_distinct(_arriving(changes[each.name]), "orgUnit") for each in people))


def codes_by_option_set(changes: Mapping[str, pl.LazyFrame]) -> dict[str, set[str]]:
    """Return option set (UID) → codes that are used as values."""
    needed: dict[str, set[str]] = {}
    for resource in RESOURCES:
        for field in resource.fields:
            if field.option_set:
                codes = needed.setdefault(field.option_set.uid, set())
                codes |= _distinct(_arriving(changes[resource.name]), field.key)
    return {uid: codes for uid, codes in needed.items() if codes}


def named_org_units(changes: Mapping[str, pl.LazyFrame]) -> frozenset[str]:
    """Return the org units that are used as values."""
    return frozenset().union(
        *(
            _distinct(_arriving(changes[resource.name]), field.key)
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
    above = dict(org_units.select("uid", "parentUid").drop_nulls().iter_rows())
    waiting = list(needed)
    while waiting:
        parent = above.get(waiting.pop())
        if parent is not None and parent not in needed:
            needed.add(parent)
            waiting.append(parent)
    return needed


def _arriving(changes: pl.LazyFrame) -> pl.LazyFrame:
    return changes.filter(pl.col("change") != Change.DELETE.value)


def _distinct(frame: pl.LazyFrame, column: str) -> set[str]:
    return set(frame.select(pl.col(column).drop_nulls().unique()).collect().to_series())
