"""The phases of a load, in order, and what each of them posts.

    1-delete-events  2-delete-enrollments  3-delete-tracked-entities   what goes, children first
    4-release        null for every unique value that is given up or changes
    5-people         tracked entities with their enrollments
    6-events
    7-owners         the program's owner follows a person who moved (no tracker import does that)
    8-delete-values  9-values   data values: those that no longer hold, then the others

Each phase waits for the one before, so a number that was freed or swapped can be given to another.
"""

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from transforms.changes.objects.schemas import ARRIVING, LEAVING, Change
from transforms.model.resources import EVERY_RESOURCE, RESOURCES, Resource, TrackerType


class Phase(StrEnum):
    """The phases of a load, in order; also their folders' names."""

    DELETE_EVENTS = "1-delete-events"
    DELETE_ENROLLMENTS = "2-delete-enrollments"
    DELETE_TRACKED_ENTITIES = "3-delete-tracked-entities"
    RELEASE = "4-release"
    PEOPLE = "5-people"
    EVENTS = "6-events"
    OWNERS = "7-owners"
    DELETE_VALUES = "8-delete-values"
    VALUES = "9-values"


DELETES = {
    Phase.DELETE_EVENTS: TrackerType.EVENT,
    Phase.DELETE_ENROLLMENTS: TrackerType.ENROLLMENT,
    Phase.DELETE_TRACKED_ENTITIES: TrackerType.TRACKED_ENTITY,
    Phase.DELETE_VALUES: TrackerType.DATA_VALUE,
}
POSTS = {
    Phase.PEOPLE: (TrackerType.TRACKED_ENTITY, TrackerType.ENROLLMENT),
    Phase.EVENTS: (TrackerType.EVENT,),
    Phase.VALUES: (TrackerType.DATA_VALUE,),
}
OF_VALUES = (Phase.DELETE_VALUES, Phase.VALUES)
"""What is posted to `/api/dataValueSets`; everything else goes to the tracker."""
LISTS = {
    TrackerType.TRACKED_ENTITY: "trackedEntities",
    TrackerType.ENROLLMENT: "enrollments",
    TrackerType.EVENT: "events",
    TrackerType.DATA_VALUE: "dataValues",
}
IDENTIFIERS = {
    TrackerType.TRACKED_ENTITY: "trackedEntity",
    TrackerType.ENROLLMENT: "enrollment",
    TrackerType.EVENT: "event",
    TrackerType.DATA_VALUE: "uid",
}
TRANSFERS = "transfers"


@dataclass(frozen=True)
class Part:
    """The rows of one resource that a phase posts.

    Attributes:
        resource: The resource.
        changes: What has to have happened to a row.
        person: The column with the person whose bundle it lies in.
    """

    resource: Resource
    changes: pl.Expr
    person: str


def parts(phase: Phase) -> list[Part]:
    """Return what a phase posts, parents before children."""
    if phase in DELETES:
        leaving = pl.col("change").is_in(LEAVING)
        return [Part(each, leaving, "personBefore") for each in _of_types(DELETES[phase])]
    if phase in POSTS:
        staying = pl.col("change").is_in((*ARRIVING, Change.UPDATE.value))
        return [Part(each, staying, "person") for each in _of_types(*POSTS[phase])]
    if phase is Phase.RELEASE:
        released = pl.col("released").list.len() > 0
        return [Part(each, released, "person") for each in RESOURCES if each.unique_fields]
    return [Part(each, pl.col("transfer"), "person") for each in RESOURCES if each.owned]


def _of_types(*types: TrackerType) -> list[Resource]:
    return [resource for resource in EVERY_RESOURCE if resource.tracker_type in types]
