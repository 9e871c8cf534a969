"""Names arrive as they are, whatever the encoding of the database; or their row names them."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.support.databases import Database, PostgreSQL
from tests.system.extract.conftest import Take, rows_of, unread, wanted_of

NAMES = wanted_of("tblHF", "HFName")
HOSPITAL = "Hôpital Zoë Ñandú"
NEPALI = "संजय 🏥"
Make = Callable[[str], Database]


@pytest.fixture
def make(postgresql_server: PostgreSQL) -> Iterator[Make]:
    """Makes a database of an encoding, with two facilities, of which the first has no name yet."""
    made: list[Database] = []

    def new(encoding: str) -> Database:
        database = postgresql_server.create_database(encoding=encoding)
        made.append(database)
        execute(database, 'CREATE TABLE "tblHF" ("HfID" int, "HfUUID" text, "HFName" text)')
        execute(database, """INSERT INTO "tblHF" VALUES (1, 'a', NULL), (2, 'b', 'Plain')""")
        return database

    yield new
    for database in made:
        postgresql_server.drop_database(database)


def execute(database: Database, statement: str, *values: object) -> None:
    conninfo = f"{database.conninfo} client_encoding=UTF8"
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statement.encode(), values or None)


def name_by_bytes(database: Database, name: bytes) -> None:
    """Give the first facility a name of these bytes, as another program may have written it."""
    execute(
        database,
        """UPDATE "tblHF" SET "HFName" = convert_from(%s, 'SQL_ASCII') WHERE "HfID" = 1""",
        name,
    )


def names(take: Take, database: Database) -> list[str | None]:
    return rows_of(take(database.odbc, wanted=NAMES), "tblHF")["HFName"].to_list()


@pytest.mark.parametrize("type_name", ["text", "varchar(50)", "char(30)"])
@pytest.mark.parametrize("encoding", ["LATIN1", "WIN1252", "SQL_ASCII", "UTF8"])
def test_a_name_arrives_as_it_is(take: Take, make: Make, encoding: str, type_name: str) -> None:
    database = make(encoding)
    execute(database, f'ALTER TABLE "tblHF" ALTER "HFName" TYPE {type_name}')
    execute(database, 'UPDATE "tblHF" SET "HFName" = %s WHERE "HfID" = 1', HOSPITAL)

    found = names(take, database)

    assert [name and name.rstrip() for name in found] == [HOSPITAL, "Plain"]


def test_a_name_in_any_script_arrives_from_a_database_that_knows_no_encoding(
    take: Take, make: Make
) -> None:
    database = make("SQL_ASCII")
    name_by_bytes(database, NEPALI.encode())

    assert names(take, database) == [NEPALI, "Plain"]


@pytest.mark.parametrize(
    "name",
    [
        HOSPITAL.encode("latin-1"),
        "Żywiec".encode("cp1250"),
        b"\xc3",
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xed\xa0\x80",
        b"\xf0\x80\x80\x80",
        b"\xf4\x90\x80\x80",
        b"\xf8\x88\x80\x80\x80",
        b"Plain\xff",
    ],
    ids=repr,
)
def test_bytes_that_are_no_letters_are_named_in_their_row_and_end_nothing(
    take: Take, make: Make, name: bytes
) -> None:
    database = make("SQL_ASCII")
    name_by_bytes(database, name)

    snapshot = take(database.odbc, wanted=NAMES)

    assert unread(snapshot, "tblHF") == {1: "HFName"}
    assert rows_of(snapshot, "tblHF")["HFName"].to_list() == [None, "Plain"]


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "UTF8"])
def test_a_text_that_is_too_long_in_utf_8_is_named_in_its_row_and_ends_nothing(
    take: Take, make: Make, encoding: str
) -> None:
    database = make(encoding)
    execute(database, 'UPDATE "tblHF" SET "HFName" = %s WHERE "HfID" = 1', "é" * 2_001)

    assert unread(take(database.odbc, wanted=NAMES), "tblHF") == {1: "HFName"}

    execute(database, 'UPDATE "tblHF" SET "HFName" = %s WHERE "HfID" = 1', "é" * 2_000)
    assert names(take, database) == ["é" * 2_000, "Plain"]
