"""A value comes as it is, or its row says that it cannot be read; it never comes changed."""

import re
import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.databases import sqlite_odbc
from tests.system.extract.conftest import rows_of, unread, wanted_of
from transforms.core.errors import SourceError

LARGEST = "9999999999999999.99"
VALUE = wanted_of("tblPolicy", "PolicyValue")
EXPIRY = wanted_of("tblPolicy", "ExpiryDate")
VALIDITY = wanted_of("tblPolicy", "ValidityFrom")
STATUS = wanted_of("tblPolicy", "PolicyStatus")


@pytest.fixture
def policy(administrator):
    """Gives the one policy of the database a value."""
    administrator.execute('DELETE FROM "tblPolicy" WHERE "PolicyID" > 1')

    def given(column: str, value: str) -> None:
        administrator.execute(f'UPDATE "tblPolicy" SET "{column}" = {value}')

    return given


@pytest.fixture
def sqlite_policy(tmp_path):
    """Makes a SQLite file with one policy, whose column is declared and filled as asked."""

    def made(column: str, declared: str, value: object) -> str:
        path: Path = tmp_path / "openimis.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(
                'CREATE TABLE "tblPolicy"'
                f' ("PolicyID" INTEGER, "PolicyUUID" TEXT, "{column}" {declared})'
            )
            connection.execute('INSERT INTO "tblPolicy" VALUES (7, NULL, ?)', [value])
            connection.commit()
        return sqlite_odbc(path)

    return made


def test_the_database_says_who_is_excluded_and_no_number_is_read(take, openimis, administrator):
    administrator.execute(
        """UPDATE "tblInsuree" SET "CHFID" = '999999999' WHERE "InsureeID" IN (2, 3)"""
    )
    administrator.execute("""UPDATE "tblInsuree" SET "CHFID" = NULL WHERE "InsureeID" = 4""")
    wanted = wanted_of("tblInsuree", "IsExcluded")

    rows = rows_of(take(openimis.odbc, wanted=wanted), "tblInsuree")

    assert rows.filter(IsExcluded=1)["InsureeID"].to_list() == [2, 3]
    assert rows["IsExcluded"].null_count() == 0
    assert "CHFID" not in rows.columns


@pytest.mark.parametrize("amount", [LARGEST, f"-{LARGEST}", "12345678901234.56", "0.10", "0"])
def test_an_amount_keeps_every_digit(take, openimis, policy, amount):
    policy("PolicyValue", amount)

    snapshot = take(openimis.odbc, wanted=VALUE)

    assert rows_of(snapshot, "tblPolicy")["PolicyValue"].to_list() == [Decimal(amount)]


@pytest.mark.parametrize("declared", ["DECIMAL(18,2)", "NUMERIC", "REAL", "TEXT", "VARCHAR(21)"])
@pytest.mark.parametrize("amount", ["12345678901234.56", "0.10", "-7.5", "100"])
def test_an_amount_keeps_every_digit_in_sqlite(take, sqlite_policy, declared, amount):
    odbc = sqlite_policy("PolicyValue", declared, amount)

    snapshot = take(odbc, "sqlite", wanted=VALUE)

    assert rows_of(snapshot, "tblPolicy")["PolicyValue"].to_list() == [Decimal(amount)]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1899, 12, 31), date(9999, 12, 31)])
def test_a_date_at_the_edge_comes_as_it_is(take, openimis, policy, day):
    policy("ExpiryDate", f"'{day.isoformat()}'")

    snapshot = take(openimis.odbc, wanted=EXPIRY)

    assert rows_of(snapshot, "tblPolicy")["ExpiryDate"].to_list() == [day]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("ExpiryDate", "'infinity'"),
        ("ExpiryDate", "'-infinity'"),
        ("ExpiryDate", "'0044-03-15 BC'"),
        ("ExpiryDate", "'20026-01-01'"),
        ("ValidityFrom", "'infinity'"),
        ("ValidityFrom", "'20026-01-01'"),
        ("PolicyValue", "'NaN'"),
    ],
)
def test_a_value_that_the_driver_would_change_is_null_and_named_in_its_row(
    take, openimis, policy, column, value
):
    policy(column, value)

    snapshot = take(openimis.odbc, wanted=wanted_of("tblPolicy", column))

    assert unread(snapshot, "tblPolicy") == {1: column}
    assert rows_of(snapshot, "tblPolicy")[column].to_list() == [None]
    assert snapshot.manifest.tables["tblPolicy"].unreadable == {column: 1}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("ExpiryDate", "27/03/2018"),
        ("ExpiryDate", "2018-02-30"),
        ("ValidityFrom", "2018-02-28 25:00:00"),
        ("ValidityFrom", "2018-02-28 12:00:00+05:45"),
        ("PolicyValue", "0.125"),
        ("PolicyValue", "NaN"),
        ("PolicyStatus", "zwei"),
        ("PolicyStatus", "3000000000"),
    ],
)
def test_a_text_that_is_no_value_of_its_column_is_null_and_named_in_its_row_in_sqlite(
    take, sqlite_policy, column, value
):
    odbc = sqlite_policy(column, "TEXT", value)

    snapshot = take(odbc, "sqlite", wanted=wanted_of("tblPolicy", column))

    assert unread(snapshot, "tblPolicy") == {7: column}
    assert rows_of(snapshot, "tblPolicy")[column].to_list() == [None]


