"""The UID that an object has in each of its lives.

The key names an object for ever, and DHIS2 never takes the UID of a deleted one again (E1082). So
what returns has the UID of the next generation.
"""

import polars as pl

from transforms.changes.objects.schemas import ARRIVING
from transforms.core.uids import hashed_uid, uid_of_generation, uid_of_uuid
from transforms.model.resources import Resource, UidSource


def first_uid(resource: Resource) -> pl.Expr:
    """Return the UID of generation 0 of the object that the column `key` names."""
    key = pl.col("key")
    if resource.uid_source is UidSource.UUID:
        return uid_of_uuid(key)
    if resource.uid_source is UidSource.SALTED:
        return hashed_uid(pl.lit(resource.salt) + key)
    return uid_of_generation(resource.name, key, pl.lit(0))


def uid_at(resource: Resource, generation: pl.Expr) -> pl.Expr:
    """Return the UID that the object of the column `key` has in a generation."""
    later = uid_of_generation(resource.name, pl.col("key"), generation)
    return pl.when(generation == 0).then(first_uid(resource)).otherwise(later)


def generation_after(first: int) -> pl.Expr:
    """Return the generation of an object after its change; `first` is that of a new object."""
    before = pl.col("generationBefore")
    return (
        pl.when(gets_a_uid() & before.is_not_null())
        .then(before + 1)
        .otherwise(before.fill_null(first))
        .cast(pl.Int32)
    )


def gets_a_uid() -> pl.Expr:
    """Whether a change gives the object a UID that it does not have."""
    return pl.col("change").is_in(ARRIVING).fill_null(value=False)


def with_uids(resource: Resource, changed: pl.DataFrame) -> pl.DataFrame:
    """Return changed objects with the `uid` that each has after its change."""
    first = changed.filter(gets_a_uid() & (pl.col("generation") == 0))
    later = changed.filter(gets_a_uid() & (pl.col("generation") > 0))
    staying = changed.filter(~gets_a_uid())
    generation = uid_of_generation(resource.name, pl.col("key"), pl.col("generation"))
    return pl.concat(
        [
            first.with_columns(uid=first_uid(resource)),
            later.with_columns(uid=generation),
            staying.with_columns(uid=pl.col("uidBefore")),
        ]
    )
