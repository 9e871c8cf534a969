"""What a first comparison, partition by partition, cannot know.

An object that changed its person may have changed its partition: it looks new in one and deleted in
another. And two objects of different partitions may have got one UID. Both are found in the changes
of all partitions; then the comparison is made once more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.changes.partitions import MOVERS, collided, movers
from transforms.changes.schemas import Change
from transforms.model.resources import Resource, TrackerType

COLLIDED: dict[str, pl.DataType] = {"resource": pl.String(), "key": pl.String()}


@dataclass(frozen=True)
class PartitionDoubts:
    """What a first comparison cannot know.

    Attributes:
        movers: Objects whose acknowledged row lies in another partition; see `MOVERS`.
        collided: resource and key of new objects whose UID another object has.
    """

    movers: pl.DataFrame
    collided: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether the comparison may be believed."""
        return self.movers.is_empty() and self.collided.is_empty()


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


def partition_doubts(resources: Sequence[Partitioned], partitions: int) -> PartitionDoubts:
    """Return what the comparison of these changes could not know.

    Args:
        resources: All of them, parents first.
        partitions: Into how many partitions people are divided; within a single one nobody moves.
    """
    moved = _all_movers(resources) if partitions > 1 else ()
    taken = (_collided(resources, kind) for kind in TrackerType)
    return PartitionDoubts(
        pl.concat([NO_PARTITION_DOUBTS.movers, *moved]),
        pl.concat([NO_PARTITION_DOUBTS.collided, *taken]),
    )


def _all_movers(resources: Sequence[Partitioned]) -> Iterator[pl.DataFrame]:
    """Yield the movers of every resource, parents first; a deleted parent takes along its own.

    What looks deleted stays where it is desired: it may be held back there.
    """
    gone: dict[str | None, pl.Series] = {None: pl.Series([], dtype=pl.String)}
    for each in resources:
        left = _left(each)
        orphaned = pl.col("parentUidBefore").is_in(gone[each.resource.parent].implode())
        alone = left.filter(~orphaned.fill_null(value=False))
        moved = pl.concat([_arrived(each), _misplaced(each, alone)])
        gone[each.resource.name] = left.join(moved, on="key", how="anti")["uidBefore"]
        yield moved.unique("key", keep="any")


def _left(each: Partitioned) -> pl.DataFrame:
    """Return what looks deleted: key, uidBefore, parentUidBefore and partition."""
    return (
        each.changes.filter(pl.col("change") == Change.DELETE.value)
        .select("key", "uidBefore", "parentUidBefore", "partition")
        .collect()
    )


def _arrived(each: Partitioned) -> pl.DataFrame:
    """Return what looks new in one partition and is acknowledged in another."""
    is_first = pl.col("generation") == each.first_generation
    first = each.created.filter(is_first).select("key", "partition")
    return movers(each.resource.name, first, each.acknowledged.select("key", "partition"))


def _misplaced(each: Partitioned, left: pl.DataFrame) -> pl.DataFrame:
    """Return what looks deleted in one partition and is desired, or held back, in another."""
    desired = each.desired.filter(pl.col("key").is_in(left["key"].implode()))
    return movers(each.resource.name, desired, left.lazy().select("key", "partition"))


def _collided(resources: Sequence[Partitioned], kind: TrackerType) -> pl.DataFrame:
    """Return resource and key of new objects of a tracker type whose UID is not theirs alone."""
    of_kind = [each for each in resources if each.resource.tracker_type is kind]
    names = [pl.lit(each.resource.name) for each in of_kind]
    created = [each.created.select("key", "uid") for each in of_kind]
    acknowledged = [each.acknowledged.select("key", "uid") for each in of_kind]
    return collided(_named(created, names), _named(acknowledged, names))


def _named(frames: Sequence[pl.LazyFrame], names: Sequence[pl.Expr]) -> pl.LazyFrame:
    return pl.concat(
        frame.with_columns(resource=name) for frame, name in zip(frames, names, strict=True)
    )
