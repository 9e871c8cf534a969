"""A sample that was written: what openIMIS's own code does to rows, over a DB-API connection.

Works on SQLite (`sqlite3`), PostgreSQL (`psycopg`) and SQL Server (`pyodbc`), at both schema
levels, and on the real demo database: columns are asked of the database, not of our table.
"""

import random
import re
import sqlite3
import uuid
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, TypeAlias

import psycopg
import pyodbc

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.sql_server import is_row_version, literal

Connection: TypeAlias = sqlite3.Connection | psycopg.Connection[Any] | pyodbc.Connection
Row = dict[str, Any]

CURRENT: Final = '"ValidityTo" IS NULL'


class OpenImis:
    """A database and what changes it; every new row gets its key and UUID here."""

    def __init__(self, connection: Connection, seed: int) -> None:
        self.connection = connection
        self.chance = random.Random(seed)
        self._columns: dict[str, list[str]] = {}
        self._next_key: dict[str, int] = {}
        if isinstance(connection, psycopg.Connection):
            self.execute("SET TIME ZONE 'UTC'")

    @cached_property
    def level(self) -> schema.Level:
        """The schema level, told by a column that only the newer one has."""
        return "1.11" if "status" in self.columns("tblInsuree") else "1.4"

    @property
    def _is_sqlite(self) -> bool:
        return isinstance(self.connection, sqlite3.Connection)

    def execute(self, statement: str, *values: Any) -> Any:
        """Runs a statement with `?` for values; returns the cursor."""
        cursor: Any = self.connection.cursor()
        if self._is_sqlite:
            return cursor.execute(statement, [_as_sqlite_holds_it(value) for value in values])
        if isinstance(self.connection, pyodbc.Connection):
            return cursor.execute(_in_t_sql(statement, values))
        return cursor.execute(statement.replace("?", "%s"), values)

    def keys(self, statement: str, *values: Any) -> list[int]:
        """The first column of a query's rows."""
        return [row[0] for row in self.execute(statement, *values).fetchall()]

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns."""
        if table not in self._columns:
            cursor = self.execute(f'SELECT * FROM "{table}" LIMIT 0')
            self._columns[table] = [_spelled(table, column[0]) for column in cursor.description]
        return self._columns[table]

    def row(self, table: str, key: int) -> Row:
        """A row by its key."""
        (row,) = self.rows(table, f'"{schema.key(table)}" = ?', key)
        return row

    def rows(self, table: str, condition: str, *values: Any) -> list[Row]:
        """The rows that meet a condition, in the order of their keys."""
        statement = f'SELECT * FROM "{table}" WHERE {condition} ORDER BY "{schema.key(table)}"'
        names = self.columns(table)
        found = self.execute(statement, *values).fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def insert(self, table: str, row: Row) -> int:
        """Inserts a row with a new key and UUID; returns the key. What it lacks is null."""
        key = self._new_key(table)
        row = row | {schema.key(table): key}
        if column := schema.uuid_column(table):
            row[column] = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        known = set(self.columns(table)) - self._filled_by_the_database(table)
        row = {name: value for name, value in row.items() if name in known}
        names = ", ".join(f'"{name}"' for name in row)
        places = ", ".join("?" * len(row))
        self.execute(f'INSERT INTO "{table}" ({names}) VALUES ({places})', *row.values())
        return key

    def update(self, table: str, key: int, **changes: Any) -> None:
        """Writes columns of one row; columns that the level does not have are left out."""
        known = {name: value for name, value in changes.items() if name in self.columns(table)}
        if not known:
            return
        assignments = ", ".join(f'"{name}" = ?' for name in known)
        condition = f'"{schema.key(table)}" = ?'
        self.execute(f'UPDATE "{table}" SET {assignments} WHERE {condition}', *known.values(), key)

    def save_history(self, table: str, key: int, now: datetime, **changes: Any) -> int:
        """openIMIS's save_history: a copy with ValidityTo and LegacyID; the live row is untouched.

        Returns:
            The key of the history row.
        """
        return self.insert(
            table, self.row(table, key) | {"ValidityTo": now, "LegacyID": key} | changes
        )

    def delete_history(self, table: str, key: int, now: datetime) -> None:
        """openIMIS's delete_history: a history row, then ValidityFrom = ValidityTo = now."""
        self.save_history(table, key, now)
        self.update(table, key, ValidityFrom=now, ValidityTo=now)

    def _filled_by_the_database(self, table: str) -> set[str]:
        if not isinstance(self.connection, pyodbc.Connection):
            return set()
        return {name for name in self.columns(table) if is_row_version(name)}

    def _new_key(self, table: str) -> int:
        if table not in self._next_key:
            (last,) = self.keys(f'SELECT max("{schema.key(table)}") FROM "{table}"')
            self._next_key[table] = (last or 0) + 1
        self._next_key[table] += 1
        return self._next_key[table] - 1


def as_date(value: date | datetime | str) -> date:
    """A date as either database hands it over."""
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def _as_sqlite_holds_it(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return int(value) if isinstance(value, bool) else value


def _spelled(table: str, found: str) -> str:
    """A column's name as PostgreSQL spells it; SQL Server has some in other case."""
    known = [column.name for column in schema.columns(table, schema.LEVELS[-1])]
    return next((name for name in known if name.lower() == found.lower()), found)


def _in_t_sql(statement: str, values: tuple[Any, ...]) -> str:
    """The statement with TOP for LIMIT, and with its values in it."""
    limited = re.sub(r"(?s)^SELECT (.*) LIMIT (\d+)$", r"SELECT TOP \2 \1", statement)
    parts = limited.split("?")
    return parts[0] + "".join(
        literal(value) + part for value, part in zip(values, parts[1:], strict=True)
    )
