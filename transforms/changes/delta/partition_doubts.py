"""What a first comparison, partition by partition, cannot know.

An object that changed its person may have changed its partition: it looks new in one and deleted in
another. And two objects of different partitions may have got one UID. Both are found in the changes
of all partitions; then the comparison is made once more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.changes.objects.partitions import MOVERS, collisions, movers
from transforms.changes.objects.schemas import Change
from transforms.model.resources import Resource, TrackerType

COLLIDED: dict[str, pl.DataType] = {
    "resource": pl.String(),
    "key": pl.String(),
    "partition": pl.Int32(),
}
Sides = Mapping[str, pl.LazyFrame]
InBuckets = Callable[[Sides, str], Iterable[Sides]]
"""Takes `created` and `acknowledged` and a column; yields them so that rows that are equal in the
column come together: sides that are larger than memory come bucket by bucket."""


@dataclass(frozen=True)
class PartitionDoubts:
    """What a first comparison cannot know.

    Attributes:
        movers: Objects whose acknowledged row lies in another partition; see `MOVERS`.
        collided: resource, key and partition of new objects whose UID another object has.
    """

    movers: pl.DataFrame
    collided: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether the comparison may be believed."""
        return self.movers.is_empty() and self.collided.is_empty()

    @property
    def partitions(self) -> set[int]:
        """The partitions that are compared otherwise once these are known."""
        ends = (self.movers["source"], self.movers["destination"], self.collided["partition"])
        return {number for numbers in ends for number in numbers}


NO_PARTITION_DOUBTS = PartitionDoubts(pl.DataFrame(schema=MOVERS), pl.DataFrame(schema=COLLIDED))


@dataclass(frozen=True)
class Partitioned:
    """All partitions of one resource; each frame has the number as `partition`.

    Attributes:
        resource: The resource.
        changes: key, uid, change, generation, uidBefore, parentUidBefore, partition.
        desired: key, partition.
        acknowledged: key, uid, partition.
        first_generation: The generation with which its objects begin.
    """

    resource: Resource
    changes: pl.LazyFrame
    desired: pl.LazyFrame
    acknowledged: pl.LazyFrame
    first_generation: int

    @property
    def created(self) -> pl.LazyFrame:
        """The changes that look new."""
        return self.changes.filter(
            pl.col("change").is_in([Change.CREATE.value, Change.REPLACE.value])
        )


def at_once(sides: Sides, by: str) -> Iterable[Sides]:
    """Return the sides as they are: see `InBuckets`."""
    del by
    return [sides]


def partition_doubts(
    resources: Sequence[Partitioned], partitions: int, in_buckets: InBuckets = at_once
) -> PartitionDoubts:
    """Return what the comparison of these changes could not know.

    Args:
        resources: All of them, parents first.
        partitions: Into how many partitions people are divided; within a single one nobody moves.
        in_buckets: How sides come together that are larger than memory.
    """
    moved = _all_movers(resources, in_buckets) if partitions > 1 else ()
    kinds = [
        kind
        for kind in TrackerType
        if any(each.resource.tracker_type is kind for each in resources)
    ]
    taken = (each for kind in kinds for each in _find_collisions(resources, kind, in_buckets))
    return PartitionDoubts(
        pl.concat([NO_PARTITION_DOUBTS.movers, *moved]),
        pl.concat([NO_PARTITION_DOUBTS.collided, *taken]),
    )


def _all_movers(resources: Sequence[Partitioned], in_buckets: InBuckets) -> Iterator[pl.DataFrame]:
    """Yield the movers of every resource, parents first; a deleted parent takes along its own.

    What looks deleted stays where it is desired: it may be held back there.
    """
    gone: dict[str | None, pl.Series] = {None: pl.Series([], dtype=pl.String)}
    for each in resources:
        left = _find_departures(each)
        orphaned = pl.col("parentUidBefore").is_in(gone[each.resource.parent].implode())
        alone = left.filter(~orphaned.fill_null(value=False))
        moved = pl.concat([*_find_arrivals(each, in_buckets), _find_misplaced(each, alone)])
        gone[each.resource.name] = left.join(moved, on="key", how="anti")["uidBefore"]
        yield moved.unique("key", keep="any")


def _find_departures(each: Partitioned) -> pl.DataFrame:
    """Return what looks deleted: key, uidBefore, parentUidBefore and partition."""
    return (
        each.changes.filter(pl.col("change") == Change.DELETE.value)
        .select("key", "uidBefore", "parentUidBefore", "partition")
        .collect()
    )


def _find_arrivals(each: Partitioned, in_buckets: InBuckets) -> Iterator[pl.DataFrame]:
    """Yield what looks new in one partition and is acknowledged in another."""
    is_first = pl.col("generation") == each.first_generation
    sides = {
        "created": each.created.filter(is_first).select("key", "partition"),
        "acknowledged": each.acknowledged.select("key", "partition"),
    }
    for some in in_buckets(sides, "key"):
        yield movers(each.resource.name, some["created"], some["acknowledged"])


def _find_misplaced(each: Partitioned, left: pl.DataFrame) -> pl.DataFrame:
    """Return what looks deleted in one partition and is desired, or held back, in another."""
    desired = each.desired.filter(pl.col("key").is_in(left["key"].implode()))
    return movers(each.resource.name, desired, left.lazy().select("key", "partition"))


def _find_collisions(
    resources: Sequence[Partitioned], kind: TrackerType, in_buckets: InBuckets
) -> Iterator[pl.DataFrame]:
    """Yield the new objects of a tracker type whose UID is not theirs alone; see `COLLIDED`."""
    of_kind = [each for each in resources if each.resource.tracker_type is kind]
    names = [pl.lit(each.resource.name) for each in of_kind]
    created = [
        each.created.select("key", "uid", pl.col("partition").cast(pl.Int32)) for each in of_kind
    ]
    acknowledged = [each.acknowledged.select("key", "uid") for each in of_kind]
    sides = {
        "created": _with_resource(created, names),
        "acknowledged": _with_resource(acknowledged, names),
    }
    for some in in_buckets(sides, "uid"):
        yield collisions(some["created"], some["acknowledged"])


def _with_resource(frames: Sequence[pl.LazyFrame], names: Sequence[pl.Expr]) -> pl.LazyFrame:
    return pl.concat(
        frame.with_columns(resource=name) for frame, name in zip(frames, names, strict=True)
    )