@pytest.mark.parametrize("value", ["x" * 1001, "\u0939" * 334, "x" * 70_000])
def test_a_text_that_is_too_long_is_null_and_named_in_its_row_in_sqlite(take, sqlite_policy, value):
    odbc = sqlite_policy("PolicyStage", "TEXT", value)

    snapshot = take(odbc, "sqlite", wanted=wanted_of("tblPolicy", "PolicyStage"))

    assert unread(snapshot, "tblPolicy") == {7: "PolicyStage"}


def test_a_text_that_is_as_long_as_can_be_read_comes_whole_in_sqlite(take, sqlite_policy):
    odbc = sqlite_policy("PolicyStage", "TEXT", "x" * 1000)

    snapshot = take(odbc, "sqlite", wanted=wanted_of("tblPolicy", "PolicyStage"))

    assert rows_of(snapshot, "tblPolicy")["PolicyStage"].to_list() == ["x" * 1000]
    assert unread(snapshot, "tblPolicy") == {}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02", datetime.fromisoformat("2026-01-02")),
        ("2026-01-02 03:04:05", datetime.fromisoformat("2026-01-02T03:04:05")),
        ("2026-01-02T03:04:05.123456Z", datetime.fromisoformat("2026-01-02T03:04:05.123456")),
        ("2026-01-02 03:04:05.5+00:00", datetime.fromisoformat("2026-01-02T03:04:05.500")),
        ("", None),
    ],
)
def test_a_time_stamp_of_sqlite_may_be_written_in_any_iso_form(take, sqlite_policy, text, moment):
    odbc = sqlite_policy("ValidityFrom", "TIMESTAMP", text)

    snapshot = take(odbc, "sqlite", wanted=VALIDITY)

    assert rows_of(snapshot, "tblPolicy")["ValidityFrom"].to_list() == [moment]


def test_a_number_that_does_not_fit_is_null_and_not_wrapped(take, openimis, administrator, policy):
    administrator.execute('ALTER TABLE "tblPolicy" ALTER "PolicyStatus" TYPE bigint')
    policy("PolicyStatus", "3000000000")

    snapshot = take(openimis.odbc, wanted=STATUS)

    assert unread(snapshot, "tblPolicy") == {1: "PolicyStatus"}


def test_a_third_decimal_is_not_cut_off_but_makes_the_amount_unreadable(
    take, openimis, administrator, policy
):
    administrator.execute('ALTER TABLE "tblPolicy" ALTER "PolicyValue" TYPE numeric')
    policy("PolicyValue", "99.995")

    snapshot = take(openimis.odbc, wanted=VALUE)

    assert unread(snapshot, "tblPolicy") == {1: "PolicyValue"}


def test_an_amount_of_a_wider_column_comes_as_it_is(take, openimis, administrator, policy):
    administrator.execute('ALTER TABLE "tblPolicy" ALTER "PolicyValue" TYPE numeric(38, 4)')
    policy("PolicyValue", LARGEST)

    snapshot = take(openimis.odbc, wanted=VALUE)

    assert rows_of(snapshot, "tblPolicy")["PolicyValue"].to_list() == [Decimal(LARGEST)]


def test_uuids_are_lower_case(take, openimis, administrator):
    administrator.execute('UPDATE "tblPolicy" SET "PolicyUUID" = upper("PolicyUUID")')

    snapshot = take(openimis.odbc, wanted=wanted_of("tblPolicy", "PolicyUUID"))

    uuids = rows_of(snapshot, "tblPolicy")["PolicyUUID"]
    assert uuids.equals(uuids.str.to_lowercase())


