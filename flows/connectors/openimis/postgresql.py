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
        KEY: INTEGER_READINGS,
        CODE: INTEGER_READINGS,
        TEXT: (
            Reading(TEXTS, bounded=True, longest=LONGEST_TEXT // MOST_BYTES),
            Reading(GUID),
            Reading(
                TEXTS,
                f"CASE WHEN {_TOO_LONG} THEN NULL ELSE {{0}} END",
                _TOO_LONG,
            ),
        ),
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
)
