"""What DHIS2 should hold, asked of openIMIS in plain SQL: written from the rules, not the code."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.system.demo_database.comparison import RESOURCES, Row, Rows

_SQL = Path(__file__).parent / "sql"
_VIEWS = ("rules", "claim_statuses")


def wanted(conninfo: str, *, as_of: str, pseudonym_key: str) -> Rows:
    """Return, a resource, its rows: names of DHIS2 to values, without what is empty.

    Args:
        conninfo: Of the openIMIS database, for psycopg.
        as_of: The day for which it is asked.
        pseudonym_key: The secret of the pseudonyms.
    """
    with psycopg.connect(conninfo) as connection:
        for name, value in {"demo.as_of": as_of, "demo.pseudonym_key": pseudonym_key}.items():
            connection.execute("SELECT SET_CONFIG(%s, %s, FALSE)", (name, value))
        for name in _VIEWS:
            connection.execute(_statement(name))
        rows = {name: list(_rows(connection, name)) for name in RESOURCES}
        connection.rollback()
    return rows


def _rows(connection: psycopg.Connection[Any], resource: str) -> Iterator[Row]:
    cursor = connection.execute(_statement(resource))
    names = [column.name for column in cursor.description or ()]
    for values in cursor:
        cells = zip(names, values, strict=True)
        yield {name: str(value) for name, value in cells if value is not None}


def _statement(name: str) -> bytes:
    return (_SQL / f"{name}.sql").read_bytes()
