"""Extract two large tables from PostgreSQL: against a bare loop, and against pyodbc rows.

    python -m tests.benchmarks.extract [rows]

Every way reads the same columns in a process of its own; ways take turns, and the fastest turn of
each counts. Exits with 1 if the extract takes more than 1.25 times the bare loop, is less than
twice as fast as pyodbc rows, or needs more than 300 MiB.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import arrow_odbc
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pyodbc

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.postgresql import POSTGRESQL
from flows.connectors.openimis.selection import SNAPSHOT_TYPES
from flows.steps.extract.snapshot import copy_tables
from staging.layout import Run
from tests.benchmarks.measuring import Cost, cost_of, costs_in_turn
from tests.support.databases import Database, postgresql
from tests.support.openimis_sample.schema import Level
from tests.support.openimis_sample.schema import columns as sample_columns
from transforms.openimis.tables.column_types import Column
from transforms.openimis.tables.columns import TABLES

ROWS = 2_000_000
TURNS = 2
BATCH_ROWS = 10_000
MOST_TIMES_BARE = 1.25
LEAST_TIMES_PYODBC = 2.0
MOST_MIB = 300

RELEASE: Level = "1.11"


def _columns_there(table: str) -> list[Column]:
    """What the project reads of a table of that release."""
    there = {column.name for column in sample_columns(table, RELEASE)}
    return [column for column in TABLES[table].columns if column.name in there]


WANTED: Mapping[str, Sequence[Column]] = {
    name: _columns_there(name) for name in ("tblClaimItems", "tblInsuree")
}
_VALUES = {
    "integer": "g",
    "smallint": "g % 17",
    "boolean": "g % 5 = 0",
    "numeric(18,2)": "(g * 31 % 100000) / 100.0",
    "date": "date '1950-01-01' + (g % 25000)::int",
    "timestamp with time zone": "timestamptz '2021-01-01' + g * interval '47 seconds'",
    "varchar(36)": "md5(g::text) || '-abc'",
}


def queries() -> Iterator[tuple[str, str]]:
    """Table and its plain SELECT of the wanted columns."""
    for table, wanted in WANTED.items():
        names = ", ".join(f'"{column.name}"' for column in wanted)
        yield table, f'SELECT {names} FROM "{table}"'


def bare_loop(odbc: str, folder: Path) -> None:
    connection = arrow_odbc.connect(odbc)
    for table, query in queries():
        reader = connection.read_arrow_batches(query, batch_size=BATCH_ROWS)
        path = folder / f"{table}.parquet"
        with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)


def pyodbc_rows(odbc: str, folder: Path) -> None:
    connection = pyodbc.connect(odbc)
    for table, query in queries():
        cursor = connection.execute(query)
        writer = None
        while rows := cursor.fetchmany(BATCH_ROWS):
            names = [column[0] for column in cursor.description]
            types: pa.Schema | None = writer.schema if writer else None
            found = pa.record_batch(
                [
                    pa.array(values, types.field(name).type if types else _type_of(table, name))
                    for name, values in zip(names, zip(*rows, strict=True), strict=True)
                ],
                names,
            )
            writer = writer or pq.ParquetWriter(
                folder / f"{table}.parquet", found.schema, compression="zstd"
            )
            writer.write_batch(found)
        if writer:
            writer.close()


def extract(odbc: str, folder: Path) -> None:
    copy_tables(Run(folder, "benchmark"), "benchmark", Openimis(POSTGRESQL, odbc), WANTED)


def in_a_folder(way: Callable[[str, Path], None], odbc: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        way(odbc, Path(folder))


def _type_of(table: str, name: str) -> pa.DataType:
    return SNAPSHOT_TYPES[TABLES[table].column(name).dtype]


def fill(database: Database, rows: int) -> None:
    """Make both tables, in openIMIS's own column order and types, with so many rows each."""
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        for table in WANTED:
            columns = sample_columns(table, RELEASE)
            names = ", ".join(f'"{column.name}" {column.kind.postgresql}' for column in columns)
            values = ", ".join(
                _VALUES.get(column.kind.postgresql, "NULL")
                if column.name in _filled(table)
                else "NULL"
                for column in columns
            )
            connection.execute(f'CREATE TABLE "{table}" ({names})')
            connection.execute(
                f'INSERT INTO "{table}" SELECT {values} FROM generate_series(1::bigint, {rows}) g'
            )
        connection.execute("ANALYZE")


def _filled(table: str) -> set[str]:
    seldom = {"ValidityTo", "LegacyID", "QtyApproved", "PriceApproved", "ExceedCeilingAmount"}
    return {column.name for column in WANTED[table]} - seldom


def measured(odbc: str) -> dict[str, Cost]:
    """The fastest turn of each way, and the most memory of any of its turns."""
    ways = (bare_loop, extract, pyodbc_rows)
    return costs_in_turn(
        TURNS, **{way.__name__: partial(cost_of, in_a_folder, way, odbc) for way in ways}
    )


def main(arguments: Sequence[str]) -> int:
    rows = int(arguments[0]) if arguments else ROWS
    with postgresql() as server:
        small, large = server.create_database(), server.create_database()
        fill(small, rows // 10)
        fill(large, rows)
        few = cost_of(in_a_folder, extract, small.odbc)
        costs = measured(large.odbc)
    return judged(rows, few, costs)


def judged(rows: int, few: Cost, costs: Mapping[str, Cost]) -> int:
    """Print the ratios; return 1 if one does not hold."""
    ours = costs["extract"]
    times_bare = ours.seconds / costs["bare_loop"].seconds
    times_pyodbc = costs["pyodbc_rows"].seconds / ours.seconds
    print(f"extract / bare loop   {times_bare:5.2f}  (at most {MOST_TIMES_BARE})")
    print(f"pyodbc rows / extract {times_pyodbc:5.2f}  (at least {LEAST_TIMES_PYODBC})")
    print(
        f"peak memory {few.mebibytes:.0f} MiB at {rows // 10:,} rows a table, "
        f"{ours.mebibytes:.0f} MiB at {rows:,}  (at most {MOST_MIB})"
    )
    holds = (
        times_bare <= MOST_TIMES_BARE
        and times_pyodbc >= LEAST_TIMES_PYODBC
        and ours.mebibytes <= MOST_MIB
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
