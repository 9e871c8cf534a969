"""What DHIS2 must have before the changes of a run can be posted."""

from collections.abc import Mapping

import polars as pl

from transforms.deltas import Change
from transforms.resources import RESOURCES, TrackerType


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
                codes |= _distinct(_arriving(changes[resource.name]), field.uid)
    return {uid: codes for uid, codes in needed.items() if codes}


def _arriving(changes: pl.LazyFrame) -> pl.LazyFrame:
    return changes.filter(pl.col("change") != Change.DELETE.value)


def _distinct(frame: pl.LazyFrame, column: str) -> set[str]:
    return set(frame.select(pl.col(column).drop_nulls().unique()).collect().to_series())
