"""Every text that can be sent to SQL Server is T-SQL, for each table, level and way to read it."""

from collections.abc import Iterator

import pytest
import sqlglot
from sqlglot import exp

from flows.connectors.openimis.selection import SelectedColumn, SourceColumn, TableSelection
from flows.connectors.openimis.sql_dialect import Reading
from flows.connectors.openimis.sql_server import SQLSERVER
from flows.connectors.openimis.transaction import oldest_uuid
from tests.support.openimis_sample import LEVELS, schema
from transforms.openimis.tables.column_types import Column, Table
from transforms.openimis.tables.columns import TABLES

WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter)


def readings_of(column: Column) -> tuple[Reading, ...]:
    return SQLSERVER.readings[column.dtype]


def selected(column: Column, choice: int) -> SelectedColumn:
    """The column read in one of the ways there are for its type."""
    readings = readings_of(column)
    reading = readings[min(choice, len(readings) - 1)]
    source = SourceColumn(column.of or column.name, 0, "", 0, 0)
    return SelectedColumn(column, source, reading)


def selection(table: Table, level: str, choice: int) -> TableSelection:
    there = {column.name for column in schema.columns(table.name, level)}
    columns = tuple(
        selected(column, choice)
        if (column.of or column.name) in there
        else SelectedColumn(column, None, None)
        for column in table.columns
    )
    return TableSelection(SQLSERVER, table, f"[dbo].[{table.name}]", columns, row_version="RowID")


def _has_columns(table: Table, level: str) -> bool:
    return not table.is_optional or bool(schema.columns(table.name, level))


def selections() -> Iterator[object]:
    ways = max(len(readings) for readings in SQLSERVER.readings.values())
    for table in TABLES.values():
        for level in (each for each in LEVELS if _has_columns(table, each)):
            for choice in range(ways):
                name = f"{table.name}-{level}-{choice}"
                yield pytest.param(selection(table, level, choice), id=name)


def parsed(text: str) -> exp.Expression:
    statements = sqlglot.parse(text, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    assert len(statements) == 1, text
    statement = statements[0]
    assert isinstance(statement, exp.Select), text
    assert not list(statement.find_all(*WRITES)), text
    return statement


@pytest.mark.parametrize("read", list(selections()))
def test_what_is_asked_of_a_table_is_one_select_of_its_columns(read: TableSelection):
    statement = parsed(read.query)

    assert statement.named_selects == read.transit_schema.names
    assert [table.name for table in statement.find_all(exp.Table)] == [read.table.name]
    parsed(f"{read.query} WHERE 1 = 0")
    parsed(read.fingerprint_query)
    if read.table.uuid:
        parsed(oldest_uuid(read))


@pytest.mark.parametrize("text", [SQLSERVER.clock, SQLSERVER.database, SQLSERVER.schema])
def test_what_is_asked_about_the_database_is_one_select(text):
    parsed(text)


def test_the_text_that_shows_whether_letters_are_changed_is_written_in_ascii():
    assert SQLSERVER.probe
    assert SQLSERVER.probe.sql.isascii()
    parsed(SQLSERVER.probe.sql)


def test_nothing_is_read_that_is_not_committed():
    for case in selections():
        (read,) = case.values
        assert "NOLOCK" not in read.query.upper()
    assert SQLSERVER.session == ("SET TRANSACTION ISOLATION LEVEL SNAPSHOT",)


def test_the_time_is_asked_in_a_way_that_always_has_one_row():
    """A count is one row, also of a catalogue in which the user may see nothing."""
    (inner,) = parsed(SQLSERVER.clock).find_all(exp.Subquery)

    assert isinstance(inner.this.expressions[0].unalias(), exp.Count)
    assert not inner.this.args.get("group")
