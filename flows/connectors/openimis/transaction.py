"""One read transaction of openIMIS: all tables as of one moment."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import arrow_odbc
import pyarrow as pa

from flows.connectors.openimis.conforming import conform
from flows.connectors.openimis.odbc_errors import as_source_error
from flows.connectors.openimis.selection import TableSelection
from flows.connectors.openimis.sql_dialect import LONGEST_TEXT, SqlDialect
from transforms.core.errors import SourceError
from transforms.openimis.tables.columns import FAMILIES, HEALTH_FACILITIES, INSUREES, LOCATIONS

BATCH_ROWS = 10_000
BATCH_BYTES = 4 * 1024 * 1024

_RECOGNISED_BY = tuple(table.name for table in (LOCATIONS, HEALTH_FACILITIES, FAMILIES, INSUREES))


class SourceTransaction:
    """One consistent view of openIMIS.

    Attributes:
        as_of: What moment it shows, on the clock of the source's own time stamps: UTC, but the
            local time of a SQL Server. Naive. It is when it was taken; of a replica that is behind,
            the newest moment that the replica has.
        is_behind: Whether it is one of a replica that is behind.
        database: Tells this database from a copy of it elsewhere: SHA-256 of server and name.
    """

    def __init__(
        self, connection: arrow_odbc.Connection, dialect: SqlDialect, *, is_a_copy: bool = False
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._is_a_copy = is_a_copy
        with as_source_error("open a read transaction"):
            self._begin()
            clock = datetime.fromisoformat(self._answer(dialect.clock, "what time it is"))
            behind = self._value(dialect.behind) if dialect.behind else None
            self.is_behind = behind is not None
            self.as_of = min(clock, datetime.fromisoformat(str(behind or clock)))
            self.database = _digest(self._answer(dialect.database, "its name"))
            self._refuse_changed_texts()

    @contextmanager
    def check_unchanged(self, selections: Sequence[TableSelection]) -> Iterator[None]:
        """Check that nobody wrote to a copy while it was read; other databases may be written to.

        Raises:
            SourceError: Somebody did; names the tables.
        """
        before = self._fingerprints(selections) if self._is_a_copy else {}
        yield
        after = self._fingerprints(selections) if self._is_a_copy else {}
        if changed := [table for table in before if before[table] != after[table]]:
            raise _was_written_to(changed)

    def _fingerprints(self, selections: Sequence[TableSelection]) -> dict[str, object]:
        with as_source_error("read how many rows the tables have"):
            return {
                selection.table.name: self._value(selection.fingerprint_query)
                for selection in selections
                if selection.location
            }

    def batches(self, selection: TableSelection) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table in the columns and types of `selection.marked_schema`.

        Raises:
            SourceError: The connection was lost, or the table is gone.
        """
        if selection.location is None:
            return
        with as_source_error(f"read {selection.table.name}"):
            reader = self._connection.read_arrow_batches(
                selection.query,
                batch_size=BATCH_ROWS,
                max_bytes_per_batch=BATCH_BYTES,
                max_text_size=LONGEST_TEXT,
                schema=selection.transit_schema,
                payload_text_encoding=self._dialect.text_encoding,
            )
            for batch in reader:
                yield conform(batch, selection)

    def count_rows(self, selection: TableSelection) -> int:
        """Return how many rows a table has; 0 where there is none.

        Raises:
            SourceError: The connection was lost, or the table is gone.
        """
        if selection.location is None:
            return 0
        with as_source_error(f"count the rows of {selection.table.name}"):
            query = f"SELECT COUNT(*) FROM {selection.location}"  # noqa: S608 - quoted
            return int(str(self._value(query)))

    def oldest_rows(self, selections: Sequence[TableSelection]) -> dict[str, str]:
        """Return what recognises this openIMIS wherever it is moved to.

        Table name to the SHA-256 of the UUID of the row with the least key, which openIMIS never
        changes; of places, facilities, families and insurees, as far as they have rows.
        """
        with as_source_error("read the oldest rows"):
            uuids = {
                selection.table.name: self._value(oldest_uuid(selection))
                for selection in selections
                if selection.table.name in _RECOGNISED_BY and selection.location
            }
        return {table: _digest(str(uuid).lower()) for table, uuid in uuids.items() if uuid}

    def _begin(self) -> None:
        for statement in self._dialect.session:
            self._connection.execute(statement)
        if self._dialect.session:
            self._connection.commit()
        for statement in self._dialect.begin:
            self._connection.execute(statement)

    def _refuse_changed_texts(self) -> None:
        probe = self._dialect.probe
        if probe and self._value(probe.sql) != probe.text:
            raise SourceError(
                "The ODBC driver changes letters that are not Latin: a text that the database made "
                "for this came otherwise than it was made. Use another driver (Microsoft's ODBC "
                "Driver 18, or FreeTDS 1.3 without ClientCharset), or run under a UTF-8 locale "
                "(LC_ALL=C.UTF-8). No table was read and nothing was sent to DHIS2."
            )

    def _answer(self, query: str, question: str) -> str:
        value = self._value(query)
        if value is None:
            raise SourceError(
                f"openIMIS's database does not say {question}, which every database does: it "
                f"answered with nothing. Look whether something between this program and the "
                f"database changes its answers. No table was read and nothing was sent to DHIS2."
            )
        return str(value)

    def _value(self, query: str) -> object:
        reader = self._connection.read_arrow_batches(
            query,
            batch_size=1,
            max_text_size=LONGEST_TEXT,
            payload_text_encoding=self._dialect.text_encoding,
        )
        values = [value for batch in reader for value in batch.column(0).to_pylist()]
        return values[0] if values else None


def _was_written_to(tables: Sequence[str]) -> SourceError:
    return SourceError(
        f"The block says that this openIMIS is a copy that nobody writes to (is_a_copy), but "
        f"{', '.join(tables)} changed while it was read: number of rows or newest stamps are "
        f"others than before. Read a restored backup or a database snapshot; or have snapshot "
        f"isolation switched on and save the block without is_a_copy. No snapshot was kept and "
        f"nothing was sent to DHIS2."
    )


def oldest_uuid(selection: TableSelection) -> str:
    """Return the SELECT of the UUID of the row with the least key."""
    sources = {item.column.name: item.source for item in selection.columns}
    dialect, table = selection.dialect, selection.table
    key, uuid = (
        dialect.quote(source.name)
        for name in (table.key, table.uuid)
        if name and (source := sources[name])
    )
    least = f"SELECT MIN({key}) FROM {selection.location}"  # noqa: S608 - quoted by the dialect
    select = f"SELECT CAST({uuid} AS varchar(36)) FROM {selection.location}"  # noqa: S608
    return f"{select} WHERE {key} = ({least})"


def _digest(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()
