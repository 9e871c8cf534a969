"""Who an object is: its key, and whose it is; by the UID under which DHIS2 may have it."""

import polars as pl

from transforms.changes.objects.generations import uid_at
from transforms.changes.objects.schemas import State
from transforms.model.resources import Resource

STRANGER = "unexpected:"
"""Begins the key of an object that DHIS2 has and nobody here knows; its UID follows."""
IDENTITIES: dict[str, pl.DataType] = {
    **{name: pl.String() for name in ("uid", "key", "parent", "person")},
    "generation": pl.Int32(),
}


def desired_identities(
    resource: Resource, desired: pl.LazyFrame, acknowledged: pl.LazyFrame, first: int = 0
) -> pl.LazyFrame:
    """Return who the objects are that are desired and not acknowledged, under their next UIDs.

    Args:
        resource: The resource.
        desired: One partition of it.
        acknowledged: The same partition.
        first: The generation with which objects begin; see `reconciliation/renumbering.py`.

    Returns:
        The columns of `IDENTITIES`.
    """
    before = acknowledged.select("key", "state", before="generation")
    usable = desired.filter(pl.col("key").is_not_null()).unique("key", keep="none")
    free = usable.join(before, on="key", how="left").filter(
        pl.col("state").ne_missing(pl.lit(State.HELD.value))
    )
    generation = (pl.col("before") + 1).fill_null(first).cast(pl.Int32)
    named = free.with_columns(generation=generation)
    uid = uid_at(resource, pl.col("generation"))
    return named.with_columns(uid=uid).select(*IDENTITIES).drop_nulls("uid")
