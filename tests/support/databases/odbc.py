"""ODBC connection strings, as an installation's would be."""

from pathlib import Path


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
