"""How a table is read: which of its columns the database has, and the SELECT of them."""

from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl
import pyarrow as pa

from flows.connectors.openimis.sql_dialect import (
    AMOUNT_DIGITS,
    AMOUNT_SCALE,
    TEXTS,
    Reading,
    SqlDialect,
)
from transforms.openimis.tables.column_types import (
    AMOUNT,
    CODE,
    DATE,
    KEY,
    STAMP,
    TEXT,
    UNREADABLE,
    YES_NO,
    Column,
    Table,
)

SNAPSHOT_TYPES: dict[pl.DataType, pa.DataType] = {
    KEY: pa.int64(),
    CODE: pa.int32(),
    TEXT: pa.string(),
    AMOUNT: pa.decimal128(AMOUNT_DIGITS, AMOUNT_SCALE),
    DATE: pa.date32(),
    STAMP: pa.timestamp("us"),
    YES_NO: pa.bool_(),
}
# As ODBC's catalogue calls them; the last two are psqlodbc's.
TABLE, VIEW, MATERIALISED_VIEW, FOREIGN_TABLE = "TABLE", "VIEW", "MATVIEW", "FOREIGN TABLE"

# arrow-odbc 10.6 wraps a number that does not fit without a word, so all are read as 64 bits.
_TRANSIT_TYPES = SNAPSHOT_TYPES | {CODE: pa.int64()}


@dataclass(frozen=True)
class SourceColumn:
    """A column as the catalogue describes it."""

    name: str
    type_code: int
    type_name: str
    size: int
    scale: int

    def suits(self, reading: Reading) -> bool:
        """Return whether it can be read so."""
        is_of_type = reading.types is None or self.type_code in reading.types
        return is_of_type and (not reading.bounded or self._is_bounded(reading.longest))

    def _is_bounded(self, longest: int) -> bool:
        """Whether every number that it can hold is an amount, or every text short enough."""
        if self.type_code in TEXTS:
            return 0 < self.size <= longest
        return self.size <= AMOUNT_DIGITS and self.scale <= AMOUNT_SCALE


@dataclass(frozen=True)
class SelectedColumn:
    """A column to read and where it comes from; `source` is None if the database has none."""

    column: Column
    source: SourceColumn | None
    reading: Reading | None


