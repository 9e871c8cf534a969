"""Which of the tables and columns to read the database has, and how each is read.

Names are matched without regard to case (SQL Server spells some otherwise), an exact match first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import polars as pl
import pyodbc

from flows.connectors.openimis.selection import (
    FOREIGN_TABLE,
    MATERIALISED_VIEW,
    TABLE,
    VIEW,
    SelectedColumn,
    SourceColumn,
    TableSelection,
)
from flows.connectors.openimis.sql_dialect import TEXTS, SqlDialect
from transforms.core.errors import SourceError
from transforms.openimis.tables.column_types import (
    AMOUNT,
    CODE,
    DATE,
    KEY,
    STAMP,
    TEXT,
    YES_NO,
    Column,
    Table,
)
from transforms.openimis.tables.columns import DELETION_FLAGS, TABLES

_EXPECTED: dict[pl.DataType, str] = {
    KEY: "a whole number",
    CODE: "a whole number",
    TEXT: "a text",
    AMOUNT: "an exact number (numeric or decimal)",
    DATE: "a date or a time stamp",
    STAMP: "a time stamp or a date",
    YES_NO: "a boolean or bit",
}

_KINDS = (TABLE, VIEW, MATERIALISED_VIEW, FOREIGN_TABLE)
"""What can be read, what openIMIS itself has first."""
_NOT_ALLOWED = ("42", "HV")
"""What SQLSTATEs begin with that say that a statement, or a foreign table, may not be read."""
_NO_MAPPING = "42704"
"""PostgreSQL's SQLSTATE of a foreign table for whose server the user has no login."""


def select_tables(
    connection: pyodbc.Connection,
    dialect: SqlDialect,
    columns: Mapping[str, Sequence[Column]],
) -> list[TableSelection]:
    """Return how every table of `columns` (table name to columns to read) is read.

    Raises:
        SourceError: A required table or column is missing, a type does not fit, or the user may
            not read a table; one error names them all.
    """
    catalogue = _Catalogue(connection, dialect)
    selections = [catalogue.selection(TABLES[name], each) for name, each in columns.items()]
    faults = [fault for selection in selections for fault in catalogue.faults(selection)]
    faults = faults or catalogue.refusals(selections)
    if faults:
        raise SourceError(
            f"openIMIS cannot be read: {'; '.join(faults)}. {_advice(selections)} Nothing was "
            f"read or written."
        )
    return selections


def _advice(selections: Sequence[TableSelection]) -> str:
    older = [item for item in selections if item.location and item.table.uuid in item.missing]
    if any(item.kind == TABLE for item in older):
        # openIMIS's migration script from 1.3.0 to 1.4.0 adds them.
        return (
            "The UUID columns came with openIMIS's database 1.4.0, the oldest that can be read: "
            "migrate this one to it."
        )
    if older:
        return "A view has to have the UUID column of openIMIS's table: add it to the view."
    return (
        "Check that the block names an openIMIS database and that its user may read these tables."
    )


class _Place(NamedTuple):
    """Where a table is, and what it is there."""

    schema: str | None
    name: str
    kind: str


