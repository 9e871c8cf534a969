"""Desired and acknowledged side by side: which rows are the same, and what becomes of the others.

Nearly all rows are the same. They are found first, without a join of wide rows; only the others
are joined on their key and classed.
"""

from dataclasses import dataclass

import polars as pl

from transforms.changes.delta.held_back_deletes import hold_back_deletes, rows_held_back
from transforms.changes.objects.generations import generation_after
from transforms.changes.objects.parents import Parents, has_same_parent, with_parents
from transforms.changes.objects.schemas import (
    BEFORE,
    CHANGE,
    PLAIN,
    Change,
    differs,
    is_acknowledged,
)
from transforms.model.resources import Resource


@dataclass(frozen=True)
class Classification:
    """What became of the keys of both sides.

    Attributes:
        unchanged: key and uid of what is the same on both sides, or may not be changed.
        changed: The columns of desired, those of acknowledged with `BEFORE`, and change,
            generation, parentUid, owner, transfer.
        unusable: key and reasons of desired rows without a key of their own.
    """

    unchanged: pl.DataFrame
    changed: pl.DataFrame
    unusable: pl.DataFrame


def compare_partition(
    resource: Resource,
    desired: pl.DataFrame,
    acknowledged: pl.DataFrame,
    values: list[str],
    above: Parents | None,
    *,
    undeletable: pl.Series,
    first: int,
) -> Classification:
    """Compare both sides of one partition of a resource; see `transforms.changes.deltas.delta`."""
    same = _same(resource, desired, acknowledged, values, above)
    joined, unusable = pl.collect_all(
        _join_sides(
            resource,
            _rows(desired, same["at"], others=True).lazy(),
            _rows(acknowledged, same["atBefore"], others=True).lazy(),
            values,
            above,
            rows_held_back(desired, undeletable),
            first,
            holds_all_back=undeletable.null_count() > 0,
        )
    )
    is_kept = pl.col("change").is_null() & is_acknowledged()
    kept = joined.filter(is_kept).select("key", uid="uidBefore")
    unchanged = _rows(acknowledged.select("key", "uid"), same["atBefore"])
    changed = joined.filter(pl.col("change").is_not_null())
    return Classification(pl.concat([unchanged, kept]), changed, unusable)


def _same(
    resource: Resource,
    desired: pl.DataFrame,
    acknowledged: pl.DataFrame,
    values: list[str],
    above: Parents | None,
) -> pl.DataFrame:
    """Return where the rows are (`at`, `atBefore`) of which both sides say the same.

    Both sides are sorted alike. Without what only one of them has, they lie side by side.
    """
    pairs = _pairs(desired, acknowledged)
    now = _rows(desired.select("parent", *PLAIN, *values), pairs["at"])
    compared_columns = pl.col("state", "parentUid", "owner", *PLAIN, *values)
    before = _rows(acknowledged.select(compared_columns.name.suffix(BEFORE)), pairs["atBefore"])
    rows = pl.concat([pairs, now, before], how="horizontal").with_columns(
        isDesired=True, parentUid=_parent_uids(now["parent"], above)
    )
    classed = rows.lazy().pipe(_class_rows, resource, values)
    return classed.filter(pl.col("change").is_null()).select("at", "atBefore").collect()


def _pairs(desired: pl.DataFrame, acknowledged: pl.DataFrame) -> pl.DataFrame:
    """Return where the rows with a key of both sides are, leaving out keys that one has twice."""
    at = desired.lazy().select("key").with_row_index("at")
    before = acknowledged.lazy().select("key").with_row_index("atBefore")
    pairs = at.join(before, on="key").select("at", "atBefore").sort("at").collect()
    if all(pairs[side].n_unique() == len(pairs) for side in ("at", "atBefore")):
        return pairs
    return pairs.filter(pl.col("at").is_unique() & pl.col("atBefore").is_unique())


