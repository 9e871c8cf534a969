"""What DHIS2 answers when it is queried for its objects, as rows that can be compared with ours.

Columns of a *read-back* frame (String unless said): uid, parentUid, personUid, orgUnit, status,
occurredAt, owner (of a tracked entity: its owner in the insuree program), isShared
(Boolean: a tracked entity that another program has, or may have), isDeleted (Boolean), one a value.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.core.json_texts import Json
from transforms.model.chosen_resources import is_of_nobody
from transforms.model.resources import Resource, TrackerType
from transforms.model.tables.programs import INSUREE_PROGRAM, PROGRAMS

TEXT = pl.String()
FLAGS = ("isShared", "isDeleted")
_OF_PERSONS = ("parentUid", "personUid")
_PLAIN = ("uid", "parentUid", "personUid", "orgUnit", "status", "occurredAt")


@dataclass(frozen=True)
class TrackerRequest:
    """How one kind of tracker object is requested, and what it looks like.

    Attributes:
        name: Its uid in an object, and in the parameter that asks for one.
        plural: Its endpoint, and the parameter that asks for several.
        names: Column of the read-back frame to its name in an object; what is not named is null.
        values: Name of the list of values; None if it has none.
        identifier: What a value is of.
        days: Parameters that ask for those from a day on and up to a day; none where DHIS2
            has no such parameters.
    """

    name: str
    plural: str
    names: Mapping[str, str]
    values: str | None = None
    identifier: str = ""
    days: tuple[str, str] | None = None


_SECONDS = "%Y-%m-%dT%H:%M:%S"
_AROUND = dt.timedelta(hours=3)  # before and after clocks are put forward

# When an event or enrollment was completed, DHIS2 says by itself: it is neither sent nor compared.
_OWNED = {"uid": "trackedEntity", "orgUnit": "orgUnit"}
_DATED = {"personUid": "trackedEntity", "orgUnit": "orgUnit", "status": "status"}
KINDS: dict[TrackerType, TrackerRequest] = {
    TrackerType.TRACKED_ENTITY: TrackerRequest(
        "trackedEntity",
        "trackedEntities",
        _OWNED | {"personUid": "trackedEntity"},
        values="attributes",
        identifier="attribute",
    ),
    TrackerType.ENROLLMENT: TrackerRequest(
        "enrollment",
        "enrollments",
        _DATED
        | {
            "uid": "enrollment",
            "parentUid": "trackedEntity",
            "occurredAt": "enrolledAt",
        },
        days=("enrolledAfter", "enrolledBefore"),
    ),
    TrackerType.EVENT: TrackerRequest(
        "event",
        "events",
        _DATED
        | {
            "uid": "event",
            "parentUid": "enrollment",
            "occurredAt": "occurredAt",
        },
        values="dataValues",
        identifier="dataElement",
        days=("occurredAfter", "occurredBefore"),
    ),
}


def fields_parameter(resource: Resource) -> str:
    """Return the `fields` of a request that reads objects of a resource."""
    kind = KINDS[resource.tracker_type]
    names = [*dict.fromkeys(kind.names.values()), "deleted"]
    if kind.values:
        names.append(f"{kind.values}[{kind.identifier},value]")
    if resource.tracker_type is TrackerType.TRACKED_ENTITY:
        names.append("programOwners[program,orgUnit]")
    return ",".join(names)


def read_schema(values: Sequence[str]) -> dict[str, pl.DataType]:
    """Return the columns of a read-back frame with these values, and their types."""
    return {
        **dict.fromkeys((*_PLAIN, "owner"), TEXT),
        **dict.fromkeys(FLAGS, pl.Boolean()),
        **dict.fromkeys(values, TEXT),
    }


def read_rows(resource: Resource, objects: Sequence[Json], values: Sequence[str]) -> pl.DataFrame:
    """Return a page of objects as a read-back frame.

    Args:
        resource: What they are of.
        objects: As DHIS2 sends them.
        values: UIDs of the values that are ours; what others keep with an object is not.
    """
    kind = KINDS[resource.tracker_type]
    frame = pl.DataFrame(objects, schema=_object_schema(kind))
    return frame.select(
        *(_plain(kind, name, resource) for name in _PLAIN),
        owner=_owner(),
        isShared=_is_shared() if resource.tracker_type is TrackerType.TRACKED_ENTITY else False,
        isDeleted=pl.col("deleted").fill_null(value=False),
        **{uid: _value(kind, uid) for uid in values},
    )


def _object_schema(kind: TrackerRequest) -> dict[str, pl.DataType]:
    pair = pl.Struct({kind.identifier or "none": pl.String, "value": pl.String})
    owner = pl.Struct({"program": pl.String, "orgUnit": pl.String})
    return {
        **dict.fromkeys(kind.names.values(), TEXT),
        "deleted": pl.Boolean(),
        kind.values or "none": pl.List(pair),
        "programOwners": pl.List(owner),
    }


def _plain(kind: TrackerRequest, name: str, resource: Resource) -> pl.Expr:
    found, is_nobodys = kind.names.get(name), is_of_nobody(resource)
    if found is None or (is_nobodys and name in _OF_PERSONS):
        return pl.lit(None, TEXT).alias(name)
    return (shorten_moment(pl.col(found)) if name.endswith("At") else pl.col(found)).alias(name)


def shorten_moment(moment: pl.Expr) -> pl.Expr:
    """Return a moment of DHIS2 as we write it: `2024-01-15T00:01:00`, and midnight as a date.

    Both sides are without zone, in the server's: it reads ours in its own, and writes it so.
    """
    return moment.str.strip_suffix(".000").str.strip_suffix("T00:00:00")


def as_kept(moment: pl.Expr, zone: str) -> pl.Expr:
    """Return a moment of ours as DHIS2 keeps it in its zone.

    Where clocks were put forward over it, it is as much later (seen on 2.42.5.2): a day of
    Africa/Cairo may begin at one o'clock, and then a date, which means midnight, is one o'clock.

    Args:
        moment: A date, or a date and a time, as text.
        zone: Name of the server's time zone.
    """
    local = (
        pl.when(moment.str.len_chars() == len("2024-04-26"))
        .then(moment + "T00:00:00")
        .otherwise(moment)
        .str.to_datetime(_SECONDS, strict=False)
    )
    is_left_out = local.is_not_null() & _in_zone(local, zone).is_null()
    leap = _ahead(local + _AROUND, zone) - _ahead(local - _AROUND, zone)
    return pl.when(is_left_out).then((local + leap).dt.strftime(_SECONDS)).otherwise(moment)


def _in_zone(local: pl.Expr, zone: str) -> pl.Expr:
    return local.dt.replace_time_zone(zone, non_existent="null", ambiguous="earliest")


def _ahead(local: pl.Expr, zone: str) -> pl.Expr:
    """Return by how much the clocks of a zone are ahead of UTC."""
    return local - _in_zone(local, zone).dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _value(kind: TrackerRequest, uid: str) -> pl.Expr:
    """Return one value; one that was emptied, which DHIS2 keeps as an empty one, is null."""
    if kind.values is None:
        return pl.lit(None, TEXT)
    element = pl.element()
    own = element.filter(element.struct.field(kind.identifier) == uid)
    found = pl.col(kind.values).list.eval(own.struct.field("value")).list.first()
    return pl.when(found.str.len_bytes() > 0).then(found)


def _owner() -> pl.Expr:
    element = pl.element()
    own = element.filter(element.struct.field("program") == INSUREE_PROGRAM.uid)
    return pl.col("programOwners").list.eval(own.struct.field("orgUnit")).list.first()


def _is_shared() -> pl.Expr:
    """Whether another program has the person; so also where DHIS2 names no program that has."""
    owners = pl.col("programOwners")
    ours = [program.uid for program in PROGRAMS]
    others = pl.element().struct.field("program").is_in(ours).not_()
    is_shared = owners.list.eval(others).list.any()
    return pl.when(owners.list.len() > 0).then(is_shared).fill_null(value=True)


def distinct(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row an object; it is read twice where it is in two programs, or on two pages.

    Of a person who is in both programs each reading may tell only its own program's values.
    """
    doubled = rows["uid"].is_duplicated()
    if not doubled.any():
        return rows
    shared = pl.col("isShared").any()
    merged = (
        rows.filter(doubled)
        .group_by("uid", maintain_order=True)
        .agg(pl.exclude("uid", "isShared").drop_nulls().first(), shared)
    )
    return pl.concat([rows.filter(~doubled), merged.select(rows.columns)])


def programs_of(resource: Resource) -> Iterator[dict[str, str]]:
    """Yield the parameters of the readings that together find all objects of a resource."""
    if resource.program is None:
        for program in PROGRAMS:
            yield {"program": program.uid}
    elif resource.stage is None:
        yield {"program": resource.program}
    else:
        yield {"program": resource.program, "programStage": resource.stage}
