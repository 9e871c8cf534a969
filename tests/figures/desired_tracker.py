"""What DHIS2 will hold once the desired frames are posted, as its analytics tables have it."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from tests.figures.tracker import Tracker, tracker
from transforms.model.chosen_resources import is_of_nobody
from transforms.model.desired import desired
from transforms.model.field_keys import UID_OF_KEY
from transforms.model.org_units import org_units
from transforms.model.resources import RESOURCES, Resource, TrackerType
from transforms.openimis.country import Country
from transforms.openimis.register import register_of
from transforms.openimis.rows import Tables

NOBODY = "nobody"
"""Stands for the person of events that are of none."""
_VALUE_TYPES = {field.uid: field.value_type.value for each in RESOURCES for field in each.fields}


Frames = dict[str, pl.DataFrame]


def wanted_of(
    snapshot: Tables,
    *,
    as_of: dt.date,
    country: Country,
    pseudonym_key: str,
    placement: pl.DataFrame | None = None,
) -> Frames:
    """Return the desired frame of every resource, with what is held back."""
    frames = desired(
        register_of(snapshot),
        as_of=as_of,
        country=country,
        pseudonym_key=pseudonym_key,
        window=None,
        placement=placement,
    )
    return {name: frame.collect() for name, frame in frames.items()}


def sent_of(wanted: Mapping[str, pl.DataFrame]) -> Frames:
    """Return what is sent: no row with a fault, and nothing that belongs to one."""
    sent: dict[str, pl.DataFrame] = {}
    for resource in RESOURCES:
        rows = wanted[resource.name].filter(pl.col("faults").list.len() == 0)
        if resource.parent:
            rows = rows.join(sent[resource.parent], left_on="parent", right_on="key", how="semi")
        sent[resource.name] = rows
    return sent


def tracker_of(wanted: Mapping[str, pl.DataFrame], snapshot: Tables, country: Country) -> Tracker:
    """Return the analytics tables of desired frames and the org units of a snapshot."""
    units = org_units(register_of(snapshot), country=country).filter(
        pl.col("faults").list.len() == 0
    )
    parents = dict(units.select("uid", "parentUid").collect().iter_rows())
    return tracker_in(wanted, parents | {country.root.uid: None})


def tracker_in(wanted: Mapping[str, pl.DataFrame], parents: Mapping[str, str | None]) -> Tracker:
    """Return the analytics tables of desired frames in a tree: org unit to the one above it."""
    nobodys = [str(each.program) for each in RESOURCES if is_of_nobody(each)]
    people = [_people(wanted[each.name]) for each in _of(TrackerType.TRACKED_ENTITY)]
    enrollments = [_enrollments(wanted[each.name], each) for each in _of(TrackerType.ENROLLMENT)]
    return tracker(
        pl.concat([*people, pl.DataFrame({"person": [NOBODY]})], how="diagonal"),
        pl.concat([*enrollments, _enrollments_of_nobody(nobodys)], how="diagonal"),
        pl.concat(
            [_events(wanted[each.name], each) for each in _of(TrackerType.EVENT)], how="diagonal"
        ),
        parents=parents,
        value_types=_VALUE_TYPES,
    )


def _of(type_: TrackerType) -> list[Resource]:
    return [each for each in RESOURCES if each.tracker_type is type_]


def _people(rows: pl.DataFrame) -> pl.DataFrame:
    values = rows.rename(UID_OF_KEY, strict=False)
    return values.select("orgUnit", *_uids(values), person="key")


def _enrollments(rows: pl.DataFrame, resource: Resource) -> pl.DataFrame:
    return rows.select(
        "person",
        "orgUnit",
        "status",
        enrollment=_object(resource.name, "key"),
        enrolledAt="occurredAt",
        program=pl.lit(resource.program),
    )


def _events(rows: pl.DataFrame, resource: Resource) -> pl.DataFrame:
    values = rows.rename(UID_OF_KEY, strict=False)
    return values.select(
        "orgUnit",
        "occurredAt",
        *_uids(values),
        event=_object(resource.name, "key"),
        enrollment=_enrollment_of(resource),
        stage=pl.lit(resource.stage),
    )


def _enrollment_of(resource: Resource) -> pl.Expr:
    """That of an event; one of nobody is in the one that DHIS2 has for its program."""
    if resource.parent is None:
        return pl.lit(resource.program)
    return _object(resource.parent, "parent")


def _enrollments_of_nobody(programs: list[str]) -> pl.DataFrame:
    rows = {"enrollment": programs, "program": programs, "person": [NOBODY] * len(programs)}
    return pl.DataFrame(rows)


def _uids(values: pl.DataFrame) -> list[str]:
    return [name for name in values.columns if name in _VALUE_TYPES]


def _object(resource: str, key: str) -> pl.Expr:
    """A key that is unique among all resources."""
    return pl.format("{}:{}", pl.lit(resource), key)
