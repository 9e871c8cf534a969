"""The rows of a subject: what holds now, what was deleted, and what they were before."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from transforms.core.errors import StagingError
from transforms.openimis.history import copies_of, has_history, is_history, live_key
from transforms.openimis.subjects import Subject
from transforms.openimis.tables.column_types import KEY, STAMP, YES_NO, Column, Table

Tables = Mapping[str, pl.LazyFrame]
"""openIMIS table name to its frame, with the columns of `transforms.openimis.tables.columns`."""

_VERSIONS: dict[str, pl.DataType] = {
    "version": KEY, "is_copy": YES_NO, "valid_from": STAMP, "valid_until": STAMP,
}  # fmt: skip
_AGE = tuple(_VERSIONS)


@dataclass(frozen=True)
class Rows:
    """The rows of a subject, with the columns of its schema; frames are lazy.

    Attributes:
        key: Name of the key; it is the live row's, on a copy too.
        versions: Live rows and copies; with `version` (the row's own number), `is_copy`,
            `valid_from` and `valid_until` (Datetime; null while the row is current).
    """

    key: str
    versions: pl.LazyFrame

    @property
    def live(self) -> pl.LazyFrame:
        """One row an object, current or deleted, with `is_current`."""
        return self.lasting.drop("valid_until")

    @property
    def lasting(self) -> pl.LazyFrame:
        """The same, with `valid_until`: the moment of the deletion, null while it is current."""
        return (
            self.versions.filter(~pl.col("is_copy"))
            .with_columns(is_current=pl.col("valid_until").is_null())
            .drop("version", "is_copy", "valid_from")
        )

    @property
    def current(self) -> pl.LazyFrame:
        """The objects that are not deleted."""
        return self.versions.filter(pl.col("valid_until").is_null()).drop(_AGE)

    @property
    def deleted(self) -> pl.LazyFrame:
        """The objects that are."""
        return self.live.filter(~pl.col("is_current")).drop("is_current")

    @property
    def copies(self) -> pl.LazyFrame:
        """What objects were before; with `version`, `valid_from` and `valid_until`."""
        return self.versions.filter("is_copy").drop("is_copy")


def rows_of(snapshot: Tables, subject: Subject) -> Rows:
    """Return the rows of a subject.

    Which of its links name copies is looked up at once, in narrow frames; the rest is lazy.

    Args:
        snapshot: All of openIMIS, or a part of it.
        subject: Which rows and columns. A value that no field needs is absent from the snapshot,
            and null here.

    Raises:
        StagingError: The snapshot has not the table, or not the columns that are needed of it.
    """
    if subject.table.is_optional and subject.table.name not in snapshot:
        return Rows(subject.key, pl.LazyFrame(schema=subject.schema | _VERSIONS))
    rows = table_of(snapshot, subject.table)
    schema = rows.collect_schema()
    moved = _moved_links(
        snapshot, subject, [name for name in subject.columns.values() if name in schema]
    )
    columns = [
        _column(subject, name, schema, moved.get(name)).alias(name) for name in subject.columns
    ]
    key = _live_key(subject.table).alias(subject.key)
    return Rows(subject.key, rows.select(key, *columns, **_age(subject.table)))


def _live_key(table: Table) -> pl.Expr:
    return live_key(table.key) if has_history(table) else pl.col(table.key)


def _age(table: Table) -> dict[str, pl.Expr]:
    """Return which version of an object a row is: without history, the only one."""
    if not has_history(table):
        never, is_copy = pl.lit(None, STAMP), pl.lit(value=False)
        values = (pl.col(table.key), is_copy, never, never)
    else:
        stamps = (pl.col("ValidityFrom"), pl.col("ValidityTo"))
        values = (pl.col(table.key), is_history(table.key), *stamps)
    return dict(zip(_VERSIONS, values, strict=True))


def newest(copies: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Return the newest copy of each object.

    They are in order of the day on which they were replaced, then of their own numbers: the day
    from which they were valid does not move with every change.

    Args:
        copies: See `Rows.copies`; already filtered to those that may be chosen.
        key: Name of the key.
    """
    return copies.sort("valid_until", "version").unique(key, keep="last")


def table_of(snapshot: Tables, table: Table) -> pl.LazyFrame:
    """Return the rows of an openIMIS table, once they are seen to be as they must be.

    Raises:
        StagingError: They are not.
    """
    if table.name not in snapshot:
        raise StagingError(
            f"The snapshot has no table {table.name}, which is needed. Start a new run, which "
            f"takes a new snapshot. Nothing was compared."
        )
    rows = snapshot[table.name]
    _check(rows.collect_schema(), table)
    return rows


def _check(schema: pl.Schema, table: Table) -> None:
    wrong = [
        f"{table.name}.{column.name} ({schema.get(column.name, 'missing')}, "
        f"expected {column.dtype})"
        for column in table.columns
        if not _is_as_expected(schema, column)
    ]
    if wrong:
        raise StagingError(
            f"The snapshot is not as this version reads it: {', '.join(wrong)}. Start a new run, "
            f"which takes a new snapshot. Nothing was compared."
        )


def _is_as_expected(schema: pl.Schema, column: Column) -> bool:
    if column.name not in schema:
        return column.may_be_absent
    return schema[column.name] == column.dtype


def _column(subject: Subject, name: str, schema: pl.Schema, moved: pl.DataFrame | None) -> pl.Expr:
    column = subject.columns[name]
    if column not in schema:
        return pl.lit(None, subject.column(name).dtype)
    if name not in subject.links:
        return pl.col(column)
    named = pl.when(pl.col(column) != 0).then(pl.col(column))
    return named if moved is None else named.replace(moved["version"], moved["live"])


def _moved_links(snapshot: Tables, subject: Subject, columns: list[str]) -> dict[str, pl.DataFrame]:
    """Return, a link that names copies, `version` (what it names) and `live` (its live row)."""
    names = [
        name
        for name, table in subject.links.items()
        if subject.columns[name] in columns and table.name in snapshot
    ]
    rows = snapshot[subject.table.name]
    named = pl.collect_all(
        rows.select(version=subject.columns[name])
        .join(copies_of(snapshot[subject.links[name].name], subject.links[name].key), on="version")
        .unique("version")
        for name in names
    )
    return {name: frame for name, frame in zip(names, named, strict=True) if not frame.is_empty()}
