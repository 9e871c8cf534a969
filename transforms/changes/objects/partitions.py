"""Partitions: people divided by a stable hash of their key, so that memory does not grow.

A person's objects lie together. An object that changes its person (a claim that was entered for
the wrong one) may change its partition: such movers are found before the delta is believed, else
they would be deleted in one partition and created, under the UID just deleted, in another.
"""

import polars as pl

PEOPLE_PER_PARTITION = 50_000
MOST_PARTITIONS = 256
MOVERS: dict[str, pl.DataType] = {
    "resource": pl.String(),
    "key": pl.String(),
    "source": pl.Int32(),
    "destination": pl.Int32(),
}


def partition_count(people: int, people_per_partition: int = PEOPLE_PER_PARTITION) -> int:
    """Return the number of partitions for a scheme of so many people: a power of two."""
    count = -(-people // people_per_partition)
    return min(1 << max(count - 1, 0).bit_length(), MOST_PARTITIONS)


def partition_of(person: pl.Expr, partitions: int) -> pl.Expr:
    """Return the partition (Int32) of a person: of the first hexadecimal digits of the UUID."""
    digits = person.str.slice(0, 4).str.to_integer(base=16, strict=False, dtype=pl.Int32)
    return digits.fill_null(0) % partitions


def movers(resource: str, created: pl.LazyFrame, acknowledged: pl.LazyFrame) -> pl.DataFrame:
    """Return the objects whose acknowledged row lies in another partition.

    Args:
        resource: The resource's name.
        created: key and partition of what looks new, or is desired.
        acknowledged: key and partition of acknowledged rows.

    Returns:
        The columns of `MOVERS`.
    """
    return (
        acknowledged.join(created, on="key", suffix="_new")
        .filter(pl.col("partition") != pl.col("partition_new"))
        .select(
            resource=pl.lit(resource),
            key="key",
            source=pl.col("partition").cast(pl.Int32),
            destination=pl.col("partition_new").cast(pl.Int32),
        )
        .collect(engine="streaming")
    )


def collisions(created: pl.LazyFrame, acknowledged: pl.LazyFrame) -> pl.DataFrame:
    """Return resource, key and partition of new objects whose UID is not theirs alone.

    Args:
        created: resource, key, uid and partition of new objects of one tracker type.
        acknowledged: resource, key and uid of what DHIS2 has, or had, of that type.
    """
    doubled = created.filter(pl.len().over("uid") > 1)
    taken = created.join(acknowledged, on="uid", suffix="_before").filter(
        (pl.col("key") != pl.col("key_before")) | (pl.col("resource") != pl.col("resource_before"))
    )
    columns = ("resource", "key", "partition")
    found = pl.concat([doubled.select(columns), taken.select(columns)]).unique()
    return found.collect(engine="streaming")
