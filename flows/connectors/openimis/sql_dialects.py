"""What differs between the databases that hold an openIMIS: one `SqlDialect` each, data only.

Every column is read by the first `Reading` whose types the catalogue's type is one of. Where the
driver would hand over a wrong value without a word (psqlodbc 13.02 and arrow-odbc 10.6: NaN comes
as 0.00, a date of `infinity` as today, year 10000 as year 1000; sqliteodbc 0.9998: a date that is
none comes as null, a DECIMAL is cut to 15 digits), the database itself says which rows hold one
(`unreadable`), or the value comes as text and is parsed here (`as_text`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl
import pyodbc
from arrow_odbc import TextEncoding

from transforms.openimis.source_texts import SUBSTITUTE
from transforms.openimis.tables.columns import AMOUNT, CODE, DATE, KEY, STAMP, TEXT, YES_NO

INTEGERS = frozenset(
    {pyodbc.SQL_TINYINT, pyodbc.SQL_SMALLINT, pyodbc.SQL_INTEGER, pyodbc.SQL_BIGINT}
)
EXACT_NUMBERS = frozenset({pyodbc.SQL_NUMERIC, pyodbc.SQL_DECIMAL})
GUID = frozenset({pyodbc.SQL_GUID})
TEXTS = frozenset(
    {
        pyodbc.SQL_CHAR,
        pyodbc.SQL_VARCHAR,
        pyodbc.SQL_LONGVARCHAR,
        pyodbc.SQL_WCHAR,
        pyodbc.SQL_WVARCHAR,
        pyodbc.SQL_WLONGVARCHAR,
    }
)
DATES = frozenset({pyodbc.SQL_TYPE_DATE})
STAMPS = frozenset({pyodbc.SQL_TYPE_TIMESTAMP})
BITS = frozenset({pyodbc.SQL_BIT})
ANY: frozenset[int] | None = None

AMOUNT_DIGITS, AMOUNT_SCALE = 18, 2
LONGEST_TEXT = 4_000
MOST_BYTES = 4
"""Bytes that a letter takes at most in UTF-8, in which PostgreSQL's texts come."""


class DialectName(StrEnum):
    """The databases that an openIMIS can be read from."""

    POSTGRESQL = "postgresql"
    SQLSERVER = "sqlserver"
    SQLITE = "sqlite"


@dataclass(frozen=True)
class Reading:
    """How a column of one of some catalogue types is read.

    Attributes:
        types: ODBC type codes that it is for; None is any.
        sql: What is selected; `{}` is the quoted column.
        unreadable: Condition under which the driver would hand over a wrong value, or None.
        bounded: Only for numbers that always fit an amount (18 digits, 2 of them decimals), and
            for texts that are never longer than `longest`.
        longest: Letters of a bounded text.
    """

    types: frozenset[int] | None
    sql: str = "{}"
    unreadable: str | None = None
    bounded: bool = False
    longest: int = LONGEST_TEXT


@dataclass(frozen=True)
class Probe:
    """A text that the database makes itself, to see whether the driver hands it over as it is.

    Attributes:
        sql: Asks for it, in ASCII.
        text: What must come.
    """

    sql: str
    text: str


@dataclass(frozen=True)
class SqlDialect:
    """One kind of database.

    Attributes:
        name: As in the block.
        quotes: What stands before and after an identifier.
        settings: Of the connection string, added where it does not have them.
        session: Statements about the session that must be over before the read transaction
            begins: they are committed.
        begin: Statements that open the read transaction; autocommit is off.
        clock: Asks for the time on the clock that the source's time stamps are of, as text
            `YYYY-MM-DD HH:MM:SS.ffffff`; it also fixes what the transaction sees.
        database: Asks for what tells this database from its copies elsewhere.
        schema: Asks for the schema that an unqualified name is looked up in; None if there are
            no schemas.
        label: Type of a text of `{}` characters made here; the driver sizes its buffers by it.
        readings: Type in the snapshot to how it is read, in order of preference.
        as_text: Whether all values come as text, for `transforms.openimis.source_texts.parsed`.
        text_encoding: In which the driver is asked for texts.
        probe: Shows whether texts come as they are; None where the driver cannot change them.
        named_types: Catalogue type to its ODBC type code, for types that a driver calls a text.
        row_versions: Catalogue types of a column that changes with every change of its row.
    """

    name: DialectName
    quotes: tuple[str, str]
    settings: Mapping[str, str]
    begin: tuple[str, ...]
    clock: str
    database: str
    schema: str | None
    label: str
    readings: Mapping[pl.DataType, tuple[Reading, ...]]
    session: tuple[str, ...] = ()
    as_text: bool = field(default=False)
    text_encoding: TextEncoding = TextEncoding.AUTO
    probe: Probe | None = None
    named_types: Mapping[str, int] = field(default_factory=dict)
    row_versions: frozenset[str] = frozenset()

    def quoted(self, name: str) -> str:
        """Return `name` as an identifier, whatever characters it is made of."""
        opening, closing = self.quotes
        return f"{opening}{name.replace(closing, closing * 2)}{closing}"


