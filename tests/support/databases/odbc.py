"""ODBC connection strings, as an installation's would be."""

from pathlib import Path

import pyodbc

FAULTY, MENDED = "17.00.0000", "18.00.0002"
"""In between, psqlodbc says that it could not free what a lost connection had. It did, but for
arrow-odbc this is a fault of the program: it ends the process."""


def sqlite_odbc(path: Path) -> str:
    """The connection string of a SQLite file (sqliteodbc would create one that is missing)."""
    return f"Driver=SQLite3;Database={path}"


def postgresql_odbc(port: int, database: str, user: str) -> str:
    """The connection string of a database of the throw-away server.

    Booleans as bits, rows fetched in blocks, text buffers of known size, time stamps in UTC.
    """
    return (
        f"Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={port};Database={database};"
        f"Uid={user};BoolsAsChar=0;UseDeclareFetch=1;Fetch=10000;MaxVarcharSize=4000;"
        "MaxLongVarcharSize=65536;ConnSettings={SET TIME ZONE 'UTC'};"
    )


def ends_with_a_lost_connection(connection_string: str) -> bool:
    """Whether this machine's psqlodbc ends a process that loses the connection between rows."""
    connection = pyodbc.connect(connection_string)
    try:
        version = str(connection.getinfo(pyodbc.SQL_DRIVER_VER))
    finally:
        connection.close()
    return FAULTY <= version < MENDED
