"""Whatever database holds an openIMIS, the snapshot is the same."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flows.connectors.openimis.selection import SNAPSHOT_TYPES
from tests.support.databases import demo_folder, load_demo, sqlite_odbc
from tests.support.openimis_sample import LEVELS, sample, write_postgresql, write_sqlite
from tests.system.extract.conftest import EVERYTHING, rows_of
from transforms.openimis.tables.column_types import Column
from transforms.openimis.tables.columns import TABLES

AS_OF = date(2026, 1, 1)
ABSENT_IN_THE_OLDER_SCHEMA = ["status"]


@pytest.fixture(scope="module", params=LEVELS)
def level(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def tables(level: str) -> dict[str, pl.DataFrame]:
    country = "packages" if level == "1.11" else "demo"
    return sample(800, seed=3, level=level, as_of=AS_OF, country=country)


@pytest.fixture(params=["postgresql", "sqlite"])
def snapshot(request, take, tables, tmp_path):
    if request.param == "sqlite":
        write_sqlite(tables, tmp_path / "openimis.db")
        return take(sqlite_odbc(tmp_path / "openimis.db"), "sqlite")
    database = request.getfixturevalue("postgresql_server").create_database()
    write_postgresql(tables, database.conninfo)
    return take(database.odbc)


def is_among(column: Column) -> pl.Expr:
    """What the database says of another of its columns."""
    return pl.col(column.of).is_in(column.among).fill_null(value=False).alias(column.name)


def test_every_value_of_every_table_is_in_the_snapshot(snapshot, tables, level):
    for name, columns in EVERYTHING.items():
        if name not in tables:
            continue
        wanted = {column.name: column.dtype for column in columns}
        answered = [is_among(column) for column in columns if column.of]
        expected = tables[name].select(pl.col(set(wanted) & set(tables[name].columns)), *answered)
        absent = [
            pl.lit(None, wanted[column]).alias(column)
            for column in wanted.keys() - expected.columns
        ]

        assert_frame_equal(
            rows_of(snapshot, name),
            expected.with_columns(absent).select(*wanted).cast(wanted).sort(TABLES[name].key),
        )


def test_a_column_that_the_schema_does_not_have_is_null_and_named(snapshot, level):
    missing = snapshot.manifest.tables["tblInsuree"].missing

    assert missing == ([] if level == "1.11" else ABSENT_IN_THE_OLDER_SCHEMA)


def test_a_table_that_the_schema_does_not_have_and_need_not_is_empty(snapshot, level):
    for name in ("tblClaimServicesService", "tblClaimServicesItems"):
        assert TABLES[name].is_optional
        assert rows_of(snapshot, name).is_empty() == (level == "1.4")


def test_every_type_of_the_tables_can_be_written():
    assert {column.dtype for columns in EVERYTHING.values() for column in columns} == set(
        SNAPSHOT_TYPES
    )


@pytest.mark.demo_database
@pytest.mark.skipif(
    demo_folder() is None, reason="needs ../shared/openimis-demo beside the checkout"
)
@pytest.mark.parametrize("demo_level", LEVELS)
def test_every_row_of_the_demo_database_is_in_the_snapshot(take, postgresql_server, demo_level):
    database = postgresql_server.create_database()
    load_demo(database.conninfo, demo_level)

    snapshot = take(database.odbc)

    for name, columns in EVERYTHING.items():
        if TABLES[name].is_optional:
            continue
        source = pl.read_parquet(Path(demo_folder()) / f"{name}.parquet")
        unchanged = [
            pl.col(column.name).dt.replace_time_zone(None)
            if column.dtype == pl.Datetime("us")
            else pl.col(column.name)
            for column in columns
            if column.name in source.columns and column.name not in {"CurrentVillage", "status"}
        ]
        expected = source.sort(TABLES[name].key).select(unchanged)
        found = rows_of(snapshot, name).select(expected.columns)
        assert_frame_equal(found, expected.cast(dict(found.schema)))
