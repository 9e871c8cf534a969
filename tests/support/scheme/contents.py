"""What DHIS2 holds, and what the acknowledged state says that it holds; both as plain values."""

from typing import Any

import polars as pl

from staging.acknowledged import scan
from staging.current import read_current
from staging.layout import Target
from tests.support.sandbox import Sandbox
from transforms.changes.answers.metadata_changes import CONFIRMED
from transforms.changes.objects.schemas import FIXED, acknowledged_schema
from transforms.model.field_keys import uid_of
from transforms.model.resources import (
    METADATA,
    RESOURCE_BY_NAME,
    RESOURCES,
    Resource,
    TrackerType,
)
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM

Row = dict[str, Any]
Content = dict[str, dict[str, Row]]

DAILY = ("organisationUnits", "organisationUnitGroups", "options", "optionSets", "programs")
STAMPS = ("created", "lastUpdated")
VALUES = {"trackedEntities": "attributes", "events": "dataValues"}
KINDS = {
    TrackerType.TRACKED_ENTITY: "trackedEntities",
    TrackerType.ENROLLMENT: "enrollments",
    TrackerType.EVENT: "events",
}
IDENTIFIERS = ("trackedEntity", "enrollment", "event")


def held(sandbox: Sandbox) -> Content:
    """Return all that DHIS2 shows of people, and of what is pushed daily; time stamps aside."""
    metadata = {
        kind: {uid: _settled(row) for uid, row in sandbox.metadata(kind).items()} for kind in DAILY
    }
    return tracker(sandbox) | metadata


def tracker(sandbox: Sandbox) -> Content:
    """Return the living tracker objects by UID, with owners; a value that is null is none."""
    content = sandbox.content()
    for kind, name in VALUES.items():
        for row in content[kind].values():
            row[name] = _filled(row[name])
    for row in content["events"].values():
        del row["scheduledAt"]
    for row in (*content["events"].values(), *content["enrollments"].values()):
        del row["completedAt"]  # DHIS2's own: we do not say it
    return content


def _settled(row: Any) -> Any:
    """Return a metadata object without time stamps; the order of references says nothing."""
    if isinstance(row, dict):
        return {name: _settled(value) for name, value in row.items() if name not in STAMPS}
    if isinstance(row, list):
        return sorted((_settled(each) for each in row), key=repr)
    return row


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def lost_and_double(expected: Content, found: Content) -> tuple[int, int]:
    """Return how many objects are missing or not as they should be, and how many are too many."""
    lost = double = 0
    for kind in expected.keys() | found.keys():
        mine, theirs = expected.get(kind, {}), found.get(kind, {})
        lost += sum(theirs.get(uid) != row for uid, row in mine.items())
        double += len(theirs.keys() - mine.keys())
    return lost, double


def acknowledged(target: Target, resource: Resource) -> pl.DataFrame:
    """Return the acknowledged rows of a resource, tombstones too, in the order of their keys."""
    return _frames(target, resource.name, acknowledged_schema(resource)).sort("key")


def confirmed(target: Target) -> dict[str, pl.DataFrame]:
    """Return everything that is acknowledged; when and how it came there does not count."""
    history = ("run", "isLate")
    tracked = {
        each.name: acknowledged(target, each).drop(history, strict=False) for each in RESOURCES
    }
    daily = {name: _frames(target, name, CONFIRMED).drop("run").sort("key") for name in METADATA}
    return tracked | daily