@dataclass(frozen=True)
class TableSelection:
    """What is read of one table.

    Attributes:
        dialect: Of the database.
        table: The openIMIS table.
        location: Its quoted name, with its schema; None if the database has none.
        columns: All that are to be read, also those that the database does not have.
        row_version: Name of a column that changes with every change of its row, if there is one.
        unread_flags: Columns by which some forks delete rows, and which are not read.
        kind: A table, or what stands in place of one.
    """

    dialect: SqlDialect
    table: Table
    location: str | None
    columns: tuple[SelectedColumn, ...]
    row_version: str | None = None
    unread_flags: tuple[str, ...] = ()
    kind: str = TABLE

    def doubting_keys(self) -> "TableSelection":
        """Return the same, marking rows without a key of their own: nothing keeps a view from it.

        A view that joins too much has rows twice.
        """
        columns = tuple(
            self._doubting(item) if item.column.name == self.table.key else item
            for item in self.columns
        )
        return replace(self, columns=columns)

    def _doubting(self, item: SelectedColumn) -> SelectedColumn:
        if item.reading is None:
            return item
        key, location = self._quote(item), str(self.location)
        doubled = f"SELECT {key} FROM {location} GROUP BY {key} HAVING COUNT(*) > 1"  # noqa: S608
        condition = f"({key} IS NULL OR {key} IN ({doubled}))".replace("{", "{{").replace("}", "}}")
        return replace(item, reading=replace(item.reading, unreadable=condition))

    @property
    def missing(self) -> list[str]:
        """The columns that the database does not have."""
        return [selected.column.name for selected in self.columns if selected.source is None]

    @property
    def present(self) -> list[Column]:
        """The columns that it has, in the order in which they are selected."""
        return [selected.column for selected in self.columns if selected.source]

    @cached_property
    def schema(self) -> pa.Schema:
        """The snapshot's columns and types."""
        return pa.schema(
            (selected.column.name, SNAPSHOT_TYPES[selected.column.dtype])
            for selected in self.columns
        )

    @cached_property
    def marked_schema(self) -> pa.Schema:
        """The same, and `UNREADABLE`: which values of the row could not be read, and are null."""
        return self.schema.append(pa.field(UNREADABLE, pa.string()))

    @cached_property
    def transit_schema(self) -> pa.Schema:
        """Columns and types as they are requested from the driver."""
        types = {
            column.name: pa.string() if self.dialect.as_text else _TRANSIT_TYPES[column.dtype]
            for column in self.present
        }
        return pa.schema(types | ({UNREADABLE: pa.string()} if self._conditions else {}))

    @cached_property
    def watched_columns(self) -> list[str]:
        """The columns of which the column `UNREADABLE` has a mark each, in this order."""
        return (
            [column.name for column in self.present]
            if self.dialect.as_text
            else [*self._conditions]
        )

    @cached_property
    def query(self) -> str:
        """The SELECT: explicit columns, spelled as in `transforms.openimis.tables.columns`."""
        expressions = [
            f"{selected.reading.sql.format(self._quote(selected))} AS "
            f"{self.dialect.quote(selected.column.name)}"
            for selected in self.columns
            if selected.reading
        ]
        if self._conditions:
            marks = f"{self._marks} AS {self.dialect.quote(UNREADABLE)}"
            expressions.append(marks)
        return f"SELECT {', '.join(expressions)} FROM {self.location}"  # noqa: S608 - all quoted

    @cached_property
    def fingerprint_query(self) -> str:
        """The SELECT of one text that differs once the table was written to, for SQL Server.

        It is made of the number of rows, the greatest key, the newest of each time stamp and, where
        the table has a row version, the newest one.
        """
        newest = [f"CONVERT(varchar(40), MAX({name}), 121)" for name in self._growing_columns]
        if self.row_version:
            version = self.dialect.quote(self.row_version)
            newest.append(f"CAST(CAST(MAX({version}) AS bigint) AS varchar(40))")
        parts = ", '/', ".join(["CAST(COUNT_BIG(*) AS varchar(40))", *newest])
        return f"SELECT CONCAT({parts}) FROM {self.location}"  # noqa: S608 - all quoted

    @cached_property
    def _growing_columns(self) -> list[str]:
        return [
            self._quote(selected)
            for selected in self.columns
            if selected.source
            and (selected.column.name == self.table.key or selected.column.dtype == STAMP)
        ]

    @cached_property
    def _conditions(self) -> dict[str, str]:
        return {
            selected.column.name: selected.reading.unreadable.format(self._quote(selected))
            for selected in self.columns
            if selected.reading and selected.reading.unreadable
        }

    @cached_property
    def _marks(self) -> str:
        each = [
            f"CASE WHEN {condition} THEN '1' ELSE '0' END"
            for condition in self._conditions.values()
        ]
        some = " OR ".join(f"({condition})" for condition in self._conditions.values())
        label, marks = self.dialect.label.format(len(each)), f"CONCAT('', {', '.join(each)})"
        if self.kind != TABLE:  # looks for doubled keys once, not twice
            return f"CAST(NULLIF({marks}, '{'0' * len(each)}') AS {label})"
        return f"CAST(CASE WHEN {some} THEN {marks} END AS {label})"

    def _quote(self, selected: SelectedColumn) -> str:
        if selected.source is None:
            return ""
        quoted = self.dialect.quote(selected.source.name)
        return _is_among(quoted, selected.column) if selected.column.of else quoted


def _is_among(quoted: str, column: Column) -> str:
    """Return 1 or 0, as the database says it: whether a column has one of some values."""
    if not column.among:
        return "0"
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in column.among)
    return f"(CASE WHEN {quoted} IN ({values}) THEN 1 ELSE 0 END)"
