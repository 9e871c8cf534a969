"""Reconciliation: what DHIS2 holds, beside what it has confirmed; one bucket of UIDs at a time.

    acknowledged ─┐                          missing     we hold it, DHIS2 does not
                  ├─ joined on uid ─ judged ─ different   both hold it, with other values
    read back ────┘                          unexpected  DHIS2 holds it, we do not
                                                 │
                            repairs ◄────────────┘  what acknowledged has to say instead

A repair sends nothing. It lets acknowledged say what is so, and the next delta sees what is to be
done: missing objects are created, values corrected, unexpected objects deleted, or, if openIMIS
wants them, taken for what they are.

What becomes of an object that is missing:
    DHIS2 has deleted it      its UID is taken for ever: a tombstone, the next generation follows
    DHIS2 knows nothing of it its UID is free: as before it was created, the same UID follows
    DHIS2 does not tell which its UID may be taken for ever: as if it was deleted
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from transforms.changes.deltas import acknowledged_schema, first_uid
from transforms.changes.fold import State
from transforms.core.uids import uid_of_generation
from transforms.dhis2.read_back import as_kept
from transforms.model.field_keys import KEY_OF_UID
from transforms.model.resources import Resource

STRANGER = "unexpected:"
COMPARED = ("parentUid", "orgUnit", "status", "occurredAt")
READ = "Read"


class Kind(StrEnum):
    """What a comparison finds."""

    MISSING = "missing"
    DIFFERENT = "different"
    UNEXPECTED = "unexpected"


class Detail(StrEnum):
    """More of it."""

    DELETED = "deleted in DHIS2"
    UNKNOWN = "DHIS2 knows nothing of it"
    UNTOLD = "DHIS2 does not tell whether it was deleted"
    WANTED = "openIMIS has it"
    RETURNED = "was deleted by us"
    STRANGER = "openIMIS does not have it"
    SHARED = "also in another program: stays"


_NOTES = ("kind", "detail", "foundUid", "foundOrgUnit", "stays")
_TOMBSTONE = ("key", "uid", "generation", "state", "person", "owner", "parent", "parentUid")
FINDINGS: dict[str, pl.DataType] = {
    name: pl.String() for name in ("resource", "kind", "detail", "uid", "orgUnit")
}
IDENTITIES: dict[str, pl.DataType] = {
    **{name: pl.String() for name in ("uid", "key", "parent", "person")},
    "generation": pl.Int32(),
}
SIDES = ("openIMIS", "acknowledged", "DHIS2")


@dataclass(frozen=True)
class Compared:
    """What was found in a bucket.

    Attributes:
        findings: The columns of `FINDINGS`.
        repairs: Acknowledged rows to put in place of those with the same key; one without
            `state` takes that row away.
        counts: orgUnit and objects: what DHIS2 holds.
    """

    findings: pl.DataFrame
    repairs: pl.DataFrame
    counts: pl.DataFrame


def wanted_identities(
    resource: Resource, desired: pl.LazyFrame, acknowledged: pl.LazyFrame, first: int = 0
) -> pl.LazyFrame:
    """Return who the objects would be that are wanted and not held: the columns of `IDENTITIES`.

    Args:
        resource: The resource.
        desired: One partition of it.
        acknowledged: The same partition.
        first: The generation with which objects begin; see `transforms.changes.renumbering`.
    """
    known = acknowledged.select("key", "state", before="generation")
    wanted = desired.filter(pl.col("key").is_not_null()).unique("key", keep="none")
    free = wanted.join(known, on="key", how="left").filter(
        pl.col("state").ne_missing(pl.lit(State.HELD.value))
    )
    generation = (pl.col("before") + 1).fill_null(first).cast(pl.Int32)
    named = free.with_columns(generation=generation)
    uid = uid_at(resource, pl.col("generation"))
    return named.with_columns(uid=uid).select(*IDENTITIES).drop_nulls("uid")


def uid_at(resource: Resource, generation: pl.Expr) -> pl.Expr:
    """Return the UID that the object of the column `key` has in a generation."""
    later = uid_of_generation(resource.name, pl.col("key"), generation)
    return pl.when(generation == 0).then(first_uid(resource)).otherwise(later)


def held(acknowledged: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows of objects that DHIS2 has confirmed to hold."""
    return acknowledged.filter(state=State.HELD.value)


