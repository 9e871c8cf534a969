"""The delta of desired and acknowledged, one resource of one partition at a time.

    desired ──┐                                  ┌─► changes   create, update, delete, replace
              ├─ joined on key ─ classed ─ ruled ┤
    acknowledged ─┘        ▲                     ├─► rejects   held back, with reasons
                    the delta of the parent      └─► after     key and UID of what DHIS2 will hold

Parents come first: a child's parent UID is the one that its parent will have after this run.
Rules come after the comparison, so a row that breaks one is never taken for deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from transforms.changes.delta.comparison import compare_partition
from transforms.changes.delta.held_back_deletes import NO_UNDELETABLE_ROW
from transforms.changes.objects.generations import gets_a_uid, with_uids
from transforms.changes.objects.moves import cleared_values, moves, released_values
from transforms.changes.objects.parents import Parents, is_orphaned
from transforms.changes.objects.schemas import (
    CHANGE,
    FIXED,
    LEAVING,
    PLAIN,
    TEXTS,
    Change,
    is_acknowledged,
    is_kept,
    value_columns,
    with_missing_columns,
)
from transforms.model.resources import Resource
from transforms.openimis.tables.reasons import COUNTED_ONLY_REASONS, HOLDS_BACK_NEW_REASONS


@dataclass(frozen=True)
class Delta(Parents):
    """What a comparison found; see `delta`."""

    changes: pl.DataFrame
    rejects: pl.DataFrame
    counted_only: pl.DataFrame


def delta(
    resource: Resource,
    desired: pl.LazyFrame,
    acknowledged: pl.LazyFrame,
    *,
    above: Parents | None,
    collided: Sequence[str] = (),
    undeletable: pl.Series = NO_UNDELETABLE_ROW,
    first: int = 0,
    since: str | None = None,
) -> Delta:
    """Compare what DHIS2 should hold with what it has confirmed.

    Args:
        resource: The resource; both frames are one partition of it.
        desired: See `transforms.model.resources`.
        acknowledged: See `transforms.model.resources`; it may lack value columns, or have columns
            of fields that are no longer sent: those are sent as null.
        above: The delta of the parent resource in the same partition; None for a tracked entity.
        collided: Keys whose new UID another object has.
        undeletable: Rows of openIMIS of which nothing may be deleted; with a null, nothing at all.
        first: The generation with which objects begin; see `reconciliation/renumbering.py`.
        since: ISO day from which on days have come that had not at the last load; None for none.

    Returns:
        `changes`: the columns of `FIXED` and one a value. `cleared` names the values to empty,
        `released` the unique values to give up first, `moves` what an update does to each of its
        values and to `PLAIN` (`<Move>:<name>`; of what was unknown, nothing), `owner` is the
        owner org unit that DHIS2 has confirmed, `transfer` (Boolean) says that it must move.
        `rejects`: key, stage, reasons (List(String), never empty).
        `counted_only`: reason and count (UInt32) of objects that are not sent, and that nobody need
        list: DHIS2 has none of them, and the reason is one of
        `transforms.openimis.tables.reasons.COUNTED_ONLY_REASONS`.
        `after`: key and uid of every object that DHIS2 holds if all changes are accepted.
        `gone`: uid of every object that this delta deletes or replaces.
    """
    values = value_columns(resource, acknowledged)
    sides = (desired.drop("notes", strict=False), acknowledged)
    now, before = pl.collect_all([with_missing_columns(side, values) for side in sides])
    found = compare_partition(
        resource, now, before, values, above, undeletable=undeletable, first=first
    )
    judged = _with_reasons(with_uids(resource, found.changed), above, collided)
    going, staying = _divide(judged)
    changes = _to_changes(going, resource, values, since)
    held_back = judged.filter(_is_held_back()).with_columns(countedFor=_reason_to_count())
    return Delta(
        changes=changes,
        rejects=_rejects(held_back.filter(pl.col("countedFor").is_null()), found.unusable),
        counted_only=_counts(held_back.drop_nulls("countedFor")),
        after=_after(found.unchanged, changes, staying),
        gone=changes.filter(pl.col("change").is_in(LEAVING)).select(uid="uidBefore"),
    )


def _with_reasons(
    changed: pl.DataFrame, above: Parents | None, collided: Sequence[str]
) -> pl.DataFrame:
    """Add `reasons` (why a change is held back) and `orphaned` (its old parent goes away)."""
    orphan = pl.lit(value=above is not None) & pl.col("parentUid").is_null()
    reasons = pl.concat_list(
        _faults(),
        _reason(orphan, "parent_rejected"),
        _reason(pl.col("orgUnit").is_null(), "org_unit_missing"),
        _reason(pl.lit(value=above is not None) & pl.col("occurredAt").is_null(), "date_missing"),
        _reason(pl.col("uid").is_null(), "key_malformed"),
        _reason(gets_a_uid() & pl.col("key").is_in(list(collided)), "uid_double"),
    ).list.unique(maintain_order=True)
    is_delete = pl.col("change") == Change.DELETE.value
    return changed.with_columns(
        reasons=pl.when(~is_delete).then(reasons).otherwise(pl.lit([], TEXTS)),
        orphaned=is_orphaned(above),
    )


def _faults() -> pl.Expr:
    """Return the faults of an object; of one that DHIS2 has, those that hold it back too."""
    lasting = pl.element().filter(~pl.element().is_in(sorted(HOLDS_BACK_NEW_REASONS)))
    faults = pl.col("faults").fill_null([])
    return pl.when(is_acknowledged()).then(faults.list.eval(lasting)).otherwise(faults)


def _reason(broken: pl.Expr, code: str) -> pl.Expr:
    return pl.when(broken).then(pl.lit([code], TEXTS)).otherwise(pl.lit([], TEXTS))


def _is_held_back() -> pl.Expr:
    return pl.col("reasons").list.len() > 0


def _divide(judged: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the changes that go, and those that stay.

    A replace that is held back stays where it is, unless its old parent takes it along.
    """
    held_back = judged.filter(_is_held_back())
    is_replace = pl.col("change") == Change.REPLACE.value
    leaving = held_back.filter(is_replace & pl.col("orphaned")).with_columns(
        change=pl.lit(Change.DELETE.value).cast(CHANGE), uid=pl.col("uidBefore")
    )
    staying = held_back.filter(~(is_replace & pl.col("orphaned")))
    return pl.concat([judged.filter(~_is_held_back()), leaving]), staying