def test_letters_of_any_script_come_as_they_are(take, openimis, administrator):
    name = "Juilöa नेपाल 健康 😀"
    administrator.execute('UPDATE "tblHF" SET "HFName" = %s', [name])

    snapshot = take(openimis.odbc, wanted=wanted_of("tblHF", "HFName"))

    assert set(rows_of(snapshot, "tblHF")["HFName"]) == {name}


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("text", "repeat('x', 70000)"),
        ("text", "repeat('x', 4001)"),
        ("text", "repeat('\u0939', 1334)"),
        ("varchar(4000)", "repeat('\u0939', 1334)"),
        ("varchar(9000)", "repeat('x', 4001)"),
    ],
)
def test_a_text_that_is_too_long_is_null_and_not_cut_off(
    take, openimis, administrator, type_name, text
):
    administrator.execute(f'ALTER TABLE "tblHF" ALTER "HFName" TYPE {type_name}')
    administrator.execute(f'UPDATE "tblHF" SET "HFName" = {text} WHERE "HfID" = 1')

    snapshot = take(openimis.odbc, wanted=wanted_of("tblHF", "HFName"))

    assert unread(snapshot, "tblHF") == {1: "HFName"}


@pytest.mark.parametrize("type_name", ["text", "varchar(4000)", "varchar(1000)"])
def test_a_text_that_can_be_read_comes_whole_whatever_its_column_could_hold(
    take, openimis, administrator, type_name
):
    administrator.execute(f'ALTER TABLE "tblHF" ALTER "HFName" TYPE {type_name}')
    administrator.execute('UPDATE "tblHF" SET "HFName" = repeat(\'\U0001f600\', 1000)')

    snapshot = take(openimis.odbc, wanted=wanted_of("tblHF", "HFName"))

    assert set(rows_of(snapshot, "tblHF")["HFName"]) == {"\U0001f600" * 1000}


def test_all_values_of_a_row_that_cannot_be_read_are_named(take, openimis, policy):
    policy("PolicyValue", "'NaN'")
    policy("ExpiryDate", "'infinity'")

    snapshot = take(openimis.odbc, wanted=wanted_of("tblPolicy", "PolicyValue", "ExpiryDate"))

    assert unread(snapshot, "tblPolicy") == {1: "PolicyValue ExpiryDate"}


def test_all_texts_of_a_row_that_are_no_values_are_named_in_sqlite(take, tmp_path):
    path: Path = tmp_path / "openimis.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            'CREATE TABLE "tblPolicy" ("PolicyID" INTEGER, "PolicyUUID" TEXT,'
            ' "ExpiryDate" TEXT, "ValidityFrom" TEXT)'
        )
        connection.execute("INSERT INTO \"tblPolicy\" VALUES (7, NULL, 'soon', 'once')")
        connection.commit()

    snapshot = take(
        sqlite_odbc(path), "sqlite", wanted=wanted_of("tblPolicy", "ExpiryDate", "ValidityFrom")
    )

    assert unread(snapshot, "tblPolicy") == {7: "ExpiryDate ValidityFrom"}


def test_where_all_can_be_read_a_snapshot_says_nothing_of_it(take, openimis):
    snapshot = take(openimis.odbc)

    for name, table in snapshot.manifest.tables.items():
        assert table.unreadable == {}
        assert snapshot.frames[name].collect_schema().names() == table.columns


@pytest.mark.parametrize(("unreadable", "stops"), [(100, False), (101, True)])
def test_a_run_stops_where_a_share_and_a_count_of_a_column_cannot_be_read(
    take, openimis, administrator, unreadable, stops
):
    """600 persons: 101 are more than one in twenty, and more than a hundred."""
    administrator.execute(
        f'UPDATE "tblInsuree" SET "DOB" = \'20223-01-01\' WHERE "InsureeID" IN'
        f' (SELECT "InsureeID" FROM "tblInsuree" LIMIT {unreadable})'
    )
    wanted = wanted_of("tblInsuree", "DOB")

    if not stops:
        assert len(unread(take(openimis.odbc, wanted=wanted), "tblInsuree")) == unreadable
        return
    with pytest.raises(SourceError) as refusal:
        take(openimis.odbc, wanted=wanted)
    assert re.search(r"tblInsuree\.DOB \(101 of \d+\)", str(refusal.value))
    assert "at most 5% of the values of a column, or 100 of them" in str(refusal.value)
    assert "20223" not in str(refusal.value)


def test_a_run_stops_where_nothing_of_a_short_column_can_be_read(take, openimis, administrator):
    administrator.execute('ALTER TABLE "tblPolicy" ALTER "PolicyValue" TYPE numeric')
    administrator.execute('DELETE FROM "tblPolicy" WHERE "PolicyID" > 11')
    administrator.execute('UPDATE "tblPolicy" SET "PolicyValue" = 0.125')

    with pytest.raises(SourceError, match=r"tblPolicy\.PolicyValue \(11 of 11\)"):
        take(openimis.odbc, wanted=VALUE)
