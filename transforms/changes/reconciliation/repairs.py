"""Repairs: acknowledged rows that say what DHIS2 has, in place of those that did not."""

import polars as pl

from transforms.changes.objects.identities import STRANGER
from transforms.changes.objects.schemas import State


def without_tombstones(acknowledged: pl.LazyFrame) -> pl.LazyFrame:
    """Return the acknowledged rows of objects that DHIS2 has confirmed to have."""
    return acknowledged.filter(state=State.HELD.value)


def with_persons(repairs: pl.LazyFrame, persons: pl.LazyFrame) -> pl.LazyFrame:
    """Give strangers of people of ours those people's keys, so that they lie together.

    Args:
        repairs: See `BucketComparison`.
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


def apply_repairs(acknowledged: pl.LazyFrame, repairs: pl.LazyFrame, run: str) -> pl.LazyFrame:
    """Return an acknowledged partition as it has to be.

    Args:
        acknowledged: The partition.
        repairs: See `BucketComparison`; of the people of this partition.
        run: The run's id.
    """
    kept = acknowledged.join(repairs, on="key", how="anti")
    put = _one_a_key(repairs.filter(pl.col("state").is_not_null()))
    return pl.concat([kept, put.with_columns(run=pl.lit(run))], how="diagonal").sort(
        "person", "key"
    )


def _one_a_key(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Leave the key to the newest generation in DHIS2; the others become strangers (`STRANGER`)."""
    age = pl.col("generation").rank("ordinal", descending=True).over("key")
    key = pl.when(age == 1).then("key").otherwise(STRANGER + pl.col("uid"))
    return rows.with_columns(key=key)
