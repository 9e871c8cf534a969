"""How openIMIS keeps the past: a live row for ever, and a copy of each version before.

    live row      keeps its key and UUID; ValidityTo is null while it is current, set once deleted
    history row   a copy with its own key and UUID; ValidityTo set, LegacyID = key of the live row

Databases born in SQL Server have live rows whose LegacyID is their own key.
"""

import polars as pl


def is_current() -> pl.Expr:
    """True for a row that is neither deleted nor history: only `ValidityTo` says so."""
    return pl.col("ValidityTo").is_null()


def is_history(key: str) -> pl.Expr:
    """True for a copy of an earlier version."""
    return ~is_current() & pl.col("LegacyID").is_not_null() & (pl.col("LegacyID") != pl.col(key))


def is_deleted(key: str) -> pl.Expr:
    """True for a live row that is no longer current."""
    return ~is_current() & ~is_history(key)


def live_key(key: str) -> pl.Expr:
    """Key of the live row that a row is, or is a version of."""
    return pl.when(is_history(key)).then(pl.col("LegacyID")).otherwise(pl.col(key))


def live_rows(rows: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Return the rows that are current or deleted: one an object."""
    return rows.filter(~is_history(key))


def history_rows(rows: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Return the copies of earlier versions, with the live row's key in place of their own."""
    return rows.filter(is_history(key)).with_columns(pl.col("LegacyID").alias(key))


def resolved(frame: pl.LazyFrame, column: str, rows: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Return `frame` with the foreign key `column` naming live rows only.

    Args:
        frame: Any frame with `column`.
        column: A foreign key to `rows`; it may name a history row.
        rows: The table that it names, with `key`, ValidityTo and LegacyID.
        key: The table's primary key.

    Returns:
        The same rows; a foreign key that names no row at all stays as it is.
    """
    copies = rows.filter(is_history(key)).select(
        pl.col(key).alias(column), pl.col("LegacyID").alias("_live")
    )
    return (
        frame.join(copies, on=column, how="left", maintain_order="left")
        .with_columns(pl.coalesce("_live", column).alias(column))
        .drop("_live")
    )


def newest(rows: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Return the newest of the history rows of each object.

    Versions are in order of ValidityTo, then of their own keys: `ValidityFrom` does not move with
    every change.

    Args:
        rows: Rows of one table, with `key`, ValidityTo and LegacyID, already filtered to those
            that may be chosen.
        key: The table's primary key; in the result it is the live row's.
    """
    return (
        rows.filter(is_history(key))
        .sort("ValidityTo", key)
        .with_columns(pl.col("LegacyID").alias(key))
        .unique(key, keep="last")
    )
