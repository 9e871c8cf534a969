"""Reconciliation: what DHIS2 holds, beside what it has confirmed; one bucket of UIDs at a time.

    acknowledged ─┐                          missing     we hold it, DHIS2 does not
                  ├─ joined on uid ─ judged ─ different   both hold it, with other values
    read back ────┘                          unexpected  DHIS2 holds it, we do not
                                                 │
                            repairs ◄────────────┘  what acknowledged has to say instead

A repair sends nothing. It lets acknowledged say what is so, and the next delta sees what is to be
done: missing objects are created, values corrected, unexpected objects deleted, or, if openIMIS
has them, taken for what they are.

What becomes of an object that is missing:
    DHIS2 has deleted it      its UID is taken for ever: a tombstone, the next generation follows
    DHIS2 knows nothing of it its UID is free: as before it was created, the same UID follows
    DHIS2 does not tell which its UID may be taken for ever: as if it was deleted
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from transforms.changes.objects.generations import uid_at
from transforms.changes.objects.identities import IDENTITIES, STRANGER
from transforms.changes.objects.schemas import State, acknowledged_schema
from transforms.changes.reconciliation.findings import Detail, FindingKind
from transforms.dhis2.read_back import as_kept
from transforms.model.field_keys import KEY_OF_UID
from transforms.model.resources import Resource

COMPARED = ("parentUid", "orgUnit", "status", "occurredAt")
READ = "Read"
_NOTES = ("kind", "detail", "foundUid", "foundOrgUnit", "stays")
_TOMBSTONE = ("key", "uid", "generation", "state", "person", "owner", "parent", "parentUid")


@dataclass(frozen=True)
class BucketComparison:
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


def missing_rows(acknowledged: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """Return the acknowledged rows of objects that were not read; tombstones aside."""
    return acknowledged.filter(state=State.HELD.value).join(read, on="uid", how="anti")


def compare_bucket(
    resource: Resource,
    acknowledged: pl.DataFrame,
    desired: pl.DataFrame,
    read: pl.DataFrame,
    deleted: Sequence[str] | None,
    values: Sequence[str],
    zone: str = "UTC",
    strangers: pl.DataFrame | None = None,
) -> BucketComparison:
    """Compare a bucket of what is acknowledged with what DHIS2 holds.

    Args:
        resource: The resource.
        acknowledged: Acknowledged rows, tombstones too; it may lack columns of values.
        desired: See `transforms.changes.identities.desired_identities`.
        read: A read-back frame, one row a UID, without deleted objects. Its values are called by
            UIDs; from here on, by their keys.
        deleted: UIDs that DHIS2 says it has deleted; None where its version does not tell.
        values: Keys of the values that are compared.
        zone: DHIS2's time zone.
        strangers: The same as `desired`, of what nobody here knows and can be named all the same.
    """
    columns = acknowledged_schema(resource) | dict.fromkeys(values, pl.String())
    # What was acknowledged before a field was new lacks its column.
    acknowledged = _in_columns(acknowledged, columns)
    read = read.rename(KEY_OF_UID, strict=False)
    gone = _tombstones(resource, missing_rows(acknowledged, read), deleted)
    changed = _find_changed(resource, acknowledged, read, values, zone)
    new = _new(resource, acknowledged, desired, read, strangers)
    parts = [gone, changed, new]
    findings = [each.select(resource=pl.lit(resource.name), **_finding_columns()) for each in parts]
    repairs = [_in_columns(each.filter(~pl.col("stays")), columns) for each in parts]
    counts = read.group_by("orgUnit").agg(objects=pl.len())
    return BucketComparison(pl.concat(findings), pl.concat(repairs), counts)


def _finding_columns() -> dict[str, pl.Expr]:
    return {
        "kind": pl.col("kind"),
        "detail": pl.col("detail"),
        "uid": pl.col("foundUid"),
        "orgUnit": pl.col("foundOrgUnit"),
    }


def _with_finding(rows: pl.DataFrame, kind: FindingKind, detail: pl.Expr) -> pl.DataFrame:
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


def _tombstones(
    resource: Resource, rows: pl.DataFrame, deleted: Sequence[str] | None
) -> pl.DataFrame:
    """Return the tombstone of each deleted object; of one that never arrived, the one before."""
    detail = _why_missing(deleted)
    noted = _with_finding(rows, FindingKind.MISSING, detail)
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
        return pl.lit(Detail.UNCLEAR.value)
    is_deleted = pl.col("uid").is_in(list(deleted))
    return (
        pl.when(is_deleted)
        .then(pl.lit(Detail.DELETED.value))
        .otherwise(pl.lit(Detail.UNKNOWN.value))
    )


def _uid_before(resource: Resource) -> pl.Expr:
    return uid_at(resource, pl.col("generation").clip(lower_bound=0))


def _find_changed(
    resource: Resource,
    acknowledged: pl.DataFrame,
    read: pl.DataFrame,
    values: Sequence[str],
    zone: str,
) -> pl.DataFrame:
    """Return acknowledged objects with the values that DHIS2 has."""
    names = [*COMPARED, *(("owner",) if resource.owned else ()), *values]
    rows = acknowledged.filter(state=State.HELD.value).join(read, on="uid", suffix=READ)
    differing = [_differs(name, zone) for name in names]
    named = [
        pl.when(differs).then(pl.lit(label))
        for differs, label in zip(differing, _labels(resource, names), strict=True)
    ]
    detail = pl.concat_list(named).list.drop_nulls().list.join(", ")
    found = _with_finding(rows.filter(pl.any_horizontal(differing)), FindingKind.DIFFERENT, detail)
    return found.with_columns(
        pl.when(differs).then(f"{name}{READ}").otherwise(name).alias(name)
        for name, differs in zip(names, differing, strict=True)
    )


def _differs(name: str, zone: str) -> pl.Expr:
    ours, theirs = pl.col(name), pl.col(f"{name}{READ}")
    if name == "owner":  # DHIS2 does not answer it to every user
        return (ours != theirs).fill_null(value=False)
    if name == "occurredAt":
        return ours.ne_missing(theirs) & as_kept(ours, zone).ne_missing(theirs)
    return ours.ne_missing(theirs)


def _labels(resource: Resource, names: Sequence[str]) -> list[str]:
    fields = {field.key: field.name for field in resource.fields}
    return [fields.get(name, name) for name in names]


def _new(
    resource: Resource,
    acknowledged: pl.DataFrame,
    desired: pl.DataFrame,
    read: pl.DataFrame,
    strangers: pl.DataFrame | None,
) -> pl.DataFrame:
    """Return what DHIS2 holds and we do not, as acknowledged: under its key, or as a stranger."""
    tombstones = acknowledged.filter(pl.col("state") != State.HELD.value)
    others = read.join(acknowledged.filter(state=State.HELD.value), on="uid", how="anti")
    mine = [_of(tombstones, Detail.RETURNED), _of(desired, Detail.DESIRED)]
    mine += [] if strangers is None else [_of(strangers, Detail.STRANGER)]
    identities = pl.concat(mine).unique("uid", keep="first")
    rows = others.join(identities, on="uid", how="left").with_columns(
        parent=pl.coalesce("parent", STRANGER + pl.col("parentUid")),
        person=pl.coalesce("person", STRANGER + pl.coalesce("personUid", "uid")),
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
    return _with_finding(rows, FindingKind.UNEXPECTED, detail).with_columns(
        stays=is_foreign, owner=owner
    )


def _of(identities: pl.DataFrame, detail: Detail) -> pl.DataFrame:
    return identities.select(*IDENTITIES, identity=pl.lit(detail.value))


def with_owners(read: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """Return read-back enrollments with the owner that DHIS2 answers of their person.

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
