"""What of the wanted tables and columns the database has, and how each is read.

Names are matched without regard to case (SQL Server spells some otherwise), an exact match first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl
import pyarrow as pa
import pyodbc

from flows.connectors.openimis.sql_dialects import (
    AMOUNT_DIGITS,
    AMOUNT_SCALE,
    TEXTS,
    Reading,
    SqlDialect,
)
from transforms.core.errors import SourceError
from transforms.openimis.tables.columns import (
    AMOUNT,
    CODE,
    DATE,
    KEY,
    STAMP,
    TABLES,
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
# arrow-odbc 10.6 wraps a number that does not fit without a word, so all are read as 64 bits.
_TRANSIT_TYPES = SNAPSHOT_TYPES | {CODE: pa.int64()}
_EXPECTED: dict[pl.DataType, str] = {
    KEY: "a whole number",
    CODE: "a whole number",
    TEXT: "a text",
    AMOUNT: "an exact number (numeric or decimal)",
    DATE: "a date or a time stamp",
    STAMP: "a time stamp or a date",
    YES_NO: "a boolean or bit",
}

_NOT_ALLOWED = "42"
"""What SQLSTATEs begin with that say that a statement may not be run."""


@dataclass(frozen=True)
class FoundColumn:
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
    """A wanted column and where it comes from; `found` is None if the database has none."""

    column: Column
    found: FoundColumn | None
    reading: Reading | None


@dataclass(frozen=True)
class Selection:
    """What is read of one table.

    Attributes:
        dialect: Of the database.
        table: The openIMIS table.
        location: Its quoted name, with its schema; None if the database has none.
        columns: All that is wanted, also what is not there.
        row_version: Name of a column that changes with every change of its row, if there is one.
    """

    dialect: SqlDialect
    table: Table
    location: str | None
    columns: tuple[SelectedColumn, ...]
    row_version: str | None = None

    @property
    def missing(self) -> list[str]:
        """The wanted columns that the database does not have."""
        return [selected.column.name for selected in self.columns if selected.found is None]

    @property
    def present(self) -> list[Column]:
        """The wanted columns that it has, in the order in which they are selected."""
        return [selected.column for selected in self.columns if selected.found]

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
        """Columns and types as the driver is asked for them."""
        types = {
            column.name: pa.string() if self.dialect.as_text else _TRANSIT_TYPES[column.dtype]
            for column in self.present
        }
        return pa.schema(types | ({UNREADABLE: pa.string()} if self._conditions else {}))

    @cached_property
    def watched(self) -> list[str]:
        """The columns that what comes in the column `UNREADABLE` has a mark of, one each."""
        return (
            [column.name for column in self.present]
            if self.dialect.as_text
            else [*self._conditions]
        )

    @cached_property
    def query(self) -> str:
        """The SELECT: explicit columns, spelled as in `transforms.openimis.tables.columns`."""
        expressions = [
            f"{selected.reading.sql.format(self._quoted(selected))} AS "
            f"{self.dialect.quoted(selected.column.name)}"
            for selected in self.columns
            if selected.reading
        ]
        if self._conditions:
            marks = f"{self._marks} AS {self.dialect.quoted(UNREADABLE)}"
            expressions.append(marks)
        return f"SELECT {', '.join(expressions)} FROM {self.location}"  # noqa: S608 - all quoted

    @cached_property
    def standing(self) -> str:
        """The SELECT of one text that differs once the table was written to, for SQL Server.

        It is made of the number of rows, the greatest key, the newest of each time stamp and, where
        the table has a row version, the newest one.
        """
        newest = [f"CONVERT(varchar(40), MAX({name}), 121)" for name in self._growing]
        if self.row_version:
            version = self.dialect.quoted(self.row_version)
            newest.append(f"CAST(CAST(MAX({version}) AS bigint) AS varchar(40))")
        parts = ", '/', ".join(["CAST(COUNT_BIG(*) AS varchar(40))", *newest])
        return f"SELECT CONCAT({parts}) FROM {self.location}"  # noqa: S608 - all quoted

    @cached_property
    def _growing(self) -> list[str]:
        return [
            self._quoted(selected)
            for selected in self.columns
            if selected.found
            and (selected.column.name == self.table.key or selected.column.dtype == STAMP)
        ]

    @cached_property
    def _conditions(self) -> dict[str, str]:
        return {
            selected.column.name: selected.reading.unreadable.format(self._quoted(selected))
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
        label = self.dialect.label.format(len(each))
        return f"CAST(CASE WHEN {some} THEN CONCAT('', {', '.join(each)}) END AS {label})"

    def _quoted(self, selected: SelectedColumn) -> str:
        return self.dialect.quoted(selected.found.name) if selected.found else ""


def selections(
    connection: pyodbc.Connection,
    dialect: SqlDialect,
    wanted: Mapping[str, Sequence[Column]],
) -> list[Selection]:
    """Return how every table of `wanted` (table name to columns) is read.

    Raises:
        SourceError: A required table or column is missing, a type does not fit, or the user may
            not read a table; one error names them all.
    """
    catalogue = _Catalogue(connection, dialect)
    found = [catalogue.selection(TABLES[name], columns) for name, columns in wanted.items()]
    faults = [fault for selection in found for fault in catalogue.faults(selection)]
    faults = faults or catalogue.refusals(found)
    if faults:
        raise SourceError(
            f"openIMIS cannot be read: {'; '.join(faults)}. {_advice(found)} Nothing was read or "
            f"written."
        )
    return found


def _advice(found: Sequence[Selection]) -> str:
    if any(item.location and item.table.uuid in item.missing for item in found):
        # openIMIS's migration script from 1.3.0 to 1.4.0 adds them.
        return (
            "The UUID columns came with openIMIS's database 1.4.0, the oldest that can be read: "
            "migrate this one to it."
        )
    return (
        "Check that the block names an openIMIS database and that its user may read these tables."
    )


class _Catalogue:
    """The catalogue of an open connection."""

    def __init__(self, connection: pyodbc.Connection, dialect: SqlDialect) -> None:
        self._cursor = connection.cursor()
        self._dialect = dialect
        schema = dialect.schema
        self._default_schema = self._cursor.execute(schema).fetchval() if schema else None
        self._tables = [
            (row.table_schem, row.table_name)
            for row in self._cursor.tables().fetchall()
            if row.table_type in {"TABLE", "VIEW"}
        ]

    def selection(self, table: Table, columns: Sequence[Column]) -> Selection:
        place = self._place(table.name)
        there = self._columns(*place) if place else {}
        location = ".".join(self._dialect.quoted(part) for part in place if part) if place else None
        return Selection(
            self._dialect,
            table,
            location,
            tuple(self._selected(column, there) for column in columns),
            self._row_version(there),
        )

    def _row_version(self, there: Mapping[str, FoundColumn]) -> str | None:
        kinds = self._dialect.row_versions
        return next((name for name, found in there.items() if found.type_name in kinds), None)

    def faults(self, selection: Selection) -> list[str]:
        """Return, in words, what of the selection is missing or does not fit."""
        required = [selected for selected in selection.columns if selected.column.required]
        if selection.location is None:
            absent = f"{selection.table.name} is not there, or the user may not see it"
            return [absent] if required else []
        missing = [item.column.name for item in required if item.found is None]
        unfit = [item for item in selection.columns if item.found and not item.reading]
        return [*self._missing(selection, missing), *(_unfit(selection, item) for item in unfit)]

    def refusals(self, found: Sequence[Selection]) -> list[str]:
        """Return, in words, which tables cannot be read though the catalogue shows them."""
        return [reason for item in found if item.location and (reason := self._refusal(item))]

    def _refusal(self, selection: Selection) -> str | None:
        try:
            self._cursor.execute(f"{selection.query} WHERE 1 = 0").fetchall()
        except pyodbc.Error as error:
            if not error.args[0].startswith(_NOT_ALLOWED):
                raise
            return f"the user may not read {selection.table.name} (SQLSTATE {error.args[0]})"
        return None

    def _missing(self, selection: Selection, names: Sequence[str]) -> list[str]:
        if not names:
            return []
        place = self._place(selection.table.name)
        there = ", ".join(sorted(self._columns(*place))) if place else "no column"
        return [f"{selection.table.name} has no column {', '.join(names)} (it has: {there})"]

    def _place(self, name: str) -> tuple[str | None, str] | None:
        places = [place for place in self._tables if place[1].lower() == name.lower()]
        places.sort(key=lambda place: (place[0] != self._default_schema, place[1] != name))
        return places[0] if places else None

    def _columns(self, schema: str | None, table: str) -> dict[str, FoundColumn]:
        rows = self._cursor.columns(table=table, schema=schema or None).fetchall()
        spelled = [row for row in rows if (row.table_schem or None) == (schema or None)]
        # Some catalogues list a table in one spelling and its columns in another.
        exact = [row for row in spelled if row.table_name == table]
        alike = [row for row in spelled if row.table_name.lower() == table.lower()]
        return {row.column_name: self._found(row) for row in exact or alike}

    def _found(self, row: pyodbc.Row) -> FoundColumn:
        code = row.data_type
        if code in TEXTS:
            code = self._dialect.named_types.get(row.type_name.lower(), code)
        return FoundColumn(
            row.column_name, code, row.type_name, row.column_size or 0, row.decimal_digits or 0
        )

    def _selected(self, column: Column, there: Mapping[str, FoundColumn]) -> SelectedColumn:
        alike = [found for name, found in there.items() if name.lower() == column.name.lower()]
        alike.sort(key=lambda found: found.name != column.name)
        found = alike[0] if alike else None
        readings = self._dialect.readings[column.dtype] if found else ()
        reading = next((item for item in readings if found and found.suits(item)), None)
        return SelectedColumn(column, found, reading)


def _unfit(selection: Selection, item: SelectedColumn) -> str:
    type_name = item.found.type_name if item.found else "unknown"
    return (
        f"{selection.table.name}.{item.column.name} is of type {type_name}; "
        f"expected {_EXPECTED[item.column.dtype]}"
    )
