"""Writes a sample into SQLite and PostgreSQL, with openIMIS's names and declared types.

What both databases hold is equal through ODBC: time stamps in UTC, money exact.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polars as pl
import psycopg
from psycopg import sql

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.schema import Level

_NULL: Final = "\\N"
_ROWS_AT_A_TIME: Final = 50_000


def level_of(tables: dict[str, pl.DataFrame]) -> Level:
    """The schema level that a sample was made for."""
    return "1.11" if "status" in tables["tblInsuree"].columns else "1.4"


def write_sqlite(tables: dict[str, pl.DataFrame], path: Path) -> None:
    """Writes the sample into a new SQLite file.

    Raises:
        FileExistsError: There is a file of that name; nothing was written.
    """
    if path.exists():
        raise FileExistsError(f"{path.name} exists. Give a new name; nothing was written.")
    connection = sqlite3.connect(path)
    try:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        for statement in _sqlite_ddl(tables):
            connection.execute(statement)
        for table, frame in tables.items():
            _insert(connection, table, frame)
        for statement in _indexes():
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def write_postgresql(tables: dict[str, pl.DataFrame], conninfo: str) -> None:
    """Writes the sample into an empty PostgreSQL database, by COPY, in one transaction."""
    level = level_of(tables)
    with psycopg.connect(conninfo, options="-c TimeZone=UTC") as connection:
        for table, frame in tables.items():
            connection.execute(_postgresql_ddl(table, level, frame))
            copy_frame(connection, table, frame)
        for statement in _indexes():
            connection.execute(statement.encode())
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("ANALYZE")


def copy_frame(connection: psycopg.Connection, table: str, frame: pl.DataFrame) -> None:
    """Copies a frame's rows into a table with columns of the same names."""
    names = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL {})").format(
        sql.Identifier(table), names, sql.Literal(_NULL)
    )
    with connection.cursor().copy(statement) as copy:
        for part in frame.iter_slices(_ROWS_AT_A_TIME):
            copy.write(_csv(part))


def _csv(frame: pl.DataFrame) -> str:
    """CSV in which null (`\\N`) differs from blank, and a `\\N` in a text from both."""
    hexadecimal = pl.selectors.binary().bin.encode("hex").str.replace("^", r"\x")
    return frame.with_columns(hexadecimal).write_csv(
        include_header=False,
        null_value=_NULL,
        datetime_format="%Y-%m-%d %H:%M:%S%.6f",
        quote_style="necessary",
    )


def _insert(connection: sqlite3.Connection, table: str, frame: pl.DataFrame) -> None:
    """Columns that are null throughout are left out: SQLite's default is null."""
    filled = [name for name in frame.columns if frame[name].null_count() < frame.height]
    if not filled:
        return
    names = ", ".join(f'"{name}"' for name in filled)
    places = ", ".join("?" * len(filled))
    rows = _as_sqlite_holds_it(frame.select(filled)).iter_rows(buffer_size=_ROWS_AT_A_TIME)
    connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)


def _as_sqlite_holds_it(frame: pl.DataFrame) -> pl.DataFrame:
    """Dates and moments as ISO text, money as text with two decimals."""
    return frame.with_columns(
        pl.selectors.datetime().dt.strftime("%Y-%m-%d %H:%M:%S%.6f"),
        pl.selectors.date().dt.strftime("%Y-%m-%d"),
        pl.selectors.decimal().cast(pl.String),
    )


def _sqlite_ddl(tables: dict[str, pl.DataFrame]) -> Iterable[str]:
    level = level_of(tables)
    for table in schema.tables(level):
        columns = [
            f'"{column.name}" {column.kind.sqlite}{"" if column.nullable else " NOT NULL"}'
            for column in schema.columns_of(table, level, tables[table].columns)
        ]
        yield f'CREATE TABLE "{table}" ({", ".join(columns)}, PRIMARY KEY ("{schema.key(table)}"))'


def _postgresql_ddl(table: str, level: Level, frame: pl.DataFrame) -> sql.Composed:
    columns = [
        sql.SQL("{} {}").format(
            sql.Identifier(column.name),
            sql.SQL(column.kind.postgresql + ("" if column.nullable else " NOT NULL")),
        )
        for column in schema.columns_of(table, level, frame.columns)
    ]
    return sql.SQL("CREATE TABLE {} ({}, PRIMARY KEY ({}))").format(
        sql.Identifier(table), sql.SQL(", ").join(columns), sql.Identifier(schema.key(table))
    )


def _indexes() -> Iterable[str]:
    for table, column in schema.INDEXES:
        yield f'CREATE INDEX "{table}_{column}" ON "{table}" ("{column}")'
