"""Writes a sample into SQL Server, in the types that openIMIS's own creation script gives there.

`nvarchar`, `nchar(1)`, `uniqueidentifier`, `datetime`, `decimal`, `bit`, and `rowversion`, which
SQL Server fills by itself. Values are written as literals, so that no driver rounds one on its way.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import polars as pl
import pyodbc

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.schema import Column, Level
from tests.support.openimis_sample.writing import level_of

_ROWS_A_STATEMENT: Final = 100
_TYPES: Final = {
    "integer": "int",
    "smallint": "smallint",
    "boolean": "bit",
    "numeric(18,2)": "decimal(18,2)",
    "numeric(5,2)": "decimal(5,2)",
    "date": "date",
    "timestamp with time zone": "datetime",
    "text": "nvarchar(max)",
    "jsonb": "nvarchar(max)",
    "uuid": "uniqueidentifier",
}
_SPELLED: Final = {
    ("tblInsureePolicy", "LegacyID"): "LegacyId",
    ("tblInsureePolicy", "InsureeID"): "InsureeId",
}
"""What SQL Server's script spells otherwise than PostgreSQL's."""

_INDEXED: Final = schema.INDEXES


def write_sql_server(tables: dict[str, pl.DataFrame], connection: pyodbc.Connection) -> None:
    """Writes the sample into an empty database; the connection commits by itself."""
    level = level_of(tables)
    for table, frame in tables.items():
        connection.execute(_ddl(table, level, frame))
        for statement in _inserts(table, frame):
            connection.execute(statement)
    for table, column in _INDEXED:
        connection.execute(f"CREATE INDEX [{table}_{column}] ON [{table}] ([{column}])")


def is_row_version(column: str) -> bool:
    """Whether SQL Server fills the column by itself."""
    return column.lower() == "rowid"


def literal(value: Any) -> str:
    """A value as T-SQL writes it."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(int(value))
        case datetime():
            return f"'{value.isoformat(timespec='milliseconds')}'"
        case date():
            return f"'{value.isoformat()}'"
        case int() | Decimal():
            return str(value)
        case str():
            return "N'" + value.replace("'", "''") + "'"
    raise TypeError(f"No literal of type {type(value).__name__} is known.")


def _ddl(table: str, level: Level, frame: pl.DataFrame) -> str:
    columns = [
        f"[{_SPELLED.get((table, column.name), column.name)}] {_type(column)}"
        f"{'' if column.nullable else ' NOT NULL'}"
        for column in schema.columns_of(table, level, frame.columns)
    ]
    key = schema.key(table)
    return f"CREATE TABLE [{table}] ({', '.join(columns)}, PRIMARY KEY ([{key}]))"


def _type(column: Column) -> str:
    if is_row_version(column.name):
        return "rowversion"
    if column.name.endswith("UUID"):
        return "uniqueidentifier"
    if column.kind.postgresql == "character varying(1)":
        return "nchar(1)"
    return _TYPES.get(
        column.kind.postgresql, column.kind.postgresql.replace("character varying", "nvarchar")
    )


def _inserts(table: str, frame: pl.DataFrame) -> Iterable[str]:
    written = frame.select(name for name in frame.columns if not is_row_version(name))
    names = ", ".join(f"[{name}]" for name in written.columns)
    rows = [f"({', '.join(map(literal, row))})" for row in written.iter_rows()]
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        values = ", ".join(rows[start : start + _ROWS_A_STATEMENT])
        yield f"INSERT INTO [{table}] ({names}) VALUES {values}"
