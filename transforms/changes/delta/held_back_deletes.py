"""Deletes that are held back: an invalid or unreadable row does not tell which objects it has."""

import polars as pl

from transforms.changes.objects.parents import Parents, is_orphaned
from transforms.changes.objects.schemas import Change

NO_UNDELETABLE_ROW = pl.Series("row", [], pl.String)


def _row() -> pl.Expr:
    """The openIMIS row that an object is of: an event's key is its row's, a colon, and more."""
    return pl.col("key").str.splitn(":", 2).struct.field("field_0")


def rows_held_back(desired: pl.DataFrame, undeletable: pl.Series) -> pl.LazyFrame:
    """Return the rows (`row`) of which an object breaks a rule, and those that are undeletable."""
    broken = desired.lazy().filter(pl.col("faults").list.len() > 0).select(row=_row()).drop_nulls()
    named = undeletable.alias("row").drop_nulls().to_frame().lazy()
    return pl.concat([broken, named]).unique()


def hold_back_deletes(
    classed: pl.LazyFrame, held_back: pl.LazyFrame, above: Parents | None, *, holds_all_back: bool
) -> pl.LazyFrame:
    """Delete nothing of a row that is held back, unless its parent is deleted too.

    An invalid row does not tell which objects it has, so none of them is deleted.
    """
    joined = classed.with_columns(row=_row()).join(
        held_back.with_columns(isHeldBack=pl.lit(value=True)), on="row", how="left"
    )
    is_held_back = pl.col("isHeldBack").fill_null(value=holds_all_back)
    stays = (
        (pl.col("change") == Change.DELETE.value) & is_held_back & ~is_orphaned(above)
    ).fill_null(value=False)
    return joined.with_columns(change=pl.when(~stays).then("change")).drop("row", "isHeldBack")
