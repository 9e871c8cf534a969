"""How much a run would do to one resource: counts that are added up, partition by partition.

Memory does not grow with the scheme.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.changes.objects.moves import Move
from transforms.changes.objects.schemas import Change, State, with_missing_columns

COUNTS: dict[str, pl.DataType] = {"kind": pl.String(), "name": pl.String(), "objects": pl.Int64()}
PLACES: dict[str, pl.DataType] = {"orgUnit": pl.String(), "objects": pl.Int64()}
DUE, TOUCHED = "due", "touched"


@dataclass(frozen=True)
class ChangeCounts:
    """What a run would do to one resource.

    Attributes:
        acknowledged: Objects that DHIS2 has.
        counts: Kind of change or `Move` and name ("" for objects) to objects.
        at_places_with_objects: Creates that are not due, where DHIS2 has objects of the resource.
        value_counts: Name of a value to objects that DHIS2 has and that have it.
    """

    acknowledged: int
    counts: Mapping[tuple[str, str], int]
    at_places_with_objects: int
    value_counts: Mapping[str, int]


def count_changes(changes: pl.LazyFrame, since: str | None) -> pl.LazyFrame:
    """Count the changes of one resource of one partition: the columns of `COUNTS`.

    Args:
        changes: See `transforms.changes.delta.deltas`.
        since: As of `delta`.
    """
    kind = pl.when(_is_due(since)).then(pl.lit(DUE)).otherwise(pl.col("change").cast(pl.String))
    marks = pl.col("moves").list.eval(
        pl.element().str.starts_with(Move.ALTER) | pl.element().str.starts_with(Move.EMPTY)
    )
    is_touched = marks.list.any() | pl.col("transfer")
    move = pl.col("moves").str.splitn(":", 2)
    moves = changes.select(pl.col("moves").explode()).drop_nulls()
    rows = [
        changes.select(kind=kind, name=pl.lit("")),
        changes.filter((pl.col("change") == Change.UPDATE.value) & is_touched)
        .with_columns(kind=pl.lit(TOUCHED), name=pl.lit(""))
        .select("kind", "name"),
        moves.select(kind=move.struct.field("field_0"), name=move.struct.field("field_1")),
    ]
    return pl.concat(rows).group_by("kind", "name").agg(objects=pl.len().cast(pl.Int64))


def created_at(changes: pl.LazyFrame, since: str | None) -> pl.LazyFrame:
    """Count what is created and does not fall due, by org unit: the columns of `PLACES`."""
    return _by_place(changes.filter((pl.col("change") == Change.CREATE.value) & ~_is_due(since)))


def acknowledged_at(acknowledged: pl.LazyFrame) -> pl.LazyFrame:
    """Count what DHIS2 has, by org unit: the columns of `PLACES`."""
    return _by_place(acknowledged.filter(state=State.HELD.value))


def _by_place(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.group_by("orgUnit").agg(objects=pl.len().cast(pl.Int64))


def _is_due(since: str | None) -> pl.Expr:
    """Whether something is new because its day has come since the last load."""
    if since is None:
        return pl.lit(value=False)
    is_new = pl.col("change") == Change.CREATE.value
    return (is_new & (pl.col("occurredAt") >= since)).fill_null(value=False)


def add_up_counts(
    counts: Sequence[pl.DataFrame],
    created: Sequence[pl.DataFrame],
    acknowledged: Sequence[pl.DataFrame],
    value_counts: Mapping[str, int],
) -> ChangeCounts:
    """Add up what was counted partition by partition."""
    total = pl.concat([pl.DataFrame(schema=COUNTS), *counts])
    summed = total.group_by("kind", "name").agg(pl.col("objects").sum())
    places, new = (
        pl.concat([pl.DataFrame(schema=PLACES), *frames])
        .group_by("orgUnit")
        .agg(pl.col("objects").sum())
        for frames in (acknowledged, created)
    )
    at_its_places = new.join(places, on="orgUnit", how="semi")
    return ChangeCounts(
        acknowledged=int(places["objects"].sum()),
        counts={(kind, name): objects for kind, name, objects in summed.iter_rows()},
        at_places_with_objects=int(at_its_places["objects"].sum()),
        value_counts=value_counts,
    )


def count_values(acknowledged: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
    """Count, in one row, how many objects that DHIS2 has have each of some values."""
    present = with_missing_columns(acknowledged, names).filter(state=State.HELD.value)
    return present.select(pl.col(name).count().cast(pl.Int64) for name in names)


def emptied_values(counts: Sequence[pl.DataFrame]) -> list[str]:
    """Return the values that are emptied at all."""
    rows = pl.concat([pl.DataFrame(schema=COUNTS), *counts]).filter(kind=Move.EMPTY.value)
    return sorted(set(rows["name"]))


def count_by_kind(changes: pl.LazyFrame) -> dict[str, int]:
    """Return kind of change → objects, of changes with the column `change`."""
    counts = changes.group_by("change").len().cast({"change": pl.String})
    return dict(counts.collect().iter_rows())
