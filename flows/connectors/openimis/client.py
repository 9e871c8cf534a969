"""openIMIS over ODBC: a plain client.

    OpenimisDatabase (flows/prefect_support/openimis_database.py: which database)
      └── client() ─► Openimis ─┬─ check()        pyodbc reads the catalogue: what is there and fits
                                └─ transaction()  arrow-odbc reads: one connection, one snapshot
                                     └── batches()  of one table after another, in Arrow

All tables are read in one repeatable-read transaction (SQL Server: snapshot isolation), so a claim
never lacks its lines, whatever is written meanwhile. Of a copy that nobody writes to, which needs
no snapshot isolation, it is checked that nobody did. Nothing is ever written to openIMIS.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import arrow_odbc
import pyodbc

from flows.connectors.openimis.catalogue import select_tables
from flows.connectors.openimis.connection_strings import complete
from flows.connectors.openimis.drivers import find_driver
from flows.connectors.openimis.odbc_errors import as_source_error
from flows.connectors.openimis.selection import TableSelection
from flows.connectors.openimis.sql_dialect import DialectName, SqlDialect
from flows.connectors.openimis.sql_server_wire import open_on_the_wire
from flows.connectors.openimis.transaction import SourceTransaction
from transforms.openimis.tables.column_types import Column

LOGIN_SECONDS = 30

# Else unixODBC 2.3.12 keeps a closed connection open until the process ends.
pyodbc.pooling = False


class Openimis:
    """A client of one openIMIS database."""

    def __init__(
        self, dialect: SqlDialect, connection_string: str, *, is_a_copy: bool = False
    ) -> None:
        self._dialect = replace(dialect, session=()) if is_a_copy else dialect
        self._connection_string = complete(connection_string, dialect.settings)
        self._is_a_copy = is_a_copy

    @property
    def open_on_the_wire(self) -> list[str]:
        """What is not safe between a SQL Server and this machine, one sentence each."""
        is_sql_server = self._dialect.name == DialectName.SQLSERVER
        return open_on_the_wire(self._connection_string) if is_sql_server else []

    def check(self, columns: Mapping[str, Sequence[Column]]) -> list[TableSelection]:
        """Return how every table of `columns` (table name to columns to read) is read.

        Raises:
            SourceError: No connection; a required table or column is missing, a type does not
                fit, or the user may not read a table.
        """
        with (
            self._connection() as connection,
            as_source_error("read which tables and columns openIMIS has"),
        ):
            return select_tables(connection, self._dialect, columns)

    def find_driver(self) -> str:
        """Return the driver, or the data source, that the connection string names.

        Raises:
            SourceError: It names none, or one that this machine does not have.
        """
        return find_driver(self._connection_string)

    def log_in(self) -> None:
        """Open a connection, and close it.

        Raises:
            SourceError: The database does not let the user in.
            SourceBusyError: It is out of reach.
        """
        with self._connection():
            pass

    def writable(self, selections: Sequence[TableSelection]) -> list[str] | None:
        """Return the tables that the user may write; None where the database has no rights."""
        question = self._dialect.may_write
        if question is None:
            return None
        with self._connection() as connection, as_source_error("ask for the user's rights"):
            cursor = connection.cursor()
            return [
                each.table.name
                for each in selections
                if each.location
                and cursor.execute(question.format(_as_text(each.location))).fetchval()
            ]

    @property
    def dialect_name(self) -> DialectName:
        """The kind of database."""
        return self._dialect.name

    @property
    def has_local_clock(self) -> bool:
        """Whether the database's clock shows the local time of its server, not UTC."""
        return self._dialect.is_local

    @contextmanager
    def _connection(self) -> Iterator[pyodbc.Connection]:
        with as_source_error("connect to openIMIS", connecting=True):
            connection = pyodbc.connect(
                self._connection_string, autocommit=True, readonly=False, timeout=LOGIN_SECONDS
            )
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def transaction(self) -> Iterator[SourceTransaction]:
        """Open the transaction in which everything is read; it is rolled back at the end.

        Raises:
            SourceError: No connection.
        """
        with as_source_error("connect to openIMIS", connecting=True):
            connection = arrow_odbc.connect(
                self._connection_string, login_timeout_sec=LOGIN_SECONDS, autocommit=False
            )
        try:
            yield SourceTransaction(connection, self._dialect, is_a_copy=self._is_a_copy)
        finally:
            with suppress(arrow_odbc.Error):
                connection.rollback()


def _as_text(name: str) -> str:
    """Return a quoted name as a text of SQL."""
    return "'" + name.replace("'", "''") + "'"