_POSTGRESQL_RANGE = "{} NOT BETWEEN '0001-01-01' AND '9999-12-31 23:59:59.999999'"
_POSTGRESQL_AMOUNT = "NOT (ABS({0}) < 10000000000000000 AND {0} = ROUND({0}, 2))"
_POSTGRESQL_LONG = f"OCTET_LENGTH({{0}}) > {LONGEST_TEXT}"
_INTEGERS = (Reading(INTEGERS),)

POSTGRESQL = SqlDialect(
    name=DialectName.POSTGRESQL,
    quotes=('"', '"'),
    settings={
        "BoolsAsChar": "0",
        "UseDeclareFetch": "1",
        "Fetch": "5000",
        "MaxVarcharSize": "4000",
        "MaxLongVarcharSize": "65536",
    },
    begin=(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "SET LOCAL TIME ZONE 'UTC'",
        "SET LOCAL DateStyle TO ISO",
    ),
    clock="SELECT CAST(to_char(now(), 'YYYY-MM-DD HH24:MI:SS.US') AS varchar(40))",
    # A user who may not call pg_control_system() is refused the whole statement that names it, so
    # it stands in a text that is run only where it is allowed; else address and port tell.
    database=(
        "SELECT CAST(concat_ws('/', COALESCE("
        "CASE WHEN has_function_privilege(to_regprocedure('pg_control_system()'), 'EXECUTE') THEN"
        " substring(CAST(query_to_xml('SELECT system_identifier FROM pg_control_system()', true,"
        " true, '') AS text) FROM '>([0-9]+)<') END,"
        " concat_ws(':', host(inet_server_addr()), inet_server_port())),"
        " current_database()) AS varchar(200))"
    ),
    schema="SELECT CAST(current_schema() AS varchar(128))",
    label="varchar({})",
    readings={
        KEY: _INTEGERS,
        CODE: _INTEGERS,
        TEXT: (
            Reading(TEXTS, bounded=True, longest=LONGEST_TEXT // MOST_BYTES),
            Reading(GUID),
            Reading(
                TEXTS,
                f"CASE WHEN {_POSTGRESQL_LONG} THEN NULL ELSE {{0}} END",
                _POSTGRESQL_LONG,
            ),
        ),
        AMOUNT: (
            Reading(EXACT_NUMBERS, unreadable="{} = 'NaN'", bounded=True),
            Reading(
                EXACT_NUMBERS,
                "CAST(CASE WHEN ABS({0}) < 10000000000000000 THEN {0} END AS numeric(18,2))",
                _POSTGRESQL_AMOUNT,
            ),
            Reading(INTEGERS, "CAST({} AS numeric(18,2))"),
        ),
        DATE: (
            Reading(DATES, unreadable="{} NOT BETWEEN '0001-01-01' AND '9999-12-31'"),
            Reading(STAMPS, "CAST({} AS date)", _POSTGRESQL_RANGE),
        ),
        STAMP: (
            Reading(STAMPS, unreadable=_POSTGRESQL_RANGE),
            Reading(DATES, "CAST({} AS timestamp)", _POSTGRESQL_RANGE),
        ),
        YES_NO: (Reading(BITS),),
    },
)

# FreeTDS 1.3 cuts a text off at the end of the buffer without a word. LEN passes over blanks at the
# end, hence the point, and under some collations counts characters beyond 16 bits once; DATALENGTH
# counts bytes of UTF-16.
_TOO_LONG = (
    f"(LEN(CAST({{0}} AS nvarchar(max)) + N'.') > {LONGEST_TEXT + 1}"
    f" OR DATALENGTH(CAST({{0}} AS nvarchar(max))) > {2 * LONGEST_TEXT})"
)
_SQLSERVER_LONG_TEXT = Reading(
    TEXTS,
    f"CASE WHEN {_TOO_LONG} THEN NULL ELSE CAST({{0}} AS nvarchar({LONGEST_TEXT})) END",
    _TOO_LONG,
)

SQLSERVER = SqlDialect(
    name=DialectName.SQLSERVER,
    quotes=("[", "]"),
    settings={},
    # Both drivers begin a transaction before the first statement, since autocommit is off. SQL
    # Server lets no transaction change to snapshot isolation that did not begin in it (3951), so
    # the one in which this is said is committed, and the next one reads.
    session=("SET TRANSACTION ISOLATION LEVEL SNAPSHOT",),
    begin=(),
    # A count is always one row, also for a user who may see no table in the catalogue.
    clock=(
        "SELECT CONVERT(varchar(40), CAST(SYSDATETIME() AS datetime2(6)), 121)"
        " FROM (SELECT COUNT(*) AS number FROM sys.tables) AS counted WHERE counted.number >= 0"
    ),
    database="SELECT CAST(CONCAT(@@SERVERNAME, '/', DB_NAME()) AS varchar(200))",
    schema="SELECT CAST(SCHEMA_NAME() AS varchar(128))",
    label="varchar({})",
    readings={
        KEY: _INTEGERS,
        CODE: _INTEGERS,
        TEXT: (
            Reading(TEXTS, bounded=True),
            _SQLSERVER_LONG_TEXT,
            Reading(GUID, "CAST({} AS varchar(36))"),
        ),
        AMOUNT: (
            Reading(EXACT_NUMBERS, bounded=True),
            Reading(
                EXACT_NUMBERS,
                "CAST(CASE WHEN ABS({0}) < 10000000000000000 THEN {0} END AS decimal(18,2))",
                "(ABS({0}) >= 10000000000000000 OR {0} <> ROUND({0}, 2))",
            ),
            Reading(INTEGERS, "CAST({} AS decimal(18,2))"),
        ),
        DATE: (Reading(DATES), Reading(STAMPS, "CAST({} AS date)")),
        STAMP: (Reading(STAMPS), Reading(DATES, "CAST({} AS datetime)")),
        YES_NO: (Reading(BITS),),
    },
    # Asked for narrow characters, FreeTDS 1.3 and Microsoft's driver 18 turn what the process's
    # locale lacks into `?` or into a letter that is like it, without a word.
    text_encoding=TextEncoding.UTF16,
    probe=Probe("SELECT NCHAR(321) + NCHAR(2358) + NCHAR(4768)", "\u0141\u0936\u12a0"),
    # FreeTDS asks sp_columns in a form in which SQL Server calls them nvarchar.
    named_types={"date": pyodbc.SQL_TYPE_DATE, "datetime2": pyodbc.SQL_TYPE_TIMESTAMP},
    row_versions=frozenset({"timestamp", "rowversion"}),
)

# The driver ends a text at its first NUL, as if there were no more. A control character stands for
# the NUL, and the rule on control characters holds the row back. Of what is computed it takes 255
# letters of four bytes; what is longer comes as a sign that the parser knows.
LONGEST_IN_SQLITE = 1_000
_TEXT = (
    Reading(
        ANY,
        f"CASE WHEN LENGTH(CAST({{0}} AS blob)) > {LONGEST_IN_SQLITE} THEN CHAR({ord(SUBSTITUTE)})"
        " WHEN INSTR(CAST({0} AS blob), x'00') = 0 THEN CAST({0} AS text) ELSE"
        " CAST(SUBSTR(CAST({0} AS blob), 1, INSTR(CAST({0} AS blob), x'00') - 1) AS text)"
        " || CHAR(1) END",
    ),
)

SQLITE = SqlDialect(
    name=DialectName.SQLITE,
    quotes=('"', '"'),
    # NoCreat: a path that does not exist is an error, not a new empty database.
    # StepAPI: rows are fetched one by one, not all into memory.
    settings={"NoCreat": "1", "StepAPI": "1"},
    begin=(),
    clock=(
        "SELECT strftime('%Y-%m-%d %H:%M:%f000', 'now') FROM (SELECT count(*) FROM sqlite_master)"
    ),
    database="SELECT file FROM pragma_database_list WHERE name = 'main'",
    schema=None,
    label="text",
    as_text=True,
    readings={
        KEY: _TEXT,
        CODE: _TEXT,
        TEXT: _TEXT,
        # A REAL is printed with two decimals if that is the same REAL again; else as it is, and
        # the parser refuses it.
        AMOUNT: (
            Reading(
                ANY,
                "CASE WHEN typeof({0}) = 'real' AND CAST(printf('%!.2f', {0}) AS real) = {0}"
                " THEN printf('%!.2f', {0}) ELSE CAST({0} AS text) END",
            ),
        ),
        DATE: _TEXT,
        STAMP: _TEXT,
        YES_NO: _TEXT,
    },
)

DIALECTS: dict[DialectName, SqlDialect] = {
    dialect.name: dialect for dialect in (POSTGRESQL, SQLSERVER, SQLITE)
}
