"""What lies above an object: parents come first, and a child follows what becomes of its parent."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Parents:
    """What a comparison has to know of the parent resource in the same partition.

    Attributes:
        after: key and uid of every object that DHIS2 holds if all changes are accepted.
        gone: uid of every object that is deleted or replaced.
    """

    after: pl.DataFrame
    gone: pl.DataFrame


def with_parents(rows: pl.LazyFrame, above: Parents | None) -> pl.LazyFrame:
    """Return rows with `parentUid`, the UID that the parent of each will have after the run."""
    if above is None:
        return rows.with_columns(parentUid=pl.lit(None, pl.String))
    parents = above.after.lazy().select(parent="key", parentUid="uid")
    return rows.join(parents, on="parent", how="left", maintain_order="left")


def has_same_parent() -> pl.Expr:
    """Whether the parent has the UID that it had, of rows with both sides."""
    return pl.col("parentUid").eq_missing(pl.col("parentUidBefore"))


def is_orphaned(above: Parents | None) -> pl.Expr:
    """Whether the parent that an object had goes away."""
    gone = [] if above is None else above.gone["uid"].to_list()
    return pl.col("parentUidBefore").is_in(gone).fill_null(value=False)
