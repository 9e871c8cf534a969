"""How openIMIS keeps the past: a live row for ever, and a copy of each version before.

    live row      keeps its key and UUID; ValidityTo is null while it is current, set once deleted
    history row   a copy with its own key and UUID; ValidityTo set, LegacyID = key of the live row

Databases born in SQL Server have live rows whose LegacyID is their own key.
"""

import polars as pl

from transforms.openimis.tables.column_types import Table


def has_history(table: Table) -> bool:
    """Return whether openIMIS keeps versions of the rows; of small lists it keeps none."""
    return any(column.name == "LegacyID" for column in table.columns)


def is_current() -> pl.Expr:
    """True for a row that is neither deleted nor history: only `ValidityTo` says so."""
    return pl.col("ValidityTo").is_null()


def is_history(key: str) -> pl.Expr:
    """True for a copy of an earlier version."""
    return ~is_current() & pl.col("LegacyID").is_not_null() & (pl.col("LegacyID") != pl.col(key))


def live_key(key: str) -> pl.Expr:
    """Key of the live row that a row is, or is a version of."""
    return pl.when(is_history(key)).then(pl.col("LegacyID")).otherwise(pl.col(key))


def copies_of(rows: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Return `version` (its own key) and `live` (that of the live row) of each copy."""
    return rows.filter(is_history(key)).select(version=key, live="LegacyID")
