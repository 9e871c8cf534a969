"""Rows of the snapshot that hold values which could not be read.

rows with marks ─┬─► sound     without marks, and without rows of which nobody knows whether
                 │             they are current, deleted, or a version of what
                 ├─► objects   whose own row, or a version of it, holds such a value
                 └─► report    the rows themselves, by table and UUID
"""

import polars as pl

from transforms.openimis.history import has_history, is_current, live_key
from transforms.openimis.tables.column_types import UNREADABLE, Table
from transforms.openimis.tables.columns import TABLES
from transforms.openimis.tables.doubt_links import COVER, HISTORY, KIN, LASTING, SIBLINGS
from transforms.openimis.tables.field_reasons import unreadable_reason
from transforms.openimis.tables.reasons import MADE_OF_UNREADABLE

UNREADABLE_ROW = {"table": pl.String(), "id": pl.String(), "reasons": pl.List(pl.String)}
"""Columns and types of the rows that are reported."""


def holds_unreadable(column: str) -> pl.Expr:
    """True for a row whose value of that column could not be read."""
    return pl.col(UNREADABLE).str.split(" ").list.contains(column).fill_null(value=False)


def sound_rows(rows: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """Return the rows whose key and validity can be read, without marks."""
    return rows.filter(~_is_lost(table)).drop(UNREADABLE)


def _is_lost(table: Table) -> pl.Expr:
    """True for a row of which nobody knows whether it is current, deleted, or a version of what."""
    if not has_history(table):
        return holds_unreadable(table.key)
    is_undated = holds_unreadable("ValidityTo")
    if table.name in LASTING:
        is_undated &= _is_of_another(table)
    return holds_unreadable(table.key) | holds_unreadable("LegacyID") | is_undated


def _is_of_another(table: Table) -> pl.Expr:
    """True for a row that names another as the live one."""
    return pl.col("LegacyID").is_not_null() & pl.col("LegacyID").ne_missing(pl.col(table.key))


def own_objects(marked: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return key and column of the objects that the rows are, or are versions of."""
    each = _that_matter(marked, table)
    if not has_history(table):
        return each.select("key", "column").unique()
    is_of_another = _is_of_another(table)
    owner = pl.when(is_of_another).then("LegacyID").otherwise("key")
    # Rows may name a version by its own key, and nobody knows any more whose it is.
    lost = each.filter(is_of_another, _is_lost(table))
    parts = [
        each.select(owner.alias("key"), "column"),
        lost.select("key", column=pl.lit("LegacyID")),
    ]
    return pl.concat(parts).unique()


def with_kin(
    objects: pl.DataFrame, marked: pl.DataFrame, sound: pl.LazyFrame, table: Table
) -> pl.DataFrame:
    """Add the objects that a row may be a version of, of which nobody knows whose it is."""
    column = KIN[table.name]
    lost = marked.filter(holds_unreadable("LegacyID"))[column].drop_nulls()
    if lost.is_empty():
        return objects
    kin = sound.filter(pl.col(column).is_in(lost.implode()))
    keys = kin.select(live_key(table.key).alias("key")).unique().collect()
    more = keys.with_columns(column=pl.lit("LegacyID"))
    return pl.concat([objects, more.cast(objects.schema)]).unique()


def with_siblings(
    objects: pl.DataFrame, marked: pl.DataFrame, sound: pl.LazyFrame, table: Table
) -> pl.DataFrame:
    """Add the rows that are one object with a row that holds an unreadable value."""
    alike = SIBLINGS[table.name]
    named = marked.filter(is_current()).select(alike).drop_nulls().unique()
    kin = sound.filter(is_current()).join(named.lazy(), on=alike, how="semi")
    more = kin.select(pl.col(table.key).alias("key"), column=pl.lit(COVER)).collect()
    return pl.concat([objects, more.cast(objects.schema)]).unique()


def _that_matter(marked: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the rows once for each unreadable column that something is made of."""
    rows = marked.with_columns(
        pl.col(table.key).alias("key"), column=pl.col(UNREADABLE).str.split(" ")
    ).explode("column")
    if not has_history(table):
        return rows
    used = (table.key, "ValidityTo", "LegacyID", *HISTORY.get(table.name, ()))
    is_version = _is_of_another(table) & ~is_current()
    return rows.filter(~is_version | pl.col("column").is_in(used))


def unreadable_rows(marked: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the rows that something is made of, with the columns of `UNREADABLE_ROW`."""
    names = [pl.col(name).cast(pl.String) for name in (table.uuid, table.key) if name]
    each = _that_matter(marked.with_row_index("at"), table)
    return (
        each.group_by("at", maintain_order=True)
        .agg(
            id=pl.coalesce(*names, pl.lit("?")).first(),
            reasons=reason_of_column().unique(maintain_order=True),
        )
        .select("id", "reasons", table=pl.lit(table.name))
        .select(*UNREADABLE_ROW)
    )


def reason_of_column() -> pl.Expr:
    """Return the reason code of what stands in `column`: a column of openIMIS, or a sign."""
    names = {column.name for table in TABLES.values() for column in table.columns}
    codes = {name: unreadable_reason(name) for name in names}
    return pl.col("column").replace_strict(
        codes, default=MADE_OF_UNREADABLE, return_dtype=pl.String
    )