class _Catalogue:
    """The catalogue of an open connection."""

    def __init__(self, connection: pyodbc.Connection, dialect: SqlDialect) -> None:
        self._cursor = connection.cursor()
        self._dialect = dialect
        schema = dialect.schema
        self._default_schema = self._cursor.execute(schema).fetchval() if schema else None
        encoding = dialect.encoding
        self._readings = dialect.readings_in(
            self._cursor.execute(encoding).fetchval() if encoding else None
        )
        self._places = [
            _Place(row.table_schem, row.table_name, row.table_type)
            for row in self._cursor.tables().fetchall()
            if row.table_type in _KINDS
        ]

    def selection(self, table: Table, columns: Sequence[Column]) -> TableSelection:
        place = self._place(table.name)
        present = self._columns(place) if place else {}
        selection = TableSelection(
            self._dialect,
            table,
            self._location(place) if place else None,
            tuple(self._select(column, present) for column in columns),
            self._row_version(present),
            _unread_flags(columns, present),
            place.kind if place else TABLE,
        )
        is_vouched_for = selection.kind == TABLE or self._dialect.as_text
        return selection if is_vouched_for else selection.doubting_keys()

    def _location(self, place: _Place) -> str:
        return ".".join(self._dialect.quote(part) for part in (place.schema, place.name) if part)

    def _row_version(self, present: Mapping[str, SourceColumn]) -> str | None:
        kinds = self._dialect.row_versions
        return next((name for name, source in present.items() if source.type_name in kinds), None)

    def faults(self, selection: TableSelection) -> list[str]:
        """Return, in words, what of the selection is missing or does not fit."""
        required = [selected for selected in selection.columns if selected.column.required]
        if selection.location is None:
            absent = f"{selection.table.name} is not there, or the user may not see it"
            return [absent] if required else []
        missing = [item.column.source_name for item in required if item.source is None]
        unfit = [item for item in selection.columns if item.source and not item.reading]
        return [
            *self._missing_sentences(selection, missing),
            *(_unfit(selection, item) for item in unfit),
        ]

    def refusals(self, selections: Sequence[TableSelection]) -> list[str]:
        """Return, in words, which tables cannot be read though the catalogue shows them."""
        return [reason for item in selections if item.location and (reason := self._refusal(item))]

    def _refusal(self, selection: TableSelection) -> str | None:
        # The other database is only looked at where a row could come.
        nothing = "LIMIT 1" if selection.kind == FOREIGN_TABLE else "WHERE 1 = 0"
        try:
            self._cursor.execute(f"{selection.query} {nothing}").fetchall()
        except pyodbc.Error as error:
            if not error.args[0].startswith(_NOT_ALLOWED):
                raise
            return _sentence_of_refusal(selection, error.args[0])
        return None

    def _missing_sentences(self, selection: TableSelection, names: Sequence[str]) -> list[str]:
        if not names:
            return []
        place = self._place(selection.table.name)
        names_present = ", ".join(sorted(self._columns(place))) if place else "no column"
        return [
            f"{selection.table.name} has no column {', '.join(names)} (it has: {names_present})"
        ]

    def _place(self, name: str) -> _Place | None:
        places = [place for place in self._places if place.name.lower() == name.lower()]
        places.sort(key=lambda place: self._rank(place, name))
        return places[0] if places else None

    def _rank(self, place: _Place, name: str) -> tuple[bool, bool, bool]:
        """Return what sorts first what an unqualified name means, then what is up to date."""
        is_elsewhere = place.schema != self._default_schema
        is_copy = place.kind in (MATERIALISED_VIEW, FOREIGN_TABLE)
        return is_elsewhere, is_copy, place.name != name

    def _columns(self, place: _Place) -> dict[str, SourceColumn]:
        schema, table, _ = place
        rows = self._cursor.columns(table=table, schema=schema or None).fetchall()
        spelled = [row for row in rows if (row.table_schem or None) == (schema or None)]
        # Some catalogues list a table in one spelling and its columns in another.
        exact = [row for row in spelled if row.table_name == table]
        alike = [row for row in spelled if row.table_name.lower() == table.lower()]
        return {row.column_name: self._source(row) for row in exact or alike}

    def _source(self, row: pyodbc.Row) -> SourceColumn:
        code = row.data_type
        if code in TEXTS:
            code = self._dialect.named_types.get(row.type_name.lower(), code)
        return SourceColumn(
            row.column_name, code, row.type_name, row.column_size or 0, row.decimal_digits or 0
        )

    def _select(self, column: Column, present: Mapping[str, SourceColumn]) -> SelectedColumn:
        expected = column.source_name
        alike = [source for name, source in present.items() if name.lower() == expected.lower()]
        alike.sort(key=lambda source: source.name != expected)
        source = alike[0] if alike else None
        if source and column.of:
            source = SourceColumn(source.name, pyodbc.SQL_INTEGER, "integer", 10, 0)
        readings = self._readings[column.dtype] if source else ()
        reading = next((item for item in readings if source and source.suits(item)), None)
        return SelectedColumn(column, source, reading)


def _unread_flags(columns: Sequence[Column], present: Iterable[str]) -> tuple[str, ...]:
    """Return the deletion flags of a fork that the table has and that are not read."""
    read = {column.source_name.lower() for column in columns}
    flags = {flag.lower() for flag in DELETION_FLAGS} - read
    return tuple(name for name in present if name.lower() in flags)


def _sentence_of_refusal(selection: TableSelection, state: str) -> str:
    name = selection.table.name
    if selection.kind != FOREIGN_TABLE:
        return f"the user may not read {name} (SQLSTATE {state})"
    if state == _NO_MAPPING:
        return f"{name} is a foreign table, and the user has no user mapping for its server"
    return f"{name} is a foreign table, and the database behind it does not give it ({state})"


def _unfit(selection: TableSelection, item: SelectedColumn) -> str:
    type_name = item.source.type_name if item.source else "unknown"
    return (
        f"{selection.table.name}.{item.column.source_name} is of type {type_name}; "
        f"expected {_EXPECTED[item.column.dtype]}"
    )
