"""How openIMIS is read from PostgreSQL: data only."""

from flows.connectors.openimis.sql_dialect import (
    BITS,
    DATES,
    EXACT_NUMBERS,
    GUID,
    INTEGER_READINGS,
    INTEGERS,
    LONGEST_TEXT,
    MOST_BYTES,
    OTHER_ENCODING,
    STAMPS,
    TEXTS,
    DialectName,
    Reading,
    SqlDialect,
)
from transforms.openimis.tables.column_types import AMOUNT, CODE, DATE, KEY, STAMP, TEXT, YES_NO

_OUT_OF_RANGE = "{} NOT BETWEEN '0001-01-01' AND '9999-12-31 23:59:59.999999'"
_NO_AMOUNT = "NOT (ABS({0}) < 10000000000000000 AND {0} = ROUND({0}, 2))"
_TOO_LONG = f"OCTET_LENGTH({{0}}) > {LONGEST_TEXT}"
_TOO_LONG_IN_UTF8 = f"OCTET_LENGTH(CONVERT_TO({{0}}, 'UTF8')) > {LONGEST_TEXT}"
_LATER = r"[\u0080-\u00BF]"
_UTF8 = (
    rf"^([\u0001-\u007F]|[\u00C2-\u00DF]{_LATER}|\u00E0[\u00A0-\u00BF]{_LATER}"
    rf"|[\u00E1-\u00EC\u00EE\u00EF]{_LATER}{_LATER}|\u00ED[\u0080-\u009F]{_LATER}"
    rf"|\u00F0[\u0090-\u00BF]{_LATER}{_LATER}|[\u00F1-\u00F3]{_LATER}{_LATER}{_LATER}"
    rf"|\u00F4[\u0080-\u008F]{_LATER}{_LATER})*$"
)
"""What UTF-8 is made of (RFC 3629), for a database in which a letter is a byte."""
_NO_UTF8 = f"({_TOO_LONG} OR {{0}} !~ '{_UTF8}')"


def _texts(is_unreadable: str) -> tuple[Reading, ...]:
    return (Reading(TEXTS, f"CASE WHEN {is_unreadable} THEN NULL ELSE {{0}} END", is_unreadable),)


_SHORT_TEXTS = (
    Reading(TEXTS, bounded=True, longest=LONGEST_TEXT // MOST_BYTES),
    Reading(GUID),
)
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
    may_write=(
        "SELECT CASE WHEN has_table_privilege({}, 'INSERT, UPDATE, DELETE, TRUNCATE')"
        " THEN 1 ELSE 0 END"
    ),
    readings={
        KEY: INTEGER_READINGS,
        CODE: INTEGER_READINGS,
        TEXT: _SHORT_TEXTS + _texts(_TOO_LONG),
        AMOUNT: (
            Reading(EXACT_NUMBERS, unreadable="{} = 'NaN'", bounded=True),
            Reading(
                EXACT_NUMBERS,
                "CAST(CASE WHEN ABS({0}) < 10000000000000000 THEN {0} END AS numeric(18,2))",
                _NO_AMOUNT,
            ),
            Reading(INTEGERS, "CAST({} AS numeric(18,2))"),
        ),
        DATE: (
            Reading(DATES, unreadable="{} NOT BETWEEN '0001-01-01' AND '9999-12-31'"),
            Reading(STAMPS, "CAST({} AS date)", _OUT_OF_RANGE),
        ),
        STAMP: (
            Reading(STAMPS, unreadable=_OUT_OF_RANGE),
            Reading(DATES, "CAST({} AS timestamp)", _OUT_OF_RANGE),
        ),
        YES_NO: (Reading(BITS),),
    },
    # A replica is up to date where it has replayed all that it received, and still receives.
    # Amazon's Aurora has no replay to ask for: its replicas share the primary's storage.
    behind=(
        "SELECT CAST(CASE WHEN pg_is_in_recovery()"
        " AND to_regprocedure('aurora_version()') IS NULL THEN CASE WHEN"
        " EXISTS (SELECT FROM pg_stat_wal_receiver)"
        " AND pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() THEN NULL ELSE"
        " to_char(pg_last_xact_replay_timestamp(), 'YYYY-MM-DD HH24:MI:SS.US') END END"
        " AS varchar(40))"
    ),
    encoding="SELECT CAST(getdatabaseencoding() AS varchar(40))",
    # A database of SQL_ASCII has bytes and does not know which letters they are. PostgreSQL ends
    # the statement at bytes that are no UTF-8, so it is asked which are not.
    texts_in={
        "UTF8": _SHORT_TEXTS + _texts(_TOO_LONG),
        "SQL_ASCII": (Reading(GUID), *_texts(_NO_UTF8)),
        OTHER_ENCODING: _SHORT_TEXTS + _texts(_TOO_LONG_IN_UTF8),
    },
)
