"""The lists of openIMIS whose entries have codes: products, diagnoses, genders and others."""

import polars as pl

from transforms.core.fields import OptionSet
from transforms.openimis.history import has_history, is_current, is_history, live_key
from transforms.openimis.rows import Tables, table_of
from transforms.openimis.tables.column_types import Table
from transforms.openimis.tables.columns import TABLES


def codes_of(snapshot: Tables, option_set: OptionSet) -> pl.LazyFrame:
    """Return the entries of the list that an option set is filled from.

    Args:
        snapshot: Of openIMIS.
        option_set: A filled one.

    Returns:
        `key` (of the row; a copy's own), `live_key`, `is_copy`, `is_current`, `sort_order` (Int32;
        null where openIMIS keeps none), `code` and `label` (trimmed; null where blank). Small
        lists have no copies, and all their entries are current.

    Raises:
        StagingError: The snapshot has not the table, or not its columns.
    """
    table = list_of(option_set)
    is_dated = has_history(table)
    return table_of(snapshot, table).select(
        key=table.key,
        live_key=live_key(table.key) if is_dated else pl.col(table.key),
        is_copy=is_history(table.key) if is_dated else pl.lit(value=False),
        is_current=is_current() if is_dated else pl.lit(value=True),
        sort_order=pl.lit(None, pl.Int32) if is_dated else pl.col("SortOrder"),
        code=_text(option_set.code_column or table.key),
        label=_text(option_set.name_column or table.key),
    )


def list_of(option_set: OptionSet) -> Table:
    """Return the table that a filled option set is filled from."""
    return TABLES[option_set.table or ""]


def _text(column: str) -> pl.Expr:
    text = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)
