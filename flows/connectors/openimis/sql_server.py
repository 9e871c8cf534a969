"""How openIMIS is read from SQL Server: data only."""

import pyodbc
from arrow_odbc import TextEncoding

from flows.connectors.openimis.sql_dialect import (
    BITS,
    DATES,
    EXACT_NUMBERS,
    GUID,
    INTEGER_READINGS,
    INTEGERS,
    LONGEST_TEXT,
    STAMPS,
    TEXTS,
    DialectName,
    Probe,
    Reading,
    SqlDialect,
)
from transforms.openimis.tables.column_types import AMOUNT, CODE, DATE, KEY, STAMP, TEXT, YES_NO

# FreeTDS 1.3 cuts a text off at the end of the buffer without a word. LEN passes over blanks at the
# end, hence the point, and under some collations counts characters beyond 16 bits once; DATALENGTH
# counts bytes of UTF-16.
_TOO_LONG = (
    f"(LEN(CAST({{0}} AS nvarchar(max)) + N'.') > {LONGEST_TEXT + 1}"
    f" OR DATALENGTH(CAST({{0}} AS nvarchar(max))) > {2 * LONGEST_TEXT})"
)
_LONG_TEXT = Reading(
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
    # the transaction of this statement is committed, and the next one reads.
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
    is_local=True,
    may_write=(
        "SELECT CASE WHEN 1 IN (HAS_PERMS_BY_NAME({0}, 'OBJECT', 'INSERT'),"
        " HAS_PERMS_BY_NAME({0}, 'OBJECT', 'UPDATE'), HAS_PERMS_BY_NAME({0}, 'OBJECT', 'DELETE'))"
        " THEN 1 ELSE 0 END"
    ),
    readings={
        KEY: INTEGER_READINGS,
        CODE: INTEGER_READINGS,
        TEXT: (
            Reading(TEXTS, bounded=True),
            _LONG_TEXT,
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