def missing(known: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """Return the acknowledged rows of objects that are held and were not read."""
    return known.filter(state=State.HELD.value).join(read, on="uid", how="anti")


def compared(
    resource: Resource,
    known: pl.DataFrame,
    wanted: pl.DataFrame,
    read: pl.DataFrame,
    deleted: Sequence[str] | None,
    values: Sequence[str],
    zone: str = "UTC",
) -> Compared:
    """Compare a bucket of what is acknowledged with what DHIS2 holds.

    Args:
        resource: The resource.
        known: Acknowledged rows, tombstones too.
        wanted: See `wanted_identities`.
        read: A read-back frame, one row a UID, without deleted objects. Its values are called by
            UIDs; from here on, by their keys.
        deleted: UIDs that DHIS2 says it has deleted; None where its version does not tell.
        values: Keys of the values that are compared.
        zone: DHIS2's time zone.
    """
    read = read.rename(KEY_OF_UID, strict=False)
    gone = _gone(resource, missing(known, read), deleted)
    changed = _changed(resource, known, read, values, zone)
    new = _new(resource, known, wanted, read)
    parts = [gone, changed, new]
    findings = [each.select(resource=pl.lit(resource.name), **_found()) for each in parts]
    columns = acknowledged_schema(resource) | dict.fromkeys(values, pl.String())
    repairs = [_in_columns(each.filter(~pl.col("stays")), columns) for each in parts]
    counts = read.group_by("orgUnit").agg(objects=pl.len())
    return Compared(pl.concat(findings), pl.concat(repairs), counts)


def _found() -> dict[str, pl.Expr]:
    return {
        "kind": pl.col("kind"),
        "detail": pl.col("detail"),
        "uid": pl.col("foundUid"),
        "orgUnit": pl.col("foundOrgUnit"),
    }


def _noted(rows: pl.DataFrame, kind: Kind, detail: pl.Expr) -> pl.DataFrame:
    return rows.with_columns(
        kind=pl.lit(kind.value),
        detail=detail,
        foundUid=pl.col("uid"),
        foundOrgUnit=pl.col("orgUnit"),
        stays=pl.lit(value=False),
    )


def _in_columns(rows: pl.DataFrame, columns: dict[str, pl.DataType]) -> pl.DataFrame:
    return rows.select(
        pl.col(name).cast(dtype) if name in rows.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in columns.items()
    )


def _gone(resource: Resource, rows: pl.DataFrame, deleted: Sequence[str] | None) -> pl.DataFrame:
    """Return tombstones of what DHIS2 has deleted, and what came before of what it never had."""
    detail = _why_missing(deleted)
    noted = _noted(rows, Kind.MISSING, detail)
    # The UID of an unknown object is free: the generation before it is the last one that is taken.
    is_deleted = detail != Detail.UNKNOWN.value
    generation = pl.col("generation") - is_deleted.not_().cast(pl.Int32)
    return (
        noted.with_columns(
            generation=generation,
            state=pl.when(generation >= 0).then(pl.lit(State.DELETED.value)),
        )
        .with_columns(uid=pl.when(is_deleted).then("uid").otherwise(_uid_before(resource)))
        .select(*_TOMBSTONE, *_NOTES)
    )


def _why_missing(deleted: Sequence[str] | None) -> pl.Expr:
    if deleted is None:
        return pl.lit(Detail.UNTOLD.value)
    is_deleted = pl.col("uid").is_in(list(deleted))
    return (
        pl.when(is_deleted)
        .then(pl.lit(Detail.DELETED.value))
        .otherwise(pl.lit(Detail.UNKNOWN.value))
    )


def _uid_before(resource: Resource) -> pl.Expr:
    return uid_at(resource, pl.col("generation").clip(lower_bound=0))


def _changed(
    resource: Resource,
    known: pl.DataFrame,
    read: pl.DataFrame,
    values: Sequence[str],
    zone: str,
) -> pl.DataFrame:
    """Return held objects with the values that DHIS2 has."""
    names = [*COMPARED, *(("owner",) if resource.owned else ()), *values]
    rows = known.filter(state=State.HELD.value).join(read, on="uid", suffix=READ)
    differing = [_differs(name, zone) for name in names]
    named = [
        pl.when(differs).then(pl.lit(label))
        for differs, label in zip(differing, _labels(resource, names), strict=True)
    ]
    detail = pl.concat_list(named).list.drop_nulls().list.join(", ")
    found = _noted(rows.filter(pl.any_horizontal(differing)), Kind.DIFFERENT, detail)
    return found.with_columns(
        pl.when(differs).then(f"{name}{READ}").otherwise(name).alias(name)
        for name, differs in zip(names, differing, strict=True)
    )


def _differs(name: str, zone: str) -> pl.Expr:
    ours, theirs = pl.col(name), pl.col(f"{name}{READ}")
    if name == "owner":  # not told to every user
        return (ours != theirs).fill_null(value=False)
    if name == "occurredAt":
        return ours.ne_missing(theirs) & as_kept(ours, zone).ne_missing(theirs)
    return ours.ne_missing(theirs)


def _labels(resource: Resource, names: Sequence[str]) -> list[str]:
    fields = {field.key: field.name for field in resource.fields}
    return [fields.get(name, name) for name in names]


def _new(
    resource: Resource, known: pl.DataFrame, wanted: pl.DataFrame, read: pl.DataFrame
) -> pl.DataFrame:
    """Return what DHIS2 holds and we do not, as held: under its key, or as a stranger."""
    tombstones = known.filter(pl.col("state") != State.HELD.value)
    others = read.join(known.filter(state=State.HELD.value), on="uid", how="anti")
    mine = [_of(tombstones, Detail.RETURNED), _of(wanted, Detail.WANTED)]
    identities = pl.concat(mine).unique("uid", keep="first")
    rows = others.join(identities, on="uid", how="left").with_columns(
        parent=pl.coalesce("parent", STRANGER + pl.col("parentUid")),
        person=pl.coalesce("person", STRANGER + pl.col("personUid")),
        generation=pl.col("generation").fill_null(0),
        key=pl.coalesce("key", STRANGER + pl.col("uid")),
        state=pl.lit(State.HELD.value),
    )
    is_foreign = pl.col("isShared") & pl.col("identity").is_null()
    detail = (
        pl.when(is_foreign)
        .then(pl.lit(Detail.SHARED.value))
        .otherwise(pl.coalesce("identity", pl.lit(Detail.STRANGER.value)))
    )
    owner = pl.col("owner") if resource.owned else pl.lit(None, pl.String)
    return _noted(rows, Kind.UNEXPECTED, detail).with_columns(stays=is_foreign, owner=owner)


def _of(identities: pl.DataFrame, detail: Detail) -> pl.DataFrame:
    return identities.select(*IDENTITIES, identity=pl.lit(detail.value))


def lacking_findings(name: str, lacking: pl.LazyFrame) -> pl.LazyFrame:
    """Return as findings the confirmed org units or options (`name`) that DHIS2 lacks.

    Args:
        name: Of the metadata resource.
        lacking: uid.
    """
    return lacking.select(
        resource=pl.lit(name),
        kind=pl.lit(Kind.MISSING.value),
        detail=pl.lit(Detail.UNKNOWN.value),
        uid="uid",
        orgUnit=pl.lit(None, pl.String),
    )


def with_persons(repairs: pl.LazyFrame, persons: pl.LazyFrame) -> pl.LazyFrame:
    """Give strangers of known people those people's keys, so that they lie together.

    Args:
        repairs: See `Compared`.
        persons: uid and key of tracked entities.
    """
    named = persons.select(person=STRANGER + pl.col("uid"), personKey="key").unique("person")
    return (
        repairs.join(named, on="person", how="left")
        .with_columns(person=pl.coalesce("personKey", "person"))
        .drop("personKey")
    )


def strangers(repairs: pl.LazyFrame) -> pl.LazyFrame:
    """Return uid of every person that a stranger names."""
    named = repairs.filter(pl.col("person").str.starts_with(STRANGER))
    return named.select(uid=pl.col("person").str.strip_prefix(STRANGER)).unique()


def repaired(acknowledged: pl.LazyFrame, repairs: pl.LazyFrame, run: str) -> pl.LazyFrame:
    """Return an acknowledged partition as it has to be.

    Args:
        acknowledged: The partition.
        repairs: See `Compared`; of the people of this partition.
        run: The run's id.
    """
    kept = acknowledged.join(repairs, on="key", how="anti")
    put = _told_apart(repairs.filter(pl.col("state").is_not_null()))
    return pl.concat([kept, put.with_columns(run=pl.lit(run))], how="diagonal").sort(
        "person", "key"
    )


def _told_apart(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Leave the key to the last of several generations that DHIS2 holds; the others are strange."""
    age = pl.col("generation").rank("ordinal", descending=True).over("key")
    key = pl.when(age == 1).then("key").otherwise(STRANGER + pl.col("uid"))
    return rows.with_columns(key=key)


def with_owners(read: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """Return read-back enrollments with the owner that DHIS2 tells of their person.

    Args:
        read: A read-back frame of enrollments.
        people: That of tracked entities.
    """
    owners = people.group_by("uid").agg(personOwner=pl.col("owner").drop_nulls().first())
    return (
        read.join(owners, left_on="parentUid", right_on="uid", how="left")
        .with_columns(owner="personOwner")
        .drop("personOwner")
    )


def totals(counted: Sequence[pl.LazyFrame], findings: pl.LazyFrame) -> pl.DataFrame:
    """Return what the three hold, side by side, with what was found.

    Args:
        counted: Frames with resource, side (one of `SIDES`), orgUnit and objects.
        findings: The columns of `FINDINGS`.

    Returns:
        resource, orgUnit, openIMIS, acknowledged, DHIS2, missing, different, unexpected.
    """
    found = findings.group_by("resource", "orgUnit", side="kind").agg(objects=pl.len())
    sides = pl.concat(
        [each.cast({"objects": pl.Int64}) for each in (*counted, found)], how="diagonal"
    )
    return (
        sides.group_by("resource", "orgUnit")
        .agg(_sum_of(name) for name in (*SIDES, *(kind.value for kind in Kind)))
        .sort("resource", "orgUnit")
        .collect()
    )


def _sum_of(side: str) -> pl.Expr:
    return pl.col("objects").filter(pl.col("side") == side).sum().alias(side)
