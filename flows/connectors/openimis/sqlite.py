"""How openIMIS is read from SQLite: data only."""

from flows.connectors.openimis.sql_dialect import ANY, DialectName, Reading, SqlDialect
from transforms.openimis.source_texts import SUBSTITUTE
from transforms.openimis.tables.column_types import AMOUNT, CODE, DATE, KEY, STAMP, TEXT, YES_NO

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