def _to_changes(
    going: pl.DataFrame, resource: Resource, values: list[str], since: str | None
) -> pl.DataFrame:
    unique = [field.key for field in resource.unique_fields]
    falling_due = {field.key for field in resource.fields if field.falls_due}
    return going.with_columns(
        parent=pl.col("parent").fill_null(pl.col("parentBefore")),
        person=pl.col("person").fill_null(pl.col("personBefore")),
        personBefore=pl.col("personBefore").fill_null(pl.col("person")),
        cleared=cleared_values(values),
        released=released_values(unique),
        moves=moves((*PLAIN, *values), falling_due, since),
        in_window=pl.col("in_window").fill_null(value=False),
    ).select(*FIXED, *values)


def _after(unchanged: pl.DataFrame, changes: pl.DataFrame, staying: pl.DataFrame) -> pl.DataFrame:
    """Return key and UID of every object that DHIS2 holds after the run."""
    present = changes.filter(is_kept()).select("key", "uid")
    old = staying.filter(is_acknowledged()).select("key", uid="uidBefore")
    return pl.concat([unchanged, present, old])


def _reason_to_count() -> pl.Expr:
    """Return the reason for which an object is counted only; null where it is a reject."""
    counted = pl.element().filter(pl.element().is_in(sorted(COUNTED_ONLY_REASONS)))
    reason = pl.col("reasons").list.eval(counted).list.first()
    return pl.when(~is_acknowledged()).then(reason)


def _counts(counted_only: pl.DataFrame) -> pl.DataFrame:
    return counted_only.group_by(reason="countedFor").agg(count=pl.len())


def _rejects(held_back: pl.DataFrame, unusable: pl.DataFrame) -> pl.DataFrame:
    stage = pl.lit("rule").alias("stage")
    return pl.concat(
        [
            held_back.select("key", stage, pl.col("reasons").cast(TEXTS)),
            unusable.select("key", stage, pl.col("reasons").cast(TEXTS)),
        ]
    )
