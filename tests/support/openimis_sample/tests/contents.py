"""What a database holds, in a form that compares across databases and over time."""

import sqlite3
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyodbc

from tests.support.openimis_sample import schema

# Else unixODBC 2.3.12 keeps a closed connection open, and its database is no template any more.
pyodbc.pooling = False

Contents = dict[str, dict[Any, dict[str, Any]]]
"""Table → key → column → value."""


def through_odbc(connection_string: str, level: str) -> Contents:
    """All rows, read through ODBC, with SQLite's and PostgreSQL's ways of saying it made alike."""
    connection = pyodbc.connect(connection_string)
    try:
        return {
            table: _by_key(connection.cursor(), table, level, _alike)
            for table in schema.tables(level)
        }
    finally:
        connection.close()


def stored(connection: sqlite3.Connection, level: str) -> Contents:
    """All rows as SQLite stores them."""
    return {
        table: _by_key(connection.cursor(), table, level, lambda value, _: value)
        for table in schema.tables(level)
    }


def changes(before: Contents, after: Contents) -> dict[str, set[str]]:
    """Table → the columns that differ in rows there were before; `+` new rows, `-` removed ones."""
    found = {table: _changes(before[table], after[table]) for table in before}
    return {table: columns for table, columns in found.items() if columns}


def new_rows(before: Contents, after: Contents, table: str) -> list[dict[str, Any]]:
    """The rows that were not there, in the order of their keys."""
    return [row for key, row in sorted(after[table].items()) if key not in before[table]]


def _changes(before: dict[Any, Any], after: dict[Any, Any]) -> set[str]:
    signs = {"+"} if after.keys() - before.keys() else set()
    signs |= {"-"} if before.keys() - after.keys() else set()
    both = before.keys() & after.keys()
    return signs | {
        name
        for key in both
        if before[key] != after[key]
        for name in before[key]
        if before[key][name] != after[key][name]
    }


def _by_key(cursor: Any, table: str, level: str, read: Any) -> dict[Any, dict[str, Any]]:
    columns = schema.columns(table, level)
    names = ", ".join(f'"{column.name}"' for column in columns)
    rows = cursor.execute(f'SELECT {names} FROM "{table}"').fetchall()
    return {
        row[0]: {
            column.name: read(value, column.kind)
            for column, value in zip(columns, row, strict=True)
        }
        for row in rows
    }


def _alike(value: Any, kind: schema.Kind) -> Any:
    if value is None:
        return None
    if kind.postgresql.startswith("numeric"):
        return Decimal(value)
    assert isinstance(value, _PYTHON[str(kind.polars.base_type())]), (kind, value)
    return value


_PYTHON: dict[str, type] = {
    "String": str, "Int32": int, "Int16": int, "Boolean": bool, "Date": date, "Datetime": datetime,
}  # fmt: skip