def _parent_uids(parents: pl.Series, above: Parents | None) -> pl.Series:
    """Return the UID that each parent will have; neighbours with one parent look it up once."""
    run = parents.rle_id()
    firsts = parents.filter(run.ne_missing(run.shift(1))).to_frame("parent").lazy()
    return with_parents(firsts, above).collect()["parentUid"].gather(run)


def _rows(frame: pl.DataFrame, numbers: pl.Series, *, others: bool = False) -> pl.DataFrame:
    """Return the rows with these numbers, in their order; or all others."""
    if not others and not numbers.is_sorted():
        return frame[numbers]
    chosen = pl.repeat(others, len(frame), eager=True).scatter(numbers, not others)
    return frame.filter(chosen)


def _join_sides(
    resource: Resource,
    desired: pl.LazyFrame,
    acknowledged: pl.LazyFrame,
    values: list[str],
    above: Parents | None,
    held_back: pl.LazyFrame,
    first: int,
    *,
    holds_all_back: bool,
) -> list[pl.LazyFrame]:
    """Join both sides and class every key; unchanged ones have a null `change`.

    Also return the keys that openIMIS has twice; they are not compared.
    """
    before = _without_doubled(acknowledged, desired).select(
        "key", pl.exclude("key").name.map(lambda name: f"{name}{BEFORE}")
    )
    usable = desired.filter(_is_usable()).with_columns(isDesired=True)
    joined = usable.join(before, on="key", how="full", coalesce=True)
    classed = (
        joined.with_columns(isDesired=pl.col("isDesired").fill_null(value=False))
        .pipe(with_parents, above)
        .pipe(_class_rows, resource, values)
        .pipe(hold_back_deletes, held_back, above, holds_all_back=holds_all_back)
        .with_columns(generation=generation_after(first))
    )
    return [classed, _unusable_keys(desired)]


def _is_usable() -> pl.Expr:
    return pl.col("key").is_not_null() & (pl.len().over("key") == 1)


def _without_doubled(acknowledged: pl.LazyFrame, desired: pl.LazyFrame) -> pl.LazyFrame:
    """Leave out keys that openIMIS has twice: nobody can tell which row is the object."""
    doubled = desired.group_by("key").len().filter(pl.col("len") > 1)
    return acknowledged.join(doubled, on="key", how="anti")


def _unusable_keys(desired: pl.LazyFrame) -> pl.LazyFrame:
    reason = pl.when(pl.col("key").is_null()).then(pl.lit("key_missing"))
    return desired.filter(~_is_usable()).select(
        "key", reasons=pl.concat_list(reason.otherwise(pl.lit("key_double")))
    )


def _class_rows(rows: pl.LazyFrame, resource: Resource, values: list[str]) -> pl.LazyFrame:
    return (
        rows.with_columns(_owner(resource))
        .with_columns(transfer=_transfer())
        .with_columns(change=_change(values))
    )


def _owner(resource: Resource) -> pl.Expr:
    """The owner that DHIS2 has confirmed: it outlives the enrollment, not the person."""
    owner = pl.when(has_same_parent()).then(pl.col("ownerBefore"))
    return (owner if resource.owned else pl.lit(None, pl.String)).alias("owner")


def _transfer() -> pl.Expr:
    return pl.col("isDesired") & (pl.col("owner") != pl.col("orgUnit")).fill_null(value=False)


def _change(values: list[str]) -> pl.Expr:
    is_desired = pl.col("isDesired")
    is_other = pl.any_horizontal(*(differs(name) for name in (*PLAIN, *values)), "transfer")
    return (
        pl.when(is_desired & ~is_acknowledged())
        .then(pl.lit(Change.CREATE.value))
        .when(is_desired & ~has_same_parent())
        .then(pl.lit(Change.REPLACE.value))
        .when(is_desired & is_other)
        .then(pl.lit(Change.UPDATE.value))
        .when(~is_desired & is_acknowledged())
        .then(pl.lit(Change.DELETE.value))
        .cast(CHANGE)
    )