def _frames(target: Target, name: str, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    current = read_current(target)
    assert current is not None, "Nothing was ever folded."
    partitions = range(current.partitions) if name not in METADATA else range(1)
    frames = [scan(target, current, name, number, schema) for number in partitions]
    return pl.concat(frames, how="diagonal").collect()


def claimed(target: Target) -> Content:
    """Return what DHIS2 holds, if the acknowledged state is right; compare with `tracker`."""
    content: Content = {kind: {} for kind in KINDS.values()}
    people = _uids(target, "tracked_entities")
    for resource in RESOURCES:
        for row in acknowledged(target, resource).filter(state="held").iter_rows(named=True):
            content[KINDS[resource.tracker_type]][row["uid"]] = row | {"of": resource}
    return {
        "trackedEntities": _tracked_entities(target, content["trackedEntities"]),
        "enrollments": {uid: _enrollment(row) for uid, row in content["enrollments"].items()},
        "events": {uid: _event(row, people) for uid, row in content["events"].items()},
    }


def _uids(target: Target, name: str) -> dict[str, str]:
    return dict(acknowledged(target, RESOURCE_BY_NAME[name]).select("key", "uid").iter_rows())


def _tracked_entities(target: Target, rows: dict[str, Row]) -> dict[str, Row]:
    owned = next(each for each in RESOURCES if each.owned)
    owners = dict(
        acknowledged(target, owned).filter(state="held").select("parentUid", "owner").iter_rows()
    )
    return {
        uid: {
            "trackedEntity": uid,
            "orgUnit": row["orgUnit"],
            "attributes": _values(row),
            "owner": owners.get(uid),
        }
        for uid, row in rows.items()
    }


def _enrollment(row: Row) -> Row:
    return {
        "enrollment": row["uid"],
        "trackedEntity": row["parentUid"],
        "program": row["of"].program,
        "orgUnit": row["orgUnit"],
        "status": row["status"],
        "enrolledAt": _moment(row["occurredAt"]),
    }


def _event(row: Row, people: dict[str, str]) -> Row:
    return {
        "event": row["uid"],
        "enrollment": row["parentUid"],
        "trackedEntity": people[row["person"]] if row["of"].parent else None,
        "programStage": row["of"].stage,
        "orgUnit": row["orgUnit"],
        "status": row["status"],
        "occurredAt": _moment(row["occurredAt"]),
        "dataValues": _values(row),
    }


def _values(row: Row) -> Row:
    known = {*FIXED, "state", "run", "isLate", "of"}
    return _filled({uid_of(name): value for name, value in row.items() if name not in known})


def _moment(text: str | None) -> str | None:
    """Return a date or time as DHIS2 writes it."""
    if text is None:
        return None
    return f"{text if 'T' in text else f'{text}T00:00:00'}.000"[:23]


def as_claimed(content: Content) -> Content:
    """Return what DHIS2 holds as far as the acknowledged state speaks of it.

    It speaks of a person's owner in the insuree program while he is enrolled there.
    """
    insured = _insured(content)
    people = {
        uid: {
            "trackedEntity": uid,
            "orgUnit": row["orgUnit"],
            "attributes": row["attributes"],
            "owner": row["owners"].get(INSUREE_PROGRAM.uid) if uid in insured else None,
        }
        for uid, row in content["trackedEntities"].items()
    }
    return {
        "trackedEntities": people,
        "enrollments": {
            uid: _without(row, "occurredAt", "deleted")
            for uid, row in content["enrollments"].items()
        },
        "events": {uid: _without(row, "deleted") for uid, row in content["events"].items()},
    }


def _insured(content: Content) -> set[str]:
    enrollments = content["enrollments"].values()
    return {row["trackedEntity"] for row in enrollments if row["program"] == INSUREE_PROGRAM.uid}


def claim_owners(content: Content) -> dict[str, str]:
    """Return the owner in the claims program of every tracked entity that has one."""
    return {
        uid: row["owners"][CLAIM_PROGRAM.uid]
        for uid, row in content["trackedEntities"].items()
        if CLAIM_PROGRAM.uid in row["owners"]
    }


def facilities(content: Content) -> set[tuple[str, str]]:
    """Return tracked entity and facility of every claim."""
    return {
        (row["trackedEntity"], row["orgUnit"])
        for row in content["enrollments"].values()
        if row["program"] == CLAIM_PROGRAM.uid
    }


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def by_key(content: Content, target: Target) -> Content:
    """Return what DHIS2 holds with openIMIS's keys in the place of all UIDs of its objects.

    The owner in the insuree program is that of a person who is enrolled there: DHIS2 keeps it
    after the enrollment has gone, and no request takes it back. For the owner in the claims
    program, which never moves, see `claim_owners`.
    """
    keys = _keys(target)
    insured = _insured(content)
    for uid, row in content["trackedEntities"].items():
        owner = row.pop("owners").get(INSUREE_PROGRAM.uid)
        row["owner"] = owner if uid in insured else None
    return {
        kind: {keys[identifier][uid]: _with_keys(row, keys) for uid, row in content[kind].items()}
        for kind, identifier in zip(KINDS.values(), IDENTIFIERS, strict=True)
    }


def _keys(target: Target) -> dict[str, dict[str, str]]:
    """Return identifier → UID → resource and key."""
    keys: dict[str, dict[str, str]] = {name: {} for name in IDENTIFIERS}
    for resource in RESOURCES:
        rows = acknowledged(target, resource).filter(state="held").select("uid", "key")
        identifier = IDENTIFIERS[list(KINDS).index(resource.tracker_type)]
        keys[identifier] |= {uid: f"{resource.name} {key}" for uid, key in rows.iter_rows()}
    return keys


def _with_keys(row: Row, keys: dict[str, dict[str, str]]) -> Row:
    return row | {name: keys[name][row[name]] for name in IDENTIFIERS if row.get(name)}


def differences(one: Content, other: Content) -> list[str]:
    """Return where two contents differ, one line each; empty if they are equal."""
    found = []
    for kind in sorted(one.keys() | other.keys()):
        mine, theirs = one.get(kind, {}), other.get(kind, {})
        for uid in sorted(mine.keys() | theirs.keys()):
            if mine.get(uid) != theirs.get(uid):
                found += _lines(f"{kind} {uid}", mine.get(uid), theirs.get(uid))
    return found


def _lines(what: str, mine: Row | None, theirs: Row | None) -> list[str]:
    if mine is None or theirs is None:
        return [f"{what}: only in the {'second' if mine is None else 'first'}"]
    return [
        f"{what}: {name}: {mine.get(name)!r} and {theirs.get(name)!r}"
        for name in sorted(mine.keys() | theirs.keys())
        if mine.get(name) != theirs.get(name)
    ]
